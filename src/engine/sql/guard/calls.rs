//! Calls of functions: which may run, which act, and what only looks like a call.
//!
//! A name before `(` is a call unless its place says otherwise. The servers look for such a name among their own
//! functions, then the loadable ones, then the stored ones; what is in no list that we know is refused.

use super::{DataAccess, Refusal, Rules, code::Code, shortened};
use crate::engine::sql::{
    dialect::Product,
    functions::{self, Effect},
    kind::Kind,
    lexer::TokenKind,
};

/// Longest SLEEP that may be asked for, in seconds.
const SLEEP: f64 = 1.0;

/// Words that are not reserved and stand before expressions.
const BEFORE_EXPRESSIONS: &[&str] = &[
    "ESCAPE",
    "OFFSET",
    "SQL_BUFFER_RESULT",
    "SQL_CACHE",
    "SQL_NO_CACHE",
    "TIMESTAMP",
    "TRANSACTION",
];

/// What a query begins with.
const SELECT_AND_OPTIONS: &[&str] = &[
    "ALL",
    "DISTINCT",
    "DISTINCTROW",
    "HIGH_PRIORITY",
    "SELECT",
    "SQL_BIG_RESULT",
    "SQL_BUFFER_RESULT",
    "SQL_CACHE",
    "SQL_CALC_FOUND_ROWS",
    "SQL_NO_CACHE",
    "SQL_SMALL_RESULT",
    "STRAIGHT_JOIN",
];

/// Refuse the call at this place, if it is one that may not run.
pub(super) fn check(
    rules: &Rules,
    kind: Kind,
    code: Code<'_>,
    index: usize,
) -> Result<(), Refusal> {
    let token = &code.tokens[index];
    if !matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier) {
        return Ok(());
    }
    let name = unquoted(token.text(code.sql));
    let call = Call {
        rules,
        kind,
        code,
        index,
        name: &name,
    };
    if code.text(index + 1) != "(" {
        return call.check_sequence();
    }
    if call.is_name_of_table() {
        return Ok(());
    }
    let product = rules.dialect.product;
    let upper = name.to_ascii_uppercase();
    if index > 0 && code.text(index - 1) == "." {
        let database = unquoted(index.checked_sub(2).map_or("", |at| code.text(at)));
        return match functions::builtin(&upper, product) {
            Some(effect) if functions::is_schema_of_builtins(&database, product) => {
                call.check_builtin(effect)
            }
            _ => call.check_stored(Some(&database)),
        };
    }
    let quoted = token.kind == TokenKind::QuotedIdentifier;
    if quoted && functions::is_word_of_grammar(&upper) {
        return call.check_stored(None);
    }
    let apart = code.tokens[index + 1].range.start > token.range.end;
    if apart
        && functions::needs_parenthesis_at_once(&upper)
        && (rules.functions.unread_stored
            || rules.functions.stored.contains_key(&name.to_lowercase()))
    {
        return call.check_stored(None);
    }
    match functions::builtin(&upper, product) {
        Some(effect) => call
            .check_namesakes(&upper)
            .and_then(|()| call.check_builtin(effect)),
        None if !quoted && call.is_reserved() => call.check_namesakes(&upper),
        // Words that are not reserved can be names too.
        None if !quoted
            && call.is_keyword()
            && !rules.functions.stored.contains_key(&name.to_lowercase()) =>
        {
            Ok(())
        }
        None => call.check_stored(None),
    }
}

fn unquoted(text: &str) -> String {
    let Some(quote) = text
        .chars()
        .next()
        .filter(|quote| matches!(quote, '`' | '"'))
    else {
        return text.to_owned();
    };
    let inner = text
        .get(1..text.len().saturating_sub(1))
        .unwrap_or_default();
    let twice: String = [quote, quote].iter().collect();
    inner.replace(&twice, &quote.to_string())
}

struct Call<'a> {
    rules: &'a Rules,
    kind: Kind,
    code: Code<'a>,
    index: usize,
    name: &'a str,
}

