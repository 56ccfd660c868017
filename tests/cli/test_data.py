"""`bench data`: add, list, info, remove, path, check."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from store_records import add

from benchmark import data, store
from benchmark.cli import data as command

Bench = Callable[..., Any]
TABLE = "text,label,event,part\nA vile plan.,yes,e1,train\nA calm day.,no,e1,train\nNo news.,no,e2,test\n"
COLUMNS = ("--text-column", "text", "--label-column", "label")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRAMEBENCH_DATA", str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.fixture
def ptc(tmp_path: Path) -> Path:
    """A copy of the Propaganda Techniques Corpus of one article and one row too many."""
    folder = tmp_path / "corpus"
    files = {
        "train-articles/article7.txt": "Bad news\n\nThe vile plan failed.\n",
        "train-labels-task-si/article7.task-si.labels": "7\t14\t18\n7\t14\t99\n",
        "train-labels-task-flc-tc/article7.task-flc-tc.labels": "7\tLoaded_Language\t14\t18\n",
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def test_a_corpus_is_added_and_told(bench: Bench, ptc: Path, home: Path) -> None:
    done = bench("data", "add", "ptc", "--from", ptc)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].startswith("ptc ")
    assert "Layer technique: spans by split" in lines
    assert ["Loaded_Language", "1"] in [line.split() for line in lines]
    assert "problems: 1 × " in done.out
    assert "article7.task-si.labels:2: " in done.out
    assert done.err == f"kept in {home / 'ptc'}; evaluate on it with: bench evaluate ptc\n"
    assert data.load("ptc").corpus == "ptc"


def test_a_corpus_is_read_from_an_archive_as_from_its_folder(bench: Bench, ptc: Path) -> None:
    bench("data", "add", "ptc", "--from", ptc, "-q")
    by_folder = data.load("ptc")
    archive = shutil.make_archive(str(ptc.parent / "download"), "zip", ptc.parent, ptc.name)
    assert bench("data", "add", "ptc", "--from", archive, "-q", "--replace").code == 0
    assert data.load("ptc").gold == by_folder.gold
    assert "made from: 3 files of" in bench("data", "info", "ptc").out
    origin = data.manifest_of("ptc").origin
    assert origin is not None
    assert [name for name, entry in origin.inputs.items() if entry.archive] == ["download.zip"]


def test_a_corpus_can_have_another_name(bench: Bench, ptc: Path) -> None:
    assert bench("data", "add", "ptc", "--from", ptc, "--as", "mine", "-q").err == ""
    assert store.names() == ("mine",)
    assert data.load("mine").corpus == "ptc"
    for name in ("babe", "fictional_news", "a/b"):
        refused = bench("data", "add", "ptc", "--from", ptc, "--as", name)
        assert refused.code == 2
        assert "choose another" in refused.err or "cannot name a dataset" in refused.err


def test_a_table_is_added(bench: Bench, table: Path) -> None:
    more = ("--group-column", "event", "--split-column", "part", "--labels", "yes,no", "--licence", "CC0-1.0")
    done = bench("data", "add", "mine", "--table", table, *COLUMNS, *more)
    assert done.code == 0, done.err
    assert ["documents", "2", "1"] in [line.split() for line in done.out.splitlines()]
    assert "no problem was met" in done.out
    dataset = data.load("mine")
    assert dataset.layers["label"].labels == ("yes", "no")
    assert [document.group for document in dataset.documents] == ["e1", "e1", "e2"]
    assert dataset.licence.annotations == "CC0-1.0"


def test_a_repository_is_added(
    bench: Bench, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    folder = tmp_path / "theirs"
    folder.mkdir()
    table.rename(folder / "train.csv")
    done = bench(
        "data", "add", "theirs", "--hub", folder, *COLUMNS, "--unit", "document", "--layer", "tone", "-q"
    )
    assert done.code == 0, done.err
    dataset = data.load("theirs")
    assert dataset.layers["tone"].unit == "document"
    assert dataset.splits == {"train": ("1", "2", "3")}


def test_another_content_needs_a_word(bench: Bench, table: Path) -> None:
    add = ("data", "add", "mine", "--table", table, *COLUMNS, "-q")
    assert bench(*add).code == bench(*add).code == 0
    table.write_text(TABLE + "More.,yes,e3,test\n", encoding="utf-8")
    refused = bench(*add)
    assert refused.code == 2
    assert "--replace" in refused.err
    assert len(data.load("mine").documents) == 3
    assert bench(*add, "--replace").code == 0
    assert len(data.load("mine").documents) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("x",), "give one of --from PATH"),
        (("x", "--from", ".", "--hub", "a/b"), "give one of --from PATH"),
        (("pct", "--from", "."), "no corpus is named 'pct', did you mean 'ptc'"),
        (("ptc", "--from", "."), ""),
        (("ptc", "--from", "none"), "none: cannot be read"),
        (("ptc", "--from", ".", "--part", "SG1"), "corpus 'ptc' has no parts"),
        (("ptc", "--from", ".", "--text-column", "text"), "a corpus has its own columns"),
        (("x", "--table", "none.csv", *COLUMNS), "none.csv: cannot be read"),
        (("x", "--table", "none.csv"), "a table needs --text-column and --label-column"),
        (("x", "--table", "none.csv", "--part", "a", *COLUMNS), "a table has no parts; leave --part away"),
        (("x", "--table", "none.csv", "--config", "a", *COLUMNS), "leave --config away"),
        (("x", "--hub", "a/b", "--unquoted", *COLUMNS), "leave --unquoted away"),
        (
            ("ptc", "--from", ".", "--split-column", "a", "--labels", "a,b"),
            "leave --split-column, --labels away",
        ),
        (("x", "--hub", "pandas", *COLUMNS), "neither a folder nor OWNER/NAME"),
        (("ptc", "--table", "none.csv", *COLUMNS), "choose another"),
    ],
)
def test_what_cannot_be_added_is_told(bench: Bench, arguments: tuple[str, ...], message: str) -> None:
    done = bench("data", "add", *arguments)
    assert done.code == 2
    assert message in done.err
    assert done.err.startswith("bench: ")
    assert "Traceback" not in done.err
    assert store.names() == ()


def test_the_list_has_what_is_here_and_what_can_be_added(bench: Bench, table: Path, home: Path) -> None:
    bench("data", "add", "mine", "--table", table, *COLUMNS, "-q")
    (home / "broken").mkdir()
    (home / "broken" / "manifest.json").write_text("{", encoding="utf-8")
    rows = {
        row["dataset"]: row for row in csv.DictReader(io.StringIO(bench("data", "list", "-f", "csv").out))
    }
    assert (rows["mine"]["documents"], rows["mine"]["here"]) == ("3", "added")
    assert rows["fictional_news"]["here"] == "shipped"
    assert (rows["babe"]["here"], rows["babe"]["title"]) == ("not added", "bench data add babe --from PATH")
    assert "broken JSON" in rows["broken"]["title"]
    assert "babe" not in bench("list", "datasets").out
    assert "bench data add ptc" in bench("data", "list").out


def test_info_tells_terms_contents_and_problems(bench: Bench, ptc: Path) -> None:
    bench("data", "add", "ptc", "--from", ptc, "-q")
    told = bench("data", "info", "ptc").out
    for part in ("licence of the text: ", "citation: ", "read by: adapter 'ptc'", "made from: 3 files of"):
        assert part in told
    assert "problems: 1 × " in told
    shipped = bench("data", "info", "fictional_news").out
    assert "Documents by split" in shipped
    assert "anonymous" in shipped or "Loaded_Language" in shipped
    missing = bench("data", "info", "basil")
    assert missing.code == 2
    assert "bench data add basil --from PATH" in missing.err


def test_undecided_texts_and_attributions_are_counted(bench: Bench) -> None:
    add()
    lines = [line.split() for line in bench("data", "info", "small").out.splitlines()]
    assert ["(no", "label)", "1", "0"] in lines
    assert ["(relations)", "1", "0"] in lines
    assert ["grouped", "by:", "event"] in lines


def test_many_problems_are_told_in_part(bench: Bench, table: Path) -> None:
    table.write_text(TABLE + ",a,b,c\n" * 7, encoding="utf-8")
    told = bench("data", "add", "mine", "--table", table, *COLUMNS).out
    assert "problems: 7 × row dropped" in told
    assert told.count("mine.csv:") == 5
    assert "… and 2 more; see " in told


def test_a_long_problem_is_cut(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / f"{'long' * 50}.csv"
    path.write_text("text,label\nOne.,a\n,a\n", encoding="utf-8")
    told = bench("data", "add", "mine", "--table", path, *COLUMNS).out.splitlines()
    assert max(map(len, told)) <= 200
    assert told[-1].endswith("…")


def test_a_broken_list_of_problems_is_told(bench: Bench, table: Path, home: Path) -> None:
    bench("data", "add", "mine", "--table", table, *COLUMNS, "-q")
    (home / "mine" / "problems.jsonl").write_text("{\n", encoding="utf-8")
    done = bench("data", "info", "mine")
    assert done.code == 2
    assert "problems.jsonl:1: broken JSON" in done.err


def test_removal_asks(bench: Bench, table: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench("data", "add", "mine", "--table", table, *COLUMNS, "-q")
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    refused = bench("data", "remove", "mine")
    assert refused.code == 1
    assert store.names() == ("mine",)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert bench("data", "remove", "mine").code == 0
    assert store.names() == ()
    bench("data", "add", "mine", "--table", table, *COLUMNS, "-q")
    assert bench("data", "remove", "mine", "--yes").out == f"removed {home / 'mine'}\n"
    unknown = bench("data", "remove", "fictional_news")
    assert unknown.code == 2
    assert "no dataset 'fictional_news' was added" in unknown.err


def test_paths(bench: Bench, table: Path, home: Path) -> None:
    assert bench("data", "path").out == f"{home}\n"
    bench("data", "add", "mine", "--table", table, *COLUMNS, "-q")
    assert bench("data", "path", "mine").out == f"{home / 'mine'}\n"
    assert bench("data", "path", "fictional_news").out == f"{data.packaged_root() / 'fictional_news'}\n"


def test_check_reads_what_was_added(bench: Bench, table: Path, home: Path) -> None:
    bench("data", "add", "mine", "--table", table, *COLUMNS, "-q")
    assert bench("data", "check", "mine").out == "mine 1: no fault; 3 documents; layers label\n"
    (home / "mine" / "gold" / "label.parquet").write_bytes(b"PAR1")
    broken = bench("data", "check", "mine")
    assert broken.code == 2
    assert "label.parquet: its SHA-256 is not the one that the manifest gives" in broken.err


@pytest.mark.parametrize("name", ["add", "list", "info", "remove", "path", "check"])
def test_the_help_of_each_command_has_an_example(bench: Bench, name: str) -> None:
    done = bench("data", name, "--help")
    assert done.code == 0
    assert f"bench data {name}" in done.out.partition("Example:")[2]


def test_names_are_completed(bench: Bench, table: Path) -> None:
    bench("data", "add", "mine", "--table", table, *COLUMNS, "-q")
    assert command._corpora("b") == ["basil", "babe"]
    assert command._added("") == ["mine"]
    assert command._known("t") == ["turkey_drones"]


def test_progress_is_drawn_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with command._progress(quiet=False) as progress:
        progress(4096)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with command._progress(quiet=False) as progress:
        progress(4096)
    told = capsys.readouterr()
    assert told.out == ""
    with command._progress(quiet=True) as progress:
        progress(1)
    assert capsys.readouterr().err == ""


def test_a_manifest_holds_no_place_of_this_machine(bench: Bench, table: Path, home: Path) -> None:
    bench("data", "add", "mine", "--table", table, *COLUMNS, "-q")
    content = (home / "mine" / "manifest.json").read_text(encoding="utf-8")
    assert str(home.parent) not in content
    assert json.loads(content)["storage"] == "parquet"
