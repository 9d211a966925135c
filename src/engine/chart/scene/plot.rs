//! Where panels, labels and names stand.
//!
//! Upright, the shared axis runs along the bottom and each panel has its own at the left; flipped, the shared axis
//! runs down the left side. Heights are given first, then the widths that labels need, then the data.

use super::{
    Anchor, Item, Map, PanelScene, Rect, SMALL, Scene, Text, View, axes, domain, marks,
    names::{self, Name},
};
use crate::engine::chart::{
    palette::Theme,
    scale::{self, Tick},
    spec::{Kind, Panel, Plot},
    words::{self, Weight},
};

/// Between labels of ticks and the plot.
pub(super) const GAP: f32 = 8.0;
const AXIS_TITLE: f32 = 22.0;
const TICK_LABELS: f32 = 20.0;
/// A panel that is lower than this has no titles at its axes.
const LEAST: f32 = 110.0;
const BETWEEN_PANELS: f32 = 14.0;

/// Draw a plot into the room that is left.
pub(super) fn draw(scene: &mut Scene, plot: &Plot, theme: Theme, mut room: Rect, view: View) {
    let names = names::of(scene, plot);
    let x_range = view.x.unwrap_or_else(|| domain::x(plot));
    // What a narrow place needs most is the data.
    let direct = room.width() > 220.0 && names::can_stand_at_lines(plot, &names, x_range);
    if names.len() > 1 && !direct {
        names::legend(scene, &names, theme, &mut room);
    }
    let titles = room.height() > LEAST * plot.panels.len() as f32;
    let bottom_title = match plot.panels.first() {
        _ if !titles => "",
        Some(panel) if plot.flipped => &panel.y.title,
        _ => &plot.x.title,
    };
    let mut bottom = TICK_LABELS;
    if !bottom_title.is_empty() {
        bottom += AXIS_TITLE;
    }
    let has_title = |panel: &Panel| titles && !plot.flipped && !panel.y.title.is_empty();
    let rects = heights(plot, &room, bottom, &has_title);
    let sides: Vec<Side> = plot
        .panels
        .iter()
        .zip(&rects)
        .enumerate()
        .map(|(index, (panel, rect))| {
            let chosen = view.y.filter(|_| index == 0);
            Side::new(plot, panel, x_range, chosen, rect)
        })
        .collect();
    let label_room = room.width() * if plot.flipped { 0.4 } else { 0.3 };
    let widest = sides
        .iter()
        .flat_map(|side| &side.left)
        .map(|tick| words::width(&tick.label, SMALL, Weight::Regular).min(label_room))
        .fold(0.0, f32::max);
    let gutter = if names.len() > 1 && direct {
        names::gutter(&names, room.width() * 0.28)
    } else {
        10.0
    };
    let (left, right) = (
        room.left + widest + GAP,
        (room.right - gutter).max(room.left + widest + GAP + 1.0),
    );
    for ((panel, side), mut rect) in plot.panels.iter().zip(&sides).zip(rects) {
        (rect.left, rect.right) = (left, right);
        let (x, y) = if plot.flipped {
            let down = Map::new(&plot.x, x_range, [rect.top, rect.bottom]);
            (down, Map::new(&panel.y, side.range, [left, right]))
        } else {
            let across = Map::new(&plot.x, x_range, [left, right]);
            (
                across,
                Map::new(&panel.y, side.range, [rect.bottom, rect.top]),
            )
        };
        let ground = marks::Ground {
            rect,
            x,
            y,
            flipped: plot.flipped,
            step: domain::step(plot).map(|step| x.length(step)),
            theme,
            panel,
            x_axis: &plot.x,
        };
        axes::shades(scene, plot, &ground);
        axes::left(scene, &ground, &side.left, label_room);
        axes::rules(scene, &ground);
        if has_title(panel) {
            let at = [room.left, rect.top - 11.0];
            let title = words::shown(&panel.y.title);
            let text = Text::new(at, &title, theme.ground().secondary, SMALL, room.width());
            scene.under.push(Item::Text(text));
        }
        if names.len() > 1 && direct {
            names::at_lines(scene, &names, &ground, room.right);
        }
        scene.panels.push(PanelScene {
            rect,
            x,
            y,
            step: ground.step,
            cloud: axes::is_cloud(panel) && !plot.flipped,
            items: marks::items(&ground),
        });
    }
    axes::bottom(scene, plot, theme, &room);
    if !bottom_title.is_empty() {
        let title = words::shown(bottom_title);
        let middle = [f32::midpoint(left, right), room.bottom - 4.0];
        let text = Text::new(
            middle,
            &title,
            theme.ground().secondary,
            SMALL,
            right - left,
        );
        scene.under.push(Item::Text(text.anchored(Anchor::Middle)));
    }
    axes::markers(scene, plot, theme);
}

/// The panels' upper and lower sides.
fn heights(plot: &Plot, room: &Rect, bottom: f32, has_title: &dyn Fn(&Panel) -> bool) -> Vec<Rect> {
    let above = |panel: &Panel| if has_title(panel) { AXIS_TITLE } else { 6.0 };
    let gaps = plot.panels.len().saturating_sub(1) as f32 * BETWEEN_PANELS;
    let needed: f32 = plot.panels.iter().map(above).sum::<f32>() + gaps + bottom;
    let free = (room.height() - needed).max(plot.panels.len() as f32);
    let share = |panel: &Panel| {
        let share = panel.share;
        if share.is_finite() {
            share.clamp(0.01, 100.0)
        } else {
            1.0
        }
    };
    let shares: f32 = plot.panels.iter().map(share).sum();
    let mut top = room.top;
    plot.panels
        .iter()
        .map(|panel| {
            let start = top + above(panel);
            let bottom = start + free * share(panel) / shares;
            top = bottom + BETWEEN_PANELS;
            Rect {
                left: room.left,
                top: start,
                right: room.right,
                bottom,
            }
        })
        .collect()
}

/// A panel's own range, and the labels at its left.
struct Side {
    range: [f64; 2],
    left: Vec<Tick>,
}

impl Side {
    fn new(plot: &Plot, panel: &Panel, x: [f64; 2], chosen: Option<[f64; 2]>, rect: &Rect) -> Self {
        if plot.flipped {
            let range = chosen.unwrap_or_else(|| domain::y(panel, x, axes::across(rect), true));
            let left = scale::ticks(&plot.x, x, axes::down(rect));
            return Self {
                range,
                left: named(left),
            };
        }
        let most = axes::down(rect);
        let range = chosen.unwrap_or_else(|| domain::y(panel, x, most, false));
        let mut left = scale::ticks(&panel.y, range, most);
        if matches!(panel.y.kind, Kind::Category(_)) {
            left = named(left);
        }
        Self { range, left }
    }
}

/// Labels that may come from a server.
fn named(ticks: Vec<Tick>) -> Vec<Tick> {
    ticks
        .into_iter()
        .map(|tick| Tick {
            label: words::shown(&tick.label),
            ..tick
        })
        .collect()
}

impl Name<'_> {
    /// What stands at a line's end.
    pub(super) fn width(&self) -> f32 {
        words::width(&self.text, SMALL, Weight::Semibold)
    }
}
