"""Steps that several tests take on the page, by what a reader sees: names, roles and labels."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SETTLED = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
"""Done when the page has drawn, and has heard of every change that was waiting."""
KINDS = ("found", "wrong boundary", "wrong label", "wrong boundary and label", "spurious", "missed")


def to(page: Page, view: str) -> None:
    """Go to a view by its link."""
    page.get_by_role("navigation", name="Views").get_by_role("link", name=view, exact=True).click()


def choose_task(page: Page, task: str) -> None:
    """Choose the task whose title begins with a name."""
    picker = page.get_by_label("Task", exact=True)
    title = next(t for t in picker.locator("option").all_inner_texts() if t.startswith(f"{task} "))
    picker.select_option(label=title)


def choose(page: Page, control: str, option: str) -> None:
    """Choose the option of a list that begins with a text."""
    picker = page.get_by_label(control, exact=True)
    options = picker.locator("option").all_inner_texts()
    picker.select_option(label=next(text for text in options if text.startswith(option)))


def marks(page: Page, kind: str = "", column: int = 0) -> Locator:
    """Return the marks of a column of text that a screen reader calls a kind."""
    body = page.locator(".column").nth(column)
    return body.get_by_role("button", name=re.compile(rf"^{kind}: " if kind else ""))


def press(page: Page, key: str) -> None:
    """Press a key, and wait until the page has done what follows from it."""
    page.keyboard.press(key)
    page.evaluate(SETTLED)


def address(page: Page) -> str:
    """Return the whole address."""
    return page.evaluate("() => location.href")


def panel(page: Page) -> Locator:
    """Return the panel of a mark, which may be closed."""
    return page.locator("#panel")


def index(page: Page) -> dict[str, Any]:
    """Return what the page knows of runs, tasks and documents."""
    return json.loads(page.locator("#index").text_content() or "")


def seen(page: Page) -> dict[str, Any]:
    """Return what can be seen: the text, the state of every control, and the names of the marks."""
    return page.evaluate(
        """() => ({
            text: document.body.innerText,
            controls: [...document.querySelectorAll("input, select, details")].map(
                one => [one.id || one.value, one.checked, one.value, one.open]),
            marks: [...document.querySelectorAll("[data-chip]")].map(
                one => ["aria-label", "data-chip", "aria-expanded"].map(name => one.getAttribute(name))),
            shown: [...document.querySelectorAll("[id]")].filter(
                one => one.checkVisibility()).map(one => one.id),
        })"""
    )
