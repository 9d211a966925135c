//! Two equal arms, looked at twenty times: how often is a difference found that is not there?

use super::counts;
use crate::engine::metrics::stats::{Level, comparison, sequential};

const RUNS: u32 = 2_000;
const LOOKS: u32 = 20;
/// New users an arm from look to look.
const USERS: u64 = 250;
const RATE: f64 = 0.3;

/// A small generator with a fixed seed (Steele, Lea and Flood's SplitMix64), so that each run is the same.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// How many of so many users convert, from their distribution added up once.
struct Conversions(Vec<f64>);

impl Conversions {
    fn new(users: u64, rate: f64) -> Self {
        let mut mass = (1.0 - rate).powi(users as i32);
        let mut below = 0.0;
        let cumulative = (0..=users).map(|x| {
            below += mass;
            mass *= (users - x) as f64 / (x + 1) as f64 * rate / (1.0 - rate);
            below
        });
        Self(cumulative.collect())
    }

    fn draw(&self, random: &mut Random) -> u64 {
        let at = random.next() as f64 / 2_f64.powi(64);
        let x = self.0.partition_point(|&below| below < at);
        x.min(self.0.len() - 1) as u64
    }
}

#[test]
fn the_sequence_keeps_its_word_and_the_fixed_p_value_does_not() {
    let conversions = Conversions::new(USERS, RATE);
    let mut random = Random(20_240_515);
    let (mut by_fixed, mut by_sequence, mut at_the_end) = (0, 0, 0);
    for _ in 0..RUNS {
        let mut hits = [0, 0];
        let (mut fixed, mut sequence) = (false, false);
        for look in 1..=LOOKS {
            hits = hits.map(|hits| hits + conversions.draw(&mut random));
            let users = u64::from(look) * USERS;
            let arms = hits.map(|hits| counts(hits, users));
            let compared = comparison::compare(arms[0], arms[1], Level::default()).unwrap();
            let finds = compared.p_value.p() < 0.05;
            fixed |= finds;
            at_the_end += u32::from(finds && look == LOOKS);
            let now = sequential::asymptotic(arms[0], arms[1], 0.05, sequential::DEFAULT_N_STAR);
            let interval = now.unwrap().absolute.interval.unwrap();
            sequence |= !interval.contains(0.0);
        }
        by_fixed += u32::from(fixed);
        by_sequence += u32::from(sequence);
    }
    let share = |found: u32| f64::from(found) / f64::from(RUNS);
    let three_errors = 3.0 * (0.05 * 0.95 / f64::from(RUNS)).sqrt();
    assert!(share(by_fixed) > 0.15, "{}", share(by_fixed));
    assert!(
        share(by_sequence) <= 0.05 + three_errors,
        "{}",
        share(by_sequence)
    );
    // It is no empty promise: it does find something, and one look alone is right.
    assert!(by_sequence > 0);
    assert!(
        (share(at_the_end) - 0.05).abs() <= three_errors,
        "{}",
        share(at_the_end)
    );
}
