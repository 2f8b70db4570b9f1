//! A reference interpreter of checked grammars, slow and simple: written from the language's contract alone, and sharing
//! no code with the machine, so that where the two disagree one of them is wrong.
//!
//! A [`Run`] is a point of a run: the values of all states, and what is left to do as a persistent list of tasks, each
//! with the variables in its scope. [`Reference::step`] makes one small step from it: silent, in one of several ways
//! with their probabilities, or one that shows something, or the last one.

pub(crate) mod agreement;
pub(crate) mod brute;
mod evaluate;
pub(crate) mod explore;
pub(crate) mod mutate;
pub(crate) mod patterns;
pub(crate) mod random;
pub(crate) mod random_merge;
pub(crate) mod recognize;
pub(crate) mod record;
pub(crate) mod survey;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use charmgrammar::limits::Limits;
use charmgrammar::machine::MAX_WEIGHT;
use charmgrammar::model::grammar::{
    ActionId, AssignOperator, Base, Branch, CauseId, Count, EventId, Expression, Grammar, InstanceId, NONE, PhaseId,
    Statement, StatementKind, Target, VariableId, Verb,
};
use charmgrammar::model::{self, Memory, Root, Settings};

pub(crate) use evaluate::Trouble;
use evaluate::{Environment, Scope};
use record::fail;

/// The grammar of a text, or what is wrong with it.
pub(crate) fn load(text: &str) -> Result<Grammar, String> {
    let root = Root::Text { name: "test".to_owned(), text: text.to_owned() };
    let loaded = model::load(&Memory::default(), &root, &Settings::default());
    let errors = loaded.diagnostics.iter().map(|found| format!("{:?}: {}\n", found.code, found.message));
    loaded.grammar.ok_or_else(|| errors.collect())
}

/// What a run shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Shown {
    Phase(PhaseId),
    Action { action: ActionId, source: CauseId, arguments: Vec<i64> },
    Event { event: EventId, of: Vec<InstanceId>, payload: Vec<i64> },
}

/// What a step is.
#[derive(Clone, Debug)]
pub(crate) enum Step<P> {
    /// Silent: one of these, with their probabilities.
    Silent(Vec<(f64, P)>),
    /// Shows this.
    Show(Shown, P),
    /// The trace is over, and complete.
    End(P),
    /// The run fails.
    Fail(Trouble),
}

/// A point of a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Run<'g> {
    world: World,
    rest: Rest<'g>,
}

impl Run<'_> {
    /// The values of all states.
    pub(crate) fn states(&self) -> &[i64] {
        &self.world.states
    }

    /// The phase at hand.
    pub(crate) fn phase(&self) -> PhaseId {
        PhaseId::new(self.world.phase)
    }

    /// Whether all initial values were drawn.
    pub(crate) fn has_begun(&self) -> bool {
        !self.rest.as_ref().is_some_and(|frame| matches!(frame.task, Task::Initial(_)))
    }
}

/// What all branches share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    states: Vec<i64>,
    phase: usize,
    /// The outermost `atomic`s of the phase's own body that have had their slot.
    slotted: BTreeSet<usize>,
}

/// What is left to do.
type Rest<'g> = Option<Rc<Frame<'g>>>;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Frame<'g> {
    /// The hash of all that follows.
    hash: u64,
    task: Task<'g>,
    around: Rc<Around>,
    next: Rest<'g>,
}

