//! Figures of flags in words.

use super::{
    Group,
    analysis::{Analysis, CAUTION, Method},
    burn::{PairState, Windows},
    data::Data,
};
use crate::engine::metrics::{
    series::{DAY, HOUR, MINUTE, step_words},
};

/// How the figures were made, in a sentence or two.
pub fn method_words(data: &Data, method: &Method) -> String {
    let confidence = trimmed((1.0 - method.level.alpha()) * 100.0);
    let mut words = vec![format!(
        "Rates with Wilson's interval, differences with Newcombe's, both at {confidence} %; p from the pooled z test, two-sided, not corrected (with several groups p (Holm) is); {CAUTION}."
    )];
    if method.margin != 0.0 {
        words.push(format!(
            "A rise of up to {} is put up with.",
            points(method.margin)
        ));
    }
    if let Some(timeline) = &data.timeline {
        words.push(format!("Buckets of {}, UTC.", step_words(timeline.step)));
    }
    let left_out = data.burn.as_ref().map_or(0, Windows::left_out);
    if left_out > 0 {
        words.push(format!(
            "Budgets and alerts are of the largest groups; {left_out} smaller ones are left out."
        ));
    }
    words.join(" ")
}

/// A pair of windows in words: `burning: burn 15x over the last 1 hour, 20x over the last 5 minutes; alerts from 14.4x
/// in both`.
pub fn pair_words(state: &PairState) -> String {
    let rate = |rate: Option<f64>| rate.map_or("n/a".to_owned(), burn_words);
    let [long, short] = state.rates.map(rate);
    format!(
        "{}: burn {long} over the last {}, {short} over the last {}; alerts above {}x in both",
        state.alert.words(),
        state.pair.long.words(),
        state.pair.short.words(),
        state.pair.rate,
    )
}

/// A burn rate: `0.98x`, `14.5x`, with so many decimals that what is above a whole number is not shown as it.
fn burn_words(rate: f64) -> String {
    let decimals = if rate < 10.0 { 2 } else { 1 };
    format!(
        "{}x",
        trimmed(format!("{rate:.decimals$}").parse().unwrap_or(rate))
    )
}

/// How many decimals the columns of a table have: as many as their smallest figure needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits {
    rate: usize,
    difference: usize,
}

impl Digits {
    /// For the figures of these groups.
    pub fn of(groups: &[Group], analysis: &Analysis) -> Self {
        let most = |shares: &mut dyn Iterator<Item = f64>| {
            let needed = shares.map(|share| decimals(share * 100.0));
            needed.max().unwrap_or(2)
        };
        // A difference is known no better than its interval is wide.
        let widths = analysis.rows.iter().filter_map(|row| {
            let interval = row.against?.comparison.newcombe;
            Some((interval.high - interval.low) * 50.0).filter(|half| *half > 0.0)
        });
        let narrowest = widths.fold(1.0_f64, f64::min);
        Self {
            rate: most(&mut groups.iter().filter_map(Group::error_rate)),
            difference: (1.0 - narrowest.log10().floor()).clamp(2.0, 8.0) as usize,
        }
    }

    /// A rate in per cent.
    pub fn percent(self, rate: f64) -> String {
        format!("{:.*} %", self.rate, rate * 100.0)
    }

    /// A difference in points.
    pub fn points(self, difference: f64) -> String {
        signed(difference * 100.0, self.difference)
    }
}

/// A share in per cent, with as many decimals as its size needs: `0.412 %`.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    format!("{value:.*} %", decimals(value))
}

/// A difference of shares in points: `+0.100 pp`.
pub fn points(difference: f64) -> String {
    let value = difference * 100.0;
    signed(value, decimals(value))
}

/// With a sign that is as wide as the plus.
fn signed(points: f64, decimals: usize) -> String {
    format!("{points:+.decimals$} pp").replace('-', "\u{2212}")
}

/// What is left of a budget: `25 %`, never `-0 %`.
pub fn budget_words(left: f64) -> String {
    let percent = (left * 100.0).round();
    // Adding 0 takes the sign from a negative one.
    format!("{:.0} %", percent + 0.0)
}

/// A ratio: `1.25x`.
pub fn times(ratio: f64) -> String {
    format!("{ratio:.2}x")
}

/// A p-value for people; never 0.
pub fn p_words(p: f64) -> String {
    if p < 1e-16 {
        "< 1e-16".to_owned()
    } else if p < 0.000_1 {
        format!("{p:.1e}")
    } else {
        format!("{p:.4}")
    }
}

/// Two figures that matter, and no more than six decimals.
fn decimals(value: f64) -> usize {
    let size = value.abs();
    match size {
        _ if size == 0.0 || size >= 10.0 => 2,
        _ if size >= 0.1 => 3,
        _ if size >= 0.01 => 4,
        _ => 6,
    }
}

/// Without the noise of binary fractions: 99.9, not 99.90000000000001.
pub fn trimmed(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How long ago, in one unit.
pub fn age_words(seconds: i64) -> String {
    match seconds.max(0) {
        seconds if seconds < 2 * MINUTE => format!("{seconds} s"),
        seconds if seconds < 2 * HOUR => format!("{} min", seconds / MINUTE),
        seconds if seconds < 2 * DAY => format!("{} h", seconds / HOUR),
        seconds => format!("{} days", seconds / DAY),
    }
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
    use crate::engine::metrics::flags::burn::{Alert, PAIRS};

    #[test]
    fn people_get_as_many_decimals_as_matter() {
        assert_eq!(
            [0.1234, 0.004, 0.000_3, 3e-6, 0.0].map(percent),
            ["12.34 %", "0.400 %", "0.0300 %", "0.000300 %", "0.00 %"]
        );
        assert_eq!(
            [0.001, -0.25].map(points),
            ["+0.100 pp", "\u{2212}25.00 pp"]
        );
        assert_eq!(
            [0.0, 1e-9, 0.019_5].map(p_words),
            ["< 1e-16", "1.0e-9", "0.0195"]
        );
        assert_eq!(
            [99.9, 100.0 - 0.05, 95.0].map(trimmed),
            ["99.9", "99.95", "95"]
        );
        assert_eq!(
            [0.254, -0.001, -0.5].map(budget_words),
            ["25 %", "0 %", "-50 %"]
        );
    }

    #[test]
    fn an_alert_says_what_its_numbers_are() {
        let state = PairState {
            pair: PAIRS[2],
            rates: [Some(0.98), Some(1.4)],
            alert: Alert::Quiet,
        };
        assert_eq!(
            pair_words(&state),
            "quiet: burn 0.98x over the last 3 days, 1.4x over the last 2 hours; alerts above 1x in both"
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
            [59, 3_600, 7_200, 3 * DAY, -4].map(age_words),
            ["59 s", "60 min", "2 h", "3 days", "0 s"]
        );
    }
}
