//! Tables that could be meant, where one is not where it is looked for.

use tokio_util::sync::CancellationToken;

use super::{
    Place,
    seen::{COLUMNS, LOOKED_AT, SYSTEM, Table, read},
};
use crate::engine::{
    Result, error::unmapped::Candidate, session::Session, sql::placeholders::Value,
};

/// Suggestions that are given.
const SUGGESTIONS: usize = 8;
/// Tables that are given where they are looked for by name.
const NAMED: usize = 50;

/// Tables that could be meant, the likeliest first: those with most of the columns that are wanted.
pub async fn candidates(
    session: &Session,
    place: &'static Place,
    cancel: &CancellationToken,
) -> Result<Vec<Candidate>> {
    let sql = format!(
        "{COLUMNS} WHERE table_schema NOT IN ({SYSTEM}) ORDER BY table_schema, table_name, ordinal_position LIMIT {LOOKED_AT}"
    );
    let tables = read(session, &sql, Vec::new(), cancel).await?;
    let mut candidates: Vec<Candidate> = tables
        .into_iter()
        .map(|table| table.candidate(place))
        .filter(|candidate| !candidate.guess.is_empty())
        .collect();
    candidates.sort_by_key(|candidate| (candidate.missing, usize::MAX - candidate.guess.len()));
    candidates.truncate(SUGGESTIONS);
    Ok(candidates)
}

/// Tables whose `database.table` holds these words, in whatever case; also those that have no column that is wanted.
pub async fn named(
    session: &Session,
    place: &'static Place,
    words: &str,
    cancel: &CancellationToken,
) -> Result<Vec<Candidate>> {
    let sql = format!(
        "{COLUMNS} WHERE table_schema NOT IN ({SYSTEM}) AND LOCATE(LOWER(?), LOWER(CONCAT(table_schema, '.', table_name))) > 0 \
         ORDER BY table_schema, table_name, ordinal_position LIMIT {LOOKED_AT}"
    );
    let values = vec![Value::Text(words.to_owned())];
    let tables = read(session, &sql, values, cancel).await?;
    let mut candidates: Vec<Candidate> = tables
        .into_iter()
        .map(|table| table.candidate(place))
        .collect();
    candidates.sort_by_key(|candidate| (candidate.missing, usize::MAX - candidate.guess.len()));
    candidates.truncate(NAMED);
    Ok(candidates)
}

impl Table {
    fn candidate(self, place: &'static Place) -> Candidate {
        let mut guess = Vec::new();
        let mut missing = 0;
        for role in place.roles {
            let known = role.names.iter().chain(role.like);
            match known.into_iter().find_map(|name| self.column(name)) {
                Some(column) => guess.push((role.name, column.name.clone())),
                None => missing += usize::from(role.required),
            }
        }
        Candidate {
            columns: self.columns.into_iter().map(|column| column.name).collect(),
            database: self.database,
            table: self.name,
            guess,
            missing,
        }
    }
}
