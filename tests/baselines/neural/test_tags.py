"""What the classes of models stand for."""

from __future__ import annotations

import pytest

from baselines.neural.config import Config
from baselines.neural.tags import Classes, Tags, read_classes, tag_names


def told(tags):
    return tags.labels, tags.of.tolist(), tags.begins.tolist()


@pytest.mark.parametrize(
    ("names", "labels", "of", "begins"),
    [
        (["O", "B-x", "I-x"], ("x",), [-1, 0, 0], [False, True, False]),
        (["B-x", "I-x", "B-y", "I-y", "O"], ("x", "y"), [0, 0, 1, 1, -1], [True, False, True, False, False]),
        (["O", *(f"{tag}-x" for tag in "BILU")], ("x",), [-1, 0, 0, 0, 0], [False, True, False, False, True]),
        (["O", *(f"{tag}-x" for tag in "BMES")], ("x",), [-1, 0, 0, 0, 0], [False, True, False, False, True]),
        (["O", "I-x", "I-y"], ("x", "y"), [-1, 0, 1], [False, False, False]),
        (["O", "x", "y"], ("x", "y"), [-1, 0, 1], [False, False, False]),
        # Where one name has no prefix, none has: these are labels of their own.
        (["O", "E-mail", "phone"], ("E-mail", "phone"), [-1, 0, 1], [False, False, False]),
        (
            ["B-Name_Calling,Labeling", "I-Name_Calling,Labeling"],
            ("Name_Calling,Labeling",),
            [0, 0],
            [True, False],
        ),
        (["B-B-x", "I-B-x"], ("B-x",), [0, 0], [True, False]),
        (["x"], ("x",), [0], [False]),
    ],
)
def test_prefixes_are_understood(names, labels, of, begins):
    assert told(Tags.read(names, {})) == (labels, of, begins)


@pytest.mark.parametrize(
    ("names", "renamed", "labels", "of", "begins"),
    [
        (["O", "B-PER", "I-PER"], {"PER": "person"}, ("person",), [-1, 0, 0], [False, True, False]),
        (["O", "B-PER", "I-PER"], {"B-PER": "p", "I-PER": "p"}, ("p",), [-1, 0, 0], [False, True, False]),
        (["O", "B-x", "B-y"], {"x": ""}, ("y",), [-1, -1, 0], [False, False, True]),
        (["O", "B-x", "B-y"], {"x": "z", "y": "z"}, ("z",), [-1, 0, 0], [False, True, True]),
        (["LABEL_0", "LABEL_1"], {"LABEL_0": "", "LABEL_1": "x"}, ("x",), [-1, 0], [False, False]),
        (
            ["LABEL_0", "LABEL_1", "LABEL_2"],
            {"LABEL_0": "O", "LABEL_1": "B-x", "LABEL_2": "I-x"},
            ("x",),
            [-1, 0, 0],
            [False, True, False],
        ),
        # What is dropped is no reason to take the others' prefixes for a part of their names.
        (["O", "B-x", "I-x", "[SEP]"], {"[SEP]": ""}, ("x",), [-1, 0, 0, -1], [False, True, False, False]),
        (["O", "B-x", "I-x", "X"], {"X": "O", "x": "y"}, ("y",), [-1, 0, 0, -1], [False, True, False, False]),
        # A prefix that is kept is no part of the new name, and any other is.
        (["B-x", "I-x"], {"B-x": "B-y", "I-x": "I-y"}, ("y",), [0, 0], [True, False]),
        (["B-x", "I-x"], {"x": "E-mail"}, ("E-mail",), [0, 0], [True, False]),
        (["O", "B", "I"], {"B": "B-x", "I": "I-x"}, ("x",), [-1, 0, 0], [False, True, False]),
        (["B-x", "B-y"], {"x": "O"}, ("y",), [-1, 0], [False, True]),
    ],
)
def test_a_map_renames_with_or_without_prefix(names, renamed, labels, of, begins):
    assert told(Tags.read(names, renamed)) == (labels, of, begins)


@pytest.mark.parametrize("read", [Tags.read, lambda *a: Classes.read(*a, several=False)])
def test_names_that_say_nothing_are_refused_without_a_map(read):
    with pytest.raises(
        ValueError, match=r'LABEL_0, LABEL_1 stands for; .*label_map=FILE.*LABEL_0 = "our label"'
    ):
        read(["LABEL_0", "LABEL_1"], {})
    with pytest.raises(ValueError, match="what LABEL_1 stands for"):
        read(["LABEL_0", "LABEL_1"], {"LABEL_0": "x"})


@pytest.mark.parametrize(
    ("names", "renamed", "message"),
    [
        (
            ["O", "B-x", "I-x", "[SEP]"],
            {},
            r'^\[SEP\] has no prefix, while B-x and I-x have one; .*"\[SEP\]" = ""',
        ),
        (["o", "S-x", "M-x", "B-y"], {"B-y": "z"}, "^o has no prefix, while S-x and M-x have one"),
        (["O", "B", "I"], {}, '^B, I are prefixes without a label; .*label_map=FILE: B = "B-our label"'),
        (["O", "B-", "I-"], {"B-": "x"}, '^I- is a prefix without a label; .*: I- = "I-our label"'),
        (
            ["O", "E-mail", "phone"],
            {"mail": "x"},
            "label_map: the model has no label 'mail'; it has O, E-mail, phone",
        ),
    ],
)
def test_prefixes_that_leave_open_what_they_stand_for_are_refused(names, renamed, message):
    with pytest.raises(ValueError, match=message):
        Tags.read(names, renamed)


def test_a_model_without_a_label_is_refused():
    for names, renamed in ((["O"], {}), (["O", "x"], {"x": ""}), (["B-x"], {"x": ""})):
        with pytest.raises(ValueError, match="no label is left"):
            Tags.read(names, renamed)
    with pytest.raises(ValueError, match="no label is left"):
        Classes.read(["a"], {"a": ""}, several=True)


def test_classes_of_texts_keep_their_names():
    classes = Classes.read(["B-a", "none", "c"], {"none": "", "c": "B-a"}, several=False)
    assert (classes.labels, classes.of.tolist(), classes.classes) == (("B-a",), [0, -1, 0], 3)


def test_the_configuration_says_how_to_read(tmp_path):
    path = tmp_path / "map.toml"
    path.write_text('x = "Doubt"')
    tags = read_classes(Config(id2label={"0": "O", "1": "B-x"}), "token", path)
    assert told(tags) == (("Doubt",), [-1, 0], [False, True])
    kinds = {"multi_label_classification": True, "single_label_classification": False, None: False}
    for problem, several in kinds.items():
        config = Config(id2label={"0": "x", "1": "y"}, problem_type=problem)
        assert read_classes(config, "sequence", path).several is several


def test_what_is_learned_is_read_back():
    labels = ("a", "B-b", "c,d")
    tags = Tags.read(tag_names(labels), {})
    assert told(tags) == (labels, [-1, 0, 0, 1, 1, 2, 2], [False, True, False, True, False, True, False])
