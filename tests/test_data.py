from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_dataset import edit_manifest, edit_row, write_dataset, write_file

from benchmark import data
from benchmark.errors import DataError, UsageError
from benchmark.model import Note, Portrayal, Span, Unit

ARTICLE_SHA256 = "d7176e19263548a8b8618c62c04fee9832e0d805696634421e5cc38b9e879a30"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_dataset(tmp_path)


def messages(folder: Path) -> list[str]:
    """Return the faults of a folder, each as its file in the folder, line and message."""
    with pytest.raises(DataError) as raised:
        data.load(folder)
    faults = data.check(folder)
    assert raised.value.faults == tuple(faults)
    return [str(fault).removeprefix(f"{folder}/") for fault in faults]


def test_the_shipped_datasets_are_named_and_sound() -> None:
    assert data.names() == ("turkey_drones", "fictional_news")
    assert all(data.check(name) == [] for name in data.names())
    folders = {path.name for path in data.packaged_root().iterdir() if path.is_dir()}
    assert folders == {*data.names(), "behaviour"}  # the cases of behavioural suites have no gold


def test_a_wheel_has_its_datasets_inside_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "_datasets").mkdir()
    monkeypatch.setattr(data, "__file__", str(tmp_path / "data.py"))
    assert data.packaged_root() == tmp_path / "_datasets"


def test_the_article() -> None:
    article = data.load("turkey_drones")
    (document,) = article.documents
    assert hashlib.sha256(document.text.encode()).hexdigest() == ARTICLE_SHA256
    assert list(article.layers) == ["technique", "attribution_gap", "attribution", "frame", "portrayal"]
    gold = {layer: annotations[0] for layer, annotations in article.gold.items()}
    assert len(gold["technique"].spans) == 20
    assert len(gold["attribution_gap"].spans) == 21
    assert {span.relation for span in gold["attribution"].spans} == set(range(16))
    assert len(gold["portrayal"].portrayals) == 12
    assert len(gold["frame"].units) == 11
    assert {(unit.start, unit.end) for unit in gold["frame"].units} == {
        (0, len(document.text)),
        *map(tuple, document.paragraphs.tolist()),
    }
    assert article.layers["frame"].unit == "paragraph"
    assert {layer.gold for layer in article.layers.values()} == {"model"}
    assert article.annotators == ("A1", "A2", "A3", "A4", "A5")
    assert article.splits == {"test": ("turkey_drones",)}
    assert document.metadata["date"] == "2021-07-07"


def test_the_reports() -> None:
    reports = data.load("fictional_news")
    assert len(reports.documents) == 28
    assert sum(len(annotation.spans) for annotation in reports.gold["technique"]) == 254
    assert sum(len(annotation.spans) for annotation in reports.gold["attribution_gap"]) == 107
    assert reports.layers["slant"].annotators == ()
    assert reports.layers["slant"].gold == "model_writer"
    assert "slant" not in reports.marks
    assert all("slant" not in document.metadata for document in reports.documents)
    for document, slant, frame in zip(
        reports.documents, reports.gold["slant"], reports.gold["frame"], strict=True
    ):
        assert [(unit.start, unit.end) for unit in slant.units] == [(0, len(document.text))]
        assert [(unit.start, unit.end) for unit in frame.units] == [(0, len(document.text))]


@pytest.mark.parametrize(("layer", "percent"), [("technique", 83), ("attribution_gap", 89)])
def test_the_reports_card_tells_how_often_all_annotators_agree(layer: str, percent: int) -> None:
    reports = data.load("fictional_news")
    spans = [span for annotation in reports.gold[layer] for span in annotation.spans]
    unanimous = [span for span in spans if span.note and len(span.note.support) == 3]
    assert round(100 * len(unanimous) / len(spans)) == percent
    assert f"{percent} %" in (reports.path / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "expected"), [("turkey_drones", 4), ("fictional_news", 23)])
