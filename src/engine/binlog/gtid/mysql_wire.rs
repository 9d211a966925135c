//! MySQL's sets of GTIDs as bytes: the body of PREVIOUS_GTIDS.
//!
//! Two forms: the older knows no tags; the newer (8.3) has its number 1 in the first and the last byte of the count,
//! and before each tag its length in the servers' variable-length form. Intervals end before their second number.

use super::{MySqlGtidSet, Origin, Tag, Uuid, mysql::LAST_NUMBER, mysql_set::Builder};
use crate::engine::binlog::bytes::{Malformed, Reader};

const TAGGED: u64 = 1;

impl MySqlGtidSet {
    /// From the body of a PREVIOUS_GTIDS event.
    pub fn decode(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let header = reader.u64()?;
        let (tagged, origins) = match header >> 56 {
            0 => (false, header),
            TAGGED => (true, header << 8 >> 16),
            _ => return Err(Malformed("GTIDs in a form that is not known")),
        };
        let mut set = Builder::default();
        for _ in 0..origins {
            let origin = Origin {
                uuid: Uuid(reader.array()?),
                tag: if tagged { tag(&mut reader)? } else { Tag::NONE },
            };
            for _ in 0..reader.u64()? {
                let (start, end) = (reader.u64()?, reader.u64()?);
                if start == 0 || start >= end || end > LAST_NUMBER + 1 {
                    return Err(Malformed("an interval of GTIDs that is none"));
                }
                set.push(origin, start, end)
                    .map_err(|_| Malformed("more GTID intervals than Porthole holds"))?;
            }
        }
        if !reader.is_empty() {
            return Err(Malformed("bytes after the last GTID"));
        }
        Ok(set.finish())
    }

    /// As the body of a PREVIOUS_GTIDS event; in the older form where there is no tag.
    pub fn encode(&self) -> Vec<u8> {
        let origins = self.origins();
        let tagged = origins.keys().any(|origin| !origin.tag.is_none());
        let count = origins.len() as u64;
        let header = if tagged {
            TAGGED << 56 | count << 8 | TAGGED
        } else {
            count
        };
        let mut bytes = header.to_le_bytes().to_vec();
        for (origin, intervals) in origins {
            bytes.extend(origin.uuid.0);
            if tagged {
                let tag = origin.tag.as_str();
                bytes.push((tag.len() as u8) << 1);
                bytes.extend(tag.as_bytes());
            }
            bytes.extend((intervals.len() as u64).to_le_bytes());
            for interval in intervals {
                bytes.extend(interval.start.to_le_bytes());
                bytes.extend(interval.end.to_le_bytes());
            }
        }
        bytes
    }
}

/// A length in one byte (the last bit says that there are no more), then so many characters.
pub(in crate::engine::binlog) fn tag(reader: &mut Reader<'_>) -> Result<Tag, Malformed> {
    const WRONG: Malformed = Malformed("a GTID tag that is none");
    let length = reader.u8()?;
    if length & 1 != 0 {
        return Err(WRONG);
    }
    let text = std::str::from_utf8(reader.take(usize::from(length >> 1))?).map_err(|_| WRONG)?;
    Tag::new(text).ok_or(WRONG)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_set_comes_back_from_both_forms() {
        let uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
        for text in [
            "",
            &format!("{uuid}:1-3:7"),
            &format!("{uuid}:1-3:tag:5:u:2"),
        ] {
            let set: MySqlGtidSet = text.parse().unwrap();
            assert_eq!(MySqlGtidSet::decode(&set.encode()), Ok(set));
        }
    }

    #[test]
    fn tags_have_a_form_of_their_own() {
        let set: MySqlGtidSet = "01000000-0000-0000-0000-000000000002:ab:5".parse().unwrap();
        let mut bytes = vec![1, 1, 0, 0, 0, 0, 0, 1];
        bytes.extend([
            1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 4, b'a', b'b',
        ]);
        bytes.extend([
            1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0,
        ]);
        assert_eq!(set.encode(), bytes);
    }

    #[test]
    fn a_declared_count_is_not_believed() {
        let mut bytes = 0xff_ffff_ffff_ffff_u64.to_le_bytes().to_vec();
        assert!(MySqlGtidSet::decode(&bytes).is_err());
        bytes = 1_u64.to_le_bytes().to_vec();
        bytes.extend([7; 16]);
        bytes.extend(u64::MAX.to_le_bytes());
        assert!(MySqlGtidSet::decode(&bytes).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_set_or_malformed(bytes in prop::collection::vec(0_u8..4, 0..120)) {
            if let Ok(set) = MySqlGtidSet::decode(&bytes) {
                prop_assert_eq!(MySqlGtidSet::decode(&set.encode()), Ok(set));
            }
        }
    }
}
