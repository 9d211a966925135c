//! Reads the analysis set of an experiment.
//!
//! The server groups, so that its collation alone decides which users and which variants are the same; what arrives is
//! a row for each user of each variant, folded as it comes into counts by variant and day. Here the memory is that of
//! the counts, however many users there are.
//!
//! With the index that [`super::index`] offers, the server sends these rows in the order of the index and keeps none;
//! users in several variants are found by looking each user of one variant up in another. Without it, the server must
//! sort, once by variant and user and once by user: it is told to (SQL_BIG_RESULT), since its first choice, a table of
//! groups on disk, took four to seven times as long at two million rows.

use std::borrow::Cow;

use arrow_array::RecordBatch;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    contract::{self, VariantMetrics},
    exposures::{Exposures, Odd},
    fold::Fold,
    index,
    sample::Sample,
};
use crate::engine::{
    Error, Result,
    metrics::{
        Ran, ask,
        moments::Moments,
        optional_text,
        series::Moment,
        tables::{Column, Located},
        text, written,
    },
    query::{self, Batch, Options, Output, rows},
    session::Session,
    sql::{guard, placeholders::Value},
    value::{self, Cell, Kind},
};

/// Batches that wait to be folded.
const BATCHES_AHEAD: usize = 2;
/// Variants between which users are looked up; with each more there are more pairs.
const FEW_VARIANTS: usize = 4;

/// Read an experiment's analysis set; `contract` is what [`super::metrics`] gave for it, whose variants and order it
/// takes. Days begin at midnight of a zone that is so many seconds ahead of UTC.
///
/// # Errors
/// What the server says, cancelled, or [`Error::Invalid`] where the columns cannot be what they are taken for.
pub async fn read(
    session: &Session,
    table: &Located,
    id: &str,
    contract: &[VariantMetrics],
    offset_secs: i32,
    cancel: &CancellationToken,
) -> Result<Exposures> {
    let reader = Reader::new(session, table, id, None, cancel)?;
    reader.read(contract, offset_secs).await
}

/// Read some users' only, without the contract's figures, which are for all.
pub async fn read_sample(
    session: &Session,
    table: &Located,
    id: &str,
    sample: Sample,
    offset_secs: i32,
    cancel: &CancellationToken,
) -> Result<Exposures> {
    let reader = Reader::new(session, table, id, Some(sample), cancel)?;
    reader.read(&[], offset_secs).await
}

/// Each two of a few variants; more than these are quicker sorted.
fn pairs(names: &[&str]) -> Option<Vec<[String; 2]>> {
    (names.len() <= FEW_VARIANTS).then(|| {
        let pair = |(at, one): (usize, &&str)| {
            let one = (*one).to_owned();
            let others: Vec<[String; 2]> = names[at + 1..]
                .iter()
                .map(|other| [one.clone(), (*other).to_owned()])
                .collect();
            others
        };
        names.iter().enumerate().flat_map(pair).collect()
    })
}

/// What the statements of one reading share.
struct Reader<'a> {
    session: &'a Session,
    table: &'a Located,
    cancel: &'a CancellationToken,
    id: Value,
    moments: Option<Moments>,
    now: Moment,
    sample: Option<Sample>,
    /// An experiment can be read from an index alone.
    covered: bool,
    /// Each two variants, where they are few.
    pairs: Option<Vec<[String; 2]>>,
    ran: Vec<Ran>,
}

impl<'a> Reader<'a> {
    fn new(
        session: &'a Session,
        table: &'a Located,
        id: &str,
        sample: Option<Sample>,
        cancel: &'a CancellationToken,
    ) -> Result<Self> {
        Ok(Self {
            session,
            table,
            cancel,
            id: contract::bound(table, id),
            moments: table.column("assigned_at").map(Moments::of).transpose()?,
            now: Moment::default(),
            covered: false,
            sample,
            pairs: None,
            ran: Vec::new(),
        })
    }

