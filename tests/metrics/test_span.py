from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from benchmark.metrics.matching import match
from benchmark.metrics.span import Character, Exact, Overlap, Token
from benchmark.model import Annotation, Document, Prediction, Span, offsets
from tests.metrics.metric_cases import LABELS, document, found, gold, quick, score, spans


def statistics(metric, truth, answer, labels=LABELS):
    return metric.per_document([truth], [answer], labels)[0].reshape(-1, 4).tolist()


def test_exact_by_hand():
    truth = gold([(0, 4, "A"), (6, 9, "A"), (6, 9, "B"), (20, 24, "C")])
    answer = found([(0, 4, "A"), (6, 9, "A"), (0, 4, "B"), (20, 23, "C"), (30, 31, "C"), (40, 44, "A")])
    assert statistics(Exact(), truth, answer) == [[2, 3, 2, 2], [0, 1, 0, 1], [0, 2, 0, 1]]
    got = score(Exact(), truth, answer)
    assert (got["precision"], got["recall"], got["f1"]) == (2 / 6, 0.5, 0.4)
    assert got["macro_f1"] == pytest.approx(0.8 / 3)


def test_duplicates_count_as_several():
    twice = [(0, 4, "A"), (0, 4, "A")]
    assert statistics(Exact(), gold(twice), found(twice * 2), "A") == [[2, 4, 2, 2]]
    assert statistics(Overlap(), gold(twice), found(twice[:1]), "A") == [[1, 1, 1, 2]]
    assert statistics(Character(), gold(twice), found(twice[:1]), "A") == [[4, 4, 4, 4]]


def test_overlap_by_hand():
    # IoU of A: 5/10 reaches one half, 4/9 does not; B has another label.
    truth = gold([(0, 10, "A"), (20, 29, "A"), (40, 44, "B")])
    answer = found([(0, 5, "A"), (20, 24, "A"), (40, 44, "C")])
    assert statistics(Overlap(), truth, answer) == [[1, 2, 1, 2], [0, 0, 0, 1], [0, 1, 0, 0]]
    assert statistics(Overlap(threshold=0.4), truth, answer)[0] == [2, 2, 2, 2]


def test_overlap_matches_optimally_where_greedy_would_not():
    # The first prediction is nearest to the gold span that alone fits the second.
    truth, answer = gold([(0, 10, "A"), (4, 14, "A")]), found([(0, 10, "A"), (0, 8, "A")])
    assert statistics(Overlap(threshold=0.4), truth, answer, "A") == [[2, 2, 2, 2]]


def test_overlap_names_its_threshold():
    assert (Overlap().name, Overlap().parameters) == ("overlap", "threshold=0.5")
    assert (Overlap(0.3).name, Overlap(0.3).parameters) == ("overlap(threshold=0.3)", "threshold=0.3")


@pytest.mark.parametrize("threshold", [0, -0.5, 1.01, float("nan")])
def test_threshold_out_of_range_is_refused(threshold):
    with pytest.raises(ValueError, match="is not above 0 and at most 1"):
        Overlap(threshold)


@quick
@given(spans(), spans())
def test_overlap_counts_the_pairs_of_match(predicted, truth):
    for threshold in (0.2, 0.5, 1.0):
        pairs = match(
            *([span[:2] for span in side] for side in (predicted, truth)),
            threshold,
            *([span[2] for span in side] for side in (predicted, truth)),
        )
        rows = np.array(statistics(Overlap(threshold), gold(truth), found(predicted)))
        assert rows[:, 0].tolist() == [sum(predicted[i][2] == label for i, _ in pairs) for label in LABELS]
        assert rows[:, 2].sum() == len(pairs)
    assert statistics(Exact(), gold(truth), found(predicted)) == rows.tolist()


def test_character_by_hand():
    # A: predicted 0–8 after union, gold 4–12; four characters shared.
    truth = gold([(4, 9, "A"), (8, 12, "A"), (20, 22, "B")])
    answer = found([(0, 5, "A"), (3, 8, "A"), (20, 22, "C")])
    assert statistics(Character(), truth, answer) == [[4, 8, 4, 8], [0, 0, 0, 2], [0, 2, 0, 0]]
    got = score(Character(), truth, answer)
    assert (got["precision"], got["recall"], got["f1"]) == (0.4, 0.4, pytest.approx(0.4))


@quick
@given(spans(), spans())
def test_character_equals_sets_of_characters(predicted, truth):
    expected = []
    for label in LABELS:
        ours, theirs = (
            {i for start, end, given_label in side if given_label == label for i in range(start, end)}
            for side in (predicted, truth)
        )
        expected.append([len(ours & theirs), len(ours), len(ours & theirs), len(theirs)])
    assert statistics(Character(), gold(truth), found(predicted)) == expected


def test_token_by_hand():
    text = Document(
        "d", "The so-called peace ,  yes", offsets([]), offsets([(0, 3), (4, 13), (14, 19), (20, 21)])
    )
    truth = Annotation(text, "technique", (Span(4, 13, "A"),))
    # "called peace" touches two tokens, of which one is gold; white space is none.
    answer = Prediction("d", "technique", (Span(7, 19, "A"), Span(21, 23, "A"), Span(2, 3, "B")))
    assert statistics(Token(), truth, answer) == [[1, 2, 1, 1], [0, 1, 0, 0], [0, 0, 0, 0]]


def test_two_spans_in_one_token_mark_it_once():
    truth, answer = gold([(0, 1, "A"), (1, 2, "A")]), found([(0, 1, "A")])
    assert statistics(Token(), truth, answer, "A") == [[1, 1, 1, 1]]


def test_documents_without_tokens_have_nothing_to_score():
    bare = Annotation(Document("d", "x" * 9, offsets([]), offsets([])), "technique", (Span(0, 4, "A"),))
    assert statistics(Token(), bare, found([(0, 4, "A")]), "A") == [[0, 0, 0, 0]]


@quick
@given(spans(), spans())
def test_token_equals_sets_of_tokens(predicted, truth):
    texts = [document(identifier="c", token=5), document(token=3, shift=1)]
    sides = [found(truth, "c"), found(predicted)]
    got = Token().per_document([gold(predicted, texts[0]), gold(truth, texts[1])], sides, LABELS)
    for text, row, ours, theirs in zip(texts, got, (truth, predicted), (predicted, truth), strict=True):
        expected = []
        for label in LABELS:
            marked = [
                {
                    number
                    for number, (start, end) in enumerate(text.tokens.tolist())
                    for span in side
                    if span[2] == label and span[0] < end and start < span[1]
                }
                for side in (ours, theirs)
            ]
            both = len(marked[0] & marked[1])
            expected.append([both, len(marked[0]), both, len(marked[1])])
        assert row.reshape(-1, 4).tolist() == expected


def test_labels_outside_the_task_are_ignored():
    for metric in (Exact(), Overlap(), Character(), Token()):
        rows = statistics(metric, gold([(0, 4, "A"), (6, 8, "B")]), found([(0, 4, "A"), (6, 8, "C")]), "A")
        assert len(rows) == 1
        assert rows[0][0] == rows[0][1] == rows[0][3]
