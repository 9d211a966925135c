//! What is asked of the server, in the order in which it is shown: the list and its curves; of one experiment the plain
//! count first, then the analysis set. Figures are made of these on the worker too, so that another method asks the
//! server nothing.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::{
    engine::{
        Error, Result,
        metrics::{
            Ran, cost,
            experiments::{
                self, ASSIGNMENTS, Analysis, Experiment, Exposures, Method, Sample, VariantMetrics,
                analyze, index,
            },
            markers::{self, Change},
            series::{DAY, Moment},
            tables::{self, Located},
        },
        profiles::Mapping,
        session::Session,
    },
    gui::{
        format,
        panels::metrics::{
            cost::Heavy,
            listing::{Curves, Listed},
        },
        widgets::side_list::SideEntry,
    },
};

/// Days of a curve.
const CURVE_DAYS: i64 = 28;

/// What came of the first statement.
#[derive(Clone, Debug)]
pub(super) enum Begun {
    Counted(Box<First>),
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

/// Where an experiment is read from, and how its days are cut.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// If it has been found already.
    pub(super) table: Option<Located>,
    pub(super) mapping: Mapping,
    pub(super) id: String,
    /// What the days' midnights are ahead of UTC's.
    pub(super) offset_secs: i32,
}

/// What anybody would count.
#[derive(Clone, Debug)]
pub(super) struct First {
    pub(super) place: Place,
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
    /// Changes of flags in its time and their statement, if the profile names a table of them.
    pub changes: Option<(Vec<Change>, Ran)>,
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
        let changes = self.changes.as_ref();
        let changes = changes.map(|(_, ran)| ("Changes of flags", ran));
        plain.into_iter().chain(more).chain(changes).collect()
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
) -> Result<Curves> {
    let days = experiments::list::days(&session, &table, &cancel).await?;
    let curve = |days: Vec<(Moment, u64)>| {
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

impl Place {
    async fn locate(&self, session: &Session, cancel: &CancellationToken) -> Result<Located> {
        match &self.table {
            Some(table) => Ok(table.clone()),
            None => tables::locate(session, &ASSIGNMENTS, &self.mapping, cancel).await,
        }
    }

    /// Changes of flags while users came in.
    async fn changes(
        &self,
        session: &Session,
        exposures: &Exposures,
        cancel: &CancellationToken,
    ) -> Result<Option<(Vec<Change>, Ran)>> {
        let Some((first, last)) = exposures.first.zip(exposures.last) else {
            return Ok(None);
        };
        if !markers::is_chosen(&self.mapping) {
            return Ok(None);
        }
        // From the first midnight of the charts to the end of their last day.
        let day = |moment: Moment| {
            let offset = i64::from(self.offset_secs);
            Moment(Moment(moment.0 + offset).day().0 - offset)
        };
        let range = [day(first), Moment(day(last).0 + DAY)];
        markers::changes(session, &self.mapping, None, range, cancel)
            .await
            .map(Some)
    }
}

/// The plain count; of a large table only if its plan is a light one, or `anyway`.
pub(super) async fn first(
    session: Session,
    place: Place,
    anyway: bool,
    cancel: CancellationToken,
) -> Result<Begun> {
    let table = place.locate(&session, &cancel).await?;
    if !anyway && cost::is_large(&table) {
        let sql = experiments::contract::statement(&table);
        let cost = cost::estimate(
            &session,
            &sql,
            &[experiments::contract::bound(&table, &place.id)],
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
    let (contract, ran) = experiments::metrics(&session, &table, &place.id, &cancel).await?;
    Ok(Begun::Counted(Box::new(First {
        place,
        table,
        contract,
        ran,
    })))
}

/// The analysis set.
pub(super) async fn read(
    session: Session,
    first: First,
    cancel: CancellationToken,
) -> Result<Arc<Read>> {
    let First {
        place,
        table,
        contract,
        ran,
    } = first;
    let (id, offset) = (&place.id, place.offset_secs);
    let exposures = experiments::read(&session, &table, id, &contract, offset, &cancel).await?;
    let changes = place.changes(&session, &exposures, &cancel).await?;
    Ok(Arc::new(Read {
        id: place.id,
        plain: Some((contract, ran)),
        exposures,
        changes,
    }))
}

/// Some users' only; without a plain count, which is of all.
pub(super) async fn sample(
    session: Session,
    place: Place,
    sample: Sample,
    cancel: CancellationToken,
) -> Result<Arc<Read>> {
    let table = place.locate(&session, &cancel).await?;
    let (id, offset) = (&place.id, place.offset_secs);
    let exposures = experiments::read_sample(&session, &table, id, sample, offset, &cancel).await?;
    let changes = place.changes(&session, &exposures, &cancel).await?;
    Ok(Arc::new(Read {
        id: place.id,
        plain: None,
        exposures,
        changes,
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
