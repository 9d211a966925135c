//! A scene as SVG: text stays text, every coordinate has two decimals at most, and the same input gives the same
//! bytes. No scripts, no styles, no reference to anything outside the file.

use std::fmt::{self, Write as _};

use super::{
    palette::{Rgb, Shape, Theme},
    reduce::Pixel,
    scene::{Anchor, For, Item, Rect, Scene, Stroke, Text, View},
    spec::ChartSpec,
    words::{self, Weight},
};

/// The chart as an SVG document of this size in pixels.
pub fn svg(spec: &ChartSpec, size: [u32; 2], theme: Theme) -> String {
    let scene = Scene::new(
        spec,
        size.map(|side| side as f32),
        theme,
        For::File,
        View::default(),
    );
    text(spec, &scene)
}

fn text(spec: &ChartSpec, scene: &Scene) -> String {
    let mut out = String::new();
    document(&mut out, spec, scene).expect("a String takes any text");
    out
}

fn document(out: &mut String, spec: &ChartSpec, scene: &Scene) -> fmt::Result {
    let [width, height] = scene.size.map(Number);
    writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" font-family="Inter, sans-serif">"#
    )?;
    writeln!(out, "<title>{}</title>", Escaped(&spec.title))?;
    if !spec.summary.is_empty() {
        writeln!(out, "<desc>{}</desc>", Escaped(&spec.summary))?;
    }
    writeln!(out, "<defs>")?;
    for (index, panel) in scene.panels.iter().enumerate() {
        let rect = panel.rect.around(4.0);
        write!(out, r#"<clipPath id="panel{index}"><rect "#)?;
        place(out, &rect)?;
        writeln!(out, "/></clipPath>")?;
    }
    writeln!(out, "</defs>")?;
    if let Some(ground) = scene.ground {
        writeln!(
            out,
            r#"<rect width="{width}" height="{height}" fill="{ground}"/>"#
        )?;
    }
    for drawn in &scene.under {
        item(out, drawn)?;
    }
    for (index, panel) in scene.panels.iter().enumerate() {
        writeln!(out, r#"<g clip-path="url(#panel{index})">"#)?;
        for drawn in &panel.items {
            item(out, drawn)?;
        }
        writeln!(out, "</g>")?;
    }
    for drawn in &scene.over {
        item(out, drawn)?;
    }
    writeln!(out, "</svg>")
}

impl Rect {
    /// With room for what stands on its edge.
    fn around(self, by: f32) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }
}

fn place(out: &mut String, rect: &Rect) -> fmt::Result {
    write!(
        out,
        r#"x="{}" y="{}" width="{}" height="{}""#,
        Number(rect.left),
        Number(rect.top),
        Number(rect.width()),
        Number(rect.height())
    )
}

