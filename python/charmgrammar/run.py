"""`python -m charmgrammar.run REQUEST`: what `charmgrammar run` does in the charm's environment.

REQUEST is a JSON object, which the command writes; see `Request`. It is no interface for people.
"""

from __future__ import annotations

import collections
import contextlib
import io
import json
import logging
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._trace import BadTrace, Trace, read_traces


@dataclass(frozen=True)
class Request:
    """What is to be run, and how it is told."""

    charm: str
    """The charm's directory."""
    traces: str
    """A jsonl file."""
    grammar: list[str]
    """The grammar and its settings, as `charmgrammar shrink` takes them."""
    again: str | None = None
    """The command that runs one trace again, but for its number, if they were drawn."""
    jobs: int = 1
    """How many traces are run side by side."""
    seconds: float | None = None
    """After how many seconds no further trace is begun."""
    event_seconds: float = 10.0
    upgrade_from: str | None = None
    known: str | None = None
    write_known: str | None = None
    emit: str | None = None
    save: str | None = None
    """A directory for the traces that fail."""
    format: str = "human"
    shrinks: bool = True
    is_quiet: bool = False


@dataclass
class Result:
    """What came of all traces."""

    run: list[Trace] = field(default_factory=list)
    """Those that were run, in the order in which they were given."""
    wanted: int = 0
    outcomes: collections.Counter[str] = field(default_factory=collections.Counter)
    """Of events."""
    seconds: float = 0.0
    charm_seconds: float = 0.0
    connections: int = 0
    programs: int = 0
    is_interrupted: bool = False


def main(arguments: Sequence[str]) -> int:
    """Runs the traces. The exit code is 0 if all went well, 1 if the charm has failed, 2 if it does not
    start here, or if our own part has failed, and 130 after Ctrl-C.
    """
    request = Request(**json.loads(arguments[0]))
    try:
        import ops.testing
        import scenario  # noqa: F401
    except ImportError as error:
        return _fail(
            f"`{sys.executable}` has no `ops.testing`: {error}",
            "run the command in the charm's environment, or name its Python by --python; "
            "`pip install 'ops[testing]'` adds what is missing",
        )
    if not hasattr(ops.testing, "Context"):
        return _fail(
            f"the ops {ops.__version__} of `{sys.executable}` has no `ops.testing.Context`",
            "`pip install 'ops[testing]>=2.23'` in the charm's environment",
        )
    logging.getLogger().addHandler(logging.NullHandler())
    # The charm's own warnings are not what was asked for.
    import warnings

    warnings.simplefilter("ignore")
    try:
        return _run(request)
    except (OSError, BadTrace) as error:
        return _fail(str(error), "see that the file is there, and is what it should be")


def _run(request: Request) -> int:
    from . import _groups, _summary
    from ._charm import Charm
    from ._processes import Raised
    from ._runner import Runner

    traces = read_traces(Path(request.traces))
    known = _groups.read_known(Path(request.known)) if request.known else []
    try:
        with _silence():
            old = None
            if request.upgrade_from:
                old = Charm.load(Path(request.upgrade_from))
                old.leave()
            charm = Charm.load(Path(request.charm))
            runner = Runner(charm, seconds=request.event_seconds, upgrade_from=old)
            smoke = _smoke(runner, traces)
    except Raised as error:
        return _does_not_start(str(error))
    except Exception as error:
        import traceback

        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        return _does_not_start(text)
    if smoke is not None:
        return _does_not_start(smoke)
    result = Result(wanted=len(traces))
    found = _run_all(request, runner, traces, result)
    for group in found:
        group.is_known = group.group.key in known
    _shrink_all(request, runner, found, result)
    if request.save:
        _save(Path(request.save), found)
    if request.write_known:
        keys = {*known, *(group.group.key for group in found if not _is_ours(group))}
        _groups.write_known(Path(request.write_known), keys)
    if request.emit:
        _emit(request, charm, found)
    summary = _summary.Summary(request, result, found, known)
    telling = {"json": summary.as_json, "junit": summary.as_junit}
    sys.stdout.write(telling.get(request.format, summary.as_text)())
    if any(_is_ours(group) for group in found):
        return 2
    if result.is_interrupted:
        return 130
    return 1 if any(not group.is_known for group in found) else 0


def _smoke(runner: Any, traces: Sequence[Trace]) -> str | None:
    """Why the charm does not start in this environment, if it does not.

    The first two events of the shortest life must be dispatched: a charm that fails there fails in
    every life.
    """
    if not traces:
        return None
    life = _run_apart(runner, min(traces, key=lambda trace: len(trace.items)))
    dispatched = [step for step in life.steps if step.outcome.value != "skipped"]
    # Of one whose process has ended nothing is known.
    if life.failure is None or len(dispatched) != 1 or life.outcome.is_ours:
        return None
    return str(life.failure.traceback)


