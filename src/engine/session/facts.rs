//! What is known of an open session: who answers, how the line is protected, who guarantees read-only.

use std::time::{Duration, Instant};

use mysql_async::{Conn, prelude::Queryable as _};

use super::{
    grants::{self, ReadOnly},
    layer::{self, Layer},
    own::Own,
    shelter::sheltered,
};
use crate::engine::{
    profiles::Profile,
    sql::{
        dialect::{Dialect, Product},
        lexer::SqlMode,
    },
};

/// The answer of "Test connection", and what the status bar shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Host and port, or socket.
    pub address: String,
    /// MySQL or MariaDB.
    pub product: Product,
    /// The server's full version text.
    pub version: String,
    /// The account that the server matched (`CURRENT_USER()`).
    pub account: String,
    /// Encryption of this line; `None` where there is none.
    pub tls: Option<TlsFacts>,
    /// The server's clock, in the session's zone.
    pub server_time: String,
    /// The session's zone.
    pub time_zone: String,
    /// Fastest of three round trips.
    pub latency: Duration,
    /// Who guarantees read-only.
    pub read_only: ReadOnly,
    /// How the session reads quotes.
    pub sql_mode: SqlMode,
    /// The whole `@@sql_mode`, which every later statement runs under.
    pub sql_mode_text: String,
    /// Host name and server id, to know this server again behind a balancer.
    pub node: String,
}

/// TLS version and cipher, from the session's status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFacts {
    /// Such as `TLSv1.3`.
    pub version: String,
    /// Such as `TLS_AES_256_GCM_SHA384`.
    pub cipher: String,
}

impl Facts {
    /// Product and version in digits.
    pub fn dialect(&self) -> Dialect {
        Dialect {
            product: self.product,
            ..Dialect::parse(&self.version)
        }
    }
}

/// Ask a fresh connection.
pub(super) async fn read(
    conn: &mut Conn,
    profile: &Profile,
) -> mysql_async::Result<(Facts, Layer)> {
    let version = first_cell(Own::Version.rows(conn).await?);
    let dialect = Dialect::parse(&version);
    let (layer, unkept_by) = layer::set_up(conn, dialect, profile, &version).await?;
    let row = Own::Identify
        .rows(conn)
        .await?
        .into_iter()
        .next()
        .unwrap_or_default();
    let field = |index: usize| row.get(index).cloned().flatten().unwrap_or_default();
    let node = node(conn).await?;
    let tls_rows = Own::TlsStatus.rows(conn).await?;
    let status = |name: &str| {
        let row = tls_rows.iter().find(|row| {
            row.first()
                .is_some_and(|cell| cell.as_deref() == Some(name))
        });
        row.and_then(|row| row.get(1).cloned().flatten())
            .filter(|value| !value.is_empty())
    };
    let tls = status("Ssl_version").map(|version| TlsFacts {
        version,
        cipher: status("Ssl_cipher").unwrap_or_default(),
    });
    let grants = grants(conn, dialect).await?;
    let mut latency = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        sheltered(conn.ping()).await?;
        latency = latency.min(start.elapsed());
    }
    let time_zone = if field(3).eq_ignore_ascii_case("SYSTEM") {
        field(4)
    } else {
        field(3)
    };
    let facts = Facts {
        address: profile.address.to_string(),
        product: dialect.product,
        version,
        account: field(0),
        tls,
        server_time: field(2),
        time_zone,
        latency,
        read_only: grants::judge(&grants, dialect, unkept_by),
        sql_mode: SqlMode::parse(&field(1)),
        sql_mode_text: field(1),
        node,
    };
    Ok((facts, layer))
}

/// The lines of SHOW GRANTS. An account may not be allowed to see its own through a proxy: then nothing is known.
async fn grants(conn: &mut Conn, dialect: Dialect) -> mysql_async::Result<Vec<String>> {
    let mut lines = Own::Grants.column(conn).await?.unwrap_or_default();
    if dialect.product == Product::MySql && grants::has_roles(&lines) {
        let active = lines_of_active_roles(conn).await?;
        lines.extend(active);
    }
    Ok(lines)
}

async fn lines_of_active_roles(conn: &mut Conn) -> mysql_async::Result<Vec<String>> {
    let active = Own::ActiveRoles
        .column(conn)
        .await?
        .unwrap_or_default()
        .join("");
    if active == "NONE" {
        return Ok(Vec::new());
    }
    let of_roles = match grants::active_roles(&active) {
        Some(own) => own.column(conn).await?.unwrap_or_default(),
        None => Vec::new(),
    };
    Ok(if of_roles.is_empty() {
        vec![grants::UNKNOWN.to_owned()]
    } else {
        of_roles
    })
}

/// Which server answers on this line.
pub(super) async fn node(conn: &mut Conn) -> mysql_async::Result<String> {
    let row = Own::Node
        .rows(conn)
        .await?
        .into_iter()
        .next()
        .unwrap_or_default();
    Ok(row.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

pub(super) fn first_cell(rows: Vec<Vec<Option<String>>>) -> String {
    rows.into_iter()
        .next()
        .and_then(|row| row.into_iter().next().flatten())
        .unwrap_or_default()
}
