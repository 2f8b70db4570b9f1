"""What a charm sees of its world, event by event, and what is kept between events."""

import time

import charmgrammar
import ops
from charmgrammar._facts import Facts
from conftest import of, trace
from ops import testing


class Watching(ops.CharmBase):
    """Keeps what it sees."""

    META = {
        "requires": {
            "db": {"interface": "db"},
            "host": {"interface": "host", "scope": "container"},
        },
        "peers": {"ring": {"interface": "ring"}},
        "containers": {"web": {"mounts": [{"storage": "data", "location": "/srv/data"}]}},
        "storage": {"data": {"type": "filesystem"}, "odd": None},
    }
    CONFIG = {
        "options": {"level": {"type": "string", "default": "info"}, "share": {"type": "float"}}
    }
    ACTIONS = {
        "make": {
            "params": {
                "kind": {"type": "string", "default": "full"},
                "count": {"type": "integer", "minimum": 3},
                "comment": {"type": "string"},
            },
            "required": ["count"],
        },
        "bare": None,
    }
    seen: list

    def __init__(self, framework):
        super().__init__(framework)
        for source in self.on.events().values():
            if issubclass(source.event_type, ops.HookEvent | ops.ActionEvent):
                framework.observe(source, self._on_any)

    def _on_any(self, event):
        type(self).seen.append(self.look(event))

    def look(self, event):
        return event.handle.kind


def watching(look):
    """A charm that keeps what `look` says at each event."""

    class Charm(Watching):
        seen = []

        def look(self, event):
            return look(self, event)

    return Charm


def test_leadership_is_gained_and_lost_without_an_event(lives):
    charm = watching(lambda self, event: self.unit.is_leader())
    items = ["install", {"set": {"leadership": "leader"}}, "leader-elected", "start"]
    items += [{"set": {"leadership": "follower"}}, "update-status"]
    starts = set()
    for number in range(8):
        charm.seen.clear()
        life = lives(charm, items, init={"leadership": "untold"}, number=number)
        assert life.failure is None
        assert charm.seen[1:] == [True, True, False]
        assert "leadership is lost" in life.steps[-1].marks
        starts.add(charm.seen[0])
    # The first unit leads before it is told, others do not: both are tried.
    assert starts == {True, False}


def test_a_follower_can_not_read_what_its_application_says_to_others(lives):
    def look(self, event):
        return [
            bool(relation.data[self.app])
            for name in ("db", "ring")
            for relation in self.model.relations[name]
        ]

    charm = watching(look)
    follower = {"leadership": "follower"}
    db = of("relation", "db[1]", "relation-created")
    # What is said to peers anyone may read.
    ring = of("relation", "ring", "relation-created")
    assert lives(charm, ["install", ring, "update-status"], init=follower).failure is None
    leads = [{"set": {"leadership": "leader"}}, "leader-elected"]
    assert lives(charm, ["install", *leads, db, "update-status"], init=follower).failure is None
    life = lives(charm, ["install", db, "update-status"], init=follower)
    assert life.failure is not None
    assert life.failure.exception == "ops.model.RelationDataAccessError"


def test_a_new_pod_has_lost_what_was_deferred_and_stored(lives, tmp_path):
    class Keeping(ops.CharmBase):
        META = {"containers": {"web": {}}}
        stored = ops.StoredState()
        seen: list = []

        def __init__(self, framework):
            super().__init__(framework)
            self.stored.set_default(installed=False)
            framework.observe(self.on.install, self._on_install)
            framework.observe(self.on.upgrade_charm, self._on_upgrade)

        def _on_install(self, event):
            self.stored.installed = True
            self.seen.append("install")
            event.defer()

        def _on_upgrade(self, _):
            self.seen.append(self.stored.installed)

    class OnMachines(Keeping):
        META = {}

    items = ["install", "start", "upgrade-charm"]
    life = lives(Keeping, items)
    assert (life.failure, Keeping.seen) == (None, ["install", "install", False])
    assert "the new pod has lost what was deferred and stored" in life.steps[-1].marks
    Keeping.seen.clear()
    life = lives(OnMachines, items)
    assert (life.failure, Keeping.seen) == (None, ["install", "install", "install", True])
    # What lies with Juju is not lost.
    (tmp_path / "src").mkdir()
    for is_stored_by_juju in (False, True):
        call = f"ops.main(Keeping, use_juju_for_storage={is_stored_by_juju})\n"
        (tmp_path / "src" / "charm.py").write_text(call)
        context = testing.Context(Keeping, meta={"name": "keeping"}, charm_root=tmp_path)
        assert Facts.of(context).is_stored_by_juju == is_stored_by_juju


