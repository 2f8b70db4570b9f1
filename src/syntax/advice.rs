//! What to do about text that does not parse, where that can be guessed: mostly what other languages have taught.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::message::{Place, RESERVED, is_plain_name};
use crate::syntax::parse::Failure;
use crate::syntax::recover::nearest_declaration;
use crate::syntax::trivia::LexemeKind;

/// The words that begin a clause of an action.
const CLAUSES: [&str; 5] = ["as", "by", "weight", "when", "group"];

/// Of `set<0..7>` and `set(0..7)`.
const SET: &str = "a set is written with its bounds alone, as in `set 0..7`";

/// A token that could not be read, and what stands around it.
struct Scene<'a> {
    place: &'a Place<'a>,
    failure: &'a Failure,
    /// Whether a declaration would have to begin there.
    declaration: bool,
    /// Where it is.
    span: Span,
    before: &'a str,
    found: &'a str,
    next: &'a str,
}

/// What is to be said.
struct Advice {
    /// A place and a message instead of what was expected and found.
    title: Option<(Span, &'static str)>,
    help: String,
    fix: Option<(Span, String)>,
}

/// Only words.
fn help(help: impl Into<String>) -> Advice {
    Advice { title: None, help: help.into(), fix: None }
}

/// Something to be written instead of a place.
fn write(span: Span, replacement: &str) -> Advice {
    Advice { title: None, help: format!("write `{replacement}`"), fix: Some((span, replacement.to_owned())) }
}

impl Advice {
    /// The same with another text.
    fn saying(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The same with another place and message.
    fn titled(mut self, span: Span, message: &'static str) -> Self {
        self.title = Some((span, message));
        self
    }
}

/// Adds what to do about it to a diagnostic of a failure.
pub(super) fn add(place: &Place<'_>, failure: &Failure, declaration: bool, diagnostic: Diagnostic) -> Diagnostic {
    let before = place.at.checked_sub(1).map_or("", |index| place.word(index));
    let (found, next) = (place.word(place.at), place.word(place.at + 1));
    let scene = Scene { place, failure, declaration, span: diagnostic.primary.span, before, found, next };
    let advice = scene
        .character()
        .or_else(|| scene.event_name())
        .or_else(|| scene.comment())
        .or_else(|| scene.word())
        .or_else(|| scene.quotes())
        .or_else(|| scene.colon())
        .or_else(|| scene.comma())
        .or_else(|| scene.range())
        .or_else(|| scene.operator())
        .or_else(|| scene.declaration())
        .or_else(|| scene.clause())
        .or_else(|| scene.reserved())
        .or_else(|| scene.expected());
    let Some(advice) = advice else { return diagnostic };
    let mut diagnostic = diagnostic.help(advice.help);
    if let Some((span, message)) = advice.title {
        diagnostic.primary.span = span;
        message.clone_into(&mut diagnostic.message);
    }
    match advice.fix {
        Some((span, replacement)) => diagnostic.fix(span, replacement),
        None => diagnostic,
    }
}

/// What is needed at the end of a declaration.
pub(super) fn at_the_end(place: &Place<'_>, failure: &Failure) -> Option<&'static str> {
    Some(match place.word(place.from) {
        "state" if failure.expects("`=`") => "a state has an initial value, which may be `any`",
        "param" if failure.expects("`=`") => "a param has a value that holds when nothing else is set",
        "kind" if failure.expects("`{`") => "a kind without members is written `kind name {}`",
        "remove" => "say what it is, as in `remove action attach`",
        _ => return None,
    })
}

impl Scene<'_> {
    fn expects(&self, words: &str) -> bool {
        self.failure.expects(words)
    }

    fn statement(&self) -> bool {
        self.expects("a statement")
    }

    /// The word of the declaration that this is in.
    fn keyword(&self) -> &str {
        self.place.word(self.place.from)
    }

    fn kind(&self) -> LexemeKind {
        self.place.tokens[self.place.at].kind
    }

    /// The token that stands so many tokens before.
    fn back(&self, count: usize) -> &str {
        self.place.at.checked_sub(count).map_or("", |index| self.place.word(index))
    }

    /// Whether nothing stands between this token and the one before.
    fn is_glued(&self) -> bool {
        self.place.at > 0 && self.place.tokens[self.place.at - 1].end == self.span.start
    }

    /// Whether nothing stands between this token and the next one.
    fn is_glued_to_next(&self) -> bool {
        !self.next.is_empty() && self.place.tokens[self.place.at + 1].start == self.span.end
    }

    /// From the end of the token before to the start of the next one.
    fn with_gaps(&self) -> Span {
        let start = self.place.at.checked_sub(1).map_or(self.span.start, |index| self.place.tokens[index].end);
        let end = if self.next.is_empty() { self.span.end } else { self.place.tokens[self.place.at + 1].start };
        Span { start, end, ..self.span }
    }

    /// This token and the next one.
    fn with_next(&self) -> Span {
        let end = if self.next.is_empty() { self.span.end } else { self.place.tokens[self.place.at + 1].end };
        Span { end, ..self.span }
    }

    fn write(&self, replacement: &str) -> Advice {
        write(self.span, replacement)
    }

    /// Says why the token should not be there, and takes it away.
    fn leave_out(&self, why: impl Into<String>) -> Advice {
        Advice { title: None, help: why.into(), fix: Some((self.span, String::new())) }
    }

    /// Whether a `{` follows on the same line.
    fn brace_follows(&self) -> bool {
        (self.place.at..self.place.end)
            .take_while(|index| *index == self.place.at || !self.place.tokens[*index].first)
            .any(|index| self.place.word(index) == "{")
    }

    /// Characters that look like those of the language.
    fn character(&self) -> Option<Advice> {
        let character = self.found.chars().next().filter(|character| !character.is_ascii())?;
        let instead = match character {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => {
                return Some(self.write("-").saying("it looks like a `-`, and is another character"));
            }
            '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => {
                let string = self.expects("a string") || self.expects("an expression");
                return Some(help(if string {
                    "strings stand in straight quotes: `\"…\"`"
                } else {
                    "names are written without quotes"
                }));
            }
            '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => {
                return Some(self.leave_out("it is a character that cannot be seen"));
            }
            _ if character.is_whitespace() => {
                return Some(Advice {
                    title: None,
                    help: "it looks like a space, and is another character".to_owned(),
                    fix: Some((self.span, " ".to_owned())),
                });
            }
            _ if character.is_alphanumeric() => {
                return Some(help("names are made of the letters `a` to `z` and `A` to `Z`, digits, `_` and `-`"));
            }
            '≤' => "<=",
            '≥' => ">=",
            '≠' => "!=",
            '×' => "*",
            '→' | '⇒' if self.expects("`=>`") => "=>",
            '…' => "...",
            '¬' => "not",
            '∧' => "and",
            '∨' => "or",
            _ => return None,
        };
        Some(self.write(instead))
    }

