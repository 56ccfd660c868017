"""The trained baseline of units and given spans, on small corpora in which what is to be learned is plain."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from baselines.linear import LinearDetector
from baselines.linear_units import BALANCED, UnitModel, design_of
from baselines.unit_features import PART_MEASURES
from benchmark import data
from benchmark.model import Annotation, Document, Span, StoredDetector, Unit, offsets
from benchmark.segmentation import segment

TOPICS = [
    ("The army moved tanks to the border.", ("Security", "Political")),
    ("Prices and wages rose, the bank said.", ("Economic",)),
    ("Soldiers and tanks hold the border town.", ("Security", "Political")),
    ("The bank cut rates as prices fell.", ("Economic",)),
    ("The army wants tanks, the party a vote.", ("Security", "Political")),
    ("Wages, prices and rates: the bank waits.", ("Economic",)),
] * 2
NOUNS = ("council", "road", "budget", "river", "school", "bridge", "harbour", "library", "station", "market")
VILE = "The {} plan is a vile, monstrous outrage."
CALM = "The {} plan was read on Monday, members said."


def texts(forms: Sequence[str]) -> list[Document]:
    return [segment(f"d{number}", form) for number, form in enumerate(forms)]


def labelled(documents: Sequence[Document], sets: Sequence[tuple[str, ...]]) -> list[Annotation]:
    return [
        Annotation(document, "x", units=(Unit(0, len(document.text), labels),))
        for document, labels in zip(documents, sets, strict=True)
    ]


def pairs(rare: int) -> tuple[list[Document], list[Annotation]]:
    """Sentences of which every `rare`-th one is vile."""
    forms = [(VILE if n % rare == 0 else CALM).format(f"{a} {b}") for n, (a, b) in enumerate(crossed())]
    sets = [("biased",) if n % rare == 0 else ("neutral",) for n in range(len(forms))]
    documents = texts(forms)
    return documents, labelled(documents, sets)


def crossed() -> list[tuple[str, str]]:
    return [(first, second) for first in NOUNS for second in NOUNS[:6]]


def whole(detector: LinearDetector, text: str) -> Unit:
    (prediction,) = detector.predict([segment("new", text)], "x")
    return next(unit for unit in prediction.units if (unit.start, unit.end) == (0, len(text)))


class TestPairs:
    @pytest.mark.parametrize("rare", [2, 6])
    def test_finds_the_class_in_new_sentences(self, rare: int) -> None:
        detector = LinearDetector().fit(*pairs(rare), "x")
        assert whole(detector, VILE.format("theatre")).labels == ("biased",)
        calm = whole(detector, CALM.format("theatre"))
        assert calm.labels == ("neutral",)
        assert calm.scores is not None
        assert 0.5 < calm.scores[0] < 1

    def test_probabilities_are_calibrated(self) -> None:
        """Where words tell nothing, the probability is the share of the class."""
        rng = np.random.default_rng(0)
        documents = texts([f"The {a} and the {b} stay." for a, b in crossed()])
        held = rng.random(len(documents)) < 0.2
        gold = labelled(documents, [("biased",) if mark else ("neutral",) for mark in held])
        detector = LinearDetector().fit(documents, gold, "x")
        units = [prediction.units[0] for prediction in detector.predict(documents, "x")]
        chances = [
            unit.scores[0] if unit.labels == ("biased",) else 1 - unit.scores[0]
            for unit in units
            if unit.scores
        ]
        assert np.mean(chances) == pytest.approx(held.mean(), abs=0.1)

    def test_undecided_units_are_not_learned_from(self) -> None:
        documents, gold = pairs(2)
        more = texts([VILE.format(noun) for noun in NOUNS])
        undecided = labelled(more, [()] * len(more))
        alone = LinearDetector().fit(documents, gold, "x").predict(documents, "x")
        assert LinearDetector().fit([*documents, *more], [*gold, *undecided], "x").predict(
            documents, "x"
        ) == pytest.approx(alone)

    def test_the_rarer_label_is_the_scored_one(self) -> None:
        documents, gold = pairs(6)
        model = UnitModel.fit(documents, gold, 0)
        assert model.labels == ("biased", "neutral")
        assert model.weights.shape[0] == 1
        assert not any(block.weighing == "ratio" for block in model.design.blocks)
        balanced = UnitModel.fit(*pairs(2), 0)
        assert any(block.weighing == "ratio" for block in balanced.design.blocks)
        assert balanced.threshold == 0
        assert len(balanced.encoder.mean) == len(model.encoder.mean) + PART_MEASURES

    def test_designs_change_where_a_class_is_rare(self) -> None:
        assert design_of("pair", BALANCED, 10) != design_of("pair", BALANCED - 0.01, 10)
        assert design_of("several", 0.1, 3000).ridge
        assert not design_of("several", 0.1, 3001).ridge


class TestSeveral:
    def fitted(self) -> tuple[LinearDetector, list[Document]]:
        documents = texts([text for text, _ in TOPICS])
        return LinearDetector().fit(
            documents, labelled(documents, [held for _, held in TOPICS]), "x"
        ), documents

    def test_labels_every_unit(self) -> None:
        detector, _ = self.fitted()
        new = segment("new", "Tanks at the border, the army.\n\nThe bank raised wages and prices.\n\nNo word")
        (prediction,) = detector.predict([new], "x")
        assert [(unit.start, unit.end) for unit in prediction.units] == list(new.every_unit)
        found = {new.text[unit.start : unit.end]: unit for unit in prediction.units}
        assert set(found["Tanks at the border, the army."].labels) == {"Political", "Security"}
        assert found["The bank raised wages and prices."].labels == ("Economic",)
        for unit in prediction.units:
            assert unit.labels  # every training unit has one
            assert unit.scores is not None
            assert unit.scores == tuple(sorted(unit.scores, reverse=True))

    def test_a_unit_may_have_none_where_training_units_do(self) -> None:
        documents = texts([*(text for text, _ in TOPICS), *(CALM.format(noun) for noun in NOUNS)])
        sets = [*(held for _, held in TOPICS), *([()] * len(NOUNS))]
        detector = LinearDetector().fit(documents, labelled(documents, sets), "x")
        assert whole(detector, CALM.format("theatre")).labels == ()
        assert whole(detector, TOPICS[0][0]).labels

    def test_logistic_and_ridge_regression_agree(self, monkeypatch: pytest.MonkeyPatch) -> None:
        by_ridge, documents = self.fitted()
        monkeypatch.setattr("baselines.linear_units.MOST_FOR_KERNEL", 0)
        by_logistic, _ = self.fitted()
        for one, other in zip(
            by_ridge.predict(documents, "x"), by_logistic.predict(documents, "x"), strict=True
        ):
            assert set(one.units[-1].labels) == set(other.units[-1].labels)


class TestOne:
    def test_one_of_three(self) -> None:
        forms = [VILE, CALM, "Go to the {} and buy five apples!"]
        documents = texts([forms[n % 3].format(f"{a} {b}") for n, (a, b) in enumerate(crossed())])
        gold = labelled(documents, [(("strong", "none", "odd")[n % 3],) for n in range(len(documents))])
        detector = LinearDetector().fit(documents, gold, "x")
        for form, label in zip(forms, ("strong", "none", "odd"), strict=True):
            unit = whole(detector, form.format("theatre"))
            assert unit.labels == (label,)
            assert unit.scores is not None
            assert unit.scores[0] > 0.5

    def test_a_label_of_all_units_is_always_given(self) -> None:
        documents = texts(["One two.", "Three."])
        detector = LinearDetector().fit(documents, labelled(documents, [("A",), ("A",)]), "x")
        unit = whole(detector, "Other")
        assert unit.labels == ("A",)
        assert unit.scores == pytest.approx((3 / 4,))  # (n + 1) / (n + 2)


class TestGiven:
    WORDS = ("vile", "again", "never", "ever")

    def corpus(self) -> tuple[list[Document], list[Annotation]]:
        documents, gold = [], []
        for number, (first, second) in enumerate(crossed()):
            text = f"The {first} plan is a vile outrage. Who knows whether the {second} will hold?"
            spans = (
                Span(text.index("vile"), text.index("outrage") + 7, "Loaded_Language"),
                Span(text.index("Who"), len(text), "Doubt"),
            )
            given = offsets([(span.start, span.end) for span in spans])
            documents.append(replace(segment(str(number), text), given=given))
            gold.append(Annotation(documents[-1], "x", spans))
        return documents, gold

    def test_labels_what_is_given(self) -> None:
        documents, gold = self.corpus()
        detector = LinearDetector().fit(documents, gold, "x")
        text = "What a vile and monstrous outrage. Who knows whether the theatre stands?"
        places = [(7, 33), (35, len(text))]
        (prediction,) = detector.predict([replace(segment("new", text), given=offsets(places))], "x")
        assert [(span.start, span.end, span.label) for span in prediction.spans] == [
            (7, 33, "Loaded_Language"),
            (35, len(text), "Doubt"),
        ]
        assert all(span.score is not None and 0.5 < span.score < 1 for span in prediction.spans)

    def test_a_span_given_twice_gets_two_labels(self) -> None:
        documents, gold = self.corpus()
        detector = LinearDetector().fit(documents, gold, "x")
        text = "A vile outrage."
        place = (2, 14)
        new = replace(segment("new", text), given=offsets([place] * 3))
        (prediction,) = detector.predict([new], "x")
        assert [span.label for span in prediction.spans] == ["Loaded_Language", "Doubt"]
        assert sum(span.score or 0 for span in prediction.spans) == pytest.approx(1)

    def test_repetition_tells(self) -> None:
        """Words that stand often in a document are told from the same words standing once."""
        documents, gold = [], []
        for number, (first, second) in enumerate(crossed()):
            again = number % 2 == 0
            text = f"The {first} is big. " + (
                f"The {first} and the {first}. " if again else f"The {second}. "
            )
            span = Span(4, 4 + len(first), "Repetition" if again else "Slogans")
            documents.append(replace(segment(str(number), text), given=offsets([(span.start, span.end)])))
            gold.append(Annotation(documents[-1], "x", (span,)))
        detector = LinearDetector().fit(documents[:50], gold[:50], "x")
        found = [p.spans[0].label for p in detector.predict(documents[50:], "x")]
        assert found == [annotation.spans[0].label for annotation in gold[50:]]

    def test_nothing_given_is_nothing_found(self) -> None:
        detector = LinearDetector().fit(*self.corpus(), "x")
        assert [p.spans for p in detector.predict(texts(["One.", ""]), "x")] == [(), ()]


class TestStorage:
    def fitted(self) -> tuple[LinearDetector, list[Document]]:
        documents, gold = pairs(2)
        given, spans = TestGiven().corpus()
        topics = texts([text for text, _ in TOPICS])
        detector = LinearDetector(seed=3).fit(documents, gold, "bias").fit(given, spans, "technique")
        detector.fit(topics, labelled(topics, [held for _, held in TOPICS]), "frame")
        return detector, [*documents[:4], *given[:4], *topics[:4], segment("strange", "😀 İ\u200d\n\n“ß”")]

    def test_loads_what_was_saved(self, tmp_path: Path) -> None:
        detector, documents = self.fitted()
        assert isinstance(detector, StoredDetector)
        detector.save(tmp_path)
        assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".npz"}
        again = LinearDetector.load(tmp_path)
        assert again == detector
        for layer in ("bias", "technique", "frame"):
            assert again.predict(documents, layer) == detector.predict(documents, layer)

    def test_same_training_same_bytes(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            self.fitted()[0].save(tmp_path / name)
        for path in (tmp_path / "one").iterdir():
            assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name

    @pytest.mark.parametrize(
        ("file", "change", "message"),
        [
            ("units0.json", {"labels": ["biased", "neutral", "more"]}, "3 labels do not fit the kind 'pair'"),
            ("units0.json", {"kind": "several"}, r"'weights' has the shape \(1, "),
            ("units0.json", {"kind": "odd"}, "units0.json: broken: Invalid enum value 'odd'"),
            ("given0.json", {"labels": ["A"]}, r"'weights' has the shape \(2, "),
            ("linear.json", {"units": ["bias", "frame", "more"]}, r"units2\.json: cannot be read"),
            ("linear.json", {"seed": "x"}, r"linear\.json: broken"),
        ],
    )
    def test_a_broken_folder_is_refused(
        self, tmp_path: Path, file: str, change: dict[str, object], message: str
    ) -> None:
        self.fitted()[0].save(tmp_path)
        content = json.loads((tmp_path / file).read_bytes())
        content["model"] |= change
        (tmp_path / file).write_text(json.dumps(content), encoding="utf-8")
        with pytest.raises(ValueError, match=message):
            LinearDetector.load(tmp_path)


class TestContract:
    def test_is_deterministic_and_minds_no_other_document(self) -> None:
        documents, gold = pairs(2)
        detectors = [LinearDetector(seed=3).fit(documents, gold, "x") for _ in range(2)]
        batches = [detector.predict(documents, "x") for detector in detectors]
        assert batches[0] == batches[1]
        assert batches[0][3:4] == detectors[0].predict(documents[3:4], "x")

    def test_layers_are_learned_apart_and_anew(self) -> None:
        documents, gold = pairs(2)
        detector = LinearDetector().fit(documents, gold, "x")
        before = detector.predict(documents, "x")
        given, spans = TestGiven().corpus()
        detector.fit(given, spans, "y")
        assert detector.predict(documents, "x") == before
        detector.fit(documents, gold, "y")
        assert detector.predict(documents[:1], "y")[0].units
        detector.fit(given, spans, "y")
        assert detector.predict(given[:1], "y")[0].spans
        with pytest.raises(ValueError, match="must be fitted to the layer 'z'"):
            detector.predict(documents, "z")

    def test_groups_stay_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        documents, gold = pairs(2)
        grouped = [replace(document, group=f"g{number % 7}") for number, document in enumerate(documents)]
        seen: list[Sequence[str]] = []
        original = "baselines.linear_units.folds_of"

        def watch(groups: Sequence[str], count: int, seed: int) -> np.ndarray:
            seen.append(groups)
            return np.arange(len(groups)) % count

        monkeypatch.setattr(original, watch)
        UnitModel.fit(grouped, gold, 0)
        assert len(set(seen[0])) == 7
        UnitModel.fit(documents, gold, 0)
        assert len(set(seen[1])) == len(documents)

    @pytest.mark.parametrize(
        ("units", "message"),
        [
            ((Unit(0, 3, ()),), "cannot learn the layer 'x': no unit of the gold has a label"),
            ((), "cannot learn the layer 'x': the gold holds neither a unit nor a span"),
        ],
    )
    def test_refuses_gold_that_teaches_nothing(self, units: tuple[Unit, ...], message: str) -> None:
        document = segment("a", "One two three.")
        with pytest.raises(ValueError, match=message):
            LinearDetector().fit([document], [Annotation(document, "x", units=units)], "x")

    def test_refuses_what_does_not_fit(self) -> None:
        with pytest.raises(ValueError, match="0 annotations for 1 documents"):
            LinearDetector().fit(texts(["One"]), [], "x")
        for seed in (-1, 1 << 32):
            with pytest.raises(ValueError, match=f"seed {seed}"):
                LinearDetector(seed=seed)

    @pytest.mark.parametrize("count", [1, 2, 3, 5])
    def test_learns_from_very_little(self, count: int) -> None:
        documents = texts(["Vile.", "Calm day.", "", "Vile plan.", "A day."][:count])
        sets = [("a",), ("b",), ("b",), ("a",), ("b",)][:count]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            detector = LinearDetector().fit(documents, labelled(documents, sets), "x")
        units = [prediction.units[-1] for prediction in detector.predict(documents, "x")]
        assert {unit.labels for unit in units} <= {("a",), ("b",)}


def test_learns_something_from_the_reports() -> None:
    """Trained on three quarters of the shipped reports, it names the others' frames better than chance."""
    reports = data.load("fictional_news")
    documents, gold = reports.documents, reports.gold["frame"]
    training = [number for number in range(len(documents)) if number % 4]
    detector = LinearDetector().fit([documents[n] for n in training], [gold[n] for n in training], "frame")
    test = range(0, len(documents), 4)
    hits = given = chance = 0.0
    for number, prediction in zip(test, detector.predict([documents[n] for n in test], "frame"), strict=True):
        found = {(unit.start, unit.end): set(unit.labels) for unit in prediction.units}
        for unit in gold[number].units:
            hits += len(found[unit.start, unit.end] & set(unit.labels))
            given += len(found[unit.start, unit.end])
            chance += (
                len(found[unit.start, unit.end]) * len(unit.labels) / len(reports.layers["frame"].labels)
            )
    assert hits > 1.3 * chance
    assert given > 7
