"""The containers of a unit, with their storage: what Pebble tells, and what is mounted."""

from __future__ import annotations

import dataclasses
import shutil
from typing import TYPE_CHECKING, Any

from ops import pebble, testing

from ._trace import Event, Skipped

if TYPE_CHECKING:
    from ._world import World


class Containers:
    """The containers and the storage of a world."""

    def __init__(self, world: World) -> None:
        """Begins with those that the state has."""
        self.world = world
        self._fresh = {container.name: container for container in world.state.containers}

    def lose(self, name: str) -> None:
        """A container goes down."""
        container = self._container(name)
        if container is not None and container.can_connect:
            self._put(dataclasses.replace(container, can_connect=False))
            self.world.news.append(f"container {name} is down")

    def renew(self, name: str) -> None:
        """A container is made anew: its files and its plan are gone."""
        container = self._container(name)
        fresh = self._fresh.get(name)
        if container is None or fresh is None:
            return
        if container.can_connect:
            self.world.news.append(f"container {name} is made anew")
        self._put(dataclasses.replace(fresh, can_connect=False))
        shutil.rmtree(self.world.context._get_container_root(name), ignore_errors=True)
        for storage in self.world.state.storages:
            self._mount(storage.name, storage.index)

    def storage_event(self, event: Event) -> Any:
        """Attaches storage, or not yet detaches it, and makes the event of `ops.testing`."""
        name, index = event.declared, event.place
        if name not in self.world.facts.storage:
            raise self.world.missing(f"the charm has no storage `{name}`")
        if event.kind == "storage-attached":
            storage = testing.Storage(name, index=index)
            kept = {other for other in self.world.state.storages if not _is(other, event)}
            self.world.state = dataclasses.replace(
                self.world.state, storages=frozenset({*kept, storage})
            )
            self._mount(name, index)
            return self.world.context.on.storage_attached(storage)
        for storage in self.world.state.storages:
            if _is(storage, event):
                return self.world.context.on.storage_detaching(storage)
        raise self.world.missing(f"storage `{event.subject}` is detached, and was not attached")

    def detach(self, event: Event) -> None:
        """A storage instance is gone."""
        kept = {storage for storage in self.world.state.storages if not _is(storage, event)}
        self.world.state = dataclasses.replace(self.world.state, storages=frozenset(kept))

    def refresh(self) -> None:
        """The charm has other containers now; those that stay are kept."""
        world = self.world
        kept = {c for c in world.state.containers if c.name in world.facts.containers}
        new = {made(name) for name in world.facts.containers if name not in self._fresh}
        self._fresh.update({container.name: container for container in new})
        world.state = dataclasses.replace(world.state, containers=frozenset(kept | new))

    def _mount(self, name: str, index: int) -> None:
        for container, mounts in self.world.facts.containers.items():
            for storage, location in mounts:
                found = self._container(container)
                if storage != name or found is None:
                    continue
                key = name if index == 0 else f"{name}-{index}"
                place = location if index == 0 else f"{location}/{index}"
                if key in found.mounts:
                    continue
                source = self.world.context._get_storage_root(name, index)
                mount = testing.Mount(location=place, source=source)
                self._put(dataclasses.replace(found, mounts={**found.mounts, key: mount}))

    def pebble_event(self, event: Event) -> Any:
        """Does what Pebble tells of, and makes the event of `ops.testing`."""
        name = event.declared
        container = self._container(name)
        if container is None:
            raise self.world.missing(f"the charm has no container `{name}`")
        if event.kind == "pebble-ready":
            container = self._put(dataclasses.replace(container, can_connect=True))
            return self.world.context.on.pebble_ready(container)
        if not container.can_connect:
            raise Skipped(f"container {name} is down")
        if event.kind == "pebble-custom-notice":
            key = event.data.get("key") or event.payload.get("key") or "example.com/notice"
            notice = testing.Notice(str(key))
            others = [old for old in container.notices if old.key != notice.key]
            container = self._put(dataclasses.replace(container, notices=[*others, notice]))
            return self.world.context.on.pebble_custom_notice(container, notice)
        info = self._check(container, str(event.payload.get("check", "")))
        failed = event.kind == "pebble-check-failed"
        info = dataclasses.replace(
            info,
            status=pebble.CheckStatus.DOWN if failed else pebble.CheckStatus.UP,
            failures=info.threshold if failed else 0,
        )
        infos = {old for old in container.check_infos if old.name != info.name} | {info}
        container = self._put(dataclasses.replace(container, check_infos=frozenset(infos)))
        make = getattr(self.world.context.on, event.kind.replace("-", "_"))
        return make(container, info)

    def _check(self, container: testing.Container, name: str) -> testing.CheckInfo:
        """The check of that name in the plan, or as many places down as the grammar has it."""
        infos = sorted(container.check_infos, key=lambda info: info.name)
        for info in infos:
            if info.name == name:
                return info
        names = self.world.trace.names("check")
        place = names.index(name) if name in names else 0
        if place < len(infos):
            return infos[place]
        raise Skipped(f"the plan of container {container.name} has no check `{name}`")

    def _container(self, name: str) -> testing.Container | None:
        for container in self.world.state.containers:
            if container.name == name:
                return container
        return None

    def _put(self, container: testing.Container) -> testing.Container:
        kept = {other for other in self.world.state.containers if other.name != container.name}
        self.world.state = dataclasses.replace(
            self.world.state, containers=frozenset({*kept, container})
        )
        return container


def made(name: str) -> testing.Container:
    """A container that is not up yet; whatever is executed in it ends well, and says nothing."""
    return testing.Container(name, can_connect=False, execs={testing.Exec([])})


def _is(storage: testing.Storage, event: Event) -> bool:
    return storage.name == event.declared and storage.index == event.place
