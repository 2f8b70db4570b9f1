"""The `charmgrammar` command, and the traces that it draws."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from ._trace import Trace

SHOWS = "phases,actions,events,states"
"""What a trace must show to be run."""


class CommandError(Exception):
    """The command said no; its message is the exception's text."""


def find_binary() -> str:
    """The path of the `charmgrammar` command.

    `CHARMGRAMMAR_BIN` wins; else it is the one that was installed with this package, and else the
    one on the path.

    Raises:
        CommandError: there is none.
    """
    if named := os.environ.get("CHARMGRAMMAR_BIN"):
        if not Path(named).is_file():
            raise CommandError(f"CHARMGRAMMAR_BIN names `{named}`, which is no file")
        return named
    name = "charmgrammar" + (".exe" if os.name == "nt" else "")
    for directory in _script_directories():
        if (directory / name).is_file():
            return str(directory / name)
    if found := shutil.which(name):
        return found
    raise CommandError(
        "there is no `charmgrammar` command: install the wheel (`pip install charmgrammar`), "
        "or name the command by CHARMGRAMMAR_BIN"
    )


def _script_directories() -> Iterator[Path]:
    yield Path(sysconfig.get_path("scripts"))
    scheme = sysconfig.get_preferred_scheme("user")
    yield Path(sysconfig.get_path("scripts", scheme=scheme))
    # `pip install --target DIR` puts it into DIR/bin.
    yield Path(__file__).resolve().parents[1] / "bin"
    yield Path(sys.prefix) / "bin"


def run_command(arguments: Sequence[str], directory: Path | None = None) -> str:
    """Standard output of the command.

    Raises:
        CommandError: it failed.
    """
    command = [find_binary(), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=directory, check=False)
    if ran.returncode != 0:
        raise CommandError(ran.stderr.strip() or f"`{' '.join(command)}` failed")
    return ran.stdout


def draw(arguments: Sequence[str], number: int, seed: int) -> list[Trace]:
    """Draws the first traces of a seed; `arguments` name the grammar and its settings.

    Raises:
        CommandError: the grammar has errors, or there is no command.
    """
    drawing = ["-n", str(number), "--seed", str(seed), "--format", "jsonl", "--shows", SHOWS]
    text = run_command(["generate", *arguments, *drawing])
    return [Trace.from_line(line) for line in text.splitlines()]
