"""What the metadata of a charm say, as far as a runner needs it."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import testing


@dataclass(frozen=True)
class Endpoint:
    """An endpoint of a relation."""

    role: str
    """`requires`, `provides` or `peers`."""
    interface: str
    is_container_scoped: bool


@dataclass(frozen=True)
class Facts:
    """The charm, as its metadata describe it."""

    endpoints: Mapping[str, Endpoint]
    containers: Mapping[str, tuple[tuple[str, str], ...]]
    """Containers with the storage that they mount, and where."""
    storage: frozenset[str]
    options: Mapping[str, str]
    """Config options with their types."""
    actions: Mapping[str, Mapping[str, Any]]
    resources: Mapping[str, str]
    """Resources with their types."""
    is_kubernetes: bool
    is_stored_by_juju: bool = False
    """Whether what it defers and stores lies with Juju, and not in a file of its own."""

    @classmethod
    def of(cls, context: testing.Context[Any]) -> Facts:
        """Reads what a context knows of its charm."""
        spec = charm_spec(context)
        meta = spec.meta
        endpoints = {
            name: Endpoint(
                role, details.get("interface") or "", details.get("scope") == "container"
            )
            for role in ("requires", "provides", "peers")
            for name, details in meta.get(role, {}).items()
        }
        containers = {
            name: tuple(
                (mount["storage"], mount.get("location") or f"/mnt/{mount['storage']}")
                for mount in details.get("mounts") or ()
            )
            for name, details in meta.get("containers", {}).items()
        }
        options = (spec.config or {}).get("options") or {}
        resources = meta.get("resources", {})
        return cls(
            endpoints=endpoints,
            containers=containers,
            storage=frozenset(meta.get("storage", {})),
            options={name: details.get("type", "string") for name, details in options.items()},
            actions=spec.actions or {},
            resources={name: details.get("type", "file") for name, details in resources.items()},
            is_kubernetes=bool(containers) or "k8s-api" in (meta.get("assumes") or ()),
            is_stored_by_juju=_is_stored_by_juju(spec.charm_type, context.charm_root),
        )

    def parameters(self, action: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters that Juju hands to an action: what is given, defaults, what is required."""
        details = self.actions[action]
        declared: Mapping[str, Any] = details.get("params") or {}
        made = {name: _fit(value, declared.get(name) or {}) for name, value in given.items()}
        for name, schema in declared.items():
            if name in made:
                continue
            if "default" in schema:
                made[name] = _fit(schema["default"], schema)
            elif name in (details.get("required") or ()):
                made[name] = _plain(schema)
        return made

    def option(self, name: str, value: Any) -> Any:
        """A value in the type of its option: JSON does not tell 1 from 1.0."""
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return float(value) if self.options.get(name) == "float" and is_whole else value


def _is_stored_by_juju(charm_type: type, root: Any) -> bool:
    """Whether the charm asks `ops.main` for that; a comment that says so counts, too."""
    files = [Path(root) / "src" / "charm.py"] if root is not None else []
    with contextlib.suppress(OSError, TypeError):
        files.append(Path(inspect.getfile(charm_type)))
    texts = [
        file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()
    ]
    return any(re.search(r"\buse_juju_for_storage\s*=\s*True\b", text) for text in texts)


_LEAST: Mapping[str, Mapping[str, str]] = {
    "requires": {"interface": ""},
    "provides": {"interface": ""},
    "peers": {"interface": ""},
    "containers": {},
    "storage": {"type": "filesystem"},
    "resources": {"type": "file"},
}
"""What each thing in a section has at least."""


def charm_spec(context: testing.Context[Any]) -> Any:
    """Where a context keeps what it knows of its charm; the name depends on the version of ops."""
    name = "_charm_spec" if hasattr(context, "_charm_spec") else "charm_spec"
    return getattr(context, name)


def without_gaps(context: testing.Context[Any]) -> None:
    """Fills in what metadata may leave out, and what `ops.testing` then stumbles over."""
    spec = charm_spec(context)
    meta = dict(spec.meta)
    for section, least in _LEAST.items():
        entries = (meta.get(section) or {}).items()
        meta[section] = {name: {**least, **(details or {})} for name, details in entries}
    actions = {name: _action(details or {}) for name, details in (spec.actions or {}).items()}
    options = ((spec.config or {}).get("options")) or {}
    options = {name: {"type": "string", **(details or {})} for name, details in options.items()}
    made = dataclasses.replace(
        spec, meta=meta, actions=actions or None, config={"options": options} if options else None
    )
    name = "_charm_spec" if hasattr(context, "_charm_spec") else "charm_spec"
    setattr(context, name, made)


def _action(details: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(details)
    if "params" in made:
        params = (made["params"] or {}).items()
        made["params"] = {name: {"type": "string", **(schema or {})} for name, schema in params}
    return made


def _fit(value: Any, schema: Mapping[str, Any]) -> Any:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if schema.get("type") == "number" and is_whole else value


def _plain(schema: Mapping[str, Any]) -> Any:
    """A value that nobody would object to."""
    if schema.get("enum"):
        return schema["enum"][0]
    least = schema.get("minimum", 1)
    values: dict[str, Any] = {
        "boolean": True,
        "integer": int(least),
        "number": float(least),
        "array": [],
        "object": {},
    }
    return values.get(str(schema.get("type")), "text")
