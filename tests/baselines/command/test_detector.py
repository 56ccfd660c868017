"""Programs as detectors: in any language and style, with what they are told and what is kept of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from programs import python, shell

from baselines.command import CommandDetector
from baselines.command.process import LOG
from benchmark import detectors
from benchmark.answers import Stop
from benchmark.asking import predict
from benchmark.errors import BenchError
from benchmark.model import Prediction, Span, Unit
from benchmark.segmentation import segment
from benchmark.subject import Subject
from tests.baselines.command.runs import BATCH, DOCUMENTS, LABELS, STREAM, lost, run, sound


@pytest.mark.parametrize("body", [STREAM, BATCH], ids=["streaming", "batch"])
def test_both_styles_of_programs_answer(body, tmp_path):
    assert lost(run(python(tmp_path, body))) == {}


def test_no_documents_start_nothing():
    assert run("no-such-program", []) == []


def test_what_is_asked_for_is_told(tmp_path):
    body = STREAM + "    print(question, file=sys.stderr)\n"
    subject = Subject("technique", "spans", LABELS)
    detector = CommandDetector(python(tmp_path, body))
    chosen = detector.chosen(subject)
    assert chosen.predict(DOCUMENTS[:1], "technique") == [sound(DOCUMENTS[0])]
    log = chosen.account(DOCUMENTS[:1], "technique").log
    assert "'kind': 'spans'" in log
    assert "'labels': ['Doubt', 'Repetition']" in log
    assert detector.account(DOCUMENTS[:1], "technique").log == ""
    detector.predict(DOCUMENTS[:1], "technique")
    assert "'kind': ''" in detector.account(DOCUMENTS[:1], "technique").log


def test_what_was_asked_for_in_another_layer_is_not_told(tmp_path):
    body = "for q in questions():\n    say(found(q, label=1) if q['kind'] else found(q))\n"
    chosen = CommandDetector(python(tmp_path, body)).chosen(Subject("frame", "units", LABELS, "document"))
    assert chosen.predict(DOCUMENTS[:1], "technique") == [Prediction("d0", "technique")]


def test_units_are_answered(tmp_path):
    body = """
for question in questions():
    edges = question["sentences"] if question["unit"] == "sentence" else question["paragraphs"]
    units = [{"start": s, "end": e, "labels": question["labels"][:1], "scores": [0.5]} for s, e in edges]
    say({"document": question["document"], "layer": question["layer"], "units": units})
