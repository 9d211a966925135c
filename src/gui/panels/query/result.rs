//! What came of the last run: rows, their line of numbers, messages. What went wrong is in [`super::trouble`].

use egui::{
    Align, CentralPanel, Frame, Label, Layout, Margin, Panel, Rect, RichText, Role, ScrollArea,
    Sense, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use super::{
    row_key::row_key,
    save,
    tab::{Tab, View},
    trouble::{not_connected, server_of_run, trouble_ui},
};
use crate::{
    engine::query::Warning,
    gui::{
        command::{AppCommand, Ask as _, BinlogCommand, Command, ProfilesCommand, QueryCommand},
        context::PanelContext,
        format, icons,
        state::Section,
        theme::{PaletteExt as _, SPACE, text},
        widgets::{
            busy::{PATIENCE, busy_bar_ui},
            button::Button,
            card::LONGEST_MESSAGE,
            icon::icon_ui,
        },
        words::Words,
    },
};

const LINE_HEIGHT: f32 = 31.0;

pub(super) fn result_ui(ui: &mut Ui, tab: &mut Tab, cx: &PanelContext<'_>) {
    parts_ui(ui, tab, cx);
    let running = tab.is_running();
    busy_bar_ui(
        ui,
        running.then(|| tab.result.elapsed().unwrap_or_default()),
    );
}

fn parts_ui(ui: &mut Ui, tab: &mut Tab, cx: &PanelContext<'_>) {
    let palette = ui.palette();
    Panel::top("result line")
        .frame(Frame::NONE.fill(palette.background))
        .exact_size(LINE_HEIGHT)
        .show_separator_line(false)
        .show(ui, |ui| line_ui(ui, tab, cx));
    if let Some(form) = &mut tab.saving
        && !save::form_ui(ui, form, cx)
    {
        tab.saving = None;
    }
    let has_rows = tab.result.value().is_some_and(|answer| answer.described);
    if tab.error().is_some() || tab.note.is_some() || tab.loading.error().is_some() {
        let card = Frame::NONE.inner_margin(Margin::symmetric(12, 8));
        if has_rows {
            Panel::top("result trouble")
                .frame(card)
                .show_separator_line(false)
                .show(ui, |ui| trouble_ui(ui, tab, cx));
        } else {
            CentralPanel::default()
                .frame(card)
                .show(ui, |ui| trouble_ui(ui, tab, cx));
            return;
        }
    }
    if !cx.has_session() && !has_rows {
        return no_session_ui(ui, cx);
    }
    match tab.view {
        View::Messages => messages_ui(ui, tab),
        View::Rows if has_rows => rows_ui(ui, tab, cx),
        View::Rows if tab.is_running() => centered_ui(ui, "Running…"),
        View::Rows => centered_ui(
            ui,
            "Rows appear here. Ctrl+Enter runs the statement at the cursor.",
        ),
    }
}

fn line_ui(ui: &mut Ui, tab: &mut Tab, cx: &PanelContext<'_>) {
    ui.horizontal_centered(|ui| {
        ui.add_space(SPACE[2]);
        ui.spacing_mut().item_spacing.x = SPACE[3];
        let warnings = tab
            .result
            .summary()
            .filter(|_| tab.is_current())
            .map_or(0, |summary| summary.warnings.len());
        let messages = match warnings {
            0 => "Messages".to_owned(),
            count => format!("Messages ({count})"),
        };
        for (view, words) in [(View::Rows, "Rows".to_owned()), (View::Messages, messages)] {
            if view_tab_ui(ui, &words, tab.view == view) {
                tab.view = view;
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = SPACE[1];
            ui.add_space(SPACE[1]);
            let cut = tab.result.summary().is_some_and(|summary| summary.cut);
            let offered = cut && tab.is_current() && !tab.is_running();
            let load_all = QueryCommand::LoadAll.button().plain();
            let load_all_ui = |ui: &mut Ui| {
                ui.add_enabled(tab.open_of_run(cx.state).is_some(), load_all)
                    .on_disabled_hover_text(not_connected(tab, cx))
            };
            if offered && load_all_ui(ui).clicked() {
                cx.commands.push(QueryCommand::LoadAll);
            }
            let save = QueryCommand::SaveAs.button().icon_only();
            let can_save = tab
                .result
                .value()
                .is_some_and(|answer| !answer.rows.columns().is_empty());
            if can_save && ui.add_enabled(!tab.is_running(), save).clicked() {
                cx.commands.push(QueryCommand::SaveAs);
            }
            let words = match &tab.copied {
                Some(copied) => format!("{copied}  ·  {}", numbers(tab, cx)),
                None => numbers(tab, cx),
            };
            let color = ui.palette().secondary;
            ui.add(Label::new(RichText::new(words).color(color)).truncate());
        });
    });
}

/// Rows, time and what else is known of the answer, in one line.
fn numbers(tab: &Tab, cx: &PanelContext<'_>) -> String {
    let mut parts = Vec::new();
    let rows = tab.result.value().map_or(0, |answer| answer.rows.rows());
    if tab.is_running() {
        if tab.is_current() && rows > 0 {
            parts.push(format!("{} so far", format::rows(rows)));
        }
        let elapsed = tab.result.elapsed().unwrap_or_default();
        if tab.result.is_cancelling() {
            parts.push("asked the server to stop".to_owned());
        } else if elapsed >= PATIENCE {
            parts.push("running".to_owned());
        }
        if elapsed >= PATIENCE {
            parts.push(format::duration(elapsed));
        }
        return parts.join("  ·  ");
    }
    let Some(answer) = tab.result.value() else {
        return String::new();
    };
    let Some(run) = &tab.run else {
        return String::new();
    };
    match tab.result.summary() {
        _ if !tab.is_current() => parts.push(format!("{} of an earlier run", format::rows(rows))),
        Some(summary) => {
            parts.push(if summary.cut {
                format!("first {}", format::rows(rows))
            } else {
                format::rows(rows)
            });
            parts.push(format::duration(summary.elapsed));
            if let Some(first) = summary.first_row {
                parts.push(format!("first row {}", format::duration(first)));
            }
        }
        None => parts.push(format!("{} arrived", format::rows(rows))),
    }
    if answer.run == run.number && cx.state.active.as_ref() != Some(&run.profile) {
        let from = server_of_run(tab, cx);
        parts.push(match tab.open_of_run(cx.state) {
            Some(_) => format!("from {from}"),
            None => format!("from {from}, not connected now"),
        });
    }
    parts.join("  ·  ")
}

fn view_tab_ui(ui: &mut Ui, words: &str, selected: bool) -> bool {
    let palette = ui.palette();
    let (font, ink) = if selected {
        (text::strong().resolve(ui.style()), palette.text)
    } else {
        (TextStyle::Body.resolve(ui.style()), palette.secondary)
    };
    let galley = ui.painter().layout_no_wrap(words.to_owned(), font, ink);
    let size = vec2(galley.size().x + 4.0, LINE_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, ui.is_enabled(), selected, words));
    let at = pos2(rect.left() + 2.0, rect.center().y - galley.size().y / 2.0);
    let ink = if response.hovered() {
        palette.text
    } else {
        ink
    };
    ui.painter()
        .galley_with_override_text_color(at, galley, ink);
    if selected {
        let line = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 2.0), rect.max);
        ui.painter().rect_filled(line, 0.0, palette.accent);
    }
    if response.has_focus() {
        let ring = rect.shrink2(vec2(-2.0, 5.0));
        ui.painter()
            .rect_stroke(ring, 3.0, palette.focus(), egui::StrokeKind::Outside);
    }
    response.clicked()
}

