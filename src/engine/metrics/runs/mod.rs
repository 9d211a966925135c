//! Training runs: what a tracker has logged of each, read from its tables.
//!
//! Two layouts are known by looking: MLflow's (`run_uuid`, `key`, `value`, `is_nan`, `latest_metrics`, `params`,
//! `tags`) and that of simpler trackers (`run_id`, `metric_key`, `metric_value`). Points are ordered by step, then by
//! time; of several points of one step the last counts, and how many did not is kept. What is not a finite number is
//! never the best. A tracker's experiments are groups of runs here, nothing more.

pub mod charts;
pub mod compare;
mod cost;
mod goal;
pub mod json;
mod list;
mod places;
mod points;
mod read;
pub mod report;
pub mod series;
mod summary;

use super::series::Moment;

pub use cost::{advice, cost, cost_of_list};
pub use goal::Goal;
pub use list::{Listed, Listing, Wanted, bare, fill, list};
pub use places::{PLACES, Precision, Tables};
pub use points::points;
pub use read::{Found, Texts, describe, find, read};
pub use series::{Point, Series, Unit};
pub use summary::Summary;

/// A run, as its tracker describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Its key in the tracker's tables.
    pub id: String,
    /// What people call it, if the tracker keeps that.
    pub name: Option<String>,
    /// The group that it belongs to.
    pub experiment_id: Option<String>,
    /// That group's name, if the tracker keeps it.
    pub experiment: Option<String>,
    /// Who started it.
    pub user: Option<String>,
    /// As the tracker writes it: `FINISHED`, `RUNNING`, `FAILED` …
    pub status: Option<String>,
    /// It, or its group, is marked as deleted.
    pub deleted: bool,
    /// When it began, in milliseconds since 1970 in UTC.
    pub start: Option<i64>,
    /// When it ended, likewise; `None` while it goes on.
    pub end: Option<i64>,
}

/// Letters of an id that tell runs apart on a screen.
const SHORT: usize = 8;

impl Run {
    /// Its name, else the beginning of its id.
    pub fn label(&self) -> String {
        match self.name.as_deref() {
            Some(name) if !name.trim().is_empty() => name.to_owned(),
            _ => self.short_id(),
        }
    }

    /// The id, cut to its first letters where it is long.
    pub fn short_id(&self) -> String {
        if self.id.chars().count() > SHORT + 4 {
            self.id.chars().take(SHORT).collect()
        } else {
            self.id.clone()
        }
    }

    /// The group's name, else its id.
    pub fn group(&self) -> Option<&str> {
        self.experiment
            .as_deref()
            .filter(|name| !name.is_empty())
            .or(self.experiment_id.as_deref())
    }

    /// From start to end in milliseconds; `None` while it goes on, or where the tracker's times make no sense.
    pub fn millis(&self) -> Option<i64> {
        let millis = self.end?.checked_sub(self.start?)?;
        (millis >= 0).then_some(millis)
    }
}

/// `2024-05-01 10:00:00` of milliseconds since 1970 in UTC.
pub fn time_text(millis: i64) -> String {
    Moment(millis.div_euclid(1000)).to_string()
}

/// A length of time: `48 s`, `1 h 02 min`, `3 d 4 h`.
pub fn length_text(millis: i64) -> String {
    let secs = millis / 1000;
    match secs {
        0..60 if millis < 10_000 => format!("{:.1} s", millis as f64 / 1000.0),
        0..60 => format!("{secs} s"),
        60..3600 => format!("{} min {:02} s", secs / 60, secs % 60),
        3600..86_400 => format!("{} h {:02} min", secs / 3600, secs % 3600 / 60),
        _ => format!("{} d {} h", secs / 86_400, secs % 86_400 / 3600),
    }
}

/// A value as people read it: six significant digits, which is about what a FLOAT holds.
pub fn value_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+∞" } else { "−∞" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let power = value.abs().log10().floor() as i32;
    if !(-4..7).contains(&power) {
        let text = format!("{value:.5e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{exponent}", trimmed(digits));
    }
    let decimals = usize::try_from(5 - power).unwrap_or(0);
    trimmed(&format!("{value:.decimals$}")).to_owned()
}

/// Without zeros that say nothing.
fn trimmed(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_called_by_its_name_else_by_the_beginning_of_its_id() {
        let run = Run {
            id: "0123456789abcdef".to_owned(),
            name: Some(" ".to_owned()),
            ..Run::default()
        };
        assert_eq!(run.label(), "01234567");
        let named = Run {
            name: Some("baseline".to_owned()),
            ..run.clone()
        };
        assert_eq!(named.label(), "baseline");
        let short = Run {
            id: "run-12".to_owned(),
            ..Run::default()
        };
        assert_eq!(short.label(), "run-12");
    }

    #[test]
    fn a_run_that_ends_before_it_starts_has_no_length() {
        let run = |start, end| Run {
            start,
            end,
            ..Run::default()
        };
        assert_eq!(run(Some(5), Some(7)).millis(), Some(2));
        assert_eq!(run(Some(7), Some(5)).millis(), None);
        assert_eq!(run(Some(i64::MIN), Some(5)).millis(), None);
        assert_eq!(run(Some(5), None).millis(), None);
    }

    #[test]
    fn values_are_read_at_a_glance() {
        let texts = [
            0.1_f32.into(),
            -0.148_121_827,
            16_777_216.0,
            1e-7,
            123_456.0,
            f64::NAN,
            f64::NEG_INFINITY,
            0.0,
            999_999.95,
            5.0,
        ]
        .map(value_text);
        assert_eq!(
            texts,
            [
                "0.1",
                "-0.148122",
                "1.67772e7",
                "1e-7",
                "123456",
                "NaN",
                "−∞",
                "0",
                "1000000",
                "5"
            ]
        );
    }

    #[test]
    fn lengths_have_two_units() {
        let texts = [1_500, 48_000, 125_000, 3_720_000, 273_600_000].map(length_text);
        assert_eq!(
            texts,
            ["1.5 s", "48 s", "2 min 05 s", "1 h 02 min", "3 d 4 h"]
        );
    }
}
