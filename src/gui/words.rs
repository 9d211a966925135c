//! Text, icon and keys of something that can be asked for.

use std::borrow::Cow;

use egui::{Key, KeyboardShortcut, Modifiers};

/// How a command, or anything else with a button, is shown.
pub struct Words {
    pub text: Cow<'static, str>,
    pub icon: &'static str,
    pub shortcut: Option<KeyboardShortcut>,
}

impl Words {
    pub fn new(icon: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            text: text.into(),
            icon,
            shortcut: None,
        }
    }

    /// The keys, as people read them: `Ctrl+K`.
    pub fn keys(&self) -> Option<String> {
        let KeyboardShortcut {
            modifiers,
            logical_key,
        } = self.shortcut?;
        let names = egui::ModifierNames::NAMES;
        let modifiers = names.format(&modifiers, cfg!(target_os = "macos"));
        let key = logical_key.symbol_or_name();
        Some(if modifiers.is_empty() {
            key.to_owned()
        } else {
            format!("{modifiers}+{key}")
        })
    }

    /// With keys of its own.
    #[must_use]
    pub fn key(self, modifiers: Modifiers, key: Key) -> Self {
        Self {
            shortcut: Some(KeyboardShortcut::new(modifiers, key)),
            ..self
        }
    }
}
