"""The text view: an article with its marks, and every control of it."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from benchmark.error_types import TYPES, errors_of, judged_of
from benchmark.lineup import opened
from tests.browser.steps import KINDS, address, choose, choose_task, marks, panel, to

NAMES = dict(zip(TYPES, KINDS, strict=True))


@pytest.fixture(scope="module")
def runs(news):
    return {
        (run.record.task, run.record.detector.name): run
        for run in opened(sorted((news.parent / "runs").rglob("run.json")))
    }


@pytest.fixture(scope="module")
def crowded(runs):
    """The article in which lexicon meets most kinds of verdict, and their number by kind."""
    run = runs["technique", "lexicon"]
    counts = {}
    for one in judged_of(run.rescorer, run.predictions):
        counts.setdefault(one.document, Counter())[NAMES[one.type]] += 1
    return max(counts.items(), key=lambda item: (len(item[1]), item[1].total()))


@pytest.fixture
def text(visit, news, crowded):
    """The crowded article as lexicon has it."""
    page = visit(news)
    to(page, "Text")
    choose_task(page, "technique")
    choose(page, "Detector A", "lexicon")
    article(page, crowded[0])
    return page


def article(page, identifier):
    listed = page.get_by_role("navigation", name="Articles").get_by_role("link")
    listed.filter(has=page.locator("b", has_text=re.compile(rf"^{re.escape(identifier)}$"))).click()


def gold_of(runs, identifier, task="technique"):
    rescorer = runs[task, "lexicon"].rescorer
    place = [document.id for document in rescorer.dataset.documents].index(identifier)
    return rescorer.dataset.documents[place], rescorer.dataset.gold[rescorer.task.source][place]


def test_the_text_is_the_articles_to_the_last_character(text, runs, crowded):
    document, _ = gold_of(runs, crowded[0])
    assert text.locator(".article").evaluate_all("all => all.map(one => one.textContent)") == [document.text]
    assert text.get_by_role("heading", level=3, name=crowded[0], exact=True).is_visible()


def test_agreement_missed_and_spurious_are_told_apart(text, crowded):
    _, counts = crowded
    twice = {"wrong boundary", "wrong boundary and label"}  # gold and prediction are both drawn
    for kind in KINDS:
        assert marks(text, kind).count() == counts[kind] * (2 if kind in twice else 1), (kind, counts)


def test_no_two_kinds_of_mark_differ_by_colour_alone(text):
    looks = text.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("#help .m")].map(one => {
            const sign = one.parentElement.querySelector(".sign").textContent;
            return [one.textContent, sign];
        }))"""
    )
    assert sorted(looks) == sorted(KINDS)
    assert len(set(looks.values())) == len(KINDS)
    for kind in KINDS:
        for chip in marks(text, kind).all()[:3]:
            assert chip.get_attribute("data-chip").startswith(looks[kind])


def test_gold_and_predicted_are_seen_alone_and_together(text, runs, crowded):
    _, gold = gold_of(runs, crowded[0])
    run = runs["technique", "lexicon"]
    predicted = next(one for one in run.predictions if one.document == crowded[0])
    text.get_by_label("Gold", exact=True).check()
    assert marks(text).count() == len(gold.spans) == marks(text, "gold").count()
    text.get_by_label("Predicted", exact=True).check()
    assert marks(text).count() == len(predicted.spans) == marks(text, "predicted").count()
    text.get_by_label("Both, compared").check()
    assert marks(text, "gold").count() == marks(text, "predicted").count() == 0


def test_the_words_of_every_mark_are_those_of_its_span(text, runs, crowded):
    document, gold = gold_of(runs, crowded[0])
    text.get_by_label("Gold", exact=True).check()
    words = text.evaluate(
        """() => [...document.querySelectorAll(".article [data-chip]")].map(chip => {
            const key = chip.dataset.key;
            return [...document.querySelectorAll(`.article .m[data-key="${key}"]`)].map(
                one => one.textContent).join("");
        })"""
    )
    assert sorted(words) == sorted(document.text[span.start : span.end] for span in gold.spans)


