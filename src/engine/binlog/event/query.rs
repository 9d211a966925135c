//! QUERY: a statement, and what of its session it needs.

use std::{borrow::Cow, fmt};

use bytes::Bytes;

use super::{MariaBegin, is_mariadb, secret};
use crate::engine::{
    binlog::{
        bytes::{Malformed, Reader},
        charset::Charset,
        frame::Format,
        kind,
    },
    sql::lexer::SqlMode,
};

/// A statement.
#[derive(Clone)]
pub struct Query {
    /// The connection's id on the server that ran it first.
    pub thread_id: u32,
    /// How long it ran there, in seconds.
    pub exec_secs: u32,
    /// The error that it ended with there, having changed something nevertheless; else 0.
    pub error_code: u16,
    /// The default database; may be empty.
    pub database: Bytes,
    /// The statement as it was sent; passwords in it are hidden by [`Query::shown`] alone.
    pub sql: Bytes,
    /// What of the session is logged with it; not read for BEGIN, COMMIT and ROLLBACK.
    pub vars: StatusVars,
}

/// Without its passwords.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("thread_id", &self.thread_id)
            .field("exec_secs", &self.exec_secs)
            .field("error_code", &self.error_code)
            .field("database", &self.database)
            .field("sql", &self.shown())
            .field("vars", &self.vars)
            .finish()
    }
}

/// What of a session a statement needs to be understood or run again. None where it was not logged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusVars {
    /// Bits of `OPTION_…`.
    pub flags2: Option<u32>,
    /// Bits of `sql_mode`.
    pub sql_mode: Option<u64>,
    /// `auto_increment_increment` and `auto_increment_offset`.
    pub auto_increment: Option<(u16, u16)>,
    /// Collations of `character_set_client`, `collation_connection` and `collation_server`.
    pub collations: Option<(u16, u16, u16)>,
    /// `time_zone`, as it was set.
    pub time_zone: Option<Bytes>,
    /// The number of `lc_time_names`.
    pub lc_time_names: Option<u16>,
    /// The collation of the default database.
    pub database_collation: Option<u16>,
    /// Which of its tables a multi-table UPDATE changes.
    pub tables_for_update: Option<u64>,
    /// User and host that a definer without a name becomes.
    pub invoker: Option<(Bytes, Bytes)>,
    /// Databases that it changes; none where there are too many to be named.
    pub databases: Option<Vec<Bytes>>,
    /// Microseconds of the statement's begin.
    pub micros: Option<u32>,
    /// `explicit_defaults_for_timestamp`.
    pub explicit_defaults: Option<bool>,
    /// The storage engine's number for a DDL that commits by itself.
    pub xid: Option<u64>,
    /// The collation of a utf8mb4 that names none.
    pub utf8mb4_collation: Option<u16>,
    /// `sql_require_primary_key`.
    pub require_primary_key: Option<bool>,
    /// `default_table_encryption`.
    pub table_encryption: Option<bool>,
    /// MariaDB: which half of an ALTER it is, `MariaBegin::MORE_…`.
    pub alter_flags: Option<u8>,
    /// MariaDB: which collations its character sets have by default.
    pub charset_collations: Vec<(u16, u16)>,
    /// The first variable that is not known or cannot be read; those after it are missing too.
    pub unknown: Option<u8>,
}

impl Query {
    /// Read the event's body.
    pub fn parse(body: &Bytes, format: &Format) -> Result<Self, Malformed> {
        let fixed = format.post_header_len(kind::QUERY).unwrap_or(13);
        Self::parse_after(body, fixed, 0, format)
    }

    /// The same of an event whose fixed part ends in `more` bytes of its own.
    pub(super) fn parse_after(
        body: &Bytes,
        fixed: usize,
        more: usize,
        format: &Format,
    ) -> Result<Self, Malformed> {
        let mut whole = Reader::new(body);
        let mut reader = Reader::new(whole.take(fixed)?);
        let thread_id = reader.u32()?;
        let exec_secs = reader.u32()?;
        let database_len = reader.u8()?;
        let error_code = reader.u16()?;
        // Before 5.0 there were no variables.
        let vars_len = if fixed - more >= 13 { reader.u16()? } else { 0 };
        let vars = whole.take(usize::from(vars_len))?;
        let database = body.slice_ref(whole.take(usize::from(database_len))?);
        whole.skip(1)?;
        // What only frames a transaction is most of the statements of many logs, and needs no session.
        let vars = match whole.rest() {
            b"BEGIN" | b"COMMIT" | b"ROLLBACK" => StatusVars::default(),
            _ => StatusVars::parse(body, vars, is_mariadb(format)),
        };
        Ok(Self {
            thread_id,
            exec_secs,
            error_code,
            database,
            sql: body.slice_ref(whole.rest()),
            vars,
        })
    }

    /// How the statement was written, for the lexer.
    pub fn mode(&self) -> SqlMode {
        // Bits of sql_mode as both servers number them.
        let bits = self.vars.sql_mode.unwrap_or(0);
        SqlMode {
            ansi_quotes: bits & 0x4 != 0,
            no_backslash_escapes: bits & 0x10_0000 != 0,
            oracle: bits & 0x200 != 0,
        }
    }

