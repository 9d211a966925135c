//! What went wrong with the last run, said where it was asked for: what failed, why, what to try.

use egui::{Label, RichText, Ui};

use super::tab::{self, Tab};
use crate::{
    engine::{Error, error::Stopped, sql::guard::Refusal},
    gui::{
        command::{Ask as _, QueryCommand},
        context::PanelContext,
        format, icons,
        theme::{PaletteExt as _, SPACE},
        widgets::{
            button::Button,
            card::{LONGEST_MESSAGE, card_ui, hint_ui, message_ui, sentence},
        },
        words::Words,
    },
};

/// A card for each trouble, and for what else there is to say.
pub(super) fn trouble_ui(ui: &mut Ui, tab: &mut Tab, cx: &PanelContext<'_>) {
    let mut show_place = false;
    ui.spacing_mut().item_spacing.y = SPACE[1];
    if let Some(error) = tab.error() {
        match error {
            Error::Cancelled(stopped) => stopped_ui(ui, stopped),
            Error::Refused(refusal) => refusal_ui(ui, refusal, tab, &mut show_place),
            error => error_ui(ui, error, tab, cx, &mut show_place),
        }
    }
    let mut retry = false;
    if let Some(error) = tab.loading.error() {
        card_ui(
            ui,
            icons::WARNING_CIRCLE,
            ui.palette().danger,
            "Some rows cannot be read back",
            |ui| {
                message_ui(ui, &error.to_string());
                let words = Words::new(icons::ARROW_CLOCKWISE, "Try again");
                retry = ui.add(Button::of(words).with_icon()).clicked();
            },
        );
    }
    if retry {
        tab.loading.retry();
        ui.request_repaint();
    }
    if let Some(note) = &tab.note {
        card_ui(ui, icons::CHECK_CIRCLE, ui.palette().good, note, |_| {});
    }
    if show_place && let Some(place) = tab.edit.marked() {
        tab.edit.select(place);
    }
}

/// The profile of the last run, for people.
pub(super) fn server_of_run<'a>(tab: &Tab, cx: &PanelContext<'a>) -> &'a str {
    tab.run
        .as_ref()
        .and_then(|run| cx.state.profile(&run.profile))
        .map_or("another server", |profile| profile.name.as_str())
}

/// Why the last statement cannot be run again.
pub(super) fn not_connected(tab: &Tab, cx: &PanelContext<'_>) -> String {
    let server = server_of_run(tab, cx);
    format!("It ran on {server}, which is not connected now. Connect there to run it again.")
}

fn stopped_ui(ui: &mut Ui, stopped: &Stopped) {
    let palette = ui.palette();
    let (words, statement) = tab::stopped_words(stopped);
    let (icon, color) = if statement.is_some() {
        (icons::WARNING, palette.warning)
    } else {
        (icons::STOP, palette.secondary)
    };
    card_ui(ui, icon, color, &words, |ui| {
        if let Some(statement) = statement {
            ui.horizontal(|ui| {
                ui.label(RichText::new(statement).monospace());
                copy_ui(ui, "Copy statement", statement);
            });
        }
    });
}

fn refusal_ui(ui: &mut Ui, refusal: &Refusal, tab: &Tab, show_place: &mut bool) {
    let title = format!("Not run: {}", format::plain(&refusal.word, 60));
    card_ui(ui, icons::PROHIBIT, ui.palette().danger, &title, |ui| {
        message_ui(ui, &sentence(refusal.reason));
        if let Some(instead) = &refusal.instead {
            hint_ui(ui, instead);
        }
        if let Some(query) = &refusal.query {
            let text = RichText::new(format::plain(query, LONGEST_MESSAGE)).monospace();
            ui.add(Label::new(text).wrap().selectable(true));
        }
        ui.horizontal_wrapped(|ui| {
            *show_place |= show_place_ui(ui, tab);
            if let Some(query) = &refusal.query {
                copy_ui(ui, "Copy the query", query);
            }
            if let Some(run) = &tab.run {
                copy_ui(ui, "Copy the statement", &run.sql);
            }
        });
    });
}

fn copy_ui(ui: &mut Ui, label: &'static str, text: &str) {
    let words = Words::new(icons::COPY, label);
    if ui.add(Button::of(words).with_icon()).clicked() {
        ui.copy_text(text.to_owned());
    }
}

fn error_ui(ui: &mut Ui, error: &Error, tab: &Tab, cx: &PanelContext<'_>, show_place: &mut bool) {
    let title = match error {
        Error::Server { .. } => "The server could not run the statement",
        Error::Connect(_) => "No connection to the server",
        Error::LostConnection { .. } => "The connection broke during the statement",
        Error::ReadTimeout { .. } => "The server has gone silent",
        Error::Spill { .. } => "No room for more rows",
        Error::NotOneStatement(_) => "Nothing to run",
        _ => "The statement failed",
    };
    card_ui(
        ui,
        icons::WARNING_CIRCLE,
        ui.palette().danger,
        title,
        |ui| {
            message_ui(ui, &sentence(&error.to_string()));
            if let Some(hint) = error.hint() {
                hint_ui(ui, &hint);
            }
            let again = matches!(
                error,
                Error::Connect(_) | Error::LostConnection { .. } | Error::ReadTimeout { .. }
            );
            if !again && tab.edit.marked().is_none() {
                return;
            }
            ui.horizontal(|ui| {
                let button = QueryCommand::RunAgain.button().with_icon();
                let open = tab.open_of_run(cx.state).is_some();
                if again && !open {
                    hint_ui(ui, &not_connected(tab, cx));
                } else if again && ui.add(button).clicked() {
                    cx.commands.push(QueryCommand::RunAgain);
                }
                *show_place |= show_place_ui(ui, tab);
            });
        },
    );
}

/// True when asked to go there.
fn show_place_ui(ui: &mut Ui, tab: &Tab) -> bool {
    let words = Words::new(icons::TEXT_AA, "Show the place");
    tab.edit.marked().is_some() && ui.add(Button::of(words)).clicked()
}
