//! Points over time: days and buckets. Pure arithmetic over whole seconds since 1970 in UTC; what a table's own times
//! are is [`super::moments`]'s.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::engine::calendar::{self, Date, days_in};

/// Seconds of a minute.
pub const MINUTE: i64 = 60;
/// Seconds of an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Seconds of a day.
pub const DAY: i64 = calendar::DAY;
/// How wide a bucket may be; each is a whole number of the one before, so that fine buckets add up to coarse ones.
pub const STEPS: [i64; 11] = [
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
    28 * DAY,
];
/// Buckets that a chart has at most, if it may choose.
pub const MOST_BUCKETS: i64 = 200;

/// A moment, to the second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// What `2024-05-01`, `2024-05-01 10:00` or `2024-05-01T10:00:00Z` says; fractions of a second are left out.
    /// `None` for what is no date that the calendar has.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches(['Z', 'z']);
        let (date, time) = match text.split_once([' ', 'T', 't']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let [year, month, day] = numbers(date, '-')?.try_into().ok()?;
        let in_calendar = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && day >= 1
            && day <= days_in(year, month);
        if !in_calendar {
            return None;
        }
        let seconds = time.map_or(Some(0), seconds_of_day)?;
        Some(Self(Date { year, month, day }.to_day() * DAY + seconds))
    }

    /// The midnight before it.
    #[must_use]
    pub fn day(self) -> Self {
        self.bucket(DAY)
    }

    /// Where the bucket begins that it is in; buckets of whole days begin at midnight UTC.
    #[must_use]
    pub fn bucket(self, step: i64) -> Self {
        Self(self.0.div_euclid(step) * step)
    }

    /// `2024-05-01`.
    pub fn date(self) -> String {
        // Other years have more digits than the servers' dates.
        let within = self.0.clamp(calendar::FIRST, calendar::LAST);
        let Date { year, month, day } = Date::of_day(within.div_euclid(DAY));
        format!("{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Moment {
    /// `2024-05-01 10:00:00`, as the servers write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.rem_euclid(DAY);
        let (hours, minutes) = (seconds / HOUR, seconds % HOUR / MINUTE);
        write!(
            f,
            "{} {hours:02}:{minutes:02}:{:02}",
            self.date(),
            seconds % MINUTE
        )
    }
}

impl Serialize for Moment {
    /// As it is written.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The finest bucket that cuts this many seconds into no more than [`MOST_BUCKETS`].
pub fn step_for(seconds: i64) -> i64 {
    let fits = |step: &&i64| seconds.max(0) / **step < MOST_BUCKETS;
    *STEPS.iter().find(fits).unwrap_or(&STEPS[STEPS.len() - 1])
}

/// The bucket in which data of this spacing has no holes: the same, or a coarser one. `starts` are where buckets with
/// data begin, ascending and each once; the middle one of their distances counts, so that a pause changes nothing.
pub fn step_without_holes(starts: &[i64], step: i64) -> i64 {
    let mut gaps: Vec<i64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    let Some(middle) = gaps.get(gaps.len() / 2) else {
        return step;
    };
    let reaches = |coarser: &&i64| **coarser >= (*middle).max(step);
    *STEPS
        .iter()
        .find(reaches)
        .unwrap_or(&STEPS[STEPS.len() - 1])
}

/// A width in words: `15 min`, `6 h`, `1 day`.
pub fn step_words(step: i64) -> String {
    match step {
        DAY => "1 day".to_owned(),
        _ if step % DAY == 0 => format!("{} days", step / DAY),
        _ if step % HOUR == 0 => format!("{} h", step / HOUR),
        _ if step % MINUTE == 0 => format!("{} min", step / MINUTE),
        _ => format!("{step} s"),
    }
}

fn numbers(text: &str, between: char) -> Option<Vec<i64>> {
    let number = |part: &str| {
        let digits =
            !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    };
    text.split(between).map(number).collect()
}

fn seconds_of_day(text: &str) -> Option<i64> {
    let (text, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let parts = numbers(text, ':')?;
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    (hours < 24 && minutes < 60 && seconds < 60)
        .then_some(hours * HOUR + minutes * MINUTE + seconds)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::calendar::LAST;

    fn seconds(text: &str) -> Option<i64> {
        Moment::parse(text).map(|moment| moment.0)
    }

    #[test]
    fn dates_and_times_are_read_as_people_and_servers_write_them() {
        assert_eq!(seconds("1970-01-01"), Some(0));
        assert_eq!(seconds("2024-05-15 12:00:00"), Some(1_715_774_400));
        assert_eq!(seconds("2024-05-15T12:00"), Some(1_715_774_400));
        assert_eq!(seconds(" 2024-05-15T12:00:00.999Z "), Some(1_715_774_400));
        assert_eq!(seconds("2024-02-29"), Some(1_709_164_800));
        assert_eq!(seconds("9999-12-31 23:59:59"), Some(LAST));
    }

    #[test]
    fn what_the_calendar_does_not_have_is_refused() {
        for text in [
            "",
            "0000-00-00",
            "2024-13-01",
            "2024-00-10",
            "2023-02-29",
            "2024-05-01 24:00",
            "2024-05-01 10:60",
            "2024-05-01 10",
            "2024-05",
            "20240501",
            "2024-05-01 10:00:00.x",
            "-2024-05-01",
            "2024-+5-01",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn buckets_begin_at_or_before_what_is_in_them() {
        assert_eq!(Moment(-1).bucket(DAY), Moment(-DAY));
        assert_eq!(Moment(DAY + 1).day(), Moment(DAY));
        assert_eq!(
            Moment(1_715_774_399).bucket(HOUR).to_string(),
            "2024-05-15 11:00:00"
        );
    }

    #[test]
    fn each_step_is_a_whole_number_of_the_one_before() {
        assert!(STEPS.windows(2).all(|pair| pair[1] % pair[0] == 0));
    }

    #[test]
    fn a_window_is_cut_into_as_many_buckets_as_a_chart_can_show() {
        let steps = [HOUR, DAY, 7 * DAY, 28 * DAY, 365 * DAY]
            .map(step_for)
            .map(step_words);
        assert_eq!(steps, ["1 min", "15 min", "1 h", "6 h", "7 days"]);
        assert_eq!(step_for(i64::MAX), 28 * DAY);
        assert_eq!(step_for(-5), MINUTE);
    }

    #[test]
    fn coarse_data_gets_coarse_buckets_and_a_pause_does_not() {
        let hourly: Vec<i64> = (0..24).map(|hour| hour * HOUR).collect();
        assert_eq!(step_without_holes(&hourly, 15 * MINUTE), HOUR);
        assert_eq!(step_without_holes(&hourly, DAY), DAY);
        let paused: Vec<i64> = (0..10)
            .chain(5_000..5_010)
            .map(|minute| minute * MINUTE)
            .collect();
        assert_eq!(step_without_holes(&paused, MINUTE), MINUTE);
        assert_eq!(step_without_holes(&[7], HOUR), HOUR);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(at in -62_135_596_800..=LAST) {
            let moment = Moment(at);
            prop_assert_eq!(Moment::parse(&moment.to_string()), Some(moment));
            prop_assert_eq!(Moment::parse(&moment.date()), Some(moment.day()));
        }

        #[test]
        fn no_text_makes_it_fail(text in ".{0,30}") {
            Moment::parse(&text);
        }
    }
}
