//! Every command on a workspace of 100,000 claims, and the usage of its whole tree in one pass.
//!
//! What is decided natively is written down, so that `decisions.mjs` decides the same in wasm and compares the digests.

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use plat_domain::command::{
    AcceptConflict, Adopt, Allocate, Batch, CreatePool, CreateSpace, Edit, ExpireDue, Merge, PutResource,
    Release, RemoveResource, Split, SplitPart,
};
use plat_domain::query::usages;
use plat_domain::{
    Actor, Cidr, Claim, ClaimId, ClaimKind, Command, Context, Count, Description, Name, Place, Policy,
    Quotas, Resource, ResourceId, Role, Space, SpaceId, State, Strategy, Tags, Thresholds, Timestamp, Wanted,
    decide,
};
use serde_json::json;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const REGIONS: u64 = 16;
const NETWORKS_PER_REGION: u64 = 5_000;
const FLAT: u64 = 15_000;
const SUBNETS: u64 = 2_000;
const RESOURCES: u64 = 8_000;

fn name(text: &str) -> Result<Name> {
    Ok(Name::new(text)?)
}

fn id(parts: &[&str]) -> ClaimId {
    ClaimId::derived(parts)
}

fn numbered(what: &str, n: u64) -> ClaimId {
    ClaimId::derived(&[what, &n.to_string()])
}

fn resource_id(n: u64) -> ResourceId {
    ResourceId::derived(&[&n.to_string()])
}

fn space_id() -> SpaceId {
    SpaceId::derived(&["s"])
}

fn context() -> Result<Context> {
    Ok(Context {
        actor: Actor {
            name: name("bench")?,
            role: Role::Owner,
        },
        now: Timestamp::from_ms(1_800_000_000_000),
    })
}

fn labels() -> Result<Tags> {
    Ok(Tags::new(
        [(name("team")?, Description::new("payments")?)].into(),
    )?)
}

fn resource(n: u64, tenant: u64) -> Result<Resource> {
    Ok(Resource {
        tenant: Some(name(&format!("tenant-{tenant}"))?),
        ..Resource::new(
            resource_id(n),
            name(&format!("vnet-{n}"))?,
            name("virtualNetwork")?,
        )
    })
}

fn network(id: ClaimId, pool: ClaimId, len: u8, holder: Option<ResourceId>) -> Result<Command> {
    let wanted = Wanted::PrefixLength(len);
    Ok(Command::Allocate(Allocate {
        tags: labels()?,
        ..Allocate::new(id, Place::In(pool), ClaimKind::Network { holder }, wanted)
    }))
}

fn prefix(text: &str) -> Result<Cidr> {
    Ok(text.parse()?)
}

/// A /8 in sixteen regions with rules, each full of networks that 8,000 resources hold; a flat pool of 15,000; networks with
/// subnets and addresses; 3,000 networks that were found to overlap others.
fn workspace() -> Result<State> {
    let (context, mut state) = (context()?, State::new());
    let mut run = |command: Command| -> Result<()> {
        let set = decide(&state, &command, &context).map_err(|e| format!("{}: {e}", command.word()))?;
        state = std::mem::take(&mut state).commit(&set)?;
        Ok(())
    };
    run(Command::CreateSpace(CreateSpace {
        space: Space::new(space_id(), name("default")?),
    }))?;
    for n in 0..RESOURCES {
        run(Command::PutResource(PutResource {
            resource: resource(n, n % 40)?,
        }))?;
    }
    let top = |text: &str| -> Result<Wanted> { Ok(Wanted::Prefixes(vec![prefix(text)?])) };
    let pool = |id: ClaimId, place: Place, text: &str, wanted: Wanted, policy: Policy| -> Result<Command> {
        Ok(Command::CreatePool(CreatePool {
            policy,
            ..CreatePool::new(id, place, name(text)?, wanted)
        }))
    };
    let rules = Policy {
        required_tags: Some([(name("team")?, [].into())].into()),
        quotas: Some(Quotas {
            default: Some(Count::new(1 << 22)),
            ..Quotas::default()
        }),
        cool_down_seconds: Some(3_600),
        thresholds: Some(Thresholds::default()),
        ..Policy::default()
    };
    run(pool(
        id(&["all"]),
        Place::Top(space_id()),
        "all",
        top("10.0.0.0/8")?,
        rules,
    )?)?;
    run(pool(
        id(&["flat"]),
        Place::Top(space_id()),
        "flat",
        top("172.16.0.0/12")?,
        Policy::default(),
    )?)?;
    for region in 0..REGIONS {
        let (own, place) = (numbered("region", region), Place::In(id(&["all"])));
        let policy = Policy {
            longest_len: Some(28),
            ..Policy::default()
        };
        run(pool(
            own,
            place,
            &format!("region-{region}"),
            Wanted::PrefixLength(12),
            policy,
        )?)?;
        for n in 0..NETWORKS_PER_REGION {
            let serial = region * NETWORKS_PER_REGION + n;
            run(network(
                numbered("network", serial),
                own,
                26,
                Some(resource_id(serial % RESOURCES)),
            )?)?;
        }
    }
    for n in 0..FLAT {
        run(network(numbered("flat", n), id(&["flat"]), 28, None)?)?;
    }
    for n in 0..SUBNETS {
        let place = Place::In(numbered("network", n));
        let subnet = Allocate::new(
            numbered("subnet", n),
            place,
            ClaimKind::Subnet,
            Wanted::PrefixLength(27),
        );
        run(Command::Allocate(subnet))?;
    }
    for n in 0..3_000 {
        let observed = Cidr::holding(
            plat_domain::Family::V4,
            0x0a00_0000 + u128::from(n) * 128 + 96,
            27,
        );
        let kind = ClaimKind::Network { holder: None };
        let prefixes = observed.into_iter().collect();
        let adopt = Adopt::new(numbered("observed", n), Place::In(id(&["flat"])), kind, prefixes);
        run(Command::Adopt(Adopt {
            place: Place::In(numbered("region", 0)),
            ..adopt
        }))?;
    }
    Ok(state)
}

