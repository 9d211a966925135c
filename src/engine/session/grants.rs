//! What could this account do beyond reading? Read from SHOW GRANTS.
//!
//! Rights of roles count while the roles are active: both servers put those of active roles (default and mandatory
//! ones, and roles within roles) into the answer, MariaDB those of PUBLIC too. A role that is granted and not active
//! does not count, because nothing that Porthole sends could activate it.

use std::fmt;

use super::own::Own;
use crate::engine::sql::dialect::{Dialect, Product};

/// Who guarantees that a session changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadOnly {
    /// The account has no right to write: the server would refuse.
    Server,
    /// The guard stands before what the account or the server would allow.
    Porthole {
        /// Who does not keep the session's read-only mode; `None` where the mode holds behind the guard.
        unkept_by: Option<String>,
        /// What the account could do beyond reading.
        powers: Vec<Power>,
        /// Statements that make a better account, to copy.
        better_account: String,
    },
}

/// Something that an account could do, and the rights that allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Power {
    /// What they allow, as what comes after "could".
    pub allows: &'static str,
    /// The rights, in the server's words.
    pub rights: Vec<String>,
}

/// Such as `change rows (INSERT, DELETE)`.
impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.allows, self.rights.join(", "))
    }
}

impl ReadOnly {
    /// Why it is not the server that guarantees it, in one line; `None` where it is.
    pub fn because(&self) -> Option<String> {
        let Self::Porthole {
            unkept_by, powers, ..
        } = self
        else {
            return None;
        };
        let unkept = unkept_by
            .as_ref()
            .map(|name| format!("{name} does not keep a session read-only"));
        let rights: Vec<&str> = powers
            .iter()
            .flat_map(|power| &power.rights)
            .map(String::as_str)
            .collect();
        let shown = rights.iter().take(SHOWN).copied().collect::<Vec<_>>();
        let more = match rights.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let account = (!rights.is_empty()).then(|| {
            format!(
                "this account could do more than read ({}{more})",
                shown.join(", ")
            )
        });
        let both: Vec<String> = unkept.into_iter().chain(account).collect();
        Some(both.join("; "))
    }

    /// Who guards, in one or two words.
    pub fn guard(&self) -> &'static str {
        match self {
            Self::Server => "the server",
            Self::Porthole {
                unkept_by: None, ..
            } => "Porthole",
            Self::Porthole { .. } => "Porthole alone",
        }
    }
}

/// Rights that one line names.
const SHOWN: usize = 3;

/// Rights that let an account read and look, and no more.
const READING: &[&str] = &[
    "USAGE",
    "SELECT",
    "SHOW VIEW",
    "SHOW DATABASES",
    "SHOW_ROUTINE",
    "SHOW CREATE ROUTINE",
    "SENSITIVE_VARIABLES_OBSERVER",
    "PROCESS",
    "REPLICATION CLIENT",
    "REPLICATION SLAVE",
    "BINLOG MONITOR",
    "SLAVE MONITOR",
    "REPLICA MONITOR",
];

