//! How often a `repeat` runs.

use super::grammar::{Count, Expression};
use super::names::{Named, Value};
use super::reference::word_for;
use super::resolver::Resolver;
use super::types::{INT, UNKNOWN};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::{self, High};

impl Resolver<'_> {
    /// What stands between `repeat` and the body; `None` when it is wrong.
    pub(super) fn count(&mut self, tree: Option<&tree::Count>, ends: bool) -> Option<Count> {
        let Some(tree) = tree else { return Some(Count::Endless) };
        let lo = self.bound(&tree.low);
        let hi = match &tree.high {
            High::Bound(bound) => Some(self.bound(bound)),
            High::Same | High::Open => None,
        };
        let mean = tree.mean.as_ref().map(|mean| self.bound(mean));
        let parts = [Some(&lo), hi.as_ref(), mean.as_ref()];
        if parts.into_iter().flatten().any(|part| part.ty == UNKNOWN) {
            return None;
        }
        if let (Some(least), Some((bound, most))) = (lo.value(), hi.as_ref().and_then(|hi| Some((hi, hi.value()?))))
            && least > most
        {
            let message = format!("the upper bound {most} is below the lower one, {least}");
            self.report(Diagnostic::error(Code::BadCount, bound.span, message).also(lo.span, "the lower bound"));
            return None;
        }
        if let (Some(least), Some((mean, value))) = (lo.value(), mean.as_ref().and_then(|it| Some((it, it.value()?))))
            && value < least
        {
            let message = format!("the mean {value} is below the lower bound, {least}");
            self.report(Diagnostic::error(Code::BadCount, mean.span, message).also(lo.span, "the lower bound"));
            return None;
        }
        match (&tree.high, hi, mean) {
            (High::Same, _, None) => Some(Count::Exact(lo)),
            (High::Same, _, Some(mean)) => {
                self.report(
                    Diagnostic::error(Code::BadCount, mean.span, "a count that is fixed has no mean")
                        .help("write a range: `repeat 0.. mean 10`"),
                );
                None
            }
            (High::Bound(_), Some(hi), None) => Some(Count::Uniform { lo, hi }),
            (_, hi, Some(mean)) => Some(Count::Geometric { lo, hi, mean }),
            (_, _, None) if ends => Some(Count::Open { lo }),
            (_, _, None) => {
                self.report(
                    Diagnostic::error(Code::BadCount, tree.span, "nothing says how this ends")
                        .help("write `mean 10` behind the range, a `while`, or an upper bound"),
                );
                None
            }
        }
    }

    /// A bound or a mean.
    fn bound(&mut self, tree: &tree::Expression) -> Expression {
        let bound = self.typed(tree, INT);
        let most = self.grammar.limits.count;
        match bound.value() {
            Some(value) if value < 0 => self.error(Code::BadCount, tree.span, "a count cannot be negative"),
            Some(value) if usize::try_from(value).is_ok_and(|value| value > most) => {
                self.error(Code::RepeatLimit, tree.span, format!("a count is at most {most} (`--limit count=N`)"));
            }
            _ => {}
        }
        if bound.ty != UNKNOWN
            && let tree::ExpressionKind::Name(name) = &tree.kind
        {
            self.check_bare_bound(name);
        }
        bound
    }

    /// Says so if a name that is no param stands as a bound without parentheses.
    fn check_bare_bound(&mut self, name: &tree::Name) {
        let (what, declared) = match (self.scope.get(name.text.as_str()), self.names.values.get(name.text.as_str())) {
            (Some(id), _) => ("a variable", self.scope.variables[id.index()].span),
            (None, Some(Named { value: Value::Param(_), .. }) | None) => return,
            (None, Some(named)) => (word_for(named.value), named.span),
        };
        let message = format!("`{}` is {what}, and only integers and params are counts without parentheses", name.text);
        let is_quoted = name.span.range().len() > name.text.len();
        let meant = if is_quoted { format!("(`{}`)", name.text) } else { format!("({})", name.text) };
        self.report(
            Diagnostic::error(Code::BadCount, name.span, message)
                .also(declared, "declared here")
                .help(format!("write `{meant}`"))
                .fix(name.span, meant),
        );
    }
}
