//! Search in what is held: names, statements and values. It goes on beside the window, over what has come since.

use std::{fmt::Write as _, sync::Arc};

use egui::{Key, Modifiers, RichText, TextEdit, Ui};

use super::{BinlogPanel, held::Held, ring::Ring};
use crate::{
    engine::binlog::{render::Render, zone::Zone},
    gui::{format, icons, theme::PaletteExt as _, widgets::button::Button, words::Words},
    worker::{Job, Worker},
};

/// Transactions that are searched before the window hears of it.
const AT_ONCE: usize = 5_000;
/// Bytes of one value that are searched.
const MOST: usize = 64 << 10;

#[derive(Default)]
pub(super) struct Find {
    open: bool,
    fresh: bool,
    text: String,
    /// What `found` is of, in small letters.
    searched: String,
    /// Numbers of transactions, in their order.
    found: Vec<u64>,
    /// From here on nothing was searched yet.
    upto: u64,
    job: Job<(u64, Vec<u64>)>,
}

impl Find {
    pub(super) fn open(&mut self) {
        self.open = true;
        self.fresh = true;
    }

    /// What was found, where something is searched.
    pub(super) fn found(&self) -> Option<&[u64]> {
        (self.open && !self.text.trim().is_empty()).then_some(&self.found)
    }

    pub(super) fn poll(&mut self, ring: &Ring, zone: &Zone, worker: &Worker) {
        if self.job.poll()
            && let Some((upto, found)) = self.job.take_value()
        {
            self.found.extend(found);
            self.upto = upto;
        }
        if !self.open {
            return;
        }
        let wanted = self.text.trim().to_lowercase();
        if wanted != self.searched {
            self.job = Job::default();
            self.searched = wanted;
            self.found.clear();
            self.upto = ring.first();
        }
        let first = ring.first();
        let fallen = self.found.partition_point(|number| *number < first);
        self.found.drain(..fallen);
        self.upto = self.upto.max(first);
        if self.searched.is_empty() || self.job.is_running() || self.upto >= ring.next() {
            return;
        }
        let held = ring.since(self.upto).take(AT_ONCE);
        let held: Vec<(u64, Arc<Held>)> =
            held.map(|(number, held)| (number, held.clone())).collect();
        let (wanted, zone) = (self.searched.clone(), zone.clone());
        self.job.start(worker, "", |cancel| async move {
            let search = move || {
                let mut render = Render::new(zone);
                let upto = held.last().map_or(0, |(number, _)| number + 1);
                let mut found = Vec::new();
                for (number, held) in held {
                    if cancel.is_cancelled() {
                        break;
                    }
                    if has(&held, &wanted, &mut render) {
                        found.push(number);
                    }
                }
                (upto, found)
            };
            tokio::task::spawn_blocking(search)
                .await
                .map_err(|_| crate::worker::no_answer())
        });
    }
}

/// Whether a transaction has a text in it, in any letters.
fn has(held: &Held, wanted: &str, render: &mut Render) -> bool {
    let within = |text: &str| text.to_lowercase().contains(wanted);
    if held.gtid().is_some_and(|gtid| within(&gtid)) {
        return true;
    }
    let mut text = String::new();
    for tally in &held.end.tables {
        text.clear();
        write!(text, "{}.{}", tally.table.database, tally.table.table)
            .expect("a String takes any text");
        if within(&text) {
            return true;
        }
    }
    if held.statements.iter().any(|said| within(&said.text)) {
        return true;
    }
    held.changes.iter().any(|change| {
        [&change.before, &change.after].into_iter().any(|row| {
            row.values()
                .zip(&*change.table.columns)
                .any(|(value, column)| {
                    text.clear();
                    // A value that cannot be read holds no text.
                    render.text(column, value, &mut text).is_ok()
                        && within(
                            text.get(..text.floor_char_boundary(MOST))
                                .unwrap_or_default(),
                        )
                })
        })
    })
}

impl BinlogPanel {
    pub(super) fn find_ui(&mut self, ui: &mut Ui) {
        let find = &mut self.find;
        if !find.open {
            return;
        }
        let searching = find.job.is_running();
        let mut close = false;
        ui.horizontal(|ui| {
            let field = TextEdit::singleline(&mut find.text)
                .hint_text(format!(
                    "{} GTID, table, statement, value",
                    icons::MAGNIFYING_GLASS
                ))
                .char_limit(1_000)
                .desired_width(320.0);
            let field = ui.add(field);
            ui.ctx().accesskit_node_builder(field.id, |node| {
                node.set_label("Search in what is held");
            });
            if std::mem::take(&mut find.fresh) {
                field.request_focus();
            }
            close |= field.lost_focus()
                && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
            let words = if find.searched.is_empty() {
                "Names, statements and the rows that are held".to_owned()
            } else {
                let more = if searching { ", searching…" } else { "" };
                format!("{} found{more}", format::count(find.found.len() as u64))
            };
            ui.label(RichText::new(words).color(ui.palette().secondary));
            let button = Button::of(Words::new(icons::X, "Close the search")).icon_only();
            close |= ui.add(button).clicked();
        });
        if close {
            *find = Find::default();
        }
    }
}
