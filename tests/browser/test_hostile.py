"""Hostile data changes nothing but text, and a strict policy stands behind that."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter

import pytest

from benchmark.answers import UNPLACED
from tests.browser import hostile
from tests.browser.hostile import HOSTILE
from tests.browser.steps import choose_task, index, marks, panel, press, to

STRUCTURE = """() => {
    const count = {};
    for (const one of document.querySelectorAll("*:not(svg *)")) {
        const names = [...one.attributes].map(own => own.name).sort().join(" ");
        const kind = `${one.localName} ${names}`;
        count[kind] = (count[kind] || 0) + 1;
    }
    return count;
}"""
VIEWS = ("Overview", "Text", "Errors", "Labels and slices", "Annotators", "Answers", "Provenance")


def sound(page):
    assert page.evaluate("() => window.owned") is None
    assert page.locator("img, iframe, object, embed, base, form, link, audio, video, template").count() == 0
    assert page.locator("meta[http-equiv]").count() == 1
    assert page.locator("script:not([type='application/json'])").count() == 1
    attributes = page.evaluate(
        "() => [...document.querySelectorAll('*')].flatMap(one => one.getAttributeNames())"
        ".filter(name => name.startsWith('on') || name === 'srcdoc' || name === 'src')"
    )
    assert attributes == []
    links = page.evaluate(
        "() => [...document.querySelectorAll('[href]')].map(one => one.getAttribute('href'))"
    )
    assert all(link.startswith("#") for link in links)


@pytest.mark.parametrize("task", hostile.TASKS)
def test_every_text_is_itself_to_the_last_character(visit, hostile_page, task):
    page = visit(hostile_page)
    to(page, "Text")
    choose_task(page, task)
    shown = {}
    for number, (identifier, _, _) in enumerate(index(page)["docs"]):
        page.get_by_role("navigation", name="Articles").get_by_role("link").nth(number).click()
        assert page.locator("#document-title").text_content() == identifier
        shown[identifier] = page.locator(".article").text_content()
        sound(page)
    assert shown == HOSTILE.texts


@pytest.mark.parametrize("view", VIEWS)
def test_what_is_hostile_makes_the_same_elements_as_what_is_harmless(visit, hostile_page, tame_page, view):
    found = []
    for path in (hostile_page, tame_page):
        page = visit(path)
        to(page, view)
        sound(page)
        found.append(Counter(page.evaluate(STRUCTURE)))
        assert (
            page.locator(
                "svg *:not(g, path, text, tspan, use, defs, clipPath, rect, pattern, title, desc)"
            ).count()
            == 0
        )
    assert found[0] == found[1]


def test_marks_stand_over_the_right_words_whatever_stands_before_them(visit, hostile_page):
    page = visit(hostile_page)
    to(page, "Text")
    choose_task(page, "technique")
    page.get_by_label("Gold", exact=True).check()
    for number, (identifier, text) in enumerate(HOSTILE.texts.items()):
        page.get_by_role("navigation", name="Articles").get_by_role("link").nth(number).click()
        words = page.evaluate(
            """() => [...document.querySelectorAll(".article [data-chip]")].map(chip => {
                const key = chip.dataset.key;
                return [...document.querySelectorAll(`.article .m[data-key="${key}"]`)].map(
                    one => one.textContent).join("");
            })"""
        )
        expected = [text[start:end] for start, end in hostile.places(text)]
        assert sorted(words) == sorted(expected), identifier


def test_labels_notes_fields_and_names_are_shown_as_they_are(visit, hostile_page):
    page = visit(hostile_page)
    to(page, "Text")
    choose_task(page, "technique")
    labels = page.locator("#labels").text_content()
    assert all(label in labels for label in HOSTILE.labels)
    fields = page.locator("#fields").text_content()
    assert all(key in fields and value in fields for key, value in HOSTILE.metadata.items())
    detectors = page.get_by_label("Detector A", exact=True).locator("option").all_text_contents()
    assert any("<img src=x" in name for name in detectors)
    page.get_by_label("Gold", exact=True).check()
    marks(page).first.click()
    said = panel(page).text_content()
    assert hostile.SCRIPT in said
    assert hostile.BREAKOUT in said
    assert hostile.IMAGE in said
    sound(page)


def test_every_mark_of_a_hostile_text_opens(visit, hostile_page):
    page = visit(hostile_page)
    for task in hostile.TASKS:
        to(page, "Text")
        choose_task(page, task)
        for mark in range(marks(page).count()):
            press(page, "Escape")
            marks(page).nth(mark).press("Enter")
            assert panel(page).is_visible()
            sound(page)
        press(page, "Escape")


def test_hostile_errors_are_listed_sorted_and_lead_to_their_places(visit, hostile_page):
    page = visit(hostile_page)
    to(page, "Errors")
    choose_task(page, "technique")
    for button in range(page.locator("#error-head button").count()):
        page.locator("#error-head button").nth(button).click()
        sound(page)
    for link in range(min(page.locator("#error-rows a").count(), 8)):
        page.locator("#error-rows a").nth(link).click()
        assert panel(page).is_visible()
        page.go_back()


def test_hostile_answers_are_themselves_to_the_last_character(visit, hostile_page):
    page = visit(hostile_page)
    to(page, "Answers")
    given = hostile.answers(HOSTILE)
    assert page.locator("#answer-rows tr").count() == len(given)
    assert page.locator("#answer-rows").text_content().count(hostile.SCRIPT) >= len(given)
    sound(page)
    page.locator("#answer-rows [data-answer='0']").click()
    for number, answer in enumerate(given):
        assert page.locator("#answer .raw").text_content() == answer.raw
        quotes = page.locator("#answer blockquote").all_text_contents()
        assert quotes[: len(answer.quotations)] == [HOSTILE.reply] * len(answer.quotations)
        assert page.locator("#answer-title").text_content().startswith(answer.document), number
        assert page.locator("#answer .facts").text_content().count(HOSTILE.reply) >= 3
        lost = sum(quote.how == UNPLACED for quote in answer.quotations)
        assert page.locator("#answer .unplaced").count() == lost > 0
        sound(page)
        press(page, "n")


def test_what_a_model_said_of_a_hostile_mark_is_text(visit, hostile_page):
    page = visit(hostile_page)
    to(page, "Text")
    choose_task(page, "technique")
    page.get_by_label("Predicted", exact=True).check()
    marks(page).first.click()
    said = panel(page).text_content()
    assert "What the model said" in said
    assert hostile.SCRIPT in said
    assert hostile.BREAKOUT in said
    sound(page)


def test_right_to_left_text_runs_right_to_left_and_stays_in_its_line(visit, hostile_page):
    page = visit(hostile_page)
    to(page, "Text")
    page.get_by_role("navigation", name="Articles").get_by_role("link").nth(2).click()
    directions = page.locator(".article .line").evaluate_all(
        "all => all.filter(one => one.textContent.trim()).map(one => getComputedStyle(one).direction)"
    )
    assert directions == ["ltr", "rtl", "rtl", "ltr"]


def test_the_policy_lets_only_the_pages_own_script_and_style_stand(news, hostile_page):
    for path in (news, hostile_page):
        content = path.read_text(encoding="utf-8")
        policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', content)[1]
        rules = dict(part.strip().partition(" ")[::2] for part in policy.replace("&#39;", "'").split(";"))
        assert content.index(policy) < content.index("<style")
        assert rules["default-src"] == "'none'"
        assert rules["base-uri"] == "'none'"
        assert rules["form-action"] == "'none'"
        (style,) = re.findall(r"<style>(.*?)</style>", content, re.S)
        (script,) = re.findall(r"<script>(.*?)</script>", content, re.S)
        assert rules["style-src"] == source(style)
        assert rules["script-src"] == source(script)
        assert set(rules) <= {"default-src", "base-uri", "form-action", "style-src", "script-src", "img-src"}
        assert rules.get("img-src", "data:") == "data:"


def source(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


ATTACKS = {
    "script": "const one = document.createElement('script'); one.textContent = 'window.owned = 1';"
    "document.body.append(one)",
    "handler": "document.body.insertAdjacentHTML('beforeend', '<p onclick=\"window.owned = 1\">x</p>');"
    "document.body.lastChild.click()",
    "link": "const one = document.createElement('a'); one.href = 'javascript:window.owned = 1';"
    "document.body.append(one); one.click()",
    "style": "const one = document.createElement('style'); one.textContent = 'body { display: none }';"
    "document.head.append(one); window.owned = getComputedStyle(document.body).display === 'none' ? 1 : null",
    "attribute": "document.body.setAttribute('style', 'display: none');"
    "window.owned = getComputedStyle(document.body).display === 'none' ? 1 : null",
    "image": "const one = new Image(); one.onload = () => { window.owned = 1 };"
    "one.src = 'https://example.org/x.png'",
    "request": "fetch('https://example.org/').then(() => { window.owned = 1 }, () => 0)",
    "base": "const one = document.createElement('base'); one.href = 'https://example.org/';"
    "document.head.prepend(one); window.owned = document.baseURI.startsWith('https') ? 1 : null",
    "frame": "const one = document.createElement('iframe'); one.src = 'https://example.org/';"
    "document.body.append(one)",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_policy_stops_what_would_get_past_the_page(visit, windows, news, attack):
    page = visit(news)
    failed = []
    page.on("requestfailed", lambda request: failed.append((request.url, request.failure)))
    page.evaluate(f"() => {{ {ATTACKS[attack]} }}")
    page.wait_for_timeout(100)
    assert not page.evaluate("() => window.owned")
    watched = windows.pop()
    assert all((address, "csp") in failed for address in watched.asked)
    assert any("violates the following Content Security Policy" in told for told in watched.told), (
        watched.told
    )


def test_a_tame_twin_differs_from_the_hostile_data_in_signs_alone(hostile_page, tame_page):
    assert "onerror" in hostile_page.read_text(encoding="utf-8")
    assert "&lt;img src=x" not in tame_page.read_text(encoding="utf-8")
