//! What a panel may read while it draws. There is no way from here to the worker: a panel cannot wait or start work
//! while it draws, it asks by pushing a command.

use super::{
    command::CommandQueue,
    state::{OpenSession, State},
};
use crate::engine::profiles::Profile;

pub struct PanelContext<'a> {
    pub state: &'a State,
    pub commands: &'a CommandQueue,
}

impl<'a> PanelContext<'a> {
    pub fn new(state: &'a State, commands: &'a CommandQueue) -> Self {
        Self { state, commands }
    }

    /// There is a session to run on.
    pub fn has_session(&self) -> bool {
        self.state.has_session()
    }

    pub fn active(&self) -> Option<&'a OpenSession> {
        self.state.active_open()
    }

    /// The profile that the top bar names: open, or open the last time.
    pub fn chosen(&self) -> Option<&'a Profile> {
        let open = self.active().map(|open| &open.profile);
        open.or_else(|| self.state.profile(self.state.active.as_ref()?))
    }

    /// As if connected to a server; opens nothing. For tests of panels.
    pub fn for_test(commands: &'a CommandQueue) -> Self {
        // Leaked on purpose: a test has one, and needs no variable to hold it.
        let state: &'static State = Box::leak(Box::new(State::for_test()));
        Self { state, commands }
    }
}
