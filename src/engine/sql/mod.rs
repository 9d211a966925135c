//! SQL as text: tokens, statements, and the guard that alone lets a statement reach a server. Knows no server.

pub mod guard;
pub mod lexer;
pub mod names;
pub mod placeholders;
pub mod statement;
