//! Checked grammar → program.
//!
//! Here is what a program has beside its bodies; `statements` compiles those, and `expressions` what stands in them.

mod expressions;
mod statements;

use std::collections::BTreeMap;

use super::configuration::index;
use super::pack::pack_states;
use super::product::Parts;
use super::program::{
    ActionCode, Address, Choice, ClauseCode, Expr, InstanceRow, Op, PhaseCode, Place, PlaceId, Program, Table, Values,
};
use super::watch::{CLAUSE_GUARD, Guard, GuardKind, Landmark, LandmarkKind};
use crate::model::grammar::{self, ActionId, Base, Check, Expression, Grammar, PhaseId, RuleId, Variable, VariableId};
use crate::source::Span;

/// Compiles a grammar. Costs a pass over it.
pub(super) fn compile(grammar: &Grammar) -> Program {
    let mut compiler = Compiler::new(grammar);
    compiler.initial_states();
    for (index, phase) in grammar.phases.iter().enumerate() {
        compiler.phase(PhaseId::new(index), phase);
    }
    let end = compiler.emit(Op::End);
    compiler.program.end = end;
    for (index, phase) in grammar.phases.iter().enumerate() {
        compiler.clauses(PhaseId::new(index), phase);
    }
    for (index, rule) in grammar.rules.iter().enumerate() {
        compiler.rule(RuleId::new(index), rule);
    }
    for (index, action) in grammar.actions.iter().enumerate() {
        compiler.action(ActionId::new(index), action);
    }
    compiler.finish()
}

/// Compiles a condition over the states of a grammar, whose bodies are compiled already.
pub(super) fn condition(grammar: &Grammar, condition: &Expression) -> Expr {
    let mut compiler = Compiler::new(grammar);
    compiler.condition(condition)
}

/// What is known of a rule or an action once it is compiled.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    address: Address,
    frame: u32,
}

struct Compiler<'a> {
    grammar: &'a Grammar,
    program: Program,
    rules: Vec<Entry>,
    /// For each event the symbol of the first of its instances, and the distances.
    symbols: Vec<(u32, Vec<u32>)>,
    has_slots: bool,
    body: Body<'a>,
}

/// Where a variable is kept.
#[derive(Clone, Copy, Debug)]
enum Storage {
    Local(u32),
    Bound(u32),
}

/// What the body that is being compiled keeps track of.
#[derive(Debug, Default)]
struct Body<'a> {
    /// What its places are named after.
    owner: String,
    n_places: u32,
    span: Span,
    declared: &'a [Variable],
    variables: BTreeMap<VariableId, Storage>,
    /// The locals in use that hold instances.
    instances: Vec<u32>,
    /// How many locals are in use, and how many were at once.
    n_locals: u32,
    max_locals: u32,
    /// How many bound variables are in use.
    depth: u32,
}

impl<'a> Body<'a> {
    fn new(owner: String, span: Span, declared: &'a [Variable]) -> Self {
        Self { owner, span, declared, ..Self::default() }
    }

    fn take(&mut self, count: u32) -> u32 {
        let first = self.n_locals;
        self.n_locals += count;
        self.max_locals = self.max_locals.max(self.n_locals);
        first
    }

    fn local(&mut self, variable: VariableId) -> u32 {
        let local = self.take(1);
        self.variables.insert(variable, Storage::Local(local));
        if matches!(self.declared[variable.index()].ty.base, Base::Instance(_)) {
            self.instances.push(local);
        }
        local
    }

    /// Gives back the locals from `in_use` on.
    fn release(&mut self, in_use: u32) {
        self.n_locals = in_use;
        self.variables.retain(|_, storage| !matches!(storage, Storage::Local(local) if *local >= in_use));
        self.instances.retain(|local| *local < in_use);
    }
}

