//! Drawn parts that know no panel.

pub mod button;
pub mod choice;
pub mod icon;
pub mod list_row;
pub mod rows_table;
pub mod sql_edit;
