//! Rates over time above requests.

use super::{RATES_SHARE, Source, middle, name};
use crate::engine::{
    chart::{Axis, Body, ChartSpec, Kind, Marks, Panel, Plot, Point, Rule, Series},
    metrics::{
        series::step_words,
        words::{percent, separated, trimmed},
    },
    visible,
};

impl Source<'_> {
    pub(super) fn rates(&self) -> Option<ChartSpec> {
        let timeline = self.data.timeline.as_ref()?;
        let (mut rates, mut requests) = (Vec::new(), Vec::new());
        for line in self.lines(timeline) {
            let slot = self.slot(&line.key);
            let points: Vec<Point> = timeline
                .starts()
                .map(|at| {
                    line.at(at)
                        .map_or(Point::gap(middle(at, timeline.step)), |bucket| {
                            self.rate(bucket, timeline.step)
                        })
                })
                .collect();
            rates.push(Series::new(name(&line.key), slot, Marks::BAND, points));
            let bars: Vec<Point> = line
                .buckets
                .iter()
                .map(|bucket| {
                    Point::new(
                        middle(bucket.at, timeline.step),
                        bucket.sums.requests as f64,
                    )
                })
                .collect();
            requests.push(Series::new(name(&line.key), slot, Marks::BARS, bars));
        }
        let mut above = Panel::new(Axis::new("Error rate", Kind::Percent), rates);
        above.share = RATES_SHARE;
        if let Some(objective) = self.method.objective {
            above = above.with_rule(Rule::y(
                1.0 - objective,
                format!("allowed by {} %", trimmed(objective * 100.0)),
            ));
        }
        let mut below = Panel::new(Axis::new("Requests", Kind::Count).with_zero(), requests);
        below.stacked = true;
        let buckets = step_words(timeline.step);
        Some(self.finish(ChartSpec {
            title: "Error rate over time".to_owned(),
            subtitle: format!("per {buckets}, {} band; requests below", self.confidence()),
            body: Body::Plot(Plot {
                x: self.time_axis(timeline.step),
                panels: vec![above, below],
                shades: self.incomplete(timeline),
                ..Plot::default()
            }),
            summary: self.rates_in_words(&buckets),
            ..ChartSpec::default()
        }))
    }

    pub(super) fn rates_in_words(&self, per: &str) -> String {
        let groups = self
            .data
            .groups
            .iter()
            .filter(|group| self.is_shown(&group.key));
        let rates: Vec<String> = groups
            .map(|group| match group.error_rate() {
                Some(rate) => format!(
                    "{} {} of {} requests",
                    name(&group.key),
                    percent(rate),
                    separated(group.requests)
                ),
                None => format!("{} no requests", name(&group.key)),
            })
            .collect();
        format!(
            "Error rate of flag {}, {}, per {per}. Over all: {}.",
            visible::line(&self.data.request.flag),
            self.data.request.window.words(),
            rates.join("; ")
        )
    }
}
