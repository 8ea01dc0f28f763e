//! NetBox prefixes and other CSVs of prefixes.
//! rows: F47 F48 B09 B12 B14 B18 B31 B32 B34

mod common;

use common::*;
use plat_domain::{Policy, SpaceId};
use plat_interchange::{Format, ImportError, Options, Outcome, SourceFile, detect, preview};

const FILE: &[u8] = include_bytes!("fixtures/netbox.csv");

fn refused(bytes: &[u8]) -> ImportError {
    preview(&workspace(), &SourceFile { name: "f", bytes }, &options()).unwrap_err()
}

#[test]
fn statuses_become_pools_networks_and_reservations() {
    assert_eq!(
        detect(&SourceFile {
            name: "x",
            bytes: FILE
        }),
        Ok(Format::NetboxPrefixes)
    );
    let found = look(&workspace(), FILE, &options());
    assert_eq!(
        (found.created, found.matched, found.errors, found.flagged),
        (8, 0, 0, 2)
    );
    let kinds: Vec<&str> = found.rows.iter().map(|r| r.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "pool",
            "network",
            "reservation",
            "pool",
            "network",
            "pool",
            "network",
            "network"
        ],
        "in the order of the file"
    );
    assert_eq!(
        codes(&row(&found, 5).findings),
        ["becomes-pool"],
        "active, but a network holds only subnets"
    );
    assert!(
        found
            .rows
            .iter()
            .any(|r| codes(&r.findings) == ["new-space"] && r.space == "Green")
    );
    let ignored: Vec<(&str, u64)> = found
        .ignored_columns
        .iter()
        .map(|c| (c.name.as_str(), c.non_empty_rows))
        .collect();
    assert_eq!(ignored, [("comments", 1)]);

    let state = import(&workspace(), FILE, &options());
    assert_eq!(
        parent_label(&state, claim(&state, "network", "10.41.2.0/24")),
        "10.41.0.0/16"
    );
    let pool = claim(&state, "pool", "10.40.0.0/16");
    assert_eq!(pool.label(), "Lab estate");
    assert_eq!(pool.tags.get("tenant"), Some("Birch & Oak, Ltd."));
    let networks: Vec<_> = state
        .claims()
        .filter(|c| c.prefixes == [cidr("10.40.8.0/24")])
        .collect();
    assert_eq!(networks.len(), 2, "the same prefix in two spaces");
    let ours = networks.iter().find(|c| c.space == default_space()).unwrap();
    let tags: Vec<(&str, &str)> = ours.tags.iter().collect();
    assert_eq!(
        tags,
        [
            ("is_pool", "true"),
            ("role", "Access"),
            ("site", "Lab North"),
            ("status", "active"),
            ("tenant", "Birch & Oak, Ltd."),
            ("vlan", "210")
        ]
    );
    assert_eq!(
        claim(&state, "reservation", "10.40.9.0/24").tags.get("region"),
        Some("Coast")
    );
    assert_eq!(
        state.space_named(&name("Green")).map(|s| s.id),
        Some(SpaceId::derived(&["Green"]))
    );
    assert_eq!(state.conflict_count(), 0);
}

#[test]
fn what_contains_existing_claims_becomes_their_parent_and_says_so() {
    let state = import(&workspace(), b"prefix\n10.0.0.0/24\n", &options());
    for status in ["container", "active"] {
        let file = format!("prefix,status\n10.0.0.0/23,{status}\n");
        let found = look(&state, file.as_bytes(), &options());
        let finding = found.rows[0]
            .findings
            .iter()
            .find(|f| f.code == "becomes-parent")
            .unwrap();
        assert!(
            finding.message.contains("network 10.0.0.0/24"),
            "{}",
            finding.message
        );
        let after = import(&state, file.as_bytes(), &options());
        assert_eq!(
            parent_label(&after, claim(&after, "network", "10.0.0.0/24")),
            "10.0.0.0/23"
        );
        assert_eq!(after.conflict_count(), 0);
    }
}

#[test]
fn what_overlaps_at_the_same_level_is_flagged_and_never_a_silent_sibling() {
    let state = import(&workspace(), b"prefix,status\n10.0.0.0/24,active\n", &options());
    let file = b"prefix,status\n10.0.0.0/25,active\n10.0.0.0/23,reserved\n";
    let found = look(&state, file, &options());
    assert_eq!(codes(&row(&found, 2).findings), ["overlap"]);
    assert_eq!(codes(&row(&found, 3).findings), ["overlap"]);
    assert!(row(&found, 2).findings[0].message.contains("network 10.0.0.0/24"));
    assert_eq!(
        import(&state, file, &options()).conflict_count(),
        3,
        "each of the three with the others"
    );
}

