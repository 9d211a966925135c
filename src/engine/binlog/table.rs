//! TABLE_MAP → a plan for reading the rows of a table, made once and used for every row.
//!
//! What a server logs of a table differs much: MySQL always logs signs and character sets, MariaDB by default
//! nothing, both on request also names, labels and the primary key. What is not logged stays unknown here and is
//! found elsewhere ([`schema`](super::schema)).

use std::{collections::HashMap, sync::Arc};

use super::{
    bytes::{Malformed, Reader, SHORT},
    charset::Charset,
    column::{Column, Layout},
    frame::{Flavour, Format},
    kind,
};

/// Where the names of a table's columns come from, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// They were logged with the rows (`binlog_row_metadata=FULL`).
    Logged,
    /// From what was written down of the table when it was so.
    History,
    /// As the table is on the server now; its types fit those that were logged.
    Server,
    /// Nobody knows them: `@1`, `@2` and so on.
    Position,
}

/// A table as it was when its rows were logged.
#[derive(Clone, Debug, PartialEq)]
pub struct TablePlan {
    /// The number by which row events name it; another one after every change of the table.
    pub id: u64,
    /// Its database.
    pub database: String,
    /// Its name.
    pub table: String,
    /// Which server logged it.
    pub flavour: Flavour,
    /// In the order of the rows.
    pub columns: Box<[Column]>,
    /// Where the columns' names come from.
    pub origin: Origin,
    /// The primary key is known: logged, or told by the schema; a table may still have none.
    pub key_known: bool,
    /// What reading a row needs of each column.
    pub(super) layouts: Box<[(Layout, bool)]>,
}

/// No server has wider tables.
const MOST_COLUMNS: usize = 4096;

