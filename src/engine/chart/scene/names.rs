//! Whose points these are: names at the ends of lines where there is room, else a legend with colour, dash and shape.

use super::{Anchor, Item, Rect, SMALL, Scene, Stroke, Text, domain::seen, marks::Ground};
use crate::engine::chart::{
    palette::{self, Look, Theme},
    spec::{Kind, Marks, Plot, Series, Slot},
    words::{self, Weight},
};

/// More names than this are not all shown.
const MOST: usize = 12;
/// More names than this do not stand at their lines.
const MOST_AT_LINES: usize = 8;
/// Between names below each other.
const APART: f32 = 15.0;
/// Before a name at a line's end: the gap and the shape.
const BEFORE: f32 = 18.0;
const SWATCH: f32 = 24.0;

/// One series, or several with one name and slot.
pub(super) struct Name<'a> {
    pub of: &'a str,
    /// As it is shown.
    pub text: String,
    pub slot: Slot,
    pub marks: Marks,
}

impl Name<'_> {
    fn is(&self, series: &Series) -> bool {
        self.of == series.name && self.slot == series.slot
    }
}

fn has_name(series: &Series) -> bool {
    !series.name.is_empty() && !series.faint
}

/// Every name once, in the order of the series; none where each row of a flipped plot says its own, or a list beside
/// the chart does.
pub(super) fn of<'a>(scene: &Scene, plot: &'a Plot) -> Vec<Name<'a>> {
    let mut names: Vec<Name<'_>> = Vec::new();
    if scene.listed {
        return names;
    }
    if let (Kind::Category(rows), true) = (&plot.x.kind, plot.flipped) {
        let mut series = plot.panels.iter().flat_map(|panel| &panel.series);
        if series.all(|series| rows.contains(&series.name)) {
            return names;
        }
    }
    for series in plot.panels.iter().flat_map(|panel| &panel.series) {
        if has_name(series) && !names.iter().any(|name| name.is(series)) {
            names.push(Name {
                of: &series.name,
                text: words::shown(&series.name),
                slot: series.slot,
                marks: series.marks,
            });
        }
    }
    names
}

/// Few lines that all reach the right side.
pub(super) fn can_stand_at_lines(plot: &Plot, names: &[Name<'_>], x: [f64; 2]) -> bool {
    let reaches = |series: &Series| {
        series.marks.line.is_some()
            && seen(&series.points, x, 0)
                .iter()
                .rfind(|point| point.y.is_some_and(f64::is_finite))
                .is_some_and(|point| x[1] - point.x <= (x[1] - x[0]) * 0.04)
    };
    let first = |name: &Name<'_>| {
        let mut all = plot.panels.iter().flat_map(|panel| &panel.series);
        all.find(|series| has_name(series) && name.is(series))
    };
    !plot.flipped
        && !plot.x.reversed
        && names.len() <= MOST_AT_LINES
        && names.iter().all(|name| first(name).is_some_and(reaches))
}

