"""What `ops.testing` loses between events of one life, or can't say, put right.

It is made for single events. Over a life, files in containers would be gone after each event, a unit
that departs would still be listed, "this unit departs" could not be said of most relations, and a
follower could read what its application says to others.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Facets:
    """What is true of the event that is being dispatched."""

    environment: dict[str, str] = field(default_factory=dict)
    """Variables of the hook that `ops.testing` sets otherwise."""
    unlisted: frozenset[tuple[int, int]] = frozenset()
    """Relation ids with the remote units that Juju would not list."""


@contextmanager
def applied(facets: Facets) -> Iterator[None]:
    """Repairs `ops.testing` for a life; `facets` is changed from event to event."""
    from ops.model import RelationDataAccessError
    from scenario import _consistency_checker, _runtime, mocking, state

    with ExitStack() as patches:

        def wrap(owner: Any, name: str, wrapper: Callable[[Any], Any]) -> None:
            original = vars(owner)[name]
            setattr(owner, name, wrapper(original))
            patches.callback(setattr, owner, name, original)

        def environment(original: Any) -> Any:
            def _get_event_env(*arguments: Any, **options: Any) -> dict[str, str]:
                made: dict[str, str] = original(*arguments, **options)
                return {**made, **facets.environment}

            return _get_event_env

        def listing(original: Any) -> Any:
            def relation_list(backend: Any, relation_id: int, **options: Any) -> tuple[str, ...]:
                units: tuple[str, ...] = original(backend, relation_id, **options)
                if not facets.unlisted:
                    return units
                return tuple(
                    unit
                    for unit in units
                    if (relation_id, int(unit.rpartition("/")[2])) not in facets.unlisted
                )

            return relation_list

        def reading(original: Any) -> Any:
            def relation_get(
                backend: Any, relation_id: int, member_name: str, is_app: bool, **options: Any
            ) -> dict[str, str]:
                data: dict[str, str] = original(
                    backend, relation_id, member_name, is_app, **options
                )
                # ops refuses this where an item is asked for, Juju however it is read.
                if is_app and member_name == backend.app_name and not backend.is_leader():
                    relation = backend._state.get_relation(relation_id)
                    if not isinstance(relation, state.PeerRelation):
                        raise RelationDataAccessError(
                            f"{backend.unit_name} is not leader and cannot read its own "
                            "application databag"
                        )
                return data

            return relation_get

        def files(original: Any) -> Any:
            def init(client: Any, *arguments: Any, container_root: Path, **options: Any) -> None:
                kept = container_root.with_name(container_root.name + ".kept")
                if container_root.exists():
                    container_root.rename(kept)
                original(client, *arguments, container_root=container_root, **options)
                if kept.exists():
                    _give_back(kept, container_root)
                    shutil.rmtree(kept, ignore_errors=True)

            return init

        def path(original: Any) -> Any:
            def _handle_path(stored: Any) -> str:
                made: str = original.fget(stored)
                # What has no owner is the framework's: its count of events, which makes the names
                # of deferred events unique. With a slash before it, nobody finds it again.
                return made.removeprefix("/")

            return property(_handle_path)

        def consistency(original: Any) -> Any:
            def check_relation_consistency(**options: Any) -> Any:
                results = original(**options)
                # That an application's data have changed names no unit, and up to ops 3.7 unit 0
                # is taken for none.
                errors = [
                    error for error in results.errors if "must provide a remote unit" not in error
                ]
                return results._replace(errors=errors)

            return check_relation_consistency

        wrap(_consistency_checker, "check_relation_consistency", consistency)
        wrap(_runtime.Runtime, "_get_event_env", environment)
        wrap(state.StoredState, "_handle_path", path)
        wrap(mocking._MockModelBackend, "relation_list", listing)
        wrap(mocking._MockModelBackend, "relation_get", reading)
        wrap(mocking._MockPebbleClient, "__init__", files)
        yield


def _give_back(kept: Path, root: Path) -> None:
    """Moves files back. Links are mounts, since Pebble makes none: those of now are there already."""
    for entry in os.scandir(kept):
        target = root / entry.name
        if entry.is_symlink():
            continue
        if not os.path.lexists(target):
            if entry.is_dir():
                target.mkdir()
                shutil.copystat(entry.path, target)
                _give_back(Path(entry.path), target)
            else:
                Path(entry.path).rename(target)
        elif entry.is_dir() and target.is_dir() and not target.is_symlink():
            _give_back(Path(entry.path), target)


def temporary(context: Any) -> Path:
    """The directory in which `ops.testing` keeps the files of a context."""
    path = getattr(context, "_tmp_path", None)
    # Up to ops 3.7.
    return Path(context._tmp.name if path is None else path)


def same_ids() -> None:
    """Lets `ops.testing` number relations, notices, actions and storage from the start again."""
    from scenario import state

    for name, first in (
        ("_next_relation_id_counter", 1),
        ("_next_notice_id_counter", 1),
        ("_next_action_id_counter", 1),
        ("_next_storage_index_counter", 0),
    ):
        if hasattr(state, name):
            setattr(state, name, first)
