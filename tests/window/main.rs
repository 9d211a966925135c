//! The real program and what it stands on: the system's keyring in a private session.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[cfg(target_os = "linux")]
mod keyring;
