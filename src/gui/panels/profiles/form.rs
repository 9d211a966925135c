//! The form: every setting with its label, what it means where that is not plain, and what is wrong beside it.

use egui::{ComboBox, Id, Response, RichText, TextEdit, Ui, vec2};

use super::{
    answer::{marked_ui, sentence},
    draft::{Draft, Reach},
};
use crate::{
    engine::{
        Error,
        profiles::{
            Environment, PasswordSource, TlsMode,
            check::{Field, Problem},
            secrets::SecretError,
        },
    },
    gui::{
        command::{Ask as _, ProfilesCommand},
        context::PanelContext,
        icons,
        theme::{CONTROL_HEIGHT, PaletteExt as _, SPACE},
        widgets::{
            button::Button,
            choice::{check_box_ui, radio_ui},
        },
        words::Words,
    },
};

const LABEL_WIDTH: f32 = 150.0;
const FIELD_WIDTH: f32 = 340.0;
const NUMBER_WIDTH: f32 = 90.0;

/// What the form shows beside what is typed.
pub(super) struct Beside<'a> {
    pub(super) problems: &'a [Problem],
    /// What the keyring said when it was last checked.
    pub(super) keyring: Option<&'a Result<(), SecretError>>,
    /// The last request for a file chooser was answered by nobody.
    pub(super) no_chooser: bool,
    /// Not saved yet: a URL is offered first.
    pub(super) is_new: bool,
    /// Drawn for the first time.
    pub(super) is_begun: bool,
}

pub(super) fn form_ui(ui: &mut Ui, draft: &mut Draft, beside: &Beside<'_>, cx: &PanelContext<'_>) {
    ui.spacing_mut().item_spacing = vec2(SPACE[1], 6.0);
    ui.add_space(SPACE[0]);
    if beside.is_new {
        let url = url_ui(ui, draft, cx);
        if beside.is_begun {
            url.request_focus();
        }
    }
    server_ui(ui, draft, beside, cx);
    account_ui(ui, draft, beside, cx);
    encryption_ui(ui, draft, beside, cx);
    read_only_ui(ui, draft);
    fold_ui(
        ui,
        "Limits, time zone and connections",
        beside,
        &LIMITS,
        |ui| {
            limits_ui(ui, draft, beside);
        },
    );
    fold_ui(ui, "What the schema list shows", beside, &BROWSING, |ui| {
        browsing_ui(ui, draft, beside);
    });
    if !beside.is_new {
        fold_ui(ui, "Fill in from a URL", beside, &[], |ui| {
            url_ui(ui, draft, cx);
        });
    }
}

const LIMITS: [Field; 8] = [
    Field::ConnectTimeout,
    Field::ReadTimeout,
    Field::StatementLimit,
    Field::RowLimit,
    Field::TimeZone,
    Field::PoolMin,
    Field::PoolMax,
    Field::PoolRecycle,
];

const BROWSING: [Field; 2] = [Field::IncludeDatabases, Field::ExcludeTables];

fn url_ui(ui: &mut Ui, draft: &mut Draft, cx: &PanelContext<'_>) -> Response {
    let field = row_ui(ui, "URL", |ui, label| {
        let field =
            text_edit(&mut draft.url, FIELD_WIDTH).hint_text("mysql://user@host:3306/database");
        let response = ui.add(field).labelled_by(label);
        if response.changed() {
            draft.url_error = None;
        }
        let entered =
            response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let fill = ui.add_enabled(
            !draft.url.trim().is_empty(),
            ProfilesCommand::FillFromUrl.button(),
        );
        if fill.clicked() || (entered && !draft.url.trim().is_empty()) {
            cx.commands.push(ProfilesCommand::FillFromUrl);
        }
        response
    });
    if let Some(error) = &draft.url_error {
        below_ui(ui, |ui| problem_ui(ui, error));
    }
    field
}

