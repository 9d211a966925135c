//! The command line, as a script meets it: the real program against real servers.

use std::{fs, path::Path, process::Stdio, time::Duration};

use expect_test::{Expect, expect};
use mysql_async::prelude::Queryable as _;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, Command},
};

use crate::support::{TestDb, TestServer, each_server};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A run of the program that can reach no profile, keyring or display of whoever runs the tests.
pub(crate) struct Program {
    command: Command,
    input: String,
    _config: tempfile::TempDir,
}

/// What came of it.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    out: String,
    pub(crate) err: String,
}

impl Program {
    pub(crate) fn new(arguments: &[&str]) -> Self {
        let config = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_porthole"));
        command
            .args(arguments)
            .env("PORTHOLE_CONFIG_DIR", config.path())
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .env_remove("MYSQL_HOST")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Self {
            command,
            input: String::new(),
            _config: config,
        }
    }

    /// With `db` as the environment's target.
    pub(crate) fn at(db: &TestDb, arguments: &[&str]) -> Self {
        let server = db.server;
        let mut program = Self::new(arguments);
        program
            .command
            .env("MYSQL_HOST", &server.host)
            .env("MYSQL_PORT", server.port.to_string())
            .env("MYSQL_USER", &server.user)
            .env("MYSQL_PASSWORD", server.password.reveal())
            .env("MYSQL_DATABASE", &db.name);
        program
    }

    /// With what listens there as the environment's target.
    pub(crate) fn at_address(host: &str, port: u16, arguments: &[&str]) -> Self {
        let mut program = Self::new(arguments);
        program
            .command
            .env("MYSQL_HOST", host)
            .env("MYSQL_PORT", port.to_string())
            .env("MYSQL_USER", "somebody")
            .env("MYSQL_PASSWORD", "");
        program
    }

    pub(crate) fn input(mut self, input: &str) -> Self {
        input.clone_into(&mut self.input);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) async fn run(mut self) -> Outcome {
        let mut child = self.command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that reads nothing closes its end; that is its right.
        stdin.write_all(self.input.as_bytes()).await.ok();
        drop(stdin);
        let ended = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
        let output = ended.expect("it ends by itself").unwrap();
        Outcome {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// With nothing to read; for what it prints while it runs.
    pub(crate) fn start(mut self) -> Child {
        self.command.stdin(Stdio::null()).spawn().unwrap()
    }
}

impl Outcome {
    /// It did what was asked; what it printed.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.out
    }

    /// What it printed, whatever came of it.
    pub(crate) fn printed(&self) -> &str {
        &self.out
    }

    /// It ended with this code and printed no data; what it said.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        assert_eq!(self.out, "");
        self.err
    }
}

/// Other users' URL of the database: no password in it.
fn url(db: &TestDb) -> String {
    let TestServer {
        host, port, user, ..
    } = db.server;
    format!("mysql://{user}@{host}:{port}/{}", db.name)
}

async fn each_database(test: impl AsyncFn(TestDb)) {
    each_server(async |server| test(TestDb::create(server).await).await).await;
}

/// How many statements run in this database now.
async fn running(db: &TestDb) -> u64 {
    let mut conn = db.server.admin().await;
    let count = conn
        .exec_first(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE db = ? AND command <> 'Sleep'",
            (&db.name,),
        )
        .await
        .unwrap();
    conn.disconnect().await.unwrap();
    count.unwrap()
}

async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "{what}");
}

pub(crate) fn signal(child: &Child, name: &str) {
    let id = child.id().expect("it still runs").to_string();
    let sent = std::process::Command::new("kill")
        .args([&format!("-{name}"), &id])
        .status()
        .unwrap();
    assert!(sent.success());
}

pub(crate) async fn exit_code(mut child: Child) -> Option<i32> {
    let ended = tokio::time::timeout(PATIENCE, child.wait()).await;
    ended.expect("it ends").unwrap().code()
}

