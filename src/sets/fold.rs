//! Sets as unions of few products.
//!
//! Two products that differ in the rows of one part alone are one product, with the rows of both. Done until there are no
//! two such, it makes of the configurations that a sequence leaves possible about as many products as there are places where
//! the runs may be, however many things there are of which something is not known.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::graph::{Graph, PointId};
use super::interner::Interner;
use crate::machine::Rows;

/// A point as a product.
struct Product<K> {
    point: PointId,
    key: K,
    /// What else is the same where two are folded.
    shape: usize,
    /// For each part the number of its rows.
    rows: Vec<u32>,
}

/// Folds points with what belongs to each: only those are folded of which that is the same. The result stands for the same
/// configurations. Costs a few passes over the points for each part.
pub(super) fn fold<K: Clone + Eq + Hash>(graph: &mut Graph<'_>, points: Vec<(PointId, K)>) -> Vec<(PointId, K)> {
    let program = graph.program();
    let mut lists: Interner<u64> = Interner::default();
    let mut shapes = FxHashMap::default();
    let mut folded = Vec::new();
    let mut products = Vec::new();
    for (point, key) in points {
        // One that has forgotten its states is no product.
        if graph.is_dead(point) || graph.is_partial(point) && !graph.is_product(point) {
            folded.push((point, key));
            continue;
        }
        let at = graph.configuration(point);
        let mut shape = vec![graph.key(point)[0]];
        program.pack_shape(&at, &mut shape);
        let n_shapes = shapes.len();
        let shape = *shapes.entry((shape, key.clone())).or_insert(n_shapes);
        let rows = (0..program.n_parts()).map(|part| lists.intern(&program.rows(&at, part)).0).collect();
        products.push(Product { point, key, shape, rows });
    }
    let mut n_before = usize::MAX;
    while products.len() < n_before {
        n_before = products.len();
        for part in 0..program.n_parts() {
            products = fold_part(products, part, |numbers| {
                let rows: Vec<Rows> = numbers.iter().map(|number| lists.get(*number).into()).collect();
                lists.intern(&program.unite(part, &rows)).0
            });
        }
    }
    for Product { point, key, rows, .. } in products {
        let rows: Vec<Rows> = rows.iter().map(|number| lists.get(*number).into()).collect();
        folded.push((graph.product(point, &rows), key));
    }
    folded
}

/// Those that differ in one part alone as one.
fn fold_part<K>(products: Vec<Product<K>>, part: usize, mut unite: impl FnMut(&[u32]) -> u32) -> Vec<Product<K>> {
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
        product.rows[part] = if let [only] = numbers[..] { only } else { unite(&numbers) };
        product
    };
    groups.into_iter().map(join).collect()
}
