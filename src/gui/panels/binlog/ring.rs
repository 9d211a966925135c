//! The transactions that are held: the newest of a stream, in bounded memory. The oldest fall off, and are counted.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use super::held::Held;

/// How much is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub transactions: usize,
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            transactions: 100_000,
            bytes: 256 << 20,
        }
    }
}

/// What was logged in one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Second {
    pub transactions: u64,
    pub rows: u64,
    pub bytes: u64,
    /// Large or long ones among them.
    pub notable: u64,
}

/// Transactions that are more than this are notable.
pub const MANY_ROWS: u64 = 10_000;
pub const MANY_BYTES: u64 = 4_000_000;
pub const LONG: Duration = Duration::from_secs(5);
/// Over how long the rate is taken.
const RATE: Duration = Duration::from_secs(5);

/// Whether a transaction is larger, or took longer, than one looks for in passing.
pub fn is_notable(held: &Held) -> bool {
    held.rows >= MANY_ROWS || held.end.bytes >= MANY_BYTES || held.took().duration() >= LONG
}

#[derive(Default)]
pub struct Ring {
    limits: Limits,
    held: VecDeque<Arc<Held>>,
    /// The number of the oldest; numbers go on for as long as the ring is there.
    first: u64,
    bytes: usize,
    fallen: u64,
    fallen_rows: u64,
    seconds: BTreeMap<u32, Second>,
    /// When transactions came, and with how many rows.
    came: VecDeque<(Instant, u64, u64)>,
}

