//! What can be asked of the screen of experiments.

use egui::{Key, Modifiers};

use super::Ask;
use crate::{
    engine::metrics::experiments::Method,
    gui::{
        dialogs::mapping::MapStep,
        icons,
        widgets::{export::ExportStep, refresh::Every},
        words::Words,
    },
};

#[derive(Clone, Debug, PartialEq)]
pub enum ExperimentsCommand {
    /// Read the list, and what is shown, anew.
    Refresh,
    /// Stop what is being read.
    Cancel,
    /// Read what is shown anew, and the list not.
    ReadAgain,
    /// Look at one, by its id.
    Show(String),
    /// Count the users of all, however long it takes.
    CountAll,
    /// Read what is shown, however long it takes.
    ReadAnyway,
    /// Read some users' only.
    ReadSample,
    /// Look at what is shown by another method.
    Use(Method),
    /// Draw these variants; none for the control and the largest.
    Lines(Vec<String>),
    /// How often it is read again by itself.
    Every(Every),
    /// Add a note to the axes of time, at a day in seconds since 1970.
    AddNote {
        at: i64,
        text: String,
    },
    /// Take a note away, by its place.
    RemoveNote(usize),
    Export(ExportStep),
    Map(MapStep),
}

impl Ask for ExperimentsCommand {
    fn words(&self) -> Words {
        match self {
            Self::Refresh => Words::new(icons::ARROWS_CLOCKWISE, "Refresh experiments")
                .key(Modifiers::NONE, Key::F5),
            // Takes the key only while something is read; see `App::hears`.
            Self::Cancel => Words::new(icons::STOP, "Stop reading experiments")
                .key(Modifiers::NONE, Key::Escape),
            Self::ReadAgain => Words::new(icons::ARROW_CLOCKWISE, "Read it again"),
            Self::Show(id) => Words::new(icons::FLASK, format!("Show {id}")),
            Self::CountAll => Words::new(icons::PLAY, "Count them anyway"),
            Self::ReadAnyway => Words::new(icons::PLAY, "Read it anyway"),
            Self::ReadSample => Words::new(icons::FUNNEL, "Read one user in 64"),
            Self::Use(_) => Words::new(icons::SLIDERS_HORIZONTAL, "Change the method"),
            Self::Lines(_) => Words::new(icons::CHART_LINE, "Choose lines of the charts"),
            Self::Every(_) => Words::new(icons::TIMER, "Refresh by itself"),
            Self::AddNote { .. } => Words::new(icons::NOTE_PENCIL, "Add note"),
            Self::RemoveNote(_) => Words::new(icons::TRASH, "Remove note"),
            Self::Export(_) => Words::new(icons::EXPORT, "Export"),
            Self::Map(_) => Words::new(icons::TABLE, "Map tables"),
        }
    }
}
