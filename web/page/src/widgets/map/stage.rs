//! What the map shows now and how hands and keys move it. It knows no element of the page but the events' numbers; it
//! draws through [`crate::widgets::map::paint`].

use std::collections::{HashMap, HashSet};

use plat_domain::{Cidr, ClaimId, Family, SpaceId};

use super::MapAsk;
use super::model::{Answer, Block, Kind, Layout, Spot, Step, Window, blocks, hilbert, snap};
use super::paint::{self, Ink, Names, Pen, Scene};
use crate::format;

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
/// A press that moves less than this is a click.
const CLICK_PX: f64 = 4.0;
/// How far outside of the pressed points a snapped block may reach.
const SLACK_PX: f64 = 6.0;
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

/// Everything the map keeps between frames.
pub(crate) struct Stage {
    space: Option<SpaceId>,
    revision: String,
    extent: Vec<Cidr>,
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
        if !has(self.family) && !(same_space && self.placed) {
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

    /// The part of the family where the space is. Where its parts are so far apart that they would be slivers, the first.
    fn home(&self) -> Window {
        let mine: Vec<&Cidr> = self.extent.iter().filter(|p| p.family() == self.family).collect();
        let (Some(first), Some(last)) = (
            mine.iter().map(|p| p.first()).min(),
            mine.iter().map(|p| p.last()).max(),
        ) else {
            return Window::all(self.family);
        };
        let all = Window::range(self.family, first, last);
        let filled: f64 = mine.iter().map(|p| Window::of(p).size / all.size).sum();
        let largest = mine.iter().min_by_key(|p| (p.len(), p.first()));
        match largest {
            // A sixty-fourth of 1000 px: 16 px in all.
            Some(largest) if filled < 1.0 / 64.0 => Window::of(largest),
            Some(_) | None => all,
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
            self.to_family(prefix.family());
            self.go(Window::around(prefix).zoomed(2.0, 0.5), now_ms);
        } else if !seen && !around {
            self.go(Window::around(prefix).zoomed(2.0, 0.5), now_ms);
        }
    }

    pub(crate) fn to_family(&mut self, family: Family) {
        if family == self.family {
            return;
        }
        self.left_at.insert(self.family, self.window);
        self.family = family;
        (self.cursor, self.flight) = (None, None);
        let window = self.left_at.get(&family).copied().unwrap_or_else(|| self.home());
        self.set_window(window);
    }

    pub(crate) fn to_view(&mut self, view: View) {
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
        self.target() != self.home()
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
                use super::model::window::address;
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
        let text = if self.placed && self.zoomed() { self.window.text() } else { String::new() };
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
        let home = self.home();
        let last = home.last();
        if self.window.is_within(home.first, last) || self.window == home {
            home
        } else {
            Window::all(self.family)
        }
    }

    // Questions

    fn shown(&self) -> Option<Shown> {
        Some(Shown {
            space: self.space?,
            revision: self.revision.clone(),
            family: self.family,
            view: self.view,
        })
    }

    /// The next question, if what is shown needs one and none of its kind is on its way.
    pub(crate) fn wanted(&mut self, now_ms: f64) -> Option<Asked> {
        let shown = self.shown()?;
        if self.size.0 < 1.0 {
            return None;
        }
        if !self.asking {
            let (first, last, width_px) = match self.view {
                View::Nested => self.window.asked(self.layout().across() * self.scale),
                View::Square => (
                    self.square.first(),
                    self.square.last(),
                    1 << (2 * u32::from(self.order())),
                ),
            };
            let have = (self.answer.first, self.answer.last, self.answer.width_px);
            let fits = match self.view {
                View::Square => have == (first, last, width_px),
                View::Nested => {
                    let fine = f64::from(have.2) / ((have.1 - have.0) as f64 + 1.0);
                    let meant = f64::from(width_px) / ((last - first) as f64 + 1.0);
                    let ratio = meant / fine;
                    let rests = now_ms - self.moved_ms >= REST_MS && self.flight.is_none();
                    let near = if rests { 0.99..=1.01 } else { 0.5..=1.5 };
                    self.window.is_within(have.0, have.1) && near.contains(&ratio)
                }
            };
            if self.answer_of.as_ref() != Some(&shown) || !fits {
                self.asking = true;
                let question = MapAsk {
                    space: shown.space,
                    family: shown.family,
                    first,
                    last,
                    width_px,
                };
                return Some(Asked {
                    question,
                    shown,
                    mini: false,
                });
            }
        }
        if !self.asking_mini && self.mini_width >= 1.0 {
            let window = self.overview_window();
            let asked = (
                window.first,
                window.last(),
                (self.mini_width * self.scale).round().max(1.0) as u32,
            );
            let have = (self.overview.first, self.overview.last, self.overview.width_px);
            let shown = Shown {
                view: View::Nested,
                ..shown
            };
            if self.overview_of.as_ref() != Some(&shown) || have != asked {
                self.asking_mini = true;
                let question = MapAsk {
                    space: shown.space,
                    family: shown.family,
                    first: asked.0,
                    last: asked.1,
                    width_px: asked.2,
                };
                return Some(Asked {
                    question,
                    shown,
                    mini: true,
                });
            }
        }
        None
    }

    /// Takes an answer. One about another space, family or picture is dropped; one about an earlier revision too, as the
    /// next question is on its way.
    pub(crate) fn answered(&mut self, asked: &Asked, answer: Result<Vec<u32>, String>) {
        let of = (asked.question.first, asked.question.last, asked.question.width_px);
        let expected = self.shown().map(|s| {
            if asked.mini {
                Shown {
                    view: View::Nested,
                    ..s
                }
            } else {
                s
            }
        });
        let current = expected.as_ref() == Some(&asked.shown);
        // Not asked again until something changes, or a question that fails would be asked in every frame.
        let columns = answer.unwrap_or_default();
        if asked.mini {
            self.asking_mini = false;
            if current {
                self.overview = Answer::new(asked.question.family, of, &columns);
                self.overview_of = Some(asked.shown.clone());
            }
        } else {
            self.asking = false;
            if current {
                self.answer = Answer::new(asked.question.family, of, &columns);
                self.answer_of = Some(asked.shown.clone());
                self.cells.outdate();
            }
        }
    }

    /// Claims whose names there was room for, to be looked up.
    pub(crate) fn unnamed(&mut self) -> Vec<ClaimId> {
        if self.naming {
            return Vec::new();
        }
        let missing: Vec<ClaimId> = self.names.take_missing(NAMES_MAX).into_iter().map(id).collect();
        self.naming = !missing.is_empty();
        missing
    }

    pub(crate) fn named(&mut self, asked: &[ClaimId], names: Vec<(ClaimId, String)>) {
        self.naming = false;
        self.names.learn(
            asked.iter().copied().map(number),
            names.into_iter().map(|(id, name)| (number(id), name)),
        );
    }

    /// When to look again whether the map rests: once for each wait.
    pub(crate) fn rest_in(&mut self, now_ms: f64) -> Option<u64> {
        let left = REST_MS - (now_ms - self.moved_ms);
        if left <= 0.0 || self.flight.is_some() || std::mem::replace(&mut self.resting, true) {
            return None;
        }
        Some(left.ceil() as u64 + 1)
    }

    /// The wait is over.
    pub(crate) fn rested(&mut self) {
        self.resting = false;
    }

    // Hands

    pub(crate) fn is_dragging(&self) -> bool {
        matches!(self.gesture, Gesture::Draw { .. })
    }

    fn ghost(&self) -> Option<Cidr> {
        match self.gesture {
            Gesture::Draw {
                ghost, moved: true, ..
            } => Some(ghost),
            Gesture::Draw { .. } | Gesture::None | Gesture::Pan { .. } | Gesture::Pinch { .. } => None,
        }
    }

    pub(crate) fn cursor_shape(&self) -> &'static str {
        match self.gesture {
            Gesture::Pan { moved: true, .. } | Gesture::Pinch { .. } => "grabbing",
            Gesture::Draw { .. } => "crosshair",
            Gesture::Pan { .. } => "default",
            Gesture::None => {
                if self.hover.is_some() {
                    "pointer"
                } else {
                    "default"
                }
            }
        }
    }

