//! The first use of Porthole from end to end, as somebody who has never seen it: make a profile, test it, connect, ask,
//! read the rows, be refused, stop a query that takes too long, close the window, and find everything again.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    time::{Duration, Instant},
};

use mysql_async::prelude::Queryable as _;
use porthole::demo::{Kind, Options, Server};

use crate::{
    desktop::{Desktop, output},
    search,
    window::{Window, button, entry, frame, pause, radio},
};

const SQL: &str = "SELECT id, word FROM shop.words ORDER BY id";
/// Takes hours, and the server looks at nothing but its memory.
const ENDLESS: &str = "WITH RECURSIVE endless AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM endless WHERE i < 200) \
                       SELECT COUNT(*) FROM endless a, endless b, endless c, endless d, endless e, endless f";

#[tokio::test]
async fn a_first_use_on_mariadb_from_profile_to_rows_and_back() {
    use_for_the_first_time(Kind::MariaDb).await;
}

#[tokio::test]
async fn a_first_use_on_mysql_from_profile_to_rows_and_back() {
    use_for_the_first_time(Kind::MySql).await;
}

async fn use_for_the_first_time(kind: Kind) {
    // Not like anything else that may stand in a file.
    let password = format!("Zwölf \"Boxkämpfer\" {}{kind}", process::id());
    let server = server(kind, &password).await;
    let desktop = Desktop::start();

    let mut window = Window::open(&desktop);
    window.wait(frame("Porthole"));
    make_profile(&mut window, server.port(), &password);
    let answer = test_connection(&mut window);
    let product = kind.to_string();
    assert!(answer.contains(&product), "{answer}");
    window.press(button("Save and connect"));
    window.read(&format!(
        "{product} {}.{}",
        server.release().0,
        server.release().1
    ));
    read_rows(&mut window);
    be_refused(&mut window);
    assert_eq!(words(&server).await, 3);
    cancel(&mut window, &server).await;
    window.set(entry("SQL"), SQL);
    assert_in_keyring_alone(&desktop, &window, &password);
    assert!(window.close().success());

    let mut window = Window::open(&desktop);
    assert_eq!(window.text(entry("SQL")), SQL);
    window.wait(button("Profile: Words of the shop, other"));
    window.press(button("Connect"));
    // Nobody is asked for the password: Run can be pressed once there is a connection.
    window.press(button("Run"));
    assert_rows(&mut window);
    assert!(window.close().success());
}

/// A server with one table, and one account that may only read it.
async fn server(kind: Kind, password: &str) -> Server {
    let options = Options {
        parent: Some(std::env::temp_dir()),
        ..Options::default()
    };
    let server = match Server::start(kind, &options).await {
        Ok(server) => server,
        Err(error) => panic!("{error}\n{}", error.hint().unwrap_or_default()),
    };
    let mut writer = server.writer().await.unwrap();
    for sql in [
        "CREATE DATABASE shop CHARACTER SET utf8mb4".to_owned(),
        "CREATE TABLE shop.words (id INT PRIMARY KEY, word VARCHAR(20) CHARACTER SET utf8mb4)"
            .to_owned(),
        "INSERT INTO shop.words VALUES (1, 'fünf'), (2, '日本'), (3, NULL)".to_owned(),
        format!("CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{password}'"),
        // So that it is Porthole that refuses, and not the server.
        "GRANT SELECT, DELETE ON shop.* TO reader@'127.0.0.1'".to_owned(),
    ] {
        writer.run(&sql).await.unwrap();
    }
    server
}

fn make_profile(window: &mut Window<'_>, port: u16, password: &str) {
    window.press(button("Profiles"));
    window.press_any(button("New profile"));
    window.set(entry("Name"), "Words of the shop");
    window.set(entry("Host"), "127.0.0.1");
    window.set(entry("Port"), &port.to_string());
    window.set(entry("User"), "reader");
    window.set(entry("Password"), password);
    window.press(radio("Keep it in the keyring"));
}

fn test_connection(window: &mut Window<'_>) -> String {
    window.press(button("Test connection"));
    let read_only = window.read("Read-only by");
    assert!(
        read_only
            .starts_with("Read-only by Porthole: this account could do more than read (DELETE"),
        "{read_only}"
    );
    window.read("Account reader@127.0.0.1");
    window.read("Connected to ")
}

