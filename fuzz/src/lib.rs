//! What fuzzers do with bytes: the same functions as the package's tests, from the same files.

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/it/reference/mod.rs"]
mod reference;
#[path = "../../tests/it/targets/mod.rs"]
mod targets;

/// Runs the target of a name.
///
/// # Panics
///
/// If the bytes are not answered as they should be.
pub fn run(name: &str, data: &[u8]) {
    let (_, target) = targets::TARGETS.iter().find(|(other, _)| *other == name).expect("there is the target");
    target(data);
}
