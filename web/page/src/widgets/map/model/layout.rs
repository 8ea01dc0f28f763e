//! Where things are on the screen: address to x, prefix length to y, and what the two rulers say.

use plat_domain::{Cidr, Family};

use super::window::{Window, address, last_of};

/// Pixels from the top ruler to the top of a block as wide as the window: the blocks around it are stacked in there.
const ABOVE: f64 = 10.0;
/// Levels in which a prefix length gets about two thirds less room than the first one shown. Found by eye: an IPv4 /8
/// with /24 networks and an IPv6 /32 with /64 both use the whole height.
const LEVELS_TO_THIN_OUT: f64 = 16.0;
/// Pixels kept for single addresses at the bottom.
const LEAF: f64 = 14.0;
/// Of blocks with the same prefix, each inner one begins this much lower.
const NUDGE: f64 = 5.0;

/// A rectangle in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) w: f64,
    pub(crate) h: f64,
}

impl Rect {
    pub(crate) fn holds(&self, x: f64, y: f64) -> bool {
        x >= self.x && x < self.x + self.w && y >= self.y && y < self.y + self.h
    }
}

/// The drawing area in CSS pixels, the window it shows, and the margins for the rulers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Layout {
    pub(crate) window: Window,
    /// Width of the whole canvas.
    pub(crate) width: f64,
    /// Height of the whole canvas.
    pub(crate) height: f64,
    /// Width of the ruler of lengths, at the left.
    pub(crate) left: f64,
    /// Height of the ruler of addresses, at the top.
    pub(crate) top: f64,
}

/// A mark on the ruler of addresses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub(crate) x: f64,
    /// The shortest prefix that begins here, so the roundest have the smallest number.
    pub(crate) len: u8,
    /// What is written there.
    pub(crate) label: Option<String>,
}

impl Layout {
    /// Pixels for the addresses.
    pub(crate) fn across(&self) -> f64 {
        (self.width - self.left).max(1.0)
    }

    /// Pixels for the lengths.
    fn down(&self) -> f64 {
        (self.height - self.top).max(1.0)
    }

    pub(crate) fn x_of(&self, addr: u128) -> f64 {
        self.left + self.window.x_of(addr, self.across())
    }

    pub(crate) fn x_after(&self, addr: u128) -> f64 {
        self.left + self.window.x_after(addr, self.across())
    }

    /// The address under `x`; at the rulers, the nearest.
    pub(crate) fn address_at(&self, x: f64) -> u128 {
        let x = (x - self.left).clamp(0.0, self.across() - 1e-6);
        self.window.at(x, self.across())
    }

    /// `x` as a part of the width: 0 left, 1 right.
    pub(crate) fn part_of(&self, x: f64) -> f64 {
        ((x - self.left) / self.across()).clamp(0.0, 1.0)
    }

    /// The top of a block of this length. Longer is never higher.
    pub(crate) fn y_of(&self, len: f64) -> f64 {
        let bits = f64::from(self.window.family.bits());
        let levels = len - self.window.len();
        let above = ABOVE.min(self.down() / 4.0);
        if levels <= 0.0 {
            return self.top + above * (levels / 4.0).exp();
        }
        let thinned = |levels: f64| 1.0 - (-levels / LEVELS_TO_THIN_OUT).exp();
        let room = (self.down() - above - LEAF).max(0.0);
        self.top + above + room * thinned(levels) / thinned((bits - self.window.len()).max(1e-9))
    }

    /// Where a block is drawn: from its length down to the bottom. Its edges may be far outside of the screen, kept
    /// to a screen's width so that no canvas rounds them.
    pub(crate) fn rect(&self, prefix: &Cidr, nudge: u8) -> Rect {
        self.rect_between(prefix.first(), prefix.last(), prefix.len(), nudge)
    }

