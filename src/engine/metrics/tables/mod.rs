//! Where the tables of experiments, flags and runs are on a server: by their usual names, by what the profile says
//! instead, and by looking. A table that is not there, or lacks a column, is an error that names what is there.

mod candidates;
mod place;
mod seen;

use tokio_util::sync::CancellationToken;

pub(super) use self::place::{optional, role};
use self::seen::{find, size};
pub use self::{
    candidates::{candidates, named},
    place::{Place, Role},
};
use crate::engine::{
    Error, Result,
    error::unmapped::{Problem, Unmapped},
    profiles::mapping::{Mapping, TableMapping},
    session::Session,
    sql::names::quote_identifier,
};

/// A table on a server, and its columns by what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Its database.
    pub database: String,
    /// Its name.
    pub table: String,
    /// The columns that were found, by role.
    columns: Vec<(&'static str, Column)>,
    /// What the server estimates of its size.
    pub size: Size,
}

/// A column as the server describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The type without its length, in lower case: `varchar`, `datetime`, `bigint`.
    pub data_type: String,
    /// The type with its length: `varchar(255)`.
    pub column_type: String,
    /// May hold NULL.
    pub nullable: bool,
    /// Its collation; `None` where it holds no text.
    pub collation: Option<String>,
}

/// A table's size as its storage engine estimates it; `None` where it does not (a view).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Rows.
    pub rows: Option<u64>,
    /// Bytes of rows.
    pub data_bytes: Option<u64>,
    /// Bytes of indexes.
    pub index_bytes: Option<u64>,
}

impl Located {
    /// `database`.`table`, quoted.
    pub fn sql(&self) -> String {
        format!(
            "{}.{}",
            quote_identifier(&self.database),
            quote_identifier(&self.table)
        )
    }

    /// The column of a role, if it was found.
    pub fn column(&self, role: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|(name, _)| *name == role)
            .map(|(_, column)| column)
    }

    /// The column of a required role.
    ///
    /// # Panics
    /// If the role is not one that the table was located with as required.
    pub fn required(&self, role: &str) -> &Column {
        self.column(role)
            .expect("required roles were found when the table was")
    }

    /// The quoted name of the column of a required role.
    ///
    /// # Panics
    /// If the role is not one that the table was located with as required.
    pub fn name(&self, role: &str) -> String {
        quote_identifier(&self.required(role).name)
    }
}

/// Find the table of a place and its columns.
///
/// # Errors
/// [`Error::Unmapped`] with suggestions where it is not there, is there several times, or lacks a required column;
/// [`Error::Invalid`] where the mapping names a column for a role that the place has not.
pub async fn locate(
    session: &Session,
    place: &'static Place,
    mapping: &Mapping,
    cancel: &CancellationToken,
) -> Result<Located> {
    let said = mapping.table(place.name);
    check_roles(place, &said)?;
    let found = find(session, place, &said, cancel).await?;
    let problem = match found.as_slice() {
        [] => Problem::NoTable {
            tried: tried(place, &said),
        },
        [one] => match one.located(place, &said) {
            Ok(located) => {
                return Ok(Located {
                    size: size(session, &one.database, &one.name, cancel).await?,
                    ..located
                });
            }
            Err(missing) => Problem::NoColumns {
                table: format!("{}.{}", one.database, one.name),
                missing,
            },
        },
        several => Problem::Several {
            tables: several
                .iter()
                .map(|table| format!("{}.{}", table.database, table.name))
                .collect(),
        },
    };
    Err(Error::Unmapped(Box::new(Unmapped {
        place: place.name,
        what: place.what,
        problem,
        candidates: candidates(session, place, cancel).await?,
    })))
}

/// A misspelt role would be ignored, and the usual column be read in its stead.
fn check_roles(place: &Place, said: &TableMapping) -> Result<()> {
    let is_role = |name: &str| place.roles.iter().any(|role| role.name == name);
    let Some(unknown) = said.columns.keys().find(|name| !is_role(name)) else {
        return Ok(());
    };
    let roles: Vec<&str> = place.roles.iter().map(|role| role.name).collect();
    Err(Error::Invalid(format!(
        "the profile's mapping names a column for {unknown:?} of {}, which has no such role; its roles are {}",
        place.name,
        roles.join(", ")
    )))
}

