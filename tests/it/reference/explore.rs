//! What a system may show next, with exact probabilities; and two systems side by side.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::hash::Hash;

use charmgrammar::machine::{Configuration, FaultKind, Item, Odds, Pause, Program, Scratch};
use charmgrammar::model::grammar::{Base, Grammar, NONE};
use charmgrammar::model::{Alphabet, SymbolId};

use super::{Reference, Run, Shown, Step, Trouble};

/// How many silent steps without a choice are taken for running for ever.
pub(crate) const SILENT_STEPS: u64 = 20_000;

/// Below this mass a point is not looked at.
const NEGLIGIBLE: f64 = 1e-14;

/// How far two probabilities of traces may be apart.
const TOLERANCE: f64 = 1e-9;

/// How far two probabilities of what follows a prefix may be apart. (The product rounds those of a bounded geometric
/// count to multiples of 2^-32.)
const CONDITIONAL_TOLERANCE: f64 = 1e-7;

/// Something that makes steps.
pub(crate) trait System {
    /// A point of a run.
    type Point: Clone + Eq + Hash;

    fn start(&self) -> Self::Point;

    fn step(&mut self, point: &Self::Point) -> Step<Self::Point>;

    /// The values of all states.
    fn states(&self, point: &Self::Point) -> Vec<i64>;
}

impl<'g> System for Reference<'g> {
    type Point = Run<'g>;

    fn start(&self) -> Run<'g> {
        Reference::start(self)
    }

    fn step(&mut self, point: &Run<'g>) -> Step<Run<'g>> {
        Reference::step(self, point)
    }

    fn states(&self, point: &Run<'g>) -> Vec<i64> {
        point.states().to_vec()
    }
}

/// The product's machine, forked at every decision.
pub(crate) struct Product {
    program: Program,
    alphabet: Alphabet,
    scratch: Scratch,
}

impl Product {
    pub(crate) fn new(grammar: &Grammar) -> Self {
        let scratch = Scratch::new(SILENT_STEPS);
        Self { program: Program::compile(grammar), alphabet: Alphabet::new(grammar), scratch }
    }

    fn item(&self, item: Item) -> Shown {
        let values = self.scratch.values().to_vec();
        match item {
            Item::Phase { phase, .. } => Shown::Phase(phase),
            Item::Action { action, source, .. } => Shown::Action { action, source, arguments: values },
            Item::Event { event, symbol, .. } => {
                let symbol = SymbolId(symbol);
                assert_eq!(event, self.alphabet.event_of(symbol), "an event and its symbol agree");
                Shown::Event { event, of: self.alphabet.instances_of(symbol), payload: values }
            }
        }
    }
}

impl System for Product {
    type Point = Configuration;

    fn start(&self) -> Configuration {
        self.program.start()
    }

    fn step(&mut self, point: &Configuration) -> Step<Configuration> {
        let mut at = point.clone();
        self.scratch.refuel();
        let decision = match self.program.run(&mut at, &mut self.scratch) {
            Err(fault) => return Step::Fail(trouble(&fault.kind)),
            Ok(Pause::End) => return Step::End(at),
            Ok(Pause::Show(item)) => return Step::Show(self.item(item), at),
            Ok(Pause::Decide(decision)) => decision,
        };
        let options: Vec<(f64, u64)> = match decision.odds {
            Odds::Uniform(many) => {
                assert!((2..100_000).contains(&many), "a decision between {many} options");
                (0..many).map(|option| (1.0 / mass(many), option)).collect()
            }
            Odds::Either { first, total } => {
                assert!(0 < first && first < total, "a decision with {first} out of {total}");
                vec![(mass(first) / mass(total), 0), (mass(total - first) / mass(total), 1)]
            }
            Odds::Table(_) | Odds::Listed => {
                let choices = self.program.choices(&decision, &self.scratch);
                assert!(choices.len() >= 2, "a decision between {} options", choices.len());
                let total = choices.last().expect("there is one").upto;
                let mut before = 0;
                let with_weights = choices.iter().map(|choice| {
                    let weight = choice.upto - std::mem::replace(&mut before, choice.upto);
                    assert!(weight > 0, "an option that is never taken");
                    (mass(weight) / mass(total), choice.option)
                });
                with_weights.collect()
            }
        };
        let mut branches = Vec::new();
        for (chance, option) in options {
            let mut branch = at.clone();
            match self.program.resume(&mut branch, option) {
                Ok(()) => branches.push((chance, branch)),
                Err(_) => return Step::Fail(Trouble::Stack),
            }
        }
        Step::Silent(branches)
    }

