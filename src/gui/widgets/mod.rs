//! Drawn parts that know no panel.

pub mod busy;
pub mod button;
pub mod card;
pub mod chart;
pub mod chart_card;
pub mod choice;
pub mod dot;
pub mod export;
pub mod figure_table;
pub mod health;
pub mod icon;
pub mod list_row;
pub mod list_table;
pub mod name;
pub mod ran_list;
pub mod refresh;
pub mod rows_table;
pub mod side_list;
pub mod sql_edit;
pub mod sql_text;
pub mod whisker;
