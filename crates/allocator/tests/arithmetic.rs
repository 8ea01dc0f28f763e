//! Prefixes, ranges, counts, unions and overlaps: the edges of the space, text, and wire forms.

use std::collections::BTreeSet;

use plat_allocator::{
    AddressError, Count, Prefix, PrefixError, Range, RangeError, Strategy, V4, V6, any_overlap, basis_points,
    count_overlaps, overlaps, summarise, union_count,
};

fn v4(text: &str) -> Prefix<V4> {
    text.parse().unwrap()
}

fn v6(text: &str) -> Prefix<V6> {
    text.parse().unwrap()
}

#[test]
fn host_bits_are_refused_and_the_network_is_named() {
    let refused = "10.0.0.1/24".parse::<Prefix<V4>>().unwrap_err();
    assert_eq!(
        refused,
        PrefixError::HostBits {
            meant: v4("10.0.0.0/24")
        }
    );
    assert!(refused.to_string().contains("10.0.0.0/24"));
    let refused = "2001:db8::1/64".parse::<Prefix<V6>>().unwrap_err();
    assert_eq!(
        refused,
        PrefixError::HostBits {
            meant: v6("2001:db8::/64")
        }
    );
}

#[test]
fn text_is_read_strictly() {
    let refusal = |text: &str| text.parse::<Prefix<V4>>().unwrap_err();
    for text in ["10.00.0.0/8", "010.0.0.0/8", "10.0.0.01"] {
        assert_eq!(
            refusal(text),
            PrefixError::Address(AddressError::LeadingZeros),
            "{text}"
        );
    }
    for text in [
        "",
        "/8",
        "10.0.0/8",
        "10.0.0.0.0/8",
        "256.0.0.0/8",
        "::/0",
        " 10.0.0.0/8",
        "0x0a.0.0.0/8",
    ] {
        assert_eq!(
            refusal(text),
            PrefixError::Address(AddressError::Malformed),
            "{text}"
        );
    }
    for text in [
        "10.0.0.0/",
        "10.0.0.0/08",
        "10.0.0.0/+8",
        "10.0.0.0/-1",
        "10.0.0.0/8 ",
        "10.0.0.0/8/8",
    ] {
        assert_eq!(refusal(text), PrefixError::Length, "{text}");
    }
    assert_eq!(refusal("10.0.0.0/33"), PrefixError::LengthTooLong { len: 33 });
    assert_eq!(refusal("10.0.0.0/300"), PrefixError::LengthTooLong { len: 300 });
    let refused = "::ffff:010.0.0.0/128".parse::<Prefix<V6>>().unwrap_err();
    assert_eq!(refused, PrefixError::Address(AddressError::LeadingZeros));
    assert!("fe80::1%eth0".parse::<Prefix<V6>>().is_err());
    assert!("0.0.0.0/0".parse::<Prefix<V6>>().is_err());
    assert_eq!(v4("10.0.0.1"), Prefix::host(0x0a00_0001));
    assert_eq!(v6("::1").to_string(), "::1/128");
}

