//! One tab: its text, its database, and the last run with its rows.

use std::ops::Range;

use super::{loading::Loading, place, save::SaveForm, use_database};
use crate::{
    engine::{
        Error,
        error::Stopped,
        profiles::ProfileId,
        query::{self, Options, Output, ResultSet, Summary},
        session::Session,
        sql::guard,
    },
    gui::{
        command::QueryCommand,
        layout::PaneId,
        saved::{RowLimit, SavedTab},
        state::{OpenSession, SessionStatus, State},
        widgets::{rows_table::RowsTable, sql_edit::SqlEdit},
    },
    worker::{Feed, Gather, Job, Worker},
};

/// The rows of one run, as they arrive.
#[derive(Default)]
pub(super) struct Answer {
    /// Which run they are of.
    pub(super) run: u64,
    /// The columns have come; none of them where the statement has no rows to give.
    pub(super) described: bool,
    pub(super) rows: ResultSet,
}

impl Gather<Output> for Answer {
    fn gather(&mut self, output: Output) {
        match output {
            Output::Columns(columns) => {
                self.described = true;
                self.rows = ResultSet::new(columns);
            }
            Output::Rows(batch) => self.rows.push(batch),
        }
    }
}

/// What was asked for last.
pub(super) struct Run {
    pub(super) number: u64,
    /// The statement, as in the text.
    pub(super) sql: String,
    /// Where it stood in the text.
    pub(super) place: Range<usize>,
    pub(super) profile: ProfileId,
    /// The database chosen for it; else the profile's own.
    pub(super) database: Option<String>,
    pub(super) limit: Option<u64>,
    /// Why it has no rows, or not all of them.
    pub(super) trouble: Option<Error>,
}

/// What to run.
struct Wish {
    sql: String,
    place: Range<usize>,
    database: Option<String>,
    limit: Option<u64>,
}

/// What is seen of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum View {
    #[default]
    Rows,
    Messages,
}

pub(super) struct Tab {
    pub(super) id: u64,
    /// The tile that it stands in.
    pub(super) pane: PaneId,
    pub(super) name: String,
    /// Chosen for this tab, on the server of this profile; else the profile's own.
    pub(super) placed: Option<(ProfileId, String)>,
    pub(super) limit: RowLimit,
    pub(super) edit: SqlEdit,
    pub(super) grid: RowsTable,
    pub(super) view: View,
    pub(super) result: Feed<Output, Answer, Summary>,
    pub(super) run: Option<Run>,
    /// The run that `result` was started for last.
    fed: u64,
    pub(super) switching: Job<(ProfileId, String)>,
    /// Something that went well without rows.
    pub(super) note: Option<String>,
    /// What became of the last wish to copy.
    pub(super) copied: Option<String>,
    /// The new name while it is being typed.
    pub(super) renaming: Option<String>,
    /// Where the rows are to be saved, while that is being asked.
    pub(super) saving: Option<SaveForm>,
    pub(super) database_filter: String,
    pub(super) loading: Loading,
}

impl Tab {
    pub(super) fn new(id: u64, pane: PaneId, name: String, text: String) -> Self {
        Self {
            id,
            pane,
            name,
            placed: None,
            limit: RowLimit::default(),
            edit: SqlEdit::new(text),
            grid: RowsTable::default(),
            view: View::default(),
            result: Feed::default(),
            run: None,
            fed: 0,
            switching: Job::default(),
            note: None,
            copied: None,
            renaming: None,
            saving: None,
            database_filter: String::new(),
            loading: Loading::default(),
        }
    }

    pub(super) fn from_saved(id: u64, saved: SavedTab) -> Self {
        Self {
            pane: saved.pane,
            limit: saved.limit,
            placed: saved.profile.zip(saved.database),
            ..Self::new(id, saved.pane, saved.name, saved.sql)
        }
    }

