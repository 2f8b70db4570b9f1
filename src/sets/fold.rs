//! Sets as unions of few products.
//!
//! Two products that differ in the rows of one part alone are one product, with the rows of both. Done until there are no
//! two such, it makes of the configurations that a sequence leaves possible about as many products as there are places where
//! the runs may be, however many things there are of which something is not known.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::Member;
use super::graph::{Graph, ItemId, PointId};
use super::interner::Interner;
use crate::machine::{Counter, Program, Rows};

/// Folds points with what belongs to each: only those are folded of which that is the same. The result stands for the same
/// configurations. Costs a few passes over the points for each part.
pub(super) fn fold<K: Clone + Eq + Hash>(graph: &mut Graph<'_>, points: Vec<(PointId, K)>) -> Vec<(PointId, K)> {
    let mut products = Products::new(graph.program());
    let (list, mut rest) = products.of(graph, points);
    let list = products.fold(list);
    rest.extend(list.into_iter().map(|product| (products.point(graph, &product), product.key)));
    rest
}

/// What of the members stands for configurations that no others do, folded.
pub(super) fn beyond(graph: &mut Graph<'_>, members: &[Member], others: &[Member]) -> Vec<Member> {
    let mut products = Products::new(graph.program());
    let (others, same) = products.of(graph, pairs(others));
    let (list, mut rest) = products.of(graph, pairs(members));
    rest.retain(|point| !same.contains(point));
    let list = list.into_iter().filter_map(|product| products.beyond(product, &others)).collect();
    let list = products.fold(list);
    rest.extend(list.into_iter().map(|product| (products.point(graph, &product), product.key)));
    rest.into_iter().map(|(point, registers)| Member { point, registers }).collect()
}

/// A member that also stands for what others stand for that differ from it in one part, the first in which some do; nothing
/// if none do.
pub(super) fn grown(graph: &mut Graph<'_>, member: &Member, others: &[Member]) -> Option<Member> {
    let mut products = Products::new(graph.program());
    let (mut own, _) = products.of(graph, pairs(std::slice::from_ref(member)));
    let mut own = own.pop()?;
    let (others, _) = products.of(graph, pairs(others));
    let mut more: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for other in others.iter().filter(|other| other.shape == own.shape) {
        if let [(part, _)] = products.outside(other, &own)[..] {
            more.entry(part).or_default().push(other.rows[part]);
        }
    }
    let (part, mut lists) = more.pop_first()?;
    lists.push(own.rows[part]);
    own.rows[part] = products.unite(part, &lists);
    Some(Member { point: products.point(graph, &own), registers: own.key })
}

fn pairs(members: &[Member]) -> Vec<(PointId, Vec<Counter>)> {
    members.iter().map(|member| (member.point, member.registers.clone())).collect()
}

/// For each place the least product that has all that was found there.
pub(super) struct Hull<'p> {
    products: Products<'p, ()>,
    /// By their shapes, each at its own point.
    list: Vec<Product<()>>,
    /// The points that can be no products.
    others: Vec<PointId>,
}

impl<'p> Hull<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        Self { products: Products::new(program), list: Vec::new(), others: Vec::new() }
    }

    /// Whether a point is one of the products as they are now.
    pub(super) fn has(&self, point: PointId) -> bool {
        self.list.iter().any(|product| product.point == point)
    }

    /// All of it.
    pub(super) fn points(&self) -> Vec<PointId> {
        self.list.iter().map(|product| product.point).chain(self.others.iter().copied()).collect()
    }

    /// Adds points; the products that have grown.
    pub(super) fn join(&mut self, graph: &mut Graph<'_>, points: Vec<PointId>) -> Vec<PointId> {
        let (list, others) = self.products.of(graph, points.into_iter().map(|point| (point, ())).collect());
        self.others.extend(others.into_iter().map(|(point, ())| point));
        self.others.sort_unstable();
        self.others.dedup();
        let mut grown = BTreeSet::new();
        for product in list {
            // Shapes are numbered as they come.
            let Some(known) = self.list.get(product.shape) else {
                grown.insert(product.shape);
                self.list.push(product);
                continue;
            };
            let outside = self.products.outside(&product, known);
            for (part, _) in outside {
                let lists = [product.rows[part], self.list[product.shape].rows[part]];
                self.list[product.shape].rows[part] = self.products.unite(part, &lists);
                grown.insert(product.shape);
            }
        }
        let grown = grown.into_iter().map(|shape| {
            let product = &mut self.list[shape];
            product.point = self.products.point(graph, product);
            product.point
        });
        grown.collect()
    }
}

