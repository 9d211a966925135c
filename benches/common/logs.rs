//! Binary logs to be measured: made by private servers, or taken from a folder.

use std::{
    env, fs,
    fs::File,
    io::{BufReader, BufWriter, Read as _, Write as _},
    path::{Path, PathBuf},
};

use mysql_async::{Conn, Row, prelude::Queryable as _};
use porthole::{
    demo::{Kind, Options, Server},
    engine::binlog::{
        frame::{HEADER_LEN, Header, MAGIC},
        kind,
    },
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Rows of a statement.
const ROWS: u32 = 20_000;
/// Statements that insert them.
const STEPS: u32 = 50;
/// Transactions of the second log.
const TINY: u32 = 650_000;

/// The logs of one server.
pub(crate) struct Logs {
    /// About 600 MB of rows in transactions of 20,000.
    pub(crate) bulk: PathBuf,
    /// A row a transaction.
    pub(crate) tiny: PathBuf,
    /// The server, whose log is what `live` says.
    pub(crate) server: Server,
    /// The name of its log file.
    pub(crate) live: String,
    pub(crate) live_bytes: u64,
}

/// Have the logs: `PORTHOLE_BENCH_LOGS` names a folder where they are, or else are kept for the next time.
pub(crate) async fn make(kind: Kind, scratch: &Path) -> Result<Logs> {
    let folder = env::var_os("PORTHOLE_BENCH_LOGS").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| scratch.to_owned());
    let place = |what: &str| folder.join(format!("{}-{what}", kind.folder()));
    let (bulk, tiny) = (place("bulk"), place("tiny"));
    let args = [
        "--log-bin",
        "--server-id=7",
        "--binlog-format=ROW",
        "--max-binlog-size=1G",
        "--binlog-cache-size=4M",
        "--innodb-buffer-pool-size=512M",
        match kind {
            Kind::MySql => "--innodb-redo-log-capacity=512M",
            Kind::MariaDb => "--innodb-log-file-size=256M",
        },
    ];
    let options = Options {
        args: args.map(str::to_owned).to_vec(),
        ..Options::default()
    };
    let server = Server::start(kind, &options).await?;
    let mut admin = server.connect().await?;
    admin
        .query_drop(
            "CREATE DATABASE bench; USE bench; \
             CREATE TABLE bulk (id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, n INT NOT NULL, a CHAR(120) NOT NULL, \
             b CHAR(60), price DECIMAL(10,2), at DATETIME(3)) CHARACTER SET utf8mb4; \
             CREATE TABLE tiny (id BIGINT PRIMARY KEY AUTO_INCREMENT, n INT, name VARCHAR(20))",
        )
        .await?;
    if !tiny.exists() {
        begin_log(&mut admin, kind).await?;
        fill_tiny(&mut admin).await?;
        keep(&server, &mut admin, &tiny).await?;
    }
    begin_log(&mut admin, kind).await?;
    fill_bulk(&mut admin, kind).await?;
    let (live, live_bytes) = if bulk.exists() {
        ended(&mut admin).await?
    } else {
        keep(&server, &mut admin, &bulk).await?
    };
    admin.disconnect().await?;
    Ok(Logs {
        bulk,
        tiny,
        server,
        live,
        live_bytes,
    })
}

async fn begin_log(admin: &mut Conn, kind: Kind) -> Result<()> {
    admin
        .query_drop(match kind {
            Kind::MySql => "RESET BINARY LOGS AND GTIDS",
            Kind::MariaDb => "RESET MASTER",
        })
        .await?;
    Ok(())
}

