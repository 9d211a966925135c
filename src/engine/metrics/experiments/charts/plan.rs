//! The smallest effect that is found, day by day.

use super::Charted;
use crate::engine::{
    chart::{Axis, Body, ChartSpec, Kind, Marks, Panel, Plot, Point, Rule, Series, Slot},
    metrics::words,
};

impl Charted<'_> {
    /// The smallest effect that is found, by days since the experiment began; `None` without a plan.
    pub fn smallest_effect(&self) -> Option<ChartSpec> {
        let planning = self.analysis.planning.as_ref()?;
        let points = |ahead: bool| -> Vec<Point> {
            let of = planning.curve.iter().filter(|point| point.ahead == ahead);
            of.map(|point| Point::new(f64::from(point.day), point.mde.absolute))
                .collect()
        };
        let (seen, mut ahead) = (points(false), points(true));
        let today = seen.last().copied();
        // One line: what is foreseen begins where what is seen ends.
        ahead.splice(0..0, today);
        let neutral = |points| Series::new("", Slot::Neutral, Marks::LINE, points);
        let mut panel = Panel::new(
            Axis::new("", Kind::Points).with_zero(),
            vec![neutral(seen), neutral(ahead).tentative()],
        );
        if let Some(today) = today {
            panel.rules.push(Rule::x(today.x, "today"));
        }
        let summary = today
            .and_then(|today| today.y)
            .map(|mde| {
                format!(
                    "With today's users a difference of {} is found with a chance of {:.0} %.",
                    words::points(mde),
                    planning.power * 100.0
                )
            })
            .unwrap_or_default();
        Some(ChartSpec {
            title: "Smallest effect that is found".to_owned(),
            subtitle: format!(
                "by day, from a rate of {}, with a chance of {:.0} %",
                words::percent(planning.baseline),
                planning.power * 100.0
            ),
            body: Body::Plot(Plot {
                x: Axis::new("day", Kind::Count),
                panels: vec![panel],
                ..Plot::default()
            }),
            footnotes: Vec::new(),
            summary,
        })
    }
}
