//! Random command sequences keep every invariant (`check`), and undoing what was done is possible because deciding
//! changes nothing. Seeded: the same sequences on every machine.
//! rows: F01 F10 F11 F12 F13 F15 F17 F22 F23 F24

use plat_domain::command::{
    AcceptConflict, Adopt, Allocate, Batch, CreatePool, CreateSpace, Edit, ExpireDue, Merge, PutResource,
    Release, RemoveResource, ReopenConflict, Split, SplitPart,
};
use plat_domain::{
    Actor, Cidr, ClaimId, ClaimKind, Command, Context, Count, Description, Family, Name, Place, Policy,
    Profile, Quotas, Resource, ResourceId, Role, Space, SpaceId, State, Strategy, Tags, Timestamp, Wanted,
    check::check, decide,
};

/// A small generator (xorshift64*): the core has no randomness, its tests bring their own.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() {
            None
        } else {
            items.get(usize::try_from(self.roll(items.len() as u64)).unwrap())
        }
    }
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn space_id(n: u64) -> SpaceId {
    SpaceId::derived(&[&n.to_string()])
}

/// A prefix in a small piece of one of the families, so that overlaps are frequent.
fn prefix(dice: &mut Dice) -> Cidr {
    let len = 20 + u8::try_from(dice.roll(8)).unwrap();
    if dice.roll(4) == 0 {
        let base = 0x2001_0db8_u128 << 96;
        Cidr::holding(Family::V6, base | (u128::from(dice.roll(4096)) << 64), 40 + len).unwrap()
    } else {
        Cidr::holding(Family::V4, u128::from(0x0a00_0000 + dice.roll(8192)), len).unwrap()
    }
}

fn description(text: &str) -> Description {
    Description::new(text).unwrap()
}

/// Labels that now and then say whose a claim is.
fn tags(dice: &mut Dice) -> Tags {
    match dice.roll(3) {
        0 => Tags::new(
            [(
                name("tenant"),
                description(["red", "blue"][usize::from(dice.roll(2) == 0)]),
            )]
            .into(),
        )
        .unwrap(),
        _ => Tags::default(),
    }
}

fn policy(dice: &mut Dice) -> Policy {
    Policy {
        shortest_len: (dice.roll(6) == 0).then_some(22),
        longest_len: (dice.roll(6) == 0).then_some(28),
        default_len: (dice.roll(3) == 0).then_some(26),
        cool_down_seconds: (dice.roll(3) == 0).then(|| u32::try_from(dice.roll(2)).unwrap()),
        quotas: (dice.roll(4) == 0).then(|| Quotas {
            default: Some(Count::new(u128::from(dice.roll(2_000)))),
            ..Quotas::default()
        }),
        required_tags: (dice.roll(8) == 0).then(|| [(name("tenant"), [].into())].into()),
        profile: (dice.roll(4) == 0).then_some(Profile::Azure),
        ..Policy::default()
    }
}

fn kind(dice: &mut Dice, now: u64) -> ClaimKind {
    let resource = ResourceId::derived(&[&dice.roll(5).to_string()]);
    match dice.roll(9) {
        0 => ClaimKind::Network { holder: None },
        1 => ClaimKind::Network {
            holder: Some(resource),
        },
        2 => ClaimKind::Subnet,
        3 => ClaimKind::Static,
        4 => ClaimKind::External,
        5 => ClaimKind::Reservation {
            expires_at: Some(Timestamp::from_ms(now + dice.roll(40))),
        },
        6 => ClaimKind::Reservation { expires_at: None },
        7 => ClaimKind::Range {
            in_use: dice.roll(2) == 0,
        },
        _ => ClaimKind::Address {
            in_use: dice.roll(2) == 0,
        },
    }
}

/// Where something of this kind may well lie: half the time in a claim that may hold it.
fn place(dice: &mut Dice, state: &State, kind: &ClaimKind) -> Place {
    let homes: Vec<ClaimId> = state
        .claims()
        .filter(|c| c.kind.may_hold(kind))
        .map(|c| c.id)
        .collect();
    let home = dice.pick(&homes).copied().unwrap_or(ClaimId::derived(&["none"]));
    let space = space_id(dice.roll(2));
    match dice.roll(8) {
        0 => Place::Top(space),
        1 | 2 => Place::Innermost(space),
        3 => Place::FirstOf(vec![home, dice.pick(&homes).copied().unwrap_or(home)]),
        _ => Place::In(home),
    }
}

fn wanted(dice: &mut Dice, kind: &ClaimKind, within: Option<Cidr>) -> Wanted {
    let host = |dice: &mut Dice, p: Cidr| {
        let offset = u128::from(dice.roll(64)).min(p.last() - p.first());
        Cidr::holding(p.family(), p.first() + offset, p.family().bits()).unwrap()
    };
    match (kind, dice.roll(4)) {
        (ClaimKind::Address { .. }, 0) => {
            Wanted::Prefixes(within.map(|p| host(dice, p)).into_iter().collect())
        }
        (ClaimKind::Address { .. }, _) => Wanted::DefaultLength,
        (ClaimKind::Range { .. }, _) => Wanted::Addresses(Count::new(u128::from(1 + dice.roll(40)))),
        (_, 0 | 1) => Wanted::Prefixes(vec![prefix(dice)]),
        (_, 2) => Wanted::PrefixLength(22 + u8::try_from(dice.roll(8)).unwrap()),
        _ => Wanted::Addresses(Count::new(u128::from(1 + dice.roll(300)))),
    }
}

