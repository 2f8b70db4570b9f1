"""Failures, told to people."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from ._life import Life, Outcome, Step
from ._shrinking import Shrunk

_SHOWN = 40
"""How many lines of a life are shown; those between its beginning and its end are left out."""


def shown(text: str) -> str:
    """Text of a charm as a person may see it, in lines.

    What moves a cursor, changes colors or turns the direction of writing is shown as an escape, and
    so is what a runner of GitHub Actions would take for a command, which need not begin its line.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(_shown_line(line) for line in lines)


def _shown_line(line: str) -> str:
    if not line.isprintable():
        line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
    if line.lstrip().startswith("::"):
        line = line.replace(":", "\\x3a", 1)
    return line.replace("##[", "\\x23#[")


def story(life: Life) -> list[str]:
    """The events of a life, numbered, with what happened between them and the failing one marked."""
    lines: list[str] = []
    # Of a life whose process has ended nothing is known but what it was to be.
    for step in life.steps or [Step(event, Outcome.OK) for event in life.trace.events]:
        lines += [f"        {_flat(mark)}" for mark in step.marks if not mark.startswith("phase ")]
        lines.append(_line(step))
    if len(lines) > _SHOWN:
        hidden = len(lines) - _SHOWN + 1
        head = _SHOWN // 4
        lines = [*lines[:head], f"        … {hidden} lines", *lines[head + hidden :]]
    return lines


def _line(step: Step) -> str:
    is_bad = step.outcome.is_of_charm or step.outcome.is_ours
    arrow = "→" if is_bad else " "
    note = ""
    if step.outcome in (Outcome.ACTION_FAILED, Outcome.SKIPPED):
        note = f"  [{step.outcome.value}: {_flat(step.note)}]"
    return f"  {arrow} {step.event.index:>3} {step.event}{note}"


def describe(shrunk: Shrunk, first: Life, again: str = "", saved: str = "") -> str:
    """Tells of one failure: what, where, after which events, and how to see it again.

    `first` is the life as it was drawn.
    """
    life, failure = shrunk.life, shrunk.life.failure
    assert failure is not None
    message = textwrap.indent(shown(failure.message), "    ").lstrip()
    lines = [f"{failure.exception}: {message}" if message else failure.exception]
    if failure.frame is not None:
        lines += [f"  at {shown(str(failure.frame))}", f"      {shown(failure.frame.text)}"]
    if failure.event:
        status = f", in status {_flat(failure.status)}" if failure.status else ""
        lines.append(f"  while the charm handled event {failure.step}, {failure.event}{status}")
    elif life.steps:
        lines.append("  after the last event")
    if life.outcome.is_ours:
        lines.append(
            f"  outcome {life.outcome.value}: an error of the grammar, of initial_state, or of "
            "charmgrammar, not of the charm"
        )
    elif failure.is_of_input:
        lines.append("  with values for config or actions that were drawn")
    else:
        lines.append("  without any config or parameter that is out of the ordinary")
    lines += ["", f"  {_size(shrunk, first)}", *story(life), ""]
    if again:
        lines.append(f"  again: {again}")
    if saved:
        lines.append(f"  saved: {saved}")
    lines += ["", textwrap.indent(shown(failure.traceback).rstrip(), "  ")]
    return "\n".join(lines).rstrip() + "\n"


def _size(shrunk: Shrunk, first: Life) -> str:
    trace = first.trace
    name = f"trace {trace.number} of seed {trace.seed}"
    if shrunk.note:
        return f"{name} ({shrunk.note}):"
    before, after = (len(list(life.trace.events)) for life in (first, shrunk.life))
    limit = "" if shrunk.is_smallest else ", when the limit was met"
    return f"{name}, shrunk from {before} to {after} events in {shrunk.runs} runs{limit}:"


def _flat(text: str) -> str:
    """The text in one line."""
    return shown(" ".join(text.split()))


def plural(number: int, one: str, many: str | None = None) -> str:
    """A number of things."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """Words in a sentence."""
    return ", ".join(words)
