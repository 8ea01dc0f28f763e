//! Every limit is tested at itself and past itself (SEMANTICS 19), and a limit without a test does not pass.
//! rows: F01 F10 F11 F12 F13 F17

use std::collections::{BTreeMap, BTreeSet};

use plat_domain::command::{
    Adopt, Allocate, Batch, CreatePool, CreateSpace, Edit, ExpireDue, Merge, PutResource, Release, Split,
    SplitPart,
};
use plat_domain::{
    Actor, Cidr, ClaimId, ClaimKind, Command, Context, Count, Description, Family, Name, Place, Plan, Policy,
    Quotas, Rejection, Resource, ResourceId, Role, Space, SpaceId, State, Timestamp, Wanted, decide, limits,
};

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn id(text: &str) -> ClaimId {
    ClaimId::derived(&[text])
}

fn top() -> Place {
    Place::Top(SpaceId::derived(&["s"]))
}

fn context() -> Context {
    Context {
        actor: Actor {
            name: name("test"),
            role: Role::Owner,
        },
        now: Timestamp::from_ms(1),
    }
}

fn run(state: &mut State, command: &Command) -> Result<(), Rejection> {
    let set = decide(state, command, &context())?;
    *state = std::mem::take(state).commit(&set).unwrap();
    Ok(())
}

fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

/// The n-th `/len` of 10.0.0.0/8.
fn nth(n: usize, len: u8) -> Cidr {
    let first = 0x0a00_0000 + (u128::try_from(n).unwrap() << (32 - len));
    Cidr::holding(Family::V4, first, len).unwrap()
}

fn pool(text: &str, place: Place, prefixes: Vec<Cidr>, policy: Policy) -> Command {
    Command::CreatePool(CreatePool {
        policy,
        ..CreatePool::new(id(text), place, name(text), Wanted::Prefixes(prefixes))
    })
}

fn network(text: &str, pool: &str, wanted: Wanted) -> Allocate {
    Allocate::new(
        id(text),
        Place::In(id(pool)),
        ClaimKind::Network { holder: None },
        wanted,
    )
}

/// A space with the pool `p`, 10.0.0.0/8.
fn state() -> State {
    let mut state = State::new();
    let space = Space::new(SpaceId::derived(&["s"]), name("s"));
    run(&mut state, &Command::CreateSpace(CreateSpace { space })).unwrap();
    run(
        &mut state,
        &pool("p", top(), vec![cidr("10.0.0.0/8")], Policy::default()),
    )
    .unwrap();
    state
}

/// Allowed with `max` of something, refused as too many with one more.
fn bounded(max: usize, mut attempt: impl FnMut(usize) -> Result<(), Rejection>) {
    let past = attempt(max + 1);
    let limit = u64::try_from(max).unwrap();
    assert!(
        matches!(past, Err(Rejection::LimitExceeded { max, .. }) if max == limit),
        "{past:?}"
    );
    assert_eq!(attempt(max), Ok(()));
}

/// A policy is checked when a pool gets it.
fn policy_bounded(max: usize, policy: impl Fn(usize) -> Policy) {
    let base = state();
    bounded(max, |n| {
        let edit = Edit {
            policy: Some(policy(n)),
            ..Edit::of(id("p"))
        };
        run(&mut base.clone(), &Command::Edit(edit))
    });
}

#[test]
fn depth() {
    let mut state = state();
    // `p` is the first level.
    for level in 1..limits::DEPTH {
        let outer = if level == 1 {
            "p".to_owned()
        } else {
            format!("l{}", level - 1)
        };
        let inner = pool(
            &format!("l{level}"),
            Place::In(id(&outer)),
            vec![cidr("10.0.0.0/8")],
            Policy::default(),
        );
        run(&mut state, &inner).unwrap();
    }
    let last = format!("l{}", limits::DEPTH - 1);
    let past = run(
        &mut state,
        &pool(
            "past",
            Place::In(id(&last)),
            vec![cidr("10.0.0.0/9")],
            Policy::default(),
        ),
    );
    assert!(
        matches!(past, Err(Rejection::TooDeep { max }) if max == limits::DEPTH as u64),
        "{past:?}"
    );
}

