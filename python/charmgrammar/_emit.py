"""A failure as a plain test of `ops.testing`: the state before the event that fails, and the event."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import inspect
import os
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import PurePath
from typing import Any

from ops import pebble, testing

from ._charm import Charm
from ._failure import Failure
from ._life import Life
from ._trace import SUBJECT_KINDS

_WIDTH = 99


def test_of(life: Life, charm: Charm) -> str:
    """The text of a test of a life that failed while an event was handled; else empty.

    The test's name ends with `_N`, for whoever puts several into one file.
    """
    failure = life.failure
    if failure is None or life.dispatched is None or life.state is None:
        return ""
    event = life.dispatched
    subject = next((_source(v, 4) for v in _subjects(event)), "")
    lines = [f"def test_{_name(failure)}_N():"]
    place = f" at {failure.frame}" if failure.frame is not None else ""
    lines += [f"    # {_flat(failure.exception)}: {_flat(failure.message)}"]
    lines += [f"    #{place}"] if place else []
    lines += ["    # The events before it:"]
    lines += [f"    #   {_flat(str(step.event))}" for step in life.steps[:-1]]
    unit = f", unit_id={life.unit}" if life.unit else ""
    lines += [f"    context = testing.Context({charm.charm_type.__name__}{unit})"]
    if subject:
        lines += [f"    subject = {subject}"]
    lines += [f"    state = {_source(life.state, 4, event)}"]
    lines += [f"    context.run({_call(event)}, state)"]
    return "\n".join(lines)


def _subjects(event: Any) -> Iterator[Any]:
    for name in ("relation", "container", "storage", "secret"):
        if getattr(event, name, None) is not None:
            yield getattr(event, name)


def _call(event: Any) -> str:
    """How the event is made, where what it is about is called `subject`."""
    if event.action is not None:
        return f"context.on.action({event.action.name!r}, params={dict(event.action.params)!r})"
    arguments = ["subject"] if any(True for _ in _subjects(event)) else []
    if event.notice is not None:
        arguments.append("subject.notices[-1]")
    if event.check_info is not None:
        arguments.append(f"subject.get_check_info({event.check_info.name!r})")
    if event.relation_remote_unit_id is not None:
        arguments.append(f"remote_unit={event.relation_remote_unit_id}")
    if event.secret_revision is not None:
        arguments.append(f"revision={event.secret_revision}")
    suffixes = (kind.replace("-", "_") for kind in SUBJECT_KINDS)
    name = next((suffix for suffix in suffixes if event.name.endswith(suffix)), event.name)
    return f"context.on.{name}({', '.join(arguments)})"


def _source(value: Any, indent: int, event: Any = None) -> str:
    """A value as Python; what the event is about is called `subject` inside of the state."""
    if event is not None and any(value is subject for subject in _subjects(event)):
        return "subject"
    if isinstance(value, enum.Enum):
        return f"ops.pebble.{type(value).__name__}.{value.name}"
    if isinstance(value, pebble.Layer):
        return f"ops.pebble.Layer({_source(value.to_dict(), indent)})"
    if isinstance(value, datetime.datetime):
        zone = ", tzinfo=datetime.timezone.utc" if value.tzinfo else ""
        fields = (value.year, value.month, value.day, value.hour, value.minute, value.second)
        return f"datetime.datetime({', '.join(map(str, fields))}{zone})"
    if isinstance(value, testing.Resource):
        return f"testing.Resource(name={value.name!r}, path={os.devnull!r})"
    if isinstance(value, PurePath):
        return repr(str(value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _made(value, indent, event)
    if isinstance(value, Mapping):
        items = [f"{key!r}: {_source(item, indent + 4, event)}" for key, item in value.items()]
        return _block("{", items, "}", indent)
    if isinstance(value, Set):
        items = sorted(_source(item, indent + 4, event) for item in value)
        return _block("{", items, "}", indent) if items else "set()"
    if isinstance(value, (list, tuple)):
        return _block("[", [_source(item, indent + 4, event) for item in value], "]", indent)
    return repr(value)


def _made(value: Any, indent: int, event: Any) -> str:
    """The call that makes an object of `ops.testing`, without what it has by default."""
    arguments = []
    cls = type(value)
    defaults = {
        field.name: field.default_factory
        for field in dataclasses.fields(value)
        if field.default_factory is not dataclasses.MISSING
    }
    for name, parameter in inspect.signature(cls).parameters.items():
        if name.startswith("_") or not hasattr(value, name):
            continue
        held = getattr(value, name)
        if name == "stored_states":
            # Those without an owner are the framework's own.
            held = {stored for stored in held if stored.owner_path}
        elif name.endswith("_status") and held.name == "unknown":
            continue
        if name in defaults and name not in ("id", "index") and held == defaults[name]():
            continue
        if parameter.default is not inspect.Parameter.empty and _same(held, parameter.default):
            continue
        if parameter.default is None and (held is None or (not held and held is not False)):
            continue
        arguments.append(f"{name}={_source(held, indent + 4, event)}")
    known = f"testing.{cls.__name__}"
    if not hasattr(testing, cls.__name__):
        known = f"ops.{cls.__name__}"
    return _block(f"{known}(", arguments, ")", indent)


def _same(held: Any, default: Any) -> bool:
    if isinstance(default, (Mapping, Set, Sequence)) and not isinstance(default, str):
        return not held and not default
    return type(held) is type(default) and bool(held == default)


def _block(opening: str, items: Sequence[str], closing: str, indent: int) -> str:
    line = opening + ", ".join(items) + closing
    if len(line) + indent + 12 <= _WIDTH and "\n" not in line:
        return line
    inner = " " * (indent + 4)
    return opening + "\n" + "".join(f"{inner}{item},\n" for item in items) + " " * indent + closing


def _name(failure: Failure) -> str:
    text = failure.event.partition(" ")[0] or "end"
    return "".join(character if character.isalnum() else "_" for character in text).lower()


def _flat(text: str) -> str:
    return " ".join(text.encode("unicode_escape").decode().split())[:_WIDTH]
