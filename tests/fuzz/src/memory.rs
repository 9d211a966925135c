//! Counts what is allocated, so that a target can say how much an input may make the program hold.
//!
//! Only what Rust allocates: the fuzzer's own memory is not counted, nor zstd's window, which is bounded by itself.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is the system allocator's own work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be there at once.
        take(size);
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.realloc(place, layout, size) }
    }
}

fn take(size: usize) {
    let held = HELD.fetch_add(size, Relaxed) + size;
    MOST.fetch_max(held, Relaxed);
}

/// Run, and assert that no more than `most` bytes were held at once beyond what was held before.
pub fn within(most: usize, run: impl FnOnce()) {
    let before = HELD.load(Relaxed);
    MOST.store(before, Relaxed);
    run();
    let held = MOST.load(Relaxed) - before;
    assert!(
        held <= most,
        "{held} bytes were held, at most {most} may be"
    );
}

/// What may be held for a log: blocks, and what its bytes become as columns, values and text. What is compressed with
/// zlib becomes at most 1,032 times as large, in a buffer that doubles.
pub fn of_a_log(data: &[u8]) -> usize {
    (8 << 20) + 2200 * data.len()
}

/// What may be held for one value: a tree of it and its text.
pub fn of_a_value(data: &[u8]) -> usize {
    (1 << 20) + 512 * data.len()
}
