"""Names that are imported when they are first asked for, and other packages that join."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.errors import UsageError
from benchmark.registry import OWN, Registry

GROUP = "framebench.test_things"


def install(monkeypatch, folder, distribution, points, modules=None, group=GROUP):
    """Put a distribution with entry points on the path, as pip would."""
    root = folder / distribution
    info = root / f"{distribution.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (info / "entry_points.txt").write_text(f"[{group}]\n{lines}")
    for name, source in (modules or {}).items():
        (root / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(str(root))


def test_values_and_references_are_found_by_name():
    registry = Registry("thing")
    registry.register("a", 1)
    registry.register("pi", "math:pi")
    assert "pi" in registry
    assert "e" not in registry
    assert registry.get("a") == 1
    assert registry.get("pi") == registry.get("pi") == pytest.approx(3.14159265)
    assert registry.origin("pi") == registry.origin("a") == OWN


def test_nothing_is_imported_before_it_is_asked_for(monkeypatch, tmp_path):
    (tmp_path / "lazy_thing.py").write_text("VALUE = [1]\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "lazy_thing", raising=False)
    registry = Registry("thing")
    registry.register("lazy", "lazy_thing:VALUE")
    assert list(registry) == ["lazy"]
    assert "lazy_thing" not in sys.modules
    assert registry.get("lazy") is registry.get("lazy")
    assert sys.modules["lazy_thing"].VALUE is registry.get("lazy")


@pytest.mark.parametrize("entry", [1, "math:e"])
@pytest.mark.parametrize("first", [1, "math:pi"])
def test_a_name_stands_once(first, entry):
    registry = Registry("thing")
    registry.register("a", first)
    with pytest.raises(ValueError, match="thing 'a' is registered twice"):
        registry.register("a", entry)


def test_an_unknown_name_is_told_with_the_nearest():
    registry = Registry("thing")
    with pytest.raises(UsageError, match="no thing is named 'x'; none is known"):
        registry.get("x")
    registry.register("lexicon", 1)
    with pytest.raises(UsageError, match="no thing is named 'lexikon', did you mean 'lexicon'?"):
        registry.get("lexikon")


@pytest.mark.parametrize("reference", ["no_such_module:x", "math:no_such_name", "math", "math.pi:x"])
def test_an_import_that_fails_is_one_line(reference):
    registry = Registry("thing")
    registry.register("a", reference)
    with pytest.raises(UsageError, match="thing 'a' of framebench cannot be imported: ") as caught:
        registry.get("a")
    assert "\n" not in str(caught.value)
    assert list(registry) == ["a"]


@pytest.mark.parametrize(
    "source", ["raise RuntimeError('no GPU')", "def broken(:", "1 / 0", "raise KeyError"]
)
def test_any_failure_of_an_import_is_a_usage_error(monkeypatch, tmp_path, source):
    install(monkeypatch, tmp_path, "third", {"odd": "odd_module:Thing"}, {"odd_module": source})
    registry = Registry("thing", group=GROUP)
    with pytest.raises(UsageError, match="thing 'odd' of third cannot be imported: "):
        registry.get("odd")


def test_the_names_stand_in_the_order_of_registration():
    registry = Registry("thing")
    registry.register("b", 1)
    registry.register("a", "math:pi")
    registry.register("c", 2)
    assert list(registry) == ["b", "a", "c"]


def test_an_interrupted_import_stays_an_interrupt(monkeypatch, tmp_path):
    install(
        monkeypatch, tmp_path, "third", {"odd": "slow_module:X"}, {"slow_module": "raise KeyboardInterrupt"}
    )
    with pytest.raises(KeyboardInterrupt):
        Registry("thing", group=GROUP).get("odd")


def test_an_error_without_words_is_named_by_its_kind(monkeypatch, tmp_path):
    install(monkeypatch, tmp_path, "third", {"odd": "mute_module:X"}, {"mute_module": "raise MemoryError"})
    registry = Registry("thing", group=GROUP)
    with pytest.raises(UsageError, match="thing 'odd' of third cannot be imported: MemoryError$") as caught:
        registry.get("odd")
    assert isinstance(caught.value.__cause__, MemoryError)


def test_loading_changes_no_order():
    registry = Registry("thing")
    for name in ("c", "a", "b"):
        registry.register(name, "math:pi")
    registry.get("b")
    assert list(registry) == ["c", "a", "b"]


def test_own_names_stand_in_order_before_those_of_other_packages(monkeypatch, tmp_path):
    install(monkeypatch, tmp_path, "third", {"a": "math:tau", "y": "math:e"})
    registry = Registry("thing", group=GROUP)
    for name, entry in (("z", "math:pi"), ("b", 1), ("m", "math:inf")):
        registry.register(name, entry)
    assert list(registry) == ["z", "b", "m", "a", "y"]
    for name in ("y", "m", "a"):
        registry.get(name)
    assert list(registry) == ["z", "b", "m", "a", "y"]


def test_other_packages_join_by_entry_points(monkeypatch, tmp_path):
    modules = {"third_things": "ONE = 1\nTWO = 2\n"}
    points = {"two": "third_things:TWO", "one": "third_things:ONE", "gone": "third_things:GONE"}
    install(monkeypatch, tmp_path, "third-party", points, modules)
    install(monkeypatch, tmp_path, OWN, {"zero": "math:tau"})
    registry = Registry("thing", group=GROUP)
    registry.register("one", "math:pi")
    assert list(registry) == ["one", "zero", "gone", "third-party/one", "two"]
    assert registry.get("one") == pytest.approx(3.14159265)
    assert registry.get("third-party/one") == 1
    assert registry.get("two") == 2
    assert [registry.origin(name) for name in ("one", "zero", "third-party/one", "two")] == [
        OWN,
        OWN,
        "third-party",
        "third-party",
    ]
    with pytest.raises(UsageError, match="thing 'gone' of third-party cannot be imported"):
        registry.get("gone")


@pytest.mark.parametrize(
    "ask", [list, lambda r: "two" in r, lambda r: r.get("two"), lambda r: r.origin("two")]
)
def test_every_question_discovers(monkeypatch, tmp_path, ask):
    install(monkeypatch, tmp_path, "third", {"two": "math:tau"})
    registry = Registry("thing", group=GROUP)
    assert ask(registry)
    assert registry.origin("two") == "third"


def test_a_value_keeps_its_name_before_an_entry_point(monkeypatch, tmp_path):
    install(monkeypatch, tmp_path, "third", {"a": "math:tau"})
    registry = Registry("thing", group=GROUP)
    registry.register("a", 1)
    assert registry.get("a") == 1
    assert registry.get("third/a") == pytest.approx(6.2831853)
    assert sorted(registry) == ["a", "third/a"]


def test_an_entry_point_without_a_distribution_has_no_origin(monkeypatch):
    from importlib.metadata import EntryPoint

    point = EntryPoint("lone", "math:tau", GROUP)
    monkeypatch.setattr("benchmark.registry.entry_points", lambda group: [point])
    registry = Registry("thing", group=GROUP)
    assert (list(registry), registry.origin("lone")) == (["lone"], "")


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=6), unique=True, max_size=8))
def test_what_was_registered_is_what_is_known(names):
    registry = Registry("thing")
    for index, name in enumerate(names):
        registry.register(name, index)
    assert list(registry) == names
    assert [registry.get(name) for name in registry] == list(range(len(names)))
