//! The frame: rail, top bar, status bar, palette, settings, messages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use egui::{Key, Modifiers, Role, ThemePreference};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use porthole::{
    engine::{
        profiles::{
            Environment, Profile, ProfileId, ProfileName, Tls, TlsMode,
            secrets::{InMemory, Passwords},
            store::Store,
        },
        session::{Facts, Product, ReadOnly, TlsFacts},
        sql::lexer::SqlMode,
    },
    gui::{
        app::App,
        notice::NoticeKind,
        options::WindowOptions,
        state::{OpenSession, Section, SessionStatus, State},
        theme,
    },
    worker::{Job, Worker},
};

type Window = Harness<'static, Option<App>>;

/// A window over a state; it keeps nothing.
fn window(state: State) -> Window {
    let mut state = Some(state);
    let mut window = Harness::builder()
        .with_size([1280.0, 800.0])
        .with_max_steps(20)
        .with_context_setup(theme::install)
        .build_ui_state(
            move |ui, app: &mut Option<App>| {
                let app = app.get_or_insert_with(|| {
                    let ctx = ui.ctx().clone();
                    let worker = Worker::new(move || ctx.request_repaint()).unwrap();
                    let mut app = App::new(ui.ctx(), worker, nothing_kept());
                    app.state = state.take().unwrap();
                    app
                });
                app.poll(ui.ctx());
                app.ui(ui);
            },
            None,
        );
    window.run();
    window
}

fn nothing_kept() -> WindowOptions {
    WindowOptions {
        store: Store::open("/nonexistent"),
        passwords: Passwords::new(Arc::new(InMemory::default())),
        folder: None,
        connect: None,
        ask: None,
        reader: None,
    }
}

fn app(window: &Window) -> &App {
    window.state().as_ref().unwrap()
}

/// Draw until it is so, to a generous deadline.
#[track_caller]
fn until(window: &mut Window, what: &str, is: impl Fn(&Window) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is(window) {
        assert!(Instant::now() < deadline, "not within 30 s: {what}");
        window.step();
        std::thread::yield_now();
    }
}

fn profile(name: &str, environment: Environment) -> Profile {
    Profile {
        id: ProfileId(format!("{name:0>32}")),
        name: ProfileName::new(name).unwrap(),
        environment,
        ..Profile::default()
    }
}

fn connected(profile: &Profile, tls: Option<TlsFacts>) -> State {
    let facts = Facts {
        address: "db2.internal:3306".to_owned(),
        product: Product::MySql,
        version: "9.7.4".to_owned(),
        account: "reader@%".to_owned(),
        tls,
        server_time: "2026-11-21 14:00:00".to_owned(),
        time_zone: "+00:00".to_owned(),
        latency: Duration::from_millis(1),
        read_only: ReadOnly::Server,
        sql_mode: SqlMode::default(),
        sql_mode_text: String::new(),
        node: String::new(),
    };
    let open = OpenSession {
        profile: profile.clone(),
        status: SessionStatus::Connected,
        session: None,
        facts: Some(facts),
        databases: Vec::new(),
        tables: Arc::default(),
    };
    State {
        profiles: vec![profile.clone()],
        sessions: [(profile.id.clone(), open)].into(),
        active: Some(profile.id.clone()),
        section: Section::Query,
        ..State::default()
    }
}

fn tls() -> TlsFacts {
    TlsFacts {
        version: "TLSv1.3".to_owned(),
        cipher: "TLS_AES_256_GCM_SHA384".to_owned(),
    }
}

#[test]
fn the_rail_switches_sections() {
    let mut window = window(State::default());
    assert_eq!(app(&window).state.section, Section::Profiles);
    window.get_by_role_and_label(Role::Button, "Query").click();
    window.run();
    assert_eq!(app(&window).state.section, Section::Query);

    window.key_press_modifiers(Modifiers::COMMAND, Key::Num1);
    window.run();
    assert_eq!(app(&window).state.section, Section::Profiles);
}

