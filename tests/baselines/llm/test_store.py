"""Kept answers: whole or not at all, under the hash of their request, one maker at a time."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.llm.exchange import Message, Request, Server
from baselines.llm.store import KeptAnswer, KeptRequest, Store, digest, kept_request, store_folder
from benchmark.answers import Stop

URL = "http://localhost:1/v1"
SERVER = Server("m", temperature=0, seed=3)
SHAPE = {"type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "string"}}}
REQUEST = Request((Message("system", "«Grüße» 😀"), Message("user", "Hello")), SHAPE)
ANSWER = KeptAnswer(
    text='{"a": 1}',
    refusal="",
    finish="stop",
    model="m-1",
    input_tokens=3,
    output_tokens=4,
    cost=0.1,
    currency="USD",
    seconds=0.5,
    form="json_schema",
    dropped=("seed",),
    identity="x",
    asked="2026-10-24T12:00:00+00:00",
)


def kept(request: Request = REQUEST, server: Server = SERVER, url: str = URL) -> KeptRequest:
    return kept_request(url, server, request)


def put(store: Store, request: KeptRequest, answer: KeptAnswer = ANSWER) -> Path:
    name = digest(request)
    claim = store.claim(name)
    assert claim is not None
    with claim:
        claim.keep(request, answer)
    return store.folder / name[:2] / f"{name}.json"


def files(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.rglob("*") if path.is_file())


def test_an_answer_is_read_as_it_was_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "new")
    assert store.read(digest(kept())) is None
    path = put(store, kept())
    assert store.read(digest(kept())) == ANSWER
    assert Store(tmp_path / "new").read(digest(kept())) == ANSWER
    assert files(tmp_path) == [".json"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_tells_in_full_what_was_asked(tmp_path: Path) -> None:
    record = json.loads(put(Store(tmp_path), kept()).read_bytes())
    assert record["version"] == 1
    assert record["request"] == {
        "base_url": URL,
        "model": "m",
        "messages": [{"role": "system", "content": "«Grüße» 😀"}, {"role": "user", "content": "Hello"}],
        "temperature": 0.0,
        "max_tokens": 8192,
        "name": "answer",
        "schema": SHAPE,
        "seed": 3,
        "sample": 0,
    }
    assert record["answer"]["text"] == '{"a": 1}'


def test_the_hash_is_the_same_tomorrow() -> None:
    """Another layout of what is hashed, made unawares, would ask everything anew."""
    text = (
        '{"version":1,"base_url":"http://localhost:1/v1","model":"m","messages":[{"role":"user","content":'
        '"\\u00abHello\\u00bb"}],"temperature":0.0,"max_tokens":8192,"name":"answer","schema":{"type":"object"},'
        '"seed":3,"sample":0}'
    )
    request = kept(Request((Message("user", "«Hello»"),), {"type": "object"}))
    assert digest(request) == hashlib.sha256(text.encode("ascii")).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        kept(url="http://localhost:2/v1"),
        kept(server=replace(SERVER, model="n")),
        kept(server=replace(SERVER, temperature=0.5)),
        kept(server=replace(SERVER, temperature=None)),
        kept(server=replace(SERVER, max_tokens=7)),
        kept(server=replace(SERVER, seed=None)),
        kept(server=replace(SERVER, seed=4)),
        kept(replace(REQUEST, sample=1)),
        kept(replace(REQUEST, name="other")),
        kept(replace(REQUEST, messages=REQUEST.messages[:1])),
        kept(replace(REQUEST, messages=REQUEST.messages[::-1])),
        kept(replace(REQUEST, schema={**SHAPE, "type": "array"})),
        kept(replace(REQUEST, schema={**SHAPE, "properties": dict(reversed(SHAPE["properties"].items()))})),
    ],
)
def test_all_that_an_answer_depends_on_is_hashed(other: KeptRequest) -> None:
    assert digest(other) != digest(kept())


def test_how_a_request_is_sent_is_not_hashed() -> None:
    other = replace(SERVER, timeout=5, concurrency=9, retries=0, key_env="MINE", seconds=1, temperature=0.0)
    assert digest(kept(server=other)) == digest(kept())
    assert digest(kept(replace(REQUEST, schema=MappingProxyType(SHAPE)))) == digest(kept())


@given(st.text(st.characters(exclude_categories=["Cs"])), st.floats(0, 2), st.integers(0, 9))
def test_every_request_is_read_as_itself(text: str, temperature: float, sample: int) -> None:
    request = kept(
        Request((Message("user", text),), SHAPE, sample=sample), replace(SERVER, temperature=temperature)
    )
    name = digest(request)
    assert name == digest(request)
    assert len(name) == 64


@given(st.text(st.characters(exclude_categories=["Cs"])), st.floats(0, 2))
def test_every_answer_is_found_again(
    tmp_path_factory: pytest.TempPathFactory, text: str, warm: float
) -> None:
    store = Store(tmp_path_factory.mktemp("answers"))
    request = kept(Request((Message("user", text),), SHAPE), replace(SERVER, temperature=warm))
    put(store, request)
    assert store.read(digest(request)) == ANSWER


@pytest.mark.parametrize("schema", [{"a": {1, 2}}, {"a": float("nan")}, {"a": object()}])
def test_a_schema_is_json(schema: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="schema of an answer is no JSON"):
        kept(replace(REQUEST, schema=schema))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: b"\xff" + content,
        lambda content: b"[" * 100_000,
        lambda content: content.replace(b'"version":1', b'"version":2'),
        lambda content: content.replace(b'"Hello"', b'"Hallo"'),
        lambda content: content.replace(b'"finish":"stop"', b'"finish":1'),
        lambda content: content.replace(b'"finish":"stop",', b""),
        lambda content: content.replace(b'"finish":"stop"', b'"finish":"stop","more":1'),
    ],
)
def test_a_spoilt_file_is_no_answer_and_is_replaced(tmp_path: Path, spoil) -> None:
    store = Store(tmp_path)
    path = put(store, kept())
    content = path.read_bytes()
    path.write_bytes(spoil(content))
    assert path.read_bytes() != content
    assert store.read(digest(kept())) is None
    put(store, kept())
    assert path.read_bytes() == content


def test_an_answer_to_another_request_is_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    other = kept(replace(REQUEST, sample=1))
    path = put(store, kept())
    wrong = tmp_path / digest(other)[:2] / f"{digest(other)}.json"
    wrong.parent.mkdir(exist_ok=True)
    path.rename(wrong)
    assert store.read(digest(other)) is None


def test_one_has_the_claim_and_the_next_after_it(tmp_path: Path) -> None:
    store, name = Store(tmp_path), digest(kept())
    first = store.claim(name)
    assert first is not None
    assert store.claim(name) is None
    assert Store(tmp_path).claim(name) is None
    with first:
        pass
    assert files(tmp_path) == []
    second = store.claim(name)
    assert second is not None
    with second:
        second.keep(kept(), ANSWER)
        third = store.claim(name)  # the answer is there; only a fresh one would still be made
        assert third is not None
        with third:
            assert store.read(name) == ANSWER
    assert files(tmp_path) == [".json"]


def test_a_claim_given_up_in_between_is_taken_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another lets go of its file after it was opened here and before it is locked here."""
    store, name = Store(tmp_path), digest(kept())
    opened, other = os.open, store.claim(name)
    assert other is not None

    def open_late(*arguments: int) -> int:
        descriptor = opened(*arguments)
        monkeypatch.setattr(os, "open", opened)
        other.__exit__(None, None, None)
        return descriptor

    monkeypatch.setattr(os, "open", open_late)
    claim = store.claim(name)
    assert claim is not None
    assert store.claim(name) is None
    with claim:
        claim.keep(kept(), ANSWER)
    assert store.read(name) == ANSWER


