//! Requests and errors over time, in buckets that the server adds up in integers.
//!
//! Buckets of whole days begin at a zone's midnight. What is dated ahead of the server's clock, or has no date, is in no
//! bucket. Fine buckets are added up to coarser ones here, so that data that comes by the hour is not drawn by the
//! minute, with a hole after each.

use tokio_util::sync::CancellationToken;

use super::{GroupKey, Source, Totals, Window, health::Facts, moment, numbered, sum};
use crate::engine::{
    Error, Result,
    metrics::{
        Ran, ask,
        series::{self, DAY, Moment, STEPS, step_for, step_without_holes},
        stats::Counts,
        text,
    },
    session::Session,
};

/// Buckets of a line at most, whoever chooses their width.
const MOST: i64 = 5_000;
/// Groups that are read over time at most.
pub const MOST_LINES: usize = 20;
/// Days of the rolling line.
pub const ROLLING_DAYS: i64 = 7;

/// Lines over time, all with the same buckets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// How wide a bucket is, in seconds.
    pub step: i64,
    /// What the midnights that days begin at are ahead of UTC's, in seconds.
    pub offset_secs: i32,
    /// Where the first bucket begins.
    pub from: Moment,
    /// Where the last bucket ends.
    pub to: Moment,
    /// A line for each group that was asked for.
    pub lines: Vec<Line>,
}

/// A group over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The group's key.
    pub key: GroupKey,
    /// Buckets with rows in them, by time.
    pub buckets: Vec<Bucket>,
}

/// The sums of one bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Where it begins.
    pub at: Moment,
    /// Its sums.
    pub sums: Totals,
}

impl Bucket {
    /// As a share that statistics can be made of.
    pub fn counts(&self) -> Option<Counts> {
        let counts = Counts::new(self.sums.errors, self.sums.requests)?;
        (counts.trials() > 0).then_some(counts)
    }
}

impl Line {
    /// The bucket that begins there.
    pub fn at(&self, at: Moment) -> Option<&Bucket> {
        let index = self.buckets.binary_search_by_key(&at, |bucket| bucket.at);
        index.ok().map(|index| &self.buckets[index])
    }

    /// What lies from one moment to before another, added up.
    fn sums(&self, from: Moment, to: Moment) -> Totals {
        let start = self.buckets.partition_point(|bucket| bucket.at < from);
        let end = self.buckets.partition_point(|bucket| bucket.at < to);
        self.buckets[start..end.max(start)]
            .iter()
            .fold(Totals::default(), |sums, bucket| plus(sums, bucket.sums))
    }
}

impl Timeline {
    /// Where each bucket begins, with data or without.
    pub fn starts(&self) -> impl Iterator<Item = Moment> + use<> {
        let (from, to, step) = (self.from.0, self.to.0, self.step.max(1));
        (from..to)
            .step_by(usize::try_from(step).unwrap_or(usize::MAX))
            .map(Moment)
    }

    /// In wider buckets.
    fn coarser(mut self, step: i64) -> Self {
        if step <= self.step {
            return self;
        }
        for line in &mut self.lines {
            let mut wide: Vec<Bucket> = Vec::new();
            for bucket in &line.buckets {
                let at = begin(bucket.at, step, self.offset_secs);
                match wide.last_mut() {
                    Some(last) if last.at == at => last.sums = plus(last.sums, bucket.sums),
                    _ => wide.push(Bucket {
                        at,
                        sums: bucket.sums,
                    }),
                }
            }
            line.buckets = wide;
        }
        self.from = begin(self.from, step, self.offset_secs);
        self.to = ceil(self.to, step, self.offset_secs);
        self.step = step;
        self
    }

    /// In the finest buckets in which the data has no holes but its pauses.
    fn without_holes(self) -> Self {
        let mut starts: Vec<i64> = self
            .lines
            .iter()
            .flat_map(|line| line.buckets.iter().map(|bucket| bucket.at.0))
            .collect();
        starts.sort_unstable();
        starts.dedup();
        let step = step_without_holes(&starts, self.step);
        self.coarser(step)
    }

