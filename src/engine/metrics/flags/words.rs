//! Figures of flags in words.

use super::{
    Group,
    analysis::{Analysis, CAUTION, Method},
    burn::{PairState, Windows},
    data::Data,
};
use crate::engine::metrics::{
    series::step_words,
    words::{Decimals, confidence, points, trimmed, with_minus, without_sign_of_zero},
};

/// How the figures were made, in a sentence or two.
pub fn method_words(data: &Data, method: &Method) -> String {
    let confidence = confidence(method.level.alpha());
    let mut words = vec![format!(
        "Rates with Wilson's interval, differences with Newcombe's, both at {confidence}; p from the pooled z test, two-sided, not corrected (with several groups p (Holm) is); {CAUTION}."
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

/// How many decimals the columns of a table have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits {
    rate: Decimals,
    difference: Decimals,
}

impl Digits {
    /// For the figures of these groups.
    pub fn of(groups: &[Group], analysis: &Analysis) -> Self {
        let intervals = analysis.rows.iter();
        let intervals = intervals.filter_map(|row| Some(row.against?.comparison.newcombe));
        Self {
            rate: Decimals::of(groups.iter().filter_map(Group::error_rate)),
            difference: Decimals::within(intervals),
        }
    }

    /// A rate in per cent.
    pub fn percent(self, rate: f64) -> String {
        self.rate.percent(rate)
    }

    /// A difference in points.
    pub fn points(self, difference: f64) -> String {
        self.difference.points(difference)
    }
}

/// What is left of a budget: `25 %`, never `−0 %`.
pub fn budget_words(left: f64) -> String {
    let percent = (left * 100.0).round();
    with_minus(&format!("{:.0} %", without_sign_of_zero(percent)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::metrics::flags::burn::{Alert, PAIRS};

    #[test]
    fn a_budget_of_nothing_has_no_sign() {
        assert_eq!(
            [0.254, -0.001, -0.5].map(budget_words),
            ["25 %", "0 %", "\u{2212}50 %"]
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
}
