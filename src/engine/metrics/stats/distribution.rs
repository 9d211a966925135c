//! Chi-square, Student's t and beta, by way of [`super::tail`]. Of tails the logarithm is given.

use super::tail::{LogGamma, Tails, tails};

/// ln P(X ≥ x) for a chi-square variable with `df` degrees of freedom, x ≥ 0, df ≥ 1.
///
/// The upper incomplete gamma function Q(df/2, x/2).
pub fn ln_chi_square_upper(x: f64, df: u64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let shape = df as f64 / 2.0;
    tails(&[LogGamma::plus(shape)], (df as f64 / x).ln()).ln_upper
}

/// ln P(|T| ≥ |t|) for Student's t with `df` > 0 degrees of freedom, which need not be whole.
///
/// The incomplete beta function at df/(df+t²), with parameters df/2 and ½.
pub fn ln_student_two_sided(t: f64, df: f64) -> f64 {
    if t == 0.0 {
        return 0.0;
    }
    student(2.0 * t.abs().ln(), df).ln_lower
}

/// The t with P(|T| ≥ t) = alpha, 0 < alpha < 1.
pub fn student_two_sided_quantile(alpha: f64, df: f64) -> f64 {
    let target = alpha.ln();
    // ln t² falls as the log-odds of the beta rise.
    let ln_square = newton(2.0 * super::normal::upper_quantile(alpha / 2.0).ln(), |y| {
        let at = student(y, df);
        Step {
            error: at.ln_lower - target,
            slope: -(at.ln_density - at.ln_lower).exp(),
        }
    });
    (ln_square / 2.0).exp()
}

/// The log-odds of Beta(df/2, ½), against those of df/(df+t²).
fn student(ln_t_square: f64, df: f64) -> Tails {
    let terms = [LogGamma::plus(df / 2.0), LogGamma::minus(0.5)];
    tails(&terms, ln_t_square)
}

/// The distribution of a proportion: Beta(a, b), both above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beta {
    /// Successes, plus what the prior puts there.
    pub a: f64,
    /// Failures, plus what the prior puts there.
    pub b: f64,
}

impl Beta {
    /// a/(a+b).
    pub fn mean(self) -> f64 {
        self.a / (self.a + self.b)
    }

    /// The x with P(X < x) = q, 0 < q < 1.
    pub fn quantile(self, q: f64) -> f64 {
        if q > 0.5 {
            return self.upper_quantile(1.0 - q);
        }
        let odds = self.log_odds_quantile(q.ln());
        1.0 / (1.0 + (-odds).exp())
    }

    /// The x with P(X > x) = q, 0 < q ≤ ½.
    pub fn upper_quantile(self, q: f64) -> f64 {
        let mirrored = Self {
            a: self.b,
            b: self.a,
        };
        let odds = mirrored.log_odds_quantile(q.ln());
        1.0 / (1.0 + odds.exp())
    }

    fn log_odds_quantile(self, ln_q: f64) -> f64 {
        let centre = (self.a / self.b).ln();
        // Measured from the centre: `away` keeps digits that the log-odds themselves could not hold.
        let away = newton(-(1.0 / self.a + 1.0 / self.b).sqrt(), |away| {
            let at = tails(&[LogGamma::plus(self.a), LogGamma::minus(self.b)], -away);
            Step {
                error: at.ln_lower - ln_q,
                slope: (at.ln_density - at.ln_lower).exp(),
            }
        });
        centre + away
    }
}

/// How far off, and how that changes.
struct Step {
    error: f64,
    slope: f64,
}

/// Newton's method. The logarithm of each tail here is concave, so that after one step all others come from the
/// same side, and none overshoots.
fn newton(start: f64, f: impl Fn(f64) -> Step) -> f64 {
    let mut at = start;
    for _ in 0..100 {
        let Step { error, slope } = f(at);
        at -= error / slope;
        // The next error would be about the square of this one.
        if error.abs() < 1e-9 {
            break;
        }
    }
    at
}
