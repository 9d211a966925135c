//! What can be asked of the screen of training runs.

use egui::{Key, Modifiers};

use super::Ask;
use crate::gui::{
    dialogs::mapping::MapStep,
    icons,
    widgets::{export::ExportStep, refresh::Every},
    words::Words,
};

#[derive(Clone, Debug, PartialEq)]
pub enum RunsCommand {
    /// Read the list, and what is shown, anew.
    Refresh,
    /// Stop what is being read.
    Cancel,
    /// Look at one alone, by its id.
    Show(String),
    /// Look at the newest ones.
    ShowNewest,
    /// Tick none.
    ShowNone,
    /// Read the list, however long it takes.
    ReadAnyway,
    /// Read no more than the newest ten.
    ReadFew,
    /// List older ones too.
    More,
    /// List deleted ones too, or not.
    Deleted(bool),
    /// How often they are read again by themselves.
    Every(Every),
    Export(ExportStep),
    Map(MapStep),
}

impl Ask for RunsCommand {
    fn words(&self) -> Words {
        match self {
            Self::Refresh => Words::new(icons::ARROWS_CLOCKWISE, "Refresh training runs")
                .key(Modifiers::NONE, Key::F5),
            // Takes the key only while something is read; see `App::hears`.
            Self::Cancel => Words::new(icons::STOP, "Stop reading training runs")
                .key(Modifiers::NONE, Key::Escape),
            Self::Show(id) => Words::new(icons::CHART_LINE, format!("Show {id}")),
            Self::ShowNewest => Words::new(icons::CHECK, "Tick the newest 10"),
            Self::ShowNone => Words::new(icons::X, "Tick none"),
            Self::ReadAnyway => Words::new(icons::PLAY, "Read it anyway"),
            Self::ReadFew => Words::new(icons::FUNNEL, "Only the newest 10"),
            Self::More => Words::new(icons::ARROW_LINE_DOWN, "List older runs"),
            Self::Deleted(true) => Words::new(icons::EYE, "List deleted runs too"),
            Self::Deleted(false) => Words::new(icons::EYE_SLASH, "Leave deleted runs out"),
            Self::Every(_) => Words::new(icons::TIMER, "Refresh by itself"),
            Self::Export(_) => Words::new(icons::EXPORT, "Export"),
            Self::Map(_) => Words::new(icons::TABLE, "Map tables"),
        }
    }
}
