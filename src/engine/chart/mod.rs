//! Charts: one description, [`ChartSpec`], and what can be made of it without a window.
//!
//! The window draws the same description (`gui/widgets/chart.rs`). Nothing here asks a server or computes a
//! statistic: points and intervals come ready, and every number is drawn as it came.

pub mod palette;
pub mod spec;

pub use spec::{
    Axis, Body, ChartSpec, Kind, Line, Marker, MarkerFrom, Marks, On, Panel, Parallel, Plot, Point,
    Polyline, Range, Rule, Scale, Series, Shade, Slot,
};
