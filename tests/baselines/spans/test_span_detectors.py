"""The three detectors of spans, on small corpora in which what is to be learned is plain."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from baselines.crf import CrfDetector
from baselines.ensemble import EnsembleDetector
from baselines.spans import learner
from baselines.spans.detector import SpanDetector
from baselines.token_linear import TokenLinearDetector
from benchmark.model import Annotation, Document, Prediction, Span, StoredDetector, offsets
from benchmark.segmentation import segment

pytest.importorskip("pycrfsuite")

DETECTORS = [TokenLinearDetector, CrfDetector, EnsembleDetector]
NOUNS = ["council", "road", "budget", "river", "school", "bridge"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday"]
OUTRAGE = "The {0} vote was a monstrous outrage for all. Members met on {1} about the {0} plan."
CALM = "Members met on {1} about the {0} plan. The {0} report is a page long, and it names a heroic giant."
NAMES = ["Ann Lee", "Bob Ray", "Cem Oz", "Dan Poe"]
ALL = pytest.mark.parametrize("kind", DETECTORS)
Kind = Callable[..., SpanDetector]


def corpus() -> tuple[list[Document], list[Annotation]]:
    """Reports in which "monstrous outrage" is loaded and "heroic giant" a slogan."""
    documents, gold = [], []
    for number, (noun, day, form) in enumerate(product(NOUNS, DAYS, (OUTRAGE, CALM))):
        document = segment(str(number), form.format(noun, day))
        phrase, label = (
            ("monstrous outrage", "Loaded_Language") if form is OUTRAGE else ("heroic giant", "Slogans")
        )
        start = document.text.index(phrase)
        documents.append(document)
        gold.append(Annotation(document, "technique", (Span(start, start + len(phrase), label),)))
    return documents, gold


def attributions() -> tuple[list[Document], list[Annotation]]:
    documents, gold = [], []
    for number, (name, noun) in enumerate(product(NAMES, NOUNS)):
        document = segment(
            str(number), f"It rained. {name} claimed that the {noun} was closed. All was calm."
        )
        source, cue, content = (document.text.index(part) for part in (name, "claimed", "that"))
        spans = (
            Span(source, source + len(name), "source", relation=0),
            Span(cue, cue + 7, "cue", relation=0),
            Span(content, document.text.index(". All"), "content", relation=0),
        )
        documents.append(document)
        gold.append(Annotation(document, "attribution", spans))
    return documents, gold


def words(document: Document, prediction: Prediction) -> set[tuple[str, str]]:
    return {(document.text[span.start : span.end], span.label) for span in prediction.spans}


@ALL
class TestSpans:
    def test_finds_in_new_reports_what_it_learned(self, kind: Kind) -> None:
        detector = kind().fit(*corpus(), "technique")
        document = segment(
            "new",
            "The harbour vote was a monstrous outrage for all. The harbour report names a heroic giant.",
        )
        (prediction,) = detector.predict([document], "technique")
        assert words(document, prediction) == {
            ("monstrous outrage", "Loaded_Language"),
            ("heroic giant", "Slogans"),
        }
        assert all(span.score is not None and 0.5 < span.score <= 1 for span in prediction.spans)
        assert all(span.relation is None for span in prediction.spans)

    def test_a_span_over_a_line_break_comes_out_whole(self, kind: Kind) -> None:
        documents, gold = [], []
        for number, (noun, day) in enumerate(product(NOUNS, DAYS)):
            text = f"Members met on {day} in {noun}\nShame on all\nOf them now\nThe {noun} stayed calm."
            document = segment(str(number), text)
            documents.append(document)
            span = Span(text.index("Shame"), text.index("\nThe"), "Loaded_Language")
            gold.append(Annotation(document, "technique", (span,)))
        (prediction,) = kind().fit(documents[2:], gold[2:], "technique").predict(documents[:1], "technique")
        assert words(documents[0], prediction) == {("Shame on all\nOf them now", "Loaded_Language")}

    def test_the_same_seed_learns_the_same(self, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
        documents, gold = corpus()
        batches = []
        for _ in range(2):
            learner._cache.clear()
            detector = kind(seed=3).fit(documents[:12], gold[:12], "technique")
            batches.append(detector.predict(documents, "technique"))
        assert batches[0] == batches[1]

    def test_minds_no_other_document(self, kind: Kind) -> None:
        documents, gold = corpus()
        detector = kind().fit(documents[:12], gold[:12], "technique")
        together = detector.predict(documents, "technique")
        assert detector.predict(documents[::-1], "technique")[::-1] == together
        assert [detector.predict([document], "technique")[0] for document in documents] == together

    def test_marks_nothing_where_nothing_is_known(self, kind: Kind) -> None:
        detector = kind().fit(*corpus(), "technique")
        documents = [segment("a", ""), segment("b", "\n"), Document("c", "ab", offsets([]), offsets([]))]
        assert [found.spans for found in detector.predict(documents, "technique")] == [(), (), ()]
        assert detector.predict([segment("d", "Members met on Monday.")], "technique")[0].spans == ()

    def test_refuses_gold_that_teaches_nothing(self, kind: Kind) -> None:
        document = segment("a", "One two three.")
        for spans, message in (
            ((), "marks no word"),
            ((Span(3, 4, "Doubt"),), "marks no word"),
            ((Span(0, 14, "Doubt"),), "marks every word"),
        ):
            with pytest.raises(ValueError, match=f"cannot learn the layer 'technique': the gold {message}"):
                kind().fit([document], [Annotation(document, "technique", spans)], "technique")
        with pytest.raises(ValueError, match="marks no word"):
            kind().fit([], [], "technique")
        with pytest.raises(ValueError, match="0 annotations for 1 documents"):
            kind().fit([document], [], "technique")

    def test_one_document_is_learned_without_folds(self, kind: Kind) -> None:
        document = segment("a", "A vile plan. " * 30 + "\n" + "A calm plan. " * 30)
        spans = tuple(Span(13 * at + 2, 13 * at + 6, "Loaded") for at in range(30))
        detector = kind().fit([document], [Annotation(document, "bias", spans)], "bias")
        (prediction,) = detector.predict([document], "bias")
        assert words(document, prediction) == {("vile", "Loaded")}

    def test_groups_stay_together(self, kind: Kind) -> None:
        documents, gold = corpus()
        grouped = [replace(document, group="all") for document in documents]
        detector = kind().fit(grouped, gold, "technique")
        assert detector.predict(documents, "technique")[0].spans

    def test_other_layers_stay(self, kind: Kind) -> None:
        documents, gold = corpus()
        detector = kind().fit(documents[:12], gold[:12], "technique")
        before = detector.predict(documents, "technique")
        detector.fit(*attributions(), "attribution")
        assert detector.predict(documents, "technique") == before
        with pytest.raises(ValueError, match="must be fitted to the layer 'bias'"):
            detector.predict(documents, "bias")


@ALL
class TestRelations:
    def test_finds_and_joins_the_parts(self, kind: Kind) -> None:
        detector = kind().fit(*attributions(), "attribution")
        document = segment("new", "It rained. Dan Poe claimed that the harbour was closed. All was calm.")
        (prediction,) = detector.predict([document], "attribution")
        assert words(document, prediction) == {
            ("Dan Poe", "source"),
            ("claimed", "cue"),
            ("that the harbour was closed", "content"),
        }
        assert {span.relation for span in prediction.spans} == {0}


@ALL
class TestStorage:
    def test_a_round_trip_changes_nothing(self, kind: Kind, tmp_path: Path) -> None:
        documents, gold = corpus()
        detector = kind(seed=5).fit(documents[:12], gold[:12], "technique")
        detector.fit(*attributions(), "attribution")
        assert isinstance(detector, StoredDetector)
        detector.save(tmp_path)
        again = type(detector).load(tmp_path)
        assert again == detector
        for layer in ("technique", "attribution"):
            assert again.predict(documents, layer) == detector.predict(documents, layer)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["spans.json", "spans.npz"]

    def test_nothing_learned_is_nothing_to_save(self, kind: Kind, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="has learned no layer"):
            kind().save(tmp_path)

    def test_refuses_broken_folders(self, kind: type[SpanDetector], tmp_path: Path) -> None:
        documents, gold = corpus()
        kind().fit(documents[:12], gold[:12], "technique").save(tmp_path)
        header, arrays = tmp_path / "spans.json", tmp_path / "spans.npz"
        stored, packed = json.loads(header.read_text()), arrays.read_bytes()

        def refused(match: str) -> None:
            with pytest.raises(ValueError, match=match):
                kind.load(tmp_path)

        arrays.write_bytes(packed[: len(packed) // 2])
        refused("spans.npz: broken")
        arrays.write_bytes(packed)
        with np.load(arrays) as content:
            kept = dict(content)
        kept["0.naming.bias"] = np.zeros(7)
        np.savez(arrays, **kept)
        refused("spans.npz: broken: the labels and their weights do not fit")
        del kept["0.naming.bias"]
        np.savez(arrays, **kept)
        refused("spans.npz: broken: it has no array")
        arrays.write_bytes(packed)
        for change, match in (
            (lambda model: model.update(detector="other"), "spans.json: a model of detector 'other'"),
            (lambda model: model.update(seed=-1), "spans.json: broken"),
            (lambda model: model.update(layers={}), "spans.json: broken"),
            (
                lambda model: model["layers"]["technique"]["questions"][""].update(high=2),
                "spans.json: broken",
            ),
            (
                lambda model: model["layers"]["technique"]["questions"][""]["members"][0].update(name="x"),
                "unknown member 'x'",
            ),
            (
                lambda model: model["layers"]["technique"].update(
                    questions={"cue": model["layers"]["technique"]["questions"][""]}
                ),
                "labels belong to layers of spans",
            ),
            (
                lambda model: model["layers"]["technique"].update(labels=None),
                "labels belong to layers of spans",
            ),
        ):
            copy = json.loads(json.dumps(stored))
            change(copy["model"])  # type: ignore[no-untyped-call]
            header.write_text(json.dumps(copy))
            refused(match)
        header.unlink()
        refused("spans.json: cannot be read")


def test_a_detector_must_say_what_it_learns_by() -> None:
    with pytest.raises(NotImplementedError):
        SpanDetector().learners()


def test_progress_is_told() -> None:
    heard: list[str] = []
    detector = EnsembleDetector()
    detector.progress = heard.append
    learner._cache.clear()
    documents, gold = corpus()
    detector.fit(documents[:12], gold[:12], "technique")
    assert heard[0] == "token-linear: model 1 of 4"
    assert "crf: model 1 of 4" in heard
    assert heard[-1] == "thresholds"


def test_an_ensemble_learns_its_members_once(monkeypatch: pytest.MonkeyPatch) -> None:
    documents, gold = corpus()
    TokenLinearDetector().fit(documents[:12], gold[:12], "technique")
    CrfDetector().fit(documents[:12], gold[:12], "technique")
    monkeypatch.setattr(learner, "_learn", None)
    assert EnsembleDetector().fit(documents[:12], gold[:12], "technique")


def test_members_are_chosen_and_stored(tmp_path: Path) -> None:
    documents, gold = corpus()
    EnsembleDetector(members="token-linear").fit(documents[:12], gold[:12], "technique").save(tmp_path)
    assert EnsembleDetector.load(tmp_path).members == "token-linear"
    stored = json.loads((tmp_path / "spans.json").read_text())
    stored["model"]["members"] = ["other"]
    (tmp_path / "spans.json").write_text(json.dumps(stored))
    with pytest.raises(ValueError, match="spans.json: .*unknown member 'other'"):
        EnsembleDetector.load(tmp_path)
    with pytest.raises(ValueError, match="unknown member 'lexicon'; known: token-linear, crf"):
        EnsembleDetector(members="lexicon")
    with pytest.raises(ValueError, match="stands twice"):
        EnsembleDetector(members="crf+crf")


@pytest.mark.parametrize("kind", [CrfDetector, EnsembleDetector])
def test_without_the_extra_it_says_what_to_install(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    documents, gold = corpus()
    learner._cache.clear()
    monkeypatch.setitem(sys.modules, "pycrfsuite", None)
    with pytest.raises(ValueError, match=r"pip install 'framebench\[crf\]'"):
        kind().fit(documents, gold, "technique")


@pytest.mark.parametrize("kind", DETECTORS)
@pytest.mark.parametrize("seed", [-1, 1 << 32])
def test_refuses_other_seeds(kind: Kind, seed: int) -> None:
    with pytest.raises(ValueError, match=f"seed {seed}"):
        kind(seed=seed)
