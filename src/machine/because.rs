//! Why a condition holds here, or does not: the parts of it that decide, with the values that they read.
//!
//! The condition is known twice, as it is checked and as it is compiled. Both have one shape, so they are gone through
//! side by side: the one tells what is written where, the other what it is here.

use rustc_hash::FxHashSet;

use super::configuration::Configuration;
use super::evaluate::Evaluator;
use super::fault::Fault;
use super::program::{Candidates, Expr, Op, Program};
use super::scratch::Scratch;
use super::unguarded::Way;
use crate::model::grammar::{Expression, ExpressionKind, Grammar, Quantifier, StateId, Type, Variable};
use crate::source::Span;

/// How many parts are told at most.
const MAX_ATOMS: usize = 6;

/// A part of a condition that has no parts which are conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Atom {
    /// Where it stands.
    pub span: Span,
    /// Whether it holds.
    pub holds: bool,
    /// Whether it is nothing but the first thing that it reads.
    pub is_plain: bool,
    /// What it reads.
    pub reads: Vec<Read>,
}

/// A value that a condition reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Where it is read.
    pub span: Span,
    /// What has it.
    pub of: ReadOf,
    /// The value.
    pub value: i64,
    /// Its type.
    pub ty: Type,
}

/// What has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadOf {
    /// A state.
    State(StateId),
    /// A field, by its name with that of its instance: `http.peer`. It never changes.
    Field(String),
    /// A variable, by its name.
    Variable(String),
    /// What the text says there: a param, a `let`, a count.
    Text,
}

impl Program {
    /// Why the condition of a fork's way is what it is. `conditions` gives the checked conditions of a place, with the
    /// variables that they read.
    pub fn because<'g>(
        &self,
        grammar: &'g Grammar,
        conditions: &dyn Fn(Span) -> Option<(&'g Expression, &'g [Variable])>,
        at: &Configuration,
        scratch: &mut Scratch,
        way: Way,
    ) -> Vec<Atom> {
        scratch.refuel();
        let place = || usize::try_from(way.option).expect("options are few");
        let guard = |number: u64| conditions(self.guard_span(at.pc, u32::try_from(number).ok()?)?);
        let (expr, source) = match &self.code[at.pc as usize] {
            Op::Slot => {
                let (phase, place) = (at.phase().index(), place() - 1);
                let source = grammar.phases[phase].meanwhile[place].guard.as_ref();
                let variables = &grammar.phases[phase].variables[..];
                (self.phases[phase].clauses[place].guard.as_ref(), source.map(|source| (source, variables)))
            }
            Op::Bind { action, .. } => {
                let row = &self.actions[action.index()];
                let mut rest = way.option;
                for (index, values) in row.parameters.iter().enumerate().rev() {
                    scratch.environment.candidate(index, values.at(rest % values.size));
                    rest /= values.size;
                }
                let action = &grammar.actions[action.index()];
                (row.guard.as_ref(), action.guard.as_ref().map(|source| (source, &action.variables[..])))
            }
            Op::Unless { condition, .. } => (Some(&**condition), guard(0)),
            Op::Choose(choose) => (choose.alternatives[place()].1.as_ref(), guard(way.option)),
            Op::EachStart(each) => {
                scratch
                    .environment
                    .candidate(each.candidates.bound as usize, each.candidates.values.at(way.option - 1));
                (each.candidates.filter.as_ref(), guard(0))
            }
            Op::One(one) => {
                scratch.environment.candidate(one.candidates.bound as usize, one.candidates.values.at(way.option));
                (one.candidates.filter.as_ref(), guard(0))
            }
            Op::RepeatNext(next) => (next.condition.as_ref(), guard(0)),
            _ => (None, None),
        };
        let (Some(expr), Some((source, variables))) = (expr, source) else { return Vec::new() };
        scratch.environment.base = 0;
        let evaluator = self.evaluator(at, scratch);
        let mut because = Because {
            evaluator,
            grammar,
            variables,
            atoms: Vec::new(),
            explained: FxHashSet::default(),
            read: FxHashSet::default(),
        };
        // What fails is left out; what was found before is still so.
        let _ = because.evaluator.holds(expr).and_then(|holds| because.explain(expr, source, holds));
        because.atoms.truncate(MAX_ATOMS);
        because.atoms
    }
}

