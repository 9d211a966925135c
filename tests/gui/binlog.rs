//! The screen of the binary log, by its labels; recorded files, no server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use egui::accesskit::Toggled;
use egui::{Key, Modifiers, Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use porthole::{
    engine::{
        Error,
        binlog::{
            checks::{End, Finding, LogFile, Rights, Survey, Weight},
            gtid::GtidPosition,
        },
        session::Product,
    },
    gui::{
        command::{BinlogCommand, BinlogView, Command, CommandQueue, QueryCommand, RowKey, Span},
        context::PanelContext,
        panels::binlog::{BinlogPanel, ring::Limits, wishes::Wishes},
        saved::SavedBinlog,
        state::{Section, State},
        theme,
        zone::Zone,
    },
    worker::Worker,
};

struct Screen {
    panel: BinlogPanel,
    state: State,
    worker: Worker,
    commands: CommandQueue,
    asked: Vec<Command>,
}

type Window = Harness<'static, Screen>;

fn window(panel: BinlogPanel, state: State) -> Window {
    let screen = Screen {
        panel,
        state,
        worker: Worker::new(|| {}).unwrap(),
        commands: CommandQueue::default(),
        asked: Vec::new(),
    };
    let mut window = Harness::builder()
        .with_size([1232.0, 736.0])
        .with_max_steps(80)
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, screen: &mut Screen| {
                let Screen {
                    panel,
                    state,
                    worker,
                    commands,
                    asked,
                } = screen;
                panel.poll(state, worker, true);
                panel.ui(ui, &PanelContext::new(state, commands));
                for command in commands.take() {
                    // As the window does: what was asked for is seen at once.
                    ui.request_repaint();
                    asked.push(command.clone());
                    if let Command::Binlog(command) = command {
                        panel.handle(command, state, worker);
                    }
                }
            },
            screen,
        );
    window.run();
    window
}

/// Draw until it is so, to a generous deadline, and then until nothing moves any more.
#[track_caller]
fn until(window: &mut Window, what: &str, is: impl Fn(&Window) -> bool) {
    wait(window, what, is);
    window.run();
}

/// The same where reading goes on, so that the window does not come to rest.
#[track_caller]
fn wait(window: &mut Window, what: &str, is: impl Fn(&Window) -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !is(window) {
        assert!(
            Instant::now() < deadline,
            "waited for: {what}; seen: {:?}",
            words(window)
        );
        window.step();
        std::thread::yield_now();
    }
}

/// Everything that is said, for the message of a test that fails.
fn words(window: &Window) -> Vec<String> {
    let labels = window.query_all_by_role(Role::Label);
    labels
        .filter_map(|label| label.accesskit_node().value())
        .collect()
}

fn shows(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/binlog")
        .join(name)
}

/// A window that has read recorded files to their end, without a server.
fn opened(panel: BinlogPanel, name: &str, end: &str) -> Window {
    let mut window = window(panel, State::default());
    let open = BinlogCommand::Open(vec![recorded(name)]);
    window.state_mut().commands.push(open);
    until(&mut window, end, |window| shows(window, end));
    window
}

fn mysql() -> Window {
    opened(BinlogPanel::default(), "mysql", "complete")
}

fn transactions(window: &Window) -> Vec<String> {
    let list = window.get_by_role_and_label(Role::ListBox, "transactions");
    list.query_all_by_role(Role::ListBoxOption)
        .filter_map(|row| row.accesskit_node().label())
        .collect()
}

/// How many the screen says that it holds.
fn held(window: &Window) -> usize {
    let words = words(window);
    let said = words.iter().find_map(|words| words.split_once(" held, "));
    said.and_then(|(count, _)| count.parse().ok()).unwrap_or(0)
}

