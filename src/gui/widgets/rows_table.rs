//! The result grid: ten million rows, five hundred columns, a megabyte in a cell, at one cost a frame.
//!
//! Everything is drawn by hand from a [`Rows`]: only what is seen is asked for, laid out and painted, and the place of
//! the view is held in whole rows and pixels (see `scroll`), never in a float of pixels. The grid reads and selects;
//! it does not load rows, sort, filter or edit, and it knows no server: what it lacks it names in
//! [`RowsTableResponse::missing`], and the panel fetches it.

mod accessible;
mod areas;
mod cell_text;
mod columns;
mod copy;
mod draw;
mod go_to_row;
mod keyboard;
mod look;
mod pointer;
mod scroll;
mod selection;

use std::ops::Range;

use egui::{EventFilter, Id, Rect, Response, Sense, Ui, Vec2};

use self::{
    areas::Areas, columns::Columns, go_to_row::GoToRow, look::Look, pointer::Drag, scroll::Position,
};
pub use self::{
    copy::{Copied, escape_tsv},
    selection::{CellRef, Reach, Selection},
};
use crate::engine::{
    query::rows::ResultSet,
    value::{Cell, Column},
};

/// The largest side that the grid takes where it is given endless room.
const LARGEST: f32 = 8192.0;

/// What a grid shows.
pub trait Rows {
    /// The columns, in order.
    fn columns(&self) -> &[Column];
    /// How many rows there are by now.
    fn rows(&self) -> u64;
    /// One value; `None` where it is not loaded.
    fn cell(&self, row: u64, column: usize) -> Option<Cell<'_>>;
}

impl Rows for ResultSet {
    fn columns(&self) -> &[Column] {
        ResultSet::columns(self)
    }

    fn rows(&self) -> u64 {
        ResultSet::rows(self)
    }

    fn cell(&self, row: u64, column: usize) -> Option<Cell<'_>> {
        ResultSet::cell(self, row, column)
    }
}

/// A grid's own state: where it stands, what is selected, how wide the columns are.
#[derive(Debug, Default)]
pub struct RowsTable {
    columns: Columns,
    position: Position,
    /// Pixels of the columns that are scrolled away.
    x: f64,
    selection: Option<Selection>,
    drag: Option<Drag>,
    go_to_row: Option<GoToRow>,
    /// In the menu of a row: something that the panel can do with it.
    pub row_action: Option<&'static str>,
}

/// What the panel has to know after a grid was drawn.
#[derive(Debug)]
pub struct RowsTableResponse {
    /// The grid's own response.
    pub response: Response,
    /// Rows that were wanted and are not loaded.
    pub missing: Option<Range<u64>>,
    /// What became of a wish to copy, if there was one.
    pub copied: Option<Copied>,
    /// The cell whose row [`RowsTable::row_action`] was asked for.
    pub acted: Option<CellRef>,
}

impl RowsTable {
    /// Begin at the first row with nothing selected, as a new answer does; widths that were set stay.
    pub fn start_over(&mut self) {
        self.position = Position::default();
        self.x = 0.0;
        self.selection = None;
        self.drag = None;
        self.go_to_row = None;
    }

    /// What is selected.
    pub fn selection(&self) -> Option<&Selection> {
        self.selection.as_ref()
    }

    /// The first row that is seen, and how many points of it are scrolled away.
    pub fn top(&self) -> (u64, f64) {
        (self.position.row, self.position.sub)
    }

    /// Ask which row to go to, in a small field over the grid.
    pub fn open_go_to_row(&mut self) {
        self.go_to_row = Some(GoToRow::default());
    }

    /// Draw into all the room there is.
    pub fn ui(&mut self, ui: &mut Ui, rows: &dyn Rows) -> RowsTableResponse {
        let (id, rect) = room(ui);
        let response = ui.interact(rect, id, Sense::click_and_drag());
        let look = Look::new(ui);
        if self.columns.follow(rows, look.advance) {
            self.start_over();
        }
        let areas = Areas::new(ui, rect, rows, &self.columns, &look);
        self.stay_inside(&areas, rows);

        let mut missing = Missing::default();
        let copied = self.keyboard(ui, &response, &areas, rows);
        self.pointer(ui, &response, &areas, rows);
        if let Some(Copied::NotLoaded { rows }) = &copied {
            missing.add(rows.clone());
        }

        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        draw::Drawing {
            rows,
            columns: &self.columns,
            areas: &areas,
            look: &look,
            position: self.position,
            x: self.x,
            selection: self.selection,
            drag: self.drag,
            focused: response.has_focus(),
            pointer: response.hover_pos(),
        }
        .paint(&painter, &mut missing);
        if let Some(cell) = self.accessible(ui, &response, &areas, rows) {
            self.select(&areas, Selection::cell(cell));
        }
        self.go_to_row_ui(ui, &response, &areas, rows);
        let (chosen, acted) = self.menu_ui(ui, &response, &areas, rows);
        RowsTableResponse {
            response,
            missing: missing.0,
            copied: chosen.or(copied),
            acted,
        }
    }

