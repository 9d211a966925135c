//! Read-only, shown: every construct of the catalogue of ways to write, run with all layers and with each layer alone,
//! on servers that belong to this test. What counts is the server's state before and after, never what was said.
//!
//! `tests/data/catalogue` holds the statements, by the catalogue's rows, and says where a layer alone is known to let
//! something through. A layer that begins to leak fails this test, and so does one that stops to.

mod cases;
mod lab;
mod state;

use std::{collections::BTreeSet, pin::pin, time::Duration};

use porthole::{
    demo::Kind,
    engine::{
        Error, Result,
        query::{self, Options, ResultSet},
        session::Session,
        sql::guard::{self, Rules},
    },
};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use self::{
    cases::{Case, Expect, Way},
    lab::{Lab, execute},
    state::State,
};
use crate::cli::Program;

/// Runs of which nothing is expected to stay, looked at together.
const TOGETHER: usize = 12;

/// How often it is asked whether a statement waits.
const GLANCE: Duration = Duration::from_millis(10);
/// How long a change may take to be seen.
const MOMENT: Duration = Duration::from_secs(5);
/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Rows that no statement shows, and where they are shown instead.
const ELSEWHERE: &[(u8, &str)] = &[
    (49, "a table's engine: nothing here reaches another host"),
    (
        53,
        "tests/server/network.rs and query.rs: lines that are lost, sessions that are made safe again",
    ),
    (54, "the compiler: only a `Checked` can be sent"),
    (
        55,
        "tests/server/hostile.rs and scripted.rs: servers that are none",
    ),
    (
        56,
        "tests/server/values.rs and the tests of export: names with odd characters",
    ),
];

#[tokio::test]
async fn on_mysql_each_layer_holds_what_the_catalogue_says() {
    run(Kind::MySql).await;
}

#[tokio::test]
async fn on_mariadb_each_layer_holds_what_the_catalogue_says() {
    run(Kind::MariaDb).await;
}

#[test]
fn every_row_of_the_catalogue_has_a_case_or_a_place_elsewhere() {
    let shown = cases::all().into_iter().map(|case| case.row);
    let rows: BTreeSet<u8> = shown.chain(ELSEWHERE.iter().map(|(row, _)| *row)).collect();
    assert_eq!(rows, (1..=56).collect());
}

