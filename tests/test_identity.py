"""What of a detector's specification names it in tables."""

from __future__ import annotations

import pytest

from baselines.llm.detector import LlmDetector
from benchmark.errors import DetectorError
from benchmark.identity import unshown_of
from benchmark.spec import Spec

SPEC = Spec("third", (("depth", "2"), ("timeout", "5")))


class Third:
    """A detector of somebody else."""

    unshown: object = frozenset({"timeout", "retries"})


def test_only_parameters_that_were_given_are_named():
    assert unshown_of(SPEC, Third()) == ("timeout",)
    assert unshown_of(Spec("third"), Third()) == ()


def test_a_detector_need_not_say_anything():
    assert unshown_of(SPEC, object()) == ()


@pytest.mark.parametrize("wrong", ["timeout", {"timeout": 1}, (1,), 7, None])
def test_what_is_no_collection_of_names_is_refused(wrong):
    detector = Third()
    detector.unshown = wrong
    with pytest.raises(DetectorError, match="detector 'third:depth=2,timeout=5': its unshown is"):
        unshown_of(SPEC, detector)


def test_a_language_model_is_named_by_what_it_is_asked():
    given = {"temperature": "1", "store": "s", "timeout": "9", "samples": "2", "prices": "p.toml"}
    found = unshown_of(Spec("llm", tuple(given.items()), "m"), LlmDetector)
    assert set(given) - set(found) == {"temperature", "samples"}