/// What names at line ends take at the right side.
pub(super) fn gutter(names: &[Name<'_>], most: f32) -> f32 {
    let widest = names.iter().map(Name::width).fold(0.0, f32::max);
    (widest + BEFORE + 2.0).min(most)
}

/// Names at the ends of a panel's lines, moved apart where they would meet.
pub(super) fn at_lines(scene: &mut Scene, names: &[Name<'_>], ground: &Ground<'_>, right: f32) {
    let above = scene.panels.len();
    let rect = ground.rect;
    let mut ends: Vec<(f32, f32, &Name<'_>)> = Vec::new();
    for name in names {
        let mut lines =
            ground.panel.series.iter().filter(|series| {
                has_name(series) && series.marks.line.is_some() && name.is(series)
            });
        let Some(series) = lines.next() else { continue };
        let points = seen(&series.points, ground.x.range, 0);
        let last = points
            .iter()
            .rev()
            .find_map(|point| ground.y.pixel(point.y?));
        let Some(y) = last else { continue };
        let y = y.clamp(rect.top, rect.bottom);
        ends.push((y, y, name));
    }
    // A name that an upper panel has shown says the same here.
    if above > 0 && scene.named {
        return;
    }
    scene.named |= !ends.is_empty();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    spread(&mut ends, rect.top, rect.bottom);
    for (line_y, y, name) in ends {
        let look = palette::look(name.slot, ground.theme);
        if (line_y - y).abs() > 3.0 {
            scene.over.push(Item::Line {
                points: vec![[rect.right + 1.0, line_y], [rect.right + 6.0, y]],
                stroke: Stroke::new(look.ink, 1.0).at(0.6),
            });
        }
        let at = [rect.right + BEFORE, y + 4.0];
        scene.over.push(dot(&look, [rect.right + 11.0, y]));
        let text = Text::strong(at, &name.text, look.ink, SMALL, right - at[0]);
        scene.over.push(Item::Text(text));
    }
}

/// Move labels apart, as little as it takes, within a range.
fn spread(ends: &mut [(f32, f32, &Name<'_>)], top: f32, bottom: f32) {
    let mut free = top;
    for end in ends.iter_mut() {
        end.1 = end.1.max(free);
        free = end.1 + APART;
    }
    let mut free = bottom;
    for end in ends.iter_mut().rev() {
        end.1 = end.1.min(free);
        free = end.1 - APART;
    }
}

fn dot(look: &Look, at: [f32; 2]) -> Item {
    Item::Dot {
        at,
        radius: 3.6,
        shape: look.shape,
        color: look.mark,
        opacity: 1.0,
        outline: look.pale.then_some(look.ink),
    }
}

/// Rows of names above the plot.
pub(super) fn legend(scene: &mut Scene, names: &[Name<'_>], theme: Theme, room: &mut Rect) {
    const ROW: f32 = 18.0;
    /// Room for how many there are beyond.
    const MORE: f32 = 84.0;
    // A low chart has one row, whatever that holds.
    let lowest = room.top + 12.0 + (room.height() * 0.2 / ROW).floor().max(0.0) * ROW;
    let mut shown = 0;
    let (mut x, mut y) = (room.left, room.top + 12.0);
    let widest = (room.width() * 0.45).min(220.0);
    for (index, name) in names.iter().take(MOST).enumerate() {
        let text = words::fitted(&name.text, widest, SMALL, Weight::Regular);
        let width = SWATCH + 6.0 + words::width(&text, SMALL, Weight::Regular);
        let last_row = y + ROW > lowest && index + 1 < names.len();
        let more = if last_row { MORE } else { 0.0 };
        if x > room.left && x + width + more > room.right {
            if y + ROW > lowest {
                break;
            }
            (x, y) = (room.left, y + ROW);
        }
        shown += 1;
        swatch(scene, name, theme, [x, y - 4.0]);
        let place = [x + SWATCH + 6.0, y];
        let text = Text::new(place, &name.text, theme.ground().text, SMALL, widest);
        scene.under.push(Item::Text(text));
        x += width + 18.0;
    }
    if names.len() > shown {
        let more = format!("and {} more", names.len() - shown);
        let text = Text::new(
            [x, y],
            &more,
            theme.ground().secondary,
            SMALL,
            (room.right - x).max(0.0),
        );
        scene.under.push(Item::Text(text.anchored(Anchor::Start)));
    }
    room.top = y + 10.0;
}

fn swatch(scene: &mut Scene, name: &Name<'_>, theme: Theme, [x, y]: [f32; 2]) {
    let look = palette::look(name.slot, theme);
    if name.marks.bars && name.marks.line.is_none() {
        let half = 5.0;
        scene.under.push(Item::Rect {
            rect: Rect {
                left: x + SWATCH - 2.0 * half,
                top: y - half,
                right: x + SWATCH,
                bottom: y + half,
            },
            color: look.mark,
            opacity: 1.0,
            outline: look.pale.then_some(look.ink),
        });
        return;
    }
    if name.marks.line.is_some() || name.marks.range.is_some() {
        let points = vec![[x, y], [x + SWATCH, y]];
        let stroke = Stroke::new(look.mark, 1.8).dashed(look.dash);
        if look.pale {
            let mut around = stroke;
            around.color = look.ink;
            around.width += 1.6;
            scene.under.push(Item::Line {
                points: points.clone(),
                stroke: around,
            });
        }
        scene.under.push(Item::Line { points, stroke });
    }
    scene.under.push(dot(&look, [x + SWATCH / 2.0, y]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_move_apart_and_stay_inside() {
        let name = Name {
            of: "a",
            text: "a".to_owned(),
            slot: Slot::Neutral,
            marks: Marks::LINE,
        };
        let mut ends = [90.0, 95.0, 96.0].map(|y| (y, y, &name));
        spread(&mut ends, 0.0, 100.0);
        assert_eq!(ends.map(|end| end.1), [70.0, 85.0, 100.0]);
    }
}
