//! The figures of an analysis set under a method: rates, differences, chances, verdicts. Pure; asks no server, so that
//! a change of the method is seen at once.

use serde::Serialize;

use super::{
    checks::Checks,
    contract::VariantMetrics,
    exposures::{Arm, Days, Exposures},
    health::Finding,
    method::{Correction, LiftKind, Method},
    over_time::{self, OverTime},
    planning::{self, Planning},
};
use crate::engine::metrics::{
    baseline,
    health::Level,
    stats::{
        self, Counts, Interval, PValue,
        beta::{self, Chances, Prior},
        chi_square::{self, Stratified},
        comparison,
        growthbook::{self, GrowthBook},
        multiple, proportion,
        sequential::{self, Sequential},
    },
};

/// An experiment, looked at by a method.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The variants in the server's order.
    pub variants: Vec<Variant>,
    /// Which of them the others are compared with; `None` where there is none.
    pub control: Option<usize>,
    /// What the checks of the data found, in the order in which they are shown.
    pub findings: Vec<Finding>,
    /// First exposures and effects by day; empty where the table has no times.
    pub over_time: OverTime,
    /// How many users it takes, and how long.
    pub planning: Option<Planning>,
    /// Are the analyst's figures and the contract's the same in all variants?
    pub agrees: bool,
}

/// One variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its name, as the contract has it.
    pub name: String,
    /// Users of the analysis set, and how many converted.
    pub arm: Arm,
    /// Its part of all users.
    pub share: Option<f64>,
    /// The part it should have.
    pub expected_share: Option<f64>,
    /// Converters among users.
    pub rate: Option<f64>,
    /// Wilson's interval of the rate.
    pub interval: Option<Interval>,
    /// The chance to have the highest rate of all; `None` for one variant, and among more than 64.
    pub chance_to_be_best: Option<f64>,
    /// What the contract says of it; `None` where it was not asked, and for a variant that has come since.
    pub contract: Option<VariantMetrics>,
    /// The contract's users and conversions are the analysis set's, but for rows that came between the two readings.
    pub agrees: bool,
    /// Against the control; `None` for the control itself, and where one of the two has no users.
    pub comparison: Option<Comparison>,
}

/// A treatment against the control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Difference, p-value and lift for the fixed horizon.
    pub fixed: comparison::Comparison,
    /// For who looks every day; `None` unless it is switched on.
    pub sequential: Option<Sequential>,
    /// The interval of the difference that is shown: Newcombe's, or the confidence sequence's.
    pub difference: Option<Interval>,
    /// The lift that is shown; `None` where the control has no conversions.
    pub lift: Option<Lift>,
    /// The p-value that is shown, of one comparison; `None` where the confidence sequence has none.
    pub p_value: Option<PValue>,
    /// With the correction for several treatments.
    pub adjusted_p: Option<f64>,
    /// Chance to beat the control, and what either choice is expected to lose.
    pub chances: Chances,
    /// As GrowthBook would show it; `None` unless it is switched on, and where that has no answer.
    pub growthbook: Option<GrowthBook>,
    /// Day by day, put together; `None` where the split was the same each day, or there are no days.
    pub stratified: Option<Stratified>,
    /// What it comes to.
    pub verdict: Verdict,
    /// p-value and interval say different things, as they can at the edge; the verdict follows the p-value.
    pub borderline: bool,
}

/// The lift as it is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lift {
    /// 0.1 for a tenth more than the control.
    pub estimate: f64,
    /// Its interval; `None` where it has none.
    pub interval: Option<Interval>,
    /// How the interval was made.
    pub kind: LiftInterval,
    /// Fewer than 25 converters in an arm.
    pub small_sample: bool,
}

/// How the interval of a lift was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LiftInterval {
    /// By the delta method.
    Delta,
    /// By the logarithm of the ratio.
    LogRatio,
    /// By the confidence sequence.
    Sequential,
}

/// What a comparison comes to, in words that are always these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Significant, and more than the control.
    Better,
    /// Significant, and less than the control.
    Worse,
    /// Not significant.
    NoClearDifference,
    /// Fewer than five converters, or five others, in an arm.
    NotEnough,
    /// A check is red.
    CheckData,
}

impl Verdict {
    /// The words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Better => "better than control",
            Self::Worse => "worse than control",
            Self::NoClearDifference => "no clear difference",
            Self::NotEnough => "not enough data",
            Self::CheckData => "check the data first",
        }
    }
}

impl Arm {
    /// As the statistics take it.
    ///
    /// # Panics
    /// If there are more converters than users, which no reading gives.
    pub fn counts(self) -> Counts {
        Counts::new(self.converters, self.users).expect("no more converters than users")
    }
}

