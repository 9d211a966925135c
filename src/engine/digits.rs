//! Numbers and bytes → digits, into a byte buffer: the same text as [`value::write_text`], without a `String` on
//! the way.

use super::value::{self, Cell, Kind};

const PAIRS: &[u8; 200] = b"0001020304050607080910111213141516171819\
2021222324252627282930313233343536373839\
4041424344454647484950515253545556575859\
6061626364656667686970717273747576777879\
8081828384858687888990919293949596979899";

/// A signed integer.
pub(crate) fn int(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    uint(out, value.unsigned_abs(), 0);
}

/// An unsigned integer with at least `zeros` digits.
pub(crate) fn uint(out: &mut Vec<u8>, mut value: u64, zeros: u8) {
    // The longest number has 20 digits.
    let mut text = [b'0'; 20];
    let mut at = text.len();
    while value >= 100 {
        let pair = (value % 100) as usize * 2;
        value /= 100;
        at -= 2;
        text[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    }
    if value >= 10 {
        let pair = value as usize * 2;
        at -= 2;
        text[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    } else {
        at -= 1;
        text[at] = b'0' + value as u8;
    }
    let digits = &text[at..];
    for _ in digits.len()..usize::from(zeros) {
        out.push(b'0');
    }
    out.extend_from_slice(digits);
}

/// A FLOAT; `scratch` saves an allocation.
pub(crate) fn float(out: &mut Vec<u8>, value: f32, scratch: &mut String) {
    scratch.clear();
    value::write_text(scratch, Cell::Float(value), Kind::Float);
    out.extend_from_slice(scratch.as_bytes());
}

/// A DOUBLE; `scratch` saves an allocation.
pub(crate) fn double(out: &mut Vec<u8>, value: f64, scratch: &mut String) {
    scratch.clear();
    value::write_text(scratch, Cell::Double(value), Kind::Double);
    out.extend_from_slice(scratch.as_bytes());
}

/// `0x` and two digits a byte.
pub(crate) fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.extend_from_slice(b"0x");
    out.extend(bytes.iter().flat_map(|byte| {
        [
            DIGITS[usize::from(byte >> 4)],
            DIGITS[usize::from(byte & 15)],
        ]
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_have_the_text_that_values_have_everywhere() {
        let mut values = vec![0, u64::MAX];
        for shift in 0..64 {
            values.extend([1 << shift, (1 << shift) - 1]);
        }
        values.extend((0..20).flat_map(|power| [10_u64.pow(power), 10_u64.pow(power) - 1]));
        for value in values {
            for zerofill in [0, 1, 4, 20, 255] {
                assert_eq!(
                    written(|out| uint(out, value, zerofill)),
                    value::text(Cell::UInt(value), Kind::UInt { zerofill })
                );
            }
            for signed in [value.cast_signed(), value.cast_signed().wrapping_neg()] {
                assert_eq!(
                    written(|out| int(out, signed)),
                    value::text(Cell::Int(signed), Kind::Int)
                );
            }
        }
    }

    #[test]
    fn bytes_have_the_text_that_values_have_everywhere() {
        let all: Vec<u8> = (0..=255).collect();
        for bytes in [&all[..], &[]] {
            assert_eq!(
                written(|out| hex(out, bytes)),
                value::text(Cell::Binary(bytes), Kind::Binary)
            );
        }
    }
}
