//! All that is said of an experiment, how it was made, and the whole as a Markdown document. Its tables are
//! [`super::sheets`]', its JSON is [`super::json`]'s.

use super::{
    analysis::{Analysis, Comparison, Variant},
    contract::VariantMetrics,
    exposures::Exposures,
    method::{Contamination, Correction, Method},
    planning::Planning,
};
use crate::engine::{
    calendar::zone,
    export::sheet::{fenced, markdown},
    metrics::{Ran, health::Level, stats::planning::DaysLeft, words},
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
        lines.extend(method.late_changes.iter().map(ToString::to_string));
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
        let growthbook = self.growthbook();
        if !growthbook.rows.is_empty() {
            out.push(format!(
                "\n## As GrowthBook shows it\n\n{}",
                growthbook.to_markdown()
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

    pub(super) fn compared(&self) -> impl Iterator<Item = (&'a Variant, &'a Comparison)> {
        let variants = self.analysis.variants.iter();
        variants.filter_map(|variant| Some((variant, variant.comparison.as_ref()?)))
    }

    /// `95 %`.
    pub(super) fn confidence(&self) -> String {
        words::confidence(self.method.alpha)
    }
}

pub(super) fn correction(correction: Correction) -> &'static str {
    match correction {
        Correction::Holm => "Holm",
        Correction::Bh => "Benjamini-Hochberg",
        Correction::None => "nothing",
    }
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
