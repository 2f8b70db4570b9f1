//! Random small grammars, as text.

use std::collections::VecDeque;

/// Random numbers good enough for tests: those that bytes say, and behind these others by `SplitMix64`.
pub(crate) struct Random {
    bytes: VecDeque<u8>,
    state: u64,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self { bytes: VecDeque::new(), state: seed }
    }

    /// What is drawn first is told by these bytes, one for each small number, so that who changes one changes little.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.iter().copied().collect(), state: 0 }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        match self.bytes.pop_front() {
            Some(byte) if bound <= 256 => usize::from(byte) % bound,
            _ => usize::try_from(self.next() % bound as u64).expect("it is below a usize"),
        }
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Thing,
}

/// What may be called or done where a statement stands.
#[derive(Clone, Copy)]
struct Place {
    /// In a clause of a `meanwhile`.
    clause: bool,
    /// Rules with this number and later ones can be called.
    rules: usize,
    /// Actions with this number and later ones can be done.
    actions: usize,
    depth: usize,
}

struct Writer {
    random: Random,
    text: String,
    indent: usize,
    variables: Vec<(String, Kind)>,
    names: usize,
    instances: Vec<&'static str>,
    /// How many statements may still be written.
    left: usize,
    /// How often each kind of statement is written.
    weights: [usize; 14],
}

/// How often each kind of statement is written: event, assignment, `leave`, `end`, call, block, `choose`, `if`, `for`,
/// `repeat`, `maybe`, `do` and its like, `atomic`, `interleave`.
const WEIGHTS: [usize; 14] = [26, 18, 2, 1, 6, 3, 5, 6, 7, 6, 6, 6, 7, 9];

/// How many of these have no statement in them.
const SIMPLE: usize = 4;

const RULES: usize = 3;
const ACTIONS: usize = 3;
const REACTIONS: usize = 2;

/// A grammar of a seed. Each statement and each brace of a block has a line of its own.
pub(crate) fn grammar(seed: u64) -> String {
    drawn(Random::new(seed))
}

