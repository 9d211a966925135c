//! The functions themselves: from what was typed to the outputs, by the engine's arithmetic.

use serde_json::Value;

use super::{
    Outputs,
    inputs::{Inputs, wrong},
};
use crate::engine::{
    Result,
    metrics::{
        stats::{
            Counts, Interval, PValue, beta, chi_square, comparison, flag as flags,
            growthbook as gbstats, multiple, planning, proportion, sequential, smoothing,
        },
        words::without_sign_of_zero,
    },
};

/// Gathers outputs in order.
#[derive(Default)]
struct Answer(Outputs);

impl Answer {
    /// A number, null where it is undefined.
    fn number(&mut self, name: &str, value: impl Into<Option<f64>>) -> &mut Self {
        let value = value.into().map(without_sign_of_zero);
        self.put(name, value.map_or(Value::Null, Value::from))
    }

    /// A whole number.
    fn whole(&mut self, name: &str, value: impl Into<Option<u64>>) -> &mut Self {
        self.put(name, value.into().map_or(Value::Null, Value::from))
    }

    fn limits(&mut self, low: &str, high: &str, interval: Option<Interval>) -> &mut Self {
        self.number(low, interval.map(|interval| interval.low))
            .number(high, interval.map(|interval| interval.high))
    }

    fn p_value(&mut self, value: Option<PValue>) -> &mut Self {
        self.number("p_value", value.map(PValue::p))
            .number("log10_p", value.map(PValue::log10))
    }

    fn put(&mut self, name: &str, value: Value) -> &mut Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "it ends functions that fail earlier or not at all"
    )]
    fn done(&mut self) -> Result<Outputs> {
        Ok(std::mem::take(&mut self.0))
    }
}

pub(super) fn wilson(inputs: &Inputs<'_>) -> Result<Outputs> {
    let counts = inputs.counts("x", "n")?;
    Answer::default()
        .number("p", counts.rate())
        .limits("lo", "hi", proportion::wilson(counts, inputs.level()?))
        .done()
}

pub(super) fn clopper_pearson(inputs: &Inputs<'_>) -> Result<Outputs> {
    let counts = inputs.counts("x", "n")?;
    let interval = proportion::clopper_pearson(counts, inputs.level()?);
    Answer::default().limits("lo", "hi", interval).done()
}

pub(super) fn two_proportions(inputs: &Inputs<'_>) -> Result<Outputs> {
    let (control, treatment) = inputs.arms()?;
    let compared = comparison::compare(control, treatment, inputs.level()?);
    let lift = compared.and_then(|compared| compared.lift);
    Answer::default()
        .number("p1", control.rate())
        .number("p2", treatment.rate())
        .number("diff", compared.map(|c| c.difference))
        .number("z", compared.and_then(|c| c.z))
        .p_value(compared.map(|c| c.p_value))
        .number("se_unpooled", compared.map(|c| c.standard_error))
        .limits("wald_lo", "wald_hi", compared.map(|c| c.wald))
        .limits("newcombe_lo", "newcombe_hi", compared.map(|c| c.newcombe))
        .number("lift", lift.map(|l| l.estimate))
        .number("lift_delta_se", lift.map(|l| l.standard_error))
        .limits("lift_delta_lo", "lift_delta_hi", lift.map(|l| l.delta))
        .limits("lift_log_lo", "lift_log_hi", lift.and_then(|l| l.log_ratio))
        .done()
}

pub(super) fn beta_binomial(inputs: &Inputs<'_>) -> Result<Outputs> {
    let (control, treatment) = inputs.arms()?;
    let (alpha, beta) = (
        inputs.positive("prior_alpha")?,
        inputs.positive("prior_beta")?,
    );
    let prior =
        beta::Prior::new(alpha, beta).ok_or_else(|| wrong("a prior must be from 1e-6 to 1e30"))?;
    let level = inputs.level()?;
    let chances = beta::chances(control, treatment, prior);
    let credible = |arm| Some(beta::credible(arm, prior, level));
    Answer::default()
        .number("chance_to_win", chances.to_win)
        .number("expected_loss_ship", chances.loss_of_shipping)
        .number("expected_loss_keep", chances.loss_of_keeping)
        .number("mean1", prior.posterior(control).mean())
        .number("mean2", prior.posterior(treatment).mean())
        .limits("cred1_lo", "cred1_hi", credible(control))
        .limits("cred2_lo", "cred2_hi", credible(treatment))
        .done()
}

