//! Where ticks stand on an axis and how numbers are written: round values, the same decimals along an axis, a unit
//! on each.
//!
//! Times are in `times`; single values, with more digits, in `numbers`.

use super::{
    numbers::{grouped, short, with_sign},
    spec::{Axis, Kind, Scale},
    times,
};

/// A labelled place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// The value.
    pub at: f64,
    /// Its label; empty where there is only a line.
    pub label: String,
}

/// At most about `most` ticks in this range, ascending. None where the range is not one.
pub fn ticks(axis: &Axis, range: [f64; 2], most: usize) -> Vec<Tick> {
    let [low, high] = range;
    let most = most.max(2);
    if !(low.is_finite() && high.is_finite() && low < high && (high - low).is_finite()) {
        return Vec::new();
    }
    match (&axis.kind, axis.scale) {
        (Kind::Category(names), _) => names
            .iter()
            .enumerate()
            .map(|(index, name)| Tick {
                at: index as f64,
                label: name.clone(),
            })
            .filter(|tick| (low..=high).contains(&tick.at))
            .collect(),
        (Kind::Time { offset_secs }, _) => times::ticks(range, *offset_secs, most),
        (kind, Scale::Log) if low > 0.0 => log_ticks(kind, range, most),
        (Kind::Duration, _) => duration_ticks(range, most),
        (kind, _) => linear_ticks(kind, range, most),
    }
}

/// The range, grown to the ticks next outside, so that an axis begins and ends with one.
pub fn widened(axis: &Axis, [low, high]: [f64; 2], most: usize) -> [f64; 2] {
    if matches!(axis.kind, Kind::Category(_) | Kind::Time { .. }) || high <= low {
        return [low, high];
    }
    if axis.scale == Scale::Log {
        if low <= 0.0 || high / low < 10.0 {
            return [low, high];
        }
        return [log_end(low, false), log_end(high, true)];
    }
    let unit = unit(&axis.kind);
    let mut range = [low, high];
    // The grown range can have larger steps, and so grow once more.
    for _ in 0..3 {
        let span = range[1] - range[0];
        let step = match axis.kind {
            Kind::Duration => duration_step(span, most),
            _ => Step::nice(span * unit, most, axis.kind == Kind::Count),
        };
        let grown = [
            step.at((range[0] * unit / step.size() + 1e-9).floor()) / unit,
            step.at((range[1] * unit / step.size() - 1e-9).ceil()) / unit,
        ];
        // Far from zero a step can be less than a float tells apart.
        let grown = [grown[0].min(low), grown[1].max(high)];
        if grown == range {
            break;
        }
        range = grown;
    }
    range
}

/// The next 1, 2 or 5 of its decade, or a value a little beyond.
fn log_end(value: f64, up: bool) -> f64 {
    let power = value.log10().floor() as i32;
    let ends = [1.0, 2.0, 5.0, 10.0].map(|digits| Step { digits, power }.size());
    let end = if up {
        ends.into_iter().find(|end| *end >= value)
    } else {
        ends.into_iter().rfind(|end| *end <= value)
    };
    end.unwrap_or(value)
}

/// Shares are written as hundredths.
fn unit(kind: &Kind) -> f64 {
    match kind {
        Kind::Percent | Kind::Points | Kind::Lift => 100.0,
        _ => 1.0,
    }
}

/// A distance of ticks: `digits` × 10^`power`, kept apart so that multiples are the nearest floats of round numbers.
#[derive(Debug, Clone, Copy)]
struct Step {
    digits: f64,
    power: i32,
}

impl Step {
    /// 1, 2, 2.5 or 5 times a power of ten, such that a span has at most `most` of it.
    fn nice(span: f64, most: usize, whole: bool) -> Self {
        let raw = span / most.max(1) as f64;
        let power = raw.log10().floor() as i32 - 1;
        let fits = |step: &Self| {
            step.size() >= raw * (1.0 - 1e-9) && (!whole || step.size().fract() == 0.0)
        };
        let steps = |power| [10.0, 20.0, 25.0, 50.0].map(|digits| Self { digits, power });
        (power..power + 2)
            .flat_map(steps)
            .find(fits)
            .unwrap_or(if whole && raw < 1.0 {
                Self {
                    digits: 1.0,
                    power: 0,
                }
            } else {
                Self {
                    digits: 100.0,
                    power,
                }
            })
    }

    fn size(self) -> f64 {
        self.at(1.0)
    }

    fn at(self, times: f64) -> f64 {
        let digits = self.digits * times;
        if self.power < 0 {
            digits / 10f64.powi(-self.power)
        } else {
            digits * 10f64.powi(self.power)
        }
    }

    /// Multiples within a range.
    fn within(self, low: f64, high: f64) -> Vec<f64> {
        let (first, last) = (
            (low / self.size() - 1e-9).ceil(),
            (high / self.size() + 1e-9).floor(),
        );
        let count = (last - first).clamp(-1.0, 500.0) as i64;
        (0..=count)
            .map(|index| self.at(first + index as f64) + 0.0) // no negative zero
            .collect()
    }

