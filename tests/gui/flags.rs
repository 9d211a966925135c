//! The screen of feature flags: what it shows of figures, what its controls ask for, and what is kept.

use egui::{Key, Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use porthole::{
    engine::metrics::{
        flags::{
            Group, Totals, Window,
            charts::Which,
            data::{Data, Request},
            health::Facts,
            timeline::{Bucket, Line, Timeline},
        },
        series::{DAY, HOUR, Moment},
    },
    gui::{
        command::{AppCommand, Command, CommandQueue, FlagsCommand},
        context::PanelContext,
        dialogs::mapping::MapStep,
        panels::flags::FlagsPanel,
        saved::{FlagChoice, SavedFlags},
        state::State,
        theme,
        widgets::side_list::SideEntry,
    },
};

struct Screen {
    panel: FlagsPanel,
    state: State,
    commands: CommandQueue,
}

fn harness(panel: FlagsPanel) -> Harness<'static, Screen> {
    let screen = Screen {
        panel,
        state: State::for_test(),
        commands: CommandQueue::default(),
    };
    let mut harness = Harness::builder()
        .with_size([1_280.0, 760.0])
        .with_max_steps(20)
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, screen: &mut Screen| {
                let cx = PanelContext::new(&screen.state, &screen.commands);
                screen.panel.ui(ui, &cx);
            },
            screen,
        );
    harness.run();
    harness
}

fn asked(harness: &Harness<'_, Screen>) -> Vec<Command> {
    harness.state().commands.take()
}

fn group(key: &str, requests: u128, errors: u128) -> Group {
    Group {
        key: key.into(),
        requests,
        errors,
    }
}

/// A day by the hour: `enabled` is worse, `broken` counts more errors than requests.
fn data(groups: Vec<Group>) -> Data {
    let lines = groups.iter().map(|group| Line {
        key: group.key.clone(),
        buckets: (0..24)
            .map(|hour| Bucket {
                at: Moment(hour * HOUR),
                sums: Totals {
                    requests: group.requests / 24,
                    errors: group.errors / 24,
                },
            })
            .collect(),
    });
    Data {
        request: Request {
            flag: "new-search".to_owned(),
            window: Window::days(7),
            ..Request::default()
        },
        facts: Facts {
            rows: 48,
            first_last: Some([Moment(0), Moment(23 * HOUR)]),
            now: Moment(DAY),
            ..Facts::default()
        },
        timeline: Some(Timeline {
            step: HOUR,
            offset_secs: 0,
            from: Moment(0),
            to: Moment(DAY),
            lines: lines.collect(),
        }),
        groups,
        table: "analytics.feature_flag_events".to_owned(),
        ..Data::default()
    }
}

fn entries() -> Vec<SideEntry> {
    ["new-search", "dark-mode"]
        .map(|id| SideEntry {
            id: id.to_owned(),
            detail: "7 d: 100 k · 0.40 %".to_owned(),
            ..SideEntry::default()
        })
        .to_vec()
}

fn shown(groups: Vec<Group>, choice: &FlagChoice) -> Harness<'static, Screen> {
    harness(FlagsPanel::with_data(entries(), data(groups), choice))
}

fn two() -> Vec<Group> {
    vec![group("control", 48_000, 192), group("enabled", 50_000, 250)]
}

/// What the table says: the groups, then the figures of each.
fn cells(harness: &Harness<'_, Screen>) -> Vec<String> {
    let table = harness.get_by_role_and_label(Role::Table, "Groups");
    let heads = table.get_all_by_role(Role::RowHeader);
    heads
        .chain(table.get_all_by_role(Role::Cell))
        .filter_map(|cell| cell.accesskit_node().label())
        .collect()
}

#[test]
fn a_group_that_fails_more_often_is_marked_with_its_figures() {
    let harness = shown(two(), &FlagChoice::default());
    let cells = cells(&harness);
    assert!(cells.contains(&"control, baseline".to_owned()), "{cells:?}");
    assert!(
        cells.contains(&"enabled, worse than baseline ↑".to_owned()),
        "{cells:?}"
    );
    assert!(
        cells
            .iter()
            .any(|cell| cell.starts_with("0.500 %, 0.442 % to 0.566 %")),
        "{cells:?}"
    );
    assert!(cells.iter().any(|cell| cell == "1.25x"), "{cells:?}");
    assert!(cells.iter().any(|cell| cell == "0.0195"), "{cells:?}");
    harness.get_by_label("Errors over requests 0, fine");
    harness.get_by_label("Groups 2, fine");
}

#[test]
fn a_margin_takes_the_mark_away_and_a_baseline_can_be_another() {
    let wide = FlagChoice {
        margin: 0.01,
        ..FlagChoice::default()
    };
    let harness = shown(two(), &wide);
    let inside = cells(&harness)
        .iter()
        .any(|cell| cell.starts_with("enabled, worse, within the margin"));
    assert!(inside, "{:?}", cells(&harness));

    let turned = FlagChoice {
        baseline: Some("enabled".into()),
        ..FlagChoice::default()
    };
    let harness = shown(two(), &turned);
    assert!(cells(&harness).contains(&"control, better than baseline ↓".to_owned()));
}

