//! Everything that talks to a real MySQL and a real MariaDB, in one program: each more would be one more link.
#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made fails its test; clippy excuses test functions only, not what they call"
)]

mod binlog;
mod binlog_checks;
mod binlog_gtid;
mod binlog_live;
mod binlog_load;
mod binlog_memory;
mod binlog_sql;
#[cfg(feature = "unguarded")]
mod catalogue;
mod certificates;
mod cli;
mod cost;
mod demo;
mod experiments;
mod flags;
mod following;
mod hostile;
mod line;
mod metrics;
mod network;
mod own;
mod query;
mod runs;
mod scripted;
mod session;
mod sessions;
mod support;
mod tls;
mod values;
#[cfg(feature = "gui")]
mod window;
