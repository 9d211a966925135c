//! Where the tables of experiments, flags and runs are on a server: by their usual names, by what the profile says
//! instead, and by looking. A table that is not there, or lacks a column, is an error that names what is there.

use tokio_util::sync::CancellationToken;

use super::{ask, optional_text, text};
use crate::engine::{
    Error, Result,
    error::unmapped::{Candidate, Problem, Unmapped},
    profiles::mapping::{Mapping, TableMapping},
    session::Session,
    sql::{names::quote_identifier, placeholders::Value},
};

/// Databases that are the server's own.
const SYSTEM: &str = "'mysql','sys','information_schema','performance_schema'";
/// Columns that are looked at for suggestions.
const LOOKED_AT: u32 = 50_000;
/// Suggestions that are given.
const SUGGESTIONS: usize = 8;
/// Tables that are given where they are looked for by name.
const NAMED: usize = 50;

/// What a table of ours holds, by the names that are usual.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name in the profile's mapping.
    pub name: &'static str,
    /// What it holds, for people: `assignments of experiments`.
    pub what: &'static str,
    /// Its usual names; the first is the sample server's.
    pub tables: &'static [&'static str],
    /// Its columns.
    pub roles: &'static [Role],
}

/// What a column means.
#[derive(Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name in the profile's mapping.
    pub name: &'static str,
    /// What it holds, for people.
    pub what: &'static str,
    /// Names that are taken for it without asking; the first is the usual one.
    pub names: &'static [&'static str],
    /// Names that are suggested for it.
    pub like: &'static [&'static str],
    /// The figures cannot be had without it.
    pub required: bool,
}

/// A role that must be there and has one usual name.
pub(super) const fn role(
    name: &'static str,
    what: &'static str,
    names: &'static [&'static str],
    like: &'static [&'static str],
) -> Role {
    Role {
        name,
        what,
        names,
        like,
        required: true,
    }
}

/// A role that may be missing.
pub(super) const fn optional(
    name: &'static str,
    what: &'static str,
    names: &'static [&'static str],
    like: &'static [&'static str],
) -> Role {
    Role {
        required: false,
        ..role(name, what, names, like)
    }
}

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

/// Tables that could be meant, the likeliest first: those with most of the columns that are wanted.
pub async fn candidates(
    session: &Session,
    place: &'static Place,
    cancel: &CancellationToken,
) -> Result<Vec<Candidate>> {
    let sql = format!(
        "{COLUMNS} WHERE table_schema NOT IN ({SYSTEM}) ORDER BY table_schema, table_name, ordinal_position LIMIT {LOOKED_AT}"
    );
    let tables = read(session, &sql, Vec::new(), cancel).await?;
    let mut candidates: Vec<Candidate> = tables
        .into_iter()
        .map(|table| table.candidate(place))
        .filter(|candidate| !candidate.guess.is_empty())
        .collect();
    candidates.sort_by_key(|candidate| (candidate.missing, usize::MAX - candidate.guess.len()));
    candidates.truncate(SUGGESTIONS);
    Ok(candidates)
}

/// Tables whose `database.table` holds these words, in whatever case; also those that have no column that is wanted.
pub async fn named(
    session: &Session,
    place: &'static Place,
    words: &str,
    cancel: &CancellationToken,
) -> Result<Vec<Candidate>> {
    let sql = format!(
        "{COLUMNS} WHERE table_schema NOT IN ({SYSTEM}) AND LOCATE(LOWER(?), LOWER(CONCAT(table_schema, '.', table_name))) > 0 \
         ORDER BY table_schema, table_name, ordinal_position LIMIT {LOOKED_AT}"
    );
    let values = vec![Value::Text(words.to_owned())];
    let tables = read(session, &sql, values, cancel).await?;
    let mut candidates: Vec<Candidate> = tables
        .into_iter()
        .map(|table| table.candidate(place))
        .collect();
    candidates.sort_by_key(|candidate| (candidate.missing, usize::MAX - candidate.guess.len()));
    candidates.truncate(NAMED);
    Ok(candidates)
}

const COLUMNS: &str = "SELECT table_schema, table_name, column_name, data_type, column_type, is_nullable, collation_name \
                       FROM information_schema.columns";

/// A table with all its columns.
struct Table {
    database: String,
    name: String,
    columns: Vec<Column>,
}

