"""Twins are found, whatever else there is; what is no twin is not; broken files are refused."""

from __future__ import annotations

import io
import json
import re
import time
import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmark.contamination import (
    BUCKET,
    FEWEST_WORDS,
    PERMUTATIONS,
    Fingerprints,
    Shared,
    duplicates,
    shared,
    twins,
)
from benchmark.errors import DataError, UsageError
from benchmark.model import Document, offsets

NONE = offsets([])
WORDS = [f"{one}{other}" for one in ("al", "br", "cha", "del") for other in ("pha", "vo", "lie", "ta")]


def text(seed: int, words: int = 200) -> str:
    """Return words in random order, so that two seeds share hardly any run of three."""
    rng = np.random.default_rng(seed)
    places = rng.integers((len(WORDS), 99), size=(words, 2)).tolist()
    return " ".join(f"{WORDS[word]}{number}" for word, number in places)


def of(*texts: str) -> Fingerprints:
    return Fingerprints.of([Document(f"d{place}", text, NONE, NONE) for place, text in enumerate(texts)])


def jaccard(one: str, other: str) -> float:
    """Return the Jaccard similarity of runs of three words, counted plainly."""
    sets = [{tuple(w[i : i + 3]) for i in range(len(w) - 2)} for w in (one.split(), other.split())]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def test_equal_texts_are_found_whatever_their_case_space_and_unicode_form():
    one = "Die Größe zählt — naïve Leser"
    other = unicodedata.normalize("NFD", one.upper()).replace(" ", "\n\t ")
    assert one != other
    assert shared(of("something else", one), of("nothing", other)) == (Shared("d1", "d1", 1.0, exact=True),)


def test_of_equal_twins_the_first_is_named_and_test_documents_keep_their_order():
    found = shared(of("b c", "A b", "a b"), of("a  b", "x", "b c", "A B"))
    assert [(twin.test, twin.train) for twin in found] == [("d0", "d1"), ("d2", "d0"), ("d3", "d1")]


def test_blank_texts_have_no_twins():
    assert not shared(of("", " \n"), of("", "\t"))
    assert duplicates(of("", "", " ")) == []
    assert twins(of("", "")) == ()


def test_nothing_is_shared_with_nothing():
    assert shared(of(), of()) == shared(of("a"), of()) == shared(of(), of("a")) == ()
    assert duplicates(of()) == []
    assert len(of()) == 0


def test_a_changed_title_and_a_truncated_copy_are_twins():
    whole = text(1, 300)
    cut = " ".join(whole.split()[:120])
    found = shared(of(text(2), whole), of(f"Another title\n\n{whole}", cut, text(3)))
    assert [(twin.test, twin.train, twin.exact) for twin in found] == [
        ("d0", "d1", False),
        ("d1", "d1", False),
    ]
    assert all(twin.similarity > 0.8 for twin in found)


def test_the_longer_text_is_found_by_the_shorter_too():
    whole = text(1, 300)
    cut = " ".join(whole.split()[:120])
    assert [twin.test for twin in shared(of(cut), of(whole))] == ["d0"]


@pytest.mark.parametrize(("kept", "is_twin"), [(30, False), (90, True)])
def test_half_of_a_text_decides(kept, is_twin):
    one = text(1, 100)
    other = " ".join([*one.split()[:kept], *text(2, 100 - kept).split()])
    assert (jaccard(one, other) >= 1 / 3) == is_twin
    assert bool(shared(of(one), of(other))) == is_twin


def test_texts_under_eight_words_are_twins_only_where_they_are_equal():
    short = "one two three four five six seven"
    assert len(short.split()) == FEWEST_WORDS - 1
    assert not shared(of(f"{short}!"), of(short))
    assert shared(of(short), of(short.upper()))
    assert shared(of(f"{short} eight!"), of(f"{short} eight"))


def test_a_phrase_in_common_makes_no_twins_and_a_passage_does():
    phrase, passage = text(7, 6), text(8, 20)
    assert not shared(of(f"{text(1, 40)} {phrase}"), of(f"{phrase} {text(2, 4)}"))
    # Twenty words are eighteen runs, of twenty-five in the shorter text.
    assert shared(of(f"{text(1, 20)} {passage}"), of(f"{passage} {text(2, 7)}"))


def test_the_most_similar_twin_is_named():
    one = text(1)
    half = " ".join(one.split()[:110]) + " " + text(2, 90)
    nearly = " ".join(one.split()[:190]) + " " + text(3, 10)
    (found,) = shared(of(half, nearly, text(4)), of(one))
    assert found.train == "d1"
    assert found.similarity == pytest.approx(190 / 200, abs=0.1)


