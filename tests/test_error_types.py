"""Error types: matching, what each error costs, confused labels."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations, permutations, product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from benchmark.error_types import (
    ANY_LABEL,
    TYPES,
    Errors,
    ErrorType,
    Judged,
    Kind,
    errors_of,
    judge,
    judged_of,
    label_errors,
    summarise,
    unit_errors,
)
from benchmark.metrics.label import MultiLabel
from benchmark.metrics.span import Exact
from benchmark.model import Annotation, Prediction, Span, Unit
from benchmark.projection import PARAGRAPH, gold_scoring
from benchmark.tasks import task_of
from tests.metrics.metric_cases import (
    LABELS,
    document,
    found,
    gold,
    quick,
    score,
    spans,
    unit_found,
    unit_gold,
)

RIGHT, BOUNDARY, LABEL, BOTH, SPURIOUS, MISSED = TYPES
several = st.lists(
    st.tuples(*[st.lists(st.sampled_from(LABELS), unique=True, max_size=3).map(tuple)] * 2),
    min_size=1,
    max_size=12,
)
single = st.lists(st.tuples(*[st.sampled_from((*LABELS, ""))] * 2), min_size=1, max_size=20)


def distinct(side):
    return sorted(set(side))


def triple(span):
    return span and (span.start, span.end, span.label)


def judged(truth, answer):
    """Type, gold and predicted span of all that was judged in one document."""
    return [
        (one.type, triple(one.gold), triple(one.predicted))
        for one in judge([gold(truth)], [found(answer)], LABELS)
    ]


def errors(truth, answer):
    return summarise(judge([gold(truth)], [found(answer)], LABELS), LABELS)


def of(labels):
    return [(label,) if label else () for label in labels]


# One of each type: A right, A with another end, A taken for B, B for A with another start.
TRUTH = [(0, 4, "A"), (5, 9, "A"), (10, 14, "A"), (20, 25, "B"), (40, 44, "C")]
ANSWER = [(0, 4, "A"), (5, 8, "A"), (10, 14, "B"), (21, 25, "A"), (30, 33, "C"), (34, 36, "A")]


def test_each_type_by_hand():
    assert judged(TRUTH, ANSWER) == [
        (RIGHT, (0, 4, "A"), (0, 4, "A")),
        (BOUNDARY, (5, 9, "A"), (5, 8, "A")),
        (LABEL, (10, 14, "A"), (10, 14, "B")),
        (BOTH, (20, 25, "B"), (21, 25, "A")),
        (SPURIOUS, None, (30, 33, "C")),
        (SPURIOUS, None, (34, 36, "A")),
        (MISSED, (40, 44, "C"), None),
    ]


def test_costs_by_hand():
    # P + G = 6 + 5; exact F1 is 2/11; three wrong pairs cost 2/11 each, three single spans 1/11.
    got = errors(TRUTH, ANSWER)
    assert list(got.counts.values()) == [1, 1, 1, 1, 2, 1]
    assert (got.gold, got.predicted, got.kind) == (5, 6, Kind.SPANS)
    assert got.f1 == pytest.approx(2 / 11)
    assert list(got.lost.values()) == pytest.approx([0, 2 / 11, 2 / 11, 2 / 11, 2 / 11, 1 / 11])
    assert list(got.share.values()) == pytest.approx([0, 2 / 9, 2 / 9, 2 / 9, 2 / 9, 1 / 9])


def test_confusion_by_hand():
    # Rows A, B, C and no gold; columns A, B, C and missed.
    assert errors(TRUTH, ANSWER).confusion.tolist() == [
        [2, 1, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 0, 1],
        [1, 0, 1, 0],
    ]


def test_an_exact_pair_is_never_given_up():
    # Two pairs by label would earn 2, but the equal spans are right and leave two without a partner.
    truth, answer = [(0, 10, "A"), (9, 20, "A")], [(0, 10, "A"), (0, 5, "A")]
    assert judged(truth, answer) == [
        (SPURIOUS, None, (0, 5, "A")),
        (RIGHT, (0, 10, "A"), (0, 10, "A")),
        (MISSED, (9, 20, "A"), None),
    ]


def test_label_or_boundary_go_before_any_overlap():
    # The first gold span shares more with B, but is A.
    assert judged([(0, 10, "A")], [(0, 9, "B"), (8, 12, "A")]) == [
        (SPURIOUS, None, (0, 9, "B")),
        (BOUNDARY, (0, 10, "A"), (8, 12, "A")),
    ]


def test_among_equal_credit_the_greater_iou_wins():
    # Both share the label; the right boundary has IoU 1 and goes before the right label.
    assert [kind for kind, *_ in judged([(0, 10, "A")], [(0, 9, "A"), (1, 4, "A")])] == [BOUNDARY, SPURIOUS]
    assert judged([(0, 10, "A")], [(0, 9, "A"), (0, 10, "B")])[1][0] is LABEL


def test_the_matching_is_optimal_where_greedy_would_not_be():
    # Greedily the long prediction takes its best gold span, and the second finds no partner.
    truth, answer = [(0, 10, "A"), (4, 14, "A")], [(1, 10, "A"), (0, 3, "A")]
    assert [kind for kind, *_ in judged(truth, answer)] == [BOUNDARY, BOUNDARY]


def test_spans_that_touch_do_not_meet():
    assert [kind for kind, *_ in judged([(0, 4, "A")], [(4, 8, "A")])] == [MISSED, SPURIOUS]


def test_equal_spans_are_matched_one_by_one():
    # As in a task of given spans, where a span has as many marks as labels.
    truth, answer = [(0, 4, "A"), (0, 4, "A"), (0, 4, "B")], [(0, 4, "A"), (0, 4, "C"), (0, 4, "C")]
    assert Counter(kind for kind, *_ in judged(truth, answer)) == {RIGHT: 1, LABEL: 2}
    assert [kind for kind, *_ in judged([(0, 4, "A")] * 2, [(0, 4, "A")] * 3)] == [RIGHT, RIGHT, SPURIOUS]


def test_documents_do_not_meet_and_keep_their_order():
    truth = [gold([(0, 4, "A")], document(identifier=name)) for name in ("z", "a")]
    answer = [found([], "z"), found([(0, 4, "A"), (8, 9, "Z")], "a")]
    span = Span(0, 4, "A")
    assert judge(truth, answer, LABELS) == (Judged("z", MISSED, span, None), Judged("a", RIGHT, span, span))


def test_other_documents_are_refused():
    with pytest.raises(ValueError, match="'e' stands in the place of 'd'"):
        judge([gold([])], [found([], "e")], LABELS)


def test_nothing_at_all_is_undefined():
    for labels in (LABELS, ()):
        got = summarise(judge([gold([])], [found([])], labels), labels)
        assert (got.gold, got.predicted) == (0, 0)
        assert np.isnan([got.f1, *got.lost.values(), *got.share.values()]).all()
    assert judge([], [], LABELS) == ()


def test_where_nothing_is_lost_shares_are_undefined():
    got = errors(TRUTH, TRUTH)
    assert (got.f1, set(got.lost.values())) == (1, {0.0})
    assert np.isnan(list(got.share.values())).all()


def test_one_label_cannot_be_wrong():
    assert Errors(Kind.SPANS, ("A",), np.zeros((6, 2, 2), dtype=np.int64)).possible == (
        RIGHT,
        BOUNDARY,
        SPURIOUS,
        MISSED,
    )
    assert errors([], []).possible == TYPES


@quick
@given(truth=spans().map(distinct), answer=spans().map(distinct), random=st.randoms(use_true_random=False))
def test_order_of_spans_does_not_matter(truth, answer, random):
    shuffled = random.sample(truth, len(truth)), random.sample(answer, len(answer))
    assert judged(*shuffled) == judged(truth, answer)


@quick
@given(truth=spans().map(distinct), answer=spans().map(distinct))
def test_sums_agree(truth, answer):
    got = errors(truth, answer)
    exact = score(Exact(), gold(truth), found(answer))["f1"]
    assert got.f1 == pytest.approx(exact, nan_ok=True)
    assert sum(got.lost.values()) == pytest.approx(1 - exact, nan_ok=True)
    if exact < 1:
        assert sum(got.share.values()) == pytest.approx(1)
    for label, row, column in zip(LABELS, got.confusion, got.confusion.T, strict=False):
        assert row.sum() == sum(span[2] == label for span in truth)
        assert column.sum() == sum(span[2] == label for span in answer)
    assert got.confusion.sum() == sum(got.counts.values())
    assert got.confusion[-1, -1] == 0


@quick
@given(truth=spans().map(distinct), answer=spans().map(distinct))
def test_every_span_is_judged_once_and_rightly(truth, answer):
    seen = judged(truth, answer)
    assert sorted(g for _, g, _ in seen if g) == truth
    assert sorted(p for _, _, p in seen if p) == answer
    for kind, g, p in seen:
        if g and p:
            assert max(g[0], p[0]) < min(g[1], p[1])
            assert (
                kind
                is {(1, 1): RIGHT, (0, 1): BOUNDARY, (1, 0): LABEL, (0, 0): BOTH}[
                    g[:2] == p[:2], g[2] == p[2]
                ]
            )
        else:
            assert kind is (MISSED if g else SPURIOUS)


def worth(g, p):
    """Credit and IoU of a pair, as the docstring of the module states them; None without overlap."""
    shared = min(g[1], p[1]) - max(g[0], p[0])
    if shared <= 0:
        return None
    iou = shared / (max(g[1], p[1]) - min(g[0], p[0]))
    return (1.0 if g[2] == p[2] or g[:2] == p[:2] else 0.5), iou


def best(truth, answer):
    """The greatest credit and then IoU over all one-to-one matchings, tried one by one."""
    small, large = sorted((truth, answer), key=len)
    totals = [(0.0, 0.0)]
    for size in range(1, len(small) + 1):
        for some, others in product(combinations(small, size), permutations(large, size)):
            values = [worth(one, other) for one, other in zip(some, others, strict=True)]
            if None not in values:
                totals.append(tuple(map(sum, zip(*values, strict=True))))
    return max((credit, round(iou, 9)) for credit, iou in totals)


@quick
@given(truth=spans(most=4).map(distinct), answer=spans(most=4).map(distinct))
def test_the_matching_is_the_best_of_all(truth, answer):
    seen = [(kind, g, p) for kind, g, p in judged(truth, answer) if g and p]
    equal = set(truth) & set(answer)
    assert {g for kind, g, _ in seen if kind is RIGHT} == equal
    values = [worth(g, p) for kind, g, p in seen if kind is not RIGHT]
    expected = best([g for g in truth if g not in equal], [p for p in answer if p not in equal])
    got = tuple(map(sum, zip(*values, strict=True))) or (0.0, 0.0)
    assert (got[0], got[1]) == pytest.approx(expected)


@quick
@given(single)
def test_unit_confusion_equals_sklearn(pairs):
    truth, answer = unit_gold(*of(t for t, _ in pairs)), unit_found(*of(p for _, p in pairs))
    got = unit_errors([truth], [answer], LABELS)
    kept = [(t, p) for t, p in pairs if t]
    if not kept:
        assert got.cells.sum() == 0
        assert np.isnan(got.f1)
        return
    expected = confusion_matrix([t for t, _ in kept], [p for _, p in kept], labels=[*LABELS, ""])
    np.testing.assert_array_equal(got.confusion, expected)
    counts = got.counts
    assert counts[RIGHT] == sum(t == p for t, p in kept)
    assert counts[LABEL] == sum(t != p for t, p in kept if p)
    assert counts[MISSED] == sum(not p for _, p in kept)
    assert counts[BOUNDARY] == counts[BOTH] == counts[SPURIOUS] == 0
    assert sum(got.lost.values()) == pytest.approx(1 - got.f1)
    if all(p for _, p in kept):
        assert got.f1 == pytest.approx(accuracy_score(*zip(*kept, strict=True)))


@quick
@given(several)
def test_labels_of_units_equal_sklearn(pairs):
    truth, answer = unit_gold(*(t for t, _ in pairs)), unit_found(*(p for _, p in pairs))
    got = label_errors([truth], [answer], LABELS)
    binary = [[[label in given for label in LABELS] for given in side] for side in zip(*pairs, strict=True)]
    both = [np.array(side, dtype=int) for side in binary]
    np.testing.assert_array_equal(np.diag(got.confusion)[:-1], (both[0] & both[1]).sum(axis=0))
    np.testing.assert_array_equal(got.confusion[:-1, -1], (both[0] & ~both[1] & 1).sum(axis=0))
    np.testing.assert_array_equal(got.confusion[-1, :-1], (~both[0] & both[1] & 1).sum(axis=0))
    assert (got.kind, got.possible) == (Kind.LABELS, (RIGHT, SPURIOUS, MISSED))
    if got.gold + got.predicted:
        assert got.f1 == pytest.approx(f1_score(*both, average="micro", zero_division=0))
        assert got.f1 == pytest.approx(score(MultiLabel(), truth, answer)["f1"])
        assert sum(got.lost.values()) == pytest.approx(1 - got.f1)


def run_on(dataset, name):
    """What `benchmark.kept.Rescorer` gives of a run on a task."""
    scoring = gold_scoring(task_of(dataset, name), dataset)
    return SimpleNamespace(dataset=dataset, scoring=scoring, project=scoring.project)


def test_spans_are_judged_in_whole_documents(dataset_of):
    text = "one two\n\nthree four"
    spans = [Span(4, 14, "Doubt"), Span(0, 3, "Repetition")]
    run = run_on(dataset_of([text], [sorted(spans, key=lambda span: span.start)]), "technique")
    assert (run.scoring.clusters, len(run.scoring.gold)) == (PARAGRAPH, 2)
    twice = (spans[0], replace(spans[0], relation=1), Span(15, 19, "Doubt"))
    seen = judged_of(run, [Prediction("d0", "technique", twice)])
    assert [(one.document, one.type, triple(one.gold or one.predicted)) for one in seen] == [
        ("d0", MISSED, (0, 3, "Repetition")),
        ("d0", RIGHT, (4, 14, "Doubt")),
        ("d0", SPURIOUS, (15, 19, "Doubt")),
    ]
    got = errors_of(run, [Prediction("d0", "technique", twice)])
    assert (got.f1, got.labels) == (0.5, run.scoring.labels.names)


def test_a_task_of_some_labels_sees_those_alone(dataset_of):
    dataset = dataset_of(["one two three"], [[Span(0, 3, "Loaded_Language"), Span(4, 7, "Doubt")]])
    answer = [Prediction("d0", "technique", (Span(0, 3, "Doubt"), Span(0, 7, "Loaded_Language")))]
    got = errors_of(run_on(dataset, "loaded_language"), answer)
    assert {kind: count for kind, count in got.counts.items() if count} == {BOUNDARY: 1}


def test_spans_without_a_label_are_judged_by_their_boundaries(dataset_of):
    marks = [Span(0, 3, "Doubt"), Span(0, 3, "Repetition"), Span(4, 7, "Doubt")]
    answer = [Prediction("d0", "technique", (Span(0, 3, "Loaded_Language"), Span(5, 7, "Loaded_Language")))]
    run = run_on(dataset_of(["one two three"], [marks]), "technique")
    got = errors_of(run, answer, labelled=False)
    assert (got.labels, got.gold, got.predicted) == ((ANY_LABEL,), 2, 2)
    assert (got.counts[RIGHT], got.counts[BOUNDARY]) == (1, 1)
    assert errors_of(run, answer).counts[RIGHT] == 0


def test_units_of_one_label_and_of_several(dataset_of):
    units = {
        "slant": [[Unit(0, 3, ("mild",))], [Unit(0, 3, ("none",))]],
        "frame": [[Unit(0, 3, ("Economic", "Other"))], [Unit(0, 3, ())]],
    }
    dataset = dataset_of(["one", "two"], [[], []], units)
    slant = [Prediction("d0", "slant", units=(Unit(0, 3, ("mild",)),)), Prediction("d1", "slant")]
    got = errors_of(run_on(dataset, "slant"), slant)
    assert (got.kind, got.counts[RIGHT], got.counts[MISSED]) == (Kind.UNITS, 1, 1)
    frame = [
        Prediction("d0", "frame", units=(Unit(0, 3, ("Economic",)),)),
        Prediction("d1", "frame", units=(Unit(0, 3, ("Political",)),)),
    ]
    got = errors_of(run_on(dataset, "frame"), frame)
    assert got.kind is Kind.LABELS
    assert (got.counts[RIGHT], got.counts[SPURIOUS], got.counts[MISSED]) == (1, 1, 1)


def test_a_large_corpus_is_judged_fast():
    # As many articles, spans and labels as PTC has; work that grows with their square would take minutes.
    rng, labels = np.random.default_rng(0), [f"L{i}" for i in range(14)]
    length, each = 6000, 17

    def side():
        starts, sizes = rng.integers(0, length - 200, each), rng.integers(1, 200, each)
        names = rng.choice(labels, each).tolist()
        return distinct(zip(starts.tolist(), (starts + sizes).tolist(), names, strict=True))

    of_length = document(length)
    documents = [replace(of_length, id=f"d{i}") for i in range(371)]
    truth = [gold(side(), one) for one in documents]
    answer = [found(side(), one.id) for one in documents]
    got = summarise(judge(truth, answer, labels), labels)
    assert got.gold == sum(len(one.spans) for one in truth)
    assert got.predicted == sum(len(one.spans) for one in answer)
    assert min(got.counts[kind] for kind in (BOUNDARY, BOTH, SPURIOUS, MISSED)) > 0


def test_types_are_written_in_words():
    assert [str(kind) for kind in ErrorType] == [
        "right",
        "wrong boundary",
        "wrong label",
        "both wrong",
        "spurious",
        "missed",
    ]


def test_judged_spans_are_those_given():
    mark, answer = Span(0, 4, "A"), Span(0, 4, "A", 0.7)
    truth = Annotation(document(), "technique", (mark,))
    [one] = judge([truth], [Prediction("d", "technique", (answer,))], LABELS)
    assert one.gold is mark
    assert one.predicted is answer
