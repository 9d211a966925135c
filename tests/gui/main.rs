//! The window's parts, driven by their labels; no server, no GPU.

mod binlog;
mod binlog_history;
mod binlog_part;
mod binlog_summary;
mod binlog_undo;
mod chart;
mod experiments;
mod figures;
mod flags;
mod frame;
mod profiles;
mod query;
mod rows_table;
mod runs;