    async fn read(mut self, metrics: &[VariantMetrics], offset_secs: i32) -> Result<Exposures> {
        let variants: Vec<&str> = metrics
            .iter()
            .filter(|metrics| metrics.named)
            .map(|metrics| metrics.variant.as_str())
            .collect();
        self.covered = index::missing(self.session, self.table, self.cancel)
            .await?
            .is_none();
        self.pairs = pairs(&variants);
        let mut exposures = Exposures {
            has_times: self.moments.is_some(),
            sample: self.sample,
            offset_secs,
            ..Exposures::default()
        };
        self.now(&mut exposures).await?;
        self.overview(&mut exposures).await?;
        let column = self.table.column("variant_id");
        let mut fold = Fold::new(&variants, offset_secs);
        self.users(&mut fold).await?;
        fold.settle(self.session, column, self.cancel).await?;
        if fold.variants.len() > 1 {
            self.shared(&mut fold).await?;
            fold.settle(self.session, column, self.cancel).await?;
        }
        exposures.spellings.users = fold.users_respelled;
        exposures.spellings.variants = fold.variants_respelled();
        exposures.several = fold.several;
        exposures.too_many_days = fold.too_many_days;
        exposures.variants = fold.variants;
        exposures.ran = self.ran;
        Ok(exposures)
    }

    /// One clock for all statements: they can be repeated, and agree with each other.
    async fn now(&mut self, exposures: &mut Exposures) -> Result<()> {
        let sql = "SELECT UNIX_TIMESTAMP()";
        let (rows, _) = ask(self.session, sql, Vec::new(), self.cancel).await?;
        self.now = Moment(number(&text(&rows, 0, 0))?);
        exposures.now = self.now;
        Ok(())
    }

    /// Rows that are odd, first and last time.
    async fn overview(&mut self, exposures: &mut Exposures) -> Result<()> {
        let [experiment, user, variant, converted] = self.names();
        let (times, mut values) = match &self.moments {
            Some(moments) => {
                let (column, seconds, place) =
                    (moments.column(), moments.seconds(), moments.place());
                let past = format!("CASE WHEN {column} <= {place} THEN {seconds} END");
                let times = format!(
                    "COUNT({column}), COUNT({seconds}), COUNT(CASE WHEN {column} > {place} THEN {seconds} END), MIN({past}), MAX({past})"
                );
                (times, vec![moments.value(self.now); 3])
            }
            None => ("0, 0, 0, NULL, NULL".to_owned(), Vec::new()),
        };
        let sql = format!(
            "SELECT COUNT(*), COUNT({user}), COUNT({variant}), COUNT({converted}), \
             COUNT(CASE WHEN {converted} NOT IN (0, 1) THEN 1 END), {times} FROM {} WHERE {experiment} = ?{}",
            self.table.sql(),
            self.sample
                .map(|sample| sample.condition_or_none(&user))
                .unwrap_or_default()
        );
        values.push(self.id.clone());
        let (rows, ran) = ask(self.session, &sql, values, self.cancel).await?;
        self.ran.push(ran);
        let count = |column| {
            let text = text(&rows, 0, column);
            number(&text).map(|count| count.max(0) as u64)
        };
        let moment = |column| Some(Moment(optional_text(&rows, 0, column)?.parse().ok()?));
        let all = count(0)?;
        exposures.odd = Odd {
            no_user: all - count(1)?,
            no_variant: all - count(2)?,
            no_value: all - count(3)?,
            other_value: count(4)?,
            ..Odd::default()
        };
        if self.moments.is_some() {
            exposures.odd.no_time = all - count(5)?;
            exposures.odd.no_date = count(5)? - count(6)?;
            exposures.odd.future = count(7)?;
        }
        (exposures.first, exposures.last) = (moment(8), moment(9));
        Ok(())
    }

    /// A row for each user of each variant.
    async fn users(&mut self, fold: &mut Fold) -> Result<()> {
        let [experiment, user, variant, converted] = self.names();
        let (first, mut values) = self.first();
        let sort = if self.covered { "" } else { "SQL_BIG_RESULT " };
        let sql = format!(
            "SELECT {sort}{variant}, COALESCE(MAX({converted} <> 0), 0), {first}, COUNT(*), {} FROM {} WHERE {experiment} = ?{} \
             GROUP BY {variant}, {user}",
            self.spelled(),
            self.table.sql(),
            self.assigned()
        );
        values.push(self.id.clone());
        self.stream(&sql, values, |row| fold.user(row)).await
    }

