"""The answers of language models as tables and tidy rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.answers import Labelled, Quotation
from benchmark.report.answers import MOST_REPLY, WIDTHS, Told, _broken, answer_rows, answer_tables, without
from benchmark.report.formats import Format
from benchmark.report.table import WIDTH, render
from benchmark.results import load_answers, load_record
from tests.kept_runs import keep
from tests.page.asked import answer, asked

LOST = Quotation("stands nowhere", "Doubt", "Because.")
PLACED = Quotation("plan", "Doubt", "It leaves open who says so.", 0, 4, "exact")
ANSWERS = (
    answer("02", raw='{"findings":\n [1]}', quotations=(PLACED, LOST), cached=True, cost=0.5),
    answer("02", "invalid", part=1, raw="x" * 1000, problem="no JSON"),
    answer("03", "refused", raw="I cannot.", problem="it refused", units=(Labelled(0, 1, ("a",)),)),
    answer("04", "failed", raw="", problem="HTTP 500", model="", input_tokens=None),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = keep("fictional_news/technique", "null", tmp_path_factory.mktemp("made"))
    return asked(made, ANSWERS, currency="USD")


@pytest.fixture
def told(folder):
    return Told(load_record(folder), load_answers(folder))


def test_each_answer_says_what_became_of_it(told):
    (table,) = answer_tables([told])
    assert table.title == "fictional_news 1.0.0 (28 articles), task technique: answers of null"
    assert table.headers == ("document", "part", "status", "what", "words")
    assert table.rows[:5] == (
        ("02", "1", "ok", "exact", "Doubt: “plan”; reason: It leaves open who says so."),
        ("", "", "", "not placed", "Doubt: “stands nowhere”; reason: Because."),
        ("", "", "", "reply", '{"findings": [1]}'),
        ("02", "2", "invalid", "problem", "no JSON"),
        ("", "", "", "reply", "x" * (MOST_REPLY - 1) + "…"),
    )
    assert table.rows[-1] == ("", "", "", "reply", "")
    assert table.notes[0].startswith(
        "4 answers: 1 ok, 1 invalid, 1 refused, 1 failed; 1 of 2 quotations could not be placed."
    )


def test_each_quotation_and_unit_stands_with_its_reason_however_long_the_reply(told):
    units = (Labelled(0, 9, ("a", "b"), "It is about both."), Labelled(9, 12, ()))
    quotes = (
        Quotation("word " * 100, "source", "Long.", 0, 400, "normalised", relation=2),
        Quotation("who\nsaid", "cue", "", 5, 9, "fuzzy", relation=2),
    )
    given = answer("02", raw="y" * 5000, quotations=quotes, units=units)
    (table,) = answer_tables([Told(told.record, (given,))])
    found = [row[-2:] for row in table.rows]
    what, words = found[0]
    assert what == "normalised"
    assert words.startswith("source, attribution 2: “word word")
    assert "…" in words
    assert words.endswith("word”; reason: Long.")
    assert len(words) < 250
    assert found[1:4] == [
        ("fuzzy", "cue, attribution 2: “who said”"),
        ("unit", "a, b: characters 0–9; reason: It is about both."),
        ("unit", "no label: characters 9–12"),
    ]
    assert "--format json" in table.notes[0]
    assert "answers.jsonl" in table.notes[0]


def test_who_asks_for_what_was_not_placed_sees_no_other_quotation(told):
    (table,) = answer_tables([told], "unplaced")
    assert [row[3] for row in table.rows] == ["not placed", "reply"]


@pytest.mark.parametrize(
    ("kind", "documents"),
    [("ok", ["02"]), ("invalid", ["02"]), ("refused", ["03"]), ("failed", ["04"]), ("unplaced", ["02"])],
)
def test_one_kind_of_answers_is_shown_and_all_are_counted(told, kind, documents):
    (table,) = answer_tables([told], kind)
    assert [row[0] for row in table.rows if row[0]] == documents
    assert table.notes[0].startswith("1 of 4 answers: 1 ok, ")
    (row,) = answer_rows([told], kind)
    assert (row["document"], row["status"]) == (documents[0], "ok" if kind == "unplaced" else kind)


def test_samples_have_a_column_where_there_are_several(told):
    several = Told(told.record, (answer("02"), answer("02", sample=1)))
    (table,) = answer_tables([several])
    assert table.headers[2] == "sample"
    assert [row[2] for row in table.rows] == ["1", "2"]


def test_tidy_rows_hold_all_that_is_counted_and_the_whole_reply(told):
    first, second, _, last = answer_rows([told])
    assert {key: first[key] for key in ("quotations", "exact", "normalised", "fuzzy", "unplaced")} == {
        "quotations": 2,
        "exact": 1,
        "normalised": 0,
        "fuzzy": 0,
        "unplaced": 1,
    }
    assert (first["not_placed"], first["cached"], first["cost"]) == ("stands nowhere", True, 0.5)
    assert (first["task"], first["detector"], first["currency"]) == ("technique", "null", "USD")
    assert second["raw"] == "x" * 1000
    assert (second["not_placed"], second["part"], second["input_tokens"]) == (None, 1, 1200)
    assert (last["model"], last["input_tokens"], last["problem"]) == (None, None, "HTTP 500")
    assert len({tuple(row) for row in answer_rows([told])}) == 1


def test_a_status_that_is_not_known_is_counted_too(told):
    odd = Told(told.record, (answer("02", "mumbled"),))
    assert "1 answers: 1 mumbled; 0 of 0" in answer_tables([odd])[0].notes[0]


def test_runs_without_answers_are_named(told, tmp_path):
    never = load_record(keep("fictional_news/frame", "null", tmp_path))
    assert without([]) == ""
    assert without([never]) == "No answers are kept of null on frame: no language model was asked."
    both = without([never, told.record])
    assert both.endswith(
        "The answers of null on technique are gone: there is no answers.jsonl in the run folder."
    )


@given(st.lists(st.text(max_size=120), min_size=6, max_size=6))
def test_broken_cells_are_never_too_wide_and_lose_nothing_but_spaces(cells):
    rows = _broken(cells)
    assert all(len(cell) <= width for row in rows for cell, width in zip(row, WIDTHS, strict=True))
    for column, cell in enumerate(cells):
        shown = "".join(row[column] for row in rows).replace(" ", "")
        assert all(letter in shown for letter in cell if letter.isalnum() and letter.isascii())


@pytest.mark.parametrize("fmt", [Format.TABLE, Format.GITHUB, Format.LATEX, Format.HTML])
def test_hostile_answers_stay_text(told, fmt):
    evil = "</td><script>alert(1)</script> | \x1b[2J\u202e\x00\x9f"
    words = evil * 40
    odd = answer(words, evil, problem=words, raw=words, quotations=(Quotation(words, evil),))
    shown = render(answer_tables([Told(told.record, (odd,))], narrow=fmt is Format.TABLE), fmt)
    assert not set(shown) & set("\x1b\u202e\x00\x9f")
    if fmt is Format.TABLE:
        assert max(map(len, shown.split("\n"))) <= WIDTH
    if fmt is Format.HTML:
        assert "<script" not in shown


def test_no_answer_of_a_kind_leaves_an_empty_table(told):
    calm = Told(told.record, ANSWERS[:1])
    for fmt in (Format.TABLE, Format.GITHUB, Format.HTML):
        assert "0 of 1 answers" in render(answer_tables([calm], "failed", narrow=True), fmt)
