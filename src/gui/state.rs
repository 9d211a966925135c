//! What panels share: profiles, open sessions, notices, settings. What only one panel needs is that panel's own.

use std::{collections::BTreeMap, sync::Arc};

use egui::ThemePreference;
use serde::{Deserialize, Serialize};

use super::{notice::Notices, zone::Zone};
use crate::engine::{
    profiles::{Profile, ProfileId},
    session::{Facts, Session},
};

/// The screens on the rail, from top to bottom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    #[default]
    Profiles,
    Query,
    Experiments,
    Flags,
    Runs,
    Binlog,
}

impl Section {
    pub const ALL: [Self; 6] = [
        Self::Profiles,
        Self::Query,
        Self::Experiments,
        Self::Flags,
        Self::Runs,
        Self::Binlog,
    ];
}

#[derive(Default)]
pub struct State {
    /// In the order of the list.
    pub profiles: Vec<Profile>,
    /// Open or being opened, by profile.
    pub sessions: BTreeMap<ProfileId, OpenSession>,
    /// The session that the top bar names and that new work uses.
    pub active: Option<ProfileId>,
    pub section: Section,
    pub notices: Notices,
    pub settings: Settings,
}

/// One open profile.
pub struct OpenSession {
    /// As it was when it was opened; an edit takes effect at the next open.
    pub profile: Profile,
    pub status: SessionStatus,
    /// `None` until the first connection stands.
    pub session: Option<Session>,
    /// What the server said of itself, once it has.
    pub facts: Option<Facts>,
    /// For the pickers of query tabs; filled when the schema list has been read.
    pub databases: Vec<String>,
    /// What the command palette can jump to.
    pub tables: Arc<[TableName]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionStatus {
    Connecting,
    Connected,
    /// The last attempt to reach the server failed, with what was said.
    Lost(String),
}

/// Names a table anywhere on a server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    pub database: String,
    pub table: String,
}

/// What the person has set; kept from one start to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub theme: ThemePreference,
    pub zoom: f32,
    pub reduced_motion: bool,
    pub side_list: bool,
    /// In which days and times are shown.
    pub zone: Zone,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemePreference::System,
            zoom: 1.0,
            reduced_motion: false,
            side_list: true,
            zone: Zone::default(),
        }
    }
}

impl State {
    pub fn profile(&self, id: &ProfileId) -> Option<&Profile> {
        self.profiles.iter().find(|profile| &profile.id == id)
    }

    /// The active profile's session, in whatever state it is.
    pub fn active_open(&self) -> Option<&OpenSession> {
        self.sessions.get(self.active.as_ref()?)
    }

    /// There is something to run on.
    pub fn has_session(&self) -> bool {
        self.active_open()
            .is_some_and(|open| open.status != SessionStatus::Connecting)
    }

    /// What new work runs on. Also while the line is lost: the next run opens a new connection.
    pub fn active_session(&self) -> Option<&Session> {
        self.active_open()?.session.as_ref()
    }
}

impl State {
    /// As if connected to a server; opens nothing.
    pub fn for_test() -> Self {
        let profile = Profile {
            id: ProfileId("0".repeat(32)),
            ..Profile::default()
        };
        let mut state = Self {
            profiles: vec![profile.clone()],
            active: Some(profile.id.clone()),
            ..Self::default()
        };
        let open = OpenSession {
            profile: profile.clone(),
            status: SessionStatus::Connected,
            session: None,
            facts: None,
            databases: Vec::new(),
            tables: Arc::default(),
        };
        state.sessions.insert(profile.id, open);
        state
    }
}
