//! All that the program can do, as plain async functions and plain data; no window, no terminal.
//!
//! Inside, imports point one way: `metrics`, `export` → `query`, `schema` → `session` → `profiles` → `error` →
//! `sql`, `value`, `calendar`.

#![warn(missing_docs)]

pub mod binlog;
pub mod calendar;
pub mod chart;
mod csv;
mod digits;
pub mod error;
pub mod export;
mod member;
pub mod metrics;
pub mod profiles;
pub mod query;
mod replace;
pub mod schema;
pub mod session;
pub mod sql;
mod temporal;
pub mod value;
pub mod visible;

pub use error::{Error, Result};
