#!/usr/bin/env bash
# Measures whole processes, ours and the yardstick's, in turn, and prints the ratios as a table.
#
#     benches/compare.sh [ROUNDS]
#
# Processor time and medians, unless a row says otherwise. Needs Python 3 beside Rust.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --locked --release --quiet
cargo build --locked --release --quiet --manifest-path benches/yardstick/Cargo.toml --target-dir target/yardstick
exec python3 benches/compare.py target/release/charmgrammar target/yardstick/release "${1:-5}"
