//! Executable comments: `/*! … */`, `/*!50000 … */`, `/*M!100000 … */`. Whether what stands in them is code depends on
//! the server, so a text has several [`Reading`]s.

use super::dialect::{Dialect, Product};

/// Which executable comments are code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reading {
    /// All of them.
    Code,
    /// None.
    Comments,
    /// Those that this server runs.
    Server(Dialect),
}

impl Reading {
    /// MySQL knows `/*! … */` and takes `/*M! … */` for a comment; MariaDB knows both, and takes the versions that
    /// only MySQL has had, 5.7 to 9.x, for a comment unless the mark has its `M` (MySQL manual, "Comments"; MariaDB,
    /// "Comment Syntax").
    pub(super) fn runs(self, opening: &Opening) -> bool {
        let server = match self {
            Self::Code => return true,
            Self::Comments => return false,
            Self::Server(server) => server,
        };
        let reached = opening
            .version
            .is_none_or(|version| version <= server.number());
        match server.product {
            _ if opening.mark == Mark::TiDb => false,
            Product::MySql => opening.mark == Mark::Any && reached,
            Product::MariaDb => {
                let of_mysql = opening
                    .version
                    .is_some_and(|version| (50_700..=99_999).contains(&version));
                reached && (opening.mark == Mark::MariaDb || !of_mysql)
            }
        }
    }
}

/// How it is marked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// `/*!`.
    Any,
    /// `/*M!`.
    MariaDb,
    /// `/*T!` and `/*T![feature]`, which TiDB runs and nobody else.
    TiDb,
}

/// What opens an executable comment.
pub(super) struct Opening {
    pub(super) mark: Mark,
    version: Option<u32>,
    /// Bytes.
    pub(super) length: usize,
}

impl Opening {
    /// Five or six digits are the version, fewer are code. MySQL takes a sixth only where a blank follows.
    pub(super) fn read(bytes: &[u8], product: Product) -> Option<Self> {
        let (mark, length) = match bytes {
            [b'/', b'*', b'!', ..] => (Mark::Any, 3),
            [b'/', b'*', b'M', b'!', ..] => (Mark::MariaDb, 4),
            [b'/', b'*', b'T', b'!', ..] => (Mark::TiDb, 4),
            _ => return None,
        };
        let after = &bytes[length..];
        if mark == Mark::TiDb {
            return Some(Self {
                mark,
                version: None,
                length: length + features(after),
            });
        }
        let mut digits = after
            .iter()
            .take(6)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let blank_follows = after
            .get(6)
            .is_some_and(|byte| matches!(byte, b' ' | b'\t'..=b'\r'));
        if digits == 6 && product == Product::MySql && !blank_follows {
            digits = 5;
        }
        if digits < 5 {
            digits = 0;
        }
        let number = after[..digits]
            .iter()
            .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
        Some(Self {
            mark,
            version: (digits > 0).then_some(number),
            length: length + digits,
        })
    }
}

/// The length of `[name,name]`, if that stands here.
fn features(bytes: &[u8]) -> usize {
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"_, ".contains(byte);
    match bytes.split_first() {
        Some((b'[', rest)) => {
            let inner = rest.iter().take_while(|byte| is_inner(byte)).count();
            if rest.get(inner) == Some(&b']') {
                inner + 2
            } else {
                0
            }
        }
        _ => 0,
    }
}

/// The versions that executable comments of a text name, each once; at most one more than `most`.
pub(super) fn versions(sql: &str, most: usize) -> Vec<u32> {
    let mut found = Vec::new();
    let bytes = sql.as_bytes();
    for (at, _) in sql.match_indices("/*") {
        for product in [Product::MySql, Product::MariaDb] {
            let version = Opening::read(&bytes[at..], product).and_then(|opening| opening.version);
            if let Some(version) = version.filter(|version| !found.contains(version)) {
                found.push(version);
            }
        }
        if found.len() > most {
            break;
        }
    }
    found
}

/// Does a text hold an executable comment at all?
pub(super) fn is_in(sql: &str) -> bool {
    ["/*!", "/*M!", "/*T!"]
        .iter()
        .any(|mark| sql.contains(mark))
}