def test_technique_spans_overlap_across_labels_but_never_within_one(name: str, expected: int) -> None:
    overlapping = [
        (first.label, second.label)
        for annotation in data.load(name).gold["technique"]
        for first, second in combinations(annotation.spans, 2)
        if first.start < second.end and second.start < first.end
    ]
    assert len(overlapping) == expected
    assert all(first != second for first, second in overlapping)


def test_what_annotators_said_survives(small: Path) -> None:
    dataset = data.load(small)
    assert dataset.licence == data.Licence("CC0-1.0", "CC0-1.0")
    assert [document.id for document in dataset.documents] == ["d1", "d2"]
    assert dataset.splits == {"train": ("d1",), "test": ("d2",)}
    assert dataset.aliases == {"the plan": "plan"}
    text = dataset.documents[0].text
    marks = {layer: given["R"][0] for layer, given in dataset.marks.items()}
    assert {mark.annotator for mark in marks.values()} == {"R"}
    first = text.index("vile")
    assert marks["technique"].spans[0] == Span(
        first, first + 4, "loaded", note=Note(confidence=2, rationale="it judges", rewrite="")
    )
    assert marks["gap"].spans[0].note == Note(confidence=2, rewrite="[name] said so", also=("missing",))
    ann = text.index("Ann")
    source = Span(ann, ann + 3, "source", relation=0, note=Note(confidence=3))
    assert source in marks["attribution"].spans
    assert marks["frame"].units == (
        Unit(0, 8, ("Other",)),
        Unit(0, len(text), ("Politics",)),
        Unit(10, len(text) - 1, ("Politics", "Other")),
    )
    assert marks["portrayal"].portrayals == (
        Portrayal("Ann", "neutral", "none", evidence=((ann, ann + 3),), confidence=1),
        Portrayal("plan", "negative", "victim", confidence=1),
    )
    gold = {layer: annotations[0] for layer, annotations in dataset.gold.items()}
    assert gold["gap"].spans[0].note == Note(support=("P", "Q", "R"), rewrite="[name] said so")
    assert gold["portrayal"].portrayals == (Portrayal("Ann", "neutral", "none", 3, 3),)
    assert gold["slant"].units == (Unit(0, len(text), ("strong",)),)
    assert {annotation.annotator for annotation in gold.values()} == {None}


def test_a_folder_is_loaded_by_its_path_as_by_its_name() -> None:
    by_name = data.load("turkey_drones")
    by_path = data.load(data.packaged_root() / "turkey_drones")
    assert by_name == by_path
    assert by_path.path == data.packaged_root() / "turkey_drones"
    manifest = (by_path.path / "manifest.json").read_bytes()
    assert by_path.manifest_sha256 == hashlib.sha256(manifest).hexdigest()


@pytest.mark.parametrize("name", ["turkey_drone", "Turkey_Drones"])
def test_an_unknown_name_brings_the_nearest_one(name: str) -> None:
    with pytest.raises(UsageError, match="did you mean 'turkey_drones'"):
        data.load(name)


@pytest.mark.parametrize("name", ["zzz", "x" * 5000, "a\0b", "/etc/passwd/none"])
def test_an_impossible_name_brings_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError, match="known: fictional_news, turkey_drones"):
        data.check(name)


def test_a_folder_without_a_manifest_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no manifest\.json"):
        data.load(tmp_path)


