//! A script → statements.

use std::ops::Range;

use super::{
    executable::Reading,
    lexer::{Lexer, SqlMode, Token, TokenKind},
};

/// One statement of a script and where it stands, without the `;` and without blanks and comments around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Place in the script, in bytes.
    pub range: Range<usize>,
}

/// The mysql client cuts a longer delimiter here, in bytes; and each place is compared with all of it.
const LONGEST_DELIMITER: usize = 15;

/// The statements of a script, in order; empty ones are left out. `DELIMITER //` on a line of its own changes what
/// ends the statements after it, as in the mysql client, and is no statement.
pub fn split(sql: &str, mode: SqlMode) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut span: Option<Range<usize>> = None;
    let mut delimiter = ";";
    let mut lexer = Lexer::new(sql, mode, Reading::Code);
    let mut executable = false;
    // Where the line begins, and where what came before this token ends.
    let (mut line_start, mut before) = (0, 0);
    while let Some(token) = lexer.next_token() {
        let begins_line = before <= line_start;
        if let Some(at) = token.text(sql).rfind('\n') {
            line_start = token.range.start + at + 1;
        }
        match token.kind {
            TokenKind::Blank => continue,
            TokenKind::Comment => {
                before = token.range.end;
                continue;
            }
            TokenKind::ExecutableOpen => executable = true,
            TokenKind::ExecutableClose => executable = false,
            _ => {}
        }
        before = token.range.end;
        if span.is_none()
            && begins_line
            && let Some((new, end)) = new_delimiter(sql, &token)
        {
            delimiter = new;
            lexer.jump(end);
            continue;
        }
        let mut code = token.range.clone();
        while let Some(end) = find_delimiter(sql, token.kind, code.clone(), delimiter)
            && !executable
        {
            if code.start < end {
                span = Some(span.map_or(code.start, |range| range.start)..end);
            }
            statements.extend(span.take().map(|range| Statement { range }));
            code.start = end + delimiter.len();
            if code.start >= code.end {
                // The delimiter may be longer than the token.
                before = code.start;
                lexer.jump(code.start);
                break;
            }
        }
        if code.start < code.end {
            span = Some(span.map_or(code.start, |range| range.start)..code.end);
        }
    }
    statements.extend(span.map(|range| Statement { range }));
    statements
}

/// What `DELIMITER …` at this token names, and where its line ends.
fn new_delimiter<'a>(sql: &'a str, token: &Token) -> Option<(&'a str, usize)> {
    if token.kind != TokenKind::Word || !token.text(sql).eq_ignore_ascii_case("DELIMITER") {
        return None;
    }
    let rest = &sql[token.range.end..];
    let line = rest.split('\n').next().unwrap_or_default();
    let new = line.split_whitespace().next()?;
    let length = new.floor_char_boundary(LONGEST_DELIMITER);
    Some((&new[..length], token.range.end + line.len()))
}

/// Where the delimiter begins in this part of a token: it may stand in a word, as in `END$$`.
fn find_delimiter(
    sql: &str,
    kind: TokenKind,
    part: Range<usize>,
    delimiter: &str,
) -> Option<usize> {
    match kind {
        TokenKind::Word | TokenKind::Number if delimiter != ";" => {
            let places = sql[part.clone()].char_indices();
            places
                .map(|(at, _)| part.start + at)
                .find(|at| sql[*at..].starts_with(delimiter))
        }
        TokenKind::Symbol | TokenKind::Placeholder => sql[part.start..]
            .starts_with(delimiter)
            .then_some(part.start),
        _ => None,
    }
}

/// The statement at a place in the script: the one that holds it, else the last one that ends before it.
pub fn at(statements: &[Statement], offset: usize) -> Option<&Statement> {
    statements
        .iter()
        .find(|statement| statement.range.start <= offset && offset <= statement.range.end)
        .or_else(|| {
            statements
                .iter()
                .rev()
                .find(|statement| statement.range.end <= offset)
        })
        .or_else(|| statements.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        split(sql, SqlMode::default())
            .into_iter()
            .map(|statement| &sql[statement.range])
            .collect()
    }

    #[test]
    fn semicolons_in_quotes_and_comments_do_not_split() {
        assert_eq!(
            texts("SELECT ';' ; -- ;\n SELECT 2 /* ; */;;"),
            ["SELECT ';'", "SELECT 2"]
        );
        assert_eq!(texts("  ; # nothing\n"), Vec::<&str>::new());
        assert_eq!(
            texts("SELECT 1 /*!50000 ; DELETE FROM t */"),
            ["SELECT 1 /*!50000 ; DELETE FROM t */"]
        );
    }

    #[test]
    fn delimiter_changes_what_ends_a_statement() {
        assert_eq!(
            texts(
                "SELECT 1;\n delimiter $$ \nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\nSELECT '$$'$$\nDELIMITER ;\nSELECT 2; SELECT 3"
            ),
            [
                "SELECT 1",
                "CREATE PROCEDURE p() BEGIN SELECT 1; END",
                "SELECT '$$'",
                "SELECT 2",
                "SELECT 3"
            ]
        );
        assert_eq!(
            texts("DELIMITER //\nSELECT 6/2 // SELECT 2//"),
            ["SELECT 6/2", "SELECT 2"]
        );
        assert_eq!(
            texts("SELECT 1 delimiter // x"),
            ["SELECT 1 delimiter // x"]
        );
        assert_eq!(texts("DELIMITER"), ["DELIMITER"]);
        assert_eq!(texts("DELIMITER $$\na$$b$$$$1$$2"), ["a", "b", "1", "2"]);
        assert_eq!(texts("DELIMITER 1\na121 2"), ["a", "2", "2"]);
        assert_eq!(texts("/* x */ DELIMITER $\n1$2"), ["DELIMITER $\n1$2"]);
        // Only first in its line, though a comment or a string may have begun lines of its own before.
        assert_eq!(
            texts("SELECT '\n'; DELIMITER //\nSELECT 1; /*\n*/ DELIMITER //"),
            ["SELECT '\n'", "DELIMITER //\nSELECT 1", "DELIMITER //"]
        );
        // The client takes fifteen characters.
        assert_eq!(
            texts("DELIMITER 123456789012345678\nSELECT 1 123456789012345"),
            ["SELECT 1"]
        );
    }

    #[test]
    fn the_statement_at_the_cursor_is_the_one_around_or_before_it() {
        let sql = "SELECT 1;\nSELECT 2;\n\n";
        let statements = split(sql, SqlMode::default());
        let text = |offset| &sql[at(&statements, offset).unwrap().range.clone()];
        assert_eq!(text(0), "SELECT 1");
        assert_eq!(text(8), "SELECT 1");
        assert_eq!(text(12), "SELECT 2");
        assert_eq!(text(sql.len()), "SELECT 2");
    }
}
