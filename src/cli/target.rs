//! Which server, and with which password: `--profile`, `--url`, else the environment's target.
//!
//! A password comes from `--password-stdin`, else from where the target keeps its own, else from a person at a
//! terminal. It is never an argument of its own; a URL may hold one, and that is warned of.

use std::io::{self, Read as _};

use tracing::debug;

use super::{Failure, print};
use crate::engine::{
    Error,
    error::{ConnectCause, ConnectError},
    profiles::{
        Profile, Secret, Target, env,
        secrets::{Answer, Passwords},
        store::{Loaded, Store},
        url,
    },
};

/// Longer than any password.
const LONGEST_PASSWORD: u64 = 64 << 10;

/// The server that a command talks to.
#[derive(clap::Args, Clone)]
#[command(next_help_heading = "Server")]
pub(super) struct TargetArgs {
    /// A saved profile, by its name.
    #[arg(long, value_name = "NAME", conflicts_with = "url")]
    profile: Option<String>,
    /// A server, as mysql://USER@HOST:PORT/DATABASE?ssl-mode=REQUIRED. Other options: ssl-ca, ssl-cert, ssl-key,
    /// server-name, socket, connect-timeout. Without --profile and --url, MYSQL_HOST, MYSQL_PORT, MYSQL_DATABASE,
    /// MYSQL_USER and MYSQL_PASSWORD name the server.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Read the password from standard input.
    #[arg(long)]
    pub(super) password_stdin: bool,
}

impl TargetArgs {
    /// A saved profile.
    pub(super) fn of_profile(name: String, password_stdin: bool) -> Self {
        Self {
            profile: Some(name),
            url: None,
            password_stdin,
        }
    }

    /// Whether a server is named here; the environment's is not.
    pub(super) fn is_named(&self) -> bool {
        self.profile.is_some() || self.url.is_some()
    }

    /// Find the target and its password. This may ask the person, and waits for the answer.
    pub(super) fn resolve(&self) -> Result<Target, Failure> {
        let mut target = self.find()?;
        if self.password_stdin {
            target.password = Some(password_from_stdin()?);
        } else if target.password.is_none() {
            target.password = own_or_asked(&target.profile)?;
        }
        debug!(
            address = %target.profile.address,
            tls = target.profile.tls_mode().name(),
            password = target.password.is_some(),
            "target"
        );
        Ok(target)
    }

    fn find(&self) -> Result<Target, Failure> {
        if let Some(name) = &self.profile {
            return Ok(Target {
                profile: load(&Store::open_default()?)?.by_name(name)?.clone(),
                password: None,
            });
        }
        if let Some(text) = &self.url {
            return from_url(text);
        }
        env::target()?.ok_or_else(|| {
            Failure::usage(
                "no server is named",
                "Give --profile NAME or --url mysql://USER@HOST/DATABASE, or set MYSQL_HOST.",
            )
        })
    }
}

/// The saved profiles; what is wrong with the file is said.
pub(super) fn load(store: &Store) -> Result<Loaded, Failure> {
    let loaded = store.load()?;
    if let Some(notice) = &loaded.notice {
        print::warning(notice);
    }
    Ok(loaded)
}

/// The target that a URL names.
pub(super) fn from_url(text: &str) -> Result<Target, Failure> {
    let target = url::parse(text)?;
    if target.password.is_some() {
        print::warning(
            "the URL holds a password, which other users of this machine can see while Porthole runs; \
             --password-stdin and the keyring keep it to yourself",
        );
    }
    Ok(target)
}

/// The whole of standard input, without the line's end.
pub(super) fn password_from_stdin() -> Result<Secret, Failure> {
    let mut text = String::new();
    io::stdin()
        .lock()
        .take(LONGEST_PASSWORD)
        .read_to_string(&mut text)
        .map_err(|error| Failure::Failed {
            message: format!("cannot read the password from standard input: {error}"),
            hint: None,
        })?;
    let end = text.trim_end_matches('\n').trim_end_matches('\r').len();
    text.truncate(end);
    Ok(Secret::new(text))
}

fn own_or_asked(profile: &Profile) -> Result<Option<Secret>, Failure> {
    match Passwords::system().find(profile) {
        Answer::Found(secret) => Ok(Some(secret)),
        Answer::Ask { why } => {
            if let Some(why) = why {
                print::warning(&why.to_string());
                print::hint(why.hint());
            }
            ask(&format!(
                "Password of {} at {}: ",
                profile.user, profile.address
            ))
        }
    }
}

/// Ask on the terminal, without echo; `None` where there is no terminal or the answer is empty.
pub(super) fn ask(question: &str) -> Result<Option<Secret>, Failure> {
    if std::fs::File::open("/dev/tty").is_err() {
        return Ok(None);
    }
    let question = crate::engine::visible::line(question);
    let answer = rpassword::prompt_password(question).map_err(|error| Failure::Failed {
        message: format!("cannot ask for the password: {error}"),
        hint: Some("Give it with --password-stdin.".to_owned()),
    })?;
    Ok((!answer.is_empty()).then(|| Secret::new(answer)))
}

/// A server that turned away a login without a password wanted one: say that.
pub(super) fn explain(error: Error, target: &Target) -> Error {
    match error {
        Error::Connect(ConnectError {
            cause: ConnectCause::AccessDenied,
            address,
            message,
        }) if target.password.is_none() => Error::Connect(ConnectError {
            cause: ConnectCause::PasswordNeeded,
            address,
            message: format!("{message} (no password was given)"),
        }),
        other => other,
    }
}
