"""Shrinks a trace on which a charm fails, by asking `charmgrammar shrink` what is smaller."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ._binary import CommandError, find_binary
from ._life import Life, Stopped
from ._trace import Trace

MAX_RUNS = 200
"""How often the charm is run at most, to shrink one trace."""


@dataclass(frozen=True)
class Shrunk:
    """A failing life, and how it was made smaller."""

    life: Life
    """The smallest one that was found; it fails as the first one did."""
    runs: int = 0
    """How often the charm was run for it."""
    is_smallest: bool = False
    """Whether no smaller one fails so; else a limit was met."""
    note: str = ""
    """Why it was not shrunk, or what was odd."""


def shrink(
    run: Callable[[Trace], Life], life: Life, arguments: Sequence[str], seconds: float = 60.0
) -> Shrunk:
    """The smallest trace that fails like this one; `arguments` name its grammar and settings, and
    `run` runs a trace; when it raises `Stopped`, the smallest so far is the result.

    A trace fails like it when the exception is of the same type, from the same line of the charm.
    """
    assert life.failure is not None
    try:
        again = run(life.trace)
    except Stopped:
        return Shrunk(life, note="not shrunk")
    if again.failure is None or again.failure.group != life.failure.group:
        return Shrunk(life, 1, note="it does not fail each time, so it was not shrunk")
    with tempfile.TemporaryDirectory(prefix="charmgrammar-") as directory:
        path = Path(directory) / "trace.jsonl"
        path.write_text(life.trace.line() + "\n", encoding="utf-8")
        try:
            command = [find_binary(), "shrink", *arguments, str(path), "--ask", "--quiet"]
        except CommandError as error:
            return Shrunk(life, 1, note=str(error))
        command += ["--max-runs", str(MAX_RUNS), "--seconds", f"{seconds:g}"]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8"
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            try:
                shrunk = _answer(run, again, process.stdin, process.stdout)
            except BaseException:
                process.kill()
                raise
            if shrunk is not None:
                return shrunk
            reason = process.stderr.read().strip().partition("\n")[0].removeprefix("error: ")
            return Shrunk(life, 1, note=f"it was not shrunk: {reason}")


def _answer(
    run: Callable[[Trace], Life], life: Life, questions: IO[str], told: IO[str]
) -> Shrunk | None:
    """Answers until the smallest trace is told; nothing if there is no answer any more."""
    assert life.failure is not None
    best, group, runs = life, life.failure.group, 1
    for line in told:
        message: dict[str, Any] = json.loads(line)
        if "smallest" in message:
            return Shrunk(best, runs, bool(message.get("fixpoint")))
        try:
            tried = run(Trace.from_json(message["candidate"]))
        except Stopped:
            return Shrunk(best, runs)
        runs += 1
        answer: dict[str, Any] = {"fails": False}
        if tried.failure is not None and tried.failure.group == group:
            best = tried
            answer["fails"] = True
            if tried.failure.step:
                answer["event"] = tried.failure.step - 1
        questions.write(json.dumps(answer) + "\n")
        questions.flush()
    return None
