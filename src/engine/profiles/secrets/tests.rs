use std::marker::PhantomData;

use super::*;
use crate::engine::{
    Error,
    profiles::{Address, ProfileName},
};

/// A keyring that answers everything with one error.
struct Failing(SecretError);

impl SecretStore for Failing {
    fn get(&self, _: &ProfileId) -> Result<Secret, SecretError> {
        Err(self.0.clone())
    }

    fn set(&self, _: &ProfileId, _: &Secret) -> Result<(), SecretError> {
        Err(self.0.clone())
    }

    fn delete(&self, _: &ProfileId) -> Result<(), SecretError> {
        Err(self.0.clone())
    }

    fn status(&self) -> Result<(), SecretError> {
        Err(self.0.clone())
    }
}

fn profile(password: PasswordSource) -> Profile {
    Profile {
        password,
        ..Profile::new(ProfileName::new("a").unwrap(), Address::default())
    }
}

fn secret() -> Secret {
    Secret::new("hunter2".to_owned())
}

fn failing() -> Passwords {
    Passwords::new(Arc::new(Failing(SecretError::Locked)))
}

#[test]
fn a_password_prints_as_dots() {
    let found = Answer::Found(secret());
    assert_eq!(format!("{:?} {found:?}", secret()), "… Found(…)");
    assert_eq!(format!("{:#?}", secret()), "…");
}

#[test]
fn a_password_cannot_be_serialised() {
    // An inherent constant is preferred where its bound holds, so this tells whether it does.
    struct Probe<T>(PhantomData<T>);
    trait Otherwise {
        const SERIALISES: bool = false;
    }
    impl<T> Otherwise for Probe<T> {}
    impl<T: serde::Serialize> Probe<T> {
        const SERIALISES: bool = true;
    }
    let serialises = (Probe::<Profile>::SERIALISES, Probe::<Secret>::SERIALISES);
    assert_eq!(serialises, (true, false));
}

#[test]
fn the_keyrings_passwords_come_from_the_keyring() {
    let keyring = Arc::new(InMemory::default());
    let passwords = Passwords::new(keyring.clone());
    let profile = profile(PasswordSource::Keyring);
    assert_eq!(
        passwords.find(&profile),
        Answer::Ask {
            why: Some(SecretError::Missing)
        }
    );
    passwords.keep(&profile, &secret()).unwrap();
    assert_eq!(keyring.get(&profile.id), Ok(secret()));
    // A later start of the program.
    let passwords = Passwords::new(keyring.clone());
    assert_eq!(passwords.find(&profile), Answer::Found(secret()));
    passwords.forget(&profile).unwrap();
    assert_eq!(keyring.get(&profile.id), Err(SecretError::Missing));
}

#[test]
fn a_failing_keyring_is_said_and_the_password_lasts_until_the_program_ends() {
    let passwords = failing();
    let profile = profile(PasswordSource::Keyring);
    let why = Some(SecretError::Locked);
    assert_eq!(passwords.find(&profile), Answer::Ask { why: why.clone() });
    assert_eq!(
        passwords.keep(&profile, &secret()),
        Err(SecretError::Locked)
    );
    assert_eq!(passwords.find(&profile), Answer::Found(secret()));
    assert_eq!(passwords.forget(&profile), Err(SecretError::Locked));
    assert_eq!(passwords.find(&profile), Answer::Ask { why });
    assert_eq!(passwords.keyring_status(), Err(SecretError::Locked));
}

#[test]
fn memory_never_touches_the_keyring() {
    let passwords = failing();
    let profile = profile(PasswordSource::Memory);
    assert_eq!(passwords.find(&profile), Answer::Ask { why: None });
    passwords.keep(&profile, &secret()).unwrap();
    assert_eq!(passwords.clone().find(&profile), Answer::Found(secret()));
    passwords.forget(&profile).unwrap();
    assert_eq!(passwords.find(&profile), Answer::Ask { why: None });
}

#[test]
fn asking_keeps_nothing() {
    let keyring = Arc::new(InMemory::default());
    let passwords = Passwords::new(keyring.clone());
    let profile = profile(PasswordSource::Ask);
    passwords.keep(&profile, &secret()).unwrap();
    assert_eq!(passwords.find(&profile), Answer::Ask { why: None });
    assert_eq!(keyring.get(&profile.id), Err(SecretError::Missing));
}

#[test]
fn a_target_that_is_not_saved_has_no_place_in_the_keyring() {
    let keyring = Arc::new(InMemory::default());
    let passwords = Passwords::new(keyring.clone());
    let unsaved = Profile {
        id: ProfileId::default(),
        ..profile(PasswordSource::Keyring)
    };
    passwords.keep(&unsaved, &secret()).unwrap();
    assert_eq!(passwords.find(&unsaved), Answer::Ask { why: None });
    assert_eq!(keyring.get(&unsaved.id), Err(SecretError::Missing));
}

#[test]
fn each_error_has_its_own_sentence_and_hint() {
    let errors = [
        SecretError::NoKeyring,
        SecretError::Locked,
        SecretError::Missing,
        SecretError::Failed("x".to_owned()),
    ];
    let sentences: std::collections::HashSet<_> = errors
        .iter()
        .map(|error| (error.to_string(), Error::from(error.clone()).hint()))
        .collect();
    assert_eq!(sentences.len(), errors.len());
}
