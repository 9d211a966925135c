//! The charts of an experiment: who came in, the effect as it settled, what can be found by when. Points come ready
//! from [`Analysis`]; the window, files and the command line draw the same.

mod effect;
mod exposures;
mod plan;
#[cfg(test)]
mod tests;

use super::{analysis::Analysis, method::Method, over_time::Day};
use crate::engine::{
    chart::{Axis, Body, ChartSpec, Kind, Marker, Marks, Panel, Plot, Point, Series, Shade, Slot},
    metrics::series::DAY,
};

/// Variants in a chart, unless the reader chooses: the control and the largest others.
pub const MOST_VARIANTS: usize = 8;
/// Variants in a chart that the reader has chosen.
pub const MOST_CHOSEN: usize = 20;

/// Who came in, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExposureView {
    /// Users so far.
    #[default]
    SoFar,
    /// New users by day.
    Daily,
    /// Each variant's part of the users so far.
    Share,
}

/// What is followed over time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EffectView {
    /// Treatment less control, with the users so far.
    #[default]
    Difference,
    /// The same as a part of the control's rate.
    Lift,
    /// The rates with the users so far.
    Rate,
    /// The rates of the users of each day.
    DailyRate,
}

/// What a chart needs beside the figures.
#[derive(Clone, Copy, Debug)]
pub struct Charted<'a> {
    /// The figures.
    pub analysis: &'a Analysis,
    /// What they were made by.
    pub method: &'a Method,
    /// Colours, by variant; missing ones are taken in order.
    pub slots: &'a [Slot],
    /// Seconds that the days' midnights are ahead of UTC's.
    pub offset_secs: i32,
    /// Notes and changes.
    pub markers: &'a [Marker],
    /// The variants that are drawn, by name; empty for the control and the largest.
    pub shown: &'a [String],
}

impl Charted<'_> {
    fn days(&self) -> &[Day] {
        &self.analysis.over_time.days
    }

    /// The places of the variants that are drawn, in the table's order.
    pub fn shown(&self) -> Vec<usize> {
        let variants = &self.analysis.variants;
        let chosen = |at: &usize| self.shown.contains(&variants[*at].name);
        let mut places: Vec<usize> = (0..variants.len()).collect();
        if places.iter().any(chosen) {
            places.retain(chosen);
        } else if places.len() > MOST_VARIANTS {
            let control = self.analysis.control;
            places.sort_by_key(|at| {
                (
                    Some(*at) != control,
                    u64::MAX - variants[*at].arm.users,
                    *at,
                )
            });
            places.truncate(MOST_VARIANTS);
            places.sort_unstable();
        }
        places
    }

    fn slot(&self, at: usize) -> Slot {
        let default = || {
            if Some(at) == self.analysis.control {
                Slot::Neutral
            } else {
                let before = self.analysis.control.is_some_and(|control| control < at);
                Slot::Color(u8::try_from(at - usize::from(before)).unwrap_or(u8::MAX))
            }
        };
        self.slots.get(at).copied().unwrap_or_else(default)
    }

    fn series(&self, at: usize, marks: Marks, points: Vec<Point>) -> Series {
        let name = &self.analysis.variants[at].name;
        Series::new(name.clone(), self.slot(at), marks, points)
    }

    fn chart(
        &self,
        title: &str,
        subtitle: String,
        panels: Vec<Panel>,
        summary: String,
    ) -> ChartSpec {
        let time = Kind::Time {
            offset_secs: self.offset_secs,
        };
        let incomplete = self.days().last().filter(|day| day.incomplete);
        let shades = incomplete.map(|day| Shade {
            from: x(day) - DAY as f64 / 2.0,
            to: x(day) + DAY as f64 / 2.0,
            label: "incomplete".to_owned(),
        });
        ChartSpec {
            title: title.to_owned(),
            subtitle,
            body: Body::Plot(Plot {
                x: Axis::new("", time).with_step(DAY as f64),
                panels,
                markers: self.markers.to_vec(),
                shades: shades.into_iter().collect(),
                ..Plot::default()
            }),
            footnotes: Vec::new(),
            summary,
        }
    }
}

/// Where a day stands: its midnight.
fn x(day: &Day) -> f64 {
    day.at.0 as f64
}