#[test]
fn more_errors_than_requests_says_check_the_data_first_and_is_in_no_test() {
    let harness = shown(
        vec![group("control", 48_000, 192), group("broken", 5, 9)],
        &FlagChoice::default(),
    );
    let cells = cells(&harness);
    assert!(
        cells.contains(&"broken, check the data first".to_owned()),
        "{cells:?}"
    );
    assert!(cells.contains(&"180.000 %".to_owned()), "{cells:?}");
    assert!(
        !cells.iter().any(|cell| cell.contains("worse")),
        "{cells:?}"
    );
    harness.get_by_label("Errors over requests 0, problem");
}

#[test]
fn no_requests_is_not_a_rate_of_zero() {
    let harness = shown(
        vec![group("control", 10, 0), group("enabled", 0, 0)],
        &FlagChoice::default(),
    );
    let cells = cells(&harness);
    assert!(
        cells.contains(&"enabled, no requests".to_owned()),
        "{cells:?}"
    );
    assert!(cells.iter().any(|cell| cell == "n/a"), "{cells:?}");
}

#[test]
fn names_of_groups_cannot_reorder_what_stands_beside_them() {
    let harness = shown(
        vec![group("", 100, 1), group("on\u{202e}\n", 100, 2)],
        &FlagChoice::default(),
    );
    let cells = cells(&harness);
    assert!(
        cells.iter().any(|cell| cell.starts_with("(empty)")),
        "{cells:?}"
    );
    assert!(
        cells.iter().any(|cell| cell.starts_with("on\\u{202E}\\n")),
        "{cells:?}"
    );
}

#[test]
fn windows_flags_and_charts_are_asked_for() {
    let mut harness = shown(two(), &FlagChoice::default());
    harness.get_by_label("Window: last 28 days").click();
    harness.run();
    assert_eq!(
        asked(&harness),
        [FlagsCommand::Window(Window::days(28)).into()]
    );
    harness
        .get_by_label("dark-mode, 7 d: 100 k · 0.40 %")
        .click();
    harness.run();
    assert_eq!(
        asked(&harness),
        [FlagsCommand::Show("dark-mode".to_owned()).into()]
    );
    harness.get_by_label("Difference").click();
    harness.run();
    let asked = asked(&harness);
    assert!(
        matches!(asked[..], [Command::Flags(FlagsCommand::Look(_))]),
        "{asked:?}"
    );
}

#[test]
fn a_window_of_one_s_own_is_checked_before_it_is_asked_for() {
    let mut harness = shown(two(), &FlagChoice::default());
    harness.get_by_label("Window: from and to").click();
    harness.run();
    harness
        .get_by_role_and_label(Role::TextInput, "From")
        .focus();
    harness.run();
    harness
        .get_by_role_and_label(Role::TextInput, "From")
        .type_text("2026-13-01");
    harness.run();
    assert!(
        harness
            .get_by_label("Show this window")
            .accesskit_node()
            .is_disabled()
    );
    harness.get_by_role_and_label(Role::TextInput, "To").focus();
    harness.run();
    harness
        .get_by_role_and_label(Role::TextInput, "From")
        .focus();
    harness.run();
    for _ in 0..10 {
        harness.key_press(Key::Backspace);
    }
    harness.run();
    harness
        .get_by_role_and_label(Role::TextInput, "From")
        .type_text("2026-05-01");
    harness.run();
    harness.get_by_label("Show this window").click();
    harness.run();
    let expected = "2026-05-01..".parse::<Window>().unwrap();
    assert_eq!(asked(&harness), [FlagsCommand::Window(expected).into()]);
}

#[test]
fn the_baseline_is_chosen_from_the_groups() {
    let mut harness = shown(two(), &FlagChoice::default());
    harness.get_by_label("Compared with control").click();
    harness.run();
    harness.get_by_label("enabled, 50,000").click();
    harness.run();
    let asked = asked(&harness);
    let [Command::Flags(FlagsCommand::Use(choice))] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!(choice.baseline, Some("enabled".into()));
}

