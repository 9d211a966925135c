//! The drawn parts that screens of figures share: the side list, the table of figures, chips, the export line.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use egui::{Key, Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use porthole::{
    engine::chart::Slot,
    gui::{
        theme,
        widgets::{
            figure_table::{Badge, BadgeLook, Cell, Column, FigureTable},
            health::{Chip, Tone, chips_ui, worst},
            side_list::{SideEntry, SideList},
            whisker::Interval,
        },
    },
};

#[derive(Default)]
struct Listed {
    list: SideList,
    picked: Vec<String>,
}

fn listed(names: Vec<String>) -> Harness<'static, Listed> {
    let entries: Vec<SideEntry> = names
        .into_iter()
        .map(|id| SideEntry {
            id,
            detail: "1,200 users".to_owned(),
            curve: vec![1.0, 3.0, 2.0],
            warning: None,
        })
        .collect();
    Harness::builder()
        .with_size([240.0, 400.0])
        .with_context_setup(theme::install)
        .build_ui_state(
            move |ui, state: &mut Listed| {
                let picked = state.list.ui(ui, "experiments", &entries, 1, None);
                state.picked.extend(picked.map(|at| entries[at].id.clone()));
            },
            Listed::default(),
        )
}

fn options(harness: &Harness<'_, Listed>) -> usize {
    harness.query_all_by_role(Role::ListBoxOption).count()
}

#[test]
fn a_list_of_thousands_draws_what_is_seen_and_searches_all() {
    let mut harness = listed((0..5_000).map(|number| format!("test-{number}")).collect());
    harness.run();
    assert!(options(&harness) < 20);
    let field = harness.get_by_role_and_label(Role::TextInput, "Search experiments");
    field.focus();
    harness.run();
    harness
        .get_by_role_and_label(Role::TextInput, "Search experiments")
        .type_text("4321");
    harness.run();
    assert_eq!(options(&harness), 1);
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().picked, ["test-4321"]);
}

#[test]
fn arrows_move_and_enter_opens() {
    let mut harness = listed(["a", "b", "c"].map(str::to_owned).into());
    harness.run();
    harness
        .get_by_role_and_label(Role::ListBox, "experiments")
        .focus();
    harness.run();
    for key in [Key::ArrowDown, Key::ArrowDown, Key::ArrowUp, Key::Enter] {
        harness.key_press(key);
        harness.run();
    }
    assert_eq!(harness.state().picked, ["b"]);
    harness.get_by_label_contains("c, 1,200 users").click();
    harness.run();
    assert_eq!(harness.state().picked, ["b", "c"]);
}

#[test]
fn names_of_a_server_cannot_steer_the_list() {
    let names = vec![String::new(), "x\u{202e}y\n".to_owned(), "z".repeat(5_000)];
    let mut harness = listed(names);
    harness.run();
    assert!(harness.query_by_label_contains("(empty), ").is_some());
    assert!(harness.query_by_label_contains("x\\u{202E}y\\n").is_some());
    let longest = harness.query_all_by_role(Role::ListBoxOption).last();
    let label = longest.unwrap().accesskit_node().label().unwrap();
    assert!(label.len() < 400, "{}", label.len());
}

#[derive(Default)]
struct Tabled {
    table: FigureTable,
    details: Vec<usize>,
}

fn tabled(rows: usize) -> Harness<'static, Tabled> {
    let columns = [
        Column::new("Variant"),
        Column::number("Users"),
        Column::number("Rate, 95 % interval").with_whiskers(),
    ];
    let rows: Vec<Vec<Cell>> = (0..rows)
        .map(|number| {
            let slot = Slot::Color(u8::try_from(number % 250).unwrap());
            let badge = Badge {
                words: "better than control".to_owned(),
                look: BadgeLook::Strong,
            };
            vec![
                Cell::name(format!("variant {number}"), slot).with_badge(badge),
                Cell::text("9,850").with_second("10,012 rows"),
                Cell::text("14.81 %")
                    .with_interval(Interval::new(0.148, [0.141, 0.155]), slot)
                    .with_spoken("14.81 %, 14.1 % to 15.5 %"),
            ]
        })
        .collect();
    Harness::builder()
        .with_size([900.0, 400.0])
        .with_context_setup(theme::install)
        .build_ui_state(
            move |ui, state: &mut Tabled| {
                let asked = state.table.ui(ui, "Variants", &columns, &rows, 300.0);
                state.details.extend(asked);
            },
            Tabled::default(),
        )
}

#[test]
fn cells_are_told_with_intervals_and_second_lines_in_words() {
    let mut harness = tabled(2);
    harness.run();
    for head in ["Variant", "Users", "Rate, 95 % interval"] {
        harness.get_by_role_and_label(Role::ColumnHeader, head);
    }
    harness.get_by_role_and_label(Role::RowHeader, "variant 1, better than control");
    let rates = harness.get_all_by_role_and_label(Role::Cell, "14.81 %, 14.1 % to 15.5 %");
    assert_eq!(rates.count(), 2);
    let users = harness.get_all_by_role_and_label(Role::Cell, "9,850, 10,012 rows");
    assert_eq!(users.count(), 2);
}

#[test]
fn arrows_move_in_the_table_and_d_asks_for_all_numbers() {
    let mut harness = tabled(500);
    harness.run();
    harness
        .get_by_role_and_label(Role::Table, "Variants")
        .focus();
    harness.run();
    for key in [Key::ArrowDown, Key::D, Key::End, Key::D] {
        harness.key_press(key);
        harness.run();
    }
    assert_eq!(harness.state().details, [1, 499]);
    // The keyboard takes the view with it.
    harness.get_by_label_contains("variant 499");
    assert!(harness.query_all_by_role(Role::RowHeader).count() < 20);
}

#[test]
fn chips_say_how_things_stand_without_their_colour() {
    let chips = [
        Chip::new(Tone::Good, "Users in both", "0").why("Nobody was seen in two variants."),
        Chip::new(Tone::Danger, "Split 50.4 : 49.6", "p 0.0001"),
    ];
    assert_eq!(worst(&chips), Some(Tone::Danger));
    let mut harness = Harness::builder()
        .with_context_setup(theme::install)
        .build_ui_state(
            move |ui, pressed: &mut Option<usize>| {
                *pressed = chips_ui(ui, &chips).or(*pressed);
            },
            None,
        );
    harness.run();
    let chip = harness.get_by_label("Users in both 0, fine");
    let why = chip.accesskit_node().description();
    assert_eq!(why.as_deref(), Some("Nobody was seen in two variants."));
    harness
        .get_by_label("Split 50.4 : 49.6 p 0.0001, problem")
        .click();
    harness.run();
    assert_eq!(harness.state(), &Some(1));
}
