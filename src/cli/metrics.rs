//! What the verbs of experiments, flags and runs share: where the tables are, on which server, and how figures are
//! printed.

use clap::ValueEnum;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::{
    Failure,
    interrupt::Interrupt,
    print, runtime,
    target::{self, TargetArgs},
};
use crate::engine::{
    Error,
    export::sheet::Sheet,
    metrics::{
        self,
        advice::{Advice, CAUTION},
        cost::Cost,
        listing::MOST,
        share,
        stats::Level,
        words::{bytes, separated},
    },
    profiles::{Mapping, mapping::Entry},
    session::Session,
    visible,
};

/// Which server, and what its tables are called.
#[derive(clap::Args)]
pub(super) struct MetricsArgs {
    /// A table or column that is not called as usual, over what the profile says: PLACE=DATABASE.TABLE or
    /// PLACE.ROLE=COLUMN, such as assignments=ab.exposures or assignments.user_id=uid. Once for each.
    #[arg(long = "map", value_name = "PLACE=NAME")]
    map: Vec<Entry>,
    /// Seconds that the server may work on each statement; 0 for no limit. Else the profile's limit (300).
    #[arg(long, value_name = "S")]
    timeout: Option<u64>,
    #[command(flatten)]
    target: TargetArgs,
}

/// A misspelt place or role would be ignored.
fn check(entry: &Entry) -> Result<(), Failure> {
    let names = |names: Vec<&str>| format!("There are {}.", names.join(", "));
    let Some(place) = metrics::places().find(|place| place.name == entry.place()) else {
        return Err(Failure::usage(
            format!("--map: there is no place {}", entry.place()),
            names(metrics::places().map(|place| place.name).collect()),
        ));
    };
    match entry.role() {
        Some(role) if place.roles.iter().all(|known| known.name != role) => Err(Failure::usage(
            format!("--map: {} has no role {role}", place.name),
            names(place.roles.iter().map(|role| role.name).collect()),
        )),
        _ => Ok(()),
    }
}

/// For the arguments that say how sure intervals are to be.
pub(super) fn confidence(text: &str) -> Result<Level, Error> {
    share::parse_level(text)
        .ok_or_else(|| Error::Invalid(format!("`{text}` is no confidence: write 95% or 0.95")))
}

/// How figures are printed, as arguments.
#[derive(clap::Args, Clone)]
pub(super) struct FormatArgs {
    /// How to print it.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(super) format: ReportFormat,
    /// For --format csv that a spreadsheet opens: texts that it would take for formulas, and whole numbers of more than
    /// 15 digits, of which it would lose some, begin with an apostrophe.
    #[arg(long)]
    spreadsheet: bool,
}

/// The formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// Aligned columns, rounded.
    #[default]
    Table,
    /// For programs: all digits.
    Json,
    /// A table for programs: all digits.
    Csv,
    /// A table in Markdown, rounded.
    Md,
}

impl MetricsArgs {
    /// Connect, do the work, and disconnect. Ctrl-C stops the statement on the server.
    pub(super) fn ask<T>(
        &self,
        work: impl AsyncFnOnce(&Session, &Mapping, &CancellationToken) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut target = self.target.resolve()?;
        if let Some(seconds) = self.timeout {
            target.profile.limits.statement_secs = seconds;
        }
        let mut mapping = target.profile.mapping.clone();
        for entry in &self.map {
            check(entry)?;
            mapping.add(entry.clone());
        }
        let runtime = runtime()?;
        let done = runtime.block_on(async {
            let interrupt = Interrupt::listen()?;
            let cancel = interrupt.cancel();
            let work = async {
                let opening = Session::open(&target.profile, target.password.as_ref());
                let session = cancel
                    .run_until_cancelled(opening)
                    .await
                    .ok_or(Failure::Interrupted)?
                    .map_err(|error| target::explain(error, &target))?;
                debug!(version = session.facts().version, "connected");
                let done = work(&session, &mapping, cancel).await;
                session.close().await;
                done
            };
            interrupt.guard(work).await
        });
        runtime.shutdown_background();
        done
    }
}

impl FormatArgs {
    /// Whether they fit together, before anything is read.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.spreadsheet && self.format != ReportFormat::Csv {
            return Err(Failure::usage(
                "--spreadsheet is for CSV",
                "Add --format csv.",
            ));
        }
        Ok(())
    }

    /// For programs, as JSON.
    pub(super) fn is_json(&self) -> bool {
        self.format == ReportFormat::Json
    }

    /// For programs, as a table.
    pub(super) fn is_csv(&self) -> bool {
        self.format == ReportFormat::Csv
    }

    /// Print a table of figures in a format that is not JSON.
    pub(super) fn print(&self, sheet: &Sheet) -> Result<(), Failure> {
        let text = match self.format {
            ReportFormat::Csv => sheet.to_csv(self.spreadsheet),
            ReportFormat::Md => sheet.to_markdown(),
            ReportFormat::Table | ReportFormat::Json => sheet.to_text(),
        };
        print::data(text.as_bytes())
    }
}

/// A heavy reading goes on all the same: whoever types the command may stop it. `instead` says what costs less.
pub(super) fn say_heavy(cost: Cost, instead: &str) {
    let whole = if cost.whole_table {
        ", the whole table"
    } else {
        ""
    };
    let rows = separated(cost.rows.into());
    print::note(&format!(
        "the server has to read about {rows} rows{whole}; Ctrl-C stops it{instead}"
    ));
}

/// The index that would make it quicker, and what must be said with it.
pub(super) fn say_advice(advice: &Advice, limit: &str) {
    let size = advice.bytes.map_or_else(String::new, |size| {
        format!(" It would take about {}.", bytes(size))
    });
    let text = format!(
        "This index would help: {}.{size} {CAUTION} {limit}",
        advice.sql
    );
    print::hint(text.trim_end());
}

/// A list that is cut says so; what it leaves out is the oldest.
pub(super) fn say_newest(listed: usize, what: &str) {
    if listed >= MOST {
        print::note(&format!("only the newest {MOST} {what} are listed"));
    }
}

/// What a check of the data found, on a line.
pub(super) fn check_line(level: &str, label: &str, words: &str) -> String {
    visible::line(&format!("{level:7}  {label}: {words}")) + "\n"
}

/// Print figures as one JSON object on a line.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_string(value).map_err(|error| Failure::Failed {
        message: format!("the figures cannot be written as JSON: {error}"),
        hint: None,
    })?;
    text.push('\n');
    print::data(text.as_bytes())
}
