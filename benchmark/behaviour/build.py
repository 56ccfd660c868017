"""Make the dataset `behaviour` from its templates: `python -m benchmark.behaviour.build [FOLDER]`.

The same sources and the same version give the same files, byte for byte.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmark.behaviour.cases import Case, written
from benchmark.behaviour.generate import generate
from benchmark.behaviour.grammar import problems
from benchmark.behaviour.stored import NAME
from benchmark.behaviour.templates import Sources, read_sources
from benchmark.data import packaged_root
from benchmark.errors import BenchError, DataError, Fault
from benchmark.fileio import atomic_write, read_bytes, sha256
from benchmark.manifest import MANIFEST

VERSION = "1.0.0"
SEED = 0
SOURCE = "source"
CARDS = ("LICENSE", "README.md")
ABOUT: dict[str, object] = {
    "schema": 1,
    "name": NAME,
    "version": VERSION,
    "title": "Behavioural tests for detectors of slanted wording and weak sourcing",
    "description": (
        "Invented English news sentences and short reports, most of them in pairs that differ in one thing: "
        "a source, a quotation, the typography; and words that charge beside the same words used literally."
    ),
    "language": "en",
    "licence": {"cases": "CC-BY-4.0", "text": "CC-BY-4.0"},
    "citation": f"The framebench developers: {NAME}, version {VERSION}, a dataset of framebench.",
    "provenance": {
        "text": (
            "Templates and word lists written by a large language model for this purpose; events and persons "
            "are invented. Countries, people, days and numbers are drawn by seed."
        ),
        "labels": "By construction: each template is written so that what must hold is known.",
    },
}
"""What the manifest says that does not depend on the files."""


def build(folder: Path, seed: int = SEED) -> dict[str, bytes]:
    """Return the files that are made from the sources of a folder: a JSONL file a suite, and the manifest.

    Parameters
    ----------
    folder
        The dataset's folder, with `source`, LICENSE and README.md in it.
    seed
        Which countries, people, days and numbers are drawn.

    Returns
    -------
    dict
        Contents by the file's name.

    Raises
    ------
    UsageError
        Where a file cannot be read.
    DataError
        Where a source is broken, or a text made of it breaks a rule of grammar.
    """
    source = folder / SOURCE
    sources = read_sources(source)
    try:
        suites = generate(sources, seed)
    except ValueError as error:
        raise DataError([Fault(source, None, str(error))]) from error
    if faults := [fault for cases in suites.values() for case in cases for fault in _faults(source, case)]:
        raise DataError(faults)
    made = {f"{suite}.jsonl": written(cases) for suite, cases in suites.items()}
    given = [*CARDS, *(f"{SOURCE}/{path.name}" for path in source.glob("*.toml"))]
    files = {**made, **{name: read_bytes(folder / name) for name in given}}
    return {**made, MANIFEST: _manifest(sources, seed, suites, files)}


def _faults(source: Path, case: Case) -> list[Fault]:
    texts = [case.text] if case.twin is None else [case.text, case.twin]
    return [
        Fault(source, None, f"case '{case.id}' has {problem}") for text in texts for problem in problems(text)
    ]


def _manifest(
    sources: Sources, seed: int, suites: Mapping[str, Sequence[Case]], files: Mapping[str, bytes]
) -> bytes:
    """Return the manifest: what the dataset is, how much it holds, and the checksum of every other file."""
    counts = {
        "templates": sources.templates,
        "topics": list(sources.topics),
        "countries": len(sources.countries),
        "words": len(sources.words),
        "cases": {name: len(cases) for name, cases in suites.items()},
    }
    content = {
        **ABOUT,
        "seed": seed,
        "counts": counts,
        "files": {name: sha256(content) for name, content in sorted(files.items())},
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files of the dataset into its folder.

    Parameters
    ----------
    arguments
        The folder; without it the one that is shipped. None for those of the command line.

    Returns
    -------
    int
        The exit code.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) > 1 or any(name.startswith("-") for name in given):
        sys.stderr.write("usage: python -m benchmark.behaviour.build [FOLDER]\n")
        return 2
    folder = Path(given[0]) if given else packaged_root() / NAME
    try:
        for name, content in build(folder).items():
            atomic_write(folder / name, content)
    except BenchError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
