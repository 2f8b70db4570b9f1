"""The secrets of a life: those of users, of other applications, and those that the charm owns.

A grammar names secrets, and can't know their ids: a name is the secret with that label, or as many
places down the list as the grammar has it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ops import testing

from ._facts import Facts
from ._trace import Event, Skipped, Trace

if TYPE_CHECKING:
    from ._world import World

_ID = re.compile(r"secret:[0-9a-z]{20}")


class Secrets:
    """What is known of secrets in one life."""

    def __init__(self, trace: Trace, facts: Facts) -> None:
        """Knows none yet."""
        self.trace, self.facts = trace, facts
        self._owned: list[str] = []
        self._foreign: list[str] = []
        self._late: dict[str, testing.Secret] = {}
        """User secrets that the config names, and that are granted later."""

    def at_first(self) -> tuple[dict[str, Any], list[testing.Secret]]:
        """Config and secrets of the beginning. Without data in the trace, an option that takes a
        secret has none, or one that is granted, or one that is granted when it changes.
        """
        config: dict[str, Any] = {}
        secrets: list[testing.Secret] = []
        if self.trace.has_data:
            return config, secrets
        for option, kind in self.facts.options.items():
            case = self.trace.coin(f"secret {option}", 3) if kind == "secret" else 0
            if case == 0:
                continue
            secret = _made(option)
            config[option] = secret.id
            if case == 1:
                secrets.append(secret)
            else:
                self._late[secret.id] = secret
        return config, secrets

    def look(self, state: testing.State) -> None:
        """Takes note of secrets that are new, and of those that are gone."""
        known = {*self._owned, *self._foreign}
        new = [secret for secret in state.secrets if secret.id not in known]
        for secret in sorted(new, key=lambda secret: (secret.label or "", secret.id)):
            (self._owned if secret.owner else self._foreign).append(secret.id)

    def grant(self, world: World, data: Mapping[str, Any]) -> None:
        """Grants the secrets that config or databags name for the first time."""
        found = sorted(set(_ids(data)))
        missing = [name for name in found if not _find(world.state, name)]
        if not missing:
            return
        content = data.get("content") or None
        made = [_made(name, name, content) for name in missing]
        world.state = dataclasses.replace(world.state, secrets=world.state.secrets.union(made))
        self.look(world.state)

    def event(self, world: World, event: Event) -> Any:
        """Makes the event of `ops.testing` for a secret.

        Raises:
            Skipped: the charm has no such secret.
        """
        name = str(event.payload.get("secret", ""))
        on = world.context.on
        if event.kind == "secret-changed":
            secret = self._changed(world, name, event.data.get("content"))
            return on.secret_changed(secret)
        secret = self._own(world, name)
        if event.kind == "secret-rotate":
            if secret.rotate is None:
                raise Skipped(f"secret `{name}` has no rotation")
            return on.secret_rotate(secret)
        latest = secret._latest_revision
        if event.kind == "secret-expired":
            if secret.expire is None:
                raise Skipped(f"secret `{name}` never expires")
            return on.secret_expired(secret, revision=latest)
        if latest < 2:
            raise Skipped(f"secret `{name}` has no revision that nobody uses")
        return on.secret_remove(secret, revision=latest - 1)

    def _changed(
        self, world: World, name: str, content: Mapping[str, str] | None
    ) -> testing.Secret:
        """A foreign secret with a new revision."""
        if self.facts.options.get(name) == "secret":
            number = world.state.config.get(name)
            if number in self._late:
                granted = self._late.pop(str(number))
                world.news.append(f"secret `{name}` is granted")
                state = world.state
                world.state = dataclasses.replace(state, secrets=state.secrets | {granted})
                self.look(world.state)
        else:
            taken = set(world.state.config.values())
            free = [number for number in self._foreign if number not in taken]
            number = self._pick(world, name, free, self.trace.names("secret", "secret-changed"))
        secret = _find(world.state, str(number))
        if secret is None or secret.owner is not None:
            raise Skipped(f"the charm reads no secret `{name}`")
        revision = secret._latest_revision + 1
        content = dict(content or {**secret.latest_content, "revision": str(revision)})
        made = dataclasses.replace(secret, latest_content=content)
        object.__setattr__(made, "_latest_revision", revision)
        object.__setattr__(made, "_tracked_revision", secret._tracked_revision)
        others = {other for other in world.state.secrets if other.id != secret.id}
        world.state = dataclasses.replace(world.state, secrets=frozenset({*others, made}))
        return made

    def _own(self, world: World, name: str) -> testing.Secret:
        kinds = ("secret-rotate", "secret-expired", "secret-remove")
        number = self._pick(world, name, self._owned, self.trace.names("secret", *kinds))
        secret = _find(world.state, str(number))
        if secret is None:
            raise Skipped(f"the charm owns no secret `{name}`")
        if secret.owner == "app" and not world.state.leader:
            raise Skipped(f"secret `{name}` is seen to by the leader")
        return secret

    def _pick(self, world: World, name: str, among: list[str], names: list[str]) -> str | None:
        for number in among:
            secret = _find(world.state, number)
            if secret is not None and secret.label == name:
                return number
        present = [number for number in among if _find(world.state, number)]
        place = names.index(name) if name in names else 0
        return present[place] if place < len(present) else None


def _find(state: testing.State, number: str) -> testing.Secret | None:
    for secret in state.secrets:
        if secret.id == number:
            return secret
    return None


def _made(name: str, number: str | None = None, content: Any = None) -> testing.Secret:
    """A secret of somebody else, always the same for the same name."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:20]
    content = {str(key): str(value) for key, value in (content or {}).items()}
    return testing.Secret(
        content or {"username": "admin", "password": "open sesame"},
        id=number or f"secret:{digest}",
    )


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if _ID.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _ids(part)