#[test]
fn the_palette_opens_by_key_and_enter_runs_what_is_chosen() {
    let mut window = window(State::default());
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run();
    let field = window.get_by_role(Role::TextInput);
    field.type_text("light th");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(app(&window).state.settings.theme, ThemePreference::Light);
    assert!(
        window
            .query_by_role_and_label(Role::TextInput, FIELD)
            .is_none()
    );
}

const FIELD: &str = "Find a table, profile or command";

#[test]
fn what_is_typed_while_the_palette_opens_goes_to_it() {
    let mut window = window(State::default());
    // The very next frame after the key.
    window.key_down_modifiers(Modifiers::COMMAND, Key::K);
    window.step();
    window.event(egui::Event::Text("dark".to_owned()));
    window.step();
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(app(&window).state.settings.theme, ThemePreference::Dark);
}

#[test]
fn a_small_window_that_closes_gives_the_keyboard_back() {
    let mut window = window(State::default());
    window
        .get_by_role_and_label(Role::Button, "Settings")
        .focus();
    window.run();
    for (modifiers, key) in [
        (Modifiers::COMMAND, Key::K),
        (Modifiers::COMMAND, Key::Comma),
    ] {
        window.key_press_modifiers(modifiers, key);
        window.run();
        window.key_press(Key::Escape);
        window.run();
        assert!(
            window
                .get_by_role_and_label(Role::Button, "Settings")
                .is_focused()
        );
    }
}

#[test]
fn a_new_profile_begins_with_the_keyboard_in_its_first_field() {
    let mut window = window(State::default());
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run();
    window.get_by_role(Role::TextInput).type_text("new profile");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    let url = window.get_by_role_and_label(Role::TextInput, "URL");
    assert!(url.is_focused());
}

#[test]
fn a_new_query_tab_from_the_palette_has_the_keyboard() {
    let mut window = window(State::default());
    window.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run();
    window
        .get_by_role_and_label(Role::TextInput, FIELD)
        .type_text("new query tab");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert!(window.get_by_label("SQL").is_focused());
}

#[test]
fn keys_of_commands_do_not_reach_behind_a_small_window() {
    let mut window = window(State::default());
    window.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    window.run();
    assert_eq!(app(&window).state.section, Section::Profiles);
}

#[test]
fn the_palette_is_left_by_escape_and_moved_through_by_arrows() {
    let mut window = window(State::default());
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run();
    window.key_press(Key::Escape);
    window.run();
    assert!(
        window
            .query_by_role_and_label(Role::TextInput, FIELD)
            .is_none()
    );

    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run();
    window.get_by_role_and_label(Role::TextInput, FIELD);
    window.key_press(Key::ArrowDown); // from "Profiles" to "Query"
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(app(&window).state.section, Section::Query);
}

#[test]
fn the_theme_button_goes_through_the_three_themes() {
    let mut window = window(State::default());
    window.get_by_label("Theme: as the system").click();
    window.run();
    assert_eq!(app(&window).state.settings.theme, ThemePreference::Dark);
    window.get_by_label("Theme: dark").click();
    window.run();
    assert_eq!(app(&window).state.settings.theme, ThemePreference::Light);
    window.get_by_label("Theme: light").click();
    window.run();
    assert_eq!(app(&window).state.settings.theme, ThemePreference::System);
}

#[test]
fn the_status_bar_lists_a_job_and_cancels_it() {
    let mut window = window(State::default());
    let stopped = Arc::new(AtomicBool::new(false));
    let seen = stopped.clone();
    let mut job = Job::default();
    job.start(&app(&window).worker, "Count rows", |cancel| async move {
        cancel.cancelled().await;
        seen.store(true, std::sync::atomic::Ordering::SeqCst);
        Ok(())
    });
    until(&mut window, "the job is shown", |window| {
        window.query_by_label("Count rows").is_some()
    });
    window.get_by_label("Cancel").click();
    until(&mut window, "the job has stopped", |_| {
        stopped.load(std::sync::atomic::Ordering::SeqCst)
    });
    until(&mut window, "the job is no longer shown", |window| {
        window.query_by_label("Count rows").is_none()
    });
}

