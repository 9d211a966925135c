//! The screen of training runs, by its labels; no server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::time::{Duration, Instant};

use egui::{Key, Role};
use egui_kittest::{
    Harness, Node,
    kittest::{NodeT as _, Queryable as _},
};
use porthole::{
    engine::metrics::{
        cost::Cost,
        runs::{Found, Goal, Point, Precision, Run, Series, Summary, charts::Along},
        series::Moment,
    },
    gui::{
        command::{Command, CommandQueue, RunsCommand},
        context::PanelContext,
        panels::{
            metrics::cost::Heavy,
            runs::{Read, RunsPanel},
        },
        saved::{RunsColumn, RunsTab, SavedRuns},
        state::State,
        theme,
        widgets::refresh::Every,
    },
    worker::Worker,
};

/// 2026-09-21 10:13:20 UTC in milliseconds.
const T: i64 = 1_789_985_600_000;

struct Screen {
    panel: RunsPanel,
    state: State,
    worker: Worker,
    commands: CommandQueue,
    asked: Vec<Command>,
}

type Window = Harness<'static, Screen>;

fn window(saved: SavedRuns, read: Read, series: Vec<Series>) -> Window {
    let state = State::for_test();
    let screen = Screen {
        panel: RunsPanel::with_runs(&state, saved, read, series),
        state,
        worker: Worker::new(|| {}).unwrap(),
        commands: CommandQueue::default(),
        asked: Vec::new(),
    };
    let mut window = Harness::builder()
        .with_size([1232.0, 736.0])
        .with_max_steps(20)
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
                    asked.push(command.clone());
                    if let Command::Runs(command) = command {
                        panel.handle(command, state, worker);
                    }
                }
            },
            screen,
        );
    window.run();
    window
}

/// Draw until it is so, to a generous deadline.
#[track_caller]
fn until(window: &mut Window, what: &str, is: impl Fn(&Window) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is(window) {
        assert!(Instant::now() < deadline, "waited for: {what}");
        window.step();
        std::thread::yield_now();
    }
    window.run();
}

fn summary(last: Option<f64>, lowest: f64, highest: f64) -> Summary {
    Summary {
        points: 2,
        last,
        lowest: Some(lowest),
        highest: Some(highest),
        ..Summary::default()
    }
}

/// A run that began so many hours after [`T`].
fn run(id: &str, hours: i64, loss: f64) -> Found {
    let start = T + hours * 3_600_000;
    Found {
        run: Run {
            id: id.to_owned(),
            experiment: Some(if hours % 2 == 0 { "churn" } else { "price" }.to_owned()),
            status: Some("FINISHED".to_owned()),
            start: Some(start),
            end: Some(start + 90_000),
            ..Run::default()
        },
        metrics: [
            (
                "accuracy".to_owned(),
                summary(Some(1.0 - loss), 0.1, 1.0 - loss),
            ),
            ("val_loss".to_owned(), summary(Some(loss), loss, 1.0)),
        ]
        .into(),
        params: [("rate".to_owned(), format!("0.{hours}"))].into(),
        ..Found::default()
    }
}

fn series(run: &Found) -> Vec<Series> {
    let point = |step, value| Point {
        step,
        time: Some(T + step * 1000),
        value: Some(value),
    };
    let keys = run.metrics.keys();
    keys.map(|key| {
        let points = vec![point(0, 1.0), point(1, 0.5)];
        Series::of(&run.run.id, key, points, false)
    })
    .collect()
}

/// So many runs, the newest first; the last is the best.
fn read(count: i64) -> Read {
    let runs = (0..count)
        .rev()
        .map(|nth| run(&format!("run-{nth:02}"), nth, 0.2 + nth as f64 / 100.0));
    Read {
        runs: runs.collect(),
        precision: Some(Precision::Single),
        as_of: Some(Moment(T / 1000)),
        ..Read::default()
    }
}

fn many(saved: SavedRuns, count: i64) -> Window {
    let read = read(count);
    let series = read.runs.iter().flat_map(series).collect();
    window(saved, read, series)
}

fn has(window: &Window, label: &str) -> bool {
    window.query_by_label(label).is_some()
}

