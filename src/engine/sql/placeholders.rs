//! Values for a statement: which places they take, and in which order. Values are bound by the server, never
//! pasted into the text.
//!
//! `?` and `%s` are places only where values without a name are given (`10 %s` is legal SQL: 10 modulo s), and
//! `:name` only where a value of that name is given.

use std::collections::BTreeMap;

use super::lexer::{SqlMode, Token, TokenKind, tokens};
use crate::engine::{Error, Result};

/// One value to bind.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A signed integer.
    Int(i64),
    /// An integer beyond `i64`.
    UInt(u64),
    /// A floating-point number.
    Double(f64),
    /// Text; also the exact form of a DECIMAL or a date.
    Text(String),
}

/// The values of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// For `?` and `%s`, in order.
    pub positional: Vec<Value>,
    /// For `:name`.
    pub named: BTreeMap<String, Value>,
}

impl Values {
    /// None given: the text is then left alone.
    pub fn is_empty(&self) -> bool {
        self.positional.is_empty() && self.named.is_empty()
    }
}

/// A statement with `?` for each value, and the values in that order.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The text for the guard and the server.
    pub sql: String,
    /// One for each `?`.
    pub values: Vec<Value>,
}

/// Put `?` where values go.
///
/// # Errors
/// `Error::Parameters` where numbers or names do not fit.
pub fn bind(sql: &str, values: &Values, mode: SqlMode) -> Result<Bound> {
    if values.is_empty() {
        return Ok(Bound {
            sql: sql.to_owned(),
            values: Vec::new(),
        });
    }
    let all = tokens(sql, mode);
    let mut out = String::with_capacity(sql.len());
    let mut bound = Vec::new();
    let mut positional = values.positional.iter();
    let mut places = 0;
    let mut used: Vec<&str> = Vec::new();
    let mut index = 0;
    while let Some(token) = all.get(index) {
        let place = if values.positional.is_empty() {
            0
        } else {
            positional_place(sql, &all, index)
        };
        if place > 0 {
            places += 1;
            bound.extend(positional.next().cloned());
            out.push('?');
            index += place;
        } else if let Some((name, value)) = named_place(sql, &all, index, values) {
            used.push(name);
            bound.push(value.clone());
            out.push('?');
            index += 2;
        } else {
            out.push_str(token.text(sql));
            index += 1;
        }
    }
    if places != values.positional.len() {
        return Err(Error::Parameters(format!(
            "the statement has {places} {} for values (? or %s), and {} given",
            plural(places, "place", "places"),
            plural_were(values.positional.len()),
        )));
    }
    if let Some(name) = values
        .named
        .keys()
        .find(|name| !used.contains(&name.as_str()))
    {
        return Err(Error::Parameters(format!(
            "a value was given for :{name}, and the statement has no :{name}"
        )));
    }
    Ok(Bound {
        sql: out,
        values: bound,
    })
}

/// How many tokens make a place for a value at this token: 1 for `?`, 2 for `%s`, else 0.
fn positional_place(sql: &str, all: &[Token], index: usize) -> usize {
    match all[index].kind {
        TokenKind::Placeholder => 1,
        TokenKind::Symbol
            if all[index].text(sql) == "%"
                && all.get(index + 1).is_some_and(|next| next.text(sql) == "s") =>
        {
            2
        }
        _ => 0,
    }
}

fn named_place<'a>(
    sql: &'a str,
    all: &[Token],
    index: usize,
    values: &'a Values,
) -> Option<(&'a str, &'a Value)> {
    let next = all
        .get(index + 1)
        .filter(|_| all[index].kind == TokenKind::Symbol && all[index].text(sql) == ":")?;
    let name = Some(next.text(sql)).filter(|_| next.kind == TokenKind::Word)?;
    values.named.get(name).map(|value| (name, value))
}

fn plural(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

fn plural_were(count: usize) -> String {
    if count == 1 {
        "1 value was".to_owned()
    } else {
        format!("{count} values were")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positional(values: &[i64]) -> Values {
        Values {
            positional: values.iter().map(|value| Value::Int(*value)).collect(),
            named: BTreeMap::new(),
        }
    }

    fn bound(sql: &str, values: &Values) -> String {
        match bind(sql, values, SqlMode::default()) {
            Ok(bound) => format!("{} <- {:?}", bound.sql, bound.values),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn places_count_only_where_values_are_given() {
        assert_eq!(
            bound("SELECT 10 %s, '?', :a", &Values::default()),
            "SELECT 10 %s, '?', :a <- []"
        );
        assert_eq!(
            bound("SELECT ?, '%s', %s -- ?", &positional(&[1, 2])),
            "SELECT ?, '%s', ? -- ? <- [Int(1), Int(2)]"
        );
    }

    #[test]
    fn names_are_places_only_for_given_names() {
        let named = Values {
            positional: Vec::new(),
            named: BTreeMap::from([("a".to_owned(), Value::Int(1))]),
        };
        assert_eq!(
            bound("SELECT :a, ':a', :a", &named),
            "SELECT ?, ':a', ? <- [Int(1), Int(1)]"
        );
        assert_eq!(
            bound("SELECT :b", &named),
            "a value was given for :a, and the statement has no :a"
        );
    }

    #[test]
    fn numbers_that_do_not_fit_are_said() {
        assert_eq!(
            bound("SELECT ?", &positional(&[1, 2])),
            "the statement has 1 place for values (? or %s), and 2 values were given"
        );
        assert_eq!(
            bound("SELECT ?, ?", &positional(&[1])),
            "the statement has 2 places for values (? or %s), and 1 value was given"
        );
    }
}
