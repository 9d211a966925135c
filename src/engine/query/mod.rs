//! Runs one checked statement and streams its rows.

pub mod rows;
pub mod spill;

pub use rows::{Batch, ResultSet};
