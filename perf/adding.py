"""Measure time and peak memory of adding large tables against the budget of 1 GB.

Run it as `python perf/adding.py [--sentences N] [--articles N]` in an environment that has framebench
installed. The tables are made up of invented words, written to a temporary folder, and added by a process of
its own, whose peak memory is what the system says of it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from tabulate import tabulate

MOST_MEGABYTES = 1000
SYLLABLES = ("ba", "den", "ki", "lor", "mu", "ne", "pri", "sta", "to", "ver", "wi", "zan")
ADD = """
import json, resource, sys, time
from pathlib import Path
from benchmark.corpora.table import Columns, Shape
from benchmark.store.adding import add_table
began = time.perf_counter()
columns = Columns("text", "label", "id", "outlet")
add_table("large", Path(sys.argv[1]), columns, Shape(unit=sys.argv[2]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([time.perf_counter() - began, peak]))
"""


def vocabulary(dice: random.Random) -> list[str]:
    """Return invented words, some of them with a capital, a comma or a full stop."""
    words = ["".join(dice.choices(SYLLABLES, k=dice.randint(1, 4))) for _ in range(5000)]
    return [dice.choice((word, word, word, word.title(), f"{word},", f"{word}.")) for word in words]


def make(path: Path, rows: int, characters: int) -> None:
    """Write a table of texts of about so many characters, drawn anew for every row."""
    dice = random.Random(0)
    words = vocabulary(dice)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "text", "label", "outlet"))
        for row in range(rows):
            text = " ".join(dice.choices(words, k=characters // 7))
            writer.writerow((f"row-{row}", text, dice.choice(("biased", "fair")), f"outlet-{row % 100}"))


def measure(rows: int, characters: int, unit: str) -> tuple[float, float]:
    """Return the seconds and the megabytes at the peak that adding a table takes."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "large.csv")
        make(table, rows, characters)
        environment = os.environ | {"FRAMEBENCH_DATA": str(Path(folder, "store"))}
        command = [sys.executable, "-c", ADD, str(table), unit]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


def main() -> None:
    """Print the table of budgets."""
    parser = argparse.ArgumentParser(description="Measure time and memory of adding large tables.")
    parser.add_argument("--sentences", type=int, default=1_000_000, help="rows of 140 characters")
    parser.add_argument("--articles", type=int, default=200_000, help="rows of 5,000 characters")
    given = parser.parse_args()
    rows = []
    for count, characters, unit in ((given.sentences, 140, "sentence"), (given.articles, 5000, "document")):
        if count:
            seconds, peak = measure(count, characters, unit)
            rows.append((f"{count:,} {unit}s", f"{seconds:.0f} s", f"{peak:.0f} MB", f"{MOST_MEGABYTES} MB"))
    print(tabulate(rows, headers=("table", "time", "peak memory", "at most"), disable_numparse=True))


if __name__ == "__main__":
    main()
