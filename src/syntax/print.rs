//! Tree → text, in one plain layout.
//!
//! Reading the text again gives the same tree, up to places. Only doc comments are kept, the other ones lie beside the
//! tree, and broken declarations and statements are left out.

use crate::syntax::message::is_plain_name;
use crate::syntax::recover::DECLARATION_WORDS;
use crate::syntax::tree::{
    Action, Alternative, Argument, AssignOperator, BinaryOperator, Binder, Block, Branch, Check, Clause, Count,
    Declaration, DeclarationKind, Doc, Element, ElementKind, Expression, ExpressionKind, File, High, Member, Name,
    Pattern, Percentage, Quantifier, Removed, Setting, Statement, StatementKind, Template, TemplatePart, Text, Type,
    TypeKind, UnaryOperator, UseTarget, Verb,
};

/// Writes a file in the plain layout: one declaration or statement a line, blocks indented by four spaces.
pub fn print(file: &File) -> String {
    let mut printer = Printer::default();
    if let Some(doc) = &file.doc {
        printer.doc(Some(doc));
        printer.line("");
    }
    for declaration in &file.declarations {
        if !is_broken(declaration) {
            printer.doc(declaration.doc.as_ref());
            printer.declaration(declaration);
            printer.end_line();
        }
    }
    printer.text
}

fn is_broken(declaration: &Declaration) -> bool {
    match &declaration.kind {
        DeclarationKind::Override(inner) => is_broken(inner),
        DeclarationKind::Broken { .. } => true,
        _ => false,
    }
}

#[derive(Default)]
struct Printer {
    text: String,
    depth: usize,
    /// Whether something stands on the current line.
    started: bool,
}

impl Printer {
    /// Goes on with the current line.
    fn put(&mut self, text: impl AsRef<str>) {
        if !self.started {
            self.text.extend(std::iter::repeat_n("    ", self.depth));
            self.started = true;
        }
        self.text.push_str(text.as_ref());
    }

    fn end_line(&mut self) {
        self.text.push('\n');
        self.started = false;
    }

    fn line(&mut self, text: &str) {
        if !text.is_empty() {
            self.put(text);
        }
        self.end_line();
    }

    fn doc(&mut self, doc: Option<&Doc>) {
        for line in doc.iter().flat_map(|doc| doc.text.split('\n')) {
            self.put(if line.is_empty() { "##".to_owned() } else { format!("## {line}") });
            self.end_line();
        }
    }