    fn states(&self, point: &Configuration) -> Vec<i64> {
        self.program.states().map(|state| self.program.state(point, state)).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "sums of weights are below 2^53")]
fn mass(weight: u64) -> f64 {
    weight as f64
}

fn trouble(kind: &FaultKind) -> Trouble {
    match kind {
        FaultKind::DeadEnd => Trouble::DeadEnd,
        FaultKind::Domain { .. } | FaultKind::Value { .. } | FaultKind::NoValue => Trouble::Domain,
        FaultKind::Overflow => Trouble::Overflow,
        FaultKind::Weight(_) => Trouble::Weight,
        FaultKind::Count(_) => Trouble::Count,
        FaultKind::AnyOrder(_) => Trouble::AnyOrder,
        FaultKind::StepLimit | FaultKind::Evaluation => Trouble::Silence,
        FaultKind::StackLimit => Trouble::Stack,
        FaultKind::Unknown(_) | FaultKind::UnknownCount | FaultKind::NoRun => unreachable!("all is known"),
    }
}

/// What comes next, from a distribution over points.
pub(crate) struct Ahead<P> {
    /// The items with their mass and with the points behind them.
    pub(crate) items: BTreeMap<Shown, (f64, Vec<(f64, P)>)>,
    /// The mass of the traces that are complete here.
    pub(crate) end: f64,
    /// The mass of the states that the items and the end are shown with.
    states: BTreeMap<(Option<Shown>, Vec<i64>), f64>,
    /// The mass of failures.
    pub(crate) troubles: BTreeMap<Trouble, f64>,
    /// The mass that was not followed.
    pub(crate) lost: f64,
    /// How many points were looked at.
    pub(crate) work: usize,
}

/// Follows all silent steps from a distribution over points, `effort` points at most.
pub(crate) fn ahead<S: System>(system: &mut S, from: Vec<(f64, S::Point)>, effort: usize) -> Ahead<S::Point> {
    let mut ahead = Ahead {
        items: BTreeMap::new(),
        end: 0.0,
        states: BTreeMap::new(),
        troubles: BTreeMap::new(),
        lost: 0.0,
        work: 0,
    };
    let mut pending = HashMap::new();
    let mut queue = VecDeque::new();
    let enter = |queue: &mut VecDeque<_>, pending: &mut HashMap<S::Point, f64>, mass: f64, point: S::Point| {
        *pending.entry(point).or_insert_with_key(|point| {
            queue.push_back(point.clone());
            0.0
        }) += mass;
    };
    for (mass, point) in from {
        enter(&mut queue, &mut pending, mass, point);
    }
    while let Some(mut point) = queue.pop_front() {
        let mass = pending.remove(&point).expect("what is queued is pending");
        if mass < NEGLIGIBLE || ahead.work == effort {
            ahead.lost += mass;
            continue;
        }
        ahead.work += 1;
        let mut steps = 0;
        let step = loop {
            match system.step(&point) {
                Step::Silent(mut options) if options.len() == 1 => {
                    point = options.remove(0).1;
                    steps += 1;
                    if steps > SILENT_STEPS {
                        break Step::Fail(Trouble::Silence);
                    }
                }
                step => break step,
            }
        };
        match step {
            Step::Silent(options) => {
                let total: f64 = options.iter().map(|(chance, _)| chance).sum();
                assert!((total - 1.0).abs() < 1e-12, "probabilities add up to {total}");
                for (chance, next) in options {
                    enter(&mut queue, &mut pending, mass * chance, next);
                }
            }
            Step::Show(shown, next) => {
                *ahead.states.entry((Some(shown.clone()), system.states(&next))).or_default() += mass;
                let (sum, points) = ahead.items.entry(shown).or_default();
                *sum += mass;
                points.push((mass, next));
            }
            Step::End(last) => {
                *ahead.states.entry((None, system.states(&last))).or_default() += mass;
                ahead.end += mass;
            }
            Step::Fail(trouble) => *ahead.troubles.entry(trouble).or_default() += mass,
        }
    }
    ahead
}

