//! Which transactions and which of their changes are wanted, as far as that can be told without reading a value: an
//! event that is left out costs no more than its header.
//!
//! What needs values (a column's, a row count) is for who reads them.

use std::fmt;

use super::{
    event::Query,
    frame::Flavour,
    gtid::{Gtid, GtidPosition},
    rows::Op,
    transaction::Begin,
    words::names,
};

/// What is wanted. The default wants everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only changes of these tables; empty means of all.
    pub tables: Vec<TableRule>,
    /// No changes of these tables.
    pub not_tables: Vec<TableRule>,
    /// Only these operations; empty means all.
    pub ops: Vec<Op>,
    /// Only changes of rows that were logged as such: no DDL, and no statement in place of its rows.
    pub rows_only: bool,
    /// Every statement that may change something by its text, whatever it is about: who takes changes back must know
    /// of it.
    pub every_statement: bool,
    /// Only transactions that these servers made; empty means all.
    pub server_ids: Vec<u32>,
    /// Only transactions that were logged at this second since 1970 UTC or later.
    pub from: Option<u32>,
    /// Only transactions that were logged before this second.
    pub to: Option<u32>,
    /// Only transactions among these.
    pub gtids: Option<GtidPosition>,
    /// No transactions among these.
    pub not_gtids: Option<GtidPosition>,
    /// Only these transactions, one by one; empty means all. A position of MariaDB has all that were before, too.
    pub listed: Vec<Gtid>,
    /// None of these transactions.
    pub not_listed: Vec<Gtid>,
}

/// Tables by name. A `*` stands for any characters, a `?` for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRule {
    /// The database; none means any.
    pub database: Option<String>,
    /// The table; none means any.
    pub table: Option<String>,
}

impl TableRule {
    /// `database.table`, or the name of a table in any database.
    pub fn parse(text: &str) -> Self {
        match text.split_once('.') {
            Some((database, table)) => Self {
                database: Some(database.to_owned()),
                table: Some(table.to_owned()),
            },
            None => Self {
                database: None,
                table: Some(text.to_owned()),
            },
        }
    }

    /// Every table of a database.
    pub fn database(name: &str) -> Self {
        Self {
            database: Some(name.to_owned()),
            table: None,
        }
    }

    fn fits_database(&self, database: &str) -> bool {
        self.database
            .as_ref()
            .is_none_or(|rule| fits(rule, database))
    }

    /// Whether a table is one that is meant.
    pub fn fits(&self, database: &str, table: &str) -> bool {
        self.fits_database(database) && self.table.as_ref().is_none_or(|rule| fits(rule, table))
    }
}

impl fmt::Display for TableRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.database, &self.table) {
            (Some(database), Some(table)) => write!(f, "the table {database}.{table}"),
            (Some(database), None) => write!(f, "the database {database}"),
            (None, Some(table)) => write!(f, "a table {table}"),
            (None, None) => f.write_str("any table"),
        }
    }
}

impl Filter {
    /// Whether changes of a table are wanted.
    pub fn wants_table(&self, database: &str, table: &str) -> bool {
        let fits = |rule: &TableRule| rule.fits(database, table);
        (self.tables.is_empty() || self.tables.iter().any(fits))
            && !self.not_tables.iter().any(fits)
    }

    /// Whether a statement is wanted that names its tables in its text alone, but belongs to a database: a statement
    /// that may be of a wanted table is.
    pub fn wants_database(&self, database: &str) -> bool {
        let excluded = |rule: &TableRule| rule.table.is_none() && rule.fits_database(database);
        (self.tables.is_empty() || self.tables.iter().any(|rule| rule.fits_database(database)))
            && !self.not_tables.iter().any(excluded)
    }

    /// Whether a statement is wanted of which only the session's default database is known, and not which it changes.
    pub fn wants_query(&self, query: &Query) -> bool {
        self.wants_database(&query.database()) || self.wants_named(query)
    }

    /// Whether a statement names a table that is wanted, or a database of which all are.
    pub fn wants_named(&self, query: &Query) -> bool {
        let fits_name = |rule: &TableRule, name: &str| {
            let wanted = rule.table.as_ref().or(rule.database.as_ref());
            wanted.is_none_or(|wanted| fits(&wanted.to_lowercase(), name))
        };
        let all_of =
            |rule: &TableRule| rule.table.is_none() && rule.fits_database(&query.database());
        self.tables.is_empty()
            || self.tables.iter().any(all_of)
            || names(&query.text(), query.mode())
                .any(|name| self.tables.iter().any(|rule| fits_name(rule, &name)))
    }

    /// Whether a statement is wanted that changes something by its text: where the log names the databases that it
    /// changes, by these.
    pub fn wants_change(&self, query: &Query) -> bool {
        match &query.vars.databases {
            Some(databases) if !databases.is_empty() => databases
                .iter()
                .any(|name| self.wants_database(&String::from_utf8_lossy(name))),
            _ => self.wants_query(query),
        }
    }