/// The grammar that random numbers make.
pub(crate) fn drawn(random: Random) -> String {
    let mut writer = Writer {
        random,
        text: String::new(),
        indent: 0,
        variables: Vec::new(),
        names: 0,
        instances: Vec::new(),
        left: 0,
        weights: WEIGHTS,
    };
    // Each grammar has much of some things and nothing of others.
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

    fn initial(&mut self, values: &[&'static str]) -> &'static str {
        if self.random.chance(10) { "any" } else { self.random.pick(values) }
    }

    fn declarations(&mut self) {
        self.line("source user, agent");
        self.line("group some");
        let (on, n) = (self.initial(&["true", "false"]), self.initial(&["0", "1"]));
        self.line(&format!("kind k {{ field big: bool = false  state on: bool = {on}  state n: 0..2 = {n} }}"));
        self.instances = match self.random.below(3) {
            0 => vec!["k0", "k1"],
            1 => vec!["k0", "ks[0]", "ks[1]"],
            _ => vec!["k0", "k1", "k2"],
        };
        self.line("k k0 { big = true }");
        match self.instances.len() {
            3 if self.instances[1] == "ks[0]" => self.line("k ks[2] { on = false }"),
            many => (1..many).for_each(|place| self.line(&format!("k k{place}"))),
        }
        for (declaration, values) in [
            ("state x: 0..2", &["0", "1", "2"][..]),
            ("state flag: bool", &["true", "false"]),
            ("state mode: idle | busy | gone", &["idle", "busy"]),
            ("state seen: set 0..2", &["{}", "{1}", "{0, 2}"]),
            ("state due: 0..1 | none", &["none", "0", "1"]),
        ] {
            let value = self.initial(values);
            self.line(&format!("{declaration} = {value}"));
        }
        self.line("event a  event b  event c  event d  event v(n: -9..9)  event <k>-e  event <k>-p(f: bool, m: idle | busy | gone)");
        self.line("event o(d: 0..1 | none, s: set 0..3)  kind m { field of: k | none = none }  m m0 { of = k0 }  m m1");
        self.line("let ready(i: k) = i.on or i.n > x");
        self.line("let many = count(i: k where ready(i)) + size(seen)");
        for rule in 0..RULES {
            let parameters = ["", "n0: 0..2", "i0: k"][rule];
            self.left = 7;
            self.head(&format!("rule r{rule}({parameters})"));
            self.variables = match rule {
                1 => vec![("n0".to_owned(), Kind::Integer)],
                2 => vec![("i0".to_owned(), Kind::Thing)],
                _ => Vec::new(),
            };
            let place = Place { clause: rule == 2, rules: rule + 1, actions: if rule == 0 { 0 } else { 9 }, depth: 1 };
            self.body(place);
            self.tail();
        }
        self.head("rule rec(n1: 0..2, n8: 0..2, i8: k)");
        self.variables = ["n1", "n8"].map(|name| (name.to_owned(), Kind::Integer)).to_vec();
        self.variables.push(("i8".to_owned(), Kind::Thing));
        let event = self.event();
        self.line(&event);
        self.left = 4;
        self.body(Place { clause: false, rules: 1, actions: 9, depth: 2 });
        let recursion = format!("rec(n1 + 1, {}, {})", self.random.pick(&["n8", "x", "n1", "2 - n8"]), self.thing());
        let recursion = match self.random.below(5) {
            0 => format!("maybe 50% {recursion}"),
            1 => format!("atomic {{ {recursion} }}"),
            2 => format!("interleave {{ {recursion} }} with {{ a }}"),
            _ => recursion,
        };
        self.line(&format!("if n1 < 2 {{ {recursion} }}"));
        self.left = 3;
        self.body(Place { clause: false, rules: 1, actions: 9, depth: 2 });
        self.tail();
        for action in 0..ACTIONS + REACTIONS {
            self.action(action);
        }
        for phase in 0..=self.random.below(3) {
            self.variables.clear();
            self.left = if phase == 0 { 22 } else { 8 };
            self.head(&format!("phase p{phase}"));
            if self.random.chance(50) {
                self.line("meanwhile {");
                self.indent += 1;
                for _ in 0..=self.random.below(2) {
                    let percent = self.random.pick(&[5, 10, 20]);
                    let guard = self.condition(40, "when");
                    self.line(&format!("{percent}%{guard} {{"));
                    self.indent += 1;
                    let left = std::mem::replace(&mut self.left, 3);
                    self.body(Place { clause: true, rules: 2, actions: 9, depth: 2 });
                    self.left = left;
                    self.tail();
                }
                self.tail();
            }
            self.body(Place { clause: false, rules: 0, actions: 0, depth: 0 });
            self.tail();
        }
    }

    fn action(&mut self, number: usize) {
        let reaction = number >= ACTIONS;
        self.variables = match self.random.below(3) {
            0 => vec![(format!("n{}", number + 2), Kind::Integer)],
            1 => vec![(format!("i{}", number + 2), Kind::Thing)],
            _ => Vec::new(),
        };
        let parameters = match self.variables.first() {
            Some((name, Kind::Integer)) => format!("({name}: 0..2)"),
            Some((name, _)) => format!("({name}: k)"),
            None => String::new(),
        };
        let mut head = if reaction {
            format!("reaction s{}{parameters}", number - ACTIONS)
        } else {
            format!("action t{number}{parameters} by {}", self.random.pick(&["user", "agent", "user, agent"]))
        };
        if self.random.chance(30) {
            head += " group some";
        }
        let parameters = std::mem::take(&mut self.variables);
        if self.random.chance(50) {
            let weight = self.weight();
            head = format!("{head} weight {weight}");
        }
        self.variables = parameters;
        // What a `settle` draws should not be enabled for ever.
        let spend = reaction && self.random.chance(90);
        let (guard, change) = match self.random.below(3) {
            0 => ("x > 0".to_owned(), "x -= 1".to_owned()),
            1 => ("flag".to_owned(), "flag = false".to_owned()),
            _ => match self.variables.first() {
                Some((name, Kind::Thing)) => (format!("{name}.on"), format!("{name}.on = false")),
                Some((name, _)) => (format!("{name} in seen"), format!("seen -= {name}")),
                None => ("mode > idle".to_owned(), "mode = idle".to_owned()),
            },
        };
        if spend {
            head = format!("{head} when {guard}");
        } else {
            head += &self.condition(60, "when");
        }
        self.head(&head);
        if spend {
            self.line(&change);
        }
        self.left = 4;
        let mut actions = number + 1;
        if self.random.chance(20) {
            // Behind an event it may do whatever there is, and so itself.
            let event = self.event();
            self.line(&event);
            actions = 0;
        }
        self.body(Place { clause: false, rules: 1, actions, depth: 2 });
        self.tail();
    }

    fn head(&mut self, head: &str) {
        self.line(&format!("{head} {{"));
        self.indent += 1;
    }

    fn tail(&mut self) {
        self.indent -= 1;
        self.line("}");
    }

    fn block(&mut self, head: &str, place: Place) {
        self.head(head);
        self.body(place);
        self.tail();
    }

    /// A block with a variable.
    fn scoped(&mut self, head: &str, variable: (String, Kind), place: Place) {
        self.variables.push(variable);
        self.block(head, place);
        self.variables.pop();
    }

    fn body(&mut self, place: Place) {
        let many =
            if place.depth == 0 { 3 + self.random.below(4) } else { self.random.pick(&[0, 1, 1, 2, 2, 2, 3, 3]) };
        for _ in 0..many {
            self.statement(Place { depth: place.depth + 1, ..place });
        }
    }

    fn statement(&mut self, place: Place) {
        self.left = self.left.saturating_sub(1);
        let simple = place.depth > 4 || self.left == 0;
        let many = if simple { SIMPLE } else { self.weights.len() };
        let mut drawn = self.random.below(self.weights[..many].iter().sum());
        let mut kind = 0;
        while drawn >= self.weights[kind] {
            drawn -= self.weights[kind];
            kind += 1;
        }
        match kind {
            1 if !place.clause => self.assign(),
            2 if !place.clause && place.depth > 1 => self.line("leave"),
            3 if !place.clause && place.depth > 1 => self.line("end"),
            4 => self.call(place),
            5 => self.block("", place),
            6 => self.choose(place),
            7 => {
                let condition = self.truth(2);
                self.block(&format!("if {condition}"), place);
                if self.random.chance(40) {
                    self.block("else", place);
                }
            }
            8 => self.each(place),
            9 => self.repeat(place),
            10 => {
                let percent = self.random.pick(&["50%", "25%", "0%", "100%", "12.5%"]);
                self.block(&format!("maybe {percent}"), place);
            }
            11 if !place.clause => self.draw(place),
            12 => self.block("atomic", place),
            13 => self.interleave(place),
            _ => {
                let event = self.event();
                self.line(&event);
            }
        }
    }

    fn event(&mut self) -> String {
        match self.random.below(9) {
            0..4 => self.random.pick(&["a", "b", "c", "d"]).to_owned(),
            8 => {
                let due = self.random.pick(&["due", "none", "x", "1"]);
                format!("o(d = {due}, s = {})", self.random.pick(&["seen", "{x}", "{0, 2}"]))
            }
            4..6 => format!("v(n = {})", self.integer(1)),
            which => {
                // An element of an array has no template.
                let name = Some(self.thing()).filter(|name| !name.contains('[')).unwrap_or_else(|| "k0".to_owned());
                if which == 6 { format!("<{name}>-e") } else { format!("<{name}>-p(f = {}, m = mode)", self.truth(1)) }
            }
        }
    }

    fn assign(&mut self) {
        let truth = self.truth(1);
        let thing = self.thing();
        let digit = self.random.below(3);
        let line = match self.random.below(14) {
            0 | 1 => format!("x = {digit}"),
            2 => "if x < 2 { x += 1 }".to_owned(),
            3 => "if x > 0 { x -= 1 }".to_owned(),
            4 => {
                let value = self.integer(1);
                let operator = self.random.pick(&["=", "+=", "-="]);
                format!("x {operator} {value}")
            }
            5 => format!("flag = {truth}"),
            6 => format!("mode = {}", self.random.pick(&["idle", "busy", "gone"])),
            7 => format!("seen += {digit}"),
            8 => format!("seen -= {digit}"),
            9 => "seen = {x}".to_owned(),
            10 => format!("due = {}", self.random.pick(&["none", "0", "1"])),
            11 => format!("{thing}.on = {truth}"),
            12 => format!("{thing}.n = {digit}"),
            _ if self.random.chance(30) => "x = due".to_owned(),
            _ if self.random.chance(20) => "due += 1".to_owned(),
            _ => format!("if {thing}.n < 2 {{ {thing}.n += 1 }}"),
        };
        self.line(&line);
    }

    fn call(&mut self, place: Place) {
        // In a clause only the last rule: it changes nothing.
        let rule = place.rules.max(if place.clause { 2 } else { 0 });
        if rule >= RULES {
            let event = self.event();
            return self.line(&event);
        }
        if place.rules == 0 && self.random.chance(30) {
            let call = format!("rec({}, x, {})", self.random.pick(&["0", "1"]), self.thing());
            return self.line(&call);
        }
        let rule = rule + self.random.below(RULES - rule);
        let argument = match rule {
            0 => String::new(),
            1 => self.random.pick(&["0", "2", "x"]).to_owned(),
            _ => self.thing(),
        };
        self.line(&format!("r{rule}({argument})"));
    }

    fn choose(&mut self, place: Place) {
        self.head("choose");
        for _ in 0..=self.random.below(3) {
            let weight = self.weight();
            let guard = self.condition(40, "when");
            self.block(&format!("{weight}{guard} =>"), place);
        }
        if self.random.chance(60) {
            self.block("else =>", place);
        }
        self.tail();
    }

    fn weight(&mut self) -> String {
        match self.random.below(12) {
            0..8 => self.random.pick(&["1", "1", "2", "3", "0"]).to_owned(),
            8 => "(x)".to_owned(),
            9 => "(3 - x)".to_owned(),
            10 => "(x * 2 + 1)".to_owned(),
            _ => "(x - 1)".to_owned(),
        }
    }

    fn binder(&mut self) -> (String, (String, Kind)) {
        self.names += 1;
        if self.random.chance(50) {
            let name = format!("j{}", self.names);
            (format!("{name}: k"), (name, Kind::Thing))
        } else {
            let name = format!("z{}", self.names);
            (format!("{name}: {}", self.random.pick(&["0..2", "0..1", "1..2", "0..16"])), (name, Kind::Integer))
        }
    }

    fn each(&mut self, place: Place) {
        let (binder, variable) = self.binder();
        let which = self.random.pick(&["each", "each", "one"]);
        let order = if which == "each" && self.random.chance(30) { " in any order" } else { "" };
        let mut head = format!("for {which} {binder}{order}");
        self.variables.push(variable.clone());
        head += &self.condition(50, "where");
        self.variables.pop();
        self.scoped(&head, variable, place);
        if which == "one" && self.random.chance(40) {
            self.block("else", place);
        }
    }

    fn repeat(&mut self, place: Place) {
        let mut head = match self.random.below(9) {
            0 => "repeat 2".to_owned(),
            1 => "repeat 0..2".to_owned(),
            2 => "repeat 1..2".to_owned(),
            3 => "repeat 0.. mean 1".to_owned(),
            4 => "repeat 1.. mean 2".to_owned(),
            5 => "repeat 0..2 mean 1".to_owned(),
            6 => "repeat 1..3 mean 2".to_owned(),
            7 => self
                .random
                .pick(&[
                    "repeat (x)",
                    "repeat (x)..2",
                    "repeat (x - 1)",
                    "repeat 1.. mean 1",
                    "repeat 1..2 mean 1",
                    "repeat (x)..2 mean (x)",
                    "repeat 0..x_ mean 1",
                ])
                .replace("x_", "(x)"),
            _ => String::new(),
        };
        if head.is_empty() {
            // A loop that ends.
            let (condition, change) = self.random.pick(&[
                ("x < 2", "x += 1"),
                ("flag", "flag = false"),
                ("mode != gone", "maybe 50% mode = gone"),
                ("not flag", "choose { 1 => flag = true, 1 => a }"),
            ]);
            if !place.clause {
                self.head(&format!("repeat while {condition}"));
                if self.random.chance(50) {
                    self.line(change);
                    self.body(place);
                } else {
                    self.body(place);
                    self.line(change);
                }
                return self.tail();
            }
            head += "repeat 0..1";
        }
        head += &self.condition(30, "while");
        self.block(&head, place);
    }

    fn draw(&mut self, place: Place) {
        let actions = ["t0", "t1", "t2", "t1, t2"];
        let draw = match self.random.below(8) {
            0 if place.actions == 0 => "do".to_owned(),
            1 if place.actions == 0 => "settle".to_owned(),
            2 if place.actions == 0 => "react".to_owned(),
            3 if place.actions == 0 => format!("{}(some)", self.random.pick(&["do", "react", "settle"])),
            0..5 if place.actions < ACTIONS => {
                format!("do({})", actions[place.actions + self.random.below(actions.len() - place.actions)])
            }
            5 if place.actions <= ACTIONS => "settle(s0, s1)".to_owned(),
            _ if place.actions <= ACTIONS => format!("react({})", self.random.pick(&["s0", "s1", "s0, s1"])),
            _ => "v(n = 7)".to_owned(),
        };
        if draw.starts_with("do") && self.random.chance(80) || draw.starts_with("react") && self.random.chance(20) {
            self.block(&format!("{draw} else"), place);
        } else {
            self.line(&draw);
        }
    }

    fn interleave(&mut self, place: Place) {
        let mut each = None;
        let mut head = "interleave".to_owned();
        if self.random.chance(25) {
            let (binder, variable) = self.binder();
            self.variables.push(variable.clone());
            let filter = self.condition(40, "where");
            self.variables.pop();
            head = format!("{head} each {binder}{filter}");
            each = Some(variable);
        }
        match each {
            Some(variable) => self.scoped(&head, variable, place),
            None => self.block(&head, place),
        }
        for _ in 0..self.random.pick(&[1, 1, 1, 2]) {
            self.block("with", place);
        }
    }

    /// In so many of a hundred cases a condition behind this word.
    fn condition(&mut self, percent: usize, word: &str) -> String {
        if self.random.chance(percent) { format!(" {word} {}", self.truth(1)) } else { String::new() }
    }

    fn named(&mut self, kind: Kind) -> Option<String> {
        let names: Vec<&String> =
            self.variables.iter().filter(|variable| variable.1 == kind).map(|variable| &variable.0).collect();
        if names.is_empty() { None } else { Some(names[self.random.below(names.len())].clone()) }
    }

    fn thing(&mut self) -> String {
        let instance = self.instances[self.random.below(self.instances.len())];
        self.named(Kind::Thing).filter(|_| self.random.chance(75)).unwrap_or_else(|| instance.to_owned())
    }

    fn integer(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 7 } else { 11 }) {
            0 | 1 => self.random.below(3).to_string(),
            2 => "x".to_owned(),
            3..5 => self.named(Kind::Integer).unwrap_or_else(|| "x".to_owned()),
            5 => format!("{}.n", self.thing()),
            6 => self.random.pick(&["size(seen)", "size(seen)", "many", "-x"]).to_owned(),
            7 if self.random.chance(15) => "x * 9223372036854775807 + x".to_owned(),
            7 => format!("{} + {}", self.integer(depth - 1), self.integer(depth - 1)),
            8 => format!("{} - {}", self.integer(depth - 1), self.integer(0)),
            9 => format!("{} * {}", self.integer(0), self.integer(0)),
            _ => {
                self.names += 1;
                let name = format!("q{}", self.names);
                self.variables.push((name.clone(), Kind::Thing));
                let filter = self.truth(0);
                self.variables.pop();
                format!("count({name}: k where {filter})")
            }
        }
    }

    fn truth(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 10 } else { 15 }) {
            0..2 => "flag".to_owned(),
            2..4 => {
                let operator = self.random.pick(&["==", "!=", "<", "<=", ">", ">="]);
                format!("{} {operator} {}", self.integer(0), self.integer(0))
            }
            4 => {
                format!("mode {} {}", self.random.pick(&["==", "<", ">="]), self.random.pick(&["idle", "busy", "gone"]))
            }
            5 => format!("{} {} seen", self.integer(0), self.random.pick(&["in", "not in"])),
            6 => format!("due {} {}", self.random.pick(&["==", "!="]), self.random.pick(&["none", "1", "0"])),
            7 => format!("ready({})", self.thing()),
            8 if self.random.chance(20) => {
                self.random.pick(&["all(g: m where g.of.on)", "any(g: m where g.of == none)", "m0.of.on"]).to_owned()
            }
            8 => format!("{}.on", self.thing()),
            9 => format!("{} {} {}", self.thing(), self.random.pick(&["==", "!="]), self.thing()),
            10 => format!("not ({})", self.truth(depth - 1)),
            11 => format!("({} and {})", self.truth(depth - 1), self.truth(depth - 1)),
            12 => format!("({} or {})", self.truth(depth - 1), self.truth(depth - 1)),
            _ => {
                self.names += 1;
                let name = format!("q{}", self.names);
                self.variables.push((name.clone(), Kind::Thing));
                let filter = self.truth(0);
                self.variables.pop();
                format!("{}({name}: k where {filter})", self.random.pick(&["any", "all"]))
            }
        }
    }
}

/// All texts that are this one with less: without one line, or without one block, or with a block's braces away.
pub(crate) fn smaller(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let keep = |away: &dyn Fn(usize) -> bool| {
        let kept = lines.iter().enumerate().filter(|(place, _)| !away(*place)).map(|(_, line)| *line);
        kept.collect::<Vec<&str>>().join("\n")
    };
    let mut texts = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        if line.ends_with('{') {
            let mut depth = 0;
            let end = (start..lines.len()).find(|place| {
                let line = lines[*place].trim();
                depth += i32::from(line.ends_with('{')) - i32::from(line == "}");
                depth == 0
            });
            if let Some(end) = end {
                texts.push(keep(&|place| (start..=end).contains(&place)));
                texts.push(keep(&|place| place == start || place == end));
            }
        } else if line.trim() != "}" {
            texts.push(keep(&|place| place == start));
        }
    }
    texts
}
