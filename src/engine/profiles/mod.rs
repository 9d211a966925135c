//! Whom we connect to: saved profiles, connection URLs, the environment's target, and their passwords.
//!
//! A [`Profile`] never holds a password; that is a [`Secret`], from the keyring or from memory.

pub mod env;
pub mod secrets;
pub mod store;
pub mod url;

use std::{fmt, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

pub use secrets::Secret;

use crate::engine::{Error, Result};

/// A saved connection: everything but the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Does not change when the profile is edited; the keyring's entry is named by it.
    pub id: ProfileId,
    /// Unique among the profiles.
    pub name: ProfileName,
    /// Where the server is.
    pub address: Address,
    /// Account name.
    pub user: String,
    /// Default database; `None` for none.
    pub database: Option<String>,
    /// What kind of server it is; shown as a colour and a word.
    pub environment: Environment,
    /// Encryption.
    pub tls: Tls,
    /// Where the password comes from.
    pub password: PasswordSource,
    /// Limits in time and number.
    pub limits: Limits,
    /// Session time zone, an offset such as `+00:00` or a name that the server knows.
    pub time_zone: String,
    /// How many connections, for how long.
    pub pool: PoolSettings,
    /// Databases shown in the schema list; empty for all.
    pub include_databases: Vec<String>,
    /// Tables left out of the schema list, as `table` or `database.table`; `*` stands for any characters.
    pub exclude_tables: Vec<String>,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            id: ProfileId::default(),
            name: ProfileName::default(),
            address: Address::default(),
            user: String::new(),
            database: None,
            environment: Environment::Other,
            tls: Tls::default(),
            password: PasswordSource::Ask,
            limits: Limits::default(),
            time_zone: "+00:00".to_owned(),
            pool: PoolSettings::default(),
            include_databases: Vec::new(),
            exclude_tables: Vec::new(),
        }
    }
}

impl Profile {
    /// The TLS mode in force: the chosen one, else REQUIRED over the network and PREFERRED on loopback and sockets.
    pub fn tls_mode(&self) -> TlsMode {
        self.tls.mode.unwrap_or(if self.address.is_local() {
            TlsMode::Preferred
        } else {
            TlsMode::Required
        })
    }
}

/// Identity of a profile in the keyring and in saved window state: 32 hex digits, random.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProfileId(pub String);

/// A profile's name: not empty, at most 100 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProfileName(String);

impl Default for ProfileName {
    fn default() -> Self {
        Self("New profile".to_owned())
    }
}

impl ProfileName {
    /// Check a name; surrounding blanks are dropped.
    pub fn new(name: &str) -> Result<Self> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::Invalid("a profile needs a name".to_owned()));
        }
        if name.chars().count() > 100 || name.chars().any(char::is_control) {
            return Err(Error::Invalid(
                "a profile's name has at most 100 characters, none of them control characters"
                    .to_owned(),
            ));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ProfileName {
    type Error = Error;

    fn try_from(name: String) -> Result<Self> {
        Self::new(&name)
    }
}

impl From<ProfileName> for String {
    fn from(name: ProfileName) -> Self {
        name.0
    }
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Address {
    /// Over the network.
    Tcp {
        /// Host name or address.
        host: String,
        /// Port.
        port: u16,
    },
    /// A Unix socket of this machine.
    Socket(PathBuf),
}

/// MySQL's and MariaDB's port.
pub const DEFAULT_PORT: u16 = 3306;

impl Default for Address {
    fn default() -> Self {
        Self::Tcp {
            host: "127.0.0.1".to_owned(),
            port: DEFAULT_PORT,
        }
    }
}

impl Address {
    /// A socket, or a loopback host.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Socket(_) => true,
            Self::Tcp { host, .. } => {
                host.eq_ignore_ascii_case("localhost")
                    || host
                        .trim_matches(['[', ']'])
                        .parse::<std::net::IpAddr>()
                        .is_ok_and(|ip| ip.is_loopback())
            }
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') && !host.starts_with('[') => {
                write!(f, "[{host}]:{port}")
            }
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Socket(path) => write!(f, "{}", path.display()),
        }
    }
}

