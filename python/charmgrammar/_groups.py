"""Failures put together: those of one type from one line of the charm are one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ._failure import Group
from ._life import Life
from ._shrinking import Shrunk

_HEAD = """\
# Failures that are known, one a line, as `charmgrammar run --write-known` writes them: runs with
# `--known` fail only for others. Take a line out when its fault is mended.
"""


@dataclass
class Found:
    """The failures of one group."""

    group: Group
    lives: list[Life] = field(default_factory=list)
    """Those that fail so, in the order in which they were run."""
    shrunk: Shrunk | None = None
    is_known: bool = False

    @property
    def name(self) -> str:
        """A name for a file, the same each time."""
        return file_name(self.group)


def file_name(group: Group) -> str:
    """A name for a file of a failing trace, without an ending."""
    digest = hashlib.sha256(group.key.encode()).hexdigest()[:8]
    return f"{group.exception.rpartition('.')[2]}-{digest}"


def read_known(path: Path) -> list[str]:
    """The keys of groups that are known.

    Raises:
        OSError: the file can't be read.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def write_known(path: Path, keys: Iterable[str]) -> None:
    """Writes the keys of groups.

    Raises:
        OSError: the file can't be written.
    """
    path.write_text(_HEAD + "".join(f"{key}\n" for key in sorted(keys)), encoding="utf-8")
