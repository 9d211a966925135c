//! The tables of a tracker, and what their columns are called.

use tokio_util::sync::CancellationToken;

use crate::engine::{
    Result,
    metrics::tables::{
        Column, Located, Place, locate, locate_beside, locate_optional, optional, role,
    },
    profiles::Mapping,
    session::Session,
    sql::names::quote_identifier,
};

/// The runs themselves.
const RUNS: Place = Place {
    name: "runs",
    what: "training runs",
    tables: &["runs"],
    roles: &[
        role(
            "run_id",
            "the run's id",
            &["run_id", "run_uuid"],
            &["id", "uuid", "run"],
        ),
        optional(
            "name",
            "the run's name",
            &["run_name", "name"],
            &["title", "display_name"],
        ),
        optional(
            "experiment_id",
            "the group of the run",
            &["experiment_id"],
            &["experiment", "group_id", "project_id"],
        ),
        optional(
            "user",
            "who started it",
            &["user_id"],
            &["user", "owner", "created_by"],
        ),
        optional(
            "status",
            "whether it goes on, has ended or failed",
            &["status"],
            &["state"],
        ),
        optional(
            "start_time",
            "when it began",
            &["start_time"],
            &["started_at", "created_at", "start"],
        ),
        optional(
            "end_time",
            "when it ended",
            &["end_time"],
            &["ended_at", "finished_at", "end"],
        ),
        optional(
            "stage",
            "whether it is deleted",
            &["lifecycle_stage"],
            &["stage"],
        ),
    ],
};

/// Every point that was logged.
const METRICS: Place = Place {
    name: "run_metrics",
    what: "what runs have logged",
    tables: &["metrics"],
    roles: &[
        role(
            "run_id",
            "the run's id",
            &["run_id", "run_uuid"],
            &["run", "uuid"],
        ),
        role(
            "key",
            "the metric's name",
            &["metric_key", "key"],
            &["name", "metric", "metric_name"],
        ),
        role(
            "value",
            "the value",
            &["metric_value", "value"],
            &["val", "metric_val"],
        ),
        role("step", "the step", &["step"], &["epoch", "iteration"]),
        optional(
            "timestamp",
            "when it was logged",
            &["timestamp"],
            &["ts", "time", "created_at", "logged_at"],
        ),
        optional(
            "is_nan",
            "whether it is not a number",
            &["is_nan"],
            &["nan"],
        ),
    ],
};

/// The last point of each metric, which MLflow keeps apart.
const LATEST: Place = Place {
    name: "run_latest",
    what: "the last values of runs",
    tables: &["latest_metrics"],
    roles: METRICS.roles,
};

/// What a run was started with.
const PARAMS: Place = Place {
    name: "run_params",
    what: "parameters of runs",
    tables: &["params"],
    roles: TEXTS,
};

/// What people and tools have noted of a run.
const TAGS: Place = Place {
    name: "run_tags",
    what: "tags of runs",
    tables: &["tags"],
    roles: TEXTS,
};

const TEXTS: &[crate::engine::metrics::tables::Role] = &[
    role(
        "run_id",
        "the run's id",
        &["run_id", "run_uuid"],
        &["run", "uuid"],
    ),
    role(
        "key",
        "the name",
        &["key", "param_key", "tag_key"],
        &["name", "param"],
    ),
    role(
        "value",
        "the value",
        &["value", "param_value", "tag_value"],
        &["val"],
    ),
];

/// The groups of runs.
const EXPERIMENTS: Place = Place {
    name: "run_experiments",
    what: "groups of runs",
    tables: &["experiments"],
    roles: &[
        role(
            "experiment_id",
            "the group's id",
            &["experiment_id"],
            &["id", "group_id", "project_id"],
        ),
        role("name", "the group's name", &["name"], &["title"]),
        optional(
            "stage",
            "whether it is deleted",
            &["lifecycle_stage"],
            &["stage"],
        ),
    ],
};

/// All places of a tracker, for the dialog that maps them; the last four may be missing.
pub const PLACES: [&Place; 6] = [&RUNS, &METRICS, &LATEST, &PARAMS, &TAGS, &EXPERIMENTS];

/// A tracker's tables on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// The runs.
    pub runs: Located,
    /// Their points.
    pub metrics: Located,
    /// Their last points, if the tracker keeps them apart.
    pub latest: Option<Located>,
    /// Their parameters, if it keeps any.
    pub params: Option<Located>,
    /// Their tags, if it keeps any.
    pub tags: Option<Located>,
    /// Their groups, if it keeps these in a table.
    pub experiments: Option<Located>,
}

