//! MySQL's sets of GTIDs: by origin, the intervals of its numbers, sorted, apart from each other and never empty.

use std::collections::{BTreeMap, btree_map::Entry};

use serde::{Deserialize, Serialize};

use super::{GtidError, MOST_INTERVALS, MySqlGtid, Origin};

/// From `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// A set of MySQL's GTIDs. In files and JSON it is its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct MySqlGtidSet {
    origins: BTreeMap<Origin, Vec<Interval>>,
    /// Of all origins.
    intervals: usize,
}

impl From<MySqlGtidSet> for String {
    fn from(set: MySqlGtidSet) -> Self {
        set.to_string()
    }
}

impl TryFrom<String> for MySqlGtidSet {
    type Error = GtidError;

    fn try_from(text: String) -> Result<Self, GtidError> {
        text.parse()
    }
}

impl MySqlGtidSet {
    /// Whether it has no GTID.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// How many GTIDs it has.
    pub fn count(&self) -> u128 {
        let intervals = self.origins.values().flatten();
        intervals
            .map(|interval| u128::from(interval.end - interval.start))
            .sum()
    }

    /// How many intervals it has: what it costs to hold it.
    pub fn intervals(&self) -> usize {
        self.intervals
    }

    /// By origin, in the order of their texts: the first and last number of each interval.
    pub fn iter(&self) -> impl Iterator<Item = (&Origin, impl Iterator<Item = (u64, u64)>)> {
        self.origins.iter().map(|(origin, intervals)| {
            let ends = intervals.iter();
            (
                origin,
                ends.map(|interval| (interval.start, interval.end - 1)),
            )
        })
    }

    /// Whether this GTID is in it.
    pub fn contains(&self, gtid: &MySqlGtid) -> bool {
        let intervals = self.origins.get(&gtid.origin);
        intervals.is_some_and(|intervals| {
            let after = intervals.partition_point(|interval| interval.end <= gtid.number);
            intervals
                .get(after)
                .is_some_and(|interval| interval.start <= gtid.number)
        })
    }

    /// Whether all of it is in the other.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.origins.iter().all(|(origin, intervals)| {
            let theirs = other.origins.get(origin).map_or(&[][..], Vec::as_slice);
            subtract(intervals, theirs).is_empty()
        })
    }

    /// Whether the other has, of each origin, the last of these or a later one.
    pub(super) fn is_reached_by(&self, other: &Self) -> bool {
        self.origins.iter().all(|(origin, intervals)| {
            let theirs = other.origins.get(origin).and_then(|of| of.last());
            theirs.map(|last| last.end) >= intervals.last().map(|last| last.end)
        })
    }

    /// Put one GTID in.
    pub fn add(&mut self, gtid: &MySqlGtid) -> Result<(), GtidError> {
        self.add_interval(gtid.origin, gtid.number, gtid.number)
    }

    /// Put `first..=last` in; nothing where `last` is before `first`.
    pub fn add_interval(&mut self, origin: Origin, first: u64, last: u64) -> Result<(), GtidError> {
        if first > last {
            return Ok(());
        }
        let new = Interval {
            start: first,
            end: last.saturating_add(1),
        };
        if self.intervals >= MOST_INTERVALS && !self.touches(&origin, new) {
            return Err(GtidError::TooMany);
        }
        let intervals = self.origins.entry(origin).or_default();
        let before = intervals.len();
        insert(intervals, new);
        self.intervals = self.intervals + intervals.len() - before;
        Ok(())
    }

    /// Would this interval only make others longer?
    fn touches(&self, origin: &Origin, new: Interval) -> bool {
        self.origins.get(origin).is_some_and(|intervals| {
            let at = intervals.partition_point(|interval| interval.end < new.start);
            intervals.get(at).is_some_and(|near| near.start <= new.end)
        })
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut union = self.clone();
        for (origin, theirs) in &other.origins {
            match union.origins.entry(*origin) {
                Entry::Vacant(entry) => {
                    entry.insert(theirs.clone());
                }
                Entry::Occupied(mut entry) => {
                    let both = merge(entry.get(), theirs);
                    entry.insert(both);
                }
            }
        }
        union.counted()
    }

    /// What is in this one and not in the other.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        self.by_origin(|origin, ours| match other.origins.get(origin) {
            Some(theirs) => subtract(ours, theirs),
            None => ours.to_vec(),
        })
    }

    /// What is in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        self.by_origin(|origin, ours| match other.origins.get(origin) {
            Some(theirs) => intersect(ours, theirs),
            None => Vec::new(),
        })
    }

    fn by_origin(&self, of: impl Fn(&Origin, &[Interval]) -> Vec<Interval>) -> Self {
        let origins = self.origins.iter().filter_map(|(origin, ours)| {
            let left = of(origin, ours);
            (!left.is_empty()).then_some((*origin, left))
        });
        let set = Self {
            origins: origins.collect(),
            intervals: 0,
        };
        set.counted()
    }

    fn counted(mut self) -> Self {
        self.intervals = self.origins.values().map(Vec::len).sum();
        self
    }

    pub(super) fn origins(&self) -> &BTreeMap<Origin, Vec<Interval>> {
        &self.origins
    }
}

