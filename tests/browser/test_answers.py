"""The view of answers in a browser: a list to filter and sort, each answer in full, its place in the text."""

from __future__ import annotations

import re

import pytest

from benchmark.answers import UNPLACED
from benchmark.lineup import opened
from benchmark.results import find_runs, load_answers
from tests.browser.steps import address, choose, choose_task, marks, panel, press, seen, to
from tests.browser.test_look import LOOKS, NARROW, brightness, outside, overflow


@pytest.fixture(scope="module")
def kept(answered):
    """The runs of the page by task and detector."""
    found = opened(find_runs([answered.parent / "runs"]))
    return {(run.record.task, run.record.detector.name): run for run in found}


@pytest.fixture
def page(visit, answered):
    shown = visit(answered)
    to(shown, "Answers")
    choose_task(shown, "technique")
    return shown


@pytest.fixture
def given(kept):
    return load_answers(kept["technique", "lexicon"].path)


def rows(page):
    return page.locator("#answer-rows tr")


def count(page):
    return page.locator("#answer-count").inner_text()


def title(page):
    return page.locator("#answer-title").inner_text()


def focused(page):
    return page.evaluate("() => document.activeElement.id || document.activeElement.dataset.answer")


def test_every_request_is_listed_and_counted(page, given):
    assert rows(page).count() == len(given) == 84
    assert count(page) == "Answers 1 to 84 of 84; page 1 of 1"
    heads = page.locator("#answer-head").inner_text().replace(" ▲", "").split("\t")
    assert heads == [
        *(
            "Answer",
            "Article",
            "Sample",
            "Status",
            "Not placed",
            "Tokens in",
            "Tokens out",
            "Cost",
            "Seconds",
        ),
        "Problem",
    ]
    first = rows(page).first.inner_text().split("\t")
    assert first[:3] == ["1", given[0].document, "1"]
    assert first[5:9] == ["1,200", "30", "0.0015 USD", "1.3"]
    tables = page.get_by_role("main").inner_text()
    assert "Language models: how their answers came out (technique on fictional_news)" in tables
    assert "version 1" in tables


@pytest.mark.parametrize("status", ["ok", "invalid", "refused", "failed"])
def test_answers_are_filtered_by_status(page, given, status):
    choose(page, "Answers that are", status)
    own = [answer for answer in given if answer.status == status]
    assert rows(page).count() == len(own) > 0
    assert all(f" {status}" in text for text in rows(page).all_inner_texts())


def test_answers_are_filtered_by_what_could_not_be_placed_and_by_article(page, given):
    choose(page, "Answers that are", "with quotations not placed")
    lost = [one for one in given if any(quote.how == UNPLACED for quote in one.quotations)]
    assert 0 < rows(page).count() == len(lost) < len(given)
    choose(page, "About the article", lost[-1].document)
    assert rows(page).count() == 3
    choose(page, "Answers that are", "refused")
    assert (rows(page).count(), count(page)) == (0, "No answers; page 1 of 1")


def test_a_click_on_a_head_sorts_and_another_turns_it(page, given):
    def status(column):
        return [text.split("\t")[column].split()[-1] for text in rows(page).all_inner_texts()]

    head = page.get_by_role("columnheader", name="Status").get_by_role("button")
    head.click()
    order = ["ok", "invalid", "refused", "failed"]
    found = status(3)
    assert found == sorted(found, key=order.index)
    assert set(found) == set(order)
    head.click()
    assert status(3) == found[::-1]
    assert page.locator("#answer-head [aria-sort=descending]").inner_text().startswith("Status")
    page.get_by_role("columnheader", name="Not placed").get_by_role("button").click()
    lost = [int(text.split()[0]) if " of " in text else 0 for text in column_texts(page, 4)]
    assert lost == sorted(lost)


def column_texts(page, column):
    return [text.split("\t")[column] for text in rows(page).all_inner_texts()]


