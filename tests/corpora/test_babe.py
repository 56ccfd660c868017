"""BABE: small tables in its layout, and the counts and oracles of the shared part."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest
from corpus_files import Content, describe, notes, put, read
from numpy.typing import NDArray
from workbooks import workbook

from benchmark.corpora import adapter
from benchmark.corpora.babe import COLUMNS, OPINION, BabeAdapter, _listed
from benchmark.corpora.base import Record, Report
from benchmark.corpora.source import open_source
from benchmark.corpora.spreadsheet import table
from benchmark.errors import DataError, UsageError
from benchmark.stats.agreement import krippendorff_alpha

BABE = adapter("babe")
HEADER = ["text", "news_link", "outlet", "topic", "type", "label_bias", "label_opinion", "biased_words"]
FACT, MIXED, VIEW = OPINION
FINAL = "data/final_labels_SG1.csv"
RAW = "data/raw_labels_SG1.xlsx"


def row(text: str, bias: str = "Biased", opinion: str = FACT, words: str = "[]") -> list[str]:
    return [text, "http://a.example/1", "daily", "sport", "left", bias, opinion, words]


def said(
    text: str, who: object, bias: str = "Biased", opinion: str = FACT, words: str = ""
) -> list[str | float]:
    return [
        *row(text, bias, opinion, words),
        float(bias == "Biased"),
        who if isinstance(who, float) else str(who),
    ]


def as_csv(*rows: list[str]) -> str:
    lines = [";".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in (HEADER, *rows)]
    return "\ufeff" + "\n".join(lines) + "\n"


def as_raw(*rows: list[str | float]) -> bytes:
    return workbook([*HEADER, "Label_bias_0-1", "annotator_id"], *rows)


def words_of(record: Record) -> list[str]:
    text = record.document.text
    return [text[span.start : span.end] for span in record.gold["words"].spans]


def read_rows(tmp_path: Path, *rows: list[str], **more: Content) -> tuple[list[Record], Report]:
    return read(BABE, put(tmp_path, {FINAL: as_csv(*rows), **more}))


class TestFinalLabels:
    def test_a_sentence_is_a_document(self, tmp_path: Path) -> None:
        first = row("They slam the “elite”.\nAgain. ", words="['slam', '\"elite\"']")
        (record, other), report = read_rows(
            tmp_path, first, row("It rained.", "No agreement", "No agreement")
        )
        document = record.document
        assert document.text == "They slam the “elite”.\nAgain. "
        assert document.sentences.tolist() == [[0, len(document.text)]]
        assert [document.text[start:end] for start, end in document.tokens[:2]] == ["They", "slam"]
        assert document.metadata == {
            "outlet": "daily",
            "topic": "sport",
            "type": "left",
            "news_link": "http://a.example/1",
        }
        assert (document.group, record.split, record.path, record.line) == ("daily, sport", "all", FINAL, 2)
        assert [unit.labels for unit in record.gold["bias"].units] == [("Biased",)]
        assert [unit.labels for unit in record.gold["opinion"].units] == [(FACT,)]
        assert words_of(record) == ["slam", "“elite”"]
        # What the annotators do not agree on has no label.
        assert [unit.labels for unit in other.gold["bias"].units] == [()]
        assert [unit.labels for unit in other.gold["opinion"].units] == [()]
        assert other.line == 4
        assert notes(report) == []

    def test_words_are_marked_wherever_they_stand(self, tmp_path: Path) -> None:
        given = "['slam', 'Slam dunk', 'narcisstic', 'slam']"
        (record,), report = read_rows(tmp_path, row("They slam a slam dunk.", words=given))
        assert words_of(record) == ["slam", "slam dunk"]
        assert notes(report) == [
            f"word repeated {FINAL}:2: 'slam' stands 2 times; all are marked",
            f"word not found {FINAL}:2: 'narcisstic' is not in the sentence",
        ]

    def test_equal_sentences_are_kept_and_named_apart(self, tmp_path: Path) -> None:
        records, report = read_rows(tmp_path, row("So."), row("No."), row("So.", "Non-biased"))
        identifiers = [record.document.id for record in records]
        assert identifiers[2] == f"{identifiers[0]}-2"
        assert len(set(identifiers)) == 3
        assert notes(report) == [f"sentence repeated {FINAL}:4: it stands for the 2. time; kept"]
        # A sentence's id hangs on its text alone.
        again = read_rows(tmp_path, row("No."))[0]
        assert again[0].document.id == identifiers[1]

    def test_what_cannot_be_used_is_named(self, tmp_path: Path) -> None:
        records, report = read_rows(
            tmp_path,
            row(" "),
            row("One.", "Maybe"),
            row("Two.", opinion="Unsure"),
            row("Three.", words="['a"),
            row("Four.", words="[1]"),
            row("Five.", words="[" * 20_000),
            row("Six.")[:-1],
            row("Seven."),
        )
        assert [record.document.text for record in records] == ["Three.", "Four.", "Five.", "Seven."]
        assert report.counts == {"row dropped": 1, "sentence dropped": 3, "words dropped": 3}
        told = "\n".join(notes(report))
        assert f"sentence dropped {FINAL}:2: it is empty" in told
        assert f"sentence dropped {FINAL}:3: 'Maybe' is no label" in told
        assert f"sentence dropped {FINAL}:4: 'Unsure' is no label" in told
        assert f"words dropped {FINAL}:5: not a list of words: " in told

    def test_columns_beyond_the_labels_may_be_missing(self, tmp_path: Path) -> None:
        content = ",".join(COLUMNS) + "\nIt rained.,Non-biased,Entirely factual,[]\n"
        (record,), _ = read(BABE, put(tmp_path, {FINAL: content}))
        assert record.document.metadata == {}
        assert record.document.group == ", "

    def test_csv_goes_before_workbook(self, tmp_path: Path) -> None:
        files: dict[str, Content] = {"final_labels_MBIC.xlsx": workbook(HEADER, row("In a workbook."))}
        (record,), _ = read(BABE, put(tmp_path, files))
        assert record.document.text == "In a workbook."
        put(tmp_path, {"final_labels_MBIC.csv": as_csv(row("In a CSV."))})
        (record,), _ = read(BABE, tmp_path)
        assert record.document.text == "In a CSV."

    @pytest.mark.parametrize(
        ("given", "words"),
        [("['a, b', 'c']", ["a, b", "c"]), (" a, b ,, ", ["a", "b"]), ("", []), ("['a', ' ']", ["a"])],
    )
    def test_words_are_listed_in_two_ways(self, given: str, words: list[str]) -> None:
        assert _listed(given) == words


class TestParts:
    def test_the_published_part_comes_first(self, tmp_path: Path) -> None:
        files = {f"data/final_labels_{part}.csv": as_csv(row(f"{part}.")) for part in ("MBIC", "SG1", "SG2")}
        path = put(tmp_path, files)
        assert describe(BABE, path).version == "SG2"
        assert read(BABE, path)[0][0].document.text == "SG2."
        chosen = adapter("babe", "SG1")
        assert describe(chosen, path).version == "SG1"
        assert read(chosen, path)[0][0].document.text == "SG1."

    def test_a_part_that_is_unknown_or_missing_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="no part 'sg3', did you mean 'SG"):
            BabeAdapter(part="sg3")
        with pytest.raises(DataError, match="final_labels_SG2"):
            describe(BabeAdapter(part="SG2"), put(tmp_path, {FINAL: as_csv(row("So."))}))

    def test_the_corpus_is_described(self, tmp_path: Path) -> None:
        about = describe(BABE, put(tmp_path, {FINAL: as_csv(row("So."))}))
        assert (about.name, about.version, about.group) == ("babe", "SG1", "outlet and topic")
        assert {layer: entry.kind for layer, entry in about.layers.items()} == {
            "bias": "units",
            "words": "spans",
            "opinion": "units",
        }


class TestRawLabels:
    def test_annotators_are_kept_apart(self, tmp_path: Path) -> None:
        raw = as_raw(
            said("They slam it.", 3, words="slam, rot"),
            said("They slam it.", 10.0, "Non-biased", "Expresses wleter´s opinion"),
            said("They slam it.", 4, "", ""),
            said("They slam it.", 5, "", "Somewhat factional but also opinionated", "it"),
        )
        (record,), report = read_rows(tmp_path, row("They slam it."), **{RAW: raw})
        labels = {
            layer: {name: mark.units[0].labels for name, mark in record.marks[layer].items()}
            for layer in ("bias", "opinion")
        }
        assert labels == {
            "bias": {"A10": ("Non-biased",), "A3": ("Biased",)},
            "opinion": {"A10": (VIEW,), "A3": (FACT,), "A5": (MIXED,)},
        }
        # Who gave no label and no word did not judge the words; who gave a label found none.
        words = {name: [span.start for span in mark.spans] for name, mark in record.marks["words"].items()}
        assert words == {"A10": [], "A3": [5], "A5": [10]}
        assert notes(report) == [f"word not found {RAW}:2: 'rot' is not in the sentence"]

    def test_rows_find_their_sentence(self, tmp_path: Path) -> None:
        final = [row("Don’t  slam."), row("So."), row("So."), row("Held.")]
        raw = as_raw(
            said("don't slam. ", 1),
            said("So.", 1),
            said("So.", 1, "Non-biased"),
            said("So.", 1),
            said("So.", 2),
            said("Held.", 1),
            said("held.", 2),
            said("Other.", 1),
        )
        records, report = read_rows(tmp_path, *final, **{RAW: raw})
        found = [
            {name: mark.units[0].labels[0] for name, mark in record.marks.get("bias", {}).items()}
            for record in records
        ]
        assert found == [
            {"A1": "Biased"},
            {"A1": "Biased", "A2": "Biased"},
            {"A1": "Non-biased"},
            {"A1": "Biased"},
        ]
        assert [line for line in notes(report) if "mark" in line] == [
            f"mark dropped {RAW}:5: no sentence that is left for A1 reads 'So.'",
            f"mark dropped {RAW}:8: no sentence that is left for A2 reads 'held.'",
            f"mark dropped {RAW}:9: no sentence that is left for A1 reads 'Other.'",
        ]

    def test_marks_that_are_none_are_dropped(self, tmp_path: Path) -> None:
        raw = as_raw(said("So.", "a b"), said("So.", ""), said("So.", 1, "No agreement", "?"), said("So.", 2))
        (record,), report = read_rows(tmp_path, row("So."), **{RAW: raw})
        assert list(record.marks["bias"]) == ["A2"]
        assert [line.partition(": ")[2] for line in notes(report)] == [
            "'a b' cannot name an annotator",
            "'' cannot name an annotator",
            "'No agreement' is no label of one annotator",
            "'?' is no label of one annotator",
        ]

    def test_a_word_that_stands_twice_is_noted_for_gold_alone(self, tmp_path: Path) -> None:
        raw = as_raw(said("Rot, rot.", 1, words="rot"))
        (record,), report = read_rows(tmp_path, row("Rot, rot."), **{RAW: raw})
        assert [span.start for span in record.marks["words"]["A1"].spans] == [5]
        assert notes(report) == []
        raw = as_raw(said("A rot, a rot.", 1, words="rot"))
        (record,), report = read_rows(tmp_path, row("A rot, a rot.", words="['rot']"), **{RAW: raw})
        assert len(record.marks["words"]["A1"].spans) == 2
        assert report.counts == {"word repeated": 1}

    def test_a_sheet_that_cannot_be_read_costs_the_marks_alone(self, tmp_path: Path) -> None:
        (record,), report = read_rows(tmp_path, row("So."), **{RAW: as_raw(said("So.", 1))[:300]})
        assert record.marks == {}
        assert report.counts == {"file skipped": 1}
        assert report.faults[0][1].path == Path(RAW)


def codes(values: Mapping[str, Mapping[str, bool]]) -> NDArray[np.int64]:
    """Return the judgements of units by annotators as codes, shape (annotators, units)."""
    names = sorted({name for given in values.values() for name in given})
    return np.array([[int(given.get(name, -1)) for given in values.values()] for name in names])


def against_the_others(judged: NDArray[np.int64]) -> float:
    """Return the macro-F1 of each annotator against the majority of the others, pooled, without ties."""
    counts = np.zeros((2, 2), dtype=np.int64)
    for own, others in ((judged[i], np.delete(judged, i, axis=0)) for i in range(len(judged))):
        lead = (others == 1).sum(axis=0) - (others == 0).sum(axis=0)
        kept = (own >= 0) & (lead != 0)
        np.add.at(counts, ((lead[kept] > 0).astype(int), own[kept]), 1)
    return float(np.mean(2 * np.diag(counts) / (counts.sum(axis=0) + counts.sum(axis=1))))


@pytest.fixture(scope="module")
def corpus(shared: Path) -> tuple[list[Record], Report]:
    return read(BABE, shared / "corpora" / "babe")


class TestSharedPart:
    def test_counts(self, corpus: tuple[list[Record], Report]) -> None:
        records, report = corpus
        assert len(records) == 1700
        assert len({record.document.id for record in records}) == 1700
        labels = Counter(record.gold["bias"].units[0].labels for record in records)
        assert labels == {("Non-biased",): 800, ("Biased",): 746, (): 154}
        opinions = Counter(record.gold["opinion"].units[0].labels for record in records)
        assert opinions == {(FACT,): 639, (MIXED,): 453, (VIEW,): 425, (): 183}
        missing = [
            fault for kind, fault in report.faults if kind == "word not found" and fault.path.suffix == ".csv"
        ]
        # 1,530 words are listed; two misspelt ones stand nowhere.
        assert [fault.line for fault in missing] == [697, 935]
        assert report.counts["mark dropped"] == 9
        assert {name for record in records for name in record.marks["bias"]} == {
            "A1", "A2", "A3", "A4", "A7", "A8", "A9", "A10"
        }  # fmt: skip

    def test_sentences_of_one_group_share_outlet_and_topic(self, corpus: tuple[list[Record], Report]) -> None:
        groups: dict[str | None, set[tuple[str, str]]] = defaultdict(set)
        for record in corpus[0]:
            given = record.document.metadata
            groups[record.document.group].add((given["outlet"], given["topic"]))
        assert len(groups) == 88
        assert all(len(pairs) == 1 for pairs in groups.values())

    def test_agreement_of_the_raw_labels(self, shared: Path) -> None:
        path = "data/raw_labels_SG1.xlsx"
        with open_source(shared / "corpora" / "babe") as source:
            rows: Iterable[tuple[int, dict[str, str]]] = list(
                table(source, path, ("text", "label_bias"), Report())
            )
        values: dict[str, dict[str, bool]] = defaultdict(dict)
        for _, given in rows:
            if given["label_bias"]:
                values[given["text"]][given["annotator_id"]] = given["label_bias"] == "Biased"
        judged = codes(values)
        # The reference takes every text of the sheet for a unit, two that were overwritten with one word too.
        assert krippendorff_alpha(judged) == pytest.approx(0.3881, abs=5e-5)
        assert krippendorff_alpha(judged) == pytest.approx(0.388102, abs=5e-7)
        assert against_the_others(judged) == pytest.approx(0.753, abs=5e-4)

    def test_agreement_of_the_marks(self, corpus: tuple[list[Record], Report]) -> None:
        values = {
            record.document.id: {
                name: mark.units[0].labels == ("Biased",) for name, mark in record.marks["bias"].items()
            }
            for record in corpus[0]
        }
        judged = codes(values)
        assert krippendorff_alpha(judged) == pytest.approx(0.388014, abs=5e-7)
        assert against_the_others(judged) == pytest.approx(0.753015, abs=5e-7)
