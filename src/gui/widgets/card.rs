//! What is said in the place of figures: nothing to read yet, not connected, what went wrong and what to try.

use egui::{Align, Color32, Frame, Label, Layout, Margin, RichText, Stroke, Ui, vec2};

use super::{button::Button, icon::icon_ui};
use crate::{
    engine::Error,
    gui::{
        command::{AppCommand, Command, ProfilesCommand},
        context::PanelContext,
        format, icons,
        state::{Section, SessionStatus},
        theme::{CARD_RADIUS, PaletteExt as _, SPACE, text},
        words::Words,
    },
};

/// Characters of a message that are shown.
pub const LONGEST_MESSAGE: usize = 4_000;

/// A card with an icon, a bold first line and what else there is to say.
pub fn card_ui(ui: &mut Ui, icon: &str, color: Color32, title: &str, body: impl FnOnce(&mut Ui)) {
    let palette = ui.palette();
    Frame::NONE
        .fill(palette.panel)
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(CARD_RADIUS)
        .inner_margin(Margin::symmetric(12, 10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 6.0;
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = SPACE[1];
                icon_ui(ui, icon, 16.0, color);
                ui.add(Label::new(RichText::new(title).text_style(text::strong())).wrap());
            });
            body(ui);
        });
}

/// Words of somebody else, the server's mostly; they can be selected, to be looked up elsewhere.
pub fn message_ui(ui: &mut Ui, words: &str) {
    let words = format::plain(words, LONGEST_MESSAGE);
    ui.add(Label::new(words).wrap().selectable(true));
}

/// What to try.
pub fn hint_ui(ui: &mut Ui, words: &str) {
    let color = ui.palette().secondary;
    ui.add(Label::new(RichText::new(words).color(color)).wrap());
}

/// With a capital and a full stop.
pub fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    let stop = if words.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{stop}", chars.as_str())
}

/// What was asked for in an error's card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterError {
    TryAgain,
    /// Say what the tables are called.
    MapTables,
}

/// Why figures could not be read, with what can be done about it. Where they were stopped by hand, that alone.
pub fn error_ui(ui: &mut Ui, what_failed: &str, error: &Error) -> Option<AfterError> {
    let mut asked = None;
    let mut button_ui = |ui: &mut Ui, icon, words: &'static str, after| {
        if ui
            .add(Button::of(Words::new(icon, words)).with_icon())
            .clicked()
        {
            asked = Some(after);
        }
    };
    let palette = ui.palette();
    match error {
        Error::Cancelled(_) => card_ui(ui, icons::STOP, palette.secondary, "Stopped", |ui| {
            hint_ui(ui, "Nothing more is read until you ask for it.");
            button_ui(
                ui,
                icons::ARROW_CLOCKWISE,
                "Read again",
                AfterError::TryAgain,
            );
        }),
        Error::Unmapped(unmapped) => {
            let title = "The tables were not found";
            card_ui(ui, icons::TABLE, palette.warning, title, |ui| {
                message_ui(ui, &sentence(&unmapped.to_string()));
                hint_ui(
                    ui,
                    "Say which table and which columns hold them. That is kept with the profile.",
                );
                ui.horizontal(|ui| {
                    button_ui(ui, icons::TABLE, "Map tables", AfterError::MapTables);
                    button_ui(
                        ui,
                        icons::ARROW_CLOCKWISE,
                        "Try again",
                        AfterError::TryAgain,
                    );
                });
            });
        }
        error => card_ui(
            ui,
            icons::WARNING_CIRCLE,
            palette.danger,
            what_failed,
            |ui| {
                message_ui(ui, &sentence(&error.to_string()));
                if let Some(hint) = error.hint() {
                    hint_ui(ui, &hint);
                }
                button_ui(
                    ui,
                    icons::ARROW_CLOCKWISE,
                    "Try again",
                    AfterError::TryAgain,
                );
            },
        ),
    }
    asked
}

/// A sentence in the middle of the room, and what fills it.
pub fn empty_ui(ui: &mut Ui, icon: &str, title: &str, words: &str, action: impl FnOnce(&mut Ui)) {
    let palette = ui.palette();
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        ui.add_space((ui.available_height() * 0.32).max(SPACE[2]));
        ui.spacing_mut().item_spacing = vec2(SPACE[1], SPACE[1]);
        icon_ui(ui, icon, 28.0, palette.faint);
        ui.label(RichText::new(title).text_style(text::strong()));
        let words = RichText::new(words).color(palette.secondary);
        ui.allocate_ui(vec2(ui.available_width().min(420.0), 0.0), |ui| {
            ui.with_layout(Layout::top_down(Align::Center), |ui| {
                ui.add(Label::new(words).wrap());
            });
        });
        action(ui);
    });
}

/// Nothing to read from: what would be seen here (`Experiments and their figures are read from the server's own
/// tables.`), and the way to a connection.
pub fn not_connected_ui(ui: &mut Ui, cx: &PanelContext<'_>, icon: &str, words: &str) {
    let connecting = cx
        .active()
        .is_some_and(|open| open.status == SessionStatus::Connecting);
    if connecting {
        return empty_ui(ui, icon, "Connecting…", words, |_| {});
    }
    let (words_of_button, command): (Words, Command) = match cx.chosen() {
        Some(profile) => (
            Words::new(icons::PLUGS, format!("Connect to {}", profile.name)),
            ProfilesCommand::Connect(profile.id.clone()).into(),
        ),
        None => (
            Words::new(icons::DATABASE, "Choose a profile"),
            AppCommand::Show(Section::Profiles).into(),
        ),
    };
    empty_ui(ui, icon, "Not connected", words, |ui| {
        let button = Button::of(words_of_button).filled().with_icon();
        if ui.add(button).clicked() {
            cx.commands.push(command);
        }
    });
}