impl Analysis {
    /// The worst finding.
    pub fn level(&self) -> Level {
        let levels = self.findings.iter().map(|finding| finding.level);
        levels.max().unwrap_or(Level::Ok)
    }

    /// The control.
    pub fn control(&self) -> Option<&Variant> {
        self.variants.get(self.control?)
    }
}

/// Make the figures. `contract` is what [`super::metrics`] gave.
pub fn analyze(contract: &[VariantMetrics], exposures: &Exposures, method: &Method) -> Analysis {
    let counted: Vec<Days> = exposures
        .variants
        .iter()
        .map(|variant| variant.counted(method.contamination))
        .collect();
    let names: Vec<&str> = exposures
        .variants
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let arms: Vec<Arm> = counted.iter().map(|days| days.total).collect();
    let control = control(&names, &arms, method.control.as_deref());
    let weights = weights(&names, method);
    let over_time = over_time::over_time(&counted, exposures, control, method);
    let plain = exposures.is_plain();
    let mut variants = variants(contract, &names, &arms, weights.as_deref(), plain, method);
    let checks = Checks {
        contract,
        names: &names,
        arms: &arms,
        exposures,
        over_time: &over_time,
        weights: weights.as_deref(),
        method,
    };
    let findings = checks.findings();
    let bad = findings.iter().any(|finding| finding.level == Level::Bad);
    let stable = !checks.split_moves();
    if let Some(control) = control {
        for (at, variant) in variants.iter_mut().enumerate() {
            if at != control {
                variant.comparison =
                    compare(arms[control], arms[at], method).map(|comparison| Comparison {
                        stratified: (!stable)
                            .then(|| over_time.stratified(control, at, level(method)))
                            .flatten(),
                        ..comparison
                    });
            }
        }
    }
    adjust(&mut variants, method);
    for variant in &mut variants {
        let enough = variant.arm.counts().is_enough()
            && control.is_some_and(|control| arms[control].counts().is_enough());
        if let Some(comparison) = &mut variant.comparison {
            comparison.judge(bad, enough, method.alpha);
        }
    }
    Analysis {
        agrees: variants.iter().all(|variant| variant.agrees),
        planning: planning::plan(&arms, control, exposures, &over_time, method),
        variants,
        control,
        findings,
        over_time,
    }
}

/// How sure intervals are.
pub(super) fn level(method: &Method) -> stats::Level {
    stats::Level::from_alpha(method.alpha).unwrap_or_default()
}

/// The variant that was chosen, else the likeliest.
fn control(names: &[&str], arms: &[Arm], chosen: Option<&str>) -> Option<usize> {
    let chosen = chosen.and_then(|chosen| place(names, chosen));
    chosen.or_else(|| {
        let sizes = names.iter().zip(arms).map(|(name, arm)| (*name, arm.users));
        baseline::pick(&sizes.collect::<Vec<_>>())
    })
}

/// Where a name is among the variants': spelled so, else whatever the case.
pub fn place(names: &[&str], wanted: &str) -> Option<usize> {
    let exact = names.iter().position(|name| *name == wanted);
    exact.or_else(|| {
        let wanted = wanted.to_lowercase();
        names.iter().position(|name| name.to_lowercase() == wanted)
    })
}

/// The planned split, adding up to 1; `None` where a variant has no weight.
fn weights(names: &[&str], method: &Method) -> Option<Vec<f64>> {
    if names.is_empty() {
        return None;
    }
    if method.weights.is_empty() {
        return Some(vec![1.0 / names.len() as f64; names.len()]);
    }
    let weight = |name: &&str| {
        let known: Vec<&str> = method.weights.keys().map(String::as_str).collect();
        let at = place(&known, name)?;
        let weight = *method.weights.get(known[at])?;
        (weight > 0.0 && weight.is_finite()).then_some(weight)
    };
    let weights: Vec<f64> = names.iter().map(weight).collect::<Option<_>>()?;
    let sum: f64 = weights.iter().sum();
    Some(weights.iter().map(|weight| weight / sum).collect())
}

