"""The view of behavioural runs in a browser: rates, and failing cases to read, whatever their texts hold."""

from __future__ import annotations

from itertools import pairwise

import pytest

from benchmark.behaviour.results import save
from tests.browser.conftest import _report
from tests.browser.hostile import BREAKOUT, IMAGE, SCRIPT
from tests.browser.steps import choose
from tests.browser.test_hostile import sound
from tests.browser.test_look import NARROW, outside, overflow
from tests.page.behaviours import behaviour, marked, row

TEXT = f"\U0001f600 {SCRIPT} a vile plan{IMAGE}\nשלום {BREAKOUT}"
VILE = TEXT.index("vile")
TWIN = TEXT.replace("vile ", "")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A page of behavioural runs alone; one case of them is hostile, and 30 are like each other."""
    folder = tmp_path_factory.mktemp("behaviour")
    changed = {"text": TEXT, "twin": TWIN, "region": (VILE, VILE + 4), "twin_region": (VILE, VILE)}
    said = {"reasons": (SCRIPT,), "metadata": {"topic": IMAGE}, "sides": (SCRIPT, IMAGE)}
    marks = (marked(VILE - 2, VILE + 9, BREAKOUT, score=0.5), marked(VILE + 2, VILE + 12))
    odd = row(IMAGE, **changed, **said, marks=marks, twin_marks=(marked(0, len(TWIN), None, unit=True),))
    many = [row(number) for number in range(30)]
    for suite, name, rows in (
        ("entity_swap", SCRIPT, [odd]),
        ("charged", "lexicon", [row("ok", "passed"), *many]),
        ("charged", SCRIPT, [row("ok", "passed")]),
    ):
        save(behaviour(suite, name, rows), folder / "runs")
    return _report(folder, folder / "runs")


def test_failing_cases_are_read_by_suite_and_detector_page_by_page(visit, path):
    page = visit(path)
    assert page.get_by_role("heading", level=2).all_inner_texts() == ["Behaviour"], "there is no overview"
    choose(page, "Suite", "charged")
    cases = page.locator("#behaviour-cases > li")
    assert page.locator("#behaviour-count").inner_text() == (
        "Cases 1 to 25 of 30 that failed; lexicon read 31 cases; page 1 of 2"
    )
    page.get_by_role("button", name="Next page").click()
    assert cases.locator("h4").all_inner_texts() == [f"case-{number}" for number in range(25, 30)]
    assert cases.first.locator("mark").inner_text() == "vile"
    assert cases.first.locator(".why").inner_text() == "not flagged"
    page.go_back()
    assert cases.count() == 25
    choose(page, "Detector (failing cases)", SCRIPT)
    assert page.locator("#behaviour-count").inner_text().startswith("No case failed; ")
    assert cases.count() == 0
    page.reload()
    assert page.locator("#behaviour-count").inner_text().startswith("No case failed; ")


def test_a_hostile_case_is_text_and_its_marks_stand_over_their_words(visit, path):
    page = visit(path)
    case = page.locator("#behaviour-cases > li")
    assert case.locator(".passage").all_inner_texts() == [TEXT, TWIN]
    assert case.locator(".why").inner_text() == SCRIPT
    assert case.locator(".fields").inner_text().count(IMAGE) == 2
    first, second = case.locator(".passage").all()
    assert first.locator("mark").all_inner_texts() == ["vile"]
    assert first.locator(".m").evaluate_all("all => all.map(one => one.textContent)") == [
        "a ",
        "vi",
        "le",
        "le",
        " plan",
        " plan",
        "<im",
    ]
    assert second.locator("mark").count() == 0
    assert second.locator(".point").count() == 1
    assert second.locator(".m.unit").count() == 2, "a whole text, cut at the point"
    found = case.locator(".found").first.inner_text()
    assert f"{BREAKOUT}: “a vile plan”, score 0.5" in found
    sound(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(visit, audit, path, scheme):
    page = visit(path, size=NARROW, color_scheme=scheme)
    for suite in ("entity_swap", "charged"):
        choose(page, "Suite", suite)
        assert audit(page) == []
        assert (overflow(page), outside(page)) == (0, [])
        levels = page.evaluate(
            "() => [...document.querySelectorAll('h1,h2,h3,h4')]"
            ".filter(one => one.checkVisibility()).map(one => Number(one.tagName[1]))"
        )
        assert levels[:2] == [1, 2]
        assert all(after <= before + 1 for before, after in pairwise(levels))
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()


def test_without_scripts_the_rates_stand(visit, path):
    page = visit(path, java_script_enabled=False)
    assert page.get_by_role("table").filter(visible=True).count() == 4
