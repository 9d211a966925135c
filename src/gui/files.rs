//! The system's file chooser, behind a trait so that tests open none.

use std::{path::PathBuf, pin::Pin};

/// The person's answer, when it comes.
pub type Picked = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send>>;

/// Asks for a file. `None` is both "cancelled" and "no chooser on this system", so a path can always be typed too.
pub trait FilePicker {
    fn pick(&self, title: &str) -> Picked;
}

/// The desktop's own dialog.
pub struct SystemFiles;

impl SystemFiles {
    /// Asks where a new file is to be.
    pub fn pick_new(title: &str, name: &str) -> Picked {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title(title)
            .set_file_name(name)
            .save_file();
        Box::pin(async move { dialog.await.map(|file| file.path().to_owned()) })
    }
}

impl FilePicker for SystemFiles {
    fn pick(&self, title: &str) -> Picked {
        let dialog = rfd::AsyncFileDialog::new().set_title(title).pick_file();
        Box::pin(async move { dialog.await.map(|file| file.path().to_owned()) })
    }
}
