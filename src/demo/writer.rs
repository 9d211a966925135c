//! Writes rows into the sample server. Only [`Server::writer`] makes a [`Writer`], and only starting a process makes a
//! [`Server`]: there is no way from here to a server that belongs to somebody.

use std::fmt::Write as _;

use mysql_async::{Conn, prelude::Queryable as _};

use super::{Kind, Result, Server};
use crate::engine::{
    metrics::series::Moment,
    sql::{lexer::SqlMode, literal::quote_text},
};

/// MariaDB took 4.1 s for the 200,000 assignments by 2,000 rows a statement, and 2.8 s by 400.
const ROWS_A_STATEMENT: usize = 400;

/// A connection that may write, to a server that we started.
#[derive(Debug)]
pub struct Writer {
    kind: Kind,
    release: (u32, u32),
    conn: Conn,
}

impl Server {
    /// A connection that may write.
    pub async fn writer(&self) -> Result<Writer> {
        Ok(Writer {
            kind: self.kind(),
            release: self.release(),
            conn: self.connect().await?,
        })
    }
}

impl Writer {
    /// Which product it writes to.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its major and minor version.
    pub fn release(&self) -> (u32, u32) {
        self.release
    }

    /// Runs one statement.
    pub async fn run(&mut self, sql: &str) -> Result<()> {
        Ok(self.conn.query_drop(sql).await?)
    }

    /// Runs these as one transaction.
    pub async fn transaction(&mut self, statements: &[String]) -> Result<()> {
        self.run("START TRANSACTION").await?;
        for sql in statements {
            self.run(sql).await?;
        }
        self.run("COMMIT").await
    }

    /// Inserts rows, each the text of its values, in one transaction. `into` is the table and its columns.
    pub async fn insert(&mut self, into: &str, rows: impl Iterator<Item = String>) -> Result<()> {
        self.run("START TRANSACTION").await?;
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            let mut sql = format!("INSERT INTO {into} VALUES ");
            for (place, row) in rows.by_ref().take(ROWS_A_STATEMENT).enumerate() {
                let comma = if place == 0 { "" } else { "," };
                write!(sql, "{comma}({row})").expect("writing to a String cannot fail");
            }
            self.run(&sql).await?;
        }
        self.run("COMMIT").await
    }

    /// Ends the connection.
    pub async fn close(self) -> Result<()> {
        Ok(self.conn.disconnect().await?)
    }
}

/// Text as an SQL literal, for the servers' default SQL mode.
pub(super) fn quoted(text: &str) -> String {
    quote_text(text, SqlMode::default())
}

/// Seconds since 1970 as the servers write a DATETIME, in UTC.
pub(super) fn datetime(seconds: i64) -> String {
    Moment(seconds).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let dates = [
            0,
            951_782_399,
            951_782_400,
            1_709_251_199,
            1_735_689_599,
            4_107_542_400,
        ]
        .map(datetime);
        assert_eq!(
            dates,
            [
                "1970-01-01 00:00:00",
                "2000-02-28 23:59:59",
                "2000-02-29 00:00:00",
                "2024-02-29 23:59:59",
                "2024-12-31 23:59:59",
                "2100-03-01 00:00:00",
            ]
        );
    }

    #[test]
    fn quotes_and_backslashes_stay_text() {
        assert_eq!(quoted(r"it's \ ok"), r"'it''s \\ ok'");
    }
}