    /// Whether transactions are named as this product does not name them.
    pub fn names_another(&self, product: Flavour) -> bool {
        let sets = self.gtids.iter().chain(&self.not_gtids);
        let listed = self.listed.iter().chain(&self.not_listed);
        sets.map(GtidPosition::product)
            .chain(listed.map(Gtid::product))
            .any(|named| named != product)
    }

    /// Whether an operation is wanted.
    pub fn wants_op(&self, op: Op) -> bool {
        self.ops.is_empty() || self.ops.contains(&op)
    }

    /// Whether only some changes of a transaction are wanted, so that one without any is not.
    pub fn chooses_changes(&self) -> bool {
        let all_tables = self.tables.is_empty() && self.not_tables.is_empty();
        self.rows_only || !all_tables || !self.ops.is_empty()
    }

    /// Whether a transaction was logged in the time that is asked for.
    pub fn reaches(&self, begin: &Begin) -> bool {
        let logged = begin.logged_secs();
        self.from.is_none_or(|from| logged >= from) && self.to.is_none_or(|to| logged < to)
    }

    /// Whether a transaction that is in that time is wanted, by what is known where it begins.
    pub fn wants_transaction(&self, begin: &Begin) -> bool {
        let among = |set: &GtidPosition| begin.gtid.is_some_and(|gtid| set.contains(&gtid));
        let listed = |list: &[Gtid]| begin.gtid.is_some_and(|gtid| list.contains(&gtid));
        (self.server_ids.is_empty() || self.server_ids.contains(&begin.server_id))
            && self.gtids.as_ref().is_none_or(among)
            && !self.not_gtids.as_ref().is_some_and(among)
            && (self.listed.is_empty() || listed(&self.listed))
            && !listed(&self.not_listed)
    }
}

/// Whether a name fits a rule with `*` and `?`: linear in the name for each star.
fn fits(rule: &str, name: &str) -> bool {
    if !rule.contains(['*', '?']) {
        return rule == name;
    }
    let rule: Vec<char> = rule.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut here) = (0, 0);
    // The last star, and how much of the name it has taken.
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = name.get(here) {
        match rule.get(at) {
            Some('*') => {
                star = Some((at, here));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == letter => {
                at += 1;
                here += 1;
            }
            _ => {
                let Some((begun, taken)) = star else {
                    return false;
                };
                star = Some((begun, taken + 1));
                at = begun + 1;
                here = taken + 1;
            }
        }
    }
    rule.iter().skip(at).all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_rules_with_stars() {
        for (rule, name) in [
            ("a", "a"),
            ("*", ""),
            ("a*", "abc"),
            ("*c", "abc"),
            ("a*c*e", "abcde"),
            ("*ab", "aab"),
            ("?ü?", "aüb"),
        ] {
            assert!(fits(rule, name), "{rule} {name}");
        }
        for (rule, name) in [
            ("a", "A"),
            ("a*c", "ab"),
            ("?", ""),
            ("a?", "a"),
            ("*b", "bc"),
        ] {
            assert!(!fits(rule, name), "{rule} {name}");
        }
    }

    #[test]
    fn tables_are_chosen_and_left_out() {
        let filter = Filter {
            tables: vec![TableRule::database("shop"), TableRule::parse("log_*")],
            not_tables: vec![TableRule::parse("shop.tmp")],
            ..Filter::default()
        };
        assert!(filter.wants_table("shop", "item"));
        assert!(!filter.wants_table("shop", "tmp"));
        assert!(filter.wants_table("other", "log_a"));
        assert!(!filter.wants_table("other", "item"));
        assert!(filter.wants_database("shop"));
        assert!(filter.chooses_changes());
        assert!(!Filter::default().chooses_changes());
    }

    #[test]
    fn a_statement_is_wanted_where_its_database_fits_or_it_names_what_is_wanted() {
        let query = |sql: &str| Query {
            thread_id: 1,
            exec_secs: 0,
            error_code: 0,
            database: bytes::Bytes::from_static(b"elsewhere"),
            sql: bytes::Bytes::copy_from_slice(sql.as_bytes()),
            vars: crate::engine::binlog::event::StatusVars::default(),
        };
        let of = |rules: &[&str]| Filter {
            tables: rules.iter().map(|rule| TableRule::parse(rule)).collect(),
            ..Filter::default()
        };
        let alter = query("ALTER TABLE `shop`.`Item` ADD x INT");
        assert!(of(&["shop.Item"]).wants_query(&alter));
        assert!(of(&["shop.it*"]).wants_query(&alter));
        assert!(of(&["elsewhere.other"]).wants_query(&alter));
        assert!(!of(&["shop.other"]).wants_query(&alter));
        assert!(!of(&["shop.other"]).wants_query(&query("DROP TABLE x -- other")));
    }
}
