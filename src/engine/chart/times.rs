//! Times on an axis: where its ticks stand and what they say, from seconds to years, at a fixed offset from UTC. Dates
//! are the calendar's ([`crate::engine::calendar`]).

use super::scale::Tick;
use crate::engine::calendar::{self, Date, zone};

const DAY: f64 = calendar::DAY as f64;
/// Beyond the years 0 to 9999 a time is shown as its number.
const FIRST: f64 = calendar::FIRST as f64;
const LAST: f64 = calendar::LAST as f64;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// What lies between two ticks.
#[derive(Debug, Clone, Copy)]
enum Step {
    Seconds(i64),
    /// Days of a month: 1, 3, 5 … for 2.
    Days(i64),
    Months(i64),
    Years(i64),
}

const STEPS: [Step; 27] = [
    Step::Seconds(1),
    Step::Seconds(2),
    Step::Seconds(5),
    Step::Seconds(15),
    Step::Seconds(30),
    Step::Seconds(60),
    Step::Seconds(120),
    Step::Seconds(300),
    Step::Seconds(900),
    Step::Seconds(1800),
    Step::Seconds(3600),
    Step::Seconds(7200),
    Step::Seconds(10_800),
    Step::Seconds(21_600),
    Step::Seconds(43_200),
    Step::Days(1),
    Step::Days(2),
    Step::Days(5),
    Step::Days(10),
    Step::Days(15),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(2),
    Step::Years(5),
];

impl Step {
    fn secs(self) -> f64 {
        match self {
            Self::Seconds(secs) => secs as f64,
            Self::Days(days) => days as f64 * DAY,
            Self::Months(months) => months as f64 * 30.4 * DAY,
            Self::Years(years) => years as f64 * 365.2 * DAY,
        }
    }

    fn fitting(span: f64, most: usize) -> Self {
        let raw = span / most as f64;
        let years = || {
            let years = raw / (365.2 * DAY);
            let power = 10f64.powf(years.log10().floor());
            let digits = [1.0, 2.0, 5.0, 10.0];
            let digits = digits.into_iter().find(|digits| digits * power >= years);
            Self::Years((digits.unwrap_or(10.0) * power) as i64)
        };
        STEPS
            .into_iter()
            .find(|step| step.secs() >= raw)
            .unwrap_or_else(years)
    }

    /// Its times within a range of local seconds.
    fn times(self, low: f64, high: f64) -> Vec<i64> {
        let (first, last) = (low.ceil() as i64, high.floor() as i64);
        let from = Date::of_day(first.div_euclid(86_400));
        let midnight = |year, month, day| Date { year, month, day }.to_day() * 86_400;
        let mut times: Vec<i64> = match self {
            Self::Seconds(step) => {
                let start = first.div_euclid(step) * step;
                (0..=(last - start) / step)
                    .map(|index| start + index * step)
                    .collect()
            }
            Self::Days(step) => {
                let start = first.div_euclid(86_400);
                (start..=last.div_euclid(86_400))
                    .filter(|day| {
                        let day = Date::of_day(*day).day;
                        // What is left of a month after its last whole step is skipped.
                        (day - 1) % step == 0 && (step == 1 || day + step <= 33)
                    })
                    .map(|day| day * 86_400)
                    .collect()
            }
            Self::Months(step) => {
                let start = (from.month - 1) / step * step + 1;
                let months = (last - first) / 86_400 / 28 + 2 * step;
                (0..=months / step)
                    .map(|index| midnight(from.year, start + index * step, 1))
                    .collect()
            }
            Self::Years(step) => {
                let start = from.year.div_euclid(step) * step;
                let years = (last - first) / 86_400 / 365 + 2 * step;
                (0..=years / step)
                    .map(|index| midnight(start + index * step, 1, 1))
                    .collect()
            }
        };
        times.retain(|time| (first..=last).contains(time));
        times
    }

    fn label(self, time: i64, first: bool) -> String {
        let at = Date::of_day(time.div_euclid(86_400));
        let secs = time.rem_euclid(86_400);
        let day = format!("{} {}", at.day, MONTHS[at.month as usize - 1]);
        match self {
            Self::Seconds(_) if secs == 0 => day,
            Self::Seconds(step) if step < 60 => clock(secs, true),
            Self::Seconds(_) => clock(secs, false),
            Self::Days(_) if at.month == 1 && at.day == 1 => format!("{day} {}", at.year),
            Self::Days(_) => day,
            Self::Months(_) if at.month == 1 => at.year.to_string(),
            Self::Months(_) if first => format!("{} {}", MONTHS[at.month as usize - 1], at.year),
            Self::Months(_) => MONTHS[at.month as usize - 1].to_owned(),
            Self::Years(_) => at.year.to_string(),
        }
    }
}

