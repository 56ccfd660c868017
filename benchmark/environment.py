"""With what a run is made: versions, the state of the checkout, the time."""

from __future__ import annotations

import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmark import __version__

OWN = "framebench"
LIBRARIES = (
    "accelerate",
    "numpy",
    "openai",
    "python-crfsuite",
    "regex",
    "rapidfuzz",
    "rensa",
    "scikit-learn",
    "scipy",
    "sentencex",
    "textblob",
    "tokenizers",
    "torch",
    "transformers",
    "vaderSentiment",
)


@dataclass(frozen=True)
class Environment:
    """With what the run was made."""

    framebench: str
    commit: str | None
    dirty: bool | None
    python: str
    platform: str
    libraries: dict[str, str]


def now() -> str:
    """Return the time in UTC to the second, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@cache
def environment(origin: str = "") -> Environment:
    """Return versions of the harness and its libraries, and the state of the checkout if it is one.

    Parameters
    ----------
    origin
        The distribution that a detector comes from, whose version is told too.
    """
    libraries = {}
    for name in (*LIBRARIES, *([origin] if origin and origin not in (OWN, *LIBRARIES) else [])):
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            continue
    commit, dirty = _checkout()
    return Environment(
        __version__, commit, dirty, platform.python_version(), platform.system().lower(), libraries
    )


def _checkout() -> tuple[str | None, bool | None]:
    """Return the commit and whether tracked files differ from it; None outside a checkout."""
    root = Path(__file__).resolve().parents[1]
    if not (root / ".git").exists():
        return None, None
    commit = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain", "--untracked-files=no")
    return commit, None if changes is None else bool(changes)


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", *arguments],  # noqa: S607 - the user's own git
            cwd=root,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
