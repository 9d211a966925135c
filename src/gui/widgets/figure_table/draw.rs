//! Paints heads, rows and cells, and tells them to screen readers.

use egui::{
    Align2, Color32, Rect, Sense, Stroke, StrokeKind, TextStyle, Ui, UiBuilder,
    accesskit::{Node, Role},
    pos2, vec2,
};

use super::{
    Badge, BadgeLook, Cell, Picture, View,
    measure::{DOT, GAP, PAD, Place, style},
};
use crate::{
    engine::chart::Slot,
    gui::{
        theme::{PaletteExt as _, SELECTION_RADIUS, text},
        widgets::{
            dot::{self, paint_dot, slot_color},
            name::fitted,
            whisker::{Whiskers, paint_share},
        },
    },
};

pub(in crate::gui::widgets) fn bound(node: &mut Node, rect: Rect) {
    node.set_bounds(egui::accesskit::Rect {
        x0: rect.min.x.into(),
        y0: rect.min.y.into(),
        x1: rect.max.x.into(),
        y1: rect.max.y.into(),
    });
}

pub(super) fn header_ui(ui: &mut Ui, rect: Rect, table: &View<'_>) {
    let palette = ui.palette();
    ui.painter()
        .rect_filled(rect, SELECTION_RADIUS, palette.raised);
    let builder = UiBuilder::new()
        .scope_id(table.table.with("head"))
        .max_rect(rect)
        .accessibility_parent(table.table)
        .accessibility_role(Role::Row);
    let head = ui.new_child(builder);
    head.accesskit_node_builder(head.unique_id(), |node| bound(node, rect));
    let font = text::strong().resolve(ui.style());
    for place in &table.layout.columns {
        let (at, column) = (place.at, &table.columns[place.at]);
        let here = Rect::from_min_size(
            pos2(rect.left() + place.left, rect.top()),
            vec2(place.width, rect.height()),
        );
        let id = table.table.with(("head", at));
        let response = head.interact(here, id, Sense::hover());
        head.accesskit_node_builder(id, |node| {
            bound(node, here);
            node.set_role(Role::ColumnHeader);
            node.set_label(&*column.name);
            node.set_column_index(at);
            if !column.hint.is_empty() {
                node.set_description(&*column.hint);
            }
        });
        // Numbers with a picture have their head at the left, over both.
        let right = column.right && column.picture == Picture::None;
        let (x, align) = if right {
            (here.left() + PAD + place.text, Align2::RIGHT_CENTER)
        } else {
            (here.left() + PAD, Align2::LEFT_CENTER)
        };
        head.painter().text(
            pos2(x, here.center().y),
            align,
            column.head(table.layout.fit),
            font.clone(),
            palette.secondary,
        );
        if !column.hint.is_empty() {
            response.on_hover_text(&column.hint);
        }
    }
    left_out_ui(&head, rect, table);
}

/// How many columns have no room, at the right of the first head; which, on hover.
fn left_out_ui(head: &Ui, rect: Rect, table: &View<'_>) {
    let (out, Some(first)) = (&table.layout.left_out, table.layout.columns.first()) else {
        return;
    };
    if out.is_empty() {
        return;
    }
    let names: Vec<&str> = out.iter().map(|at| &*table.columns[*at].name).collect();
    let why = format!(
        "There is no room for {}. D or a double click shows all numbers of a row.",
        names.join(", ")
    );
    let words = format!("+{}", out.len());
    let font = TextStyle::Small.resolve(head.style());
    let ink = head.palette().faint;
    let galley = head.painter().layout_no_wrap(words, font, ink);
    let right = rect.left() + first.left + first.width - PAD;
    let place = Align2::RIGHT_CENTER.anchor_size(pos2(right, rect.center().y), galley.size());
    head.painter().galley(place.min, galley, ink);
    let id = table.table.with("left out");
    let response = head.interact(place.expand(4.0), id, Sense::hover());
    head.accesskit_node_builder(id, |node| {
        bound(node, place);
        node.set_role(Role::Label);
        node.set_value(&*why);
    });
    response.on_hover_text(why);
}

pub(super) fn row_ground_ui(ui: &Ui, rect: Rect, hovered: bool, cursor: bool) {
    let palette = ui.palette();
    let painter = ui.painter();
    if hovered {
        painter.rect_filled(rect, 0.0, palette.stripe);
    }
    painter.hline(rect.x_range(), rect.bottom(), palette.hairline());
    if cursor {
        let bar = Rect::from_min_size(rect.min, vec2(2.0, rect.height()));
        painter.rect_filled(bar, 0.0, palette.accent);
    }
}

