//! Why figures cannot be read: the tables are not where they are looked for; and which could be meant.

use std::fmt;

/// Why the figures cannot be read: the mapping does not fit the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmapped {
    /// The place's name in the mapping.
    pub place: &'static str,
    /// What is looked for, for people.
    pub what: &'static str,
    /// What does not fit.
    pub problem: Problem,
    /// Tables that could be meant, the likeliest first.
    pub candidates: Vec<Candidate>,
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no such table that this account sees.
    NoTable {
        /// The names that were tried, as `table` or `database.table`.
        tried: Vec<String>,
    },
    /// Several databases have it.
    Several {
        /// As `database.table`.
        tables: Vec<String>,
    },
    /// The table lacks columns.
    NoColumns {
        /// As `database.table`.
        table: String,
        /// Roles without a column, each with the name that was looked for.
        missing: Vec<(&'static str, String)>,
    },
}

/// A table that could be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its database.
    pub database: String,
    /// Its name.
    pub table: String,
    /// Names of its columns.
    pub columns: Vec<String>,
    /// The likeliest column of each role that has one.
    pub guess: Vec<(&'static str, String)>,
    /// Required roles that have no column.
    pub missing: usize,
}

impl fmt::Display for Unmapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::NoTable { tried } => write!(
                f,
                "the table of {} is not on this server, or this account may not see it: there is no {}",
                self.what,
                tried.join(" and no ")
            ),
            Problem::Several { tables } => write!(
                f,
                "several databases have a table of {}: {}",
                self.what,
                tables.join(", ")
            ),
            Problem::NoColumns { table, missing } => {
                let names: Vec<String> = missing
                    .iter()
                    .map(|(role, name)| {
                        if role == name {
                            name.clone()
                        } else {
                            format!("{name} (for {role})")
                        }
                    })
                    .collect();
                write!(f, "the table {table} has no column {}", names.join(", no "))
            }
        }
    }
}

impl std::error::Error for Unmapped {}

impl Unmapped {
    /// What to try, with the likeliest table as the command line would name it.
    pub fn hint(&self) -> String {
        let place = self.place;
        let Some(likely) = self.candidates.first() else {
            return format!(
                "Say where it is: --map {place}=DATABASE.TABLE, and --map {place}.ROLE=COLUMN for columns that are called otherwise; or in the window, Map tables."
            );
        };
        let mut words = vec![format!(
            "--map {place}={}.{}",
            likely.database, likely.table
        )];
        for (role, column) in &likely.guess {
            if *role != column.as_str() {
                words.push(format!("--map {place}.{role}={column}"));
            }
        }
        let words = words.join(" ");
        format!("Perhaps {words}. In the window, Map tables keeps it with the profile.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_writes_what_could_be_meant() {
        let likely = Candidate {
            database: "ab".to_owned(),
            table: "x".to_owned(),
            columns: vec!["uid".to_owned(), "variant_id".to_owned()],
            guess: vec![
                ("user_id", "uid".to_owned()),
                ("variant_id", "variant_id".to_owned()),
            ],
            missing: 0,
        };
        let unmapped = Unmapped {
            place: "assignments",
            what: "assignments of experiments",
            problem: Problem::NoTable {
                tried: vec!["experiment_assignments".to_owned()],
            },
            candidates: vec![likely],
        };
        assert_eq!(
            unmapped.hint(),
            "Perhaps --map assignments=ab.x --map assignments.user_id=uid. In the window, Map tables keeps it with the profile."
        );
    }
}