def test_labels_are_chosen_one_by_one_all_and_none(text, runs, crowded):
    _, gold = gold_of(runs, crowded[0])
    by_label = Counter(span.label for span in gold.spans)
    text.get_by_label("Gold", exact=True).check()
    text.locator("#labels-summary").click()
    label, count = by_label.most_common(1)[0]
    box = text.get_by_role("checkbox", name=re.compile(rf"^{re.escape(label)}\b"))
    assert f"{count} gold" in box.locator("xpath=..").inner_text()
    box.uncheck()
    assert marks(text).count() == by_label.total() - count
    text.get_by_role("button", name="No label").click()
    assert marks(text).count() == 0
    assert text.get_by_role("checkbox", name=re.compile(r"gold, \d+ predicted$")).count() > 3
    box.check()
    assert marks(text).count() == count
    text.get_by_role("button", name="All labels").click()
    assert marks(text).count() == by_label.total()


def test_the_names_of_labels_can_be_hidden(text):
    long = marks(text).first.get_attribute("data-chip")
    text.get_by_label("Label names in the text").uncheck()
    assert long.startswith(marks(text).first.get_attribute("data-chip"))
    assert len(marks(text).first.get_attribute("data-chip")) == 1


def test_two_detectors_stand_side_by_side_and_scroll_together(text, crowded):
    choose(text, "Detector B, beside it", "random")
    assert text.locator(".column").count() == 2
    tops = "() => [...document.querySelectorAll('.article')].map(one => [...one.children].map(%s))"
    place = tops % "line => Math.round(line.getBoundingClientRect().top)"
    one, other = text.evaluate(place)
    assert one == other
    text.mouse.move(400, 600)
    text.mouse.wheel(0, 500)
    text.wait_for_function("() => window.scrollY > 100")
    after, beside = text.evaluate(place)
    assert after == beside
    assert after[0] < one[0]
    left, right = text.evaluate(
        "() => [...document.querySelectorAll('.article')].map(one => one.getBoundingClientRect())"
        ".map(box => [box.left, box.right])"
    )
    assert left[1] <= right[0]
    contents = text.locator(".article").evaluate_all("all => all.map(one => one.textContent)")
    assert contents[0] == contents[1]
    choose(text, "Detector B, beside it", "none")
    assert text.locator(".column").count() == 1


def test_a_mark_opens_to_what_is_known_of_it(text, runs, crowded):
    document, gold = gold_of(runs, crowded[0])
    told = next(s for s in gold.spans if s.note and s.note.rationale and s.note.support)
    text.get_by_label("Gold", exact=True).check()
    words = " ".join(document.text[told.start : told.end].split())
    name = re.compile(rf"^gold: {re.escape(told.label)}.*“{re.escape(words[:40])}")
    marks(text).and_(text.get_by_role("button", name=name)).first.click()
    said = panel(text).inner_text()
    assert f"characters {told.start}–{told.end}" in said
    for piece in (told.label, " ".join(told.note.rationale.split()), *told.note.support):
        assert piece in " ".join(said.split())
    if told.note.rewrite:
        assert " ".join(told.note.rewrite.split()) in " ".join(said.split())
    assert "own marks here" in said
    panel(text).get_by_role("button", name="Close").click()
    assert panel(text).is_hidden()


def test_a_mark_tells_the_type_of_error_and_the_score(text, runs, crowded):
    kind = next(kind for kind in ("spurious", "found", "wrong boundary") if crowded[1][kind])
    marks(text, kind).first.click()
    said = panel(text).inner_text()
    assert kind in said
    assert "Score" in said
    assert "Predicted label" in said


def test_a_click_on_marked_words_opens_their_mark(text):
    words = text.locator(".article .m").first
    words.click(position={"x": 3, "y": 5})
    assert panel(text).is_visible()


def test_the_panel_steps_from_mark_to_mark(text):
    marks(text).first.click()
    first = address(text)
    panel(text).get_by_role("button", name="Next mark").click()
    assert address(text) != first
    assert text.locator('[data-chip][aria-expanded="true"]').count() == 1
    panel(text).get_by_role("button", name="Previous mark").click()
    assert address(text) == first
    link = panel(text).get_by_role("link", name="Link to this mark").get_attribute("href")
    assert first.endswith(link)


