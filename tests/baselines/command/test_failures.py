"""Programs that fail: what each way of failing costs, and what is said of it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import python

from baselines.command import CommandDetector, ProgramError
from baselines.command import detector as module
from baselines.command import process as process_module
from benchmark.segmentation import segment
from tests.baselines.command.runs import BATCH, DOCUMENTS, STREAM, lost, noting, run, starts

AT_THIRD = [
    ("sys.exit('no luck')", "ended with exit code 1 before it answered; its last words: 'no luck'"),
    ("os.kill(os.getpid(), signal.SIGSEGV)", "was ended by signal SIGSEGV before it answered"),
    ("os.kill(os.getpid(), 40)", "was ended by signal 40 before it answered"),
    ("time.sleep(60)", "gave no answer within 2 seconds, which timeout= and start= set"),
    ("say('Loading ...'); continue", "wrote a line that is no answer (JSON is malformed"),
    ('sys.stdout.write(\'{"document": "d2"\'); sys.exit(0)', "(ends in the middle of its JSON"),
    ("say(first_word({**question, 'document': 'd9'})); continue", "answered for document 'd9' in its place"),
    ("continue", "before it answered"),
    ("os.close(1); time.sleep(60)", "closed its standard output before it answered"),
    ("sys.stdout.write('x' * 3000); sys.stdout.flush(); time.sleep(60)", "wrote a line of more than"),
    ("say(first_word(question))", "answered for document 'd2' a second time"),
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
    # Where a fault is not noticed, its program ends by these times.
    found = run(python(tmp_path, body), timeout=0.5 if hangs else 5.0, start=1.5 if hangs else 5.0)
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
    assert all(fault == f"answered for document '{name}' a second time" for name, fault in faults.items())


def test_a_late_second_answer_takes_the_first_back(tmp_path):
    body = BATCH + "if len(rows) > 1: say(found(rows[1]))\n"
    detector = CommandDetector(python(tmp_path, body))
    found = detector.predict(DOCUMENTS, "technique")
    assert lost(found) == {}, "alone each of them is answered once"
    log = detector.account(DOCUMENTS, "technique").log
    assert "framebench: document 'd1': answered for document 'd1' a second time\n" in log


def test_each_answer_given_twice_is_told_as_that(tmp_path):
    detector = CommandDetector(python(tmp_path, STREAM + "    say(first_word(question))\n"))
    faults = lost(detector.predict(DOCUMENTS[:2], "technique"), DOCUMENTS[:2])
    assert list(faults) == ["d0", "d1"]
    log = detector.account(DOCUMENTS, "technique").log
    assert log.count("a second time") == 3, "once of both together, and once of each alone"
    assert "in its place" not in log


def test_a_score_that_is_no_number_costs_its_document_without_another_start(tmp_path):
    """So does an answer in another encoding, as long as it is known which document it is about."""
    body = noting(tmp_path) + (
        "for row in rows:\n"
        "    answer = first_word(row)\n"
        "    if row['document'] == 'd1': answer['spans'][0]['score'] = float('nan')\n"
        "    if row['document'] == 'd3': answer['spans'][0]['label'] = 'Caf\u00e9'\n"
        "    raw = json.dumps(answer, ensure_ascii=False).encode('latin-1')\n"
        "    sys.stdout.buffer.write(raw + bytes([10]))\n"
    )
    assert lost(run(python(tmp_path, body))) == {
        "d1": "its answer is not of the agreed form: holds NaN, which JSON does not have; "
        "leave out a score that is no finite number",
        "d3": "its answer is not of the agreed form: byte 0xe9 is not UTF-8",
    }
    assert len(starts(tmp_path)) == 1


def test_a_byte_order_mark_at_the_start_is_read_over(tmp_path):
    mark = "sys.stdout.buffer.write(bytes([0xEF, 0xBB, 0xBF])); sys.stdout.buffer.flush()\n"
    assert lost(run(python(tmp_path, mark + STREAM))) == {}
    each = f"for question in questions():\n    {mark}    say(first_word(question))\n"
    (fault,) = lost(run(python(tmp_path, each), DOCUMENTS[:2]), DOCUMENTS[:2]).values()
    assert fault.endswith("form: begins with a byte order mark, which JSON does not have")


def test_what_it_says_of_being_ended_is_not_told_as_the_cause(tmp_path):
    body = (
        "def end(*_): os.write(2, b'KeyError: ended'); os._exit(1)\n"
        "signal.signal(signal.SIGTERM, end)\nprint('warming up', file=sys.stderr, flush=True)\n"
        "say('Loading')\ntime.sleep(60)\n"
    )
    detector = CommandDetector(python(tmp_path, body))
    (fault,) = lost(detector.predict(DOCUMENTS[:1], "technique"), DOCUMENTS[:1]).values()
    assert fault.endswith("; its last words: 'warming up'")
    assert "KeyError: ended" in detector.account(DOCUMENTS, "technique").log


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
