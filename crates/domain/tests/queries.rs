//! Questions about a state answer exactly, and in pages.
//! rows: F08 F20 F41 F53 F54

use plat_domain::command::{Adopt, Allocate, CreatePool, CreateSpace, Edit, Release};
use plat_domain::query::{
    History, MapWindow, Query, Record, conflicts, map, rows, search, space_extent, usage,
};
use plat_domain::{
    Actor, Cidr, ClaimId, ClaimKind, Command, Context, Count, Description, Family, FreeSpace, Name, Place,
    Plan, Role, Space, SpaceId, State, Strategy, Tags, Timestamp, Wanted,
};

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

fn id(text: &str) -> ClaimId {
    ClaimId::derived(&[text])
}

fn space() -> SpaceId {
    SpaceId::derived(&["s"])
}

fn pool(text: &str, place: Place, prefixes: &[&str]) -> Command {
    let wanted = Wanted::Prefixes(prefixes.iter().map(|p| cidr(p)).collect());
    Command::CreatePool(CreatePool::new(id(text), place, name(text), wanted))
}

fn claim(text: &str, parent: &str, kind: ClaimKind, wanted: Wanted) -> Command {
    Command::Allocate(Allocate {
        name: Some(name(text)),
        tags: Tags::new([(name("team"), Description::new("Payments").unwrap())].into()).unwrap(),
        ..Allocate::new(id(text), Place::In(id(parent)), kind, wanted)
    })
}

const NETWORK: ClaimKind = ClaimKind::Network { holder: None };

fn state(commands: Vec<Command>) -> State {
    let context = Context {
        actor: Actor {
            name: name("test"),
            role: Role::Owner,
        },
        now: Timestamp::from_ms(1),
    };
    let made = Space::new(space(), name("default"));
    let mut all = vec![Command::CreateSpace(CreateSpace { space: made })];
    all.extend(commands);
    Plan::simulate(&State::new(), name("setup"), all, &context)
        .unwrap()
        .1
}

#[test]
fn usage_counts_by_union_and_rounds_towards_the_truth() {
    let s = state(vec![
        pool("p", Place::Top(space()), &["10.0.0.0/16", "10.2.0.0/16"]),
        pool("child", Place::In(id("p")), &["10.0.0.0/17"]),
        claim("n", "p", NETWORK, Wanted::Prefixes(vec![cidr("10.2.0.0/32")])),
        claim(
            "r",
            "p",
            ClaimKind::Reservation { expires_at: None },
            Wanted::Prefixes(vec![cidr("10.2.128.0/17")]),
        ),
    ]);
    let u = usage(&s, s.claim(id("p")).unwrap());
    assert_eq!(u.total, Count::new(131_072));
    assert_eq!(
        (u.allocated, u.delegated, u.reserved),
        (Count::new(32_769), Count::new(32_768), Count::new(32_768))
    );
    assert_eq!(u.available, Count::new(131_072 - 32_769 - 32_768));
    assert_eq!(
        (u.allocated_basis_points, u.reserved_basis_points),
        (2_500, 2_500)
    );
    let one = state(vec![
        pool("p", Place::Top(space()), &["::/0"]),
        claim("n", "p", NETWORK, Wanted::Prefixes(vec![cidr("::1")])),
    ]);
    let u = usage(&one, one.claim(id("p")).unwrap());
    assert_eq!(u.total.to_string(), "340282366920938463463374607431768211456");
    assert_eq!(
        (u.allocated, u.allocated_basis_points),
        (Count::new(1), 1),
        "a part is never shown as nothing"
    );
}