def test_articles_are_listed_with_their_counts_and_turned_one_by_one(text, runs, crowded):
    document, gold = gold_of(runs, crowded[0])
    here = text.get_by_role("navigation", name="Articles").locator('[aria-current="true"]')
    assert document.id in here.inner_text()
    assert document.text.strip().split("\n")[0][:40] in here.inner_text()
    assert f"{len(gold.spans)} gold" in here.inner_text()
    assert f"{crowded[1]['spurious']} spurious" in here.inner_text()
    ids = [entry.id for entry in runs["technique", "lexicon"].rescorer.dataset.documents]
    assert text.get_by_role("navigation", name="Articles").get_by_role("link").count() == len(ids)
    article(text, ids[0])
    assert text.get_by_role("button", name="Previous article").is_disabled()
    text.get_by_role("button", name="Next article").click()
    assert text.get_by_role("heading", level=3, name=ids[1], exact=True).is_visible()
    article(text, ids[-1])
    assert text.get_by_role("button", name="Next article").is_disabled()


def test_overlapping_marks_have_lanes_of_their_own(text, runs, visit, news):
    run = runs["technique", "lexicon"]
    nested = None
    for document, gold in zip(
        run.rescorer.dataset.documents, run.rescorer.dataset.gold["technique"], strict=True
    ):
        for one, other in zip(gold.spans, gold.spans[1:], strict=False):
            if other.start < one.end:
                nested = document, one, other
    document, one, other = nested
    article(text, document.id)
    text.get_by_label("Gold", exact=True).check()
    words = document.text[max(one.start, other.start) : min(one.end, other.end)]
    lanes = text.evaluate(
        """words => [...document.querySelectorAll(".article .m .m")].filter(
            inner => inner.textContent.includes(words.split("\\n")[0])).map(inner => {
                const outer = inner.parentElement;
                const lane = one => getComputedStyle(one).getPropertyValue("--lane").trim();
                return [lane(outer), lane(inner)];
            })""",
        words,
    )
    assert lanes
    assert all(outer != inner for outer, inner in lanes)


def test_labels_of_units_are_right_or_wrong(text, runs):
    choose_task(text, "frame")
    choose(text, "Detector A", "frame-keywords")
    run = runs["frame", "frame-keywords"]
    article(text, run.rescorer.dataset.documents[0].id)
    expected = {
        (unit.start, unit.end, label)
        for unit in run.rescorer.dataset.gold["frame"][0].units
        for label in unit.labels
        if (unit.start, unit.end) in run.rescorer.dataset.documents[0].every_unit
    }
    text.get_by_label("Gold", exact=True).check()
    paragraphs = set(map(tuple, run.rescorer.dataset.documents[0].units(run.rescorer.task.unit).tolist()))
    assert marks(text).count() == sum((start, end) in paragraphs for start, end, _ in expected)
    text.get_by_label("Both, compared").check()
    assert {name.split(": ")[0] for name in names(text)} <= {"found", "missed", "spurious"}
    counts = errors_of(run.rescorer, run.predictions).counts
    listed = text.get_by_role("navigation", name="Articles").inner_text()
    for kind, name in NAMES.items():
        if name in ("found", "missed", "spurious"):
            assert sum(map(int, re.findall(rf"(\d+) {name}", listed))) == counts[kind]


def test_sentences_are_units_too(text):
    choose_task(text, "loaded_sentence")
    choose(text, "Detector A", "lexicon")
    assert {"found"} <= {name.split(": ")[0] for name in names(text)} <= {"found", "wrong label", "missed"}


def test_the_parts_of_an_attribution_share_a_number(text):
    choose_task(text, "attribution")
    choose(text, "Detector A", "attribution-rules")
    text.get_by_label("Gold", exact=True).check()
    chips = [chip.get_attribute("data-chip") for chip in marks(text).all()]
    parts = Counter(re.search(r"(source|cue|content) ([\d, ]+)$", chip)[1] for chip in chips)
    assert set(parts) == {"source", "cue", "content"}


def names(page):
    return [mark.get_attribute("aria-label") for mark in marks(page).all()]
