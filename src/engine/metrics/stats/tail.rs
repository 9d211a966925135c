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
    let path = Path::through_saddle(terms, offset);
    let Sums { tail, density } = if path.noise() < 1e-3 {
        path.integrate()
    } else {
        // Where ln P is below some −10¹¹, its first fifteen digits are all there are: Lugannani and Rice's first term
        // has them.
        let density = path.width * (PI / 2.0).sqrt();
        Sums {
            tail: density / path.at,
            density,
        }
    };
    let ln_upper = (path.height + (tail / PI).ln()).min(0.0);
    Tails {
        ln_upper,
        ln_lower: ln_1m_exp(ln_upper),
        ln_density: path.height + (density / PI).ln(),
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

/// The path that is integrated along: a hyperbola through `at` on the real axis, where ln M is `height`.
struct Path<'a> {
    terms: &'a [LogGamma],
    offset: f64,
    at: f64,
    height: f64,
    /// How far along it the integrand falls off.
    width: f64,
    /// To which side it bends, and how much: 0 is a vertical line.
    bend: f64,
}

/// ∫ M(s)/s ds and ∫ M(s) ds over the upper half of a path, imaginary parts, in units of exp(height).
#[derive(Clone, Copy)]
struct Sums {
    tail: f64,
    density: f64,
}

impl<'a> Path<'a> {
    fn through_saddle(terms: &'a [LogGamma], offset: f64) -> Self {
        let at = saddle(terms, offset);
        let width = width(terms, at);
        let skew: f64 = terms
            .iter()
            .map(|term| term.sign * polygamma(term.shape + term.sign * at).1)
            .sum();
        // The way of steepest descent has this bend where it begins. More than 45° to a side, and what falls off
        // like a Gaussian would rise.
        let bend = (skew * width.powi(3) - 2.0 * (width / at).powi(3)) / 3.0;
        Self {
            terms,
            offset,
            at,
            height: log_moment(terms, offset, Complex::new(at, 0.0)).re,
            width,
            bend: bend.clamp(-0.6, 0.6),
        }
    }

    /// What the exponent's own last digits do to the integrals, relatively. Much only where the tail is below any f64.
    fn noise(&self) -> f64 {
        1e-14 * (self.height.abs() + (self.offset * self.at).abs())
    }

    fn integrate(&self) -> Sums {
        /// The error falls below exp(−2π·½/STEP), some 10⁻²², where nothing swings.
        const STEP: f64 = 0.0625;
        /// Further out than sinh leads in f64.
        const END: f64 = 700.0;
        const NEGLIGIBLE: f64 = 1e-18;
        /// Where shapes far below 1 make it swing, more points do.
        const MOST_POINTS: f64 = 3e4;
        let tolerance = self.noise().max(1e-13);
        let mut step = STEP;
        let mut end = END;
        let mut sums = Sums {
            tail: 0.5 * self.width / self.at,
            density: 0.5 * self.width,
        };
        let mut k = 1.0;
        while k * step < end {
            let term = self.term(k * step);
            sums.add(term.0, term.1);
            if term.1.abs() < NEGLIGIBLE * sums.density.abs()
                && term.0.abs() < NEGLIGIBLE * sums.tail.abs()
            {
                end = k * step;
            }
            k += 1.0;
        }
        loop {
            // Between the points so far, as many new ones.
            let before = sums;
            let mut u = step / 2.0;
            while u < end {
                let term = self.term(u);
                sums.add(term.0, term.1);
                u += step;
            }
            step /= 2.0;
            let is_settled =
                |before: f64, now: f64| (now / 2.0 - before).abs() <= tolerance * before.abs();
            if (is_settled(before.tail, sums.tail) && is_settled(before.density, sums.density))
                || end / step > MOST_POINTS
            {
                return Sums {
                    tail: sums.tail * step,
                    density: sums.density * step,
                };
            }
        }
    }

    /// What the point at `u` adds to either sum, as complex numbers.
    fn term(&self, u: f64) -> (Complex, Complex) {
        let (sinh, cosh) = (u.sinh(), u.cosh());
        let s = Complex::new(self.bend * (cosh - 1.0), sinh) * self.width + self.at;
        let speed = Complex::new(self.bend * sinh, cosh) * self.width;
        let moment = (log_moment(self.terms, self.offset, s) + -self.height).exp() * speed;
        (moment / s, moment)
    }
}

