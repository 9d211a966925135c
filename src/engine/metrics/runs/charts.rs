//! Charts of runs. A run keeps its colour in all of them: whoever draws hands it in.
//!
//! What is no finite number is a mark at the edge that no line joins, and so is the tracker's NULL: something was
//! logged there, and it was no number.

mod across;
mod lines;
mod range;

use serde::{Deserialize, Serialize};

use super::{Run, Series};
use crate::engine::chart::Slot;

pub use across::{Scatter, parallel, scatter};
pub use lines::{Lines, cut, metric, metrics};
pub use range::Part;
use range::part;

/// What runs along the x axis of a metric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Along {
    /// The step.
    #[default]
    Step,
    /// The time of day, in UTC.
    Time,
    /// The time since the run began.
    Relative,
}

/// How lines are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// What runs along the x axis.
    pub along: Along,
    /// Weight of what came before in the smoothed line, from 0 (not smoothed) to [`MOST_SMOOTHING`].
    pub smoothing: f64,
    /// The y axis is logarithmic.
    pub log: bool,
    /// The y axis reaches to all values, also where they are so far off that all else is one flat line.
    pub whole: bool,
}

/// The weight with which a line is almost level.
pub const MOST_SMOOTHING: f64 = 0.99;

/// One run in a chart.
#[derive(Clone, Copy, Debug)]
pub struct Drawn<'a> {
    /// Which.
    pub run: &'a Run,
    /// Its colour.
    pub slot: Slot,
    /// Its points; for charts of lines.
    pub series: &'a Series,
}
