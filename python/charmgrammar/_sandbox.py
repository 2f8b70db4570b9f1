"""Keeps a charm from the machine that it is tested on, and from taking forever.

What a test's own fixtures have patched stays patched: only what is still the original is replaced.
"""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

_SLEEP, _TIME, _MONOTONIC = time.sleep, time.time, time.monotonic
_POPEN, _SYSTEM, _LOOK_UP = subprocess.Popen, os.system, socket.getaddrinfo

_PATIENCE = 10
"""How many times longer than of the processor an event may take of the wall clock."""


class EventTimeout(BaseException):
    """An event took too long. Charms catch `Exception` broadly, so this is none."""


class Sandbox:
    """While it is entered, nothing is reached over a network, no program is started, and sleeping
    takes no time but for the clock.
    """

    def __init__(self, seconds: float) -> None:
        """`seconds` is what an event may take of the processor; of the wall clock it may take
        ten times as long, since a busy machine is no fault of the charm.
        """
        self.seconds = seconds
        self.n_connections = 0
        """How often the network was tried since it was entered."""
        self.n_programs = 0
        """How often a program would have been started since then."""
        self._slept = 0.0
        self._patches = ExitStack()

    def __enter__(self) -> Sandbox:
        self.n_connections = self.n_programs = 0
        self._patches = ExitStack()
        self._replace(time, "sleep", _SLEEP, self._sleep)
        self._replace(time, "time", _TIME, lambda: _TIME() + self._slept)
        self._replace(time, "monotonic", _MONOTONIC, lambda: _MONOTONIC() + self._slept)
        self._replace(subprocess, "Popen", _POPEN, self._started(subprocess.Popen))
        self._replace(os, "system", _SYSTEM, self._system)
        self._replace(socket, "getaddrinfo", _LOOK_UP, self._look_up)
        if "connect" not in vars(socket.socket):
            connect = _refusal(self)
            socket.socket.connect = connect  # type: ignore[method-assign, assignment]
            self._patches.callback(delattr, socket.socket, "connect")
        return self

    def __exit__(self, *_: object) -> None:
        self._patches.close()

    @contextmanager
    def event(self) -> Iterator[None]:
        """Raises `EventTimeout` inside when it takes too long; without effect outside of the main
        thread, and where the system has no alarm.
        """
        if threading.current_thread() is not threading.main_thread() or os.name != "posix":
            yield
            return

        def ring(*_: object) -> None:
            left = self.seconds - (time.process_time() - worked)
            if left > 0 and _MONOTONIC() - began < _PATIENCE * self.seconds:
                signal.setitimer(signal.ITIMER_REAL, max(left, 0.01))
                return
            raise EventTimeout(f"it took more than {self.seconds:g} seconds")

        began, worked = _MONOTONIC(), time.process_time()
        handler = signal.signal(signal.SIGALRM, ring)
        left, interval = signal.setitimer(signal.ITIMER_REAL, self.seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, handler)
            if left:
                # Somebody else's alarm goes on.
                left = max(left - (_MONOTONIC() - began), 0.001)
                signal.setitimer(signal.ITIMER_REAL, left, interval)

    def _replace(self, owner: Any, name: str, original: Any, replacement: Any) -> None:
        if getattr(owner, name) is original:
            setattr(owner, name, replacement)
            self._patches.callback(setattr, owner, name, original)

    def _sleep(self, seconds: float) -> None:
        self._slept += max(float(seconds), 0.0)

    def _system(self, _: object) -> int:
        self.n_programs += 1
        return 0

    def _look_up(self, *_: object, **__: object) -> list[Any]:
        self.n_connections += 1
        raise socket.gaierror(socket.EAI_NONAME, "there is no network in a test of lives")

    def _started(self, original: type) -> type:
        sandbox = self

        class NoProgram(_NoProgram):
            def __init__(self, *arguments: Any, **options: Any) -> None:
                sandbox.n_programs += 1
                super().__init__(*arguments, **options)

        NoProgram.__name__ = original.__name__
        return NoProgram


def _refusal(sandbox: Sandbox) -> Callable[[socket.socket, Any], None]:
    def connect(self: socket.socket, address: Any) -> None:
        sandbox.n_connections += 1
        raise ConnectionRefusedError(111, "there is no network in a test of lives")

    return connect


class _NoProgram:
    """A program that ends at once, successfully, and says nothing."""

    def __init__(self, args: Any = (), *_: Any, **options: Any) -> None:
        self.args = args
        self.pid = 0
        self.returncode = 0
        is_text = any(
            options.get(name) for name in ("text", "universal_newlines", "encoding", "errors")
        )
        self._nothing: Any = "" if is_text else b""
        self.stdin, self.stdout, self.stderr = (
            (io.StringIO() if is_text else io.BytesIO())
            if options.get(name) == subprocess.PIPE
            else None
            for name in ("stdin", "stdout", "stderr")
        )

    def __class_getitem__(cls, _: object) -> type:
        return cls

    def __enter__(self) -> _NoProgram:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def communicate(self, *_: Any, **__: Any) -> tuple[Any, Any]:
        return tuple(  # type: ignore[return-value]
            None if stream is None else self._nothing for stream in (self.stdout, self.stderr)
        )

    def wait(self, *_: Any, **__: Any) -> int:
        return 0

    def poll(self) -> int:
        return 0

    def send_signal(self, _: int) -> None:
        pass

    def terminate(self) -> None:
        pass

    def kill(self) -> None:
        pass
