//! The pointer: wheel and touchpad, scroll bars, selecting by pressing and dragging, columns made wider.

use egui::{CursorIcon, PointerButton, Pos2, Response, Ui};

use super::{
    CellRef, Reach, Rows, RowsTable, Selection,
    areas::{Areas, PADDING, Zone},
    cell_text::{CellText, LONGEST},
    keyboard,
    look::{self, Look},
};

/// Characters and rows of a cut cell that hovering it shows.
const HOVERED: usize = 1500;

/// What the pressed button moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Drag {
    Select(Reach),
    /// `grab` is where on the edge, or on the thumb, the pointer took hold.
    Resize {
        column: usize,
        grab: f32,
    },
    Vertical {
        grab: f32,
    },
    Horizontal {
        grab: f32,
    },
}

impl RowsTable {
    pub(super) fn pointer(&mut self, ui: &Ui, response: &Response, areas: &Areas, rows: &dyn Rows) {
        self.wheel(ui, response, areas);
        let (pressed, secondary, down, shift, latest, origin) = ui.input(|input| {
            let pointer = &input.pointer;
            (
                pointer.primary_pressed(),
                pointer.button_pressed(PointerButton::Secondary),
                pointer.primary_down(),
                input.modifiers.shift,
                pointer.latest_pos(),
                pointer.press_origin(),
            )
        });
        let held = response.is_pointer_button_down_on();
        if (pressed && (held || response.clicked()))
            && let Some(at) = origin.or(response.interact_pointer_pos())
        {
            response.request_focus();
            self.press(areas, at, shift);
        }
        if secondary
            && (held || response.secondary_clicked())
            && let Some(at) = response.interact_pointer_pos()
        {
            response.request_focus();
            self.press_secondary(areas, at);
        }
        if response.has_focus() && response.clicked_elsewhere() && !response.context_menu_opened() {
            response.surrender_focus();
        }
        if !down || !held {
            self.drag = None;
        }
        if let (Some(drag), Some(at)) = (self.drag, latest) {
            self.pull(ui, areas, drag, at);
        }
        if let Some(at) = response.hover_pos() {
            self.hover_ui(ui, response, areas, rows, at);
        }
    }

