//! Statements.

use super::writer::{Dropped, List, Separator, Writer};
use crate::syntax::tree::{
    Alternative, Block, Branch, Clause, Count, Expression, High, Percentage, Statement, StatementKind,
};

impl Writer<'_> {
    /// The statements of a block whose first brace is written; its breaks belong to the group around it.
    pub(super) fn block(&mut self, block: &Block) {
        let separator = |statement: &Statement, dropped: Dropped| Separator {
            flat: if dropped.any() || is_assignment(statement) { ";" } else { "" },
            gap: 1,
            broken: "",
        };
        let list = List { shares: &is_simple, fills: false, separator: &separator, last: &|_| "" };
        self.braces(&block.statements, &list, Self::statement);
    }

    /// ` {…}` behind a header that is one line.
    pub(super) fn body(&mut self, block: &Block) {
        self.space();
        self.token("{");
        self.block(block);
    }

    /// `{…}` behind a header that is a group, which ends with the brace: where it does not stay on one line, the brace
    /// has one of its own.
    fn body_of_group(&mut self, block: &Block) {
        self.end_header();
        self.block(block);
    }

    /// The brace that ends a header, and its group.
    pub(super) fn end_header(&mut self) {
        self.soft(1);
        self.token("{");
        self.close();
    }

    pub(super) fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Emit { template, payload } => {
                self.glued(template.span());
                self.parentheses(payload, Self::argument);
            }
            StatementKind::Call { rule, arguments } => {
                self.glued(rule.span);
                self.parentheses(arguments, Self::expression);
            }
            StatementKind::Assign { target, value, .. } => {
                self.expression(target);
                self.space();
                self.any_token();
                self.space();
                self.expression(value);
            }
            StatementKind::Block(block) => {
                self.token("{");
                self.block(block);
            }
            StatementKind::Choose(alternatives) => self.choose(alternatives),
            StatementKind::If { arms, otherwise } => {
                for (place, (condition, block)) in arms.iter().enumerate() {
                    if place > 0 {
                        self.space_or_line();
                        self.word("else");
                    }
                    self.open();
                    self.word("if");
                    self.expression(condition);
                    self.body_of_group(block);
                }
                self.otherwise(otherwise.as_deref());
            }
            StatementKind::ForEach { variable, any_order, filter, body } => {
                self.open();
                self.word("for");
                self.word("each");
                self.binder(variable);
                if *any_order {
                    for word in ["in", "any", "order"] {
                        self.space();
                        self.token(word);
                    }
                }
                self.indent();
                self.filter(filter.as_deref());
                self.dedent();
                self.body_of_group(body);
            }
            StatementKind::ForOne { variable, filter, body, otherwise } => {
                self.open();
                self.word("for");
                self.word("one");
                self.binder(variable);
                self.indent();
                self.filter(filter.as_deref());
                self.dedent();
                self.body_of_group(body);
                self.otherwise(otherwise.as_deref());
            }
            StatementKind::Repeat { count, condition, body } => {
                self.repeat(count.as_deref(), condition.as_deref(), body);
            }
            StatementKind::Maybe { chance, body } => {
                self.word("maybe");
                self.percentage(*chance);
                self.space();
                self.statement(body);
            }
            StatementKind::Draw { names, otherwise, .. } => {
                self.any_token();
                self.parentheses(names.as_deref().unwrap_or_default(), |writer, name| writer.glued(name.span));
                if let Some(otherwise) = otherwise {
                    self.space();
                    self.word("else");
                    self.statement(otherwise);
                }
            }
            StatementKind::Atomic(block) => {
                self.token("atomic");
                self.body(block);
            }
            StatementKind::Interleave(branches) => {
                self.word("interleave");
                for (place, branch) in branches.iter().enumerate() {
                    if place > 0 {
                        self.space_or_line();
                        self.word("with");
                    }
                    self.branch(branch);
                }
            }
            StatementKind::Meanwhile(clauses) => self.meanwhile(clauses),
            StatementKind::Leave | StatementKind::End | StatementKind::Broken => self.glued(statement.span),
        }
    }

    fn otherwise(&mut self, block: Option<&Block>) {
        if let Some(block) = block {
            self.space_or_line();
            self.token("else");
            self.body(block);
        }
    }

    fn choose(&mut self, alternatives: &[Alternative]) {
        self.word("choose");
        self.token("{");
        let separator = |alternative: &Alternative, dropped: Dropped| {
            let is_braced = ends_with_block(&alternative.body);
            Separator {
                flat: if is_braced && !dropped.comma { "" } else { "," },
                gap: 1,
                broken: if is_braced { "" } else { "," },
            }
        };
        let behind_last = |alternative: &Alternative| if ends_with_block(&alternative.body) { "" } else { "," };
        let list = List { shares: &|_| false, fills: false, separator: &separator, last: &behind_last };
        self.braces(alternatives, &list, |writer, alternative| {
            let Alternative { weight, guard, otherwise, body, .. } = alternative;
            if *otherwise {
                writer.word("else");
            }
            if let Some(weight) = weight {
                writer.expression(weight);
                writer.space();
            }
            writer.guard(guard.as_deref());
            writer.word("=>");
            writer.statement(body);
        });
    }

    fn meanwhile(&mut self, clauses: &[Clause]) {
        self.word("meanwhile");
        self.token("{");
        let list = List { shares: &|_| false, fills: false, separator: &wide, last: &|_| "" };
        self.braces(clauses, &list, |writer, clause| {
            writer.percentage(clause.chance);
            writer.space();
            writer.guard(clause.guard.as_deref());
            writer.statement(&clause.body);
        });
    }

    /// `when e `
    fn guard(&mut self, guard: Option<&Expression>) {
        if let Some(guard) = guard {
            self.word("when");
            self.expression(guard);
            self.space();
        }
    }

    fn repeat(&mut self, count: Option<&Count>, condition: Option<&Expression>, body: &Block) {
        self.open();
        self.token("repeat");
        self.indent();
        if let Some(Count { low, high, mean, .. }) = count {
            self.space();
            self.expression(low);
            if *high != High::Same {
                self.token("..");
            }
            if let High::Bound(bound) = high {
                self.expression(bound);
            }
            if let Some(mean) = mean {
                self.space();
                self.word("mean");
                self.expression(mean);
            }
        }
        if let Some(condition) = condition {
            if count.is_some() {
                self.soft(1);
            } else {
                self.space();
            }
            self.word("while");
            self.expression(condition);
        }
        self.dedent();
        self.body_of_group(body);
    }

    fn branch(&mut self, branch: &Branch) {
        if let Some((variable, filter)) = branch.each.as_deref() {
            self.open();
            self.word("each");
            self.binder(variable);
            self.indent();
            self.filter(filter.as_ref());
            self.dedent();
            self.body_of_group(&branch.body);
        } else {
            self.token("{");
            self.block(&branch.body);
        }
    }

    fn percentage(&mut self, percentage: Percentage) {
        self.glued(percentage.span);
    }
}