    /// Decimals that its multiples need.
    fn decimals(self) -> usize {
        let zeros = i32::from(self.digits % 10.0 == 0.0);
        usize::try_from(-(self.power + zeros)).unwrap_or(0)
    }
}

fn linear_ticks(kind: &Kind, [low, high]: [f64; 2], most: usize) -> Vec<Tick> {
    let unit = unit(kind);
    let (low, high) = (low * unit, high * unit);
    let step = Step::nice(high - low, most, *kind == Kind::Count);
    let write = Writing::along(kind, low.abs().max(high.abs()), step);
    step.within(low, high)
        .into_iter()
        .map(|value| Tick {
            at: value / unit,
            label: write.label(kind, value),
        })
        .collect()
}

/// How all numbers of an axis are written.
struct Writing {
    divisor: f64,
    decimals: usize,
    suffix: String,
}

impl Writing {
    fn along(kind: &Kind, largest: f64, step: Step) -> Self {
        let plain = Self {
            divisor: 1.0,
            decimals: step.decimals(),
            suffix: String::new(),
        };
        let scaled = |power: i32, suffix: String| Self {
            divisor: 10f64.powi(power),
            decimals: Step {
                power: step.power - power,
                ..step
            }
            .decimals(),
            suffix,
        };
        match kind {
            Kind::Count if (1e7..1e10).contains(&largest) => scaled(6, " M".to_owned()),
            Kind::Count if (1e10..1e13).contains(&largest) => scaled(9, " bn".to_owned()),
            _ if largest >= 1e7 || step.size() < 1e-6 => {
                let power = largest.log10().floor() as i32;
                scaled(power, format!("e{power}"))
            }
            _ => plain,
        }
    }

    fn label(&self, kind: &Kind, value: f64) -> String {
        let number = if value == 0.0 {
            grouped(&format!("{:.*}", self.decimals, 0.0))
        } else {
            let text = format!("{:.*}", self.decimals, (value / self.divisor).abs());
            grouped(&text) + &self.suffix
        };
        with_sign(kind, value, &number)
    }
}

/// Powers of ten; where there are few, their multiples by 2 and 5 too; where there are too many, every second or
/// third. Less than one decade is labelled as a linear axis is.
fn log_ticks(kind: &Kind, [low, high]: [f64; 2], most: usize) -> Vec<Tick> {
    let (first, last) = (low.log10(), high.log10());
    if last - first < 1.0 {
        return linear_ticks(kind, [low, high], most);
    }
    let unit = unit(kind);
    let every = ((last - first) / most as f64).ceil().max(1.0) as i32;
    let digits: &[f64] = if every == 1 && (last - first) * 3.0 <= most as f64 {
        &[1.0, 2.0, 5.0]
    } else {
        &[1.0]
    };
    let plain = |value: f64| (1e-4..1e7).contains(&(value * unit));
    let plain = plain(low) && plain(high);
    (first.floor() as i32..=last.ceil() as i32)
        .filter(|power| power % every == 0)
        .flat_map(|power| {
            digits.iter().map(move |digits| Step {
                digits: *digits,
                power,
            })
        })
        .map(Step::size)
        .filter(|value| (low * (1.0 - 1e-12)..=high * (1.0 + 1e-12)).contains(value))
        .map(|at| Tick {
            at,
            label: with_sign(kind, at, &short(at * unit, plain)),
        })
        .collect()
}

const DURATIONS: [f64; 24] = [
    1.0,
    2.0,
    5.0,
    10.0,
    15.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1800.0,
    3600.0,
    7200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    432_000.0,
    864_000.0,
    1_728_000.0,
    4_320_000.0,
    8_640_000.0,
];

fn duration_step(span: f64, most: usize) -> Step {
    let raw = span / most as f64;
    let plain = |digits| Step { digits, power: 0 };
    match DURATIONS.into_iter().find(|step| *step >= raw) {
        Some(step) if raw > 0.5 => plain(step),
        Some(_) => Step::nice(span, most, false),
        None => {
            let days = Step::nice(span / 86_400.0, most, true);
            plain(days.size() * 86_400.0)
        }
    }
}