/// Find the table of a place beside another one: in its database, unless the mapping says otherwise.
///
/// # Errors
/// As [`locate`].
pub async fn locate_beside(
    session: &Session,
    place: &'static Place,
    mapping: &Mapping,
    beside: &Located,
    cancel: &CancellationToken,
) -> Result<Located> {
    let mapping = mapping.with_database(place.name, &beside.database);
    locate(session, place, &mapping, cancel).await
}

/// Find a table that may be missing, beside another one. What the mapping names must be there, and fit.
///
/// # Errors
/// As [`locate`], for a table that the mapping names.
pub async fn locate_optional(
    session: &Session,
    place: &'static Place,
    mapping: &Mapping,
    beside: &Located,
    cancel: &CancellationToken,
) -> Result<Option<Located>> {
    if mapping.table(place.name) != TableMapping::default() {
        let found = locate_beside(session, place, mapping, beside, cancel).await?;
        return Ok(Some(found));
    }
    let said = TableMapping {
        database: Some(beside.database.clone()),
        ..TableMapping::default()
    };
    let found = find(session, place, &said, cancel).await?;
    Ok(found
        .iter()
        .find_map(|table| table.located(place, &said).ok()))
}

fn tried(place: &Place, said: &TableMapping) -> Vec<String> {
    let tables: Vec<&str> = match &said.table {
        Some(table) => vec![table],
        None => place.tables.to_vec(),
    };
    tables
        .into_iter()
        .map(|table| match &said.database {
            Some(database) => format!("{database}.{table}"),
            None => table.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{seen::Table, *};

    const PLACE: Place = Place {
        name: "assignments",
        what: "assignments of experiments",
        tables: &["experiment_assignments"],
        roles: &[
            role("user_id", "who", &["user_id"], &["uid"]),
            role("variant_id", "which", &["variant_id"], &["variant"]),
            optional("assigned_at", "when", &["assigned_at"], &["created_at"]),
        ],
    };

    fn table(columns: &[&str]) -> Table {
        let columns = columns.iter().map(|name| Column {
            name: (*name).to_owned(),
            data_type: "varchar".to_owned(),
            column_type: "varchar(255)".to_owned(),
            nullable: false,
            collation: None,
        });
        Table {
            database: "ab".to_owned(),
            name: "x".to_owned(),
            columns: columns.collect(),
        }
    }

    #[test]
    fn columns_are_found_by_role_whatever_their_case() {
        let located = table(&["USER_ID", "variant_id"])
            .located(&PLACE, &TableMapping::default())
            .unwrap();
        assert_eq!(located.name("user_id"), "`USER_ID`");
        assert_eq!(located.column("assigned_at"), None);
        assert_eq!(located.sql(), "`ab`.`x`");
    }

    #[test]
    fn a_role_that_the_place_has_not_is_refused_with_those_that_it_has() {
        let said = |role: &str| TableMapping {
            columns: [(role.to_owned(), "uid".to_owned())].into(),
            ..TableMapping::default()
        };
        check_roles(&PLACE, &said("user_id")).unwrap();
        let error = check_roles(&PLACE, &said("user")).unwrap_err().to_string();
        assert!(error.contains("\"user\" of assignments"), "{error}");
        assert!(
            error.ends_with("user_id, variant_id, assigned_at"),
            "{error}"
        );
    }

    #[test]
    fn what_the_mapping_names_must_be_there_even_if_it_is_optional() {
        let mut said = TableMapping::default();
        said.columns
            .insert("assigned_at".to_owned(), "at".to_owned());
        let missing = table(&["user_id", "variant_id"])
            .located(&PLACE, &said)
            .unwrap_err();
        assert_eq!(missing, [("assigned_at", "at".to_owned())]);
    }
}
