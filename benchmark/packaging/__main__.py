"""`python -m benchmark.packaging`: make a dataset folder."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmark.errors import BenchError
from benchmark.packaging.build import TEMPLATE, package


def main(arguments: Sequence[str] | None = None) -> int:
    """Package a folder of annotated texts, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmark.packaging",
        description="Make a dataset folder of texts and annotators' files.",
        epilog="example: python -m benchmark.packaging my_articles datasets/my_articles",
    )
    parser.add_argument("source", type=Path, help="folder of texts and annotators' files")
    parser.add_argument("target", type=Path, help="folder to write")
    parser.add_argument("--template", type=Path, help=f"what to say of the dataset (SOURCE/{TEMPLATE})")
    given = parser.parse_args(arguments)
    try:
        package(given.source, given.target, given.template)
    except BenchError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
