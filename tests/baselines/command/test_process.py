"""A program that runs: no stream blocks another, no wait is without end, nothing of it is left behind."""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import shell

from baselines.command import process as module
from baselines.command.process import LOG, Process, TooLongError
from benchmark.answers import Stop

SECONDS = 20.0
"""Far more than anything here takes that is to come to an end."""


@pytest.fixture(autouse=True, params=["waitid", "poll"])
def look(request, monkeypatch):
    """How is seen whether a program has ended: macOS has `os.waitid` only since Python 3.13."""
    if request.param == "poll":
        monkeypatch.delattr(os, "waitid")


def sh(script: str, *lines: bytes) -> Process:
    return Process(["sh", "-c", script], iter(lines))


def python(code: str, *lines: bytes) -> Process:
    return Process([sys.executable, "-I", "-S", "-c", code], iter(lines))


def read_all(process: Process) -> list[bytes]:
    return list(iter(lambda: process.read_line(SECONDS), None))


def exists(number: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(number: int) -> bool:
    deadline = time.monotonic() + 5
    while exists(number) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not exists(number)


def test_what_goes_in_comes_out():
    with sh("cat", b"one\n", b"two\n") as running:
        assert read_all(running) == [b"one", b"two"]
        assert running.closed
        assert running.close(SECONDS) == 0
        assert running.close(SECONDS) is None
    assert running.log == b""


def test_blank_lines_are_passed_over_and_the_last_needs_no_break():
    with sh(r"printf '\n  \none\r\n\ntwo'") as running:
        assert read_all(running) == [b"one\r", b"two"]


def test_streams_far_larger_than_a_pipe_do_not_block():
    lines = [bytes([97 + index % 26]) * 3_000_000 + b"\n" for index in range(3)]
    with sh("cat; head -c 3000000 /dev/zero >&2; cat", *lines) as running:
        assert read_all(running) == [line[:-1] for line in lines]
        assert running.close(SECONDS) == 0
        assert len(running.log) == LOG


def test_a_program_that_writes_before_it_reads_does_not_block():
    code = (
        "import sys\n"
        "sys.stderr.write('e' * 10_000_000); sys.stderr.flush()\n"
        "print('x' * 5_000_000, flush=True)\n"
        "print(len(sys.stdin.read()))"
    )
    with python(code, b"y" * 5_000_000) as running:
        first = running.read_line(SECONDS)
        assert first is not None
        assert len(first) == 5_000_000
        assert running.read_line(SECONDS) == b"5000000"
        assert running.close(SECONDS) == 0
        assert running.log == b"e" * LOG


def test_the_end_of_the_standard_error_is_kept():
    with sh("i=0; while [ $i -lt 3 ]; do i=$((i+1)); printf 'line %s\\n' $i >&2; done") as running:
        assert read_all(running) == []
        running.close(SECONDS)
        assert running.log == b"line 1\nline 2\nline 3\n"


def test_lines_are_made_only_as_they_are_read():
    made = []

    def lines() -> Iterator[bytes]:
        for number in range(10_000):
            made.append(number)
            yield b"x" * 10_000 + b"\n"

    with Process(["sh", "-c", "head -n 1; exec sleep 60"], lines()) as running:
        assert running.read_line(SECONDS) == b"x" * 10_000
    assert len(made) < 100


def test_a_program_that_does_not_want_to_know_is_none_the_worse():
    with sh("exec <&-; echo done", *[b"x" * 100_000] * 20) as running:
        assert read_all(running) == [b"done"]
        assert running.close(SECONDS) == 0


def test_waiting_ends():
    began = time.monotonic()
    with sh("echo $$; exec sleep 60") as running:
        first = running.read_line(SECONDS)
        with pytest.raises(TimeoutError):
            running.read_line(0.2)
        assert running.close(0.1) is None
    assert time.monotonic() - began < 5
    assert first is not None
    assert gone(int(first))


def test_blank_lines_without_end_do_not_hold_the_time_up():
    with python("while True: print(flush=True)") as running, pytest.raises(TimeoutError):
        running.read_line(0.3)


@pytest.mark.parametrize(
    ("script", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -KILL $$", -signal.SIGKILL)]
)
def test_how_it_ended_is_known(script, status):
    with sh(script) as running:
        assert running.read_line(SECONDS) is None
        assert running.close(SECONDS) == status


def test_what_it_started_ends_with_it():
    with sh("sleep 60 & echo $!; wait") as running:
        child = running.read_line(SECONDS)
    assert child is not None
    assert gone(int(child))


def test_what_it_left_behind_cannot_hold_up_the_end_of_output():
    """The child inherits all three streams."""
    with sh("sleep 60 & echo $!; echo last >&2; exit 3") as running:
        child = running.read_line(SECONDS)
        began = time.monotonic()
        assert running.read_line(SECONDS) is None
        assert running.close(SECONDS) == 3
        assert time.monotonic() - began < 5
        assert running.log == b"last\n"
    assert child is not None
    assert gone(int(child))


def test_what_it_left_behind_may_write_on_and_on():
    with sh("(while :; do echo noise >&2; done) & echo $!; exit 0") as running:
        child = running.read_line(SECONDS)
        assert running.read_line(SECONDS) is None
        assert running.close(SECONDS) == 0
    assert child is not None
    assert gone(int(child))


def test_a_closed_output_ends_the_reading_though_the_program_lives():
    with sh("echo $$; exec >&-; exec sleep 60") as running:
        first = running.read_line(SECONDS)
        assert running.read_line(SECONDS) is None
        assert running.close(0.1) is None
    assert first is not None
    assert gone(int(first))


def test_one_that_will_not_end_is_made_to(monkeypatch):
    monkeypatch.setattr(module, "STOPPING", 0.2)
    with python(
        "import os, signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint(os.getpid(), flush=True)\n"
        "while True: time.sleep(1)"
    ) as running:
        first = running.read_line(SECONDS)
    assert first is not None
    assert gone(int(first))


def test_one_that_is_asked_to_end_may_tidy_up(tmp_path):
    note = tmp_path / "tidied"
    with sh(f"trap 'echo yes > {note}; exit 0' TERM; echo up; while :; do sleep 0.05; done") as running:
        assert running.read_line(SECONDS) == b"up"
    assert note.read_text() == "yes\n"


@pytest.mark.parametrize("where", ["read_line", "close"])
def test_an_interrupt_leaves_nothing_behind(where, monkeypatch):
    with pytest.raises(KeyboardInterrupt), sh("sleep 60 & echo $! $$; wait") as running:  # noqa: PT012
        first = running.read_line(SECONDS)
        assert first is not None

        def interrupted(seconds: float) -> list[object]:
            raise KeyboardInterrupt

        monkeypatch.setattr(running, "_ready", interrupted)
        running.read_line(SECONDS) if where == "read_line" else running.close(SECONDS)
    for number in first.split():
        assert gone(int(number))


def test_no_zombie_and_no_open_file_stays(recwarn):
    before = os.listdir("/proc/self/fd")  # noqa: PTH208
    for script in ("cat", "exit 3", "exec sleep 60", "sleep 60 & exit 0"):
        with sh(script, b"line\n") as running:
            number = running._process.pid
        with pytest.raises(ChildProcessError):
            os.waitpid(number, os.WNOHANG)
    assert os.listdir("/proc/self/fd") == before  # noqa: PTH208
    assert not recwarn.list


def test_it_works_where_ended_children_are_ignored():
    former = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        with sh("cat", b"one\n") as running:
            assert read_all(running) == [b"one"]
            assert running.close(SECONDS) == 0
    finally:
        signal.signal(signal.SIGCHLD, former)


def test_a_number_that_is_free_again_is_not_signalled(monkeypatch):
    """Where a look for the end frees the program's number, a signal is sent then and never again."""
    sent = []
    monkeypatch.setattr(module.os, "killpg", lambda number, _: sent.append(exists_at_all(number)))
    with sh("exit 3") as running:
        number = running._process.pid
        assert running.read_line(SECONDS) is None
        gone(number)
        assert running.close(SECONDS) == 3
    assert sent == [hasattr(os, "waitid")]


def exists_at_all(number: int) -> bool:
    return Path(f"/proc/{number}").exists()


def forbidden(group: int, number: int) -> None:
    raise PermissionError(errno.EPERM, "Operation not permitted")


def test_what_may_not_be_signalled_is_none_the_worse_once_it_has_ended(monkeypatch):
    """On macOS no signal may be sent to those that have all ended."""
    monkeypatch.setattr(module.os, "killpg", forbidden)
    with sh("exit 3") as running:
        assert running.read_line(SECONDS) is None
        assert running.close(SECONDS) == 3


def test_what_may_not_be_ended_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(module.os, "killpg", forbidden)
    monkeypatch.setattr(module, "STOPPING", 0.1)
    began = time.monotonic()
    with sh("exec sleep 10") as running:
        assert running.close(0) is None
        assert running.close(0) is None
    try:
        assert time.monotonic() - began < 5
    finally:
        running._process.kill()
        running._process.wait()


def test_a_system_without_groups_of_processes_starts_nothing(monkeypatch):
    monkeypatch.delattr(module.os, "killpg")
    monkeypatch.setattr(module.subprocess, "Popen", None)
    with pytest.raises(Stop, match="programs run on Linux and macOS alone; on Windows, run bench within WSL"):
        sh("exit 0")


@pytest.mark.parametrize("script", ["head -c 3000 /dev/zero; exec sleep 60", "head -c 3000 /dev/zero; echo"])
def test_a_line_without_end_is_refused(script, monkeypatch):
    monkeypatch.setattr(module, "LONGEST", 2000)
    with sh(script) as running, pytest.raises(TooLongError):
        running.read_line(SECONDS)


def test_a_long_line_is_read(monkeypatch):
    monkeypatch.setattr(module, "LONGEST", 3000)
    with sh("head -c 3000 /dev/zero; echo; echo next") as running:
        assert read_all(running) == [bytes(3000), b"next"]


def test_what_cannot_be_started_is_told(tmp_path):
    for words, message in [
        (["no-such-program-anywhere"], "was not found: install it; one in this folder is called ./no-such"),
        ([str(tmp_path)], f"program '{tmp_path}' is a folder; name the program in it"),
        (["sh", "x" * 10**6], "program 'sh' cannot be started: Argument list too long"),
    ]:
        with pytest.raises(Stop, match=message):
            Process(words, iter(()))
    broken = tmp_path / "broken"
    broken.write_text("echo no first line\n")
    with pytest.raises(Stop, match="may not be executed; try: chmod \\+x"):
        Process([str(broken)], iter(()))
    broken.chmod(0o755)
    with pytest.raises(Stop, match="a script's first line names what runs it, as in #!/bin/sh"):
        Process([str(broken)], iter(()))
    broken.write_text(f"#!{tmp_path}\n")
    with pytest.raises(Stop, match="may not be executed: look at what its first line names"):
        Process([str(broken)], iter(()))
    broken.write_bytes(b"#!/bin/sh\r\necho windows\r\n")
    with pytest.raises(Stop, match="its lines end with CR LF; save it with LF alone"):
        Process([str(broken)], iter(()))
    broken.write_text("#!/no/such/interpreter\n")
    with pytest.raises(Stop, match="was not found: look at the path, and at what its first line names"):
        Process([str(broken)], iter(()))


def test_a_script_by_its_path_needs_no_interpreter_named(tmp_path):
    with Process([shell(tmp_path, "echo ran")], iter(())) as running:
        assert read_all(running) == [b"ran"]
