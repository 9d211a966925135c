//! The columns of a change as text of bounded length.

use crate::engine::binlog::{
    bytes::Malformed,
    column::Column,
    render::Render,
    rows::{self, Op},
    table::TablePlan,
    value::Value,
    zone::Zone,
};

/// Columns of a change that are kept.
const MOST_COLUMNS: usize = 200;
/// Letters of a value that are kept.
const LONGEST: usize = 1000;

/// A column of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its name.
    pub column: String,
    /// Its value before.
    pub before: Side,
    /// Its value after.
    pub after: Side,
}

/// A value before or after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// There is no such image, or the column was not logged. That is not NULL.
    Absent,
    /// SQL NULL.
    Null,
    /// As `porthole query` prints it.
    Text(String),
    /// The beginning of a longer one.
    Start(String),
}

pub(super) struct Shower {
    render: Render,
    text: String,
}

impl Shower {
    pub(super) fn new(zone: Zone) -> Self {
        Self {
            render: Render::new(zone),
            text: String::new(),
        }
    }

    /// What is kept of a change, and whether there is more.
    pub(super) fn columns(
        &mut self,
        table: &TablePlan,
        op: Op,
        change: &rows::Change<'_>,
    ) -> Result<(Vec<Image>, bool), Malformed> {
        let mut images = Vec::new();
        for (index, column) in table.columns.iter().enumerate() {
            let before = change.before.get(index).copied().unwrap_or(Value::Absent);
            let after = change.after.get(index).copied().unwrap_or(Value::Absent);
            let wanted = match op {
                Op::Insert => after.is_present(),
                Op::Delete => before.is_present(),
                // With a minimal image the columns after are those that were set.
                Op::Update => {
                    change.is_changed(index) || !before.is_present() && after.is_present()
                }
            };
            if !wanted {
                continue;
            }
            if images.len() == MOST_COLUMNS {
                return Ok((images, true));
            }
            images.push(Image {
                column: column.name.clone(),
                before: self.side(column, before)?,
                after: self.side(column, after)?,
            });
        }
        Ok((images, false))
    }

    fn side(&mut self, column: &Column, value: Value<'_>) -> Result<Side, Malformed> {
        match value {
            Value::Absent => return Ok(Side::Absent),
            Value::Null => return Ok(Side::Null),
            _ => {}
        }
        self.text.clear();
        self.render.text(column, value, &mut self.text)?;
        Ok(match self.text.char_indices().nth(LONGEST) {
            Some((end, _)) => Side::Start(self.text.get(..end).unwrap_or_default().to_owned()),
            None => Side::Text(self.text.clone()),
        })
    }
}