#[test]
fn ipv6_is_written_after_rfc_5952() {
    for (given, written) in [
        ("2001:0db8:0:0:0:0:2:1", "2001:db8::2:1/128"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1/128"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1/128"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.1/128"),
        ("::FFFF:0A00:0000/104", "::ffff:10.0.0.0/104"),
        ("::/0", "::/0"),
    ] {
        assert_eq!(v6(given).to_string(), written);
        assert_eq!(v6(written), v6(given));
    }
}

#[test]
fn order_is_by_first_address_then_larger_block() {
    let sorted: BTreeSet<_> = ["10.0.0.0/24", "10.0.0.0/8", "9.0.0.0/8", "10.0.1.0/24"]
        .map(v4)
        .into();
    let sorted: Vec<_> = sorted.into_iter().map(|prefix| prefix.to_string()).collect();
    assert_eq!(sorted, ["9.0.0.0/8", "10.0.0.0/8", "10.0.0.0/24", "10.0.1.0/24"]);
}

#[test]
fn the_top_of_the_space_is_ordinary() {
    // What ipnet got wrong: issues 70 and 71.
    assert_eq!(summarise([v4("255.255.255.254/32")]), [v4("255.255.255.254/32")]);
    assert_eq!(
        summarise([v4("255.255.255.254/32"), v4("255.255.255.255/32")]),
        [v4("255.255.255.254/31")]
    );
    let almost: Range<V4> = "0.0.0.0-255.255.255.254".parse().unwrap();
    let prefixes: Vec<_> = almost.prefixes().collect();
    assert_eq!(prefixes.len(), 32);
    assert_eq!(
        (prefixes[0], prefixes[31]),
        (v4("0.0.0.0/1"), v4("255.255.255.254/32"))
    );
    assert_eq!(summarise(prefixes).len(), 32);

    let top = u128::MAX;
    assert_eq!(summarise([Prefix::<V6>::host(top - 1)]), [Prefix::host(top - 1)]);
    let almost = Range::<V6>::new(0, top - 1).unwrap();
    assert_eq!(almost.prefixes().count(), 128);
    assert_eq!(almost.count(), Count::from(top));
    let rest = Range::<V6>::new(top, top).unwrap();
    assert_eq!(summarise([rest, almost]), [Prefix::ALL]);
    assert_eq!(union_count([rest, almost, rest]), Count::MAX);
    assert_eq!(Range::<V4>::ALL.prefixes().collect::<Vec<_>>(), [Prefix::ALL]);
}

#[test]
fn range_text_is_strict() {
    assert_eq!(
        "10.0.0.2-10.0.0.1".parse::<Range<V4>>(),
        Err(RangeError::Reversed)
    );
    assert_eq!("10.0.0.2".parse::<Range<V4>>(), Err(RangeError::Malformed));
    assert_eq!(
        "10.0.0.2 - 10.0.0.3".parse::<Range<V4>>(),
        Err(RangeError::Address(AddressError::Malformed))
    );
}

#[test]
fn counts_are_exact_around_two_to_the_128() {
    let top = Count::from(u128::MAX);
    assert_eq!(top.checked_add(Count::ONE), Some(Count::MAX));
    assert_eq!(Count::MAX.checked_add(Count::ZERO), Some(Count::MAX));
    assert_eq!(Count::MAX.checked_add(Count::ONE), None);
    assert_eq!(Count::MAX.checked_add(Count::MAX), None);
    assert_eq!(top.checked_add(Count::from(2u8)), None);
    assert_eq!(Count::MAX.checked_sub(Count::MAX), Some(Count::ZERO));
    assert_eq!(Count::ZERO.checked_sub(Count::ONE), None);
    assert_eq!(top.checked_sub(Count::MAX), None);
    assert!(Count::MAX > top && top > Count::ZERO);
    assert_eq!(Count::MAX.div_floor_pow2(128), Count::ONE);
    assert_eq!(Count::MAX.div_floor_pow2(129), Count::ZERO);
    assert_eq!(top.div_floor_pow2(128), Count::ZERO);
    assert_eq!(Count::ONE.checked_mul_pow2(128), Some(Count::MAX));
    assert_eq!(Count::from(3u8).checked_mul_pow2(127), None);
    for text in [
        "0",
        "1",
        "340282366920938463463374607431768211455",
        "340282366920938463463374607431768211456",
    ] {
        assert_eq!(text.parse::<Count>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "00",
        "01",
        "+1",
        "-1",
        " 1",
        "1.0",
        "340282366920938463463374607431768211457",
    ] {
        assert!(text.parse::<Count>().is_err(), "{text}");
    }
}

#[test]
fn basis_points_never_hide_something_or_claim_everything() {
    let points = |part: u128, total: u128| basis_points(Count::from(part), Count::from(total));
    assert_eq!(points(0, 0), 0);
    assert_eq!(points(5, 0), 0);
    assert_eq!(points(0, 5), 0);
    assert_eq!(points(1, 1_000_000), 1);
    assert_eq!(points(999_999, 1_000_000), 9_999);
    assert_eq!(points(7, 5), 10_000);
    for total in 1..200u128 {
        for part in 1..total {
            let plain = (part * 10_000 / total) as u16;
            assert_eq!(points(part, total), plain.clamp(1, 9_999));
        }
    }
    assert_eq!(basis_points(Count::pow2(127), Count::MAX), 5_000);
    assert_eq!(points(u128::MAX / 3, u128::MAX), 3_333);
}

#[test]
fn overlaps_are_all_pairs_that_intersect() {
    let mut seed = 7u32;
    let mut random = |bound: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) % bound
    };
    for round in 0..300 {
        let items: Vec<(Range<V4>, u32)> = (0..round % 40)
            .map(|n| {
                let first = u32::MAX - random(500);
                (
                    Range::new(
                        first,
                        first.saturating_add(random(if round % 2 == 0 { 8 } else { 200 })),
                    )
                    .unwrap(),
                    n,
                )
            })
            .collect();
        let mut expected = BTreeSet::new();
        for (at, a) in items.iter().enumerate() {
            expected.extend(
                items[..at]
                    .iter()
                    .filter(|b| a.0.overlaps(b.0))
                    .map(|b| (b.1, a.1)),
            );
        }
        let found = overlaps(&items);
        let unordered: BTreeSet<_> = found.iter().map(|(a, b)| (*a.min(b), *a.max(b))).collect();
        assert_eq!(unordered, expected);
        assert_eq!(found.len(), expected.len());
        assert_eq!(count_overlaps(&items), expected.len() as u64);
        assert_eq!(any_overlap(&items), !expected.is_empty());
        for (a, b) in found {
            let (a, b) = (items[a as usize].0, items[b as usize].0);
            assert!(a.first() < b.first() || (a.first() == b.first() && a.last() >= b.last()));
        }
    }
}

