"""Processes that run traces on a charm, as seen from the process that reports.

No code of the charm runs in this process, so nothing that a charm does can end it, hold it up or
speak in its name. It watches the clock, starts a worker again that has died, and ends all of them.
"""

from __future__ import annotations

import contextlib
import fnmatch
import json
import os
import secrets
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._failure import Failure
from ._life import Life, Outcome, Step, Stopped
from ._trace import Trace
from ._worker import Setup, encoded

_COPYING = 600.0
"""How many seconds the charm's directory may take to be copied."""
_TIDYING = 60.0
"""How many seconds anything between two events may take that is not the charm's."""
_LONGEST = 256 << 20
"""How many bytes an answer may have."""

_KEPT = (
    "PATH",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TZ",
    "TERM",
    "USER",
    "LOGNAME",
    "SHELL",
    "PYTHON*",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "LD_LIBRARY_PATH",
    "DYLD_*",
    "SYSTEMROOT",
    "CI",
)
"""The environment variables that a charm has, as patterns. All others may be secrets."""


class DoesNotStart(Exception):  # noqa: N818
    """The charm can't be imported, or not here; the text says why."""


class Missing(Exception):  # noqa: N818
    """The environment has not what a charm is run by."""


@dataclass(frozen=True)
class Options:
    """How a charm is run."""

    charm: str
    """The charm's directory."""
    work: str
    """A directory for what workers write."""
    package: str
    """The directory that has this package."""
    upgrade_from: str | None = None
    event_seconds: float = 10.0
    memory: int = 2048
    python_path: Sequence[str] = ()
    """Directories that the charm's environment names for modules."""
    kept_environment: Sequence[str] = ()
    """Patterns of variables that are handed on beyond the ordinary ones."""
    writable: Sequence[str] = ()
    filters: Sequence[str] = ()
    trace_filters: Sequence[str] = ()
    emits: bool = False


class Pool:
    """Runs traces side by side, each on a worker that runs one at a time."""

    def __init__(self, options: Options, jobs: int) -> None:
        """Starts nothing yet."""
        self._options = options
        # A worker ends with the thread that has started it, so threads live as long as the pool.
        self._threads = ThreadPoolExecutor(jobs)
        self._own = threading.local()
        self._workers: list[_Worker] = []
        self._lock = threading.Lock()
        self._is_stopped = threading.Event()

    def run(self, trace: Trace) -> Future[Life]:
        """The life of a trace, in the future.

        It raises `DoesNotStart`, `Missing`, or `Stopped`.
        """
        return self._threads.submit(self._run, trace)

    def _run(self, trace: Trace) -> Life:
        if self._is_stopped.is_set():
            raise Stopped
        worker: _Worker | None = getattr(self._own, "worker", None)
        if worker is None:
            with self._lock:
                number = len(self._workers)
                worker = self._own.worker = _Worker(self._options, number, self._is_stopped)
                self._workers.append(worker)
        return worker.run(trace)

    @property
    def about(self) -> Mapping[str, Any]:
        """What the first worker that started has said of the charm."""
        return next((worker.about for worker in self._workers if worker.about), {})

    def stop(self) -> None:
        """Kills all workers; whatever waits for a trace has `Stopped`."""
        self._is_stopped.set()
        for worker in self._workers:
            worker.kill()

    def close(self) -> None:
        """Ends all workers, and waits for that."""
        self.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.end()