fn survey(readable: bool) -> Survey {
    Survey {
        product: Product::MySql,
        rights: Rights {
            follow: readable,
            list: readable,
        },
        grant: (!readable).then(|| "GRANT REPLICATION SLAVE ON *.* TO 'ann'@'%';".to_owned()),
        findings: vec![Finding {
            setting: "binlog_row_metadata",
            value: "MINIMAL".to_owned(),
            weight: Weight::Costs,
            cost: "Names of columns are asked for.".to_owned(),
            statement: Some("SET GLOBAL binlog_row_metadata = FULL".to_owned()),
        }],
        files: Some(vec![LogFile {
            name: "binlog.000001".to_owned(),
            bytes: 2_000_000,
            encrypted: false,
        }]),
        end: Some(End {
            file: "binlog.000001".to_owned(),
            offset: 2_000_000,
            only: String::new(),
            without: String::new(),
        }),
        gtids: None,
    }
}

#[test]
fn without_a_connection_files_can_be_read() {
    let mut window = window(BinlogPanel::default(), State::default());
    assert!(shows(
        &window,
        "Connect to a server to follow its binary log"
    ));
    let read = window.get_by_role_and_label(Role::Button, "Read files");
    assert!(read.accesskit_node().is_disabled());
    let field = window.get_by_role_and_label(Role::MultilineTextInput, "Files or a folder");
    field.focus();
    window.run();
    let field = window.get_by_role_and_label(Role::MultilineTextInput, "Files or a folder");
    field.type_text(&recorded("mariadb").to_string_lossy());
    window.run();
    window
        .get_by_role_and_label(Role::Button, "Read files")
        .click();
    until(&mut window, "the log was read", |window| {
        shows(window, "complete")
    });
    assert!(!transactions(&window).is_empty());
}

#[test]
fn what_stands_in_the_way_is_shown_with_what_a_dba_can_run() {
    let state = State::for_test();
    let panel = BinlogPanel::with_survey(&state, Ok(survey(true)));
    let mut window = window(panel, state);
    assert!(shows(&window, "binlog_row_metadata = MINIMAL"));
    assert!(shows(&window, "SET GLOBAL binlog_row_metadata = FULL"));
    assert!(shows(&window, "listed on the server as a replica"));
    assert!(shows(&window, "2.0 MB"));
    window
        .get_by_role_and_label(Role::Button, "Copy the statement")
        .click();
    window.step();
    window.get_by_label("A place in a file").click();
    window.run();
    let field = window.get_by_label_contains("binlog.000042:157");
    assert_eq!(field.accesskit_node().role(), Role::TextInput);
    window.get_by_label("Start reading").click();
    window.run();
    let start = Command::from(BinlogCommand::Start);
    assert!(window.state().asked.contains(&start));
}

#[test]
fn an_account_that_may_not_read_sees_the_grant_that_it_needs() {
    let state = State::for_test();
    let panel = BinlogPanel::with_survey(&state, Ok(survey(false)));
    let window = window(panel, state);
    assert!(shows(&window, "This account may not read the binary log."));
    assert!(shows(&window, "GRANT REPLICATION SLAVE"));
    let start = window.get_by_role_and_label(Role::Button, "Start reading");
    assert!(start.accesskit_node().is_disabled());
}

#[test]
fn a_look_that_fails_says_why_and_can_be_tried_again() {
    let state = State::for_test();
    let error = Error::LostConnection {
        address: "db:3306".to_owned(),
        reason: "it went away".to_owned(),
    };
    let panel = BinlogPanel::with_survey(&state, Err(error));
    let mut window = window(panel, state);
    assert!(shows(&window, "it went away"));
    window.get_by_label("Try again").click();
    window.run();
    let check = Command::from(BinlogCommand::Check);
    assert!(window.state().asked.contains(&check));
}

