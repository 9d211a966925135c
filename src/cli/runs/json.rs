//! Runs as JSON. What is no finite number is null.

use serde_json::{Value, json};

use super::one::{Read, best_step};
use crate::{
    cli::{Failure, print},
    engine::metrics::{
        runs::{
            Found, Goal, Series,
            charts::Look,
            compare::{Compared, Setting},
            json::run_of,
            time_text,
        },
        stats::smoothing::debiased_ema,
    },
};

/// One line to stdout.
pub(super) fn print(value: &Value) -> Result<(), Failure> {
    print::data(format!("{value}\n").as_bytes())
}

pub(super) fn run(
    read: &Read,
    chosen: &[String],
    look: Look,
    goal: impl Fn(&str) -> Goal,
) -> Value {
    let found = &read.found;
    let wanted = found.metrics.iter();
    let wanted = wanted.filter(|(key, _)| chosen.is_empty() || chosen.contains(key));
    let metrics = wanted.map(|(key, summary)| {
        let goal = goal(key);
        let series = read.series.get(key);
        let last = series
            .and_then(Series::last)
            .filter(|_| series.is_some_and(|series| !series.cut));
        let best = series.and_then(|series| series.best(goal));
        let step = best_step(read, key, summary, goal);
        let best_time = best.filter(|_| step.is_some()).and_then(|point| point.time);
        let last_time = last.and_then(|point| point.time);
        let mut metric = json!({
            "better": goal.name(),
            "points": summary.points,
            "repeated": summary.repeated,
            "not_finite": series.map(Series::not_finite),
            "cut": series.is_some_and(|series| series.cut),
            "last": {
                "step": last.map(|point| point.step),
                "time": last_time.map(time_text),
                "time_ms": last_time,
                "value": summary.last,
            },
            "best": {
                "step": step,
                "time": best_time.map(time_text),
                "time_ms": best_time,
                "value": summary.best(goal),
            },
        });
        if let Some(series) = series.filter(|_| !chosen.is_empty()) {
            metric["series"] = points(series, look);
        }
        (key.clone(), metric)
    });
    json!({
        "run": run_of(&found.run),
        "precision": read.precision.name(),
        "time_unit": found.unit.name(),
        "metrics": Value::Object(metrics.collect()),
        "params": found.params,
        "tags": found.tags,
    })
}

fn points(series: &Series, look: Look) -> Value {
    let values: Vec<Option<f64>> = series.points.iter().map(|point| point.value).collect();
    let smooth = debiased_ema(&values, look.smoothing).filter(|_| look.smoothing > 0.0);
    let points = series.points.iter().enumerate().map(|(nth, point)| {
        let mut point = vec![json!(point.step), json!(point.time), json!(point.value)];
        if let Some(smooth) = &smooth {
            point.push(json!(smooth.get(nth).copied().flatten()));
        }
        Value::Array(point)
    });
    Value::Array(points.collect())
}

pub(super) fn compared(
    found: &[Found],
    metrics: &[Compared],
    params: &[Setting],
    tags: &[Setting],
) -> Value {
    let metrics = metrics.iter().map(|metric| {
        let ahead = metric.ahead.and_then(|nth| found.get(nth));
        let value = json!({
            "better": metric.goal.name(),
            "last": metric.last,
            "best": metric.best,
            "difference": metric.difference,
            "ahead": ahead.map(|found| &found.run.id),
        });
        (metric.key.clone(), value)
    });
    json!({
        "runs": found.iter().map(|found| Value::Object(run_of(&found.run))).collect::<Vec<_>>(),
        "metrics": Value::Object(metrics.collect()),
        "params": settings(params),
        "tags": settings(tags),
    })
}

fn settings(settings: &[Setting]) -> Value {
    let settings = settings.iter().map(|setting| {
        let value = json!({"values": setting.values, "differs": setting.differs});
        (setting.key.clone(), value)
    });
    Value::Object(settings.collect())
}
