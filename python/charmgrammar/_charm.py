"""The charm under test: its class, where its files lie, and a fresh context for each life."""

from __future__ import annotations

import atexit
import dataclasses
import importlib
import inspect
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import ops
import yaml  # type: ignore[import-untyped]
from ops import testing

from ._facts import Facts, charm_spec, without_gaps
from ._repairs import temporary
from ._workspace import Workspace, remove


class NoCharmError(Exception):
    """There is no charm where one was looked for."""


class Charm:
    """A charm that lives are run on."""

    def __init__(
        self,
        given: type[ops.CharmBase] | testing.Context[Any],
        root: Path | None = None,
        modules: dict[str, ModuleType] | None = None,
        source: Path | None = None,
    ) -> None:
        """A charm's class, or a context that its author has made. `source` is the directory that
        `root` is a throw-away copy of, if it is one.
        """
        self._given = given
        self.charm_type: type[ops.CharmBase] = (
            given if isinstance(given, type) else charm_spec(given).charm_type
        )
        self.root = root or _root_of(self.charm_type)
        """The directory of its files, if its class lies in one."""
        self.source = source or self.root
        """The directory of the files as their author has them."""
        self._is_copy = source is not None
        self._modules = modules
        self._facts: Facts | None = None

    @classmethod
    def load(cls, directory: Path, source: Path | None = None) -> Charm:
        """Imports `src/charm.py` of a directory, which may be a throw-away copy of `source`.

        Raises:
            NoCharmError: there is none, or no charm in it.
        """
        root = find_root(directory)
        path = root / "src" / "charm.py"
        # As under Juju; its root comes last, so that nothing there hides a module of others.
        sys.path[:0] = [str(below) for below in (root / "src", root / "lib") if below.is_dir()]
        sys.path.append(str(root))
        before = set(sys.modules)
        module = importlib.import_module("charm")
        if Path(module.__file__ or "").resolve() != path.resolve():
            raise NoCharmError(f"`import charm` gives {module.__file__}, and not `{path}`")
        modules = {name: found for name, found in sys.modules.items() if name not in before}
        return cls(_class_in(module, path), root, modules, source)

    def leave(self) -> None:
        """Takes its modules and its path away, so that another charm of the same names can be
        loaded; `enter` brings them back.
        """
        here = str(self.root)
        sys.path[:] = [path for path in sys.path if not path.startswith(here)]
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if file and Path(file).is_relative_to(here) and "site-packages" not in file:
                del sys.modules[name]

    def enter(self) -> None:
        """Makes its modules those that an import finds."""
        if self._modules is None or self.root is None:
            return
        mine = {
            name: module
            for name, module in self._modules.items()
            if str(getattr(module, "__file__", "") or "").startswith(str(self.root))
        }
        sys.modules.update(mine)
        paths = [str(self.root / "src"), str(self.root / "lib")]
        others = [path for path in sys.path if path not in (*paths, str(self.root))]
        sys.path[:] = [*paths, *others, str(self.root)]

    @contextmanager
    def context(self) -> Iterator[testing.Context[Any]]:
        """A context for one life, in a directory that is made whole again after it."""
        with self._directory() as directory:
            if isinstance(self._given, type):
                context = self._made(directory)
                try:
                    yield context
                finally:
                    _close(context)
                return
            context, before = self._given, self._given.charm_root
            context.charm_root = directory
            without_gaps(context)
            for part in ("containers", "storages"):
                shutil.rmtree(temporary(context) / part, ignore_errors=True)
            try:
                yield context
            finally:
                context.charm_root = before

    @contextmanager
    def _directory(self) -> Iterator[Path]:
        """A directory with the charm's files for one life."""
        if self._is_copy and self.root is not None:
            # Whoever has made the copy restores it.
            yield self.root
            return
        root = self.root
        if not isinstance(self._given, type) and self._given.charm_root is not None:
            root = Path(self._given.charm_root)
        if root is None:
            with tempfile.TemporaryDirectory(prefix="charmgrammar-") as directory:
                yield Path(directory)
            return
        workspace = _copy_of(root)
        try:
            yield workspace.directory
        finally:
            workspace.restore()

    def _made(self, directory: Path) -> testing.Context[Any]:
        declared = None if self.source is None else _mixed_metadata(self.source)
        try:
            context = testing.Context(self.charm_type, charm_root=directory, **(declared or {}))
        except Exception as error:
            # The class lies elsewhere than its metadata.
            if self.source is None:
                raise NoCharmError(f"the charm's metadata are not found: {error}") from error
            declared = _metadata(self.source)
            context = testing.Context(self.charm_type, charm_root=directory, **declared)
        without_gaps(context)
        return context

    def facts(self, context: testing.Context[Any]) -> Facts:
        """What its metadata say; read once."""
        if self._facts is None:
            self._facts = Facts.of(context)
        return self._facts

    def with_resources(self, context: testing.Context[Any], state: testing.State) -> testing.State:
        """The state with an empty file for each resource of the charm."""
        names = sorted(self.facts(context).resources)
        if not names:
            return state
        made = set()
        for name in names:
            path = temporary(context) / "resources" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
            made.add(testing.Resource(name=name, path=path))
        return dataclasses.replace(state, resources=frozenset(made))


