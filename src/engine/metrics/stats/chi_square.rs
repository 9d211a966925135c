//! Did the split go as planned: chi-square tests of counts.

use std::ops::Range;

use super::{
    Counts, Interval, Level, PValue, comparison::cross, distribution::ln_chi_square_upper,
};

/// A chi-square test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    /// Pearson's statistic.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: u64,
    /// The chance of such a statistic or a larger one.
    pub p_value: PValue,
}

impl ChiSquare {
    fn new(statistic: f64, df: u64) -> Self {
        Self {
            statistic,
            df,
            p_value: PValue::from_ln(ln_chi_square_upper(statistic, df)),
        }
    }
}

/// Users against the split that was planned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Srm {
    /// Pearson's test against the weights.
    pub test: ChiSquare,
    /// The largest |share − planned share|, 0.001 for a tenth of a point.
    pub max_abs_deviation: f64,
    /// The smallest number of users that an arm should have had.
    pub least_expected: f64,
}

/// What to make of a test of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Nothing to see.
    Green,
    /// Look into it.
    Yellow,
    /// Check the data before the results.
    Red,
}

impl Srm {
    /// Red below p = 0.001 where a share is off by a tenth of a point or more; else yellow below 0.01 (Statsig's
    /// rule). `None` where an arm should have fewer than ten users.
    pub fn alarm(&self) -> Option<Alarm> {
        if self.least_expected < 10.0 {
            return None;
        }
        let p = self.test.p_value.p();
        Some(if p < 0.001 && self.max_abs_deviation >= 0.001 {
            Alarm::Red
        } else if p < 0.01 {
            Alarm::Yellow
        } else {
            Alarm::Green
        })
    }
}

/// Sample-ratio mismatch: users per arm against weights, of which only the proportions matter.
///
/// `None` with fewer than two arms, without users, if the two differ in length, or if a weight is not a number
/// above 0.
pub fn srm(users: &[u128], weights: &[f64]) -> Option<Srm> {
    let total: f64 = users.iter().map(|&count| count as f64).sum();
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let usable = |weight: &f64| weight.is_finite() && *weight > 0.0 && weight / largest > 0.0;
    if users.len() < 2 || users.len() != weights.len() || total == 0.0 {
        return None;
    }
    if !weights.iter().all(usable) {
        return None;
    }
    // Relative to the largest, so that neither tiny nor huge weights leave f64 when added up.
    let all: f64 = weights.iter().map(|weight| weight / largest).sum();
    let mut statistic = 0.0;
    let mut max_abs_deviation = 0.0_f64;
    let mut least_expected = f64::INFINITY;
    for (&count, weight) in users.iter().zip(weights) {
        let share = weight / largest / all;
        let expected = share * total;
        let off = count as f64 - expected;
        statistic += off / expected * off;
        max_abs_deviation = max_abs_deviation.max((off / total).abs());
        least_expected = least_expected.min(expected);
    }
    Some(Srm {
        test: ChiSquare::new(statistic, users.len() as u64 - 1),
        max_abs_deviation,
        least_expected,
    })
}

/// Does the split stay the same from day to day?
#[derive(Clone, Debug, PartialEq)]
pub struct Homogeneity {
    /// Pearson's test of the table of days and variants.
    pub test: ChiSquare,
    /// The days as they were put together: each a range of rows of the input.
    pub groups: Vec<Range<usize>>,
}

impl Homogeneity {
    /// Yellow below p = 0.001.
    pub fn alarm(&self) -> Alarm {
        if self.test.p_value.p() < 0.001 {
            Alarm::Yellow
        } else {
            Alarm::Green
        }
    }
}

