"""Runs that may be compared, and those that are refused with what they differ in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.errors import UsageError
from benchmark.likeness import differences, kind_of, refuse_unlike
from benchmark.record import MetricRecord
from tests.comparison_cases import record, signed

ONE = record("one")
CHANGES = {
    "n:20": ("n:19", "the number of documents: 20 and 19"),
    "@1.0.0+": (
        "@1.1.0+",
        "the dataset, its version, its content or the split: made_up@1.0.0+000000000000 and ",
    ),
    "+000000000000": ("+000000000001", "the dataset, its version, its content or the split"),
    "|gold": ("/test|gold", "made_up@1.0.0+000000000000/test"),
    "people(1)": ("model(3)", "who made the gold: people(1) and model(3)"),
    "task:technique": ("task:other", "the task: technique and other"),
    "document(20)": ("topic(5)", "what is resampled: document(20) and topic(5)"),
    "tok:1": ("tok:2", "the rules that find tokens and sentences: 1 and 2"),
    "v:0.1.0": ("v:0.2.0", "the version of framebench: 0.1.0 and 0.2.0"),
}
OF_METRIC = {
    "ptc_si()": ("ptc_si(threshold=0.3)", "the metric or its parameters: ptc_si() and ptc_si(threshold=0.3)"),
    "zero:0": ("zero:nan", "what a ratio with an empty denominator is: 0 and nan"),
}


@pytest.mark.parametrize("old", CHANGES)
@pytest.mark.parametrize("anew", [False, True])
def test_runs_on_other_data_are_refused_whatever_is_compared(old, anew):
    new, told = CHANGES[old]
    other = signed(record("two"), old, new)
    with pytest.raises(UsageError) as error:
        refuse_unlike([ONE, ONE, other], None if anew else ["ptc_si"] * 3)
    message = str(error.value)
    assert message.startswith("one and two cannot be compared: they differ in ")
    assert told in message
    assert message.endswith("Make one of them again as the other was made")


@pytest.mark.parametrize("old", OF_METRIC)
def test_other_parameters_of_the_metric_are_refused_unless_it_is_made_anew(old):
    new, told = OF_METRIC[old]
    other = signed(record("two"), old, new)
    with pytest.raises(UsageError) as error:
        refuse_unlike([ONE, other], ["ptc_si", "ptc_si"])
    assert told in str(error.value)
    assert "Name a metric with --metric" in str(error.value)
    refuse_unlike([ONE, other])


def test_all_that_differs_is_named():
    other = signed(signed(record("two"), "n:20", "n:9"), "v:0.1.0", "v:9")
    with pytest.raises(
        UsageError, match="number of documents: 20 and 9; in the version of framebench: 0.1.0 and 9"
    ):
        refuse_unlike([ONE, other], ["ptc_si", "ptc_si"])


def test_a_field_that_only_one_has_is_named():
    other = signed(record("two"), "|n:", "|labels:mapped|n:")
    with pytest.raises(UsageError, match="labels: none and mapped"):
        refuse_unlike([ONE, other])
    with pytest.raises(UsageError, match="labels: mapped and none"):
        refuse_unlike([other, ONE])


@pytest.mark.parametrize("more", ["train:cv5,seed=0", "thresholds:loo", "contaminated:3", "protocol:own"])
def test_how_a_detector_came_to_be_may_differ(more):
    other = signed(record("two"), "|v:", f"|{more}|v:")
    assert differences(ONE.metrics["ptc_si"].signature, other.metrics["ptc_si"].signature) == []
    refuse_unlike([ONE, other], ["ptc_si", "ptc_si"])
    assert kind_of(ONE) == kind_of(other)


def test_resamples_may_differ():
    refuse_unlike([ONE, signed(record("two"), "B=10000,seed=0", "B=100,seed=7")], ["ptc_si", "ptc_si"])


def test_other_labels_or_support_are_refused():
    for labels in ({"A": 41}, {"B": 40}):
        other = replace(record("two"), labels=labels)
        with pytest.raises(
            UsageError, match="the labels that are scored, or the number of gold marks"
        ) as error:
            refuse_unlike([ONE, other], ["ptc_si", "ptc_si"])
        assert str(error.value).endswith("Make one of them again as the other was made")
        assert kind_of(ONE) != kind_of(other)


def test_runs_of_one_title_are_named_with_their_folders():
    other = signed(ONE, "n:20", "n:9")
    with pytest.raises(UsageError) as error:
        refuse_unlike([ONE, other])
    assert f"one ({ONE.folder.name}) and one ({other.folder.name}) cannot" in str(error.value)


def test_a_signature_can_write_nothing_to_the_terminal():
    other = signed(record("two"), "people(1)", "\x1b[2Jpeople")
    with pytest.raises(UsageError) as error:
        refuse_unlike([ONE, other])
    assert "\x1b" not in str(error.value)


def test_runs_of_one_kind_have_data_metric_and_headline_in_common():
    assert kind_of(ONE) == kind_of(record("two"))
    assert kind_of(ONE) != kind_of(record("two", metric="exact"))
    assert kind_of(ONE) != kind_of(replace(ONE, headline=("ptc_si", "recall")))
    assert kind_of(ONE) != kind_of(signed(ONE, "n:20", "n:9"))
    # A run without its headline's statistics is of the kind of the metric that it has.
    lacking = replace(ONE, metrics={"exact": MetricRecord(ONE.metrics["ptc_si"].signature, {})})
    assert kind_of(lacking) == kind_of(ONE)