fn server_ui(ui: &mut Ui, draft: &mut Draft, beside: &Beside<'_>, cx: &PanelContext<'_>) {
    section_ui(ui, "Server");
    text_row_ui(ui, Field::Name, &mut draft.name, "", beside);
    row_ui(ui, "Environment", |ui, _| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            for environment in Environment::ALL {
                let color = ui.palette().environment(environment);
                let (dot, _) =
                    ui.allocate_exact_size(vec2(10.0, CONTROL_HEIGHT), egui::Sense::hover());
                ui.painter().circle_filled(dot.center(), 4.0, color);
                radio_ui(
                    ui,
                    &mut draft.environment,
                    environment,
                    sentence(environment.name()),
                );
                ui.add_space(SPACE[2]);
            }
        });
    });
    row_ui(ui, "Reached by", |ui, _| {
        ui.spacing_mut().item_spacing.x = SPACE[3];
        radio_ui(ui, &mut draft.reach, Reach::Tcp, "Host and port");
        radio_ui(
            ui,
            &mut draft.reach,
            Reach::Socket,
            "Unix socket of this machine",
        );
    });
    match draft.reach {
        Reach::Tcp => {
            text_row_ui(ui, Field::Host, &mut draft.host, "db.example.com", beside);
            number_row_ui(ui, Field::Port, &mut draft.port, "", beside);
        }
        Reach::Socket => {
            let hint = "/run/mysqld/mysqld.sock";
            path_row_ui(ui, Field::Socket, &mut draft.socket, hint, beside, cx);
        }
    }
}

fn account_ui(ui: &mut Ui, draft: &mut Draft, beside: &Beside<'_>, cx: &PanelContext<'_>) {
    section_ui(ui, "Account");
    text_row_ui(ui, Field::User, &mut draft.user, "", beside);
    row_ui(ui, "Password", |ui, label| {
        let id = Id::unique(("password shown", &draft.id.0));
        let mut shown = ui.data(|data| data.get_temp(id).unwrap_or(false));
        password_ui(ui, &mut draft.password, &mut shown, label);
        ui.data_mut(|data| data.insert_temp(id, shown));
    });
    below_ui(ui, |ui| {
        source_ui(ui, &mut draft.source, beside.keyring, cx);
    });
    text_row_ui(ui, Field::Database, &mut draft.database, "none", beside);
}

/// A masked field, and an eye that shows what is in it.
pub(super) fn password_ui(ui: &mut Ui, text: &mut String, shown: &mut bool, label: Id) -> Response {
    ui.horizontal(|ui| {
        let field = ui
            .add(text_edit(text, FIELD_WIDTH).password(!*shown))
            .labelled_by(label);
        let (icon, words) = if *shown {
            (icons::EYE_SLASH, "Hide password")
        } else {
            (icons::EYE, "Show password")
        };
        let eye = Button::of(Words::new(icon, words)).icon_only();
        if ui.add(eye).clicked() {
            *shown = !*shown;
        }
        field
    })
    .inner
}

/// Where the password is kept, and what the keyring said about it.
pub(super) fn source_ui(
    ui: &mut Ui,
    source: &mut PasswordSource,
    keyring: Option<&Result<(), SecretError>>,
    cx: &PanelContext<'_>,
) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = SPACE[3];
        for (choice, words) in [
            (PasswordSource::Keyring, "Keep it in the keyring"),
            (PasswordSource::Memory, "Until Porthole ends"),
            (PasswordSource::Ask, "Ask each time"),
        ] {
            let response = radio_ui(ui, source, choice, words);
            if response.clicked() && choice == PasswordSource::Keyring {
                // Whether it works is known only by trying.
                cx.commands.push(ProfilesCommand::CheckKeyring);
            }
        }
    });
    if let (PasswordSource::Keyring, Some(Err(error))) = (*source, keyring) {
        let error = Error::from(error.clone());
        let words = sentence(&error.to_string());
        marked_ui(ui, icons::WARNING, ui.palette().warning, &words);
        note_ui(ui, &error.hint().unwrap_or_default());
    }
}

