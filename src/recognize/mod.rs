//! Whether a sequence belongs to a grammar, and where it leaves it.
//!
//! A [`Recognizer`] takes the items of a sequence one after the other, keeps the set of all configurations in which a run
//! may be that has shown them, and says at the end what came of it, as a [`Verdict`].

mod agreement;
pub mod probability;
mod question;
mod verdict;

use rustc_hash::FxHashMap;

pub(crate) use agreement::{agrees, may_agree};
pub use question::{Precision, Question};
pub use verdict::{Next, Rejection, Verdict, observed};

use crate::machine::Program;
use crate::model::Alphabet;
use crate::model::grammar::Grammar;
use crate::sets::{Bounds, Front, Head, Limit, Sets, Statistics, Wanted};
use crate::trace::{Observed, Shows};

/// How many different items are known at once; then they are forgotten.
const MAX_TOKENS: usize = 1 << 16;

/// Judges sequences by a grammar. What it learns about the grammar from one serves the next.
#[derive(Debug)]
pub struct Recognizer<'g> {
    grammar: &'g Grammar,
    alphabet: &'g Alphabet,
    program: &'g Program,
    question: Question,
    /// One for each kind of sequences that came.
    judges: Vec<Judge<'g>>,
    /// The judge of the sequence at hand.
    judge: usize,
    front: Front,
    /// The kinds of items that it shows.
    shows: Shows,
    /// How many items have been shown.
    n_items: u64,
    rejection: Option<Box<Rejection>>,
}

/// What is known of sequences of one kind.
#[derive(Debug)]
struct Judge<'g> {
    shows: Shows,
    precision: Precision,
    sets: Sets<'g>,
    /// The numbers of items that say more than a name. (Those of names are their own.)
    tokens: FxHashMap<Observed, u32>,
    /// Where a sequence that was not watched from the beginning can begin, unless those are too many.
    everywhere: Option<Result<Everywhere<'g>, Limit>>,
}

/// All configurations, in sets of their own, which are never forgotten.
#[derive(Debug)]
struct Everywhere<'g> {
    sets: Sets<'g>,
    front: Front,
    /// Whether they stand for more than those that can be reached.
    approximate: bool,
}

impl<'g> Everywhere<'g> {
    fn new(sets: impl Fn() -> Sets<'g>) -> Result<Self, Limit> {
        let mut exact = sets();
        if let Ok(front) = exact.everywhere(false) {
            return Ok(Self { sets: exact, front, approximate: false });
        }
        drop(exact);
        let mut sets = sets();
        let front = sets.everywhere(true)?;
        Ok(Self { sets, front, approximate: true })
    }
}

impl<'g> Recognizer<'g> {
    /// A recognizer of the language of a grammar, whose alphabet and program these are.
    pub fn new(grammar: &'g Grammar, alphabet: &'g Alphabet, program: &'g Program, question: Question) -> Self {
        Self {
            grammar,
            alphabet,
            program,
            question,
            judges: Vec::new(),
            judge: 0,
            front: Front::default(),
            shows: Shows::NOTHING,
            n_items: 0,
            rejection: None,
        }
    }

