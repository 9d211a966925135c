//! What was not logged of a table, from a description of it: names, signs, character sets, labels, real types.
//!
//! A description may be of another time than the rows. So nothing is taken from one whose types do not fit those
//! that were logged, column by column; and what both say must agree. Where none fits, the names stay `@1`, `@2`. Who
//! reads descriptions from a server is [`lookup`](super::lookup).

use std::fmt;

use super::{
    charset::Charset,
    column::{Column, Layout, Real},
    frame::Flavour,
    table::{Origin, TablePlan},
};

/// A column as `information_schema.columns` describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// Its full type (`column_type`), such as `bigint(20) unsigned` or `enum('a','b')`.
    pub type_text: String,
    /// Its character set; `None` where it holds no text.
    pub charset: Option<String>,
    /// It stands in the primary key.
    pub primary_key: bool,
    /// What else the server says, such as `VIRTUAL GENERATED` or `INVISIBLE`.
    pub extra: String,
}

/// Why a description is not of the table that was logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The column, from 0; the first of those that one side lacks.
    pub column: usize,
    /// What differs.
    pub reason: &'static str,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column + 1, self.reason)
    }
}

/// The plan with what a description adds. Columns whose names were logged keep them, and the plan its origin.
///
/// # Errors
/// [`Misfit`] where the description is not of this table as it was logged.
pub fn fit(plan: &TablePlan, described: &[Described], origin: Origin) -> Result<TablePlan, Misfit> {
    let more = plan.columns.get(described.len()..);
    if !more.is_some_and(|more| more.is_empty() || can_be_hidden(plan.flavour, more)) {
        return Err(Misfit {
            column: plan.columns.len().min(described.len()),
            reason: "another number of columns",
        });
    }
    let mut fitted = plan.clone();
    let mut place = 0;
    for (index, column) in fitted.columns.iter_mut().enumerate() {
        let misfit = |reason| Misfit {
            column: index,
            reason,
        };
        let Some(described) = described.get(index) else {
            break;
        };
        if plan.origin == Origin::Logged && column.name != described.name {
            return Err(misfit("another name"));
        }
        column.name.clone_from(&described.name);
        fit_column(column, described, plan.flavour).map_err(misfit)?;
        if !plan.key_known && described.primary_key {
            column.key = Some((place, 0));
            place += 1;
        }
    }
    fitted.key_known = true;
    fitted.origin = plan.origin.min(origin);
    fitted.settle(true);
    Ok(fitted)
}

/// Whether columns at the end can be ones that no description has: MariaDB logs the period of a table with system
/// versions even where nobody named its columns, and the hash of a long unique key. They can as well be columns that were
/// dropped since: what they are called and mean is not known.
fn can_be_hidden(flavour: Flavour, columns: &[Column]) -> bool {
    let layouts: Vec<Layout> = columns.iter().map(|column| column.layout).collect();
    let is_period = |layout: &Layout| matches!(layout, Layout::Timestamp(6) | Layout::Int(8));
    flavour == Flavour::MariaDb
        && match layouts.as_slice() {
            [hash] => *hash == Layout::Int(8),
            [start, end] => is_period(start) && is_period(end),
            _ => false,
        }
}

fn fit_column(
    column: &mut Column,
    described: &Described,
    flavour: Flavour,
) -> Result<(), &'static str> {
    let text = TypeText::parse(&described.type_text);
    let charset = match &described.charset {
        Some(name) => Charset::named(&name.to_ascii_lowercase()),
        None => Charset::BINARY,
    };
    let Some(real) = fits(column.layout, &text, charset, flavour) else {
        return Err("another type");
    };
    column.real = real;
    if let Layout::Int(_) = column.layout {
        if column
            .unsigned
            .is_some_and(|logged| logged != text.unsigned)
        {
            return Err("another sign");
        }
        column.unsigned = Some(text.unsigned);
        if text.zerofill {
            column.zerofill = text.number(0).unwrap_or(0);
        }
    }
    if let (Layout::Decimal { .. }, true) = (column.layout, text.zerofill) {
        column.zerofill = 1;
    }
    if let Layout::Char(_) | Layout::VarChar { .. } | Layout::Blob { .. } = column.layout
        && real == Real::Plain
    {
        if column.charset != Charset::UNKNOWN && column.charset != charset {
            return Err("another character set");
        }
        column.charset = charset;
    }
    if let Layout::Enum(_) | Layout::Set(_) = column.layout {
        if let Some(logged) = &column.labels
            && **logged != *text.labels
        {
            return Err("other labels");
        }
        column.labels = Some(text.labels.into());
    }
    let extra = described.extra.to_ascii_uppercase();
    column.invisible = column.invisible.or(Some(extra.contains("INVISIBLE")));
    column.generated = Some(
        ["VIRTUAL GENERATED", "STORED GENERATED", "PERSISTENT"]
            .iter()
            .any(|words| extra.contains(words)),
    );
    Ok(())
}

