//! What is asked of the server, in the order in which it is shown: the list and its curves; of one experiment the plain
//! count first, then the analysis set. Figures are made of these on the worker too, so that another method asks the
//! server nothing.

use std::{collections::BTreeMap, sync::Arc};

use tokio_util::sync::CancellationToken;

use crate::{
    engine::{
        Error, Result,
        metrics::{
            Ran,
            advice::Advice,
            cost::{self, Cost},
            experiments::{
                self, ASSIGNMENTS, Analysis, Experiment, Exposures, Method, Sample, VariantMetrics,
                analyze, index,
            },
            series::DAY,
            tables::{self, Located},
        },
        profiles::Mapping,
        session::Session,
    },
    gui::{format, widgets::side_list::SideEntry},
};

/// Days of a curve.
const CURVE_DAYS: i64 = 28;

/// The experiments of a server.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) table: Located,
    pub(super) entries: Vec<SideEntry>,
    /// The table is so large that only names were read.
    pub(super) names_only: bool,
    pub(super) ran: Ran,
}

/// What came of the first statement.
#[derive(Clone, Debug)]
pub(super) enum Begun {
    Counted(First),
    /// It was not run: it would take long.
    Heavy(Heavy),
}

/// How an experiment of a large table is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it, if its plan is a light one.
    #[default]
    Asked,
    /// All of it.
    Whole,
    /// Some users' only.
    Sample(Sample),
}

/// A reading that is to be asked for first.
#[derive(Clone, Debug)]
pub(super) struct Heavy {
    pub(super) cost: Cost,
    /// The index that would make it light, if it is not there.
    pub(super) advice: Option<Advice>,
    /// Whether the server would take it.
    pub(super) limit: String,
}

/// What anybody would count.
#[derive(Clone, Debug)]
pub(super) struct First {
    pub(super) id: String,
    pub(super) table: Located,
    pub(super) contract: Vec<VariantMetrics>,
    pub(super) ran: Ran,
}

/// The analysis set beside it.
#[derive(Clone, Debug)]
pub struct Read {
    pub id: String,
    /// The plain count and its statement; `None` where only some users were read.
    pub plain: Option<(Vec<VariantMetrics>, Ran)>,
    pub exposures: Exposures,
}

/// An experiment as it is shown: what was read, and the figures made of it.
#[derive(Clone, Debug)]
pub struct Figures {
    pub read: Arc<Read>,
    pub method: Method,
    pub analysis: Analysis,
}

impl Read {
    /// The statements, each with what it was for.
    pub fn statements(&self) -> Vec<(&'static str, &Ran)> {
        const WHAT: [&str; 3] = [
            "Users, times and odd rows of all variants together",
            "Each user once, by variant, with the first assignment",
            "Users in several variants",
        ];
        let more = self.exposures.ran.iter().enumerate();
        let more = more.map(|(at, ran)| (WHAT[at.min(WHAT.len() - 1)], ran));
        let plain = self.plain.as_ref();
        let plain = plain.map(|(_, ran)| ("Users and conversions by variant", ran));
        plain.into_iter().chain(more).collect()
    }

    /// The plain count; nothing of a sample.
    pub fn contract(&self) -> &[VariantMetrics] {
        self.plain.as_ref().map_or(&[], |(contract, _)| contract)
    }
}

/// Read the list: with users where the table is small enough to be read whole, else names alone.
pub(super) async fn list(
    session: Session,
    mapping: Mapping,
    whole: bool,
    cancel: CancellationToken,
) -> Result<Listed> {
    let table = tables::locate(&session, &ASSIGNMENTS, &mapping, &cancel).await?;
    if !whole && cost::is_large(&table) {
        let (ids, ran) = experiments::list::ids(&session, &table, &cancel).await?;
        let entries = ids.into_iter().map(|id| SideEntry {
            id,
            ..SideEntry::default()
        });
        return Ok(Listed {
            entries: entries.collect(),
            table,
            names_only: true,
            ran,
        });
    }
    let (experiments, ran) = experiments::list(&session, &table, &cancel).await?;
    Ok(Listed {
        entries: experiments.iter().map(entry).collect(),
        table,
        names_only: false,
        ran,
    })
}

