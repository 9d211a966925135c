//! The profiles panel: found by label, asked by command; profiles in a folder of the test's own, no server.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed; clippy excuses test functions only"
)]

use std::{
    cell::RefCell,
    path::PathBuf,
    rc::Rc,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use egui::accesskit::Role;
use egui_kittest::{
    Harness, Node,
    kittest::{NodeT as _, Queryable as _},
};
use porthole::{
    engine::profiles::{
        Address, Environment, PasswordSource, Profile, ProfileId, ProfileName, Secret,
        secrets::{InMemory, Passwords, SecretError, SecretStore},
        store::Store,
    },
    gui::{
        command::{Command, CommandQueue, ProfilesCommand},
        context::PanelContext,
        files::{FilePicker, Picked},
        panels::profiles::ProfilesPanel,
        state::State,
        theme,
    },
    worker::Worker,
};
use tempfile::TempDir;

/// A keyring that may fail, and counts as one person's.
#[derive(Default)]
struct TestKeyring {
    error: Mutex<Option<SecretError>>,
    entries: InMemory,
}

impl TestKeyring {
    fn works(&self) -> Result<(), SecretError> {
        self.error.lock().unwrap().clone().map_or(Ok(()), Err)
    }
}

impl SecretStore for TestKeyring {
    fn get(&self, id: &ProfileId) -> Result<Secret, SecretError> {
        self.works().and_then(|()| self.entries.get(id))
    }

    fn set(&self, id: &ProfileId, secret: &Secret) -> Result<(), SecretError> {
        self.works().and_then(|()| self.entries.set(id, secret))
    }

    fn delete(&self, id: &ProfileId) -> Result<(), SecretError> {
        self.works().and_then(|()| self.entries.delete(id))
    }

    fn status(&self) -> Result<(), SecretError> {
        self.works()
    }
}

/// Answers every request with one path.
struct OneFile(PathBuf);

impl FilePicker for OneFile {
    fn pick(&self, _title: &str) -> Picked {
        let path = self.0.clone();
        Box::pin(async move { Some(path) })
    }
}

struct World {
    panel: ProfilesPanel,
    state: State,
    worker: Worker,
    commands: CommandQueue,
    asked: Rc<RefCell<Vec<Command>>>,
}

impl World {
    fn frame(&mut self, ui: &mut egui::Ui) {
        self.panel.poll(&mut self.state, &self.worker);
        let cx = PanelContext::new(&self.state, &self.commands);
        self.panel.ui(ui, &cx);
        for command in self.commands.take() {
            self.asked.borrow_mut().push(command.clone());
            if let Command::Profiles(command) = command {
                self.panel.handle(command, &mut self.state, &self.worker);
            }
        }
    }
}

struct Window {
    harness: Harness<'static, World>,
    store: Store,
    keyring: Arc<TestKeyring>,
    _folder: TempDir,
}

impl Window {
    fn with(profiles: &[Profile]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path());
        for profile in profiles {
            store.add(profile).unwrap();
        }
        let keyring = Arc::new(TestKeyring::default());
        let mut panel = ProfilesPanel::with_files(
            store.clone(),
            Passwords::new(keyring.clone()),
            Arc::new(OneFile("/etc/ssl/ca.pem".into())),
        );
        let worker = Worker::new(|| {}).unwrap();
        panel.load(&worker);
        let world = World {
            panel,
            state: State::default(),
            worker,
            commands: CommandQueue::default(),
            asked: Rc::default(),
        };
        let harness = Harness::builder()
            .with_size(egui::vec2(1200.0, 1600.0))
            .with_context_setup(theme::install)
            .build_ui_state(|ui, world: &mut World| world.frame(ui), world);
        let mut window = Self {
            harness,
            store,
            keyring,
            _folder: folder,
        };
        let count = profiles.len();
        window.until("the profiles are read", |window| {
            window.harness.state().state.profiles.len() == count
                && (count > 0 || window.says("A profile is a saved connection"))
        });
        window
    }

    /// Frame by frame, to a generous deadline.
    #[track_caller]
    fn until(&mut self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            self.harness.step();
            if done(self) {
                break;
            }
            assert!(Instant::now() < deadline, "did not happen: {what}");
            std::thread::yield_now();
        }
        self.harness.step();
    }

    fn has(&self, label: &str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    fn says(&self, part: &str) -> bool {
        self.harness
            .query_all_by_label_contains(part)
            .next()
            .is_some()
    }

    #[track_caller]
    fn field<'a>(&'a self, label: &'a str) -> Node<'a> {
        let of = |role| self.harness.query_by_role_and_label(role, label);
        of(Role::TextInput)
            .or_else(|| of(Role::PasswordInput))
            .or_else(|| of(Role::MultilineTextInput))
            .unwrap_or_else(|| panic!("no field {label}"))
    }

    #[track_caller]
    fn fill(&mut self, label: &str, text: &str) {
        self.field(label).focus();
        self.harness.step();
        self.harness
            .key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        self.harness.step();
        self.field(label).type_text(text);
        self.harness.step();
        self.harness.step();
    }

    #[track_caller]
    fn value(&self, label: &str) -> String {
        self.field(label)
            .accesskit_node()
            .value()
            .unwrap_or_default()
    }

    #[track_caller]
    fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.settle();
    }

    #[track_caller]
    fn click_role(&mut self, role: Role, label: &str) {
        self.harness.get_by_role_and_label(role, label).click();
        self.settle();
    }

    /// Also where one would have to scroll first.
    #[track_caller]
    fn switch(&mut self, label: &str) {
        self.harness
            .get_by_role_and_label(Role::CheckBox, label)
            .click_accesskit();
        self.settle();
    }

    /// The click, the command, and the frame in which a small window takes its measure.
    fn settle(&mut self) {
        self.harness.run_steps(4);
    }

    fn asked(&self, command: impl Into<Command>) -> bool {
        self.harness
            .state()
            .asked
            .borrow()
            .contains(&command.into())
    }

    fn saved(&self) -> Vec<Profile> {
        self.store.load().unwrap().profiles
    }
}