def test_a_relation_is_lived_through(lives):
    def look(self, event):
        if not isinstance(event, ops.RelationEvent):
            return None
        units = sorted(unit.name for unit in event.relation.units)
        unit = event.unit.name if event.unit else None
        leaving = getattr(event, "departing_unit", None)
        return event.relation.id, unit, units, leaving.name if leaving else None

    charm = watching(look)
    life = lives(
        charm,
        [
            of("relation", "db[1]", "relation-created"),
            of("relation", "db[1]", "relation-changed", unit=None),
            of("relation", "db[1]", "relation-joined", unit=0),
            of("relation", "db[1]", "relation-joined", unit=1),
            of("relation", "db[1]", "relation-changed", unit=1),
            of("relation", "db[1]", "relation-departed", unit=1, departing="remote_unit"),
            of("relation", "db[1]", "relation-departed", unit=0, departing="this_unit"),
            of("relation", "db[1]", "relation-broken"),
            of("relation", "db[1]", "relation-created"),
        ],
    )
    assert life.failure is None, life.failure.traceback
    one, two = "remote-db-b/0", "remote-db-b/1"
    assert charm.seen == [
        (1, None, [], None),
        (1, None, [], None),
        (1, one, [one], None),
        (1, two, [one, two], None),
        (1, two, [one, two], None),
        # Juju does not list who leaves.
        (1, two, [one], two),
        (1, one, [], "tried/0"),
        (1, None, [], None),
        # It is another relation.
        (2, None, [], None),
    ]


def test_peers_are_other_units(lives):
    def look(self, event):
        units = sorted(unit.name for unit in self.model.get_relation("ring").units)
        leaving = getattr(event, "departing_unit", None)
        return units, self.app.planned_units(), leaving.name if leaving else None

    charm = watching(look)
    life = lives(
        charm,
        [
            of("relation", "ring", "relation-created"),
            {"set": {"ring.members": [0]}},
            of("relation", "ring", "relation-joined", unit=0),
            {"set": {"ring.members": []}},
            of("relation", "ring", "relation-departed", unit=0, departing="this_unit"),
        ],
        init={"ring.members": []},
    )
    assert life.failure is None, life.failure.traceback
    assert charm.seen == [([], 1, None), (["tried/1"], 2, None), ([], 1, "tried/0")]


def test_a_subordinate_sees_its_principal_when_it_joins(lives):
    charm = watching(lambda self, event: len(self.model.get_relation("host").units))
    life = lives(
        charm,
        [
            of("relation", "host", "relation-created"),
            of("relation", "host", "relation-joined", unit=2),
            of("relation", "host", "relation-departed", unit=2, departing="remote_unit"),
        ],
    )
    assert life.failure is None, life.failure.traceback
    assert charm.seen == [0, 1, 0]


def test_databags_and_config_are_fed(lives):
    def look(self, event):
        relation = self.model.get_relation("db")
        if relation is None:
            return dict(self.config)
        told = dict(relation.data[relation.app])
        units = [relation.data[unit].get("host") for unit in relation.units]
        return told, units

    charm = watching(look)
    created = of("relation", "db", "relation-created")
    changed = of("relation", "db", "relation-changed", unit=0)
    life = lives(
        charm,
        [
            {"event": "config-changed", "data": {"config": {"level": "debug", "share": 1}}},
            {"event": "config-changed", "data": {"config": {"level": None}}},
            {**created, "data": {"remote_app": {"a": "1", "b": "2"}}},
            of("relation", "db", "relation-joined", unit=0),
            {**changed, "data": {"remote_unit": {"host": "h"}, "remote_app": {"a": None}}},
        ],
    )
    assert life.failure is None, life.failure.traceback
    assert charm.seen == [
        {"level": "debug", "share": 1.0},
        {"level": "info", "share": 1.0},
        ({"a": "1", "b": "2"}, []),
        ({"a": "1", "b": "2"}, [None]),
        ({"b": "2"}, ["h"]),
    ]


def test_parameters_are_those_that_juju_hands_over(lives):
    charm = watching(lambda self, event: dict(event.params))
    given = {"event": "make-action", "data": {"params": {"count": 9, "comment": "é"}}}
    life = lives(charm, ["make-action", given, "bare-action"])
    assert life.failure is None, life.failure.traceback
    whole = {"kind": "full", "count": 9, "comment": "é"}
    assert charm.seen == [{"kind": "full", "count": 3}, whole, {}]


