//! What the targets share: the sources that are fuzzed, and what must hold for any input.

pub mod engine;
pub mod memory;
pub mod properties;
