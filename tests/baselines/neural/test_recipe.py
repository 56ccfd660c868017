"""Numbers of a training that make sense."""

from __future__ import annotations

from dataclasses import replace

import pytest

from baselines.neural.recipe import Recipe

GOOD = Recipe(1, 1e-5, None, 0.0, 0.0, 0.0, 1, None, None, "auto", 0)


def test_the_least_that_is_allowed_is_allowed():
    assert replace(GOOD, window=1, stride=0, batch=1, warmup=0.99, held_out=0.99, seed=2**32 - 1).epochs == 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("epochs", 0, "epochs 0: must be at least 1"),
        ("patience", 0, "patience 0: must be at least 1"),
        ("batch", 0, "batch 0: must be at least 1"),
        ("window", 0, "window 0: must be at least 1"),
        ("stride", -1, "stride -1: must be at least 0"),
        ("weight_decay", -0.1, "weight_decay -0.1: must be at least 0"),
        ("weight_decay", float("nan"), "weight_decay nan"),
        ("learning_rate", 0.0, "learning_rate 0.0: must be above 0 and below 1"),
        ("learning_rate", 1.0, "learning_rate 1.0"),
        ("learning_rate", float("nan"), "learning_rate nan"),
        ("warmup", 1.0, "warmup 1.0: must be a share"),
        ("held_out", -0.1, "held_out -0.1: must be a share"),
        ("seed", -1, "seed -1: must be between"),
        ("seed", 2**32, "must be between 0 and 2³² − 1"),
    ],
)
def test_what_makes_no_sense_is_refused(name, value, message):
    with pytest.raises(ValueError, match=message):
        replace(GOOD, **{name: value})
