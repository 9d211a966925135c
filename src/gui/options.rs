//! What a window is opened with.

use std::path::PathBuf;

use super::saved;
use crate::engine::{
    Result,
    binlog::source::live::Program,
    profiles::{Target, secrets::Passwords, store::Store},
};

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
    /// The program that holds the connection to a binary log; `None` where this one does.
    pub reader: Option<Program>,
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
            reader: None,
        })
    }
}
