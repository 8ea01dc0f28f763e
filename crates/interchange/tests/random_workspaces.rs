//! Random workspaces come back identical from their exports, and random files never break an invariant. Seeded.
//! rows: F48 F49 B34

mod common;

use common::*;
use plat_domain::command::{
    AcceptConflict, Adopt, Allocate, CreatePool, CreateSpace, Edit, PutResource, Release,
};
use plat_domain::{
    Cidr, ClaimId, ClaimKind, Command, Count, Family, Place, Policy, Profile, Quotas, Resource, ResourceId,
    Space, SpaceId, SpaceKind, State, Strategy, Tags, Thresholds, Timestamp, Wanted, check::check, decide,
};
use plat_interchange::{Options, Outcome, SourceFile, export_csv, export_json, preview};

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides
    }

    fn prefix(&mut self) -> Cidr {
        let len = 22 + u8::try_from(self.roll(6)).unwrap();
        Cidr::holding(Family::V4, u128::from(0x0a00_0000 + self.roll(4096)), len).unwrap()
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        if items.is_empty() {
            None
        } else {
            Some(items[usize::try_from(self.roll(items.len() as u64)).unwrap()])
        }
    }
}

/// Rules, every part of them now and then.
fn policy(dice: &mut Dice) -> Policy {
    let mut sometimes = |n| dice.roll(n) == 0;
    Policy {
        shortest_len: sometimes(6).then_some(22),
        longest_len: sometimes(6).then_some(32),
        default_len: sometimes(4).then_some(26),
        strategy: sometimes(4).then_some(Strategy::BestFit),
        required_tags: sometimes(8).then(|| [(name("site"), [text("a, \"b\""), text("c")].into())].into()),
        quotas: sometimes(6).then(|| Quotas {
            default: Some(Count::new(4_096)),
            tenants: [(name("red"), Count::new(u128::MAX))].into(),
        }),
        cool_down_seconds: sometimes(2).then_some(60),
        thresholds: sometimes(6).then(Thresholds::default),
        profile: sometimes(6).then_some(Profile::Aws),
    }
}

fn some_tags(dice: &mut Dice) -> Tags {
    match dice.roll(4) {
        0 => tags(&[("tenant", "red"), ("=sum", "a;b=c")]),
        1 => tags(&[("site", "c")]),
        _ => Tags::default(),
    }
}

fn kind(dice: &mut Dice) -> ClaimKind {
    let holder = (dice.roll(2) == 0).then(|| ResourceId::derived(&["r"]));
    let in_use = dice.roll(2) == 0;
    match dice.roll(8) {
        0 => ClaimKind::Subnet,
        1 => ClaimKind::Static,
        2 => ClaimKind::Reservation {
            expires_at: in_use.then(|| Timestamp::from_ms(1_900_000_000_123)),
        },
        3 => ClaimKind::Range { in_use },
        4 => ClaimKind::Address { in_use },
        5 => ClaimKind::External,
        _ => ClaimKind::Network { holder },
    }
}

fn command(dice: &mut Dice, state: &State, serial: u64) -> Command {
    let ids: Vec<ClaimId> = state.claims().map(|c| c.id).collect();
    let some = dice.pick(&ids).unwrap_or(ClaimId::derived(&["none"]));
    let id = ClaimId::derived(&["random", &serial.to_string()]);
    let kind = kind(dice);
    let homes: Vec<ClaimId> = state
        .claims()
        .filter(|c| c.kind.may_hold(&kind))
        .map(|c| c.id)
        .collect();
    let space = if dice.roll(3) == 0 {
        SpaceId::derived(&["two"])
    } else {
        default_space()
    };
    let place = match dice.roll(4) {
        0 => Place::Top(space),
        1 => Place::Innermost(space),
        _ => Place::In(dice.pick(&homes).unwrap_or(some)),
    };
    let called = name(&format!("=n{serial}"));
    let pairs: Vec<(ClaimId, ClaimId)> = state.conflict_pairs().collect();
    match dice.roll(13) {
        0..=1 => Command::CreatePool(CreatePool {
            policy: policy(dice),
            tags: some_tags(dice),
            ..CreatePool::new(id, place, called, Wanted::Prefixes(vec![dice.prefix()]))
        }),
        2..=5 => {
            let wanted = match kind {
                ClaimKind::Address { .. } => Wanted::DefaultLength,
                ClaimKind::Range { .. } => Wanted::Addresses(Count::new(u128::from(1 + dice.roll(40)))),
                _ => Wanted::Prefixes(vec![dice.prefix()]),
            };
            Command::Allocate(Allocate {
                tags: some_tags(dice),
                ..Allocate::new(id, place, kind, wanted)
            })
        }
        6..=8 => Command::Adopt(Adopt {
            name: Some(called),
            absorb: dice.roll(2) == 0,
            ..Adopt::new(
                id,
                place,
                if dice.roll(2) == 0 {
                    ClaimKind::pool(policy(dice))
                } else {
                    kind
                },
                vec![dice.prefix()],
            )
        }),
        9 => Command::Edit(Edit {
            tags: Some(some_tags(dice)),
            description: Some(text("'=1+1 and, \"so\" on")),
            ignored: (dice.roll(2) == 0).then(|| text("a lab")),
            ..Edit::of(some)
        }),
        10 => {
            let (left, right) = dice.pick(&pairs).unwrap_or((some, some));
            Command::AcceptConflict(AcceptConflict {
                left,
                right,
                reason: text("known; to be moved"),
                expires_at: (dice.roll(2) == 0).then(|| Timestamp::from_ms(1_900_000_000_000)),
            })
        }
        _ => Command::Release(Release {
            at_once: dice.roll(4) == 0,
            ..Release::of(some)
        }),
    }
}

