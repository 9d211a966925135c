//! The functions by name: what each takes, what it gives, and an example.

use std::fmt::Write as _;

use super::{
    Outputs,
    compute::{
        adjust, beta_binomial, clopper_pearson, ema_debiased, flag, growthbook, mde, msprt, power,
        sample_size, sequential_asympcs, srm, two_proportions, wilson,
    },
    inputs::{Input, Inputs},
};
use crate::engine::Result;

/// One thing that can be computed.
pub(super) struct Function {
    pub(super) name: &'static str,
    about: &'static str,
    pub(super) inputs: &'static [Input],
    pub(super) outputs: &'static str,
    pub(super) example: &'static str,
    pub(super) compute: fn(&Inputs<'_>) -> Result<Outputs>,
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
