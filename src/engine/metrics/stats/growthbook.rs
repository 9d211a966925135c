//! The figures that GrowthBook would show: gbstats 0.8.0 for proportions, its Welch t-test and its Bayesian test with
//! the flat prior.

use super::{
    Counts, Interval, PValue,
    comparison::{cross, difference, lift_variance},
    distribution::{ln_student_two_sided, student_two_sided_quantile},
    normal,
};

/// The relative and the absolute effect as GrowthBook reports them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GrowthBook {
    /// Of p₂/p₁ − 1.
    pub relative: Effect,
    /// Of p₂ − p₁.
    pub absolute: Effect,
}

/// One effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The estimate.
    pub estimate: f64,
    /// By Student's t with Welch's degrees of freedom.
    pub interval: Interval,
    /// Two-sided, by the same.
    pub p_value: PValue,
    /// The chance that the effect is above 0, by a normal distribution around the estimate.
    pub chance_to_win: f64,
    /// What shipping is expected to lose: E[max(−effect, 0)].
    pub risk_of_shipping: f64,
    /// What keeping the control is expected to lose: E[max(effect, 0)].
    pub risk_of_keeping: f64,
}

/// `None` where gbstats gives its uninformative answer (an arm without trials, a control without conversions, an arm
/// whose variance is 0), or if alpha is not between 0 and 1.
pub fn growthbook(control: Counts, treatment: Counts, alpha: f64) -> Option<GrowthBook> {
    let difference = difference(control, treatment)?;
    let (v1, v2) = (control.variance(), treatment.variance());
    let is_alpha = alpha > 0.0 && alpha < 1.0;
    if !is_alpha || v1 == 0.0 || v2 == 0.0 {
        return None;
    }
    // Welch–Satterthwaite. An arm of one user has no variance and is gone already.
    let share = v1 / (v1 + v2);
    let df =
        1.0 / (share * share / (control.n() - 1.0) + (1.0 - share).powi(2) / (treatment.n() - 1.0));
    let t = student_two_sided_quantile(alpha, df);
    let effect = |estimate: f64, variance: f64| {
        let sd = variance.sqrt();
        let z = estimate / sd;
        // E[max(X, 0)] of a normal X on the side where it is small; the other is larger by the estimate.
        let small = (sd * (normal::density(z) - z.abs() * normal::upper(z.abs()))).max(0.0);
        let large = small + estimate.abs();
        let (ship, keep) = if z >= 0.0 {
            (small, large)
        } else {
            (large, small)
        };
        Effect {
            estimate,
            interval: Interval::around(estimate, t * sd),
            p_value: PValue::from_ln(ln_student_two_sided(z, df)),
            chance_to_win: normal::lower(z),
            risk_of_shipping: ship,
            risk_of_keeping: keep,
        }
    };
    let lift = cross(control, treatment) / control.x() / treatment.n();
    Some(GrowthBook {
        relative: effect(lift, lift_variance(control, treatment)),
        absolute: effect(difference, v1 + v2),
    })
}