#[test]
fn free_capacity_is_what_can_be_allocated() {
    let s = state(vec![
        pool("p", Place::Top(space()), &["10.0.0.0/24", "10.0.2.0/26"]),
        claim("a", "p", NETWORK, Wanted::Prefixes(vec![cidr("10.0.0.64/26")])),
        claim("b", "p", NETWORK, Wanted::Prefixes(vec![cidr("10.0.0.130/31")])),
    ]);
    let free = FreeSpace::of(&s, s.claim(id("p")).unwrap());
    assert_eq!(free.largest(), Some(cidr("10.0.0.0/26")));
    let blocks: Vec<String> = free.blocks().map(|b| b.to_string()).collect();
    assert_eq!(
        blocks,
        [
            "10.0.0.0/26",
            "10.0.0.128/31",
            "10.0.0.132/30",
            "10.0.0.136/29",
            "10.0.0.144/28",
            "10.0.0.160/27",
            "10.0.0.192/26",
            "10.0.2.0/26"
        ]
    );
    // Counted by hand: 3 × /26 and one each of /27 … /31.
    let capacity = free.capacity();
    let left = |len: u8| capacity.iter().find(|(l, _)| *l == len).unwrap().1;
    assert_eq!([24, 25, 26, 27, 28].map(left), [0, 0, 3, 7, 15].map(Count::new));
    assert_eq!(left(32), Count::new(3 * 64 + 32 + 16 + 8 + 4 + 2));
}

#[test]
fn pages_of_a_level_join_without_gap_or_repeat() {
    let mut commands = vec![pool("p", Place::Top(space()), &["10.0.0.0/8"])];
    commands.extend((0..57).map(|i| claim(&format!("n{i}"), "p", NETWORK, Wanted::PrefixLength(24))));
    let s = state(commands);
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let (page, next) = rows(&s, space(), Some(id("p")), after, 10);
        seen.extend(page.into_iter().map(|r| r.prefixes[0]));
        after = next;
        if after.is_none() {
            break;
        }
    }
    let expected: Vec<Cidr> = (0..57).map(|i| cidr(&format!("10.0.{i}.0/24"))).collect();
    assert_eq!(seen, expected);
}

#[test]
fn search_finds_by_address_prefix_and_text() {
    let s = state(vec![
        pool("p", Place::Top(space()), &["10.0.0.0/8"]),
        claim("web", "p", NETWORK, Wanted::Prefixes(vec![cidr("10.1.0.0/16")])),
        claim(
            "sub",
            "web",
            ClaimKind::Subnet,
            Wanted::Prefixes(vec![cidr("10.1.2.0/24")]),
        ),
        claim("db", "p", NETWORK, Wanted::Prefixes(vec![cidr("10.2.0.0/16")])),
    ]);
    let found = |q: &str| -> Vec<String> {
        search(&s, None, &Query::read(q), 10)
            .into_iter()
            .map(plat_domain::Claim::label)
            .collect()
    };
    assert_eq!(found("contains 10.1.2.3"), ["p", "web", "sub"]);
    assert_eq!(found("10.2.0.0/15"), ["p", "db"]);
    assert_eq!(found("10.9.9.9/24"), ["p"], "host bits are what a person types");
    assert_eq!(found("PAYMENTS").len(), 3, "labels, whatever their case");
    assert_eq!(found("eb"), ["web"]);
    assert_eq!(found("2001:db8::1"), Vec::<String>::new());
}

#[test]
fn observed_overlap_is_stored_listed_and_blocks() {
    let observed = |text: &str, prefix: &str| {
        Command::Adopt(Adopt {
            name: Some(name(text)),
            ..Adopt::new(id(text), Place::Innermost(space()), NETWORK, vec![cidr(prefix)])
        })
    };
    // B38: both are recorded, the pair is flagged, neither is healthy, and the union is blocked.
    let s = state(vec![
        pool("p", Place::Top(space()), &["10.43.2.128/25"]),
        observed("a", "10.43.2.192/26"),
        observed("b", "10.43.2.192/28"),
    ]);
    let (listed, total) = conflicts(&s, Some(space()), 0, 10);
    assert_eq!(total, 1);
    assert_eq!(
        (listed[0].left.label.as_str(), listed[0].right.label.as_str()),
        ("a", "b")
    );
    assert_eq!(listed[0].shared, [cidr("10.43.2.192/28")]);
    let free = FreeSpace::of(&s, s.claim(id("p")).unwrap());
    assert_eq!(free.find(26, Strategy::FromEnd), Some(cidr("10.43.2.128/26")));
    assert_eq!(free.find(25, Strategy::FirstFit), None);
}

