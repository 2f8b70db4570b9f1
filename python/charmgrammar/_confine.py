"""Confines this process for good, with what the kernel of Linux has for that.

Landlock (landlock(7)) refuses to write outside of some directories, to look into other processes and
to signal them. Seccomp filters (seccomp(2)) refuse system calls; `charmgrammar` has compiled them and
hands them over. They are set here and not before Python is started, so that no program can be started
any more, Python included. None of this can be undone, by a charm neither.

Elsewhere, and on kernels without it, each function says that it has done nothing.
"""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

_IS_LINUX = sys.platform == "linux"

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_SECCOMP_MODE_FILTER = 2

# Numbers of system calls that are the same on all architectures, and rights by the version of the
# interface that knows them first.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_WRITES = (
    (1, 0b1_1111_1111_0010),  # WRITE_FILE, REMOVE_DIR, REMOVE_FILE, MAKE_*
    (2, 1 << 13),  # REFER
    (3, 1 << 14),  # TRUNCATE
    (5, 1 << 15),  # IOCTL_DEV
)
_OF_FILES = (1 << 1) | (1 << 14) | (1 << 15)
_CONNECT_TCP = (4, 0b10)
_SCOPED = (6, 0b11)  # Abstract UNIX sockets, and signals.

_CAPABILITIES = 0b1111_1011
"""CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_KILL, CAP_SETGID, CAP_SETUID."""

DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
"""Files that may be written everywhere."""


def end_with_parent() -> None:
    """Lets this process be killed when the thread that has started it ends."""
    if (libc := c_library()) is not None and _IS_LINUX:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def limit_memory(mebibytes: int) -> None:
    """Bounds the memory that this process and those that it forks may each have beyond what it has
    now, and what they write to one file. They leave no images of themselves when they crash.
    """
    try:
        import resource
    except ImportError:
        return
    size = mebibytes << 20
    limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, size)]
    limits.append((resource.RLIMIT_AS, _mapped_pages() * resource.getpagesize() + size))
    for which, limit in limits:
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(which, (limit, limit))


def _mapped_pages() -> int:
    """The pages of the address space that are mapped; 0 where the system does not say."""
    with contextlib.suppress(OSError, ValueError):
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return 0


def drop_privileges() -> None:
    """Takes from an administrator what goes beyond owners and modes of files, and other users."""
    libc = c_library()
    if not _IS_LINUX or not hasattr(libc, "capset"):
        return
    import ctypes

    # Version 3 of the interface: two times effective, permitted and inheritable ones.
    header, held = struct.pack("=Ii", 0x2008_0522, 0), ctypes.create_string_buffer(24)
    if libc.capget(header, held) != 0:
        return
    effective, permitted, *_ = struct.unpack("=6I", held.raw)
    kept = struct.pack("=6I", effective & _CAPABILITIES, permitted & _CAPABILITIES, 0, 0, 0, 0)
    libc.capset(header, kept)


def confine_writes(directories: Iterable[Path]) -> bool:
    """Refuses to change files outside of some directories. Whether the kernel does so."""
    libc = c_library()
    if libc is None or not _IS_LINUX:
        return False
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False

    def known(*rights: tuple[int, int]) -> int:
        return sum(right for since, right in rights if since <= version)

    writes = known(*_WRITES)
    attributes = struct.pack("QQQ", writes, known(_CONNECT_TCP), known(_SCOPED))
    # Older kernels know only the first fields.
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = libc.syscall(_CREATE_RULESET, attributes, size, 0)
    if rules < 0:
        return False
    try:
        for path in [*map(str, directories), *DEVICES]:
            rights = writes if Path(path).is_dir() else writes & _OF_FILES
            with contextlib.suppress(OSError):
                place = os.open(path, os.O_PATH | os.O_CLOEXEC)
                rule = struct.pack("=Qi", rights, place)
                libc.syscall(_ADD_RULE, rules, 1, rule, 0)
                os.close(place)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            return False
        return bool(libc.syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def refuse_calls(filters: Sequence[bytes]) -> bool:
    """Refuses the system calls that these filters name. Whether the kernel does so."""
    libc = c_library()
    if libc is None or not _IS_LINUX or not filters:
        return False
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    for program in filters:
        # `struct sock_fprog`: how many instructions of 8 bytes, and where they are.
        header = struct.pack("HP", len(program) // 8, _address(program))
        if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) != 0:
            return False
    return True


def c_library() -> Any:
    """The C library of this process; `None` where there is none to call."""
    try:
        import ctypes

        return ctypes.CDLL(None, use_errno=True)
    except (ImportError, OSError, TypeError):
        return None


def _address(data: bytes) -> int:
    import ctypes

    return ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0