def test_a_container_keeps_its_files_until_it_is_made_anew(lives):
    def look(self, event):
        container = self.unit.get_container("web")
        if not container.can_connect():
            return "down"
        found = container.exists("/etc/conf"), container.exists("/srv/data/file")
        container.push("/etc/conf", "x", make_dirs=True)
        if self.model.storages["data"]:
            container.push("/srv/data/file", "x", make_dirs=True)
        container.add_layer(
            "l", {"services": {"s": {"override": "replace", "command": "c"}}}, combine=True
        )
        return found

    charm = watching(look)
    ready = of("container", "web", "pebble-ready")
    life = lives(
        charm,
        [
            "install",
            of("storage", "data", "storage-attached"),
            ready,
            "config-changed",
            "update-status",
            "upgrade-charm",
            ready,
            {"set": {"web.ready": False}},
            "start",
            ready,
        ],
    )
    assert life.failure is None, life.failure.traceback
    assert charm.seen == [
        "down",
        "down",
        (False, False),
        (True, True),
        (True, True),
        # A new pod: only what lies on the volume is left.
        "down",
        (False, True),
        "down",
        (True, True),
    ]


def test_what_is_deferred_and_stored_is_carried(lives):
    class Charm(Watching):
        seen = []
        _stored = ops.StoredState()

        def _on_any(self, event):
            self._stored.set_default(count=0)
            self._stored.count += 1
            type(self).seen.append((event.handle.kind, event.handle.key, self._stored.count))
            if self._stored.count <= 2:
                event.defer()

    life = lives(Charm, ["install", "update-status", "update-status"])
    assert life.failure is None, life.failure.traceback
    kinds = [kind for kind, _, _ in Charm.seen]
    assert kinds == ["install", "install", "update_status", "install", "update_status"]
    assert [count for _, _, count in Charm.seen] == [1, 2, 3, 4, 5]
    # Events of different hooks are different events.
    assert len({(kind, key) for kind, key, _ in Charm.seen}) == 3


def test_checks_and_notices_are_those_of_the_plan(lives):
    class Charm(Watching):
        seen = []

        def _on_any(self, event):
            container = self.unit.get_container("web")
            if isinstance(event, ops.PebbleReadyEvent):
                check = {"override": "replace", "level": "alive", "exec": {"command": "c"}}
                container.add_layer("l", {"checks": {"up": check}})
            elif isinstance(event, ops.PebbleCheckEvent):
                type(self).seen.append((event.info.name, event.info.status.value))
            elif isinstance(event, ops.PebbleNoticeEvent):
                type(self).seen.append(event.notice.key)

    failed = of("container", "web", "pebble-check-failed", check="alive")
    life = lives(
        Charm,
        [
            of("container", "web", "pebble-custom-notice"),
            of("container", "web", "pebble-ready"),
            failed,
            of("container", "web", "pebble-check-recovered", check="alive"),
            of("container", "web", "pebble-custom-notice"),
            of("container", "web", "pebble-check-failed", check="other"),
        ],
    )
    assert life.failure is None, life.failure.traceback
    outcomes = [step.outcome.value for step in life.steps]
    assert outcomes == ["skipped", "ok", "ok", "ok", "ok", "skipped"]
    assert Charm.seen == [("up", "down"), ("up", "up"), "example.com/notice"]


def test_secrets_are_found_by_their_place(lives):
    class Charm(Watching):
        seen = []

        def _on_any(self, event):
            if isinstance(event, ops.InstallEvent):
                kept = {"password": "first"}
                self.unit.add_secret(kept, label="own", rotate=ops.SecretRotate.DAILY)
            elif isinstance(event, ops.SecretRotateEvent):
                event.secret.set_content({"password": "second"})
            elif isinstance(event, ops.SecretEvent):
                content = event.secret.get_content(refresh=True)
                type(self).seen.append((event.handle.kind, content))

    name = "secret:" + "a" * 20
    created = of("relation", "db", "relation-created")
    rotate = {"event": "secret-rotate", "payload": {"secret": "password"}}
    remove = {"event": "secret-remove", "payload": {"secret": "password"}}
    changed = {"event": "secret-changed", "payload": {"secret": "key"}}
    life = lives(
        Charm,
        [
            rotate,
            "install",
            remove,
            rotate,
            remove,
            {"event": "secret-expired", "payload": {"secret": "password"}},
            changed,
            {**created, "data": {"remote_app": {"uri": name}}},
            {**changed, "data": {"content": {"k": "v"}}},
        ],
    )
    assert life.failure is None, life.failure.traceback
    outcomes = [step.outcome.value for step in life.steps]
    assert outcomes == ["skipped", "ok", "skipped", "ok", "ok", "skipped", "skipped", "ok", "ok"]
    assert Charm.seen[1] == ("secret_changed", {"k": "v"})