fn read_rows(window: &mut Window<'_>) {
    window.set(entry("SQL"), SQL);
    window.press(button("Run"));
    assert_rows(window);
}

fn assert_rows(window: &mut Window<'_>) {
    window.read("3 rows");
    assert_eq!(window.cell("word", "2"), "日本");
    assert_eq!(window.cell("id", "2"), "2");
    assert_eq!(window.cell("word", "3"), "NULL");
}

fn be_refused(window: &mut Window<'_>) {
    window.set(entry("SQL"), "DELETE FROM shop.words");
    window.press(button("Run"));
    window.read("Not run: DELETE");
    window.read("This query shows the rows that it is about");
}

/// How many rows the table has.
async fn words(server: &Server) -> u64 {
    let mut conn = server.connect().await.unwrap();
    let rows = conn.query_first("SELECT COUNT(*) FROM shop.words").await;
    rows.unwrap().unwrap()
}

async fn cancel(window: &mut Window<'_>, server: &Server) {
    window.set(entry("SQL"), ENDLESS);
    window.press(button("Run"));
    until_running(server, 1).await;
    window.press_any(button("Cancel"));
    window.read("the statement has stopped on the server");
    until_running(server, 0).await;
}

/// Asks the server until it works on so many of our endless statements.
async fn until_running(server: &Server, expected: u64) {
    let mut conn = server.connect().await.unwrap();
    let deadline = Instant::now() + Duration::from_mins(2);
    loop {
        let running: Option<u64> = conn
            .query_first(
                "SELECT COUNT(*) FROM information_schema.processlist \
                 WHERE user = 'reader' AND info LIKE '%endless d%'",
            )
            .await
            .unwrap();
        if running == Some(expected) {
            return;
        }
        assert!(Instant::now() < deadline, "{running:?} run on the server");
        pause();
    }
}

/// The password is in the keyring and nowhere that others could look.
fn assert_in_keyring_alone(desktop: &Desktop, window: &Window<'_>, password: &str) {
    let lookup = ["lookup", "service", "porthole"];
    let kept = output(desktop.command("secret-tool").args(lookup));
    assert_eq!(kept, password);

    let folder = desktop.folder();
    for file in [
        "output",
        "desktop.log",
        "home/config/porthole/profiles.toml",
    ] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        assert!(!text.is_empty(), "{file} is one of those that are searched");
    }
    let none: [PathBuf; 0] = [];
    assert_eq!(search::in_files(folder, password).at, none);
    assert_eq!(search::in_processes(password).at, none);

    // The same search finds it where it is put on purpose.
    let places = [
        "output",
        "home/config",
        "home/data",
        "home/state",
        "home/cache",
    ];
    let canaries = places.map(|place| put(&folder.join(place), password));
    let mut found = search::in_files(folder, password).at;
    found.sort();
    let mut expected = canaries.to_vec();
    expected.sort();
    assert_eq!(found, expected);
    let canary = Canary::start(password);
    let found = search::in_processes(password).at;
    let expected = format!("/proc/{}/cmdline", canary.0.id());
    assert_eq!(found, [PathBuf::from(expected)]);
    let program = PathBuf::from(format!("/proc/{}", window.id()));
    for part in ["cmdline", "environ"] {
        assert!(
            fs::read(program.join(part)).is_ok(),
            "{part} can be searched"
        );
    }
    for file in &canaries[1..] {
        fs::remove_file(file).unwrap();
    }
}

/// Writes it where it does not belong: into a new file of a folder, or at the end of a file.
fn put(place: &Path, password: &str) -> PathBuf {
    let file = if place.is_dir() {
        place.join("canary")
    } else {
        place.to_owned()
    };
    let mut out = File::options()
        .create(true)
        .append(true)
        .open(&file)
        .unwrap();
    writeln!(out, "{password}").unwrap();
    file
}

/// A process that has the password among its arguments.
struct Canary(Child);

impl Canary {
    fn start(password: &str) -> Self {
        let mut command = Command::new("sh");
        let mut canary = command
            .args(["-c", "echo; read line", "sh", password])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Until it has spoken it may still be this program under another number.
        let mut first = [0];
        canary
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut first)
            .unwrap();
        Self(canary)
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.0.kill().ok(); // it may have ended by itself
        self.0.wait().ok();
    }
}
