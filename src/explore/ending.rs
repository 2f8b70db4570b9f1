//! Whether every run can come to an end, told by the text alone.
//!
//! A run can be kept from its end only by a loop whose condition holds on and on, or by a recursion. Neither keeps it where
//! on every way through there is a choice for `end` or `leave` that no guard forbids, as in lifecycles that may be over at
//! any time. This errs on the safe side: where it can't tell, runs have to be looked at.

use crate::model::grammar::{
    ActionId, Alternative, Count, Expression, ExpressionKind, Grammar, RuleId, Statement, StatementKind, Verb,
};
use crate::model::visit::for_each_statement_of;

/// Whether each configuration that a run of the grammar can come to has a way to the end of a trace, or to a failure. No
/// answer is also a no. Costs a few passes over the bodies.
pub(super) fn is_sure_to_end(grammar: &Grammar) -> bool {
    let none = |length: usize| vec![Ending::default(); length];
    let mut endings =
        Endings { rules: none(grammar.rules.len()), actions: none(grammar.actions.len()), has_grown: true };
    // What a body can do follows from what shorter ones can: the least solution.
    while std::mem::take(&mut endings.has_grown) {
        for (place, rule) in grammar.rules.iter().enumerate() {
            let ending = endings.of(&rule.body);
            endings.has_grown |= std::mem::replace(&mut endings.rules[place], ending) != ending;
        }
        for (place, action) in grammar.actions.iter().enumerate() {
            let ending = endings.of(&action.body);
            endings.has_grown |= std::mem::replace(&mut endings.actions[place], ending) != ending;
        }
    }
    let mut is_sure = true;
    for_each_statement_of(grammar, &mut |statement| is_sure &= endings.of_one(statement).finishes);
    is_sure
}

/// What a piece of text can do from wherever it begins, as far as that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ending {
    /// Come to its end, or exit.
    finishes: bool,
    /// Exit: come to a `leave` or an `end` in it.
    exits: bool,
}

impl Ending {
    const FINISHES: Self = Self { finishes: true, exits: false };
    const EXITS: Self = Self { finishes: true, exits: true };

    /// One of two, nobody knows which.
    fn and(self, other: Self) -> Self {
        Self { finishes: self.finishes && other.finishes, exits: self.exits && other.exits }
    }

    /// Either of two, as one likes.
    fn or(self, other: Self) -> Self {
        Self { finishes: self.finishes || other.finishes, exits: self.exits || other.exits }
    }
}

struct Endings {
    rules: Vec<Ending>,
    actions: Vec<Ending>,
    has_grown: bool,
}

impl Endings {
    fn of(&self, body: &[Statement]) -> Ending {
        for statement in body {
            match self.of_one(statement) {
                Ending::FINISHES => {}
                other => return other,
            }
        }
        Ending::FINISHES
    }

    /// Something that may be missing: then nothing happens.
    fn of_optional(&self, body: Option<&[Statement]>) -> Ending {
        body.map_or(Ending::FINISHES, |body| self.of(body))
    }

