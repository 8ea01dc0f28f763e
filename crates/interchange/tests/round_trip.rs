//! Our own exports: complete, the same when read back, and harmless in a spreadsheet.
//! rows: F48 F49 F50 B31

mod common;

use common::*;
use plat_domain::command::{
    AcceptConflict, Adopt, Allocate, CreatePool, CreateSpace, Edit, PutResource, Release,
};
use plat_domain::{
    ClaimId, ClaimKind, Command, Count, Isolation, Place, Policy, Profile, Quotas, Resource, ResourceId,
    Space, SpaceId, SpaceKind, State, Strategy, Thresholds, Wanted,
};
use plat_interchange::{
    Format, ImportError, Options, Outcome, SourceFile, detect, export_csv, export_json, preview,
};

fn id(what: &str) -> ClaimId {
    ClaimId::derived(&[what])
}

fn allocate(what: &str, place: Place, kind: ClaimKind, prefix: &str) -> Command {
    Command::Allocate(Allocate {
        name: Some(name(what)),
        tags: tags(&[("=cmd", "+1"), ("a,b", "\"x\"")]),
        description: text("@SUM(A1)"),
        ..Allocate::new(id(what), place, kind, Wanted::Prefixes(vec![cidr(prefix)]))
    })
}

fn adopt_pool(what: &str, place: Place, prefix: &str, absorb: bool) -> Command {
    let kind = ClaimKind::pool(Policy::default());
    Command::Adopt(Adopt {
        name: Some(name(what)),
        absorb,
        ..Adopt::new(id(what), place, kind, vec![cidr(prefix)])
    })
}

fn accept(a: &str, b: &str, expires_at: Option<&str>) -> Command {
    Command::AcceptConflict(AcceptConflict {
        left: id(a),
        right: id(b),
        reason: text("=\"known\"; until the move, 2028"),
        expires_at: expires_at.map(|at| at.parse().unwrap()),
    })
}

/// Every part of a policy.
fn whole_policy() -> Policy {
    Policy {
        shortest_len: Some(12),
        longest_len: Some(28),
        default_len: Some(24),
        strategy: Some(Strategy::FromEnd),
        required_tags: Some(
            [
                (name("=cmd"), [].into()),
                (name("a,b"), [text("\"x\""), text("-y; z\\")].into()),
            ]
            .into(),
        ),
        quotas: Some(Quotas {
            default: Some(Count::new(1_u128 << 100)),
            tenants: [(name("Birch; \"Oak\", Ltd."), Count::new(70_000))].into(),
        }),
        cool_down_seconds: Some(3_600),
        thresholds: Some(Thresholds {
            under_basis_points: 1_234,
            over_basis_points: 9_999,
        }),
        profile: Some(Profile::GoogleCloud),
    }
}

fn customer(called: &str, isolation: Isolation) -> Space {
    Space {
        kind: SpaceKind::Customer,
        description: text("-2"),
        provider: Some(SpaceId::derived(&["+provider"])),
        isolation: Some(isolation),
        ..Space::new(SpaceId::derived(&[called]), name(called))
    }
}

