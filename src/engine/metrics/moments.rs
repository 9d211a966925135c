//! A column of moments: how the times that a table holds become seconds since 1970, and the server's now beside them.
//!
//! DATETIME and DATE are taken as UTC, whatever the session's time zone: the zone does not change what they hold, and
//! UTC_TIMESTAMP() is what NOW() says in a UTC session. TIMESTAMP is a moment already; the server shows it in the
//! session's zone, so it is compared with NOW() and FROM_UNIXTIME(), which follow that zone too.

use super::{series::Moment, tables::Column};
use crate::engine::{
    Error, Result,
    sql::{names::quote_identifier, placeholders::Value},
};

/// The last second that every server's TIMESTAMP holds. FROM_UNIXTIME() of others is NULL, which nothing is before.
const LAST_STAMP: i64 = i32::MAX as i64;

/// A column of moments, as SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moments {
    column: String,
    /// TIMESTAMP, not DATETIME or DATE.
    stamp: bool,
}

impl Moments {
    /// Of this column.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it holds no times.
    pub fn of(column: &Column) -> Result<Self> {
        let stamp = match column.data_type.as_str() {
            "datetime" | "date" => false,
            "timestamp" => true,
            other => {
                return Err(Error::Invalid(format!(
                    "the column {} is of type {other}; times are read from DATETIME, TIMESTAMP and DATE",
                    column.name
                )));
            }
        };
        Ok(Self {
            column: quote_identifier(&column.name),
            stamp,
        })
    }

    /// The column's quoted name.
    pub fn column(&self) -> &str {
        &self.column
    }

    /// Whole seconds since 1970; NULL for zero dates and others that the calendar does not have.
    pub fn seconds(&self) -> String {
        if self.stamp {
            // 0 is the zero date, not 1970.
            format!("NULLIF(FLOOR(UNIX_TIMESTAMP({})), 0)", self.column)
        } else {
            format!("TIMESTAMPDIFF(SECOND, '1970-01-01', {})", self.column)
        }
    }

    /// Now, on the server's clock, to compare the column with.
    pub fn now(&self) -> &'static str {
        if self.stamp {
            "NOW()"
        } else {
            "UTC_TIMESTAMP()"
        }
    }

    /// Now in whole seconds since 1970.
    pub fn now_seconds(&self) -> &'static str {
        "UNIX_TIMESTAMP()"
    }

    /// A place for a bound moment, to compare the column with.
    pub fn place(&self) -> &'static str {
        if self.stamp { "FROM_UNIXTIME(?)" } else { "?" }
    }

    /// What is bound there.
    pub fn value(&self, moment: Moment) -> Value {
        if self.stamp {
            Value::Int(moment.0.clamp(0, LAST_STAMP))
        } else {
            Value::Text(moment.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(data_type: &str) -> Result<Moments> {
        Moments::of(&Column {
            name: "at".to_owned(),
            data_type: data_type.to_owned(),
            column_type: data_type.to_owned(),
            nullable: false,
            collation: None,
        })
    }

    #[test]
    fn a_stored_time_is_utc_and_a_timestamp_follows_the_session() {
        let stored = moments("datetime").unwrap();
        let place = (stored.now(), stored.place(), stored.value(Moment(0)));
        let expected = Value::Text("1970-01-01 00:00:00".to_owned());
        assert_eq!(place, ("UTC_TIMESTAMP()", "?", expected));
        let stamp = moments("timestamp").unwrap();
        let place = (stamp.now(), stamp.place(), stamp.value(Moment(7)));
        assert_eq!(place, ("NOW()", "FROM_UNIXTIME(?)", Value::Int(7)));
        let outside = [-1, 1 << 40].map(|moment| stamp.value(Moment(moment)));
        assert_eq!(outside, [Value::Int(0), Value::Int(LAST_STAMP)]);
    }

    #[test]
    fn what_holds_no_time_says_so() {
        let error = moments("bigint").unwrap_err().to_string();
        assert!(error.contains("at is of type bigint"), "{error}");
    }
}
