//! How bad it is what a check of the data has found. The checks themselves are `experiments/health.rs` and
//! `flags/health.rs`.

use serde::Serialize;

/// How bad a finding is, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Good to know.
    Info,
    /// To be looked at.
    Warn,
    /// The results cannot be trusted: verdicts say "check the data first".
    Bad,
}

impl Level {
    /// For people: `ok`, `note`, `warning`, `red`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Info => "note",
            Self::Warn => "warning",
            Self::Bad => "red",
        }
    }

    /// Must a person be told?
    pub fn is_trouble(self) -> bool {
        self >= Self::Warn
    }
}
