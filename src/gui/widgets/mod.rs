//! Drawn parts that know no panel.

pub mod button;
