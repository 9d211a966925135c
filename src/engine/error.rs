//! What can go wrong, by what a person can do about it; not by which library spoke.
//!
//! A message says what failed; [`Error::hint`] says what to try. Passwords and SQL never enter a message that
//! the server did not itself send.

use std::{io, path::PathBuf, time::Duration};

use crate::engine::{
    metrics::unmapped::Unmapped, profiles::secrets::SecretError, sql::guard::Refusal,
};

/// The engine's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that the engine can fail with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No session could be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The guard's refusal; names the word that caused it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The server's own words, with its code kept beside them.
    #[error("{message} (error {code}, SQLSTATE {state})")]
    Server {
        /// The server's error number.
        code: u16,
        /// Five characters of SQLSTATE.
        state: String,
        /// The server's text.
        message: String,
    },
    /// The line broke while a statement was running.
    #[error("lost connection to {address} during the query: {reason}")]
    LostConnection {
        /// Host and port, or socket.
        address: String,
        /// What the network said.
        reason: String,
    },
    /// The server sent what its own description of it does not allow; the connection was closed.
    #[error("the answer of {address} cannot be read: {reason}")]
    Unreadable {
        /// Host and port, or socket.
        address: String,
        /// What does not fit.
        reason: String,
    },
    /// Nothing came from the server for longer than the profile's read timeout.
    #[error("no answer from {address} for {} s", .after.as_secs())]
    ReadTimeout {
        /// Host and port, or socket.
        address: String,
        /// The limit that was passed.
        after: Duration,
    },
    /// The session could not be made one that only reads, though it could at connect; nothing was sent.
    #[error(
        "the statement was not sent: the session at {address} was set to read only, but {found}"
    )]
    UnsafeSession {
        /// Host and port, or socket.
        address: String,
        /// What it is instead.
        found: &'static str,
    },
    /// The server asked for a file of this machine; it got nothing and the connection was closed.
    #[error(
        "the server asked for a file of this machine (LOAD DATA LOCAL); nothing was sent and the connection was closed"
    )]
    FileRequested,
    /// The person stopped it. Not an error to show in red.
    #[error("{0}")]
    Cancelled(Stopped),
    /// The text is not exactly one statement.
    #[error("{0}")]
    NotOneStatement(String),
    /// Values given do not fit the placeholders of the statement.
    #[error("{0}")]
    Parameters(String),
    /// A text that cannot be understood as what it should be (a URL, a setting).
    #[error("{0}")]
    Invalid(String),
    /// A file could not be read or written.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// A verb, such as `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The temporary file for large results could not grow.
    #[error("cannot keep more rows in the temporary file: {source}")]
    Spill {
        /// What the system said.
        source: io::Error,
    },
    /// The tables of experiments, flags or runs are not where they are looked for.
    #[error(transparent)]
    Unmapped(Box<Unmapped>),
    /// What was named is not there.
    #[error("there is no {what} {name:?}")]
    NotFound {
        /// What it would be: `run`.
        what: &'static str,
        /// How it was named.
        name: String,
        /// Names that are there, the likeliest first.
        near: Vec<String>,
    },
    /// The password store.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// How a cancelled statement ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The server confirmed that the statement has ended.
    OnServer,
    /// Cancelled before the server had it.
    BeforeServer,
    /// The server could not be asked, or did not end it in time.
    Unconfirmed {
        /// Why.
        reason: String,
        /// What a DBA can run to end it.
        statement: String,
    },
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OnServer => f.write_str("cancelled; the statement has stopped on the server"),
            Self::BeforeServer => f.write_str("cancelled before the statement was sent"),
            Self::Unconfirmed { reason, statement } => {
                write!(
                    f,
                    "cancelled here, but the server could not be told to stop ({reason}); a DBA can run: {statement}"
                )
            }
        }
    }
}

