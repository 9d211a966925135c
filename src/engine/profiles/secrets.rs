//! Passwords: in the system's keyring or in memory, nowhere else.
//!
//! Everything that talks to a keyring blocks, and may block until a person has answered its prompt: callers use
//! `spawn_blocking`. Memory is not wiped on drop: the driver keeps copies of its own while a session is open.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{PasswordSource, Profile, ProfileId};

mod keyring;

pub use self::keyring::Keyring;

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
            Self::Missing => {
                "Enter the password; it can be saved then. A keyring that was never unlocked answers so too."
            }
            Self::Failed(_) => "Porthole asks for the password instead.",
        }
    }
}

/// A place for passwords, by profile. All of it may block.
pub trait SecretStore: Send + Sync {
    /// The password of a profile; [`SecretError::Missing`] if there is none.
    fn get(&self, id: &ProfileId) -> Result<Secret, SecretError>;

    /// Keep a password. `Ok` means that it was read back.
    fn set(&self, id: &ProfileId, secret: &Secret) -> Result<(), SecretError>;

    /// Forget a password; that there was none is no error.
    fn delete(&self, id: &ProfileId) -> Result<(), SecretError>;

    /// Whether passwords can be kept here: really writes, reads and deletes an entry of no profile, because a locked
    /// keyring opens like any other. It may show the keyring's prompt, so only when a person chooses to save.
    fn status(&self) -> Result<(), SecretError>;
}

/// Passwords until the program ends.
#[derive(Default)]
pub struct InMemory(Mutex<HashMap<ProfileId, Secret>>);

impl InMemory {
    /// No call can leave the map half changed, so another thread's panic does not spoil it.
    fn entries(&self) -> MutexGuard<'_, HashMap<ProfileId, Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SecretStore for InMemory {
    fn get(&self, id: &ProfileId) -> Result<Secret, SecretError> {
        self.entries().get(id).cloned().ok_or(SecretError::Missing)
    }

    fn set(&self, id: &ProfileId, secret: &Secret) -> Result<(), SecretError> {
        self.entries().insert(id.clone(), secret.clone());
        Ok(())
    }

    fn delete(&self, id: &ProfileId) -> Result<(), SecretError> {
        self.entries().remove(id);
        Ok(())
    }

    fn status(&self) -> Result<(), SecretError> {
        Ok(())
    }
}

/// What came of looking for a profile's password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Here it is.
    Found(Secret),
    /// The person has to be asked.
    Ask {
        /// Why the keyring did not help, if it should have.
        why: Option<SecretError>,
    },
}

/// Finds, keeps and forgets passwords as each profile's [`PasswordSource`] says. Clones share what is in memory.
#[derive(Clone)]
pub struct Passwords {
    keyring: Arc<dyn SecretStore>,
    memory: Arc<InMemory>,
}

impl Passwords {
    /// With the system's keyring.
    pub fn system() -> Self {
        Self::new(Arc::new(Keyring))
    }

    /// With another keyring.
    pub fn new(keyring: Arc<dyn SecretStore>) -> Self {
        Self {
            keyring,
            memory: Arc::default(),
        }
    }

    /// The password of `profile`, if one is kept. A profile that is not saved has none.
    pub fn find(&self, profile: &Profile) -> Answer {
        let why = match profile.password {
            PasswordSource::Ask => return Answer::Ask { why: None },
            _ if !profile.id.is_valid() => return Answer::Ask { why: None },
            PasswordSource::Memory | PasswordSource::Keyring => {
                match (self.memory.get(&profile.id), profile.password) {
                    (Ok(secret), _) => return Answer::Found(secret),
                    (Err(_), PasswordSource::Keyring) => match self.keyring.get(&profile.id) {
                        Ok(secret) => return Answer::Found(secret),
                        Err(error) => Some(error),
                    },
                    (Err(_), _) => None,
                }
            }
        };
        Answer::Ask { why }
    }

    /// Keep a password as the profile says. Where the keyring fails, it is kept in memory until the program ends, and
    /// the error says why; what the keyring held before may still be there.
    pub fn keep(&self, profile: &Profile, secret: &Secret) -> Result<(), SecretError> {
        if !profile.id.is_valid() {
            return Ok(());
        }
        match profile.password {
            PasswordSource::Ask => Ok(()),
            PasswordSource::Memory => self.memory.set(&profile.id, secret),
            PasswordSource::Keyring => match self.keyring.set(&profile.id, secret) {
                Ok(()) => self.memory.delete(&profile.id),
                Err(error) => {
                    self.memory.set(&profile.id, secret)?;
                    Err(error)
                }
            },
        }
    }

    /// Forget what is kept for a profile that is deleted, or whose password is no longer kept there.
    pub fn forget(&self, profile: &Profile) -> Result<(), SecretError> {
        self.memory.delete(&profile.id)?;
        match profile.password {
            PasswordSource::Keyring => self.keyring.delete(&profile.id),
            PasswordSource::Memory | PasswordSource::Ask => Ok(()),
        }
    }

    /// Whether the keyring can be used; see [`SecretStore::status`].
    pub fn keyring_status(&self) -> Result<(), SecretError> {
        self.keyring.status()
    }
}

#[cfg(test)]
mod tests;
