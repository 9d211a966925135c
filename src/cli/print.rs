//! The only place that prints. Data goes to stdout; what is said about it goes to stderr, one line each, with
//! nothing in it that could move a terminal's cursor.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
};

use super::Failure;
use crate::engine::visible;

/// What is said on stderr.
enum Tone {
    Error,
    Warning,
    Note,
    Hint,
}

/// Say what failed, and what to try.
pub fn failure(failure: &Failure) {
    if let Some(message) = failure.message() {
        say(&Tone::Error, &message);
    }
    if let Some(hint) = failure.hint() {
        say(&Tone::Hint, &hint);
    }
}

/// Say what may not be as it should.
pub fn warning(text: &str) {
    say(&Tone::Warning, text);
}

/// Say what is good to know.
pub fn note(text: &str) {
    say(&Tone::Note, text);
}

/// Say what to try.
pub(super) fn hint(text: &str) {
    say(&Tone::Hint, text);
}

/// Data, whole, to stdout.
pub fn data(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::writing("standard output", &error))
}

/// Is a person looking at stdout?
pub(super) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// May data on stdout have colours?
pub(super) fn is_coloured_data() -> bool {
    is_terminal() && takes_colours()
}

/// Log what is done to stderr. Only Porthole's own words: the libraries below would log SQL and addresses.
pub fn start_log(frames: bool) {
    let level = if frames {
        "off,porthole=trace"
    } else {
        "off,porthole=debug"
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(level))
        .with_writer(io::stderr)
        .with_ansi(is_coloured())
        .init();
}

fn say(tone: &Tone, text: &str) {
    let (label, colour) = match tone {
        Tone::Error => ("error", "31"),
        Tone::Warning => ("warning", "33"),
        Tone::Note => ("note", "36"),
        Tone::Hint => ("hint", "32"),
    };
    // A statement to copy (the better account) keeps its lines.
    let text = text.lines().map(visible::line).collect::<Vec<_>>();
    let text = text.join("\n      ");
    let line = if is_coloured() {
        format!("\u{1b}[1;{colour}m{label}:\u{1b}[0m {text}\n")
    } else {
        format!("{label}: {text}\n")
    };
    // Where stderr is closed, nobody can be told so either.
    io::stderr().write_all(line.as_bytes()).ok();
}

/// Colours are for terminals.
fn is_coloured() -> bool {
    io::stderr().is_terminal() && takes_colours()
}

/// They are not for those who said NO_COLOR (no-color.org).
fn takes_colours() -> bool {
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && env::var_os("TERM").is_none_or(|term| term != "dumb")
}
