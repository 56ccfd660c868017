"""Detectors with long specifications: no table is cut at the right edge of a page of 1,200 pixels."""

from __future__ import annotations

import pytest

from benchmark.lineup import opened
from benchmark.results import find_runs
from tests.browser.conftest import bench
from tests.browser.steps import to
from tests.browser.test_look import overflow
from tests.kept_runs import edit, keep, put
from tests.page.asked import asked, told_of

VIEWS = ("Overview", "Errors", "Labels and slices", "Curves", "Answers", "Provenance")
PARAMETERS = {
    "base_url": "http://127.0.0.1:9101/v1",
    "samples": "3",
    "temperature": "1",
    "shots": "2",
    "prompt": "prompts/technique_in_my_own_words.toml",
    "max_seconds": "20",
}


@pytest.fixture(scope="module")
def long_named(tmp_path_factory):
    """A page of two models with specifications of more than 150 letters."""
    folder = tmp_path_factory.mktemp("long")
    for name in ("lexicon", "random"):
        run = keep("fictional_news/technique", name, folder / "runs")
        for key, value in (
            ("name", "llm"),
            ("value", f"some-vendor/some-{name}-70b-instruct"),
            ("parameters", PARAMETERS),
        ):
            edit(run, put("detector", key, value=value))
    for run in opened(find_runs([folder / "runs"])):
        asked(run.path, told_of(run, 3), currency="USD", facts={"prompt": "version 1"})
    bench("report", folder / "runs", "--output", folder / "report.html", "--quiet")
    return folder / "report.html"


def cut(page):
    """Return the captions of the tables in sight that are wider than their place."""
    return page.locator(".scroll:visible").evaluate_all(
        """all => all.filter(one => one.scrollWidth > one.clientWidth)
            .map(one => [one.ariaLabel, one.scrollWidth - one.clientWidth].join(": "))"""
    )


@pytest.mark.parametrize("view", VIEWS)
def test_no_table_is_cut_at_the_right_edge(visit, long_named, view):
    page = visit(long_named, size=(1200, 900))
    to(page, view)
    for summary in page.locator("main details:visible > summary").all():
        summary.click()
    assert page.locator(".scroll:visible").count() > 0
    assert (cut(page), overflow(page)) == ([], 0)


def test_a_name_is_still_readable_on_a_narrow_page(visit, long_named):
    page = visit(long_named, size=(375, 812))
    to(page, "Answers")
    widths = page.locator("th.long:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().width)"
    )
    assert widths
    assert min(widths) >= 140
    assert overflow(page) == 0
