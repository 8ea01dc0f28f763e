//! Stored forms are a promise: the bytes and the JSON of every record that is kept or sent, pinned. A change here is a
//! new version, never an edit of the golden. What earlier versions stored is still read: their goldens stay.
//! rows: F36 F37

use std::fmt::Write as _;
use std::path::Path;

use plat_domain::command::{
    AcceptConflict, Adopt, Allocate, Batch, CreatePool, CreateSpace, Edit, EditSpace, ExpireDue, Merge,
    PutResource, Release, RemoveResource, RemoveSpace, ReopenConflict, Restore, Split, SplitPart,
};
use plat_domain::{
    Actor, Change, ChangeSet, Claim, ClaimId, ClaimKind, Command, Context, Count, Description, Digest, Draft,
    Fingerprint, Isolation, Name, Pair, Place, Plan, Policy, Profile, Quotas, Resource, ResourceId, Role,
    STORED_FORM, SavedDraft, Space, SpaceId, SpaceKind, State, Strategy, Tags, Thresholds, Timestamp, Wanted,
};

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn claim_id(n: u8) -> ClaimId {
    ClaimId::from_bytes([n; 16])
}

fn tags() -> Tags {
    Tags::new([(name("env"), Description::new("prod").unwrap())].into()).unwrap()
}

fn text(text: &str) -> Description {
    Description::new(text).unwrap()
}

fn space() -> Space {
    Space::new(SpaceId::from_bytes([1; 16]), name("default"))
}

fn resource() -> Resource {
    Resource {
        provider: Some(name("azure")),
        external_id: text("/subscriptions/0"),
        tags: tags(),
        ..Resource::new(
            ResourceId::from_bytes([2; 16]),
            name("vnet-web"),
            name("virtualNetwork"),
        )
    }
}

/// A policy with every part.
fn policy() -> Policy {
    Policy {
        shortest_len: Some(16),
        longest_len: Some(32),
        default_len: Some(24),
        strategy: Some(Strategy::BestFit),
        required_tags: Some([(name("env"), [text("prod"), text("test")].into())].into()),
        quotas: Some(Quotas {
            default: Some(Count::new(1 << 20)),
            tenants: [(name("contoso"), Count::new(1 << 24))].into(),
        }),
        cool_down_seconds: Some(3_600),
        thresholds: Some(Thresholds {
            under_basis_points: 1_000,
            over_basis_points: 9_000,
        }),
        profile: Some(Profile::Azure),
    }
}

