//! How figures are written for people: the same words in the window, on the command line and in reports, for
//! experiments and for flags. Programs get all digits elsewhere.

use super::{
    series::{DAY, HOUR, MINUTE},
    stats::{Interval, PValue},
};

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
    } else {
        format!("{p:.4}")
    }
}

/// A share in per cent: `14.81 %`, `0.412 %`.
pub fn percent(share: f64) -> String {
    Decimals::of([share]).percent(share)
}

/// A difference of shares in points, always with a sign: `+1.20 pp`, `−0.100 pp`.
pub fn points(difference: f64) -> String {
    Decimals::of([difference]).points(difference)
}

/// A lift, always with a sign: `+12.00 %`.
pub fn lift(lift: f64) -> String {
    Decimals::of([lift]).lift(lift)
}

/// `−1.00 pp to +2.00 pp`, each limit written so.
pub fn interval(interval: Interval, limit: impl Fn(f64) -> String) -> String {
    format!("{} to {}", limit(interval.low), limit(interval.high))
}

/// How many decimals of a per cent the figures of a column have, so that they stand below each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimals(usize);

impl Decimals {
    /// As many as the smallest of these shares needs.
    pub fn of(shares: impl IntoIterator<Item = f64>) -> Self {
        let needed = shares.into_iter().map(|share| decimals(share * 100.0));
        Self(needed.max().unwrap_or(FEWEST))
    }

    /// As many as the narrowest of these intervals tells: what it stands around is known no better.
    pub fn within(intervals: impl IntoIterator<Item = Interval>) -> Self {
        let halves = intervals
            .into_iter()
            .map(|interval| (interval.high - interval.low) * 50.0);
        let narrowest = halves.filter(|half| *half > 0.0).fold(1.0_f64, f64::min);
        Self((1.0 - narrowest.log10().floor()).clamp(2.0, 8.0) as usize)
    }

    /// `14.81 %`.
    pub fn percent(self, share: f64) -> String {
        format!("{:.*} %", self.0, share * 100.0)
    }

    /// `+1.20 pp`.
    pub fn points(self, difference: f64) -> String {
        format!("{} pp", self.signed(difference))
    }

    /// `+12.00 %`.
    pub fn lift(self, lift: f64) -> String {
        format!("{} %", self.signed(lift))
    }

    /// With a sign that is as wide as the plus.
    fn signed(self, share: f64) -> String {
        with_minus(&format!(
            "{:+.*}",
            self.0,
            without_sign_of_zero(share * 100.0)
        ))
    }
}

/// 0 where it is −0, which prints a sign.
pub fn without_sign_of_zero(value: f64) -> f64 {
    value + 0.0
}

/// With a minus that is as wide as the plus.
pub fn with_minus(number: &str) -> String {
    number.replace('-', "\u{2212}")
}

/// Decimals of a figure in per cent.
const FEWEST: usize = 2;

/// Three figures that matter, with two decimals at least and six at most.
fn decimals(value: f64) -> usize {
    match value.abs() {
        size if size == 0.0 || size >= 1.0 => FEWEST,
        size if size >= 0.1 => 3,
        size if size >= 0.01 => 4,
        size if size >= 0.001 => 5,
        _ => 6,
    }
}

/// A ratio: `1.25x`.
pub fn times(ratio: f64) -> String {
    format!("{ratio:.2}x")
}

/// Without the noise of binary fractions: 99.9, not 99.90000000000001.
pub fn trimmed(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How sure intervals are: `95 %`.
pub fn confidence(alpha: f64) -> String {
    format!("{} %", trimmed((1.0 - alpha) * 100.0))
}

/// How long ago, in one unit.
pub fn age(seconds: i64) -> String {
    match seconds.max(0) {
        seconds if seconds < 2 * MINUTE => format!("{seconds} s"),
        seconds if seconds < 2 * HOUR => format!("{} min", seconds / MINUTE),
        seconds if seconds < 2 * DAY => format!("{} h", seconds / HOUR),
        seconds => format!("{} days", seconds / DAY),
    }
}

/// A size: `1,204 B`, `812 kB`, `3.1 GB`.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
    if number < 10_000 {
        return format!("{} B", separated(number.into()));
    }
    let mut value = number as f64;
    let mut unit = 0;
    // What would be printed as 1000 belongs to the next unit.
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = usize::from(value < 9.95);
    format!("{value:.decimals$} {}", UNITS[unit])
}

/// With a comma between thousands.
pub fn separated(number: u128) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_p_value_is_never_nothing() {
        assert_eq!(p(PValue::of_z(60.0)), "p < 1e-16");
        assert_eq!(p(PValue::of_z(2.5)), "p = 0.0124");
        assert_eq!(p(PValue::ONE), "p = 1.0000");
        assert_eq!([3e-7, 0.123_45].map(p_bare), ["3.0e-7", "0.1235"]);
    }

    #[test]
    fn people_get_as_many_decimals_as_matter() {
        let shares = [0.1234, 0.034_56, 0.004, 0.000_3, 0.000_05, 3e-6, 0.0];
        assert_eq!(
            shares.map(percent),
            [
                "12.34 %",
                "3.46 %",
                "0.400 %",
                "0.0300 %",
                "0.00500 %",
                "0.000300 %",
                "0.00 %"
            ]
        );
        assert_eq!(
            [99.9, 100.0 - 0.05, 95.0].map(trimmed),
            ["99.9", "99.95", "95"]
        );
        assert_eq!([0.05, 0.001].map(confidence), ["95 %", "99.9 %"]);
    }

    #[test]
    fn differences_have_a_sign() {
        assert_eq!(
            [0.012, 0.001, -0.25, 0.0].map(points),
            ["+1.20 pp", "+0.100 pp", "\u{2212}25.00 pp", "+0.00 pp"]
        );
        assert_eq!(lift(-0.5), "\u{2212}50.00 %");
        let both = Interval {
            low: -0.01,
            high: 0.02,
        };
        assert_eq!(interval(both, points), "\u{2212}1.00 pp to +2.00 pp");
    }

    #[test]
    fn figures_of_a_column_have_the_same_decimals() {
        let rates = Decimals::of([0.1234, 0.004, 0.0]);
        assert_eq!(
            [0.1234, 0.004].map(|rate| rates.percent(rate)),
            ["12.340 %", "0.400 %"]
        );
        assert_eq!(Decimals::of([]), Decimals(2));
        let interval = |half: f64| Interval {
            low: 0.1 - half,
            high: 0.1 + half,
        };
        assert_eq!(
            Decimals::within([interval(0.05), interval(0.000_2)]),
            Decimals(3)
        );
        assert_eq!(Decimals::within([interval(0.3)]), Decimals(2));
        assert_eq!(Decimals::within([interval(0.0)]), Decimals(2));
    }

    #[test]
    fn a_size_has_the_unit_that_leaves_few_digits() {
        assert_eq!(
            [0, 1_204, 999_499, 999_500, 3_140_000_000, u64::MAX].map(bytes),
            ["0 B", "1,204 B", "999 kB", "1.0 MB", "3.1 GB", "18447 PB"]
        );
    }

    #[test]
    fn numbers_and_ages_are_words() {
        assert_eq!(
            separated(36_893_488_147_419_103_230_u128),
            "36,893,488,147,419,103,230"
        );
        assert_eq!(separated(12), "12");
        assert_eq!(
            [59, 3_600, 7_200, 3 * DAY, -4].map(age),
            ["59 s", "60 min", "2 h", "3 days", "0 s"]
        );
    }
}