    /// The users that are in several variants, with a row for each of these.
    async fn shared(&mut self, fold: &mut Fold) -> Result<()> {
        let [experiment, user, variant, converted] = self.names();
        let (first, mut values) = self.first();
        let (order, more) = self.order();
        values.extend(more);
        let (table, assigned) = (self.table.sql(), self.assigned());
        let several = if let Some(pairs) = self.looks_up() {
            // Each user of one variant is looked up in the other.
            let pair = format!(
                "SELECT one.{user} AS porthole_user FROM {table} AS one STRAIGHT_JOIN {table} AS other \
                 ON other.{experiment} = one.{experiment} AND other.{variant} = ? AND other.{user} = one.{user} \
                 WHERE one.{experiment} = ? AND one.{variant} = ?"
            );
            for [one, other] in pairs {
                let names = [other, one].map(|name| Value::Text(name.clone()));
                let [other, one] = names;
                values.extend([other, self.id.clone(), one]);
            }
            vec![pair; pairs.len()].join(" UNION ")
        } else {
            values.push(self.id.clone());
            format!(
                "SELECT SQL_BIG_RESULT {user} AS porthole_user FROM {table} WHERE {experiment} = ?{assigned} \
                 GROUP BY {user} HAVING MIN({variant}) <> MAX({variant})"
            )
        };
        let sql = format!(
            "SELECT {variant}, COALESCE(MAX({converted} <> 0), 0), {first}, {order}, several.porthole_user \
             FROM ({several}) AS several JOIN {table} ON {user} = several.porthole_user \
             WHERE {experiment} = ?{assigned} \
             GROUP BY several.porthole_user, {variant} ORDER BY several.porthole_user"
        );
        values.push(self.id.clone());
        self.stream(&sql, values, |row| fold.shared(row)).await?;
        fold.end_shared();
        Ok(())
    }

    /// The pairs of variants, where looking users up in an index is quicker than sorting them.
    fn looks_up(&self) -> Option<&[[String; 2]]> {
        let pairs = self.pairs.as_deref()?;
        (self.covered && !pairs.is_empty()).then_some(pairs)
    }

    fn names(&self) -> [String; 4] {
        ["experiment_id", "user_id", "variant_id", "converted"].map(|role| self.table.name(role))
    }

    fn sampled(&self) -> String {
        let user = self.table.name("user_id");
        let sample = self.sample.map(|sample| sample.condition(&user));
        sample.unwrap_or_default()
    }

    /// Rows that have a user and a variant, in the sample.
    fn assigned(&self) -> String {
        let columns = ["user_id", "variant_id"].into_iter();
        let conditions = columns.filter_map(|role| {
            let column = self.table.column(role)?;
            column
                .nullable
                .then(|| format!(" AND {} IS NOT NULL", self.table.name(role)))
        });
        conditions.collect::<String>() + &self.sampled()
    }

    /// When a user was first seen, in seconds.
    fn first(&self) -> (String, Vec<Value>) {
        let Some(moments) = &self.moments else {
            return ("NULL".to_owned(), Vec::new());
        };
        let first = format!(
            "MIN(CASE WHEN {} <= {} THEN {} END)",
            moments.column(),
            moments.place(),
            moments.seconds()
        );
        (first, vec![moments.value(self.now)])
    }

    /// A text that is least in the earliest row: its time with fractions, and its number among rows of one moment.
    fn order(&self) -> (String, Vec<Value>) {
        let is_whole = |column: &&Column| column.data_type.ends_with("int");
        let number = self.table.column("id").filter(is_whole);
        let number = number.map(|_| format!("LPAD({}, 20, '0')", self.table.name("id")));
        match (&self.moments, number) {
            (Some(moments), number) => {
                let time = format!("DATE_FORMAT({}, '%Y%m%d%H%i%s%f')", moments.column());
                let key = number.map_or(time.clone(), |number| format!("CONCAT({time}, {number})"));
                let key = format!(
                    "MIN(CASE WHEN {} <= {} AND {} IS NOT NULL THEN {key} END)",
                    moments.column(),
                    moments.place(),
                    moments.seconds()
                );
                (key, vec![moments.value(self.now)])
            }
            (None, Some(number)) => (format!("MIN({number})"), Vec::new()),
            (None, None) => ("NULL".to_owned(), Vec::new()),
        }
    }

