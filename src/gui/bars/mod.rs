//! What stands around every section: top bar, rail, status bar.

pub mod rail;
pub mod status;
pub mod top;