    /// `{`, a line for each item, `}`
    fn braces<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        if items.is_empty() {
            return self.put("{}");
        }
        self.put("{");
        self.end_line();
        self.depth += 1;
        for part in items {
            item(self, part);
            self.end_line();
        }
        self.depth -= 1;
        self.put("}");
    }

    fn declaration(&mut self, declaration: &Declaration) {
        match &declaration.kind {
            DeclarationKind::Use { target, settings } => {
                match target {
                    UseTarget::Builtin(builtin) => self.put(format!("use {}", name(builtin))),
                    UseTarget::Path(path) => self.put(format!("use {}", text(path))),
                }
                self.settings(settings, false);
            }
            DeclarationKind::Override(inner) => {
                self.put("override ");
                self.declaration(inner);
            }
            DeclarationKind::Remove { item } => self.put(match item {
                Removed::Named { keyword, name: removed } => format!("remove {} {}", name(keyword), name(removed)),
                Removed::Event(event) => format!("remove event {}", template(event)),
                Removed::Test(test) => format!("remove test {}", text(test)),
            }),
            DeclarationKind::Extend { phase, body } => {
                self.put(format!("extend phase {} ", name(phase)));
                self.block(body);
            }
            DeclarationKind::Source(sources) => self.put(format!("source {}", names(sources))),
            DeclarationKind::Group(groups) => self.put(format!("group {}", names(groups))),
            DeclarationKind::Param { name: param, ty: its, value } => {
                self.put(format!("param {}: {} = {}", name(param), ty(its), expression(value)));
            }
            DeclarationKind::State { name: state, ty: its, initial } => {
                self.put(format!("state {}: {} = {}", name(state), ty(its), expression(initial)));
            }
            DeclarationKind::Let { name: what, parameters, value } => {
                self.put(format!("let {}{} = {}", name(what), binders(parameters), expression(value)));
            }
            DeclarationKind::Kind { name: kind, members } => {
                self.put(format!("kind {} ", name(kind)));
                self.braces(members, Self::member);
            }
            DeclarationKind::Instance { kind, name: instance, size, settings } => {
                // A word that begins a declaration would begin that one.
                let declares = DECLARATION_WORDS.contains(&kind.text.as_str());
                let kind = if declares { format!("`{}`", kind.text) } else { name(kind) };
                self.put(format!("{kind} {}", name(instance)));
                if let Some(size) = size {
                    self.put(format!("[{}]", expression(size)));
                }
                self.settings(settings, false);
            }
            DeclarationKind::Event { template: event, payload, deprecated } => {
                self.put(format!("event {}{}", template(event), binders(payload)));
                if let Some(since) = deprecated {
                    self.put(format!(" deprecated {}", text(since)));
                }
            }
            DeclarationKind::Rule { name: rule, parameters, body } => {
                self.put(format!("rule {}{} ", name(rule), binders(parameters)));
                self.block(body);
            }
            DeclarationKind::Action(action) => self.action("action", action),
            DeclarationKind::Reaction(reaction) => self.action("reaction", reaction),
            DeclarationKind::Phase { name: phase, body } => {
                self.put(format!("phase {} ", name(phase)));
                self.block(body);
            }
            DeclarationKind::Profile { name: profile, doc, settings } => {
                self.put(format!("profile {}", name(profile)));
                if let Some(doc) = doc {
                    self.put(format!(" {}", text(doc)));
                }
                self.settings(settings, true);
            }
            DeclarationKind::Test { text: why, profile, check } => {
                self.put(format!("test {}", text(why)));
                if let Some(profile) = profile {
                    self.put(format!(" with {}", name(profile)));
                }
                self.put(match &**check {
                    Check::Accepts(matched) => format!(" accepts {{ {} }}", pattern(matched)),
                    Check::Rejects(matched) => format!(" rejects {{ {} }}", pattern(matched)),
                    Check::Never(condition) => format!(" never {}", expression(condition)),
                });
            }
            DeclarationKind::Broken { .. } => {}
        }
    }

    fn action(&mut self, word: &str, action: &Action) {
        self.put(format!("{word} {}{}", name(&action.name), binders(&action.parameters)));
        if let Some(label) = &action.label {
            self.put(format!(" as {}", text(label)));
        }
        if !action.sources.is_empty() {
            self.put(format!(" by {}", names(&action.sources)));
        }
        if let Some(weight) = &action.weight {
            self.put(format!(" weight {}", expression(weight)));
        }
        if let Some(guard) = &action.guard {
            self.put(format!(" when {}", expression(guard)));
        }
        if !action.groups.is_empty() {
            self.put(format!(" group {}", names(&action.groups)));
        }
        self.put(" ");
        self.block(&action.body);
    }

    fn member(&mut self, member: &Member) {
        self.doc(member.doc.as_ref());
        let word = if member.state { "state" } else { "field" };
        self.put(format!("{word} {}: {}", name(&member.name), ty(&member.ty)));
        if let Some(value) = &member.value {
            self.put(format!(" = {}", expression(value)));
        }
    }

    /// The settings of a declaration; without any there are braces only where they must `always` stand.
    fn settings(&mut self, settings: &[Setting], always: bool) {
        if always || !settings.is_empty() {
            self.put(" ");
            self.braces(settings, |printer, setting| {
                let word = if setting.weight { "weight " } else { "" };
                printer.put(format!("{word}{} = {}", expression(&setting.target), expression(&setting.value)));
            });
        }
    }

    fn block(&mut self, block: &Block) {
        let statements: Vec<&Statement> =
            block.statements.iter().filter(|statement| !matches!(statement.kind, StatementKind::Broken)).collect();
        self.braces(&statements, |printer, statement| printer.statement(statement));
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Emit { template: event, payload } => {
                self.put(format!("{}{}", template(event), arguments(payload)));
            }
            StatementKind::Call { rule, arguments } => {
                self.put(format!("{}({})", name(rule), expressions(arguments)));
            }
            StatementKind::Assign { target, operator, value } => {
                let sign = match operator {
                    AssignOperator::Set => "=",
                    AssignOperator::Add => "+=",
                    AssignOperator::Subtract => "-=",
                };
                self.put(format!("{} {sign} {}", expression(target), expression(value)));
            }
            StatementKind::Block(block) => self.block(block),
            StatementKind::Choose(alternatives) => {
                self.put("choose ");
                self.braces(alternatives, Self::alternative);
            }
            StatementKind::If { arms, otherwise } => {
                for (index, (condition, block)) in arms.iter().enumerate() {
                    let word = if index == 0 { "if" } else { " else if" };
                    self.put(format!("{word} {} ", expression(condition)));
                    self.block(block);
                }
                self.otherwise(otherwise.as_deref());
            }
            StatementKind::ForEach { variable, any_order, filter, body } => {
                let order = if *any_order { " in any order" } else { "" };
                self.put(format!("for each {}{order}{} ", binder(variable), wherever(filter.as_deref())));
                self.block(body);
            }
            StatementKind::ForOne { variable, filter, body, otherwise } => {
                self.put(format!("for one {}{} ", binder(variable), wherever(filter.as_deref())));
                self.block(body);
                self.otherwise(otherwise.as_deref());
            }
            StatementKind::Repeat { count: times, condition, body } => {
                self.put("repeat ");
                if let Some(times) = times {
                    self.put(format!("{} ", count(times)));
                }
                if let Some(condition) = condition {
                    self.put(format!("while {} ", expression(condition)));
                }
                self.block(body);
            }
            StatementKind::Maybe { chance, body } => {
                self.put(format!("maybe {} ", percentage(*chance)));
                self.statement(body);
            }
            StatementKind::Draw { verb, names: drawn, otherwise } => {
                self.put(match verb {
                    Verb::Do => "do",
                    Verb::React => "react",
                    Verb::Settle => "settle",
                });
                if let Some(drawn) = drawn {
                    self.put(format!("({})", names(drawn)));
                }
                if let Some(otherwise) = otherwise {
                    self.put(" else ");
                    self.statement(otherwise);
                }
            }
            StatementKind::Atomic(block) => {
                self.put("atomic ");
                self.block(block);
            }
            StatementKind::Interleave(branches) => {
                self.put("interleave ");
                for (index, branch) in branches.iter().enumerate() {
                    self.put(if index == 0 { "" } else { " with " });
                    self.branch(branch);
                }
            }
            StatementKind::Meanwhile(clauses) => {
                self.put("meanwhile ");
                self.braces(clauses, Self::clause);
            }
            StatementKind::Leave => self.put("leave"),
            StatementKind::End => self.put("end"),
            // Only inside another statement: it has to stay one.
            StatementKind::Broken => self.put("{}"),
        }
    }

    fn otherwise(&mut self, block: Option<&Block>) {
        if let Some(block) = block {
            self.put(" else ");
            self.block(block);
        }
    }

    fn alternative(&mut self, alternative: &Alternative) {
        if alternative.otherwise {
            self.put("else ");
        }
        if let Some(weight) = &alternative.weight {
            self.put(format!("{} ", expression(weight)));
        }
        if let Some(guard) = &alternative.guard {
            self.put(format!("when {} ", expression(guard)));
        }
        self.put("=> ");
        self.statement(&alternative.body);
        self.put(",");
    }

    fn branch(&mut self, branch: &Branch) {
        if let Some((variable, filter)) = branch.each.as_deref() {
            self.put(format!("each {}{} ", binder(variable), wherever(filter.as_ref())));
        }
        self.block(&branch.body);
    }

    fn clause(&mut self, clause: &Clause) {
        self.put(format!("{} ", percentage(clause.chance)));
        if let Some(guard) = &clause.guard {
            self.put(format!("when {} ", expression(guard)));
        }
        self.statement(&clause.body);
    }
}

