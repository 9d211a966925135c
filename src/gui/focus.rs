//! Where the keyboard is: a small window that closes gives it back to the control that had it before.

use egui::{Context, Id};

#[derive(Default)]
pub(super) struct KeptFocus {
    /// Who had the focus when nothing was in front.
    last: Option<Id>,
    covered: bool,
}

impl KeptFocus {
    /// Before a frame. `dialog`: a small window is in front, or will be in this frame.
    pub(super) fn keep(&mut self, ctx: &Context, dialog: bool) {
        let (focused, modal) =
            ctx.memory(|memory| (memory.focused(), memory.top_modal_layer().is_some()));
        if dialog || modal {
            self.covered = true;
            if !dialog {
                // The frame after the last one with a modal still keeps the focus from what is below.
                ctx.request_repaint();
            }
            return;
        }
        let returns = std::mem::take(&mut self.covered);
        match (returns, focused, self.last) {
            (true, None, Some(last)) => ctx.memory_mut(|memory| memory.request_focus(last)),
            _ => self.last = focused,
        }
    }
}