/// A set from intervals in any order: they are sorted once, for a text of a million that descend would else be
/// inserted a million times before all others.
#[derive(Default)]
pub(super) struct Builder {
    origins: BTreeMap<Origin, Vec<Interval>>,
    intervals: usize,
}

impl Builder {
    /// Put `start..end` in; nothing where that is empty.
    pub(super) fn push(&mut self, origin: Origin, start: u64, end: u64) -> Result<(), GtidError> {
        if start >= end {
            return Ok(());
        }
        if self.intervals >= MOST_INTERVALS {
            return Err(GtidError::TooMany);
        }
        self.intervals += 1;
        let intervals = self.origins.entry(origin).or_default();
        intervals.push(Interval { start, end });
        Ok(())
    }

    pub(super) fn finish(mut self) -> MySqlGtidSet {
        for intervals in self.origins.values_mut() {
            *intervals = merge(intervals, &[]);
        }
        let set = MySqlGtidSet {
            origins: self.origins,
            intervals: 0,
        };
        set.counted()
    }
}

/// Put one interval where it belongs, joined with those that it touches.
fn insert(intervals: &mut Vec<Interval>, new: Interval) {
    // The next transaction of an origin is nearly always the one after its last.
    if let Some(last) = intervals.last_mut()
        && last.start <= new.start
        && new.start <= last.end
    {
        last.end = last.end.max(new.end);
        return;
    }
    let from = intervals.partition_point(|interval| interval.end < new.start);
    let to = intervals.partition_point(|interval| interval.start <= new.end);
    let touched = intervals.get(from..to).unwrap_or_default();
    let joined = Interval {
        start: touched
            .first()
            .map_or(new.start, |first| first.start.min(new.start)),
        end: touched.last().map_or(new.end, |last| last.end.max(new.end)),
    };
    intervals.splice(from..to, [joined]);
}

fn merge(left: &[Interval], right: &[Interval]) -> Vec<Interval> {
    let mut all: Vec<Interval> = left.iter().chain(right).copied().collect();
    all.sort_unstable_by_key(|interval| interval.start);
    let mut merged: Vec<Interval> = Vec::with_capacity(all.len());
    for next in all {
        match merged.last_mut() {
            Some(last) if next.start <= last.end => last.end = last.end.max(next.end),
            _ => merged.push(next),
        }
    }
    merged
}

fn subtract(ours: &[Interval], theirs: &[Interval]) -> Vec<Interval> {
    let mut left = Vec::new();
    let mut theirs = theirs.iter().peekable();
    for interval in ours {
        let mut start = interval.start;
        while theirs.next_if(|taken| taken.end <= start).is_some() {}
        while let Some(taken) = theirs.peek().filter(|taken| taken.start < interval.end) {
            if start < taken.start {
                left.push(Interval {
                    start,
                    end: taken.start,
                });
            }
            start = start.max(taken.end);
            if taken.end > interval.end {
                break; // it reaches into our next one
            }
            theirs.next();
        }
        if start < interval.end {
            left.push(Interval {
                start,
                end: interval.end,
            });
        }
    }
    left
}

