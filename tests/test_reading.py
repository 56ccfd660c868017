"""Damaged datasets of Parquet: every fault is told with file and row, and none breaks the reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_dataset import edit_manifest
from store_records import add

from benchmark import data
from benchmark.corpora.base import Report
from benchmark.errors import DataError
from benchmark.fileio import sha256


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "store"
    monkeypatch.setenv("FRAMEBENCH_DATA", str(folder))
    return folder


def rewrite(folder: Path, name: str, content: bytes) -> None:
    """Write a file of a dataset folder, so that its checksum is right."""
    (folder / name).write_bytes(content)
    edit_manifest(folder, lambda manifest: manifest["files"][name].update(sha256=sha256(content)))


def edit_table(folder: Path, name: str, edit: Callable[[list[Any]], object]) -> None:
    """Change the rows of a Parquet file; its checksum and number of rows stay right."""
    table = pq.ParquetFile(folder / name).read()
    rows = table.to_pylist()
    edit(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), folder / name)
    rewrite(folder, name, (folder / name).read_bytes())
    edit_manifest(folder, lambda manifest: manifest["files"][name].update(rows=len(rows)))


TABLE_FAULTS: list[tuple[str, Callable[[list[Any]], object], str]] = [
    ("documents.parquet", lambda r: r[0].update(id=""), "documents.parquet:1: the id is empty"),
    ("documents.parquet", lambda r: r[1].update(id="d2"), "documents.parquet:2: document 'd2' stands twice"),
    ("documents.parquet", lambda r: r[0].update(text=None), "column 'text' has empty cells"),
    ("documents.parquet", lambda r: r[0].update(tokens=[[1, 0]]), ":1: tokens[0] 1–0: boundaries are"),
    ("documents.parquet", lambda r: r[0].update(tokens=[[-1, 1]]), ":1: tokens[0] -1–1: boundaries are"),
    ("documents.parquet", lambda r: r[0].update(tokens=[None]), "a boundary is empty"),
    ("documents.parquet", lambda r: r[0].update(tokens=[[0, None]]), "a boundary is empty"),
    ("documents.parquet", lambda r: r[0].update(metadata=[("a", None)]), "'metadata' has empty values"),
    ("documents.parquet", lambda r: r[0].update(split="tests"), "unknown split 'tests'"),
    ("gold/bias.parquet", lambda r: r[0].update(layer="b"), ":1: layer 'b' in the file of layer 'bias'"),
    ("gold/bias.parquet", lambda r: r[0].update(document="d3"), ":1: unknown document 'd3'; known: d1, d2"),
    (
        "gold/bias.parquet",
        lambda r: r[0].update(units=None),
        ":1: Expected `array`, got `null` - at `$.units`",
    ),
    ("gold/bias.parquet", lambda r: r[0]["units"][0].update(start=-1), ":1: Expected `int` >= 0"),
    ("gold/bias.parquet", lambda r: r[0]["units"][0].update(labels=["maybe"]), "has no label 'maybe'"),
    ("gold/bias.parquet", lambda r: r.pop(), "gold/bias.parquet: no row for document 'd1'"),
    (
        "gold/technique.parquet",
        lambda r: r[1]["spans"][0].update(text="good"),
        "the document has 'vile' there",
    ),
    ("annotators/technique.parquet", lambda r: r[0].update(annotator="A3"), ":1: unknown annotator 'A3'"),
]


class TestDamage:
    @pytest.mark.parametrize(("file", "edit", "message"), TABLE_FAULTS)
    def test_a_faulty_row_is_told_with_its_number(
        self, file: str, edit: Callable[[list[Any]], object], message: str
    ) -> None:
        folder = add()
        edit_table(folder, file, edit)
        found = [str(fault).removeprefix(f"{folder}/") for fault in data.check("small")]
        assert any(fault.startswith(file) and message in fault for fault in found), found
        with pytest.raises(DataError):
            data.load("small")

    def test_marks_may_lack_a_row_and_gold_may_not(self) -> None:
        folder = add()
        edit_table(folder, "annotators/technique.parquet", lambda rows: rows.pop(0))
        assert data.load("small").marks["technique"]["A10"][0] is None

    def test_wrong_numbers_of_rows_are_told(self) -> None:
        folder = add()
        edit_manifest(folder, lambda m: m["files"]["gold/bias.parquet"].update(rows=3))
        assert [fault.message for fault in data.check("small")] == ["it has 2 rows, the manifest says 3"]

    @pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" * 9, b"{}", b"\0" * 100])
    def test_what_is_no_parquet_is_told(self, content: bytes) -> None:
        folder = add()
        rewrite(folder, "documents.parquet", content)
        assert [str(fault).partition(": ")[2][:14] for fault in data.check("small")] == ["broken Parquet"]

    def test_other_columns_are_told(self) -> None:
        folder = add()
        pq.write_table(pa.table({"id": ["d1", "d2"]}), folder / "documents.parquet")
        rewrite(folder, "documents.parquet", (folder / "documents.parquet").read_bytes())
        assert "its columns are not those of this table, but id string" in data.check("small")[0].message

    def test_a_missing_file_is_told(self) -> None:
        folder = add()
        (folder / "gold" / "bias.parquet").unlink()
        (folder / "problems.jsonl").unlink()
        assert [fault.message for fault in data.check("small")] == [
            "cannot be read: No such file or directory",
            "cannot be read: No such file or directory",
        ]

    @pytest.mark.parametrize(
        ("edit", "message"),
        [
            (lambda m: m["files"].pop("problems.jsonl"), "files: 'problems.jsonl' is not named"),
            (lambda m: m["files"].pop("gold/bias.parquet"), "files: 'gold/bias.parquet' is not named"),
            (lambda m: m["files"].update({"x.parquet": m["files"]["problems.jsonl"]}), "belongs to no layer"),
            (lambda m: m.update(storage="csv"), "Invalid enum value 'csv'"),
        ],
    )
    def test_a_faulty_manifest_is_told(self, edit: Callable[[Any], object], message: str) -> None:
        edit_manifest(add(), edit)
        assert any(message in fault.message for fault in data.check("small"))

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        file=st.sampled_from(["documents.parquet", "gold/technique.parquet", "problems.jsonl"]), at=st.data()
    )
    def test_damage_to_a_file_is_seen_and_breaks_nothing(self, file: str, at: st.DataObject) -> None:
        report = Report()
        report.note("span dropped", "a.txt", 7, "it ends before it begins")
        folder = add(report=report, replace=True)
        original = (folder / file).read_bytes()
        place = at.draw(st.integers(0, len(original) - 1))
        damage = at.draw(st.binary(max_size=3).filter(lambda new: new != original[place : place + 1]))
        (folder / file).write_bytes(original[:place] + damage + original[place + 1 :])
        assert any("SHA-256" in fault.message for fault in data.check(folder))
        (folder / file).write_bytes(original)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(file=st.sampled_from(["documents.parquet", "gold/technique.parquet"]), at=st.data())
    def test_damage_under_a_right_checksum_breaks_nothing(self, file: str, at: st.DataObject) -> None:
        folder = add(replace=True)
        original = (folder / file).read_bytes()
        place = at.draw(st.integers(0, len(original) - 1))
        rewrite(folder, file, original[:place] + at.draw(st.binary(max_size=3)) + original[place + 1 :])
        faults = data.check(folder)
        assert all(fault.path.is_relative_to(folder) for fault in faults)