    fn of_one(&self, statement: &Statement) -> Ending {
        match &statement.kind {
            StatementKind::Emit { .. } | StatementKind::Assign { .. } => Ending::FINISHES,
            StatementKind::Leave | StatementKind::End => Ending::EXITS,
            StatementKind::Call { rule: RuleId(rule), .. } => self.rules[*rule as usize],
            StatementKind::Block(body) | StatementKind::Atomic(body) => self.of(body),
            StatementKind::Choose { alternatives, otherwise } => {
                // Each is looked at once: twice at each level would be exponential in the depth of nesting.
                let mut any = otherwise.as_ref().map(|other| self.of_one(other));
                let mut open = Ending::default();
                for alternative in alternatives {
                    let ending = self.of_one(&alternative.body);
                    any = Some(any.map_or(ending, |any| any.and(ending)));
                    if is_open(alternative) {
                        open = open.or(ending);
                    }
                }
                // Where none is open the run has failed, unless there is an `else`.
                any.unwrap_or_default().or(open)
            }
            StatementKind::If { arms, otherwise } => {
                let arms = arms.iter().map(|(_, body)| self.of(body));
                arms.fold(self.of_optional(otherwise.as_deref()), Ending::and)
            }
            // There may be nothing to do it for.
            StatementKind::ForEach { body, .. } => self.of(body).and(Ending::FINISHES),
            StatementKind::ForOne { body, otherwise, .. } => self.of(body).and(self.of_optional(otherwise.as_deref())),
            StatementKind::Repeat { count, body, .. } => match **count {
                // The condition may hold on and on; where it fails nothing happens.
                Count::Endless | Count::Open { .. } => Ending { finishes: self.of(body).exits, exits: false },
                Count::Exact(_) | Count::Uniform { .. } | Count::Geometric { .. } => {
                    self.of(body).and(Ending::FINISHES)
                }
            },
            StatementKind::Maybe { millionths, body } => match millionths {
                0 => Ending::FINISHES,
                1_000_000 => self.of_one(body),
                _ => self.of_one(body).or(Ending::FINISHES),
            },
            StatementKind::Draw { verb, actions, otherwise } => {
                let mut drawn = actions.iter().map(|ActionId(action)| self.actions[*action as usize]);
                if *verb == Verb::Settle {
                    return Ending { finishes: drawn.all(|drawn| drawn.exits), exits: false };
                }
                let otherwise = otherwise.as_deref().map(std::slice::from_ref);
                drawn.fold(self.of_optional(otherwise), Ending::and)
            }
            StatementKind::Interleave(branches) => {
                let (mut finishes, mut exits) = (true, false);
                for branch in branches {
                    let ending = self.of(&branch.body);
                    finishes &= ending.finishes;
                    // A turn may always be this one's.
                    exits |= branch.each.is_none() && ending.exits;
                }
                Ending { finishes, exits: finishes && exits }
            }
        }
    }
}

/// Whether an alternative can always be taken.
fn is_open(alternative: &Alternative) -> bool {
    let holds = |guard: &Expression| matches!(guard.kind, ExpressionKind::Constant(value) if value != 0);
    alternative.guard.as_ref().is_none_or(holds)
        && matches!(alternative.weight.kind, ExpressionKind::Constant(weight) if weight > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{self, Memory, Root, Settings};

    /// Whether it is sure that runs end: of a phase with this body, before a phase that may be over at any time. A rule
    /// runs itself again, or is over, each under a guard.
    fn ends(body: &str, again: &str, over: &str) -> bool {
        let text = format!(
            "source user\nevent a\nstate s: bool = false\n\
             action go by user when s {{ a }}\n\
             action stop by user when s {{ a end }}\n\
             rule again() {{ a choose {{ 1 {again} => again(), 1 {over} => {{}} }} }}\n\
             phase p {{ {body} }}\n\
             phase q {{ repeat while s {{ a choose {{ 9 => {{}}, 1 => leave }} }} }}\n"
        );
        let root = Root::Text { name: "test".to_owned(), text };
        let loaded = model::load(&Memory::default(), &root, &Settings::default());
        is_sure_to_end(&loaded.grammar.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics)))
    }

    #[test]
    fn who_can_always_leave_a_loop_ends() {
        for body in [
            "a",
            "repeat 0.. mean 3 { a }",
            "repeat while s { a maybe 1% end }",
            "repeat while s { do(stop) else end }",
            "repeat while s { if s { a leave } else { do(go) else {} end } }",
            "repeat while s { interleave { a end } with { a } }",
            "again()",
        ] {
            assert!(ends(body, "when s", ""), "{body}");
        }
    }

    #[test]
    fn who_may_be_kept_in_a_loop_is_not_sure_to_end() {
        for body in [
            "repeat while s { a }",
            "repeat while s { a if s { end } }",
            "repeat while s { a choose { 9 => {}, 1 when s => end } }",
            "repeat while s { do(go, stop) else end }",
            "repeat while s { a for each n: 0..2 where s { end } }",
        ] {
            assert!(!ends(body, "when s", ""), "{body}");
        }
        assert!(!ends("again()", "", "when s"), "what it is over by may be forbidden");
    }
}
