//! Keys, and what is said about what they reach.

use super::{Card, Deed, Gesture, Stage, View, id};
use crate::widgets::map::model::window::address;
use crate::widgets::map::model::{Spot, Step, Window, hilbert};
use plat_domain::Cidr;

impl Stage {
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
                    self.show_square(square, now_ms);
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

    pub(super) fn range_text_of(&self, window: Window) -> String {
        if self.view == View::Square {
            return self.square.to_string();
        }
        format!(
            "{} to {}",
            address(self.family, window.first),
            address(self.family, window.last())
        )
    }

    pub(super) fn walk(&mut self, step: Step, now_ms: f64) -> (Deed, Option<Card>, Option<String>) {
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

    pub(super) fn enter(&mut self, now_ms: f64) -> (Deed, Option<Card>, Option<String>) {
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

    pub(super) fn point_of(&self, prefix: &Cidr) -> (f64, f64) {
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
}