fn two_spaces() -> State {
    let space = Space {
        kind: SpaceKind::Provider,
        ..Space::new(SpaceId::derived(&["two"]), name("two"))
    };
    let resource = Resource {
        tenant: Some(name("blue")),
        ..Resource::new(ResourceId::derived(&["r"]), name("r"), name("site"))
    };
    let state = apply(&workspace(), &Command::CreateSpace(CreateSpace { space }));
    apply(&state, &Command::PutResource(PutResource { resource }))
}

#[test]
fn exports_come_back_identical() {
    let mut met = [0; 5];
    for seed in 1..=60 {
        let mut dice = Dice(seed);
        let mut state = two_spaces();
        for serial in 0..160 {
            let command = command(&mut dice, &state, serial);
            if let Ok(changes) = decide(&state, &command, &context()) {
                state = state.commit(&changes).unwrap();
            }
        }
        met[0] += state.conflict_count();
        met[1] += state.acceptances().count();
        for (n, kind) in ["cooling", "range", "address"].into_iter().enumerate() {
            met[n + 2] += count(&state, kind);
        }
        for bytes in [export_csv(&state), export_json(&state)] {
            let found = look(&State::new(), &bytes, &options());
            assert_eq!(found.errors, 0, "seed {seed}: {:#?}", found.rows);
            let read = apply(&State::new(), &found.batch().unwrap());
            assert_eq!(read.content_digest(), state.content_digest(), "seed {seed}");
            assert_eq!(look(&state, &bytes, &options()).commands, [], "seed {seed}");
        }
    }
    let least = [100, 40, 6, 40, 20];
    assert!(met.iter().zip(least).all(|(met, least)| *met >= least), "{met:?}");
}

#[test]
fn random_files_over_random_workspaces_import_whole_and_then_match() {
    for seed in 1..=60 {
        let mut dice = Dice(seed * 7919);
        let mut state = two_spaces();
        for serial in 0..25 {
            let command = command(&mut dice, &state, serial);
            if let Ok(changes) = decide(&state, &command, &context()) {
                state = state.commit(&changes).unwrap();
            }
        }
        let mut file = String::from("prefix,vrf,status\n");
        for _ in 0..40 {
            let status = dice
                .pick(&["container", "active", "reserved", "deprecated"])
                .unwrap();
            let vrf = dice.pick(&["", "two", "three"]).unwrap();
            file.push_str(&format!("{},{vrf},{status}\n", dice.prefix()));
        }
        let found = look(&state, file.as_bytes(), &options());
        assert_eq!(found.errors, 0, "seed {seed}: {:#?}", found.rows);
        let after = found
            .batch()
            .map_or_else(|| state.clone(), |batch| apply(&state, &batch));
        let again = look(&after, file.as_bytes(), &options());
        assert_eq!(again.commands, [], "seed {seed}");
        assert!(
            again.rows.iter().all(|r| r.outcome == Outcome::Match),
            "seed {seed}"
        );
    }
}

#[test]
fn damaged_files_are_refused_or_previewed_and_never_panic() {
    let state = two_spaces();
    let files: [&[u8]; 5] = [
        include_bytes!("fixtures/netbox.csv"),
        include_bytes!("fixtures/vnets-cli.json"),
        include_bytes!("fixtures/vnets-graph.json"),
        &export_csv(&import(&state, include_bytes!("fixtures/netbox.csv"), &options())),
        &export_json(&import(
            &state,
            include_bytes!("fixtures/vnets-cli.json"),
            &options(),
        )),
    ];
    let mut dice = Dice(42);
    for bytes in files {
        for _ in 0..300 {
            let mut damaged = bytes.to_vec();
            for _ in 0..=dice.roll(3) {
                let at = usize::try_from(dice.roll(damaged.len() as u64)).unwrap();
                match dice.roll(4) {
                    0 => damaged.truncate(at.max(1)),
                    1 => damaged[at] = dice.pick(b"\",;{}[]0/:\n\xff\0x'").unwrap(),
                    2 => damaged.insert(at, dice.pick(b"\",;{}[]0/:\n\xff x'").unwrap()),
                    _ => drop(damaged.remove(at)),
                }
            }
            let options = Options {
                clear_host_bits: dice.roll(2) == 0,
                ..options()
            };
            if let Ok(found) = preview(
                &state,
                &SourceFile {
                    name: "damaged",
                    bytes: &damaged,
                },
                &options,
            ) && let Some(batch) = found.batch()
            {
                // Even what the good rows alone would do is a batch that can be decided, and keeps every invariant.
                let changes = decide(&state, &batch, &context()).unwrap();
                assert_eq!(
                    check(&state.clone().commit(&changes).unwrap()),
                    Vec::<String>::new()
                );
            }
        }
    }
}