fn intersect(ours: &[Interval], theirs: &[Interval]) -> Vec<Interval> {
    let mut both = Vec::new();
    let (mut ours, mut theirs) = (ours.iter().peekable(), theirs.iter().peekable());
    while let (Some(a), Some(b)) = (ours.peek(), theirs.peek()) {
        let (start, end) = (a.start.max(b.start), a.end.min(b.end));
        if start < end {
            both.push(Interval { start, end });
        }
        if a.end <= b.end {
            ours.next();
        } else {
            theirs.next();
        }
    }
    both
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::engine::binlog::gtid::{Tag, Uuid};

    fn origin(index: u8) -> Origin {
        let tag = ["", "a", "b"].into_iter().nth(usize::from(index % 3));
        Origin {
            uuid: Uuid([index / 3; 16]),
            tag: Tag::new(tag.unwrap()).unwrap(),
        }
    }

    fn set_of(numbers: &[(u8, u64, u64)]) -> (MySqlGtidSet, BTreeSet<(u8, u64)>) {
        let mut set = MySqlGtidSet::default();
        let mut plain = BTreeSet::new();
        for (index, first, more) in numbers {
            set.add_interval(origin(*index), *first, first + more)
                .unwrap();
            plain.extend((*first..=first + more).map(|number| (*index, number)));
        }
        (set, plain)
    }

    fn from_plain(plain: &BTreeSet<(u8, u64)>) -> MySqlGtidSet {
        let mut set = MySqlGtidSet::default();
        for (index, number) in plain {
            let gtid = MySqlGtid {
                origin: origin(*index),
                number: *number,
            };
            set.add(&gtid).unwrap();
        }
        set
    }

    fn numbers() -> impl Strategy<Value = Vec<(u8, u64, u64)>> {
        prop::collection::vec((0_u8..5, 1_u64..60, 0_u64..9), 0..20)
    }

    proptest! {
        #[test]
        fn sets_are_what_sets_of_numbers_are(left in numbers(), right in numbers()) {
            let ((a, plain_a), (b, plain_b)) = (set_of(&left), set_of(&right));
            prop_assert_eq!(&a, &from_plain(&plain_a));
            prop_assert_eq!(a.count(), plain_a.len() as u128);
            let union = &plain_a | &plain_b;
            prop_assert_eq!(a.union(&b), from_plain(&union));
            let both = &plain_a & &plain_b;
            prop_assert_eq!(a.intersect(&b), from_plain(&both));
            let rest = &plain_a - &plain_b;
            prop_assert_eq!(a.subtract(&b), from_plain(&rest));
            prop_assert_eq!(a.is_subset_of(&b), plain_a.is_subset(&plain_b));
            for (index, number) in union {
                let gtid = MySqlGtid { origin: origin(index), number };
                prop_assert_eq!(a.contains(&gtid), plain_a.contains(&(index, number)));
            }
            prop_assert_eq!(a.intervals(), a.origins.values().map(Vec::len).sum::<usize>());
            prop_assert_eq!(a.to_string().parse(), Ok(a));
        }
    }

    #[test]
    fn a_set_of_all_numbers_is_counted() {
        let uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
        let all: MySqlGtidSet = format!("{uuid}:1-9223372036854775806:t:1-9223372036854775806")
            .parse()
            .unwrap();
        assert_eq!(all.count(), 2 * 9_223_372_036_854_775_806);
        assert_eq!(all.intervals(), 2);
    }

    #[test]
    fn a_set_grows_to_its_limit_and_says_so() {
        let mut set = MySqlGtidSet::default();
        for step in 0..MOST_INTERVALS as u64 {
            set.add_interval(origin(0), 2 * step + 1, 2 * step + 1)
                .unwrap();
        }
        assert_eq!(
            set.add_interval(origin(0), 5_000_001, 5_000_001),
            Err(GtidError::TooMany)
        );
        assert_eq!(set.add_interval(origin(1), 1, 1), Err(GtidError::TooMany));
        set.add_interval(origin(0), 2, 2).unwrap();
        assert_eq!(set.intervals(), MOST_INTERVALS - 1);
    }
}
