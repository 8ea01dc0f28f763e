//! Azure virtual networks in each of their layouts.
//! rows: F47 F48 B38

mod common;

use common::*;
use plat_domain::command::Allocate;
use plat_domain::{ClaimId, ClaimKind, Command, Place, Policy, Wanted};
use plat_interchange::{Format, ImportError, Options, Outcome, SourceFile, detect, preview};

const CLI: &[u8] = include_bytes!("fixtures/vnets-cli.json");
const GRAPH: &[u8] = include_bytes!("fixtures/vnets-graph.json");

#[test]
fn virtual_networks_hold_networks_with_their_subnets() {
    assert_eq!(
        detect(&SourceFile {
            name: "x.csv",
            bytes: CLI
        }),
        Ok(Format::AzureVirtualNetworks)
    );
    let found = look(&workspace(), CLI, &options());
    assert_eq!((found.created, found.errors, found.rows.len()), (4, 0, 4));
    let lines: Vec<(u64, &str)> = found.rows.iter().map(|r| (r.line, r.label.as_str())).collect();
    assert_eq!(
        lines,
        [(2, "lab-a"), (11, "front"), (16, "back"), (21, "lab-empty")]
    );
    assert_eq!(codes(&row(&found, 21).findings), ["no-prefixes"]);
    let ignored: Vec<(&str, u64)> = found
        .ignored_columns
        .iter()
        .map(|c| (c.name.as_str(), c.non_empty_rows))
        .collect();
    assert_eq!(
        ignored,
        [
            ("etag", 1),
            ("location", 1),
            ("subnets.privateEndpointNetworkPolicies", 1)
        ]
    );

    let state = import(&workspace(), CLI, &options());
    let resource = state.resources().find(|r| r.name == name("lab-a")).unwrap();
    assert_eq!(resource.kind, name("virtualNetwork"));
    assert_eq!(resource.provider, Some(name("azure")));
    assert!(resource.external_id.as_str().ends_with("/virtualNetworks/lab-a"));
    assert_eq!(resource.tags.get("cost"), Some("42"));
    assert_eq!(
        state.networks_of(resource.id).count(),
        2,
        "one for each address prefix"
    );
    let subnets: Vec<_> = state.claims().filter(|c| c.kind == ClaimKind::Subnet).collect();
    assert_eq!(subnets.len(), 3, "a subnet of two families lies in two networks");
    assert_eq!(
        parent_label(&state, claim(&state, "subnet", "10.60.2.0/24")),
        "10.60.0.0/16"
    );
    assert_eq!(claim(&state, "subnet", "2001:db8:60:1::/64").label(), "front");
    assert_eq!((state.resource_count(), state.conflict_count()), (2, 0));
}

#[test]
fn overlapping_virtual_networks_are_a_conflict_and_never_nested() {
    let found = look(&workspace(), GRAPH, &options());
    assert_eq!(
        (found.created, found.errors, found.flagged),
        (3, 0, 3),
        "{:#?}",
        found.rows
    );
    let state = import(&workspace(), GRAPH, &options());
    let (outer, inner) = (
        claim(&state, "network", "10.43.2.192/26"),
        claim(&state, "network", "10.43.2.192/28"),
    );
    assert_eq!((outer.parent, inner.parent), (None, None));
    assert!(state.conflicts_of(outer.id).any(|id| id == inner.id));
    assert!(outer.observed && inner.observed);
    // Still flagged when found again, on both sides.
    let again = look(&state, GRAPH, &options());
    assert!(
        again
            .rows
            .iter()
            .all(|r| r.outcome == Outcome::Match && codes(&r.findings) == ["overlap"])
    );
}

#[test]
fn a_planned_network_becomes_held_by_the_virtual_network_that_was_built() {
    let state = create_pool(&workspace(), "lab", "10.0.0.0/8", Policy::default());
    let planned = ClaimId::derived(&["planned"]);
    let state = apply(
        &state,
        &Command::Allocate(Allocate::new(
            planned,
            Place::In(ClaimId::derived(&["test", "lab"])),
            ClaimKind::Network { holder: None },
            Wanted::Prefixes(vec![cidr("10.60.0.0/16")]),
        )),
    );
    let found = look(&state, CLI, &options());
    assert!(codes(&row(&found, 2).findings).contains(&"holder-set"));
    let after = import(&state, CLI, &options());
    let network = after.claim(planned).unwrap();
    assert!(network.kind.holder().is_some() && !network.observed);
    assert_eq!(count(&after, "network"), 2);
    assert_eq!(claim(&after, "subnet", "10.60.2.0/24").parent, Some(planned));
}

