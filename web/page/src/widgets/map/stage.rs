//! What the map shows now and how hands and keys move it. It knows no element of the page but the events' numbers; it
//! draws through [`crate::widgets::map::paint`].

mod hands;
mod keys;
mod questions;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use plat_domain::{Cidr, ClaimId, Family, SpaceId};

use super::MapAsk;
use super::model::window::address;
use super::model::{Answer, Layout, Spot, Window, blocks, hilbert, snap};
use super::paint::{self, Ink, Names, Pen, Scene};

/// Names asked for at once.
pub(crate) const NAMES_MAX: usize = 64;
/// How long a finger rests before it allocates.
pub(crate) const LONG_PRESS_MS: u64 = 420;
/// How long a flight between two windows takes.
const FLIGHT_MS: f64 = 220.0;
/// After so long without a move the map is at rest, and asks for columns that fit exactly.
const REST_MS: f64 = 120.0;
/// A link to a place and to a selection: for so long the selection, which comes later, does not move the map.
const LINKED_MS: f64 = 3_000.0;
/// Height of the ruler of addresses, width of the ruler of lengths.
const RULER_TOP: f64 = 22.0;
const RULER_LEFT: f64 = 36.0;
/// CSS pixels a cell of the Hilbert square has at least; at most 2^7 × 2^7 = 16,384 cells.
const CELL_PX: f64 = 4.0;
const ORDER_MAX: u8 = 7;

/// Which picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    Nested,
    Square,
}

/// What a hand or key asks of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Nothing,
    Select(ClaimId),
    Allocate(Cidr),
}

/// What a pointer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pointer {
    Down,
    Move,
    Up,
    Cancel,
    Leave,
}

/// A pointer, in CSS pixels of the canvas.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hand {
    pub(crate) id: i32,
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) touch: bool,
    pub(crate) button: i16,
    /// It moves the map whatever is under it.
    pub(crate) pans: bool,
}

/// What is under the pointer, in words, and where to say it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Card {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// It hangs to the left of the point.
    pub(crate) to_left: bool,
    pub(crate) title: String,
    pub(crate) prefix: String,
    pub(crate) lines: Vec<String>,
}

/// What an answer belongs to.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    space: SpaceId,
    revision: String,
    family: Family,
    view: View,
}

/// A question on its way.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) question: MapAsk,
    shown: Shown,
    /// It is for the strip that shows the whole space.
    mini: bool,
}

#[derive(Clone, Copy, Debug)]
struct Flight {
    from: Window,
    to: Window,
    began_ms: f64,
}

#[derive(Clone, Copy, Debug)]
enum Gesture {
    None,
    /// The map follows the pointer; a click if it ends near where it began.
    Pan {
        began: (f64, f64),
        last_x: f64,
        moved: bool,
    },
    /// A block of free space is being drawn.
    Draw {
        run: blocks::Run,
        began: u128,
        ghost: Cidr,
        moved: bool,
    },
    Pinch {
        apart: f64,
        middle: f64,
    },
}

/// A number for a claim.
pub(crate) fn number(id: ClaimId) -> u128 {
    u128::from_be_bytes(id.to_bytes())
}

fn id(number: u128) -> ClaimId {
    ClaimId::from_bytes(number.to_be_bytes())
}

/// From the first address of some prefixes to the last.
fn bounds<'a>(prefixes: impl Iterator<Item = &'a Cidr>) -> Option<Window> {
    let ends = prefixes.map(|p| (p.family(), p.first(), p.last()));
    let (family, first, last) = ends.reduce(|(f, a, b), (_, first, last)| (f, a.min(first), b.max(last)))?;
    Some(Window::range(family, first, last))
}

