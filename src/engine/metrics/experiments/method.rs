//! What an analyst may choose, and what holds where nothing was chosen.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::engine::metrics::{series::Moment, stats::sequential};

/// How an experiment is looked at. Plain data, kept per experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Method {
    /// The error allowed: 0.05 for intervals of 95%. Two-sided.
    pub alpha: f64,
    /// For who looks every day: the number of users at which the confidence sequence is narrowest. `None` for the
    /// fixed horizon, where the data are looked at once.
    pub sequential: Option<f64>,
    /// How that number was changed when users had been seen: whoever reads the figures has to know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub late_changes: Vec<LateChange>,
    /// For p-values of several treatments.
    pub correction: Correction,
    /// The planned split by variant, in any unit; equal where empty. A variant that is not named has none: 0.
    pub weights: BTreeMap<String, f64>,
    /// Users that were seen in several variants.
    pub contamination: Contamination,
    /// The variant that the others are compared with; `None` for the likeliest by name and size.
    pub control: Option<String>,
    /// How the interval of the lift is made.
    pub lift: LiftKind,
    /// The figures that GrowthBook would show, beside the others.
    pub growthbook: bool,
    /// What is planned with.
    pub plan: Plan,
}

/// The number of users at which a confidence sequence is narrowest was changed when data were there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LateChange {
    /// The number until then.
    pub from: f64,
    /// The number from then on.
    pub to: f64,
    /// Seconds since 1970, of the server's clock when the data were read.
    pub at: i64,
    /// Users that had been seen.
    pub users: u64,
}

impl fmt::Display for LateChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            from, to, users, ..
        } = self;
        write!(
            f,
            "The sequence was made narrowest at {to} users instead of {from} when {users} users had been seen, at {} UTC.",
            Moment(self.at)
        )
    }
}

/// Several treatments are several chances to be wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    /// Holm: no more than alpha for any error among all treatments.
    #[default]
    Holm,
    /// Benjamini-Hochberg: no more than alpha of the findings are errors.
    Bh,
    /// Raw p-values.
    None,
}

/// What becomes of users that were seen in several variants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contamination {
    /// They are left out, and counted among the checks.
    #[default]
    Exclude,
    /// They count in the variant of their earliest row, with what is recorded there.
    First,
}

/// How the interval of the lift is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiftKind {
    /// By the delta method; where either arm has fewer than 25 converters, by the logarithm of the ratio.
    #[default]
    Auto,
    /// By the delta method, however few there are.
    Delta,
    /// By the logarithm of the ratio (Katz).
    LogRatio,
}

/// What is planned with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// The rate expected without the change; `None` for the control's.
    pub baseline: Option<f64>,
    /// The lift that is worth finding: 0.1 for a tenth more.
    pub lift: f64,
    /// The chance to find it.
    pub power: f64,
}

impl Default for Method {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            sequential: None,
            late_changes: Vec::new(),
            correction: Correction::default(),
            weights: BTreeMap::new(),
            contamination: Contamination::default(),
            control: None,
            lift: LiftKind::default(),
            growthbook: false,
            plan: Plan::default(),
        }
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            baseline: None,
            lift: 0.1,
            power: 0.8,
        }
    }
}

/// The users at which a confidence sequence is narrowest, unless said otherwise (GrowthBook's default).
pub const SEQUENTIAL_USERS: f64 = sequential::DEFAULT_N_STAR;

impl Method {
    /// How sure intervals are: 0.95.
    pub fn confidence(&self) -> f64 {
        1.0 - self.alpha
    }

    /// The number of users at which the sequence is narrowest, also while it is switched off: as it was changed last.
    pub fn sequential_users(&self) -> f64 {
        let changed = self.late_changes.last().map(|change| change.to);
        self.sequential.or(changed).unwrap_or(SEQUENTIAL_USERS)
    }
}