/// What a server is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// What customers use.
    Production,
    /// The rehearsal.
    Staging,
    /// Where things are made.
    Development,
    /// Anything else.
    #[default]
    Other,
}

impl Environment {
    /// All, in the order of menus.
    pub const ALL: [Self; 4] = [
        Self::Production,
        Self::Staging,
        Self::Development,
        Self::Other,
    ];

    /// The word, as shown and as stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Development => "development",
            Self::Other => "other",
        }
    }
}

/// MySQL's names for how a connection is encrypted (MySQL manual, "Command Options for Encrypted Connections").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TlsMode {
    /// Never encrypted.
    Disabled,
    /// Encrypted where the server can; the certificate is not checked.
    Preferred,
    /// Encrypted or not at all; the certificate is not checked.
    Required,
    /// Encrypted, and the certificate is signed by a trusted authority.
    VerifyCa,
    /// And it was made for the name that we connect to.
    VerifyIdentity,
}

impl TlsMode {
    /// All, from weakest to strongest.
    pub const ALL: [Self; 5] = [
        Self::Disabled,
        Self::Preferred,
        Self::Required,
        Self::VerifyCa,
        Self::VerifyIdentity,
    ];

    /// MySQL's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Disabled => "DISABLED",
            Self::Preferred => "PREFERRED",
            Self::Required => "REQUIRED",
            Self::VerifyCa => "VERIFY_CA",
            Self::VerifyIdentity => "VERIFY_IDENTITY",
        }
    }

    /// The server's certificate is checked.
    pub fn verifies(self) -> bool {
        matches!(self, Self::VerifyCa | Self::VerifyIdentity)
    }
}

/// Encryption of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// `None` means the default for the address; see [`Profile::tls_mode`].
    pub mode: Option<TlsMode>,
    /// PEM file with the authorities to trust; they alone are then trusted.
    pub ca_file: Option<PathBuf>,
    /// PEM file with the client's certificate.
    pub client_certificate: Option<PathBuf>,
    /// PEM file with the client's key.
    pub client_key: Option<PathBuf>,
    /// The name that the certificate must be for, where it is not the host (a tunnel).
    pub server_name: Option<String>,
}

/// Where a profile's password comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordSource {
    /// The system's keyring.
    Keyring,
    /// Asked once, kept in memory until the program ends.
    Memory,
    /// Asked at each connect.
    #[default]
    Ask,
}

/// Limits in time and number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Seconds to wait for a connection.
    pub connect_timeout_secs: u64,
    /// Seconds without a byte from the server, once rows are coming; 0 means no limit.
    pub read_timeout_secs: u64,
    /// Seconds that the server may work on a statement; 0 means no limit.
    pub statement_secs: u64,
    /// Rows fetched at first in the window; 0 means no limit.
    pub rows: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout_secs: 10,
            read_timeout_secs: 60,
            statement_secs: 300,
            rows: 100_000,
        }
    }
}

impl Limits {
    /// How long the server may work on a statement; zero means no limit.
    pub fn statement(&self) -> Duration {
        Duration::from_secs(self.statement_secs)
    }

    /// How long the server may be silent; `None` means no limit.
    pub fn read_timeout(&self) -> Option<Duration> {
        (self.read_timeout_secs > 0).then(|| Duration::from_secs(self.read_timeout_secs))
    }
}

/// The connections of an open profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoolSettings {
    /// Kept open when idle.
    pub min: usize,
    /// Never more than this.
    pub max: usize,
    /// Seconds after which a connection is replaced by a fresh one.
    pub recycle_secs: u64,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            min: 5,
            max: 15,
            recycle_secs: 3600,
        }
    }
}
