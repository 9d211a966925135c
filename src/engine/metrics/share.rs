//! Shares as people write them: `95%`, `95 %` or `0.95`. A number above 1 without the sign could mean either, and is
//! neither.

use super::stats::Level;

/// A share, 0.001 for `0.1%`; `None` for what is none.
pub fn parse(text: &str) -> Option<f64> {
    // By its digits: 99.9 / 100 is not the nearest to 0.999.
    shifted(text, -2, 0)
}

/// A confidence strictly between 0 and 1; `None` for what is none.
pub fn parse_level(text: &str) -> Option<Level> {
    // In hundredths: 100 - 95 is exact, and 1 - 0.95 is not.
    Level::from_alpha((100.0 - shifted(text, 0, 2)?) / 100.0)
}

/// The number before `%` times ten to the power of `percent`, or the number without it to that of `plain`.
fn shifted(text: &str, percent: i32, plain: i32) -> Option<f64> {
    let text = text.trim();
    let (digits, power) = match text.strip_suffix('%') {
        Some(digits) => (digits.trim_end(), percent),
        None if text.parse::<f64>().ok()?.abs() <= 1.0 => (text, plain),
        None => return None,
    };
    let is_plain = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
    let value: f64 = format!("{digits}e{power}").parse().ok()?;
    (is_plain && value.is_finite()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_percentage_or_at_most_one() {
        for (text, share) in [
            ("99.9%", 0.999),
            ("10 %", 0.1),
            ("0.95", 0.95),
            ("-1%", -0.01),
            ("150%", 1.5),
            ("1", 1.0),
        ] {
            assert_eq!(parse(text), Some(share), "{text}");
        }
        for text in ["95", "", "%", "nan", "inf", "1e-2", "0x1", "5%%"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_confidence_leaves_the_nearest_number_to_the_error() {
        for text in ["95%", "0.95"] {
            assert_eq!(parse_level(text).map(Level::alpha), Some(0.05), "{text}");
        }
        for text in ["95", "0", "1", "100%", "0%", "-5%"] {
            assert!(parse_level(text).is_none(), "{text}");
        }
    }
}
