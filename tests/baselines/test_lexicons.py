"""Lexicons and the search for their phrases, against a plain reference and worked examples."""

from __future__ import annotations

import importlib.machinery
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines import lexicons
from baselines.lexicons import PhraseMatcher, fold, read_lexicon, textblob, vader, word_classes, word_counts

DECOMPOSED = unicodedata.normalize("NFD", "café")


def found(phrases: list[str], text: str) -> list[str]:
    return [text[match.start : match.end] for match in PhraseMatcher(dict.fromkeys(phrases, 1.0)).find(text)]


def reference(entries: Mapping[str, float], text: str) -> list[tuple[int, int, float]]:
    """Try every phrase at every place, the longest first."""
    folded, position, result = fold(text), 0, []
    for start in range(len(text)):
        for phrase in sorted(entries, key=len, reverse=True):
            end = start + len(phrase)
            fits = folded[start:end] == phrase and whole(folded, start, end)
            if start >= position and fits:
                result.append((start, end, entries[phrase]))
                position = end
    return result


def whole(text: str, start: int, end: int) -> bool:
    left, right = text[:start], text[end:]
    if left.endswith("'"):
        left = left[:-1] if left[-2:-1].isalnum() else " "
    if right.startswith("'"):
        clitic = "".join(char if char.isalnum() else " " for char in right[1:5]).split(" ")[0]
        right = " " if clitic in {"", "s", "d", "m", "ll", "re", "ve"} else clitic
    return not left[-1:].isalnum() and not right[:1].isalnum()


class TestFold:
    def test_keeps_every_character_in_its_place(self) -> None:
        assert fold("İSTANBUL’UN 👍 ΟΔΟΣ ‘Ja’") == "İstanbul'un 👍 οδοσ 'ja'"

    @given(st.text())
    def test_keeps_the_length_and_is_done_once(self, text: str) -> None:
        assert len(fold(text)) == len(text)
        assert fold(fold(text)) == fold(text)

    @given(st.text(), st.text())
    def test_minds_no_neighbour(self, left: str, right: str) -> None:
        assert fold(left + right) == fold(left) + fold(right)


