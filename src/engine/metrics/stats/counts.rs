//! What goes in and what comes out: counts, levels, intervals and p-values.

use std::f64::consts::LN_10;

use serde::Serialize;

use super::normal;

/// How many of how many: converters among users, errors among requests.
///
/// No more events than trials, so that a rate is between 0 and 1; what breaks this is not a proportion and has no
/// interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    events: u128,
    trials: u128,
}

impl Counts {
    /// `None` if there are more events than trials.
    pub fn new(events: impl Into<u128>, trials: impl Into<u128>) -> Option<Self> {
        let (events, trials) = (events.into(), trials.into());
        (events <= trials).then_some(Self { events, trials })
    }

    /// How often it happened: converters, errors.
    pub fn events(self) -> u128 {
        self.events
    }

    /// How often it could have: users, requests.
    pub fn trials(self) -> u128 {
        self.trials
    }

    /// How often it did not.
    pub fn misses(self) -> u128 {
        self.trials - self.events
    }

    /// events / trials, unrounded; `None` without trials.
    pub fn rate(self) -> Option<f64> {
        (self.trials > 0).then(|| self.events as f64 / self.trials as f64)
    }

    /// At least five expected on either side of the rate, n·p ≥ 5 and n·(1−p) ≥ 5: below, no verdict is given
    /// (the usual condition for a normal approximation; PostHog's too).
    pub fn is_enough(self) -> bool {
        self.events >= 5 && self.misses() >= 5
    }

    pub(super) fn x(self) -> f64 {
        self.events as f64
    }

    pub(super) fn n(self) -> f64 {
        self.trials as f64
    }

    /// n − x
    pub(super) fn y(self) -> f64 {
        self.misses() as f64
    }

    /// p and 1−p, each from its own count; not for zero trials.
    pub(super) fn shares(self) -> (f64, f64) {
        (self.x() / self.n(), self.y() / self.n())
    }

    /// p(1−p)/n, the estimated variance of the rate; not for zero trials.
    pub(super) fn variance(self) -> f64 {
        let (p, q) = self.shares();
        p * q / self.n()
    }
}

/// A range of plausible values, `low` ≤ `high`. In JSON it is an object of the two.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The lower limit.
    pub low: f64,
    /// The upper limit.
    pub high: f64,
}

impl Interval {
    /// centre ∓ half.
    pub(super) fn around(centre: f64, half: f64) -> Self {
        Self {
            low: centre - half,
            high: centre + half,
        }
    }

    /// Does the value lie inside, limits included?
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// How sure an interval is to be: 0.95 for 95%. Two-sided throughout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    alpha: f64,
    z: f64,
}

impl Level {
    /// From the confidence, strictly between 0 and 1.
    pub fn from_confidence(confidence: f64) -> Option<Self> {
        Self::from_alpha(1.0 - confidence)
    }

    /// From the error allowed, alpha = 1 − confidence, strictly between 0 and 1.
    pub fn from_alpha(alpha: f64) -> Option<Self> {
        (alpha > 0.0 && alpha < 1.0).then(|| Self {
            alpha,
            z: normal::upper_quantile(alpha / 2.0),
        })
    }

    /// 1 − confidence.
    pub fn alpha(self) -> f64 {
        self.alpha
    }

    /// The normal quantile at 1 − alpha/2: 1.96 at 95%.
    pub fn z(self) -> f64 {
        self.z
    }
}

impl Default for Level {
    /// 95%.
    fn default() -> Self {
        Self {
            alpha: 0.05,
            z: normal::upper_quantile(0.025),
        }
    }
}

/// A p-value, as its logarithm: the smallest that a f64 can hold (5·10⁻³²⁴) is not small for ten million users.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct PValue {
    ln: f64,
}

impl PValue {
    /// 1: nothing speaks against chance.
    pub const ONE: Self = Self { ln: 0.0 };

    /// From the natural logarithm, capped at p = 1.
    pub(super) fn from_ln(ln: f64) -> Self {
        Self { ln: ln.min(0.0) }
    }

    /// Two-sided, of a statistic that is standard normal by chance: P(|Z| ≥ |z|) = erfc(|z|/√2).
    pub fn of_z(z: f64) -> Self {
        Self::from_ln(normal::ln_outside(z))
    }

    /// The p-value; 0 where it is below what a f64 can hold.
    pub fn p(self) -> f64 {
        self.ln.exp()
    }

    /// Its decimal logarithm, exact where `p` is 0.
    pub fn log10(self) -> f64 {
        self.ln / LN_10
    }
}
