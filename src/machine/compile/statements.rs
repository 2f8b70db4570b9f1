//! Statements.

use std::sync::Arc;

use super::{Body, Compiler, MILLION, Storage, gcd};
use crate::machine::configuration::index;
use crate::machine::program::{
    Address, Assignment, BranchCode, Candidates, Choose, CountKind, Draw, Each, EachNext, Emission, Expr, Interleave,
    One, Op, Parameter, RepeatNext, RepeatStart, Target,
};
use crate::machine::watch::{GuardKind, LandmarkKind};
use crate::model::grammar::{
    self, ActionId, Base, Count, Domain, Expression, ExpressionKind, Range, Statement, StatementKind, Type, Verb,
};
use crate::source::Span;

impl Compiler<'_> {
    pub(super) fn block(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    pub(super) fn statement(&mut self, statement: &Statement) {
        let start = self.here();
        self.parts(statement);
        self.landmark(LandmarkKind::Statement, start, statement.span);
    }

    fn parts(&mut self, statement: &Statement) {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Emit { event, of, payload } => {
                if self.has_slots {
                    self.emit(Op::Slot);
                }
                let (base, strides) = self.symbols[event.index()].clone();
                let kinds = &self.grammar.events[event.index()].kinds;
                let mut symbol = base;
                let mut parts = Vec::new();
                for ((expression, stride), kind) in of.iter().zip(strides).zip(kinds) {
                    let first = i64::from(self.grammar.kinds[kind.index()].first.0);
                    match self.expression(expression) {
                        Expr::Constant(instance) => {
                            let place = u32::try_from(instance - first).expect("instances follow their kind's first");
                            symbol += place * stride;
                        }
                        part => parts.push((part, first, stride)),
                    }
                }
                let payload = payload.iter().map(|value| self.expression(value)).collect();
                let place = self.place(span);
                let emission = Emission { event: *event, base: symbol, of: parts.into(), payload, place, span };
                self.emit(Op::Emit(Box::new(emission)));
            }
            StatementKind::Call { rule, arguments } => {
                let arguments = arguments.iter().map(|argument| self.expression(argument)).collect();
                self.emit(Op::Call { entry: rule.0, frame: 0, arguments, tail: false, span });
            }
            StatementKind::Assign { target, operator, value } => {
                let ty = self.target_type(target);
                let target = match target {
                    grammar::Target::State(state) => Target::Slot(state.0),
                    grammar::Target::Of { instance, member, .. } => {
                        Target::Of { instance: self.expression(instance), member: *member }
                    }
                };
                let set = match ty.base {
                    Base::Set { lo, .. } => Some(lo),
                    _ => None,
                };
                let value = self.expression(value);
                self.emit(Op::Assign(Box::new(Assignment { target, operator: *operator, value, set, span })));
            }
            StatementKind::Block(statements) => self.block(statements),
            StatementKind::Choose { alternatives, otherwise } => self.choose(alternatives, otherwise.as_deref(), span),
            StatementKind::If { arms, otherwise } => {
                let mut exits = Vec::new();
                for (condition, body) in arms {
                    let guard = condition;
                    let condition = Box::new(self.expression(condition));
                    let unless = self.emit(Op::Unless { condition, target: 0 });
                    self.guard(GuardKind::If, unless, 0, Some(guard));
                    self.block(body);
                    exits.push(self.emit(Op::Jump(0)));
                    self.land(unless);
                }
                self.block(otherwise.as_deref().unwrap_or_default());
                self.land_all(exits);
            }
            StatementKind::ForEach { range, any_order, body } => self.for_each(range, *any_order, body, span),
            StatementKind::ForOne { range, body, otherwise } => {
                let candidates = self.candidates(range);
                let place = self.place(span);
                let in_use = self.body.n_locals;
                let variable = self.body.local(range.variable);
                let one = self.emit(Op::One(Box::new(One { candidates, variable, otherwise: 0, place })));
                self.guard(GuardKind::Where, one, 0, range.filter.as_ref());
                self.block(body);
                self.leave_scope(in_use);
                let exit = self.emit(Op::Jump(0));
                self.land(one);
                self.block(otherwise.as_deref().unwrap_or_default());
                self.land(exit);
            }
            StatementKind::Repeat { count, condition, body } => self.repeat(count, condition.as_deref(), body, span),
            StatementKind::Maybe { millionths, body } => {
                let place = self.place(span);
                let unit = gcd(MILLION, *millionths);
                let (first, total) = (*millionths / unit, MILLION / unit);
                let maybe = self.emit(Op::Maybe { first, total, otherwise: 0, place });
                self.statement(body);
                self.land(maybe);
            }
            StatementKind::Draw { verb, actions, otherwise } => self.draw(*verb, actions, otherwise.as_deref(), span),
            StatementKind::Atomic(body) => {
                let in_use = self.body.n_locals;
                let local = self.body.take(1);
                self.emit(Op::EnterAtomic { local });
                self.block(body);
                self.emit(Op::ExitAtomic { local });
                self.body.release(in_use);
            }
            StatementKind::Interleave(branches) => self.interleave(branches, span),
            StatementKind::Leave => {
                self.emit(Op::Leave);
            }
            StatementKind::End => {
                self.emit(Op::End);
            }
        }
    }

    fn land_all(&mut self, exits: Vec<Address>) {
        for exit in exits {
            self.land(exit);
        }
    }

    /// Ends the scope of the locals from `in_use` on.
    fn leave_scope(&mut self, in_use: u32) {
        let count = self.body.n_locals - in_use;
        if count > 0 {
            self.emit(Op::Clear { first: in_use, count });
        }
        self.body.release(in_use);
    }

    fn target_type(&self, target: &grammar::Target) -> Type {
        match target {
            grammar::Target::State(state) => self.grammar.states[state.index()].ty,
            grammar::Target::Of { kind, member, .. } => self.grammar.kinds[kind.index()].states[*member as usize].ty,
        }
    }

    fn choose(&mut self, alternatives: &[grammar::Alternative], otherwise: Option<&Statement>, span: Span) {
        let place = self.place(span);
        let rows: Vec<_> = alternatives
            .iter()
            .map(|alternative| {
                let weight = self.expression(&alternative.weight);
                (weight, alternative.guard.as_ref().map(|guard| self.expression(guard)))
            })
            .collect();
        let weights: Option<Vec<u64>> = rows
            .iter()
            .map(|(weight, guard)| match (weight, guard) {
                (Expr::Constant(weight), None) => u64::try_from(*weight).ok(),
                _ => None,
            })
            .collect();
        // The addresses are not known yet.
        let choose = match weights {
            Some(weights) if weights.iter().any(|weight| *weight > 0) => {
                let table = self.table((0..).zip(weights));
                self.emit(Op::ChooseTable { table, targets: Box::default(), place })
            }
            _ => {
                let alternatives = rows.into_iter().map(|(weight, guard)| (weight, guard, 0)).collect();
                self.emit(Op::Choose(Box::new(Choose { alternatives, otherwise: 0, place })))
            }
        };
        let mut targets = Vec::new();
        let mut exits = Vec::new();
        for alternative in alternatives {
            let target = self.here();
            targets.push(target);
            self.statement(&alternative.body);
            exits.push(self.emit(Op::Jump(0)));
            let is_weightless = matches!(alternative.weight.kind, ExpressionKind::Constant(0));
            let kind = if is_weightless { LandmarkKind::Weightless } else { LandmarkKind::Alternative };
            self.landmark(kind, target, alternative.span);
            self.guard(GuardKind::When, choose, index(targets.len() - 1), alternative.guard.as_ref());
        }
        let fallback = self.here();
        match otherwise {
            Some(otherwise) => self.statement(otherwise),
            None => {
                self.emit(Op::DeadEnd { place });
            }
        }
        self.land_all(exits);
        match &mut self.program.code[choose as usize] {
            Op::ChooseTable { targets: unknown, .. } => *unknown = targets.into(),
            Op::Choose(choose) => {
                choose.otherwise = fallback;
                for ((_, _, address), target) in choose.alternatives.iter_mut().zip(targets) {
                    *address = target;
                }
            }
            _ => unreachable!("a choose was emitted there"),
        }
    }

    fn for_each(&mut self, range: &Range, any_order: bool, body: &[Statement], span: Span) {
        let candidates = self.candidates(range);
        let values = candidates.values;
        let words = u32::try_from(values.size.div_ceil(64)).expect("domains that are enumerated are small");
        let place = self.place(span);
        let in_use = self.body.n_locals;
        let mask = self.body.take(words);
        if let Domain::Kind(_) = range.domain {
            self.body.instances.push(mask);
        }
        let start = self.emit(Op::EachStart(Box::new(Each { candidates, mask, any_order, span })));
        self.guard(GuardKind::Where, start, 0, range.filter.as_ref());
        let variable = self.body.local(range.variable);
        let each = EachNext { values, mask, words, variable, any_order, exit: 0, place };
        let next = self.emit(Op::EachNext { each: Box::new(each) });
        self.block(body);
        self.emit(Op::Jump(next));
        self.land(next);
        self.leave_scope(in_use);
    }

    fn repeat(&mut self, count: &Count, condition: Option<&Expression>, body: &[Statement], span: Span) {
        let (kind, bounds) = match count {
            Count::Endless | Count::Open { .. } => (CountKind::Endless, None),
            Count::Exact(lo) => (CountKind::Exact, Some((lo, None, None))),
            Count::Uniform { lo, hi } => (CountKind::Uniform, Some((lo, Some(hi), None))),
            Count::Geometric { lo, hi: None, mean } => (CountKind::Open, Some((lo, None, Some(mean)))),
            Count::Geometric { lo, hi, mean } => (CountKind::Bounded, Some((lo, hi.as_ref(), Some(mean)))),
        };
        let place = self.place(span);
        let guard = condition;
        let condition = condition.map(|condition| self.expression(condition));
        let in_use = self.body.n_locals;
        let (counted, spread) = match bounds {
            None => (false, Parameter::Constant(0)),
            Some((lo, hi, mean)) => {
                let lo = self.expression(lo);
                let hi = hi.map(|hi| self.expression(hi));
                let mean = mean.map(|mean| self.expression(mean));
                let spread = mean.as_ref().map_or(Parameter::Constant(0), |mean| self.spread(&lo, mean));
                let is_memoryless = kind == CountKind::Open && matches!(lo, Expr::Constant(0));
                if is_memoryless && matches!(spread, Parameter::Constant(_)) {
                    (false, spread)
                } else {
                    self.emit(Op::RepeatStart(Box::new(RepeatStart { lo, hi, mean, kind, spread, span })));
                    (true, spread)
                }
            }
        };
        let next = RepeatNext { kind, counted, spread, condition, exit: 0, place };
        let next = self.emit(Op::RepeatNext(Box::new(next)));
        self.guard(GuardKind::While, next, 0, guard);
        self.block(body);
        self.emit(Op::Jump(next));
        self.land(next);
        self.leave_scope(in_use);
    }

    /// The distance of a mean from the lower bound.
    fn spread(&mut self, lo: &Expr, mean: &Expr) -> Parameter {
        match (lo, mean) {
            (Expr::Constant(lo), Expr::Constant(mean)) if lo <= mean => Parameter::Constant(lo.abs_diff(*mean)),
            _ => Parameter::Local(self.body.take(1)),
        }
    }

    fn draw(&mut self, verb: Verb, actions: &Arc<[ActionId]>, otherwise: Option<&Statement>, span: Span) {
        let place = self.place(span);
        let draw = Draw { actions: Arc::clone(actions), back: 0, tail: false, otherwise: None, place };
        let address = self.emit(Op::Draw(Box::new(draw)));
        let none = otherwise.map(|otherwise| {
            self.statement(otherwise);
            address + 1
        });
        let behind = self.here();
        match &mut self.program.code[address as usize] {
            Op::Draw(draw) => {
                // A `settle` draws again after each reaction; behind a `do` and a `react` the `else` is jumped over.
                draw.back = if verb == Verb::Settle { address } else { behind };
                draw.otherwise = none.or((verb != Verb::Do).then_some(behind));
            }
            _ => unreachable!("a draw was emitted there"),
        }
    }

    fn interleave(&mut self, branches: &[grammar::Branch], span: Span) {
        let place = self.place(span);
        let candidates = |(number, branch): (u32, &grammar::Branch)| {
            let each = branch.each.as_ref()?;
            Some(Candidates { guard: number, ..self.candidates(each) })
        };
        let eaches: Vec<_> = (0..).zip(branches).map(candidates).collect();
        let start = self.emit(Op::Interleave(Box::new(Interleave { branches: Box::default() })));
        for (number, branch) in (0..).zip(branches) {
            self.guard(GuardKind::Where, start, number, branch.each.as_ref().and_then(|each| each.filter.as_ref()));
        }
        let turn = self.emit(Op::Turn { next: 0, place });
        let mut codes = Vec::new();
        for (branch, each) in branches.iter().zip(eaches) {
            // A branch has a frame of its own, which begins with copies of the variables in scope: those outside do
            // not change while it runs.
            let inner = Body {
                n_places: self.body.n_places,
                depth: self.body.depth,
                ..Body::new(self.body.owner.clone(), self.body.span, self.body.declared)
            };
            let outer = std::mem::replace(&mut self.body, inner);
            let mut captured = Vec::new();
            for (variable, storage) in &outer.variables {
                if let Storage::Local(from) = storage {
                    captured.push((*from, self.body.local(*variable)));
                }
            }
            let each = each.map(|candidates| {
                let range = branch.each.as_ref().expect("candidates come from a range");
                (candidates, self.body.local(range.variable))
            });
            let entry = self.here();
            self.block(&branch.body);
            self.emit(Op::BranchEnd);
            let code = BranchCode { each, entry, frame: self.body.max_locals, captured: captured.into() };
            codes.push(code);
            let n_places = self.body.n_places;
            self.body = Body { n_places, ..outer };
        }
        self.land(turn);
        match &mut self.program.code[start as usize] {
            Op::Interleave(interleave) => interleave.branches = codes.into(),
            _ => unreachable!("an interleave was emitted there"),
        }
    }
}
