//! Stored forms are a promise: the bytes and the JSON of every record that is kept or sent, pinned. A change here is a
//! new version, never an edit of the golden.
//! rows: F36 F37

use std::fmt::Write as _;
use std::path::Path;

use plat_domain::command::{
    Adopt, Allocate, Batch, CreatePool, CreateSpace, Edit, ExpireDue, PutResource, Release, RemoveResource,
    RemoveSpace, Restore,
};
use plat_domain::{
    Actor, Change, ChangeSet, Claim, ClaimId, ClaimKind, Command, Context, Count, Description, Draft,
    Fingerprint, Name, Place, Plan, Policy, Resource, ResourceId, Role, SavedDraft, Space, SpaceId,
    SpaceKind, State, Strategy, Tags, Timestamp, Wanted,
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

fn space() -> Space {
    Space {
        id: SpaceId::from_bytes([1; 16]),
        name: name("default"),
        kind: SpaceKind::Fabric,
        description: Description::default(),
    }
}

fn resource() -> Resource {
    Resource {
        id: ResourceId::from_bytes([2; 16]),
        name: name("vnet-web"),
        kind: name("virtualNetwork"),
        provider: Some(name("azure")),
        external_id: Description::new("/subscriptions/0").unwrap(),
        tenant: None,
        tags: tags(),
    }
}

fn policy() -> Policy {
    Policy {
        shortest_len: Some(16),
        longest_len: Some(28),
        default_len: Some(24),
        strategy: Some(Strategy::BestFit),
    }
}

/// One of every command, in an order that a new workspace takes.
fn commands() -> Vec<Command> {
    let (pool, network) = (claim_id(3), claim_id(4));
    vec![
        Command::CreateSpace(CreateSpace { space: space() }),
        Command::PutResource(PutResource { resource: resource() }),
        Command::CreatePool(CreatePool {
            id: pool,
            place: Place::Top(space().id),
            name: name("emea"),
            wanted: Wanted::Prefixes(vec!["10.0.0.0/8".parse().unwrap()]),
            strategy: None,
            policy: policy(),
            tags: tags(),
            description: Description::new("Europe").unwrap(),
        }),
        Command::Allocate(Allocate {
            id: network,
            place: Place::In(pool),
            kind: ClaimKind::Network {
                holder: Some(resource().id),
            },
            wanted: Wanted::Addresses(Count::new(144)),
            strategy: Some(Strategy::FirstFit),
            name: Some(name("web")),
            tags: Tags::default(),
            description: Description::default(),
        }),
        Command::Allocate(Allocate {
            id: claim_id(5),
            place: Place::In(pool),
            kind: ClaimKind::Reservation {
                expires_at: Some(Timestamp::from_ms(1_801_353_600_000)),
            },
            wanted: Wanted::PrefixLength(20),
            strategy: None,
            name: None,
            tags: Tags::default(),
            description: Description::default(),
        }),
        Command::Adopt(Adopt {
            id: claim_id(6),
            place: Place::Innermost(space().id),
            kind: ClaimKind::Static,
            prefixes: vec!["10.0.0.128/25".parse().unwrap(), "10.0.1.0/24".parse().unwrap()],
            name: None,
            tags: Tags::default(),
            description: Description::default(),
            absorb: false,
        }),
        Command::Adopt(Adopt {
            id: claim_id(7),
            place: Place::Top(space().id),
            kind: ClaimKind::External,
            prefixes: vec!["2001:db8::/32".parse().unwrap()],
            name: Some(name("on-premises")),
            tags: Tags::default(),
            description: Description::default(),
            absorb: true,
        }),
        Command::Edit(Edit {
            name: Some(name("web-1")),
            ..Edit::of(network)
        }),
        Command::Batch(Batch {
            commands: vec![Command::Allocate(Allocate {
                id: claim_id(8),
                place: Place::In(network),
                kind: ClaimKind::Subnet,
                wanted: Wanted::PrefixLength(26),
                strategy: Some(Strategy::FromEnd),
                name: None,
                tags: Tags::default(),
                description: Description::default(),
            })],
        }),
        Command::Release(Release {
            id: claim_id(6),
            holder: None,
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
                id: claim_id(10),
                space: space().id,
                parent: Some(pool),
                kind: ClaimKind::Network { holder: None },
                name: None,
                prefixes: vec!["10.200.0.0/16".parse().unwrap()],
                observed: false,
                tags: Tags::default(),
                description: Description::default(),
                request: Fingerprint::of(b"golden"),
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
        })
        .collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, ["claim", "claimRemoved", "resource", "space"]);
    let gone = ChangeSet {
        changes: vec![
            Change::ResourceRemoved(resource().id),
            Change::SpaceRemoved(space().id),
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
