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