fn entry(experiment: &Experiment) -> SideEntry {
    let unit = if experiment.users == 1 {
        "user"
    } else {
        "users"
    };
    SideEntry {
        id: experiment.id.clone(),
        detail: format!("{} {unit}", format::count(experiment.users)),
        curve: Vec::new(),
        warning: None,
    }
}

/// Rows of each day, for the small curves, by id.
pub(super) async fn curves(
    session: Session,
    table: Located,
    cancel: CancellationToken,
) -> Result<BTreeMap<String, Vec<f32>>> {
    let days = experiments::list::days(&session, &table, &cancel).await?;
    let curve = |days: Vec<(crate::engine::metrics::series::Moment, u64)>| {
        let (Some((first, _)), Some((last, _))) = (days.first(), days.last()) else {
            return Vec::new();
        };
        let from = (last.0 - (CURVE_DAYS - 1) * DAY).max(first.0);
        let mut heights = vec![0.0; ((last.0 - from) / DAY + 1).clamp(1, CURVE_DAYS) as usize];
        for (day, rows) in &days {
            let at = (day.0 - from).div_euclid(DAY);
            if let Some(height) = usize::try_from(at).ok().and_then(|at| heights.get_mut(at)) {
                *height = *rows as f32;
            }
        }
        heights
    };
    Ok(days
        .into_iter()
        .map(|(id, days)| (id, curve(days)))
        .collect())
}

/// The plain count; of a large table only if its plan is a light one, or `anyway`.
pub(super) async fn first(
    session: Session,
    table: Option<Located>,
    mapping: Mapping,
    id: String,
    anyway: bool,
    cancel: CancellationToken,
) -> Result<Begun> {
    let table = match table {
        Some(table) => table,
        None => tables::locate(&session, &ASSIGNMENTS, &mapping, &cancel).await?,
    };
    if !anyway && cost::is_large(&table) {
        let sql = experiments::contract::statement(&table);
        let cost = cost::estimate(
            &session,
            &sql,
            &[experiments::contract::bound(&table, &id)],
            &cancel,
        )
        .await?;
        if cost.is_heavy() {
            let heavy = Heavy {
                cost,
                advice: index::missing(&session, &table, &cancel).await?,
                limit: index::limit(&table),
            };
            return Ok(Begun::Heavy(heavy));
        }
    }
    let (contract, ran) = experiments::metrics(&session, &table, &id, &cancel).await?;
    Ok(Begun::Counted(First {
        id,
        table,
        contract,
        ran,
    }))
}

/// The analysis set.
pub(super) async fn read(
    session: Session,
    first: First,
    offset_secs: i32,
    cancel: CancellationToken,
) -> Result<Arc<Read>> {
    let First {
        id,
        table,
        contract,
        ran,
    } = first;
    let exposures =
        experiments::read(&session, &table, &id, &contract, offset_secs, &cancel).await?;
    Ok(Arc::new(Read {
        id,
        plain: Some((contract, ran)),
        exposures,
    }))
}

/// Some users' only; without a plain count, which is of all.
pub(super) async fn sample(
    session: Session,
    table: Option<Located>,
    mapping: Mapping,
    id: String,
    sample: Sample,
    cancel: CancellationToken,
) -> Result<Arc<Read>> {
    let table = match table {
        Some(table) => table,
        None => tables::locate(&session, &ASSIGNMENTS, &mapping, &cancel).await?,
    };
    let exposures = experiments::read_sample(&session, &table, &id, sample, 0, &cancel).await?;
    Ok(Arc::new(Read {
        id,
        plain: None,
        exposures,
    }))
}

/// The figures; pure, but a thousand variants take their time.
pub(super) async fn figures(read: Arc<Read>, method: Method) -> Result<Arc<Figures>> {
    let make = move || Arc::new(Figures::of(read, method));
    tokio::task::spawn_blocking(make)
        .await
        .map_err(|stopped| Error::Invalid(stopped.to_string()))
}

impl Figures {
    /// Make the figures of what was read.
    pub fn of(read: Arc<Read>, method: Method) -> Self {
        let analysis = analyze(read.contract(), &read.exposures, &method);
        Self {
            read,
            method,
            analysis,
        }
    }
}
