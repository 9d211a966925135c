//! The driver's rows → Arrow batches, exactly.
//!
//! Dates and times arrive as numbers and are held as the server's text, so zero dates and times beyond a day need
//! no special case. A value that does not fit its column's type is an error: it is never bent to fit.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, NullArray, PrimitiveArray, RecordBatch, RecordBatchOptions,
    types::{ArrowPrimitiveType, Float32Type, Float64Type, Int64Type, UInt64Type},
};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use mysql_async::{
    Row, Value,
    consts::{ColumnFlags, ColumnType},
};

use crate::engine::{
    temporal::Text,
    value::{Column, Kind},
};

/// The number that MySQL 9 gives to VECTOR columns.
const VECTOR: ColumnType = ColumnType::MYSQL_TYPE_VECTOR;
/// The number of the character set `binary`.
const BINARY: u16 = 63;

/// A column of the answer, in our words.
pub(super) fn column(from: &mysql_async::Column) -> Column {
    let kind = kind(from);
    Column {
        name: from.name_str().into_owned(),
        database: from.schema_str().into_owned(),
        table: from.org_table_str().into_owned(),
        column: from.org_name_str().into_owned(),
        kind,
        type_name: type_name(from, kind).to_owned(),
        primary_key: from.flags().contains(ColumnFlags::PRI_KEY_FLAG),
    }
}

fn kind(from: &mysql_async::Column) -> Kind {
    let flags = from.flags();
    match from.column_type() {
        ColumnType::MYSQL_TYPE_TINY
        | ColumnType::MYSQL_TYPE_SHORT
        | ColumnType::MYSQL_TYPE_LONG
        | ColumnType::MYSQL_TYPE_LONGLONG
        | ColumnType::MYSQL_TYPE_INT24 => {
            if flags.contains(ColumnFlags::UNSIGNED_FLAG) {
                let width = u8::try_from(from.column_length()).unwrap_or(u8::MAX);
                Kind::UInt {
                    zerofill: if flags.contains(ColumnFlags::ZEROFILL_FLAG) {
                        width
                    } else {
                        0
                    },
                }
            } else {
                Kind::Int
            }
        }
        ColumnType::MYSQL_TYPE_FLOAT => Kind::Float,
        ColumnType::MYSQL_TYPE_DOUBLE => Kind::Double,
        ColumnType::MYSQL_TYPE_DECIMAL | ColumnType::MYSQL_TYPE_NEWDECIMAL => Kind::Decimal,
        ColumnType::MYSQL_TYPE_DATE | ColumnType::MYSQL_TYPE_NEWDATE => Kind::Date,
        ColumnType::MYSQL_TYPE_DATETIME
        | ColumnType::MYSQL_TYPE_DATETIME2
        | ColumnType::MYSQL_TYPE_TIMESTAMP
        | ColumnType::MYSQL_TYPE_TIMESTAMP2 => Kind::DateTime,
        ColumnType::MYSQL_TYPE_TIME | ColumnType::MYSQL_TYPE_TIME2 => Kind::Time,
        ColumnType::MYSQL_TYPE_YEAR => Kind::Year,
        ColumnType::MYSQL_TYPE_BIT => Kind::Bit,
        ColumnType::MYSQL_TYPE_NULL => Kind::Null,
        ColumnType::MYSQL_TYPE_JSON => Kind::Json,
        ColumnType::MYSQL_TYPE_GEOMETRY => Kind::Geometry,
        VECTOR => Kind::Vector,
        ColumnType::MYSQL_TYPE_ENUM => Kind::Enum,
        ColumnType::MYSQL_TYPE_SET => Kind::Set,
        _ if flags.contains(ColumnFlags::ENUM_FLAG) => Kind::Enum,
        _ if flags.contains(ColumnFlags::SET_FLAG) => Kind::Set,
        _ if from.character_set() == BINARY => Kind::Binary,
        _ => Kind::Text,
    }
}

