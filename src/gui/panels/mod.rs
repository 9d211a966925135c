//! One screen, one file. Panels do not import each other; they meet in `State` and `Command`.

pub mod experiments;
pub mod flags;
pub mod profiles;
pub mod query;
pub mod runs;
pub mod schema;
