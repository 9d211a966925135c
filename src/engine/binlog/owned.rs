//! A row image that outlives its event: two allocations, however many columns.

use super::value::Value;

/// The values of a row image, with their bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnedRow {
    bytes: Box<[u8]>,
    slots: Box<[Slot]>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Slot {
    /// A value without bytes.
    Fixed(Value<'static>),
    Decimal(Part),
    Bytes(Part),
    Compressed(Part),
    Json(Part),
    JsonDiff(Part, Option<Part>),
}

/// Where a value's bytes stand. An event has no more than 2³⁰.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    start: u32,
    length: u32,
}

impl OwnedRow {
    /// Copy an image.
    pub fn new(values: &[Value<'_>]) -> Self {
        let length = values.iter().map(|value| match value {
            Value::Decimal(bytes)
            | Value::Bytes(bytes)
            | Value::Compressed(bytes)
            | Value::Json(bytes) => bytes.len(),
            Value::JsonDiff { diff, before } => diff.len() + before.map_or(0, <[u8]>::len),
            _ => 0,
        });
        let mut bytes = Vec::with_capacity(length.sum());
        let mut keep = |part: &[u8]| {
            let start = bytes.len() as u32;
            bytes.extend_from_slice(part);
            Part {
                start,
                length: part.len() as u32,
            }
        };
        let slots = values
            .iter()
            .map(|value| match *value {
                Value::Decimal(bytes) => Slot::Decimal(keep(bytes)),
                Value::Bytes(bytes) => Slot::Bytes(keep(bytes)),
                Value::Compressed(bytes) => Slot::Compressed(keep(bytes)),
                Value::Json(bytes) => Slot::Json(keep(bytes)),
                Value::JsonDiff { diff, before } => {
                    Slot::JsonDiff(keep(diff), before.map(&mut keep))
                }
                Value::Absent => Slot::Fixed(Value::Absent),
                Value::Null => Slot::Fixed(Value::Null),
                Value::Int(value) => Slot::Fixed(Value::Int(value)),
                Value::UInt(value) => Slot::Fixed(Value::UInt(value)),
                Value::Float(value) => Slot::Fixed(Value::Float(value)),
                Value::Double(value) => Slot::Fixed(Value::Double(value)),
                Value::Bit(value) => Slot::Fixed(Value::Bit(value)),
                Value::Year(value) => Slot::Fixed(Value::Year(value)),
                Value::Date(value) => Slot::Fixed(Value::Date(value)),
                Value::DateTime(value) => Slot::Fixed(Value::DateTime(value)),
                Value::Timestamp { seconds, micros } => {
                    Slot::Fixed(Value::Timestamp { seconds, micros })
                }
                Value::Time(value) => Slot::Fixed(Value::Time(value)),
                Value::Enum(value) => Slot::Fixed(Value::Enum(value)),
                Value::Set(value) => Slot::Fixed(Value::Set(value)),
            })
            .collect();
        Self {
            bytes: bytes.into(),
            slots,
        }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// There is no image.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The value of a column; [`Value::Absent`] beyond the last.
    pub fn value(&self, column: usize) -> Value<'_> {
        self.slots
            .get(column)
            .map_or(Value::Absent, |slot| self.of(*slot))
    }

    /// The values in order.
    pub fn values(&self) -> impl Iterator<Item = Value<'_>> {
        self.slots.iter().map(|slot| self.of(*slot))
    }

    /// Bytes that it takes.
    pub fn memory(&self) -> usize {
        size_of::<Self>() + self.bytes.len() + size_of_val(&*self.slots)
    }

    fn of(&self, slot: Slot) -> Value<'_> {
        match slot {
            Slot::Fixed(value) => value,
            Slot::Decimal(part) => Value::Decimal(self.part(part)),
            Slot::Bytes(part) => Value::Bytes(self.part(part)),
            Slot::Compressed(part) => Value::Compressed(self.part(part)),
            Slot::Json(part) => Value::Json(self.part(part)),
            Slot::JsonDiff(diff, before) => Value::JsonDiff {
                diff: self.part(diff),
                before: before.map(|part| self.part(part)),
            },
        }
    }

    fn part(&self, part: Part) -> &[u8] {
        let start = part.start as usize;
        self.bytes
            .get(start..start + part.length as usize)
            .expect("every part was put in when the row was made")
    }
}
