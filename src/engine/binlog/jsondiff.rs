//! The changes of a JSON document that MySQL logs instead of the whole (`binlog_row_value_options=PARTIAL_JSON`),
//! applied to the document as it was before.
//!
//! Only the containers on the way to a change are taken apart; all others stay the bytes that they were.

use std::borrow::Cow;

use super::{
    bytes::{Malformed, Reader},
    jsonb::{Item, MAX_DEPTH, Printer},
};
use crate::engine::member;

const MISFIT: Malformed = Malformed("a change of JSON that does not fit the document");
const PATH: Malformed = Malformed("a path in JSON that is none");

/// Append the text of `document` after its changes.
pub(super) fn write_changed(
    document: &[u8],
    diff: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let bytes = document.len() + diff.len();
    // A member takes three bytes at least.
    let mut tree = Tree {
        root: Node::Whole(Item::root(document)),
        budget: bytes,
    };
    for change in Changes::new(diff) {
        tree.apply(&change?)?;
    }
    print(&tree.root, &mut Printer::new(out, bytes), 1)
}

/// Append the changes themselves, where the document before them is not known: an array of objects with `op`
/// (`replace`, `insert`, `remove`), `path`, and `value` but for `remove`.
pub(super) fn write_changes(diff: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    out.push(b'[');
    for (index, change) in Changes::new(diff).enumerate() {
        let change = change?;
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        out.extend_from_slice(b"{\"op\": \"");
        out.extend_from_slice(match change.op {
            Op::Replace(_) => b"replace",
            Op::Insert(_) => b"insert",
            Op::Remove => b"remove",
        });
        out.extend_from_slice(b"\", \"path\": ");
        member::string(out, &member::utf8(change.path));
        if let Op::Replace(value) | Op::Insert(value) = change.op {
            out.extend_from_slice(b", \"value\": ");
            Printer::new(out, diff.len()).item(value, 1)?;
        }
        out.push(b'}');
    }
    out.push(b']');
    Ok(())
}

#[derive(Clone, Copy, Debug)]
enum Op<'a> {
    Replace(Item<'a>),
    Insert(Item<'a>),
    Remove,
}

#[derive(Clone, Copy, Debug)]
struct Change<'a> {
    op: Op<'a>,
    path: &'a [u8],
}

/// The changes of one document, in order. After an error there is nothing more.
struct Changes<'a> {
    reader: Reader<'a>,
}

impl<'a> Changes<'a> {
    fn new(diff: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(diff),
        }
    }

    fn read(&mut self) -> Result<Change<'a>, Malformed> {
        let op = self.reader.u8()?;
        let path = self.reader.lenenc_bytes()?;
        let op = match op {
            2 => Op::Remove,
            0 | 1 => {
                let value = Item::root(self.reader.lenenc_bytes()?);
                if op == 0 {
                    Op::Replace(value)
                } else {
                    Op::Insert(value)
                }
            }
            _ => return Err(Malformed("a kind of change of JSON that is not known")),
        };
        Ok(Change { op, path })
    }
}

impl<'a> Iterator for Changes<'a> {
    type Item = Result<Change<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let change = self.read();
        if change.is_err() {
            self.reader.take_rest();
        }
        Some(change)
    }
}

/// A step on the way into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Leg<'a> {
    Key(Cow<'a, [u8]>),
    Index(usize),
}

fn legs(path: &[u8]) -> Result<Vec<Leg<'_>>, Malformed> {
    let mut legs = Vec::new();
    let mut rest = path.strip_prefix(b"$").ok_or(PATH)?;
    while let Some((first, after)) = rest.split_first() {
        if legs.len() > MAX_DEPTH {
            return Err(PATH);
        }
        let (leg, left) = match (first, after) {
            (b'.', [b'"', ..]) => quoted(after)?,
            (b'.', _) => {
                let end = after.iter().position(|byte| matches!(byte, b'.' | b'['));
                let (key, left) = after.split_at(end.unwrap_or(after.len()));
                (Leg::Key(Cow::Borrowed(key)), left)
            }
            (b'[', _) => {
                let end = after.iter().position(|byte| *byte == b']').ok_or(PATH)?;
                let (digits, left) = after.split_at(end);
                let index = std::str::from_utf8(digits)
                    .ok()
                    .and_then(|text| text.parse().ok());
                (Leg::Index(index.ok_or(PATH)?), &left[1..])
            }
            _ => return Err(PATH),
        };
        legs.push(leg);
        rest = left;
    }
    Ok(legs)
}