def test_what_a_dead_process_left_is_taken_over(tmp_path: Path) -> None:
    store, name = Store(tmp_path), digest(kept())
    part = tmp_path / name[:2] / f"{name}.part"
    part.parent.mkdir()
    part.write_bytes(b"x" * 100_000)
    put(store, kept())
    assert store.read(name) == ANSWER
    assert files(tmp_path) == [".json"]


def test_many_threads_make_one_answer(tmp_path: Path) -> None:
    store, name = Store(tmp_path), digest(kept())
    made: list[int] = []

    def work() -> None:
        while store.read(name) is None:
            claim = store.claim(name)
            if claim is not None:
                with claim:
                    if store.read(name) is None:
                        made.append(1)
                        claim.keep(kept(), ANSWER)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    assert files(tmp_path) == [".json"]


def test_a_folder_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Stop, match=r"file/.*cannot be written: .*FRAMEBENCH_ANSWERS"):
        Store(tmp_path / "file").claim(digest(kept()))


def test_an_answer_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    store, name = Store(tmp_path), digest(kept())
    (tmp_path / name[:2] / f"{name}.json" / "occupied").mkdir(parents=True)
    claim = store.claim(name)
    assert claim is not None
    with claim, pytest.raises(Stop, match="cannot be written"):
        claim.keep(kept(), ANSWER)
    assert files(tmp_path) == []


def test_a_file_system_without_locks_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("baselines.llm.store.fcntl.flock", no_locks)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(Stop, match="No locks available"):
        Store(tmp_path).claim(digest(kept()))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    store = Store(tmp_path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for sample in range(20):
        put(store, kept(replace(REQUEST, sample=sample)))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_folder_is_the_environments_or_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FRAMEBENCH_ANSWERS", str(tmp_path))
    assert store_folder() == tmp_path
    monkeypatch.setenv("FRAMEBENCH_ANSWERS", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert store_folder() == tmp_path / "cache" / "framebench" / "answers"
    monkeypatch.setenv("FRAMEBENCH_ANSWERS", "~/kept")
    assert store_folder() == Path.home() / "kept"