/// What each right beyond [`READING`] allows, as both products name them; the gravest first.
const POWERS: &[(&str, &[&str])] = &[
    ("do everything", &["ALL PRIVILEGES", "ALL"]),
    (
        "do nearly everything, also on a server that is set to read_only",
        &["SUPER"],
    ),
    ("change rows", &["INSERT", "UPDATE", "DELETE"]),
    (
        "delete the history of tables with versions",
        &["DELETE HISTORY", "DELETE VERSIONING ROWS"],
    ),
    (
        "make, change and drop tables, views and databases",
        &[
            "CREATE",
            "ALTER",
            "DROP",
            "INDEX",
            "REFERENCES",
            "CREATE VIEW",
            "CREATE TEMPORARY TABLES",
            "CREATE TABLESPACE",
        ],
    ),
    (
        "call stored programs, which write whatever is in them",
        &["EXECUTE"],
    ),
    (
        "make and change stored programs",
        &["CREATE ROUTINE", "ALTER ROUTINE"],
    ),
    ("make what writes later by itself", &["TRIGGER", "EVENT"]),
    ("read and write files on the server's machine", &["FILE"]),
    (
        "lock tables, so that others wait",
        &["LOCK TABLES", "BACKUP_ADMIN"],
    ),
    (
        "give its rights to other accounts",
        &["GRANT OPTION", "ADMIN OPTION", "ROLE_ADMIN"],
    ),
    (
        "act as another account",
        &[
            "PROXY",
            "SET_USER_ID",
            "SET_ANY_DEFINER",
            "ALLOW_NONEXISTENT_DEFINER",
            "SET USER",
        ],
    ),
    (
        "make, change and drop accounts and roles",
        &[
            "CREATE USER",
            "CREATE ROLE",
            "DROP ROLE",
            "SYSTEM_USER",
            "PASSWORDLESS_USER_ADMIN",
            "APPLICATION_PASSWORD_ADMIN",
            "AUTHENTICATION_POLICY_ADMIN",
        ],
    ),
    (
        "change the server's settings",
        &[
            "SYSTEM_VARIABLES_ADMIN",
            "SESSION_VARIABLES_ADMIN",
            "PERSIST_RO_VARIABLES_ADMIN",
        ],
    ),
    (
        "write on a server that is set to read_only",
        &["READ_ONLY ADMIN", "READ ONLY ADMIN"],
    ),
    (
        "end other people's connections, and pass limits of connections",
        &["CONNECTION_ADMIN", "CONNECTION ADMIN"],
    ),
    (
        "start, stop and redirect replication",
        &[
            "REPLICATION_SLAVE_ADMIN",
            "REPLICATION SLAVE ADMIN",
            "REPLICA ADMIN",
            "REPLICATION MASTER ADMIN",
            "GROUP_REPLICATION_ADMIN",
            "GROUP_REPLICATION_STREAM",
        ],
    ),
    (
        "write as replication does",
        &[
            "REPLICATION_APPLIER",
            "BINLOG REPLAY",
            "TRANSACTION_GTID_TAG",
        ],
    ),
    (
        "delete binary logs and change how they are written",
        &["BINLOG_ADMIN", "BINLOG ADMIN", "BINLOG_ENCRYPTION_ADMIN"],
    ),
    (
        "flush and reset caches, logs and counters",
        &[
            "RELOAD",
            "FLUSH_OPTIMIZER_COSTS",
            "FLUSH_PRIVILEGES",
            "FLUSH_STATUS",
            "FLUSH_TABLES",
            "FLUSH_USER_RESOURCES",
        ],
    ),
    ("shut the server down", &["SHUTDOWN"]),
    (
        "replace the server's data by another server's",
        &["CLONE_ADMIN"],
    ),
    (
        "commit or roll back transactions that others prepared",
        &["XA_RECOVER_ADMIN"],
    ),
    ("rebuild tables", &["OPTIMIZE_LOCAL_TABLE"]),
    (
        "change what others see of masked columns",
        &["MANAGE_DATA_MASKING_POLICY"],
    ),
];

/// Judge the lines of SHOW GRANTS.
pub(super) fn judge(grants: &[String], dialect: Dialect, unkept_by: Option<String>) -> ReadOnly {
    let mut powers: Vec<(usize, Power)> = Vec::new();
    let mut add = |right: String| {
        let (place, allows) = power_of(&right);
        match powers.iter_mut().find(|(_, power)| power.allows == allows) {
            Some((_, power)) if power.rights.contains(&right) => {}
            Some((_, power)) => power.rights.push(right),
            None => powers.push((
                place,
                Power {
                    allows,
                    rights: vec![right],
                },
            )),
        }
    };
    if grants.is_empty() {
        add(UNKNOWN.to_owned());
    }
    grants
        .iter()
        .flat_map(|grant| rights(grant))
        .for_each(&mut add);
    if powers.is_empty() && unkept_by.is_none() {
        return ReadOnly::Server;
    }
    powers.sort_by_key(|(place, _)| *place);
    ReadOnly::Porthole {
        unkept_by,
        powers: powers.into_iter().map(|(_, power)| power).collect(),
        better_account: better_account(dialect),
    }
}

/// In the place of rights that the server does not show, or not so that they can be read.
pub(super) const UNKNOWN: &str = "rights that cannot be read";

fn power_of(right: &str) -> (usize, &'static str) {
    let known = POWERS
        .iter()
        .position(|(_, rights)| rights.contains(&right));
    match known {
        Some(place) => (place, POWERS[place].0),
        None if right.ends_with("_ADMIN") || right.ends_with(" ADMIN") => {
            (POWERS.len(), "administer a part of the server")
        }
        None => (POWERS.len() + 1, "do what Porthole does not know"),
    }
}

