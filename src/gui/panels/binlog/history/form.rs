//! Which row, or which table: typed here, or filled in from where a person came from.

use egui::{Margin, TextEdit, Ui};

use crate::{
    engine::binlog::{matching::Condition, trail::Wanted},
    gui::{command::RowKey, icons, theme::SPACE, widgets::button::Button, words::Words},
};

/// Columns of a key.
const MOST_COLUMNS: usize = 16;

/// What is typed.
#[derive(Debug)]
pub(super) struct Form {
    database: String,
    table: String,
    /// Columns and values; one that is empty is left out.
    columns: Vec<(String, String)>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            database: String::new(),
            table: String::new(),
            columns: vec![(String::new(), String::new())],
        }
    }
}

impl Form {
    /// With what is known already.
    pub(super) fn fill(&mut self, key: &RowKey) {
        self.database.clone_from(&key.database);
        self.table.clone_from(&key.table);
        self.columns.clone_from(&key.columns);
        if self.columns.is_empty() {
            self.columns.push(<_>::default());
        }
    }

    /// What is named, once it is enough: a table.
    pub(super) fn key(&self) -> Option<RowKey> {
        let (database, table) = (self.database.trim(), self.table.trim());
        if database.is_empty() || table.is_empty() {
            return None;
        }
        let named = self
            .columns
            .iter()
            .filter(|(column, _)| !column.trim().is_empty());
        Some(RowKey {
            database: database.to_owned(),
            table: table.to_owned(),
            columns: named
                .map(|(column, value)| (column.trim().to_owned(), value.clone()))
                .collect(),
        })
    }

    pub(super) fn ui(&mut self, ui: &mut Ui) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            field_ui(ui, "Database", &mut self.database, "shop", 130.0);
            field_ui(ui, "Table", &mut self.table, "orders", 150.0);
            ui.add_space(SPACE[1]);
            let mut gone = None;
            let several = self.columns.len() > 1;
            for (at, (column, value)) in self.columns.iter_mut().enumerate() {
                ui.push_id(at, |ui| {
                    let word = if at == 0 { "Key column" } else { "and" };
                    field_ui(ui, word, column, "id", 100.0);
                    field_ui(ui, "=", value, "42; NULL is NULL", 150.0);
                    let words = Words::new(icons::X, "Leave this column out");
                    if several && ui.add(Button::of(words).icon_only()).clicked() {
                        gone = Some(at);
                    }
                });
            }
            if let Some(at) = gone {
                self.columns.remove(at);
            }
            let words = Words::new(icons::PLUS, "Add a column of the key");
            if self.columns.len() < MOST_COLUMNS && ui.add(Button::of(words).icon_only()).clicked()
            {
                self.columns.push(<_>::default());
            }
        });
    }
}

fn field_ui(ui: &mut Ui, words: &str, text: &mut String, example: &str, width: f32) {
    let label = ui.label(words);
    let field = TextEdit::singleline(text)
        .hint_text(example)
        .margin(Margin::symmetric(8, 5))
        .desired_width(width);
    ui.add(field).labelled_by(label.id);
}

/// What is looked for.
pub(super) fn wanted(key: &RowKey, from: Option<u32>, to: Option<u32>) -> Wanted {
    Wanted {
        database: key.database.clone(),
        table: key.table.clone(),
        row: key
            .columns
            .iter()
            .map(|(column, value)| Condition {
                column: column.clone(),
                value: value.clone(),
            })
            .collect(),
        from,
        to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_enough_and_columns_without_a_name_are_left_out() {
        let mut form = Form::default();
        assert_eq!(form.key(), None);
        form.database = " shop ".to_owned();
        form.table = "orders".to_owned();
        let key = form.key().unwrap();
        assert_eq!((&*key.database, key.columns.len()), ("shop", 0));
        form.columns = vec![
            ("id".to_owned(), " 42".to_owned()),
            (" ".to_owned(), "7".to_owned()),
        ];
        // A value keeps its blanks: they are part of it.
        let expected = [("id".to_owned(), " 42".to_owned())];
        assert_eq!(form.key().unwrap().columns, expected);
        let wanted = wanted(&form.key().unwrap(), Some(5), None);
        assert_eq!((wanted.row.len(), wanted.from), (1, Some(5)));
    }
}