fn duration_ticks([low, high]: [f64; 2], most: usize) -> Vec<Tick> {
    let step = duration_step(high - low, most);
    let (unit, name) = [(86_400.0, "d"), (3600.0, "h"), (60.0, "min")]
        .into_iter()
        .find(|(unit, _)| step.size() % unit == 0.0)
        .unwrap_or((1.0, "s"));
    let decimals = if unit == 1.0 { step.decimals() } else { 0 };
    step.within(low, high)
        .into_iter()
        .map(|at| Tick {
            at,
            label: format!(
                "{}{} {name}",
                if at < 0.0 { "−" } else { "" },
                grouped(&format!("{:.decimals$}", (at / unit).abs()))
            ),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "reads as a table")]
    fn check(kind: Kind, range: [f64; 2], most: usize, expect: Expect) {
        let labels: Vec<_> = ticks(&Axis::new("", kind), range, most)
            .into_iter()
            .map(|tick| tick.label)
            .collect();
        expect.assert_eq(&labels.join(" | "));
    }

    #[test]
    fn an_axis_has_the_same_decimals_everywhere() {
        check(
            Kind::Number,
            [0.0, 1.0],
            5,
            expect!["0.0 | 0.2 | 0.4 | 0.6 | 0.8 | 1.0"],
        );
        check(
            Kind::Number,
            [-1.0, 0.3],
            6,
            expect!["−1.00 | −0.75 | −0.50 | −0.25 | 0.00 | 0.25"],
        );
        check(
            Kind::Number,
            [0.0, 0.000_000_4],
            4,
            expect!["0 | 1e-7 | 2e-7 | 3e-7 | 4e-7"],
        );
        check(
            Kind::Number,
            [0.0, 3e12],
            3,
            expect!["0 | 1e12 | 2e12 | 3e12"],
        );
        check(
            Kind::Percent,
            [0.1, 0.15],
            5,
            expect!["10 % | 11 % | 12 % | 13 % | 14 % | 15 %"],
        );
        check(
            Kind::Percent,
            [0.12, 0.125],
            4,
            expect!["12.0 % | 12.2 % | 12.4 %"],
        );
        check(
            Kind::Points,
            [-0.02, 0.06],
            4,
            expect!["−2 pp | 0 pp | +2 pp | +4 pp | +6 pp"],
        );
        check(
            Kind::Lift,
            [-0.5, 1.0],
            3,
            expect!["−50 % | 0 % | +50 % | +100 %"],
        );
    }

    #[test]
    fn counts_are_whole() {
        check(
            Kind::Count,
            [0.0, 10_000.0],
            4,
            expect!["0 | 2,500 | 5,000 | 7,500 | 10,000"],
        );
        check(Kind::Count, [0.0, 2.0], 8, expect!["0 | 1 | 2"]);
        check(Kind::Count, [0.0, 12.0], 5, expect!["0 | 5 | 10"]);
        check(
            Kind::Count,
            [0.0, 3e7],
            3,
            expect!["0 | 10 M | 20 M | 30 M"],
        );
    }

    #[test]
    fn durations_go_by_clock_and_calendar() {
        check(
            Kind::Duration,
            [0.0, 0.3],
            3,
            expect!["0.0 s | 0.1 s | 0.2 s | 0.3 s"],
        );
        check(
            Kind::Duration,
            [0.0, 100.0],
            5,
            expect!["0 s | 30 s | 60 s | 90 s"],
        );
        check(Kind::Duration, [0.0, 7300.0], 4, expect!["0 h | 1 h | 2 h"]);
        check(
            Kind::Duration,
            [0.0, 400_000.0],
            5,
            expect!["0 d | 1 d | 2 d | 3 d | 4 d"],
        );
    }

    #[test]
    fn decades_are_thinned_or_filled_up() {
        let log = |range, most| {
            let axis = Axis::new("", Kind::Number).with_log();
            let labels = ticks(&axis, range, most).into_iter().map(|tick| tick.label);
            labels.collect::<Vec<_>>().join(" | ")
        };
        expect!["0.01 | 0.1 | 1 | 10"].assert_eq(&log([0.01, 10.0], 4));
        expect!["0.1 | 0.2 | 0.5 | 1 | 2 | 5 | 10"].assert_eq(&log([0.1, 10.0], 8));
        expect!["1e-12 | 1e-8 | 1e-4 | 1 | 1e4 | 1e8"].assert_eq(&log([1e-12, 1e8], 5));
        expect!["0.30 | 0.35 | 0.40 | 0.45 | 0.50"].assert_eq(&log([0.3, 0.5], 4));
    }

    #[test]
    fn a_range_that_is_none_has_no_ticks() {
        let axis = Axis::new("", Kind::Number);
        for range in [
            [1.0, 1.0],
            [2.0, 1.0],
            [f64::NAN, 1.0],
            [f64::MIN, f64::MAX],
        ] {
            assert_eq!(ticks(&axis, range, 5), []);
        }
    }

    proptest! {
        #[test]
        fn ticks_ascend_within_the_range_and_are_few(
            low in -1e300..1e300f64, span in prop_oneof![1e-9..1e9f64, 1e-300..1e300f64], most in 2usize..20, kind in 0..7usize,
        ) {
            let kind = [Kind::Number, Kind::Count, Kind::Percent, Kind::Points, Kind::Lift, Kind::UTC, Kind::Duration][kind].clone();
            for low in [low, 0.0, low % 1e6] {
                let axis = Axis::new("", kind.clone());
                let range = [low, low + span];
                let ticks = ticks(&axis, range, most);
                prop_assert!(ticks.len() <= 2 * most + 2, "{} ticks", ticks.len());
                prop_assert!(ticks.windows(2).all(|two| two[0].at <= two[1].at));
                let slack = span * 1e-6;
                prop_assert!(ticks.iter().all(|tick| tick.at >= range[0] - slack && tick.at <= range[1] + slack));
                let grown = widened(&axis, range, most);
                prop_assert!(grown[0] <= range[0] && grown[1] >= range[1]);
            }
        }
    }
}