/// A name in quotes, with the escapes of a JSON string.
fn quoted(text: &[u8]) -> Result<(Leg<'_>, &[u8]), Malformed> {
    let mut escaped = false;
    let end = text.iter().skip(1).position(|byte| {
        let end = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        end
    });
    let (string, left) = text.split_at(end.ok_or(PATH)? + 2);
    let inner = &string[1..string.len() - 1];
    let key = if inner.contains(&b'\\') {
        Cow::Owned(
            serde_json::from_slice::<String>(string)
                .map_err(|_| PATH)?
                .into_bytes(),
        )
    } else {
        Cow::Borrowed(inner)
    };
    Ok((Leg::Key(key), left))
}

enum Node<'a> {
    /// As it stands in the bytes.
    Whole(Item<'a>),
    Array(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, [u8]>, Node<'a>)>),
}

struct Tree<'a> {
    root: Node<'a>,
    /// How many more members may be taken apart.
    budget: usize,
}

impl<'a> Tree<'a> {
    fn apply(&mut self, change: &Change<'a>) -> Result<(), Malformed> {
        let legs = legs(change.path)?;
        let Some((last, before)) = legs.split_last() else {
            let Op::Replace(value) = change.op else {
                return Err(MISFIT);
            };
            self.root = Node::Whole(value);
            return Ok(());
        };
        let budget = &mut self.budget;
        let mut node = &mut self.root;
        for leg in before {
            node = node.child(leg, budget)?.ok_or(MISFIT)?;
        }
        match change.op {
            Op::Replace(value) => {
                *node.child(last, budget)?.ok_or(MISFIT)? = Node::Whole(value);
            }
            Op::Insert(value) => node.insert(last, Node::Whole(value), budget)?,
            Op::Remove => node.remove(last, budget)?,
        }
        Ok(())
    }
}

impl<'a> Node<'a> {
    fn take_apart(&mut self, budget: &mut usize) -> Result<(), Malformed> {
        let Self::Whole(item) = self else {
            return Ok(());
        };
        let container = item.container()?.ok_or(MISFIT)?;
        *budget = budget
            .checked_sub(container.count)
            .ok_or(Malformed("JSON whose parts overlap"))?;
        let indexes = 0..container.count;
        *self = if container.object {
            let members = indexes.map(|index| {
                let key = Cow::Borrowed(container.key(index)?);
                Ok((key, Self::Whole(container.item(index)?)))
            });
            Self::Object(members.collect::<Result<_, _>>()?)
        } else {
            let members = indexes.map(|index| container.item(index).map(Self::Whole));
            Self::Array(members.collect::<Result<_, _>>()?)
        };
        Ok(())
    }

    fn child(&mut self, leg: &Leg<'_>, budget: &mut usize) -> Result<Option<&mut Self>, Malformed> {
        self.take_apart(budget)?;
        Ok(match (self, leg) {
            (Self::Array(members), Leg::Index(index)) => members.get_mut(*index),
            (Self::Object(members), Leg::Key(key)) => members
                .iter_mut()
                .find(|(name, _)| name == key)
                .map(|(_, member)| member),
            _ => None,
        })
    }

    fn insert(&mut self, leg: &Leg<'a>, value: Self, budget: &mut usize) -> Result<(), Malformed> {
        self.take_apart(budget)?;
        match (self, leg) {
            (Self::Array(members), Leg::Index(index)) => {
                members.insert((*index).min(members.len()), value);
            }
            (Self::Object(members), Leg::Key(key)) => {
                // The server keeps the names by length, then by their bytes.
                let order = |name: &[u8]| (name.len(), name).cmp(&(key.len(), key));
                match members.binary_search_by(|(name, _)| order(name)) {
                    Ok(_) => return Err(MISFIT),
                    Err(at) => members.insert(at, (key.clone(), value)),
                }
            }
            _ => return Err(MISFIT),
        }
        Ok(())
    }

