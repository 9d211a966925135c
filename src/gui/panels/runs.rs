//! The screen of training runs.

use egui::Ui;

use crate::{
    gui::{command::RunsCommand, context::PanelContext, saved::SavedRuns, state::State},
    worker::Worker,
};

/// The list of training runs, and the one that is looked at.
#[derive(Default)]
pub struct RunsPanel {
    saved: SavedRuns,
}

impl RunsPanel {
    /// As it was the last time.
    pub fn new(saved: SavedRuns) -> Self {
        Self { saved }
    }

    /// What is kept for the next start.
    pub fn saved(&self) -> SavedRuns {
        self.saved.clone()
    }

    /// Something is being read, and Esc stops it.
    pub fn is_running(&self) -> bool {
        false
    }

    /// A small window waits for an answer.
    pub fn asks(&self) -> bool {
        false
    }

    /// Take in what background work has reported. `seen` while the screen is in front.
    pub fn poll(&mut self, _state: &mut State, _worker: &Worker, _seen: bool) {}

    /// Do what the person asked for.
    pub fn handle(&mut self, _command: RunsCommand, _state: &mut State, _worker: &Worker) {}

    /// Draw. Ask by pushing a command; never wait.
    pub fn ui(&mut self, _ui: &mut Ui, _cx: &PanelContext<'_>) {}
}
