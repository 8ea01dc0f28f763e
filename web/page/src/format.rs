//! Numbers for people: digits in groups, powers of two, percentages, times. Exact values stay one hover away.

use plat_domain::{Cidr, Count, Digest, Family, Timestamp};

/// Counts with more digits than this are shown in powers or units.
const DIGITS_SHOWN: usize = 10;

/// `18446744073709551616` as `18,446,744,073,709,551,616`.
pub(crate) fn group(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number as superscript digits.
fn raised(number: u32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    number
        .to_string()
        .bytes()
        .map(|b| DIGITS[usize::from(b - b'0')])
        .collect()
}

/// The exponent of an exact power of two.
fn power_of_two(count: Count) -> Option<u8> {
    match count.to_u128() {
        None => Some(128),
        Some(n) if n.is_power_of_two() => u8::try_from(n.trailing_zeros()).ok(),
        Some(_) => None,
    }
}

/// Exact, in groups of three digits.
pub(crate) fn exact(count: Count) -> String {
    group(&count.to_string())
}

/// Short enough for a row: `4,096`, `2⁶⁴`, `3,072 × /64`, `≈ 1.84 × 10¹⁹`.
pub(crate) fn short(count: Count) -> String {
    let digits = count.to_string();
    if digits.len() <= DIGITS_SHOWN {
        return group(&digits);
    }
    if let Some(exponent) = power_of_two(count) {
        return format!("2{}", raised(u32::from(exponent)));
    }
    let sixty_fours = count.div_floor_pow2(64);
    if sixty_fours.checked_mul_pow2(64) == Some(count) && sixty_fours.to_string().len() <= DIGITS_SHOWN {
        return format!("{} × /64", group(&sixty_fours.to_string()));
    }
    format!(
        "≈ {}.{} × 10{}",
        &digits[..1],
        &digits[1..3],
        raised(u32::try_from(digits.len()).unwrap_or(0) - 1)
    )
}

/// With its unit, exact: what is shown on hover and copied.
pub(crate) fn exact_addresses(count: Count) -> String {
    format!(
        "{} {}",
        exact(count),
        if count == Count::ONE {
            "address"
        } else {
            "addresses"
        }
    )
}

/// With its unit, short: `4,096 addresses`.
pub(crate) fn addresses(count: Count) -> String {
    let short = short(count);
    if count == Count::ONE {
        "1 address".to_owned()
    } else if short.ends_with("/64") {
        short
    } else {
        format!("{short} addresses")
    }
}

/// What a set of prefixes holds: `4,096 addresses · /20`, or without a length where there are several.
pub(crate) fn size(prefixes: &[Cidr]) -> String {
    let total = prefixes
        .iter()
        .map(Cidr::count)
        .fold(Count::ZERO, Count::saturating_add);
    match prefixes {
        [one] => format!("{} · /{}", addresses(total), one.len()),
        many => format!("{} · {} prefixes", addresses(total), many.len()),
    }
}

/// Hundredths of a percent: `37.5 %`, `0.01 %`, `100 %`.
pub(crate) fn percent(basis_points: u16) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    match rest {
        0 => format!("{whole} %"),
        r if r % 10 == 0 => format!("{whole}.{} %", r / 10),
        r => format!("{whole}.{r:02} %"),
    }
}

/// How many things, with the word for one or for several.
pub(crate) fn many(number: u64, one: &str, several: &str) -> String {
    format!(
        "{} {}",
        group(&number.to_string()),
        if number == 1 { one } else { several }
    )
}

/// The first digits of a digest.
pub(crate) fn brief(digest: &Digest) -> String {
    digest.to_string().chars().take(8).chain(['…']).collect()
}

