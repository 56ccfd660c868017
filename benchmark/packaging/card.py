"""Write a dataset card: front matter that Hugging Face `datasets` reads, prose, and counts of the labels."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmark.manifest import DOCUMENTS, LayerEntry, gold_file, marks_file
from benchmark.model import Annotation
from benchmark.packaging.template import Template

BEGIN, END = "<!-- counts -->", "<!-- end of counts -->"
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))
_LARGEST = "n>100K"


def card(
    template: Template,
    splits: Mapping[str, int],
    gold: Mapping[str, Sequence[Annotation]],
    marks: Mapping[str, Sequence[Annotation]],
    prose: str | None,
) -> str:
    """Return a dataset card in Markdown.

    Parameters
    ----------
    template
        What its author says of the dataset.
    splits
        Number of documents in each split.
    gold, marks
        The annotations by layer, those of all annotators in one list.
    prose
        An earlier or handwritten card, whose front matter is replaced, as are the counts between the
        two marking comments; None where there is none.
    """
    if prose is None:
        prose = f"\n# {template.title}\n\n{template.description}\n\n## Counts\n\n{BEGIN}\n{END}\n"
    front = "\n".join(["---", *_front_matter(template, splits), "---", ""])
    return front + _with_counts(_without_front_matter(prose), _counts(template, gold, marks))


def _without_front_matter(prose: str) -> str:
    if prose.startswith("---\n") and "\n---\n" in prose[3:]:
        return prose[3:].split("\n---\n", 1)[1]
    return prose


def _with_counts(prose: str, counts: str) -> str:
    before, begin, rest = prose.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{BEGIN}\n{counts}{END}{after}" if begin and end else prose


def _front_matter(template: Template, splits: Mapping[str, int]) -> Iterator[str]:
    """Yield lines of YAML; JSON's quoted strings are YAML too."""
    total = sum(splits.values())
    size = next((name for limit, name in _SIZES if total < limit), _LARGEST)
    fields = {
        "pretty_name": template.title,
        "language": [template.language],
        "license": template.card.license,
        "license_name": template.card.license_name,
        "license_link": template.card.license_link,
        "annotations_creators": template.card.annotations_creators,
        "task_categories": template.card.task_categories,
        "size_categories": [size],
        "tags": template.card.tags,
    }
    for name, value in fields.items():
        if isinstance(value, str):
            yield f"{name}: {_quoted(value)}"
        elif value:
            yield f"{name}:"
            yield from (f"- {_quoted(item)}" for item in value)
    yield "configs:"
    yield from _configurations(template.layers, splits)


def _configurations(layers: Mapping[str, LayerEntry], splits: Mapping[str, int]) -> Iterator[str]:
    """Yield a configuration for each file; of several splits its documents have the names in a column."""
    files = {"documents": DOCUMENTS}
    for name, entry in layers.items():
        files[name] = gold_file(name)
        if entry.annotators:
            files[f"{name}_annotators"] = marks_file(name)
    split = next(iter(splits)) if len(splits) == 1 else "full"
    for name, path in files.items():
        yield f"- config_name: {_quoted(name)}"
        if path == DOCUMENTS:
            yield "  default: true"
        yield "  data_files:"
        yield f"  - split: {_quoted(split)}"
        yield f"    path: {_quoted(path)}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _counts(
    template: Template, gold: Mapping[str, Sequence[Annotation]], marks: Mapping[str, Sequence[Annotation]]
) -> str:
    """Return a table for each layer: labels with their gold and their marks, then the totals."""
    tables = []
    for name, entry in template.layers.items():
        unanimous = _labels(gold[name], len(entry.annotators)) if entry.annotators else Counter()
        columns = {"gold": _labels(gold[name])}
        if entry.kind in ("spans", "relations"):
            columns["gold, by all annotators"] = unanimous
        if entry.annotators:
            columns["marks, all annotators"] = _labels(marks[name])
        tables.append(_table(f"`{name}`", entry.labels, columns))
    return "\n".join(tables)


def _labels(annotations: Iterable[Annotation], least_support: int = 0) -> Counter[str]:
    """Count the labels of spans that so many annotators support, of units and of portrayals."""
    found: Counter[str] = Counter()
    for annotation in annotations:
        spans = annotation.spans
        found.update(s.label for s in spans if len(s.note.support if s.note else ()) >= least_support)
        found.update(label for unit in annotation.units for label in unit.labels)
        found.update(label for p in annotation.portrayals for label in (p.stance, p.role) if label)
    return found


def _table(title: str, labels: Sequence[str], columns: Mapping[str, Counter[str]]) -> str:
    rows = [[title, *columns], ["---", *("---:" for _ in columns)]]
    for label in labels:
        counts = [column[label] for column in columns.values()]
        if any(counts):
            rows.append([label, *map(str, counts)])
    rows.append(["all", *(str(column.total()) for column in columns.values())])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
