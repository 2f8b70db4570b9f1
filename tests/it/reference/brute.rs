//! Languages by brute force: every trace written down, and a sequence compared with each of them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::Hash;

use charmgrammar::model::grammar::Grammar;
use charmgrammar::trace::Observed;

use super::explore::ahead;
use super::recognize::{Account, Judged, Next};
use super::{Reference, Run, Shown, Step};

/// What runs show, item by item.
pub(crate) struct Language<T> {
    /// The complete traces.
    pub(crate) complete: BTreeSet<Vec<T>>,
    /// All that some run has shown at some time.
    pub(crate) shown: BTreeSet<Vec<T>>,
    /// Whether no trace is longer than was asked for.
    pub(crate) whole: bool,
}

/// All that runs show with `most` items at most, an item being what `show` makes of it, if anything. `None` where there
/// are more than `effort` points of runs, each with what it has shown.
pub(crate) fn language<T: Clone + Ord + Hash>(
    grammar: &Grammar,
    most: usize,
    effort: usize,
    show: impl Fn(&Shown) -> Option<T>,
) -> Option<Language<T>> {
    let reference = Reference::new(grammar);
    let mut language = Language { complete: BTreeSet::new(), shown: BTreeSet::new(), whole: true };
    let mut visited: HashSet<(Run<'_>, Vec<T>)> = HashSet::new();
    let mut open = vec![(reference.start(), Vec::new())];
    while let Some((run, items)) = open.pop() {
        if !visited.insert((run.clone(), items.clone())) {
            continue;
        }
        if visited.len() > effort {
            return None;
        }
        language.shown.insert(items.clone());
        match reference.step(&run) {
            Step::Silent(options) => open.extend(options.into_iter().map(|(_, run)| (run, items.clone()))),
            Step::Show(shown, run) => match show(&shown) {
                None => open.push((run, items)),
                Some(_) if items.len() == most => language.whole = false,
                Some(item) => open.push((run, [items, vec![item]].concat())),
            },
            Step::End(_) => {
                language.complete.insert(items);
            }
            Step::Fail(_) => {}
        }
    }
    Some(language)
}

/// All that runs show, with the probability that it is shown. Only for grammars without long traces.
pub(crate) fn masses(grammar: &Grammar) -> BTreeMap<Vec<Shown>, f64> {
    let mut reference = Reference::new(grammar);
    let mut masses = BTreeMap::new();
    let mut open = vec![(1.0, Vec::new(), vec![(1.0, reference.start())])];
    while let Some((mass, items, points)) = open.pop() {
        for (item, (mass, points)) in ahead(&mut reference, points, usize::MAX).items {
            open.push((mass, [&items[..], &[item]].concat(), points));
        }
        masses.insert(items, mass);
    }
    masses
}

/// All sequences of these with `most` at most.
pub(crate) fn sequences<T: Clone>(of: &[T], most: usize) -> Vec<Vec<T>> {
    let mut all = vec![Vec::new()];
    let mut longest = 0;
    for _ in 0..most {
        let longer: Vec<Vec<T>> = all[longest..]
            .iter()
            .flat_map(|shorter| of.iter().map(|last| [&shorter[..], std::slice::from_ref(last)].concat()))
            .collect();
        longest = all.len();
        all.extend(longer);
    }
    all
}

/// Whether a sequence can be an account of all that a run has shown.
pub(crate) fn accounts(account: Account<'_>, items: &[Observed], trace: &[Shown]) -> bool {
    let Some((first, others)) = trace.split_first() else { return items.is_empty() };
    if account.may_be_left_out(first) && accounts(account, items, others) {
        return true;
    }
    let alike = items.iter().take_while(|item| account.agrees(item, first)).count();
    let most = if account.may_be_repeated(first) { alike } else { alike.min(1) };
    (1..=most).any(|times| accounts(account, &items[times..], others))
}

/// What a sequence is worth, by comparing it with all that runs show. (Where some traces are too long to be known, this
/// is right if no longer one can have the sequence as its account.)
pub(crate) fn judge(language: &Language<Shown>, account: Account<'_>, items: &[Observed]) -> Judged {
    let is_shown = |items: &[Observed]| language.shown.iter().any(|trace| accounts(account, items, trace));
    let first = (1..=items.len()).find(|many| !is_shown(&items[..*many]));
    let before = &items[..first.map_or(items.len(), |many| many - 1)];
    if first.is_none() && (account.reading.prefix || ends(language, account, items)) {
        return Judged::Valid;
    }
    let mut expected = BTreeSet::new();
    if ends(language, account, before) {
        expected.insert(Next::End);
    }
    for trace in &language.shown {
        let Some((last, earlier)) = trace.split_last() else { continue };
        // What is shown after an account of all before it, or is shown again.
        let comes_next = account.is_shown(last) && accounts(account, before, earlier);
        let again = account.may_be_repeated(last)
            && (0..before.len()).any(|many| {
                let (before, times) = before.split_at(many);
                accounts(account, before, earlier) && times.iter().all(|item| account.agrees(item, last))
            });
        if comes_next || again {
            expected.insert(Next::Item(last.clone()));
        }
    }
    Judged::Invalid { at: first, expected }
}

fn ends(language: &Language<Shown>, account: Account<'_>, items: &[Observed]) -> bool {
    language.complete.iter().any(|trace| accounts(account, items, trace))
}