/// A port of this machine where nothing listens: it was ours a moment ago.
fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn profile(name: &str) -> Profile {
    Profile {
        user: "ann".to_owned(),
        ..Profile::new(
            ProfileName::new(name).unwrap(),
            Address::Tcp {
                host: "127.0.0.1".to_owned(),
                port: closed_port(),
            },
        )
    }
}

#[test]
fn without_profiles_there_is_one_sentence_and_one_way_on() {
    let mut window = Window::with(&[]);
    assert!(window.has("A profile is a saved connection to a MySQL or MariaDB server."));
    // One in the list's head, one on the page.
    let buttons = window
        .harness
        .query_all_by_label("New profile")
        .collect::<Vec<_>>();
    assert_eq!(buttons.len(), 2);
    buttons[1].click();
    window.harness.step();
    window.harness.step();
    assert!(window.asked(ProfilesCommand::New));
    assert_eq!(window.value("Host"), "127.0.0.1");
    assert_eq!(window.value("Port"), "3306");
}

#[test]
fn a_new_profile_is_typed_and_saved() {
    let mut window = Window::with(&[]);
    window.harness.state().commands.push(ProfilesCommand::New);
    window.until("a form", |window| window.has("Save"));
    window.fill("Name", "Shop");
    window.fill("Host", "db.example");
    window.fill("User", "ann");
    window.click("Production");
    window.click("Save");
    window.until("it is saved", |window| {
        window.harness.state().state.profiles.len() == 1
    });
    let saved = window.saved();
    assert_eq!(saved[0].name.as_str(), "Shop");
    assert_eq!(saved[0].address.to_string(), "db.example:3306");
    assert_eq!(saved[0].environment, Environment::Production);
    assert!(window.has("Shop, production, closed"));
    assert!(!window.has("Save"), "nothing is left to save");
}

#[test]
fn what_may_run_besides_reading_is_two_switches_that_are_off() {
    let mut window = Window::with(&[profile("a")]);
    window.click("a, other, closed");
    let switches = |window: &Window| {
        let saved = &window.saved()[0];
        (saved.call_stored_functions, saved.check_tables)
    };
    assert_eq!(switches(&window), (false, false));
    window.switch("Stored functions that are declared to read");
    window.click("Save");
    window.until("it is saved", |window| !window.has("Save"));
    assert_eq!(switches(&window), (true, false));
    window.switch("CHECK TABLE");
    window.click("Save");
    window.until("it is saved", |window| !window.has("Save"));
    assert_eq!(switches(&window), (true, true));
}

