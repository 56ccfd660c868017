"""What is seen stands in the address after "#": a copied address shows the same again."""

from __future__ import annotations

import pytest

from tests.browser.steps import address, choose, choose_task, marks, panel, seen, to


def overview(page):
    to(page, "Overview")


def compared(page):
    to(page, "Text")
    choose_task(page, "technique")
    choose(page, "Detector A", "lexicon")
    choose(page, "Detector B, beside it", "random")
    page.get_by_role("navigation", name="Articles").get_by_role("link").nth(4).click()


def gold_without_a_label(page):
    compared(page)
    page.get_by_label("Gold", exact=True).check()
    page.locator("#labels-summary").click()
    page.get_by_role("checkbox").nth(2).uncheck()
    page.locator("#labels-summary").click()


def no_label(page):
    compared(page)
    page.locator("#labels-summary").click()
    page.get_by_role("button", name="No label").click()
    page.locator("#labels-summary").click()


def short_chips(page):
    compared(page)
    page.get_by_label("Label names in the text").uncheck()


def open_mark(page):
    compared(page)
    marks(page).nth(2).click()


def open_mark_beside(page):
    compared(page)
    marks(page, column=1).nth(1).click()


def frames(page):
    to(page, "Text")
    choose_task(page, "frame")


def errors(page):
    to(page, "Errors")
    choose_task(page, "technique")
    choose(page, "Detector", "random")
    choose(page, "Error", "missed")
    page.get_by_role("columnheader", name="Gold label").get_by_role("button").click()
    page.get_by_role("columnheader", name="Gold label").get_by_role("button").click()


def second_page(page):
    to(page, "Errors")
    choose_task(page, "technique")
    page.get_by_role("button", name="Next page").click()


def errors_of_an_article(page):
    to(page, "Errors")
    choose_task(page, "technique")
    page.get_by_label("Article", exact=True).select_option(index=2)
    page.get_by_label("Label", exact=True).select_option(index=1)


def slices(page):
    to(page, "Labels and slices")
    choose_task(page, "loaded_sentence")


def provenance(page):
    to(page, "Provenance")


STATES = (
    overview,
    compared,
    gold_without_a_label,
    no_label,
    short_chips,
    open_mark,
    open_mark_beside,
    frames,
    errors,
    second_page,
    errors_of_an_article,
    slices,
    provenance,
)


@pytest.mark.parametrize("steps", STATES, ids=lambda steps: steps.__name__)
def test_a_copied_address_shows_the_same(visit, news, steps):
    page = visit(news)
    steps(page)
    expected = seen(page)
    copied = visit(news, address(page).partition("#")[2])
    assert seen(copied) == expected
    assert address(copied) == address(page)


def test_back_and_forward_go_through_what_was_seen(visit, news):
    page = visit(news)
    pictures = [(address(page), seen(page)["text"])]
    for view in ("Text", "Errors", "Provenance"):
        to(page, view)
        pictures.append((address(page), seen(page)["text"]))
    to(page, "Text")
    marks(page).first.click()
    assert panel(page).is_visible()
    page.go_back()
    assert panel(page).is_hidden()
    page.go_back()
    for url, text in reversed(pictures[:-1]):
        page.go_back()
        assert (address(page), seen(page)["text"]) == (url, text)
    page.go_forward()
    assert (address(page), seen(page)["text"]) == pictures[1]


@pytest.mark.parametrize(
    "state",
    [
        "view=nonsense",
        "view=__proto__&task=constructor",
        "view=text&task=99&doc=-1&a=77&b=-3&mode=x&labels=9999&mark=a-g99999",
        "view=text&task=0&doc=1.5&a=&b=&labels=.,.&mark=%22%5D%3Cimg%20src=x%20onerror=window.owned=1%3E",
        "view=errors&run=999&type=17&label=zz&from=x&sort=toString&down=7&page=1e99",
        "%E0%A4%A",
        "%",
        "main",
        "<script>window.owned=1</script>",
    ],
)
def test_an_address_that_means_nothing_shows_something_sound(visit, news, state):
    page = visit(news, state)
    assert page.get_by_role("heading", level=2).count() == 1
    assert page.evaluate("() => window.owned") is None
    to(page, "Text")
    assert page.locator(".article").first.text_content()


def test_a_task_has_an_article_and_detectors_of_its_own(visit, news):
    page = visit(news)
    compared(page)
    marks(page).first.click()
    choose_task(page, "frame")
    assert panel(page).is_hidden()
    assert page.get_by_label("Detector A", exact=True).locator("option:checked").inner_text()
    assert page.locator(".column").count() == 1
