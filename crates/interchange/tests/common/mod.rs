//! A workspace to import into, and applying a preview as a host does.
#![allow(dead_code, unreachable_pub)]

use plat_domain::command::{CreatePool, CreateSpace};
use plat_domain::{
    Actor, Cidr, Claim, ClaimId, Command, Context, Description, Name, Place, Policy, Role, Space, SpaceId,
    SpaceKind, State, Tags, Timestamp, Wanted, check::check, decide,
};
use plat_interchange::{Finding, Options, Outcome, Preview, PreviewRow, SourceFile, preview};

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

pub fn context() -> Context {
    Context {
        actor: Actor {
            name: name("ada"),
            role: Role::Owner,
        },
        now: "2027-01-31T00:00:00Z".parse::<Timestamp>().unwrap(),
    }
}

pub fn default_space() -> SpaceId {
    SpaceId::derived(&["default"])
}

/// Decides and commits one command, and checks every invariant.
pub fn apply(state: &State, command: &Command) -> State {
    let changes = decide(state, command, &context()).unwrap();
    let after = state.clone().commit(&changes).unwrap();
    assert_eq!(check(&after), Vec::<String>::new());
    after
}

/// A workspace with its default space.
pub fn workspace() -> State {
    let space = Space {
        id: default_space(),
        name: name("default"),
        kind: SpaceKind::Fabric,
        description: Description::default(),
    };
    apply(&State::new(), &Command::CreateSpace(CreateSpace { space }))
}

pub fn create_pool(state: &State, called: &str, prefix: &str, policy: Policy) -> State {
    let command = Command::CreatePool(CreatePool {
        id: ClaimId::derived(&["test", called]),
        place: Place::Innermost(default_space()),
        name: name(called),
        wanted: Wanted::Prefixes(vec![cidr(prefix)]),
        strategy: None,
        policy,
        tags: Tags::default(),
        description: Description::default(),
    });
    apply(state, &command)
}

pub fn options() -> Options {
    Options {
        create_spaces: true,
        ..Options::into_space(default_space())
    }
}

pub fn look(state: &State, bytes: &[u8], options: &Options) -> Preview {
    preview(
        state,
        &SourceFile {
            name: "a file",
            bytes,
        },
        options,
    )
    .unwrap()
}

/// Applies a preview that is ready, and checks that a second look finds nothing left to do.
pub fn import(state: &State, bytes: &[u8], options: &Options) -> State {
    let found = look(state, bytes, options);
    assert!(found.ready(), "{:#?}", found.rows);
    let after = found
        .batch()
        .map_or_else(|| state.clone(), |batch| apply(state, &batch));
    let again = look(&after, bytes, options);
    assert_eq!(again.commands, [], "the same file twice");
    assert!(
        again
            .rows
            .iter()
            .all(|r| matches!(r.outcome, Outcome::Match | Outcome::LeftOut)),
        "{:#?}",
        again.rows
    );
    after
}

pub fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|f| f.code.as_str()).collect()
}

pub fn row(found: &Preview, line: u64) -> &PreviewRow {
    found.rows.iter().find(|r| r.line == line).unwrap()
}

/// The one claim of a kind with this prefix.
pub fn claim<'s>(state: &'s State, kind: &str, prefix: &str) -> &'s Claim {
    let found: Vec<&Claim> = state
        .claims()
        .filter(|c| c.kind.word() == kind && c.prefixes.contains(&cidr(prefix)))
        .collect();
    assert_eq!(found.len(), 1, "{kind} {prefix}");
    found[0]
}

pub fn parent_label(state: &State, claim: &Claim) -> String {
    claim
        .parent
        .and_then(|p| state.claim(p))
        .map(Claim::label)
        .unwrap_or_default()
}

pub fn count(state: &State, kind: &str) -> usize {
    state.claims().filter(|c| c.kind.word() == kind).count()
}