/// First exposures by day (rows, in order) and variant (columns). Neighbouring days are put together until each cell
/// expects five or more, as Pearson's test wants (Cochran, Biometrics 10 (1954) 417).
///
/// Variants that nobody saw are left out. `None` if fewer than two variants or two groups of days are left, or
/// if rows differ in length.
pub fn homogeneity(days: &[Vec<u64>]) -> Option<Homogeneity> {
    const LEAST_EXPECTED: f64 = 5.0;
    let width = days.first()?.len();
    if days.iter().any(|day| day.len() != width) {
        return None;
    }
    let column = |variant: usize| -> f64 { days.iter().map(|day| day[variant] as f64).sum() };
    let (seen, totals): (Vec<_>, Vec<_>) = (0..width)
        .map(|variant| (variant, column(variant)))
        .filter(|(_, total)| *total > 0.0)
        .unzip();
    let all: f64 = totals.iter().sum();
    let rarest = totals.iter().copied().fold(f64::INFINITY, f64::min) / all;
    let users = |range: Range<usize>| -> f64 {
        days[range]
            .iter()
            .flatten()
            .map(|&count| count as f64)
            .sum()
    };

    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for end in 1..=days.len() {
        if users(start..end) * rarest >= LEAST_EXPECTED {
            groups.push(start..end);
            start = end;
        }
    }
    // What is left over joins the last group.
    groups.last_mut()?.end = days.len();
    if groups.len() < 2 || seen.len() < 2 {
        return None;
    }
    let mut statistic = 0.0;
    for group in &groups {
        let here = users(group.clone());
        for (&variant, total) in seen.iter().zip(&totals) {
            let observed: f64 = days[group.clone()]
                .iter()
                .map(|day| day[variant] as f64)
                .sum();
            let expected = here * (total / all);
            statistic += (observed - expected).powi(2) / expected;
        }
    }
    let df = (groups.len() as u64 - 1) * (seen.len() as u64 - 1);
    Some(Homogeneity {
        test: ChiSquare::new(statistic, df),
        groups,
    })
}

/// Treatment against control within each stratum, put together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stratified {
    /// The common odds ratio, treatment over control (Mantel and Haenszel, JNCI 22 (1959) 719); `None` where its
    /// denominator is 0.
    pub odds_ratio: Option<f64>,
    /// Its interval, by the variance of Robins, Breslow and Greenland (Biometrics 42 (1986) 311); `None` where the
    /// ratio is 0 or undefined.
    pub interval: Option<Interval>,
    /// Mantel and Haenszel's test without continuity correction.
    pub test: ChiSquare,
}

/// Pairs of control and treatment, a stratum each, such as days. Strata that say nothing (an empty arm, nobody or
/// everybody converted) are left out; `None` if none is left.
pub fn mantel_haenszel(strata: &[(Counts, Counts)], level: Level) -> Option<Stratified> {
    let (mut excess, mut variance) = (0.0, 0.0);
    let (mut with, mut against) = (0.0, 0.0);
    let (mut both_with, mut mixed, mut both_against) = (0.0, 0.0, 0.0);
    for &(control, treatment) in strata {
        let users = control.n() + treatment.n();
        let (hits, misses) = (control.x() + treatment.x(), control.y() + treatment.y());
        if control.n() * treatment.n() * hits * misses == 0.0 {
            continue;
        }
        excess += cross(control, treatment) / users;
        variance += control.n() / users * treatment.n() / users * hits * (misses / (users - 1.0));
        // R, S, P and Q of Robins, Breslow and Greenland.
        let (r, s) = (
            treatment.x() / users * control.y(),
            treatment.y() / users * control.x(),
        );
        let p = (treatment.x() + control.y()) / users;
        let q = (treatment.y() + control.x()) / users;
        with += r;
        against += s;
        both_with += p * r;
        mixed += p * s + q * r;
        both_against += q * s;
    }
    if variance == 0.0 {
        return None;
    }
    let odds_ratio = (against > 0.0).then(|| with / against);
    let interval = odds_ratio.filter(|ratio| *ratio > 0.0).map(|ratio| {
        let of_log =
            (both_with / with / with + mixed / with / against + both_against / against / against)
                / 2.0;
        let half = level.z() * of_log.sqrt();
        Interval {
            low: ratio * (-half).exp(),
            high: ratio * half.exp(),
        }
    });
    Some(Stratified {
        odds_ratio,
        interval,
        test: ChiSquare::new(excess * excess / variance, 1),
    })
}
