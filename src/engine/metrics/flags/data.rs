//! All that is read of one flag for the analyst's view, and the statements that it came from.

use tokio_util::sync::CancellationToken;

use super::{
    Group, GroupKey, Source, Window,
    burn::{self, Windows},
    health::{self, Facts},
    metrics,
    timeline::{self, Cut, MOST_LINES, Timeline},
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
    pub lines: Vec<GroupKey>,
    /// Also by day, with the days that a rolling line needs before the window.
    pub rolling: bool,
    /// Also in the windows of an objective.
    pub burn: bool,
    /// What the midnights that days begin at are ahead of UTC's, in seconds.
    pub offset_secs: i32,
}

/// What a statement was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The plain figures.
    Sums,
    /// What the events are like.
    Facts,
    /// Figures over time.
    Buckets,
    /// Figures by day, for the rolling line.
    Days,
    /// Changes of flags.
    Changes,
    /// The windows of an objective.
    Burn,
    /// The days of its budget.
    Budget,
}

impl What {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Sums => "Requests and errors by group",
            Self::Facts => "Times and odd rows of all groups together",
            Self::Buckets => "Requests and errors over time",
            Self::Days => "Requests and errors by day, for seven rolling days",
            Self::Changes => "Changes of the flag",
            Self::Burn => "The windows of the objective",
            Self::Budget => "Requests and errors by day, for the budget of 30 days",
        }
    }
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
    /// The flag's first event, in the window or before it, if it was read by day.
    pub first_event: Option<Moment>,
    /// In the windows of an objective, for the groups in their order.
    pub burn: Option<Windows>,
    /// The days of the objective's budget, up to now.
    pub budget: Option<Timeline>,
    /// Changes of this flag within the chart, if the profile names a table of them.
    pub changes: Vec<Change>,
    /// The index that would make this quicker, if there is none such.
    pub advice: Option<Advice>,
    /// The statements, in order, each with what it was for.
    pub ran: Vec<(What, Ran)>,
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

/// What anybody would count, and where.
#[derive(Clone, Debug)]
pub struct First {
    /// What was asked for.
    pub request: Request,
    /// The table.
    pub source: Source,
    /// The plain figures, in the server's order.
    pub groups: Vec<Group>,
    /// Their statement.
    pub ran: Ran,
}

/// Read the plain figures.
pub async fn first(
    session: &Session,
    mapping: &Mapping,
    request: &Request,
    cancel: &CancellationToken,
) -> Result<First> {
    let source = Source::locate(session, mapping, cancel).await?;
    let (groups, ran) = metrics(session, &source, &request.flag, request.window, cancel).await?;
    Ok(First {
        request: request.clone(),
        source,
        groups,
        ran,
    })
}

/// Read all of it, the plain figures first.
pub async fn read(
    session: &Session,
    mapping: &Mapping,
    request: &Request,
    cancel: &CancellationToken,
) -> Result<Data> {
    let first = first(session, mapping, request, cancel).await?;
    rest(session, mapping, first, cancel).await
}

/// Read what stands beside the plain figures.
pub async fn rest(
    session: &Session,
    mapping: &Mapping,
    first: First,
    cancel: &CancellationToken,
) -> Result<Data> {
    let First {
        request,
        source,
        groups,
        ran,
    } = first;
    let (flag, window) = (request.flag.as_str(), request.window);
    let mut ran = vec![(What::Sums, ran)];
    let (facts, facts_ran) = health::facts(session, &source, flag, window, cancel).await?;
    ran.push((What::Facts, facts_ran));
    let mut data = Data {
        facts,
        table: format!("{}.{}", source.table.database, source.table.table),
        server: server(session),
        request: request.clone(),
        ..Data::default()
    };
    let lines = if request.lines.is_empty() {
        let keys = largest(&groups)
            .into_iter()
            .map(|at| groups[at].key.clone());
        keys.collect()
    } else {
        request.lines.clone()
    };
    let cut = |range, step| Cut {
        range,
        step,
        offset_secs: request.offset_secs,
    };
    if let Some(range) = data.range() {
        let (timeline, more) = timeline::read(
            session,
            &source,
            flag,
            &lines,
            cut(range, request.step),
            cancel,
        )
        .await?;
        ran.extend(more.map(|ran| (What::Buckets, ran)));
        data.timeline = Some(timeline);
        if request.rolling {
            let (daily, more) = timeline::read(
                session,
                &source,
                flag,
                &lines,
                cut(timeline::days_of(range, request.offset_secs), Some(DAY)),
                cancel,
            )
            .await?;
            ran.extend(more.map(|ran| (What::Days, ran)));
            data.daily = Some(daily);
            let (first, more) = timeline::first_event(session, &source, flag, cancel).await?;
            ran.push((What::Days, more));
            data.first_event = first;
        }
        if markers::is_chosen(mapping) {
            let (changes, more) =
                markers::changes(session, mapping, Some(flag), range, cancel).await?;
            ran.push((What::Changes, more));
            data.changes = changes;
        }
    }
    if request.burn {
        let (burn, more) =
            burn::read(session, &source, flag, &groups, &largest(&groups), cancel).await?;
        ran.extend(more.into_iter().map(|ran| (What::Burn, ran)));
        data.burn = Some(burn);
        let now = data.facts.now;
        let days = [Moment(now.0 - burn::BUDGET.seconds()), Moment(now.0 + 1)];
        let (budget, more) =
            timeline::read(session, &source, flag, &lines, cut(days, Some(DAY)), cancel).await?;
        ran.extend(more.map(|ran| (What::Budget, ran)));
        data.budget = Some(budget);
    }
    data.advice = advice(session, &source, cancel).await?;
    data.groups = groups;
    data.ran = ran;
    Ok(data)
}

/// The index that would make reading quicker; `None` where there is one.
pub async fn advice(
    session: &Session,
    source: &Source,
    cancel: &CancellationToken,
) -> Result<Option<Advice>> {
    let columns = [
        "flag_id",
        "recorded_at",
        "group_key",
        "request_count",
        "error_count",
    ];
    let (advice, _) = advice::covering_index(
        session,
        &source.table,
        "ix_flag_time_group",
        &columns,
        cancel,
    )
    .await?;
    Ok(advice)
}

/// Product and version in digits: `MariaDB 10.11.18`.
fn server(session: &Session) -> String {
    let dialect = session.facts().dialect();
    let (major, minor, patch) = dialect.version;
    format!("{} {major}.{minor}.{patch}", dialect.product)
}

/// Which groups have most requests, as many as a chart shows, in their order.
fn largest(groups: &[Group]) -> Vec<usize> {
    let mut all: Vec<usize> = (0..groups.len()).collect();
    all.sort_by_key(|at| std::cmp::Reverse(groups[*at].requests));
    all.truncate(MOST_LINES);
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_groups_are_those_with_most_requests_whatever_their_order() {
        let groups: Vec<Group> = (0..30)
            .map(|at| Group {
                requests: if at < 25 { 1 } else { 100 },
                ..Group::default()
            })
            .collect();
        let expected: Vec<usize> = (0..15).chain(25..30).collect();
        assert_eq!(largest(&groups), expected);
    }
}
