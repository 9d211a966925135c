//! The index that makes an experiment quick to read: whether the table has it, and the statement that would make it.
//! It is offered as text; nothing here runs it.

use tokio_util::sync::CancellationToken;

use crate::engine::{
    Result,
    metrics::{
        advice::{self, Advice},
        tables::Located,
    },
    session::Session,
};

/// Bytes that InnoDB keeps of one entry's columns (MySQL manual, "InnoDB Limits": DYNAMIC rows, 16 KB pages).
const MOST_BYTES: u64 = 3072;
/// Its columns by role: those that put users in order, then those that are only read.
const ROLES: [&str; 5] = [
    "experiment_id",
    "variant_id",
    "user_id",
    "converted",
    "assigned_at",
];

/// The index that an experiment can be read from alone, in its order; `None` where the table has it.
pub async fn missing(
    session: &Session,
    table: &Located,
    cancel: &CancellationToken,
) -> Result<Option<Advice>> {
    let found = advice::covering_index(session, table, "ix_exp_variant_user", &ROLES, cancel);
    Ok(found.await?.0)
}

/// Whether the server would take it: InnoDB keeps 3,072 bytes of an entry.
pub fn limit(table: &Located) -> String {
    let columns = ROLES.iter().filter_map(|role| table.column(role));
    let widths = columns.map(|column| width(&column.column_type, column.collation.as_deref()));
    let width: u64 = widths.sum();
    if width > MOST_BYTES {
        format!(
            "It would fail: its columns may take {width} bytes, and InnoDB allows {MOST_BYTES}. Make them shorter first, or give them a narrower character set; an index over parts of them would not help."
        )
    } else {
        format!(
            "Its columns may take {width} bytes of the {MOST_BYTES} that InnoDB allows in DYNAMIC rows; in COMPACT rows each column may take 767."
        )
    }
}

/// Bytes that a column takes in an index at most.
fn width(column_type: &str, collation: Option<&str>) -> u64 {
    let column_type = column_type.to_lowercase();
    let (name, length) = match column_type.split_once('(') {
        Some((name, rest)) => {
            let digits = rest.split([')', ',']).next().unwrap_or_default();
            (name.to_owned(), digits.parse().ok())
        }
        None => (column_type, None::<u64>),
    };
    match name.split(' ').next().unwrap_or_default() {
        "char" | "varchar" => length.unwrap_or(1) * bytes_a_letter(collation),
        "binary" | "varbinary" => length.unwrap_or(1),
        "tinyint" | "bool" | "year" => 1,
        "smallint" | "enum" => 2,
        "mediumint" | "date" => 3,
        "int" | "integer" | "float" => 4,
        // Two digits of a second's fraction take a byte.
        "timestamp" => 4 + length.unwrap_or(0).div_ceil(2),
        "datetime" => 5 + length.unwrap_or(0).div_ceil(2),
        "bigint" | "double" | "bit" | "set" => 8,
        "decimal" => length.unwrap_or(10) / 2 + 2,
        // TEXT and BLOB cannot be indexed as a whole.
        _ => MOST_BYTES + 1,
    }
}

fn bytes_a_letter(collation: Option<&str>) -> u64 {
    let charset = collation.and_then(|collation| collation.split('_').next());
    match charset {
        Some("utf8mb4" | "utf16" | "utf32" | "utf16le" | "gb18030") => 4,
        Some("utf8" | "utf8mb3" | "eucjpms" | "ujis") => 3,
        Some("ucs2" | "gbk" | "big5" | "sjis" | "cp932" | "euckr" | "gb2312") => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_take_what_their_types_and_character_sets_say() {
        assert_eq!(width("varchar(255)", Some("utf8mb4_general_ci")), 1020);
        assert_eq!(width("varchar(255)", Some("latin1_swedish_ci")), 255);
        assert_eq!(width("tinyint(1)", None), 1);
        assert_eq!(width("bigint(20) unsigned", None), 8);
        assert_eq!(width("bigint unsigned", None), 8);
        assert_eq!(width("decimal(10,2)", None), 7);
        assert_eq!(width("datetime", None), 5);
        assert_eq!(width("timestamp(6)", None), 7);
        assert!(width("text", Some("utf8mb4_general_ci")) > MOST_BYTES);
    }
}