/// What a line of SHOW GRANTS gives beyond reading. A role by itself gives nothing: its rights have lines of their own.
fn rights(grant: &str) -> Vec<String> {
    // Partial revokes take something away; MariaDB tells the default role too.
    if grant.starts_with("REVOKE ") || grant.starts_with("SET DEFAULT ROLE ") {
        return Vec::new();
    }
    let Some(rest) = grant.strip_prefix("GRANT ") else {
        return vec![UNKNOWN.to_owned()];
    };
    let mut found = Vec::new();
    if let Some(end) = end_of_rights(rest, " ON ") {
        found.extend(listed(&rest[..end]));
        if rest.contains(" WITH GRANT OPTION") {
            found.push("GRANT OPTION".to_owned());
        }
    } else if end_of_rights(rest, " TO ").is_none() {
        found.push(UNKNOWN.to_owned());
    } else if rest.contains(" WITH ADMIN OPTION") {
        found.push("ADMIN OPTION".to_owned());
    }
    found
}

/// The names in `SELECT, INSERT (a, b), SHOW VIEW` that go beyond reading.
fn listed(text: &str) -> impl Iterator<Item = String> {
    let mut depth = 0_u32;
    let mut names = vec![String::new()];
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => names.push(String::new()),
            _ if depth == 0 => names.last_mut().expect("there is one").push(c),
            _ => {}
        }
    }
    names
        .into_iter()
        .map(|name| name.trim().to_uppercase())
        .filter(|name| !READING.contains(&name.as_str()))
}

/// Where ` ON ` or ` TO ` ends the list of rights or roles: not inside a column list or a quoted name.
fn end_of_rights(rest: &str, word: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_u32, None);
    for (at, c) in rest.char_indices() {
        match (c, quote) {
            ('`' | '"' | '\'', None) => quote = Some(c),
            (_, Some(open)) if c == open => quote = None,
            ('(', None) => depth += 1,
            (')', None) => depth = depth.saturating_sub(1),
            (' ', None) if depth == 0 && rest[at..].starts_with(word) => return Some(at),
            _ => {}
        }
    }
    None
}

/// Is a role named in these lines? Then the rights of the active ones are asked for by name.
pub(super) fn has_roles(grants: &[String]) -> bool {
    grants.iter().any(|grant| {
        grant
            .strip_prefix("GRANT ")
            .is_some_and(|rest| end_of_rights(rest, " ON ").is_none())
    })
}

/// The answer of MySQL's CURRENT_ROLE(), read so strictly that it may go into a statement of ours: names in
/// backticks without any inside them, `@` between name and host, commas between roles.
pub(super) fn active_roles(text: &str) -> Option<Own<'_>> {
    let is_name = |part: &str| {
        part.strip_prefix('`')
            .and_then(|part| part.strip_suffix('`'))
            .is_some_and(|name| !name.is_empty() && !name.contains(['`', '\\', ',', '@']))
    };
    let is_role = |role: &str| matches!(role.split_once('@'), Some((name, host)) if is_name(name) && is_name(host));
    (text.len() <= 4096 && text.split(',').all(is_role)).then_some(Own::GrantsOfRoles(text))
}

