//! The contract: users, conversions and their ratio for each variant, as one statement that anybody can repeat.

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use tokio_util::sync::CancellationToken;

use crate::engine::{
    Error, Result,
    metrics::{
        Ran, ask, count, ids,
        names::{NULL, NULL_SHOWN, Names},
        optional_text,
        ratio::ratio,
        tables::Located,
    },
    session::Session,
    sql::placeholders::Value,
};

/// What a variant has, as the server counts it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VariantMetrics {
    /// Its name, in one of the spellings that the server takes for equal; `(NULL)` where the row has none.
    #[serde(skip)]
    pub variant: String,
    /// The rows have a variant; else `variant` is a word for NULL.
    #[serde(skip)]
    pub named: bool,
    /// `conversions / count`, unrounded; `None` where `count` is 0. Above 1 where users were counted several times.
    pub mean: Option<f64>,
    /// Distinct users.
    pub count: u64,
    /// The sum of what the rows hold; negative values are added up like others.
    pub conversions: i128,
}

/// The object that stands under `metrics` in JSON: a member for each variant, in the server's order.
#[derive(Clone, Copy, Debug)]
pub struct Contract<'a>(pub &'a [VariantMetrics]);

impl Serialize for Contract<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut names = names(self.0);
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for metrics in self.0 {
            let name = if metrics.named {
                names.next(&metrics.variant)
            } else {
                names.nameless(NULL)
            };
            map.serialize_entry(&name, metrics)?;
        }
        map.end()
    }
}

/// The variants' names in a table: as the server spells them, and for rows without a variant a word that no variant is
/// called.
pub fn shown_names(metrics: &[VariantMetrics]) -> Vec<String> {
    let mut names = names(metrics);
    let shown = metrics.iter().map(|metrics| {
        if metrics.named {
            metrics.variant.clone()
        } else {
            names.nameless(NULL_SHOWN)
        }
    });
    shown.collect()
}

fn names(metrics: &[VariantMetrics]) -> Names {
    let named = metrics.iter().filter(|metrics| metrics.named);
    Names::of(named.map(|metrics| metrics.variant.as_str()))
}

/// Count an experiment's users and conversions. An id that has no rows has no variants.
///
/// # Errors
/// What the server says, cancelled, or [`Error::Invalid`] where the sum is no whole number that can be held.
pub async fn metrics(
    session: &Session,
    table: &Located,
    id: &str,
    cancel: &CancellationToken,
) -> Result<(Vec<VariantMetrics>, Ran)> {
    let (rows, ran) = ask(session, &statement(table), vec![bound(table, id)], cancel).await?;
    check_variants(rows.rows())?;
    let read = (0..rows.rows()).map(|row| {
        let count = count(&rows, row, 1)?;
        // The sum of no value but NULL is NULL.
        let conversions = match optional_text(&rows, row, 2) {
            Some(sum) => whole(&sum)?,
            None => 0,
        };
        let variant = optional_text(&rows, row, 0);
        Ok(VariantMetrics {
            named: variant.is_some(),
            variant: variant.unwrap_or_else(|| NULL_SHOWN.to_owned()),
            mean: ratio(conversions, u128::from(count)),
            count,
            conversions,
        })
    });
    Ok((read.collect::<Result<_>>()?, ran))
}

/// An experiment has no more variants than this; what has more is no column of variants.
const MOST_VARIANTS: u64 = 10_000;

pub(super) fn check_variants(variants: u64) -> Result<()> {
    if variants <= MOST_VARIANTS {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "the experiment has more than {MOST_VARIANTS} variants: another column than the variants' is mapped"
    )))
}

/// An experiment's id, as it is bound in the statement.
pub fn bound(table: &Located, id: &str) -> Value {
    ids::bound(table.required("experiment_id"), id)
}

/// The statement of the contract, with a place for the experiment's id. One variant more than there may be is asked
/// for, so that a column of users that is taken for the variants' does not arrive as a whole.
pub fn statement(table: &Located) -> String {
    let [experiment, user, variant, converted] =
        ["experiment_id", "user_id", "variant_id", "converted"].map(|role| table.name(role));
    format!(
        "SELECT {variant}, COUNT(DISTINCT {user}), SUM({converted}) FROM {} WHERE {experiment} = ? GROUP BY {variant} LIMIT {}",
        table.sql(),
        MOST_VARIANTS + 1
    )
}

/// A sum as the server prints it: `12`, `12.0000`, `1.2e3`.
fn whole(sum: &str) -> Result<i128> {
    let digits = match sum.split_once('.') {
        Some((digits, zeros)) if zeros.bytes().all(|byte| byte == b'0') => digits,
        _ => sum,
    };
    let float = || {
        let value: f64 = sum.parse().ok()?;
        // A DOUBLE holds whole numbers up to here.
        (value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0).then_some(value as i128)
    };
    digits.parse().ok().or_else(float).ok_or_else(|| {
        Error::Invalid(format!(
            "the conversions add up to {sum}, which is no whole number that can be held: the column must hold 0 and 1"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(name: &str, count: u64, conversions: i128) -> VariantMetrics {
        VariantMetrics {
            variant: name.to_owned(),
            named: true,
            mean: ratio(conversions, u128::from(count)),
            count,
            conversions,
        }
    }

    #[test]
    fn the_object_has_all_digits_and_each_key_once() {
        let metrics = [
            variant("control", 9850, 1459),
            variant("b \"x\"\n", 3, i128::MAX),
            variant("control", 0, -128),
            variant("", 1, 1),
        ];
        assert_eq!(
            serde_json::to_string(&Contract(&metrics)).unwrap(),
            r#"{"control":{"mean":0.1481218274111675,"count":9850,"conversions":1459},"b \"x\"\n":{"mean":5.671372782015641e+37,"count":3,"conversions":170141183460469231731687303715884105727},"control_2":{"mean":null,"count":0,"conversions":-128},"":{"mean":1.0,"count":1,"conversions":1}}"#
        );
        assert_eq!(serde_json::to_string(&Contract(&[])).unwrap(), "{}");
    }

    #[test]
    fn no_variant_takes_no_name_from_one_in_any_order() {
        let nameless = VariantMetrics {
            named: false,
            ..variant(NULL_SHOWN, 7, 7)
        };
        let mut metrics = vec![nameless, variant("NULL", 1, 1), variant("(NULL)", 2, 2)];
        for _ in 0..2 {
            let json = serde_json::to_value(Contract(&metrics)).unwrap();
            let counts = ["NULL", "NULL_2", "(NULL)"].map(|name| json[name]["count"].as_u64());
            assert_eq!(counts, [Some(1), Some(7), Some(2)], "{json}");
            let names = shown_names(&metrics);
            let of = |count| metrics.iter().position(|one| one.count == count).unwrap();
            assert_eq!(
                [7, 1, 2].map(|count| names[of(count)].as_str()),
                ["(NULL)_2", "NULL", "(NULL)"]
            );
            metrics.reverse();
        }
    }

    #[test]
    fn sums_are_whole_or_refused() {
        for (sum, expected) in [
            ("12", 12),
            ("-128", -128),
            ("12.0000", 12),
            ("3e2", 300),
            ("36893488147419103230", 36_893_488_147_419_103_230),
        ] {
            assert_eq!(whole(sum).unwrap(), expected, "{sum}");
        }
        for sum in ["0.5", "1e30", "", "NaN", "9".repeat(60).as_str()] {
            assert!(whole(sum).is_err(), "{sum}");
        }
    }
}
