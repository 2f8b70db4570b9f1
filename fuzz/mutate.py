#!/usr/bin/env python3
"""Mutates grammars and gives each to commands of the binary, for some time.

    fuzz/mutate.py target/release/charmgrammar --seconds 3600 --seed 1

Seeds are the grammars of `specs/`, `tests/corpus/` and `tests/semantics/`. A mutant must be answered:
exit code 0, 1 or 2, no panic, no more memory than `grammar/LANGUAGE.md` says, and `fmt` of what `fmt`
wrote changes nothing. What is not answered so is kept in `fuzz/artifacts/mutants/`.
"""

import argparse
import collections
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOKEN = re.compile(r"\w[\w-]*|\s+|[^\w\s]")
COMMANDS = (
    ("check", "--syntax"),
    ("check",),
    ("fmt", "--check"),
    ("stats", "-n", "20", "--seed", "1", "--event-limit", "10000"),
    ("generate", "--seed", "1", "--event-limit", "1000", "--format", "names"),
    ("validate", "TRACE", "--explain"),
    ("validate", "TRACE", "--from-anywhere", "--explain"),
    ("count", "--events", "0..5"),
    ("diff", "GRAMMAR"),
)
LIMITS = ("--limit", "20000", "--limit", "work=20000000")
MEMORY = 1_500 << 20
"""Bytes: what reading and exploring may take together within these limits, with room to spare."""


def seeds():
    """The texts of all grammars, as lists of tokens."""
    paths = [*ROOT.glob("specs/**/*.charmgrammar"), *ROOT.glob("tests/corpus/**/*.charmgrammar")]
    paths += ROOT.glob("tests/semantics/**/*.charmgrammar")
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in sorted(paths))
    return [tokens for tokens in map(TOKEN.findall, texts) if tokens]


def mutant(chance, texts):
    """A text with some tokens exchanged, taken out, repeated, nested, or taken from another one."""
    tokens = list(chance.choice(texts))
    for _ in range(chance.choice((1, 1, 1, 1, 2, 4))):
        if not tokens:
            break
        place = chance.randrange(len(tokens))
        other = chance.choice(texts)
        way = chance.randrange(8)
        if way == 0:
            del tokens[place : place + chance.choice((1, 1, 2, 10))]
        elif way == 1:
            tokens[place] = chance.choice(tokens)
        elif way == 2:
            tokens[place] = chance.choice(other)
        elif way == 3:
            start = chance.randrange(len(other))
            tokens[place:place] = other[start : start + chance.choice((1, 5, 40))]
        elif way == 4:
            part = tokens[place : place + chance.choice((1, 4, 20))]
            tokens[place:place] = part * chance.choice((1, 2, 30))
        elif way == 5:
            numbers = ("0", "1", "2", "63", "64", "4095", "1000000000", str(2**63), "-1", "0.001")
            digits = [place for place, token in enumerate(tokens) if token.isdigit()]
            if digits:
                tokens[chance.choice(digits)] = chance.choice(numbers)
        elif way == 6:
            opening = chance.choice(
                ("{", "atomic {", "maybe 50% {", "repeat 0..3 {", "interleave {")
            )
            depth = chance.choice((1, 3, 30))
            tokens[place:place] = [f" {opening} " * depth]
            tokens.insert(min(place + 6, len(tokens)), " } " * depth)
        else:
            tokens[place] = "".join(
                chance.choice("{}()<>[]|&%=.,:\"'`#\0\x1b é\u202e\t\r\n") for _ in range(3)
            )
    return "".join(tokens)


def run(words, text):
    """The exit code, all output, and the most memory in bytes."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (4 * MEMORY, 4 * MEMORY))  # noqa: E731
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, preexec_fn=limit
        )
        end = time.monotonic() + 120
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > end:
                process.kill()
            time.sleep(0.002)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return process.returncode, output.read().decode("utf-8", "replace"), usage.ru_maxrss << 10


def wrong(binary, directory, text):
    """What is wrong with how a mutant is answered, if anything is; and how many commands were run."""
    grammar, trace = directory / "g.charmgrammar", directory / "trace"
    grammar.write_bytes(text.encode("utf-8", "surrogatepass"))
    trace.write_text("start\n", encoding="utf-8")
    n_run = 0
    for command, *rest in COMMANDS:
        rest = [{"TRACE": str(trace), "GRAMMAR": str(grammar)}.get(word, word) for word in rest]
        takes_limits = (
            command in ("check", "stats", "validate", "count", "diff") and "--syntax" not in rest
        )
        words = [binary, command, str(grammar), *rest, *(LIMITS if takes_limits else ())]
        code, told, memory = run(words, text)
        n_run += 1
        if code not in (0, 1, 2) or "panicked" in told:
            return f"{command} {rest}: exit code {code}\n{told[:2000]}", n_run
        if memory > MEMORY:
            return f"{command} {rest}: {memory >> 20} MiB", n_run
        if command == "generate" and code == 0:
            trace.write_text(
                told[told.find("\n") + 1 :] if told.startswith("note") else told, encoding="utf-8"
            )
        if (command, code) == ("check", 2) and "--syntax" in rest:
            # It has no meaning, so the others say the same.
            return None, n_run
    run([binary, "fmt", str(grammar)], text)
    code, told, _ = run([binary, "fmt", "--check", str(grammar)], text)
    return (f"fmt is not idempotent\n{told[:2000]}" if code != 0 else None), n_run + 2


def main():
    """Tries mutants until the time is over. The exit code is 1 if one was not answered."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("binary")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    chance, texts = random.Random(arguments.seed), seeds()
    kept = ROOT / "fuzz" / "artifacts" / "mutants"
    counts = collections.Counter()
    end = time.monotonic() + arguments.seconds
    with tempfile.TemporaryDirectory() as name:
        while time.monotonic() < end:
            text = mutant(chance, texts)
            found, n_run = wrong(arguments.binary, Path(name), text)
            counts.update({"mutants": 1, "runs": n_run, "with a meaning": n_run > 2})
            if found:
                counts["wrong"] += 1
                kept.mkdir(parents=True, exist_ok=True)
                path = kept / f"{arguments.seed}-{counts['mutants']}.charmgrammar"
                path.write_bytes(text.encode("utf-8", "surrogatepass"))
                print(f"{path}: {found}", flush=True)
    told = [f"{counts[name]} {name}" for name in ("mutants", "with a meaning", "runs", "wrong")]
    print(", ".join(told))
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
