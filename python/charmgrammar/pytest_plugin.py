"""The pytest plugin: a test that takes `lifecycle_trace` runs once for each trace.

    def test_lifecycle(lifecycle, lifecycle_trace):
        lifecycle.check(lifecycle_trace)

The grammar is `lifecycle.charmgrammar` beside the test's file, or else the lifecycle of the charm's
platform. `@pytest.mark.lifecycle("other.charmgrammar", "--set", "operations=40")` names another, and
options for it as `charmgrammar generate` takes them. `lifecycle-values.yaml` beside the test has values
for config, actions, databags and secrets, where the charm expects what no type tells.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ._binary import CommandError, draw
from ._hooks import Hooks
from ._trace import BadTrace, Trace, read_traces

if TYPE_CHECKING:
    from ._charm import Charm
    from ._failure import Group
    from ._life import Life

CORPUS = "lifecycle-corpus"
"""The directory, beside a test's file, of traces that have failed."""
GRAMMAR = "lifecycle.charmgrammar"
VALUES = "lifecycle-values.yaml"


@dataclass
class _Session:
    """What is true of a whole run of pytest."""

    traces: int
    seed: int
    seconds: float | None
    event_seconds: float
    data: str
    shard: str | None
    began: float | None = None
    seen: dict[Group, tuple[str, str]] = field(default_factory=dict)
    """Failures, with the tests that have shown them first, and what they have told."""
    stopped: dict[_Source, str] = field(default_factory=dict)
    """Sources whose charm does not start here, and for each the test that reports why."""
    started: set[_Source] = field(default_factory=set)
    """Those whose charm was asked, and does."""


_SHORT = ("--set", "operations=20")
"""How long lives are by default: many find more than long ones."""

_DOES_NOT_START = """\
the charm does not start in this environment: {why}
This is about what the charm needs around it, not about the order of events. Where a fixture of its
unit tests patches that, make it the charm of lives, too:

    @pytest.fixture
    def lifecycle_charm(their_fixture):
        return their_fixture"""

