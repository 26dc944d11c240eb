//! Ranges of ordered maps, from either end, that look at what they give and at the few nodes on the way there.
//!
//! `Map::range` of immutable-chunkmap (2.1.5) goes through every node that has another below it on its way to the
//! first entry, and through those behind the last: ten entries of a million took as long as a twentieth of them all.

use std::borrow::Borrow;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds};

use immutable_chunkmap::map::{Map, NodeRef};

/// The entries of a map within bounds.
pub(crate) fn range<K, V, Q, R, const SIZE: usize>(
    map: &Map<K, V, SIZE>,
    bounds: R,
) -> Range<'_, K, V, Q, R, SIZE>
where
    K: Ord + Clone + Borrow<Q>,
    V: Clone,
    Q: Ord + ?Sized,
    R: RangeBounds<Q>,
{
    Range {
        map,
        bounds,
        front: None,
        back: None,
        first: None,
        last: None,
        is_over: false,
        query: PhantomData,
    }
}

/// See [`range`].
pub(crate) struct Range<'a, K: Ord + Clone, V: Clone, Q: ?Sized, R, const SIZE: usize> {
    map: &'a Map<K, V, SIZE>,
    bounds: R,
    /// Where the next entry is, once one was asked for; the same from the back.
    front: Option<Side<'a, K, V, SIZE>>,
    back: Option<Side<'a, K, V, SIZE>>,
    /// What was given last from the front, and from the back.
    first: Option<&'a K>,
    last: Option<&'a K>,
    is_over: bool,
    query: PhantomData<fn(&Q)>,
}

/// One end: entries of a node that are next, and nodes whose own entries and those on their far side come after.
struct Side<'a, K: Ord + Clone, V: Clone, const SIZE: usize> {
    entries: VecDeque<(&'a K, &'a V)>,
    nodes: Vec<NodeRef<'a, K, V, SIZE>>,
    /// Whether all that comes is on the right side of the bound at this end: only the first node has entries that are
    /// not.
    is_inside: bool,
}

fn is_before<K: Borrow<Q>, Q: Ord + ?Sized>(bounds: &impl RangeBounds<Q>, key: &K) -> bool {
    match bounds.start_bound() {
        Bound::Included(start) => key.borrow() < start,
        Bound::Excluded(start) => key.borrow() <= start,
        Bound::Unbounded => false,
    }
}

fn is_after<K: Borrow<Q>, Q: Ord + ?Sized>(bounds: &impl RangeBounds<Q>, key: &K) -> bool {
    match bounds.end_bound() {
        Bound::Included(end) => key.borrow() > end,
        Bound::Excluded(end) => key.borrow() >= end,
        Bound::Unbounded => false,
    }
}

