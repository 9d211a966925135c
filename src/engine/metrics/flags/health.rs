//! Can the data of a flag be trusted? Read before its figures are.

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{Group, Source, Window, moment};
use crate::engine::{
    Result,
    metrics::{
        Ran, ask, count,
        health::Level,
        series::{DAY, Moment},
        words::{self, separated},
    },
    session::Session,
};

/// What the events of a window are like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Rows.
    pub rows: u64,
    /// The first and last event with a date that the calendar has, and not ahead of now.
    pub first_last: Option<[Moment; 2]>,
    /// Rows without requests.
    pub zero_requests: u64,
    /// Rows with more errors than requests.
    pub impossible: u64,
    /// Of these, rows that count errors and no requests.
    pub errors_alone: u64,
    /// Rows that are dated ahead of the server's clock.
    pub future: u64,
    /// Rows with NULL or a zero date for a time: in the sums, on no axis.
    pub timeless: u64,
    /// The server's clock.
    pub now: Moment,
}

/// Read what the events are like, in one statement.
pub async fn facts(
    session: &Session,
    source: &Source,
    flag: &str,
    window: Window,
    cancel: &CancellationToken,
) -> Result<(Facts, Ran)> {
    let (requests, errors) = (source.name("request_count"), source.name("error_count"));
    let moments = &source.moments;
    let (at, now, seconds) = (moments.column(), moments.now(), moments.seconds());
    let past = format!("CASE WHEN {at} <= {now} THEN {seconds} END");
    let rows_with = |condition: &str| format!("SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)");
    let (condition, more) = window.condition(moments);
    let columns = [
        "COUNT(*)".to_owned(),
        format!("MIN({past})"),
        format!("MAX({past})"),
        rows_with(&format!("{requests} = 0")),
        rows_with(&format!("{errors} > {requests}")),
        rows_with(&format!("{requests} = 0 AND {errors} > 0")),
        rows_with(&format!("{at} > {now}")),
        rows_with(&format!("{seconds} IS NULL")),
        moments.now_seconds().to_owned(),
    ];
    let sql = format!(
        "SELECT {} FROM {} WHERE {} = ?{condition}",
        columns.join(", "),
        source.table.sql(),
        source.name("flag_id"),
    );
    let mut values = vec![source.id(flag)];
    values.extend(more);
    let (rows, ran) = ask(session, &sql, values, cancel).await?;
    let facts = Facts {
        rows: count(&rows, 0, 0)?,
        first_last: moment(&rows, 0, 1)
            .zip(moment(&rows, 0, 2))
            .map(<[_; 2]>::from),
        zero_requests: count(&rows, 0, 3)?,
        impossible: count(&rows, 0, 4)?,
        errors_alone: count(&rows, 0, 5)?,
        future: count(&rows, 0, 6)?,
        timeless: count(&rows, 0, 7)?,
        now: Moment(count(&rows, 0, 8)?.cast_signed()),
    };
    Ok((facts, ran))
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check.
    pub check: Check,
    /// How bad it is.
    pub level: Level,
    /// The number that says it, for a chip.
    pub figure: String,
    /// What was found and what follows, as a sentence.
    pub sentence: String,
}

/// A check of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// How old is the newest event?
    Age,
    /// Is there anything to compare?
    Groups,
    /// Are there rows, or groups, without requests?
    ZeroRequests,
    /// Does anything count more errors than requests?
    ErrorsOverRequests,
    /// Are events dated ahead of the server's clock?
    Future,
    /// Are there zero dates?
    Timeless,
}

impl Check {
    /// Its name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Age => "Newest data",
            Self::Groups => "Groups",
            Self::ZeroRequests => "Rows without requests",
            Self::ErrorsOverRequests => "Errors over requests",
            Self::Future => "Dated ahead",
            Self::Timeless => "Without a date",
        }
    }
}

/// The checks of a flag, those that are always shown first.
pub fn checks(groups: &[Group], facts: &Facts, window: Window) -> Vec<Finding> {
    let mut checks = vec![
        age(facts, window),
        compared(groups),
        zero_requests(groups, facts),
        impossible(groups, facts),
    ];
    if facts.future > 0 {
        checks.push(Finding {
            check: Check::Future,
            level: Level::Warn,
            figure: separated(u128::from(facts.future)),
            sentence:
                "Rows dated ahead of the server's clock count in the sums and stand in no chart."
                    .to_owned(),
        });
    }
    if facts.timeless > 0 {
        checks.push(Finding {
            check: Check::Timeless,
            level: Level::Warn,
            figure: separated(u128::from(facts.timeless)),
            sentence: "Rows with a zero date, or none, count in the sums of all time and stand in no chart.".to_owned(),
        });
    }
    checks
}

/// What the sums of the groups alone give away, as sentences; what is as it should be is left out.
pub fn of_sums(groups: &[Group]) -> Vec<(Check, String)> {
    let facts = Facts::default();
    let checks = [zero_requests(groups, &facts), impossible(groups, &facts)];
    let trouble = checks
        .into_iter()
        .filter(|finding| finding.level.is_trouble());
    trouble
        .map(|finding| (finding.check, finding.sentence))
        .collect()
}