    /// For each day, the sums of the last seven calendar days with it: not a mean of their rates. `to` is where the
    /// last day ends; the days before `from` are there to be added up. `first` is the flag's first event, in the window
    /// or before it.
    pub fn rolling(&self, from: Moment, first: Option<Moment>) -> Vec<Rolling> {
        let day = |at| begin(at, DAY, self.offset_secs);
        let from = day(from).max(self.from);
        let begun = first.map_or(self.from, |first| day(first).max(self.from));
        let lines = self.lines.iter().map(|line| {
            let days = (from.0..self.to.0).step_by(86_400).map(|day| {
                let begins = Moment(day - (ROLLING_DAYS - 1) * DAY);
                RollingDay {
                    day: Moment(day),
                    sums: line.sums(begins, Moment(day + DAY)),
                    whole: begun <= begins,
                }
            });
            Rolling {
                key: line.key.clone(),
                days: days.collect(),
            }
        });
        lines.collect()
    }
}

/// A group's rolling line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rolling {
    /// The group's key.
    pub key: GroupKey,
    /// Each day.
    pub days: Vec<RollingDay>,
}

/// A day with the six before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollingDay {
    /// Its midnight.
    pub day: Moment,
    /// The sums of the seven days.
    pub sums: Totals,
    /// There was data seven days back: the line does not stand on fewer days.
    pub whole: bool,
}

/// The range that a chart of a window covers: where it has data, not ahead of now, and no longer than can be drawn.
pub fn range(window: Window, facts: &Facts) -> Option<[Moment; 2]> {
    let [first, last] = facts.first_last?;
    let (from, to) = match window {
        Window::All => (first, Moment(last.0 + 1)),
        Window::Last(span) => (
            Moment(facts.now.0 - span.seconds()),
            Moment(facts.now.0 + 1),
        ),
        Window::Between { from, to } => (
            from.map_or(first, |from| from.max(first)),
            to.map_or(Moment(last.0 + 1), |to| to.min(Moment(last.0 + 1))),
        ),
    };
    let longest = series::MOST_BUCKETS * STEPS[STEPS.len() - 1];
    let from = Moment(from.0.max(to.0 - longest).max(0));
    (from < to).then_some([from, to])
}

/// The days that a rolling line needs for a range: the newest, where there are more than are read at once.
pub fn days_of([from, to]: [Moment; 2], offset_secs: i32) -> [Moment; 2] {
    let day = |at| begin(at, DAY, offset_secs).0;
    let early = day(from) - (ROLLING_DAYS - 1) * DAY;
    [Moment(early.max(day(to) - (MOST - 1) * DAY)), to]
}

/// The first event of a flag that has a date.
pub async fn first_event(
    session: &Session,
    source: &Source,
    flag: &str,
    cancel: &CancellationToken,
) -> Result<(Option<Moment>, Ran)> {
    let sql = format!(
        "SELECT MIN({}) FROM {} WHERE {} = ?",
        source.moments.seconds(),
        source.table.sql(),
        source.name("flag_id"),
    );
    let (rows, ran) = ask(session, &sql, vec![source.id(flag)], cancel).await?;
    Ok((moment(&rows, 0, 0), ran))
}

/// How time is cut into buckets.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// From the first moment to before the second.
    pub range: [Moment; 2],
    /// How wide a bucket is, in seconds; `None` for the finest that can be shown and have no holes.
    pub step: Option<i64>,
    /// What the midnights that days begin at are ahead of UTC's, in seconds.
    pub offset_secs: i32,
}

