//! Which part of a flag's events is looked at: all of it, up to now, or between two moments.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::engine::{
    Error, Result,
    metrics::{
        moments::Moments,
        series::{DAY, HOUR, MINUTE, Moment},
    },
    sql::placeholders::Value,
};

/// A hundred years, in days: more is a slip of the pen.
const MOST_DAYS: u32 = 36_500;

/// A part of time. Its lower bound is inclusive, its upper one is not. Kept in files as people write it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Window {
    /// Whatever there is.
    #[default]
    All,
    /// From so long ago on the server's clock; without an upper bound, so that what is dated ahead counts.
    Last(Span),
    /// Between two moments in UTC; an end may be open.
    Between {
        /// The first second.
        from: Option<Moment>,
        /// The first second that is no longer of it.
        to: Option<Moment>,
    },
}

/// A length of time, in the unit that it was given in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    /// Minutes.
    Minutes(u32),
    /// Hours.
    Hours(u32),
    /// Days of 24 hours.
    Days(u32),
}

impl Span {
    /// In seconds.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Minutes(count) => i64::from(count) * MINUTE,
            Self::Hours(count) => i64::from(count) * HOUR,
            Self::Days(count) => i64::from(count) * DAY,
        }
    }

    /// As the servers write it: `INTERVAL 7 DAY`.
    pub(super) fn sql(self) -> String {
        let (count, unit) = match self {
            Self::Minutes(count) => (count, "MINUTE"),
            Self::Hours(count) => (count, "HOUR"),
            Self::Days(count) => (count, "DAY"),
        };
        format!("INTERVAL {count} {unit}")
    }

    /// In words: `7 days`.
    pub fn words(self) -> String {
        let (count, unit) = match self {
            Self::Minutes(count) => (count, "minute"),
            Self::Hours(count) => (count, "hour"),
            Self::Days(count) => (count, "day"),
        };
        format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

impl FromStr for Span {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::Invalid(format!(
                "`{text}` is no length of time: write 30m, 24h or 7d, at most {MOST_DAYS}d"
            ))
        };
        let unit = text.chars().last().ok_or_else(wrong)?;
        let digits = &text[..text.len() - unit.len_utf8()];
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let count: u32 = digits.parse().map_err(|_| wrong())?;
        let span = match unit {
            'm' => Self::Minutes(count),
            'h' => Self::Hours(count),
            'd' => Self::Days(count),
            _ => return Err(wrong()),
        };
        let fits = count > 0 && span.seconds() <= i64::from(MOST_DAYS) * DAY;
        fits.then_some(span).ok_or_else(wrong)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minutes(count) => write!(f, "{count}m"),
            Self::Hours(count) => write!(f, "{count}h"),
            Self::Days(count) => write!(f, "{count}d"),
        }
    }
}

impl Window {
    /// The last so many days.
    pub const fn days(count: u32) -> Self {
        Self::Last(Span::Days(count))
    }

    /// What follows in a WHERE, with a leading AND; empty for all.
    pub(super) fn condition(self, moments: &Moments) -> (String, Vec<Value>) {
        let (column, place) = (moments.column(), moments.place());
        match self {
            Self::All => (String::new(), Vec::new()),
            Self::Last(span) => (
                format!(" AND {column} >= {} - {}", moments.now(), span.sql()),
                Vec::new(),
            ),
            Self::Between { from, to } => {
                let bounds = [(">=", from), ("<", to)];
                let bounds = bounds.iter().filter_map(|(sign, bound)| {
                    let condition = format!(" AND {column} {sign} {place}");
                    Some((condition, moments.value((*bound)?)))
                });
                let (conditions, values): (Vec<String>, Vec<Value>) = bounds.unzip();
                (conditions.concat(), values)
            }
        }
    }