fn clock(secs: i64, with_seconds: bool) -> String {
    let (hours, minutes, seconds) = (secs / 3600, secs / 60 % 60, secs % 60);
    if with_seconds {
        format!("{hours:02}:{minutes:02}:{seconds:02}")
    } else {
        format!("{hours:02}:{minutes:02}")
    }
}

/// Ticks at round times of the shown zone.
pub(super) fn ticks([low, high]: [f64; 2], offset_secs: i32, most: usize) -> Vec<Tick> {
    let offset = f64::from(offset_secs);
    let (low, high) = ((low + offset).max(FIRST), (high + offset).min(LAST));
    if low >= high {
        return Vec::new();
    }
    let step = Step::fitting(high - low, most);
    step.times(low, high)
        .into_iter()
        .enumerate()
        .map(|(index, time)| Tick {
            at: time as f64 - offset,
            label: step.label(time, index == 0),
        })
        .collect()
}

/// "3 Oct 2026 06:00 UTC"; seconds and milliseconds where there are any.
pub(super) fn text(secs: f64, offset_secs: i32) -> String {
    let local = secs + f64::from(offset_secs);
    if !(FIRST..=LAST).contains(&local) {
        return format!("{secs} s");
    }
    let millis = (local * 1e3).round() as i64;
    let (time, millis) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let at = Date::of_day(time.div_euclid(86_400));
    let of_day = time.rem_euclid(86_400);
    let fraction = if millis == 0 {
        String::new()
    } else {
        format!(".{millis:03}")
    };
    let clock = clock(of_day, of_day % 60 != 0 || millis != 0);
    format!(
        "{} {} {} {clock}{fraction} {}",
        at.day,
        MONTHS[at.month as usize - 1],
        at.year,
        zone(offset_secs)
    )
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const OCTOBER: f64 = 1_790_812_800.0; // 2026-10-01

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "reads as a table")]
    fn check(span: f64, offset_secs: i32, most: usize, expect: Expect) {
        let labels: Vec<_> = ticks([OCTOBER, OCTOBER + span], offset_secs, most)
            .into_iter()
            .map(|tick| tick.label)
            .collect();
        expect.assert_eq(&labels.join(" | "));
    }

    #[test]
    fn ticks_stand_at_round_times() {
        check(
            20.0,
            0,
            5,
            expect!["1 Oct | 00:00:05 | 00:00:10 | 00:00:15 | 00:00:20"],
        );
        check(
            3600.0,
            0,
            4,
            expect!["1 Oct | 00:15 | 00:30 | 00:45 | 01:00"],
        );
        check(
            2.0 * DAY,
            0,
            8,
            expect!["1 Oct | 06:00 | 12:00 | 18:00 | 2 Oct | 06:00 | 12:00 | 18:00 | 3 Oct"],
        );
        check(
            20.0 * DAY,
            0,
            5,
            expect!["1 Oct | 6 Oct | 11 Oct | 16 Oct | 21 Oct"],
        );
        check(
            60.0 * DAY,
            0,
            14,
            expect![
                "1 Oct | 6 Oct | 11 Oct | 16 Oct | 21 Oct | 26 Oct | 1 Nov | 6 Nov | 11 Nov | 16 Nov | 21 Nov | 26 Nov"
            ],
        );
        check(100.0 * DAY, 0, 5, expect!["Oct 2026 | Nov | Dec | 2027"]);
        check(
            95.0 * DAY,
            0,
            12,
            expect![
                "1 Oct | 11 Oct | 21 Oct | 1 Nov | 11 Nov | 21 Nov | 1 Dec | 11 Dec | 21 Dec | 1 Jan 2027"
            ],
        );
        check(
            4000.0 * DAY,
            0,
            6,
            expect!["2028 | 2030 | 2032 | 2034 | 2036"],
        );
        check(
            40_000.0 * DAY,
            0,
            6,
            expect!["2040 | 2060 | 2080 | 2100 | 2120"],
        );
    }

    #[test]
    fn ticks_stand_at_midnight_of_the_shown_zone() {
        let ticks = ticks([OCTOBER, OCTOBER + 3.0 * DAY], 7200, 3);
        assert!((ticks[0].at - (OCTOBER + DAY - 7200.0)).abs() < 1e-6);
        assert_eq!(ticks[0].label, "2 Oct");
    }

    #[test]
    fn one_time_in_words() {
        assert_eq!(text(OCTOBER + 3600.5, 0), "1 Oct 2026 01:00:00.500 UTC");
        assert_eq!(text(OCTOBER, -19_800), "30 Sep 2026 18:30 UTC−05:30");
        assert_eq!(text(1e15, 0), "1000000000000000 s");
    }
}
