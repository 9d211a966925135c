//! The Bayesian view of proportions: each arm's rate has a beta distribution, independent of the others.
//!
//! The usual formula for the chance to win is a finite sum with a term a conversion (Evan Miller, "Formulas for
//! Bayesian A/B testing"; Stucchio, "Bayesian A/B testing at VWO" for the losses). The same numbers come from
//! [`super::tail`] in constant time, for any counts and priors, whole or not; with a tail so small that no sum from
//! the other end could hold it.

use super::{
    Counts, Interval, Level,
    comparison::cross,
    distribution::Beta,
    tail::{LogGamma, Tails, tails},
};

/// What was believed of an arm's rate before its data: Beta(alpha, beta).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    alpha: f64,
    beta: f64,
}

impl Prior {
    /// Both above 0 and finite: 1 and 1 is flat, ½ and ½ is Jeffreys'.
    pub fn new(alpha: f64, beta: f64) -> Option<Self> {
        /// Below, the distribution is two spikes at 0 and 1 whose log-odds leave f64.
        const LEAST: f64 = 1e-6;
        let is_usable = |value: f64| (LEAST..=1e30).contains(&value);
        (is_usable(alpha) && is_usable(beta)).then_some(Self { alpha, beta })
    }

    /// What is believed of the rate after the data.
    pub fn posterior(self, counts: Counts) -> Beta {
        Beta {
            a: counts.x() + self.alpha,
            b: counts.misses() as f64 + self.beta,
        }
    }
}

impl Default for Prior {
    /// Flat, Beta(1, 1).
    fn default() -> Self {
        Self {
            alpha: 1.0,
            beta: 1.0,
        }
    }
}

/// Treatment against control, by their posterior distributions. An arm without trials has its prior.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chances {
    /// P(p₂ > p₁).
    pub to_win: f64,
    /// E[max(p₁ − p₂, 0)]: what is lost, in points of the rate, if the treatment is shipped and was worse.
    pub loss_of_shipping: f64,
    /// E[max(p₂ − p₁, 0)]: what is lost if the control is kept and was worse.
    pub loss_of_keeping: f64,
}

/// The equal-tailed credible interval of an arm's rate.
pub fn credible(counts: Counts, prior: Prior, level: Level) -> Interval {
    let posterior = prior.posterior(counts);
    let q = level.alpha() / 2.0;
    Interval {
        low: posterior.quantile(q),
        high: posterior.upper_quantile(q),
    }
}

/// The chance that the treatment is better, and what either choice is expected to lose.
pub fn chances(control: Counts, treatment: Counts, prior: Prior) -> Chances {
    let (one, two) = (prior.posterior(control), prior.posterior(treatment));
    let (n1, n2) = (one.a + one.b, two.a + two.b);
    // a₂b₁ − a₁b₂, its large part from the counts as integers
    let cross = cross(control, treatment)
        + prior.beta * excess(treatment.events(), control.events())
        + prior.alpha * excess(control.misses(), treatment.misses());
    let between = log_odds_difference(one, two, cross);
    // m₁ − m₂ = (a₁b₂ − a₂b₁)/(n₁n₂)
    let gap = -cross / n1 / n2;
    // With Y the difference of the log-odds: E[(p₁−p₂)⁺] = (m₁−m₂)·P(Y<0) + (1/n₁ + 1/n₂)·density of Y at 0, by
    // putting Γ(a+1−s) = (a−s)·Γ(a−s) into the integrals for the two partial means.
    let spread = (1.0 / n1 + 1.0 / n2) * between.ln_density.exp();
    let (ship, keep) = if gap < 0.0 {
        let ship = (gap * between.lower() + spread).max(0.0);
        (ship, ship - gap)
    } else {
        let keep = (spread - gap * between.upper()).max(0.0);
        (keep + gap, keep)
    };
    Chances {
        to_win: between.upper(),
        loss_of_shipping: ship,
        loss_of_keeping: keep,
    }
}

fn log_odds_difference(one: Beta, two: Beta, cross: f64) -> Tails {
    let terms = [
        LogGamma::plus(two.a),
        LogGamma::minus(two.b),
        LogGamma::minus(one.a),
        LogGamma::plus(one.b),
    ];
    let ratio = cross / one.a / two.b;
    let offset = if ratio > -0.5 {
        // ln(a₂b₁/(a₁b₂)) where both products are alike
        ratio.ln_1p()
    } else {
        (two.a / one.a).ln() + (one.b / two.b).ln()
    };
    tails(&terms, offset)
}

