//! For who looks every day: intervals and p-values that hold at all looks together.

use super::{
    Counts, Interval, PValue,
    comparison::{cross, difference, lift_variance},
};

/// How many users, over both arms, GrowthBook tunes for unless told otherwise.
pub const DEFAULT_N_STAR: f64 = 5000.0;

/// An asymptotic confidence sequence at this moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sequential {
    /// The tuning parameter that alpha and N* give.
    pub rho: f64,
    /// The difference, treatment − control.
    pub absolute: Look,
    /// The relative lift; `None` where the control has no conversions.
    pub relative: Option<Look>,
}

/// An estimate as it stands at this look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The estimate itself, the same as without looking often.
    pub estimate: f64,
    /// Covers the truth at all looks together with the confidence asked for; `None` where the estimated variance
    /// is 0.
    pub interval: Option<Interval>,
    /// Valid whenever one stops; `None` where the interval is.
    pub p_value: Option<PValue>,
}

/// The asymptotic confidence sequence of Waudby-Smith et al. (arXiv 2103.06476v7, equations 9, 155 and 161), as
/// gbstats 0.8.0 computes it but with variance p(1−p), tightest around `n_star` users in all.
///
/// `None` if an arm has no trials, alpha is not between 0 and 1 or `n_star` not above 0.
pub fn asymptotic(
    control: Counts,
    treatment: Counts,
    alpha: f64,
    n_star: f64,
) -> Option<Sequential> {
    let difference = difference(control, treatment)?;
    let is_usable = alpha > 0.0 && alpha < 1.0 && n_star > 0.0 && n_star.is_finite();
    if !is_usable {
        return None;
    }
    let log = -2.0 * alpha.ln();
    let rho_square = (log + log.ln_1p()) / n_star;
    let n = control.n() + treatment.n();
    let look = |estimate: f64, variance: f64| {
        if variance == 0.0 {
            return Look {
                estimate,
                interval: None,
                p_value: None,
            };
        }
        let k = n * rho_square + 1.0;
        let ln_root_k = k.ln() / 2.0;
        // √(v·N)·√(2k·ln(√k/alpha))/(N·rho)
        let half = (variance * 2.0 * k / (n * rho_square) * (ln_root_k - alpha.ln())).sqrt();
        let against = rho_square * n / (2.0 * k) * (estimate / variance) * estimate;
        Look {
            estimate,
            interval: Some(Interval::around(estimate, half)),
            p_value: Some(PValue::from_ln(ln_root_k - against)),
        }
    };
    let relative = (control.events() > 0).then(|| {
        let estimate = cross(control, treatment) / control.x() / treatment.n();
        look(estimate, lift_variance(control, treatment))
    });
    Some(Sequential {
        rho: rho_square.sqrt(),
        absolute: look(difference, control.variance() + treatment.variance()),
        relative,
    })
}

/// A mixture sequential probability ratio test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Msprt {
    /// ln of the likelihood ratio, mixture against no difference.
    pub log_lambda: f64,
    /// min(1, 1/lambda).
    pub p_value: PValue,
}

/// The mSPRT on the difference with a normal mixture of standard deviation `tau`, in points of the rate (Johari,
/// Pekelis and Walsh, arXiv 1512.04922). No panel shows it: no default of `tau` is an honest one.
///
/// `None` if an arm has no trials, the variance is estimated as 0 or `tau` is not above 0.
pub fn msprt(control: Counts, treatment: Counts, tau: f64) -> Option<Msprt> {
    let difference = difference(control, treatment)?;
    let variance = control.variance() + treatment.variance();
    let is_usable = variance > 0.0 && tau > 0.0 && tau.is_finite();
    if !is_usable {
        return None;
    }
    let prior = tau * tau;
    let log_lambda = (difference * (prior / (variance + prior))) * (difference / variance) / 2.0
        - (prior / variance).ln_1p() / 2.0;
    Some(Msprt {
        log_lambda,
        p_value: PValue::from_ln(-log_lambda),
    })
}
