//! A line a change, for spreadsheets: the columns are the same for every table, and the images are JSON objects.
//! What is no change of a row is not here.

use super::{Options, Place, Shape, ndjson::Images, stamp};
use crate::engine::{
    binlog::{
        bytes::Malformed,
        event::Event,
        rows::Change,
        source::Note,
        transaction::{Begin, End, Rows, Statement},
        value::Value,
    },
    csv, digits,
};

/// The form.
pub(super) struct Csv {
    images: Images,
    /// All before the images, of the event that is printed.
    head: Vec<u8>,
    image: Vec<u8>,
}

impl Csv {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            images: Images::new(options),
            head: Vec::new(),
            image: Vec::new(),
        }
    }

    fn image(
        &mut self,
        rows: &Rows,
        values: Option<&[Value<'_>]>,
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        if values.is_some() {
            self.image.clear();
            self.images.write_one(rows, values, &mut self.image)?;
            csv::text(out, &self.image);
        }
        Ok(())
    }
}

impl Shape for Csv {
    fn start(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(
            b"timestamp,server_id,gtid,file,pos,end_pos,op,database,table,before,after\n",
        );
    }

    fn begin(&mut self, _begin: &Begin, _out: &mut Vec<u8>) {}

    fn rows(&mut self, place: Place<'_>, rows: &Rows) {
        let out = &mut self.head;
        out.clear();
        stamp(out, place.micros(), b'T');
        out.push(b',');
        let server = place
            .begin
            .map_or(rows.raw.header.server_id, |begin| begin.server_id);
        digits::uint(out, server.into(), 0);
        out.push(b',');
        if let Some(gtid) = place.begin.and_then(|begin| begin.gtid) {
            csv::text(out, gtid.to_string().as_bytes());
        }
        out.push(b',');
        csv::text(out, rows.raw.file.as_bytes());
        out.push(b',');
        digits::uint(out, rows.raw.offset, 0);
        out.push(b',');
        digits::uint(out, rows.raw.end, 0);
        for text in [rows.op.name(), &rows.table.database, &rows.table.table] {
            out.push(b',');
            csv::text(out, text.as_bytes());
        }
        out.push(b',');
    }

    fn change(
        &mut self,
        rows: &Rows,
        change: &Change<'_>,
        out: &mut Vec<u8>,
    ) -> Result<bool, Malformed> {
        out.extend_from_slice(&self.head);
        self.image(rows, change.before(), out)?;
        out.push(b',');
        self.image(rows, change.after(), out)?;
        out.push(b'\n');
        Ok(true)
    }

    fn statement(&mut self, _: Place<'_>, _: &Statement, _: &mut Vec<u8>) {}

    fn original(&mut self, _: Place<'_>, _: &str, _: &mut Vec<u8>) {}

    fn other(&mut self, _: Place<'_>, _: &Event, _: &mut Vec<u8>) {}

    fn end(&mut self, _: &End, _: u64, _: &mut Vec<u8>) {}

    fn note(&mut self, _: &Note, _: &mut Vec<u8>) {}
}
