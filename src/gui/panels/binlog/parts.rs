//! The parts of the screen beside the timeline: the summary, the statements that undo, the histories. They read the
//! log that is open; where none is, that of the server, as soon as the person asks for something.

use egui::{Align, Layout, RichText, Ui};

use super::{
    BinlogPanel,
    input::{Input, Log},
    opening::REPLICA,
    reading::Order,
    ring::Ring,
    when::Has,
    wishes::{Wanted, Wishes},
};
use crate::{
    engine::binlog::source::live::Begin,
    gui::{
        command::{Ask as _, BinlogCommand, BinlogView, RowKey, Span},
        context::PanelContext,
        icons,
        state::{Section, State},
        theme::text,
        widgets::{
            button::Button,
            card::{hint_ui, not_connected_ui},
        },
    },
    worker::Worker,
};

const PURPOSE: &str = "What a server's binary log tells of its changes. Files can be opened without a connection, under Transactions.";

impl BinlogPanel {
    /// One of them reads.
    pub(super) fn parts_run(&self) -> bool {
        self.summary.is_running()
            || self.undo.is_running()
            || self.history.is_running()
            || self.details.is_reading()
    }

    pub(super) fn cancel_parts(&self) {
        self.summary.cancel();
        self.undo.cancel();
        self.history.cancel();
        self.details.cancel();
    }

    /// Another log: nothing of what they show holds.
    pub(super) fn forget_parts(&mut self) {
        self.summary.forget();
        self.undo.forget();
        self.history.forget();
    }

    pub(super) fn poll_parts(&mut self, state: &mut State) {
        self.summary.poll(state);
        self.undo.poll(state);
        self.history.poll(state);
        self.details.poll();
        let Some((stream, span)) = self.stream.as_mut().zip(self.opens.as_ref()) else {
            return;
        };
        if let Some(number) = find(&stream.ring, span) {
            // What follows it is there by now; the rest is read when it is asked for.
            stream.pause();
            self.open_held(number);
        } else if !stream.is_reading() {
            self.opens = None;
        }
    }

    /// What they read: the log that is open, else the server's.
    fn input_of_parts(&self, state: &State) -> Option<Input> {
        if let Some(stream) = &self.stream {
            return Some(stream.order().input.clone());
        }
        let session = state.active_session().cloned()?;
        Some(Input {
            names: Some(session.clone()),
            log: Log::Server(session),
            program: self.program.clone(),
        })
    }

    /// Do what was asked of one of them.
    pub(super) fn handle_part(
        &mut self,
        command: BinlogCommand,
        state: &mut State,
        worker: &Worker,
    ) {
        let input = self.input_of_parts(state);
        let input = input.as_ref();
        match command {
            BinlogCommand::UndoOf(span) => {
                self.view = BinlogView::Undo;
                self.undo.of(span, input, worker);
            }
            BinlogCommand::HistoryOf(key) => {
                state.section = Section::Binlog;
                self.opens_file = false;
                self.history_of(&key, input, worker);
            }
            BinlogCommand::Summary(step) => self.summary.handle(step, input, worker),
            BinlogCommand::Undo(step) => self.undo.handle(step, input, worker),
            BinlogCommand::History(step) => self.history.handle(step, input, worker),
            BinlogCommand::ShowAt(span) => self.show_at(span, input, worker),
            _ => {}
        }
    }

    /// Look at once where a log is open; else the person is told first what reading it means.
    fn history_of(&mut self, key: &RowKey, input: Option<&Input>, worker: &Worker) {
        self.view = BinlogView::History;
        let input = input.filter(|_| self.stream.is_some());
        self.history.of(key, input, worker);
    }

    /// Open a transaction in the timeline: the one that is held, else it is read by itself, and what is held stays.
    /// Where no log is open, the server's is read from there on.
    fn show_at(&mut self, span: Span, input: Option<&Input>, worker: &Worker) {
        let held = self.stream.as_ref();
        if let Some(number) = held.and_then(|stream| find(&stream.ring, &span)) {
            self.open_held(number);
        } else if let Some(input) = input.cloned() {
            if self.stream.is_some() {
                self.opens = None;
                self.details.read(span, input, worker);
            } else {
                self.read_from(span, input, worker);
            }
        }
        self.view = BinlogView::Timeline;
        self.opens_file = false;
    }

    /// Read a log from a transaction on, without the filters that are kept: they may leave it out.
    fn read_from(&mut self, span: Span, input: Input, worker: &Worker) {
        let order = Order {
            begin: Begin::At(span.start()),
            wanted: Wanted::default(),
            follow: matches!(input.log, Log::Server(_)),
            input,
        };
        self.read(order, Wishes::default(), None, worker);
        self.opens = Some(span);
    }

    fn open_held(&mut self, number: u64) {
        self.opens = None;
        let held = self.stream.as_ref();
        if let Some(held) = held.and_then(|stream| stream.ring.get(number).cloned()) {
            self.details.open(Some(number), held);
            self.list.go_to(number);
        }
    }

    /// The part that is looked at.
    pub(super) fn part_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let has = match &self.stream {
            Some(stream) => Has::of(Some(&stream.order().input)),
            None if cx.has_session() => Has::Server,
            None => Has::Nothing,
        };
        // Where the log is open already, that was said before.
        if has == Has::Server && self.stream.is_none() {
            hint_ui(ui, REPLICA);
        }
        match self.view {
            BinlogView::Timeline => {}
            BinlogView::Summary => self.summary.ui(ui, has, cx),
            BinlogView::Undo => self.undo.ui(ui, has, cx),
            BinlogView::History => self.history.ui(ui, has, cx),
        }
    }

    /// The same where no log is open.
    pub(super) fn part_alone_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.horizontal(|ui| {
            ui.set_height(30.0);
            ui.label(RichText::new("Binlog").text_style(text::title()));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                for view in [
                    BinlogView::History,
                    BinlogView::Undo,
                    BinlogView::Summary,
                    BinlogView::Timeline,
                ] {
                    let show = BinlogCommand::Show(view);
                    let button = Button::of(show.words()).plain();
                    if ui.add_enabled(view != self.view, button).clicked() {
                        cx.commands.push(show);
                    }
                }
            });
        });
        if cx.has_session() {
            self.part_ui(ui, cx);
        } else {
            not_connected_ui(ui, cx, icons::GIT_COMMIT, PURPOSE);
        }
    }
}

/// The number of the transaction at a place, or around it.
fn find(ring: &Ring, span: &Span) -> Option<u64> {
    ring.since(ring.first())
        .find_map(|(number, held)| held.is_around(span).then_some(number))
}
