//! Runs side by side: their values with the difference to the first, and the parameters that differ.

use std::collections::BTreeSet;

use super::{goal::Goal, read::Found};

/// A metric of several runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The metric's name.
    pub key: String,
    /// Which way it gets better.
    pub goal: Goal,
    /// The last value of each run; `None` where it has none, or one that is no number.
    pub last: Vec<Option<f64>>,
    /// The best value of each run.
    pub best: Vec<Option<f64>>,
    /// The last value minus that of the first run; `None` for the first.
    pub difference: Vec<Option<f64>>,
    /// The run with the best of the last values; of equal ones the first. `None` where all are the same, and where neither way is
    /// better.
    pub ahead: Option<usize>,
}

/// A parameter or tag of several runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// The value of each run.
    pub values: Vec<Option<String>>,
    /// They are not all the same.
    pub differs: bool,
}

/// The metrics that any of these runs has, by name. `goal` says which way each gets better.
pub fn metrics(runs: &[Found], goal: impl Fn(&str) -> Goal) -> Vec<Compared> {
    let keys: BTreeSet<&String> = runs.iter().flat_map(|run| run.metrics.keys()).collect();
    let compared = keys.into_iter().map(|key| {
        let goal = goal(key);
        let summaries = || runs.iter().map(|run| run.metrics.get(key));
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
        let last: Vec<Option<f64>> = summaries()
            .map(|of| finite(of.and_then(|of| of.last)))
            .collect();
        let first = last.first().copied().flatten();
        let difference = last.iter().enumerate().map(|(nth, value)| {
            let against = first.filter(|_| nth > 0)?;
            finite(Some((*value)? - against))
        });
        Compared {
            difference: difference.collect(),
            ahead: ahead(&last, goal),
            best: summaries()
                .map(|of| of.and_then(|of| of.best(goal)))
                .collect(),
            key: key.clone(),
            goal,
            last,
        }
    });
    compared.collect()
}

fn ahead(values: &[Option<f64>], goal: Goal) -> Option<usize> {
    let mut finite = values.iter().flatten();
    let first = finite.next()?;
    if finite.all(|value| value.total_cmp(first).is_eq()) {
        return None;
    }
    let values = values.iter().enumerate();
    goal.best(values.filter_map(|(nth, value)| Some((nth, (*value)?))))
}

/// The parameters that any of these runs has, by name.
pub fn params(runs: &[Found]) -> Vec<Setting> {
    settings(&runs.iter().map(|run| &run.params).collect::<Vec<_>>())
}

/// The tags that any of these runs has, by name.
pub fn tags(runs: &[Found]) -> Vec<Setting> {
    settings(&runs.iter().map(|run| &run.tags).collect::<Vec<_>>())
}

fn settings(runs: &[&super::Texts]) -> Vec<Setting> {
    let keys: BTreeSet<&String> = runs.iter().flat_map(|texts| texts.keys()).collect();
    let setting = keys.into_iter().map(|key| {
        let values: Vec<Option<String>> =
            runs.iter().map(|texts| texts.get(key).cloned()).collect();
        Setting {
            key: key.clone(),
            differs: values.windows(2).any(|pair| pair[0] != pair[1]),
            values,
        }
    });
    setting.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::metrics::runs::Summary;

    fn run(last: Option<f64>, lowest: f64, param: Option<&str>) -> Found {
        let summary = Summary {
            last,
            lowest: Some(lowest),
            highest: Some(9.0),
            ..Summary::default()
        };
        Found {
            metrics: [("loss".to_owned(), summary)].into(),
            params: param
                .map(|value| ("lr".to_owned(), value.to_owned()))
                .into_iter()
                .collect(),
            ..Found::default()
        }
    }

    #[test]
    fn differences_are_to_the_first_run_and_the_best_last_value_is_ahead() {
        let runs = [
            run(Some(0.5), 0.25, None),
            run(Some(0.75), 0.5, None),
            run(Some(f64::NAN), 0.125, None),
            run(Some(0.5), 0.5, None),
        ];
        let compared = metrics(&runs, Goal::of);
        assert_eq!(
            compared,
            [Compared {
                key: "loss".to_owned(),
                goal: Goal::Min,
                last: vec![Some(0.5), Some(0.75), None, Some(0.5)],
                best: vec![Some(0.25), Some(0.5), Some(0.125), Some(0.5)],
                difference: vec![None, Some(0.25), None, Some(0.0)],
                ahead: Some(0),
            }]
        );
        let flipped = metrics(&runs, |_| Goal::Max);
        assert_eq!(flipped[0].ahead, Some(1));
        assert_eq!(flipped[0].best[0], Some(9.0));
        let neither = metrics(&runs, |_| Goal::Neither);
        assert_eq!((neither[0].ahead, neither[0].best[0]), (None, None));
        assert_eq!(neither[0].last, compared[0].last);
    }

    #[test]
    fn one_value_alone_is_ahead_of_nothing_and_has_no_difference() {
        let runs = [run(None, 1.0, None), run(Some(1.0), 1.0, None)];
        let compared = metrics(&runs, Goal::of);
        assert_eq!(compared[0].difference, [None, None]);
        assert_eq!(compared[0].ahead, None);
        let same = [run(Some(1.0), 1.0, None), run(Some(1.0), 1.0, None)];
        assert_eq!(metrics(&same, Goal::of)[0].ahead, None);
    }

    #[test]
    fn parameters_differ_where_one_run_lacks_them() {
        let differs = |texts: &[Option<&str>]| {
            let runs: Vec<Found> = texts.iter().map(|text| run(None, 1.0, *text)).collect();
            params(&runs).first().map(|setting| setting.differs)
        };
        assert_eq!(differs(&[Some("0.1"), Some("0.1")]), Some(false));
        assert_eq!(differs(&[Some("0.1"), Some("0.10")]), Some(true));
        assert_eq!(differs(&[None, Some("0.1")]), Some(true));
        assert_eq!(differs(&[None, None]), None);
    }
}