/// What stands between items that are hard to tell apart on one line.
pub(super) fn wide<T>(_: &T, dropped: Dropped) -> Separator {
    let (flat, gap) = if dropped.any() { (",", 1) } else { ("", 2) };
    Separator { flat, gap, broken: "" }
}

/// Whether a statement may share a line with others in a block of several lines.
fn is_simple(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Emit { .. }
        | StatementKind::Call { .. }
        | StatementKind::Assign { .. }
        | StatementKind::Leave
        | StatementKind::End => true,
        StatementKind::Draw { otherwise, .. } => otherwise.is_none(),
        _ => false,
    }
}

/// Whether a statement ends with an assignment, so that on one line a `;` tells where its value ends.
fn is_assignment(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Assign { .. } => true,
        StatementKind::Maybe { body, .. } | StatementKind::Draw { otherwise: Some(body), .. } => is_assignment(body),
        _ => false,
    }
}

/// Whether a statement ends with the brace of a block.
fn ends_with_block(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Block(_)
        | StatementKind::Choose(_)
        | StatementKind::If { .. }
        | StatementKind::ForEach { .. }
        | StatementKind::ForOne { .. }
        | StatementKind::Repeat { .. }
        | StatementKind::Atomic(_)
        | StatementKind::Interleave(_)
        | StatementKind::Meanwhile(_) => true,
        StatementKind::Maybe { body, .. } | StatementKind::Draw { otherwise: Some(body), .. } => ends_with_block(body),
        _ => false,
    }
}