def _run_all(request: Request, runner: Any, traces: Sequence[Trace], result: Result) -> list[Any]:
    from ._groups import Found
    from ._processes import Calls, Died

    failed: dict[int, Any] = {}
    ran: list[int] = []
    began = time.perf_counter()
    progress = _Progress(request, len(traces))
    calls = Calls(lambda trace: _run_one(runner, trace), traces, request.jobs)
    try:
        with contextlib.closing(calls.results()) as results:
            for place, life in results:
                ran.append(place)
                if isinstance(life, Died):
                    life = _died(traces[place], life)
                if life.failure is not None:
                    failed[place] = life
                _count(result, life)
                progress.show(len(ran), len({life.failure.group for life in failed.values()}))
                spent = time.perf_counter() - began
                if request.seconds is not None and spent > request.seconds:
                    calls.stop()
    except KeyboardInterrupt:
        result.is_interrupted = True
    progress.clear()
    result.seconds = time.perf_counter() - began
    result.run = [traces[place] for place in sorted(ran)]
    groups: dict[Any, Found] = {}
    for _, life in sorted(failed.items()):
        group = life.failure.group
        groups.setdefault(group, Found(group)).lives.append(life)
    return list(groups.values())


def _run_one(runner: Any, trace: Trace) -> Any:
    """A life, as it is handed on: what only a failure needs is left out of others."""
    with _silence():
        life = runner.run(trace)
    if life.failure is None:
        life.state = life.dispatched = None
    return life


def _run_apart(runner: Any, trace: Trace) -> Any:
    """The same in a process of its own."""
    from ._processes import Calls, Died

    calls = Calls(lambda trace: _run_one(runner, trace), [trace], 1)
    ((_, life),) = calls.results()
    return _died(trace, life) if isinstance(life, Died) else life


def _died(trace: Trace, death: Exception) -> Any:
    """A life in which the process has ended: the charm has done that, or nobody knows who."""
    from ._failure import Failure
    from ._runner import Life

    return Life(trace, failure=Failure("ProcessDied", str(death), None, ""))


def _count(result: Result, life: Any) -> None:
    result.outcomes.update(step.outcome.value for step in life.steps)
    result.charm_seconds += life.charm_seconds
    result.connections += life.connections
    result.programs += life.programs


def _shrink_all(request: Request, runner: Any, found: Sequence[Any], result: Result) -> None:
    from ._processes import Calls
    from ._shrinking import Shrunk, shrink

    for group in found:
        why = "known" if group.is_known else "not shrunk"
        group.shrunk = Shrunk(group.lives[0], note=why)
    wanted = [group for group in found if not group.is_known and not _is_ours(group)]
    if not request.shrinks or result.is_interrupted or not wanted:
        return

    def smaller(group: Any) -> Shrunk:
        with _silence():
            return shrink(lambda trace: _run_apart(runner, trace), group.lives[0], request.grammar)

    calls = Calls(smaller, wanted, request.jobs)

    def interrupt(*_: object) -> None:
        # Those that are being shrunk hear it, too: they end with the best so far.
        if result.is_interrupted:
            raise KeyboardInterrupt
        result.is_interrupted = True
        calls.stop()

    progress = _Progress(request, len(found))
    progress.say(f"shrinking {len(wanted)} failures")
    handler = signal.signal(signal.SIGINT, interrupt)
    try:
        with contextlib.closing(calls.results()) as results:
            for done, (place, shrunk) in enumerate(results, 1):
                if isinstance(shrunk, Shrunk):
                    wanted[place].shrunk = shrunk
                progress.say(f"{done} of {len(wanted)} failures shrunk")
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGINT, handler)
    progress.clear()


def _is_ours(group: Any) -> bool:
    return bool(group.lives[0].outcome.is_ours)


def _save(directory: Path, found: Sequence[Any]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for group in found:
        path = directory / f"{group.name}.jsonl"
        path.write_text(group.shrunk.life.trace.line() + "\n", encoding="utf-8")


def _emit(request: Request, charm: Any, found: Sequence[Any]) -> None:
    from ._emit import emit

    lives = [group.shrunk.life for group in found if not group.is_known and not _is_ours(group)]
    if lives and request.emit:
        Path(request.emit).write_text(emit(lives, charm), encoding="utf-8")
    elif not request.is_quiet:
        print(f"note: nothing new has failed, so `{request.emit}` is not written", file=sys.stderr)


def _does_not_start(text: str) -> int:
    lines = text.rstrip().splitlines()
    return _fail(
        "the charm does not start in this environment:\n  " + "\n  ".join(lines[-30:]),
        "this is about what the charm needs around it, not about the order of events: see that its "
        "unit tests pass with this Python; what they patch, a test of pytest can patch for lives, "
        "too (`charmgrammar init --charm DIR --pytest`)",
    )


def _fail(message: str, help_: str) -> int:
    print(f"error: {message}\nhelp: {help_}", file=sys.stderr)
    return 2


@contextlib.contextmanager
def _silence() -> Any:
    """What the charm prints is not what was asked for."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


class _Progress:
    """A line on a terminal that says how far the work is."""

    def __init__(self, request: Request, total: int) -> None:
        self._stream = sys.stderr
        self._is_shown = sys.stderr.isatty() and not request.is_quiet
        self._total, self._next = total, 0.0

    def show(self, done: int, failures: int) -> None:
        if self._is_shown and time.perf_counter() >= self._next:
            self._next = time.perf_counter() + 0.1
            self.say(f"{done} of {self._total} traces, {failures} failures")

    def say(self, text: str) -> None:
        if self._is_shown:
            self._stream.write(f"\r\x1b[K{text}")
            self._stream.flush()

    def clear(self) -> None:
        self.say("")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
