"""Every view of the page, as somebody sees it who comes by the links: there stands what was measured."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from benchmark.results import find_runs, load_record
from tests.browser.steps import to

VIEWS = ("Overview", "Text", "Errors", "Labels and slices", "Curves", "Annotators", "Provenance")


@pytest.fixture(scope="module")
def records(news):
    return [load_record(folder) for folder in find_runs([news.parent / "runs"])]


@pytest.mark.parametrize("view", VIEWS)
def test_a_link_leads_to_each_view_and_only_that_is_shown(visit, news, view):
    page = visit(news)
    to(page, view)
    assert page.get_by_role("heading", level=2).all_inner_texts() == [view]
    here = page.get_by_role("navigation", name="Views").locator('[aria-current="page"]')
    assert here.all_inner_texts() == [view]
    assert page.title().startswith(view)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_landmarks_and_its_headings_in_order(visit, news, view):
    page = visit(news)
    to(page, view)
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1
    levels = page.evaluate(
        "() => [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')]"
        ".filter(one => one.checkVisibility()).map(one => Number(one.tagName[1]))"
    )
    assert levels[:2] == [1, 2]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in page.get_by_role("table").all():
        assert table.locator("caption").count() == 1
        assert table.locator("thead th:not([scope=col])").count() == 0


def test_the_overview_has_every_run_with_its_score_its_signature_and_a_figure(visit, news, records):
    page = visit(news)
    main = page.get_by_role("main")
    shown = main.inner_text()
    for record in records:
        assert record.detector.name in shown
    for task in {record.task for record in records}:
        one = next(record for record in records if record.task == task)
        metric, score = one.headline
        value = one.metrics[metric].scores[score].value
        section = page.get_by_role("region", name=re.compile(rf"^{task} on {one.dataset.name}")).first
        assert f"{value:.2f}".lstrip("0") in section.inner_text()
        assert f"|task:{task}|" in section.locator("code").first.inner_text()
    assert main.get_by_role("img").filter(visible=True).count() >= len({record.task for record in records})
    assert "cannot be told apart" in shown or "is ahead of" in shown


def test_a_figure_has_a_name_and_a_description_and_no_style_of_its_own(visit, news):
    page = visit(news)
    figures = page.locator("svg[role=img]")
    assert figures.count() > 3
    assert page.locator("svg [style], svg style, svg script, svg foreignObject").count() == 0
    names = figures.evaluate_all(
        "all => all.map(one => (one.getAttribute('aria-label') || "
        "(one.getAttribute('aria-labelledby') || '').split(' ').map("
        "id => document.getElementById(id)?.textContent || '').join(' ')).trim())"
    )
    assert all(names)
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(set(ids)) == len(ids)


def test_the_signature_is_copied_at_a_press(visit, news):
    page = visit(news, permissions=["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name=re.compile("^Copy ")).first
    signature = page.locator("code").first.inner_text()
    button.click()
    page.get_by_text("Copied").first.wait_for()
    assert page.evaluate("() => navigator.clipboard.readText()") == signature


def test_all_scores_open_at_a_press(visit, news):
    page = visit(news)
    details = page.locator("details").filter(has_text="All scores of all metrics").first
    assert not details.get_by_role("table").first.is_visible()
    details.locator("summary").click()
    assert details.get_by_role("table").first.is_visible()


@pytest.mark.parametrize("view", ["Labels and slices", "Curves", "Errors"])
def test_a_task_is_chosen_and_only_its_parts_are_shown(visit, news, view):
    page = visit(news)
    to(page, view)
    picker = page.get_by_label("Task", exact=True)
    for title in picker.locator("option").all_inner_texts():
        picker.select_option(label=title)
        headings = page.locator("main h3:visible")
        assert headings.count() <= 1
        assert all(title.split(" on ")[0] in text for text in headings.all_inner_texts())


def test_the_labels_have_a_table_and_bars(visit, news, records):
    page = visit(news)
    to(page, "Labels and slices")
    shown = page.get_by_role("main").inner_text()
    assert all(label in shown for label, count in records[0].labels.items() if count)
    assert page.get_by_role("img").filter(visible=True).count() >= 1


def test_the_annotators_agreement_is_a_picture_and_a_table(visit, news):
    page = visit(news)
    to(page, "Annotators")
    assert page.get_by_role("img").filter(visible=True).count() >= 1
    assert all(name in page.get_by_role("main").inner_text() for name in ("B1", "B2", "B3"))


def test_the_provenance_names_data_versions_times_and_parameters(visit, news, records):
    page = visit(news)
    to(page, "Provenance")
    shown = page.get_by_role("main").inner_text()
    assert records[0].dataset.manifest_sha256 in shown
    assert records[0].dataset.version in shown
    assert all(record.created in shown for record in records)
    assert all(metric.signature in shown for record in records for metric in record.metrics.values())
    for library, version in records[0].environment.libraries.items():
        assert library in shown
        assert version in shown


def test_without_scripts_all_tables_stand(visit, news):
    page = visit(news, java_script_enabled=False)
    assert page.get_by_role("table").filter(visible=True).count() > 3