fn item(out: &mut String, item: &Item) -> fmt::Result {
    match item {
        Item::Line { points, stroke } => line(out, points, stroke),
        Item::Area {
            upper,
            lower,
            color,
            opacity,
        } => {
            out.push_str(r#"<path d=""#);
            path(out, upper.iter().chain(lower.iter().rev()))?;
            writeln!(
                out,
                r#"Z" fill="{color}" fill-opacity="{}"/>"#,
                Number(*opacity)
            )
        }
        Item::Rect {
            rect,
            color,
            opacity,
            outline,
        } => {
            out.push_str("<rect ");
            place(out, rect)?;
            write!(out, r#" fill="{color}""#)?;
            if *opacity < 1.0 {
                write!(out, r#" fill-opacity="{}""#, Number(*opacity))?;
            }
            edge(out, *outline)?;
            writeln!(out, "/>")
        }
        Item::Dot {
            at,
            radius,
            shape,
            color,
            opacity,
            outline,
        } => {
            if *shape == Shape::Circle {
                let [x, y, r] = [at[0], at[1], *radius].map(Number);
                write!(out, r#"<circle cx="{x}" cy="{y}" r="{r}""#)?;
            } else {
                out.push_str(r#"<path d=""#);
                path(out, &shape.corners(*at, *radius))?;
                out.push_str(r#"Z""#);
            }
            write!(out, r#" fill="{color}""#)?;
            if *opacity < 1.0 {
                write!(out, r#" opacity="{}""#, Number(*opacity))?;
            }
            edge(out, *outline)?;
            writeln!(out, "/>")
        }
        Item::Text(text) => words(out, text),
    }
}

fn edge(out: &mut String, outline: Option<Rgb>) -> fmt::Result {
    match outline {
        Some(color) => write!(out, r#" stroke="{color}""#),
        None => Ok(()),
    }
}

fn line(out: &mut String, points: &[Pixel], stroke: &Stroke) -> fmt::Result {
    out.push_str(r#"<path d=""#);
    // A line of one pixel on the grid of pixels is sharp.
    if let ([a, b], true) = (points, stroke.width <= 1.0) {
        let sharp = |at: f32| at.floor() + 0.5;
        if a[1] == b[1] {
            path(out, &[[a[0], sharp(a[1])], [b[0], sharp(b[1])]])?;
        } else if a[0] == b[0] {
            path(out, &[[sharp(a[0]), a[1]], [sharp(b[0]), b[1]]])?;
        } else {
            path(out, points)?;
        }
    } else {
        path(out, points)?;
    }
    write!(
        out,
        r#"" fill="none" stroke="{}" stroke-width="{}" stroke-linejoin="round""#,
        stroke.color,
        Number(stroke.width)
    )?;
    if stroke.opacity < 1.0 {
        write!(out, r#" stroke-opacity="{}""#, Number(stroke.opacity))?;
    }
    if !stroke.dash.is_empty() {
        out.push_str(r#" stroke-dasharray=""#);
        for (index, length) in stroke.dash.iter().enumerate() {
            let space = if index > 0 { " " } else { "" };
            write!(out, "{space}{}", Number(*length))?;
        }
        out.push('"');
    }
    writeln!(out, "/>")
}

fn path<'a>(out: &mut String, points: impl IntoIterator<Item = &'a Pixel>) -> fmt::Result {
    for (index, [x, y]) in points.into_iter().enumerate() {
        let letter = if index == 0 { 'M' } else { 'L' };
        write!(out, "{letter}{} {}", Number(*x), Number(*y))?;
    }
    Ok(())
}

fn words(out: &mut String, text: &Text) -> fmt::Result {
    let [x, y] = text.at.map(Number);
    write!(
        out,
        r#"<text x="{x}" y="{y}" font-size="{}" fill="{}""#,
        Number(text.size),
        text.color
    )?;
    if text.weight == Weight::Semibold {
        out.push_str(r#" font-weight="600""#);
    }
    match text.anchor {
        Anchor::Start => {}
        Anchor::Middle => out.push_str(r#" text-anchor="middle""#),
        Anchor::End => out.push_str(r#" text-anchor="end""#),
    }
    out.push('>');
    if let Some(full) = &text.full {
        write!(out, "<title>{}</title>", Escaped(full))?;
    }
    writeln!(out, "{}</text>", Escaped(&text.text))
}

/// At most two decimals, none where they are zeros.
struct Number(f32);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (f64::from(self.0) * 100.0).round() as i64;
        let sign = if hundredths < 0 { "-" } else { "" };
        let (whole, rest) = (
            hundredths.unsigned_abs() / 100,
            hundredths.unsigned_abs() % 100,
        );
        write!(f, "{sign}{whole}")?;
        match rest {
            0 => Ok(()),
            _ if rest.is_multiple_of(10) => write!(f, ".{}", rest / 10),
            _ => write!(f, ".{rest:02}"),
        }
    }
}

/// Text as XML has it: nothing in it is markup, and control characters are marks.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in words::visible(self.0).chars() {
            match letter {
                '&' => f.write_str("&amp;"),
                '<' => f.write_str("&lt;"),
                '>' => f.write_str("&gt;"),
                '"' => f.write_str("&quot;"),
                '\'' => f.write_str("&#39;"),
                '\u{fffe}' | '\u{ffff}' => f.write_str("\u{fffd}"), // XML has no such characters
                _ => f.write_char(letter),
            }?;
        }
        Ok(())
    }
}
