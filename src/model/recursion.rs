//! Recursion that never shows an event, and recursion that never ends.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::components::components;
use super::flow::{Call, Flow, Way};
use super::grammar::Grammar;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;

/// The most steps of a cycle that are shown.
const MAX_STEPS: usize = 8;

/// A call on a cycle: from a body, where, to which.
#[derive(Clone, Copy, Debug)]
struct Step {
    from: usize,
    span: Span,
    to: usize,
}

/// Reports every group of rules, actions and reactions that can reach themselves before an event, and every one that
/// cannot end. Guards are ignored: they may hold or not. The cost is linear in the size of the bodies.
pub(super) fn check_recursion(grammar: &Grammar, diagnostics: &mut Diagnostics) {
    check_left_recursion(&Flow::new(grammar, Way::Silent), diagnostics);
    check_endless(&mut Flow::new(grammar, Way::Ending), diagnostics);
}

/// One finding for each component of the graph of the calls that are reached before an event.
fn check_left_recursion(flow: &Flow<'_>, diagnostics: &mut Diagnostics) {
    let reached = |body: usize| flow.calls[body].iter().filter(|call| flow.facts.holds(call.reached));
    let edges: Vec<Vec<usize>> =
        (0..flow.calls.len()).map(|body| reached(body).map(|call| call.callee).collect()).collect();
    let components = components(&edges);
    let component_of = component_of(&components, edges.len());
    for component in &components {
        let start = component[0];
        let cycle = shortest_cycle(flow, start, |body| {
            reached(body).filter(|call| component_of[call.callee] == component_of[start]).copied()
        });
        if let Some((first, rest)) = cycle.split_first() {
            let name = flow.name(start);
            let diagnostic = Diagnostic::error(
                Code::LeftRecursion,
                first.span,
                format!("{name} reaches itself before any event: {}", shown_cycle(flow, &cycle)),
            )
            .label(format!("{name} runs {} here", flow.name(first.to)))
            .help(format!(
                "put an event before the call: every way from {name} to itself must show one, whatever the guards say"
            ));
            diagnostics.push(with_steps(diagnostic, flow, rest));
        }
    }
}

/// One finding for each component of bodies that cannot end, but for those that could if the bodies that are reported
/// did.
fn check_endless(flow: &mut Flow<'_>, diagnostics: &mut Diagnostics) {
    let ends = |flow: &Flow<'_>, body: usize| flow.facts.holds(flow.passes[body]) || flow.facts.holds(flow.exits[body]);
    let mut edges = vec![Vec::new(); flow.calls.len()];
    for (body, calls) in flow.calls.iter().enumerate().filter(|(body, _)| !ends(flow, *body)) {
        edges[body].extend(calls.iter().map(|call| call.callee).filter(|callee| !ends(flow, *callee)));
    }
    for component in components(&edges) {
        let Some(&start) = component.iter().find(|body| !ends(flow, **body)) else { continue };
        // What stops a body is the last call that is reached and cannot end: after all others something is reached.
        // All that is outside the component ends by now, so following these calls leads around.
        let stopped = |body: usize| {
            flow.calls[body].iter().rfind(|call| flow.facts.holds(call.reached) && !ends(flow, call.callee)).copied()
        };
        let mut entered = start;
        for _ in &component {
            entered = stopped(entered).map_or(entered, |call| call.callee);
        }
        if flow.is_list(entered) {
            entered = stopped(entered).map_or(entered, |call| call.callee);
        }
        let cycle = shortest_cycle(flow, entered, stopped);
        let Some(first) = cycle.iter().min_by_key(|step| step.from) else { continue };
        let first = first.from;
        let cycle = shortest_cycle(flow, first, stopped);
        let name = flow.name(first);
        let message = format!("{name} can never end: {}", shown_cycle(flow, &cycle));
        let diagnostic = Diagnostic::error(Code::EndlessRule, flow.span(first), message)
            .label("every way through this comes back to it")
            .help(
                "add a `choose` with an alternative that ends, or a parameter of a finite domain that a guard looks at",
            );
        diagnostics.push(with_steps(diagnostic, flow, &cycle));
        for body in component {
            flow.facts.assume(flow.passes[body]);
        }
    }
}