class TestPackagedLexicons:
    def test_vader_has_words_and_no_signs(self) -> None:
        assert vader()["terrible"] == -2.1
        assert vader()["fed up"] == -1.8
        assert not {":)", "sweet<3", "4col"} & vader().keys()
        assert len(vader()) > 7000
        assert all(-4 <= valence <= 4 for valence in vader().values())

    def test_vader_counts_the_later_of_two_entries(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        file = tmp_path / "words.txt"
        file.write_text("fine\t1.0\t0.5\t[]\nfine\t2.0\t0.5\t[]\n:-)\t3.0\t0.5\t[]\n", encoding="utf-8")
        monkeypatch.setattr(lexicons, "_package_file", lambda *_: file)
        assert dict(vader.__wrapped__()) == {"fine": 2.0}

    def test_textblob_averages_senses_and_then_parts_of_speech(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        file = tmp_path / "words.xml"
        rows = "".join(
            f'<word form="{form}" pos="{part}" subjectivity="{value}" />'
            for form, part, value in [
                ("ill", "JJ", 1.0),
                ("ill", "JJ", 0.5),
                ("ill", "NN", 0.25),
                ("so", "RB", 0.5),
            ]
        )
        file.write_text(f"<sentiment>{rows}</sentiment>", encoding="utf-8")
        monkeypatch.setattr(lexicons, "_package_file", lambda *_: file)
        assert dict(textblob.__wrapped__()) == {"ill": 0.5, "so": 0.5}

    def test_textblob_agrees_with_its_package(self) -> None:
        sentiment = pytest.importorskip("textblob.en").sentiment
        for word in ("terrible", "good", "able", "abrupt", "new"):
            assert textblob()[word] == pytest.approx(sentiment(word)[1]), word

    def test_textblob_holds_what_vader_lacks(self) -> None:
        assert textblob()["infamous"] == textblob()["deadly"] == 1.0
        assert not {"infamous", "deadly"} & vader().keys()

    def test_the_packages_are_not_imported(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in [
            name for name in sys.modules if name.partition(".")[0] in {"vaderSentiment", "textblob"}
        ]:
            monkeypatch.delitem(sys.modules, name)
        assert vader.__wrapped__()
        assert textblob.__wrapped__()
        assert not {"vaderSentiment", "textblob"} & sys.modules.keys()

    @pytest.mark.parametrize("spec", [None, importlib.machinery.ModuleSpec("vaderSentiment", None)])
    def test_a_missing_package_is_named(
        self, monkeypatch: pytest.MonkeyPatch, spec: importlib.machinery.ModuleSpec | None
    ) -> None:
        monkeypatch.setattr(lexicons, "find_spec", lambda _: spec)
        with pytest.raises(ValueError, match="pip install vaderSentiment"):
            vader.__wrapped__()


class TestMatching:
    @pytest.mark.parametrize(
        ("phrases", "text", "expected"),
        [
            (["mad"], "Mad, MAD; nomad mad9 madness mad-hat _mad_", ["Mad", "MAD", "mad", "mad"]),
            (["won"], "It won. I won't; you won’t.", ["won"]),
            (["hero"], "The hero's day, heroes’ days, a hero’d go", ["hero", "hero"]),
            (["heroes"], "heroes’ days", ["heroes"]),
            (["evil"], "d'evil 'evil' ‘evil’ evil'x 'evil", ["evil", "evil", "evil"]),
            (["can't stand"], "I can’t stand it; CAN'T STAND", ["can’t stand", "CAN'T STAND"]),
            (["evil", "evil empire"], "evil empire, evil emperor", ["evil empire", "evil"]),
            (["sad story", "story teller", "sad"], "sad story teller", ["sad story"]),
            # The longest match "good fo" is no whole word and must not hide "good".
            (["good", "good fo"], "good for all", ["good"]),
            (["a b", "b"], "xa b", ["b"]),
            (["fed up"], "fed  up fed\nup", []),
            (["cafe"], f"{DECOMPOSED} café cafe", ["cafe"]),
            (["café"], f"{DECOMPOSED} CAFÉ", [DECOMPOSED, "CAFÉ"]),
            ([DECOMPOSED], f"{DECOMPOSED} café", [DECOMPOSED, "café"]),
            (["istanbul"], "İstanbul ISTANBUL", ["ISTANBUL"]),
            (["İstanbul"], "İSTANBUL’un", []),
            (["οδος"], "ΟΔΟΣ οδός", ["ΟΔΟΣ"]),
            (["wow"], "👩‍👧wow👍 wow", ["wow", "wow"]),
            ([], "any text", []),
            (["evil"], "", []),
        ],
    )
    def test_examples(self, phrases: list[str], text: str, expected: list[str]) -> None:
        assert found(phrases, text) == expected

    def test_gives_phrase_and_weight(self) -> None:
        (match,) = PhraseMatcher({"Evil": 1.0, "EVIL": -2.0}).find("so Evil")
        assert (match.start, match.end, match.phrase, match.weight) == (3, 7, "evil", -2.0)

    @given(
        st.dictionaries(
            st.text("abi' ’İßé-9", min_size=1, max_size=4).map(fold), st.floats(-4, 4), max_size=6
        ),
        st.text("abiABI' ’-İß9\né,.“\x01Ⓐ", max_size=30),
    )
    def test_equals_the_plain_reference(self, entries: dict[str, float], text: str) -> None:
        matches = PhraseMatcher(entries).find(text)
        assert [(match.start, match.end, match.weight) for match in matches] == reference(entries, text)

    @given(st.text("ab' -", max_size=20), st.text("xy", max_size=5))
    def test_shifts_with_the_text(self, text: str, before: str) -> None:
        matcher = PhraseMatcher({"a": 1.0, "ab": 1.0, "b a": 1.0})
        shift = len(before) + 1
        shifted = [(match.start - shift, match.end - shift) for match in matcher.find(f"{before}\n{text}")]
        assert shifted == [(match.start, match.end) for match in matcher.find(text)]

    def test_places_number_the_entries(self) -> None:
        matcher = PhraseMatcher({"evil": 1.0, "evil empire": -2.0})
        assert matcher.weights == [1.0, -2.0]
        assert matcher.places("evil empire, evil") == [(0, 11, 1), (13, 17, 0)]

    def test_a_large_lexicon_finds_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        text = "so evil an empire, the evil's empire; devil"
        before = PhraseMatcher({"evil": 1.0, "empire": 2.0}).find(text)
        monkeypatch.setattr(lexicons, "_LARGE", 0)
        assert PhraseMatcher({"evil": 1.0, "empire": 2.0}).find(text) == before


def test_word_classes_and_counts_are_those_of_the_package() -> None:
    assert word_classes()["Bush"] == "NNP"
    assert word_classes()["bush"] == "NN"
    assert word_counts()["the"] > word_counts()["infamous"] > 0
    assert ";;;" not in word_classes().keys() | word_counts().keys()


class TestFiles:
    @staticmethod
    def write(folder: Path, content: str | bytes) -> Path:
        path = folder / "words.tsv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def test_reads_phrases_and_weights(self, tmp_path: Path) -> None:
        content = "\ufeff# words\r\nEvil  Empire\r\n\n so-called\t-2.5\n#x\t1\t2\nfine\t\nevil empire\t1\n"
        assert dict(read_lexicon(self.write(tmp_path, content))) == {
            "evil empire": 1.0,
            "so-called": -2.5,
            "fine": 1.0,
        }

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("evil\nbad\tworse\n", ":2: the weight 'worse' is not a finite number"),
            ("evil\tnan\n", ":1: the weight 'nan' is not a finite number"),
            ("evil\t1\t2\n", ":1: 3 columns; a phrase and its weight were expected"),
            ("evil\n\n \t1\n", ":3: no phrase before the TAB"),
            ("evil\nEVIL\t2\n", ":2: 'evil' stands further up with the weight 1"),
            (b"evil\n\xff\xfe\n", ":2: not UTF-8: invalid start byte at byte 0 of the line"),
            ("# only a comment\n", "words.tsv: holds no phrase"),
        ],
    )
    def test_names_the_line_of_a_fault(self, tmp_path: Path, content: str | bytes, message: str) -> None:
        path = self.write(tmp_path, content)
        with pytest.raises(ValueError, match=message) as caught:
            read_lexicon(path)
        assert str(caught.value).startswith(str(path))

    def test_names_all_faults(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=r":1: [^\n]+\n[^\n]+:3: ") as caught:
            read_lexicon(self.write(tmp_path, "a\tx\nb\nc\ty\n"))
        assert len(str(caught.value).splitlines()) == 2

    def test_says_that_a_file_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=r"absent\.txt: cannot be read: No such file"):
            read_lexicon(tmp_path / "absent.txt")