    /// The character set of its text.
    pub fn charset(&self) -> Charset {
        let collations = self.vars.collations.unwrap_or((33, 33, 33));
        Charset::of_collation(u64::from(collations.0))
    }

    /// The statement as UTF-8, with its passwords. Not to be shown.
    pub fn text(&self) -> Cow<'_, str> {
        decoded(&self.sql, self.charset())
    }

    /// The statement as UTF-8; passwords and their hashes are asterisks.
    pub fn shown(&self) -> Cow<'_, str> {
        secret::hidden(self.text(), self.mode())
    }

    /// It changes rows, and is logged in their place: statement format.
    pub fn changes_rows(&self) -> bool {
        let text = self.text();
        let first = text.split_whitespace().next().unwrap_or_default();
        ["insert", "update", "delete", "replace", "load", "with"]
            .iter()
            .any(|word| first.eq_ignore_ascii_case(word))
    }

    /// The default database as UTF-8.
    pub fn database(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.database)
    }
}

/// Text of a character set as UTF-8.
pub(super) fn decoded(bytes: &[u8], charset: Charset) -> Cow<'_, str> {
    if charset.is_utf8() {
        return String::from_utf8_lossy(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    charset.decode(bytes, &mut out);
    Cow::Owned(match String::from_utf8(out) {
        Ok(text) => text,
        // A set that has no characters of its own: binary.
        Err(odd) => String::from_utf8_lossy(odd.as_bytes()).into_owned(),
    })
}

impl StatusVars {
    /// `body` holds `vars`; texts are slices of it. The statement does not depend on them, so what is wrong with
    /// them is said beside it.
    fn parse(body: &Bytes, vars: &[u8], mariadb: bool) -> Self {
        let mut found = Self::default();
        let mut reader = Reader::new(vars);
        while found.unknown.is_none() && !reader.is_empty() {
            let code = reader.u8().unwrap_or_default();
            if found.read(code, &mut reader, body, mariadb).is_err() {
                found.unknown = Some(code);
            }
        }
        found
    }

    fn read(
        &mut self,
        code: u8,
        reader: &mut Reader<'_>,
        body: &Bytes,
        mariadb: bool,
    ) -> Result<(), Malformed> {
        match code {
            0 => self.flags2 = Some(reader.u32()?),
            1 => self.sql_mode = Some(reader.u64()?),
            // Catalogs never came; the older form has a zero byte behind it.
            2 => {
                reader.bytes_u8()?;
                reader.skip(1)?;
            }
            3 => self.auto_increment = Some((reader.u16()?, reader.u16()?)),
            4 => self.collations = Some((reader.u16()?, reader.u16()?, reader.u16()?)),
            5 => self.time_zone = Some(body.slice_ref(reader.bytes_u8()?)),
            6 => {
                reader.bytes_u8()?;
            }
            7 => self.lc_time_names = Some(reader.u16()?),
            8 => self.database_collation = Some(reader.u16()?),
            9 => self.tables_for_update = Some(reader.u64()?),
            10 => reader.skip(4)?,
            11 => {
                let user = body.slice_ref(reader.bytes_u8()?);
                self.invoker = Some((user, body.slice_ref(reader.bytes_u8()?)));
            }
            12 => self.databases = databases(body, reader)?,
            13 => self.micros = Some(reader.u24()?),
            16 => self.explicit_defaults = Some(reader.u8()? != 0),
            17 => self.xid = Some(reader.u64()?),
            18 if !mariadb => self.utf8mb4_collation = Some(reader.u16()?),
            19 if !mariadb => self.require_primary_key = Some(reader.u8()? != 0),
            20 if !mariadb => self.table_encryption = Some(reader.u8()? != 0),
            // One byte that 9.7 writes with rows in statement format; what it means is documented nowhere.
            21 if !mariadb => reader.skip(1)?,
            128 if mariadb => self.micros = Some(reader.u24()?),
            129 if mariadb => self.xid = Some(reader.u64()?),
            130 if mariadb => {
                let flags = reader.u8()?;
                self.alter_flags = Some(flags);
                // The second half has the number of the first.
                if flags & (MariaBegin::MORE_COMMIT_ALTER | MariaBegin::MORE_ROLLBACK_ALTER) != 0 {
                    reader.skip(8)?;
                }
            }
            131 if mariadb => {
                for _ in 0..reader.u8()? {
                    self.charset_collations.push((reader.u16()?, reader.u16()?));
                }
            }
            // Its length is not known, so neither is where the next one begins.
            _ => return Err(Malformed("a variable that is not known")),
        }
        Ok(())
    }
}

/// Names after their number; 254 says that there were too many to name.
fn databases(body: &Bytes, reader: &mut Reader<'_>) -> Result<Option<Vec<Bytes>>, Malformed> {
    let count = reader.u8()?;
    if count == 254 {
        return Ok(None);
    }
    (0..count)
        .map(|_| Ok(body.slice_ref(reader.until_zero()?)))
        .collect::<Result<_, _>>()
        .map(Some)
}
