"""What `charmgrammar run` does in the charm's environment, with the package as the command carries it.

The command starts it with nothing of the environment but its Python, and writes a `Request` as a line
of JSON to its standard input. Then it writes nothing more, and the end of standard input is the end of
the command itself: all is over then. The report goes to a file, and so does, last of all, the exit
code: what ends before that has not run to its end.
"""

from __future__ import annotations

import collections
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import _groups, _summary
from ._groups import Found
from ._life import Life, Stopped
from ._report import shown
from ._setup import failing_setup
from ._shrinking import Shrunk, shrink
from ._testfile import test_file
from ._trace import BadTrace, Trace, read_traces
from ._workers import DoesNotStart, Missing, Options, Pool


@dataclass(frozen=True)
class Request:
    """What is to be run, and how it is told."""

    options: Options
    """How the charm is run."""
    traces: str
    """A jsonl file."""
    grammar: list[str]
    """The grammar and its settings, as `charmgrammar shrink` takes them."""
    report: str
    """The file that the report is written to."""
    exit: str
    """The file that the exit code is written to."""
    again: str | None = None
    """The command that runs one trace again, but for its number, if they were drawn."""
    jobs: int = 1
    """How many traces are run side by side."""
    seconds: float | None = None
    """After how many seconds no further trace is begun."""
    known: str | None = None
    write_known: str | None = None
    emit: str | None = None
    save: str | None = None
    """A directory for the traces that fail."""
    format: str = "human"
    shrinks: bool = True
    is_quiet: bool = False

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Request:
        """Reads a request."""
        options = Options(**raw.pop("options"), emits=raw.get("emit") is not None)
        return cls(options, **raw)


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
    writes: int = 0
    is_interrupted: bool = False
    left_out: Sequence[str] = ()
    """Links of the charm's directory that are not in its copy."""

    def refused(self, connections: int, programs: int, writes: int) -> None:
        """Counts what the charm was kept from."""
        self.connections += connections
        self.programs += programs
        self.writes += writes


def main() -> None:
    """Runs the traces, and ends the process. The exit code is 0 if all went well, 1 if the charm has
    failed, 2 if it does not start here, or if our own part has failed, and 130 after Ctrl-C.
    """
    request = Request.from_json(json.loads(sys.stdin.buffer.readline()))
    pool = Pool(request.options, request.jobs)
    run = _Run(request, pool)
    end = threading.Lock()
    threading.Thread(target=_end_with_command, args=(request, pool, end), daemon=True).start()
    signal.signal(signal.SIGINT, run.interrupt)
    signal.signal(signal.SIGTERM, lambda number, _: _end_at_once(pool, 128 + number))
    # From now on the command may hand Ctrl-C on.
    print("ready", flush=True)
    try:
        try:
            code = run.whole()
        except (OSError, BadTrace) as error:
            code = run.fail(str(error), "see that the file is there, and is what it should be")
    finally:
        # If the command has ended first, this is never had, and what fails for that is no news.
        end.acquire()
    pool.close()
    sys.stdout.flush()
    sys.stderr.flush()
    Path(request.report).write_text(run.report, encoding="utf-8", errors="backslashreplace")
    Path(request.exit).write_text(str(code), encoding="ascii")
    # A thread that waits for the command is not waited for.
    os._exit(code)


def _end_with_command(request: Request, pool: Pool, end: threading.Lock) -> None:
    """Waits for the command to end, which takes the run with it; `end` is for who ends it first."""
    while sys.stdin.buffer.read(4096):
        pass
    end.acquire()
    pool.close()
    shutil.rmtree(request.options.work, ignore_errors=True)
    os._exit(2)


def _end_at_once(pool: Pool, code: int) -> None:
    pool.stop()
    os._exit(code)


