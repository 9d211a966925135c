//! Tails of sums of logarithms of gamma variables, which is what chi-square, Student, beta and the difference of
//! two betas are: ln χ² is one such variable, the log-odds of a beta is the difference of two, and the difference of
//! the log-odds of two betas is the sum of four.
//!
//! The moment generating function M of such a sum Y is a product of ratios Γ(a ± s)/Γ(a), and
//! P(Y > 0) = 1/(2πi) ∫ M(s)/s ds along any vertical line right of 0 and left of the next pole (the inversion of
//! a Laplace transform). Through the saddle point of M(s)/s the integrand neither swings nor cancels, so that some
//! fifty points of the trapezoidal rule give about 13 digits of the tail itself, however far out it lies, and equally
//! for three users and for 10¹⁸: no sum over conversions, no continued fraction that takes √n steps, and no normal
//! approximation.
//!
//! Sources: Lugannani and Rice, Adv. Appl. Probab. 12 (1980) 475 for the contour; Takahasi and Mori, Publ. RIMS 9
//! (1974) 721 for the spacing of the points.

use std::f64::consts::PI;

use super::complex::Complex;

/// One term ±ln G, where G is gamma distributed with this shape and scale 1.
#[derive(Clone, Copy, Debug)]
pub struct LogGamma {
    /// The shape, above 0.
    pub shape: f64,
    /// +1.0 or −1.0.
    pub sign: f64,
}

impl LogGamma {
    /// +ln G.
    pub fn plus(shape: f64) -> Self {
        Self { shape, sign: 1.0 }
    }

    /// −ln G.
    pub fn minus(shape: f64) -> Self {
        Self { shape, sign: -1.0 }
    }
}

/// Both sides of zero, each with all its digits.
#[derive(Clone, Copy, Debug)]
pub struct Tails {
    /// ln P(Y > 0).
    pub ln_upper: f64,
    /// ln P(Y < 0).
    pub ln_lower: f64,
    /// ln of the density of Y at 0.
    pub ln_density: f64,
}

impl Tails {
    /// P(Y > 0).
    pub fn upper(&self) -> f64 {
        self.ln_upper.exp()
    }

    /// P(Y < 0).
    pub fn lower(&self) -> f64 {
        self.ln_lower.exp()
    }

    fn mirrored(self) -> Self {
        Self {
            ln_upper: self.ln_lower,
            ln_lower: self.ln_upper,
            ..self
        }
    }
}

/// The tails of Y = Σ terms − threshold.
///
/// The threshold comes as `offset` = Σ sign·ln(shape) − threshold: where it lies near the middle, the caller has this
/// small difference more exactly than the two large numbers.
pub fn tails(terms: &[LogGamma], offset: f64) -> Tails {
    // Integrate on the side of the smaller tail: the larger one is 1 minus it, not the other way round.
    let mean = offset
        + terms
            .iter()
            .map(|term| term.sign * digamma_less_ln(term.shape))
            .sum::<f64>();
    if mean > 0.0 {
        let mirrored: Vec<_> = terms
            .iter()
            .map(|term| LogGamma {
                shape: term.shape,
                sign: -term.sign,
            })
            .collect();
        upper_side(&mirrored, -offset).mirrored()
    } else {
        upper_side(terms, offset)
    }
}

fn upper_side(terms: &[LogGamma], offset: f64) -> Tails {
    let line = Line::through_saddle(terms, offset);
    let (tail, density) = line.integrate();
    let ln_upper = (line.height + (tail / PI).ln()).min(0.0);
    Tails {
        ln_upper,
        ln_lower: ln_1m_exp(ln_upper),
        ln_density: line.height + (density / PI).ln(),
    }
}

/// ln(1 − eˣ) for x ≤ 0.
fn ln_1m_exp(x: f64) -> f64 {
    if x > -std::f64::consts::LN_2 {
        (-x.exp_m1()).ln()
    } else {
        (-x.exp()).ln_1p()
    }
}

/// The line that is integrated along: crosses the real axis at `at`, where ln M is `height`.
struct Line<'a> {
    terms: &'a [LogGamma],
    offset: f64,
    at: f64,
    height: f64,
    /// How far along it the integrand falls off.
    width: f64,
}

impl<'a> Line<'a> {
    fn through_saddle(terms: &'a [LogGamma], offset: f64) -> Self {
        // The nearest pole to the right.
        let limit = terms
            .iter()
            .filter(|term| term.sign < 0.0)
            .map(|term| term.shape)
            .fold(f64::INFINITY, f64::min);
        let place = |v: f64| {
            if limit.is_finite() {
                limit / (1.0 + (-v).exp())
            } else {
                v.exp()
            }
        };
        // Convex in s, hence with one valley in any rising function of s.
        let cost = |v: f64| {
            let s = place(v);
            if s > 0.0 && s < limit {
                log_moment(terms, offset, Complex::new(s, 0.0)).re - s.ln()
            } else {
                f64::INFINITY
            }
        };
        let spread = terms.iter().map(|term| trigamma(term.shape)).sum::<f64>();
        let start = 1.0 / spread.sqrt();
        let start = if limit.is_finite() {
            let start = start.min(limit / 2.0);
            (start / (limit - start)).ln()
        } else {
            start.ln()
        };
        let at = place(valley(cost, start));
        let curvature = terms
            .iter()
            .map(|term| trigamma(term.shape + term.sign * at))
            .sum::<f64>()
            + 1.0 / (at * at);
        Self {
            terms,
            offset,
            at,
            height: log_moment(terms, offset, Complex::new(at, 0.0)).re,
            width: 1.0 / curvature.sqrt(),
        }
    }

