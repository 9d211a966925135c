//! A script → statements, and the kind of each.

use std::ops::Range;

use super::lexer::{SqlMode, Token, TokenKind, tokens};

/// One statement of a script and where it stands, without the `;` and without blanks and comments around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Place in the script, in bytes.
    pub range: Range<usize>,
}

/// What a statement does, by its leading words. The list is closed: what is not named here is [`Kind::Other`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// SELECT, also in parentheses or after WITH; TABLE; VALUES.
    Select,
    /// SHOW.
    Show,
    /// SHOW WARNINGS, SHOW ERRORS, SHOW COUNT(*) …: about the statement before it. No server prepares them.
    Diagnostics,
    /// DESCRIBE and DESC of a table.
    Describe,
    /// EXPLAIN of a statement, which is planned and not run.
    Explain,
    /// EXPLAIN ANALYZE, or MariaDB's ANALYZE, of a statement, which is run.
    Analyze,
    /// HELP.
    Help,
    /// CHECKSUM TABLE.
    Checksum,
    /// USE.
    Use,
    /// Anything else.
    Other,
}

/// The statements of a script, in order; empty ones are left out.
pub fn split(sql: &str, mode: SqlMode) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut span: Option<Range<usize>> = None;
    let mut executable = false;
    for token in tokens(sql, mode).iter().filter(|token| token.is_code()) {
        match token.kind {
            TokenKind::ExecutableOpen => executable = true,
            TokenKind::ExecutableClose => executable = false,
            _ => {}
        }
        if !executable && token.kind == TokenKind::Symbol && token.text(sql) == ";" {
            statements.extend(span.take().map(|range| Statement { range }));
        } else {
            span = Some(span.map_or(token.range.start, |range| range.start)..token.range.end);
        }
    }
    statements.extend(span.map(|range| Statement { range }));
    statements
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

/// The kind of one statement, from its tokens that are code.
pub(super) fn kind(sql: &str, code: &[Token]) -> Kind {
    let mut words = code.iter().skip_while(|token| token.text(sql) == "(");
    let Some(first) = words.next().filter(|token| token.kind == TokenKind::Word) else {
        return Kind::Other;
    };
    let second = words.next().map_or("", |token| token.text(sql));
    let is = |word: &str| first.text(sql).eq_ignore_ascii_case(word);
    if is("SELECT") || is("VALUES") || is("TABLE") {
        Kind::Select
    } else if is("WITH") {
        with_kind(sql, code)
    } else if is("SHOW") {
        if ["WARNINGS", "ERRORS", "COUNT"]
            .iter()
            .any(|word| second.eq_ignore_ascii_case(word))
        {
            Kind::Diagnostics
        } else {
            Kind::Show
        }
    } else if is("HELP") {
        Kind::Help
    } else if is("USE") {
        Kind::Use
    } else if is("CHECKSUM") {
        Kind::Checksum
    } else if is("ANALYZE") {
        analyze_kind(sql, &code[1..], &["SELECT", "VALUES", "("])
    } else if is("EXPLAIN") || is("DESCRIBE") || is("DESC") {
        if second.eq_ignore_ascii_case("ANALYZE") {
            analyze_kind(sql, &code[2..], &["SELECT", "VALUES", "TABLE", "("])
        } else if explains(second) {
            Kind::Explain
        } else {
            Kind::Describe
        }
    } else {
        Kind::Other
    }
}

/// What is analysed is run, so it has to be a query; `ANALYZE TABLE` is another statement, which writes.
fn analyze_kind(sql: &str, after: &[Token], queries: &[&str]) -> Kind {
    let text = |index: usize| after.get(index).map_or("", |token| token.text(sql));
    let format = text(0).eq_ignore_ascii_case("FORMAT") && text(1) == "=";
    let rest = after.get(if format { 3 } else { 0 }..).unwrap_or_default();
    let verb = rest.first().map_or("", |token| token.text(sql));
    let reads = if verb.eq_ignore_ascii_case("WITH") {
        with_kind(sql, rest) == Kind::Select
    } else {
        queries.iter().any(|query| verb.eq_ignore_ascii_case(query))
    };
    if reads { Kind::Analyze } else { Kind::Other }
}

fn explains(word: &str) -> bool {
    [
        "SELECT",
        "TABLE",
        "VALUES",
        "WITH",
        "DELETE",
        "INSERT",
        "REPLACE",
        "UPDATE",
        "FORMAT",
        "EXTENDED",
        "PARTITIONS",
        "FOR",
        "INTO",
        "(",
    ]
    .iter()
    .any(|verb| word.eq_ignore_ascii_case(verb))
}

/// WITH is a query unless the statement after its tables is another: the first verb outside parentheses tells.
fn with_kind(sql: &str, code: &[Token]) -> Kind {
    let mut depth = 0_u32;
    for token in code {
        match token.text(sql) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            text if depth == 0 && token.kind == TokenKind::Word => {
                if ["SELECT", "TABLE", "VALUES"]
                    .iter()
                    .any(|verb| text.eq_ignore_ascii_case(verb))
                {
                    return Kind::Select;
                }
                if ["DELETE", "UPDATE", "INSERT", "REPLACE"]
                    .iter()
                    .any(|verb| text.eq_ignore_ascii_case(verb))
                {
                    return Kind::Other;
                }
            }
            _ => {}
        }
    }
    // `WITH t AS (…) (SELECT …)`: the query stands in parentheses.
    Kind::Select
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
