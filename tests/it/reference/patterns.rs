//! Random patterns, as text and as what they mean: sequences of events are matched by trying everything, on the text's own
//! structure, sharing nothing with the product.

use std::fmt::Write;

use charmgrammar::model::grammar::{Base, Grammar, NONE, Type, elements};

use super::Shown;
use super::random::Random;

/// An event as patterns see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Happening {
    /// Its name, where elements of arrays have their index: `db[1]-joined`.
    pub(crate) full: String,
    /// Its name as a trace shows it: `db-joined`.
    pub(crate) name: String,
    /// The names of its payload fields with their values as they are written.
    pub(crate) payload: Vec<(String, String)>,
}

impl Happening {
    /// What of a shown item patterns see: events only.
    pub(crate) fn of(grammar: &Grammar, shown: &Shown) -> Option<Self> {
        let Shown::Event { event, of, payload } = shown else { return None };
        let event = &grammar.events[event.index()];
        let fields = event.payload.iter().zip(payload);
        Some(Self {
            full: event.name_with(|place| grammar.instances[of[place].index()].full_name()),
            name: event.name_with(|place| grammar.instances[of[place].index()].name.clone()),
            payload: fields.map(|(field, value)| (field.name.clone(), written(grammar, field.ty, *value))).collect(),
        })
    }
}

/// A value as a pattern writes it.
fn written(grammar: &Grammar, ty: Type, value: i64) -> String {
    if ty.optional && value == NONE {
        return "none".to_owned();
    }
    match ty.base {
        Base::Bool => (value != 0).to_string(),
        Base::Int { .. } => value.to_string(),
        Base::Set { lo, .. } => {
            let members: Vec<String> = elements(value, lo).map(|member| member.to_string()).collect();
            format!("{{{}}}", members.join(", "))
        }
        Base::Enum(id) => grammar.enums[id.index()].words[usize::try_from(value).unwrap()].clone(),
        Base::Instance(_) | Base::Array(_) => grammar.instances[usize::try_from(value).unwrap()].full_name(),
    }
}

/// What a pattern is made of.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Gap,
    Event { name: String, payload: Vec<(String, String)> },
    Not(Box<Part>),
    Group(Vec<Vec<Part>>),
    Repeat(Box<Part>, usize, Option<usize>),
}

/// A pattern as it is written.
pub(crate) fn text(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        let _ = write!(text, "{}{}", if text.is_empty() { "" } else { " " }, part.text());
    }
    text
}

impl Part {
    fn text(&self) -> String {
        match self {
            Self::Gap => "...".to_owned(),
            Self::Event { name, payload } if payload.is_empty() => name.clone(),
            Self::Event { name, payload } => {
                let fields: Vec<String> = payload.iter().map(|(field, value)| format!("{field} = {value}")).collect();
                format!("{name}({})", fields.join(", "))
            }
            Self::Not(part) => format!("!{}", part.text()),
            Self::Group(ways) => {
                let ways: Vec<String> = ways.iter().map(|way| text(way)).collect();
                format!("({})", ways.join(" | "))
            }
            Self::Repeat(part, least, most) => {
                let times = match (least, most) {
                    (0, None) => "*".to_owned(),
                    (1, None) => "+".to_owned(),
                    (least, Some(most)) if least == most => least.to_string(),
                    (least, Some(most)) => format!("{least}..{most}"),
                    _ => unreachable!("no other repetition is made"),
                };
                format!("{}{{{times}}}", part.text())
            }
        }
    }

    /// Whether it takes this one event.
    fn takes(&self, event: &Happening) -> bool {
        match self {
            Self::Event { name, payload } => {
                let names = if name.contains('[') { [&event.full, &event.name] } else { [&event.name, &event.name] };
                names.iter().any(|text| like(name.as_bytes(), text.as_bytes()))
                    && payload.iter().all(|field| event.payload.contains(field))
            }
            Self::Group(ways) => ways.iter().any(|way| way[0].takes(event)),
            other => unreachable!("{other:?} is no event"),
        }
    }
}