/// Why no session could be opened. The list is closed: `porthole test-connection --format json` prints these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectCause {
    /// The host name has no address.
    NameNotResolved,
    /// Nothing listens on that port, or the socket file is not there.
    PortClosed,
    /// No answer within the connect timeout.
    Timeout,
    /// Wrong user or password, or not from this host.
    AccessDenied,
    /// This host may not connect at all, or is blocked after too many failures.
    HostNotAllowed,
    /// The default database is not there, or this account may not see it.
    UnknownDatabase,
    /// The profile wants encryption and the server offers none.
    TlsNotOffered,
    /// The server wants encryption and the profile forbids it.
    TlsRequired,
    /// The handshake itself failed (versions, ciphers, client certificate).
    TlsFailed,
    /// The certificate is not signed by an authority that is trusted here.
    CertificateUntrusted,
    /// The certificate was made for another name.
    NameMismatch,
    /// A certificate or key file could not be read or used.
    CertificateFile,
    /// The account logs in by a method that Porthole does not have, or that would show the password.
    AuthPlugin,
    /// The server has no room for another connection.
    TooManyConnections,
    /// The server closed the line while connecting.
    ServerGone,
    /// The session time zone is not known to the server (error 1298).
    UnknownTimeZone,
    /// A password is needed and there is none to use.
    PasswordNeeded,
    /// The address does not speak MySQL's protocol, or something else.
    Other,
}

impl ConnectCause {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::NameNotResolved => "name_not_resolved",
            Self::PortClosed => "port_closed",
            Self::Timeout => "timeout",
            Self::AccessDenied => "access_denied",
            Self::HostNotAllowed => "host_not_allowed",
            Self::UnknownDatabase => "unknown_database",
            Self::TlsNotOffered => "tls_not_offered",
            Self::TlsRequired => "tls_required",
            Self::TlsFailed => "tls_failed",
            Self::CertificateUntrusted => "certificate_untrusted",
            Self::NameMismatch => "name_mismatch",
            Self::CertificateFile => "certificate_file",
            Self::AuthPlugin => "auth_plugin",
            Self::TooManyConnections => "too_many_connections",
            Self::ServerGone => "server_gone",
            Self::UnknownTimeZone => "unknown_time_zone",
            Self::PasswordNeeded => "password_needed",
            Self::Other => "other",
        }
    }

    /// What to try.
    pub fn hint(self) -> &'static str {
        match self {
            Self::NameNotResolved => {
                "Check the spelling of the host name, and whether you need a VPN to reach it."
            }
            Self::PortClosed => {
                "Check host and port, that the server is running, and that it listens on the network (bind_address, skip_networking) or on this socket."
            }
            Self::Timeout => {
                "Check host, port and firewalls between here and there; a longer connect timeout can be set in the profile."
            }
            Self::AccessDenied => {
                "Check user and password. An account belongs to the host it connects from ('user'@'host'): the message shows which host the server saw."
            }
            Self::HostNotAllowed => {
                "The server has no account for this machine's address, or has blocked it after failed attempts: a DBA can add the account or run FLUSH HOSTS."
            }
            Self::UnknownDatabase => {
                "Leave the default database empty, connect, and choose one from the list."
            }
            Self::TlsNotOffered => {
                "The server has no TLS. Set it up there, or choose PREFERRED or DISABLED knowingly: user, password and rows then cross the network readable."
            }
            Self::TlsRequired => {
                "This server or account accepts encrypted connections only: choose REQUIRED or a VERIFY mode."
            }
            Self::TlsFailed => {
                "The TLS handshake failed: compare the TLS versions and ciphers of both sides, and the client certificate if the account needs one."
            }
            Self::CertificateUntrusted => {
                "Give the CA file that signed the server's certificate, or choose REQUIRED: encrypted, but not checked."
            }
            Self::NameMismatch => {
                "The certificate is for another name. Through a tunnel, set the server name to expect; or choose VERIFY_CA, which checks the signature alone."
            }
            Self::CertificateFile => "Check that the file exists, can be read, and is PEM.",
            Self::AuthPlugin => {
                "Use an account with caching_sha2_password, mysql_native_password, ed25519 or parsec. Clear-text passwords (LDAP, PAM) are sent only over TLS with VERIFY_CA or VERIFY_IDENTITY."
            }
            Self::TooManyConnections => {
                "Wait, or close other connections; a DBA can raise max_connections or max_user_connections."
            }
            Self::ServerGone => {
                "The server closed the connection while it was being set up: it may be restarting, or this may be the port of another protocol."
            }
            Self::UnknownTimeZone => {
                "The server lacks its time zone tables. Use an offset such as +02:00, or a DBA can load them with mysql_tzinfo_to_sql."
            }
            Self::PasswordNeeded => "Give the password when asked, or with --password-stdin.",
            Self::Other => "See the message; porthole -v prints more.",
        }
    }
}