    fn remove(&mut self, leg: &Leg<'_>, budget: &mut usize) -> Result<(), Malformed> {
        self.take_apart(budget)?;
        match (self, leg) {
            (Self::Array(members), Leg::Index(index)) if *index < members.len() => {
                members.remove(*index);
            }
            (Self::Object(members), Leg::Key(key)) => {
                let at = members.iter().position(|(name, _)| name == key);
                members.remove(at.ok_or(MISFIT)?);
            }
            _ => return Err(MISFIT),
        }
        Ok(())
    }
}

fn print(node: &Node<'_>, printer: &mut Printer<'_>, depth: usize) -> Result<(), Malformed> {
    match node {
        Node::Whole(item) => printer.item(*item, depth)?,
        Node::Array(members) => {
            printer.open("[", depth)?;
            for (index, member) in members.iter().enumerate() {
                printer.separator(index);
                print(member, printer, depth + 1)?;
            }
            printer.close("]");
        }
        Node::Object(members) => {
            printer.open("{", depth)?;
            for (index, (key, member)) in members.iter().enumerate() {
                printer.separator(index);
                printer.key(key)?;
                print(member, printer, depth + 1)?;
            }
            printer.close("}");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(op: u8, path: &str, value: Option<&[u8]>) -> Vec<u8> {
        let mut diff = vec![op, path.len() as u8];
        diff.extend(path.as_bytes());
        if let Some(value) = value {
            diff.push(value.len() as u8);
            diff.extend(value);
        }
        diff
    }

    fn changed(diff: &[u8]) -> Result<String, Malformed> {
        // {"a": 1, "bb": [true, false]}
        let document = [
            0, 2, 0, 34, 0, 18, 0, 1, 0, 19, 0, 2, 0, 5, 1, 0, 2, 21, 0, b'a', b'b', b'b', 2, 0,
            10, 0, 4, 1, 0, 4, 2, 0, 0, 0, 0,
        ];
        let mut out = Vec::new();
        write_changed(&document, diff, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    const ONE: &[u8] = &[5, 1, 0];

    #[test]
    fn changes_are_made_in_order() {
        assert_eq!(changed(&[]).unwrap(), r#"{"a": 1, "bb": [true, false]}"#);
        let diff = [
            change(0, "$.a", Some(&[12, 1, b'x'])),
            change(1, "$.bb[1]", Some(ONE)),
            change(2, "$.bb[0]", None),
            change(1, "$.\"c \\\"d\"", Some(ONE)),
            change(1, "$.bb[9]", Some(ONE)),
            change(1, "$.b", Some(ONE)),
        ];
        assert_eq!(
            changed(&diff.concat()).unwrap(),
            r#"{"a": "x", "b": 1, "bb": [1, false, 1], "c \"d": 1}"#
        );
        assert_eq!(changed(&change(0, "$", Some(ONE))).unwrap(), "1");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for diff in [
            change(2, "$.zz", None),
            change(0, "$.bb[7]", Some(ONE)),
            change(1, "$.a", Some(ONE)),
            change(1, "$.a.b", Some(ONE)),
            change(2, "$", None),
            change(0, "a", Some(ONE)),
            change(0, "$[x]", Some(ONE)),
            change(0, "$.\"a", Some(ONE)),
            change(3, "$", None),
            vec![0, 200],
        ] {
            assert!(changed(&diff).is_err(), "{diff:?}");
        }
    }

    #[test]
    fn without_the_document_the_changes_are_shown() {
        let mut out = Vec::new();
        let diff = [change(0, "$.a", Some(ONE)), change(2, "$.\"q\"", None)];
        write_changes(&diff.concat(), &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"[{"op": "replace", "path": "$.a", "value": 1}, {"op": "remove", "path": "$.\"q\""}]"#
        );
    }
}
