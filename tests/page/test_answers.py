"""The answers of language models on the page: tables, plain values for the script, logs, hostile replies."""

from __future__ import annotations

import json
import re

import pytest

from benchmark.answers import Labelled, Quotation
from benchmark.errors import DataError
from benchmark.lineup import opened
from benchmark.model import Span, Unit
from benchmark.page import build
from benchmark.page.answers import MOST_LOG, NOBODY, Said, answer_sections, asked_sections, log_of
from benchmark.page.data import Content
from benchmark.page.groups import grouped
from benchmark.page.overview import overview
from benchmark.page.provenance import provenance
from benchmark.results import ANSWERS, LOG, load_record
from benchmark.usage import Spread
from tests.kept_runs import edit, keep, put
from tests.page.asked import answer, asked, told_of
from tests.page.kept_pages import kept
from tests.page.test_build import EVIL, read

SHA = "0123456789abcdef" * 4
LOADED, DOUBT = "Loaded_Language", "Doubt"
HOSTILE = EVIL.replace("\ud800", "")
FACTS = {"prompt": "technique, version 1", "server": "http://localhost:8000/v1"}


@pytest.fixture
def runs(dataset_of, tmp_path):
    """Two runs on spans, of which the first asked a model, and one on units that asked none."""
    texts = ["\U0001f600 A vile plan.", "Calm."]
    dataset = dataset_of(
        texts, spans=[[Span(4, 8, LOADED)], []], units={"slant": [[Unit(0, 14, ("mild",))], []]}
    )
    found = {"asked": [[Span(4, 8, LOADED)], []], "never": [[], []]}
    made = kept(dataset, "technique", found, tmp_path)
    return made + kept(dataset, "slant", {"units": [[Unit(0, 14, ("mild",))], []]}, tmp_path)


def again(run, answers, **account):
    """Put answers into the folder of an open run."""
    run.record = load_record(asked(run.path, answers, **account))


def said(runs):
    groups = grouped(runs)
    return Said(groups, Content(groups).index["groups"])


def pieces(section):
    return [table for block in section.blocks for table in block.tables]


def test_without_answers_there_is_nothing(runs):
    groups = grouped(runs)
    assert answer_sections(groups) == asked_sections(groups) == ()
    assert said(runs).blocks == []
    assert said(runs).index == [None, None, None]
    page = build.report(runs)
    assert 'id="view-answers"' not in page
    assert 'id="answers-' not in page


def test_answers_are_plain_values_with_offsets_of_a_browser(runs):
    exact = Quotation("vile", LOADED, "It judges.", 4, 8, "exact", relation=2)
    other = Quotation("“VILE”", LOADED, "", 4, 8, "normalised")
    lost = Quotation("evil", DOUBT)
    unit = Labelled(0, 14, ("mild",), "It is mild.")
    answers = [
        answer("d0", quotations=(exact, other, lost), units=(unit,), cost=0.0015, cached=True, request=SHA),
        answer(
            "d1",
            "failed",
            part=1,
            sample=2,
            raw="",
            problem="HTTP 500",
            model="",
            input_tokens=None,
            request=SHA,
        ),
    ]
    again(runs[0], answers, currency="USD")
    found = said(runs)
    assert found.index == [{"block": 0, "docs": [[1, 0, 1], [1, 1, 0]]}, None, None]
    assert found.blocks == [
        {
            "samples": 3,
            "currency": "USD",
            "rows": [
                {"doc": 0, "part": 0, "sample": 0, "status": "ok", "seconds": 1.25, "raw": "{}"}
                | {"model": "tiny-1", "in": 1200, "out": 30, "cost": 0.0015}
                | {
                    "quotes": [
                        {"label": LOADED, "how": "exact", "at": [5, 9], "why": "It judges.", "relation": 2},
                        {"label": LOADED, "how": "normalised", "at": [5, 9], "text": "“VILE”"},
                        {"label": DOUBT, "how": "unplaced", "text": "evil"},
                    ],
                    "units": [{"labels": ["mild"], "at": [0, 15], "why": "It is mild."}],
                    "request": SHA,
                    "kept": True,
                },
                {"doc": 1, "part": 1, "sample": 2, "status": "failed", "seconds": 1.25}
                | {"problem": "HTTP 500", "out": 30, "request": SHA},
            ],
        }
    ]


def test_answers_of_documents_that_are_not_scored_have_names_and_no_places(runs):
    far = answer(
        "elsewhere", quotations=(Quotation("x", DOUBT, "", 0, 1, "exact"),), units=(Labelled(0, 1, ()),)
    )
    again(runs[0], [far])
    found = said(runs)
    (row,) = found.blocks[0]["rows"]
    assert row["name"] == "elsewhere"
    assert "doc" not in row
    assert row["quotes"] == [{"label": DOUBT, "how": "exact", "text": "x"}]
    assert row["units"] == [{"labels": []}]
    assert found.index[0]["docs"] == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("place", [(-5, 3), (3, 99), (9, 2), (50, 60), (-9, -2)])
