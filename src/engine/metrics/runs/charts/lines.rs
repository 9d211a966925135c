//! A metric of one or several runs as lines.

use super::{Along, Drawn, Look, Part, part};
use crate::engine::{
    chart::{Axis, Body, ChartSpec, Kind, Marks, Panel, Plot, Point, Series},
    metrics::{
        runs::{self, Goal, Point as Logged},
        stats::smoothing::debiased_ema,
    },
    visible,
};

/// A metric, and the runs whose lines are drawn.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    /// Its name.
    pub key: &'a str,
    /// Which way it gets better, for the summary.
    pub goal: Goal,
    /// The runs.
    pub drawn: Vec<Drawn<'a>>,
}

/// One metric.
pub fn metric(lines: &Lines<'_>, look: Look) -> ChartSpec {
    ChartSpec {
        title: visible::line(lines.key),
        ..metrics(std::slice::from_ref(lines), look)
    }
}

/// Several metrics, one above the other, over one x axis.
pub fn metrics(all: &[Lines<'_>], look: Look) -> ChartSpec {
    let x = match look.along {
        Along::Step => Axis::new("step", Kind::Count),
        Along::Time => Axis::new("time (UTC)", Kind::UTC),
        Along::Relative => Axis::new("since the start", Kind::Duration),
    };
    let panels = all.iter().map(|lines| {
        let title = if all.len() == 1 {
            String::new()
        } else {
            visible::line(lines.key)
        };
        let mut y = Axis::new(title, Kind::Number);
        if look.log {
            y = y.with_log();
        }
        y.bounds = cut(lines, look).map(|part| part.range);
        let series = lines.drawn.iter().flat_map(|drawn| series(drawn, look));
        Panel::new(y, series.collect())
    });
    ChartSpec {
        title: title(all),
        subtitle: subtitle(all, look),
        body: Body::Plot(Plot {
            x,
            panels: panels.collect(),
            ..Plot::default()
        }),
        footnotes: Vec::new(),
        summary: summary(all, look),
    }
}

/// The part of the y axis that is drawn, where it is not all: a logarithm has room for everything.
pub fn cut(lines: &Lines<'_>, look: Look) -> Option<Part> {
    if look.log || look.whole {
        return None;
    }
    part(lines)
}

/// The run, or how many there are.
fn title(all: &[Lines<'_>]) -> String {
    let mut runs: Vec<&Drawn<'_>> = all.iter().flat_map(|lines| &lines.drawn).collect();
    runs.sort_by_key(|drawn| &drawn.run.id);
    runs.dedup_by_key(|drawn| &drawn.run.id);
    match runs[..] {
        [one] => format!("Run {}", visible::line(&one.run.label())),
        _ => format!("{} runs", runs.len()),
    }
}

/// The line of a run; behind a smoothed one the raw one.
fn series(drawn: &Drawn<'_>, look: Look) -> Vec<Series> {
    let raw = points(drawn, look.along);
    let name = visible::line(&drawn.run.label());
    // A line needs two points; one alone is a dot.
    let marks = if raw.len() == 1 {
        Marks::DOTS
    } else {
        Marks::LINE
    };
    let values: Vec<Option<f64>> = raw.iter().map(|point| point.y).collect();
    match debiased_ema(&values, look.smoothing) {
        Some(smooth) if look.smoothing > 0.0 && raw.len() > 1 => {
            // Without a value no point: the raw line shows where something was logged that is no number.
            let smoothed = raw
                .iter()
                .zip(smooth)
                .filter_map(|(point, y)| Some(Point::new(point.x, y?)));
            let smoothed = Series::new(name, drawn.slot, marks, smoothed.collect::<Vec<_>>());
            vec![Series::new("", drawn.slot, marks, raw).faint(), smoothed]
        }
        _ => vec![Series::new(name, drawn.slot, marks, raw)],
    }
}

/// The points by x. Over time those are drawn too whose step was logged again.
pub(super) fn points(drawn: &Drawn<'_>, along: Along) -> Vec<Point> {
    let series = drawn.series;
    if along == Along::Step {
        return series
            .points
            .iter()
            .map(|point| drawable(point.step as f64, point))
            .collect();
    }
    let mut timed: Vec<(i64, &Logged)> = series
        .points
        .iter()
        .chain(&series.repeated)
        .filter_map(|point| Some((point.time?, point)))
        .collect();
    timed.sort_by_key(|(time, point)| (*time, point.step));
    let first = timed.first().map_or(0, |(time, _)| *time);
    // A start after the first point is of another clock.
    let start = drawn
        .run
        .start
        .filter(|start| *start <= first)
        .unwrap_or(first);
    let origin = if along == Along::Relative { start } else { 0 };
    timed
        .into_iter()
        .map(|(time, point)| drawable(time.saturating_sub(origin) as f64 / 1000.0, point))
        .collect()
}

fn drawable(x: f64, point: &Logged) -> Point {
    Point::new(x, point.value.unwrap_or(f64::NAN))
}

fn subtitle(all: &[Lines<'_>], look: Look) -> String {
    let mut parts = Vec::new();
    let outside: usize = all
        .iter()
        .filter_map(|lines| cut(lines, look))
        .map(|part| part.outside)
        .sum();
    if outside > 0 {
        let unit = if outside == 1 { "value" } else { "values" };
        parts.push(format!("{outside} {unit} far off, out of view"));
    }
    if look.smoothing > 0.0 {
        parts.push(format!("smoothed {:.2}, raw values pale", look.smoothing));
    }
    let drawn = || all.iter().flat_map(|lines| &lines.drawn);
    let count = |what: fn(&Logged) -> bool| -> usize {
        drawn()
            .map(|drawn| {
                drawn
                    .series
                    .points
                    .iter()
                    .filter(|point| what(point))
                    .count()
            })
            .sum()
    };
    if look.log {
        let below = count(|point| point.finite().is_some_and(|value| value <= 0.0));
        if below > 0 {
            parts.push(format!("{below} not above 0 left out"));
        }
    }
    let odd = count(|point| point.finite().is_none());
    if odd > 0 {
        parts.push(format!("{odd} without a number"));
    }
    if look.along != Along::Step
        && drawn().any(|drawn| drawn.series.points.iter().any(|point| point.time.is_none()))
    {
        parts.push("points without a time left out".to_owned());
    }
    if drawn().any(|drawn| drawn.series.cut) {
        parts.push("cut: only the first steps were read".to_owned());
    }
    parts.join(" · ")
}

fn summary(all: &[Lines<'_>], look: Look) -> String {
    let along = match look.along {
        Along::Step => "by step",
        Along::Time => "over time",
        Along::Relative => "by time since the start",
    };
    let metrics = all.iter().map(|lines| {
        let runs = lines.drawn.iter().map(|drawn| {
            let series = drawn.series;
            let at = |point: &Logged| {
                let value = point.value.map_or("no number".to_owned(), runs::value_text);
                format!("{value} at step {}", point.step)
            };
            let last = series.last().map_or("no points".to_owned(), |point| {
                format!("last {}", at(point))
            });
            let best = series
                .best(lines.goal)
                .map_or(String::new(), |point| format!(", best {}", at(point)));
            format!("{}: {last}{best}", visible::line(&drawn.run.label()))
        });
        format!(
            "{} {along}. {}.",
            visible::line(lines.key),
            runs.collect::<Vec<_>>().join("; ")
        )
    });
    metrics.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{
        chart::Slot,
        metrics::runs::{Run, Series as Points},
    };

    fn run(start: Option<i64>) -> Run {
        Run {
            id: "r".to_owned(),
            start,
            ..Run::default()
        }
    }

    fn logged(points: &[(i64, i64, Option<f64>)]) -> Points {
        let points = points.iter().map(|(step, time, value)| Logged {
            step: *step,
            time: Some(*time),
            value: *value,
        });
        Points::of("r", "loss", points.collect(), false)
    }

    fn xs(run: &Run, series: &Points, along: Along) -> Vec<f64> {
        let drawn = Drawn {
            run,
            slot: Slot::Color(0),
            series,
        };
        points(&drawn, along).iter().map(|point| point.x).collect()
    }

    #[test]
    fn over_time_points_of_repeated_steps_are_drawn_too() {
        let series = logged(&[
            (0, 3_000, Some(1.0)),
            (0, 5_000, Some(2.0)),
            (1, 4_000, Some(3.0)),
        ]);
        let run = run(Some(1_000));
        assert_eq!(xs(&run, &series, Along::Step), [0.0, 1.0]);
        assert_eq!(xs(&run, &series, Along::Time), [3.0, 4.0, 5.0]);
        assert_eq!(xs(&run, &series, Along::Relative), [2.0, 3.0, 4.0]);
    }

    #[test]
    fn a_run_that_began_after_its_points_begins_with_them() {
        let series = logged(&[(0, 3_000, Some(1.0)), (1, 4_000, Some(2.0))]);
        for start in [None, Some(9_000_000)] {
            assert_eq!(xs(&run(start), &series, Along::Relative), [0.0, 1.0]);
        }
    }

    #[test]
    fn a_smoothed_line_has_the_raw_one_behind_it_and_skips_what_is_no_number() {
        let series = logged(&[(0, 0, Some(1.0)), (1, 0, Some(f64::NAN)), (2, 0, Some(2.0))]);
        let run = run(None);
        let drawn = Drawn {
            run: &run,
            slot: Slot::Color(3),
            series: &series,
        };
        let look = Look {
            smoothing: 0.5,
            ..Look::default()
        };
        let lines = Lines {
            key: "loss",
            goal: Goal::Min,
            drawn: vec![drawn],
        };
        let spec = metric(&lines, look);
        let Body::Plot(plot) = &spec.body else {
            panic!()
        };
        let [raw, smooth] = &plot.panels[0].series[..] else {
            panic!()
        };
        assert!(raw.faint && raw.name.is_empty() && raw.slot == smooth.slot);
        assert_eq!(raw.points.len(), 3);
        assert!(raw.points[1].y.unwrap().is_nan());
        let ys: Vec<(f64, Option<f64>)> = smooth
            .points
            .iter()
            .map(|point| (point.x, point.y))
            .collect();
        // 0.5·1/(1−0.5) and (0.5·0.5 + 0.5·2)/(1−0.25).
        assert_eq!(ys, [(0.0, Some(1.0)), (2.0, Some(1.25 / 0.75))]);
        assert_eq!(
            spec.summary,
            "loss by step. r: last 2 at step 2, best 1 at step 0."
        );
        assert_eq!(
            spec.subtitle,
            "smoothed 0.50, raw values pale · 1 without a number"
        );
    }

    #[test]
    fn one_point_is_a_dot_and_several_metrics_are_panels_over_one_axis() {
        let series = logged(&[(0, 0, Some(-1.0))]);
        let run = run(None);
        let drawn = Drawn {
            run: &run,
            slot: Slot::Color(0),
            series: &series,
        };
        let lines = |key| Lines {
            key,
            goal: Goal::Max,
            drawn: vec![drawn],
        };
        let look = Look {
            log: true,
            smoothing: 0.9,
            ..Look::default()
        };
        let spec = metrics(&[lines("a"), lines("b")], look);
        let Body::Plot(plot) = &spec.body else {
            panic!()
        };
        assert_eq!(plot.panels.len(), 2);
        assert_eq!(plot.panels[1].y.title, "b");
        assert_eq!(spec.title, "Run r");
        assert_eq!(plot.panels[0].series.len(), 1);
        assert_eq!(plot.panels[0].series[0].marks, Marks::DOTS);
        assert!(
            spec.subtitle.contains("2 not above 0 left out"),
            "{}",
            spec.subtitle
        );
    }
}
