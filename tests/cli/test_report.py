"""`bench report`, and `bench evaluate --report`, end to end."""

from __future__ import annotations

from pathlib import Path


def test_runs_are_reported_at_once_and_later(bench):
    evaluated = bench(
        *("evaluate", "fictional_news/frame", "-d", "majority", "-d", "frame-keywords", "-q"),
        *("--resamples", 200, "--report", "now.html"),
    )
    assert (evaluated.code, evaluated.err) == (0, "")
    assert "frame-keywords" in evaluated.out
    done = bench("report", "results", "--output", "later.html")
    assert (done.code, done.out, done.err) == (0, "", "report written to later.html\n")
    now, later = (Path(name).read_text(encoding="utf-8") for name in ("now.html", "later.html"))
    for page in (now, later):
        assert page.count('<script type="application/json" id="doc-') == 28
        assert "frame on fictional_news" in page


def test_equal_runs_give_the_same_file(bench):
    bench("evaluate", "turkey_drones/frame", "-d", "majority", "-q", "--resamples", 100)
    for name in ("one.html", "two.html"):
        assert bench("report", "results", "-o", name, "-q").err == ""
    assert Path("one.html").read_bytes() == Path("two.html").read_bytes()


def test_what_cannot_be_reported_is_told_in_a_line(bench):
    done = bench("report", "nowhere")
    assert done.code == 2
    assert done.err.startswith("bench: nowhere: no run folder")
    assert done.err.count("\n") == 1
    bench("evaluate", "turkey_drones/frame", "-d", "majority", "-q", "--resamples", 100)
    Path("folder").mkdir()
    done = bench("report", "results", "-o", "folder")
    assert done.code == 2
    assert "is a folder; name a file" in done.err