impl TablePlan {
    /// Read the body of a TABLE_MAP.
    pub fn parse(body: &[u8], format: &Format) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let id = table_id(&mut reader, kind::TABLE_MAP, format)?;
        reader.skip(2)?;
        let database = name(&mut reader)?;
        let table = name(&mut reader)?;
        let count = reader.lenenc()?;
        let types = reader.take_u64(count)?;
        if types.len() > MOST_COLUMNS {
            return Err(Malformed("a table of more than 4096 columns"));
        }
        let mut metadata = Reader::new(reader.lenenc_bytes()?);
        let nulls = reader.bitmap(types.len())?;
        let mut columns = Vec::with_capacity(types.len());
        for (index, kind) in types.iter().enumerate() {
            let layout = layout(*kind, &mut metadata)?;
            columns.push(Column::new(index, layout, bit_low(nulls, index)));
        }
        let mut plan = Self {
            id,
            database,
            table,
            flavour: format.flavour,
            columns: columns.into(),
            origin: Origin::Position,
            key_known: false,
            layouts: Box::default(),
        };
        plan.read_optional(reader)?;
        plan.settle(false);
        Ok(plan)
    }

    /// The columns of the primary key in its order; empty where there is none, or none is known.
    pub fn key(&self) -> Vec<usize> {
        let mut key: Vec<_> = self
            .columns
            .iter()
            .enumerate()
            .filter_map(|(index, column)| column.key.map(|(place, _)| (place, index)))
            .collect();
        key.sort_unstable();
        key.into_iter().map(|(_, index)| index).collect()
    }

    /// Some value may be shown otherwise than a SELECT shows it.
    pub fn has_doubts(&self) -> bool {
        self.columns.iter().any(|column| column.doubts.any())
    }

    /// Draw what follows from what is known of the columns. `typed`: a schema has told their types; MySQL has no type
    /// that it does not log.
    pub(super) fn settle(&mut self, typed: bool) {
        let typed = typed || self.flavour == Flavour::MySql;
        for column in &mut self.columns {
            column.settle(typed);
        }
        self.layouts = self
            .columns
            .iter()
            .map(|column| (column.layout, column.unsigned == Some(true)))
            .collect();
    }

    /// The metadata that a server may log behind the rest: kind, length, and as many bytes. Kinds that are not known
    /// are passed over.
    fn read_optional(&mut self, mut reader: Reader<'_>) -> Result<(), Malformed> {
        let has_charset = match self.flavour {
            Flavour::MySql => Layout::has_charset_on_mysql,
            Flavour::MariaDb => Layout::has_charset_on_mariadb,
        };
        let mut seen = [false; 256];
        // In the character set of their column, which may come later.
        let mut labels = Vec::new();
        while !reader.is_empty() {
            let kind = reader.u8()?;
            let mut field = Reader::new(reader.lenenc_bytes()?);
            if std::mem::replace(&mut seen[usize::from(kind)], true) {
                return Err(Malformed("a table that is described twice"));
            }
            match kind {
                1 => self.read_signs(&mut field)?,
                2 => self.read_default_charset(&mut field, has_charset)?,
                3 => self.read_charsets(&mut field, has_charset)?,
                4 => self.read_names(&mut field)?,
                5 => self.read_labels(
                    &mut field,
                    |layout| matches!(layout, Layout::Set(_)),
                    &mut labels,
                )?,
                6 => self.read_labels(
                    &mut field,
                    |layout| matches!(layout, Layout::Enum(_)),
                    &mut labels,
                )?,
                7 => {
                    for column in self.those(|layout| matches!(layout, Layout::Geometry(_))) {
                        column.geometry = Some(field.lenenc()?);
                    }
                }
                8 | 9 => self.read_key(&mut field, kind == 9)?,
                10 => self.read_default_charset(&mut field, Layout::has_labels)?,
                11 => self.read_charsets(&mut field, Layout::has_labels)?,
                12 => {
                    let bits = field.rest();
                    for (index, column) in self.columns.iter_mut().enumerate() {
                        column.invisible = Some(!bit_high(bits, index)?);
                    }
                }
                13 => {
                    for column in self.those(|layout| matches!(layout, Layout::Vector(_))) {
                        column.dimensions = Some(field.lenenc()?);
                    }
                }
                _ => {}
            }
        }
        for (index, labels) in labels {
            if let Some(column) = self.columns.get_mut(index) {
                column.labels = Some(decoded(column.charset, &labels));
            }
        }
        // With names, the key is logged where there is one.
        self.key_known |= self.origin == Origin::Logged;
        Ok(())
    }

    fn those(&mut self, wanted: impl Fn(Layout) -> bool) -> impl Iterator<Item = &mut Column> {
        self.columns
            .iter_mut()
            .filter(move |column| wanted(column.layout))
    }

    fn read_signs(&mut self, field: &mut Reader<'_>) -> Result<(), Malformed> {
        let bits = field.rest();
        for (index, column) in self.those(Layout::has_sign).enumerate() {
            column.unsigned = Some(bit_high(bits, index)?);
        }
        Ok(())
    }

    fn read_default_charset(
        &mut self,
        field: &mut Reader<'_>,
        wanted: fn(Layout) -> bool,
    ) -> Result<(), Malformed> {
        let default = Charset::of_collation(field.lenenc()?);
        let mut others = HashMap::new();
        while !field.is_empty() {
            others.insert(field.lenenc()?, Charset::of_collation(field.lenenc()?));
        }
        for (index, column) in self.those(wanted).enumerate() {
            column.charset = *others.get(&(index as u64)).unwrap_or(&default);
        }
        Ok(())
    }

    fn read_charsets(
        &mut self,
        field: &mut Reader<'_>,
        wanted: fn(Layout) -> bool,
    ) -> Result<(), Malformed> {
        for column in self.those(wanted) {
            column.charset = Charset::of_collation(field.lenenc()?);
        }
        Ok(())
    }

    fn read_names(&mut self, field: &mut Reader<'_>) -> Result<(), Malformed> {
        for column in &mut self.columns {
            column.name = String::from_utf8_lossy(field.lenenc_bytes()?).into_owned();
        }
        self.origin = Origin::Logged;
        Ok(())
    }

    fn read_labels<'a>(
        &self,
        field: &mut Reader<'a>,
        wanted: fn(Layout) -> bool,
        labels: &mut Vec<(usize, Vec<&'a [u8]>)>,
    ) -> Result<(), Malformed> {
        for (index, column) in self.columns.iter().enumerate() {
            if wanted(column.layout) {
                let count = field.lenenc()?;
                let those = (0..count).map(|_| field.lenenc_bytes());
                labels.push((index, those.collect::<Result<_, _>>()?));
            }
        }
        Ok(())
    }

    fn read_key(&mut self, field: &mut Reader<'_>, prefixes: bool) -> Result<(), Malformed> {
        let mut place = 0;
        while !field.is_empty() {
            let index = usize::try_from(field.lenenc()?).map_err(|_| SHORT)?;
            let prefix = if prefixes { field.lenenc()? } else { 0 };
            let column = self
                .columns
                .get_mut(index)
                .ok_or(Malformed("a key of a column that there is not"))?;
            column.key = Some((place, u16::try_from(prefix).unwrap_or(u16::MAX)));
            place += 1;
        }
        self.key_known = true;
        Ok(())
    }
}

