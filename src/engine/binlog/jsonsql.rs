//! MySQL's binary JSON → an SQL expression that gives the same document.
//!
//! A document's text read again is the same document, unless it holds values of the server's own types: a DECIMAL
//! would become a DOUBLE, an unsigned number a signed one, a date a string. Only these need the functions that make JSON of values.

use super::{
    bytes::Malformed,
    jsonb::{self, Item, MAX_DEPTH, Scalar},
};
use crate::engine::{
    digits,
    sql::{lexer::SqlMode, literal},
};

/// A byte becomes at most so many of SQL: a small number inside a container becomes `CAST(1 AS UNSIGNED)`.
const SQL_PER_BYTE: usize = 16;

/// Append an expression for the document; `false`, and nothing is appended, where its text does as well.
pub(super) fn write(document: &[u8], mode: SqlMode, out: &mut Vec<u8>) -> Result<bool, Malformed> {
    let start = out.len();
    let mut writer = Writer {
        end: start + document.len() * SQL_PER_BYTE + 64,
        mode,
        own: false,
        out,
    };
    let item = Item::root(document);
    let whole = item.container()?.is_none();
    if whole {
        writer.out.extend_from_slice(b"CAST(");
    }
    writer.item(item, 1)?;
    if whole {
        writer.out.extend_from_slice(b" AS JSON)");
    }
    let own = writer.own;
    if !own {
        out.truncate(start);
    }
    Ok(own)
}

struct Writer<'o> {
    out: &'o mut Vec<u8>,
    end: usize,
    mode: SqlMode,
    /// There is a value of one of the server's own types.
    own: bool,
}

impl Writer<'_> {
    fn item(&mut self, item: Item<'_>, depth: usize) -> Result<(), Malformed> {
        if depth > MAX_DEPTH {
            return Err(Malformed("JSON that is deeper than 100 levels"));
        }
        if let Some(container) = item.container()? {
            let function: &[u8] = if container.object {
                b"JSON_OBJECT("
            } else {
                b"JSON_ARRAY("
            };
            self.out.extend_from_slice(function);
            for index in 0..container.count {
                if index > 0 {
                    self.out.push(b',');
                }
                if container.object {
                    self.text(container.key(index)?)?;
                    self.out.push(b',');
                    self.check()?;
                }
                self.item(container.item(index)?, depth + 1)?;
            }
            self.out.push(b')');
        } else {
            self.scalar(item)?;
        }
        self.check()
    }

    fn check(&self) -> Result<(), Malformed> {
        if self.out.len() > self.end {
            return Err(Malformed("JSON whose parts overlap"));
        }
        Ok(())
    }

    fn scalar(&mut self, item: Item<'_>) -> Result<(), Malformed> {
        match item.scalar()? {
            Scalar::Plain => jsonb::scalar(self.out, item)?,
            // Its text would be read as a signed number.
            Scalar::Unsigned => {
                self.own = true;
                self.out.extend_from_slice(b"CAST(");
                jsonb::scalar(self.out, item)?;
                self.out.extend_from_slice(b" AS UNSIGNED)");
            }
            Scalar::Double(number) => {
                self.out.extend_from_slice(format!("{number:e}").as_bytes());
            }
            Scalar::Text(text) => self.text(text)?,
            Scalar::Decimal => {
                self.own = true;
                jsonb::scalar(self.out, item)?;
            }
            Scalar::Moment(kind) => {
                self.own = true;
                self.out.extend_from_slice(b"CAST('");
                let start = self.out.len();
                jsonb::scalar(self.out, item)?;
                // Its text stands in the quotes of JSON.
                self.out.remove(start);
                self.out.pop();
                self.out.extend_from_slice(b"' AS ");
                self.out.extend_from_slice(kind.as_bytes());
                self.out.push(b')');
            }
            Scalar::Bytes([]) => {
                self.own = true;
                self.out.extend_from_slice(b"x''");
            }
            Scalar::Bytes(bytes) => {
                self.own = true;
                digits::hex(self.out, bytes);
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8]) -> Result<(), Malformed> {
        let text = std::str::from_utf8(text);
        let text = text.map_err(|_| Malformed("a text in JSON that is no UTF-8"))?;
        let mut written = String::new();
        literal::text(&mut written, text, self.mode);
        self.out.extend_from_slice(written.as_bytes());
        Ok(())
    }
}