/// Statements for an account that only reads, for this product and version.
fn better_account(dialect: Dialect) -> String {
    let more = match dialect.product {
        Product::MariaDb if dialect.version >= (11, 3, 1) => "BINLOG MONITOR, SHOW CREATE ROUTINE",
        Product::MariaDb if dialect.version >= (10, 5, 2) => "BINLOG MONITOR",
        Product::MySql if dialect.version >= (8, 0, 20) => "REPLICATION CLIENT, SHOW_ROUTINE",
        _ => "REPLICATION CLIENT",
    };
    format!(
        "CREATE USER 'porthole'@'%' IDENTIFIED BY '<password>' REQUIRE SSL;\nGRANT SELECT, SHOW VIEW, PROCESS, {more} ON *.* TO 'porthole'@'%';"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(grants: &[&str]) -> Vec<String> {
        let grants: Vec<String> = grants.iter().map(|grant| (*grant).to_owned()).collect();
        match judge(&grants, Dialect::parse("9.7.4"), None) {
            ReadOnly::Server => Vec::new(),
            ReadOnly::Porthole { powers, .. } => {
                powers.into_iter().flat_map(|power| power.rights).collect()
            }
        }
    }

    #[test]
    fn an_account_that_only_reads_is_guarded_by_the_server() {
        for grants in [
            &[
                "GRANT USAGE ON *.* TO `a`@`%`",
                "GRANT SELECT, SHOW VIEW ON `x ON y`.* TO `a`@`%`",
                "GRANT `idle`@`%`,`reader`@`%` TO `a`@`%`",
                "REVOKE SELECT ON `mysql`.* FROM `a`@`%`",
                "SET DEFAULT ROLE `reader` FOR `a`@`%`",
            ][..],
            &["GRANT SELECT (`a`, `insert`), REPLICATION CLIENT ON *.* TO `a`@`%`"],
        ] {
            assert_eq!(judged(grants), [""; 0]);
        }
    }

    #[test]
    fn anything_more_is_named_and_the_gravest_first() {
        for (grant, rights) in [
            (
                "GRANT SELECT, INSERT (`a`) ON `x`.* TO `a`@`%`",
                &["INSERT"][..],
            ),
            (
                "GRANT ALL PRIVILEGES ON *.* TO `a`@`%`",
                &["ALL PRIVILEGES"],
            ),
            (
                "GRANT SELECT ON *.* TO `a`@`%` WITH GRANT OPTION",
                &["GRANT OPTION"],
            ),
            (
                "GRANT `writer` TO `a`@`%` WITH ADMIN OPTION",
                &["ADMIN OPTION"],
            ),
            ("GRANT PROXY ON ''@'%' TO 'a'@'%'", &["PROXY"]),
            (
                "GRANT LOCK TABLES, EXECUTE, FILE, UPDATE, INSERT ON *.* TO `a`@`%`",
                &["UPDATE", "INSERT", "EXECUTE", "FILE", "LOCK TABLES"],
            ),
            (
                "GRANT SELECT (`x ON y`), INSERT ON `d`.`t` TO `a`@`%`",
                &["INSERT"],
            ),
            ("GRANT SELECT ON \"x ON y\".* TO \"a\"@\"%\"", &[]),
            ("something else", &[UNKNOWN]),
            ("GRANT what is this", &[UNKNOWN]),
        ] {
            assert_eq!(judged(&[grant]), rights, "{grant}");
        }
        assert_eq!(judged(&[]), [UNKNOWN]);
    }

    #[test]
    fn each_right_says_what_it_would_allow() {
        let grants = [
            "GRANT SET_ANY_DEFINER, SET_USER_ID, NEW_THING_ADMIN, NEW THING ON *.* TO `a`@`%`"
                .to_owned(),
        ];
        let ReadOnly::Porthole { powers, .. } = judge(&grants, Dialect::parse("9.7.4"), None)
        else {
            panic!("it could do more")
        };
        let words: Vec<String> = powers.iter().map(Power::to_string).collect();
        assert_eq!(
            words,
            [
                "act as another account (SET_ANY_DEFINER, SET_USER_ID)",
                "administer a part of the server (NEW_THING_ADMIN)",
                "do what Porthole does not know (NEW THING)"
            ]
        );
        let mut all: Vec<&str> = POWERS
            .iter()
            .flat_map(|(_, rights)| *rights)
            .copied()
            .collect();
        all.extend(READING);
        let number = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), number, "each right has one meaning");
    }

    #[test]
    fn one_line_says_why_it_is_not_the_server() {
        let because = |grants: &[&str], unkept: Option<&str>| {
            let grants: Vec<String> = grants.iter().map(|grant| (*grant).to_owned()).collect();
            let judged = judge(&grants, Dialect::default(), unkept.map(str::to_owned));
            (judged.guard(), judged.because())
        };
        let reads = ["GRANT SELECT ON *.* TO `a`@`%`"];
        let writes = ["GRANT DROP, INSERT, UPDATE, DELETE, FILE ON *.* TO `a`@`%`"];
        assert_eq!(because(&reads, None), ("the server", None));
        assert_eq!(
            because(&reads, Some("TiDB")),
            (
                "Porthole alone",
                Some("TiDB does not keep a session read-only".to_owned())
            )
        );
        let more = "this account could do more than read (INSERT, UPDATE, DELETE and 2 more)";
        assert_eq!(because(&writes, None), ("Porthole", Some(more.to_owned())));
        let both = format!("TiDB does not keep a session read-only; {more}");
        assert_eq!(
            because(&writes, Some("TiDB")),
            ("Porthole alone", Some(both))
        );
    }

    #[test]
    fn only_plain_names_of_roles_go_into_a_statement() {
        assert!(active_roles("`a`@`%`,`b c`@`localhost`").is_some());
        for odd in [
            "NONE",
            "",
            "a@%",
            "`a`@`%`; DROP",
            "`a`@`%`,",
            "`a``b`@`%`",
            "`a`@`%` `x`@`y`",
        ] {
            assert!(active_roles(odd).is_none(), "{odd}");
        }
    }
}