impl<'a, K, V, Q, R, const SIZE: usize> Range<'a, K, V, Q, R, SIZE>
where
    K: Ord + Clone + Borrow<Q>,
    V: Clone,
    Q: Ord + ?Sized,
    R: RangeBounds<Q>,
{
    /// The way to the first entry.
    fn front(map: &'a Map<K, V, SIZE>, bounds: &R) -> Side<'a, K, V, SIZE> {
        let mut nodes = Vec::new();
        let mut next = map.root();
        while let Some(node) = next {
            if node.pairs().last().is_some_and(|(key, _)| is_before(bounds, key)) {
                next = node.right();
                continue;
            }
            let begins_here = node.pairs().next().is_some_and(|(key, _)| is_before(bounds, key));
            next = if begins_here { None } else { node.left() };
            nodes.push(node);
        }
        Side { entries: VecDeque::new(), nodes, is_inside: false }
    }

    /// The way to the last entry.
    fn back(map: &'a Map<K, V, SIZE>, bounds: &R) -> Side<'a, K, V, SIZE> {
        let mut nodes = Vec::new();
        let mut next = map.root();
        while let Some(node) = next {
            if node.pairs().next().is_some_and(|(key, _)| is_after(bounds, key)) {
                next = node.left();
                continue;
            }
            let ends_here = node.pairs().last().is_some_and(|(key, _)| is_after(bounds, key));
            next = if ends_here { None } else { node.right() };
            nodes.push(node);
        }
        Side { entries: VecDeque::new(), nodes, is_inside: false }
    }
}

impl<'a, K, V, Q, R, const SIZE: usize> Iterator for Range<'a, K, V, Q, R, SIZE>
where
    K: Ord + Clone + Borrow<Q>,
    V: Clone,
    Q: Ord + ?Sized,
    R: RangeBounds<Q>,
{
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let (map, bounds) = (self.map, &self.bounds);
        let front = self.front.get_or_insert_with(|| Self::front(map, bounds));
        loop {
            if let Some((key, value)) = front.entries.pop_front() {
                self.is_over = is_after(bounds, key) || self.last.is_some_and(|last| key >= last);
                self.first = Some(key);
                return (!self.is_over).then_some((key, value));
            }
            let Some(node) = front.nodes.pop() else {
                self.is_over = true;
                return None;
            };
            front.entries.extend(node.pairs());
            if !front.is_inside {
                let before = front.entries.partition_point(|(key, _)| is_before(bounds, *key));
                front.entries.drain(..before);
                front.is_inside = true;
            }
            let mut next = node.right();
            while let Some(node) = next {
                next = node.left();
                front.nodes.push(node);
            }
        }
    }
}

impl<K, V, Q, R, const SIZE: usize> DoubleEndedIterator for Range<'_, K, V, Q, R, SIZE>
where
    K: Ord + Clone + Borrow<Q>,
    V: Clone,
    Q: Ord + ?Sized,
    R: RangeBounds<Q>,
{
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let (map, bounds) = (self.map, &self.bounds);
        let back = self.back.get_or_insert_with(|| Self::back(map, bounds));
        loop {
            if let Some((key, value)) = back.entries.pop_back() {
                self.is_over = is_before(bounds, key) || self.first.is_some_and(|first| key <= first);
                self.last = Some(key);
                return (!self.is_over).then_some((key, value));
            }
            let Some(node) = back.nodes.pop() else {
                self.is_over = true;
                return None;
            };
            back.entries.extend(node.pairs());
            if !back.is_inside {
                let until = back.entries.partition_point(|(key, _)| !is_after(bounds, *key));
                back.entries.truncate(until);
                back.is_inside = true;
            }
            let mut next = node.left();
            while let Some(node) = next {
                next = node.right();
                back.nodes.push(node);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::cmp::Ordering;
    use std::collections::BTreeMap;

    use super::*;

    /// Any pair of bounds of a set of numbers, from the front, from the back, and from both in turn, against std's.
    #[test]
    fn as_std_has_it() {
        for count in [0_u32, 1, 7, 8, 9, 40, 100] {
            // Even numbers in an order that makes a tree of some shape.
            let keys = (0..count).map(|it| (it * 37 % count.max(1)) * 2);
            let (mut map, mut model) = (Map::<u32, u32, 8>::new(), BTreeMap::new());
            for key in keys {
                map.insert_cow(key, key);
                model.insert(key, key);
            }
            let ends: Vec<u32> = (0..2 * count + 3).step_by(count as usize / 8 + 1).collect();
            let bounds = |at: u32| [Bound::Included(at), Bound::Excluded(at), Bound::Unbounded];
            for (from, to) in ends.iter().flat_map(|from| ends.iter().map(move |to| (*from, *to))) {
                for start in bounds(from) {
                    for end in bounds(to) {
                        // std's panics at these.
                        let is_odd = from > to
                            || (from == to
                                && !matches!((start, end), (Bound::Included(_), Bound::Included(_))));
                        if is_odd && start != Bound::Unbounded && end != Bound::Unbounded {
                            assert_eq!(range::<_, _, u32, _, 8>(&map, (start, end)).next(), None);
                            continue;
                        }
                        let expect: Vec<u32> = model.range((start, end)).map(|(key, _)| *key).collect();
                        let ours = || range::<_, _, u32, _, 8>(&map, (start, end)).map(|(key, _)| *key);
                        assert_eq!(ours().collect::<Vec<_>>(), expect);
                        let mut backwards: Vec<u32> = ours().rev().collect();
                        backwards.reverse();
                        assert_eq!(backwards, expect);
                        let (mut both, mut head, mut tail) = (ours(), Vec::new(), Vec::new());
                        while let Some(key) = both.next() {
                            head.push(key);
                            tail.extend(both.next_back());
                        }
                        assert_eq!(both.next_back(), None);
                        head.extend(tail.into_iter().rev());
                        assert_eq!(head, expect);
                    }
                }
            }
        }
    }

    thread_local! {
        static COMPARED: Cell<usize> = const { Cell::new(0) };
    }

    /// A number that counts how often it is compared.
    #[derive(Clone, PartialEq, Eq)]
    struct Counted(u32);

    impl Ord for Counted {
        fn cmp(&self, other: &Self) -> Ordering {
            COMPARED.set(COMPARED.get() + 1);
            self.0.cmp(&other.0)
        }
    }

    impl PartialOrd for Counted {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    #[test]
    fn a_few_entries_of_many_are_found_at_once() {
        let mut map = Map::<Counted, (), 32>::new();
        for key in 0..50_000 {
            map.insert_cow(Counted(key), ());
        }
        for forward in [true, false] {
            COMPARED.set(0);
            let some = range::<_, _, Counted, _, 32>(&map, Counted(30_000)..Counted(30_010));
            let count = if forward { some.count() } else { some.rev().count() };
            assert_eq!(count, 10);
            assert!(COMPARED.get() < 300, "{}", COMPARED.get());
        }
    }
}
