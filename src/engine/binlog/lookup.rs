//! How a server describes a table now, for what was not logged of it ([`schema`](super::schema)).

use std::{
    sync::mpsc::{RecvError, SyncSender, sync_channel},
    time::Duration,
};

use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    schema::{Described, fit},
    source::live::DEAD_AFTER,
    table::{Origin, TablePlan},
};
use crate::engine::{
    Error, Result,
    schema::{self, Most, TableColumn},
    session::Session,
};

/// An answer that takes so long does not come any more: the session's line has died, and no statement of a person is
/// waited for here.
const PATIENCE: Duration = DEAD_AFTER;
/// Pauses before a server that went away is asked again.
const PAUSES: [Duration; 6] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
];

/// The columns of a table in its order; none where the account sees no such table.
///
/// Through the session's pool, beside the stream: the answer is of now, while the stream may be behind. That it fits
/// what was logged is for [`fit`] to say. A server that restarts, or a line that has died, is
/// asked again for about a minute, as the stream goes on then too, and rows without names would be the worse for it.
pub async fn columns(
    session: &Session,
    database: &str,
    table: &str,
    cancel: &CancellationToken,
) -> Result<Vec<Described>> {
    let mut pauses = PAUSES.into_iter();
    loop {
        // What is dropped is not used again: its connection is closed.
        let asking = schema::columns(session, database, table, Most::COLUMNS, cancel);
        let error = match timeout(PATIENCE, asking).await {
            Ok(Ok(list)) => return Ok(list.items.into_iter().map(described).collect()),
            Ok(Err(error)) => error,
            Err(_) => Error::ReadTimeout {
                address: session.profile().address.to_string(),
                after: PATIENCE,
            },
        };
        let passing = matches!(
            error,
            Error::LostConnection { .. } | Error::ReadTimeout { .. } | Error::Connect(_)
        );
        let Some(pause) = pauses.next().filter(|_| passing) else {
            return Err(error);
        };
        if cancel.run_until_cancelled(sleep(pause)).await.is_none() {
            return Err(error);
        }
    }
}

/// Questions that wait for the session.
const AHEAD: usize = 4;

/// What a table is like now.
struct Question {
    database: String,
    table: String,
    answer: SyncSender<Result<Vec<Described>>>,
}

/// What makes a table's plan better for a thread that reads a log: its columns as they are on the server, where they
/// fit what was logged; and the work that asks the server, which somebody has to run. `untold` hears of each plan that
/// stays as it was, and why.
pub fn names(
    session: Session,
    cancel: CancellationToken,
    mut untold: impl FnMut(&TablePlan, &str) + Send + 'static,
) -> (
    impl FnMut(TablePlan) -> TablePlan + Send + 'static,
    impl Future<Output = ()> + Send,
) {
    let (asking, mut questions) = mpsc::channel::<Question>(AHEAD);
    let name = move |plan: TablePlan| {
        let (answer, answered) = sync_channel(1);
        let question = Question {
            database: plan.database.clone(),
            table: plan.table.clone(),
            answer,
        };
        if asking.blocking_send(question).is_err() {
            return plan;
        }
        let why = match answered.recv() {
            Ok(Ok(described)) if described.is_empty() => {
                "the server has no such table, or this account does not see it".to_owned()
            }
            Ok(Ok(described)) => match fit(&plan, &described, Origin::Server) {
                Ok(fitted) => return fitted,
                Err(misfit) => format!("the table on the server is another one now: {misfit}"),
            },
            Ok(Err(error)) => error.to_string(),
            Err(RecvError) => return plan,
        };
        untold(&plan, &why);
        plan
    };
    let work = async move {
        while let Some(question) = questions.recv().await {
            let Question {
                database,
                table,
                answer,
            } = question;
            let columns = columns(&session, &database, &table, &cancel).await;
            // Who asked may have gone.
            answer.try_send(columns).ok();
        }
    };
    (name, work)
}

fn described(column: TableColumn) -> Described {
    Described {
        name: column.name,
        type_text: column.type_name,
        charset: column.charset,
        primary_key: column.primary_key,
        extra: column.extra,
    }
}
