//! The window against real servers, by its labels: connect, write, run, read a cell; cancel; browse; load all.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use egui::{Key, Modifiers, Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use porthole::{
    engine::{
        binlog::source::live::Program,
        profiles::{
            Address, Profile, Target,
            secrets::{InMemory, Passwords},
            store::Store,
        },
    },
    gui::{app::App, options::WindowOptions, theme},
    worker::Worker,
};

use crate::{
    line::Line,
    sessions::{self, endless, eventually, is_running},
    support::{self, TestDb},
};

/// The whole window, connected to a database of one test.
struct Window(Harness<'static, Option<App>>);

impl Window {
    fn open(db: &TestDb, profile: Profile) -> Self {
        let target = Target {
            profile,
            password: Some(db.server.password.clone()),
        };
        let mut options = Some(WindowOptions {
            store: Store::open("/nonexistent"),
            passwords: Passwords::new(Arc::new(InMemory::default())),
            folder: None,
            connect: Some(target),
            ask: None,
            reader: Some(Program::at(env!("CARGO_BIN_EXE_porthole").into())),
        });
        let harness = Harness::builder()
            .with_size([1280.0, 800.0])
            .with_max_steps(20)
            .with_context_setup(theme::install)
            .build_ui_state(
                move |ui, app: &mut Option<App>| {
                    let app = app.get_or_insert_with(|| {
                        let ctx = ui.ctx().clone();
                        let worker = Worker::new(move || ctx.request_repaint()).unwrap();
                        App::new(ui.ctx(), worker, options.take().unwrap())
                    });
                    app.poll(ui.ctx());
                    app.ui(ui);
                },
                None,
            );
        let mut window = Self(harness);
        window.until("connected", |window| {
            window.query_by_label("Connected").is_some()
        });
        window.shows("Run");
        window
    }

    /// Draw until it is so, to a generous deadline.
    #[track_caller]
    fn until(&mut self, what: &str, is: impl Fn(&Harness<'static, Option<App>>) -> bool) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while !is(&self.0) {
            assert!(
                Instant::now() < deadline,
                "not within 60 s: {what}; seen: {:?}",
                self.words()
            );
            self.0.step();
            thread::yield_now();
        }
    }

    /// Everything that is said, for the message of a test that fails.
    fn words(&self) -> Vec<String> {
        let labels = self.0.query_all_by_role(Role::Label);
        labels
            .filter_map(|label| label.accesskit_node().value())
            .collect()
    }

    #[track_caller]
    fn shows(&mut self, label: &str) {
        self.until(label, |window| {
            window.query_all_by_label_contains(label).next().is_some()
        });
    }

    #[track_caller]
    fn shows_cell(&mut self, label: &str) {
        self.until(label, |window| {
            window
                .query_all_by_role_and_label(Role::Cell, label)
                .next()
                .is_some()
        });
    }

    #[track_caller]
    fn click(&mut self, label: &str) {
        self.shows(label);
        self.0.get_by_label(label).click();
        self.0.step();
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.0.key_press_modifiers(modifiers, key);
        self.0.step();
    }

    /// Write in the editor, in the place of what was there, and run it by its key.
    fn run(&mut self, sql: &str) {
        let field = |window: &Harness<'static, Option<App>>| {
            window
                .get_by_role_and_label(Role::MultilineTextInput, "SQL")
                .accesskit_node()
                .is_focused()
        };
        self.0
            .get_by_role_and_label(Role::MultilineTextInput, "SQL")
            .focus();
        self.until("the editor has the keyboard", field);
        self.key(Modifiers::COMMAND, Key::A);
        self.0
            .get_by_role_and_label(Role::MultilineTextInput, "SQL")
            .type_text(sql);
        self.0.step();
        self.key(Modifiers::COMMAND, Key::Enter);
    }
}

/// The window has a runtime of its own, which must not be dropped inside a test's.
fn in_window(db: TestDb, test: impl FnOnce(&mut Window, &TestDb) + Send + 'static) {
    let profile = sessions::profile(db.server);
    in_window_as(profile, db, test);
}

