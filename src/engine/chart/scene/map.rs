//! Values ↔ pixels along one axis.

use super::domain;
use crate::engine::chart::spec::{Axis, Plot, Scale};

/// Pixels far outside any picture; lines end there.
const FAR: f64 = 1e7;

/// A piece of an axis laid along pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Map {
    /// The range of values.
    pub range: [f64; 2],
    /// The pixels of its two ends.
    pub pixels: [f32; 2],
    log: bool,
    /// Half of where the range begins, and pixels for a half step from there: of the widest range of floats neither
    /// overflows.
    half: f64,
    per_half: f64,
}

impl Map {
    pub(super) fn new(axis: &Axis, range: [f64; 2], [start, end]: [f32; 2]) -> Self {
        let log = axis.scale == Scale::Log && range[0] > 0.0;
        let [half, end_half] = range.map(|end| if log { end.log10() } else { end } / 2.0);
        let pixels = if axis.reversed {
            [end, start]
        } else {
            [start, end]
        };
        Self {
            range,
            pixels,
            log,
            half,
            per_half: f64::from(pixels[1] - pixels[0]) / (end_half - half),
        }
    }

    /// All of a plot's shared axis, as far as its values go.
    pub fn whole(plot: &Plot) -> Self {
        Self::new(&plot.x, domain::x(plot), [0.0, 1.0])
    }

    /// Along this axis equal distances are equal steps: logarithms for a logarithmic one.
    pub fn forward(&self, value: f64) -> f64 {
        if self.log { value.log10() } else { value }
    }

    /// Back from [`Map::forward`].
    pub fn backward(&self, step: f64) -> f64 {
        if self.log { 10f64.powf(step) } else { step }
    }

    /// Where a value stands, possibly outside; `None` where the axis has no place for it.
    pub fn pixel(&self, value: f64) -> Option<f32> {
        if !value.is_finite() || (self.log && value <= 0.0) {
            return None;
        }
        let steps = self.forward(value) / 2.0 - self.half;
        let pixel = f64::from(self.pixels[0]) + steps * self.per_half;
        pixel.is_finite().then(|| pixel.clamp(-FAR, FAR) as f32)
    }

    /// Whether the value is in the range.
    pub fn contains(&self, value: f64) -> bool {
        (self.range[0]..=self.range[1]).contains(&value)
    }

    /// The value at a pixel.
    pub fn value(&self, pixel: f32) -> f64 {
        let [low, high] = self.range.map(|end| self.forward(end));
        let [start, end] = self.pixels.map(f64::from);
        let share = (f64::from(pixel) - start) / (end - start);
        self.backward(low + share * (high - low))
    }

    /// How many pixels a distance of values takes at the range's middle.
    pub(super) fn length(&self, distance: f64) -> f32 {
        let [low, high] = self.range;
        let pixels = f64::from((self.pixels[1] - self.pixels[0]).abs());
        (distance / (high - low) * pixels) as f32
    }
}
