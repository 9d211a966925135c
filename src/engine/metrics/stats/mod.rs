//! Differences, intervals and chances: pure arithmetic over counts. Nothing here asks a server, reads a file or
//! draws.
//!
//! What is undefined (a rate of nobody, a lift over zero) is `None`, never NaN, zero or infinity. Differences are
//! formed from the counts as integers and tails are held as logarithms, so that neither a difference in the
//! fifteenth digit nor a p-value of 10⁻¹⁰⁰⁰ is lost. Throughout, the control comes first and
//! difference = treatment − control.
//!
//! - [`proportion`]: one rate and its interval. [`comparison`]: two rates, the p-value between them, their lift.
//! - [`beta`]: the same by posterior chances and losses. [`sequential`]: for who looks every day.
//! - [`chi_square`]: did the split go as planned, and the same each day?
//! - [`multiple`]: several treatments. [`planning`]: how many users, how small an effect, how long yet.
//! - [`smoothing`]: lines that jump. [`growthbook`]: the figures that GrowthBook would show. [`flag`]: burn rate.
//! - Below them: [`normal`], [`tail`] and [`distribution`], the special functions, to about 12 digits wherever the
//!   counts lie.

pub mod beta;
pub mod chi_square;
pub mod comparison;
mod complex;
mod counts;
pub mod distribution;
pub mod flag;
pub mod growthbook;
pub mod multiple;
pub mod normal;
pub mod planning;
pub mod proportion;
pub mod sequential;
pub mod smoothing;
pub mod tail;

pub use self::counts::{Counts, Interval, Level, PValue};

#[cfg(test)]
mod tests;
