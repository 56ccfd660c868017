"""The local store: what is written comes back, twice the same, and nothing in it can harm."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect
from small_dataset import edit_manifest
from store_records import ABOUT, LAYERS, OTHER, TEXT, add, contents, record, records

from benchmark import data, store
from benchmark.corpora.base import MOST_FAULTS, Input, Record, Report
from benchmark.errors import DataError, UsageError
from benchmark.fileio import sha256
from benchmark.model import Annotation, Document, Portrayal, Span, Unit, offsets
from benchmark.store import tables, writer
from benchmark.store.writer import natural


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "store"
    monkeypatch.setenv("FRAMEBENCH_DATA", str(folder))
    return folder


class TestRoundTrip:
    def test_all_that_is_written_comes_back(self) -> None:
        add()
        dataset = data.load("small")
        written = records()
        assert dataset.documents == tuple(one.document for one in written)
        for one, own in zip(dataset.documents, written, strict=True):
            assert one.sentences.tolist() == own.document.sentences.tolist()
            assert one.tokens.tolist() == own.document.tokens.tolist()
            assert not one.tokens.flags.writeable
        assert [document.group for document in dataset.documents] == [None, "e1"]
        assert dataset.gold == {layer: tuple(one.gold[layer] for one in written) for layer in LAYERS}
        assert dataset.splits == {"train": ("d1",), "test": ("d2",)}
        assert list(dataset.splits) == ["train", "test"]
        assert (dataset.group, dataset.corpus) == ("event", "made_up")
        assert dataset.licence == data.Licence("CC0-1.0", "CC0-1.0")

    def test_an_annotator_has_none_for_what_that_one_did_not_see(self) -> None:
        add()
        dataset = data.load("small")
        assert dataset.annotators == ("A2", "A10")
        assert dataset.layers["technique"].annotators == ("A2", "A10")
        assert dataset.layers["bias"].annotators == ()
        assert "bias" not in dataset.marks
        second, first = records()
        for layer in ("technique", "attribution", "portrayal"):
            assert dataset.marks[layer] == {
                "A2": (None, first.marks[layer]["A2"]),
                "A10": (second.marks[layer]["A10"], first.marks[layer]["A10"]),
            }

    def test_several_fragments_of_a_cue_are_spans_of_one_relation(self) -> None:
        add()
        spans = data.load("small").gold["attribution"][1].spans
        assert [(span.start, span.label, span.relation) for span in spans] == [
            (16, "source", 0),
            (20, "cue", 0),
            (32, "cue", 0),
        ]

    def test_an_undecided_stance_comes_back(self) -> None:
        one = record()
        undecided = replace(one.gold["portrayal"], portrayals=(Portrayal("Ann", None, None),))
        add([replace(one, gold={**one.gold, "portrayal": undecided}, marks={})])
        dataset = data.load("small")
        assert dataset.gold["portrayal"] == (undecided,)
        origin = data.manifest_of("small").origin
        assert origin is not None
        assert set(origin.counts["train"].layers["portrayal"].labels.values()) == {0}
        assert dataset.marks == {}

    def test_batches_leave_no_trace_in_what_is_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        many = [record(f"d{number}") for number in range(5)]
        add(many, "whole")
        monkeypatch.setattr(writer, "BATCH_DOCUMENTS", 2)
        written: list[int] = []
        folder = add(many, "batches", progress=written.append)
        assert written == [2, 4]
        assert pq.ParquetFile(folder / "documents.parquet").num_row_groups == 3
        whole, batches = data.load("whole"), data.load("batches")
        assert batches.documents == whole.documents
        assert (batches.gold, batches.marks) == (whole.gold, whole.marks)

    def test_a_batch_is_written_when_it_has_many_characters(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(writer, "BATCH_CHARACTERS", len(TEXT) + 1)
        folder = add([record(f"d{number}") for number in range(4)])
        assert pq.ParquetFile(folder / "documents.parquet").num_row_groups == 2

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.tuples(st.text(max_size=40), st.data()), max_size=5), st.data())
    def test_any_text_with_any_boundaries(self, texts: list[Any], at: st.DataObject) -> None:
        given = []
        for number, (text, choice) in enumerate(texts):
            edges = sorted(choice.draw(st.sets(st.integers(0, len(text)))))
            pairs = offsets(list(pairwise(edges)))
            document = Document(str(number), text, pairs, pairs[::2], {text: text}, text or None)
            unit = Annotation(document, "bias", units=(Unit(0, len(text), ()),))
            given.append(Record(document, "all", {"bias": unit}))
        document = Document("last", "x", offsets([(0, 1)]), offsets([]))
        given.append(
            Record(document, "all", {"bias": Annotation(document, "bias", units=(Unit(0, 1, ("yes",)),))})
        )
        about = replace(ABOUT, layers={"bias": replace_entry(unit="document")})
        report = Report()
        add(given, report=report, about=about, replace=True)
        dataset = data.load("small")
        kept = [one for one in given if sound(one.document)]
        assert report.counts.total() == len(given) - len(kept)
        assert dataset.documents == tuple(one.document for one in kept)
        for one, own in zip(dataset.documents, kept, strict=True):
            assert one.sentences.tolist() == own.document.sentences.tolist()
            assert one.tokens.tolist() == own.document.tokens.tolist()


def replace_entry(**changes: Any) -> Any:
    import msgspec

    return msgspec.structs.replace(LAYERS["bias"], **changes)


def sound(document: Document) -> bool:
    try:
        document.text.encode()
    except UnicodeEncodeError:
        return False
    return True


class TestManifest:
    def test_it_tells_what_was_read_and_what_was_found(self) -> None:
        report = Report()
        report.note("span dropped", "a.txt", 7, "it ends before it begins")
        add(report=report, options={"part": "SG1"}, archive=Input("a.zip", "c" * 64, 5))
        manifest = data.manifest_of("small")
        origin = manifest.origin
        assert origin is not None
        assert (origin.adapter, origin.version, origin.options) == ("made_up", 3, {"part": "SG1"})
        assert {name: (entry.bytes, entry.archive) for name, entry in origin.inputs.items()} == {
            "a.txt": (10, False),
            "a.zip": (5, True),
            "b.txt": (20, False),
        }
        assert list(origin.inputs) == ["a.txt", "a.zip", "b.txt"]
        assert origin.problems == {"span dropped": 1}
        assert manifest.splits == {"train": 1, "test": 1}
        train = origin.counts["train"]
        # "\ufeffThe vile plan." and "Ann said it was vile.": U+FEFF, then 4 and 6 tokens with the full stops.
        assert (train.documents, train.sentences, train.characters) == (1, 2, len(TEXT))
        assert train.tokens == len(record().document.tokens)
        assert train.layers["technique"].labels == {"loaded": 1, "name": 1}
        assert train.layers["attribution"].labels == {"source": 1, "cue": 2, "content": 0}
        assert train.layers["attribution"].relations == 1
        assert (train.layers["bias"].labels, train.layers["bias"].unlabelled) == ({"yes": 1, "no": 0}, 1)
        assert train.layers["portrayal"].labels["neutral"] == 1
        assert origin.counts["test"].layers["bias"].labels == {"yes": 0, "no": 1}
        assert origin.counts["test"].characters == len(OTHER)

    def test_problems_stand_in_a_file_of_their_own(self) -> None:
        report = Report()
        report.note("span dropped", "a.txt", 7, "it ends before it begins")
        report.note("file skipped", "b.txt", None, "it is empty")
        folder = add(report=report)
        rows = [json.loads(line) for line in (folder / "problems.jsonl").read_bytes().splitlines()]
        assert rows == [
            {"kind": "span dropped", "file": "a.txt", "line": 7, "message": "it ends before it begins"},
            {"kind": "file skipped", "file": "b.txt", "line": None, "message": "it is empty"},
        ]

    def test_all_problems_are_counted_and_the_first_are_kept(self) -> None:
        report = Report()
        for number in range(MOST_FAULTS + 5):
            report.note("span dropped", "a.txt", number, "no")
        folder = add(report=report)
        manifest = data.manifest_of("small")
        assert manifest.origin is not None
        assert manifest.origin.problems == {"span dropped": MOST_FAULTS + 5}
        assert manifest.files["problems.jsonl"].rows == MOST_FAULTS
        assert data.check(folder) == []

    def test_every_file_is_named_with_its_checksum_and_rows(self) -> None:
        folder = add()
        files = data.manifest_of(folder).files
        found = contents(folder)
        assert set(found) == {*files, "manifest.json"}
        assert all(sha256(found[name]) == entry.sha256 for name, entry in files.items())
        assert files["annotators/technique.parquet"].rows == 3
        assert files["gold/technique.parquet"].rows == files["documents.parquet"].rows == 2

    def test_splits_stand_in_their_usual_order(self) -> None:
        names = ("test", "extra", "all", "dev", "train")
        add([record(f"d{number}", split=name) for number, name in enumerate(names)])
        assert list(data.load("small").splits) == ["train", "dev", "test", "all", "extra"]

    def test_who_found_the_sentences_is_told(self) -> None:
        add()
        assert data.manifest_of("small").segmentation.sentences.startswith("sentencex ")
        add(name="given", about=replace(ABOUT, sentences="the corpus"))
        assert data.manifest_of("given").segmentation.sentences == "the corpus"

    def test_layers_that_contradict_themselves_are_told(self) -> None:
        about = replace(ABOUT, layers={"bias": replace_entry(labels=("yes", "yes"))})
        one = record()
        broken = replace(one, gold={"bias": one.gold["bias"]}, marks={})
        with pytest.raises(DataError, match="'yes' stands 2 times"):
            add([broken], about=about)


class TestTwice:
    def test_a_second_time_gives_equal_bytes(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        first = contents(add())
        assert contents(add()) == first
        monkeypatch.setenv("FRAMEBENCH_DATA", str(home.parent / "elsewhere"))
        assert contents(add()) == first

    def test_another_content_needs_a_word(self) -> None:
        before = contents(add())
        with pytest.raises(UsageError, match="would change; give --replace"):
            add([record("d9")])
        assert contents(data.locate("small")) == before
        add([record("d9")], replace=True)
        assert [document.id for document in data.load("small").documents] == ["d9"]

    def test_a_folder_of_another_kind_is_never_replaced(self, home: Path) -> None:
        (home / "small").mkdir(parents=True)
        (home / "small" / "thesis.txt").write_text("mine", encoding="utf-8")
        with pytest.raises(UsageError, match="was not written by 'bench data add'"):
            add(replace=True)
        (home / "small" / "manifest.json").write_text("{}", encoding="utf-8")
        with pytest.raises(UsageError, match="was not written by 'bench data add'"):
            add(replace=True)
        assert (home / "small" / "thesis.txt").read_text(encoding="utf-8") == "mine"

    def test_a_link_is_never_replaced(self, home: Path) -> None:
        home.mkdir()
        (home / "small").symlink_to(home.parent / "nowhere")
        with pytest.raises(UsageError, match="is a link"):
            add(replace=True)

    def test_a_store_that_cannot_be_written_is_told(self, home: Path) -> None:
        home.write_text("a file", encoding="utf-8")
        with pytest.raises(UsageError, match="cannot be written"):
            add()

    def test_a_failure_leaves_nothing(self, home: Path) -> None:
        def broken() -> Iterator[Record]:
            yield record()
            raise DataError([])

        with pytest.raises(DataError):
            add(broken())
        assert [*home.iterdir()] == []


def with_gold(name: str, **changes: Any) -> Record:
    one = record("bad")
    return replace(one, gold={**one.gold, name: replace(one.gold[name], **changes)})


def with_document(**changes: Any) -> Record:
    one = record("bad")
    return replace(one, document=replace(one.document, **changes))


def with_marks(name: str, annotator: str) -> Record:
    one = record("bad")
    return replace(one, marks={"technique": {name: replace(one.gold["technique"], annotator=annotator)}})


BAD_RECORDS: list[tuple[Callable[[], Record], str]] = [
    (lambda: record(""), "it has no id"),
    (lambda: record("bad", split="my split"), "'my split' cannot name a split"),
    (lambda: record("bad", split=""), "'' cannot name a split"),
    (lambda: with_document(text="\ud800"), "surrogates not allowed"),
    (lambda: with_document(metadata={"a": "\ud800"}), "surrogates not allowed"),
    (lambda: with_document(group="\ud800"), "surrogates not allowed"),
    (lambda: with_document(tokens=offsets([(3, 2)])), "tokens[0] 3–2: boundaries are ascending"),
    (lambda: with_document(sentences=offsets([(-1, 2)])), "sentences[0] -1–2: boundaries are ascending"),
    (lambda: replace(record("bad"), gold={}), "it has no gold in layer 'attribution'"),
    (lambda: replace(record("bad"), marks={"x": {}}), "the corpus has no layer 'x'"),
    (
        lambda: with_gold("technique", spans=(Span(5, 9, "lauded"),)),
        "layer 'technique': spans[0] 5–9 'lauded'",
    ),
    (lambda: with_gold("technique", spans=(Span(5, 9, "name"),) * 2), "it stands twice"),
    (lambda: with_gold("technique", layer="tone"), "holds an annotation in layer 'tone'"),
    (lambda: with_gold("technique", document=record("other").document), "an annotation of document 'other'"),
    (lambda: with_gold("attribution", spans=(Span(5, 9, "cue"),)), "Expected `int`"),
    (lambda: with_gold("attribution", spans=(Span(5, 9, "source", relation=0),)), "has no cue"),
    (lambda: with_gold("bias", units=()), "no entry for 2 units of kind 'sentence'"),
    (lambda: with_gold("bias", units=(Unit(1, 3, ()),)), "it is no sentence"),
    (lambda: with_gold("technique", spans=(Span(5, 9, "na\ud800me"),)), "surrogates"),
    (lambda: with_marks("my name", "my name"), "'my name' cannot name an annotator"),
    (lambda: with_marks("A1", "A2"), "marks by 'A2' stand under annotator 'A1'"),
    (lambda: record("d1"), "its id stands twice"),
]


class TestBadRecords:
    @pytest.mark.parametrize(("make", "message"), BAD_RECORDS)
    def test_one_is_told_and_the_others_are_kept(self, make: Callable[[], Record], message: str) -> None:
        report = Report()
        add([record("d1"), make(), record("d3")], report=report)
        assert [document.id for document in data.load("small").documents] == ["d1", "d3"]
        ((kind, fault),) = report.faults
        assert kind == "record dropped"
        assert message in fault.message
        assert str(fault).isprintable()

    def test_the_place_that_a_record_tells_is_kept(self) -> None:
        report = Report()
        add([record("d1"), replace(record("d1"), path="a.csv", line=8)], report=report)
        assert str(report.faults[0][1]) == "a.csv:8: document 'd1': its id stands twice"

    def test_nothing_left_is_an_error_that_tells_why(self, home: Path) -> None:
        with pytest.raises(DataError) as raised:
            add([record("")])
        assert [fault.message for fault in raised.value.faults] == [
            "document '': it has no id",
            "nothing is left that could be added",
        ]
        assert [*home.iterdir()] == []

    @pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a b", "x" * 101, "a\0"])
    def test_a_name_that_is_none_is_refused(self, name: str) -> None:
        with pytest.raises(UsageError, match="cannot name a dataset"):
            add(name=name)


class TestStore:
    def test_the_environment_moves_it(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert store.data_home() == home
        monkeypatch.delenv("FRAMEBENCH_DATA")
        monkeypatch.setenv("XDG_DATA_HOME", str(home.parent / "xdg"))
        assert store.data_home().name == "framebench"

    def test_names_are_those_of_folders_with_a_manifest(self, home: Path) -> None:
        assert store.names() == ()
        assert data.names() == data.SHIPPED
        add(name="zebra")
        add(name="ant")
        (home / "empty").mkdir()
        (home / ".ant-half").mkdir()
        (home / "file").write_text("", encoding="utf-8")
        assert store.names() == ("ant", "zebra")
        assert data.names() == (*data.SHIPPED, "ant", "zebra")

    def test_a_name_is_nearer_than_a_folder(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        add()
        monkeypatch.chdir(home)
        assert data.locate("small") == home / "small"
        assert data.locate("./small") == Path("small")
        assert data.load("./small").gold == data.load("small").gold

    def test_a_corpus_that_is_not_added_tells_the_command(self) -> None:
        with pytest.raises(UsageError, match="add it with: bench data add ptc --from PATH"):
            data.load("ptc")
        with pytest.raises(UsageError, match="did you mean 'ptc'"):
            data.load("ptcc")

    def test_removal_deletes_what_the_store_wrote_alone(self, home: Path) -> None:
        add()
        with pytest.raises(UsageError, match="no dataset 'smal' was added, did you mean 'small'"):
            store.remove("smal")
        assert store.remove("small") == home / "small"
        assert store.names() == ()
        folder = add()
        edit_manifest(folder, lambda manifest: manifest.pop("origin"))
        with pytest.raises(UsageError, match="was not written by"):
            store.remove("small")
        assert folder.exists()

    def test_a_broken_manifest_is_not_deleted(self) -> None:
        folder = add()
        (folder / "manifest.json").write_bytes(b"\xff[" * 5)
        with pytest.raises(UsageError, match="was not written by"):
            store.remove("small")
        with pytest.raises(DataError, match="manifest.json"):
            data.manifest_of("small")

    def test_what_cannot_be_deleted_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        add()

        def refuse(path: Path) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(store.shutil, "rmtree", refuse)
        with pytest.raises(UsageError, match="cannot be deleted: Permission denied"):
            store.remove("small")

    def test_a_name_too_long_for_the_system_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        add()

        def refuse(path: Path) -> bool:
            raise OSError(36, "File name too long")

        monkeypatch.setattr(Path, "is_file", refuse)
        assert store.names() == ()

    def test_a_field_that_no_column_can_hold_is_refused(self) -> None:
        with pytest.raises(TypeError, match="no column can hold"):
            tables._arrow(inspect.FloatType())

    def test_annotators_are_sorted_by_number(self) -> None:
        assert sorted(["A10", "A2", "B1", "A1b"], key=natural) == ["A1b", "A2", "A10", "B1"]


def test_a_dataset_of_the_store_loads_without_pandas(home: Path) -> None:
    add()
    code = "from benchmark import data; data.load('small'); import sys; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(result.stdout.split())
    assert "pyarrow" in loaded
    assert not {"datasets", "pandas", "sklearn"} & loaded
