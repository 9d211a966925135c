//! What is asked of the server: the runs with what they have logged in short, then the points of those that are ticked.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::{
    engine::{
        Result,
        metrics::{
            Ran,
            runs::{self, Found, Precision, Series, Tables, Wanted},
            series::Moment,
        },
        profiles::Mapping,
        session::Session,
    },
    gui::panels::metrics::cost::Heavy,
};

/// Points of one series.
const MOST_POINTS: usize = 100_000;
/// Points of all that one reading asks for.
const MOST_OF_ALL: usize = 2_000_000;
/// Of each series so many at least.
const LEAST_POINTS: usize = 1_000;

/// The runs of a server.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The newest first.
    pub runs: Vec<Found>,
    /// There are older ones.
    pub more: bool,
    /// Deleted ones that were left out.
    pub hidden: u64,
    pub precision: Option<Precision>,
    pub as_of: Option<Moment>,
    /// Where they were read from.
    pub tables: Option<Tables>,
    /// The statements, each with what it was for.
    pub ran: Vec<(&'static str, Ran)>,
}

/// The points of some metrics.
#[derive(Clone, Debug, Default)]
pub(super) struct Points {
    pub(super) series: Vec<Arc<Series>>,
    pub(super) ran: Vec<Ran>,
}

/// What came of asking for the list.
#[derive(Clone, Debug)]
pub(super) enum Listed {
    Read(Arc<Read>),
    /// It would take long: a person is asked first.
    Heavy(Heavy),
}

/// Read the list; with `anyway`, however long that takes.
pub(super) async fn list(
    session: Session,
    mapping: Mapping,
    wanted: Wanted,
    anyway: bool,
    cancel: CancellationToken,
) -> Result<Listed> {
    let tables = Tables::locate(&session, &mapping, &cancel).await?;
    let listing = runs::bare(&session, &tables, &wanted, &cancel).await?;
    if !anyway {
        let cost = runs::cost_of_list(&session, &tables, &listing, &cancel).await?;
        if let Some(cost) = cost.filter(|cost| cost.is_heavy()) {
            return Ok(Listed::Heavy(Heavy {
                cost,
                advice: runs::advice(&session, &tables, &cancel).await?,
                limit: String::new(),
            }));
        }
    }
    let listing = runs::fill(&session, &tables, &wanted, listing, &cancel).await?;
    let (found, texts) = runs::describe(&session, &tables, &listing, &cancel).await?;
    let mut ran = listing.ran;
    ran.extend(texts);
    Ok(Listed::Read(Arc::new(Read {
        runs: found,
        more: listing.more,
        hidden: listing.hidden,
        precision: Some(tables.precision()),
        as_of: listing.as_of,
        tables: Some(tables),
        ran,
    })))
}

pub(super) async fn points(
    session: Session,
    tables: Tables,
    wanted: Vec<(String, String)>,
    cancel: CancellationToken,
) -> Result<Points> {
    let most = (MOST_OF_ALL / wanted.len().max(1)).clamp(LEAST_POINTS, MOST_POINTS);
    let (series, ran) = runs::points(&session, &tables, &wanted, most, &cancel).await?;
    Ok(Points {
        series: series.into_iter().map(Arc::new).collect(),
        ran,
    })
}