impl Hash for Frame<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// What holds around a task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Around {
    environment: Environment,
    /// Whether it is part of a clause of a `meanwhile`.
    clause: bool,
    /// The `atomic`s around it, the outermost first.
    atomics: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Task<'g> {
    /// Draws the initial values from this state on.
    Initial(usize),
    /// Begins a phase.
    Phase(usize),
    /// The slot at the end of a phase that is not the last.
    LastSlot,
    /// What is left of a block or a body.
    Statements(Code<'g>),
    /// A draw of a slot.
    Slot,
    /// An event whose slot is over.
    Emit(Code<'g>),
    /// The mark of an action.
    Mark(ActionId, CauseId),
    /// What is left of a `for each`.
    Each { variable: VariableId, values: Vec<i64>, any_order: bool, body: Code<'g> },
    /// What is left of a `repeat`.
    Repeat { left: Left, condition: Option<At<'g>>, body: Code<'g> },
    /// A `settle` that draws again.
    Settle(Code<'g>),
    /// The end of an `atomic`.
    EndAtomic(usize),
    /// Branches side by side.
    Interleave { branches: Vec<Rest<'g>>, turn: Option<(usize, Turn)> },
}

/// What a turn of an `interleave` has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Turn {
    /// It has shown no event.
    Before,
    /// It has shown one in this `atomic`, to the end of which it goes on.
    Within(usize),
    /// It has shown one, and goes on through what runs directly after it.
    After,
}

/// How many iterations of a `repeat` are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Left {
    Endless,
    Times(i64),
    Uniform { least: i64, most: i64 },
    Geometric { least: i64, most: Option<i64>, extra: i64 },
}

/// Statements, told from others by where they are.
#[derive(Clone, Copy, Debug)]
struct Code<'g>(&'g [Statement]);

/// An expression, told from others by where it is.
#[derive(Clone, Copy, Debug)]
struct At<'g>(&'g Expression);

impl PartialEq for Code<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_empty() && other.0.is_empty() || std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Code<'_> {}

impl Hash for Code<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.len().hash(state);
        self.0.first().map(std::ptr::from_ref).hash(state);
    }
}

impl PartialEq for At<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for At<'_> {}

impl Hash for At<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.0).hash(state);
    }
}

