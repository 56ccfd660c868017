"""What the crosswalk file says, what may stand in it, and the common labels that follow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark import crosswalk, data
from benchmark.crosswalk import Crosswalk
from benchmark.crosswalk_file import parsed, read
from benchmark.data import Layer
from benchmark.errors import DataError, UsageError
from benchmark.tasks import TASKS, bind, task_of

TECHNIQUES = data.load("turkey_drones").layers["technique"].labels
LAYERS = {
    "ptc": {
        "propaganda": Layer("propaganda", "spans", ("Propaganda",), None, (), "people"),
        "technique": Layer("technique", "spans", TECHNIQUES, None, (), "people"),
    },
    "basil": {"bias": Layer("bias", "spans", ("lexical", "informational"), None, (), "people")},
    "babe": {
        "bias": Layer("bias", "units", ("Biased", "Non-biased"), "sentence", (), "people"),
        "words": Layer("words", "spans", ("biased",), None, (), "people"),
        "opinion": Layer(
            "opinion",
            "units",
            (
                "Entirely factual",
                "Somewhat factual but also opinionated",
                "Expresses writer’s opinion",
            ),
            "sentence",
            (),
            "people",
        ),
    },
    "checkthat2025_task1": {
        "subjectivity": Layer("subjectivity", "units", ("SUBJ", "OBJ"), "sentence", (), "people")
    },
    "polnear": {
        "attribution": Layer("attribution", "relations", ("source", "cue", "content"), None, (), "people")
    },
}


@pytest.fixture
def corpus(dataset_of):
    """Make an empty copy of a corpus under any name."""

    def make(name, called=None):
        return replace(dataset_of(["x"], name=called or name), corpus=name, layers=LAYERS[name])

    return make


@pytest.fixture(scope="module")
def shipped():
    return crosswalk.load()


def walk(tmp_path, content):
    path = tmp_path / "crosswalk.toml"
    path.write_text(f"schema = 1\n{content}", encoding="utf-8")
    return Crosswalk(read(path))


def mapped(origin, *to, exact=False):
    named = ", ".join(f'"{label}"' for label in to)
    loss = "" if exact else 'loss = "something"\n'
    return f'[[map]]\nfrom = "{origin}"\nto = [{named}]\nexact = {str(exact).lower()}\nwhy = "w"\n{loss}'


def test_a_layer_stands_for_itself_without_loss(shipped, corpus):
    for name, layers in LAYERS.items():
        for layer, described in layers.items():
            found = shipped.between(corpus(name), layer, corpus(name, "renamed"), layer)
            assert found.predicted == found.gold == {label: label for label in described.labels}
            assert (found.labels, found.lossy, found.reading) == (described.labels, False, None)


def test_one_label_that_stands_for_two_is_scored_against_both_as_one(shipped, corpus):
    ptc = corpus("ptc")
    found = shipped.between(corpus("basil"), "bias", ptc, task_of_(ptc, "loaded_language"))
    assert found.predicted == {"lexical": "lexical"}
    assert found.gold == {"Loaded_Language": "lexical", "Name_Calling,Labeling": "lexical"}
    assert found.labels == ("lexical",)
    assert (found.source, found.target) == ("basil/bias", "ptc/loaded_language")
    assert any("scored as one" in reason for reason in found.reasons)


def task_of_(dataset, name):
    return bind(TASKS.get(name), dataset)


def test_two_labels_that_stand_for_one_become_that_one(shipped, corpus):
    basil = corpus("basil")
    found = shipped.between(corpus("ptc"), "technique", basil, task_of_(basil, "lexical"))
    assert found.predicted == {"Loaded_Language": "lexical", "Name_Calling,Labeling": "lexical"}
    assert found.gold == {"lexical": "lexical"}
    assert found.lossy


def test_labels_without_a_counterpart_are_named(shipped, corpus):
    found = shipped.between(corpus("basil"), "bias", corpus("ptc"), "technique")
    (unscored,) = (reason for reason in found.reasons if reason.startswith("without a counterpart"))
    assert "Appeal_to_Authority" in unscored
    assert unscored.endswith("and 9 more")


def test_every_technique_is_propaganda(shipped, corpus):
    ptc = corpus("ptc")
    found = shipped.between(ptc, "technique", ptc, "propaganda")
    assert found.predicted == dict.fromkeys(TECHNIQUES, "Propaganda")
    back = shipped.between(ptc, "propaganda", ptc, "technique")
    assert back.gold == dict.fromkeys(TECHNIQUES, "Propaganda")
    assert back.labels == ("Propaganda",)


def test_what_is_scored_of_a_wider_label_only_in_part_is_said(shipped, corpus):
    ptc = corpus("ptc")
    found = shipped.between(ptc, "propaganda", ptc, task_of_(ptc, "loaded_language"))
    assert any(
        reason.startswith("'Propaganda' also stands for labels that are not scored")
        for reason in found.reasons
    )
    back = shipped.between(ptc, task_of_(ptc, "loaded_language"), ptc, "propaganda")
    assert any("not learned" in reason for reason in back.reasons)


def test_a_task_of_a_few_labels_is_no_loss_to_one_who_learned_more(shipped, corpus):
    ptc = corpus("ptc")
    found = shipped.between(ptc, "technique", ptc, task_of_(ptc, "loaded_language"))
    assert found.predicted == {label: label for label in ("Loaded_Language", "Name_Calling,Labeling")}
    assert not found.lossy


def test_spans_are_read_as_labels_of_sentences(shipped, corpus):
    found = shipped.between(corpus("basil"), "bias", corpus("babe"), "bias")
    assert found.predicted == {"lexical": "Biased", "informational": "Biased"}
    assert found.gold == {"Biased": "Biased", "Non-biased": "Non-biased"}
    assert (found.labels, found.rest, found.reading) == (("Biased", "Non-biased"), "Non-biased", "any")
    assert found.unit == "sentence"
    assert "sentences are labelled by the spans that touch them" in found.reasons


def test_a_task_that_reads_sentences_from_spans_meets_labelled_sentences(shipped, corpus):
    basil, babe = corpus("basil"), corpus("babe")
    found = shipped.between(basil, task_of_(basil, "bias_sentence"), babe, "bias")
    assert found.predicted == {"biased": "Biased", "none": "Non-biased"}
    assert found.reading is None
    back = shipped.between(babe, "bias", basil, task_of_(basil, "lexical_sentence"))
    assert back.predicted == {"Biased": "lexical", "Non-biased": "none"}
    assert any("not scored: informational" in reason for reason in back.reasons)


def test_a_category_in_between_goes_with_the_one_that_the_file_says(shipped, corpus):
    found = shipped.between(corpus("checkthat2025_task1"), "subjectivity", corpus("babe"), "opinion")
    assert found.predicted == {"SUBJ": "SUBJ", "OBJ": "Entirely factual"}
    assert found.labels == ("Entirely factual", "SUBJ")
    assert set(found.gold.values()) == {"Entirely factual", "SUBJ"}


def test_a_map_holds_for_layers_of_the_same_scheme_with_both_losses(shipped, corpus):
    drones = data.load("turkey_drones")
    to_ptc = shipped.between(corpus("basil"), "bias", corpus("ptc"), "technique")
    to_drones = shipped.between(corpus("basil"), "bias", drones, "technique")
    assert to_drones.gold == to_ptc.gold
    assert any("language models" in reason for reason in to_drones.reasons)
    assert not any("language models" in reason for reason in to_ptc.reasons)


def test_the_shipped_datasets_share_techniques_exactly_and_frames_by_unit(shipped):
    drones, reports = data.load("turkey_drones"), data.load("fictional_news")
    assert not shipped.between(reports, "technique", drones, "technique").lossy
    frames = shipped.between(reports, "frame", drones, "frame")
    assert frames.reasons == ("learned from the labels of documents, scored on those of paragraphs",)
    assert len(frames.labels) == 15


def test_what_is_not_declared_is_refused_with_what_is(shipped, corpus):
    with pytest.raises(
        UsageError, match=r"polnear/attribution may stand for.*basil/bias.*turkey_drones/attr"
    ):
        shipped.between(corpus("polnear"), "attribution", corpus("basil"), "bias")
    reports = data.load("fictional_news")
    with pytest.raises(UsageError, match="nor any other"):
        shipped.between(reports, "slant", reports, "attribution_gap")


def test_units_are_not_read_as_spans(shipped, corpus):
    with pytest.raises(UsageError, match="units cannot be read as spans"):
        shipped.between(corpus("babe"), "bias", corpus("basil"), "bias")


def test_labels_of_given_spans_are_not_carried_over(shipped, corpus):
    ptc = corpus("ptc")
    with pytest.raises(UsageError, match="given spans"):
        shipped.between(ptc, "technique", ptc, task_of_(ptc, "technique_given_span"))


def test_an_unknown_layer_is_refused(shipped, corpus):
    with pytest.raises(UsageError, match="has no layer 'wordz', did you mean 'words'"):
        shipped.between(corpus("babe"), "wordz", corpus("babe"), "words")


def test_layers_that_may_be_learned_for_a_task_are_found(shipped, corpus):
    basil = corpus("basil")
    lexical = task_of_(basil, "lexical")
    assert shipped.standing_for(corpus("ptc"), basil, lexical) == ("technique",)
    assert shipped.standing_for(corpus("babe"), basil, lexical) == ("words",)
    assert shipped.standing_for(corpus("polnear"), basil, lexical) == ()
    babe = corpus("babe")
    assert shipped.standing_for(babe, basil, task_of_(basil, "bias_sentence")) == ("bias", "words")


def test_a_label_that_the_corpus_lacks_is_a_fault_of_the_file(tmp_path, corpus):
    found = walk(tmp_path, mapped("babe/words/biassed", "basil/bias/lexical"))
    with pytest.raises(
        DataError, match="crosswalk.toml: 'biassed' is no label of layer 'babe/words', did you"
    ):
        found.between(corpus("babe"), "words", corpus("basil"), "bias")


def test_labels_that_are_linked_through_others_are_scored_as_one(tmp_path, corpus):
    content = mapped("ptc/technique/Doubt", "basil/bias/lexical", "basil/bias/informational", exact=True)
    content += mapped("ptc/technique/Slogans", "basil/bias/lexical", exact=True)
    found = walk(tmp_path, content).between(corpus("ptc"), "technique", corpus("basil"), "bias")
    assert found.predicted == dict.fromkeys(("Doubt", "Slogans"), "informational+lexical")
    assert found.labels == ("informational+lexical",)
    assert found.reasons == ("lexical, informational are scored as one",)


def test_labels_that_correspond_only_in_part_are_lossy(tmp_path, corpus):
    found = walk(tmp_path, mapped("babe/bias/Biased", "basil/bias/lexical", exact=True))
    basil = corpus("basil")
    both = found.between(basil, task_of_(basil, "bias_sentence"), corpus("babe"), "bias")
    assert "'biased' and 'Biased' correspond only in part" in both.reasons


def test_the_first_scheme_with_both_layers_counts(tmp_path, corpus):
    def scheme(exact):
        loss = "" if exact else 'loss = "x"\n'
        layers = 'layers = ["ptc/technique", "b/technique"]'
        return f'[[scheme]]\n{layers}\nexact = {str(exact).lower()}\nwhy = "w"\n{loss}'

    other = replace(corpus("ptc"), corpus="b")
    for first, lossy in ((True, False), (False, True)):
        found = walk(tmp_path, scheme(first) + scheme(not first))
        assert found.between(corpus("ptc"), "technique", other, "technique").lossy == lossy


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[map]", "line 2"),
        ("[[maps]]", "maps"),
        ("schema = 2", "schema"),
        (mapped("a/b/c", "d/e/f").replace("exact = false", 'exact = "no"'), r"map\[0\].exact"),
        (mapped("a/b", "d/e/f"), "'a/b' is not CORPUS/LAYER/LABEL"),
        (mapped("a/b/c", "d//f"), "'d//f' is not CORPUS/LAYER/LABEL"),
        (mapped("a/b/c"), "stands for no label"),
        (mapped("a/b/*", "d/e/f"), "can only be stood for"),
        (mapped("a/b/c", "d/e/f") + mapped("d/e/f", "a/b/c"), "mapped 2 times"),
        (mapped("a/b/c", "d/e/f").replace('"w"', '" "'), "'why' is empty"),
        (mapped("a/b/c", "d/e/f").replace('"something"', '""'), "'loss' is given where"),
        (mapped("a/b/c", "d/e/f", exact=True) + 'loss = "x"', "'loss' is given where"),
        ('[[scheme]]\nlayers = ["a/b"]\nexact = true\nwhy = "w"', "two or more layers, each once"),
        ('[[scheme]]\nlayers = ["a/b", "a/b"]\nexact = true\nwhy = "w"', "two or more layers, each once"),
        ('[[scheme]]\nlayers = ["a/b", "c"]\nexact = true\nwhy = "w"', "'c' is not CORPUS/LAYER"),
        ('[[scheme]]\nlayers = ["a/b", "c/d/e"]\nexact = true\nwhy = "w"', "'c/d/e' is not CORPUS/LAYER"),
        ('[[rest]]\nlabel = "a/b"', "rest 'a/b' is not"),
        ('[[rest]]\nlabel = "a/b/c"\n[[rest]]\nlabel = "a/b/d"', "2 labels of the rest"),
    ],
)
def test_a_broken_file_is_refused_with_its_name(tmp_path, content, message):
    text = content if content.startswith("schema") else f"schema = 1\n{content}"
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=f"c.toml: .*{message}"):
        read(tmp_path / "c.toml")


def test_all_faults_of_a_file_are_listed(tmp_path):
    (tmp_path / "c.toml").write_text("schema = 1\n" + mapped("a/b", "c"), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read(tmp_path / "c.toml")
    assert len(caught.value.faults) == 2


def test_a_file_that_is_not_utf8_or_not_there_is_refused(tmp_path):
    (tmp_path / "c.toml").write_bytes(b"schema = 1 # \xff")
    with pytest.raises(DataError, match="not UTF-8"):
        read(tmp_path / "c.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        crosswalk.load(tmp_path / "none.toml")


def test_a_file_may_be_nested_too_deeply(tmp_path):
    (tmp_path / "c.toml").write_text("schema = " + "[" * 100_000, encoding="utf-8")
    with pytest.raises(DataError, match=r"c.toml"):
        read(tmp_path / "c.toml")


def test_the_shipped_file_names_the_labels_of_the_corpora(shipped, corpus, shared):
    """Every label that the file gives to a corpus here is one of its adapter's."""
    from benchmark.corpora import CORPORA, adapter
    from benchmark.corpora.source import open_source

    layers = {}
    for name in CORPORA:
        with open_source(shared / "corpora" / name) as source:
            about = adapter(name).about(source)
        layers |= {f"{name}/{layer}": entry.labels for layer, entry in about.layers.items()}
    for name in data.SHIPPED:
        for layer, described in data.load(name).layers.items():
            layers[f"{name}/{layer}"] = described.labels
    for address, labels in layers.items():
        shipped.declared.check(address, labels)
    declared = shipped.declared
    named = {parsed(label)[0] for entry in declared.maps for label in (entry.origin, *entry.to)}
    assert named <= layers.keys()
    assert {layer for scheme in declared.schemes for layer in scheme.layers} <= layers.keys()
    assert declared.rests.keys() <= layers.keys()


def test_the_tasks_of_the_corpora_reach_each_other(shipped, corpus):
    """The example of the issue, in both directions."""
    basil, ptc = corpus("basil"), corpus("ptc")
    there = shipped.between(basil, task_of_(basil, "lexical"), ptc, task_of_(ptc, "loaded_language"))
    back = shipped.between(ptc, task_of_(ptc, "loaded_language"), basil, task_of_(basil, "lexical"))
    assert there.lossy
    assert back.lossy
    assert there.labels == back.labels == ("lexical",)


def test_a_task_by_name_is_the_same_as_one_bound(shipped):
    drones = data.load("turkey_drones")
    found = shipped.between(drones, task_of(drones, "technique"), drones, "technique")
    assert found.predicted == {label: label for label in TECHNIQUES}
    assert found.source == found.target == "turkey_drones/technique"
