"""What went wrong in a life, and when two failures are the same."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

# A charm may have put something else in its place.
_FORMAT = traceback.format_exception

_MESSAGE, _TRACEBACK = 4_000, 40_000
"""How many characters are kept of a message and of a traceback."""

_FOREIGN = {".venv", "venv", ".tox", "site-packages", "dist-packages", ".nox", "node_modules"}


@dataclass(frozen=True)
class Frame:
    """A line of the charm that was running."""

    file: str
    """Relative to the charm's directory."""
    line: int
    function: str
    text: str
    """The line's source, without white space around it."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line} in {self.function}"


@dataclass(frozen=True)
class Group:
    """Failures that are taken for the same: of one type, from one line of the charm."""

    exception: str
    file: str
    function: str
    text: str

    @property
    def key(self) -> str:
        """The group in one line. It has no line numbers, so edits elsewhere don't change it."""
        place = f" in {self.file} {self.function}" if self.file else ""
        key = f"{self.exception}{place}: {self.text}"
        return key if key.isprintable() else key.encode("unicode_escape").decode("ascii")


@dataclass(frozen=True)
class Failure:
    """Why a life failed."""

    exception: str
    """The type of the exception, with its module if it is no built-in one."""
    message: str
    frame: Frame | None
    """The deepest one of the charm; none if no code of the charm was running."""
    traceback: str = field(compare=False)
    """From the first frame of the charm on."""
    event: str = ""
    """The event that was dispatched, or empty at the end of a life."""
    step: int = 0
    """The number of that event, from 1; 0 at the end of a life."""
    status: str = ""
    """The unit's status before it."""
    is_of_input: bool = False
    """Whether config values or action parameters that were drawn were in effect."""

    @property
    def group(self) -> Group:
        """To which failures it belongs."""
        frame = self.frame
        if frame is None:
            return Group(self.exception, "", "", self.message.partition("\n")[0][:200])
        return Group(self.exception, frame.file, frame.function, frame.text)

    @classmethod
    def of(
        cls,
        error: BaseException,
        root: Path | None,
        source: Path | None = None,
        **details: object,
    ) -> Failure:
        """Describes an exception of a charm whose files lie in `root`, and as their author has
        them in `source`. Whatever the exception's text does, this raises nothing.
        """
        kind = type(error)
        name = kind.__qualname__
        if kind.__module__ not in ("builtins", "__main__"):
            name = f"{kind.__module__}.{name}"
        shown = "".join(_FORMAT(kind, error, _from_charm(error.__traceback__, root)))
        frame = _deepest(error.__traceback__, root, source or root)
        shown = kept(shown, _TRACEBACK)
        return cls(name, text_of(error), frame, shown, **details)  # type: ignore[arg-type]

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Failure:
        """A failure from its fields."""
        frame = raw["frame"]
        return cls(**{**raw, "frame": None if frame is None else Frame(**frame)})


def text_of(value: object) -> str:
    """The text of an exception, or of another object of a charm, as far as it gives one."""
    try:
        text = str(value)
    except BaseException as error:
        text = f"<its text can't be had: {type(error).__name__}>"
    return kept(text, _MESSAGE)


def kept(text: str, most: int) -> str:
    """The text without what is no character, cut in its middle if it is long."""
    if len(text) > most:
        left = len(text) - most
        text = f"{text[: most // 2]} … {left} more characters … {text[len(text) - most // 2 :]}"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _from_charm(trace: TracebackType | None, root: Path | None) -> TracebackType | None:
    """The traceback from the first frame of the charm on: what calls it is always the same."""
    first = trace
    while first is not None and _of_charm(first.tb_frame.f_code.co_filename, root) is None:
        first = first.tb_next
    return first or trace


def _deepest(trace: TracebackType | None, root: Path | None, source: Path | None) -> Frame | None:
    found = None
    while trace is not None:
        file = _of_charm(trace.tb_frame.f_code.co_filename, root)
        if file is not None:
            line = trace.tb_lineno
            # The copy that has run may have been changed by now.
            path = source / file if source is not None else trace.tb_frame.f_code.co_filename
            text = linecache.getline(str(path), line).strip()
            found = Frame(file, line, trace.tb_frame.f_code.co_name, text)
        trace = trace.tb_next
    return found


def _of_charm(file: str, root: Path | None) -> str | None:
    """The file relative to the charm, if it is the charm's: not the environment's, not ours."""
    path = Path(file)
    if not path.is_absolute() or path.is_relative_to(Path(__file__).parent):
        return None
    if root is not None:
        for base in (root, root.resolve()):
            if path.is_relative_to(base):
                relative = path.relative_to(base)
                return None if _FOREIGN & set(relative.parts) else relative.as_posix()
        return None
    is_foreign = _FOREIGN & set(path.parts) or "lib/python" in path.as_posix()
    return None if is_foreign else path.name
