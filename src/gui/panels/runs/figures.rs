//! What is shown of the runs that are ticked, made of what was read; pure, and done on the worker, as a slider that is
//! drawn makes it anew at each step.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::reading::Read;
use crate::engine::{
    Error, Result,
    chart::{ChartSpec, Slot},
    metrics::runs::{
        Found, Goal, Series,
        charts::{Drawn, Lines, Look, Scatter, cut, metric, parallel, scatter},
        compare::{self, Compared, Setting},
        value_text,
    },
    visible,
};

/// Runs that are compared at most.
pub(super) const MOST_COMPARED: usize = 5;
/// Metrics that have a chart, unless more are asked for.
pub(super) const MOST_CHARTS: usize = 24;
/// Axes of metrics in parallel coordinates.
const MOST_AXES: usize = 8;

/// The points that have been read, by run and metric.
pub type Points = HashMap<(String, String), Arc<Series>>;

/// What figures are made of.
#[derive(Clone, Debug, Default)]
pub struct Input {
    pub read: Arc<Read>,
    pub points: Points,
    /// Which runs are drawn, by their places among those that were read, each with its colour.
    pub ticked: Vec<(usize, Slot)>,
    pub goals: BTreeMap<String, Goal>,
    pub look: Look,
    pub scatter: Option<(String, String)>,
    /// All metrics have a chart.
    pub all_charts: bool,
}

/// What is shown.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub charts: Vec<MetricChart>,
    /// Metrics without a chart, as there are too many.
    pub left_out: usize,
    /// The runs that are compared; the others are compared with the first.
    pub compared: Vec<(Found, Slot)>,
    pub metrics: Vec<Compared>,
    pub params: Vec<Setting>,
    pub tags: Vec<Setting>,
    pub parallel: ChartSpec,
    pub scatter: ChartSpec,
    /// The two without title and subtitle.
    pub bare_parallel: ChartSpec,
    pub bare_scatter: ChartSpec,
    /// The metrics of the scatter.
    pub axes: Option<(String, String)>,
}

/// A metric of the runs that are ticked.
#[derive(Clone, Debug)]
pub struct MetricChart {
    pub key: String,
    pub goal: Goal,
    pub chart: ChartSpec,
    /// The same without title and subtitle, which the card has.
    pub bare: ChartSpec,
    /// `best 0.162 by 3286b33e`, of the runs that are ticked.
    pub best: String,
    /// It has values that are so far off that the others would be one flat line; they are out of view unless the
    /// person wants to see all.
    pub has_far: bool,
}

