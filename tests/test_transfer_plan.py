"""What is learned from which dataset to be scored on which task of another one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark import data
from benchmark.data import Layer
from benchmark.errors import UsageError
from benchmark.spec import Spec
from benchmark.tasks import task_of, tasks_of
from benchmark.transfer_plan import Gap, Source, Target, plan, source_of
from tests import transfer_corpora as corpora
from tests.transfer_corpora import WORDS

basil, ptc, babe = corpora.FIXTURES


def on(dataset, *names):
    """A target: tasks that are named, or all that are scored without being named."""
    if names:
        return Target(dataset, tuple(task_of(dataset, name) for name in names), named=True)
    return Target(dataset, tuple(task for task in tasks_of(dataset) if not task.on_request), named=False)


def planned(sources, targets, spec=WORDS):
    return plan(sources, targets, spec, 0)


def test_a_source_learns_the_training_split_or_all(basil, ptc):
    assert (Source(ptc).learned_split, len(Source(ptc).part.documents)) == ("train", 20)
    assert (Source(basil).learned_split, Source(basil).part) == (None, basil)
    test = source_of(ptc, "test", None)
    assert (test.name, test.learned_split) == ("ptc:test", "test")
    assert [document.id for document in test.part.documents] == [f"d{n}" for n in range(20, 40)]


def test_what_loses_least_is_learned(basil, ptc, babe, learner):
    """The labels that the task scores, not a layer that holds others; units for units."""
    (pair,) = planned([Source(basil)], [on(ptc, "loaded_language")]).pairs
    assert (pair.train, pair.test, pair.learned) == ("basil/lexical", "ptc/loaded_language", "lexical")
    assert (pair.subject.layer, pair.subject.kind, pair.subject.labels) == ("bias", "spans", ("lexical",))
    (pair,) = planned([Source(basil)], [on(babe, "bias")]).pairs
    assert (pair.learned, pair.subject.kind, pair.found.reading) == ("bias_sentence", "units", None)
    (pair,) = planned([Source(babe)], [on(basil, "bias_sentence")]).pairs
    assert (pair.train, pair.found.gold) == ("babe/bias", {"biased": "biased", "none": "none"})


def test_what_keeps_most_labels_is_learned(ptc, learner):
    reports = data.load("fictional_news")
    (pair,) = planned([Source(ptc)], [on(reports, "technique")]).pairs
    assert (pair.learned, len(pair.found.labels)) == ("technique", 14)
    (pair,) = planned([Source(ptc)], [on(reports, "loaded_language")]).pairs
    assert (pair.learned, len(pair.found.labels)) == ("loaded_language", 2)


def test_a_detector_of_spans_alone_learns_spans_for_units(basil, babe, learner):
    learner.trained_kinds = frozenset({"spans"})
    (pair,) = planned([Source(basil)], [on(babe, "bias")]).pairs
    # The layer as a whole: a sentence is biased by either kind.
    assert (pair.train, pair.subject.kind, pair.found.reading) == ("basil/bias", "spans", "any")


def test_the_detector_suits_what_is_learned(babe, basil, learner, monkeypatch):
    from benchmark import transfer_plan

    monkeypatch.setattr(transfer_plan, "LEARNERS", {"spans": "words", "units": "linear"})
    found = planned([Source(basil)], [on(babe), on(basil)], None)
    assert {(pair.test, str(pair.spec)) for pair in found.pairs} == {
        ("babe/bias", "linear"),
        ("basil/lexical", "words"),
        ("basil/informational", "words"),
        ("basil/lexical_sentence", "linear"),
        ("basil/informational_sentence", "linear"),
        ("basil/bias_sentence", "linear"),
    }


def test_a_task_or_layer_that_is_named_is_learned(basil, babe, learner):
    for name in ("lexical", "bias"):
        (pair,) = planned([source_of(basil, None, name)], [on(babe, "bias")]).pairs
        assert pair.train == f"basil/{name}"
        assert pair.found.reading == "any"


@pytest.mark.parametrize(
    ("split", "name", "message"),
    [("trian", None, "no split 'trian', did you mean 'train'"), (None, "frame", "no layer 'frame' for task")],
)
def test_what_a_dataset_lacks_is_refused(ptc, split, name, message):
    with pytest.raises(UsageError, match=message):
        source_of(ptc, split, name)


def test_the_diagonal_goes_by_the_protocol(ptc, learner):
    found = planned([Source(ptc)], [on(ptc)])
    assert [(pair.train, pair.test, pair.found) for pair in found.pairs] == [
        (f"ptc/{task}", f"ptc/{task}", None) for task in ("technique", "loaded_language", "loaded_sentence")
    ]
    (pair,) = planned([source_of(ptc, None, "technique")], [on(ptc, "technique")]).pairs
    assert pair.found is None


def test_a_split_that_is_named_is_learned_whatever_is_scored(ptc, learner):
    (pair,) = planned([source_of(ptc, "test", None)], [on(ptc, "technique")]).pairs
    assert (pair.train, pair.found.lossy) == ("ptc:test/technique", False)


def test_columns_stand_in_order_and_cells_of_a_model_together(basil, ptc, babe, learner):
    found = planned([Source(babe), Source(basil)], [on(ptc, "loaded_language"), on(babe), on(basil)])
    assert found.tests == (
        "ptc/loaded_language",
        "babe/bias",
        "basil/lexical",
        "basil/informational",
        "basil/lexical_sentence",
        "basil/informational_sentence",
        "basil/bias_sentence",
    )
    trains = [pair.train for pair in found.pairs]
    assert [train for n, train in enumerate(trains) if train not in trains[:n]] == [
        "babe/bias",
        "basil/lexical",
        "basil/bias_sentence",
        "basil/informational",
        "basil/lexical_sentence",
        "basil/informational_sentence",
    ]
    assert all(
        trains.count(train) == len(trains) - trains.index(train) - trains[::-1].index(train)
        for train in trains
    )


def test_cells_that_cannot_be_filled_are_told(basil, ptc, babe, learner):
    found = planned([Source(basil), Source(babe)], [on(ptc, "loaded_language"), on(ptc, "loaded_sentence")])
    assert found.gaps == (
        Gap(
            "babe",
            "ptc/loaded_language",
            "no correspondence is declared",
            "no label of babe may stand for one of ptc/loaded_language: crosswalk.toml declares no such "
            "correspondence",
        ),
    )
    learner.trained_kinds = frozenset({"units"})
    found = planned(
        [Source(basil), Source(babe)],
        [on(ptc, "loaded_language"), on(ptc, "loaded_sentence")],
    )
    assert [(gap.train, gap.why) for gap in found.gaps] == [
        ("basil", "words cannot learn spans"),
        ("babe", "no correspondence is declared"),
    ]


def test_tasks_that_nobody_named_are_left_out_where_nothing_stands_for_them(basil, ptc, babe, learner):
    assert planned([Source(babe)], [on(ptc)]).tests == ("ptc/loaded_sentence",)
    assert planned([Source(babe)], [on(ptc)]).gaps == ()
    small = replace(ptc, name="polnear", corpus="polnear", manifest_sha256="e" * 64)
    small = replace(
        small, layers={"technique": Layer("technique", "spans", corpora.TECHNIQUES, None, (), "people")}
    )
    found = planned([Source(basil)], [on(babe), on(small)])
    assert found.tests == ("babe/bias", "polnear")
    assert [(gap.train, gap.test) for gap in found.gaps] == [("basil", "polnear")]


def test_a_matrix_without_a_cell_is_refused(basil, ptc, babe, learner):
    message = "no label of babe may stand for one of ptc/technique: crosswalk.toml declares no such"
    with pytest.raises(UsageError, match=message):
        planned([Source(babe)], [on(ptc, "technique")])
    with pytest.raises(
        UsageError, match="babe/bias may stand .*: .*, for babe/bias it declares .*basil/bias"
    ):
        planned([source_of(babe, None, "bias")], [on(data.load("fictional_news"), "frame")])
    with pytest.raises(UsageError, match="nothing is to be scored"):
        planned([Source(babe)], [Target(ptc, (), named=False)])
    learner.trained_kinds = frozenset()
    with pytest.raises(UsageError, match="basil on babe/bias: detector 'words' cannot learn units of layer"):
        planned([Source(basil)], [on(babe)])
    with pytest.raises(
        UsageError, match="ptc/technique on ptc/technique: detector 'words' cannot learn spans"
    ):
        planned([Source(ptc)], [on(ptc, "technique")])


def test_what_learns_nothing_fills_no_cell(ptc, basil):
    with pytest.raises(UsageError, match="detector 'lexicon' cannot learn"):
        planned([Source(basil)], [on(ptc, "loaded_language")], Spec("lexicon"))


def test_a_detector_that_does_not_exist_is_refused_at_once(basil, ptc):
    with pytest.raises(UsageError, match="no detector is named 'crff'"):
        planned([Source(basil)], [on(ptc)], Spec("crff"))


def test_labels_of_given_spans_are_learned_on_the_diagonal_alone(ptc, learner):
    given = on(ptc, "technique_given_span")
    (pair,) = planned([Source(ptc)], [given]).pairs
    assert (pair.subject.kind, pair.found) == ("given", None)
    with pytest.raises(
        UsageError, match="no label of fictional_news may stand for one of ptc/technique_given"
    ):
        planned([Source(data.load("fictional_news"))], [given])
    with pytest.raises(UsageError, match="no label of ptc/technique_given_span may stand"):
        planned([source_of(ptc, None, "technique_given_span")], [on(data.load("fictional_news"))])
    learner.trained_kinds = frozenset({"spans"})
    with pytest.raises(
        UsageError, match="'words' cannot learn labels of given spans of layer 'technique_given"
    ):
        planned([Source(ptc)], [given])


def test_another_task_of_the_same_documents_needs_a_split(ptc, learner):
    with pytest.raises(UsageError, match="another task of the same documents; name the split"):
        planned([source_of(ptc, None, "loaded_language")], [on(ptc, "technique")])
    named = planned([source_of(ptc, "train", "loaded_language")], [on(ptc, "technique")])
    assert named.pairs[0].train == "ptc:train/loaded_language"


def test_a_dataset_of_few_documents_is_not_learned_and_scored_at_once(learner):
    drones = data.load("turkey_drones")
    with pytest.raises(UsageError, match="turkey_drones has too few documents to learn from and be scored"):
        planned([Source(drones)], [on(drones, "technique")])


def test_two_states_of_a_dataset_are_refused(ptc, learner):
    other = replace(ptc, manifest_sha256="f" * 64)
    with pytest.raises(UsageError, match="two states of dataset 'ptc'"):
        planned([Source(ptc)], [on(other)])
