//! What stands at a place of a picture, in words: the values of all series at one x, for a pointer that hovers.
//!
//! Nothing is interpolated: the nearest measured x is read, and where a series has no point there it is silent.

use super::{
    numbers,
    reduce::Pixel,
    scene::Scene,
    spec::{Axis, Body, ChartSpec, Panel, Parallel, Plot, Point, Series, Slot},
    words,
};

/// A pointer reads what is within so many pixels.
const REACH: f32 = 40.0;
/// Of dots that stand alone, and of markers.
const NEAR: f32 = 14.0;
/// More rows than this are counted only.
const MOST: usize = 12;

/// The values at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The place: a time, a step, a category; the name where a single dot is read.
    pub at: String,
    /// A value a row.
    pub rows: Vec<ReadingRow>,
    /// How many rows there are beyond these.
    pub more: usize,
    /// Markers and shades here.
    pub notes: Vec<String>,
    /// Along the shared axis, where one x was read.
    pub along: Option<f32>,
    /// The points that were read.
    pub dots: Vec<(Pixel, Slot)>,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadingRow {
    /// Colour and shape; `None` for a row of something else.
    pub slot: Option<Slot>,
    /// Whose, or of what.
    pub name: String,
    /// "14.81 % (14.12 % – 15.52 %)".
    pub value: String,
}

/// What is at a pixel of a scene of this description, if anything.
pub fn read(spec: &ChartSpec, scene: &Scene, at: Pixel) -> Option<Reading> {
    match &spec.body {
        Body::Plot(plot) => {
            let panel = scene
                .panels
                .iter()
                .position(|panel| panel.rect.contains(at))?;
            if scene.panels[panel].cloud {
                dot(plot, scene, panel, at)
            } else {
                values(plot, scene, panel, at)
            }
        }
        Body::Parallel(parallel) => thing(parallel, scene, at),
    }
}

/// All series at the measured x next to the pointer.
fn values(plot: &Plot, scene: &Scene, panel: usize, at: Pixel) -> Option<Reading> {
    let map = &scene.panels[panel].x;
    let along = at[usize::from(plot.flipped)];
    let all = || plot.panels.iter().flat_map(|panel| &panel.series);
    let nearest = all()
        .filter(|series| !series.faint)
        .filter_map(|series| near(series, map.value(along)))
        .filter_map(|point| Some((map.pixel(point.x)?, point.x)))
        .min_by(|a, b| (a.0 - along).abs().total_cmp(&(b.0 - along).abs()))?;
    let (pixel, x) = nearest;
    // A place between points that are far apart belongs to the nearer one.
    let reach = scene.panels[panel]
        .step
        .map_or(REACH, |step| step.max(REACH));
    if (pixel - along).abs() > reach {
        return None;
    }
    let mut reading = Reading {
        at: words::shown(&numbers::text(&plot.x.kind, x)),
        rows: Vec::new(),
        more: 0,
        notes: notes(plot, scene, panel, pixel),
        along: Some(pixel),
        dots: Vec::new(),
    };
    for (panel, drawn) in plot.panels.iter().zip(&scene.panels) {
        for series in panel.series.iter().filter(|series| !series.faint) {
            let Some(point) = near(series, x) else {
                continue;
            };
            // Within a pixel it is the same place.
            let same = drawn
                .x
                .pixel(point.x)
                .is_some_and(|other| (other - pixel).abs() < 1.0);
            if !same || point.y.is_none() && point.range.is_none() {
                continue;
            }
            reading.push(ReadingRow {
                slot: Some(series.slot),
                name: name(series, panel, plot.panels.len()),
                value: value(&panel.y, point),
            });
            if let Some(dot) = point.y.and_then(|y| drawn.y.pixel(y)) {
                let dot = if plot.flipped {
                    [dot, pixel]
                } else {
                    [pixel, dot]
                };
                reading.dots.push((dot, series.slot));
            }
        }
    }
    Some(reading)
}

fn name(series: &Series, panel: &Panel, panels: usize) -> String {
    let of = words::shown(&panel.y.title);
    match (series.name.is_empty(), panel.y.title.is_empty()) {
        (true, true) => "value".to_owned(),
        (true, false) => of,
        (false, false) if panels > 1 => format!("{} · {of}", words::shown(&series.name)),
        (false, _) => words::shown(&series.name),
    }
}

