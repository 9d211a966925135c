//! Porthole: a desktop explorer for MySQL and MariaDB that looks into any server and touches nothing.
//!
//! The map, a folder a line:
//!
//! - [`engine`]: all that the program can do; knows no window and no terminal. In it, [`engine::binlog`] reads binary logs,
//!   live and from files, with a decoder of its own.
//! - [`demo`]: the sample server. The only code that writes, and only to a server it started itself.
//! - [`worker`]: runs the engine's futures off the window's thread; knows no egui.
//! - [`gui`]: the window (feature `gui`).
//! - [`cli`]: the command line.
//!
//! What always holds: `engine` imports none of the others (`cargo check --no-default-features` builds it
//! without anything that draws); a person's statement reaches a server only as
//! [`engine::sql::guard::Checked`]; what Porthole itself sends is the closed list in
//! `engine/session/own.rs`; passwords live in [`engine::profiles::Secret`] alone.

#[cfg(all(feature = "unguarded", not(debug_assertions)))]
compile_error!(
    "the feature `unguarded` switches read-only off for tests; it cannot be in a release"
);

pub mod cli;
pub mod demo;
pub mod engine;
#[cfg(feature = "gui")]
pub mod gui;
#[cfg(feature = "gui")]
pub mod worker;
