//! The stair between engine and window: runs the engine's futures off the window's thread.
