//! The Hilbert curve: a square in which neighbours in address space stay neighbours.
//!
//! The curve of the whole family is fixed, so a part of it keeps its place and direction at every zoom. Two bits of the
//! address choose a quadrant; a window is a prefix with an even number of bits.

use plat_domain::{Cidr, Family};

/// Turns the curve may be in: whether its axes are swapped, and whether it runs from the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Turn {
    swap: bool,
    flip: bool,
}

impl Turn {
    const START: Self = Self {
        swap: false,
        flip: false,
    };

    /// The column and row (0 or 1) of the quadrant `q` in order along the curve, and the turn inside it.
    fn quadrant(self, q: u8) -> (u8, u8, Self) {
        // The base shape runs down the left, across, and up the right: (0,0) (0,1) (1,1) (1,0).
        let (x, y) = match q & 3 {
            0 => (0, 0),
            1 => (0, 1),
            2 => (1, 1),
            _ => (1, 0),
        };
        let (x, y) = if self.swap { (y, x) } else { (x, y) };
        let (x, y) = if self.flip { (1 - x, 1 - y) } else { (x, y) };
        let inner = match q & 3 {
            0 => Self {
                swap: !self.swap,
                ..self
            },
            3 => Self {
                swap: !self.swap,
                flip: !self.flip,
            },
            _ => self,
        };
        (x, y, inner)
    }

    /// The quadrant in order along the curve at a column and row.
    fn order(self, x: u8, y: u8) -> u8 {
        (0..4)
            .find(|q| {
                let (qx, qy, _) = self.quadrant(*q);
                (qx, qy) == (x, y)
            })
            .unwrap_or(0)
    }
}

/// Two bits of an address, counted from the most significant pair of its family.
fn pair(family: Family, addr: u128, i: u8) -> u8 {
    ((addr >> (family.bits() - 2 * (i + 1))) & 3) as u8
}

fn turn_of(window: &Cidr) -> Turn {
    (0..window.len() / 2).fold(Turn::START, |turn, i| {
        turn.quadrant(pair(window.family(), window.first(), i)).2
    })
}

/// The window for a prefix: itself, or the prefix around it that is a square.
pub(crate) fn square(prefix: &Cidr) -> Cidr {
    if prefix.len().is_multiple_of(2) {
        *prefix
    } else {
        prefix.parent().unwrap_or(*prefix)
    }
}

/// The smallest square that holds both addresses.
pub(crate) fn square_around(family: Family, first: u128, last: u128) -> Cidr {
    let unused = 128 - family.bits();
    let same = ((first ^ last).leading_zeros() as u8)
        .saturating_sub(unused)
        .min(family.bits());
    Cidr::holding(family, first, same & !1).unwrap_or_else(|| family.all())
}

/// The cells of a square window in order along the curve, `2^order` a side: column and row of each.
pub(crate) fn cells(window: &Cidr, order: u8) -> Vec<(u16, u16)> {
    let mut out = vec![(0u16, 0u16, turn_of(window))];
    for _ in 0..order {
        out = out
            .into_iter()
            .flat_map(|(x, y, turn)| {
                (0..4u8).map(move |q| {
                    let (qx, qy, inner) = turn.quadrant(q);
                    (x * 2 + u16::from(qx), y * 2 + u16::from(qy), inner)
                })
            })
            .collect();
    }
    out.into_iter().map(|(x, y, _)| (x, y)).collect()
}

/// The part of the square at a point (0 to 1 from left and top): the prefix `2 × order` bits longer than the window.
pub(crate) fn part_at(window: &Cidr, x: f64, y: f64, order: u8) -> Cidr {
    let family = window.family();
    let order = order.min((family.bits() - window.len()) / 2);
    let (mut x, mut y) = (x.clamp(0.0, 1.0 - 1e-12), y.clamp(0.0, 1.0 - 1e-12));
    let (mut addr, mut turn) = (window.first(), turn_of(window));
    for i in 0..order {
        (x, y) = (x * 2.0, y * 2.0);
        let (qx, qy) = (x as u8, y as u8);
        let q = turn.order(qx, qy);
        addr |= u128::from(q) << (family.bits() - window.len() - 2 * (i + 1));
        turn = turn.quadrant(q).2;
        (x, y) = (x.fract(), y.fract());
    }
    Cidr::holding(family, addr, window.len() + 2 * order).unwrap_or(*window)
}

/// Where a prefix is in a square window: x, y, width and height as parts of the window, which may be outside of it.
/// None if it does not lie in the window; the whole square if it holds the window.
pub(crate) fn place(window: &Cidr, prefix: &Cidr) -> Option<(f64, f64, f64, f64)> {
    if prefix.contains(window) {
        return Some((0.0, 0.0, 1.0, 1.0));
    }
    if !window.contains(prefix) {
        return None;
    }
    let (mut x, mut y, mut side, mut turn) = (0.0, 0.0, 1.0, turn_of(window));
    for i in window.len() / 2..prefix.len() / 2 {
        let (qx, qy, inner) = turn.quadrant(pair(prefix.family(), prefix.first(), i));
        side /= 2.0;
        (x, y, turn) = (x + f64::from(qx) * side, y + f64::from(qy) * side, inner);
    }
    if prefix.len().is_multiple_of(2) {
        return Some((x, y, side, side));
    }
    // Half a square: its two quadrants are next to each other.
    let half = pair(prefix.family(), prefix.first(), prefix.len() / 2) & 2;
    let ((ax, ay, _), (bx, by, _)) = (turn.quadrant(half), turn.quadrant(half + 1));
    let (left, top) = (f64::from(ax.min(bx)), f64::from(ay.min(by)));
    let (wide, high) = if ax == bx { (0.5, 1.0) } else { (1.0, 0.5) };
    Some((
        x + left * side / 2.0,
        y + top * side / 2.0,
        wide * side,
        high * side,
    ))
}

