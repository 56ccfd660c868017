"""Changes of how a text is set: each does what it says, and nothing that it says is lost."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.behaviour import typography
from benchmark.behaviour.changes import changed
from benchmark.behaviour.typography import ALTERATIONS, WIDTH, Alteration

LETTERS = st.text(alphabet="ab É é\u0301'\"–—“”‘’ 0\n.", max_size=200)


def after(alteration: Alteration, text: str) -> str:
    return changed(text, alteration(text))[0]


@pytest.mark.parametrize(
    ("name", "text", "twin"),
    [
        ("curly_quotes", "\"It's so,\" he said ('yes').", "“It’s so,” he said (‘yes’)."),
        ("curly_quotes", "the drivers' pay", "the drivers’ pay"),
        ("straight_quotes", "“It’s so,” he said ‘yes’.", "\"It's so,\" he said 'yes'."),
        ("closed_dashes", "pages – all – and", "pages—all—and"),
        ("closed_dashes", "2–3", "2–3"),
        ("double_hyphens", "pages – all – and", "pages -- all -- and"),
        ("no_break_spaces", "on 40 pages, 9 p.m. in 2 3", "on 40\u00a0pages, 9\u00a0p.m. in 2 3"),
        ("narrow_spaces", "on 40 pages", "on 40\u202fpages"),
        (
            "title_case",
            "Bank of éire to close 40 branches\n\nno more",
            "Bank of Éire to Close 40 Branches\n\nno more",
        ),
        ("upper_case", "Bank's 40 straße\n\nno more", "BANK'S 40 STRASSE\n\nno more"),
        ("decomposed", "Café", "Cafe\u0301"),
        ("composed", "Cafe\u0301 s\u0326", "Café ș"),
    ],
)
def test_each_change_does_what_it_says(name: str, text: str, twin: str) -> None:
    assert after(getattr(typography, name), text) == twin


def test_lines_are_wrapped_below_the_headline_only() -> None:
    headline = "headline " * 12
    text = f"{headline}\n\n{'word ' * 40}end.\n{'x' * 90} y"
    twin = after(typography.wrapped_lines, text)
    first, *rest = twin.split("\n")
    assert first == headline
    assert all(len(line) <= WIDTH or " " not in line for line in rest)
    assert rest[1] == " ".join(["word"] * 13)[:WIDTH]
    assert twin.replace("\n", " ") == text.replace("\n", " ")


@given(LETTERS)
def test_wrapping_breaks_no_sooner_than_it_must(text: str) -> None:
    lines = after(typography.wrapped_lines, f"\n{text}").split("\n")[1:]
    assert " ".join(lines) == text.replace("\n", " ")
    assert all(len(line) <= WIDTH or " " not in line[:WIDTH] for line in lines)


@given(LETTERS)
def test_quotes_come_back_and_unicode_means_the_same(text: str) -> None:
    straight = after(typography.straight_quotes, text)
    assert after(typography.straight_quotes, after(typography.curly_quotes, straight)) == straight
    assert typography.curl(straight) == after(typography.curly_quotes, straight)
    assert after(typography.decomposed, normalize("NFC", text)) == normalize("NFD", text)
    assert after(typography.composed, typography.decompose(text)) == normalize("NFC", text)


@pytest.mark.parametrize("change", ALTERATIONS)
def test_each_form_of_a_change_changes_a_report(change: str) -> None:
    text = "Bank to close\n\nJosé said: \"I've read all 40 pages – twice – and " + "so on and on " * 6 + '."'
    for _, before, alteration in ALTERATIONS[change]:
        assert after(alteration, before(text)) != before(text)
