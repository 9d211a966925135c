//! How fast a flag's groups use up an error budget of 30 days, and whether somebody should be woken.
//!
//! The pairs of windows are those that the Site Reliability Workbook (chapter 5, "Alerting on SLOs") recommends for an
//! objective over 30 days; both windows of a pair must exceed its rate. A window that the data is too coarse for says
//! nothing, and that is said.

use tokio_util::sync::CancellationToken;

use super::{Group, GroupKey, Source, Span, Totals, moment, numbered, sum};
use crate::engine::{
    Error, Result,
    metrics::{Ran, ask, count, series::HOUR, share, stats::flag, text},
    query::ResultSet,
    session::Session,
};

/// Two windows, and the burn rate that both must exceed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The burn rate.
    pub rate: f64,
    /// Has it lasted?
    pub long: Span,
    /// Does it go on?
    pub short: Span,
}

/// From the most urgent on.
pub const PAIRS: [Pair; 3] = [
    Pair {
        rate: 14.4,
        long: Span::Hours(1),
        short: Span::Minutes(5),
    },
    Pair {
        rate: 6.0,
        long: Span::Hours(6),
        short: Span::Minutes(30),
    },
    Pair {
        rate: 1.0,
        long: Span::Days(3),
        short: Span::Hours(2),
    },
];
/// What a budget is for.
pub const BUDGET: Span = Span::Days(30);

/// The sums of each group in each window that is needed, up to now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    /// By group, in their order; `None` for those that were not asked for.
    pub groups: Vec<Option<GroupWindows>>,
}

/// The sums of one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupWindows {
    /// Long and short window of each pair.
    pub pairs: [[Totals; 2]; PAIRS.len()],
    /// The window of the budget.
    pub budget: Totals,
    /// How far apart its events of the last three days are, in seconds; `None` where there are not two.
    pub spacing: Option<i64>,
}

/// Read the sums of these of a flag's groups, in two statements: of 30 days, and how fine the data of three days is.
pub async fn read(
    session: &Session,
    source: &Source,
    flag: &str,
    groups: &[Group],
    asked: &[usize],
    cancel: &CancellationToken,
) -> Result<(Windows, Vec<Ran>)> {
    let (requests, errors) = (source.name("request_count"), source.name("error_count"));
    let moments = &source.moments;
    let (at, now) = (moments.column(), moments.now());
    if asked.is_empty() {
        return Ok((Windows::default(), Vec::new()));
    }
    let keys: Vec<GroupKey> = asked.iter().map(|at| groups[*at].key.clone()).collect();
    let (which, mut values) = numbered(source, &keys);
    let mut columns = vec![which.clone()];
    for span in spans() {
        for column in [&requests, &errors] {
            columns.push(format!(
                "SUM(CASE WHEN {at} >= {now} - {} THEN {column} END)",
                span.sql()
            ));
        }
    }
    let from_where = format!(
        "FROM {} WHERE {} = ? AND {at} <= {now}",
        source.table.sql(),
        source.name("flag_id")
    );
    let sql = format!(
        "SELECT {} {from_where} AND {at} >= {now} - {} GROUP BY 1",
        columns.join(", "),
        BUDGET.sql(),
    );
    values.push(source.id(flag));
    let (rows, ran) = ask(session, &sql, values.clone(), cancel).await?;
    let mut windows = Windows {
        groups: vec![None; groups.len()],
    };
    for at in asked {
        windows.groups[*at] = Some(GroupWindows::default());
    }
    let numbered_at = |rows: &ResultSet, row| {
        let number: Option<usize> = text(rows, row, 0).parse().ok();
        number.and_then(|number| asked.get(number).copied())
    };
    for row in 0..rows.rows() {
        let at = numbered_at(&rows, row);
        let Some(group) = at.and_then(|at| windows.groups[at].as_mut()) else {
            continue;
        };
        let totals = |nth: usize| {
            Ok::<_, Error>(Totals {
                requests: sum(&rows, row, 1 + 2 * nth)?,
                errors: sum(&rows, row, 2 + 2 * nth)?,
            })
        };
        for (nth, pair) in group.pairs.iter_mut().enumerate() {
            *pair = [totals(2 * nth)?, totals(2 * nth + 1)?];
        }
        group.budget = totals(2 * PAIRS.len())?;
    }
    let seconds = moments.seconds();
    let sql = format!(
        "SELECT {which}, COUNT(DISTINCT {seconds}), COUNT(DISTINCT {seconds} DIV {HOUR}), MIN({seconds}), MAX({seconds}) {from_where} AND {at} >= {now} - {} GROUP BY 1",
        PAIRS[2].long.sql(),
    );
    let (rows, spacing_ran) = ask(session, &sql, values, cancel).await?;
    for row in 0..rows.rows() {
        let at = numbered_at(&rows, row);
        let Some(group) = at.and_then(|at| windows.groups[at].as_mut()) else {
            continue;
        };
        let number = |column| Ok::<_, Error>(count(&rows, row, column)?.cast_signed());
        let ends = moment(&rows, row, 3).zip(moment(&rows, row, 4));
        group.spacing = spacing(
            number(1)?,
            number(2)?,
            ends.map_or(0, |(first, last)| last.0 - first.0),
        );
    }
    Ok((windows, vec![ran, spacing_ran]))
}

