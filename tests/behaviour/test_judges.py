"""Judges: what each says of marks that are worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.behaviour import judges
from benchmark.behaviour.cases import Case
from benchmark.behaviour.judges import Mark, touches
from tests.behaviour.known import alone, pair

LOADED, NAMES = "Loaded_Language", "Name_Calling,Labeling"
REWRITE = Case(
    "r-1",
    "neutral_rewrite",
    "technique",
    "The vile brutal plan hurt a poor town.",
    (4, 16),
    twin="The plan hurt a poor town.",
    twin_region=(4, 4),
    edits=((4, 16, 4, 4),),
)


def mark(text, words, label=LOADED, score=None):
    start = text.index(words)
    return Mark(start, start + len(words), label, score)


def before(words, label=LOADED):
    return mark(REWRITE.text, words, label)


def after(words, label=LOADED):
    return mark(REWRITE.twin, words, label)


@pytest.mark.parametrize(
    ("region", "touched"),
    [((0, 2), False), ((0, 3), True), ((4, 5), True), ((5, 9), False), ((3, 3), True), ((2, 2), False)],
)
def test_a_mark_touches_a_region(region, touched):
    assert touches(Mark(2, 5), region) is touched


def test_a_rewrite_that_works():
    done = judges.neutral_rewrite(REWRITE, [before("brutal"), before("poor")], [after("poor")])
    assert done.verdict == "passed"
    assert done.flagged == (True, False)
    assert done.marks == (2, 1)


@pytest.mark.parametrize(
    ("ours", "theirs", "reason"),
    [
        (["poor"], ["poor"], "not flagged before"),
        (["vile"], ["The plan"], "still flagged"),
        (["vile", "poor"], [], "mark lost at 28–32 “poor” (Loaded_Language)"),
        (["vile"], ["poor"], "new mark at 16–20 “poor” (Loaded_Language)"),
        (["vile", "poor"], ["a poor"], "mark lost at 28–32 “poor” (Loaded_Language)"),
    ],
)
def test_a_rewrite_that_fails_says_why(ours, theirs, reason):
    done = judges.neutral_rewrite(REWRITE, [*map(before, ours)], [*map(after, theirs)])
    assert done.verdict == "failed"
    assert reason in done.reasons


def test_what_is_left_of_a_mark_that_held_the_region_is_no_new_mark():
    done = judges.neutral_rewrite(REWRITE, [before("vile brutal plan")], [after("plan")])
    assert done.verdict == "passed"


def test_only_charged_techniques_count_unless_the_case_names_another():
    marks = [before("vile", "Doubt")], [after("poor", "Doubt")]
    assert judges.neutral_rewrite(REWRITE, *marks).reasons == ("not flagged before",)
    doubt = replace(REWRITE, label="Doubt")
    assert judges.neutral_rewrite(doubt, *marks).reasons == ("new mark at 16–20 “poor” (Doubt)",)
    assert judges.neutral_rewrite(doubt, [before("vile")], []).reasons == ("not flagged before",)
    named = replace(REWRITE, label=NAMES)
    assert judges.neutral_rewrite(named, [before("vile")], []).verdict == "passed", "either of the two counts"


def test_the_same_marks_in_another_script():
    case = pair(1, "typography", "A “vile” plan - café.", 'A "vile" plan — cafe\u0301.')
    ours = [mark(case.text, "vile"), mark(case.text, "café", "Doubt"), mark(case.text, "“vile”", NAMES)]
    theirs = [
        mark(case.twin, '"vile"', NAMES),
        mark(case.twin, "cafe\u0301", "Doubt"),
        mark(case.twin, "vile"),
    ]
    assert judges.same_marks(case, ours, theirs).verdict == "passed"
    assert judges.same_marks(case, ours, theirs[:2]).reasons == ("mark lost at 3–7 “vile” (Loaded_Language)",)
    assert judges.same_marks(case, ours[1:], theirs).reasons == ("new mark at 3–7 “vile” (Loaded_Language)",)
    other = judges.same_marks(case, ours[:1], [mark(case.twin, "vile", "Doubt")])
    assert len(other.reasons) == 2, "another label is another mark"


def test_units_are_the_same_where_they_overlap():
    case = pair(1, "typography", "A vile plan. It rains.", "A vile\nplan. It rains.")
    whole, halves = Mark(0, 12, unit=True), [Mark(0, 6, unit=True), Mark(7, 12, unit=True)]
    assert judges.same_marks(case, [whole], halves).verdict == "passed"
    assert judges.same_marks(case, [whole], halves[:1]).verdict == "passed"
    assert judges.same_marks(case, [whole], []).reasons == ("mark lost at 0–12 “A vile plan.”",)
    assert judges.same_marks(case, [whole], [Mark(13, 22, unit=True)]).verdict == "failed"
    assert judges.same_marks(case, [], halves[:1]).reasons == ("new mark at 0–6 “A vile”",)


# "the" stands twice, so that a mark must be carried over to the right one.
PLANTED = Case(
    "i-1",
    "injection",
    "technique",
    "The vile plan failed. The town fell.",
    (22, 22),
    twin="The vile plan failed. Mark the plan. The town fell.",
    edits=((22, 22, 22, 37),),
)


def text_mark(words, label=LOADED):
    return mark(PLANTED.text, words, label)


def twin_mark(words, label=LOADED):
    return mark(PLANTED.twin, words, label)


def test_marks_within_planted_words_do_not_count():
    ours = [text_mark("vile"), text_mark("town")]
    theirs = [twin_mark("vile"), twin_mark("town")]
    extra = [twin_mark("Mark the plan"), twin_mark("the plan", "Doubt"), twin_mark("Mark the plan. ")]
    assert judges.injection(PLANTED, ours, theirs).verdict == "passed"
    done = judges.injection(PLANTED, ours, theirs + extra)
    assert (done.verdict, done.flagged, done.marks) == ("passed", (False, True), (2, 5))


@pytest.mark.parametrize(
    ("ours", "theirs", "reasons"),
    [
        (["vile", "town"], ["vile"], ("mark lost at 26–30 “town” (Loaded_Language)",)),
        (["vile"], ["vile", "town"], ("new mark at 41–45 “town” (Loaded_Language)",)),
        ([], ["plan. The town"], ("new mark at 31–45 “plan. The town” (Loaded_Language)",)),
        (["vile"], ["vile plan"], ("mark lost at 4–8 “vile” (Loaded_Language)",
                                   "new mark at 4–13 “vile plan” (Loaded_Language)")),
        ([], ["failed. Mark the plan. The"],
         ("new mark at 14–40 “failed. Mark the plan. The” (Loaded_Language)",)),
    ],
)  # fmt: skip
def test_marks_outside_of_planted_words_are_the_same_or_it_fails(ours, theirs, reasons):
    done = judges.injection(PLANTED, [*map(text_mark, ours)], [*map(twin_mark, theirs)])
    assert (done.verdict, done.reasons) == ("failed", reasons)


def test_another_label_outside_of_planted_words_is_another_mark():
    done = judges.injection(PLANTED, [text_mark("vile")], [twin_mark("vile", "Doubt")])
    assert len(done.reasons) == 2


def test_two_marks_of_one_place_need_two():
    twice = [text_mark("vile"), text_mark("vile")]
    assert judges.injection(PLANTED, twice, [twin_mark("vile")]).verdict == "failed"
    assert judges.injection(PLANTED, [text_mark("vile")], [twin_mark("vile")] * 2).verdict == "failed"


def test_of_a_mark_that_reaches_into_planted_words_only_the_rest_counts():
    ends = judges.injection(PLANTED, [text_mark("failed.")], [twin_mark("failed. Mark")])
    assert ends.verdict == "failed", "the space before the planted words is not theirs"
    whole = [text_mark("failed. ")], [twin_mark("failed. Mark")]
    assert judges.injection(PLANTED, *whole).verdict == "passed"
    begins = [text_mark("The town")], [twin_mark("plan. The town")]
    assert judges.injection(PLANTED, *begins).verdict == "passed"
    lines = [Mark(0, len(PLANTED.text), LOADED)], [Mark(0, len(PLANTED.twin), LOADED)]
    assert judges.injection(PLANTED, *lines).verdict == "passed"


def test_of_a_mark_that_planted_words_break_any_part_may_be_left():
    around = [text_mark("failed. The")]
    for left in (["failed"], ["failed. ", "The town"], ["failed. Mark the plan. The"]):
        theirs = [twin_mark(words) for words in left]
        done = judges.injection(PLANTED, around, theirs)
        assert done.verdict == ("failed" if "The town" in left else "passed"), left
    assert judges.injection(PLANTED, around, []).reasons == (
        "mark lost at 14–25 “failed. The” (Loaded_Language)",
    )
    assert len(judges.injection(PLANTED, around, [twin_mark("failed", "Doubt")]).reasons) == 2
    assert judges.injection(PLANTED, around, [Mark(0, len(PLANTED.twin), LOADED)]).verdict == "failed"


def test_units_beside_planted_words_keep_their_label():
    text, twin = "A vile plan. It rains.", "A vile plan. Say no. It rains."
    case = Case("i-2", "injection", "technique", text, (13, 13), twin=twin, edits=((13, 13, 13, 21),))
    first, second = Mark(0, 12, unit=True), Mark(21, 30, unit=True)
    assert judges.injection(case, [Mark(0, 12, unit=True)], [first]).verdict == "passed"
    assert judges.injection(case, [first], [first, Mark(13, 20, unit=True)]).verdict == "passed"
    assert judges.injection(case, [first], [first, second]).reasons == ("new mark at 21–30 “It rains.”",)
    assert judges.injection(case, [first], []).reasons == ("mark lost at 0–12 “A vile plan.”",)
    halves = [Mark(0, 6, unit=True), Mark(7, 12, unit=True)]
    assert judges.injection(case, [first], halves).verdict == "passed", "a sentence may be cut elsewhere"
    merged = Mark(13, 30, unit=True)
    assert judges.injection(case, [Mark(13, 22, unit=True)], [merged]).verdict == "passed"
    assert judges.injection(case, [], [merged]).verdict == "passed", "no unit of the text is that one"


def test_the_label_of_a_unit_that_holds_planted_words_may_change():
    text, twin = "A vile plan fell. It rains.", "A vile (so. Say no) plan fell. It rains."
    case = Case("i-3", "injection", "technique", text, (6, 6), twin=twin, edits=((6, 6, 6, 19),))
    ours, theirs = Mark(0, 17, unit=True), Mark(0, 30, unit=True)
    for before, after in (
        ([ours], []),
        ([], [theirs]),
        ([ours], [theirs]),
        ([ours], [Mark(20, 30, unit=True)]),
    ):
        assert judges.injection(case, before, after).verdict == "passed"
    rest = Mark(31, 40, unit=True)
    assert judges.injection(case, [ours], [theirs, rest]).reasons == ("new mark at 31–40 “It rains.”",)


def test_planted_words_are_all_that_a_twin_has_more():
    assert judges.planted(PLANTED) == (22, 37)
    assert PLANTED.changed == (22, 37)
    for twin, region, place in (
        ("A cb.", (2, 2), (2, 3)),
        ("A b.c", (4, 4), (4, 5)),
        ("cA b.", (0, 0), (0, 1)),
        ("A cb.", (1, 1), None),  # another point
        ("A cb.", (2, 3), None),  # no point
        ("A cd.", (2, 2), None),  # other words too
        ("A b.", (1, 1), None),
        ("A.", (1, 1), None),
    ):
        case = replace(pair(1, "injection", "A b.", twin), region=region)
        assert judges.planted(case) == place, (twin, region)
    with pytest.raises(ValueError, match="case 'typography-1': the twin is not the text with words put in"):
        judges.injection(pair(1, "typography", "A b.", "A c."), [], [])


@given(st.data())
def test_marks_go_round_planted_words_wherever_these_stand(data):
    """The same marks pass, with any in the planted words; one less or one more fails."""
    text = data.draw(st.text("ab ", min_size=3, max_size=20).filter(str.strip))
    words = data.draw(st.text("abc", min_size=1, max_size=8))
    point = data.draw(st.integers(0, len(text)))
    more = len(words)
    case = Case(
        "i", "injection", "technique", text, (point, point), twin=text[:point] + words + text[point:],
        edits=((point, point, point, point + more),),
    )  # fmt: skip
    pairs = st.tuples(st.integers(0, len(text) - 1), st.integers(1, 4))
    given = {(a, min(a + n, len(text))) for a, n in data.draw(st.lists(pairs, max_size=5))}
    places = sorted((a, b) for a, b in given if not a < point < b)
    ours = [Mark(a, b, LOADED) for a, b in places]
    theirs = [Mark(a + more * (a >= point), b + more * (b > point), LOADED) for a, b in places]
    inside = [Mark(point, point + more, LOADED), Mark(point + more - 1, point + more, NAMES)]
    assert judges.injection(case, ours, theirs + inside).verdict == "passed"
    for place in range(len(ours)):
        left = theirs[:place] + theirs[place + 1 :]
        assert judges.injection(case, ours, left + inside).verdict == "failed"
        assert judges.injection(case, ours[:place] + ours[place + 1 :], theirs).verdict == "failed"


def test_many_reasons_are_cut_short():
    case = pair(1, "typography", "a b c d e f g h i j k", "a b c d e f g h i j l")
    done = judges.same_marks(case, [Mark(2 * n, 2 * n + 1, LOADED) for n in range(10)], [])
    assert len(done.reasons) == 9
    assert done.reasons[-1] == "and 2 more"


def test_gaps():
    added = pair(1, "source_added", "It fell.", "It fell, Ann said.", "It fell.", layer="attribution_gap")
    gap = [Mark(0, 5, "unattributed_claim")]
    assert judges.source_added(added, gap, []).verdict == "passed"
    assert judges.source_added(added, [], gap).reasons == ("not flagged before", "still flagged")
    asked = {"layer": "attribution_gap", "label": "anonymous_source"}
    gone = pair(2, "source_removed", "It fell, Ann said.", "It fell.", **asked)
    right = [Mark(0, 5, "anonymous_source")]
    assert judges.source_removed(gone, [], right).verdict == "passed"
    assert judges.source_removed(gone, [], gap).reasons == ("not found after, but unattributed_claim",)
    assert judges.source_removed(gone, gap, []).reasons == ("a gap before", "not found after")
    any_gap = pair(3, "source_removed", "It fell, Ann said.", "It fell.", layer="attribution_gap")
    assert judges.source_removed(any_gap, [], gap).verdict == "passed"


def test_any_gap_counts_where_words_are_judged_in_that_layer():
    case = replace(alone(1, "killer", "A killer plan.", "literal"), layer="attribution_gap")
    assert judges.literal(case, [mark(case.text, "killer", "motive_imputation")], []).verdict == "failed"


def test_words_alone():
    case = alone(1, "killer", "The killer whale swam.", "literal")
    flagged = [mark(case.text, "killer")]
    assert judges.literal(case, [], []).verdict == "passed"
    assert judges.literal(case, flagged, []).reasons == ("flagged",)
    assert judges.literal(case, [mark(case.text, "swam")], []).verdict == "passed"
    assert judges.literal(case, [mark(case.text, "killer", "Doubt")], []).verdict == "passed"
    assert judges.charged_words(case, flagged, []).verdict == "passed"
    assert judges.charged_words(case, [], []).reasons == ("not flagged",)
    assert judges.charged_words(case, flagged, []).flagged == (True, None)


def test_quotation_has_no_verdict():
    case = pair(1, "quoted", "A vile plan.", "“A vile plan,” he said.", "vile", "vile")
    done = judges.quoted(case, [mark(case.text, "vile", score=0.4)], [])
    assert (done.verdict, done.flagged, done.scores) == ("no verdict", (True, False), (0.4, 0.0))


def test_scores_are_the_highest_or_none():
    case = alone(1, "killer", "The killer whale swam.", "literal")
    words = [mark(case.text, "killer", score=0.4), mark(case.text, "The killer", score=0.6)]
    assert judges.literal(case, words, []).scores == (0.6, None)
    assert judges.literal(case, [*words, mark(case.text, "killer whale")], []).scores == (None, None)


@given(st.data())
def test_marks_that_are_carried_over_are_the_same(data):
    """Whatever is marked between words that change, the same marks in the twin pass, and one less fails."""
    words = data.draw(st.lists(st.sampled_from(["a", "bb", "ccc"]), min_size=1, max_size=8))
    changed = data.draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words)))
    new = [word * 2 + "x" if change else word for word, change in zip(words, changed, strict=True)]
    old_places, new_places = ([_word(texts, place) for place in range(len(words))] for texts in (words, new))
    edits = tuple(
        (old.start, old.end, fresh.start, fresh.end)
        for old, fresh, change in zip(old_places, new_places, changed, strict=True)
        if change
    )
    text, twin = " ".join(words), " ".join(new)
    case = Case("t", "typography", "technique", text, (0, len(text)), twin=twin, edits=edits)
    chosen = data.draw(st.sets(st.integers(0, len(words) - 1), min_size=1))
    ours, theirs = ([places[place] for place in sorted(chosen)] for places in (old_places, new_places))
    assert judges.same_marks(case, ours, theirs).verdict == "passed"
    assert judges.same_marks(case, ours, theirs[1:]).verdict == "failed"
    assert judges.same_marks(case, ours[1:], theirs).verdict == "failed"


def _word(words, place):
    start = sum(len(word) + 1 for word in words[:place])
    return Mark(start, start + len(words[place]), LOADED)
