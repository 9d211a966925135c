//! Why no session could be opened, and what to try.

use serde::{Deserialize, Serialize};

/// Why no session could be opened. The list is closed: `porthole test-connection --format json` prints these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
