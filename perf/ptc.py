"""How fast PTC's span identification is scored, reading included: `python perf/ptc.py`.

The files are made here: as many articles and spans as the training set of the Propaganda Techniques Corpus
has, forty times over. In one run: the whole, and how the time grows with the spans of one article.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmark.ptc_files import read_rows, score_rows

ARTICLES, SPANS, COPIES = 371, 5468, 40
BUDGET = 1.5
"""Seconds for the whole; the official scorer takes about 61 for as many articles."""


def label_file(path: Path, articles: int, spans: int, rng: np.random.Generator) -> Path:
    """Write spans of about sixty characters at random places of articles of 5,600 characters."""
    article = rng.integers(articles, size=spans)
    start = rng.integers(5600, size=spans)
    end = start + 1 + rng.geometric(1 / 60, spans)
    rows = zip(article.tolist(), start.tolist(), end.tolist(), strict=True)
    path.write_text("".join(f"{name}\t{first}\t{last}\n" for name, first, last in rows), encoding="utf-8")
    return path


def seconds(gold: Path, predicted: Path) -> float:
    """Return the time of reading both files and scoring one against the other."""
    began = time.perf_counter()
    score_rows(read_rows(gold), read_rows(predicted), by_technique=False)
    return time.perf_counter() - began


def main() -> None:
    """Print the time of the whole beside its budget, then how it grows with the spans of one article."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="the fastest of so many runs counts")
    runs = parser.parse_args().runs
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        sides = [
            label_file(Path(folder, name), ARTICLES * COPIES, SPANS * COPIES, rng)
            for name in ("gold.labels", "predicted.labels")
        ]
        whole = min(seconds(*sides) for _ in range(runs))
        verdict = "yes" if whole <= BUDGET else "NO"
        print(
            f"{ARTICLES * COPIES:,} articles, {SPANS * COPIES:,} gold spans: "
            f"{whole:.2f} s ({BUDGET} s: {verdict})"
        )
        few = None
        for spans in (20_000, 40_000, 80_000, 160_000):
            one = [label_file(Path(folder, f"one{side}.labels"), 1, spans, rng) for side in range(2)]
            taken = min(seconds(*one) for _ in range(runs))
            few = few or taken / spans
            print(
                f"{spans:,} spans in one article: {taken:.3f} s, "
                f"{taken / spans / few:.2f} of the first per span"
            )


if __name__ == "__main__":
    main()
