//! A window with one part of the binary log's screen in it; no server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use egui_kittest::{Harness, kittest::Queryable as _};
use porthole::{
    gui::{
        command::{BinlogCommand, Command, CommandQueue},
        context::PanelContext,
        panels::binlog::{
            history::HistoryView,
            input::{Input, Log},
            summary::SummaryView,
            undo::UndoView,
            when::Has,
        },
        state::State,
        theme,
    },
    worker::Worker,
};

/// A part of the screen.
pub(crate) trait Part: 'static {
    fn poll(&mut self, state: &mut State);
    fn ui(&mut self, ui: &mut egui::Ui, has: Has, cx: &PanelContext<'_>);
    fn handle(&mut self, command: BinlogCommand, input: Option<&Input>, worker: &Worker);
}

impl Part for SummaryView {
    fn poll(&mut self, state: &mut State) {
        self.poll(state);
    }

    fn ui(&mut self, ui: &mut egui::Ui, has: Has, cx: &PanelContext<'_>) {
        self.ui(ui, has, cx);
    }

    fn handle(&mut self, command: BinlogCommand, input: Option<&Input>, worker: &Worker) {
        match command {
            BinlogCommand::Summary(step) => self.handle(step, input, worker),
            BinlogCommand::Cancel => self.cancel(),
            _ => {}
        }
    }
}

impl Part for UndoView {
    fn poll(&mut self, state: &mut State) {
        self.poll(state);
    }

    fn ui(&mut self, ui: &mut egui::Ui, has: Has, cx: &PanelContext<'_>) {
        self.ui(ui, has, cx);
    }

    fn handle(&mut self, command: BinlogCommand, input: Option<&Input>, worker: &Worker) {
        match command {
            BinlogCommand::Undo(step) => self.handle(step, input, worker),
            BinlogCommand::UndoOf(span) => self.of(span, input, worker),
            BinlogCommand::Cancel => self.cancel(),
            _ => {}
        }
    }
}

impl Part for HistoryView {
    fn poll(&mut self, state: &mut State) {
        self.poll(state);
    }

    fn ui(&mut self, ui: &mut egui::Ui, has: Has, cx: &PanelContext<'_>) {
        self.ui(ui, has, cx);
    }

    fn handle(&mut self, command: BinlogCommand, input: Option<&Input>, worker: &Worker) {
        match command {
            BinlogCommand::History(step) => self.handle(step, input, worker),
            BinlogCommand::HistoryOf(key) => self.of(&key, input, worker),
            BinlogCommand::Cancel => self.cancel(),
            _ => {}
        }
    }
}

pub(crate) struct Screen<V> {
    pub(crate) view: V,
    input: Option<Input>,
    state: State,
    worker: Worker,
    commands: CommandQueue,
    pub(crate) asked: Vec<BinlogCommand>,
}

impl<V> Screen<V> {
    /// As if a button had asked for it.
    pub(crate) fn ask(&self, command: BinlogCommand) {
        self.commands.push(command);
    }
}

pub(crate) type Window<V> = Harness<'static, Screen<V>>;

/// The recorded log of a server, or another file or folder of the recorded ones.
pub(crate) fn recorded(name: &str) -> Input {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/binlog");
    let path = path.join(name);
    let log = if path.is_dir() {
        Log::Folder(path)
    } else {
        Log::Files(vec![path])
    };
    Input {
        log,
        ..files(Vec::new())
    }
}

/// These files.
pub(crate) fn files(paths: Vec<PathBuf>) -> Input {
    Input {
        log: Log::Files(paths),
        names: None,
        program: None,
    }
}

/// A window of the size that the section has at 1280 x 800.
pub(crate) fn window<V: Part>(input: Option<Input>, make: impl FnOnce(&Worker) -> V) -> Window<V> {
    let worker = Worker::new(|| {}).unwrap();
    let screen = Screen {
        view: make(&worker),
        input,
        state: State::for_test(),
        worker,
        commands: CommandQueue::default(),
        asked: Vec::new(),
    };
    let mut window = Harness::builder()
        .with_size([1196.0, 640.0])
        .with_max_steps(20)
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, screen: &mut Screen<V>| {
                let Screen {
                    view,
                    input,
                    state,
                    worker,
                    commands,
                    asked,
                } = screen;
                view.poll(state);
                let has = Has::of(input.as_ref());
                view.ui(ui, has, &PanelContext::new(state, commands));
                for command in commands.take() {
                    if let Command::Binlog(command) = command {
                        asked.push(command.clone());
                        view.handle(command, input.as_ref(), worker);
                    }
                }
            },
            screen,
        );
    window.step();
    window
}

/// Draw until it is so, to a generous deadline.
#[track_caller]
pub(crate) fn until<V>(window: &mut Window<V>, what: &str, is: impl Fn(&Window<V>) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is(window) {
        assert!(Instant::now() < deadline, "waited for: {what}");
        window.step();
        std::thread::yield_now();
    }
    window.step();
}

/// Draw until these words are seen.
#[track_caller]
pub(crate) fn until_seen<V>(window: &mut Window<V>, words: &str) {
    until(window, words, |window| sees(window, words));
}

/// Some label has these words in it.
pub(crate) fn sees<V>(window: &Window<V>, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

/// Press what has this name.
pub(crate) fn press<V>(window: &mut Window<V>, name: &str) {
    window.get_by_label(name).click();
    window.step();
    window.step();
}
