"""The list of errors: complete, filtered, sorted, in pages, and each a link to its place in the text."""

from __future__ import annotations

import re

import pytest

from benchmark.error_types import TYPES, errors_of
from benchmark.lineup import opened
from tests.browser.steps import KINDS, choose, choose_task, panel, to

TASK = "technique"
DETECTORS = ("lexicon", "random", "repetition")
NAMES = dict(zip(TYPES, KINDS, strict=True))


@pytest.fixture(scope="module")
def counts(news):
    """The errors of each detector by type."""
    found = {}
    for run in opened(sorted((news.parent / "runs" / "fictional_news" / TASK).rglob("run.json"))):
        by_type = errors_of(run.rescorer, run.predictions).counts
        found[run.record.detector.name] = {NAMES[kind]: int(number) for kind, number in by_type.items()}
    return found


@pytest.fixture
def errors(visit, news):
    page = visit(news)
    to(page, "Errors")
    choose_task(page, TASK)
    return page


def total(page):
    said = page.locator("#error-count").inner_text()
    return 0 if said.startswith("No errors") else int(re.search(r" of (\d+);", said)[1])


def column(page, name):
    heads = [text.rstrip(" ▲▼") for text in page.locator("#error-head th").all_inner_texts()]
    return page.locator(f"#error-rows td:nth-child({heads.index(name) + 1})").all_inner_texts()


def wrong(counted):
    return sum(number for kind, number in counted.items() if kind != "found")


def test_it_holds_every_miss_and_every_false_alarm(errors, counts):
    assert set(counts) >= set(DETECTORS)
    assert total(errors) == sum(map(wrong, counts.values()))
    for name, counted in counts.items():
        choose(errors, "Detector", name)
        assert total(errors) == wrong(counted)
        for kind in KINDS[1:]:
            choose(errors, "Error", kind)
            assert total(errors) == counted[kind], (name, kind)
            assert all(text.endswith(kind) for text in column(errors, "Error"))
        choose(errors, "Error", "all")


def test_it_is_filtered_by_label_and_by_article(errors):
    every = total(errors)
    label = next(text for text in column(errors, "Gold label") if text != "–")
    choose(errors, "Label", label)
    assert 0 < total(errors) < every
    pairs = zip(column(errors, "Gold label"), column(errors, "Predicted label"), strict=True)
    assert all(label in pair for pair in pairs)
    choose(errors, "Label", "all")
    document = column(errors, "Place")[0].split(",")[0]
    choose(errors, "Article", document)
    assert 0 < total(errors) < every
    assert all(text.startswith(f"{document},") for text in column(errors, "Place"))


def test_it_is_sorted_by_every_column_both_ways(errors):
    choose(errors, "Detector", "lexicon")
    heads = errors.locator("#error-head th")
    for place in range(heads.count()):
        name = heads.nth(place).inner_text().rstrip(" ▲▼")
        head = errors.get_by_role("columnheader", name=re.compile(f"^{name}"))
        ways = []
        for _ in range(2):
            head.get_by_role("button").click()
            ways.append(head.get_attribute("aria-sort"))
            assert errors.locator('#error-head [aria-sort]:not([aria-sort="none"])').count() == 1
            if name in ("Gold label", "Predicted label"):
                values = [text for text in column(errors, name) if text != "–"]
                assert values == sorted(values, reverse=ways[-1] == "descending")
        assert set(ways) == {"ascending", "descending"}


def test_it_comes_in_pages(errors):
    assert total(errors) > 100
    assert errors.locator("#error-rows tr").count() == 100
    first = column(errors, "Place")
    assert errors.get_by_role("button", name="Previous page").is_disabled()
    errors.get_by_role("button", name="Next page").click()
    assert column(errors, "Place") != first
    errors.get_by_role("button", name="Previous page").click()
    assert column(errors, "Place") == first


def test_an_error_leads_to_its_place_in_the_text(errors):
    choose(errors, "Detector", "lexicon")
    for kind in ("missed", "spurious"):
        choose(errors, "Error", kind)
        words = column(errors, "Words")[2]
        errors.locator("#error-rows").get_by_role("link").nth(2).click()
        assert errors.get_by_role("heading", level=2).all_inner_texts() == ["Text"]
        mark = errors.locator('[data-chip][aria-expanded="true"]')
        assert mark.get_attribute("aria-label").startswith(f"{kind}: ")
        assert f"“{words}”" in mark.get_attribute("aria-label")
        assert mark.evaluate(
            "one => { const box = one.getBoundingClientRect(); "
            "return box.top >= 0 && box.bottom <= window.innerHeight }"
        )
        assert panel(errors).is_visible()
        errors.go_back()
        assert errors.get_by_role("heading", level=2).all_inner_texts() == ["Errors"]