/// How far a comparison goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Items in a trace.
    pub(crate) items: usize,
    /// Whether the longest prefixes are looked at first, instead of the most probable.
    pub(crate) deep: bool,
    /// Prefixes of traces that are looked at.
    pub(crate) prefixes: usize,
    /// Points on silent ways from one prefix.
    pub(crate) effort: usize,
    /// Points on silent ways from all prefixes, after which no other is looked at.
    pub(crate) work: usize,
}

/// What was compared.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Compared {
    /// Prefixes.
    pub(crate) prefixes: usize,
    /// Complete traces.
    pub(crate) complete: usize,
    /// The mass of complete traces.
    pub(crate) end: f64,
    /// The mass of failures.
    pub(crate) failed: f64,
    /// The mass of failures by their kind.
    pub(crate) kinds: [f64; 8],
    /// The mass that was not followed.
    pub(crate) lost: f64,
}

impl Compared {
    /// Counts what was compared elsewhere too.
    pub(crate) fn add(&mut self, other: &Self) {
        self.prefixes += other.prefixes;
        self.complete += other.complete;
        self.end += other.end;
        self.failed += other.failed;
        self.lost += other.lost;
        for (sum, mass) in self.kinds.iter_mut().zip(other.kinds) {
            *sum += mass;
        }
    }
}

/// A prefix of traces, and where the runs that show it are, with their probabilities under the condition that they do.
struct Prefix<'g> {
    depth: usize,
    mass: f64,
    items: Vec<Shown>,
    /// The mass that either side has lost on the way here, in proportion to that of the prefix.
    lost: f64,
    reference: Vec<(f64, Run<'g>)>,
    product: Vec<(f64, Configuration)>,
}

impl PartialEq for Prefix<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Prefix<'_> {}

impl PartialOrd for Prefix<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Prefix<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let order = self.depth.cmp(&other.depth).then(self.mass.total_cmp(&other.mass));
        order.then_with(|| other.items.cmp(&self.items))
    }
}

/// Runs both systems through all traces, prefix by prefix.
///
/// # Errors
///
/// The first prefix after which they disagree, in words.
pub(crate) fn compare(grammar: &Grammar, bounds: Bounds) -> Result<Compared, String> {
    let mut reference = Reference::new(grammar);
    let mut product = Product::new(grammar);
    let mut compared = Compared::default();
    let mut open = BinaryHeap::new();
    open.push(Prefix {
        depth: 0,
        mass: 1.0,
        items: Vec::new(),
        lost: 0.0,
        reference: vec![(1.0, System::start(&reference))],
        product: vec![(1.0, product.start())],
    });
    let mut work = 0;
    while let Some(prefix) = open.pop() {
        let Prefix { depth, mass, items, .. } = prefix;
        if compared.prefixes == bounds.prefixes || work >= bounds.work || items.len() > bounds.items {
            compared.lost += mass;
            continue;
        }
        compared.prefixes += 1;
        let expected = ahead(&mut reference, prefix.reference, bounds.effort);
        let mut found = ahead(&mut product, prefix.product, bounds.effort);
        work += expected.work;
        let lost = prefix.lost + expected.lost + found.lost;
        let differences = differences(grammar, &expected, &found, mass, lost);
        if !differences.is_empty() {
            let trace: Vec<String> = items.iter().map(|item| text(grammar, item)).collect();
            return Err(format!("after [{}], which has probability {mass}:\n{differences}", trace.join(" ")));
        }
        compared.lost += expected.lost * mass;
        compared.complete += usize::from(expected.end > 0.0);
        compared.end += expected.end * mass;
        for (trouble, chance) in &expected.troubles {
            compared.failed += chance * mass;
            compared.kinds[*trouble as usize] += chance * mass;
        }
        for (item, (chance, reference)) in expected.items {
            let Some((same, product)) = found.items.remove(&item) else { continue };
            let lost = lost / chance;
            if lost > 1e-3 {
                compared.lost += chance * mass;
                continue;
            }
            let mut items = items.clone();
            items.push(item);
            open.push(Prefix {
                depth: if bounds.deep { depth + 1 } else { 0 },
                mass: chance * mass,
                items,
                lost,
                reference: reference.into_iter().map(|(mass, point)| (mass / chance, point)).collect(),
                product: product.into_iter().map(|(mass, point)| (mass / same, point)).collect(),
            });
        }
    }
    Ok(compared)
}

