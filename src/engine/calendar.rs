//! The calendar: days since 1970 and dates, and moments as programs write them. Proleptic Gregorian, in UTC, without
//! leap seconds. Zones are fixed offsets; those with daylight saving are not here.

/// Seconds of a day.
pub const DAY: i64 = 86_400;
/// The first second of the year 0: an earlier one is written as its number.
pub const FIRST: i64 = -62_167_219_200;
/// The last second that the servers' dates can say: 9999-12-31 23:59:59.
pub const LAST: i64 = 253_402_300_799;

/// A date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// The year.
    pub year: i64,
    /// From 1.
    pub month: i64,
    /// From 1.
    pub day: i64,
}

impl Date {
    /// The date of a day since 1970-01-01. Counts in eras of 400 years that begin with March, so that the leap day is
    /// the last of its year.
    pub fn of_day(days: i64) -> Self {
        let days = days + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = (march_month + 2) % 12 + 1;
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * march_month + 2) / 5 + 1,
        }
    }

    /// The day since 1970-01-01; months may run over, 13 is the next January.
    pub fn to_day(self) -> i64 {
        let year = self.year + (self.month - 1).div_euclid(12);
        let month = (self.month - 1).rem_euclid(12) + 1;
        let year = year - i64::from(month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
        era * 146_097 + day_of_era - 719_468
    }
}

/// How many days a month has, from 1 for January.
pub fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `UTC`, `UTC+05:30`.
pub fn zone(offset_secs: i32) -> String {
    let sign = if offset_secs < 0 { '−' } else { '+' };
    let minutes = offset_secs.unsigned_abs() / 60;
    match minutes {
        0 => "UTC".to_owned(),
        _ => format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60),
    }
}

/// Milliseconds since 1970 as RFC 3339 has them, in UTC: `2026-10-01T00:00:00.250Z`, without a fraction where it is 0.
/// `None` outside the years 0 to 9999.
pub fn rfc3339(millis: i64) -> Option<String> {
    of_micros(millis.checked_mul(1000)?)
}

/// The same of seconds since 1970, to the microsecond.
pub fn rfc3339_of_seconds(seconds: f64) -> Option<String> {
    let is_there = (FIRST as f64..=LAST as f64).contains(&seconds);
    is_there.then(|| of_micros((seconds * 1e6).round() as i64))?
}

fn of_micros(micros: i64) -> Option<String> {
    let (time, micros) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    if !(FIRST..=LAST).contains(&time) {
        return None;
    }
    let Date { year, month, day } = Date::of_day(time.div_euclid(DAY));
    let of_day = time.rem_euclid(DAY);
    let (hours, minutes, seconds) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let fraction = match micros {
        0 => String::new(),
        _ if micros % 1000 == 0 => format!(".{:03}", micros / 1000),
        _ => format!(".{micros:06}"),
    };
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}{fraction}Z"
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn moments_are_written_as_programs_read_them() {
        let seconds = rfc3339_of_seconds;
        assert_eq!(seconds(1_790_812_800.0).unwrap(), "2026-10-01T00:00:00Z");
        assert_eq!(seconds(-0.25).unwrap(), "1969-12-31T23:59:59.750Z");
        assert_eq!(seconds(0.000_25).unwrap(), "1970-01-01T00:00:00.000250Z");
        assert_eq!([f64::NAN, 1e15].map(seconds), [None, None]);
        assert_eq!(
            rfc3339(1_789_985_600_003).unwrap(),
            "2026-09-21T10:13:20.003Z"
        );
        assert_eq!(
            rfc3339(-62_167_219_200_000).unwrap(),
            "0000-01-01T00:00:00Z"
        );
        assert_eq!([i64::MAX, 253_402_300_800_000].map(rfc3339), [None, None]);
    }

    #[test]
    fn months_run_over_into_other_years() {
        let day = |year, month| {
            Date {
                year,
                month,
                day: 1,
            }
            .to_day()
        };
        assert_eq!(day(2026, 13), day(2027, 1));
        assert_eq!(day(2026, 0), day(2025, 12));
    }

    #[test]
    fn a_zone_says_how_far_it_is_ahead() {
        assert_eq!(
            [0, 19_800, -12_600].map(zone),
            ["UTC", "UTC+05:30", "UTC−03:30"]
        );
    }

    proptest! {
        #[test]
        fn a_day_has_one_date_and_a_date_one_day(day in -719_528_i64..2_932_896) {
            let date = Date::of_day(day);
            prop_assert_eq!(date.to_day(), day);
            prop_assert!((1..=12).contains(&date.month));
            prop_assert!((1..=days_in(date.year, date.month)).contains(&date.day));
        }
    }
}
