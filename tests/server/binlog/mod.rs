//! The binary log on the command line, against both servers.

mod cells;
mod counts;
mod every_type;
mod logged;
mod undo;
mod verbs;
