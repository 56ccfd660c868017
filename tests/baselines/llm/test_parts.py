"""Long articles are cut where a reader would cut them, and nothing is lost."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.llm.parts import CONTEXT, parts_of
from benchmark.segmentation import segment

HEAD = "A headline of the report"
LINES = [
    HEAD,
    "",
    *(f"Paragraph {n} says this. It goes on with more words. And it ends." for n in range(9)),
    "",
]
DOCUMENT = segment("d", "\n".join(LINES))


def test_a_short_article_is_one_part_without_context():
    (part,) = parts_of(DOCUMENT, 10_000)
    assert (part.start, part.end, part.context) == (0, len(DOCUMENT.text) - 1, "")
    assert part.text == DOCUMENT.text.strip()


def test_parts_begin_with_paragraphs_and_know_what_stood_before():
    parts = parts_of(DOCUMENT, 200)
    assert len(parts) > 3
    begins = {start for start, _ in DOCUMENT.paragraphs.tolist()}
    assert all(part.start in begins for part in parts)
    assert all(len(part.text) <= 200 for part in parts)
    assert parts[1].context == DOCUMENT.text[: parts[1].start].strip()
    last = parts[-1].context
    assert last.startswith(f"{HEAD}\n… ")
    assert last.endswith(DOCUMENT.text[parts[-1].start - 20 : parts[-1].start].strip())
    assert len(last) <= 2 * CONTEXT


def test_a_long_paragraph_is_cut_between_sentences():
    document = segment("d", "Title\n" + " ".join(f"Sentence number {n} stands here." for n in range(40)))
    parts = parts_of(document, 300)
    begins = {start for start, _ in document.sentences.tolist()}
    assert all(part.start in begins for part in parts)
    assert all(len(part.text) <= 301 for part in parts)
    (whole,) = [part for part in parts_of(document, 300, "paragraph") if part.number]
    assert whole.units == (tuple(document.paragraphs[1].tolist()),)


def test_a_document_that_is_labelled_as_a_whole_is_one_part():
    (part,) = parts_of(DOCUMENT, 200, "document")
    assert part.units == ((0, len(DOCUMENT.text)),)
    assert part.text == DOCUMENT.text


@pytest.mark.parametrize("text", ["", "\n\n", "  \t\n"])
def test_a_text_without_words_has_no_parts(text):
    assert parts_of(segment("d", text), 200) == []


words = st.text("ab. \n!é😀", max_size=300)


@given(words, st.integers(1, 60), st.sampled_from(["", "sentence", "paragraph"]))
def test_every_word_is_in_one_part_and_every_unit_in_one(text, size, unit):
    document = segment("d", text)
    parts = parts_of(document, size, unit)
    assert [part.number for part in parts] == list(range(len(parts)))
    assert all(one.end == other.start for one, other in pairwise(parts))
    covered = "".join(part.text for part in parts)
    assert covered.split() == text.split()
    if unit:
        units = [found for part in parts for found in part.units]
        assert units == [tuple(pair) for pair in document.units(unit).tolist()]
        assert all(part.start <= low and high <= part.end for part in parts for low, high in part.units)


def test_context_of_a_text_without_spaces_is_kept():
    sentence = "政府昨天宣布了新的計劃，反對黨批評了這個計劃。"
    document = segment("d", "標題\n" + "\n".join(sentence * 6 for _ in range(9)))
    last = parts_of(document, 300)[-1]
    before = document.text[last.start - CONTEXT : last.start].strip()
    assert last.context == f"標題\n… {before}"


def test_context_begins_with_a_whole_word():
    document = segment("d", "Title\n" + "\n".join("unabridged wording " * 12 for _ in range(9)))
    for part in parts_of(document, 300)[3:]:
        assert part.context.startswith(("Title\n… unabridged", "Title\n… wording"))


def test_a_text_of_many_lines_is_cut_soon():
    document = segment("d", "\n".join(f"Line {n} stands here." for n in range(4000)))
    began = time.process_time()
    assert len(parts_of(document, 6000)) > 10
    assert time.process_time() - began < 2  # some hundredths of a second
