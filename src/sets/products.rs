//! Sets that are kept as products.

use super::graph::{PointId, Towards};
use super::limit::Limit;
use super::{Member, Sets, fold};

impl Sets<'_> {
    /// Fewer members that stand for the same.
    pub(super) fn fold(&mut self, members: Vec<Member>) -> Result<Vec<Member>, Limit> {
        // A pass for each part, of which each looks at all parts of all members.
        let n_parts = self.graph.program().n_parts();
        self.graph.meter.spend((members.len() * n_parts * n_parts) as u64)?;
        let ways = members.into_iter().map(|member| (member.point, member.registers)).collect();
        let members = fold::fold(&mut self.graph, ways).into_iter();
        let mut members: Vec<Member> = members.map(|(point, registers)| Member { point, registers }).collect();
        self.settle(&mut members)?;
        members.sort_unstable();
        members.dedup();
        Ok(members)
    }

    /// What can be reached over what is hidden, folded and settled.
    ///
    /// A product grows by what can be reached from it that differs in one part, until nothing does; only then is it gone on
    /// from (as in Ciardo, Lüttgen and Siminiceanu, "Saturation", TACAS 2001). Going on breadth first would find all
    /// combinations of how far each part has come.
    pub(super) fn behind_hidden(&mut self, members: Vec<Member>) -> Result<Vec<Member>, Limit> {
        let mut known: Vec<Member> = Vec::new();
        let mut open = members;
        while !open.is_empty() {
            let mut found = Vec::new();
            for mut member in open {
                let moves = loop {
                    self.graph.settle(&mut member.point, &mut member.registers)?;
                    self.bounds.check_memory(&self.graph, known.iter().map(|member| &member.point))?;
                    self.graph.expand_towards(member.point, Towards::Hidden)?;
                    let moves: Vec<Member> = self.graph.moves_hidden(&member).collect();
                    self.graph.meter.spend(moves.len() as u64)?;
                    match fold::grown(&mut self.graph, &member, &moves) {
                        Some(grown) => member = grown,
                        None => break moves,
                    }
                };
                known.push(member);
                found.extend(moves);
            }
            known = self.fold(known)?;
            // What is known is settled.
            self.settle(&mut found)?;
            self.graph.meter.spend((found.len() * known.len()) as u64)?;
            open = fold::beyond(&mut self.graph, &found, &known);
            let points: Vec<PointId> = known.iter().chain(&open).map(|member| member.point).collect();
            self.bounds.check_weight(&self.graph, &points)?;
        }
        Ok(known)
    }
}
