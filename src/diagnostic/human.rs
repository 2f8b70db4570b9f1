//! One finding for people, laid out by annotate-snippets. Nothing else knows that crate.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};

use super::excerpt::{Place, Plan};
use super::printable::{one_line, printable};
use super::{Diagnostic, Fix, Label, Severity};
use crate::source::SourceMap;

/// A replacement of more bytes is not drawn.
const LONG_REPLACEMENT: usize = 200;
/// Begins and ends what stands for a place until the layout is done; it occurs in no text that is [`printable`].
const STAND_IN: char = '\u{10fffd}';

/// The finding without a line break at its end.
pub(super) fn render(sources: &SourceMap, diagnostic: &Diagnostic, color: bool, width: usize) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(one_line(&diagnostic.message)).id(diagnostic.code.name());
    let cut_outs = cut_out(sources, diagnostic);
    let mut group = Group::with_title(title);
    for (number, cut_out) in cut_outs.iter().enumerate() {
        group = cut_out.add_to(group, number);
    }
    group = group.elements(diagnostic.witness.iter().map(|witness| Level::NOTE.message(one_line(&witness.line()))));
    let (help, patch) = advice(sources, diagnostic);
    group = group.elements(help.iter().map(|help| Level::HELP.message(one_line(help))));
    let mut report = vec![group];
    report.extend(patch);

    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let drawn = renderer.term_width(width.max(40)).render(&report);
    let drawn = cut_outs.iter().enumerate().fold(drawn, |text, (number, cut_out)| cut_out.locate(text, number));
    drawn.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Labels that are shown in one piece of text.
struct CutOut<'a> {
    plan: Plan<'a>,
    labels: Vec<(Place<'a>, &'a Label, AnnotationKind)>,
}

/// Gathers the labels, the primary one first, in as few pieces as their distances allow.
fn cut_out<'a>(sources: &'a SourceMap, diagnostic: &'a Diagnostic) -> Vec<CutOut<'a>> {
    let primary = (&diagnostic.primary, AnnotationKind::Primary);
    let secondary = diagnostic.secondary.iter().map(|label| (label, AnnotationKind::Context));
    let mut cut_outs: Vec<CutOut<'a>> = Vec::new();
    for (label, kind) in std::iter::once(primary).chain(secondary) {
        let Some(place) = Place::new(sources, label.span) else { continue };
        if let Some(cut_out) = cut_outs.iter_mut().find_map(|cut_out| cut_out.plan.take(&place).then_some(cut_out)) {
            cut_out.labels.push((place, label, kind));
        } else {
            cut_outs.push(CutOut { plan: Plan::new(&place), labels: vec![(place, label, kind)] });
        }
    }
    cut_outs
}

impl CutOut<'_> {
    fn add_to<'b>(&self, group: Group<'b>, number: usize) -> Group<'b> {
        let (first, ..) = &self.labels[0];
        if first.is_blank() {
            return group.element(Origin::path(first.name()));
        }
        let excerpt = self.plan.excerpt();
        let annotations: Vec<_> = self
            .labels
            .iter()
            .map(|(place, label, kind)| {
                let text = one_line(&label.text);
                kind.span(excerpt.range(place)).label((!text.is_empty()).then_some(text))
            })
            .collect();
        let snippet = Snippet::source(excerpt.text).line_start(excerpt.first_line).path(stand_in(number));
        group.element(snippet.annotations(annotations))
    }

    /// Writes the place where the stand-in is. What the layout says of it is wrong where a line was cut.
    fn locate(&self, mut text: String, number: usize) -> String {
        let stand_in = stand_in(number);
        if let Some(start) = text.find(&stand_in) {
            let place_length = text[start + stand_in.len()..]
                .find(|character: char| character != ':' && !character.is_ascii_digit())
                .unwrap_or(text.len() - start - stand_in.len());
            text.replace_range(start..start + stand_in.len() + place_length, &self.labels[0].0.location());
        }
        text
    }
}

fn stand_in(number: usize) -> String {
    format!("{STAND_IN}{number}{STAND_IN}")
}

/// What is said to be done: lines of help, and a change that is drawn if it reads well. The line of help that asks for
/// the drawn change becomes its title.
fn advice<'a>(sources: &SourceMap, diagnostic: &Diagnostic) -> (Vec<String>, Option<Group<'a>>) {
    let mut help = diagnostic.help.clone();
    let Some(fix) = &diagnostic.fix else { return (help, None) };
    let about = help.iter().position(|help| help.starts_with("did you mean") || names(help, &fix.replacement));
    if let Some(snippet) = patch(sources, diagnostic, fix) {
        let title = about.map_or_else(|| ask(fix), |about| help.remove(about));
        return (help, Some(Level::HELP.secondary_title(one_line(&title)).element(snippet)));
    }
    if about.is_none() && is_short(&fix.replacement) {
        help.push(ask(fix));
    }
    (help, None)
}

fn names(help: &str, replacement: &str) -> bool {
    let replacement = replacement.trim();
    !replacement.is_empty() && help.contains(&format!("`{replacement}`"))
}

fn ask(fix: &Fix) -> String {
    if fix.replacement.is_empty() {
        "leave it out".to_owned()
    } else if fix.replacement.trim().is_empty() {
        "write a space".to_owned()
    } else if fix.span.start == fix.span.end {
        format!("add `{}`", fix.replacement.trim())
    } else {
        format!("did you mean `{}`?", fix.replacement.trim())
    }
}

fn is_short(replacement: &str) -> bool {
    replacement.len() <= LONG_REPLACEMENT && !replacement.contains(char::is_control)
}

/// The change as a picture, for one short line of the file that the finding is in.
fn patch<'a>(sources: &SourceMap, diagnostic: &Diagnostic, fix: &Fix) -> Option<Snippet<'a, Patch<'a>>> {
    let place = Place::new(sources, fix.span)?;
    let is_drawn = fix.span.source == diagnostic.primary.span.source
        && place.is_in_short_line()
        && !place.is_blank()
        && is_short(&fix.replacement);
    is_drawn.then(|| {
        let excerpt = Plan::new(&place).excerpt();
        let patch = Patch::new(excerpt.range(&place), printable(&fix.replacement));
        Snippet::source(excerpt.text).line_start(excerpt.first_line).patch(patch)
    })
}
