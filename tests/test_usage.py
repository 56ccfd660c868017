"""What a run took of a language model, counted by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from usage_cases import ACCOUNT, ANSWERS, finding

from benchmark import data
from benchmark.answers import Account, Stop
from benchmark.detectors import DETECTORS
from benchmark.errors import BenchError
from benchmark.model import Prediction
from benchmark.results import ANSWERS as FILE
from benchmark.results import LOG, load_answers, load_record, save
from benchmark.run import Evaluator, Settings
from benchmark.spec import Spec
from benchmark.tasks import task_of
from benchmark.usage import Spread, usage_of
from benchmark.verification import Verifier


def test_answers_are_counted():
    usage = usage_of(ACCOUNT, {})
    assert (usage.requests, usage.cached) == (5, 1)
    assert (usage.invalid, usage.refused, usage.failed) == (1, 1, 1)
    assert (usage.quotations, usage.unplaced, usage.fuzzy, usage.normalised) == (4, 1, 1, 1)
    assert (usage.input_tokens, usage.output_tokens) == (200, 20)
    assert usage.cost == 1.0
    assert usage.seconds == 5.0
    assert usage.models == ("m-1", "m-2")
    assert usage.share_unplaced == 0.25
    assert usage.share(usage.invalid) == 0.2
    assert (usage.units, usage.unanswered, usage.share_unanswered) == (4, 3, 0.75)
    assert usage_of(Account(ANSWERS[:2]), {}).share_unanswered is None
    assert (usage.family, usage.currency, usage.facts) == ("m", "USD", {"prompt": "technique 1"})
    assert usage.samples == 1


def test_a_refusal_that_came_as_an_error_was_never_counted():
    filtered = replace(ANSWERS[2], request="9" * 64, input_tokens=None, output_tokens=None, cost=None)
    usage = usage_of(Account((*ANSWERS, filtered)), {})
    assert (usage.refused, usage.input_tokens, usage.cost) == (2, 200, 1.0)


def test_a_run_of_kept_answers_has_no_speed(run):
    assert run.record.characters_per_second > 0
    kept = replace(run.record, usage=replace(run.record.usage, cached=1))
    assert kept.characters_per_second is None


def test_a_request_that_two_documents_share_is_counted_once():
    twice = usage_of(Account((*ANSWERS, replace(ANSWERS[0], document="e", cached=True))), {})
    assert (twice.requests, twice.input_tokens, twice.cost, twice.seconds) == (6, 200, 1.0, 5.0)


def test_what_one_answer_does_not_say_is_not_known_of_all():
    unknown = replace(ANSWERS[0], output_tokens=None, cost=None)
    usage = usage_of(Account((unknown, ANSWERS[1])), {})
    assert (usage.input_tokens, usage.output_tokens, usage.cost) == (150, None, None)
    nothing = usage_of(Account((ANSWERS[3],)), {})
    assert (nothing.input_tokens, nothing.cost, nothing.share_unplaced) == (None, None, None)
    assert usage_of(Account(log="words"), {}) is None
    assert replace(nothing, requests=0).share(0) is None


@pytest.mark.parametrize(
    ("values", "spread"),
    [
        ([0.25, 0.75], Spread(0.5, 0.25, 0.75)),
        ([], Spread(None, None, None)),
        ([0.5, float("nan")], Spread(None, None, None)),
    ],
)
def test_a_spread_is_mean_lowest_and_highest(values, spread):
    assert Spread.of(values) == spread


@dataclass
class Asked:
    """Finds the first word of each document in one sample, and nothing in the other."""

    name: ClassVar[str] = "asked"
    layers: ClassVar[frozenset[str]] = frozenset({"technique"})

    def predict(self, documents, layer):
        return [finding(layer, document.id, tuple(document.tokens[0].tolist())) for document in documents]

    def account(self, documents, layer):
        samples = (tuple(self.predict(documents, layer)), tuple(Prediction(d.id, layer) for d in documents))
        answers = tuple(replace(ANSWERS[0], document=d.id, sample=s) for d in documents for s in (0, 1))
        return Account(answers, samples, "warning: \ud800 slow\n", "m", "USD")


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setitem(DETECTORS._loaded, "asked", Asked)
    dataset = data.load("fictional_news")
    settings = Settings(resamples=100, metrics=("ptc_si", "exact"))
    return Evaluator(dataset, settings).run(task_of(dataset, "loaded_language"), Spec("asked"))


def test_samples_are_scored_each_by_itself(run):
    usage, metrics = run.record.usage, run.record.metrics
    assert usage.samples == 2
    assert set(usage.spread) == {"ptc_si", "exact"}
    whole = metrics["exact"].scores["f1"].value
    assert usage.spread["exact"]["f1"] == Spread(whole / 2, 0.0, whole)
    assert usage.spread["exact"]["recall"].low == 0.0
    assert not [name for scores in usage.spread.values() for name in scores if ":" in name]


def test_answers_and_log_are_kept_and_held_to_their_digest(run, tmp_path):
    folder = save(run, tmp_path)
    assert load_answers(folder) == run.answers
    assert len(run.answers) == 56
    assert (folder / LOG).read_text() == "warning: \\ud800 slow\n"
    assert load_record(folder).usage.answers_sha256 is not None
    monkey = Verifier()
    assert monkey.verify(folder).differences == ()
    (folder / FILE).write_bytes((folder / FILE).read_bytes().replace(b"mocks", b"means"))
    assert [d.what for d in monkey.verify(folder).differences] == ["SHA-256 of answers.jsonl"]
    (folder / FILE).unlink()
    assert load_answers(folder) == ()
    assert [d.what for d in monkey.verify(folder).differences] == ["SHA-256 of answers.jsonl"]


def test_a_detector_that_can_predict_nothing_at_all_ends_the_command(monkeypatch):
    class Stopping(Asked):
        def predict(self, documents, layer):
            raise Stop("no server at\nhttp://127.0.0.1:1")

    monkeypatch.setitem(DETECTORS._loaded, "asked", Stopping)
    dataset = data.load("turkey_drones")
    with pytest.raises(BenchError, match=r"detector 'asked': no server at\\nhttp://127.0.0.1:1") as told:
        Evaluator(dataset, Settings(resamples=100)).run(task_of(dataset, "technique"), Spec("asked"))
    assert told.value.exit_code == 1


def test_an_exception_in_the_place_of_a_prediction_costs_its_document(monkeypatch):
    class Failing(Asked):
        def predict(self, documents, layer):
            found = super().predict(documents, layer)
            return [TimeoutError("too slow"), *found[1:]]

        def account(self, documents, layer):
            return Account()

    monkeypatch.setitem(DETECTORS._loaded, "asked", Failing)
    dataset = data.load("fictional_news")
    run = Evaluator(dataset, Settings(resamples=100)).run(task_of(dataset, "technique"), Spec("asked"))
    (failure,) = run.record.failures
    assert (failure.document, failure.error) == (dataset.documents[0].id, "TimeoutError: too slow")
    assert len(run.predictions[1].spans) == 1