/// What a step of a list of tasks is.
enum Move<'g> {
    Silent(Vec<(f64, World, Rest<'g>)>),
    /// An item, and what holds around it.
    Show(Shown, Rc<Around>, World, Rest<'g>),
    Leave(World),
    End,
}

/// A grammar with its meaning.
pub(crate) struct Reference<'g> {
    grammar: &'g Grammar,
}

impl<'g> Reference<'g> {
    pub(crate) fn new(grammar: &'g Grammar) -> Self {
        Self { grammar }
    }

    /// The point where all runs start.
    pub(crate) fn start(&self) -> Run<'g> {
        let states = self.grammar.states.iter().map(|state| state.initial.unwrap_or(0)).collect();
        let world = World { states, phase: 0, slotted: BTreeSet::new() };
        Run { world, rest: push(Task::Initial(0), &nothing_around(), &None) }
    }

    /// One step.
    pub(crate) fn step(&self, run: &Run<'g>) -> Step<Run<'g>> {
        let Some(frame) = &run.rest else { return Step::End(run.clone()) };
        match self.advance(&run.world, frame) {
            Err(trouble) => Step::Fail(trouble),
            Ok(Move::End) => Step::End(run.clone()),
            Ok(Move::Leave(world)) => {
                let rest = push(Task::Phase(world.phase + 1), &nothing_around(), &None);
                Step::Silent(vec![(1.0, Run { world, rest })])
            }
            Ok(Move::Show(shown, _, world, rest)) => Step::Show(shown, Run { world, rest }),
            Ok(Move::Silent(moves)) => {
                Step::Silent(moves.into_iter().map(|(chance, world, rest)| (chance, Run { world, rest })).collect())
            }
        }
    }

    fn scope<'a>(&'a self, world: &'a World, around: &'a Around) -> Scope<'a> {
        Scope { grammar: self.grammar, states: &world.states, environment: &around.environment }
    }

    fn advance(&self, world: &World, frame: &Frame<'g>) -> Result<Move<'g>, Trouble> {
        let Frame { task, around, next, .. } = frame;
        let scope = self.scope(world, around);
        match task {
            Task::Initial(place) => Ok(match self.grammar.states.get(*place) {
                None => certain(world.clone(), push(Task::Phase(0), around, next)),
                Some(state) => {
                    let rest = push(Task::Initial(place + 1), around, next);
                    match state.initial {
                        Some(_) => certain(world.clone(), rest),
                        None => uniform(evaluate::values(self.grammar, state.ty).into_iter().map(|value| {
                            let mut world = world.clone();
                            world.states[*place] = value;
                            (world, rest.clone())
                        })),
                    }
                }
            }),
            Task::Phase(place) => {
                let Some(phase) = self.grammar.phases.get(*place) else { return Ok(Move::End) };
                record::reach(phase.span);
                let world = World { phase: *place, slotted: BTreeSet::new(), ..world.clone() };
                let rest = push(Task::Phase(place + 1), around, next);
                let rest = push(Task::LastSlot, around, &rest);
                let rest = push(Task::Statements(Code(&phase.body)), around, &rest);
                Ok(Move::Show(Shown::Phase(PhaseId::new(*place)), around.clone(), world, rest))
            }
            Task::LastSlot => {
                let last = world.phase + 1 == self.grammar.phases.len();
                Ok(certain(world.clone(), if last { next.clone() } else { push(Task::Slot, around, next) }))
            }
            Task::Slot => {
                let mut left = 1_000_000;
                let (mut moves, mut reached) = (Vec::new(), Vec::new());
                for clause in &self.grammar.phases[world.phase].meanwhile {
                    // A clause is no place where the phase's variables are in scope.
                    let around =
                        Rc::new(Around { clause: true, environment: Environment::new(), ..(**around).clone() });
                    if self.scope(world, &around).allows(clause.guard.as_ref())? {
                        if clause.millionths > 0 {
                            reached.push(clause.span);
                        }
                        left -= clause.millionths;
                        let again = Some(Rc::new(frame.clone()));
                        let body = Code(std::slice::from_ref(&clause.body));
                        moves.push((clause.millionths, world.clone(), push(Task::Statements(body), &around, &again)));
                    }
                }
                moves.push((left, world.clone(), next.clone()));
                // A guard that fails with an error lets none of them come.
                reached.into_iter().for_each(record::reach);
                Ok(weighted(moves))
            }
            Task::Emit(code) => {
                let StatementKind::Emit { event, of, payload } = &code.0[0].kind else { panic!("an emission") };
                let of = of.iter().map(|of| Ok(InstanceId::new(scope.instance(of)?))).collect::<Result<_, _>>()?;
                let payload = payload.iter().map(|value| scope.value(value)).collect::<Result<_, _>>()?;
                let shown = Shown::Event { event: *event, of, payload };
                Ok(Move::Show(shown, around.clone(), world.clone(), next.clone()))
            }
            Task::Mark(action, source) => {
                let parameters = self.grammar.actions[action.index()].parameters;
                let arguments = (0..parameters).map(|place| around.environment[&VariableId::new(place)]).collect();
                let shown = Shown::Action { action: *action, source: *source, arguments };
                Ok(Move::Show(shown, around.clone(), world.clone(), next.clone()))
            }
            Task::Statements(code) => match code.0.split_first() {
                None => Ok(certain(world.clone(), next.clone())),
                Some((first, others)) => {
                    self.statement(world, first, around, &push(Task::Statements(Code(others)), around, next))
                }
            },
            Task::Each { variable, values, any_order, body } => {
                if values.is_empty() {
                    return Ok(certain(world.clone(), next.clone()));
                }
                let candidates = if *any_order { values.len() } else { 1 };
                Ok(uniform((0..candidates).map(|place| {
                    let mut values = values.clone();
                    let around_body = bind(around, *variable, values.remove(place));
                    let rest = Task::Each { variable: *variable, values, any_order: *any_order, body: *body };
                    let rest = push(rest, around, next);
                    (world.clone(), push(Task::Statements(*body), &around_body, &rest))
                })))
            }
            Task::Repeat { left, condition, body } => {
                let (stop, after) = left.next();
                let mut moves = Vec::new();
                if stop > 0.0 {
                    moves.push((stop, world.clone(), next.clone()));
                }
                if let Some(left) = after {
                    let goes_on = scope.allows(condition.map(|condition| condition.0))?;
                    let rest = if goes_on {
                        let rest = Task::Repeat { left, condition: *condition, body: *body };
                        push(Task::Statements(*body), around, &push(rest, around, next))
                    } else {
                        next.clone()
                    };
                    moves.push((1.0 - stop, world.clone(), rest));
                }
                Ok(Move::Silent(moves))
            }
            Task::Settle(code) => {
                let StatementKind::Draw { actions, .. } = &code.0[0].kind else { panic!("a settle") };
                let again = Some(Rc::new(frame.clone()));
                let drawn =
                    self.draw(world, actions, around, &again).map_err(|trouble| fail(code.0[0].span, trouble))?;
                Ok(drawn.unwrap_or_else(|| certain(world.clone(), next.clone())))
            }
            Task::EndAtomic(id) => {
                let mut world = world.clone();
                world.slotted.remove(id);
                Ok(certain(world, next.clone()))
            }
            Task::Interleave { branches, turn } => self.interleave(world, branches, *turn, around, next),
        }
    }

    fn statement(
        &self,
        world: &World,
        statement: &'g Statement,
        around: &Rc<Around>,
        next: &Rest<'g>,
    ) -> Result<Move<'g>, Trouble> {
        record::reach(statement.span);
        self.run_statement(world, statement, around, next).map_err(|trouble| fail(statement.span, trouble))
    }

    fn run_statement(
        &self,
        world: &World,
        statement: &'g Statement,
        around: &Rc<Around>,
        next: &Rest<'g>,
    ) -> Result<Move<'g>, Trouble> {
        let scope = self.scope(world, around);
        let go = |rest| Ok(certain(world.clone(), rest));
        let block = |body: &'g [Statement]| push(Task::Statements(Code(body)), around, next);
        let single = |body: &'g Statement| block(std::slice::from_ref(body));
        match &statement.kind {
            StatementKind::Emit { .. } => {
                let mut world = world.clone();
                // The slot of an outermost `atomic` is the one before its first event.
                let slot = !around.clause
                    && match around.atomics.first() {
                        None => true,
                        Some(atomic) => world.slotted.insert(*atomic),
                    };
                let rest = push(Task::Emit(Code(std::slice::from_ref(statement))), around, next);
                Ok(certain(world, if slot { push(Task::Slot, around, &rest) } else { rest }))
            }
            StatementKind::Call { rule, arguments } => {
                let mut environment = Environment::new();
                for (place, argument) in arguments.iter().enumerate() {
                    environment.insert(VariableId::new(place), scope.value(argument)?);
                }
                let around = Rc::new(Around { environment, ..(**around).clone() });
                record::reach(self.grammar.rules[rule.index()].span);
                go(push(Task::Statements(Code(&self.grammar.rules[rule.index()].body)), &around, next))
            }
            StatementKind::Assign { target, operator, value } => {
                let place = match target {
                    Target::State(state) => state.index(),
                    Target::Of { instance, member, .. } => {
                        let instance = &self.grammar.instances[scope.instance(instance)?];
                        instance.first_state.index() + *member as usize
                    }
                };
                let operand = scope.value(value)?;
                if *operator != AssignOperator::Set && evaluate::is_none(operand, value.ty) {
                    return Err(Trouble::Domain);
                }
                let mut world = world.clone();
                world.states[place] = self.assigned(place, world.states[place], *operator, operand)?;
                Ok(certain(world, next.clone()))
            }
            StatementKind::Block(body) => go(block(body)),
            StatementKind::Choose { alternatives, otherwise } => {
                let mut moves = Vec::new();
                let mut enabled = Vec::new();
                for alternative in alternatives {
                    if scope.allows(alternative.guard.as_ref())? {
                        let weight = weight(&scope, &alternative.weight)?;
                        enabled.extend((weight > 0).then_some(alternative.span));
                        moves.push((weight, world.clone(), single(&alternative.body)));
                    }
                }
                enabled.into_iter().for_each(record::reach);
                if moves.iter().any(|(weight, ..)| *weight > 0) {
                    Ok(weighted(moves))
                } else {
                    go(single(otherwise.as_ref().ok_or(Trouble::DeadEnd)?))
                }
            }
            StatementKind::If { arms, otherwise } => {
                for (condition, body) in arms {
                    if scope.allows(Some(condition))? {
                        return go(block(body));
                    }
                }
                go(otherwise.as_ref().map_or(next.clone(), |otherwise| block(otherwise)))
            }
            StatementKind::ForEach { range, any_order, body } => {
                let values = scope.matches(range)?;
                if *any_order && values.len() > Limits::default().any_order {
                    return Err(Trouble::AnyOrder);
                }
                let task = Task::Each { variable: range.variable, values, any_order: *any_order, body: Code(body) };
                go(push(task, around, next))
            }
            StatementKind::ForOne { range, body, otherwise } => {
                let values = scope.matches(range)?;
                if values.is_empty() {
                    return go(otherwise.as_ref().map_or(next.clone(), |otherwise| block(otherwise)));
                }
                Ok(uniform(values.into_iter().map(|value| {
                    let around = bind(around, range.variable, value);
                    (world.clone(), push(Task::Statements(Code(body)), &around, next))
                })))
            }
            StatementKind::Repeat { count, condition, body } => {
                let left = left(&scope, count)?;
                go(push(Task::Repeat { left, condition: condition.as_deref().map(At), body: Code(body) }, around, next))
            }
            StatementKind::Maybe { millionths, body } => {
                let moves = vec![
                    (*millionths, world.clone(), single(body)),
                    (1_000_000 - millionths, world.clone(), next.clone()),
                ];
                Ok(weighted(moves))
            }
            StatementKind::Draw { verb: Verb::Settle, otherwise, .. } => {
                assert!(otherwise.is_none(), "the contract knows no `settle` with `else`");
                go(push(Task::Settle(Code(std::slice::from_ref(statement))), around, next))
            }
            StatementKind::Draw { verb, actions, otherwise } => {
                if let Some(drawn) = self.draw(world, actions, around, next)? {
                    return Ok(drawn);
                }
                match otherwise {
                    Some(otherwise) => go(single(otherwise)),
                    None if *verb == Verb::Do => Err(Trouble::DeadEnd),
                    None => go(next.clone()),
                }
            }
            StatementKind::Atomic(body) => {
                // No branch of an `interleave` waits within an `atomic` of its own, so that depths tell them apart.
                let id = around.atomics.len();
                let mut inside = (**around).clone();
                inside.atomics.push(id);
                let rest = push(Task::EndAtomic(id), around, next);
                go(push(Task::Statements(Code(body)), &Rc::new(inside), &rest))
            }
            StatementKind::Interleave(branches) => {
                let branches = start(&scope, branches, around)?;
                go(push(Task::Interleave { branches, turn: None }, around, next))
            }
            StatementKind::Leave => Ok(Move::Leave(world.clone())),
            StatementKind::End => Ok(Move::End),
        }
    }

    /// What a state becomes.
    fn assigned(&self, place: usize, old: i64, operator: AssignOperator, value: i64) -> Result<i64, Trouble> {
        let ty = self.grammar.states[place].ty;
        if operator == AssignOperator::Set {
            return if evaluate::holds(self.grammar, ty, value) { Ok(value) } else { Err(Trouble::Domain) };
        }
        if evaluate::is_none(old, ty) {
            return Err(Trouble::Domain);
        }
        if let Base::Set { lo, hi } = ty.base {
            return match (operator, (lo..=hi).contains(&value)) {
                (AssignOperator::Add, true) => Ok(old | 1 << (value - lo)),
                (AssignOperator::Add, false) => Err(Trouble::Domain),
                (_, true) => Ok(old & !(1 << (value - lo))),
                (_, false) => Ok(old),
            };
        }
        let new = if operator == AssignOperator::Add { old.checked_add(value) } else { old.checked_sub(value) };
        let new = new.filter(|new| *new != NONE).ok_or(Trouble::Overflow)?;
        if evaluate::holds(self.grammar, ty, new) { Ok(new) } else { Err(Trouble::Domain) }
    }

    /// Draws an action by weight, then a binding, then a source; `None` if none is enabled.
    fn draw(
        &self,
        world: &World,
        actions: &[ActionId],
        around: &Rc<Around>,
        next: &Rest<'g>,
    ) -> Result<Option<Move<'g>>, Trouble> {
        let mut enabled = Vec::new();
        for id in actions {
            let action = &self.grammar.actions[id.index()];
            let mut bindings = vec![Environment::new()];
            for place in 0..action.parameters {
                let values = evaluate::values(self.grammar, action.variables[place].ty);
                let extended = bindings.iter().flat_map(|binding| {
                    values.iter().map(move |value| {
                        let mut binding = binding.clone();
                        binding.insert(VariableId::new(place), *value);
                        binding
                    })
                });
                bindings = extended.collect();
            }
            let mut passing = Vec::new();
            for environment in bindings {
                let around = Rc::new(Around { environment, ..(**around).clone() });
                if self.scope(world, &around).allows(action.guard.as_ref())? {
                    passing.push(around);
                }
            }
            if !passing.is_empty() {
                let nothing = Around::default();
                let weight = weight(&self.scope(world, &nothing), &action.weight)?;
                if weight > 0 {
                    enabled.push((weight, *id, passing));
                }
            }
        }
        let total: u64 = enabled.iter().map(|(weight, ..)| weight).sum();
        let mut moves = Vec::new();
        for (weight, id, passing) in enabled {
            let action = &self.grammar.actions[id.index()];
            record::reach(action.span);
            let chance = ratio(weight, total) / count(passing.len());
            for around in passing {
                let body = push(Task::Statements(Code(&action.body)), &around, next);
                if action.reaction {
                    moves.push((chance, world.clone(), body));
                    continue;
                }
                for source in &action.sources {
                    // The mark is a step of its own, so that this one is silent.
                    let mark = push(Task::Mark(id, *source), &around, &body);
                    moves.push((chance / count(action.sources.len()), world.clone(), mark));
                }
            }
        }
        Ok(if moves.is_empty() { None } else { Some(Move::Silent(moves)) })
    }

    fn interleave(
        &self,
        world: &World,
        branches: &[Rest<'g>],
        turn: Option<(usize, Turn)>,
        around: &Rc<Around>,
        next: &Rest<'g>,
    ) -> Result<Move<'g>, Trouble> {
        let with = |branches, turn| push(Task::Interleave { branches, turn }, around, next);
        let Some((place, turn)) = turn else {
            let unfinished: Vec<usize> = (0..branches.len()).filter(|place| !finished(&branches[*place])).collect();
            if unfinished.is_empty() {
                return Ok(certain(world.clone(), next.clone()));
            }
            let turns = unfinished.into_iter().map(|place| with(branches.to_vec(), Some((place, Turn::Before))));
            return Ok(uniform(turns.map(|rest| (world.clone(), rest))));
        };
        let over = match &branches[place] {
            None => true,
            branch => turn == Turn::After && !belongs_to_turn(branch),
        };
        let Some(frame) = branches[place].as_ref().filter(|_| !over) else {
            return Ok(certain(world.clone(), with(branches.to_vec(), None)));
        };
        let rebuilt = |branch: Rest<'g>, turn: Turn| {
            let turn = match turn {
                Turn::Within(atomic) if !contains(&branch, atomic) => Turn::After,
                turn => turn,
            };
            let mut branches = branches.to_vec();
            branches[place] = branch;
            with(branches, Some((place, turn)))
        };
        Ok(match self.advance(world, frame)? {
            Move::Silent(moves) => {
                let moves = moves.into_iter();
                Move::Silent(moves.map(|(chance, world, branch)| (chance, world, rebuilt(branch, turn))).collect())
            }
            Move::Show(shown, place, world, branch) => {
                // An event of a slot's clause is none of the turn's own, unless the whole `interleave` is in a clause.
                let own = matches!(shown, Shown::Event { .. }) && place.clause == around.clause;
                let turn = match turn {
                    Turn::Before if own => match place.atomics.get(around.atomics.len()) {
                        Some(outermost) => Turn::Within(*outermost),
                        None => Turn::After,
                    },
                    turn => turn,
                };
                Move::Show(shown, place, world, rebuilt(branch, turn))
            }
            Move::Leave(world) => Move::Leave(world),
            Move::End => Move::End,
        })
    }
}

