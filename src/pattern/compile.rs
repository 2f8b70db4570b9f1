//! Pattern → nondeterministic automaton, from its end to its beginning.

use super::{Class, MAX_STATES, State, TooLarge};
use crate::model::grammar::{Element, Pattern};

/// The states, the classes of events, and where to begin.
pub(super) fn compile(pattern: &Pattern) -> Result<(Vec<State>, Vec<Class>, u32), TooLarge> {
    let mut compiler = Compiler { states: vec![State::End], classes: Vec::new(), element: 0 };
    let mut start = 0;
    for (place, element) in pattern.elements.iter().enumerate().rev() {
        compiler.element = u32::try_from(place).map_err(|_| TooLarge)?;
        start = compiler.element(element, start)?;
    }
    Ok((compiler.states, compiler.classes, start))
}

struct Compiler {
    states: Vec<State>,
    classes: Vec<Class>,
    /// The place of the element of the whole pattern that is compiled.
    element: u32,
}

impl Compiler {
    fn pattern(&mut self, pattern: &Pattern, next: u32) -> Result<u32, TooLarge> {
        pattern.elements.iter().rev().try_fold(next, |next, element| self.element(element, next))
    }

    /// The state in which an element begins that goes on at `next`.
    fn element(&mut self, element: &Element, next: u32) -> Result<u32, TooLarge> {
        match element {
            Element::Gap => self.any_number(next, |compiler, back| compiler.take(Class::Any, back)),
            Element::One(events) => self.take(Class::One(events.clone()), next),
            Element::NoneOf(events) => self.take(Class::NoneOf(events.clone()), next),
            Element::Group(patterns) => {
                let ways = patterns.iter().map(|pattern| self.pattern(pattern, next)).collect::<Result<_, _>>()?;
                self.push(State::Split(ways))
            }
            Element::Repeat { element, least, most } => {
                let mut start = match most {
                    None => self.any_number(next, |compiler, back| compiler.element(element, back))?,
                    Some(most) => {
                        let mut start = next;
                        for _ in *least..*most {
                            let one = self.element(element, start)?;
                            start = self.push(State::Split(vec![one, next]))?;
                        }
                        start
                    }
                };
                for _ in 0..*least {
                    start = self.element(element, start)?;
                }
                Ok(start)
            }
        }
    }

    /// What `body` makes, any number of times.
    fn any_number(
        &mut self,
        next: u32,
        body: impl FnOnce(&mut Self, u32) -> Result<u32, TooLarge>,
    ) -> Result<u32, TooLarge> {
        let split = self.push(State::Split(Vec::new()))?;
        let one = body(self, split)?;
        self.states[split as usize] = State::Split(vec![one, next]);
        Ok(split)
    }

    fn take(&mut self, class: Class, next: u32) -> Result<u32, TooLarge> {
        let known = self.classes.iter().position(|known| *known == class);
        let place = known.unwrap_or_else(|| {
            self.classes.push(class);
            self.classes.len() - 1
        });
        let class = u32::try_from(place).map_err(|_| TooLarge)?;
        self.push(State::Take { class, next, element: self.element })
    }

    fn push(&mut self, state: State) -> Result<u32, TooLarge> {
        if self.states.len() == MAX_STATES {
            return Err(TooLarge);
        }
        self.states.push(state);
        Ok(u32::try_from(self.states.len() - 1).expect("there is a limit"))
    }
}