/// a − b, rounded once.
fn excess(a: u128, b: u128) -> f64 {
    if a >= b {
        (a - b) as f64
    } else {
        -((b - a) as f64)
    }
}

/// For each arm the chance to have the highest rate of all; they add up to 1. Precise to about 10⁻⁷.
///
/// With one arm it is certain, with two it is [`chances`]; with more the densities and distributions of the log-odds
/// are integrated side by side, on points that are dense wherever one of them has its mass.
pub fn chances_to_be_best(arms: &[Counts], prior: Prior) -> Vec<f64> {
    match arms {
        [] => Vec::new(),
        [_] => vec![1.0],
        [one, two] => {
            let to_win = chances(*one, *two, prior).to_win;
            vec![1.0 - to_win, to_win]
        }
        _ => {
            let arms: Vec<_> = arms
                .iter()
                .map(|&arm| LogOdds::of(prior.posterior(arm)))
                .collect();
            race(&arms)
        }
    }
}

/// Simpson's rule over all arms at once: how much of each lies below, and how much of that as the best.
fn race(arms: &[LogOdds]) -> Vec<f64> {
    let mut points: Vec<f64> = arms.iter().flat_map(LogOdds::points).collect();
    points.sort_by(f64::total_cmp);
    points.dedup();
    let totals: Vec<f64> = {
        let mut totals = vec![0.0; arms.len()];
        for cell in points.windows(2) {
            for (total, arm) in totals.iter_mut().zip(arms) {
                *total += arm.mass(cell[0], cell[1]).1;
            }
        }
        totals
    };
    let mut below = vec![0.0; arms.len()];
    let mut best = vec![0.0; arms.len()];
    for cell in points.windows(2) {
        let width = cell[1] - cell[0];
        let masses: Vec<_> = arms
            .iter()
            .zip(&totals)
            .map(|(arm, total)| {
                let (half, whole) = arm.mass(cell[0], cell[1]);
                (half / total, whole / total)
            })
            .collect();
        let middle: Vec<_> = below.iter().zip(&masses).map(|(b, m)| b + m.0).collect();
        let after: Vec<_> = below.iter().zip(&masses).map(|(b, m)| b + m.1).collect();
        for (index, arm) in arms.iter().enumerate() {
            let others = |all: &[f64]| -> f64 {
                let others = all.iter().enumerate().filter(|(other, _)| *other != index);
                others.map(|(_, &below)| below).product()
            };
            let sum = arm.density(cell[0]) * others(&below)
                + 4.0 * arm.density(f64::midpoint(cell[0], cell[1])) * others(&middle)
                + arm.density(cell[1]) * others(&after);
            best[index] += sum * width / 6.0 / totals[index];
        }
        below = after;
    }
    let all: f64 = best.iter().sum();
    best.into_iter().map(|chance| chance / all).collect()
}

/// The log-odds of a beta variable, as an unscaled density around its centre.
struct LogOdds {
    beta: Beta,
    centre: f64,
    width: f64,
}

impl LogOdds {
    fn of(beta: Beta) -> Self {
        Self {
            beta,
            centre: (beta.a / beta.b).ln(),
            width: (1.0 / beta.a + 1.0 / beta.b).sqrt(),
        }
    }

    /// 1 at the centre.
    fn density(&self, at: f64) -> f64 {
        let Beta { a, b } = self.beta;
        let away = at - self.centre;
        // xᵃ(1−x)ᵇ, by the odds of the rarer side, which do not swallow what they are added to.
        let (rarer, away) = if a < b { (a, away) } else { (b, -away) };
        (rarer * away - (a + b) * (rarer / (a + b) * away.exp_m1()).ln_1p()).exp()
    }

    /// What lies in the first half of a cell and in the whole of it, by a parabola through its ends and its middle.
    fn mass(&self, from: f64, to: f64) -> (f64, f64) {
        let (left, middle, right) = (
            self.density(from),
            self.density(f64::midpoint(from, to)),
            self.density(to),
        );
        let width = to - from;
        (
            (5.0 * left + 8.0 * middle - right) * width / 24.0,
            (left + 4.0 * middle + right) * width / 6.0,
        )
    }

    /// Where the density must be looked at: a sixteenth of its width apart and no more than a quarter, out to where it
    /// is below 10⁻¹⁶.
    fn points(&self) -> impl Iterator<Item = f64> {
        let Beta { a, b } = self.beta;
        let step = (self.width / 16.0).min(0.25);
        let side = |shape: f64| ((9.0 * self.width).max(37.0 / shape) / step) as i64;
        let centre = self.centre;
        (-side(a)..=side(b)).map(move |k| centre + k as f64 * step)
    }
}