fn parent_prefix(state: &State, place: &Place) -> Option<Cidr> {
    let Place::In(id) = place else { return None };
    state.claim(*id)?.prefixes.first().copied()
}

fn edit(dice: &mut Dice, state: &State, some: ClaimId, serial: u64) -> Edit {
    let mut edit = Edit::of(some);
    match dice.roll(8) {
        0 => edit.prefixes = Some(vec![prefix(dice)]),
        1 => {
            let kind = state.claim(some).map_or(ClaimKind::Static, |c| c.kind.clone());
            edit.place = Some(place(dice, state, &kind));
        }
        2 => edit.name = Some(name(&format!("e{serial}"))),
        3 => edit.tags = Some(tags(dice)),
        4 => edit.in_use = Some(dice.roll(2) == 0),
        5 => edit.ignored = Some(description(["", "a lab"][usize::from(dice.roll(2) == 0)])),
        6 => edit.policy = Some(policy(dice)),
        _ => {
            // Shrink to a half of itself.
            let half = state.claim(some).and_then(|c| {
                let p = c.prefixes.first()?;
                Cidr::holding(p.family(), p.first(), p.len() + 1)
            });
            edit.prefixes = half.map(|half| vec![half]);
        }
    }
    edit
}

fn split(dice: &mut Dice, state: &State, some: ClaimId, serial: u64) -> Split {
    let halves = |p: &Cidr| {
        let at = if dice.roll(2) == 0 { p.first() } else { p.last() };
        Cidr::holding(p.family(), at, p.len() + 1)
    };
    let prefix = state
        .claim(some)
        .and_then(|c| c.prefixes.first())
        .and_then(halves);
    Split {
        id: some,
        parts: vec![SplitPart {
            id: ClaimId::derived(&["part", &serial.to_string()]),
            prefixes: prefix.into_iter().collect(),
            name: Some(name(&format!("s{serial}"))),
        }],
    }
}

fn merge(dice: &mut Dice, state: &State, some: ClaimId) -> Merge {
    let siblings: Vec<ClaimId> = state.claim(some).map_or_else(Vec::new, |into| {
        let beside = |c: &&plat_domain::Claim| {
            c.id != some
                && c.parent == into.parent
                && c.space == into.space
                && c.kind.word() == into.kind.word()
        };
        state.claims().filter(beside).map(|c| c.id).collect()
    });
    Merge {
        description: Some(Description::default()),
        tags: Some(Tags::default()),
        name: Some(name(&format!("m{}", dice.roll(1_000_000)))),
        policy: state.claim(some).and_then(|c| c.kind.policy().cloned()),
        ..Merge::of(some, dice.pick(&siblings).copied().into_iter().collect())
    }
}