pub(super) fn srm(inputs: &Inputs<'_>) -> Result<Outputs> {
    let counts = inputs.count_list("counts")?;
    let weights = inputs
        .optional_positive_list("weights")?
        .unwrap_or_else(|| vec![1.0; counts.len()]);
    if weights.len() != counts.len() {
        return Err(wrong(format!(
            "{} counts, but {} weights",
            counts.len(),
            weights.len()
        )));
    }
    let srm = chi_square::srm(&counts, &weights);
    Answer::default()
        .number("chi2", srm.map(|srm| srm.test.statistic))
        .whole("df", srm.map(|srm| srm.test.df))
        .p_value(srm.map(|srm| srm.test.p_value))
        .number("max_abs_deviation", srm.map(|srm| srm.max_abs_deviation))
        .done()
}

pub(super) fn sequential_asympcs(inputs: &Inputs<'_>) -> Result<Outputs> {
    let (control, treatment) = inputs.arms()?;
    let (alpha, n_star) = (inputs.inside("alpha")?, inputs.positive("n_star")?);
    let now = sequential::asymptotic(control, treatment, alpha, n_star);
    let mut answer = Answer::default();
    answer.number("rho", now.map(|now| now.rho));
    for (name, look) in [
        ("abs", now.map(|now| now.absolute)),
        ("rel", now.and_then(|now| now.relative)),
    ] {
        let p_value = look.and_then(|look| look.p_value).map(PValue::p);
        answer
            .number(&format!("{name}_est"), look.map(|look| look.estimate))
            .limits(
                &format!("{name}_lo"),
                &format!("{name}_hi"),
                look.and_then(|look| look.interval),
            )
            .number(&format!("{name}_p"), p_value);
    }
    answer.done()
}

pub(super) fn msprt(inputs: &Inputs<'_>) -> Result<Outputs> {
    let (control, treatment) = inputs.arms()?;
    let msprt = sequential::msprt(control, treatment, inputs.positive("tau")?);
    Answer::default()
        .number("log_lambda", msprt.map(|msprt| msprt.log_lambda))
        .number("p_value", msprt.map(|msprt| msprt.p_value.p()))
        .done()
}

fn aims(inputs: &Inputs<'_>) -> Result<planning::Aims> {
    planning::Aims::new(inputs.inside("alpha")?, inputs.inside("power")?)
        .ok_or_else(|| wrong("alpha and power must be between 0 and 1"))
}

pub(super) fn sample_size(inputs: &Inputs<'_>) -> Result<Outputs> {
    let size = planning::sample_size(inputs.rate("p1")?, inputs.rate("p2")?, aims(inputs)?);
    let mut answer = Answer::default();
    answer.number("n_per_arm_exact", size.map(|size| size.per_arm_exact));
    for (name, users) in [
        ("n_per_arm", size.map(|size| size.per_arm)),
        (
            "n_per_arm_baseline_variance",
            size.map(|size| size.per_arm_baseline_variance),
        ),
    ] {
        match users {
            // More users than a u64 counts are told as they are.
            Some(users) if users >= u64::MAX as f64 => answer.number(name, users),
            _ => answer.whole(name, users.map(|users| users as u64)),
        };
    }
    answer.done()
}

pub(super) fn power(inputs: &Inputs<'_>) -> Result<Outputs> {
    let power = planning::power(
        inputs.rate("p1")?,
        inputs.rate("p2")?,
        inputs.positive("n_per_arm")?,
        inputs.inside("alpha")?,
    );
    Answer::default().number("power", power).done()
}