#[test]
fn prefixes_of_a_claim() {
    let base = state();
    bounded(limits::PREFIXES_PER_CLAIM, |n| {
        let every_other = (0..n).map(|i| nth(i * 2, 24)).collect();
        run(
            &mut base.clone(),
            &Command::Allocate(network("n", "p", Wanted::Prefixes(every_other))),
        )
    });
}

#[test]
fn commands_of_a_batch_and_of_a_plan() {
    let base = state();
    let commands = |n| vec![Command::ExpireDue(ExpireDue {}); n];
    bounded(limits::COMMANDS_PER_BATCH, |n| {
        run(
            &mut base.clone(),
            &Command::Batch(Batch {
                commands: commands(n),
            }),
        )
    });
    bounded(limits::COMMANDS_PER_BATCH, |n| {
        match Plan::simulate(&base, name("plan"), commands(n), &context()) {
            Ok(_) => Ok(()),
            Err(plat_domain::PlanError::Refused { rejection, .. }) => Err(*rejection),
            Err(other) => panic!("{other:?}"),
        }
    });
}

#[test]
fn spaces() {
    let mut state = state();
    let make = |n: usize| {
        let space = Space::new(
            SpaceId::derived(&["more", &n.to_string()]),
            name(&format!("space {n}")),
        );
        Command::CreateSpace(CreateSpace { space })
    };
    for n in 1..limits::SPACES {
        run(&mut state, &make(n)).unwrap();
    }
    let past = run(&mut state, &make(limits::SPACES));
    assert!(matches!(past, Err(Rejection::LimitExceeded { .. })), "{past:?}");
}

/// Two million claims need more than a gigabyte: `cargo test --release -p plat-domain --test limits -- --ignored`.
#[test]
#[ignore = "minutes and more than 1 GB"]
fn claims_and_resources() {
    let mut state = state();
    let claim = |n: usize| {
        let prefixes = vec![nth(n, 31)];
        let place = Place::In(id("p"));
        let kind = ClaimKind::Static;
        Command::Adopt(Adopt::new(
            ClaimId::derived(&["c", &n.to_string()]),
            place,
            kind,
            prefixes,
        ))
    };
    for n in 1..limits::CLAIMS {
        run(&mut state, &claim(n)).unwrap();
    }
    let past = run(&mut state, &claim(limits::CLAIMS));
    assert!(matches!(past, Err(Rejection::LimitExceeded { .. })), "{past:?}");
    let resource = |n: usize| {
        let id = ResourceId::derived(&[&n.to_string()]);
        Command::PutResource(PutResource {
            resource: Resource::new(id, name("vnet"), name("virtualNetwork")),
        })
    };
    for n in 0..limits::RESOURCES {
        run(&mut state, &resource(n)).unwrap();
    }
    let past = run(&mut state, &resource(limits::RESOURCES));
    assert!(matches!(past, Err(Rejection::LimitExceeded { .. })), "{past:?}");
}

