"""Programs for the tests of `cmd`: scripts that are written into a folder, and how to call them."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

PRELUDE = """
import json, os, signal, sys, time

def found(question, *spans, **more):
    rows = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    return {"document": question["document"], "layer": question["layer"], "spans": rows, **more}

def say(row):
    print(row if isinstance(row, str) else json.dumps(row), flush=True)

def first_word(question):
    return found(question, (0, len(question["text"].split()[0]), "Doubt"))

def questions():
    for line in sys.stdin:
        yield json.loads(line)
"""


def python(folder: Path, body: str, name: str = "program.py") -> str:
    """Write a Python program, and return the command that runs it."""
    path = folder / name
    path.write_text(PRELUDE + body, encoding="utf-8")
    return shlex.join([sys.executable, "-I", "-S", str(path)])


def shell(folder: Path, body: str, name: str = "program.sh") -> str:
    """Write a program for sh that can be executed, and return its path."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}", encoding="utf-8")
    path.chmod(0o755)
    return shlex.quote(str(path))
