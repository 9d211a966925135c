//! The real keyring: GNOME Keyring on a session bus of its own, with a home of its own.
//!
//! Each part runs in a process of its own, because a process looks for the keyring once and a password has to
//! outlive the process that saved it: the test starts this test program again inside the private bus, and an
//! environment variable says which part to play.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use porthole::engine::profiles::{
    Address, PasswordSource, Profile, ProfileId, ProfileName, Secret,
    secrets::{Answer, Keyring, Passwords, SecretError, SecretStore as _},
};

use crate::search;

const PART: &str = "PORTHOLE_TEST_KEYRING_PART";
const PASSWORD: &str = "zwölf Boxkämpfer 日本 \u{1f511}";

/// A session in which the keyring was unlocked at login; the parts follow the name of the test.
const UNLOCKED: &str = r#"
    set -e
    printf %s login-password | gnome-keyring-daemon --unlock --components=secrets >/dev/null
    program=$1 test=$2
    shift 2
    for part in "$@"; do
        PORTHOLE_TEST_KEYRING_PART=$part "$program" --exact "$test"
    done
"#;

/// The bus starts the keyring by itself, and nobody is there to unlock it.
const LOCKED: &str = r#"PORTHOLE_TEST_KEYRING_PART=locked "$1" --exact "$2""#;

fn profile() -> Profile {
    Profile {
        id: ProfileId("0123456789abcdef0123456789abcdef".to_owned()),
        password: PasswordSource::Keyring,
        ..Profile::new(ProfileName::new("shop").unwrap(), Address::default())
    }
}

fn play(part: &str) {
    let passwords = Passwords::system();
    let profile = profile();
    let secret = Secret::new(PASSWORD.to_owned());
    let ask = |why| Answer::Ask { why: Some(why) };
    match part {
        "save" => {
            assert_eq!(passwords.keyring_status(), Ok(()));
            assert_eq!(passwords.find(&profile), ask(SecretError::Missing));
            assert_eq!(passwords.keep(&profile, &secret), Ok(()));
        }
        "read" => assert_eq!(passwords.find(&profile), Answer::Found(secret)),
        "delete" => assert_eq!(passwords.forget(&profile), Ok(())),
        "gone" => {
            assert_eq!(passwords.find(&profile), ask(SecretError::Missing));
            assert_eq!(Keyring.delete(&profile.id), Ok(()));
        }
        "locked" => {
            assert_eq!(passwords.keyring_status(), Err(SecretError::Locked));
            assert_eq!(passwords.keep(&profile, &secret), Err(SecretError::Locked));
            // Until the program ends it is not asked again.
            assert_eq!(passwords.find(&profile), Answer::Found(secret));
        }
        "no bus" => {
            assert_eq!(passwords.keyring_status(), Err(SecretError::NoKeyring));
            assert_eq!(passwords.find(&profile), ask(SecretError::NoKeyring));
        }
        other => panic!("no part is called {other}"),
    }
}

/// Run `script` on a private bus; `$1` is this program, `$2` the test to run again.
fn in_session(home: &Path, script: &str, test: &str, parts: &[&str]) -> Output {
    let mut command = Command::new("dbus-run-session");
    command
        .args(["--", "sh", "-c", script, "sh"])
        .arg(env::current_exe().unwrap())
        .arg(test)
        .args(parts);
    output(command, home)
}

fn output(mut command: Command, home: &Path) -> Output {
    command
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_RUNTIME_DIR", home)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("GNOME_KEYRING_CONTROL")
        .output()
        .expect("dbus-run-session is there: packages dbus and gnome-keyring")
}

/// All went well, and so many parts were really played.
#[track_caller]
fn assert_played(output: &Output, parts: usize) {
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complaints}");
    assert_eq!(said.matches("1 passed").count(), parts, "{said}");
}

#[test]
fn a_saved_password_outlives_the_process_and_stands_in_no_file() {
    if let Ok(part) = env::var(PART) {
        return play(&part);
    }
    let home = tempfile::tempdir().unwrap();
    let test = "keyring::a_saved_password_outlives_the_process_and_stands_in_no_file";
    assert_played(
        &in_session(home.path(), UNLOCKED, test, &["save", "read"]),
        2,
    );
    let found = search::in_files(home.path(), PASSWORD);
    let none: [PathBuf; 0] = [];
    assert_eq!(found.at, none);
    assert!(found.looked_at > 0, "the keyring has a file of its own");
    let next_login = in_session(home.path(), UNLOCKED, test, &["read", "delete", "gone"]);
    assert_played(&next_login, 3);
}

#[test]
fn a_keyring_that_nobody_unlocks_is_called_locked() {
    if let Ok(part) = env::var(PART) {
        return play(&part);
    }
    let home = tempfile::tempdir().unwrap();
    let test = "keyring::a_keyring_that_nobody_unlocks_is_called_locked";
    assert_played(&in_session(home.path(), LOCKED, test, &[]), 1);
}

#[test]
fn without_a_bus_there_is_no_keyring() {
    if let Ok(part) = env::var(PART) {
        return play(&part);
    }
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "keyring::without_a_bus_there_is_no_keyring"])
        .env(PART, "no bus");
    assert_played(&output(command, home.path()), 1);
}
