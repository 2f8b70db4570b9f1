"""Runs calls side by side, each in a process of its own that begins as this one is.

So none of them sees what another has left behind: in modules of the charm, in classes, in caches. What
comes of them does not depend on how many run at a time.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

POSSIBLE = "fork" in multiprocessing.get_all_start_methods()
"""Whether this system can do it; else calls are made one after the other in this process."""


class Died(Exception):  # noqa: N818
    """A process has ended without an answer: the charm has ended it, or the system has."""


class Raised(Exception):  # noqa: N818
    """A call has raised an exception; this one's text is its traceback."""


class Calls(Generic[T, R]):
    """Calls of one function, one for each of some subjects."""

    def __init__(self, call: Callable[[T], R], subjects: Sequence[T], jobs: int) -> None:
        """Begins none yet. `jobs` is how many run at a time."""
        self._call, self._subjects, self._jobs = call, subjects, jobs
        self._running: dict[Connection, tuple[int, BaseProcess]] = {}
        self._next = 0
        self._is_stopped = False

    def stop(self) -> None:
        """Begins no further call."""
        self._is_stopped = True

    def results(self) -> Generator[tuple[int, R | Died], None, None]:
        """The results as they come, each with the place of its subject. The first ones are always
        begun first.

        Whatever still runs when it is left is ended.

        Raises:
            Raised: a call has raised an exception.
        """
        if not POSSIBLE:
            yield from self._one_by_one()
            return
        # What is there already is not looked at again by the children's garbage collection.
        gc.collect()
        gc.freeze()
        try:
            while True:
                while self._can_begin and len(self._running) < self._jobs:
                    self._begin()
                if not self._running:
                    return
                for connection in wait(list(self._running)):
                    assert isinstance(connection, Connection)
                    yield self._end(connection)
        finally:
            for connection, (_, process) in self._running.items():
                process.kill()
                process.join()
                connection.close()
            gc.unfreeze()

    @property
    def _can_begin(self) -> bool:
        return not self._is_stopped and self._next < len(self._subjects)

    def _one_by_one(self) -> Iterator[tuple[int, R]]:
        while self._can_begin:
            place = self._next
            self._next += 1
            yield place, self._call(self._subjects[place])

    def _begin(self) -> None:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.get_context("fork").Process(
            target=_answer, args=(self._call, self._subjects[self._next], theirs)
        )
        process.start()
        theirs.close()
        self._running[ours] = (self._next, process)
        self._next += 1

    def _end(self, connection: Connection) -> tuple[int, R | Died]:
        place, process = self._running[connection]
        result: R | Died
        try:
            result = connection.recv()
        except EOFError:
            process.join()
            result = Died(f"the process of the charm has ended with {_status(process.exitcode)}")
        # Only now: until here it is ended if something is raised.
        del self._running[connection]
        process.join()
        connection.close()
        if isinstance(result, Raised):
            raise result
        return place, result


def _status(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"


def _answer(call: Callable[[Any], Any], subject: Any, connection: Connection) -> None:
    # Ctrl-C reaches all; the parent sees to it.
    signal.signal(signal.SIGINT, lambda *_: None)
    try:
        try:
            result = call(subject)
        except Exception:
            result = Raised(traceback.format_exc().rstrip())
        connection.send(result)
    finally:
        # Threads that the charm has begun are not waited for.
        os._exit(1)
