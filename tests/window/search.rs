//! Looks for a secret where it must not be: in files, and in what processes were told.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Where the secret was found, and how much was looked at.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) at: Vec<PathBuf>,
    pub(crate) looked_at: u32,
}

/// In every file below a folder: as it is, and in the ways in which programs like to write it.
pub(crate) fn in_files(folder: &Path, secret: &str) -> Found {
    let mut found = Found::default();
    files(folder, &spellings(secret), &mut found);
    found
}

/// In the arguments and the environment of every process that we may look at.
pub(crate) fn in_processes(secret: &str) -> Found {
    let mut found = Found::default();
    for entry in fs::read_dir("/proc").unwrap() {
        let process = entry.unwrap().path();
        for part in ["cmdline", "environ"] {
            file(&process.join(part), &spellings(secret), &mut found);
        }
    }
    found
}

fn files(folder: &Path, spellings: &[Vec<u8>], found: &mut Found) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return, // gone meanwhile
        Err(error) => panic!("{}: {error}", folder.display()),
    };
    for entry in entries {
        let path = entry.unwrap().path();
        match fs::symlink_metadata(&path).map(|it| it.file_type()) {
            Ok(kind) if kind.is_dir() => files(&path, spellings, found),
            Ok(kind) if kind.is_file() => file(&path, spellings, found),
            _ => {}
        }
    }
}

/// A file that cannot be read is not counted: it has just gone, or it is another user's process.
fn file(path: &Path, spellings: &[Vec<u8>], found: &mut Found) {
    let Ok(bytes) = fs::read(path) else { return };
    found.looked_at += 1;
    let holds = |spelling: &Vec<u8>| bytes.windows(spelling.len()).any(|part| part == spelling);
    if spellings.iter().any(holds) {
        found.at.push(path.to_owned());
    }
}

fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let each = |write: fn(u8) -> String| secret.bytes().map(write).collect::<Vec<_>>().concat();
    let percent = each(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    let hex = each(|byte| format!("{byte:02x}"));
    let utf16 = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let escaped = format!("{secret:?}").trim_matches('"').to_owned();
    let texts = [
        secret.to_owned(),
        percent,
        hex.clone(),
        hex.to_uppercase(),
        base64(secret),
        escaped,
    ];
    let mut spellings: Vec<_> = texts.map(String::into_bytes).into();
    spellings.push(utf16);
    spellings
}

/// Without padding, so that it is found inside a longer text that begins with it.
fn base64(secret: &str) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
    BASE64_STANDARD_NO_PAD.encode(secret)
}

#[test]
fn a_secret_is_found_in_each_spelling_and_not_where_it_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let secret = "zwölf \"Boxkämpfer\"";
    for (nth, spelling) in spellings(secret).iter().enumerate() {
        let below = folder.path().join(format!("a/{nth}"));
        fs::create_dir_all(&below).unwrap();
        fs::write(
            below.join("file"),
            [b"before", spelling.as_slice(), b"after"].concat(),
        )
        .unwrap();
    }
    fs::write(folder.path().join("other"), "zwölf Boxkämpfer").unwrap();
    let found = in_files(folder.path(), secret);
    assert_eq!((found.at.len(), found.looked_at), (7, 8), "{found:?}");
}