#[test]
fn map_draws_at_most_the_pixels_and_every_wide_claim() {
    let mut commands = vec![pool("p", Place::Top(space()), &["10.0.0.0/8", "172.16.0.0/12"])];
    commands.extend((0..3_000).map(|i| claim(&format!("n{i}"), "p", NETWORK, Wanted::PrefixLength(27))));
    commands.push(claim(
        "wide",
        "p",
        NETWORK,
        Wanted::Prefixes(vec![cidr("10.128.0.0/10")]),
    ));
    commands.push(claim(
        "second",
        "p",
        NETWORK,
        Wanted::Prefixes(vec![cidr("172.16.0.0/13")]),
    ));
    let s = state(commands);
    for (first, last) in [
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.0.0.0/20", "172.16.0.0/12"),
        ("10.0.1.3", "10.0.1.200"),
    ] {
        for width_px in [1, 7, 390, 1440] {
            let window = MapWindow {
                family: Family::V4,
                first: cidr(first).first(),
                last: cidr(last).last(),
                width_px,
            };
            let blocks = map(&s, space(), &window);
            assert!(
                blocks.len() <= 2 * (width_px as usize + 2) * 2,
                "{} blocks in {width_px} columns",
                blocks.len()
            );
            for b in &blocks {
                assert!(b.from_px < b.to_px && b.to_px <= width_px, "{b:?} in {width_px}");
            }
            // Every claim that is at least two columns wide is drawn, and where it belongs.
            let span = window.last - window.first + 1;
            for c in s.claims() {
                for p in &c.prefixes {
                    let (from, to) = (p.first().max(window.first), p.last().min(window.last));
                    let visible = from <= to && (to - from + 1) * u128::from(width_px) >= 2 * span;
                    let parent_wide = c.parent.is_none() || width_px > 7;
                    if visible && parent_wide {
                        let block = blocks.iter().find(|b| b.prefix == *p);
                        let block = block.unwrap_or_else(|| panic!("{p} is not drawn in {window:?}"));
                        let column = (from - window.first) * u128::from(width_px) / span;
                        assert_eq!(u128::from(block.from_px), column, "{p} in {window:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn map_of_ipv6_reaches_the_last_address() {
    let s = state(vec![
        pool("p", Place::Top(space()), &["::/0"]),
        claim("top", "p", NETWORK, Wanted::Prefixes(vec![cidr("ffff::/16")])),
        claim("end", "p", NETWORK, Wanted::Prefixes(vec![cidr("8000::/2")])),
    ]);
    let window = MapWindow {
        family: Family::V6,
        first: 0,
        last: u128::MAX,
        width_px: 1024,
    };
    let blocks = map(&s, space(), &window);
    let of = |text: &str| blocks.iter().find(|b| b.id == id(text)).unwrap();
    assert_eq!((of("p").from_px, of("p").to_px), (0, 1024));
    assert_eq!((of("end").from_px, of("end").to_px), (512, 768));
    assert_eq!((of("top").from_px, of("top").to_px), (1023, 1024));
    assert_eq!(space_extent(&s, space(), Family::V6), Some(cidr("::/0")));
    assert_eq!(space_extent(&s, space(), Family::V4), None);
}

/// One record of a journal.
fn record(state: &mut State, revision: u64, actor: &str, command: &Command) -> Record {
    let context = Context {
        actor: Actor {
            name: name(actor),
            role: Role::Owner,
        },
        now: Timestamp::from_ms(revision * 1_000),
    };
    let changes = plat_domain::decide(state, command, &context).unwrap();
    *state = std::mem::take(state).commit(&changes).unwrap();
    Record {
        revision,
        base: revision.checked_sub(1),
        actor: context.actor.name,
        at: context.now,
        word: command.word().to_owned(),
        changes,
    }
}

fn told(history: &History) -> Vec<String> {
    let label =
        |named: &Option<plat_domain::Named>| named.as_ref().map_or("-".to_owned(), |n| n.label.clone());
    let line = |event: &plat_domain::query::Event| {
        let (before, now) = (label(&event.before), label(&event.now));
        let changed = event.changed.join(" ");
        format!(
            "{} {} {}: {before} > {now} {changed}",
            event.revision, event.actor, event.word
        )
    };
    let lines = history.events().iter().map(line);
    lines.map(|line| line.trim_end().to_owned()).collect()
}

/// The history of a prefix is what held it, what it held, and what was there before: who, when, from which base.
/// rows: F34
#[test]
fn history_of_a_prefix_includes_what_it_contained() {
    let asked = [
        ("ada", pool("p", Place::Top(space()), &["10.0.0.0/8"])),
        (
            "ada",
            claim("web", "p", NETWORK, Wanted::Prefixes(vec![cidr("10.1.0.0/16")])),
        ),
        (
            "bob",
            claim(
                "sub",
                "web",
                ClaimKind::Subnet,
                Wanted::Prefixes(vec![cidr("10.1.2.0/24")]),
            ),
        ),
        (
            "bob",
            claim("other", "p", NETWORK, Wanted::Prefixes(vec![cidr("10.2.0.0/16")])),
        ),
        (
            "eve",
            Command::Edit(Edit {
                prefixes: Some(vec![cidr("10.3.0.0/16")]),
                ..Edit::of(id("other"))
            }),
        ),
        ("eve", Command::Release(Release::of(id("web")))),
        (
            "ada",
            claim("new", "p", NETWORK, Wanted::Prefixes(vec![cidr("10.1.0.0/24")])),
        ),
        (
            "ada",
            Command::Edit(Edit {
                prefixes: Some(vec![cidr("10.4.0.0/24")]),
                name: Some(name("gone")),
                ..Edit::of(id("new"))
            }),
        ),
    ];
    let mut state = state(Vec::new());
    let mut history = History::of(space(), cidr("10.1.0.0/16"));
    for ((actor, command), revision) in asked.iter().zip(2..) {
        history.see(&record(&mut state, revision, actor, command));
    }
    assert_eq!(
        told(&history),
        [
            "2 ada createPool: - > p",
            "3 ada allocate: - > web",
            "4 bob allocate: - > sub",
            "7 eve release: sub > -",
            "7 eve release: web > -",
            "8 ada allocate: - > new",
            "9 ada edit: new > gone prefixes name",
        ],
        "nothing of 10.2.0.0/16, and the last one moved away"
    );
    assert_eq!(history.events()[3].base, Some(6));
}

/// What lies in a pool goes with it to another space: both histories tell so, of all of it.
/// rows: F34 F17
#[test]
fn history_follows_what_moves_to_another_space() {
    let lab = SpaceId::derived(&["lab"]);
    let network = |text: &str, parent: &str, prefix: &str| {
        claim(text, parent, NETWORK, Wanted::Prefixes(vec![cidr(prefix)]))
    };
    let to = |space| {
        Command::Edit(Edit {
            place: Some(Place::Innermost(space)),
            ..Edit::of(id("p"))
        })
    };
    let asked = [
        Command::CreateSpace(CreateSpace {
            space: Space::new(lab, name("lab")),
        }),
        pool("p", Place::Top(space()), &["10.0.0.0/8"]),
        network("web", "p", "10.1.0.0/16"),
        network("far", "p", "10.2.0.0/16"),
        to(lab),
        Command::Release(Release::of(id("web"))),
        to(space()),
        network("new", "p", "10.1.0.0/24"),
    ];
    let mut state = state(Vec::new());
    let (mut here, mut there) = (
        History::of(space(), cidr("10.1.0.0/16")),
        History::of(lab, cidr("10.1.0.0/16")),
    );
    for (command, revision) in asked.iter().zip(2..) {
        let record = record(&mut state, revision, "ada", command);
        here.see(&record);
        there.see(&record);
    }
    assert_eq!(
        told(&here),
        [
            "3 ada createPool: - > p",
            "4 ada allocate: - > web",
            "6 ada edit: p > p space",
            "6 ada edit: web > web space",
            "8 ada edit: p > p space",
            "9 ada allocate: - > new",
        ]
    );
    assert_eq!(
        told(&there),
        [
            "6 ada edit: p > p space",
            "6 ada edit: web > web space",
            "7 ada release: web > -",
            "8 ada edit: p > p space",
        ]
    );
}
