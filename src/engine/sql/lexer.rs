//! Text → tokens, as MySQL and MariaDB read it: quotes under the live `sql_mode`, the three comment styles,
//! `/*! … */` executable comments as code, `/*+ … */` hints, variables, placeholders.
//!
//! Tokens join back to the text, whatever the text is; nothing is allocated per token but its place. The lexer
//! does not judge: an unterminated quote is a token that says so, and the guard refuses it.
//!
//! Not here: which executable comments are code (`executable.rs`).

use std::ops::Range;

use super::{
    dialect::Product,
    executable::{Mark, Opening, Reading},
};

/// What of `sql_mode` changes how text is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SqlMode {
    /// `"` quotes identifiers instead of strings (ANSI_QUOTES).
    pub ansi_quotes: bool,
    /// A backslash in a string is an ordinary character (NO_BACKSLASH_ESCAPES).
    pub no_backslash_escapes: bool,
    /// MariaDB reads Oracle's words, such as `s.NEXTVAL` (ORACLE).
    pub oracle: bool,
}

/// Modes that stand for several, `ANSI_QUOTES` among them (MySQL manual, "Combination SQL Modes"; MariaDB, "SQL_MODE").
const WITH_ANSI_QUOTES: &[&str] = &[
    "ANSI_QUOTES",
    "ANSI",
    "DB2",
    "MAXDB",
    "MSSQL",
    "ORACLE",
    "POSTGRESQL",
];

impl SqlMode {
    /// Read the value of `@@sql_mode`.
    pub fn parse(sql_mode: &str) -> Self {
        let has = |name: &str| {
            sql_mode
                .split(',')
                .any(|mode| mode.trim().eq_ignore_ascii_case(name))
        };
        Self {
            ansi_quotes: WITH_ANSI_QUOTES.iter().any(|mode| has(mode)),
            no_backslash_escapes: has("NO_BACKSLASH_ESCAPES"),
            oracle: has("ORACLE"),
        }
    }
}

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Blanks and line breaks.
    Blank,
    /// `-- …`, `# …`, `/* … */`, and an executable comment that is none in this reading.
    Comment,
    /// `/*!`, `/*!50000`, `/*M!100000`: what follows is code for some servers.
    ExecutableOpen,
    /// The `*/` that ends it.
    ExecutableClose,
    /// `/*+ … */`, whole.
    Hint,
    /// A word: keyword, identifier, or a number that runs into letters.
    Word,
    /// An identifier in backticks (or in double quotes under ANSI_QUOTES).
    QuotedIdentifier,
    /// A string in quotes, without its introducer.
    String,
    /// A number.
    Number,
    /// `@name`, `@'name'`, `@@name`.
    Variable,
    /// `?`.
    Placeholder,
    /// `:=`.
    Assign,
    /// Any other single character, or `:` before a name.
    Symbol,
    /// A quote or comment that never ends.
    Unterminated,
    /// A character that the servers do not take between tokens (control characters, no-break blanks, a BOM).
    Odd,
}

/// A token and its place in the text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub range: Range<usize>,
}

impl Token {
    /// Its text.
    pub fn text<'a>(&self, sql: &'a str) -> &'a str {
        &sql[self.range.clone()]
    }

    /// Blanks and comments mean nothing to the server.
    pub fn is_code(&self) -> bool {
        !matches!(self.kind, TokenKind::Blank | TokenKind::Comment)
    }
}

/// All tokens of a text, in linear time; executable comments are code.
pub fn tokens(sql: &str, mode: SqlMode) -> Vec<Token> {
    tokens_as(sql, mode, Reading::Code)
}

/// All tokens of a text as one reading has them.
pub fn tokens_as(sql: &str, mode: SqlMode, reading: Reading) -> Vec<Token> {
    let mut lexer = Lexer::new(sql, mode, reading);
    let mut tokens = Vec::with_capacity(sql.len() / 4);
    while let Some(token) = lexer.next_token() {
        tokens.push(token);
    }
    tokens
}

