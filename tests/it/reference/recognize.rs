//! What a sequence is worth by the reference: slow, and as plain as the contract's words.
//!
//! [`judge`] keeps the plain set of the points where the runs are that agree with the items so far. What a sequence
//! does not show is a silent step; all silent steps are followed, breadth first, each point once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::Hash;

use charmgrammar::model::grammar::Grammar;
use charmgrammar::model::{Alphabet, NameId};
use charmgrammar::trace::{Observed, Shows};

use super::explore::SILENT_STEPS;
use super::{Reference, Run, Shown, Step};

/// Below this part of the mass that shows as many items a point is not looked at.
const NEGLIGIBLE: f64 = 1e-15;

/// What a sequence shows and how it is judged.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// The kinds of items that it shows.
    pub(crate) shows: Shows,
    /// Whether it may be the beginning of a trace only.
    pub(crate) prefix: bool,
    /// Whether it may begin anywhere.
    pub(crate) anywhere: bool,
    /// Events that may happen without being shown.
    pub(crate) hide: BTreeSet<NameId>,
    /// Events that may be shown again directly after themselves.
    pub(crate) stutter: BTreeSet<NameId>,
}

impl Reading {
    /// A complete trace, nothing in it being hidden or repeated.
    pub(crate) fn of(shows: Shows) -> Self {
        Self { shows, prefix: false, anywhere: false, hide: BTreeSet::new(), stutter: BTreeSet::new() }
    }
}

/// What could come instead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Next {
    End,
    Item(Shown),
}

/// A verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    Valid,
    Invalid {
        /// The first item that no run can show there, from 1; `None` at the end.
        at: Option<usize>,
        /// What the runs that agree with all items before could show instead.
        expected: BTreeSet<Next>,
    },
    /// It looked at as many points as it may, and so far found no run that agrees.
    Undecided,
}

/// What a sequence can say of what a run shows.
#[derive(Clone, Copy)]
pub(crate) struct Account<'a> {
    pub(crate) alphabet: &'a Alphabet,
    pub(crate) reading: &'a Reading,
}

impl Account<'_> {
    fn name(&self, shown: &Shown) -> Option<NameId> {
        match shown {
            Shown::Event { event, of, .. } => Some(self.alphabet.name_of(self.alphabet.symbol(*event, of))),
            Shown::Phase(_) | Shown::Action { .. } => None,
        }
    }

    /// Whether it is of a kind that the sequence shows.
    pub(crate) fn is_shown(&self, shown: &Shown) -> bool {
        match shown {
            Shown::Phase(_) => self.reading.shows.phases,
            Shown::Action { .. } => self.reading.shows.actions,
            Shown::Event { .. } => self.reading.shows.events,
        }
    }

    /// Whether the sequence may be silent of it.
    pub(crate) fn may_be_left_out(&self, shown: &Shown) -> bool {
        !self.is_shown(shown) || self.name(shown).is_some_and(|name| self.reading.hide.contains(&name))
    }

    /// Whether the sequence may show it again directly after itself.
    pub(crate) fn may_be_repeated(&self, shown: &Shown) -> bool {
        self.is_shown(shown) && self.name(shown).is_some_and(|name| self.reading.stutter.contains(&name))
    }

    /// Whether an item of the sequence can be this one of a run: it is so in all that it says.
    pub(crate) fn agrees(&self, item: &Observed, shown: &Shown) -> bool {
        self.is_shown(shown)
            && match (item, shown) {
                (Observed::Phase(phase), Shown::Phase(shown)) => phase == shown,
                (Observed::Action { actions, source: said }, Shown::Action { action, source, arguments }) => {
                    said.is_none_or(|said| said == *source)
                        && actions.iter().any(|(id, said)| id == action && all_agree(said, arguments))
                }
                (Observed::Event { name, of: said_of, payload: said }, Shown::Event { of, payload, .. }) => {
                    Some(*name) == self.name(shown) && all_agree(said_of, of) && all_agree(said, payload)
                }
                _ => false,
            }
    }
}

/// Whether all that is said is so. No list at all says nothing.
fn all_agree<T: PartialEq>(said: &[Option<T>], values: &[T]) -> bool {
    assert!(said.is_empty() || said.len() == values.len(), "something is said of each value or of none");
    said.iter().zip(values).all(|(said, value)| said.as_ref().is_none_or(|said| said == value))
}

/// Values in the order in which they came, each once.
struct Distinct<T> {
    list: Vec<T>,
    seen: HashSet<T>,
}