/// One command of each sort; `n` makes it another each time.
fn commands(state: &State, n: u64) -> Result<Vec<(&'static str, Command)>> {
    let fresh = |what: &str| ClaimId::derived(&["fresh", what, &n.to_string()]);
    let region = numbered("region", n % REGIONS);
    let some = numbered("network", (n * 7_919) % (REGIONS * NETWORKS_PER_REGION));
    let subnet = numbered("subnet", (n * 131) % SUBNETS);
    let found = |id: ClaimId| -> Result<&Claim> { Ok(state.claim(id).ok_or("missing claim")?) };
    let by = |strategy: Strategy| -> Result<Command> {
        Ok(Command::Allocate(Allocate {
            strategy: Some(strategy),
            tags: labels()?,
            ..Allocate::new(
                fresh("a"),
                Place::In(region),
                ClaimKind::Network { holder: None },
                Wanted::PrefixLength(27),
            )
        }))
    };
    let in_subnet = |kind: ClaimKind, wanted: Wanted| {
        Command::Allocate(Allocate::new(fresh("h"), Place::In(subnet), kind, wanted))
    };
    let region_prefix = found(region)?.prefixes[0];
    let upper = Cidr::holding(plat_domain::Family::V4, region_prefix.last(), 13).ok_or("no half")?;
    let half = |id: ClaimId| -> Result<Cidr> {
        let p = found(id)?.prefixes[0];
        Ok(Cidr::holding(p.family(), p.first(), p.len() + 1).ok_or("no half")?)
    };
    let edit = |id: ClaimId, change: &dyn Fn(&mut Edit) -> Result<()>| -> Result<Command> {
        let mut edit = Edit::of(id);
        change(&mut edit)?;
        Ok(Command::Edit(edit))
    };
    let pair = state
        .conflict_pairs()
        .nth(usize::try_from(n)?)
        .ok_or("no conflict")?;
    let batch: Vec<Command> = (0..256)
        .map(|i| {
            network(
                ClaimId::derived(&["batch", &n.to_string(), &i.to_string()]),
                region,
                28,
                None,
            )
        })
        .collect::<Result<_>>()?;
    let moved: Vec<Command> = (0..100)
        .map(|i| {
            edit(numbered("flat", (n * 100 + i) % FLAT), &|e| {
                e.description = Some(Description::new("moved")?);
                Ok(())
            })
        })
        .collect::<Result<_>>()?;
    Ok(vec![
        ("allocate, first fit", by(Strategy::FirstFit)?),
        ("allocate, best fit", by(Strategy::BestFit)?),
        ("allocate, from the end", by(Strategy::FromEnd)?),
        ("allocate, sparse", by(Strategy::Sparse)?),
        (
            "allocate, in 16 pieces",
            Command::Allocate(Allocate {
                tags: labels()?,
                max_prefixes: Some(16),
                ..Allocate::new(
                    fresh("p"),
                    Place::In(region),
                    ClaimKind::Network { holder: None },
                    Wanted::Addresses(Count::new(100_016)),
                )
            }),
        ),
        (
            "allocate, next address",
            in_subnet(ClaimKind::Address { in_use: true }, Wanted::DefaultLength),
        ),
        (
            "allocate, next range",
            in_subnet(
                ClaimKind::Range { in_use: false },
                Wanted::Addresses(Count::new(9)),
            ),
        ),
        (
            "create a pool",
            Command::CreatePool(CreatePool::new(
                fresh("pool"),
                Place::In(region),
                name(&format!("pool-{n}"))?,
                Wanted::PrefixLength(16),
            )),
        ),
        (
            "edit, rename a pool of 5,000",
            edit(region, &|e| {
                e.name = Some(name(&format!("renamed-{n}"))?);
                Ok(())
            })?,
        ),
        ("edit, shrink a network", {
            let half = half(some)?;
            edit(some, &|e| {
                e.prefixes = Some(vec![half]);
                Ok(())
            })?
        }),
        (
            "edit, move a network",
            edit(numbered("flat", n), &|e| {
                e.prefixes = Some(vec![prefix("172.31.0.0/28")?]);
                Ok(())
            })?,
        ),
        (
            "put a resource, other tenant",
            Command::PutResource(PutResource {
                resource: resource(n % RESOURCES, (n + 1) % 40)?,
            }),
        ),
        (
            "remove a resource of 10 networks",
            Command::RemoveResource(RemoveResource {
                id: resource_id((n * 31) % RESOURCES),
            }),
        ),
        ("release a network, to rest", Command::Release(Release::of(some))),
        (
            "accept a conflict",
            Command::AcceptConflict(AcceptConflict {
                left: pair.0,
                right: pair.1,
                reason: Description::new("known")?,
                expires_at: None,
            }),
        ),
        (
            "adopt an overlap",
            Command::Adopt(Adopt::new(
                fresh("o"),
                Place::Innermost(space_id()),
                ClaimKind::Network { holder: None },
                vec![half(some)?],
            )),
        ),
        (
            "merge two networks",
            Command::Merge(Merge::of(
                numbered("flat", (n * 2) % FLAT),
                vec![numbered("flat", (n * 2) % FLAT + 1)],
            )),
        ),
        ("expire what is due (nothing)", Command::ExpireDue(ExpireDue {})),
        (
            "batch of 256 allocations",
            Command::Batch(Batch { commands: batch }),
        ),
        ("batch of 100 edits", Command::Batch(Batch { commands: moved })),
        (
            "split a pool of 5,000 in half",
            Command::Split(Split {
                id: region,
                parts: vec![SplitPart {
                    id: fresh("half"),
                    prefixes: vec![upper],
                    name: Some(name(&format!("upper-{n}"))?),
                }],
            }),
        ),
    ])
}

