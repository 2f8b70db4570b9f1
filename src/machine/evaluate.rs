//! Expressions.

use rustc_hash::FxHashMap;

use super::configuration::Configuration;
use super::fault::{Fault, FaultKind};
use super::partial::unknown;
use super::program::{Candidates, Expr, Program};
use crate::model::grammar::{Arithmetic, Base, Quantifier, Type};
use crate::model::values::{arithmetic, compare, contains, convert};
use crate::source::Span;

/// What an expression reads beside the program and the configuration.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// Variables that expressions bind; those of the innermost `let` begin at `base`.
    pub(super) bound: Vec<i64>,
    pub(super) base: usize,
    /// How many more steps may be made before the next event.
    pub(super) fuel: u64,
    /// How many there are between two events.
    pub(super) granted: u64,
    /// The `let`s and quantifiers that are being evaluated.
    pub(super) nesting: Nesting,
    /// The work that was done, but for the steps since the last event: steps, guards of bindings and candidates that were
    /// evaluated, and operands of conditions and sums.
    pub(super) work: u64,
}

impl Environment {
    pub(super) fn bind(&mut self, index: usize, value: i64) {
        let place = self.base + index;
        if place >= self.bound.len() {
            self.bound.resize(place + 1, 0);
        }
        self.bound[place] = value;
    }

    /// Makes `value` the candidate of a filter or a guard that is about to be evaluated.
    pub(super) fn candidate(&mut self, index: usize, value: i64) {
        self.base = 0;
        self.bind(index, value);
    }

    /// Makes the steps between two events count from here.
    #[inline]
    pub(super) fn refuel(&mut self, step_limit: u64) {
        self.granted = step_limit;
        self.work += step_limit - self.fuel;
        self.fuel = step_limit;
    }

    /// Takes a step within an expression.
    pub(super) fn spend(&mut self, span: Span) -> Result<(), Box<Fault>> {
        match self.fuel.checked_sub(1) {
            Some(rest) => {
                self.fuel = rest;
                Ok(())
            }
            // A loop that shows nothing ends in an expression, too, but has not spent most of its steps in this one.
            None if self.nesting.fuel > self.granted / 2 => Err(fault(FaultKind::Evaluation, span)),
            None => Err(fault(FaultKind::StepLimit, span)),
        }
    }
}

/// What is known while a `let` or a quantifier is evaluated, with all that it uses.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    /// How many of them are being evaluated, one within the other.
    depth: u32,
    /// How many steps were left when the outermost one began.
    fuel: u64,
    /// How many `let`s were used since then.
    n_lets: u64,
    /// The values of `let`s under their arguments: states don't change in between. Without it a chain of `let`s that use each
    /// other twice would take twice as long with each more.
    values: FxHashMap<(u32, Box<[i64]>), i64>,
}

/// As many uses of `let`s are not remembered: most expressions have fewer.
const FEW_LETS: u64 = 64;

pub(super) fn fault(kind: FaultKind, span: Span) -> Box<Fault> {
    Box::new(Fault { kind, span })
}

/// Everything that evaluation needs.
pub(super) struct Evaluator<'a> {
    pub(super) program: &'a Program,
    pub(super) configuration: &'a Configuration,
    pub(super) environment: &'a mut Environment,
}

