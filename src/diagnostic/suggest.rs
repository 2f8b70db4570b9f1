//! "Did you mean …?"

/// The longest name, in characters, that is compared letter by letter, so that one mistake costs a bounded time.
const MAX_LENGTH: usize = 128;

/// The candidate that `name` is most likely a mistake for; the first of those that are equally near. `None` when all
/// are too far: about a third of the letters may be wrong.
///
/// Case and `_` for `-` do not count, and words between hyphens in another order count as one mistake, so
/// `Config_Changed` is `config-changed` and `relation-joined-http` is near to `http-relation-joined`. A candidate that
/// is `name` itself is no suggestion.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    if folded.len() > MAX_LENGTH {
        return None;
    }
    let words = sorted_words(&folded);
    let mut best = None;
    // The candidate must be strictly nearer than this.
    let mut bound = allowed(folded.len()) + 1;
    for candidate in candidates {
        // Folding keeps the number of characters, and a character has at most four bytes: the length is looked at
        // first, since most candidates end here.
        if candidate.len() > 4 * (folded.len() + bound) || candidate == name {
            continue;
        }
        let other = fold(candidate);
        let found = if folded.len() > 1 && other.len() == folded.len() && sorted_words(&other) == words {
            usize::from(other != folded)
        } else {
            match distance(&folded, &other, bound) {
                Some(distance) => distance,
                None => continue,
            }
        };
        if found < bound {
            best = Some(candidate);
            bound = found;
        }
        if bound == 0 {
            break;
        }
    }
    best
}

/// How many letters of a name of this length may be wrong: a third of it, but one for two or three letters, since a
/// slip is one; none for a single letter, which would be near to every other.
fn allowed(length: usize) -> usize {
    (length.max(3) / 3).min(length / 2)
}

/// The letters in lower case, with `-` for `_`.
fn fold(name: &str) -> Vec<char> {
    name.chars().map(|letter| if letter == '_' { '-' } else { letter.to_ascii_lowercase() }).collect()
}

/// The parts between hyphens, sorted.
fn sorted_words(name: &[char]) -> Vec<&[char]> {
    let mut words: Vec<&[char]> = name.split(|letter| *letter == '-').collect();
    words.sort_unstable();
    words
}

/// How many letters must be inserted, dropped, replaced or swapped with the next one to make one of the other (the
/// optimal string alignment), if that is less than `bound`.
fn distance(left: &[char], right: &[char], bound: usize) -> Option<usize> {
    if left.len().abs_diff(right.len()) >= bound {
        return None;
    }
    // Rows of the table of the distances between the beginnings of both.
    let mut before = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let replaced = above[column] + usize::from(letter != other);
            let mut least = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *letter == right[column - 1] && left[row - 1] == *other {
                least = least.min(before[column - 1] + 1);
            }
            current.push(least);
        }
        // A swap reaches over one row, so both must be too far already.
        if current.iter().chain(&above).all(|distance| *distance >= bound) {
            return None;
        }
        before = std::mem::replace(&mut above, current);
    }
    above.last().copied().filter(|distance| *distance < bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [&str; 6] =
        ["install", "start", "stop", "config-changed", "http-relation-joined", "http-relation-changed"];

    #[test]
    fn slips_are_found() {
        for (name, meant) in [
            ("config-change", "config-changed"),
            ("config_changed", "config-changed"),
            ("CONFIG-CHANGED", "config-changed"),
            ("conifg-changed", "config-changed"),
            ("changed-config", "config-changed"),
            ("relation-joined-http", "http-relation-joined"),
            ("http-relation-joind", "http-relation-joined"),
            ("instal", "install"),
            ("strat", "start"),
            ("stpo", "stop"),
        ] {
            assert_eq!(nearest(name, EVENTS), Some(meant), "{name}");
        }
    }

    #[test]
    fn strangers_are_not_suggested() {
        for name in ["", "x", "leader-elected", "secret-rotate", "restarted"] {
            assert_eq!(nearest(name, EVENTS), None, "{name}");
        }
        assert_eq!(nearest("a", ["b", "c"]), None);
        assert_eq!(nearest("install", ["install"]), None);
    }

    #[test]
    fn the_first_of_the_nearest_is_meant() {
        assert_eq!(nearest("bat", ["cat", "rat"]), Some("cat"));
        assert_eq!(nearest("rats", ["cat", "rat"]), Some("rat"));
        assert_eq!(nearest("Rat", ["bat", "rat"]), Some("rat"));
        assert_eq!(nearest("A", ["b", "a"]), Some("a"));
        assert_eq!(nearest("ça", ["ca", "da"]), Some("ca"));
    }

    #[test]
    fn distance_is_that_of_the_definition() {
        let of = |left: &str, right: &str| distance(&fold(left), &fold(right), 100);
        assert_eq!(of("", ""), Some(0));
        assert_eq!(of("abc", ""), Some(3));
        assert_eq!(of("ca", "abc"), Some(3), "a swapped pair is not edited again");
        assert_eq!(of("kitten", "sitting"), Some(3));
        assert_eq!(of("ab", "ba"), Some(1));
        assert_eq!(distance(&fold("kitten"), &fold("sitting"), 3), None);
    }

    #[test]
    fn long_names_cost_nothing() {
        let long = "x".repeat(1 << 20);
        assert_eq!(nearest(&long, ["x"]), None);
        assert_eq!(nearest("xx", [long.as_str()]), None);
    }
}