/// Whether a column of that type is stored so; and what it is on MariaDB.
fn fits(layout: Layout, text: &TypeText, charset: Charset, flavour: Flavour) -> Option<Real> {
    let first = text.number(0);
    let digits = first.unwrap_or(0);
    let length = || text.length(0).map(|length| length * charset.max_bytes());
    let maria = flavour == Flavour::MariaDb;
    let fits = match text.word.as_str() {
        "tinyint" => layout == Layout::Int(1),
        "smallint" => layout == Layout::Int(2),
        "mediumint" => layout == Layout::Int(3),
        "int" => layout == Layout::Int(4),
        "bigint" => layout == Layout::Int(8),
        "float" => layout == Layout::Float,
        "double" => layout == Layout::Double,
        "decimal" => {
            let (precision, scale) = (first?, text.number(1).unwrap_or(0));
            layout == Layout::Decimal { precision, scale }
        }
        "bit" => layout == Layout::Bit(first?),
        "year" => layout == Layout::Year,
        "date" => layout == Layout::Date,
        "time" => layout == Layout::Time(digits) || layout == Layout::OldTime && digits == 0,
        "datetime" => {
            layout == Layout::DateTime(digits) || layout == Layout::OldDateTime && digits == 0
        }
        "timestamp" => {
            layout == Layout::Timestamp(digits) || layout == Layout::OldTimestamp && digits == 0
        }
        "char" | "binary" => match layout {
            Layout::Char(bytes) => Some(usize::from(bytes)) == length(),
            _ => false,
        },
        "varchar" | "varbinary" => match layout {
            Layout::VarChar { bytes, compressed } => {
                compressed == text.compressed
                    && (compressed || Some(usize::from(bytes)) == length())
            }
            _ => false,
        },
        "tinytext" | "tinyblob" => is_blob(layout, 1, text),
        "text" | "blob" => is_blob(layout, 2, text),
        "mediumtext" | "mediumblob" => is_blob(layout, 3, text),
        "longtext" | "longblob" => is_blob(layout, 4, text),
        "enum" => layout == Layout::Enum(if text.labels.len() < 256 { 1 } else { 2 }),
        "set" => match (layout, text.labels.len().div_ceil(8)) {
            (Layout::Set(bytes), 5..=8) => bytes == 8,
            (Layout::Set(bytes), needed) => usize::from(bytes) == needed,
            _ => false,
        },
        "json" => matches!(layout, Layout::Json(_)) || maria && is_blob(layout, 4, text),
        "vector" if maria => match layout {
            Layout::VarChar { bytes, .. } => {
                Some(usize::from(bytes)) == text.length(0).map(|count| count * 4)
            }
            _ => false,
        },
        "vector" => matches!(layout, Layout::Vector(_)),
        "uuid" if maria => return (layout == Layout::Char(16)).then_some(Real::Uuid),
        "inet6" if maria => return (layout == Layout::Char(16)).then_some(Real::Inet6),
        "inet4" if maria => return (layout == Layout::Char(4)).then_some(Real::Inet4),
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => {
            matches!(layout, Layout::Geometry(_))
        }
        _ => false,
    };
    fits.then_some(Real::Plain)
}

fn is_blob(layout: Layout, bytes: u8, text: &TypeText) -> bool {
    layout
        == Layout::Blob {
            prefix: bytes,
            compressed: text.compressed,
        }
}

/// A type as the server writes it, in parts.
#[derive(Debug, Default, PartialEq, Eq)]
struct TypeText {
    /// In lower case, without what follows.
    word: String,
    /// What stands in brackets, if these are numbers.
    numbers: Vec<usize>,
    /// What stands in brackets, if these are texts.
    labels: Vec<String>,
    unsigned: bool,
    zerofill: bool,
    compressed: bool,
}