fn joined<T>(items: &[T], separator: &str, write: impl Fn(&T) -> String) -> String {
    items.iter().map(write).collect::<Vec<_>>().join(separator)
}

/// A name as it is written: in backquotes where it would be taken for a word of the language.
pub fn quoted(text: &str) -> String {
    // `leave` and `end` alone are statements, `with` may seem to go on with an `interleave`, and the others are taken
    // for what they mean in Python.
    let plain = is_plain_name(text) && !matches!(text, "leave" | "end" | "elif" | "with" | "True" | "False" | "None");
    if plain { text.to_owned() } else { format!("`{text}`") }
}

fn name(name: &Name) -> String {
    quoted(&name.text)
}

fn names(list: &[Name]) -> String {
    joined(list, ", ", name)
}

fn text(text: &Text) -> String {
    let mut written = String::from("\"");
    for character in text.value.chars() {
        match character {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            control if control.is_control() => written.extend(control.escape_unicode()),
            plain => written.push(plain),
        }
    }
    written.push('"');
    written
}

fn template(template: &Template) -> String {
    match template {
        Template::Plain(name) => quoted(&name.text),
        Template::Spliced { parts, .. } => joined(parts, "", |part| match part {
            TemplatePart::Literal(literal) => literal.to_string(),
            TemplatePart::Placeholder(variable) => format!("<{}>", name(variable)),
        }),
    }
}

fn percentage(percentage: Percentage) -> String {
    let (whole, decimals) = (percentage.millionths / 10_000, percentage.millionths % 10_000);
    let decimals = format!("{decimals:04}");
    match decimals.trim_end_matches('0') {
        "" => format!("{whole}%"),
        decimals => format!("{whole}.{decimals}%"),
    }
}

fn binders(list: &[Binder]) -> String {
    if list.is_empty() { String::new() } else { format!("({})", joined(list, ", ", binder)) }
}

