//! A flag as JSON: the contract, and what an analyst sees beside it.

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::{Value, json};

use super::{
    Group,
    analysis::{Against, Analysis, CAUTION, Method, Row},
    burn::PairState,
    data::Data,
    group::members,
    health::{self, Finding},
};
use crate::engine::Result;

/// The object that stands under `metrics` in JSON: a member for each group, in the server's order.
#[derive(Clone, Copy, Debug)]
pub struct Contract<'a>(pub &'a [Group]);

impl Serialize for Contract<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// As the contract has it: the figures without the key.
        #[derive(Serialize)]
        struct Figures {
            error_rate: Option<f64>,
            requests: u128,
            errors: u128,
        }
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (group, name) in self.0.iter().zip(members(self.0)) {
            let figures = Figures {
                error_rate: group.error_rate(),
                requests: group.requests,
                errors: group.errors,
            };
            map.serialize_entry(&name, &figures)?;
        }
        map.end()
    }
}

/// Everything of a flag as one JSON object: the contract, and beside it what an analyst sees.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    metrics: Contract<'a>,
    analysis: Value,
    health: Vec<Finding>,
    method: Value,
}

impl<'a> Document<'a> {
    /// Of what was read and how it is compared.
    pub fn new(data: &'a Data, analysis: &Analysis, method: &Method) -> Self {
        Self {
            metrics: Contract(&data.groups),
            analysis: analysis_json(data, analysis, method),
            health: health::checks(&data.groups, &data.facts, data.request.window),
            method: method_json(data, method),
        }
    }
}

fn analysis_json(data: &Data, analysis: &Analysis, method: &Method) -> Value {
    let names = members(&data.groups);
    let groups: serde_json::Map<String, Value> = data
        .groups
        .iter()
        .zip(&analysis.rows)
        .enumerate()
        .map(|(at, (group, row))| (names[at].clone(), row_json(data, at, group, row, method)))
        .collect();
    json!({
        "baseline": analysis.baseline.map(|at| &names[at]),
        "groups": groups,
    })
}

fn row_json(data: &Data, at: usize, group: &Group, row: &Row, method: &Method) -> Value {
    let burn = method
        .objective
        .zip(data.burn.as_ref())
        .map(|(objective, windows)| {
            let alerts: Vec<Value> = windows
                .pairs(at, objective)
                .iter()
                .map(alert_json)
                .collect();
            json!({
                "rate": row.burn,
                "alerts": alerts,
                "budget_left_30_days": windows.budget_left(at, objective),
            })
        });
    json!({
        "error_rate": group.error_rate(),
        "interval": row.interval,
        "against_baseline": row.against.as_ref().map(against_json),
        "burn": burn,
    })
}

fn against_json(against: &Against) -> Value {
    let figures = &against.comparison;
    json!({
        "difference": figures.difference,
        "difference_interval": figures.newcombe,
        "ratio": against.ratio,
        "z": figures.z,
        "p_value": figures.p_value.p(),
        "log10_p": figures.p_value.log10(),
        "p_value_holm": against.p_holm,
        "verdict": against.verdict.words(),
        "regression": against.is_regression(),
    })
}

fn alert_json(state: &PairState) -> Value {
    let [long, short] = state.rates;
    json!({
        "threshold": state.pair.rate,
        "long": state.pair.long.to_string(),
        "short": state.pair.short.to_string(),
        "long_rate": long,
        "short_rate": short,
        "alert": state.alert.words(),
    })
}

fn method_json(data: &Data, method: &Method) -> Value {
    json!({
        "flag": data.request.flag,
        "window": data.request.window.to_string(),
        "time_zone": "UTC",
        "alpha": method.level.alpha(),
        "rate_interval": "Wilson score",
        "difference_interval": "Newcombe hybrid score (method 10)",
        "test": "pooled z, two-sided",
        "correction": "Holm, over the groups that are compared",
        "caution": CAUTION,
        "margin": method.margin,
        "objective": method.objective,
        "bucket_seconds": data.timeline.as_ref().map(|timeline| timeline.step),
        "as_of": data.as_of().to_string(),
        "table": data.table,
        "server": data.server,
        "statements": data.ran.iter().map(|(_, ran)| json!({
            "sql": ran.sql,
            "milliseconds": u64::try_from(ran.took.as_millis()).unwrap_or(u64::MAX),
            "rows": ran.rows,
        })).collect::<Vec<_>>(),
        "index_advice": data.advice.as_ref().map(|advice| json!({ "sql": advice.sql, "bytes": advice.bytes })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(key: &str, requests: u128, errors: u128) -> Group {
        Group {
            key: key.into(),
            requests,
            errors,
        }
    }

    #[test]
    fn the_contract_has_all_digits_and_nothing_else() {
        let groups = [
            group(
                "enabled",
                36_893_488_147_419_103_230,
                18_446_744_073_709_552,
            ),
            group("disabled", 0, 3),
            group("\"\n", 1_000_000, 3),
        ];
        assert_eq!(
            serde_json::to_string(&Contract(&groups)).unwrap(),
            r#"{"enabled":{"error_rate":0.0005,"requests":36893488147419103230,"errors":18446744073709552},"disabled":{"error_rate":null,"requests":0,"errors":3},"\"\n":{"error_rate":3e-6,"requests":1000000,"errors":3}}"#
        );
    }
}
