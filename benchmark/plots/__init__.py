"""Plots of runs, for the page and for papers, with matplotlib: the extra "report"."""

from importlib import import_module

from benchmark.errors import UsageError

try:
    import_module("matplotlib")  # first of all, so that its lack is told in one line
except ImportError as error:
    raise UsageError(
        f"plots: {error}; install what they need with: pip install 'framebench[report]'"
    ) from error

from benchmark.plots.agreement import agreement
from benchmark.plots.bars import labels, slices
from benchmark.plots.curves import precision_recall, reliability
from benchmark.plots.errors import errors
from benchmark.plots.files import save
from benchmark.plots.forest import forest, forest_of
from benchmark.plots.svg import svg_inline

__all__ = [
    "agreement",
    "errors",
    "forest",
    "forest_of",
    "labels",
    "precision_recall",
    "reliability",
    "save",
    "slices",
    "svg_inline",
]