fn encryption_ui(ui: &mut Ui, draft: &mut Draft, beside: &Beside<'_>, cx: &PanelContext<'_>) {
    section_ui(ui, "Encryption");
    let usual = draft.default_tls_mode();
    let words = |mode: Option<TlsMode>| match mode {
        None => format!("Default for this address ({})", usual.name()),
        Some(mode) => mode.name().to_owned(),
    };
    row_ui(ui, "TLS mode", |ui, label| {
        let combo = ComboBox::from_id_salt("TLS mode")
            .selected_text(words(draft.tls_mode))
            .width(FIELD_WIDTH)
            .show_ui(ui, |ui| {
                ui.selectable_value(&mut draft.tls_mode, None, words(None));
                for mode in TlsMode::ALL {
                    ui.selectable_value(&mut draft.tls_mode, Some(mode), words(Some(mode)))
                        .on_hover_text(mode.meaning());
                }
            });
        combo.response.labelled_by(label);
    });
    let mode = draft.tls_mode.unwrap_or(usual);
    below_ui(ui, |ui| match mode {
        TlsMode::Disabled => marked_ui(ui, icons::LOCK_OPEN, ui.palette().warning, mode.meaning()),
        _ => note_ui(ui, mode.meaning()),
    });
    let hint = "the system's authorities";
    path_row_ui(ui, Field::CaFile, &mut draft.ca_file, hint, beside, cx);
    if !draft.ca_file.trim().is_empty() {
        below_ui(ui, |ui| {
            note_ui(
                ui,
                if mode.verifies() {
                    "Only the authorities in this file are trusted."
                } else {
                    "Used with VERIFY_CA and VERIFY_IDENTITY; this mode does not check the certificate."
                },
            );
        });
    }
    path_row_ui(
        ui,
        Field::ClientCertificate,
        &mut draft.client_certificate,
        "none",
        beside,
        cx,
    );
    path_row_ui(
        ui,
        Field::ClientKey,
        &mut draft.client_key,
        "none",
        beside,
        cx,
    );
    let hint = "the host; set it for a tunnel";
    text_row_ui(ui, Field::ServerName, &mut draft.server_name, hint, beside);
    if beside.no_chooser {
        below_ui(ui, |ui| {
            note_ui(
                ui,
                "No file chooser answered on this system. Type or paste the path.",
            );
        });
    }
}

/// What may run besides plain reading. There is no switch for more.
fn read_only_ui(ui: &mut Ui, draft: &mut Draft) {
    section_ui(ui, "Read-only");
    row_ui(ui, "Allow besides", |ui, _| {
        check_box_ui(
            ui,
            &mut draft.call_stored_functions,
            "Stored functions that are declared to read",
        );
    });
    below_ui(ui, |ui| {
        note_ui(
            ui,
            "READS SQL DATA or NO SQL. The server does not check what a function declares; its session stays read-only.",
        );
        check_box_ui(ui, &mut draft.check_tables, "CHECK TABLE");
        note_ui(
            ui,
            "It reads whole tables and holds them meanwhile, and marks a table that it finds damaged.",
        );
    });
}

fn limits_ui(ui: &mut Ui, draft: &mut Draft, beside: &Beside<'_>) {
    let endless = "s, 0 for no limit";
    number_row_ui(
        ui,
        Field::ConnectTimeout,
        &mut draft.connect_timeout,
        "s",
        beside,
    );
    number_row_ui(
        ui,
        Field::ReadTimeout,
        &mut draft.read_timeout,
        endless,
        beside,
    );
    number_row_ui(
        ui,
        Field::StatementLimit,
        &mut draft.statement_limit,
        endless,
        beside,
    );
    number_row_ui(
        ui,
        Field::RowLimit,
        &mut draft.row_limit,
        "rows at first, 0 for all",
        beside,
    );
    text_row_ui(
        ui,
        Field::TimeZone,
        &mut draft.time_zone,
        "+00:00 or Europe/Berlin",
        beside,
    );
    number_row_ui(ui, Field::PoolMin, &mut draft.pool_min, "when idle", beside);
    number_row_ui(ui, Field::PoolMax, &mut draft.pool_max, "", beside);
    number_row_ui(ui, Field::PoolRecycle, &mut draft.pool_recycle, "s", beside);
    if draft.host.trim().ends_with(".rds.amazonaws.com") && draft.pool_recycle.trim() != "1800" {
        below_ui(ui, |ui| {
            note_ui(
                ui,
                "This is an RDS host: with 1800 s, connections follow a failover sooner.",
            );
            if ui.link("Use 1800 s").clicked() {
                "1800".clone_into(&mut draft.pool_recycle);
            }
        });
    }
}

fn browsing_ui(ui: &mut Ui, draft: &mut Draft, beside: &Beside<'_>) {
    let databases = "one a line; empty for all";
    lines_row_ui(
        ui,
        Field::IncludeDatabases,
        &mut draft.include_databases,
        databases,
        beside,
    );
    let tables = "one a line: table or database.table,\n* for any characters";
    lines_row_ui(
        ui,
        Field::ExcludeTables,
        &mut draft.exclude_tables,
        tables,
        beside,
    );
}