/// The windows in the order of the columns: the pairs, then the budget's.
fn spans() -> impl Iterator<Item = Span> {
    PAIRS
        .into_iter()
        .flat_map(|pair| [pair.long, pair.short])
        .chain([BUDGET])
}

/// How far apart events are: within the hours that have several, so that a quiet night changes nothing, else over the
/// whole length.
fn spacing(times: i64, hours: i64, length: i64) -> Option<i64> {
    if times < 2 {
        return None;
    }
    Some(if times > hours {
        hours * HOUR / times
    } else {
        length / (times - 1)
    })
}

/// What a pair of windows says of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Alert {
    /// Both windows exceed the rate.
    Firing,
    /// They do not.
    Quiet,
    /// No requests in one of them.
    NoRequests,
    /// The data does not tell the short window from a longer one.
    TooCoarse,
}

impl Alert {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Firing => "burning",
            Self::Quiet => "quiet",
            Self::NoRequests => "no requests",
            Self::TooCoarse => "data too coarse",
        }
    }
}

/// A pair of windows of one group, seen against an objective.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairState {
    /// The windows.
    pub pair: Pair,
    /// The burn rates in the long and the short window; `None` without requests.
    pub rates: [Option<f64>; 2],
    /// What they say.
    pub alert: Alert,
}

impl Windows {
    /// How many groups were left out.
    pub fn left_out(&self) -> usize {
        self.groups.iter().filter(|group| group.is_none()).count()
    }

    /// The pairs of one group; none for one that was left out.
    pub fn pairs(&self, group: usize, objective: f64) -> Vec<PairState> {
        let Some(Some(windows)) = self.groups.get(group) else {
            return Vec::new();
        };
        let states = PAIRS.into_iter().zip(windows.pairs).map(|(pair, sums)| {
            let rates = sums.map(|sums| {
                sums.error_rate()
                    .and_then(|rate| flag::burn(rate, objective))
            });
            let fine = windows
                .spacing
                .is_some_and(|spacing| spacing < pair.short.seconds());
            let alert = match rates {
                _ if !fine => Alert::TooCoarse,
                [Some(long), Some(short)] if long > pair.rate && short > pair.rate => Alert::Firing,
                [Some(_), Some(_)] => Alert::Quiet,
                _ => Alert::NoRequests,
            };
            PairState { pair, rates, alert }
        });
        states.collect()
    }

    /// What is left of a group's budget of 30 days: 1 for all of it, below 0 where more was used. `None` without
    /// requests.
    pub fn budget_left(&self, group: usize, objective: f64) -> Option<f64> {
        let rate = self.groups.get(group)?.as_ref()?.budget.error_rate()?;
        Some(1.0 - flag::burn(rate, objective)?)
    }
}