    /// The block drawn at a point.
    fn block_at(&self, x: f64, y: f64) -> Option<&Block> {
        match self.view {
            View::Nested => {
                let layout = self.layout();
                if x < layout.left {
                    return None;
                }
                // What is drawn last is on top. Half a pixel more on each side makes a column easier to meet.
                self.answer.blocks.iter().rev().find(|b| {
                    let mut rect = layout.rect_between(b.first, b.last, b.prefix.len(), b.nudge);
                    if rect.w < 2.0 {
                        rect.x -= 0.5;
                        rect.w += 1.0;
                    }
                    rect.holds(x, y)
                })
            }
            View::Square => self
                .answer
                .innermost(self.cell_at(x, y)?.first())
                .map(|i| &self.answer.blocks[i]),
        }
    }

    /// The cell of the Hilbert square at a point.
    fn cell_at(&self, x: f64, y: f64) -> Option<Cidr> {
        let (left, top, side) = self.square_at();
        let (x, y) = ((x - left) / side, (y - top) / side);
        ((0.0..1.0).contains(&x) && (0.0..1.0).contains(&y))
            .then(|| hilbert::part_at(&self.square, x, y, self.order()))
    }

    /// The free run at a point, where nothing is drawn but its pool.
    fn run_at(&self, x: f64, y: f64) -> Option<blocks::Run> {
        if self.view == View::Square {
            return None;
        }
        let layout = self.layout();
        let run = self.answer.free_run(layout.address_at(x))?;
        let top = self.block_at(x, y)?;
        (*top == self.answer.blocks[run.pool] && x >= layout.left).then_some(run)
    }

