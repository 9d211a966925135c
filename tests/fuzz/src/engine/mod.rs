//! As much of Porthole's engine as `sql` and `binlog` need.

#[path = "../../../../src/engine/csv.rs"]
mod csv;
#[path = "../../../../src/engine/digits.rs"]
mod digits;
#[path = "../../../../src/engine/member.rs"]
mod member;
#[path = "../../../../src/engine/replace.rs"]
mod replace;
#[path = "../../../../src/engine/sql/mod.rs"]
pub mod sql;
#[path = "../../../../src/engine/temporal.rs"]
mod temporal;
#[path = "../../../../src/engine/value.rs"]
pub mod value;
#[path = "../../../../src/engine/visible.rs"]
pub mod visible;

pub mod binlog;

/// What of the engine's errors these make.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Parameters(String),
    #[error("{0}")]
    Invalid(String),
    #[error("there is no {what} {name}")]
    NotFound {
        what: &'static str,
        name: String,
        near: Vec<String>,
    },
    #[error("cannot {action} {}", .path.display())]
    File {
        action: &'static str,
        path: std::path::PathBuf,
        source: std::io::Error,
    },
    #[error("cannot keep what does not fit in memory")]
    Spill { source: std::io::Error },
}

pub type Result<T, E = Error> = std::result::Result<T, E>;
