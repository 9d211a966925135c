//! What a server's binary log can show, and what stands in its way: read before a viewer is opened.
//!
//! Each [`Finding`] says what a setting costs whoever reads the log, and what a DBA could run. Nothing is changed from
//! here, and nothing that is asked for here makes the server do work.

mod findings;

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::gtid::GtidPosition;
use crate::engine::{
    Error, Result,
    schema::{self, Answer, Most},
    session::{Dialect, Product, Session},
    sql::{lexer::SqlMode, literal::quote_text},
};

/// Of files, and of settings.
const MOST: Most = Most {
    rows: 100_000,
    bytes: 32 << 20,
};

/// What was read of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// MySQL or MariaDB.
    pub product: Product,
    /// May this account follow the log, and see which files there are?
    pub rights: Rights,
    /// What a DBA can run to give the account what it lacks; none where it lacks nothing.
    pub grant: Option<String>,
    /// Settings, those that stand in the way first.
    pub findings: Vec<Finding>,
    /// The files, the oldest first; none where this account may not see them.
    pub files: Option<Vec<LogFile>>,
    /// Where the log ends; none where this account may not see it, or there is no log.
    pub end: Option<End>,
    /// Every transaction that the server has; none where it has no GTIDs.
    pub gtids: Option<GtidPosition>,
}

impl Survey {
    /// Whether a viewer can be opened at all.
    pub fn is_readable(&self) -> bool {
        self.rights.follow && !self.findings.iter().any(|one| one.weight == Weight::Blocks)
    }
}

/// What this account may do with the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Follow it: REPLICATION SLAVE.
    pub follow: bool,
    /// List its files and see where it ends: REPLICATION CLIENT, which MariaDB calls BINLOG MONITOR since 10.5.2.
    pub list: bool,
}

/// One file of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Encrypted on the server's disk; the server decrypts what it sends.
    pub encrypted: bool,
}

/// Where the log ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The file that is being written.
    pub file: String,
    /// Its size, in bytes.
    pub offset: u64,
    /// Only these databases are logged (`binlog_do_db`); empty for all.
    pub only: String,
    /// These are not (`binlog_ignore_db`).
    pub without: String,
}

/// What one setting means to a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The variable.
    pub setting: &'static str,
    /// Its value here.
    pub value: String,
    /// How grave it is.
    pub weight: Weight,
    /// What it costs a reader, or gives.
    pub cost: String,
    /// What a DBA could run, or write into the server's configuration.
    pub statement: Option<String>,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Nothing can be read.
    Blocks,
    /// Something cannot be shown.
    Costs,
    /// As one would want it, or worth knowing.
    Good,
}

/// Look at a server.
pub async fn survey(session: &Session, cancel: &CancellationToken) -> Result<Survey> {
    let dialect = session.facts().dialect();
    let settings = settings(session, cancel).await?;
    let files = allowed(ask(session, "SHOW BINARY LOGS", cancel).await)?;
    let end = allowed(ask(session, dialect.binlog_end(), cancel).await)?;
    let rights = Rights {
        follow: may_follow(session, cancel).await?,
        list: files.is_some() || end.is_some(),
    };
    let end = end.as_ref().and_then(end_of);
    let mut findings = findings::of(dialect.product, &settings);
    findings.extend(findings::of_databases(end.as_ref()));
    findings.sort_by_key(|finding| finding.weight);
    Ok(Survey {
        product: dialect.product,
        rights,
        grant: grant(dialect, rights, &session.facts().account),
        findings,
        files: files.map(|files| files_of(&files)),
        end,
        gtids: settings.gtids(dialect.product),
    })
}

async fn ask(session: &Session, sql: &str, cancel: &CancellationToken) -> Result<Answer> {
    schema::ask(session, sql, &[], MOST, cancel).await
}

/// `None` where the account may not ask, or the server has no log to be asked about.
fn allowed(answer: Result<Answer>) -> Result<Option<Answer>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::Server {
            code: 1045 | 1142 | 1227 | 1381,
            ..
        }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Variables by name, in small letters.
#[derive(Clone, Debug, Default)]
struct Settings(BTreeMap<String, String>);

impl Settings {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn is_on(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("ON") || value == "1")
    }

    fn gtids(&self, product: Product) -> Option<GtidPosition> {
        match product {
            Product::MySql => {
                let executed = self.get("gtid_executed")?;
                executed.parse().ok().map(GtidPosition::MySql)
            }
            Product::MariaDb => {
                let written = self.get("gtid_binlog_pos")?;
                written.parse().ok().map(GtidPosition::MariaDb)
            }
        }
    }
}