    /// What was meant to be an event's name.
    fn event_name(&self) -> Option<Advice> {
        let declared = self.keyword() == "event";
        Some(match self.found {
            "-" if self.before == "]" => {
                let title = "an event's name cannot have an element of an array in it";
                help("take a variable for it, as in `for each r: relation where r == db[0] { <r>-relation-joined }`")
                    .titled(self.span, title)
            }
            "-" if self.before == "}" && self.back(3) == "{" && is_plain_name(self.back(2)) => {
                help(format!("a variable in an event's name is written `<{}>`", self.back(2)))
            }
            "-" if (declared || self.statement())
                && (is_plain_name(self.before) || self.before == ">")
                && (is_plain_name(self.next) || self.next == "<")
                && !(self.is_glued() && self.is_glued_to_next()) =>
            {
                let gaps = self.with_gaps();
                let title = "the parts of an event's name are joined by `-` without a space";
                write(gaps, "-").saying("leave out the space beside the `-`").titled(gaps, title)
            }
            "." if self.before == ">" => self.write("-").saying("the parts of an event's name are joined by `-`"),
            "$" if is_plain_name(self.next) => {
                let name = self.next.split('-').next().unwrap_or_default();
                help(format!("a variable in an event's name is written `<{name}>`"))
            }
            "*" if self.expects("an event") && declared => {
                help("events of many instances are declared by their kind, as in `<relation>-relation-joined`")
            }
            "<" if self.before == "set" => help(SET),
            "<" if is_plain_name(self.next) => {
                let next = self.next;
                if self.expects("an element of a pattern") {
                    help(
                        "a pattern has no variables: it names an instance, or any of them by `*`, as in `*-relation-joined`",
                    )
                } else if self.place.word(self.place.at + 2) == "." {
                    help(format!("only a variable can stand there, as in `<{next}>`"))
                } else if declared {
                    help("no space stands within an event's name")
                } else {
                    help(format!("`<{next}>` begins an event's name here; with a space behind the `<` it compares"))
                }
            }
            _ => return None,
        })
    }

