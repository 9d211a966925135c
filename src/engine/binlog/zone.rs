//! The time zone in which a TIMESTAMP is shown.

use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};

use super::value::{Date, DateTime};

/// A time zone, as a session's `time_zone` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl Zone {
    /// No offset.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// From an offset as the servers write it (`+02:00`, `-3:30`), or the name of a region that this computer's
    /// table of time zones has. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let sign = match text.as_bytes().first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return TimeZone::get(text).ok().map(Self),
        };
        let (hours, minutes) = text[1..].split_once(':')?;
        let number = |text: &str, most: i32| {
            let plain =
                matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse::<i32>().ok().filter(|_| plain);
            number.filter(|number| *number <= most)
        };
        let east = sign * (number(hours, 14)? * 3600 + number(minutes, 59)? * 60);
        // The servers' own bounds: -13:59 to +14:00.
        let east = Some(east).filter(|east| (-50_340..=50_400).contains(east))?;
        Some(Self(TimeZone::fixed(Offset::from_seconds(east).ok()?)))
    }

    /// So many seconds from UTC, all year round; east is positive. `None` beyond what a clock anywhere shows.
    pub fn at_offset(seconds: i32) -> Option<Self> {
        Some(Self(TimeZone::fixed(Offset::from_seconds(seconds).ok()?)))
    }

    /// The second since 1970 UTC that a text names: with a zone of its own, or as a clock there shows it. A fraction is
    /// left out.
    pub fn seconds(&self, text: &str) -> Option<u32> {
        let moment = text.parse::<Timestamp>().ok().or_else(|| {
            let clock = text.parse::<jiff::civil::DateTime>().ok()?;
            self.0.to_timestamp(clock).ok()
        })?;
        u32::try_from(moment.as_second()).ok()
    }

    /// What a clock there shows at a moment.
    pub(super) fn clock(&self, seconds: u32, micros: u32) -> Option<DateTime> {
        let moment = Timestamp::from_second(seconds.into()).ok()?;
        let clock = self.0.to_datetime(moment);
        Some(DateTime {
            date: Date {
                year: clock.year().try_into().ok()?,
                month: clock.month().try_into().ok()?,
                day: clock.day().try_into().ok()?,
            },
            hour: clock.hour().try_into().ok()?,
            minute: clock.minute().try_into().ok()?,
            second: clock.second().try_into().ok()?,
            micros,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(zone: &str, seconds: u32) -> Option<String> {
        let clock = Zone::parse(zone)?.clock(seconds, 0)?;
        let Date { year, month, day } = clock.date;
        Some(format!(
            "{year}-{month:02}-{day:02} {:02}:{:02}:{:02}",
            clock.hour, clock.minute, clock.second
        ))
    }

    #[test]
    fn offsets_and_regions_move_the_clock() {
        let at = |zone| clock(zone, 1_000_000_000);
        assert_eq!(at("+00:00").as_deref(), Some("2001-09-09 01:46:40"));
        assert_eq!(at("-13:59").as_deref(), Some("2001-09-08 11:47:40"));
        assert_eq!(at("+14:00").as_deref(), Some("2001-09-09 15:46:40"));
        assert_eq!(at("UTC").as_deref(), Some("2001-09-09 01:46:40"));
        assert_eq!(
            clock("+5:30", u32::MAX).as_deref(),
            Some("2106-02-07 11:58:15")
        );
    }

    #[test]
    fn times_are_read_with_and_without_a_zone() {
        let zone = Zone::parse("+02:00").unwrap();
        for (text, seconds) in [
            ("2001-09-09T01:46:40Z", 1_000_000_000),
            ("2001-09-09 03:46:40.9", 1_000_000_000),
            ("2001-09-09 03:46", 999_999_960),
            ("2001-09-09", 999_986_400),
        ] {
            assert_eq!(zone.seconds(text), Some(seconds), "{text}");
        }
        for text in ["", "1", "0-1-5", "binlog.000001:4", "1969-01-01"] {
            assert_eq!(zone.seconds(text), None, "{text}");
        }
    }

    #[test]
    fn an_offset_in_seconds_is_the_zone_of_that_offset() {
        assert_eq!(Zone::at_offset(7200), Zone::parse("+02:00"));
        assert_eq!(Zone::at_offset(i32::MAX), None);
    }

    #[test]
    fn what_is_no_zone_is_none() {
        for zone in [
            "", "+", "+14:01", "-14:00", "+1", "+1:60", "+a:00", "+001:00", "SYSTEM", "é",
        ] {
            assert_eq!(Zone::parse(zone), None, "{zone}");
        }
    }
}