/// The line of the run that is called so.
#[track_caller]
fn line_of<'a>(window: &'a Window, id: &str) -> Node<'a> {
    let mut rows = window.get_all_by_role(Role::CheckBox);
    let is = |row: &Node<'_>| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with(id))
    };
    rows.find(is).unwrap_or_else(|| panic!("no line of {id}"))
}

#[track_caller]
fn is_ticked(window: &Window, id: &str) -> bool {
    let toggled = line_of(window, id).accesskit_node().toggled();
    toggled == Some(egui::accesskit::Toggled::True)
}

fn click_run(window: &mut Window, id: &str) {
    line_of(window, id).click();
    window.run();
}

#[test]
fn the_newest_ten_are_ticked_and_the_best_says_so() {
    let window = many(SavedRuns::default(), 12);
    assert!(is_ticked(&window, "run-11") && is_ticked(&window, "run-02"));
    assert!(!is_ticked(&window, "run-01") && !is_ticked(&window, "run-00"));
    assert!(has(&window, "10 ticked"));
    // Whatever is ticked: the best of all that are listed.
    let best = "run-00, churn, finished, started 21 Sep 10:13, took 1 min 30 s, val_loss last 0.2, best 0.2, the best run by val_loss";
    assert!(has(&window, best));
    assert!(has(&window, "as of 10:13:20 UTC"));
    assert!(has(&window, "single precision"));
}

#[test]
fn a_run_that_diverged_is_cut_off_until_all_values_are_asked_for() {
    let read = read(2);
    let mut points: Vec<Series> = read.runs.iter().flat_map(series).collect();
    let values = [1.0, 1e6, 1e30].into_iter().zip(0..);
    let diverged = values.map(|(value, step)| Point {
        step,
        time: None,
        value: Some(value),
    });
    let (run, key) = (points[1].run.clone(), points[1].key.clone());
    assert_eq!(key, "val_loss");
    points[1] = Series::of(&run, &key, diverged.collect(), false);
    let mut window = window(SavedRuns::default(), read, points);
    let says = |window: &Window| {
        window
            .query_by_label_contains("2 values far off, out of view")
            .is_some()
    };
    assert!(says(&window));
    assert!(!has(&window, "Show all values of accuracy"));
    window.get_by_label("Show all values of val_loss").click();
    window.run();
    until(&mut window, "the whole range", |window| !says(window));
    window
        .get_by_label("Leave far values out of val_loss")
        .click();
    window.run();
    until(&mut window, "the narrow range", says);
}

#[test]
fn each_metric_has_a_chart_that_can_have_all_the_room() {
    let mut window = many(SavedRuns::default(), 3);
    assert!(has(&window, "Chart of accuracy") && has(&window, "Chart of val_loss"));
    window.get_by_label("Enlarge val_loss").click();
    window.run();
    assert!(!has(&window, "Chart of accuracy"));
    window
        .get_by_label("Show all charts, not val_loss alone")
        .click();
    window.run();
    assert!(has(&window, "Chart of accuracy"));
}

#[test]
fn a_tick_is_kept_and_the_charts_follow() {
    let mut window = many(SavedRuns::default(), 3);
    click_run(&mut window, "run-02");
    assert!(!is_ticked(&window, "run-02"));
    let kept = window.state().panel.saved().ticked;
    assert_eq!(kept.values().next().unwrap(), &["run-00", "run-01"]);
    until(&mut window, "a chart without the run", |window| {
        let chart = window.get_by_label("Chart of val_loss");
        let words = chart.accesskit_node().description().unwrap_or_default();
        !words.contains("run-02") && words.contains("run-01")
    });
    window.get_by_label("Tick none").click();
    window.run();
    assert!(has(&window, "No run is ticked"));
    window.get_by_label("Tick the newest 10").click();
    window.run();
    assert!(is_ticked(&window, "run-02"));
    assert!(window.state().panel.saved().ticked.is_empty());
}