    /// What is kept for the next start: no rows.
    pub(super) fn saved(&self, front: bool) -> SavedTab {
        let (profile, database) = self.placed.clone().unzip();
        SavedTab {
            name: self.name.clone(),
            pane: self.pane,
            front,
            profile,
            database,
            limit: self.limit,
            sql: self.edit.text().to_owned(),
        }
    }

    /// Do what the user asked for, as far as one tab can.
    pub(super) fn handle(&mut self, command: QueryCommand, state: &State, worker: &Worker) {
        match command {
            QueryCommand::Run => self.run_current(state, worker),
            QueryCommand::RunAgain => self.run_again(state, worker),
            QueryCommand::LoadAll => self.load_all(state, worker),
            QueryCommand::Cancel => self.cancel(),
            QueryCommand::RenameTab => self.renaming = Some(self.name.clone()),
            QueryCommand::SaveAs => self.save_as(),
            QueryCommand::Save { replace } => self.save(replace, worker),
            QueryCommand::BrowseSave => {
                if let Some(form) = &mut self.saving {
                    form.browse(worker);
                }
            }
            QueryCommand::Insert(text) => self.edit.insert(&text),
            QueryCommand::Database(name) => {
                if let Some(session) = state.active_session() {
                    self.switch_database(session, worker, name);
                }
            }
            // The panel's.
            QueryCommand::NewTab
            | QueryCommand::CloseTab
            | QueryCommand::CloseTabNumber(_)
            | QueryCommand::SelectTab(_)
            | QueryCommand::ReopenTab
            | QueryCommand::NextTab
            | QueryCommand::PreviousTab
            | QueryCommand::MoveTabLeft
            | QueryCommand::MoveTabRight
            | QueryCommand::OpenTable(_)
            | QueryCommand::OpenText { .. } => {}
        }
    }

    /// The tab's database on this server.
    pub(super) fn database(&self, profile: &ProfileId) -> Option<&str> {
        let (of, name) = self.placed.as_ref()?;
        (of == profile).then_some(name)
    }

    /// The last run is under way.
    pub(super) fn is_running(&self) -> bool {
        self.result.is_running() || self.switching.is_running()
    }

    /// The rows on screen are those of the last run.
    pub(super) fn is_current(&self) -> bool {
        match (&self.run, self.result.value()) {
            (Some(run), Some(answer)) => run.number == answer.run,
            _ => false,
        }
    }

    /// What the last run failed with.
    pub(super) fn error(&self) -> Option<&Error> {
        let trouble = self.run.as_ref().and_then(|run| run.trouble.as_ref());
        trouble.or(self.switching.error())
    }

    /// Run what stands at the caret.
    fn run_current(&mut self, state: &State, worker: &Worker) {
        let Some(session) = state.active_session() else {
            return;
        };
        let rules = session.rules();
        let profile = &session.profile().id;
        let place = self.edit.current(&rules);
        let wish = Wish {
            sql: place
                .clone()
                .map_or_else(String::new, |place| self.edit.text()[place].to_owned()),
            place: place.clone().unwrap_or_default(),
            database: self.database(profile).map(str::to_owned),
            limit: row_limit(self.limit, session),
        };
        if place.is_none() {
            let nothing = Error::NotOneStatement("there is no statement at the cursor".to_owned());
            self.begin(profile.clone(), &wish);
            self.fail(nothing);
            return;
        }
        self.start(session, worker, wish);
    }

    /// Run the last statement again, on the server that it ran on.
    fn run_again(&mut self, state: &State, worker: &Worker) {
        if let (Some(session), Some(wish)) = (self.session_of_run(state), self.wish_of_run()) {
            self.start(session, worker, wish);
        }
    }

    /// Run the last statement again, on the server that it ran on and without a row limit.
    fn load_all(&mut self, state: &State, worker: &Worker) {
        if let (Some(session), Some(wish)) = (self.session_of_run(state), self.wish_of_run()) {
            let limit = None;
            self.start(session, worker, Wish { limit, ..wish });
        }
    }

