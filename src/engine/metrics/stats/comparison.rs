//! Two proportions: their difference, the p-value between them, and the lift.

use super::{Counts, Interval, Level, PValue, proportion::wilson_reach};

/// Treatment against control. All differences are treatment − control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// p₂ − p₁, formed from the counts as integers.
    pub difference: f64,
    /// The pooled z statistic; `None` where nobody or everybody converted.
    pub z: Option<f64>,
    /// Two-sided, from `z`; 1 where there is none.
    pub p_value: PValue,
    /// The standard error of the difference, unpooled.
    pub standard_error: f64,
    /// The difference ∓ z standard errors (Wald). For comparison: too narrow for small counts.
    pub wald: Interval,
    /// Newcombe's hybrid score interval of the difference (Stat. Med. 17 (1998) 873, method 10).
    pub newcombe: Interval,
    /// The relative lift; `None` where the control has no conversions.
    pub lift: Option<Lift>,
    /// Fewer than 25 conversions in an arm: the lift's interval is better taken from the log-ratio.
    pub is_small: bool,
}

/// p₂/p₁ − 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lift {
    /// 0.1 for a tenth more than the control.
    pub estimate: f64,
    /// Its standard error by the delta method, √(p₂q₂/(p₁²n₂) + p₁q₁p₂²/(p₁⁴n₁)).
    pub standard_error: f64,
    /// The estimate ∓ z of these: what GrowthBook, Statsig and Eppo show.
    pub delta: Interval,
    /// The limits by the logarithm of the ratio (Katz et al., Biometrics 34 (1978) 469); `None` where the treatment
    /// has no conversions.
    pub log_ratio: Option<Interval>,
}

/// Compare two arms; `None` if one of them has no trials.
pub fn compare(control: Counts, treatment: Counts, level: Level) -> Option<Comparison> {
    let (reach1, reach2) = (
        wilson_reach(control, level)?,
        wilson_reach(treatment, level)?,
    );
    let difference = difference(control, treatment)?;
    let standard_error = (control.variance() + treatment.variance()).sqrt();
    let z = pooled_z(control, treatment);
    Some(Comparison {
        difference,
        z,
        p_value: z.map_or(PValue::ONE, PValue::of_z),
        standard_error,
        wald: Interval::around(difference, level.z() * standard_error),
        newcombe: Interval {
            low: difference - reach2.below.hypot(reach1.above),
            high: difference + reach2.above.hypot(reach1.below),
        },
        lift: lift(control, treatment, level),
        is_small: control.events().min(treatment.events()) < 25,
    })
}

/// At least five events and five misses are expected in either arm, were both arms alike: n·p ≥ 5 and n·(1−p) ≥ 5 with
/// the pooled rate p. Below, a normal approximation says nothing.
pub fn is_enough(control: Counts, treatment: Counts) -> bool {
    let trials = control.n() + treatment.n();
    let least = control.n().min(treatment.n());
    let enough = |of_both: f64| least * of_both >= 5.0 * trials;
    trials > 0.0 && enough(control.x() + treatment.x()) && enough(control.y() + treatment.y())
}

/// p₂ − p₁ = (x₂n₁ − x₁n₂)/(n₁n₂), whose numerator is exact; `None` without trials in both.
pub fn difference(control: Counts, treatment: Counts) -> Option<f64> {
    (control.trials() > 0 && treatment.trials() > 0)
        .then(|| cross(control, treatment) / (control.n() * treatment.n()))
}

/// x₂n₁ − x₁n₂, exact before its rounding to f64.
pub(super) fn cross(control: Counts, treatment: Counts) -> f64 {
    difference_of_products(
        treatment.events(),
        control.trials(),
        control.events(),
        treatment.trials(),
    )
}

fn pooled_z(control: Counts, treatment: Counts) -> Option<f64> {
    let (n1, n2) = (control.n(), treatment.n());
    let events = control.x() + treatment.x();
    let misses = control.y() + treatment.y();
    // pp·(1−pp)·(1/n₁ + 1/n₂)
    let variance = events * misses / (n1 * n2 * (n1 + n2));
    (variance > 0.0).then(|| cross(control, treatment) / (n1 * n2) / variance.sqrt())
}

fn lift(control: Counts, treatment: Counts, level: Level) -> Option<Lift> {
    if control.events() == 0 {
        return None;
    }
    let estimate = cross(control, treatment) / control.x() / treatment.n();
    let standard_error = lift_variance(control, treatment).sqrt();
    let log_ratio = (treatment.events() > 0).then(|| {
        // 1/x − 1/n, for each arm
        let of_log = |arm: Counts| arm.y() / arm.n() / arm.x();
        let half = level.z() * (of_log(control) + of_log(treatment)).sqrt();
        let log = if estimate < -0.5 {
            // Far from 0 the ratio has more digits than the lift.
            (treatment.x() / treatment.n() * (control.n() / control.x())).ln()
        } else {
            estimate.ln_1p()
        };
        Interval {
            low: (log - half).exp_m1(),
            high: (log + half).exp_m1(),
        }
    });
    Some(Lift {
        estimate,
        standard_error,
        delta: Interval::around(estimate, level.z() * standard_error),
        log_ratio,
    })
}

/// The variance of p₂/p₁ − 1 by the delta method; only where the control has conversions.
pub(super) fn lift_variance(control: Counts, treatment: Counts) -> f64 {
    let (p1, _) = control.shares();
    let ratio = treatment.shares().0 / p1;
    treatment.variance() / (p1 * p1) + control.variance() / (p1 * p1) * ratio * ratio
}

/// a·b − c·d: the products in 256 bits, rounded once.
fn difference_of_products(a: u128, b: u128, c: u128, d: u128) -> f64 {
    let (left, right) = (wide_product(a, b), wide_product(c, d));
    if left >= right {
        wide_difference(left, right)
    } else {
        -wide_difference(right, left)
    }
}

/// High half, low half.
type Wide = (u128, u128);

fn wide_product(a: u128, b: u128) -> Wide {
    const HALF: u32 = 64;
    const MASK: u128 = (1 << HALF) - 1;
    let (a1, a0, b1, b0) = (a >> HALF, a & MASK, b >> HALF, b & MASK);
    let (low, mid, cross) = (a0 * b0, a1 * b0, a0 * b1);
    let carry = ((low >> HALF) + (mid & MASK) + (cross & MASK)) >> HALF;
    let high = a1 * b1 + (mid >> HALF) + (cross >> HALF) + carry;
    (high, a.wrapping_mul(b))
}

fn wide_difference(larger: Wide, smaller: Wide) -> f64 {
    let (low, borrow) = larger.1.overflowing_sub(smaller.1);
    let high = larger.0 - smaller.0 - u128::from(borrow);
    high as f64 * 2_f64.powi(128) + low as f64
}
