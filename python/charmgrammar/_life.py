"""What came of a trace. It needs nothing of ops, so the process that reports it need not have it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ._failure import Failure
from ._trace import Event, Trace


class Stopped(Exception):  # noqa: N818
    """A trace was not run to its end, since somebody wants no more to be run."""


class Outcome(str, Enum):
    """What came of an event."""

    OK = "ok"
    ACTION_FAILED = "action-failed"
    """The charm said that the action failed, which is its right."""
    ERROR = "error"
    TIMEOUT = "timeout"
    SKIPPED = "skipped"
    """Nothing was dispatched: the charm has no such secret or check, or ops no such event."""
    BAD_TRACE = "bad-trace"
    """The trace can't be run on this charm: a mistake of the grammar."""
    INCONSISTENT = "inconsistent"
    """`ops.testing` refused the state: a mistake of ours, or of `initial_state`."""
    DRIVER_ERROR = "driver-error"
    """A mistake of ours."""

    @property
    def is_of_charm(self) -> bool:
        """Whether a life that ends so has shown a fault of the charm."""
        return self in (Outcome.ERROR, Outcome.TIMEOUT)

    @property
    def is_ours(self) -> bool:
        """Whether a life that ends so has shown a fault of what drives the charm."""
        return self in (Outcome.BAD_TRACE, Outcome.INCONSISTENT, Outcome.DRIVER_ERROR)


@dataclass(frozen=True)
class Step:
    """An event that was reached, with what came of it."""

    event: Event
    outcome: Outcome
    marks: tuple[str, ...] = ()
    """What happened before it without an event: phases, actions, changes of the world."""
    note: str = ""
    status: str = ""
    """The unit's status before it."""


@dataclass
class Life:
    """What came of a trace."""

    trace: Trace
    steps: list[Step] = field(default_factory=list)
    failure: Failure | None = None
    seconds: float = 0.0
    """All the time that it took, of which …"""
    charm_seconds: float = 0.0
    """… `ops.testing` and the charm took so much."""
    state: Any = None
    """Where it failed while an event was handled: the state before that event …"""
    dispatched: Any = None
    """… and the event, as `ops.testing` has it."""
    unit: int = 0
    """The id of the unit."""
    connections: int = 0
    """How often the network was tried."""
    programs: int = 0
    """How often a program would have been started."""
    writes: int = 0
    """How often a file outside of the charm's directory would have been written."""
    test: str = ""
    """The failure as a plain test of `ops.testing`, if that was asked for."""

    @property
    def outcome(self) -> Outcome:
        """`ok`, or how it ended."""
        if self.steps and (self.steps[-1].outcome.is_of_charm or self.steps[-1].outcome.is_ours):
            return self.steps[-1].outcome
        return Outcome.OK if self.failure is None else Outcome.ERROR

    def as_json(self) -> dict[str, Any]:
        """The life as JSON has it, without its trace and the objects of `ops.testing`."""
        raw = {name: getattr(self, name) for name in _PLAIN}
        raw["steps"] = [
            [step.event.index, step.outcome.value, step.marks, step.note, step.status]
            for step in self.steps
        ]
        raw["failure"] = None if self.failure is None else dataclasses.asdict(self.failure)
        return raw

    @classmethod
    def from_json(cls, raw: Mapping[str, Any], trace: Trace) -> Life:
        """The life of a trace, from what `as_json` gave."""
        events = {event.index: event for event in trace.events}
        steps = [
            Step(events[index], Outcome(outcome), tuple(marks), note, status)
            for index, outcome, marks, note, status in raw["steps"]
        ]
        failure = None if raw["failure"] is None else Failure.from_json(raw["failure"])
        return cls(trace, steps, failure, **{name: raw[name] for name in _PLAIN})


_PLAIN = ("seconds", "charm_seconds", "unit", "connections", "programs", "writes", "test")
