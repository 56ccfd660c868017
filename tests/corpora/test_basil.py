"""BASIL: small articles in its layout, and the counts of the shared part."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from corpus_files import Content, describe, notes, put, read
from hypothesis import given
from hypothesis import strategies as st

from benchmark.corpora import adapter
from benchmark.corpora.base import Report
from benchmark.corpora.basil import _Article, _layout
from benchmark.errors import DataError

BASIL = adapter("basil")
ARTICLE = "articles/2012/t-1_2.json"
MARKS = "annotations/2012/t-1_2_ann.json"
BODY = [["The plan failed. ", "A “fierce” row began."], ["", "It ended."], [" "]]
TEXT = "Row over plan\nThe plan failed.  A “fierce” row began.\nIt ended."


def phrase(place: str, start: int, end: int, words: str, bias: str = "lex", **more: Any) -> dict[str, Any]:
    return {"id": place, "start": start, "end": end, "txt": words, "bias": bias, "polarity": "neg"} | more


def corpus(*phrases: Any, **article: Any) -> dict[str, Content]:
    fields = {"title": "Row over plan", "body-paragraphs": BODY, "source": "NYT", "date": "2012-01-31"}
    fields |= {"main-event": "A row", "url": "http://a.example", "triplet-uuid": "t-1", "word-count": 9}
    level = {"relative_stance": "left", "notes": ""}
    marks = {"phrase-level-annotations": list(phrases), "article-level-annotations": level}
    return {ARTICLE: json.dumps(fields | article), MARKS: json.dumps(marks, indent=1)}


class TestSmallCorpus:
    def test_an_article_is_a_document(self, tmp_path: Path) -> None:
        (record,), report = read(BASIL, put(tmp_path, corpus()))
        document = record.document
        assert (document.id, document.text, record.split) == ("t-1_2", TEXT, "all")
        assert [TEXT[start:end] for start, end in document.sentences] == [
            "Row over plan",
            "The plan failed.",
            "A “fierce” row began.",
            "It ended.",
        ]
        assert [TEXT[start:end] for start, end in document.tokens[:3]] == ["Row", "over", "plan"]
        assert document.group == "t-1"
        assert document.metadata == {
            "triplet": "t-1",
            "year": "2012",
            "outlet": "nyt",
            "date": "2012-01-31",
            "event": "A row",
            "url": "http://a.example",
            "relative_stance": "left",
        }
        assert notes(report) == [
            f"sentence empty {ARTICLE}: p2 is empty, and left out",
            f"sentence empty {ARTICLE}: p4 is empty, and left out",
        ]
        assert record.gold["bias"].spans == ()
        assert record.marks == {}

    def test_offsets_count_in_a_sentence_of_the_flattened_article(self, tmp_path: Path) -> None:
        phrases = [
            phrase("p3", 3, 8, "ended", "inf", quote="no"),
            phrase("p1", 3, 9, "fierce", quote="yes"),
            phrase("p1", 2, 14, "“fierce” row", "inf"),
            phrase("title", 0, 3, "Row", quote=None),
            phrase("p0", 4, 17, "plan failed. "),
        ]
        (record,), _ = read(BASIL, put(tmp_path, corpus(*phrases)))
        found = record.gold["bias"].spans
        assert [(TEXT[span.start : span.end], span.label) for span in found] == [
            ("Row", "lexical"),
            ("plan failed. ", "lexical"),
            ("“fierce” row", "informational"),
            ("fierce", "lexical"),
            ("ended", "informational"),
        ]
        assert [span.note.quoted for span in found if span.note] == [False, False, False, True, False]

    def test_what_does_not_fit_is_noted_with_its_line_and_the_rest_kept(self, tmp_path: Path) -> None:
        phrases = [
            phrase("p9", 0, 3, "The"),
            phrase("p0", 0, 3, "the"),
            phrase("p0", -16, 3, "The"),
            phrase("p0", 3, 3, ""),
            phrase("p2", 0, 1, "x"),
            phrase("p0", 0, 3, "The", "other"),
            {"id": "p0"},
            phrase("p¹", 0, 3, "The"),
            phrase("p1", 3, 9, "fierce"),
            phrase("p1", 3, 9, "fierce", quote="yes"),
        ]
        path = put(tmp_path, corpus(*phrases))
        (record,), report = read(BASIL, path)
        assert [span.start for span in record.gold["bias"].spans] == [TEXT.index("fierce")]
        assert report.counts == {"sentence empty": 2, "span dropped": 8, "span repeated": 1}
        lines = (path / MARKS).read_text("utf-8").split("\n")
        for kind, fault in report.faults[2:]:
            assert fault.path == Path(MARKS)
            number = int(fault.message.split()[1].rstrip(":"))
            assert fault.line is not None
            assert lines[fault.line - 1].strip() == "{"
            begun = json.loads("\n".join(lines[fault.line - 1 :]).partition("\n  }")[0] + "}")
            assert begun == phrases[number]
            assert ("stands before" in fault.message) == (kind == "span repeated")
        assert "there is no sentence 'p9'" in report.faults[2][1].message
        assert "the text has 'The' at p0 0–3, not 'the'" in report.faults[3][1].message
        assert "bias" in report.faults[7][1].message

    def test_an_article_without_title_begins_with_its_body(self, tmp_path: Path) -> None:
        files = corpus(phrase("p0", 0, 3, "The"), phrase("title", 0, 1, "R"), title=None)
        (record,), report = read(BASIL, put(tmp_path, files))
        assert record.document.text == TEXT.partition("\n")[2]
        assert [span.start for span in record.gold["bias"].spans] == [0]
        assert f"sentence empty {ARTICLE}: the title is empty, and left out" in notes(report)
        assert report.counts["span dropped"] == 1

    def test_files_that_cannot_be_used_are_named(self, tmp_path: Path) -> None:
        good = corpus()
        files = {
            **good,
            "articles/2013/t-1_2.json": good[ARTICLE],
            "annotations/2013/t-1_2_ann.json": good[MARKS],
            "articles/2013/lone_1.json": good[ARTICLE],
            "annotations/2013/other_1_ann.json": good[MARKS],
            "articles/2014/broken_1.json": str(good[ARTICLE])[:-9],
            "annotations/2014/broken_1_ann.json": good[MARKS],
            "articles/2014/latin_1.json": b'{"title": "\xe9"}',
            "annotations/2014/latin_1_ann.json": "[" * 5000,
            "articles/2014/empty_1.json": json.dumps({"title": " ", "body-paragraphs": [[""], []]}),
            "annotations/2014/empty_1_ann.json": '{"phrase-level-annotations": []}',
            "articles/2014/plain.json": good[ARTICLE],
            "annotations/2014/plain_ann.json": '{"phrase-level-annotations": []}',
        }
        records, report = read(BASIL, put(tmp_path, files))
        assert [record.document.id for record in records] == ["t-1_2", "plain"]
        assert records[1].document.group == "plain"
        said = "\n".join(notes(report))
        assert "article dropped articles/2013/t-1_2.json: an earlier year has an article of this name" in said
        assert (
            "article dropped articles/2013/lone_1.json: there is no annotations/2013/lone_1_ann.json" in said
        )
        assert "annotations dropped annotations/2013/other_1_ann.json: there is no article for them" in said
        assert "file skipped articles/2014/broken_1.json: broken JSON" in said
        assert "file skipped articles/2014/latin_1.json: not UTF-8" in said
        assert "file skipped annotations/2014/latin_1_ann.json: " in said
        assert "article dropped articles/2014/empty_1.json: it has no text" in said
        assert "triplet differs articles/2014/plain.json: 'triplet-uuid' is 't-1'" in said
        assert report.counts["article dropped"] == 5

    def test_a_file_too_large_to_be_read_is_skipped(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        files = corpus()
        large = f"{files[ARTICLE]}{' ' * len(files[MARKS])}"
        monkeypatch.setattr("benchmark.corpora.files.FILE_BYTES", len(files[MARKS]))
        records, report = read(BASIL, put(tmp_path, files | {ARTICLE: large}))
        assert records == []
        assert report.counts == {"file skipped": 1, "article dropped": 1}
        assert "is larger than" in report.faults[0][1].message

    def test_the_corpus_is_described(self, tmp_path: Path) -> None:
        about = describe(BASIL, put(tmp_path, {f"BASIL/{path}": text for path, text in corpus().items()}))
        assert (about.name, about.group) == ("basil", "triplet")
        assert about.layers["bias"].labels == ("lexical", "informational")

    def test_another_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="articles"):
            describe(BASIL, put(tmp_path, {"a.txt": ""}))


@given(st.text(max_size=9), st.lists(st.lists(st.text(st.sampled_from("a b\n“"), max_size=5), max_size=4)))
def test_every_sentence_stands_where_the_layout_says(title: str, body: list[list[str]]) -> None:
    layout = _layout(_Article(body=body, title=title), "a.json", Report())
    flat = [title, *(sentence for paragraph in body for sentence in paragraph)]
    assert layout.sentences == flat
    for sentence, start in zip(flat, layout.starts, strict=True):
        if sentence.strip():
            assert layout.text[start : start + len(sentence)] == sentence
    found = [layout.text[start:end] for start, end in layout.boundaries()]
    assert found == [sentence.strip() for sentence in flat if sentence.strip()]


def test_the_shared_part(shared: Path) -> None:
    records, report = read(BASIL, shared / "corpora" / "basil")
    assert len(records) == 210
    groups = Counter(record.document.group for record in records)
    assert set(groups.values()) == {3}
    outlets = {(record.document.group, record.document.metadata["outlet"]) for record in records}
    assert len(outlets) == 210
    assert {outlet for _, outlet in outlets} == {"nyt", "fox", "hpo"}
    labels = Counter(span.label for record in records for span in record.gold["bias"].spans)
    assert labels == {"informational": 814, "lexical": 319}
    # All spans match; one sentence and one title are empty.
    assert report.counts == {"sentence empty": 2}
    assert sum(len(record.document.sentences) for record in records) == 5243 - 1 + 210 - 1
    assert read(BASIL, shared / "corpora" / "basil")[0] == records
