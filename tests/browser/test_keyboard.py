"""All of it by keyboard: no test here touches the mouse."""

from __future__ import annotations

import re

import pytest

from tests.browser.steps import address, marks, panel, press, to

MOST = 400
ACTIVE = (
    "() => { const one = document.activeElement; return one.id || one.textContent.trim() || one.tagName }"
)


@pytest.fixture
def page(visit, news):
    return visit(news)


def tab_to(page, script, key="Tab"):
    """Press Tab until the element that has the focus is the one wanted."""
    for _ in range(MOST):
        press(page, key)
        if page.evaluate(f"() => {{ const one = document.activeElement; return {script} }}"):
            return
    pytest.fail(f"{MOST} presses of {key} do not reach {script}")


def text_view(page):
    tab_to(page, "one.dataset.view === 'text'")
    press(page, "Enter")


def to_mark(page):
    tab_to(page, "one.dataset.chip !== undefined && one.dataset.key !== undefined")


def test_the_first_stop_skips_to_the_content_of_the_view_that_is_shown(page):
    text_view(page)
    page.evaluate("() => document.activeElement.blur()")
    page.reload()
    press(page, "Tab")
    assert page.evaluate(ACTIVE) == "skip"
    assert page.locator("#skip").evaluate("one => one.getBoundingClientRect().top >= 0")
    press(page, "Enter")
    assert page.get_by_role("heading", level=2).all_inner_texts() == ["Text"]
    press(page, "Tab")
    assert page.evaluate("() => document.getElementById('main').contains(document.activeElement)")


@pytest.mark.parametrize("view", ["overview", "text", "errors", "slices", "provenance"])
def test_tab_reaches_every_control_in_turn_shows_where_it_is_and_leaves(visit, news, view):
    page = visit(news, f"view={view}")
    stops = page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
            .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.disabled)
            .filter(one => one.type !== "radio" || one.checked)
            .map(one => { one.dataset.stop = "yes"; return 1 }).length"""
    )
    assert stops > 5
    reached, unseen = 0, []
    for _ in range(min(stops, MOST)):
        press(page, "Tab")
        one = page.evaluate(
            """() => {
                const one = document.activeElement;
                const first = one.dataset.stop === "yes";
                one.dataset.stop = "reached";
                const style = getComputedStyle(one);
                const ring = parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none";
                return [first, ring, one.outerHTML.slice(0, 120)];
            }"""
        )
        reached += one[0]
        if not one[1]:
            unseen.append(one[2])
    assert unseen == []
    assert reached == min(stops, MOST)


def test_a_mark_opens_steps_closes_and_the_focus_returns(page):
    text_view(page)
    to_mark(page)
    name = page.evaluate("() => document.activeElement.getAttribute('aria-label')")
    press(page, "Enter")
    assert panel(page).is_visible()
    assert page.evaluate("() => document.getElementById('panel').contains(document.activeElement)")
    press(page, "Escape")
    assert panel(page).is_hidden()
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')") == name
    press(page, "Enter")
    press(page, "j")
    second = marks(page).nth(1).get_attribute("aria-label")
    assert page.locator('[data-chip][aria-expanded="true"]').get_attribute("aria-label") == second
    press(page, "Escape")
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')") == second


def test_a_mark_opens_by_the_space_bar_and_closes_by_its_button(page):
    text_view(page)
    to_mark(page)
    press(page, "Space")
    assert panel(page).is_visible()
    tab_to(page, "one.id === 'panel-close'")
    press(page, "Enter")
    assert panel(page).is_hidden()
    assert page.evaluate("() => document.activeElement.dataset.key !== undefined")


def test_keys_step_through_marks_and_articles(page):
    text_view(page)
    title = page.locator("#document-title")
    first = title.inner_text()
    press(page, "n")
    assert title.inner_text() != first
    press(page, "p")
    assert title.inner_text() == first
    press(page, "p")
    assert title.inner_text() == first
    focused = "() => document.activeElement.dataset.key"
    press(page, "j")
    one = page.evaluate(focused)
    press(page, "j")
    assert page.evaluate(focused) != one
    press(page, "k")
    assert page.evaluate(focused) == one


def test_the_help_opens_by_its_key_and_closes(page):
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Help and keys")
    assert dialog.is_visible()
    press(page, "Escape")
    assert dialog.is_hidden()
    tab_to(page, "one.id === 'help-open'")
    press(page, "Enter")
    assert dialog.is_visible()
    tab_to(page, "one.id === 'help-close'")
    press(page, "Enter")
    assert dialog.is_hidden()
    assert page.evaluate(ACTIVE) == "help-open"


def test_single_keys_can_be_switched_off(page):
    press(page, "?")
    tab_to(page, "one.id === 'shortcuts'")
    press(page, "Space")
    press(page, "Escape")
    text_view(page)
    first = page.locator("#document-title").inner_text()
    press(page, "n")
    assert page.locator("#document-title").inner_text() == first


def test_lists_and_choices_work_by_arrows(page):
    text_view(page)
    tab_to(page, "one.id === 'task'")
    press(page, "ArrowDown")
    assert "task=1" in address(page)
    tab_to(page, "one.id === 'run-a'")
    before = address(page)
    press(page, "ArrowDown")
    assert address(page) != before
    assert page.evaluate(ACTIVE) == "run-a"
    tab_to(page, "one.name === 'mode'")
    press(page, "ArrowDown")
    assert "mode=gold" in address(page)
    tab_to(page, "one.id === 'labels-summary'")
    press(page, "Enter")
    tab_to(page, "one.type === 'checkbox' && one.closest('#labels')")
    press(page, "Space")
    assert "labels=" in address(page)
    assert page.evaluate("() => document.activeElement.closest('#labels') !== null")


def test_an_article_is_chosen_from_the_list(page):
    text_view(page)
    tab_to(page, "one.dataset.doc === '3'")
    press(page, "Enter")
    assert "doc=3" in address(page)
    assert page.evaluate("() => document.activeElement.dataset.doc") == "3"


def test_errors_are_sorted_and_followed(page):
    to_errors = "one.dataset.view === 'errors'"
    tab_to(page, to_errors)
    press(page, "Enter")
    tab_to(page, "one.dataset.sort === 'type'")
    press(page, "Enter")
    press(page, "Enter")
    head = page.get_by_role("columnheader", name=re.compile("^Error"))
    assert head.get_attribute("aria-sort") == "descending"
    assert page.evaluate("() => document.activeElement.dataset.sort") == "type"
    tab_to(page, "one.classList.contains('place')")
    press(page, "Enter")
    assert panel(page).is_visible()
    assert page.evaluate("() => document.getElementById('panel').contains(document.activeElement)")


def test_a_wide_table_scrolls_by_keyboard(visit, news):
    page = visit(news, "view=overview", size=(375, 700))
    wide = page.evaluate(
        """() => { const one = [...document.querySelectorAll(".scroll")].find(
            box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 20);
            if (one) one.focus(); return Boolean(one) }"""
    )
    assert wide
    press(page, "ArrowRight")
    page.wait_for_function("() => document.activeElement.scrollLeft > 0")


def test_the_steps_of_the_other_tests_need_no_more_than_a_keyboard(page):
    to(page, "Text")
    by_mouse = address(page)
    fresh = page.context.new_page()
    fresh.goto(by_mouse.partition("#")[0])
    text_view(fresh)
    assert address(fresh) == by_mouse
