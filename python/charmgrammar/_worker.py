"""`python -m charmgrammar._worker`: the process that has the charm, and runs traces on it when asked.

It is started by `_workers`, confines itself, imports the charm from a copy, and then forks a process
for each trace, so that none sees what another has left in modules, classes and caches. A request is a
line of JSON on standard input. Answers are lines of JSON, each after a line break and the word of this
worker, so that whatever a charm writes to the same place garbles none of them.

Whatever is called after a charm was imported is bound here before.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import signal
import sys
import traceback
import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from . import _confine
from ._sandbox import Sandbox
from ._trace import Trace
from ._workspace import Workspace, remove

_FORK, _KILL_GROUP = getattr(os, "fork", None), getattr(os, "killpg", None)
_WRITE, _EXIT, _WAIT, _DUP2 = os.write, os._exit, os.waitpid, os.dup2
_ENCODE = json.JSONEncoder(default=repr).encode
_DECODE = json.loads
_FORMAT = traceback.format_exception


@dataclass(frozen=True)
class Setup:
    """What a worker is told when it is started."""

    word: str
    """What begins each line of its answers."""
    answers: int
    """The file descriptor that answers are written to."""
    place: str
    """A directory for all that the charm may write."""
    charm: str
    """The charm's directory."""
    upgrade_from: str | None = None
    event_seconds: float = 10.0
    import_seconds: float = 60.0
    memory: int = 2048
    """How many MiB the charm may have."""
    writable: list[str] = field(default_factory=list)
    """Directories elsewhere that may be written."""
    filters: list[str] = field(default_factory=list)
    """Seccomp filters for the worker, as hexadecimal digits."""
    trace_filters: list[str] = field(default_factory=list)
    """Those that a trace's process has on top."""
    emits: bool = False
    """Whether failures are also told as tests."""


def encoded(setup: Setup) -> str:
    """The setup as the worker reads it."""
    return _ENCODE(asdict(setup))


