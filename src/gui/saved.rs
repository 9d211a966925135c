//! What a window keeps from one start to the next: settings, section, layout and the texts of the query tabs. Never a
//! password, never rows. The file that holds it is [`super::window_file`]'s.
//!
//! eframe keeps the window's place and egui's scroll and fold positions in a file of its own beside it; that file is
//! not written in one step, so nothing that people would miss is there.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{
    layout::{Layout, PaneId},
    panels::binlog::wishes::{Beginning, Wishes},
    state::{Section, Settings},
    widgets::refresh::Every,
};
use crate::engine::{
    Error, Result,
    metrics::{
        experiments::Method,
        flags::{GroupKey, Window},
        markers::Note,
        runs::{Goal, charts::Look},
    },
    profiles::ProfileId,
};

const VERSION: u32 = 1;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    pub version: u32,
    pub section: Section,
    /// The profile in the top bar; it is not connected to before it is asked for.
    pub profile: Option<ProfileId>,
    /// The tree of tiles as JSON: TOML has no maps by number.
    pub layout: String,
    pub settings: Settings,
    pub tabs: Vec<SavedTab>,
    pub experiments: SavedExperiments,
    pub flags: SavedFlags,
    pub runs: SavedRuns,
    pub binlog: SavedBinlog,
}

/// The screen of experiments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedExperiments {
    pub every: Every,
    /// What was looked at last, by the profile's id.
    pub shown: BTreeMap<String, String>,
    /// How each is looked at, where not as usual, by the profile's id and its own.
    pub methods: BTreeMap<String, BTreeMap<String, Method>>,
    /// Notes on the axes of time, by the same.
    pub notes: BTreeMap<String, BTreeMap<String, Vec<Note>>>,
}

/// The screen of feature flags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedFlags {
    pub every: Every,
    /// The part of time that is looked at.
    pub window: Window,
    /// Seconds of a bucket; `None` for what fits.
    pub step: Option<i64>,
    /// What was looked at last, by the profile's id.
    pub shown: BTreeMap<String, String>,
    /// How each is compared, where not as usual, by the profile's id and its own.
    pub choices: BTreeMap<String, BTreeMap<String, FlagChoice>>,
    /// Notes on the axis of time, by the same.
    pub notes: BTreeMap<String, BTreeMap<String, Vec<Note>>>,
}

impl Default for SavedFlags {
    fn default() -> Self {
        Self {
            every: Every::default(),
            window: Window::days(7),
            step: None,
            shown: BTreeMap::new(),
            choices: BTreeMap::new(),
            notes: BTreeMap::new(),
        }
    }
}

/// How the groups of a flag are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FlagChoice {
    /// `None` for the likeliest.
    pub baseline: Option<GroupKey>,
    /// The error allowed: 0.05 for intervals of 95 %.
    pub alpha: f64,
    /// What a rate may rise by.
    pub margin: f64,
    /// What share of requests shall succeed.
    pub objective: Option<f64>,
}

impl Default for FlagChoice {
    fn default() -> Self {
        Self {
            baseline: None,
            alpha: 0.05,
            margin: 0.0,
            objective: None,
        }
    }
}

/// The screen of training runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedRuns {
    pub every: Every,
    pub tab: RunsTab,
    pub look: Look,
    pub order: RunsOrder,
    pub grouped: bool,
    /// Deleted runs are listed too.
    pub deleted: bool,
    /// Runs that are ticked, by the profile's id; of others the newest are.
    pub ticked: BTreeMap<String, Vec<String>>,
    /// The metric whose values the list shows, by the same.
    pub metric: BTreeMap<String, String>,
    /// The metrics of the scatter, by the same.
    pub scatter: BTreeMap<String, (String, String)>,
    /// Metrics whose name does not tell which way they get better, by the same.
    pub goals: BTreeMap<String, BTreeMap<String, Goal>>,
}

/// The screen of the binary log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedBinlog {
    /// What was wanted of each log, by the profile's id.
    pub wishes: BTreeMap<String, Wishes>,
    /// Where reading began, and what was written there, by the same.
    pub beginnings: BTreeMap<String, (Beginning, String)>,
}

/// What is seen of the runs that are ticked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunsTab {
    #[default]
    Charts,
    Compare,
    Parallel,
    Scatter,
}

/// By which column runs are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunsColumn {
    Name,
    Status,
    #[default]
    Start,
    Took,
    Last,
    Best,
}

/// How runs are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunsOrder {
    pub by: RunsColumn,
    /// The other way round than is usual for the column: newest, longest, best first.
    pub turned: bool,
}

/// One query tab.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedTab {
    pub name: String,
    /// The tile that it stands in, and whether it is seen there.
    pub pane: PaneId,
    pub front: bool,
    /// The database chosen for this tab, and on whose server.
    pub profile: Option<ProfileId>,
    pub database: Option<String>,
    pub limit: RowLimit,
    pub sql: String,
}

/// How many rows a run may bring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowLimit {
    /// What the profile says.
    #[default]
    OfProfile,
    Rows(u64),
    All,
}

/// Why a file says nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("it is of a newer version of Porthole")]
    Newer,
    #[error("{}", .0.message())]
    Syntax(#[from] toml::de::Error),
    #[error(transparent)]
    File(#[from] std::io::Error),
}

/// Where the window's files are: `PORTHOLE_STATE_DIR`, else the platform's folder for state.
pub fn folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("PORTHOLE_STATE_DIR").filter(|path| !path.is_empty()) {
        return Some(folder.into());
    }
    let folders = directories::ProjectDirs::from("", "", "porthole")?;
    let state = folders.state_dir().unwrap_or(folders.data_local_dir());
    Some(state.to_owned())
}

impl Saved {
    /// What a file's text says.
    pub(super) fn parse(text: &str) -> Result<Self, Unreadable> {
        let saved: Self = toml::from_str(text)?;
        if saved.version > VERSION {
            return Err(Unreadable::Newer);
        }
        Ok(saved)
    }

    /// The tree of tiles; the default if it cannot be read.
    pub fn layout(&self) -> Layout {
        let layout: Layout = serde_json::from_str(&self.layout).unwrap_or_default();
        layout.mend(|_| true)
    }

    /// Text of the file.
    pub fn text(&self) -> Result<String> {
        let saved = Self {
            version: VERSION,
            ..self.clone()
        };
        toml::to_string(&saved).map_err(|error| Error::Invalid(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_layout_costs_the_layout_alone() {
        let saved = Saved {
            layout: "{".to_owned(),
            ..Saved::default()
        };
        assert_eq!(saved.layout().panes().len(), 1);
    }
}
