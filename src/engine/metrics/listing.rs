//! What the lists of experiments and of flags share: how long they may be, the ids alone, and rows by day for the small
//! curves beside them.

use tokio_util::sync::CancellationToken;

use super::{Ran, ask, series::Moment, tables::Located, text};
use crate::engine::{Result, session::Session};

/// Experiments or flags that are listed, the newest.
pub const MOST: usize = 10_000;
/// Rows of days that are read at most.
pub(super) const MOST_DAYS: usize = 200_000;

/// For each id its days, ascending.
pub type Days<T> = Vec<(String, Vec<(Moment, T)>)>;

/// The ids in the column of a role, in the server's order and at most [`MOST`]; quick on a table of any size that has an
/// index on them.
pub(super) async fn ids(
    session: &Session,
    table: &Located,
    role: &str,
    cancel: &CancellationToken,
) -> Result<(Vec<String>, Ran)> {
    let id = table.name(role);
    let sql = format!(
        "SELECT DISTINCT {id} FROM {} WHERE {id} IS NOT NULL ORDER BY {id} LIMIT {MOST}",
        table.sql()
    );
    let (rows, ran) = ask(session, &sql, Vec::new(), cancel).await?;
    let ids = (0..rows.rows()).map(|row| text(&rows, row, 0));
    Ok((ids.collect(), ran))
}

/// Days that are sorted by id, gathered for each.
pub(super) fn by_id<T>(days: impl Iterator<Item = (String, Moment, T)>) -> Days<T> {
    let mut all: Days<T> = Vec::new();
    for (id, day, figures) in days {
        match all.last_mut() {
            Some((last, days)) if *last == id => days.push((day, figures)),
            _ => all.push((id, vec![(day, figures)])),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_stand_with_their_id() {
        let day = |id: &str, day, figure| (id.to_owned(), Moment(day), figure);
        let days = [day("a", 1, 10), day("a", 2, 20), day("b", 1, 30)];
        let all = by_id(days.into_iter());
        let a = ("a".to_owned(), vec![(Moment(1), 10), (Moment(2), 20)]);
        assert_eq!(all, [a, ("b".to_owned(), vec![(Moment(1), 30)])]);
    }
}