def test_places_beyond_the_text_lie_within_it(runs, place):
    again(runs[0], [answer("d0", quotations=(Quotation("?", DOUBT, "", *place, "exact"),))])
    (quote,) = said(runs).blocks[0]["rows"][0]["quotes"]
    start, end = quote["at"]
    assert 0 <= start <= end <= len("\U0001f600 A vile plan.") + 1
    assert quote["text"] == "?"


def test_runs_with_equal_answers_share_a_block(runs):
    for run in runs:
        again(run, [answer("d0"), answer("d1")])
    found = said(runs)
    assert [entry["block"] for entry in found.index] == [0, 0, 0]
    again(runs[1], [answer("d0"), answer("d1", raw="other")])
    assert [entry["block"] for entry in said(runs).index] == [0, 1, 0]
    again(runs[2], [answer("d0"), answer("d1")], currency="EUR")
    assert [entry["block"] for entry in said(runs).index] == [0, 1, 2]


def test_the_tables_tell_how_answers_came_out_and_how_they_were_asked_for(runs):
    lost = Quotation("evil", DOUBT)
    exact = Quotation("vile", LOADED, "", 4, 8, "exact")
    answers = [answer("d0", quotations=(exact, lost), cost=2.0), answer("d1", "invalid", sample=1, cost=1.0)]
    spread = {"ptc_flc": {"f1": Spread(0.5, 0.25, 0.75)}, "exact": {"f1": Spread(None, None, None)}}
    again(runs[0], answers, spread=spread, currency="USD", family="tiny", facts=FACTS)
    groups = grouped(runs)
    first, second = answer_sections(groups)
    assert first.title == "How the answers came out: technique on small"
    tables = pieces(first)
    assert all(table.title.endswith("(technique on small)") for table in tables)
    assert [table.rows[0][0] for table in tables] == ["asked.jsonl"] * len(tables)
    assert second.blocks[0].texts == (NOBODY,)
    own, other = asked_sections(groups)
    assert other.blocks == ()
    facts, samples = pieces(own)
    told = dict(facts.rows)
    assert told["requests"] == "2"
    assert told["how often each question was asked"] == "2"
    assert told["answers that could not be read"] == "1 (50%)"
    assert told["found word for word"] == told["not placed"] == "1 (50%)"
    assert told["found nearly"] == "0 (0%)"
    assert told["tokens"] == "2,400 in, 60 out"
    assert told["cost"] == "3.00 USD"
    assert told["models that answered, as the server names them"] == "tiny-1"
    assert told["family of models"] == "tiny"
    assert {key: told[key] for key in FACTS} == FACTS
    assert samples.rows == (("ptc_flc F1", ".50", ".25", ".75"), ("exact F1", "–", "–", "–"))


def test_what_is_not_known_is_said(runs):
    again(runs[0], [answer("d0", model="", input_tokens=None, output_tokens=None)])
    own, _ = asked_sections(grouped(runs))
    told = dict(pieces(own)[0].rows)
    assert "how often each question was asked" not in told
    assert told["tokens"] == "– in, – out"
    assert told["not placed"] == "0 (–)"
    assert told["cost"] == "–"
    assert told["models that answered, as the server names them"] == "not told"
    assert told["family of models"] == "not known"


def test_answers_that_are_gone_or_were_put_there_by_hand(runs):
    again(runs[0], [answer("d0")])
    (runs[0].path / ANSWERS).unlink()
    first, _ = answer_sections(grouped(runs))
    assert first.blocks[0].texts == (f"There is no {ANSWERS} in the run folder of asked.jsonl.",)
    assert said(runs).index == [None, None, None]
    (runs[1].path / ANSWERS).write_bytes(
        b'{"document":"d0","layer":"l","part":0,"sample":0,"request":"","status":"?"}'
    )
    found = said(runs)
    assert found.index[1] == {"block": 0, "docs": [[1, 1, 0], [0, 0, 0]]}
    assert found.blocks[0]["currency"] == ""


def test_a_broken_file_of_answers_is_told_by_line(runs):
    again(runs[0], [answer("d0")])
    with (runs[0].path / ANSWERS).open("ab") as file:
        file.write(b'{"document": "d0"}\n')
    with pytest.raises(DataError, match=rf"{ANSWERS}:2: .*missing required field"):
        build.report(runs)