fn rows_ui(ui: &mut Ui, tab: &mut Tab, cx: &PanelContext<'_>) {
    let Some(answer) = tab.result.value() else {
        return;
    };
    if answer.rows.columns().is_empty() {
        return centered_ui(ui, "The statement ran. It is of a kind that gives no rows.");
    }
    let empty = answer.rows.rows() == 0 && !tab.result.is_running();
    let rect = ui.available_rect_before_wrap();
    let grid = &mut tab.grid;
    grid.row_action = Some("History of this row");
    let response = ui.push_id(tab.id, |ui| grid.ui(ui, &answer.rows)).inner;
    if empty {
        let font = TextStyle::Body.resolve(ui.style());
        let words = "0 rows: the statement ran, and nothing matched.";
        let color = ui.palette().secondary;
        let mut over =
            ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(vec2(12.0, 36.0))));
        over.label(RichText::new(words).font(font).color(color));
    }
    if let Some(missing) = response.missing {
        tab.loading.want(missing);
    }
    if let Some(at) = response.acted
        && let Some(key) = row_key(&answer.rows, at)
    {
        cx.commands.push(BinlogCommand::HistoryOf(key));
    }
    if let Some(copied) = response.copied {
        tab.copied = Some(copied.to_string());
    }
}

fn messages_ui(ui: &mut Ui, tab: &Tab) {
    let Some(summary) = tab
        .result
        .summary()
        .filter(|_| tab.is_current())
        .filter(|summary| !summary.warnings.is_empty())
    else {
        return centered_ui(ui, "The server has no warnings about the last run.");
    };
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Frame::NONE.inner_margin(12).show(ui, |ui| {
            for warning in &summary.warnings {
                warning_ui(ui, warning);
            }
        });
    });
}

