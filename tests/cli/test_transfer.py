"""`bench transfer` end to end."""

from __future__ import annotations

import csv
import io
import json

import pytest

from benchmark import data
from tests import transfer_corpora as corpora

FEW = ("--resamples", 100, "-d", "words", "-q")


@pytest.fixture
def store(dataset_of, learner, monkeypatch):
    """Three corpora that are loaded by name."""
    made = {name: getattr(corpora, name)(dataset_of) for name in ("basil", "ptc", "babe")}
    load = data.load
    monkeypatch.setattr(data, "load", lambda name: made[name] if name in made else load(name))
    return made


def cells(done):
    return [(row["train"], row["test"]) for row in json.loads(done.out)]


def test_the_matrix_is_printed(bench, store):
    done = bench("transfer", "--train", "basil", "--test", "ptc", "babe", *FEW)
    assert done.code == 0, done.err
    lines = done.out.split("\n")
    assert lines[0] == "words: trained on the rows, scored on the columns"
    assert lines[2].split() == ["technique", "loaded_language", "loaded_sentence", "bias"]
    assert any(line.startswith("basil/lexical") and ".67 ." in line for line in lines)
    assert "* basil/lexical on ptc/technique" in done.out
    assert max(map(len, lines)) <= 100


def test_several_values_come_after_spaces_or_commas_or_one_by_one(bench, store):
    named = ("ptc/loaded_language", "babe/bias")
    asked = [
        ("--test", *named),
        ("--test", ",".join(named)),
        ("--test", named[0], "--test", named[1]),
        ("--test", named[0], named[1], "--seed", 0),
    ]
    found = [cells(bench("transfer", *words, "--train", "basil", *FEW, "-f", "json")) for words in asked]
    assert found == [[("basil/lexical", named[0]), ("basil/bias_sentence", named[1])]] * 4
    both = bench("transfer", "--test", "basil/lexical_sentence", "--train", "ptc", "babe", *FEW, "-f", "json")
    assert [train for train, _ in cells(both)] == ["ptc/loaded_sentence", "babe/bias"]


def test_split_and_task_of_what_is_learned_can_be_named(bench, store):
    asked = {
        "ptc:test": "ptc:test/loaded_language",
        "ptc:test/technique": "ptc:test/technique",
        "ptc/technique/": "ptc/technique",
    }
    for words, train in asked.items():
        done = bench("transfer", "--train", words, "--test", "basil/lexical", *FEW, "-f", "csv")
        assert done.code == 0, done.err
        (row,) = csv.DictReader(io.StringIO(done.out))
        assert row["train"] == train
        assert (row["detector"], row["training"], row["lossy"]) == ("words", "20 docs", "True")


def test_the_diagonal_and_blanks_stand_beside_it(bench, store):
    done = bench("transfer", "--train", "ptc", "babe", "--test", "ptc/technique", "babe", *FEW)
    assert done.code == 0, done.err
    text = " ".join(done.out.split())
    assert "= ptc/technique by its own protocol: 20 docs." in text
    assert "= babe/bias by its own protocol: 7-fold." in text
    assert "Blank, since no correspondence is declared: babe on ptc/technique." in text


def test_contamination_is_marked_or_refused(bench, store):
    words = ("transfer", "--train", "ptc:test", "--test", "ptc/technique", *FEW)
    done = bench(*words)
    assert done.code == 0, done.err
    text = " ".join(done.out.split())
    assert "! [contaminated] ptc:test/technique on ptc/technique: 20 of the 20 scored sentences" in text
    refused = bench(*words, "--strict")
    assert (refused.code, refused.out) == (1, "")
    assert "ptc:test/technique holds 20 of the documents that are scored" in refused.err


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        ("basil/lexical", "ptc/technique_given_span", "labels of given spans are not carried over"),
        ("babe/bias", "ptc/technique", "units cannot be read as spans"),
        ("babe", "ptc/technique", "crosswalk.toml declares no such correspondence"),
        ("ptc:trian", "basil", "dataset 'ptc' has no split 'trian', did you mean 'train'?"),
        ("basil/lexicon", "ptc", "no task is named 'lexicon', did you mean 'lexical'?"),
        ("basel", "ptc", "no dataset or folder is named 'basel'"),
        (",", "ptc", "nothing"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(bench, store, train, test, message):
    done = bench("transfer", "--train", train, "--test", test, *FEW)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_a_detector_that_fails_gives_code_3(bench, store, learner):
    def predict(self, documents, layer):
        raise ValueError("no luck")

    learner.predict = predict
    done = bench("transfer", "--train", "basil", "--test", "ptc/loaded_language", *FEW)
    assert done.code == 3
    assert (
        "[incomplete] basil/lexical on ptc/loaded_language: words failed on document 'd20' and 19 more"
        in (" ".join(done.out.split()))
    )
    first = (
        "bench: detector 'words', trained on basil/lexical, failed on document 'd20' in ptc/loaded_language: "
        "ValueError: no luck"
    )
    assert done.err.split("\n")[0] == first
    assert "… and on 15 more documents in ptc/loaded_language" in done.err
    learner.predict = lambda self, documents, layer: [
        None if document.id == "d20" else self._predict(document, layer) for document in documents
    ]
    done = bench("transfer", "--train", "basil", "--test", "ptc/loaded_language", *FEW, "-f", "json")
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert json.loads(done.out)[0]["incomplete"] is True


def test_progress_is_drawn_on_a_terminal(bench, store, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    done = bench("transfer", "--train", "basil", "--test", "babe", *FEW[:-1])
    assert done.code == 0
    assert done.out.startswith("words: trained on the rows")


def test_the_help_has_an_example(bench):
    done = bench("transfer", "--help")
    assert done.code == 0
    assert "bench transfer --train basil --test ptc babe" in done.out