def test_an_estimated_share_is_near_the_counted_one():
    one = text(1, 400)
    for kept in (250, 300, 350):
        other = " ".join([*one.split()[:kept], *text(2, 400 - kept).split()])
        similarity = jaccard(one, other)
        (found,) = shared(of(one), of(other))
        counted = 2 * similarity / (1 + similarity)
        assert found.similarity == pytest.approx(counted, abs=3 * 0.044)


def test_many_documents_give_the_same_twins_as_few():
    """With many documents only those that agree in a band are compared; that is no other question."""
    bases = [text(seed, 60) for seed in range(200)]
    changed = [f"{base} {text(900 + seed, 10 + seed % 60)}" for seed, base in enumerate(bases)]
    train, test = of(*bases), of(*changed)
    at_once = {(twin.test, twin.train) for twin in shared(train, test)}
    assert len(train) * len(test) > 1 << 15
    one_by_one = {
        (twin.test, twin.train) for place in range(200) for twin in shared(train, test.only([place]))
    }
    assert at_once == one_by_one
    assert len(at_once) > 190
    assert all(one == other for one, other in at_once)


def test_a_full_bucket_hides_no_twin_of_near_copies():
    copies = [f"{text(1, 80)} {text(seed, 3)}" for seed in range(100, 100 + 12 * BUCKET)]
    found = of(*copies)
    assert len(found) ** 2 > 1 << 15
    assert duplicates(found) == [list(range(len(copies)))]
    assert len(shared(found, of(f"{text(1, 80)} {text(2, 3)}"))) == 1
    assert len(twins(found)) == len(copies)


def test_duplicates_are_grouped_through_others():
    words = text(1, 200).split()
    chain = [" ".join(words[start : start + 120]) for start in (0, 40, 80)]
    assert not shared(of(chain[0]), of(chain[2]))
    texts = ["short one", *chain, text(50), "Short  one", text(50)]
    assert duplicates(of(*texts)) == [[0, 5], [1, 2, 3], [4, 6]]


def test_twins_within_a_collection_are_never_the_document_itself():
    one = text(1)
    found = twins(of(one, text(2), f"{one} more", "a b", "A B", "a  b"))
    assert [(t.test, t.train, t.exact) for t in found] == [
        ("d0", "d2", False),
        ("d2", "d0", False),
        ("d3", "d4", True),
        ("d4", "d3", True),
        ("d5", "d3", True),
    ]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=80), max_size=8), st.randoms())
@example(["\ud800 lone", "\ud800 lone", "x" * 50], None)
def test_any_text_is_its_own_twin_in_any_order(texts, random):
    order = list(range(len(texts)))
    if random is not None:
        random.shuffle(order)
    found = shared(of(*texts), of(*(texts[place] for place in order)))
    assert [twin.test for twin in found] == [f"d{new}" for new, old in enumerate(order) if texts[old].strip()]
    assert all(twin.exact and twin.similarity == 1 for twin in found)


def test_only_keeps_the_order_given_and_its_own_arrays():
    everything = of("a", text(1), text(2))
    part = everything.only([2, 0])
    assert part.ids == ("d2", "d0")
    assert (part.signatures == of("x", "y", text(2)).signatures[[2, 0]]).all()
    assert len(everything.only([])) == 0
    part.signatures[:] = 0
    assert everything.signatures[2].any()


