"""Detectors by module or file, without an installation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.asking import predict
from benchmark.classes import load_class, names_class
from benchmark.cli import main
from benchmark.detectors import build, takes
from benchmark.errors import DetectorError, UsageError
from benchmark.fileio import sha256
from benchmark.identity import files_of_detector, origin_of
from benchmark.segmentation import segment
from benchmark.spec import Given, Spec

SCRIPT = '''
from dataclasses import dataclass

from benchmark.model import Prediction, Span
from beside import LABEL

print("printed while it is loaded")


@dataclass
class First:
    """Marks the beginning."""

    size: int = 3
    name = "first"
    layers = frozenset({"technique"})

    def predict(self, documents, layer):
        return [Prediction(d.id, layer, (Span(0, self.size, LABEL),)) for d in documents]

    class Inner:
        name = "inner"
        layers = frozenset({"technique"})

        def predict(self, documents, layer):
            return [Prediction(d.id, layer) for d in documents]


class Nothing:
    pass


def function():
    return First()


instance = First()
'''
TEXT = segment("d", "A text of some words.")


@pytest.fixture
def script(tmp_path, monkeypatch):
    """The path of a file with detectors, in the present folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "my_detector.py"
    path.write_text(SCRIPT)
    (tmp_path / "beside.py").write_text('LABEL = "Doubt"\n')
    yield path
    for name in [name for name in sys.modules if name in ("beside", "my_detector", "of_one.part", "of_one")]:
        del sys.modules[name]


def spans(spec):
    predictions, failures = predict(build(spec, 0), [TEXT], "technique", ("Doubt",))
    assert failures == []
    return [(span.start, span.end, span.label) for span in predictions[0].spans]


@pytest.mark.parametrize("name", ["./my_detector.py", "my_detector.py", "my_detector"])
def test_a_class_is_found_in_a_file_or_a_module(script, name, capsys):
    spec = Spec.parse(f"{name}:First,size=5")
    assert names_class(spec)
    assert str(spec) == f"{name}:First,size=5"
    assert spans(spec) == [(0, 5, "Doubt")]
    assert capsys.readouterr().out == ""  # the table stands alone on standard output
    files = files_of_detector(spec)
    assert files.pop("code") == sha256(script.read_bytes())
    beside = {"beside.py": sha256(b'LABEL = "Doubt"\n')}
    assert files == (beside if name.endswith(".py") else {})
    assert origin_of(spec) == ("script" if name.endswith(".py") else "module")
    assert takes(spec, "size")
    assert not takes(spec, "other")