fn variants(
    contract: &[VariantMetrics],
    names: &[&str],
    arms: &[Arm],
    weights: Option<&[f64]>,
    plain: bool,
    method: &Method,
) -> Vec<Variant> {
    let users: u64 = arms.iter().map(|arm| arm.users).sum();
    let counts: Vec<Counts> = arms.iter().map(|arm| arm.counts()).collect();
    let best = if arms.len() > 1 {
        beta::chances_to_be_best(&counts, Prior::default()).unwrap_or_default()
    } else {
        Vec::new()
    };
    let variant = |(at, name): (usize, &&str)| {
        let arm = arms[at];
        let is_it = |metrics: &&VariantMetrics| metrics.named && metrics.variant == **name;
        let contract = contract.iter().find(is_it).cloned();
        Variant {
            name: (*name).to_owned(),
            arm,
            share: (users > 0).then(|| arm.users as f64 / users as f64),
            expected_share: weights.and_then(|weights| weights.get(at).copied()),
            rate: counts[at].rate(),
            interval: proportion::wilson(counts[at], level(method)),
            chance_to_be_best: best.get(at).copied(),
            agrees: plain
                || contract.as_ref().is_some_and(|contract| {
                    contract.count == arm.users
                        && contract.conversions == i128::from(arm.converters)
                }),
            contract,
            comparison: None,
        }
    };
    names.iter().enumerate().map(variant).collect()
}

/// Everything but what needs the other treatments or the checks.
pub(super) fn compare(control: Arm, treatment: Arm, method: &Method) -> Option<Comparison> {
    let (control, treatment) = (control.counts(), treatment.counts());
    let fixed = comparison::compare(control, treatment, level(method))?;
    let sequential = method
        .sequential
        .and_then(|users| sequential::asymptotic(control, treatment, method.alpha, users));
    let growthbook = method
        .growthbook
        .then(|| growthbook::growthbook(control, treatment, method.alpha))
        .flatten();
    let (difference, p_value) = match &sequential {
        Some(sequential) => (sequential.absolute.interval, sequential.absolute.p_value),
        None => (Some(fixed.newcombe), Some(fixed.p_value)),
    };
    Some(Comparison {
        lift: lift(&fixed, sequential.as_ref(), method.lift),
        fixed,
        sequential,
        difference,
        p_value,
        adjusted_p: None,
        chances: beta::chances(control, treatment, Prior::default()),
        growthbook,
        stratified: None,
        verdict: Verdict::NotEnough,
        borderline: false,
    })
}

fn lift(
    fixed: &comparison::Comparison,
    sequential: Option<&Sequential>,
    kind: LiftKind,
) -> Option<Lift> {
    let lift = fixed.lift?;
    let by_ratio = kind == LiftKind::LogRatio || kind == LiftKind::Auto && fixed.is_small;
    let (interval, kind) = match sequential {
        Some(sequential) => (
            sequential.relative.and_then(|look| look.interval),
            LiftInterval::Sequential,
        ),
        None if by_ratio => (lift.log_ratio, LiftInterval::LogRatio),
        None => (Some(lift.delta), LiftInterval::Delta),
    };
    Some(Lift {
        estimate: lift.estimate,
        interval,
        kind,
        small_sample: fixed.is_small,
    })
}

/// p-values for as many treatments as there are.
fn adjust(variants: &mut [Variant], method: &Method) {
    let mut compared: Vec<&mut Comparison> = variants
        .iter_mut()
        .filter_map(|variant| variant.comparison.as_mut())
        .filter(|comparison| comparison.p_value.is_some())
        .collect();
    let raw: Vec<f64> = compared
        .iter()
        .filter_map(|comparison| comparison.p_value)
        .map(PValue::p)
        .collect();
    let adjusted = match method.correction {
        Correction::Holm => multiple::holm(&raw, method.alpha).p_values,
        Correction::Bh => multiple::benjamini_hochberg(&raw, method.alpha).p_values,
        Correction::None => raw,
    };
    for (comparison, p) in compared.iter_mut().zip(adjusted) {
        comparison.adjusted_p = Some(p);
    }
}

impl Comparison {
    fn judge(&mut self, bad: bool, enough: bool, alpha: f64) {
        let is_clear = self.adjusted_p.is_some_and(|p| p < alpha);
        self.verdict = if bad {
            Verdict::CheckData
        } else if !enough {
            Verdict::NotEnough
        } else if !is_clear {
            Verdict::NoClearDifference
        } else if self.fixed.difference > 0.0 {
            Verdict::Better
        } else {
            Verdict::Worse
        };
        // The interval is not corrected for several treatments, so it is held against the raw p-value.
        self.borderline = match (self.p_value, self.difference) {
            (Some(p), Some(interval)) => (p.p() < alpha) == interval.contains(0.0),
            _ => false,
        };
    }
}

/// Mantel and Haenszel's ratio over strata of two arms.
pub(super) fn stratified(
    strata: impl Iterator<Item = (Arm, Arm)>,
    level: stats::Level,
) -> Option<Stratified> {
    let strata: Vec<_> = strata
        .map(|(control, treatment)| (control.counts(), treatment.counts()))
        .collect();
    chi_square::mantel_haenszel(&strata, level)
}
