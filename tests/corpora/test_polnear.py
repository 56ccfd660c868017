"""PolNeAR: small texts and standoff files in its layout, and the counts of the shared part."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from corpus_files import Content, describe, notes, put, read
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.corpora import adapter
from benchmark.corpora.base import Report
from benchmark.corpora.brat import read_standoff
from benchmark.errors import DataError
from benchmark.model import Annotation

POLNEAR = adapter("polnear")
NAME = "huff-post_2016-02-03_a-plan_for"
TEXT = "“We won,” the mayor\ufeff said.\nShe asked\nwhy. 😀 He knew it."


def bound(number: int, kind: str, *words: str) -> str:
    """Return the T line of words, each of which stands once in the text."""
    places = [(TEXT.index(word), TEXT.index(word) + len(word)) for word in words]
    offsets = ";".join(f"{start} {end}" for start, end in places)
    return f"T{number}\t{kind} {offsets}\t{' '.join(words)}\n"


SAID = (
    bound(1, "Source", "the mayor")
    + bound(2, "Cue", "said")
    + bound(3, "Content", "“We won,”")
    + bound(4, "Attribution", "said")
    + "E1\tAttribution:T4 Source:T1 Cue:T2 Content:T3 \n"
)
KNEW = (
    bound(5, "Cue", "knew")
    + bound(6, "Content", "She asked", "why")
    + bound(7, "Content", "it")
    + bound(8, "Attribution-no-source", "knew")
    + "E2\tAttribution-no-source:T8 Cue:T5 Content:T6 Content2:T7\n"
)


def corpus(*files: str, split: str = "train") -> dict[str, Content]:
    """Return one text with an annotator's file for each content."""
    folder = f"data/{split}"
    marks = {f"{folder}/attributions/{NAME}_{4 + n}e07.ann": content for n, content in enumerate(files)}
    return {f"{folder}/text/{NAME}.txt": TEXT, **marks}


def parts(annotation: Annotation) -> list[tuple[int | None, str, str]]:
    return [(span.relation, span.label, TEXT[span.start : span.end]) for span in annotation.spans]


def one(tmp_path: Path, *files: str) -> tuple[Annotation, list[str]]:
    (record,), report = read(POLNEAR, put(tmp_path, corpus(*files)))
    faults = [line.replace(f"data/train/attributions/{NAME}_4e07.ann", "ANN") for line in notes(report)]
    return record.gold["attribution"], faults


