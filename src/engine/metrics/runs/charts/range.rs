//! The part of the y axis in which runs can be told apart: without the values of a run that diverged, or of a few
//! points, that are so far off that all else would lie in one flat line.

use super::{Along, Drawn, Lines, lines::points};
use crate::engine::metrics::runs::Goal;

/// What is so many times as far as the rest is far off.
const FAR: f64 = 10.0;
/// The same on the side on which a metric gets better: one run that learns beside others that do not has not diverged.
const FAR_AND_BETTER: f64 = 1_000.0;
/// A run that begins within so many times of what the others reach has left them, and is not simply another quantity.
const NEAR: f64 = 3.0;
/// Of quartiles' distances, beyond the quartiles: Tukey's outer fence.
const FENCE: f64 = 3.0;
/// Space below and above, as a part of the range.
const MARGIN: f64 = 0.04;

/// A part of the y axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// From where to where.
    pub range: [f64; 2],
    /// Points that lie outside.
    pub outside: usize,
}

/// The part to draw; `None` where it is all, or nearly.
pub(super) fn part(lines: &Lines<'_>) -> Option<Part> {
    let mut runs: Vec<Spread> = lines.drawn.iter().filter_map(Spread::of).collect();
    runs.sort_by(|one, other| one.reach().total_cmp(&other.reach()));
    // The nearer half of the runs says how far runs reach.
    let half = runs.get(runs.len().checked_sub(1)? / 2)?;
    let usual = half.reach();
    let is_lost = |run: &Spread| {
        let [low, high] = run.fence;
        let worse = match lines.goal {
            Goal::Min => high,
            Goal::Max => -low,
            Goal::Neither => 0.0,
        };
        let is_far = worse > FAR * usual || run.reach() > FAR_AND_BETTER * usual;
        usual > 0.0 && is_far && run.nearest <= NEAR * usual
    };
    let kept: Vec<&Spread> = runs.iter().filter(|run| !is_lost(run)).collect();
    let low = kept
        .iter()
        .map(|run| run.fence[0])
        .fold(f64::INFINITY, f64::min);
    let high = kept
        .iter()
        .map(|run| run.fence[1])
        .fold(f64::NEG_INFINITY, f64::max);
    let all = runs.iter();
    let outside: usize = all
        .map(|run| {
            let outside = run
                .values
                .iter()
                .filter(|value| **value < low || **value > high);
            outside.count()
        })
        .sum();
    let margin = (high - low).max(high.abs() * 1e-9) * MARGIN;
    (outside > 0 && margin > 0.0).then_some(Part {
        range: [low - margin, high + margin],
        outside,
    })
}

/// How the finite values of a run lie.
struct Spread {
    values: Vec<f64>,
    /// From where to where they lie, without a few that are far off.
    fence: [f64; 2],
    /// The least distance from 0.
    nearest: f64,
}

impl Spread {
    fn of(drawn: &Drawn<'_>) -> Option<Self> {
        let points = points(drawn, Along::Step);
        let values = points.iter().filter_map(|point| point.y);
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_unstable_by(f64::total_cmp);
        let (first, last) = (*values.first()?, *values.last()?);
        let quarter = |part: usize| values[(values.len() - 1) * part / 4];
        let reach = (quarter(3) - quarter(1)) * FENCE;
        let fence = [quarter(1) - reach, quarter(3) + reach];
        let fence = [fence[0].max(first), fence[1].min(last)];
        let is_far = last - first > FAR * (fence[1] - fence[0]) && fence[1] > fence[0];
        Some(Self {
            nearest: values
                .iter()
                .map(|value| value.abs())
                .fold(f64::INFINITY, f64::min),
            fence: if is_far { fence } else { [first, last] },
            values,
        })
    }

    /// The largest distance from 0.
    fn reach(&self) -> f64 {
        self.fence[0].abs().max(self.fence[1].abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{
        chart::Slot,
        metrics::runs::{Point, Run, Series},
    };

    fn part_of(runs: &[&[f64]]) -> Option<([f64; 2], usize)> {
        part_to(Goal::Min, runs)
    }

    fn part_to(goal: Goal, runs: &[&[f64]]) -> Option<([f64; 2], usize)> {
        let run = Run::default();
        let series: Vec<Series> = runs
            .iter()
            .map(|values| {
                let points = values.iter().zip(0..).map(|(value, step)| Point {
                    step,
                    time: None,
                    value: Some(*value),
                });
                Series::of("r", "loss", points.collect(), false)
            })
            .collect();
        let drawn = series.iter().map(|series| Drawn {
            run: &run,
            slot: Slot::Color(0),
            series,
        });
        let lines = Lines {
            key: "loss",
            goal,
            drawn: drawn.collect(),
        };
        part(&lines).map(|part| {
            (
                part.range.map(|end| (end * 1e6).round() / 1e6),
                part.outside,
            )
        })
    }

    const GOOD: &[f64] = &[1.0, 0.8, 0.6, 0.5, 0.45, 0.4];

    #[test]
    fn a_run_that_left_the_others_does_not_flatten_them() {
        let diverged: &[f64] = &[1.0, 3.0, 1e3, 1e9, 1e30, f64::INFINITY, f64::NAN];
        assert_eq!(part_of(&[GOOD, diverged]), Some(([0.376, 1.024], 4)));
        assert_eq!(part_of(&[GOOD, GOOD, diverged]), Some(([0.376, 1.024], 4)));
    }

    #[test]
    fn a_few_points_that_are_far_off_do_not_flatten_the_rest() {
        let mut spiked = GOOD.repeat(10);
        spiked[7] = 900.0;
        let (range, outside) = part_of(&[&spiked]).unwrap();
        assert_eq!(outside, 1);
        assert!(
            range[0] < 0.4 && range[1] > 1.0 && range[1] < 3.0,
            "{range:?}"
        );
    }

    #[test]
    fn what_can_be_told_apart_is_drawn_whole() {
        assert_eq!(part_of(&[]), None);
        assert_eq!(part_of(&[&[2.0]]), None);
        assert_eq!(part_of(&[GOOD, &[2.0, 1.8, 1.6]]), None);
        // A run of another quantity has not left the others.
        assert_eq!(part_of(&[&[1e-6, 1e-6], &[1e-2, 1e-2]]), None);
        // One that learns beside one that does not, and one that is 0 throughout.
        let learns: &[f64] = &[0.01, 0.2, 0.8, 0.95];
        assert_eq!(part_to(Goal::Max, &[&[0.01, 0.01], learns]), None);
        assert_eq!(part_of(&[&[0.0, 0.0], &[0.0, 1.0]]), None);
        // A line that falls, and one that is level.
        assert_eq!(part_of(&[&[5.0, 2.0, 1.0, 0.6, 0.5]]), None);
        assert_eq!(part_of(&[&[3.0, 3.0, 3.0, 4.0]]), None);
    }
}
