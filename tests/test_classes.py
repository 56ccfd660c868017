"""Detectors by module or file, without an installation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.classes import load_class, names_class
from benchmark.detectors import build, files_of_detector, origin_of, predict, takes
from benchmark.errors import DetectorError, UsageError
from benchmark.fileio import sha256
from benchmark.segmentation import segment
from benchmark.spec import Spec

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
    assert files_of_detector(spec) == {"code": sha256(script.read_bytes())}
    assert origin_of(spec) == ("script" if name.endswith(".py") else "module")
    assert takes(spec, "size")
    assert not takes(spec, "other")


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
        ("needy.py:First", "install it with: pip install no_such_package"),
        ("no_such_module:First", "no detector is named 'no_such_module'"),
        ("my_detector.py", "no detector is named 'my_detector.py'"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(script, tmp_path, text, message):
    (tmp_path / "broken.py").write_text("1 / 0\n")
    (tmp_path / "leaves.py").write_text("raise SystemExit(3)\n")
    (tmp_path / "syntax.py").write_text("def\n")
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
