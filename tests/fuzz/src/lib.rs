//! What the targets share: the sources that are fuzzed, and what must hold for any text.

pub mod engine;
pub mod properties;
