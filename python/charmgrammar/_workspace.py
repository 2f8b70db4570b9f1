"""A copy of a charm's directory for traces to run in, made whole again after each of them.

Real directories and real files: whatever a charm writes, renames, truncates or deletes, the
developer's own files stay as they are. A copy is made once. After a trace only what the kernel has
reported as changed (inotify, see inotify(7)) is copied again, so a large directory costs a trace
nothing. Where there is no inotify, the whole copy is made again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ._confine import c_library

_EVERYWHERE = {
    ".git",
    ".hg",
    ".hypothesis",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    "__pycache__",
    "node_modules",
}
"""Names of directories that are left out wherever they are."""

_AT_THE_TOP = {"build", "dist", "htmlcov", "parts", "prime", "stage", "venv"}
"""Names of directories that builds leave in a charm's directory."""

_METADATA = {"metadata.yaml", "config.yaml", "actions.yaml"}
"""Files at the top that `ops.testing` writes itself for each event."""

_FOREIGN_ENTRIES = 10_000
"""How many files a directory may have that a link leads to out of the charm."""


class Workspace:
    """A copy of a charm's directory."""

    def __init__(self, source: Path, directory: Path) -> None:
        """Copies `source` to `directory`, which must not be there yet.

        Links that lead out of the charm become copies of what they lead to, if that is not too
        much. Left out are version control, virtual environments, caches, what builds make, and what
        is no file, directory or link.

        Raises:
            OSError: a file cannot be copied.
        """
        self.source, self.directory = source.resolve(), directory
        self.left_out: list[str] = []
        """Links that are not in the copy, since they lead to more than it takes from elsewhere."""
        self._watch: _Watch | None = None
        self._fill()

    def close(self) -> None:
        """Ends the watch and deletes the copy."""
        self.leave()
        remove(self.directory)

    def leave(self) -> None:
        """Ends the watch; the copy stays. A process that has inherited the watch calls this, since
        the events that it read would be lost to the process that restores the copy.
        """
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def restore(self) -> None:
        """Makes the copy what its source was. No process may write to it any more.

        Raises:
            OSError: a file cannot be copied.
        """
        changes = self._watch.changes() if self._watch is not None else None
        if changes is not None and self.directory.is_dir():
            try:
                self._undo(changes)
                return
            except OSError:
                # Nobody knows any more what is there.
                pass
        self.leave()
        remove(self.directory)
        self._fill()

    def _undo(self, changes: set[Path]) -> None:
        restored: set[Path] = set()
        # What holds others comes before them.
        for relative in sorted(changes, key=lambda path: len(path.parts)):
            if any(above in restored for above in relative.parents):
                continue
            if relative == Path():
                shutil.copystat(self.source, self.directory)
                continue
            restored.add(relative)
            remove(self.directory / relative)
            if self._is_copied(relative):
                self._copy(relative)

    def _fill(self) -> None:
        self.directory.mkdir(parents=True)
        self._watch = _Watch.begin()
        self._copy_directory(Path(), self.source)
        if self._watch is not None:
            # Only what comes from now on is a change.
            self._watch.changes()

    def _is_copied(self, relative: Path) -> bool:
        """Whether something of the source has its place here."""
        name = relative.name
        is_at_top = len(relative.parts) == 1
        if name in _EVERYWHERE or (is_at_top and name in _METADATA):
            return False
        path = self.source / relative
        if not os.path.lexists(path):
            return False
        is_directory = path.is_dir()
        if is_directory and (path / "pyvenv.cfg").is_file():
            return False
        return not (is_at_top and is_directory and name in _AT_THE_TOP)

    def _copy(self, relative: Path) -> None:
        """Copies an entry."""
        source, target = self.source / relative, self.directory / relative
        if not source.is_symlink():
            self._copy_entry(relative, source, target)
            return
        leads_to = Path(os.path.realpath(source))
        if leads_to.is_relative_to(self.source):
            target.symlink_to(os.path.relpath(leads_to, (self.source / relative).parent))
        elif not _is_more_than(leads_to, _FOREIGN_ENTRIES):
            self._copy_entry(relative, leads_to, target)
        elif str(relative) not in self.left_out:
            self.left_out.append(str(relative))

    def _copy_entry(self, relative: Path, source: Path, target: Path) -> None:
        try:
            mode = source.stat().st_mode
        except OSError:
            # It has gone, or it may not be looked at: the charm does without it.
            return
        if stat.S_ISDIR(mode):
            target.mkdir()
            self._copy_directory(relative, source)
        elif stat.S_ISREG(mode):
            with contextlib.suppress(PermissionError):
                shutil.copy2(source, target)

    def _copy_directory(self, relative: Path, source: Path) -> None:
        target = self.directory / relative
        # Watched before it is filled, so nothing is missed.
        if self._watch is not None and not self._watch.add(relative, target):
            self.leave()
        try:
            names = sorted(path.name for path in source.iterdir())
        except PermissionError:
            names = []
        for name in names:
            if self._is_copied(relative / name):
                self._copy(relative / name)
        shutil.copystat(source, target)


