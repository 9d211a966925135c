//! A transaction that is not held, read by itself: what is held stays as it is.

use std::sync::Arc;

use egui::{RichText, Ui};

use super::title_ui;
use crate::{
    engine::{
        Error, Result,
        binlog::{
            filter::Filter,
            source::Status,
            transaction::{Item, Outcome},
        },
        error::Stopped,
    },
    gui::{
        command::{Ask as _, BinlogCommand, Span},
        context::PanelContext,
        panels::binlog::{
            held::{Gathering, Held},
            input::{Input, Reader},
            scan::{Part, scan},
        },
        theme::{PaletteExt as _, text},
        widgets::{
            card::{AfterError, error_ui},
            name,
        },
    },
    worker::{Job, Worker},
};

pub(super) struct Apart {
    span: Span,
    reading: Job<Arc<Held>>,
}

impl Apart {
    pub(super) fn start(span: Span, input: Input, worker: &Worker) -> Self {
        let part = Part {
            start: span.start(),
            // The end of a place can be that of one statement: the transaction's own is met before its file's.
            end: Some((span.end.0.clone(), u64::MAX)),
            filter: Filter::default(),
        };
        let wanted = span.clone();
        let mut reading = Job::default();
        reading.start(worker, "Read a transaction", |cancel| {
            let gathering = Gathering::new(Vec::new(), input.zone(), 0, 0, true);
            let find = move |reader: &mut Reader| find(reader, gathering, &wanted);
            scan(input, part, cancel, |_| {}, find)
        });
        Self { span, reading }
    }

    pub(super) fn is_reading(&self) -> bool {
        self.reading.is_running()
    }

    pub(super) fn cancel(&self) {
        self.reading.cancel();
    }

    pub(super) fn was_cancelled(&self) -> bool {
        self.reading.error().is_some_and(Error::is_cancelled)
    }

    /// The transaction, when it has come.
    pub(super) fn poll(&mut self) -> Option<Arc<Held>> {
        self.reading.poll();
        self.reading.take_value()
    }

    /// Draw what is known before it comes; true: close.
    pub(super) fn ui(&self, ui: &mut Ui, cx: &PanelContext<'_>) -> bool {
        let palette = ui.palette();
        let close = title_ui(ui, "Transaction", |_| {});
        let gtid = self.span.gtid.as_deref().map(|gtid| format!("{gtid} · "));
        let place = format!("{}:{}", self.span.file, self.span.offset);
        let words = name::shown(&format!("{}{place}", gtid.unwrap_or_default()));
        ui.label(
            RichText::new(words)
                .text_style(text::position())
                .color(palette.secondary),
        );
        if let Some(error) = self.reading.error() {
            let asked = error_ui(ui, "It could not be read", error);
            if asked == Some(AfterError::TryAgain) {
                cx.commands.push(BinlogCommand::ShowAt(self.span.clone()));
            }
        } else {
            ui.label("It is not in the list, and is read by itself…");
            let stop = BinlogCommand::Cancel.button().with_icon();
            if ui.add(stop).clicked() {
                cx.commands.push(BinlogCommand::Cancel);
            }
        }
        close
    }
}

/// Read up to the transaction at a place, or around it.
fn find(reader: &mut Reader, mut gathering: Gathering, span: &Span) -> Result<Arc<Held>> {
    let mut cut = None;
    loop {
        match reader.next()? {
            Item::Ended(ending) if ending.status == Status::Stopped => {
                return Err(Error::Cancelled(Stopped::BeforeServer));
            }
            Item::Ended(_) => return cut.ok_or_else(|| missing(span)),
            Item::Rows(rows) => {
                let count = gathering.rows(&rows);
                reader.count_rows(&rows.table, rows.op, count);
            }
            item => {
                let Some(held) = gathering.take(item).map(Arc::new) else {
                    continue;
                };
                if held.end.begin.offset > span.offset {
                    return Err(missing(span));
                }
                if !held.is_around(span) {
                    continue;
                }
                if held.end.outcome != Outcome::Cut {
                    return Ok(held);
                }
                // Who stopped the reading wants none of it.
                cut = Some(held);
            }
        }
    }
}

fn missing(span: &Span) -> Error {
    let place = format!("{}:{}", span.file, span.offset);
    Error::Invalid(format!("there is no transaction at {place}"))
}
