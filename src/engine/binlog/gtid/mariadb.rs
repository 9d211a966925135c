//! MariaDB's GTIDs: a domain, the server that wrote it, and a number that grows within the domain. A position is the
//! last GTID of each domain.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{GtidError, MOST_INTERVALS, MOST_TEXT};
use crate::engine::binlog::bytes::{Malformed, Reader};

/// The name of one transaction of MariaDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MariaGtid {
    /// Transactions of one domain have one order.
    pub domain: u32,
    /// The server that wrote it first.
    pub server: u32,
    /// Grows within the domain.
    pub number: u64,
}

impl MariaGtid {
    /// All that the body of a GTID_LIST event has: the last one of each server that ever wrote to a domain.
    pub(in crate::engine::binlog) fn listed(body: &[u8]) -> Result<Vec<Self>, Malformed> {
        let mut reader = Reader::new(body);
        let count = reader.u32()? & 0x0fff_ffff;
        let mut listed = Vec::new();
        for _ in 0..count {
            listed.push(Self {
                domain: reader.u32()?,
                server: reader.u32()?,
                number: reader.u64()?,
            });
        }
        Ok(listed)
    }
}

impl fmt::Display for MariaGtid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.domain, self.server, self.number)
    }
}

impl FromStr for MariaGtid {
    type Err = GtidError;

    fn from_str(text: &str) -> Result<Self, GtidError> {
        read(text, 0)
    }
}

/// Numbers of one domain: those after `after`, up to and with `upto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MariaRange {
    /// The domain.
    pub domain: u32,
    /// The last number that is not meant.
    pub after: u64,
    /// The last that is.
    pub upto: u64,
}

impl MariaRange {
    /// How many numbers these are: at most so many transactions, for a domain may leave numbers out.
    pub fn count(&self) -> u64 {
        self.upto.saturating_sub(self.after)
    }
}

/// The last GTID of each domain, as `gtid_binlog_pos` and `gtid_slave_pos` hold it. In files and JSON it is its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct MariaGtidState {
    /// Server and number by domain.
    domains: BTreeMap<u32, (u32, u64)>,
}

impl From<MariaGtidState> for String {
    fn from(state: MariaGtidState) -> Self {
        state.to_string()
    }
}

impl TryFrom<String> for MariaGtidState {
    type Error = GtidError;

    fn try_from(text: String) -> Result<Self, GtidError> {
        text.parse()
    }
}

impl MariaGtidState {
    /// Whether it has no domain.
    pub fn is_empty(&self) -> bool {
        self.domains.is_empty()
    }

    /// How many domains it has.
    pub fn domains(&self) -> usize {
        self.domains.len()
    }

    /// The last GTID of each domain, by domain.
    pub fn iter(&self) -> impl Iterator<Item = MariaGtid> {
        let gtid = |(&domain, &(server, number)): (&u32, &(u32, u64))| MariaGtid {
            domain,
            server,
            number,
        };
        self.domains.iter().map(gtid)
    }

    /// The last GTID of one domain.
    pub fn last_of(&self, domain: u32) -> Option<MariaGtid> {
        let (server, number) = *self.domains.get(&domain)?;
        Some(MariaGtid {
            domain,
            server,
            number,
        })
    }

    /// Whether this GTID has been passed: its number is not beyond the last one of its domain.
    pub fn contains(&self, gtid: &MariaGtid) -> bool {
        self.domains
            .get(&gtid.domain)
            .is_some_and(|(_, number)| gtid.number <= *number)
    }

    /// Whether the other has passed all that this one has.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.iter().all(|gtid| other.contains(&gtid))
    }

    /// This transaction has ended. It is the last of its domain even where its number is smaller than the one before:
    /// servers without `gtid_strict_mode` write such, and keep the latest.
    pub fn add(&mut self, gtid: MariaGtid) -> Result<(), GtidError> {
        if self.domains.len() >= MOST_INTERVALS && !self.domains.contains_key(&gtid.domain) {
            return Err(GtidError::TooMany);
        }
        self.domains.insert(gtid.domain, (gtid.server, gtid.number));
        Ok(())
    }

    /// The further one of each domain.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut union = self.clone();
        for gtid in other.iter().filter(|gtid| !self.contains(gtid)) {
            union
                .domains
                .insert(gtid.domain, (gtid.server, gtid.number));
        }
        union
    }

    /// What both have passed: the nearer one of each domain that both have.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let nearer = |ours: MariaGtid| {
            let theirs = other.last_of(ours.domain)?;
            let both = if theirs.number < ours.number {
                theirs
            } else {
                ours
            };
            Some((both.domain, (both.server, both.number)))
        };
        Self {
            domains: self.iter().filter_map(nearer).collect(),
        }
    }

    /// What this one has passed and the other has not, by domain.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Vec<MariaRange> {
        let beyond = |gtid: &MariaGtid| MariaRange {
            domain: gtid.domain,
            after: other.last_of(gtid.domain).map_or(0, |theirs| theirs.number),
            upto: gtid.number,
        };
        let ahead = self.iter().filter(|gtid| !other.contains(gtid));
        ahead.map(|gtid| beyond(&gtid)).collect()
    }

    /// How many numbers have been passed in all domains: at most so many transactions.
    pub fn count(&self) -> u128 {
        self.iter().map(|gtid| u128::from(gtid.number)).sum()
    }

    /// From the body of a GTID_LIST event: the last GTID of each domain is the last one listed.
    pub fn decode(body: &[u8]) -> Result<Self, Malformed> {
        let mut state = Self::default();
        for gtid in MariaGtid::listed(body)? {
            state
                .add(gtid)
                .map_err(|_| Malformed("more GTID domains than Porthole holds"))?;
        }
        Ok(state)
    }
}

