//! What is asked for, and what background work brings.

use std::{path::PathBuf, time::Duration};

use super::{
    BinlogPanel,
    details::Details,
    find::Find,
    input::{Input, Log},
    list::List,
    reading::Order,
    ring::Ring,
    stream::Stream,
    wishes::{Beginning, Wanted, Wishes},
};
use crate::{
    engine::binlog::{
        checks,
        source::{StartAt, live::Begin},
        zone::Zone,
    },
    gui::{
        command::{BinlogCommand, BinlogView, Browse},
        files::SystemFiles,
        state::State,
    },
    worker::Worker,
};

/// Names of files in their field stand on a line each.
const BETWEEN: char = '\n';

impl BinlogPanel {
    /// Take in what background work has reported. `seen` while the screen is in front.
    pub fn poll(&mut self, state: &mut State, worker: &Worker, seen: bool) {
        if self.of != state.active {
            self.turn_to(state);
        }
        self.poll_parts(state);
        if self.survey.poll() {
            self.begin_fault = None;
        }
        if self.browse.poll()
            && let Some(Some(paths)) = self.browse.take_value()
        {
            self.files = paths
                .iter()
                .map(|path| path.to_string_lossy())
                .collect::<Vec<_>>()
                .join(&BETWEEN.to_string());
        }
        let begun = self.survey.is_running()
            || self.survey.value().is_some()
            || self.survey.error().is_some();
        if seen && !begun && self.stream.is_none() && state.active_session().is_some() {
            self.check(state, worker);
        }
        if let Some(stream) = &mut self.stream {
            self.more = stream.poll(worker);
            let zone = stream.order().input.zone();
            self.find.poll(&stream.ring, &zone, worker);
            let gone = match &stream.order().input.log {
                Log::Server(_) => state.active_session().is_none(),
                Log::Files(_) | Log::Folder(_) => false,
            };
            if gone && stream.is_reading() {
                stream.pause();
            }
        }
    }

    /// Another profile is looked at: the log of a server goes with it, files stay.
    fn turn_to(&mut self, state: &State) {
        self.of.clone_from(&state.active);
        self.survey = <_>::default();
        let of_server = self
            .stream
            .as_ref()
            .is_some_and(|stream| matches!(stream.order().input.log, Log::Server(_)));
        if of_server {
            self.leave();
        }
        // What was being written was of the other profile, or of its log.
        self.editing = None;
        if of_server || self.stream.is_none() {
            self.forget_parts();
        }
    }

    fn leave(&mut self) {
        self.stream = None;
        self.view = BinlogView::Timeline;
        self.opens_file = false;
        self.editing = None;
        self.find = Find::default();
        self.list = List::default();
        self.details = Details::default();
        self.opens = None;
    }

    fn check(&mut self, state: &State, worker: &Worker) {
        let Some(session) = state.active_session().cloned() else {
            return;
        };
        self.survey
            .start(worker, "Look at the binary log", |cancel| async move {
                checks::survey(&session, &cancel).await
            });
    }

    /// Do what the person asked for.
    pub fn handle(&mut self, command: BinlogCommand, state: &mut State, worker: &Worker) {
        match command {
            BinlogCommand::Show(view) => {
                self.view = view;
                self.opens_file = false;
            }
            BinlogCommand::UndoOf(_)
            | BinlogCommand::HistoryOf(_)
            | BinlogCommand::ShowAt(_)
            | BinlogCommand::Summary(_)
            | BinlogCommand::Undo(_)
            | BinlogCommand::History(_) => self.handle_part(command, state, worker),
            // Nobody sees the answer while a log is open.
            BinlogCommand::Check if self.stream.is_some() => {}
            BinlogCommand::Check => self.check(state, worker),
            BinlogCommand::Start => self.start_server(state, worker),
            BinlogCommand::Pause => {
                if let Some(stream) = &mut self.stream {
                    stream.pause();
                }
            }
            BinlogCommand::Resume => {
                if let Some(stream) = &mut self.stream {
                    stream.resume(worker);
                }
            }
            BinlogCommand::Follow => {
                if let Some(stream) = &mut self.stream {
                    stream.follow(worker);
                }
            }
            BinlogCommand::Leave => {
                self.leave();
                self.forget_parts();
            }
            BinlogCommand::OpenFile => self.opens_file = self.stream.is_some(),
            BinlogCommand::Browse(what) => self.browse(what, worker),
            BinlogCommand::Open(paths) => self.start_files(paths, state, worker),
            BinlogCommand::Want { wishes, again } => self.want(*wishes, again, state, worker),
            BinlogCommand::Find => {
                self.view = BinlogView::Timeline;
                self.opens_file = false;
                self.find.open();
            }
            BinlogCommand::Cancel if self.parts_run() => self.cancel_parts(),
            BinlogCommand::Cancel => {
                self.survey.cancel();
                // A live stream ends by its button alone.
                if let Some(stream) = self.stream.as_mut().filter(|stream| stream.link.is_none()) {
                    stream.pause();
                }
            }
        }
    }

    fn start_server(&mut self, state: &State, worker: &Worker) {
        let Some(session) = state.active_session().cloned() else {
            return;
        };
        let input = Input {
            names: Some(session.clone()),
            log: Log::Server(session),
            program: self.program.clone(),
        };
        let (beginning, text) = self.beginning();
        match beginning.start(&text, &clock(state)) {
            Ok(start) => {
                self.forget_parts();
                self.start(input, start, true, state, worker);
            }
            Err(fault) => self.begin_fault = Some(fault),
        }
    }

