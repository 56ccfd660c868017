"""How much time and money a run may take."""

from __future__ import annotations

from collections.abc import Callable

from baselines.llm.prices import Price
from benchmark.answers import Stop


class Budget:
    """Time and cost of new answers, counted from the first request on.

    Parameters
    ----------
    seconds, cost
        The limits; None for none.
    price
        Of the model; None where it is not known, which a limit of cost does not allow.
    now
        A clock in seconds.
    """

    def __init__(
        self, seconds: float | None, cost: float | None, price: Price | None, now: Callable[[], float]
    ) -> None:
        self._seconds, self._cost, self._price, self._now = seconds, cost, price, now
        self._started: float | None = None
        self.spent = 0.0

    def start(self) -> None:
        """Start the clock, the first time."""
        if self._started is None:
            self._started = self._now()

    def count(self, input_tokens: int | None, output_tokens: int | None) -> float | None:
        """Return what a new answer cost, and count it; None where no price is known."""
        cost = self._price.of(input_tokens, output_tokens) if self._price else None
        self.spent += cost or 0.0
        return cost

    def check(self, cost: float | None) -> None:
        """See that a new answer's cost could be counted, where there is a limit.

        Raises
        ------
        Stop
            Where the server does not count tokens.
        """
        if self._cost is not None and cost is None:
            raise Stop(
                "the server does not say how many tokens an answer took, so that a budget of cost cannot be "
                "kept; leave max_cost=… out, or limit the time by max_seconds=…"
            )

    def left(self) -> float | None:
        """Return the seconds until the limit of time, not below 0; None where there is none."""
        if self._seconds is None or self._started is None:
            return None
        return max(self._seconds - (self._now() - self._started), 0.0)

    def over(self, ahead: float = 0.0) -> str:
        """Return which limit is reached, in `ahead` seconds at the latest; "" where none is."""
        if self._cost is not None and self._price is not None and self.spent >= self._cost:
            return f"cost budget of {self._cost:g} {self._price.currency} is spent"
        if self._seconds is None or self._started is None:
            return ""
        late = self._now() + ahead - self._started >= self._seconds
        return f"time budget of {self._seconds:g} s is spent" if late else ""
