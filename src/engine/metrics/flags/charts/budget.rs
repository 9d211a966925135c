//! What is left of the error budget of 30 days, day by day: the budget is what the objective allows of all requests of
//! the 30 days, and each day's errors take from it. It ends at what the table says is left.

use super::{Source, name};
use crate::engine::{
    chart::{Axis, Body, ChartSpec, Kind, Marks, Panel, Plot, Point, Rule, Series},
    metrics::{
        flags::{timeline::Line, words::budget_words},
        series::{DAY, Moment},
        words::trimmed,
    },
    visible,
};

impl Source<'_> {
    pub(super) fn budget(&self) -> Option<ChartSpec> {
        let objective = self.method.objective?;
        let days = self.data.budget.as_ref()?;
        let now = self.data.facts.now;
        let lines = || self.lines(days);
        let series = lines().filter_map(|line| {
            let points = left(line, days.from, now, objective)?;
            let points: Vec<Point> = points
                .into_iter()
                .map(|(at, left)| {
                    Point::new(at.0 as f64, left).with_range(left.min(0.0), left.max(0.0))
                })
                .collect();
            let slot = self.slot(&line.key);
            Some(Series::new(name(&line.key), slot, Marks::BAND, points))
        });
        let axis = Axis::new("Budget left", Kind::Percent).with_zero();
        let panel = Panel::new(axis, series.collect()).with_rule(Rule::y(0.0, "used up"));
        let said = lines().map(|line| {
            let all = left(line, days.from, now, objective);
            match all.as_deref().and_then(<[_]>::last) {
                Some((_, left)) => format!("{} {}", name(&line.key), budget_words(*left)),
                None => format!("{} no requests", name(&line.key)),
            }
        });
        let said: Vec<String> = said.collect();
        let objective = trimmed(objective * 100.0);
        let chart = ChartSpec {
            title: "Error budget left, 30 days".to_owned(),
            subtitle: format!(
                "of the errors that an objective of {objective} % allows for the requests of these days"
            ),
            body: Body::Plot(Plot {
                x: self.time_axis(DAY),
                panels: vec![panel],
                ..Plot::default()
            }),
            summary: format!(
                "What is left of the error budget of 30 days of flag {}, objective {objective} %. Now: {}.",
                visible::line(&self.data.request.flag),
                said.join("; ")
            ),
            ..ChartSpec::default()
        };
        Some(self.finish_in(chart, [days.from, days.to]))
    }
}

/// What is left at the beginning of the first day and at the end of each; `None` without requests.
fn left(line: &Line, from: Moment, now: Moment, objective: f64) -> Option<Vec<(Moment, f64)>> {
    let requests: u128 = line.buckets.iter().map(|day| day.sums.requests).sum();
    let allowed = requests as f64 * (1.0 - objective);
    if requests == 0 {
        return None;
    }
    let mut errors: u128 = 0;
    let mut points = vec![(from, 1.0)];
    for day in &line.buckets {
        errors = errors.saturating_add(day.sums.errors);
        let end = Moment((day.at.0 + DAY).min(now.0));
        points.push((end, 1.0 - errors as f64 / allowed));
    }
    Some(points)
}
