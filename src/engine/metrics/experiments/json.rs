//! An experiment's figures as JSON: the contract under `metrics` and nothing else there, the analyst's beside it.

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    analysis::{Comparison, Variant},
    contract::Contract,
    exposures::Arm,
    health::Finding,
    over_time::Day,
    planning::Planning,
    report::Report,
};
use crate::engine::metrics::{
    names::Names,
    stats::{PValue, growthbook::Effect, planning::DaysLeft, sequential::Look},
};

/// The JSON object: the contract under `metrics`, the rest beside it.
#[derive(Debug, Serialize)]
pub struct Json<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<Contract<'a>>,
    analysis: Value,
    health: &'a [Finding],
    method: Value,
}

impl<'a> Report<'a> {
    /// For programs.
    pub fn json(&self) -> Json<'a> {
        Json {
            metrics: self.metrics.map(Contract),
            analysis: self.analysis_json(),
            health: &self.analysis.findings,
            method: self.method_json(),
        }
    }

    fn analysis_json(&self) -> Value {
        let analysis = self.analysis;
        let keyed = |value: &dyn Fn(usize) -> Value| {
            let names = || {
                analysis
                    .variants
                    .iter()
                    .map(|variant| variant.name.as_str())
            };
            let mut keys = Names::of(names());
            let pairs = names()
                .enumerate()
                .map(|(at, name)| (keys.next(name), value(at)));
            Value::Object(pairs.collect())
        };
        let days = analysis.over_time.days.iter();
        json!({
            "control": analysis.control().map(|control| &control.name),
            "agrees_with_metrics": self.metrics.map(|_| analysis.agrees),
            "users_in_several_variants": self.exposures.several,
            "first_assignment": self.exposures.first,
            "last_assignment": self.exposures.last,
            "variants": keyed(&|at| variant_json(&analysis.variants[at])),
            "days": days.map(|day| json!({
                "day": day.date.date(),
                "incomplete": day.incomplete,
                "variants": keyed(&|at| day_json(day, at)),
            })).collect::<Vec<_>>(),
            "planning": analysis.planning.as_ref().map(planning_json),
        })
    }

    fn method_json(&self) -> Value {
        let mut method =
            serde_json::to_value(self.method).expect("plain data of numbers and words");
        let statements: Vec<&str> = self.statements().map(|ran| ran.sql.as_str()).collect();
        if let Value::Object(members) = &mut method {
            members.insert("confidence".to_owned(), json!(self.method.confidence()));
            members.insert("server".to_owned(), json!(self.server));
            members.insert("sample".to_owned(), json!(self.exposures.sample));
            members.insert("as_of".to_owned(), json!(self.exposures.now));
            members.insert("offset_secs".to_owned(), json!(self.exposures.offset_secs));
            members.insert("statements".to_owned(), json!(statements));
        }
        method
    }
}

fn arm_json(arm: Arm) -> Value {
    json!({ "users": arm.users, "converters": arm.converters })
}

fn variant_json(variant: &Variant) -> Value {
    json!({
        "users": variant.arm.users,
        "converters": variant.arm.converters,
        "share": variant.share,
        "expected_share": variant.expected_share,
        "rate": variant.rate,
        "rate_interval": variant.interval,
        "chance_to_be_best": variant.chance_to_be_best,
        "agrees_with_metrics": variant.contract.as_ref().map(|_| variant.agrees),
        "comparison": variant.comparison.as_ref().map(comparison_json),
    })
}

fn look_json(look: &Look) -> Value {
    json!({
        "estimate": look.estimate,
        "interval": look.interval,
        "p_value": look.p_value.map(PValue::p),
        "log10_p": look.p_value.map(PValue::log10),
    })
}

fn comparison_json(comparison: &Comparison) -> Value {
    let fixed = &comparison.fixed;
    json!({
        "difference": fixed.difference,
        "difference_interval": comparison.difference,
        "lift": comparison.lift.map(|lift| lift.estimate),
        "lift_interval": comparison.lift.and_then(|lift| lift.interval),
        "lift_interval_kind": comparison.lift.map(|lift| lift.kind),
        "small_sample": fixed.is_small,
        "z": fixed.z,
        "p_value": comparison.p_value.map(PValue::p),
        "log10_p": comparison.p_value.map(PValue::log10),
        "adjusted_p": comparison.adjusted_p,
        "chance_to_beat_control": comparison.chances.to_win,
        "expected_loss_of_shipping": comparison.chances.loss_of_shipping,
        "expected_loss_of_keeping": comparison.chances.loss_of_keeping,
        "verdict": comparison.verdict.words(),
        "borderline": comparison.borderline,
        "fixed": {
            "p_value": fixed.p_value.p(),
            "log10_p": fixed.p_value.log10(),
            "newcombe": fixed.newcombe,
            "wald": fixed.wald,
            "standard_error": fixed.standard_error,
            "lift_delta": fixed.lift.map(|lift| lift.delta),
            "lift_log_ratio": fixed.lift.and_then(|lift| lift.log_ratio),
        },
        "sequential": comparison.sequential.as_ref().map(|sequential| json!({
            "rho": sequential.rho,
            "absolute": look_json(&sequential.absolute),
            "relative": sequential.relative.as_ref().map(look_json),
        })),
        "growthbook": comparison.growthbook.as_ref().map(|growthbook| {
            let effect = |effect: &Effect| json!({
                "estimate": effect.estimate,
                "interval": effect.interval,
                "p_value": effect.p_value.p(),
                "chance_to_win": effect.chance_to_win,
                "risk_of_shipping": effect.risk_of_shipping,
                "risk_of_keeping": effect.risk_of_keeping,
            });
            json!({ "relative": effect(&growthbook.relative), "absolute": effect(&growthbook.absolute) })
        }),
        "by_day": comparison.stratified.as_ref().map(|by_day| json!({
            "odds_ratio": by_day.odds_ratio,
            "interval": by_day.interval,
            "chi2": by_day.test.statistic,
            "p_value": by_day.test.p_value.p(),
        })),
    })
}

fn day_json(day: &Day, at: usize) -> Value {
    let effect = day.effects[at].as_ref();
    json!({
        "first_exposures": arm_json(day.new[at]),
        "so_far": arm_json(day.so_far[at]),
        "difference": effect.map(|effect| effect.fixed.difference),
        "difference_interval": effect.map(|effect| effect.fixed.newcombe),
    })
}

fn planning_json(plan: &Planning) -> Value {
    json!({
        "baseline": plan.baseline,
        "lift": plan.lift,
        "power": plan.power,
        "per_arm_needed": plan.sample_size.as_ref().map(|size| size.per_arm),
        "per_arm": plan.per_arm,
        "mde": plan.mde.as_ref().map(|mde| mde.absolute),
        "mde_relative": plan.mde.as_ref().and_then(|mde| mde.relative),
        "days_left": plan.days_left.map(|left| match left {
            DaysLeft::Enough => json!(0),
            DaysLeft::Days(days) => json!(days),
            DaysLeft::MoreThanAYear => json!("more than a year"),
        }),
        "new_users_per_day_of_smallest_variant": plan.new_per_day,
    })
}