impl<T: Clone + Eq + Hash> Distinct<T> {
    fn new() -> Self {
        Self { list: Vec::new(), seen: HashSet::new() }
    }

    fn insert(&mut self, value: T) {
        if self.seen.insert(value.clone()) {
            self.list.push(value);
        }
    }
}

/// What can be shown next.
struct View<'g> {
    /// What it is, and where the run is then.
    items: Vec<(Shown, Run<'g>)>,
    /// Whether a run can end before it shows anything more.
    ends: bool,
    /// Whether all points were looked at.
    whole: bool,
}

/// Looks from points over all steps of which the sequence may be silent, at so many points at most.
fn view<'g>(
    reference: &Reference<'g>,
    account: Account<'_>,
    from: impl Iterator<Item = Run<'g>>,
    effort: usize,
) -> View<'g> {
    let mut points = Distinct::new();
    from.for_each(|point| points.insert(point));
    let mut view = View { items: Vec::new(), ends: false, whole: true };
    let mut n_looked_at = 0;
    while let Some(point) = points.list.get(n_looked_at).cloned() {
        if n_looked_at == effort {
            view.whole = false;
            break;
        }
        n_looked_at += 1;
        match reference.step(&point) {
            Step::Silent(options) => {
                let possible = options.into_iter().filter(|(chance, _)| *chance > 0.0);
                possible.for_each(|(_, point)| points.insert(point));
            }
            Step::Show(shown, after) => {
                if account.may_be_left_out(&shown) {
                    points.insert(after.clone());
                }
                if account.is_shown(&shown) {
                    view.items.push((shown, after));
                }
            }
            Step::End(_) => view.ends = true,
            Step::Fail(_) => {}
        }
    }
    view
}

/// Whether a sequence belongs to a grammar; `effort` points at most are looked at for each item. What it says is exact.
///
/// An item of a kind that the sequence does not show agrees with nothing, like a foreign one: whoever reads a sequence
/// strips it first.
pub(crate) fn judge(
    grammar: &Grammar,
    alphabet: &Alphabet,
    items: &[Observed],
    reading: &Reading,
    effort: usize,
) -> Judged {
    let reference = Reference::new(grammar);
    let account = Account { alphabet, reading };
    // Where the runs are that have just shown the last item, each with what it may show again.
    let mut points: Distinct<(Run<'_>, Option<Shown>)> = Distinct::new();
    if reading.anywhere {
        match everywhere(&reference, account, effort) {
            Some(all) => points = all,
            None => return Judged::Undecided,
        }
    } else {
        points.insert((reference.start(), None));
    }
    let mut whole = true;
    for (place, item) in items.iter().enumerate() {
        let view = view(&reference, account, points.list.iter().map(|(run, _)| run.clone()), effort);
        whole &= view.whole;
        let mut after = Distinct::new();
        for (shown, run) in &view.items {
            if account.agrees(item, shown) {
                after.insert((run.clone(), account.may_be_repeated(shown).then(|| shown.clone())));
            }
        }
        // A run that shows its last item again has not moved.
        for (run, again) in &points.list {
            if again.as_ref().is_some_and(|again| account.agrees(item, again)) {
                after.insert((run.clone(), again.clone()));
            }
        }
        if after.list.is_empty() {
            return if whole { invalid(Some(place + 1), &view, &points) } else { Judged::Undecided };
        }
        points = after;
    }
    if reading.prefix {
        return Judged::Valid;
    }
    let view = view(&reference, account, points.list.iter().map(|(run, _)| run.clone()), effort);
    match (view.ends, whole && view.whole) {
        (true, _) => Judged::Valid,
        (false, true) => invalid(None, &view, &points),
        (false, false) => Judged::Undecided,
    }
}

/// All points that can be reached, if they are not more than `effort`; those directly behind an item with it, if it may
/// be shown again.
fn everywhere<'g>(
    reference: &Reference<'g>,
    account: Account<'_>,
    effort: usize,
) -> Option<Distinct<(Run<'g>, Option<Shown>)>> {
    let mut all = Distinct::new();
    all.insert((reference.start(), None));
    let mut place = 0;
    while let Some((run, _)) = all.list.get(place).cloned() {
        if place == effort {
            return None;
        }
        place += 1;
        match reference.step(&run) {
            Step::Silent(options) => options.into_iter().for_each(|(_, next)| all.insert((next, None))),
            Step::Show(shown, next) => {
                let again = account.is_shown(&shown) && account.may_be_repeated(&shown);
                all.insert((next, again.then_some(shown)));
            }
            Step::End(_) | Step::Fail(_) => {}
        }
    }
    Some(all)
}