#[test]
fn the_newest_transaction_stands_first_and_a_click_opens_it() {
    let mut window = mysql();
    let all = transactions(&window);
    assert!(all.len() > 10, "{all:?}");
    let update = all
        .iter()
        .find(|row| row.contains("1 rows") && row.contains("item"))
        .unwrap()
        .clone();
    window
        .get_by_role_and_label(Role::ListBoxOption, &update)
        .click();
    window.run();
    assert!(window.query_by_label("Close the transaction").is_some());
    assert!(shows(&window, "server 1"));
    let cells = window.query_all_by_role(Role::Cell).count();
    assert!(cells > 0);
    window.get_by_label("Close the transaction").click();
    window.run();
    assert!(window.query_by_label("Close the transaction").is_none());
}

/// Scroll to the transaction with this text by searching for it, and open it.
fn open_with(window: &mut Window, text: &str) {
    window.state_mut().commands.push(BinlogCommand::Find);
    window.run();
    let field = window.get_by_role_and_label(Role::TextInput, "Search in what is held");
    field.type_text(text);
    until(window, "it was found", |window| {
        let words = words(window);
        words
            .iter()
            .any(|words| words.ends_with(" found") && !words.starts_with("0 "))
    });
    let found = transactions(window);
    let first = found.first().unwrap();
    window
        .get_by_role_and_label(Role::ListBoxOption, first)
        .click();
    window.run();
}

#[test]
fn an_opened_update_shows_what_was_changed() {
    let mut window = mysql();
    open_with(&mut window, "UPDATE item SET price = price + 1");
    assert!(shows(&window, "Original statement"));
    let cells: Vec<String> = window
        .query_all_by_role(Role::Cell)
        .filter_map(|cell| cell.accesskit_node().label())
        .collect();
    let changed: Vec<&String> = cells
        .iter()
        .filter(|cell| cell.contains("changed"))
        .collect();
    assert_eq!(changed.len(), 2, "{cells:?}");
    assert!(cells.iter().any(|cell| cell.contains("'tea'")), "{cells:?}");
}

#[test]
fn the_keyboard_goes_through_the_list_and_opens() {
    let mut window = mysql();
    window
        .get_by_role_and_label(Role::ListBox, "transactions")
        .focus();
    window.run();
    for key in [Key::ArrowDown, Key::ArrowDown, Key::Enter] {
        window.key_press(key);
        window.run();
    }
    assert!(window.query_by_label("Close the transaction").is_some());
    let selected = |window: &Window| {
        let rows = window.query_all_by_role(Role::ListBoxOption);
        let rows = rows.filter(|row| row.accesskit_node().toggled() == Some(Toggled::True));
        rows.filter_map(|row| row.accesskit_node().label())
            .collect::<Vec<_>>()
    };
    let before = selected(&window);
    window.key_press(Key::End);
    window.run();
    let after = selected(&window);
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_ne!(before, after);
    assert!(after[0].contains("CREATE DATABASE shop"), "{after:?}");
}

#[test]
fn what_fell_off_is_said() {
    let limits = Limits {
        transactions: 7,
        ..Limits::default()
    };
    let window = opened(BinlogPanel::with_limits(limits), "mysql", "complete");
    assert_eq!(transactions(&window).len(), 7);
    assert!(shows(&window, "older ones fell off"));
    assert!(shows(&window, "7 held"));
}

#[test]
fn how_a_file_ended_is_said_in_words() {
    let window = opened(
        BinlogPanel::default(),
        "mysql-in-use.000001",
        "still being written",
    );
    assert!(window.query_by_label("Follow").is_some());
    let window = opened(
        BinlogPanel::default(),
        "mariadb-encrypted.000001",
        "encrypted",
    );
    assert!(shows(&window, "can be read by its server alone"));
    let window = opened(BinlogPanel::default(), "README.md", "not a binary log");
    assert!(shows(&window, "This is not a binary log"));
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("binlog.000001");
    let whole = std::fs::read(recorded("mysql/binlog.000001")).unwrap();
    std::fs::write(&cut, &whole[..whole.len() - 30]).unwrap();
    let window = opened(BinlogPanel::default(), cut.to_str().unwrap(), "truncated");
    assert!(shows(&window, "The file is cut off"));
    assert!(!transactions(&window).is_empty());
    let missing = recorded("no such file");
    let window = opened(
        BinlogPanel::default(),
        missing.to_str().unwrap(),
        "Reading the log has stopped",
    );
    assert!(window.query_by_label("Resume").is_some());
}