    fn ghost_of(&self, run: &blocks::Run, began: u128, x: f64) -> Cidr {
        let layout = self.layout();
        let slack = (SLACK_PX / layout.across() * self.window.size).floor() as u128;
        snap::largest(
            self.family,
            (run.first, run.last),
            began,
            layout.address_at(x),
            slack,
        )
    }

    pub(crate) fn pointer(&mut self, kind: Pointer, hand: &Hand, now_ms: f64) -> (Deed, Option<Card>) {
        match kind {
            Pointer::Down => self.press(hand),
            Pointer::Move => self.drag(hand, now_ms),
            Pointer::Up => self.lift(hand, now_ms),
            Pointer::Cancel => {
                self.hands.clear();
                self.gesture = Gesture::None;
                self.hover = None;
                (Deed::Nothing, None)
            }
            Pointer::Leave => {
                self.hover = None;
                (Deed::Nothing, None)
            }
        }
    }

    fn press(&mut self, hand: &Hand) -> (Deed, Option<Card>) {
        if hand.button == 2 {
            return (Deed::Nothing, None);
        }
        self.flight = None;
        self.hands.retain(|h| h.id != hand.id);
        self.hands.push(*hand);
        let pan = Gesture::Pan {
            began: (hand.x, hand.y),
            last_x: hand.x,
            moved: false,
        };
        self.gesture = match self.hands.as_slice() {
            [a, b] => Gesture::Pinch {
                apart: (a.x - b.x).hypot(a.y - b.y).max(1.0),
                middle: a.x.midpoint(b.x),
            },
            [_] if !hand.touch && !hand.pans => match self.run_at(hand.x, hand.y) {
                Some(run) => {
                    let began = self.layout().address_at(hand.x);
                    Gesture::Draw {
                        run,
                        began,
                        ghost: self.ghost_of(&run, began, hand.x),
                        moved: false,
                    }
                }
                None => pan,
            },
            _ => pan,
        };
        (Deed::Nothing, None)
    }

