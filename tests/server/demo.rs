//! The sample server: what is in it, who may write, and that it goes away.

use std::{
    env, fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use mysql_async::{Conn, OptsBuilder, prelude::Queryable as _};
use porthole::demo::{self, Demo, Kind, Options, Server};
use tokio::{
    sync::OnceCell,
    time::{Instant, sleep},
};

use crate::support::{self, BOTH};

/// 2026-09-21 at noon or so, UTC.
const NOW: i64 = 1_790_000_000;

/// Polls until it holds; panics after a time that no machine should need.
async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !holds().await {
        assert!(Instant::now() < deadline, "never came: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

fn answers(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn pid(server: &Server) -> String {
    fs::read_to_string(server.folder().join("pid"))
        .unwrap()
        .trim()
        .to_owned()
}

/// A server with the sample data, for those tests that only look at it.
async fn filled(kind: Kind) -> &'static Server {
    static SERVERS: [OnceCell<Server>; 2] = [const { OnceCell::const_new() }; 2];
    SERVERS[usize::from(kind == Kind::MariaDb)]
        .get_or_init(async || {
            let server = support::start(kind, &support::options()).await;
            demo::load(&server, NOW).await.unwrap();
            server
        })
        .await
}

#[tokio::test]
async fn the_sample_data_is_as_large_as_promised_and_the_same_on_both_servers() {
    let mut sums = Vec::new();
    for kind in BOTH {
        let server = filled(kind).await;
        let mut conn = server.connect().await.unwrap();
        for (table, rows) in demo::COUNTS {
            let counted: Option<u64> = conn
                .query_first(format!("SELECT COUNT(*) FROM {table}"))
                .await
                .unwrap();
            assert_eq!(counted, Some(*rows), "{table} on {kind}");
        }
        let mut sum = Vec::new();
        for (table, columns) in [
            (
                "analytics.experiment_assignments",
                "id, experiment_id, user_id, variant_id, converted, assigned_at",
            ),
            (
                "analytics.feature_flag_events",
                "id, flag_id, group_key, request_count, error_count, recorded_at",
            ),
            ("analytics.runs", "run_id, status, start_time, end_time"),
            ("analytics.metrics", "run_id, metric_key, timestamp, step"),
            (
                "shop.customers",
                "customer_id, CONVERT(full_name USING utf8mb4), country, created_at",
            ),
            (
                "shop.order_items",
                "order_id, line, product_id, quantity, unit_price",
            ),
            (
                "shop.shipments",
                "order_id, HEX(tracking_code), shipped_at, delivered_at",
            ),
        ] {
            let sql = format!("SELECT SUM(CRC32(CONCAT_WS('|', {columns}))) FROM {table}");
            let crc: Option<String> = conn.query_first(sql).await.unwrap();
            sum.push((table, crc.unwrap()));
        }
        sums.push(sum);
        conn.disconnect().await.unwrap();
    }
    assert_eq!(sums[0], sums[1]);
}

type Ends = (u64, String, String, String, String, String, u32, u32);

#[tokio::test]
async fn the_table_of_every_type_holds_the_ends_of_each_type() {
    for kind in BOTH {
        let server = filled(kind).await;
        let mut conn = server.connect().await.unwrap();
        let row: Option<Ends> = conn
            .query_first(
                "SELECT bigint_unsigned, CAST(time AS CHAR), CAST(datetime_6 AS CHAR), CAST(`decimal` AS CHAR), \
                 CAST(int_zerofill AS CHAR), HEX(bit_64), CHAR_LENGTH(`set`), LENGTH(json) \
                 FROM shop.every_type WHERE id = 2",
            )
            .await
            .unwrap();
        let row = row.unwrap();
        assert_eq!(row.0, u64::MAX);
        assert_eq!(
            (row.1.as_str(), row.2.as_str()),
            ("838:59:59", "9999-12-31 23:59:59.999999")
        );
        let nines = format!("{}.{}", "9".repeat(35), "9".repeat(30));
        assert_eq!(
            (row.3, row.4.as_str(), row.5.as_str()),
            (nines, "4294967295", "FFFFFFFFFFFFFFFF")
        );
        assert!(
            row.6 > 20 && row.7 > 40,
            "{kind}: {row:?}",
            row = (row.6, row.7)
        );
        let zero: Option<(String, String, String, u32)> = conn
            .query_first(
                "SELECT CAST(date AS CHAR), CAST(timestamp AS CHAR), CAST(time AS CHAR), year + 0 \
                 FROM shop.every_type WHERE id = 1",
            )
            .await
            .unwrap();
        let (date, timestamp, time, year) = zero.unwrap();
        assert_eq!(
            (date.as_str(), timestamp.as_str(), time.as_str(), year),
            ("0000-00-00", "0000-00-00 00:00:00", "-838:59:59", 0)
        );
        // The last row is NULL in every column but its key.
        let columns: Vec<String> = conn
            .query(
                "SELECT column_name FROM information_schema.columns \
                 WHERE table_schema = 'shop' AND table_name = 'every_type' AND column_name <> 'id'",
            )
            .await
            .unwrap();
        assert!(columns.len() > 50, "{}", columns.len());
        let all_null: Vec<String> = columns
            .iter()
            .map(|name| format!("`{name}` IS NULL"))
            .collect();
        let sql = format!(
            "SELECT {} FROM shop.every_type WHERE id = 4",
            all_null.join(" AND ")
        );
        assert_eq!(
            conn.query_first::<bool, _>(sql).await.unwrap(),
            Some(true),
            "{kind}"
        );
        conn.disconnect().await.unwrap();
    }
}

#[tokio::test]
async fn the_window_s_account_reads_the_sample_data_as_it_changes_and_may_not_write() {
    for kind in BOTH {
        let demo = Demo::start(kind, |_| {}).await.unwrap();
        let target = demo.target();
        let opts = OptsBuilder::default()
            .ip_or_hostname(target.host)
            .tcp_port(target.port)
            .prefer_socket(false)
            .user(Some(target.user))
            .pass(Some(target.password.reveal()))
            .db_name(Some(target.database));
        let mut conn = Conn::new(opts.clone()).await.unwrap();
        let refused = conn.query_drop("DELETE FROM experiment_assignments").await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("1142"), "{kind}: {refused}");
        let grown = async || {
            let mut conn = Conn::new(opts.clone()).await.unwrap();
            let rows: Option<u64> = conn
                .query_first("SELECT COUNT(*) FROM experiment_assignments")
                .await
                .unwrap();
            conn.disconnect().await.unwrap();
            rows.unwrap() > 200_002
        };
        eventually("new assignments", grown).await;
        let logs: Vec<mysql_async::Row> = conn.query("SHOW BINARY LOGS").await.unwrap();
        assert!(!logs.is_empty());
        conn.disconnect().await.unwrap();
        demo.stop().await.unwrap();
    }
}

#[tokio::test]
async fn two_servers_at_once_do_not_collide_and_leave_nothing() {
    for kind in BOTH {
        let options = support::options();
        let (one, other) = tokio::join!(
            support::start(kind, &options),
            support::start(kind, &options)
        );
        assert_ne!(one.port(), other.port());
        assert_ne!(one.root_password(), other.root_password());
        let folders = [one.folder().to_owned(), other.folder().to_owned()];
        let mut conn = one.connect().await.unwrap();
        conn.query_drop("CREATE DATABASE only_here").await.unwrap();
        conn.disconnect().await.unwrap();
        let mut conn = other.connect().await.unwrap();
        let found: Vec<String> = conn.query("SHOW DATABASES LIKE 'only_here'").await.unwrap();
        assert!(found.is_empty());
        conn.disconnect().await.unwrap();
        one.stop().await.unwrap();
        assert!(
            answers(other.port()),
            "stopping one does not touch the other"
        );
        drop(other);
        assert!(folders.iter().all(|folder| !folder.exists()), "{folders:?}");
    }
}

#[tokio::test]
async fn a_killed_server_comes_back_with_its_data_on_the_same_port() {
    for kind in BOTH {
        let mut server = support::start(kind, &support::options()).await;
        let mut conn = server.connect().await.unwrap();
        conn.query_drop("CREATE DATABASE kept").await.unwrap();
        let (first, port) = (pid(&server), server.port());
        server.kill().await.unwrap();
        assert!(conn.query_drop("SELECT 1").await.is_err());
        assert!(!answers(port));
        server.resume().await.unwrap();
        assert_ne!(first, pid(&server));
        assert!(answers(port));
        let mut conn = server.connect().await.unwrap();
        let found: Vec<String> = conn.query("SHOW DATABASES LIKE 'kept'").await.unwrap();
        assert_eq!(found, ["kept"]);
        conn.disconnect().await.unwrap();
    }
}

#[tokio::test]
async fn a_folder_that_nobody_uses_is_swept_and_one_in_use_is_not() {
    let parent = tempfile::tempdir().unwrap();
    let options = Options {
        parent: Some(parent.path().to_owned()),
        ..Options::default()
    };
    let left = parent.path().join("porthole-server-left");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("lock"), "").unwrap();
    let not_ours = parent.path().join("something else");
    fs::create_dir(&not_ours).unwrap();
    let first = support::start(Kind::MariaDb, &options).await;
    assert!(!left.exists() && not_ours.exists());
    let second = support::start(Kind::MariaDb, &options).await;
    assert!(first.folder().exists() && answers(first.port()));
    second.stop().await.unwrap();
}

#[tokio::test]
async fn a_folder_too_deep_for_a_socket_is_reached_by_a_short_way() {
    for kind in BOTH {
        let parent = tempfile::tempdir().unwrap();
        let options = Options {
            parent: Some(parent.path().join("deep".repeat(40))),
            ..Options::default()
        };
        let server = support::start(kind, &options).await;
        let link = server.socket().parent().unwrap().to_owned();
        assert!(link.is_symlink());
        server.connect().await.unwrap().disconnect().await.unwrap();
        server.stop().await.unwrap();
        assert!(!link.is_symlink(), "{}", link.display());
    }
}

#[tokio::test]
async fn no_password_is_in_an_argument_or_left_in_a_file() {
    for kind in BOTH {
        let server = support::start(kind, &support::options()).await;
        let password = server.root_password().reveal();
        for process in fs::read_dir("/proc").unwrap() {
            let arguments = process.unwrap().path().join("cmdline");
            let Ok(arguments) = fs::read(arguments) else {
                continue;
            }; // no process, or already over
            assert!(!String::from_utf8_lossy(&arguments).contains(password));
        }
        assert!(!holds(server.folder(), password.as_bytes()));
        assert!(!format!("{server:?}").contains(password));
    }
}

/// Whether any file under here holds these bytes. The tablespaces are left out: they are large, and what the server
/// keeps of a password is its own affair.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let entry = entry.unwrap();
        let about = entry.metadata().unwrap();
        if about.is_dir() {
            return holds(&entry.path(), bytes);
        }
        let small = about.is_file() && about.len() < 1 << 20;
        small
            && fs::read(entry.path())
                .unwrap()
                .windows(bytes.len())
                .any(|window| window == bytes)
    })
}

