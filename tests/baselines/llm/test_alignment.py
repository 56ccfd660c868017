"""How many of generated quotations are placed rightly and wrongly; perf/placing.py makes them.

The bound of the fuzzy step was set on other texts, the prose of this project's own documentation.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from benchmark import data

MOST_WRONG = 0.005
LEAST_RIGHT = 0.97
PATH = Path(__file__).resolve().parents[3] / "perf" / "placing.py"


@pytest.fixture(scope="module")
def perf():
    spec = importlib.util.spec_from_file_location("perf_placing", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def sources(perf):
    return [perf.source(document.text) for document in data.load("fictional_news").documents]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_thousand_cases_are_placed_rightly_and_hardly_any_wrongly(perf, sources, seed):
    counts = perf.measure(perf.replies(sources, 1000, seed))
    print(perf.table(counts))
    cases = sum(counts.values())
    wrong = sum(n for (_, verdict), n in counts.items() if verdict == "wrong")
    right = sum(n for (_, verdict), n in counts.items() if verdict == "right")
    invented = sum(n for (kind, _), n in counts.items() if kind == perf.INVENTED)
    assert cases >= 1000
    assert invented > 50
    assert wrong <= MOST_WRONG * cases
    assert right >= LEAST_RIGHT * (cases - invented)
    assert {kind for kind, _ in counts} == {*perf.KINDS, perf.REPEATED, perf.VARIED, perf.INVENTED}
    for kind in (*perf.KINDS, perf.REPEATED, perf.VARIED):
        of_kind = sum(n for (name, _), n in counts.items() if name == kind)
        assert counts[kind, "right"] >= 0.8 * of_kind, kind


def test_a_wrong_place_is_seen(perf, sources):
    source = sources[0]
    first = source.paragraphs[0][0]
    word = source.text[slice(*first)]
    cases = [perf.Case("as it stands", word, (first[0] + 1, first[1])), perf.Case(perf.INVENTED, word, None)]
    assert [verdict for _, verdict in perf.judged(source, cases[:1])] == ["wrong"]
    assert [verdict for _, verdict in perf.judged(source, cases[1:])] == ["wrong"]


def test_a_hundred_quotations_in_a_long_text_take_well_below_a_second(perf, sources):
    spent = perf.seconds(sources, 100_000, 100)
    assert max(spent.values()) < 3  # about 0.3 s on an idle machine