/// One of everything, with every field used, what is allocated and then found to overlap among it.
fn everything() -> State {
    let mut state = import(&workspace(), include_bytes!("fixtures/netbox.csv"), &options());
    state = import(&state, include_bytes!("fixtures/vnets-graph.json"), &options());
    let provider = Space {
        kind: SpaceKind::Provider,
        description: text("{}"),
        ..Space::new(SpaceId::derived(&["+provider"]), name("+provider"))
    };
    let tenant = customer("=tenant", Isolation::Vxlan);
    let holder = Resource {
        external_id: text("+ext"),
        tenant: Some(name("Birch; \"Oak\", Ltd.")),
        tags: tags(&[("k", "v")]),
        ..Resource::new(ResourceId::derived(&["r"]), name("'=quoted"), name("site"))
    };
    let top = Place::Top(tenant.id);
    let pool = Place::In(id("-pool"));
    let held = ClaimKind::Network {
        holder: Some(holder.id),
    };
    let until = ClaimKind::Reservation {
        expires_at: Some("2030-01-01T00:00:00.5Z".parse().unwrap()),
    };
    let prefixes = vec![cidr("10.0.0.0/12"), cidr("192.168.0.0/16")];
    let commands = vec![
        Command::CreateSpace(CreateSpace { space: provider }),
        Command::CreateSpace(CreateSpace { space: tenant }),
        Command::CreateSpace(CreateSpace {
            space: customer("other", Isolation::IpRewrite),
        }),
        Command::PutResource(PutResource { resource: holder }),
        Command::CreatePool(CreatePool {
            policy: whole_policy(),
            ..CreatePool::new(
                id("-pool"),
                top.clone(),
                name("-pool"),
                Wanted::Prefixes(prefixes),
            )
        }),
        // A tag list that asks for nothing is not the same as none.
        Command::CreatePool(CreatePool {
            policy: Policy {
                required_tags: Some([].into()),
                quotas: Some(Quotas::default()),
                cool_down_seconds: Some(0),
                profile: Some(Profile::Generic),
                ..Policy::default()
            },
            ..CreatePool::new(
                id("lenient"),
                pool.clone(),
                name("lenient"),
                Wanted::PrefixLength(20),
            )
        }),
        allocate("net", pool.clone(), held, "10.1.0.0/24"),
        allocate("'plain", pool.clone(), ClaimKind::Static, "10.2.0.0/24"),
        allocate("+ext", pool.clone(), ClaimKind::External, "10.3.0.0/24"),
        allocate("until", pool.clone(), until, "10.4.0.0/24"),
        allocate(
            "ever",
            pool.clone(),
            ClaimKind::Reservation { expires_at: None },
            "10.5.0.0/24",
        ),
        allocate(
            "planned",
            pool.clone(),
            ClaimKind::Network { holder: None },
            "10.6.0.0/24",
        ),
        allocate("gone", pool, ClaimKind::Static, "10.7.0.0/24"),
        allocate("sub", Place::In(id("net")), ClaimKind::Subnet, "10.1.0.0/26"),
        Command::Allocate(Allocate::new(
            id("range"),
            Place::In(id("sub")),
            ClaimKind::Range { in_use: false },
            Wanted::Addresses(Count::new(11)),
        )),
        Command::Allocate(Allocate::new(
            id("range in use"),
            Place::In(id("sub")),
            ClaimKind::Range { in_use: true },
            Wanted::Addresses(Count::new(5)),
        )),
        Command::Allocate(Allocate::new(
            id("address in use"),
            Place::In(id("range")),
            ClaimKind::Address { in_use: true },
            Wanted::DefaultLength,
        )),
        allocate(
            "address",
            Place::In(id("sub")),
            ClaimKind::Address { in_use: false },
            "10.1.0.60/32",
        ),
        allocate(
            "gone address",
            Place::In(id("range")),
            ClaimKind::Address { in_use: true },
            "10.1.0.9/32",
        ),
        Command::Release(Release::of(id("gone"))),
        Command::Release(Release::of(id("gone address"))),
        Command::Edit(Edit {
            ignored: Some(text("=a lab, \"theirs\"")),
            ..Edit::of(id("'plain"))
        }),
        Command::Edit(Edit {
            ignored: Some(text("a lab")),
            ..Edit::of(id("address in use"))
        }),
        // Found later, overlapping what was allocated: it sorts before it, and must be restored after it.
        adopt_pool("found", top.clone(), "10.1.0.0/16", false),
        adopt_pool("same 1", top.clone(), "172.16.0.0/16", false),
        adopt_pool("same 2", top, "172.16.0.0/16", false),
        accept("same 1", "same 2", None),
        accept("net", "found", Some("2028-02-29T12:00:00.25Z")),
    ];
    for command in commands {
        state = apply(&state, &command);
    }
    state
}