impl Evaluator<'_> {
    /// Whether a condition holds.
    pub(super) fn holds(&mut self, condition: &Expr) -> Result<bool, Box<Fault>> {
        Ok(self.value(condition)? != 0)
    }

    /// Whether the guard, where there is one, holds.
    pub(super) fn allows(&mut self, guard: Option<&Expr>) -> Result<bool, Box<Fault>> {
        guard.map_or(Ok(true), |guard| self.holds(guard))
    }

    /// Whether a candidate passes.
    pub(super) fn passes(&mut self, candidates: &Candidates, place: u64) -> Result<bool, Box<Fault>> {
        match &candidates.filter {
            None => Ok(true),
            Some(filter) => {
                self.environment.work += 1;
                self.environment.bind(candidates.bound as usize, candidates.values.at(place));
                self.holds(filter)
            }
        }
    }

    /// The value of an expression. Recursion is as deep as the expression, which the parser bounds, and as the `let`s
    /// that it uses, which do not use each other in circles.
    pub(super) fn value(&mut self, expr: &Expr) -> Result<i64, Box<Fault>> {
        Ok(match expr {
            Expr::Constant(value) => *value,
            Expr::Local(offset) => self.configuration.local(*offset),
            Expr::Bound(index) => self.environment.bound[self.environment.base + *index as usize],
            Expr::State(slot) => self.state(*slot, Span::default())?,
            Expr::StateOf { instance, member, span } => {
                let instance = self.instance(instance, *span)?;
                self.state(self.program.first_states[instance] + member, *span)?
            }
            Expr::FieldOf { instance, member, span } => {
                let instance = self.instance(instance, *span)?;
                self.program.instances[instance].fields[*member as usize]
            }
            Expr::IndexOf(instance, span) => {
                let instance = self.instance(instance, *span)?;
                self.program.instances[instance].index
            }
            Expr::ArrayOf(instance, span) => {
                let instance = self.instance(instance, *span)?;
                self.program.instances[instance].array
            }
            Expr::Not(operand) => i64::from(!self.holds(operand)?),
            Expr::And(operands) => {
                for operand in operands {
                    self.environment.work += 1;
                    if !self.holds(operand)? {
                        return Ok(0);
                    }
                }
                1
            }
            Expr::Or(operands) => {
                for operand in operands {
                    self.environment.work += 1;
                    if self.holds(operand)? {
                        return Ok(1);
                    }
                }
                0
            }
            Expr::Compare { operator, left, right } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                i64::from(compare(*operator, left, right))
            }
            Expr::Arithmetic { first, rest, span } => {
                let mut value = self.value(first)?;
                for (operator, operand) in rest {
                    self.environment.work += 1;
                    let operand = self.value(operand)?;
                    value = arithmetic(*operator, value, operand).ok_or_else(|| fault(FaultKind::Overflow, *span))?;
                }
                value
            }
            Expr::Negate(operand, span) => {
                let value = self.value(operand)?;
                arithmetic(Arithmetic::Subtract, 0, value).ok_or_else(|| fault(FaultKind::Overflow, *span))?
            }
            Expr::Contains { element, set, lo } => {
                let (element, set) = (self.value(element)?, self.value(set)?);
                i64::from(contains(set, *lo, element))
            }
            Expr::Size(set) => i64::from(self.value(set)?.count_ones()),
            Expr::Set { lo, hi, elements, span } => {
                let mut set = 0;
                for element in elements {
                    let value = self.value(element)?;
                    if !(*lo..=*hi).contains(&value) {
                        return Err(outside(value, Base::Int { lo: *lo, hi: *hi }, *span));
                    }
                    set |= 1 << (value - lo);
                }
                set
            }
            Expr::Convert { value, from, to, span } => {
                let value = self.value(value)?;
                let fails = || fault(FaultKind::Value { value, base: from.base, needed: *to }, *span);
                convert(value, *from, *to).ok_or_else(fails)?
            }
            Expr::Let { id, arguments, depth, span } => {
                self.environment.spend(*span)?;
                // The arguments go straight to where the body looks for them: beyond all that is in use here.
                for (index, argument) in (*depth as usize..).zip(arguments) {
                    let value = self.value(argument)?;
                    self.environment.bind(index, value);
                }
                let base = self.environment.base;
                self.environment.base = base + *depth as usize;
                let value = self.nested(|this| this.of_let(*id, arguments.len()));
                self.environment.base = base;
                value?
            }
            Expr::Quantified { quantifier, candidates, span } => {
                self.nested(|this| this.quantified(*quantifier, candidates, *span))?
            }
        })
    }

    /// Evaluates something that may use others of its kind.
    fn nested(&mut self, evaluate: impl FnOnce(&mut Self) -> Result<i64, Box<Fault>>) -> Result<i64, Box<Fault>> {
        let Environment { nesting, fuel, .. } = &mut *self.environment;
        if nesting.depth == 0 {
            (nesting.fuel, nesting.n_lets) = (*fuel, 0);
            nesting.values.clear();
        }
        nesting.depth += 1;
        let value = evaluate(self);
        self.environment.nesting.depth -= 1;
        value
    }

    /// The value of a `let` whose arguments are bound from the base on.
    fn of_let(&mut self, id: u32, n_arguments: usize) -> Result<i64, Box<Fault>> {
        let base = self.environment.base;
        let key = |environment: &Environment| (id, environment.bound[base..base + n_arguments].into());
        self.environment.nesting.n_lets += 1;
        if self.environment.nesting.n_lets > FEW_LETS
            && let Some(value) = self.environment.nesting.values.get(&key(self.environment))
        {
            return Ok(*value);
        }
        let value = self.value(&self.program.lets[id as usize])?;
        if self.environment.nesting.n_lets > FEW_LETS {
            let key = key(self.environment);
            self.environment.nesting.values.insert(key, value);
        }
        Ok(value)
    }

    fn quantified(&mut self, quantifier: Quantifier, candidates: &Candidates, span: Span) -> Result<i64, Box<Fault>> {
        let mut n_passing = 0;
        for place in 0..candidates.values.size {
            self.environment.spend(span)?;
            let passes = self.passes(candidates, place)?;
            match quantifier {
                Quantifier::Any if passes => return Ok(1),
                Quantifier::All if !passes => return Ok(0),
                _ => n_passing += i64::from(passes),
            }
        }
        Ok(match quantifier {
            Quantifier::Any => 0,
            Quantifier::All => 1,
            Quantifier::Count => n_passing,
        })
    }

    /// The value of a state.
    #[inline]
    pub(super) fn state(&self, slot: u32, span: Span) -> Result<i64, Box<Fault>> {
        if let Some(missing) = &self.configuration.unknown
            && missing.has(slot as usize)
        {
            return Err(unknown(slot, span));
        }
        Ok(self.configuration.state(&self.program.slots[slot as usize]))
    }

    /// The instance that an expression gives; `none` is not one.
    pub(super) fn instance(&mut self, expr: &Expr, span: Span) -> Result<usize, Box<Fault>> {
        let value = self.value(expr)?;
        usize::try_from(value).map_err(|_| fault(FaultKind::NoValue, span))
    }
}

/// The error of an integer that does not belong to a domain.
pub(super) fn outside(value: i64, needed: Base, span: Span) -> Box<Fault> {
    fault(FaultKind::Value { value, base: needed, needed: Type { base: needed, optional: false } }, span)
}
