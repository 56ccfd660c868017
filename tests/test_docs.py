"""The documentation is true: links lead somewhere, commands exist, examples run, worked numbers are right.

A comment before a fenced block of `docs/` says what is done with it here: `file: NAME` writes it, `run` runs
it (Python, or commands with the exit code given), `output` holds it against what the last commands printed,
where "…" stands for anything. All of a page happens in one folder.
"""

from __future__ import annotations

import inspect
import os
import re
import shlex
import subprocess
import sys
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import tiny_transformer
import typer

from benchmark import data
from benchmark.cli import app, main
from benchmark.corpora import CORPORA
from benchmark.detectors import DETECTORS, build
from benchmark.metrics import METRICS, LabelSet
from benchmark.model import Annotation, Prediction, Span, Unit
from benchmark.packaging.__main__ import main as package
from benchmark.segmentation import segment
from benchmark.spec import Spec, principal_of
from benchmark.tasks import SPAN_METRICS, task_of

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *DOCS]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MARKER = re.compile(r"<!-- (file|run|output|table)(?:: (.+))? -->")
LOADED, NAME = "Loaded_Language", "Name_Calling,Labeling"
SENTENCE = "The brutal regime of shameless liars fell."


@dataclass(frozen=True)
class Block:
    """A fenced block with the marker before it, if there is one."""

    line: int
    marker: str
    argument: str
    language: str
    content: str


def blocks(page: Path) -> Iterator[Block]:
    marker, argument, fence, body = "", "", None, list[str]()
    for number, line in enumerate(page.read_text(encoding="utf-8").split("\n"), 1):
        if fence is not None and line == "```":
            yield Block(number - len(body), marker, argument, fence, "".join(f"{text}\n" for text in body))
            marker, argument, fence, body = "", "", None, []
        elif fence is not None:
            body.append(line)
        elif line.startswith("```"):
            fence = line[3:]
        elif found := MARKER.fullmatch(line):
            marker, argument = found[1], found[2] or ""