async fn settings(session: &Session, cancel: &CancellationToken) -> Result<Settings> {
    let names: Vec<String> = findings::SETTINGS
        .iter()
        .map(|name| format!("'{name}'"))
        .collect();
    let sql = format!(
        "SHOW GLOBAL VARIABLES WHERE Variable_name IN ({})",
        names.join(", ")
    );
    let answer = ask(session, &sql, cancel).await?;
    let rows = answer.list(|rows, row| {
        let name = schema::text(rows, row, 0).to_ascii_lowercase();
        Some((name, schema::text(rows, row, 1)))
    });
    Ok(Settings(rows.items.into_iter().collect()))
}

/// MySQL answers a question that needs the right, whichever role it comes from. MariaDB has none that is harmless, but
/// shows the rights of roles with the account's own.
async fn may_follow(session: &Session, cancel: &CancellationToken) -> Result<bool> {
    match session.facts().product {
        Product::MySql => {
            let asked = ask(session, "SHOW BINLOG EVENTS LIMIT 1", cancel).await;
            match asked {
                // There is no log, and the right does not matter; or the first file was purged just now, or cannot be
                // read, and the question was allowed.
                Err(Error::Server {
                    code: 1381 | 1220, ..
                }) => Ok(true),
                asked => Ok(allowed(asked)?.is_some()),
            }
        }
        Product::MariaDb => {
            let grants = ask(session, "SHOW GRANTS", cancel).await?;
            let gives = |line: String| {
                let everywhere = line.contains(" ON *.* TO ");
                let rights = line.split(" ON ").next().unwrap_or_default();
                let named = ["ALL PRIVILEGES", "REPLICATION SLAVE"].iter().any(|right| {
                    rights
                        .trim_start_matches("GRANT ")
                        .split(',')
                        .any(|one| one.trim() == *right)
                });
                everywhere && named
            };
            let lines = grants.list(|rows, row| Some(schema::text(rows, row, 0)));
            Ok(lines.items.into_iter().any(gives))
        }
    }
}

fn files_of(answer: &Answer) -> Vec<LogFile> {
    let list = answer.list(|rows, row| {
        Some(LogFile {
            name: schema::text(rows, row, 0),
            bytes: schema::text(rows, row, 1).parse().unwrap_or(0),
            encrypted: schema::text(rows, row, 2).eq_ignore_ascii_case("Yes"),
        })
    });
    list.items
}

fn end_of(answer: &Answer) -> Option<End> {
    let list = answer.list(|rows, row| {
        Some(End {
            file: schema::text(rows, row, 0),
            offset: schema::text(rows, row, 1).parse().ok()?,
            only: schema::text(rows, row, 2),
            without: schema::text(rows, row, 3),
        })
    });
    list.items.into_iter().next()
}

/// The statement that gives an account what it lacks.
fn grant(dialect: Dialect, rights: Rights, account: &str) -> Option<String> {
    let list = match dialect.product {
        Product::MariaDb if dialect.version >= (10, 5, 2) => "BINLOG MONITOR",
        _ => "REPLICATION CLIENT",
    };
    let lacks: Vec<&str> = [(rights.follow, "REPLICATION SLAVE"), (rights.list, list)]
        .into_iter()
        .filter_map(|(has, right)| (!has).then_some(right))
        .collect();
    if lacks.is_empty() {
        return None;
    }
    let (user, host) = account.rsplit_once('@').unwrap_or((account, "%"));
    let quoted = |text| quote_text(text, SqlMode::default());
    Some(format!(
        "GRANT {} ON *.* TO {}@{};",
        lacks.join(", "),
        quoted(user),
        quoted(host)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_account_lacks_is_granted_in_the_servers_words() {
        let grant = |version, follow, list, account| {
            grant(Dialect::parse(version), Rights { follow, list }, account)
        };
        assert_eq!(
            grant("9.7.4", false, false, "ann@%").unwrap(),
            "GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'ann'@'%';"
        );
        assert_eq!(
            grant("10.11.18-MariaDB", true, false, "a'b@10.0.0.1").unwrap(),
            "GRANT BINLOG MONITOR ON *.* TO 'a''b'@'10.0.0.1';"
        );
        assert_eq!(
            grant("10.4.1-MariaDB", true, false, "ann@%").unwrap(),
            "GRANT REPLICATION CLIENT ON *.* TO 'ann'@'%';"
        );
        assert_eq!(grant("9.7.4", true, true, "ann@%"), None);
    }
}
