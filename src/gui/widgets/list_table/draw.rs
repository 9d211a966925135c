//! Paints heads, rows and cells, and tells them to screen readers.

use std::ops::Range;

use egui::{
    Align2, Color32, Id, Rect, Sense, StrokeKind, TextStyle, Ui, UiBuilder,
    accesskit::Role as NodeRole, pos2, vec2,
};

use super::{Head, Listing, Pressed, ROW};
use crate::gui::{
    icons,
    theme::{PaletteExt as _, SELECTION_RADIUS, text},
    widgets::{figure_table::bound, name::fitted},
};

/// Space around a cell.
const PAD: f32 = 9.0;
/// Letters of a cell that are laid out.
const LONGEST: usize = 400;

/// What drawing needs.
pub(super) struct Drawing<'a> {
    pub(super) listing: &'a Listing<'a>,
    /// From where to where each column reaches, from the left edge.
    pub(super) places: &'a [Range<f32>],
    pub(super) table: Id,
}

impl Drawing<'_> {
    fn columns(&self, row: Rect) -> impl Iterator<Item = (usize, &Head, Rect)> {
        let heads = self.listing.heads.iter().zip(self.places);
        heads.enumerate().map(move |(at, (head, place))| {
            let range = row.left() + place.start..=row.left() + place.end;
            (at, head, Rect::from_x_y_ranges(range, row.y_range()))
        })
    }

    /// The heads; the one that was pressed.
    pub(super) fn heads_ui(&self, ui: &mut Ui, rect: Rect) -> Option<usize> {
        let palette = ui.palette();
        ui.painter()
            .rect_filled(rect, SELECTION_RADIUS, palette.raised);
        let builder = UiBuilder::new()
            .scope_id(self.table.with("head"))
            .max_rect(rect)
            .accessibility_parent(self.table)
            .accessibility_role(NodeRole::Row);
        let line = ui.new_child(builder);
        line.accesskit_node_builder(line.unique_id(), |node| bound(node, rect));
        let font = text::strong().resolve(ui.style());
        let mut pressed = None;
        for (at, head, place) in self.columns(rect) {
            let id = self.table.with(("head", at));
            let sense = if head.sorts {
                Sense::click()
            } else {
                Sense::hover()
            };
            let response = line.interact(place, id, sense);
            let sorted = self.listing.sorted.filter(|(column, _)| *column == at);
            line.accesskit_node_builder(id, |node| {
                bound(node, place);
                node.set_role(NodeRole::ColumnHeader);
                node.set_label(&*head.name);
                node.set_column_index(at);
                if let Some((_, largest_first)) = sorted {
                    node.set_sort_direction(if largest_first {
                        egui::accesskit::SortDirection::Descending
                    } else {
                        egui::accesskit::SortDirection::Ascending
                    });
                }
            });
            let arrow = match sorted {
                Some((_, true)) => format!(" {}", icons::CARET_DOWN),
                Some((_, false)) => format!(" {}", icons::CARET_UP),
                None => String::new(),
            };
            let ink = if response.hovered() && head.sorts || sorted.is_some() {
                palette.text
            } else {
                palette.secondary
            };
            let (x, align) = edge(head, place);
            let painter = line.painter().with_clip_rect(place.intersect(rect));
            let words = format!("{}{arrow}", head.name);
            painter.text(pos2(x, place.center().y), align, words, font.clone(), ink);
            if response.has_focus() {
                let ring = place.shrink(2.0);
                line.painter().rect_stroke(
                    ring,
                    SELECTION_RADIUS,
                    palette.focus(),
                    StrokeKind::Inside,
                );
            }
            if response.clicked() {
                pressed = Some(at);
            }
        }
        pressed
    }

    /// The rows in view; what was done to them.
    pub(super) fn rows_ui(
        &self,
        ui: &mut Ui,
        view: Rect,
        chosen: Option<usize>,
        focused: bool,
    ) -> Option<Pressed> {
        let mut pressed = None;
        let first = (view.top() / ROW).max(0.0) as usize;
        let end = ((view.bottom() / ROW).ceil().max(0.0) as usize).min(self.listing.count);
        for row in first..end {
            let rect = line(ui.min_rect(), row);
            let id = self.table.with(("row", row));
            let builder = UiBuilder::new()
                .scope_id(id)
                .max_rect(rect)
                .accessibility_parent(self.table)
                .accessibility_role(NodeRole::Row);
            let row_ui = ui.new_child(builder);
            let here = chosen == Some(row);
            row_ui.accesskit_node_builder(row_ui.unique_id(), |node| {
                bound(node, rect);
                node.set_row_index(row);
                node.set_selected(here);
            });
            let response = row_ui.interact(rect, id.with("press"), Sense::CLICK);
            if response.double_clicked() {
                pressed = Some(Pressed::Open(row));
            } else if response.clicked() {
                pressed = Some(Pressed::Row(row));
            }
            let ground = Ground {
                chosen: here,
                focused: here && focused,
                hovered: response.hovered(),
            };
            ground.paint(&row_ui, rect);
            for (at, head, place) in self.columns(rect) {
                self.cell_ui(&row_ui, place, head, (row, at));
            }
            if here && focused {
                row_ui.accesskit_node_builder(self.table, |node| {
                    node.set_active_descendant(row_ui.unique_id().accesskit_id());
                });
            }
        }
        pressed
    }

    fn cell_ui(&self, ui: &Ui, rect: Rect, head: &Head, (row, column): (usize, usize)) {
        let palette = ui.palette();
        let cell = (self.listing.cell)(row, column);
        let id = self.table.with(("cell", row, column));
        let response = ui.interact(rect, id, Sense::hover());
        ui.accesskit_node_builder(id, |node| {
            bound(node, rect);
            node.set_role(if column == 0 {
                NodeRole::RowHeader
            } else {
                NodeRole::Cell
            });
            node.set_label(&*cell.text);
            node.set_row_index(row);
            node.set_column_index(column);
        });
        if cell.text.is_empty() {
            return;
        }
        let style = if head.mono {
            text::cell()
        } else {
            TextStyle::Body
        };
        let font = style.resolve(ui.style());
        let ink = cell.ink.color(palette);
        let room = rect.width() - 2.0 * PAD;
        let (galley, cut) = if head.right {
            fitted(ui, &cell.text, &font, ink, room)
        } else {
            beginning(ui, &cell.text, font, ink, room)
        };
        let (x, align) = edge(head, rect);
        let place = align.anchor_size(pos2(x, rect.center().y), galley.size());
        ui.painter().galley(place.min, galley, ink);
        if cut {
            let whole: String = cell.text.chars().take(4 * LONGEST).collect();
            response.on_hover_text(whole);
        }
    }
}