    /// As [`Self::rect`], for a run of addresses.
    pub(crate) fn rect_between(&self, first: u128, last: u128, len: u8, nudge: u8) -> Rect {
        let from = self.x_of(first).clamp(-self.width, 2.0 * self.width);
        let to = self.x_after(last).clamp(-self.width, 2.0 * self.width);
        let y = (self.y_of(f64::from(len)) + f64::from(nudge) * NUDGE).min(self.height - 3.0);
        Rect {
            x: from,
            y,
            w: (to - from).max(1.0),
            h: self.height - y,
        }
    }

    /// Marks at round addresses, at least `mark_px` apart, and `label_px` where they are written.
    pub(crate) fn ticks(&self, mark_px: f64, label_px: f64) -> Vec<Tick> {
        let family = self.window.family;
        let bits = family.bits();
        let spacing = |len: u8| self.across() * f64::from(bits - len).exp2() / self.window.size;
        let finest = |px: f64| (0..=bits).rev().find(|len| spacing(*len) >= px).unwrap_or(0);
        let (marked, written) = (finest(mark_px), finest(label_px));
        let last = self.window.last();
        let mut next = Cidr::holding(family, self.window.first, marked);
        let mut ticks = Vec::new();
        while let Some(block) = next {
            let addr = block.first();
            if addr > last {
                break;
            }
            if addr >= self.window.first {
                let zeros = u8::try_from(addr.trailing_zeros().min(u32::from(bits))).unwrap_or(bits);
                let len = bits - zeros;
                let label = (len <= written).then(|| self.short(addr));
                ticks.push(Tick {
                    x: self.x_of(addr),
                    len,
                    label,
                });
            }
            next = block
                .last()
                .checked_add(1)
                .filter(|a| *a <= last_of(family))
                .and_then(|a| Cidr::holding(family, a, marked));
        }
        ticks
    }

    /// An address without the groups that every address of the window begins with, where it would be too long.
    fn short(&self, addr: u128) -> String {
        const CHARS: usize = 15;
        let text = address(self.window.family, addr);
        if text.len() <= CHARS || self.window.family == Family::V4 {
            return text;
        }
        let group = |a: u128, i: u32| a >> (112 - 16 * i) & 0xffff;
        let same = (0..8)
            .take_while(|i| group(self.window.first, *i) == group(self.window.last(), *i))
            .count();
        let same = u32::try_from(same).unwrap_or(0).min(7);
        let used = 8 - addr.trailing_zeros().min(127) / 16;
        let groups: Vec<String> = (same..used.max(same + 1))
            .map(|i| format!("{:x}", group(addr, i)))
            .collect();
        let end = if used.max(same + 1) < 8 { "::" } else { "" };
        format!("…:{}{end}", groups.join(":"))
    }

