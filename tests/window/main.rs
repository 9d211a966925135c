//! The real program in a desktop session of its own, used through the accessibility bus as a person would; and the
//! system's keyring.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#[cfg(target_os = "linux")]
mod desktop;
#[cfg(target_os = "linux")]
mod first_use;
#[cfg(target_os = "linux")]
mod keyring;
#[cfg(target_os = "linux")]
mod search;
#[cfg(target_os = "linux")]
mod window;