fn section_ui(ui: &mut Ui, title: &str) {
    ui.add_space(SPACE[1]);
    ui.heading(title);
}

/// Opens by itself where a problem is inside.
fn fold_ui(
    ui: &mut Ui,
    title: &str,
    beside: &Beside<'_>,
    fields: &[Field],
    contents: impl FnOnce(&mut Ui),
) {
    ui.add_space(SPACE[1]);
    let wrong = beside
        .problems
        .iter()
        .any(|problem| fields.contains(&problem.field));
    egui::CollapsingHeader::new(RichText::new(title).heading())
        .id_salt(title)
        .open(wrong.then_some(true))
        .show_unindented(ui, contents);
}

/// A label, and its control at one line with all others.
fn row_ui<R>(ui: &mut Ui, label: &str, control: impl FnOnce(&mut Ui, Id) -> R) -> R {
    ui.horizontal(|ui| {
        let color = ui.palette().secondary;
        let size = vec2(LABEL_WIDTH, CONTROL_HEIGHT);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let label = ui
            .allocate_ui_with_layout(size, layout, |ui| {
                ui.set_min_width(LABEL_WIDTH);
                ui.label(RichText::new(label).color(color))
            })
            .inner;
        control(ui, label.id)
    })
    .inner
}

/// In the controls' column, below one.
fn below_ui(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.add_space(LABEL_WIDTH + SPACE[1]);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = SPACE[0];
            contents(ui);
        });
    });
}

fn note_ui(ui: &mut Ui, words: &str) {
    ui.label(RichText::new(words).small().color(ui.palette().secondary));
}

fn problem_ui(ui: &mut Ui, words: &str) {
    marked_ui(
        ui,
        icons::WARNING_CIRCLE,
        ui.palette().danger,
        &sentence(words),
    );
}

fn problems_ui(ui: &mut Ui, field: Field, beside: &Beside<'_>) {
    for problem in beside
        .problems
        .iter()
        .filter(|problem| problem.field == field)
    {
        below_ui(ui, |ui| problem_ui(ui, &problem.message));
    }
}

fn text_edit(text: &mut String, width: f32) -> TextEdit<'_> {
    TextEdit::singleline(text)
        .desired_width(width)
        .margin(egui::Margin::symmetric(8, 4))
        .align(egui::Align2::LEFT_CENTER)
        .min_size(vec2(0.0, CONTROL_HEIGHT))
}

fn text_row_ui(ui: &mut Ui, field: Field, text: &mut String, hint: &str, beside: &Beside<'_>) {
    row_ui(ui, field.label(), |ui, label| {
        ui.add(text_edit(text, FIELD_WIDTH).hint_text(hint.to_owned()))
            .labelled_by(label);
    });
    problems_ui(ui, field, beside);
}

fn number_row_ui(ui: &mut Ui, field: Field, text: &mut String, unit: &str, beside: &Beside<'_>) {
    row_ui(ui, field.label(), |ui, label| {
        ui.add(text_edit(text, NUMBER_WIDTH).align(egui::Align2::RIGHT_CENTER))
            .labelled_by(label);
        if !unit.is_empty() {
            ui.label(RichText::new(unit).color(ui.palette().faint));
        }
    });
    problems_ui(ui, field, beside);
}

fn lines_row_ui(ui: &mut Ui, field: Field, text: &mut String, hint: &str, beside: &Beside<'_>) {
    row_ui(ui, field.label(), |ui, label| {
        let edit = TextEdit::multiline(text)
            .desired_width(FIELD_WIDTH)
            .desired_rows(3)
            .margin(egui::Margin::symmetric(8, 4))
            .hint_text(hint.to_owned());
        ui.add(edit).labelled_by(label);
    });
    problems_ui(ui, field, beside);
}

fn path_row_ui(
    ui: &mut Ui,
    field: Field,
    text: &mut String,
    hint: &str,
    beside: &Beside<'_>,
    cx: &PanelContext<'_>,
) {
    row_ui(ui, field.label(), |ui, label| {
        ui.add(text_edit(text, FIELD_WIDTH).hint_text(hint.to_owned()))
            .labelled_by(label);
        let browse = ProfilesCommand::Browse(field);
        if ui.add(browse.button().icon_only()).clicked() {
            cx.commands.push(browse);
        }
    });
    problems_ui(ui, field, beside);
}
