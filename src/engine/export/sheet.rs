//! A small table of figures, for people (aligned text, Markdown) and for programs (CSV). Figures are rounded for the
//! first and have all their digits for the second. Rows of a statement are [`super::Writer`]'s.

use super::delimited::{Csv, Dialect as _};
use crate::engine::visible;

/// What is shown where a figure is undefined.
const UNDEFINED: &str = "n/a";

/// A table of figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The columns' names.
    pub columns: Vec<String>,
    /// A row has a field for each column.
    pub rows: Vec<Vec<Field>>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// Words, or a name from the server.
    Text(String),
    /// A number; aligned right.
    Number {
        /// For people: rounded, with its unit.
        shown: String,
        /// For programs: all digits, no unit.
        exact: String,
    },
    /// Cannot be computed: `n/a` for people, nothing for programs.
    Undefined,
}

impl Field {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A whole number: the same digits for both.
    #[expect(clippy::needless_pass_by_value, reason = "integers are handed over")]
    pub fn whole(number: impl ToString) -> Self {
        let exact = number.to_string();
        Self::Number {
            shown: exact.clone(),
            exact,
        }
    }

    /// A number with its rounded form; undefined where there is none.
    pub fn number(value: Option<f64>, shown: impl FnOnce(f64) -> String) -> Self {
        match value {
            Some(value) => Self::Number {
                shown: shown(value),
                exact: value.to_string(),
            },
            None => Self::Undefined,
        }
    }

    fn shown(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number { shown: text, .. } => text,
            Self::Undefined => UNDEFINED,
        }
    }

    fn is_right(&self) -> bool {
        !matches!(self, Self::Text(_))
    }
}

impl Sheet {
    /// No rows yet.
    pub fn new(columns: &[&str]) -> Self {
        Self {
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Aligned columns for people; what could move a terminal's cursor is made visible.
    pub fn to_text(&self) -> String {
        let header: Vec<String> = self
            .columns
            .iter()
            .map(|name| visible::line(name))
            .collect();
        let rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|field| visible::line(field.shown()))
                    .collect()
            })
            .collect();
        let widths: Vec<usize> = (0..header.len())
            .map(|at| {
                let column = rows.iter().filter_map(|row| row.get(at));
                let widest = column.chain([&header[at]]).map(|text| visible::width(text));
                widest.max().unwrap_or(0)
            })
            .collect();
        let mut out = String::new();
        let mut line = |cells: &[String], right: &dyn Fn(usize) -> bool| {
            let mut text = String::new();
            for (at, cell) in cells.iter().enumerate() {
                let pad = " ".repeat(widths[at].saturating_sub(visible::width(cell)));
                let (before, after) = if right(at) { (&*pad, "") } else { ("", &*pad) };
                text.push_str(if at == 0 { "" } else { "  " });
                text.extend([before, cell, after]);
            }
            out.push_str(text.trim_end());
            out.push('\n');
        };
        let right = |at: usize| self.is_right(at);
        line(&header, &right);
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        line(&rule, &|_| false);
        for row in &rows {
            line(row, &right);
        }
        out
    }

    /// A table in GitHub's Markdown; what Markdown or HTML would take for markup is escaped.
    pub fn to_markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut out = line(self.columns.iter().map(|name| markdown(name)).collect());
        out += &line(
            (0..self.columns.len())
                .map(|at| if self.is_right(at) { "---:" } else { "---" }.to_owned())
                .collect(),
        );
        for row in &self.rows {
            out += &line(row.iter().map(|field| markdown(field.shown())).collect());
        }
        out
    }

    /// RFC 4180 with LF, a header, and all digits. With `spreadsheet`, a text that a spreadsheet would take for a
    /// formula (it begins with `=`, `+`, `-` or `@`) gets an apostrophe before it.
    #[expect(clippy::missing_panics_doc, reason = "what is expected cannot fail")]
    pub fn to_csv(&self, spreadsheet: bool) -> String {
        let mut out = Vec::new();
        let mut line = |cells: &mut dyn Iterator<Item = String>| {
            for (at, cell) in cells.enumerate() {
                if at > 0 {
                    out.push(Csv::SEPARATOR);
                }
                if !cell.is_empty() {
                    Csv::text(&mut out, cell.as_bytes());
                }
            }
            out.push(b'\n');
        };
        line(&mut self.columns.iter().map(|name| guarded(name, spreadsheet)));
        for row in &self.rows {
            line(&mut row.iter().map(|field| match field {
                Field::Text(text) => guarded(text, spreadsheet),
                Field::Number { exact, .. } => exact.clone(),
                Field::Undefined => String::new(),
            }));
        }
        String::from_utf8(out).expect("made of texts")
    }

    /// A column of numbers is aligned right.
    fn is_right(&self, at: usize) -> bool {
        let mut fields = self.rows.iter().filter_map(|row| row.get(at)).peekable();
        fields.peek().is_some() && fields.all(Field::is_right)
    }
}

/// With an apostrophe where a spreadsheet would calculate.
fn guarded(text: &str, spreadsheet: bool) -> String {
    if spreadsheet && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// A text in a Markdown document: nothing in it is markup, and it stays on its line.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in visible::line(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn sheet() -> Sheet {
        let mut sheet = Sheet::new(&["variant", "users", "rate"]);
        sheet.rows = vec![
            vec![
                Field::text("=a|b <i>\n"),
                Field::whole(u128::MAX),
                Field::number(Some(1.0 / 3.0), |rate| format!("{:.1} %", rate * 100.0)),
            ],
            vec![Field::text(""), Field::whole(-1), Field::Undefined],
        ];
        sheet
    }

    #[test]
    fn people_get_rounded_figures_in_columns() {
        expect![[r"
            variant                                       users    rate
            ----------  ---------------------------------------  ------
            =a|b <i>\n  340282366920938463463374607431768211455  33.3 %
                                                             -1     n/a
        "]]
        .assert_eq(&sheet().to_text());
    }

    #[test]
    fn markdown_takes_no_markup_from_names() {
        expect![[r"
            | variant | users | rate |
            | --- | ---: | ---: |
            | =a\|b &lt;i&gt;\\n | 340282366920938463463374607431768211455 | 33.3 % |
            |  | -1 | n/a |
        "]]
        .assert_eq(&sheet().to_markdown());
    }

    #[test]
    fn programs_get_all_digits_and_spreadsheets_no_formula() {
        let csv = "variant,users,rate\n\"=a|b <i>\n\",340282366920938463463374607431768211455,0.3333333333333333\n,-1,\n";
        assert_eq!(sheet().to_csv(false), csv);
        assert_eq!(sheet().to_csv(true), csv.replace("\"=a", "\"'=a"));
    }
}
