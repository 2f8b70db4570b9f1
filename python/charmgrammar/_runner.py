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
from pathlib import Path, PurePath
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
from ._failure import Failure, text_of
from ._hooks import Hooks
from ._life import Life, Outcome, Step
from ._sandbox import EventTimeout, Sandbox
from ._trace import Action, BadTrace, Change, Event, Phase, Skipped, Trace
from ._world import World

# A charm may have put something else in their place.
_CLOCK = time.perf_counter
_CHDIR = os.chdir


class Runner:
    """Runs lives of one charm, one after the other."""

    def __init__(
        self,
        charm: Charm,
        hooks: Hooks | None = None,
        *,
        seconds: float = 10.0,
        upgrade_from: Charm | None = None,
        sandbox: Sandbox | None = None,
    ) -> None:
        """`seconds` is what an event may take; `upgrade_from` is the charm until `upgrade-charm`.

        Without a sandbox that is its own, a life runs among what is its author's: a test's
        fixtures, whose files it may write, and a person who may press Ctrl-C.
        """
        self.charm, self.hooks, self.upgrade_from = charm, hooks or Hooks(), upgrade_from
        self.is_apart = sandbox is not None
        protected = [charm.root] if charm.root is not None else []
        self.sandbox = sandbox or Sandbox(seconds, protected=protected)

    def run(self, trace: Trace, begun: Callable[[Event], None] = lambda _: None) -> Life:
        """Runs one trace, up to the first event that fails; `begun` hears of each event before it
        is handled.
        """
        life = Life(trace)
        began = _CLOCK()
        with ExitStack() as stack:
            for part in (_seeded(trace), _environment(), _unlogged(), _unwarned(), self.sandbox):
                stack.enter_context(part)
            self.hooks.before_trace(trace)
            _Living(self, life, stack, begun).live()
        life.seconds = _CLOCK() - began
        sandbox = self.sandbox
        life.connections, life.programs = sandbox.n_connections, sandbox.n_programs
        life.writes = sandbox.n_writes
        return life


class FilesLost(Exception):  # noqa: N818
    """A charm has deleted files of its directory without which no event can be handled."""


class _Living:
    """One life that is being run."""

    def __init__(
        self,
        runner: Runner,
        life: Life,
        stack: ExitStack,
        begun: Callable[[Event], None],
    ) -> None:
        self.begun = begun
        self.runner, self.life, self.hooks = runner, life, runner.hooks
        first = runner.upgrade_from or runner.charm
        trace = life.trace
        self.root, self.source = first.root, first.source
        self.context = stack.enter_context(first.context())
        if self.context.charm_root is not None:
            # As under Juju; and what a charm writes beside itself is thrown away.
            _CHDIR(self.context.charm_root)
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
            self.root, self.source, self.context = charm.root, charm.source, self.upgraded
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
            self.begun(event)
            state = self._run(dispatched, world.state)
        except testing.ActionFailed as failed:
            # Its state is that after the action.
            state = failed.state or world.state
            self._step(event, Outcome.ACTION_FAILED, text_of(failed.message), before)
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
            if self._is_of_charm(error):
                return self._end(event, Outcome.ERROR, error)
            if (lost := self._lost(error)) is not None:
                return self._end(event, Outcome.ERROR, lost)
            return self._end(event, Outcome.DRIVER_ERROR, error)
        except BaseException as error:
            if not self.runner.is_apart and not self._is_of_charm(error):
                # Ctrl-C, or a test's own way out.
                raise
            return self._end(event, Outcome.ERROR, error)
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

    def _lost(self, error: Exception) -> Exception | None:
        """What an error is about that comes of the charm having deleted its own files."""
        root = self.context.charm_root
        if root is None or not isinstance(error, OSError):
            return None
        if not isinstance(error.filename, (str, PurePath)):
            return None
        path = Path(error.filename)
        if path.is_relative_to(root) and not path.exists():
            name = path.relative_to(root)
            return FilesLost(f"the charm has deleted `{name}` of its own directory")
        return None

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
        self._step(event, outcome, text_of(error), state)
        is_of_input = bool(self.given) or bool(event.data.get("params"))
        self.life.failure = Failure.of(
            error,
            self.root,
            self.source,
            event=str(event),
            step=event.index,
            status=_status(state) if state is not None else "",
            is_of_input=is_of_input,
        )
        return False


def _status(state: testing.State) -> str:
    status = state.unit_status
    return f"{status.name} ({text_of(status.message)})" if status.message else str(status.name)


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
        _CHDIR(directory)
        if os.environ != before:
            os.environ.clear()
            os.environ.update(before)
