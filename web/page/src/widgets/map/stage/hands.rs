//! Pointers and wheels: press, drag, pinch, draw on free space.

use plat_domain::Cidr;

use super::{Card, Deed, Gesture, Hand, Pointer, Stage, View, id};
use crate::widgets::map::model::{Block, Window, blocks, hilbert, snap};

/// A press that moves less than this is a click.
const CLICK_PX: f64 = 4.0;
/// How far outside of the pressed points a snapped block may reach.
const SLACK_PX: f64 = 6.0;

impl Stage {
    pub(crate) fn is_dragging(&self) -> bool {
        matches!(self.gesture, Gesture::Draw { .. })
    }

    pub(super) fn ghost(&self) -> Option<Cidr> {
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
    pub(super) fn block_at(&self, x: f64, y: f64) -> Option<&Block> {
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
    pub(super) fn cell_at(&self, x: f64, y: f64) -> Option<Cidr> {
        let (left, top, side) = self.square_at();
        let (x, y) = ((x - left) / side, (y - top) / side);
        ((0.0..1.0).contains(&x) && (0.0..1.0).contains(&y))
            .then(|| hilbert::part_at(&self.square, x, y, self.order()))
    }

    /// The free run at a point, where nothing is drawn but its pool.
    pub(super) fn run_at(&self, x: f64, y: f64) -> Option<blocks::Run> {
        if self.view == View::Square {
            return None;
        }
        let layout = self.layout();
        let run = self.answer.free_run(layout.address_at(x))?;
        let top = self.block_at(x, y)?;
        (*top == self.answer.blocks[run.pool] && x >= layout.left).then_some(run)
    }

    pub(super) fn ghost_of(&self, run: &blocks::Run, began: u128, x: f64) -> Cidr {
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

    pub(super) fn press(&mut self, hand: &Hand) -> (Deed, Option<Card>) {
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

    pub(super) fn drag(&mut self, hand: &Hand, now_ms: f64) -> (Deed, Option<Card>) {
        let Some(held) = self.hands.iter_mut().find(|h| h.id == hand.id) else {
            if hand.touch {
                return (Deed::Nothing, None);
            }
            let free = self.run_at(hand.x, hand.y).is_some();
            self.hover = self.block_at(hand.x, hand.y).filter(|_| !free).map(|b| b.id);
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

    pub(super) fn lift(&mut self, hand: &Hand, now_ms: f64) -> (Deed, Option<Card>) {
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
    pub(super) fn square_step(&mut self, into: bool, at: Option<(f64, f64)>, now_ms: f64) {
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
        self.show_square(square, now_ms);
    }

    pub(super) fn show_square(&mut self, square: Cidr, now_ms: f64) {
        self.move_to(Window::of(&square), now_ms);
        self.square = square;
    }

    pub(crate) fn zoom_to_block(&mut self, x: f64, y: f64, now_ms: f64) {
        let Some(prefix) = self.block_at(x, y).map(|b| b.prefix) else {
            return;
        };
        self.zoom_to(&prefix, now_ms);
    }

    pub(super) fn zoom_to(&mut self, prefix: &Cidr, now_ms: f64) {
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
                    self.show_square(square, now_ms);
                }
            }
        }
    }

    pub(crate) fn whole(&mut self, now_ms: f64) {
        // Once more shows what is around the space; and from there, where that is all there is, where the map opens.
        let (whole, all) = (self.whole_window(), Window::all(self.family));
        let target = if self.target() != whole {
            whole
        } else if whole != all {
            all
        } else {
            self.home()
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
    pub(super) fn focus(&self) -> Option<Cidr> {
        self.cursor
            .map(|c| c.prefix)
            .or_else(|| self.selected.and_then(|s| self.answer.find(s)).map(|b| b.prefix))
    }

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
                }];
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
                self.show_square(square, now_ms);
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
