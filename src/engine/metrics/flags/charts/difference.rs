//! The difference to the baseline over time.

use super::{Source, middle, name};
use crate::engine::{
    chart::{Axis, Body, ChartSpec, Kind, Marks, Panel, Plot, Point, Rule, Series},
    metrics::{
        flags::{
            analysis::{CAUTION, Verdict},
            timeline::Bucket,
        },
        series::step_words,
        stats::{Level, comparison},
        words::points,
    },
    visible,
};

impl Source<'_> {
    pub(super) fn difference(&self) -> Option<ChartSpec> {
        let timeline = self.data.timeline.as_ref()?;
        let baseline = &self.data.groups[self.analysis.baseline?].key;
        let control = timeline.lines.iter().find(|line| line.key == *baseline)?;
        let series = self
            .lines(timeline)
            .filter(|line| line.key != *baseline)
            .map(|line| {
                let points: Vec<Point> = timeline
                    .starts()
                    .map(|at| {
                        let x = middle(at, timeline.step);
                        difference(control.at(at), line.at(at), self.method.level)
                            .map_or(Point::gap(x), |(value, [low, high])| {
                                Point::new(x, value).with_range(low, high)
                            })
                    })
                    .collect();
                Series::new(name(&line.key), self.slot(&line.key), Marks::BAND, points)
            });
        let mut panel = Panel::new(
            Axis::new("Difference in error rate", Kind::Points),
            series.collect(),
        );
        panel = panel.with_rule(Rule::zero());
        if self.method.margin != 0.0 {
            panel = panel.with_rule(Rule::y(self.method.margin, "margin"));
        }
        Some(self.finish(ChartSpec {
            title: "Difference to the baseline over time".to_owned(),
            subtitle: format!(
                "rate − rate of {}, per {}, {} band",
                name(baseline),
                step_words(timeline.step),
                self.confidence()
            ),
            body: Body::Plot(Plot {
                x: self.time_axis(timeline.step),
                panels: vec![panel],
                shades: self.incomplete(timeline),
                ..Plot::default()
            }),
            summary: self.difference_in_words(),
            ..ChartSpec::default()
        }))
    }

    fn difference_in_words(&self) -> String {
        let groups = self.data.groups.iter().zip(&self.analysis.rows);
        let differences: Vec<String> = groups
            .filter(|(group, _)| self.is_shown(&group.key))
            .filter_map(|(group, row)| {
                let against = row.against?;
                let figures = against.comparison;
                let mark = if against.verdict == Verdict::Worse {
                    ", wholly above the margin"
                } else {
                    ""
                };
                Some(format!(
                    "{} {} ({} to {}){mark}",
                    name(&group.key),
                    points(figures.difference),
                    points(figures.newcombe.low),
                    points(figures.newcombe.high)
                ))
            })
            .collect();
        format!(
            "Difference in error rate to the baseline of flag {}, {}. Over all: {}; {CAUTION}.",
            visible::line(&self.data.request.flag),
            self.data.request.window.words(),
            if differences.is_empty() {
                "nothing to compare".to_owned()
            } else {
                differences.join("; ")
            }
        )
    }
}

/// The difference of two buckets and Newcombe's interval of it.
fn difference(
    control: Option<&Bucket>,
    bucket: Option<&Bucket>,
    level: Level,
) -> Option<(f64, [f64; 2])> {
    let figures = comparison::compare(control?.counts()?, bucket?.counts()?, level)?;
    Some((
        figures.difference,
        [figures.newcombe.low, figures.newcombe.high],
    ))
}
