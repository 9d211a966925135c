use expect_test::expect;
use tempfile::TempDir;

use super::*;
use crate::engine::profiles::{Address, Environment, PasswordSource, Tls, TlsMode};

fn store() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path().join("porthole"));
    (dir, store)
}

fn profile(name: &str) -> Profile {
    Profile::new(ProfileName::new(name).unwrap(), Address::default())
}

fn names(loaded: &Loaded) -> Vec<&str> {
    loaded
        .profiles
        .iter()
        .map(|profile| profile.name.as_str())
        .collect()
}

fn write(store: &Store, text: &str) {
    store.make_folder().unwrap();
    fs::write(store.path(), text).unwrap();
}

fn files(store: &Store) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(store.path().parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// What `load` says about `text`, up to the advice.
fn complaint(text: &str) -> String {
    let (_dir, store) = store();
    write(&store, text);
    let loaded = store.load().unwrap();
    assert_eq!(loaded.profiles, []);
    let notice = loaded.notice.unwrap();
    notice.split(". The file is").next().unwrap().to_owned()
}

#[test]
fn no_file_is_an_empty_list_and_makes_nothing() {
    let (_dir, store) = store();
    assert_eq!(store.load().unwrap(), Loaded::default());
    assert!(!store.path().parent().unwrap().exists());
}

#[test]
fn a_switch_is_written_only_when_it_is_on() {
    let (_dir, store) = store();
    store.add(&profile("off")).unwrap();
    let text = fs::read_to_string(store.path()).unwrap();
    assert!(!text.contains("call_stored_functions") && !text.contains("check_tables"));
    let on = Profile {
        call_stored_functions: true,
        check_tables: true,
        ..profile("on")
    };
    store.add(&on).unwrap();
    assert_eq!(store.load().unwrap().profiles[1], on);
}

#[test]
fn the_file_is_readable_by_people_and_comes_back_the_same() {
    let (_dir, store) = store();
    let first = Profile {
        id: ProfileId("0123456789abcdef0123456789abcdef".to_owned()),
        user: "ann".to_owned(),
        database: Some("shop".to_owned()),
        environment: Environment::Production,
        tls: Tls {
            mode: Some(TlsMode::VerifyCa),
            ca_file: Some("/etc/ca.pem".into()),
            ..Tls::default()
        },
        password: PasswordSource::Keyring,
        include_databases: vec!["shop".to_owned()],
        ..profile("Shop \"north\"")
    };
    let second = Profile {
        address: Address::Socket("/run/my.sock".into()),
        ..profile("local")
    };
    store.add(&first).unwrap();
    let text = fs::read_to_string(store.path()).unwrap();
    expect![[r#"
        # Connection profiles of Porthole. Passwords are not kept here.
        # You may edit this file while Porthole is closed; Porthole rewrites it whole and keeps no comments.

        version = 1

        [[profile]]
        id = "0123456789abcdef0123456789abcdef"
        name = 'Shop "north"'
        user = "ann"
        database = "shop"
        environment = "production"
        password = "keyring"
        time_zone = "+00:00"
        include_databases = ["shop"]
        exclude_tables = []

        [profile.address.tcp]
        host = "127.0.0.1"
        port = 3306

        [profile.tls]
        mode = "VERIFY_CA"
        ca_file = "/etc/ca.pem"

        [profile.limits]
        connect_timeout_secs = 10
        read_timeout_secs = 60
        statement_secs = 300
        rows = 100000

        [profile.pool]
        min = 5
        max = 15
        recycle_secs = 3600
    "#]].assert_eq(&text);
    store.add(&second).unwrap();
    let loaded = store.load().unwrap();
    assert_eq!(loaded.notice, None);
    assert_eq!(loaded.profiles, [first, second]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_dir, store) = store();
    store.add(&profile("a")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(store.path()), 0o600);
    assert_eq!(mode(store.path().parent().unwrap()), 0o700);
    fs::set_permissions(store.path(), fs::Permissions::from_mode(0o644)).unwrap();
    store.add(&profile("b")).unwrap();
    assert_eq!(mode(store.path()), 0o600);
    assert_eq!(files(&store), ["profiles.toml", "profiles.toml.lock"]);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let (dir, store) = store();
    let real = dir.path().join("dotfiles.toml");
    fs::write(&real, "version = 1\n").unwrap();
    store.make_folder().unwrap();
    std::os::unix::fs::symlink(&real, store.path()).unwrap();
    store.add(&profile("a")).unwrap();
    assert!(fs::symlink_metadata(store.path()).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("name = \"a\""));
}

#[test]
fn profiles_are_added_replaced_and_removed() {
    let (_dir, store) = store();
    let a = profile("a");
    let b = profile("b");
    store.add(&a).unwrap();
    assert_eq!(names(&store.add(&b).unwrap()), ["a", "b"]);
    let renamed = Profile {
        name: ProfileName::new("c").unwrap(),
        ..a.clone()
    };
    assert_eq!(names(&store.replace(&a, &renamed).unwrap()), ["c", "b"]);
    assert_eq!(names(&store.remove(&b).unwrap()), ["c"]);
    assert_eq!(names(&store.load().unwrap()), ["c"]);
}

#[test]
fn names_are_unique_and_found() {
    let (_dir, store) = store();
    store.add(&profile("a")).unwrap();
    let error = store.add(&profile("a")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is already a profile \"a\"; choose another name"
    );
    let loaded = store.load().unwrap();
    assert_eq!(loaded.by_name("a").unwrap().name.as_str(), "a");
    assert_eq!(
        loaded.by_name("b\u{202e}").unwrap_err().to_string(),
        "there is no profile \"b\\u{202e}\"; saved are: a"
    );
    let base = ProfileName::new("a").unwrap();
    assert_eq!(free_name(&loaded.profiles, &base).as_str(), "a 2");
    let other = ProfileName::new("other").unwrap();
    assert_eq!(free_name(&loaded.profiles, &other), other);
}

#[test]
fn two_windows_keep_each_others_profiles() {
    let (_dir, store) = store();
    let threads: Vec<_> = (0..8)
        .map(|window| {
            let store = store.clone();
            std::thread::spawn(move || {
                for number in 0..5 {
                    store.add(&profile(&format!("{window}-{number}"))).unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(store.load().unwrap().profiles.len(), 40);
}

#[test]
fn a_change_from_another_window_is_not_overwritten() {
    let (_dir, store) = store();
    let before = profile("a");
    store.add(&before).unwrap();
    let theirs = Profile {
        user: "theirs".to_owned(),
        ..before.clone()
    };
    let mine = Profile {
        user: "mine".to_owned(),
        ..before.clone()
    };
    store.replace(&before, &theirs).unwrap();
    let error = store.replace(&before, &mine).unwrap_err().to_string();
    assert!(error.contains("was changed in another window"), "{error}");
    assert!(store.remove(&before).is_err());
    assert_eq!(store.load().unwrap().by_id(&before.id), Some(&theirs));
    store.remove(&theirs).unwrap();
    let error = store.replace(&before, &mine).unwrap_err().to_string();
    assert!(error.contains("was deleted in another window"), "{error}");
}

#[test]
fn an_unreadable_file_is_kept_until_a_save_and_then_beside() {
    let (_dir, store) = store();
    let text = "version = 1\n[[profile]\n";
    write(&store, text);
    assert!(store.load().unwrap().notice.is_some());
    assert_eq!(fs::read_to_string(store.path()).unwrap(), text);

    let loaded = store.add(&profile("a")).unwrap();
    assert_eq!(names(&loaded), ["a"]);
    let aside = files(&store)
        .into_iter()
        .find(|name| name.starts_with("profiles.toml.unreadable-"))
        .unwrap();
    assert!(loaded.notice.unwrap().ends_with(&aside));
    assert_eq!(
        fs::read_to_string(store.path().with_file_name(aside)).unwrap(),
        text
    );
    assert_eq!(store.load().unwrap().notice, None);
}

#[test]
fn a_refused_change_moves_nothing_aside() {
    let (_dir, store) = store();
    write(&store, "nonsense");
    let nameless = Profile {
        id: ProfileId::default(),
        ..profile("a")
    };
    assert!(store.add(&nameless).is_err());
    assert_eq!(fs::read_to_string(store.path()).unwrap(), "nonsense");
}

#[test]
fn a_newer_file_is_neither_read_nor_written() {
    let (_dir, store) = store();
    let text = "version = 2\nnews = [1]\n";
    write(&store, text);
    let notice = store.load().unwrap().notice.unwrap();
    assert!(
        notice.contains("newer Porthole (format 2; this one knows 1)"),
        "{notice}"
    );
    assert!(
        store
            .add(&profile("a"))
            .unwrap_err()
            .to_string()
            .contains("newer Porthole")
    );
    assert_eq!(fs::read_to_string(store.path()).unwrap(), text);
}

#[test]
fn what_cannot_be_understood_is_named_with_its_line() {
    let head =
        "version = 1\n[[profile]]\nid = \"0123456789abcdef0123456789abcdef\"\nname = \"a\"\n";
    let say = |rest: &str| complaint(&format!("{head}{rest}"));
    expect!["The saved profiles could not be read: line 5: unknown field `colour`, expected one of `id`, `name`, `address`, `user`, `database`, `environment`, `tls`, `password`, `limits`, `call_stored_functions`, `check_tables`, `time_zone`, `pool`, `include_databases`, `exclude_tables`, `mapping`"].assert_eq(&say("colour = 3\n"));
    expect!["The saved profiles could not be read: line 5: unknown variant `prod`, expected one of `production`, `staging`, `development`, `other`"].assert_eq(&say("environment = \"prod\"\n"));
    expect![
        "The saved profiles could not be read: line 7: invalid value: integer `70000`, expected u16"
    ]
    .assert_eq(&say("[profile.address.tcp]\nhost = \"h\"\nport = 70000\n"));
    expect![[r#"The saved profiles could not be read: profile "a", Session time zone: an offset is from -13:59 to +14:00, such as +02:00"#]].assert_eq(&say("time_zone = \"+25:00\"\n"));
    expect!["The saved profiles could not be read: line 5: duplicate key"]
        .assert_eq(&say("id = 3\n"));
    expect!["The saved profiles could not be read: line 1: missing field `version`"]
        .assert_eq(&complaint("[[profile]]\n"));
    expect!["The saved profiles could not be read: `version` is 0; it should be 1"]
        .assert_eq(&complaint("version = 0\n"));
    expect!["The saved profiles could not be read: line 3: a profile needs a name"]
        .assert_eq(&complaint("version = 1\n[[profile]]\nname = \" \"\n"));
    let id = complaint("version = 1\n[[profile]]\nname = \"a\"\n");
    assert!(
        id.contains("profile \"a\" needs an id of 32 hex digits, such as id = \""),
        "{id}"
    );
    expect![[r#"The saved profiles could not be read: there is already a profile "a"; choose another name"#]].assert_eq(&complaint(&format!(
        "{head}{}",
        head.replace("version = 1\n", "")
    )));
}

#[test]
fn bytes_that_are_not_text_are_kept_too() {
    let (_dir, store) = store();
    store.make_folder().unwrap();
    fs::write(store.path(), b"version = 1 # \xff").unwrap();
    assert!(
        store
            .load()
            .unwrap()
            .notice
            .unwrap()
            .contains("it is not UTF-8 text")
    );
}

#[test]
fn a_password_written_into_the_file_by_hand_is_not_repeated() {
    let notice = complaint("version = 1\n[[profile]]\npassword = \"hunter2\"\n");
    assert!(!notice.contains("hunter2"), "{notice}");
    assert!(notice.contains("line 3: `password` says where"), "{notice}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_said_and_nothing_is_lost() {
    let (dir, _) = store();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Store::open(file.join("below"))
        .add(&profile("a"))
        .unwrap_err();
    assert!(error.to_string().starts_with("cannot make "), "{error}");
}
