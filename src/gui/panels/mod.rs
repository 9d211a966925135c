//! One screen, one file. Panels do not import each other; they meet in `State` and `Command`. What experiments and
//! flags have in common is `metrics`, which knows neither.

pub mod binlog;
pub mod experiments;
pub mod flags;
pub mod metrics;
pub mod profiles;
pub mod query;
pub mod runs;
pub mod schema;