    /// A finger that has not moved: begins to allocate if it is on free space.
    pub(crate) fn long_press(&mut self, hand_id: i32) -> Option<Card> {
        let hand = *self.hands.iter().find(|h| h.id == hand_id)?;
        if self.hands.len() != 1 || !matches!(self.gesture, Gesture::Pan { moved: false, .. }) {
            return None;
        }
        let run = self.run_at(hand.x, hand.y)?;
        let began = self.layout().address_at(hand.x);
        let ghost = self.ghost_of(&run, began, hand.x);
        self.gesture = Gesture::Draw {
            run,
            began,
            ghost,
            moved: true,
        };
        Some(self.ghost_card(&ghost, hand.x, hand.y))
    }

    fn drag(&mut self, hand: &Hand, now_ms: f64) -> (Deed, Option<Card>) {
        let Some(held) = self.hands.iter_mut().find(|h| h.id == hand.id) else {
            if hand.touch {
                return (Deed::Nothing, None);
            }
            self.hover = self.block_at(hand.x, hand.y).map(|b| b.id);
            return (Deed::Nothing, self.card_at(hand.x, hand.y));
        };
        (held.x, held.y) = (hand.x, hand.y);
        match self.gesture {
            Gesture::Pan { began, last_x, moved } => {
                let moved = moved || (hand.x - began.0).hypot(hand.y - began.1) > CLICK_PX;
                if moved && self.view == View::Nested {
                    let across = self.layout().across();
                    let window = self.window.panned((last_x - hand.x) / across);
                    self.move_to(window, now_ms);
                }
                let last_x = if moved { hand.x } else { last_x };
                self.gesture = Gesture::Pan { began, last_x, moved };
                (Deed::Nothing, None)
            }
            Gesture::Draw {
                run, began, moved, ..
            } => {
                let ghost = self.ghost_of(&run, began, hand.x);
                let moved = moved || (self.layout().x_of(began) - hand.x).abs() > CLICK_PX;
                self.gesture = Gesture::Draw {
                    run,
                    began,
                    ghost,
                    moved,
                };
                (
                    Deed::Nothing,
                    moved.then(|| self.ghost_card(&ghost, hand.x, hand.y)),
                )
            }
            Gesture::Pinch { apart, middle } => {
                let [a, b] = self.hands.as_slice() else {
                    return (Deed::Nothing, None);
                };
                let now_apart = (a.x - b.x).hypot(a.y - b.y).max(1.0);
                let (now_middle, middle_y) = (a.x.midpoint(b.x), a.y.midpoint(b.y));
                if self.view == View::Square {
                    if now_apart / apart > 1.6 {
                        self.square_step(true, Some((now_middle, middle_y)), now_ms);
                        self.gesture = Gesture::Pinch {
                            apart: now_apart,
                            middle: now_middle,
                        };
                    } else if now_apart / apart < 0.625 {
                        self.square_step(false, None, now_ms);
                        self.gesture = Gesture::Pinch {
                            apart: now_apart,
                            middle: now_middle,
                        };
                    }
                    return (Deed::Nothing, None);
                }
                let layout = self.layout();
                let panned = self.window.panned((middle - now_middle) / layout.across());
                self.move_to(
                    panned.zoomed(apart / now_apart, layout.part_of(now_middle)),
                    now_ms,
                );
                self.gesture = Gesture::Pinch {
                    apart: now_apart,
                    middle: now_middle,
                };
                (Deed::Nothing, None)
            }
            Gesture::None => (Deed::Nothing, None),
        }
    }