def test_a_log_is_opened_in_the_provenance(runs):
    assert log_of(runs[0]) == ()
    (runs[0].path / LOG).write_bytes(b"\xff<b>slow</b>\n")
    (part,) = log_of(runs[0])
    assert part.title == f"What the program wrote ({LOG}, 13 bytes)"
    assert part.text == "\ufffd<b>slow</b>\n"
    sections = {section.title: section for section in provenance(grouped(runs))}
    assert sections["asked.jsonl, technique on small"].blocks[0].parts == (part,)
    page = build.report(runs)
    assert "&lt;b&gt;slow&lt;/b&gt;" in page
    (runs[0].path / LOG).write_bytes(b"a" * MOST_LOG + b"end")
    (part,) = log_of(runs[0])
    assert (len(part.text), part.text[-4:]) == (MOST_LOG, "aend")
    assert "the last 100,000 of 100,003 bytes" in part.title


def test_the_provenance_names_the_model_and_what_it_was_shown(tmp_path):
    folder = keep("fictional_news/frame", "linear", tmp_path)
    asked(folder, [answer("02")])
    edit(folder, put("detector", "training", "shots", value=3))
    edit(folder, put("detector", "value", value="tiny"))
    (run,) = opened([folder])
    (facts, *_) = pieces(provenance(grouped([run]))[1])
    told = dict(facts.rows)
    assert told["detector"].startswith("linear:tiny, from ")
    assert told["shown"].startswith("3 shots out of 28 documents of fictional_news")
    assert told["SHA-256 of the answers"] == run.record.usage.answers_sha256


@pytest.mark.parametrize(
    ("own", "golds", "mark"),
    [("Tiny", "tiny", " [gold's family]"), ("other", "tiny", ""), ("", "tiny", " [gold's family?]")],
)
def test_models_of_the_family_that_made_the_gold_are_marked(tmp_path, own, golds, mark):
    folder = keep("fictional_news/technique", "lexicon", tmp_path)
    asked(folder, [answer("02")], family=own)
    edit(folder, put("dataset", "family", value=golds))
    never = keep("fictional_news/technique", "null", tmp_path)
    found = overview(grouped(opened([folder, never]))[0])
    assert [row[0] for row in found.table.rows[:2]] == [f"lexicon{mark}", "null"]
    assert any(note.startswith(f"{mark.strip()} lexicon") for note in found.table.notes) == bool(mark)
    assert found.usage
    assert not any("Language models" in grid.title for grid in found.panel)


def test_the_overview_of_detectors_that_asked_nothing_has_no_such_table(runs):
    (first, _) = grouped(runs)
    assert overview(first).usage == ()


@pytest.fixture
def hostile(runs):
    quotes = (
        Quotation(HOSTILE, HOSTILE, HOSTILE),
        Quotation(HOSTILE, HOSTILE, HOSTILE, 0, 9, HOSTILE),
    )
    units = (Labelled(0, 3, (HOSTILE,), HOSTILE),)
    odd = answer(
        "d0", HOSTILE, raw=HOSTILE * 1000, problem=HOSTILE, model=HOSTILE, quotations=quotes, units=units
    )
    account = {"family": HOSTILE, "currency": HOSTILE, "facts": {HOSTILE: HOSTILE}, "log": HOSTILE}
    again(runs[0], [odd, answer(HOSTILE)], **account)
    return runs


def test_hostile_answers_become_no_element(hostile):
    page = build.report(hostile)
    reader = read(page)
    assert not {tag for tag, _ in reader.elements} & {"img", "iframe", "b", "link", "base", "form"}
    scripts = [attrs.get("id") for tag, attrs in reader.elements if tag == "script"]
    assert scripts == ["index", "doc-0", "doc-1", "answers-0", None]
    rows = json.loads(reader.raw["script", "answers-0"])["rows"]
    assert rows[0]["raw"] == HOSTILE * 1000
    assert [quote["text"] for quote in rows[0]["quotes"]] == [HOSTILE, HOSTILE]
    assert rows[0]["units"][0]["why"] == rows[0]["problem"] == HOSTILE
    assert rows[1]["name"] == HOSTILE
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", page)
    ids = [attrs["id"] for _, attrs in reader.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    tags = [tag for tag, _ in reader.elements]
    assert tags.count("table") == tags.count("caption")
    assert build.report(hostile) == page


def test_answers_that_a_run_could_have_come_from(tmp_path):
    (run,) = opened([keep("fictional_news/technique", "lexicon", tmp_path)])
    found = told_of(run, samples=2)
    assert {one.status for one in found} == {"ok", "invalid", "refused", "failed"}
    placed = {quote.how for one in found for quote in one.quotations}
    assert placed == {"exact", "normalised", "fuzzy", "unplaced"}
    again(run, found)
    block = said([run]).blocks[0]
    shown = [quote for row in block["rows"] for quote in row.get("quotes", [])]
    assert all(("text" in quote) == (quote["how"] != "exact") for quote in shown)
