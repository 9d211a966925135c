//! The system's keyring: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
//!
//! Errors are mapped by kind; none of the library's own text about data is passed on, since that can be the
//! password's bytes.

use ::keyring::{Entry, Error as KeyringError};

use super::{Secret, SecretError, SecretStore};
use crate::engine::profiles::ProfileId;

/// Under this name people find the entries in their keyring's own window.
const SERVICE: &str = "porthole";

/// The system's keyring; an entry is named by the profile's id, so it outlives a change of host or name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keyring;

impl SecretStore for Keyring {
    fn get(&self, id: &ProfileId) -> Result<Secret, SecretError> {
        entry(id)?.get_password().map(Secret::new).map_err(explain)
    }

    fn set(&self, id: &ProfileId, secret: &Secret) -> Result<(), SecretError> {
        let entry = entry(id)?;
        entry.set_password(secret.reveal()).map_err(explain)?;
        match entry.get_password() {
            Ok(kept) if kept == secret.reveal() => Ok(()),
            Ok(_) => Err(SecretError::Failed(
                "it gave back another password than the one that was saved".to_owned(),
            )),
            // Saved and not there: what a keyring shows that is locked without saying so.
            Err(KeyringError::NoEntry) => Err(SecretError::Locked),
            Err(error) => Err(explain(error)),
        }
    }

    fn delete(&self, id: &ProfileId) -> Result<(), SecretError> {
        match entry(id)?.delete_credential() {
            Ok(()) | Err(KeyringError::NoEntry) => Ok(()),
            Err(error) => Err(explain(error)),
        }
    }

    fn status(&self) -> Result<(), SecretError> {
        // A name of its own each time: two windows may try at once.
        let probe = ProfileId(format!("probe-{}", ProfileId::random().0));
        let tried = self.set(&probe, &Secret::new("probe".to_owned()));
        let removed = self.delete(&probe);
        tried.and(removed)
    }
}

fn entry(id: &ProfileId) -> Result<Entry, SecretError> {
    if Entry::store_status().is_err() {
        return Err(SecretError::NoKeyring);
    }
    Entry::new(SERVICE, &id.0).map_err(explain)
}

fn explain(error: KeyringError) -> SecretError {
    match error {
        KeyringError::NoEntry => SecretError::Missing,
        KeyringError::NoDefaultStore => SecretError::NoKeyring,
        KeyringError::NoStorageAccess(_) => SecretError::Locked,
        KeyringError::PlatformFailure(error) => {
            let text = error.to_string();
            // The service went away, or was never there, after the bus was opened.
            if text.contains("ServiceUnknown") || text.contains("NameHasNoOwner") {
                SecretError::NoKeyring
            } else {
                SecretError::Failed(printable(&text))
            }
        }
        KeyringError::BadEncoding(_) => failed("the entry is not UTF-8 text"),
        KeyringError::BadDataFormat(..) | KeyringError::BadStoreFormat(_) => {
            failed("its data cannot be read")
        }
        KeyringError::TooLong(..) => failed("the password is too long for it"),
        KeyringError::Ambiguous(_) => {
            failed("it holds several entries for this profile; delete them there")
        }
        _ => failed("it cannot do this"),
    }
}

fn failed(message: &str) -> SecretError {
    SecretError::Failed(message.to_owned())
}

/// A service's text is not ours: bounded, and without control characters.
fn printable(text: &str) -> String {
    text.chars()
        .take(200)
        .flat_map(char::escape_debug)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn each_kind_of_failure_has_its_sentence() {
        let platform = |text: &str| Box::new(io::Error::other(text.to_owned()));
        for (error, expected) in [
            (KeyringError::NoEntry, SecretError::Missing),
            (KeyringError::NoDefaultStore, SecretError::NoKeyring),
            (
                KeyringError::NoStorageAccess(platform("x")),
                SecretError::Locked,
            ),
            (
                KeyringError::PlatformFailure(platform(
                    "org.freedesktop.DBus.Error.ServiceUnknown: x",
                )),
                SecretError::NoKeyring,
            ),
            (
                KeyringError::PlatformFailure(platform("broken\npipe")),
                SecretError::Failed("broken\\npipe".to_owned()),
            ),
            (
                KeyringError::TooLong("password".to_owned(), 9),
                SecretError::Failed("the password is too long for it".to_owned()),
            ),
        ] {
            assert_eq!(explain(error), expected);
        }
    }

    #[test]
    fn bytes_of_a_password_do_not_reach_the_message() {
        for error in [
            KeyringError::BadEncoding(b"hunter2\xff".to_vec()),
            KeyringError::BadDataFormat(b"hunter2".to_vec(), Box::new(io::Error::other("hunter2"))),
        ] {
            let error = explain(error);
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }
}