fn value(axis: &Axis, point: &Point) -> String {
    let text = |value: f64| words::visible(&numbers::text(&axis.kind, value));
    let range = point
        .range
        .map(|[low, high]| format!("{} – {}", text(low), text(high)));
    match (point.y.map(text), range) {
        (Some(value), Some(range)) => format!("{value} ({range})"),
        (Some(value), None) => value,
        (None, range) => range.unwrap_or_default(),
    }
}

/// The point next to an x.
fn near(series: &Series, x: f64) -> Option<&Point> {
    let points = &series.points;
    let after = points.partition_point(|point| point.x < x);
    let before = after.checked_sub(1).and_then(|index| points.get(index));
    match (before, points.get(after)) {
        (Some(before), Some(after)) if x - before.x <= after.x - x => Some(before),
        (before, after) => after.or(before),
    }
}

/// The dot next to the pointer, wherever it is.
fn dot(plot: &Plot, scene: &Scene, panel: usize, at: Pixel) -> Option<Reading> {
    let drawn = &scene.panels[panel];
    let described = plot.panels.get(panel)?;
    let dots = described.series.iter().flat_map(|series| {
        series.points.iter().filter_map(move |point| {
            let place = [drawn.x.pixel(point.x)?, drawn.y.pixel(point.y?)?];
            Some((distance(place, at), place, series, point))
        })
    });
    let (_, place, series, point) = dots
        .filter(|dot| dot.0 <= NEAR)
        .min_by(|a, b| a.0.total_cmp(&b.0))?;
    let row = |axis: &Axis, value: f64| ReadingRow {
        slot: None,
        name: words::shown(&axis.title),
        value: words::visible(&numbers::text(&axis.kind, value)),
    };
    Some(Reading {
        at: words::shown(&series.name),
        rows: vec![row(&plot.x, point.x), row(&described.y, point.y?)],
        more: 0,
        notes: Vec::new(),
        along: None,
        dots: vec![(place, series.slot)],
    })
}

fn distance(a: Pixel, b: Pixel) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// The line of parallel coordinates whose point is next to the pointer.
fn thing(parallel: &Parallel, scene: &Scene, at: Pixel) -> Option<Reading> {
    let places = |values: &[Option<f64>]| -> Vec<Option<Pixel>> {
        let axes = scene.axes.iter().enumerate();
        axes.map(|(index, (x, map))| Some([*x, map.pixel(values.get(index).copied()??)?]))
            .collect()
    };
    let (_, line) = parallel
        .lines
        .iter()
        .filter_map(|line| {
            let places = places(&line.values);
            let nearest = places.iter().flatten().map(|place| distance(*place, at));
            Some((nearest.min_by(f32::total_cmp)?, line))
        })
        .filter(|(distance, _)| *distance <= NEAR)
        .min_by(|a, b| a.0.total_cmp(&b.0))?;
    let mut reading = Reading {
        at: words::shown(&line.name),
        rows: Vec::new(),
        more: 0,
        notes: Vec::new(),
        along: None,
        dots: places(&line.values)
            .into_iter()
            .flatten()
            .map(|place| (place, line.slot))
            .collect(),
    };
    for (axis, value) in parallel.axes.iter().zip(&line.values) {
        reading.push(ReadingRow {
            slot: None,
            name: words::shown(&axis.title),
            value: value.map_or("–".to_owned(), |value| {
                words::shown(&numbers::text(&axis.kind, value))
            }),
        });
    }
    Some(reading)
}

impl Reading {
    fn push(&mut self, row: ReadingRow) {
        if self.rows.len() < MOST {
            self.rows.push(row);
        } else {
            self.more += 1;
        }
    }
}

/// Markers beside the place that was read, and shades around it.
fn notes(plot: &Plot, scene: &Scene, panel: usize, pixel: f32) -> Vec<String> {
    let map = &scene.panels[panel].x;
    let x = map.value(pixel);
    let markers = plot.markers.iter().filter(|marker| {
        map.pixel(marker.x)
            .is_some_and(|at| (at - pixel).abs() <= NEAR)
    });
    let shades = plot
        .shades
        .iter()
        .filter(|shade| (shade.from..=shade.to).contains(&x) && !shade.label.is_empty());
    let texts = markers
        .map(|marker| &marker.text)
        .chain(shades.map(|shade| &shade.label));
    texts.take(MOST).map(|text| words::shown(text)).collect()
}
