//! Runs as wholes: a dot or a line for each.

use std::collections::BTreeSet;

use crate::engine::{
    chart::{
        Axis, Body, ChartSpec, Kind, Marks, Panel, Parallel, Plot, Point, Polyline, Series, Slot,
    },
    metrics::runs::{Found, Goal, value_text},
    visible,
};

/// Names that an axis of words has at most; with more it would be a smear.
const MOST_WORDS: usize = 24;
/// From this ratio of the largest to the smallest an axis of positive numbers is logarithmic, as learning rates want it.
const WIDE: f64 = 100.0;
/// Letters of a word on an axis.
const LETTERS: usize = 24;

/// What a scatter compares: the last values of two metrics.
#[derive(Clone, Copy, Debug)]
pub struct Scatter<'a> {
    /// The metric along the x axis.
    pub x: &'a str,
    /// The metric along the y axis.
    pub y: &'a str,
}

/// Each run a dot at its last values of two metrics. Runs without a slot are grey and have no name.
pub fn scatter(of: Scatter<'_>, runs: &[(&Found, Option<Slot>)]) -> ChartSpec {
    let last = |run: &Found, key: &str| {
        let value = run.metrics.get(key).and_then(|summary| summary.last);
        value.filter(|value| value.is_finite())
    };
    let at = |run: &Found| Some(Point::new(last(run, of.x)?, last(run, of.y)?));
    let mut others: Vec<Point> = runs
        .iter()
        .filter(|(_, slot)| slot.is_none())
        .filter_map(|(run, _)| at(run))
        .collect();
    others.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut series = Vec::new();
    if !others.is_empty() {
        series.push(Series::new("", Slot::Neutral, Marks::DOTS, others).faint());
    }
    for (run, slot) in runs {
        if let (Some(slot), Some(point)) = (slot, at(run)) {
            let name = visible::line(&run.run.label());
            series.push(Series::new(name, *slot, Marks::DOTS, vec![point]));
        }
    }
    let shown = runs.iter().filter(|(run, _)| at(run).is_some()).count();
    let missing = runs.len() - shown;
    let (x, y) = (visible::line(of.x), visible::line(of.y));
    let mut subtitle = vec!["last value of each run".to_owned()];
    if missing > 0 {
        subtitle.push(format!("{missing} without both left out"));
    }
    let dots = runs
        .iter()
        .filter(|(_, slot)| slot.is_some())
        .filter_map(|(run, _)| {
            let (x, y) = (last(run, of.x)?, last(run, of.y)?);
            Some(format!(
                "{}: {} and {}",
                visible::line(&run.run.label()),
                value_text(x),
                value_text(y)
            ))
        });
    let dots: Vec<String> = dots.collect();
    ChartSpec {
        title: format!("{y} against {x}"),
        subtitle: subtitle.join(" · "),
        summary: format!("Last {x} and {y} of {shown} runs. {}.", dots.join("; ")),
        body: Body::Plot(Plot {
            x: Axis::new(x, Kind::Number),
            panels: vec![Panel::new(Axis::new(y, Kind::Number), series)],
            ..Plot::default()
        }),
        footnotes: Vec::new(),
    }
}

/// Each run a line across the parameters that differ, then the last values of these metrics. Runs without a slot are
/// pale.
pub fn parallel(metrics: &[(&str, Goal)], runs: &[(&Found, Option<Slot>)]) -> ChartSpec {
    let mut all = Vec::new();
    let mut columns: Vec<Vec<Option<f64>>> = Vec::new();
    let keys: BTreeSet<&String> = runs.iter().flat_map(|(run, _)| run.params.keys()).collect();
    let mut left_out = 0;
    for key in keys {
        let values: Vec<Option<&str>> = runs
            .iter()
            .map(|(run, _)| run.params.get(key).map(String::as_str))
            .collect();
        if values.windows(2).all(|pair| pair[0] == pair[1]) && runs.len() > 1 {
            continue; // says nothing about what matters
        }
        match param_axis(&visible::line(key), &values) {
            Some((axis, column)) => {
                all.push(axis);
                columns.push(column);
            }
            None => left_out += 1,
        }
    }
    let params = all.len();
    for (key, goal) in metrics {
        let last = runs.iter().map(|(run, _)| {
            let value = run.metrics.get(*key).and_then(|summary| summary.last);
            value.filter(|value| value.is_finite())
        });
        columns.push(last.collect());
        // Better is up on each.
        let reversed = *goal == Goal::Min;
        all.push(Axis {
            reversed,
            ..Axis::new(visible::line(key), Kind::Number)
        });
    }
    let line = |(nth, (run, slot)): (usize, &(&Found, Option<Slot>))| Polyline {
        name: visible::line(&run.run.label()),
        slot: slot.unwrap_or(Slot::Neutral),
        faint: slot.is_none(),
        values: columns.iter().map(|column| column[nth]).collect(),
    };
    let mut lines: Vec<Polyline> = runs.iter().enumerate().map(line).collect();
    lines.sort_by_key(|line| !line.faint);
    let what = if params == 0 {
        "last values; better is up"
    } else {
        "parameters that differ, then last values; better is up"
    };
    let mut subtitle = vec![what.to_owned()];
    if left_out > 0 {
        subtitle.push(format!(
            "{left_out} parameters with too many values left out"
        ));
    }
    ChartSpec {
        title: "Parameters and results".to_owned(),
        subtitle: subtitle.join(" · "),
        summary: format!(
            "{} runs across {params} parameters and {} metrics: {}.",
            runs.len(),
            metrics.len(),
            all.iter()
                .map(|axis| axis.title.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        ),
        body: Body::Parallel(Parallel { axes: all, lines }),
        footnotes: Vec::new(),
    }
}

/// Numbers where all values are numbers, else words; `None` where there are too many words.
fn param_axis(title: &str, values: &[Option<&str>]) -> Option<(Axis, Vec<Option<f64>>)> {
    let number = |text: &str| {
        text.trim()
            .parse::<f64>()
            .ok()
            .filter(|value| value.is_finite())
    };
    if values.iter().flatten().all(|text| number(text).is_some()) {
        let column: Vec<Option<f64>> = values.iter().map(|text| text.and_then(number)).collect();
        let (low, high) = column
            .iter()
            .flatten()
            .fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
                (low.min(*value), high.max(*value))
            });
        let axis = Axis::new(title, Kind::Number);
        let wide = low > 0.0 && high / low >= WIDE;
        return Some((if wide { axis.with_log() } else { axis }, column));
    }
    let words: BTreeSet<&str> = values.iter().flatten().copied().collect();
    if words.len() > MOST_WORDS {
        return None;
    }
    let place = |text: &str| {
        words
            .iter()
            .position(|word| *word == text)
            .map(|nth| nth as f64)
    };
    let column = values.iter().map(|text| text.and_then(place)).collect();
    let words = words.iter().map(|word| short(word)).collect();
    Some((Axis::new(title, Kind::Category(words)), column))
}

