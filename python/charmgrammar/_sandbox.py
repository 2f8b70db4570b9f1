"""Keeps a charm from the machine that it is tested on, and from taking forever.

Two layers, in any process and on any system. Replacements of the functions that charms call give an
answer that a charm can go on with: a program has ended well, a connection is refused. An audit hook
(PEP 578) refuses whatever else leads there: functions of the operating system, names that were bound
before anything was replaced. What a test's own fixtures have patched stays patched: only what is still
the original is replaced. `charmgrammar run` adds the kernel's own means (`_confine`).
"""

from __future__ import annotations

import errno
import io
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ._confine import DEVICES

try:
    import _posixsubprocess
except ImportError:
    _posixsubprocess = None  # type: ignore[assignment]

_SLEEP, _TIME, _MONOTONIC = time.sleep, time.time, time.monotonic
_POPEN, _SYSTEM, _LOOK_UP = subprocess.Popen, os.system, socket.getaddrinfo
_FORK_EXEC = getattr(_posixsubprocess, "fork_exec", None)
_REALPATH, _READ_LINK, _GETCWD = os.path.realpath, os.readlink, os.getcwd

_NO_NETWORK = "charmgrammar gives a charm no network"
_NO_PROGRAM = "charmgrammar starts no program and no process for a charm"
_NOT_HERE = "charmgrammar lets a charm write to its own directory only"


class EventTimeout(BaseException):
    """An event took too long. Charms catch `Exception` broadly, so this is none."""