/// Labels as UTF-8.
fn decoded(charset: Charset, labels: &[&[u8]]) -> Box<[String]> {
    let mut text = Vec::new();
    labels
        .iter()
        .map(|label| {
            text.clear();
            charset.decode(label, &mut text);
            String::from_utf8_lossy(&text).into_owned()
        })
        .collect()
}

impl Layout {
    /// Whether metadata has a bit for its sign.
    fn has_sign(self) -> bool {
        matches!(
            self,
            Self::Int(_) | Self::Decimal { .. } | Self::Float | Self::Double | Self::Year
        )
    }

    /// Whether metadata has a collation for it.
    fn has_charset_on_mysql(self) -> bool {
        self.is_text() || matches!(self, Self::Vector(_))
    }

    /// Whether metadata has a collation for it.
    fn has_charset_on_mariadb(self) -> bool {
        self.is_text() || matches!(self, Self::Geometry(_))
    }

    fn is_text(self) -> bool {
        matches!(
            self,
            Self::Char(_) | Self::VarChar { .. } | Self::Blob { .. }
        )
    }

    fn has_labels(self) -> bool {
        matches!(self, Self::Enum(_) | Self::Set(_))
    }
}

/// The layout of a column, from its type and the metadata that this type has.
fn layout(kind: u8, metadata: &mut Reader<'_>) -> Result<Layout, Malformed> {
    const WRONG: Malformed = Malformed("a column whose type contradicts itself");
    let prefix = |metadata: &mut Reader<'_>| match metadata.u8()? {
        prefix @ 1..=4 => Ok(prefix),
        _ => Err(WRONG),
    };
    let digits = |metadata: &mut Reader<'_>| match metadata.u8()? {
        digits @ 0..=6 => Ok(digits),
        _ => Err(WRONG),
    };
    Ok(match kind {
        1 => Layout::Int(1),
        2 => Layout::Int(2),
        3 => Layout::Int(4),
        8 => Layout::Int(8),
        9 => Layout::Int(3),
        4 => {
            metadata.skip(1)?;
            Layout::Float
        }
        5 => {
            metadata.skip(1)?;
            Layout::Double
        }
        6 => Layout::Null,
        7 => Layout::OldTimestamp,
        10 | 14 => Layout::Date,
        11 => Layout::OldTime,
        12 => Layout::OldDateTime,
        13 => Layout::Year,
        15 | 253 => Layout::VarChar {
            bytes: metadata.u16()?,
            compressed: false,
        },
        16 => {
            let (bits, bytes) = (metadata.u8()?, metadata.u8()?);
            match bytes.checked_mul(8).and_then(|all| all.checked_add(bits)) {
                Some(bits @ 1..=64) => Layout::Bit(bits),
                _ => return Err(WRONG),
            }
        }
        17 => Layout::Timestamp(digits(metadata)?),
        18 => Layout::DateTime(digits(metadata)?),
        19 => Layout::Time(digits(metadata)?),
        140 => Layout::Blob {
            prefix: prefix(metadata)?,
            compressed: true,
        },
        141 => Layout::VarChar {
            bytes: metadata.u16()?,
            compressed: true,
        },
        242 => Layout::Vector(prefix(metadata)?),
        245 => Layout::Json(prefix(metadata)?),
        246 => Layout::Decimal {
            precision: metadata.u8()?,
            scale: metadata.u8()?,
        },
        247 | 248 | 254 => string(metadata.u8()?, metadata.u8()?).ok_or(WRONG)?,
        249..=252 => Layout::Blob {
            prefix: prefix(metadata)?,
            compressed: false,
        },
        255 => Layout::Geometry(prefix(metadata)?),
        _ => return Err(Malformed("a column of a type that is not known")),
    })
}

