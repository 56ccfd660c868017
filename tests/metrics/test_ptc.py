from __future__ import annotations

import json

import numpy as np
import pytest

from benchmark.metrics.ptc import PtcFlc, PtcSi
from benchmark.model import Annotation, Prediction, Span
from tests.metrics.metric_cases import document, found, gold, score

TECHNIQUES = ("Doubt", "Loaded_Language", "Name_Calling,Labeling", "Repetition")


@pytest.fixture(scope="module")
def cases(shared):
    return json.loads((shared / "oracles" / "ptc_scorers.json").read_text("utf-8"))["cases"]


def spans_of(triples):
    return tuple(Span(start, end, label) for label, start, end in triples)


def scored(metric, case, predictions):
    truth = [Annotation(document(3000, name), "technique", spans_of(g)) for name, g in case["gold"].items()]
    answer = [Prediction(name, "technique", spans_of(predictions[name])) for name in case["gold"]]
    return score(metric, truth, answer, TECHNIQUES)


@pytest.mark.parametrize(
    ("metric", "predictions", "expected"),
    [(PtcSi(), "pred", "si_merged"), (PtcFlc(), "flc_pred", "flc")],
    ids=["si", "flc"],
)
def test_official_scorers_are_met_to_six_decimals(cases, metric, predictions, expected):
    assert len(cases) == 196
    for number, case in enumerate(cases):
        got = scored(metric, case, case[predictions])
        assert {name: round(got[name], 6) for name in case[expected]} == case[expected], f"case {number}"


def test_si_by_hand():
    # Merged: predicted 0–8 and 20–24, gold 4–12. One pair shares 4: P = 4/8 / 2, R = 4/8 / 1.
    got = score(
        PtcSi(), gold([(4, 12, "A")]), found([(0, 5, "A"), (3, 8, "B"), (20, 24, "C")]), ("A", "B", "C")
    )
    assert got == pytest.approx({"precision": 0.25, "recall": 0.5, "f1": 1 / 3})


def test_si_scores_the_labels_of_the_task_only():
    got = score(PtcSi(), gold([(4, 12, "A"), (20, 30, "B")]), found([(4, 12, "B"), (20, 30, "A")]), ("A",))
    assert got == {"precision": 0, "recall": 0, "f1": 0}


def test_flc_by_hand():
    # A: predicted 0–8 (merged from two), gold 4–12; B: predicted 4–12 beside no gold; C: gold alone.
    got = score(
        PtcFlc(), gold([(4, 12, "A"), (30, 40, "C")]), found([(0, 5, "A"), (3, 8, "A"), (4, 12, "B")])
    )
    assert got["precision"] == pytest.approx(0.5 / 2)
    assert got["recall"] == pytest.approx(0.5 / 2)
    assert got["f1:A"] == pytest.approx(0.5)
    assert (got["precision:B"], got["recall:B"], got["f1:B"]) == (0, 0, 0)
    assert (got["precision:C"], got["recall:C"], got["f1:C"]) == (0, 0, 0)
    assert got["macro_f1"] == pytest.approx(0.5 / 3)


@pytest.mark.parametrize("metric", [PtcSi(), PtcFlc()])
def test_empty_sides_score_zero_and_f1_of_nothing_is_undefined(metric):
    some = [(0, 4, "A")]
    for truth, answer in ((some, []), ([], some)):
        got = score(metric, gold(truth), found(answer), ("A",))
        assert (got["precision"], got["recall"], got["f1"]) == (0, 0, 0)
    got = score(metric, gold([]), found([]), ("A",))
    assert (got["precision"], got["recall"]) == (0, 0)
    assert np.isnan(got["f1"])


def test_gold_cut_into_single_characters_still_scores_one():
    got = score(PtcSi(), gold([(0, 30, "A")]), found([(i, i + 1, "A") for i in range(30)]))
    assert got == pytest.approx({"precision": 1, "recall": 1, "f1": 1})


def test_spans_that_touch_are_two():
    statistics = PtcSi().per_document([gold([(0, 4, "A"), (4, 8, "A")])], [found([(0, 8, "A")])], "A")
    assert statistics.tolist() == [[1, 1, 2, 2]]


def test_statistics_stand_by_document_and_label():
    truth = [gold([(0, 4, "B")]), gold([(0, 8, "A")], document(identifier="e"))]
    statistics = PtcFlc().per_document(truth, [found([(0, 4, "B")]), found([(0, 4, "A")], "e")], "AB")
    assert statistics.tolist() == [[0, 0, 0, 0, 1, 1, 1, 1], [1, 1, 0.5, 1, 0, 0, 0, 0]]


def test_policy_is_that_of_the_official_scorers():
    assert (PtcSi().zero_division, PtcFlc().zero_division) == ("0", "0")
