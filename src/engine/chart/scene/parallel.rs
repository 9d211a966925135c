//! Parallel coordinates: an upright axis for each quantity, a line across them for each thing.

use super::{Anchor, FINE, Item, Map, PanelScene, Rect, SMALL, Scene, Stroke, Text, axes, names};
use crate::engine::chart::{
    palette::{self, Theme},
    reduce::Pixel,
    scale,
    spec::{Axis, Kind, Marks, Parallel, Polyline, Scale},
    words,
};

/// Room for an axis' name.
const HEAD: f32 = 22.0;

pub(super) fn draw(scene: &mut Scene, parallel: &Parallel, theme: Theme, mut room: Rect) {
    let chosen: Vec<_> = parallel
        .lines
        .iter()
        .filter(|line| !line.faint && !line.name.is_empty())
        .map(|line| names::Name {
            of: &line.name,
            text: words::shown(&line.name),
            slot: line.slot,
            marks: Marks::LINE,
        })
        .collect();
    if !chosen.is_empty() && !scene.listed {
        names::legend(scene, &chosen, theme, &mut room);
    }
    room.top += HEAD;
    room.bottom -= 8.0;
    if parallel.axes.is_empty() || room.height() < 1.0 {
        return;
    }
    // The first axis' labels stand left of it, and every axis' name in the middle above it.
    let each = room.width() / (parallel.axes.len() as f32 + 0.2);
    let start = room.left + each * 0.6;
    let placed: Vec<(f32, Map)> = parallel
        .axes
        .iter()
        .enumerate()
        .map(|(index, axis)| {
            let range = range(parallel, index, axis, &room);
            let map = Map::new(axis, range, [room.bottom, room.top]);
            (start + index as f32 * each, map)
        })
        .collect();
    for ((x, map), axis) in placed.iter().zip(&parallel.axes) {
        axis_items(scene, axis, *x, map, each, &room, theme);
    }
    let mut items = Vec::new();
    // The chosen ones above the others.
    let faint_first = |faint: bool| {
        parallel
            .lines
            .iter()
            .filter(move |line| line.faint == faint)
    };
    for line in faint_first(true).chain(faint_first(false)) {
        polyline(line, &placed, theme, &mut items);
    }
    let (x, y) = placed[0];
    scene.axes.clone_from(&placed);
    scene.panels.push(PanelScene {
        rect: Rect {
            left: room.left,
            top: room.top - 6.0,
            bottom: room.bottom + 6.0,
            ..room
        },
        x: Map::new(
            &Axis::default(),
            [0.0, parallel.axes.len() as f64],
            [x, x + each * parallel.axes.len() as f32],
        ),
        y,
        step: None,
        cloud: true,
        items,
    });
}

fn range(parallel: &Parallel, index: usize, axis: &Axis, room: &Rect) -> [f64; 2] {
    if let Kind::Category(names) = &axis.kind {
        return [-0.5, names.len().max(1) as f64 - 0.5];
    }
    if let Some([low, high]) = axis.bounds.filter(|[low, high]| low < high) {
        return [low, high];
    }
    let log = axis.scale == Scale::Log;
    let values = parallel
        .lines
        .iter()
        .filter_map(|line| *line.values.get(index)?)
        .filter(|value| value.is_finite() && value.abs() < 1e300 && !(log && *value <= 0.0));
    let [low, high] = values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| {
        [low.min(value), high.max(value)]
    });
    if low > high {
        return [0.0, 1.0];
    }
    if low < high {
        return scale::widened(axis, [low, high], axes::down(room));
    }
    match (log, low) {
        (true, _) => [low / 2.0, low * 2.0],
        (_, 0.0) => [-1.0, 1.0],
        _ => [low - low.abs() * 0.1, low + low.abs() * 0.1],
    }
}

fn axis_items(
    scene: &mut Scene,
    axis: &Axis,
    x: f32,
    map: &Map,
    each: f32,
    room: &Rect,
    theme: Theme,
) {
    let colors = theme.ground();
    scene.under.push(Item::Line {
        points: vec![[x, room.top], [x, room.bottom]],
        stroke: Stroke::new(colors.faint, 1.0),
    });
    let title = words::shown(&axis.title);
    let at = [x, room.top - 12.0];
    let text = Text::strong(at, &title, colors.text, SMALL, each - 8.0);
    scene.under.push(Item::Text(text.anchored(Anchor::Middle)));
    for tick in scale::ticks(axis, map.range, axes::down(room)) {
        let Some(y) = map.pixel(tick.at) else {
            continue;
        };
        scene.under.push(Item::Line {
            points: vec![[x - 3.0, y], [x + 3.0, y]],
            stroke: Stroke::new(colors.faint, 1.0),
        });
        let label = match axis.kind {
            Kind::Category(_) => words::shown(&tick.label),
            _ => tick.label,
        };
        let text = Text::new(
            [x - 7.0, y + 3.5],
            &label,
            colors.secondary,
            FINE,
            each * 0.55,
        );
        scene.over_data(text.anchored(Anchor::End), colors);
    }
}

fn polyline(line: &Polyline, placed: &[(f32, Map)], theme: Theme, items: &mut Vec<Item>) {
    let look = palette::look(line.slot, theme);
    let stroke = if line.faint {
        Stroke::new(look.mark, 1.0).at(0.35)
    } else {
        Stroke::new(look.mark, 2.0).dashed(look.dash)
    };
    let points = placed.iter().enumerate().map(|(index, (x, map))| {
        let value = line.values.get(index).copied().flatten()?;
        Some([*x, map.pixel(value)?])
    });
    let points: Vec<Option<Pixel>> = points.collect();
    for run in points.split(Option::is_none) {
        let run: Vec<Pixel> = run.iter().copied().flatten().collect();
        if !line.faint || run.len() == 1 {
            items.extend(run.iter().map(|at| Item::Dot {
                at: *at,
                radius: 3.0,
                shape: look.shape,
                color: look.mark,
                opacity: if line.faint { 0.4 } else { 1.0 },
                outline: look.pale.then_some(look.ink),
            }));
        }
        if run.len() < 2 {
            continue;
        }
        if look.pale && !line.faint {
            let mut around = stroke;
            around.color = look.ink;
            around.width += 1.6;
            items.push(Item::Line {
                points: run.clone(),
                stroke: around,
            });
        }
        items.push(Item::Line {
            points: run,
            stroke,
        });
    }
}
