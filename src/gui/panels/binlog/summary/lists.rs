//! The tables below the chart: by table at the left; at the right the largest and the longest transactions, what
//! changed tables, and what is missing.

use std::{sync::Arc, time::Duration};

use egui::{Rect, Ui, UiBuilder, pos2};

use super::figures::{Figures, Unit};
use crate::{
    engine::{
        binlog::summary::{Listed, Summary, Text},
        metrics::series::Moment,
        visible,
    },
    gui::{
        command::{BinlogCommand, Span},
        context::PanelContext,
        format, icons,
        panels::binlog::when::{clock, moment},
        theme::{CONTROL_HEIGHT, SPACE},
        widgets::{
            button::Button,
            card::hint_ui,
            list_table::{Cell, Head, Ink, ListTable, Listing, Pressed},
        },
        words::Words,
        zone::Zone,
    },
};

/// What is at the right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    Biggest,
    Longest,
    Ddl,
    Missing,
}

impl Tab {
    const ALL: [Self; 4] = [Self::Biggest, Self::Longest, Self::Ddl, Self::Missing];

    fn words(self, summary: &Summary) -> String {
        match self {
            Self::Biggest => "Biggest".to_owned(),
            Self::Longest => "Longest".to_owned(),
            Self::Ddl => format!("DDL ({})", format::count(summary.ddl_count)),
            Self::Missing => format!("Missing ({})", format::count(summary.gap_count)),
        }
    }
}

/// Which list is seen, and in which order.
pub(super) struct Lists {
    tab: Tab,
    /// By which column of the tables, and whether the largest are first.
    sorted: (usize, bool),
    tables: ListTable,
    others: ListTable,
    /// The order of the tables, and what it was made of.
    order: Vec<usize>,
    ordered: Option<(Arc<Figures>, Unit, (usize, bool))>,
}

impl Default for Lists {
    fn default() -> Self {
        Self {
            tab: Tab::default(),
            sorted: (BYTES, true),
            tables: ListTable::default(),
            others: ListTable::default(),
            order: Vec::new(),
            ordered: None,
        }
    }
}

/// The last column of the tables.
const BYTES: usize = 5;

