//! Groups of a flag compared with one of them. Requests are taken for independent trials, which they are not: they
//! come in clusters by user and by host, so that p-values and intervals are narrower than they should be. Who shows
//! them says so ([`CAUTION`]).

use super::{Group, GroupKey};
use crate::engine::metrics::{
    baseline,
    stats::{
        Interval, Level,
        comparison::{self, Comparison},
        flag, multiple, proportion,
    },
};

/// What stands beside every p-value and interval of a flag.
pub const CAUTION: &str = "requests treated as independent";

/// How the groups are compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Method {
    /// The group that the others are compared with; `None`, or one that is not there, for the likeliest.
    pub baseline: Option<GroupKey>,
    /// How sure intervals are to be.
    pub level: Level,
    /// What a rate may rise by before it counts as worse: 0.001 for a tenth of a point.
    pub margin: f64,
    /// What share of requests shall succeed: 0.999.
    pub objective: Option<f64>,
}

/// The groups, compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Analysis {
    /// Which group is the baseline.
    pub baseline: Option<usize>,
    /// In the order of the groups.
    pub rows: Vec<Row>,
}

/// One group, against the baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Row {
    /// Wilson's interval of the rate; `None` without requests, or with more errors than requests.
    pub interval: Option<Interval>,
    /// Against the baseline; `None` for the baseline itself, and where either has no interval.
    pub against: Option<Against>,
    /// The rate as a multiple of what the objective allows; `None` without an objective.
    pub burn: Option<f64>,
}

/// A group against the baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Against {
    /// The figures: difference with Newcombe's interval, lift, pooled p.
    pub comparison: Comparison,
    /// rate / rate of the baseline; `None` where the baseline has no errors.
    pub ratio: Option<f64>,
    /// The p-value with Holm's correction for as many groups as are compared.
    pub p_holm: f64,
    /// Where the difference lies.
    pub verdict: Verdict,
}

impl Against {
    /// The whole interval of the difference lies above the margin.
    pub fn is_regression(&self) -> bool {
        self.verdict == Verdict::Worse
    }
}

/// Where an interval of the difference lies, seen from the margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Wholly above the margin: the group fails more often than the baseline, by more than is put up with.
    Worse,
    /// Wholly above zero, but not above the margin.
    Within,
    /// Wholly below zero.
    Better,
    /// Neither.
    Unclear,
    /// Fewer than five errors or successes to be expected in one of the two.
    NotEnough,
}

impl Verdict {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Worse => "worse than baseline",
            Self::Within => "worse, within the margin",
            Self::Better => "better than baseline",
            Self::Unclear => "no clear difference",
            Self::NotEnough => "not enough data",
        }
    }
}

/// Compare the groups.
pub fn analyse(groups: &[Group], method: &Method) -> Analysis {
    let baseline = baseline_of(groups, method.baseline.as_ref());
    let control = baseline.and_then(|at| groups[at].counts());
    let mut rows: Vec<Row> = (groups.iter().enumerate())
        .map(|(at, group)| {
            let counts = group.counts();
            let compared = (Some(at) != baseline)
                .then_some(control.zip(counts))
                .flatten();
            Row {
                interval: counts.and_then(|counts| proportion::wilson(counts, method.level)),
                against: compared.and_then(|(control, counts)| {
                    let comparison = comparison::compare(control, counts, method.level)?;
                    let enough = comparison::is_enough(control, counts);
                    Some(Against {
                        p_holm: comparison.p_value.p(),
                        ratio: comparison.lift.map(|lift| 1.0 + lift.estimate),
                        verdict: verdict(comparison.newcombe, method.margin, enough),
                        comparison,
                    })
                }),
                burn: group
                    .error_rate()
                    .and_then(|rate| flag::burn(rate, method.objective?)),
            }
        })
        .collect();
    let mut compared: Vec<&mut Against> = rows
        .iter_mut()
        .filter_map(|row| row.against.as_mut())
        .collect();
    let p_values: Vec<f64> = compared.iter().map(|against| against.p_holm).collect();
    let corrected = multiple::holm(&p_values, method.level.alpha()).p_values;
    for (against, p) in compared.iter_mut().zip(corrected) {
        against.p_holm = p;
    }
    Analysis { baseline, rows }
}

impl Analysis {
    /// How many groups are compared with the baseline.
    pub fn compared(&self) -> usize {
        self.rows.iter().filter(|row| row.against.is_some()).count()
    }
}