struct Line {
    what: &'static str,
    times: Vec<Duration>,
    changes: usize,
}

/// Decides every sort of command `runs` times, each on the same state, and usage of the whole tree; a Markdown table. Writes
/// `workspace.plat` and `commands.json` for the same in wasm.
///
/// # Errors
/// Where a command is refused, or a file cannot be written.
pub fn run(directory: &Path, runs: usize) -> Result<String> {
    let (state, context) = (workspace()?, context()?);
    let mut lines: Vec<Line> = Vec::new();
    let mut written = Vec::new();
    for n in 0..runs.max(3) as u64 {
        for (at, (what, command)) in commands(&state, n)?.into_iter().enumerate() {
            let start = Instant::now();
            let set = decide(black_box(&state), &command, &context);
            let time = start.elapsed();
            let set = set.map_err(|e| format!("{what}: {e}"))?;
            let mut after = state.clone();
            if !set.is_empty() {
                after = after.commit(&set)?;
            }
            match lines.get_mut(at) {
                Some(line) => line.times.push(time),
                None => lines.push(Line {
                    what,
                    times: vec![time],
                    changes: set.changes.len(),
                }),
            }
            written.push(json!({ "what": what, "command": command, "digest": after.digest() }));
        }
    }
    let mut usage_times = Vec::new();
    let mut used = Count::ZERO;
    for _ in 0..runs.max(3) {
        let start = Instant::now();
        used = whole_tree(&state);
        usage_times.push(start.elapsed());
    }
    std::fs::create_dir_all(directory)?;
    std::fs::write(directory.join("workspace.plat"), state.to_snapshot())?;
    let file =
        json!({ "context": context, "commands": written, "allocated": used, "claims": state.claim_count() });
    std::fs::write(directory.join("commands.json"), serde_json::to_vec(&file)?)?;
    let mut text = format!(
        "# Every command on {} claims, natively\n\n| command | facts | median ms | slowest ms |\n|---|---:|---:|---:|\n",
        state.claim_count()
    );
    for line in &mut lines {
        let (median, slowest) = ms(&mut line.times);
        writeln!(
            text,
            "| {} | {} | {median:.3} | {slowest:.3} |",
            line.what, line.changes
        )?;
    }
    let (median, slowest) = ms(&mut usage_times);
    writeln!(
        text,
        "| usage of the whole tree | {} claims | {median:.3} | {slowest:.3} |",
        state.claim_count()
    )?;
    Ok(text)
}

fn whole_tree(state: &State) -> Count {
    usages(state).fold(Count::ZERO, |sum, (_, usage)| sum.saturating_add(usage.allocated))
}

fn ms(times: &mut [Duration]) -> (f64, f64) {
    times.sort_unstable();
    let at = |i: usize| times.get(i).map_or(0.0, |t| t.as_secs_f64() * 1e3);
    (at(times.len() / 2), at(times.len().saturating_sub(1)))
}