    fn lift(&mut self, hand: &Hand, now_ms: f64) -> (Deed, Option<Card>) {
        let was_held = self.hands.iter().any(|h| h.id == hand.id);
        self.hands.retain(|h| h.id != hand.id);
        if !was_held {
            return (Deed::Nothing, None);
        }
        self.moved_ms = now_ms;
        let gesture = std::mem::replace(&mut self.gesture, Gesture::None);
        match gesture {
            Gesture::Draw {
                ghost, moved: true, ..
            } => (Deed::Allocate(ghost), None),
            Gesture::Pan { moved: false, .. } | Gesture::Draw { moved: false, .. } => {
                let block = self.block_at(hand.x, hand.y).copied();
                self.cursor = None;
                self.chosen = block.map(|b| b.id);
                (block.map_or(Deed::Nothing, |b| Deed::Select(id(b.id))), None)
            }
            Gesture::Pinch { .. } => {
                // The finger that stays goes on moving the map.
                if let [rest] = self.hands.as_slice() {
                    self.gesture = Gesture::Pan {
                        began: (rest.x, rest.y),
                        last_x: rest.x,
                        moved: true,
                    };
                }
                (Deed::Nothing, None)
            }
            Gesture::Pan { .. } | Gesture::None => (Deed::Nothing, None),
        }
    }

    pub(crate) fn wheel(&mut self, dx: f64, dy: f64, pinch: bool, x: f64, y: f64, now_ms: f64) {
        self.flight = None;
        self.hover = None;
        if self.view == View::Square {
            // A step of four takes a notch of a wheel, or as much of a touchpad.
            self.wheel_left += dy * if pinch { 6.0 } else { 1.0 };
            while self.wheel_left.abs() >= 90.0 {
                let into = self.wheel_left < 0.0;
                self.wheel_left -= 90f64.copysign(self.wheel_left);
                self.square_step(into, Some((x, y)), now_ms);
            }
            return;
        }
        let layout = self.layout();
        // A notch (100 px) is a quarter more or less; a pinch on a touchpad comes as a wheel with small numbers.
        let factor = (dy.clamp(-400.0, 400.0) * if pinch { 0.01 } else { 0.0025 }).exp();
        let zoomed = self.window.zoomed(factor, layout.part_of(x));
        self.move_to(zoomed.panned(dx / layout.across()), now_ms);
    }

    /// One step of the Hilbert square: to a quarter, or to four times as much.
    fn square_step(&mut self, into: bool, at: Option<(f64, f64)>, now_ms: f64) {
        let square = if into {
            let (left, top, side) = self.square_at();
            let (x, y) = at.unwrap_or((left + side / 2.0, top + side / 2.0));
            if self.square.len() + 4 > self.family.bits() {
                return;
            }
            hilbert::part_at(&self.square, (x - left) / side, (y - top) / side, 1)
        } else {
            let outer = self.square.parent().and_then(|p| p.parent());
            outer.unwrap_or(self.square)
        };
        self.to_square(square, now_ms);
    }

    fn to_square(&mut self, square: Cidr, now_ms: f64) {
        self.move_to(Window::of(&square), now_ms);
        self.square = square;
    }

    pub(crate) fn zoom_to_block(&mut self, x: f64, y: f64, now_ms: f64) {
        let Some(prefix) = self.block_at(x, y).map(|b| b.prefix) else {
            return;
        };
        self.zoom_to(&prefix, now_ms);
    }

    fn zoom_to(&mut self, prefix: &Cidr, now_ms: f64) {
        match self.view {
            View::Nested => {
                // On a block that is shown edge to edge already: one level out again.
                let window = Window::of(prefix);
                let target = if self.target() == window {
                    self.home()
                } else {
                    window
                };
                self.go(target, now_ms);
            }
            View::Square => {
                let longest = (self.family.bits() - 2) & !1;
                let square = hilbert::square(prefix);
                let square = if square.len() > longest {
                    Cidr::holding(self.family, square.first(), longest)
                } else {
                    Some(square)
                };
                if let Some(square) = square {
                    self.to_square(square, now_ms);
                }
            }
        }
    }

    pub(crate) fn whole(&mut self, now_ms: f64) {
        let home = self.home();
        // Once more shows what is around the space.
        let target = if self.target() == home {
            Window::all(self.family)
        } else {
            home
        };
        self.go(target, now_ms);
    }

