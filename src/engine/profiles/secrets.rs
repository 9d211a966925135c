//! Passwords: in the system's keyring or in memory, nowhere else.

use std::fmt;

/// A password. Its Debug prints `…`; nothing serialises it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Take a password in.
    pub fn new(password: String) -> Self {
        Self(password)
    }

    /// The password, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Why the keyring did not help. Each has its own sentence, and each falls to asking.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// No service answers.
    #[error("no keyring answers on this machine")]
    NoKeyring,
    /// It is there, and locked or refusing.
    #[error("the keyring is locked or refused access")]
    Locked,
    /// It works and has nothing for this profile.
    #[error("the keyring holds no password for this profile")]
    Missing,
    /// Anything else that it said.
    #[error("the keyring failed: {0}")]
    Failed(String),
}

impl SecretError {
    /// What to try.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoKeyring => {
                "Porthole asks for the password instead. GNOME Keyring, KWallet or KeePassXC can provide one."
            }
            Self::Locked => {
                "Unlock the keyring and try again; until then Porthole asks for the password."
            }
            Self::Missing => "Enter the password; it can be saved then.",
            Self::Failed(_) => "Porthole asks for the password instead.",
        }
    }
}