    /// Comments of other languages.
    fn comment(&self) -> Option<Advice> {
        let doubled = self.is_glued_to_next() && (self.declaration || self.statement());
        Some(match (self.found, self.next) {
            ("/", "/") | ("-", "-") if doubled => write(self.with_next(), "#").saying("a comment begins with `#`"),
            ("/", "*") if doubled => help("a comment begins with `#`, and ends with its line"),
            _ => return None,
        })
    }

    /// Words that stand where they do not belong.
    fn word(&self) -> Option<Advice> {
        Some(match self.found {
            "elif" => help("write `else if`, directly behind the block of an `if`"),
            "else" if self.next == ":" => help("a block stands in braces: `else { … }`"),
            "else" => help("an `else` stands directly behind the block of an `if` or a `for one`, or behind `do(…)`"),
            "then" | "times" | "do" if self.expects("`{`") && self.next == "{" => {
                self.leave_out("the block follows directly")
            }
            "is" if self.next == "not" => write(self.with_next(), "!="),
            "is" => self.write("=="),
            "to" if self.expects("`{`") && is_number(self.before) && is_number(self.next) => {
                write(self.with_gaps(), "..")
            }
            "in" if self.expects("`:`") => {
                let span = Span { start: self.with_gaps().start, ..self.span };
                Advice {
                    title: None,
                    help: "write `:` and the kind of the variable, or its range, as in `r: relation`".to_owned(),
                    fix: Some((span, ":".to_owned())),
                }
            }
            "if" | "when" | "with" if self.expects("`where`") => self.write("where"),
            "if" | "where" if self.expects("a clause") => self.write("when"),
            "and" if self.expects("`with`") => self.write("with"),
            "with" if matches!(self.before, "accepts" | "rejects") => {
                help(format!("the profile stands before `{}`", self.before))
            }
            "when" if self.statement() => help("the guard of an action stands before its block"),
            word if self.before == "until" && self.expects("`while`") && !word.is_empty() => {
                help("write `repeat while not …`")
            }
            word if self.expects("`each` or `one`") && is_plain_name(word) => {
                help("write `for each r: relation { … }`, or `for one …` for one that is drawn")
            }
            word if self.expects("a member of a kind") && self.next == ":" => {
                help(format!("write `field {word}`, or `state {word}` if it changes"))
            }
            word if self.declaration && self.next != "=" && CLAUSES.contains(&word) => {
                help("the clauses of an action stand before its block")
            }
            _ => return None,
        })
    }

    /// Strings for names, and names for strings.
    fn quotes(&self) -> Option<Advice> {
        if self.kind() == LexemeKind::Text && !self.declaration {
            let inner = &self.found[1..self.found.len() - 1];
            let what = if self.statement() || self.expects("an event") {
                "the name of an event is written without quotes"
            } else if self.expects("an expression") || self.expects("a type") {
                "there are no strings among the values; a word of an enum is written without quotes"
            } else if self.expects("a name") {
                "names are written without quotes"
            } else {
                return None;
            };
            let fix = is_plain_name(inner).then(|| (self.span, inner.to_owned()));
            return Some(Advice { title: None, help: what.to_owned(), fix });
        }
        if self.kind() != LexemeKind::Word || !self.expects("a string") {
            return None;
        }
        if self.keyword() == "test" {
            return Some(help(
                "a test begins with a text that says what it is for, as in `test \"why\" accepts { … }`",
            ));
        }
        is_plain_name(self.found).then(|| self.write(&format!("\"{}\"", self.found)))
    }

