"""Runs traces on a charm through `ops.testing`."""

from __future__ import annotations

import dataclasses
import logging
import os
import random
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from ops import testing
from scenario.errors import (
    InconsistentScenarioError,
    NoObserverError,
    StateValidationError,
    UncaughtCharmError,
)

from . import _repairs
from ._charm import Charm
from ._failure import Failure
from ._hooks import Hooks
from ._sandbox import EventTimeout, Sandbox
from ._trace import Action, BadTrace, Change, Event, Phase, Skipped, Trace
from ._world import World

_CLOCK = time.perf_counter


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
    state: testing.State | None = None
    """Where it failed while an event was handled: the state before that event …"""
    dispatched: Any = None
    """… and the event, as `ops.testing` has it."""
    unit: int = 0
    """The id of the unit."""
    connections: int = 0
    """How often the network was tried."""
    programs: int = 0
    """How often a program would have been started."""

    @property
    def outcome(self) -> Outcome:
        """`ok`, or how it ended."""
        if self.steps and (self.steps[-1].outcome.is_of_charm or self.steps[-1].outcome.is_ours):
            return self.steps[-1].outcome
        return Outcome.OK if self.failure is None else Outcome.ERROR


class Runner:
    """Runs lives of one charm, one after the other."""

    def __init__(
        self,
        charm: Charm,
        hooks: Hooks | None = None,
        *,
        seconds: float = 10.0,
        upgrade_from: Charm | None = None,
    ) -> None:
        """`seconds` is what an event may take; `upgrade_from` is the charm until `upgrade-charm`."""
        self.charm, self.hooks, self.upgrade_from = charm, hooks or Hooks(), upgrade_from
        self.sandbox = Sandbox(seconds)

    def run(self, trace: Trace) -> Life:
        """Runs one trace, up to the first event that fails."""
        life = Life(trace)
        began = _CLOCK()
        with ExitStack() as stack:
            for part in (_seeded(trace), _environment(), _unlogged(), _unwarned(), self.sandbox):
                stack.enter_context(part)
            self.hooks.before_trace(trace)
            _Living(self, life, stack).live()
        life.seconds = _CLOCK() - began
        life.connections, life.programs = self.sandbox.n_connections, self.sandbox.n_programs
        return life


