"""The view of behavioural runs: its tables, its failing cases as data, and what is not there without runs."""

from __future__ import annotations

import json
import re

import pytest

from benchmark.behaviour.results import BEHAVIOUR, load, save
from benchmark.cli.report import divided, report, write_report
from benchmark.contamination import Shared
from benchmark.data import load as dataset_named
from benchmark.detectors import Failure
from benchmark.errors import UsageError
from benchmark.model import Span
from benchmark.page import build
from benchmark.page.behaviour import (
    MOST_CASES,
    UNNAMED,
    Failing,
    behaviour_provenance,
    behaviour_sections,
    newest,
)
from benchmark.results import save as save_run
from benchmark.run import Evaluator, Settings
from benchmark.spec import Spec
from benchmark.tasks import task_of
from tests.kept_runs import keep
from tests.page.behaviours import behaviour, marked, row
from tests.page.kept_pages import kept
from tests.page.test_build import EVIL, read

HOSTILE = EVIL.replace("\ud800", "")


def test_the_newest_run_of_each_detector_and_suite_is_shown():
    old, new, other = (
        behaviour(created=created, rows=[row(created)]) for created in ("2025", "2026-02", "2026-01")
    )
    first = behaviour("neutral_rewrite", "random")
    assert newest([new, old, first, other]) == (new, first)
    assert newest([new, first], ["random", "lexicon"]) == (first, new)
    assert newest([new, first], ["random"]) == (first,)
    assert newest([]) == ()
    with pytest.raises(UsageError, match="no suite|suite 'chargd'"):
        newest([behaviour("chargd")])


def test_suites_come_in_the_order_of_their_table():
    runs = newest([behaviour(suite) for suite in ("typography", "charged", "neutral_rewrite")])
    assert [one.record.suite for one in runs] == ["neutral_rewrite", "charged", "typography"]
    assert [entry["name"] for entry in Failing(runs).index] == ["neutral_rewrite", "charged", "typography"]


def test_the_tables_are_rates_and_asymmetries():
    (section,) = behaviour_sections([behaviour("entity_swap"), behaviour("source_added")])
    tables = section.blocks[0].tables
    assert [table.headers[:2] for table in tables] == [
        ("detector", "entity_swap"),
        ("detector", "source_added"),
        ("detector", "flagged"),
    ]
    assert tables[0].rows == (("lexicon", ".50 .25–.75"),)
    assert behaviour_sections([]) == behaviour_provenance([]) == ()


def test_failing_cases_stand_once_with_what_each_detector_made_of_them():
    twin = {"twin": "A plan failed.", "twin_region": (2, 2), "sides": ("Turkey", "Greece")}
    cases = [
        row(0, "passed"),
        row(1, marks=(marked(7, 11, None), marked(2, 6, score=0.123456)), metadata={"topic": "war"}),
        row(
            2, **twin, reasons=("still flagged", "new mark"), twin_marks=(marked(0, 14, "Doubt", unit=True),)
        ),
        row(3, "crashed", reasons=(), error="RuntimeError: no"),
        row(4, "not applicable"),
    ]
    failing = Failing([behaviour(rows=cases), behaviour(name="random", rows=[cases[0], row(2, **twin)])])
    assert failing.index == [
        {
            "name": "charged",
            "title": "the same words used to charge",
            "holds": "flagged",
            "runs": [[0, "lexicon", 5, 3], [1, "random", 2, 1]],
        }
    ]
    (block,) = failing.blocks
    text = {"text": "A vile plan failed.", "region": [2, 6]}
    changed = {"twin": "A plan failed.", "changed": [2, 2], "sides": ["Turkey", "Greece"]}
    assert block["cases"] == [
        {"id": "case-1", **text, "fields": {"topic": "war"}},
        {"id": "case-2", **text, **changed},
        {"id": "case-3", **text},
    ]
    assert block["labels"] == ["Loaded_Language", UNNAMED, "Doubt"]
    assert block["runs"] == {
        "0": [
            {"case": 0, "why": ["not flagged"], "marks": [[2, 6, 0, 0.1235, 0], [7, 11, 1, None, 0]]},
            {"case": 1, "why": ["still flagged", "new mark"], "twin": [[0, 14, 2, None, 1]]},
            {"case": 2, "why": [], "error": "RuntimeError: no"},
        ],
        "1": [{"case": 1, "why": ["not flagged"]}],
    }


