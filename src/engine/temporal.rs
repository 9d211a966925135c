//! Dates and times → the text that both servers print, into a small buffer of its own.

/// A date or time being written. It goes into a column in one piece: this is done for every value.
pub(crate) struct Text {
    /// A sign, ten digits of hours, and the rest of the longest time; a date and time are shorter than 32 too.
    bytes: [u8; 40],
    length: usize,
}

impl Text {
    pub(crate) fn new() -> Self {
        Self {
            bytes: [0; 40],
            length: 0,
        }
    }

    pub(crate) fn written(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    #[inline]
    pub(crate) fn push(&mut self, byte: u8) {
        self.bytes[self.length] = byte;
        self.length += 1;
    }

    /// Two digits; `None` for a number that no server's date or time has there.
    #[inline]
    fn two(&mut self, number: u8) -> Option<()> {
        self.push(b'0' + number / 10);
        self.push(b'0' + number % 10);
        (number < 100).then_some(())
    }

    pub(crate) fn date(&mut self, year: u16, month: u8, day: u8) -> Option<()> {
        self.two(u8::try_from(year / 100).ok()?)?;
        self.two((year % 100) as u8)?;
        self.push(b'-');
        self.two(month)?;
        self.push(b'-');
        self.two(day)
    }

    pub(crate) fn clock(&mut self, hours: u32, minutes: u8, seconds: u8) -> Option<()> {
        if hours > 99 {
            for digit in hours.to_string().bytes() {
                self.push(digit);
            }
        } else {
            self.two(hours as u8)?;
        }
        self.push(b':');
        self.two(minutes)?;
        self.push(b':');
        self.two(seconds)
    }

    /// The column's number of fraction digits, zeros included: the wire leaves them out.
    pub(crate) fn decimals(&mut self, micros: u32, digits: u8) {
        if digits == 0 {
            return;
        }
        self.push(b'.');
        let mut unit = 100_000;
        for _ in 0..digits.min(6) {
            self.push(b'0' + (micros / unit % 10) as u8);
            unit /= 10;
        }
    }
}