#[test]
fn the_workspace_of_these_tests_has_everything() {
    let state = everything();
    let expected = [
        "pool",
        "network",
        "subnet",
        "static",
        "external",
        "reservation",
        "cooling",
        "range",
        "address",
    ];
    // Every kind: a new one does not compile until it is here too.
    for claim in state.claims() {
        match claim.kind {
            ClaimKind::Pool(_)
            | ClaimKind::Network { .. }
            | ClaimKind::Subnet
            | ClaimKind::Static
            | ClaimKind::External
            | ClaimKind::Reservation { .. }
            | ClaimKind::Cooling { .. }
            | ClaimKind::Range { .. }
            | ClaimKind::Address { .. } => assert!(expected.contains(&claim.kind.word())),
        }
    }
    for kind in expected {
        assert!(count(&state, kind) > 0, "{kind}");
    }
    assert_eq!(count(&state, "cooling"), 2);
    assert_eq!(state.claims().filter(|c| c.kind.is_in_use()).count(), 2);
    // Every part of a policy: likewise.
    let Policy {
        shortest_len: Some(_),
        longest_len: Some(_),
        default_len: Some(_),
        strategy: Some(_),
        required_tags: Some(_),
        quotas: Some(_),
        cool_down_seconds: Some(_),
        thresholds: Some(_),
        profile: Some(_),
    } = state.claim(id("-pool")).unwrap().kind.policy().unwrap()
    else {
        panic!("a part of the policy is not set");
    };
    assert_eq!(state.claims().filter(|c| c.ignored.is_some()).count(), 2);
    for kind in [SpaceKind::Fabric, SpaceKind::Provider, SpaceKind::Customer] {
        assert!(state.spaces().any(|s| s.kind == kind), "{kind:?}");
    }
    assert!(state.conflict_count() > 2);
    let ends: Vec<bool> = state.acceptances().map(|a| a.expires_at.is_some()).collect();
    assert!(ends.len() == 2 && ends.contains(&true) && ends.contains(&false));
}

#[test]
fn an_export_into_an_empty_workspace_gives_the_identical_state() {
    let state = everything();
    for (bytes, format) in [
        (export_csv(&state), Format::PlatCsv),
        (export_json(&state), Format::PlatJson),
    ] {
        assert_eq!(
            detect(&SourceFile {
                name: "x",
                bytes: &bytes
            }),
            Ok(format)
        );
        let found = look(&State::new(), &bytes, &options());
        assert_eq!(found.ignored_columns, []);
        assert_eq!(found.created, found.rows.len() as u64);
        let read = import(&State::new(), &bytes, &options());
        assert_eq!(read.content_digest(), state.content_digest());
        assert_eq!(export_csv(&read), export_csv(&state));
        assert_eq!(export_json(&read), export_json(&state));
    }
}

#[test]
fn an_export_into_its_own_workspace_changes_nothing() {
    let state = everything();
    for bytes in [export_csv(&state), export_json(&state)] {
        let found = look(&state, &bytes, &options());
        assert_eq!(found.commands, []);
        assert!(
            found
                .rows
                .iter()
                .all(|r| r.outcome == Outcome::Match && !codes(&r.findings).contains(&"differs"))
        );
    }
    assert_eq!(
        preview(
            &State::new(),
            &SourceFile {
                name: "e",
                bytes: &export_json(&State::new())
            },
            &options()
        ),
        Err(ImportError::NoRows)
    );
}

#[test]
fn no_cell_runs_in_a_spreadsheet() {
    let bytes = export_csv(&everything());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(&bytes[3..]);
    let mut apostrophes = 0;
    for record in reader.records() {
        for cell in &record.unwrap() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            apostrophes += usize::from(cell.starts_with('\''));
        }
    }
    assert!(apostrophes > 5);
}

#[test]
fn a_csv_that_a_spreadsheet_saved_restores_the_same() {
    let state = everything();
    let bytes = export_csv(&state);
    // Acceptances and claims before what they are about, inner before outer, customer spaces before their provider.
    let reversed = |separator| saved_again(&bytes, separator, <[csv::StringRecord]>::reverse);
    let by = |column: usize| {
        saved_again(&bytes, b';', |rows| {
            rows.sort_by_key(|row| row[column].to_owned());
        })
    };
    let shouted = String::from_utf8(bytes.clone())
        .unwrap()
        .replace(",false,", ",FALSE,")
        .replace(",true,", ",TRUE,");
    let files = [
        reversed(b';'),
        reversed(b'\t'),
        reversed(b','),
        by(1),
        by(5),
        by(6),
        shouted.into_bytes(),
    ];
    for bytes in files {
        let read = import(&State::new(), &bytes, &options());
        assert_eq!(read.content_digest(), state.content_digest());
        assert_eq!(look(&state, &bytes, &options()).commands, []);
    }
}