impl Call<'_> {
    /// `s.NEXTVAL` of Oracle's words.
    fn check_sequence(&self) -> Result<(), Refusal> {
        // Whatever product answers: a proxy can say that it is the other one.
        let oracle = self.rules.sql_mode.oracle;
        let of_sequence = self.index > 0 && self.code.text(self.index - 1) == ".";
        if oracle && of_sequence && self.name.eq_ignore_ascii_case("NEXTVAL") {
            return self.refuse("it takes a number from the sequence", None);
        }
        Ok(())
    }

    /// Names with columns behind them, and words after an operand, are no calls.
    fn is_name_of_table(&self) -> bool {
        let Self { code, index, .. } = *self;
        // The whole name: `db.t`.
        let mut start = index;
        while start >= 2 && code.text(start - 1) == "." {
            start -= 2;
        }
        let Some(before) = start.checked_sub(1) else {
            return false;
        };
        let after_operand = match code.tokens[before].kind {
            TokenKind::String
            | TokenKind::Number
            | TokenKind::Variable
            | TokenKind::Placeholder => true,
            // `{`x` f()}` is ODBC's way to write f().
            TokenKind::QuotedIdentifier => before == 0 || code.text(before - 1) != "{",
            TokenKind::Symbol => code.text(before) == ")",
            TokenKind::Word => code.is_keyword(before) && code.is(before, "AS"),
            _ => false,
        };
        after_operand
            || self.is_table_of_with()
            || (self.kind == Kind::Explain && self.is_target(start))
    }

    /// `name (columns) AS (`, in WITH.
    fn is_table_of_with(&self) -> bool {
        let close = self
            .code
            .closes
            .get(self.index + 1)
            .copied()
            .unwrap_or_default();
        close > 0 && self.code.is(close + 1, "AS") && self.code.text(close + 2) == "("
    }

    /// The table of `EXPLAIN INSERT [INTO] t (columns)`.
    fn is_target(&self, start: usize) -> bool {
        let Some(before) = start.checked_sub(1) else {
            return false;
        };
        let verb = self.code.is(before, "INSERT") || self.code.is(before, "REPLACE");
        self.code.is_keyword(before) && (verb || self.code.begins_target(before))
    }

    /// An unquoted word that can never be a name.
    fn is_reserved(&self) -> bool {
        functions::is_reserved(&self.name.to_ascii_uppercase(), self.rules.dialect.product)
    }

    /// An unquoted word that stands before `(` in a place where it is not called.
    fn is_keyword(&self) -> bool {
        let Self {
            code,
            index,
            kind,
            name,
            ..
        } = *self;
        let name = name.to_ascii_uppercase();
        let before = |word| code.before(index, word);
        match name.as_str() {
            "ANY" | "SOME" => index > 0 && matches!(code.text(index - 1), "=" | "<" | ">"),
            // EXPLAIN EXTENDED (SELECT …), EXPLAIN [ANALYZE] FORMAT = JSON (SELECT …)
            "EXTENDED" | "PARTITIONS" => index == 1 && kind == Kind::Explain,
            _ if self.is_explain_format() || self.is_explained_schema() => true,
            "SQL_BUFFER_RESULT" | "SQL_CACHE" | "SQL_NO_CACHE" => self.follows_select(),
            // {OJ (t LEFT JOIN u ON …)}
            "OJ" => index > 0 && code.text(index - 1) == "{",
            "BERNOULLI" => before("TABLESAMPLE"),
            // FOR SYSTEM_TIME AS OF TRANSACTION (…), BETWEEN TRANSACTION (…) AND TRANSACTION (…)
            "TRANSACTION" => ["OF", "BETWEEN", "AND", "FROM", "TO"]
                .into_iter()
                .any(before),
            "ROW" => true,
            "OF" => before("MEMBER") || before("AS"),
            "ROLLUP" | "CUBE" => before("BY") && self.rules.dialect.product == Product::MySql,
            "SETS" => before("GROUPING"),
            "VALUE" => kind == Kind::Explain,
            "AGAINST" | "ESCAPE" | "MEMBER" => self.follows_name(),
            // CONVERT(x, type), JSON_VALUE(… RETURNING type)
            "DATETIME" | "NCHAR" if index > 0 && code.text(index - 1) == "," => true,
            "DATETIME" | "NCHAR" if before("RETURNING") => true,
            _ => functions::is_type(&name) && self.is_type_of_column(),
        }
    }

    /// The JSON of `FORMAT = JSON`, right after EXPLAIN or ANALYZE.
    fn is_explain_format(&self) -> bool {
        let explains = matches!(self.kind, Kind::Explain | Kind::Analyze);
        let options = if self.code.is(1, "ANALYZE") { 2 } else { 1 };
        explains
            && self.index == options + 2
            && self.code.is(options, "FORMAT")
            && self.code.text(options + 1) == "="
    }

    /// The database of `EXPLAIN … FOR SCHEMA x (SELECT …)`.
    fn is_explained_schema(&self) -> bool {
        let Self { code, index, .. } = *self;
        let schema = code.before(index, "SCHEMA") || code.before(index, "DATABASE");
        self.kind == Kind::Explain && schema && code.before(index - 1, "FOR")
    }

    /// Right after SELECT or one of its options.
    fn follows_select(&self) -> bool {
        SELECT_AND_OPTIONS
            .iter()
            .any(|word| self.code.before(self.index, word))
    }

    /// Right after a name, where no expression can begin.
    fn follows_name(&self) -> bool {
        self.name_before()
            .is_some_and(|name| !BEFORE_EXPRESSIONS.contains(&name.as_str()))
    }

    /// The unquoted name right before, in capitals.
    fn name_before(&self) -> Option<String> {
        let before = self.index.checked_sub(1)?;
        let name = self.code.text(before).to_ascii_uppercase();
        let is_name = self.code.tokens[before].kind == TokenKind::Word
            && !functions::is_reserved(&name, self.rules.dialect.product);
        is_name.then_some(name)
    }

    /// `name TYPE(length)` in JSON_TABLE's COLUMNS.
    fn is_type_of_column(&self) -> bool {
        let in_columns = self.code.inside[self.index]
            .and_then(|opening| opening.checked_sub(1))
            .is_some_and(|before| self.code.is(before, "COLUMNS"));
        in_columns && self.name_before().is_some()
    }

    /// A name that the product has in some versions only may be somebody's function in this one.
    fn check_namesakes(&self, name: &str) -> Result<(), Refusal> {
        let known = &self.rules.functions;
        let lower = self.name.to_lowercase();
        let acts = known.stored.get(&lower).is_some_and(|of_name| {
            of_name
                .iter()
                .any(|(_, access)| *access != DataAccess::Reads)
        });
        let loadable = known.loadable.contains(&lower) && !functions::is_of_hashing(name);
        let unread = known.unread_stored || known.unread_loadable;
        let dialect = self.rules.dialect;
        let theirs = (acts || loadable) && !functions::is_certain(name, dialect);
        let perhaps =
            unread && !functions::is_of_hashing(name) && functions::is_absent(name, dialect);
        if theirs || perhaps {
            return self.check_stored(None);
        }
        Ok(())
    }

    fn check_builtin(&self, effect: Effect) -> Result<(), Refusal> {
        match effect {
            Effect::None => Ok(()),
            Effect::Waits if self.name.eq_ignore_ascii_case("SLEEP") && self.is_short_sleep() => {
                Ok(())
            }
            Effect::Waits if self.name.eq_ignore_ascii_case("SLEEP") => self.refuse(
                "it makes the server wait",
                Some("SLEEP(1) and shorter may run."),
            ),
            Effect::Waits => self.refuse("it makes the server wait", None),
            Effect::Locks => self.refuse(
                "it takes or gives back a lock that others see",
                Some("IS_FREE_LOCK and IS_USED_LOCK look at a lock."),
            ),
            Effect::ReadsFile => self.refuse("it reads a file of the server", None),
            Effect::Sequence => self.refuse(
                "it moves the sequence",
                Some("LASTVAL(…) shows the last number."),
            ),
        }
    }

    /// `SLEEP(0.5)`: one plain number.
    fn is_short_sleep(&self) -> bool {
        let number = self.code.tokens.get(self.index + 2);
        let seconds = number
            .filter(|token| token.kind == TokenKind::Number)
            .and_then(|token| token.text(self.code.sql).parse::<f64>().ok());
        seconds.is_some_and(|seconds| seconds <= SLEEP) && self.code.text(self.index + 3) == ")"
    }

    /// A function that somebody made. Without its database's name, every one of that name must do.
    fn check_stored(&self, database: Option<&str>) -> Result<(), Refusal> {
        let functions = &self.rules.functions;
        let name = self.name.to_lowercase();
        if database.is_none() && functions.loadable.contains(&name) {
            return self.refuse(
                "it is a loadable function: nobody knows what its library does",
                None,
            );
        }
        let of_name = functions.stored.get(&name).map_or(&[][..], Vec::as_slice);
        let mut known = of_name
            .iter()
            .filter(|(of, _)| database.is_none_or(|database| of.eq_ignore_ascii_case(database)))
            .peekable();
        if known.peek().is_none() {
            return self.refuse(
                "it is no function that Porthole knows",
                Some("A stored function is allowed if it is declared READS SQL DATA or NO SQL, its server is connected, and its profile allows calls."),
            );
        }
        if known.any(|(_, access)| *access != DataAccess::Reads) {
            return self.refuse(
                "it is a stored function that is not declared READS SQL DATA or NO SQL",
                Some("Its owner can declare what it does: ALTER FUNCTION … READS SQL DATA."),
            );
        }
        if !self.rules.call_stored_functions {
            return self.refuse(
                "it is a stored function",
                Some("The profile can allow stored functions that are declared to read only."),
            );
        }
        Ok(())
    }

    fn refuse(&self, reason: &'static str, instead: Option<&str>) -> Result<(), Refusal> {
        Err(Refusal {
            kind: self.kind,
            word: shortened(&self.name.to_uppercase()),
            at: self.code.tokens[self.index].range.clone(),
            reason,
            instead: instead.map(str::to_owned),
            query: None,
        })
    }
}