fn type_name(from: &mysql_async::Column, kind: Kind) -> &'static str {
    let unsigned = matches!(kind, Kind::UInt { .. });
    match (from.column_type(), kind) {
        (ColumnType::MYSQL_TYPE_TINY, _) => {
            if unsigned {
                "tinyint unsigned"
            } else {
                "tinyint"
            }
        }
        (ColumnType::MYSQL_TYPE_SHORT, _) => {
            if unsigned {
                "smallint unsigned"
            } else {
                "smallint"
            }
        }
        (ColumnType::MYSQL_TYPE_INT24, _) => {
            if unsigned {
                "mediumint unsigned"
            } else {
                "mediumint"
            }
        }
        (ColumnType::MYSQL_TYPE_LONG, _) => {
            if unsigned {
                "int unsigned"
            } else {
                "int"
            }
        }
        (ColumnType::MYSQL_TYPE_LONGLONG, _) => {
            if unsigned {
                "bigint unsigned"
            } else {
                "bigint"
            }
        }
        (ColumnType::MYSQL_TYPE_TIMESTAMP | ColumnType::MYSQL_TYPE_TIMESTAMP2, _) => "timestamp",
        (ColumnType::MYSQL_TYPE_STRING, Kind::Text) => "char",
        (ColumnType::MYSQL_TYPE_STRING, Kind::Binary) => "binary",
        (ColumnType::MYSQL_TYPE_VAR_STRING | ColumnType::MYSQL_TYPE_VARCHAR, Kind::Text) => {
            "varchar"
        }
        (ColumnType::MYSQL_TYPE_VAR_STRING | ColumnType::MYSQL_TYPE_VARCHAR, Kind::Binary) => {
            "varbinary"
        }
        (_, Kind::Text) => "text",
        (_, Kind::Binary) => "blob",
        (_, Kind::Float) => "float",
        (_, Kind::Double) => "double",
        (_, Kind::Decimal) => "decimal",
        (_, Kind::Date) => "date",
        (_, Kind::DateTime) => "datetime",
        (_, Kind::Time) => "time",
        (_, Kind::Year) => "year",
        (_, Kind::Bit) => "bit",
        (_, Kind::Enum) => "enum",
        (_, Kind::Set) => "set",
        (_, Kind::Json) => "json",
        (_, Kind::Geometry) => "geometry",
        (_, Kind::Vector) => "vector",
        (_, Kind::Null) => "null",
        (_, Kind::Int | Kind::UInt { .. }) => "integer",
    }
}

/// Gathers rows into one batch after another.
pub(super) struct Decoder {
    builders: Vec<Builder>,
    schema: SchemaRef,
    rows: usize,
    bytes: usize,
    /// The batches stay in memory.
    kept: bool,
}

/// A value that does not fit the type that the server announced.
#[derive(Debug)]
pub(super) struct Misfit {
    /// Which column, from 0.
    pub(super) column: usize,
}

impl Decoder {
    /// `kept` where the batches stay in memory: then they take no spare room.
    pub(super) fn new(columns: &[Column], from: &[mysql_async::Column], kept: bool) -> Self {
        let builders = columns
            .iter()
            .zip(from)
            .map(|(column, from)| Builder::new(column.kind, from.decimals()))
            .collect();
        let fields = columns
            .iter()
            .map(|column| Field::new(&column.name, data_type(column.kind), true))
            .collect::<Vec<_>>();
        Self {
            builders,
            schema: Arc::new(Schema::new(fields)),
            rows: 0,
            bytes: 0,
            kept,
        }
    }

    pub(super) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// Rows gathered since the last batch.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes gathered since the last batch, about.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn push(&mut self, row: Row) -> Result<(), Misfit> {
        let values = row.unwrap_raw();
        for (column, builder) in self.builders.iter_mut().enumerate() {
            let value = values
                .get(column)
                .and_then(Option::as_ref)
                .unwrap_or(&Value::NULL);
            self.bytes += builder.push(self.rows, value).ok_or(Misfit { column })?;
        }
        self.rows += 1;
        Ok(())
    }

    /// The rows gathered so far as a batch; then start again.
    pub(super) fn take(&mut self) -> RecordBatch {
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        let arrays = self
            .builders
            .iter_mut()
            .map(|builder| builder.take(rows, self.kept))
            .collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options)
            .expect("each builder makes the type of its field")
    }
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Int => DataType::Int64,
        Kind::UInt { .. } | Kind::Year | Kind::Bit => DataType::UInt64,
        Kind::Float => DataType::Float32,
        Kind::Double => DataType::Float64,
        Kind::Null => DataType::Null,
        _ => DataType::Binary,
    }
}

struct Builder {
    values: Values,
    /// One flag a row, from the first NULL on; empty while there is none.
    valid: Vec<bool>,
}

