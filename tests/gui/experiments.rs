//! The screen of experiments, on answers as a server would give them.

use std::{rc::Rc, sync::Arc, time::Duration};

use egui::{Key, Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use porthole::{
    engine::{
        Error,
        error::unmapped::{Problem, Unmapped},
        metrics::{
            Ran,
            experiments::{
                Arm, Exposures, Method, VariantMetrics,
                exposures::{Assigned, Days},
                method::LateChange,
            },
            series::{DAY, Moment},
        },
    },
    gui::{
        command::{
            AppCommand, Command, CommandQueue, ExperimentsCommand, ProfilesCommand, QueryCommand,
        },
        context::PanelContext,
        panels::experiments::{ExperimentsPanel, Figures, Read},
        state::State,
        theme,
        widgets::{
            card::{AfterError, error_ui},
            export::{ExportKind, ExportPiece, ExportStep},
            side_list::SideEntry,
        },
        zone::Zone,
    },
};

type Screen = Harness<'static, ExperimentsPanel>;

/// 2026-10-20 12:41:07 UTC.
const NOW: i64 = 1_792_500_067;

/// Ten days with a tenth of these users and converters each.
fn read(variants: &[(&str, u64, u64)]) -> Read {
    let first = Moment(NOW - 11 * DAY).day();
    let assigned = |(name, users, converters): &(&str, u64, u64)| {
        let day = Arm {
            users: users / 10,
            converters: converters / 10,
        };
        Assigned {
            name: (*name).to_owned(),
            rows: *users,
            all: Days {
                total: Arm {
                    users: *users,
                    converters: *converters,
                },
                days: (0..10)
                    .map(|at| (Moment(first.0 + at * DAY), day))
                    .collect(),
            },
            ..Assigned::default()
        }
    };
    let contract = variants
        .iter()
        .map(|(name, users, converters)| VariantMetrics {
            variant: (*name).to_owned(),
            named: true,
            mean: Some(*converters as f64 / *users as f64),
            count: *users,
            conversions: i128::from(*converters),
        });
    let ran = |sql: &str| Ran {
        sql: sql.to_owned(),
        took: Duration::from_millis(41),
        rows: 2,
    };
    Read {
        id: "checkout-redesign".to_owned(),
        plain: Some((
            contract.collect(),
            ran("SELECT variant_id, 1 FROM a GROUP BY variant_id"),
        )),
        exposures: Exposures {
            variants: variants.iter().map(assigned).collect(),
            has_times: true,
            first: Some(first),
            last: Some(Moment(first.0 + 10 * DAY - 1)),
            now: Moment(NOW),
            ran: vec![ran("SELECT COUNT(*) FROM a")],
            ..Exposures::default()
        },
        changes: None,
    }
}

fn screen_of(read: Read, method: Method) -> (Screen, Rc<CommandQueue>) {
    screen_in(Zone::default(), read, method)
}

fn screen_in(zone: Zone, read: Read, method: Method) -> (Screen, Rc<CommandQueue>) {
    let commands = Rc::new(CommandQueue::default());
    let queue = commands.clone();
    let entries = ["checkout-redesign", "mail-digest"].map(|id| SideEntry {
        id: id.to_owned(),
        detail: "19,850 users".to_owned(),
        ..SideEntry::default()
    });
    let panel = ExperimentsPanel::with_figures(entries.into(), Figures::of(Arc::new(read), method));
    let mut state = State::for_test();
    state.settings.zone = zone;
    let mut screen = Harness::builder()
        .with_size([1280.0, 800.0])
        .with_max_steps(20)
        .with_context_setup(theme::install)
        .build_ui_state(
            move |ui, panel: &mut ExperimentsPanel| {
                panel.ui(ui, &PanelContext::new(&state, &queue));
            },
            panel,
        );
    screen.run();
    (screen, commands)
}

fn screen(variants: &[(&str, u64, u64)]) -> (Screen, Rc<CommandQueue>) {
    screen_of(read(variants), Method::default())
}

const TWO: &[(&str, u64, u64)] = &[("control", 10_000, 1_200), ("treatment", 9_850, 1_459)];

/// The labels of all cells, row by row.
fn cells(screen: &Screen) -> Vec<String> {
    screen
        .query_all_by_role(Role::Cell)
        .filter_map(|cell| cell.accesskit_node().label())
        .collect()
}

#[test]
fn figures_are_said_with_their_intervals() {
    let (screen, _) = screen(TWO);
    screen.get_by_role_and_label(Role::Heading, "checkout-redesign");
    screen
        .get_by_label_contains("9 Oct – 18 Oct 2026 · 10 days · 19,850 users · as of 12:41:07 UTC");
    screen.get_by_role_and_label(Role::RowHeader, "treatment, better than control ↑");
    let cells = cells(&screen);
    for expected in [
        "9,850",
        "1,459",
        "14.81 %, 14.12 % to 15.53 %",
        "+23.43 %, +14.65 % to +32.22 %",
        "> 99.9 %",
    ] {
        assert!(
            cells.iter().any(|cell| cell == expected),
            "{expected} is not in {cells:?}"
        );
    }
    screen.get_by_label("Split 50.4 : 49.6 p 0.2870, fine");
    screen.get_by_label("Sample enough, fine");
}

#[test]
fn a_split_that_went_wrong_stands_before_any_result() {
    let (screen, _) = screen(&[("control", 10_000, 1_200), ("treatment", 9_000, 1_459)]);
    screen.get_by_role_and_label(Role::RowHeader, "treatment, check the data first");
    assert!(
        screen
            .query_by_label_contains("better than control")
            .is_none()
    );
    let chip = screen.get_by_label_contains("Split 52.6 : 47.4");
    assert!(
        chip.accesskit_node()
            .label()
            .unwrap()
            .ends_with(", problem")
    );
    assert!(
        screen
            .query_by_label("checkout-redesign, 19,850 users, check the data first")
            .is_some(),
        "the list marks it"
    );
}

#[test]
fn what_the_plain_count_has_otherwise_stands_below_it() {
    let mut read = read(TWO);
    read.exposures.several = 12;
    read.plain.as_mut().unwrap().0[1].count = 9_862;
    let (screen, _) = screen_of(read, Method::default());
    assert!(cells(&screen).contains(&"9,850, plain 9,862".to_owned()));
    screen.get_by_label_contains("Several variants 12 users, warning");
}

#[test]
fn d_shows_all_digits_and_escape_closes_them() {
    let (mut screen, _) = screen(TWO);
    screen
        .get_by_role_and_label(Role::Table, "Variants")
        .focus();
    screen.run();
    screen.key_press(Key::ArrowDown);
    screen.run();
    screen.key_press(Key::D);
    screen.run();
    screen.get_by_label("Difference, Newcombe's interval");
    let has = |screen: &Screen, text: &str| {
        screen
            .query_all_by_role(Role::Label)
            .any(|label| label.accesskit_node().value().as_deref() == Some(text))
    };
    assert!(has(&screen, "0.148121827411"));
    screen.key_press(Key::Escape);
    screen.run();
    assert!(!has(&screen, "0.148121827411"));
}

#[test]
fn e_opens_the_exports_and_a_choice_asks_where_to() {
    let (mut screen, commands) = screen(TWO);
    screen.key_press(Key::E);
    screen.run();
    screen.get_by_label("Report in Markdown").click();
    screen.run();
    let piece = ExportPiece {
        group: 2,
        kind: ExportKind::Report,
    };
    let wanted = ExperimentsCommand::Export(ExportStep::Choose(piece));
    assert_eq!(commands.take(), [Command::from(wanted)]);
}

#[test]
fn another_control_and_another_engine_are_asked_for() {
    let (mut screen, commands) = screen(TWO);
    screen.get_by_label("Compared with control").click();
    screen.run();
    screen.get_by_label_contains("treatment, 9,850").click();
    screen.run();
    let control = Method {
        control: Some("treatment".to_owned()),
        ..Method::default()
    };
    assert_eq!(
        commands.take(),
        [Command::from(ExperimentsCommand::Use(control))]
    );

    screen.get_by_role_and_label(Role::Button, "Method").click();
    screen.run();
    screen.get_by_label("I look often (sequential)").click();
    screen.run();
    let often = Method {
        sequential: Some(5000.0),
        ..Method::default()
    };
    assert_eq!(
        commands.take().first(),
        Some(&Command::from(ExperimentsCommand::Use(often)))
    );
}

#[test]
fn the_plan_says_how_many_users_it_takes() {
    let (mut screen, _) = screen(TWO);
    screen.get_by_role_and_label(Role::Button, "Method").click();
    screen.run();
    for words in [
        "Users per variant",
        "Smallest effect found now",
        "Days left",
    ] {
        screen.get_by_label(words);
    }
}

#[test]
fn the_smallest_effect_by_day_is_a_chart() {
    let (mut screen, _) = screen(TWO);
    screen.get_by_label("Users exposed so far");
    screen.get_by_role_and_label(Role::Tab, "Plan").click();
    screen.run();
    let chart = screen.get_by_label("Smallest effect that is found");
    let words = chart.accesskit_node().description().unwrap();
    assert!(
        words.starts_with("With today's users a difference of +"),
        "{words}"
    );
}

#[test]
fn another_zone_is_asked_for_and_days_are_those_of_the_zone_that_was_read() {
    let (mut screen, commands) = screen(TWO);
    screen.get_by_label("Time zone: UTC").click();
    screen.run();
    screen.get_by_label("UTC+02:00").click();
    screen.run();
    let asked = commands.take();
    let [Command::App(AppCommand::Change(settings))] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!(settings.zone.offset_secs, 7_200);

    let mut late = read(TWO);
    late.exposures.offset_secs = 7_200;
    late.exposures.last = late.exposures.last.map(|last| Moment(last.0 - 3_600));
    let (screen, _) = screen_in(settings.zone, late, Method::default());
    screen.get_by_label_contains("9 Oct – 19 Oct 2026 · 11 days");
}

/// With the drawer open, and this number at which the sequence is to be narrowest.
fn narrowest_at(number: &str, variants: &[(&str, u64, u64)]) -> (Screen, Rc<CommandQueue>) {
    let often = Method {
        sequential: Some(5000.0),
        ..Method::default()
    };
    let (mut screen, commands) = screen_of(read(variants), often);
    screen.get_by_role_and_label(Role::Button, "Method").click();
    screen.run();
    screen.get_by_label("Narrowest at users").focus();
    screen.run();
    screen.get_by_label("Narrowest at users").type_text(number);
    screen.run();
    screen.key_press(Key::Enter);
    screen.run();
    screen.get_by_label(&format!("Use {number}")).click();
    screen.run();
    (screen, commands)
}

#[test]
fn a_number_chosen_before_the_data_is_not_changed_after_them_without_a_word() {
    let (mut screen, commands) = narrowest_at("20000", TWO);
    assert_eq!(commands.take(), []);
    screen.get_by_label_contains("19,850 users of this experiment have been seen.");
    screen.get_by_label("Keep it as it was").click();
    screen.run();
    assert_eq!(commands.take(), []);

    let (mut screen, commands) = narrowest_at("20000", TWO);
    screen.get_by_label("Change it and note that").click();
    screen.run();
    let asked = commands.take();
    let [Command::Experiments(ExperimentsCommand::Use(method))] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!(method.sequential, Some(20_000.0));
    assert_eq!(
        method.late_changes,
        [LateChange {
            from: 5_000.0,
            to: 20_000.0,
            at: NOW,
            users: 19_850,
        }]
    );
    assert_eq!(
        method.late_changes[0].to_string(),
        "The sequence was made narrowest at 20000 users instead of 5000 when 19850 users had been seen, at 2026-10-20 12:41:07 UTC."
    );
}

#[test]
fn variants_of_the_charts_are_ticked_where_there_are_many() {
    let names: Vec<String> = (0..10).map(|at| format!("v{at}")).collect();
    let variants: Vec<(&str, u64, u64)> = (0..)
        .zip(&names)
        .map(|(at, name)| (name.as_str(), 1_000 + 10 * at, 100))
        .collect();
    let (mut screen, commands) = screen(&variants);
    screen.get_by_role_and_label(Role::Button, "Method").click();
    screen.run();
    // Drawn are the control, which is the largest, and the seven next.
    screen.get_by_role_and_label(Role::CheckBox, "v0").click();
    screen.run();
    let expected = [2, 3, 4, 5, 6, 7, 8, 9, 0].map(|nth| format!("v{nth}"));
    assert_eq!(
        commands.take(),
        [Command::from(ExperimentsCommand::Lines(expected.to_vec()))]
    );
}

#[test]
fn beside_the_drawer_the_table_fits_and_says_what_it_leaves_out() {
    let (mut screen, _) = screen(TWO);
    let heads = |screen: &Screen| -> Vec<String> {
        screen
            .query_all_by_role(Role::ColumnHeader)
            .filter_map(|head| head.accesskit_node().label())
            .collect()
    };
    assert_eq!(heads(&screen).len(), 8);
    screen.get_by_role_and_label(Role::Button, "Method").click();
    screen.run();
    let narrow = heads(&screen);
    assert!(narrow.len() < 8, "{narrow:?}");
    assert_eq!(narrow[0], "Variant");
    screen.get_by_label_contains("There is no room for Share");
    let table = screen.get_by_role_and_label(Role::Table, "Variants");
    let right = table.rect().right();
    for cell in table.get_all_by_role(Role::Cell) {
        assert!(cell.rect().right() <= right + 1.0, "{:?}", cell.rect());
    }
}

#[test]
fn what_was_run_can_be_read_and_opened() {
    let (mut screen, commands) = screen(TWO);
    screen.get_by_role_and_label(Role::Button, "SQL").click();
    screen.run();
    screen
        .get_all_by_label("Open in editor")
        .next()
        .unwrap()
        .click();
    screen.run();
    let opened = QueryCommand::OpenText {
        name: "checkout-redesign".to_owned(),
        sql: "SELECT variant_id, 1 FROM a GROUP BY variant_id".to_owned(),
    };
    assert_eq!(commands.take(), [Command::from(opened)]);
}

#[test]
fn names_of_variants_cannot_steer_the_screen() {
    let long = "x".repeat(5_000);
    let (screen, _) = screen(&[
        ("", 1_000, 100),
        ("a\u{202e}b", 1_000, 120),
        (&long, 1_000, 90),
    ]);
    let names: Vec<String> = screen
        .query_all_by_role(Role::RowHeader)
        .filter_map(|cell| cell.accesskit_node().label())
        .collect();
    assert!(
        names.iter().any(|name| name.starts_with("(empty)")),
        "{names:?}"
    );
    assert!(
        names.iter().any(|name| name.starts_with("a\\u{202E}b")),
        "{names:?}"
    );
    assert!(names.iter().all(|name| name.len() < 400));
}

#[test]
fn one_variant_has_a_rate_and_nothing_to_compare() {
    let (screen, _) = screen(&[("only", 1_000, 100)]);
    assert!(
        cells(&screen)
            .iter()
            .any(|cell| cell.starts_with("10.00 %"))
    );
    assert!(screen.query_by_label_contains("n/a").is_none());
    assert!(screen.query_by_label_contains("Compared with").is_none());
}

#[test]
fn a_window_of_1024_by_700_still_has_its_charts() {
    let (mut screen, _) = screen(TWO);
    screen.set_size(egui::vec2(1024.0, 700.0));
    screen.run();
    screen.get_by_label("Difference in rate over time");
    screen.get_by_role_and_label(Role::RowHeader, "control");
}

#[test]
fn without_a_connection_the_way_to_one_is_offered() {
    let commands = CommandQueue::default();
    let mut state = State::for_test();
    state.sessions.clear();
    let mut panel = ExperimentsPanel::default();
    let cx = PanelContext::new(&state, &commands);
    let mut screen = Harness::builder()
        .with_size([1000.0, 700.0])
        .with_context_setup(theme::install)
        .build_ui(|ui| panel.ui(ui, &cx));
    screen.run();
    screen.get_by_label("Not connected");
    screen.get_by_label_contains("Connect to").click();
    screen.run();
    drop(screen);
    let id = state.active.clone().unwrap();
    assert_eq!(
        commands.take(),
        [Command::from(ProfilesCommand::Connect(id))]
    );
}

#[test]
fn tables_that_are_not_found_can_be_mapped() {
    let error = Error::Unmapped(Box::new(Unmapped {
        place: "assignments",
        what: "assignments of experiments",
        problem: Problem::NoTable {
            tried: vec!["experiment_assignments".to_owned()],
        },
        candidates: Vec::new(),
    }));
    let mut screen = Harness::builder()
        .with_context_setup(theme::install)
        .build_ui_state(
            move |ui, asked: &mut Option<AfterError>| {
                *asked = error_ui(ui, "The experiments could not be listed", &error).or(*asked);
            },
            None,
        );
    screen.run();
    screen.get_by_label_contains("there is no experiment_assignments");
    screen.get_by_label("Map tables").click();
    screen.run();
    assert_eq!(screen.state(), &Some(AfterError::MapTables));
}