#[test]
fn an_objective_and_a_note_are_written_in_the_drawer() {
    let mut harness = shown(two(), &FlagChoice::default());
    harness.get_by_label("Method").click();
    harness.run();
    assert!(
        harness
            .get_by_label("Set the objective")
            .accesskit_node()
            .is_disabled()
    );
    harness
        .get_by_role_and_label(Role::TextInput, "Objective")
        .focus();
    harness.run();
    harness
        .get_by_role_and_label(Role::TextInput, "Objective")
        .type_text("99.9%");
    harness.run();
    harness.get_by_label("Set the objective").click();
    harness.run();
    let choice = FlagChoice {
        objective: Some(0.999),
        ..FlagChoice::default()
    };
    assert_eq!(asked(&harness), [FlagsCommand::Use(choice).into()]);

    for (field, words) in [
        ("Time of the note", "1970-01-01 12:00"),
        ("Note", "rolled out"),
    ] {
        harness
            .get_by_role_and_label(Role::TextInput, field)
            .focus();
        harness.run();
        harness
            .get_by_role_and_label(Role::TextInput, field)
            .type_text(words);
        harness.run();
    }
    harness.get_by_label("Add note").click();
    harness.run();
    let note = FlagsCommand::AddNote {
        at: 12 * HOUR,
        text: "rolled out".to_owned(),
    };
    assert_eq!(asked(&harness), [note.into()]);
}

#[test]
fn lines_of_the_chart_are_ticked_where_there_are_many_groups() {
    let groups: Vec<Group> = (0..10)
        .map(|nth| group(&format!("g{nth}"), 1_000 + nth, 1))
        .collect();
    let mut harness = shown(groups, &FlagChoice::default());
    harness.get_by_label("Method").click();
    harness.run();
    // Drawn are the baseline, which is the largest here, and the seven next.
    harness.get_by_role_and_label(Role::CheckBox, "g3").click();
    harness.run();
    let expected = [2, 4, 5, 6, 7, 8, 9].map(|nth| format!("g{nth}").as_str().into());
    assert_eq!(
        asked(&harness),
        [FlagsCommand::Lines(expected.to_vec()).into()]
    );
    harness.get_by_role_and_label(Role::CheckBox, "g0").click();
    harness.run();
    let expected = [2, 3, 4, 5, 6, 7, 8, 9, 0].map(|nth| format!("g{nth}").as_str().into());
    assert_eq!(
        asked(&harness),
        [FlagsCommand::Lines(expected.to_vec()).into()]
    );
}

#[test]
fn with_an_objective_what_is_left_of_its_budget_is_a_chart() {
    let without = shown(two(), &FlagChoice::default());
    assert!(
        without
            .query_by_role_and_label(Role::Tab, "Budget")
            .is_none()
    );
    let mut data = data(two());
    data.budget = data.timeline.clone();
    data.request.burn = true;
    let choice = FlagChoice {
        objective: Some(0.99),
        ..FlagChoice::default()
    };
    let mut harness = harness(FlagsPanel::with_data(entries(), data, &choice));
    harness.get_by_role_and_label(Role::Tab, "Budget").click();
    harness.run();
    let asked = asked(&harness);
    let [Command::Flags(FlagsCommand::Look(which))] = asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!(which, Which::Budget);
}

#[test]
fn another_zone_is_asked_for() {
    let mut harness = shown(two(), &FlagChoice::default());
    harness.get_by_label("Time zone: UTC").click();
    harness.run();
    harness.get_by_label("UTC−03:30").click();
    harness.run();
    let asked = asked(&harness);
    let [Command::App(AppCommand::Change(settings))] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!(settings.zone.offset_secs, -12_600);
}

#[test]
fn statements_and_tables_are_one_click_away() {
    let mut harness = shown(two(), &FlagChoice::default());
    harness.get_by_label("SQL").click();
    harness.run();
    harness.get_by_label("Map tables…").click();
    harness.run();
    let asked = asked(&harness);
    let [Command::Flags(FlagsCommand::Map(MapStep::Open(place)))] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!(place.name, "flag_events");
}

#[test]
fn all_digits_of_a_group_are_a_key_away() {
    let mut harness = shown(two(), &FlagChoice::default());
    harness.get_by_role_and_label(Role::Table, "Groups").focus();
    harness.run();
    harness.key_press(Key::ArrowDown);
    harness.key_press(Key::D);
    harness.run();
    // The value itself, and its text within.
    assert!(harness.query_all_by_value("0.0195183799182").count() > 0);
    harness.get_by_label("Copy numbers");
}

#[test]
fn no_events_offer_all_time() {
    let mut harness = shown(Vec::new(), &FlagChoice::default());
    harness.get_by_label_contains("has no events here: last 7 days");
    harness.get_by_label("Show all time").click();
    harness.run();
    assert_eq!(asked(&harness), [FlagsCommand::Window(Window::All).into()]);
}

#[test]
fn the_screen_opens_at_seven_days_and_keeps_what_was_chosen() {
    let saved = SavedFlags::default();
    assert_eq!(saved.window, Window::days(7));
    let mut saved = SavedFlags {
        window: "2026-05-01..".parse().unwrap(),
        step: Some(HOUR),
        ..saved
    };
    let choice = FlagChoice {
        objective: Some(0.999),
        ..FlagChoice::default()
    };
    let choices = saved.choices.entry("profile".to_owned()).or_default();
    choices.insert("new-search".to_owned(), choice);
    let text = toml::to_string(&saved).unwrap();
    assert_eq!(toml::from_str::<SavedFlags>(&text).unwrap(), saved);
}