def test_nothing_reaches_the_machine(lives):
    def look(self, event):
        import socket
        import subprocess

        done = subprocess.run(
            ["rm", "-rf", "/nowhere"], check=True, capture_output=True, text=True
        )
        assert done.stdout == ""
        time.sleep(1000)
        deadline = time.monotonic() + 1000
        while time.monotonic() < deadline:
            time.sleep(100)
        try:
            socket.create_connection(("example.com", 80))
        except OSError as error:
            return type(error).__name__

    charm = watching(look)
    sleep = time.sleep
    life = lives(charm, ["install"])
    assert life.failure is None, life.failure.traceback
    assert charm.seen == ["gaierror"]
    assert (life.sandbox.n_programs, life.sandbox.n_connections) == (1, 1)
    assert time.sleep is sleep


def test_an_event_that_takes_too_long_fails(lives):
    def look(self, event):
        while True:
            try:
                sum(range(1000))
            except Exception:
                pass

    life = lives(watching(look), ["install", "start"], seconds=0.2)
    assert [step.outcome.value for step in life.steps] == ["timeout"]
    assert life.failure.exception.endswith("EventTimeout")


def test_failures_of_actions_are_none(lives):
    def look(self, event):
        if isinstance(event, ops.ActionEvent):
            event.fail("no")

    life = lives(watching(look), ["bare-action", "start"])
    assert [step.outcome.value for step in life.steps] == ["action-failed", "ok"]


def test_a_failure_says_where_and_after_what(lives):
    def look(self, event):
        self.unit.status = ops.ActiveStatus("fine")
        if isinstance(event, ops.StopEvent):
            raise ValueError("no\nway")

    life = lives(watching(look), ["install", "stop", "remove"])
    failure = life.failure
    assert (failure.exception, failure.message) == ("ValueError", "no\nway")
    assert (failure.step, failure.event, failure.status) == (2, "stop", "active (fine)")
    assert failure.frame.function == "look"
    assert failure.frame.text == 'raise ValueError("no\\nway")'
    assert not failure.is_of_input


def test_our_own_mistakes_are_told_apart(lives):
    charm = watching(lambda self, event: None)
    outcomes = {}
    for name in ("nothing-relation-created", "explode", "nothing-action", "no-pebble-ready"):
        outcomes[name] = lives(charm, [name]).outcome.value
    assert set(outcomes.values()) == {"bad-trace"}

    class Wrong(charmgrammar.Hooks):
        def initial_state(self, state, trace):
            return testing.State(config={"nothing": "1"})

    assert lives(charm, ["install"], hooks=Wrong()).outcome.value == "inconsistent"


def test_hooks_change_and_judge(lives):
    class Hooks(charmgrammar.Hooks):
        def values(self, event, data):
            return {"config": {"level": "odd"}} if event.kind == "config-changed" else data

        def after_event(self, state, event):
            assert event.kind != "stop", "never stop"

    charm = watching(lambda self, event: self.config["level"])
    life = lives(charm, ["install", "config-changed", "stop"], hooks=Hooks())
    assert charm.seen == ["info", "odd", "odd"]
    assert life.outcome.value == "error"
    assert (life.failure.exception, life.failure.event) == ("AssertionError", "stop")
    assert life.failure.is_of_input

    life = lives(charm, ["install", "start"], hooks=charmgrammar.Invariants())
    assert life.failure.message.startswith("the unit's status was never set")


def test_trace_is_read_as_it_is_written():
    read = trace(of("relation", "db[1]", "relation-joined", unit=2), "install")
    first, second = read.events
    assert (first.kind, first.subject, first.declared, first.place) == (
        "relation-joined",
        "db[1]",
        "db",
        1,
    )
    assert str(first) == "db-relation-joined (db[1], unit=2)"
    assert (second.index, second.item, second.kind) == (2, 1, "install")