fn invalid(at: Option<usize>, view: &View<'_>, points: &Distinct<(Run<'_>, Option<Shown>)>) -> Judged {
    let items = view.items.iter().map(|(shown, _)| shown);
    let again = points.list.iter().filter_map(|(_, again)| again.as_ref());
    let mut expected: BTreeSet<Next> = items.chain(again).map(|shown| Next::Item(shown.clone())).collect();
    if view.ends {
        expected.insert(Next::End);
    }
    Judged::Invalid { at, expected }
}

/// A point of a run, and how many items of the sequence can have been the account of what the run has shown so far.
/// There are several numbers where the sequence may have left something out.
type Accounted<'g> = (Run<'g>, BTreeSet<usize>);

/// Points with their masses, which are looked at in the order in which they came.
#[derive(Default)]
struct Pending<'g> {
    mass: HashMap<Accounted<'g>, f64>,
    queue: VecDeque<Accounted<'g>>,
}

impl<'g> Pending<'g> {
    fn add(&mut self, mass: f64, point: Accounted<'g>) {
        *self.mass.entry(point).or_insert_with_key(|point| {
            self.queue.push_back(point.clone());
            0.0
        }) += mass;
    }

    fn next(&mut self) -> Option<(f64, Accounted<'g>)> {
        let point = self.queue.pop_front()?;
        Some((self.mass.remove(&point).expect("what is queued has a mass"), point))
    }

    fn total(&self) -> f64 {
        self.queue.iter().map(|point| self.mass[point]).sum()
    }
}

/// The probability of a sequence: the mass of all runs that it can be an account of, each counted once; and the mass that
/// was not followed. The probability lies between the first and their sum. `effort` points at most are looked at between
/// one item and the next.
///
/// Of a prefix it is the mass of the runs that get to where it can be the account of all they have shown.
pub(crate) fn probability(
    grammar: &Grammar,
    alphabet: &Alphabet,
    items: &[Observed],
    reading: &Reading,
    effort: usize,
) -> (f64, f64) {
    assert!(reading.stutter.is_empty(), "with repetitions a sequence has no probability of its own");
    if reading.prefix && items.is_empty() {
        return (1.0, 0.0);
    }
    let reference = Reference::new(grammar);
    let account = Account { alphabet, reading };
    let (mut found, mut lost) = (0.0, 0.0);
    // By the least number of items, which never falls: what has the same is whole when its turn comes.
    let mut open: BTreeMap<usize, Pending<'_>> = BTreeMap::new();
    open.entry(0).or_default().add(1.0, (reference.start(), BTreeSet::from([0])));
    while let Some((least, mut pending)) = open.pop_first() {
        let negligible = pending.total() * NEGLIGIBLE;
        let mut n_looked_at = 0;
        while let Some((mass, (run, numbers))) = pending.next() {
            if mass <= negligible || n_looked_at == effort {
                lost += mass;
                continue;
            }
            n_looked_at += 1;
            match decisive_step(&reference, run) {
                None | Some(Step::Fail(_)) => {}
                Some(Step::End(_)) => {
                    if !reading.prefix && numbers.contains(&items.len()) {
                        found += mass;
                    }
                }
                Some(Step::Silent(options)) => {
                    for (chance, run) in options {
                        if chance > 0.0 {
                            pending.add(mass * chance, (run, numbers.clone()));
                        }
                    }
                }
                Some(Step::Show(shown, run)) => {
                    let mut after = BTreeSet::new();
                    for number in numbers {
                        if account.may_be_left_out(&shown) {
                            after.insert(number);
                        }
                        if items.get(number).is_some_and(|item| account.agrees(item, &shown)) {
                            after.insert(number + 1);
                        }
                    }
                    match after.first().copied() {
                        None => {}
                        Some(_) if reading.prefix && after.contains(&items.len()) => found += mass,
                        Some(first) if first == least => pending.add(mass, (run, after)),
                        Some(first) => open.entry(first).or_default().add(mass, (run, after)),
                    }
                }
            }
        }
    }
    (found, lost)
}

/// The next step that is not silent and without a choice; `None` if there is none, as far as can be seen.
fn decisive_step<'g>(reference: &Reference<'g>, mut run: Run<'g>) -> Option<Step<Run<'g>>> {
    for _ in 0..=SILENT_STEPS {
        match reference.step(&run) {
            Step::Silent(mut options) if options.len() == 1 => run = options.remove(0).1,
            step => return Some(step),
        }
    }
    None
}
