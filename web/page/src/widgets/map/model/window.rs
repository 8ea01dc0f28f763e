//! The window: which addresses are on the screen, to a fraction of an address, so that zooming is smooth to the end.

use plat_domain::{Cidr, Family};

/// Addresses across the screen at the closest zoom.
pub(crate) const CLOSEST_ADDRESSES: f64 = 4.0;

/// A run of addresses shown from the left edge to the right one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) family: Family,
    /// The address at the left edge.
    pub(crate) first: u128,
    /// How far into that address the left edge is: 0 up to but not including 1.
    pub(crate) part: f64,
    /// Addresses across, at most 2^bits. Any float of 2^53 or more is a whole number.
    pub(crate) size: f64,
}

/// The last address of a family.
pub(crate) fn last_of(family: Family) -> u128 {
    match family {
        Family::V4 => u128::from(u32::MAX),
        Family::V6 => u128::MAX,
    }
}

/// `a - b`, exact until the one conversion.
fn minus(a: u128, b: u128) -> f64 {
    if a >= b { (a - b) as f64 } else { -((b - a) as f64) }
}

impl Window {
    /// The whole family.
    pub(crate) fn all(family: Family) -> Self {
        Self {
            family,
            first: 0,
            part: 0.0,
            size: f64::from(family.bits()).exp2(),
        }
    }

    /// From one address to another, both inclusive.
    pub(crate) fn range(family: Family, first: u128, last: u128) -> Self {
        let (first, last) = (first.min(last), first.max(last));
        Self {
            family,
            first,
            part: 0.0,
            size: (last - first) as f64 + 1.0,
        }
        .kept_inside()
    }

    /// A prefix, edge to edge.
    pub(crate) fn of(prefix: &Cidr) -> Self {
        Self::range(prefix.family(), prefix.first(), prefix.last())
    }

    /// A prefix with an eighth of room at both sides, where the family has it.
    pub(crate) fn around(prefix: &Cidr) -> Self {
        let block = Self::of(prefix);
        block.zoomed(1.25, 0.5)
    }

    /// The prefix length of a block as wide as the window: not a whole number between two of them.
    pub(crate) fn len(&self) -> f64 {
        f64::from(self.family.bits()) - self.size.log2()
    }

    /// The last address of which any part is shown.
    pub(crate) fn last(&self) -> u128 {
        let end = self.part + self.size;
        // A float of 2^128 becomes the largest u128, which is one less: then it is the last address itself.
        let steps = if end >= 2f64.powi(128) {
            u128::MAX
        } else {
            (end.ceil() as u128).saturating_sub(1)
        };
        self.first.saturating_add(steps).min(last_of(self.family))
    }

    /// Where the left edge of an address is, of a screen `width` wide. Left of the screen is negative.
    pub(crate) fn x_of(&self, addr: u128, width: f64) -> f64 {
        (minus(addr, self.first) - self.part) / self.size * width
    }

    /// Where the right edge of an address is.
    pub(crate) fn x_after(&self, addr: u128, width: f64) -> f64 {
        (minus(addr, self.first) + 1.0 - self.part) / self.size * width
    }

    /// The address at `x`, kept in the family.
    pub(crate) fn at(&self, x: f64, width: f64) -> u128 {
        self.moved(x / width * self.size).first
    }

    /// With the left edge moved by so many addresses, at most to the ends of the family.
    fn moved(&self, addresses: f64) -> Self {
        let offset = self.part + addresses;
        let whole = offset.floor();
        let part = offset - whole;
        let steps = whole.abs() as u128;
        let (first, part) = if whole < 0.0 {
            self.first
                .checked_sub(steps)
                .map_or((0, 0.0), |first| (first, part))
        } else {
            let last = last_of(self.family);
            self.first
                .checked_add(steps)
                .filter(|f| *f <= last)
                .map_or((last, 0.0), |first| (first, part))
        };
        Self { first, part, ..*self }
    }

    /// The nearest window that is in the family.
    fn kept_inside(&self) -> Self {
        let whole_family = Self::all(self.family);
        if self.size >= whole_family.size {
            return whole_family;
        }
        let size = self.size.max(CLOSEST_ADDRESSES);
        let (whole, rest) = (size.floor(), size.fract());
        // The rightmost start is 2^bits - size; 2^bits itself may not fit, so count from the last address.
        let from_last = last_of(self.family) - whole as u128;
        let (first, part) = if rest > 0.0 {
            (from_last, 1.0 - rest)
        } else {
            (from_last + 1, 0.0)
        };
        if (self.first, self.part) > (first, part) {
            Self {
                first,
                part,
                size,
                ..*self
            }
        } else {
            Self { size, ..*self }
        }
    }

    /// With so many times the addresses; what is at `at` (0 left, 1 right) stays where it is, unless an end of the
    /// family is in the way.
    pub(crate) fn zoomed(&self, factor: f64, at: f64) -> Self {
        let most = f64::from(self.family.bits()).exp2();
        let size = (self.size * factor).clamp(CLOSEST_ADDRESSES, most);
        Self {
            size,
            ..self.moved_freely((self.size - size) * at, size)
        }
        .kept_inside()
    }

