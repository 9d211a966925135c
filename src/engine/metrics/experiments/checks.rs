//! The checks themselves: each looks at what was read and says what it found.

use super::{
    contract::VariantMetrics,
    exposures::{Arm, Exposures},
    health::{Check, Finding},
    method::{Contamination, Method},
    over_time::OverTime,
};
use crate::engine::metrics::{
    series::DAY,
    stats::chi_square::{self, Alarm, Homogeneity, Srm},
    words,
};

/// The part of the users that, seen in several variants, puts the assignment itself in doubt.
const MANY_IN_SEVERAL: f64 = 0.05;

/// What the checks look at.
pub(super) struct Checks<'a> {
    pub(super) contract: &'a [VariantMetrics],
    pub(super) names: &'a [&'a str],
    pub(super) arms: &'a [Arm],
    pub(super) exposures: &'a Exposures,
    pub(super) over_time: &'a OverTime,
    /// The planned split; `None` where a variant has no weight.
    pub(super) weights: Option<&'a [f64]>,
    pub(super) method: &'a Method,
}

impl Checks<'_> {
    /// All that there is to say, in the order in which it is shown.
    pub(super) fn findings(&self) -> Vec<Finding> {
        if self.arms.is_empty() {
            return Vec::new();
        }
        let mut findings = vec![
            self.split(),
            self.stability(),
            self.several(),
            self.duplicates(),
            self.values(),
        ];
        findings.extend(self.mean());
        findings.push(self.sample_size());
        findings.extend(self.spelling());
        findings.push(self.times());
        findings.extend(self.receiving());
        findings
    }

    /// Does the split differ between days?
    pub(super) fn split_moves(&self) -> bool {
        self.homogeneity()
            .is_some_and(|test| test.alarm() != Alarm::Green)
    }

    fn srm(&self) -> Option<Srm> {
        let users: Vec<u128> = self.arms.iter().map(|arm| u128::from(arm.users)).collect();
        chi_square::srm(&users, self.weights?)
    }

    fn homogeneity(&self) -> Option<Homogeneity> {
        chi_square::homogeneity(&self.over_time.first_exposures())
    }

    fn split(&self) -> Finding {
        let check = Check::Split;
        if self.names.len() < 2 {
            return check.info(
                "one variant",
                "There is one variant, so there is no split to check.",
            );
        }
        if self.weights.is_none() {
            let without: Vec<&str> = self
                .names
                .iter()
                .copied()
                .filter(|name| {
                    !self
                        .method
                        .weights
                        .keys()
                        .any(|key| key.eq_ignore_ascii_case(name))
                })
                .collect();
            return check.warn(
                "no weight",
                format!(
                    "The planned split gives no weight above 0 to {}, so the split was not checked.",
                    without.join(", ")
                ),
            );
        }
        let Some((srm, alarm)) = self.srm().and_then(|srm| Some((srm, srm.alarm()?))) else {
            return check.info(
                "too few users",
                "There are too few users to check the split: each variant should have ten or more.",
            );
        };
        let figure = words::p(srm.test.p_value);
        let off = srm.max_abs_deviation * 100.0;
        let finding = match alarm {
            Alarm::Green => check.ok(
                figure.clone(),
                format!("Users are split as planned ({figure})."),
            ),
            Alarm::Yellow => check.warn(
                figure.clone(),
                format!(
                    "Users are not split quite as planned: a share is off by {off:.2} points, which chance seldom does ({figure})."
                ),
            ),
            Alarm::Red => check.bad(
                figure.clone(),
                format!(
                    "Users are not split as planned: a share is off by {off:.2} points, which chance does not do ({figure}). Users are missing or counted in the wrong variant, so the rates cannot be compared; if another split was planned, say so."
                ),
            ),
        };
        finding.with([
            ("chi2", srm.test.statistic),
            ("df", srm.test.df as f64),
            ("p_value", srm.test.p_value.p()),
            ("log10_p", srm.test.p_value.log10()),
            ("max_abs_deviation", srm.max_abs_deviation),
        ])
    }

    fn stability(&self) -> Finding {
        let check = Check::Stability;
        let Some(test) = self.homogeneity() else {
            let (figure, why) = if self.names.len() < 2 {
                (
                    "one variant",
                    "There is one variant, so there is no split to check.",
                )
            } else if self.exposures.has_times {
                (
                    "too few days",
                    "There are too few days or users to check the split by day.",
                )
            } else {
                (
                    "no times",
                    "The table has no times, so the split by day was not checked.",
                )
            };
            return check.info(figure, why);
        };
        let figure = words::p(test.test.p_value);
        let numbers = [
            ("chi2", test.test.statistic),
            ("df", test.test.df as f64),
            ("p_value", test.test.p_value.p()),
            ("log10_p", test.test.p_value.log10()),
        ];
        if test.alarm() == Alarm::Green {
            let sentence = format!("The split is the same each day ({figure}).");
            return check.ok(figure, sentence).with(numbers);
        }
        let finding = check.warn(
            figure.clone(),
            format!(
                "The split changes from day to day ({figure} over {} days or groups of days). Whatever else changed between days is mixed into the rates: the comparison by day (Mantel-Haenszel) keeps it apart.",
                test.groups.len()
            ),
        );
        finding.with(numbers)
    }

    fn several(&self) -> Finding {
        let check = Check::SeveralVariants;
        let several = self.exposures.several;
        if several == 0 {
            return check.ok("none", "No user is in several variants.");
        }
        let of = self.exposures.users();
        let share = several as f64 / of.max(1) as f64;
        let become_of = match self.method.contamination {
            Contamination::Exclude => "They are left out",
            Contamination::First => "They count in the variant of their earliest row",
        };
        let figure = count(several, "user", "users");
        let sentence = format!(
            "{} in several variants, {:.2} % of all. {become_of}.",
            count(several, "user is", "users are"),
            share * 100.0
        );
        let finding = if share >= MANY_IN_SEVERAL {
            let doubt = "So many put the assignment itself in doubt.";
            check.bad(figure, format!("{sentence} {doubt}"))
        } else {
            check.warn(figure, sentence)
        };
        finding.with([("users", several as f64), ("share", share)])
    }

    fn duplicates(&self) -> Finding {
        let check = Check::Duplicates;
        let variants = self.exposures.variants.iter();
        let rows: u64 = variants
            .map(|variant| variant.rows.saturating_sub(variant.all.total.users))
            .sum();
        if rows == 0 {
            return check.ok("none", "Each user has one row in a variant.");
        }
        check.info(
            count(rows, "row", "rows"),
            format!(
                "{} of a user who has one in the same variant already. Each user counts once, as converted if any row says so; the sum of conversions counts them all.",
                count(rows, "row is", "rows are")
            ),
        )
        .with([("rows", rows as f64)])
    }

    fn values(&self) -> Finding {
        let odd = &self.exposures.odd;
        let check = Check::Values;
        let mut words = Vec::new();
        if odd.other_value > 0 {
            words.push(format!(
                "{} neither 0 nor 1 and taken as converted",
                count(odd.other_value, "value is", "values are")
            ));
        }
        if odd.no_value > 0 {
            words.push(format!(
                "{} NULL and taken as not converted",
                count(odd.no_value, "value is", "values are")
            ));
        }
        if odd.no_user > 0 {
            words.push(format!(
                "{} no user, counted nowhere",
                count(odd.no_user, "row with", "rows with")
            ));
        }
        if odd.no_variant > 0 {
            words.push(format!(
                "{} no variant, counted nowhere",
                count(odd.no_variant, "row with", "rows with")
            ));
        }
        let rows = odd.other_value + odd.no_value + odd.no_user + odd.no_variant;
        if rows == 0 {
            return check.ok(
                "0 and 1",
                "All values are 0 or 1, and no row lacks a user or a variant.",
            );
        }
        check
            .warn(count(rows, "row", "rows"), format!("{}.", words.join("; ")))
            .with([
                ("other_values", odd.other_value as f64),
                ("null_values", odd.no_value as f64),
                ("null_users", odd.no_user as f64),
                ("null_variants", odd.no_variant as f64),
            ])
    }

    fn mean(&self) -> Option<Finding> {
        let above: Vec<&str> = self
            .contract
            .iter()
            .filter(|metrics| metrics.conversions > i128::from(metrics.count))
            .map(|metrics| metrics.variant.as_str())
            .collect();
        (!above.is_empty()).then(|| {
            Check::Mean.bad(
                above.join(", "),
                "Converted is counted more than once per user: the sum of conversions is larger than the number of users.",
            )
        })
    }

    fn sample_size(&self) -> Finding {
        let check = Check::SampleSize;
        let few: Vec<&str> = self
            .names
            .iter()
            .zip(self.arms)
            .filter(|(_, arm)| !arm.counts().is_enough())
            .map(|(name, _)| *name)
            .collect();
        let users: u64 = self.arms.iter().map(|arm| arm.users).sum();
        let figure = count(users, "user", "users");
        if few.is_empty() {
            return check.ok(
                figure,
                "Each variant has at least five users who converted and five who did not.",
            );
        }
        check.warn(
            figure,
            format!(
                "Fewer than five users converted, or fewer than five did not, in {}: no verdict is given.",
                few.join(", ")
            ),
        )
    }

    fn spelling(&self) -> Option<Finding> {
        let spellings = &self.exposures.spellings;
        let mut words = Vec::new();
        if spellings.users > 0 {
            words.push(count(spellings.users, "user", "users"));
        }
        if spellings.variants > 0 {
            words.push(count(spellings.variants, "variant", "variants"));
        }
        (!words.is_empty()).then(|| {
            let figure = words.join(", ");
            let sentence = format!(
                "Spelled in several ways that the column's collation takes for equal, such as User1 and user1: {figure}. They count as one, as in the server's own figures."
            );
            Check::Spelling.warn(figure, sentence)
        })
    }

    fn times(&self) -> Finding {
        let odd = &self.exposures.odd;
        let check = Check::Times;
        if !self.exposures.has_times {
            return check.info(
                "none",
                "The table has no times, so nothing is shown over time.",
            );
        }
        if self.over_time.left_out {
            return check.warn(
                "too many days",
                "There are more days and variants than can be shown over time, so nothing is. Another column than the time of assignment may be mapped.",
            );
        }
        let mut words = Vec::new();
        if odd.future > 0 {
            words.push(format!(
                "{} in the future",
                count(odd.future, "row is", "rows are")
            ));
        }
        if odd.no_date > 0 {
            words.push(format!(
                "{} a date that no calendar has",
                count(odd.no_date, "row has", "rows have")
            ));
        }
        if odd.no_time > 0 {
            words.push(format!(
                "{} no time",
                count(odd.no_time, "row has", "rows have")
            ));
        }
        let rows = odd.future + odd.no_date + odd.no_time;
        if rows == 0 {
            return check.ok("all", "Each row has a time that has passed.");
        }
        check
            .warn(
                count(rows, "row", "rows"),
                format!(
                    "{}: in the totals, and outside the charts.",
                    words.join("; ")
                ),
            )
            .with([
                ("future", odd.future as f64),
                ("no_calendar_date", odd.no_date as f64),
                ("null_times", odd.no_time as f64),
            ])
    }

    fn receiving(&self) -> Option<Finding> {
        let last = self.exposures.last?;
        let check = Check::Receiving;
        let hours = (self.exposures.now.0 - last.0) / 3600;
        if self.exposures.now.0 - last.0 >= DAY {
            return Some(check.ok("no", format!("The last assignment was at {last} UTC.")));
        }
        let sentence = if self.method.sequential.is_some() {
            format!("The last assignment was {hours} h ago; the intervals allow for looking often.")
        } else {
            format!(
                "The last assignment was {hours} h ago. Who looks now and again later finds differences that are none: switch to sequential figures, or wait for the planned end."
            )
        };
        Some(check.info("yes", sentence))
    }
}

/// `3 users`, `1 row is`.
fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
