//! The strongly connected components of a graph.

/// The components, each after all those that its edges lead to; `edges` gives the successors of each node. The nodes of
/// a component are sorted.
///
/// R. Tarjan, "Depth-first search and linear graph algorithms", SIAM Journal on Computing 1 (2), 1972: linear in nodes
/// and edges. The depth-first search keeps its own stack, since a chain of calls may be as long as a file.
pub(super) fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    // The place of each node in the order of the search, and the least place of a node, not yet in a component, that is
    // known to be reached from it.
    let mut order = vec![UNSEEN; edges.len()];
    let mut low = vec![UNSEEN; edges.len()];
    let mut done = vec![false; edges.len()];
    let mut next = 0;
    let mut open = Vec::new();
    let mut components = Vec::new();
    for root in 0..edges.len() {
        if order[root] != UNSEEN {
            continue;
        }
        // Nodes whose successors are being looked at, each with the number of those that have been.
        let mut path = vec![(root, 0)];
        while let Some((node, edge)) = path.last_mut() {
            let node = *node;
            if *edge == 0 && order[node] == UNSEEN {
                order[node] = next;
                low[node] = next;
                next += 1;
                open.push(node);
            }
            if let Some(&successor) = edges[node].get(*edge) {
                *edge += 1;
                if order[successor] == UNSEEN {
                    path.push((successor, 0));
                } else if !done[successor] {
                    low[node] = low[node].min(order[successor]);
                }
                continue;
            }
            path.pop();
            if let Some((parent, _)) = path.last() {
                low[*parent] = low[*parent].min(low[node]);
            }
            if low[node] == order[node] {
                let start = open.iter().rposition(|open| *open == node).expect("a node stays open until its component");
                let mut component = open.split_off(start);
                component.sort_unstable();
                for member in &component {
                    done[*member] = true;
                }
                components.push(component);
            }
        }
    }
    components
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_come_after_what_they_lead_to() {
        // 0 → 1 ⇄ 2 → 3, 2 → 4, 4 → 4
        let edges = [vec![1], vec![2], vec![1, 3, 4], vec![], vec![4]].map(Vec::from);
        assert_eq!(components(&edges), [vec![3], vec![4], vec![1, 2], vec![0]]);
        assert!(components(&[]).is_empty());
    }

    #[test]
    fn long_chains_and_rings_need_no_stack() {
        let count = 100_000;
        let chain: Vec<Vec<usize>> = (0..count).map(|node| (node + 1..count.min(node + 2)).collect()).collect();
        assert_eq!(components(&chain).len(), count);
        let ring: Vec<Vec<usize>> = (0..count).map(|node| vec![(node + 1) % count]).collect();
        assert_eq!(components(&ring).len(), 1);
    }
}