impl Left {
    /// The probability that no iteration comes, and what is left after the next one if one may come.
    fn next(self) -> (f64, Option<Self>) {
        match self {
            Self::Endless => (0.0, Some(self)),
            Self::Times(0) | Self::Uniform { most: 0, .. } | Self::Geometric { most: Some(0), .. } => (1.0, None),
            Self::Times(times) => (0.0, Some(Self::Times(times - 1))),
            Self::Uniform { least, most } => {
                let stop = if least > 0 { 0.0 } else { 1.0 / number(most + 1) };
                (stop, Some(Self::Uniform { least: 0.max(least - 1), most: most - 1 }))
            }
            Self::Geometric { least, most, extra } => {
                // P(g) = q(1-q)^g with q = 1/(1 + extra), conditioned on the bound where there is one.
                let q = 1.0 / (1.0 + number(extra));
                let stop = match most {
                    _ if least > 0 => 0.0,
                    None => q,
                    Some(_) if extra == 0 => 1.0,
                    Some(most) => q / (1.0 - (1.0 - q).powf(number(most) + 1.0)),
                };
                let after = Self::Geometric { least: 0.max(least - 1), most: most.map(|most| most - 1), extra };
                (stop, (stop < 1.0).then_some(after))
            }
        }
    }

    /// Whether the count is exhausted.
    fn is_none(self) -> bool {
        matches!(self.next(), (_, None))
    }
}