/// An objective as people write it: `99.9%`, `99.9 %` or `0.999`.
///
/// # Errors
/// [`Error::Invalid`] for what is no share below 100 %.
pub fn parse_objective(text: &str) -> Result<f64> {
    let inside = |share: &f64| *share > 0.0 && *share < 1.0;
    share::parse(text).filter(inside).ok_or_else(|| {
        Error::Invalid(format!(
            "`{text}` is no objective: write the share of requests that shall succeed, such as 99.9%, below 100%"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(spacing: Option<i64>, pairs: [[(u128, u128); 2]; 3]) -> Windows {
        let totals = |(requests, errors)| Totals { requests, errors };
        Windows {
            groups: vec![Some(GroupWindows {
                pairs: pairs.map(|pair| pair.map(totals)),
                budget: Totals {
                    requests: 10_000,
                    errors: 15,
                },
                spacing,
            })],
        }
    }

    fn alerts(windows: &Windows) -> Vec<Alert> {
        windows
            .pairs(0, 0.999)
            .iter()
            .map(|state| state.alert)
            .collect()
    }

    #[test]
    fn both_windows_of_a_pair_must_exceed_its_rate() {
        let sums = [
            [(1_000, 15), (100, 2)],
            [(1_000, 7), (100, 0)],
            [(1_000, 1), (100, 1)],
        ];
        let fine = windows(Some(60), sums);
        assert_eq!(alerts(&fine), [Alert::Firing, Alert::Quiet, Alert::Quiet]);
        let rates = fine.pairs(0, 0.999)[0].rates.map(Option::unwrap);
        assert!(
            (rates[0] - 15.0).abs() < 1e-9 && (rates[1] - 20.0).abs() < 1e-9,
            "{rates:?}"
        );
    }

    #[test]
    fn data_by_the_hour_tells_only_the_slowest_pair_anything() {
        let sums = [
            [(1_000, 99), (100, 99)],
            [(1_000, 99), (100, 99)],
            [(1_000, 99), (0, 0)],
        ];
        let hourly = windows(Some(HOUR), sums);
        assert_eq!(
            alerts(&hourly),
            [Alert::TooCoarse, Alert::TooCoarse, Alert::NoRequests]
        );
        assert_eq!(alerts(&windows(None, sums)), [Alert::TooCoarse; 3]);
        // As wide as the short window is not finer.
        assert_eq!(alerts(&windows(Some(300), sums))[0], Alert::TooCoarse);
        assert_eq!(alerts(&windows(Some(299), sums))[0], Alert::Firing);
    }

    #[test]
    fn a_budget_can_be_overdrawn() {
        let windows = windows(Some(60), [[(1, 0); 2]; 3]);
        assert!((windows.budget_left(0, 0.998).unwrap() - 0.25).abs() < 1e-9);
        assert!((windows.budget_left(0, 0.999).unwrap() + 0.5).abs() < 1e-9);
        assert_eq!(windows.budget_left(1, 0.999), None);
    }

    #[test]
    fn the_spacing_does_not_count_a_quiet_night() {
        assert_eq!(spacing(120, 2, 20 * HOUR), Some(60));
        assert_eq!(spacing(72, 72, 71 * HOUR), Some(HOUR));
        assert_eq!(spacing(13, 13, 72 * HOUR), Some(6 * HOUR));
        assert_eq!(spacing(1, 1, 0), None);
    }

    #[test]
    fn objectives_are_shares_below_all() {
        let read = ["99.9 %", "0.999"].map(|text| parse_objective(text).unwrap().to_string());
        assert_eq!(read, ["0.999", "0.999"]);
        for text in ["", "100%", "1", "0", "-1%", "NaN", "99.9", "many"] {
            assert!(parse_objective(text).is_err(), "{text}");
        }
    }
}