/// Reads one token after another.
pub(super) struct Lexer<'a> {
    sql: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Inside `/*! … */`.
    executable: bool,
    mode: SqlMode,
    reading: Reading,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(sql: &'a str, mode: SqlMode, reading: Reading) -> Self {
        Self {
            sql,
            bytes: sql.as_bytes(),
            at: 0,
            executable: false,
            mode,
            reading,
        }
    }

    /// Go on at another place, which is between characters.
    pub(super) fn jump(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn next_token(&mut self) -> Option<Token> {
        let start = self.at;
        let first = *self.bytes.get(start)?;
        let kind = match first {
            b' ' | b'\t'..=b'\r' => self.blank(),
            b'\'' => self.quoted(b'\'', TokenKind::String, !self.mode.no_backslash_escapes),
            b'"' if self.mode.ansi_quotes => self.quoted(b'"', TokenKind::QuotedIdentifier, false),
            b'"' => self.quoted(b'"', TokenKind::String, !self.mode.no_backslash_escapes),
            b'`' => self.quoted(b'`', TokenKind::QuotedIdentifier, false),
            b'#' => self.line_comment(),
            b'-' if self.starts_dash_comment() => self.line_comment(),
            b'/' if self.peek(1) == Some(b'*') => self.slash_comment(),
            b'*' if self.executable && self.peek(1) == Some(b'/') => {
                self.executable = false;
                self.advance(2, TokenKind::ExecutableClose)
            }
            b'@' => self.variable(),
            b'?' => self.advance(1, TokenKind::Placeholder),
            b':' if self.peek(1) == Some(b'=') => self.advance(2, TokenKind::Assign),
            b'0'..=b'9' if start > 0 && self.bytes[start - 1] == b'.' => self.word(start),
            b'0'..=b'9' => self.number_or_word(),
            b'.' if self.peek(1).is_some_and(|byte| byte.is_ascii_digit())
                && !self.after_name() =>
            {
                self.number_or_word()
            }
            byte if is_word_byte(byte) => self.word(start),
            0..=0x1f | 0x7f => self.advance(1, TokenKind::Odd),
            _ => self.advance(1, TokenKind::Symbol),
        };
        Some(Token {
            kind,
            range: start..self.at,
        })
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn advance(&mut self, bytes: usize, kind: TokenKind) -> TokenKind {
        self.at += bytes;
        kind
    }

    /// `t1.1e5` is a name, a point and the name `1e5`; ` .1` is a number.
    fn after_name(&self) -> bool {
        self.at > 0 && (is_word_byte(self.bytes[self.at - 1]) || self.bytes[self.at - 1] == b'`')
    }

    fn blank(&mut self) -> TokenKind {
        while matches!(self.peek(0), Some(b' ' | b'\t'..=b'\r')) {
            self.at += 1;
        }
        TokenKind::Blank
    }

    /// `--` opens a comment only before a blank, a control character or the end (MySQL manual, "Comments").
    fn starts_dash_comment(&self) -> bool {
        self.peek(1) == Some(b'-') && self.peek(2).is_none_or(|byte| byte <= b' ' || byte == 0x7f)
    }

    /// To the end of the line; MySQL stops at a NUL too, which is then a token of its own.
    fn line_comment(&mut self) -> TokenKind {
        self.at = match self.bytes[self.at..]
            .iter()
            .position(|byte| matches!(byte, b'\n' | 0))
        {
            Some(length) if self.bytes[self.at + length] == 0 => self.at + length,
            Some(length) => self.at + length + 1,
            None => self.bytes.len(),
        };
        TokenKind::Comment
    }

    fn slash_comment(&mut self) -> TokenKind {
        let product = match self.reading {
            Reading::Server(server) => server.product,
            Reading::Code | Reading::Comments => Product::MariaDb,
        };
        if let Some(opening) = Opening::read(&self.bytes[self.at..], product) {
            if self.reading.runs(&opening) {
                self.executable = true;
                return self.advance(opening.length, TokenKind::ExecutableOpen);
            }
            // `/*M!` is an ordinary comment to MySQL, and `/*T!` to both, and those do not nest.
            let ordinary = match opening.mark {
                Mark::Any => false,
                Mark::MariaDb => product == Product::MySql,
                Mark::TiDb => true,
            };
            return self.skipped(usize::from(!ordinary));
        }
        if self.peek(2) == Some(b'+') {
            // It ends at the first mark, whatever quotes are open in it: MySQL's reader of hints gives up there too.
            return match self.skipped(0) {
                TokenKind::Comment => TokenKind::Hint,
                unterminated => unterminated,
            };
        }
        self.skipped(0)
    }

    /// A comment to its end; one that is skipped for its version may hold so many levels of others.
    fn skipped(&mut self, levels: usize) -> TokenKind {
        let mut open = 0;
        let mut at = self.at + 2;
        while let Some(rest) = self.bytes.get(at..).filter(|rest| rest.len() >= 2) {
            match rest[..2] {
                [b'*', b'/'] if open == 0 => {
                    self.at = at + 2;
                    return TokenKind::Comment;
                }
                [b'*', b'/'] => {
                    open -= 1;
                    at += 2;
                }
                [b'/', b'*'] if open < levels => {
                    open += 1;
                    at += 2;
                }
                _ => at += 1,
            }
        }
        self.at = self.bytes.len();
        TokenKind::Unterminated
    }

    fn quoted(&mut self, quote: u8, kind: TokenKind, backslash: bool) -> TokenKind {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            if byte == b'\\' && backslash {
                self.at += 1;
                // A whole character: tokens must end between characters.
                self.at += self.sql[self.at..].chars().next().map_or(0, char::len_utf8);
            } else if byte == quote {
                self.at += 1;
                if self.peek(0) != Some(quote) {
                    return kind;
                }
                self.at += 1;
            } else {
                self.at += 1;
            }
        }
        TokenKind::Unterminated
    }

    fn variable(&mut self) -> TokenKind {
        self.at += 1;
        if self.peek(0) == Some(b'@') {
            self.at += 1;
        }
        match self.peek(0) {
            Some(b'\'') => self.quoted(b'\'', TokenKind::Variable, !self.mode.no_backslash_escapes),
            Some(b'"') => self.quoted(
                b'"',
                TokenKind::Variable,
                !self.mode.ansi_quotes && !self.mode.no_backslash_escapes,
            ),
            Some(b'`') => self.quoted(b'`', TokenKind::Variable, false),
            _ => {
                while self
                    .peek(0)
                    .is_some_and(|byte| is_word_byte(byte) || byte == b'.')
                {
                    self.at += 1;
                }
                TokenKind::Variable
            }
        }
    }

    fn number_or_word(&mut self) -> TokenKind {
        let start = self.at;
        while self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let letters = self
            .peek(0)
            .is_some_and(|byte| is_word_byte(byte) && !byte.is_ascii_digit());
        if letters && !self.is_exponent() {
            return self.word(start); // `1st`, `0x1F`, `1e5x` are all one word
        }
        if self.peek(0) == Some(b'.') {
            self.at += 1;
            while self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
                self.at += 1;
            }
        }
        if self.is_exponent() {
            self.at += 1;
            if matches!(self.peek(0), Some(b'+' | b'-')) {
                self.at += 1;
            }
            while self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
                self.at += 1;
            }
        }
        TokenKind::Number
    }

    /// `e5`, `E+5`, `e-5` at the current place.
    fn is_exponent(&self) -> bool {
        matches!(self.peek(0), Some(b'e' | b'E'))
            && match self.peek(1) {
                Some(b'+' | b'-') => self.peek(2).is_some_and(|byte| byte.is_ascii_digit()),
                Some(byte) => byte.is_ascii_digit(),
                None => false,
            }
    }

    /// The rest of a word that began at `start`.
    fn word(&mut self, start: usize) -> TokenKind {
        while let Some(byte) = self.peek(0).filter(|byte| is_word_byte(*byte)) {
            if byte.is_ascii() {
                self.at += 1;
                continue;
            }
            let Some(c) = self.sql[self.at..].chars().next() else {
                break;
            };
            // Blanks beyond ASCII look like blanks and are not: they stand apart, as odd tokens.
            if is_odd(c) {
                if self.at > start {
                    break;
                }
                return self.advance(c.len_utf8(), TokenKind::Odd);
            }
            self.at += c.len_utf8();
        }
        TokenKind::Word
    }
}