/// No session: the cause, and what the network or the server said.
#[derive(Debug, thiserror::Error)]
#[error("cannot connect to {address}: {message}")]
pub struct ConnectError {
    /// From the closed list.
    pub cause: ConnectCause,
    /// Host and port, or socket.
    pub address: String,
    /// In words, the server's own where it spoke.
    pub message: String,
}

impl Error {
    /// What to try next, if there is something better to say than the message.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Connect(error) => Some(error.cause.hint().to_owned()),
            Self::Refused(refusal) => refusal.advice(),
            Self::Server { code, .. } => server_hint(*code).map(str::to_owned),
            Self::LostConnection { .. } => {
                Some("Text and rows are kept. The next run opens a new connection; run it again once the server is back.".to_owned())
            }
            Self::Unreadable { .. } => Some(
                "The server, or a proxy before it, breaks MySQL's protocol. Run it again; if it stays so, leave columns out to find the one that cannot be read.".to_owned(),
            ),
            Self::ReadTimeout { .. } => Some("Run it again, or set a longer read timeout in the profile.".to_owned()),
            Self::UnsafeSession { .. } => Some(
                "Connect again: if a proxy stands before the server, Porthole then sees who keeps the session read-only and who does not.".to_owned(),
            ),
            Self::FileRequested => {
                Some("An honest server does not do this. Find out who answers at this address before you connect again.".to_owned())
            }
            Self::Spill { .. } => Some(
                "The rows that arrived are kept. Free space in your cache folder, set TMPDIR to a folder with more room, or ask for fewer rows.".to_owned(),
            ),
            Self::Unmapped(unmapped) => Some(unmapped.hint()),
            Self::NotFound { near, .. } => {
                (!near.is_empty()).then(|| format!("There is {}.", near.join(", ")))
            }
            Self::Secret(error) => Some(error.hint().to_owned()),
            Self::Cancelled(_) | Self::NotOneStatement(_) | Self::Parameters(_) | Self::Invalid(_) | Self::File { .. } => None,
        }
    }

    /// Cancelling is what the person wanted: show nothing red.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled(_))
    }
}

/// Hints for the server's errors that people meet most, by number
/// (MySQL: Server Error Message Reference; MariaDB: MariaDB Error Code Reference).
fn server_hint(code: u16) -> Option<&'static str> {
    Some(match code {
        1046 => "Choose a database for this tab, or write database.table.",
        1054 => "Check the column's name in the schema list.",
        1064 => "The server could not read the statement near the place that it quotes.",
        1142 | 1143 | 1227 | 1044 | 1370 => "This account lacks the right; a DBA can grant it.",
        1146 => "Check the table's name in the schema list, and the database of this tab.",
        1290 => "The server runs with an option that forbids this.",
        1298 => ConnectCause::UnknownTimeZone.hint(),
        1792 => "The server refused it because this session is read-only.",
        3024 | 1969 => "The statement passed its time limit; the profile or --timeout sets it.",
        1205 => "Another transaction holds what this statement needs; try again.",
        _ => return None,
    })
}