def test_an_answer_shows_all_that_was_read_from_it(page, given):
    answer = next(one for one in given if {quote.how for quote in one.quotations} >= {"fuzzy", UNPLACED})
    page.locator(f"#answer-rows [data-answer='{given.index(answer)}']").click()
    assert title(page) == f"{answer.document}, sample 1: ok"
    assert not page.locator("#answer-list").is_visible()
    body = page.locator("#answer-body")
    assert body.locator(".raw").inner_text() == answer.raw
    assert body.locator("blockquote").all_inner_texts() == [quote.text for quote in answer.quotations]
    assert body.locator(".reason").all_inner_texts() == [quote.reason for quote in answer.quotations]
    lost = body.locator(".unplaced")
    assert lost.count() == 1
    assert "✗ not found in the text" in lost.inner_text()
    assert body.locator(".placed q").count() == 2, (
        "what was normalised or nearly found stands beside the text"
    )
    assert "SHA-256" in body.inner_text()
    facts = body.locator(".facts").inner_text()
    assert "tiny-1" in facts
    assert "1,200 in, 30 out" in facts


def test_a_quotation_leads_to_its_mark_and_the_mark_back_to_the_answer(page, kept, given):
    answer = next(one for one in given if len(one.quotations) > 2)
    page.locator(f"#answer-rows [data-answer='{given.index(answer)}']").click()
    quote = answer.quotations[1]
    page.get_by_role("link", name=f"characters {quote.start}–{quote.end}").click()
    assert page.get_by_role("heading", level=2).all_inner_texts() == ["Text"]
    said = panel(page).inner_text()
    assert "What the model said" in said
    assert quote.reason in said
    assert f"Quoted as\n{' '.join(quote.text.split())}" in said
    assert "found after white space" in said
    assert "1, 2, 3 of 3" in said
    panel(page).get_by_role("link", name=f"answer {given.index(answer) + 1}", exact=True).click()
    assert title(page) == f"{answer.document}, sample 1: ok"
    page.go_back()
    assert panel(page).is_visible()


def test_the_text_says_how_many_answers_it_is_marked_by(page, given):
    bad = next(one for one in given if one.status == "invalid")
    to(page, "Text")
    page.get_by_role("navigation", name="Articles").get_by_role("link").filter(
        has=page.locator("b", has_text=re.compile(f"^{bad.document}$"))
    ).click()
    page.get_by_role("link", name="3 answers about this text, 3 not ok").click()
    assert rows(page).count() == 3
    assert set(column_texts(page, 1)) == {bad.document}
    to(page, "Text")
    page.get_by_label("Gold", exact=True).check()
    assert page.get_by_role("link", name=re.compile("about this text")).count() == 0


def test_labels_of_units_have_their_reasons(page):
    to(page, "Text")
    choose_task(page, "frame")
    choose(page, "Detector A", "frame-keywords")
    page.get_by_label("Predicted", exact=True).check()
    marks(page).first.click()
    assert "It is about that." in panel(page).inner_text()
    panel(page).get_by_role("link", name=re.compile("^answer ")).first.click()
    assert page.locator("#answer-body").inner_text().count("It is about that.") >= 1
    assert page.locator("#answer-body h5").all_inner_texts()[0].startswith(("Quotations", "Labels of units"))


def test_what_came_of_spans_is_told_of_a_unit(page, kept):
    """The task asks for a degree, the model gave spans: the quotations in the unit are what it said."""
    to(page, "Text")
    choose_task(page, "slant")
    choose(page, "Detector A", "lexicon")
    page.get_by_label("Predicted", exact=True).check()
    marks(page).first.click()
    said = panel(page).inner_text()
    assert "What the model said" in said
    assert "Label\n" in said
    assert "Reason 0" in said


def test_a_reply_that_did_not_come_is_said(page, given):
    failed = next(at for at, one in enumerate(given) if one.status == "failed")
    page.locator(f"#answer-rows [data-answer='{failed}']").click()
    assert "No reply came" in page.locator("#answer-body").inner_text()
    assert "it is failed" in page.locator("#answer-body").inner_text()


def test_each_task_has_the_models_that_were_asked_for_it(page):
    for task in ("technique", "frame", "slant"):
        choose_task(page, task)
        models = page.get_by_label("Model", exact=True).locator("option").all_inner_texts()
        assert models
        assert "null" not in models


def test_the_link_leads_to_a_task_that_a_model_was_asked_for(visit, answered):
    page = visit(answered, "view=text&task=0")
    assert "attribution_gap" in page.get_by_label("Task", exact=True).locator("option:checked").inner_text()
    to(page, "Answers")
    assert rows(page).count() == 28
    assert "frame" in page.get_by_label("Task", exact=True).locator("option:checked").inner_text()


