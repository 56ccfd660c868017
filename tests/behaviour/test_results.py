"""What is kept: records and cases, where they lie, and what a broken folder says. Stored and made cases."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from benchmark.behaviour import run as run_module
from benchmark.behaviour import stored as stored_module
from benchmark.behaviour.cases import written
from benchmark.behaviour.results import BEHAVIOUR, CASES, find, latest, load, save
from benchmark.behaviour.run import Behaving, cases_of_file, shipped_cases
from benchmark.behaviour.stored import stored
from benchmark.behaviour.suites import SUITES
from benchmark.errors import DataError, UsageError
from benchmark.fileio import sha256
from benchmark.spec import Spec
from tests.behaviour.known import alone, pair

pytestmark = pytest.mark.usefixtures("registered")
CHARGED = (
    alone(0, "vile", "The vile plan failed.", cluster="t1", metadata={"topic": "war"}),
    alone(1, "nasty", "A nasty plan failed.", cluster="t1"),
    alone(2, "vile", "A vile crash."),
)
SWAP = pair(
    0, "entity_swap", "Ruritania sold 1 ship.", "Sylvania sold 1 ship.", sides=("Ruritania", "Sylvania")
)


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "my.jsonl"
    path.write_bytes(written([*CHARGED, SWAP]))
    return path


def runs(own, name, **options):
    return {one.record.suite: one for one in Behaving(cases_of_file(own), **options).runs(Spec.parse(name))}


def test_a_run_is_read_as_it_was_kept(own, tmp_path):
    made = runs(own, "breaks", resamples=100)
    assert list(made) == ["entity_swap", "charged"], "in the order of the table"
    for one in made.values():
        folder = save(one, tmp_path / "results")
        assert folder == tmp_path / "results" / one.record.folder
        assert load(folder) == one
    assert find(tmp_path) == sorted(tmp_path / "results" / one.record.folder for one in made.values())
    assert find(tmp_path / "nowhere") == []


def test_the_latest_of_several_runs_is_found(own, tmp_path):
    for name, resamples, created in (
        ("listed", 100, "2026-02"),
        ("listed", 101, "2026-01"),
        ("topic", 100, "2026"),
    ):
        for one in runs(own, name, resamples=resamples).values():
            save(replace(one, record=replace(one.record, created=created)), tmp_path)
    assert [(r.detector.name, r.suite, r.resampling.resamples) for r in latest(tmp_path)] == [
        ("listed", "charged", 100),
        ("listed", "entity_swap", 100),
        ("topic", "charged", 100),
        ("topic", "entity_swap", 100),
    ]
    assert [r.detector.name for r in latest(tmp_path, ["topic", "listed"])] == ["topic"] * 2 + ["listed"] * 2
    assert latest(tmp_path, ["lexicon"]) == []
    assert latest(tmp_path / "none") == []


def test_the_record_says_what_was_done(own):
    record = runs(own, "breaks", resamples=100)["charged"].record
    assert (record.counts.cases, record.counts.clusters, record.counts.crashed) == (3, 2, 1)
    assert record.sources[0].name == "my.jsonl"
    assert record.sources[0].sha256 == sha256(own.read_bytes())
    assert record.cases_sha256 == sha256(written(CHARGED))
    assert [failure.document for failure in record.failures] == ["charged/charged-2"]
    assert record.incomplete
    assert not record.contaminated
    assert record.characters == sum(len(case.text) for case in CHARGED) + len(SWAP.text) + len(SWAP.twin)
    assert record.signature.startswith("suite:charged|data:my.jsonl+")
    assert record.folder.parts[:2] == ("behaviour", "charged")


def test_what_was_learned_from_is_in_the_record(own, learner):
    record = runs(own, "words", resamples=100)["charged"].record
    assert record.detector.training.short == "28 docs"
    assert "|train:fictional_news@" in record.signature


def test_another_run_lies_in_another_folder(own):
    folders = {runs(own, "listed", resamples=n)["charged"].record.folder for n in (100, 101)}
    folders |= {runs(own, "lexicon:threshold=3", resamples=100)["charged"].record.folder}
    folders |= {runs(own, "lexicon", resamples=100)["charged"].record.folder}
    assert len(folders) == 4
    first, second = (runs(own, "listed", resamples=100)["charged"].record for _ in range(2))
    assert first.folder == second.folder


def test_failing_cases_can_be_read(own):
    passed, failed, crashed = runs(own, "breaks", resamples=100)["charged"].cases
    assert (passed.verdict, passed.text, passed.metadata) == ("passed", None, {"topic": "war"})
    assert (failed.verdict, failed.reasons, failed.text) == ("failed", ("not flagged",), CHARGED[1].text)
    assert (crashed.verdict, crashed.error) == ("crashed", "RuntimeError: no such word")
    (swap,) = runs(own, "dislikes", resamples=100)["entity_swap"].cases
    assert (swap.text, swap.twin, swap.sides) == (SWAP.text, SWAP.twin, SWAP.sides)
    assert [(mark.start, mark.end) for mark in swap.marks] == [(0, len(SWAP.text))]


def test_a_broken_folder_is_told(own, tmp_path):
    with pytest.raises(UsageError, match="no behavioural run"):
        load(tmp_path)
    folder = save(runs(own, "listed", resamples=100)["charged"], tmp_path)
    record = (folder / BEHAVIOUR).read_text()
    rows = (folder / CASES).read_bytes()
    (folder / CASES).write_bytes(rows.split(b"\n")[0] + b"\n")
    with pytest.raises(DataError, match="1 cases, and the record counts 3"):
        load(folder)
    (folder / CASES).write_bytes(b"{\n" + rows)
    with pytest.raises(DataError, match=r"cases.jsonl:1: broken JSON"):
        load(folder)
    (folder / BEHAVIOUR).write_text(json.dumps(json.loads(record) | {"schema": 9}))
    with pytest.raises(DataError, match="schema 9"):
        load(folder)
    (folder / BEHAVIOUR).write_text("{}")
    with pytest.raises(DataError, match="schema"):
        load(folder)


def test_own_cases_can_be_narrowed(own):
    assert cases_of_file(own, ["entity_swap"]).cases == (SWAP,)
    with pytest.raises(UsageError, match="holds no cases of literal"):
        cases_of_file(own, ["literal"])
    with pytest.raises(UsageError, match="did you mean 'literal'"):
        cases_of_file(own, ["litteral"])


@pytest.fixture
def shipped(tmp_path, monkeypatch, dataset_of):
    """A stored dataset of one suite, and makers that need no gold."""
    folder = tmp_path / "behaviour"
    folder.mkdir()
    content = written(CHARGED)
    (folder / "charged.jsonl").write_bytes(content)
    manifest = {"name": "behaviour", "version": "1.0.0", "files": {"charged.jsonl": sha256(content)}}
    (folder / "manifest.json").write_text(json.dumps(manifest | {"licence": {"text": "CC0-1.0"}}))
    monkeypatch.setattr(stored_module, "packaged_root", lambda: tmp_path)
    monkeypatch.setattr(run_module.data, "load", lambda name: dataset_of(["A text."], name=name))
    maker = replace(SUITES.get("entity_swap"), maker=lambda dataset, seed: [SWAP])
    monkeypatch.setitem(SUITES._loaded, "entity_swap", maker)
    for name in ("neutral_rewrite", "injection"):
        none = replace(SUITES.get(name), maker=lambda dataset, seed: [])
        monkeypatch.setitem(SUITES._loaded, name, none)
    return folder


def test_cases_are_stored_or_made_of_datasets(shipped):
    found = shipped_cases([], [], 0)
    assert found.suites == ("entity_swap", "charged")
    assert [case.id for case in found.cases[:2]] == [
        "turkey_drones/entity_swap-0",
        "fictional_news/entity_swap-0",
    ]
    assert found.cases[2:] == CHARGED
    assert [source.name for source in found.sources["entity_swap"]] == ["turkey_drones", "fictional_news"]
    assert [str(source)[:16] for source in found.sources["charged"]] == ["behaviour@1.0.0+"]


def test_suites_and_datasets_can_be_chosen(shipped):
    assert shipped_cases(["charged"], [], 0).cases == CHARGED
    assert shipped_cases([], ["behaviour"], 0).cases == CHARGED
    assert [case.id for case in shipped_cases([], ["ptc"], 0).cases] == ["ptc/entity_swap-0"]
    with pytest.raises(UsageError, match="charged have no cases; the datasets ptc hold none"):
        shipped_cases(["charged"], ["ptc"], 0)
    with pytest.raises(UsageError, match="suites literal have no cases"):
        shipped_cases(["literal"], [], 0)
    with pytest.raises(UsageError, match="no suite is named 'chargd', did you mean 'charged'"):
        shipped_cases(["chargd"], [], 0)


def test_stored_files_are_those_of_the_manifest(shipped):
    assert stored().cases("literal") == ()
    (shipped / "charged.jsonl").write_bytes(written(CHARGED[:1]))
    with pytest.raises(DataError, match="whose checksum the manifest gives"):
        stored().cases("charged")
    (shipped / "manifest.json").write_text("{}")
    with pytest.raises(DataError, match="name"):
        stored(shipped)
