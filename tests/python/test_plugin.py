"""The pytest plugin, as an author of a charm meets it."""

import shutil
import sys

import pytest
from conftest import CHARMS, break_install, command, plant

TEST = """
def test_lifecycle(lifecycle, lifecycle_trace):
    lifecycle.check(lifecycle_trace)
"""
FEW = ["--lifecycle-traces", "8", "--lifecycle-seed", "1"]


@pytest.fixture
def author(pytester, monkeypatch):
    """A charm's directory with a test, and pytest in it."""
    (pytester.path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\nfilterwarnings = ["error"]\n'
    )

    def make(name, *, fault=False, test=TEST):
        directory = pytester.path / name
        plant(name, directory) if fault else shutil.copytree(CHARMS / name, directory)
        tests = directory / "tests" / "unit"
        tests.mkdir(parents=True)
        (tests / "test_lifecycle.py").write_text(test)
        return directory

    def run(*arguments):
        options = ["-p", "charmgrammar.pytest_plugin", "-p", "no:cacheprovider"]
        return pytester.run(sys.executable, "-m", "pytest", *options, *map(str, arguments))

    return make, run


def outcomes(result):
    """The tests with what came of them."""
    lines = [
        line for line in result.outlines if "::" in line and line.startswith(("PASSED", "FAILED"))
    ]
    return sorted(line.split(" - ")[0] for line in lines)


def test_lives_of_a_sound_charm_pass_silently(author):
    make, run = author
    result = run(make("vault"), *FEW, "-v")
    assert result.ret == 0
    result.assert_outcomes(passed=8)
    assert "warning" not in result.stdout.str()
    assert "::test_lifecycle[1-0]" in result.stdout.str()


def test_a_charm_that_can_not_be_set_up_fails_one_test(author):
    make, run = author
    directory = make("archive")
    break_install(directory)
    result = run(directory, *FEW)
    result.assert_outcomes(failed=1, skipped=7)
    told = result.stdout.str()
    assert "the charm does not start in this environment: `install` fails in" in told
    assert "FileNotFoundError: there is no snapd" in told
    assert "def lifecycle_charm(their_fixture):" in told
    assert not list(directory.rglob("lifecycle-corpus"))


def test_a_failure_is_shrunk_told_once_saved_and_run_first(author, monkeypatch):
    make, run = author
    # Under CI pytest does not cut its summary.
    monkeypatch.setenv("CI", "true")
    directory = make("vault", fault=True)
    result = run(directory, *FEW, "-rA")
    told = result.stdout.str()
    assert result.ret == 1
    assert told.count("shrunk from") == 1
    assert "→   4 config-changed" in told
    assert "SecretNotFoundError" in told
    corpus = list((directory / "tests" / "unit" / "lifecycle-corpus").iterdir())
    assert len(corpus) == 1
    again = run(directory, *FEW, "-x", "-v")
    assert f"test_lifecycle[{corpus[0].stem}] FAILED" in again.stdout.str()
    assert "1 failed" in again.stdout.str()
    # A corpus alone is what CI needs to see that it is mended.
    shutil.copy(CHARMS / "vault" / "src" / "charm.py", directory / "src" / "charm.py")
    run(directory, "--lifecycle-traces", "0").assert_outcomes(passed=1)


def test_workers_of_xdist_have_the_same_outcomes(author):
    make, run = author
    directory = make("vault", fault=True)
    alone = outcomes(run(directory, *FEW, "-rA"))
    shutil.rmtree(directory / "tests" / "unit" / "lifecycle-corpus")
    several = outcomes(run(directory, *FEW, "-rA", "-n", "2"))
    assert alone == several
    assert len(alone) == 8
    random = run(directory, "--lifecycle-traces", "2", "--lifecycle-seed", "random", "-n", "2")
    assert "Different tests were collected" not in random.stdout.str()


