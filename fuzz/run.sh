#!/usr/bin/env bash
# fuzz/run.sh TARGET SECONDS: fuzzes a target from the inputs that the repository has for it, on one core.
# The project has no unsafe code, so no sanitizer slows it down.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$1 seconds=$2
corpus=fuzz/corpus/$target
mkdir -p "$corpus"

seeds() { find "$@" -type f -size -8k | while read -r file; do cp "$file" "$corpus/${file//\//-}"; done; }
case $target in
grammar) seeds specs tests/corpus -name '*.charmgrammar' ;;
story) seeds tests/corpus tests/fixtures -name '*.story' ;;
jsonl) seeds tests/corpus -name '*.jsonl' ;;
names) seeds tests/fixtures/juju -name '*.txt' ;;
debug-log) seeds tests/fixtures/juju/logs -name '*.log' ;;
status-log) seeds tests/fixtures/juju/logs -name 'status.*' ;;
tail) seeds tests/fixtures/juju/logs -name 'tail*' ;;
charm) seeds tests/fixtures/charms tests/charms -name '*.yaml' ;;
esac

dictionary=
case $target in grammar | pattern) dictionary=-dict=fuzz/keywords.dict ;; esac
exec nice -n 19 cargo +nightly fuzz run --sanitizer none "$target" "$corpus" "tests/regressions/$target" -- \
    -max_total_time="$seconds" -max_len=8192 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 $dictionary
