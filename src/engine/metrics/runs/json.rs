//! Runs as JSON, as the command line and the window's exports have them. What is no finite number is null.

use serde_json::{Map, Value, json};

use super::{Goal, Listing, Run, time_text};

/// A list of runs: an object for each, with its metrics in short.
pub fn list(listing: &Listing, goal: impl Fn(&str) -> Goal) -> Value {
    let runs = listing.runs.iter().map(|listed| {
        let metrics = listed.metrics.iter().map(|(key, summary)| {
            let goal = goal(key);
            let metric = json!({
                "better": goal.name(),
                "points": summary.points,
                "repeated": summary.repeated,
                "last": summary.last,
                "best": summary.best(goal),
            });
            (key.clone(), metric)
        });
        let mut run = run_of(&listed.run);
        run.insert("metrics".to_owned(), Value::Object(metrics.collect()));
        Value::Object(run)
    });
    Value::Array(runs.collect())
}

/// What a run is.
pub fn run_of(run: &Run) -> Map<String, Value> {
    let time = |millis: Option<i64>| millis.map(time_text);
    let run = json!({
        "run_id": run.id,
        "name": run.name,
        "experiment_id": run.experiment_id,
        "experiment": run.experiment,
        "user": run.user,
        "status": run.status,
        "deleted": run.deleted,
        "start": time(run.start),
        "end": time(run.end),
        "start_ms": run.start,
        "end_ms": run.end,
        "duration_ms": run.millis(),
    });
    match run {
        Value::Object(run) => run,
        _ => Map::new(),
    }
}
