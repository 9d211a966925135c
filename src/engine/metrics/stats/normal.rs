//! The standard normal distribution, precise far into its tails.

use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI};

/// P(Z > z).
pub fn upper(z: f64) -> f64 {
    libm::erfc(z * FRAC_1_SQRT_2) / 2.0
}

/// P(Z ≤ z).
pub fn lower(z: f64) -> f64 {
    upper(-z)
}

/// The density at z.
pub fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / (2.0 * PI).sqrt()
}

/// ln P(Z > z), for any finite z.
pub fn ln_upper(z: f64) -> f64 {
    ln_erfc(z * FRAC_1_SQRT_2) - LN_2
}

/// ln P(|Z| > |z|), for any finite z.
pub fn ln_outside(z: f64) -> f64 {
    ln_erfc(z.abs() * FRAC_1_SQRT_2)
}

fn ln_erfc(x: f64) -> f64 {
    /// From here erfc nears the smallest f64, and seven terms of its asymptotic series are exact to the last digit
    /// (Abramowitz and Stegun 7.1.23).
    const FAR: f64 = 25.0;
    if x > FAR {
        let step = -0.5 / (x * x);
        let mut term = 1.0;
        let mut sum = 0.0;
        for odd in [1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0] {
            term *= step * odd;
            sum += term;
        }
        return -x * x - (x * PI.sqrt()).ln() + f64::ln_1p(sum);
    }
    if x < 0.5 {
        // Near 1 and above, the logarithm of what is missing to 1.
        return (-libm::erf(x)).ln_1p();
    }
    libm::erfc(x).ln()
}

/// The z with P(Z > z) = q, for 0 < q < 1.
///
/// Newton's steps on ln P, which is concave: after the first one they come from one side and cannot overshoot.
pub fn upper_quantile(q: f64) -> f64 {
    if q > 0.5 {
        return -upper_quantile(1.0 - q);
    }
    let target = q.ln();
    let mut z = (-2.0 * target).sqrt().min(1e150) - 0.5;
    for _ in 0..60 {
        let ln_p = ln_upper(z);
        let ln_density = -z * z / 2.0 - (2.0 * PI).sqrt().ln();
        let step = (ln_p - target) * (ln_p - ln_density).exp();
        z += step;
        if step.abs() <= 1e-16 * z.abs() {
            break;
        }
    }
    z
}
