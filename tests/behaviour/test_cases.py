"""Cases: what is refused, where ranges go, and files of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.behaviour.cases import Case, edits_between, read_cases, written
from benchmark.behaviour.suites import SUITES, problems
from benchmark.errors import DataError, UsageError
from tests.behaviour.known import alone, pair

WORDS = st.lists(st.sampled_from(["a", "an", "the ", " ", "é", "e\u0301", "“", "\n", "\u00a0", "drone", "."]))


def case(text="A vile plan.", region=(2, 6), **fields):
    return Case("x-1", "typography", "technique", text, region, **fields)


def test_what_a_case_lacks_is_told():
    with pytest.raises(ValueError, match="needs an id and a suite"):
        Case("", "literal", "technique", "A.", (0, 1))
    with pytest.raises(ValueError, match="did you mean 'technique'"):
        Case("x", "literal", "techniques", "A.", (0, 1))
    with pytest.raises(ValueError, match="the text is empty"):
        case(" ", (0, 0))
    with pytest.raises(ValueError, match="label is empty"):
        case(label="")


@pytest.mark.parametrize("region", [(-1, 2), (3, 2), (0, 13)])
def test_a_region_lies_in_its_text(region):
    with pytest.raises(ValueError, match="0 ≤ start ≤ end ≤ 12"):
        case(region=region)
    with pytest.raises(ValueError, match="twin_region"):
        case(twin="A vile plan.", twin_region=region)


def test_fields_of_the_twin_need_one():
    for fields in ({"edits": ((0, 0, 0, 0),)}, {"twin_region": (0, 1)}, {"sides": ("A", "B")}):
        with pytest.raises(ValueError, match="ask for a twin"):
            case(**fields)
    with pytest.raises(ValueError, match="the twin is empty"):
        case(twin="\n", edits=((0, 12, 0, 1),))
    with pytest.raises(ValueError, match="not the same"):
        case(twin="A vile plan.", sides=("A", "A"))


@pytest.mark.parametrize(
    "edits",
    [
        (),  # leaves a difference out
        ((2, 6, 2, 6),),  # of the wrong length in the twin
        ((2, 6, 2, 5), (4, 6, 5, 5)),  # overlapping
        ((6, 2, 2, 5),),
        ((2, 6, 2, 5), (20, 20, 20, 20)),
    ],
)
def test_edits_must_make_the_twin(edits):
    with pytest.raises(ValueError, match="edit "):
        case(twin="A new plan.", edits=edits)


def test_ranges_are_carried_over():
    one = case(twin="A brand new plan, he said.", edits=((2, 6, 2, 11), (11, 11, 16, 25)))
    assert one.carried((0, 1)) == ((0, 0), (1, 1))
    assert one.carried((2, 6)) == ((2, 2), (11, 11))
    assert one.carried((7, 11)) == ((12, 12), (16, 16)), "ends before what was put in"
    assert one.carried((11, 12)) == ((25, 25), (26, 26)), "begins after what was put in"
    assert one.carried((3, 5)) == ((2, 11), (2, 11)), "an end within a change is anywhere in it"
    assert one.carried((0, 12)) == ((0, 0), (26, 26))


def test_the_region_in_the_twin_is_carried_with_what_was_put_in_at_its_ends():
    edits = ((11, 11, 11, 20),)
    assert case(region=(7, 11), twin="A vile plan, he said.", edits=edits).changed == (7, 20)
    assert case(region=(11, 11), twin="A vile plan, he said.", edits=edits).changed == (11, 20)
    assert case(region=(2, 6), twin="A plan.", edits=((2, 7, 2, 2),)).changed == (2, 2)
    assert case(twin="A plan.", twin_region=(0, 1), edits=((2, 7, 2, 2),)).changed == (0, 1)


@given(WORDS, WORDS)
def test_found_edits_make_the_twin(ours, theirs):
    text, twin = "x" + "".join(ours), "x" + "".join(theirs)
    found = edits_between(text, twin)
    one = Case("x", "s", "technique", text, (0, len(text)), twin=twin, edits=found)
    assert all(a[1] <= b[0] and a[3] <= b[2] for a, b in pairwise(found))
    # Each character outside the edits is the same character where it is carried to.
    for place in range(len(text)):
        (low, high), (end, _) = one.carried((place, place + 1))
        if not any(start <= place < stop for start, stop, _, _ in found):
            assert low == high
            assert twin[low:end] == text[place]


def test_the_document_that_it_was_made_from():
    assert case(metadata={"dataset": "d", "document": "1"}).document == ("d", "1")
    assert case(metadata={"dataset": "d"}).document is None
    assert case().drawn == "x-1"
    assert case(cluster="c").drawn == "c"


def test_files_are_read_as_they_were_written(tmp_path):
    cases = (
        alone(1, "vile", "A vile plan — é.", "literal", metadata={"topic": "war"}),
        pair(1, "typography", "A “vile” plan.", 'A "vile" plan.', cluster="t1"),
        pair(2, "entity_swap", "Turkey fell.", "Greece fell.", sides=("Turkey", "Greece")),
        pair(3, "source_removed", "It fell, Ann said.", "It fell.", "It", "It", "attribution_gap", label="x"),
    )
    path = tmp_path / "my.jsonl"
    path.write_bytes(written(cases))
    assert read_cases(path, problems) == cases
    assert b'"edits"' not in path.read_bytes().split(b"\n")[0]


def test_edits_that_are_left_out_are_found(tmp_path):
    path = tmp_path / "my.jsonl"
    fields = '"suite":"typography","layer":"technique"'
    path.write_text(f'{{"id":"1",{fields},"text":"A \\"b\\".","twin":"A “b”.","region":[0,6]}}\n')
    assert read_cases(path)[0].edits == ((2, 3, 2, 3), (4, 5, 4, 5))


def test_every_fault_of_a_file_is_told_with_its_line(tmp_path):
    path = tmp_path / "my.jsonl"
    good = '{"id":"1","suite":"literal","layer":"technique","text":"A b.","region":[0,1]}'
    rows = [
        good,
        good,
        "",
        '{"id":"2"',
        good.replace('"1"', '"3"').replace("literal", "litteral"),
        good.replace('"1"', '"4"').replace("[0,1]", "[0,9]"),
        good.replace('"1"', '"5"').replace("[0,1]", "[1,1]"),
        good.replace('"1"', '"6"').replace("literal", "typography"),
        good.replace('"1"', '"7"').replace('"region"', '"twin":"B","region"'),
        good.replace('"1"', '"8"').replace('"id"', '"colour":"red","id"'),
        good.replace('"1"', '"9"')
        .replace("literal", "entity_swap")
        .replace('"region"', '"twin":"B","region"'),
        good.replace('"1"', '"10"')
        .replace("literal", "injection")
        .replace('"region"', '"twin":"A c.","region"'),
    ]
    path.write_text("\n".join(rows))
    with pytest.raises(DataError) as caught:
        read_cases(path, problems)
    told = [(fault.line, fault.message) for fault in caught.value.faults]
    for line, words in (
        (2, "case '1' stands twice in suite 'literal'"),
        (4, "broken JSON"),
        (5, "did you mean 'literal'"),
        (6, "case '4': region 0–9"),
        (7, "needs a region that is not empty"),
        (8, "there is no twin"),
        (9, "judges a text alone"),
        (10, "colour"),
        (11, "the two sides"),
        (12, "needs an empty region"),
    ):
        assert any(at == line and words in message for at, message in told), (line, told)
    assert {line for line, _ in told} == {2, 4, 5, 6, 7, 8, 9, 10, 11, 12}


def test_an_empty_or_missing_file_is_told(tmp_path):
    (tmp_path / "none.jsonl").write_text("\n")
    with pytest.raises(DataError, match="holds no cases"):
        read_cases(tmp_path / "none.jsonl")
    with pytest.raises(UsageError, match="cannot be read"):
        read_cases(tmp_path / "missing.jsonl")


def test_the_table_of_suites_is_that_of_the_documentation():
    assert list(SUITES) == [
        "neutral_rewrite",
        "entity_swap",
        "source_added",
        "source_removed",
        "quoted",
        "literal",
        "charged",
        "typography",
        "injection",
    ]
    assert [name for name in SUITES if not SUITES.get(name).verdict] == ["quoted"]
    made = [name for name in SUITES if SUITES.get(name).maker]
    assert made == ["neutral_rewrite", "entity_swap", "injection"]