/// One of every command with every part, and every kind of claim, in an order that a new workspace takes.
fn commands() -> Vec<Command> {
    let (pool, network, top) = (claim_id(3), claim_id(4), Place::Top(space().id));
    let cidr = |text: &str| text.parse::<plat_domain::Cidr>().unwrap();
    let provider = SpaceId::from_bytes([11; 16]);
    let in_network = |id: u8, kind, wanted| {
        Command::Allocate(Allocate::new(claim_id(id), Place::In(network), kind, wanted))
    };
    vec![
        Command::CreateSpace(CreateSpace { space: space() }),
        Command::CreateSpace(CreateSpace {
            space: Space {
                kind: SpaceKind::Provider,
                description: text("wan"),
                ..Space::new(provider, name("provider"))
            },
        }),
        Command::CreateSpace(CreateSpace {
            space: Space {
                kind: SpaceKind::Customer,
                provider: Some(provider),
                isolation: Some(Isolation::Nvgre),
                ..Space::new(SpaceId::from_bytes([12; 16]), name("customer"))
            },
        }),
        Command::EditSpace(EditSpace {
            id: SpaceId::from_bytes([12; 16]),
            name: Some(name("customer-1")),
            description: Some(text("first")),
            provider: Some(provider),
            isolation: Some(Isolation::Vxlan),
        }),
        Command::PutResource(PutResource { resource: resource() }),
        Command::CreatePool(CreatePool {
            policy: policy(),
            tags: tags(),
            description: text("Europe"),
            absorb: true,
            ..CreatePool::new(
                pool,
                top.clone(),
                name("emea"),
                Wanted::Prefixes(vec![cidr("10.0.0.0/8")]),
            )
        }),
        Command::Allocate(Allocate {
            strategy: Some(Strategy::FirstFit),
            name: Some(name("web")),
            tags: tags(),
            description: text("first"),
            max_prefixes: Some(2),
            excluded: vec![cidr("10.0.1.0/24")],
            within: Some("10.0.0.0-10.1.255.255".parse().unwrap()),
            ..Allocate::new(
                network,
                Place::FirstOf(vec![pool]),
                ClaimKind::Network {
                    holder: Some(resource().id),
                },
                Wanted::Addresses(Count::new(144)),
            )
        }),
        Command::Allocate(Allocate {
            tags: tags(),
            ..Allocate::new(
                claim_id(5),
                Place::In(pool),
                ClaimKind::Reservation {
                    expires_at: Some(Timestamp::from_ms(1_801_353_600_000)),
                },
                Wanted::PrefixLength(20),
            )
        }),
        Command::Adopt(Adopt::new(
            claim_id(6),
            Place::Innermost(space().id),
            ClaimKind::Static,
            vec![cidr("10.0.0.128/25"), cidr("10.0.1.0/24")],
        )),
        Command::Adopt(Adopt {
            name: Some(name("on-premises")),
            absorb: true,
            ..Adopt::new(claim_id(7), top, ClaimKind::External, vec![cidr("2001:db8::/32")])
        }),
        Command::AcceptConflict(AcceptConflict {
            left: network,
            right: claim_id(6),
            reason: text("known"),
            expires_at: Some(Timestamp::from_ms(1_801_353_600_000)),
        }),
        Command::Edit(Edit {
            name: Some(name("web-1")),
            ignored: Some(text("a lab")),
            ..Edit::of(network)
        }),
        Command::Batch(Batch {
            commands: vec![
                in_network(8, ClaimKind::Subnet, Wanted::PrefixLength(26)),
                in_network(
                    13,
                    ClaimKind::Range { in_use: true },
                    Wanted::Addresses(Count::new(5)),
                ),
                in_network(14, ClaimKind::Address { in_use: false }, Wanted::DefaultLength),
            ],
        }),
        Command::Split(Split {
            id: claim_id(8),
            parts: vec![SplitPart {
                id: claim_id(15),
                prefixes: vec![cidr("10.0.0.32/27")],
                name: Some(name("upper")),
            }],
        }),
        Command::Merge(Merge {
            name: Some(name("whole")),
            description: Some(text("again")),
            tags: Some(Tags::default()),
            ..Merge::of(claim_id(8), vec![claim_id(15)])
        }),
        Command::ReopenConflict(ReopenConflict {
            left: claim_id(6),
            right: network,
        }),
        Command::Release(Release {
            holder: None,
            ..Release::of(claim_id(6))
        }),
        Command::ExpireDue(ExpireDue {}),
        Command::RemoveResource(RemoveResource {
            id: ResourceId::from_bytes([9; 16]),
        }),
        Command::RemoveSpace(RemoveSpace {
            id: SpaceId::from_bytes([9; 16]),
        }),
        Command::Restore(Restore {
            claim: Claim {
                parent: Some(pool),
                ..Claim::new(
                    claim_id(10),
                    space().id,
                    ClaimKind::Network { holder: None },
                    vec![cidr("10.200.0.0/16")],
                    Fingerprint::of(b"golden"),
                )
            },
        }),
    ]
}

fn context() -> Context {
    let now = "2027-01-01T00:00:00Z".parse().unwrap();
    Context {
        actor: Actor {
            name: name("ada"),
            role: Role::Owner,
        },
        now,
    }
}

fn simulated() -> (Plan, State) {
    Plan::simulate(&State::new(), name("golden"), commands(), &context()).unwrap()
}