class _Run:
    """A run of all traces, and what comes of it."""

    def __init__(self, request: Request, pool: Pool) -> None:
        self._request, self._pool = request, pool
        self._result = Result()
        self._progress = _Progress(request)
        self.report = ""

    def interrupt(self, *_: object) -> None:
        """Runs no more; what was found so far is told."""
        self._result.is_interrupted = True
        self._pool.stop()

    def whole(self) -> int:
        """Runs all; the exit code."""
        request, result, pool = self._request, self._result, self._pool
        traces = read_traces(Path(request.traces))
        known = _groups.read_known(Path(request.known)) if request.known else []
        result.wanted = len(traces)
        try:
            why = self._smoke(traces)
            if why is not None:
                raise DoesNotStart(why)
            result.left_out = pool.about.get("left_out", ())
            result.refused(*pool.about.get("at_import", (0, 0, 0)))
            found = self._run_all(traces)
        except Missing as error:
            return self.fail(
                str(error),
                "run the command in the charm's environment, or name its Python by --python; "
                "`pip install 'ops[testing]>=2.23'` adds what is missing",
            )
        except DoesNotStart as error:
            lines = shown(str(error)).rstrip().splitlines()
            message = "the charm does not start in this environment:\n  " + "\n  ".join(
                lines[-30:]
            )
            return self.fail(message, _DOES_NOT_START)
        except Stopped:
            result.is_interrupted = True
            found = []
        for group in found:
            group.is_known = group.group.key in known
        self._shrink_all(found)
        if request.save:
            _save(Path(request.save), found)
        if request.write_known:
            keys = {*known, *(group.group.key for group in found if not _is_ours(group))}
            _groups.write_known(Path(request.write_known), keys)
        if request.emit:
            self._emit(found)
        summary = _summary.Summary(request, result, found, known)
        telling = {"json": summary.as_json, "junit": summary.as_junit}
        self.report = telling.get(request.format, summary.as_text)()
        if any(_is_ours(group) for group in found):
            return 2
        if result.is_interrupted:
            return 130
        return 1 if any(not group.is_known for group in found) else 0

    def fail(self, message: str, help_: str) -> int:
        """Tells why there is no result; the exit code."""
        print(f"error: {message}\nhelp: {help_}", file=sys.stderr)
        self.report = _summary.error_report(self._request.format, message)
        return 2

    def _smoke(self, traces: Sequence[Trace]) -> str | None:
        """Why the charm does not start in this environment, if it does not.

        The first two events of the shortest life must be dispatched: a charm that fails there fails
        in every life.
        """
        if not traces:
            return None
        life = self._pool.run(min(traces, key=lambda trace: len(trace.items))).result()
        dispatched = [step for step in life.steps if step.outcome.value != "skipped"]
        # Of one whose process has ended nothing is known.
        if life.failure is None or len(dispatched) != 1 or life.outcome.is_ours:
            return None
        return life.failure.traceback

    def _run_all(self, traces: Sequence[Trace]) -> list[Found]:
        result = self._result
        failed: dict[int, Life] = {}
        ran: dict[int, Life] = {}
        first = range(min(_FIRST, len(traces)))
        began = time.perf_counter()
        for place, life in self._lives(traces, began):
            ran[place] = life
            if life.failure is not None:
                failed[place] = life
            result.outcomes.update(step.outcome.value for step in life.steps)
            result.charm_seconds += life.charm_seconds
            result.refused(life.connections, life.programs, life.writes)
            groups = {life.failure.group for life in failed.values() if life.failure is not None}
            self._progress.show(f"{len(ran)} of {len(traces)} traces, {len(groups)} failures")
            # Where none of the first gets through, the others need not be waited for.
            if place in first and len(failed) == len(ran) and all(one in ran for one in first):
                self._check_setup([ran[one] for one in first])
        self._progress.clear()
        self._check_setup(list(ran.values()))
        result.seconds = time.perf_counter() - began
        result.run = [traces[place] for place in sorted(ran)]
        found: dict[Any, Found] = {}
        for _, life in sorted(failed.items()):
            assert life.failure is not None
            group = life.failure.group
            found.setdefault(group, Found(group)).lives.append(life)
        return list(found.values())

    def _check_setup(self, lives: Sequence[Life]) -> None:
        why = failing_setup(lives)
        if why is not None:
            self._progress.clear()
            raise DoesNotStart(why)

    def _lives(self, traces: Sequence[Trace], began: float) -> Iterator[tuple[int, Life]]:
        """Lives as they end, each with the place of its trace. The first ones are begun first."""
        request = self._request
        running: dict[Future[Life], int] = {}
        begun = 0
        while True:
            is_over = request.seconds is not None and time.perf_counter() - began > request.seconds
            may_begin = not is_over and not self._result.is_interrupted
            while may_begin and begun < len(traces) and len(running) < request.jobs:
                running[self._pool.run(traces[begun])] = begun
                begun += 1
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=running.__getitem__):
                place = running.pop(future)
                try:
                    yield place, future.result()
                except Stopped:
                    self._result.is_interrupted = True

    def _shrink_all(self, found: Sequence[Found]) -> None:
        for group in found:
            group.shrunk = Shrunk(group.lives[0], note="known" if group.is_known else "not shrunk")
        wanted = [group for group in found if not group.is_known and not _is_ours(group)]
        if not self._request.shrinks or self._result.is_interrupted or not wanted:
            return

        def smaller(group: Found) -> Shrunk:
            grammar = self._request.grammar
            return shrink(lambda trace: self._pool.run(trace).result(), group.lives[0], grammar)

        self._progress.say(f"shrinking {len(wanted)} failures")
        with ThreadPoolExecutor(self._request.jobs) as threads:
            smallest = threads.map(smaller, wanted)
            for done, (group, shrunk) in enumerate(zip(wanted, smallest, strict=True), 1):
                group.shrunk = shrunk
                self._progress.say(f"{done} of {len(wanted)} failures shrunk")
        self._progress.clear()

    def _emit(self, found: Sequence[Found]) -> None:
        request = self._request
        new = [group for group in found if not group.is_known and not _is_ours(group)]
        lives = [group.shrunk.life for group in new if group.shrunk is not None]
        if lives and request.emit:
            text = test_file(lives, self._pool.about["ready"])
            Path(request.emit).write_text(text, encoding="utf-8", errors="backslashreplace")
        elif not request.is_quiet:
            print(
                f"note: nothing new has failed, so `{request.emit}` is not written",
                file=sys.stderr,
            )