#[test]
fn another_workspace_uses_its_own_space_of_the_same_name() {
    let other = Space::new(SpaceId::derived(&["elsewhere"]), name("default"));
    let other_id = other.id;
    let there = apply(&State::new(), &Command::CreateSpace(CreateSpace { space: other }));
    let state = create_pool(&workspace(), "lab", "10.0.0.0/8", Policy::default());
    for bytes in [export_csv(&state), export_json(&state)] {
        let found = look(&there, &bytes, &options());
        assert_eq!(codes(&found.rows[0].findings), ["same-name-space"]);
        let after = import(&there, &bytes, &options());
        assert_eq!(claim(&after, "pool", "10.0.0.0/8").space, other_id);
        assert_eq!(after.space_count(), 1);
    }
}

#[test]
fn what_has_changed_since_stays_as_it_is_and_is_flagged() {
    let state = create_pool(&workspace(), "lab", "10.0.0.0/8", Policy::default());
    let bytes = export_csv(&state);
    let edit = plat_domain::command::Edit {
        description: Some(text("new")),
        ..plat_domain::command::Edit::of(ClaimId::derived(&["test", "lab"]))
    };
    let state = apply(&state, &Command::Edit(edit));
    let found = look(&state, &bytes, &options());
    assert_eq!((found.matched, found.commands.len()), (2, 0));
    assert_eq!(codes(&row(&found, 3).findings), ["differs"]);
}

#[test]
fn bad_rows_of_an_export_are_named_and_what_lies_in_them_waits() {
    let state = create_pool(&workspace(), "lab", "10.0.0.0/8", Policy::default());
    let state = create_pool(&state, "inner", "10.1.0.0/16", Policy::default());
    let csv = String::from_utf8(export_csv(&state)).unwrap();
    let lab = id_of(&state, "lab");
    // Left out, and what lies in it with it.
    let line = 1 + csv
        .lines()
        .position(|l| l.contains(&format!("claim,{lab}")))
        .unwrap() as u64;
    let chosen = Options {
        leave_out: [line].into(),
        ..options()
    };
    let found = look(&State::new(), csv.as_bytes(), &chosen);
    assert_eq!((found.created, found.left_out, found.errors), (1, 2, 0));
    // The name is taken by another pool of the workspace.
    let taken = create_pool(&workspace(), "lab", "11.0.0.0/8", Policy::default());
    let renamed = csv.replace(&lab, "0190f5fe-7c1a-7000-8000-000000000001");
    let found = look(&taken, renamed.as_bytes(), &options());
    let errors: Vec<Vec<&str>> = found
        .rows
        .iter()
        .filter(|r| r.outcome == Outcome::Error)
        .map(|r| codes(&r.findings))
        .collect();
    assert_eq!(errors, [vec!["name-in-use"], vec!["parent-failed"]]);
    // Cells that say nothing readable.
    let broken = csv
        .replace(",10.0.0.0/8,", ",10.0.0.1/8,")
        .replace(",false,", ",maybe,")
        .replace(",r-", ",r-z");
    let found = look(&State::new(), broken.as_bytes(), &options());
    assert_eq!(found.errors, 2);
    assert_eq!(codes(&found.rows[1].findings), ["cell", "cell", "cell"]);
    let json = String::from_utf8(export_json(&state))
        .unwrap()
        .replace("\"request\":\"", "\"request\":\"z");
    let found = look(&State::new(), json.as_bytes(), &options());
    assert_eq!((found.errors, found.rows[1].line), (2, 6));
    let cut = csv.replace("request", "note");
    let refused = preview(
        &State::new(),
        &SourceFile {
            name: "f",
            bytes: cut.as_bytes(),
        },
        &options(),
    );
    assert_eq!(
        refused,
        Err(ImportError::MissingColumns {
            columns: vec!["request".into()]
        })
    );
    for newer in [
        csv.replace("plat v2", "plat v3"),
        json.replace("Export\":2", "Export\":3"),
    ] {
        let refused = preview(
            &State::new(),
            &SourceFile {
                name: "f",
                bytes: newer.as_bytes(),
            },
            &options(),
        );
        assert_eq!(refused, Err(ImportError::UnknownVersion { version: "3".into() }));
    }
}