/// The metrics that any of these runs has, by name.
pub(super) fn keys<'a>(runs: impl Iterator<Item = &'a Found>) -> Vec<String> {
    let mut keys: Vec<String> = runs.flat_map(|run| run.metrics.keys().cloned()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// On the worker.
pub(super) async fn make(input: Input) -> Result<Arc<Figures>> {
    tokio::task::spawn_blocking(move || Arc::new(Figures::of(&input)))
        .await
        .map_err(|stopped| Error::Invalid(stopped.to_string()))
}

impl Figures {
    /// Make them.
    pub fn of(input: &Input) -> Self {
        let runs = &input.read.runs;
        let ticked: Vec<(&Found, Slot)> = input
            .ticked
            .iter()
            .filter_map(|(at, slot)| Some((runs.get(*at)?, *slot)))
            .collect();
        let goal = |key: &str| {
            input
                .goals
                .get(key)
                .copied()
                .unwrap_or_else(|| Goal::of(key))
        };
        let mut keys = keys(ticked.iter().map(|(run, _)| *run));
        let axes = input
            .scatter
            .clone()
            .or_else(|| Some((keys.first()?.clone(), keys.get(1)?.clone())));
        let all: Vec<(&Found, Option<Slot>)> = runs
            .iter()
            .enumerate()
            .map(|(at, run)| {
                let slot = input.ticked.iter().find(|(ticked, _)| *ticked == at);
                (run, slot.map(|(_, slot)| *slot))
            })
            .collect();
        let metrics: Vec<(&str, Goal)> = varying(&keys, &ticked)
            .take(MOST_AXES)
            .map(|key| (key, goal(key)))
            .collect();
        let compared: Vec<(Found, Slot)> = ticked
            .iter()
            .take(MOST_COMPARED)
            .map(|(run, slot)| ((*run).clone(), *slot))
            .collect();
        let founds: Vec<Found> = compared.iter().map(|(run, _)| run.clone()).collect();
        let parallel = parallel(&metrics, &all);
        let scatter = axes
            .as_ref()
            .map_or_else(ChartSpec::default, |(x, y)| scatter(Scatter { x, y }, &all));
        let left_out = if input.all_charts {
            0
        } else {
            keys.len().saturating_sub(MOST_CHARTS)
        };
        keys.truncate(keys.len() - left_out);
        Self {
            charts: keys
                .iter()
                .map(|key| chart(key, goal(key), &ticked, input))
                .collect(),
            left_out,
            metrics: compare::metrics(&founds, goal),
            params: compare::params(&founds),
            tags: compare::tags(&founds),
            compared,
            bare_parallel: bare(&parallel),
            bare_scatter: bare(&scatter),
            parallel,
            scatter,
            axes,
        }
    }
}

/// Metrics that differ between these runs, or all where none does: one that is the same for all says nothing.
fn varying<'a>(keys: &'a [String], runs: &'a [(&Found, Slot)]) -> impl Iterator<Item = &'a str> {
    let last = |run: &Found, key: &str| run.metrics.get(key).and_then(|of| of.last);
    let varies = move |key: &&str| {
        runs.windows(2)
            .any(|pair| last(pair[0].0, key) != last(pair[1].0, key))
    };
    let any = keys.iter().any(|key| varies(&key.as_str()));
    keys.iter()
        .map(String::as_str)
        .filter(move |key| !any || varies(key))
}

fn chart(key: &str, goal: Goal, ticked: &[(&Found, Slot)], input: &Input) -> MetricChart {
    // Points that have not come yet are no line; the run has one when they have.
    let drawn: Vec<Drawn<'_>> = ticked
        .iter()
        .filter_map(|(found, slot)| {
            let series = input.points.get(&(found.run.id.clone(), key.to_owned()))?;
            Some(Drawn {
                run: &found.run,
                slot: *slot,
                series,
            })
        })
        .collect();
    let mut best: Option<(&Found, f64)> = None;
    for (found, _) in ticked {
        let value = found.metrics.get(key).and_then(|of| of.best(goal));
        if let Some(value) = value
            && best.is_none_or(|(_, than)| goal.is_better(value, than))
        {
            best = Some((found, value));
        }
    }
    let best = best.map_or(String::new(), |(found, value)| {
        format!(
            "best {} by {}",
            value_text(value),
            visible::line(&found.run.label())
        )
    });
    let lines = Lines { key, goal, drawn };
    let chart = metric(&lines, input.look);
    let robust = Look {
        whole: false,
        ..input.look
    };
    MetricChart {
        has_far: cut(&lines, robust).is_some(),
        bare: bare(&chart),
        chart,
        key: key.to_owned(),
        goal,
        best,
    }
}

/// Without the words that stand above it.
fn bare(chart: &ChartSpec) -> ChartSpec {
    ChartSpec {
        title: String::new(),
        subtitle: String::new(),
        ..chart.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::metrics::runs::{Run, Summary};

    fn found(id: &str, values: &[(&str, f64)]) -> Found {
        let metrics = values.iter().map(|(key, value)| {
            let summary = Summary {
                points: 1,
                last: Some(*value),
                lowest: Some(*value),
                highest: Some(*value),
                ..Summary::default()
            };
            ((*key).to_owned(), summary)
        });
        Found {
            run: Run {
                id: id.to_owned(),
                ..Run::default()
            },
            metrics: metrics.collect(),
            ..Found::default()
        }
    }

    fn input(runs: Vec<Found>) -> Input {
        let ticked = (0..runs.len()).map(|at| (at, Slot::Color(at as u8)));
        Input {
            ticked: ticked.collect(),
            read: Arc::new(Read {
                runs,
                ..Read::default()
            }),
            ..Input::default()
        }
    }

    #[test]
    fn each_metric_has_a_chart_that_names_the_best_run() {
        let runs = vec![
            found("one", &[("loss", 0.5), ("rate", 0.1)]),
            found("two", &[("loss", 0.25), ("rate", 0.1)]),
        ];
        let figures = Figures::of(&input(runs.clone()));
        let bests: Vec<&str> = figures
            .charts
            .iter()
            .map(|chart| chart.best.as_str())
            .collect();
        assert_eq!(bests, ["best 0.25 by two", "best 0.1 by one"]);
        assert_eq!(figures.axes, Some(("loss".to_owned(), "rate".to_owned())));

        let turned = Input {
            goals: [("loss".to_owned(), Goal::Max)].into(),
            ..input(runs)
        };
        assert_eq!(Figures::of(&turned).charts[0].best, "best 0.5 by one");
    }

    #[test]
    fn too_many_metrics_are_left_out_until_they_are_asked_for() {
        let names: Vec<String> = (0..30).map(|nth| format!("m{nth:02}")).collect();
        let values: Vec<(&str, f64)> = names.iter().map(|name| (name.as_str(), 1.0)).collect();
        let few = input(vec![found("one", &values)]);
        let figures = Figures::of(&few);
        assert_eq!((figures.charts.len(), figures.left_out), (MOST_CHARTS, 6));
        let all = Figures::of(&Input {
            all_charts: true,
            ..few
        });
        assert_eq!((all.charts.len(), all.left_out), (30, 0));
    }

    #[test]
    fn no_more_than_five_runs_are_compared() {
        let names = ["a", "b", "c", "d", "e", "f"];
        let runs = names.map(|id| found(id, &[("loss", 1.0)])).to_vec();
        let figures = Figures::of(&input(runs));
        assert_eq!(figures.compared.len(), MOST_COMPARED);
        assert_eq!(figures.metrics[0].last.len(), MOST_COMPARED);
    }
}