    pub(crate) fn zoom(&mut self, factor: f64, now_ms: f64) {
        if self.view == View::Square {
            let at = self
                .focus()
                .and_then(|p| hilbert::place(&self.square, &p))
                .map(|(x, y, w, h)| {
                    let (left, top, side) = self.square_at();
                    (left + (x + w / 2.0) * side, top + (y + h / 2.0) * side)
                });
            self.square_step(factor < 1.0, at, now_ms);
            return;
        }
        // Around what is in focus, where that is on the screen; else around the middle.
        let target = self.target();
        let at = self.focus().filter(|p| target.shows(p)).map_or(0.5, |p| {
            target
                .x_of(p.first(), 1.0)
                .midpoint(target.x_after(p.last(), 1.0))
        });
        self.go(target.zoomed(factor, at), now_ms);
    }

    /// What the keyboard is on, or the selection.
    fn focus(&self) -> Option<Cidr> {
        self.cursor
            .map(|c| c.prefix)
            .or_else(|| self.selected.and_then(|s| self.answer.find(s)).map(|b| b.prefix))
    }

    // Keys

    /// What a key does: none if it is not the map's. Otherwise a deed, a card beside what is in focus, and words.
    pub(crate) fn key(
        &mut self,
        key: &str,
        shift: bool,
        now_ms: f64,
    ) -> Option<(Deed, Option<Card>, Option<String>)> {
        let step = match key {
            "ArrowLeft" => Some(Step::Before),
            "ArrowRight" => Some(Step::After),
            "ArrowUp" => Some(Step::Out),
            "ArrowDown" => Some(Step::In),
            _ => None,
        };
        if let (Some(step), true) = (step, shift) {
            return Some(self.walk(step, now_ms));
        }
        match (key, step) {
            ("+" | "=", _) => self.zoom(1.0 / 1.5, now_ms),
            ("-" | "_", _) => self.zoom(1.5, now_ms),
            ("0", _) => self.whole(now_ms),
            ("Escape", _) => {
                if self.cursor.is_none() && matches!(self.gesture, Gesture::None) {
                    return None;
                }
                (self.cursor, self.gesture) = (None, Gesture::None);
                self.hands.clear();
            }
            ("Enter", _) => return Some(self.enter(now_ms)),
            (_, Some(step)) if self.view == View::Square => {
                let (dx, dy) = match step {
                    Step::Before => (-1, 0),
                    Step::After => (1, 0),
                    Step::Out => (0, -1),
                    Step::In => (0, 1),
                };
                if let Some(square) = hilbert::beside(&self.square, dx, dy) {
                    self.to_square(square, now_ms);
                }
            }
            (_, Some(Step::Before)) => self.go(self.target().panned(-0.2), now_ms),
            (_, Some(Step::After)) => self.go(self.target().panned(0.2), now_ms),
            (_, Some(Step::Out)) => self.zoom(1.5, now_ms),
            (_, Some(Step::In)) => self.zoom(1.0 / 1.5, now_ms),
            (_, None) => return None,
        }
        Some((
            Deed::Nothing,
            None,
            Some(format!("Showing {}", self.range_text_of(self.target()))),
        ))
    }

    fn range_text_of(&self, window: Window) -> String {
        use super::model::window::address;
        if self.view == View::Square {
            return self.square.to_string();
        }
        format!(
            "{} to {}",
            address(self.family, window.first),
            address(self.family, window.last())
        )
    }