/// In what two distributions differ, line by line, behind a prefix with a mass.
fn differences<P, Q>(grammar: &Grammar, expected: &Ahead<P>, found: &Ahead<Q>, mass: f64, lost: f64) -> String {
    let compare = |what: &dyn Fn() -> String, expected: f64, found: f64| {
        let distance = (expected - found).abs();
        let differ = distance > CONDITIONAL_TOLERANCE + lost
            || distance * mass > TOLERANCE + lost * mass
            // Where nothing was lost, what one side has the other has, however improbable it is.
            || lost == 0.0 && (expected == 0.0) != (found == 0.0);
        if differ { format!("  {}: reference {expected}, product {found}\n", what()) } else { String::new() }
    };
    let mut lines = compare(&|| "the end".to_owned(), expected.end, found.end);
    let keys: BTreeSet<_> = expected.troubles.keys().chain(found.troubles.keys()).collect();
    for key in keys {
        let (expected, found) = (expected.troubles.get(key), found.troubles.get(key));
        lines += &compare(&|| format!("{key:?}"), *expected.unwrap_or(&0.0), *found.unwrap_or(&0.0));
    }
    let keys: BTreeSet<_> = expected.items.keys().chain(found.items.keys()).collect();
    for key in keys {
        let (expected, found) = (expected.items.get(key), found.items.get(key));
        lines +=
            &compare(&|| text(grammar, key), expected.map_or(0.0, |item| item.0), found.map_or(0.0, |item| item.0));
    }
    if lines.is_empty() {
        let keys: BTreeSet<_> = expected.states.keys().chain(found.states.keys()).collect();
        for key in keys {
            let (expected, found) = (expected.states.get(key), found.states.get(key));
            let what = || {
                let item = key.0.as_ref().map_or("the end".to_owned(), |item| text(grammar, item));
                format!("{item} with the states {:?}", key.1)
            };
            lines += &compare(&what, *expected.unwrap_or(&0.0), *found.unwrap_or(&0.0));
        }
    }
    lines
}

/// The complete traces of a grammar by the reference, with their probabilities; and the mass that has none.
pub(crate) fn complete_traces(grammar: &Grammar, negligible: f64) -> (BTreeMap<Vec<Shown>, f64>, f64) {
    let mut reference = Reference::new(grammar);
    let mut traces = BTreeMap::new();
    let mut without = 0.0;
    let mut open = vec![(1.0, Vec::new(), vec![(1.0, System::start(&reference))])];
    while let Some((mass, items, points)) = open.pop() {
        if mass < negligible {
            without += mass;
            continue;
        }
        let ahead = ahead(&mut reference, points, 100_000);
        without += ahead.lost + ahead.troubles.values().sum::<f64>();
        for (item, (mass, points)) in ahead.items {
            let mut items: Vec<Shown> = items.clone();
            items.push(item);
            open.push((mass, items, points));
        }
        if ahead.end > 0.0 {
            traces.insert(items, ahead.end);
        }
    }
    (traces, without)
}

/// An item in words.
pub(crate) fn text(grammar: &Grammar, shown: &Shown) -> String {
    let instance = |value: i64| {
        let place = usize::try_from(value).expect("an instance is not negative");
        grammar.instances[place].full_name()
    };
    let list = |values: &[i64], bases: Vec<Base>| {
        let texts = values.iter().zip(bases).map(|(value, base)| match base {
            _ if *value == NONE => "none".to_owned(),
            Base::Instance(_) => instance(*value),
            Base::Set { lo, .. } => {
                let elements = charmgrammar::model::grammar::elements(*value, lo);
                format!("{:?}", elements.collect::<Vec<i64>>())
            }
            _ => value.to_string(),
        });
        let texts: Vec<String> = texts.collect();
        if texts.is_empty() { String::new() } else { format!("({})", texts.join(", ")) }
    };
    match shown {
        Shown::Phase(phase) => format!("phase:{}", grammar.phases[phase.index()].name),
        Shown::Action { action, source, arguments } => {
            let action = &grammar.actions[action.index()];
            let bases = action.variables.iter().map(|variable| variable.ty.base).collect();
            let source = &grammar.sources[source.index()].name;
            format!("{source}:{}{}", action.name, list(arguments, bases))
        }
        Shown::Event { event, of, payload } => {
            let event = &grammar.events[event.index()];
            let bases = event.payload.iter().map(|member| member.ty.base).collect();
            let name = event.name_with(|place| grammar.instances[of[place].index()].full_name());
            format!("{name}{}", list(payload, bases))
        }
    }
}