impl TypeText {
    fn parse(text: &str) -> Self {
        let end = text.find(|letter: char| !letter.is_ascii_alphanumeric());
        let (word, mut rest) = text.split_at(end.unwrap_or(text.len()));
        let mut parsed = Self {
            word: word.to_ascii_lowercase(),
            ..Self::default()
        };
        if let Some(inside) = rest.strip_prefix('(') {
            rest = if inside.starts_with('\'') {
                parsed.read_labels(inside)
            } else {
                let (inside, after) = inside.split_once(')').unwrap_or((inside, ""));
                let numbers = inside.split(',').map_while(|part| part.trim().parse().ok());
                parsed.numbers = numbers.collect();
                after
            };
        }
        let rest = rest.to_ascii_lowercase();
        parsed.unsigned = rest.contains("unsigned");
        parsed.zerofill = rest.contains("zerofill");
        parsed.compressed = rest.contains("compressed");
        parsed
    }

    /// Read texts in quotes with commas between; gives back what follows the bracket. A quote is doubled inside, and
    /// the servers escape what would break a line.
    fn read_labels<'a>(&mut self, text: &'a str) -> &'a str {
        let mut label = String::new();
        let mut inside = false;
        let mut letters = text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            match (inside, letter) {
                (false, '\'') => inside = true,
                (false, ')') => return &text[at + 1..],
                (true, '\'') if letters.next_if(|(_, next)| *next == '\'').is_some() => {
                    label.push('\'');
                }
                (true, '\'') => {
                    inside = false;
                    self.labels.push(std::mem::take(&mut label));
                }
                (true, '\\') => label.push(match letters.next() {
                    Some((_, 'n')) => '\n',
                    Some((_, 'r')) => '\r',
                    Some((_, '0')) => '\0',
                    Some((_, other)) => other,
                    None => '\\',
                }),
                (true, _) => label.push(letter),
                (false, _) => {}
            }
        }
        ""
    }

    fn length(&self, index: usize) -> Option<usize> {
        self.numbers.get(index).copied()
    }

    fn number(&self, index: usize) -> Option<u8> {
        self.length(index)
            .and_then(|number| u8::try_from(number).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_the_servers_write_them() {
        let text = TypeText::parse("bigint(20) unsigned zerofill");
        assert_eq!((text.word.as_str(), text.number(0)), ("bigint", Some(20)));
        assert!(text.unsigned && text.zerofill);
        let text = TypeText::parse("decimal(65,30)");
        assert_eq!(text.numbers, [65, 30]);
        assert!(!text.unsigned);
        let text = TypeText::parse("varchar(500) /*M!100301 COMPRESSED*/");
        assert!(text.compressed);
        assert_eq!(text.length(0), Some(500));
        assert_eq!(TypeText::parse("double").word, "double");
    }

    #[test]
    fn labels_keep_quotes_commas_brackets_and_escapes() {
        let text = TypeText::parse(r"enum('a','it''s','x,y)','','b\\c','d\ne') unsigned");
        assert_eq!(text.labels, ["a", "it's", "x,y)", "", r"b\c", "d\ne"]);
        assert!(text.unsigned);
        assert_eq!(TypeText::parse("set('a").labels, [""; 0]);
    }

    #[test]
    fn a_type_fits_only_the_layout_that_it_has() {
        let fits = |layout, text: &str, charset: &str, flavour| {
            fits(
                layout,
                &TypeText::parse(text),
                Charset::named(charset),
                flavour,
            )
        };
        let mysql = Flavour::MySql;
        assert_eq!(
            fits(Layout::Char(40), "char(10)", "utf8mb4", mysql),
            Some(Real::Plain)
        );
        assert_eq!(fits(Layout::Char(30), "char(10)", "utf8mb4", mysql), None);
        assert_eq!(
            fits(Layout::Char(30), "char(10)", "utf8mb3", mysql),
            Some(Real::Plain)
        );
        assert_eq!(fits(Layout::Int(3), "int(11)", "binary", mysql), None);
        assert_eq!(
            fits(Layout::DateTime(3), "datetime(3)", "binary", mysql),
            Some(Real::Plain)
        );
        assert_eq!(fits(Layout::DateTime(3), "datetime", "binary", mysql), None);
        assert_eq!(fits(Layout::Char(16), "uuid", "binary", mysql), None);
        assert_eq!(
            fits(Layout::Char(16), "uuid", "binary", Flavour::MariaDb),
            Some(Real::Uuid)
        );
    }
}
