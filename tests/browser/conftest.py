"""Pages made once from runs made once, and a real browser that opens them and tells all that it does.

Chromium is the system's, and axe-core is a file; `CHROMIUM` and `AXE_CORE` say where they are. Where either,
or the package `playwright`, is missing, the tests are skipped and say so. Where a variable names a file that
is not there, they fail, so that nothing is skipped unseen on a machine that is set up for them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmark.cli import main
from benchmark.kept import Shelf
from benchmark.lineup import opened
from benchmark.results import find_runs
from tests.browser import hostile, many
from tests.browser.steps import SETTLED
from tests.page.asked import asked, told_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
NEWS_TASKS = (
    *(f"fictional_news/{task}" for task in ("technique", "frame", "loaded_sentence", "attribution_gap")),
    "turkey_drones/attribution",
)
NEWS_DETECTORS = ("lexicon", "random", "repetition", "frame-keywords", "attribution-rules", "majority")
ANSWERED_TASKS = tuple(
    f"fictional_news/{task}" for task in ("technique", "frame", "slant", "attribution_gap")
)
ANSWERED_DETECTORS = ("lexicon", "frame-keywords", "null")


@dataclass
class Window:
    """A page in a window of its own, with what it told and asked for.

    Parameters
    ----------
    page
        The open page.
    told
        Messages on its console, errors, and dialogs that it opened.
    asked
        Addresses that it asked for, besides its own file and what it carries itself.
    """

    page: Page
    told: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


Open = Callable[..., "Page"]


def _chromium() -> str:
    named = os.environ.get("CHROMIUM")
    if named is not None:
        assert Path(named).is_file(), f"CHROMIUM names {named}, which is not there"
        return named
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, or a skip that says what is missing."""
    named = os.environ.get("AXE_CORE")
    path = Path(named) if named else ROOT / "node_modules/axe-core/axe.min.js"
    if not path.is_file():
        assert not named, f"AXE_CORE names {named}, which is not there"
        pytest.skip("axe-core is not installed: npm install axe-core, and name axe.min.js by AXE_CORE")
    return path.read_text(encoding="utf-8")


# Not for the whole session: while it runs, no other test could use asyncio.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium without a window, or a skip that says what is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    program = _chromium()
    with playwright.sync_playwright() as driver, pytest.MonkeyPatch.context() as patch:
        for name in ("click", "check", "uncheck", "select_option", "tap", "press"):
            patch.setattr(playwright.Locator, name, _patient(getattr(playwright.Locator, name)))
        for name in ("go_back", "go_forward"):
            patch.setattr(playwright.Page, name, _patient(getattr(playwright.Page, name)))
        # A container's root has no sandbox, and its /dev/shm is small.
        started = driver.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield started
        started.close()


def _patient(action: Callable[..., Any]) -> Callable[..., Any]:
    """Return an action that ends when the page has done what follows from it: its address changes later."""

    def run(self: Any, *arguments: Any, **options: Any) -> Any:
        done = action(self, *arguments, **options)
        getattr(self, "page", self).evaluate(SETTLED)
        return done

    return run


@pytest.fixture
def windows() -> Iterator[list[Window]]:
    """The windows that a test opened; at its end none of them may have complained or asked for anything."""
    opened: list[Window] = []
    yield opened
    for window in opened:
        assert window.told == []
        assert window.asked == []


