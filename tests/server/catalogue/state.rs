//! What a server is like: everything that a statement could change and that outlives it, as lines of text.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use mysql_async::{Conn, Row, Value, prelude::Queryable as _};
use porthole::demo::Kind;

/// Lines by what they are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State(BTreeMap<&'static str, BTreeSet<String>>);

impl State {
    /// What is not the same: `-` was there before, `+` came. Empty where nothing changed.
    pub(super) fn difference(&self, later: &Self) -> String {
        let mut lines = Vec::new();
        for (about, before) in &self.0 {
            let after = &later.0[about];
            let gone = before
                .difference(after)
                .map(|line| format!("- {about}: {line}"));
            let come = after
                .difference(before)
                .map(|line| format!("+ {about}: {line}"));
            lines.extend(gone.chain(come));
        }
        lines.join("\n")
    }

    /// Without what no undoing brings back: the log has grown, a table made anew has a new date.
    pub(super) fn restorable(&self) -> Self {
        let mut state = self.clone();
        for about in ["binary log", "dates"] {
            state.0.remove(about);
        }
        state
    }
}

/// Read it, over a connection of the test's own.
pub(super) async fn read(conn: &mut Conn, kind: Kind, files: &Path) -> State {
    let mut state = BTreeMap::new();
    let abouts = ABOUTS.iter().chain(match kind {
        Kind::MySql => MYSQL,
        Kind::MariaDb => MARIADB,
    });
    for (about, sql) in abouts {
        state
            .entry(*about)
            .or_insert_with(BTreeSet::new)
            .extend(lines(conn, sql).await);
    }
    let tables = lines(conn, TABLES).await.join(", ");
    let checksums = lines(conn, &format!("CHECKSUM TABLE {tables}")).await;
    state.insert("rows", checksums.into_iter().collect());
    state.insert("files", files_in(files));
    State(state)
}

/// Locks of other sessions. A transaction with locks on rows holds one on their table as well.
pub(super) async fn held(conn: &mut Conn) -> Vec<String> {
    lines(conn, METADATA_LOCKS).await
}

/// Does a session wait for what another holds?
pub(super) async fn is_waiting(conn: &mut Conn) -> bool {
    !lines(conn, WAITING).await.is_empty() || !lines(conn, WAITING_FOR_ROWS).await.is_empty()
}

async fn lines(conn: &mut Conn, sql: &str) -> Vec<String> {
    let rows: Vec<Row> = conn
        .query(sql)
        .await
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
    rows.into_iter()
        .map(|row| {
            let cells: Vec<String> = row.unwrap().into_iter().map(text).collect();
            cells.join(" | ")
        })
        .collect()
}

fn text(value: Value) -> String {
    match value {
        Value::NULL => "NULL".to_owned(),
        Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        other => other.as_sql(true),
    }
}

fn files_in(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            // The server's user may keep its files to itself.
            format!(
                "{} {}",
                entry.file_name().display(),
                entry.metadata().unwrap().len()
            )
        })
        .collect()
}

const ABOUTS: &[(&str, &str)] = &[
    ("databases", "SELECT * FROM information_schema.schemata"),
    (
        "tables",
        "SELECT table_schema, table_name, table_type, engine, row_format, table_collation, create_options, table_comment \
         FROM information_schema.tables WHERE table_schema NOT IN ('information_schema', 'performance_schema', 'sys')",
    ),
    (
        "dates",
        "SELECT table_schema, table_name, create_time FROM information_schema.tables \
         WHERE table_schema NOT IN ('information_schema', 'performance_schema', 'sys')",
    ),
    (
        "columns",
        "SELECT table_name, ordinal_position, column_name, column_type, is_nullable, column_default, column_key, extra \
         FROM information_schema.columns WHERE table_schema = 'shop'",
    ),
    (
        "indexes",
        "SELECT table_name, index_name, seq_in_index, column_name, index_type FROM information_schema.statistics \
         WHERE table_schema = 'shop'",
    ),
    (
        "views",
        "SELECT table_name, view_definition, definer, security_type FROM information_schema.views WHERE table_schema = 'shop'",
    ),
    (
        "routines",
        "SELECT routine_schema, routine_type, routine_name, routine_definition, sql_data_access, definer \
         FROM information_schema.routines WHERE routine_schema <> 'sys'",
    ),
    (
        "triggers",
        "SELECT trigger_name, event_manipulation, action_timing, action_statement FROM information_schema.triggers \
         WHERE trigger_schema = 'shop'",
    ),
    (
        "events",
        "SELECT event_name, status, interval_value, event_definition FROM information_schema.events",
    ),
    (
        "privileges",
        "SELECT * FROM information_schema.user_privileges",
    ),
    (
        "privileges",
        "SELECT * FROM information_schema.schema_privileges",
    ),
    (
        "plugins",
        "SELECT plugin_name, plugin_status FROM information_schema.plugins",
    ),
    ("binary log", "SHOW BINARY LOGS"),
    ("prepared transactions", "XA RECOVER"),
    (
        "instruments",
        "SELECT enabled, timed, COUNT(*) FROM performance_schema.setup_instruments GROUP BY enabled, timed",
    ),
    (
        "instruments",
        "SELECT name, enabled FROM performance_schema.setup_consumers",
    ),
    (
        "instruments",
        "SELECT * FROM performance_schema.setup_actors",
    ),
    (
        "instruments",
        "SELECT * FROM performance_schema.setup_objects",
    ),
    (
        "sessions",
        "SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'victim'",
    ),
];