#[test]
fn a_pool_with_a_policy_flags_what_it_would_not_allocate() {
    let policy = Policy {
        longest_len: Some(24),
        ..Policy::default()
    };
    let state = create_pool(&workspace(), "lab", "10.0.0.0/8", policy);
    let found = look(&state, b"prefix,status\n10.1.0.0/28,active\n", &options());
    assert_eq!(codes(&found.rows[0].findings), ["policy"]);
    let after = import(&state, b"prefix,status\n10.1.0.0/28,active\n", &options());
    assert_eq!(
        parent_label(&after, claim(&after, "network", "10.1.0.0/28")),
        "lab"
    );
}

#[test]
fn unknown_spaces_are_errors_or_made_and_never_defaulted() {
    let file = b"prefix,vrf\n10.210.0.0/21,10DMZ\n10.211.0.0/21,\n10.212.0.0/21,Global\n";
    let strict = Options::into_space(default_space());
    let found = look(&workspace(), file, &strict);
    assert_eq!((found.errors, found.created, found.ready()), (1, 2, false));
    let finding = &row(&found, 2).findings[0];
    assert_eq!(finding.code, "unknown-space");
    assert!(
        finding.message.contains("unknown space `10DMZ`"),
        "{}",
        finding.message
    );
    let state = import(&workspace(), file, &options());
    let dmz = state.space_named(&name("10DMZ")).unwrap().id;
    assert_eq!(claim(&state, "network", "10.210.0.0/21").space, dmz);
    assert_eq!(claim(&state, "network", "10.212.0.0/21").space, default_space());
    // A space that only an erroneous row names is not made.
    let found = look(&workspace(), b"prefix,vrf\n10.0.0.1/8,Nowhere\n", &options());
    assert_eq!(found.commands, []);
}

#[test]
fn every_bad_row_is_named_in_one_run_and_the_good_ones_wait() {
    let bad = "prefix,status\n10.0.0.0/24,active\n10.0.1.0/24,planned\n10.0.2.0/240,active\n10.0.3.5/24,nope\n10.0.4.0/24,active,x\n10.0.5.0/24\n";
    let found = look(&workspace(), bad.as_bytes(), &options());
    assert_eq!((found.errors, found.created, found.ready()), (5, 1, false));
    assert_eq!(codes(&row(&found, 3).findings), ["unknown-status"]);
    assert_eq!(codes(&row(&found, 4).findings), ["cell"]);
    assert_eq!(
        codes(&row(&found, 5).findings),
        ["host-bits", "unknown-status"],
        "both of its errors"
    );
    assert_eq!(codes(&row(&found, 6).findings), ["cells"]);
    assert_eq!(codes(&row(&found, 7).findings), ["cells"]);
    let chosen = Options {
        leave_out: (3..=7).collect(),
        ..options()
    };
    let found = look(&workspace(), bad.as_bytes(), &chosen);
    assert_eq!(
        (found.errors, found.left_out, found.created, found.ready()),
        (0, 5, 1, true)
    );
    let state = import(&workspace(), bad.as_bytes(), &chosen);
    assert_eq!(state.claim_count(), 1);
    let fixed = b"prefix,status\n10.0.0.0/24,active\n10.0.1.0/24,active\n10.0.2.0/24,active\n";
    let found = look(&state, fixed, &options());
    assert_eq!((found.created, found.matched), (2, 1));
    import(&state, fixed, &options());
}

#[test]
fn host_bits_are_refused_with_what_was_meant_or_cleared_when_asked() {
    let file = b"prefix,status\n10.0.0.5/0,container\n";
    let found = look(&workspace(), file, &options());
    assert!(
        found.rows[0].findings[0]
            .message
            .contains("did you mean 0.0.0.0/0?")
    );
    let clearing = Options {
        clear_host_bits: true,
        ..options()
    };
    let found = look(&workspace(), file, &clearing);
    assert_eq!(codes(&found.rows[0].findings), ["host-bits-cleared"]);
    let state = import(&workspace(), file, &clearing);
    assert_eq!(claim(&state, "pool", "0.0.0.0/0").label(), "0.0.0.0/0");
}

#[test]
fn whole_families_and_large_prefixes_import() {
    let file = b"prefix,status\n0.0.0.0/0,container\n::/0,container\n2001:db8::/64,active\n2001:db8::/29,container\n::ffff:0:0/96,active\n";
    let found = look(&workspace(), file, &options());
    assert_eq!(codes(&row(&found, 6).findings), ["ipv4-mapped"]);
    let state = import(&workspace(), file, &options());
    assert_eq!(
        parent_label(&state, claim(&state, "network", "2001:db8::/64")),
        "2001:db8::/29"
    );
    assert_eq!(
        claim(&state, "pool", "::/0").prefixes[0].count().to_string(),
        "340282366920938463463374607431768211456"
    );
    assert_eq!(
        claim(&state, "pool", "2001:db8::/29").prefixes[0]
            .count()
            .to_string(),
        "633825300114114700748351602688"
    );
}