/// Inserts, twice as many updates, and some deletes.
async fn fill_bulk(admin: &mut Conn, kind: Kind) -> Result<()> {
    let (with, from) = match kind {
        Kind::MySql => (
            format!(
                "WITH RECURSIVE s (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < {ROWS}) "
            ),
            "s".to_owned(),
        ),
        Kind::MariaDb => (String::new(), format!("seq_1_to_{ROWS}")),
    };
    if kind == Kind::MySql {
        admin
            .query_drop("SET SESSION cte_max_recursion_depth = 100000")
            .await?;
    }
    for step in 1..=STEPS {
        admin
            .query_drop(format!(
                "INSERT INTO bulk (n, a, b, price, at) {with}SELECT CAST(seq AS SIGNED) * 7 - 70000, \
                 REPEAT(LEFT(SHA2(seq + {step}, 256), 32), 3), \
                 IF(seq % 10 = 0, NULL, CONCAT('customer ', LEFT(SHA2(seq * {step}, 256), 32))), seq / 100, \
                 '2026-01-01' + INTERVAL seq SECOND FROM {from}"
            ))
            .await?;
    }
    for (count, set) in [
        (STEPS, "a = CONCAT('x', LEFT(a, 100))"),
        (STEPS * 4 / 5, "b = LEFT(a, 50)"),
    ] {
        for step in 0..count {
            let (after, upto) = (step * ROWS, (step + 1) * ROWS);
            admin
                .query_drop(format!(
                    "UPDATE bulk SET n = n + 1, {set}, at = at + INTERVAL 5 DAY WHERE id > {after} AND id <= {upto}"
                ))
                .await?;
        }
    }
    admin
        .query_drop("DELETE FROM bulk WHERE id <= 50000")
        .await?;
    Ok(())
}

async fn fill_tiny(admin: &mut Conn) -> Result<()> {
    admin
        .query_drop(
            "CREATE PROCEDURE fill (most INT) BEGIN DECLARE i INT DEFAULT 0; WHILE i < most DO \
             INSERT INTO tiny (n, name) VALUES (i, CONCAT('name ', i)); SET i = i + 1; \
             IF i % 10 = 0 THEN UPDATE tiny SET n = n + 1 WHERE id = i - 3; END IF; END WHILE; END",
        )
        .await?;
    admin.query_drop(format!("CALL fill({TINY})")).await?;
    Ok(())
}

/// Close the log file, and say which it is.
async fn ended(admin: &mut Conn) -> Result<(String, u64)> {
    admin.query_drop("FLUSH BINARY LOGS").await?;
    let first: Option<Row> = admin.query_first("SHOW BINARY LOGS").await?;
    let first = first.ok_or("the server has no log")?;
    let (name, bytes): (Option<String>, Option<u64>) = (first.get(0), first.get(1));
    Ok((
        name.ok_or("a log without a name")?,
        bytes.ok_or("a log without a size")?,
    ))
}

async fn keep(server: &Server, admin: &mut Conn, path: &Path) -> Result<(String, u64)> {
    let log = ended(admin).await?;
    let part = path.with_extension("part");
    fs::copy(server.data_dir().join(&log.0), &part)?;
    fs::rename(part, path)?;
    Ok(log)
}

/// All rows of a log in one transaction: the others' begins and ends are left out.
pub(crate) fn in_one_transaction(log: &Path, path: &Path) -> Result<()> {
    let mut from = BufReader::new(File::open(log)?);
    let mut to = BufWriter::new(File::create(path)?);
    let mut magic = MAGIC;
    from.read_exact(&mut magic)?;
    to.write_all(&magic)?;
    let (mut event, mut last, mut begun) = (Vec::new(), Vec::new(), false);
    loop {
        event.resize(HEADER_LEN, 0);
        match from.read_exact(&mut event) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
            read => read?,
        }
        let header = Header::of(&event)?;
        event.resize(header.size as usize, 0);
        from.read_exact(&mut event[HEADER_LEN..])?;
        let wanted = match header.kind {
            kind::GTID | kind::ANONYMOUS_GTID | kind::MARIADB_GTID | kind::QUERY => !begun,
            kind::XID => {
                last.clone_from(&event);
                false
            }
            kind::ROTATE | kind::STOP => false,
            _ => true,
        };
        begun |= header.kind == kind::TABLE_MAP;
        if wanted {
            to.write_all(&event)?;
        }
    }
    to.write_all(&last)?;
    to.flush()?;
    Ok(())
}
