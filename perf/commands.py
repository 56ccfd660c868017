"""Time whole commands, each in a process of its own, against their budgets.

Run it as `python perf/commands.py [--runs N]` in an environment that has framebench installed. The start of
`bench --help` is a ratio to importing Typer, measured in turn; the others are seconds, so they mean
something on a quiet machine only.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time

from tabulate import tabulate

BENCH = [sys.executable, "-c", "from benchmark.cli import main; main()"]
TYPER = [sys.executable, "-c", "import typer"]


def seconds(command: list[str], folder: str) -> float:
    """Return the wall-clock time of one run of a command."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - began


def measure(runs: int) -> list[tuple[str, str, str]]:
    """Return a row a budget: what, the median measured, the most allowed."""
    with tempfile.TemporaryDirectory() as folder:
        pairs = [(seconds([*BENCH, "--help"], folder), seconds(TYPER, folder)) for _ in range(3 * runs)]
        everything = [seconds([*BENCH, "evaluate", "-q"], folder) for _ in range(runs)]
        article = [seconds([*BENCH, "evaluate", "turkey_drones", "-q"], folder) for _ in range(runs)]
    ratio = statistics.median(own / typer for own, typer in pairs)
    return [
        ("bench --help ÷ import typer", f"{ratio:.2f}", "3"),
        ("bench evaluate", f"{statistics.median(everything):.2f} s", "8 s"),
        ("bench evaluate turkey_drones", f"{statistics.median(article):.2f} s", "4 s"),
    ]


def main() -> None:
    """Print the table of budgets."""
    parser = argparse.ArgumentParser(description="Time whole commands against their budgets.")
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (default 5)")
    rows = measure(parser.parse_args().runs)
    print(tabulate(rows, headers=("command", "median", "at most"), disable_numparse=True))


if __name__ == "__main__":
    main()
