//! What the panel asks the worker to do; runs there, away from the window.

use tokio_util::sync::CancellationToken;

use crate::{
    engine::{
        Error, Result,
        error::Stopped,
        profiles::{
            Profile, Secret,
            secrets::{Answer, Passwords, SecretError},
            store::{Loaded, Store},
        },
        session::{self, Facts, Session},
    },
    worker::no_answer,
};

/// What came of an attempt that needs a password.
pub(super) enum Attempt<T> {
    Done(T),
    /// The person has to give it.
    Ask {
        why: Option<SecretError>,
    },
}

/// A session, and how the keyring took the password that opened it.
pub(super) struct Opened {
    pub(super) session: Session,
    pub(super) keyring: Option<SecretError>,
}

/// A change on disk, and what else there is to say of it.
pub(super) struct Saved {
    pub(super) loaded: Loaded,
    pub(super) profile: Profile,
    /// Why the typed password is not where it was wanted.
    pub(super) keyring: Option<SecretError>,
}

/// Run something that blocks.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| no_answer())
}

/// Open a session with what was typed, else with what is kept. What was typed is kept only once it has worked.
pub(super) async fn open(
    profile: Profile,
    typed: Option<Secret>,
    passwords: Passwords,
    cancel: CancellationToken,
) -> Result<Attempt<Opened>> {
    let work = async {
        let (secret, is_new) = match typed {
            Some(secret) => (secret, true),
            None => match find(&profile, &passwords).await? {
                Answer::Found(secret) => (secret, false),
                Answer::Ask { why } => return Ok(Attempt::Ask { why }),
            },
        };
        let session = Session::open(&profile, Some(&secret)).await?;
        let keyring = if is_new {
            let profile = profile.clone();
            blocking(move || passwords.keep(&profile, &secret))
                .await?
                .err()
        } else {
            None
        };
        Ok(Attempt::Done(Opened { session, keyring }))
    };
    until_cancelled(work, cancel).await
}

/// Connect, look and close again; keeps nothing.
pub(super) async fn test(
    profile: Profile,
    typed: Option<Secret>,
    passwords: Passwords,
    cancel: CancellationToken,
) -> Result<Attempt<Facts>> {
    let work = async {
        let secret = match typed {
            Some(secret) => secret,
            None => match find(&profile, &passwords).await? {
                Answer::Found(secret) => secret,
                Answer::Ask { why } => return Ok(Attempt::Ask { why }),
            },
        };
        Ok(Attempt::Done(session::test(&profile, Some(&secret)).await?))
    };
    until_cancelled(work, cancel).await
}

/// Write a profile, then do with its password what it says.
pub(super) fn save(
    store: &Store,
    passwords: &Passwords,
    before: Option<&Profile>,
    after: Profile,
    typed: Option<&Secret>,
) -> Result<Saved> {
    let loaded = match before {
        Some(before) => store.replace(before, &after)?,
        None => store.add(&after)?,
    };
    let mut secret = typed.cloned();
    let mut keyring = None;
    if let Some(before) = before
        && before.password != after.password
    {
        // What is kept moves with the choice.
        if let (None, Answer::Found(kept)) = (&secret, passwords.find(before)) {
            secret = Some(kept);
        }
        keyring = passwords.forget(before).err();
    }
    if let Some(secret) = secret {
        keyring = passwords.keep(&after, &secret).err().or(keyring);
    }
    Ok(Saved {
        loaded,
        profile: after,
        keyring,
    })
}

async fn find(profile: &Profile, passwords: &Passwords) -> Result<Answer> {
    let (profile, passwords) = (profile.clone(), passwords.clone());
    blocking(move || passwords.find(&profile)).await
}

/// Nothing runs on the server yet, so dropping the attempt is enough.
async fn until_cancelled<T>(
    work: impl Future<Output = Result<T>>,
    cancel: CancellationToken,
) -> Result<T> {
    tokio::select! {
        answer = work => answer,
        () = cancel.cancelled() => Err(Error::Cancelled(Stopped::BeforeServer)),
    }
}