class TestSmallCorpus:
    def test_events_become_relations_and_fragments_spans(self, tmp_path: Path) -> None:
        (record,), report = read(POLNEAR, put(tmp_path, corpus(SAID + KNEW)))
        gold, marks = record.gold["attribution"], record.marks["attribution"]["4e07"]
        assert parts(gold) == [
            (0, "content", "“We won,”"),
            (0, "source", "the mayor"),
            (0, "cue", "said"),
            (1, "content", "She asked"),
            (1, "content", "why"),
            (1, "cue", "knew"),
            (1, "content", "it"),
        ]
        assert parts(marks) == parts(gold)
        assert {span.note.support for span in gold.spans if span.note} == {("4e07",)}
        assert {span.note for span in marks.spans} == {None}
        assert (record.document.id, record.split, record.document.group) == (NAME, "train", None)
        assert record.document.metadata == {"outlet": "huff-post", "date": "2016-02-03"}
        assert notes(report) == []

    def test_two_attributions_may_share_a_source(self, tmp_path: Path) -> None:
        more = "E2\tAttribution:T5 Cue:T5 Source:T1\n"
        gold, faults = one(tmp_path, SAID + bound(5, "Cue", "asked") + more)
        assert [part for part in parts(gold) if part[1] == "source"] == [
            (0, "source", "the mayor"),
            (1, "source", "the mayor"),
        ]
        assert faults == []

    def test_covered_text_may_run_over_lines(self, tmp_path: Path) -> None:
        start = TEXT.index("She")
        content = f"T1\tContent {start} {start + 13}\tShe asked\n\nwhy\nT2\tCue 20 24\tsaid\n"
        event = "E1\tAttribution:T2 Content:T1 Cue:T2\n"
        # Offsets are checked: the cue of this file is one character early, for U+FEFF counts as one.
        gold, faults = one(tmp_path, content + event)
        assert gold.spans == ()
        assert faults[:2] == [
            "line joined ANN:3: a line break in the covered text of T1",
            "annotation dropped ANN:4: T2: the text has ' sai' at 20 24, not 'said'",
        ]
        gold, faults = one(tmp_path, (content + event).replace("20 24", "21 25"))
        assert parts(gold) == [(0, "cue", "said"), (0, "content", "She asked\nwhy")]
        assert len(faults) == 1

    def test_lines_of_other_kinds_are_named_and_the_rest_kept(self, tmp_path: Path) -> None:
        stray = "#1\tAnnotatorNotes T1\tsee guide\n\nand so on\n* \nR1\tx Arg1:T1 Arg2:T2\n"
        gold, faults = one(tmp_path, "\ufeff" + stray + SAID.replace("\n", "\r\n") + "tail")
        assert len(gold.spans) == 3
        assert [fault.partition(": ")[0] for fault in faults] == [
            "line skipped ANN:1",
            "line skipped ANN:3",
            "line skipped ANN:4",
            "line skipped ANN:5",
            "line skipped ANN:11",
        ]

    def test_broken_annotations_are_dropped_with_what_hangs_on_them(self, tmp_path: Path) -> None:
        broken = [
            "T20\tCue 4\tx",
            "T21\tCue 4 4\t",
            "T22\tCue 9 5\tx",
            "T23\tCue 0 999\tx",
            f"T24\tCue 0 {'9' * 5000}\tx",
            "T1\tCue 0 3\t“We",
            "E20\tAttribution",
            "E21\tAttribution:T4 Cue",
            "E1\tAttribution:T4 Cue:T2",
            "E22\tAttribution:T20 Cue:T20 Source:T1",
            "E23\tAttribution:T20 Speaker:T1",
            "E24\tDiscuss:T4 Cue:T2",
        ]
        gold, faults = one(tmp_path, SAID + "\n".join(broken))
        assert len(gold.spans) == 3
        kinds = Counter(fault.partition(" ANN:")[0] for fault in faults)
        assert kinds == {"annotation dropped": 9, "part dropped": 2, "relation dropped": 3}
        assert "annotation dropped ANN:11: T1 stands a second time" in faults
        assert "part dropped ANN:15: E22: T20 is not there" in faults
        assert "part dropped ANN:16: E23: Speaker is not a role" in faults
        assert "relation dropped ANN:16: E23 has no cue" in faults
        assert "relation dropped ANN:17: E24 is of kind Discuss" in faults

    def test_remarks_and_untied_parts_are_no_attributions(self, tmp_path: Path) -> None:
        loose = bound(8, "Discard", "knew") + bound(9, "Discuss", "it") + bound(10, "Source", "She")
        gold, faults = one(tmp_path, SAID + loose)
        assert len(gold.spans) == 3
        assert faults == [
            "remark skipped ANN:6: T8 is the annotator's remark Discard",
            "remark skipped ANN:7: T9 is the annotator's remark Discuss",
            "part dropped ANN:8: T10, a Source, belongs to no attribution",
        ]

    def test_an_event_that_another_says_better_is_left_out(self, tmp_path: Path) -> None:
        again = "E2\tAttribution:T4\nE3\tAttribution:T4 Content:T3 Cue:T2 Source:T1\n"
        gold, faults = one(tmp_path, SAID + again)
        assert {span.relation for span in gold.spans} == {0}
        assert [fault.partition(": ")[2] for fault in faults] == [
            "E2 has the trigger of E1 and no part that E1 lacks",
            "E3 has the trigger of E1 and no part that E1 lacks",
        ]

    def test_the_trigger_serves_where_no_cue_is_named(self, tmp_path: Path) -> None:
        gold, faults = one(tmp_path, SAID.replace(" Cue:T2", ""))
        assert [part for part in parts(gold) if part[1] == "cue"] == [(0, "cue", "said")]
        assert "cue mended ANN:5: E1 names no cue; its trigger serves" in faults

    def test_overlapping_fragments_of_a_part_are_one(self, tmp_path: Path) -> None:
        more = bound(5, "Content", "won,” the") + "E2\tAttribution:T5 Cue:T2 Content:T3 Content2:T5\n"
        gold, _ = one(tmp_path, SAID + more)
        assert [part for part in parts(gold) if part[0] == 1] == [
            (1, "content", "“We won,” the"),
            (1, "cue", "said"),
        ]

    def test_several_annotators_are_kept_apart_and_gold_is_the_majoritys(self, tmp_path: Path) -> None:
        lone = bound(9, "Cue", "asked") + "E9\tAttribution:T9 Cue:T9\n"
        path = put(tmp_path, corpus(SAID + KNEW, SAID + lone, KNEW))
        (record,), report = read(POLNEAR, path)
        marks = record.marks["attribution"]
        assert list(marks) == ["4e07", "5e07", "6e07"]
        assert [len({span.relation for span in mark.spans}) for mark in marks.values()] == [2, 2, 1]
        gold = record.gold["attribution"]
        assert parts(gold) == parts(marks["4e07"])
        assert {span.note.support for span in gold.spans if span.note} == {("4e07", "5e07"), ("4e07", "6e07")}
        assert notes(report) == []

    def test_files_that_cannot_be_used_are_named(self, tmp_path: Path) -> None:
        files = corpus(SAID) | {
            f"data/dev/text/{NAME}.txt": TEXT,
            f"data/dev/attributions/{NAME}_4e07.ann": SAID,
            "data/dev/attributions/gone_4e07.ann": SAID,
            "data/dev/attributions/nobody.ann": SAID,
            "data/dev/text/blank.txt": " \n",
            "data/dev/attributions/blank_4e07.ann": SAID,
            "data/dev/text/latin.txt": b"caf\xe9",
            "data/dev/attributions/latin_4e07.ann": SAID,
            "data/dev/text/lonely.txt": TEXT,
            "data/dev/text/odd.txt": TEXT,
            "data/dev/attributions/odd_4b22.ann": "",
            "data/dev/attributions/odd_5fec.ann": b"\xff",
            "data/annotator-training/text/other.txt": TEXT,
        }
        records, report = read(POLNEAR, put(tmp_path, files))
        assert [(record.split, record.document.id) for record in records] == [("train", NAME), ("dev", "odd")]
        assert records[1].gold["attribution"].spans == ()
        assert records[1].document.metadata == {}
        said = "\n".join(notes(report))
        for line in (
            f"document dropped data/dev/text/{NAME}.txt: a split before has a document of this name",
            "file skipped data/dev/attributions/gone_4e07.ann: there is no text/gone.txt",
            "file skipped data/dev/attributions/nobody.ann: the name is not DOCUMENT_ANNOTATOR.ann",
            "document dropped data/dev/text/blank.txt: the text is empty",
            "file skipped data/dev/text/latin.txt:1: not UTF-8",
            "document dropped data/dev/text/lonely.txt: there is no attributions file that can be read",
            "file empty data/dev/attributions/odd_4b22.ann: no attribution; taken to say that there is none",
            "file skipped data/dev/attributions/odd_5fec.ann:1: not UTF-8",
        ):
            assert line in said
        assert sum(report.counts.values()) == 8

    def test_it_is_read_from_an_archive_too(self, tmp_path: Path) -> None:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for path, text in corpus(SAID).items():
                archive.writestr(f"PolNeAR-1.0.0/{path}", text)
        path = put(tmp_path, {"polnear.zip": content.getvalue()}) / "polnear.zip"
        (record,), _ = read(POLNEAR, path)
        assert len(record.gold["attribution"].spans) == 3
        about = describe(POLNEAR, path)
        assert (about.name, about.version, about.layers["attribution"].kind) == (
            "polnear",
            "1.0.0",
            "relations",
        )

    def test_another_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="text"):
            describe(POLNEAR, put(tmp_path, {"a.txt": ""}))


