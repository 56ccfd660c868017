"""What is drawn on a terminal while runs are made."""

from __future__ import annotations

import io
import re

import pytest

from benchmark.cli.common import doing, progress

LONG = (
    "fictional_news/technique: llm:a-model,base_url=http://127.0.0.1:9101/v1,samples=3,temperature=1,"
    "shots=2,prices=prices.toml,max_seconds=20"
)
DETAIL = "12 of 28 answers, 0.42 USD"


class Terminal(io.StringIO):
    """A standard error that is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def drawn(monkeypatch):
    """Return what the last line on a terminal of 100 columns says after some steps."""

    def last_line(total, *steps):
        terminal = Terminal()
        # Not before the test itself runs, since pytest puts its own in place for each phase of a test.
        monkeypatch.setattr("sys.stderr", terminal)
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setenv("TERM", "xterm")
        with progress(total, quiet=False) as step:
            for own in steps:
                step(*own)
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
        return [line for line in re.split(r"[\r\n]+", plain) if line.strip()][-1]

    return last_line


def test_bar_count_and_detail_fit_beside_a_long_name(drawn):
    last = drawn(28, (LONG,), (LONG, DETAIL))
    assert len(last.rstrip()) <= 100
    assert last.startswith("━" * 24)
    assert " 0/28 12 of 28 answers, 0.42 USD · fictional_news/" in last
    assert last.endswith("max_seconds=20")
    assert "…" in last


def test_finished_runs_are_counted_and_not_the_one_that_is_made(drawn):
    assert drawn(2, ("one",)).split() == ["━" * 24, "0/2", "one"]
    assert drawn(2, ("one",), ("one", "half"), ("two [a]",)).split()[1:] == ["1/2", "two", "[a]"]


@pytest.mark.parametrize("room", [0, 1, 11, 30, 45, 60, 200])
@pytest.mark.parametrize("detail", ["", DETAIL])
def test_no_line_is_longer_than_its_room(room, detail):
    shown = doing(LONG, detail, room)
    assert len(shown) <= room
    if room >= len(DETAIL):
        assert shown.startswith(detail)
    if room == 200:
        assert shown.endswith(LONG)


def test_a_name_that_would_be_cut_to_nothing_is_left_out():
    assert doing(LONG, DETAIL, len(DETAIL) + 5) == DETAIL


def test_what_is_named_steers_no_terminal():
    assert "\x1b" not in doing("a\x1b[2Jb", "c\x1b[2Jd", 80)