#[test]
fn a_filter_reads_again_what_it_wants() {
    let mut window = mysql();
    let all = held(&window);
    let wishes = Wishes {
        tables: "shop.note".to_owned(),
        ..Wishes::default()
    };
    window.state_mut().commands.push(BinlogCommand::Want {
        wishes: Box::new(wishes),
        again: true,
    });
    window.step();
    until(&mut window, "the filter is on", |window| {
        shows(window, "complete") && held(window) < all
    });
    let some = held(&window);
    assert!(some > 0);
    assert!(window.query_by_label("Tables  shop.note").is_some());

    window.get_by_label("Tables  shop.note").click();
    window.run();
    window.get_by_label("Remove filter").click();
    window.step();
    until(&mut window, "the filter is off", |window| {
        shows(window, "complete") && held(window) == all
    });
}

#[test]
fn a_row_goes_to_the_query_editor_by_its_key() {
    let mut window = opened(BinlogPanel::default(), "types-mysql.binlog", "complete");
    let rows = transactions(&window);
    let row = rows
        .iter()
        .find(|row| row.contains("rows") && !row.contains("DDL"))
        .unwrap();
    window
        .get_by_role_and_label(Role::ListBoxOption, row)
        .click();
    window.run();
    window.get_by_label("Show in grid").click();
    window.run();
    let asked = window
        .state()
        .asked
        .iter()
        .find_map(|command| match command {
            Command::Query(QueryCommand::OpenText { sql, .. }) => Some(sql.clone()),
            _ => None,
        });
    let sql = asked.unwrap();
    assert!(
        sql.starts_with("SELECT *\nFROM `") && sql.contains("\nWHERE `id` = "),
        "{sql}"
    );
}

#[test]
fn esc_closes_the_search_and_all_is_seen_again() {
    let mut window = mysql();
    let all = transactions(&window).len();
    open_with(&mut window, "SAVEPOINT");
    assert!(transactions(&window).len() < all);
    window
        .get_by_role_and_label(Role::TextInput, "Search in what is held")
        .focus();
    window.run();
    window.key_press_modifiers(Modifiers::NONE, Key::Escape);
    window.run();
    assert_eq!(transactions(&window).len(), all);
}

/// A place in the first of the recorded files: of the transaction that changes the prices of items.
fn prices() -> Span {
    Span {
        file: "binlog.000001".to_owned(),
        offset: 1304,
        end: ("binlog.000001".to_owned(), 1728),
        gtid: None,
    }
}

#[test]
fn the_history_of_a_row_is_asked_for_from_elsewhere_and_nothing_is_read_unasked() {
    let mut window = window(BinlogPanel::default(), State::for_test());
    let key = RowKey {
        database: "shop".to_owned(),
        table: "orders".to_owned(),
        columns: vec![("id".to_owned(), "42".to_owned())],
    };
    let asked = BinlogCommand::HistoryOf(key);
    window.state_mut().commands.push(asked);
    until(&mut window, "the form", |window| {
        shows(window, "No history yet")
    });
    assert_eq!(window.state().state.section, Section::Binlog);
    assert!(shows(
        &window,
        "Porthole is listed on the server as a replica"
    ));
    for (field, text) in [("Database", "shop"), ("Table", "orders"), ("=", "42")] {
        let field = window.get_by_role_and_label(Role::TextInput, field);
        assert_eq!(field.accesskit_node().value().as_deref(), Some(text));
    }
    assert!(
        !window
            .get_by_label("Find changes")
            .accesskit_node()
            .is_disabled()
    );
    assert!(!window.state().panel.is_running());
}

