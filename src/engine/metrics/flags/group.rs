//! The groups of a flag: what they are called, and their plain figures.

use serde::{Deserialize, Serialize};

use crate::engine::metrics::{
    names::{NULL, NULL_SHOWN, Names},
    ratio::ratio,
    stats::Counts,
};

/// What the column of groups holds. NULL is a group of its own, and another one than a group that is called so.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub enum GroupKey {
    /// No name: NULL.
    #[default]
    Null,
    /// A name, which may be empty.
    Named(String),
}

impl GroupKey {
    /// For people: the name, `(NULL)` where there is none.
    pub fn shown(&self) -> &str {
        self.name().unwrap_or(NULL_SHOWN)
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Null => None,
            Self::Named(name) => Some(name),
        }
    }
}

impl From<&str> for GroupKey {
    fn from(name: &str) -> Self {
        Self::Named(name.to_owned())
    }
}

impl From<Option<String>> for GroupKey {
    fn from(cell: Option<String>) -> Self {
        cell.map_or(Self::Null, Self::Named)
    }
}

/// As a choice of a group is kept: its name, else `false`, as TOML has no null.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Kept {
    Name(String),
    Nameless(bool),
}

impl From<Kept> for GroupKey {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Name(name) => Self::Named(name),
            Kept::Nameless(_) => Self::Null,
        }
    }
}

impl From<GroupKey> for Kept {
    fn from(key: GroupKey) -> Self {
        match key {
            GroupKey::Null => Self::Nameless(false),
            GroupKey::Named(name) => Self::Name(name),
        }
    }
}

/// A group of one flag: the plain figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Its key.
    pub key: GroupKey,
    /// The sum of `request_count`.
    pub requests: u128,
    /// The sum of `error_count`.
    pub errors: u128,
}

impl Group {
    /// errors / requests, not rounded before; above 1 where there are more errors than requests. `None` without
    /// requests.
    pub fn error_rate(&self) -> Option<f64> {
        ratio(i128::try_from(self.errors).ok()?, self.requests)
    }

    /// As a share that statistics can be made of; `None` without requests, or with more errors than requests.
    pub fn counts(&self) -> Option<Counts> {
        Counts::new(self.errors, self.requests).filter(|counts| counts.trials() > 0)
    }
}

/// The groups as members of one JSON object, each with a name of its own: `NULL` for the group without one, `NULL_2`
/// where another is really called so, in whatever order they come.
pub fn members(groups: &[Group]) -> Vec<String> {
    let keys = || groups.iter().map(|group| group.key.name());
    let mut names = Names::of(keys().flatten());
    keys()
        .map(|key| match key {
            None => names.nameless(NULL),
            Some(name) => names.next(name),
        })
        .collect()
}

/// The group that a person has named: `NULL` or `(NULL)` is the one without a name where none is called so.
pub fn named(groups: &[Group], name: &str) -> Option<usize> {
    let at = |wanted: &GroupKey| groups.iter().position(|group| group.key == *wanted);
    let is_null = matches!(name, "NULL" | "(NULL)");
    at(&name.into()).or_else(|| at(&GroupKey::Null).filter(|_| is_null))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(keys: &[GroupKey]) -> Vec<Group> {
        let group = |key: &GroupKey| Group {
            key: key.clone(),
            ..Group::default()
        };
        keys.iter().map(group).collect()
    }

    #[test]
    fn no_name_is_another_group_than_one_that_is_called_null() {
        let both = groups(&[GroupKey::Null, "NULL".into(), "(NULL)".into()]);
        assert_eq!(members(&both), ["NULL_2", "NULL", "(NULL)"]);
        let later = groups(&["NULL".into(), GroupKey::Null]);
        assert_eq!(members(&later), ["NULL", "NULL_2"]);
        assert_eq!(named(&both, "NULL"), Some(1));
        assert_eq!(named(&both, "(NULL)"), Some(2));
        let alone = groups(&["on".into(), GroupKey::Null]);
        for name in ["NULL", "(NULL)"] {
            assert_eq!(named(&alone, name), Some(1));
        }
        assert_eq!(named(&alone, "null"), None);
        assert_eq!(named(&groups(&["on".into()]), "NULL"), None);
    }

    #[test]
    fn a_choice_of_a_group_is_the_same_when_it_is_read_again() {
        #[derive(PartialEq, Debug, Serialize, Deserialize)]
        struct Kept {
            baseline: Option<GroupKey>,
        }
        for baseline in [None, Some(GroupKey::Null), Some("NULL".into())] {
            let kept = Kept { baseline };
            let text = toml::to_string(&kept).unwrap();
            assert_eq!(toml::from_str::<Kept>(&text).unwrap(), kept, "{text}");
        }
    }
}
