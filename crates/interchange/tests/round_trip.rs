//! Our own exports: complete, the same when read back, and harmless in a spreadsheet.
//! rows: F48 F49 F50 B31

mod common;

use std::collections::BTreeMap;

use common::*;
use plat_domain::command::{Adopt, Allocate, CreatePool, CreateSpace, Edit, PutResource};
use plat_domain::{
    ClaimId, ClaimKind, Command, Description, Place, Policy, Resource, ResourceId, Space, SpaceId, SpaceKind,
    State, Strategy, Tags, Wanted,
};
use plat_interchange::{
    Format, ImportError, Options, Outcome, SourceFile, detect, export_csv, export_json, preview,
};

fn text(text: &str) -> Description {
    Description::new(text).unwrap()
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    Tags::new(
        pairs
            .iter()
            .map(|(k, v)| (name(k), text(v)))
            .collect::<BTreeMap<_, _>>(),
    )
    .unwrap()
}

fn id(what: &str) -> ClaimId {
    ClaimId::derived(&[what])
}

fn allocate(what: &str, place: Place, kind: ClaimKind, prefix: &str) -> Command {
    Command::Allocate(Allocate {
        id: id(what),
        place,
        kind,
        wanted: Wanted::Prefixes(vec![cidr(prefix)]),
        strategy: None,
        name: Some(name(what)),
        tags: tags(&[("=cmd", "+1"), ("a,b", "\"x\"")]),
        description: text("@SUM(A1)"),
    })
}

/// One of everything, with every field used, what is allocated and then found to overlap among it.
fn everything() -> State {
    let mut state = import(&workspace(), include_bytes!("fixtures/netbox.csv"), &options());
    state = import(&state, include_bytes!("fixtures/vnets-graph.json"), &options());
    let tenant = Space {
        id: SpaceId::derived(&["t"]),
        name: name("=tenant"),
        kind: SpaceKind::Customer,
        description: text("-2"),
    };
    let holder = Resource {
        id: ResourceId::derived(&["r"]),
        name: name("'=quoted"),
        kind: name("site"),
        provider: None,
        external_id: text("+ext"),
        tenant: Some(name("Birch; \"Oak\", Ltd.")),
        tags: tags(&[("k", "v")]),
    };
    let policy = Policy {
        shortest_len: Some(12),
        longest_len: Some(28),
        default_len: Some(24),
        strategy: Some(Strategy::FromEnd),
    };
    let top = Place::Top(tenant.id);
    let pool = Place::In(id("-pool"));
    let held = ClaimKind::Network {
        holder: Some(holder.id),
    };
    let commands = vec![
        Command::CreateSpace(CreateSpace {
            space: tenant.clone(),
        }),
        Command::PutResource(PutResource { resource: holder }),
        Command::CreatePool(CreatePool {
            id: id("-pool"),
            place: top,
            name: name("-pool"),
            wanted: Wanted::Prefixes(vec![cidr("10.0.0.0/12"), cidr("192.168.0.0/16")]),
            strategy: None,
            policy,
            tags: Tags::default(),
            description: Description::default(),
        }),
        allocate("net", pool, held, "10.1.0.0/24"),
        allocate("'plain", pool, ClaimKind::Static, "10.2.0.0/24"),
        allocate("+ext", pool, ClaimKind::External, "10.3.0.0/24"),
        allocate(
            "until",
            pool,
            ClaimKind::Reservation {
                expires_at: Some("2030-01-01T00:00:00.5Z".parse().unwrap()),
            },
            "10.4.0.0/24",
        ),
        allocate("sub", Place::In(id("net")), ClaimKind::Subnet, "10.1.0.0/26"),
    ];
    for command in commands {
        state = apply(&state, &command);
    }
    // Found later, overlapping what was allocated: it sorts before it, and must be restored after it.
    for (what, prefix) in [
        ("found", "10.1.0.0/16"),
        ("same 1", "172.16.0.0/16"),
        ("same 2", "172.16.0.0/16"),
    ] {
        let adopt = Adopt {
            id: id(what),
            place: top,
            kind: ClaimKind::Pool(Policy::default()),
            prefixes: vec![cidr(prefix)],
            name: Some(name(what)),
            tags: Tags::default(),
            description: Description::default(),
            absorb: false,
        };
        state = apply(&state, &Command::Adopt(adopt));
    }
    assert!(state.conflict_count() > 2);
    state
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
fn rows_in_any_order_and_another_separator_restore_the_same() {
    let state = everything();
    let bytes = export_csv(&state);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(&bytes[3..]);
    let mut records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    records[1..].reverse();
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    for record in &records {
        writer.write_record(record).unwrap();
    }
    let reversed = writer.into_inner().unwrap();
    assert_eq!(
        import(&State::new(), &reversed, &options()).content_digest(),
        state.content_digest()
    );
}

#[test]
fn another_workspace_uses_its_own_space_of_the_same_name() {
    let other = Space {
        id: SpaceId::derived(&["elsewhere"]),
        name: name("default"),
        kind: SpaceKind::Fabric,
        description: Description::default(),
    };
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
        .replace("\"observed\":false", "\"observed\":0");
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
        csv.replace("plat v1", "plat v2"),
        json.replace("Export\":1", "Export\":2"),
    ] {
        let refused = preview(
            &State::new(),
            &SourceFile {
                name: "f",
                bytes: newer.as_bytes(),
            },
            &options(),
        );
        assert_eq!(refused, Err(ImportError::UnknownVersion { version: "2".into() }));
    }
}

#[test]
fn claims_that_something_was_observed_over_are_restored_in_any_order() {
    // P took N in although O, which P overlaps, is in N's way: no order has each of them find its space free.
    let top = Place::Top(default_space());
    let adopt = |what: &str, prefix: &str, absorb| {
        Command::Adopt(Adopt {
            id: id(what),
            place: top,
            kind: ClaimKind::Pool(Policy::default()),
            prefixes: vec![cidr(prefix)],
            name: Some(name(what)),
            tags: Tags::default(),
            description: Description::default(),
            absorb,
        })
    };
    let commands = [
        allocate("N", top, ClaimKind::Static, "10.0.0.0/24"),
        adopt("O", "10.0.0.0/16", false),
        allocate("c", Place::In(id("O")), ClaimKind::Static, "10.0.1.0/24"),
        adopt("P", "10.0.0.0/20", true),
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
        Command::Adopt(Adopt {
            id: id("pool"),
            place: Place::Top(default_space()),
            kind: ClaimKind::Pool(Policy::default()),
            prefixes: vec![cidr("10.0.0.0/16")],
            name: Some(name("pool")),
            tags: Tags::default(),
            description: Description::default(),
            absorb: false,
        }),
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