_SESSION = pytest.StashKey[_Session]()
_TOLD = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options."""
    group = parser.getgroup("lifecycle", "lives of a charm (charmgrammar)")
    add = group.addoption
    add("--lifecycle-traces", type=int, default=50, metavar="N", help="run N traces (default: 50)")
    add(
        "--lifecycle-seed",
        default="0",
        metavar="S",
        help="draw them with this seed; `random` draws one (default: 0)",
    )
    add(
        "--lifecycle-seconds",
        type=float,
        metavar="T",
        help="begin no further trace after T seconds; the rest is skipped",
    )
    add(
        "--lifecycle-event-seconds",
        type=float,
        default=10.0,
        metavar="T",
        help="an event that takes longer fails (default: 10)",
    )
    add(
        "--lifecycle-data",
        choices=("none", "plain", "typed", "hostile"),
        default="typed",
        help="the config values, parameters and databags that are drawn: none, sensible ones, "
        "those at the edges of their types, or also nonsense (default: typed)",
    )
    add("--lifecycle-shard", metavar="K/M", help="run the K-th of M parts of the traces, K from 0")


def pytest_configure(config: pytest.Config) -> None:
    """Settles the seed, which must be the same for all workers of xdist."""
    config.addinivalue_line(
        "markers",
        "lifecycle(grammar, *options, charm=DIR): the grammar of a test's traces, with options as "
        "`charmgrammar generate` takes them",
    )
    told: dict[str, Any] = getattr(config, "workerinput", {})
    option = config.getoption
    seed = told.get("lifecycle_seed", option("--lifecycle-seed"))
    if seed == "random":
        seed = random.SystemRandom().getrandbits(32)
    try:
        seed = int(seed)
    except ValueError:
        raise pytest.UsageError(
            f"--lifecycle-seed takes a number or `random`, not {seed}"
        ) from None
    config.stash[_SESSION] = _Session(
        traces=option("--lifecycle-traces"),
        seed=seed,
        seconds=option("--lifecycle-seconds"),
        event_seconds=option("--lifecycle-event-seconds"),
        data=option("--lifecycle-data"),
        shard=option("--lifecycle-shard"),
    )


def pytest_unconfigure() -> None:
    """Deletes the copies of charms' directories: a worker of xdist ends without its own tidying."""
    # Not imported for it: it needs ops, and then there are no copies.
    if (module := sys.modules.get("charmgrammar._charm")) is not None:
        module.discard_copies()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Leaves the short summary its one line: under CI pytest would tell all of it twice."""
    outcome: Any = yield
    if item.stash.get(_TOLD, False):
        crash = getattr(outcome.get_result().longrepr, "reprcrash", None)
        if crash is not None:
            crash.message = crash.message.partition("\n")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hands the seed to a worker of xdist."""
    node.workerinput["lifecycle_seed"] = node.config.stash[_SESSION].seed


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Makes one test of each trace: those that have failed before first."""
    if "lifecycle_trace" not in metafunc.fixturenames:
        return
    session = metafunc.config.stash[_SESSION]
    path = Path(metafunc.definition.path)
    source = _Source.of(metafunc.definition, path)
    try:
        saved = [
            (f"{file.stem}" if number == 0 else f"{file.stem}-{number}", trace)
            for file in sorted((path.parent / CORPUS).glob("*.jsonl"))
            for number, trace in enumerate(read_traces(file))
        ]
        arguments = source.drawing(session)
        drawn = draw(arguments, session.traces, session.seed) if session.traces > 0 else []
    except (CommandError, BadTrace, OSError) as error:
        raise pytest.UsageError(f"{path.name}: no traces: {error}") from None
    parameters = [pytest.param((trace, True), id=name) for name, trace in saved]
    parameters += [pytest.param((trace, False), id=trace.name) for trace in drawn]
    metafunc.parametrize("lifecycle_trace", parameters, indirect=True)


@pytest.fixture
def lifecycle_trace(request: pytest.FixtureRequest) -> Trace:
    """The trace of this test."""
    trace, _ = request.param
    assert isinstance(trace, Trace)
    return trace


@pytest.fixture
def lifecycle_charm(request: pytest.FixtureRequest) -> Any:
    """The charm: a class, or an `ops.testing.Context`. Override it to give yours; as it is, it
    imports `src/charm.py` of the directory above that has the charm's metadata.
    """
    return _loaded(request.config, _Source.of(request.node, request.path).charm)


@pytest.fixture
def lifecycle_hooks() -> Hooks:
    """What else is known of the charm. Override it to give your own `Hooks`."""
    return Hooks()


@pytest.fixture
def lifecycle(
    request: pytest.FixtureRequest, lifecycle_charm: Any, lifecycle_hooks: Hooks
) -> Lifecycle:
    """What runs traces on the charm."""
    session = request.config.stash[_SESSION]
    now = time.monotonic()
    if session.began is None:
        session.began = now
    elif session.seconds is not None and now - session.began > session.seconds:
        pytest.skip(f"the time is over (--lifecycle-seconds {session.seconds:g})")
    teller = session.stopped.get(_Source.of(request.node, request.path))
    if teller not in (None, request.node.nodeid):
        pytest.skip(f"the charm does not start in this environment, as {teller} tells")
    return Lifecycle(request, lifecycle_charm, lifecycle_hooks, session)


class Lifecycle:
    """Runs traces on the charm of a test."""

    def __init__(
        self, request: pytest.FixtureRequest, charm: Any, hooks: Hooks, session: _Session
    ) -> None:
        """Made by the fixture `lifecycle`."""
        from ._charm import Charm
        from ._runner import Runner

        self._request, self._session = request, session
        self._source = _Source.of(request.node, request.path)
        self.charm = charm if isinstance(charm, Charm) else Charm(charm)
        self.runner = Runner(self.charm, hooks, seconds=session.event_seconds)

    def run(self, trace: Trace) -> Life:
        """Runs a trace, and says what came of it."""
        return self.runner.run(trace)

    def check(self, trace: Trace) -> Life:
        """Runs a trace. If it fails, it is shrunk, saved in `lifecycle-corpus`, and the test fails.

        What fails as an earlier trace did is not shrunk again; the test that has told of it tells
        the same once more. A charm that can't be set up fails one test, and the others are skipped.
        """
        __tracebackhide__ = True
        life = self.run(trace)
        if life.failure is None:
            return life
        if (why := self._failing_setup(life)) is not None:
            self._session.stopped[self._source] = self._request.node.nodeid
            self._request.node.stash[_TOLD] = True
            pytest.fail(_DOES_NOT_START.format(why=why), pytrace=False)
        group, name = life.failure.group, self._request.node.nodeid
        first, told = self._session.seen.get(group, (name, ""))
        if first != name:
            told = f"{group.key}\n  as in {first}"
        elif not told:
            told = self._tell(life)
            self._session.seen[group] = name, told
        self._request.node.stash[_TOLD] = True
        pytest.fail(told, pytrace=False)

    def _failing_setup(self, life: Life) -> str | None:
        """Why the charm can't be set up here, if a few other traces fail as this one did."""
        from ._setup import FEWEST, failing_setup, fails_in_setup

        session, source = self._session, self._source
        if source in session.started or not fails_in_setup(life):
            return None
        try:
            others = draw(source.drawing(session), FEWEST + 1, session.seed)
        except CommandError:
            others = []
        alike = [self.run(trace) for trace in others if trace.name != life.trace.name]
        why = failing_setup([life, *alike])
        if why is None:
            session.started.add(source)
        return why

    def _tell(self, life: Life) -> str:
        from ._report import describe
        from ._shrinking import Shrunk, shrink

        again = f'pytest "{self._request.node.nodeid}"'
        # A test may have its traces from elsewhere.
        parameters = getattr(getattr(self._request.node, "callspec", None), "params", {})
        _, is_saved = parameters.get("lifecycle_trace", (None, False))
        if is_saved:
            shrunk, saved = Shrunk(life, note="saved when it failed before"), ""
        else:
            session = self._session
            again += f" --lifecycle-seed {session.seed} --lifecycle-traces {session.traces}"
            again += f" --lifecycle-data {session.data}"
            shrunk = shrink(self.run, life, self._source.arguments())
            saved = self._save(shrunk.life)
        return describe(shrunk, life, again, saved)

    def _save(self, life: Life) -> str:
        """Where the trace is now, to be run first from now on."""
        from ._groups import file_name

        assert life.failure is not None
        name = file_name(life.failure.group) + ".jsonl"
        path = self._source.directory / CORPUS / name
        try:
            path.parent.mkdir(exist_ok=True)
            # Workers of xdist may do so side by side.
            temporary = path.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(life.trace.line() + "\n", encoding="utf-8")
            temporary.replace(path)
        except OSError as error:
            return f"nowhere: {error}"
        return os.path.relpath(path)


