//! The server's layer of read-only: the session's own mode, set before each statement and read back.
//!
//! Some products that speak MySQL's protocol refuse that mode, or take it and do nothing ([`lookalike`]); such a
//! session works all the same, and what is shown of it says that only Porthole guards. Where the mode held at
//! connect it must hold before every statement: anything else is a surprise, and the statement is not sent.

use mysql_async::{Conn, consts::StatusFlags};

use super::{lookalike, own::Own};
use crate::engine::{profiles::Profile, sql::dialect::Dialect};

/// A SET of ours that failed for this reason says nothing about read-only: the profile's time zone is not known.
const UNKNOWN_TIME_ZONE: u16 = 1298;

/// What became of the session's read-only mode when it was first set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// It reads back as it was set.
    Kept,
    /// It was taken, and does not hold.
    Ignored,
    /// It was refused; it is not asked for again.
    Refused,
}

/// Set the session up on a fresh connection, and see whether read-only holds: `Some` names who does not keep it.
pub(super) async fn set_up(
    conn: &mut Conn,
    dialect: Dialect,
    profile: &Profile,
    version: &str,
) -> mysql_async::Result<(Layer, Option<String>)> {
    let set = |layer| Own::make_safe(dialect, profile, None, profile.limits.statement(), layer);
    let layer = match set(Layer::Kept).run(conn).await {
        Ok(()) if surprise(conn, dialect).await?.is_none() => Layer::Kept,
        Ok(()) => Layer::Ignored,
        Err(mysql_async::Error::Server(error)) if error.code != UNKNOWN_TIME_ZONE => {
            set(Layer::Refused).run(conn).await?;
            Layer::Refused
        }
        Err(error) => return Err(error),
    };
    let signs = lookalike::Signs::read(conn, version).await?;
    let unkept = lookalike::recognise(&signs).or_else(|| {
        (layer != Layer::Kept).then(|| "this server, or a proxy before it,".to_owned())
    });
    // A product that is known not to keep the mode may still say that it did.
    let layer = match (layer, &unkept) {
        (Layer::Kept, Some(_)) => Layer::Ignored,
        _ => layer,
    };
    Ok((layer, unkept))
}

/// What the session is, where that is not what was just set.
pub(super) async fn surprise(
    conn: &mut Conn,
    dialect: Dialect,
) -> mysql_async::Result<Option<&'static str>> {
    let rows = match Own::Verify(dialect).rows(conn).await {
        Ok(rows) => rows,
        Err(mysql_async::Error::Server(_)) => return Ok(Some("it cannot be asked")),
        Err(error) => return Err(error),
    };
    let row = rows.into_iter().next().unwrap_or_default();
    let is = |index: usize, wanted: &str| {
        let cell: Option<&Option<String>> = row.get(index);
        cell.is_some_and(|cell| cell.as_deref() == Some(wanted))
    };
    Ok(if !is(0, "1") {
        Some("it is not read-only")
    } else if !is(1, "1") {
        Some("it does not commit by itself")
    } else if row.len() > 2 && !is(2, "0") {
        Some("it is inside a transaction")
    } else {
        None
    })
}

/// Did the last answer leave a transaction open, or end autocommit? The driver keeps the status flags of the last
/// good answer only; after an error the reset and the next verification do this work.
pub(super) fn is_left_open(conn: &Conn) -> bool {
    conn.last_ok_packet().is_some_and(|ok| {
        let flags = ok.status_flags();
        flags.contains(StatusFlags::SERVER_STATUS_IN_TRANS)
            || !flags.contains(StatusFlags::SERVER_STATUS_AUTOCOMMIT)
    })
}
