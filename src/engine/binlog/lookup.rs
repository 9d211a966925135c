//! How a server describes a table now, for what was not logged of it ([`schema`](super::schema)).

use std::sync::mpsc::{RecvError, SyncSender, sync_channel};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    schema::{Described, fit},
    table::{Origin, TablePlan},
};
use crate::engine::{
    Result,
    schema::{self, Most, TableColumn},
    session::Session,
};

/// The columns of a table in its order; none where the account sees no such table.
///
/// Through the session's pool, beside the stream: the answer is of now, while the stream may be behind. That it fits
/// what was logged is for [`fit`](super::schema::fit) to say.
pub async fn columns(
    session: &Session,
    database: &str,
    table: &str,
    cancel: &CancellationToken,
) -> Result<Vec<Described>> {
    let list = schema::columns(session, database, table, Most::COLUMNS, cancel).await?;
    Ok(list.items.into_iter().map(described).collect())
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