def test_two_states_of_a_case_are_two_cases():
    runs = [behaviour(rows=[row(1)]), behaviour(name="random", rows=[row(1, text="A vile day.")])]
    (block,) = Failing(runs).blocks
    assert [case["text"] for case in block["cases"]] == ["A vile plan failed.", "A vile day."]
    assert [block["runs"][key][0]["case"] for key in "01"] == [0, 1]


def test_offsets_are_those_of_a_browser_and_lie_within_the_text():
    wide = row(1, text="\U0001f600 vile", region=(2, 6), marks=(marked(-5, 99), marked(4, 3), marked(50, 60)))
    (block,) = Failing([behaviour(rows=[wide])]).blocks
    assert block["cases"][0]["region"] == [3, 7]
    assert [mark[:2] for mark in block["runs"]["0"][0]["marks"]] == [[0, 7], [5, 5], [7, 7]]
    without = Failing([behaviour(rows=[row(1, text=None, region=None, marks=(marked(0, 3),))])]).blocks[0]
    assert without["cases"] == [{"id": "case-1"}]


def test_of_many_failing_cases_the_first_are_held_and_all_are_counted():
    failing = Failing([behaviour(rows=[row(n) for n in range(MOST_CASES + 20)])])
    assert failing.index[0]["runs"] == [[0, "lexicon", MOST_CASES + 20, MOST_CASES + 20]]
    (block,) = failing.blocks
    assert len(block["runs"]["0"]) == len(block["cases"]) == MOST_CASES
    assert block["cases"][-1]["id"] == f"case-{MOST_CASES - 1}"


def test_the_provenance_says_how_cases_ended_and_what_went_wrong():
    rows = [row(1), row(2, "passed"), row(3, "passed"), row(4, "crashed")]
    wrong = {
        "failures": (Failure("charged/case-4", "RuntimeError: no"),),
        "shared": (Shared("charged/case-1", "fictional_news/1", 1.0, exact=True),),
    }
    (section,) = behaviour_provenance([behaviour(rows=rows, **wrong), behaviour("literal")])
    (table,) = section.blocks[0].tables
    first, second = (dict(zip(table.headers, cells, strict=True)) for cells in table.rows)
    assert first["run"] == "lexicon on charged"
    assert first["signature"].startswith("suite:charged|data:behaviour@1.0.0")
    assert first["how its cases ended"] == "2 passed, 1 failed, 1 crashed"
    assert first["what went wrong"].startswith("failed on charged/case-4: RuntimeError: no; learned from ")
    assert "charged/case-1" in first["what went wrong"]
    assert (second["how its cases ended"], second["what went wrong"]) == ("none", "nothing")


@pytest.fixture
def hostile():
    fields = {"text": HOSTILE, "twin": HOSTILE[::-1], "region": (0, 9), "twin_region": (3, 3)}
    fields |= {"reasons": (HOSTILE,), "metadata": {HOSTILE: HOSTILE}, "sides": (HOSTILE, HOSTILE)}
    rows = [row(HOSTILE, **fields, marks=(marked(2, 8, HOSTILE),), error=HOSTILE)]
    return [behaviour(name=HOSTILE, rows=rows), behaviour("entity_swap", HOSTILE, rows)]


def test_hostile_cases_become_no_element(hostile):
    page = build.report([], hostile)
    reader = read(page)
    assert not {tag for tag, _ in reader.elements} & {"img", "iframe", "b", "link", "base", "form"}
    scripts = [attrs for tag, attrs in reader.elements if tag == "script"]
    assert [attrs.get("id") for attrs in scripts] == [
        "index",
        "behaviour",
        "behaviour-0",
        "behaviour-1",
        None,
    ]
    assert all(attrs["type"] == "application/json" for attrs in scripts[:-1])
    block = json.loads(reader.raw["script", "behaviour-1"])
    (case,) = block["cases"]
    assert (case["text"], case["twin"], case["fields"]) == (HOSTILE, HOSTILE[::-1], {HOSTILE: HOSTILE})
    assert block["runs"]["0"][0]["why"] == [HOSTILE]
    assert block["labels"] == [HOSTILE]
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", page)