impl<'a> Compiler<'a> {
    fn new(grammar: &'a Grammar) -> Self {
        let mut base = 0;
        let symbols = grammar
            .events
            .iter()
            .map(|event| {
                let mut size = 1;
                let mut strides = vec![0; event.kinds.len()];
                for (stride, kind) in strides.iter_mut().zip(&event.kinds).rev() {
                    *stride = size;
                    size *= grammar.kinds[kind.index()].count;
                }
                let first = base;
                base += size;
                (first, strides)
            })
            .collect();
        let (slots, initial) = pack_states(grammar);
        let parts = Parts::new(grammar, |state| slots[state].mask.count_ones());
        let instances = grammar.instances.iter().map(|instance| InstanceRow {
            fields: instance.fields.clone().into(),
            index: instance.element.map_or(0, i64::from),
            array: i64::from(instance.array.0),
        });
        Self {
            grammar,
            program: Program {
                limits: grammar.limits,
                code: Vec::new(),
                names_instances: Vec::new(),
                places: Vec::new(),
                landmarks: Vec::new(),
                guards: Vec::new(),
                slots,
                initial,
                parts,
                first_states: grammar.instances.iter().map(|instance| instance.first_state.0).collect(),
                instances: instances.collect(),
                actions: Vec::new(),
                phases: Vec::new(),
                lets: Vec::new(),
                never: Vec::new(),
                tables: Vec::new(),
                end: 0,
            },
            rules: vec![Entry::default(); grammar.rules.len()],
            symbols,
            has_slots: grammar.phases.iter().any(|phase| !phase.meanwhile.is_empty()),
            body: Body::default(),
        }
    }

    /// Fills in what could not be known when it was first needed: where rules begin, and which calls are the last thing
    /// that their body does.
    fn finish(mut self) -> Program {
        self.lets();
        self.never();
        self.program.landmarks.sort_by_key(|landmark| (landmark.span.source, landmark.span.start));
        self.program.guards.sort_by_key(|guard| (guard.span.source, guard.span.start));
        for address in 0..self.program.code.len() {
            let next = match &self.program.code[address] {
                Op::Call { .. } => address + 1,
                Op::Draw(draw) => draw.back as usize,
                _ => continue,
            };
            let last = self.returns(next);
            match &mut self.program.code[address] {
                Op::Call { entry, frame, tail, .. } => {
                    // Until now the entry is the number of the rule.
                    let rule = self.rules[*entry as usize];
                    (*entry, *frame, *tail) = (rule.address, rule.frame, last);
                }
                Op::Draw(draw) => draw.tail = last,
                _ => unreachable!("only calls and draws are left"),
            }
        }
        self.program
    }

    /// Whether nothing but the end of the body stands at an address.
    fn returns(&self, mut address: usize) -> bool {
        // Loops jump back to their heads, which are neither, so this ends.
        loop {
            match &self.program.code[address] {
                Op::Return => return true,
                Op::Clear { .. } => address += 1,
                Op::Jump(target) => address = *target as usize,
                _ => return false,
            }
        }
    }

    fn emit(&mut self, op: Op) -> Address {
        let address = self.here();
        self.program.code.push(op);
        self.program.names_instances.push(!self.body.instances.is_empty());
        address
    }

    fn here(&self) -> Address {
        index(self.program.code.len())
    }

    /// Makes the jump at `address` go to the next instruction.
    fn land(&mut self, address: Address) {
        let here = self.here();
        match &mut self.program.code[address as usize] {
            Op::Jump(target) | Op::Unless { target, .. } | Op::Maybe { otherwise: target, .. } => *target = here,
            Op::EachNext { each } => each.exit = here,
            Op::RepeatNext(next) => next.exit = here,
            Op::One(one) => one.otherwise = here,
            Op::Turn { next, .. } => *next = here,
            other => unreachable!("{other:?} does not jump"),
        }
    }

    fn place_named(&mut self, name: String, span: Span) -> PlaceId {
        let id = PlaceId(index(self.program.places.len()));
        self.program.places.push(Place { name, span });
        id
    }

    /// What stands here begins at an address, if it is anything.
    fn landmark(&mut self, kind: LandmarkKind, address: Address, span: Span) {
        let here = self.here();
        if here > address {
            self.program.landmarks.push(Landmark { kind, span, code: (address, here) });
        }
    }

