"""Conditional random fields: marginals against enumeration and against CRFsuite's own tagger."""

from __future__ import annotations

import importlib
import subprocess
import sys
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from baselines.spans import chain_tokens, crfsuite
from baselines.spans.chain_tokens import ChainLearner, cut, marginals
from baselines.spans.crfsuite import Job, Settings, train

pycrfsuite = pytest.importorskip("pycrfsuite")


def silent(what: str) -> None:
    assert what.startswith("crf: model")


@given(st.integers(1, 6), st.integers(2, 3), st.integers(0, 999), st.data())
def test_marginals_are_those_of_all_sequences(
    count: int, states: int, seed: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    evidence, transitions = rng.normal(0, 2, (count, states)), rng.normal(0, 2, (states, states))
    starts = np.array([True, *data.draw(st.lists(st.booleans(), min_size=count - 1, max_size=count - 1))])
    expected = np.zeros((count, states))
    for path in product(range(states), repeat=count):
        score = sum(evidence[at, state] for at, state in enumerate(path))
        score += sum(transitions[path[at - 1], path[at]] for at in range(1, count) if not starts[at])
        expected[range(count), path] += np.exp(score)
    expected /= expected.sum(axis=1, keepdims=True)
    assert marginals(evidence, transitions, starts) == pytest.approx(expected)


def test_marginals_bear_large_weights_and_no_tokens() -> None:
    evidence = np.array([[900.0, -900.0], [-900.0, 900.0]])
    found = marginals(evidence, np.zeros((2, 2)), np.array([True, False]))
    assert found == pytest.approx(np.eye(2))
    assert marginals(np.zeros((0, 2)), np.zeros((2, 2)), np.zeros(0, dtype=np.bool_)).shape == (0, 2)


def test_long_sentences_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain_tokens, "LONGEST", 2)
    starts = np.array([True, False, False, False, False, True, False, False])
    assert np.flatnonzero(cut(starts)).tolist() == [0, 2, 4, 5, 7]
    assert cut(np.zeros(0, dtype=np.bool_)).shape == (0,)


def job(seed: int = 0) -> Job:
    """Tokens of ten words, of which words 3 and 4 are marked, mostly after one another."""
    rng = np.random.default_rng(seed)
    words = rng.integers(0, 10, 400)
    states = np.isin(words, (3, 4)).astype(np.int64)
    states[1:] |= (states[:-1] == 1) & (rng.random(399) < 0.5)
    ids = np.stack([words, np.roll(words, 1) + 10], axis=1).astype(np.int32)
    return Job(ids, np.arange(20, dtype=np.int32), states, np.arange(400) % 8 == 0, 2)


def test_a_field_is_that_of_crfsuite(tmp_path: Path) -> None:
    one = job()
    ((weights, transitions),) = train([lambda: one], Settings(), silent)
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    own = Settings()
    trainer.set_params({"c1": own.c1, "c2": own.c2, "max_iterations": own.iterations})
    trainer.set_params({"feature.possible_transitions": True})
    rows = [[str(number) for number in row] for row in one.ids.tolist()]
    for begin in range(0, 400, 8):
        trainer.append(rows[begin : begin + 8], [str(s) for s in one.states[begin : begin + 8].tolist()])
    trainer.train(str(tmp_path / "model"))
    tagger = pycrfsuite.Tagger()
    tagger.open(str(tmp_path / "model"))
    tagger.set(rows[8:16])
    expected = [[tagger.marginal("0", at), tagger.marginal("1", at)] for at in range(8)]
    evidence = weights[one.ids[8:16]].sum(axis=1)
    assert marginals(evidence, transitions, np.arange(8) == 0) == pytest.approx(np.array(expected), abs=1e-4)


def test_another_process_learns_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [partial(job, 0), partial(job, 1)]
    here = train(jobs, Settings(iterations=5), silent)
    monkeypatch.setattr(crfsuite, "LARGE", 1)
    ran = []
    run = subprocess.run

    def watched(*args: object, **kwargs: object) -> object:
        ran.append(args)
        return run(*args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", watched)
    monkeypatch.setattr(crfsuite, "_train", None)
    there = train(jobs, Settings(iterations=5), silent)
    assert len(ran) == 2
    for (weights, transitions), (same, alike) in zip(here, there, strict=True):
        assert np.array_equal(weights, same)
        assert np.array_equal(transitions, alike)


def test_without_processes_it_learns_here(monkeypatch: pytest.MonkeyPatch) -> None:
    here = train([partial(job, 0), partial(job, 1)], Settings(iterations=5), silent)
    monkeypatch.setattr(crfsuite, "LARGE", 1)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    again = train([partial(job, 0), partial(job, 1)], Settings(iterations=5), silent)
    assert np.array_equal(here[1][0], again[1][0])


def test_a_job_goes_through_files(tmp_path: Path) -> None:
    one = job()
    np.savez(
        tmp_path / "job.npz",
        ids=one.ids,
        known=one.known,
        states=one.states,
        starts=one.starts,
        count=2,
        settings=(1.0, 0.3, 4),
    )
    crfsuite.main(str(tmp_path / "job.npz"), str(tmp_path / "field.npz"))
    ((weights, _),) = train([lambda: one], Settings(1.0, 0.3, 4), silent)
    with np.load(tmp_path / "field.npz") as field:
        assert np.array_equal(field["weights"], weights)


def test_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycrfsuite", None)
    with pytest.raises(ValueError, match=r"pip install 'framebench\[crf\]'"):
        train([job], Settings(), silent)
    assert importlib.import_module("baselines.crf")


@pytest.mark.parametrize("name", ["weights", "transitions", "values"])
def test_refuses_arrays_that_do_not_fit(name: str) -> None:
    arrays: dict[str, NDArray[Any]] = {
        "known": np.array([1, 2], dtype=np.int32),
        "weights": np.zeros((2, 3)),
        "transitions": np.zeros((3, 3)),
        "values": np.ones(3),
    }
    assert ChainLearner().restore(arrays).arrays().keys() == arrays.keys()
    arrays[name] = arrays[name][:1]
    with pytest.raises(ValueError, match="do not fit each other"):
        ChainLearner().restore(arrays)
