//! As much of Porthole's engine as `sql` needs.

#[path = "../../../../src/engine/sql/mod.rs"]
pub mod sql;

/// What of the engine's errors `sql` makes.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Parameters(String),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;
