//! A value as a member of a JSON object: integers, floats and BIT are numbers with all their digits; binary is
//! base64; everything else is a string with the server's exact text, JSON columns too: a reader's parser may not
//! keep what the server keeps.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    digits,
    value::{Cell, Kind},
};

/// Append a value; `scratch` saves an allocation.
pub(crate) fn write(out: &mut Vec<u8>, cell: Cell<'_>, kind: Kind, scratch: &mut String) {
    match cell {
        Cell::Null => out.extend_from_slice(b"null"),
        Cell::Int(value) => digits::int(out, value),
        Cell::UInt(value) if kind == Kind::Year => {
            out.push(b'"');
            digits::uint(out, value, 4);
            out.push(b'"');
        }
        Cell::UInt(value) => digits::uint(out, value, 0),
        Cell::Text(bytes) => text(out, bytes),
        // Neither server stores them; a JSON number they could not be.
        Cell::Float(value) if !value.is_finite() => out.extend_from_slice(b"null"),
        Cell::Double(value) if !value.is_finite() => out.extend_from_slice(b"null"),
        Cell::Float(value) => digits::float(out, value, scratch),
        Cell::Double(value) => digits::double(out, value, scratch),
        Cell::Binary(bytes) => {
            out.push(b'"');
            // A large value is not made twice.
            let start = out.len();
            let length = base64::encoded_len(bytes.len(), true).expect("it fits into memory");
            out.resize(start + length, 0);
            STANDARD
                .encode_slice(bytes, &mut out[start..])
                .expect("there is as much room as was asked for");
            out.push(b'"');
        }
    }
}

/// Append text with its quotes; what is no UTF-8 becomes U+FFFD.
fn text(out: &mut Vec<u8>, bytes: &[u8]) {
    if any(bytes, |byte| is_special(byte) || !byte.is_ascii()) {
        string(out, &utf8(bytes));
    } else {
        out.push(b'"');
        out.extend_from_slice(bytes);
        out.push(b'"');
    }
}

/// Append a string with its quotes; the bytes are UTF-8.
pub(crate) fn string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    if any(text, is_special) {
        for part in text.split_inclusive(|byte| is_special(*byte)) {
            match part.split_last() {
                Some((last, before)) if is_special(*last) => {
                    out.extend_from_slice(before);
                    escape(out, *last);
                }
                _ => out.extend_from_slice(part),
            }
        }
    } else {
        out.extend_from_slice(text);
    }
    out.push(b'"');
}

/// Whether a byte cannot stand in a string as it is.
pub(crate) fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Like `Iterator::any`, in steps that the compiler turns into vector instructions.
pub(crate) fn any(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> bool {
    bytes.chunks(64).any(|chunk| {
        chunk
            .iter()
            .fold(false, |found, byte| found | wanted(*byte))
    })
}

/// The bytes as UTF-8; what is none becomes U+FFFD.
pub(crate) fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    // Much quicker than looking for what is none.
    if std::str::from_utf8(bytes).is_ok() {
        return Cow::Borrowed(bytes);
    }
    Cow::Owned(String::from_utf8_lossy(bytes).into_owned().into_bytes())
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
    }
}