const HOLDER: &str = "PORTHOLE_TEST_HOLD_SERVER";

#[tokio::test]
async fn the_server_and_its_folder_go_when_their_owner_is_killed() {
    // This test starts its own program again, which then comes to this line.
    if let Ok(kind) = env::var(HOLDER) {
        return hold(if kind == "mysql" {
            Kind::MySql
        } else {
            Kind::MariaDb
        })
        .await;
    }
    for kind in BOTH {
        let mut owner = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "--nocapture",
                "demo::the_server_and_its_folder_go_when_their_owner_is_killed",
            ])
            .env(HOLDER, kind.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(owner.stdout.take().unwrap()).lines();
        let held = lines.find_map(|line| line.unwrap().strip_prefix("held ").map(str::to_owned));
        let held = held.expect("the owner says what it holds");
        let [pid, port, folder] = held.splitn(3, ' ').collect::<Vec<_>>()[..] else {
            panic!("{held}")
        };
        let (process, folder) = (PathBuf::from(format!("/proc/{pid}")), PathBuf::from(folder));
        let port = port.parse().unwrap();
        assert!(process.exists() && folder.exists() && answers(port));

        owner.kill().unwrap(); // SIGKILL: nothing of the owner runs after this
        owner.wait().unwrap();
        eventually("the end of the server", async || {
            !process.exists() && !answers(port)
        })
        .await;
        eventually("the end of its folder", async || !folder.exists()).await;
    }
}

/// Holds a server until standard input ends, that is, at the latest until the test that asked is gone.
async fn hold(kind: Kind) {
    let server = support::start(kind, &support::options()).await;
    let (pid, port, folder) = (pid(&server), server.port(), server.folder().display());
    let held = format!("\nheld {pid} {port} {folder}\n");
    io::stdout().write_all(held.as_bytes()).unwrap();
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