pub(super) fn mde(inputs: &Inputs<'_>) -> Result<Outputs> {
    let mde = planning::mde(
        inputs.rate("p1")?,
        inputs.positive("n_per_arm")?,
        aims(inputs)?,
    );
    Answer::default()
        .number("mde_abs", mde.map(|mde| mde.absolute))
        .number("mde_rel", mde.and_then(|mde| mde.relative))
        .done()
}

pub(super) fn adjust(inputs: &Inputs<'_>) -> Result<Outputs> {
    let p_values = inputs.rate_list("p")?;
    let alpha = inputs.inside("alpha")?;
    let mut answer = Answer::default();
    for (name, adjusted) in [
        ("bonferroni", multiple::bonferroni(&p_values, alpha)),
        ("holm", multiple::holm(&p_values, alpha)),
        ("bh", multiple::benjamini_hochberg(&p_values, alpha)),
    ] {
        for (index, &p) in adjusted.p_values.iter().enumerate() {
            answer.number(&format!("{name}_{index}"), p);
        }
        answer.whole(&format!("{name}_rejected"), adjusted.rejected as u64);
    }
    answer.done()
}

pub(super) fn flag(inputs: &Inputs<'_>) -> Result<Outputs> {
    let level = inputs.level()?;
    let objective = inputs.optional_rate("slo")?;
    let group = |name: &str| -> Result<_> {
        let errors = inputs.count(&format!("errors_{name}"))?;
        let requests = inputs.count(&format!("requests_{name}"))?;
        let rate = (requests > 0).then(|| errors as f64 / requests as f64);
        // More errors than requests are no proportion: a rate, but no limits and no test.
        Ok((rate, Counts::new(errors, requests)))
    };
    let (control, treatment) = (group("control")?, group("treatment")?);
    let mut answer = Answer::default();
    for (name, (rate, counts)) in [("control", control), ("treatment", treatment)] {
        let limits = counts.and_then(|counts| proportion::wilson(counts, level));
        answer.number(&format!("rate_{name}"), rate).limits(
            &format!("lo_{name}"),
            &format!("hi_{name}"),
            limits,
        );
    }
    let compared = control
        .1
        .zip(treatment.1)
        .and_then(|(control, treatment)| comparison::compare(control, treatment, level));
    answer
        .number("diff", compared.map(|c| c.difference))
        .limits("newcombe_lo", "newcombe_hi", compared.map(|c| c.newcombe))
        .p_value(compared.map(|c| c.p_value));
    for (name, (rate, _)) in [("control", control), ("treatment", treatment)] {
        let burn = rate
            .zip(objective)
            .and_then(|(rate, objective)| flags::burn(rate, objective));
        answer.number(&format!("burn_{name}"), burn);
    }
    answer.done()
}

pub(super) fn ema_debiased(inputs: &Inputs<'_>) -> Result<Outputs> {
    let points = inputs.point_list("y")?;
    let weight = inputs.number("weight")?;
    let smooth = smoothing::debiased_ema(&points, weight)
        .ok_or_else(|| wrong(format!("weight={weight} is not at least 0 and below 1")))?;
    let mut answer = Answer::default();
    for (index, &point) in smooth.iter().enumerate() {
        answer.number(&format!("s{index}"), point);
    }
    answer.done()
}

pub(super) fn growthbook(inputs: &Inputs<'_>) -> Result<Outputs> {
    let (control, treatment) = inputs.arms()?;
    let figures = gbstats::growthbook(control, treatment, inputs.inside("alpha")?);
    let mut answer = Answer::default();
    for (name, effect) in [
        ("rel", figures.map(|figures| figures.relative)),
        ("abs", figures.map(|figures| figures.absolute)),
    ] {
        let mut put = |what: &str, value: Option<f64>| {
            answer.number(&format!("{name}_{what}"), value);
        };
        put("lo", effect.map(|effect| effect.interval.low));
        put("hi", effect.map(|effect| effect.interval.high));
        put("p_value", effect.map(|effect| effect.p_value.p()));
        put("chance_to_win", effect.map(|effect| effect.chance_to_win));
        put("risk_ship", effect.map(|effect| effect.risk_of_shipping));
        put("risk_keep", effect.map(|effect| effect.risk_of_keeping));
    }
    answer.done()
}