    /// Moved by a part of its width: 1 is one screen to the right.
    pub(crate) fn panned(&self, screens: f64) -> Self {
        self.moved_freely(screens * self.size, self.size).kept_inside()
    }

    /// As [`Self::moved`]; the end is that of the window that will be `size` wide.
    fn moved_freely(&self, addresses: f64, size: f64) -> Self {
        Self {
            size,
            ..self.moved(addresses)
        }
    }

    /// Between this window and another, 0 to 1: sizes by ratio, the edge so that nothing swings.
    pub(crate) fn towards(&self, target: &Self, t: f64) -> Self {
        if t <= 0.0 && self.family == target.family {
            return *self;
        }
        if t >= 1.0 || self.family != target.family {
            return *target;
        }
        let size = (self.size.ln() + (target.size.ln() - self.size.ln()) * t).exp();
        let gone = if (self.size - target.size).abs() < target.size * 1e-9 {
            1.0 - t
        } else {
            (size - target.size) / (self.size - target.size)
        };
        // Measured from the target, so that the last steps are exact where a long way is nearly gone.
        let left = (minus(self.first, target.first) + self.part - target.part) * gone;
        target.moved_freely(left, size).kept_inside()
    }

    /// How far apart two windows are as zoom: bits between their sizes. Infinite across families.
    pub(crate) fn bits_from(&self, other: &Self) -> f64 {
        if self.family == other.family {
            (self.size.log2() - other.size.log2()).abs()
        } else {
            f64::INFINITY
        }
    }

    /// What to ask the engine for, first and last inclusive: the window with a quarter of itself at both sides, so that
    /// there is something to show while it moves; and the columns for it at `width` for the window.
    pub(crate) fn asked(&self, width: f64) -> (u128, u128, u32) {
        let left = self.moved(-self.size / 4.0);
        let first = left.first;
        let right = self.moved(self.size * 1.25);
        let last = right.first.max(self.last());
        let across = (last - first) as f64 + 1.0;
        // At most 8192: 1.5 times a screen of 5461 device pixels.
        let width_px = (across / self.size * width).round().clamp(1.0, 8192.0);
        (first, last, width_px as u32)
    }

    /// True if every address on the screen is in `first..=last`.
    pub(crate) fn is_within(&self, first: u128, last: u128) -> bool {
        self.first >= first && self.last() <= last
    }

    /// True if the whole prefix is on the screen.
    pub(crate) fn shows(&self, prefix: &Cidr) -> bool {
        self.family == prefix.family() && prefix.first() >= self.first && prefix.last() <= self.last()
    }

    /// `10.0.0.0-10.0.3.255`: for links and for people. [`Self::from_text`] reads it.
    pub(crate) fn text(&self) -> String {
        format!(
            "{}-{}",
            address(self.family, self.first),
            address(self.family, self.last())
        )
    }

    /// The window that [`Self::text`] or a prefix names.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        if let Ok(prefix) = text.parse::<Cidr>() {
            return Some(Self::of(&prefix));
        }
        let (a, b) = text.split_once('-')?;
        let (a, b) = (a.trim().parse::<Cidr>().ok()?, b.trim().parse::<Cidr>().ok()?);
        (a.family() == b.family()).then(|| Self::range(a.family(), a.first(), b.last()))
    }
}

