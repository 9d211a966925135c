//! Where panels stand: the tiles of the query section, side by side or one above another.
//!
//! A tile is a number here; what is drawn in it belongs to the app, so that this file knows no panel and what is saved
//! of it holds no data.

use egui::{Color32, Id, Stroke, Ui, WidgetText};
use egui_tiles::{
    Behavior, Container, Linear, LinearDir, ResizeState, SimplificationOptions, Tile, TileId, Tree,
    UiResponse,
};
use serde::{Deserialize, Serialize};

use super::theme::PaletteExt as _;

/// More tiles than this are too small to work in.
const MOST: usize = 6;

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct PaneId(pub u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Right,
    Down,
}

/// The tiles. There is always one.
#[derive(Clone, Serialize, Deserialize)]
pub struct Layout {
    tree: Tree<PaneId>,
    active: PaneId,
    next: u64,
}

impl Default for Layout {
    fn default() -> Self {
        Self::with_one(PaneId(1))
    }
}

impl Layout {
    fn with_one(pane: PaneId) -> Self {
        let mut tiles = egui_tiles::Tiles::default();
        let root = tiles.insert_pane(pane);
        Self {
            tree: Tree::new(Id::unique("query tiles"), root, tiles),
            active: pane,
            next: pane.0 + 1,
        }
    }

    /// The tile that commands go to.
    pub fn active(&self) -> PaneId {
        self.active
    }

    /// All tiles, in no order.
    pub fn panes(&self) -> Vec<PaneId> {
        let tiles = self.tree.tiles.tiles();
        tiles
            .filter_map(|tile| match tile {
                Tile::Pane(pane) => Some(*pane),
                Tile::Container(_) => None,
            })
            .collect()
    }

    /// A new tile beside the active one; it is the active one then. `None` where there are enough.
    pub fn split(&mut self, direction: Direction) -> Option<PaneId> {
        let tile = self.tree.tiles.find_pane(&self.active)?;
        if self.panes().len() >= MOST {
            return None;
        }
        let pane = PaneId(self.next);
        self.next += 1;
        let new = self.tree.tiles.insert_pane(pane);
        let dir = match direction {
            Direction::Right => LinearDir::Horizontal,
            Direction::Down => LinearDir::Vertical,
        };
        let parent = self.tree.tiles.parent_of(tile);
        let both = || Container::Linear(Linear::new(dir, vec![tile, new]));
        match parent.and_then(|parent| self.tree.tiles.get_mut(parent)) {
            Some(Tile::Container(Container::Linear(line))) => {
                let at = line.children.iter().position(|child| *child == tile)?;
                if line.dir == dir {
                    line.children.insert(at + 1, new);
                } else {
                    let both = self.tree.tiles.insert_container(both());
                    if let Some(Tile::Container(Container::Linear(line))) =
                        parent.and_then(|parent| self.tree.tiles.get_mut(parent))
                    {
                        line.children[at] = both;
                        line.shares.replace_with(tile, both);
                    }
                }
            }
            _ => self.tree.root = Some(self.tree.tiles.insert_container(both())),
        }
        self.active = pane;
        Some(pane)
    }

    /// Close a tile; the last one stays. True if it was closed.
    pub fn close(&mut self, pane: PaneId) -> bool {
        let Some(tile) = self.tree.tiles.find_pane(&pane) else {
            return false;
        };
        if self.panes().len() == 1 {
            return false;
        }
        let beside = self.neighbour(tile);
        self.tree.remove_recursively(tile);
        self.tree.simplify(&simplification());
        if self.active == pane
            && let Some(next) = beside.or_else(|| self.panes().first().copied())
        {
            self.active = next;
        }
        true
    }

    /// The tile before or behind it in its row or column.
    fn neighbour(&self, tile: TileId) -> Option<PaneId> {
        let parent = self.tree.tiles.parent_of(tile)?;
        let children = self.tree.tiles.get_container(parent)?.children_vec();
        let at = children.iter().position(|child| *child == tile)?;
        let beside = children
            .get(at + 1)
            .or_else(|| children.get(at.checked_sub(1)?))?;
        self.tree.tiles.get_pane(beside).copied()
    }

