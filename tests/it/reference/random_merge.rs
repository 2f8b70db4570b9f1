//! Random small grammars in which much can be merged: elements of arrays that can be exchanged, states that are nothing
//! but payload, and loops that count far.

use super::random::Random;

#[expect(clippy::struct_excessive_bools, reason = "each feature is there or not, whatever the others are")]
struct Writer {
    random: Random,
    text: String,
    indent: usize,
    /// Variables that hold instances.
    things: Vec<String>,
    /// Variables that hold integers.
    integers: Vec<String>,
    names: usize,
    /// How many statements may still be written.
    left: usize,
    /// How often each kind of statement is written.
    weights: [usize; 12],
    /// The states of the kind.
    members: Vec<(&'static str, &'static [&'static str])>,
    /// Instances that may be named: elements of arrays only here and there, since those can't be exchanged then.
    named: Vec<&'static str>,
    /// Whether places in arrays are asked for, instances are remembered, and events tell them.
    index: bool,
    last: bool,
    tells: bool,
    /// Whether a `for each` may go in order over elements whose states it does not fix.
    in_order: bool,
    interleaves: bool,
}

/// How often each kind of statement is written: event, assignment, payload-only assignment, call, `choose`, `if`, `for`,
/// `repeat`, `maybe`, draw, `atomic`, `leave` and `end`.
const WEIGHTS: [usize; 12] = [24, 12, 8, 4, 5, 6, 14, 14, 6, 8, 2, 1];

const LOOPS: [&str; 16] = [
    "repeat 0..3",
    "repeat 0..6",
    "repeat 2..5",
    "repeat 1..2",
    "repeat 3",
    "repeat 5",
    "repeat 6",
    "repeat 0.. mean 2",
    "repeat 2.. mean 3",
    "repeat 4.. mean 5",
    "repeat 0..5 mean 2",
    "repeat 3..6 mean 4",
    "repeat 3..6 mean 3",
    "repeat (x)",
    "repeat (x)..6",
    "repeat 1..(x + 2)",
];

/// A grammar of a seed. Each statement and each brace of a block has a line of its own.
pub(crate) fn grammar(seed: u64) -> String {
    drawn(Random::new(seed ^ 0x6d65_7267_6500))
}

/// The grammar that random numbers make.
pub(crate) fn drawn(mut random: Random) -> String {
    let mut rarely = |percent| random.chance(percent);
    let mut writer = Writer {
        index: rarely(12),
        last: rarely(10),
        tells: rarely(10),
        in_order: rarely(20),
        interleaves: rarely(12),
        random,
        text: String::new(),
        indent: 0,
        things: Vec::new(),
        integers: Vec::new(),
        names: 0,
        left: 0,
        weights: WEIGHTS,
        members: Vec::new(),
        named: Vec::new(),
    };
    for weight in &mut writer.weights[1..] {
        *weight *= writer.random.pick(&[0, 1, 1, 3]);
    }
    writer.declarations();
    writer.text
}

impl Writer {
    fn line(&mut self, line: &str) {
        for _ in 0..self.indent {
            self.text.push_str("  ");
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn head(&mut self, head: &str) {
        self.line(&format!("{head} {{"));
        self.indent += 1;
    }

    fn tail(&mut self) {
        self.indent -= 1;
        self.line("}");
    }

    fn declarations(&mut self) {
        self.line("source user, agent");
        let all: [(&str, &[&str]); 2] = [("on", &["true", "false"]), ("st", &["idle", "busy", "gone"])];
        self.members = match self.random.below(4) {
            0 | 1 => vec![all[0]],
            2 => vec![all[1]],
            _ => all.to_vec(),
        };
        let mut kind = "kind k { state n: 0..2 = 0".to_owned();
        for (name, values) in self.members.clone() {
            let ty = if name == "on" { "bool" } else { "idle | busy | gone" };
            let initial = if self.random.chance(35) { "any" } else { self.random.pick(values) };
            kind = format!("{kind}  state {name}: {ty} = {initial}");
        }
        self.line(&format!("{kind} }}"));
        let many = self.random.pick(&[2, 3]);
        self.line(&format!("k ks[{many}]"));
        match self.random.below(4) {
            0 => {
                self.line("k k0 { n = 1 }");
                self.named.push("k0");
            }
            1 if many == 2 => self.line("k ls[2]"),
            _ => {}
        }
        if self.random.chance(10) {
            self.named.push("ks[1]");
        }
        let x = self.random.pick(&["0", "2", "3", "any"]);
        self.line(&format!("state x: 0..3 = {x}"));
        self.line("state flag: bool = true");
        // Nothing reads these, unless an assignment to one may fail.
        self.line("state g: 0..2 = 0");
        self.line("state h: 0..2 | none = none");
        self.line("state s: set 0..2 = {}");
        if self.last {
            self.line("state last: k | none = none");
        }
        self.line("event a  event b  event c  event v(n: -9..9)  event o(h: 0..2 | none, s: set 0..2)");
        self.line("event <k>-e  event <k>-p(n: 0..2)  event i(i: k | none)");
        self.line("let shown = g + 1");
        let filter = self.pins("i");
        self.line(&format!("let fit(i: k) = {filter}"));
        self.line("let fits = count(i: k where fit(i))");
        for rule in 0..2 {
            (self.things, self.integers) = (Vec::new(), Vec::new());
            if rule == 1 {
                self.things.push("i1".to_owned());
            }
            self.head(["rule r0()", "rule r1(i1: k)"][rule]);
            self.left = 5;
            self.body(2, rule + 1);
            self.tail();
        }
        for action in 0..3 {
            self.action(action);
        }
        for phase in 0..self.random.pick(&[1, 1, 2, 3]) {
            (self.things, self.integers) = (Vec::new(), Vec::new());
            self.head(&format!("phase p{phase}"));
            if self.random.chance(15) {
                self.line("meanwhile {");
                self.indent += 1;
                let filter = self.pins("m0");
                self.line(&Self::random_clause(&filter));
                self.tail();
            }
            self.left = if phase == 0 { 16 } else { 6 };
            self.body(0, 0);
            self.tail();
        }
    }

    fn random_clause(filter: &str) -> String {
        format!("10% for each m0: k where {filter} {{ <m0>-e }}")
    }

    fn action(&mut self, number: usize) {
        let name = format!("i{}", number + 2);
        let guard = self.pins(&name);
        let mut head = match number {
            0 => format!("action t0({name}: k) by user"),
            1 => format!("action t1({name}: k) by {}", self.random.pick(&["agent", "user, agent"])),
            _ => format!("reaction s0({name}: k)"),
        };
        // What is settled must come to an end.
        if number == 2 || self.random.chance(70) {
            head = format!("{head} when {guard}");
        }
        self.head(&head);
        (self.things, self.integers) = (vec![name.clone()], Vec::new());
        if number == 2 || self.random.chance(60) {
            self.change(&name, number == 2);
        }
        self.left = 3;
        if number < 2 {
            self.body(2, 9);
        } else {
            self.line(&format!("<{name}>-e"));
        }
        self.tail();
    }

    /// Changes the states of an instance; if it is to `spend`, so that no guard of [`Self::pins`] holds for ever.
    fn change(&mut self, thing: &str, spend: bool) {
        let (member, values) = self.random.pick(&self.members.clone());
        if spend {
            // A settle would go round if it came back to the guard.
            return self.line("if x > 0 { x -= 1 } else { end }");
        }
        let value = self.random.pick(values);
        self.line(&format!("{thing}.{member} = {value}"));
    }

    /// A condition that fixes all states of an instance that anything depends on.
    fn pins(&mut self, thing: &str) -> String {
        let mut conditions = Vec::new();
        for (member, values) in self.members.clone() {
            let value = self.random.pick(values);
            conditions.push(match value {
                "true" => format!("{thing}.{member}"),
                "false" => format!("not {thing}.{member}"),
                value => format!("{thing}.{member} == {value}"),
            });
        }
        conditions.join(" and ")
    }

    fn body(&mut self, depth: usize, rules: usize) {
        let many = if depth == 0 { 3 + self.random.below(3) } else { self.random.pick(&[0, 1, 1, 2, 2, 3]) };
        for _ in 0..many {
            self.statement(depth + 1, rules);
        }
    }

    fn block(&mut self, head: &str, depth: usize, rules: usize) {
        self.head(head);
        self.body(depth, rules);
        self.tail();
    }

    fn statement(&mut self, depth: usize, rules: usize) {
        self.left = self.left.saturating_sub(1);
        let simple = depth > 4 || self.left == 0;
        let many = if simple { 3 } else { self.weights.len() };
        let mut drawn = self.random.below(self.weights[..many].iter().sum());
        let mut kind = 0;
        while drawn >= self.weights[kind] {
            drawn -= self.weights[kind];
            kind += 1;
        }
        match kind {
            1 => self.assign(),
            2 => self.note(),
            3 if rules < 2 => {
                let thing = self.thing();
                match thing {
                    Some(thing) if rules == 1 || self.random.chance(50) => self.line(&format!("r1({thing})")),
                    _ if rules == 0 => self.line("r0()"),
                    _ => self.line("a"),
                }
            }
            4 => {
                self.head("choose");
                for _ in 0..=self.random.below(2) {
                    let guard = if self.random.chance(30) { format!("when {}", self.truth(1)) } else { String::new() };
                    self.block(&format!("1 {guard} =>"), depth, rules);
                }
                self.block("else =>", depth, rules);
                self.tail();
            }
            5 => {
                let condition = self.truth(1);
                self.block(&format!("if {condition}"), depth, rules);
                if self.random.chance(50) {
                    self.block("else", depth, rules);
                }
            }
            6 => self.each(depth, rules),
            7 => {
                let mut head = self.random.pick(&LOOPS).to_owned();
                if self.random.chance(20) {
                    head = format!("{head} while {}", self.truth(1));
                }
                self.block(&head, depth, rules);
            }
            8 => {
                let percent = self.random.pick(&["50%", "25%"]);
                self.block(&format!("maybe {percent}"), depth, rules);
            }
            9 if rules < 9 => {
                let draw = self.random.pick(&["do", "do(t0)", "do(t1)", "do(t0, t1)", "react", "settle(s0)"]);
                if draw.starts_with("do") {
                    self.block(&format!("{draw} else"), depth, rules);
                } else {
                    self.line(draw);
                }
            }
            10 if self.interleaves => {
                self.block("interleave", depth, rules);
                if self.random.chance(40) {
                    self.scoped("with", depth, rules);
                } else {
                    self.block("with", depth, rules);
                }
            }
            10 => self.block("atomic", depth, rules),
            11 if depth > 1 => {
                let word = self.random.pick(&["leave", "leave", "end"]);
                self.line(word);
            }
            _ => self.event(),
        }
    }

    /// A branch for each instance.
    fn scoped(&mut self, head: &str, depth: usize, rules: usize) {
        let name = self.name("j");
        let filter = self.filter(&name);
        self.things.push(name.clone());
        self.block(&format!("{head} each {name}: k{filter}"), depth, rules);
        self.things.pop();
    }

    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names + 9)
    }

    fn event(&mut self) {
        let thing = self.thing();
        let line = match (self.random.below(9), thing) {
            (0..4, _) | (4 | 5, None) => self.random.pick(&["a", "b", "c"]).to_owned(),
            (4, Some(thing)) if !thing.contains('[') => format!("<{thing}>-e"),
            (5, Some(thing)) if !thing.contains('[') => format!("<{thing}>-p(n = {thing}.n)"),
            (6, Some(thing)) if self.tells => format!("i(i = {thing})"),
            (6, _) if self.last => "i(i = last)".to_owned(),
            (7, _) => "o(h = h, s = s)".to_owned(),
            // With `h` it may fail, and then everything that comes into `h` matters.
            _ if self.random.chance(10) => "v(n = h)".to_owned(),
            _ => {
                self.random.pick(&["v(n = g)", "v(n = g)", "v(n = shown)", "v(n = fits)", "v(n = size(s))"]).to_owned()
            }
        };
        self.line(&line);
    }

    fn assign(&mut self) {
        let line = match (self.random.below(8), self.thing()) {
            (0, _) => format!("x = {}", self.random.below(4)),
            (1, _) => "if x < 3 { x += 1 }".to_owned(),
            (2, _) => format!("flag = {}", self.truth(1)),
            (3, Some(thing)) if self.last => format!("last = {thing}"),
            (_, Some(thing)) => return self.change(&thing, false),
            _ => self.random.pick(&["flag = not flag", "x = 0", "x = fits * 0 + 1"]).to_owned(),
        };
        self.line(&line);
    }

    /// Gives a state that is only shown another value.
    fn note(&mut self) {
        let digit = self.random.below(3);
        let line = match (self.random.below(9), self.thing()) {
            (0 | 1, Some(thing)) => format!("{thing}.n = {digit}"),
            (2, Some(thing)) => format!("g = {thing}.n"),
            (3, _) => format!("h = {}", self.random.pick(&["g", "none", "h", "1"])),
            (4, _) => format!("s {} {digit}", self.random.pick(&["+=", "-="])),
            (5, _) if self.random.chance(30) => "g += 1".to_owned(),
            (6, _) if self.random.chance(30) => "g = h".to_owned(),
            (7, _) if self.random.chance(30) => "g = shown".to_owned(),
            (8, Some(thing)) => format!("if {thing}.n < 2 {{ {thing}.n = 2 }}"),
            _ => format!("g = {digit}"),
        };
        self.line(&line);
    }

    fn filter(&mut self, name: &str) -> String {
        let filter = match self.random.below(6) {
            0 => return String::new(),
            1..4 => self.pins(name),
            4 => {
                self.things.push(name.to_owned());
                let truth = self.truth(1);
                self.things.pop();
                truth
            }
            _ => format!("fit({name})"),
        };
        format!(" where {filter}")
    }

    fn each(&mut self, depth: usize, rules: usize) {
        if self.random.chance(15) {
            let name = self.name("z");
            self.integers.push(name.clone());
            self.block(&format!("for {} {name}: 0..2", self.random_word()), depth, rules);
            self.integers.pop();
            return;
        }
        let name = self.name("j");
        let filter = self.filter(&name);
        let head = match self.random.below(3) {
            0 => format!("for one {name}: k{filter}"),
            1 => format!("for each {name}: k in any order{filter}"),
            _ if self.in_order => format!("for each {name}: k{filter}"),
            _ => format!("for each {name}: k where {}", self.pins(&name)),
        };
        let one = head.starts_with("for one");
        self.things.push(name);
        self.block(&head, depth, rules);
        self.things.pop();
        if one && self.random.chance(30) {
            self.block("else", depth, rules);
        }
    }

    fn random_word(&self) -> &'static str {
        if self.names.is_multiple_of(2) { "one" } else { "each" }
    }

    fn thing(&mut self) -> Option<String> {
        let named = self.named.iter().map(|name| (*name).to_owned());
        let all: Vec<String> = self.things.iter().cloned().chain(named).collect();
        if all.is_empty() { None } else { Some(all[self.random.below(all.len())].clone()) }
    }

    fn truth(&mut self, depth: usize) -> String {
        let thing = self.thing();
        match (self.random.below(if depth == 0 { 8 } else { 12 }), thing) {
            (0..3, Some(thing)) => {
                let (member, values) = self.random.pick(&self.members.clone());
                let value = self.random.pick(values);
                format!("{thing}.{member} {} {value}", self.random.pick(&["==", "!="]))
            }
            (3, Some(thing)) => {
                let other = self.thing().expect("there is one");
                let what = self.random.pick(&["", "", ".array"]);
                format!("{thing}{what} == {other}{what}")
            }
            (4, Some(thing)) if self.index => format!("{thing}.index == {}", self.random.below(2)),
            (4, Some(thing)) if self.last => format!("last == {thing}"),
            (4, _) => match self.integers.last() {
                Some(name) => format!("x > {name}"),
                None => "x > 1".to_owned(),
            },
            (5, _) => format!("fits {} {}", self.random.pick(&["==", ">"]), self.random.below(3)),
            (6, _) => "x > 0".to_owned(),
            (8..11, _) => {
                let name = self.name("q");
                let mut filter = self.pins(&name);
                if self.random.chance(40) {
                    self.things.push(name.clone());
                    filter = self.truth(0);
                    self.things.pop();
                }
                match self.random.below(3) {
                    0 => format!("any({name}: k where {filter})"),
                    1 => format!("all({name}: k where {filter})"),
                    _ => format!("count({name}: k where {filter}) == {}", self.random.below(3)),
                }
            }
            (11, _) => format!("({} and {})", self.truth(0), self.truth(0)),
            _ => self.random.pick(&["flag", "not flag"]).to_owned(),
        }
    }
}