/// Connected by a profile of the test's own.
fn in_window_as(
    profile: Profile,
    db: TestDb,
    test: impl FnOnce(&mut Window, &TestDb) + Send + 'static,
) {
    let profile = Profile {
        database: Some(db.name.clone()),
        ..profile
    };
    let tested = thread::spawn(move || {
        let mut window = Window::open(&db, profile);
        test(&mut window, &db);
        drop(window);
    });
    if let Err(panic) = tested.join() {
        std::panic::resume_unwind(panic);
    }
}

async fn with_orders(server: &'static support::TestServer) -> TestDb {
    let db = TestDb::create(server).await;
    db.run(&[
        "CREATE TABLE orders (id INT PRIMARY KEY, note VARCHAR(40))",
        "INSERT INTO orders VALUES (1, 'first'), (2, NULL), (3, 'third')",
    ])
    .await;
    db
}

#[tokio::test]
async fn a_statement_is_written_and_run_and_its_cells_are_read() {
    support::each_server(async |server| {
        in_window(with_orders(server).await, |window, _| {
            window.run("SELECT note FROM orders ORDER BY id");
            window.shows_cell("first");
            window.shows_cell("third");
            window.shows("3 rows");
        });
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_said_where_it_was_run_and_old_rows_stay() {
    support::each_server(async |server| {
        in_window(with_orders(server).await, |window, db| {
            window.run("SELECT note FROM orders WHERE id = 1");
            window.shows_cell("first");
            window.run("SELECT nonsense FROM orders");
            window.shows("Unknown column 'nonsense'");
            window.shows("Show the place");
            window.shows_cell("first");
            window.run("DELETE FROM orders");
            window.shows("Not run: DELETE");
            window.run(&format!("USE `{}`", db.name));
            window.shows("The database of this tab is now");
            window.run("USE no_such_database_here");
            window.shows("Unknown database 'no_such_database_here'");
        });
    })
    .await;
}

#[tokio::test]
async fn escape_stops_a_statement_on_the_server() {
    support::each_server(async |server| {
        let mut conn = server.admin().await;
        let mark = "window_escape";
        let db = with_orders(server).await;
        let (started, may_cancel) = std::sync::mpsc::channel::<()>();
        let tested = thread::spawn(move || {
            in_window(db, move |window, _| {
                window.run(&endless(mark));
                window.shows("Cancel");
                window.until("it runs on the server", |_| may_cancel.try_recv().is_ok());
                window.key(Modifiers::NONE, Key::Escape);
                window.shows("the statement has stopped on the server");
            });
        });
        eventually("it runs", async || is_running(&mut conn, mark).await).await;
        started.send(()).unwrap();
        eventually("it has stopped", async || {
            !is_running(&mut conn, mark).await
        })
        .await;
        tested.join().unwrap();
    })
    .await;
}

#[tokio::test]
async fn rows_beyond_the_limit_are_loaded_when_asked_for() {
    support::each_server(async |server| {
        let db = TestDb::create(server).await;
        db.run(&[
            "CREATE TABLE n (i INT PRIMARY KEY)",
            "INSERT INTO n WITH RECURSIVE s AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM s WHERE i < 900) SELECT i FROM s",
            "INSERT INTO n SELECT i + 900 FROM n",
        ])
        .await;
        in_window(db, |window, _| {
            window.click("Row limit: first 100,000 rows");
            window.click("first 1,000 rows");
            window.run("SELECT i FROM n ORDER BY i");
            window.click("Load all rows");
            window.shows("1,800 rows");
        });
    })
    .await;
}

#[tokio::test]
async fn rows_are_saved_as_a_file_and_none_is_replaced_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.csv");
    std::fs::write(&path, "mine").unwrap();
    let there = path.clone();
    in_window(
        with_orders(support::mariadb().await).await,
        move |window, _| {
            window.run("SELECT id, note FROM orders ORDER BY id");
            window.shows_cell("third");
            window.key(Modifiers::COMMAND, Key::S);
            window.shows("Save rows");
            let field = |window: &Window| {
                let fields = window
                    .0
                    .get_by_role_and_label(Role::TextInput, "File to save to");
                fields.focus();
            };
            field(window);
            window.0.step();
            window.key(Modifiers::COMMAND, Key::A);
            window
                .0
                .get_by_role_and_label(Role::TextInput, "File to save to")
                .type_text(there.to_str().unwrap());
            window.0.step();
            window.click("Save rows");
            window.shows("A file of that name is there.");
            assert_eq!(std::fs::read_to_string(&there).unwrap(), "mine");
            window.click("Replace the file");
            window.shows("3 rows saved to");
        },
    );
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, "id,note\n1,first\n2,\n3,third\n");
}

#[tokio::test]
async fn the_schema_opens_on_demand_and_shows_rows() {
    support::each_server(async |server| {
        in_window(with_orders(server).await, |window, _| {
            // The profile's database is opened by itself.
            window.until("the table", |window| {
                window.query_all_by_role(Role::TreeItem).any(|item| {
                    item.accesskit_node()
                        .label()
                        .is_some_and(|label| label.starts_with("orders"))
                })
            });
            window.key(Modifiers::NONE, Key::Escape);
            window.0.get_by_role_and_label(Role::Tree, "Schema").focus();
            window.0.step();
            let orders = |window: &Harness<'static, Option<App>>| {
                window.query_all_by_role(Role::TreeItem).any(|item| {
                    let node = item.accesskit_node();
                    node.is_selected() == Some(true)
                        && node
                            .label()
                            .is_some_and(|label| label.starts_with("orders"))
                })
            };
            for _ in 0..200 {
                if orders(&window.0) {
                    break;
                }
                window.key(Modifiers::NONE, Key::ArrowDown);
            }
            assert!(orders(&window.0));
            window.key(Modifiers::NONE, Key::ArrowRight);
            window.shows("primary key");
            window.click("Show rows of orders");
            window.shows_cell("third");
        });
    })
    .await;
}

