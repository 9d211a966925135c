//! The screen of the binary log: transactions as they are made, or as files hold them, what each changed, and what can
//! be told from them.
//!
//! Reading is [`engine::binlog`](crate::engine::binlog)'s; nothing is read from a server before the person has seen
//! what it costs and asked for it. What is held is [`ring`]'s, and is bounded. A panel that is dropped, or whose log is
//! left, ends its reading.

mod cells;
mod chips;
mod clock;
mod details;
mod find;
mod header;
pub mod held;
pub mod history;
pub mod input;
mod jobs;
mod list;
mod opening;
mod parts;
mod progress;
pub mod reading;
pub mod ring;
pub mod scan;
mod stream;
mod strip;
pub mod summary;
pub mod undo;
pub mod when;
pub mod wishes;

use std::path::PathBuf;

use egui::{CentralPanel, Frame, Margin, Ui};

use self::{
    chips::Editing,
    details::Details,
    find::Find,
    history::HistoryView,
    list::List,
    ring::Limits,
    stream::{Doing, Stream},
    summary::SummaryView,
    undo::UndoView,
};
use crate::{
    engine::{
        binlog::{checks::Survey, source::live::Program},
        profiles::ProfileId,
    },
    gui::{
        command::{BinlogCommand, BinlogView, Span},
        context::PanelContext,
        saved::SavedBinlog,
        state::State,
        theme::{PaletteExt as _, SPACE},
        widgets::busy::busy_bar_ui,
    },
    worker::Job,
};

/// The log that is looked at, and the parts that show it.
#[derive(Default)]
pub struct BinlogPanel {
    saved: SavedBinlog,
    program: Option<Program>,
    limits: Limits,
    /// The profile that was active when what is here was made.
    of: Option<ProfileId>,
    view: BinlogView,
    survey: Job<Survey>,
    stream: Option<Stream>,
    /// More has come than a frame takes in.
    more: bool,
    /// Files to be read, as they are written in their field.
    files: String,
    /// Naming files, while a log is read.
    opens_file: bool,
    browse: Job<Option<Vec<PathBuf>>>,
    /// What is written beside where reading begins is not understood.
    begin_fault: Option<&'static str>,
    editing: Option<Editing>,
    find: Find,
    list: List,
    details: Details,
    /// To be opened as soon as it is held.
    opens: Option<Span>,
    summary: SummaryView,
    undo: UndoView,
    history: HistoryView,
}

impl BinlogPanel {
    /// As it was the last time. `program` holds the connection to a server's log; none is this one.
    pub fn new(saved: SavedBinlog, program: Option<Program>) -> Self {
        Self {
            saved,
            program,
            ..Self::default()
        }
    }

    /// With room for less; for tests.
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// With the answer to the first look; for tests.
    pub fn with_survey(state: &State, survey: crate::engine::Result<Survey>) -> Self {
        let mut panel = Self {
            of: state.active.clone(),
            ..Self::default()
        };
        panel.survey.set(survey);
        panel
    }

    /// What is kept for the next start.
    pub fn saved(&self) -> SavedBinlog {
        self.saved.clone()
    }

    /// Something is being read, and Esc stops it. Not a live stream, which ends by its button alone.
    pub fn is_running(&self) -> bool {
        let reads_files = self
            .stream
            .as_ref()
            .is_some_and(|stream| stream.doing() == Doing::Reads && stream.link.is_none());
        self.survey.is_running() || reads_files || self.parts_run()
    }

    /// Draw. Ask by pushing a command; never wait.
    pub fn ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        if self.more {
            ui.request_repaint();
        }
        let palette = ui.palette();
        let margin = Margin {
            left: 18,
            right: 18,
            top: 10,
            bottom: 12,
        };
        let frame = Frame::NONE.fill(palette.background);
        CentralPanel::default().frame(frame).show(ui, |ui| {
            busy_bar_ui(ui, self.elapsed());
            Frame::NONE.inner_margin(margin).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = SPACE[1];
                match &self.stream {
                    Some(_) if !self.opens_file => self.log_ui(ui, cx),
                    None if self.view != BinlogView::Timeline => self.part_alone_ui(ui, cx),
                    _ => self.opening_ui(ui, cx),
                }
            });
        });
    }

    /// A log that is read.
    fn log_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        self.header_ui(ui, cx);
        match self.view {
            BinlogView::Timeline => self.timeline_ui(ui, cx),
            BinlogView::Summary | BinlogView::Undo | BinlogView::History => {
                self.part_ui(ui, cx);
            }
        }
    }

    fn timeline_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        self.chips_ui(ui, cx);
        self.trouble_ui(ui, cx);
        self.find_ui(ui);
        self.strip_ui(ui, cx);
        let is_empty = self
            .stream
            .as_ref()
            .is_none_or(|stream| stream.ring.is_empty());
        self.details_ui(ui, cx);
        if is_empty {
            self.waiting_ui(ui, cx);
        } else {
            self.list_ui(ui, cx);
        }
    }

    /// What is looked at of the log now.
    fn command_of_view(&self) -> BinlogCommand {
        BinlogCommand::Show(self.view)
    }
}