/// An address as it is written.
pub(crate) fn address(family: Family, addr: u128) -> String {
    match family {
        Family::V4 => std::net::Ipv4Addr::from(u32::try_from(addr).unwrap_or(u32::MAX)).to_string(),
        Family::V6 => std::net::Ipv6Addr::from(addr).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator (xorshift), so that the cases are the same on every machine.
    fn random(seed: &mut u64) -> u64 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        *seed
    }

    fn windows() -> Vec<Window> {
        let mut seed = 7;
        let mut out = vec![Window::all(Family::V4), Window::all(Family::V6)];
        for _ in 0..2000 {
            let family = if random(&mut seed) & 1 == 0 {
                Family::V4
            } else {
                Family::V6
            };
            let wide = u128::from(random(&mut seed)) << 64 | u128::from(random(&mut seed));
            let (a, b) = (
                wide,
                u128::from(random(&mut seed)) << 64 | u128::from(random(&mut seed)),
            );
            let drop = random(&mut seed) % 128;
            let (a, b) = match family {
                Family::V4 => (
                    a & 0xffff_ffff,
                    (a & 0xffff_ffff).saturating_add((b & 0xffff_ffff) >> (drop % 32)),
                ),
                Family::V6 => (a, a.saturating_add(b >> drop)),
            };
            out.push(Window::range(family, a, b.min(last_of(family))));
        }
        out
    }

    #[test]
    fn an_address_is_found_where_it_is_drawn() {
        let mut seed = 3;
        for window in windows() {
            for _ in 0..20 {
                let x = (random(&mut seed) % 1_000_000) as f64 / 1000.0;
                let addr = window.at(x, 1000.0);
                let (from, to) = (window.x_of(addr, 1000.0), window.x_after(addr, 1000.0));
                assert!(
                    from <= x + 1e-9 && x <= to + 1e-9,
                    "{window:?}: {x} is not in {from}..{to}"
                );
                // And back: the middle of what is drawn is that address, exactly, where addresses are not below a float.
                if window.size < 2f64.powi(50) {
                    assert_eq!(window.at(from.midpoint(to), 1000.0), addr, "{window:?} at {x}");
                }
            }
        }
    }

    #[test]
    fn edges_of_prefixes_are_exact_at_every_size() {
        for len in 0..=126u8 {
            let prefix = Cidr::holding(Family::V6, u128::MAX, len).unwrap();
            let window = Window::of(&prefix);
            assert_eq!(
                (window.first, window.last()),
                (prefix.first(), prefix.last()),
                "/{len}"
            );
            assert_eq!(window.x_of(prefix.first(), 1024.0), 0.0);
            assert!((window.x_after(prefix.last(), 1024.0) - 1024.0).abs() < 1e-9);
            assert!((window.len() - f64::from(len)).abs() < 1e-9);
        }
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer_and_stays_in_the_family() {
        let mut seed = 11;
        for start in windows() {
            let mut window = start;
            let at = (random(&mut seed) % 1000) as f64 / 1000.0;
            for _ in 0..150 {
                let before = window;
                window = window.zoomed(0.8, at);
                assert!(window.size >= CLOSEST_ADDRESSES);
                // Where both windows have the address, it has not moved by a thousandth of a pixel.
                if window.size < before.size {
                    let offset = (minus(window.first, before.first) + window.part - before.part)
                        / before.size
                        * 1000.0;
                    let meant = at * 1000.0 * (1.0 - window.size / before.size);
                    assert!(
                        (offset - meant).abs() < 1e-3,
                        "{before:?} to {window:?}: {offset} not {meant}"
                    );
                }
            }
            for _ in 0..700 {
                window = window.zoomed(1.25, at);
            }
            assert_eq!(window, Window::all(window.family));
        }
    }

    #[test]
    fn panning_stops_at_both_ends() {
        for start in windows() {
            let right = start.panned(1e40);
            assert_eq!(right.last(), last_of(start.family), "{start:?} to {right:?}");
            assert!((right.size - start.size).abs() <= start.size * 1e-12);
            assert!((right.x_after(last_of(start.family), 1000.0) - 1000.0).abs() < 1e-6);
            let left = start.panned(-1e40);
            assert_eq!((left.first, left.part), (0, 0.0));
        }
        let window = Window::range(Family::V4, 256, 511);
        assert_eq!(window.panned(0.5).first, 384);
        assert_eq!(window.panned(0.5).panned(-0.5), window);
        assert_eq!(
            (
                window.panned(1.0 / 1024.0).first,
                window.panned(1.0 / 1024.0).part
            ),
            (256, 0.25)
        );
    }

    #[test]
    fn a_way_between_windows_begins_and_ends_exactly() {
        let from = Window::all(Family::V6);
        let to = Window::of(&"2001:db8::/64".parse().unwrap());
        assert_eq!(from.towards(&to, 0.0).size, from.size);
        assert_eq!(from.towards(&to, 1.0), to);
        // Close to the end, what was asked for is already about where it will be.
        let nearly = from.towards(&to, 0.995);
        assert!(
            nearly.x_of(to.first, 1000.0).abs() < 1000.0 && nearly.shows(&"2001:db8::/64".parse().unwrap())
        );
        assert_eq!(Window::all(Family::V4).towards(&to, 0.1), to);
    }

    #[test]
    fn what_is_asked_holds_what_is_shown() {
        for window in windows() {
            let (first, last, width_px) = window.asked(1000.0);
            assert!(window.is_within(first, last), "{window:?}: {first}..{last}");
            assert!(
                (1..=1600).contains(&width_px) || window.size < 64.0,
                "{window:?}: {width_px}"
            );
        }
        assert_eq!(Window::all(Family::V6).asked(1000.0), (0, u128::MAX, 1000));
        assert_eq!(
            Window::range(Family::V4, 1024, 2047).asked(1000.0),
            (768, 2304, 1501)
        );
    }

    #[test]
    fn a_window_is_written_and_read() {
        for text in [
            "10.0.0.0-10.0.3.255",
            "2001:db8::-2001:db8::ffff",
            "0.0.0.0-255.255.255.255",
        ] {
            assert_eq!(Window::from_text(text).unwrap().text(), text);
        }
        assert_eq!(
            Window::from_text("10.0.0.0/8"),
            Some(Window::of(&"10.0.0.0/8".parse().unwrap()))
        );
        assert_eq!(
            Window::from_text("::/0").unwrap().text(),
            "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
        );
        for text in ["", "10.0.0.0-::1", "a-b", "10.0.0.0"] {
            assert!(
                Window::from_text(text).is_none_or(|w| text == "10.0.0.0" && w.size == CLOSEST_ADDRESSES),
                "{text}"
            );
        }
    }
}
