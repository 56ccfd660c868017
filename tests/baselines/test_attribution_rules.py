"""Attributions in sentences written for these tests, by the text that each span covers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baselines.attribution.atoms import quotations, read, tag_word
from baselines.attribution.relations import find
from baselines.attribution.verbs import VERBS, inflect
from baselines.attribution_rules import AttributionRulesDetector
from benchmark.model import Detector, Document, Span, offsets
from benchmark.segmentation import segment

Relation = tuple[str | None, str, list[str]]

VOCABULARY = r"""Holt said says that “ ” " ' ‘ ’ . , : ; - — ( ) according to the mayor officials it was told
    he who wants plans fears claim of by is believed accused reportedly in his view “No, never ever.” ? !
    adding and but continued words keen Sen. US İ ''"""
WORDS = st.sampled_from([*VOCABULARY.split(), "\n"])
TEXTS = st.text(max_size=80) | st.lists(WORDS, max_size=40).map(" ".join) | st.lists(WORDS).map("".join)


def relations(text: str) -> list[Relation]:
    """Source, cue and contents of each attribution, in the order of their numbers."""
    (prediction,) = AttributionRulesDetector().predict([segment("d", text)], "attribution")
    found: dict[int, Relation] = {}
    for span in prediction.spans:
        assert span.relation is not None
        source, cue, contents = found.get(span.relation, (None, "", []))
        words = text[span.start : span.end]
        if span.label == "source":
            source = words
        elif span.label == "cue":
            cue = words
        else:
            contents = [*contents, words]
        found[span.relation] = source, cue, contents
    return [found[number] for number in sorted(found)]


def one(source: str | None, cue: str, *contents: str) -> list[Relation]:
    return [(source, cue, list(contents))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The minister said that the bridge would open in May.",
            one("The minister", "said", "that the bridge would open in May"),
        ),
        ("The minister said the bridge was safe.", one("The minister", "said", "the bridge was safe")),
        ("He said on Monday that it was safe.", one("He", "said", "that it was safe")),
        (
            "Ada Holt has repeatedly denied that she lied.",
            one("Ada Holt", "has repeatedly denied", "that she lied"),
        ),
        ("She did not say whether it was safe.", one("She", "did not say", "whether it was safe")),
        ("Holt told reporters that it was safe.", one("Holt", "told", "that it was safe")),
        ("Holt told the BBC on Monday she was ill.", one("Holt", "told", "she was ill")),
        ("Holt told me to wait.", one("Holt", "told", "to wait")),
        ("Holt thinks the bridge is safe.", one("Holt", "thinks", "the bridge is safe")),
        ("They noted it was safe.", one("They", "noted", "it was safe")),
        ("Holt pointed out that it was safe.", one("Holt", "pointed out", "that it was safe")),
        ("A survey shows most people agree with it.", one("A survey", "shows", "most people agree with it")),
        ("The firm continued to insist it was safe.", one("The firm", "continued to insist", "it was safe")),
    ],
)
def test_source_cue_content(text: str, expected: list[Relation]) -> None:
    assert relations(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The bridge will open in May, said the minister.",
            one("the minister", "said", "The bridge will open in May"),
        ),
        (
            "The bridge will open in May, the minister told reporters on Monday.",
            one("the minister", "told", "The bridge will open in May"),
        ),
        (
            "But the bridge is safe, Holt said, and it will open.",
            one("Holt", "said", "the bridge is safe", "and it will open"),
        ),
        ("The bridge is safe — Holt said.", one("Holt", "said", "The bridge is safe")),
        ("The plan, he argued, is too dear.", one("he", "argued", "The plan", "is too dear")),
        ("It was cheap; it is safe, Holt said.", one("Holt", "said", "it is safe")),
        ("The bridge is safe, he said in Paris.", one("he", "said", "The bridge is safe")),
        ("After the talks, Holt said the bridge was safe.", one("Holt", "said", "the bridge was safe")),
        ("She won, Holt said, which was odd.", one("Holt", "said", "She won")),
        ("The bridge, he argued, is too dear.", one("he", "argued", "The bridge", "is too dear")),
        ("The bridge, he argued, which broke.", []),
        ("It rained, said Holt on the day that it was wet.", []),
        ("It rained, wrote Holt to me that it was cold.", []),
        ("It rained, said Holt when he was there.", one("Holt", "said", "It rained")),
        ("It rained, denied that.", []),
    ],
)
def test_content_before_the_cue(text: str, expected: list[Relation]) -> None:
    assert relations(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "“The bridge is safe. We checked it,” said Ada Holt. “Nobody need worry.”",
            one("Ada Holt", "said", "“The bridge is safe. We checked it,”", "“Nobody need worry.”"),
        ),
        ("“I am glad,” he said, “that it is over.”", one("he", "said", "“I am glad,”", "“that it is over.”")),
        ('"The bridge is safe," Holt added.', one("Holt", "added", '"The bridge is safe,"')),
        (
            "'The bridge is safe and it's new,' Holt said.",
            one("Holt", "said", "'The bridge is safe and it's new,'"),
        ),
        ("''The bridge is safe,'' Holt said.", one("Holt", "said", "''The bridge is safe,''")),
        ("«The bridge is safe,» Holt said.", one("Holt", "said", "«The bridge is safe,»")),
        ("‘The bridge is safe,’ Holt said.", one("Holt", "said", "‘The bridge is safe,’")),
        ("“Is it safe at all?” he asked.", one("he", "asked", "“Is it safe at all?”")),
        ("“Is it safe at all?” Holt asked.", one("Holt", "asked", "“Is it safe at all?”")),
        ("“It is safe, all of it,” he continued.", one("he", "continued", "“It is safe, all of it,”")),
        ("Said Holt: “It is safe enough.”", one("Holt", "Said", "“It is safe enough.”")),
        ("Said Holt to the crowd.", []),
        ("Holt said: “It is safe enough.”", one("Holt", "said", "“It is safe enough.”")),
        ("Holt told the crowd: it is safe.", one("Holt", "told", "it is safe")),
        ("Holt said it was a “disgrace” to us.", one("Holt", "said", "it was a “disgrace” to us")),
        ("It was a “disgrace,” he said.", one("he", "said", "It was a “disgrace,”")),
        ("“It was a disgrace”, said Holt.", one("Holt", "said", "“It was a disgrace”")),
        (
            "“This is the end,” union leader Max Roe, who led the strike, told the crowd.",
            one("union leader Max Roe, who led the strike", "told", "“This is the end,”"),
        ),
    ],
)
def test_quotations(text: str, expected: list[Relation]) -> None:
    assert relations(text) == expected


def test_a_quotation_goes_on_over_paragraphs_until_it_is_closed() -> None:
    text = (
        "“It is safe,” Holt said. “We have checked it.\n“Nobody need worry about it.”\n“It rained all day.”"
    )
    assert relations(text) == one(
        "Holt", "said", "“It is safe,”", "“We have checked it.", "“Nobody need worry about it.”"
    )


def test_a_straight_quotation_may_stay_open_at_the_end_of_a_paragraph() -> None:
    text = 'He said so.\n"It is safe and we checked it.'
    (found,) = [mark for _, marks in read(segment("d", text)) for mark in marks]
    assert (text[found.start : found.end], found.closed) == ('"It is safe and we checked it.', False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "According to the mayor, the bridge is shut.",
            one("the mayor", "According to", "the bridge is shut"),
        ),
        (
            "The bridge is shut, according to the mayor.",
            one("the mayor", "according to", "The bridge is shut"),
        ),
        (
            "The bridge is shut according to the mayor.",
            one("the mayor", "according to", "The bridge is shut"),
        ),
        (
            "The bridge, according to the mayor, is shut.",
            one("the mayor", "according to", "is shut"),
        ),
        ("In the words of Holt, it is a mess.", one("Holt", "In the words of", "it is a mess")),
        ("In her view, the bridge is ugly.", one("her", "In her view", "the bridge is ugly")),
        ("In Holt's view, the bridge is ugly.", one("Holt", "In Holt's view", "the bridge is ugly")),
        ("The firm reportedly fled to Spain.", one(None, "reportedly", "The firm", "fled to Spain")),
        ("Allegedly it fled.", one(None, "Allegedly", "it fled")),
        ("The house was quiet according.", []),
        ("In the words of.", []),
        ("In many words, he sang.", []),
        ("According to", []),
    ],
)
def test_sourcing_phrases(text: str, expected: list[Relation]) -> None:
    assert relations(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mayor accuses builders of lying", one("Mayor", "accuses", "builders of lying")),
        ("Russia denies it shot down the plane", one("Russia", "denies", "it shot down the plane")),
        ("Mayor: Bridge is shut", one("Mayor", ":", "Bridge is shut")),
        ("Bridge to stay shut: officials", one("officials", ":", "Bridge to stay shut")),
        ("Bridge To Stay Shut – Report", one("Report", "–", "Bridge To Stay Shut")),
        ("US Says It Will Leave Paris Pact", one("US", "Says", "It Will Leave Paris Pact")),
        ("Bridge to stay shut: a long tale", []),
        ("Bridge to stay shut - the end", []),
        ("The mayor said one thing: It is shut.", one("The mayor", "said", "It is shut")),
    ],
)
def test_headlines(text: str, expected: list[Relation]) -> None:
    assert relations(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She wants to open the bridge.", one("She", "wants", "to open the bridge")),
        ("The union fears that it will shut.", one("The union", "fears", "that it will shut")),
        ("Holt hopes for help.", one("Holt", "hopes for", "help")),
        ("He was keen to see it.", one("He", "was keen", "to see it")),
        ("It was a keen contest.", []),
        ("Its plan to leave was odd.", one("Its", "plan", "to leave was odd")),
        (
            "The mayor's claim that it is safe is wrong.",
            one("The mayor", "claim", "that it is safe is wrong"),
        ),
        ("Amid fears that it will fall, we left.", one(None, "fears", "that it will fall")),
        ("A plan to leave was made.", []),
        ("The claim that was made is odd.", []),
        ("The voters' hope to win was small.", one("The voters", "hope", "to win was small")),
    ],
)
def test_wishes_and_nouns(text: str, expected: list[Relation]) -> None:
    assert relations(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is believed that he fled.", one(None, "is believed", "that he fled")),
        ("The men are believed to have fled.", one(None, "are believed", "The men", "to have fled")),
        ("The men are accused of fraud.", one(None, "are accused", "The men", "of fraud")),
        ("The men were told that it was shut.", one(None, "were told", "that it was shut")),
        (
            "The firm was accused by the mayor of fraud.",
            one("the mayor", "was accused", "The firm", "of fraud"),
        ),
        ("He was described by Holt.", []),
        ("The report was written by Friday.", []),
        ("The plan was rejected.", []),
        ("The plan was reported", []),
    ],
)
def test_passives(text: str, expected: list[Relation]) -> None:
    assert relations(text) == expected


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Sen. Ada Holt (R-S.C.), who lost, said it was safe.", "Sen. Ada Holt (R-S.C.), who lost"),
        ("Holt, the former mayor, said it was safe.", "Holt, the former mayor"),
        ("Holt -- the former mayor -- said it was safe.", "Holt -- the former mayor"),
        (
            "Holt, head of Widget, a maker of tools, said it was safe.",
            "Holt, head of Widget, a maker of tools",
        ),
        ("Critics, however, said it was unsafe.", "Critics"),
        ("The man who built it said it was safe.", "The man who built it"),
        ("A report that alarmed us said it was unsafe.", "A report that alarmed us"),
        ("A group based in Paris said it was safe.", "A group based in Paris"),
        ("The head of the union in Paris said it was safe.", "The head of the union in Paris"),
        ("Holt and Roe said it was safe.", "Holt and Roe"),
        ("Turkey’s foreign minister said it was safe.", "Turkey’s foreign minister"),
        ("The 35-year-old ex-president said it was safe.", "The 35-year-old ex-president"),
        ("At the meeting Holt said it was safe.", "Holt"),
        ("Some said it was safe.", "Some"),
        ("The report said it was safe.", "The report"),
        ("Holt & Roe said it was safe.", "Holt & Roe"),
    ],
)
def test_the_source_is_the_whole_noun_phrase(text: str, source: str) -> None:
    assert relations(text)[0][0] == source


def test_a_second_verb_shares_the_source() -> None:
    assert relations("Holt said it was safe and added that it was new, calling Roe a liar.") == [
        ("Holt", "said", ["it was safe"]),
        ("Holt", "added", ["that it was new"]),
        ("Holt", "calling", ["Roe a liar"]),
    ]


def test_the_subject_of_the_sentence_is_the_source_of_a_later_verb() -> None:
    assert relations("The mayor left Paris, saying it was cold.") == one("The mayor", "saying", "it was cold")
    assert relations("Holt resigned, according to Roe, and said it was time.")[-1][0] == "Holt"


def test_a_verb_in_ing_with_a_form_of_be_has_its_own_subject() -> None:
    assert relations("Holt is calling for peace.") == one("Holt", "is calling for", "peace")
    assert relations("A letter saying it was safe came.")[0][0] == "A letter"


def test_what_is_said_within_what_is_said_is_left_out() -> None:
    assert relations("Holt said Roe believes it is safe.") == one("Holt", "said", "Roe believes it is safe")
    assert relations("Roe believes it is safe, Holt said.") == one("Holt", "said", "Roe believes it is safe")


@pytest.mark.parametrize(
    "text",
    [
        "The think tank was old.",
        "A river called Styx was near.",
        "Holt refused to say more.",
        "He made many claims.",
        "The report was long.",
        "Claims on the state rose.",
        "He ruled with care.",
        "The wall shows cracks to nobody.",
        "He said.",
        "Shown to all.",
        "",
    ],
)
def test_no_attribution(text: str) -> None:
    assert [relation for relation in relations(text) if relation[1] != "refused"] == []


def test_a_pause_between_dashes_ends_content() -> None:
    text = "Roe -- as Holt says it is true -- left."
    assert relations(text) == one("Holt", "says", "it is true")


def test_content_ends_before_a_semicolon_and_the_next_speaker() -> None:
    assert relations("Holt said it was safe; nobody came.") == one("Holt", "said", "it was safe")
    assert relations("Holt said it was safe, but Roe denied it.") == [
        ("Holt", "said", ["it was safe"]),
        ("Roe", "denied", ["it"]),
    ]


def test_detector_keeps_to_the_contract() -> None:
    detector = AttributionRulesDetector()
    assert isinstance(detector, Detector)
    assert detector.name == "attribution-rules"
    assert detector.layers == frozenset({"attribution", "attribution_gap"})
    documents = [segment("a", "He said it was so."), segment("b", "")]
    predictions = detector.predict(documents, "attribution")
    assert [(prediction.document, prediction.layer) for prediction in predictions] == [
        ("a", "attribution"),
        ("b", "attribution"),
    ]
    assert predictions[1].spans == ()
    with pytest.raises(ValueError, match="'attribution-rules' does not predict the layer 'frame'"):
        detector.predict(documents, "frame")


def test_boundaries_of_the_document_are_used() -> None:
    text = "Holt said it rained all day"
    tokens = offsets([(0, 4), (5, 9), (10, 12), (13, 19), (20, 23), (24, 27)])
    _, (found,) = find(Document("d", text, offsets([(0, 19), (20, 27)]), tokens))
    assert [text[slice(*piece)] for piece in (found.cue, *found.contents)] == ["said", "it rained"]
    for sentences, pieces in (([], [(0, 27)]), ([(0, 27)], [])):
        assert find(Document("d", text, offsets(sentences), offsets(pieces))) == ([], [])


def test_a_quotation_inside_a_token_is_no_atom() -> None:
    document = Document("d", "a“b”c d", offsets([(0, 7)]), offsets([(0, 5), (6, 7)]))
    ((atoms, _),) = read(document)
    assert (atoms.words, atoms.tags) == (["a“b”c", "d"], "nn")


def test_brackets_are_an_atom_outside_quotations_only() -> None:
    ((atoms, _),) = read(segment("d", "“Is it (all of it) safe,” he said (twice)."))
    assert atoms.tags == "QrVk."


@pytest.mark.parametrize(
    ("lemma", "forms"),
    [
        ("say", {"say": "b", "says": "s", "said": "pn", "saying": "g"}),
        ("deny", {"deny": "b", "denies": "s", "denied": "pn", "denying": "g"}),
        ("admit", {"admit": "b", "admits": "s", "admitted": "pn", "admitting": "g"}),
        ("write", {"write": "b", "writes": "s", "wrote": "p", "written": "n", "writing": "g"}),
        ("accuse", {"accuse": "b", "accuses": "s", "accused": "pn", "accusing": "g"}),
        ("read", {"read": "bpn", "reads": "s", "reading": "g"}),
        ("express", {"express": "b", "expresses": "s", "expressed": "pn", "expressing": "g"}),
        ("agree", {"agree": "b", "agrees": "s", "agreed": "pn", "agreeing": "g"}),
    ],
)
def test_inflection(lemma: str, forms: dict[str, str]) -> None:
    assert inflect(lemma) == forms
    assert all(VERBS[form].lemma == lemma for form in forms)


@pytest.mark.parametrize(
    ("word", "capital", "tag"),
    [
        ("the", True, "d"),
        ("said", False, "V"),
        ("saying", False, "G"),
        ("said", True, "N"),
        ("quickly", False, "a"),
        ("family", False, "n"),
        ("running", False, "g"),
        ("meeting", False, "n"),
        ("walked", False, "v"),
        ("dangerous", False, "j"),
        ("1999", False, "e"),
        ("35", False, "d"),
        ("holt's", True, "z"),
        ("keen", False, "E"),
        ("accusations", False, "M"),
        ("shows", False, "V"),
        ("monday", True, "e"),
    ],
)
def test_tags(word: str, capital: bool, tag: str) -> None:
    assert tag_word(word, capital) == tag


def test_quotations_are_disjoint_and_closed_where_a_mark_closes_them() -> None:
    text = "He said “one ‘two’ three” and ‘it’s four’ and “five"
    found = [(text[mark.start : mark.end], mark.closed) for mark in quotations(text, 0, len(text))]
    assert found == [("“one ‘two’ three”", True), ("‘it’s four’", True), ("“five", False)]


def check(document: Document, spans: tuple[Span, ...]) -> None:
    seen = set()
    for span in spans:
        words = document.text[span.start : span.end]
        assert words == words.strip()
        assert span.end <= len(document.text)
        assert (span.start, span.end, span.label, span.relation) not in seen
        seen.add((span.start, span.end, span.label, span.relation))


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_any_text_gives_valid_spans(text: str) -> None:
    document = segment("d", text)
    detector = AttributionRulesDetector()
    (found,) = detector.predict([document], "attribution")
    check(document, found.spans)
    numbers = {span.relation for span in found.spans}
    for label in ("cue", "content"):
        assert {span.relation for span in found.spans if span.label == label} == numbers
    (gaps,) = detector.predict([document], "attribution_gap")
    check(document, gaps.spans)
    for first in gaps.spans:
        for second in gaps.spans:
            apart = first.end <= second.start or second.end <= first.start
            assert first is second or first.label != second.label or apart


@given(st.lists(WORDS, max_size=30).map(" ".join))
@settings(max_examples=50, deadline=None)
def test_an_empty_line_before_moves_every_span_by_it(text: str) -> None:
    before, after = segment("a", text), segment("b", "\n" + text)
    for layer in ("attribution", "attribution_gap"):
        first, second = AttributionRulesDetector().predict([before, after], layer)
        assert [(span.start + 1, span.end + 1, span.label) for span in first.spans] == [
            (span.start, span.end, span.label) for span in second.spans
        ]


@pytest.mark.parametrize(
    "piece", ["“", '"', "'a ", "‘a", "said ", ", said", "according to ", "- ", "(", "d's "]
)
def test_long_runs_of_one_piece_take_no_more_than_their_length(piece: str) -> None:
    document = segment("d", piece * 3000)
    start = time.perf_counter()
    AttributionRulesDetector().predict([document], "attribution_gap")
    assert time.perf_counter() - start < 5
