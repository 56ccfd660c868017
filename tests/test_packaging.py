from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_dataset import TEXTS, edit_json, marks, template, write_json, write_source

from benchmark import data
from benchmark.errors import DataError, UsageError
from benchmark.packaging import build, package
from benchmark.packaging.__main__ import main

SOURCES = {"turkey_drones": "article", "fictional_news": "fictional_news"}
SEGMENTED = {"documents.jsonl", "manifest.json"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_source(tmp_path / "source")


def messages(source: Path) -> list[str]:
    """Return the faults of a source folder, each as its file in the folder and message."""
    with pytest.raises(DataError) as raised:
        build(source, source / "source.json")
    return [str(fault).removeprefix(f"{source}/") for fault in raised.value.faults]


def rebuilt(shared: Path, name: str) -> dict[str, bytes]:
    return build(shared / SOURCES[name], data.packaged_root() / name / "source.json")


def committed(name: str) -> dict[str, bytes]:
    folder = data.packaged_root() / name
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", data.names())
def test_the_shipped_folders_come_from_the_shared_source(shared: Path, name: str) -> None:
    ours, theirs = rebuilt(shared, name), committed(name)
    assert ours.keys() == theirs.keys()
    assert {file for file in ours if ours[file] != theirs[file]} <= SEGMENTED


@pytest.mark.parametrize("name", data.names())
def test_their_boundaries_come_out_the_same_from_the_same_libraries(shared: Path, name: str) -> None:
    ours, theirs = rebuilt(shared, name), committed(name)
    versions = [json.loads(files["manifest.json"])["segmentation"] for files in (ours, theirs)]
    if versions[0] != versions[1]:
        pytest.skip(f"the dataset was segmented by {versions[1]}, here are {versions[0]}")
    assert {file: ours[file] for file in SEGMENTED} == {file: theirs[file] for file in SEGMENTED}


@pytest.mark.parametrize("name", data.names())
def test_shared_texts_and_guidelines_are_kept_byte_for_byte(shared: Path, name: str) -> None:
    files = committed(name)
    assert files["guidelines.md"] == (shared / "article" / "guidelines.md").read_bytes()
    for document in data.load(name).documents:
        file = "article.txt" if name == "turkey_drones" else f"articles/{document.id}.txt"
        assert document.text.encode() == (shared / SOURCES[name] / file).read_bytes()


def test_the_small_folder_is_sound_and_equal_each_time(source: Path, tmp_path: Path) -> None:
    package(source, tmp_path / "made")
    assert data.check(tmp_path / "made") == []
    first = {path: path.read_bytes() for path in (tmp_path / "made").rglob("*") if path.is_file()}
    package(source, tmp_path / "made")
    assert {path: path.read_bytes() for path in (tmp_path / "made").rglob("*") if path.is_file()} == first


def test_the_folder_is_its_own_template(source: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    package(source, made)
    assert build(source, made / "source.json") == build(source, source / "source.json")
    package(source, made, made / "source.json")
    assert data.check(made) == []


def test_the_card_counts_labels_and_keeps_the_prose(source: Path) -> None:
    prose = "---\nformer: front\n---\n\n# Title\n\n<!-- counts -->\nformer\n<!-- end of counts -->\n\nEnd.\n"
    (source / "README.md").write_text(prose, encoding="utf-8")
    card = build(source, source / "source.json")["README.md"].decode()
    assert card.startswith('---\npretty_name: "A small dataset"\nlanguage:\n- "en"\nlicense: "cc0-1.0"\n')
    assert "former" not in card
    assert card.endswith("<!-- end of counts -->\n\nEnd.\n")
    assert "| loaded | 2 | 2 | 6 |" in card
    assert "| neutral | 2 | 6 |" in card
    assert "| victim | 0 | 1 |" in card
    assert "| strong | 1 |" in card
    assert "| name |" not in card


def test_a_card_without_the_marks_is_kept_and_a_missing_one_is_made(source: Path) -> None:
    made = build(source, source / "source.json")["README.md"].decode()
    assert "# A small dataset\n\nTwo texts.\n" in made
    assert "| loaded | 2 | 2 | 6 |" in made
    (source / "README.md").write_text("# Mine\n", encoding="utf-8")
    kept = build(source, source / "source.json")["README.md"].decode()
    assert kept.endswith("\n---\n# Mine\n")


def test_a_single_line_is_one_unit_with_its_document(source: Path) -> None:
    (source / "texts" / "d2.txt").write_text("Ann said nothing happened.", encoding="utf-8")
    for annotator in "PQR":
        path = source / "marks" / annotator / "d2.json"
        edit_json(path, lambda m: m["frames"].update(units=[{"unit": 0, "labels": ["Politics"]}]))
    gold = build(source, source / "source.json")["gold/frame.jsonl"].splitlines()[1]
    assert json.loads(gold)["units"] == [{"start": 0, "end": 26, "labels": ["Politics"]}]
    edit_json(source / "marks/P/d2.json", lambda m: m["frames"].update(document=["Other"]))
    assert messages(source) == [
        "marks/P/d2.json: frames: the document is a single line, but the two have different labels"
    ]


def test_a_source_that_the_text_leaves_out_is_null(source: Path) -> None:
    for annotator in "PQR":
        edit_json(source / "marks" / annotator / "d1.json", lambda m: m["attribution"][0].update(source=None))
    gold = build(source, source / "source.json")["gold/attribution.jsonl"].splitlines()[0]
    assert [span["label"] for span in json.loads(gold)["spans"]] == ["cue", "content"]


def test_occurrences_are_counted_without_overlap(source: Path) -> None:
    (source / "texts" / "d2.txt").write_text("a a a a\n\nAnn said nothing happened.\n", encoding="utf-8")
    mark = {"text": "a a", "occurrence": 2, "label": "loaded", "confidence": 1}
    edit_json(source / "marks/P/d2.json", lambda m: m.update(technique=[mark]))
    rows = build(source, source / "source.json")["annotators/technique.jsonl"].splitlines()
    (span,) = [span for row in map(json.loads, rows) if row["document"] == "d2" for span in row["spans"]]
    assert (span["start"], span["end"]) == (4, 7)


MARK_FAULTS: list[tuple[Callable[[Any], object], str]] = [
    (lambda m: m.update(annotator="Q"), "annotator: 'P' was expected, not 'Q'"),
    (lambda m: m.update(annotator=1), "annotator: Expected `str`, got `int`"),
    (lambda m: m.update(guidelines="2.0"), "guidelines: '1.0' was expected, not '2.0'"),
    (lambda m: m.update(tecnique=[]), "'tecnique': unknown field, did you mean 'technique'?"),
    (lambda m: m.pop("gap"), "gap: the field is missing"),
    (lambda m: m.update(gap={}), "gap: Expected `array`, got `object`"),
    (
        lambda m: m["gap"][0].update(text="Sauces said"),
        "gap[0]: occurrence 1 of 'Sauces said': the doc",
    ),
    (
        lambda m: m["technique"][1].update(occurrence=3),
        "occurrence 3 of 'vile': the document has 2",
    ),
    (lambda m: m["technique"][1].update(occurrence=0), "technique[1]: Expected `int` >= 1"),
    (lambda m: m["technique"][1].update(occurrence=1), "technique[1]: the same span and label twice"),
    (lambda m: m["technique"][0].update(label="load"), "did you mean 'loaded'?"),
    (lambda m: m["technique"][0].update(text="vil"), "technique[0]: 'vil' at 14 is cut out of a longer word"),
    (
        lambda m: m["technique"][0].update(text="vile "),
        "'vile ' begins or ends with white space",
    ),
    (lambda m: m["technique"][0].update(text=""), "technique[0]: Expected `str` of length >= 1"),
    (lambda m: m["technique"][0].update(confidence=9), "technique[0]: Expected `int` <= 3"),
    (lambda m: m["technique"][0].update(colour=1), "technique[0]: Object contains unknown field `colour`"),
    (
        lambda m: m["technique"][0].pop("confidence"),
        "missing required field `confidence`",
    ),
    (lambda m: m["gap"][0].update(also=["anonymous"]), "gap[0]: label 'anonymous' is given twice"),
    (lambda m: m["attribution"][0]["cue"].update(occurrence=9), "attribution[0].cue: occurrence 9 of 'said'"),
    (lambda m: m["attribution"][0].pop("cue"), "attribution[0]: Object missing required field `cue`"),
    (lambda m: m.update(frames=["Politics"]), "frames: Expected `object`, got `array`"),
    (
        lambda m: m["frames"].update(document=["Policies"]),
        "frames.document: layer 'frame' has no label",
    ),
    (lambda m: m["frames"]["units"].pop(), "frames.units: unit 1 is missing"),
    (lambda m: m["frames"]["units"][1].update(unit=0), "frames.units[1]: unit 0 stands twice"),
    (
        lambda m: m["frames"]["units"][1].update(unit=2),
        "no unit 2: the document has 2 non-empty lines",
    ),
    (lambda m: m["frames"]["units"][1].update(labels=["Other"] * 2), "label 'Other' is given twice"),
    (lambda m: m["portrayal"].append(m["portrayal"][0]), "portrayal[1]: entity 'Ann' stands twice"),
    (lambda m: m["portrayal"][0].update(role="hero"), "portrayal[0]: Invalid enum value 'hero'"),
    (
        lambda m: m["portrayal"][0]["evidence"][0].update(text="Bob"),
        "portrayal[0].evidence[0]: occurrence",
    ),
]


@pytest.mark.parametrize(("edit", "message"), MARK_FAULTS)
def test_a_fault_of_an_annotator_is_named_with_its_place(
    source: Path, edit: Callable[[Any], object], message: str
) -> None:
    edit_json(source / "marks" / "P" / "d1.json", edit)
    found = messages(source)
    assert any(fault.startswith("marks/P/d1.json: ") and message in fault for fault in found), found


def test_all_faults_of_all_files_are_listed(source: Path) -> None:
    (source / "marks/P/d1.json").write_bytes(b'{"annotator":' + b"[" * 100_000)
    (source / "marks/P/d2.json").unlink()
    (source / "marks/Q/d1.json").write_bytes(b"\xff")
    (source / "marks/Q/d3.json").write_bytes(b"{}")
    (source / "marks/R/d2.json").write_bytes(b'{"gap": "\\ud800"}')
    write_json(source / "marks/S/d1.json", marks("S", "d1"))
    (source / "texts/d9.txt").write_text("x", encoding="utf-8")
    found = messages(source)
    assert [fault.partition(": ")[0] for fault in found] == [
        "texts/d9.txt",
        "marks/Q/d3.json",
        "marks/S/d1.json",
        "marks/P/d1.json",
        "marks/Q/d1.json",
        "marks/P/d2.json",
        "marks/R/d2.json",
    ]
    assert found[0].endswith("no listed document or annotator has this file, did you mean 'texts/d2.txt'?")
    assert found[3].endswith("JSON nested too deeply")
    assert found[5].endswith("annotator P's file on document 'd2' is missing")


def test_texts_that_are_missing_or_no_utf8_are_told(source: Path) -> None:
    (source / "texts/d1.txt").unlink()
    (source / "texts/d2.txt").write_bytes(b"caf\xe9 and more")
    assert messages(source) == [
        "texts/d1.txt: the text of document 'd1' is missing",
        "texts/d2.txt: not UTF-8: invalid continuation byte at byte 3",
    ]


TABLES = [
    (
        "id\tslant\nd1\tstorng\n",
        "documents.tsv:2: layer 'slant' has no label 'storng', did you mean",
    ),
    ("id\tslant\nd1\n", "documents.tsv:2: 1 columns where the header has 2"),
    ("id\tslant\nd1\tnone\n\nd1\tnone\n", "documents.tsv:4: document 'd1' stands twice"),
    ("name\tslant\nd1\tnone\n", "documents.tsv:2: column 'id' needs one to 100 printable characters"),
    ("id\tslant\n" + "x" * 101 + "\tnone\n", "documents.tsv:2: column 'id' needs one to 100 printable"),
    ("id\nd1\n", "documents.tsv:2: document 'd1' has no column 'slant' for the layer that nobody annotated"),
    ("id\tslant\n", "documents.tsv: no document is listed"),
    ("", "documents.tsv: no document is listed"),
]


@pytest.mark.parametrize(("table", "message"), TABLES)
def test_a_faulty_table_is_told_with_its_line(source: Path, table: str, message: str) -> None:
    (source / "documents.tsv").write_text(table, encoding="utf-8")
    found = messages(source)
    assert any(fault.startswith(message) for fault in found), found


def test_a_table_that_is_no_utf8_is_told(source: Path) -> None:
    (source / "documents.tsv").write_bytes(b"id\tslant\nd\xff\tnone\n")
    assert messages(source) == ["documents.tsv: not UTF-8: invalid start byte at byte 10"]


def test_documents_may_stand_in_the_template(source: Path) -> None:
    listed = [
        {"id": "d1", "split": "train", "topic": "plans", "slant": "strong"},
        {"id": "d2", "split": "test", "topic": "weather", "slant": "none"},
    ]
    from_table = build(source, source / "source.json")
    edit_json(source / "source.json", lambda t: t["source"].update(documents=listed))
    assert build(source, source / "source.json")["documents.jsonl"] == from_table["documents.jsonl"]
    edit_json(source / "source.json", lambda t: t["source"]["documents"][1].update(slant="some"))
    (fault,) = messages(source)
    assert fault == "source.json: documents[1]: layer 'slant' has no label 'some'; known: none, strong"


TEMPLATE_FAULTS: list[tuple[Callable[[Any], object], str]] = [
    (lambda t: t.update(extra=1), "unknown field `extra`"),
    (lambda t: t.update(annotators=[]), "length >= 1"),
    (lambda t: t["layers"]["gap"].update(annotators=["X"]), "layers.gap: unknown annotator 'X'"),
    (
        lambda t: t["layers"]["gap"].update(annotators=[]),
        "nobody annotated it, so its unit must be",
    ),
    (lambda t: t["layers"]["frame"].update(unit="sentence"), "label paragraphs or documents, not sentences"),
    (lambda t: t.update(include=["../up"]), "include: '../up' is no plain name"),
    (lambda t: t.update(include=["README.md"]), "include: 'README.md' is no plain name"),
    (lambda t: t["source"].update(texts="/etc/{document}"), "source: '/etc/{document}' is no path within"),
    (lambda t: t["source"].update(texts=""), "source: '' is no path within"),
    (lambda t: t["source"].update(texts="all.txt"), "'all.txt' has no {document}, but several are listed"),
    (
        lambda t: t["source"].update(marks="m/{document}"),
        "has no {annotator}, but there are several",
    ),
]


@pytest.mark.parametrize(("edit", "message"), TEMPLATE_FAULTS)
def test_a_faulty_template_is_told(source: Path, edit: Callable[[Any], object], message: str) -> None:
    edit_json(source / "source.json", edit)
    found = messages(source)
    assert any(message in fault for fault in found), found


def test_a_handwritten_card_must_be_utf8(source: Path) -> None:
    (source / "README.md").write_bytes(b"\xff")
    assert messages(source) == ["README.md: not UTF-8: invalid start byte at byte 0"]


def test_what_cannot_be_replaced_is_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the source lies in this folder"):
        package(source, tmp_path)
    with pytest.raises(UsageError, match="the source lies in this folder"):
        package(source, source)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="it is no folder"):
        package(source, tmp_path / "file")
    (tmp_path / "full" / "deep").mkdir(parents=True)
    (tmp_path / "full" / "deep" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"thesis\.txt: it would be lost"):
        package(source, tmp_path / "full")
    assert (tmp_path / "full" / "deep" / "thesis.txt").read_text(encoding="utf-8") == "mine"


def test_a_missing_template_or_included_file_is_told(source: Path, tmp_path: Path) -> None:
    (source / "LICENSE").unlink()
    with pytest.raises(UsageError, match=r"LICENSE: cannot be read"):
        package(source, tmp_path / "made")
    with pytest.raises(UsageError, match=r"none\.json: cannot be read"):
        package(source, tmp_path / "made", tmp_path / "none.json")
    assert not (tmp_path / "made").exists()


def test_from_the_command_line(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(source), str(tmp_path / "made")]) == 0
    assert data.check(tmp_path / "made") == []
    (source / "texts/d1.txt").unlink()
    assert main([str(source), str(tmp_path / "other"), "--template", str(source / "source.json")]) == 2
    assert "the text of document 'd1' is missing" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()


