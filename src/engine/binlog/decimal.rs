//! DECIMAL as the servers store it → its text.
//!
//! Nine digits take four bytes; what is left over at either end takes as few as it can. The whole is stored so that
//! it sorts as bytes: the first bit is flipped, and of a negative number every bit.

use super::bytes::{Malformed, Reader};
use crate::engine::digits;

/// The most digits that a DECIMAL has; JSON may hold a few more than a column.
const MAX_DIGITS: u8 = 81;
/// Bytes that so many digits take.
const BYTES: [u8; 10] = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];
const POWERS: [u32; 10] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
];

/// Bytes that a column takes; `None` where no column has such digits.
pub(super) fn size(precision: u8, scale: u8) -> Option<usize> {
    if precision == 0 || precision > MAX_DIGITS {
        return None;
    }
    let whole = precision.checked_sub(scale)?;
    let bytes =
        |digits: u8| usize::from(digits / 9) * 4 + usize::from(BYTES[usize::from(digits % 9)]);
    Some(bytes(whole) + bytes(scale))
}

/// Append the text of a number, with all `scale` digits after the point. With `zerofill`, also all those before it.
pub(super) fn write(
    bytes: &[u8],
    precision: u8,
    scale: u8,
    zerofill: bool,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    const WRONG: Malformed = Malformed("a DECIMAL that is none");
    if size(precision, scale) != Some(bytes.len()) {
        return Err(WRONG);
    }
    let (Some(first), whole) = (bytes.first(), precision - scale) else {
        return Err(WRONG);
    };
    let flip = if first & 0x80 == 0 { !0 } else { 0 };
    if flip != 0 {
        out.push(b'-');
    }
    let mut reader = Reader::new(bytes);
    let mut sign = 0x80_u8;
    let mut group = |digits: u8| -> Result<u32, Malformed> {
        let mut number = 0;
        for byte in reader.take(usize::from(BYTES[usize::from(digits)]))? {
            number = number << 8 | u32::from(byte ^ flip ^ std::mem::take(&mut sign));
        }
        if number < POWERS[usize::from(digits)] {
            Ok(number)
        } else {
            Err(WRONG)
        }
    };
    let start = out.len();
    let put = |out: &mut Vec<u8>, number: u32, digits: u8, leading: bool| {
        if leading && out.len() == start {
            if number != 0 {
                digits::uint(out, number.into(), 0);
            }
        } else if digits > 0 {
            digits::uint(out, number.into(), digits);
        }
    };
    let leading = !zerofill;
    put(out, group(whole % 9)?, whole % 9, leading);
    for _ in 0..whole / 9 {
        put(out, group(9)?, 9, leading);
    }
    if out.len() == start {
        out.push(b'0');
    }
    if scale > 0 {
        out.push(b'.');
        for _ in 0..scale / 9 {
            put(out, group(9)?, 9, false);
        }
        put(out, group(scale % 9)?, scale % 9, false);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(bytes: &[u8], precision: u8, scale: u8) -> String {
        let mut out = Vec::new();
        write(bytes, precision, scale, false, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_have_all_their_digits() {
        // DECIMAL(14,4), from the manual's own example of the format: 1234567890.1234 and its negative.
        let bytes = [0x81, 0x0d, 0xfb, 0x38, 0xd2, 0x04, 0xd2];
        assert_eq!(text(&bytes, 14, 4), "1234567890.1234");
        let negative = bytes.map(|byte| !byte);
        assert_eq!(text(&negative, 14, 4), "-1234567890.1234");
        assert_eq!(text(&[0x80, 0, 0], 5, 2), "0.00");
        assert_eq!(text(&[0x80], 1, 0), "0");
        assert_eq!(text(&[0x80, 0x07], 4, 4), "0.0007");
    }

    #[test]
    fn zerofill_keeps_the_zeros_before_the_point() {
        let mut out = Vec::new();
        write(&[0x80, 7, 5], 5, 2, true, &mut out).unwrap();
        assert_eq!(out, b"007.05");
    }

    #[test]
    fn digits_that_are_none_are_refused() {
        let mut out = Vec::new();
        assert!(write(&[0xff, 0xff, 0xff], 5, 2, false, &mut out).is_err());
        assert!(write(&[0x80, 0], 5, 2, false, &mut out).is_err());
        assert_eq!(size(2, 3), None);
        assert_eq!(size(0, 0), None);
        assert_eq!(size(65, 30), Some(30));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_number_or_malformed(bytes: Vec<u8>, precision: u8, scale: u8, zerofill: bool) {
            let mut out = Vec::new();
            write(&bytes, precision, scale, zerofill, &mut out).ok();
            prop_assert!(out.len() <= 90);
        }
    }
}
