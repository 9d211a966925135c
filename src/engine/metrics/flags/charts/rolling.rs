//! Rates over the seven days up to each.

use super::{Source, name};
use crate::engine::{
    chart::{Axis, Body, ChartSpec, Kind, Marks, Panel, Plot, Point, Series},
    metrics::{
        flags::timeline::{Bucket, ROLLING_DAYS},
        series::DAY,
    },
};

impl Source<'_> {
    pub(super) fn rolling(&self) -> Option<ChartSpec> {
        let daily = self.data.daily.as_ref()?;
        let [from, _] = self.data.range()?;
        let mut series = Vec::new();
        for line in daily.rolling(from, self.data.first_event) {
            if !self.is_shown(&line.key) {
                continue;
            }
            let slot = self.slot(&line.key);
            let days: Vec<(Point, bool)> = line
                .days
                .iter()
                .map(|day| {
                    (
                        self.rate(
                            &Bucket {
                                at: day.day,
                                sums: day.sums,
                            },
                            DAY,
                        ),
                        day.whole,
                    )
                })
                .collect();
            // The first whole day ends the dashed part, so that the line does not break between the two.
            let whole = days
                .iter()
                .position(|(_, whole)| *whole)
                .unwrap_or(days.len());
            let points =
                |days: &[(Point, bool)]| days.iter().map(|(point, _)| *point).collect::<Vec<_>>();
            if whole > 0 {
                let early = points(&days[..days.len().min(whole + 1)]);
                let label = if whole < days.len() {
                    String::new()
                } else {
                    name(&line.key)
                };
                series.push(Series::new(label, slot, Marks::LINE, early).tentative());
            }
            if whole < days.len() {
                series.push(Series::new(
                    name(&line.key),
                    slot,
                    Marks::BAND,
                    points(&days[whole..]),
                ));
            }
        }
        let panel = Panel::new(Axis::new("Error rate", Kind::Percent), series);
        Some(self.finish(ChartSpec {
            title: "Error rate, rolling 7 days".to_owned(),
            subtitle: format!(
                "errors of the last {ROLLING_DAYS} calendar days over their requests, {} band; dashed where there are fewer days{}",
                self.confidence(),
                if from < daily.from { "; older days are left out" } else { "" }
            ),
            body: Body::Plot(Plot { x: self.time_axis(DAY), panels: vec![panel], ..Plot::default() }),
            summary: self.rates_in_words("7 rolling days"),
            ..ChartSpec::default()
        }))
    }
}
