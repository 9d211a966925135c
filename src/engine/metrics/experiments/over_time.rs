//! An experiment day by day: who came in, and how the effect settled.
//!
//! Conversions are counted on the day of assignment, as the table has no time of conversion: users assigned so far who
//! have converted by now.

use super::{
    analysis::{self, level},
    exposures::{Arm, Days, Exposures, MOST_CELLS},
    method::Method,
};
use crate::engine::metrics::{
    series::Moment,
    stats::{
        self, Interval,
        chi_square::Stratified,
        comparison, proportion,
        sequential::{self, Sequential},
    },
};

/// The days of an experiment. Those on which nobody came in are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OverTime {
    /// In order.
    pub days: Vec<Day>,
    /// There are more days and variants than are shown: there are none here.
    pub left_out: bool,
}

/// One day.
#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    /// The midnight that begins it, as a date of the days' zone.
    pub date: Moment,
    /// The same midnight in UTC.
    pub at: Moment,
    /// It is not over yet.
    pub incomplete: bool,
    /// Each variant's users that were first seen on it.
    pub new: Vec<Arm>,
    /// Each variant's users so far.
    pub so_far: Vec<Arm>,
    /// Each variant against the control, with the users so far; `None` for the control and where there is nothing to
    /// compare.
    pub effects: Vec<Option<Effect>>,
}

/// A treatment's effect with the users so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The difference and its interval for the fixed horizon.
    pub fixed: comparison::Comparison,
    /// The confidence sequence, whether or not the method has it switched on.
    pub sequential: Option<Sequential>,
}

/// The days of the variants that are counted.
pub(super) fn over_time(
    counted: &[Days],
    exposures: &Exposures,
    control: Option<usize>,
    method: &Method,
) -> OverTime {
    let dates = exposures.days();
    if exposures.too_many_days || dates.len().saturating_mul(counted.len()) > MOST_CELLS {
        return OverTime {
            left_out: true,
            ..OverTime::default()
        };
    }
    let mut so_far = vec![Arm::default(); counted.len()];
    let users = method.sequential.unwrap_or(sequential::DEFAULT_N_STAR);
    let days = dates.into_iter().map(|date| {
        let new: Vec<Arm> = counted
            .iter()
            .map(|days| days.days.get(&date).copied().unwrap_or_default())
            .collect();
        for (all, new) in so_far.iter_mut().zip(&new) {
            *all = all.plus(*new);
        }
        let effect = |at: usize| {
            let control = control.filter(|control| *control != at)?;
            let (control, treatment) = (so_far[control].counts(), so_far[at].counts());
            Some(Effect {
                fixed: comparison::compare(control, treatment, level(method))?,
                sequential: sequential::asymptotic(control, treatment, method.alpha, users),
            })
        };
        Day {
            date,
            at: exposures.utc(date),
            incomplete: date >= exposures.today(),
            effects: (0..so_far.len()).map(effect).collect(),
            so_far: so_far.clone(),
            new,
        }
    });
    OverTime {
        days: days.collect(),
        left_out: false,
    }
}

impl OverTime {
    /// First exposures by day and variant, for the check of the split.
    pub fn first_exposures(&self) -> Vec<Vec<u64>> {
        let users = |day: &Day| day.new.iter().map(|arm| arm.users).collect();
        self.days.iter().map(users).collect()
    }

    /// Treatment against control on each day, put together.
    pub(super) fn stratified(
        &self,
        control: usize,
        treatment: usize,
        level: stats::Level,
    ) -> Option<Stratified> {
        let strata = self
            .days
            .iter()
            .map(|day| (day.new[control], day.new[treatment]));
        analysis::stratified(strata, level)
    }
}

impl Day {
    /// A variant's rate among those first seen on it, with Wilson's interval.
    pub fn rate(&self, variant: usize, level: stats::Level) -> Option<(f64, Interval)> {
        let counts = self.new.get(variant)?.counts();
        Some((counts.rate()?, proportion::wilson(counts, level)?))
    }
}