const MYSQL: &[(&str, &str)] = &[
    (
        "globals",
        "SELECT * FROM performance_schema.global_variables WHERE variable_name NOT IN ('gtid_executed', 'gtid_purged')",
    ),
    (
        "globals",
        "SELECT 'persisted', variable_name, variable_value FROM performance_schema.persisted_variables",
    ),
    (
        "binary log",
        "SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged",
    ),
    ("binary log", "SHOW BINARY LOG STATUS"),
    (
        "accounts",
        "SELECT user, host, plugin, authentication_string, account_locked FROM mysql.user",
    ),
    (
        "replication",
        "SELECT channel_name, host, port, user FROM performance_schema.replication_connection_configuration",
    ),
    (
        "replication",
        "SELECT filter_name, filter_rule FROM performance_schema.replication_applier_global_filters WHERE filter_rule <> ''",
    ),
    (
        "instance",
        "SELECT * FROM performance_schema.global_status WHERE variable_name IN \
         ('Innodb_redo_log_enabled', 'Current_tls_cert', 'Ssl_server_not_after')",
    ),
];

const MARIADB: &[(&str, &str)] = &[
    (
        "globals",
        "SELECT * FROM information_schema.global_variables WHERE variable_name NOT LIKE 'gtid\\_%pos' \
         AND variable_name <> 'gtid_binlog_state'",
    ),
    (
        "binary log",
        "SELECT @@GLOBAL.gtid_current_pos, @@GLOBAL.gtid_binlog_state, @@GLOBAL.gtid_slave_pos",
    ),
    ("binary log", "SHOW MASTER STATUS"),
    ("accounts", "SELECT user, host, priv FROM mysql.global_priv"),
    ("replication", "SHOW ALL SLAVES STATUS"),
];

/// Every table whose rows belong to somebody; not those that the server fills for itself.
const TABLES: &str = "SELECT CONCAT('`', table_schema, '`.`', table_name, '`') FROM information_schema.tables \
    WHERE table_type IN ('BASE TABLE', 'SEQUENCE', 'SYSTEM VERSIONED') AND table_schema NOT IN ('information_schema', 'performance_schema', 'sys') \
    AND table_name NOT IN ('general_log', 'slow_log', 'gtid_executed', 'user', 'global_priv', 'password_history', 'transaction_registry') \
    AND table_name NOT LIKE 'help\\_%' AND table_name NOT LIKE 'time\\_zone%' AND table_name NOT LIKE 'innodb\\_%'";

const METADATA_LOCKS: &str = "SELECT object_type, object_schema, object_name, lock_type, lock_status \
    FROM performance_schema.metadata_locks WHERE owner_thread_id <> \
    (SELECT thread_id FROM performance_schema.threads WHERE processlist_id = CONNECTION_ID())";
const WAITING: &str = "SELECT state FROM information_schema.processlist \
    WHERE state LIKE 'Waiting for%lock%' OR state = 'User lock'";
// Not information_schema.innodb_trx, which shows what it showed before if it is asked often.
const WAITING_FOR_ROWS: &str =
    "SHOW GLOBAL STATUS WHERE variable_name = 'Innodb_row_lock_current_waits' AND value > 0";