/// Prefixes as they are listed: up to `shown`, then how many more.
pub(crate) fn prefixes(list: &[Cidr], shown: usize) -> String {
    let mut text = list
        .iter()
        .take(shown)
        .map(Cidr::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    if list.len() > shown {
        text.push_str(&format!(" +{}", list.len() - shown));
    }
    text
}

/// A point in time as seen from `now_ms`: `in 3 days`, `2 hours ago`.
pub(crate) fn relative(at: Timestamp, now_ms: u64) -> String {
    let (ahead, distance_ms) = if at.ms() >= now_ms {
        (true, at.ms() - now_ms)
    } else {
        (false, now_ms - at.ms())
    };
    const UNITS: [(u64, &str); 5] = [
        (365 * 86_400_000, "year"),
        (30 * 86_400_000, "month"),
        (86_400_000, "day"),
        (3_600_000, "hour"),
        (60_000, "minute"),
    ];
    let Some((unit_ms, word)) = UNITS.into_iter().find(|(unit_ms, _)| distance_ms >= *unit_ms) else {
        return if ahead {
            "in a moment".into()
        } else {
            "just now".into()
        };
    };
    let number = distance_ms / unit_ms;
    let text = many(number, word, &format!("{word}s"));
    if ahead {
        format!("in {text}")
    } else {
        format!("{text} ago")
    }
}

/// A command's word as people say it.
pub(crate) fn step(word: &str) -> &str {
    match word {
        "createSpace" => "new space",
        "editSpace" => "edit space",
        "removeSpace" => "remove space",
        "putResource" => "record resource",
        "removeResource" => "remove resource",
        "createPool" => "new pool",
        "allocate" => "allocate",
        "adopt" => "record what exists",
        "edit" => "edit",
        "split" => "split",
        "merge" => "merge",
        "release" => "release",
        "expireDue" => "expire reservations",
        "acceptConflict" => "accept overlap",
        "reopenConflict" => "reopen conflict",
        "batch" => "several changes",
        "restore" => "restore",
        other => other,
    }
}

/// `v4` as people say it.
pub(crate) fn family(family: Family) -> &'static str {
    match family {
        Family::V4 => "IPv4",
        Family::V6 => "IPv6",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_and_large_ones_are_powers() {
        assert_eq!(short(Count::from(4096u32)), "4,096");
        assert_eq!(short(Count::from(999u32)), "999");
        assert_eq!(short(Count::pow2(32)), "4,294,967,296");
        assert_eq!(short(Count::pow2(64)), "2⁶⁴");
        assert_eq!(short(Count::MAX), "2¹²⁸");
        assert_eq!(
            short(Count::from(3u8).checked_mul_pow2(74).unwrap()),
            "3,072 × /64"
        );
        assert_eq!(short(Count::from(18_446_744_073_709_551_615u64)), "≈ 1.84 × 10¹⁹");
        assert_eq!(exact(Count::pow2(64)), "18,446,744,073,709,551,616");
    }

    #[test]
    fn sizes_name_the_length_of_one_prefix() {
        assert_eq!(size(&["10.0.0.0/20".parse().unwrap()]), "4,096 addresses · /20");
        assert_eq!(size(&["10.0.0.1/32".parse().unwrap()]), "1 address · /32");
        assert_eq!(
            size(&["10.0.0.0/24".parse().unwrap(), "10.0.2.0/24".parse().unwrap()]),
            "512 addresses · 2 prefixes"
        );
        assert_eq!(size(&["2001:db8::/32".parse().unwrap()]), "2⁹⁶ addresses · /32");
    }

    #[test]
    fn percentages_show_what_they_have() {
        for (points, text) in [
            (0, "0 %"),
            (1, "0.01 %"),
            (3750, "37.5 %"),
            (3333, "33.33 %"),
            (9999, "99.99 %"),
            (10_000, "100 %"),
        ] {
            assert_eq!(percent(points), text);
        }
    }

    #[test]
    fn times_are_relative() {
        let now = 1_000 * 86_400_000;
        assert_eq!(
            relative(Timestamp::from_ms(now + 3 * 86_400_000), now),
            "in 3 days"
        );
        assert_eq!(relative(Timestamp::from_ms(now - 3_600_000), now), "1 hour ago");
        assert_eq!(relative(Timestamp::from_ms(now + 5), now), "in a moment");
    }

    #[test]
    fn long_lists_of_prefixes_are_cut() {
        let list: Vec<Cidr> = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
            .iter()
            .map(|p| p.parse().unwrap())
            .collect();
        assert_eq!(prefixes(&list, 2), "10.0.0.0/8, 172.16.0.0/12 +1");
        assert_eq!(prefixes(&list[..1], 2), "10.0.0.0/8");
    }
}
