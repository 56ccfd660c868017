"""Quotations are found by their marks."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.data import load
from benchmark.quotations import quotations


def found(text):
    return [text[start:end] for start, end in quotations(text).tolist()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said “no” and “yes”.", ["“no”", "“yes”"]),
        ('He said "no" and "yes".', ['"no"', '"yes"']),
        ("He said ''no'' twice.", ["''no''"]),
        ("Er sagte „nein“ und „ja”.", ["„nein“", "„ja”"]),
        ("Il dit « non » et «oui».", ["« non »", "«oui»"]),
        ("‘I don’t,’ she said. ‘I won’t.’", ["‘I don’t,’", "‘I won’t.’"]),
        ("'I don't,' she said. 'No.'", ["'I don't,'", "'No.'"]),
        ("The paper's ‘odd’ and 'even' rows", ["‘odd’", "'even'"]),
        ("nothing at all", []),
        ("", []),
    ],
)
def test_each_kind_of_mark(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It’s the workers’ and the neighbours’ hall",
        "It's the workers' and the neighbours' hall",
        "back in the ’90s and the '90s they'd dance",
        "a 6\" pipe and a 12' rope",
        "rock 'n roll 'til dawn",
        'the end of a speech." He left.',
        "the end of a speech.” He left.",
        '"an opening that nothing closes',
        "‘Cause nothing closes it",
    ],
)
def test_marks_that_quote_nothing(text):
    assert found(text) == []


def test_an_apostrophe_of_a_plural_does_not_close_a_speech():
    assert found("‘The workers’ demands are just,’ he said.") == ["‘The workers’ demands are just,’"]
    assert found("the ‘clowns’ and the workers’ union.") == ["‘clowns’"]
    assert found("‘cars’ and ‘bikes.’") == ["‘cars’", "‘bikes.’"]


def test_a_quotation_within_a_quotation_is_part_of_it():
    assert found("She said: “He told me ‘no’, twice.” Then") == ["“He told me ‘no’, twice.”"]
    assert found('“He said "no" to me,” she said.') == ['“He said "no" to me,”']
    assert found('"The “Frozen” film," he said') == ['"The “Frozen” film,"']
    assert found("« Il a dit “non” hier » et") == ["« Il a dit “non” hier »"]
    assert found('“The "best of all”, he said, "of all"') == ['“The "best of all”', '"of all"']


def test_marks_of_two_kinds_may_be_a_pair():
    assert found('“trapped in the past." He went on') == ['“trapped in the past."']
    assert found('a "real sham” he said') == ['"real sham”']
    assert found("“Who can?“ he asked. “Nobody.”") == ["“Who can?“", "“Nobody.”"]
    assert found("”Mr. Trump embodies it.” he said") == ["”Mr. Trump embodies it.”"]


def test_straight_marks_with_space_on_both_sides_pair():
    assert found('he said " no " twice') == ['" no "']


def test_an_opened_quotation_runs_to_the_end_of_its_line():
    assert found("“One paragraph.\n“And the last.” He left.") == ["“One paragraph.", "“And the last.”"]
    assert found("«Un paragraphe.\nUn autre.") == ["«Un paragraphe."]
    assert found("“One.") == ["“One."]
    assert found("“One.\n ”odd") == ["“One.", "”odd"]


def test_a_quotation_may_go_on_over_lines_to_its_mark():
    assert found("He: “One.\nTwo.\nThree.” He left “at once”.") == ["“One.\nTwo.\nThree.”", "“at once”"]


def test_other_opened_quotations_run_on_where_the_next_line_opens_again():
    assert found('"One.\n"Two," he said') == ['"One.', '"Two,"']
    assert found("‘One.\n‘Two,’ he said") == ["‘One.", "‘Two,’"]
    assert found("''One.\n''Two,'' he said") == ["''One.", "''Two,''"]
    assert found("'One.\n'Two,' he said") == ["'Two,'"]
    assert found('"One.\nTwo.') == []


@given(st.text(alphabet="ab s.,\n“”„«»‘’\"'", max_size=80))
def test_quotations_are_ascending_disjoint_and_begin_with_a_mark(text):
    edges = quotations(text)
    assert edges.shape == (len(edges), 2)
    assert (edges[:, 0] < edges[:, 1]).all()
    assert (edges[1:, 0] >= edges[:-1, 1]).all()
    assert edges.max(initial=0) <= len(text)
    assert all(text[start] in "“”„«‘\"'" for start, _ in edges.tolist())


@given(st.text(alphabet="ab ,.\n", max_size=40))
def test_text_without_marks_has_no_quotation(text):
    assert found(text) == []


@given(st.lists(st.text(alphabet="ab cé", min_size=1, max_size=12), min_size=1, max_size=5), st.data())
def test_what_is_put_in_marks_is_found(parts, data):
    opening, closing = data.draw(st.sampled_from(["“”", "„“", "«»", '""', "‘’"]))
    quoted = [f"{opening}q{part}q.{closing}" for part in parts]
    assert found("said " + " and ".join(quoted) + " then") == quoted


@pytest.mark.parametrize("piece", ['"a ', '"a" ', "‘a ", "‘as’ b ", "“a ", "'a ", "“", '"“', "“a\n"])
def test_the_time_grows_with_the_length_alone(piece):
    start = time.perf_counter()
    quotations(piece * 20_000)
    assert time.perf_counter() - start < 10  # quadratic code took minutes


@pytest.mark.parametrize(
    ("name", "layer", "least"),
    [
        ("turkey_drones", "technique", 0.95),
        ("turkey_drones", "attribution_gap", 0.95),
        ("fictional_news", "technique", 0.95),
        ("fictional_news", "attribution_gap", 0.95),
    ],
)
def test_annotators_say_the_same_of_gold_spans(name, layer, least):
    agreed = []
    for annotation in load(name).gold[layer]:
        edges = quotations(annotation.document.text).tolist()
        for span in annotation.spans:
            shared = sum(max(0, min(end, span.end) - max(start, span.start)) for start, end in edges)
            agreed.append((2 * shared > span.end - span.start) == span.note.quoted)
    assert sum(agreed) / len(agreed) >= least


def test_what_annotators_call_quoted_is_in_quotations():
    """Most gold spans are not quoted, so that agreement alone would not show that quotations are found."""
    inside = total = 0
    for name in ("turkey_drones", "fictional_news"):
        for annotation in load(name).gold["technique"]:
            edges = quotations(annotation.document.text).tolist()
            for span in annotation.spans:
                if span.note.quoted:
                    total += 1
                    inside += any(start <= span.start and span.end <= end for start, end in edges)
    assert (inside, total) == (40, 40)
