//! Notes on the axes of time: those that are there, and one that is being written. They are kept with what they are of.

use egui::{Align, Label, Layout, RichText, TextEdit, Ui};

use super::{
    Asked, Screen,
    desk::{Desk, Kept},
    drawer::heading_ui,
};
use crate::{
    engine::metrics::{
        markers::{CHANGES, Note},
        series::Moment,
    },
    gui::{
        context::PanelContext,
        dialogs::mapping::MapStep,
        format, icons,
        theme::{PaletteExt as _, SPACE},
        widgets::{button::Button, card::hint_ui},
        words::Words,
        zone::Zone,
    },
};

/// Notes of one.
const MOST: usize = 50;

/// A note that is being written.
#[derive(Debug, Default)]
pub struct NoteDraft {
    at: String,
    text: String,
}

impl Desk {
    pub fn notes<'a>(&self, all: &'a Kept<Vec<Note>>) -> &'a [Note] {
        self.kept(all).map_or(&[], Vec::as_slice)
    }

    pub fn add_note(&self, all: &mut Kept<Vec<Note>>, note: Note) {
        let mut notes = self.notes(all).to_vec();
        notes.push(note);
        notes.sort_by_key(|note| note.at);
        self.keep(all, Some(notes));
    }

    pub fn remove_note(&self, all: &mut Kept<Vec<Note>>, at: usize) {
        let mut notes = self.notes(all).to_vec();
        if at < notes.len() {
            notes.remove(at);
        }
        self.keep(all, Some(notes).filter(|notes| !notes.is_empty()));
    }

    /// The list of notes with a form for another, and the way to the table of changes.
    pub fn notes_ui(
        &mut self,
        ui: &mut Ui,
        screen: &Screen,
        notes: &[Note],
        cx: &PanelContext<'_>,
    ) {
        let ask = |asked| cx.commands.push((screen.command)(asked));
        heading_ui(ui, "Notes on the axes of time");
        for (at, note) in notes.iter().enumerate() {
            if note_ui(ui, at, note, self.zone) {
                ask(Asked::RemoveNote(at));
            }
        }
        if notes.len() >= MOST {
            hint_ui(ui, "No more notes fit: remove one to write another.");
        } else if let Some((at, text)) = self.note.ui(ui, self.zone) {
            ask(Asked::AddNote { at, text });
        }
        ui.add_space(SPACE[1]);
        hint_ui(ui, "Changes of flags are marked too, if a table has them.");
        let words = Words::new(icons::TABLE, "Table of changes…");
        if ui.add(Button::of(words)).clicked() {
            ask(Asked::Map(MapStep::Open(&CHANGES)));
        }
    }
}

/// True when it is to go.
fn note_ui(ui: &mut Ui, at: usize, note: &Note, zone: Zone) -> bool {
    let mut removed = false;
    ui.horizontal(|ui| {
        let when = zone.local(Moment(note.at)).to_string();
        // Midnight is said by the day alone.
        let when = when
            .strip_suffix(" 00:00:00")
            .or_else(|| when.strip_suffix(":00"))
            .unwrap_or(&when);
        ui.label(RichText::new(when).color(ui.palette().secondary));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let words = Words::new(icons::X, format!("Remove note {}", at + 1));
            removed = ui.add(Button::of(words).icon_only()).clicked();
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(format::plain(&note.text, 200)).truncate());
            });
        });
    });
    removed
}

impl NoteDraft {
    /// The note that is to be added.
    fn ui(&mut self, ui: &mut Ui, zone: Zone) -> Option<(i64, String)> {
        let example = format!("2026-10-01 14:30, {zone}");
        for (name, example, text) in [
            ("Time of the note", &*example, &mut self.at),
            ("Note", "What happened then", &mut self.text),
        ] {
            let field = TextEdit::singleline(text)
                .hint_text(example)
                .char_limit(200)
                .desired_width(f32::INFINITY);
            let field = ui.add(field);
            ui.ctx()
                .accesskit_node_builder(field.id, |node| node.set_label(name));
        }
        let at = Moment::parse(&self.at).filter(|_| !self.text.trim().is_empty());
        let add = Button::of(Words::new(icons::NOTE_PENCIL, "Add note"));
        let pressed = ui
            .add_enabled(at.is_some(), add)
            .on_disabled_hover_text(
                "Write a day or a time, such as 2026-10-01 14:30, and what happened then",
            )
            .clicked();
        let at = at.filter(|_| pressed)?;
        let text = std::mem::take(self).text.trim().to_owned();
        Some((zone.moment(at).0, text))
    }
}
