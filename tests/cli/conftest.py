"""The command line, run inside the test's process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from benchmark.cli import main


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def bench(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Done]:
    """Run `bench` with arguments in an empty folder, with few resamples unless the test gives a number."""
    monkeypatch.chdir(tmp_path_factory.mktemp("work"))

    def run(*arguments: object) -> Done:
        words = ["bench", *map(str, arguments)]
        monkeypatch.setattr("sys.argv", words)
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        code = left.value.code
        return Done(code if isinstance(code, int) else int(bool(code)), out, err)

    return run
