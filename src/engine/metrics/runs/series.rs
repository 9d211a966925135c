//! The points of one metric of one run: put in order, with the last and the best. Pure arithmetic.

use super::Goal;

/// Times below this cannot be milliseconds: that would be March 1973, before there were training runs.
const SECONDS_BELOW: f64 = 1e11;

/// One value that was logged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The step.
    pub step: i64,
    /// When, in milliseconds since 1970 in UTC; `None` where the tracker does not say.
    pub time: Option<i64>,
    /// The value. NaN and the infinities were logged as such; `None` is the tracker's NULL.
    pub value: Option<f64>,
}

impl Point {
    /// The value if it is a finite number.
    pub fn finite(&self) -> Option<f64> {
        self.value.filter(|value| value.is_finite())
    }
}

/// What one run has logged of one metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The run's id.
    pub run: String,
    /// The metric's name.
    pub key: String,
    /// One point a step, by step.
    pub points: Vec<Point>,
    /// Points whose step was logged again later, by step; the charts over time show them too.
    pub repeated: Vec<Point>,
    /// There were more points than may be read; the last steps are missing.
    pub cut: bool,
}

impl Series {
    /// Put points in order: they come by step, then by time. The last of a step counts.
    pub fn of(run: &str, key: &str, ordered: Vec<Point>, cut: bool) -> Self {
        let mut points: Vec<Point> = Vec::with_capacity(ordered.len());
        let mut repeated = Vec::new();
        for point in ordered {
            match points.last_mut() {
                Some(last) if last.step == point.step => {
                    repeated.push(std::mem::replace(last, point));
                }
                _ => points.push(point),
            }
        }
        Self {
            run: run.to_owned(),
            key: key.to_owned(),
            points,
            repeated,
            cut,
        }
    }

    /// The point of the highest step.
    pub fn last(&self) -> Option<&Point> {
        self.points.last()
    }

    /// The best finite point; of equal ones that of the earliest step.
    pub fn best(&self, goal: Goal) -> Option<&Point> {
        let finite = |point| Some((point, Point::finite(point)?));
        goal.best(self.points.iter().filter_map(finite))
    }

    /// Points whose value is not a finite number.
    pub fn not_finite(&self) -> usize {
        let no_number = self.points.iter().filter(|point| point.finite().is_none());
        no_number.count()
    }

    /// When the first point was logged.
    pub fn first_time(&self) -> Option<i64> {
        let all = self.points.iter().chain(&self.repeated);
        all.filter_map(|point| point.time).min()
    }
}

/// What the numbers in a column of times count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds since 1970, as trackers write them.
    #[default]
    Milliseconds,
    /// Seconds since 1970: a guess from all of them being small.
    Seconds,
}

impl Unit {
    /// What these times count: seconds if all of them are too small for milliseconds.
    pub fn guess(times: impl IntoIterator<Item = f64>) -> Self {
        let mut times = times.into_iter().peekable();
        if times.peek().is_some() && times.all(|time| time.abs() < SECONDS_BELOW) {
            Self::Seconds
        } else {
            Self::Milliseconds
        }
    }

    /// A time in milliseconds.
    pub fn millis(self, time: f64) -> i64 {
        match self {
            Self::Milliseconds => time.round() as i64,
            Self::Seconds => (time * 1000.0).round() as i64,
        }
    }

    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(step: i64, time: i64, value: f64) -> Point {
        Point {
            step,
            time: Some(time),
            value: Some(value),
        }
    }

    fn series(points: &[(i64, i64, f64)]) -> Series {
        let points = points
            .iter()
            .map(|(step, time, value)| point(*step, *time, *value));
        Series::of("r", "k", points.collect(), false)
    }

    #[test]
    fn of_a_step_the_last_point_counts_and_the_others_are_kept_apart() {
        let series = series(&[(0, 1, 5.0), (0, 2, 4.0), (0, 3, 6.0), (1, 4, 9.0)]);
        assert_eq!(series.points, [point(0, 3, 6.0), point(1, 4, 9.0)]);
        assert_eq!(series.repeated, [point(0, 1, 5.0), point(0, 2, 4.0)]);
        // The better value of a step that was logged again does not count.
        assert_eq!(series.best(Goal::Min).unwrap().value, Some(6.0));
        assert_eq!(series.last().unwrap().value, Some(9.0));
        assert_eq!(series.first_time(), Some(1));
    }

    #[test]
    fn of_equal_values_the_earliest_step_is_best() {
        let series = series(&[(0, 1, 2.0), (3, 2, 1.0), (5, 3, 1.0), (7, 4, 2.0)]);
        assert_eq!(series.best(Goal::Min).unwrap().step, 3);
        assert_eq!(series.best(Goal::Max).unwrap().step, 0);
    }

    #[test]
    fn what_is_no_finite_number_is_never_best() {
        let mut all = series(&[
            (0, 1, f64::NAN),
            (1, 2, f64::NEG_INFINITY),
            (2, 3, 1.0),
            (3, 4, f64::INFINITY),
        ]);
        all.points.push(Point {
            step: 4,
            time: None,
            value: None,
        });
        assert_eq!(all.best(Goal::Min).unwrap().step, 2);
        assert_eq!(all.best(Goal::Max).unwrap().step, 2);
        assert_eq!(all.not_finite(), 4);
        assert_eq!(series(&[(0, 1, f64::NAN)]).best(Goal::Min), None);
        assert_eq!(Series::default().best(Goal::Max), None);
    }

    #[test]
    fn small_times_are_seconds() {
        assert_eq!(Unit::guess([1.79e9, 1.8e9]), Unit::Seconds);
        assert_eq!(Unit::guess([1.79e12, 1.8e9]), Unit::Milliseconds);
        assert_eq!(Unit::guess([1e11]), Unit::Milliseconds);
        assert_eq!(Unit::guess([]), Unit::Milliseconds);
        assert_eq!(Unit::Seconds.millis(1.5), 1500);
        assert_eq!(
            Unit::Milliseconds.millis(1_790_000_000_123.0),
            1_790_000_000_123
        );
    }
}
