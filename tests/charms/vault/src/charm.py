"""Makes a secret for its clients, and reads one of a user."""

import datetime
import hashlib

import ops

LABEL = "credentials"


class VaultCharm(ops.CharmBase):
    """The leader makes a secret, and grants it to clients."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._on_leader_elected)
        framework.observe(self.on.config_changed, self._on_config_changed)
        framework.observe(self.on.update_status, self._on_config_changed)
        framework.observe(self.on.secret_changed, self._on_secret_changed)
        framework.observe(self.on.secret_rotate, self._on_secret_rotate)
        framework.observe(self.on.secret_expired, self._on_secret_rotate)
        framework.observe(self.on.secret_remove, self._on_secret_remove)
        framework.observe(self.on["credentials"].relation_joined, self._on_client_joined)

    def _password(self, salt: str) -> str:
        length = max(8, min(int(self.config["length"]), 64))
        return hashlib.sha256(f"{self.model.uuid}{salt}".encode()).hexdigest()[:length]

    def _secret(self) -> ops.Secret | None:
        try:
            return self.model.get_secret(label=LABEL)
        except ops.SecretNotFoundError:
            return None

    def _on_leader_elected(self, _: ops.LeaderElectedEvent) -> None:
        if self._secret() is None:
            self.app.add_secret(
                {"password": self._password("first")},
                label=LABEL,
                rotate=ops.SecretRotate.DAILY,
                expire=datetime.timedelta(days=30),
            )

    def _seal_key(self) -> str | None:
        name = self.config.get("seal-key")
        if not name:
            return None
        try:
            content = self.model.get_secret(id=str(name)).get_content(refresh=True)
        except ops.SecretNotFoundError:
            return None
        return content.get("password")

    def _on_config_changed(self, _: ops.EventBase) -> None:
        secret = self._secret()
        if secret is None:
            self.unit.status = ops.WaitingStatus("the leader has made no secret yet")
        elif self.config.get("seal-key") and self._seal_key() is None:
            self.unit.status = ops.BlockedStatus("seal-key is not granted, or has no password")
        else:
            self.unit.status = ops.ActiveStatus()

    def _on_secret_changed(self, event: ops.SecretChangedEvent) -> None:
        event.secret.get_content(refresh=True)
        self._on_config_changed(event)

    def _on_secret_rotate(self, event: ops.SecretRotateEvent | ops.SecretExpiredEvent) -> None:
        revision = event.secret.get_info().revision
        event.secret.set_content({"password": self._password(str(revision))})

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        event.remove_revision()

    def _on_client_joined(self, event: ops.RelationJoinedEvent) -> None:
        if not self.unit.is_leader():
            return
        secret = self._secret()
        if secret is None:
            event.defer()
            return
        secret.grant(event.relation)
        event.relation.data[self.app]["secret"] = secret.id or secret.get_info().id


if __name__ == "__main__":  # pragma: nocover
    ops.main(VaultCharm)
