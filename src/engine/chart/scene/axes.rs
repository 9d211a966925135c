//! What lies around the data: grid, labels of ticks, shades, rules and markers.

use std::collections::HashSet;

use super::{Anchor, FINE, Item, Rect, SMALL, Scene, Stroke, Text, marks::Ground, plot::GAP};
use crate::engine::chart::{
    palette::{self, Shape, Theme},
    reduce::Pixel,
    scale,
    spec::{Kind, MarkerFrom, On, Panel, Plot},
    words::{self, Weight},
};

const MARKER: &[f32] = &[1.5, 3.0];
/// Half a marker's tag.
const TAG: f32 = 7.0;

/// How many labels fit below each other.
pub(super) fn down(rect: &Rect) -> usize {
    ((rect.height() / 46.0).round() as usize).clamp(2, 8)
}

/// How many labels fit beside each other.
pub(super) fn across(rect: &Rect) -> usize {
    ((rect.width() / 96.0) as usize).clamp(2, 12)
}

/// Labels at the left, and the lines of the grid that belong to them.
pub(super) fn left(scene: &mut Scene, ground: &Ground<'_>, ticks: &[scale::Tick], room: f32) {
    let colors = ground.theme.ground();
    let map = if ground.flipped { &ground.x } else { &ground.y };
    let mut free = f32::NEG_INFINITY;
    let mut places: Vec<_> = ticks
        .iter()
        .filter_map(|tick| Some((map.pixel(tick.at)?, tick)))
        .collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (y, tick) in places {
        if !ground.flipped {
            let zero = tick.at == 0.0 && ground.panel.series.iter().any(|series| series.marks.bars);
            let color = if zero { colors.faint } else { colors.line };
            line(
                scene,
                [[ground.rect.left, y], [ground.rect.right, y]],
                color,
            );
        }
        // Many rows in little room: as many names as can be read.
        if y - free < SMALL + 2.0 {
            continue;
        }
        free = y;
        let at = [ground.rect.left - GAP, y + 4.0];
        let text = Text::new(at, &tick.label, colors.secondary, SMALL, room);
        scene.under.push(Item::Text(text.anchored(Anchor::End)));
    }
    if ground.flipped {
        return;
    }
    if is_cloud(ground.panel) {
        for tick in scale::ticks(ground.x_axis, ground.x.range, across(&ground.rect)) {
            if let Some(x) = ground.x.pixel(tick.at) {
                line(
                    scene,
                    [[x, ground.rect.top], [x, ground.rect.bottom]],
                    colors.line,
                );
            }
        }
    }
}

/// Only dots: both directions are read alike.
pub(super) fn is_cloud(panel: &Panel) -> bool {
    panel.series.iter().all(|series| {
        series.marks.dots
            && !series.marks.bars
            && series.marks.line.is_none()
            && series.marks.range.is_none()
    })
}

fn line(scene: &mut Scene, points: [Pixel; 2], color: palette::Rgb) {
    scene.under.push(Item::Line {
        points: points.into(),
        stroke: Stroke::new(color, 1.0),
    });
}

/// Labels along the bottom; flipped, these are of the panel's own axis, with its grid.
pub(super) fn bottom(scene: &mut Scene, plot: &Plot, theme: Theme, room: &Rect) {
    let Some(last) = scene.panels.last() else {
        return;
    };
    let rect = last.rect;
    let (axis, map) = match plot.panels.first() {
        Some(panel) if plot.flipped => (&panel.y, last.y),
        _ => (&plot.x, last.x),
    };
    let colors = theme.ground();
    let ticks = scale::ticks(axis, map.range, across(&rect));
    let names = matches!(axis.kind, Kind::Category(_));
    let each = if names {
        map.length(1.0)
    } else {
        f32::INFINITY
    };
    let mut free = f32::NEG_INFINITY;
    let mut places: Vec<_> = ticks
        .into_iter()
        .filter_map(|tick| Some((map.pixel(tick.at)?, tick.label)))
        .collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (x, label) in places {
        if plot.flipped {
            line(scene, [[x, rect.top], [x, rect.bottom]], colors.line);
        }
        let label = if names { words::shown(&label) } else { label };
        let text = Text::new(
            [x, rect.bottom + 15.0],
            &label,
            colors.secondary,
            SMALL,
            (each - 6.0).max(44.0),
        );
        let half = words::width(&text.text, SMALL, Weight::Regular) / 2.0;
        // The last label ends with the picture.
        let x = x.min(room.right - half).max(room.left + half);
        if x - half < free {
            continue;
        }
        free = x + half + 8.0;
        let text = Text {
            at: [x, text.at[1]],
            ..text
        };
        scene.under.push(Item::Text(text.anchored(Anchor::Middle)));
    }
}

