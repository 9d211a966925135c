//! `name=value` as typed, read and checked. Errors are one sentence each.

use crate::engine::{
    Error, Result,
    metrics::stats::{Counts, Level},
};

/// An input that a function takes.
pub(super) struct Input {
    pub(super) name: &'static str,
    /// `None` where it must be given; empty where leaving it out means that it is not there.
    pub(super) default: Option<&'static str>,
}

/// What was typed, by the names that the function knows.
pub(super) struct Inputs<'a> {
    known: &'static [Input],
    given: Vec<(&'a str, &'a str)>,
}

impl<'a> Inputs<'a> {
    pub(super) fn read(known: &'static [Input], typed: &'a [String]) -> Result<Self> {
        let mut given: Vec<(&str, &str)> = Vec::new();
        for pair in typed {
            let Some((name, value)) = pair.split_once('=') else {
                return Err(wrong(format!("“{pair}” is not of the form name=value")));
            };
            if !known.iter().any(|input| input.name == name) {
                return Err(wrong(format!("there is no input {name}")));
            }
            if given.iter().any(|(other, _)| *other == name) {
                return Err(wrong(format!("{name} is given twice")));
            }
            given.push((name, value));
        }
        Ok(Self { known, given })
    }

    /// As typed, or the default; `None` where it may be left out and is.
    fn text(&self, name: &str) -> Result<Option<&'a str>> {
        if let Some((_, value)) = self.given.iter().find(|(given, _)| *given == name) {
            return Ok(Some(value));
        }
        let default = self
            .known
            .iter()
            .find(|input| input.name == name)
            .and_then(|input| input.default);
        match default {
            None => Err(wrong(format!("{name} is missing"))),
            Some("") => Ok(None),
            Some(value) => Ok(Some(value)),
        }
    }

    fn required(&self, name: &str) -> Result<&'a str> {
        self.text(name)?
            .ok_or_else(|| wrong(format!("{name} is missing")))
    }

    /// A whole number of any size that a u128 holds.
    pub(super) fn count(&self, name: &str) -> Result<u128> {
        count(name, self.required(name)?)
    }

    /// Events of trials.
    pub(super) fn counts(&self, events: &str, trials: &str) -> Result<Counts> {
        let (x, n) = (self.count(events)?, self.count(trials)?);
        Counts::new(x, n).ok_or_else(|| wrong(format!("{events}={x} is more than {trials}={n}")))
    }

    /// Control and treatment, as most functions take them.
    pub(super) fn arms(&self) -> Result<(Counts, Counts)> {
        Ok((self.counts("x1", "n1")?, self.counts("x2", "n2")?))
    }

    /// The confidence, as a level.
    pub(super) fn level(&self) -> Result<Level> {
        let confidence = self.inside("conf")?;
        Level::from_confidence(confidence)
            .ok_or_else(|| wrong(format!("conf={confidence} is too near to 1")))
    }

    /// Any finite number.
    pub(super) fn number(&self, name: &str) -> Result<f64> {
        number(name, self.required(name)?)
    }

    /// Strictly between 0 and 1.
    pub(super) fn inside(&self, name: &str) -> Result<f64> {
        let value = self.number(name)?;
        if value > 0.0 && value < 1.0 {
            Ok(value)
        } else {
            Err(wrong(format!("{name}={value} is not between 0 and 1")))
        }
    }

    /// From 0 to 1, both included.
    pub(super) fn rate(&self, name: &str) -> Result<f64> {
        rate(name, self.required(name)?)
    }

    /// As [`Self::rate`], where it may be left out.
    pub(super) fn optional_rate(&self, name: &str) -> Result<Option<f64>> {
        self.text(name)?.map(|text| rate(name, text)).transpose()
    }

    /// Above 0.
    pub(super) fn positive(&self, name: &str) -> Result<f64> {
        positive(name, self.number(name)?)
    }

    pub(super) fn count_list(&self, name: &str) -> Result<Vec<u128>> {
        items(self.required(name)?)
            .map(|text| count(name, text))
            .collect()
    }

    pub(super) fn rate_list(&self, name: &str) -> Result<Vec<f64>> {
        items(self.required(name)?)
            .map(|text| rate(name, text))
            .collect()
    }

    /// Numbers above 0; `None` where they may be left out and are.
    pub(super) fn optional_positive_list(&self, name: &str) -> Result<Option<Vec<f64>>> {
        let read = |text| positive(name, number(name, text)?);
        self.text(name)?
            .map(|text| items(text).map(read).collect())
            .transpose()
    }

    /// Numbers with gaps.
    pub(super) fn point_list(&self, name: &str) -> Result<Vec<Option<f64>>> {
        let read = |text: &str| match text.parse::<f64>() {
            Ok(value) => Ok(value.is_finite().then_some(value)),
            Err(_) => Err(wrong(format!("{name}: “{text}” is not a number"))),
        };
        items(self.required(name)?).map(read).collect()
    }
}

/// What was typed makes no sense.
pub(super) fn wrong(message: impl Into<String>) -> Error {
    Error::Invalid(message.into())
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split('|').map(str::trim)
}

fn count(name: &str, text: &str) -> Result<u128> {
    text.parse().map_err(|_| {
        wrong(format!(
            "{name}: “{text}” is not a whole number from 0 to {}",
            u128::MAX
        ))
    })
}

fn number(name: &str, text: &str) -> Result<f64> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(wrong(format!("{name}: “{text}” is not a number"))),
    }
}

fn rate(name: &str, text: &str) -> Result<f64> {
    let value = number(name, text)?;
    if (0.0..=1.0).contains(&value) {
        Ok(value)
    } else {
        Err(wrong(format!("{name}={value} is not from 0 to 1")))
    }
}

fn positive(name: &str, value: f64) -> Result<f64> {
    if value > 0.0 {
        Ok(value)
    } else {
        Err(wrong(format!("{name}={value} is not above 0")))
    }
}
