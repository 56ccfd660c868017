"""Tables in each of their formats."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.report.formats import Format
from benchmark.report.table import LEAST, WIDTH, Table, render, wrapped

TABLE = Table(
    "Scores & <more>",
    ("detector", "ptc_\nflc", "share\nof it"),
    (("null", ".00", "0 %"), ("a_b|c", ".31 .22–.40", "45 %")),
    ("First note.", "Second <note> & 10 %."),
    ("left", "left", "right"),
)
WRITTEN = (Format.TABLE, Format.GITHUB, Format.LATEX, Format.HTML)


def test_formats_are_those_of_the_command_line():
    assert [str(kind) for kind in Format] == ["table", "github", "latex", "html", "csv", "json"]


def test_a_plain_table_keeps_the_breaks_of_its_heads():
    assert render([TABLE], Format.TABLE) == (
        "Scores & <more>\n"
        "detector  ptc_         share\n"
        "          flc          of it\n"
        "--------  -----------  -----\n"
        "null      .00            0 %\n"
        "a_b|c     .31 .22–.40   45 %\n"
        "First note.\n"
        "Second <note> & 10 %."
    )


def test_a_github_table_is_one_row_a_line():
    assert render([TABLE], Format.GITHUB).split("\n") == [
        "**Scores & <more>**",
        "",
        "| detector | ptc_flc     | share of it |",
        "|----------|-------------|-------------|",
        "| null     | .00         |         0 % |",
        "| a_b\\|c   | .31 .22–.40 |        45 % |",
        "",
        "- First note.",
        "- Second <note> & 10 %.",
    ]
    assert render([Table("T", ("a",), (("1",),))], Format.GITHUB).endswith("| 1 |")


def test_bars_in_github_heads_are_escaped():
    lines = render([Table("T", ("a|b", "c"), (("1", "2"),))], Format.GITHUB).split("\n")[2:]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {3}


def test_a_latex_table_is_escaped_and_has_its_text_in_comments():
    text = render([TABLE], Format.LATEX)
    assert text.startswith(
        "% Scores & <more>\n% First note.\n% Second <note> & 10 %.\n\\begin{tabular}{llr}\n"
    )
    assert text.endswith("\\bottomrule\n\\end{tabular}")
    assert "a\\_b|c" in text
    assert ".31 .22--.40" in text
    assert "–" not in text
    assert not re.search(r"(?<!\\)%", text.split("\\begin")[1])


def test_a_latex_percentage_keeps_its_space():
    assert r" 45 \% " in render([TABLE], Format.LATEX)
    assert "\n% Second <note> & 10 %.\n" in render([TABLE], Format.LATEX)
    assert r"\," not in render([TABLE], Format.LATEX)


class Cells(HTMLParser):
    """The text of each element by its tag."""

    def __init__(self):
        super().__init__()
        self.found, self.open = {}, []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        if self.open and text.strip():
            self.found.setdefault(self.open[-1], []).append(text.strip())


def parsed(text):
    cells = Cells()
    cells.feed(text)
    assert cells.open == []
    return cells.found


def test_an_html_table_is_escaped_and_has_a_caption():
    text = render([TABLE], Format.HTML)
    assert parsed(text) == {
        "caption": ["Scores & <more>"],
        "th": ["detector", "ptc_flc", "share of it"],
        "td": ["null", ".00", "0 %", "a_b|c", ".31 .22–.40", "45 %"],
        "p": list(TABLE.notes),
    }
    assert text.startswith("<table>\n<caption>")
    assert text.count('style="text-align: right;"') == 3


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=30))
def test_no_cell_can_open_an_element(cell):
    table = Table(cell, ("head",), ((cell,), ("<script>",)), (cell,))
    assert set(re.findall(r"</?([a-z]+)", render([table], Format.HTML))) <= {
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "p",
    }


@pytest.mark.parametrize("kind", WRITTEN)
def test_tables_stand_apart_and_no_break_ends_them(kind):
    one = render([TABLE], kind)
    assert render([TABLE, TABLE], kind) == f"{one}\n\n{one}"
    assert not one.endswith("\n")
    assert render([], kind) == ""
    assert "detector" in render([Table("T", ("detector",), ())], kind)


@pytest.mark.parametrize("kind", WRITTEN)
def test_numbers_stay_text(kind):
    text = render([Table("T", ("a", "b"), (("1.00", ".50"), ("007", "1e3")))], kind)
    assert all(cell in text for cell in ("1.00", ".50", "007", "1e3"))


@pytest.mark.parametrize("kind", [Format.CSV, Format.JSON])
def test_tidy_formats_are_not_written_here(kind):
    with pytest.raises(KeyError):
        render([TABLE], kind)


def test_cells_are_broken_at_their_widths():
    table = Table(
        "T", ("a", "b"), (("one two three", "one two three"), ("", "unbreakable-word")), widths=(7, 0)
    )
    assert render([table], Format.TABLE).split("\n")[1:] == [
        "a        b",
        "-------  ----------------",
        "one two  one two three",
        "three",
        "         unbreakable-word",
    ]
    assert "one two three" in render([table], Format.GITHUB).split("\n")[4]


def test_long_names_are_broken_where_the_width_of_the_column_says():
    cells = ("lexicon:file=a,threshold=2.5", "attribution_rules", "x_y", "a,b_ c")
    table = Table("T", ("a",), tuple((cell,) for cell in cells), widths=(15,))
    lines = render([table], Format.TABLE).split("\n")[3:]
    assert [line.strip() for line in lines] == [
        "lexicon:file=a,",
        "threshold=2.5",
        "attribution_",
        "rules",
        "x_y",
        "a,b_ c",
    ]


NAME = (
    "llm:a-model,base_url=http://127.0.0.1:9101/v1,samples=3,temperature=1,shots=2,prompt=prompts/mine.toml"
)


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_the_first_column_gives_way_where_a_table_would_be_wider_than_a_page(columns):
    table = Table(
        f"Of {NAME * 2}", ("detector", *["score"] * columns), ((NAME, *["1" * 15] * columns),), (NAME * 2,)
    )
    lines = render([table], Format.TABLE).split("\n")
    assert max(map(len, lines)) <= WIDTH
    shown = [line for line in lines if not line.startswith("-")]
    body = "".join(line.replace("1" * 15, "").strip() for line in shown)
    assert NAME in body
    # As wide as there is room for: another column of scores would not fit beside it.
    rule = next(line for line in lines if line.startswith("-"))
    assert len(rule.split()[0]) > WIDTH - (columns + 1) * 17 - 30


def test_a_first_column_has_room_to_be_read_where_the_others_leave_none():
    table = Table("T", ("detector", *["score"] * 7), (("a,b" * 20, *["1" * 15] * 7),))
    rule = render([table], Format.TABLE).split("\n")[3]
    assert LEAST - 3 <= len(rule.split()[0]) <= LEAST


def test_a_table_that_fits_is_left_as_it_is():
    table = Table("T", ("detector", "score"), (("a," * 30, "1" * 30),))
    assert "a," * 30 in render([table], Format.TABLE)


def test_a_width_that_is_given_is_never_exceeded_to_fit():
    table = Table("T", ("a", "b"), (("one two three", "1" * 96),), widths=(7, 0))
    assert "one two  111" in render([table], Format.TABLE)


def test_a_signature_is_left_whole_to_be_copied():
    signature = "exact|" + "data:a,b=1,c=2|" * 12
    assert signature in render([Table("T", ("a",), (("1",),), (f"Signature: {signature}",))], Format.TABLE)


@settings(deadline=None)
@given(st.lists(st.text("ab,_- ", max_size=20).map(str.strip), min_size=1, max_size=3), st.integers(3, 20))
def test_breaking_a_cell_loses_nothing(cells, width):
    table = Table("T", ("h",), tuple((cell,) for cell in cells), widths=(width,))
    body = "".join(render([table], Format.TABLE).split("\n")[3:])
    assert re.sub(r"\s", "", body) == re.sub(r"\s", "", "".join(cells))


def test_a_row_has_as_many_cells_as_there_are_widths():
    with pytest.raises(ValueError, match="zip"):
        render([Table("T", ("a", "b"), (("1",),))], Format.TABLE)


def test_titles_and_notes_are_broken_at_the_width():
    sentence = " ".join(["word"] * 60)
    lines = render([Table(sentence, ("a",), (("1",),), (sentence,))], Format.TABLE).split("\n")
    assert max(map(len, lines)) <= WIDTH
    assert " ".join(line for line in lines if "word" in line) == f"{sentence} {sentence}"
    comments = render([Table(sentence, ("a",), (("1",),), (sentence,))], Format.LATEX).split("\n")[:6]
    assert all(line.startswith("% word") for line in comments)


@settings(deadline=None)
@given(st.lists(st.text("ab-_", min_size=1, max_size=120), max_size=20))
def test_wrapping_breaks_at_spaces_only(words):
    text = wrapped(" ".join(words))
    assert text.split() == words
    assert all(len(line) <= WIDTH or " " not in line for line in text.split("\n"))


def test_the_default_columns_are_left():
    text = render([Table("T", ("name", "x"), (("a", "1"), ("long", "22")))], Format.TABLE)
    assert text.split("\n")[3:] == ["a     1", "long  22"]


STRONG = Table(
    "T",
    ("a|b", "c_d"),
    (("x_y", ".31"), ("x|y<b>", "-.05"), ("z", "")),
    strong=frozenset({(0, 1), (1, 0), (2, 1)}),
)


def test_strong_cells_are_bold_where_a_format_can():
    github = render([STRONG], Format.GITHUB)
    assert [cell for cell in re.findall(r"\*\*(.+?)\*\*", github) if cell != "T"] == [".31", "x\\|y<b>"]
    latex = render([STRONG], Format.LATEX)
    assert re.findall(r"\\textbf\{(.+?)\}", latex) == [".31", r"x|y\ensuremath{<"]
    assert r"\textbf{x|y\ensuremath{<}b\ensuremath{>}}" in latex
    html = render([STRONG], Format.HTML)
    assert re.findall("<strong>(.+?)</strong>", html) == [".31", "x|y&lt;b&gt;"]
    parsed(html)


def test_strong_cells_change_nothing_in_plain_text():
    plain = Table(STRONG.title, STRONG.headers, STRONG.rows)
    assert render([STRONG], Format.TABLE) == render([plain], Format.TABLE)


@pytest.mark.parametrize("kind", WRITTEN)
def test_an_empty_cell_is_never_strong(kind):
    table = Table("T", ("a", "b"), (("x", ""),))
    strong = Table("T", ("a", "b"), (("x", ""),), strong=frozenset({(0, 1)}))
    assert render([strong], kind) == render([table], kind)


def test_a_negative_number_in_bold_has_a_minus():
    table = Table("T", ("a", "b"), (("x", "-.05 -.10–.02"), ("y", "a − b")), strong=frozenset({(0, 1)}))
    latex = render([table], Format.LATEX)
    assert r"\textbf{$-$.05 $-$.10--.02}" in latex
    assert r"a $-$ b" in latex


@pytest.mark.parametrize("kind", WRITTEN)
def test_a_table_without_a_title_has_none(kind):
    text = render([Table("", ("a",), (("1",),), ("A note.",))], kind)
    assert not text.startswith(("\n", "**", "%\n", "% \n"))
    assert "caption" not in text
    assert "A note." in text


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_a_record_holds_steers_no_terminal_and_ends_no_row(kind):
    evil = "a\x1b[31m\u202eb\nc"
    text = render([Table(evil, ("one\ntwo", evil), ((evil, "1"),), (evil,))], kind)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.count("a\\x1b[31m\\u202eb\\nc") + text.count(r"\textbackslash{}nc") == 2