def prose(page: Path) -> str:
    """Return a page without code."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]+`", "", text)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as Python-Markdown makes them."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
        plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
        plain = re.sub(r"[^\w\s-]", "", plain).strip().lower()
        found.add(re.sub(r"[-\s]+", "-", plain))
    return found


def commands(text: str) -> list[list[str]]:
    """Return the words of each command, of those joined by && too."""
    parts = [part for line in text.split("\n") for part in line.split("&&")]
    return [words for part in parts if (words := shlex.split(part, comments=True))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link}"
        assert target.is_relative_to(ROOT), f"{page.name}: {link} leaves the project"
        if anchor:
            assert anchor in anchors(target), f"{page.name}: {link}"


def test_every_page_is_in_the_navigation() -> None:
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^  - .+: (\S+\.md)$", config, flags=re.MULTILINE)) == [p.name for p in DOCS]


COMMANDS = [
    pytest.param(page, words[1:], id=f"{page.name}: {' '.join(words)}")
    for page in PAGES
    for block in blocks(page)
    if block.language == "sh"
    for words in commands(block.content)
    if words[0] == "bench"
]


def test_commands_are_found() -> None:
    assert len(COMMANDS) > 15


@pytest.mark.parametrize(("page", "words"), COMMANDS)
def test_commands_and_what_they_name_exist(page: Path, words: list[str]) -> None:
    command: Any = typer.main.get_command(app)
    rest = words[: words.index(">")] if ">" in words else list(words)
    while hasattr(command, "commands"):
        assert rest[0] in command.commands, f"no command {rest[0]}"
        command = command.commands[rest.pop(0)]
    given = command.make_context("bench", rest).params
    detector = given.get("detector") or ()
    for text in [detector] if isinstance(detector, str) else detector:
        spec = Spec.parse(text)
        content = page.read_text(encoding="utf-8")
        file = f"<!-- file: {Path(spec.name).name.removesuffix('.py')}.py -->"
        own = any(f in content for f in (f'{spec.name} = "{spec.name}:', f"--output {spec.name}", file))
        assert own or spec.name in DETECTORS, f"no detector {spec.name}"
        if own or "file" in dict(spec.parameters):
            continue
        kind = DETECTORS.get(spec.name)
        if principal_of(kind):  # the model or program is the reader's
            assert set(dict(spec.parameters)) <= set(inspect.signature(kind).parameters)
        else:
            build(spec, 0)
    for text in given.get("targets") or ():
        name, _, task = text.partition("/")
        if name in data.names():
            assert not task or task_of(data.load(name), task).name == task
        else:
            assert name == "packaged" or name in CORPORA


def rows(page: str, name: str) -> list[list[str]]:
    """Return the cells of the table that follows the marker with this name, without its head."""
    lines = (ROOT / "docs" / page).read_text(encoding="utf-8").split("\n")
    first = lines.index(f"<!-- table: {name} -->") + 3
    found = []
    for line in lines[first:]:
        if not line.startswith("|"):
            break
        found.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    assert found
    return found


def shown(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}".removeprefix("0")


def scores(
    metric: str, gold: Annotation, found: Prediction, labels: Sequence[str] = (LOADED, NAME)
) -> dict[str, str]:
    made = METRICS.get(metric)()
    totals = made.per_document([gold], [found], labels).sum(axis=0)
    values = made.finalize(totals, labels)
    return {name: shown(value) for name, value in zip(made.scores(labels), values.tolist(), strict=True)}


def example(*spans: Span) -> tuple[Annotation, Prediction]:
    gold = Annotation(segment("d1", SENTENCE), "technique", (Span(4, 10, LOADED), Span(21, 36, NAME)))
    return gold, Prediction("d1", "technique", spans)


def test_the_span_example_is_right() -> None:
    gold, found = example(Span(4, 10, LOADED), Span(21, 30, NAME), Span(31, 36, LOADED))
    table = rows("metrics.md", "spans")
    assert {row[0] for row in table} == set(SPAN_METRICS)
    for metric, _, *numbers in table:
        made = scores(metric, gold, found)
        assert numbers == [made[name] for name in ("precision", "recall", "f1")], metric


def test_the_weaknesses_are_as_told() -> None:
    predictions = [
        [Span(at, at + 1, LOADED) for at in range(4, 10)] + [Span(at, at + 1, NAME) for at in range(21, 36)],
        [Span(4, 10, LOADED), Span(21, 30, NAME), Span(31, 36, NAME)],
        [Span(0, len(SENTENCE), LOADED)],
    ]
    for spans, (_, *numbers) in zip(predictions, rows("metrics.md", "weaknesses"), strict=True):
        gold, found = example(*spans)
        assert numbers == [scores(metric, gold, found)["f1"] for metric in ("ptc_si", "exact")]


def units(labels: Sequence[tuple[str, ...]]) -> tuple[Unit, ...]:
    return tuple(Unit(2 * index, 2 * index + 1, given) for index, given in enumerate(labels))


def unit_scores(
    metric: str, gold: Sequence[tuple[str, ...]], found: Sequence[tuple[str, ...]], labels: Sequence[str]
) -> dict[str, str]:
    document = segment("d1", "x " * len(gold))
    truth = Annotation(document, "frame", units=units(gold))
    return scores(metric, truth, Prediction("d1", "frame", units=units(found)), labels)


def test_the_unit_examples_are_right() -> None:
    loaded, neutral = ("loaded",), ("neutral",)
    made = unit_scores(
        "classification",
        [loaded, loaded, neutral, neutral, neutral, neutral],
        [loaded, neutral, loaded, neutral, neutral, neutral],
        ("loaded", "neutral"),
    )
    names = ["accuracy", "mcc", "macro_f1", "weighted_f1", "precision", "recall", "f1"]
    assert rows("metrics.md", "classification") == [[made[name] for name in names]]
    made = unit_scores(
        "multilabel",
        [("Economic", "Political"), ("Political",)],
        [("Economic",), ("Political", "Morality")],
        LabelSet(("Economic", "Political", "Morality"), (1, 2, 0)),
    )
    names = ["precision", "recall", "f1", "macro_f1"]
    assert rows("metrics.md", "multilabel") == [[made[name] for name in names]]


def detectors() -> dict[str, Any]:
    """Return the project's own detector classes, by what pyproject.toml registers."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    references = project["entry-points"]["benchmark.detectors"]
    pairs = ((name, reference.split(":")) for name, reference in references.items())
    return {name: getattr(import_module(module), attribute) for name, (module, attribute) in pairs}


def test_all_detectors_and_parameters_are_described() -> None:
    page = (ROOT / "docs" / "detectors.md").read_text(encoding="utf-8")
    known = {
        (name, key): "" if parameter.default is parameter.empty else str(parameter.default)
        for name, kind in detectors().items()
        for key, parameter in inspect.signature(kind).parameters.items()
    }
    table = rows("detectors.md", "parameters")
    assert {(name, key): default for name, key, default, _ in table} == known
    for name, kind in detectors().items():
        row = re.search(rf"^\| `{name}` \| (.+?) \|.*\| (.+?) \|$", page, flags=re.MULTILINE)
        assert row is not None, name
        kinds = getattr(kind, "kinds", frozenset()) | getattr(kind, "trained_kinds", frozenset())
        layers = kind.shipped_layers() if hasattr(kind, "shipped_layers") else kind.layers
        assert set(re.findall(r"`(\w+)`", row[1])) == layers, name
        assert set(re.findall(r"any (\w+)", row[1])) == kinds, name
        trained = getattr(kind, "trained_layers", ()) or getattr(kind, "trained_kinds", ())
        assert (row[2] == "no") == (not trained), name


