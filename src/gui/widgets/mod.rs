//! Drawn parts that know no panel.

pub mod button;
pub mod rows_table;