def test_equal_documents_give_equal_fingerprints_and_bytes(tmp_path):
    texts = ("he said", text(1), "", "naïve café " * 20)
    first, again = of(*texts), of(*texts)
    first.save(tmp_path / "one.npz")
    again.save(tmp_path / "other.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()
    # More than a thousand are made in several turns.
    many = of(*[f"{text(1)} {number}" for number in range(1001)])
    assert (many.signatures[1000] == of(f"{text(1)} 1000").signatures[0]).all()


def test_saved_fingerprints_come_back(tmp_path):
    made = Fingerprints.of([Document('odd "ü\x00 id', text(1), NONE, NONE), Document("e", "", NONE, NONE)])
    made.save(tmp_path / "f.npz")
    back = Fingerprints.load(tmp_path / "f.npz")
    assert back.ids == made.ids
    for name in ("exact", "shingles", "signatures"):
        assert (getattr(back, name) == getattr(made, name)).all()
        assert getattr(back, name).dtype == getattr(made, name).dtype
    assert shared(back, made) == shared(made, back)


def test_no_fingerprints_come_back_too(tmp_path):
    of().save(tmp_path / "f.npz")
    assert len(Fingerprints.load(tmp_path / "f.npz")) == 0


def test_a_folder_cannot_be_written_and_a_missing_file_not_read(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        of("a").save(tmp_path)
    with pytest.raises(UsageError, match="cannot be read"):
        Fingerprints.load(tmp_path / "none.npz")


def saved(path, **arrays):
    """Write a file whose parts are right but for those given."""
    made = of(text(1), "a")
    made.save(path)
    with np.load(path) as found:
        parts = {**{name: found[name] for name in found.files}, **arrays}
    np.savez(path, **parts)
    return path


def about(**parts):
    return np.frombuffer(json.dumps(parts).encode(), np.uint8)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"signatures": np.zeros((2, PERMUTATIONS), np.int32)}, "other types"),
        ({"signatures": np.zeros((1, PERMUTATIONS), np.uint32)}, "other shapes"),
        ({"shingles": np.array([-1, 1])}, "negative"),
        ({"shingles": np.array([{}, {}], dtype=object)}, "no file of fingerprints"),
        ({"about": np.frombuffer(b"{", np.uint8)}, "no file of fingerprints"),
        ({"about": about(ids=["a", "b"])}, "no file of fingerprints"),
        ({"about": about(ids=3, scheme="")}, "no file of fingerprints"),
        ({"about": about(ids=["a", "b"], scheme="rminhash1")}, "scheme 'rminhash1'.*make them again"),
    ],
)
def test_a_file_with_a_wrong_part_is_refused_by_name(tmp_path, arrays, message):
    path = saved(tmp_path / "f.npz", **arrays)
    with pytest.raises(DataError, match=f"f.npz: .*{message}"):
        Fingerprints.load(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x93NUMPY", b"\x80\x04pickle", b"text"])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "f.npz").write_bytes(content)
    with pytest.raises(DataError, match="no file of fingerprints"):
        Fingerprints.load(tmp_path / "f.npz")


def test_a_single_array_is_refused(tmp_path):
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    (tmp_path / "f.npz").write_bytes(buffer.getvalue())
    with pytest.raises(DataError, match="no file of fingerprints"):
        Fingerprints.load(tmp_path / "f.npz")


@pytest.mark.filterwarnings("ignore")
def test_a_spoiled_file_is_refused_or_read_but_never_crashes(tmp_path):
    path = tmp_path / "f.npz"
    of(text(1), "a").save(path)
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(150):
        spoiled = bytearray(content[: rng.integers(1, len(content) + 1)] if rng.random() < 0.3 else content)
        for place in rng.integers(len(spoiled), size=3):
            spoiled[place] = rng.integers(256)
        path.write_bytes(bytes(spoiled))
        try:
            Fingerprints.load(path)
        except DataError:
            refused += 1
    assert refused > 100


@pytest.fixture(scope="module")
def corpora(shared):
    def read(folder):
        paths = sorted((shared / "corpora" / folder).glob("article*.txt"))
        return [
            Document(re.sub(r"\D", "", path.stem), path.read_bytes().decode(), NONE, NONE) for path in paths
        ]

    return read("ptc/train-articles"), read("semeval2023_task3/data/en/train-articles-subtask-2")


def test_semeval_2023_holds_most_of_ptc(corpora):
    ptc, semeval = corpora
    assert (len(ptc), len(semeval)) == (371, 433)
    began = time.perf_counter()
    prints = [Fingerprints.of(documents) for documents in corpora]
    found = shared(prints[1], prints[0])
    assert time.perf_counter() - began < 12  # about 1 s on an idle machine
    assert sum(twin.test == twin.train for twin in found) == 351
    assert len(found) == 351  # and no other pair
    letters = {document.id: document.text for document in semeval}
    assert sum(letters.get(document.id) == document.text for document in ptc) < 100


def test_few_articles_of_ptc_repeat_each_other(corpora):
    prints = Fingerprints.of(corpora[0])
    groups = [{prints.ids[place] for place in group} for group in duplicates(prints)]
    assert len(groups) == 10
    assert {"111111136", "723501118", "723793978"} in groups


def test_the_shipped_reports_share_nothing_and_cost_little():
    from benchmark import data

    reports = data.load("fictional_news").documents
    began = time.perf_counter()
    prints = Fingerprints.of(reports)
    for start in range(0, 28, 4):
        test = np.arange(start, start + 4)
        assert not shared(prints.only(np.setdiff1d(np.arange(28), test)), prints.only(test))
    assert time.perf_counter() - began < 0.5  # about 25 ms on an idle machine
    assert duplicates(prints) == []


def test_documents_are_not_changed_by_their_fingerprints():
    document = Document("d", text(1), NONE, NONE)
    before = replace(document)
    Fingerprints.of([document])
    assert document == before