def test_the_signature_is_described_field_by_field() -> None:
    page = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    line = re.search(r"^ptc_si\|.*$", page, flags=re.MULTILINE)
    assert line is not None
    for part in line[0].split("|")[1:]:
        assert f"| `{part.partition(':')[0]}:` |" in page


def expanded(word: str) -> list[str]:
    """Return the paths that a pattern stands for, as a shell does; any other word as it is."""
    return sorted(str(path) for path in Path().glob(word)) if "*" in word else [word]


@dataclass
class Session:
    """What happens in a page's folder."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    names: dict[str, Any] = field(default_factory=dict)
    out: str = ""
    err: str = ""

    def take(self, block: Block) -> None:
        if block.marker == "file":
            path = self.folder / block.argument
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.content, encoding="utf-8")
        elif block.marker == "output":
            assert_printed(block.content, self.err if block.argument == "stderr" else self.out)
        elif block.marker == "run" and block.language == "python":
            exec(compile(block.content, f"line {block.line}", "exec"), self.names)
        elif block.marker == "run":
            self.run(block)

    def run(self, block: Block) -> None:
        expected = int(block.argument.removeprefix("exit ")) if block.argument.startswith("exit") else 0
        self.out = self.err = ""
        for words in commands(block.content):
            line = [name for word in words for name in expanded(word)]
            code = self.installed(line) if block.argument == "installed" else self.call(line)
            assert code == expected, f"{' '.join(words)}: {self.err}"

    def call(self, words: list[str]) -> int:
        """Run a command in this process."""
        into = words[words.index(">") + 1] if ">" in words else None
        words = words[: words.index(">")] if into else words
        self.capture.readouterr()
        if words[:3] == ["python", "-m", "benchmark.packaging"]:
            code = package(words[3:])
        else:
            assert words[0] == "bench"
            self.patch.setattr(sys, "argv", words)
            with pytest.raises(SystemExit) as left:
                main()
            code = int(left.value.code or 0)
        printed = self.capture.readouterr()
        self.err += printed.err
        if into:
            (self.folder / into).write_text(printed.out, encoding="utf-8")
        else:
            self.out += printed.out
        return code

    def installed(self, words: list[str]) -> int:
        """Run a command in a new process that finds the page's package as if it were installed."""
        points = tomllib.loads((self.folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        info = self.folder / f"{points['name']}-{points['version']}.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {points['name']}\nVersion: {points['version']}\n", encoding="utf-8"
        )
        sections = (
            f"[{group}]\n" + "".join(f"{name} = {reference}\n" for name, reference in entries.items())
            for group, entries in points["entry-points"].items()
        )
        (info / "entry_points.txt").write_text("\n".join(sections), encoding="utf-8")
        path = os.pathsep.join([str(self.folder), os.environ.get("PYTHONPATH", "")])
        done = subprocess.run(
            [sys.executable, "-c", "from benchmark.cli import main; main()", *words[1:]],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        self.out += done.stdout
        self.err += done.stderr
        return done.returncode


def assert_printed(expected: str, printed: str) -> None:
    """Every line of the documentation's output was printed, in its order; "…" stands for anything."""
    lines = iter([" ".join(line.split()) for line in printed.split("\n")])
    for line in (" ".join(text.split()) for text in expected.split("\n")):
        if line.strip("…- "):
            pattern = re.compile(".*".join(map(re.escape, line.split("…"))).replace(r"\ .*", ".*") + r"\Z")
            assert any(pattern.match(found) for found in lines), f"not printed: {line}\n{printed}"


SESSIONS = [page for page in DOCS if any(block.marker == "run" for block in blocks(page))]


@pytest.mark.parametrize("page", SESSIONS, ids=lambda page: str(page.name))
def test_examples_run(
    page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if page.name == "transformers.md":
        tiny_transformer.require()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FRAMEBENCH_DATA", str(tmp_path / "store"))
    session = Session(tmp_path, capsys, monkeypatch)
    for block in blocks(page):
        if block.marker:
            session.take(block)


def test_the_output_check_can_fail() -> None:
    assert_printed("a  b\n…\nd … f\n", "x\na b\nc\nd  e f\n")
    with pytest.raises(AssertionError, match="not printed: c"):
        assert_printed("d\nc", "c\nd\n")