class _Worker:
    def __init__(self, setup: Setup, requests: int) -> None:
        self._setup, self._requests = setup, requests
        place = Path(setup.place)
        self._scratch = [place / "home", place / "tmp"]
        self._sandbox = Sandbox(setup.event_seconds, writable=[place, *map(Path, setup.writable)])
        self._workspaces: list[Workspace] = []
        self._shown: list[tuple[str, str]] = []
        self._runner: Any = None

    def tell(self, message: Any) -> None:
        """Writes an answer."""
        line = f"\n{self._setup.word} {_ENCODE(self._renamed(message))}\n".encode()
        while line:
            line = line[_WRITE(self._setup.answers, line) :]

    def _renamed(self, value: Any) -> Any:
        """The same with the charm's files where their author has them."""
        if isinstance(value, str):
            for copy, source in self._shown:
                value = value.replace(copy, source)
            return value
        if isinstance(value, dict):
            return {key: self._renamed(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._renamed(item) for item in value]
        return value

    def copy(self) -> bool:
        """Copies the charm's directory. Whether that went well."""
        setup, place = self._setup, Path(self._setup.place)
        self._renew_scratch()
        try:
            if setup.upgrade_from is not None:
                self._workspaces.append(Workspace(Path(setup.upgrade_from), place / "old"))
            self._workspaces.append(Workspace(Path(setup.charm), place / "charm"))
        except (OSError, RecursionError) as error:
            self.tell({"uncopied": f"cannot copy the charm's directory: {error}"})
            return False
        self._shown = [(str(each.directory), str(each.source)) for each in self._workspaces]
        # The rest would not be the same each time.
        self._shown += [(str(place), "…"), (f"{Path(__file__).parents[1]}/", "")]
        self.tell({"copied": True})
        return True

    def load(self) -> bool:
        """Imports the charm, confined. Whether that went well."""
        setup = self._setup
        try:
            import ops.testing
            import scenario  # noqa: F401
        except ImportError as error:
            self.tell({"missing": f"`{sys.executable}` has no `ops.testing`: {error}"})
            return False
        numbers = tuple(int(part) for part in ops.__version__.split(".")[:2] if part.isdigit())
        if numbers < (2, 23) or not hasattr(ops.testing, "Context"):
            found = f"`{sys.executable}` has ops {ops.__version__}, 2.23 is the oldest supported"
            self.tell({"missing": found})
            return False
        # All of ours that needs ops, before the charm can have changed anything.
        from . import _emit  # noqa: F401
        from ._charm import Charm
        from ._runner import Runner

        # What it imports itself only when the first event is run, here once and not for each trace.
        with contextlib.suppress(ImportError):
            from scenario import _consistency_checker, _ops_main_mock, mocking  # noqa: F401

        place = Path(setup.place)
        _confine.limit_memory(setup.memory)
        _confine.drop_privileges()
        writes = _confine.confine_writes([place, *map(Path, setup.writable)])
        calls = _confine.refuse_calls([bytes.fromhex(each) for each in setup.filters])
        self._sandbox.is_enforced = writes
        self._sandbox.__enter__()
        left_out = [name for each in self._workspaces for name in each.left_out]
        try:
            with self._sandbox.event(setup.import_seconds):
                old = None
                if setup.upgrade_from is not None:
                    old = self._import(Charm, self._workspaces[0])
                    old.leave()
                charm = self._import(Charm, self._workspaces[-1])
                # The charm's directory may go with a trace.
                os.chdir(place)
                self._runner = Runner(
                    charm, upgrade_from=old, sandbox=self._sandbox, seconds=setup.event_seconds
                )
        except BaseException as error:
            self.tell({"fails": _described(error)})
            return False
        charm_type = charm.charm_type
        self.tell(
            {
                "ready": {"class": charm_type.__name__, "module": charm_type.__module__},
                "kernel": {"writes": writes, "calls": calls},
                "left_out": left_out,
                "at_import": self._sandbox.counts,
            }
        )
        return True

    def _import(self, charm: Any, workspace: Workspace) -> Any:
        os.chdir(workspace.directory)
        return charm.load(workspace.directory, workspace.source)

    def serve(self) -> None:
        """Runs the traces that are asked for, until nobody asks any more."""
        gc.collect()
        # The children's garbage collection need not look at what is there already.
        gc.freeze()
        with os.fdopen(self._requests, "rb", closefd=False) as requests:
            for line in requests:
                trace = Trace.from_json(_DECODE(line))
                status = self._run_apart(trace) if _FORK is not None else self._run(trace)
                for workspace in self._workspaces:
                    workspace.restore()
                self._renew_scratch()
                self.tell({"ended": status})

    def _run_apart(self, trace: Trace) -> int:
        """Runs a trace in a process of its own. How that ended, as `waitpid` has it."""
        assert _FORK is not None
        assert _KILL_GROUP is not None
        with self._sandbox.lifted():
            process = _FORK()
        if process == 0:
            with contextlib.suppress(BaseException):
                self._begin()
                self._run(trace)
            # Threads that the charm has begun are not waited for.
            _EXIT(0)
        self.tell({"begun": process})
        _, status = _WAIT(process, 0)
        # Where it could start processes, they end with it.
        with contextlib.suppress(OSError):
            _KILL_GROUP(process, signal.SIGKILL)
        return int(status)

    def _begin(self) -> None:
        _confine.end_with_parent()
        os.setsid()
        os.close(self._requests)
        for stream in (1, 2):
            _DUP2(0, stream)
        for workspace in self._workspaces:
            workspace.leave()
        setup = self._setup
        _confine.refuse_calls([bytes.fromhex(each) for each in setup.trace_filters])

    def _run(self, trace: Trace) -> int:
        try:
            life = self._runner.run(trace, lambda event: self.tell({"event": event.index}))
            if self._setup.emits and life.failure is not None:
                from ._emit import test_of

                life.test = test_of(life, self._runner.charm)
            self.tell({"life": life.as_json()})
        except BaseException as error:
            self.tell({"ours": _described(error)})
        return 0

    def _renew_scratch(self) -> None:
        for directory in self._scratch:
            remove(directory)
            directory.mkdir(parents=True, exist_ok=True)


def _described(error: BaseException) -> str:
    from ._failure import kept

    return kept("".join(_FORMAT(type(error), error, error.__traceback__)).rstrip(), 40_000)


def main() -> None:
    """Serves until standard input ends."""
    setup = Setup(**_DECODE(sys.stdin.buffer.readline()))
    _confine.end_with_parent()
    # The charm finds nothing on standard input.
    requests = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDWR)
    _DUP2(nothing, 0)
    os.close(nothing)
    logging.getLogger().addHandler(logging.NullHandler())
    # The charm's own warnings are not what was asked for.
    warnings.simplefilter("ignore")
    worker = _Worker(setup, requests)
    if worker.copy() and worker.load():
        worker.serve()
    _EXIT(0)


if __name__ == "__main__":
    main()
