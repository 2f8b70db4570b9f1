//! Names with `*` in them.

/// Whether `*` stands in it.
pub(super) fn is_glob(text: &str) -> bool {
    text.contains('*')
}

/// Whether a text is one that a glob stands for: each `*` is any text, also none. Costs at most the product of both
/// lengths.
pub(crate) fn matches(glob: &str, text: &str) -> bool {
    let (glob, text) = (glob.as_bytes(), text.as_bytes());
    let (mut at, mut next) = (0, 0);
    // Behind the last `*` met, and where in the text what follows it is tried: only the last one ever needs to give way.
    let mut star: Option<(usize, usize)> = None;
    while next < text.len() {
        if glob.get(at) == Some(&b'*') {
            at += 1;
            star = Some((at, next));
        } else if glob.get(at) == Some(&text[next]) {
            at += 1;
            next += 1;
        } else if let Some((behind, tried)) = star {
            at = behind;
            next = tried + 1;
            star = Some((behind, next));
        } else {
            return false;
        }
    }
    glob[at..].iter().all(|byte| *byte == b'*')
}

/// Matches a glob against a text that comes in pieces, some of which may be missing.
#[derive(Clone, Debug)]
pub(super) struct Matcher<'a> {
    glob: &'a [u8],
    /// For each place in the glob, and its end, whether all before it can have matched all that came.
    reached: Vec<bool>,
}

impl<'a> Matcher<'a> {
    /// Before any text.
    pub(super) fn new(glob: &'a str) -> Self {
        let glob = glob.as_bytes();
        let mut reached = vec![false; glob.len() + 1];
        reached[0] = true;
        let mut matcher = Self { glob, reached };
        matcher.pass_stars();
        matcher
    }

    /// This text comes next.
    pub(super) fn feed(&mut self, text: &str) {
        for byte in text.bytes() {
            if !self.reached.contains(&true) {
                return;
            }
            let mut reached = vec![false; self.reached.len()];
            for (place, expected) in self.glob.iter().enumerate().filter(|(place, _)| self.reached[*place]) {
                if *expected == b'*' {
                    reached[place] = true;
                } else if *expected == byte {
                    reached[place + 1] = true;
                }
            }
            self.reached = reached;
            self.pass_stars();
        }
    }

    /// This text comes next, or is missing.
    pub(super) fn feed_optional(&mut self, text: &str) {
        let without = self.reached.clone();
        self.feed(text);
        for (reached, without) in self.reached.iter_mut().zip(without) {
            *reached |= without;
        }
    }

    /// Whether the glob stands for the text that has come.
    pub(super) fn is_match(&self) -> bool {
        self.reached[self.glob.len()]
    }

    fn pass_stars(&mut self) {
        for (place, expected) in self.glob.iter().enumerate() {
            if *expected == b'*' && self.reached[place] {
                self.reached[place + 1] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_matchers_agree() {
        let parts = ["", "a", "b", "*", "ab", "*a", "b*"];
        let texts = ["", "a", "b", "ab", "ba", "aab", "abab", "bbab", "abba"];
        for glob in parts.iter().flat_map(|left| parts.iter().map(move |right| format!("{left}{right}*{left}"))) {
            for text in texts {
                let mut matcher = Matcher::new(&glob);
                matcher.feed(text);
                assert_eq!(matches(&glob, text), matcher.is_match(), "{glob} {text}");
            }
        }
    }

    #[test]
    fn stars_stand_for_any_text() {
        assert!(matches("*-relation-*", "http-relation-joined"));
        assert!(matches("*", "") && matches("*", "install") && matches("**", "x"));
        assert!(matches("install", "install") && !matches("install", "installed") && !matches("install", "instal"));
        assert!(matches("a*b*c", "a-b-b-c") && !matches("a*b*c", "a-c-b"));
        assert!(!matches("", "a") && matches("", ""));
    }

    #[test]
    fn a_text_may_have_optional_pieces() {
        for (glob, expected) in [
            ("db-x", true),
            ("db[1]-x", true),
            ("db[2]-x", false),
            ("*[1]-*", true),
            ("db[*]-x", true),
            ("db[]-x", false),
        ] {
            let mut matcher = Matcher::new(glob);
            matcher.feed("db");
            matcher.feed_optional("[1]");
            matcher.feed("-x");
            assert_eq!(matcher.is_match(), expected, "{glob}");
        }
    }
}