ROW_FAULTS: list[tuple[str, int, Callable[[Any], object], str]] = [
    ("gold/gap.jsonl", 1, lambda r: r.update(document="d3"), "unknown document 'd3'; known: d1, d2"),
    (
        "gold/gap.jsonl",
        1,
        lambda r: r.update(layer="technique"),
        "layer 'technique' in the file of layer 'gap'",
    ),
    ("gold/gap.jsonl", 1, lambda r: r.update(annotator="P"), "gold names an annotator, 'P'"),
    ("gold/gap.jsonl", 2, lambda r: r.update(document="d1"), "a second row for document 'd1'"),
    ("gold/gap.jsonl", 1, lambda r: r.update(extra=1), "unknown field `extra`"),
    ("gold/gap.jsonl", 1, lambda r: r["spans"][0].pop("text"), "missing required field `text`"),
    ("gold/gap.jsonl", 1, lambda r: r["spans"][0].update(start=-1), "`int` >= 0"),
    ("gold/gap.jsonl", 1, lambda r: r["spans"][0].update(start=10**400), "$.spans[0].start"),
    ("gold/gap.jsonl", 1, lambda r: r["spans"][0].update(end=2**40), "`int` <= 2147483647"),
    ("gold/gap.jsonl", 1, lambda r: r["spans"][0].update(end=5), "reversed or empty"),
    ("gold/gap.jsonl", 1, lambda r: r["spans"][0].update(end=999), "beyond the document's 71 characters"),
    (
        "gold/gap.jsonl",
        1,
        lambda r: r["spans"][0].update(text="Sources"),
        "the document has 'Sources said so'",
    ),
    ("gold/gap.jsonl", 1, lambda r: r["spans"][0].update(label="missin"), "did you mean 'missing'"),
    (
        "gold/gap.jsonl",
        1,
        lambda r: r["spans"].append(r["spans"][0]),
        "spans[1] 54–69 'anonymous': it stands twice",
    ),
    (
        "gold/gap.jsonl",
        1,
        lambda r: r["spans"][0].update(support=["P", "S"]),
        "'S' did not annotate this layer",
    ),
    ("gold/gap.jsonl", 1, lambda r: r["spans"][0].update(support=["Q", "P"]), "the support is not in order"),
    ("gold/gap.jsonl", 1, lambda r: r["spans"][0].update(text="\0\n" * 99), "not '\\x00\\n"),
    ("annotators/gap.jsonl", 1, lambda r: r.update(annotator="p"), "unknown annotator 'p', did you mean 'P'"),
    ("annotators/gap.jsonl", 1, lambda r: r.pop("annotator"), "no annotator is named"),
    (
        "annotators/gap.jsonl",
        2,
        lambda r: r.update(annotator="P"),
        "a second row for document 'd1' by annotator 'P'",
    ),
    ("annotators/gap.jsonl", 1, lambda r: r["spans"][0].update(confidence=4), "`int` <= 3"),
    ("annotators/gap.jsonl", 1, lambda r: r["spans"][0].update(also=["x"]), "layer 'gap' has no label 'x'"),
    ("annotators/gap.jsonl", 1, lambda r: r["spans"][0].update(also=["anonymous"]), "is given twice"),
    ("gold/attribution.jsonl", 1, lambda r: r["spans"].pop(1), "spans: relation 0 has no cue"),
    ("gold/attribution.jsonl", 1, lambda r: r["spans"].append(r["spans"][0]), "'source': it stands twice"),
    ("gold/attribution.jsonl", 1, lambda r: r["spans"][0].update(relation=None), "Expected `int`"),
    (
        "gold/frame.jsonl",
        1,
        lambda r: r["units"][0].update(start=1),
        "no sentence, no paragraph and not the whole",
    ),
    ("gold/frame.jsonl", 1, lambda r: r["units"].pop(0), "1 units of kind 'paragraph', the first at 0–8"),
    ("gold/frame.jsonl", 1, lambda r: r["units"][0].update(labels=["Otter"]), "did you mean 'Other'"),
    ("gold/frame.jsonl", 1, lambda r: r["units"].append(r["units"][0]), "units[3] 0–8: it stands twice"),
    (
        "gold/portrayal.jsonl",
        1,
        lambda r: r["entities"][0].update(stance="good"),
        "Invalid enum value 'good'",
    ),
    (
        "gold/portrayal.jsonl",
        1,
        lambda r: r["entities"][0].update(role_support=4),
        "4 annotators support its role",
    ),
    (
        "gold/portrayal.jsonl",
        1,
        lambda r: r["entities"].append(r["entities"][0]),
        "entities[1] 'Ann': it stands twice",
    ),
    (
        "annotators/portrayal.jsonl",
        1,
        lambda r: r["entities"][0]["evidence"][0].update(text="An"),
        "evidence 32–35: the document has 'Ann' there, not 'An'",
    ),
    ("documents.jsonl", 1, lambda r: r["tokens"][2].reverse(), "tokens[2] 13–10: boundaries are ascending"),
    (
        "documents.jsonl",
        1,
        lambda r: r["tokens"][1].__setitem__(1, 12),
        "tokens[2] 10–13: boundaries are ascending",
    ),
    (
        "documents.jsonl",
        1,
        lambda r: r["sentences"][-1].__setitem__(1, 99),
        "within the document's 71 characters",
    ),
    ("documents.jsonl", 1, lambda r: r["tokens"].append([2**63, 2**64]), "`int` <= 2147483647"),
    ("documents.jsonl", 1, lambda r: r.update(split="tests"), "unknown split 'tests', did you mean 'test'"),
    ("documents.jsonl", 2, lambda r: r.update(id="d1"), "document 'd1' stands twice"),
]


