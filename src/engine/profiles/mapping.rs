//! Where a server keeps experiments, flags and runs: names of tables and columns that differ from the usual ones.
//!
//! Plain data of a profile. What the usual names are, and whether a server has them, is
//! [`metrics::tables`](crate::engine::metrics::tables)'s.

use std::{collections::BTreeMap, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::engine::{Error, Result};

/// A table that is not where it usually is, or not called so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableMapping {
    /// Its database; `None`: the profile's default database, else the only one that has such a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Its name; `None` for the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Columns by what they mean (`user_id`), for those that are not called so.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
}

/// The tables of a profile that are called otherwise, by what they hold: `assignments`, `flag_events`, `runs` …
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping(pub BTreeMap<String, TableMapping>);

impl Mapping {
    /// Everything is where it usually is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is said of one table; the usual names where nothing is.
    pub fn table(&self, place: &str) -> TableMapping {
        self.0.get(place).cloned().unwrap_or_default()
    }

    /// The same, with the database of a table where none is said.
    #[must_use]
    pub fn with_database(&self, place: &str, database: &str) -> Self {
        let mut mapping = self.clone();
        let table = mapping.0.entry(place.to_owned()).or_default();
        if table.database.is_none() {
            table.database = Some(database.to_owned());
        }
        mapping
    }

    /// Add what an argument of the command line says, over what stands here.
    pub fn add(&mut self, entry: Entry) {
        let table = self.0.entry(entry.place).or_default();
        match entry.to {
            Named::Table {
                database,
                table: name,
            } => {
                table.database = database;
                table.table = Some(name);
            }
            Named::Column { role, column } => {
                table.columns.insert(role, column);
            }
        }
    }
}

/// One name, as the command line takes it: `assignments=ab.exposures` or `assignments.user_id=uid`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    place: String,
    to: Named,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Table {
        database: Option<String>,
        table: String,
    },
    Column {
        role: String,
        column: String,
    },
}

impl Entry {
    /// The place's name.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The role whose column it names; `None` if it names the table.
    pub fn role(&self) -> Option<&str> {
        match &self.to {
            Named::Table { .. } => None,
            Named::Column { role, .. } => Some(role),
        }
    }
}

impl FromStr for Entry {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::Invalid(format!(
                "`{text}` names no table or column: write PLACE=TABLE, PLACE=DATABASE.TABLE or PLACE.ROLE=COLUMN, such as assignments=ab.exposures or assignments.user_id=uid"
            ))
        };
        let (left, right) = text.split_once('=').ok_or_else(wrong)?;
        if left.is_empty() || right.is_empty() {
            return Err(wrong());
        }
        let (place, to) = match left.split_once('.') {
            Some((place, role)) if !place.is_empty() && !role.is_empty() => (
                place,
                Named::Column {
                    role: role.to_owned(),
                    column: right.to_owned(),
                },
            ),
            Some(_) => return Err(wrong()),
            None => {
                let (database, table) = match right.split_once('.') {
                    Some((database, table)) if !database.is_empty() && !table.is_empty() => {
                        (Some(database.to_owned()), table)
                    }
                    Some(_) => return Err(wrong()),
                    None => (None, right),
                };
                let table = table.to_owned();
                (left, Named::Table { database, table })
            }
        };
        Ok(Self {
            place: place.to_owned(),
            to,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_name_a_table_or_a_column() {
        let mut mapping = Mapping::default();
        for text in ["assignments=ab.exposures", "assignments.user_id=uid"] {
            mapping.add(text.parse().unwrap());
        }
        let table = mapping.table("assignments");
        assert_eq!(table.database.as_deref(), Some("ab"));
        assert_eq!(table.table.as_deref(), Some("exposures"));
        assert_eq!(table.columns["user_id"], "uid");
        assert_eq!(mapping.table("runs"), TableMapping::default());
    }

    #[test]
    fn what_names_nothing_says_how_to_write_it() {
        for text in ["", "a", "a=", "=b", "a.=b", ".a=b", "a=.b", "a=b."] {
            let error = text.parse::<Entry>().unwrap_err().to_string();
            assert!(error.contains("PLACE.ROLE=COLUMN"), "{text}: {error}");
        }
    }
}
