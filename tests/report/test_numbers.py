"""Numbers as tables show them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.record import Range, Score
from benchmark.report.numbers import decimal, percent, speed, title_of, with_interval, with_range


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, ".00"),
        (-0.0, ".00"),
        (0.314, ".31"),
        (0.996, "1.0"),
        (1.0, "1.0"),
        (-0.05, "-.05"),
        (-0.004, ".00"),
        (-0.996, "-1.0"),
        (-1.0, "-1.0"),
        (10.5, "10.50"),
        (20.0, "20.00"),
    ],
)
def test_a_score_has_two_decimals_and_no_leading_zero(value, text):
    assert decimal(value) == text


@settings(deadline=None)
@given(st.floats(-1, 1))
def test_a_decimal_is_near_its_value(value):
    text = decimal(value)
    assert re.fullmatch(r"-?(\.\d\d|1\.0)", text)
    assert abs(float(text) - value) <= 0.005 + 1e-12


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (Score(0.31, 0.22, 0.4), ".31 .22–.40"),
        (Score(-0.05, -0.1, 0.02), "-.05 -.10–.02"),
        (Score(0.31), ".31"),
        (Score(0.31, 0.2), ".31"),
        (Score(0.31, None, 0.2), ".31"),
        (Score(None), "–"),
    ],
)
def test_a_score_stands_with_its_interval(score, text):
    assert with_interval(score) == text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (None, ""),
        (Range(0.5, 0.4, 1.0), ".50 .40–1.0"),
        (Range(None, None, None), "–"),
        (Range(0.5, 0.4, None), ".50"),
        (Range(0.5, None, 0.6), ".50"),
    ],
)
def test_a_mean_stands_with_its_range(values, text):
    assert with_range(values) == text


@pytest.mark.parametrize(
    ("share", "text"), [(None, "–"), (0.0, "0"), (0.454, "45"), (1.2, "120"), (-0.1, "-10"), (0.999, "100")]
)
def test_a_share_is_a_whole_percentage(share, text):
    assert percent(share) == text


def test_a_share_just_below_nothing_has_no_sign():
    assert percent(-0.001) == "0"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0.0, "0"),
        (85.0, "85"),
        (1000.0, "1.0k"),
        (1234.0, "1.2k"),
        (12_300.0, "12k"),
        (340_000.0, "340k"),
        (1_230_000.0, "1.2M"),
        (2e9, "2.0G"),
        (15e9, "15G"),
    ],
)
def test_a_speed_is_short(value, text):
    assert speed(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(999.6, "1.0k"), (9_960.0, "10k"), (999_999.0, "1.0M"), (999_600_000.0, "1.0G")]
)
def test_a_speed_that_is_rounded_up_takes_the_next_unit(value, text):
    assert speed(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(345_678.0, "346k"), (123.0, "123"), (987e6, "987M"), (9_940.0, "9.9k"), (998.6, "999"), (12.3, "12")],
)
def test_a_speed_has_two_or_three_digits(value, text):
    assert speed(value) == text


@settings(deadline=None)
@given(st.floats(1, 9e11))
def test_a_speed_is_near_its_value(value):
    digits, unit = re.fullmatch(r"(\d{1,3}|\d\.\d)([kMG]?)", speed(value)).groups()
    shown = float(digits) * {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}[unit]
    assert abs(shown - value) <= (0.5 if unit == "" else 0.05 * value)


@pytest.mark.parametrize(
    ("metric", "score", "title"),
    [
        ("ptc_flc", "f1", "ptc_flc F1"),
        ("overlap:threshold=0.3", "precision", "overlap:threshold=0.3 P"),
        ("exact", "recall:Doubt", "exact R Doubt"),
        ("classification", "mcc", "MCC"),
        ("classification", "macro_f1", "macro-F1"),
        ("classification", "accuracy", "accuracy"),
        ("classification", "f1:loaded", "F1 loaded"),
        ("multilabel", "f1", "micro-F1"),
        ("multilabel", "precision", "micro-P"),
        ("multilabel", "recall", "micro-R"),
        ("multilabel", "macro_f1", "macro-F1"),
        ("token", "other", "token other"),
    ],
)
def test_a_score_has_a_title(metric, score, title):
    assert title_of(metric, score) == title


def test_a_score_of_one_label_is_no_micro_average():
    assert title_of("multilabel", "f1:Political") == "F1 Political"
    assert title_of("multilabel", "precision:Political") == "P Political"
    assert title_of("multilabel", "recall:Name:Calling") == "R Name:Calling"