/// How often a `repeat` runs that starts here.
fn left(scope: &Scope<'_>, count: &Count) -> Result<Left, Trouble> {
    let bound = |expression: &Expression| {
        let value = scope.number(expression)?;
        if usize::try_from(value).is_ok_and(|value| value <= Limits::default().count) {
            Ok(value)
        } else {
            Err(Trouble::Count)
        }
    };
    Ok(match count {
        Count::Endless | Count::Open { .. } => Left::Endless,
        Count::Exact(times) => Left::Times(bound(times)?),
        Count::Uniform { lo, hi } => {
            let (least, most) = (bound(lo)?, bound(hi)?);
            if least > most {
                return Err(Trouble::Count);
            }
            Left::Uniform { least, most }
        }
        Count::Geometric { lo, hi, mean } => {
            let (least, most) = (bound(lo)?, hi.as_ref().map(bound).transpose()?);
            let extra = scope.number(mean)?.checked_sub(least).ok_or(Trouble::Overflow)?;
            if extra < 0 || most.is_some_and(|most| least > most) {
                return Err(Trouble::Count);
            }
            Left::Geometric { least, most, extra }
        }
    })
}

/// The branches of an `interleave` at its start.
fn start<'g>(scope: &Scope<'_>, branches: &'g [Branch], around: &Rc<Around>) -> Result<Vec<Rest<'g>>, Trouble> {
    let mut started = Vec::new();
    for branch in branches {
        let body = Code(&branch.body);
        match &branch.each {
            None => started.push(push(Task::Statements(body), around, &None)),
            Some(range) => {
                for value in scope.matches(range)? {
                    started.push(push(Task::Statements(body), &bind(around, range.variable, value), &None));
                }
            }
        }
    }
    Ok(started)
}