impl Lists {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        figures: &Arc<Figures>,
        unit: Unit,
        zone: Zone,
        cx: &PanelContext<'_>,
    ) {
        let room = ui.available_rect_before_wrap();
        let middle = room.left() + room.width() * 0.52;
        let left = Rect::from_min_max(room.min, pos2(middle - SPACE[1], room.bottom()));
        let right = Rect::from_min_max(pos2(middle + SPACE[1], room.top()), room.max);
        let part = |name, rect| UiBuilder::new().id_salt(name).max_rect(rect);
        ui.scope_builder(part("tables", left), |ui| {
            self.tables_ui(ui, figures, unit);
        });
        ui.scope_builder(part("others", right), |ui| {
            let summary = &figures.summary;
            let shown = self.tabs_ui(ui, summary);
            let times = Times::of(summary, zone);
            // Choosing a row opens nothing: who goes through the list with the arrows stays in it.
            let opened = match self.others_ui(ui, summary, &times) {
                Some(Pressed::Open(row)) => self.span(summary, row),
                _ => None,
            };
            if let Some(span) = shown.or(opened) {
                cx.commands.push(BinlogCommand::ShowAt(span));
            }
        });
        ui.advance_cursor_after_rect(room);
    }

    fn tables_ui(&mut self, ui: &mut Ui, figures: &Arc<Figures>, unit: Unit) {
        let wanted = (figures.clone(), unit, self.sorted);
        let same = self.ordered.as_ref().is_some_and(|made| {
            Arc::ptr_eq(&made.0, &wanted.0) && (made.1, made.2) == (wanted.1, wanted.2)
        });
        if !same {
            self.order = figures.order(unit, self.sorted);
            self.ordered = Some(wanted);
        }
        let heads = [
            Head::wide("Table", 1.0, 120.0).sorts(),
            Head::new("Inserted", 86.0).number().sorts(),
            Head::new("Updated", 86.0).number().sorts(),
            Head::new("Deleted", 86.0).number().sorts(),
            Head::new("Rows", 90.0).number().sorts(),
            Head::new("Bytes", 76.0).number().sorts(),
        ];
        let cell = |row: usize, column: usize| {
            let table = self.order.get(row).and_then(|at| figures.tables.get(*at));
            let Some(table) = table else {
                return Cell::default();
            };
            let counts = &table.counts;
            let number = |unit: Unit, count: u64| match count {
                0 => Cell::new("·").ink(Ink::Faint),
                count => Cell::new(unit.words(count)),
            };
            match column {
                0 => Cell::new(visible::line(&format!(
                    "{}.{}",
                    table.database, table.table
                ))),
                4 => number(Unit::Rows, counts.rows()),
                5 => number(Unit::Bytes, counts.bytes()),
                _ => {
                    let counts = unit.of(counts);
                    let count = column.checked_sub(1).and_then(|at| counts.get(at));
                    number(unit, count.copied().unwrap_or_default())
                }
            }
        };
        let listing = Listing {
            name: "Tables by changes",
            heads: &heads,
            count: self.order.len(),
            sorted: Some(self.sorted),
            cell: &cell,
        };
        if let Some(Pressed::Head(column)) = self.tables.ui(ui, &listing) {
            let (now, largest_first) = self.sorted;
            // Names begin with the first, numbers with the largest.
            let first = column > 0;
            self.sorted = (column, if now == column { !largest_first } else { first });
            self.tables.choose(None);
        }
    }

    /// The names of the lists; the place of the chosen row, when it is to be shown.
    fn tabs_ui(&mut self, ui: &mut Ui, summary: &Summary) -> Option<Span> {
        ui.horizontal(|ui| {
            ui.set_height(CONTROL_HEIGHT);
            ui.spacing_mut().item_spacing.x = 2.0;
            for tab in Tab::ALL {
                if ui
                    .selectable_label(tab == self.tab, tab.words(summary))
                    .clicked()
                {
                    self.tab = tab;
                    self.others.choose(None);
                }
            }
            ui.add_space(SPACE[1]);
            let chosen = self.others.chosen();
            let span = chosen.and_then(|row| self.span(summary, row));
            let words = Words::new(icons::GIT_COMMIT, "Show in the timeline");
            let show = Button::of(words).icon_only();
            let shown = ui.add_enabled(span.is_some(), show).clicked();
            span.filter(|_| shown)
        })
        .inner
    }

    /// Where what a row of the list is about stands in the log.
    fn span(&self, summary: &Summary, row: usize) -> Option<Span> {
        match self.tab {
            Tab::Biggest => summary.biggest.get(row).map(span_of),
            Tab::Longest => summary.longest.get(row).map(span_of),
            Tab::Ddl => summary.ddl.get(row).and_then(span_at),
            Tab::Missing => summary.gaps.get(row).and_then(span_at),
        }
    }

    /// The list; what was done to it.
    fn others_ui(&mut self, ui: &mut Ui, summary: &Summary, times: &Times) -> Option<Pressed> {
        match self.tab {
            Tab::Biggest => {
                self.transactions_ui(ui, "Biggest transactions", &summary.biggest, times)
            }
            Tab::Longest => {
                self.transactions_ui(ui, "Longest transactions", &summary.longest, times)
            }
            Tab::Ddl => self.texts_ui(ui, "Statements", &summary.ddl, summary.ddl_count, times),
            Tab::Missing => {
                let count = summary.gap_count;
                self.texts_ui(ui, "What is missing", &summary.gaps, count, times)
            }
        }
    }

    fn transactions_ui(
        &mut self,
        ui: &mut Ui,
        name: &str,
        listed: &[Listed],
        times: &Times,
    ) -> Option<Pressed> {
        if listed.is_empty() {
            nothing_ui(ui, "No transaction took longer than a second.");
            return None;
        }
        let heads = [
            Head::new("Logged", times.width()).mono(),
            Head::new("Rows", 80.0).number(),
            Head::new("Size", 72.0).number(),
            Head::new("Took", 80.0).number(),
            Head::wide("Tables", 1.0, 100.0),
        ];
        let cell = |row: usize, column: usize| {
            let Some(listed) = listed.get(row) else {
                return Cell::default();
            };
            match column {
                0 => Cell::new(times.shown(listed.logged)).ink(Ink::Secondary),
                1 => Cell::new(format::count(listed.rows)),
                2 => Cell::new(format::bytes(listed.bytes)),
                3 if listed.seconds == 0 => Cell::new("< 1 s").ink(Ink::Faint),
                3 => Cell::new(took(listed.seconds)),
                _ => Cell::new(visible::line(&listed.tables.join(", "))),
            }
        };
        let listing = Listing {
            name,
            heads: &heads,
            count: listed.len(),
            sorted: None,
            cell: &cell,
        };
        self.others.ui(ui, &listing)
    }

    fn texts_ui(
        &mut self,
        ui: &mut Ui,
        name: &str,
        texts: &[Text],
        count: u64,
        times: &Times,
    ) -> Option<Pressed> {
        if texts.is_empty() {
            nothing_ui(ui, "None in what was read.");
            return None;
        }
        if count > texts.len() as u64 {
            let words = format!(
                "The first {} are listed.",
                format::count(texts.len() as u64)
            );
            hint_ui(ui, &words);
        }
        // Of what has no time the place is written.
        let placed = texts.iter().any(|text| text.logged == 0);
        let width = if placed { 190.0 } else { times.width() };
        let heads = [
            Head::new("Logged", width).mono(),
            Head::wide("What", 1.0, 160.0).mono(),
        ];
        let cell = |row: usize, column: usize| {
            let Some(text) = texts.get(row) else {
                return Cell::default();
            };
            match column {
                0 if text.logged == 0 => {
                    Cell::new(visible::line(&format!("{}:{}", text.file, text.pos)))
                        .ink(Ink::Secondary)
                }
                0 => Cell::new(times.shown(text.logged)).ink(Ink::Secondary),
                _ => Cell::new(visible::line(&text.text)).ink(Ink::Statement),
            }
        };
        let listing = Listing {
            name,
            heads: &heads,
            count: texts.len(),
            sorted: None,
            cell: &cell,
        };
        self.others.ui(ui, &listing)
    }
}

