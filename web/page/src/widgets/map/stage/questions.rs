//! What the map asks of the engine, and when: one question of a kind at a time, late answers dropped.

use plat_domain::ClaimId;

use super::{Asked, NAMES_MAX, REST_MS, Shown, Stage, View, id, number};
use crate::widgets::map::MapAsk;
use crate::widgets::map::model::Answer;

impl Stage {
    pub(super) fn shown(&self) -> Option<Shown> {
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
                let whole = self.whole_window();
                if (of.0, of.1) == (whole.first, whole.last()) {
                    self.learn_tops(asked.shown.space);
                }
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
}