#[test]
fn tags_that_change_in_azure_are_brought_up_to_date() {
    let state = import(&workspace(), CLI, &options());
    let changed = String::from_utf8(CLI.to_vec())
        .unwrap()
        .replace("\"42\"", "\"43\"")
        .replace("rg-lab/", "RG-LAB/");
    let found = look(&state, changed.as_bytes(), &options());
    assert_eq!(found.created, 0, "identities of Azure are compared without case");
    assert_eq!(codes(&row(&found, 2).findings), ["resource-updated"]);
    let after = import(&state, changed.as_bytes(), &options());
    assert_eq!(after.resource_count(), 2);
    assert_eq!(
        after
            .resources()
            .find(|r| r.name == name("lab-a"))
            .unwrap()
            .tags
            .get("cost"),
        Some("43")
    );
}

#[test]
fn what_a_virtual_network_cannot_have_is_named_and_its_subnets_wait() {
    let file = br#"{"value": [
        {"name": "a", "id": "/a", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.7/8", "x"]},
          "subnets": [
            {"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}]}},
        {"name": "b", "id": "/b", "properties": {"addressSpace": {"addressPrefixes": ["11.0.0.0/8"]},
          "subnets": [
            {"name": "t", "properties": {}},
            {"name": "u", "properties": {"addressPrefix": "12.0.0.0/24"}}]}},
        {"name": "c", "type": "Microsoft.Network/publicIPAddresses"},
        7
    ]}"#;
    let found = look(&workspace(), file, &options());
    let shown: Vec<(u64, Vec<&str>)> = found.rows.iter().map(|r| (r.line, codes(&r.findings))).collect();
    assert_eq!(
        shown,
        [
            (2, vec!["host-bits", "cell"]),
            (4, vec!["parent-failed"]),
            (5, vec![]),
            (7, vec!["cell"]),
            (8, vec!["outside-network"]),
            (9, vec!["not-a-virtual-network"]),
            (10, vec!["not-a-virtual-network"]),
        ]
    );
    assert_eq!((found.errors, found.created), (5, 2));
    let chosen = Options {
        leave_out: [2, 7, 9, 10].into(),
        ..options()
    };
    let found = look(&workspace(), file, &chosen);
    assert_eq!(
        (found.errors, found.left_out),
        (0, 5),
        "a subnet goes with its virtual network"
    );
    let state = import(&workspace(), file, &chosen);
    assert_eq!(claim(&state, "subnet", "12.0.0.0/24").parent, None);
}

#[test]
fn rows_on_one_line_are_numbered_by_their_place() {
    let file = br#"[{"name":"a","id":"/a","addressSpace":{"addressPrefixes":["10.0.0.0/8"]}},{"name":"b","id":"/b","addressSpace":{"addressPrefixes":["11.0.0.0/8"]}}]"#;
    let found = look(
        &workspace(),
        file,
        &Options {
            leave_out: [2].into(),
            ..options()
        },
    );
    assert_eq!(found.rows.iter().map(|r| r.line).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(found.rows[1].outcome, Outcome::LeftOut);
}

#[test]
fn files_that_are_not_virtual_networks_are_refused_as_a_whole() {
    let refused =
        |bytes: &[u8]| preview(&workspace(), &SourceFile { name: "f", bytes }, &options()).unwrap_err();
    assert_eq!(refused(b"[]"), ImportError::NoRows);
    assert_eq!(refused(b"{\"value\": []}"), ImportError::NoRows);
    let ImportError::UnknownFormat { seen, .. } = refused(b"{\"Vpcs\": [{}]}") else {
        panic!()
    };
    assert_eq!(seen, ["Vpcs"]);
    assert!(matches!(
        refused(b"[\n{'a': 1}]"),
        ImportError::InvalidJson {
            line: 2,
            column: 2,
            ..
        }
    ));
    let cut = &CLI[..CLI.len() / 2];
    assert_eq!(refused(cut).code(), "invalid-json");
}
