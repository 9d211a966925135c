//! One change in full: when, by whom, each column before and after, the statement behind it, and where to go from it.

use egui::{Color32, Frame, Grid, Label, Margin, RichText, ScrollArea, Ui};

use super::{
    found::{Line, Part},
    lines::{counts, fate, span},
};
use crate::{
    engine::{
        binlog::{
            rows::Op,
            trail::{Change, Image, Side, Touched},
        },
        visible,
    },
    gui::{
        command::{Ask as _, BinlogCommand},
        panels::binlog::{
            cells::{op_words, origin_words},
            when::moment_of,
        },
        theme::{CARD_RADIUS, PaletteExt as _, SELECTION_RADIUS, SPACE, text},
        widgets::{button::Button, card::hint_ui},
        zone::Zone,
    },
};

/// Draw it; what was asked for.
pub(super) fn ui(ui: &mut Ui, line: &Line<'_>, zone: Zone) -> Option<BinlogCommand> {
    let palette = ui.palette();
    let mut asked = None;
    Frame::NONE
        .fill(palette.panel)
        .stroke(palette.hairline())
        .corner_radius(CARD_RADIUS)
        .inner_margin(Margin::same(12))
        .show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            ui.spacing_mut().item_spacing.y = 6.0;
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                let title = match &line.part {
                    Part::Change(change) => op_words(change.op),
                    Part::Statement(_) => "Statement",
                    Part::Whole => "Transaction",
                };
                ui.label(RichText::new(title).heading());
                facts_ui(ui, line, zone);
                let touched = line.touched;
                let show = BinlogCommand::ShowAt(span(touched));
                let undo = BinlogCommand::UndoOf(span(touched));
                ui.horizontal(|ui| {
                    for command in [show, undo] {
                        if ui.add(Button::of(command.words()).with_icon()).clicked() {
                            asked = Some(command);
                        }
                    }
                });
                if let Part::Change(change) = &line.part {
                    columns_ui(ui, change);
                }
                statement_ui(ui, line);
            });
        });
    asked
}

fn facts_ui(ui: &mut Ui, line: &Line<'_>, zone: Zone) {
    let touched: &Touched = line.touched;
    let mut facts = vec![format!("{} {zone}", moment_of(touched.micros, zone))];
    facts.push(format!("server {}", touched.server_id));
    if let Some(thread) = touched.thread_id {
        facts.push(format!("thread {thread}"));
    }
    if let Part::Whole = &line.part {
        facts.push(counts(touched).text.into_owned());
    } else {
        facts.extend(fate(touched).map(str::to_owned));
    }
    if let Part::Change(change) = &line.part {
        facts.push(origin_words(change.names).to_owned());
    }
    hint_ui(ui, &facts.join(" · "));
    let place = format!("{}:{}", touched.file, touched.offset);
    let name = touched.gtid.as_deref().map(|gtid| format!("{gtid} · "));
    let words = format!("{}{place}", name.unwrap_or_default());
    let words = RichText::new(visible::line(&words)).text_style(text::position());
    ui.add(
        Label::new(words.color(ui.palette().secondary))
            .wrap()
            .selectable(true),
    );
}

fn columns_ui(ui: &mut Ui, change: &Change) {
    ui.add_space(SPACE[1]);
    let width = (ui.available_width() - 2.0 * SPACE[1]) / 3.0;
    Grid::new("columns")
        .num_columns(3)
        .min_col_width(width)
        .max_col_width(width)
        .spacing([SPACE[1], 4.0])
        .show(ui, |ui| {
            for head in ["Column", "Before", "After"] {
                let words = RichText::new(head).text_style(text::strong());
                ui.label(words.color(ui.palette().secondary));
            }
            ui.end_row();
            for image in &change.columns {
                image_ui(ui, change.op, image);
                ui.end_row();
            }
        });
    if change.cut {
        hint_ui(ui, "It has more columns; the timeline shows them all.");
    }
    if change.columns.is_empty() {
        hint_ui(ui, "No column that was logged differs.");
    }
}

fn image_ui(ui: &mut Ui, op: Op, image: &Image) {
    let palette = ui.palette();
    let (before, after) = match op {
        Op::Insert => (Color32::TRANSPARENT, palette.row_after),
        Op::Update => (palette.row_before, palette.row_after),
        Op::Delete => (palette.row_before, Color32::TRANSPARENT),
    };
    ui.add(Label::new(visible::line(&image.column)).wrap());
    side_ui(ui, &image.before, before);
    side_ui(ui, &image.after, after);
}

fn side_ui(ui: &mut Ui, side: &Side, ground: Color32) {
    let palette = ui.palette();
    let (words, ink) = match side {
        Side::Absent if ground == Color32::TRANSPARENT => return drop(ui.label("")),
        Side::Absent => ("not logged".to_owned(), palette.faint),
        Side::Null => ("NULL".to_owned(), palette.faint),
        Side::Text(text) => (visible::line(text), palette.text),
        Side::Start(text) => (format!("{}…", visible::line(text)), palette.text),
    };
    Frame::NONE
        .fill(ground)
        .corner_radius(SELECTION_RADIUS)
        .inner_margin(Margin::symmetric(6, 3))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let words = RichText::new(words).text_style(text::cell()).color(ink);
            ui.add(Label::new(words).wrap().selectable(true));
        });
}

/// The statement behind the change, where the log has it.
fn statement_ui(ui: &mut Ui, line: &Line<'_>) {
    let words = match &line.part {
        Part::Statement(text) => Some(*text),
        _ => line.touched.original.as_deref(),
    };
    ui.add_space(SPACE[1]);
    let Some(words) = words else {
        return hint_ui(
            ui,
            "The statement behind it is not in what was read: MySQL logs it with binlog_rows_query_log_events, MariaDB has it in its files and does not send it.",
        );
    };
    ui.label(RichText::new("Statement").text_style(text::strong()));
    let words = RichText::new(visible::line(words)).text_style(text::cell());
    ui.add(Label::new(words).wrap().selectable(true));
}
