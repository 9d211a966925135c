//! Which product and version answered, and how each thing is said there.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The two families of servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    /// MySQL and what speaks like it.
    MySql,
    /// MariaDB.
    MariaDb,
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MySql => "MySQL",
            Self::MariaDb => "MariaDB",
        })
    }
}

/// Product and version, read from `VERSION()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flavour {
    /// The product.
    pub product: Product,
    /// Major, minor, patch.
    pub version: (u16, u16, u16),
}

impl Flavour {
    /// Read the value of `VERSION()`, such as `9.7.4` or `10.11.18-MariaDB-log`. MariaDB behind a version
    /// prefix (`5.5.5-10.11.18-MariaDB`) is read as 10.11.18.
    pub fn parse(version: &str) -> Self {
        let product = if version.to_ascii_lowercase().contains("mariadb") {
            Product::MariaDb
        } else {
            Product::MySql
        };
        let version = version
            .strip_prefix("5.5.5-")
            .filter(|_| product == Product::MariaDb)
            .unwrap_or(version);
        let mut numbers = version
            .split(|c: char| !c.is_ascii_digit())
            .map(|digits| digits.parse().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        Self {
            product,
            version: (next(), next(), next()),
        }
    }

    /// The version in digits.
    pub fn version_text(self) -> String {
        let (major, minor, patch) = self.version;
        format!("{major}.{minor}.{patch}")
    }

    /// The session variable that says whether transactions only read.
    pub(super) fn read_only_variable(self) -> &'static str {
        match self.product {
            Product::MySql if self.version >= (5, 7, 20) => "transaction_read_only",
            Product::MariaDb if self.version >= (11, 1, 1) => "transaction_read_only",
            _ => "tx_read_only",
        }
    }

    /// The assignment that limits how long a statement may run; 0 means no limit.
    /// MySQL counts milliseconds and limits SELECT alone; MariaDB counts seconds and limits every statement.
    pub(super) fn time_limit(self, limit: std::time::Duration) -> Option<String> {
        match self.product {
            Product::MySql if self.version >= (5, 7, 8) => Some(format!(
                "max_execution_time = {}",
                limit.as_millis().min(u128::from(u32::MAX))
            )),
            Product::MySql => None,
            Product::MariaDb => Some(format!(
                "max_statement_time = {}.{:03}",
                limit.as_secs().min(31_536_000),
                limit.subsec_millis()
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_servers_write_them() {
        let read = |text| (Flavour::parse(text).product, Flavour::parse(text).version);
        assert_eq!(read("9.7.4"), (Product::MySql, (9, 7, 4)));
        assert_eq!(read("8.0.36-28.1"), (Product::MySql, (8, 0, 36)));
        assert_eq!(
            read("10.11.18-MariaDB-deb12-log"),
            (Product::MariaDb, (10, 11, 18))
        );
        assert_eq!(read("5.5.5-10.6.1-MariaDB"), (Product::MariaDb, (10, 6, 1)));
        assert_eq!(read(""), (Product::MySql, (0, 0, 0)));
    }
}
