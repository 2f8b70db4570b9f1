//! No text makes the passes panic: grammars with words taken out, doubled or exchanged.

use super::*;

/// A long text that uses every construct.
const RICH: &str = "state due: 0..7 | none = none param n: 0..9 = 3 + 2 param deep: 1..n = n 
    let idle = all(r: relation where not r.live)
    let near(r: relation, u: 0..7) = r.index + u < size({1, u}) and u0.on == r or scale not in {1, 2}
    kind box { field of: unit | none = none state full: set 0..n | none = {0} } 
    box b1 { of = u0 } box b2[3] { full = any }
    phase main { meanwhile { 5% when leader http-joined 10% for one r: relation { <r>-joined } }
      choose { 3 => start, (n) when idle => { join(db[1]) }, else => end } leave
      for each r: relation in any order where near(r, 2) { <r>-changed(unit = r.index) r.live = not r.live }
      for one u: 0..7 where u in u0.members { u0.members -= u } else { u0.members += 3 }
      repeat 1..n mean 3 while due != none { due = due - 1 maybe 30% do(act, window) else react }
      interleave { start } with each r: relation where r != http { <r>-joined } with { atomic { settle(seen) } }
      if b1.of.on.live == (count(x: box where x.full == {1}) > 2) { do } else if u0.mode < busy { scale += 1 } }
    extend phase main { meanwhile { 1% start } } override rule join(r: relation) { <r>-joined } 
    remove group window group window
    profile p \"doc\" { n = 4 due = any b2.full = {1} b2[1].full = none weight act = 3 }
    test \"a\" with p accepts { ... !start{2..3} (http-* | *){+} } test \"b\" never due > 3";

fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let alike = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let length = match rest.find(|c| !alike(c)) {
            Some(0) => first.len_utf8(),
            Some(length) => length,
            None => rest.len(),
        };
        let (word, behind) = rest.split_at(length);
        words.push(word);
        rest = behind;
    }
    words
}

#[test]
fn the_rich_text_is_right() {
    check_alone(&format!("{BASE}\n{RICH}"), "");
}

#[test]
fn no_mutation_makes_it_panic() {
    let text = format!("{BASE}\n{RICH}");
    let words = words(&text);
    let mut state = 1u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    for _ in 0..ROUNDS {
        let mut mutant = words.clone();
        for _ in 0..=random(3) {
            let (place, other) = (random(mutant.len()), random(words.len()));
            match random(3) {
                0 => drop(mutant.remove(place)),
                1 => mutant[place] = words[other],
                _ => mutant.insert(place, words[other]),
            }
        }
        let profile = (random(2) == 0).then(|| "p".to_owned());
        load_with(&mutant.concat(), &Settings { profile, ..Settings::default() });
    }
}

/// How many mutants are tried.
const ROUNDS: usize = 1500;
