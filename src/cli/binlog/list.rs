//! `porthole binlog list`: the files of a log, with what each begins with.

use std::{fs, path::PathBuf};

use serde::Serialize;

use super::{
    super::{
        Failure,
        metrics::{FormatArgs, print_json},
        print,
        target::TargetArgs,
    },
    input::files,
    work::{self, Context},
};
use crate::engine::{
    binlog::{
        checks::{LogFile, Survey},
        source::head::head,
    },
    export::sheet::{Field, Sheet},
    visible,
};

/// Which log.
#[derive(clap::Args, Clone)]
pub(super) struct Args {
    /// Files, the folder of a server's log, or the common part of its files' names (/var/lib/mysql/binlog). Without any,
    /// the server that is named is asked for its files.
    #[arg(value_name = "FILE", required_unless_present_any = ["profile", "url"], conflicts_with_all = ["profile", "url"])]
    files: Vec<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    target: TargetArgs,
}

/// A file.
#[derive(Default, Serialize)]
struct Row {
    file: String,
    bytes: Option<u64>,
    begun: Option<String>,
    server: Option<String>,
    in_use: bool,
    /// What the files before it hold.
    gtids_before: Option<String>,
    /// Why it cannot be read.
    problem: Option<String>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    args.format.check()?;
    let target = args.target.clone();
    let args = args.clone();
    work::run(&target, false, move |context| {
        let rows = match &context.server {
            Some(server) => on_server(&server.survey(&context.cancel)?)?,
            None => here(&args.files, context)?,
        };
        let unreadable = rows.iter().filter(|row| row.problem.is_some()).count();
        if args.format.is_json() {
            print_json(&rows)?;
        } else {
            args.format.print(&sheet(&rows))?;
        }
        if unreadable > 0 {
            print::warning(&format!(
                "{unreadable} of {} files cannot be read",
                rows.len()
            ));
            return Err(Failure::Said);
        }
        Ok(())
    })
}

/// The files that a server has.
fn on_server(survey: &Survey) -> Result<Vec<Row>, Failure> {
    let Some(files) = &survey.files else {
        return Err(Failure::Failed {
            message: "this account may not see the files of the binary log, or there are none"
                .to_owned(),
            hint: survey
                .grant
                .as_ref()
                .map(|grant| format!("A DBA can run:\n{grant}")),
        });
    };
    let open = survey.end.as_ref().map(|end| end.file.as_str());
    let row = |file: &LogFile| Row {
        file: file.name.clone(),
        bytes: Some(file.bytes),
        in_use: open == Some(file.name.as_str()),
        ..Row::default()
    };
    Ok(files.iter().map(row).collect())
}

/// Files of this machine.
fn here(named: &[PathBuf], context: &Context) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for path in files(named)? {
        if context.cancel.is_cancelled() {
            return Err(Failure::Interrupted);
        }
        let name = path.file_name().unwrap_or(path.as_os_str());
        let mut row = Row {
            file: name.to_string_lossy().into_owned(),
            bytes: fs::metadata(&path).ok().map(|file| file.len()),
            ..Row::default()
        };
        match head(&path)? {
            Ok(head) => {
                row.begun = jiff::Timestamp::from_second(head.timestamp.into())
                    .ok()
                    .map(|moment| moment.to_string());
                row.server = Some(head.format.server_version);
                row.in_use = head.in_use;
                row.gtids_before = head.previous.map(|gtids| gtids.to_string());
            }
            Err(ending) => row.problem = Some(ending.to_string()),
        }
        rows.push(row);
    }
    Ok(rows)
}

fn sheet(rows: &[Row]) -> Sheet {
    let mut sheet = Sheet::new(&["file", "bytes", "begun", "server", "state", "GTIDs before"]);
    let text = |text: &Option<String>| {
        let text = text.as_deref();
        text.map_or(Field::Undefined, |text| Field::text(visible::line(text)))
    };
    sheet.rows = rows
        .iter()
        .map(|row| {
            let state = match &row.problem {
                Some(problem) => visible::line(problem),
                None if row.in_use => "in use".to_owned(),
                None => "closed".to_owned(),
            };
            vec![
                Field::name(&row.file),
                row.bytes.map_or(Field::Undefined, Field::whole),
                text(&row.begun),
                text(&row.server),
                Field::text(state),
                row.gtids_before
                    .as_ref()
                    .map_or(Field::Undefined, Field::name),
            ]
        })
        .collect();
    sheet
}