#[test]
fn who_changed_a_table_is_looked_for_at_once_in_the_log_that_is_open() {
    let mut window = mysql();
    let key = RowKey {
        database: "shop".to_owned(),
        table: "copied".to_owned(),
        columns: Vec::new(),
    };
    let asked = BinlogCommand::HistoryOf(key);
    window.state_mut().commands.push(asked);
    until(&mut window, "the transactions", |window| {
        shows(window, "2 inserted") && !window.state().panel.is_running()
    });
}

#[test]
fn a_place_is_opened_among_the_transactions_that_are_held() {
    let mut window = mysql();
    window
        .state_mut()
        .commands
        .push(BinlogCommand::Show(BinlogView::Summary));
    let show = BinlogCommand::ShowAt(prices());
    window.state_mut().commands.push(show);
    until(&mut window, "the transaction", |window| {
        window.query_by_label("Close the transaction").is_some()
    });
    assert!(shows(&window, "UPDATE item SET price = price + 1"));
}

/// Want this of the log that is open, and read it again.
fn want(window: &mut Window, wishes: Wishes) {
    let all = held(window);
    window.state_mut().commands.push(BinlogCommand::Want {
        wishes: Box::new(wishes),
        again: true,
    });
    window.step();
    until(window, "the filter is on", |window| {
        shows(window, "complete") && held(window) != all
    });
}

fn only_notes() -> Wishes {
    Wishes {
        tables: "shop.note".to_owned(),
        ..Wishes::default()
    }
}

#[test]
fn a_place_that_is_not_held_is_read_by_itself_and_what_is_held_stays() {
    let mut window = mysql();
    want(&mut window, only_notes());
    let before = transactions(&window);
    let show = BinlogCommand::ShowAt(prices());
    window.state_mut().commands.push(show);
    until(&mut window, "the transaction", |window| {
        shows(window, "UPDATE item SET price = price + 1")
    });
    assert!(shows(&window, "It is not in the list"));
    assert_eq!(window.query_all_by_role(Role::Cell).count(), 8);
    assert_eq!(transactions(&window), before);
    assert!(window.query_by_label("Tables  shop.note").is_some());
    let saved = window.state().panel.saved();
    assert_eq!(saved.wishes.get(""), Some(&only_notes()));
}

#[test]
fn a_place_inside_a_transaction_is_found() {
    let mut window = mysql();
    want(&mut window, only_notes());
    // Behind the event that names it, as statements are listed.
    let span = Span {
        offset: 1383,
        end: ("binlog.000001".to_owned(), 1384),
        ..prices()
    };
    window
        .state_mut()
        .commands
        .push(BinlogCommand::ShowAt(span));
    until(&mut window, "the transaction", |window| {
        shows(window, "2 rows in 1 table")
    });
}

#[test]
fn a_place_where_nothing_is_says_so() {
    let mut window = mysql();
    let before = transactions(&window);
    let span = Span {
        offset: 4,
        ..prices()
    };
    window
        .state_mut()
        .commands
        .push(BinlogCommand::ShowAt(span));
    until(&mut window, "the refusal", |window| {
        shows(window, "There is no transaction at binlog.000001:4")
    });
    assert_eq!(transactions(&window), before);
    window.get_by_label("Close the transaction").click();
    window.run();
    assert!(!shows(&window, "It could not be read"));
}

#[test]
fn filters_stay_those_of_the_log_that_was_read_with_them() {
    let state = State::for_test();
    let profile = state.active.clone().unwrap();
    let mut saved = SavedBinlog::default();
    saved.wishes.insert(profile.0.clone(), only_notes());
    let mut window = window(BinlogPanel::new(saved.clone(), None), state);
    let open = BinlogCommand::Open(vec![recorded("mysql")]);
    window.state_mut().commands.push(open);
    until(&mut window, "it was read", |window| {
        shows(window, "complete")
    });
    window.get_by_label("Tables  shop.note").click();
    window.run();
    assert!(window.query_by_label("Remove filter").is_some());

    // Another profile is looked at.
    window.state_mut().state.active = None;
    window.run();
    assert!(window.query_by_label("Remove filter").is_none());
    assert!(window.query_by_label("Tables  shop.note").is_some());
    want(&mut window, Wishes::default());
    let saved = window.state().panel.saved();
    assert_eq!(saved.wishes.get(""), None);
    assert_eq!(saved.wishes.get(&profile.0), Some(&Wishes::default()));
}