def test_a_part_of_an_attribution_may_have_several_fragments(small: Path) -> None:
    def halve(row: Any) -> None:
        source = row["spans"][0]
        middle = source["start"] + 2
        row["spans"].append(source | {"start": middle, "text": source["text"][2:]})
        source.update(end=middle, text=source["text"][:2])

    edit_row(small, "gold/attribution.jsonl", 1, halve)
    parts = data.load(small).gold["attribution"][0].spans
    assert len([part for part in parts if (part.relation, part.label) == (0, "source")]) == 2


@pytest.mark.parametrize(("file", "line", "edit", "message"), ROW_FAULTS)
def test_a_faulty_row_is_named_with_its_line(
    small: Path, file: str, line: int, edit: Callable[[Any], object], message: str
) -> None:
    edit_row(small, file, line, edit)
    found = messages(small)
    assert any(fault.startswith(f"{file}:{line}: ") and message in fault for fault in found), found


MANIFEST_FAULTS: list[tuple[Callable[[Any], object], str]] = [
    (lambda m: m.update(schema=2), "Invalid enum value 2"),
    (lambda m: m.update(extra=1), "unknown field `extra`"),
    (lambda m: m.update(name="../up"), "$.name"),
    (lambda m: m["layers"].update({"a/b": m["layers"]["gap"]}), "matching regex"),
    (lambda m: m["annotators"].append(m["annotators"][0]), "annotators: 'P' stands 2 times"),
    (lambda m: m["layers"]["gap"].update(labels=[]), "layers.gap: no labels"),
    (lambda m: m["layers"]["gap"].update(labels=["a", "a"]), "layers.gap.labels: 'a' stands 2 times"),
    (lambda m: m["layers"]["gap"].update(annotators=["P", "P"]), "layers.gap.annotators: 'P' stands 2 times"),
    (lambda m: m["layers"]["gap"].update(annotators=["q"]), "unknown annotator 'q', did you mean 'Q'"),
    (lambda m: m["layers"]["gap"].update(unit="sentence"), "layers.gap: a unit is given for layers of units"),
    (lambda m: m["layers"]["frame"].update(unit=None), "layers.frame: a unit is given for layers of units"),
    (lambda m: m["layers"]["attribution"].update(labels=["cue"]), "the labels of relations are source, cue"),
    (lambda m: m["layers"]["portrayal"].update(labels=["none"]), "the labels of entities are positive"),
    (lambda m: m["aliases"].update(Ann="Anna"), "aliases: 'Ann' is not in lower case"),
    (lambda m: m["files"].pop("gold/gap.jsonl"), "files: 'gold/gap.jsonl' is not named"),
    (lambda m: m["files"]["gold/gap.jsonl"].update(rows=None), "'gold/gap.jsonl' has no number of rows"),
    (lambda m: m["files"].update({"gold/gab.jsonl": m["files"]["LICENSE"]}), "did you mean 'gold/gap.jsonl'"),
    *(
        (
            lambda m, p=path: m["files"].update({p: m["files"]["LICENSE"]}),
            "is no plain path within the folder",
        )
        for path in (
            "../up",
            "/etc/passwd",
            "a/../../b",
            "a\\b",
            "nul\0",
            "",
            ".",
            "./a",
            "a//b",
            "manifest.json",
        )
    ),
]


