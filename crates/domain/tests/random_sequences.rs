//! Random command sequences keep every invariant (`check`), and undoing what was done is possible because deciding
//! changes nothing. Seeded: the same sequences on every machine.
//! rows: F01 F22 F23

use plat_domain::command::{
    Adopt, Allocate, Batch, CreatePool, CreateSpace, Edit, ExpireDue, PutResource, Release, RemoveResource,
};
use plat_domain::{
    Actor, Cidr, ClaimId, ClaimKind, Command, Context, Count, Description, Family, Name, Place, Policy,
    Resource, ResourceId, Role, Space, SpaceId, SpaceKind, State, Strategy, Tags, Timestamp, Wanted,
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

fn command(dice: &mut Dice, state: &State, serial: u64) -> Command {
    let ids: Vec<ClaimId> = state.claims().map(|c| c.id).collect();
    let some = dice.pick(&ids).copied().unwrap_or(ClaimId::derived(&["none"]));
    let id = ClaimId::derived(&[&serial.to_string()]);
    let space = space_id(dice.roll(2));
    let place = match dice.roll(4) {
        0 => Place::Top(space),
        1 | 2 => Place::In(some),
        _ => Place::Innermost(space),
    };
    let wanted = match dice.roll(4) {
        0 | 1 => Wanted::Prefixes(vec![prefix(dice)]),
        2 => Wanted::PrefixLength(22 + u8::try_from(dice.roll(8)).unwrap()),
        _ => Wanted::Addresses(Count::new(u128::from(1 + dice.roll(300)))),
    };
    let strategy = dice.pick(&[
        None,
        Some(Strategy::FirstFit),
        Some(Strategy::BestFit),
        Some(Strategy::FromEnd),
        Some(Strategy::Sparse),
    ]);
    let strategy = strategy.copied().flatten();
    let resource = ResourceId::derived(&[&dice.roll(5).to_string()]);
    let kinds = [
        ClaimKind::Network { holder: None },
        ClaimKind::Network {
            holder: Some(resource),
        },
        ClaimKind::Subnet,
        ClaimKind::Static,
        ClaimKind::External,
        ClaimKind::Reservation {
            expires_at: Some(Timestamp::from_ms(1_000 + serial + dice.roll(40))),
        },
        ClaimKind::Reservation { expires_at: None },
    ];
    let kind = *dice.pick(&kinds).unwrap();
    let (tags, description, policy) = (Tags::default(), Description::default(), Policy::default());
    match dice.roll(16) {
        0..=2 => Command::CreatePool(CreatePool {
            id,
            place,
            name: name(&format!("p{serial}")),
            wanted,
            strategy,
            policy,
            tags,
            description,
        }),
        3..=6 => Command::Allocate(Allocate {
            id,
            place,
            kind,
            wanted,
            strategy,
            name: None,
            tags,
            description,
        }),
        7..=8 => {
            let mut prefixes = vec![prefix(dice)];
            if dice.roll(3) == 0 {
                prefixes.push(prefix(dice));
            }
            let kind = if dice.roll(2) == 0 {
                ClaimKind::Pool(policy)
            } else {
                kind
            };
            let name = Some(name(&format!("a{serial}")));
            Command::Adopt(Adopt {
                id,
                place,
                kind,
                prefixes,
                name,
                tags,
                description,
                absorb: dice.roll(2) == 0,
            })
        }
        9..=10 => {
            let mut edit = Edit::of(some);
            match dice.roll(3) {
                0 => edit.prefixes = Some(vec![prefix(dice)]),
                1 => edit.place = Some(place),
                _ => edit.name = Some(name(&format!("e{serial}"))),
            }
            Command::Edit(edit)
        }
        11..=12 => Command::Release(Release {
            id: some,
            holder: None,
        }),
        13 => Command::ExpireDue(ExpireDue {}),
        14 => Command::PutResource(PutResource {
            resource: Resource {
                id: resource,
                name: name("vnet"),
                kind: name("virtualNetwork"),
                provider: None,
                external_id: Description::default(),
                tenant: None,
                tags,
            },
        }),
        _ => Command::RemoveResource(RemoveResource { id: resource }),
    }
}

fn run(seed: u64, length: u64) -> State {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut state = State::new();
    for n in 0..2 {
        let space = Space {
            id: space_id(n),
            name: name(&format!("s{n}")),
            kind: SpaceKind::Fabric,
            description: Description::default(),
        };
        let context = context(0);
        let set = decide(&state, &Command::CreateSpace(CreateSpace { space }), &context).unwrap();
        state = state.commit(&set).unwrap();
    }
    for step in 0..length {
        let serial = seed * 1_000_000 + step;
        let mut asked = command(&mut dice, &state, step);
        if dice.roll(8) == 0 {
            let second = command(&mut dice, &state, serial + 500_000);
            asked = Command::Batch(Batch {
                commands: vec![asked, second],
            });
        }
        let Ok(set) = decide(&state, &asked, &context(1_000 + step)) else {
            continue;
        };
        let before = state.clone();
        state = state.commit(&set).unwrap();
        let wrong = check(&state);
        assert!(
            wrong.is_empty(),
            "seed {seed} step {step} after {asked:?}\n{set:?}: {wrong:#?}"
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
        .unwrap_or(40);
    let mut claims = 0;
    for seed in 1..=sequences {
        claims += run(seed, 200).claim_count();
    }
    assert!(
        claims > 10 * usize::try_from(sequences).unwrap(),
        "the sequences made only {claims} claims: they test nothing"
    );
}

#[test]
fn the_same_sequence_gives_the_same_digest() {
    assert_eq!(run(7, 100).digest(), run(7, 100).digest());
}
