//! A table of rows of one line: heads that sort, one row that the pointer or the keyboard chooses, as many rows as
//! memory holds.
//!
//! Only rows in view are drawn and asked for. The table takes the keyboard as a whole: arrows choose, Enter opens.
//! Rows and cells are told to screen readers with the names of their columns. Figures with intervals are
//! [`super::figure_table`]'s, results of queries [`super::rows_table`]'s.

mod draw;

use std::{borrow::Cow, ops::Range};

use egui::{
    Color32, EventFilter, Id, Key, Modifiers, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo,
    vec2,
};

use self::draw::{Drawing, line};
use crate::gui::theme::Palette;

/// Height of the heads and of a row.
pub const HEAD: f32 = 26.0;
pub const ROW: f32 = 26.0;

/// A column.
#[derive(Clone, Debug)]
pub struct Head {
    pub name: Cow<'static, str>,
    width: Width,
    right: bool,
    mono: bool,
    sorts: bool,
}

/// How wide a column is.
#[derive(Clone, Copy, Debug)]
enum Width {
    /// In points.
    Fixed(f32),
    /// A part of what the others leave, and in points what it has at least.
    Share(f32, f32),
}

impl Head {
    /// Of words, this wide.
    pub fn new(name: impl Into<Cow<'static, str>>, width: f32) -> Self {
        Self {
            name: name.into(),
            width: Width::Fixed(width),
            right: false,
            mono: false,
            sorts: false,
        }
    }

    /// Of words, with a part of the room that is left, and so wide at least.
    pub fn wide(name: impl Into<Cow<'static, str>>, share: f32, least: f32) -> Self {
        Self {
            width: Width::Share(share, least),
            ..Self::new(name, 0.0)
        }
    }

    /// Of numbers: mono, aligned right.
    #[must_use]
    pub fn number(self) -> Self {
        Self {
            right: true,
            mono: true,
            ..self
        }
    }

    /// Mono.
    #[must_use]
    pub fn mono(self) -> Self {
        Self { mono: true, ..self }
    }

    /// A click on its head sorts by it.
    #[must_use]
    pub fn sorts(self) -> Self {
        Self {
            sorts: true,
            ..self
        }
    }
}

/// What stands in a cell; the text must be fit to be shown on one line.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub text: Cow<'static, str>,
    pub ink: Ink,
}

/// The colour of a cell. Never alone: the text says the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    #[default]
    Text,
    Secondary,
    Faint,
    Warning,
    /// Of statements that change tables.
    Statement,
}

impl Cell {
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            text: text.into(),
            ink: Ink::Text,
        }
    }

    #[must_use]
    pub fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }
}

impl Ink {
    fn color(self, palette: &Palette) -> Color32 {
        match self {
            Self::Text => palette.text,
            Self::Secondary => palette.secondary,
            Self::Faint => palette.faint,
            Self::Warning => palette.warning,
            Self::Statement => palette.function,
        }
    }
}

/// What a table shows.
pub struct Listing<'a> {
    /// For screen readers.
    pub name: &'a str,
    pub heads: &'a [Head],
    pub count: usize,
    /// By which column, and whether the largest are first.
    pub sorted: Option<(usize, bool)>,
    /// A row's cell.
    pub cell: &'a dyn Fn(usize, usize) -> Cell,
}

/// What was done to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// The head of this column.
    Head(usize),
    /// This row was chosen.
    Row(usize),
    /// This row was pressed twice, or Enter on it.
    Open(usize),
}

/// Which row is chosen. Keep one for each table.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListTable {
    chosen: Option<usize>,
}

impl ListTable {
    /// The row that is chosen.
    pub fn chosen(&self) -> Option<usize> {
        self.chosen
    }

    /// Choose another, or none.
    pub fn choose(&mut self, row: Option<usize>) {
        self.chosen = row;
    }