    /// An instruction looks at a guard, if there is one.
    fn guard(&mut self, kind: GuardKind, address: Address, number: u32, guard: Option<&Expression>) {
        if let Some(guard) = guard {
            self.program.guards.push(Guard { kind, span: guard.span, key: (address, number) });
        }
    }

    fn place(&mut self, span: Span) -> PlaceId {
        self.body.n_places += 1;
        self.place_named(format!("{}#{}", self.body.owner, self.body.n_places), span)
    }

    fn initial_states(&mut self) {
        // An instance of which some states are drawn and others not yet is not like others, whatever their states.
        let mut begun = None;
        for (number, state) in self.grammar.states.iter().enumerate().filter(|(_, state)| state.initial.is_none()) {
            let instance = state.owner.map(|(instance, _)| instance);
            let slot = index(number);
            let place = self.place_named(format!("state {}", state.name), state.span);
            match state.ty.base {
                // Every subset is equally likely, which one number cannot say where there are 64 elements.
                Base::Set { lo, hi } if !state.ty.optional => {
                    for bit in 0..=u8::try_from(hi - lo).expect("sets have at most 64 values") {
                        let address = self.emit(Op::AnyElement { slot, bit, place });
                        self.program.names_instances[address as usize] = instance.is_some() && begun == instance;
                        begun = instance;
                    }
                }
                _ => {
                    let address = self.emit(Op::AnyState { slot, place });
                    self.program.names_instances[address as usize] = instance.is_some() && begun == instance;
                    begun = instance;
                }
            }
        }
    }

    fn phase(&mut self, id: PhaseId, phase: &'a grammar::Phase) {
        self.body = Body::new(format!("phase {}", phase.name), phase.span, &phase.variables);
        let place = self.place_named(format!("phase {}", phase.name), phase.span);
        let start = self.emit(Op::Phase { phase: id, frame: 0, place });
        self.block(&phase.body);
        if self.has_slots && id.index() + 1 < self.grammar.phases.len() {
            self.emit(Op::Slot);
        }
        if let Op::Phase { frame, .. } = &mut self.program.code[start as usize] {
            *frame = self.body.max_locals;
        }
        let place = self.place_named(format!("phase {} meanwhile", phase.name), phase.span);
        let after = self.here();
        self.program.phases.push(PhaseCode { clauses: Box::default(), total: 1, table: None, place, after });
        self.landmark(LandmarkKind::Phase(id), start, phase.span);
    }

    fn clauses(&mut self, id: PhaseId, phase: &'a grammar::Phase) {
        let unit = phase.meanwhile.iter().fold(MILLION, |unit, clause| gcd(unit, clause.millionths));
        let total = MILLION / unit;
        let mut clauses = Vec::new();
        for (number, clause) in (1..).zip(&phase.meanwhile) {
            self.body = Body::new(format!("phase {} meanwhile {number}", phase.name), clause.span, &phase.variables);
            let guard = clause.guard.as_ref().map(|guard| self.expression(guard));
            let entry = self.here();
            self.statement(&clause.body);
            self.emit(Op::ClauseEnd);
            self.landmark(LandmarkKind::Clause, entry, clause.span);
            self.guard(GuardKind::When, entry, CLAUSE_GUARD, clause.guard.as_ref());
            clauses.push(ClauseCode { weight: clause.millionths / unit, guard, entry, frame: self.body.max_locals });
        }
        if !clauses.is_empty() && clauses.iter().all(|clause| clause.guard.is_none()) {
            let weights = (1..).zip(clauses.iter().map(|clause| clause.weight));
            let rest = total - clauses.iter().map(|clause| clause.weight).sum::<u64>();
            let table = self.table(weights.chain([(0, rest)]));
            self.program.phases[id.index()].table = Some(table);
        }
        self.program.phases[id.index()].total = total;
        self.program.phases[id.index()].clauses = clauses.into();
    }

