//! Row events → changes: each a row as it was before, as it is after, or both.
//!
//! An image holds what the server was told to log (`binlog_row_image`): a column that is not in it is
//! [`Value::Absent`], which is not NULL. Reading is one pass, and the values borrow from the event.

use super::{
    bytes::{Malformed, Reader},
    frame::Format,
    kind,
    table::{TablePlan, bit_low, table_id},
    value::Value,
};

/// What was done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// It was added: there is an image after.
    Insert,
    /// It was changed: there are both images.
    Update,
    /// It was removed: there is an image before.
    Delete,
}

impl Op {
    /// In a word: `insert`, `update`, `delete`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// Of a kind of event; none where it holds no rows.
    pub(super) fn of(kind: u8) -> Option<Self> {
        match kind {
            kind::PRE_GA_WRITE_ROWS | kind::WRITE_ROWS_V1 | kind::WRITE_ROWS => Some(Self::Insert),
            kind::PRE_GA_UPDATE_ROWS
            | kind::UPDATE_ROWS_V1
            | kind::UPDATE_ROWS
            | kind::PARTIAL_UPDATE_ROWS => Some(Self::Update),
            kind::PRE_GA_DELETE_ROWS | kind::DELETE_ROWS_V1 | kind::DELETE_ROWS => {
                Some(Self::Delete)
            }
            _ => None,
        }
    }
}

/// The number that a row event of no table bears: it only ends a statement.
const NO_TABLE: u64 = 0xff_ffff;

/// A row event, of which the head is read.
#[derive(Clone, Copy, Debug)]
pub struct RowsEvent<'a> {
    /// What was done to its rows.
    pub op: Op,
    /// The number of the table, as a TABLE_MAP before it has it.
    pub table_id: u64,
    /// Changes of JSON columns may stand instead of their values.
    partial: bool,
    flags: u16,
    /// Columns of the table.
    width: usize,
    /// Which columns are in the first image.
    first: &'a [u8],
    /// Which are in the second image of an update.
    second: &'a [u8],
    rows: &'a [u8],
}

impl<'a> RowsEvent<'a> {
    /// Read the head of the body of a row event of this kind.
    pub fn parse(kind: u8, body: &'a [u8], format: &Format) -> Result<Self, Malformed> {
        let op = Op::of(kind).ok_or(Malformed("an event that holds no rows"))?;
        let mut reader = Reader::new(body);
        let table_id = table_id(&mut reader, kind, format)?;
        let flags = reader.u16()?;
        if has_extra(kind) {
            // Its length counts itself.
            let extra = reader.u16()?.checked_sub(2);
            reader.skip(
                extra
                    .ok_or(Malformed("a row event that is too short"))?
                    .into(),
            )?;
        }
        let width = reader.lenenc()?;
        // The bitmap of the columns bounds the width by the bytes of the event.
        let first = reader.take_u64(width.div_ceil(8))?;
        let second = if op == Op::Update {
            reader.take(first.len())?
        } else {
            first
        };
        Ok(Self {
            op,
            table_id,
            partial: kind == kind::PARTIAL_UPDATE_ROWS,
            flags,
            width: width as usize,
            first,
            second,
            rows: reader.rest(),
        })
    }

    /// It is the last of its statement: its tables need not be known any longer.
    pub fn ends_statement(&self) -> bool {
        self.flags & 1 != 0
    }

    /// It belongs to no table and has no rows.
    pub fn is_empty(&self) -> bool {
        self.table_id == NO_TABLE || self.rows.is_empty()
    }

    /// Bytes of its rows.
    pub fn row_bytes(&self) -> usize {
        self.rows.len()
    }

    /// The rows, by the plan of their table.
    pub fn rows<'p>(&self, plan: &'p TablePlan) -> Result<Rows<'a, 'p>, Malformed> {
        if self.width != plan.layouts.len() && !self.rows.is_empty() {
            return Err(Malformed("rows that have other columns than their table"));
        }
        let image = |present: &'a [u8]| {
            let count = (0..self.width)
                .filter(|index| bit_low(present, *index))
                .count();
            Image {
                present,
                count,
                all: count == self.width,
            }
        };
        let json = |(layout, _): &&(super::column::Layout, bool)| {
            matches!(layout, super::column::Layout::Json(_))
        };
        Ok(Rows {
            plan,
            op: self.op,
            first: image(self.first),
            second: image(self.second),
            json_columns: self
                .partial
                .then(|| plan.layouts.iter().filter(json).count()),
            reader: Reader::new(self.rows),
        })
    }
}

/// Version 2 has room for what later versions add.
fn has_extra(kind: u8) -> bool {
    matches!(
        kind,
        kind::WRITE_ROWS | kind::UPDATE_ROWS | kind::DELETE_ROWS | kind::PARTIAL_UPDATE_ROWS
    )
}