fn short(word: &str) -> String {
    let word = visible::line(word);
    if word.chars().count() <= LETTERS {
        return word;
    }
    let mut out: String = word.chars().take(LETTERS - 1).collect();
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{
        chart::Scale,
        metrics::runs::{Run, Summary},
    };

    fn run(id: &str, last: Option<f64>, params: &[(&str, &str)]) -> Found {
        let summary = Summary {
            last,
            ..Summary::default()
        };
        Found {
            run: Run {
                id: id.to_owned(),
                ..Run::default()
            },
            metrics: ["a", "b"]
                .map(|key| (key.to_owned(), summary.clone()))
                .into(),
            params: params
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            ..Found::default()
        }
    }

    #[test]
    fn a_scatter_names_the_chosen_runs_and_leaves_out_what_has_no_number() {
        let runs = [
            run("x", Some(1.0), &[]),
            run("y", Some(f64::NAN), &[]),
            run("z", Some(3.0), &[]),
        ];
        let spec = scatter(
            Scatter { x: "a", y: "b" },
            &[
                (&runs[0], Some(Slot::Color(0))),
                (&runs[1], Some(Slot::Color(1))),
                (&runs[2], None),
            ],
        );
        let Body::Plot(plot) = &spec.body else {
            panic!()
        };
        let names: Vec<&str> = plot.panels[0]
            .series
            .iter()
            .map(|series| series.name.as_str())
            .collect();
        assert_eq!(names, ["", "x"]);
        assert_eq!(
            spec.subtitle,
            "last value of each run · 1 without both left out"
        );
        assert_eq!(spec.summary, "Last a and b of 2 runs. x: 1 and 1.");
    }

    #[test]
    fn parameters_that_are_all_the_same_have_no_axis_and_the_others_suit_their_values() {
        let runs = [
            run(
                "x",
                Some(1.0),
                &[("lr", "0.001"), ("kind", "wide"), ("seed", "7")],
            ),
            run(
                "y",
                Some(2.0),
                &[("lr", "0.1"), ("kind", "deep"), ("seed", "7")],
            ),
        ];
        let spec = parallel(
            &[("a", Goal::Min)],
            &[(&runs[0], None), (&runs[1], Some(Slot::Color(2)))],
        );
        let Body::Parallel(across) = &spec.body else {
            panic!()
        };
        let titles: Vec<&str> = across.axes.iter().map(|axis| axis.title.as_str()).collect();
        assert_eq!(titles, ["kind", "lr", "a"]);
        assert_eq!(
            across.axes[0].kind,
            Kind::Category(vec!["deep".to_owned(), "wide".to_owned()])
        );
        assert_eq!(across.axes[1].scale, Scale::Log);
        assert!(across.axes[2].reversed);
        // The pale one lies under the chosen one.
        assert_eq!(across.lines[0].values, [Some(1.0), Some(0.001), Some(1.0)]);
        assert!(across.lines[0].faint && !across.lines[1].faint);
    }

    #[test]
    fn words_beyond_what_an_axis_can_hold_are_left_out_and_said() {
        let texts: Vec<String> = (0..30).map(|nth| format!("path-{nth}")).collect();
        let runs: Vec<Found> = texts
            .iter()
            .map(|text| run("r", None, &[("out", text)]))
            .collect();
        let runs: Vec<(&Found, Option<Slot>)> = runs.iter().map(|run| (run, None)).collect();
        let spec = parallel(&[], &runs);
        assert!(
            spec.subtitle
                .ends_with("1 parameters with too many values left out")
        );
    }
}
