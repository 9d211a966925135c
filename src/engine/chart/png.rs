//! A chart as PNG: its own SVG, drawn with the bundled fonts and no others, so that a file is the same on every
//! machine. What these fonts lack (Chinese, Arabic, emoji …) is left out here; the SVG has it as text.

use std::sync::{Arc, LazyLock};

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{ImageHrefResolver, Options, Tree, fontdb::Database},
};

use super::{palette::Theme, spec::ChartSpec, svg::svg, words};
use crate::engine::{Error, Result};

/// The longest side of a picture, in pixels.
pub const LONGEST: u32 = 8192;

/// Found once: reading the fonts takes longer than drawing a chart.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(words::REGULAR.to_vec());
    fonts.load_font_data(words::SEMIBOLD.to_vec());
    Arc::new(fonts)
});

/// The chart at this size, drawn `scale` times as large (2 for screens with small pixels).
pub fn png(spec: &ChartSpec, size: [u32; 2], theme: Theme, scale: f32) -> Result<Vec<u8>> {
    let [width, height] = size.map(|side| (side as f32 * scale).round());
    let fits = |side: f32| (1.0..=LONGEST as f32).contains(&side);
    if !(scale.is_finite() && fits(width) && fits(height)) {
        return Err(Error::Invalid(format!(
            "a picture of {width} x {height} pixels cannot be made: each side may have 1 to {LONGEST}"
        )));
    }
    let options = Options {
        fontdb: FONTS.clone(),
        font_family: "Inter".to_owned(),
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let failed =
        |why: &dyn std::fmt::Display| Error::Invalid(format!("cannot draw the chart: {why}"));
    let tree = Tree::from_str(&svg(spec, size, theme), &options).map_err(|error| failed(&error))?;
    let mut pixels =
        Pixmap::new(width as u32, height as u32).ok_or_else(|| failed(&"it has no size"))?;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().map_err(|error| failed(&error))
}
