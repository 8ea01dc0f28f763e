//! Widths of the bar's parts.

use plat_domain::Count;
use plat_domain::query::Usage;

/// A part that is there is drawn at least this wide, in percent.
const VISIBLE: f64 = 2.0;

/// For drawing only: exact numbers are the engine's.
fn number(count: Count) -> f64 {
    count
        .to_u128()
        .map_or(340_282_366_920_938_463_463_374_607_431_768_211_456.0, |n| {
            n as f64
        })
}

/// Percent of the bar for what is delegated, otherwise allocated, and reserved; together at most 100.
pub(crate) fn shares(usage: &Usage) -> [f64; 3] {
    let total = number(usage.total);
    if total <= 0.0 {
        return [0.0; 3];
    }
    let leaf = usage.allocated.saturating_sub(usage.delegated);
    let mut parts = [usage.delegated, leaf, usage.reserved].map(|c| {
        if c.is_zero() {
            0.0
        } else {
            (number(c) / total * 100.0).max(VISIBLE)
        }
    });
    let sum: f64 = parts.iter().sum();
    if sum > 100.0 {
        for part in &mut parts {
            *part *= 100.0 / sum;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(total: u32, allocated: u32, reserved: u32, delegated: u32) -> Usage {
        Usage {
            total: Count::from(total),
            allocated: Count::from(allocated),
            reserved: Count::from(reserved),
            available: Count::from(total - allocated - reserved),
            delegated: Count::from(delegated),
            used: Count::ZERO,
            allocated_basis_points: 0,
            reserved_basis_points: 0,
            used_basis_points: 0,
        }
    }

    #[test]
    fn parts_are_visible_and_fit() {
        assert_eq!(shares(&usage(100, 50, 10, 30)), [30.0, 20.0, 10.0]);
        assert_eq!(shares(&usage(1_000_000, 1, 0, 0)), [0.0, VISIBLE, 0.0]);
        assert_eq!(shares(&usage(0, 0, 0, 0)), [0.0; 3]);
        let full = shares(&usage(1_000_000, 999_999, 1, 1));
        assert!((full.iter().sum::<f64>() - 100.0).abs() < 1e-9);
    }
}