    fn walk(&mut self, step: Step, now_ms: f64) -> (Deed, Option<Card>, Option<String>) {
        let shown = match self.view {
            View::Nested => (self.window.first, self.window.last()),
            View::Square => (self.square.first(), self.square.last()),
        };
        let start = self.cursor.or_else(|| {
            self.selected.and_then(|s| self.answer.find(s)).map(|b| Spot {
                prefix: b.prefix,
                claim: Some(b.id),
            })
        });
        let Some(next) = self.answer.step(start, step, shown) else {
            let words = match step {
                Step::Before => "Nothing before this",
                Step::After => "Nothing after this",
                Step::Out => "This is at the top",
                Step::In => "Nothing in this: zoom in if it is small",
            };
            return (Deed::Nothing, None, Some(words.to_owned()));
        };
        self.cursor = Some(next);
        // Keep it on the screen and wide enough to be seen.
        if self.view == View::Nested {
            let target = self.target();
            let wide = Window::of(&next.prefix).size / target.size;
            let around = target.is_within(next.prefix.first(), next.prefix.last());
            if wide < 0.012 || !(target.shows(&next.prefix) || around) {
                self.go(Window::around(&next.prefix).zoomed(4.0, 0.5), now_ms);
            }
        }
        let (x, y) = self.point_of(&next.prefix);
        let (title, lines) = self.words(&next);
        let said = std::iter::once(title.clone())
            .chain(std::iter::once(next.prefix.to_string()))
            .chain(lines.iter().cloned());
        let said: Vec<String> = said.filter(|s| !s.is_empty()).collect();
        let card = self.card(x, y, title, next.prefix.to_string(), lines);
        (Deed::Nothing, Some(card), Some(said.join(", ")))
    }

    fn enter(&mut self, now_ms: f64) -> (Deed, Option<Card>, Option<String>) {
        match self.cursor {
            Some(Spot {
                claim: Some(claim),
                prefix,
            }) => {
                if self.selected == Some(claim) {
                    self.zoom_to(&prefix, now_ms);
                    return (Deed::Nothing, None, Some(format!("Showing {prefix}")));
                }
                self.chosen = Some(claim);
                (Deed::Select(id(claim)), None, Some(format!("{prefix} selected")))
            }
            Some(Spot { claim: None, prefix }) => {
                (Deed::Allocate(prefix), None, Some(format!("Allocate {prefix}")))
            }
            None => {
                if let Some(prefix) = self.focus() {
                    self.zoom_to(&prefix, now_ms);
                    return (Deed::Nothing, None, Some(format!("Showing {prefix}")));
                }
                (
                    Deed::Nothing,
                    None,
                    Some("Nothing is in focus: Shift with an arrow goes from block to block".into()),
                )
            }
        }
    }

    fn point_of(&self, prefix: &Cidr) -> (f64, f64) {
        match self.view {
            View::Nested => {
                let rect = self.layout().rect(prefix, 0);
                (
                    (rect.x + rect.w / 2.0).clamp(0.0, self.size.0),
                    (rect.y + 20.0).min(self.size.1 - 60.0),
                )
            }
            View::Square => {
                let (left, top, side) = self.square_at();
                let (x, y, w, h) = hilbert::place(&self.square, prefix).unwrap_or_default();
                (left + (x + w / 2.0) * side, top + (y + h / 2.0) * side)
            }
        }
    }

    // Words

    fn card(&self, x: f64, y: f64, title: String, prefix: String, lines: Vec<String>) -> Card {
        // About as large as a card gets, so that it stays inside.
        let to_left = x > self.size.0 * 0.6;
        let y = y.min((self.size.1 - 96.0).max(0.0));
        Card {
            x,
            y,
            to_left,
            title,
            prefix,
            lines,
        }
    }

    fn ghost_card(&self, ghost: &Cidr, x: f64, y: f64) -> Card {
        self.card(
            x,
            y,
            "Allocate".into(),
            ghost.to_string(),
            vec![format::addresses(ghost.count())],
        )
    }

