//! Can the data be trusted? Checks that come before any result.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::metrics::health::Level;

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
    /// The same as numbers, by name.
    pub numbers: BTreeMap<&'static str, f64>,
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
    /// Does a variant have more conversions than users, as the contract counts them?
    Mean,
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
            Self::Mean => "Mean above 1",
            Self::SampleSize => "Sample size",
            Self::Spelling => "Spelling",
            Self::Times => "Times",
            Self::Receiving => "Still receiving",
        }
    }
}

impl Check {
    fn finding(
        self,
        level: Level,
        figure: impl Into<String>,
        sentence: impl Into<String>,
    ) -> Finding {
        Finding {
            check: self,
            level,
            figure: figure.into(),
            sentence: sentence.into(),
            numbers: BTreeMap::new(),
        }
    }

    pub(super) fn ok(self, figure: impl Into<String>, sentence: impl Into<String>) -> Finding {
        self.finding(Level::Ok, figure, sentence)
    }

    pub(super) fn info(self, figure: impl Into<String>, sentence: impl Into<String>) -> Finding {
        self.finding(Level::Info, figure, sentence)
    }

    pub(super) fn warn(self, figure: impl Into<String>, sentence: impl Into<String>) -> Finding {
        self.finding(Level::Warn, figure, sentence)
    }

    pub(super) fn bad(self, figure: impl Into<String>, sentence: impl Into<String>) -> Finding {
        self.finding(Level::Bad, figure, sentence)
    }
}

impl Finding {
    pub(super) fn with<const N: usize>(mut self, numbers: [(&'static str, f64); N]) -> Self {
        self.numbers = numbers.into();
        self
    }
}
