//! All that the program can do, as plain async functions and plain data; no window, no terminal.
//!
//! Inside, imports point one way: `metrics`, `export` → `query`, `schema` → `session` → `profiles` → `error` →
//! `sql`, `value`, `calendar`.

#![warn(missing_docs)]

pub mod calendar;
pub mod chart;
pub mod error;
pub mod export;
pub mod metrics;
pub mod profiles;
pub mod query;
pub mod schema;
pub mod session;
pub mod sql;
pub mod value;
pub mod visible;

pub use error::{Error, Result};
