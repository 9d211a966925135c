//! The keys of the grid, while it has the keyboard.

use egui::{Event, Key, Modifiers, Response, Ui};

use super::{
    CellRef, Copied, Reach, Rows, RowsTable, Selection, areas::Areas, keys, selection::Step,
};

/// What a key asks for.
#[derive(Clone, Copy, Debug)]
enum Ask {
    Move {
        step: Step,
        extend: bool,
    },
    SelectAll,
    SelectRows,
    SelectColumns,
    Copy {
        with_names: bool,
    },
    GoToRow,
    /// Make the cursor's column wider by so many characters.
    Widen(f32),
    Escape,
}

/// Characters that a key makes a column wider or narrower by.
const WIDER: f32 = 2.0;

impl RowsTable {
    /// Do what the keys ask for.
    pub(super) fn keyboard(
        &mut self,
        ui: &Ui,
        response: &Response,
        areas: &Areas,
        rows: &dyn Rows,
    ) -> Option<Copied> {
        if !response.has_focus() {
            return None;
        }
        if response.gained_focus() {
            // egui takes the filter below only from who had the keyboard a frame ago.
            ui.request_repaint();
        }
        let escapable = self.selection.is_some();
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, keys(escapable)));
        let mut copied = None;
        for ask in asked(ui) {
            match ask {
                Ask::Copy { with_names } => copied = self.copy(ui, rows, with_names).or(copied),
                Ask::GoToRow if rows.rows() > 0 => self.open_go_to_row(),
                Ask::GoToRow => {}
                Ask::Escape => self.escape(),
                _ if rows.rows() == 0 || self.columns.len() == 0 => {}
                Ask::Move { step, extend } => self.step(areas, step, extend),
                Ask::Widen(characters) => self.widen(areas, characters),
                Ask::SelectAll => self.selection = Some(everything(self.selection)),
                Ask::SelectRows => self.reach(areas, Reach::Rows),
                Ask::SelectColumns => self.reach(areas, Reach::Columns),
            }
        }
        copied
    }

    fn step(&mut self, areas: &Areas, step: Step, extend: bool) {
        let (total, columns) = (areas.span.rows, self.columns.len());
        let Some(held) = self.selection else {
            // The first key shows where the cursor is; from there it moves.
            let start = self.first_seen(areas);
            let cell = match step {
                Step::Up | Step::Down | Step::Left | Step::Right => start,
                _ => start.moved(step, total, columns, areas.page()),
            };
            return self.select(areas, Selection::cell(cell));
        };
        let cursor = held.cursor.moved(step, total, columns, areas.page());
        let held = if extend && held.reach != Reach::All {
            held.extended_to(cursor)
        } else {
            Selection::cell(cursor)
        };
        self.select(areas, held);
    }

    fn widen(&mut self, areas: &Areas, characters: f32) {
        if let Some(held) = self.selection {
            let column = held.cursor.column;
            let wider = characters * self.columns.advance();
            self.columns
                .resize(column, self.columns.width(column) + wider);
            self.reveal_column(areas, column);
        }
    }

    fn reach(&mut self, areas: &Areas, reach: Reach) {
        let held = self
            .selection
            .unwrap_or_else(|| Selection::cell(self.first_seen(areas)));
        self.selection = Some(Selection { reach, ..held });
    }

    /// From many cells to the one under the cursor, from that to none.
    fn escape(&mut self) {
        self.selection = self
            .selection
            .filter(|held| !held.is_single())
            .map(|held| Selection::cell(held.cursor));
    }

    fn first_seen(&self, areas: &Areas) -> CellRef {
        let partly = self.position.sub > 0.0 && self.position.row + 1 < areas.span.rows;
        CellRef {
            row: self.position.row + u64::from(partly),
            column: self.columns.nearest(self.x),
        }
    }
}

/// All cells; the cursor stays where it is.
pub(super) fn everything(held: Option<Selection>) -> Selection {
    Selection {
        reach: Reach::All,
        ..held.unwrap_or(Selection::cell(CellRef::default()))
    }
}

/// Take the grid's keys out of this frame's input.
fn asked(ui: &Ui) -> Vec<Ask> {
    let mut asked = Vec::new();
    ui.input_mut(|input| {
        let shift = input.modifiers.shift;
        input.events.retain(|event| {
            let ask = match event {
                Event::Copy => Some(Ask::Copy { with_names: shift }),
                Event::Key {
                    key,
                    pressed: true,
                    modifiers,
                    ..
                } => ask(*key, *modifiers),
                _ => None,
            };
            asked.extend(ask);
            ask.is_none()
        });
    });
    asked
}

fn ask(key: Key, modifiers: Modifiers) -> Option<Ask> {
    if modifiers.alt {
        return match key {
            Key::ArrowRight if !modifiers.command => Some(Ask::Widen(WIDER)),
            Key::ArrowLeft if !modifiers.command => Some(Ask::Widen(-WIDER)),
            _ => None,
        };
    }
    let (command, shift) = (modifiers.command, modifiers.shift);
    let step = |step| {
        Some(Ask::Move {
            step,
            extend: shift,
        })
    };
    match (key, command) {
        (Key::ArrowUp, false) => step(Step::Up),
        (Key::ArrowDown, false) => step(Step::Down),
        (Key::ArrowLeft, false) => step(Step::Left),
        (Key::ArrowRight, false) => step(Step::Right),
        (Key::ArrowUp, true) => step(Step::Top),
        (Key::ArrowDown, true) => step(Step::Bottom),
        (Key::PageUp, false) => step(Step::PageUp),
        (Key::PageDown, false) => step(Step::PageDown),
        (Key::Home, false) | (Key::ArrowLeft, true) => step(Step::RowStart),
        (Key::End, false) | (Key::ArrowRight, true) => step(Step::RowEnd),
        (Key::Home, true) => step(Step::First),
        (Key::End, true) => step(Step::Last),
        (Key::A, true) if !shift => Some(Ask::SelectAll),
        (Key::Space, false) if shift => Some(Ask::SelectRows),
        (Key::Space, true) if !shift => Some(Ask::SelectColumns),
        (Key::C, true) => Some(Ask::Copy { with_names: shift }),
        (Key::G, true) if !shift => Some(Ask::GoToRow),
        (Key::Escape, false) if !shift => Some(Ask::Escape),
        _ => None,
    }
}
