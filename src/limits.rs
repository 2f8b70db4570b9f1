//! What bounds the size of what is read and made: each limit with its name, its unit and its default, in one table.
//!
//! A limit is there so that no input takes more time or memory than is said of it. What can't be changed because of how
//! something is kept, as 64 elements of an array that are bits of a word, or 256 levels of nesting on the stack, is
//! told where it is kept.

use std::fmt;

/// Makes the struct, its defaults and the table from the same lines.
macro_rules! limits {
    ($($(#[doc = $text:literal])+ $field:ident $name:literal = $default:expr, at most $most:expr;)+) => {
        /// What bounds the size of what is read and made. `Default` has the defaults that are given here.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Limits {
            $($(#[doc = $text])+ pub $field: usize,)+
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        impl Limits {
            /// All limits, with what they are here.
            pub fn list(&self) -> Vec<Limit> {
                vec![$(Limit {
                    name: $name,
                    what: concat!($($text),+).trim(),
                    value: self.$field,
                    most: $most,
                },)+]
            }

            fn place(&mut self, name: &str) -> Option<&mut usize> {
                match name {
                    $($name => Some(&mut self.$field),)+
                    _ => None,
                }
            }
        }
    };
}

limits! {
    /// The bytes of a file with a grammar; 16 MiB.
    file "file" = 16 << 20, at most 1 << 31;
    /// The instances of all kinds together; 4,096.
    instances "instances" = 4096, at most 1 << 16;
    /// The bindings of an action or a reaction: combinations of values of its parameters; 65,536. Each draw looks at the
    /// guard of all of them, so this bounds what one `do` costs.
    bindings "bindings" = 1 << 16, at most 1 << 24;
    /// The symbols of the alphabet: combinations of an event and the instances in its name; 1,000,000. Their names are
    /// kept as a table, of about 100 MB then.
    event_names "event-names" = 1_000_000, at most 1 << 27;
    /// The highest count of a `repeat` with an upper bound; 1,000,000.
    count "count" = 1_000_000, at most 1_000_000_000;
    /// The values that `in any order` takes at a time; 16. A recognizer may follow every order.
    any_order "any-order" = 16, at most 4096;
    /// The words of 8 bytes that the states and the nested calls of a run take; 1,048,576.
    stack "stack" = 1 << 20, at most 1 << 27;
    /// The bytes of a charm's file, or of one with values; 4 MiB.
    charm_file "charm-file" = 4 << 20, at most 1 << 30;
    /// The values in one such file, with those that aliases bring; 50,000.
    yaml_values "yaml-values" = 50_000, at most 100_000_000;
    /// The bytes of a line of names or of a story; 1 MiB.
    line "line" = 1 << 20, at most 1 << 30;
    /// The bytes of a line of jsonl or of a log; 64 MiB. Some ten times as much is held in memory of one of jsonl.
    json_line "json-line" = 64 << 20, at most 1 << 31;
    /// The bytes of a status log in JSON or YAML; 64 MiB. Some ten times as much is held in memory of it.
    status_log "status-log" = 64 << 20, at most 1 << 31;
    /// The bytes of an input that has to be held as a whole: where a command is about one trace, and with `--any`; 1 GiB.
    whole_input "whole-input" = 1 << 30, at most 1 << 40;
    /// The combinations of values that `--any` tries; 256.
    combinations "combinations" = 256, at most 1_000_000;
    /// The steps of the search for one answer; 500,000,000. They are the same on every machine and with any number of threads:
    /// steps of runs, parts of conditions that they evaluate, ways that are found, and configurations that are copied, by
    /// their size.
    work "work" = 500_000_000, at most 1 << 53;
}

/// A limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it bounds.
    pub what: &'static str,
    /// What it is.
    pub value: usize,
    /// What it can be at most.
    pub most: usize,
}

/// Why a limit is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSet {
    /// There is none of this name.
    Unknown,
    /// It must be from 1 to this.
    Outside(usize),
}

impl fmt::Display for NotSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("there is no such limit"),
            Self::Outside(most) => write!(f, "this limit can be from 1 to {most}"),
        }
    }
}

impl std::error::Error for NotSet {}

impl Limits {
    /// Sets the limit of a name.
    ///
    /// # Errors
    ///
    /// If there is no such limit, or it can't be this.
    pub fn set(&mut self, name: &str, value: usize) -> Result<(), NotSet> {
        let limit = self.list().into_iter().find(|limit| limit.name == name).ok_or(NotSet::Unknown)?;
        if !(1..=limit.most).contains(&value) {
            return Err(NotSet::Outside(limit.most));
        }
        let place = self.place(name).ok_or(NotSet::Unknown)?;
        *place = value;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_set_by_its_name_within_its_range() {
        for Limit { name, what, value, most } in Limits::default().list() {
            assert!((1..=most).contains(&value) && what.contains("; "), "{name}");
            let mut limits = Limits::default();
            for (set, is) in
                [(1, Ok(())), (most, Ok(())), (0, Err(NotSet::Outside(most))), (most + 1, Err(NotSet::Outside(most)))]
            {
                assert_eq!(limits.set(name, set), is, "{name}");
            }
            let changed: Vec<Limit> = limits.list().into_iter().filter(|limit| limit.value == limit.most).collect();
            assert_eq!(changed.iter().map(|limit| limit.name).collect::<Vec<_>>(), [name]);
        }
        assert_eq!(Limits::default().set("depth", 3), Err(NotSet::Unknown));
    }
}
