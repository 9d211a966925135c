//! Follows a server's binary log, live and in files, for MySQL and MariaDB.
//!
//! Bytes are cut into events ([`source`], [`frame`]), events are grouped into transactions ([`transaction`]), the rows of
//! those that are wanted are read ([`table`], [`rows`]), and printed as a SELECT prints them ([`render`], [`mod@print`]).
//! Nothing is written here, to a server or a file, but checkpoints.

pub mod bytes;
pub mod charset;
pub mod checkpoint;
pub mod checks;
pub mod column;
mod decimal;
pub mod event;
pub mod filter;
pub mod frame;
#[cfg(test)]
mod fuzzed;
pub mod gtid;
mod jsonb;
mod jsondiff;
mod jsonsql;
pub mod kind;
pub mod lookup;
pub mod matching;
pub mod owned;
pub mod payload;
pub mod print;
#[cfg(test)]
mod recorded;
pub mod render;
pub mod report;
pub mod reversed;
pub mod rows;
pub mod schema;
mod skip;
pub mod source;
pub mod statements;
mod stored;
pub mod summary;
pub mod table;
pub mod tracker;
pub mod trail;
pub mod transaction;
pub mod undo;
pub mod value;
mod words;
pub mod zone;