    /// Rows, columns and the window may have become fewer or smaller since the last frame.
    fn stay_inside(&mut self, areas: &Areas, rows: &dyn Rows) {
        self.position = areas.span.clamp(self.position);
        self.x = self.x.clamp(0.0, areas.last_x());
        self.selection = self
            .selection
            .and_then(|selection| selection.within(rows.rows(), self.columns.len()));
    }

    /// Select, and bring the cursor into view.
    fn select(&mut self, areas: &Areas, selection: Selection) {
        self.selection = Some(selection);
        if selection.reach != Reach::Columns && selection.reach != Reach::All {
            self.position = areas.span.revealing(self.position, selection.cursor.row);
        }
        if selection.reach != Reach::Rows && selection.reach != Reach::All {
            self.reveal_column(areas, selection.cursor.column);
        }
    }

    fn reveal_column(&mut self, areas: &Areas, column: usize) {
        let left = self.columns.left(column);
        let right = left + f64::from(self.columns.width(column));
        let end = right - areas.view_width;
        self.x = self.x.max(end).min(left).clamp(0.0, areas.last_x());
    }

    fn copy(&self, ui: &Ui, rows: &dyn Rows, with_names: bool) -> Option<Copied> {
        let selection = self.selection.as_ref()?;
        match copy::tsv(rows, selection, with_names) {
            Ok((text, copied)) => {
                ui.copy_text(text);
                Some(copied)
            }
            Err(refused) => Some(refused),
        }
    }

    fn menu_ui(
        &mut self,
        ui: &Ui,
        response: &Response,
        areas: &Areas,
        rows: &dyn Rows,
    ) -> (Option<Copied>, Option<CellRef>) {
        let mut copied = None;
        let mut acted = None;
        response.context_menu(|ui| {
            let any = self.selection.is_some();
            let item = |ui: &mut Ui, text: &str, key: &str, enabled: bool| {
                let button = egui::Button::new(text).shortcut_text(key);
                let clicked = ui.add_enabled(enabled, button).clicked();
                if clicked {
                    response.request_focus();
                }
                clicked
            };
            if item(ui, "Copy", "Ctrl+C", any) {
                copied = self.copy(ui, rows, false);
            }
            if item(ui, "Copy with column names", "Ctrl+Shift+C", any) {
                copied = self.copy(ui, rows, true);
            }
            ui.separator();
            if item(ui, "Select all", "Ctrl+A", rows.rows() > 0) {
                self.selection = Some(keyboard::everything(self.selection));
            }
            if item(ui, "Fit column to its cells", "", any)
                && let Some(held) = self.selection
            {
                self.fit(ui, areas, rows, held.cursor.column);
            }
            if item(ui, "Go to row…", "Ctrl+G", rows.rows() > 0) {
                self.open_go_to_row();
            }
            if let Some(words) = self.row_action {
                ui.separator();
                let at = self.selection.map(|held| held.cursor);
                let at = at.filter(|cell| cell.row < rows.rows());
                if item(ui, words, "", at.is_some()) {
                    acted = at;
                }
            }
        });
        if copied.is_some() {
            ui.request_repaint();
        }
        (copied, acted)
    }
}

/// The range of rows that holds all that was found missing.
#[derive(Debug, Default)]
struct Missing(Option<Range<u64>>);

impl Missing {
    fn add(&mut self, rows: Range<u64>) {
        self.0 = Some(match self.0.take() {
            Some(held) => held.start.min(rows.start)..held.end.max(rows.end),
            None => rows,
        });
    }
}

fn room(ui: &mut Ui) -> (Id, Rect) {
    let side = |available: f32| {
        if available.is_finite() {
            available.clamp(0.0, LARGEST)
        } else {
            LARGEST
        }
    };
    let available = ui.available_size();
    let (_, rect) = ui.allocate_space(Vec2::new(side(available.x), side(available.y)));
    (ui.make_persistent_id("result rows"), rect)
}

/// Keys that are the grid's and not the window's while it has the keyboard. Tab is not among them: it leaves.
fn keys(escape: bool) -> EventFilter {
    EventFilter {
        tab: false,
        horizontal_arrows: true,
        vertical_arrows: true,
        escape,
    }
}