/// Whether a text is like a name with stars.
fn like(glob: &[u8], text: &[u8]) -> bool {
    match glob.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skipped| like(rest, &text[skipped..])),
        Some((first, rest)) => text.split_first().is_some_and(|(head, tail)| head == first && like(rest, tail)),
    }
}

/// Whether a pattern matches all of these events.
pub(crate) fn matches(pattern: &[Part], events: &[Happening]) -> bool {
    ends(pattern, events, 0).contains(&events.len())
}

/// Where a pattern that begins at a place can end.
fn ends(pattern: &[Part], events: &[Happening], start: usize) -> Vec<usize> {
    let mut places = vec![start];
    for part in pattern {
        let mut next: Vec<usize> = places.iter().flat_map(|place| part_ends(part, events, *place)).collect();
        next.sort_unstable();
        next.dedup();
        places = next;
    }
    places
}

fn part_ends(part: &Part, events: &[Happening], start: usize) -> Vec<usize> {
    let one = |takes: &dyn Fn(&Happening) -> bool| match events.get(start) {
        Some(event) if takes(event) => vec![start + 1],
        _ => Vec::new(),
    };
    match part {
        Part::Gap => (start..=events.len()).collect(),
        Part::Event { .. } => one(&|event| part.takes(event)),
        Part::Not(inner) => one(&|event| !inner.takes(event)),
        Part::Group(ways) => ways.iter().flat_map(|way| ends(way, events, start)).collect(),
        Part::Repeat(inner, least, most) => {
            let mut all = Vec::new();
            let mut places = vec![start];
            // More often than there are events, beyond the least, nothing new is matched.
            let most = most.unwrap_or(least + events.len() + 1);
            for times in 0..=most {
                if times >= *least {
                    all.extend(&places);
                }
                let mut next: Vec<usize> = places.iter().flat_map(|place| part_ends(inner, events, *place)).collect();
                next.sort_unstable();
                next.dedup();
                places = next;
            }
            all.sort_unstable();
            all.dedup();
            all
        }
    }
}

/// A random pattern over the events of a grammar; often one that this trace matches, or nearly.
pub(crate) fn pattern(random: &mut Random, alphabet: &[Happening], trace: Option<&[Happening]>) -> Vec<Part> {
    let mut parts = match trace {
        Some(trace) if random.chance(75) => {
            let mut parts = Vec::new();
            let mut place = 0;
            while place < trace.len() {
                match random.below(10) {
                    0 | 1 => {
                        parts.push(Part::Gap);
                        place += random.below(trace.len() - place + 1);
                    }
                    2 => {
                        let inner = Part::Group(vec![vec![any(random, alphabet, 1)]]);
                        parts.push(Part::Repeat(Box::new(inner), 0, Some(1)));
                    }
                    3 => {
                        let other = any(random, alphabet, 1);
                        let mut ways = vec![vec![blurred(random, &trace[place])], vec![other]];
                        if random.chance(50) {
                            ways.swap(0, 1);
                        }
                        parts.push(Part::Group(ways));
                        place += 1;
                    }
                    4 if random.chance(50) => {
                        let alike = trace[place..].iter().take_while(|event| **event == trace[place]).count();
                        let (least, most) = random.pick(&[(0, None), (1, None), (alike, Some(alike)), (1, Some(3))]);
                        let one = blurred(random, &trace[place]);
                        parts.push(Part::Repeat(Box::new(one), least, most));
                        place += alike;
                    }
                    5 => {
                        parts.push(negated(random, alphabet));
                        place += 1;
                    }
                    _ => {
                        parts.push(blurred(random, &trace[place]));
                        place += 1;
                    }
                }
            }
            parts
        }
        _ => (0..=random.below(4)).map(|_| any(random, alphabet, 2)).collect(),
    };
    for _ in 0..random.pick(&[0, 0, 1, 2]) {
        match random.below(4) {
            0 if parts.len() > 1 => drop(parts.remove(random.below(parts.len()))),
            1 if !parts.is_empty() => {
                let place = random.below(parts.len());
                parts[place] = any(random, alphabet, 2);
            }
            2 => parts.insert(random.below(parts.len() + 1), Part::Gap),
            _ => parts.insert(random.below(parts.len() + 1), any(random, alphabet, 1)),
        }
    }
    if parts.is_empty() { vec![Part::Gap] } else { parts }
}

