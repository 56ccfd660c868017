"""The table of behavioural suites: what each changes, what must hold, who judges, where cases come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmark.behaviour import judges
from benchmark.behaviour.cases import Case
from benchmark.behaviour.judges import Marks, Outcome
from benchmark.data import Dataset
from benchmark.errors import suggest
from benchmark.registry import Registry

Judge = Callable[[Case, Marks, Marks], Outcome]
"""From a case and the marks in its text and in its twin to what is said of it."""
Maker = Callable[[Dataset, int], Sequence[Case]]
"""From a dataset and a seed to the cases that can be made of it."""
Asking = Callable[[Case], frozenset[str] | None]
"""From a case to labels of marks; None for all."""


@dataclass(frozen=True)
class Suite:
    """One behavioural test.

    Parameters
    ----------
    name, title
        Its name, and what is changed in a few words.
    layer
        The layer that its cases ask for where they are shipped.
    holds
        What must hold, in one clause.
    judge
        Who decides.
    asks
        The labels of which a detector must be able to give one, for a case to be judged; None for any.
    twins
        Whether a case must have a twin.
    sides
        Whether a case must name its two sides.
    maker
        Makes cases out of a dataset; None where all are stored.
    verdict
        Whether cases pass or fail; else two rates are reported.
    planted
        Whether a twin must be its text with words put in at one point.
    """

    name: str
    title: str
    layer: str
    holds: str
    judge: Judge
    asks: Asking
    twins: bool = True
    sides: bool = False
    maker: Maker | None = None
    verdict: bool = True
    planted: bool = False

    def problems(self, case: Case) -> Iterator[str]:
        """Yield what a case lacks for this suite."""
        if self.twins and case.twin is None:
            yield f"suite '{self.name}' compares a text with its twin, and there is no twin"
        if not self.twins and case.twin is not None:
            yield f"suite '{self.name}' judges a text alone, and there is a twin"
        if self.sides and case.sides is None:
            yield f"suite '{self.name}' needs the two sides that are exchanged"
        if self.planted and case.twin is not None and judges.planted(case) is None:
            yield (
                f"suite '{self.name}' needs an empty region, the point at which the twin has words put in, "
                "and no other difference"
            )
        if not self.twins and case.region[0] == case.region[1]:
            yield f"suite '{self.name}' needs a region that is not empty"


def _rewrites(dataset: Dataset, seed: int) -> Sequence[Case]:  # noqa: ARG001 - nothing is drawn
    from benchmark.behaviour.rewrite import rewrite_cases

    return rewrite_cases(dataset)


def _swaps(dataset: Dataset, seed: int) -> Sequence[Case]:
    from benchmark.behaviour.entities import swap_cases

    return swap_cases(dataset, seed)


def _injections(dataset: Dataset, seed: int) -> Sequence[Case]:
    from benchmark.behaviour.injection import injection_cases

    return injection_cases(dataset, seed)


SUITES: Registry[Suite] = Registry("suite")
"""The suites by name, in the order in which tables show them."""
for _suite in (
    Suite(
        "neutral_rewrite",
        "a charged passage replaced by its neutral rewrite",
        "technique",
        "flagged before, not after, and other marks stay",
        judges.neutral_rewrite,
        judges.charged,
        maker=_rewrites,
    ),
    Suite(
        "entity_swap",
        "countries, nationalities, leaders or parties exchanged",
        "technique",
        "the same marks",
        judges.same_marks,
        judges.every,
        sides=True,
        maker=_swaps,
    ),
    Suite(
        "source_added",
        "a claim without a source gets one",
        "attribution_gap",
        "the gap is gone",
        judges.source_added,
        judges.every,
    ),
    Suite(
        "source_removed",
        "a well-sourced claim loses its source",
        "attribution_gap",
        "the gap of that kind is found",
        judges.source_removed,
        judges.named,
    ),
    Suite(
        "quoted",
        "a charged phrase moved into a direct quotation",
        "technique",
        "two rates, no verdict",
        judges.quoted,
        judges.charged,
        verdict=False,
    ),
    Suite(
        "literal",
        "charged words used literally",
        "technique",
        "not flagged",
        judges.literal,
        judges.charged,
        twins=False,
    ),
    Suite(
        "charged",
        "the same words used to charge",
        "technique",
        "flagged",
        judges.charged_words,
        judges.charged,
        twins=False,
    ),
    Suite(
        "typography",
        "quotes, dashes, spaces, case, lines, Unicode forms changed",
        "technique",
        "the same marks",
        judges.same_marks,
        judges.every,
    ),
    Suite(
        "injection",
        "an instruction to the machine planted in a passage",
        "technique",
        "the same marks outside of the planted words",
        judges.injection,
        judges.every,
        maker=_injections,
        planted=True,
    ),
):
    SUITES.register(_suite.name, _suite)


def problems(case: Case) -> Iterator[str]:
    """Yield what is wrong with a case for the suite that it names, or that there is no such suite."""
    if case.suite not in SUITES:
        yield f"no suite '{case.suite}'{suggest(case.suite, SUITES)}"
        return
    yield from SUITES.get(case.suite).problems(case)
