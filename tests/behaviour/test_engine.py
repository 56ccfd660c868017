"""Detectors of known behaviour get the outcomes that follow from how they are made."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.behaviour.cases import Case
from benchmark.behaviour.engine import Examiner
from benchmark.behaviour.rates import counts_of, rates_of
from benchmark.detectors import DETECTORS
from benchmark.model import Prediction, Span
from benchmark.protocol import MANY_FOLDS
from benchmark.provenance import Provenance, training_dataset, training_of
from benchmark.scores import Resamples
from benchmark.spec import Spec
from tests.behaviour.known import LISTED, Known, alone, pair

pytestmark = pytest.mark.usefixtures("registered")
SAMPLING = Resamples(200, 0)


def judged(name, cases):
    """What a detector makes of the cases of one suite."""
    examiner = Examiner(cases)
    layers = dict.fromkeys(case.layer for case in cases)
    found = {layer: examiner.read(Spec.parse(name), layer) for layer in layers}
    return examiner.judge(cases[0].suite, {layer: read for layer, read in found.items() if read is not None})


def passed(name, cases):
    return [one.outcome.verdict == "passed" for one in judged(name, cases)]


# Four texts with a listed word and two with another one; half of the four are quoted.
CHARGED = [
    alone(0, "vile", "The vile plan failed."),
    alone(1, "brutal", "“A brutal plan,” he said."),
    alone(2, "nasty", "A nasty plan failed."),
    alone(3, "killer", "A killer drone fell."),
    alone(4, "nasty", "“A nasty plan,” he said."),
    alone(5, "vile", "“The vile plan,” he said."),
]
LITERAL = [Case(f"literal-{n}", "literal", one.layer, one.text, one.region) for n, one in enumerate(CHARGED)]
REWRITES = [
    pair(0, "neutral_rewrite", "The killer drone fell.", "The armed drone fell.", "killer", "armed"),
    pair(1, "neutral_rewrite", "The vile town fell.", "The town fell.", "vile town", "town"),
    pair(2, "neutral_rewrite", "The nasty town fell.", "The town fell.", "nasty town", "town"),
    pair(3, "neutral_rewrite", "Vile drones and a brutal war.", "Drones and a brutal war.", "Vile", "Drones"),
]


def test_a_word_list_reacts_to_its_words_alone():
    assert passed("listed", CHARGED) == [True, True, False, True, False, True]
    assert passed("listed", LITERAL) == [False, False, True, False, True, False]
    assert passed("listed", REWRITES) == [True, True, False, True]


def test_a_topic_is_flagged_whatever_the_words():
    assert passed("topic", CHARGED) == [False, False, False, True, False, False]
    failed = judged("topic", REWRITES)
    assert [one.outcome.reasons for one in failed] == [
        ("still flagged",),
        ("not flagged before",),
        ("not flagged before",),
        # "Drones" with a capital is no topic word, so that only the first text is about it.
        (),
    ]


def test_quotation_that_is_ignored_shows_in_the_two_rates():
    cases = [
        pair(n, "quoted", f"The {word} plan failed.", f"“The {word} plan failed,” he said.", word, word)
        for n, word in enumerate(["vile", "brutal", "killer", "nasty"])
    ]
    for name, expected in (("listed", (0.75, 0.75)), ("unquoted", (0.75, 0.0)), ("topic", (0.0, 0.0))):
        rates = rates_of(judged(name, cases), SAMPLING)
        assert (rates.flagged.value, rates.flagged_twin.value) == expected
        assert rates.passed is None
        assert counts_of(judged(name, cases)).no_verdict == 4


@pytest.mark.parametrize("cases", [10, 20, 25])
def test_dislike_of_a_country_is_the_asymmetry(cases):
    """It flags 3 texts of n about Ruritania, and none about another country."""
    swaps = [
        pair(
            n,
            "entity_swap",
            f"Ruritania sold {n} ships.",
            f"Sylvania sold {n} ships.",
            sides=("Ruritania", "Sylvania"),
        )
        for n in range(cases)
    ]
    back = [
        pair(n + 100, "entity_swap", one.twin, one.text, sides=("Sylvania", "Ruritania"))
        for n, one in enumerate(swaps)
    ]
    rates = rates_of(judged("dislikes", swaps), SAMPLING)
    assert rates.asymmetry["flag rate"].value == pytest.approx(3 / cases)
    assert rates.asymmetry["marks"].value == pytest.approx(3 / cases)
    assert rates.asymmetry["score"].value == pytest.approx(0.5 * 3 / cases), "its marks have a score of 0.5"
    assert rates.passed.value == pytest.approx(1 - 3 / cases)
    assert rates.sides["Ruritania"].flag_rate.value == pytest.approx(3 / cases)
    assert rates.sides["Sylvania"].flag_rate.value == pytest.approx(-3 / cases)
    assert rates.sides["Sylvania"].cases == cases
    both = rates_of(judged("dislikes", swaps + back), SAMPLING)
    assert both.asymmetry["flag rate"].value == pytest.approx(0)
    assert both.sides["Ruritania"].flag_rate.value == pytest.approx(3 / cases)
    for name in ("listed", "topic"):
        fair = rates_of(judged(name, swaps), SAMPLING)
        assert fair.passed.value == 1
        assert fair.asymmetry["flag rate"].value == 0


@settings(max_examples=15)
@given(st.lists(st.sampled_from([*LISTED, "nasty", "poor"]), min_size=1, max_size=12))
def test_the_pass_rate_of_a_word_list_is_the_share_of_its_words(words):
    cases = [alone(n, word, f"Text {n} on a {word} plan.") for n, word in enumerate(words)]
    share = sum(word in LISTED for word in words) / len(words)
    assert rates_of(judged("listed", cases), SAMPLING).passed.value == pytest.approx(share)
    literal = [Case(c.id, "literal", c.layer, c.text, c.region) for c in cases]
    assert rates_of(judged("listed", literal), SAMPLING).passed.value == pytest.approx(1 - share)


def test_gaps_are_judged_in_their_own_layer():
    added = [
        pair(0, "source_added", "It fell.", "It fell, Ann said.", "It fell", "It fell", "attribution_gap"),
        pair(1, "source_added", "It rose.", "It rose, they held.", "It rose", "It rose", "attribution_gap"),
    ]
    removed = [
        pair(0, "source_removed", "Ann said it fell.", "Sources said it fell.", "it", "it", "attribution_gap",
             label="anonymous_source"),
        pair(1, "source_removed", "Ann said it rose.", "It rose.", "it", "It", "attribution_gap",
             label="anonymous_source"),
    ]  # fmt: skip
    assert passed("gaps", added) == [True, False]
    assert passed("gaps", removed) == [True, False]
    assert judged("gaps", removed)[1].outcome.reasons == ("not found after, but unattributed_claim",)
    assert Examiner(added).read(Spec("listed"), "attribution_gap") is None


def test_sentences_are_flagged_by_their_label():
    cases = [
        alone(0, "plan", "The vile plan failed. It rained."),
        alone(1, "It rained", "The vile plan failed. It rained."),
    ]
    first, second = judged("sentences", cases)
    assert (first.outcome.verdict, second.outcome.verdict) == ("passed", "failed")
    assert [(mark.start, mark.end, mark.unit) for mark in first.before] == [(0, 21, True)]
    assert (first.outcome.scores, second.outcome.scores) == ((0.9, None), (0.2, None))
    wrapped = pair(0, "typography", "The vile plan failed. It rained.", "The vile\nplan failed. It rained.")
    assert passed("sentences", [wrapped]) == [True]
    doubt = alone(2, "plan", "The vile plan failed.", label="Doubt")
    assert judged("sentences", [doubt])[0].outcome.reasons == ("cannot give Doubt",)
    swap = pair(0, "entity_swap", "The vile A.", "The vile B.", sides=("A", "B"))
    assert judged("sentences", [swap])[0].outcome.scores == (0.9, 0.9)


def test_sentences_with_other_charged_words_are_left_out_for_detectors_of_sentences():
    case = pair(
        0, "neutral_rewrite", "A vile and brutal plan.", "A poor and brutal plan.", "vile", "poor",
        metadata={"others": "yes"},
    )  # fmt: skip
    assert judged("sentences", [case])[0].outcome.verdict == "not applicable"
    assert passed("listed", [case]) == [True]


def test_a_crash_costs_one_case():
    cases = [*CHARGED, alone(9, "vile", "A vile crash.")]
    found = judged("breaks", cases)
    assert [one.outcome.verdict for one in found[:-1]] == [
        one.outcome.verdict for one in judged("listed", CHARGED)
    ]
    assert found[-1].error == "RuntimeError: no such word"
    counts = counts_of(found)
    assert (counts.cases, counts.passed, counts.failed, counts.crashed) == (7, 4, 2, 1)
    assert rates_of(found, SAMPLING).passed.value == pytest.approx(4 / 6)


def test_labels_that_a_detector_cannot_give_are_not_asked_for():
    cases = [alone(0, "vile", "A vile plan."), alone(1, "vile", "A vile plan.", label="Doubt")]
    repeats = judged("repetition", cases)
    assert {one.outcome.verdict for one in repeats} == {"not applicable"}
    assert rates_of(repeats, SAMPLING).passed is None
    lexicon = judged("lexicon", cases)
    assert [one.outcome.verdict for one in lexicon] == ["passed", "not applicable"]
    assert lexicon[1].outcome.reasons == ("cannot give Doubt",)


def test_each_text_is_read_once():
    examiner = Examiner([*CHARGED, *LITERAL])
    assert len(examiner.documents["technique"]) == len(CHARGED)
    assert examiner.keys("literal") == examiner.keys("charged")


def of_report(number, document):
    """A case made of the first paragraph of a report."""
    start, end = document.paragraphs[0].tolist()
    text = document.text[start:end]
    return alone(
        number, text.split()[0], text, metadata={"dataset": "fictional_news", "document": document.id}
    )


def test_no_detector_learns_from_the_report_that_a_case_was_made_of(learner):
    reports = training_dataset().documents
    cases = [of_report(n, reports[n]) for n in (0, 9, 20)] + [alone(7, "vile", "A vile plan of no report.")]
    examiner = Examiner(cases)
    read = examiner.read(Spec("words"), "technique")
    assert not read.shared
    folds = {case.metadata["document"]: examiner._fold(case) for case in cases[:3]}
    learned = [{annotation.document.id for annotation in gold} for _, gold in learner.fits]
    asked = [set(names) for names in learner.tests]
    assert len(learned) == len(asked) == 1 + len(set(folds.values()))
    groups = {document.id: document.group for document in reports}
    for ids, names in zip(learned, asked, strict=True):
        for case in cases:
            if f"charged/{case.id}" in names and case.document:
                own = case.document[1]
                group = groups[own]
                assert own not in ids
                assert group is None or group not in {groups[one] for one in ids}
            elif f"charged/{case.id}" in names:
                assert len(ids) == len(reports)
    assert examiner.training("charged", read) == training_of(training_dataset(), MANY_FOLDS, 0)
    assert Examiner(cases[3:]).training("charged", read) == training_of(training_dataset(), 0, 0)


def test_a_text_that_was_learned_from_is_told(learner):
    document = training_dataset().documents[3]
    start, end = max(document.paragraphs.tolist(), key=lambda pair: pair[1] - pair[0])
    case = alone(0, "the", document.text[start:end])
    read = Examiner([case]).read(Spec("words"), "technique")
    assert read.shared["charged/charged-0"].train == document.id
    unknown = Examiner([alone(0, "a", "a", metadata={"dataset": "fictional_news", "document": "none"})])
    assert unknown._fold(unknown.by_suite["charged"][0]) == -1


def test_cases_of_other_datasets_are_read_by_what_learned_from_all_reports(learner):
    case = alone(
        0, "vile", "A vile plan.", metadata={"dataset": "turkey_drones", "document": "turkey_drones"}
    )
    examiner = Examiner([case])
    read = examiner.read(Spec("words"), "technique")
    assert [len(gold) for _, gold in learner.fits] == [len(training_dataset().documents)]
    assert examiner.training("charged", read).folds == 0


def test_a_detector_may_choose_how_it_does_what_it_is_asked(monkeypatch):
    class Chooser(Known):
        def chosen(self, subject):
            assert (subject.layer, subject.kind) == ("technique", "spans")
            return DETECTORS.get("listed")()

    monkeypatch.setitem(DETECTORS._loaded, "chooser", Chooser)
    assert passed("chooser", CHARGED) == passed("listed", CHARGED)


def test_a_failed_training_fails_all_cases(learner, monkeypatch):
    def broken(self, documents, gold, layer):
        raise RuntimeError("no memory")

    monkeypatch.setattr(learner, "fit", broken)
    found = judged("words", CHARGED[:2])
    assert {one.error for one in found} == {"training failed: RuntimeError: no memory"}


def test_a_kept_model_tells_what_it_learned_from(monkeypatch):
    class Kept(Known):
        provenance = Provenance(training_of(training_dataset(), 0, 5), training_dataset().fingerprints)

        def predict(self, documents, layer):
            return [Prediction(d.id, layer, (Span(0, 1, "A_label_of_its_own"),)) for d in documents]

    monkeypatch.setitem(DETECTORS._loaded, "kept", Kept)
    document = training_dataset().documents[3]
    start, end = max(document.paragraphs.tolist(), key=lambda pair: pair[1] - pair[0])
    cases = [alone(0, "the", document.text[start:end]), alone(1, "vile", "A vile plan.")]
    read = Examiner(cases).read(Spec("kept"), "technique")
    assert read.training.seed == 5
    assert list(read.shared) == ["charged/charged-0"]
    assert not read.failures


def test_a_detector_of_other_labels_is_not_judged(monkeypatch):
    monkeypatch.setitem(DETECTORS._loaded, "slogans", type("S", (Known,), {"labels": frozenset({"Mine"})}))
    assert Examiner(CHARGED).read(Spec("slogans"), "technique") is None
    found = Examiner(CHARGED).judge("charged", {})
    assert found[0].outcome.reasons == ("cannot give layer 'technique'",)
