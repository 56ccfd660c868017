"""What tokens cost: a price file that the user writes, since prices change and no shipped list stays right.

A price file is TOML, or JSON of the same shape::

    currency = "USD"
    source = "https://example.org/prices, read on 1 March"    # optional: where the prices stand

    [models."some-model-1"]         # the model's name as it is asked for
    input = 0.25                    # for a million tokens
    output = 2.0

    [models."some-model-*"]         # a name's beginning; the longest that fits counts, a full name before all
    input = 1.0
    output = 4.0

Prices are of tokens as the server counts them; discounts for cached input or batches are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

MILLION = 1_000_000
_Amount = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
_Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class _Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    input: _Amount
    output: _Amount


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    currency: _Currency
    models: dict[str, _Price]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one model's tokens.

    Parameters
    ----------
    currency
        Three letters, such as USD.
    input, output
        For a million tokens.
    """

    currency: str
    input: float
    output: float

    def of(self, input_tokens: int | None, output_tokens: int | None) -> float | None:
        """Return what an answer cost; None where the server did not count its tokens."""
        if input_tokens is None or output_tokens is None:
            return None
        return (input_tokens * self.input + output_tokens * self.output) / MILLION


def read_price(path: Path, model: str) -> Price:
    """Return the price of a model by a price file.

    Raises
    ------
    ValueError
        Where the file cannot be read, is broken, or has no price for the model.
    """
    file = _read(path)
    exact = file.models.get(model)
    fitting = [name for name in file.models if name.endswith("*") and model.startswith(name[:-1])]
    if exact is None and not fitting:
        names = ", ".join(sorted(file.models)[:20]) or "none"
        raise ValueError(f"{path}: no price for '{model}'; add [models.\"{model}\"]; known: {names}")
    price = exact if exact is not None else file.models[max(fitting, key=len)]
    return Price(file.currency, price.input, price.output)


def _read(path: Path) -> _File:
    try:
        content = path.read_bytes()
        if path.suffix == ".json":
            return msgspec.json.decode(content, type=_File)
        return msgspec.toml.decode(content, type=_File)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(
            f"{path}: no price file: {error}; see the page on language models for its form"
        ) from error