/// CHAR, ENUM and SET share a type: the first byte of metadata is the real one, but that two bits of a length
/// beyond 255 are mixed into it, inverted.
fn string(first: u8, second: u8) -> Option<Layout> {
    let high = (first & 0x30) ^ 0x30;
    match (first | 0x30, high) {
        (247, 0) if matches!(second, 1 | 2) => Some(Layout::Enum(second)),
        (248, 0) if (1..=8).contains(&second) => Some(Layout::Set(second)),
        (247 | 248, 0) => None,
        _ => Some(Layout::Char(u16::from(high) << 4 | u16::from(second))),
    }
}

/// The number of a table at the start of an event of this kind.
pub(super) fn table_id(
    reader: &mut Reader<'_>,
    kind: u8,
    format: &Format,
) -> Result<u64, Malformed> {
    // Versions before 5.1.4 wrote four bytes.
    if format.post_header_len(kind) == Some(6) {
        reader.u32().map(u64::from)
    } else {
        reader.u48()
    }
}

/// A name after its length, before a zero byte.
fn name(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let name = String::from_utf8_lossy(reader.bytes_u8()?).into_owned();
    reader.skip(1)?;
    Ok(name)
}

/// A bit of a bitmap whose bytes begin with their lowest bit; those beyond its end are not set.
#[inline]
pub(super) fn bit_low(bits: &[u8], index: usize) -> bool {
    bits.get(index / 8)
        .is_some_and(|byte| byte >> (index % 8) & 1 != 0)
}

/// A bit of a bitmap whose bytes begin with their highest bit.
fn bit_high(bits: &[u8], index: usize) -> Result<bool, Malformed> {
    let byte = bits.get(index / 8).ok_or(SHORT)?;
    Ok(byte >> (7 - index % 8) & 1 != 0)
}

/// The most tables that are remembered; a server with more in use makes us read some again.
const MOST_TABLES: usize = 4096;

/// The tables that a stream has named, by their number.
#[derive(Debug, Default)]
pub struct Tables {
    known: HashMap<u64, Known>,
}

#[derive(Debug)]
struct Known {
    body: Box<[u8]>,
    plan: Arc<TablePlan>,
}

impl Tables {
    /// Take in a TABLE_MAP. The same bytes again cost a comparison, and give the plan that is known for them.
    ///
    /// `complete` sees every plan that was read anew and may make it better (with names from elsewhere).
    pub fn take(
        &mut self,
        body: &[u8],
        format: &Format,
        complete: impl FnOnce(TablePlan) -> TablePlan,
    ) -> Result<Arc<TablePlan>, Malformed> {
        let id = table_id(&mut Reader::new(body), kind::TABLE_MAP, format)?;
        if let Some(known) = self.known.get(&id)
            && *known.body == *body
        {
            return Ok(known.plan.clone());
        }
        let plan = Arc::new(complete(TablePlan::parse(body, format)?));
        if self.known.len() >= MOST_TABLES {
            self.known.clear();
        }
        let known = Known {
            body: body.into(),
            plan: plan.clone(),
        };
        self.known.insert(id, known);
        Ok(plan)
    }

    /// The table of that number.
    pub fn plan(&self, id: u64) -> Option<&Arc<TablePlan>> {
        self.known.get(&id).map(|known| &known.plan)
    }

    /// Forget the plans of a table, whose schema may have changed (its number will too), or of all: numbers begin
    /// anew with every start of the server.
    pub fn forget(&mut self, wanted: impl Fn(&TablePlan) -> bool) {
        self.known.retain(|_, known| !wanted(&known.plan));
    }
}