@pytest.mark.parametrize(("edit", "message"), MANIFEST_FAULTS)
def test_a_faulty_manifest_is_told(small: Path, edit: Callable[[Any], object], message: str) -> None:
    edit_manifest(small, edit)
    found = messages(small)
    assert any(fault.startswith("manifest.json: ") and message in fault for fault in found), found


def test_every_fault_is_listed_in_the_order_of_files_and_lines(small: Path) -> None:
    edit_row(small, "gold/technique.jsonl", 1, lambda row: row["spans"][1].update(label="lauded"))
    edit_row(small, "gold/technique.jsonl", 1, lambda row: row["spans"][0].update(text="vila"))
    edit_row(small, "annotators/gap.jsonl", 3, lambda row: row["spans"][0].update(end=1000))
    edit_row(small, "gold/gap.jsonl", 2, lambda row: row.update(document="d9"))
    assert messages(small) == [
        "annotators/gap.jsonl:3: spans[0] 54–1000 'anonymous': the offsets reach beyond the document's 71 "
        "characters",
        "gold/gap.jsonl: no row for document 'd2'",
        "gold/gap.jsonl:2: unknown document 'd9'; known: d1, d2",
        "gold/technique.jsonl:1: spans[0] 14–18 'loaded': the document has 'vile' there, not 'vila'",
        "gold/technique.jsonl:1: spans[1] 48–52 'lauded': layer 'technique' has no label 'lauded', "
        "did you mean 'loaded'?",
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "broken JSON"),
        (b"[" * 100_000, "Expected `object`"),
        (b'{"document":' + b"[" * 100_000, "Expected `str`"),
        (b'{"document":"d1","layer":"gap","spans":' + b"[" * 100_000, "Expected `object`"),
        (b'{"document":"\xff"}', "not UTF-8"),
        (b'{"document":"\\ud800"}', "broken JSON"),
        (b'{"document":"\xed\xa0\x80"}', "not UTF-8"),
        (b"\xef\xbb\xbf{}", "byte-order mark"),
        (b'{"document":"d1","layer":"gap","spans":NaN}', "broken JSON"),
        (b'{"document":"d\\u00001","layer":"gap","spans":[]}', "unknown document"),
    ],
)
def test_hostile_lines_are_told_and_the_others_still_checked(small: Path, line: bytes, message: str) -> None:
    path = small / "gold" / "gap.jsonl"
    _, second = path.read_bytes().splitlines()
    write_file(small, "gold/gap.jsonl", line + b"\n\n" + second.replace(b'"d2"', b'"d2x"') + b"\n")
    found = messages(small)
    assert any(fault.startswith("gold/gap.jsonl:1: ") and message in fault for fault in found), found
    assert any(fault.startswith("gold/gap.jsonl:3: unknown document 'd2x'") for fault in found), found


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff", b'"\\ud800"', b"[" * 100_000, b'{"schema":1e999}']
)
def test_hostile_manifests_are_told(small: Path, content: bytes) -> None:
    (small / "manifest.json").write_bytes(content)
    assert [fault.partition(": ")[0] for fault in messages(small)] == ["manifest.json"]


def test_a_changed_file_is_told(small: Path) -> None:
    path = small / "gold" / "slant.jsonl"
    path.write_bytes(path.read_bytes().replace(b"strong", b"none"))
    assert messages(small) == ["gold/slant.jsonl: its SHA-256 is not the one that the manifest gives"]
    (small / "LICENSE").write_text("all mine\n", encoding="utf-8")
    assert len(messages(small)) == 2


