//! How figures are written for people: the same words in the window, on the command line and in reports.

use crate::engine::metrics::stats::{Interval, PValue};

/// `p = 0.0125`, `p < 1e-16`.
pub fn p(p: PValue) -> String {
    let text = p_bare(p.p());
    if text.starts_with('<') {
        format!("p {text}")
    } else {
        format!("p = {text}")
    }
}

/// `0.0125`, `< 1e-16`; never 0.
pub fn p_bare(p: f64) -> String {
    if p < 1e-16 {
        "< 1e-16".to_owned()
    } else if p < 0.000_1 {
        format!("{p:.1e}")
    } else if p < 0.1 {
        format!("{p:.4}")
    } else {
        format!("{p:.3}")
    }
}

/// `14.81 %`.
pub fn percent(value: f64) -> String {
    format!("{:.2} %", value * 100.0)
}

/// `+1.20 pp`, always with a sign.
pub fn points(value: f64) -> String {
    format!("{:+.2} pp", value * 100.0)
}

/// `+12.00 %`, always with a sign.
pub fn lift(value: f64) -> String {
    format!("{:+.2} %", value * 100.0)
}

/// `-1.00 pp to +2.00 pp`, each limit written so.
pub fn interval(interval: Interval, limit: impl Fn(f64) -> String) -> String {
    format!("{} to {}", limit(interval.low), limit(interval.high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_p_value_is_never_nothing() {
        assert_eq!(p(PValue::of_z(60.0)), "p < 1e-16");
        assert_eq!(p(PValue::of_z(2.5)), "p = 0.0124");
        assert_eq!(p(PValue::ONE), "p = 1.000");
        assert_eq!(p_bare(3e-7), "3.0e-7");
    }

    #[test]
    fn differences_have_a_sign() {
        assert_eq!(points(0.012), "+1.20 pp");
        assert_eq!(lift(-0.5), "-50.00 %");
        let both = Interval {
            low: -0.01,
            high: 0.02,
        };
        assert_eq!(interval(both, points), "-1.00 pp to +2.00 pp");
    }
}
