//! A server beside the log: whose log is read live, or whose tables lend their names to a log that has none.

use std::{collections::HashSet, io, sync::mpsc};

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::{
    super::{
        Failure, print,
        target::{self, TargetArgs},
    },
    work::MOST_TOLD,
};
use crate::engine::{
    binlog::{
        checks, lookup,
        source::live::{self, Begin, Link, Live, LiveSource, Program},
        table::{Origin, TablePlan},
    },
    profiles::Target,
    session::Session,
};

/// A server that is connected.
pub(super) struct Server {
    target: Target,
    session: Session,
    handle: Handle,
}

impl Server {
    /// Connect to the server that is named, if one is.
    pub(super) async fn of(
        args: &TargetArgs,
        cancel: &CancellationToken,
    ) -> Result<Option<Self>, Failure> {
        if !args.is_named() {
            return Ok(None);
        }
        let target = args.resolve()?;
        let opening = Session::open(&target.profile, target.password.as_ref());
        let session = cancel
            .run_until_cancelled(opening)
            .await
            .ok_or(Failure::Interrupted)?
            .map_err(|error| target::explain(error, &target))?;
        Ok(Some(Self {
            target,
            session,
            handle: Handle::current(),
        }))
    }

    /// The zone in which its TIMESTAMPs are shown.
    pub(super) fn time_zone(&self) -> &str {
        &self.target.profile.time_zone
    }

    /// What makes a table's plan better: its columns as they are on the server, where they fit what was logged.
    pub(super) fn names(
        &self,
        cancel: &CancellationToken,
    ) -> impl FnMut(TablePlan) -> TablePlan + Send + 'static {
        let mut told = HashSet::new();
        let untold = move |plan: &TablePlan, why: &str| {
            let name = format!("{}.{}", plan.database, plan.table);
            let new = plan.origin == Origin::Position && told.len() < MOST_TOLD;
            if new && told.insert(name.clone()) {
                print::warning(&format!(
                    "the names of the columns of {name} are not known: {why}"
                ));
            }
        };
        let (names, work) = lookup::names(self.session.clone(), cancel.clone(), untold);
        self.handle.spawn(work);
        names
    }

    /// Say what stands in the way of reading the log, or costs something.
    pub(super) async fn check(&self, cancel: &CancellationToken) -> Result<(), Failure> {
        let survey = checks::survey(&self.session, cancel).await?;
        if !survey.rights.follow {
            return Err(Failure::Failed {
                message: "this account may not read the binary log".to_owned(),
                hint: survey.grant.map(|grant| format!("A DBA can run:\n{grant}")),
            });
        }
        for finding in &survey.findings {
            let text = format!("{} = {}: {}", finding.setting, finding.value, finding.cost);
            let hint = finding.statement.as_ref();
            match finding.weight {
                checks::Weight::Blocks => {
                    return Err(Failure::Failed {
                        message: text,
                        hint: hint.map(|statement| format!("A DBA can run:\n{statement}")),
                    });
                }
                checks::Weight::Costs => {
                    print::warning(&text);
                    if let Some(statement) = hint {
                        print::hint(&format!("A DBA can run:\n{statement}"));
                    }
                }
                checks::Weight::Good => {}
            }
        }
        print::note("while it reads, Porthole is listed as a replica on the server");
        Ok(())
    }

    /// Read its log.
    pub(super) fn follow(
        &self,
        begin: Begin,
        stop_at_end: bool,
        cancel: &CancellationToken,
    ) -> Result<LiveSource, Failure> {
        let program = Program::of_this().map_err(|error: io::Error| Failure::Failed {
            message: format!("cannot find this program: {error}"),
            hint: None,
        })?;
        let live = Live::of(&self.session, program);
        let (source, mut link, work) = live::follow(live, begin, stop_at_end, cancel.clone());
        self.handle.spawn(work);
        self.handle.spawn(async move {
            while link.changed().await.is_ok() {
                let lost = match &*link.borrow_and_update() {
                    Link::Lost { reason, retry_in } => Some(format!(
                        "the line to the server was lost ({reason}); trying again in {} s",
                        retry_in.as_secs()
                    )),
                    _ => None,
                };
                if let Some(lost) = lost {
                    print::warning(&lost);
                }
            }
        });
        Ok(source)
    }

    /// What the server says of its log.
    pub(super) fn survey(&self, cancel: &CancellationToken) -> Result<checks::Survey, Failure> {
        let (answer, answered) = mpsc::sync_channel(1);
        let (session, cancel) = (self.session.clone(), cancel.clone());
        self.handle.spawn(async move {
            answer
                .try_send(checks::survey(&session, &cancel).await)
                .ok();
        });
        match answered.recv() {
            Ok(survey) => Ok(survey?),
            Err(mpsc::RecvError) => Err(Failure::Interrupted),
        }
    }

    /// The session, to be closed in the end.
    pub(super) fn session(&self) -> Session {
        self.session.clone()
    }
}