@dataclass(frozen=True)
class _Source:
    """Where the traces of a test come from."""

    directory: Path
    grammar: str | None
    options: tuple[str, ...]
    charm: Path | None

    @classmethod
    def of(cls, node: Any, path: Path) -> _Source:
        marker = node.get_closest_marker("lifecycle")
        words = list(marker.args) if marker else []
        options = marker.kwargs if marker else {}
        directory = Path(path).parent
        grammar: str | None = None
        if words and not str(words[0]).startswith("-"):
            named = str(words.pop(0))
            grammar = str(directory / named) if named.endswith(".charmgrammar") else named
        elif (directory / GRAMMAR).is_file():
            grammar = str(directory / GRAMMAR)
        charm = directory / options["charm"] if "charm" in options else _charm_above(directory)
        return cls(directory, grammar, tuple(str(word) for word in words), charm)

    def arguments(self) -> list[str]:
        """The grammar and its settings, as commands take them."""
        if self.grammar is None and self.charm is None:
            raise CommandError(
                f"there is neither `{GRAMMAR}` beside the test nor a charm in a directory above"
            )
        charm = ["--charm", str(self.charm)] if self.charm is not None else []
        grammar = [self.grammar, *charm] if self.grammar is not None else [*charm, *_SHORT]
        return [*grammar, *self.options]

    def drawing(self, session: _Session) -> Sequence[str]:
        """The same, with what is drawn of it."""
        arguments = self.arguments()
        if session.data != "none" and self.charm is not None:
            arguments += ["--data", session.data]
            if (self.directory / VALUES).is_file():
                arguments += ["--values", str(self.directory / VALUES)]
        if session.shard is not None:
            arguments += ["--shard", session.shard]
        return arguments


_LOADED = pytest.StashKey[dict[Path, "Charm"]]()


def _loaded(config: pytest.Config, directory: Path | None) -> Charm:
    from ._charm import Charm, NoCharmError

    if directory is None:
        raise pytest.UsageError(
            "there is no charm in a directory above: override the fixture `lifecycle_charm`"
        )
    loaded = config.stash.setdefault(_LOADED, {})
    if directory not in loaded:
        try:
            loaded[directory] = Charm.load(directory)
        except NoCharmError as error:
            raise pytest.UsageError(f"{error}: override the fixture `lifecycle_charm`") from None
    return loaded[directory]


def _charm_above(directory: Path) -> Path | None:
    for above in (directory, *directory.parents):
        if any((above / name).is_file() for name in ("charmcraft.yaml", "metadata.yaml")):
            return above
    return None