#[test]
fn what_was_ticked_the_last_time_is_ticked_again() {
    let profile = State::for_test().active.unwrap().0;
    let saved = |ids: &[&str]| SavedRuns {
        ticked: [(
            profile.clone(),
            ids.iter().map(|id| (*id).to_owned()).collect(),
        )]
        .into(),
        ..SavedRuns::default()
    };
    let window = many(saved(&["run-00"]), 3);
    assert!(is_ticked(&window, "run-00") && !is_ticked(&window, "run-02"));
    // Nothing of it is there any more: the newest are ticked.
    let window = many(saved(&["gone"]), 3);
    assert!(is_ticked(&window, "run-02"));
}

#[test]
fn the_keyboard_moves_ticks_and_looks_at_one_alone() {
    let mut window = many(SavedRuns::default(), 3);
    window.get_by_role_and_label(Role::ListBox, "runs").focus();
    window.run();
    window.key_press(Key::ArrowDown);
    window.run();
    window.key_press(Key::Space);
    window.run();
    assert!(is_ticked(&window, "run-02") && !is_ticked(&window, "run-01"));
    window.key_press(Key::End);
    window.run();
    window.key_press(Key::Enter);
    window.run();
    let asked = window.state().asked.last().cloned();
    assert_eq!(asked, Some(RunsCommand::Show("run-00".to_owned()).into()));
    assert!(is_ticked(&window, "run-00") && !is_ticked(&window, "run-02"));
}

#[test]
fn groups_and_the_search_leave_the_runs_that_are_meant() {
    let saved = SavedRuns {
        grouped: true,
        ..SavedRuns::default()
    };
    let mut window = many(saved, 4);
    assert!(has(&window, "price, 2 runs; tick or untick all"));
    window
        .get_by_label("churn, 2 runs; tick or untick all")
        .click();
    window.run();
    assert!(!is_ticked(&window, "run-00") && !is_ticked(&window, "run-02"));
    assert!(is_ticked(&window, "run-01"));
    let field = window.get_by_role_and_label(Role::TextInput, "Search runs");
    field.focus();
    window.run();
    window
        .get_by_role_and_label(Role::TextInput, "Search runs")
        .type_text("price 03");
    window.run();
    assert!(has(&window, "price, 1 run; tick or untick all"));
    assert!(!has(&window, "churn, 2 runs; tick or untick all"));
}

#[test]
fn heads_of_columns_order_and_turn_round() {
    let mut window = many(SavedRuns::default(), 3);
    window.get_by_label("Order by Best").click();
    window.run();
    let order = window.state().panel.saved().order;
    assert_eq!((order.by, order.turned), (RunsColumn::Best, false));
    window.get_by_label("Order by Best, on").click();
    window.run();
    assert!(has(&window, "Order by Best, turned round"));
}

#[test]
fn another_direction_makes_another_run_the_best() {
    let mut window = many(SavedRuns::default(), 3);
    window
        .get_by_label("val_loss: less is better; turn round")
        .click();
    window.run();
    assert!(has(&window, "val_loss: more is better; turn round"));
    let goals = window.state().panel.saved().goals;
    assert_eq!(goals.values().next().unwrap()["val_loss"], Goal::Max);
    // What the name says needs not be kept.
    window
        .get_by_label("val_loss: more is better; turn round")
        .click();
    window.run();
    let goals = window.state().panel.saved().goals;
    assert!(goals.values().next().unwrap().is_empty());
}

#[test]
fn the_look_of_the_lines_is_kept() {
    let mut window = many(SavedRuns::default(), 2);
    window.get_by_label("By time since the run began").click();
    window.get_by_label("Log y").click();
    window.run();
    let look = window.state().panel.saved().look;
    assert_eq!((look.along, look.log), (Along::Relative, true));
    assert!(
        window
            .query_by_role_and_label(Role::Slider, "Smoothing")
            .is_some()
    );
}

