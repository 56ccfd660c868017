"""Measure how well software finds slanted wording, weak sourcing and framing in news text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.evaluation import Evaluation, evaluate

__version__ = "0.1.0"
__all__ = ["Evaluation", "__version__", "evaluate"]


def __getattr__(name: str) -> object:
    """Import what evaluates when it is first asked for: the package itself, and the command, start fast."""
    if name not in ("Evaluation", "evaluate"):
        raise AttributeError(f"module 'benchmark' has no attribute '{name}'")
    from benchmark import evaluation

    return getattr(evaluation, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
