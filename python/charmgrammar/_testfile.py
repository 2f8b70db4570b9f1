"""Failures as a file of plain tests of `ops.testing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ._life import Life

_TITLE = '"""Failures that `charmgrammar run` has found, as plain tests of `ops.testing`."""'


def test_file(lives: Sequence[Life], charm: Mapping[str, str]) -> str:
    """The text of a test file with a test for each life that failed while an event was handled;
    `charm` has the name of the charm's `class` and of its `module`.
    """
    name = charm["class"]
    tests = [
        life.test.replace("_N():", f"_{number}():", 1) for number, life in enumerate(lives, 1)
    ]
    code = "".join(line for line in "\n".join(tests).splitlines() if "# " not in line)
    imports = [f"import {module}" for module in ("datetime", "ops") if f"{module}." in code]
    imports += ["from ops import testing", "", f"from {charm['module']} import {name}"]
    head = [_TITLE, "", *imports]
    return "\n\n\n".join(["\n".join(head), *filter(None, tests)]) + "\n"