LINES = st.lists(
    st.sampled_from((SAID + KNEW).split("\n"))
    | st.text(st.sampled_from("TE12\t: ;Cue\r#"), max_size=20)
    | st.tuples(st.integers(0, 60), st.integers(0, 60)).map(
        lambda p: f"T9\tCue {p[0]} {p[1]}\t{TEXT[slice(*p)]}"
    ),
    max_size=12,
)


@settings(max_examples=200)
@given(LINES)
def test_any_file_gives_annotations_that_fit_the_text(lines: list[str]) -> None:
    standoff = read_standoff("\n".join(lines), TEXT, "a.ann", Report())
    for entry in standoff.bounds.values():
        assert all(0 <= start < end <= len(TEXT) for start, end in entry.fragments)
        assert list(entry.fragments) == sorted(entry.fragments)


class TestSharedPart:
    def test_counts(self, shared: Path) -> None:
        records, report = read(POLNEAR, shared / "corpora" / "polnear")
        assert Counter(record.split for record in records) == {"train": 240, "dev": 84}
        marks = [mark for record in records for mark in record.marks["attribution"].values()]
        assert len(marks) == 94 + 259
        # 7,474 events, of which 13 are said again in full by another.
        assert sum(len({span.relation for span in mark.spans}) for mark in marks) == 7474 - 13
        assert len({mark.annotator for mark in marks}) == 6
        several = Counter(len(record.marks["attribution"]) for record in records)
        assert several == {1: 318, 5: 1, 6: 5}
        assert report.counts == {
            "remark skipped": 441,
            "part dropped": 13,
            "relation repeated": 13,
            "cue mended": 1,
            "file empty": 1,
        }
        for record in records:
            gold = record.gold["attribution"].spans
            assert {span.relation for span in gold} == {span.relation for span in gold if span.label == "cue"}
            keys = [(span.relation, span.label, span.start, span.end) for span in gold]
            assert len(set(keys)) == len(keys)
