//! `porthole stats`: the analyst's calculator. One function, its inputs, one JSON object; no server is asked.
//!
//! The arithmetic is [`crate::engine::metrics::stats`]; [`functions`] names it for the command line, [`inputs`] reads
//! what was typed and [`compute`] puts the two together.

mod compute;
mod functions;
mod inputs;

use super::{Failure, print};
use functions::FUNCTIONS;
use inputs::Inputs;

/// What to compute, and of what.
#[derive(clap::Args)]
#[command(after_help = functions::list())]
pub struct Args {
    /// What to compute; nothing lists what there is.
    function: Option<String>,
    /// Its inputs. Lists are joined by `|`; `nan` is a missing point.
    #[arg(value_name = "NAME=VALUE")]
    inputs: Vec<String>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let Some(function) = &args.function else {
        return print::data(functions::list().as_bytes());
    };
    let outputs = evaluate(function, &args.inputs)
        .map_err(|wrong| Failure::usage(wrong.message, wrong.hint))?;
    let mut line = serde_json::to_string(&outputs).expect("names and numbers");
    line.push('\n');
    print::data(line.as_bytes())
}

/// Names and numbers, in the order in which they are told.
type Outputs = serde_json::Map<String, serde_json::Value>;

/// What is wrong with what was typed.
#[derive(Debug)]
struct Wrong {
    message: String,
    hint: String,
}

fn evaluate(name: &str, inputs: &[String]) -> Result<Outputs, Wrong> {
    let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else {
        let names: Vec<_> = FUNCTIONS.iter().map(|function| function.name).collect();
        return Err(Wrong {
            message: format!("there is no function {name}"),
            hint: format!("There are {}.", names.join(", ")),
        });
    };
    Inputs::read(function.inputs, inputs)
        .and_then(|inputs| (function.compute)(&inputs))
        .map_err(|error| Wrong {
            message: format!("{name}: {error}"),
            hint: function.usage(),
        })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Published and independently computed values: function, inputs, output, what it must be and how closely.
    const REFERENCE: &str = include_str!("../../../tests/data/metrics/experiment_stats.csv");

    fn evaluated(function: &str, inputs: &str) -> Result<Outputs, Wrong> {
        let inputs: Vec<_> = inputs.split(';').map(str::to_owned).collect();
        evaluate(function, &inputs)
    }

    #[test]
    fn every_output_of_the_reference_is_within_its_tolerance() {
        let mut checked = BTreeMap::new();
        for line in REFERENCE.lines().skip(1) {
            // The columns after these may be quoted; none of these is.
            let [
                _case,
                function,
                inputs,
                output,
                expected,
                abs_tol,
                rel_tol,
                ..,
            ] = line.split(',').collect::<Vec<_>>()[..]
            else {
                panic!("seven columns: {line}");
            };
            let outputs = evaluated(function, inputs).unwrap();
            let got = outputs
                .get(output)
                .unwrap_or_else(|| panic!("no output: {line}"));
            if expected == "undefined" {
                assert!(got.is_null(), "{got} instead of null: {line}");
            } else {
                let number = |text: &str| text.parse::<f64>().unwrap();
                let (got, expected) = (got.as_f64().unwrap(), number(expected));
                let tolerance = number(abs_tol) + number(rel_tol) * expected.abs();
                assert!((got - expected).abs() <= tolerance, "{got}: {line}");
            }
            *checked.entry(function).or_insert(0) += 1;
        }
        assert_eq!(checked.values().sum::<i32>(), 624, "{checked:?}");
        assert_eq!(checked.len(), FUNCTIONS.len(), "{checked:?}");
    }

    #[test]
    fn what_is_out_of_its_domain_is_named() {
        for (function, inputs, message) in [
            ("wilson", "x=3;n=2", "wilson: x=3 is more than n=2"),
            ("wilson", "x=1", "wilson: n is missing"),
            ("wilson", "x=1;n=2;x=1", "wilson: x is given twice"),
            ("wilson", "x=1;n=2;m=1", "wilson: there is no input m"),
            (
                "wilson",
                "x=1;n",
                "wilson: “n” is not of the form name=value",
            ),
            (
                "wilson",
                "x=1;n=2;conf=1",
                "wilson: conf=1 is not between 0 and 1",
            ),
            (
                "wilson",
                "x=1;n=2;conf=nan",
                "wilson: conf: “nan” is not a number",
            ),
            (
                "msprt",
                "x1=1;n1=2;x2=1;n2=2;tau=0",
                "msprt: tau=0 is not above 0",
            ),
            (
                "power",
                "p1=0.5;p2=1.5;n_per_arm=9",
                "power: p2=1.5 is not from 0 to 1",
            ),
            ("adjust", "p=0.5|2", "adjust: p=2 is not from 0 to 1"),
            (
                "srm",
                "counts=1|2;weights=1",
                "srm: 2 counts, but 1 weights",
            ),
            (
                "srm",
                "counts=1|2;weights=1|0",
                "srm: weights=0 is not above 0",
            ),
            (
                "wilson",
                "x=-1;n=2",
                "wilson: x: “-1” is not a whole number from 0 to 340282366920938463463374607431768211455",
            ),
            (
                "ema_debiased",
                "y=1;weight=1",
                "ema_debiased: weight=1 is not at least 0 and below 1",
            ),
            ("mean", "x=1", "there is no function mean"),
        ] {
            assert_eq!(
                evaluated(function, inputs).unwrap_err().message,
                message,
                "{function} {inputs}"
            );
        }
    }

    #[test]
    fn each_example_gives_the_outputs_that_are_told() {
        for function in FUNCTIONS {
            let inputs = function.example.replace('\'', "");
            let inputs: Vec<_> = inputs.split(' ').map(str::to_owned).collect();
            let outputs = evaluate(function.name, &inputs).unwrap();
            for name in outputs.keys() {
                let is_told = function.outputs.contains(name.as_str())
                    || name.ends_with(|last: char| last.is_ascii_digit())
                    || (function.name == "growthbook" && name.starts_with("abs_"));
                assert!(is_told, "{} gives {name}", function.name);
            }
        }
    }
}