#[test]
fn runs_are_compared_side_by_side() {
    let saved = SavedRuns {
        tab: RunsTab::Compare,
        ..SavedRuns::default()
    };
    let window = many(saved.clone(), 2);
    let cells: Vec<String> = window
        .query_all_by_role(Role::Cell)
        .filter_map(|cell| cell.accesskit_node().label())
        .collect();
    let has_cell = |part: &str| cells.iter().any(|cell| cell.contains(part));
    // run-01 is the newest and the first; run-00 has less loss and more accuracy.
    for part in ["−0.01", "+0.01", "best", "0.1"] {
        assert!(has_cell(part), "{part}: {cells:?}");
    }
    assert!(has(&window, "rate, differs"));
    let many_runs = many(saved, 7);
    assert!(has(
        &many_runs,
        "The newest 5 of 7 ticked runs; differences are to the first."
    ));
}

#[test]
fn parallel_and_scatter_have_their_charts() {
    let saved = |tab| SavedRuns {
        tab,
        ..SavedRuns::default()
    };
    assert!(has(
        &many(saved(RunsTab::Parallel), 3),
        "Parameters and results"
    ));
    let mut window = many(saved(RunsTab::Scatter), 3);
    assert!(has(&window, "val_loss against accuracy"));
    window.get_by_label("Swap the axes").click();
    window.run();
    until(&mut window, "the axes are swapped", |window| {
        has(window, "accuracy against val_loss")
    });
    let kept = window.state().panel.saved().scatter;
    let pair = ("val_loss".to_owned(), "accuracy".to_owned());
    assert_eq!(kept.values().next(), Some(&pair));
}

#[test]
fn what_is_missing_is_said() {
    let window = window_of(Read::default());
    assert!(has(&window, "No training runs"));
    let hidden = Read {
        hidden: 3,
        ..Read::default()
    };
    let window = window_of(hidden);
    assert!(has(
        &window,
        "All runs are marked as deleted; the list at the left can show them."
    ));
    assert!(has(&window, "Deleted (3)"));
}

fn window_of(read: Read) -> Window {
    window(SavedRuns::default(), read, Vec::new())
}

#[test]
fn older_and_deleted_runs_are_asked_for() {
    let more = Read {
        more: true,
        hidden: 2,
        ..read(2)
    };
    let mut window = window(SavedRuns::default(), more, Vec::new());
    window.get_by_label("List older runs").click();
    window.run();
    window.get_by_label("Deleted (2)").click();
    window.run();
    let asked = &window.state().asked;
    assert!(asked.contains(&RunsCommand::More.into()));
    assert!(asked.contains(&RunsCommand::Deleted(true).into()));
    assert!(window.state().panel.saved().deleted);
}

#[test]
fn refreshing_by_itself_is_off_until_it_is_asked_for() {
    let mut window = many(SavedRuns::default(), 1);
    window.get_by_label("Refresh by itself: off").click();
    window.run();
    window.get_by_label("Every 30 s").click();
    window.run();
    assert_eq!(window.state().panel.saved().every, Every::HalfMinute);
}

#[test]
fn hostile_names_stay_on_their_lines() {
    let mut odd = run("odd", 0, 0.5);
    odd.run.name = Some("a\nb\u{202e}c".to_owned());
    let hostile = Read {
        runs: vec![odd],
        ..Read::default()
    };
    let window = window_of(hostile);
    assert!(is_ticked(&window, "a\\nb\\u{202E}c"));
}

#[test]
fn what_would_take_long_is_asked_about_before_it_is_read() {
    let commands = CommandQueue::default();
    let state = State::for_test();
    let heavy = Heavy {
        cost: Cost {
            rows: 40_000_000,
            whole_table: true,
            index_only: false,
        },
        advice: None,
        limit: String::new(),
    };
    let mut panel = RunsPanel::with_heavy(&state, heavy);
    let cx = PanelContext::new(&state, &commands);
    let mut screen = Harness::builder()
        .with_size([1000.0, 700.0])
        .with_context_setup(theme::install)
        .build_ui(|ui| panel.ui(ui, &cx));
    screen.run();
    screen.get_by_label("This would read about 40 M rows");
    for way in ["Read it anyway", "Only the newest 10"] {
        screen.get_by_label(way).click();
        screen.run();
    }
    drop(screen);
    assert_eq!(
        commands.take(),
        [RunsCommand::ReadAnyway, RunsCommand::ReadFew].map(Command::from)
    );
}