/// A change of one row. Made once and filled again and again: [`Rows::next`].
#[derive(Clone, Debug, Default)]
pub struct Change<'a> {
    /// A value for each column, as it was; empty for an insert.
    pub before: Vec<Value<'a>>,
    /// A value for each column, as it is; empty for a delete.
    pub after: Vec<Value<'a>>,
}

impl<'a> Change<'a> {
    /// The image before, if the operation has one.
    pub fn before(&self) -> Option<&[Value<'a>]> {
        (!self.before.is_empty()).then_some(&self.before)
    }

    /// The image after, if the operation has one.
    pub fn after(&self) -> Option<&[Value<'a>]> {
        (!self.after.is_empty()).then_some(&self.after)
    }

    /// The column was changed: both images have it, and its values differ. A partial change of JSON counts as one.
    pub fn is_changed(&self, column: usize) -> bool {
        let of = |image: &[Value<'a>]| image.get(column).copied().unwrap_or(Value::Absent);
        is_changed(of(&self.before), of(&self.after))
    }
}

/// The value of a column was changed: both images have it, and it differs. A partial change of JSON counts as one.
pub fn is_changed(before: Value<'_>, after: Value<'_>) -> bool {
    match after {
        Value::JsonDiff { diff, .. } => !diff.is_empty(),
        after => before.is_present() && after.is_present() && !before.is_same(&after),
    }
}

#[derive(Clone, Copy, Debug)]
struct Image<'a> {
    present: &'a [u8],
    count: usize,
    all: bool,
}

/// The rows of an event, read one after another.
#[derive(Clone, Debug)]
pub struct Rows<'a, 'p> {
    plan: &'p TablePlan,
    op: Op,
    first: Image<'a>,
    second: Image<'a>,
    /// How many JSON columns the table has, where changes of them may stand instead of their values.
    json_columns: Option<usize>,
    reader: Reader<'a>,
}

impl<'a> Rows<'a, '_> {
    /// What was done to the rows.
    pub fn op(&self) -> Op {
        self.op
    }

    /// Read the next row into `change`, whose room is used again; `false` if there is none. After an error there is
    /// none: where the next begins is not known.
    pub fn next(&mut self, change: &mut Change<'a>) -> Result<bool, Malformed> {
        change.before.clear();
        change.after.clear();
        if self.reader.is_empty() {
            return Ok(false);
        }
        let left = self.reader.remaining();
        let read = self.read(change);
        if read.is_err() || self.reader.remaining() == left {
            self.reader.take_rest();
            read?;
            return Err(Malformed("a row without bytes"));
        }
        Ok(true)
    }

    /// Count the rows that are left, without keeping any.
    pub fn count(mut self) -> Result<u64, Malformed> {
        let mut change = Change::default();
        let mut count = 0;
        while self.next(&mut change)? {
            count += 1;
        }
        Ok(count)
    }

    fn read(&mut self, change: &mut Change<'a>) -> Result<(), Malformed> {
        let (first, second) = (self.first, self.second);
        match self.op {
            Op::Insert => self.image(first, &mut change.after),
            Op::Delete => self.image(first, &mut change.before),
            Op::Update => {
                self.image(first, &mut change.before)?;
                match self.json_columns {
                    Some(count) => self.partial_image(second, count, change),
                    None => self.image(second, &mut change.after),
                }
            }
        }
    }

    #[inline]
    fn image(&mut self, image: Image<'a>, values: &mut Vec<Value<'a>>) -> Result<(), Malformed> {
        let nulls = self.reader.bitmap(image.count)?;
        let mut at = 0;
        for (index, (layout, unsigned)) in self.plan.layouts.iter().enumerate() {
            if !image.all && !bit_low(image.present, index) {
                values.push(Value::Absent);
                continue;
            }
            let value = if bit_low(nulls, at) {
                Value::Null
            } else {
                layout.read(*unsigned, &mut self.reader)?
            };
            values.push(value);
            at += 1;
        }
        Ok(())
    }

    /// The image after an update that may hold changes of JSON: a bit says so for every JSON column of the table.
    fn partial_image(
        &mut self,
        image: Image<'a>,
        json_columns: usize,
        change: &mut Change<'a>,
    ) -> Result<(), Malformed> {
        let partial = if self.reader.lenenc()? & 1 != 0 {
            self.reader.bitmap(json_columns)?
        } else {
            &[]
        };
        self.image(image, &mut change.after)?;
        let mut json = 0;
        for (index, after) in change.after.iter_mut().enumerate() {
            if !matches!(
                self.plan.layouts.get(index),
                Some((super::column::Layout::Json(_), _))
            ) {
                continue;
            }
            // The bytes of a change stand where those of the document would.
            if bit_low(partial, json)
                && let Value::Json(diff) = *after
            {
                let before = match change.before.get(index) {
                    Some(Value::Json(document)) => Some(*document),
                    _ => None,
                };
                *after = Value::JsonDiff { diff, before };
            }
            json += 1;
        }
        Ok(())
    }
}
