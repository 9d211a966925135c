//! Percent-encoding, for the parts of a URL.

use crate::engine::{Error, Result};

/// The text that was encoded; the error names the part that it is, and nothing of it.
pub(super) fn decode(text: &str, part: &str) -> Result<String> {
    let wrong = || {
        Error::Invalid(format!(
            "the {part} has a % that two hex digits must follow"
        ))
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || {
                let digit = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(digit).ok()
            };
            let (Some(high), Some(low)) = (digit(), digit()) else {
                return Err(wrong());
            };
            bytes.push(high << 4 | low);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes)
        .map_err(|_| Error::Invalid(format!("the {part} is not UTF-8 once decoded")))
}

/// Everything but letters, digits and `-._~` as `%` and two digits.
pub(super) fn encode(text: &str) -> String {
    encode_keeping(text, "")
}

/// The same, but for these ASCII characters.
pub(super) fn encode_keeping(text: &str, keep: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || (c.is_ascii() && keep.contains(c)) {
            encoded.push(c);
        } else {
            encoded.push('%');
            for digit in [byte >> 4, byte & 15] {
                let digit = char::from_digit(digit.into(), 16);
                encoded.extend(digit.map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_read_again_and_what_is_broken_is_not_repeated() {
        let text = "a@b:/?#% é日";
        assert_eq!(decode(&encode(text), "user").unwrap(), text);
        assert_eq!(encode_keeping("a/b", "/"), "a/b");
        for broken in ["secret%", "secret%4", "secret%zz", "secret%ff"] {
            let error = decode(broken, "password").unwrap_err().to_string();
            assert!(
                error.contains("password") && !error.contains("secret"),
                "{error}"
            );
        }
    }
}