/// Compares with a file under `tests/golden`; `PLAT_BLESS=1` writes it, for a new version only.
fn pinned(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(file);
    if std::env::var_os("PLAT_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == text, "{file} is not as pinned; now:\n{text}");
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(32) {
        for byte in line {
            write!(text, "{byte:02x}").unwrap();
        }
        text.push('\n');
    }
    text
}

#[test]
fn plan_file_is_pinned_and_reads_back() {
    let (plan, _) = simulated();
    // One step a line, so that a difference is one line.
    let text = serde_json::to_string(&plan)
        .unwrap()
        .replace("{\"command\"", "\n{\"command\"")
        + "\n";
    pinned("plan.json", &text);
    let read: Plan = serde_json::from_str(&text).unwrap();
    assert_eq!(read, plan);
    assert!(
        serde_json::from_str::<Plan>(&text.replacen("\"version\"", "\"extra\": 1, \"version\"", 1)).is_err(),
        "unknown fields pass"
    );
}

#[test]
fn change_sets_are_pinned_and_read_back() {
    let (plan, _) = simulated();
    let mut text = String::new();
    for step in &plan.steps {
        let bytes = step.changes.to_bytes();
        assert_eq!(ChangeSet::from_bytes(&bytes), Ok(step.changes.clone()));
        write!(text, "{}\n{}", step.command.word(), hex(&bytes)).unwrap();
    }
    writeln!(text, "digest {}", plan.digest).unwrap();
    pinned("change-sets.txt", &text);
    let kinds = plan.steps.iter().flat_map(|s| &s.changes.changes);
    let mut seen: Vec<&str> = kinds
        .map(|c| match c {
            Change::SpacePut(_) => "space",
            Change::SpaceRemoved(_) => "spaceRemoved",
            Change::ResourcePut(_) => "resource",
            Change::ResourceRemoved(_) => "resourceRemoved",
            Change::ClaimPut(_) => "claim",
            Change::ClaimRemoved(_) => "claimRemoved",
            Change::ConflictAccepted(_) => "conflictAccepted",
            Change::AcceptanceEnded(_) => "acceptanceEnded",
        })
        .collect();
    seen.sort_unstable();
    seen.dedup();
    let expected = [
        "acceptanceEnded",
        "claim",
        "claimRemoved",
        "conflictAccepted",
        "resource",
        "space",
    ];
    assert_eq!(seen, expected);
    let gone = ChangeSet {
        changes: vec![
            Change::ResourceRemoved(resource().id),
            Change::SpaceRemoved(space().id),
            Change::AcceptanceEnded(Pair::of(claim_id(2), claim_id(1))),
        ],
    };
    pinned("removals.txt", &hex(&gone.to_bytes()));
}

#[test]
fn snapshot_is_pinned_and_reads_back() {
    let (_, state) = simulated();
    let bytes = state.to_snapshot();
    pinned(
        "snapshot.txt",
        &(hex(&bytes) + &format!("content {}\n", state.content_digest())),
    );
    let read = State::from_snapshot(&bytes).unwrap();
    assert_eq!(
        (read.revision(), read.digest(), read.content_digest()),
        (state.revision(), state.digest(), state.content_digest())
    );
    assert_eq!(read.to_snapshot(), bytes);
}

#[test]
fn damaged_snapshots_are_refused_not_believed() {
    let bytes = simulated().1.to_snapshot();
    for cut in 0..bytes.len() {
        assert!(State::from_snapshot(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    for at in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[at] ^= 0x41;
        assert!(State::from_snapshot(&bad).is_err(), "byte {at}");
    }
}

#[test]
fn draft_is_pinned_and_restores() {
    let mut draft = Draft::new(name("golden"), State::new());
    for command in commands() {
        draft.add(command, &context()).unwrap();
    }
    draft.undo().unwrap();
    let saved = draft.save();
    let text = hex(&postcard::to_allocvec(&saved).unwrap());
    pinned("draft.txt", &text);
    let read: SavedDraft = serde_json::from_str(&serde_json::to_string(&saved).unwrap()).unwrap();
    let mut restored = Draft::restore(State::new(), read).unwrap();
    assert_eq!(restored.head().digest(), draft.head().digest());
    assert_eq!((restored.done(), restored.undone()), (draft.done(), 1));
    restored.redo().unwrap();
    assert_eq!(restored.head().digest(), simulated().0.digest);
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |p: &[u8]| u8::from_str_radix(std::str::from_utf8(p).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

fn golden(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(file);
    std::fs::read_to_string(path).unwrap()
}

/// What version 1 stored is read, keeps its digests, and goes on from there.
#[test]
fn version_1_is_still_read() {
    let journal = golden("v1/change-sets.txt");
    let (mut state, mut bytes, mut digest) = (State::new(), String::new(), Digest::default());
    let mut commit = |bytes: &mut String| {
        let stored = unhex(&std::mem::take(bytes));
        if stored.len() > 1 {
            let set = ChangeSet::from_stored(1, &stored).unwrap();
            digest = digest.chain(&stored);
            state = std::mem::take(&mut state).commit_as(&set, digest).unwrap();
        }
    };
    let mut stated = Digest::default();
    for line in journal.lines() {
        match line.strip_prefix("digest ") {
            Some(text) => stated = text.parse().unwrap(),
            None if line.bytes().all(|b| b.is_ascii_hexdigit()) => bytes.push_str(line),
            // The word of the next command.
            None => commit(&mut bytes),
        }
    }
    commit(&mut bytes);
    assert_eq!(state.digest(), stated);
    let snapshot = golden("v1/snapshot.txt");
    let (snapshot, _) = snapshot.split_once("content").unwrap();
    let read = State::from_snapshot(&unhex(snapshot)).unwrap();
    assert_eq!(
        (read.revision(), read.digest()),
        (state.revision(), state.digest())
    );
    assert_eq!(read.content_digest(), state.content_digest());
    assert!(plat_domain::check::check(&read).is_empty());
    let plan: Plan = serde_json::from_str(&golden("v1/plan.json")).unwrap();
    let rebased = plan.rebase(&State::new(), &context()).unwrap();
    assert!(rebased.moved.is_empty(), "{:#?}", rebased.moved);
    let places = |s: &State| -> Vec<_> { s.claims().map(|c| (c.id, c.parent, c.prefixes.clone())).collect() };
    assert_eq!(places(&rebased.state), places(&state));
    assert!(ChangeSet::from_stored(STORED_FORM + 1, &[0]).is_err());
}
