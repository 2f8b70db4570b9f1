"""Traces as `charmgrammar generate --format jsonl` writes them, read for a runner."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SUBJECT_KINDS = (
    "relation-created",
    "relation-joined",
    "relation-changed",
    "relation-departed",
    "relation-broken",
    "storage-attached",
    "storage-detaching",
    "pebble-ready",
    "pebble-custom-notice",
    "pebble-check-failed",
    "pebble-check-recovered",
    "action",
)
"""What an event's name ends with when something of the charm stands before it."""


class BadTrace(Exception):  # noqa: N818
    """A trace says what can't be understood, or can't be: a mistake of the grammar or of ours."""


class Skipped(Exception):  # noqa: N818
    """An event can't happen to this charm now: it has no such secret, its plan no such check."""


@dataclass(frozen=True)
class Event:
    """An event of a trace."""

    index: int
    """Its number among the events of the trace, from 1."""
    item: int
    """Its place among all items of the trace, from 0."""
    name: str
    """As Juju writes it: `database-relation-changed`."""
    kind: str
    """Without what it is about: `relation-changed`, `pebble-ready`, `action`, `install`."""
    subject: str
    """What it is about, as the grammar names it: `database`, `ingress[1]`; else empty."""
    payload: Mapping[str, Any] = field(default_factory=dict)
    """What else it says: `unit`, `departing`, `secret`, `check`."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What it feeds to the charm: `config`, `params`, `remote_app`, `remote_unit`, `content`."""

    @property
    def declared(self) -> str:
        """What it is about, as the charm's metadata name it: `ingress` for `ingress[1]`."""
        return self.subject.partition("[")[0]

    @property
    def place(self) -> int:
        """Which element of its array it is about: 1 for `ingress[1]`, 0 outside of arrays."""
        inside = self.subject.partition("[")[2].rstrip("]")
        return int(inside) if inside else 0

    def __str__(self) -> str:
        shown = [f"{key}={_short(value)}" for key, value in self.payload.items()]
        if "[" in self.subject:
            shown.insert(0, self.subject)
        shown += [f"{key} {_short(value)}" for key, value in self.data.items()]
        return f"{self.name} ({', '.join(shown)})" if shown else self.name


@dataclass(frozen=True)
class Phase:
    """The beginning of a phase."""

    name: str

    def __str__(self) -> str:
        return f"phase {self.name}"


@dataclass(frozen=True)
class Action:
    """Somebody did something; its events follow."""

    name: str
    source: str
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        arguments = ", ".join(_short(value) for value in self.arguments.values())
        return f"{self.source}: {self.name}" + (f"({arguments})" if arguments else "")


@dataclass(frozen=True)
class Change:
    """States of the grammar have changed."""

    states: Mapping[str, Any]


Item = Event | Phase | Action | Change


@dataclass(frozen=True)
class Trace:
    """One life, from its first item to its last."""

    raw: Mapping[str, Any]
    """The JSON object that it was read from."""
    items: tuple[Item, ...]

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Trace:
        """Reads a trace.

        Raises:
            BadTrace: it is none.
        """
        items: list[Item] = []
        events = 0
        if not isinstance(raw, Mapping) or not isinstance(raw.get("items"), list):
            raise BadTrace("this is no trace: it has no list of `items`")
        for place, item in enumerate(raw["items"]):
            if isinstance(item, str):
                item = {"event": item}
            if not isinstance(item, Mapping):
                raise BadTrace(f"item {place + 1} is no object")
            if "event" in item:
                events += 1
                items.append(_event(item, events, place))
            elif "phase" in item:
                items.append(Phase(str(item["phase"])))
            elif "action" in item:
                source = str(item.get("source", ""))
                items.append(Action(str(item["action"]), source, item.get("args") or {}))
            elif "set" in item:
                items.append(Change(item["set"]))
        return cls(raw, tuple(items))

    @classmethod
    def from_line(cls, line: str) -> Trace:
        """Reads a line of jsonl.

        Raises:
            BadTrace: it is no trace.
        """
        try:
            return cls.from_json(json.loads(line))
        except ValueError as error:
            raise BadTrace(f"this is no JSON: {error}") from error

    @property
    def seed(self) -> int:
        """The seed that it was drawn with; 0 if it does not say."""
        return int(self.raw.get("seed") or 0)

    @property
    def number(self) -> int:
        """Its number among the traces of the seed; 0 if it does not say."""
        return int(self.raw.get("trace") or 0)

    @property
    def name(self) -> str:
        """Seed and number, which tell it from all others of its grammar: `7-12`."""
        return f"{self.seed}-{self.number}"

    @property
    def init(self) -> Mapping[str, Any]:
        """The states that it begins with."""
        return self.raw.get("init") or {}

    @property
    def events(self) -> Iterator[Event]:
        """Its events, in order."""
        return (item for item in self.items if isinstance(item, Event))

    @property
    def has_data(self) -> bool:
        """Whether data for the charm were drawn with it."""
        return any(event.data for event in self.events)

    def names(self, key: str, *kinds: str) -> list[str]:
        """What the payloads of its events (of these kinds, or all) say for a key, as it comes up."""
        told = (e.payload.get(key) for e in self.events if not kinds or e.kind in kinds)
        return list(dict.fromkeys(str(name) for name in told if name is not None))

    def line(self) -> str:
        """The trace as a line of jsonl."""
        line = json.dumps(self.raw, separators=(",", ":"), ensure_ascii=False)
        # Half a surrogate pair can be written as an escape alone.
        return line if _is_text(line) else json.dumps(self.raw, separators=(",", ":"))

    def coin(self, what: str, sides: int = 2) -> int:
        """A number below `sides` for something that the grammar leaves open.

        It depends on the seed, the trace's number and `what` alone, so a trace that was made
        smaller keeps it.
        """
        text = f"{self.seed}/{self.number}/{what}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % sides


def read_traces(path: Path) -> list[Trace]:
    """The traces of a jsonl file.

    Raises:
        BadTrace: a line is no trace.
        OSError: the file can't be read.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Trace.from_line(line) for line in lines if line.strip()]


def _is_text(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def _event(item: Mapping[str, Any], index: int, place: int) -> Event:
    name = str(item["event"])
    kind, prefix = name, ""
    for suffix in SUBJECT_KINDS:
        if name.endswith("-" + suffix):
            kind, prefix = suffix, name[: -len(suffix) - 1]
            break
    subject = prefix
    for value in (item.get("of") or {}).values():
        if value == prefix or str(value).startswith(prefix + "["):
            subject = str(value)
    payload, data = item.get("payload") or {}, item.get("data") or {}
    return Event(index, place, name, kind, subject, payload, data)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    text = text.encode("unicode_escape").decode() if not text.isprintable() else text
    return text if len(text) <= 60 else text[:57] + "…"