#[test]
fn filters_that_were_kept_are_seen_and_removed_before_a_log_is_read() {
    let mut saved = SavedBinlog::default();
    let wishes = Wishes {
        until: "2020-01-01".to_owned(),
        ..Wishes::default()
    };
    saved.wishes.insert(String::new(), wishes);
    let mut window = window(BinlogPanel::new(saved, None), State::default());
    window.get_by_label("Until  2020-01-01").click();
    window.run();
    assert!(
        window
            .query_by_label("Only what comes from now on")
            .is_none()
    );
    window.get_by_label("Remove filter").click();
    window.run();
    assert!(window.query_by_label("Until  2020-01-01").is_none());
    let saved = window.state().panel.saved();
    assert_eq!(saved.wishes.get(""), Some(&Wishes::default()));
}

#[test]
fn the_server_can_be_read_with_filters_from_the_start() {
    let state = State::for_test();
    let panel = BinlogPanel::with_survey(&state, Ok(survey(true)));
    let mut window = window(panel, state);
    assert_eq!(window.query_all_by_label("Add filter").count(), 1);
    window.get_by_label("Add filter").click();
    window.run();
    window.get_by_label("Tables").click();
    window.run();
    let field = window.get_by_label_contains("shop.orders");
    field.type_text("shop.note");
    window.run();
    window.get_by_label("Apply").click();
    window.run();
    assert!(window.query_by_label("Tables  shop.note").is_some());
}

#[test]
fn many_filters_stay_in_the_window() {
    let mut window = mysql();
    let long = "a table with a name that is long, ".repeat(3);
    want(
        &mut window,
        Wishes {
            tables: long.clone(),
            not_tables: long.clone(),
            conditions: "a column with a name that is long=1".to_owned(),
            since: "2026-01-01 00:00:00.000000".to_owned(),
            until: "2040-01-01 00:00:00.000000".to_owned(),
            servers: "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13".to_owned(),
            ..Wishes::default()
        },
    );
    let chips = window.query_all_by_label_contains("  ");
    let add = window.get_by_role_and_label(Role::Button, "Add filter");
    let held = window.query_all_by_label_contains(" held, ").next();
    let held = held.unwrap().rect();
    for chip in chips.chain([add]) {
        let rect = chip.rect();
        assert!(rect.left() >= 0.0 && rect.right() <= held.left(), "{rect}");
    }
    let bottom = add.rect().bottom();
    let rows = window.get_by_role_and_label(Role::Button, "Transactions over time, none yet");
    assert!(rows.rect().top() >= bottom);
}

#[test]
fn times_are_read_in_the_zone_in_which_they_are_shown() {
    let east = Zone {
        offset_secs: 2 * 3600,
    };
    let mut state = State::default();
    state.settings.zone = east;
    let mut window = window(BinlogPanel::default(), state);
    let open = BinlogCommand::Open(vec![recorded("mysql")]);
    window.state_mut().commands.push(open);
    until(&mut window, "it was read", |window| {
        shows(window, "complete")
    });
    let newest = transactions(&window).first().unwrap().clone();
    window
        .get_by_role_and_label(Role::ListBoxOption, &newest)
        .click();
    window.run();
    let facts = words(&window);
    let since = facts
        .iter()
        .find_map(|words| words.split_once(" UTC+02:00"));
    let (since, _) = since.unwrap();
    want(
        &mut window,
        Wishes {
            since: since.to_owned(),
            ..Wishes::default()
        },
    );
    assert_eq!(transactions(&window).first(), Some(&newest));
    window.get_by_label(&format!("Since  {since}")).click();
    window.run();
    assert!(
        window
            .query_by_label("Since: 2026-11-21 12:30 UTC+02:00")
            .is_some()
    );
}