#[test]
fn what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost() {
    let mut window = Window::with(&[profile("a"), profile("b")]);
    window.click("b, other, closed");
    window.fill("Name", "a");
    window.fill("Port", "http");
    assert!(!window.says("A port is a number"), "not while typing");
    window.click("Save");
    assert!(window.has("Another profile has this name"));
    assert!(window.has("A port is a number from 1 to 65535"));
    // Away and back.
    window.click("a, other, closed");
    assert!(!window.says("Another profile"));
    window.click("b, other, edited");
    assert_eq!(window.value("Port"), "http");
    assert_eq!(window.value("Name"), "a");
    window.click("Discard changes");
    assert_eq!(window.value("Name"), "b");
    assert_eq!(window.saved()[1].name.as_str(), "b");
}

#[test]
fn a_pasted_url_fills_the_form_and_a_bad_one_says_why() {
    let mut window = Window::with(&[]);
    window.harness.state().commands.push(ProfilesCommand::New);
    window.until("a form", |window| window.has("Save"));
    window.fill("URL", "mysql://u:hunter2@h?sslmode=1");
    window.click("Fill in from URL");
    assert!(window.says("Unknown option `sslmode`"));
    window.fill(
        "URL",
        "mysql://bob:s3cret@db:3307/shop?ssl-mode=VERIFY_CA&ssl-ca=/ca.pem",
    );
    window.click("Fill in from URL");
    assert_eq!(window.value("Host"), "db");
    assert_eq!(window.value("Port"), "3307");
    assert_eq!(window.value("User"), "bob");
    assert_eq!(window.value("CA file"), "/ca.pem");
    assert_eq!(window.value("Name"), "bob@db/shop");
    assert_eq!(
        window.value("URL"),
        "",
        "the password does not stay in the field"
    );
    assert!(window.has("Encrypted, and the certificate must be signed by an authority trusted here. Its name is not checked."));
    assert!(!window.says("s3cret"));
}

#[test]
fn the_words_of_the_tls_mode_say_what_is_not_checked() {
    let mut window = Window::with(&[profile("a")]);
    window.click("a, other, closed");
    // Loopback: PREFERRED by default.
    assert!(window.says(
        "Encrypted if the server can, without asking if it cannot. The certificate is not checked"
    ));
    window.fill("Host", "db.example");
    assert!(window.says("Encrypted, or no connection. The certificate is not checked"));
    window.click_role(Role::ComboBox, "TLS mode");
    window.click("DISABLED");
    assert!(window.says("Never encrypted"));
}

#[test]
fn a_test_that_fails_says_why_and_what_to_try() {
    let mut window = Window::with(&[profile("a")]);
    window.click("a, other, closed");
    window.fill("Password", "pw");
    window.click("Test connection");
    window.until("an answer", |window| {
        window.says("Cannot connect to 127.0.0.1")
    });
    assert!(window.says("Check host and port, that the server is running"));
}

#[test]
fn a_connection_that_fails_makes_the_profile_unreachable() {
    let mut window = Window::with(&[Profile {
        password: PasswordSource::Keyring,
        ..profile("a")
    }]);
    let id = window.saved()[0].id.clone();
    let secret = Secret::new("pw".to_owned());
    window.keyring.set(&id, &secret).unwrap();
    window.click("Connect");
    assert!(window.asked(ProfilesCommand::Connect(id.clone())));
    window.until("it failed", |window| window.has("a, other, unreachable"));
    assert!(window.says("Cannot connect to 127.0.0.1"));
    assert!(window.harness.state().state.sessions.is_empty());
}

#[test]
fn a_password_that_is_not_kept_is_asked_for() {
    let mut window = Window::with(&[profile("a")]);
    window.click("Connect");
    window.until("the question", |window| {
        window.says("Password for ann at 127.0.0.1")
    });
    // The dialog's field has the keyboard: typing needs no click.
    window.harness.event(egui::Event::Text("pw".to_owned()));
    window.harness.step();
    window.click("Continue");
    window.until("the attempt failed", |window| {
        window.says("Cannot connect to 127.0.0.1")
    });
    assert!(!window.says("Password for ann"));
}