/// Counting narrows 128-bit addresses where they differ in few bits: with the same pairs as IPv4, wherever they lie.
#[test]
fn overlaps_are_counted_alike_at_every_width() {
    let mut seed = 11u32;
    let mut random = |bound: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) % bound
    };
    for round in 0..300u32 {
        let items: Vec<(Range<V4>, u32)> = (0..2 + round % 50)
            .map(|n| {
                let first = random(1 << (4 + round % 12));
                (Range::new(first, first + random(9)).unwrap(), n)
            })
            .collect();
        let expected = count_overlaps(&items);
        for (base, scale, first_low, last_low) in [
            (0x2001_0db8 << 96, 64, 0, u128::from(u64::MAX)),
            (0x2001_0db8 << 96, 64, 5, 9),
            (0, 0, 0, 0),
            (u128::MAX << 40, 3, 1, 7),
            (1 << 127, 90, 3, 3),
        ] {
            let wide: Vec<_> = items
                .iter()
                .map(|(range, value)| {
                    let first = base + ((u128::from(range.first()) << scale) | first_low);
                    let last = base + ((u128::from(range.last()) << scale) | last_low);
                    (Range::<V6>::new(first, last).unwrap(), *value)
                })
                .collect();
            assert_eq!(count_overlaps(&wide), expected);
        }
        // Where a range ends before the next starts within one unit, the cut-off bits decide.
        let apart: Vec<_> = items
            .iter()
            .map(|(range, value)| {
                let first = (u128::from(range.first()) << 8) | 200;
                let last = (u128::from(range.last() + 1) << 8) | 100;
                (Range::<V6>::new(first, last).unwrap(), *value)
            })
            .collect();
        assert_eq!(count_overlaps(&apart), overlaps(&apart).len() as u64);
    }
}

#[test]
fn summarise_is_the_union() {
    for subset in 0..1u32 << 12 {
        let hosts = (0..12u32)
            .filter(|at| subset >> at & 1 == 1)
            .map(|at| Prefix::<V4>::host(u32::MAX - 11 + at));
        let summary = summarise(hosts.clone());
        let covered: u32 = summary.iter().map(|prefix| 1 << prefix.size_exponent()).sum();
        assert_eq!(covered, subset.count_ones());
        assert!(
            hosts
                .clone()
                .all(|host| summary.iter().any(|prefix| prefix.contains(host)))
        );
        assert!(summary.windows(2).all(|pair| {
            pair[0].last() < pair[1].first()
                && (pair[0].len() != pair[1].len() || pair[0].parent() != pair[1].parent())
        }));
        assert_eq!(union_count(hosts), Count::from(subset.count_ones()));
    }
}

#[test]
fn wire_forms_are_pinned() {
    fn json<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(
        value: T,
        text: &str,
    ) {
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
        assert_eq!(serde_json::from_str::<T>(text).unwrap(), value);
    }
    fn binary<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(
        value: T,
        bytes: &[u8],
    ) {
        assert_eq!(postcard::to_allocvec(&value).unwrap(), bytes);
        assert_eq!(postcard::from_bytes::<T>(bytes).unwrap(), value);
    }
    json(v4("10.0.0.0/8"), "\"10.0.0.0/8\"");
    json(v6("::ffff:10.0.0.0/104"), "\"::ffff:10.0.0.0/104\"");
    json(Range::<V4>::new(1, 2).unwrap(), "\"0.0.0.1-0.0.0.2\"");
    json(Count::MAX, "\"340282366920938463463374607431768211456\"");
    json(Strategy::FirstFit, "\"firstFit\"");
    json(Strategy::BestFit, "\"bestFit\"");
    json(Strategy::FromEnd, "\"fromEnd\"");
    json(Strategy::Sparse, "\"sparse\"");
    binary(v4("0.0.0.0/0"), &[1, 0]);
    binary(v4("10.0.0.0/8"), &[2, 8, 10]);
    binary(v4("10.0.0.0/24"), &[2, 24, 10]);
    binary(v4("255.255.255.255/32"), &[5, 32, 255, 255, 255, 255]);
    binary(v6("2001:db8::/32"), &[5, 32, 0x20, 0x01, 0x0d, 0xb8]);
    binary(Count::from(300u32), &[1, 0xac, 2]);
    binary(Count::MAX, &[0]);
    binary(Range::<V4>::new(1, 300).unwrap(), &[1, 0xac, 2]);
    for wrong in [
        &[1u8, 33][..],
        &[2, 8, 0],
        &[6, 8, 1, 0, 0, 0, 1],
        &[2, 4, 1],
        &[0],
    ] {
        assert!(postcard::from_bytes::<Prefix<V4>>(wrong).is_err(), "{wrong:?}");
    }
    assert!(serde_json::from_str::<Prefix<V4>>("\"10.0.0.1/8\"").is_err());
    assert!(serde_json::from_str::<Count>("12").is_err());
}