def _is_ours(group: Found) -> bool:
    return group.lives[0].outcome.is_ours


def _save(directory: Path, found: Sequence[Found]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for group in found:
        assert group.shrunk is not None
        path = directory / f"{group.name}.jsonl"
        path.write_text(group.shrunk.life.trace.line() + "\n", encoding="utf-8")


_FIRST = 10
"""The number of traces after which the run stops if every one has failed in setup."""

_DOES_NOT_START = (
    "this is about what the charm needs around it, not about the order of events. If its unit "
    "tests pass with this Python, use what they patch: `charmgrammar init --charm DIR --pytest` "
    "writes a test, and a fixture of theirs becomes its charm by `def lifecycle_charm(their_fixture): "
    "return their_fixture`"
)


class _Progress:
    """A line on a terminal that says how far the work is."""

    def __init__(self, request: Request) -> None:
        self._stream = sys.stderr
        self._is_shown = sys.stderr.isatty() and not request.is_quiet
        self._next = 0.0

    def show(self, text: str) -> None:
        """Says it unless something was said a moment ago."""
        if self._is_shown and time.perf_counter() >= self._next:
            self._next = time.perf_counter() + 0.1
            self.say(text)

    def say(self, text: str) -> None:
        if self._is_shown:
            self._stream.write(f"\r\x1b[K{text}")
            self._stream.flush()

    def clear(self) -> None:
        self.say("")