"""
    document = segment("d", "One. Two.\nThree.")
    chosen = CommandDetector(python(tmp_path, body)).chosen(Subject("slant", "units", LABELS, "sentence"))
    units = tuple(Unit(start, end, ("Doubt",), (0.5,)) for start, end in ((0, 4), (5, 9), (10, 16)))
    assert chosen.predict([document], "slant") == [Prediction("d", "slant", (), units)]


def test_the_start_has_time_of_its_own(tmp_path):
    body = "time.sleep(0.6)\n" + STREAM
    assert lost(run(python(tmp_path, body), timeout=0.2, start=20.0)) == {}
    (fault,) = lost(
        run(python(tmp_path, body), DOCUMENTS[:1], timeout=0.2, start=0.0), DOCUMENTS[:1]
    ).values()
    assert fault == "gave no answer within 0.2 seconds, which timeout= and start= set"


def test_the_time_of_the_start_is_for_the_first_answer_alone(tmp_path):
    """The program hangs on the second document of each start, and so on none that is given alone."""
    body = STREAM + "    time.sleep(60)\n"
    detector, began = CommandDetector(python(tmp_path, body), timeout=0.3, start=30.0), time.monotonic()
    assert lost(detector.predict(DOCUMENTS[:2], "technique"), DOCUMENTS[:2]) == {}
    assert time.monotonic() - began < 15
    assert "document 'd1': gave no answer within 0.3 s" in detector.account(DOCUMENTS, "technique").log


def test_the_standard_error_is_kept(tmp_path):
    body = STREAM + "    print('about', question['document'], '\\x1b[1m', file=sys.stderr)\n"
    detector = CommandDetector(python(tmp_path, body))
    detector.predict(DOCUMENTS[:2], "technique")
    detector.predict(DOCUMENTS[2:], "technique")
    assert detector.account(DOCUMENTS[:2], "technique").log == "about d0 \x1b[1m\nabout d1 \x1b[1m\n"
    assert detector.account(DOCUMENTS, "technique").log.count("about") == 5
    assert detector.account(DOCUMENTS, "frame").log == ""
    detector.predict(DOCUMENTS, "technique")
    assert detector.account(DOCUMENTS, "technique").log.count("about") == 5, "once, not twice"


def test_much_on_the_standard_error_does_not_block_and_is_cut(tmp_path):
    body = "for question in questions():\n    sys.stderr.write('é' * 5_000_000 + question['document'])\n"
    detector = CommandDetector(python(tmp_path, body + "    say(first_word(question))\n"))
    assert lost(detector.predict(DOCUMENTS[:2], "technique"), DOCUMENTS[:2]) == {}
    detector.predict(DOCUMENTS[2:3], "technique")
    log = detector.account(DOCUMENTS, "technique").log
    assert log.endswith("éd2\n")
    assert LOG // 2 - 10 < len(log) <= LOG
    assert sum(len(kept) for _, _, kept in detector._logs) <= 2 * LOG


def test_a_program_that_is_not_there_stops_everything(tmp_path):
    with pytest.raises(Stop, match="program './no-such-program' was not found"):
        run("./no-such-program --fast")
    with pytest.raises(BenchError, match="detector 'cmd': program './no-such-program' was not found"):
        predict(CommandDetector("./no-such-program"), DOCUMENTS, "technique", LABELS)


def test_a_text_that_utf_8_cannot_hold_is_not_given(tmp_path):
    documents = [DOCUMENTS[0], segment("bad", "A \ud800 here."), DOCUMENTS[1]]
    found = run(python(tmp_path, STREAM), documents)
    assert lost(found, documents) == {
        "bad": "its text holds a lone surrogate, which no program can be given in UTF-8"
    }


def test_any_text_is_given_as_it_is(tmp_path):
    text = '“Quote” 😀\u2028\x00\x1b"\\ \r\n\tİ e\u0301'
    body = (
        "for q in questions():\n"
        "    say(found(q, *[(i, i + 1, 'Doubt') for i, c in enumerate(q['text']) if c == '\\\\']))\n"
    )
    (found,) = run(python(tmp_path, body), [segment("d", text)])
    assert found == Prediction("d", "technique", (Span(text.index("\\"), text.index("\\") + 1, "Doubt"),))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"command": ""}, "command is empty"),
        ({"command": "  "}, "command is empty"),
        ({"command": "'' x"}, "command is empty"),
        ({"command": "sh 'open"}, "cannot be split into words: No closing quotation"),
        ({"command": "sh \0"}, "holds a NUL character"),
        ({"command": "sh", "timeout": 0.0}, "timeout 0.0: must be a positive number of seconds"),
        ({"command": "sh", "timeout": float("nan")}, "timeout nan"),
        ({"command": "sh", "timeout": float("inf")}, "timeout inf"),
        ({"command": "sh", "start": -1.0}, "start -1.0: must be a number of seconds, at least 0"),
    ],
)
def test_parameters_that_make_no_sense_are_told(parameters, message):
    with pytest.raises(ValueError, match=message):
        CommandDetector(**parameters)


def test_layers_are_those_that_are_named():
    free = CommandDetector("sh")
    assert (free.layers, free.kinds) == (frozenset(), {"spans", "relations", "units", "given"})
    bound = CommandDetector("sh", layers="technique + frame")
    assert (bound.layers, bound.kinds) == ({"technique", "frame"}, frozenset())
    with pytest.raises(ValueError, match="detector 'cmd' does not predict the layer 'slant'"):
        bound.predict(DOCUMENTS, "slant")


def test_words_are_those_of_a_shell_but_no_shell_runs(tmp_path):
    body = "print(sys.argv[1:], file=sys.stderr)\n" + STREAM
    detector = CommandDetector(python(tmp_path, body) + " 'two words' $HOME '*' ; echo")
    detector.predict(DOCUMENTS[:1], "technique")
    assert detector.account(DOCUMENTS, "technique").log == "['two words', '$HOME', '*', ';', 'echo']\n"


def test_the_files_of_a_command_are_known(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("x.js", "words.txt", "sh", "mine.sh"):
        Path(name).write_text(name)
    long = "x" * 5000
    detector = CommandDetector(f"sh x.js --words=words.txt --none=gone --flag . {long}")
    assert detector.code_files == {"x.js": Path("x.js"), "--words=words.txt": Path("words.txt")}
    assert CommandDetector("./mine.sh").code_files == {"./mine.sh": Path("mine.sh")}


def test_importing_it_imports_nothing_heavy():
    heavy = "{'torch', 'transformers', 'openai', 'sklearn', 'pandas'}"
    code = f"import sys, baselines.command; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_interrupted_run_leaves_no_process(tmp_path):
    """Ctrl-C reaches the harness alone, since the program leads a group of its own."""
    note = tmp_path / "number"
    program = shell(tmp_path, f"sleep 60 & echo $$ $! > {note}.new; mv {note}.new {note}; wait")
    # Who starts the tests may have it ignore the signal, as shells do in the background.
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from baselines.command import CommandDetector\nfrom benchmark.segmentation import segment\n"
        f"CommandDetector({program!r}).predict([segment('d', 'Text.')], 'technique')\n"
    )
    running = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while not note.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(2)
    _, error = running.communicate(timeout=30)
    assert b"KeyboardInterrupt" in error
    for number in note.read_text().split():
        with pytest.raises(ProcessLookupError):  # noqa: PT012 - until the system has buried it
            while time.monotonic() < deadline:
                os.kill(int(number), 0)
                time.sleep(0.02)


ANSWER = '{"document":"%s","layer":"technique","spans":[{"start":0,"end":4,"label":"Doubt"}]}'
SHELL = rf"""
while IFS= read -r line; do
  name=${{line#*'"document":"'}}
  name=${{name%%'"'*}}
  printf '{ANSWER}\n' "$name"
done
"""
NODE = """
const lines = require("fs").readFileSync(0, "utf8").trim().split("\\n");
const spans = [{ start: 0, end: 4, label: "Doubt" }];
for (const { document, layer } of lines.map((line) => JSON.parse(line)))
  console.log(JSON.stringify({ document, layer, spans }));
"""


def test_a_shell_script_is_a_detector(tmp_path):
    assert lost(run(shell(tmp_path, SHELL))) == {}


def test_the_harness_scores_what_it_answers(tmp_path):
    found, failures = predict(CommandDetector(shell(tmp_path, SHELL)), DOCUMENTS, "technique", LABELS)
    assert (found, failures) == (list(map(sound, DOCUMENTS)), [])
    short = [segment("d0", "Oh")]
    _, (failure,) = predict(CommandDetector(shell(tmp_path, SHELL)), short, "technique", LABELS)
    assert failure == detectors.Failure("d0", "span 0–4 reaches beyond the text's 2 characters")
    _, (failure,) = predict(CommandDetector(shell(tmp_path, SHELL)), DOCUMENTS[:1], "technique", ("Other",))
    assert failure == detectors.Failure("d0", "no label 'Doubt' in layer 'technique'")
    _, (failure,) = predict(CommandDetector("false"), DOCUMENTS[:1], "technique", LABELS)
    assert failure.error == "ProgramError: ended with exit code 1 before it answered"


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


@needs_node
def test_a_node_script_is_a_detector(tmp_path):
    path = tmp_path / "program.js"
    path.write_text(NODE)
    assert lost(run(f"node {path}")) == {}


PAGE = Path(__file__).resolve().parents[3] / "docs" / "programs.md"
CAPITALS = [
    segment("d0", "The BBC said “NATO” 😀😀 ÅNGSTRÖM \u2028 \x1f\x85 AND\nTHE\tEnd OF “\\IT\\”: ABC"),
    segment("“d1”", "😀"),
    segment("d2", ""),
    segment("d3", "ABC"),
]


@pytest.mark.parametrize(
    ("name", "command"),
    [
        pytest.param("capitals.js", "node {}", marks=needs_node),
        ("capitals.awk", "env LC_ALL=C awk -f {}"),
    ],
)
def test_the_programs_of_the_documentation_count_code_points(name, command, tmp_path):
    (source,) = re.findall(
        rf"^<!-- file: {name} -->\n```\w+\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S
    )
    path = tmp_path / name
    path.write_text(source, encoding="utf-8")
    found = run(command.format(path), CAPITALS)
    words = [
        [d.text[span.start : span.end] for span in one.spans] for d, one in zip(CAPITALS, found, strict=True)
    ]
    ascii_only = name == "capitals.awk"
    accented = ["NGSTR"] if ascii_only else ["ÅNGSTRÖM"]
    assert words == [["BBC", "NATO", *accented, "AND", "THE", "ABC"], [], [], ["ABC"]]
    assert [one.document for one in found] == ["d0", "“d1”", "d2", "d3"]
