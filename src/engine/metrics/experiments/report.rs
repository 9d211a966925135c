//! An experiment's figures as tables and as a Markdown document. What is rounded here is rounded for people only;
//! CSV and JSON ([`super::json`]) have all digits.

use super::{
    analysis::{Analysis, Comparison, Variant, level},
    contract::VariantMetrics,
    exposures::Exposures,
    method::{Contamination, Correction, Method},
    planning::Planning,
};
use crate::engine::{
    calendar::zone,
    export::sheet::{Field, Sheet, fenced, markdown},
    metrics::{
        Ran,
        health::Level,
        stats::{Interval, PValue, planning::DaysLeft},
        words::{self, Decimals},
    },
};

/// All that there is to report.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The experiment's id.
    pub id: &'a str,
    /// The contract's figures; `None` where only a sample was read.
    pub metrics: Option<&'a [VariantMetrics]>,
    /// The contract's statement.
    pub ran: Option<&'a Ran>,
    /// What was read for the analysis.
    pub exposures: &'a Exposures,
    /// How it was looked at.
    pub method: &'a Method,
    /// What came of it.
    pub analysis: &'a Analysis,
    /// Product and version of the server.
    pub server: &'a str,
}

impl<'a> Report<'a> {
    /// The statements that ran, in order.
    pub fn statements(&self) -> impl Iterator<Item = &'a Ran> {
        self.ran.into_iter().chain(&self.exposures.ran)
    }

    /// The variants, for people.
    pub fn variants(&self) -> Sheet {
        let confidence = self.confidence();
        let interval = format!("{confidence} interval");
        let mut columns = vec![
            "variant",
            "users",
            "share",
            "expected",
            "converted",
            "rate",
            &interval,
        ];
        if self.exposures.sample.is_some() {
            columns.extend(["users in all, about", &interval]);
        } else if !self.analysis.agrees {
            columns.extend(["all users", "all conversions", "mean"]);
        }
        let mut sheet = Sheet::new(&columns);
        let control = self.analysis.control;
        let variants = || self.analysis.variants.iter();
        let rates = Decimals::of(variants().filter_map(|variant| variant.rate));
        let shares = Decimals::of(variants().filter_map(|variant| variant.share));
        sheet.rows = self
            .analysis
            .variants
            .iter()
            .enumerate()
            .map(|(at, variant)| {
                let mark = if control == Some(at) {
                    " (control)"
                } else {
                    ""
                };
                let mut row = vec![
                    Field::name(format!("{}{mark}", variant.name)),
                    Field::whole(variant.arm.users),
                    Field::number(variant.share, |share| shares.percent(share)),
                    Field::number(variant.expected_share, |share| shares.percent(share)),
                    Field::whole(variant.arm.converters),
                    Field::number(variant.rate, |rate| rates.percent(rate)),
                    between(variant.interval, |rate| rates.percent(rate)),
                ];
                if let Some(sample) = self.exposures.sample {
                    let (users, interval) = sample.estimate(variant.arm.users, level(self.method));
                    row.push(Field::Number {
                        shown: format!("~{users}"),
                        exact: users.to_string(),
                    });
                    row.push(between(Some(interval), |users| format!("{users:.0}")));
                } else if !self.analysis.agrees {
                    let contract = variant.contract.as_ref();
                    row.extend([
                        contract.map_or(Field::Undefined, |one| Field::whole(one.count)),
                        contract.map_or(Field::Undefined, |one| Field::whole(one.conversions)),
                        Field::number(contract.and_then(|one| one.mean), |mean| {
                            rates.percent(mean)
                        }),
                    ]);
                }
                row
            })
            .collect();
        sheet
    }

    /// The treatments against the control, for people; empty without any.
    pub fn comparisons(&self) -> Sheet {
        let confidence = self.confidence();
        let interval = format!("{confidence} interval");
        let treatments = self.compared().count();
        let mut columns = vec!["treatment", "difference", &interval, "lift", &interval, "p"];
        let adjusted = format!("p ({})", correction(self.method.correction));
        let is_adjusted = treatments > 1 && self.method.correction != Correction::None;
        if is_adjusted {
            columns.push(&adjusted);
        }
        columns.extend(["chance to beat", "expected loss", "verdict"]);
        let mut sheet = Sheet::new(&columns);
        let compared = || self.compared().map(|(_, comparison)| comparison);
        let lifts = compared().filter_map(|comparison| comparison.lift?.interval);
        let lifts = Decimals::within(lifts);
        let differences = compared().filter_map(|comparison| comparison.difference);
        let differences = Decimals::within(differences);
        sheet.rows = self
            .compared()
            .map(|(variant, comparison)| {
                let lift = comparison.lift;
                let small = lift.is_some_and(|lift| lift.small_sample);
                let p = comparison.p_value.map(PValue::p);
                let mut row = vec![
                    Field::name(&variant.name),
                    Field::number(Some(comparison.fixed.difference), |difference| {
                        differences.points(difference)
                    }),
                    between(comparison.difference, |limit| differences.points(limit)),
                    Field::number(lift.map(|lift| lift.estimate), |lift| lifts.lift(lift)),
                    match between(lift.and_then(|lift| lift.interval), |limit| {
                        lifts.lift(limit)
                    }) {
                        Field::Text(text) if small => Field::text(text + " (small sample)"),
                        field => field,
                    },
                    Field::number(p, words::p_bare),
                ];
                if is_adjusted {
                    row.push(Field::number(comparison.adjusted_p, words::p_bare));
                }
                row.extend([
                    Field::number(Some(comparison.chances.to_win), words::percent),
                    Field::number(Some(comparison.chances.loss_of_shipping), |loss| {
                        format!("{:.3} pp", loss * 100.0)
                    }),
                    Field::text(verdict(comparison)),
                ]);
                row
            })
            .collect();
        sheet
    }

    /// Day by day, put together; empty where the split was the same each day.
    pub fn by_day(&self) -> Sheet {
        let interval = format!("{} interval", self.confidence());
        let mut sheet = Sheet::new(&["treatment", "odds ratio by day", &interval, "p by day"]);
        sheet.rows = self
            .compared()
            .filter_map(|(variant, comparison)| {
                let by_day = comparison.stratified?;
                Some(vec![
                    Field::name(&variant.name),
                    Field::number(by_day.odds_ratio, |ratio| format!("{ratio:.3}")),
                    between(by_day.interval, |ratio| format!("{ratio:.3}")),
                    Field::number(Some(by_day.test.p_value.p()), words::p_bare),
                ])
            })
            .collect();
        sheet
    }

    /// Everything about the variants in one table, for programs.
    pub fn flat(&self) -> Sheet {
        let mut sheet = Sheet::new(&[
            "variant",
            "count",
            "conversions",
            "mean",
            "control",
            "users",
            "converters",
            "share",
            "expected_share",
            "rate",
            "rate_low",
            "rate_high",
            "difference",
            "difference_low",
            "difference_high",
            "lift",
            "lift_low",
            "lift_high",
            "z",
            "p_value",
            "log10_p",
            "adjusted_p",
            "chance_to_beat",
            "chance_to_be_best",
            "expected_loss_of_shipping",
            "expected_loss_of_keeping",
            "verdict",
            "borderline",
        ]);
        let number = |value: Option<f64>| Field::number(value, |value| value.to_string());
        let low = |interval: Option<Interval>| number(interval.map(|interval| interval.low));
        let high = |interval: Option<Interval>| number(interval.map(|interval| interval.high));
        sheet.rows = self
            .analysis
            .variants
            .iter()
            .enumerate()
            .map(|(at, variant)| {
                let contract = variant.contract.as_ref();
                let compared = variant.comparison.as_ref();
                let difference = compared.and_then(|one| one.difference);
                let lift = compared.and_then(|one| one.lift);
                let limits = lift.and_then(|lift| lift.interval);
                let p = compared.and_then(|one| one.p_value);
                vec![
                    Field::name(&variant.name),
                    contract.map_or(Field::Undefined, |one| Field::whole(one.count)),
                    contract.map_or(Field::Undefined, |one| Field::whole(one.conversions)),
                    number(contract.and_then(|one| one.mean)),
                    Field::text((self.analysis.control == Some(at)).to_string()),
                    Field::whole(variant.arm.users),
                    Field::whole(variant.arm.converters),
                    number(variant.share),
                    number(variant.expected_share),
                    number(variant.rate),
                    low(variant.interval),
                    high(variant.interval),
                    number(compared.map(|one| one.fixed.difference)),
                    low(difference),
                    high(difference),
                    number(lift.map(|lift| lift.estimate)),
                    low(limits),
                    high(limits),
                    number(compared.and_then(|one| one.fixed.z)),
                    number(p.map(PValue::p)),
                    number(p.map(PValue::log10)),
                    number(compared.and_then(|one| one.adjusted_p)),
                    number(compared.map(|one| one.chances.to_win)),
                    number(variant.chance_to_be_best),
                    number(compared.map(|one| one.chances.loss_of_shipping)),
                    number(compared.map(|one| one.chances.loss_of_keeping)),
                    compared.map_or(Field::Undefined, |one| Field::text(one.verdict.words())),
                    compared.map_or(Field::Undefined, |one| {
                        Field::text(one.borderline.to_string())
                    }),
                ]
            })
            .collect();
        sheet
    }

    /// How it was looked at, a line each: what every export carries.
    pub fn method_lines(&self) -> Vec<String> {
        let method = self.method;
        let mut lines = vec![
            match method.sequential {
                None => format!(
                    "Fixed horizon, {} two-sided: Wilson intervals of rates, Newcombe of differences, pooled z test.",
                    self.confidence()
                ),
                Some(users) => format!(
                    "Asymptotic confidence sequence, {} at all looks together, tuned for {users} users; Wilson intervals of rates.",
                    self.confidence()
                ),
            },
            match method.contamination {
                Contamination::Exclude => "Users in several variants are left out.".to_owned(),
                Contamination::First => {
                    "Users in several variants count in that of their earliest row, with what is recorded there.".to_owned()
                }
            },
            "Chances by independent flat priors, Beta(1, 1).".to_owned(),
        ];
        if self.compared().count() > 1 {
            lines.push(format!(
                "Several treatments: p-values corrected by {}; intervals are not corrected.",
                correction(method.correction)
            ));
        }
        if let Some(sample) = self.exposures.sample {
            lines.push(format!(
                "One user in {} was read; all figures but those marked ~ are of these alone.",
                sample.one_in
            ));
        }
        if !method.weights.is_empty() {
            let weights = method.weights.iter();
            let weights = weights.map(|(name, weight)| format!("{name} {weight}"));
            lines.push(format!(
                "Planned split: {}.",
                weights.collect::<Vec<_>>().join(", ")
            ));
        }
        lines.push(format!(
            "{}, as of {} UTC. Days begin at midnight {}.",
            self.server,
            self.exposures.now,
            zone(self.exposures.offset_secs)
        ));
        lines
    }

    /// A plan in words; `None` where nothing can be planned.
    pub fn plan_line(&self) -> Option<String> {
        let plan = self.analysis.planning.as_ref()?;
        let is_sequential = self.method.sequential.is_some();
        let is_bad = self.analysis.level() == Level::Bad;
        Some(plan_words(plan, is_sequential, is_bad))
    }

    /// The whole as a document.
    pub fn to_markdown(&self) -> String {
        let mut out = vec![format!("# Experiment {}\n\n", markdown(self.id))];
        if let (Some(first), Some(last)) = (self.exposures.first, self.exposures.last) {
            out.push(format!("Assignments from {first} to {last} UTC.\n\n"));
        }
        if self.analysis.variants.is_empty() {
            out.push("No assignments for this experiment.\n".to_owned());
            return out.concat();
        }
        out.push("## Checks of the data\n\n".to_owned());
        for finding in &self.analysis.findings {
            out.push(format!(
                "- **{}** {}: {}\n",
                finding.level.word(),
                finding.check.label(),
                markdown(&finding.sentence)
            ));
        }
        out.push(format!(
            "\n## Variants\n\n{}",
            self.variants().to_markdown()
        ));
        let comparisons = self.comparisons();
        if !comparisons.rows.is_empty() {
            out.push(format!(
                "\n## Against the control\n\n{}",
                comparisons.to_markdown()
            ));
        }
        let by_day = self.by_day();
        if !by_day.rows.is_empty() {
            out.push(format!(
                "\n## By day (Mantel-Haenszel)\n\n{}",
                by_day.to_markdown()
            ));
        }
        if let Some(plan) = self.plan_line() {
            out.push(format!("\n## Plan\n\n{}\n", markdown(&plan)));
        }
        out.push("\n## Method\n\n".to_owned());
        for line in self.method_lines() {
            out.push(format!("- {}\n", markdown(&line)));
        }
        out.push("\n## Statements\n".to_owned());
        for ran in self.statements() {
            out.push(format!("\n{}", fenced("sql", &ran.sql)));
        }
        out.concat()
    }

    fn compared(&self) -> impl Iterator<Item = (&'a Variant, &'a Comparison)> {
        let variants = self.analysis.variants.iter();
        variants.filter_map(|variant| Some((variant, variant.comparison.as_ref()?)))
    }

    /// `95 %`.
    fn confidence(&self) -> String {
        words::confidence(self.method.alpha)
    }
}