struct Because<'a, 'g> {
    evaluator: Evaluator<'a>,
    grammar: &'g Grammar,
    variables: &'g [Variable],
    atoms: Vec<Atom>,
    /// The `let`s that were explained, with their arguments and whether they hold: again they add nothing.
    explained: FxHashSet<(u32, Vec<i64>, bool)>,
    /// The `let`s whose reads are in the atom at hand, with their arguments.
    read: FxHashSet<(u32, Vec<i64>)>,
}

impl<'a> Because<'a, '_> {
    /// Adds the parts that make an expression hold, or not.
    fn explain(&mut self, expr: &'a Expr, source: &Expression, holds: bool) -> Result<(), Box<Fault>> {
        match (expr, &source.kind) {
            (Expr::And(parts), ExpressionKind::And(sources)) | (Expr::Or(parts), ExpressionKind::Or(sources)) => {
                for (part, source) in parts.iter().zip(sources) {
                    // Of an `or` that does not hold, and of an `and` that holds, every part counts.
                    if self.evaluator.holds(part)? == holds {
                        self.explain(part, source, holds)?;
                    }
                }
                Ok(())
            }
            (Expr::Not(part), ExpressionKind::Not(source)) => self.explain(part, source, !holds),
            (Expr::Let { id, arguments, depth, span }, ExpressionKind::Let { .. }) => {
                let definition = &self.grammar.lets[*id as usize];
                let value = &self.evaluator.program.lets[*id as usize];
                let variables = std::mem::replace(&mut self.variables, &definition.variables);
                let found = self.within(arguments, *depth, *span, |this, given| {
                    let is_new = this.explained.insert((*id, given, holds));
                    if is_new { this.explain(value, &definition.value, holds) } else { Ok(()) }
                });
                self.variables = variables;
                found
            }
            (Expr::Quantified { quantifier, candidates, .. }, ExpressionKind::Quantified { range, .. })
                if *quantifier != Quantifier::Count && candidates.filter.is_some() && candidates.values.size > 0 =>
            {
                let filter = range.filter.as_ref().expect("both have the filter");
                self.quantified(*quantifier, candidates, filter, holds)
            }
            _ => self.atom(expr, source, holds),
        }
    }

    /// Does something where the parameters of a `let` have these arguments, of whose values it is told.
    fn within(
        &mut self,
        arguments: &'a [Expr],
        depth: u32,
        span: Span,
        inside: impl FnOnce(&mut Self, Vec<i64>) -> Result<(), Box<Fault>>,
    ) -> Result<(), Box<Fault>> {
        self.evaluator.environment.spend(span)?;
        let mut given = Vec::new();
        for (index, argument) in (depth as usize..).zip(arguments) {
            let value = self.evaluator.value(argument)?;
            self.evaluator.environment.bind(index, value);
            given.push(value);
        }
        let base = self.evaluator.environment.base;
        self.evaluator.environment.base = base + depth as usize;
        let found = inside(self, given);
        self.evaluator.environment.base = base;
        found
    }

    /// One that makes an `any` hold, or an `all` not; else all of them.
    fn quantified(
        &mut self,
        quantifier: Quantifier,
        candidates: &'a Candidates,
        source: &Expression,
        holds: bool,
    ) -> Result<(), Box<Fault>> {
        let filter = candidates.filter.as_ref().expect("it was looked for");
        let one_is_enough = (quantifier == Quantifier::Any) == holds;
        for place in 0..candidates.values.size {
            if self.evaluator.passes(candidates, place)? == holds {
                self.explain(filter, source, holds)?;
                if one_is_enough || self.atoms.len() >= MAX_ATOMS {
                    break;
                }
            }
        }
        Ok(())
    }

    fn atom(&mut self, expr: &'a Expr, source: &Expression, holds: bool) -> Result<(), Box<Fault>> {
        let mut reads = Vec::new();
        self.read.clear();
        self.reads(expr, source, &mut reads)?;
        let kind = &source.kind;
        let is_plain = matches!(
            kind,
            ExpressionKind::State(_)
                | ExpressionKind::StateOf { .. }
                | ExpressionKind::FieldOf { .. }
                | ExpressionKind::Variable(_)
                | ExpressionKind::Constant(_)
        );
        let atom = Atom { span: source.span, holds, is_plain, reads };
        if !self.atoms.contains(&atom) {
            self.atoms.push(atom);
        }
        Ok(())
    }

    /// Adds what an expression reads.
    fn reads(&mut self, expr: &'a Expr, source: &Expression, reads: &mut Vec<Read>) -> Result<(), Box<Fault>> {
        let of = match (expr, &source.kind) {
            (_, ExpressionKind::State(state)) => ReadOf::State(*state),
            (Expr::StateOf { instance, member, span }, _) => {
                let instance = self.evaluator.instance(instance, *span)?;
                ReadOf::State(StateId(self.evaluator.program.first_states[instance] + member))
            }
            (Expr::FieldOf { instance, member, span }, _) => {
                let instance = self.evaluator.instance(instance, *span)?;
                let instance = &self.grammar.instances[instance];
                let field = &self.grammar.kinds[instance.kind.index()].fields[*member as usize].name;
                ReadOf::Field(format!("{}.{field}", instance.full_name()))
            }
            (_, ExpressionKind::Variable(variable)) => ReadOf::Variable(self.variables[variable.index()].name.clone()),
            (Expr::Arithmetic { first, rest, .. }, ExpressionKind::Arithmetic { first: source, rest: sources }) => {
                self.reads(first, source, reads)?;
                for ((_, part), (_, source)) in rest.iter().zip(sources) {
                    self.reads(part, source, reads)?;
                }
                return Ok(());
            }
            (Expr::Compare { left, right, .. }, ExpressionKind::Compare { left: one, right: other, .. })
            | (
                Expr::Contains { element: left, set: right, .. },
                ExpressionKind::Contains { element: one, set: other },
            ) => {
                self.reads(left, one, reads)?;
                return self.reads(right, other, reads);
            }
            (Expr::Set { elements, .. }, ExpressionKind::Set(sources)) => {
                for (part, source) in elements.iter().zip(sources) {
                    self.reads(part, source, reads)?;
                }
                return Ok(());
            }
            (Expr::Size(part) | Expr::Negate(part, _) | Expr::Convert { value: part, .. } | Expr::Not(part), kind) => {
                let (ExpressionKind::Size(source)
                | ExpressionKind::Negate(source)
                | ExpressionKind::Convert(source)
                | ExpressionKind::Not(source)) = kind
                else {
                    unreachable!("both have one shape")
                };
                return self.reads(part, source, reads);
            }
            (Expr::Let { id, arguments, depth, span }, _) => {
                let definition = &self.grammar.lets[*id as usize];
                let value = &self.evaluator.program.lets[*id as usize];
                let variables = std::mem::replace(&mut self.variables, &definition.variables);
                let found = self.within(arguments, *depth, *span, |this, given| {
                    let is_new = this.read.insert((*id, given));
                    if is_new { this.reads(value, &definition.value, reads) } else { Ok(()) }
                });
                self.variables = variables;
                return found;
            }
            _ => ReadOf::Text,
        };
        let read = Read { span: source.span, of, value: self.evaluator.value(expr)?, ty: source.ty };
        if !reads.contains(&read) {
            reads.push(read);
        }
        Ok(())
    }
}