class _Living:
    """One life that is being run."""

    def __init__(self, runner: Runner, life: Life, stack: ExitStack) -> None:
        self.runner, self.life, self.hooks = runner, life, runner.hooks
        first = runner.upgrade_from or runner.charm
        trace = life.trace
        self.root = first.root
        self.context = stack.enter_context(first.context())
        if self.context.charm_root is not None:
            # As under Juju; and what a charm writes beside itself is thrown away.
            os.chdir(self.context.charm_root)
        self.upgraded = None
        if runner.upgrade_from is not None:
            self.upgraded = stack.enter_context(runner.charm.context())
            first.enter()
        self.given: set[str] = set()
        self.marks: list[str] = []
        self.world: World | None = None
        self.stack = stack
        self.begin: Callable[[], World] = lambda: World(
            self.context,
            first.facts(self.context),
            trace,
            lambda state: self.hooks.initial_state(
                first.with_resources(self.context, state), trace
            ),
        )

    def live(self) -> None:
        trace = self.life.trace
        step = next(trace.events, None)
        try:
            self.world = world = self.begin()
            world.is_old = self.upgraded is not None
            self.life.unit = world.unit
            self.stack.enter_context(_repairs.applied(world.facets))
            for item in trace.items:
                if isinstance(item, Event):
                    step = item
                    if not self._dispatch(item):
                        return
                elif isinstance(item, Change):
                    world.change(item.states)
                else:
                    self.marks.append(str(item))
                    if isinstance(item, Action):
                        world.act(item)
                    elif isinstance(item, Phase):
                        world.phase(item)
        except Exception as error:
            if step is not None:
                self._end(step, Outcome.DRIVER_ERROR, error)
                return
            raise
        try:
            self.hooks.at_end(world.state, trace)
        except Exception as error:
            self.life.failure = Failure.of(error, None, status=_status(world.state))

    def _dispatch(self, event: Event) -> bool:
        """Whether life goes on."""
        world = self.world
        assert world is not None
        self.marks += world.news
        world.news.clear()
        if self.upgraded is not None and event.kind == "upgrade-charm":
            charm = self.runner.charm
            charm.enter()
            self.root, self.context = charm.root, self.upgraded
            world.refresh(self.upgraded, charm.facts(self.upgraded))
            self.upgraded = None
        try:
            data = self.hooks.values(event, event.data)
            if data is not event.data:
                event = dataclasses.replace(event, data=data)
            self.given |= {"config"} & data.keys()
            dispatched = world.prepare(event)
            self.marks += world.news
            world.news.clear()
        except Skipped as reason:
            self._step(event, Outcome.SKIPPED, str(reason))
            return True
        except (BadTrace, StateValidationError) as error:
            return self._end(event, Outcome.BAD_TRACE, error)
        before = world.state
        try:
            world.state = self.hooks.before_event(world.state, event)
            state = self._run(dispatched, world.state)
        except testing.ActionFailed as failed:
            # Its state is that after the action.
            state = failed.state or world.state
            self._step(event, Outcome.ACTION_FAILED, failed.message, before)
        except EventTimeout as error:
            return self._end(event, Outcome.TIMEOUT, error)
        except (InconsistentScenarioError, StateValidationError) as error:
            return self._end(event, Outcome.INCONSISTENT, error)
        except NoObserverError as error:
            return self._end(event, Outcome.BAD_TRACE, error)
        except UncaughtCharmError as error:
            return self._end(event, Outcome.ERROR, error.__cause__ or error)
        except SystemExit as error:
            if error.code not in (None, 0):
                return self._end(event, Outcome.ERROR, error)
            state = world.state
            self._step(event, Outcome.OK, "it has called sys.exit(0)", before)
        except Exception as error:
            return self._end(
                event, Outcome.ERROR if self._is_of_charm(error) else Outcome.DRIVER_ERROR, error
            )
        else:
            self._step(event, Outcome.OK, "", before)
        world.settle(event, state)
        try:
            self.hooks.after_event(world.state, event)
        except Exception as error:
            self.life.steps.pop()
            return self._end(event, Outcome.ERROR, error, before)
        return True

    def _run(self, dispatched: Any, state: testing.State) -> testing.State:
        began = _CLOCK()
        self.life.state, self.life.dispatched = state, dispatched
        try:
            with self.runner.sandbox.event():
                return self.context.run(dispatched, state)
        finally:
            self.life.charm_seconds += _CLOCK() - began

    def _is_of_charm(self, error: BaseException) -> bool:
        return Failure.of(error, self.root).frame is not None

    def _step(
        self, event: Event, outcome: Outcome, note: str = "", state: testing.State | None = None
    ) -> None:
        status = _status(state) if state is not None else ""
        self.life.steps.append(Step(event, outcome, tuple(self.marks), note, status))
        self.marks = []

    def _end(
        self,
        event: Event,
        outcome: Outcome,
        error: BaseException,
        state: testing.State | None = None,
    ) -> bool:
        state = state or (self.world.state if self.world is not None else None)
        self._step(event, outcome, str(error), state)
        is_of_input = bool(self.given) or bool(event.data.get("params"))
        self.life.failure = Failure.of(
            error,
            self.root,
            event=str(event),
            step=event.index,
            status=_status(state) if state is not None else "",
            is_of_input=is_of_input,
        )
        return False


def _status(state: testing.State) -> str:
    status = state.unit_status
    return f"{status.name} ({status.message})" if status.message else str(status.name)


@contextmanager
def _seeded(trace: Trace) -> Iterator[None]:
    """Everything that `ops.testing` and the charm draw is the same each time."""
    before = random.getstate()
    random.seed(f"{trace.seed}/{trace.number}")
    _repairs.same_ids()
    try:
        yield
    finally:
        random.setstate(before)


@contextmanager
def _unlogged() -> Iterator[None]:
    """Nobody but `Context.juju_log` records what thousands of events log."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = [logging.NullHandler()]
    try:
        yield
    finally:
        root.handlers = handlers
        root.setLevel(level)


@contextmanager
def _unwarned() -> Iterator[None]:
    """What ops says of events that Juju drops is nothing that a charm can help. Nor is a file of a
    container that is not closed: it is one of `ops.testing` alone.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        warnings.filterwarnings("ignore", ".* events will not be emitted from Juju")
        yield


@contextmanager
def _environment() -> Iterator[None]:
    """The working directory and the environment's variables stay what they are."""
    before, directory = dict(os.environ), Path.cwd()
    # Exceptions of the charm are told from ours by their wrapping.
    os.environ.pop("SCENARIO_BARE_CHARM_ERRORS", None)
    try:
        yield
    finally:
        os.chdir(directory)
        if os.environ != before:
            os.environ.clear()
            os.environ.update(before)
