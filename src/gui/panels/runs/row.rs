//! One run of the list: tick, colour, name, status, start, length, and the last and best value of the metric.

use egui::{
    Align2, Color32, FontId, Id, Rect, Response, Role, Sense, Stroke, StrokeKind, TextStyle, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::{
    engine::{
        chart::Slot,
        metrics::{
            runs::{Found, Goal, Run, length_text, time_text, value_text},
            series::Moment,
        },
    },
    gui::{
        icons,
        saved::RunsColumn,
        theme::{PaletteExt as _, SELECTION_RADIUS, text},
        widgets::{
            dot::{RADIUS, paint_dot},
            name,
        },
    },
};

pub(super) const ROW: f32 = 26.0;
const TICK: f32 = 14.0;
/// Where names begin.
const NAME_AT: f32 = 50.0;
/// Room that a name gets before columns are left out.
const LEAST_NAME: f32 = 84.0;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Where the columns stand, from left to right: the name has what the others leave.
#[derive(Clone, Debug)]
pub(super) struct Columns(pub(super) Vec<(RunsColumn, Rect)>);

impl Columns {
    /// In this width; the least important ones are left out first.
    pub(super) fn of(rect: Rect) -> Self {
        let all = [
            (RunsColumn::Status, 70.0),
            (RunsColumn::Start, 92.0),
            (RunsColumn::Took, 78.0),
            (RunsColumn::Last, 78.0),
            (RunsColumn::Best, 122.0),
        ];
        let mut kept = all.to_vec();
        let room = rect.width() - NAME_AT - LEAST_NAME;
        for gone in [
            RunsColumn::Took,
            RunsColumn::Start,
            RunsColumn::Last,
            RunsColumn::Status,
        ] {
            if kept.iter().map(|(_, width)| width).sum::<f32>() > room {
                kept.retain(|(column, _)| *column != gone);
            }
        }
        let mut right = rect.right() - 6.0;
        let mut columns = Vec::new();
        for (column, width) in kept.into_iter().rev() {
            let left = right - width;
            let area = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
            columns.push((column, area));
            right = left;
        }
        let left = rect.left() + NAME_AT;
        let name = Rect::from_min_max(pos2(left, rect.top()), pos2(right - 6.0, rect.bottom()));
        columns.push((RunsColumn::Name, name));
        columns.reverse();
        Self(columns)
    }
}

/// These hold numbers, or what is read like one.
pub(super) fn is_right(column: RunsColumn) -> bool {
    matches!(
        column,
        RunsColumn::Took | RunsColumn::Last | RunsColumn::Best
    )
}

pub(super) struct Row<'a> {
    pub(super) found: &'a Found,
    /// Its colour, if it is ticked.
    pub(super) slot: Option<Slot>,
    pub(super) cursor: bool,
    /// The metric, and whether no run has a better value of it.
    pub(super) metric: Option<(&'a str, Goal)>,
    pub(super) best: bool,
    /// Years other than this are written.
    pub(super) now: Option<Moment>,
}

impl Row<'_> {
    pub(super) fn ui(&self, ui: &mut Ui, rect: Rect, id: Id) -> Response {
        let palette = ui.palette();
        // Without a stop of its own for Tab: the list is one.
        let response = ui.interact(rect, id, Sense::CLICK);
        response.widget_info(|| {
            WidgetInfo::selected(
                Role::CheckBox,
                ui.is_enabled(),
                self.slot.is_some(),
                self.spoken(),
            )
        });
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        if response.hovered() {
            painter.rect_filled(rect, SELECTION_RADIUS, palette.raised);
        }
        if self.cursor {
            painter.rect_stroke(rect, SELECTION_RADIUS, palette.focus(), StrokeKind::Inside);
        }
        self.tick_ui(ui, rect);
        if let Some(slot) = self.slot {
            let at = pos2(rect.left() + 37.0, rect.center().y);
            paint_dot(&painter, ui, at, RADIUS, slot);
        }
        let mut cut = false;
        for (column, area) in Columns::of(rect).0 {
            cut |= self.cell_ui(ui, column, area);
        }
        let hover = self.hover(cut);
        if hover.is_empty() {
            response
        } else {
            response.on_hover_text(hover)
        }
    }

    fn tick_ui(&self, ui: &Ui, rect: Rect) {
        let palette = ui.palette();
        let center = pos2(rect.left() + 15.0, rect.center().y);
        let tick = Rect::from_center_size(center, vec2(TICK, TICK));
        let (fill, ring) = if self.slot.is_some() {
            (palette.accent, palette.accent)
        } else {
            (palette.background, palette.faint)
        };
        ui.painter()
            .rect(tick, 3.0, fill, Stroke::new(1.0, ring), StrokeKind::Inside);
        if self.slot.is_some() {
            let font = FontId::new(11.0, text::icon().resolve(ui.style()).family);
            let at = tick.center();
            let ink = palette.on_accent;
            ui.painter()
                .text(at, Align2::CENTER_CENTER, icons::CHECK, font, ink);
        }
    }

    /// True if something was left out.
    fn cell_ui(&self, ui: &Ui, column: RunsColumn, area: Rect) -> bool {
        let palette = ui.palette();
        let run = &self.found.run;
        let body = TextStyle::Body.resolve(ui.style());
        let mono = text::cell().resolve(ui.style());
        let (words, font, ink) = match column {
            RunsColumn::Name => {
                let font = if run.label() == run.short_id() {
                    mono
                } else {
                    body
                };
                (name::shown(&run.label()), font, palette.text)
            }
            RunsColumn::Status => (status(run), body, status_color(ui, run)),
            RunsColumn::Start => (self.start(), body, palette.secondary),
            RunsColumn::Took => (self.took(), body, palette.secondary),
            RunsColumn::Last => {
                let last = self.summary().and_then(|of| of.last);
                (shown(self.summary().is_some(), last), mono, palette.text)
            }
            RunsColumn::Best => (self.best_value(), mono, palette.text),
        };
        let faint = words == "n/a";
        let ink = if faint { palette.faint } else { ink };
        let mut room = area.shrink2(vec2(4.0, 0.0));
        if column == RunsColumn::Best && self.best {
            let icon = FontId::new(13.0, text::icon().resolve(ui.style()).family);
            let small = TextStyle::Small.resolve(ui.style());
            let star = pos2(room.left() + 5.0, room.center().y);
            let painter = ui.painter();
            painter.text(
                star,
                Align2::CENTER_CENTER,
                icons::STAR,
                icon,
                palette.accent,
            );
            let at = pos2(room.left() + 14.0, room.center().y);
            let best = painter.text(at, Align2::LEFT_CENTER, "best", small, palette.accent);
            room.min.x = best.right() + 4.0;
        }
        let (galley, cut) = name::fitted(ui, &words, &font, ink, room.width());
        let x = if is_right(column) {
            room.right() - galley.size().x
        } else {
            room.left()
        };
        let at = pos2(x, room.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, ink);
        cut
    }

    fn summary(&self) -> Option<&crate::engine::metrics::runs::Summary> {
        self.found.metrics.get(self.metric?.0)
    }

    fn best_value(&self) -> String {
        let best = self.metric.and_then(|(_, goal)| self.summary()?.best(goal));
        shown(best.is_some(), best)
    }

    /// `10 Nov 23:40`; of another year `10 Nov 2025`.
    fn start(&self) -> String {
        let Some(start) = self.found.run.start else {
            return "n/a".to_owned();
        };
        let text = time_text(start);
        let day = text.get(8..10).unwrap_or_default();
        let month: usize = text
            .get(5..7)
            .and_then(|month| month.parse().ok())
            .unwrap_or(1);
        let month = MONTHS
            .get(month.wrapping_sub(1))
            .copied()
            .unwrap_or_default();
        let (year, time) = (text.get(..4), text.get(11..16).unwrap_or_default());
        let day = day.trim_start_matches('0');
        match (self.now.map(Moment::date), year) {
            (Some(now), Some(year)) if !now.starts_with(year) => format!("{day} {month} {year}"),
            _ => format!("{day} {month} {time}"),
        }
    }

    fn took(&self) -> String {
        self.found
            .run
            .millis()
            .map_or("n/a".to_owned(), length_text)
    }

    fn spoken(&self) -> String {
        let run = &self.found.run;
        let mut parts = vec![name::shown(&run.label())];
        if let Some(group) = run.group() {
            parts.push(name::shown(group));
        }
        parts.push(status(run));
        parts.push(format!("started {}", self.start()));
        if let Some(millis) = run.millis() {
            parts.push(format!("took {}", length_text(millis)));
        }
        if let Some((key, _)) = self.metric {
            let last = self.summary().and_then(|of| of.last);
            let last = shown(self.summary().is_some(), last);
            let key = name::shown(key);
            parts.push(format!("{key} last {last}, best {}", self.best_value()));
            if self.best {
                parts.push(format!("the best run by {key}"));
            }
        }
        parts.retain(|part| !part.is_empty());
        parts.join(", ")
    }

    fn hover(&self, cut: bool) -> String {
        let run = &self.found.run;
        let mut lines = Vec::new();
        if cut || run.name.is_some() || run.short_id() != run.id {
            lines.push(name::shown(&run.label()));
            lines.push(format!("id {}", name::shown(&run.id)));
        }
        let of = |what: &str, text: Option<&str>| {
            text.map(|text| format!("{what} {}", name::shown(text)))
        };
        lines.extend(of("experiment", run.group()));
        lines.extend(of("by", run.user.as_deref()));
        lines.extend(run.start.map(|at| format!("started {} UTC", time_text(at))));
        lines.extend(run.end.map(|at| format!("ended {} UTC", time_text(at))));
        lines.join("\n")
    }
}

/// A value, or `n/a`; a metric that ended in NULL has neither.
fn shown(has: bool, value: Option<f64>) -> String {
    match value {
        Some(value) if has => value_text(value),
        _ => "n/a".to_owned(),
    }
}

/// The tracker's word in small letters.
fn status(run: &Run) -> String {
    let status = name::shown(run.status.as_deref().unwrap_or(" ")).to_lowercase();
    if run.deleted {
        format!("deleted {}", status.trim())
    } else {
        status.trim().to_owned()
    }
}

fn status_color(ui: &Ui, run: &Run) -> Color32 {
    let palette = ui.palette();
    match run.status.as_deref() {
        _ if run.deleted => palette.faint,
        Some("FAILED" | "KILLED") => palette.danger,
        Some("RUNNING") => palette.accent,
        _ => palette.secondary,
    }
}
