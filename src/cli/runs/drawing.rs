//! The charts that `--chart` writes.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{
    chart::{ChartSpec, Slot},
    metrics::runs::{
        Found, Goal, Series, Tables,
        charts::{Drawn, Lines, Look, metric, metrics},
    },
    session::Session,
};

/// Metrics of one chart, one above the other, unless they are named.
const MOST: usize = 6;

/// What stands below a chart: where it comes from.
pub(super) fn source(session: &Session, tables: &Tables) -> String {
    format!(
        "{}.{} ({}, {} precision) on {}",
        tables.runs.database,
        tables.runs.table,
        tables.layout(),
        tables.precision().name(),
        session.facts().version
    )
}

/// The metrics that are drawn: those that were named, else the first that any of these runs has.
pub(super) fn keys(chosen: &[String], runs: &[Found]) -> Vec<String> {
    if !chosen.is_empty() {
        return chosen.to_vec();
    }
    let all: BTreeSet<&String> = runs.iter().flat_map(|run| run.metrics.keys()).collect();
    all.into_iter().take(MOST).cloned().collect()
}

/// The lines of these runs, a panel for each metric.
pub(super) fn chart(
    runs: &[(&Found, &BTreeMap<String, Series>)],
    keys: &[String],
    look: Look,
    source: &str,
    goal: impl Fn(&str) -> Goal,
) -> ChartSpec {
    let lines = |key: &String| {
        let drawn = runs
            .iter()
            .enumerate()
            .filter_map(|(nth, (found, series))| {
                Some(Drawn {
                    run: &found.run,
                    slot: Slot::Color(u8::try_from(nth).unwrap_or(u8::MAX)),
                    series: series.get(key)?,
                })
            });
        drawn.collect::<Vec<_>>()
    };
    let all: Vec<Lines<'_>> = keys
        .iter()
        .map(|key| Lines {
            key,
            goal: goal(key),
            drawn: lines(key),
        })
        .collect();
    let mut chart = match all.as_slice() {
        [one] => metric(one, look),
        all => metrics(all, look),
    };
    chart.footnotes.push(source.to_owned());
    chart
}