/// Read these groups over time. Without a step, the finest buckets that can be shown and have no holes.
///
/// # Errors
/// [`Error::Invalid`] for a step that gives more buckets than can be drawn.
pub async fn read(
    session: &Session,
    source: &Source,
    flag: &str,
    keys: &[GroupKey],
    Cut {
        range: [from, to],
        step,
        offset_secs,
    }: Cut,
    cancel: &CancellationToken,
) -> Result<(Timeline, Option<Ran>)> {
    let width = step.unwrap_or_else(|| step_for(to.0 - from.0)).max(1);
    if (to.0 - from.0) / width > MOST {
        return Err(Error::Invalid(format!(
            "a bucket of {} cuts this window into more than {MOST}; take a wider bucket or a narrower window",
            series::step_words(width)
        )));
    }
    let keys = &keys[..keys.len().min(MOST_LINES)];
    let mut timeline = Timeline {
        step: width,
        offset_secs,
        from: begin(from, width, offset_secs),
        to: ceil(to, width, offset_secs),
        lines: keys
            .iter()
            .map(|key| Line {
                key: key.clone(),
                ..Line::default()
            })
            .collect(),
    };
    if keys.is_empty() {
        return Ok((timeline, None));
    }
    let (requests, errors) = (source.name("request_count"), source.name("error_count"));
    let moments = &source.moments;
    let (at, place) = (moments.column(), moments.place());
    let (which, mut values) = numbered(source, keys);
    values.extend([source.id(flag), moments.value(from), moments.value(to)]);
    let seconds = moments.seconds();
    // Where the two midnights fall on the border of a bucket, they cut alike.
    let bucket = match i64::from(offset_secs) {
        offset if offset % width == 0 => format!("{seconds} DIV {width} * {width}"),
        offset => format!("({seconds} + {offset}) DIV {width} * {width} - {offset}"),
    };
    let sql = format!(
        "SELECT {which}, {bucket}, SUM({requests}), SUM({errors}) FROM {} WHERE {} = ? AND {at} >= {place} AND {at} < {place} AND {at} <= {} GROUP BY 1, 2 ORDER BY 1, 2",
        source.table.sql(),
        source.name("flag_id"),
        moments.now(),
    );
    let (rows, ran) = ask(session, &sql, values, cancel).await?;
    for row in 0..rows.rows() {
        let number: Option<usize> = text(&rows, row, 0).parse().ok();
        // Other groups come as one without a number.
        let Some((line, at)) = number
            .and_then(|number| timeline.lines.get_mut(number))
            .zip(moment(&rows, row, 1))
        else {
            continue;
        };
        let sums = Totals {
            requests: sum(&rows, row, 2)?,
            errors: sum(&rows, row, 3)?,
        };
        line.buckets.push(Bucket { at, sums });
    }
    if step.is_none() {
        timeline = timeline.without_holes();
    }
    Ok((timeline, Some(ran)))
}

pub(super) fn plus(one: Totals, other: Totals) -> Totals {
    Totals {
        requests: one.requests.saturating_add(other.requests),
        errors: one.errors.saturating_add(other.errors),
    }
}

/// Where the bucket of a moment begins.
fn begin(at: Moment, step: i64, offset_secs: i32) -> Moment {
    let offset = i64::from(offset_secs);
    Moment(Moment(at.0 + offset).bucket(step).0 - offset)
}

