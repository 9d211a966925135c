//! The window.
//!
//! A click pushes a [`command::Command`]; after drawing, the app hands it to the panel that does it, which starts work
//! on the worker; the answer is polled before the next frame and drawn from the panel's own state. Panels draw from a
//! [`context::PanelContext`], which has no worker: nothing waits while drawing.

pub mod app;
pub mod bars;
pub mod command;
pub mod context;
pub mod dialogs;
pub mod files;
mod focus;
pub mod format;
pub mod icons;
pub mod layout;
pub mod notice;
pub mod options;
pub mod panels;
pub mod run;
pub mod saved;
pub mod saver;
pub mod state;
pub mod theme;
pub mod watch;
pub mod widgets;
pub mod window_file;
pub mod words;
pub mod zone;