def test_two_scripts_have_each_its_own_neighbours(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, size in (("a", 2), ("b", 9)):
        (tmp_path / name).mkdir()
        script = SCRIPT.replace("size: int = 3", "size: int = SIZE").replace(
            "import LABEL", "import LABEL, SIZE"
        )
        (tmp_path / name / "det.py").write_text(script)
        (tmp_path / name / "beside.py").write_text(f'LABEL = "Doubt"\nSIZE = {size}\n')
    assert spans(Spec.parse("a/det.py:First")) == [(0, 2, "Doubt")]
    assert spans(Spec.parse("b/det.py:First")) == [(0, 9, "Doubt")]
    assert files_of_detector(Spec.parse("a/det.py:First")) != files_of_detector(Spec.parse("b/det.py:First"))


def test_the_digest_is_of_the_code_that_was_loaded(script):
    spec = Spec.parse("my_detector:First")
    assert spans(spec) == [(0, 3, "Doubt")]
    loaded = files_of_detector(spec)
    script.write_text(SCRIPT.replace("size: int = 3", "size: int = 4"))
    assert spans(spec) == [(0, 3, "Doubt")]  # Python keeps what it has loaded
    assert files_of_detector(spec) == loaded


def test_a_class_within_a_class_or_a_package_is_found(script, tmp_path):
    assert build(Spec.parse("my_detector.py:First.Inner"), 0).name == "inner"
    (tmp_path / "of_one").mkdir()
    (tmp_path / "of_one" / "__init__.py").write_text("")
    (tmp_path / "of_one" / "part.py").write_text(SCRIPT)
    assert spans(Spec.parse("of_one.part:First")) == [(0, 3, "Doubt")]


def test_a_changed_file_is_read_again(script):
    assert spans(Spec.parse("my_detector.py:First")) == [(0, 3, "Doubt")]
    script.write_text(SCRIPT.replace("size: int = 3", "size: int = 4"))
    assert spans(Spec.parse("my_detector.py:First")) == [(0, 4, "Doubt")]


def test_the_module_of_an_installed_package_is_of_its_distribution():
    assert load_class(Spec.parse("sklearn.pipeline:Pipeline")).origin == "scikit-learn"
    assert build(Spec.parse("baselines.lexicon:LexiconDetector,threshold=3"), 0).name == "lexicon"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("my_detector.py:Frist", "my_detector.py has no 'Frist', did you mean 'First'?"),
        ("my_detector.py:function", "is no class but function function: name the class"),
        ("my_detector.py:instance", "is no class but First instance: name the class"),
        ("my_detector.py:First,szie=3", "has no parameter 'szie', did you mean 'size'?"),
        ("other.py:First", "other.py: there is no such file"),
        ("no_such.module:First", "module 'no_such.module' cannot be imported: ModuleNotFoundError"),
        ("broken.py:First", r"broken.py cannot be imported: ZeroDivisionError: division by zero"),
        ("leaves.py:First", "leaves.py cannot be imported: SystemExit: 3"),
        ("syntax.py:First", "syntax.py cannot be imported: SyntaxError"),
        (
            "needy.py:First",
            "cannot be imported: ModuleNotFoundError: No module named 'no_such_package'",
        ),
        ("no_such_module:First", "no detector is named 'no_such_module'"),
        ("okk:Det", "no detector is named 'okk', and no module 'okk' can be imported; known: "),
        ("lexikon:Det", "and no module 'lexikon' can be imported, did you mean 'lexicon'?"),
        ("my_detector.py:First:size=2", "parameters follow a comma: my_detector.py:First,size=2"),
        ("my_detector:First:size=2,x=1", "parameters follow a comma: my_detector:First,size=2,x=1"),
        ("my_detector.py:First,size=x", "detector 'my_detector.py:First': size=x: it takes a whole number"),
        ("raises.py:Det", "detector 'raises.py:Det' cannot be built: KeyError: 'model'"),
        ("raises.py:Det,word=x", "detector 'raises.py:Det,word=x' cannot be built: KeyError: 'model'"),
        ("my_detector.py", "name its class: my_detector.py:CLASS"),
        ("my_detector.First", "no detector is named 'my_detector.First'; a class is named MODULE:CLASS"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(script, tmp_path, text, message):
    (tmp_path / "broken.py").write_text("1 / 0\n")
    (tmp_path / "leaves.py").write_text("raise SystemExit(3)\n")
    (tmp_path / "syntax.py").write_text("def\n")
    raises = "class Det:\n    def __init__(self, word=''):\n        raise KeyError('model')\n"
    (tmp_path / "raises.py").write_text(raises)
    (tmp_path / "needy.py").write_text("import no_such_package.part\n")
    with pytest.raises(UsageError, match=message.replace("?", r"\?")) as told:
        build(Spec.parse(text), 0)
    assert "\n" not in str(told.value)
    before = list(sys.path)
    assert sys.path == before


def test_a_file_that_failed_is_tried_again(script):
    script.write_text("1 / 0\n")
    for _ in range(2):
        with pytest.raises(UsageError, match="ZeroDivisionError"):
            build(Spec.parse("my_detector.py:First"), 0)


def test_a_class_that_is_no_detector_says_what_it_lacks(script):
    with pytest.raises(DetectorError, match="is no detector: it has no name, layers, predict"):
        build(Spec.parse("my_detector.py:Nothing"), 0)


@pytest.mark.parametrize("way", ["./{}.py", "{}"])
@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("LIMIT.foo", "has no 'LIMIT.foo'"),
        ("First.Innner", "has no 'First.Innner', did you mean 'Inner'?"),
        ("LIMIT", "is no class but int LIMIT: name the class"),
        ("lazy", "'lazy' cannot be had: RuntimeError: not now"),
        ("leaves", "'leaves' cannot be had: SystemExit: 3"),
        ("gone", "has no 'gone'; known: First"),
    ],
)
def test_what_is_in_a_module_is_told_in_a_line_where_it_is_no_class(script, request, way, part, message):
    more = """
LIMIT = 3


def __getattr__(name):
    print("asked for", name)
    if name == "lazy":
        raise RuntimeError("not now")
    if name == "leaves":
        raise SystemExit(3)
    raise AttributeError(name)
"""
    script.with_name("lazily.py").write_text(SCRIPT + more)
    request.addfinalizer(lambda: sys.modules.pop("lazily", None))
    with pytest.raises(UsageError) as told:
        build(Spec.parse(f"{way.format('lazily')}:{part}"), 0)
    assert str(told.value).startswith(f"detector '{way.format('lazily')}:{part}")
    assert message in str(told.value)
    assert "\n" not in str(told.value)


CHANGES_PATH = "import sys\nfrom pathlib import Path\nhere = str(Path(__file__).resolve().parent)\n"


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ("sys.path.remove(here)", []),
        ("sys.path.insert(0, here)", ["HERE"]),
        ("sys.path = [one for one in sys.path if one != here]", []),
        ("sys.path.append('added')", ["added"]),
    ],
)
@pytest.mark.parametrize("name", ["./moved.py", "moved"])
def test_a_script_may_change_the_path(script, monkeypatch, request, name, change, left):
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = list(sys.path)
    script.with_name("moved.py").write_text(f"{CHANGES_PATH}{SCRIPT}{change}\n")
    request.addfinalizer(lambda: sys.modules.pop("moved", None))
    assert build(Spec.parse(f"{name}:First"), 0).name == "first"
    added = [str(script.parent) if one == "HERE" else one for one in left]
    assert sorted(sys.path) == sorted([*before, *added])


