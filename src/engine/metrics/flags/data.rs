//! All that is read of one flag for the analyst's view, and the statements that it came from.

use tokio_util::sync::CancellationToken;

use super::{
    Group, Source, Window,
    burn::{self, Windows},
    health::{self, Facts},
    metrics,
    timeline::{self, MOST_LINES, ROLLING_DAYS, Timeline},
};
use crate::engine::{
    Result,
    metrics::{
        Ran,
        advice::{self, Advice},
        markers::{self, Change},
        series::{DAY, Moment},
    },
    profiles::Mapping,
    session::Session,
};

/// What is asked for. How it is compared then is [`Method`](super::analysis::Method)'s, and asks the server nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The flag's id.
    pub flag: String,
    /// Which part of its events.
    pub window: Window,
    /// How wide a bucket is, in seconds; `None` for what fits.
    pub step: Option<i64>,
    /// Groups to have over time; empty for the largest ones.
    pub lines: Vec<String>,
    /// Also by day, with the days that a rolling line needs before the window.
    pub rolling: bool,
    /// Also in the windows of an objective.
    pub burn: bool,
}

/// What came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Data {
    /// What was asked for.
    pub request: Request,
    /// The plain figures, in the server's order.
    pub groups: Vec<Group>,
    /// What the events are like.
    pub facts: Facts,
    /// Over time; `None` where nothing has a date.
    pub timeline: Option<Timeline>,
    /// By day, from six days before the window on.
    pub daily: Option<Timeline>,
    /// In the windows of an objective, for the groups in their order.
    pub burn: Option<Windows>,
    /// Changes of this flag within the chart, if the profile names a table of them.
    pub changes: Vec<Change>,
    /// The index that would make this quicker, if there is none such.
    pub advice: Option<Advice>,
    /// The statements, in order.
    pub ran: Vec<Ran>,
    /// The table, as `database.table`.
    pub table: String,
    /// The server's product and version.
    pub server: String,
}

impl Data {
    /// The server's clock when this was read.
    pub fn as_of(&self) -> Moment {
        self.facts.now
    }

    /// The range of the charts.
    pub fn range(&self) -> Option<[Moment; 2]> {
        timeline::range(self.request.window, &self.facts)
    }
}

/// Read it, the plain figures first.
pub async fn read(
    session: &Session,
    mapping: &Mapping,
    request: &Request,
    cancel: &CancellationToken,
) -> Result<Data> {
    let source = Source::locate(session, mapping, cancel).await?;
    let (flag, window) = (request.flag.as_str(), request.window);
    let (groups, ran) = metrics(session, &source, flag, window, cancel).await?;
    let mut ran = vec![ran];
    let (facts, facts_ran) = health::facts(session, &source, flag, window, cancel).await?;
    ran.push(facts_ran);
    let mut data = Data {
        request: request.clone(),
        facts,
        table: format!("{}.{}", source.table.database, source.table.table),
        server: format!("{} {}", session.facts().product, session.facts().version),
        ..Data::default()
    };
    let lines = if request.lines.is_empty() {
        largest(&groups)
    } else {
        request.lines.clone()
    };
    if let Some([from, to]) = data.range() {
        let (timeline, more) = timeline::read(
            session,
            &source,
            flag,
            &lines,
            [from, to],
            request.step,
            cancel,
        )
        .await?;
        ran.extend(more);
        if request.rolling {
            let early = Moment(from.day().0 - (ROLLING_DAYS - 1) * DAY);
            let (daily, more) = timeline::read(
                session,
                &source,
                flag,
                &lines,
                [early, to],
                Some(DAY),
                cancel,
            )
            .await?;
            ran.extend(more);
            data.daily = Some(daily);
        }
        data.timeline = Some(timeline);
        if markers::is_chosen(mapping) {
            let (changes, more) =
                markers::changes(session, mapping, Some(flag), [from, to], cancel).await?;
            ran.push(more);
            data.changes = changes;
        }
    }
    if request.burn {
        let keys: Vec<String> = groups
            .iter()
            .take(MOST_LINES)
            .map(|group| group.key.clone())
            .collect();
        let (burn, more) = burn::read(session, &source, flag, &keys, cancel).await?;
        ran.extend(more);
        data.burn = Some(burn);
    }
    let columns = [
        "flag_id",
        "recorded_at",
        "group_key",
        "request_count",
        "error_count",
    ];
    data.advice = advice::covering_index(
        session,
        &source.table,
        "ix_flag_time_group",
        &columns,
        cancel,
    )
    .await?
    .0;
    data.groups = groups;
    data.ran = ran;
    Ok(data)
}

/// The keys of the groups with most requests, as many as a chart shows, in the order of the groups.
fn largest(groups: &[Group]) -> Vec<String> {
    let mut sizes: Vec<u128> = groups.iter().map(|group| group.requests).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let least = sizes.get(MOST_LINES - 1).copied().unwrap_or(0);
    groups
        .iter()
        .filter(|group| group.requests >= least)
        .take(MOST_LINES)
        .map(|group| group.key.clone())
        .collect()
}