class _Worker:
    """A worker, which is started when it is needed."""

    def __init__(self, options: Options, number: int, is_stopped: threading.Event) -> None:
        self._options, self._is_stopped = options, is_stopped
        self._place = Path(options.work) / f"worker-{number}"
        self._place.mkdir()
        self._log = self._place / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: _Answers | None = None
        self._starts = 0
        self.about: Mapping[str, Any] = {}

    def run(self, trace: Trace) -> Life:
        if self._process is None:
            self._start()
        request = json.dumps(trace.raw).encode() + b"\n"
        try:
            assert self._process is not None
            assert self._process.stdin is not None
            self._process.stdin.write(request)
            self._process.stdin.flush()
        except OSError:
            return self._died(trace, None, self._lost(), self._printed())
        return self._follow(trace)

    def _follow(self, trace: Trace) -> Life:
        """What a worker tells of a trace that it runs."""
        assert self._answers is not None
        options = self._options
        life: Life | None = None
        event = why = process = None
        seconds = _TIDYING
        while True:
            try:
                answer = self._answers.next(seconds)
            except TimeoutError:
                if why is not None or process is None:
                    self.end()
                    return self._died(
                        trace, event, why or "the process of the charm has not ended"
                    )
                # It did not hear the alarm, or what is beside it hangs.
                allowed = f"{options.event_seconds:g} seconds"
                why = f"it took more than {allowed}, and did not end when told to"
                _kill(process)
                seconds = _TIDYING
                continue
            if answer is None:
                return self._died(trace, event, why or self._lost(), self._printed())
            if "begun" in answer:
                process = int(answer["begun"])
            elif "event" in answer:
                event = int(answer["event"])
                seconds = options.event_seconds + _grace(options.event_seconds)
            elif "life" in answer:
                life = Life.from_json(answer["life"], trace)
                seconds = _TIDYING
            elif "ours" in answer:
                life = _of_ours(trace, event, answer["ours"])
            elif "ended" in answer:
                if life is not None:
                    return life
                status = os.waitstatus_to_exitcode(int(answer["ended"]))
                how = f"the process of the charm has ended with {_status(status)}"
                return self._died(trace, event, why or how)

    def _start(self) -> None:
        options = self._options
        self._starts += 1
        place = self._place / str(self._starts)
        place.mkdir()
        ours, theirs = os.pipe()
        setup = Setup(
            word=secrets.token_hex(8),
            answers=theirs,
            place=str(place),
            charm=options.charm,
            upgrade_from=options.upgrade_from,
            event_seconds=options.event_seconds,
            import_seconds=max(30.0, options.event_seconds),
            memory=options.memory,
            writable=list(options.writable),
            filters=list(options.filters),
            trace_filters=list(options.trace_filters),
            emits=options.emits,
        )
        code = (
            "import sys; sys.path[0] = sys.argv.pop(); "
            "from charmgrammar._worker import main; main()"
        )
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code, options.package],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[theirs],
                env=_environment(options, place),
                cwd=place,
                start_new_session=True,
            )
        os.close(theirs)
        self._answers = _Answers(ours, setup.word)
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.write(encoded(setup).encode() + b"\n")
            self._process.stdin.flush()
        if self._is_stopped.is_set():
            self.end()
            raise Stopped
        self._await_start(setup.import_seconds)

    def _await_start(self, import_seconds: float) -> None:
        assert self._answers is not None
        seconds = _COPYING
        while True:
            try:
                answer = self._answers.next(seconds)
            except TimeoutError:
                self.end()
                raise DoesNotStart(
                    f"importing it took more than {seconds:g} seconds, and did not end when told to"
                ) from None
            if answer is None:
                how = self._lost()
                if self._is_stopped.is_set():
                    raise Stopped
                text, printed = f"{how} while it was imported", self._printed()
                raise DoesNotStart(f"{text}; it printed:\n{printed}" if printed else text)
            if "copied" in answer:
                seconds = import_seconds + _grace(import_seconds)
            elif "uncopied" in answer:
                self.end()
                raise OSError(answer["uncopied"])
            elif "missing" in answer:
                self.end()
                raise Missing(answer["missing"])
            elif "fails" in answer:
                self.end()
                raise DoesNotStart(answer["fails"])
            elif "ready" in answer:
                self.about = answer
                return

    def _lost(self) -> str:
        """How the worker has ended, which it should not have."""
        process = self._process
        assert process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            # Its answers have ended, so it is about to.
            process.wait(5)
        self.end()
        return f"the process of the charm has ended with {_status(process.returncode)}"

    def _printed(self) -> str:
        """The end of what the worker has printed, which is what the charm printed at import, and what
        Python says of an error that ends it.
        """
        return self._log.read_bytes()[-4_000:].decode("utf-8", "backslashreplace").strip()

    def _died(self, trace: Trace, index: int | None, why: str, printed: str = "") -> Life:
        """A life whose process has told no result: the charm has ended it, or the system has."""
        if self._is_stopped.is_set():
            raise Stopped
        event = next((event for event in trace.events if event.index == index), None)
        name, step = ("", 0) if event is None else (str(event), event.index)
        return Life(
            trace, failure=Failure("ProcessDied", why, None, printed, event=name, step=step)
        )

    def kill(self) -> None:
        """Kills its process; whoever waits for an answer sees that. Any thread may call this."""
        process = self._process
        if process is not None and process.returncode is None:
            _kill(process.pid)

    def end(self) -> None:
        """Ends its process with all that it has started."""
        process = self._process
        if process is None:
            return
        _kill(process.pid)
        process.wait()
        for stream in (process.stdin, self._answers):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        self._process = None


class _Answers:
    """The lines that a worker has answered with."""

    def __init__(self, descriptor: int, word: str) -> None:
        self._descriptor, self._start = descriptor, word.encode() + b" "
        self._buffer = b""
        self._lines: list[bytes] = []

    def next(self, seconds: float) -> dict[str, Any] | None:
        """The next answer; `None` if there is none any more.

        Raises:
            TimeoutError: it did not come within these seconds.
        """
        end = time.monotonic() + seconds
        while True:
            while self._lines:
                line = self._lines.pop(0)
                # Anything else was written by the charm.
                if line.startswith(self._start):
                    with contextlib.suppress(ValueError):
                        return dict(json.loads(line[len(self._start) :]))
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._descriptor], [], [], left)[0]:
                raise TimeoutError
            data = os.read(self._descriptor, 1 << 16)
            if not data:
                return None
            *lines, self._buffer = (self._buffer + data).split(b"\n")
            self._lines += lines
            if len(self._buffer) > _LONGEST:
                self._buffer = b""

    def close(self) -> None:
        os.close(self._descriptor)


def _of_ours(trace: Trace, index: int | None, text: str) -> Life:
    """A life that our own part has ended."""
    event = next(event for event in trace.events if index in (None, event.index))
    failure = Failure("DriverError", text.rpartition("\n")[2], None, text, event=str(event))
    return Life(trace, [Step(event, Outcome.DRIVER_ERROR)], failure)


def _grace(seconds: float) -> float:
    """How long after its time something is ended from outside: it should have ended itself."""
    return min(5.0, max(1.0, seconds))


def _environment(options: Options, place: Path) -> dict[str, str]:
    patterns = (*_KEPT, *options.kept_environment)
    env = {
        name: value
        for name, value in os.environ.items()
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    }
    # Where Python finds what the user has installed depends on the home that it had.
    if "PYTHONUSERBASE" not in env:
        import site

        env["PYTHONUSERBASE"] = site.getuserbase()
    env.pop("PYTHONSTARTUP", None)
    env["PYTHONPATH"] = os.pathsep.join(options.python_path)
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    home, temporary = str(place / "home"), str(place / "tmp")
    return {**env, "HOME": home, "TMPDIR": temporary, "PWD": str(place)}


def _kill(process: int) -> None:
    """Kills a process with its group."""
    with contextlib.suppress(OSError):
        os.killpg(process, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.kill(process, signal.SIGKILL)


def _status(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"