    fn card_at(&mut self, x: f64, y: f64) -> Option<Card> {
        if let Some(run) = self.run_at(x, y) {
            let addr = self.layout().address_at(x);
            // The whole block is known only where both ends of it are on what was asked for.
            let free = self.answer.free_at(addr).copied().filter(|f| f.known);
            let pool = self.answer.blocks[run.pool];
            let block = free.map(|f| f.prefix).or_else(|| {
                let clipped = run.first == self.answer.first || run.last == self.answer.last;
                (!clipped)
                    .then(|| {
                        snap::prefixes(self.family, run.first, run.last)
                            .find(|p| p.first() <= addr && addr <= p.last())
                    })
                    .flatten()
            });
            let name = self.name(&pool);
            let mut lines: Vec<String> = block.iter().map(|b| format::addresses(b.count())).collect();
            lines.push(format!("in {name}"));
            lines.push("Drag to allocate".into());
            let prefix = block.map_or_else(String::new, |b| b.to_string());
            return Some(self.card(x, y, "Free".into(), prefix, lines));
        }
        let block = *self.block_at(x, y)?;
        let (title, lines) = self.words(&Spot {
            prefix: block.prefix,
            claim: Some(block.id),
        });
        Some(self.card(x, y, title, block.prefix.to_string(), lines))
    }

    fn name(&mut self, block: &Block) -> String {
        self.names
            .get(block.id)
            .unwrap_or_else(|| block.prefix.to_string())
    }

    fn words(&mut self, spot: &Spot) -> (String, Vec<String>) {
        let count = format::addresses(spot.prefix.count());
        let Some(claim) = spot.claim else {
            return ("Free".into(), vec![count]);
        };
        let block = self
            .answer
            .blocks
            .iter()
            .find(|b| b.id == claim && b.prefix == spot.prefix)
            .or_else(|| self.answer.find(claim))
            .copied();
        let Some(block) = block else {
            return (String::new(), vec![count]);
        };
        let kind = match block.kind {
            Kind::Pool => "Pool",
            Kind::Network => "Network",
            Kind::Subnet => "Subnet",
            Kind::Static => "Static",
            Kind::External => "External",
            Kind::Reservation => "Reservation",
        };
        let mut lines = vec![format!("{kind} · {count}")];
        if block.merged {
            lines.push("and more too small to show: zoom in".into());
        }
        let marks = [
            (block.conflict, "Overlaps another claim"),
            (block.observed, "Observed"),
            (self.drafted.contains(&block.id), "Changed in this plan"),
            (self.selected == Some(block.id), "Selected"),
        ];
        lines.extend(
            marks
                .into_iter()
                .filter(|(is, _)| *is)
                .map(|(_, word)| word.to_owned()),
        );
        (self.names.get(block.id).unwrap_or_default(), lines)
    }

    // The strip

    pub(crate) fn mini(&mut self, kind: Pointer, x: f64, now_ms: f64) {
        match kind {
            Pointer::Down => {
                self.hands = vec![Hand {
                    id: -1,
                    x,
                    y: 0.0,
                    touch: false,
                    button: 0,
                    pans: true,
                }]
            }
            Pointer::Move if self.hands.first().is_some_and(|h| h.id == -1) => {}
            Pointer::Move => return,
            Pointer::Up | Pointer::Cancel | Pointer::Leave => {
                self.hands.clear();
                return;
            }
        }
        self.flight = None;
        let strip = self.overview_window();
        let addr = strip.at(x.clamp(0.0, self.mini_width - 1e-6), self.mini_width.max(1.0));
        if self.view == View::Square {
            if let Some(square) = Cidr::holding(self.family, addr, self.square.len()) {
                self.to_square(square, now_ms);
            }
            return;
        }
        let offset = self.window.x_of(addr, 1.0) - 0.5;
        let window = self.window.panned(offset);
        // Not out of the strip, or the strip would change under the pointer.
        let room = strip.size - window.size;
        let window = if room <= 0.0 {
            strip
        } else {
            let ahead = (-strip.x_of(window.first, 1.0)).max(0.0) * strip.size;
            let behind = (strip.x_of(window.first, 1.0) * strip.size - room).max(0.0);
            window.panned((ahead - behind) / window.size)
        };
        self.move_to(window, now_ms);
    }
}