/// The verdict's words, with what weakens them.
pub fn verdict(comparison: &Comparison) -> String {
    let words = comparison.verdict.words();
    if comparison.borderline {
        format!("{words} (borderline)")
    } else {
        words.to_owned()
    }
}

fn correction(correction: Correction) -> &'static str {
    match correction {
        Correction::Holm => "Holm",
        Correction::Bh => "Benjamini-Hochberg",
        Correction::None => "nothing",
    }
}

fn between(interval: Option<Interval>, limit: impl Fn(f64) -> String) -> Field {
    interval.map_or(Field::Undefined, |interval| {
        Field::text(words::interval(interval, limit))
    })
}

/// `is_bad`: a check of the data is red, and no number of users makes up for that.
fn plan_words(plan: &Planning, is_sequential: bool, is_bad: bool) -> String {
    let effect = format!(
        "a lift of {} over {}",
        words::lift(plan.lift),
        words::percent(plan.baseline)
    );
    let mut sentences = vec![match &plan.sample_size {
        Some(size) => format!(
            "To find {effect} with a power of {:.0} %, each variant needs {} users; the smallest has {}.",
            plan.power * 100.0,
            size.per_arm,
            plan.per_arm
        ),
        None => format!("No number of users finds {effect}."),
    }];
    if is_sequential {
        sentences.push(
            "This is planned for one look at the end: who looks every day needs more users."
                .to_owned(),
        );
    }
    let is_moot = |days: &DaysLeft| is_bad && *days == DaysLeft::Enough;
    let days_left = plan.days_left.filter(|days| !is_moot(days));
    sentences.extend(days_left.map(|days| match days {
        DaysLeft::Enough if is_sequential => "For one look there are enough.".to_owned(),
        DaysLeft::Enough => "That is enough.".to_owned(),
        DaysLeft::Days(days) => {
            format!("At the pace of the last full days that takes {days} more days.")
        }
        DaysLeft::MoreThanAYear => {
            "At the pace of the last full days that takes more than a year.".to_owned()
        }
    }));
    sentences.extend(plan.mde.as_ref().map(|mde| {
        let lift = mde.relative.map(|lift| format!(" ({})", words::lift(lift)));
        format!(
            "Today's users find a difference of {}{} or more.",
            words::points(mde.absolute),
            lift.unwrap_or_default()
        )
    }));
    sentences.join(" ")
}
