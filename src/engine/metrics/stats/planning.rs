//! How many users, how small an effect, how long yet: planning a test of two arms of equal size.

use super::normal;

/// What a planned test is to keep: alpha, two-sided, and the power, the chance to find an effect that is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aims {
    z_alpha: f64,
    z_power: f64,
}

impl Aims {
    /// Both strictly between 0 and 1.
    pub fn new(alpha: f64, power: f64) -> Option<Self> {
        let is_inside = |value: f64| value > 0.0 && value < 1.0;
        (is_inside(alpha) && is_inside(power)).then(|| Self {
            z_alpha: normal::upper_quantile(alpha / 2.0),
            z_power: -normal::upper_quantile(power),
        })
    }
}

impl Default for Aims {
    /// alpha 5%, power 80%.
    fn default() -> Self {
        Self::new(0.05, 0.8).expect("both are between 0 and 1")
    }
}

/// Users needed in each arm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleSize {
    /// As the formula gives it.
    pub per_arm_exact: f64,
    /// Rounded up.
    pub per_arm: f64,
    /// With the variance of no effect taken at the baseline alone, rounded to the nearest: the number on Evan
    /// Miller's page.
    pub per_arm_baseline_variance: f64,
}

/// The variance of one user's outcome.
fn variance(p: f64) -> f64 {
    p * (1.0 - p)
}

/// The users that finding p₂ instead of p₁ takes: R's power.prop.test.
///
/// (z_{1−alpha/2}·√(2p̄q̄) + z_power·√(p₁q₁ + p₂q₂))² / (p₁−p₂)², with p̄ the mean of both. `None` if the rates are
/// equal or not within 0 and 1, or if less than alpha/2 of power is asked for, which no users at all would give.
pub fn sample_size(p1: f64, p2: f64, aims: Aims) -> Option<SampleSize> {
    let rates = 0.0..=1.0;
    let gap = p2 - p1;
    if gap == 0.0 || !rates.contains(&p1) || !rates.contains(&p2) {
        return None;
    }
    let under_effect = aims.z_power * (variance(p1) + variance(p2)).sqrt();
    let needed = |null: f64| {
        let root = aims.z_alpha * (2.0 * null).sqrt() + under_effect;
        (root > 0.0).then(|| (root / gap).powi(2))
    };
    let per_arm_exact = needed(variance(f64::midpoint(p1, p2)))?;
    Some(SampleSize {
        per_arm_exact,
        per_arm: per_arm_exact.ceil(),
        per_arm_baseline_variance: needed(variance(p1)).unwrap_or(0.0).round(),
    })
}

/// The chance to find p₂ instead of p₁ with `per_arm` users in each arm, counting only findings in the true direction.
///
/// `None` if a rate is not within 0 and 1, `per_arm` not above 0 or alpha not between 0 and 1.
pub fn power(p1: f64, p2: f64, per_arm: f64, alpha: f64) -> Option<f64> {
    let rates = 0.0..=1.0;
    let is_usable = per_arm > 0.0 && per_arm.is_finite() && alpha > 0.0 && alpha < 1.0;
    if !is_usable || !rates.contains(&p1) || !rates.contains(&p2) {
        return None;
    }
    let z_alpha = normal::upper_quantile(alpha / 2.0);
    let beyond =
        (p2 - p1).abs() * per_arm.sqrt() - z_alpha * (2.0 * variance(f64::midpoint(p1, p2))).sqrt();
    let spread = (variance(p1) + variance(p2)).sqrt();
    if spread == 0.0 {
        // Both outcomes are certain, and so is what the test says.
        return Some(if beyond > 0.0 { 1.0 } else { 0.0 });
    }
    Some(normal::lower(beyond / spread))
}

/// The smallest effect that a test finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mde {
    /// p₂ − p₁, in points.
    pub absolute: f64,
    /// p₂/p₁ − 1; `None` at a baseline of 0.
    pub relative: Option<f64>,
}

/// The smallest increase over `p1` that `per_arm` users in each arm find with the power aimed at: [`sample_size`]
/// solved for p₂ by bisection.
///
/// `None` if even p₂ = 1 would not do, or if `p1` is not at least 0 and below 1 or `per_arm` not above 0.
pub fn mde(p1: f64, per_arm: f64, aims: Aims) -> Option<Mde> {
    let is_usable = (0.0..1.0).contains(&p1) && per_arm > 0.0 && per_arm.is_finite();
    if !is_usable {
        return None;
    }
    // Concave in the increase, and not below 0 at none: it crosses once.
    let missing = |increase: f64| {
        let p2 = p1 + increase;
        let q2 = 1.0 - p1 - increase;
        let (p, q) = (p1 + increase / 2.0, 1.0 - p1 - increase / 2.0);
        aims.z_alpha * (2.0 * p * q).sqrt()
            + aims.z_power * (variance(p1) + p2 * q2.max(0.0)).sqrt()
            - increase * per_arm.sqrt()
    };
    let (mut low, mut high) = (0.0, 1.0 - p1);
    if missing(high) > 0.0 || aims.z_alpha + aims.z_power <= 0.0 {
        return None;
    }
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if missing(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(Mde {
        absolute: high,
        relative: (p1 > 0.0).then(|| high / p1),
    })
}

/// How long until there are enough users.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DaysLeft {
    /// There are enough.
    Enough,
    /// So many days, rounded up.
    Days(u32),
    /// Past 365 days.
    MoreThanAYear,
}

/// New users a day: the median of the last seven of these days (of fewer where there are fewer). `None` without any.
pub fn pace(new_per_day: &[u64]) -> Option<f64> {
    let mut last: Vec<_> = new_per_day.iter().rev().take(7).copied().collect();
    last.sort_unstable();
    let middle = last.len() / 2;
    let upper = *last.get(middle)? as f64;
    Some(if last.len() % 2 == 1 {
        upper
    } else {
        f64::midpoint(last[middle - 1] as f64, upper)
    })
}

/// The days that the users still missing in an arm take, at its [`pace`]. `None` where that is 0 or no day is given.
pub fn days_left(needed: f64, now: u64, new_per_day: &[u64]) -> Option<DaysLeft> {
    let missing = needed - now as f64;
    if missing <= 0.0 {
        return Some(DaysLeft::Enough);
    }
    let pace = pace(new_per_day).filter(|pace| *pace > 0.0)?;
    let days = (missing / pace).ceil();
    Some(if days > 365.0 {
        DaysLeft::MoreThanAYear
    } else {
        DaysLeft::Days(days as u32)
    })
}