#[test]
fn a_begin_names_the_zone_that_it_is_read_in() {
    let mut state = State::for_test();
    state.settings.zone = Zone {
        offset_secs: -5 * 3600,
    };
    let panel = BinlogPanel::with_survey(&state, Ok(survey(true)));
    let mut window = window(panel, state);
    window.get_by_label("A time").click();
    window.run();
    assert!(shows(&window, "A time: 2026-11-21 12:30 UTC−05:00"));
}

#[test]
fn a_transaction_that_is_being_written_is_seen_once_when_it_is_whole() {
    let whole = std::fs::read(recorded("mariadb-in-use.000001")).unwrap();
    // Up to the event that commits.
    let mut at = 4;
    let mut last = at;
    while at < whole.len() {
        last = at;
        let size = whole[at + 9..at + 13].try_into().unwrap();
        at += u32::from_le_bytes(size) as usize;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("binlog.000001");
    std::fs::write(&path, &whole[..last]).unwrap();
    let mut window = opened(
        BinlogPanel::default(),
        path.to_str().unwrap(),
        "still being written",
    );
    assert!(shows(&window, "No transactions"), "{:?}", words(&window));

    std::fs::write(&path, &whole).unwrap();
    window.get_by_label("Follow").click();
    let listed = |window: &Window| {
        let any = window.query_by_role_and_label(Role::ListBox, "transactions");
        any.is_some() && !transactions(window).is_empty()
    };
    wait(&mut window, "the transaction", listed);
    let all = transactions(&window);
    assert!(all.len() == 1 && all[0].contains("item"), "{all:?}");
    assert!(!all[0].contains("cut off"), "{all:?}");
}

#[test]
fn what_is_asked_for_leaves_the_page_where_files_are_named() {
    let mut window = mysql();
    for (ask, seen) in [
        (BinlogCommand::Show(BinlogView::Summary), "No summary yet"),
        (BinlogCommand::Find, "Names, statements and the rows"),
    ] {
        window.state_mut().commands.push(BinlogCommand::OpenFile);
        window.run();
        assert!(shows(&window, "Files of one log in their order"));
        window.state_mut().commands.push(ask);
        window.run();
        assert!(shows(&window, seen), "{seen}");
    }
}

/// What was copied in this frame.
fn copied(window: &Window) -> Option<String> {
    let commands = &window.output().platform_output.commands;
    commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

#[test]
fn the_gtids_are_copied_whole() {
    let mut window = mysql();
    window.get_by_label("Copy all GTIDs up to here").click();
    window.step();
    let gtids = copied(&window).unwrap();
    let parsed: GtidPosition = gtids.parse().unwrap();
    assert!(!parsed.is_empty() && gtids.contains("nightly"), "{gtids}");
}

#[test]
fn a_row_is_copied_with_what_it_has() {
    let mut window = mysql();
    open_with(&mut window, "INSERT INTO item (name) VALUES ('kept')");
    window.get_by_label("Copy row").click();
    window.step();
    let row = "column\tafter\n@1\t3\n@2\tkept\n@3\t\\N\n@4\t\\N\n";
    assert_eq!(copied(&window).as_deref(), Some(row));
}

#[test]
fn statements_for_an_opened_transaction_are_of_that_alone() {
    let mut window = mysql();
    window
        .state_mut()
        .commands
        .push(BinlogCommand::UndoOf(prices()));
    // Nobody logged the names of its columns.
    until(&mut window, "the refusal", |window| {
        shows(window, "2 changes cannot be undone")
    });
    assert!(shows(&window, "binlog.000001:1304"));
}
