//! The inputs that fuzzing has saved hold what its targets assert.

use std::{fs, path::Path};

#[path = "../../../../../tests/fuzz/src/properties.rs"]
#[expect(unreachable_pub, reason = "the targets are a package of their own")]
mod properties;

#[test]
fn what_fuzzing_found_stays_fixed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/inputs");
    let mut read = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let data = fs::read(entry.unwrap().path()).unwrap();
        properties::lexer(&data);
        properties::splitter(&data);
        properties::guard(&data);
        read += 1;
    }
    assert!(read > 10, "only {read} inputs");
}