#[test]
fn parts_of_a_row_are_read_by_name_only() {
    let state = apply(
        &workspace(),
        &Command::CreateSpace(CreateSpace {
            space: Space {
                kind: SpaceKind::Provider,
                ..Space::new(SpaceId::derived(&["wan"]), name("wan"))
            },
        }),
    );
    let state = apply(
        &state,
        &Command::CreateSpace(CreateSpace {
            space: Space {
                provider: Some(SpaceId::derived(&["wan"])),
                ..customer("tenant", Isolation::Vlan)
            },
        }),
    );
    let csv = String::from_utf8(export_csv(&state)).unwrap();
    let json = String::from_utf8(export_json(&state)).unwrap();
    let object = csv.lines().find(|l| l.contains("vlan")).unwrap();
    let cell = object.split_once(",\"{").unwrap().1;
    for other in ["\"[null,\"\"vlan\"\"]\"", "\"\"\"vlan\"\"\"", "7", "null"] {
        let list = csv.replace(&format!("\"{{{cell}"), other);
        assert_ne!(list, csv);
        let found = look(&State::new(), list.as_bytes(), &options());
        assert_eq!(found.errors, 1, "{other}");
        let bad = found.rows.iter().find(|r| r.label == "tenant").unwrap();
        assert_eq!(
            bad.findings[0].message,
            "more: not a JSON object: `{…}` with the parts by name"
        );
    }
    let wan = SpaceId::derived(&["wan"]);
    let list = json.replace(
        &format!("{{\"id\":\"{wan}\",\"name\":\"wan\",\"kind\":\"provider\"}}"),
        &format!("[\"{wan}\",\"wan\",\"provider\"]"),
    );
    assert_ne!(list, json);
    let found = look(&State::new(), list.as_bytes(), &options());
    assert_eq!(found.errors, 2, "the space, and the one that lies in it");
}

#[test]
fn a_customer_space_of_version_1_is_read_as_a_fabric_space() {
    let id = SpaceId::derived(&["tenant"]);
    let csv = format!(
        "plat v1,id,space,parent,kind,name,prefixes,holder,provider,external_id,tenant,observed,expires_at,\
         shortest_len,longest_len,default_len,strategy,tags,description,request\n\
         space,{id},,,customer,tenant,,,,,,,,,,,,,,\n"
    );
    let json = format!(
        "{{\"platExport\":1,\"spaces\":[{{\"id\":\"{id}\",\"name\":\"tenant\",\"kind\":\"customer\",\
         \"description\":\"\"}}],\"resources\":[],\"claims\":[]}}"
    );
    for file in [csv, json] {
        let found = look(&workspace(), file.as_bytes(), &options());
        assert_eq!((found.created, found.errors, found.flagged), (1, 0, 1), "{file}");
        assert_eq!(codes(&found.rows[0].findings), ["no-provider-space"]);
        let after = import(&workspace(), file.as_bytes(), &options());
        assert_eq!(after.space(id).unwrap().kind, SpaceKind::Fabric);
    }
}

#[test]
fn claims_that_something_was_observed_over_are_restored_in_any_order() {
    // P took N in although O, which P overlaps, is in N's way: no order has each of them find its space free.
    let top = || Place::Top(default_space());
    let commands = [
        allocate("N", top(), ClaimKind::Static, "10.0.0.0/24"),
        adopt_pool("O", top(), "10.0.0.0/16", false),
        allocate("c", Place::In(id("O")), ClaimKind::Static, "10.0.1.0/24"),
        adopt_pool("P", top(), "10.0.0.0/20", true),
    ];
    let state = commands
        .iter()
        .fold(workspace(), |state, command| apply(&state, command));
    let found = look(&State::new(), &export_csv(&state), &options());
    assert!(found.ready());
    let read = apply(&State::new(), &found.batch().unwrap());
    assert_eq!(read.content_digest(), state.content_digest());
}

#[test]
fn claims_that_a_later_rule_forbids_are_restored() {
    let strict = Policy {
        longest_len: Some(24),
        ..Policy::default()
    };
    let commands = [
        adopt_pool("pool", Place::Top(default_space()), "10.0.0.0/16", false),
        allocate("small", Place::In(id("pool")), ClaimKind::Static, "10.0.0.0/28"),
        Command::Edit(Edit {
            policy: Some(strict),
            ..Edit::of(id("pool"))
        }),
    ];
    let state = commands
        .iter()
        .fold(workspace(), |state, command| apply(&state, command));
    let found = look(&State::new(), &export_csv(&state), &options());
    assert!(found.ready());
    assert_eq!(
        apply(&State::new(), &found.batch().unwrap()).content_digest(),
        state.content_digest()
    );
}

fn id_of(state: &State, pool: &str) -> String {
    state
        .pool_named(default_space(), &name(pool))
        .unwrap()
        .id
        .to_string()
}