/// The place of each node's component.
fn component_of(components: &[Vec<usize>], nodes: usize) -> Vec<usize> {
    let mut component_of = vec![0; nodes];
    for (place, component) in components.iter().enumerate() {
        for node in component {
            component_of[*node] = place;
        }
    }
    component_of
}

/// The fewest steps that lead from `start`, which is no list, back to it, the first such ones in the order of the text;
/// none if nothing does. A step to a list goes on to what is drawn from it.
fn shortest_cycle<I: IntoIterator<Item = Call>>(
    flow: &Flow<'_>,
    start: usize,
    calls: impl Fn(usize) -> I,
) -> Vec<Step> {
    // The step by which each body was reached first; only bodies of one component are asked for, so a map of all would
    // make many small components cost too much.
    let mut reached_by = BTreeMap::new();
    let mut lists = BTreeSet::new();
    let mut queue = VecDeque::from([start]);
    while let Some(from) = queue.pop_front() {
        let mut steps: Vec<Step> = Vec::new();
        for Call { callee, span, .. } in calls(from) {
            if !flow.is_list(callee) {
                steps.push(Step { from, span, to: callee });
            } else if lists.insert(callee) {
                steps.extend(calls(callee).into_iter().map(|call| Step { from, span, to: call.callee }));
            }
        }
        for step in steps {
            let to = step.to;
            reached_by.entry(to).or_insert_with(|| {
                queue.push_back(to);
                step
            });
            if to == start {
                let mut cycle = vec![reached_by[&start]];
                while let Some(step) = cycle.last().filter(|step| step.from != start) {
                    cycle.push(reached_by[&step.from]);
                }
                cycle.reverse();
                return cycle;
            }
        }
    }
    Vec::new()
}

/// `a` → `b` → `a`; the middle of a long one is left out.
fn shown_cycle(flow: &Flow<'_>, cycle: &[Step]) -> String {
    let mut names: Vec<String> = cycle.iter().take(MAX_STEPS).map(|step| flow.name(step.from)).collect();
    if cycle.len() > MAX_STEPS {
        names.push("…".to_owned());
    }
    names.extend(cycle.last().map(|step| flow.name(step.to)));
    names.join(" → ")
}