fn weight(scope: &Scope<'_>, expression: &Expression) -> Result<u64, Trouble> {
    let weight = u64::try_from(scope.number(expression)?).map_err(|_| Trouble::Weight)?;
    if weight > MAX_WEIGHT { Err(Trouble::Weight) } else { Ok(weight) }
}

/// A task in front of what is left to do.
#[expect(clippy::unnecessary_wraps, reason = "it makes what is left to do, which may also be nothing")]
fn push<'g>(task: Task<'g>, around: &Rc<Around>, next: &Rest<'g>) -> Rest<'g> {
    let mut hasher = DefaultHasher::new();
    (&task, around, next).hash(&mut hasher);
    Some(Rc::new(Frame { hash: hasher.finish(), task, around: around.clone(), next: next.clone() }))
}

fn bind(around: &Around, variable: VariableId, value: i64) -> Rc<Around> {
    let mut around = around.clone();
    around.environment.insert(variable, value);
    Rc::new(around)
}

fn nothing_around() -> Rc<Around> {
    Rc::new(Around::default())
}

fn certain(world: World, rest: Rest<'_>) -> Move<'_> {
    Move::Silent(vec![(1.0, world, rest)])
}

fn uniform<'g>(moves: impl Iterator<Item = (World, Rest<'g>)>) -> Move<'g> {
    let moves: Vec<_> = moves.collect();
    let chance = 1.0 / count(moves.len());
    Move::Silent(moves.into_iter().map(|(world, rest)| (chance, world, rest)).collect())
}

