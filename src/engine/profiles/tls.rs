//! Encryption of a connection, by MySQL's names and with MySQL's meaning.

use std::{path::PathBuf, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::engine::{Error, Result};

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

    /// What the mode does and does not check, for the person who chooses it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Disabled => {
                "Never encrypted: user, SQL and rows cross the network readable to anyone on the way."
            }
            Self::Preferred => {
                "Encrypted if the server can, without asking if it cannot. The certificate is not checked, so it does not show who answers."
            }
            Self::Required => {
                "Encrypted, or no connection. The certificate is not checked, so it does not show who answers."
            }
            Self::VerifyCa => {
                "Encrypted, and the certificate must be signed by an authority trusted here. Its name is not checked."
            }
            Self::VerifyIdentity => {
                "Encrypted, and the certificate must be signed by an authority trusted here and made for this host name."
            }
        }
    }

    /// The server's certificate is checked.
    pub fn verifies(self) -> bool {
        matches!(self, Self::VerifyCa | Self::VerifyIdentity)
    }
}

impl FromStr for TlsMode {
    type Err = Error;

    /// By MySQL's name, in any case, with `-` or `_`.
    fn from_str(name: &str) -> Result<Self> {
        let name = name.replace('-', "_");
        Self::ALL
            .into_iter()
            .find(|mode| mode.name().eq_ignore_ascii_case(&name))
            .ok_or_else(|| {
                Error::Invalid(
                    "a TLS mode is one of DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY"
                        .to_owned(),
                )
            })
    }
}

/// Encryption of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// `None` means the default for the address; see [`super::Profile::tls_mode`].
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
