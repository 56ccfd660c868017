"""Programs as detectors: in any language and style, and what each way of failing costs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import python, shell

from baselines.command import CommandDetector, ProgramError
from baselines.command import detector as module
from baselines.command import process as process_module
from baselines.command.process import LOG
from benchmark import detectors
from benchmark.answers import Stop
from benchmark.detectors import predict
from benchmark.errors import BenchError
from benchmark.model import Document, Prediction, Span, Unit
from benchmark.segmentation import segment
from benchmark.subject import Subject

LABELS = ("Doubt", "Repetition")
DOCUMENTS = [segment(f"d{number}", f"Text {number}.") for number in range(5)]
STREAM = "for question in questions():\n    say(first_word(question))\n"
BATCH = "rows = list(questions())\nfor question in rows: say(first_word(question))\n"


def sound(document: Document) -> Prediction:
    return Prediction(document.id, "technique", (Span(0, 4, "Doubt"),))


def run(command: str, documents: Sequence[Document] = DOCUMENTS, **parameters: float) -> list[object]:
    return list(CommandDetector(command, **parameters).predict(documents, "technique"))


def lost(found: Sequence[object], documents: Sequence[Document] = DOCUMENTS) -> dict[str, str]:
    """Check that all documents but the lost ones are answered soundly, and return what was said of these."""
    assert len(found) == len(documents)
    faults = {d.id: str(one) for d, one in zip(documents, found, strict=True) if isinstance(one, Exception)}
    assert [one for one in found if not isinstance(one, Exception)] == [
        sound(d) for d in documents if d.id not in faults
    ]
    return faults


def starts(folder: Path) -> list[list[str]]:
    """Return which documents each start of a program was given that notes them."""
    path = folder / "starts"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def noting(folder: Path) -> str:
    """Return code of a program that notes what it is given at each start, and has it all in `rows`."""
    path = str(folder / "starts")
    return (
        "rows = list(questions())\n"
        f"open({path!r}, 'a').write(' '.join(row['document'] for row in rows) + '\\n')\n"
    )


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


AT_THIRD = [
    ("sys.exit('no luck')", "ended with exit code 1 before it answered; its last words: 'no luck'"),
    ("os.kill(os.getpid(), signal.SIGSEGV)", "was ended by signal SIGSEGV before it answered"),
    ("os.kill(os.getpid(), 40)", "was ended by signal 40 before it answered"),
    ("time.sleep(60)", "gave no answer within 2 seconds, which timeout= and start= set"),
    ("say('Loading ...'); continue", "wrote a line that is no answer (JSON is malformed"),
    ('sys.stdout.write(\'{"document": "d2"\'); sys.exit(0)', "(Input data was truncated)"),
    ("say(first_word({**question, 'document': 'd9'})); continue", "answered for document 'd9' in its place"),
    ("continue", "before it answered"),
    ("os.close(1); time.sleep(60)", "closed its standard output before it answered"),
    ("sys.stdout.write('x' * 3000); sys.stdout.flush(); time.sleep(60)", "wrote a line of more than"),
    ("say(first_word(question))", "wrote more lines than it had documents: '{"),
    ("os.system('sleep 60 &'); os._exit(5)", "ended with exit code 5 before it answered"),
    ("raise KeyError(question['text'])", "its last words: 'KeyError: 'Text 2.''"),
]


HANG = "time.sleep(60)"


@pytest.mark.parametrize(
    ("style", "fault", "message"),
    [
        pytest.param(style, fault, message, id=f"{style}-{fault[:24]}")
        for style in ("streaming", "batch", "blocks")
        for fault, message in AT_THIRD
        if (style, fault) != ("blocks", HANG)  # takes four time-outs, and goes as any other failure
    ],
)
def test_a_failure_at_one_document_costs_that_document(style, fault, message, tmp_path, monkeypatch):
    """A program that answers in blocks has not yet written the answers that it gave before it failed."""
    monkeypatch.setattr(process_module, "LONGEST", 2500)
    monkeypatch.setattr(module, "ENDING", 0.3)
    begin = "rows = list(questions())\n" if style == "batch" else "rows = questions()\n"
    if style == "blocks":
        begin += "def say(row): print(row if isinstance(row, str) else json.dumps(row))\n"
    body = (
        f"{begin}for question in rows:\n    if question['document'] == 'd2':\n        {fault}\n"
        "    say(first_word(question))\n"
    )
    hangs = fault == HANG
    found = run(python(tmp_path, body), timeout=0.5 if hangs else 60.0, start=1.5 if hangs else 60.0)
    faults = lost(found)
    assert list(faults) == ["d2"]
    assert message in faults["d2"]
    assert any(isinstance(one, ProgramError) for one in found)


def test_a_wrong_answer_costs_its_document_without_another_start(tmp_path):
    body = noting(tmp_path) + (
        "for row in rows:\n"
        "    say(found(row, (3, 1, 'Doubt')) if row['document'] == 'd2' else first_word(row))\n"
    )
    assert lost(run(python(tmp_path, body))) == {"d2": "span 3–1: offsets must satisfy 0 ≤ start < end"}
    assert len(starts(tmp_path)) == 1


@pytest.mark.parametrize("count", [1, 5])
def test_a_program_that_reads_nothing_answers_nothing(count):
    documents = DOCUMENTS[:count]
    message = "ended with exit code 0 before it answered"
    assert lost(run("true", documents), documents) == {d.id: message for d in documents}


def test_a_line_behind_the_last_answer_is_told(tmp_path):
    """It is not known what of such a program's output is an answer."""
    body = STREAM + "say('done')\n"
    assert lost(run(python(tmp_path, body))) == {"d4": "wrote more lines than it had documents: 'done'"}


