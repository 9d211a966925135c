//! An icon beside words: drawn, and not told to those who do not see it, because the words say it all.

use egui::{Color32, FontId, Sense, Ui};

/// As high as text of that size.
pub fn icon_ui(ui: &mut Ui, icon: &str, size: f32, color: Color32) {
    let font = FontId::proportional(size);
    let galley = ui.painter().layout_no_wrap(icon.to_owned(), font, color);
    let (rect, _) = ui.allocate_exact_size(galley.size(), Sense::hover());
    // By what is seen of it: fonts of icons leave uneven room around theirs.
    let at = rect.center() - galley.mesh_bounds.center().to_vec2();
    ui.painter().galley(at, galley, color);
}