    /// ∫ Re M(s)/s and ∫ Re M(s) over the upper half of the line, in units of exp(height).
    fn integrate(&self) -> (f64, f64) {
        /// With points at width·sinh(k·STEP) the error is below exp(−π²/2/STEP), some 10⁻³⁴.
        const STEP: f64 = 0.0625;
        /// sinh reaches past any exponential decay long before.
        const MOST: u32 = 2_000;
        const NEGLIGIBLE: f64 = 1e-18;
        let mut tail = 0.5 / self.at;
        let mut density = 0.5;
        for k in 1..MOST {
            let u = f64::from(k) * STEP;
            let s = Complex::new(self.at, self.width * u.sinh());
            let exponent = log_moment(self.terms, self.offset, s) + -self.height;
            let moment = exponent.exp() * u.cosh();
            tail += (moment / s).re;
            density += moment.re;
            if moment.abs() < NEGLIGIBLE {
                break;
            }
        }
        (tail * STEP * self.width, density * STEP * self.width)
    }
}

/// Where a function of one valley is least, to within a hundredth.
fn valley(f: impl Fn(f64) -> f64, start: f64) -> f64 {
    /// The golden section.
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let (mut step, mut middle, mut here) = (0.5, start, f(start));
    if f(start - step) < here {
        step = -step;
    }
    // Downhill with growing steps, until it rises again.
    let mut next = f(middle + step);
    while next < here && step.abs() < 1e4 {
        (middle, here) = (middle + step, next);
        step *= 1.5;
        next = f(middle + step);
    }
    let (mut low, mut high) = (
        (middle - step.abs()).min(middle + step),
        (middle + step.abs()).max(middle + step),
    );
    let mut left = high - GOLDEN * (high - low);
    let mut right = low + GOLDEN * (high - low);
    let (mut at_left, mut at_right) = (f(left), f(right));
    while high - low > 0.01 {
        if at_left < at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - GOLDEN * (high - low);
            at_left = f(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + GOLDEN * (high - low);
            at_right = f(right);
        }
    }
    if at_left < at_right { left } else { right }
}

/// ln M(s), up to a multiple of 2πi.
fn log_moment(terms: &[LogGamma], offset: f64, s: Complex) -> Complex {
    terms.iter().fold(s * offset, |sum, term| {
        sum + log_ratio(term.shape, s * term.sign)
    })
}

/// ln(Γ(a+s)/Γ(a)) − s·ln a, for Re(a+s) > 0, up to a multiple of 2πi.
fn log_ratio(a: f64, s: Complex) -> Complex {
    /// From here Stirling's series has all digits with the terms that [`stirling`] takes.
    const LARGE: f64 = 20.0;
    let missing = (LARGE - a.min(a + s.re)).ceil().max(0.0);
    let mut product = Complex::new(1.0, 0.0);
    for k in 0..missing as u32 {
        let k = f64::from(k);
        product = product * (Complex::new(a + k, 0.0) / (s + (a + k)));
    }
    let lifted = a + missing;
    let w = s / Complex::new(lifted, 0.0);
    // Γ(z) = √2π · z^(z−½) · e^(−z + stirling(z))
    let less = w.ln_1p_less_itself();
    let mut result = less * lifted
        + (s + -0.5) * (less + w)
        + stirling(s + lifted)
        + -stirling(Complex::new(lifted, 0.0)).re;
    if missing > 0.0 {
        result = result + product.ln() + s * (missing / a).ln_1p();
    }
    result
}

/// What Stirling's formula for ln Γ(z) misses, for Re z ≥ 20 (Abramowitz and Stegun 6.1.41).
fn stirling(z: Complex) -> Complex {
    const TERMS: [f64; 7] = [
        1.0 / 156.0,
        -691.0 / 360_360.0,
        1.0 / 1188.0,
        -1.0 / 1680.0,
        1.0 / 1260.0,
        -1.0 / 360.0,
        1.0 / 12.0,
    ];
    let inverse = Complex::new(1.0, 0.0) / z;
    let square = inverse * inverse;
    let series = TERMS
        .iter()
        .fold(Complex::new(0.0, 0.0), |sum, &term| sum * square + term);
    series * inverse
}

/// ψ(x) − ln x, to a few digits: says which side is the smaller one.
fn digamma_less_ln(x: f64) -> f64 {
    let mut y = x;
    let mut sum = 0.0;
    while y < 3.0 {
        sum -= 1.0 / y;
        y += 1.0;
    }
    let square = y.powi(-2);
    let shift = if x < 3.0 { ((y - x) / x).ln_1p() } else { 0.0 };
    sum + shift - 0.5 / y - square / 12.0 + square * square / 120.0
}

/// ψ'(x), to a few digits: sets how wide and how far to look, not what is found.
fn trigamma(x: f64) -> f64 {
    let mut y = x;
    let mut sum = 0.0;
    while y < 3.0 {
        sum += y.powi(-2);
        y += 1.0;
    }
    sum + 1.0 / y + 0.5 / (y * y) + 1.0 / (6.0 * y.powi(3))
}
