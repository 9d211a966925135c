//! What can be asked of the screen of feature flags.

use egui::{Key, Modifiers};

use super::Ask;
use crate::{
    engine::metrics::flags::{GroupKey, Window, charts::Which},
    gui::{
        dialogs::mapping::MapStep,
        icons,
        saved::FlagChoice,
        widgets::{export::ExportStep, refresh::Every},
        words::Words,
    },
};

#[derive(Clone, Debug, PartialEq)]
pub enum FlagsCommand {
    /// Read the list, and what is shown, anew.
    Refresh,
    /// Stop what is being read.
    Cancel,
    /// Look at one, by its id.
    Show(String),
    /// Read the whole of a large table for the list.
    ListAnyway,
    /// Read what is shown, however long that takes.
    ReadAnyway,
    /// Look at this part of time.
    Window(Window),
    /// Buckets of so many seconds; `None` for what fits.
    Step(Option<i64>),
    /// Look at this chart.
    Look(Which),
    /// Draw these groups; none for the baseline and the largest.
    Lines(Vec<GroupKey>),
    /// Compare what is shown in this way.
    Use(FlagChoice),
    /// How often it is read again by itself.
    Every(Every),
    /// Add a note to the axis of time, at a moment in seconds since 1970.
    AddNote {
        at: i64,
        text: String,
    },
    /// Take a note away, by its place.
    RemoveNote(usize),
    Export(ExportStep),
    Map(MapStep),
}

impl Ask for FlagsCommand {
    fn words(&self) -> Words {
        match self {
            Self::Refresh => Words::new(icons::ARROWS_CLOCKWISE, "Refresh feature flags")
                .key(Modifiers::NONE, Key::F5),
            // Takes the key only while something is read; see `App::hears`.
            Self::Cancel => Words::new(icons::STOP, "Stop reading feature flags")
                .key(Modifiers::NONE, Key::Escape),
            Self::Show(id) => Words::new(icons::FLAG, format!("Show {id}")),
            Self::ListAnyway => Words::new(icons::PLAY, "Add them up anyway"),
            Self::ReadAnyway => Words::new(icons::PLAY, "Read it anyway"),
            Self::Window(window) => Words::new(icons::CLOCK, window.words()),
            Self::Step(_) => Words::new(icons::COLUMNS, "Change the buckets"),
            Self::Look(_) => Words::new(icons::CHART_LINE, "Show another chart"),
            Self::Lines(_) => Words::new(icons::CHART_LINE, "Choose lines of the chart"),
            Self::Use(_) => Words::new(icons::SLIDERS_HORIZONTAL, "Change the method"),
            Self::Every(_) => Words::new(icons::TIMER, "Refresh by itself"),
            Self::AddNote { .. } => Words::new(icons::NOTE_PENCIL, "Add note"),
            Self::RemoveNote(_) => Words::new(icons::TRASH, "Remove note"),
            Self::Export(_) => Words::new(icons::EXPORT, "Export"),
            Self::Map(_) => Words::new(icons::TABLE, "Map tables"),
        }
    }
}