fn weighted(moves: Vec<(u64, World, Rest<'_>)>) -> Move<'_> {
    let total = moves.iter().map(|(weight, ..)| weight).sum();
    let moves = moves.into_iter().filter(|(weight, ..)| *weight > 0);
    Move::Silent(moves.map(|(weight, world, rest)| (ratio(weight, total), world, rest)).collect())
}

#[expect(clippy::cast_precision_loss, reason = "sums of weights are below 2^53")]
fn ratio(weight: u64, total: u64) -> f64 {
    weight as f64 / total as f64
}

/// Whether nothing is left to do: ends of blocks and loops, and empty blocks, are nothing.
fn finished(rest: &Rest<'_>) -> bool {
    let Some(frame) = rest else { return true };
    let task_finished = match &frame.task {
        Task::Statements(code) => code.0.iter().all(empty),
        Task::EndAtomic(_) => true,
        Task::Interleave { branches, turn } => turn.is_none() && branches.iter().all(finished),
        task => exhausted(task),
    };
    task_finished && finished(&frame.next)
}

fn empty(statement: &Statement) -> bool {
    matches!(&statement.kind, StatementKind::Block(body) if body.iter().all(empty))
}

/// Whether this is a loop that has no iteration left.
fn exhausted(task: &Task<'_>) -> bool {
    match task {
        Task::Each { values, .. } => values.is_empty(),
        Task::Repeat { left, .. } => left.is_none(),
        _ => false,
    }
}

/// Whether the next step of a branch still belongs to a turn that has shown its event: an assignment, a `leave` or an
/// `end`, or on the way to one the end of a block, a body, an `atomic` or a finished loop.
fn belongs_to_turn(rest: &Rest<'_>) -> bool {
    let Some(frame) = rest else { return false };
    match &frame.task {
        Task::Statements(code) => code.0.first().is_none_or(|first| {
            matches!(
                first.kind,
                StatementKind::Assign { .. } | StatementKind::Leave | StatementKind::End | StatementKind::Block(_)
            )
        }),
        Task::EndAtomic(_) => true,
        Task::Interleave { turn: Some((_, turn)), .. } => *turn == Turn::After,
        Task::Interleave { branches, turn: None } => branches.iter().all(finished),
        task => exhausted(task),
    }
}

/// Whether an `atomic` is not over.
fn contains(rest: &Rest<'_>, atomic: usize) -> bool {
    rest.as_ref().is_some_and(|frame| {
        let here = match &frame.task {
            Task::EndAtomic(id) => *id == atomic,
            Task::Interleave { branches, .. } => branches.iter().any(|branch| contains(branch, atomic)),
            _ => false,
        };
        here || contains(&frame.next, atomic)
    })
}

fn count(many: usize) -> f64 {
    ratio(many as u64, 1)
}

fn number(value: i64) -> f64 {
    ratio(u64::try_from(value).expect("it is not negative"), 1)
}
