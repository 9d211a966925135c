//! How a server describes a table now, for what was not logged of it ([`schema`](super::schema)).

use tokio_util::sync::CancellationToken;

use super::schema::Described;
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

fn described(column: TableColumn) -> Described {
    Described {
        name: column.name,
        type_text: column.type_name,
        charset: column.charset,
        primary_key: column.primary_key,
        extra: column.extra,
    }
}
