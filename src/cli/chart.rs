//! What the verbs that can draw share: a chart as a file.

use std::{io::Write as _, path::PathBuf};

use clap::ValueEnum;

use super::{Failure, output::Output};
use crate::engine::{
    Error,
    chart::{self, ChartSpec},
};

/// Pixels of a side that make sense.
const SIDES: std::ops::RangeInclusive<u32> = 200..=8_000;

/// Where a chart goes, and how it looks.
#[derive(clap::Args)]
#[command(next_help_heading = "Chart")]
pub(super) struct ChartArgs {
    /// Write a chart to this file: .svg, .png, or .csv for the points that it draws. Needs no display.
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
    /// Its width and height in pixels.
    #[arg(long, value_name = "WxH", value_parser = size, default_value = "1120x640", requires = "chart")]
    chart_size: Size,
    /// Its colours.
    #[arg(
        long,
        value_enum,
        value_name = "THEME",
        default_value_t,
        requires = "chart"
    )]
    chart_theme: Theme,
    /// Replace a file that is there.
    #[arg(long, requires = "chart")]
    force: bool,
}

/// Width and height.
#[derive(Clone, Copy, Debug)]
struct Size([u32; 2]);

/// Dark or light.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Theme {
    /// For paper.
    #[default]
    Light,
    /// For dark pages.
    Dark,
}

fn size(text: &str) -> Result<Size, Error> {
    let sides = text
        .split_once(['x', 'X'])
        .and_then(|(width, height)| Some([width.parse().ok()?, height.parse().ok()?]))
        .filter(|sides| sides.iter().all(|side| SIDES.contains(side)));
    sides.map(Size).ok_or_else(|| {
        Error::Invalid(format!(
            "`{text}` is no size: write WIDTHxHEIGHT in pixels from {} to {}, such as 1120x640",
            SIDES.start(),
            SIDES.end()
        ))
    })
}

impl ChartArgs {
    /// Is a chart asked for?
    pub(super) fn is_wanted(&self) -> bool {
        self.chart.is_some()
    }

    /// Whether it can be written, as far as can be told before anything is read.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let Some(path) = &self.chart else {
            return Ok(());
        };
        self.bytes(path, &ChartSpec::default())?;
        Output::check(path, self.force)
    }

    /// Write it, if one is asked for.
    pub(super) fn write(&self, spec: &ChartSpec) -> Result<(), Failure> {
        let Some(path) = &self.chart else {
            return Ok(());
        };
        let bytes = self.bytes(path, spec)?;
        let output = Output::file(path, self.force)?;
        let name = output.name();
        output
            .handle()?
            .write_all(&bytes)
            .map_err(|error| Failure::writing(&name, &error))?;
        output.commit()
    }

    fn bytes(&self, path: &std::path::Path, spec: &ChartSpec) -> Result<Vec<u8>, Failure> {
        let theme = match self.chart_theme {
            Theme::Light => chart::Theme::Light,
            Theme::Dark => chart::Theme::Dark,
        };
        chart::file(path, spec, self.chart_size.0, theme)
            .map_err(|error| Failure::usage(error.to_string(), "Name it so with --chart."))
    }
}
