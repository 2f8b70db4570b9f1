"""The charms to test on: nothing fails on them as they are, and their fault is found."""

import json
import os

import pytest
from charmgrammar import draw
from charmgrammar._runner import Runner
from charmgrammar._shrinking import shrink
from conftest import CHARMS, NAMES, plant

N_TRACES = int(os.environ.get("LIFECYCLE_TRACES", "25"))
OURS = {"bad-trace", "inconsistent", "driver-error"}

SMALLEST = {"archive": 5, "keeper": 5, "notes": 5, "ring": 7, "vault": 4}
"""How many events of each faulty charm a person would call the least."""


def arguments(directory):
    return ["--charm", str(directory), "--set", "operations=20"]


@pytest.mark.parametrize("data", ["plain", "typed", "hostile"])
@pytest.mark.parametrize("name", NAMES)
def test_a_sound_charm_lives(name, data, loaded):
    runner = Runner(loaded(CHARMS / name))
    seconds = charm_seconds = 0.0
    for trace in draw([*arguments(CHARMS / name), "--data", data], N_TRACES, 1):
        life = runner.run(trace)
        assert life.failure is None, life.failure.traceback
        assert not OURS & {step.outcome.value for step in life.steps}
        assert life.steps
        seconds += life.seconds
        charm_seconds += life.charm_seconds
    print(f"{name}: ours are {100 * (seconds / charm_seconds - 1):.1f} %")
    assert list(CHARMS.rglob("metadata.yaml")) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_is_found_and_shrunk(name, tmp_path, loaded):
    directory = plant(name, tmp_path / name)
    runner = Runner(loaded(directory))
    drawing = [*arguments(directory), "--data", "typed"]
    lives = (runner.run(trace) for trace in draw(drawing, 50, 1))
    life = next(life for life in lives if life.failure is not None)
    shrunk = shrink(runner.run, life, arguments(directory))
    assert shrunk.is_smallest, shrunk.note
    assert shrunk.runs < 60
    assert shrunk.life.failure.group == life.failure.group
    assert shrunk.life.failure.frame.file == "src/charm.py"
    events = [str(event) for event in shrunk.life.trace.events]
    assert len(events) <= SMALLEST[name], events


def test_a_trace_gives_the_same_each_time(loaded):
    runner = Runner(loaded(CHARMS / "vault"))
    for trace in draw(arguments(CHARMS / "vault"), 3, 7):
        once, again = runner.run(trace), runner.run(trace)
        assert once.steps == again.steps
        names = [sorted(secret.id for secret in life.state.secrets) for life in (once, again)]
        assert names[0] == names[1]


def test_a_trace_stays_what_it_is(loaded):
    for trace in draw(arguments(CHARMS / "notes"), 2, 1):
        assert json.loads(trace.line()) == trace.raw
