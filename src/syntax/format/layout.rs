//! Where lines end: steps → lines.
//!
//! The method is Oppen's (*Prettyprinting*, 1980): a group stays on its line when all of it fits there, else each of its
//! breaks ends a line. Two passes over the steps tell the width of every group, a third one lays them out, so the cost is
//! linear.

/// How long a line may get, in characters. Comments, and what has no place to be broken at, may go beyond.
pub(super) const WIDTH: usize = 120;

/// The spaces of a level.
pub(super) const INDENT: usize = 4;

/// The spaces before a comment behind something.
pub(super) const BEFORE_COMMENT: usize = 2;

/// What is laid out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    /// A word or a sign, as many spaces behind what comes before it; with its place in the source, if it is from there.
    Text {
        text: &'a str,
        gap: usize,
        at: Option<u32>,
    },
    /// A comment, which ends its line; `own_line` if it begins it, too; `deeper` if it interrupts something.
    Comment {
        text: &'a str,
        at: u32,
        own_line: bool,
        blank: bool,
        deeper: bool,
    },
    /// What is up to its `Close` stays on one line if it can.
    Open,
    Close,
    /// If its group does not stay on one line, the lines up to `Dedent` are indented.
    Indent,
    Dedent,
    /// The group does not stay on one line.
    Force,
    /// A place where a line may end.
    Break(Break),
}

/// When a line ends at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// Always.
    Always,
    /// When its group does not stay on one line.
    WithGroup,
    /// When moreover what comes before goes over several lines, or what comes next does not fit.
    WhenFull,
}

/// A place where a line may end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Break {
    pub(super) ends: Ends,
    /// What stands there when the line goes on, and how many spaces behind it.
    pub(super) flat: &'static str,
    pub(super) gap: usize,
    /// What stands at the end of the line when it ends.
    pub(super) broken: &'static str,
    /// Whether a blank line follows the end of the line.
    pub(super) blank: bool,
}

/// A piece of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'a> {
    pub(super) text: &'a str,
    /// The spaces before it.
    pub(super) gap: usize,
    /// Its place in the source, if it is from there.
    pub(super) at: Option<u32>,
    pub(super) is_comment: bool,
}

/// A line.
#[derive(Clone, Debug, Default)]
pub(super) struct Line<'a> {
    /// How many spaces it begins with.
    pub(super) indent: usize,
    /// Whether a blank line stands before it.
    pub(super) blank: bool,
    pub(super) cells: Vec<Cell<'a>>,
}

/// Lays out steps.
pub(super) fn lines<'a>(steps: &[Step<'a>]) -> Vec<Line<'a>> {
    let widths = widths(steps);
    let mut layout = Layout {
        lines: Vec::new(),
        line: Line::default(),
        column: 0,
        gap: 0,
        indent: 0,
        is_over: false,
        groups: vec![Group { broken: true, begun: 0, indents: Vec::new() }],
    };
    for (place, step) in steps.iter().enumerate() {
        layout.step(step, widths[place], widths.get(place + 1).copied().unwrap_or_default());
    }
    layout.end_line(false, 0);
    layout.lines
}

/// More than any line holds.
const ENDLESS: usize = usize::MAX / 4;

/// For each `Open` the width of its group on one line, with what can't be parted from it behind it; for all other steps
/// the width up to the next break.
fn widths(steps: &[Step<'_>]) -> Vec<usize> {
    let mut widths = vec![0; steps.len() + 1];
    for (place, step) in steps.iter().enumerate().rev() {
        widths[place] = match step {
            Step::Break(_) | Step::Comment { .. } => 0,
            step => flat_width(step) + widths[place + 1],
        };
    }
    // The groups that are open, with how much stood before each.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut before = 0;
    let mut n_forced = 0;
    let mut forced: Vec<usize> = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        match step {
            Step::Open => {
                open.push((place, before));
                forced.push(n_forced);
            }
            Step::Close => {
                let (Some((begin, stood)), Some(known)) = (open.pop(), forced.pop()) else { continue };
                let width = before - stood + widths[place + 1];
                widths[begin] = if n_forced > known { ENDLESS } else { width };
            }
            Step::Force | Step::Comment { .. } | Step::Break(Break { ends: Ends::Always, .. }) => n_forced += 1,
            step => before += flat_width(step),
        }
    }
    widths
}

