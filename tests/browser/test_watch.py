"""The tests of the page see what they are meant to see: shown on pages that do wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Page</title>'


def write(folder: Path, body: str) -> Path:
    path = folder / "page.html"
    path.write_text(f"{HEAD}<main>{body}</main></html>", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<script>console.log('hello')</script>", "log: hello"),
        ("<script>console.warn('careful')</script>", "warning: careful"),
        ("<script>throw new Error('broken')</script>", "error: broken"),
        ("<script>alert('read me')</script>", "dialog: read me"),
    ],
)
def test_a_page_that_says_anything_is_caught(visit, windows, tmp_path, body, told):
    visit(write(tmp_path, body))
    assert [told] == windows.pop().told


@pytest.mark.parametrize(
    "body",
    [
        '<img src="https://example.org/x.png" alt="">',
        '<link rel="stylesheet" href="other.css">',
        "<script>fetch('https://example.org/x.json').catch(() => 0)</script>",
        '<iframe src="other.html" title="other"></iframe>',
    ],
)
def test_a_page_that_asks_for_anything_is_caught(visit, windows, tmp_path, body):
    visit(write(tmp_path, body)).wait_for_timeout(100)
    assert len(windows.pop().asked) == 1


def test_a_picture_that_carries_itself_asks_for_nothing(visit, windows, tmp_path):
    page = visit(write(tmp_path, '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="">'))
    assert page.evaluate("() => document.images[0].complete")
    assert windows[0].asked == []


def test_axe_runs_under_a_policy_that_lets_no_script_run_and_finds_what_is_wrong(
    visit, windows, audit, tmp_path
):
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
    body = '<p lang="zz-zz-invalid-"><button></button>text</p><script>document.title = "owned"</script>'
    path = tmp_path / "page.html"
    path.write_text(HEAD.replace("<title>", f"{policy}<title>") + f"<main>{body}</main></html>")
    page = visit(path)
    assert page.title() == "Page"
    assert any(line.startswith("button-name: ") for line in audit(page))
    assert len(windows.pop().told) == 1