#[test]
fn what_is_named_in_a_refusal() {
    let mut state = state();
    for n in 0..=limits::BLOCKERS_NAMED {
        run(
            &mut state,
            &Command::Allocate(network(&format!("n{n}"), "p", Wanted::PrefixLength(24))),
        )
        .unwrap();
    }
    let refused = run(&mut state, &Command::Release(Release::of(id("p"))));
    let Err(Rejection::NotEmpty {
        blockers,
        blockers_total,
        ..
    }) = refused
    else {
        panic!("{refused:?}")
    };
    assert_eq!(
        (blockers.len(), blockers_total),
        (limits::BLOCKERS_NAMED, limits::BLOCKERS_NAMED as u64 + 1)
    );
    for n in 0..=limits::ALTERNATIVES_NAMED {
        let prefix = cidr(&format!("172.16.{n}.0/24"));
        run(
            &mut state,
            &pool(&format!("other {n}"), top(), vec![prefix], Policy::default()),
        )
        .unwrap();
    }
    let taken = network("again", "p", Wanted::Prefixes(vec![nth(0, 24)]));
    let refused = run(&mut state, &Command::Allocate(taken));
    let Err(Rejection::Overlap { alternatives, .. }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(alternatives.pools.len(), limits::ALTERNATIVES_NAMED);
}

#[test]
fn pieces_of_an_allocation() {
    let base = state();
    bounded(usize::from(limits::PREFIXES_PER_ALLOCATION), |n| {
        let asked = Allocate {
            max_prefixes: Some(u16::try_from(n).unwrap()),
            ..network("n", "p", Wanted::Addresses(Count::new(144)))
        };
        run(&mut base.clone(), &Command::Allocate(asked))
    });
}

#[test]
fn exclusions_of_a_request() {
    let base = state();
    bounded(limits::EXCLUSIONS, |n| {
        let asked = Allocate {
            excluded: (0..n).map(|i| nth(i, 24)).collect(),
            ..network("n", "p", Wanted::PrefixLength(24))
        };
        run(&mut base.clone(), &Command::Allocate(asked))
    });
}

#[test]
fn pools_tried_by_a_request() {
    let base = state();
    bounded(limits::POOLS_TRIED, |n| {
        let kind = ClaimKind::Network { holder: None };
        let place = Place::FirstOf(vec![id("p"); n]);
        let asked = Allocate::new(id("n"), place, kind, Wanted::PrefixLength(24));
        run(&mut base.clone(), &Command::Allocate(asked))
    });
}

#[test]
fn required_tags_and_their_values() {
    let key = |n: usize| name(&format!("k{n}"));
    policy_bounded(limits::REQUIRED_TAGS, |n| Policy {
        required_tags: Some((0..n).map(|i| (key(i), BTreeSet::new())).collect()),
        ..Policy::default()
    });
    policy_bounded(limits::REQUIRED_TAG_VALUES, |n| {
        let values = (0..n)
            .map(|i| Description::new(&i.to_string()).unwrap())
            .collect();
        Policy {
            required_tags: Some(BTreeMap::from([(key(0), values)])),
            ..Policy::default()
        }
    });
}

#[test]
fn quotas_of_a_pool() {
    policy_bounded(limits::QUOTAS, |n| Policy {
        quotas: Some(Quotas {
            default: None,
            tenants: (0..n).map(|i| (name(&format!("t{i}")), Count::ONE)).collect(),
        }),
        ..Policy::default()
    });
}

#[test]
fn cool_down() {
    policy_bounded(limits::COOL_DOWN_SECONDS as usize, |n| Policy {
        cool_down_seconds: Some(u32::try_from(n).unwrap()),
        ..Policy::default()
    });
}

#[test]
fn parts_of_a_split_and_claims_of_a_merge() {
    let mut base = state();
    run(
        &mut base,
        &Command::Allocate(network("n", "p", Wanted::Prefixes(vec![cidr("10.0.0.0/8")]))),
    )
    .unwrap();
    let part = |i: usize| SplitPart {
        id: ClaimId::derived(&["part", &i.to_string()]),
        prefixes: vec![nth(i, 24)],
        name: None,
    };
    let split = |n: usize| {
        Command::Split(Split {
            id: id("n"),
            parts: (0..n).map(part).collect(),
        })
    };
    bounded(limits::SPLIT_PARTS, |n| run(&mut base.clone(), &split(n)));
    run(&mut base, &split(limits::SPLIT_PARTS)).unwrap();
    bounded(limits::MERGED_CLAIMS, |n| {
        let from = (0..n).map(|i| part(i).id).collect();
        run(&mut base.clone(), &Command::Merge(Merge::of(id("n"), from)))
    });
}

/// The guard: each constant of `limits.rs` is named in this file or in another test that is listed here.
#[test]
fn no_limit_is_without_a_test() {
    let elsewhere = [
        // src/text.rs
        "NAME_BYTES",
        "DESCRIPTION_BYTES",
        "TAGS_PER_ENTRY",
        // crates/service/tests/one_request.rs
        "ALLOCATIONS_PER_REQUEST",
        // tests/scenarios/allocate, tests/tests/edge_domain.rs
        "ASSOCIATIONS_PER_REQUEST",
    ];
    let source = include_str!("../src/limits.rs");
    let own = include_str!("limits.rs");
    let constants = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.split(':').next());
    let untested: Vec<&str> = constants
        .filter(|c| !elsewhere.contains(c) && !own.contains(&format!("limits::{c}")))
        .collect();
    assert!(
        untested.is_empty(),
        "without a test at and past the limit: {untested:?}"
    );
}