def _metadata(root: Path) -> dict[str, Any]:
    """What `testing.Context` takes of a charm's files."""
    from scenario.state import _CharmSpec

    meta, config, actions = _CharmSpec._load_metadata(root)
    if not meta:
        meta, config, actions = _CharmSpec._load_metadata_legacy(root)
    return {"meta": meta, "config": config, "actions": actions}


def _mixed_metadata(root: Path) -> dict[str, Any] | None:
    """The same of a charm whose name is in `metadata.yaml`, and whose config or actions are in
    `charmcraft.yaml`: `ops.testing` would not read these. `None` for any other charm.
    """
    packed, named = root / "charmcraft.yaml", root / "metadata.yaml"
    if not (packed.is_file() and named.is_file()):
        return None
    sections = yaml.safe_load(packed.read_text(encoding="utf-8")) or {}
    kept = {name: sections[name] for name in ("config", "actions") if sections.get(name)}
    if "name" in sections or not kept:
        return None
    return {**_metadata(root), **kept}


_COPIES: dict[Path, Workspace] = {}
"""Copies of charms' directories, each for all lives of this process."""


def _copy_of(root: Path) -> Workspace:
    if not _COPIES:
        atexit.register(discard_copies)
    if root not in _COPIES:
        place = Path(tempfile.mkdtemp(prefix="charmgrammar-"))
        _COPIES[root] = Workspace(root, place / root.name)
    return _COPIES[root]


def discard_copies() -> None:
    """Deletes all copies of charms' directories."""
    while _COPIES:
        _, workspace = _COPIES.popitem()
        workspace.close()
        remove(workspace.directory.parent)


def _close(context: testing.Context[Any]) -> None:
    close = getattr(context, "close", None)
    if close is not None:
        close()
    else:
        cleanup = getattr(getattr(context, "_tmp", None), "cleanup", lambda: None)
        cleanup()


def _root_of(charm_type: type) -> Path | None:
    try:
        root = Path(inspect.getfile(charm_type)).resolve().parent.parent
    except (OSError, TypeError):
        return None
    is_charm = any((root / name).is_file() for name in ("charmcraft.yaml", "metadata.yaml"))
    return root if is_charm else None


def find_root(directory: Path) -> Path:
    """The charm in a directory, or in the only one below it that has a charm."""
    directory = directory.resolve()
    if (directory / "src" / "charm.py").is_file():
        return directory
    below = sorted(
        found.parent.parent
        for pattern in ("*/src/charm.py", "*/*/src/charm.py")
        for found in directory.glob(pattern)
        if not any(part.startswith((".", "tests")) for part in found.relative_to(directory).parts)
    )
    if len(below) != 1:
        found = ", ".join(f"`{path}`" for path in below) or "none below it either"
        raise NoCharmError(f"`{directory}` has no `src/charm.py`: {found}")
    return below[0]


def _class_in(module: ModuleType, source: Path) -> type[ops.CharmBase]:
    """The class that the module hands to `ops.main`, or its last one."""
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, ops.CharmBase)
        and value.__module__ == module.__name__
    ]
    named = re.findall(r"\bmain\(\s*(\w+)", source.read_text(encoding="utf-8"))
    for name in named:
        value = getattr(module, name, None)
        if isinstance(value, type) and issubclass(value, ops.CharmBase):
            return value
    if not classes:
        raise NoCharmError(f"`{source}` has no class of a charm")
    return classes[-1]
