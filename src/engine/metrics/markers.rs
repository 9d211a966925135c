//! What is marked on axes of time: notes that an analyst has added, and changes of flags read from a table. Which flags
//! a change of concerns, and whether it had an effect, is the reader's to say.

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::{
    Ran, ask, ids,
    moments::Moments,
    optional_text,
    series::Moment,
    tables::{self, Place, optional, role},
    text,
};
use crate::engine::{
    Result,
    chart::{Marker, MarkerFrom},
    profiles::Mapping,
    session::Session,
};

/// Changes that are read at most: more cannot be told apart on an axis.
const MOST: usize = 200;
/// Letters of a server's text that are kept.
const LONGEST: usize = 200;

/// When flags were changed. No sample table has it: it is there where somebody keeps such a list.
pub const CHANGES: Place = Place {
    name: "flag_changes",
    what: "changes of flags",
    tables: &["feature_flag_changes", "flag_changes"],
    roles: &[
        role(
            "flag_id",
            "the flag",
            &["flag_id"],
            &["flag", "flag_key", "flag_name", "name"],
        ),
        role(
            "changed_at",
            "when it was changed",
            &["changed_at"],
            &["at", "created_at", "updated_at", "recorded_at", "timestamp"],
        ),
        optional(
            "what",
            "what was changed",
            &["what"],
            &["change", "action", "description", "note", "new_value"],
        ),
    ],
};

/// An analyst's own note at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// Seconds since 1970, UTC.
    pub at: i64,
    /// What happened then.
    pub text: String,
}

/// A flag was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Moment,
    /// Which flag.
    pub flag: String,
    /// What was changed, where the table says it.
    pub what: Option<String>,
}

impl From<&Note> for Marker {
    fn from(note: &Note) -> Self {
        Self {
            x: note.at as f64,
            text: note.text.clone(),
            from: MarkerFrom::Note,
        }
    }
}

impl From<&Change> for Marker {
    fn from(change: &Change) -> Self {
        let text = match &change.what {
            Some(what) => format!("{}: {what}", change.flag),
            None => format!("{} changed", change.flag),
        };
        Self {
            x: change.at.0 as f64,
            text,
            from: MarkerFrom::Change,
        }
    }
}

/// The changes of one flag, or of all, between two moments (the second is not one of them), oldest first; the newest
/// 200 where there are more.
///
/// # Errors
/// [`Unmapped`](crate::engine::Error::Unmapped) where there is no such table.
pub async fn changes(
    session: &Session,
    mapping: &Mapping,
    flag: Option<&str>,
    [from, to]: [Moment; 2],
    cancel: &CancellationToken,
) -> Result<(Vec<Change>, Ran)> {
    let table = tables::locate(session, &CHANGES, mapping, cancel).await?;
    let moments = Moments::of(table.required("changed_at"))?;
    let (id, at, place) = (table.name("flag_id"), moments.column(), moments.place());
    let what = match table.column("what") {
        Some(_) => format!("LEFT({}, {LONGEST})", table.name("what")),
        None => "NULL".to_owned(),
    };
    let mut values = vec![moments.value(from), moments.value(to)];
    let of_flag = flag.map_or(String::new(), |flag| {
        values.push(ids::bound(table.required("flag_id"), flag));
        format!(" AND {id} = ?")
    });
    let sql = format!(
        "SELECT {}, LEFT({id}, {LONGEST}), {what} FROM {} WHERE {at} >= {place} AND {at} < {place}{of_flag} ORDER BY {at} DESC LIMIT {MOST}",
        moments.seconds(),
        table.sql(),
    );
    let (rows, ran) = ask(session, &sql, values, cancel).await?;
    let mut changes: Vec<Change> = (0..rows.rows())
        .filter_map(|row| {
            Some(Change {
                at: Moment(text(&rows, row, 0).parse().ok()?),
                flag: text(&rows, row, 1),
                what: optional_text(&rows, row, 2),
            })
        })
        .collect();
    changes.reverse();
    Ok((changes, ran))
}

/// Has the profile chosen a table of changes? Nobody misses one otherwise, so it is not looked for.
pub fn is_chosen(mapping: &Mapping) -> bool {
    mapping.table(CHANGES.name).table.is_some()
}
