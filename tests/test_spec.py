"""Specifications as they are typed, and the objects built from them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.errors import BenchError, UsageError
from benchmark.spec import Given, OfClass, Spec, construct, files_of, parameters_of


@dataclass
class Thing:
    rate: float = 0.5
    count: int = 1
    deep: bool = False
    file: str | None = None
    kind: Literal["a", "b"] = "a"


class Bare:
    def __init__(self, word, seed: int = 0):
        self.word, self.seed = word, seed


def built(text, kind=Thing, defaults=None):
    return construct("detector", kind, Spec.parse(text), defaults or {})


@pytest.mark.parametrize(
    ("text", "name", "parameters"),
    [
        ("lexicon", "lexicon", ()),
        ("lexicon:", "lexicon", ()),
        ("third/lexicon:a=1", "third/lexicon", (("a", "1"),)),
        ("lexicon:a=1,b=x=y", "lexicon", (("a", "1"), ("b", "x=y"))),
        (" lexicon : a = 1 , b = ", "lexicon", (("a", "1"), ("b", ""))),
        ("lexicon:file=c:/d,,", "lexicon", (("file", "c:/d"),)),
        ("", "", ()),
    ],
)
def test_a_specification_is_read(text, name, parameters):
    assert Spec.parse(text) == Spec(name, parameters)


@pytest.mark.parametrize("text", ["x:a,b", "x:a=1,b", "x:=1", "x: =1", "x:a=1, ,b=2"])
def test_a_parameter_has_a_name_and_a_value(text):
    with pytest.raises(UsageError, match="is not of the form key=value"):
        Spec.parse(text)


def test_a_parameter_stands_once():
    with pytest.raises(UsageError, match="'x:a=1,a=1': a parameter is given twice"):
        Spec.parse("x:a=1,a=1")


@pytest.mark.parametrize(
    ("text", "name", "value", "parameters"),
    [
        ("llm:small", "llm", "small", ()),
        ("llm:llama3.1:8b,temperature=0", "llm", "llama3.1:8b", (("temperature", "0"),)),
        ("transformers:org/name,task=token", "transformers", "org/name", (("task", "token"),)),
        ("./my.py:Class,least=3", "./my.py", "Class", (("least", "3"),)),
        ("cmd:node x.js --deep=1", "cmd", "node x.js --deep=1", ()),
        (r"cmd:prog a\,b,timeout=5", "cmd", "prog a,b", (("timeout", "5"),)),
        (r"lexicon:file=a\,b.txt", "lexicon", "", (("file", "a,b.txt"),)),
        ("llm:model=x", "llm", "", (("model", "x"),)),
    ],
)
def test_what_stands_behind_the_colon_without_a_name_is_the_value(text, name, value, parameters):
    spec = Spec(name, parameters, value)
    assert Spec.parse(text) == spec
    assert str(spec) == text


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\\"), max_size=8).map(str.strip)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=":"), max_size=8).map(str.strip)
values = words.filter(lambda text: "=" not in text)
keys = st.from_regex(r"[A-Za-z_]\w{0,5}", fullmatch=True)


@settings(deadline=None)
@given(names, st.dictionaries(keys, words, max_size=4), values)
def test_a_specification_is_written_as_it_is_read(name, parameters, value):
    spec = Spec(name, tuple(parameters.items()), value)
    assert Spec.parse(str(spec)) == spec


class Model(Bare):
    principal = "word"


def test_a_value_is_the_principal_parameter():
    assert built("x:some/model,seed=3", Model).word == "some/model"
    assert built("x:word=other", Model).word == "other"
    assert files_of(Filing, Spec.parse("x:a.txt")) == {"file": Path("a.txt")}
    with pytest.raises(UsageError, match="'x:a,word=b': word is given twice"):
        built("x:a,word=b", Model)
    with pytest.raises(UsageError, match="'5' is not of the form key=value; its parameters: word, seed"):
        built("x:5", Bare)


@dataclass
class Filing:
    principal: ClassVar[str] = "file"
    file: Path = Path("none")


def test_a_specification_of_an_object_tells_objects_of_one_name_apart():
    @dataclass
    class Named:
        name: ClassVar[str] = "named"
        least: int = 3
        words: tuple[str, ...] = ("a",)

    one, other = Given.of(Named(4)), Given.of(Named(4))
    assert str(one) == str(other) == "named:least=4"
    assert one != other
    assert one == Given.of(one.instance)
    assert str(Given.of(Named(words=()))) == "named"
    assert str(Given.of(Bare("x"))) == "Bare:word=x"
    assert str(Given.of(Bare(np.zeros(3), seed=1))) == "Bare:seed=1"  # an array is no plain value


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_specification_or_a_usage_error(text):
    try:
        spec = Spec.parse(text)
    except UsageError:
        return
    assert Spec.parse(str(spec)) == spec


def test_values_take_the_types_of_the_constructor():
    assert built("t:rate=2,count=3,deep=true,file=w.txt,kind=b") == Thing(2.0, 3, True, "w.txt", "b")
    assert isinstance(built("t:rate=2").rate, float)
    assert built("t") == Thing()


def test_a_parameter_without_a_type_is_text():
    assert built("b:word=7", Bare).word == "7"


class Mode(Enum):
    FIRST = "first"
    SECOND = "second"


class Unhinted:
    def __init__(self, least=3, rate=0.5, deep=False, word="a", file=None, path=Path("p"), mode=Mode.FIRST):
        self.made = least, rate, deep, word, file, path, mode


@pytest.mark.parametrize(
    ("text", "place", "value"),
    [
        ("least=2", 0, 2),
        ("least=2.5", 0, 2.5),
        ("rate=2", 1, 2.0),
        ("deep=true", 2, True),
        ("word=7", 3, "7"),
        ("file=7", 4, "7"),
        ("path=7", 5, Path("7")),
        ("mode=second", 6, Mode.SECOND),
    ],
)
def test_without_a_hint_the_default_says_the_type(text, place, value):
    found = built(f"u:{text}", Unhinted).made[place]
    assert (found, type(found)) == (value, type(value))


class Held:
    def __init__(
        self,
        words: list[str] | None = None,
        pair: tuple[int, int] = (1, 2),
        table: Mapping[str, int] | None = None,
        bare=("a", "b"),
        mode: Mode = Mode.FIRST,
        size: Literal[1, 2] | None = None,
        either: bool | float = False,
        day: date | None = None,
        file: str | Path = "none",
        text: str | list[str] = "",
    ):
        self.file, self.text, self.size = file, text, size


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "words=a+b",
            "parameters of type list[str] | None cannot be given as text; make the object in Python",
        ),
        ("pair=1", "parameters of type tuple[int, int] cannot be given as text; make the object in Python"),
        ("table=a", "parameters of type collections.abc.Mapping[str, int] | None cannot be given as text"),
        ("bare=a", "parameters of type tuple cannot be given as text; make the object in Python"),
        ("mode=third", "it takes 'first' or 'second'"),
        ("size=3", "it takes 1 or 2"),
        ("either=x", "it takes true or false or a number"),
        ("day=x", "Invalid RFC3339 encoded date"),
    ],
)
def test_what_cannot_be_typed_is_told_by_what_can(text, message):
    with pytest.raises(UsageError) as told:
        built(f"h:{text}", Held)
    assert str(told.value).startswith(f"detector 'h': {text}: {message}")


def test_text_that_may_be_a_path_is_one():
    assert built("h:file=a.txt", Held).file == Path("a.txt")
    assert files_of(Held, Spec.parse("h:file=a.txt")) == {"file": Path("a.txt")}
    assert (built("h:text=a", Held).text, built("h:size=2", Held).size) == ("a", 2)


def test_the_users_parameter_goes_before_the_default():
    assert built("b:word=x", Bare, {"seed": 4}).seed == 4
    assert built("b:word=x,seed=0", Bare, {"seed": 4}).seed == 0


class Filed:
    def __init__(self, file: Path, other: Path | None = None, word: str = "", when: complex = 0j):
        self.file, self.other, self.word = file, other, word


def test_a_path_is_a_parameter():
    thing = built("f:file=a/b.txt,other=c", Filed)
    assert (thing.file, thing.other) == (Path("a/b.txt"), Path("c"))
    assert built("f:file=a", Filed).other is None


def test_the_files_that_parameters_name_are_known():
    assert files_of(Filed, Spec.parse("f:file=a/b.txt,word=x")) == {"file": Path("a/b.txt")}
    assert files_of(Filed, Spec("f")) == files_of(Thing, Spec.parse("t:file=a")) == {}


def test_a_parameter_of_a_type_that_text_cannot_give_is_told():
    with pytest.raises(UsageError, match="'f': when=1: parameters of type complex cannot be given as text"):
        built("f:file=a,when=1", Filed)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("t:rat=1", "detector 't' has no parameter 'rat', did you mean 'rate'"),
        ("t:count=x", "detector 't': count=x: it takes a whole number$"),
        ("t:count=1.5", "count=1.5: it takes a whole number$"),
        ("t:deep=yes", "deep=yes: it takes true or false$"),
        ("t:kind=c", "kind=c: it takes 'a' or 'b'$"),
        ("t:rate=", "rate=: it takes a number$"),
    ],
)
def test_a_parameter_that_does_not_fit_is_told(text, message):
    with pytest.raises(UsageError, match=message):
        built(text)


def test_a_required_parameter_that_is_missing_is_told():
    with pytest.raises(UsageError, match="^detector 'b' needs its word: b:seed=2,word=WORD$"):
        built("b:seed=2", Bare)
    with pytest.raises(UsageError, match="^detector 'x' needs its word: x:WORD,seed=2$"):
        built("x:seed=2", Model)
    with pytest.raises(UsageError, match=r"^detector './b.py:Bare' needs its word: ./b.py:Bare,word=WORD$"):
        construct("detector", Bare, OfClass.of(Spec.parse("./b.py:Bare")), {})


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("rate must be positive"), "detector 't:count=2': rate must be positive"),
        (ValueError(), "detector 't:count=2' cannot be built: ValueError$"),
        (
            FileNotFoundError(2, "No such file or directory", "w.txt"),
            "detector 't:count=2' cannot be built: FileNotFoundError: .*w.txt",
        ),
        (KeyError("model"), "detector 't:count=2' cannot be built: KeyError: 'model'$"),
        (AssertionError(), "detector 't:count=2' cannot be built: AssertionError$"),
        (SystemExit(3), "detector 't:count=2' cannot be built: SystemExit: 3$"),
        (ValueError(f"no such word: {'x' * 400}"), "detector 't:count=2': no such word: x{400}$"),
        (ModuleNotFoundError("No module named 'torch'"), "needs a package that is not installed: .*torch"),
    ],
)
def test_a_constructor_that_refuses_is_told(error, message):
    class Picky:
        def __init__(self, count: int = 1):
            raise error

    with pytest.raises(UsageError, match=message) as caught:
        built("t:count=2", Picky)
    assert caught.value.__cause__ is error


def test_a_class_that_cannot_be_built_is_named():
    class Picky:
        def __init__(self, count: int = 1):
            raise KeyError("model")

    spec = OfClass.of(Spec.parse("./ctor.py:Picky,count=2"))
    for key, message in (
        ("count=2", "detector './ctor.py:Picky,count=2' cannot be built: KeyError: 'model'"),
        ("cuont=2", "detector './ctor.py:Picky' has no parameter 'cuont', did you mean 'count'?"),
        ("count=x", "detector './ctor.py:Picky': count=x: it takes a whole number"),
    ):
        with pytest.raises(UsageError) as told:
            construct("detector", Picky, OfClass.of(Spec.parse(f"./ctor.py:Picky,{key}")), {})
        assert str(told.value) == message
    assert (str(spec), spec.title, spec.value) == ("./ctor.py:Picky,count=2", "./ctor.py:Picky", "")


def test_the_constructors_own_error_passes():
    class Picky:
        def __init__(self):
            raise BenchError("mine")

    with pytest.raises(BenchError, match="^mine$"):
        built("t", Picky)


class Listed:
    def __init__(self, words: list[NoSuchType] | None = None):  # noqa: F821
        self.words = words


def test_a_parameter_whose_hint_cannot_be_resolved_is_text():
    assert built("l:words=a", Listed).words == "a"
    assert files_of(Listed, Spec.parse("l:words=a")) == {}


class Gone:
    def __init__(self, words: inspect.NoSuchType = "", rate: float = 0.5):
        self.words, self.rate = words, rate


class Quoted:
    def __init__(self, words: "Listed" | None = None, rate: float = 0.5):  # noqa: UP037
        self.words, self.rate = words, rate


@pytest.mark.parametrize("kind", [Gone, Quoted])
def test_any_hint_that_cannot_be_resolved_makes_text(kind):
    assert built("l:words=a", kind).words == "a"


class Mixed(Listed):
    def __init__(self, words: list[NoSuchType] | None = None, rate: float = 0.5):  # noqa: F821
        self.words, self.rate = words, rate


def test_a_hint_that_cannot_be_resolved_leaves_the_others_their_types():
    assert built("l:rate=0.25", Mixed).rate == 0.25


def test_the_parameters_of_a_constructor():
    assert list(parameters_of("detector", Thing)) == ["rate", "count", "deep", "file", "kind"]
    assert list(parameters_of("detector", type("Empty", (), {}))) == []


class Starred:
    def __init__(self, word: str = "", *words: str, rate: float = 0.5, **options: str):
        self.word, self.words, self.rate, self.options = word, words, rate, options


def test_starred_parameters_have_no_name():
    assert list(parameters_of("detector", Starred)) == ["word", "rate"]
    assert built("s:rate=2", Starred).rate == 2.0
    for name in ("words", "options"):
        with pytest.raises(UsageError, match=f"detector 's' has no parameter '{name}'"):
            built(f"s:{name}=a", Starred)


@pytest.mark.parametrize("thing", [3, None, len, Thing()])
def test_what_is_no_class_has_no_parameters(thing):
    with pytest.raises(UsageError, match="^detector is no class but "):
        parameters_of("detector", thing)


def test_a_class_that_hides_its_parameters_is_told():
    with pytest.raises(UsageError, match="^detector: its parameters cannot be known: no signature found"):
        parameters_of("detector", dict)
