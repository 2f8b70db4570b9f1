//! The grammars that ship in the binary.

const BUILTINS: &[(&str, &str)] = &[
    ("demo-k8s", include_str!("../../specs/demo-k8s.charmgrammar")),
    ("demo-machine", include_str!("../../specs/demo-machine.charmgrammar")),
    ("example", include_str!("../../specs/example.charmgrammar")),
    ("juju", include_str!("../../specs/juju.charmgrammar")),
    ("juju-k8s", include_str!("../../specs/juju-k8s.charmgrammar")),
    ("juju-machine", include_str!("../../specs/juju-machine.charmgrammar")),
    ("prototype", include_str!("../../specs/prototype.charmgrammar")),
];

/// The text of a built-in grammar.
pub fn builtin(name: &str) -> Option<&'static str> {
    BUILTINS.iter().find(|(candidate, _)| *candidate == name).map(|(_, text)| *text)
}

/// The names of all built-in grammars with their texts, by name.
pub fn builtins() -> &'static [(&'static str, &'static str)] {
    BUILTINS
}
