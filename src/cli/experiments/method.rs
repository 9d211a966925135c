//! How an experiment is looked at, as arguments.

use std::collections::BTreeMap;

use clap::ValueEnum;

use crate::{
    cli::{Failure, metrics::confidence},
    engine::{
        Error,
        metrics::{
            experiments::{
                Method, analysis,
                method::{Contamination, Correction, Plan},
            },
            share,
            stats::Level,
        },
    },
};

/// How the analysis is made.
#[derive(clap::Args)]
#[command(next_help_heading = "Analysis")]
pub(super) struct MethodArgs {
    /// Check the data, and compare the variants with the control.
    #[arg(long)]
    pub(super) analysis: bool,
    /// The variant that the others are compared with [default: by name (control, baseline, off …), else the largest]
    #[arg(long, value_name = "VARIANT", requires = "analysis")]
    control: Option<String>,
    /// The planned split: control=9,treatment=1, or 9,1 in the order in which the variants are printed [default: equal]
    #[arg(long, value_name = "WEIGHTS", requires = "analysis")]
    weights: Option<String>,
    /// How sure intervals are to be.
    #[arg(long, value_name = "SHARE", value_parser = confidence, default_value = "95%", requires = "analysis")]
    confidence: Level,
    /// For who looks every day: figures that stay valid however often one looks, narrowest at N users [N: 5000]
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "5000", requires = "analysis")]
    sequential: Option<f64>,
    /// For p-values of several treatments.
    #[arg(
        long,
        value_enum,
        value_name = "NAME",
        default_value = "holm",
        requires = "analysis"
    )]
    correction: CorrectionArg,
    /// Users in several variants: leave them out, or count them where they came first.
    #[arg(
        long,
        value_enum,
        value_name = "RULE",
        default_value = "exclude",
        requires = "analysis"
    )]
    contamination: ContaminationArg,
    /// Read one user in N, for tables that are too large. Without the contract's figures, which are for all users.
    #[arg(long, value_name = "N", requires = "analysis")]
    pub(super) sample: Option<u32>,
    /// The figures that GrowthBook would show, beside the others.
    #[arg(long, requires = "analysis")]
    growthbook: bool,
    /// Plan for this lift.
    #[arg(long, value_name = "SHARE", value_parser = lift, default_value = "10%", requires = "analysis")]
    plan_lift: f64,
    /// Plan for this chance to find it.
    #[arg(long, value_name = "SHARE", value_parser = part, default_value = "80%", requires = "analysis")]
    plan_power: f64,
    /// Plan from this rate [default: the control's]
    #[arg(long, value_name = "SHARE", value_parser = part, requires = "analysis")]
    plan_baseline: Option<f64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum CorrectionArg {
    Holm,
    Bh,
    None,
}

#[derive(Clone, Copy, ValueEnum)]
enum ContaminationArg {
    Exclude,
    First,
}

impl MethodArgs {
    pub(super) fn method(&self, names: &[&str]) -> Result<Method, Failure> {
        let control = match &self.control {
            Some(control) => {
                let at = place(names, control, "--control")?;
                Some(names[at].to_owned())
            }
            None => None,
        };
        Ok(Method {
            alpha: self.confidence.alpha(),
            sequential: match self.sequential {
                None => None,
                Some(users) => Some(above_zero(users, "--sequential")?),
            },
            correction: match self.correction {
                CorrectionArg::Holm => Correction::Holm,
                CorrectionArg::Bh => Correction::Bh,
                CorrectionArg::None => Correction::None,
            },
            weights: match &self.weights {
                Some(text) => weights(text, names)?,
                None => BTreeMap::new(),
            },
            contamination: match self.contamination {
                ContaminationArg::Exclude => Contamination::Exclude,
                ContaminationArg::First => Contamination::First,
            },
            control,
            growthbook: self.growthbook,
            plan: Plan {
                baseline: self.plan_baseline,
                lift: self.plan_lift,
                power: self.plan_power,
            },
            ..Method::default()
        })
    }
}

/// Strictly between 0 and 1.
fn part(text: &str) -> Result<f64, Error> {
    share::parse(text)
        .filter(|part| *part > 0.0 && *part < 1.0)
        .ok_or_else(|| {
            Error::Invalid(format!(
                "`{text}` is no share between 0 and 100%: write 80% or 0.8"
            ))
        })
}

fn lift(text: &str) -> Result<f64, Error> {
    share::parse(text)
        .filter(|lift| *lift > 0.0)
        .ok_or_else(|| Error::Invalid(format!("`{text}` is no lift: write 10% or 0.1")))
}

fn above_zero(number: f64, option: &str) -> Result<f64, Failure> {
    if number > 0.0 && number.is_finite() {
        return Ok(number);
    }
    Err(Failure::usage(
        format!("{option} must be a number above 0"),
        "Leave it out for the usual one.",
    ))
}

/// Where a variant is that a person has named.
fn place(names: &[&str], wanted: &str, option: &str) -> Result<usize, Failure> {
    analysis::place(names, wanted).ok_or_else(|| {
        Failure::usage(
            format!("{option}: the experiment has no variant {wanted}"),
            format!("It has {}.", names.join(", ")),
        )
    })
}

/// `control=9,treatment=1`, or `9,1` in the variants' order.
fn weights(text: &str, names: &[&str]) -> Result<BTreeMap<String, f64>, Failure> {
    let parts: Vec<&str> = text.split(',').collect();
    let by_name = text.contains('=');
    if parts.len() != names.len() {
        return Err(Failure::usage(
            format!(
                "--weights has {} weights for {} variants",
                parts.len(),
                names.len()
            ),
            format!("Each needs one: {}.", names.join(", ")),
        ));
    }
    let weight = |(at, part): (usize, &&str)| {
        let (name, weight) = if by_name {
            // A variant's name may hold `=`, a weight does not.
            let (name, weight) = part.rsplit_once('=').unwrap_or((part, ""));
            (names[place(names, name.trim(), "--weights")?], weight)
        } else {
            (names[at], *part)
        };
        let weight = weight.trim().parse().unwrap_or(f64::NAN);
        Ok::<_, Failure>((
            name.to_owned(),
            above_zero(weight, &format!("--weights: the weight of {name}"))?,
        ))
    };
    let mut weights = BTreeMap::new();
    for given in parts.iter().enumerate().map(weight) {
        let (name, weight) = given?;
        if weights.insert(name.clone(), weight).is_some() {
            return Err(Failure::usage(
                format!("--weights names {name} twice"),
                format!("Each needs one: {}.", names.join(", ")),
            ));
        }
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variant_has_one_weight() {
        let names = ["control", "b"];
        let read = weights("b=9,Control=1", &names).ok().unwrap();
        assert_eq!(read["b"].to_bits(), 9_f64.to_bits());
        assert_eq!(read["control"].to_bits(), 1_f64.to_bits());
        for text in ["b=9,B=1", "b=9", "9", "b=9,c=1", "b=9,control=0"] {
            assert!(weights(text, &names).is_err(), "{text}");
        }
    }
}
