//! What fuzzers have found, and small inputs of all sorts, are answered.

use std::fs;

use crate::support::{files, root};
use crate::targets::TARGETS;

#[test]
fn what_was_found_is_answered() {
    for (name, target) in TARGETS {
        let found = files(&root().join("tests/regressions").join(name));
        assert!(!found.is_empty(), "{name}");
        for path in found {
            println!("{}", path.display());
            target(&fs::read(path).expect("it can be read"));
        }
    }
}
