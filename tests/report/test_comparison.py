"""The tables of a comparison, and its rows."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from benchmark.comparison import LEVEL
from benchmark.record import Score
from benchmark.report.comparison import MOST_PAIRS, power_rows, power_table, rows, tables
from benchmark.report.conclusion import sentence
from benchmark.report.formats import Format
from benchmark.report.table import WIDTH, render
from tests.comparison_cases import comparison, found_of, pair

GOOD, POOR, NOTHING = [2] * 20, [1] * 10 + [0] * 10, [0] * 20
SYSTEMS = {"good": found_of(GOOD), "poor": found_of(POOR), "none": found_of(NOTHING)}


@pytest.fixture(scope="module")
def found():
    return comparison(SYSTEMS)


def text(*comparisons, kind=Format.TABLE):
    return render(tables(comparisons), kind)


def notes(found):
    return " ".join(tables([found])[1].notes)


def test_a_comparison_is_a_table_of_runs_and_one_of_pairs(found):
    lines = text(found).split("\n")
    assert lines[0] == "made_up 1.0.0, task technique: ptc_si F1"
    assert lines[1].split() == ["detector", "ptc_si", "F1", "group"]
    assert [line.split()[0] for line in lines[3:6]] == ["good", "poor", "none"]
    assert [line.split()[-1] for line in lines[3:6]] == ["a", "b", "c"]
    assert lines[7].split() == ["pair", "difference", "p", "p,", "Holm"]
    assert lines[9].startswith("good − poor  .60 ")
    assert lines[9].endswith("told apart")
    assert lines[12] == sentence(found)
    below = " ".join(lines[12:])
    assert "p: paired randomisation of 20 articles, 400 random swaps." in below
    assert below.endswith(
        "Intervals: 95 %, paired bootstrap of the difference. Holm over 3 pairs, level .05."
    )


def test_enumerated_swaps_are_all_of_them():
    few = comparison({"a": found_of([2] * 8), "b": found_of([0] * 8)})
    assert "paired randomisation of 8 articles, all 256 swaps." in notes(few)
    assert "Holm over 1 pair, level .05." in notes(few)


def test_the_split_and_the_slice_stand_in_the_title(found):
    own = replace(found.records[0], dataset=replace(found.records[0].dataset, split="dev"))
    part = replace(found, records=(own, *found.records[1:]), slice="section lead")
    title = "made_up 1.0.0, split dev, task technique, section lead: ptc_si F1"
    assert text(part).startswith(title + "\n")


def test_an_exploratory_comparison_has_neither_groups_nor_a_sentence():
    other = comparison(SYSTEMS, headline=False)
    lines = text(other).split("\n")
    assert lines[0].endswith("ptc_si F1, exploratory")
    assert lines[1].split() == ["detector", "ptc_si", "F1"]
    assert lines[7].split() == ["pair", "difference", "p"]
    assert "told apart" not in text(other)
    assert notes(other).endswith("Not the task's headline: p-values are not adjusted, and exploratory.")
    assert tables([other])[0].strong == frozenset()


def test_the_best_group_is_bold_not_the_best_number():
    apart = {(0, 2): True, (1, 2): True}
    base = comparison(SYSTEMS)
    pairs = tuple(pair(*own, 0.1, apart.get(own, False)) for own in combinations(range(3), 2))
    found = replace(base, pairs=pairs, letters=("a", "a", "b"))
    latex = text(found, kind=Format.LATEX)
    first, second = latex.split("\n\n")
    for part in (first, second):
        assert all(rule in part for rule in (r"\toprule", r"\midrule", r"\bottomrule"))
    bold = [line.split()[0] for line in first.split("\n") if r"\textbf{" in line]
    assert bold == ["good", "poor"]
    assert r"\textbf" not in second
    assert "% made\\_up" not in latex
    assert "$-$" in second
    assert "**1.0 " in text(found, kind=Format.GITHUB)
    assert text(found, kind=Format.HTML).count("<strong>") == 2


def test_nothing_is_bold_and_no_letter_stands_where_nothing_can_be_rejected():
    few = comparison({"a": found_of([2, 2]), "b": found_of([0, 0])})
    runs, pairs = tables([few])
    assert runs.strong == frozenset()
    assert runs.headers == ("detector", "ptc_si F1")
    assert pairs.notes[0].startswith("No pair can be told apart: with 2 articles")


def test_one_cluster_has_no_interval():
    one = comparison({"a": found_of([2]), "b": found_of([0])}, unit="paragraph")
    assert tables([one])[1].rows == (("a − b", "1.0", "1.0", "1.0", ""),)
    assert "randomisation of 1 paragraph, all 2 swaps. Intervals: none of one alone." in notes(one)


def test_undefined_scores_are_named_and_their_pairs_left_out():
    found = comparison({**SYSTEMS, "silent": np.zeros((20, 4))})
    runs, pairs = tables([found])
    assert runs.rows[-1] == ("silent", "–", "")
    assert len(pairs.rows) == 3
    assert "Undefined score: silent. Pairs with such a run have no test" in notes(found)
    assert "pairs are shown" not in notes(found)
    every = comparison({"a": np.zeros((20, 4)), "b": np.zeros((20, 4))})
    assert tables([every])[1].rows == ()
    assert "nothing to tell apart" in notes(every)
    assert render(tables([every]), Format.TABLE)


def test_pairs_without_an_interval_are_explained():
    rare = np.zeros((20, 4))
    rare[0] = [1, 1, 1, 2]
    found = comparison({"rare": rare, "more": rare * 2})
    assert tables([found])[1].rows[0][1] == ".00"
    told = "A difference without an interval: more than 5% of the resamples, lacking a rare label, leave it"
    assert told in notes(found)
    some = replace(found.pairs[0], difference=Score(0.0, -0.1, 0.1, 0.02))
    assert "Up to 2.0% of the resamples leave a difference undefined" in notes(replace(found, pairs=(some,)))
    least = replace(some, difference=Score(0.0, -0.1, 0.1, 0.0001))
    assert "Less than 0.1% of the resamples" in notes(replace(found, pairs=(least,)))
    full = replace(some, difference=Score(0.0, -0.1, 0.1, 0.0))
    assert "resamples leave" not in notes(replace(found, pairs=(full,)))


def test_of_too_many_pairs_those_with_the_best_are_shown():
    systems = {f"detector-{n}": found_of([n % 3, *POOR[1:]]) for n in range(11)}
    found = comparison(systems)
    assert len(found.pairs) == 55 > MOST_PAIRS
    assert [own[0].split(" − ")[0] for own in tables([found])[1].rows] == ["detector-2"] * 10
    assert "10 of 55 pairs are shown, those with the best; --format csv gives all." in notes(found)
    assert len(rows(found)) == 55
    ten = comparison(dict(list(systems.items())[:10]))
    assert len(tables([ten])[1].rows) == 45


def test_with_a_reference_all_pairs_are_those_with_it():
    systems = {f"detector-{n}": found_of([n % 3, *POOR[1:]]) for n in range(50)}
    found = comparison(systems, reference=7, resamples=1000)
    shown = tables([found])[1].rows
    assert len(shown) == 49
    assert {own[0].split(" − ")[1] for own in shown} == {"detector-7"}
    assert tables([found])[0].headers == ("detector", "ptc_si F1")


def test_long_names_of_ten_detectors_fit_the_width():
    name = "lexicon:file=a_very_long_name_of_a_file.tsv,threshold=2.5,another_parameter={}"
    systems = {name.format(n): found_of([n % 3, *POOR[1:]], n % 2) for n in range(10)}
    found = comparison(systems)
    shown = [*tables([found]), power_table(found, (1.0, 2.0, 5.0, 10.0))]
    grids = [render([replace(table, title="", notes=())], Format.TABLE) for table in shown]
    assert max(len(line) for grid in grids for line in grid.split("\n")) <= WIDTH


def test_rows_have_full_precision_and_one_a_pair(found):
    made = rows(found)
    assert [(own["first"], own["second"]) for own in made] == [
        ("good", "poor"),
        ("good", "none"),
        ("poor", "none"),
    ]
    first, own = made[0], found.pairs[0]
    assert {
        name: first[name] for name in ("dataset", "version", "split", "task", "metric", "score", "slice")
    } == {
        "dataset": "made_up",
        "version": "1.0.0",
        "split": None,
        "task": "technique",
        "metric": "ptc_si",
        "score": "f1",
        "slice": None,
    }
    assert (first["first_value"], first["second_value"]) == (found.values[0].value, found.values[1].value)
    assert (first["difference"], first["low"], first["high"]) == (
        own.difference.value,
        own.difference.low,
        own.difference.high,
    )
    assert (first["p"], first["p_holm"], first["told_apart"]) == (own.p, own.adjusted, True)
    assert (first["pairs"], first["permutations"], first["exact"], first["clusters"]) == (3, 400, False, 20)
    assert first["detectable"] > 0
    exploratory = rows(comparison(SYSTEMS, headline=False))[0]
    assert (exploratory["headline"], exploratory["p_holm"], exploratory["told_apart"]) == (False, None, None)
    assert exploratory["detectable"] < first["detectable"]


def test_the_power_table_falls_with_more_articles(found):
    table = power_table(found, (1.0, 4.0))
    assert table.title.endswith("ptc_si F1: smallest detectable difference")
    assert table.headers == ("pair", "seen", "20 articles,\none test", "20,\nadjusted", "80,\nadjusted")
    name, seen, alone, adjusted, more = table.rows[0]
    assert (name, seen) == ("good − poor", ".60")
    assert float(alone) < float(adjusted)
    assert float(more) < float(adjusted)
    assert "With 80 % power, two-sided" in table.notes[0]
    assert "of the clearest of 3 pairs, .05/3; one test: .05." in table.notes[1]


def test_one_pair_needs_no_adjustment():
    found = comparison({"a": found_of(GOOD), "b": found_of(POOR)})
    table = power_table(found, (1.0, 2.0))
    assert table.headers == ("pair", "seen", "20\narticles", "40")
    assert len(table.notes) == 1


def test_the_power_of_an_exploratory_comparison_is_at_the_level_of_one_test():
    found = comparison(SYSTEMS, headline=False)
    table = power_table(found, (1.0, 2.0))
    assert "adjusted" not in " ".join(table.headers)
    assert table.notes[1] == "Not the task's headline: no level is adjusted."
    assert {own["level"] for own in power_rows(found, (1.0, 2.0))} == {LEVEL}


def test_where_nothing_can_be_shown_a_dash_stands():
    found = comparison({"a": found_of([2, 1, 2]), "b": found_of([0, 0, 1])})
    table = power_table(found, (1.0, 10.0))
    assert table.rows[0][2] == "–"
    assert table.rows[0][3] != "–"
    assert "–: no difference that is possible is sure enough to be shown." in table.notes
    assert table.notes[-1].startswith("No pair can be told apart: with 3 articles")
    wide = replace(found, pairs=(replace(found.pairs[0], error=9.0),))
    assert power_table(wide, (1.0, 10.0)).rows[0][2:] == ("–", "–")


def test_power_leaves_out_runs_without_a_score():
    found = comparison({**SYSTEMS, "silent": np.zeros((20, 4))})
    table = power_table(found, (1.0,))
    assert len(table.rows) == 3
    assert table.notes[-1].startswith("Undefined score: silent.")


def test_power_rows_are_one_a_pair_size_and_level(found):
    made = power_rows(found, (1.0, 2.0))
    assert len(made) == 3 * 2 * 2
    assert [(own["clusters"], own["times"], own["adjusted"]) for own in made[:4]] == [
        (20, 1.0, False),
        (40, 2.0, False),
        (20, 1.0, True),
        (40, 2.0, True),
    ]
    assert made[2]["level"] == LEVEL / 3
    assert made[2]["detectable"] == rows(found)[0]["detectable"]
    assert {own["power"] for own in made} == {0.8}


def test_runs_that_never_differ_are_promised_nothing():
    found = comparison({"a": found_of(GOOD), "b": found_of(GOOD)})
    table = power_table(found, (1.0, 2.0))
    assert table.rows[0][2:] == ("–", "–")
    assert table.notes[-1].endswith("or the difference is the same without any one article.")
