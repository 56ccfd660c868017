"""What is read of a model's configuration and of a map of its labels."""

from __future__ import annotations

import json

import pytest

from baselines.neural.config import Config, chosen_task, read_config, read_label_map

TOKEN = Config(architectures=["XForTokenClassification"], id2label={"0": "O", "1": "x"})
TEXT = Config(architectures=["XForSequenceClassification"], id2label={"1": "b", "0": "a"})


def test_names_stand_in_the_order_of_their_numbers():
    assert TEXT.names == ("a", "b")
    assert Config(id2label={"0": 7}).names == ("7",)
    assert Config().names == ("LABEL_0", "LABEL_1")  # as the library has it


@pytest.mark.parametrize("numbers", [{"0": "a", "2": "b"}, {"1": "a"}, {"zero": "a"}, {"0": "a", "00": "b"}])
def test_numbers_with_gaps_are_refused(numbers):
    with pytest.raises(ValueError, match="id2label"):
        _ = Config(id2label=numbers).names


def test_the_task_is_that_of_the_architecture():
    assert chosen_task(TOKEN, "auto", "m") == "token"
    assert chosen_task(TEXT, "auto", "m") == "sequence"
    assert chosen_task(TEXT, "sequence", "m") == "sequence"
    assert chosen_task(Config(), "token", "m") == "token"
    assert Config(architectures=["A", "BForTokenClassification"]).task == "token"


@pytest.mark.parametrize(
    ("config", "asked", "message"),
    [
        (TEXT, "token", "m: task=token does not fit a model of the architecture XForSequenceClassification"),
        (Config(), "auto", "m: its architecture is nothing, which classifies neither"),
        (Config(architectures=["BertForMaskedLM"]), "auto", "its architecture is BertForMaskedLM"),
        (Config(architectures=["BertModel"], problem_type="regression"), "sequence", "gives a number"),
        (Config(architectures=["XForSequenceClassification"], id2label={"0": "y"}), "auto", "gives a number"),
    ],
)
def test_a_model_that_cannot_be_used_is_refused(config, asked, message):
    with pytest.raises(ValueError, match=message):
        chosen_task(config, asked, "m")


def test_a_configuration_is_read_with_fields_that_are_not_known(tmp_path):
    (tmp_path / "config.json").write_text(
        json.dumps({"model_type": "bert", "more": 1, "architectures": None})
    )
    assert read_config(tmp_path) == Config(model_type="bert")


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"id2label": 3}', '{"architectures": "B"}', "\ud800", "[" * 10000]
)
def test_a_broken_configuration_is_told_with_its_name(tmp_path, content):
    (tmp_path / "config.json").write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(ValueError, match="config.json: broken"):
        read_config(tmp_path)


def test_a_folder_without_a_configuration_is_told(tmp_path):
    with pytest.raises(ValueError, match="config.json: cannot be read: No such file.*holds config.json"):
        read_config(tmp_path)


def test_a_map_is_toml_or_json(tmp_path):
    assert read_label_map(None, ()) == {}
    plain, braces = tmp_path / "map.toml", tmp_path / "map.JSON"
    plain.write_text('LABEL_0 = ""\nLABEL_1 = "Doubt"\n"B-x y" = "Slogans"\n')
    braces.write_text('{"LABEL_1": "Doubt"}')
    assert read_label_map(plain, ["LABEL_0", "LABEL_1", "B-x y"]) == {
        "LABEL_0": "",
        "LABEL_1": "Doubt",
        "B-x y": "Slogans",
    }
    assert read_label_map(braces, ["LABEL_1"]) == {"LABEL_1": "Doubt"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("map.toml", b"LABEL_0 = 3", 'broken: LABEL_0 stands for no text; .* LABEL_0 = "our label"'),
        (
            "map.toml",
            b"LABEL_0 = ",
            'broken: .*one line a label: LABEL_0 = "our label"; JSON .* ends with .json',
        ),
        ("map.toml", b"a = '\xff'", "broken: byte 0xff is not UTF-8"),
        ("map.toml", b"[LABEL_1]\nb = 'c'", "broken: LABEL_1 stands for no text"),
        ("map.json", b'{"a": "\xe9"}', "broken: byte 0xe9 is not UTF-8"),
        (
            "map.json",
            b'{"LABEL_0": null}',
            'broken: LABEL_0 stands for no text; .*: {"LABEL_0": "our label"}$',
        ),
        ("map.json", b"[]", "broken: .*"),
        ("map.json", b"{", "broken: .*"),
        ("map.json", b'LABEL_0 = "x"', 'broken: .*it holds one object: {"LABEL_0": "our label"}$'),
        ("map.json", b'{"LABEL_2": "x"}', "the model has no label 'LABEL_2'; it has LABEL_0, LABEL_1"),
    ],
)
def test_a_map_that_does_not_fit_is_told_with_its_name(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=f"label_map .*{name}: {message}"):
        read_label_map(tmp_path / name, ["LABEL_0", "LABEL_1"])


@pytest.mark.parametrize(("name", "content"), [("map.toml", 'a = "é"'), ("map.json", '{"a": "é"}')])
def test_a_byte_order_mark_of_a_map_is_read_over(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8-sig")
    assert read_label_map(tmp_path / name, ["a"]) == {"a": "é"}


def test_a_map_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ValueError, match="label_map .*none.toml: cannot be read: No such file"):
        read_label_map(tmp_path / "none.toml", ["a"])
