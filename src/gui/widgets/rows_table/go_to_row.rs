//! A small field over the grid that asks for a row number.

use egui::{Align2, Frame, Key, Margin, Response, TextEdit, Ui, UiBuilder, vec2};

use super::{CellRef, Rows, RowsTable, Selection, areas::Areas, copy::thousands, scroll::Position};
use crate::gui::theme::PaletteExt as _;

/// The field, while it is open.
#[derive(Debug, Default)]
pub(super) struct GoToRow {
    text: String,
    error: Option<NoRow>,
    /// It has had the keyboard, so losing it closes the field.
    opened: bool,
}

enum Outcome {
    Open,
    Closed,
    Go(u64),
}

impl RowsTable {
    pub(super) fn go_to_row_ui(
        &mut self,
        ui: &mut Ui,
        response: &Response,
        areas: &Areas,
        rows: &dyn Rows,
    ) {
        let Some(asked) = &mut self.go_to_row else {
            return;
        };
        match asked.ui(ui, areas, rows.rows()) {
            Outcome::Open => return,
            Outcome::Closed => {}
            Outcome::Go(row) => {
                let column = self
                    .selection
                    .map_or(self.columns.nearest(self.x), |held| held.cursor.column);
                if !areas.sees_whole(self.position, row) {
                    // A third down: what comes before the row is of interest too.
                    let above = areas.page() / 3;
                    self.position = areas.span.clamp(Position {
                        row: row.saturating_sub(above),
                        sub: 0.0,
                    });
                }
                self.select(areas, Selection::cell(CellRef { row, column }));
                ui.request_repaint();
            }
        }
        self.go_to_row = None;
        response.request_focus();
    }
}

impl GoToRow {
    fn ui(&mut self, ui: &mut Ui, areas: &Areas, rows: u64) -> Outcome {
        let size = vec2(260.0, 64.0);
        let rect = Align2::RIGHT_TOP.align_size_within_rect(size, areas.body.shrink(8.0));
        let mut ui = ui.new_child(UiBuilder::new().id_salt("go to row").max_rect(rect));
        let palette = ui.palette();
        let frame = Frame::popup(ui.style()).inner_margin(Margin::same(8));
        frame
            .show(&mut ui, |ui| {
                let field = ui
                    .horizontal(|ui| {
                        let label = ui.label("Go to row");
                        let hint = format!("1 to {}", thousands(rows));
                        ui.add(
                            TextEdit::singleline(&mut self.text)
                                .hint_text(hint)
                                .char_limit(32)
                                .desired_width(150.0),
                        )
                        .labelled_by(label.id)
                    })
                    .inner;
                if let Some(error) = &self.error {
                    ui.colored_label(palette.danger, error.to_string());
                }
                self.outcome(ui, &field, rows)
            })
            .inner
    }

    fn outcome(&mut self, ui: &Ui, field: &Response, rows: u64) -> Outcome {
        if !self.opened {
            self.opened = true;
            field.request_focus();
            return Outcome::Open;
        }
        if field.changed() {
            self.error = None;
        }
        if !field.lost_focus() {
            return Outcome::Open;
        }
        if !ui.input(|input| input.key_pressed(Key::Enter)) {
            return Outcome::Closed;
        }
        match parse(&self.text, rows) {
            Ok(row) => Outcome::Go(row),
            Err(error) => {
                self.error = Some(error);
                field.request_focus();
                Outcome::Open
            }
        }
    }
}

/// Why a text names no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum NoRow {
    #[error("Write a row number in digits")]
    NotDigits,
    #[error("There are rows 1 to {}", thousands(*rows))]
    Beyond { rows: u64 },
}

/// A row number as people write it, counted from 1; as the grid counts, from 0.
fn parse(text: &str, rows: u64) -> Result<u64, NoRow> {
    let digits: String = text
        .chars()
        .filter(|letter| !matches!(letter, ',' | '_' | '\'') && !letter.is_whitespace())
        .collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoRow::NotDigits);
    }
    digits
        .parse::<u64>()
        .ok()
        .filter(|row| (1..=rows).contains(row))
        .map(|row| row - 1)
        .ok_or(NoRow::Beyond { rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_numbers_are_read_as_people_write_them() {
        assert_eq!(parse("1", 10), Ok(0));
        assert_eq!(parse(" 9,990,000 ", 10_000_000), Ok(9_989_999));
        assert_eq!(parse("10", 10), Ok(9));
    }

    #[test]
    fn what_is_no_row_is_said() {
        for (text, said) in [
            ("", "Write a row number in digits"),
            ("-1", "Write a row number in digits"),
            ("ten", "Write a row number in digits"),
            ("0", "There are rows 1 to 1,000"),
            ("1001", "There are rows 1 to 1,000"),
            ("99999999999999999999999", "There are rows 1 to 1,000"),
        ] {
            assert_eq!(parse(text, 1000).unwrap_err().to_string(), said, "{text}");
        }
    }
}
