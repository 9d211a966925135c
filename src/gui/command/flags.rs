//! What can be asked of the screen of feature flags.

use egui::{Key, Modifiers};

use super::Ask;
use crate::gui::{icons, words::Words};

#[derive(Clone, Debug, PartialEq)]
pub enum FlagsCommand {
    /// Read the list, and what is shown, anew.
    Refresh,
    /// Stop what is being read.
    Cancel,
    /// Look at one, by its id.
    Show(String),
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
        }
    }
}