def test_an_author_gives_a_context_hooks_and_invariants(author):
    make, run = author
    directory = make(
        "keeper",
        test="""
import dataclasses
import pytest
from ops import testing
import charmgrammar
from charm import KeeperCharm

class Hooks(charmgrammar.Invariants):
    traces = 0

    def before_trace(self, trace):
        Hooks.traces += 1

    def initial_state(self, state, trace):
        assert state.model.type == "kubernetes"
        return dataclasses.replace(state, workload_version="1")

    def after_event(self, state, event):
        assert state.workload_version == "1"
        assert event.kind != "stop", "it must never stop"

@pytest.fixture
def lifecycle_hooks():
    return Hooks()

@pytest.fixture
def lifecycle_charm():
    return testing.Context(KeeperCharm, charm_root=CHARM)

def test_lifecycle(lifecycle, lifecycle_trace):
    lifecycle.check(lifecycle_trace)
    assert Hooks.traces > 0
""".replace("CHARM)", repr("keeper") + ")"),
    )
    (directory.parent / "conftest.py").write_text(
        f"import sys\nsys.path.insert(0, {str(directory / 'src')!r})\n"
    )
    before = sorted(directory.iterdir())
    result = run(directory, *FEW)
    told = result.stdout.str()
    assert "it must never stop" in told
    assert "handled event" in told
    # The checkout is not written to.
    assert sorted(directory.iterdir()) == before


def test_what_init_writes_runs(author):
    make, run = author
    directory = make("ring")
    shutil.rmtree(directory / "tests")
    assert command("init", "--charm", directory, "--pytest").returncode == 0
    result = run(directory, "--lifecycle-traces", "3")
    result.assert_outcomes(passed=3)
    assert "--force" in command("init", "--charm", directory, "--pytest").stderr


def test_a_marker_names_another_grammar(author):
    make, run = author
    test = TEST.replace(
        "def test",
        'import pytest\n\n@pytest.mark.lifecycle("juju-machine", "--set", "operations=0")\ndef test',
    )
    result = run(make("ring", test=test), *FEW)
    result.assert_outcomes(passed=8)


def test_the_time_is_bounded(author):
    make, run = author
    result = run(make("ring"), *FEW, "--lifecycle-seconds", "0", "-rs")
    result.assert_outcomes(passed=1, skipped=7)
    assert "the time is over" in result.stdout.str()


def test_parts_are_the_whole(author):
    make, run = author
    directory = make("ring")
    parts = [outcomes(run(directory, *FEW, "-rA", "--lifecycle-shard", f"{k}/2")) for k in (0, 1)]
    assert parts[0] + parts[1] == outcomes(run(directory, *FEW, "-rA"))


def test_hypothesis_draws_traces(author):
    pytest.importorskip("hypothesis")
    make, run = author
    test = """
from hypothesis import HealthCheck, given, settings
from charmgrammar.strategies import traces

@given(trace=traces("--charm", CHARM, "--set", "operations=20"))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=15,
    derandomize=True,
)
def test_lifecycle(lifecycle, trace):
    lifecycle.check(trace)
"""
    sound = make("ring", test=test.replace("CHARM", repr(str(CHARMS / "ring"))))
    run(sound).assert_outcomes(passed=1)
    faulty = make("vault", fault=True, test=test.replace("CHARM", repr(str(CHARMS / "vault"))))
    result = run(faulty)
    result.assert_outcomes(failed=1)
    told = result.stdout.str()
    assert "SecretNotFoundError" in told
    assert "→   4 config-changed" in told
    assert len(list((faulty / "tests" / "unit" / "lifecycle-corpus").iterdir())) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--lifecycle-seed", "soon"], "takes a number or `random`"),
        (["--lifecycle-shard", "4"], "K/M"),
    ],
)
def test_mistakes_are_told(author, options, words):
    make, run = author
    result = run(make("ring"), *options)
    assert result.ret not in (0, 1)
    assert words in result.stdout.str() + result.stderr.str()


def test_a_grammar_with_errors_is_told(author):
    make, run = author
    directory = make("ring")
    (directory / "tests" / "unit" / "lifecycle.charmgrammar").write_text("phase x { nothing }")
    result = run(directory)
    assert result.ret != 0
    assert "undefined-event" in result.stdout.str() + result.stderr.str()
