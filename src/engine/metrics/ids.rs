//! Ids: as values of the columns that hold them, and as a person may have meant them.

use super::tables::Column;
use crate::engine::sql::placeholders::Value;

/// Ids that are suggested.
const SUGGESTIONS: usize = 5;

/// What to bind where a column is to be this id. NULL, which nothing equals, where the column holds numbers and the id
/// is none: the server would compare both as numbers, and take `checkout` for 0 and `7 days` for 7.
pub(super) fn bound(column: &Column, id: &str) -> Value {
    let can_hold = match column.data_type.as_str() {
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "year" | "bit" => {
            is_whole(id)
        }
        "decimal" | "float" | "double" => is_decimal(id),
        _ => true,
    };
    if can_hold {
        Value::Text(id.to_owned())
    } else {
        Value::Null
    }
}

/// As the server prints a whole number.
fn is_whole(id: &str) -> bool {
    let digits = id.strip_prefix('-').unwrap_or(id);
    let is_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_digits && (id == "0" || !digits.starts_with('0'))
}

/// As the server prints a number with a fraction or a power of ten.
fn is_decimal(id: &str) -> bool {
    let is_of_number = |byte: u8| byte.is_ascii_digit() || b"+-.e".contains(&byte);
    id.bytes().all(is_of_number) && id.parse::<f64>().is_ok()
}

/// Ids that somebody may have meant who wrote another: those that it is part of, and those that differ by little.
pub fn near<'a>(wanted: &str, ids: &'a [String]) -> Vec<&'a str> {
    let wanted = wanted.to_lowercase();
    let allowed = (wanted.chars().count() / 3).max(1);
    let mut near: Vec<(usize, &str)> = ids
        .iter()
        .filter_map(|id| {
            let lower = id.to_lowercase();
            let part = !wanted.is_empty()
                && !lower.is_empty()
                && (lower.contains(&wanted) || wanted.contains(&lower));
            let steps = steps(&wanted, &lower);
            (part || steps <= allowed).then_some((steps, id.as_str()))
        })
        .collect();
    near.sort_unstable();
    near.truncate(SUGGESTIONS);
    near.into_iter().map(|(_, id)| id).collect()
}

/// Letters to add, drop or change to make one of the other (Levenshtein).
fn steps(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut before = row[0];
        row[0] = line + 1;
        for (at, against) in other.iter().enumerate() {
            let change = before + usize::from(letter != *against);
            before = row[at + 1];
            row[at + 1] = change.min(row[at] + 1).min(before + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound_in(data_type: &str, id: &str) -> Value {
        let column = Column {
            name: "id".to_owned(),
            data_type: data_type.to_owned(),
            column_type: data_type.to_owned(),
            nullable: false,
            collation: None,
        };
        bound(&column, id)
    }

    #[test]
    fn what_is_no_number_equals_none() {
        for (data_type, ids) in [
            ("int", ["0", "-7", "18446744073709551615"]),
            ("decimal", ["0.50", "-7", "1e3"]),
            ("varchar", ["checkout", "", "007"]),
            ("varbinary", ["checkout", "", "007"]),
        ] {
            for id in ids {
                assert_eq!(bound_in(data_type, id), Value::Text(id.to_owned()));
            }
        }
        for (data_type, ids) in [
            (
                "bigint",
                ["checkout", "", "7 days", "007", "-0", "1.5", "1e3"],
            ),
            (
                "double",
                ["checkout", "", "7 days", "inf", "nan", " 1", "1,5"],
            ),
        ] {
            for id in ids {
                assert_eq!(bound_in(data_type, id), Value::Null, "{data_type} {id}");
            }
        }
    }

    #[test]
    fn a_slip_finds_what_was_meant() {
        let ids = ["checkout-button", "search-ranking", "onboarding-tour", ""].map(str::to_owned);
        assert_eq!(near("check_out_button", &ids), ["checkout-button"]);
        assert_eq!(near("SEARCH", &ids), ["search-ranking"]);
        assert_eq!(near("search-ranking-v2", &ids), ["search-ranking"]);
        assert!(near("zzzzzzzz", &ids).is_empty());
    }

    #[test]
    fn steps_are_counted_in_letters() {
        assert_eq!(steps("kitten", "sitting"), 3);
        assert_eq!(steps("", "äöü"), 3);
        assert_eq!(steps("same", "same"), 0);
    }
}