#[test]
fn a_production_server_is_marked_and_others_are_not() {
    let production = profile("shop", Environment::Production);
    let window_of = |profile| window(connected(profile, Some(tls())));
    let marked = window_of(&production);
    marked.get_by_label("Production server");
    marked.get_by_label("Profile: shop, production");

    let staging = window_of(&profile("rehearsal", Environment::Staging));
    assert!(staging.query_by_label("Production server").is_none());
}

#[test]
fn the_status_bar_says_who_answers_and_how_the_line_is_protected() {
    let window = window(connected(&profile("shop", Environment::Other), Some(tls())));
    window.get_by_label("Connected");
    window.get_by_label("MySQL 9.7.4 · db2.internal:3306");
    window.get_by_label("· TLSv1.3");
    window.get_by_label("Read-only by the server");
    window.get_by_label("UTC");
}

#[test]
fn the_badge_says_when_nothing_stands_behind_the_guard() {
    let shop = profile("shop", Environment::Other);
    let mut state = connected(&shop, Some(tls()));
    let session = state.sessions.get_mut(&shop.id).unwrap();
    session.facts.as_mut().unwrap().read_only = ReadOnly::Porthole {
        unkept_by: Some("TiDB".to_owned()),
        powers: Vec::new(),
        better_account: String::new(),
    };
    window(state).get_by_label("Read-only by Porthole alone");
}

#[test]
fn an_open_line_is_always_said() {
    let shop = profile("shop", Environment::Other);
    window(connected(&shop, None)).get_by_label("not encrypted");

    // Also before the server has answered, when the profile asks for it.
    let open = Profile {
        tls: Tls {
            mode: Some(TlsMode::Disabled),
            ..Tls::default()
        },
        ..shop
    };
    let mut state = connected(&open, None);
    let session = state.sessions.get_mut(&open.id).unwrap();
    session.status = SessionStatus::Connecting;
    session.facts = None;
    window(state).get_by_label("not encrypted");
}

#[test]
fn a_message_stands_until_it_is_closed_and_stays_in_the_list() {
    let mut state = State::default();
    state
        .notices
        .push(NoticeKind::Danger, "Connection to shop lost");
    let mut window = window(state);
    window.get_by_label("Connection to shop lost");
    window.get_by_label("Close message").click();
    window.run();
    assert!(window.query_by_label("Connection to shop lost").is_none());

    window.get_by_label("Messages (1)").click();
    window.run();
    window.get_by_label("Connection to shop lost");
    window.get_by_label("Close").click();
    window.run();
    assert!(window.query_by_label("Connection to shop lost").is_none());
}

#[test]
fn settings_open_by_key_and_take_effect_at_once() {
    let mut window = window(State::default());
    window.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    window.run();
    window
        .get_by_role_and_label(Role::RadioButton, "Light")
        .click();
    window.get_by_label("Short movements that explain").click();
    window.run();
    let settings = &app(&window).state.settings;
    assert_eq!(settings.theme, ThemePreference::Light);
    assert!(settings.reduced_motion);
    window.key_press(Key::Escape);
    window.run();
    assert!(
        window
            .query_by_label("Short movements that explain")
            .is_none()
    );
}

#[test]
fn every_control_of_the_frame_can_be_reached_by_tab() {
    let mut window = window(State::default());
    let mut reached = Vec::new();
    for _ in 0..12 {
        window.key_press(Key::Tab);
        window.run();
        if let Some(focused) = window.query_all(kittest_focused()).next() {
            reached.extend(focused.accesskit_node().label());
        }
    }
    for name in [
        "Choose a profile",
        "Find a table or command",
        "Theme: as the system",
        "Settings",
        "Profiles",
        "Query",
    ] {
        assert!(
            reached.iter().any(|label| label == name),
            "{name} is not among {reached:?}"
        );
    }
}

#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method itself holds for one lifetime only"
)]
fn kittest_focused() -> egui_kittest::kittest::By<'static> {
    egui_kittest::kittest::By::new().predicate(|node| node.is_focused())
}
