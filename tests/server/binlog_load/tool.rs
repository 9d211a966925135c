//! The server's own program for its log: how many changes of which table it prints.

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
};

use porthole::demo::Kind;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
};

use super::truth::Counts;

/// Of the tables of the load, in these files.
pub(super) async fn counts(kind: Kind, files: &[PathBuf]) -> Counts {
    let tool = find(kind);
    let mut counts = Counts::new();
    // Its start is dear, and no command line is endless.
    for files in files.chunks(50) {
        count(&tool, files, &mut counts).await;
    }
    counts
}

async fn count(tool: &Path, files: &[PathBuf], counts: &mut Counts) {
    let mut child = Command::new(tool)
        .args(["--no-defaults", "-vv", "--base64-output=decode-rows"])
        .args(files)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).split(b'\n');
    while let Some(line) = lines.next_segment().await.unwrap() {
        for (start, op) in [
            ("### INSERT INTO `loaded`.`", "insert"),
            ("### UPDATE `loaded`.`", "update"),
            ("### DELETE FROM `loaded`.`", "delete"),
        ] {
            if let Some(rest) = line.strip_prefix(start.as_bytes()) {
                let table = rest.split(|byte| *byte == b'`').next().unwrap();
                let table = String::from_utf8(table.to_vec()).unwrap();
                *counts.entry((table, op.to_owned())).or_default() += 1;
            }
        }
    }
    assert!(child.wait().await.unwrap().success(), "{files:?}");
}

/// Beside the servers on the path, else where `packaging/servers.sh` installs them.
fn find(kind: Kind) -> PathBuf {
    let name = match kind {
        Kind::MySql => "mysqlbinlog",
        Kind::MariaDb => "mariadb-binlog",
    };
    let own = directories::BaseDirs::new().unwrap();
    let own = own.data_dir().join("porthole/servers").join(kind.folder());
    let path = env::var_os("PATH").unwrap_or_default();
    [own.join("bin")]
        .into_iter()
        .chain(env::split_paths(&path))
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
        .expect("the server's tools are installed with it")
}