enum Values {
    Int(Vec<i64>),
    UInt(Vec<u64>),
    Bit(Vec<u64>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes {
        data: Vec<u8>,
        ends: Vec<i32>,
        write: Write,
    },
    Null,
}

/// How a value becomes bytes.
#[derive(Clone, Copy)]
enum Write {
    AsSent,
    Date,
    DateTime(u8),
    Time(u8),
}

impl Builder {
    fn new(kind: Kind, decimals: u8) -> Self {
        // 31 and 39 mean "not fixed".
        let fraction = if decimals <= 6 { decimals } else { 0 };
        let bytes = |write| Values::Bytes {
            data: Vec::new(),
            ends: vec![0],
            write,
        };
        let values = match kind {
            Kind::Int => Values::Int(Vec::new()),
            Kind::UInt { .. } | Kind::Year => Values::UInt(Vec::new()),
            Kind::Bit => Values::Bit(Vec::new()),
            Kind::Float => Values::Float(Vec::new()),
            Kind::Double => Values::Double(Vec::new()),
            Kind::Null => Values::Null,
            Kind::Date => bytes(Write::Date),
            Kind::DateTime => bytes(Write::DateTime(fraction)),
            Kind::Time => bytes(Write::Time(fraction)),
            _ => bytes(Write::AsSent),
        };
        Self {
            values,
            valid: Vec::new(),
        }
    }

    /// Add the value of this row of the batch; gives back about how many bytes it takes, `None` if it does not fit.
    fn push(&mut self, row: usize, value: &Value) -> Option<usize> {
        let null = matches!(value, Value::NULL);
        if null || !self.valid.is_empty() {
            self.valid.resize(row, true);
            self.valid.push(!null);
        }
        Some(match &mut self.values {
            Values::Null => 0,
            Values::Int(values) => {
                values.push(if null { 0 } else { int(value)? });
                8
            }
            Values::UInt(values) => {
                values.push(if null { 0 } else { uint(value)? });
                8
            }
            Values::Bit(values) => {
                values.push(if null { 0 } else { bit(value)? });
                8
            }
            Values::Float(values) => {
                values.push(match value {
                    Value::NULL => 0.0,
                    Value::Float(value) => *value,
                    Value::Bytes(bytes) => parse(bytes)?,
                    _ => return None,
                });
                4
            }
            Values::Double(values) => {
                values.push(match value {
                    Value::NULL => 0.0,
                    Value::Double(value) => *value,
                    Value::Float(value) => f64::from(*value),
                    Value::Bytes(bytes) => parse(bytes)?,
                    _ => return None,
                });
                8
            }
            Values::Bytes { data, ends, write } => {
                let start = data.len();
                if !null {
                    write_bytes(data, value, *write)?;
                }
                ends.push(i32::try_from(data.len()).ok()?);
                data.len() - start + 4
            }
        })
    }

    fn take(&mut self, rows: usize, kept: bool) -> ArrayRef {
        let valid = std::mem::take(&mut self.valid);
        let nulls = (!valid.is_empty()).then(|| NullBuffer::from(valid));
        match &mut self.values {
            Values::Int(values) => primitive::<Int64Type>(values, nulls, kept),
            Values::UInt(values) | Values::Bit(values) => {
                primitive::<UInt64Type>(values, nulls, kept)
            }
            Values::Float(values) => primitive::<Float32Type>(values, nulls, kept),
            Values::Double(values) => primitive::<Float64Type>(values, nulls, kept),
            Values::Bytes { data, ends, .. } => {
                let offsets = OffsetBuffer::new(ScalarBuffer::from(taken(ends, kept)));
                ends.push(0);
                let data = Buffer::from_vec(taken(data, kept));
                Arc::new(
                    BinaryArray::try_new(offsets, data, nulls)
                        .expect("the last offset is the length of the data"),
                )
            }
            Values::Null => Arc::new(NullArray::new(rows)),
        }
    }
}

fn primitive<T: ArrowPrimitiveType>(
    values: &mut Vec<T::Native>,
    nulls: Option<NullBuffer>,
    kept: bool,
) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::new(
        ScalarBuffer::from(taken(values, kept)),
        nulls,
    ))
}

/// What was gathered. What is kept for long is copied to take just the room it needs, and the room itself is used
/// again; what only passes goes as it is.
fn taken<T: Copy>(values: &mut Vec<T>, kept: bool) -> Vec<T> {
    if kept {
        let copy = values.clone();
        values.clear();
        copy
    } else {
        let room = Vec::with_capacity(values.len());
        std::mem::replace(values, room)
    }
}

fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(value) => Some(*value),
        Value::UInt(value) => i64::try_from(*value).ok(),
        Value::Bytes(bytes) => parse(bytes),
        _ => None,
    }
}

fn uint(value: &Value) -> Option<u64> {
    match value {
        Value::UInt(value) => Some(*value),
        Value::Int(value) => u64::try_from(*value).ok(),
        Value::Bytes(bytes) => parse(bytes),
        _ => None,
    }
}

/// BIT comes as up to eight bytes, the highest first.
fn bit(value: &Value) -> Option<u64> {
    match value {
        Value::Bytes(bytes) if bytes.len() <= 8 => Some(
            bytes
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte)),
        ),
        _ => None,
    }
}

fn parse<T: std::str::FromStr>(bytes: &[u8]) -> Option<T> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

fn write_bytes(out: &mut Vec<u8>, value: &Value, write: Write) -> Option<()> {
    match (value, write) {
        (Value::Bytes(bytes), _) => out.extend_from_slice(bytes),
        (Value::Date(year, month, day, ..), Write::Date) => {
            let mut text = Text::new();
            text.date(*year, *month, *day)?;
            out.extend_from_slice(text.written());
        }
        (
            Value::Date(year, month, day, hour, minute, second, micros),
            Write::DateTime(fraction),
        ) => {
            let mut text = Text::new();
            text.date(*year, *month, *day)?;
            text.push(b' ');
            text.clock(u32::from(*hour), *minute, *second)?;
            text.decimals(*micros, fraction);
            out.extend_from_slice(text.written());
        }
        (Value::Time(negative, days, hours, minutes, seconds, micros), Write::Time(fraction)) => {
            let mut text = Text::new();
            if *negative {
                text.push(b'-');
            }
            let hours = days.checked_mul(24)?.checked_add(u32::from(*hours))?;
            text.clock(hours, *minutes, *seconds)?;
            text.decimals(*micros, fraction);
            out.extend_from_slice(text.written());
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &Value, write: Write) -> String {
        let mut out = Vec::new();
        write_bytes(&mut out, value, write).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn dates_and_times_are_the_servers_text() {
        assert_eq!(
            written(&Value::Date(0, 0, 0, 0, 0, 0, 0), Write::Date),
            "0000-00-00"
        );
        assert_eq!(
            written(
                &Value::Date(2026, 1, 2, 3, 4, 5, 120_000),
                Write::DateTime(3)
            ),
            "2026-01-02 03:04:05.120"
        );
        assert_eq!(
            written(&Value::Time(true, 34, 22, 59, 59, 0), Write::Time(0)),
            "-838:59:59"
        );
        assert_eq!(
            written(&Value::Time(false, 0, 0, 0, 0, 1), Write::Time(6)),
            "00:00:00.000001"
        );
    }

    #[test]
    fn bits_are_an_unsigned_number() {
        assert_eq!(bit(&Value::Bytes(vec![0xff; 8])), Some(u64::MAX));
        assert_eq!(bit(&Value::Bytes(vec![1, 0])), Some(256));
        assert_eq!(bit(&Value::Bytes(vec![0; 9])), None);
    }

    #[test]
    fn a_null_is_null_wherever_it_stands_and_in_its_batch_alone() {
        for null_at in [0, 1, 2] {
            let mut builder = Builder::new(Kind::Int, 0);
            for row in 0..3 {
                let value = if row == null_at {
                    Value::NULL
                } else {
                    Value::Int(7)
                };
                builder.push(row, &value).unwrap();
            }
            let array = builder.take(3, true);
            let nulls: Vec<_> = (0..3).map(|row| array.is_null(row)).collect();
            assert_eq!(nulls, [0, 1, 2].map(|row| row == null_at));
            builder.push(0, &Value::Int(7)).unwrap();
            assert_eq!(builder.take(1, true).null_count(), 0);
        }
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        assert_eq!(
            Builder::new(Kind::Int, 0).push(0, &Value::Double(1.0)),
            None
        );
        assert_eq!(Builder::new(Kind::Date, 0).push(0, &Value::Int(1)), None);
        let no_month = Value::Date(2026, 200, 1, 0, 0, 0, 0);
        assert_eq!(Builder::new(Kind::Date, 0).push(0, &no_month), None);
    }
}