@pytest.fixture
def visit(browser: Browser, windows: list[Window]) -> Iterator[Open]:
    """Open a page in a window of its own, without a network.

    `state` is what stands after "#" in the address; `options` are those of Playwright's `new_context`.
    """
    contexts = []

    def open_page(
        path: Path, state: str = "", *, size: tuple[int, int] = (1280, 900), **options: Any
    ) -> Page:
        given = {"viewport": {"width": size[0], "height": size[1]}, "offline": True, **options}
        context = browser.new_context(**given)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        window = Window(page)
        windows.append(window)
        address = path.as_uri()
        _listen(window, address)
        page.goto(f"{address}#{state}" if state else address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _listen(window: Window, address: str) -> None:
    page = window.page
    page.on("console", lambda message: window.told.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: window.told.append(f"error: {error}"))
    page.on("popup", lambda other: window.told.append(f"popup: {other.url}"))

    def dialog(shown: Any) -> None:
        window.told.append(f"dialog: {shown.message}")
        shown.dismiss()

    def request(made: Any) -> None:
        if made.url.partition("#")[0] != address and not made.url.startswith("data:"):
            window.asked.append(made.url)

    page.on("dialog", dialog)
    page.context.on("request", request)


def bench(*arguments: object) -> None:
    """Run a command, which must not fail."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["bench", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
    assert not left.value.code, f"bench {' '.join(map(str, arguments))} left with {left.value.code}"


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Empty folders for the runs of each page."""
    return {name: tmp_path_factory.mktemp(name) for name in ("news", "answered", "hostile", "tame", "many")}


@pytest.fixture(scope="session")
def news(places: Mapping[str, Path]) -> Path:
    """A page of several detectors on the shipped reports."""
    folder = places["news"]
    named = [word for name in NEWS_DETECTORS for word in ("-d", name)]
    for task in NEWS_TASKS:
        bench(
            *("evaluate", task, *named, "--quiet"),
            *("--output", folder / "runs", "--resamples", 200),
        )
    return _report(folder, folder / "runs")


@pytest.fixture(scope="session")
def answered(places: Mapping[str, Path]) -> Path:
    """A page of models with answers, asked three times on spans and once on units, and of one without."""
    folder = places["answered"]
    for task in ANSWERED_TASKS:
        named = [word for name in ANSWERED_DETECTORS for word in ("-d", name)]
        bench(*("evaluate", task, *named, "--quiet"), *("--output", folder / "runs", "--resamples", 200))
    for run in opened(find_runs([folder / "runs"])):
        if run.record.detector.name != "null":
            samples = 3 if run.record.task == "technique" else 1
            asked(
                run.path, told_of(run, samples), currency="USD", facts={"prompt": "version 1"}, log="slow\n"
            )
    return _report(folder, folder / "runs")


@pytest.fixture(scope="session")
def hostile_page(places: Mapping[str, Path]) -> Path:
    """A page of data that tries to become markup and script."""
    return _of_material(places["hostile"], hostile.HOSTILE)


@pytest.fixture(scope="session")
def tame_page(places: Mapping[str, Path]) -> Path:
    """A page of the same data without the signs that could be markup."""
    return _of_material(places["tame"], hostile.HOSTILE.tamed())


def _of_material(folder: Path, material: hostile.Material) -> Path:
    data = hostile.write_dataset(folder / "data", material)
    files = hostile.write_detectors(folder, material)
    for task in hostile.TASKS:
        bench(
            *("score", *files, "--dataset", f"{data}/{task}", "--quiet"),
            *("--output", folder / "runs", "--resamples", 100),
        )
    told = {"family": material.reply, "currency": material.reply, "facts": {material.reply: material.reply}}
    for run in find_runs([folder / "runs"]):
        asked(run, hostile.answers(material), **told, log=material.reply)
    return _report(folder, folder / "runs", data)


@pytest.fixture(scope="session")
def many_page(places: Mapping[str, Path]) -> Path:
    """A page of 500 articles and 10 detectors."""
    folder = places["many"]
    data = many.write_many(folder / "data")
    files = many.write_detectors(folder, data)
    bench(
        *("score", *files, "--dataset", f"{data}/technique", "--metrics", "ptc_flc", "--quiet"),
        *("--output", folder / "runs", "--resamples", 100),
    )
    for run in opened(find_runs([folder / "runs"]), Shelf(data))[: many.MODELS]:
        asked(run.path, many.answers(run))
    return _report(folder, folder / "runs", data)


def _report(folder: Path, runs: Path, data: Path | None = None) -> Path:
    named = () if data is None else ("--data", data)
    bench("report", runs, *named, "--output", folder / "report.html", "--quiet")
    return folder / "report.html"


RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


@pytest.fixture
def audit(axe: str) -> Callable[[Page], list[str]]:
    """Return what axe-core finds in a page as it is shown now: a line a violated rule."""

    def run(page: Page) -> list[str]:
        # Evaluated by the debugger: as an element of the page the policy would stop it.
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(f"{axe}\n;0")
        options = {"runOnly": list(RULES), "resultTypes": ["violations"]}
        found = page.evaluate("options => axe.run(document, options)", options)["violations"]
        return [
            f"{rule['id']}: {node['html'][:200]} ({node['failureSummary']})"
            for rule in found
            for node in rule["nodes"][:3]
        ]

    return run
