//! SQL as text: tokens, statements, and the guard that alone lets a statement reach a server. Knows no server.

pub mod dialect;
pub mod executable;
mod functions;
pub mod guard;
pub mod kind;
pub mod lexer;
pub mod literal;
pub mod names;
pub mod placeholders;
pub mod statement;