/// Letters, digits, `_`, `$` and every byte of a character beyond ASCII.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// Characters that people take for blanks, or do not see at all.
fn is_odd(c: char) -> bool {
    c == '\u{feff}'
        || (!c.is_ascii() && (c.is_whitespace() || c.is_control()))
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::sql::dialect::Dialect;

    fn kinds(sql: &str) -> Vec<(TokenKind, &str)> {
        tokens(sql, SqlMode::default())
            .iter()
            .filter(|token| token.is_code())
            .map(|token| (token.kind, token.text(sql)))
            .collect()
    }

    #[test]
    fn two_dashes_are_a_comment_only_before_a_blank() {
        use TokenKind::{Number, Symbol, Word};
        assert_eq!(
            kinds("SELECT 1--1"),
            [
                (Word, "SELECT"),
                (Number, "1"),
                (Symbol, "-"),
                (Symbol, "-"),
                (Number, "1")
            ]
        );
        assert_eq!(
            kinds("SELECT 1 -- 1\n+1"),
            [
                (Word, "SELECT"),
                (Number, "1"),
                (Symbol, "+"),
                (Number, "1")
            ]
        );
        assert_eq!(kinds("SELECT 1 --"), [(Word, "SELECT"), (Number, "1")]);
    }

    #[test]
    fn an_executable_comment_is_code() {
        use TokenKind::{ExecutableClose, ExecutableOpen, Number, Word};
        assert_eq!(
            kinds("SELECT 1 /*!50000 INTO */"),
            [
                (Word, "SELECT"),
                (Number, "1"),
                (ExecutableOpen, "/*!50000"),
                (Word, "INTO"),
                (ExecutableClose, "*/")
            ]
        );
        assert_eq!(kinds("/*M!100000 x*/")[0], (ExecutableOpen, "/*M!100000"));
    }

    #[test]
    fn quotes_follow_sql_mode() {
        let plain = SqlMode::default();
        let literal = SqlMode {
            no_backslash_escapes: true,
            ..plain
        };
        let ansi = SqlMode {
            ansi_quotes: true,
            ..plain
        };
        assert_eq!(tokens(r"'a\'b'", plain).len(), 1);
        assert_eq!(tokens(r"'a\'b'", literal)[0].range, 0..4);
        assert_eq!(tokens("\"a\"", plain)[0].kind, TokenKind::String);
        assert_eq!(tokens("\"a\"", ansi)[0].kind, TokenKind::QuotedIdentifier);
        assert_eq!(tokens("'it''s'", plain).len(), 1);
        assert_eq!(tokens("'open", plain)[0].kind, TokenKind::Unterminated);
    }

    #[test]
    fn blanks_that_are_none_stand_apart() {
        assert_eq!(kinds("SELECT\u{a0}1")[1].0, TokenKind::Odd);
        assert_eq!(kinds("\u{feff}SELECT")[0].0, TokenKind::Odd);
        assert_eq!(kinds("SELECT été")[1], (TokenKind::Word, "été"));
    }

    #[test]
    fn numbers_and_words_that_begin_with_digits() {
        use TokenKind::{Number, Word};
        assert_eq!(kinds("1.5e-3"), [(Number, "1.5e-3")]);
        assert_eq!(kinds(".5"), [(Number, ".5")]);
        assert_eq!(kinds("0x1F"), [(Word, "0x1F")]);
        assert_eq!(kinds("1st"), [(Word, "1st")]);
        assert_eq!(kinds("1e5x"), [(Number, "1e5"), (Word, "x")]);
        // After a point a name may be all digits.
        assert_eq!(kinds("t.1e5x")[2], (Word, "1e5x"));
        assert_eq!(kinds("t.123")[2], (Word, "123"));
        assert_eq!(kinds("1\u{a0}"), [(Word, "1"), (TokenKind::Odd, "\u{a0}")]);
    }

    /// Each text and how MySQL 9.7.4, MariaDB 11.8.6, and one that runs no executable comment read it; `None` where
    /// something never ends.
    #[test]
    fn executable_comments_are_read_as_each_server_does() {
        let read = |sql: &'static str, reading| {
            let mut code = Vec::new();
            let mut open = false;
            for token in tokens_as(sql, SqlMode::default(), reading) {
                match token.kind {
                    TokenKind::Blank | TokenKind::Comment => {}
                    TokenKind::ExecutableOpen => open = true,
                    TokenKind::ExecutableClose => open = false,
                    TokenKind::Unterminated => return None,
                    _ => code.push(token.text(sql)),
                }
            }
            (!open).then(|| code.join(" "))
        };
        let cases = [
            ("1 /*!50000 +2 */", Some("1 + 2"), Some("1 + 2"), Some("1")),
            ("1 /*!50700 +2 */", Some("1 + 2"), Some("1"), Some("1")),
            ("1 /*M!50700 +2 */", Some("1"), Some("1 + 2"), Some("1")),
            ("1 /*!90705 +2 */", Some("1"), Some("1"), Some("1")),
            ("1 /*!100000 +2 */", Some("1"), Some("1 + 2"), Some("1")),
            (
                "1 /*!100000+2 */",
                Some("1 0 + 2"),
                Some("1 + 2"),
                Some("1"),
            ),
            ("1 /*!110807 +2 */", Some("1"), Some("1"), Some("1")),
            ("1 /*!5000 */", Some("1 5000"), Some("1 5000"), Some("1")),
            ("1 /*!1000000 */", Some("1 00"), Some("1 0"), Some("1")),
            ("1 /*m!100000 +2 */", Some("1"), Some("1"), Some("1")),
            ("1 /* !50000 +2 */", Some("1"), Some("1"), Some("1")),
            ("1 /*T![a,b] +2 */", Some("1"), Some("1"), Some("1")),
            (
                "1 /*!99999 a /* b */ c */ +2",
                Some("1 + 2"),
                Some("1 + 2"),
                Some("1 + 2"),
            ),
            ("1 /*!99999 a /* b */", None, None, None),
            ("1 /*!99999 /* /* */ */", Some("1"), Some("1"), Some("1")),
            (
                "1 /*M!999999 a /* b */ c */",
                Some("1 c * /"),
                Some("1"),
                Some("1"),
            ),
            (
                "1 /*!50000 +2 /* b */ +3 */",
                Some("1 + 2 + 3"),
                Some("1 + 2 + 3"),
                Some("1"),
            ),
            (
                "1 /*!50000 /*!40000 +2 */",
                Some("1 + 2"),
                Some("1 + 2"),
                None,
            ),
            (
                "1 /*!50000 +2 # */\n+3 */",
                Some("1 + 2 + 3"),
                Some("1 + 2 + 3"),
                Some("1 + 3 * /"),
            ),
            ("1 /*!50000 +2", None, None, None),
        ];
        for (sql, mysql, mariadb, none) in cases {
            let server = |product| Reading::Server(Dialect::newest(product));
            assert_eq!(read(sql, server(Product::MySql)).as_deref(), mysql, "{sql}");
            assert_eq!(
                read(sql, server(Product::MariaDb)).as_deref(),
                mariadb,
                "{sql}"
            );
            assert_eq!(read(sql, Reading::Comments).as_deref(), none, "{sql}");
        }
    }

    proptest! {
        #[test]
        fn any_text_lexes_and_joins_back(sql in "[ -~\\n\\t'\"`/*!#@:;?é日\u{a0}\u{0}]{0,80}", ansi: bool, literal: bool) {
            let mode = SqlMode { ansi_quotes: ansi, no_backslash_escapes: literal, oracle: false };
            let joined: String = tokens(&sql, mode).iter().map(|token| token.text(&sql)).collect();
            prop_assert_eq!(joined, sql);
        }
    }
}
