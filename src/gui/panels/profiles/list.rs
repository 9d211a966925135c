//! The list at the left: each profile with its environment, its address and its state, in colour and in words.

use egui::{
    Align2, Color32, Frame, Margin, Response, Role, Sense, StrokeKind, TextStyle, Ui, WidgetInfo,
    pos2, text::LayoutJob, vec2,
};

use super::{ProfilesPanel, draft::Draft};
use crate::{
    engine::profiles::{Environment, ProfileId, ProfileName},
    gui::{
        command::{Ask as _, ProfilesCommand},
        context::PanelContext,
        icons,
        state::SessionStatus,
        theme::{PaletteExt as _, SELECTION_RADIUS, SPACE, text},
    },
};

/// Two lines and their space.
const ROW_HEIGHT: f32 = 44.0;

/// How a profile stands, from the list's view.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Closed,
    Connecting,
    Open,
    Unreachable,
}

impl Standing {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Connecting => "connecting",
            Self::Open => "open",
            Self::Unreachable => "unreachable",
        }
    }

    pub(super) fn icon(self) -> &'static str {
        match self {
            Self::Closed => icons::PLUG,
            Self::Connecting => icons::CIRCLE_NOTCH,
            Self::Open => icons::PLUGS_CONNECTED,
            Self::Unreachable => icons::WARNING,
        }
    }

    pub(super) fn color(self, ui: &Ui) -> Color32 {
        let palette = ui.palette();
        match self {
            Self::Closed | Self::Connecting => palette.faint,
            Self::Open => palette.good,
            Self::Unreachable => palette.danger,
        }
    }
}

struct Row {
    id: ProfileId,
    name: String,
    environment: Environment,
    address: String,
    /// Typed and not saved.
    edited: bool,
}

pub(super) fn frame(ui: &Ui) -> Frame {
    Frame::new()
        .fill(ui.palette().panel)
        .inner_margin(Margin::same(8))
}

impl ProfilesPanel {
    pub(super) fn standing(&self, id: &ProfileId, cx: &PanelContext<'_>) -> Standing {
        match cx.state.sessions.get(id).map(|open| &open.status) {
            Some(SessionStatus::Connected) => Standing::Open,
            Some(SessionStatus::Connecting) => Standing::Connecting,
            Some(SessionStatus::Lost(_)) => Standing::Unreachable,
            None if self.failures.contains_key(id) => Standing::Unreachable,
            None => Standing::Closed,
        }
    }

    pub(super) fn list_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.horizontal(|ui| {
            ui.label(egui::RichText::new("Profiles").text_style(TextStyle::Heading));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.add(ProfilesCommand::New.button().icon_only()).clicked() {
                    cx.commands.push(ProfilesCommand::New);
                }
            });
        });
        ui.add_space(SPACE[0]);
        egui::ScrollArea::vertical()
            .auto_shrink(false)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                for row in self.rows() {
                    let standing = self.standing(&row.id, cx);
                    let selected = self.selected.as_ref() == Some(&row.id);
                    let response = row_ui(ui, &row, standing, selected);
                    if response.clicked() {
                        cx.commands.push(ProfilesCommand::Show(row.id.clone()));
                    }
                    if response.double_clicked() && standing == Standing::Closed && !row.edited {
                        cx.commands.push(ProfilesCommand::Connect(row.id));
                    }
                }
            });
    }

    fn rows(&self) -> Vec<Row> {
        let known = self.saved.iter().chain(&self.given);
        let mut rows: Vec<_> = known
            .map(|profile| Row {
                id: profile.id.clone(),
                name: profile.name.to_string(),
                environment: profile.environment,
                address: profile.address.to_string(),
                edited: self.is_edited(&profile.id),
            })
            .collect();
        let new = self
            .drafts
            .values()
            .filter(|draft| self.known(&draft.id).is_none());
        rows.extend(new.map(new_row));
        rows
    }

    /// Something is typed that is not saved.
    pub(super) fn is_edited(&self, id: &ProfileId) -> bool {
        match (self.drafts.get(id), self.known(id)) {
            (Some(draft), Some(profile)) => !draft.is_unchanged(profile),
            (draft, _) => draft.is_some(),
        }
    }
}

fn new_row(draft: &Draft) -> Row {
    let name = ProfileName::new(&draft.name).unwrap_or_default();
    Row {
        id: draft.id.clone(),
        name: name.to_string(),
        environment: draft.environment,
        address: "not saved yet".to_owned(),
        edited: true,
    }
}

fn row_ui(ui: &mut Ui, row: &Row, standing: Standing, selected: bool) -> Response {
    let palette = ui.palette();
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    let state = if row.edited {
        "edited"
    } else {
        standing.word()
    };
    let environment = row.environment.name();
    let spoken = format!("{}, {environment}, {state}", row.name);
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), selected, &spoken));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let painter = ui.painter();
    let fill = match (selected, response.hovered()) {
        (true, _) => palette.selection,
        (false, true) => palette.raised,
        (false, false) => Color32::TRANSPARENT,
    };
    painter.rect_filled(rect, SELECTION_RADIUS, fill);
    if response.has_focus() {
        painter.rect_stroke(rect, SELECTION_RADIUS, palette.focus(), StrokeKind::Inside);
    }
    let (upper, lower) = (rect.top() + 14.0, rect.top() + 31.0);
    let left = rect.left() + 26.0;
    let right = rect.right() - 8.0;
    painter.circle_filled(
        pos2(rect.left() + 13.0, upper),
        4.0,
        palette.environment(row.environment),
    );

    let small = TextStyle::Small.resolve(ui.style());
    let mark = if row.edited {
        (icons::PENCIL_SIMPLE.to_owned(), palette.secondary)
    } else if standing == Standing::Closed {
        (String::new(), palette.faint)
    } else {
        (format!("{} {state}", standing.icon()), standing.color(ui))
    };
    let mark_rect = painter.text(
        pos2(right, lower),
        Align2::RIGHT_CENTER,
        mark.0,
        small.clone(),
        mark.1,
    );

    // The hairline of contrast on the selection asks for the darker ink.
    let faint = if selected {
        palette.secondary
    } else {
        palette.faint
    };
    let name = text::strong().resolve(ui.style());
    for (text, font, ink, y, end) in [
        (row.name.clone(), name, palette.text, upper, right),
        (
            format!("{environment} · {}", row.address),
            small,
            faint,
            lower,
            mark_rect.left() - SPACE[1],
        ),
    ] {
        let mut job = LayoutJob::simple_singleline(text, font, ink);
        job.wrap = egui::text::TextWrapping::truncate_at_width((end - left).max(0.0));
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        let at = pos2(left, y - galley.size().y / 2.0);
        painter.galley(at, galley, ink);
    }
    response
}
