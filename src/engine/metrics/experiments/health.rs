//! Can the data be trusted? Checks that come before any result.

use serde::Serialize;

/// What one check found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Which check.
    pub check: Check,
    /// How bad it is.
    pub level: Level,
    /// The number that says it, for a chip: `p = 0.47`, `5 users`.
    pub figure: String,
    /// What was found and what follows, as a sentence.
    pub sentence: String,
}

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

/// A check of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Are the variants' users as many as planned? (Sample-ratio mismatch.)
    Split,
    /// Was the split the same on each day?
    Stability,
    /// Was anybody in several variants?
    SeveralVariants,
    /// Was anybody assigned to one variant several times?
    Duplicates,
    /// Is there anything but 0 and 1, or nothing?
    Values,
    /// Does each variant have converters enough for a verdict?
    SampleSize,
    /// Are names and users taken for equal that are spelled differently?
    Spelling,
    /// Are there times in the future, or none at all?
    Times,
    /// Are rows still coming?
    Receiving,
}

impl Check {
    /// Its name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Split => "Split",
            Self::Stability => "Split by day",
            Self::SeveralVariants => "Several variants",
            Self::Duplicates => "Duplicate rows",
            Self::Values => "Values",
            Self::SampleSize => "Sample size",
            Self::Spelling => "Spelling",
            Self::Times => "Times",
            Self::Receiving => "Still receiving",
        }
    }
}
