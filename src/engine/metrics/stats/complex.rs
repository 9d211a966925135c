//! As much of complex arithmetic as [`super::tail`] needs.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// re + i·im.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Complex {
    pub(super) re: f64,
    pub(super) im: f64,
}

impl Complex {
    pub(super) fn new(re: f64, im: f64) -> Self {
        Self { re, im }
    }

    pub(super) fn abs(self) -> f64 {
        self.re.hypot(self.im)
    }

    pub(super) fn ln(self) -> Self {
        Self::new(self.abs().ln(), self.im.atan2(self.re))
    }

    pub(super) fn exp(self) -> Self {
        let (sin, cos) = self.im.sin_cos();
        let scale = self.re.exp();
        Self::new(scale * cos, scale * sin)
    }

    /// ln(1+w) − w for |w| up to 0.3, without the cancellation that a small w brings: 2·artanh(v) − w with
    /// v = w/(2+w).
    pub(super) fn ln_1p_less_itself(self) -> Self {
        let v = self / (self + 2.0);
        let square = v * v;
        // |v| is below 0.18 here, so that v²⁴ is below the last digit.
        let mut sum = Self::new(0.0, 0.0);
        for odd in [23.0, 21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0] {
            sum = (sum + 1.0 / odd) * square;
        }
        v * sum * 2.0 - v * self
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.re + other.re, self.im + other.im)
    }
}

impl Add<f64> for Complex {
    type Output = Self;
    fn add(self, other: f64) -> Self {
        Self::new(self.re + other, self.im)
    }
}

impl Sub for Complex {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Neg for Complex {
    type Output = Self;
    fn neg(self) -> Self {
        Self::new(-self.re, -self.im)
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::new(
            self.re * other.re - self.im * other.im,
            self.re * other.im + self.im * other.re,
        )
    }
}

impl Mul<f64> for Complex {
    type Output = Self;
    fn mul(self, other: f64) -> Self {
        Self::new(self.re * other, self.im * other)
    }
}

impl Div for Complex {
    type Output = Self;
    /// Smith's method: no square that could overflow.
    fn div(self, other: Self) -> Self {
        if other.re.abs() >= other.im.abs() {
            let ratio = other.im / other.re;
            let scale = other.re + other.im * ratio;
            Self::new(
                (self.re + self.im * ratio) / scale,
                (self.im - self.re * ratio) / scale,
            )
        } else {
            let ratio = other.re / other.im;
            let scale = other.re * ratio + other.im;
            Self::new(
                (self.re * ratio + self.im) / scale,
                (self.im * ratio - self.re) / scale,
            )
        }
    }
}
