"""What a detector scores on other datasets than it learned from, and the matrix of these scores."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from benchmark import data
from benchmark.contamination import Shared
from benchmark.detectors import Failure
from benchmark.errors import BenchError
from benchmark.record import Resampling, Score
from benchmark.report.formats import Format
from benchmark.report.transfer import written
from benchmark.run import Evaluator, Settings
from benchmark.tasks import task_of
from benchmark.transfer import Cell, Matrix, run_transfer
from benchmark.transfer_plan import Gap, Source, Target, plan, source_of
from tests import transfer_corpora as corpora
from tests.transfer_corpora import WORDS

SETTINGS = Settings(seed=3, resamples=200)
basil, ptc, babe = corpora.FIXTURES


def run(sources, dataset, *tasks, settings=SETTINGS, say=None):
    targets = [Target(dataset, tuple(task_of(dataset, name) for name in tasks), named=True)]
    return run_transfer(plan(sources, targets, WORDS, settings.seed), settings, say)


def test_spans_of_another_corpus_score_as_worked_by_hand(basil, ptc, learner):
    """ "Vile" is marked in 15 scored texts, 10 times rightly; 5 of 15 gold spans are missed: P = R = 2/3."""
    (cell,) = run([Source(basil)], ptc, "loaded_language").cells
    assert (cell.detector, cell.train, cell.test) == ("words", "basil/lexical", "ptc/loaded_language")
    assert (cell.metric, cell.score, cell.documents, cell.noun) == ("ptc_si", "f1", 20, "sentence")
    assert cell.value.value == pytest.approx(2 / 3)
    assert cell.value.low < 2 / 3 < cell.value.high
    assert cell.resampling == Resampling("document", 20, 200, 3)
    assert (cell.how, cell.within, cell.shared, cell.failures) == ("24 docs", False, (), ())
    assert "Loaded_Language, Name_Calling,Labeling are scored as one" in cell.reasons


def test_what_is_learned_is_what_is_mapped(basil, ptc, learner):
    run([Source(basil)], ptc, "loaded_language")
    ((layer, gold),) = learner.fits
    assert layer == "bias"
    assert {span.label for annotation in gold for span in annotation.spans} == {"lexical"}
    assert learner.tests == [tuple(f"d{number}" for number in range(20, 40))]


def test_the_signature_names_detector_data_and_map(basil, ptc, learner):
    (cell,) = run([Source(basil)], ptc, "loaded_language").cells
    parts = cell.signature.split("|")
    assert parts[:5] == [
        "ptc_si",
        "detector:words",
        "data:ptc@1.0.0+cccccccccccc/test",
        "gold:people(0)",
        "task:loaded_language",
    ]
    assert parts[5].startswith("map:basil/lexical>ptc/loaded_language+")
    assert len(parts[5].rpartition("+")[2]) == 12
    assert "train:basil@1.0.0+bbbbbbbbbbbb,seed=3" in parts
    assert "ci:boot-t,B=200,seed=3" in parts
    (other,) = run([source_of(basil, None, "bias")], ptc, "loaded_language").cells
    assert other.signature.split("|")[5].partition("+")[0] == "map:basil/bias>ptc/loaded_language"


def test_the_training_split_is_learned_and_one_model_serves_a_row(ptc, babe, basil, learner):
    reports = data.load("fictional_news")
    targets = [
        Target(reports, (task_of(reports, "loaded_language"),), named=True),
        Target(basil, (task_of(basil, "lexical"),), named=True),
    ]
    found = run_transfer(plan([Source(ptc)], targets, WORDS, 0), SETTINGS)
    assert [cell.train for cell in found.cells] == ["ptc/loaded_language"] * 2
    ((_, gold),) = learner.fits
    assert [annotation.document.id for annotation in gold] == [f"d{number}" for number in range(20)]
    assert {cell.how for cell in found.cells} == {"20 docs"}
    assert "/train,seed=3|" in found.cells[0].signature
    assert len(learner.tests) == 2


def test_predictions_serve_all_tasks_of_a_dataset(babe, basil, learner):
    found = run([Source(babe)], basil, "lexical_sentence", "informational_sentence", "bias_sentence")
    assert (len(found.cells), len(learner.fits), len(learner.tests)) == (3, 1, 1)
    # Everything is taken for biased, since full stops are: P = 12/24, R = 1, for each of the three.
    assert [cell.value.value for cell in found.cells] == [pytest.approx(2 / 3)] * 3


def test_sentences_are_scored_where_the_gold_is_decided(basil, babe, learner):
    """All 30 sentences end in a full stop, which was learned as biased: 19 of the 28 decided ones are."""
    (cell,) = run([Source(basil)], babe, "bias").cells
    assert (cell.train, cell.metric, cell.score) == ("basil/bias_sentence", "classification", "macro_f1")
    assert len(learner.tests[0]) == 30
    biased = 2 * 19 / (2 * 19 + 9)
    assert cell.value.value == pytest.approx(biased / 2)


def test_spans_are_read_as_sentences(basil, babe, learner):
    """A sentence is biased where "Vile" stands: 10 of 19 are found, and nothing wrong is."""
    (cell,) = run([source_of(basil, None, "lexical")], babe, "bias").cells
    biased, other = 2 * 10 / (2 * 10 + 9), 2 * 9 / (2 * 9 + 9)
    assert cell.value.value == pytest.approx((biased + other) / 2)
    assert "sentences are labelled by the spans that touch them" in cell.reasons


def test_it_scores_as_an_evaluation_that_learns_the_same(learner):
    """Detectors for the one article learn from the reports, so that both ways must agree to the digit."""
    drones, reports = data.load("turkey_drones"), data.load("fictional_news")
    found = run([Source(reports)], drones, "loaded_language", "loaded_sentence", "frame")
    evaluator = Evaluator(drones, SETTINGS)
    for cell in found.cells:
        record = evaluator.run(task_of(drones, cell.test.partition("/")[2]), WORDS).record
        assert cell.value == record.metrics[cell.metric].scores[cell.score]
        assert cell.resampling == record.resampling
        assert (cell.gold, cell.documents, cell.noun) == ("model", 1, "article")
        ours = [part for part in cell.signature.split("|") if not part.startswith(("map:", "detector:"))]
        assert ours == record.metrics[cell.metric].signature.split("|")
    assert len(found.cells) == 3


def test_the_diagonal_is_the_datasets_own_evaluation(ptc, babe, learner):
    for dataset, task, how in ((ptc, "technique", "20 docs"), (babe, "bias", "7-fold")):
        (cell,) = run([Source(dataset)], dataset, task).cells
        record = Evaluator(dataset, SETTINGS).run(task_of(dataset, task), WORDS).record
        assert (cell.within, cell.how, cell.train, cell.reasons) == (True, how, cell.test, ())
        assert cell.value == record.metrics[cell.metric].scores[cell.score]
        metric, _, rest = record.metrics[cell.metric].signature.partition("|")
        assert cell.signature == f"{metric}|detector:words|{rest}"


def test_a_detector_that_learns_nothing_in_the_end_is_an_error(ptc, learner):
    made = plan([Source(ptc)], [Target(ptc, (task_of(ptc, "technique"),), named=True)], WORDS, 0)
    learner.trained_kinds = frozenset()
    with pytest.raises(BenchError, match="ptc/technique: detector 'words' learned nothing"):
        run_transfer(made, SETTINGS)


@pytest.fixture
def leaking(basil, ptc):
    """BASIL with two of the scored texts of PTC among those that are learned."""
    twins = [replace(ptc.documents[20 + n], id=f"d{n}") for n in range(2)]
    gold = tuple(
        replace(annotation, document=document, spans=())
        for annotation, document in zip(basil.gold["bias"][:2], twins, strict=True)
    )
    return replace(
        basil,
        documents=(*twins, *basil.documents[2:]),
        gold={"bias": (*gold, *basil.gold["bias"][2:])},
    )


def test_shared_documents_mark_the_cell(leaking, ptc, learner):
    (cell,) = run([Source(leaking)], ptc, "loaded_language").cells
    assert [(twin.test, twin.train) for twin in cell.shared] == [("d20", "d0"), ("d21", "d1")]
    assert "|contaminated:2|" in cell.signature


def test_strict_refuses_them_before_anything_is_trained(leaking, ptc, babe, learner):
    message = "basil/lexical holds 2 of the documents that are scored in ptc/loaded_language: 'd20' as 'd0'"
    strict = replace(SETTINGS, strict=True)
    with pytest.raises(BenchError, match=message):
        run([Source(leaking)], ptc, "loaded_language", settings=strict)
    assert learner.fits == []
    assert len(run([Source(leaking)], babe, "bias", settings=strict).cells) == 1
    split = source_of(ptc, "test", None)
    with pytest.raises(BenchError, match="'d24' as 'd24' and 15 more; without --strict the cell is marked"):
        run([split], ptc, "technique", settings=strict)


def test_a_document_that_the_detector_fails_on_counts_as_nothing_found(basil, ptc, learner, monkeypatch):
    def predict(self, documents, layer):
        if any(document.id == "d20" for document in documents):
            raise ValueError("not this one")
        return [self._predict(document, layer) for document in documents]

    monkeypatch.setattr(learner, "predict", predict)
    (cell,) = run([Source(basil)], ptc, "loaded_language").cells
    assert cell.failures == (Failure("d20", "ValueError: not this one"),)
    assert cell.value.value == pytest.approx(2 * 9 / (14 + 15))  # one hit less, and one span predicted less


def test_what_is_being_done_is_told(basil, ptc, learner):
    told = []

    def fit(self, documents, gold, layer):
        self.progress("step 1")
        return super(learner, self).fit(documents, gold, layer)

    learner.fit, learner.progress = fit, None
    run([Source(basil)], ptc, "loaded_language", say=lambda *what: told.append(what))
    name = "basil/lexical on ptc/loaded_language: words"
    assert told == [(name, ""), (name, "step 1")]


def cell(train, test, value, how="210 docs", documents=75, **more):
    given = {
        "detector": "linear",
        "metric": "token",
        "score": "f1",
        "noun": "document",
        "gold": "people",
        "resampling": Resampling("document", documents, 200, 0),
        "signature": "token|v:1",
    }
    return Cell(train=train, test=test, value=value, how=how, documents=documents, **(given | more))


CELLS = (
    cell("basil/lexical", "basil/lexical", Score(0.2, 0.1, 0.3), "10-fold", 210, within=True),
    cell("basil/lexical", "ptc/span", Score(0.3, 0.2, 0.4), metric="ptc_si", reasons=("less", "more")),
    cell(
        "sem/frame",
        "ptc/span",
        Score(None),
        "433 docs",
        metric="ptc_si",
        detector="crf",
        reasons=("less", "more"),
        shared=tuple(Shared(f"a{number}", f"b{number}", 1, True) for number in range(7)),
        failures=(Failure("a1", "no luck"), Failure("a2", "no luck")),
    ),
)
GAPS = (Gap("a", "b", "why", "error"), Gap("c", "d", "why", "error"))
MATRIX = Matrix(CELLS, GAPS, ("basil/lexical", "ptc/span"))


def test_the_matrix_marks_what_has_to_be_known():
    text = written(MATRIX, Format.TABLE)
    lines = text.split("\n")
    assert lines[0] == "linear and crf: trained on the rows, scored on the columns"
    assert [line.split() for line in lines[1:4]] == [
        ["trained", "on", "basil/", "ptc/"],
        ["lexical", "span"],
        ["token", "F1", "ptc_si", "F1"],
    ]
    assert [line.split() for line in lines[5:7]] == [
        ["basil/lexical", ".20", ".10–.30", "=", ".30", ".20–.40", "*"],
        ["sem/frame", "–", "*!?"],
    ]
    flat = " ".join(lines[7:])
    assert "Trained on basil/lexical (210 docs by linear); sem/frame (433 docs by crf)." in flat
    assert "= basil/lexical by its own protocol: 10-fold by linear." in flat
    assert "bootstrap over 210 documents of basil; 75 documents of ptc; 200 resamples." in flat
    assert "* basil/lexical on ptc/span; sem/frame on ptc/span: less; more." in flat
    assert (
        "! [contaminated] sem/frame on ptc/span: 7 of the 75 scored documents, or nearly the same text, were "
        "learned from: 'a0' as 'b0', 'a1' as 'b1', 'a2' as 'b2', 'a3' as 'b3', 'a4' as 'b4' and 2 more."
    ) in flat
    assert "? [incomplete] sem/frame on ptc/span: crf failed on document 'a1' and 1 more (no luck)" in flat
    assert "–: undefined" in flat
    assert "Blank, since why: a on b, c on d." in flat
    assert all(len(line) <= 100 for line in lines)


def test_notes_say_only_what_is_in_the_table():
    text = written(Matrix(CELLS[:1], (), ("basil/lexical",)), Format.TABLE)
    assert text.split("\n")[0] == "linear: trained on the rows, scored on the columns"
    for absent in (
        "undefined",
        "contaminated",
        "incomplete",
        "*",
        "Blank",
        "Trained on basil",
        "widened",
        "by linear",
    ):
        assert absent not in text


def test_gold_by_models_and_few_groups_are_told():
    few = cell(
        "a/x",
        "b/y",
        Score(0.5, 0.4, 0.6),
        gold="model",
        noun="sentence",
        resampling=Resampling("topic", 12, 200, 0),
    )
    text = " ".join(written(Matrix((few,), (), ("b/y",)), Format.TABLE).split())
    assert "Gold of b/y: made by language models; no person annotated." in text
    assert "12 groups of sentences by topic of b; 200 resamples, widened where there are few." in text
    paragraphs = replace(few, resampling=Resampling("paragraph", 12, 200, 0))
    assert "12 paragraphs of b;" in written(Matrix((paragraphs,), (), ("b/y",)), Format.TABLE)


def test_a_wide_matrix_is_cut_into_tables_that_fit():
    tests = tuple(f"corpus{number}/a_long_name_of_a_task" for number in range(7))
    wide = [cell("a/x", test, Score(0.5, 0.4, 0.6)) for test in tests]
    wide.append(cell("b/x", tests[6], Score(0.7, 0.6, 0.8)))
    text = written(Matrix(tuple(wide), (), tests), Format.TABLE)
    assert all(len(line) <= 100 for line in text.split("\n"))
    assert "columns (1 of 3)" in text
    assert text.count("Intervals:") == 1
    tables = text.split("\n\n")
    assert [part.count("a_long_name_of_a_task") for part in tables[:2]] == [3, 3]
    assert ["b/x" in part for part in tables[:2]] == [False, False]
    assert [line.split() for line in tables[2].split("\n") if line.startswith("b/x  ")] == [
        ["b/x", ".70", ".60–.80"]
    ]
    assert written(Matrix(tuple(wide), (), tests), Format.GITHUB).count("| trained on") == 1


def test_csv_and_json_have_a_row_a_cell():
    rows = json.loads(written(MATRIX, Format.JSON))
    table = list(csv.DictReader(io.StringIO(written(MATRIX, Format.CSV))))
    assert [row["train"] for row in rows] == [row["train"] for row in table]
    assert rows[1] == {
        "detector": "linear",
        "train": "basil/lexical",
        "test": "ptc/span",
        "training": "210 docs",
        "within": False,
        "metric": "ptc_si",
        "score": "f1",
        "value": 0.3,
        "low": 0.2,
        "high": 0.4,
        "level": 0.95,
        "undefined": 0.0,
        "documents": 75,
        "clusters": 75,
        "cluster": "document",
        "gold": "people",
        "incomplete": False,
        "contaminated": 0,
        "lossy": True,
        "reasons": "less; more",
        "signature": "token|v:1",
    }
    assert rows[2]["value"] is None
    assert (rows[2]["contaminated"], rows[2]["incomplete"]) == (7, True)