    fn start_files(&mut self, paths: Vec<PathBuf>, state: &State, worker: &Worker) {
        let log = match paths.as_slice() {
            [] => return,
            [only] if !only.is_file() => Log::Folder(only.clone()),
            _ => Log::Files(paths),
        };
        let input = Input {
            log,
            // Where its tables fit what was logged, their names are told, with where they come from.
            names: state.active_session().cloned(),
            program: self.program.clone(),
        };
        self.forget_parts();
        self.start(input, StartAt::Begin, false, state, worker);
    }

    /// Read a log with the filters that are kept.
    fn start(
        &mut self,
        input: Input,
        start: StartAt,
        follow: bool,
        state: &State,
        worker: &Worker,
    ) {
        let wishes = self.kept_wishes();
        // What is not understood was said where it was written; it wants everything.
        let wanted = wishes.wanted(&clock(state)).unwrap_or_default();
        let order = Order {
            input,
            begin: Begin::At(start),
            wanted,
            follow,
        };
        let kept_under = Some(self.keep_under());
        self.read(order, wishes, kept_under, worker);
    }

    /// Read a log in the place of the one that is open.
    pub(super) fn read(
        &mut self,
        order: Order,
        wishes: Wishes,
        kept_under: Option<String>,
        worker: &Worker,
    ) {
        self.leave();
        let ring = Ring::with_limits(self.limits);
        self.stream = Some(Stream::start(order, wishes, kept_under, ring, worker));
    }

    /// Want something of the log that is open; where another is being chosen, of that one.
    fn want(&mut self, wishes: Wishes, again: bool, state: &State, worker: &Worker) {
        let wanted: Wanted = match wishes.wanted(&clock(state)) {
            Ok(wanted) => wanted,
            Err(fault) => {
                if let Some(editing) = &mut self.editing {
                    editing.fault = Some(fault.1);
                }
                return;
            }
        };
        self.editing = None;
        let kept_under = match self.stream.as_mut().filter(|_| !self.opens_file) {
            Some(stream) => {
                if again {
                    self.details = Details::default();
                    self.list = List::default();
                }
                stream.want(wanted, wishes.clone(), again, worker);
                stream.kept_under.clone()
            }
            None => Some(self.keep_under()),
        };
        if let Some(key) = kept_under {
            self.saved.wishes.insert(key, wishes);
        }
    }

    fn browse(&mut self, what: Browse, worker: &Worker) {
        let several =
            (what == Browse::Files).then(|| SystemFiles::pick_several("Binary log files"));
        let folder =
            (what == Browse::Folder).then(|| SystemFiles::pick_folder("Folder of a binary log"));
        self.browse.start(worker, "", |_| async move {
            Ok(match (several, folder) {
                (Some(several), _) => several.await,
                (None, Some(folder)) => folder.await.map(|folder| vec![folder]),
                (None, None) => None,
            })
        });
    }

    /// The files that are written in their field.
    pub(super) fn named_files(&self) -> Vec<PathBuf> {
        let lines = self.files.split(BETWEEN).map(str::trim);
        lines
            .filter(|line| !line.is_empty())
            .map(PathBuf::from)
            .collect()
    }

    /// A name to keep choices under; one for all where no profile is open.
    pub(super) fn keep_under(&self) -> String {
        self.of.clone().map(|id| id.0).unwrap_or_default()
    }

    /// What is wished of the log that is open; where none is, of the next.
    pub(super) fn wishes(&self) -> Wishes {
        let open = self.stream.as_ref().map(|stream| stream.wishes.clone());
        open.unwrap_or_else(|| self.kept_wishes())
    }

    /// What is wished of the log that is opened next.
    pub(super) fn kept_wishes(&self) -> Wishes {
        let kept = self.saved.wishes.get(&self.keep_under());
        kept.cloned().unwrap_or_default()
    }

    pub(super) fn beginning(&self) -> (Beginning, String) {
        let kept = self.saved.beginnings.get(&self.keep_under());
        kept.cloned().unwrap_or_default()
    }

    /// For how long something has been read that the person waits for.
    pub(super) fn elapsed(&self) -> Option<Duration> {
        if self.survey.is_running() {
            return self.survey.elapsed();
        }
        let stream = self.stream.as_ref()?;
        // A stream that is open waits for the server, not the person for it.
        let waits = stream.is_reading() && stream.ring.is_empty() || self.is_running();
        waits.then(|| stream.elapsed()).flatten()
    }

    /// The zone that times of the log are written in.
    pub(super) fn log_zone(&self) -> Zone {
        let stream = self.stream.as_ref();
        stream
            .map(|stream| stream.order().input.zone())
            .unwrap_or_default()
    }
}

/// The zone of times that are written without one: that in which they are shown.
fn clock(state: &State) -> Zone {
    Zone::at_offset(state.settings.zone.offset_secs).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{engine::binlog::source::live::Link, gui::panels::binlog::stream::Doing};

    #[test]
    fn esc_ends_the_reading_of_files_and_not_a_live_stream() {
        let worker = Worker::new(|| {}).unwrap();
        let mut state = State::default();
        let mut panel = BinlogPanel::default();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/binlog");
        let input = Input {
            log: Log::Files(vec![folder.join("mysql-in-use.000001")]),
            names: None,
            program: None,
        };
        // It waits for more.
        panel.start(input, StartAt::Begin, true, &state, &worker);
        let line = |panel: &mut BinlogPanel, link| {
            if let Some(stream) = &mut panel.stream {
                stream.link = link;
            }
        };
        let doing = |panel: &BinlogPanel| panel.stream.as_ref().map(Stream::doing);
        line(&mut panel, Some(Link::Connecting));
        panel.handle(BinlogCommand::Cancel, &mut state, &worker);
        assert_eq!(doing(&panel), Some(Doing::Reads));
        line(&mut panel, None);
        panel.handle(BinlogCommand::Cancel, &mut state, &worker);
        assert_eq!(doing(&panel), Some(Doing::Ends));
    }
}
