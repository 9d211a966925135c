//! The query panel: what its controls ask for, what is said while writing, and what is kept.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use egui::{Key, Modifiers, Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use porthole::{
    engine::profiles::{Profile, ProfileId},
    gui::{
        command::{AppCommand, Command, CommandQueue, ProfilesCommand, QueryCommand},
        context::PanelContext,
        layout::{Direction, Layout, PaneId},
        panels::query::QueryPanel,
        saved::{RowLimit, SavedTab},
        state::{Section, State},
        theme,
    },
    worker::Worker,
};

struct Window {
    panel: QueryPanel,
    layout: Layout,
    state: State,
    commands: CommandQueue,
    worker: Worker,
}

impl Window {
    /// Do what was asked for, as the app does.
    fn dispatch(&mut self) {
        for command in self.commands.take() {
            if let Command::Query(command) = command {
                self.panel
                    .handle(command, &mut self.layout, &self.state, &self.worker);
            }
        }
    }
}

fn window(state: State, tabs: Vec<SavedTab>) -> Harness<'static, Window> {
    let window = Window {
        panel: QueryPanel::new(tabs),
        layout: Layout::default(),
        state,
        commands: CommandQueue::default(),
        worker: Worker::new(|| {}).unwrap(),
    };
    let mut harness = Harness::builder()
        .with_size([900.0, 600.0])
        .with_max_steps(20)
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, window: &mut Window| {
                let Window {
                    panel,
                    layout,
                    state,
                    commands,
                    worker,
                } = window;
                panel.poll(layout, worker);
                let cx = PanelContext::new(state, commands);
                let active = layout.active();
                layout.ui(ui, &mut |ui, pane| panel.ui(ui, pane, pane == active, &cx));
            },
            window,
        );
    harness.run();
    harness
}

fn tab(name: &str, sql: &str) -> SavedTab {
    SavedTab {
        name: name.to_owned(),
        sql: sql.to_owned(),
        pane: Layout::default().active(),
        ..SavedTab::default()
    }
}

fn write(window: &mut Harness<'_, Window>, text: &str) {
    let field = window.get_by_role_and_label(Role::MultilineTextInput, "SQL");
    field.focus();
    window.run();
    window
        .get_by_role_and_label(Role::MultilineTextInput, "SQL")
        .type_text(text);
    window.run();
}

fn text(window: &Harness<'_, Window>) -> String {
    window
        .get_by_role_and_label(Role::MultilineTextInput, "SQL")
        .accesskit_node()
        .value()
        .unwrap_or_default()
}

fn names(window: &Harness<'_, Window>) -> Vec<String> {
    let saved = window.state().panel.saved();
    saved.into_iter().map(|tab| tab.name).collect()
}

#[test]
fn run_asks_to_run() {
    let mut window = window(State::for_test(), Vec::new());
    window.get_by_label("Run").click();
    window.run();
    let asked = window.state().commands.take();
    assert_eq!(asked, [Command::from(QueryCommand::Run)]);
}

#[test]
fn without_a_session_it_says_what_is_missing_and_leads_there() {
    let mut window = window(State::default(), Vec::new());
    assert!(window.get_by_label("Run").accesskit_node().is_disabled());
    window.get_by_label_contains("Not connected");
    window.get_by_label("Choose a profile").click();
    window.run();
    let asked = window.state().commands.take();
    assert_eq!(asked, [Command::from(AppCommand::Show(Section::Profiles))]);
}

#[test]
fn after_a_start_one_press_connects_to_the_profile_of_the_last_time() {
    let profile = Profile {
        id: ProfileId::random(),
        ..Profile::default()
    };
    let state = State {
        active: Some(profile.id.clone()),
        profiles: vec![profile.clone()],
        ..State::default()
    };
    let mut window = window(state, Vec::new());
    window.get_by_label_contains(&format!("Not connected to {}.", profile.name));
    window.get_by_label("Connect").click();
    window.run();
    let asked = window.state().commands.take();
    assert_eq!(asked, [Command::from(ProfilesCommand::Connect(profile.id))]);
}

#[test]
fn what_would_be_refused_is_said_while_writing_but_not_in_the_middle_of_a_word() {
    let mut window = window(State::for_test(), Vec::new());
    write(&mut window, "DELETE");
    assert!(window.query_by_label_contains("refused").is_none());
    write(&mut window, " FROM t");
    window.get_by_label_contains("refused: DELETE");
}

#[test]
fn keys_indent_comment_and_leave() {
    let mut window = window(State::for_test(), vec![tab("a", "SELECT 1")]);
    write(&mut window, "");
    window.key_press(Key::Home);
    window.key_press(Key::Tab);
    window.run();
    assert_eq!(text(&window), "  SELECT 1");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Slash);
    window.run();
    assert_eq!(text(&window), "  -- SELECT 1");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Slash);
    window.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    window.run();
    assert_eq!(text(&window), "SELECT 1");
    window.key_press(Key::Escape);
    window.run();
    let field = window.get_by_role_and_label(Role::MultilineTextInput, "SQL");
    assert!(!field.accesskit_node().is_focused());
}