    /// The lengths written at the left, from the top: `(length, y)`. Rounder ones first, then what fits between.
    pub(crate) fn lengths(&self, apart_px: f64) -> Vec<(u8, f64)> {
        let bits = self.window.family.bits();
        let first = self.window.len().ceil() as u8;
        let mut written: Vec<(u8, f64)> = Vec::new();
        for step in [16u8, 8, 4, 2, 1] {
            for len in (first..=bits).filter(|l| l.is_multiple_of(step) || (step == 16 && *l == first)) {
                let y = self.y_of(f64::from(len));
                if written.iter().all(|(_, other)| (other - y).abs() >= apart_px) {
                    written.push((len, y));
                }
            }
        }
        written.sort_by_key(|(len, _)| *len);
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(window: &str) -> Layout {
        Layout {
            window: Window::from_text(window).unwrap(),
            width: 1040.0,
            height: 600.0,
            left: 40.0,
            top: 24.0,
        }
    }

    fn labels(window: &str) -> Vec<String> {
        layout(window)
            .ticks(7.0, 100.0)
            .into_iter()
            .filter_map(|t| t.label)
            .collect()
    }

    #[test]
    fn longer_prefixes_are_lower_at_every_zoom() {
        for text in [
            "0.0.0.0/0",
            "10.0.0.0/8",
            "10.0.0.0/30",
            "::/0",
            "2001:db8::/32",
            "2001:db8::/126",
        ] {
            let layout = layout(text);
            let bits = layout.window.family.bits();
            let mut before = layout.top - 1.0;
            for len in 0..=bits {
                let y = layout.y_of(f64::from(len));
                assert!(y > before || (before - y).abs() < 1e-12, "{text} /{len}");
                assert!((layout.top..=layout.height).contains(&y), "{text} /{len}: {y}");
                before = y;
            }
            assert!((layout.y_of(f64::from(bits)) - (layout.height - LEAF)).abs() < 1e-6);
        }
    }

    #[test]
    fn a_block_is_inside_what_contains_it() {
        let layout = layout("10.0.0.0/12");
        let outer = layout.rect(&"10.0.0.0/12".parse().unwrap(), 0);
        let inner = layout.rect(&"10.4.0.0/16".parse().unwrap(), 0);
        assert!((outer.x - 40.0).abs() < 1e-9 && (outer.w - 1000.0).abs() < 1e-9);
        assert!(inner.x > outer.x && inner.x + inner.w < outer.x + outer.w && inner.y > outer.y);
        assert!((inner.y + inner.h - 600.0).abs() < 1e-9 && (outer.y + outer.h - 600.0).abs() < 1e-9);
        assert!((inner.w - 62.5).abs() < 1e-9);
    }

    #[test]
    fn ticks_are_at_round_addresses() {
        assert_eq!(labels("10.0.0.0/8")[..3], ["10.0.0.0", "10.32.0.0", "10.64.0.0"]);
        assert_eq!(labels("10.0.0.0/8").len(), 8);
        assert_eq!(
            labels("10.0.0.0/29"),
            [
                "10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6",
                "10.0.0.7"
            ]
        );
        assert_eq!(labels("2001:db8::/32")[1], "2001:db8:2000::");
        assert_eq!(labels("2001:db8:0:ff00::/56")[1], "…:ff20::");
        assert_eq!(labels("2001:db8:0:ff00::/122").last().unwrap(), "…:38");
        assert_eq!(labels("0.0.0.0/0").last().unwrap(), "224.0.0.0");
        assert_eq!(labels("::/0").last().unwrap(), "e000::");
        assert_eq!(labels("255.255.255.252/30").last().unwrap(), "255.255.255.255");
        assert_eq!(
            labels("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffc/126")
                .last()
                .unwrap(),
            "…:ffff"
        );
    }

    #[test]
    fn ticks_are_in_the_window_apart_and_few() {
        for text in [
            "10.1.2.3-10.77.1.2",
            "::1-2001:db8::",
            "0.0.0.0/0",
            "::/0",
            "1.2.3.4-1.2.3.9",
        ] {
            let layout = layout(text);
            let ticks = layout.ticks(7.0, 100.0);
            assert!(ticks.len() <= 144, "{text}");
            for pair in ticks.windows(2) {
                assert!(pair[1].x - pair[0].x >= 6.99, "{text}");
            }
            let written: Vec<_> = ticks.iter().filter(|t| t.label.is_some()).collect();
            for pair in written.windows(2) {
                assert!(pair[1].x - pair[0].x >= 99.9, "{text}");
            }
            assert!(!written.is_empty(), "{text}");
            assert!(
                ticks
                    .iter()
                    .all(|t| t.x >= layout.left - 1e-9 && t.x <= layout.width)
            );
        }
    }

    #[test]
    fn lengths_are_written_apart_and_round_ones_win() {
        for text in ["0.0.0.0/0", "10.0.0.0/8", "::/0", "2001:db8::/48", "10.0.0.0/30"] {
            let layout = layout(text);
            let lengths = layout.lengths(13.0);
            for pair in lengths.windows(2) {
                assert!(pair[1].1 - pair[0].1 >= 13.0 && pair[0].0 < pair[1].0, "{text}");
            }
        }
        let all: Vec<u8> = layout("::/0")
            .lengths(13.0)
            .into_iter()
            .map(|(len, _)| len)
            .collect();
        assert!([0, 16, 32, 48, 64].iter().all(|len| all.contains(len)), "{all:?}");
    }
}
