//! What the charts of a flag show: rates over time above requests, the seven rolling days, the difference to the
//! baseline, the budget. Each is a [`ChartSpec`] with its summary in words; how it is drawn is `engine/chart`'s.

mod budget;
mod difference;
mod rates;
mod rolling;
#[cfg(test)]
mod tests;

use super::{
    Group, GroupKey,
    analysis::{Analysis, Method},
    data::Data,
    timeline::{Bucket, Line, Timeline},
    words::method_words,
};
use crate::engine::{
    calendar,
    chart::{Axis, Body, ChartSpec, Kind, Marker, Point, Shade, Slot},
    metrics::{markers::Note, series::Moment, slots::Slots, stats::proportion, words::confidence},
    visible,
};

/// Lines of a chart, if nobody has chosen others: the baseline and the largest.
pub const MOST_LINES: usize = 8;
/// Height of the rates, compared with 1 for the requests below them.
const RATES_SHARE: f32 = 2.6;

/// Which chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Which {
    /// Rates over time, requests below.
    #[default]
    Rates,
    /// Rates over the seven days up to each.
    Rolling,
    /// Difference to the baseline.
    Difference,
    /// What is left of the objective's budget.
    Budget,
}

/// What a chart is made of.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The figures.
    pub data: &'a Data,
    /// How the groups compare.
    pub analysis: &'a Analysis,
    /// By which method.
    pub method: &'a Method,
    /// What the analyst has noted.
    pub notes: &'a [Note],
    /// The groups that are drawn; empty for the baseline and the largest.
    pub shown: &'a [GroupKey],
    /// The colour of each group.
    pub slots: &'a Slots<GroupKey>,
}

impl Source<'_> {
    /// The chart; `None` where there is nothing with a date, no baseline for a difference, or no objective for a
    /// budget.
    pub fn chart(&self, which: Which) -> Option<ChartSpec> {
        match which {
            Which::Rates => self.rates(),
            Which::Rolling => self.rolling(),
            Which::Difference => self.difference(),
            Which::Budget => self.budget(),
        }
    }

    /// The groups that are drawn, in their order.
    fn lines<'t>(&self, timeline: &'t Timeline) -> impl Iterator<Item = &'t Line> {
        timeline
            .lines
            .iter()
            .filter(|line| self.is_shown(&line.key))
    }

    /// Is a group among those that are drawn?
    pub fn is_shown(&self, key: &GroupKey) -> bool {
        let groups = &self.data.groups;
        // Groups that were ticked once and are gone choose nothing.
        if groups.iter().any(|group| self.shown.contains(&group.key)) {
            return self.shown.contains(key);
        }
        let Some(at) = groups.iter().position(|group| group.key == *key) else {
            return false;
        };
        // The baseline, and of the others the largest.
        let larger = |other: &(usize, &Group)| {
            let (nth, group) = *other;
            Some(nth) != self.analysis.baseline
                && (group.requests > groups[at].requests
                    || (group.requests == groups[at].requests && nth < at))
        };
        Some(at) == self.analysis.baseline
            || groups.iter().enumerate().filter(larger).count() < MOST_LINES - 1
    }

    /// A bucket's rate with its interval; a gap without requests. What is above 1 has no interval.
    fn rate(&self, bucket: &Bucket, step: i64) -> Point {
        let x = middle(bucket.at, step);
        let Some(rate) = bucket.sums.error_rate() else {
            return Point::gap(x);
        };
        let interval = bucket
            .counts()
            .and_then(|counts| proportion::wilson(counts, self.method.level));
        match interval {
            Some(interval) => Point::new(x, rate).with_range(interval.low, interval.high),
            None => Point::new(x, rate),
        }
    }

    /// The bucket that has not ended yet.
    fn incomplete(&self, timeline: &Timeline) -> Vec<Shade> {
        let last = timeline.to.0 - timeline.step;
        let now = self.data.facts.now.0;
        (last..timeline.to.0)
            .contains(&now)
            .then(|| Shade {
                from: last as f64,
                to: timeline.to.0 as f64,
                label: "incomplete".to_owned(),
            })
            .into_iter()
            .collect()
    }

    fn time_axis(&self, step: i64) -> Axis {
        let offset_secs = self.data.request.offset_secs;
        Axis::new("", Kind::Time { offset_secs }).with_step(step as f64)
    }

    fn slot(&self, key: &GroupKey) -> Slot {
        self.slots.get(key).copied().unwrap_or_default()
    }

    fn confidence(&self) -> String {
        confidence(self.method.level.alpha())
    }

    /// Markers within the chart, and what exported files say below it.
    fn finish(&self, chart: ChartSpec) -> ChartSpec {
        match self.data.range() {
            Some(range) => self.finish_in(chart, range),
            None => self.finish_in(chart, [Moment(0); 2]),
        }
    }

    /// The same for a chart of this part of time.
    fn finish_in(&self, mut chart: ChartSpec, [from, to]: [Moment; 2]) -> ChartSpec {
        if let Body::Plot(plot) = &mut chart.body {
            let inside = |at: i64| (from.0..to.0).contains(&at);
            let notes = self
                .notes
                .iter()
                .filter(|note| inside(note.at))
                .map(Marker::from);
            let changes = self.data.changes.iter();
            let changes = changes
                .filter(|change| inside(change.at.0))
                .map(Marker::from);
            plot.markers = notes.chain(changes).collect();
            plot.markers.sort_by(|a, b| a.x.total_cmp(&b.x));
        }
        let data = self.data;
        chart.footnotes = vec![
            format!(
                "Flag {}, {}, days and times in {}",
                visible::line(&data.request.flag),
                data.request.window.words(),
                calendar::zone(data.request.offset_secs)
            ),
            method_words(data, self.method),
            format!(
                "{}, read {} UTC from {}",
                data.server,
                data.as_of(),
                visible::line(&data.table)
            ),
        ];
        chart
    }
}

/// What a group is called in a chart.
fn name(key: &GroupKey) -> String {
    match key.shown() {
        "" => "(empty)".to_owned(),
        name => visible::line(name),
    }
}

/// A bucket stands in its middle, where its bar does.
fn middle(at: Moment, step: i64) -> f64 {
    at.0 as f64 + step as f64 / 2.0
}
