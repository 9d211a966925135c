//! One proportion and its interval.

use super::{Counts, Interval, Level, distribution::Beta};

/// Wilson's score interval without continuity correction (Newcombe, Stat. Med. 17 (1998) 857, method 3): exactly 0
/// at no events and exactly 1 where all are. `None` without trials.
pub fn wilson(counts: Counts, level: Level) -> Option<Interval> {
    let (p, _) = (counts.trials() > 0).then(|| counts.shares())?;
    let reach = wilson_reach(counts, level)?;
    // Limits near the ends as their own quotients: a difference to p would lose their digits.
    let shrunk = 1.0 + level.z().powi(2) / counts.n();
    let (p, q) = (p, counts.y() / counts.n());
    let high = p + reach.above;
    let miss_high = q + reach.below;
    Some(Interval {
        low: if counts.events() == 0 {
            0.0
        } else {
            p * p / (shrunk * high)
        },
        high: if counts.events() == counts.trials() {
            1.0
        } else if high > 0.5 {
            1.0 - q * q / (shrunk * miss_high)
        } else {
            high
        },
    })
}

/// How far Wilson's limits lie from the rate itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    pub(super) below: f64,
    pub(super) above: f64,
}

/// The distances that Newcombe's method 10 is made of, without the detour over the limits.
pub(super) fn wilson_reach(counts: Counts, level: Level) -> Option<Reach> {
    if counts.trials() == 0 {
        return None;
    }
    let (n, z) = (counts.n(), level.z());
    let (p, q) = counts.shares();
    let square = z * z / n;
    let half = (square * (p * q + square / 4.0)).sqrt();
    // centre − p = square·(½ − p)/(1 + square)
    let shift = square * (q - p) / 2.0;
    let reach = |distance: f64, at_end: bool| {
        if at_end {
            0.0
        } else {
            distance / (1.0 + square)
        }
    };
    Some(Reach {
        below: reach(half - shift, counts.events() == 0),
        above: reach(half + shift, counts.events() == counts.trials()),
    })
}

/// The exact interval of Clopper and Pearson (Biometrika 26 (1934) 404), for comparison: it covers more than it
/// says. `None` without trials.
pub fn clopper_pearson(counts: Counts, level: Level) -> Option<Interval> {
    if counts.trials() == 0 {
        return None;
    }
    let (x, misses) = (counts.x(), counts.y());
    let q = level.alpha() / 2.0;
    Some(Interval {
        low: if counts.events() == 0 {
            0.0
        } else {
            Beta {
                a: x,
                b: misses + 1.0,
            }
            .quantile(q)
        },
        high: if counts.events() == counts.trials() {
            1.0
        } else {
            Beta {
                a: x + 1.0,
                b: misses,
            }
            .upper_quantile(q)
        },
    })
}
