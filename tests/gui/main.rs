//! The window's parts, driven by their labels; no server, no GPU.

mod frame;
mod rows_table;