    /// A `:` too many, or one that is missing.
    fn colon(&self) -> Option<Advice> {
        if self.found != ":" {
            let missing = self.expects("`:`");
            let example = match self.keyword() {
                "param" | "state" | "kind" => "`leader: bool` or `scale: 0..9`",
                _ => "`r: relation` or `n: 0..9`",
            };
            return missing.then(|| help(format!("first the name, then `:` and its type, as in {example}")));
        }
        if self.expects("`=>`") {
            return Some(self.write("=>"));
        }
        if self.expects("`where`") {
            return Some(self.write("where"));
        }
        if self.keyword() == "let" && self.back(2) == "let" {
            return Some(help("a `let` has no type: leave it out"));
        }
        if self.expects("`=`") || (self.expects("`)`") && self.expects("`,`")) {
            // In `a: 3` the `:` touches the name.
            let sign = if self.is_glued() { " =" } else { "=" };
            return Some(self.write(sign).saying("write `=`"));
        }
        if matches!(self.back(2), "state" | "param" | "let" | "source" | "event") && self.statement() {
            return Some(help("declarations stand at the top of the file, outside of all blocks"));
        }
        if self.expects("`{`") && self.next != "{" {
            return Some(help("a block stands in braces: `{ … }`"));
        }
        Some(self.leave_out("no `:` stands here"))
    }

    /// `,` and `;` that separate what nothing separates.
    fn comma(&self) -> Option<Advice> {
        Some(match self.found {
            "," if CLAUSES.contains(&self.next) && self.expects("a clause") => self.leave_out("no `,` stands here"),
            "," if is_number(self.before) && is_number(self.next) && self.statement() => {
                write(self.with_gaps(), ".").saying("decimals stand behind a `.`")
            }
            "," if self.expects("`with`") => self.write("with"),
            "," | "|" | "}" if self.expects("`=>`") => help("an alternative begins with its weight, as in `1 => a`"),
            "," if self.expects("`where`") => self.write("where"),
            "," if self.statement() => self.leave_out("statements follow each other without a `,`"),
            "," if self.expects("an element of a pattern") => {
                self.leave_out("elements follow each other without a `,`")
            }
            "," if self.declaration => help("each declaration has its own word; only `source` and `group` take a list"),
            "," if self.expects("`)`") => help("a set is written in braces, as in `{1, 2}`"),
            ";" if self.declaration => self.leave_out("a `;` may stand behind statements only"),
            ";" if self.expects("an element of a pattern") => {
                self.leave_out("elements follow each other without a `;`")
            }
            _ if self.before == "," && CLAUSES.contains(&self.found) && self.expects("a name") => {
                let index = self.place.at - 1;
                let comma = self.place.tokens[index];
                let span = Span { start: comma.start, end: comma.end, ..self.span };
                Advice {
                    title: None,
                    help: "no `,` stands before a clause".to_owned(),
                    fix: Some((span, String::new())),
                }
            }
            _ => return None,
        })
    }

    /// Ranges and sets in the manner of other languages.
    fn range(&self) -> Option<Advice> {
        let bounds = self.found.split_once('-').filter(|(low, high)| is_number(low) && is_number(high));
        if let Some((low, high)) = bounds {
            return Some(self.write(&format!("{low}..{high}")));
        }
        Some(match self.found {
            "..." if ["a bound", "a count", "`..`"].into_iter().any(|words| self.expects(words)) => self.write(".."),
            ".." if self.expects("an element of a pattern") => self.write("..."),
            ".." if self.expects("`)`") => help("a range stands without parentheses, as in `0..9`"),
            ".." if self.expects("`{`") && self.expects("an operator") => {
                help("a range is no value: compare with both ends, as in `0 <= n and n <= 9`")
            }
            "[" if self.expects("a type") => help("a range is written without brackets, as in `0..9`"),
            "[" if self.expects("an expression") => help("a set is written in braces, as in `{1, 2}`"),
            "(" if self.before == "set" => help(SET),
            "." if is_number(self.before) && is_number(self.next) => help("all numbers are integers"),
            "." if self.keyword() == "use" => {
                help("the path of a file is a string, as in `use \"other.charmgrammar\"`")
            }
            number if is_number(number) && self.expects("a setting") && self.before == "{" && self.next == "}" => {
                help(format!("an array is declared with brackets, as in `db[{number}]`"))
            }
            _ => return None,
        })
    }