    /// Make the numbers right after reading a layout from a file: only panes that `keep`, at least one, one of them
    /// active.
    #[must_use]
    pub fn mend(mut self, keep: impl Fn(PaneId) -> bool) -> Self {
        let (kept, gone): (Vec<_>, Vec<_>) = self.panes().into_iter().partition(|pane| keep(*pane));
        let Some(first) = kept.first().copied() else {
            return Self::default();
        };
        for pane in gone {
            self.close(pane);
        }
        if !kept.contains(&self.active) {
            self.active = first;
        }
        let highest = kept.iter().map(|pane| pane.0).max().unwrap_or_default();
        self.next = self.next.max(highest.saturating_add(1));
        self
    }

    /// Draw all tiles; `pane_ui` draws what is in one.
    pub fn ui(&mut self, ui: &mut Ui, pane_ui: &mut dyn FnMut(&mut Ui, PaneId)) {
        let mut drawing = Drawing {
            pane_ui,
            pressed: None,
        };
        self.tree.ui(&mut drawing, ui);
        if let Some(pane) = drawing.pressed {
            self.active = pane;
        }
    }
}

fn simplification() -> SimplificationOptions {
    SimplificationOptions {
        all_panes_must_have_tabs: false,
        prune_single_child_containers: true,
        ..SimplificationOptions::default()
    }
}

struct Drawing<'a> {
    pane_ui: &'a mut dyn FnMut(&mut Ui, PaneId),
    /// What the person has turned to.
    pressed: Option<PaneId>,
}

impl Behavior<PaneId> for Drawing<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _: TileId, pane: &mut PaneId) -> UiResponse {
        let rect = ui.max_rect();
        ui.painter().rect_filled(rect, 0.0, ui.palette().background);
        let pressed = ui.input(|input| {
            let pointer = &input.pointer;
            pointer
                .any_pressed()
                .then(|| pointer.interact_pos())
                .flatten()
        });
        if let Some(at) = pressed
            && rect.contains(at)
            && ui.layer_id_at(at) == Some(ui.layer_id())
        {
            self.pressed = Some(*pane);
        }
        // Ids below must not change when a tile moves.
        ui.push_id(*pane, |ui| (self.pane_ui)(ui, *pane));
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &PaneId) -> WidgetText {
        // Tiles have no tabs; see `simplification`.
        pane.0.to_string().into()
    }

    fn tab_bar_color(&self, visuals: &egui::Visuals) -> Color32 {
        visuals.panel_fill
    }

    fn resize_stroke(&self, style: &egui::Style, state: ResizeState) -> Stroke {
        match state {
            ResizeState::Idle => style.visuals.widgets.noninteractive.bg_stroke,
            ResizeState::Hovering | ResizeState::Dragging => {
                Stroke::new(2.0, style.visuals.hyperlink_color)
            }
        }
    }

    fn min_size(&self) -> f32 {
        180.0
    }

    fn simplification_options(&self) -> SimplificationOptions {
        simplification()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_is_beside_and_active_and_closing_it_goes_back() {
        let mut layout = Layout::default();
        let first = layout.active();
        let second = layout.split(Direction::Right).unwrap();
        let third = layout.split(Direction::Down).unwrap();
        assert_eq!(layout.active(), third);
        assert_eq!(layout.panes().len(), 3);

        assert!(layout.close(third));
        assert_eq!(layout.active(), second);
        assert!(layout.close(second));
        assert_eq!(layout.active(), first);
    }

    #[test]
    fn the_last_tile_stays() {
        let mut layout = Layout::default();
        assert!(!layout.close(layout.active()));
        assert_eq!(layout.panes(), [layout.active()]);
    }

    #[test]
    fn there_are_not_more_tiles_than_one_can_work_in() {
        let mut layout = Layout::default();
        let splits = (0..20).filter(|_| layout.split(Direction::Right).is_some());
        assert_eq!(splits.count(), MOST - 1);
    }

    #[test]
    fn a_layout_survives_being_written_down() {
        let mut layout = Layout::default();
        let first = layout.active();
        let second = layout.split(Direction::Down).unwrap();
        let text = serde_json::to_string(&layout).unwrap();
        let read: Layout = serde_json::from_str(&text).unwrap();
        let mut read = read.mend(|pane| pane == first);
        assert_eq!(read.panes(), [first]);
        assert_eq!(read.active(), first);
        let new = read.split(Direction::Right).unwrap();
        assert!(new > second);
    }

    #[test]
    fn a_layout_without_tiles_is_the_default_again() {
        let layout = Layout::default().mend(|_| false);
        assert_eq!(layout.panes(), [layout.active()]);
    }
}