def test_a_task_that_no_model_was_asked_for_says_so(page):
    choose_task(page, "attribution_gap")
    assert page.locator("#answers").is_hidden()
    assert "No language model was asked for this task." in page.get_by_role("main").inner_text()
    choose_task(page, "technique")
    assert rows(page).count() == 84


def test_keys_go_from_answer_to_answer_and_back_to_the_list(page):
    choose(page, "Answers that are", "refused")
    first = page.locator("#answer-rows a[data-answer]").first
    number = first.get_attribute("data-answer")
    first.focus()
    press(page, "Enter")
    assert focused(page) == "answer-title"
    assert page.locator("#answer-place").inner_text() == "Answer 1 of 3"
    press(page, "n")
    assert page.locator("#answer-place").inner_text() == "Answer 2 of 3"
    press(page, "p")
    press(page, "p")
    assert page.locator("#answer-place").inner_text() == "Answer 1 of 3"
    assert page.get_by_role("button", name="Previous answer").is_disabled()
    page.get_by_role("button", name="Next answer").click()
    page.get_by_role("button", name="Next answer").click()
    assert page.get_by_role("button", name="Next answer").is_disabled()
    page.go_back()
    page.go_back()
    press(page, "Escape")
    assert page.locator("#answer-list").is_visible()
    assert focused(page) == number
    press(page, "n")
    assert rows(page).count() == 3, "the keys do nothing where no answer is open"


def test_a_copied_address_shows_the_same(visit, answered, page):
    choose(page, "Answers that are", "with quotations not placed")
    page.get_by_role("columnheader", name="Article").get_by_role("button").click()
    page.get_by_role("columnheader", name="Article").get_by_role("button").click()
    for step in (lambda: None, lambda: page.locator("#answer-rows a[data-answer]").nth(2).click()):
        step()
        copied = visit(answered, address(page).partition("#")[2])
        assert seen(copied) == seen(page)
        assert address(copied) == address(page)


@pytest.mark.parametrize(
    "state",
    [
        "view=answers&asked=99&status=__proto__&about=-1&by=constructor&falling=7&leaf=1e99",
        "view=answers&answer=99999&asked=&task=77",
        "view=answers&answer=-1&status=<img src=x>",
    ],
)
def test_an_address_that_means_nothing_shows_the_list(visit, answered, state):
    page = visit(answered, state)
    assert page.locator("#answer-list").is_visible()
    assert rows(page).count() > 0


@pytest.mark.parametrize("look", LOOKS)
def test_everybody_can_read_it(visit, audit, answered, look):
    page = visit(answered, **LOOKS[look])
    to(page, "Answers")
    choose_task(page, "technique")
    assert audit(page) == []
    page.locator("#answer-rows a[data-answer]").first.click()
    assert audit(page) == []
    assert page.locator("#answer-body").is_visible()
    page.locator("#answer-body a").nth(1).click()
    assert panel(page).is_visible()
    assert audit(page) == []
    to(page, "Provenance")
    page.locator("main summary:visible").first.click()
    assert page.get_by_text("slow", exact=True).first.is_visible()
    assert audit(page) == []


def test_a_narrow_page_never_scrolls_sideways(visit, answered):
    page = visit(answered, size=NARROW)
    to(page, "Answers")
    assert (overflow(page), outside(page)) == (0, [])
    page.locator("#answer-rows a[data-answer]").first.click()
    assert (overflow(page), outside(page)) == (0, [])


def test_on_paper_an_answer_stands_without_controls(visit, answered):
    page = visit(answered, "view=answers&answer=0", color_scheme="dark")
    page.emulate_media(media="print")
    assert page.locator("button:visible, select:visible").count() == 0
    assert page.locator("#answer-body .raw").is_visible()
    ink = page.locator("#answer-body .raw").evaluate("one => getComputedStyle(one).color")
    assert brightness([ink]) < 80
    assert page.pdf()[:5] == b"%PDF-"


def test_without_scripts_the_tables_stand(visit, answered):
    page = visit(answered, java_script_enabled=False)
    assert page.get_by_role("table", name=re.compile("^Language models")).filter(visible=True).count() > 2
    assert page.locator("#answer-list").is_hidden()


def test_a_page_without_answers_has_no_such_view(visit, news):
    page = visit(news, "view=answers")
    assert page.get_by_role("heading", level=2).all_inner_texts() == ["Overview"]
    assert page.get_by_role("link", name="Answers").count() == 0
