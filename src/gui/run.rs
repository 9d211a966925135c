//! Opens the window.

use std::{path::PathBuf, sync::Arc};

use eframe::{NativeOptions, Renderer};
use egui::ViewportBuilder;

use super::{app::App, saved};
use crate::{
    engine::{
        Result,
        profiles::{Target, secrets::Passwords, store::Store},
    },
    worker::Worker,
};

/// Names the window's program to the desktop.
const APP_ID: &str = "porthole";

/// How the window is opened.
pub struct WindowOptions {
    pub store: Store,
    pub passwords: Passwords,
    /// Where the window's state is kept; `None` keeps nothing.
    pub folder: Option<PathBuf>,
    /// Connect to it at once.
    pub connect: Option<Target>,
    /// A text for the editor; its first statement runs as soon as that connection is open.
    pub ask: Option<&'static str>,
}

impl WindowOptions {
    /// The platform's folders and keyring, or what the environment puts in their place.
    pub fn of_system() -> Result<Self> {
        Ok(Self {
            store: Store::open_default()?,
            passwords: Passwords::system(),
            folder: saved::folder(),
            connect: None,
            ask: None,
        })
    }
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    #[error(
        "no display: neither DISPLAY nor WAYLAND_DISPLAY names a screen that can be used; the command line \
         works without one (porthole --help)"
    )]
    NoDisplay(#[source] eframe::Error),
    #[error(
        "the window cannot be opened: {0}; with a broken graphics driver, LIBGL_ALWAYS_SOFTWARE=1 may help"
    )]
    Graphics(#[source] eframe::Error),
}

/// Open the window and stay until it is closed.
pub fn run(options: WindowOptions) -> Result<(), WindowError> {
    let native = NativeOptions {
        renderer: Renderer::Glow,
        viewport: ViewportBuilder::default()
            .with_title("Porthole")
            .with_app_id(APP_ID)
            .with_icon(Arc::new(icon()))
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([800.0, 560.0]),
        persistence_path: options
            .folder
            .as_deref()
            .map(|folder| folder.join("egui.ron")),
        ..NativeOptions::default()
    };
    let opened = eframe::run_native(
        APP_ID,
        native,
        Box::new(move |cc| {
            let ctx = cc.egui_ctx.clone();
            let worker = Worker::new(move || ctx.request_repaint())?;
            Ok(Box::new(App::new(&cc.egui_ctx, worker, options)))
        }),
    );
    opened.map_err(|error| match error {
        eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_) => WindowError::NoDisplay(error),
        error => WindowError::Graphics(error),
    })
}

fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png"))
        .expect("the icon is a file of this package")
}
