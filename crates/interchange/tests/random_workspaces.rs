//! Random workspaces come back identical from their exports, and random files never break an invariant. Seeded.
//! rows: F48 F49 B34

mod common;

use common::*;
use plat_domain::command::{Adopt, Allocate, CreatePool, CreateSpace, PutResource, Release};
use plat_domain::{
    Cidr, ClaimId, ClaimKind, Command, Description, Family, Place, Policy, Resource, ResourceId, Space,
    SpaceId, SpaceKind, State, Tags, Wanted, check::check, decide,
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

fn command(dice: &mut Dice, state: &State, serial: u64) -> Command {
    let ids: Vec<ClaimId> = state.claims().map(|c| c.id).collect();
    let some = dice.pick(&ids).unwrap_or(ClaimId::derived(&["none"]));
    let id = ClaimId::derived(&["random", &serial.to_string()]);
    let space = if dice.roll(3) == 0 {
        SpaceId::derived(&["two"])
    } else {
        default_space()
    };
    let place = match dice.roll(3) {
        0 => Place::Top(space),
        1 => Place::In(some),
        _ => Place::Innermost(space),
    };
    let called = name(&format!("=n{serial}"));
    let holder = (dice.roll(2) == 0).then(|| ResourceId::derived(&["r"]));
    let kind = match dice.roll(6) {
        0 => ClaimKind::Subnet,
        1 => ClaimKind::Static,
        2 => ClaimKind::Reservation { expires_at: None },
        _ => ClaimKind::Network { holder },
    };
    let (tags, description) = (Tags::default(), Description::default());
    match dice.roll(8) {
        0..=1 => Command::CreatePool(CreatePool {
            id,
            place,
            name: called,
            wanted: Wanted::Prefixes(vec![dice.prefix()]),
            strategy: None,
            policy: Policy::default(),
            tags,
            description,
        }),
        2..=3 => Command::Allocate(Allocate {
            id,
            place,
            kind,
            wanted: Wanted::Prefixes(vec![dice.prefix()]),
            strategy: None,
            name: None,
            tags,
            description,
        }),
        4..=6 => Command::Adopt(Adopt {
            id,
            place,
            kind: if dice.roll(2) == 0 {
                ClaimKind::Pool(Policy::default())
            } else {
                kind
            },
            prefixes: vec![dice.prefix()],
            name: Some(called),
            tags,
            description,
            absorb: dice.roll(2) == 0,
        }),
        _ => Command::Release(Release {
            id: some,
            holder: None,
        }),
    }
}

fn two_spaces() -> State {
    let space = Space {
        id: SpaceId::derived(&["two"]),
        name: name("two"),
        kind: SpaceKind::Provider,
        description: Description::default(),
    };
    let resource = Resource {
        id: ResourceId::derived(&["r"]),
        name: name("r"),
        kind: name("site"),
        provider: None,
        external_id: Description::default(),
        tenant: None,
        tags: Tags::default(),
    };
    let state = apply(&workspace(), &Command::CreateSpace(CreateSpace { space }));
    apply(&state, &Command::PutResource(PutResource { resource }))
}

#[test]
fn exports_come_back_identical() {
    let mut conflicts = 0;
    for seed in 1..=60 {
        let mut dice = Dice(seed);
        let mut state = two_spaces();
        for serial in 0..60 {
            let command = command(&mut dice, &state, serial);
            if let Ok(changes) = decide(&state, &command, &context()) {
                state = state.commit(&changes).unwrap();
            }
        }
        conflicts += state.conflict_count();
        for bytes in [export_csv(&state), export_json(&state)] {
            let found = look(&State::new(), &bytes, &options());
            assert_eq!(found.errors, 0, "seed {seed}: {:#?}", found.rows);
            let read = apply(&State::new(), &found.batch().unwrap());
            assert_eq!(read.content_digest(), state.content_digest(), "seed {seed}");
            assert_eq!(look(&state, &bytes, &options()).commands, [], "seed {seed}");
        }
    }
    assert!(conflicts > 100, "{conflicts}");
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