#[test]
fn a_keyring_that_does_not_help_is_said_in_the_question() {
    let mut window = Window::with(&[Profile {
        password: PasswordSource::Keyring,
        ..profile("a")
    }]);
    *window.keyring.error.lock().unwrap() = Some(SecretError::NoKeyring);
    window.click("Connect");
    window.until("the question", |window| {
        window.says("Password for ann at 127.0.0.1")
    });
    assert!(window.has("No keyring answers on this machine"));
    window.click("Cancel");
    assert!(!window.says("Password for ann"));
    assert!(window.has("a, other, closed"));
}

#[test]
fn choosing_the_keyring_tries_it_and_says_what_it_said() {
    let mut window = Window::with(&[profile("a")]);
    *window.keyring.error.lock().unwrap() = Some(SecretError::Locked);
    window.click("Keep it in the keyring");
    assert!(window.asked(ProfilesCommand::CheckKeyring));
    window.until("the answer", |window| {
        window.has("The keyring is locked or refused access")
    });
}

#[test]
fn a_saved_password_is_in_the_keyring_and_not_in_the_file() {
    let mut window = Window::with(&[profile("a")]);
    let id = window.saved()[0].id.clone();
    window.fill("Password", "hunter2");
    window.click("Keep it in the keyring");
    window.click("Save");
    window.until("it is kept", |window| window.keyring.get(&id).is_ok());
    assert_eq!(
        window.keyring.get(&id),
        Ok(Secret::new("hunter2".to_owned()))
    );
    let file = std::fs::read_to_string(window.store.path()).unwrap();
    assert!(!file.contains("hunter2"));
    window.until("the field is empty", |window| {
        window.value("Password").is_empty()
    });
}

#[test]
fn deleting_asks_first_and_takes_the_password_along() {
    let mut window = Window::with(&[Profile {
        password: PasswordSource::Keyring,
        ..profile("a")
    }]);
    let id = window.saved()[0].id.clone();
    let secret = Secret::new("pw".to_owned());
    window.keyring.set(&id, &secret).unwrap();
    window.click("Delete");
    assert!(window.says("The profile “a” and its saved password are removed"));
    window.click("Cancel");
    assert_eq!(window.saved().len(), 1);
    window.click("Delete");
    window.click("Delete profile");
    window.until("it is gone", |window| {
        window.harness.state().state.profiles.is_empty()
    });
    assert!(window.saved().is_empty());
    assert_eq!(window.keyring.get(&id), Err(SecretError::Missing));
}

#[test]
fn a_copy_has_a_name_of_its_own_and_no_password() {
    let mut window = Window::with(&[profile("a")]);
    window.fill("Password", "pw");
    window.click("Duplicate");
    assert_eq!(window.value("Name"), "a copy");
    assert_eq!(window.value("Password"), "");
    window.click("Save");
    window.until("it is saved", |window| {
        window.harness.state().state.profiles.len() == 2
    });
    let saved = window.saved();
    assert_ne!(saved[0].id, saved[1].id);
    assert_eq!(saved[0].address, saved[1].address);
}

#[test]
fn a_chosen_file_lands_in_its_field() {
    let mut window = Window::with(&[profile("a")]);
    window.click("Browse for CA file");
    window.until("the path", |window| {
        window.value("CA file") == "/etc/ssl/ca.pem"
    });
}

#[test]
fn a_change_from_another_window_is_said_and_what_was_typed_stays() {
    let mut window = Window::with(&[profile("a")]);
    let before = window.saved().remove(0);
    let theirs = Profile {
        user: "theirs".to_owned(),
        ..before.clone()
    };
    window.store.replace(&before, &theirs).unwrap();
    window.fill("User", "mine");
    window.click("Save");
    window.until("it is said", |window| {
        window.says("was changed in another window")
    });
    assert_eq!(window.value("User"), "mine");
    assert_eq!(window.saved()[0].user, "theirs");
}
