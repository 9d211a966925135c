//! Charts: one description, [`ChartSpec`], and what can be made of it without a window: [`svg`], [`png`] and [`csv`].
//!
//! The window draws the same description (`gui/widgets/chart.rs`). Nothing here asks a server or computes a
//! statistic: points and intervals come ready, and every number is drawn as it came.
//!
//! ```text
//! ChartSpec ─┬─ scene (pixels) ─┬─ svg ── png
//!            │                  └─ the window
//!            └─ csv
//! ```

#![expect(
    clippy::float_cmp,
    reason = "compared are marks such as 0 and pixels that are copies of each other"
)]

mod csv;
pub mod numbers;
pub mod palette;
mod png;
pub mod readout;
pub mod reduce;
pub mod scale;
pub mod scene;
pub mod spec;
mod svg;
#[cfg(test)]
mod tests;
mod times;
pub mod words;

use std::path::Path;

pub use self::{
    csv::csv,
    palette::Theme,
    png::{LONGEST, png},
    spec::{
        Axis, Body, ChartSpec, Kind, Line, Marker, MarkerFrom, Marks, On, Panel, Parallel, Plot,
        Point, Polyline, Range, Rule, Scale, Series, Shade, Slot,
    },
    svg::svg,
};
use crate::engine::{Error, Result};

/// The bytes of a file of this name: `.svg`, `.png` or `.csv`, by its ending. Nothing is written.
pub fn file(path: &Path, spec: &ChartSpec, size: [u32; 2], theme: Theme) -> Result<Vec<u8>> {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    match ending.to_ascii_lowercase().as_str() {
        "svg" => Ok(svg(spec, size, theme).into_bytes()),
        "png" => png(spec, size, theme, 1.0),
        "csv" => Ok(csv(spec, false).into_bytes()),
        _ => Err(Error::Invalid(format!(
            "the kind of file cannot be told from the name {}: it must end in .svg, .png or .csv",
            path.display()
        ))),
    }
}
