//! Could this account write? Read from SHOW GRANTS.

use crate::engine::sql::dialect::{Dialect, Product};

/// Who guarantees that a session changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadOnly {
    /// The account has no right to write: the server would refuse.
    Server,
    /// The account could write; the guard and the session's read-only mode stand before it.
    Porthole {
        /// The first right found that goes beyond reading, in the server's words.
        because: String,
        /// Statements that make a better account, to copy.
        better_account: String,
    },
}

/// Rights that let an account read and look, and no more.
const READING: &[&str] = &[
    "USAGE",
    "SELECT",
    "SHOW VIEW",
    "SHOW DATABASES",
    "SHOW_ROUTINE",
    "SHOW CREATE ROUTINE",
    "PROCESS",
    "REPLICATION CLIENT",
    "REPLICATION SLAVE",
    "BINLOG MONITOR",
    "SLAVE MONITOR",
    "REPLICA MONITOR",
];

/// Judge the lines of SHOW GRANTS.
pub(super) fn judge(grants: &[String], dialect: Dialect) -> ReadOnly {
    match grants.iter().find_map(|grant| beyond_reading(grant)) {
        None if !grants.is_empty() => ReadOnly::Server,
        None => porthole("its rights could not be read".to_owned(), dialect),
        Some(right) => porthole(right, dialect),
    }
}

fn porthole(because: String, dialect: Dialect) -> ReadOnly {
    ReadOnly::Porthole {
        because,
        better_account: better_account(dialect),
    }
}

/// The first right of one `GRANT … ON … TO …` line that is not in [`READING`].
fn beyond_reading(grant: &str) -> Option<String> {
    let Some(rest) = grant.strip_prefix("GRANT ") else {
        return Some("a grant that cannot be read".to_owned());
    };
    let Some(end) = end_of_rights(rest) else {
        return Some("a role".to_owned());
    };
    if rest.starts_with("PROXY ") {
        return Some("PROXY".to_owned());
    }
    if rest.contains("WITH GRANT OPTION") {
        return Some("GRANT OPTION".to_owned());
    }
    let mut depth = 0_u32;
    let mut name = String::new();
    let mut rights = Vec::new();
    for c in rest[..end].chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => rights.push(std::mem::take(&mut name)),
            _ if depth == 0 => name.push(c),
            _ => {}
        }
    }
    rights.push(name);
    rights
        .into_iter()
        .map(|right| right.trim().to_uppercase())
        .find(|right| !READING.contains(&right.as_str()))
}

/// Where ` ON ` ends the list of rights: not inside a column list or a quoted name.
fn end_of_rights(rest: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0_u32, false);
    for (at, c) in rest.char_indices() {
        match c {
            '`' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ' ' if !quoted && depth == 0 && rest[at..].starts_with(" ON ") => return Some(at),
            _ => {}
        }
    }
    None
}

/// Statements for an account that only reads, for this product and version.
fn better_account(dialect: Dialect) -> String {
    let monitor = match dialect.product {
        Product::MariaDb if dialect.version >= (10, 5, 2) => "BINLOG MONITOR",
        _ => "REPLICATION CLIENT",
    };
    format!(
        "CREATE USER 'porthole'@'%' IDENTIFIED BY '<password>' REQUIRE SSL;\nGRANT SELECT, SHOW VIEW, PROCESS, {monitor} ON *.* TO 'porthole'@'%';"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(grants: &[&str]) -> Option<String> {
        let grants: Vec<String> = grants.iter().map(|grant| (*grant).to_owned()).collect();
        match judge(&grants, Dialect::parse("9.7.4")) {
            ReadOnly::Server => None,
            ReadOnly::Porthole { because, .. } => Some(because),
        }
    }

    #[test]
    fn an_account_that_only_reads_is_guarded_by_the_server() {
        assert_eq!(
            judged(&[
                "GRANT USAGE ON *.* TO `a`@`%`",
                "GRANT SELECT, SHOW VIEW ON `x ON y`.* TO `a`@`%`"
            ]),
            None
        );
        assert_eq!(
            judged(&["GRANT SELECT (`a`, `insert`), REPLICATION CLIENT ON *.* TO `a`@`%`"]),
            None
        );
    }

    #[test]
    fn anything_more_is_named() {
        assert_eq!(
            judged(&["GRANT SELECT, INSERT (`a`) ON `x`.* TO `a`@`%`"]).as_deref(),
            Some("INSERT")
        );
        assert_eq!(
            judged(&["GRANT ALL PRIVILEGES ON *.* TO `a`@`%`"]).as_deref(),
            Some("ALL PRIVILEGES")
        );
        assert_eq!(
            judged(&["GRANT SELECT ON *.* TO `a`@`%` WITH GRANT OPTION"]).as_deref(),
            Some("GRANT OPTION")
        );
        assert_eq!(
            judged(&["GRANT `writer`@`%` TO `a`@`%`"]).as_deref(),
            Some("a role")
        );
        assert_eq!(
            judged(&["GRANT EXECUTE ON *.* TO `a`@`%`"]).as_deref(),
            Some("EXECUTE")
        );
        assert_eq!(
            judged(&["GRANT SELECT (`x ON y`), INSERT ON `d`.`t` TO `a`@`%`"]).as_deref(),
            Some("INSERT")
        );
        assert_eq!(judged(&[]).as_deref(), Some("its rights could not be read"));
    }
}