pub(super) fn cell_ui(
    ui: &mut Ui,
    row: Rect,
    cell: &Cell,
    (at_row, place): (usize, &Place),
    here: bool,
    table: &View<'_>,
) {
    let at_column = place.at;
    let column = &table.columns[at_column];
    let rect = Rect::from_min_size(
        pos2(row.left() + place.left, row.top()),
        vec2(place.width, row.height()),
    );
    let id = table.table.with(("cell", at_row, at_column));
    let response = ui.interact(rect, id, Sense::hover());
    ui.accesskit_node_builder(id, |node| {
        bound(node, rect);
        node.set_role(if at_column == 0 {
            Role::RowHeader
        } else {
            Role::Cell
        });
        node.set_label(cell.label());
        node.set_row_index(at_row);
        node.set_column_index(at_column);
        if !cell.hint.is_empty() {
            node.set_description(&*cell.hint);
        }
    });
    let palette = ui.palette();
    if here {
        ui.accesskit_node_builder(table.table, |node| {
            node.set_active_descendant(id.accesskit_id());
        });
        let ring = rect.shrink2(vec2(2.0, 3.0));
        ui.painter()
            .rect_stroke(ring, SELECTION_RADIUS, palette.focus(), StrokeKind::Inside);
    }
    let cut = words_ui(ui, rect, cell, place, table);
    let left = rect.left() + PAD + place.text + GAP;
    let picture = Rect::from_min_max(
        pos2(left, rect.top() + 6.0),
        pos2(rect.right() - PAD, rect.bottom() - 6.0),
    );
    let slot = cell.slot.unwrap_or(Slot::Neutral);
    let color = slot_color(ui, slot);
    let painter = ui
        .painter()
        .with_clip_rect(rect.shrink2(vec2(2.0, 0.0)).intersect(ui.clip_rect()));
    match (column.picture, place.axis, cell.share) {
        (Picture::Whiskers | Picture::Forest, Some(axis), _) if !cell.text.is_empty() => {
            let whiskers = Whiskers {
                palette,
                axis,
                zero: column.picture == Picture::Forest,
            };
            whiskers.paint(&painter, picture, cell.interval.as_ref(), color);
        }
        (Picture::Share, _, Some(share)) => {
            paint_share(&painter, picture, palette, share, &[0.05, 0.95], color);
        }
        _ => {}
    }
    match (cell.hint.is_empty(), cut) {
        (true, true) => drop(response.on_hover_text(&cell.text)),
        (true, false) => {}
        (false, true) => drop(response.on_hover_text(format!("{}\n{}", cell.text, cell.hint))),
        (false, false) => drop(response.on_hover_text(&cell.hint)),
    }
}

/// Dot, text, badge and second line. True if the text had no room.
fn words_ui(ui: &Ui, rect: Rect, cell: &Cell, place: &Place, table: &View<'_>) -> bool {
    let palette = ui.palette();
    let column = &table.columns[place.at];
    let below = cell.has_badge_below(table.layout.fit);
    let painter = ui.painter();
    let two = below || !cell.second.is_empty();
    let (upper, lower) = if two {
        (rect.center().y - 8.0, rect.center().y + 9.0)
    } else {
        (rect.center().y, rect.center().y)
    };
    let mut left = rect.left() + PAD;
    let right = left + place.text;
    if let (Some(slot), None, false) = (cell.slot, &cell.interval, column.right) {
        paint_dot(painter, ui, pos2(left + 5.0, upper), dot::RADIUS, slot);
        left += DOT;
    }
    let ink = if cell.faint {
        palette.faint
    } else {
        palette.text
    };
    let font = style(cell, column.right && !cell.faint).resolve(ui.style());
    let (galley, cut) = fitted(ui, &cell.text, &font, ink, right - left);
    let x = if column.right {
        right - galley.size().x
    } else {
        left
    };
    let end = x + galley.size().x;
    painter.galley(pos2(x, upper - galley.size().y / 2.0), galley, ink);
    if let Some(badge) = &cell.badge {
        let at = match (below, cell.text.is_empty()) {
            (true, _) => pos2(left, lower),
            (false, true) => pos2(left, upper),
            (false, false) => pos2(end + 10.0, upper),
        };
        badge_ui(ui, at, badge);
    }
    if two && !below {
        let small = TextStyle::Small.resolve(ui.style());
        let room = if column.picture == Picture::None {
            rect.right() - PAD - left
        } else {
            place.text
        };
        let (galley, _) = fitted(ui, &cell.second, &small, palette.faint, room);
        let x = if column.right {
            (right - galley.size().x).max(rect.left() + 2.0)
        } else {
            left
        };
        painter.galley(
            pos2(x, lower - galley.size().y / 2.0),
            galley,
            palette.faint,
        );
    }
    cut
}

/// Words on a ground of their own.
fn badge_ui(ui: &Ui, left_center: egui::Pos2, badge: &Badge) {
    let palette = ui.palette();
    let (ink, fill, line) = match badge.look {
        BadgeLook::Strong => (palette.accent, palette.selection, Stroke::NONE),
        BadgeLook::Plain => (palette.secondary, Color32::TRANSPARENT, palette.hairline()),
        BadgeLook::Tone(tone) => {
            let color = tone.color(ui);
            (color, Color32::TRANSPARENT, Stroke::new(1.0, color))
        }
    };
    let words = match badge.look {
        BadgeLook::Tone(tone) => format!("{} {}", tone.icon(), badge.words),
        _ => badge.words.clone(),
    };
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(words, font, ink);
    let size = galley.size() + vec2(14.0, 4.0);
    let rect = Rect::from_min_size(left_center - vec2(0.0, size.y / 2.0), size);
    ui.painter()
        .rect(rect, SELECTION_RADIUS, fill, line, StrokeKind::Inside);
    ui.painter().galley(rect.min + vec2(7.0, 2.0), galley, ink);
}