    /// The server of the last run, unless it is no longer connected to. The top bar may name another by now.
    pub(super) fn open_of_run<'a>(&self, state: &'a State) -> Option<&'a OpenSession> {
        let open = state.sessions.get(&self.run.as_ref()?.profile)?;
        (open.status != SessionStatus::Connecting).then_some(open)
    }

    fn session_of_run<'a>(&self, state: &'a State) -> Option<&'a Session> {
        self.open_of_run(state)?.session.as_ref()
    }

    fn wish_of_run(&self) -> Option<Wish> {
        let run = self.run.as_ref()?;
        Some(Wish {
            sql: run.sql.clone(),
            place: run.place.clone(),
            database: run.database.clone(),
            limit: run.limit,
        })
    }

    fn start(&mut self, session: &Session, worker: &Worker, wish: Wish) {
        let rules = session.rules();
        self.begin(session.profile().id.clone(), &wish);
        if let Some(database) = use_database::parse(&wish.sql, rules.sql_mode) {
            self.switch_database(session, worker, database);
            return;
        }
        let checked = match guard::check(&wish.sql, &rules) {
            Ok(checked) => checked,
            Err(refusal) => return self.fail(refusal.into()),
        };
        let number = self.run.as_ref().map_or(0, |run| run.number);
        let options = Options {
            database: wish.database,
            row_limit: wish.limit,
            ..Options::of(session)
        };
        let session = session.clone();
        let answer = Answer {
            run: number,
            ..Answer::default()
        };
        let name = format!("Query: {}", self.name);
        self.fed = number;
        self.result
            .start(worker, &name, answer, move |rows, cancel| async move {
                query::run(&session, &checked, &options, rows, &cancel).await
            });
    }

    /// Choose the tab's database, once the server has said that there is such a one.
    fn switch_database(&mut self, session: &Session, worker: &Worker, database: String) {
        let (session, profile) = (session.clone(), session.profile().id.clone());
        self.switching
            .start(worker, "Choose database", move |cancel| async move {
                let checked = guard::check("SELECT DATABASE()", &session.rules())?;
                let options = Options {
                    database: Some(database.clone()),
                    ..Options::of(&session)
                };
                query::collect(&session, &checked, &options, &cancel).await?;
                Ok((profile, database))
            });
    }

    fn begin(&mut self, profile: ProfileId, wish: &Wish) {
        self.run = Some(Run {
            number: self.run.as_ref().map_or(0, |run| run.number) + 1,
            sql: wish.sql.clone(),
            place: wish.place.clone(),
            profile,
            database: wish.database.clone(),
            limit: wish.limit,
            trouble: None,
        });
        self.note = None;
        self.copied = None;
        self.view = View::Rows;
        self.edit.unmark();
        self.result.cancel();
        self.result.take_error();
        // A late answer must not move the tab away from the database of this run.
        self.switching = Job::default();
    }

    fn fail(&mut self, error: Error) {
        self.mark(&error);
        if let Some(run) = &mut self.run {
            run.trouble = Some(error);
        }
    }

    /// Underline what the error speaks of, where the text still says the same.
    fn mark(&mut self, error: &Error) {
        let Some(run) = &self.run else { return };
        let unchanged = self.edit.text().get(run.place.clone()) == Some(run.sql.as_str());
        if let Some(at) = place::of(error, &run.sql).filter(|_| unchanged) {
            let start = run.place.start;
            self.edit
                .mark(start + at.start..start + at.end, &error.to_string());
        }
    }

    fn cancel(&self) {
        self.result.cancel();
        self.switching.cancel();
    }

    pub(super) fn poll(&mut self, worker: &Worker) {
        let before = self.result.value().map(|answer| answer.run);
        let ended = self.result.poll();
        let now = self.result.value().map(|answer| answer.run);
        if now != before {
            self.grid.start_over();
            self.loading = Loading::default();
        }
        if ended
            && let Some(error) = self.result.take_error()
            && self.run.as_ref().is_some_and(|run| run.number == self.fed)
        {
            self.fail(error);
        }
        if self.switching.poll()
            && let Some((profile, database)) = self.switching.take_value()
        {
            self.note = Some(format!("The database of this tab is now {database}."));
            self.placed = Some((profile, database));
        }
        let answer = self.result.value_mut();
        let rows = answer.map(|answer| (answer.run, &mut answer.rows));
        self.loading.poll(rows, worker);
        if let Some(form) = &mut self.saving
            && let Some(saved) = form.poll()
        {
            self.copied = Some(saved);
            self.saving = None;
        }
    }

    /// Ask where the rows are to be saved.
    fn save_as(&mut self) {
        let has_rows = self
            .result
            .value()
            .is_some_and(|answer| !answer.rows.columns().is_empty());
        if has_rows && self.saving.is_none() {
            self.saving = Some(SaveForm::new(&self.name));
        }
    }

    fn save(&mut self, replace: bool, worker: &Worker) {
        if let (Some(form), Some(answer)) = (&mut self.saving, self.result.value()) {
            form.start(&answer.rows, replace, worker);
        }
    }
}

