//! A small table of figures, for people (aligned text, Markdown) and for programs (CSV). Figures are rounded for the
//! first and have all their digits for the second. Rows of a statement are [`super::Writer`]'s.

use std::borrow::Cow;

use super::delimited::{Csv, Dialect as _};
use crate::engine::visible;

/// What is shown where a figure is undefined.
const UNDEFINED: &str = "n/a";
/// What is shown for a name without letters.
const NAMELESS: &str = "(empty)";
/// Letters of a name that people are shown.
const LETTERS: usize = 60;
/// From here on whole numbers have more digits than the fifteen that a spreadsheet keeps.
const TOO_LONG: u128 = 1_000_000_000_000_000;

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
    /// Words.
    Text(String),
    /// A name from the server: people see that it is empty, and of a long one its beginning and end.
    Name(String),
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

    /// A name from the server.
    pub fn name(name: impl Into<String>) -> Self {
        Self::Name(name.into())
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

    fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) | Self::Number { shown: text, .. } => text.into(),
            Self::Name(name) => shown_name(name),
            Self::Undefined => UNDEFINED.into(),
        }
    }

    fn is_right(&self) -> bool {
        !matches!(self, Self::Text(_) | Self::Name(_))
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
            .map(|name| visible::line(&elided(name)))
            .collect();
        let rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|field| visible::line(&field.shown()))
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
        let mut out = line(
            self.columns
                .iter()
                .map(|name| markdown(&elided(name)))
                .collect(),
        );
        out += &line(
            (0..self.columns.len())
                .map(|at| if self.is_right(at) { "---:" } else { "---" }.to_owned())
                .collect(),
        );
        for row in &self.rows {
            out += &line(row.iter().map(|field| markdown(&field.shown())).collect());
        }
        out
    }

    /// RFC 4180 with LF, a header, and all digits. With `spreadsheet`, a text that a spreadsheet would take for a
    /// formula (it begins with `=`, `+`, `-` or `@`) gets an apostrophe before it, and so does a whole number of which it
    /// would lose digits.
    #[expect(clippy::missing_panics_doc, reason = "what is expected cannot fail")]
    pub fn to_csv(&self, spreadsheet: bool) -> String {
        let mut out = Vec::new();
        let header: Vec<Field> = self.columns.iter().map(Field::name).collect();
        for row in [&header].into_iter().chain(&self.rows) {
            Self::csv_row(&mut out, row, spreadsheet);
        }
        String::from_utf8(out).expect("made of texts")
    }

    /// Append a row as [`Sheet::to_csv`] writes it: for sheets that are too long to be held as a whole.
    pub fn csv_row(out: &mut Vec<u8>, row: &[Field], spreadsheet: bool) {
        for (at, field) in row.iter().enumerate() {
            if at > 0 {
                out.push(Csv::SEPARATOR);
            }
            let cell = match field {
                Field::Text(text) | Field::Name(text) => guarded(text, spreadsheet),
                Field::Number { exact, .. } if spreadsheet && loses_digits(exact) => {
                    format!("'{exact}")
                }
                Field::Number { exact, .. } => exact.clone(),
                Field::Undefined => String::new(),
            };
            if !cell.is_empty() {
                Csv::text(out, cell.as_bytes());
            }
        }
        out.push(b'\n');
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

/// A spreadsheet makes zeros of the digits of a whole number after its fifteenth.
fn loses_digits(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_whole = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_whole && digits.parse().is_ok_and(|size: u128| size >= TOO_LONG)
}

/// A name for people.
fn shown_name(name: &str) -> Cow<'_, str> {
    if name.is_empty() {
        NAMELESS.into()
    } else {
        elided(name)
    }
}

/// The beginning and the end of a name that is too long for a column.
fn elided(name: &str) -> Cow<'_, str> {
    let count = name.chars().count();
    if count <= LETTERS {
        return name.into();
    }
    let half = LETTERS / 2;
    let first: String = name.chars().take(half).collect();
    let last = name.chars().skip(count - (LETTERS - half - 1));
    format!("{first}…{}", last.collect::<String>()).into()
}

/// A block of code in a Markdown document that nothing in the text ends; what could move a terminal's cursor is made
/// visible.
pub fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    let lines: Vec<String> = text.split('\n').map(visible::line).collect();
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// A text in a Markdown document: nothing in it is markup or becomes a link, and it stays on its line.
pub fn markdown(text: &str) -> String {
    let line = visible::line(text);
    let mut out = String::with_capacity(line.len());
    for (at, letter) in line.char_indices() {
        let before = line.as_bytes()[..at].last_chunk::<3>();
        match letter {
            // Else an address becomes a link.
            ':' if line[at..].starts_with("://") => out.push_str("\\:"),
            '.' if before.is_some_and(|before| before.eq_ignore_ascii_case(b"www")) => {
                out.push_str("\\.");
            }
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
            vec![Field::name(""), Field::whole(-1), Field::Undefined],
        ];
        sheet
    }

    #[test]
    fn people_get_rounded_figures_in_columns() {
        expect![[r"
            variant                                       users    rate
            ----------  ---------------------------------------  ------
            =a|b <i>\n  340282366920938463463374607431768211455  33.3 %
            (empty)                                          -1     n/a
        "]]
        .assert_eq(&sheet().to_text());
    }

    #[test]
    fn markdown_takes_no_markup_from_names() {
        expect![[r"
            | variant | users | rate |
            | --- | ---: | ---: |
            | =a\|b &lt;i&gt;\\n | 340282366920938463463374607431768211455 | 33.3 % |
            | (empty) | -1 | n/a |
        "]]
        .assert_eq(&sheet().to_markdown());
    }

    #[test]
    fn programs_get_all_digits_and_spreadsheets_no_formula() {
        let csv = "variant,users,rate\n\"=a|b <i>\n\",340282366920938463463374607431768211455,0.3333333333333333\n,-1,\n";
        assert_eq!(sheet().to_csv(false), csv);
        let spreadsheet = csv.replace("\"=a", "\"'=a").replace(",340", ",'340");
        assert_eq!(sheet().to_csv(true), spreadsheet);
        let numbers = ["999999999999999", "-1000000000000000", "0.5", ""];
        assert_eq!(
            numbers.map(loses_digits),
            [false, true, false, false],
            "{numbers:?}"
        );
    }

    #[test]
    fn a_long_name_is_cut_in_the_middle_for_people_only() {
        let mut sheet = Sheet::new(&["name"]);
        let name = format!("{}{}", "a".repeat(200), "z".repeat(55));
        sheet.rows = vec![vec![Field::name(&name)]];
        let cut = format!("{}…{}", "a".repeat(30), "z".repeat(29));
        assert_eq!(sheet.to_text().lines().nth(2), Some(&*cut));
        assert!(sheet.to_markdown().contains(&format!("| {cut} |")));
        assert!(sheet.to_csv(false).contains(&name));
    }

    #[test]
    fn a_block_of_code_moves_no_cursor_and_ends_where_it_should() {
        assert_eq!(
            fenced("sql", "SELECT '\u{1b}[2J```'\nFROM t"),
            "````sql\nSELECT '\\x1B[2J```'\nFROM t\n````\n"
        );
    }

    #[test]
    fn an_address_is_no_link() {
        assert_eq!(
            markdown("https://a.b WWW.a.b a: b."),
            r"https\://a.b WWW\.a.b a: b."
        );
    }
}
