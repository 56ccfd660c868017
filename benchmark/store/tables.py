"""Parquet files of documents and annotations: their columns, written in batches and read whole.

Annotations have the columns that rows of JSONL have as keys, made from the same schemas. Boundaries of
sentences and tokens are read as arrays, without an object for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from msgspec import inspect
from numpy.typing import NDArray

from benchmark.model import Document, Offsets
from benchmark.rows import AnyRow, boundary_problems

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

COMPRESSION = "zstd"
LEVEL = 3


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A row of the documents; the counterpart of `benchmark.rows.DocumentRow`."""

    document: Document
    split: str

    @property
    def id(self) -> str:
        """The document's id."""
        return self.document.id

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the row, a message each."""
        if not self.id:
            yield "the id is empty"
        yield from boundary_problems(self.document)

    def value(self) -> Document:
        """Return the document."""
        return self.document


def document_schema() -> pa.Schema:
    """Return the columns of the documents' table; boundaries are pairs of start and end."""
    import pyarrow as pa

    pairs = pa.list_(pa.list_(pa.int32(), 2))
    return pa.schema(
        {
            "id": pa.string(),
            "text": pa.large_string(),
            "split": pa.string(),
            "group": pa.string(),
            "sentences": pairs,
            "tokens": pairs,
            "metadata": pa.map_(pa.string(), pa.string()),
        }
    )


def row_schema(kind: type[AnyRow], gold: bool) -> pa.Schema:
    """Return the columns of the table that holds rows of a schema; gold has no column of annotators."""
    import pyarrow as pa

    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)  # noqa: S101 - all rows are
    fields = {field.encode_name: _arrow(field.type) for field in described.fields}
    if gold:
        del fields["annotator"]
    return pa.schema(fields)


def _arrow(described: inspect.Type) -> pa.DataType:
    """Return the column type for what msgspec tells of a field."""
    import pyarrow as pa

    match described:
        case inspect.IntType():
            return pa.int32()
        case inspect.BoolType():
            return pa.bool_()
        case inspect.StrType() | inspect.LiteralType():
            return pa.string()
        case inspect.VarTupleType(item_type=item):
            return pa.list_(_arrow(item))
        case inspect.StructType(fields=fields):
            return pa.struct({field.encode_name: _arrow(field.type) for field in fields})
        case inspect.UnionType(types=types):
            (given,) = (one for one in types if not isinstance(one, inspect.NoneType))
            return _arrow(given)
    raise TypeError(f"no column can hold {described}")


def document_table(documents: Sequence[Document], splits: Sequence[str]) -> pa.Table:
    """Return documents as a table.

    Parameters
    ----------
    documents
        The documents.
    splits
        The split of each.
    """
    import pyarrow as pa

    schema = document_schema()
    columns = {
        "id": [document.id for document in documents],
        "text": [document.text for document in documents],
        "split": list(splits),
        "group": [document.group for document in documents],
        "sentences": _pairs([document.sentences for document in documents]),
        "tokens": _pairs([document.tokens for document in documents]),
        "metadata": [list(document.metadata.items()) for document in documents],
    }
    return pa.Table.from_pydict(columns, schema=schema)


def _pairs(edges: Sequence[Offsets]) -> pa.Array:
    import pyarrow as pa

    ends = _integers(np.cumsum([0, *map(len, edges)]))
    flat = _integers(np.concatenate([np.empty((0, 2), dtype=np.int64), *edges]))
    return pa.ListArray.from_arrays(ends, pa.FixedSizeListArray.from_arrays(flat, 2))


def _integers(values: NDArray[np.int64]) -> pa.Array:
    """Return integers as a flat array."""
    import pyarrow as pa

    return pa.array(np.ascontiguousarray(values, dtype=np.int32).ravel())


class TableWriter:
    """Writes one Parquet file in batches, so that its size does not hang on the memory.

    The same batches give the same bytes: every batch is a row group, and no time stamp is written.

    Parameters
    ----------
    path
        The file; its folder is made.
    schema
        Its columns.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        path.parent.mkdir(parents=True, exist_ok=True)
        self.rows = 0
        self._schema = schema
        self._writer: pq.ParquetWriter = pq.ParquetWriter(
            path, schema, compression=COMPRESSION, compression_level=LEVEL
        )

    def write(self, table: pa.Table) -> None:
        """Write a batch."""
        self.rows += table.num_rows
        if table.num_rows:
            self._writer.write_table(table, row_group_size=table.num_rows)

    def write_rows(self, rows: Sequence[bytes]) -> None:
        """Write a batch of annotations, each a row as JSON."""
        import pyarrow as pa

        plain = msgspec.json.decode(b"[" + b",".join(rows) + b"]")
        self.write(pa.Table.from_pylist(plain, schema=self._schema))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def read_documents(content: bytes) -> list[StoredDocument]:
    """Return the rows of a documents' table.

    Parameters
    ----------
    content
        A Parquet file.

    Raises
    ------
    ValueError
        Where it is none, or its columns are others.
    """
    table = _read(content, document_schema())
    for name in ("id", "text", "split", "sentences", "tokens", "metadata"):
        if table[name].null_count:
            raise ValueError(f"column '{name}' has empty cells")
    ids, texts, splits, groups, metadata = (
        table[name].to_pylist() for name in ("id", "text", "split", "group", "metadata")
    )
    rows = []
    for place, (sentences, tokens) in enumerate(
        zip(_edges(table["sentences"]), _edges(table["tokens"]), strict=True)
    ):
        fields = _metadata(metadata[place])
        document = Document(ids[place], texts[place], sentences, tokens, fields, groups[place])
        rows.append(StoredDocument(document, splits[place]))
    return rows


def _metadata(pairs: Sequence[tuple[str, str | None]]) -> Mapping[str, str]:
    if any(value is None for _, value in pairs):
        raise ValueError("column 'metadata' has empty values")
    return {name: value for name, value in pairs if value is not None}


def _edges(column: pa.ChunkedArray) -> list[Offsets]:
    """Return the boundaries of each row as an array of shape (n, 2), all of them views of one."""
    lists = column.combine_chunks()
    pairs = lists.values
    if pairs.null_count or pairs.values.null_count:
        raise ValueError("a boundary is empty")
    edges = _values(pairs.values).astype(np.int64).reshape(-1, 2)
    edges.flags.writeable = False
    ends = _values(lists.offsets).tolist()
    return [edges[start:end] for start, end in pairwise(ends)]


def _values(integers: pa.Array) -> NDArray[np.int32]:
    """Return an array of integers without empty cells; its own `to_numpy` imports pandas."""
    if not len(integers):
        return np.empty(0, dtype=np.int32)
    start = integers.offset
    return np.frombuffer(integers.buffers()[1], dtype=np.int32)[start : start + len(integers)]


def read_rows(content: bytes, kind: type[AnyRow], gold: bool) -> list[dict[str, Any]]:
    """Return the rows of a table of annotations, to be converted to their schema.

    Raises
    ------
    ValueError
        Where it is no Parquet file, or its columns are others.
    """
    rows: list[dict[str, Any]] = _read(content, row_schema(kind, gold)).to_pylist()
    return rows


def _read(content: bytes, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Not `read_table`, which imports half of pyarrow, and pandas.
        table = pq.ParquetFile(pa.BufferReader(content)).read()
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"broken Parquet: {str(error).splitlines()[0]}") from error
    if not table.schema.equals(schema):
        found = ", ".join(f"{field.name} {field.type}" for field in table.schema)
        raise ValueError(f"its columns are not those of this table, but {found}")
    return table