// More than one thread: the window's own waiting must not hold up the line.
#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_goes_away_shows_without_asking_and_so_does_its_return() {
    let server = support::mariadb().await;
    let line = Line::to(server).await;
    let profile = Profile {
        address: Address::Tcp {
            host: "127.0.0.1".to_owned(),
            port: line.port,
        },
        ..sessions::profile(server)
    };
    in_window_as(profile, with_orders(server).await, move |window, _| {
        window.run("SELECT note FROM orders WHERE id = 1");
        window.shows_cell("first");
        line.cut();
        window.shows("Connection lost");
        window.shows("Text and rows are kept");
        window.shows_cell("first");
        line.mend();
        window.until("connected again", |window| {
            window.query_by_label("Connected").is_some()
        });
        window.run("SELECT note FROM orders WHERE id = 3");
        window.shows_cell("third");
    });
}

/// Two variants of a thousand users each; every tenth of the one and every fifth of the other converted.
async fn with_experiment(server: &'static support::TestServer, table: &str, user: &str) -> TestDb {
    let db = TestDb::create(server).await;
    db.run(&[
        &format!(
            "CREATE TABLE {table} (experiment_id VARCHAR(40), {user} VARCHAR(40), variant_id VARCHAR(40), \
             converted TINYINT, assigned_at DATETIME)"
        ),
        &format!(
            "INSERT INTO {table} WITH RECURSIVE s AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM s WHERE i < 999) \
             SELECT 'price-page', CONCAT('c', i), 'control', i % 10 = 0, '2026-03-01' + INTERVAL i % 20 DAY FROM s"
        ),
        &format!(
            "INSERT INTO {table} SELECT experiment_id, CONCAT('t', {user}), 'treatment', \
             SUBSTRING({user}, 2) % 5 = 0, assigned_at FROM {table}"
        ),
    ])
    .await;
    db
}