#[test]
fn typing_can_be_undone() {
    let mut window = window(State::for_test(), vec![tab("a", "SELECT 1")]);
    write(&mut window, "");
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    write(&mut window, "x");
    assert_eq!(text(&window), "x");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run();
    assert_eq!(text(&window), "SELECT 1");
}

#[test]
fn a_closed_tab_comes_back_with_its_text() {
    let mut window = window(
        State::for_test(),
        vec![tab("a", "SELECT 'a'"), tab("b", "SELECT 'b'")],
    );
    window.get_by_label("Close a").click();
    window.run();
    window.state_mut().dispatch();
    window.run();
    assert_eq!(names(&window), ["b"]);
    window.state_mut().commands.push(QueryCommand::ReopenTab);
    window.state_mut().dispatch();
    window.run();
    assert_eq!(names(&window), ["b", "a"]);
    assert_eq!(text(&window), "SELECT 'a'");
}

#[test]
fn closing_the_last_tab_leaves_an_empty_one() {
    let mut window = window(State::for_test(), vec![tab("a", "SELECT 1")]);
    window.state_mut().commands.push(QueryCommand::CloseTab);
    window.state_mut().dispatch();
    window.run();
    assert_eq!(names(&window), ["Query 1"]);
    assert_eq!(text(&window), "");
}

#[test]
fn tabs_are_walked_and_moved_by_commands() {
    let mut window = window(
        State::for_test(),
        vec![tab("a", ""), tab("b", ""), tab("c", "")],
    );
    let seen = |window: &Harness<'_, Window>| {
        let saved = window.state().panel.saved();
        saved.into_iter().find(|tab| tab.front).unwrap().name
    };
    for (command, expected) in [
        (QueryCommand::PreviousTab, "c"),
        (QueryCommand::NextTab, "a"),
        (QueryCommand::NextTab, "b"),
    ] {
        window.state_mut().commands.push(command);
        window.state_mut().dispatch();
        window.run();
        assert_eq!(seen(&window), expected);
    }
    window.state_mut().commands.push(QueryCommand::MoveTabLeft);
    window.state_mut().commands.push(QueryCommand::MoveTabLeft);
    window.state_mut().dispatch();
    window.run();
    assert_eq!(names(&window), ["b", "a", "c"]);
}

#[test]
fn a_tab_gets_another_name() {
    let mut window = window(State::for_test(), vec![tab("a", "SELECT 1")]);
    window.state_mut().commands.push(QueryCommand::RenameTab);
    window.state_mut().dispatch();
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    window
        .get_by_role_and_label(Role::TextInput, "Name of the tab")
        .type_text("orders");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(names(&window), ["orders"]);
}

#[test]
fn a_split_shows_two_tabs_and_closing_it_keeps_both() {
    let mut window = window(State::for_test(), vec![tab("a", "SELECT 1")]);
    let second: PaneId = window.state_mut().layout.split(Direction::Right).unwrap();
    window.run();
    assert_eq!(window.get_all_by_label("Run").count(), 2);
    assert_eq!(names(&window).len(), 2);
    window.state_mut().layout.close(second);
    window.run();
    assert_eq!(window.get_all_by_label("Run").count(), 1);
    assert_eq!(names(&window).len(), 2);
}

#[test]
fn the_row_limit_is_chosen_from_a_list_and_kept() {
    let mut window = window(State::for_test(), Vec::new());
    window.get_by_label("Row limit: first 100,000 rows").click();
    window.run();
    window.get_by_label("first 1,000 rows").click();
    window.run();
    assert_eq!(window.state().panel.saved()[0].limit, RowLimit::Rows(1_000));
    window.get_by_label("Row limit: first 1,000 rows");
}

#[test]
fn what_is_saved_opens_again() {
    let saved = vec![
        SavedTab {
            limit: RowLimit::All,
            profile: Some(ProfileId("0".repeat(32))),
            database: Some("shop".to_owned()),
            ..tab("a", "SELECT 'é日本😀'\n")
        },
        SavedTab {
            front: true,
            ..tab("b", "")
        },
    ];
    let panel = QueryPanel::new(saved.clone());
    assert_eq!(panel.saved(), saved);
}

#[test]
fn a_text_too_long_for_the_editor_is_refused_in_words() {
    let window = window(
        State::for_test(),
        vec![tab("a", &"SELECT 1;\n".repeat(30_000))],
    );
    window.get_by_label_contains("was not taken");
    assert_eq!(text(&window), "");
}