def test_a_script_that_changes_the_path_tells_its_own_error(script):
    script.write_text(f"{CHANGES_PATH}sys.path.remove(here)\n1 / 0\n")
    with pytest.raises(UsageError, match="cannot be imported: ZeroDivisionError: division by zero"):
        build(Spec.parse("./my_detector.py:First"), 0)


def test_a_folder_that_was_on_the_path_stays_there(script, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(script.parent), *sys.path])
    before = list(sys.path)
    script.write_text(f"{CHANGES_PATH}{SCRIPT}sys.path.remove(here)\n")
    build(Spec.parse("./my_detector.py:First"), 0)
    assert sys.path == before


def test_a_neighbour_that_is_no_module_is_left_alone(script, request):
    """Some packages put objects of their own in the place of modules."""
    script.write_text(
        f"import sys\nsys.modules['odd_object'] = type('Odd', (), {{'__file__': 5}})()\n{SCRIPT}"
    )
    request.addfinalizer(lambda: sys.modules.pop("odd_object", None))
    assert build(Spec.parse("./my_detector.py:First"), 0).name == "first"
    assert "odd_object" in sys.modules


@pytest.mark.parametrize("name", ["./slow.py", "slow"])
def test_a_script_that_was_interrupted_is_loaded_anew(script, monkeypatch, request, name):
    code = "import builtins\nif builtins.framebench_interrupts.pop():\n    raise KeyboardInterrupt\n"
    script.with_name("slow.py").write_text(code + SCRIPT)
    monkeypatch.setattr("builtins.framebench_interrupts", [False, True], raising=False)
    request.addfinalizer(lambda: sys.modules.pop("slow", None))
    with pytest.raises(KeyboardInterrupt):
        build(Spec.parse(f"{name}:First"), 0)
    assert build(Spec.parse(f"{name}:First"), 0).name == "first"


@pytest.mark.parametrize("text", ["lexicon", "llm:small", "cmd:node x.js", "x:y z", ":First", "a b:C", "x"])
def test_other_specifications_name_no_class(text):
    assert not names_class(Spec.parse(text))


def test_the_command_finds_a_module_in_the_present_folder(script):
    """An installed command does not have the present folder on its path."""
    done = subprocess.run(
        [
            *(sys.executable, "-P", "-c", "from benchmark.cli import main; main()"),
            *("evaluate", "turkey_drones/technique", "-d", "my_detector:First", "--resamples", "100", "-q"),
        ],
        cwd=script.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "my_detector:First" in done.stdout
    assert Path(script.parent, "results", "turkey_drones", "technique").is_dir()


ODD = """
from benchmark.model import Prediction


class Odd:
    name = "odd"
    layers = frozenset({"technique"})
    %s

    def predict(self, documents, layer):
        return [Prediction(d.id, layer) for d in documents]
"""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("labels = ['Doubt']", "its labels are ['Doubt'], and not a set of names"),
        ("kinds = 'spans'", "its kinds are 'spans', and not a set of names"),
        (
            "layers = property(lambda self: 1 / 0)",
            "its attributes failed: ZeroDivisionError: division by zero",
        ),
        ("def chosen(self, subject): return None", "its method chosen returned None, no detector"),
        ("def chosen(self, subject): return 1 / 0", "its method chosen failed: ZeroDivisionError"),
        ("def account(self, documents, layer): return {}", "its method account returned {}, no Account"),
        ("def account(self, documents, layer): return 1 / 0", "its method account failed: ZeroDivisionError"),
        ("code_files = ['x']", "its code_files failed: ValueError"),
        ("code_files = {'x': 'x'}", "its code_files are {'x': 'x'}, and no paths by their names"),
    ],
)
def test_what_a_detector_says_wrong_of_itself_is_told(tmp_path, monkeypatch, capsys, line, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd.py").write_text(ODD % line)
    words = ["bench", "evaluate", "turkey_drones/technique", "-d", "./odd.py:Odd", "--resamples", "100", "-q"]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as left:
        main()
    told = capsys.readouterr().err
    assert left.value.code == 2
    assert message in told
    assert "odd" in told
    assert told.count("\n") == 1


def test_a_model_of_a_script_cannot_be_kept(script, monkeypatch, capsys):
    """It could not be loaded again."""
    monkeypatch.setattr(
        "sys.argv", ["bench", "train", "./my_detector.py:First", "--on", "fictional_news", "-o", "m"]
    )
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "bring it as a package with an entry point" in capsys.readouterr().err


def test_an_object_is_told_by_its_code_and_what_it_was_made_with(script):
    kind = load_class(Spec.parse("my_detector:First")).kind
    one, other = Given.of(kind(2)), Given.of(kind(7))
    assert (str(one), str(other)) == ("first:size=2", "first:size=7")
    assert files_of_detector(one) == {"code": sha256(script.read_bytes())}
    assert origin_of(one) == "object"