    /// Begins a sequence that shows these kinds of items.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub fn begin(&mut self, shows: Shows, precision: Precision) -> Result<(), Limit> {
        let known = self.judges.iter().position(|judge| (judge.shows, judge.precision) == (shows, precision));
        self.judge = known.unwrap_or(self.judges.len());
        if known.is_none() {
            let judge = self.new_judge(shows, precision);
            self.judges.push(judge);
        }
        (self.shows, self.n_items, self.rejection) = (shows, 0, None);
        let judge = &mut self.judges[self.judge];
        judge.sets.begin_answer();
        match &mut judge.everywhere {
            None => self.front = judge.sets.start()?,
            Some(Ok(everywhere)) => everywhere.sets.begin_answer(),
            Some(Err(many)) => return Err(many.clone()),
        }
        Ok(())
    }

    /// The number of steps that the sequence at hand took so far, but for items that had been met in the same place before.
    pub fn n_steps(&self) -> u64 {
        let judge = &self.judges[self.judge];
        let everywhere = judge.everywhere.iter().flatten().map(|everywhere| everywhere.sets.n_steps());
        judge.sets.n_steps() + everywhere.sum::<u64>()
    }

    /// Forgets what it has learned, if that takes more memory than it may keep. The sequence at hand must have its verdict.
    pub fn forget_excess(&mut self) {
        for judge in &mut self.judges {
            judge.sets.forget_excess();
        }
    }

    fn new_judge(&self, shows: Shows, precision: Precision) -> Judge<'g> {
        let view = self.question.view(shows, precision);
        let bounds = self.question.bounds;
        let sets = |bounds| Sets::new(self.grammar, self.alphabet, self.program, view.clone(), bounds);
        // The front of all places is used again for every sequence.
        let kept = Bounds { memory: usize::MAX, ..bounds };
        let everywhere = self.question.from_anywhere.then(|| Everywhere::new(|| sets(kept)));
        Judge { shows, precision, sets: sets(bounds), tokens: FxHashMap::default(), everywhere }
    }

    /// Takes the next item. Whether a run can show it there; if not, the sequence has its verdict, and what else comes of
    /// it makes no difference. Items of kinds that are not shown are passed over.
    ///
    /// # Errors
    ///
    /// When a limit is met; then the sequence has no verdict.
    #[inline]
    pub fn item(&mut self, item: &Observed) -> Result<bool, Limit> {
        if !self.shows.has(item.kind()) || self.rejection.is_some() {
            return Ok(self.rejection.is_none());
        }
        self.n_items += 1;
        let n_names = self.alphabet.n_names();
        // One that the alphabet does not have can be shown nowhere.
        if let Observed::Event { name, .. } = item
            && name.index() >= n_names
        {
            self.reject(Some(item))?;
            return Ok(false);
        }
        let judge = &mut self.judges[self.judge];
        let head = match item {
            Observed::Foreign(_) => {
                self.reject(Some(item))?;
                return Ok(false);
            }
            Observed::Event { name, of, .. } => Head::Event { name: *name, of },
            Observed::Action { actions, .. } => Head::Action(actions),
            Observed::Phase(phase) => Head::Phase(*phase),
        };
        let token = match item {
            Observed::Event { name, of, payload } if of.is_empty() && payload.is_empty() => name.0,
            _ => judge.token(item, n_names),
        };
        let wanted = Wanted { token, head, agrees: &|shown| agrees(item, shown, self.alphabet) };
        let goes_on = match &mut judge.everywhere {
            Some(Ok(everywhere)) if self.n_items == 1 => {
                let mut front = everywhere.front.clone();
                let goes_on = everywhere.sets.step(&mut front, wanted)?;
                if goes_on {
                    self.front = judge.sets.adopt(&everywhere.sets, &front)?;
                }
                goes_on
            }
            _ => judge.sets.step(&mut self.front, wanted)?,
        };
        if !goes_on {
            self.reject(Some(item))?;
        }
        Ok(goes_on)
    }

    /// What came of the sequence.
    ///
    /// # Errors
    ///
    /// When a limit is met; then the sequence has no verdict.
    pub fn finish(&mut self) -> Result<Verdict, Limit> {
        if self.rejection.is_none() && !self.question.prefix && !self.ends()? {
            self.reject(None)?;
        }
        Ok(match self.rejection.take() {
            None => Verdict::Valid { approximate: self.is_approximate() },
            Some(rejection) => Verdict::Invalid(rejection),
        })
    }

    /// What was done so far, under all views.
    pub fn statistics(&self) -> Statistics {
        self.judges.iter().fold(Statistics::default(), |sum, judge| {
            let everywhere = judge.everywhere.iter().flatten().map(|everywhere| everywhere.sets.statistics());
            everywhere.fold(sum.and(judge.sets.statistics()), Statistics::and)
        })
    }

    /// Where the runs are behind a number of items.
    fn place(&mut self, n_items: u64) -> (&mut Sets<'g>, &Front) {
        let judge = &mut self.judges[self.judge];
        match &mut judge.everywhere {
            Some(Ok(everywhere)) if n_items == 0 => (&mut everywhere.sets, &everywhere.front),
            _ => (&mut judge.sets, &self.front),
        }
    }

    /// Whether runs of the sequence can be some that forget states.
    fn is_approximate(&self) -> bool {
        let everywhere = self.judges[self.judge].everywhere.as_ref();
        everywhere.is_some_and(|everywhere| everywhere.as_ref().is_ok_and(|everywhere| everywhere.approximate))
    }

    fn ends(&mut self) -> Result<bool, Limit> {
        let (sets, front) = self.place(self.n_items);
        sets.look(front)?;
        Ok(sets.ends(front))
    }

    /// Keeps the reason why the sequence does not belong.
    #[cold]
    fn reject(&mut self, item: Option<&Observed>) -> Result<(), Limit> {
        let (sets, front) = self.place(self.n_items - u64::from(item.is_some()));
        sets.look(front)?;
        let end = sets.ends(front).then_some(Next::End);
        let expected = end.into_iter().chain(sets.next(front).into_iter().cloned().map(Next::Item)).collect();
        let at = item.map(|_| self.n_items);
        let precision = self.judges[self.judge].precision;
        let approximate = self.is_approximate();
        self.rejection = Some(Box::new(Rejection { at, item: item.cloned(), expected, approximate, precision }));
        Ok(())
    }
}

impl Judge<'_> {
    fn token(&mut self, item: &Observed, n_names: usize) -> u32 {
        if let Some(token) = self.tokens.get(item) {
            return *token;
        }
        if self.tokens.len() == MAX_TOKENS {
            self.tokens.clear();
            self.sets.forget_tokens();
            if let Some(Ok(everywhere)) = &mut self.everywhere {
                everywhere.sets.forget_tokens();
            }
        }
        let token = u32::try_from(n_names + self.tokens.len()).expect("both are bounded");
        self.tokens.insert(item.clone(), token);
        token
    }
}

impl From<crate::sets::Item> for crate::trace::Item {
    fn from(item: crate::sets::Item) -> Self {
        match item {
            crate::sets::Item::Phase(phase) => Self::Phase(phase),
            crate::sets::Item::Action { action, source, arguments } => {
                Self::Action { action, source, arguments: arguments.into() }
            }
            crate::sets::Item::Event { symbol, payload } => Self::Event { symbol, payload: payload.into() },
        }
    }
}
