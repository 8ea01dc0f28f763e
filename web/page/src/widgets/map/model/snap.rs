//! Legal prefixes in a run of addresses: what a drag on free space would allocate, and how free space is ruled.

use plat_domain::{Cidr, Family};

use super::window::last_of;

/// The length of the largest prefix that begins at `addr` and ends at `last` or before.
fn len_from(family: Family, addr: u128, last: u128) -> u8 {
    let bits = u32::from(family.bits());
    let aligned = addr.trailing_zeros().min(bits);
    // Of `room + 1` addresses the largest power of two; `room` of all ones is the one that would not fit in a u128.
    let room = last - addr;
    let fits = room.checked_add(1).map_or(128, u128::ilog2);
    u8::try_from(bits - aligned.min(fits).min(bits)).unwrap_or(0)
}

/// The run as the fewest prefixes, from left to right. Never more than 2 × 128.
pub(crate) fn prefixes(family: Family, first: u128, last: u128) -> impl Iterator<Item = Cidr> {
    let last = last.min(last_of(family));
    let mut next = (first <= last).then_some(first);
    std::iter::from_fn(move || {
        let from = next?;
        let prefix = Cidr::holding(family, from, len_from(family, from, last))?;
        next = prefix.last().checked_add(1).filter(|n| *n <= last);
        Some(prefix)
    })
}

/// The largest legal prefix between two points of a free run; of several, the one nearest to where the drag began.
///
/// The points may be off by `slack` addresses outward, for fingers and pixels, but the run's ends hold.
pub(crate) fn largest(family: Family, run: (u128, u128), began: u128, now: u128, slack: u128) -> Cidr {
    let (low, high) = (run.0.min(run.1), run.1.max(run.0).min(last_of(family)));
    let began = began.clamp(low, high);
    let now = now.clamp(low, high);
    let first = began.min(now).saturating_sub(slack).max(low);
    let last = began.max(now).saturating_add(slack).min(high);
    let distance = |p: &Cidr| {
        if p.first() <= began && began <= p.last() {
            0
        } else {
            p.first().abs_diff(began).min(p.last().abs_diff(began))
        }
    };
    for len in 0..family.bits() {
        // At most two blocks of a length are worth a look: the first in the run that is aligned, and the one that holds
        // the beginning or is next to it.
        let held = Cidr::holding(family, began, len);
        let beside = held.and_then(|h| {
            let after = h
                .last()
                .checked_add(1)
                .and_then(|a| Cidr::holding(family, a, len));
            let before = h
                .first()
                .checked_sub(1)
                .and_then(|a| Cidr::holding(family, a, len));
            [after, before]
                .into_iter()
                .flatten()
                .filter(|p| p.first() >= first && p.last() <= last)
                .min_by_key(distance)
        });
        let fits = |p: &Cidr| p.first() >= first && p.last() <= last;
        if let Some(prefix) = held.filter(fits).or(beside) {
            return prefix;
        }
    }
    Cidr::holding(family, began, family.bits()).unwrap_or_else(|| family.all())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> u128 {
        text.parse::<Cidr>().unwrap().first()
    }

    fn v4(run: (&str, &str), began: &str, now: &str, slack: u128) -> String {
        largest(
            Family::V4,
            (address(run.0), address(run.1)),
            address(began),
            address(now),
            slack,
        )
        .to_string()
    }

    #[test]
    fn a_run_is_its_fewest_prefixes() {
        let text: Vec<String> = prefixes(Family::V4, address("10.0.0.1"), address("10.0.1.2"))
            .map(|p| p.to_string())
            .collect();
        assert_eq!(text[..3], ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/30"]);
        assert_eq!(text.last().unwrap(), "10.0.1.2/32");
        assert_eq!(
            prefixes(Family::V6, 0, u128::MAX).collect::<Vec<_>>(),
            [Family::V6.all()]
        );
        assert_eq!(
            prefixes(Family::V4, 0, u128::MAX).collect::<Vec<_>>(),
            [Family::V4.all()]
        );
        assert_eq!(prefixes(Family::V6, 1, u128::MAX).count(), 128);
        assert_eq!(prefixes(Family::V6, 1, u128::MAX - 1).count(), 254);
        assert_eq!(
            prefixes(Family::V6, u128::MAX, u128::MAX)
                .map(|p| p.to_string())
                .collect::<Vec<_>>(),
            ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"]
        );
        assert_eq!(prefixes(Family::V4, 5, 4).count(), 0);
    }

    #[test]
    fn a_drag_takes_the_largest_legal_block_near_its_beginning() {
        let run = ("10.0.0.0", "10.0.255.255");
        assert_eq!(v4(run, "10.0.0.0", "10.0.0.255", 0), "10.0.0.0/24");
        assert_eq!(v4(run, "10.0.0.10", "10.0.1.255", 0), "10.0.1.0/24");
        assert_eq!(v4(run, "10.0.1.255", "10.0.0.10", 0), "10.0.1.0/24");
        assert_eq!(v4(run, "10.0.0.10", "10.0.1.255", 10), "10.0.0.0/23");
        assert_eq!(v4(run, "10.0.3.7", "10.0.3.7", 0), "10.0.3.7/32");
        assert_eq!(v4(run, "0.0.0.0", "255.255.255.255", 0), "10.0.0.0/16");
    }

    #[test]
    fn a_snapped_block_never_leaves_free_space_and_nothing_larger_fits() {
        // Every run, every drag, of the top 32 addresses of IPv4: 528 runs × up to 1024 drags.
        let base = u128::from(u32::MAX) - 31;
        for low in 0..32u128 {
            for high in low..32 {
                for began in low..=high {
                    for now in low..=high {
                        let p = largest(Family::V4, (base + low, base + high), base + began, base + now, 0);
                        let (first, last) = (base + began.min(now), base + began.max(now));
                        assert!(
                            p.first() >= first && p.last() <= last,
                            "{p} leaves {first}..{last}"
                        );
                        let best = prefixes(Family::V4, first, last).map(|b| b.len()).min().unwrap();
                        assert_eq!(p.len(), best, "between {first} and {last}");
                        let slack =
                            largest(Family::V4, (base + low, base + high), base + began, base + now, 3);
                        assert!(
                            slack.first() >= base + low && slack.last() <= base + high,
                            "{slack} leaves the run"
                        );
                    }
                }
            }
        }
    }
}
