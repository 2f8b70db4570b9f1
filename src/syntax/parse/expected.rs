//! Where a parse failed, and what was expected there, in words.

use super::grammar::Rule;

/// The furthest place that a parse reached, and what would have let it go on.
#[derive(Clone, Debug)]
pub(in crate::syntax) struct Failure {
    /// Where, as an offset into the file.
    pub(in crate::syntax) position: usize,
    /// What was expected, without repetitions, in the order of the grammar.
    expected: Vec<Expected>,
}

/// Something that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) struct Expected {
    words: &'static str,
    role: Role,
}

/// How what was expected stands to what comes before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// It begins something new: what comes before is complete.
    Item,
    /// It is needed.
    Part,
    /// It would only go on with something that is complete as it is, and is worth a word only alone.
    Suffix,
}

impl Failure {
    pub(super) fn new(position: usize, rules: &[Rule]) -> Self {
        let mut expected: Vec<Expected> = Vec::new();
        for found in rules.iter().filter_map(|rule| words(*rule)) {
            if !expected.contains(&found) {
                expected.push(found);
            }
        }
        // Behind a prefix pest tells what a statement may begin with, too.
        if rules.contains(&Rule::statement_prefix) {
            let begins = ["an event", "a name", "`{`", "`if`", "`while`"];
            expected.retain(|expected| !begins.contains(&expected.words));
        }
        Self { position, expected }
    }

    /// Whether something new could begin there, or nothing follow, so that what stands before is complete.
    pub(in crate::syntax) fn expects_item(&self) -> bool {
        self.expected.iter().any(|expected| expected.role == Role::Item) || self.expects("`}`")
    }

    /// Whether this was expected, in the words that messages use.
    pub(in crate::syntax) fn expects(&self, words: &str) -> bool {
        self.expected.iter().any(|expected| expected.words == words)
    }

    /// Whether this was expected because something is missing without it.
    pub(in crate::syntax) fn needs(&self, words: &str) -> bool {
        self.expected.iter().any(|expected| expected.words == words && expected.role == Role::Part)
    }

    /// What was expected: "a statement or `}`".
    pub(in crate::syntax) fn phrase(&self) -> String {
        let needed = self.expected.iter().any(|expected| expected.role != Role::Suffix);
        // In a list a comma is as much needed as the bracket at its end.
        let in_list = self.expects("`)`");
        // What only goes on within a name is not worth a word beside what goes on behind it.
        let assigned = self.expects("an assignment");
        let words: Vec<&str> = self
            .expected
            .iter()
            .filter(|expected| !needed || expected.role != Role::Suffix || (in_list && expected.words == "`,`"))
            .filter(|expected| !assigned || expected.words != "a part of it")
            .map(|expected| expected.words)
            .collect();
        match words.as_slice() {
            [] => "something else".to_owned(),
            [one] => (*one).to_owned(),
            [first, last] => format!("{first} or {last}"),
            [first @ .., last] => format!("{}, or {last}", first.join(", ")),
        }
    }
}

/// What a message calls a rule; nothing for what is never worth a word.
fn words(rule: Rule) -> Option<Expected> {
    let item = |words| Some(Expected { words, role: Role::Item });
    let part = |words| Some(Expected { words, role: Role::Part });
    let suffix = |words| Some(Expected { words, role: Role::Suffix });
    match rule {
        Rule::declaration | Rule::declaration_word | Rule::end_of_text | Rule::lone_declaration | Rule::file => {
            item("a declaration")
        }
        Rule::statement | Rule::statement_prefix | Rule::lone_block => item("a statement"),
        Rule::kind_member | Rule::member_word => item("a member of a kind"),
        Rule::setting => item("a setting"),
        Rule::chance_clause => item("a percentage"),
        Rule::alternative => item("an alternative"),
        Rule::element | Rule::bang | Rule::pattern => item("an element of a pattern"),
        Rule::override_declaration => part("a declaration"),
        Rule::expression | Rule::operand | Rule::prefix_operator | Rule::argument => part("an expression"),
        Rule::name | Rule::removed | Rule::target | Rule::placeholder_name | Rule::binder => part("a name"),
        Rule::template | Rule::spliced | Rule::template_start => part("an event"),
        Rule::text => part("a string"),
        Rule::r#type | Rule::range | Rule::set_range => part("a type"),
        Rule::no_value => part("`none`"),
        Rule::bound => part("a bound"),
        Rule::count | Rule::count_bound => part("a count"),
        Rule::condition | Rule::kw_while => part("`while`"),
        Rule::integer => part("an integer"),
        Rule::repetition_sign => part("`*`, `+`"),
        Rule::percentage | Rule::number => part("a percentage"),
        Rule::weight => part("a weight"),
        Rule::block | Rule::open_brace | Rule::branch | Rule::else_block | Rule::pattern_block | Rule::members => {
            part("`{`")
        }
        Rule::close_brace => part("`}`"),
        Rule::close_paren => part("`)`"),
        Rule::close_bracket => part("`]`"),
        Rule::colon => part("`:`"),
        Rule::assign => part("`=`"),
        Rule::arrow => part("`=>`"),
        Rule::kw_phase => part("`phase`"),
        Rule::kw_any => part("`any`"),
        Rule::kw_order => part("`order`"),
        Rule::kw_if => part("`if`"),
        Rule::for_word => part("`each` or `one`"),
        Rule::accepts | Rule::rejects | Rule::never | Rule::kw_accepts | Rule::kw_rejects | Rule::kw_never => {
            part("`accepts`, `rejects` or `never`")
        }
        Rule::clause => part("a clause"),
        Rule::kw_in => suffix("`in`"),
        Rule::guard | Rule::kw_when => suffix("`when`"),
        Rule::dots => suffix("`..`"),
        Rule::argument_assign => suffix("`=`"),
        Rule::binary_operator | Rule::sign => suffix("an operator"),
        Rule::comma | Rule::alternative_comma => suffix("`,`"),
        Rule::separator | Rule::semicolon => suffix("`;`"),
        Rule::bar => suffix("`|`"),
        Rule::mean | Rule::kw_mean => suffix("`mean`"),
        Rule::filter | Rule::kw_where => suffix("`where`"),
        Rule::kw_with | Rule::test_profile => suffix("`with`"),
        Rule::kw_else | Rule::else_if => suffix("`else`"),
        Rule::assign_operator | Rule::assignment => suffix("an assignment"),
        Rule::open_paren
        | Rule::arguments
        | Rule::binders
        | Rule::call_arguments
        | Rule::draw_names
        | Rule::payload => suffix("`(`"),
        Rule::settings | Rule::repetition | Rule::repetition_brace => suffix("`{`"),
        Rule::index | Rule::member | Rule::percent => suffix("a part of it"),
        Rule::EOI => suffix("the end"),
        _ => None,
    }
}
