//! Which product and version reads a text.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The two families of servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    /// MySQL and what speaks like it.
    #[default]
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

/// A product and its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dialect {
    /// The product.
    pub product: Product,
    /// Major, minor, patch.
    pub version: (u16, u16, u16),
}

impl Dialect {
    /// The newest version of a product that Porthole knows.
    pub fn newest(product: Product) -> Self {
        let version = match product {
            Product::MySql => (9, 7, 4),
            Product::MariaDb => (11, 8, 6),
        };
        Self { product, version }
    }

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

    /// The version as executable comments write it: 9.7.4 is 90704, 10.11.18 is 101118.
    pub(super) fn number(self) -> u32 {
        let (major, minor, patch) = self.version;
        u32::from(major) * 10_000 + u32::from(minor.min(99)) * 100 + u32::from(patch.min(99))
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::newest(Product::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_servers_write_them() {
        let read = |text| (Dialect::parse(text).product, Dialect::parse(text).version);
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
