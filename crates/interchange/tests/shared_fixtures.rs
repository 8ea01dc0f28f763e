//! Real exports, read where the folder of fixtures is present (`PLAT_FIXTURES`, or `shared/fixtures` beside the checkout).
//! rows: F47 F48 B31 B38

mod common;

use std::path::PathBuf;

use common::*;
use plat_domain::{State, query};
use plat_interchange::{ImportError, Options, SourceFile, export_csv, export_json, preview};

fn fixture(file: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("PLAT_FIXTURES").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures")),
        PathBuf::from,
    );
    let read = std::fs::read(folder.join(file)).ok();
    if read.is_none() {
        println!("skipped: no {file} in {}", folder.display());
    }
    read
}

#[test]
fn azure_cli_list() {
    let Some(bytes) = fixture("01-azure-cli-vnet-list.json") else {
        return;
    };
    let found = look(&workspace(), &bytes, &options());
    assert_eq!((found.created, found.flagged, found.errors), (2, 0, 0));
    let state = import(&workspace(), &bytes, &options());
    assert_eq!(
        (
            state.resource_count(),
            count(&state, "network"),
            count(&state, "subnet")
        ),
        (1, 1, 1)
    );
    assert_eq!(
        parent_label(&state, claim(&state, "subnet", "10.0.0.0/24")),
        "10.0.0.0/16"
    );
}

#[test]
fn azure_resource_manager_list_with_overlap() {
    let Some(bytes) = fixture("02-azure-arm-vnet-list.json") else {
        return;
    };
    let found = look(&workspace(), &bytes, &options());
    assert_eq!((found.created, found.flagged, found.errors), (3, 3, 0));
    let state = import(&workspace(), &bytes, &options());
    let (outer, inner) = (
        claim(&state, "network", "10.0.0.0/8"),
        claim(&state, "network", "10.0.0.0/16"),
    );
    assert_eq!(
        (outer.parent, inner.parent),
        (None, None),
        "never silently nested"
    );
    let (conflicts, total) = query::conflicts(&state, None, 0, 10);
    // vnet1 and vnet2, and vnet1's subnet 10.0.0.0/24 and vnet2.
    assert_eq!(
        (total, conflicts[0].shared.clone()),
        (2, vec![cidr("10.0.0.0/16")])
    );
}

#[test]
fn netbox_prefixes() {
    let Some(bytes) = fixture("13-netbox-prefixes-import.csv") else {
        return;
    };
    let strict = look(&workspace(), &bytes, &Options::into_space(default_space()));
    assert_eq!(
        (strict.created, strict.errors),
        (69, 21),
        "the rows of six unknown VRFs"
    );
    let found = look(&workspace(), &bytes, &options());
    assert_eq!(
        (found.rows.len(), found.created, found.errors, found.flagged),
        (90, 90, 0, 6),
        "six new spaces"
    );
    assert_eq!(found.ignored_columns, []);
    assert_eq!(found.commands.len(), 96);
    let state = import(&workspace(), &bytes, &options());
    assert_eq!(
        (
            count(&state, "pool"),
            count(&state, "network"),
            state.space_count()
        ),
        (21, 69, 7)
    );
    assert_eq!(state.conflict_count(), 0);
    let network = claim(&state, "network", "10.112.129.0/24");
    let above: Vec<String> = state.ancestors(network).map(plat_domain::Claim::label).collect();
    assert_eq!(above, ["10.112.128.0/22", "DM branch offices", "10.112.0.0/15"]);
    assert_eq!(network.tags.get("tenant"), Some("Dunder-Mifflin, Inc."));
    assert_eq!(network.tags.get("site"), Some("DM-Akron"));
    for bytes in [export_csv(&state), export_json(&state)] {
        assert_eq!(
            import(&State::new(), &bytes, &options()).content_digest(),
            state.content_digest()
        );
    }
}

#[test]
fn other_formats_are_refused_by_name() {
    let codes = [
        ("03-aws-describe-vpcs.json", "unknown-format"),
        ("04-aws-describe-subnets.INVALID.json", "invalid-json"),
        ("12-netbox-demo-ipam-fixture.json", "unknown-format"),
        ("19-infoblox-networks.csv", "unknown-format"),
        ("22-windows-ipam-range-export-english.csv", "unknown-format"),
        ("23-vmm-logical-network-definitions.json", "unknown-format"),
        ("29-terraform-azurerm-vnet.tfstate", "unknown-format"),
    ];
    for (file, code) in codes {
        let Some(bytes) = fixture(file) else { return };
        let refused = preview(
            &workspace(),
            &SourceFile {
                name: file,
                bytes: &bytes,
            },
            &options(),
        );
        assert_eq!(
            refused.as_ref().map_err(ImportError::code).err(),
            Some(code),
            "{file}: {refused:?}"
        );
    }
}
