//! Which range of values an axis shows when nobody has chosen one.

use crate::engine::chart::{
    scale,
    spec::{Axis, Kind, Marks, On, Panel, Plot, Point, Range, Scale, Series},
};

/// Larger numbers cannot be told apart in a picture, and their differences overflow.
const LARGEST: f64 = 1e300;

/// The lowest and highest of what was seen.
#[derive(Debug, Clone, Copy)]
struct Extent {
    low: f64,
    high: f64,
    positive: bool,
}

impl Extent {
    /// Of an axis: a logarithmic one sees only what is above 0.
    fn of(axis: &Axis) -> Self {
        Self {
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            positive: axis.scale == Scale::Log,
        }
    }

    fn see(&mut self, value: f64) {
        if value.is_finite() && !(self.positive && value <= 0.0) {
            let value = value.clamp(-LARGEST, LARGEST);
            self.low = self.low.min(value);
            self.high = self.high.max(value);
        }
    }

    /// A range that is one.
    fn range(self) -> [f64; 2] {
        let Self {
            low,
            high,
            positive,
        } = self;
        if low > high {
            return if positive { [0.1, 1.0] } else { [0.0, 1.0] };
        }
        if low < high {
            return [low, high];
        }
        match low {
            _ if positive => [low / 2.0, high * 2.0],
            0.0 => [0.0, 1.0],
            _ => [low - low.abs() * 0.1, high + high.abs() * 0.1],
        }
    }
}

/// Of the shared axis.
pub(super) fn x(plot: &Plot) -> [f64; 2] {
    if let Some(bounds) = plot.x.bounds {
        return ordered(bounds);
    }
    if let Kind::Category(names) = &plot.x.kind {
        return [-0.5, (names.len().max(1) as f64) - 0.5];
    }
    let mut extent = Extent::of(&plot.x);
    let series = || plot.panels.iter().flat_map(|panel| &panel.series);
    for series in series() {
        // Ascending: the ends are enough.
        for point in [series.points.first(), series.points.last()] {
            extent.see(point.map_or(f64::NAN, |point| point.x));
        }
    }
    for rule in plot.panels.iter().flat_map(|panel| &panel.rules) {
        if rule.on == On::X {
            extent.see(rule.at);
        }
    }
    if plot.x.zero {
        extent.see(0.0);
    }
    let [low, high] = extent.range();
    if plot.x.scale == Scale::Log {
        return [low, high];
    }
    let pad = if series().any(|series| series.marks.bars) {
        step(plot).unwrap_or(high - low) / 2.0
    } else if series().any(|series| series.marks.dots || is_whiskers(series.marks)) {
        let least = (high - low) * 0.03;
        plot.x.step.map_or(least, |step| (step / 2.0).min(least))
    } else {
        0.0
    };
    [low - pad, high + pad]
}

/// The distance between neighbours on the shared axis, in values.
pub(super) fn step(plot: &Plot) -> Option<f64> {
    if let Some(step) = plot.x.step {
        return Some(step).filter(|step| *step > 0.0 && step.is_finite());
    }
    if matches!(plot.x.kind, Kind::Category(_)) {
        return Some(1.0);
    }
    let series = plot.panels.iter().flat_map(|panel| &panel.series);
    series
        .filter(|series| series.marks.bars || is_whiskers(series.marks))
        .flat_map(|series| series.points.windows(2).map(|two| two[1].x - two[0].x))
        .filter(|step| *step > 0.0)
        .min_by(f64::total_cmp)
}

pub(super) fn is_whiskers(marks: Marks) -> bool {
    marks.range == Some(Range::Whiskers)
}

/// Of a panel's own axis, over what is seen of the shared one; `most` is how many ticks it may have.
pub(super) fn y(panel: &Panel, x: [f64; 2], most: usize, flipped: bool) -> [f64; 2] {
    if let Some(bounds) = panel.y.bounds {
        return ordered(bounds);
    }
    let mut extent = Extent::of(&panel.y);
    let bars = panel.series.iter().any(|series| series.marks.bars);
    for series in &panel.series {
        see(&mut extent, series, x, flipped);
    }
    if panel.stacked {
        for stack in Stacks::new(panel).tops() {
            extent.see(stack);
        }
    }
    if extent.low <= extent.high {
        for rule in panel.rules.iter().filter(|rule| rule.on == On::Y) {
            extent.see(rule.at);
        }
    }
    if panel.y.zero || bars {
        extent.see(0.0);
    }
    scale::widened(&panel.y, extent.range(), most)
}

fn ordered([low, high]: [f64; 2]) -> [f64; 2] {
    let [low, high] = [low, high].map(|end| end.clamp(-LARGEST, LARGEST));
    if low < high {
        [low, high]
    } else if high < low {
        [high, low]
    } else {
        [low - 0.5, low + 0.5]
    }
}

fn see(extent: &mut Extent, series: &Series, x: [f64; 2], flipped: bool) {
    let points = seen(&series.points, x, 0);
    let values = series.marks.line.is_some() || series.marks.dots || series.marks.bars;
    // Intervals of the first few users are wide: they may leave the picture, their values may not.
    let trusted = match series.marks.range {
        Some(Range::Band | Range::Outline) if !flipped && points.len() >= 8 => points.len() / 4,
        _ => 0,
    };
    for (index, point) in points.iter().enumerate() {
        if values {
            extent.see(point.y.unwrap_or(f64::NAN));
        }
        if let (Some([low, high]), Some(_), true) =
            (point.range, series.marks.range, index >= trusted)
        {
            extent.see(low);
            extent.see(high);
        }
    }
}

/// The points within a range, and so many more on either side.
pub(super) fn seen(points: &[Point], [low, high]: [f64; 2], beside: usize) -> &[Point] {
    let first = points.partition_point(|point| point.x < low);
    let last = points.partition_point(|point| point.x <= high);
    &points[first.saturating_sub(beside).min(last)..(last + beside).min(points.len())]
}

/// Bars on each other: how high the bars below have come, at each x.
#[derive(Debug, Default)]
pub(super) struct Stacks(std::collections::BTreeMap<u64, [f64; 2]>);

impl Stacks {
    /// All bars of a panel.
    fn new(panel: &Panel) -> Self {
        let mut stacks = Self::default();
        for series in panel.series.iter().filter(|series| series.marks.bars) {
            for point in series.points.iter() {
                stacks.add(point.x, point.y.unwrap_or(0.0));
            }
        }
        stacks
    }

    /// Where the next bar at this x begins and ends; below zero they grow downwards.
    pub(super) fn add(&mut self, x: f64, value: f64) -> [f64; 2] {
        let tops = self.0.entry(x.to_bits()).or_default();
        let top = &mut tops[usize::from(value < 0.0)];
        let from = *top;
        if value.is_finite() {
            *top += value;
        }
        [from, *top]
    }

    fn tops(&self) -> impl Iterator<Item = f64> {
        self.0.values().flatten().copied()
    }
}