#[test]
fn headers_are_recognised_whatever_their_case_spaces_and_underscores() {
    let found = look(
        &workspace(),
        b"IP Address,Status\n10.0.0.5,Active\n10.0.0.6,active\n2001:db8::1,\n",
        &options(),
    );
    assert_eq!(found.created, 3);
    assert_eq!(found.rows[0].prefixes, [cidr("10.0.0.5/32")]);
    assert_eq!(found.rows[2].prefixes, [cidr("2001:db8::1/128")]);
    assert_eq!(
        look(&workspace(), b"Description;PREFIX \nx;10.0.0.0/8\n", &options()).created,
        1
    );
    let ImportError::UnknownFormat { seen, known } = refused(b"Host,Rack\na,b\n") else {
        panic!()
    };
    assert_eq!(seen, ["Host", "Rack"]);
    assert_eq!(known.len(), 4);
    // A mask in its own column would be lost, and every network would become one address.
    assert_eq!(
        refused(b"network,address*,netmask*\nnetwork,10.0.0.0,255.0.0.0\n").code(),
        "unknown-format"
    );
    assert_eq!(refused(b"prefix,status\n").code(), "no-rows");
    assert_eq!(refused(b" \n\n").code(), "no-rows");
}

#[test]
fn byte_order_marks_utf16_and_carriage_returns_do_not_hide_the_first_column() {
    let text = "prefix,status,description\r\n10.0.0.0/24,active,\"caf\u{e9}, bar\"\r\n";
    let little: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let big: Vec<u8> = [0xfe, 0xff]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
        .collect();
    let marked: Vec<u8> = [0xef, 0xbb, 0xbf].into_iter().chain(text.bytes()).collect();
    let digests: Vec<_> = [&little[..], &big, &marked, text.as_bytes()]
        .iter()
        .map(|bytes| {
            let state = import(&workspace(), bytes, &options());
            assert_eq!(
                claim(&state, "network", "10.0.0.0/24").description.as_str(),
                "caf\u{e9}, bar"
            );
            state.content_digest()
        })
        .collect();
    assert!(digests.iter().all(|d| *d == digests[0]));
    assert_eq!(
        refused(b"prefix\n10.0.0.0/2\x004\n"),
        ImportError::NulByte { line: 2 }
    );
}

#[test]
fn rows_that_are_there_match_and_differences_are_named() {
    let state = import(
        &workspace(),
        b"prefix,description\n10.0.0.0/24,first\n",
        &options(),
    );
    let found = look(
        &state,
        b"prefix,description\n10.0.0.0/24,second\n10.0.0.0/24,second\n",
        &options(),
    );
    assert_eq!((found.matched, found.created, found.commands.len()), (2, 0, 0));
    assert_eq!(codes(&row(&found, 2).findings), ["differs"]);
    assert_eq!(codes(&row(&found, 3).findings), ["duplicate", "differs"]);
    let twice = look(&workspace(), b"prefix\n10.0.0.0/24\n10.0.0.0/24\n", &options());
    assert_eq!(
        (twice.created, twice.matched, codes(&twice.rows[1].findings)),
        (1, 1, vec!["duplicate"])
    );
    assert_eq!(twice.rows[1].outcome, Outcome::Match);
}

#[test]
fn pools_are_named_by_their_description_only_where_that_tells_them_apart() {
    let file = b"prefix,status,description\n10.0.0.0/8,container,lab\n11.0.0.0/8,container,lab\n12.0.0.0/8,container,office\n";
    let state = create_pool(&workspace(), "office", "172.16.0.0/12", Policy::default());
    let state = create_pool(&state, "11.0.0.0/8", "172.0.0.0/12", Policy::default());
    let state = import(&state, file, &options());
    let labels: Vec<String> = ["10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8"]
        .iter()
        .map(|p| claim(&state, "pool", p).label())
        .collect();
    assert_eq!(labels, ["10.0.0.0/8", "11.0.0.0/8 (2)", "12.0.0.0/8"]);
}

#[test]
fn a_container_and_an_active_prefix_of_the_same_size_nest() {
    let file = b"prefix,status\n10.0.0.0/24,active\n10.0.0.0/24,container\n";
    let state = import(&workspace(), file, &options());
    assert_eq!(
        parent_label(&state, claim(&state, "network", "10.0.0.0/24")),
        "10.0.0.0/24"
    );
    assert_eq!(state.conflict_count(), 0);
}

#[test]
fn previews_travel_as_json() {
    let found = look(&workspace(), FILE, &options());
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["format"], "netboxPrefixes");
    assert_eq!(json["ignoredColumns"][0]["nonEmptyRows"], 1);
    assert_eq!(json["rows"][0]["outcome"], "create");
    assert_eq!(json["leftOut"], 0);
    assert_eq!(
        serde_json::from_value::<plat_interchange::Preview>(json).unwrap(),
        found
    );
    let options: Options =
        serde_json::from_str("{\"defaultSpace\":\"0190f5fe-7c1a-7000-8000-000000000001\",\"leaveOut\":[3]}")
            .unwrap();
    assert!(options.leave_out.contains(&3) && !options.create_spaces);
}
