//! A cursor over the bytes of an event that cannot leave them.
//!
//! Every number that a server sent is read here, so that no other file of the module indexes a slice. What does not
//! fit is [`Malformed`]; the place in the file is added by whoever knows it.

use std::fmt;

/// What is wrong with the bytes of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Malformed(pub &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Malformed {}

/// The bytes end before the value that they announce.
pub const SHORT: Malformed = Malformed("the event ends too early");

/// Reads from the front; numbers are little-endian, as both servers write them.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Start at the first byte.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// How many bytes have not been read.
    #[inline]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Whether all has been read.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `count` bytes.
    #[inline]
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err(SHORT);
        };
        self.rest = rest;
        Ok(taken)
    }

    /// The next `count` bytes, of which a server says how many they are in 64 bits.
    #[inline]
    pub fn take_u64(&mut self, count: u64) -> Result<&'a [u8], Malformed> {
        self.take(usize::try_from(count).map_err(|_| SHORT)?)
    }

    /// All that is left.
    #[inline]
    pub fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// Leave `count` bytes out.
    #[inline]
    pub fn skip(&mut self, count: usize) -> Result<(), Malformed> {
        self.take(count).map(|_| ())
    }

    /// The next `N` bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let Some((taken, rest)) = self.rest.split_first_chunk::<N>() else {
            return Err(SHORT);
        };
        self.rest = rest;
        Ok(*taken)
    }

    /// One byte.
    #[inline]
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// One byte with a sign.
    #[inline]
    pub fn i8(&mut self) -> Result<i8, Malformed> {
        self.array().map(i8::from_le_bytes)
    }

    /// Two bytes.
    #[inline]
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_le_bytes)
    }

    /// Two bytes with a sign.
    #[inline]
    pub fn i16(&mut self) -> Result<i16, Malformed> {
        self.array().map(i16::from_le_bytes)
    }

    /// Three bytes.
    #[inline]
    pub fn u24(&mut self) -> Result<u32, Malformed> {
        let [a, b, c] = self.array()?;
        Ok(u32::from_le_bytes([a, b, c, 0]))
    }

    /// Three bytes with a sign, which is carried into the fourth.
    #[inline]
    pub fn i24(&mut self) -> Result<i32, Malformed> {
        let [a, b, c] = self.array()?;
        Ok(i32::from_le_bytes([0, a, b, c]) >> 8)
    }

    /// Four bytes.
    #[inline]
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    /// Four bytes with a sign.
    #[inline]
    pub fn i32(&mut self) -> Result<i32, Malformed> {
        self.array().map(i32::from_le_bytes)
    }

    /// Six bytes.
    #[inline]
    pub fn u48(&mut self) -> Result<u64, Malformed> {
        self.uint(6)
    }

    /// Seven bytes.
    #[inline]
    pub fn u56(&mut self) -> Result<u64, Malformed> {
        self.uint(7)
    }

    /// Eight bytes.
    #[inline]
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    /// Eight bytes with a sign.
    #[inline]
    pub fn i64(&mut self) -> Result<i64, Malformed> {
        self.array().map(i64::from_le_bytes)
    }

    /// `count` bytes, at most eight, as one number.
    #[inline]
    pub fn uint(&mut self, count: usize) -> Result<u64, Malformed> {
        if count > 8 {
            return Err(Malformed("a number of more than eight bytes"));
        }
        let taken = self.take(count)?;
        let mut bytes = [0; 8];
        if let Some(low) = bytes.get_mut(..count) {
            low.copy_from_slice(taken);
        }
        Ok(u64::from_le_bytes(bytes))
    }

    /// `count` bytes, at most eight, the highest first.
    #[inline]
    pub fn uint_be(&mut self, count: usize) -> Result<u64, Malformed> {
        if count > 8 {
            return Err(Malformed("a number of more than eight bytes"));
        }
        let taken = self.take(count)?;
        Ok(taken
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// A length-encoded number: one byte below 251, else 252, 253 or 254 before two, three or eight bytes.
    #[inline]
    pub fn lenenc(&mut self) -> Result<u64, Malformed> {
        match self.u8()? {
            short @ 0..=250 => Ok(u64::from(short)),
            252 => self.u16().map(u64::from),
            253 => self.u24().map(u64::from),
            254 => self.u64(),
            _ => Err(Malformed("a length that is none")),
        }
    }

    /// Bytes after their length-encoded length.
    #[inline]
    pub fn lenenc_bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let count = self.lenenc()?;
        self.take_u64(count)
    }

    /// Bytes after a length of one byte.
    #[inline]
    pub fn bytes_u8(&mut self) -> Result<&'a [u8], Malformed> {
        let count = self.u8()?;
        self.take(usize::from(count))
    }

    /// Bytes up to a zero byte, which is read too and left out.
    #[inline]
    pub fn until_zero(&mut self) -> Result<&'a [u8], Malformed> {
        let Some(at) = self.rest.iter().position(|byte| *byte == 0) else {
            return Err(SHORT);
        };
        let taken = self.take(at)?;
        self.skip(1)?;
        Ok(taken)
    }

    /// The bytes of a bitmap of `bits` bits.
    #[inline]
    pub fn bitmap(&mut self, bits: usize) -> Result<&'a [u8], Malformed> {
        self.take(bits.div_ceil(8))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_bytes_keep_their_sign() {
        assert_eq!(Reader::new(&[0xff, 0xff, 0xff]).i24(), Ok(-1));
        assert_eq!(Reader::new(&[0, 0, 0x80]).i24(), Ok(-8_388_608));
        assert_eq!(Reader::new(&[0xff, 0xff, 0x7f]).i24(), Ok(8_388_607));
        assert_eq!(Reader::new(&[0xff, 0xff, 0xff]).u24(), Ok(16_777_215));
    }

    #[test]
    fn lengths_are_read_in_all_their_sizes() {
        let lenenc = |bytes: &[u8]| Reader::new(bytes).lenenc();
        assert_eq!(lenenc(&[250]), Ok(250));
        assert_eq!(lenenc(&[252, 1, 2]), Ok(0x201));
        assert_eq!(lenenc(&[253, 1, 2, 3]), Ok(0x0003_0201));
        assert_eq!(lenenc(&[254, 1, 0, 0, 0, 0, 0, 0, 0x80]), Ok(1 << 63 | 1));
        assert!(lenenc(&[251]).is_err());
        assert!(lenenc(&[255, 0, 0, 0, 0, 0, 0, 0, 0]).is_err());
        assert_eq!(lenenc(&[252, 1]), Err(SHORT));
    }

    #[test]
    fn a_length_beyond_the_end_is_refused() {
        let mut reader = Reader::new(&[254, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
        assert_eq!(reader.lenenc_bytes(), Err(SHORT));
    }

    #[test]
    fn what_fails_reads_nothing() {
        let mut reader = Reader::new(&[1, 2, 3]);
        assert_eq!(reader.u32(), Err(SHORT));
        assert_eq!(reader.rest(), [1, 2, 3]);
    }

    proptest! {
        #[test]
        fn numbers_of_any_width_are_what_the_fixed_ones_are(bytes: [u8; 8]) {
            prop_assert_eq!(Reader::new(&bytes).uint(8), Ok(u64::from_le_bytes(bytes)));
            prop_assert_eq!(Reader::new(&bytes).uint_be(8), Ok(u64::from_be_bytes(bytes)));
            let low = |count: u32| u64::from_le_bytes(bytes) & ((1 << (8 * count)) - 1);
            prop_assert_eq!(Reader::new(&bytes).u48(), Ok(low(6)));
            prop_assert_eq!(Reader::new(&bytes).u56(), Ok(low(7)));
            prop_assert_eq!(Reader::new(&bytes).uint(3), Ok(low(3)));
        }

        #[test]
        fn any_bytes_are_read_without_leaving_them(bytes: Vec<u8>, count: u64) {
            let mut reader = Reader::new(&bytes);
            reader.lenenc_bytes().ok();
            reader.until_zero().ok();
            reader.take_u64(count).ok();
            prop_assert!(reader.remaining() <= bytes.len());
        }
    }
}