fn warning_ui(ui: &mut Ui, warning: &Warning) {
    let palette = ui.palette();
    let (icon, color) = match warning.level.as_str() {
        "Note" => (icons::INFO, palette.secondary),
        "Error" => (icons::WARNING_CIRCLE, palette.danger),
        _ => (icons::WARNING, palette.warning),
    };
    ui.horizontal_wrapped(|ui| {
        icon_ui(ui, icon, 15.0, color);
        ui.label(RichText::new(format!("{} {}", warning.level, warning.code)).color(color));
        ui.label(format::plain(&warning.message, LONGEST_MESSAGE));
    });
}

/// One line below the editor.
pub(super) fn warning_line_ui(ui: &mut Ui, words: &str) {
    let palette = ui.palette();
    ui.horizontal(|ui| {
        icon_ui(ui, icons::WARNING_CIRCLE, 15.0, palette.danger);
        ui.add(Label::new(RichText::new(words).color(palette.secondary)).truncate());
    });
}

/// What is missing, and the one way there: the profile of the last time, else all of them.
fn no_session_ui(ui: &mut Ui, cx: &PanelContext<'_>) {
    let closed = cx.chosen().filter(|_| cx.active().is_none());
    let (missing, words, command): (_, _, Command) = if let Some(profile) = closed {
        let connect = ProfilesCommand::Connect(profile.id.clone());
        let missing = format!("Not connected to {}.", profile.name);
        (missing, connect.words(), connect.into())
    } else {
        let words = Words::new(icons::DATABASE, "Choose a profile");
        let profiles = AppCommand::Show(Section::Profiles);
        ("Not connected.".to_owned(), words, profiles.into())
    };
    centered_ui(
        ui,
        &format!("{missing} What you write is kept; to run it, connect to a server."),
    );
    let middle = ui.max_rect().center();
    let button = Rect::from_center_size(middle + vec2(0.0, 28.0), vec2(160.0, 26.0));
    let layout = Layout::centered_and_justified(egui::Direction::LeftToRight);
    ui.scope_builder(
        egui::UiBuilder::new().max_rect(button).layout(layout),
        |ui| {
            if ui.add(Button::of(words).with_icon()).clicked() {
                cx.commands.push(command);
            }
        },
    );
}

fn centered_ui(ui: &mut Ui, words: &str) {
    let color = ui.palette().secondary;
    let rect = Rect::from_center_size(
        ui.max_rect().center(),
        vec2(ui.max_rect().width() - 24.0, 20.0),
    );
    let layout = Layout::centered_and_justified(egui::Direction::TopDown);
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect).layout(layout), |ui| {
        ui.add(Label::new(RichText::new(words).color(color)).wrap());
    });
}