    /// 1 where the rows of a group spell the user in several ways, 2 where they spell the variant so; both added up.
    fn spelled(&self) -> String {
        let differ = |role| {
            let has_text = self.table.column(role)?.collation.as_ref();
            has_text.map(|_| {
                let bytes = format!("CAST({} AS BINARY)", self.table.name(role));
                format!("(MIN({bytes}) <> MAX({bytes}))")
            })
        };
        match (differ("user_id"), differ("variant_id")) {
            (Some(user), Some(variant)) => format!("{user} + 2 * {variant}"),
            (Some(user), None) => user,
            (None, Some(variant)) => format!("2 * {variant}"),
            (None, None) => "0".to_owned(),
        }
    }

    /// Run a statement and hand each row on as it comes.
    async fn stream(
        &mut self,
        sql: &str,
        values: Vec<Value>,
        mut take: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let rules = self.session.rules();
        let checked = guard::check(sql, &rules)?;
        let written = written(sql, &values, rules.sql_mode);
        let options = Options {
            row_limit: None,
            memory: None,
            values,
            ..Options::of(self.session)
        };
        let (sender, mut receiver) = mpsc::channel(BATCHES_AHEAD);
        let fold = async move {
            let mut kinds = Vec::new();
            while let Some(output) = receiver.recv().await {
                match output {
                    Output::Columns(columns) => {
                        kinds = columns.iter().map(|column| column.kind).collect();
                    }
                    Output::Rows(Batch::Memory(batch)) => {
                        for row in 0..batch.num_rows() {
                            take(&Row {
                                batch: &batch,
                                at: row,
                                kinds: &kinds,
                            })?;
                        }
                    }
                    // Rows go to the temporary file only where memory has a limit.
                    Output::Rows(Batch::Spilled(_)) => {}
                }
            }
            // The receiver goes with this block: where it ends early, the statement is stopped.
            Ok::<_, Error>(())
        };
        let run = query::run(self.session, &checked, &options, sender, self.cancel);
        let (summary, folded) = tokio::join!(run, fold);
        folded?;
        let summary = summary?;
        self.ran.push(Ran {
            sql: written,
            took: summary.elapsed,
            rows: summary.rows,
        });
        Ok(())
    }
}

/// One row of an answer, as it came.
pub(super) struct Row<'a> {
    batch: &'a RecordBatch,
    at: usize,
    kinds: &'a [Kind],
}

impl Row<'_> {
    fn cell(&self, column: usize) -> (Cell<'_>, Kind) {
        let kind = self.kinds[column];
        (
            rows::cell(self.batch.column(column).as_ref(), self.at, kind),
            kind,
        )
    }

    /// The text, in the server's bytes where it sent any.
    pub(super) fn bytes(&self, column: usize) -> Cow<'_, [u8]> {
        match self.cell(column) {
            (Cell::Text(bytes), _) => Cow::Borrowed(bytes),
            (Cell::Null, _) => Cow::Borrowed(b""),
            (cell, kind) => Cow::Owned(value::text(cell, kind).into_bytes()),
        }
    }

    /// A whole number; `None` for NULL.
    pub(super) fn number(&self, column: usize) -> Option<i64> {
        match self.cell(column) {
            (Cell::Null, _) => None,
            (Cell::Int(number), _) => Some(number),
            (Cell::UInt(number), _) => number.try_into().ok(),
            (cell, kind) => number(&value::text(cell, kind)).ok(),
        }
    }
}

/// A whole number as the server prints it.
fn number(text: &str) -> Result<i64> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    whole.parse().map_err(|_| {
        Error::Invalid(format!(
            "`{text}` came from the server where a whole number was expected"
        ))
    })
}