fn age(facts: &Facts, window: Window) -> Finding {
    let check = |state, value: String, detail: String| Finding {
        check: Check::Age,
        level: state,
        figure: value,
        sentence: detail,
    };
    let Some([_, last]) = facts.first_last else {
        return check(
            Level::Warn,
            "none".to_owned(),
            "There are no events with a date in this window.".to_owned(),
        );
    };
    let age = facts.now.0 - last.0;
    let detail = format!("The last event that is not dated ahead is of {last} UTC.");
    // Where the window has ended, old data is what was asked for.
    let ended = matches!(window, Window::Between { to: Some(to), .. } if to <= facts.now);
    let state = if age > DAY && !ended {
        Level::Warn
    } else {
        Level::Ok
    };
    check(state, format!("{} old", words::age(age)), detail)
}

fn compared(groups: &[Group]) -> Finding {
    Finding {
        check: Check::Groups,
        level: if groups.len() == 1 {
            Level::Warn
        } else {
            Level::Ok
        },
        figure: groups.len().to_string(),
        sentence: match groups.len() {
            0 => "The flag has no events in this window.".to_owned(),
            1 => "With one group there is nothing to compare with.".to_owned(),
            _ => "Each group is compared with the baseline.".to_owned(),
        },
    }
}

fn zero_requests(groups: &[Group], facts: &Facts) -> Finding {
    let silent = groups.iter().filter(|group| group.requests == 0).count();
    let detail = if silent > 0 {
        format!(
            "{silent} of {} groups had no requests at all: their rate is undefined.",
            groups.len()
        )
    } else if facts.zero_requests > 0 {
        "Rows that count no requests have no rate: the line has a gap there, never 0.".to_owned()
    } else if facts.rows == 0 {
        "There are no rows in this window.".to_owned()
    } else {
        "Every row counts requests.".to_owned()
    };
    Finding {
        check: Check::ZeroRequests,
        level: match (silent, facts.zero_requests) {
            (1.., _) => Level::Warn,
            (0, 1..) => Level::Info,
            (0, 0) => Level::Ok,
        },
        figure: separated(u128::from(facts.zero_requests)),
        sentence: detail,
    }
}

fn impossible(groups: &[Group], facts: &Facts) -> Finding {
    let broken: Vec<&str> = groups
        .iter()
        .filter(|group| group.errors > group.requests)
        .map(|group| group.key.shown())
        .collect();
    let state = match (broken.is_empty(), facts.impossible) {
        (false, _) => Level::Bad,
        (true, 1..) => Level::Warn,
        (true, 0) => Level::Ok,
    };
    let mut detail = match state {
        Level::Bad => format!(
            "More errors than requests in {}: the rate is as the sums give it, without an interval, and the group is in no test.",
            broken.join(", ")
        ),
        Level::Warn => {
            "Some rows count more errors than requests; the sums of each group do not.".to_owned()
        }
        Level::Ok | Level::Info => "No row counts more errors than requests.".to_owned(),
    };
    if facts.errors_alone > 0 {
        detail = format!(
            "{detail} {} count errors and no requests.",
            rows_words(facts.errors_alone)
        );
    }
    Finding {
        check: Check::ErrorsOverRequests,
        level: state,
        figure: separated(u128::from(facts.impossible)),
        sentence: detail,
    }
}

fn rows_words(count: u64) -> String {
    if count == 1 {
        "1 row".to_owned()
    } else {
        format!("{} rows", separated(u128::from(count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(key: &str, requests: u128, errors: u128) -> Group {
        Group {
            key: key.into(),
            requests,
            errors,
        }
    }

    fn states(groups: &[Group], facts: &Facts) -> Vec<(Check, Level)> {
        let checks = checks(groups, facts, Window::All);
        checks
            .iter()
            .map(|check| (check.check, check.level))
            .collect()
    }

    #[test]
    fn clean_data_is_good() {
        let facts = Facts {
            rows: 2,
            first_last: Some([Moment(0), Moment(90)]),
            now: Moment(100),
            ..Facts::default()
        };
        let groups = [group("off", 10, 1), group("on", 10, 2)];
        assert!(
            states(&groups, &facts)
                .iter()
                .all(|(_, level)| *level == Level::Ok)
        );
    }

    #[test]
    fn more_errors_than_requests_is_bad_in_a_group_and_odd_in_a_row() {
        let facts = Facts {
            impossible: 1,
            ..Facts::default()
        };
        let broken = [group("off", 10, 1), group("on", 5, 9)];
        assert!(states(&broken, &facts).contains(&(Check::ErrorsOverRequests, Level::Bad)));
        let odd = [group("off", 10, 1), group("on", 50, 9)];
        assert!(states(&odd, &facts).contains(&(Check::ErrorsOverRequests, Level::Warn)));
    }

    #[test]
    fn old_data_is_no_surprise_in_a_window_that_has_ended() {
        let facts = Facts {
            first_last: Some([Moment(0), Moment(0)]),
            now: Moment(9 * DAY),
            ..Facts::default()
        };
        assert_eq!(age(&facts, Window::days(28)).level, Level::Warn);
        let ended = Window::Between {
            from: None,
            to: Some(Moment(DAY)),
        };
        assert_eq!(age(&facts, ended).level, Level::Ok);
    }
}
