//! The number of users at which a confidence sequence is narrowest, and the question before it is changed when data
//! are there: who chooses it by what has been seen has no sequence that holds.

use egui::{Align, DragValue, Frame, Id, Label, Layout, Modal, RichText, Ui};

use super::View;
use crate::{
    engine::metrics::experiments::{
        Method,
        method::{LateChange, SEQUENTIAL_USERS},
    },
    gui::{
        command::ExperimentsCommand,
        context::PanelContext,
        format, icons,
        panels::metrics::drawer::{caution_ui, line_ui, number_ui},
        theme::{PaletteExt as _, SPACE, text},
        widgets::{button::Button, choice::check_box_ui},
        words::Words,
    },
};

const RANGE: std::ops::RangeInclusive<f64> = 10.0..=1e12;

/// The number that is being written, and the question about it.
#[derive(Debug, Default)]
pub(super) struct LateQuestion {
    draft: Option<f64>,
    asked: Option<f64>,
}

impl LateQuestion {
    /// It waits for an answer.
    pub(super) fn asks(&self) -> bool {
        self.asked.is_some()
    }

    /// The switch for who looks often, and its number.
    pub(super) fn ui(&mut self, ui: &mut Ui, method: &mut Method, view: Option<&View>) {
        let mut often = method.sequential.is_some();
        check_box_ui(ui, &mut often, "I look often (sequential)").on_hover_text(
            "Intervals and p-values that hold however often one looks: the asymptotic confidence sequence. They are wider.",
        );
        if often != method.sequential.is_some() {
            // Switched off and on again it is the number that was chosen before.
            method.sequential = often.then_some(method.sequential_users());
        }
        let Some(now) = method.sequential else {
            self.draft = None;
            return;
        };
        let mut draft = self.draft.unwrap_or(now);
        line_ui(
            ui,
            "Narrowest at",
            "The number of users at which the sequence is narrowest. Choose it before the data are seen.",
            |ui| {
                ui.label("users");
                let field = DragValue::new(&mut draft).range(RANGE).speed(50.0);
                number_ui(ui, field, "Narrowest at users");
            },
        );
        let is_other = (draft - now).abs() > f64::EPSILON;
        self.draft = is_other.then_some(draft);
        if is_other {
            ui.horizontal(|ui| {
                let use_it = Words::new(icons::CHECK, format!("Use {draft}"));
                // Whether data are there is not known before.
                let used = ui
                    .add_enabled(view.is_some(), Button::of(use_it))
                    .on_disabled_hover_text("Once the figures are read")
                    .clicked();
                if used {
                    self.draft = None;
                    if users_seen(view) > 0 {
                        self.asked = Some(draft);
                    } else {
                        method.sequential = Some(draft);
                    }
                }
                let keep = Words::new(icons::X, format!("Keep {now}"));
                if ui.add(Button::of(keep).plain()).clicked() {
                    self.draft = None;
                }
            });
        }
        for change in &method.late_changes {
            caution_ui(ui, &change.to_string());
        }
    }

    /// The question, while it waits.
    pub(super) fn dialog_ui(
        &mut self,
        ctx: &egui::Context,
        method: &Method,
        view: Option<&View>,
        cx: &PanelContext<'_>,
    ) {
        let (Some(to), Some(view)) = (self.asked, view) else {
            self.asked = None;
            return;
        };
        let change = LateChange {
            from: method.sequential.unwrap_or(SEQUENTIAL_USERS),
            to,
            at: view.figures.read.exposures.now.0,
            users: users_seen(Some(view)),
        };
        let answer = Modal::new(Id::unique("late change"))
            .backdrop_color(ctx.palette().shade)
            .frame(Frame::window(&ctx.global_style()))
            .show(ctx, |ui| question_ui(ui, &change));
        match answer.inner {
            Some(true) => {
                let mut method = method.clone();
                method.sequential = Some(to);
                method.late_changes.push(change);
                cx.commands.push(ExperimentsCommand::Use(method));
                self.asked = None;
            }
            Some(false) => self.asked = None,
            None if answer.should_close() => self.asked = None,
            None => {}
        }
    }
}

/// Yes or no, once it was said.
fn question_ui(ui: &mut Ui, change: &LateChange) -> Option<bool> {
    ui.set_width(420.0);
    let title = "Change the number after data were seen?";
    ui.label(RichText::new(title).text_style(text::title()));
    ui.add_space(SPACE[1]);
    let words = format!(
        "{} users of this experiment have been seen. A confidence sequence holds at every look only if the number at which it is narrowest was chosen before. Changed from {} to {} now, the intervals may be too narrow.",
        format::count(change.users),
        change.from,
        change.to
    );
    ui.add(Label::new(words).wrap());
    ui.add_space(SPACE[0]);
    let noted = "The change is noted here and in the report.";
    ui.add(Label::new(RichText::new(noted).color(ui.palette().secondary)).wrap());
    ui.add_space(SPACE[2]);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let change = Words::new(icons::CHECK, "Change it and note that");
        let keep = Words::new(icons::X, "Keep it as it was");
        let changed = ui.add(Button::of(change).danger()).clicked();
        let kept = ui.add(Button::of(keep)).clicked();
        (changed || kept).then_some(changed)
    })
    .inner
}

fn users_seen(view: Option<&View>) -> u64 {
    view.map_or(0, |view| view.figures.read.exposures.users())
}