/// Everything the map keeps between frames.
pub(crate) struct Stage {
    space: Option<SpaceId>,
    revision: String,
    extent: Vec<Cidr>,
    /// What an answer about the whole has shown at the top, and of what.
    tops: Option<(SpaceId, Family, Vec<Cidr>)>,
    family: Family,
    view: View,
    window: Window,
    /// What the Hilbert square shows.
    square: Cidr,
    /// The window last shown of each family.
    left_at: HashMap<Family, Window>,
    /// The window is where the person has put it, not where the space is.
    placed: bool,
    pub(crate) selected: Option<u128>,
    pub(crate) drafted: HashSet<u128>,
    cursor: Option<Spot>,
    hover: Option<u128>,
    ink: Ink,
    names: Names,
    naming: bool,
    answer: Answer,
    answer_of: Option<Shown>,
    asking: bool,
    overview: Answer,
    overview_of: Option<Shown>,
    asking_mini: bool,
    flight: Option<Flight>,
    moved_ms: f64,
    frame_wanted: bool,
    resting: bool,
    size: (f64, f64),
    mini_width: f64,
    scale: f64,
    hands: Vec<Hand>,
    gesture: Gesture,
    wheel_left: f64,
    place_given: String,
    /// When a link said where to look.
    linked_ms: Option<f64>,
    /// The claim last selected on the map.
    chosen: Option<u128>,
    cells: paint::Cells,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let family = Family::V4;
        Self {
            space: None,
            revision: String::new(),
            extent: Vec::new(),
            tops: None,
            family,
            view: View::Nested,
            window: Window::all(family),
            square: family.all(),
            left_at: HashMap::new(),
            placed: false,
            selected: None,
            drafted: HashSet::new(),
            cursor: None,
            hover: None,
            ink: Ink::default(),
            names: Names::default(),
            naming: false,
            answer: Answer::empty(family),
            answer_of: None,
            asking: false,
            overview: Answer::empty(family),
            overview_of: None,
            asking_mini: false,
            flight: None,
            moved_ms: 0.0,
            frame_wanted: false,
            resting: false,
            size: (0.0, 0.0),
            mini_width: 0.0,
            scale: 1.0,
            hands: Vec::new(),
            gesture: Gesture::None,
            wheel_left: 0.0,
            place_given: String::new(),
            linked_ms: None,
            chosen: None,
            cells: paint::Cells::default(),
        }
    }

    // What is shown

    pub(crate) fn family(&self) -> Family {
        self.family
    }

    /// Shows a space at a revision.
    pub(crate) fn show(&mut self, space: Option<SpaceId>, revision: &str, extent: &[Cidr]) {
        let at_home = !self.placed || self.window == self.home();
        if self.revision != revision || self.space != space {
            self.names.outdate();
        }
        if self.space != space {
            self.left_at.clear();
            (self.cursor, self.hover, self.flight, self.gesture) = (None, None, None, Gesture::None);
        }
        // A place from a link is there before the space is.
        let same_space = self.space == space || self.space.is_none();
        (self.space, self.revision, self.extent) = (space, revision.to_owned(), extent.to_vec());
        let has = |family| extent.iter().any(|p: &Cidr| p.family() == family);
        let kept = has(self.family) || same_space && self.placed;
        if !kept {
            let other = if self.family == Family::V4 {
                Family::V6
            } else {
                Family::V4
            };
            if has(other) {
                self.family = other;
            }
        }
        if !same_space || at_home || self.window.family != self.family {
            self.placed = same_space && self.placed && self.window.family == self.family;
            self.set_window(self.home());
        }
    }

    /// Everything that the space has of the family.
    fn whole_window(&self) -> Window {
        bounds(self.extent.iter().filter(|p| p.family() == self.family)).unwrap_or(Window::all(self.family))
    }

    /// Where the map opens: on the whole; or on the largest part, where the parts are so far apart that they would be
    /// slivers (10.0.0.0/8 and 192.168.0.0/16, say).
    fn home(&self) -> Window {
        let whole = self.whole_window();
        let parts = self.tops();
        let filled: f64 = parts.iter().map(|p| Window::of(p).size / whole.size).sum();
        match parts.iter().min_by_key(|p| (p.len(), p.first())) {
            // A sixty-fourth of 1000 px: 16 px in all.
            Some(largest) if filled < 1.0 / 64.0 => Window::of(largest),
            Some(_) | None => whole,
        }
    }

    /// What is at the top of the space, as far as it is known: what the page said, or what an answer about the whole
    /// has shown, which tells parts apart that the page summed up.
    pub(crate) fn tops(&self) -> Vec<Cidr> {
        match &self.tops {
            Some((space, family, tops)) if Some(*space) == self.space && *family == self.family => {
                tops.clone()
            }
            Some(_) | None => self
                .extent
                .iter()
                .filter(|p| p.family() == self.family)
                .copied()
                .collect(),
        }
    }

    /// Learns the tops from an answer about the whole.
    fn learn_tops(&mut self, space: SpaceId) {
        let top = self.overview.blocks.iter().filter(|b| b.depth == 0);
        let mut tops: Vec<Cidr> = top.map(|b| b.prefix).collect();
        tops.sort();
        tops.dedup();
        let at_home = !self.placed || self.window == self.home();
        if !tops.is_empty() {
            self.tops = Some((space, self.family, tops));
        }
        if at_home && self.flight.is_none() && matches!(self.gesture, Gesture::None) {
            self.set_window(self.home());
        }
    }

    fn set_window(&mut self, window: Window) {
        self.window = window;
        self.square = hilbert::square_around(window.family, window.first, window.last());
    }

    fn move_to(&mut self, window: Window, now_ms: f64) {
        self.set_window(window);
        self.placed = true;
        self.moved_ms = now_ms;
    }

    /// Flies to a window. Across more than 2^40 sizes there is nothing to see on the way.
    pub(crate) fn go(&mut self, window: Window, now_ms: f64) {
        let far = window.bits_from(&self.window) > 40.0;
        if far || self.view == View::Square || self.ink.still {
            self.family = window.family;
            self.flight = None;
            self.move_to(window, now_ms);
        } else {
            self.placed = true;
            self.flight = Some(Flight {
                from: self.window,
                to: window,
                began_ms: now_ms,
            });
        }
    }

    /// Goes to a window given as text, unless it is where the map is.
    pub(crate) fn go_to_text(&mut self, text: &str, now_ms: f64) {
        if text == self.place_given {
            return;
        }
        text.clone_into(&mut self.place_given);
        if let Some(window) = Window::from_text(text) {
            self.family = window.family;
            self.flight = None;
            self.linked_ms = Some(now_ms);
            self.move_to(window, now_ms);
        } else if text.is_empty() {
            self.placed = false;
            self.set_window(self.home());
        }
    }

    /// Moves so that a prefix is on the screen and wide enough to be seen.
    pub(crate) fn reveal(&mut self, prefix: &Cidr, now_ms: f64) {
        let linked = self.linked_ms.take().is_some_and(|ms| now_ms - ms < LINKED_MS);
        // What was chosen on the map is where the person looks; a link says itself where to look.
        if linked || self.chosen.is_some() && self.chosen == self.selected {
            return;
        }
        let seen = self.window.shows(prefix) && Window::of(prefix).size / self.window.size >= 0.01;
        let around = prefix.family() == self.family && self.window.is_within(prefix.first(), prefix.last());
        if prefix.family() != self.family {
            self.choose_family(prefix.family());
            self.go(Window::around(prefix).zoomed(2.0, 0.5), now_ms);
        } else if !seen && !around {
            self.go(Window::around(prefix).zoomed(2.0, 0.5), now_ms);
        }
    }

    pub(crate) fn choose_family(&mut self, family: Family) {
        if family == self.family {
            return;
        }
        self.left_at.insert(self.family, self.window);
        self.family = family;
        (self.cursor, self.flight) = (None, None);
        let window = self.left_at.get(&family).copied().unwrap_or_else(|| self.home());
        self.set_window(window);
    }

    pub(crate) fn choose_view(&mut self, view: View) {
        if self.view == View::Square && view == View::Nested {
            self.window = Window::of(&self.square);
        } else if view == View::Square {
            self.square = hilbert::square_around(self.family, self.window.first, self.window.last());
        }
        (self.view, self.flight, self.gesture) = (view, None, Gesture::None);
    }

    pub(crate) fn ink(&mut self, ink: Ink) {
        self.ink = ink;
        self.names.forget_widths();
        self.cells.outdate();
    }

    /// True if less is shown than the whole space.
    pub(crate) fn zoomed(&self) -> bool {
        self.target() != self.whole_window()
    }

    fn target(&self) -> Window {
        self.flight.map_or(self.window, |f| f.to)
    }

    pub(crate) fn range_text(&self) -> String {
        let (first, last) = match self.view {
            View::Nested => (self.window.first, self.window.last()),
            View::Square => (self.square.first(), self.square.last()),
        };
        match snap::prefixes(self.family, first, last).next() {
            Some(one) if one.first() == first && one.last() == last => one.to_string(),
            Some(_) | None => {
                format!("{} – {}", address(self.family, first), address(self.family, last))
            }
        }
    }

    /// The window for a link, once it rests and is another than was given.
    pub(crate) fn take_place(&mut self, now_ms: f64) -> Option<String> {
        let moves = self.flight.is_some() || !matches!(self.gesture, Gesture::None);
        if self.space.is_none() || moves || now_ms - self.moved_ms < REST_MS {
            return None;
        }
        let text = if self.placed && self.target() != self.home() {
            self.window.text()
        } else {
            String::new()
        };
        (text != self.place_given).then(|| {
            text.clone_into(&mut self.place_given);
            text
        })
    }

    // Frames

    /// True if a frame has to be asked for: none is on its way.
    pub(crate) fn wants_frame(&mut self) -> bool {
        !std::mem::replace(&mut self.frame_wanted, true)
    }

    pub(crate) fn missed_frame(&mut self) {
        self.frame_wanted = false;
    }

    /// Moves to where the map is now. True if it goes on moving.
    pub(crate) fn begin_frame(&mut self, now_ms: f64, size: (f64, f64), mini_width: f64, scale: f64) -> bool {
        self.frame_wanted = false;
        if size != self.size || scale != self.scale {
            self.moved_ms = now_ms;
        }
        (self.size, self.mini_width, self.scale) = (size, mini_width, scale);
        let Some(flight) = self.flight else { return false };
        let t = ((now_ms - flight.began_ms) / FLIGHT_MS).clamp(0.0, 1.0);
        let eased = 1.0 - (1.0 - t).powi(3);
        self.set_window(flight.from.towards(&flight.to, eased));
        self.moved_ms = now_ms;
        if t >= 1.0 {
            self.flight = None;
            return false;
        }
        true
    }

    fn layout(&self) -> Layout {
        let left = if self.size.0 < 500.0 { 28.0 } else { RULER_LEFT };
        Layout {
            window: self.window,
            width: self.size.0,
            height: self.size.1,
            left,
            top: RULER_TOP,
        }
    }

    /// The side of the Hilbert square and its left and top.
    fn square_at(&self) -> (f64, f64, f64) {
        let side = self.size.0.min(self.size.1).max(1.0);
        ((self.size.0 - side) / 2.0, (self.size.1 - side) / 2.0, side)
    }

    fn order(&self) -> u8 {
        let cells = (self.square_at().2 / CELL_PX).max(1.0).log2().floor() as u8;
        cells
            .min(ORDER_MAX)
            .min((self.family.bits() - self.square.len()) / 2)
    }

    pub(crate) fn paint(&mut self, pen: &Pen, scale: f64) {
        if self.size.0 < 1.0 || self.size.1 < 1.0 {
            return;
        }
        let current = self
            .answer_of
            .as_ref()
            .is_some_and(|a| Some(a.space) == self.space && a.family == self.family);
        let nothing = Answer::empty(self.family);
        let layout = self.layout();
        let (ghost, square_at, order) = (self.ghost(), self.square_at(), self.order());
        let scene = Scene {
            layout: &layout,
            answer: if current { &self.answer } else { &nothing },
            ink: &self.ink,
            selected: self.selected,
            drafted: &self.drafted,
            cursor: self.cursor,
            hover: self.hover,
            ghost,
            scale,
        };
        match self.view {
            View::Nested => paint::nested(pen, &scene, &mut self.names),
            View::Square => {
                let of = (self.square, order);
                paint::square(pen, &scene, &mut self.names, &mut self.cells, of, square_at);
            }
        }
    }

    pub(crate) fn paint_mini(&self, pen: &Pen) {
        let shown = match self.view {
            View::Nested => (self.window.first, self.window.last()),
            View::Square => (self.square.first(), self.square.last()),
        };
        paint::mini(
            pen,
            self.mini_width,
            &self.overview,
            &self.ink,
            self.overview_window(),
            shown,
        );
    }

    /// What the strip shows: the space, or the family where the window is outside of it.
    fn overview_window(&self) -> Window {
        let whole = self.whole_window();
        if self.window == whole || self.window.is_within(whole.first, whole.last()) {
            whole
        } else {
            Window::all(self.family)
        }
    }
}
