"""The picture that the README shows; `FRAMEBENCH_SCREENSHOTS=docs/images pytest tests/browser` makes it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.browser.steps import choose, choose_task, marks, panel, to

MOST = 300_000
KEPT = Path(__file__).resolve().parents[2] / "docs" / "images" / "text-view.png"


def test_the_text_view_with_an_open_mark_makes_a_picture(visit, news, tmp_path):
    folder = Path(os.environ.get("FRAMEBENCH_SCREENSHOTS") or tmp_path)
    page = visit(news, size=(1200, 760), color_scheme="light")
    to(page, "Text")
    choose_task(page, "technique")
    choose(page, "Detector A", "lexicon")
    listed = page.get_by_role("navigation", name="Articles").get_by_role("link")
    listed.filter(has=page.locator("b", has_text=re.compile("^16$"))).click()
    marks(page, "wrong boundary").first.click()
    assert panel(page).is_visible()
    page.screenshot(path=folder / "text-view.png", animations="disabled")
    assert 10_000 < (folder / "text-view.png").stat().st_size < MOST


def test_the_readme_shows_the_picture():
    readme = KEPT.parents[2] / "README.md"
    assert "docs/images/text-view.png" in readme.read_text(encoding="utf-8")
    assert KEPT.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert KEPT.stat().st_size < MOST
