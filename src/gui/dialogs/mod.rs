//! Small windows over everything: the command palette, settings, messages, what tables are called.

pub mod mapping;
pub mod notices;
pub mod palette;
pub mod settings;