async fn run(kind: Kind) {
    let cases = cases::all();
    let mut trial = Trial::start(kind).await;
    for way in Way::EACH {
        trial.run_all(way, &cases).await;
    }
    trial.run_program(&cases).await;
    let problems = trial.problems;
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

/// The catalogue's way through one server.
struct Trial {
    lab: Lab,
    /// As it was when last looked at.
    before: State,
    /// What ran since, of which nothing may stay.
    unseen: Vec<String>,
    problems: Vec<String>,
}

impl Trial {
    async fn start(kind: Kind) -> Self {
        let mut lab = Lab::start(kind).await;
        let before = lab.state().await;
        Self {
            lab,
            before,
            unseen: Vec::new(),
            problems: Vec::new(),
        }
    }

    async fn run_all(&mut self, way: Way, cases: &[Case]) {
        let session = self.lab.open(way, false).await;
        for case in cases {
            if !case.on.include(&self.lab.server) || case.skip.contains_key(&way) {
                continue;
            }
            if case.mode.is_none() && !case.switches {
                self.run_case(way, &session, case).await;
                continue;
            }
            self.look().await;
            if let Some(mode) = &case.mode {
                self.set_mode(&format!("CONCAT(@@GLOBAL.sql_mode, ',{mode}')"))
                    .await;
            }
            let session = self.lab.open(way, case.switches).await;
            self.run_case(way, &session, case).await;
            session.close().await;
            if case.mode.is_some() {
                self.look().await;
                self.set_mode("DEFAULT").await;
            }
        }
        session.close().await;
        self.look().await;
    }

    async fn set_mode(&mut self, mode: &str) {
        execute(
            &mut self.lab.admin,
            &format!("SET GLOBAL sql_mode = {mode}"),
        )
        .await;
        self.before = self.lab.state().await;
    }

    async fn run_case(&mut self, way: Way, session: &Session, case: &Case) {
        let known = case.is_changed(way, &self.lab.server);
        for statements in case.runs() {
            let name = format!(
                "{} {way:?}, row {}: {}",
                self.lab.kind,
                case.row,
                statements.join("; ")
            );
            let alone = known || !way.is_guarded() || case.expect == Expect::Leave;
            if alone {
                self.look().await;
            }
            let end = self
                .run_statements(way, session, case, statements, &name)
                .await;
            self.unseen.push(name.clone());
            if alone {
                self.judge(case, &name, known, &end).await;
            } else if self.unseen.len() >= TOGETHER {
                self.look().await;
            }
        }
    }

    /// Did the state change, and was that known?
    async fn judge(&mut self, case: &Case, name: &str, known: bool, end: &End) {
        self.unseen.clear();
        let difference = self.changes(known && !end.waited).await;
        let changed = end.waited || !difference.is_empty();
        match (known, changed) {
            (false, true) => self.problem(name, &format!("let through\n{difference}")),
            (true, false) => {
                let what = format!("is not let through any more: {}", end.answer);
                self.problem(name, &what);
            }
            _ => {}
        }
        if difference.is_empty() {
            return;
        }
        self.lab.undo(&case.undo).await;
        let restored = self.lab.state().await;
        let left = self.before.restorable().difference(&restored.restorable());
        if !left.is_empty() {
            // What follows could only mislead.
            self.problem(name, &format!("`undo` does not undo\n{left}"));
            panic!("{}", self.problems.join("\n\n"));
        }
        self.before = restored;
    }

    /// What changed since the last look. What is known to change may take the server a moment, such as a kill.
    async fn changes(&mut self, known: bool) -> String {
        let deadline = Instant::now() + if known { MOMENT } else { Duration::ZERO };
        loop {
            let after = self.lab.state().await;
            let difference = self.before.difference(&after);
            if !difference.is_empty() || Instant::now() >= deadline {
                return difference;
            }
        }
    }

    /// Nothing may have changed since the last look.
    async fn look(&mut self) {
        if self.unseen.is_empty() {
            return;
        }
        let after = self.lab.state().await;
        let difference = self.before.difference(&after);
        if !difference.is_empty() {
            let names = self.unseen.join("\n");
            self.problem(
                &names,
                &format!("one of these was let through\n{difference}"),
            );
        }
        self.unseen.clear();
        self.before = after;
    }

    fn problem(&mut self, name: &str, what: &str) {
        self.problems.push(format!("{name}\n{what}"));
    }

    async fn run_statements(
        &mut self,
        way: Way,
        session: &Session,
        case: &Case,
        statements: &[String],
        name: &str,
    ) -> End {
        let rules = session.rules();
        let mut end = End::default();
        for sql in statements {
            let sql = self.lab.text(sql);
            let answer = match &case.held {
                Some(held) => self.run_against(held, way, session, &sql, &rules).await,
                None => Some(send(way, session, &sql, &rules, &CancellationToken::new()).await),
            };
            let Some(answer) = answer else {
                end.waited = true;
                continue;
            };
            if way.is_guarded()
                && let Some(wrong) = misjudged(case, &answer)
            {
                self.problem(name, &wrong);
            }
            end.answer = match answer {
                Ok(rows) => format!("it gave {} rows", rows.rows()),
                Err(error) => error.to_string(),
            };
        }
        end
    }

    /// Run it while another session holds something; nothing comes back if it would wait for that.
    async fn run_against(
        &mut self,
        held: &str,
        way: Way,
        session: &Session,
        sql: &str,
        rules: &Rules,
    ) -> Option<Result<ResultSet>> {
        let mut holder = self.lab.server.connect().await.unwrap();
        execute(&mut holder, "BEGIN").await;
        execute(&mut holder, held).await;
        let cancel = CancellationToken::new();
        let deadline = Instant::now() + PATIENCE;
        let mut sent = pin!(send(way, session, sql, rules, &cancel));
        let answer = loop {
            if let Ok(answer) = timeout(GLANCE, &mut sent).await {
                break Some(answer);
            }
            assert!(
                Instant::now() < deadline,
                "it neither ends nor waits: {sql}"
            );
            // Asked to its end: a question that is given up leaves its answer in the connection.
            if state::is_waiting(&mut self.lab.admin).await {
                cancel.cancel();
                sent.await.ok();
                break None;
            }
        };
        // Not to take part in the next look.
        execute(&mut holder, "ROLLBACK").await;
        execute(&mut holder, "UNLOCK TABLES").await;
        holder.disconnect().await.unwrap();
        answer
    }

    /// The command line has no other way to the server than the window.
    async fn run_program(&mut self, cases: &[Case]) {
        let port = self.lab.server.port();
        let password = self.lab.server.root_password().reveal().to_owned();
        for case in cases {
            if !case.cli || !case.on.include(&self.lab.server) {
                continue;
            }
            let Some(sql) = case.sql.first() else {
                continue;
            };
            let sql = self.lab.text(sql);
            let program = Program::at_address("127.0.0.1", port, &["query", &sql]);
            let outcome = program
                .env("MYSQL_USER", self.lab.server.root_user())
                .env("MYSQL_PASSWORD", &password)
                .run()
                .await;
            if outcome.code != Some(3) {
                self.problem(
                    &sql,
                    &format!(
                        "porthole query ended with {:?}\n{}",
                        outcome.code, outcome.err
                    ),
                );
            }
            self.unseen.push(format!("porthole query {sql:?}"));
        }
        self.look().await;
    }
}

/// How statements ended.
#[derive(Default)]
struct End {
    /// For what another session held, until they were stopped.
    waited: bool,
    /// What the last one got, for people alone.
    answer: String,
}

async fn send(
    way: Way,
    session: &Session,
    sql: &str,
    rules: &Rules,
    cancel: &CancellationToken,
) -> Result<ResultSet> {
    let checked = if way.is_guarded() {
        guard::check(sql, rules)?
    } else {
        guard::unchecked(sql, rules)
    };
    let answer = query::collect(session, &checked, &Options::of(session), cancel).await;
    answer.map(|(rows, _)| rows)
}

/// Did the guard do what the case says? Where it should refuse, it is the guard that must, not the server.
fn misjudged(case: &Case, answer: &Result<ResultSet>) -> Option<String> {
    match (case.expect, answer) {
        (Expect::Refuse, Err(Error::Refused(_))) => None,
        (Expect::Refuse, _) => Some("the guard lets it pass".to_owned()),
        (_, Err(Error::Refused(refusal))) => Some(format!("the guard refuses it: {refusal}")),
        (Expect::Allow, Err(error)) => Some(format!("it must run: {error}")),
        (Expect::Allow, Ok(rows)) if rows.rows() == 0 && !case.empty => {
            Some("it must give rows".to_owned())
        }
        _ => None,
    }
}
