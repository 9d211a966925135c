//! Whom we connect to: saved profiles, connection URLs, the environment's target, and their passwords.
//!
//! A [`Profile`] never holds a password; that is a [`Secret`], from the keyring or from memory.

mod address;
pub mod check;
pub mod env;
pub mod mapping;
mod percent;
pub mod secrets;
pub mod store;
mod tls;
pub mod url;

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, de};

pub use address::{Address, DEFAULT_PORT};
pub use mapping::Mapping;
pub use secrets::Secret;
pub use tls::{Tls, TlsMode};

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
    /// Stored functions may be called, if they are declared READS SQL DATA or NO SQL.
    #[serde(skip_serializing_if = "is_off")]
    pub call_stored_functions: bool,
    /// CHECK TABLE may run: it reads whole tables and holds them meanwhile.
    #[serde(skip_serializing_if = "is_off")]
    pub check_tables: bool,
    /// Session time zone, an offset such as `+00:00` or a name that the server knows.
    pub time_zone: String,
    /// How many connections, for how long.
    pub pool: PoolSettings,
    /// Databases shown in the schema list; empty for all.
    pub include_databases: Vec<String>,
    /// Tables left out of the schema list, as `table` or `database.table`; `*` stands for any characters.
    pub exclude_tables: Vec<String>,
    /// Tables of experiments, flags and runs that are not called as usual.
    #[serde(skip_serializing_if = "Mapping::is_empty")]
    pub mapping: Mapping,
}

/// What is off is not written.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_off(switch: &bool) -> bool {
    !switch
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
            call_stored_functions: false,
            check_tables: false,
            time_zone: "+00:00".to_owned(),
            pool: PoolSettings::default(),
            include_databases: Vec::new(),
            exclude_tables: Vec::new(),
            mapping: Mapping::default(),
        }
    }
}

impl Profile {
    /// A profile to be saved: a fresh id, and the usual settings.
    pub fn new(name: ProfileName, address: Address) -> Self {
        Self {
            id: ProfileId::random(),
            name,
            address,
            ..Self::default()
        }
    }

    /// The TLS mode in force: the chosen one, else REQUIRED over the network and PREFERRED on loopback and sockets.
    pub fn tls_mode(&self) -> TlsMode {
        self.tls.mode.unwrap_or(if self.address.is_local() {
            TlsMode::Preferred
        } else {
            TlsMode::Required
        })
    }
}

/// A server to connect to now, saved or not: from a URL or from the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its id is empty: it is nobody's entry in the keyring until it is saved.
    pub profile: Profile,
    /// The password that came with it, and that is for it alone.
    pub password: Option<Secret>,
}

/// Identity of a profile in the keyring and in saved window state: 32 hex digits, random; empty while it is not saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProfileId(pub String);

impl ProfileId {
    /// A new one.
    #[expect(clippy::missing_panics_doc, reason = "what is expected cannot fail")]
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .expect("the system gives random bytes, as the standard library relies on too");
        Self(format!("{:032x}", u128::from_be_bytes(bytes)))
    }

    /// 32 hex digits.
    pub fn is_valid(&self) -> bool {
        self.0.len() == 32 && self.0.bytes().all(|byte| byte.is_ascii_hexdigit())
    }
}

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

impl FromStr for Environment {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|environment| environment.name() == name)
            .ok_or_else(|| {
                Error::Invalid(
                    "an environment is one of production, staging, development, other".to_owned(),
                )
            })
    }
}

/// Where a profile's password comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
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

impl PasswordSource {
    /// All, in the order of menus.
    pub const ALL: [Self; 3] = [Self::Keyring, Self::Memory, Self::Ask];

    /// The word, as on the command line and as stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::Memory => "memory",
            Self::Ask => "ask",
        }
    }
}

impl FromStr for PasswordSource {
    type Err = Error;

    /// The text is not repeated in the error: it may be a password in the wrong place.
    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|source| source.name() == name)
            .ok_or_else(|| {
                Error::Invalid(
                    "`password` says where the password comes from: keyring, memory or ask; the password itself never stands here"
                        .to_owned(),
                )
            })
    }
}

/// By hand, because serde's own error repeats the value.
impl<'de> Deserialize<'de> for PasswordSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// Limits in time and number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Seconds to wait for a connection.
    pub connect_timeout_secs: u64,
    /// Seconds that the server may be silent beyond the time that it may work on a statement; 0 means no limit.
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

impl PoolSettings {
    /// The most connections at once: at least one.
    pub fn most(&self) -> usize {
        self.max.max(1)
    }
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
