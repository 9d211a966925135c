//! The functions that a server has beyond its own, for the guard. Read once, at connect, also where the profile lets
//! none be called: `count (a)` with its blank is a stored function where there is one of that name.

use std::collections::HashMap;

use mysql_async::Conn;

use super::own::{Own, Rows};
use crate::engine::sql::{
    dialect::Dialect,
    guard::{DataAccess, Functions},
};

/// Stored functions that are read at most. Of a server with more none is known: half a list could lack the one of a
/// name that writes.
pub(super) const MOST: usize = 20_000;

/// What the server tells; what it does not tell stays unknown, and is refused.
pub(super) async fn read(conn: &mut Conn, dialect: Dialect) -> mysql_async::Result<Functions> {
    let loadable = Own::LoadableFunctions(dialect).column(conn).await?;
    let stored = Own::StoredFunctions
        .answered(conn)
        .await?
        .filter(|rows| rows.len() <= MOST);
    Ok(Functions {
        unread_stored: stored.is_none(),
        unread_loadable: loadable.is_none(),
        stored: by_name(stored.unwrap_or_default()),
        loadable: loadable
            .unwrap_or_default()
            .into_iter()
            .map(|name| name.to_lowercase())
            .collect(),
    })
}

/// What is known where the server does not tell in time.
pub(super) fn unread() -> Functions {
    Functions {
        unread_stored: true,
        unread_loadable: true,
        ..Functions::default()
    }
}

fn by_name(rows: Rows) -> HashMap<String, Vec<(String, DataAccess)>> {
    let mut functions: HashMap<String, Vec<_>> = HashMap::new();
    for row in rows {
        let mut cells = row.into_iter().flatten();
        let (Some(database), Some(name), Some(access)) = (cells.next(), cells.next(), cells.next())
        else {
            continue;
        };
        let access = match access.as_str() {
            "READS SQL DATA" | "NO SQL" => DataAccess::Reads,
            _ => DataAccess::Other,
        };
        let of_name = functions.entry(name.to_lowercase()).or_default();
        of_name.push((database, access));
    }
    functions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(database: &str, name: &str, access: &str) -> Vec<Option<String>> {
        [database, name, access]
            .map(|cell| Some(cell.to_owned()))
            .to_vec()
    }

    #[test]
    fn only_what_is_declared_to_read_counts_as_reading() {
        let functions = by_name(vec![
            row("a", "F", "READS SQL DATA"),
            row("b", "f", "CONTAINS SQL"),
            row("a", "g", "NO SQL"),
            row("a", "h", "MODIFIES SQL DATA"),
        ]);
        let of_f = [
            ("a".to_owned(), DataAccess::Reads),
            ("b".to_owned(), DataAccess::Other),
        ];
        assert_eq!(functions["f"], of_f);
        assert_eq!(functions["g"][0].1, DataAccess::Reads);
        assert_eq!(functions["h"][0].1, DataAccess::Other);
    }
}
