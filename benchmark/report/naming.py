"""What detectors are called where several stand together: as short as tells them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from benchmark.record import DetectorRecord


class Names:
    """What each of some detectors is called: its specification without what changes no answer.

    Where two specifications would then read alike, both are shown whole.

    Parameters
    ----------
    detectors
        All that stand together.
    whole
        Whether all are shown whole.
    """

    def __init__(self, detectors: Iterable[DetectorRecord], *, whole: bool = False) -> None:
        shown = {detector.spec: detector.spec if whole else detector.shown for detector in detectors}
        count = Counter(shown.values())
        self._names = {spec: name if count[name] == 1 else spec for spec, name in shown.items()}

    def of(self, detector: DetectorRecord) -> str:
        """Return what a detector is called.

        Raises
        ------
        KeyError
            Where it is none of those that stand together.
        """
        return self._names[detector.spec]

    def title(self, detector: DetectorRecord) -> str:
        """Return what it is called with what it was trained on, as a table names it."""
        return detector.titled(self.of(detector))