fn binder(binder: &Binder) -> String {
    format!("{}: {}", name(&binder.name), ty(&binder.ty))
}

fn ty(ty: &Type) -> String {
    let plain = match &ty.kind {
        TypeKind::Bool => "bool".to_owned(),
        TypeKind::Range(low, high) => format!("{}..{}", expression(low), expression(high)),
        TypeKind::Set(low, high) => format!("set {}..{}", expression(low), expression(high)),
        TypeKind::Words(words) => match words.as_slice() {
            [only] if only.text == "bool" => "`bool`".to_owned(),
            words => joined(words, " | ", name),
        },
    };
    if ty.optional { format!("{plain} | none") } else { plain }
}

fn wherever(filter: Option<&Expression>) -> String {
    filter.map_or_else(String::new, |filter| format!(" where {}", expression(filter)))
}

fn count(count: &Count) -> String {
    let mut written = expression(&count.low);
    match &count.high {
        High::Same => {}
        High::Open => written.push_str(".."),
        High::Bound(high) => {
            written.push_str("..");
            written.push_str(&expression(high));
        }
    }
    match &count.mean {
        Some(mean) => format!("{written} mean {}", expression(mean)),
        None => written,
    }
}

fn arguments(list: &[Argument]) -> String {
    let argument = |argument: &Argument| format!("{} = {}", name(&argument.name), expression(&argument.value));
    if list.is_empty() { String::new() } else { format!("({})", joined(list, ", ", argument)) }
}

fn expressions(list: &[Expression]) -> String {
    joined(list, ", ", expression)
}

fn expression(expression: &Expression) -> String {
    let inner = self::expression;
    match &expression.kind {
        ExpressionKind::Integer(value) => value.to_string(),
        ExpressionKind::Boolean(value) => value.to_string(),
        ExpressionKind::None | ExpressionKind::Broken => "none".to_owned(),
        ExpressionKind::Any => "any".to_owned(),
        ExpressionKind::Name(reference) => name(reference),
        ExpressionKind::Member { of, name: member } => format!("{}.{}", inner(of), name(member)),
        ExpressionKind::Index { of, index } => format!("{}[{}]", name(of), inner(index)),
        ExpressionKind::Call { name: called, arguments } => format!("{}({})", name(called), expressions(arguments)),
        ExpressionKind::Set(elements) => format!("{{{}}}", expressions(elements)),
        ExpressionKind::Parenthesized(whole) => format!("({})", inner(whole)),
        ExpressionKind::Unary { operator: UnaryOperator::Not, operand } => format!("not {}", inner(operand)),
        ExpressionKind::Unary { operator: UnaryOperator::Negate, operand } => format!("-{}", inner(operand)),
        ExpressionKind::Chain { first, rest } => rest.iter().fold(inner(first), |chain, (operator, _, operand)| {
            format!("{chain} {} {}", sign(*operator), inner(operand))
        }),
        ExpressionKind::Quantified { quantifier, variable, filter } => {
            let word = match quantifier {
                Quantifier::Any => "any",
                Quantifier::All => "all",
                Quantifier::Count => "count",
            };
            format!("{word}({}{})", binder(variable), wherever(filter.as_deref()))
        }
    }
}

fn sign(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Or => "or",
        BinaryOperator::And => "and",
        BinaryOperator::Equal => "==",
        BinaryOperator::Unequal => "!=",
        BinaryOperator::Less => "<",
        BinaryOperator::LessEqual => "<=",
        BinaryOperator::Greater => ">",
        BinaryOperator::GreaterEqual => ">=",
        BinaryOperator::In => "in",
        BinaryOperator::NotIn => "not in",
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
    }
}

fn pattern(pattern: &Pattern) -> String {
    joined(&pattern.elements, " ", element)
}

fn element(element: &Element) -> String {
    match &element.kind {
        ElementKind::Gap => "...".to_owned(),
        // A glob may hold signs that a name cannot; only what cannot stand alone needs backquotes.
        ElementKind::Event { glob, payload } => {
            let quotes = if glob.text.contains('.') { "`" } else { "" };
            format!("{quotes}{}{quotes}{}", glob.text, arguments(payload))
        }
        ElementKind::Not(negated) => format!("!{}", self::element(negated)),
        ElementKind::Group(alternatives) => format!("({})", joined(alternatives, " | ", pattern)),
        ElementKind::Repeat { element: repeated, least, most } => {
            let times = match (least, most) {
                (0, None) => "*".to_owned(),
                (1, None) => "+".to_owned(),
                (least, None) => format!("{least}.."),
                (least, Some(most)) if least == most => least.to_string(),
                (least, Some(most)) => format!("{least}..{most}"),
            };
            format!("{}{{{times}}}", self::element(repeated))
        }
    }
}