    /// A table of the options whose weight is not 0.
    fn table(&mut self, weights: impl Iterator<Item = (u64, u64)>) -> u32 {
        let mut upto = 0;
        let options = weights.filter(|(_, weight)| *weight > 0).map(|(option, weight)| {
            upto += weight;
            Choice { option, upto }
        });
        let options = options.collect();
        self.program.tables.push(Table::new(options));
        index(self.program.tables.len() - 1)
    }

    fn rule(&mut self, id: RuleId, rule: &'a grammar::Rule) {
        self.body = Body::new(format!("rule {}", rule.name), rule.span, &rule.variables);
        let address = self.here();
        for parameter in 0..rule.parameters {
            self.body.local(VariableId::new(parameter));
        }
        self.block(&rule.body);
        self.emit(Op::Return);
        self.landmark(LandmarkKind::Rule(id), address, rule.span);
        self.rules[id.index()] = Entry { address, frame: self.body.max_locals };
    }

    fn action(&mut self, id: ActionId, action: &'a grammar::Action) {
        let owner = format!("{} {}", if action.reaction { "reaction" } else { "action" }, action.name);
        self.body = Body::new(owner.clone(), action.span, &action.variables);
        for parameter in 0..action.parameters {
            let id = VariableId::new(parameter);
            self.body.variables.insert(id, Storage::Bound(self.body.depth));
            self.body.depth += 1;
        }
        let guard = action.guard.as_ref().map(|guard| self.expression(guard));
        let weight = self.expression(&action.weight);
        self.body.depth = 0;

        let place = self.place_named(format!("{owner} arguments"), action.span);
        let bind = self.emit(Op::Bind { action: id, place });
        for parameter in 0..action.parameters {
            self.body.local(VariableId::new(parameter));
        }
        let entry = self.here();
        if let [_, _, ..] = action.sources[..] {
            let place = self.place_named(format!("{owner} by"), action.span);
            let count = index(action.sources.len());
            self.emit(Op::Sources { count, place });
        }
        let place = self.place_named(owner, action.span);
        let next = self.here() + index(action.sources.len());
        for source in &action.sources {
            self.emit(Op::Mark { action: id, source: *source, next, place });
        }
        self.block(&action.body);
        self.emit(Op::Return);
        self.landmark(LandmarkKind::Action(id), bind, action.span);
        self.guard(GuardKind::When, bind, 0, action.guard.as_ref());
        let parameters: Box<[Values]> =
            action.variables[..action.parameters].iter().map(|variable| self.type_values(variable.ty)).collect();
        let bindings = parameters.iter().map(|values| values.size).product();
        let frame = self.body.max_locals;
        self.program.actions.push(ActionCode { bind, entry, frame, parameters, bindings, guard, weight });
    }

    fn lets(&mut self) {
        for definition in &self.grammar.lets {
            self.body = Body::new(format!("let {}", definition.name), definition.span, &definition.variables);
            for parameter in 0..definition.parameters {
                self.body.variables.insert(VariableId::new(parameter), Storage::Bound(self.body.depth));
                self.body.depth += 1;
            }
            let value = self.expression(&definition.value);
            self.program.lets.push(value);
        }
    }
}

impl Compiler<'_> {
    /// The `never` tests, but for those that speak of a profile.
    fn never(&mut self) {
        for test in self.grammar.tests.iter().filter(|test| test.profile.is_none()) {
            if let Check::Never { expression, .. } = &test.check {
                let condition = self.condition(expression);
                self.program.never.push(condition);
            }
        }
    }

    /// A condition that stands in no body: the variables that it binds are never locals.
    fn condition(&mut self, condition: &Expression) -> Expr {
        self.body = Body::new(String::new(), condition.span, &[]);
        self.expression(condition)
    }
}

/// All that is certain, in millionths.
const MILLION: u64 = 1_000_000;

/// The greatest common divisor; of 0 and a number it is that number.
fn gcd(mut one: u64, mut other: u64) -> u64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}