def test_two_answers_for_one_document_are_no_answer(tmp_path):
    body = STREAM + "    if question['document'] in ('d1', 'd4'): say(found(question))\n"
    faults = lost(run(python(tmp_path, body)))
    assert list(faults) == ["d1", "d4"]
    assert all("more lines than it had documents: '{" in fault for fault in faults.values())


def test_a_late_second_answer_takes_the_first_back(tmp_path):
    body = BATCH + "if len(rows) > 1: say(found(rows[1]))\n"
    detector = CommandDetector(python(tmp_path, body))
    found = detector.predict(DOCUMENTS, "technique")
    assert lost(found) == {}, "alone each of them is answered once"
    assert "framebench: document 'd1': wrote more lines" in detector.account(DOCUMENTS, "technique").log


def test_a_line_without_end_behind_the_last_answer_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(process_module, "LONGEST", 2500)
    found = run(python(tmp_path, STREAM + "print('x' * 5000)\n"), DOCUMENTS[:2])
    assert list(lost(found, DOCUMENTS[:2])) == ["d1"]


def test_endless_output_is_no_answer(tmp_path):
    documents = DOCUMENTS[:2]
    faults = lost(run("yes", documents), documents)
    assert list(faults) == ["d0", "d1"]
    assert all("no answer (JSON is malformed" in fault for fault in faults.values())


def test_a_batch_that_fails_is_divided_not_taken_apart(tmp_path):
    """Each time that all goes well, eight times as many documents are given at once."""
    documents = [segment(f"d{number}", f"Text {number}.") for number in range(40)]
    body = noting(tmp_path) + (
        "if any(row['document'] == 'd11' for row in rows): sys.exit(3)\n"
        "for row in rows: say(first_word(row))\n"
    )
    assert list(lost(run(python(tmp_path, body), documents), documents)) == ["d11"]
    sizes = [len(start) for start in starts(tmp_path)]
    assert sizes == [40, 1, 8, 31, 1, 8, 1, 8, 1, 1, 8, 19]


@settings(max_examples=6)
@given(bad=st.sets(st.sampled_from([f"d{number}" for number in range(12)])), flush=st.booleans())
def test_exactly_the_documents_that_fail_are_lost(bad, flush, tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    documents = [segment(f"d{number}", f"Text {number}.") for number in range(12)]
    body = (
        f"for question in questions():\n    if question['document'] in {sorted(bad)!r}: os._exit(1)\n"
        f"    print(json.dumps(first_word(question)), flush={flush})\n"
    )
    assert set(lost(run(python(folder, body), documents), documents)) == bad


def test_a_program_that_lives_on_after_its_answers_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ENDING", 0.2)
    began = time.monotonic()
    assert lost(run(python(tmp_path, STREAM + "time.sleep(60)\n"))) == {}
    assert time.monotonic() - began < 10


def test_a_late_failure_costs_nothing_and_is_noted(tmp_path):
    detector = CommandDetector(python(tmp_path, STREAM + "sys.exit(4)\n"))
    assert lost(detector.predict(DOCUMENTS, "technique")) == {}
    log = detector.account(DOCUMENTS, "technique").log
    assert log == "framebench: ended with exit code 4 after its last answer\n"


def test_the_start_has_time_of_its_own(tmp_path):
    body = "time.sleep(0.6)\n" + STREAM
    assert lost(run(python(tmp_path, body), timeout=0.2, start=20.0)) == {}
    (fault,) = lost(
        run(python(tmp_path, body), DOCUMENTS[:1], timeout=0.2, start=0.0), DOCUMENTS[:1]
    ).values()
    assert fault == "gave no answer within 0.2 seconds, which timeout= and start= set"


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
    code = (
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