def test_missing_and_stray_files_are_told(small: Path) -> None:
    (small / "gold" / "slant.jsonl").rename(small / "gold" / "slan.jsonl")
    (small / ".gitattributes").write_text("", encoding="utf-8")
    (small / ".cache").mkdir()
    (small / ".cache" / "x").write_text("", encoding="utf-8")
    (small / "LICENSE").unlink()
    assert messages(small) == [
        "LICENSE: cannot be read: No such file or directory",
        "gold/slan.jsonl: the manifest does not name it, did you mean 'gold/slant.jsonl'?",
        "gold/slant.jsonl: cannot be read: No such file or directory",
    ]


def test_wrong_counts_are_told(small: Path) -> None:
    edit_manifest(small, lambda manifest: manifest["files"]["gold/gap.jsonl"].update(rows=3))
    edit_manifest(small, lambda manifest: manifest["splits"].update(train=2, extra=1))
    assert messages(small) == [
        "documents.jsonl: split 'train' has 1 documents, the manifest says 2",
        "documents.jsonl: split 'extra' has 0 documents, the manifest says 1",
        "gold/gap.jsonl: it has 2 rows, the manifest says 3",
    ]


def test_a_broken_document_does_not_bring_faults_of_its_annotations(small: Path) -> None:
    content = (small / "documents.jsonl").read_bytes()
    write_file(small, "documents.jsonl", b"!" + content)
    assert [fault.partition(" (")[0] for fault in messages(small)] == [
        "documents.jsonl:1: broken JSON: JSON is malformed: invalid character"
    ]


def test_reversed_boundaries_break_no_annotation_of_them(small: Path) -> None:
    edit_row(small, "documents.jsonl", 1, lambda row: row["sentences"].append([9, 3]))
    edit_row(
        small, "gold/frame.jsonl", 1, lambda row: row["units"].append({"start": 9, "end": 3, "labels": []})
    )
    assert len(messages(small)) == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=st.sampled_from(["manifest.json", "documents.jsonl", "gold/frame.jsonl"]), at=st.data())
def test_damage_to_a_file_is_seen_and_breaks_nothing(small: Path, file: str, at: st.DataObject) -> None:
    original = (small / file).read_bytes()
    place = at.draw(st.integers(0, len(original) - 1))
    damage = at.draw(st.binary(max_size=3).filter(lambda new: new != original[place : place + 1]))
    try:
        (small / file).write_bytes(original[:place] + damage + original[place + 1 :])
        faults = data.check(small)
    finally:
        (small / file).write_bytes(original)
    # Nothing in the folder holds the manifest's own checksum: a signature does.
    assert faults or file == "manifest.json"


def test_both_datasets_load_without_hugging_face() -> None:
    code = "from benchmark import data; [data.load(n) for n in data.names()]; import sys; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"datasets", "pandas", "pyarrow", "sklearn"} & set(result.stdout.split())


class TestOnly:
    def test_documents_come_in_the_order_asked_for_with_all_that_is_theirs(self, small: Path) -> None:
        dataset = data.load(small)
        turned = dataset.only([1, 0])
        assert [document.id for document in turned.documents] == ["d2", "d1"]
        assert turned.gold == {layer: (second, first) for layer, (first, second) in dataset.gold.items()}
        assert turned.marks["gap"]["Q"] == dataset.marks["gap"]["Q"][::-1]
        assert turned.splits == dataset.splits
        assert turned.only([1, 0]) == dataset

    def test_a_split_without_documents_is_left_out(self, small: Path) -> None:
        dataset = data.load(small)
        first = dataset.only([0])
        assert first.splits == {"train": ("d1",)}
        assert first.layers == dataset.layers
        assert [len(given) for given in first.gold.values()] == [1] * 6
        assert dataset.only([]).documents == ()
        assert len(dataset.documents) == 2

    def test_a_place_twice_or_beyond_is_refused(self, small: Path) -> None:
        dataset = data.load(small)
        with pytest.raises(ValueError, match="twice"):
            dataset.only([0, 0])
        for place in (2, -1):
            with pytest.raises(IndexError, match="none of the 2"):
                dataset.only([place])
