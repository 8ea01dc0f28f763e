//! Which prefix lengths are worth a line in "how many fit".

use plat_domain::Family;

/// True for the lengths that people ask for, of a pool whose largest free block has the length `largest`: for IPv4 all
/// down to /28, for IPv6 every fourth down to /64; smaller ones only where nothing larger is free.
pub(crate) fn is_shown(family: Family, len: u8, largest: u8) -> bool {
    match family {
        Family::V4 => len <= 28 || largest > 24,
        Family::V6 => {
            len == largest || (len.is_multiple_of(4) && (len <= 64 || (largest >= 60 && len <= 80)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_lengths_are_shown_and_small_pools_show_all() {
        let shown = |family: Family, largest: u8| {
            (largest..=family.bits())
                .filter(|len| is_shown(family, *len, largest))
                .collect::<Vec<_>>()
        };
        assert_eq!(shown(Family::V4, 22), [22, 23, 24, 25, 26, 27, 28]);
        assert_eq!(shown(Family::V4, 29), [29, 30, 31, 32]);
        assert_eq!(shown(Family::V6, 46), [46, 48, 52, 56, 60, 64]);
        assert_eq!(shown(Family::V6, 64), [64, 68, 72, 76, 80]);
    }
}
