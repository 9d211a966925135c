//! The closed list of statements that Porthole itself sends, each with its reason. What a person writes does not
//! come this way, but through `Checked`.
//!
//! The driver sends one of its own, before it asks for the binary log: `SET @master_binlog_checksum='ALL'`, a variable of
//! that connection alone. Else none: the two variables that it would ask for (`@@max_allowed_packet`, `@@wait_timeout`)
//! are given to it, and `@@socket` is never asked for.

use std::time::Duration;

use mysql_async::{Conn, Row, Value, prelude::Queryable as _};

use super::{functions, layer::Layer, lookalike, shelter::sheltered};
use crate::engine::{
    digits,
    profiles::Profile,
    sql::{
        dialect::{Dialect, Product},
        names::quote_identifier,
    },
};

/// Cells as texts; NULL is `None`.
pub(super) type Rows = Vec<Vec<Option<String>>>;

/// One of our own statements.
#[derive(Clone, Debug)]
pub(super) enum Own<'a> {
    /// Before every statement: the session only reads and opens no transaction, has the profile's time zone and the
    /// statement's limit, speaks utf8mb4 (a reset gives a MySQL session the server's own character set) and reads
    /// quotes as the guard does, whatever the server's settings have become.
    MakeSafe {
        dialect: Dialect,
        /// Not where the server has refused it.
        read_only: bool,
        time_zone: &'a str,
        sql_mode: Option<&'a str>,
        time_limit: Duration,
    },
    /// After it, before every statement: the session is what was set, or the statement is not sent.
    Verify(Dialect),
    /// At connect, first: the product decides how the rest is said.
    Version,
    /// At connect: a proxy that does not keep a session read-only gives itself away; in these very words, because
    /// ProxySQL answers no others by itself.
    VersionComment,
    /// At connect: a product that only speaks like MySQL has variables of its own.
    ProductVariables,
    /// At connect: as whom, how text is read, and the server's clock.
    Identify,
    /// At connect: is the line encrypted, and how.
    TlsStatus,
    /// At connect: could this account write.
    Grants,
    /// At connect, where that account has roles: which are active (MySQL 8.0 shows the rights of roles only if asked).
    ActiveRoles,
    /// Then: what these roles allow. MySQL's own text of their names, checked by its maker.
    GrantsOfRoles(&'a str),
    /// At connect: which stored functions there are, and what each is declared to do.
    StoredFunctions,
    /// And which functions come from a library, so that nobody knows what they do.
    LoadableFunctions(Dialect),
    /// A tab's database; a statement of a person cannot change it.
    UseDatabase(&'a str),
    /// After a statement that the server warned about, on the same connection.
    Warnings,
    /// Before a cancel's KILL: is this the server that runs the statement? A balancer may lead elsewhere.
    Node,
    /// Cancel, over a connection outside the pool.
    KillQuery(u32),
    /// Before the binary log is followed: which server this is, and which transactions it has.
    BinlogFacts(Dialect),
    /// Where its log ends, so that who reads up to its end knows that it came.
    BinlogEnd(Dialect),
    /// Which files there are, to find the one of a given time.
    BinaryLogs,
    /// Which GTIDs stand before a place in a file (MariaDB), so that a lost line is resumed by them.
    GtidsBefore { file: &'a str, offset: u64 },
    /// On the connection that then follows the log, variables that the server reads when it is asked for it: which
    /// GTIDs MariaDB sends and from where, a sign of life every few seconds, and time to take what it sends.
    FollowBinlog {
        dialect: Dialect,
        /// MariaDB's text of a GTID state, checked by its maker.
        after: Option<&'a str>,
        heartbeat: Duration,
        write_timeout: Duration,
    },
}

impl<'a> Own<'a> {
    /// What makes a session of this profile safe. `sql_mode` is the server's own text of it, once it is known.
    pub(super) fn make_safe(
        dialect: Dialect,
        profile: &'a Profile,
        sql_mode: Option<&'a str>,
        time_limit: Duration,
        layer: Layer,
    ) -> Self {
        let words = |mode: &&str| {
            mode.chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ',')
        };
        Own::MakeSafe {
            dialect,
            read_only: layer != Layer::Refused,
            time_zone: &profile.time_zone,
            sql_mode: sql_mode.filter(words),
            time_limit,
        }
    }

    /// The text that is sent.
    pub(super) fn sql(&self) -> String {
        match self {
            Self::MakeSafe {
                dialect,
                read_only,
                time_zone,
                sql_mode,
                time_limit,
            } => {
                let mut sql = "SET SESSION ".to_owned();
                if *read_only {
                    sql.push_str(dialect.read_only_variable());
                    sql.push_str(" = 1, ");
                }
                sql.push_str("autocommit = 1, time_zone = '");
                sql.push_str(time_zone);
                sql.push_str(
                    "', character_set_client = utf8mb4, character_set_connection = utf8mb4, \
                     character_set_results = utf8mb4",
                );
                let mode = sql_mode.map(|mode| format!("sql_mode = '{mode}'"));
                for more in mode.into_iter().chain(dialect.time_limit(*time_limit)) {
                    sql.push_str(", ");
                    sql.push_str(&more);
                }
                sql
            }
            Self::Verify(dialect) => {
                let variable = dialect.read_only_variable();
                let transaction = match dialect.product {
                    Product::MySql => "",
                    Product::MariaDb => ", @@session.in_transaction",
                };
                format!("SELECT @@session.{variable}, @@session.autocommit{transaction}")
            }
            Self::Version => "SELECT VERSION()".to_owned(),
            Self::VersionComment => "select @@version_comment limit 1".to_owned(),
            Self::ProductVariables => {
                let names: Vec<String> = lookalike::variables()
                    .map(|name| format!("'{name}'"))
                    .collect();
                format!(
                    "SHOW VARIABLES WHERE Variable_name IN ({})",
                    names.join(", ")
                )
            }
            Self::Identify => {
                "SELECT CURRENT_USER(), @@sql_mode, NOW(), @@time_zone, @@system_time_zone"
                    .to_owned()
            }
            Self::TlsStatus => "SHOW SESSION STATUS LIKE 'Ssl_%'".to_owned(),
            Self::Grants => "SHOW GRANTS".to_owned(),
            Self::ActiveRoles => "SELECT CURRENT_ROLE()".to_owned(),
            Self::GrantsOfRoles(roles) => format!("SHOW GRANTS FOR CURRENT_USER() USING {roles}"),
            Self::StoredFunctions => format!(
                "SELECT routine_schema, routine_name, sql_data_access FROM information_schema.routines \
                 WHERE routine_type = 'FUNCTION' LIMIT {}",
                functions::MOST + 1
            ),
            Self::LoadableFunctions(dialect) => match dialect.product {
                Product::MySql if dialect.version >= (8, 0, 0) => {
                    "SELECT udf_name FROM performance_schema.user_defined_functions".to_owned()
                }
                _ => "SELECT name FROM mysql.func".to_owned(),
            },
            Self::UseDatabase(name) => format!("USE {}", quote_identifier(name)),
            Self::Warnings => "SHOW WARNINGS LIMIT 100".to_owned(),
            Self::Node => "SELECT @@hostname, @@server_id".to_owned(),
            Self::KillQuery(id) => format!("KILL QUERY {id}"),
            Self::BinlogFacts(dialect) => dialect.binlog_facts().to_owned(),
            Self::BinlogEnd(dialect) => dialect.binlog_end().to_owned(),
            Self::BinaryLogs => "SHOW BINARY LOGS".to_owned(),
            Self::GtidsBefore { file, offset } => {
                let mut name = Vec::new();
                digits::hex(&mut name, file.as_bytes());
                let name = String::from_utf8_lossy(&name);
                format!("SELECT BINLOG_GTID_POS({name}, {offset})")
            }
            Self::FollowBinlog {
                dialect,
                after,
                heartbeat,
                write_timeout,
            } => {
                let period = heartbeat.as_nanos();
                let product = match dialect.product {
                    Product::MySql => format!("@source_heartbeat_period = {period}"),
                    Product::MariaDb => "@mariadb_slave_capability = 4".to_owned(),
                };
                let after = after.as_ref().map_or_else(String::new, |after| {
                    format!(", @slave_connect_state = '{after}'")
                });
                format!(
                    "SET SESSION net_write_timeout = {}, @master_heartbeat_period = {period}, {product}{after}",
                    write_timeout.as_secs()
                )
            }
        }
    }

    /// Send it and take no rows.
    pub(super) async fn run(&self, conn: &mut Conn) -> mysql_async::Result<()> {
        sheltered(conn.query_drop(self.sql())).await
    }

    /// Send it and take its rows.
    pub(super) async fn rows(&self, conn: &mut Conn) -> mysql_async::Result<Rows> {
        let rows: Vec<Row> = sheltered(conn.query(self.sql())).await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                row.unwrap_raw()
                    .into_iter()
                    .map(|value| value.and_then(text))
                    .collect()
            })
            .collect())
    }

    /// Its rows; `None` where the server answers with an error: an account may not be allowed to ask, and a server may
    /// not understand the question.
    pub(super) async fn answered(&self, conn: &mut Conn) -> mysql_async::Result<Option<Rows>> {
        match self.rows(conn).await {
            Err(mysql_async::Error::Server(_)) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// The first cells of these, without NULLs.
    pub(super) async fn column(&self, conn: &mut Conn) -> mysql_async::Result<Option<Vec<String>>> {
        let first = |row: Vec<Option<String>>| row.into_iter().next().flatten();
        let rows = self.answered(conn).await?;
        Ok(rows.map(|rows| rows.into_iter().filter_map(first).collect()))
    }
}

/// The text protocol sends every value as bytes.
fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        other => Some(other.as_sql(true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_made_safe_in_one_statement() {
        let sql = |version, sql_mode, read_only| {
            Own::MakeSafe {
                dialect: Dialect::parse(version),
                read_only,
                time_zone: "+00:00",
                sql_mode,
                time_limit: Duration::from_millis(1500),
            }
            .sql()
        };
        let utf8 = "autocommit = 1, time_zone = '+00:00', character_set_client = utf8mb4, character_set_connection = utf8mb4, character_set_results = utf8mb4";
        assert_eq!(
            sql("9.7.4", None, true),
            format!("SET SESSION transaction_read_only = 1, {utf8}, max_execution_time = 1500")
        );
        assert_eq!(
            sql("8.0.11-TiDB-v7.5.0", None, false),
            format!("SET SESSION {utf8}, max_execution_time = 1500")
        );
        assert_eq!(
            sql("10.11.18-MariaDB", Some("ANSI_QUOTES"), true),
            format!(
                "SET SESSION tx_read_only = 1, {utf8}, sql_mode = 'ANSI_QUOTES', max_statement_time = 1.500"
            )
        );
    }

    #[test]
    fn the_binary_log_is_asked_for_as_each_server_wants_it() {
        let follow = |version, after| {
            Own::FollowBinlog {
                dialect: Dialect::parse(version),
                after,
                heartbeat: Duration::from_secs(5),
                write_timeout: Duration::from_mins(5),
            }
            .sql()
        };
        assert_eq!(
            follow("9.7.4", None),
            "SET SESSION net_write_timeout = 300, @master_heartbeat_period = 5000000000, @source_heartbeat_period = 5000000000"
        );
        assert_eq!(
            follow("10.11.18-MariaDB", Some("0-1-5")),
            "SET SESSION net_write_timeout = 300, @master_heartbeat_period = 5000000000, @mariadb_slave_capability = 4, @slave_connect_state = '0-1-5'"
        );
        let before = Own::GtidsBefore {
            file: "bin'1",
            offset: 4,
        };
        assert_eq!(before.sql(), "SELECT BINLOG_GTID_POS(0x62696E2731, 4)");
    }

    #[test]
    fn a_session_is_read_back_as_each_server_names_it() {
        let sql = |version| Own::Verify(Dialect::parse(version)).sql();
        assert_eq!(
            sql("9.7.4"),
            "SELECT @@session.transaction_read_only, @@session.autocommit"
        );
        assert_eq!(
            sql("10.11.18-MariaDB"),
            "SELECT @@session.tx_read_only, @@session.autocommit, @@session.in_transaction"
        );
    }
}