    /// Operators that do not exist, or not there.
    fn operator(&self) -> Option<Advice> {
        let behind_word = self.is_glued() && is_plain_name(self.before);
        Some(match self.found {
            "->" if self.expects("`=>`") => self.write("=>"),
            "{" if self.expects("`=>`") => help("a `=>` stands before what is done, as in `1 => { … }`"),
            "%" if self.expects("`=>`") || self.expects("a clause") => self.leave_out("a weight is a number"),
            "|" if self.expects("an alternative") => self.write(","),
            "=" if self.before == "==" && self.is_glued() => self.leave_out("equality is written `==`"),
            ">" if self.before == "<" && self.is_glued() => {
                let span = Span { start: self.span.start - 1, ..self.span };
                write(span, "!=")
            }
            "&" => help("write `and`"),
            "+" if behind_word && self.next == "+" => write(self.with_next(), "+= 1"),
            "-" if behind_word && self.next == "-" => write(self.with_next(), "-= 1"),
            "*" if self.next == "=" && self.statement() => help("write it in full, as in `x = x * 2`"),
            "*" | "+" if behind_word && self.statement() => help("write `repeat 0.. mean 3 { … }`"),
            "?" if behind_word && self.statement() => help("write `maybe 50% …`"),
            "?" if self.statement() => help("there is no `? :`; write an `if` around the assignments"),
            "+" | "*" | "?" if self.expects("an element of a pattern") => {
                let count = if self.found == "?" { "0..1" } else { self.found };
                help(format!("how often stands in braces, as in `{}{{{count}}}`", self.before))
            }
            "!" if self.statement() => help("a `!` stands in patterns only"),
            "/" => help("there is no division"),
            "%" if self.expects("an operator") => help("there is no remainder"),
            "|" if self.expects("an operator") && !self.expects("a type") => help("write `or`"),
            "|" | "||" if self.statement() => help("alternatives are written `choose { 1 => a, 1 => b }`"),
            "(" if self.statement() => help("statements are held together by braces: `{ … }`"),
            "(" if self.expects("`{`") && self.back(2) == "phase" => help("a phase has no parameters"),
            "->" | "=>" | "&&" | ">" if self.statement() => help("statements follow each other without a sign"),
            number if is_number(number) && self.next == "%" && self.statement() => {
                help(format!("write `maybe {number}% …`"))
            }
            _ => return None,
        })
    }

    /// Something that begins no declaration.
    fn declaration(&self) -> Option<Advice> {
        if !self.declaration {
            return None;
        }
        if matches!(self.back(2), "source" | "group") && is_plain_name(self.found) {
            return Some(help("the names of a list are separated by `,`"));
        }
        if self.next == "=" || self.found == "=" && is_plain_name(self.before) {
            return Some(help(
                "assignments stand in a `phase`, a `rule` or an `action`; a value is declared by `param`, `state` or `let`",
            ));
        }
        if let Some(word) = nearest_declaration(self.found, 2) {
            return Some(self.write(word).saying(format!("did you mean `{word}`?")));
        }
        (RESERVED.contains(&self.found) || self.next == "(")
            .then(|| help("statements stand in a `phase`, a `rule` or an `action`"))
    }

    /// Something that begins no clause of an action.
    fn clause(&self) -> Option<Advice> {
        if !self.expects("a clause") {
            return None;
        }
        Some(match CLAUSES.into_iter().find(|clause| distance(clause, self.found) == 1) {
            Some(word) => self.write(word).saying(format!("did you mean `{word}`?")),
            None if matches!(self.back(2), "by" | "group") && is_plain_name(self.found) => help(
                "the names of a list are separated by `,`, and the clauses are `as`, `by`, `weight`, `when` and `group`",
            ),
            None => help("the clauses are `as \"…\"`, `by user`, `weight 3`, `when …` and `group …`"),
        })
    }

    /// A reserved word for a name.
    fn reserved(&self) -> Option<Advice> {
        let found = self.found;
        let meant = self.expects("a name") || self.expects("an event") || self.statement();
        (RESERVED.contains(&found) && meant)
            .then(|| help(format!("`{found}` is a reserved word; as a name it is written `` `{found}` ``")))
    }

    /// What can be said of what was expected, whatever was found.
    fn expected(&self) -> Option<Advice> {
        if self.expects("a weight") && self.found == "=" {
            return Some(self.leave_out("write `weight 3`"));
        }
        if self.expects("a percentage") {
            return Some(help("a percentage is written `30%`"));
        }
        if self.expects("a count") && self.before == "repeat" {
            return Some(help(
                "as in `repeat 3 { … }`, `repeat 0..9 { … }`, `repeat 0.. mean 3 { … }` or `repeat while e { … }`",
            ));
        }
        let block = self.failure.needs("`{`") && !self.brace_follows();
        block.then(|| help("a block stands in braces: `{ … }`"))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How many letters must be changed, added or dropped to make one word of another; too many when it is not near.
pub(super) fn distance(a: &str, b: &str) -> usize {
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