impl fmt::Display for MariaGtidState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, gtid) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            gtid.fmt(f)?;
        }
        Ok(())
    }
}

impl FromStr for MariaGtidState {
    type Err = GtidError;

    /// As the server reads `gtid_slave_pos`: white space and a plus before numbers only, no domain twice.
    fn from_str(text: &str) -> Result<Self, GtidError> {
        let mut state = Self::default();
        if text.is_empty() {
            return Ok(state);
        }
        if text.len() > MOST_TEXT {
            return Err(GtidError::TooMany);
        }
        let mut at = 0;
        for part in text.split(',') {
            let gtid = read(part, at)?;
            if state.domains.contains_key(&gtid.domain) {
                return Err(GtidError::DomainTwice(gtid.domain));
            }
            state.add(gtid)?;
            at += part.len() + 1;
        }
        Ok(state)
    }
}

/// One GTID; `at` is where its text stands.
fn read(text: &str, at: usize) -> Result<MariaGtid, GtidError> {
    let expected = GtidError::Expected {
        expected: "a GTID such as 0-1-5",
        at,
    };
    let mut numbers = text.split('-').map(number);
    let mut next = || numbers.next().flatten().ok_or(expected);
    let gtid = MariaGtid {
        domain: u32::try_from(next()?).map_err(|_| expected)?,
        server: u32::try_from(next()?).map_err(|_| expected)?,
        number: next()?,
    };
    if numbers.next().is_some() {
        return Err(expected);
    }
    Ok(gtid)
}

/// With a sign before it, as the server takes it.
fn number(text: &str) -> Option<u64> {
    text.trim_start_matches([' ', '\t']).parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the server answered to SET GLOBAL gtid_slave_pos (10.11.18); `!` where it refused.
    const ANSWERS: &[(&str, &str)] = &[
        ("", ""),
        ("  ", "!"),
        (",", "!"),
        ("0-1-5", "0-1-5"),
        (" 0-1-5", "0-1-5"),
        ("0-1-5 ", "!"),
        ("0-1-5, 1-1-7", "0-1-5,1-1-7"),
        ("0-1-5,", "!"),
        ("10-1-1,2-1-1,33-4-5", "2-1-1,10-1-1,33-4-5"),
        ("0-1-5,0-2-6", "!"),
        ("0-1-0", "0-1-0"),
        (
            "4294967295-4294967295-18446744073709551615",
            "4294967295-4294967295-18446744073709551615",
        ),
        ("4294967296-1-1", "!"),
        ("1-4294967296-1", "!"),
        ("1-1-18446744073709551616", "!"),
        ("00-01-005", "0-1-5"),
        ("0-1", "!"),
        ("0-1-", "!"),
        ("0-1-5-6", "!"),
        ("-1-1-1", "!"),
        ("105-3-10,+03-1-4", "3-1-4,105-3-10"),
        ("0-1-5x", "!"),
        ("0-1-5\n", "!"),
    ];

    #[test]
    fn texts_are_read_and_printed_as_the_server_does() {
        for (text, answer) in ANSWERS {
            let ours = match text.parse::<MariaGtidState>() {
                Ok(state) => state.to_string(),
                Err(_) => "!".to_owned(),
            };
            assert_eq!(ours, *answer, "{text:?}");
        }
    }

    #[test]
    fn an_error_says_where() {
        let error = "0-1-5,x".parse::<MariaGtidState>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "not a GTID position: a GTID such as 0-1-5 expected at byte 6"
        );
    }

    #[test]
    fn a_list_of_the_server_gives_the_last_of_each_domain() {
        let listed = [(0_u32, 12_u32, 6_u64), (2, 12, 2), (2, 5, 3), (10, 77, 2)];
        let mut body = (listed.len() as u32 | 0x1000_0000).to_le_bytes().to_vec();
        for (domain, server, number) in listed {
            body.extend(domain.to_le_bytes());
            body.extend(server.to_le_bytes());
            body.extend(number.to_le_bytes());
        }
        let state = MariaGtidState::decode(&body).unwrap();
        assert_eq!(state.to_string(), "0-12-6,2-5-3,10-77-2");
        assert!(MariaGtidState::decode(&body[..body.len() - 1]).is_err());
        assert!(MariaGtidState::decode(&[0xff; 4]).is_err());
    }

    #[test]
    fn states_are_compared_by_domain() {
        let state = |text: &str| text.parse::<MariaGtidState>().unwrap();
        let (a, b) = (state("0-1-9,1-1-4,3-1-1"), state("0-2-7,1-2-6,2-2-2"));
        assert_eq!(a.union(&b).to_string(), "0-1-9,1-2-6,2-2-2,3-1-1");
        assert_eq!(a.intersect(&b).to_string(), "0-2-7,1-1-4");
        let range = |domain, after, upto| MariaRange {
            domain,
            after,
            upto,
        };
        assert_eq!(a.subtract(&b), [range(0, 7, 9), range(3, 0, 1)]);
        assert_eq!(a.count(), 14);
        assert!(a.intersect(&b).is_subset_of(&a) && !a.is_subset_of(&b));
    }

    #[test]
    fn the_latest_transaction_of_a_domain_is_its_last_even_with_a_smaller_number() {
        let mut state: MariaGtidState = "0-1-9".parse().unwrap();
        state.add("0-2-3".parse().unwrap()).unwrap();
        assert_eq!(state.to_string(), "0-2-3");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[ ,\\-0-9]{0,40}") {
            if let Ok(state) = text.parse::<MariaGtidState>() {
                prop_assert_eq!(state.to_string().parse(), Ok(state));
            }
        }
    }
}
