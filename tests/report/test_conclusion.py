"""The sentence that says what follows from a comparison: each branch, with an example that it is true of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.record import Score
from benchmark.report.conclusion import conclusions, names, sentence, units
from tests.comparison_cases import comparison, found_of, pair, record

HALF = [1, 0] * 10
BASE = {
    number: comparison({name: found_of(HALF) for name in "ABCDEFGHIJKL"[:number]}, resamples=2000)
    for number in (2, 3, 4, 12)
}
THREE = ((0, 1), (0, 2), (1, 2))


def made(apart=(), number=3, undefined=(), **fields):
    """Return a comparison of A, B, … in which some pairs are told apart and some scores are undefined."""
    base = BASE[number]
    values = tuple(Score(None if n in undefined else 0.9 - 0.1 * n, 0.0, 1.0) for n in range(number))
    pairs = tuple(
        pair(own.first, own.second, None)
        if {own.first, own.second} & set(undefined)
        else pair(own.first, own.second, 0.1 * (own.second - own.first), (own.first, own.second) in apart)
        for own in base.pairs
    )
    letters = tuple("" if n in undefined else "a" for n in range(number))
    return replace(base, values=values, pairs=pairs, letters=letters, **fields)


def shown(found):
    """Return the sentence up to what the dataset could have shown."""
    return sentence(found).partition("; ")[0]


def test_one_is_ahead_of_every_other():
    assert sentence(made([(0, 1), (0, 2)])) == "A is ahead of every other, of B by .10 (.00 to .20)."


def test_one_of_two_is_ahead():
    assert sentence(made([(0, 1)], number=2)) == "A is ahead of B by .10 (.00 to .20)."


def test_a_lead_without_an_interval_has_none_in_the_sentence():
    found = made([(0, 1)], number=2)
    alone = replace(found.pairs[0], difference=Score(0.1))
    assert sentence(replace(found, pairs=(alone,))) == "A is ahead of B by .10."


def test_one_is_ahead_of_the_second_but_not_of_the_third():
    found = made([(0, 1)])
    assert sentence(found) == "A is ahead of B by .10 (.00 to .20), but cannot be told apart from C."


def test_the_two_cannot_be_told_apart():
    text = sentence(made(number=2))
    assert text.startswith("The two, A and B, cannot be told apart on this dataset; between A and B it could")
    assert text.endswith("in ptc_si F1.")


def test_the_first_two_cannot_be_told_apart():
    text = shown(made([(0, 2), (1, 2)]))
    assert text == "The first two, A and B, cannot be told apart on this dataset"


def test_the_first_two_of_which_the_best_is_like_the_third():
    text = shown(made([(1, 2)]))
    assert text == "The first two, A and B, cannot be told apart on this dataset, nor can A from C"


def test_no_pair_of_all():
    assert shown(made()) == "No pair of the three (A, B and C) can be told apart on this dataset"


def test_no_pair_of_the_first_three_of_four():
    apart = [(0, 3), (1, 3), (2, 3)]
    assert shown(made(apart, number=4)).startswith("No pair of the first three (A, B and C) can be told")
    assert "nor can" not in shown(made(apart, number=4))
    assert "nor can A from D" in shown(made([(1, 3)], number=4))


def test_many_runs_are_counted_and_the_first_and_last_named():
    assert shown(made(number=12)) == "No pair of the 12 (A, B, … and L) can be told apart on this dataset"


@pytest.mark.parametrize(
    ("apart", "told"), [([], "The first two, A and B, cannot"), ([(0, 1)], "A is ahead of B")]
)
def test_with_two_of_three_scores_defined_nothing_is_said_of_the_third(apart, told):
    text = sentence(made(apart, undefined=[2]))
    assert text.startswith(told)
    assert "C" not in text
    assert "every other" not in text


def test_ahead_of_every_other_means_those_with_a_score():
    text = sentence(made([(0, 1), (0, 2)], number=4, undefined=[3]))
    assert text == "A is ahead of every other whose score is defined, of B by .10 (.00 to .20)."


@pytest.mark.parametrize("undefined", [[0, 1, 2], [1, 2]])
def test_fewer_than_two_scores_leave_nothing_to_say(undefined):
    assert (
        sentence(made(undefined=undefined)) == "Too few scores are defined; there is nothing to tell apart."
    )


def test_what_could_have_been_shown_names_the_first_pair_that_varies():
    found = made(number=2)
    small = sentence(found)
    assert "between A and B it could have shown a difference of .0" in small
    wide = replace(found.pairs[0], error=0.5)
    text = sentence(replace(found, pairs=(wide,)))
    assert text.endswith(
        "between A and B it could not have shown any difference in ptc_si F1, however large."
    )
    three = made()
    still = (replace(three.pairs[0], error=0.0), *three.pairs[1:])
    assert "; between A and C it could have shown" in sentence(replace(three, pairs=still))


def test_a_difference_that_does_not_vary_shows_no_smallest_one():
    found = made(number=2)
    still = replace(found.pairs[0], error=0.0)
    text = sentence(replace(found, pairs=(still,)))
    assert text.endswith("; the difference between A and B is the same without any one article.")
    unknown = replace(found.pairs[0], error=None)
    text = sentence(replace(found, pairs=(unknown,)))
    assert text.endswith("; how small a difference it could have shown between A and B is undefined.")


def test_mcc_differs_by_two_at_most():
    found = replace(made(number=2), metric="classification", score="mcc")
    text = sentence(replace(found, pairs=(replace(found.pairs[0], error=0.5),)))
    assert "it could have shown a difference of 1." in text
    text = sentence(replace(found, pairs=(replace(found.pairs[0], error=0.7),)))
    assert "it could not have shown any difference in MCC" in text


def test_too_few_clusters_can_reject_nothing():
    systems = {f"s{n}": found_of([2] * 10 if n else [0] * 10, n) for n in range(8)}
    found = comparison(systems, resamples=10_000, unit="paragraph")
    assert sentence(found) == (
        "No pair can be told apart: with 10 paragraphs the smallest p-value possible is .002, and 28 pairs "
        "ask for .0018 or less."
    )
    fewer = comparison(dict(list(systems.items())[:7]), resamples=10_000, unit="paragraph")
    assert "paragraphs the smallest" not in sentence(fewer)
    one = comparison({"a": found_of([2]), "b": found_of([0])}, unit="paragraph")
    assert sentence(one) == (
        "No pair can be told apart: with 1 paragraph the smallest p-value possible is 1, and 1 pair asks for "
        ".05 or less."
    )


def test_too_few_swaps_can_reject_nothing_and_more_are_asked_for():
    systems = {f"s{n}": found_of([n % 2, *HALF[1:]]) for n in range(4)}
    found = comparison(systems, resamples=100)
    assert sentence(found) == (
        "No pair can be told apart: 100 swaps are too few for 6 pairs; give --resamples 120 or more."
    )
    assert comparison(systems, resamples=119).can_reject


def test_more_swaps_are_not_asked_for_where_there_are_too_few_clusters():
    systems = {f"s{n}": found_of([n % 2] * 10) for n in range(8)}
    text = sentence(comparison(systems, resamples=500))
    assert text.startswith(
        "No pair can be told apart: with 10 articles the smallest p-value possible is .002,"
    )


def against(first, second, **fields):
    """Return a comparison with B, whose differences of A and of C are given with whether they are told."""
    found = made(reference=1, **fields)
    return replace(found, pairs=(pair(0, 1, *first), pair(2, 1, *second)))


def test_runs_are_ahead_of_a_reference_behind_it_or_neither():
    assert sentence(against((0.1, True), (-0.1, True))) == "A is ahead of B; C is behind it."
    assert sentence(against((0.2, True), (0.1, True))) == "A and C are ahead of B."
    assert sentence(against((-0.2, True), (-0.1, True))) == "A and C are behind B."
    text = sentence(against((0.1, True), (-0.1, False)))
    assert text.startswith(
        "A is ahead of B; C is not to be told apart from it; between C and B it could have"
    )
    text = sentence(against((0.1, False), (-0.1, False)))
    assert text.startswith("A and C are not to be told apart from B; between A and B it could have shown")


def test_a_reference_without_a_score_leaves_nothing_to_say():
    found = made(reference=2, undefined=[2])
    found = replace(found, pairs=(pair(0, 2, None), pair(1, 2, None)))
    assert sentence(found) == "Too few scores are defined; there is nothing to tell apart."
    half = replace(made(reference=1, undefined=[2]), pairs=(pair(0, 1, 0.1, True), pair(2, 1, None)))
    assert sentence(half) == "A is ahead of B."


@pytest.mark.parametrize("seed", range(12))
def test_the_sentence_is_true_of_random_systems(seed):
    rng = np.random.default_rng(seed)
    systems = {
        n: found_of(rng.binomial(2, share, 14), rng.poisson(1, 14))
        for n, share in zip("WXYZ", rng.random(4), strict=True)
    }
    found = comparison(systems, resamples=500)
    text, titles = sentence(found), names(found.records)
    apart = {(own.first, own.second): own.told_apart for own in found.pairs}
    if "is ahead of every other" in text:
        assert text.startswith(titles[0])
        assert all(apart[0, other] for other in (1, 2, 3))
    elif "is ahead of" in text:
        assert apart[0, 1]
        assert not all(apart[0, other] for other in (2, 3))
    else:
        assert not apart[0, 1]
        group = 2 if "two" in text else 3 if "three" in text else 4
        assert not any(own for (_, second), own in apart.items() if second < group)
        if group < 4:
            assert any(apart[first, group] for first in range(group))


def test_names_are_as_short_as_tells_runs_apart():
    one, two = record("lexicon"), record("linear")
    assert names([one, two]) == ("lexicon", "linear")
    other = replace(one, detector=replace(one.detector, files={"predictions": "ab"}))
    digests = [own.folder.name.rpartition("-")[2] for own in (one, other)]
    assert names([one, other, two]) == (f"lexicon ({digests[0]})", f"lexicon ({digests[1]})", "linear")
    later = replace(one, created="2026-02-02T00:00:00+00:00")
    assert names([one, later]) == tuple(f"lexicon ({digests[0]}, {own.created})" for own in (one, later))
    assert names([one, one]) == tuple(f"lexicon ({digests[0]}) #{n}" for n in (1, 2))
    assert names([record("a\x1b[2J"), two])[0] == "a\\x1b[2J"


def test_units_are_named_in_the_number_of_the_clusters():
    found = BASE[2]
    assert (units(found), units(found, 1)) == ("articles", "article")
    grouped = comparison({"a": found_of(HALF), "b": found_of(HALF)}, unit="topic")
    assert (units(grouped), units(grouped, 1)) == (
        "groups of articles by topic",
        "group of articles by topic",
    )
    alone = comparison({"a": found_of([1]), "b": found_of([2])}, unit="paragraph")
    assert (units(alone), units(alone, 2)) == ("paragraph", "paragraphs")


def test_notes_explain_letters_where_some_are_shown():
    assert conclusions([]) == ()
    found = made([(0, 1), (0, 2)])
    first, second = conclusions([found])
    assert first.startswith("Letters: detectors that share one cannot be told apart")
    assert second == sentence(found)
    few = comparison({"a": found_of([2]), "b": found_of([0])})
    assert conclusions([few]) == (sentence(few),)
    other = replace(found, records=tuple(replace(own, task="frame") for own in found.records))
    assert conclusions([found, other])[1:] == (f"technique: {sentence(found)}", f"frame: {sentence(other)}")
