//! Opens the window.

use std::sync::Arc;

use eframe::{NativeOptions, Renderer};
use egui::ViewportBuilder;

use super::{
    app::{App, TITLE},
    options::WindowOptions,
};
use crate::worker::Worker;

/// Names the window's program to the desktop.
const APP_ID: &str = "porthole";

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
            .with_title(TITLE)
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