/// An event as a pattern may speak of it.
fn blurred(random: &mut Random, event: &Happening) -> Part {
    let name = match random.below(8) {
        0 => "*".to_owned(),
        1 => match event.name.split_once('-') {
            Some((head, tail)) => random.pick(&[format!("*-{tail}").as_str(), format!("{head}-*").as_str()]).to_owned(),
            None => format!("{}*", &event.name[..1]),
        },
        2..4 => event.full.clone(),
        _ => event.name.clone(),
    };
    let mut payload = Vec::new();
    if !name.contains('*') {
        payload.extend(event.payload.iter().filter(|_| random.chance(30)).cloned());
    }
    Part::Event { name, payload }
}

fn negated(random: &mut Random, alphabet: &[Happening]) -> Part {
    let mut one = || {
        let event = &alphabet[random.below(alphabet.len())];
        blurred(random, event)
    };
    let (first, second) = (one(), one());
    let inner = if random.chance(70) { first } else { Part::Group(vec![vec![first], vec![second]]) };
    Part::Not(Box::new(inner))
}

fn any(random: &mut Random, alphabet: &[Happening], depth: usize) -> Part {
    match random.below(if depth == 0 { 6 } else { 10 }) {
        0 => Part::Gap,
        1 => negated(random, alphabet),
        2..6 => {
            let event = &alphabet[random.below(alphabet.len())];
            blurred(random, event)
        }
        6 | 7 => {
            let mut way = || (0..random.pick(&[1, 1, 2, 3])).map(|_| any(random, alphabet, depth - 1)).collect();
            Part::Group(vec![way(), way()])
        }
        _ => {
            let mut inner = any(random, alphabet, depth - 1);
            // A repetition of a repetition stands in parentheses.
            if matches!(inner, Part::Gap | Part::Repeat(..)) {
                inner = Part::Group(vec![vec![inner]]);
            }
            let (least, most) = random.pick(&[(0, None), (1, None), (2, Some(2)), (0, Some(2)), (1, Some(3))]);
            Part::Repeat(Box::new(inner), least, most)
        }
    }
}

#[test]
fn patterns_match_what_the_contract_says() {
    let event = |name: &str| Happening { full: name.to_owned(), name: name.to_owned(), payload: Vec::new() };
    let one = |name: &str| Part::Event { name: name.to_owned(), payload: Vec::new() };
    let [a, b] = ["a", "b"].map(event);
    assert!(matches(&[Part::Gap], &[]) && matches(&[Part::Gap, one("b")], &[a.clone(), b.clone()]));
    assert!(!matches(&[one("a")], &[]) && !matches(&[one("a")], &[a.clone(), b.clone()]));
    let not = Part::Not(Box::new(one("a")));
    assert!(
        matches(std::slice::from_ref(&not), std::slice::from_ref(&b))
            && !matches(std::slice::from_ref(&not), std::slice::from_ref(&a))
    );
    let twice = Part::Repeat(Box::new(Part::Group(vec![vec![one("a"), one("b")], vec![not]])), 2, Some(2));
    assert!(matches(std::slice::from_ref(&twice), &[a.clone(), b.clone(), b.clone()]));
    assert!(!matches(std::slice::from_ref(&twice), &[a.clone(), b.clone(), a.clone()]));
    assert_eq!(text(&[twice, Part::Gap]), "(a b | !a){2} ...");
}
