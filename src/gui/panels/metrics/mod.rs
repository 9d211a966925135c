//! What the screens of experiments and of feature flags have in common: a list at the left, one of it with its figures,
//! a drawer, notes, exports. It knows neither screen: what it has to say of one stands in a [`Screen`], and what a
//! person asks for is [`Asked`], of which each screen makes a command of its own.
//!
//! What is read, and what is drawn of it, is the screens' own; parts that know nothing of figures are `gui/widgets`.

pub mod busy;
pub mod cost;
pub mod desk;
pub mod drawer;
pub mod frame;
pub mod header;
pub mod listing;
pub mod notes;
pub mod numbers;

use crate::{
    engine::metrics::tables::Place,
    gui::{
        command::Command,
        dialogs::mapping::MapStep,
        widgets::{export::ExportStep, refresh::Every},
    },
};

/// A screen in words.
pub struct Screen {
    /// `Experiments`.
    pub title: &'static str,
    /// `experiment`.
    pub one: &'static str,
    /// `experiments`.
    pub many: &'static str,
    pub icon: &'static str,
    /// What the screen is for, where there is nothing to show.
    pub purpose: &'static str,
    /// Why the list is empty.
    pub no_rows: &'static str,
    /// What was not done for a list of a large table: `so users were not counted`.
    pub left_undone: &'static str,
    /// What does it all the same: `Count them anyway`.
    pub do_it: &'static str,
    /// The table that it reads.
    pub place: &'static Place,
    /// The command that asks for it.
    pub command: fn(Asked) -> Command,
}

/// What both screens can be asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Read the list, and what is shown, anew.
    Refresh,
    Stop,
    /// Look at one, by its id.
    Show(String),
    /// Read the whole of a large table for the list.
    ListWhole,
    Every(Every),
    AddNote {
        at: i64,
        text: String,
    },
    RemoveNote(usize),
    Export(ExportStep),
    Map(MapStep),
}