/// Shows the place of each step.
fn with_steps(diagnostic: Diagnostic, flow: &Flow<'_>, steps: &[Step]) -> Diagnostic {
    steps.iter().take(MAX_STEPS).fold(diagnostic, |diagnostic, step| {
        diagnostic.also(step.span, format!("{} runs {} here", flow.name(step.from), flow.name(step.to)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::grammar::{Branch, Count, Domain, Expression, KindId, Statement, StatementKind, Verb};
    use super::super::testing::*;
    use super::*;

    /// What is found in a rule `a` with this body, where rule `b` shows an event, `c` shows none, action 0 is `act`
    /// that shows one, and reaction 1 calls `a` at place 99. A `Vec` of messages with places.
    fn found(body: Vec<Statement>) -> Vec<String> {
        let mut grammar = Grammar::default();
        grammar.rule("a", body);
        grammar.rule("b", vec![emit()]);
        grammar.rule("c", vec![assign(0)]);
        grammar.action("act", false, vec![emit()]);
        grammar.action("re", true, vec![call(0, 99)]);
        brief(&findings(&grammar, check_recursion))
    }

    /// Whether `a` is left recursive, where `again` is its call of itself, in a `maybe` so that it can end.
    fn is_left(body: impl FnOnce(Statement) -> Vec<Statement>) -> bool {
        let found = found(body(maybe(50, call(0, 7))));
        assert!(found.is_empty() || found == ["`a` reaches itself before any event: `a` → `a` @7"], "{found:?}");
        !found.is_empty()
    }

    fn exactly(count: i64) -> Count {
        Count::Exact(constant(count))
    }

    fn uniform(lo: i64, hi: i64) -> Count {
        Count::Uniform { lo: constant(lo), hi: constant(hi) }
    }

    fn each(domain: Domain, body: Vec<Statement>) -> Statement {
        statement(StatementKind::ForEach { range: Box::new(range(domain)), any_order: false, body })
    }

    fn one(domain: Domain, body: Vec<Statement>, otherwise: Option<Vec<Statement>>) -> Statement {
        statement(StatementKind::ForOne { range: Box::new(range(domain)), body, otherwise })
    }

    fn interleave(branches: Vec<Vec<Statement>>) -> Statement {
        let branches = branches.into_iter().map(|body| Branch { each: None, body, span: at(0) }).collect();
        statement(StatementKind::Interleave(branches))
    }

    const KIND: Domain = Domain::Kind(KindId(0));
    const NUMBERS: Domain = Domain::Integers { lo: 0, hi: 7 };

    #[test]
    fn an_event_must_come_first_on_every_path() {
        assert!(is_left(|again| vec![again]));
        assert!(!is_left(|again| vec![emit(), again]));
        assert!(!is_left(|again| vec![call(1, 0), again]), "`b` shows an event");
        assert!(is_left(|again| vec![call(2, 0), again]), "`c` shows none");
        assert!(is_left(|again| vec![block(vec![assign(0)]), again]));
        assert!(!is_left(|again| vec![statement(StatementKind::Atomic(vec![emit()])), again]));
        assert!(is_left(|again| vec![when(vec![emit()], None), again]));
        assert!(!is_left(|again| vec![when(vec![emit()], Some(vec![emit()])), again]));
        assert!(is_left(|again| vec![when(vec![emit()], Some(vec![])), again]));
        assert!(!is_left(|again| vec![choose(vec![(constant(1), emit()), (unknown(), emit())]), again]));
        assert!(is_left(|again| vec![choose(vec![(constant(1), emit()), (unknown(), assign(0))]), again]));
        assert!(!is_left(|again| vec![choose(vec![(constant(1), emit()), (constant(0), assign(0))]), again]));
        assert!(!is_left(|again| vec![choose(vec![(constant(1), emit()), (constant(0), again)])]));
        assert!(!is_left(|again| vec![choose(vec![]), again]), "a dead end leads nowhere");
        assert!(!is_left(|again| vec![statement(StatementKind::Leave), again]));
        assert!(!is_left(|again| vec![maybe(10, statement(StatementKind::End)), emit(), again]));
    }

    #[test]
    fn loops_may_be_skipped_unless_they_cannot() {
        assert!(is_left(|again| vec![each(KIND, vec![emit()]), again]));
        assert!(!is_left(|again| vec![each(NUMBERS, vec![emit()]), again]));
        assert!(is_left(|again| vec![one(KIND, vec![emit()], None), again]));
        assert!(!is_left(|again| vec![one(KIND, vec![emit()], Some(vec![emit()])), again]));
        assert!(!is_left(|again| vec![one(NUMBERS, vec![emit()], None), again]));
        assert!(!is_left(|again| vec![repeat(exactly(1), vec![emit()]), again]));
        assert!(is_left(|again| vec![repeat(exactly(0), vec![emit()]), again]));
        assert!(!is_left(|again| vec![repeat(exactly(0), vec![again])]));
        assert!(!is_left(|again| vec![repeat(uniform(1, 3), vec![emit()]), again]));
        assert!(is_left(|again| vec![repeat(uniform(0, 3), vec![emit()]), again]));
        assert!(is_left(|again| vec![repeat(Count::Exact(unknown()), vec![emit()]), again]));
        assert!(is_left(|again| vec![repeat(exactly(3), vec![assign(0)]), again]));
        let limited =
            |body| StatementKind::Repeat { count: Box::new(exactly(3)), condition: Some(Box::new(unknown())), body };
        assert!(is_left(|again| vec![statement(limited(vec![emit()])), again]));
        assert!(!is_left(|again| vec![maybe(100, emit()), again]));
        assert!(is_left(|again| vec![maybe(99, emit()), again]));
        assert!(is_left(|again| vec![maybe(0, emit()), again]));
        assert!(!is_left(|again| vec![maybe(0, again)]));
    }

    #[test]
    fn draws_reach_what_they_draw() {
        assert!(!is_left(|again| vec![draw(Verb::Do, &[0], None, 0), again]));
        assert!(is_left(|again| vec![draw(Verb::Do, &[0], Some(assign(0)), 0), again]));
        assert!(!is_left(|again| vec![draw(Verb::Do, &[0], Some(emit()), 0), again]));
        assert!(!is_left(|again| vec![draw(Verb::Do, &[], None, 0), again]));
        assert!(is_left(|again| vec![draw(Verb::React, &[0], None, 0), again]));
        assert!(!is_left(|again| vec![draw(Verb::React, &[0], Some(emit()), 0), again]));
        assert!(is_left(|again| vec![draw(Verb::Settle, &[0], None, 0), again]));
        assert_eq!(
            found(vec![draw(Verb::Settle, &[0, 1], None, 5)]),
            ["`a` reaches itself before any event: `a` → reaction `re` → `a` @5 +99"]
        );
    }

    #[test]
    fn any_branch_may_come_first() {
        assert!(is_left(|again| vec![interleave(vec![vec![emit()], vec![again]])]));
        assert!(!is_left(|again| vec![interleave(vec![vec![emit()], vec![assign(0)]]), again]));
        assert!(is_left(|again| vec![interleave(vec![vec![assign(0)], vec![]]), again]));
        assert!(!is_left(|again| vec![interleave(vec![vec![emit(), again]])]));
        let branch = Branch { each: Some(range(KIND)), body: vec![emit()], span: at(0) };
        assert!(is_left(|again| vec![statement(StatementKind::Interleave(vec![branch])), again]));
    }

    #[test]
    fn every_cycle_is_shown_with_its_places() {
        let mut grammar = Grammar::default();
        let maybe_call = |rule, place| maybe(50, call(rule, place));
        grammar.rule("a", vec![maybe_call(1, 10), maybe_call(2, 11)]);
        grammar.rule("b", vec![maybe_call(2, 12)]);
        grammar.rule("c", vec![maybe_call(0, 13)]);
        grammar.rule("d", vec![maybe_call(0, 14), maybe_call(3, 15)]);
        grammar.phase("p", vec![clause(10, call(0, 16), 17)], vec![call(0, 18)]);
        let findings = findings(&grammar, check_recursion);
        assert_eq!(
            brief(&findings),
            [
                "`a` reaches itself before any event: `a` → `c` → `a` @11 +13",
                "`d` reaches itself before any event: `d` → `d` @15"
            ]
        );
        assert_eq!(codes(&findings), [Code::LeftRecursion; 2]);
        assert_eq!(findings[0].secondary[0].text, "`c` runs `a` here");
    }

    #[test]
    fn a_cycle_leads_through_a_draw_to_what_it_draws() {
        let mut grammar = Grammar::default();
        let again = |place| draw(Verb::Do, &[0, 1, 2], None, place);
        grammar.action("quiet", false, vec![assign(0)]);
        grammar.action("first", false, vec![emit(), again(10)]);
        grammar.action("second", false, vec![again(11)]);
        assert_eq!(
            brief(&findings(&grammar, check_recursion)),
            ["action `second` reaches itself before any event: action `second` → action `second` @11"]
        );
        grammar.actions[0].body = vec![again(12)];
        assert_eq!(
            brief(&findings(&grammar, check_recursion)),
            [
                "action `quiet` reaches itself before any event: action `quiet` → action `quiet` @12",
                "action `second` can never end: action `second` → action `second` @2002 +11",
            ]
        );
    }

    /// Whether `a` cannot end, where `again` is its call of itself, after an event.
    fn is_endless(body: impl FnOnce(Statement) -> Vec<Statement>) -> bool {
        let found = found(body(block(vec![emit(), call(0, 7)])));
        assert!(found.is_empty() || found == ["`a` can never end: `a` → `a` @1000 +7"], "{found:?}");
        !found.is_empty()
    }

    #[test]
    fn some_way_must_end() {
        assert!(is_endless(|again| vec![again]));
        assert!(!is_endless(|again| vec![maybe(50, again)]));
        assert!(is_endless(|again| vec![maybe(100, again)]));
        assert!(!is_endless(|again| vec![maybe(0, again)]));
        assert!(!is_endless(|again| vec![when(vec![again], None)]));
        assert!(!is_endless(|again| vec![choose(vec![(constant(1), emit()), (constant(1), again)])]));
        assert!(is_endless(|again| vec![choose(vec![(constant(0), emit()), (constant(1), again)])]));
        assert!(!is_endless(|again| vec![statement(StatementKind::End), again]));
        assert!(
            !is_endless(|again| vec![
                choose(vec![(unknown(), statement(StatementKind::Leave)), (unknown(), assign(0))]),
                again
            ]),
            "it may leave before it comes to the call"
        );
        assert!(!is_endless(|again| vec![each(KIND, vec![again])]));
        assert!(is_endless(|again| vec![each(NUMBERS, vec![again])]));
        assert!(is_endless(|again| vec![repeat(uniform(1, 3), vec![again])]));
        assert!(!is_endless(|again| vec![repeat(uniform(0, 3), vec![again])]));
        assert!(!is_endless(|again| vec![repeat(Count::Endless, vec![again])]));
        assert!(is_endless(|again| vec![interleave(vec![vec![emit()], vec![again]])]));
        assert!(!is_endless(|again| vec![interleave(vec![vec![emit(), statement(StatementKind::End)], vec![again]])]));
    }

    #[test]
    fn draws_end_if_one_of_theirs_does() {
        let after_event = |draw: Statement| found(vec![emit(), draw]);
        let endless = ["`a` can never end: `a` → reaction `re` → `a` @1000 +5 +99"];
        assert_eq!(after_event(draw(Verb::Do, &[1], None, 5)), endless);
        assert_eq!(after_event(draw(Verb::React, &[1], Some(call(0, 6)), 5)).len(), 1);
        assert!(after_event(draw(Verb::Do, &[0, 1], None, 5)).is_empty());
        assert!(after_event(draw(Verb::Do, &[1], Some(assign(0)), 5)).is_empty());
        assert!(after_event(draw(Verb::React, &[1], None, 5)).is_empty());
        assert!(after_event(draw(Verb::Settle, &[1], None, 5)).is_empty());
        assert!(after_event(draw(Verb::Do, &[], None, 5)).is_empty(), "a dead end is another finding");
    }

    #[test]
    fn who_runs_what_is_endless_is_not_blamed() {
        let mut grammar = Grammar::default();
        grammar.rule("caller", vec![emit(), call(1, 10)]);
        grammar.rule("b", vec![emit(), draw(Verb::React, &[0], None, 11), call(2, 12)]);
        grammar.rule("c", vec![emit(), call(1, 13)]);
        grammar.rule("other", vec![emit(), maybe(50, call(1, 14)), call(3, 15)]);
        grammar.action("re", true, vec![emit(), call(1, 16)]);
        grammar.phase("p", Vec::new(), vec![call(0, 17)]);
        let findings = findings(&grammar, check_recursion);
        assert_eq!(
            brief(&findings),
            ["`b` can never end: `b` → `c` → `b` @1001 +12 +13", "`other` can never end: `other` → `other` @1003 +15"]
        );
        assert_eq!(codes(&findings), [Code::EndlessRule; 2]);
    }

    #[test]
    fn a_bounded_rule_is_fine() {
        // rule value(depth: 0..8) { choose { scalar, 1 when depth < 8 => { open value(depth + 1) close } } }
        let again = block(vec![emit(), call(0, 1), emit()]);
        assert!(found(vec![choose(vec![(constant(1), emit()), (constant(1), again)])]).is_empty());
    }

    #[test]
    fn long_chains_and_cycles_take_neither_stack_nor_time() {
        let count = 20_000;
        let chain = |last: Vec<Statement>| {
            let mut grammar = Grammar::default();
            for next in 1..count {
                grammar.rule(&format!("r{next}"), vec![call(next, next)]);
            }
            grammar.rule("last", last);
            brief(&findings(&grammar, check_recursion))
        };
        assert!(chain(vec![emit()]).is_empty());
        let cycle = chain(vec![call(0, count)]);
        assert_eq!(cycle.len(), 2);
        assert!(
            cycle[0].contains("`r1` → `r2` → `r3` → `r4` → `r5` → `r6` → `r7` → `r8` → … → `r1` @1 +2 +3"),
            "{cycle:?}"
        );
        // Everything draws everything.
        let mut grammar = Grammar::default();
        let all: Vec<u32> = (0..1000).collect();
        for action in &all {
            grammar.action(&action.to_string(), false, vec![draw(Verb::Do, &all, Some(emit()), 0)]);
        }
        assert_eq!(findings(&grammar, check_recursion).len(), 1);
    }

    #[test]
    fn weights_need_not_be_known() {
        let alternatives = |weight: fn() -> Expression| vec![(weight(), emit()), (weight(), call(2, 0))];
        assert!(is_left(|again| vec![choose(alternatives(unknown)), again]));
    }
}