def test_it_runs_as_a_module(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["packaging", "--help"])
    monkeypatch.delitem(sys.modules, "benchmark.packaging.__main__")
    with pytest.raises(SystemExit) as left:
        runpy.run_module("benchmark.packaging", run_name="__main__")
    assert left.value.code == 0
    assert "example: python -m benchmark.packaging" in capsys.readouterr().out


def test_layers_that_an_annotator_did_not_mark_are_not_asked_for(source: Path) -> None:
    edit_json(source / "source.json", lambda t: t["layers"]["gap"].update(annotators=["P", "Q"]))
    for document in TEXTS:
        edit_json(source / "marks" / "R" / f"{document}.json", lambda m: m.pop("gap"))
    files = build(source, source / "source.json")
    rows = [json.loads(row) for row in files["annotators/gap.jsonl"].splitlines()]
    assert [row["annotator"] for row in rows] == ["P", "Q", "P", "Q"]


def test_an_annotator_without_layers_needs_no_file(source: Path) -> None:
    def without_r(given: Any) -> None:
        for entry in given["layers"].values():
            entry["annotators"] = [name for name in entry["annotators"] if name != "R"]

    edit_json(source / "source.json", without_r)
    for document in TEXTS:
        (source / "marks" / "R" / f"{document}.json").unlink()
    manifest = json.loads(build(source, source / "source.json")["manifest.json"])
    assert [annotator["name"] for annotator in manifest["annotators"]] == ["P", "Q", "R"]
    assert manifest["provenance"] == {**template()["provenance"], "guidelines": "1.0"}
