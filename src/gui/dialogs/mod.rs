//! Small windows over everything: the command palette, settings, messages.

pub mod notices;
pub mod palette;
pub mod settings;
