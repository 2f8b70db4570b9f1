"""What came of many traces: for people, as JSON, as JUnit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from ._groups import Found
from ._life import Life
from ._report import describe, plural, shown

if TYPE_CHECKING:
    from .run import Request, Result


@dataclass(frozen=True)
class Summary:
    """What came of many traces."""

    request: Request
    result: Result
    found: Sequence[Found]
    known: Sequence[str]
    """The keys of groups that were known before."""

    def as_text(self) -> str:
        """For people: each group of failures once, then how it went on the whole."""
        request = self.request
        parts = []
        for group in self.found:
            if group.is_known or group.shrunk is None:
                continue
            first = group.lives[0]
            again = f"{request.again} --from {first.trace.number} -n 1" if request.again else ""
            saved = f"{request.save}/{group.name}.jsonl" if request.save else ""
            text = describe(group.shrunk, first, again, saved)
            many = f"{len(group.lives)} of {len(self.result.run)} traces"
            parts.append(f"{text}\n  so failed {many}\n")
        return "\n".join([*parts, "\n".join(self._totals()) + "\n"])

    def _totals(self) -> list[str]:
        request, result = self.request, self.result
        events = sum(result.outcomes.values())
        counts = ", ".join(f"{number} {name}" for name, number in sorted(result.outcomes.items()))
        lines = [
            f"{plural(len(result.run), 'trace')}, {plural(events, 'event')} "
            f"in {result.seconds:.1f} s: {counts or 'nothing'}"
        ]
        if left := result.wanted - len(result.run):
            why = "interrupted"
            if not result.is_interrupted:
                why = f"--seconds {request.seconds:g} is over"
            lines.append(f"{left} more were not begun: {why}")
        if result.connections or result.programs or result.writes:
            lines.append(
                "the charm was kept from the machine: network tried "
                f"{plural(result.connections, 'time')}, "
                f"{plural(result.programs, 'program')} not started, "
                f"{plural(result.writes, 'file')} outside of its directory not written"
            )
        if result.left_out:
            lines.append(
                "links that lead out of the charm to too many files, not in its copy: "
                + ", ".join(f"`{shown(name)}`" for name in result.left_out)
            )
        fresh = sum(not group.is_known for group in self.found)
        lines.append(f"failures: {fresh} new, {len(self.found) - fresh} known")
        lines += [f"known, and not seen any more: {shown(key)}" for key in self._gone]
        return lines

    @property
    def _gone(self) -> list[str]:
        """What was known and was not seen any more."""
        seen = {group.group.key for group in self.found}
        return [key for key in self.known if key not in seen]

    def as_json(self) -> str:
        """As one JSON object."""
        result = self.result
        whole = {
            "traces": len(result.run),
            "not_begun": result.wanted - len(result.run),
            "interrupted": result.is_interrupted,
            "outcomes": dict(sorted(result.outcomes.items())),
            "seconds": round(result.seconds, 3),
            "charm_seconds": round(result.charm_seconds, 3),
            "network_tried": result.connections,
            "programs_not_started": result.programs,
            "files_not_written": result.writes,
            "known_not_seen": self._gone,
            "failures": [_group(group) for group in self.found],
        }
        return json.dumps(whole, indent=2) + "\n"

    def as_junit(self) -> str:
        """As JUnit: a test for each trace that was run; known failures are skipped."""
        failed: dict[str, tuple[Found, Life]] = {
            life.trace.name: (group, life) for group in self.found for life in group.lives
        }
        result = self.result
        skipped = sum(group.is_known for group, _ in failed.values())
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites><testsuite name="charmgrammar" tests="{len(result.run)}" errors="0" '
            f'failures="{len(failed) - skipped}" skipped="{skipped}" '
            f'time="{result.seconds:.3f}">',
        ]
        for trace in result.run:
            name = quoteattr(f"trace {trace.number} of seed {trace.seed}")
            lines.append(f'<testcase classname="lifecycle" name={name}>')
            if trace.name in failed:
                group, life = failed[trace.name]
                tag = "skipped" if group.is_known else "failure"
                shrunk = group.shrunk if group.lives[0] is life else None
                text = describe(shrunk, life) if shrunk is not None else ""
                message = quoteattr(_printable(group.group.key))
                lines.append(f"<{tag} message={message}>{escape(_printable(text))}</{tag}>")
            lines.append("</testcase>")
        return "\n".join([*lines, "</testsuite></testsuites>", ""])


def error_report(format_: str, message: str) -> str:
    """What is told in the place of a result, for programs; empty for people, who are told otherwise."""
    if format_ == "json":
        return json.dumps({"error": message}, indent=2) + "\n"
    if format_ == "junit":
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<testsuites><testsuite name="charmgrammar" tests="1" errors="1" failures="0">\n'
            '<testcase classname="lifecycle" name="the charm starts">\n'
            f"<error>{escape(_printable(message))}</error>\n</testcase>\n"
            "</testsuite></testsuites>\n"
        )
    return ""


def _group(group: Found) -> dict[str, Any]:
    assert group.shrunk is not None
    life = group.shrunk.life
    failure = life.failure
    assert failure is not None
    frame = failure.frame
    return {
        "key": group.group.key,
        "known": group.is_known,
        "outcome": life.outcome.value,
        "exception": failure.exception,
        "message": failure.message,
        "frame": None
        if frame is None
        else {"file": frame.file, "line": frame.line, "function": frame.function},
        "class": "input" if failure.is_of_input else "lifecycle",
        "event": failure.event,
        "event_number": failure.step,
        "status": failure.status,
        "count": len(group.lives),
        "traces": [life.trace.number for life in group.lives],
        "shrunk": {
            "events": len(list(life.trace.events)),
            "runs": group.shrunk.runs,
            "smallest": group.shrunk.is_smallest,
            "note": group.shrunk.note,
            "trace": life.trace.raw,
        },
    }


def _printable(text: str) -> str:
    """The text without what XML has no place for."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