/// The square of the same size beside a window, `dx` to the right and `dy` down (each -1, 0 or 1); none at the edge.
pub(crate) fn beside(window: &Cidr, dx: i8, dy: i8) -> Option<Cidr> {
    let order = window.len() / 2;
    let family = window.family();
    let (mut x, mut y, mut turn) = (0u64, 0u64, Turn::START);
    for i in 0..order {
        let (qx, qy, inner) = turn.quadrant(pair(family, window.first(), i));
        (x, y, turn) = (x << 1 | u64::from(qx), y << 1 | u64::from(qy), inner);
    }
    let last = if order == 64 { u64::MAX } else { (1 << order) - 1 };
    let moved = |v: u64, d: i8| v.checked_add_signed(i64::from(d)).filter(|v| *v <= last);
    let (x, y) = (moved(x, dx)?, moved(y, dy)?);
    let (mut addr, mut turn) = (0u128, Turn::START);
    for i in (0..order).rev() {
        let q = turn.order((x >> i & 1) as u8, (y >> i & 1) as u8);
        (addr, turn) = (addr << 2 | u128::from(q), turn.quadrant(q).2);
    }
    let shift = u32::from(family.bits() - window.len());
    Cidr::holding(family, addr.checked_shl(shift).unwrap_or(0), window.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Cidr {
        text.parse().unwrap()
    }

    #[test]
    fn every_cell_is_visited_once_and_neighbours_are_neighbours() {
        for text in [
            "0.0.0.0/0",
            "64.0.0.0/2",
            "10.0.0.0/8",
            "192.168.0.0/16",
            "2001:db8::/32",
        ] {
            for order in 0..=6 {
                let cells = cells(&prefix(text), order);
                let side = 1u16 << order;
                let mut seen = vec![false; usize::from(side) * usize::from(side)];
                for (x, y) in &cells {
                    let at = usize::from(*y) * usize::from(side) + usize::from(*x);
                    assert!(!std::mem::replace(&mut seen[at], true));
                }
                assert!(seen.iter().all(|s| *s));
                for pair in cells.windows(2) {
                    assert_eq!(
                        pair[0].0.abs_diff(pair[1].0) + pair[0].1.abs_diff(pair[1].1),
                        1,
                        "{text} {order}"
                    );
                }
            }
        }
    }

    #[test]
    fn parts_and_places_agree_with_the_cells() {
        for text in [
            "0.0.0.0/0",
            "10.0.0.0/8",
            "2001:db8::/32",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0/124",
        ] {
            let window = prefix(text);
            let order = 2;
            for (i, (x, y)) in cells(&window, order).into_iter().enumerate() {
                let cell = part_at(
                    &window,
                    (f64::from(x) + 0.5) / 4.0,
                    (f64::from(y) + 0.5) / 4.0,
                    order,
                );
                let steps = u128::try_from(i).unwrap() << (window.family().bits() - window.len() - 4);
                assert_eq!(cell.first(), window.first() + steps, "{text}");
                assert_eq!(
                    place(&window, &cell),
                    Some((f64::from(x) / 4.0, f64::from(y) / 4.0, 0.25, 0.25))
                );
                // Zooming in does not turn the picture: the cell is where its own window's cells are.
                let half = place(&window, &cell.parent().unwrap()).unwrap();
                assert!((half.2 * half.3 - 0.125).abs() < 1e-12);
                assert!(half.0 <= f64::from(x) / 4.0 && half.1 <= f64::from(y) / 4.0);
            }
        }
        assert_eq!(
            place(&prefix("10.0.0.0/8"), &prefix("0.0.0.0/0")),
            Some((0.0, 0.0, 1.0, 1.0))
        );
        assert_eq!(place(&prefix("10.0.0.0/8"), &prefix("11.0.0.0/16")), None);
    }

    #[test]
    fn windows_beside_are_beside_in_the_whole() {
        let window = prefix("10.0.0.0/8");
        let all = prefix("0.0.0.0/0");
        let (x, y, ..) = place(&all, &window).unwrap();
        for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
            let Some(beside) = beside(&window, dx, dy) else {
                continue;
            };
            let (bx, by, ..) = place(&all, &beside).unwrap();
            assert_eq!((bx, by), (x + f64::from(dx) / 16.0, y + f64::from(dy) / 16.0));
        }
        assert_eq!(beside(&all, 1, 0), None);
        assert_eq!(beside(&prefix("::/128"), 0, 0), Some(prefix("::/128")));
    }

    #[test]
    fn squares_hold_what_they_are_made_for() {
        assert_eq!(square(&prefix("10.0.0.0/9")), prefix("10.0.0.0/8"));
        assert_eq!(square(&prefix("10.0.0.0/10")), prefix("10.0.0.0/10"));
        assert_eq!(
            square_around(Family::V4, 0x0a00_0000, 0x0a7f_ffff),
            prefix("10.0.0.0/8")
        );
        assert_eq!(square_around(Family::V6, 0, u128::MAX), prefix("::/0"));
        assert_eq!(square_around(Family::V6, 5, 5), prefix("::5/128"));
    }
}
