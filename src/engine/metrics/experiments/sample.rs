//! Some of an experiment's users, for tables that are too large to read: each user is in the sample or not by a hash of
//! the name, in all statements alike. Rates and tests take the sample as it is; counts are scaled up, with an interval,
//! and never enter the contract.

use serde::Serialize;

use crate::engine::metrics::stats::{Interval, Level};

/// One user in so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// So many users for each that is read.
    pub one_in: u32,
}

impl Sample {
    /// `None` for fewer than one in two, which is no sample.
    pub fn new(one_in: u32) -> Option<Self> {
        (one_in > 1).then_some(Self { one_in })
    }

    /// The condition on the column of users, beginning with AND.
    ///
    /// The hash is of bytes, and who is the same user is the collation's to say: LOWER makes one of what differs in
    /// case alone. Spellings that differ in accents, width or spaces at the end, and that the collation takes for
    /// equal, may still be in the sample in part.
    pub(super) fn condition(self, user: &str) -> String {
        format!(" AND CRC32(LOWER({user})) % {} = 0", self.one_in)
    }

    /// The same with the rows that have no user, which no hash would keep.
    pub(super) fn condition_or_none(self, user: &str) -> String {
        format!(
            " AND (CRC32(LOWER({user})) % {} = 0 OR {user} IS NULL)",
            self.one_in
        )
    }

    /// How many users there are in all, about, where so many are in the sample: each is in it with the same chance,
    /// and so the number that is has about the variance users · (1 − 1 / one_in).
    pub fn estimate(self, users: u64, level: Level) -> (u64, Interval) {
        let scale = f64::from(self.one_in);
        let half = level.z() * (users as f64 * (1.0 - 1.0 / scale)).sqrt() * scale;
        let centre = users as f64 * scale;
        let interval = Interval {
            low: (centre - half).max(users as f64),
            high: centre + half,
        };
        (users * u64::from(self.one_in), interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_scaled_with_an_interval_and_one_in_one_is_no_sample() {
        assert_eq!(Sample::new(1), None);
        let sample = Sample::new(64).unwrap();
        let (users, interval) = sample.estimate(10_000, Level::default());
        assert_eq!(users, 640_000);
        assert!(interval.contains(640_000.0) && !interval.contains(600_000.0));
        let (users, interval) = sample.estimate(0, Level::default());
        assert_eq!((users, interval.high.to_bits()), (0, 0));
    }
}