impl Sums {
    fn add(&mut self, tail: Complex, density: Complex) {
        self.tail += tail.im;
        self.density += density.im;
    }
}

/// Where M(s)/s is least between 0 and the nearest pole on the right, to within a fraction of its width there.
///
/// ln M(s) − ln s is convex, so that its slope rises and crosses 0 once.
fn saddle(terms: &[LogGamma], offset: f64) -> f64 {
    let limit = terms
        .iter()
        .filter(|term| term.sign < 0.0)
        .map(|term| term.shape)
        .fold(f64::INFINITY, f64::min);
    // All reals, bent to the places that s may take.
    let place = |v: f64| {
        if limit.is_finite() {
            limit / (1.0 + (-v).exp())
        } else {
            v.exp()
        }
    };
    let is_beyond = |s: f64| s >= limit || slope(terms, offset, s) > 1.0 / s;
    let spread: f64 = terms.iter().map(|term| polygamma(term.shape).0).sum();
    let start = spread.sqrt().recip();
    let mut low = if limit.is_finite() {
        let start = start.min(limit / 2.0);
        (start / (limit - start)).ln()
    } else {
        start.ln()
    };
    let mut high = low;
    let mut step = 0.5;
    if is_beyond(place(low)) {
        while is_beyond(place(low)) {
            (high, low) = (low, low - step);
            step *= 2.0;
        }
    } else {
        while !is_beyond(place(high)) {
            (low, high) = (high, high + step);
            step *= 2.0;
        }
    }
    loop {
        let middle = f64::midpoint(low, high);
        let s = place(middle);
        let is_between = low < middle && middle < high;
        if !is_between || place(high) - place(low) < 0.25 * width(terms, s) {
            return s;
        }
        if is_beyond(s) {
            high = middle;
        } else {
            low = middle;
        }
    }
}

/// How far from the saddle M(s)/s has fallen off.
fn width(terms: &[LogGamma], s: f64) -> f64 {
    let curvature: f64 = terms
        .iter()
        .map(|term| polygamma(term.shape + term.sign * s).0)
        .sum();
    (curvature + s.powi(-2)).sqrt().recip()
}

/// d/ds ln M(s), as the imaginary part at a point a hair off the real axis: nothing cancels.
fn slope(terms: &[LogGamma], offset: f64, s: f64) -> f64 {
    let hair = s * 1e-30;
    log_moment(terms, offset, Complex::new(s, hair)).im / hair
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
    /// So many factors of 10⁻³⁸, as for u128 counts, do not leave f64.
    const FACTORS: u32 = 7;
    let missing = (LARGE - a.min(a + s.re)).ceil().max(0.0);
    let mut lifting = Complex::new(0.0, 0.0);
    let mut product = Complex::new(1.0, 0.0);
    for k in 0..missing as u32 {
        if k % FACTORS == FACTORS - 1 {
            lifting = lifting + product.ln();
            product = Complex::new(1.0, 0.0);
        }
        let k = f64::from(k);
        product = product * (Complex::new(a + k, 0.0) / (s + (a + k)));
    }
    let lifted = a + missing;
    // Γ(z) = √2π · z^(z−½) · e^(−z + stirling(z))
    let w = s / Complex::new(lifted, 0.0);
    let powers = if w.abs() < 0.3 {
        let less = w.ln_1p_less_itself();
        less * lifted + (s + -0.5) * (less + w)
    } else {
        (s + (lifted - 0.5)) * (w + 1.0).ln() - s
    };
    let mut result = powers + stirling(s + lifted) + -stirling(Complex::new(lifted, 0.0)).re;
    if missing > 0.0 {
        result = result + lifting + product.ln() + s * (missing / a).ln_1p();
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

/// ψ'(x) and ψ''(x), to a few digits: they say how wide and how far to look, not what is found.
fn polygamma(x: f64) -> (f64, f64) {
    let mut y = x;
    let (mut first, mut second) = (0.0, 0.0);
    while y < 3.0 {
        first += y.powi(-2);
        second -= 2.0 * y.powi(-3);
        y += 1.0;
    }
    let inverse = 1.0 / y;
    (
        first + inverse + inverse.powi(2) / 2.0 + inverse.powi(3) / 6.0,
        second - inverse.powi(2) - inverse.powi(3) - inverse.powi(4) / 2.0,
    )
}