/// What is behind a row.
struct Ground {
    chosen: bool,
    /// The keyboard is at it.
    focused: bool,
    hovered: bool,
}

impl Ground {
    fn paint(&self, ui: &Ui, rect: Rect) {
        let palette = ui.palette();
        let painter = ui.painter();
        if self.chosen {
            painter.rect_filled(rect, SELECTION_RADIUS, palette.selection);
        } else if self.hovered {
            painter.rect_filled(rect, 0.0, palette.stripe);
        }
        if !self.chosen {
            painter.hline(rect.x_range(), rect.bottom(), palette.hairline());
        }
        if self.focused {
            let bar = Rect::from_min_size(rect.min, vec2(2.0, rect.height()));
            painter.rect_filled(bar, 0.0, palette.accent);
        }
    }
}

/// The text, cut at its end where it is too long. True if it was.
fn beginning(
    ui: &Ui,
    text: &str,
    font: egui::FontId,
    ink: Color32,
    width: f32,
) -> (std::sync::Arc<egui::Galley>, bool) {
    let short = text.char_indices().nth(LONGEST);
    let short = short.map_or(text, |(end, _)| text.get(..end).unwrap_or(text));
    let mut job = egui::text::LayoutJob::simple_singleline(short.to_owned(), font, ink);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(0.0));
    let galley = ui.painter().layout_job(job);
    let cut = galley.elided || short.len() < text.len();
    (galley, cut)
}

/// Where a column's text is anchored.
fn edge(head: &Head, rect: Rect) -> (f32, Align2) {
    if head.right {
        (rect.right() - PAD, Align2::RIGHT_CENTER)
    } else {
        (rect.left() + PAD, Align2::LEFT_CENTER)
    }
}

/// Where a row is.
pub(super) fn line(body: Rect, row: usize) -> Rect {
    let top = body.top() + row as f32 * ROW;
    Rect::from_min_size(pos2(body.left(), top), vec2(body.width(), ROW))
}
