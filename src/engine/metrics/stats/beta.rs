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

/// Arms whose chances to be the best are looked at; with more, the best of them says nothing.
pub const MOST_ARMS: usize = 64;

/// For each arm the chance to have the highest rate of all; they add up to 1. Precise to about 10⁻⁷. `None` for more
/// than [`MOST_ARMS`].
///
/// With one arm it is certain, with two it is [`chances`]; with more the densities and distributions of the log-odds
/// are integrated side by side, on points that are dense wherever one of them has its mass.
pub fn chances_to_be_best(arms: &[Counts], prior: Prior) -> Option<Vec<f64>> {
    match arms {
        [] => Some(Vec::new()),
        [_] => Some(vec![1.0]),
        [one, two] => {
            let to_win = chances(*one, *two, prior).to_win;
            Some(vec![1.0 - to_win, to_win])
        }
        _ => (arms.len() <= MOST_ARMS).then(|| {
            let arms: Vec<_> = arms
                .iter()
                .map(|&arm| LogOdds::of(prior.posterior(arm)))
                .collect();
            race(&arms)
        }),
    }
}

/// Simpson's rule over all arms at once: how much of each lies below, and how much of that as the best.
fn race(arms: &[LogOdds]) -> Vec<f64> {
    let points = grid(arms);
    let cells = || points.windows(2).map(|ends| (ends[0], ends[1]));
    let totals: Vec<f64> = arms
        .iter()
        .map(|arm| cells().map(|(from, to)| arm.cell(from, to).whole()).sum())
        .collect();
    let mut below = vec![0.0; arms.len()];
    let mut best = vec![0.0; arms.len()];
    for (from, to) in cells() {
        let cells: Vec<Cell> = arms.iter().map(|arm| arm.cell(from, to)).collect();
        let with = |mass: fn(&Cell) -> f64| -> Vec<f64> {
            let masses = below.iter().zip(&cells).zip(&totals);
            masses
                .map(|((below, cell), total)| below + mass(cell) / total)
                .collect()
        };
        let (middle, after) = (with(Cell::half), with(Cell::whole));
        let others = [&below, &middle, &after].map(|all| products_of_others(all));
        for (index, cell) in cells.iter().enumerate() {
            let sum = cell.left * others[0][index]
                + 4.0 * cell.middle * others[1][index]
                + cell.right * others[2][index];
            best[index] += sum * cell.width / 6.0 / totals[index];
        }
        below = after;
    }
    let all: f64 = best.iter().sum();
    best.into_iter().map(|chance| chance / all).collect()
}

/// Points that all arms share: no two of an arm's own are left out side by side, so that none of its cells is wider
/// than two of its steps, and arms that lie on each other need no more points than one of them.
fn grid(arms: &[LogOdds]) -> Vec<f64> {
    let mut wanted: Vec<(f64, f64)> = arms
        .iter()
        .flat_map(|arm| arm.points().map(|point| (point, arm.step)))
        .collect();
    wanted.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut points: Vec<f64> = Vec::new();
    for (point, step) in wanted {
        // Rounding must not make an arm's own neighbours closer than its step.
        if points.last().is_none_or(|last| point - last > step * 0.99) {
            points.push(point);
        }
    }
    points
}

/// For each of these the product of all but it.
fn products_of_others(all: &[f64]) -> Vec<f64> {
    let mut products = Vec::with_capacity(all.len());
    let mut before = 1.0;
    for one in all {
        products.push(before);
        before *= one;
    }
    let mut after = 1.0;
    for (product, one) in products.iter_mut().zip(all).rev() {
        *product *= after;
        after *= one;
    }
    products
}

/// The log-odds of a beta variable, as an unscaled density around its centre.
struct LogOdds {
    beta: Beta,
    centre: f64,
    /// Points of its own are so far apart.
    step: f64,
    /// How many of them it has below its centre and above: out to where the density is below 10⁻¹⁶.
    sides: (i64, i64),
}

/// An unscaled density between two points.
struct Cell {
    width: f64,
    left: f64,
    middle: f64,
    right: f64,
}

impl LogOdds {
    fn of(beta: Beta) -> Self {
        let width = (1.0 / beta.a + 1.0 / beta.b).sqrt();
        // As not all of them are used ([`grid`]): half of what is precise enough.
        let step = (width / 32.0).min(0.125);
        let side = |shape: f64| ((9.0 * width).max(37.0 / shape) / step) as i64;
        Self {
            beta,
            centre: (beta.a / beta.b).ln(),
            step,
            sides: (side(beta.a), side(beta.b)),
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

    /// What it is between two points; nothing where it has no points of its own.
    fn cell(&self, from: f64, to: f64) -> Cell {
        let is_outside = to < self.point(-self.sides.0) || from > self.point(self.sides.1);
        let density = |at| if is_outside { 0.0 } else { self.density(at) };
        Cell {
            width: to - from,
            left: density(from),
            middle: density(f64::midpoint(from, to)),
            right: density(to),
        }
    }

    fn point(&self, number: i64) -> f64 {
        self.centre + number as f64 * self.step
    }

    fn points(&self) -> impl Iterator<Item = f64> {
        (-self.sides.0..=self.sides.1).map(|number| self.point(number))
    }
}

/// By a parabola through the ends and the middle.
impl Cell {
    fn half(&self) -> f64 {
        (5.0 * self.left + 8.0 * self.middle - self.right) * self.width / 24.0
    }

    fn whole(&self) -> f64 {
        (self.left + 4.0 * self.middle + self.right) * self.width / 6.0
    }
}
