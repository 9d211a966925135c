//! The screen of the binary log: transactions as they are made, or as files hold them, what each changed, and what can
//! be told from them.
//!
//! Reading is [`engine::binlog`](crate::engine::binlog)'s; nothing is read from a server before the person has seen
//! what it costs and asked for it.

pub mod input;

use egui::{CentralPanel, Frame, Margin, RichText, Ui};

use self::input::Input;
use crate::{
    gui::{
        command::{BinlogCommand, BinlogView},
        context::PanelContext,
        icons,
        state::State,
        theme::{PaletteExt as _, SPACE, text},
        widgets::card::{empty_ui, not_connected_ui},
    },
    worker::Worker,
};

/// What the screen is for, where there is nothing to show.
const PURPOSE: &str =
    "Every change that a server has made, as its binary log has it: live, or from files.";

/// The log that is looked at, and the parts that show it.
#[derive(Default)]
pub struct BinlogPanel {
    view: BinlogView,
    /// What is read, once the person has asked for it. The parts read the same.
    input: Option<Input>,
}

impl BinlogPanel {
    /// Something is being read, and Esc stops it.
    pub fn is_running(&self) -> bool {
        false
    }

    /// Take in what background work has reported. `seen` while the screen is in front.
    pub fn poll(&mut self, _: &mut State, _: &Worker, _: bool) {}

    /// Do what the person asked for.
    pub fn handle(&mut self, command: BinlogCommand, _: &mut State, _: &Worker) {
        match command {
            BinlogCommand::Show(view) => self.view = view,
            BinlogCommand::UndoOf(_) => self.view = BinlogView::Undo,
            BinlogCommand::HistoryOf(_) => self.view = BinlogView::History,
            BinlogCommand::Cancel => {}
        }
    }

    /// Draw. Ask by pushing a command; never wait.
    pub fn ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let palette = ui.palette();
        let margin = Margin {
            left: 18,
            right: 18,
            top: 12,
            bottom: 12,
        };
        let frame = Frame::NONE.fill(palette.background).inner_margin(margin);
        CentralPanel::default().frame(frame).show(ui, |ui| {
            if !cx.has_session() && self.input.is_none() {
                return not_connected_ui(ui, cx, icons::GIT_COMMIT, PURPOSE);
            }
            ui.spacing_mut().item_spacing.y = SPACE[1];
            ui.horizontal(|ui| {
                ui.label(RichText::new("Binlog").text_style(text::title()));
            });
            match self.view {
                BinlogView::Timeline
                | BinlogView::Summary
                | BinlogView::Undo
                | BinlogView::History => {
                    empty_ui(ui, icons::GIT_COMMIT, "Binary log", PURPOSE, |_| {});
                }
            }
        });
    }
}
