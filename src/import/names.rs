//! The names of Juju's hooks, with `-` as Juju writes them or with `_` as `ops` does.

/// Hooks that are of no relation, storage, container or action.
const WHOLE: &[&str] = &[
    "install",
    "start",
    "stop",
    "remove",
    "config-changed",
    "update-status",
    "upgrade-charm",
    "leader-elected",
    "leader-deposed",
    "leader-settings-changed",
    "collect-metrics",
    "meter-status-changed",
    "pre-series-upgrade",
    "post-series-upgrade",
    "secret-changed",
    "secret-rotate",
    "secret-expired",
    "secret-remove",
];

/// What ends the name of a hook that is of something else.
const ENDS: &[&str] = &[
    "-action",
    "-storage-attached",
    "-storage-detaching",
    "-pebble-ready",
    "-pebble-custom-notice",
    "-pebble-check-failed",
    "-pebble-check-recovered",
];

/// Hooks of relations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RelationHook {
    Created,
    Joined,
    Changed,
    Departed,
    Broken,
}

impl RelationHook {
    const ALL: [(Self, &str); 5] = [
        (Self::Created, "-relation-created"),
        (Self::Joined, "-relation-joined"),
        (Self::Changed, "-relation-changed"),
        (Self::Departed, "-relation-departed"),
        (Self::Broken, "-relation-broken"),
    ];
}

/// Whether two names are the same but for `-` and `_`.
pub(super) fn same(one: &str, other: &str) -> bool {
    let is_dash = |byte: u8| matches!(byte, b'-' | b'_');
    one.len() == other.len()
        && one.bytes().zip(other.bytes()).all(|(one, other)| one == other || is_dash(one) && is_dash(other))
}

/// What stands before the end of a name.
pub(super) fn before<'a>(name: &'a str, end: &str) -> Option<&'a str> {
    let at = name.len().checked_sub(end.len()).filter(|at| *at > 0)?;
    let (stem, tail) = name.split_at_checked(at)?;
    same(tail, end).then_some(stem)
}

/// The endpoint of a hook of a relation, and which one it is.
pub(super) fn relation(name: &str) -> Option<(&str, RelationHook)> {
    RelationHook::ALL.iter().find_map(|(hook, end)| Some((before(name, end)?, *hook)))
}

/// The storage of a hook of one.
pub(super) fn storage(name: &str) -> Option<&str> {
    before(name, "-storage-attached").or_else(|| before(name, "-storage-detaching"))
}

/// Whether it is the hook of an action.
pub(super) fn is_action(name: &str) -> bool {
    before(name, "-action").is_some()
}

/// Whether it is a hook that is of no relation, storage, container or action.
pub(super) fn is_whole(name: &str) -> bool {
    WHOLE.iter().any(|whole| same(name, whole))
}

/// Whether Juju has hooks with such names: events that a charm defines for itself mostly have others.
pub(super) fn is_of_juju(name: &str) -> bool {
    is_whole(name) || relation(name).is_some() || ENDS.iter().any(|end| before(name, end).is_some())
}

/// Whether a text is the name of a unit: `db/0`.
pub(super) fn is_unit(text: &str) -> bool {
    text.split_once('/').is_some_and(|(application, number)| {
        !application.is_empty()
            && application.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_in_both_spellings() {
        assert_eq!(relation("db-relation-joined"), Some(("db", RelationHook::Joined)));
        assert_eq!(relation("my_db_relation_broken"), Some(("my_db", RelationHook::Broken)));
        assert_eq!(relation("-relation-joined"), None);
        assert_eq!(relation("relation_joined"), None);
        assert_eq!(storage("data_storage_detaching"), Some("data"));
        assert!(is_action("backup_action") && !is_action("action"));
        for name in ["install", "config_changed", "web_pebble_ready", "x-pebble-check-failed", "é-action"] {
            assert!(is_of_juju(name), "{name}");
        }
        for name in ["data_provided", "collect_unit_status", "ready", "", "é"] {
            assert!(!is_of_juju(name), "{name}");
        }
        assert!(
            is_unit("db/0") && is_unit("remote-1a2b/12") && !is_unit("db") && !is_unit("secret:a/1") && !is_unit("a/b")
        );
    }
}
