//! Who came in, and when.

use super::{Charted, ExposureView, x};
use crate::engine::{
    chart::{Axis, ChartSpec, Kind, Marks, Panel, Point},
    metrics::{experiments::over_time::Day, words},
};

impl Charted<'_> {
    /// Who came in, and when.
    pub fn exposures(&self, view: ExposureView) -> ChartSpec {
        let (title, subtitle) = match view {
            ExposureView::SoFar => ("Users exposed so far", "by first assignment, per variant"),
            ExposureView::Daily => ("New users by day", "by first assignment, per variant"),
            ExposureView::Share => (
                "Share of users so far",
                "by first assignment, per variant; a planned split stays level",
            ),
        };
        let kind = match view {
            ExposureView::Share => Kind::Percent,
            _ => Kind::Count,
        };
        let value = |day: &Day, at: usize| match view {
            ExposureView::SoFar => Some(day.so_far[at].users as f64),
            ExposureView::Daily => Some(day.new[at].users as f64),
            ExposureView::Share => {
                let all: u64 = day.so_far.iter().map(|arm| arm.users).sum();
                (all > 0).then(|| day.so_far[at].users as f64 / all as f64)
            }
        };
        let marks = match view {
            ExposureView::Daily => Marks::BARS,
            _ => Marks::LINE,
        };
        let series = self.shown().into_iter().map(|at| {
            let points = self.days().iter().map(|day| Point {
                x: x(day),
                y: value(day, at),
                range: None,
            });
            self.series(at, marks, points.collect())
        });
        let y = Axis::new("", kind);
        let panel = match view {
            ExposureView::Share => Panel::new(y, series.collect()),
            _ => Panel::new(y.with_zero(), series.collect()),
        };
        let summary = self.exposures_in_words();
        self.chart(title, subtitle.to_owned(), vec![panel], summary)
    }

    fn exposures_in_words(&self) -> String {
        let variants = self.analysis.variants.iter().map(|variant| {
            let share = variant
                .share
                .map(|share| format!(" ({})", words::percent(share)))
                .unwrap_or_default();
            format!("{} {} users{share}", variant.name, variant.arm.users)
        });
        let days = self.days();
        let when = match (days.first(), days.last()) {
            (Some(first), Some(last)) => {
                format!("From {} to {}: ", first.date.date(), last.date.date())
            }
            _ => String::new(),
        };
        format!("{when}{}.", variants.collect::<Vec<_>>().join(", "))
    }
}
