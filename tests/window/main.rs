//! The real program and what it stands on: the system's keyring in a private session.

#[cfg(target_os = "linux")]
mod keyring;