fn ceil(to: Moment, step: i64, offset_secs: i32) -> Moment {
    begin(Moment(to.0 + step - 1), step, offset_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::metrics::series::HOUR;

    fn timeline(step: i64, buckets: &[(i64, u128, u128)]) -> Timeline {
        let buckets: Vec<Bucket> = buckets
            .iter()
            .map(|(at, requests, errors)| Bucket {
                at: Moment(*at),
                sums: Totals {
                    requests: *requests,
                    errors: *errors,
                },
            })
            .collect();
        Timeline {
            step,
            offset_secs: 0,
            from: Moment(0),
            to: Moment(buckets.last().map_or(0, |last| last.at.0 + step)),
            lines: vec![Line {
                key: "on".into(),
                buckets,
            }],
        }
    }

    #[test]
    fn data_by_the_hour_is_drawn_by_the_hour() {
        let quarters = timeline(
            900,
            &[
                (0, 10, 1),
                (HOUR, 20, 0),
                (2 * HOUR, 30, 2),
                (2 * HOUR + 900, 5, 1),
            ],
        );
        let hours = quarters.without_holes();
        assert_eq!((hours.step, hours.to), (HOUR, Moment(3 * HOUR)));
        assert_eq!(
            hours.lines[0].buckets[2].sums,
            Totals {
                requests: 35,
                errors: 3
            }
        );
        assert_eq!(hours.starts().count(), 3);
        assert_eq!(hours.lines[0].at(Moment(HOUR)).unwrap().sums.requests, 20);
    }

    #[test]
    fn a_rolling_day_adds_up_seven_calendar_days_and_says_when_there_were_fewer() {
        let days: Vec<(i64, u128, u128)> = (0..9)
            .map(|day| (day * DAY, 100, if day == 8 { 70 } else { 1 }))
            .collect();
        let rolling = &timeline(DAY, &days).rolling(Moment(5 * DAY), Some(Moment(7)))[0].days;
        let figures: Vec<(u128, u128, bool)> = rolling
            .iter()
            .map(|day| (day.sums.requests, day.sums.errors, day.whole))
            .collect();
        assert_eq!(
            figures,
            [
                (600, 6, false),
                (700, 7, true),
                (700, 7, true),
                (700, 76, true)
            ]
        );
    }

    #[test]
    fn days_of_another_zone_begin_at_its_midnight() {
        // Two hours ahead of UTC: its days begin at 22 o'clock.
        let mut hours = timeline(HOUR, &[(21 * HOUR, 10, 1), (22 * HOUR, 20, 0), (DAY, 5, 0)]);
        hours.offset_secs = 7_200;
        let days = hours.coarser(DAY);
        let seen: Vec<(i64, u128)> = days.lines[0]
            .buckets
            .iter()
            .map(|day| (day.at.0, day.sums.requests))
            .collect();
        assert_eq!(seen, [(-2 * HOUR, 10), (22 * HOUR, 25)]);
        assert_eq!((days.from.0, days.to.0), (-2 * HOUR, 46 * HOUR));
        let [from, _] = days_of([Moment(30 * DAY), Moment(31 * DAY)], 7_200);
        assert_eq!(from.0, 24 * DAY - 2 * HOUR);
    }

    #[test]
    fn a_rolling_line_is_whole_where_the_flag_is_older_and_never_longer_than_can_be_read() {
        let days = [(6 * DAY, 100, 1), (7 * DAY, 100, 1)];
        let mut short = timeline(DAY, &days);
        let whole = |timeline: &Timeline, first| {
            let rolling = timeline.rolling(Moment(6 * DAY), Some(Moment(first)));
            rolling[0]
                .days
                .iter()
                .map(|day| day.whole)
                .collect::<Vec<_>>()
        };
        assert_eq!(whole(&short, -90 * DAY), [true, true]);
        assert_eq!(whole(&short, DAY + 1), [false, true]);
        // Of days that were not read nobody knows.
        short.from = Moment(DAY);
        assert_eq!(whole(&short, -90 * DAY), [false, true]);
        let [from, to] = days_of([Moment(0), Moment(9_000 * DAY + 1)], 0);
        assert_eq!((to.0 - from.0) / DAY, MOST - 1);
        assert_eq!(
            days_of([Moment(9 * DAY), to], 0)[0],
            Moment(3 * DAY).max(from)
        );
    }

    #[test]
    fn a_chart_ends_now_and_never_reaches_further_than_it_can_draw() {
        let facts = |first, last, now| Facts {
            first_last: Some([Moment(first), Moment(last)]),
            now: Moment(now),
            ..Facts::default()
        };
        assert_eq!(
            range(Window::All, &facts(10, 20, 100)),
            Some([Moment(10), Moment(21)])
        );
        let last = range(Window::days(7), &facts(0, 20, 10 * DAY));
        assert_eq!(last, Some([Moment(3 * DAY), Moment(10 * DAY + 1)]));
        let [from, to] = range(Window::All, &facts(0, 4_000_000_000, 4_000_000_000)).unwrap();
        assert_eq!(to.0 - from.0, 200 * 28 * DAY);
        assert_eq!(range(Window::All, &Facts::default()), None);
    }
}