    /// Draw into all the room there is.
    pub fn ui(&mut self, ui: &mut Ui, listing: &Listing<'_>) -> Option<Pressed> {
        let size = ui.available_size().max(vec2(60.0, HEAD + ROW));
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let id = ui.scope_id().with(listing.name);
        let table = ui.interact(rect, id, Sense::CLICK | Sense::FOCUSABLE);
        table.widget_info(|| WidgetInfo::labeled(Role::Table, ui.is_enabled(), listing.name));
        ui.accesskit_node_builder(id, |node| {
            node.set_row_count(listing.count);
            node.set_column_count(listing.heads.len());
        });
        self.chosen = self.chosen.filter(|row| *row < listing.count);
        let mut pressed = None;
        if table.has_focus() {
            pressed = self.keys(ui, id, listing.count);
        }
        let moved = matches!(pressed, Some(Pressed::Row(_)));
        let places = places(listing.heads, rect.width());
        let head = rect.with_max_y(rect.top() + HEAD);
        let drawing = Drawing {
            listing,
            places: &places,
            table: id,
        };
        if let Some(column) = drawing.heads_ui(ui, head) {
            pressed = Some(Pressed::Head(column));
        }
        let body = rect.with_min_y(head.bottom());
        let mut inner = ui.new_child(UiBuilder::new().id_salt(id).max_rect(body));
        inner.set_clip_rect(body.intersect(ui.clip_rect()));
        let scroll = ScrollArea::vertical().id_salt(id).auto_shrink(false);
        scroll.show_viewport(&mut inner, |ui, view| {
            let height = listing.count as f32 * ROW;
            ui.set_min_size(vec2(rect.width(), height));
            if moved && let Some(row) = self.chosen {
                let line = line(ui.min_rect(), row);
                ui.scroll_to_rect(line, None);
            }
            let focused = table.has_focus();
            if let Some(found) = drawing.rows_ui(ui, view, self.chosen, focused) {
                if let Pressed::Row(row) | Pressed::Open(row) = found {
                    self.chosen = Some(row);
                }
                table.request_focus();
                pressed = Some(found);
            }
        });
        pressed
    }

    fn keys(&mut self, ui: &Ui, id: Id, count: usize) -> Option<Pressed> {
        let filter = EventFilter {
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let last = count.checked_sub(1)?;
        ui.input_mut(|input| {
            let mut key = |key| input.consume_key(Modifiers::NONE, key);
            let now = self.chosen;
            let to = if key(Key::ArrowDown) {
                now.map_or(0, |row| row + 1)
            } else if key(Key::ArrowUp) {
                now.map_or(0, |row| row.saturating_sub(1))
            } else if key(Key::PageDown) {
                now.map_or(0, |row| row + 20)
            } else if key(Key::PageUp) {
                now.map_or(0, |row| row.saturating_sub(20))
            } else if key(Key::Home) {
                0
            } else if key(Key::End) {
                last
            } else if key(Key::Enter) {
                return now.map(Pressed::Open);
            } else {
                return None;
            };
            self.chosen = Some(to.min(last));
            self.chosen.map(Pressed::Row)
        })
    }
}

/// From where to where each column reaches. Where there is no room for all, those at the right go beyond the edge.
fn places(heads: &[Head], room: f32) -> Vec<Range<f32>> {
    let (mut taken, mut shares) = (0.0, 0.0);
    for head in heads {
        match head.width {
            Width::Fixed(width) => taken += width,
            Width::Share(share, _) => shares += share,
        }
    }
    let left = (room - taken).max(0.0);
    let mut x = 0.0;
    heads
        .iter()
        .map(|head| {
            let width = match head.width {
                Width::Fixed(width) => width,
                Width::Share(share, least) => (left * share / shares).max(least),
            };
            let start = x;
            x += width;
            start..x
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_columns_leave_is_shared_and_none_is_narrower_than_it_may_be() {
        let heads = [
            Head::new("a", 100.0),
            Head::wide("b", 1.0, 50.0),
            Head::wide("c", 3.0, 50.0),
        ];
        assert_eq!(
            places(&heads, 500.0),
            [0.0..100.0, 100.0..200.0, 200.0..500.0]
        );
        assert_eq!(
            places(&heads, 120.0),
            [0.0..100.0, 100.0..150.0, 150.0..200.0]
        );
    }
}
