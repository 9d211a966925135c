//! A batch as plain slices: each column's Arrow type is found out once, not once a cell.

use arrow_array::{Array, RecordBatch, cast::AsArray, types};
use arrow_buffer::NullBuffer;

use crate::engine::{
    member::any,
    value::{Column, Kind},
};

/// One column of a batch.
pub(super) struct Slice<'a> {
    pub(super) values: Values<'a>,
    nulls: Option<&'a NullBuffer>,
}

/// Its values, by how they are written.
pub(super) enum Values<'a> {
    Int(&'a [i64]),
    UInt(&'a [u64]),
    Float(&'a [f32]),
    Double(&'a [f64]),
    Text(Texts<'a>),
    Binary(Texts<'a>),
    Null,
}

/// Values of varying length, end to end.
pub(super) struct Texts<'a> {
    data: &'a [u8],
    offsets: &'a [i32],
    /// Nothing in any of them needs care: they can be copied as they are.
    pub(super) plain: bool,
}

impl<'a> Slice<'a> {
    /// The columns of a batch; `special` names the bytes that a text cannot be copied with.
    pub(super) fn all(
        batch: &'a RecordBatch,
        columns: &[Column],
        special: impl Fn(u8) -> bool + Copy,
    ) -> Vec<Self> {
        let arrays = batch.columns().iter().zip(columns);
        arrays
            .map(|(array, column)| Self::new(array.as_ref(), column.kind, special))
            .collect()
    }

    fn new(array: &'a dyn Array, kind: Kind, special: impl Fn(u8) -> bool + Copy) -> Self {
        let values = match kind {
            Kind::Int => Values::Int(array.as_primitive::<types::Int64Type>().values()),
            Kind::UInt { .. } | Kind::Year | Kind::Bit => {
                Values::UInt(array.as_primitive::<types::UInt64Type>().values())
            }
            Kind::Float => Values::Float(array.as_primitive::<types::Float32Type>().values()),
            Kind::Double => Values::Double(array.as_primitive::<types::Float64Type>().values()),
            Kind::Null => Values::Null,
            _ => {
                let array = array.as_binary::<i32>();
                let offsets = array.value_offsets();
                let used = offsets[0] as usize..offsets[offsets.len() - 1] as usize;
                let texts = Texts {
                    plain: !any(&array.value_data()[used], |byte| {
                        !byte.is_ascii() || special(byte)
                    }),
                    data: array.value_data(),
                    offsets,
                };
                if kind.is_binary() {
                    Values::Binary(texts)
                } else {
                    Values::Text(texts)
                }
            }
        };
        Self {
            values,
            nulls: array.nulls(),
        }
    }

    pub(super) fn is_null(&self, row: usize) -> bool {
        self.nulls.is_some_and(|nulls| nulls.is_null(row))
    }

    /// About how many bytes its text takes.
    pub(super) fn size(&self) -> usize {
        match &self.values {
            Values::Text(texts) => texts.size() + texts.offsets.len(),
            Values::Binary(texts) => texts.size() * 2 + texts.offsets.len() * 3,
            Values::Int(values) => values.len() * 8,
            Values::UInt(values) => values.len() * 8,
            Values::Float(values) => values.len() * 12,
            Values::Double(values) => values.len() * 16,
            Values::Null => 0,
        }
    }
}

impl<'a> Texts<'a> {
    pub(super) fn at(&self, row: usize) -> &'a [u8] {
        &self.data[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }

    fn size(&self) -> usize {
        (self.offsets[self.offsets.len() - 1] - self.offsets[0]) as usize
    }
}