def _is_more_than(directory: Path, entries: int) -> bool:
    """Whether there are more entries than this below a directory, links in it followed."""
    for _, directories, files in os.walk(directory, followlinks=True):
        entries -= len(directories) + len(files)
        if entries < 0:
            return True
    return False


def remove(path: Path) -> None:
    """Deletes whatever is at a path, also what its modes protect; nothing if nothing is there.

    What cannot be deleted is moved out of the way.
    """
    if not os.path.lexists(path):
        return
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        return
    except (OSError, RecursionError):
        pass
    for directory, _, _ in os.walk(path):
        with contextlib.suppress(OSError):
            Path(directory).chmod(stat.S_IRWXU)
    with contextlib.suppress(OSError, RecursionError):
        shutil.rmtree(path)
        return
    number = 0
    while os.path.lexists(aside := path.with_name(f".removed-{number}")):
        number += 1
    path.rename(aside)


class _Watch:
    """What the kernel reports of changes in some directories."""

    _MASK = (
        0x2  # IN_MODIFY
        | 0x4  # IN_ATTRIB
        | 0x8  # IN_CLOSE_WRITE
        | 0xC0  # IN_MOVED_FROM, IN_MOVED_TO
        | 0x100  # IN_CREATE
        | 0x200  # IN_DELETE
        | 0x0300_0000  # IN_ONLYDIR, IN_DONT_FOLLOW
    )
    _OVERFLOW = 0x4000
    _HEAD = struct.Struct("iIII")

    def __init__(self, libc: Any, descriptor: int) -> None:
        self._libc, self._descriptor = libc, descriptor
        self._watched: dict[int, Path] = {}

    @classmethod
    def begin(cls) -> _Watch | None:
        """A watch of nothing yet; none where the system has none to give."""
        libc = c_library()
        if not hasattr(libc, "inotify_init1"):
            return None
        descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        return cls(libc, descriptor) if descriptor >= 0 else None

    def add(self, relative: Path, directory: Path) -> bool:
        """Watches a directory, too; false if the system's limit is reached."""
        name = os.fsencode(directory)
        number: int = self._libc.inotify_add_watch(self._descriptor, name, self._MASK)
        if number < 0:
            return False
        self._watched[number] = relative
        return True

    def changes(self) -> set[Path] | None:
        """What has changed since this was last asked; `None` if events were lost."""
        changed: set[Path] = set()
        for number, mask, name in self._events():
            if mask & self._OVERFLOW:
                return None
            if (directory := self._watched.get(number)) is not None:
                changed.add(directory / name if name else directory)
        return changed

    def _events(self) -> Iterator[tuple[int, int, str]]:
        while True:
            try:
                data = os.read(self._descriptor, 1 << 16)
            except BlockingIOError:
                return
            while data:
                number, mask, _, size = self._HEAD.unpack_from(data)
                end = self._HEAD.size + size
                yield number, mask, os.fsdecode(data[self._HEAD.size : end].rstrip(b"\0"))
                data = data[end:]

    def close(self) -> None:
        os.close(self._descriptor)
