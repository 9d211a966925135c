//! Experiments: who was assigned to which variant, and who converted.
//!
//! Two layers, never mixed. [`contract`] is what everybody's program would count: users, conversions and their ratio
//! for each variant, one plain statement. The analyst's view stands on an analysis set that is stated: each user once,
//! in one variant, converted or not ([`read`] asks for it, [`analyze`] makes figures of it). Where the two differ, both
//! are shown and [`health`] says why.
//!
//! Nothing here draws, and no formula of statistics stands here.

pub mod analysis;
pub mod charts;
mod checks;
pub mod contract;
pub mod exposures;
mod fold;
pub mod health;
pub mod index;
pub mod json;
pub mod list;
pub mod method;
pub mod over_time;
pub mod planning;
mod reading;
pub mod report;
pub mod sample;
pub mod sheets;
#[cfg(test)]
mod tests;

pub use self::{
    analysis::{Analysis, Comparison, Variant, Verdict, analyze},
    contract::{VariantMetrics, metrics},
    exposures::{Arm, Exposures},
    health::{Check, Finding},
    list::{Experiment, list},
    method::Method,
    over_time::OverTime,
    planning::Planning,
    reading::{read, read_sample},
    report::Report,
    sample::Sample,
};

use super::tables::{Place, optional, role};

/// Where assignments are kept.
pub const ASSIGNMENTS: Place = Place {
    name: "assignments",
    what: "assignments of experiments",
    tables: &["experiment_assignments"],
    roles: &[
        role(
            "experiment_id",
            "the experiment",
            &["experiment_id"],
            &[
                "experiment",
                "experiment_key",
                "experiment_name",
                "test_id",
                "exp_id",
            ],
        ),
        role(
            "user_id",
            "who was assigned",
            &["user_id"],
            &[
                "user",
                "uid",
                "unit_id",
                "subject_id",
                "visitor_id",
                "device_id",
                "anonymous_id",
            ],
        ),
        role(
            "variant_id",
            "to which variant",
            &["variant_id"],
            &[
                "variant",
                "variation",
                "variation_id",
                "group_id",
                "arm",
                "bucket",
                "treatment",
            ],
        ),
        role(
            "converted",
            "whether the user converted: 0 or 1",
            &["converted"],
            &[
                "conversion",
                "is_converted",
                "has_converted",
                "success",
                "outcome",
            ],
        ),
        optional(
            "assigned_at",
            "when; without it nothing is shown over time",
            &["assigned_at"],
            &[
                "exposed_at",
                "created_at",
                "timestamp",
                "assignment_time",
                "exposure_time",
                "ts",
            ],
        ),
        optional(
            "id",
            "a number that grows from row to row; decides between rows of one moment",
            &["id"],
            &["assignment_id", "row_id"],
        ),
    ],
};
