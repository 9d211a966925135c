//! Where a server listens: host and port, or a Unix socket of this machine.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Address {
    /// Over the network.
    Tcp {
        /// Host name or address.
        host: String,
        /// Port.
        #[serde(default = "default_port")]
        port: u16,
    },
    /// A Unix socket of this machine.
    Socket(PathBuf),
}

/// MySQL's and MariaDB's port.
pub const DEFAULT_PORT: u16 = 3306;

fn default_port() -> u16 {
    DEFAULT_PORT
}

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