    /// In words, for people.
    pub fn words(self) -> String {
        match self {
            Self::All
            | Self::Between {
                from: None,
                to: None,
            } => "all time".to_owned(),
            Self::Last(span) => format!("last {}", span.words()),
            Self::Between {
                from: Some(from),
                to: Some(to),
            } => format!("{from} to {to} UTC"),
            Self::Between {
                from: Some(from),
                to: None,
            } => format!("since {from} UTC"),
            Self::Between {
                from: None,
                to: Some(to),
            } => format!("before {to} UTC"),
        }
    }
}

impl FromStr for Window {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if text == "all" {
            return Ok(Self::All);
        }
        let Some((from, to)) = text.split_once("..") else {
            return match text.parse() {
                Ok(span) => Ok(Self::Last(span)),
                Err(_) => Err(Error::Invalid(format!(
                    "`{text}` is no window: write all, 30m, 24h, 7d or FROM..TO with dates or times in UTC, such as 2024-05-01..2024-05-08T12:00"
                ))),
            };
        };
        let bound = |text: &str| {
            if text.is_empty() {
                return Ok(None);
            }
            let wrong = || {
                Error::Invalid(format!(
                    "`{text}` is no date or time in UTC: write 2024-05-01 or 2024-05-01T10:00:00"
                ))
            };
            Moment::parse(text).map(Some).ok_or_else(wrong)
        };
        let (from, to) = (bound(from)?, bound(to)?);
        match (from, to) {
            (None, None) => Ok(Self::All),
            (Some(from), Some(to)) if from == to => Err(Error::Invalid(format!(
                "the window is empty: {from} .. {to}; its end is not part of it"
            ))),
            (Some(from), Some(to)) if from > to => Err(Error::Invalid(format!(
                "the window ends before it begins: {from} .. {to}; its end is not part of it"
            ))),
            _ => Ok(Self::Between { from, to }),
        }
    }
}

impl TryFrom<String> for Window {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.to_string()
    }
}

impl fmt::Display for Window {
    /// As it is read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = |moment: &Option<Moment>| {
            let text = moment.map(|moment| moment.to_string().replace(' ', "T"));
            text.unwrap_or_default()
        };
        match self {
            Self::All => f.write_str("all"),
            Self::Last(span) => span.fmt(f),
            Self::Between { from, to } => write!(f, "{}..{}", bound(from), bound(to)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(text: &str) -> Window {
        text.parse().unwrap()
    }

    #[test]
    fn windows_are_read_as_they_are_written() {
        for text in [
            "all",
            "30m",
            "1h",
            "24h",
            "7d",
            "28d",
            "2024-05-01T00:00:00..2024-05-08T12:00:00",
            "2024-05-08T12:00:00..",
            "..2024-05-08T12:00:00",
        ] {
            assert_eq!(window(text).to_string(), text);
        }
        assert_eq!(window(".."), Window::All);
        assert_eq!(
            window("2024-05-01..2024-05-02").words(),
            "2024-05-01 00:00:00 to 2024-05-02 00:00:00 UTC"
        );
        assert_eq!(window("1d").words(), "last 1 day");
    }

    #[test]
    fn what_is_no_window_says_how_to_write_one() {
        for text in [
            "",
            "d",
            "7",
            "0d",
            "7w",
            "-7d",
            "36501d",
            "99999999999d",
            "+7d",
            "7é",
        ] {
            let error = text.parse::<Window>().unwrap_err().to_string();
            assert!(error.contains("7d"), "{text}: {error}");
        }
        for text in ["2024-13-01..", "x..y", "1d..2d"] {
            let error = text.parse::<Window>().unwrap_err().to_string();
            assert!(error.contains("no date or time"), "{text}: {error}");
        }
        let error = "2024-05-02..2024-05-02".parse::<Window>().unwrap_err();
        assert!(error.to_string().contains("is empty"), "{error}");
        let error = "2024-05-02..2024-05-01".parse::<Window>().unwrap_err();
        assert!(error.to_string().contains("ends before it begins"));
    }
}