#[tokio::test]
async fn an_experiment_is_read_from_its_table_and_shown() {
    support::each_server(async |server| {
        let db = with_experiment(server, "experiment_assignments", "user_id").await;
        in_window(db, |window, _| {
            window.key(Modifiers::COMMAND, Key::Num3);
            window.shows("price-page, 2,000 users");
            window.shows("treatment, better than control");
            window.shows_cell("20.00 %, 17.64 % to 22.59 %");
            window.shows("Split 50.0 : 50.0 p 1.0000, fine");
            window.shows("1 Mar – 20 Mar 2026 · 20 days · 2,000 users");
            window.click("SQL");
            window.shows("COUNT(DISTINCT");
        });
    })
    .await;
}

#[tokio::test]
async fn an_experiment_in_a_table_of_another_name_is_shown_once_that_is_said() {
    support::each_server(async |server| {
        let db = with_experiment(server, "exposures_of_ours", "visitor_id").await;
        in_window(db, |window, db| {
            window.key(Modifiers::COMMAND, Key::Num3);
            // Whatever is found: databases of other tests may have a table of the usual name.
            window.click("Map tables…");
            let field = |window: &Window| {
                let field = window
                    .0
                    .get_by_role_and_label(Role::TextInput, "Look for a table");
                field.focus();
                field.type_text("exposures_of_ours");
            };
            window.shows("Look for a table");
            field(window);
            window.0.step();
            let keep = |window: &Window| window.0.get_by_label("Check and keep").rect();
            let at = keep(window);
            window.key(Modifiers::NONE, Key::Enter);
            let table = format!("{}.exposures_of_ours, has all columns", db.name);
            window.click(&table);
            // An answer that comes while somebody clicks must not move what is clicked.
            assert_eq!(at, keep(window));
            window.shows("Column for who was assigned: visitor_id");
            window.click("Check and keep");
            window.shows("price-page, 2,000 users");
            window.shows("treatment, better than control");
        });
    })
    .await;
}

/// Write beside a window, whose thread has no runtime.
fn write(db: &TestDb, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(db.run(&[sql]));
}

/// Transactions that are seen, newest first, with this in their line.
fn transactions(window: &Harness<'static, Option<App>>, part: &str) -> Vec<String> {
    let rows = window.query_all_by_role(Role::ListBoxOption);
    let labels = rows.filter_map(|row| row.accesskit_node().label());
    labels.filter(|label| label.contains(part)).collect()
}

#[tokio::test]
async fn changes_are_followed_live_and_a_pause_loses_none() {
    support::each_server(async |server| {
        let db = TestDb::create(server).await;
        let table = format!("seen_in_{}", db.name);
        let columns = "(id INT PRIMARY KEY, note VARCHAR(40))";
        db.run(&[&format!("CREATE TABLE {table} {columns}")]).await;
        in_window(db, move |window, db| {
            window.key(Modifiers::COMMAND, Key::Num6);
            // Once the server was looked at.
            window.shows("Begin at");
            window.click("Start reading");
            window.until("the stream is open", |window| {
                window.query_by_label("live").is_some()
            });
            // Other tests write too.
            window.key(Modifiers::COMMAND, Key::F);
            window.shows("Search in what is held");
            let field = "Search in what is held";
            let field = window.0.get_by_role_and_label(Role::TextInput, field);
            field.type_text(&table);
            window.0.step();
            write(db, &format!("INSERT INTO {table} VALUES (1, 'first')"));
            window.until("the insert", |window| {
                transactions(window, &table).len() == 1
            });

            window.click("Pause");
            window.until("paused", |window| window.query_by_label("paused").is_some());
            write(db, &format!("UPDATE {table} SET note = 'second'"));
            write(db, &format!("DELETE FROM {table}"));
            window.click("Resume");
            window.until("both", |window| transactions(window, &table).len() >= 3);
            write(db, &format!("INSERT INTO {table} VALUES (2, 'last')"));
            window.until("the last", |window| transactions(window, &table).len() >= 4);
            let seen = transactions(&window.0, &table);
            assert_eq!(seen.len(), 4, "each once: {seen:?}");
            window.click(&seen[2]);
            window.shows_cell("note before: 'first', changed");
            window.shows_cell("note after: 'second', changed");
        });
    })
    .await;
}
