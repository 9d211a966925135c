//! One value of a CSV file (RFC 4180, with LF).

/// Whether a text with this byte must stand in quotes.
pub(crate) fn is_special(byte: u8) -> bool {
    matches!(byte, b',' | b'"' | b'\n' | b'\r')
}

/// Append a text, in quotes where it needs them. An empty one has them too: without, it would be NULL.
pub(crate) fn text(out: &mut Vec<u8>, text: &[u8]) {
    if !text.is_empty() && !text.iter().copied().any(is_special) {
        return out.extend_from_slice(text);
    }
    out.push(b'"');
    for part in text.split_inclusive(|byte| *byte == b'"') {
        out.extend_from_slice(part);
        if part.ends_with(b"\"") {
            out.push(b'"');
        }
    }
    out.push(b'"');
}