class Sandbox:
    """While it is entered, nothing is reached over a network, no program is started, and sleeping
    takes no time but for the clock.
    """

    def __init__(
        self,
        seconds: float,
        *,
        writable: Sequence[Path] | None = None,
        protected: Sequence[Path] = (),
    ) -> None:
        """`seconds` is what an event may take, by the clock on the wall.

        Files are written only below `writable`, or, if that is `None`, everywhere but below
        `protected`.
        """
        self.seconds = seconds
        self.n_connections = 0
        """How often the network was tried since it was entered."""
        self.n_programs = 0
        """How often a program would have been started since then."""
        self.n_writes = 0
        """How often a file elsewhere would have been written since then."""
        self.is_enforced = False
        """Whether the kernel lets nobody write elsewhere, too."""
        self._writable = None if writable is None else _prefixes([*writable, *map(Path, DEVICES)])
        self._protected = _prefixes(protected)
        self._slept = 0.0
        self._patches = ExitStack()
        self._depth = 0

    def __enter__(self) -> Sandbox:
        self.n_connections = self.n_programs = self.n_writes = 0
        self._depth += 1
        if self._depth > 1:
            return self
        self._patches = ExitStack()
        self._replace(time, "sleep", _SLEEP, self._sleep)
        self._replace(time, "time", _TIME, lambda: _TIME() + self._slept)
        self._replace(time, "monotonic", _MONOTONIC, lambda: _MONOTONIC() + self._slept)
        self._replace(subprocess, "Popen", _POPEN, self._started(subprocess.Popen))
        self._replace(os, "system", _SYSTEM, self._system)
        self._replace(socket, "getaddrinfo", _LOOK_UP, self._look_up)
        if _posixsubprocess is not None:
            # The only way to a program that no audit event tells of.
            self._replace(_posixsubprocess, "fork_exec", _FORK_EXEC, self._fork_exec)
        for name, refusal in self._refusals().items():
            # A test's fixtures may have added their own to the class.
            if name not in vars(socket.socket):
                setattr(socket.socket, name, refusal)
                self._patches.callback(delattr, socket.socket, name)
        _Hook.guard(self)
        self._patches.callback(_Hook.guard, None)
        return self

    @property
    def counts(self) -> tuple[int, int, int]:
        """How often the network, a program and a file elsewhere were refused since it was entered."""
        return self.n_connections, self.n_programs, self.n_writes

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._patches.close()

    @contextmanager
    def event(self, seconds: float | None = None) -> Iterator[None]:
        """Raises `EventTimeout` inside when it takes longer than an event may, or than `seconds`;
        without effect outside of the main thread, and where the system has no alarm.
        """
        if threading.current_thread() is not threading.main_thread() or os.name != "posix":
            yield
            return
        allowed = self.seconds if seconds is None else seconds

        def ring(*_: object) -> None:
            raise EventTimeout(f"it took more than {allowed:g} seconds")

        began = _MONOTONIC()
        handler = signal.signal(signal.SIGALRM, ring)
        # Again and again: a charm may catch all that is raised.
        left, interval = signal.setitimer(signal.ITIMER_REAL, allowed, 1.0)
        try:
            try:
                yield
            finally:
                # An alarm that rings here is the last one.
                signal.setitimer(signal.ITIMER_REAL, 0)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, handler)
            if left:
                # Somebody else's alarm goes on.
                left = max(left - (_MONOTONIC() - began), 0.001)
                signal.setitimer(signal.ITIMER_REAL, left, interval)

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Lets what is ours start a process."""
        _Hook.guard(None)
        try:
            yield
        finally:
            _Hook.guard(self)

    # What the hook asks.

    def refuse_network(self) -> None:
        self.n_connections += 1
        raise ConnectionRefusedError(errno.ECONNREFUSED, _NO_NETWORK)

    def refuse_look_up(self) -> None:
        self.n_connections += 1
        raise socket.gaierror(socket.EAI_NONAME, _NO_NETWORK)

    def refuse_program(self) -> None:
        self.n_programs += 1
        raise PermissionError(errno.EPERM, _NO_PROGRAM)

    def check_write(self, path: Any, directory: Any = -1) -> None:
        """Refuses to change a file that lies elsewhere.

        Raises:
            PermissionError: it does.
        """
        if not self.leaves_to_kernel(path, directory):
            self.check_change(path, directory)

    def leaves_to_kernel(self, path: Any, directory: Any) -> bool:
        """Whether a path leads below the charm's own directory by its text, as most do. Whether a link
        leads out of it again is then seen by the kernel, more quickly than here.
        """
        if not self.is_enforced or directory != -1 or not isinstance(path, str) or ".." in path:
            return False
        name = path if path.startswith("/") else f"{_GETCWD()}/{path}"
        return name.startswith(self._writable or ())

    def check_change(self, path: Any, directory: Any = -1) -> None:
        """Refuses to change the mode, owner or times of what lies elsewhere, which the kernel does
        not.

        Raises:
            PermissionError: it does.
        """
        place = _place(path, directory)
        if place is None:
            return
        if self._writable is not None:
            is_refused = not place.startswith(self._writable)
        else:
            is_refused = place.startswith(self._protected)
        if is_refused:
            self.n_writes += 1
            raise PermissionError(errno.EACCES, _NOT_HERE, place.rstrip("/"))

    # Replacements.

    def _replace(self, owner: Any, name: str, original: Any, replacement: Any) -> None:
        if getattr(owner, name) is original:
            setattr(owner, name, replacement)
            self._patches.callback(setattr, owner, name, original)

    def _sleep(self, seconds: float) -> None:
        # As the original refuses them.
        if math.isnan(seconds):
            raise ValueError("Invalid value NaN (not a number)")
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        if seconds > threading.TIMEOUT_MAX:
            raise OverflowError("timestamp too large to convert to C _PyTime_t")
        self._slept += float(seconds)

    def _system(self, _: object) -> int:
        self.n_programs += 1
        return 0

    def _fork_exec(self, *_: object) -> int:
        self.refuse_program()
        return 0

    def _look_up(self, *_: object, **__: object) -> list[Any]:
        self.refuse_look_up()
        return []

    def _refusals(self) -> dict[str, Callable[..., Any]]:
        """Methods of sockets that reach somebody, and what is in their place."""

        def connect(_: socket.socket, address: Any) -> None:
            self.refuse_network()

        def connect_ex(_: socket.socket, address: Any) -> int:
            self.n_connections += 1
            return errno.ECONNREFUSED

        return {"connect": connect, "connect_ex": connect_ex}

    def _started(self, original: type) -> type:
        sandbox = self

        class NoProgram(_NoProgram):
            def __init__(self, *arguments: Any, **options: Any) -> None:
                sandbox.n_programs += 1
                super().__init__(*arguments, **options)

        NoProgram.__name__ = original.__name__
        return NoProgram


def _prefixes(paths: Sequence[Path]) -> tuple[str, ...]:
    return tuple(_REALPATH(path).rstrip("/") + "/" for path in paths)


def _place(path: Any, directory: Any) -> str | None:
    """Where a path that is about to be changed lies, with a slash after it; `None` if that is
    nothing that has a name: an open file.
    """
    if isinstance(path, int) or path is None:
        return None
    try:
        name = os.fsdecode(path)
        if isinstance(directory, int) and directory >= 0 and not name.startswith("/"):
            name = _READ_LINK(f"/proc/self/fd/{directory}") + "/" + name
        return _REALPATH(name).rstrip("/") + "/"
    except (OSError, TypeError, ValueError):
        # The call itself says what is wrong with it.
        return None


class _Hook:
    """The audit hook. It cannot be taken away, so there is one for all sandboxes."""

    _sandbox: Sandbox | None = None
    _is_set = False

    @classmethod
    def guard(cls, sandbox: Sandbox | None) -> None:
        """Asks this sandbox from now on, or nobody."""
        if not cls._is_set:
            cls._is_set = True
            sys.addaudithook(_hear)
        cls._sandbox = sandbox


_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _opened(sandbox: Sandbox, path: Any, _: Any, flags: Any) -> None:
    if isinstance(flags, int) and flags & _WRITING:
        sandbox.check_write(path)


def _entry(sandbox: Sandbox, path: Any, directory: Any) -> None:
    """An entry of a directory, and not what it may lead to."""
    if sandbox.leaves_to_kernel(path, directory):
        return
    try:
        above, name = os.path.split(os.fsdecode(path))
    except TypeError:
        return
    if (place := _place(above or os.curdir, directory)) is not None:
        sandbox.check_write(place + name)


def _two_entries(sandbox: Sandbox, path: Any, to: Any, directory: Any, of: Any) -> None:
    _entry(sandbox, path, directory)
    _entry(sandbox, to, of)


def _sent(sandbox: Sandbox, _: Any, address: Any) -> None:
    if address is not None:
        sandbox.refuse_network()


def _database(sandbox: Sandbox, name: Any) -> None:
    if name != ":memory:" and not str(name).startswith("file:"):
        sandbox.check_write(name)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    # Python tells of each call of `id`, so nothing is quicker than this for what nobody hears.
    if event in _HEARD and (sandbox := _Hook._sandbox) is not None:
        _HEARD[event](sandbox, *arguments)


_HEARD: dict[str, Callable[..., None]] = {
    "open": _opened,
    "os.chflags": lambda sandbox, path, *_: sandbox.check_change(path),
    "os.chmod": lambda sandbox, path, _, at: sandbox.check_change(path, at),
    "os.chown": lambda sandbox, path, _, __, at: sandbox.check_change(path, at),
    "os.exec": lambda sandbox, *_: sandbox.refuse_program(),
    "os.fork": lambda sandbox: sandbox.refuse_program(),
    "os.forkpty": lambda sandbox: sandbox.refuse_program(),
    # A second name of a file is a way to write to it.
    "os.link": _two_entries,
    "os.mkdir": lambda sandbox, path, _, at: _entry(sandbox, path, at),
    "os.posix_spawn": lambda sandbox, *_: sandbox.refuse_program(),
    "os.remove": _entry,
    "os.removexattr": lambda sandbox, path, *_: sandbox.check_change(path),
    "os.rename": _two_entries,
    "os.rmdir": _entry,
    "os.setxattr": lambda sandbox, path, *_: sandbox.check_change(path),
    "os.symlink": lambda sandbox, _, path, at: _entry(sandbox, path, at),
    "os.system": lambda sandbox, *_: sandbox.refuse_program(),
    "os.truncate": lambda sandbox, path, *_: sandbox.check_write(path),
    "os.utime": lambda sandbox, path, _, __, at: sandbox.check_change(path, at),
    "pty.spawn": lambda sandbox, *_: sandbox.refuse_program(),
    "socket.connect": lambda sandbox, *_: sandbox.refuse_network(),
    "socket.getaddrinfo": lambda sandbox, *_: sandbox.refuse_look_up(),
    "socket.gethostbyaddr": lambda sandbox, *_: sandbox.refuse_look_up(),
    "socket.gethostbyname": lambda sandbox, *_: sandbox.refuse_look_up(),
    "socket.getnameinfo": lambda sandbox, *_: sandbox.refuse_look_up(),
    "socket.sendmsg": _sent,
    "socket.sendto": _sent,
    "sqlite3.connect": _database,
    "subprocess.Popen": lambda sandbox, *_: sandbox.refuse_program(),
}
"""Audit events, with what is done about each."""


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
