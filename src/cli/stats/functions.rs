//! The functions by name: what each takes, what it gives, and an example.

use std::fmt::Write as _;

use serde_json::Value;

use super::{
    Outputs,
    inputs::{Input, Inputs},
};
use crate::engine::metrics::stats::{
    Counts, Interval, PValue, beta, chi_square, comparison, flag, growthbook, multiple, planning,
    proportion, sequential, smoothing,
};

/// One thing that can be computed.
pub(super) struct Function {
    pub(super) name: &'static str,
    about: &'static str,
    pub(super) inputs: &'static [Input],
    pub(super) outputs: &'static str,
    pub(super) example: &'static str,
    pub(super) compute: fn(&Inputs<'_>) -> Result<Outputs, String>,
}

impl Function {
    /// How it is called, in one line.
    pub(super) fn usage(&self) -> String {
        let inputs: Vec<_> = self.inputs.iter().map(Input::usage).collect();
        format!("porthole stats {} {}", self.name, inputs.join(" "))
    }
}

impl Input {
    fn usage(&self) -> String {
        match self.default {
            None => format!("{}=…", self.name),
            Some("") => format!("[{}=…]", self.name),
            Some(default) => format!("[{}={default}]", self.name),
        }
    }
}

const fn needed(name: &'static str) -> Input {
    Input {
        name,
        default: None,
    }
}

const fn usually(name: &'static str, default: &'static str) -> Input {
    Input {
        name,
        default: Some(default),
    }
}

const fn optional(name: &'static str) -> Input {
    usually(name, "")
}

const CONF: Input = usually("conf", "0.95");
const ALPHA: Input = usually("alpha", "0.05");
const POWER: Input = usually("power", "0.8");
const X1: Input = needed("x1");
const N1: Input = needed("n1");
const X2: Input = needed("x2");
const N2: Input = needed("n2");

/// All of them.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "wilson",
        about: "The rate x/n with Wilson's score interval.",
        inputs: &[needed("x"), needed("n"), CONF],
        outputs: "p, lo, hi",
        example: "x=1459 n=9850",
        compute: wilson,
    },
    Function {
        name: "clopper_pearson",
        about: "The exact interval of x/n, for comparison.",
        inputs: &[needed("x"), needed("n"), CONF],
        outputs: "lo, hi",
        example: "x=81 n=263",
        compute: clopper_pearson,
    },
    Function {
        name: "two_proportions",
        about: "Treatment (2) against control (1): difference, p-value, lift, with their intervals.",
        inputs: &[X1, N1, X2, N2, CONF],
        outputs: "p1, p2, diff; z, p_value, log10_p (pooled, two-sided); se_unpooled, wald_lo, wald_hi; newcombe_lo, \
                  newcombe_hi; lift, lift_delta_se, lift_delta_lo, lift_delta_hi; lift_log_lo, lift_log_hi",
        example: "x1=1200 n1=10000 x2=1459 n2=9850",
        compute: two_proportions,
    },
    Function {
        name: "beta_binomial",
        about: "The chance that the treatment is better, what each choice is expected to lose, and credible limits.",
        inputs: &[
            X1,
            N1,
            X2,
            N2,
            usually("prior_alpha", "1"),
            usually("prior_beta", "1"),
            CONF,
        ],
        outputs: "chance_to_win, expected_loss_ship, expected_loss_keep, mean1, mean2, cred1_lo, cred1_hi, cred2_lo, \
                  cred2_hi",
        example: "x1=264 n1=586 x2=308 n2=657",
        compute: beta_binomial,
    },
    Function {
        name: "srm",
        about: "Sample-ratio mismatch: users per arm against the planned weights (equal unless given).",
        inputs: &[needed("counts"), optional("weights")],
        outputs: "chi2, df, p_value, log10_p, max_abs_deviation",
        example: "'counts=8012|987|1001' 'weights=0.8|0.1|0.1'",
        compute: srm,
    },
    Function {
        name: "sequential_asympcs",
        about: "An interval and a p-value that hold however often one looks (asymptotic confidence sequence).",
        inputs: &[X1, N1, X2, N2, ALPHA, usually("n_star", "5000")],
        outputs: "rho; abs_est, abs_lo, abs_hi, abs_p; rel_est, rel_lo, rel_hi, rel_p",
        example: "x1=1200 n1=10000 x2=1459 n2=9850",
        compute: sequential_asympcs,
    },
    Function {
        name: "msprt",
        about: "The mixture sequential probability ratio test; tau is the mixture's standard deviation.",
        inputs: &[X1, N1, X2, N2, needed("tau")],
        outputs: "log_lambda, p_value",
        example: "x1=1200 n1=10000 x2=1459 n2=9850 tau=0.01",
        compute: msprt,
    },
    Function {
        name: "sample_size",
        about: "Users in each arm to find p2 instead of p1.",
        inputs: &[needed("p1"), needed("p2"), ALPHA, POWER],
        outputs: "n_per_arm_exact, n_per_arm, n_per_arm_baseline_variance",
        example: "p1=0.2 p2=0.25",
        compute: sample_size,
    },
    Function {
        name: "power",
        about: "The chance to find p2 instead of p1 with so many users in each arm.",
        inputs: &[needed("p1"), needed("p2"), needed("n_per_arm"), ALPHA],
        outputs: "power",
        example: "p1=0.5 p2=0.75 n_per_arm=50",
        compute: power,
    },
    Function {
        name: "mde",
        about: "The smallest increase over p1 that so many users in each arm find.",
        inputs: &[needed("p1"), needed("n_per_arm"), ALPHA, POWER],
        outputs: "mde_abs, mde_rel",
        example: "p1=0.12 n_per_arm=9850",
        compute: mde,
    },
    Function {
        name: "adjust",
        about: "Several p-values at once: Bonferroni, Holm, Benjamini-Hochberg.",
        inputs: &[needed("p"), ALPHA],
        outputs: "bonferroni_0 …, bonferroni_rejected; holm_0 …, holm_rejected; bh_0 …, bh_rejected",
        example: "'p=0.01|0.04|0.03'",
        compute: adjust,
    },
    Function {
        name: "flag",
        about: "Error rates of a feature flag: treatment against control, and burn rates if slo is given.",
        inputs: &[
            needed("errors_control"),
            needed("requests_control"),
            needed("errors_treatment"),
            needed("requests_treatment"),
            optional("slo"),
            CONF,
        ],
        outputs: "rate_control, lo_control, hi_control; rate_treatment, lo_treatment, hi_treatment; diff, newcombe_lo, \
                  newcombe_hi; p_value, log10_p; burn_control, burn_treatment",
        example: "errors_control=192 requests_control=48000 errors_treatment=250 requests_treatment=50000 slo=0.995",
        compute: flag,
    },
    Function {
        name: "ema_debiased",
        about: "A debiased exponential moving average of y; weight from 0 to below 1.",
        inputs: &[needed("y"), needed("weight")],
        outputs: "s0, s1 …",
        example: "'y=1|2|nan|4' weight=0.6",
        compute: ema_debiased,
    },
    Function {
        name: "growthbook",
        about: "What GrowthBook (gbstats 0.8.0) shows: Welch's t and a flat prior.",
        inputs: &[X1, N1, X2, N2, ALPHA],
        outputs: "rel_lo, rel_hi, rel_p_value, rel_chance_to_win, rel_risk_ship, rel_risk_keep; abs_ the same",
        example: "x1=264 n1=586 x2=308 n2=657",
        compute: growthbook,
    },
];

