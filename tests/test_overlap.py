"""Shared documents of datasets and splits, counted, listed, and written in every format."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from benchmark.cli.overlap import overlap
from benchmark.errors import UsageError
from benchmark.overlap import collection, matrix, of_dataset, splits
from benchmark.report.formats import Format
from benchmark.report.overlap import written

LONG = "The council met on Monday and chose, after a long debate, to build the bridge over the river. " * 3
OTHER = (
    "Nobody expected that the small museum in the harbour would draw so many visitors this summer, she said."
)


@pytest.fixture
def pair(dataset_of):
    first = dataset_of(
        [LONG, OTHER, LONG.upper(), "Short one"],
        name="first",
        splits={"train": [0, 1], "dev": [2], "test": [3]},
    )
    second = dataset_of([f"Update. {LONG}", "Another text entirely"], name="second")
    return [of_dataset(first), of_dataset(second)]


def test_the_matrix_counts_the_documents_of_the_row(pair):
    found = {(one.collection, one.other): one for one in matrix(pair)}
    assert [len(found[key].shared) for key in found] == [2, 2, 1, 0]
    assert list(found)[1] == ("first", "second")
    assert found["first", "second"].documents == 4
    (twin,) = found["second", "first"].shared
    assert (twin.test, twin.train, twin.exact) == ("d0", "d0", False)
    assert [twin.exact for twin in found["first", "first"].shared] == [True, True]


def test_splits_that_share_documents_are_found(pair):
    (found,) = splits(pair)
    assert (found.collection, found.other, found.documents) == ("first:dev", "first:train", 1)
    assert [(twin.test, twin.train) for twin in found.shared] == [("d2", "d0")]


def test_a_dataset_of_one_split_has_no_splits_to_compare(pair):
    assert pair[1].splits == ()
    assert [name for name, _ in pair[0].splits] == ["train", "dev", "test"]


def test_the_table_has_a_cell_for_each_pair(pair):
    text = written(matrix(pair), splits(pair), listed=False, fmt=Format.TABLE)
    lines = text.split("\n")
    assert lines[3].split() == ["1", "first", "4", "2", "50%", "2", "50%"]
    assert lines[4].split() == ["2", "second", "2", "1", "50%", "·"]
    assert "Splits that share documents" in text
    assert "Twins within" not in text
    assert max(map(len, lines)) <= 100


def test_pairs_are_listed_on_request(pair):
    text = written(matrix(pair), splits(pair), listed=True, fmt=Format.TABLE)
    titles = ["Twins within first", "first in second", "second in first", "first:dev in first:train"]
    assert [text.index(title) for title in titles] == sorted(text.index(title) for title in titles)
    assert "equal" in text


def test_no_table_of_splits_where_none_share(pair):
    assert "Splits" not in written(matrix(pair[1:]), [], listed=False, fmt=Format.GITHUB)


@pytest.mark.parametrize("listed", [False, True])
def test_csv_and_json_say_the_same(pair, listed):
    arguments = (matrix(pair), splits(pair), listed)
    rows = json.loads(written(*arguments, Format.JSON))
    table = list(csv.DictReader(io.StringIO(written(*arguments, Format.CSV))))
    assert [str(row["other"]) for row in rows] == [row["other"] for row in table]
    assert list(rows[0]) == list(table[0])
    if listed:
        assert {"document", "twin", "similarity", "exact"} < set(rows[0])
        assert len(rows) == 2 + 2 + 1 + 1
    else:
        assert [row["shared"] for row in rows] == [2, 2, 1, 0, 1]
        assert [row["exact"] for row in rows] == [2, 0, 0, 0, 1]
        assert rows[0]["share"] == 0.5


def test_a_collection_is_a_dataset_or_one_of_its_splits():
    assert len(collection("fictional_news").fingerprints) == 28
    found = collection("fictional_news:test")
    assert (found.name, len(found.fingerprints), found.splits) == ("fictional_news:test", 28, ())
    with pytest.raises(UsageError, match="'fictional_news' has no split 'tset', did you mean 'test'"):
        collection("fictional_news:tset")
    with pytest.raises(UsageError, match="did you mean 'fictional_news'"):
        collection("fictional_new")


@pytest.fixture
def command():
    app = typer.Typer()
    app.command()(overlap)
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_the_command_takes_every_dataset_that_is_there(command):
    done = command()
    assert done.exit_code == 0
    assert "1 turkey_drones" in done.stdout
    assert "2 fictional_news" in done.stdout


def test_the_command_takes_names_once_and_writes_json(command):
    done = command("fictional_news", "fictional_news", "--format", "json")
    (row,) = json.loads(done.stdout)
    assert row == {
        "collection": "fictional_news",
        "other": "fictional_news",
        "documents": 28,
        "shared": 0,
        "exact": 0,
        "share": 0.0,
    }


def test_the_command_alone_imports_nothing_heavy():
    import subprocess

    code = (
        "import sys; import benchmark.cli.overlap; "
        "print(any(m in sys.modules for m in ('numpy', 'rensa', 'benchmark.data')))"
    )
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
