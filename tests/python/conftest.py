"""What the tests share: traces by hand, charms with their fault, and the command."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from charmgrammar import Trace
from charmgrammar._charm import Charm
from charmgrammar._runner import Runner

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]
CHARMS = ROOT / "tests" / "charms"
NAMES = sorted(path.parent.name for path in CHARMS.glob("*/fault.txt"))


def trace(*items, init=None, seed=0, number=0):
    """A trace of these items; a string is an event, with its subject as its instance."""
    made = []
    for item in items:
        if isinstance(item, str):
            item = {"event": item}
        made.append(item)
    raw = {"format": 1, "trace": number, "seed": seed, "init": init or {}, "items": made}
    return Trace.from_json(raw)


def of(kind, instance, event, **payload):
    """An event of an instance."""
    name = instance.partition("[")[0] + "-" + event
    return {"event": name, "of": {kind: instance}, "payload": payload}


def plant(name, directory):
    """A copy of a charm to test on, with its fault."""
    shutil.copytree(CHARMS / name, directory)
    sound, faulty = (CHARMS / name / "fault.txt").read_text().rstrip("\n").split("\n=======\n")
    source = directory / "src" / "charm.py"
    text = source.read_text()
    assert text.count(sound) == 1
    source.write_text(text.replace(sound, faulty))
    return directory


def command(*arguments, cwd=None):
    """Runs `charmgrammar`."""
    words = [os.environ["CHARMGRAMMAR_BIN"], *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, cwd=cwd, check=False)


def run_command(charm, *arguments, cwd=None, python=sys.executable):
    """Runs `charmgrammar run` with a Python; by default with this one."""
    return command("run", "--charm", charm, "--python", python, *arguments, cwd=cwd)


def run_words(charm):
    """The same as the words of a command."""
    words = [os.environ["CHARMGRAMMAR_BIN"], "run", "--charm", str(charm)]
    return [*words, "--python", sys.executable]


@pytest.fixture
def loaded():
    """Loads charms of directories, and takes their modules away again."""
    charms = []

    def load(directory):
        charm = Charm.load(directory)
        charms.append(charm)
        return charm

    yield load
    for charm in charms:
        charm.leave()


@pytest.fixture
def lives():
    """Runs a trace on a class, with what it says of itself in `META` and the like."""

    def run(charm_type, items, *, hooks=None, seconds=10.0, **options):
        from ops import testing

        meta = {"name": "tried", **getattr(charm_type, "META", {})}
        context = testing.Context(
            charm_type,
            meta=meta,
            config=getattr(charm_type, "CONFIG", None),
            actions=getattr(charm_type, "ACTIONS", None),
        )
        runner = Runner(Charm(context), hooks, seconds=seconds)
        life = runner.run(items if isinstance(items, Trace) else trace(*items, **options))
        getattr(context, "close", lambda: None)()
        life.sandbox = runner.sandbox
        return life

    return run


NOT_HERE = """
    def _on_install(self, _: ops.EventBase) -> None:
        raise FileNotFoundError("there is no snapd")
"""


def break_install(directory):
    """Makes a charm fail at `install`, which is not its first event."""
    source = directory / "src" / "charm.py"
    head, tail = source.read_text().split("    def _on_install", 1)
    source.write_text(head + NOT_HERE.lstrip("\n") + "\n    def _was_install" + tail)