/// In numbers; `None` for no limit.
fn row_limit(limit: RowLimit, session: &Session) -> Option<u64> {
    match limit {
        RowLimit::OfProfile => Options::of(session).row_limit,
        RowLimit::Rows(rows) => Some(rows),
        RowLimit::All => None,
    }
}

/// The end of a cancelled run in words, and what a DBA can run where the server could not be told.
pub(super) fn stopped_words(stopped: &Stopped) -> (String, Option<&str>) {
    match stopped {
        Stopped::OnServer => (
            "Cancelled; the statement has stopped on the server.".to_owned(),
            None,
        ),
        Stopped::BeforeServer => ("Cancelled before the statement was sent.".to_owned(), None),
        Stopped::Unconfirmed { reason, statement } => (
            format!(
                "Cancelled here, but the server could not be told to stop ({reason}). It may still be running; a DBA can end it with:"
            ),
            Some(statement),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::test::until;

    fn tab() -> Tab {
        Tab::new(1, PaneId::default(), "a".to_owned(), "SELECT 1".to_owned())
    }

    fn wish(sql: &str) -> Wish {
        Wish {
            sql: sql.to_owned(),
            place: 0..sql.len(),
            database: Some("shop".to_owned()),
            limit: Some(10),
        }
    }

    #[test]
    fn a_run_is_not_moved_to_another_database_by_a_choice_before_it() {
        let worker = Worker::new(|| {}).unwrap();
        let profile = State::for_test().active.unwrap();
        let mut tab = tab();
        tab.placed = Some((profile.clone(), "shop".to_owned()));
        let chosen = (profile.clone(), "elsewhere".to_owned());
        tab.switching
            .start(&worker, "Choose database", |_| async { Ok(chosen) });
        tab.begin(profile.clone(), &wish("SELECT 1"));
        until(|| worker.running().is_empty());
        tab.poll(&worker);
        assert_eq!(tab.database(&profile), Some("shop"));
        assert!(tab.note.is_none());
    }

    #[test]
    fn running_again_is_on_the_server_and_database_of_the_run() {
        let mut state = State::for_test();
        let first = state.active.clone().unwrap();
        let second = ProfileId("1".repeat(32));
        let mut open = State::for_test().sessions.remove(&first).unwrap();
        open.profile.id = second.clone();
        state.sessions.insert(second.clone(), open);

        let mut tab = tab();
        tab.placed = Some((first.clone(), "shop".to_owned()));
        tab.begin(first.clone(), &wish("SELECT 1"));
        state.active = Some(second.clone());
        tab.placed = Some((second, "elsewhere".to_owned()));
        assert_eq!(tab.open_of_run(&state).unwrap().profile.id, first);
        let again = tab.wish_of_run().unwrap();
        assert_eq!(again.database.as_deref(), Some("shop"));

        state.sessions.get_mut(&first).unwrap().status = SessionStatus::Connecting;
        assert!(tab.open_of_run(&state).is_none());
        state.sessions.remove(&first);
        assert!(tab.open_of_run(&state).is_none());
    }
}
