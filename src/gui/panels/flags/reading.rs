//! What is asked of the server, in the order in which it is shown: the list; of one flag the plain figures first, then
//! what stands beside them.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::{
    engine::{
        Result,
        metrics::{
            cost,
            flags::{
                self, Source, Totals,
                data::{self, Data, First, Request},
            },
            series::Moment,
            tables::Located,
            words::percent,
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
const CURVE_DAYS: u32 = 28;

/// Read the list: with requests where the table is small enough to be read whole, else names alone.
pub(super) async fn list(
    session: Session,
    mapping: Mapping,
    whole: bool,
    cancel: CancellationToken,
) -> Result<Listed> {
    let source = Source::locate(&session, &mapping, &cancel).await?;
    if cost::is_large(&source.table) && !whole {
        let (ids, ran) = flags::ids(&session, &source, &cancel).await?;
        let entries = ids.into_iter().map(|id| SideEntry {
            id,
            ..SideEntry::default()
        });
        return Ok(Listed {
            entries: entries.collect(),
            table: source.table,
            names_only: true,
            ran,
        });
    }
    let (flags, ran) = flags::list(&session, &source, &cancel).await?;
    Ok(Listed {
        entries: flags.iter().filter_map(entry).collect(),
        table: source.table,
        names_only: false,
        ran,
    })
}

/// Rows that name no flag have none to be shown.
fn entry(flag: &flags::Listed) -> Option<SideEntry> {
    let detail = match flag.week.map(|week| (week.requests, week.error_rate())) {
        Some((requests, Some(rate))) => {
            let requests = u64::try_from(requests).unwrap_or(u64::MAX);
            format!("7 d: {} · {}", format::about(requests), percent(rate))
        }
        Some((_, None)) => "no requests in 7 d".to_owned(),
        None => flag.wrong.clone().unwrap_or_default(),
    };
    Some(SideEntry {
        id: flag.id.clone()?,
        detail,
        ..SideEntry::default()
    })
}

/// The error rate of each flag by day, as the height of a small curve.
pub(super) async fn curves(
    session: Session,
    table: Located,
    cancel: CancellationToken,
) -> Result<Curves> {
    let source = Source::of(table)?;
    let flags = flags::days(&session, &source, CURVE_DAYS, &cancel).await?;
    let curve = |days: Vec<(Moment, Totals)>| {
        let rates = days.iter().filter_map(|(_, totals)| totals.error_rate());
        rates.map(|rate| rate as f32).collect()
    };
    Ok(flags
        .into_iter()
        .map(|(id, days)| (id, curve(days)))
        .collect())
}

/// How far the reading of a flag has come.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Read(Box<First>),
    /// It would take long: a person is asked first.
    Heavy(Heavy),
}

/// Read the plain figures; with `anyway`, however long that takes.
pub(super) async fn first(
    session: Session,
    mapping: Mapping,
    request: Request,
    anyway: bool,
    cancel: CancellationToken,
) -> Result<Step> {
    if !anyway {
        let source = Source::locate(&session, &mapping, &cancel).await?;
        let cost = flags::cost(&session, &source, &request.flag, request.window, &cancel).await?;
        if let Some(cost) = cost.filter(|cost| cost.is_heavy()) {
            let advice = data::advice(&session, &source, &cancel).await?;
            let limit = String::new();
            return Ok(Step::Heavy(Heavy {
                cost,
                advice,
                limit,
            }));
        }
    }
    let first = data::first(&session, &mapping, &request, &cancel).await?;
    Ok(Step::Read(Box::new(first)))
}

pub(super) async fn rest(
    session: Session,
    mapping: Mapping,
    first: First,
    cancel: CancellationToken,
) -> Result<Arc<Data>> {
    Ok(Arc::new(
        data::rest(&session, &mapping, first, &cancel).await?,
    ))
}
