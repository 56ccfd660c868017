from __future__ import annotations

import subprocess
import sys

import pytest

from benchmark import plots
from benchmark.errors import UsageError
from benchmark.plots.files import encoded
from tests.plot_cases import HOSTILE, record

BEGINS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


@pytest.mark.parametrize("kind", BEGINS)
def test_each_format_has_the_same_bytes_each_time(kind, tmp_path):
    files = [tmp_path / f"{place}.{kind.upper() if place else kind}" for place in range(2)]
    for file in files:
        plots.save(plots.forest_of([record(name) for name in HOSTILE]), file)
    first, second = (file.read_bytes() for file in files)
    assert first.startswith(BEGINS[kind])
    assert first == second
    assert b"2025" not in first.replace(b"2025-01-01", b"")  # no date of making


def test_a_file_is_named_by_what_it_shows_and_has_a_white_ground():
    svg = encoded(plots.forest_of([record()]), "svg").decode()
    assert "<title>Forest plot of ptc_flc F1: news 1.0.0 (28 articles)" in svg
    assert "#ffffff" in svg
    assert ">lexicon<" in svg


@pytest.mark.parametrize("name", ["plot", "plot.jpg", ".svg", "plot.svg.gz"])
def test_another_suffix_is_refused(name, tmp_path):
    with pytest.raises(UsageError, match=r"ends in \.svg, \.png or \.pdf"):
        plots.save(plots.forest_of([record()]), tmp_path / name)


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        plots.save(plots.forest_of([record()]), tmp_path / "taken" / "plot.svg")


LACKING = """
import sys
sys.modules["matplotlib"] = None
try:
    from benchmark.plots import forest
except Exception as error:
    print(type(error).__name__, error)
"""


def test_without_matplotlib_one_line_says_how_to_install_it():
    done = subprocess.run([sys.executable, "-c", LACKING], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("UsageError plots: ")
    assert done.stdout.endswith("pip install 'framebench[report]'\n")
    assert done.stdout.count("\n") == 1


def test_pyplot_is_never_imported():
    code = "import sys; from benchmark import plots; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