fn span_of(listed: &Listed) -> Span {
    Span {
        file: listed.file.clone(),
        offset: listed.pos,
        end: (listed.end_file.clone(), listed.end_pos),
        gtid: listed.gtid.clone(),
    }
}

/// None of what is no event: nothing stands there.
fn span_at(text: &Text) -> Option<Span> {
    (text.logged > 0).then(|| Span {
        file: text.file.clone(),
        offset: text.pos,
        end: (text.file.clone(), text.pos + 1),
        gtid: None,
    })
}

/// How moments are written: without their day where all are of one.
struct Times {
    zone: Zone,
    one_day: bool,
}

impl Times {
    fn of(summary: &Summary, zone: Zone) -> Self {
        let day = |second: u32| zone.local(Moment(second.into())).date();
        Self {
            zone,
            one_day: summary.first.map(day) == summary.last.map(day),
        }
    }

    fn shown(&self, second: u32) -> String {
        if self.one_day {
            clock(second, self.zone)
        } else {
            moment(second, self.zone)
        }
    }

    /// What the longest takes.
    fn width(&self) -> f32 {
        if self.one_day { 86.0 } else { 168.0 }
    }
}

fn took(seconds: u32) -> String {
    match seconds {
        seconds if seconds < 60 => format!("{seconds} s"),
        seconds => format::duration(Duration::from_secs(seconds.into())),
    }
}

fn nothing_ui(ui: &mut Ui, words: &str) {
    ui.add_space(SPACE[2]);
    hint_ui(ui, words);
}