/// How exactly the tracker keeps values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// FLOAT: about seven digits.
    Single,
    /// DOUBLE, or something that is not binary.
    Double,
}

impl Precision {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Double => "double",
        }
    }
}

impl Tables {
    /// Find them: the runs by the mapping or by their usual name, the others beside them.
    ///
    /// # Errors
    /// [`Error::Unmapped`](crate::engine::Error::Unmapped) where the runs or their points are not found.
    pub async fn locate(
        session: &Session,
        mapping: &Mapping,
        cancel: &CancellationToken,
    ) -> Result<Self> {
        let runs = locate(session, &RUNS, mapping, cancel).await?;
        let metrics = locate_beside(session, &METRICS, mapping, &runs, cancel).await?;
        let beside = async |place| locate_optional(session, place, mapping, &runs, cancel).await;
        Ok(Self {
            latest: beside(&LATEST).await?,
            params: beside(&PARAMS).await?,
            tags: beside(&TAGS).await?,
            experiments: beside(&EXPERIMENTS).await?,
            runs,
            metrics,
        })
    }

    /// How exactly values are kept.
    pub fn precision(&self) -> Precision {
        match self.metrics.column("value") {
            Some(column) if column.data_type == "float" => Precision::Single,
            _ => Precision::Double,
        }
    }

    /// The tracker's layout in a word, for people.
    pub fn layout(&self) -> &'static str {
        if self.metrics.column("is_nan").is_some() {
            "MLflow"
        } else {
            "plain tracker"
        }
    }
}

/// A column of a role, after the name that its table has in the statement; `None` where the table lacks it.
pub(super) fn column(table: &Located, alias: &str, role: &str) -> Option<String> {
    let column = table.column(role)?;
    Some(format!("{alias}.{}", quote_identifier(&column.name)))
}

/// The same, or NULL.
pub(super) fn column_or_null(table: &Located, alias: &str, role: &str) -> String {
    column(table, alias, role).unwrap_or_else(|| "NULL".to_owned())
}

/// A time as a number: as it is stored, or in milliseconds since 1970 where the column is of a type for times. NULL
/// where there is no such column.
pub(super) fn time(table: &Located, alias: &str, role: &str) -> String {
    let Some(sql) = column(table, alias, role) else {
        return "NULL".to_owned();
    };
    match table.column(role) {
        // A moment already, whatever the session's zone; 0 is the zero date, not 1970.
        Some(column) if column.data_type == "timestamp" => {
            format!("NULLIF(UNIX_TIMESTAMP({sql}), 0) * 1000e0")
        }
        // Taken as UTC, which the session's zone does not change.
        column if is_dated(column) => {
            format!("TIMESTAMPDIFF(MICROSECOND, '1970-01-01', {sql}) / 1000e0")
        }
        _ => format!("{sql} + 0.0e0"),
    }
}

/// The server knows the column's unit.
pub(super) fn is_dated(column: Option<&Column>) -> bool {
    column.is_some_and(|column| {
        matches!(column.data_type.as_str(), "datetime" | "timestamp" | "date")
    })
}

/// A value as DOUBLE: a FLOAT as it is would come rounded to six digits.
pub(super) fn value(table: &Located, alias: &str) -> String {
    format!("{} + 0.0e0", column_or_null(table, alias, "value"))
}

/// 1 where the tracker says that the value is not a number, else 0.
pub(super) fn nan(table: &Located, alias: &str) -> String {
    match column(table, alias, "is_nan") {
        Some(column) => format!("COALESCE({column}, 0) <> 0"),
        None => "0".to_owned(),
    }
}

/// The value where it is a finite number, else NULL. MLflow writes infinity as the largest DOUBLE.
pub(super) fn finite(table: &Located, alias: &str) -> String {
    let value = value(table, alias);
    if table.column("is_nan").is_none() {
        return value;
    }
    let nan = nan(table, alias);
    format!(
        "CASE WHEN {nan} OR ABS({value}) >= {:e} THEN NULL ELSE {value} END",
        f64::MAX
    )
}

/// The step; a missing one is 0.
pub(super) fn step(table: &Located, alias: &str) -> String {
    format!("COALESCE({}, 0)", column_or_null(table, alias, "step"))
}

/// When it was logged, to be ordered by: as stored, missing ones first.
pub(super) fn order(table: &Located, alias: &str) -> String {
    match column(table, alias, "timestamp") {
        Some(_) if is_dated(table.column("timestamp")) => {
            format!("COALESCE({}, 0)", time(table, alias, "timestamp"))
        }
        Some(column) => format!("COALESCE({column}, 0)"),
        None => "0".to_owned(),
    }
}