/// The group that is asked for, else the likeliest.
pub fn baseline_of(groups: &[Group], asked: Option<&GroupKey>) -> Option<usize> {
    let sizes: Vec<(&str, u128)> = groups
        .iter()
        .map(|group| (group.key.shown(), group.requests))
        .collect();
    asked
        .and_then(|asked| groups.iter().position(|group| group.key == *asked))
        .or_else(|| baseline::pick(&sizes))
}

fn verdict(difference: Interval, margin: f64, enough: bool) -> Verdict {
    if !enough {
        Verdict::NotEnough
    } else if difference.low > margin {
        Verdict::Worse
    } else if difference.low > 0.0 {
        Verdict::Within
    } else if difference.high < 0.0 {
        Verdict::Better
    } else {
        Verdict::Unclear
    }
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

    fn verdicts(groups: &[Group], margin: f64) -> Vec<Option<Verdict>> {
        let method = Method {
            margin,
            ..Method::default()
        };
        let rows = analyse(groups, &method).rows;
        rows.iter()
            .map(|row| row.against.map(|against| against.verdict))
            .collect()
    }

    #[test]
    fn the_mark_of_a_regression_needs_the_whole_interval_above_the_margin() {
        let groups = [
            group("enabled", 50_000, 250),
            group("disabled", 48_000, 192),
        ];
        assert_eq!(verdicts(&groups, 0.0), [Some(Verdict::Worse), None]);
        assert_eq!(verdicts(&groups, 0.0002), [Some(Verdict::Within), None]);
        let turned = [
            group("enabled", 48_000, 192),
            group("disabled", 50_000, 250),
        ];
        assert_eq!(verdicts(&turned, 0.0), [Some(Verdict::Better), None]);
    }

    #[test]
    fn what_is_no_proportion_is_in_no_test() {
        let groups = [
            group("off", 100, 10),
            group("bad", 5, 9),
            group("silent", 0, 0),
            group("few", 10, 1),
        ];
        let analysis = analyse(&groups, &Method::default());
        assert_eq!(analysis.baseline, Some(0));
        assert_eq!([analysis.rows[1], analysis.rows[2]], [Row::default(); 2]);
        assert_eq!(groups[1].error_rate(), Some(1.8));
        assert_eq!(verdicts(&groups, 0.0)[3], Some(Verdict::NotEnough));
    }

    #[test]
    fn one_request_that_failed_is_no_verdict_and_an_outage_is_one() {
        let against = |requests, errors| {
            let groups = [group("off", 1_000, 0), group("on", requests, errors)];
            verdicts(&groups, 0.0)[1]
        };
        assert_eq!(against(1, 1), Some(Verdict::NotEnough));
        assert_eq!(against(1_000, 100), Some(Verdict::Worse));
    }

    #[test]
    fn p_values_of_several_groups_are_corrected() {
        let groups = [
            group("off", 1_000, 50),
            group("a", 1_000, 75),
            group("b", 1_000, 55),
            group("bad", 1, 2),
        ];
        let analysis = analyse(&groups, &Method::default());
        assert_eq!(analysis.compared(), 2);
        let [a, b] = [1, 2].map(|at| analysis.rows[at].against.unwrap());
        let p = |against: Against| against.comparison.p_value.p();
        assert_eq!((a.p_holm, b.p_holm), (2.0 * p(a), p(b)));
    }

    #[test]
    fn a_baseline_without_errors_has_no_ratio() {
        let groups = [group("off", 100, 0), group("on", 100, 10)];
        let against = analyse(&groups, &Method::default()).rows[1]
            .against
            .unwrap();
        assert_eq!((against.ratio, against.comparison.difference), (None, 0.1));
    }

    #[test]
    fn a_baseline_that_is_gone_gives_way_to_the_likeliest() {
        let groups = [group("on", 9, 0), group("off", 1, 0)];
        assert_eq!(baseline_of(&groups, Some(&"on".into())), Some(0));
        assert_eq!(baseline_of(&groups, Some(&"gone".into())), Some(1));
        assert_eq!(baseline_of(&[], None), None);
    }

    #[test]
    fn burn_is_the_rate_over_what_the_objective_allows() {
        let method = Method {
            objective: Some(0.995),
            ..Method::default()
        };
        let rows = analyse(
            &[group("off", 48_000, 192), group("on", 50_000, 250)],
            &method,
        )
        .rows;
        let burns: Vec<f64> = rows.iter().filter_map(|row| row.burn).collect();
        assert!(
            (burns[0] - 0.8).abs() < 1e-12 && (burns[1] - 1.0).abs() < 1e-12,
            "{burns:?}"
        );
    }
}