/// What there is, for people.
pub(super) fn list() -> String {
    let mut text = String::from(
        "Functions. Control is 1, treatment is 2, differences are treatment - control; [inputs] may be left out and \
         show their default; what is undefined is null.\n",
    );
    for function in FUNCTIONS {
        let inputs: Vec<_> = function.inputs.iter().map(Input::usage).collect();
        write!(
            text,
            "\n{}: {}\n  inputs:  {}\n  outputs: {}\n  example: porthole stats {} {}\n",
            function.name,
            function.about,
            inputs.join(" "),
            function.outputs,
            function.name,
            function.example,
        )
        .expect("a String takes any text");
    }
    text
}

/// Gathers outputs in order.
#[derive(Default)]
struct Answer(Outputs);

impl Answer {
    /// A number, null where it is undefined.
    fn number(&mut self, name: &str, value: impl Into<Option<f64>>) -> &mut Self {
        // 0 has no sign here.
        let value = value.into().map(|value| value + 0.0);
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
    fn done(&mut self) -> Result<Outputs, String> {
        Ok(std::mem::take(&mut self.0))
    }
}

fn wilson(inputs: &Inputs<'_>) -> Result<Outputs, String> {
    let counts = inputs.counts("x", "n")?;
    Answer::default()
        .number("p", counts.rate())
        .limits("lo", "hi", proportion::wilson(counts, inputs.level()?))
        .done()
}

fn clopper_pearson(inputs: &Inputs<'_>) -> Result<Outputs, String> {
    let counts = inputs.counts("x", "n")?;
    let interval = proportion::clopper_pearson(counts, inputs.level()?);
    Answer::default().limits("lo", "hi", interval).done()
}

fn two_proportions(inputs: &Inputs<'_>) -> Result<Outputs, String> {
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

fn beta_binomial(inputs: &Inputs<'_>) -> Result<Outputs, String> {
    let (control, treatment) = inputs.arms()?;
    let (alpha, beta) = (
        inputs.positive("prior_alpha")?,
        inputs.positive("prior_beta")?,
    );
    let prior = beta::Prior::new(alpha, beta)
        .ok_or_else(|| "a prior must be from 1e-6 to 1e30".to_owned())?;
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

fn srm(inputs: &Inputs<'_>) -> Result<Outputs, String> {
    let counts = inputs.count_list("counts")?;
    let weights = inputs
        .optional_positive_list("weights")?
        .unwrap_or_else(|| vec![1.0; counts.len()]);
    if weights.len() != counts.len() {
        return Err(format!(
            "{} counts, but {} weights",
            counts.len(),
            weights.len()
        ));
    }
    let srm = chi_square::srm(&counts, &weights);
    Answer::default()
        .number("chi2", srm.map(|srm| srm.test.statistic))
        .whole("df", srm.map(|srm| srm.test.df))
        .p_value(srm.map(|srm| srm.test.p_value))
        .number("max_abs_deviation", srm.map(|srm| srm.max_abs_deviation))
        .done()
}

fn sequential_asympcs(inputs: &Inputs<'_>) -> Result<Outputs, String> {
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

fn msprt(inputs: &Inputs<'_>) -> Result<Outputs, String> {
    let (control, treatment) = inputs.arms()?;
    let msprt = sequential::msprt(control, treatment, inputs.positive("tau")?);
    Answer::default()
        .number("log_lambda", msprt.map(|msprt| msprt.log_lambda))
        .number("p_value", msprt.map(|msprt| msprt.p_value.p()))
        .done()
}

fn aims(inputs: &Inputs<'_>) -> Result<planning::Aims, String> {
    planning::Aims::new(inputs.inside("alpha")?, inputs.inside("power")?)
        .ok_or_else(|| "alpha and power must be between 0 and 1".to_owned())
}

fn sample_size(inputs: &Inputs<'_>) -> Result<Outputs, String> {
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

fn power(inputs: &Inputs<'_>) -> Result<Outputs, String> {
    let power = planning::power(
        inputs.rate("p1")?,
        inputs.rate("p2")?,
        inputs.positive("n_per_arm")?,
        inputs.inside("alpha")?,
    );
    Answer::default().number("power", power).done()
}

fn mde(inputs: &Inputs<'_>) -> Result<Outputs, String> {
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

fn adjust(inputs: &Inputs<'_>) -> Result<Outputs, String> {
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

fn flag(inputs: &Inputs<'_>) -> Result<Outputs, String> {
    let level = inputs.level()?;
    let objective = inputs.optional_rate("slo")?;
    let group = |name: &str| -> Result<_, String> {
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
            .and_then(|(rate, objective)| flag::burn(rate, objective));
        answer.number(&format!("burn_{name}"), burn);
    }
    answer.done()
}

fn ema_debiased(inputs: &Inputs<'_>) -> Result<Outputs, String> {
    let points = inputs.point_list("y")?;
    let weight = inputs.number("weight")?;
    let smooth = smoothing::debiased_ema(&points, weight)
        .ok_or_else(|| format!("weight={weight} is not at least 0 and below 1"))?;
    let mut answer = Answer::default();
    for (index, &point) in smooth.iter().enumerate() {
        answer.number(&format!("s{index}"), point);
    }
    answer.done()
}

fn growthbook(inputs: &Inputs<'_>) -> Result<Outputs, String> {
    let (control, treatment) = inputs.arms()?;
    let figures = growthbook::growthbook(control, treatment, inputs.inside("alpha")?);
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
