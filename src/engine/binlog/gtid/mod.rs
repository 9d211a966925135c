//! Where a reader is, in the servers' own global names of transactions: MySQL's sets of numbers by origin, and
//! MariaDB's last number by domain.
//!
//! Both are read from every text that the servers accept and printed byte for byte as they print them. Neither
//! grows beyond [`MOST_INTERVALS`], whatever a text, a file or a server says. What a server knows beyond that (which
//! file holds a GTID, whether it was purged) is not here: `source` asks for it.

mod mariadb;
mod mysql;
mod mysql_set;
mod mysql_text;
mod mysql_wire;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::frame::Flavour;

pub use mariadb::{MariaGtid, MariaGtidState, MariaRange};
pub use mysql::{MySqlGtid, Origin, Tag, Uuid};
pub use mysql_set::MySqlGtidSet;

/// The most intervals of a set, or domains of a state: 16 MiB. A server that has run for years has a few dozen.
pub const MOST_INTERVALS: usize = 1 << 20;

/// The longest text that is looked at, in bytes.
const MOST_TEXT: usize = 64 << 20;

/// A text that names no GTID, or none that can be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GtidError {
    /// The text is not what the servers accept.
    #[error("not a GTID position: {expected} expected at byte {at}")]
    Expected {
        /// What should stand there.
        expected: &'static str,
        /// In bytes from the start of the text.
        at: usize,
    },
    /// A domain that has two last transactions.
    #[error("not a GTID position: domain {0} is named twice")]
    DomainTwice(u32),
    /// More than [`MOST_INTERVALS`].
    #[error("the GTID position has more than {MOST_INTERVALS} parts")]
    TooMany,
}

/// The name of one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gtid {
    /// Of MySQL.
    MySql(MySqlGtid),
    /// Of MariaDB.
    MariaDb(MariaGtid),
}

impl Gtid {
    /// Whose name it is.
    pub fn product(&self) -> Flavour {
        match self {
            Self::MySql(_) => Flavour::MySql,
            Self::MariaDb(_) => Flavour::MariaDb,
        }
    }
}

impl fmt::Display for Gtid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MySql(gtid) => gtid.fmt(f),
            Self::MariaDb(gtid) => gtid.fmt(f),
        }
    }
}

impl FromStr for Gtid {
    type Err = GtidError;

    /// The two forms have nothing in common, so the text says which it is.
    fn from_str(text: &str) -> Result<Self, GtidError> {
        if is_mariadb(text) {
            text.parse().map(Self::MariaDb)
        } else {
            text.parse().map(Self::MySql)
        }
    }
}

/// All transactions up to some moment, as the server names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GtidPosition {
    /// Of MySQL: every transaction that was executed.
    MySql(MySqlGtidSet),
    /// Of MariaDB: the last one of each domain.
    MariaDb(MariaGtidState),
}

impl GtidPosition {
    /// Whether this transaction is among them.
    pub fn contains(&self, gtid: &Gtid) -> bool {
        match (self, gtid) {
            (Self::MySql(set), Gtid::MySql(gtid)) => set.contains(gtid),
            (Self::MariaDb(state), Gtid::MariaDb(gtid)) => state.contains(gtid),
            _ => false,
        }
    }

    /// Whether the other has all of these. Names of the other product are none of its own.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::MySql(ours), Self::MySql(theirs)) => ours.is_subset_of(theirs),
            (Self::MariaDb(ours), Self::MariaDb(theirs)) => ours.is_subset_of(theirs),
            _ => self.is_empty(),
        }
    }

    /// Whether the other, which need not have what was before, has come to the last of these or beyond it.
    pub fn is_reached_by(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::MySql(ours), Self::MySql(theirs)) => ours.is_reached_by(theirs),
            (Self::MariaDb(_), Self::MariaDb(_)) => self.is_subset_of(other),
            _ => self.is_empty(),
        }
    }

    /// One more transaction has ended. A name of the other product changes nothing.
    pub fn add(&mut self, gtid: &Gtid) -> Result<(), GtidError> {
        match (self, gtid) {
            (Self::MySql(set), Gtid::MySql(gtid)) => set.add(gtid),
            (Self::MariaDb(state), Gtid::MariaDb(gtid)) => state.add(*gtid),
            _ => Ok(()),
        }
    }

    /// Whose names they are.
    pub fn product(&self) -> Flavour {
        match self {
            Self::MySql(_) => Flavour::MySql,
            Self::MariaDb(_) => Flavour::MariaDb,
        }
    }

    /// No transaction of the product that names them as this one.
    pub fn without(gtid: &Gtid) -> Self {
        match gtid {
            Gtid::MySql(_) => Self::MySql(MySqlGtidSet::default()),
            Gtid::MariaDb(_) => Self::MariaDb(MariaGtidState::default()),
        }
    }

    /// Whether it names no transaction at all.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::MySql(set) => set.is_empty(),
            Self::MariaDb(state) => state.is_empty(),
        }
    }
}

impl fmt::Display for GtidPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MySql(set) => set.fmt(f),
            Self::MariaDb(state) => state.fmt(f),
        }
    }
}

impl FromStr for GtidPosition {
    type Err = GtidError;

    /// An empty text is MySQL's empty set; who knows the server parses the kind that it has.
    fn from_str(text: &str) -> Result<Self, GtidError> {
        if is_mariadb(text) {
            text.parse().map(Self::MariaDb)
        } else {
            text.parse().map(Self::MySql)
        }
    }
}

/// `0-1-5`: digits, a minus, digits and again a minus. A UUID's second part ends with the 13th character, and a MySQL
/// set has a colon before its first short minus.
fn is_mariadb(text: &str) -> bool {
    let first = text.split(',').next().unwrap_or_default();
    !first.contains(':') && first.split('-').count() == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_says_whose_it_is() {
        let uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
        for mysql in [
            "",
            uuid,
            &format!("{uuid}:1-3"),
            &format!(" {uuid} :tag:2 , "),
        ] {
            assert!(
                matches!(mysql.parse(), Ok(GtidPosition::MySql(_))),
                "{mysql}"
            );
        }
        for mariadb in ["0-1-5", " 0-1-5, 7-2-9"] {
            assert!(
                matches!(mariadb.parse(), Ok(GtidPosition::MariaDb(_))),
                "{mariadb}"
            );
        }
        assert_eq!("0-1-5".parse::<Gtid>().unwrap().to_string(), "0-1-5");
        let one = format!("{uuid}:tag:7");
        assert_eq!(one.parse::<Gtid>().unwrap().to_string(), one);
    }

    #[test]
    fn names_of_the_other_product_change_nothing() {
        let mut position: GtidPosition = "0-1-5".parse().unwrap();
        let other: Gtid = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1".parse().unwrap();
        assert!(!position.contains(&other));
        position.add(&other).unwrap();
        assert_eq!(position.to_string(), "0-1-5");
    }
}