fn flat_width(step: &Step<'_>) -> usize {
    match step {
        Step::Text { text, gap, .. } => gap + text.chars().count(),
        Step::Break(Break { flat, gap, .. }) => gap + flat.len(),
        _ => 0,
    }
}

struct Group {
    broken: bool,
    /// The number of the line that stood last at a break of the group.
    begun: usize,
    /// For each `Indent` whether it counts.
    indents: Vec<bool>,
}

struct Layout<'a> {
    lines: Vec<Line<'a>>,
    line: Line<'a>,
    /// Where the line's end is.
    column: usize,
    /// Spaces that the next piece has before it.
    gap: usize,
    indent: usize,
    /// Whether the line ends with a comment.
    is_over: bool,
    groups: Vec<Group>,
}

impl<'a> Layout<'a> {
    fn step(&mut self, step: &Step<'a>, width: usize, next: usize) {
        match *step {
            Step::Text { text, gap, at } => {
                if self.is_over {
                    self.end_line(false, 1);
                }
                self.put(Cell { text, gap, at, is_comment: false });
            }
            Step::Comment { text, at, own_line, blank, deeper } => {
                if self.is_over || own_line && !self.line.cells.is_empty() {
                    self.end_line(blank, usize::from(deeper));
                }
                self.put(Cell { text, gap: BEFORE_COMMENT, at: Some(at), is_comment: true });
                self.is_over = true;
            }
            Step::Open => {
                let broken = self.group().broken && self.column.saturating_add(self.gap + width) > WIDTH;
                self.groups.push(Group { broken, begun: self.lines.len(), indents: Vec::new() });
            }
            Step::Close => {
                self.groups.pop();
            }
            Step::Indent => {
                let counts = self.group().broken;
                self.group().indents.push(counts);
                self.indent += usize::from(counts);
            }
            Step::Dedent => {
                let counted = self.group().indents.pop().unwrap_or_default();
                self.indent -= usize::from(counted);
            }
            Step::Force => {}
            Step::Break(place) => self.end_maybe(place, next),
        }
    }

    fn group(&mut self) -> &mut Group {
        self.groups.last_mut().expect("each `Close` has its `Open`")
    }

    fn end_maybe(&mut self, place: Break, next: usize) {
        let n_lines = self.lines.len();
        let column = self.column + place.flat.len() + place.gap;
        let group = self.group();
        let is_full = group.begun != n_lines || column.saturating_add(next) > WIDTH;
        let ends = match place.ends {
            Ends::Always => true,
            Ends::WithGroup => group.broken,
            Ends::WhenFull => group.broken && is_full,
        };
        let text = if ends { place.broken } else { place.flat };
        if !text.is_empty() {
            self.put(Cell { text, gap: 0, at: None, is_comment: false });
        }
        if ends || self.is_over {
            self.end_line(place.blank, 0);
        } else {
            self.gap = place.gap;
        }
        let n_lines = self.lines.len();
        self.group().begun = n_lines;
    }

    fn put(&mut self, cell: Cell<'a>) {
        let gap = if self.line.cells.is_empty() { 0 } else { cell.gap.max(self.gap) };
        self.gap = 0;
        self.column += gap + cell.text.chars().count();
        self.line.cells.push(Cell { gap, ..cell });
    }

    /// Ends the line; the next one is `deeper` than the lines of its group by so many levels.
    fn end_line(&mut self, blank: bool, deeper: usize) {
        let indent = (self.indent + deeper) * INDENT;
        let blank = blank && !(self.lines.is_empty() && self.line.cells.is_empty());
        let mut line = std::mem::replace(&mut self.line, Line { indent, blank, cells: Vec::new() });
        if line.cells.is_empty() {
            self.line.blank |= line.blank;
        } else {
            // Most lines of a long file have one word.
            line.cells.shrink_to_fit();
            self.lines.push(line);
        }
        self.column = indent;
        self.gap = 0;
        self.is_over = false;
    }
}