impl Table {
    fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// The columns by role, else the required roles that have none.
    fn located(
        &self,
        place: &Place,
        said: &TableMapping,
    ) -> Result<Located, Vec<(&'static str, String)>> {
        let mut columns = Vec::new();
        let mut missing = Vec::new();
        for role in place.roles {
            let said = said.columns.get(role.name);
            let found = match said {
                Some(name) => self.column(name),
                None => role.names.iter().find_map(|name| self.column(name)),
            };
            match found {
                Some(column) => columns.push((role.name, column.clone())),
                // What the person has named must be there.
                None if role.required || said.is_some() => {
                    let name = said.map_or(role.names[0], String::as_str);
                    missing.push((role.name, name.to_owned()));
                }
                None => {}
            }
        }
        if !missing.is_empty() {
            return Err(missing);
        }
        Ok(Located {
            database: self.database.clone(),
            table: self.name.clone(),
            columns,
            size: Size::default(),
        })
    }

    fn candidate(self, place: &'static Place) -> Candidate {
        let mut guess = Vec::new();
        let mut missing = 0;
        for role in place.roles {
            let known = role.names.iter().chain(role.like);
            match known.into_iter().find_map(|name| self.column(name)) {
                Some(column) => guess.push((role.name, column.name.clone())),
                None => missing += usize::from(role.required),
            }
        }
        Candidate {
            columns: self.columns.into_iter().map(|column| column.name).collect(),
            database: self.database,
            table: self.name,
            guess,
            missing,
        }
    }
}

/// The tables that the mapping may mean, with their columns: more than one only if nothing says which.
async fn find(
    session: &Session,
    place: &Place,
    said: &TableMapping,
    cancel: &CancellationToken,
) -> Result<Vec<Table>> {
    let usual: Vec<&str> = match &said.table {
        Some(name) => vec![name],
        None => place.tables.to_vec(),
    };
    let mut values = usual
        .into_iter()
        .map(|name| Value::Text(name.to_owned()))
        .collect::<Vec<_>>();
    let places = vec!["?"; values.len()].join(",");
    let database = match &said.database {
        Some(database) => {
            values.push(Value::Text(database.clone()));
            String::from("= ?")
        }
        None => format!("NOT IN ({SYSTEM})"),
    };
    let condition = format!("table_name IN ({places}) AND table_schema {database}");
    let sql = format!(
        "{COLUMNS} WHERE {condition} ORDER BY table_schema, table_name, ordinal_position LIMIT {LOOKED_AT}"
    );
    let mut tables = read(session, &sql, values, cancel).await?;
    // Another table may bear a usual name: one that fits goes first, and so does the profile's database.
    if said.table.is_none()
        && tables
            .iter()
            .any(|table| table.located(place, said).is_ok())
    {
        tables.retain(|table| table.located(place, said).is_ok());
    }
    let default = session.profile().database.as_deref();
    if let Some(at) = tables
        .iter()
        .position(|table| Some(table.database.as_str()) == default)
    {
        tables = vec![tables.swap_remove(at)];
    }
    Ok(tables)
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

async fn read(
    session: &Session,
    sql: &str,
    values: Vec<Value>,
    cancel: &CancellationToken,
) -> Result<Vec<Table>> {
    let (rows, _) = ask(session, sql, values, cancel).await?;
    let mut tables: Vec<Table> = Vec::new();
    for row in 0..rows.rows() {
        let (database, table) = (text(&rows, row, 0), text(&rows, row, 1));
        let column = Column {
            name: text(&rows, row, 2),
            data_type: text(&rows, row, 3).to_ascii_lowercase(),
            column_type: text(&rows, row, 4),
            nullable: text(&rows, row, 5) == "YES",
            collation: optional_text(&rows, row, 6),
        };
        match tables.last_mut() {
            Some(last) if last.database == database && last.name == table => {
                last.columns.push(column);
            }
            _ => tables.push(Table {
                database,
                name: table,
                columns: vec![column],
            }),
        }
    }
    Ok(tables)
}

async fn size(
    session: &Session,
    database: &str,
    table: &str,
    cancel: &CancellationToken,
) -> Result<Size> {
    let sql = "SELECT table_rows, data_length, index_length FROM information_schema.tables \
               WHERE table_schema = ? AND table_name = ?";
    let values = [database, table].map(|name| Value::Text(name.to_owned()));
    let (rows, _) = ask(session, sql, values.to_vec(), cancel).await?;
    let number = |column| optional_text(&rows, 0, column).and_then(|text| text.parse().ok());
    Ok(Size {
        rows: number(0),
        data_bytes: number(1),
        index_bytes: number(2),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