def views(page):
    return [attrs["id"][5:] for _, attrs in read(page).elements if attrs.get("class") == "view"]


def test_behaviour_alone_makes_a_page(hostile):
    page = build.report([], hostile)
    assert views(page) == ["behaviour", "provenance"]
    reader = read(page)
    links = [attrs["data-view"] for _, attrs in reader.elements if "data-view" in attrs]
    assert links == ["behaviour", "provenance"]
    assert "<title>Report on behaviour</title>" in page
    ids = [attrs["id"] for _, attrs in reader.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    tags = [tag for tag, _ in reader.elements]
    assert tags.count("table") == tags.count("caption") == 4
    assert build.report([], hostile) == page


def test_behaviour_stands_beside_the_runs_and_nothing_of_it_without(dataset_of, tmp_path):
    dataset = dataset_of(["A vile plan."], spans=[[Span(2, 6, "Loaded_Language")]])
    runs = kept(dataset, "technique", {"one": [[]]}, tmp_path)
    both = build.report(runs, [behaviour(rows=[row(1)])])
    assert views(both) == ["overview", "text", "errors", "slices", "behaviour", "provenance"]
    assert f"Report on {dataset.name}, behaviour" in both
    alone = build.report(runs)
    assert "behaviour" not in views(alone)
    assert 'id="behaviour' not in alone


def test_paths_are_divided_by_what_they_hold(tmp_path):
    folder = save(behaviour(rows=[row(1)]), tmp_path / "both")
    (tmp_path / "both/task/run").mkdir(parents=True)
    (tmp_path / "both/task/run/run.json").write_text("{}")
    assert divided([tmp_path / "both"]) == ([tmp_path / "both"], [folder])
    assert divided([tmp_path / "both/behaviour", folder / BEHAVIOUR, folder]) == ([], [folder])
    assert divided([tmp_path / "both/task"]) == ([tmp_path / "both/task"], [])
    (folder.parent / ".being-written").mkdir()
    (folder.parent / ".being-written/run.json").write_text("")
    assert divided([tmp_path / "both/behaviour"]) == ([], [folder])
    assert divided([tmp_path / "none"]) == ([tmp_path / "none"], [])


def test_the_command_shows_behaviour_with_and_without_runs(tmp_path):
    results = tmp_path / "results"
    save(behaviour(rows=[row("of-the-lexicon")]), results)
    report([results], tmp_path / "alone.html", quiet=True)
    assert views((tmp_path / "alone.html").read_text(encoding="utf-8")) == ["behaviour", "provenance"]
    keep("fictional_news/frame", "majority", results)
    report([results], tmp_path / "both.html", quiet=True)
    both = (tmp_path / "both.html").read_text(encoding="utf-8")
    assert "behaviour" in views(both)
    assert "overview" in views(both)
    assert "case-of-the-lexicon" in both


def test_runs_that_were_just_made_stand_with_the_behaviour_of_their_detectors(tmp_path):
    results, dataset = tmp_path / "results", dataset_named("fictional_news")
    run = Evaluator(dataset, Settings(resamples=100)).run(task_of(dataset, "frame"), Spec.parse("majority"))
    save_run(run, results)
    write_report([run], [dataset], results, tmp_path / "page.html")
    assert "behaviour" not in views((tmp_path / "page.html").read_text(encoding="utf-8"))
    own = save(behaviour(name="majority", rows=[row("own")]), results)
    save(behaviour(name="lexicon", rows=[row("others")]), results)
    assert load(own).record.detector.spec == run.record.detector.spec
    write_report([run], [dataset], results, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "case-own" in page
    assert "case-others" not in page