/// Tints behind the data, each kind named once.
pub(super) fn shades(scene: &mut Scene, plot: &Plot, ground: &Ground<'_>) {
    let colors = ground.theme.ground();
    let mut named = HashSet::new();
    for shade in &plot.shades {
        let end = |value: f64| {
            let value = value.clamp(ground.x.range[0], ground.x.range[1]);
            ground.x.pixel(value)
        };
        let (Some(a), Some(b)) = (end(shade.from), end(shade.to)) else {
            continue;
        };
        let (from, to) = (a.min(b), a.max(b));
        if to - from < 0.5 {
            continue;
        }
        let rect = if ground.flipped {
            Rect {
                top: from,
                bottom: to,
                ..ground.rect
            }
        } else {
            Rect {
                left: from,
                right: to,
                ..ground.rect
            }
        };
        scene.under.push(Item::Rect {
            rect,
            color: colors.faint,
            opacity: 0.13,
            outline: None,
        });
        let first_panel = scene.panels.is_empty();
        let label = words::shown(&shade.label);
        let width = words::width(&label, FINE, Weight::Regular);
        if shade.label.is_empty() || !first_panel || named.contains(&label) {
            continue;
        }
        // A name wider than its shade ends with it, if it is the last, or stands beside it.
        let at = if width + 6.0 <= rect.width() {
            f32::midpoint(rect.left, rect.right) - width / 2.0
        } else if rect.right - width - 3.0 > ground.rect.left
            && rect.right > ground.rect.right - 4.0
        {
            rect.right - width - 3.0
        } else {
            continue;
        };
        let text = Text::new(
            [at, ground.rect.top + 12.0],
            &label,
            colors.faint,
            FINE,
            width + 1.0,
        );
        scene.over.push(Item::Text(text));
        named.insert(label);
    }
}

/// Lines to compare with, and their names.
pub(super) fn rules(scene: &mut Scene, ground: &Ground<'_>) {
    let colors = ground.theme.ground();
    let rect = ground.rect;
    for rule in &ground.panel.rules {
        let map = if rule.on == On::X {
            &ground.x
        } else {
            &ground.y
        };
        let Some(at) = map.pixel(rule.at).filter(|_| map.contains(rule.at)) else {
            continue;
        };
        let upright = (rule.on == On::X) != ground.flipped;
        let points = if upright {
            vec![[at, rect.top], [at, rect.bottom]]
        } else {
            vec![[rect.left, at], [rect.right, at]]
        };
        scene.over.push(Item::Line {
            points,
            stroke: Stroke::new(colors.text, 1.0).dashed(palette::RULE),
        });
        if rule.label.is_empty() {
            continue;
        }
        let label = words::shown(&rule.label);
        let width = words::width(&label, SMALL, Weight::Regular);
        let (place, anchor) = if !upright {
            // Below the line where above it there is no room.
            let above = at - rect.top > SMALL + 6.0;
            (
                [rect.right - 4.0, at + if above { -5.0 } else { 13.0 }],
                Anchor::End,
            )
        } else if at + width + 6.0 < rect.right {
            ([at + 5.0, rect.top + 11.0], Anchor::Start)
        } else {
            ([at - 5.0, rect.top + 11.0], Anchor::End)
        };
        let text = Text::new(place, &label, colors.secondary, SMALL, rect.width() - 8.0);
        scene.over_data(text.anchored(anchor), colors);
    }
}

/// Lines through all panels with numbers at their heads; round for a person's notes, square for changes.
pub(super) fn markers(scene: &mut Scene, plot: &Plot, theme: Theme) {
    let (Some(first), Some(last)) = (scene.panels.first(), scene.panels.last()) else {
        return;
    };
    if plot.flipped {
        return;
    }
    let (map, top, bottom) = (first.x, first.rect.top, last.rect.bottom);
    let colors = theme.ground();
    let mut heads: Vec<Pixel> = Vec::new();
    for (index, marker) in plot.markers.iter().enumerate() {
        let Some(x) = map.pixel(marker.x).filter(|_| map.contains(marker.x)) else {
            continue;
        };
        let mut head = [x, top + TAG + 1.0];
        while heads.iter().any(|taken| {
            (taken[0] - x).abs() < 2.0 * TAG + 1.0 && (taken[1] - head[1]).abs() < 2.0 * TAG
        }) {
            head[1] += 2.0 * TAG + 2.0;
        }
        heads.push(head);
        scene.over.push(Item::Line {
            points: vec![[x, top], [x, bottom]],
            stroke: Stroke::new(colors.secondary, 1.0).dashed(MARKER),
        });
        scene.over.push(Item::Dot {
            at: head,
            radius: TAG,
            shape: match marker.from {
                MarkerFrom::Note => Shape::Circle,
                MarkerFrom::Change => Shape::Square,
            },
            color: colors.raised,
            opacity: 1.0,
            outline: Some(colors.secondary),
        });
        let number = (index + 1).to_string();
        let text = Text::new([head[0], head[1] + 3.6], &number, colors.text, FINE, 20.0);
        scene.over.push(Item::Text(text.anchored(Anchor::Middle)));
    }
}