fn command(dice: &mut Dice, state: &State, serial: u64, now: u64) -> Command {
    let ids: Vec<ClaimId> = state.claims().map(|c| c.id).collect();
    let some = dice.pick(&ids).copied().unwrap_or(ClaimId::derived(&["none"]));
    let id = ClaimId::derived(&[&serial.to_string()]);
    let strategy = dice.pick(&[
        None,
        Some(Strategy::FirstFit),
        Some(Strategy::BestFit),
        Some(Strategy::FromEnd),
        Some(Strategy::Sparse),
    ]);
    let strategy = strategy.copied().flatten();
    let resource = ResourceId::derived(&[&dice.roll(5).to_string()]);
    let pairs: Vec<(ClaimId, ClaimId)> = state.conflict_pairs().collect();
    match dice.roll(24) {
        0..=3 => {
            let kind = ClaimKind::pool(Policy::default());
            let place = place(dice, state, &kind);
            let wanted = wanted(dice, &kind, None);
            Command::CreatePool(CreatePool {
                strategy,
                policy: policy(dice),
                absorb: dice.roll(3) == 0,
                ..CreatePool::new(id, place, name(&format!("p{serial}")), wanted)
            })
        }
        4..=10 => {
            let kind = kind(dice, now);
            let place = place(dice, state, &kind);
            let wanted = wanted(dice, &kind, parent_prefix(state, &place));
            Command::Allocate(Allocate {
                strategy,
                tags: tags(dice),
                max_prefixes: (dice.roll(4) == 0).then_some(4),
                excluded: if dice.roll(4) == 0 {
                    vec![prefix(dice)]
                } else {
                    Vec::new()
                },
                within: (dice.roll(6) == 0).then(|| (&prefix(dice)).into()),
                ..Allocate::new(id, place, kind, wanted)
            })
        }
        11..=12 => {
            let kind = if dice.roll(3) == 0 {
                ClaimKind::pool(policy(dice))
            } else {
                kind(dice, now)
            };
            let mut prefixes = vec![prefix(dice)];
            if dice.roll(3) == 0 {
                prefixes.push(prefix(dice));
            }
            let place = place(dice, state, &kind);
            Command::Adopt(Adopt {
                name: Some(name(&format!("a{serial}"))),
                tags: tags(dice),
                absorb: dice.roll(2) == 0,
                ..Adopt::new(id, place, kind, prefixes)
            })
        }
        13..=15 => Command::Edit(edit(dice, state, some, serial)),
        16 => Command::Split(split(dice, state, some, serial)),
        17 => Command::Merge(merge(dice, state, some)),
        18..=19 => Command::Release(Release {
            at_once: dice.roll(3) == 0,
            ..Release::of(some)
        }),
        20 => Command::ExpireDue(ExpireDue {}),
        21 => Command::PutResource(PutResource {
            resource: Resource {
                tenant: dice
                    .pick(&[None, Some(name("red")), Some(name("blue"))])
                    .cloned()
                    .flatten(),
                ..Resource::new(resource, name("vnet"), name("virtualNetwork"))
            },
        }),
        22 => match dice.pick(&pairs) {
            Some((left, right)) if dice.roll(3) > 0 => Command::AcceptConflict(AcceptConflict {
                left: *left,
                right: *right,
                reason: description("known"),
                expires_at: (dice.roll(2) == 0).then(|| Timestamp::from_ms(now + 1 + dice.roll(30))),
            }),
            Some((left, right)) => Command::ReopenConflict(ReopenConflict {
                left: *left,
                right: *right,
            }),
            None => Command::ExpireDue(ExpireDue {}),
        },
        _ => Command::RemoveResource(RemoveResource { id: resource }),
    }
}

/// What a sequence did, so that a test can tell that it tried everything.
#[derive(Default)]
struct Tried(std::collections::BTreeMap<&'static str, u64>);

fn run(seed: u64, length: u64, tried: &mut Tried) -> State {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut state = State::new();
    for n in 0..2 {
        let space = Space::new(space_id(n), name(&format!("s{n}")));
        let context = context(0);
        let set = decide(&state, &Command::CreateSpace(CreateSpace { space }), &context).unwrap();
        state = state.commit(&set).unwrap();
    }
    for step in 0..length {
        let serial = seed * 1_000_000 + step;
        let mut asked = command(&mut dice, &state, step, 1_000 + step);
        if dice.roll(8) == 0 {
            let second = command(&mut dice, &state, serial + 500_000, 1_000 + step);
            asked = Command::Batch(Batch {
                commands: vec![asked, second],
            });
        }
        let Ok(set) = decide(&state, &asked, &context(1_000 + step)) else {
            continue;
        };
        if !set.is_empty() {
            *tried.0.entry(asked.word()).or_default() += 1;
        }
        let before = state.clone();
        state = state.commit(&set).unwrap();
        let wrong = check(&state);
        assert!(
            wrong.is_empty(),
            "seed {seed} step {step} after {asked:?}\n{set:?}: {wrong:#?}"
        );
        let rests = |id| matches!(state.claim(id), Some(c) if matches!(c.kind, ClaimKind::Cooling { .. }));
        let twice = state.conflict_pairs().find(|(a, b)| rests(*a) && rests(*b));
        assert_eq!(
            twice, None,
            "seed {seed} step {step}: rests twice after {asked:?}\n{set:?}"
        );
        assert!(
            check(&before).is_empty(),
            "seed {seed} step {step}: committing changed the state it started from"
        );
    }
    state
}

fn context(ms: u64) -> Context {
    Context {
        actor: Actor {
            name: name("test"),
            role: Role::Owner,
        },
        now: Timestamp::from_ms(ms),
    }
}

/// 200 sequences of 200 commands; `PLAT_SEQUENCES=10000` is the nightly form.
#[test]
fn random_sequences_keep_every_invariant() {
    let sequences = std::env::var("PLAT_SEQUENCES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(200);
    let mut claims = 0;
    let mut tried = Tried::default();
    for seed in 1..=sequences {
        claims += run(seed, 200, &mut tried).claim_count();
    }
    assert!(
        claims > 10 * usize::try_from(sequences).unwrap(),
        "the sequences made only {claims} claims: they test nothing"
    );
    for word in [
        "createPool",
        "allocate",
        "adopt",
        "edit",
        "split",
        "merge",
        "release",
        "expireDue",
        "putResource",
        "removeResource",
        "acceptConflict",
        "reopenConflict",
        "batch",
    ] {
        let times = tried.0.get(word).copied().unwrap_or(0);
        assert!(
            times >= sequences / 20,
            "{word} changed something only {times} times"
        );
    }
}

#[test]
fn the_same_sequence_gives_the_same_digest() {
    let run = || run(7, 100, &mut Tried::default()).digest();
    assert_eq!(run(), run());
}
