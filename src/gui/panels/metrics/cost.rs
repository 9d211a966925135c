//! A card in the place of figures that would take long to read: what it would take, what would make it light, and what
//! can be done instead. Nothing of it is read before a person has said so.

use egui::{Label, RichText, Ui};

use super::drawer::heading_ui;
use crate::{
    engine::metrics::{
        advice::{Advice, CAUTION},
        cost::Cost,
    },
    gui::{
        command::Command,
        context::PanelContext,
        format, icons,
        theme::{PaletteExt as _, SPACE, text},
        widgets::{
            button::Button,
            card::{card_ui, hint_ui},
        },
        words::Words,
    },
};

/// A reading that is to be asked for first.
#[derive(Clone, Debug)]
pub struct Heavy {
    pub cost: Cost,
    /// The index that would make it light, if it is not there.
    pub advice: Option<Advice>,
    /// What else is to be known of that index; may be empty.
    pub limit: String,
}

impl Heavy {
    /// Draw it, with a button for each of these.
    pub fn ui(&self, ui: &mut Ui, ways: Vec<(Words, Command)>, cx: &PanelContext<'_>) {
        let title = format!(
            "This would read about {} rows",
            format::about(self.cost.rows)
        );
        card_ui(ui, icons::HOURGLASS, ui.palette().warning, &title, |ui| {
            let how = if self.cost.whole_table {
                "The server would go through the whole table: no index leads to these rows."
            } else {
                "The index that leads to these rows does not hold all that is read, so the server would look up each row on its own."
            };
            hint_ui(ui, &format!("{how} {}", limit_words(cx)));
            ui.horizontal(|ui| {
                for (words, command) in ways {
                    if ui.add(Button::of(words).with_icon()).clicked() {
                        cx.commands.push(command);
                    }
                }
            });
            if let Some(advice) = &self.advice {
                ui.add_space(SPACE[0]);
                advice_ui(ui, advice, &self.limit);
            }
        });
        ui.add_space(SPACE[1]);
    }
}

/// When the server would stop by itself.
fn limit_words(cx: &PanelContext<'_>) -> String {
    let profile = cx.chosen();
    match profile.map_or(0, |profile| profile.limits.statement_secs) {
        0 => "There is no time limit; you can stop it at any moment.".to_owned(),
        limit => format!("The server stops after {limit} s, and you can stop it at any moment."),
    }
}

/// An index that would make reading light; `more` is said of it beside the rest.
pub fn advice_ui(ui: &mut Ui, advice: &Advice, more: &str) {
    heading_ui(ui, "An index would make this quicker");
    let size = advice.bytes.map_or(String::new(), |bytes| {
        format!("About {}.", format::bytes(bytes))
    });
    let words = [
        "With it none of these statements reads the rows themselves.",
        &size,
        more,
        CAUTION,
    ];
    let words: Vec<&str> = words.into_iter().filter(|part| !part.is_empty()).collect();
    hint_ui(ui, &words.join(" "));
    let sql = RichText::new(format::plain(&advice.sql, 2_000)).text_style(text::position());
    ui.add(Label::new(sql).wrap().selectable(true));
    let copy = Words::new(icons::COPY, "Copy the statement");
    if ui.add(Button::of(copy).with_icon()).clicked() {
        ui.copy_text(advice.sql.clone());
    }
}
