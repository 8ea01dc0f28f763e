//! Cards: what is under the pointer or the keyboard, in words.

use plat_domain::Cidr;

use super::{Card, Stage};
use crate::format;
use crate::widgets::map::model::window::address;
use crate::widgets::map::model::{Block, Kind, Spot, snap};

impl Stage {
    pub(super) fn card(&self, x: f64, y: f64, title: String, prefix: String, lines: Vec<String>) -> Card {
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

    pub(super) fn ghost_card(&self, ghost: &Cidr, x: f64, y: f64) -> Card {
        self.card(
            x,
            y,
            "Allocate".into(),
            ghost.to_string(),
            vec![format::addresses(ghost.count())],
        )
    }

    pub(super) fn card_at(&mut self, x: f64, y: f64) -> Option<Card> {
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
            let prefix = block.map_or_else(|| address(self.family, addr), |b| b.to_string());
            return Some(self.card(x, y, "Free".into(), prefix, lines));
        }
        let block = *self.block_at(x, y)?;
        let (title, lines) = self.words(&Spot {
            prefix: block.prefix,
            claim: Some(block.id),
        });
        Some(self.card(x, y, title, block.prefix.to_string(), lines))
    }

    pub(super) fn name(&mut self, block: &Block) -> String {
        self.names
            .get(block.id)
            .unwrap_or_else(|| block.prefix.to_string())
    }

    pub(super) fn words(&mut self, spot: &Spot) -> (String, Vec<String>) {
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
}