/// A thousand rows: a join of three copies streams rows for long. Of four copies MySQL first hashes three, and sends
/// nothing for minutes.
async fn thousand(db: &TestDb) {
    let rows: Vec<String> = (0..1000).map(|n| format!("({n})")).collect();
    db.run(&[
        "CREATE TABLE n (n INT)",
        &format!("INSERT INTO n VALUES {}", rows.join(",")),
    ])
    .await;
}

#[tokio::test]
async fn every_format_has_every_type_exactly() {
    each_database(async |db| {
        db.run(&[
            "SET SESSION sql_mode = ''",
            "CREATE TABLE t (i BIGINT, u BIGINT UNSIGNED, z INT(6) ZEROFILL, f FLOAT, d DOUBLE, n DECIMAL(20,5), \
             day DATE NULL, at DATETIME(3) NULL, time TIME(6), y YEAR, s VARCHAR(50), e ENUM('a','b,c'), \
             st SET('x','y'), j JSON, b BIT(9), bi VARBINARY(8), g POINT)",
            "INSERT INTO t VALUES (-9223372036854775808, 18446744073709551615, 42, 0.1, 1e300, -0.1, '0000-00-00', \
             '2024-02-29 12:34:56.7', '-838:59:58.000001', 0, 'tab\\tlf\\nback\\\\ \"q\"', 'b,c', 'x,y', \
             '{\"a\": 1}', b'101', x'00ff', ST_GeomFromText('POINT(1 2)'))",
            "INSERT INTO t VALUES ()",
            "INSERT INTO t (y, s, st, bi) VALUES (2024, '', '', '')",
        ])
        .await;
        let print = async |format: &str, expect: &Expect| {
            let program = Program::at(&db, &["query", "SELECT * FROM t", "--format", format]);
            expect.assert_eq(&program.run().await.done());
        };
        print("tsv", &expect![[r#"
            i	u	z	f	d	n	day	at	time	y	s	e	st	j	b	bi	g
            -9223372036854775808	18446744073709551615	000042	0.1	1e300	-0.10000	0000-00-00	2024-02-29 12:34:56.700	-838:59:58.000001	0000	tab\tlf\nback\\ "q"	b,c	x,y	{"a": 1}	5	0x00FF	0x000000000101000000000000000000F03F0000000000000040
            \N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
            \N	\N	\N	\N	\N	\N	\N	\N	\N	2024		\N		\N	\N	0x	\N
        "#]]).await;
        print("csv", &expect![[r#"
            i,u,z,f,d,n,day,at,time,y,s,e,st,j,b,bi,g
            -9223372036854775808,18446744073709551615,000042,0.1,1e300,-0.10000,0000-00-00,2024-02-29 12:34:56.700,-838:59:58.000001,0000,"tab	lf
            back\ ""q""","b,c","x,y","{""a"": 1}",5,0x00FF,0x000000000101000000000000000000F03F0000000000000040
            ,,,,,,,,,,,,,,,,
            ,,,,,,,,,2024,"",,"",,,0x,
        "#]]).await;
        print("json", &expect![[r#"
            [
            {"i":-9223372036854775808,"u":18446744073709551615,"z":42,"f":0.1,"d":1e300,"n":"-0.10000","day":"0000-00-00","at":"2024-02-29 12:34:56.700","time":"-838:59:58.000001","y":"0000","s":"tab\tlf\nback\\ \"q\"","e":"b,c","st":"x,y","j":"{\"a\": 1}","b":5,"bi":"AP8=","g":"AAAAAAEBAAAAAAAAAAAA8D8AAAAAAAAAQA=="},
            {"i":null,"u":null,"z":null,"f":null,"d":null,"n":null,"day":null,"at":null,"time":null,"y":null,"s":null,"e":null,"st":null,"j":null,"b":null,"bi":null,"g":null},
            {"i":null,"u":null,"z":null,"f":null,"d":null,"n":null,"day":null,"at":null,"time":null,"y":"2024","s":"","e":null,"st":"","j":null,"b":null,"bi":"","g":null}
            ]
        "#]]).await;
        print("ndjson", &expect![[r#"
            {"i":-9223372036854775808,"u":18446744073709551615,"z":42,"f":0.1,"d":1e300,"n":"-0.10000","day":"0000-00-00","at":"2024-02-29 12:34:56.700","time":"-838:59:58.000001","y":"0000","s":"tab\tlf\nback\\ \"q\"","e":"b,c","st":"x,y","j":"{\"a\": 1}","b":5,"bi":"AP8=","g":"AAAAAAEBAAAAAAAAAAAA8D8AAAAAAAAAQA=="}
            {"i":null,"u":null,"z":null,"f":null,"d":null,"n":null,"day":null,"at":null,"time":null,"y":null,"s":null,"e":null,"st":null,"j":null,"b":null,"bi":null,"g":null}
            {"i":null,"u":null,"z":null,"f":null,"d":null,"n":null,"day":null,"at":null,"time":null,"y":"2024","s":"","e":null,"st":"","j":null,"b":null,"bi":"","g":null}
        "#]]).await;
        print("table", &expect![[r#"
                               i |                    u |      z |    f |     d |        n | day        | at                      | time              |    y | s                  | e    | st   | j        |    b | bi     | g
            ---------------------+----------------------+--------+------+-------+----------+------------+-------------------------+-------------------+------+--------------------+------+------+----------+------+--------+-----------------------------------------------------
            -9223372036854775808 | 18446744073709551615 | 000042 |  0.1 | 1e300 | -0.10000 | 0000-00-00 | 2024-02-29 12:34:56.700 | -838:59:58.000001 | 0000 | tab\tlf\nback\ "q" | b,c  | x,y  | {"a": 1} |    5 | 0x00FF | 0x000000000101000000000000000000F03F0000000000000040
                            NULL |                 NULL |   NULL | NULL |  NULL |     NULL | NULL       | NULL                    | NULL              | NULL | NULL               | NULL | NULL | NULL     | NULL | NULL   | NULL
                            NULL |                 NULL |   NULL | NULL |  NULL |     NULL | NULL       | NULL                    | NULL              | 2024 |                    | NULL |      | NULL     | NULL | 0x     | NULL
        "#]]).await;
    })
    .await;
}

#[tokio::test]
async fn a_pipe_gets_tsv_and_a_file_what_its_name_says() {
    each_database(async |db| {
        let folder = tempfile::tempdir().unwrap();
        let sql = "SELECT 1 AS a, NULL AS b";
        let piped = Program::at(&db, &["query", sql]).run().await;
        assert_eq!(piped.err, "");
        assert_eq!(piped.done(), "a\tb\n1\t\\N\n");
        let bare = Program::at(&db, &["query", "--no-header", "--format", "csv", sql]);
        assert_eq!(bare.run().await.done(), "1,\n");

        let file = folder.path().join("rows.ndjson");
        let name = file.to_str().unwrap();
        let first = Program::at(&db, &["query", sql, "-o", name]).run().await;
        assert_eq!(first.done(), "");
        assert_eq!(fs::read_to_string(&file).unwrap(), "{\"a\":1,\"b\":null}\n");

        let again = ["query", "SELECT 2 AS a", "-o", name];
        let refused = Program::at(&db, &again).run().await.failed(2);
        assert!(refused.contains("--force"), "{refused}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "{\"a\":1,\"b\":null}\n");

        let forced = [&again[..], &["--force"]].concat();
        Program::at(&db, &forced).run().await.done();
        assert_eq!(fs::read_to_string(&file).unwrap(), "{\"a\":2}\n");

        let failing = ["query", "SELECT * FROM missing", "-o", name, "--force"];
        Program::at(&db, &failing).run().await.failed(1);
        assert_eq!(fs::read_to_string(&file).unwrap(), "{\"a\":2}\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_would_write_is_refused_with_exit_code_3() {
    each_database(async |db| {
        db.run(&["CREATE TABLE t (id INT)", "INSERT INTO t VALUES (1)"])
            .await;
        let said = Program::at(&db, &["query", "DELETE FROM t"])
            .run()
            .await
            .failed(3);
        assert!(said.starts_with("error: refused: DELETE: "), "{said}");
        assert!(said.contains("\nhint: "), "{said}");
        let left = Program::at(&db, &["query", "SELECT COUNT(*) AS n FROM t"]);
        assert_eq!(left.run().await.done(), "n\n1\n");
    })
    .await;
}

#[tokio::test]
async fn wrong_use_ends_with_exit_code_2_and_says_what_is_wrong() {
    each_database(async |db| {
        let wrong = async |arguments: &[&str], word: &str| {
            let said = Program::at(&db, arguments).run().await.failed(2);
            assert!(said.contains(word), "{arguments:?}: {said}");
        };
        wrong(&["query", "SELECT 1;\n SELECT 2"], "begins at 2:2").await;
        wrong(&["query", " -- nothing"], "no statement").await;
        wrong(&["query", "SELECT ?"], "place").await;
        wrong(&["query", "SELECT ?", "-p", "int:x"], "parameter 1").await;
        wrong(&["query", "SELECT ?", "-p", "a=1"], ":a").await;
        wrong(&["query"], "<SQL>").await;
        wrong(&["query", "SELECT 1", "-f", "x.sql"], "cannot be used with").await;
        wrong(&["query", "SELECT 1", "--force"], "--output").await;
        wrong(&["query", "SELECT 1", "--format", "xml"], "ndjson").await;
        wrong(&["query", "SELECT 1", "--profile", "nobody"], "nobody").await;
        wrong(&["query", "SELECT 1", "--url", "http://x"], "mysql://").await;
        wrong(&["query", "-", "--password-stdin"], "standard input").await;
    })
    .await;
    let nowhere = Program::new(&["query", "SELECT 1"]).run().await.failed(2);
    assert!(nowhere.contains("--url"), "{nowhere}");
}

#[tokio::test]
async fn values_are_bound_and_never_read_as_sql() {
    each_database(async |db| {
        let query = async |arguments: &[&str]| {
            let arguments = [&["query", "--no-header"], arguments].concat();
            Program::at(&db, &arguments).run().await.done()
        };
        let hostile = "' OR 1=1; DROP TABLE t; -- ";
        assert_eq!(
            query(&["SELECT ?, %s, 10 % 4", "-p", hostile, "-p", "int:-5"]).await,
            format!("{hostile}\t-5\t2\n")
        );
        assert_eq!(
            query(&["SELECT :a, ':a', :b, :a", "-p", "a=x", "-p", "b=null:"]).await,
            "x\t:a\t\\N\tx\n"
        );
        assert_eq!(query(&["SELECT 10 %s FROM (SELECT 3 AS s) t"]).await, "1\n");
    })
    .await;
}

#[tokio::test]
async fn the_statement_may_come_from_a_file_or_from_standard_input() {
    each_database(async |db| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.sql");
        fs::write(&file, "\u{feff}SELECT 'ü' AS a;\n").unwrap();
        let from_file = Program::at(&db, &["query", "-f", file.to_str().unwrap()]);
        assert_eq!(from_file.run().await.done(), "a\nü\n");
        let from_stdin = Program::at(&db, &["query", "-"]).input("SELECT 1 AS a\n");
        assert_eq!(from_stdin.run().await.done(), "a\n1\n");
    })
    .await;
}

#[tokio::test]
async fn max_rows_cuts_and_says_so() {
    each_database(async |db| {
        thousand(&db).await;
        let cut = Program::at(&db, &["query", "SELECT 7 AS n FROM n", "--max-rows", "2"]);
        let cut = cut.run().await;
        assert!(cut.err.contains("after 2 rows"), "{}", cut.err);
        assert_eq!(cut.done(), "n\n7\n7\n");
        let all = ["query", "SELECT 7 AS n FROM n", "--max-rows", "1000"];
        let all = Program::at(&db, &all).run().await;
        assert_eq!(all.err, "");
        assert_eq!(all.done().lines().count(), 1001);
    })
    .await;
}

#[tokio::test]
async fn warnings_of_the_server_are_said_beside_the_rows() {
    each_database(async |db| {
        let warned = Program::at(&db, &["query", "SELECT CAST('x' AS SIGNED) AS n"])
            .run()
            .await;
        assert!(warned.err.starts_with("warning: "), "{}", warned.err);
        assert!(warned.err.contains("1292"), "{}", warned.err);
        assert_eq!(warned.done(), "n\n0\n");
    })
    .await;
}

#[tokio::test]
async fn a_failure_after_some_rows_does_not_look_like_a_whole_answer() {
    each_database(async |db| {
        thousand(&db).await;
        // The subquery has two rows for the last row alone.
        let sql =
            "SELECT (SELECT b.n FROM n b WHERE b.n = a.n OR a.n = 999 AND b.n = 0) AS n FROM n a";
        let failed = Program::at(&db, &["query", sql, "--format", "json"])
            .run()
            .await;
        assert_eq!(failed.code, Some(1));
        assert!(failed.err.contains("1242"), "{}", failed.err);
        assert!(!failed.out.ends_with("]\n"), "{}", failed.out);
    })
    .await;
}

#[tokio::test]
async fn ctrl_c_stops_the_statement_on_the_server_first() {
    each_database(async |db| {
        thousand(&db).await;
        let sql = "SELECT SUM(a.n + b.n + c.n + d.n) FROM n a, n b, n c, n d";
        let child = Program::at(&db, &["query", sql]).start();
        until("the statement runs", async || running(&db).await == 1).await;
        signal(&child, "INT");
        assert_eq!(exit_code(child).await, Some(130));
        until("the statement is gone", async || running(&db).await == 0).await;
    })
    .await;
}

#[tokio::test]
async fn ctrl_c_reaches_the_server_while_rows_come_faster_than_they_are_read() {
    each_database(async |db| {
        thousand(&db).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rows.tsv");
        let sql = "SELECT a.n FROM n a, n b, n c";
        let arguments = ["query", sql, "-o", file.to_str().unwrap()];
        let child = Program::at(&db, &arguments).start();
        let has_rows = async || {
            let files = fs::read_dir(folder.path()).unwrap();
            files
                .into_iter()
                .any(|file| file.unwrap().metadata().is_ok_and(|data| data.len() > 0))
        };
        until("rows come", has_rows).await;
        signal(&child, "INT");
        let ended = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
        let ended = ended.expect("it ends").unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(said.contains("has stopped on the server"), "{said}");
        assert_eq!(ended.status.code(), Some(130));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_second_ctrl_c_ends_at_once_and_leaves_no_file_behind() {
    each_database(async |db| {
        thousand(&db).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rows.tsv");
        let sql = "SELECT a.n FROM n a, n b, n c";
        let arguments = ["query", sql, "-o", file.to_str().unwrap()];
        let mut child = Program::at(&db, &arguments).start();
        until("the statement runs", async || running(&db).await == 1).await;
        signal(&child, "INT");
        // Two that come together are one: the first must have been seen.
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        while let Some(line) = said.next_line().await.unwrap() {
            if line.contains("Ctrl-C again ends at once") {
                break;
            }
        }
        signal(&child, "INT"); // not yet waited for, so its number is still its own
        assert_eq!(exit_code(child).await, Some(130));
        until("the statement is gone", async || running(&db).await == 0).await;
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_closed_pipe_ends_quietly_and_stops_the_statement() {
    each_database(async |db| {
        thousand(&db).await;
        let sql = "SELECT a.n FROM n a, n b, n c";
        let mut child = Program::at(&db, &["query", sql]).start();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap();
        drop(lines);
        let ended = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
        let ended = ended.expect("it ends").unwrap();
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
        assert_eq!(
            (ended.status.code(), first.as_deref()),
            (Some(0), Some("n"))
        );
        until("the statement is gone", async || running(&db).await == 0).await;
    })
    .await;
}

#[tokio::test]
async fn a_time_limit_ends_the_statement() {
    each_database(async |db| {
        thousand(&db).await;
        let sql = "SELECT SUM(a.n + b.n + c.n + d.n) FROM n a, n b, n c, n d";
        let said = Program::at(&db, &["query", sql, "--timeout", "1"])
            .run()
            .await
            .failed(1);
        assert!(said.contains("time limit"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn the_password_comes_from_standard_input_or_the_environment_and_is_never_shown() {
    each_database(async |db| {
        let (url, password) = (url(&db), db.server.password.reveal());
        if password.is_empty() {
            return;
        }
        let by_stdin = [
            "query",
            "-v",
            "SELECT 1 AS a",
            "--url",
            &url,
            "--password-stdin",
        ];
        let by_stdin = Program::new(&by_stdin).input(&format!("{password}\n"));
        let by_stdin = by_stdin.run().await;
        assert!(!by_stdin.err.contains(password));
        assert_eq!(by_stdin.done(), "a\n1\n");

        // MYSQL_PASSWORD belongs to MYSQL_HOST and to no other target.
        let other = Program::at(&db, &["query", "SELECT 1", "--url", &url])
            .run()
            .await;
        let said = other.failed(1);
        assert!(said.contains("no password was given"), "{said}");
        assert!(said.contains("--password-stdin"), "{said}");

        let with_password = url.replacen('@', &format!(":{password}@"), 1);
        let warned = Program::new(&["query", "SELECT 1 AS a", "--url", &with_password]);
        let warned = warned.run().await;
        assert!(warned.err.starts_with("warning: the URL holds a password"));
        assert!(!warned.err.contains(password));
        assert_eq!(warned.done(), "a\n1\n");
    })
    .await;
}

#[tokio::test]
async fn test_connection_answers_in_json_either_way() {
    each_database(async |db| {
        let arguments = ["test-connection", "--format", "json"];
        let answer = Program::at(&db, &arguments).run().await.done();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            [
                "status",
                "product",
                "version",
                "tls",
                "latency_ms",
                "server_time",
                "time_zone",
                "read_only"
            ]
        );
        assert_eq!(answer["status"], "connected");
        assert_eq!(answer["product"], db.server.kind.to_string());
        assert_eq!(answer["time_zone"], "+00:00");
        assert_eq!(answer["read_only"], "porthole");
        assert!(answer["latency_ms"].as_f64().unwrap() > 0.0);

        let refused = Program::at(&db, &arguments).env("MYSQL_PASSWORD", "wrong");
        let refused = refused.run().await;
        assert_eq!((refused.code, refused.err.as_str()), (Some(1), ""));
        let answer: Value = serde_json::from_str(&refused.out).unwrap();
        assert_eq!(answer["status"], "failed");
        assert_eq!(answer["cause"], "access_denied");
        assert!(!answer["hint"].as_str().unwrap().is_empty());

        let words = Program::at(&db, &["test-connection"]).run().await.done();
        assert!(words.starts_with(&format!("Connected to {} ", db.server.kind)));
        assert!(
            words.contains("this account could do more than read"),
            "{words}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_profile_is_saved_used_and_removed() {
    each_database(async |db| {
        let config = tempfile::tempdir().unwrap();
        let password = db.server.password.reveal();
        let porthole = async |arguments: &[&str]| {
            let program = Program::new(arguments)
                .env("PORTHOLE_CONFIG_DIR", config.path())
                .input(password);
            program.run().await
        };
        let url = url(&db);
        let add = [
            "profiles",
            "add",
            "shop",
            "--url",
            &url,
            "--environment",
            "staging",
        ];
        porthole(&add).await.done();
        assert!(porthole(&add).await.failed(2).contains("already"));
        let list = porthole(&["profiles", "list"]).await.done();
        let listed: Vec<&str> = list.lines().nth(1).unwrap().split('\t').collect();
        assert_eq!(listed[0], "shop");
        assert_eq!(listed[3..], [&db.name, "staging", "PREFERRED", "ask"]);
        assert!(
            porthole(&["profiles", "show", "shop"])
                .await
                .done()
                .contains(&url)
        );
        let query = [
            "query",
            "SELECT 1 AS a",
            "--profile",
            "shop",
            "--password-stdin",
        ];
        assert_eq!(porthole(&query).await.done(), "a\n1\n");
        let test = ["profiles", "test", "shop", "--password-stdin"];
        assert!(porthole(&test).await.done().starts_with("Connected"));

        // Where no keyring answers, the profile asks, and nothing is written anywhere.
        let keep = [
            "profiles",
            "add",
            "kept",
            "--url",
            &url,
            "--password",
            "keyring",
            "--password-stdin",
        ];
        let kept = porthole(&keep).await;
        assert!(
            kept.err.contains("asks for its password instead"),
            "{}",
            kept.err
        );
        kept.done();
        assert!(!holds(config.path(), password));

        for name in ["shop", "kept"] {
            porthole(&["profiles", "remove", name]).await.done();
        }
        assert_eq!(
            porthole(&["profiles", "list"]).await.done().lines().count(),
            1
        );
        assert!(
            porthole(&["profiles", "remove", "shop"])
                .await
                .failed(2)
                .contains("shop")
        );
    })
    .await;
}

/// Does any file in the folder hold this text?
fn holds(folder: &Path, text: &str) -> bool {
    !text.is_empty()
        && fs::read_dir(folder).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            String::from_utf8_lossy(&fs::read(path).unwrap()).contains(text)
        })
}

#[tokio::test]
async fn the_sample_server_gives_one_url_and_ends_with_its_command() {
    let mut child = Program::new(&["demo", "--no-window"]).start();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = tokio::time::timeout(PATIENCE, lines.next_line()).await;
    let url = url.expect("the server starts").unwrap().unwrap();
    let count = [
        "query",
        "--url",
        &url,
        "--no-header",
        "SELECT COUNT(*) FROM shop.every_type",
    ];
    assert_eq!(Program::new(&count).run().await.done(), "4\n");
    let database = ["query", "--url", &url, "CREATE DATABASE x"];
    Program::new(&database).run().await.failed(3);
    signal(&child, "TERM");
    assert_eq!(exit_code(child).await, Some(0));
    assert_eq!(lines.next_line().await.unwrap(), None);
    let gone = Program::new(&count).run().await.failed(1);
    assert!(gone.contains("cannot connect"), "{gone}");
}

#[tokio::test]
async fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Program::new(&["completions", shell]).run().await.done();
        assert!(script.contains("test-connection"), "{shell}");
    }
}

#[tokio::test]
async fn stats_computes_without_a_server() {
    let run = async |arguments: &[&str]| Program::new(arguments).run().await;
    let one = run(&["stats", "adjust", "p=0.5"]).await.done();
    let expected = "{\"bonferroni_0\":0.5,\"bonferroni_rejected\":0,\"holm_0\":0.5,\"holm_rejected\":0,\
                    \"bh_0\":0.5,\"bh_rejected\":0}\n";
    assert_eq!(one, expected);
    let arms = ["x1=0", "n1=20", "x2=0", "n2=10"];
    let none = run(&[&["stats", "two_proportions"], &arms[..]].concat()).await;
    let none: Value = serde_json::from_str(&none.done()).unwrap();
    assert!(none["z"].is_null() && none["lift"].is_null(), "{none}");
    let split = run(&["stats", "srm", "counts=8012|987|1001", "weights=8|1|1"]).await;
    let split: Value = serde_json::from_str(&split.done()).unwrap();
    assert_eq!(split["df"], 2);

    let list = run(&["stats"]).await.done();
    assert!(list.contains("\nema_debiased: "), "{list}");
    let wrong = run(&["stats", "wilson", "x=3", "n=2"]).await.failed(2);
    assert!(wrong.contains("x=3 is more than n=2"), "{wrong}");
    assert!(
        wrong.contains("porthole stats wilson x=… n=… [conf=0.95]"),
        "{wrong}"
    );
}