/// A point as a product; one that was made of it differs in its rows.
struct Product<K> {
    point: PointId,
    key: K,
    /// What else is the same where two are folded.
    shape: usize,
    /// For each part the number of its rows.
    rows: Vec<u32>,
}

/// Products of one program.
struct Products<'p, K> {
    program: &'p Program,
    lists: Interner<u64>,
    shapes: FxHashMap<(Option<ItemId>, Vec<u64>, K), usize>,
}

impl<'p, K: Clone + Eq + Hash> Products<'p, K> {
    fn new(program: &'p Program) -> Self {
        Self { program, lists: Interner::default(), shapes: FxHashMap::default() }
    }

    /// Points as products, and those that can be none.
    fn of(&mut self, graph: &Graph<'_>, points: Vec<(PointId, K)>) -> (Vec<Product<K>>, Vec<(PointId, K)>) {
        let (mut list, mut rest) = (Vec::new(), Vec::new());
        for (point, key) in points {
            // One that has forgotten its states is no product.
            if graph.is_dead(point) || graph.is_partial(point) && !graph.is_product(point) {
                rest.push((point, key));
                continue;
            }
            let at = graph.configuration(point);
            let mut shape = Vec::new();
            self.program.pack_shape(&at, &mut shape);
            let n_shapes = self.shapes.len();
            let shape = *self.shapes.entry((graph.again(point), shape, key.clone())).or_insert(n_shapes);
            let parts = 0..self.program.n_parts();
            let rows = parts.map(|part| self.lists.intern(&self.program.rows(&at, part)).0).collect();
            list.push(Product { point, key, shape, rows });
        }
        (list, rest)
    }

    /// The point of a product as it is now.
    fn point(&self, graph: &mut Graph<'_>, product: &Product<K>) -> PointId {
        let rows: Vec<Rows> = product.rows.iter().map(|number| self.rows(*number)).collect();
        graph.product(product.point, &rows)
    }

    fn rows(&self, number: u32) -> Rows {
        self.lists.get(number).into()
    }

    fn fold(&mut self, mut products: Vec<Product<K>>) -> Vec<Product<K>> {
        let mut n_before = usize::MAX;
        while products.len() < n_before {
            n_before = products.len();
            for part in 0..self.program.n_parts() {
                products = self.fold_part(products, part);
            }
        }
        products
    }

    /// Those that differ in one part alone as one.
    fn fold_part(&mut self, products: Vec<Product<K>>, part: usize) -> Vec<Product<K>> {
        let mut places: FxHashMap<(usize, Vec<u32>), usize> = FxHashMap::default();
        let mut groups: Vec<(Product<K>, Vec<u32>)> = Vec::new();
        for mut product in products {
            let own = std::mem::take(&mut product.rows[part]);
            let place = *places.entry((product.shape, product.rows.clone())).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, numbers)) => numbers.push(own),
                None => groups.push((product, vec![own])),
            }
        }
        let join = |(mut product, numbers): (Product<K>, Vec<u32>)| {
            product.rows[part] = if let [only] = numbers[..] { only } else { self.unite(part, &numbers) };
            product
        };
        groups.into_iter().map(join).collect()
    }

    fn unite(&mut self, part: usize, numbers: &[u32]) -> u32 {
        let lists: Vec<Rows> = numbers.iter().map(|number| self.rows(*number)).collect();
        self.lists.intern(&self.program.unite(part, &lists)).0
    }

    /// What of a product is in none of some others, as far as that is a product; nothing if all of it is.
    fn beyond(&mut self, mut product: Product<K>, others: &[Product<K>]) -> Option<Product<K>> {
        for other in others.iter().filter(|other| other.shape == product.shape) {
            match &self.outside(&product, other)[..] {
                [] => return None,
                [(part, rest)] => product.rows[*part] = self.lists.intern(rest).0,
                _ => {}
            }
        }
        Some(product)
    }

    /// The parts in which one has rows that another one has not, with those.
    fn outside(&self, one: &Product<K>, other: &Product<K>) -> Vec<(usize, Rows)> {
        let mut outside = Vec::new();
        for (part, (own, known)) in one.rows.iter().zip(&other.rows).enumerate() {
            let rest = if own == known { Rows::default() } else { self.subtract(part, *own, *known) };
            if !rest.is_empty() {
                outside.push((part, rest));
            }
        }
        outside
    }

    fn subtract(&self, part: usize, one: u32, other: u32) -> Rows {
        self.program.subtract(part, self.lists.get(one), self.lists.get(other))
    }
}
