"""A dataset in which every text, label, id, note and name tries to become something else than text.

A script that runs sets `window.owned`; styles that apply hide the page; an image that loads asks the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.answers import Answer, Labelled, Quotation
from benchmark.manifest import LayerEntry
from benchmark.model import Annotation, Document, Note, Span, Unit
from benchmark.segmentation import segment
from tests.browser.folders import Content, write_folder, write_predictions

SCRIPT = "<script>window.owned=1</script>"
IMAGE = '<img src=x onerror="window.owned=2">'
BREAKOUT = "</script></style></template></textarea></title>\"'><svg onload=window.owned=3>"
CONTROLS = "".join(map(chr, (*range(1, 10), 11, 12, 13, *range(14, 32), 127, 0x85, 0x9F)))
ODD = "\u2028line\u2029paragraph\ufeffmark\ufffe\uffffno character"
DIRECTIONS = "\u202eturned\u202c \u2066isolated\u2069 \u200fmark"
LONG = 100_000
TASKS = ("technique", "attribution", "frame", "mood")


@dataclass(frozen=True)
class Material:
    """What the dataset is made of.

    Parameters
    ----------
    texts
        By the id of the document.
    labels, frames, moods
        Of spans, of paragraphs and of whole texts.
    metadata
        Of every document.
    said
        What notes say: a rationale, another one and a rewrite.
    title
        Of the dataset.
    detectors
        Names of the files of predictions.
    reply
        What a language model is said to have answered, everywhere where it can say something.
    """

    texts: Mapping[str, str]
    labels: tuple[str, ...]
    frames: tuple[str, ...]
    moods: tuple[str, ...]
    metadata: Mapping[str, str]
    said: tuple[str, str, str]
    title: str
    detectors: tuple[str, ...]
    reply: str

    def tamed(self) -> Material:
        """Return the same without the signs that could be markup: a letter stands for each."""
        return Material(
            {tame(key): tame(text) for key, text in self.texts.items()},
            tuple(map(tame, self.labels)),
            tuple(map(tame, self.frames)),
            tuple(map(tame, self.moods)),
            {tame(key): tame(text) for key, text in self.metadata.items()},
            (tame(self.said[0]), tame(self.said[1]), tame(self.said[2])),
            tame(self.title),
            tuple(map(tame, self.detectors)),
            tame(self.reply),
        )


def tame(text: str) -> str:
    """Return a text of the same length in which no sign could be markup; quotation marks stay."""
    return text.translate(dict.fromkeys(map(ord, "<>&#{}$`"), "x"))


HOSTILE = Material(
    texts={
        "tags": (
            f"{SCRIPT}{IMAGE}\n\n{BREAKOUT}<style>*{{display:none!important}}</style>"
            "<!-- comment --!> <![CDATA[ x ]]> {{ 7*7 }} {% raw %} ${7*7} <base href=//evil.example/>"
            "<meta http-equiv=refresh content=0> <iframe src=javascript:window.owned=4></iframe>\n"
            "<a href='javascript:window.owned=5'>link</a> http://evil.example/x.png <plaintext>"
        ),
        f"entities & {IMAGE}": (
            "&lt;b&gt; &amp;amp; &nbsp;|&#x202e;| &notit; &#60;script&#62; \\u003cscript\\u003e\n\n"
            "  two  spaces\tand a tab  \nA calm line."
        ),
        "#view=text&doc=0": (
            f"Headline {DIRECTIONS}\n\nقال الوزير إن القرار «كارثة» كبيرة. The minister said so.\n"
            "השר אמר: ״אסון נורא״ at 10:30, (really).\nEnglish again, with قرار inside."
        ),
        "../😀": ("👩‍👩‍👧‍👦🏳️‍🌈🇩🇪 vile 😀 plan 👍🏽 end\n\nz̸̡̛͔a̷l̶g̴o̵ text, 𝒎𝒂𝒕𝒉 and 𠀀𠀁 signs. 😀😀"),
        "controls": f"before{CONTROLS}after\0zero{ODD}\n\nA vile\vplan.",
        "long line": ("wort " * (LONG // 10) + "x" * LONG)[: LONG - 4] + " end",
        "nothing": "",
        " ": "Calm day.",
    },
    # One is a name that every object of JavaScript has.
    labels=(IMAGE, f"{BREAKOUT} & \"'", "__proto__", "&lt;b&gt;قاس&amp;👩‍👩‍👧‍👦"),
    frames=(f"{SCRIPT},frame", "constructor", "\u202eright to left"),
    moods=("<b>calm</b>", "not calm"),
    metadata={IMAGE: BREAKOUT, "__proto__": SCRIPT, "toString": "&amp;"},
    said=(f"{SCRIPT}{ODD}", IMAGE, BREAKOUT),
    title=f"{BREAKOUT}{SCRIPT}",
    detectors=('"><img src=x onerror=window.owned=6>.jsonl', "\u202eكاشف & 😀.jsonl"),
    reply=f"{SCRIPT}{BREAKOUT}{IMAGE} &lt;b&gt; {DIRECTIONS} {CONTROLS}\0 {{{{ 7*7 }}}} <!--",
)


def places(text: str) -> list[tuple[int, int]]:
    """Return stretches of a text that nest, overlap, touch its ends and begin after its odd characters."""
    size = len(text)
    ends = [(0, size), (0, min(7, size)), (3, min(12, size)), (5, min(9, size)), (size - 3, size)]
    return sorted({(start, end) for start, end in ends if 0 <= start < end})


def write_dataset(folder: Path, given: Material) -> Path:
    """Write the dataset folder, and return it."""
    documents = [segment(identifier, text, given.metadata) for identifier, text in given.texts.items()]
    layers = {
        "technique": LayerEntry("spans", given.labels, "people", None, ("P", "Q")),
        "attribution": LayerEntry("relations", ("source", "cue", "content"), "people"),
        "frame": LayerEntry("units", given.frames, "people", "paragraph"),
        "mood": LayerEntry("units", given.moods, "people", "document"),
    }
    gold = {
        "technique": [Annotation(d, "technique", spans=_gold_spans(d.text, given)) for d in documents],
        "attribution": [Annotation(d, "attribution", spans=_relation(d.text)) for d in documents],
        "frame": [Annotation(d, "frame", units=_frames(d, given)) for d in documents],
        "mood": [
            Annotation(d, "mood", units=(Unit(0, len(d.text), (given.moods[n % 2],)),))
            for n, d in enumerate(documents)
        ],
    }
    marks = [
        Annotation(d, "technique", spans=_marks(d.text, who, given), annotator=who)
        for who in ("P", "Q")
        for d in documents
    ]
    content = Content("hostile", given.title, documents, layers, gold, {"technique": marks}, ("P", "Q"))
    return write_folder(folder, content)


def write_detectors(folder: Path, given: Material) -> list[Path]:
    """Write two files of predictions whose names are hostile too, and return them."""
    return [
        write_predictions(
            folder / name, [row for found in given.texts for row in _predicted(found, number, given)]
        )
        for number, name in enumerate(given.detectors)
    ]


def answers(given: Material) -> list[Answer]:
    """Return answers that say what is hostile wherever they can; one is very long."""
    said = given.reply
    found = []
    for number, (identifier, text) in enumerate([*given.texts.items(), (said, "")]):
        marks = [
            (start, end, given.labels[n % len(given.labels)]) for n, (start, end) in enumerate(places(text))
        ]
        quotes = [Quotation(said, label, said, start, end, "fuzzy") for start, end, label in marks]
        quotes += [Quotation(said, said, said), Quotation(said, said, said, 2, 1_000_000, said)]
        units = (Labelled(0, len(text), (said,), said), Labelled(-3, -1, ()))
        status = (said, "ok", "invalid", "refused", "failed")[number % 5]
        raw = (said * (LONG // len(said) + 1))[:LONG] if number == 0 else said
        own = {
            "raw": raw,
            "problem": said,
            "quotations": (*quotes, *quotes[:1]),
            "units": units,
            "model": said,
        }
        found.append(
            Answer(identifier, said, number % 2, number % 3, said, status, seconds=0.5, cost=1e-7, **own)
        )
    return found


def _gold_spans(text: str, given: Material) -> tuple[Span, ...]:
    why, _, rewrite = given.said
    note = Note(support=("P", "Q"), quoted=True, rationale=why, rewrite=rewrite)
    return tuple(
        Span(start, end, given.labels[number % len(given.labels)], note=note)
        for number, (start, end) in enumerate(places(text))
    )


def _marks(text: str, who: str, given: Material) -> tuple[Span, ...]:
    note = Note(confidence=2, rationale=given.said[1], rewrite="", also=(given.labels[2],))
    most = 3 if who == "P" else 2
    return tuple(Span(start, end, given.labels[0], note=note) for start, end in places(text)[:most])


def _relation(text: str) -> tuple[Span, ...]:
    if len(text) < 12:
        return ()
    parts = (("source", 0, 3), ("cue", 4, 7), ("content", 8, 12))
    return tuple(Span(start, end, label, relation=0, note=Note()) for label, start, end in parts)


def _frames(document: Document, given: Material) -> tuple[Unit, ...]:
    return tuple(
        Unit(start, end, given.frames[: number % 3])
        for number, (start, end) in enumerate(document.paragraphs.tolist())
    )


def _predicted(identifier: str, number: int, given: Material) -> list[dict[str, object]]:
    """Return a document's rows in all layers: some found, some with another label, some moved."""
    text, labels = given.texts[identifier], given.labels
    spans = [
        {
            "start": start + (number if end - start > 2 else 0),
            "end": end,
            "label": labels[(place + (place == 1) + number) % len(labels)],
            "score": 0.5 + place / 10,
        }
        for place, (start, end) in enumerate(places(text))
    ]
    parts = [
        {"start": span.start, "end": span.end, "label": span.label, "relation": span.relation}
        for span in _relation(text)
    ]
    paragraphs = segment(identifier, text).paragraphs.tolist()
    frames = [_unit(start, end, given.frames, number) for start, end in paragraphs]
    moods = [_unit(0, len(text), given.moods, number)]
    return [
        {"document": identifier, "layer": "technique", "spans": spans, "units": []},
        {"document": identifier, "layer": "attribution", "spans": parts[number:], "units": []},
        {"document": identifier, "layer": "frame", "spans": [], "units": frames},
        {"document": identifier, "layer": "mood", "spans": [], "units": moods},
    ]


def _unit(start: int, end: int, labels: Sequence[str], number: int) -> dict[str, object]:
    shares = {label: (place + 1) / 10 for place, label in enumerate(labels)}
    given = labels[number]
    return {"start": start, "end": end, "labels": [given], "scores": [shares[given]], "all_scores": shares}
