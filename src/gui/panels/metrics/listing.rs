//! The list at the left: what a table holds, each with a small curve.

use std::collections::BTreeMap;

use egui::{Align, Layout, RichText, TextStyle, Ui};

use super::{Asked, Screen, busy::Busy};
use crate::{
    engine::{
        Error,
        metrics::{Ran, tables::Located},
    },
    gui::{
        context::PanelContext,
        dialogs::mapping::MapStep,
        format, icons,
        theme::SPACE,
        widgets::{
            button::Button,
            card::hint_ui,
            side_list::{SideEntry, SideList},
        },
        words::Words,
    },
    worker::Job,
};

/// Heights of small curves, by id.
pub type Curves = BTreeMap<String, Vec<f32>>;

/// What a server has.
#[derive(Clone, Debug)]
pub struct Listed {
    pub table: Located,
    pub entries: Vec<SideEntry>,
    /// The table is so large that only names were read.
    pub names_only: bool,
    pub ran: Ran,
}

/// The list, and the jobs that fill it.
#[derive(Default)]
pub struct Listing {
    pub job: Job<Listed>,
    pub curves: Job<Curves>,
    pub entries: Vec<SideEntry>,
    /// Changes when they do.
    version: u64,
    side: SideList,
}

impl Listing {
    /// With these; for tests.
    pub fn with_entries(entries: Vec<SideEntry>) -> Self {
        Self {
            entries,
            version: 1,
            ..Self::default()
        }
    }

    pub fn has_begun(&self) -> bool {
        self.job.is_running() || self.job.value().is_some() || self.job.error().is_some()
    }

    pub fn cancel(&self) {
        self.job.cancel();
        self.curves.cancel();
    }

    pub fn busy(&self) -> Busy {
        Busy::default().and(&self.job)
    }

    pub fn error(&self) -> Option<&Error> {
        self.job.error()
    }

    /// Where it was read from.
    pub fn table(&self) -> Option<&Located> {
        self.job.value().map(|listed| &listed.table)
    }

    /// What was found of all, not names alone.
    pub fn is_whole(&self) -> bool {
        self.job.value().is_some_and(|listed| !listed.names_only)
    }

    /// The first of the list, where it is known to be the newest.
    pub fn newest(&self) -> Option<String> {
        let first = self.entries.first().filter(|_| self.is_whole())?;
        Some(first.id.clone())
    }

    pub fn ids(&self) -> Vec<String> {
        self.entries.iter().map(|entry| entry.id.clone()).collect()
    }

    /// Take in what has come. True when the list is a new one.
    pub fn poll(&mut self) -> bool {
        if self.curves.poll()
            && let Some(mut curves) = self.curves.take_value()
        {
            for entry in &mut self.entries {
                entry.curve = curves.remove(&entry.id).unwrap_or_default();
            }
        }
        if !self.job.poll() || self.job.error().is_some() {
            return false;
        }
        let Some(listed) = self.job.value() else {
            return false;
        };
        let mut known: BTreeMap<String, SideEntry> = std::mem::take(&mut self.entries)
            .into_iter()
            .map(|entry| (entry.id.clone(), entry))
            .collect();
        // Curves and marks stay until new ones come.
        let entries = listed.entries.iter().map(|entry| {
            let before = known.remove(&entry.id).unwrap_or_default();
            SideEntry {
                curve: before.curve,
                warning: before.warning,
                ..entry.clone()
            }
        });
        self.entries = entries.collect();
        self.version += 1;
        true
    }

    /// Draw it.
    pub fn ui(&mut self, ui: &mut Ui, screen: &Screen, shown: Option<&str>, cx: &PanelContext<'_>) {
        let ask = |asked| cx.commands.push((screen.command)(asked));
        ui.horizontal(|ui| {
            ui.add_space(SPACE[0]);
            ui.label(RichText::new(screen.title).text_style(TextStyle::Heading));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let words = Words::new(icons::TABLE, "Map tables…");
                let can = cx.has_session();
                if ui.add_enabled(can, Button::of(words).icon_only()).clicked() {
                    ask(Asked::Map(MapStep::Open(screen.place)));
                }
            });
        });
        if let Some(listed) = self.job.value().filter(|listed| listed.names_only) {
            let rows = listed.table.size.rows;
            let rows = rows.map_or("an unknown number of".to_owned(), format::about);
            let undone = screen.left_undone;
            hint_ui(ui, &format!("The table has {rows} rows, {undone}."));
            let button = Button::of(Words::new(icons::PLAY, screen.do_it));
            if ui.add(button).clicked() {
                ask(Asked::ListWhole);
            }
            ui.add_space(SPACE[0]);
        }
        let picked = self
            .side
            .ui(ui, screen.many, &self.entries, self.version, shown);
        if let Some(entry) = picked.and_then(|at| self.entries.get(at)) {
            ask(Asked::Show(entry.id.clone()));
        }
    }
}