impl Ring {
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// One more, the newest.
    pub fn push(&mut self, held: Arc<Held>) {
        let second = self.seconds.entry(held.second()).or_default();
        second.transactions += 1;
        second.rows += held.rows;
        second.bytes += held.end.bytes;
        second.notable += u64::from(is_notable(&held));
        self.bytes += held.memory();
        self.held.push_back(held);
        while self.held.len() > self.limits.transactions
            || self.bytes > self.limits.bytes && self.held.len() > 1
        {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let Some(oldest) = self.held.pop_front() else {
            return;
        };
        self.first += 1;
        self.bytes -= oldest.memory();
        self.fallen += 1;
        self.fallen_rows += oldest.rows;
        let at = oldest.second();
        if let Some(second) = self.seconds.get_mut(&at) {
            second.transactions -= 1;
            second.rows -= oldest.rows;
            second.bytes -= oldest.end.bytes;
            second.notable -= u64::from(is_notable(&oldest));
            if second.transactions == 0 {
                self.seconds.remove(&at);
            }
        }
    }

    /// So many came just now; for the rate.
    pub fn arrived(&mut self, now: Instant, transactions: u64, rows: u64) {
        self.came.push_back((now, transactions, rows));
        while self.came.front().is_some_and(|(at, ..)| now - *at > RATE) {
            self.came.pop_front();
        }
    }

    /// Transactions and rows a second, over the last five.
    pub fn rate(&self, now: Instant) -> (f64, f64) {
        let recent = self
            .came
            .iter()
            .filter(|(at, ..)| now.saturating_duration_since(*at) <= RATE);
        let (transactions, rows) = recent.fold((0, 0), |(transactions, rows), came| {
            (transactions + came.1, rows + came.2)
        });
        let over = RATE.as_secs_f64();
        (transactions as f64 / over, rows as f64 / over)
    }

    pub fn len(&self) -> usize {
        self.held.len()
    }

    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// The number of the oldest that is held.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The number that the next one will have.
    pub fn next(&self) -> u64 {
        self.first + self.held.len() as u64
    }

    /// By its number.
    pub fn get(&self, number: u64) -> Option<&Arc<Held>> {
        self.held
            .get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// From a number on, with their numbers.
    pub fn since(&self, number: u64) -> impl Iterator<Item = (u64, &Arc<Held>)> {
        let skipped = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let first = self.first + skipped as u64;
        (first..).zip(self.held.iter().skip(skipped))
    }

    /// Bytes that are held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Transactions that fell off, and their rows.
    pub fn fallen(&self) -> (u64, u64) {
        (self.fallen, self.fallen_rows)
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// What was logged by second since 1970 UTC.
    pub fn seconds(&self) -> &BTreeMap<u32, Second> {
        &self.seconds
    }

    /// Forget everything but the numbers: what is known by an old one is not another now.
    pub fn clear(&mut self) {
        *self = Self {
            first: self.next(),
            ..Self::with_limits(self.limits)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::held::{Gathering, test::recorded},
        *,
    };

    fn all() -> Vec<Arc<Held>> {
        recorded("mysql", Gathering::default())
    }

    fn filled(limits: Limits) -> (Ring, Vec<Arc<Held>>) {
        let all = all();
        let mut ring = Ring::with_limits(limits);
        for held in &all {
            ring.push(held.clone());
        }
        (ring, all)
    }

    /// What is counted by second is what is held.
    fn check_seconds(ring: &Ring) {
        let counts = ring.seconds().values();
        let counted = counts.fold((0, 0, 0), |sum, one| {
            assert!(one.transactions > 0, "empty seconds are forgotten");
            (
                sum.0 + one.transactions,
                sum.1 + one.rows,
                sum.2 + one.bytes,
            )
        });
        let held = ring.since(0).fold((0, 0, 0), |sum, (_, held)| {
            (sum.0 + 1, sum.1 + held.rows, sum.2 + held.end.bytes)
        });
        assert_eq!(counted, held);
    }

    #[test]
    fn the_oldest_fall_off_and_are_counted_and_numbers_stay() {
        let limits = Limits {
            transactions: 5,
            ..Limits::default()
        };
        let (ring, all) = filled(limits);
        let fallen = all.len() - 5;
        assert_eq!(ring.len(), 5);
        assert_eq!(ring.first(), fallen as u64);
        assert_eq!(ring.fallen().0, fallen as u64);
        let rows: u64 = all[..fallen].iter().map(|held| held.rows).sum();
        assert_eq!(ring.fallen().1, rows);
        assert!(ring.get(ring.first() - 1).is_none());
        assert!(Arc::ptr_eq(ring.get(ring.first()).unwrap(), &all[fallen]));
        assert!(Arc::ptr_eq(
            ring.get(ring.next() - 1).unwrap(),
            all.last().unwrap()
        ));
        assert_eq!(ring.since(ring.next() - 2).count(), 2);
        check_seconds(&ring);
    }

    #[test]
    fn bytes_are_bounded_too_but_one_is_always_held() {
        let largest = all().iter().map(|held| held.memory()).max().unwrap();
        let limits = Limits {
            bytes: 3 * largest,
            ..Limits::default()
        };
        let (ring, all) = filled(limits);
        assert!(ring.bytes() <= limits.bytes && ring.len() < all.len());
        let held: usize = ring.since(0).map(|(_, held)| held.memory()).sum();
        assert_eq!(ring.bytes(), held);
        check_seconds(&ring);

        let (ring, _) = filled(Limits { bytes: 1, ..limits });
        assert_eq!(ring.len(), 1);
    }

    #[test]
    fn a_ring_that_is_cleared_goes_on_with_its_numbers() {
        let (mut ring, all) = filled(Limits::default());
        ring.clear();
        assert!(ring.is_empty() && ring.seconds().is_empty());
        assert_eq!((ring.bytes(), ring.fallen()), (0, (0, 0)));
        ring.push(all[0].clone());
        assert_eq!(ring.first(), all.len() as u64);
        assert!(ring.get(0).is_none());
    }

    #[test]
    fn the_rate_is_of_the_last_five_seconds() {
        let mut ring = Ring::default();
        let begin = Instant::now();
        ring.arrived(begin, 100, 1000);
        ring.arrived(begin + Duration::from_secs(4), 50, 50);
        assert_eq!(ring.rate(begin + Duration::from_secs(4)), (30.0, 210.0));
        assert_eq!(ring.rate(begin + Duration::from_secs(8)), (10.0, 10.0));
        assert_eq!(ring.rate(begin + Duration::from_secs(20)), (0.0, 0.0));
    }
}
