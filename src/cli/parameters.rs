//! `-p`: values for the places of a statement.
//!
//! `[NAME=][TYPE:]VALUE`. What stands before the first `:` is a type only if it is one of the five below, and what
//! stands before the first `=` is a name only if it can be one; anything else is text. So `-p http://x` and
//! `-p 1=1` are text, and `-p text:a=b` is the text `a=b`.

use super::Failure;
use crate::engine::sql::placeholders::{Value, Values};

const TYPES: &str = "The types are int, uint, double, text and null; text:… takes any text as it is, as in -p text:int:5.";

/// Read all of them, in the order given.
pub(super) fn parse(arguments: &[String]) -> Result<Values, Failure> {
    let mut values = Values::default();
    for (index, argument) in arguments.iter().enumerate() {
        // The value may be secret: a message names the place, not the text.
        let what = format!("parameter {}", index + 1);
        match named(argument) {
            Some((name, rest)) => {
                if values
                    .named
                    .insert(name.to_owned(), value(rest, &what)?)
                    .is_some()
                {
                    return Err(Failure::usage(
                        format!("{what} gives :{name} a second value"),
                        "Give each name one value; it may stand in the statement more than once.",
                    ));
                }
            }
            None => values.positional.push(value(argument, &what)?),
        }
    }
    Ok(values)
}

/// `NAME=…`, unless a type comes first.
fn named(argument: &str) -> Option<(&str, &str)> {
    if typed(argument).is_some() {
        return None;
    }
    let (name, rest) = argument.split_once('=')?;
    let mut letters = name.chars();
    let is_name = letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    is_name.then_some((name, rest))
}

fn typed(text: &str) -> Option<(&str, &str)> {
    text.split_once(':')
        .filter(|(kind, _)| ["int", "uint", "double", "text", "null"].contains(kind))
}

fn value(text: &str, what: &str) -> Result<Value, Failure> {
    let Some((kind, text)) = typed(text) else {
        return Ok(Value::Text(text.to_owned()));
    };
    let value = match kind {
        "null" => text.is_empty().then_some(Value::Null),
        "text" => Some(Value::Text(text.to_owned())),
        "double" => text
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite())
            .map(Value::Double),
        "uint" => text.parse().ok().map(Value::UInt),
        _ => text
            .parse()
            .map(Value::Int)
            .or_else(|_| text.parse().map(Value::UInt))
            .ok(),
    };
    value.ok_or_else(|| Failure::usage(format!("{what} is not what {kind}: takes"), TYPES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(argument: &str) -> Option<Value> {
        let mut values = parse(&[argument.to_owned()]).ok()?;
        assert!(values.named.is_empty());
        values.positional.pop()
    }

    #[test]
    fn types_are_told_from_text() {
        assert_eq!(one("5"), Some(Value::Text("5".to_owned())));
        assert_eq!(one("int:-5"), Some(Value::Int(-5)));
        assert_eq!(one("int:18446744073709551615"), Some(Value::UInt(u64::MAX)));
        assert_eq!(one("uint:5"), Some(Value::UInt(5)));
        assert_eq!(one("double:1e3"), Some(Value::Double(1000.0)));
        assert_eq!(one("null:"), Some(Value::Null));
        assert_eq!(one("text:a=b"), Some(Value::Text("a=b".to_owned())));
        assert_eq!(one("text:int:5"), Some(Value::Text("int:5".to_owned())));
        assert_eq!(
            one("http://x/?a=1"),
            Some(Value::Text("http://x/?a=1".to_owned()))
        );
        assert_eq!(one("1=1"), Some(Value::Text("1=1".to_owned())));
        assert_eq!(one(""), Some(Value::Text(String::new())));
        for wrong in ["int:", "int:x", "uint:-1", "double:nan", "null:x"] {
            assert_eq!(one(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_take_typed_values_too() {
        let given = ["a=1", "_b2=int:2", "c=", "d=x=y"].map(str::to_owned);
        let values = parse(&given).unwrap();
        assert!(values.positional.is_empty());
        let text = |text: &str| Value::Text(text.to_owned());
        let named: Vec<_> = values.named.into_iter().collect();
        assert_eq!(
            named,
            [
                ("_b2".to_owned(), Value::Int(2)),
                ("a".to_owned(), text("1")),
                ("c".to_owned(), text("")),
                ("d".to_owned(), text("x=y")),
            ]
        );
        assert!(parse(&["a=1".to_owned(), "a=2".to_owned()]).is_err());
    }
}