    fn wheel(&mut self, ui: &Ui, response: &Response, areas: &Areas) {
        if !response.contains_pointer() {
            return;
        }
        let delta = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta));
        if delta.y != 0.0 {
            self.position = areas.span.moved(self.position, -f64::from(delta.y));
        }
        if delta.x != 0.0 {
            self.x = (self.x - f64::from(delta.x)).clamp(0.0, areas.last_x());
        }
    }

    fn press(&mut self, areas: &Areas, at: Pos2, shift: bool) {
        let zone = areas.zone(&self.columns, self.position, self.x, at);
        let cursor = self
            .selection
            .map_or_else(CellRef::default, |held| held.cursor);
        match zone {
            Zone::Nothing => {}
            Zone::Vertical => self.press_vertical(areas, at),
            Zone::Horizontal => self.press_horizontal(areas, at),
            Zone::Edge(column) => {
                let edge = areas.column_left(&self.columns, self.x, column + 1);
                let grab = at.x - edge;
                self.drag = Some(Drag::Resize { column, grab });
            }
            Zone::Corner => self.selection = Some(keyboard::everything(self.selection)),
            Zone::Header(column) => {
                let row = self
                    .selection
                    .map_or(self.position.row, |held| held.cursor.row);
                self.begin(Reach::Columns, CellRef { row, column }, shift);
            }
            Zone::Gutter(row) => {
                let column = cursor.column;
                self.begin(Reach::Rows, CellRef { row, column }, shift);
            }
            Zone::Cell(cell) => self.begin(Reach::Cells, cell, shift),
        }
    }

    fn begin(&mut self, reach: Reach, cell: CellRef, shift: bool) {
        let anchor = match self.selection {
            Some(held) if shift => held.anchor,
            _ => cell,
        };
        self.selection = Some(Selection {
            anchor,
            cursor: cell,
            reach,
        });
        self.drag = Some(Drag::Select(reach));
    }

    /// The menu is for what is under the pointer: a cell outside of the selection becomes the selection.
    fn press_secondary(&mut self, areas: &Areas, at: Pos2) {
        let zone = areas.zone(&self.columns, self.position, self.x, at);
        if let Zone::Cell(cell) = zone
            && !self.selection.is_some_and(|held| held.contains(cell))
        {
            self.selection = Some(Selection::cell(cell));
        }
    }

    fn press_vertical(&mut self, areas: &Areas, at: Pos2) {
        let Some((track, bar)) = areas.vertical_bar() else {
            return;
        };
        let thumb = bar.thumb(areas.span.pixels(self.position));
        let along = at.y - track.top();
        if (thumb.start..thumb.start + thumb.length).contains(&along) {
            self.drag = Some(Drag::Vertical {
                grab: along - thumb.start,
            });
        } else {
            let page = areas.page() as f64 * areas.span.row_height;
            let pixels = if along < thumb.start { -page } else { page };
            self.position = areas.span.moved(self.position, pixels);
        }
    }

    fn press_horizontal(&mut self, areas: &Areas, at: Pos2) {
        let Some((track, bar)) = areas.horizontal_bar() else {
            return;
        };
        let thumb = bar.thumb(self.x);
        let along = at.x - track.left();
        if (thumb.start..thumb.start + thumb.length).contains(&along) {
            self.drag = Some(Drag::Horizontal {
                grab: along - thumb.start,
            });
        } else {
            let pixels = if along < thumb.start {
                -areas.view_width
            } else {
                areas.view_width
            };
            self.x = (self.x + pixels).clamp(0.0, areas.last_x());
        }
    }

    fn pull(&mut self, ui: &Ui, areas: &Areas, drag: Drag, at: Pos2) {
        match drag {
            Drag::Vertical { grab } => {
                if let Some((track, bar)) = areas.vertical_bar() {
                    let thumb = bar.thumb(areas.span.pixels(self.position));
                    let start = at.y - track.top() - grab;
                    // A thumb that stands where it should is not moved: a pixel of it is thousands of rows.
                    if (start - thumb.start).abs() >= 0.5 {
                        self.position = areas.span.at(bar.offset(start));
                    }
                }
            }
            Drag::Horizontal { grab } => {
                if let Some((track, bar)) = areas.horizontal_bar() {
                    self.x = bar.offset(at.x - track.left() - grab).round();
                }
            }
            Drag::Resize { column, grab } => {
                let left = areas.column_left(&self.columns, self.x, column);
                self.columns.resize(column, at.x - grab - left);
            }
            Drag::Select(reach) => self.pull_selection(ui, areas, reach, at),
        }
    }

    fn pull_selection(&mut self, ui: &Ui, areas: &Areas, reach: Reach, at: Pos2) {
        let Some(held) = self.selection else {
            return;
        };
        let elapsed = f64::from(ui.input(|input| input.stable_dt).min(0.1));
        let beyond =
            |at: f32, from: f32, to: f32| f64::from((at - from).min(0.0) + (at - to).max(0.0));
        let body = areas.body;
        if reach != Reach::Columns {
            let away = beyond(at.y, body.top(), body.bottom());
            if away != 0.0 {
                let pixels = (away * elapsed * 12.0).round();
                self.position = areas.span.moved(self.position, pixels);
                ui.request_repaint();
            }
        }
        if reach != Reach::Rows {
            let away = beyond(at.x, body.left(), body.right());
            if away != 0.0 {
                self.x = (self.x + (away * elapsed * 12.0).round()).clamp(0.0, areas.last_x());
                ui.request_repaint();
            }
        }
        let inside = body.clamp(at);
        let across = f64::from(inside.x - body.left()) + self.x;
        let cursor = CellRef {
            row: if reach == Reach::Columns {
                held.cursor.row
            } else {
                areas.nearest_row(self.position, inside.y)
            },
            column: if reach == Reach::Rows {
                held.cursor.column
            } else {
                self.columns.nearest(across)
            },
        };
        self.selection = Some(held.extended_to(cursor));
    }

    fn hover_ui(&mut self, ui: &Ui, response: &Response, areas: &Areas, rows: &dyn Rows, at: Pos2) {
        let zone = areas.zone(&self.columns, self.position, self.x, at);
        if matches!(zone, Zone::Edge(_)) || matches!(self.drag, Some(Drag::Resize { .. })) {
            ui.set_cursor_icon(CursorIcon::ResizeHorizontal);
        }
        match zone {
            Zone::Edge(column) if response.double_clicked() => self.fit(ui, areas, rows, column),
            Zone::Header(column) if self.drag.is_none() => header_tip_ui(response, rows, column),
            Zone::Cell(cell) if self.drag.is_none() => self.cell_tip_ui(response, rows, cell),
            _ => {}
        }
    }

    /// As wide as the name and the cells that are seen.
    pub(super) fn fit(&mut self, ui: &Ui, areas: &Areas, rows: &dyn Rows, column: usize) {
        let look = Look::new(ui);
        let seen = areas.visible_rows(self.position);
        let width = ui.fonts_mut(|fonts| {
            let name = rows
                .columns()
                .get(column)
                .map(|column| column.name.as_str());
            let name = look.name_width(fonts, name.unwrap_or_default());
            seen.map(|row| look.full_width(fonts, rows, CellRef { row, column }))
                .fold(name, f32::max)
        });
        self.columns
            .resize(column, width.ceil() + PADDING * 2.0 + 1.0);
    }

    fn cell_tip_ui(&self, response: &Response, rows: &dyn Rows, cell: CellRef) {
        let Some(column) = rows.columns().get(cell.column) else {
            return;
        };
        let value = rows.cell(cell.row, cell.column);
        let short = CellText::new(value, column.kind, LONGEST);
        let inner = self.columns.width(cell.column) - PADDING * 2.0;
        let fits = short.width() as f32 * self.columns.advance() <= inner;
        if value.is_none() || (fits && !short.cut) {
            return;
        }
        response.clone().on_hover_ui_at_pointer(|ui| {
            let text = CellText::new(value, column.kind, HOVERED).into_label();
            ui.add(
                egui::Label::new(egui::RichText::new(text).text_style(look::cell_style(ui))).wrap(),
            );
        });
    }
}

fn header_tip_ui(response: &Response, rows: &dyn Rows, column: usize) {
    let Some(column) = rows.columns().get(column) else {
        return;
    };
    response.clone().on_hover_ui_at_pointer(|ui| {
        ui.strong(CellText::name(&column.name, LONGEST).into_label());
        ui.label(CellText::name(&column.type_name, LONGEST).into_label());
        if !column.table.is_empty() {
            let path = [&column.database, &column.table, &column.column];
            let path = path.map(|part| CellText::name(part, LONGEST).into_label());
            ui.weak(path.join("."));
        }
        if column.primary_key {
            ui.weak("part of the primary key");
        }
    });
}
