//! From references that people write (ids and names) to identities, and from requests to commands.

use std::collections::BTreeSet;

use plat_api::{
    AllocationKind, AllocationRequest, AssociateRequest, EditRequest, EditSpaceRequest, MergeRequest,
    PartRequest, PoolRequest, Problem, Reference, ResourceRequest, SpaceRequest, SplitRequest,
};
use plat_domain::command::{
    Allocate, Batch, CreatePool, CreateSpace, Edit, EditSpace, Merge, PutResource, Split, SplitPart,
};
use plat_domain::{
    Claim, ClaimId, ClaimKind, Command, Count, Name, Place, Rejection, Resource, ResourceId, Space, SpaceId,
    State, Wanted, limits,
};

use crate::DEFAULT_SPACE;

fn not_found(what: &str, reference: &Reference) -> Problem {
    let id = reference.0.chars().take(128).collect();
    Problem::from(Rejection::NotFound {
        what: what.to_owned(),
        id,
    })
}

/// The space meant: by id, by name, or the default one.
pub(crate) fn space<'a>(state: &'a State, reference: Option<&Reference>) -> Result<&'a Space, Problem> {
    let Some(reference) = reference else {
        let named = Name::new(DEFAULT_SPACE)
            .ok()
            .and_then(|name| state.space_named(&name));
        return named
            .or_else(|| state.spaces().next())
            .ok_or_else(|| not_found("space", &DEFAULT_SPACE.into()));
    };
    let by_id = reference.0.parse::<SpaceId>().ok().and_then(|id| state.space(id));
    let by_name = || {
        Name::new(&reference.0)
            .ok()
            .and_then(|name| state.space_named(&name))
    };
    by_id
        .or_else(by_name)
        .ok_or_else(|| not_found("space", reference))
}

/// The claim meant: by id, or a pool by name, in the default space or as `space/name`.
pub(crate) fn claim<'a>(state: &'a State, reference: &Reference) -> Result<&'a Claim, Problem> {
    let named = |space: &Space, name: &str| {
        Name::new(name)
            .ok()
            .and_then(|name| state.pool_named(space.id, &name))
    };
    if let Some(found) = reference.0.parse::<ClaimId>().ok().and_then(|id| state.claim(id)) {
        return Ok(found);
    }
    if let Some(found) = space(state, None).ok().and_then(|s| named(s, &reference.0)) {
        return Ok(found);
    }
    // Names may hold slashes themselves, so every split is tried, the shortest space name first.
    for (at, _) in reference.0.match_indices('/') {
        let (space_name, rest) = (&reference.0[..at], &reference.0[at + 1..]);
        if let Ok(space) = space(state, Some(&space_name.into()))
            && let Some(found) = named(space, rest)
        {
            return Ok(found);
        }
    }
    Err(not_found("pool", reference))
}

fn one_size(sizes: &[(&str, bool)]) -> Result<(), Problem> {
    let given: Vec<&str> = sizes
        .iter()
        .filter(|(_, given)| *given)
        .map(|(name, _)| *name)
        .collect();
    if given.len() > 1 {
        let reason = format!(
            "give one of {}, not {}",
            sizes.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", "),
            given.join(" and ")
        );
        return Err(Problem::from(Rejection::Invalid {
            field: given[1].to_owned(),
            reason,
        }));
    }
    Ok(())
}

fn sized(prefix_length: Option<u8>, addresses: Option<Count>) -> Wanted {
    match (prefix_length, addresses) {
        (Some(len), _) => Wanted::PrefixLength(len),
        (None, Some(count)) => Wanted::Addresses(count),
        (None, None) => Wanted::DefaultLength,
    }
}

fn id(id: Option<ClaimId>) -> Result<ClaimId, Problem> {
    id.ok_or_else(|| {
        Problem::from(Rejection::Invalid {
            field: "id".into(),
            reason: "give an id".into(),
        })
    })
}

fn invalid(field: &str, reason: &str) -> Problem {
    Problem::from(Rejection::Invalid {
        field: field.to_owned(),
        reason: reason.to_owned(),
    })
}

/// The resource meant, by identity.
pub(crate) fn resource<'a>(state: &'a State, reference: &Reference) -> Result<&'a Resource, Problem> {
    let by_id = reference
        .0
        .parse::<ResourceId>()
        .ok()
        .and_then(|id| state.resource(id));
    by_id.ok_or_else(|| not_found("resource", reference))
}

/// The command that makes a pool.
pub(crate) fn create_pool(state: &State, request: &PoolRequest) -> Result<Command, Problem> {
    one_size(&[
        ("prefixes", !request.prefixes.is_empty()),
        ("prefixLength", request.prefix_length.is_some()),
        ("addresses", request.addresses.is_some()),
    ])?;
    let place = match &request.parent {
        Some(parent) => Place::In(claim(state, parent)?.id),
        None => Place::Top(space(state, request.space.as_ref())?.id),
    };
    let wanted = if request.prefixes.is_empty() {
        sized(request.prefix_length, request.addresses)
    } else {
        Wanted::Prefixes(request.prefixes.clone())
    };
    Ok(Command::CreatePool(CreatePool {
        strategy: request.strategy,
        policy: request.policy.clone(),
        tags: request.tags.clone(),
        description: request.description.clone(),
        max_prefixes: request.max_prefixes,
        excluded: request.excluded.clone(),
        within: request.within,
        absorb: request.absorb,
        ..CreatePool::new(id(request.id)?, place, request.name.clone(), wanted)
    }))
}

/// What an allocation is for, in the domain's words.
fn kind(request: &AllocationRequest) -> Result<ClaimKind, Problem> {
    if request.resource.is_some() && request.kind != AllocationKind::Network {
        return Err(invalid("resource", "only a network is held by a resource"));
    }
    if request.expires_at.is_some() && request.kind != AllocationKind::Reservation {
        return Err(invalid("expiresAt", "only a reservation ends by itself"));
    }
    if request.range.is_some() && request.kind != AllocationKind::Range {
        return Err(invalid(
            "range",
            "only a range goes from one address to another: give a cidr",
        ));
    }
    let in_use = request.in_use;
    if in_use && !matches!(request.kind, AllocationKind::Range | AllocationKind::Address) {
        return Err(invalid("inUse", "only a range or an address is in use or not"));
    }
    Ok(match request.kind {
        AllocationKind::Network => ClaimKind::Network {
            holder: request.resource.as_ref().map(|r| r.id),
        },
        AllocationKind::Subnet => ClaimKind::Subnet,
        AllocationKind::Static => ClaimKind::Static,
        AllocationKind::External => ClaimKind::External,
        AllocationKind::Reservation => ClaimKind::Reservation {
            expires_at: request.expires_at,
        },
        AllocationKind::Range => ClaimKind::Range { in_use },
        AllocationKind::Address => ClaimKind::Address { in_use },
    })
}

/// The command that takes space, the holder left aside.
fn allocation(state: &State, request: &AllocationRequest) -> Result<Command, Problem> {
    one_size(&[
        ("cidr", request.cidr.is_some()),
        ("range", request.range.is_some()),
        ("prefixLength", request.prefix_length.is_some()),
        ("addresses", request.addresses.is_some()),
    ])?;
    let kind = kind(request)?;
    let first = claim(state, &request.pool)?.id;
    let place = if request.or_pools.is_empty() {
        Place::In(first)
    } else {
        let others = request
            .or_pools
            .iter()
            .map(|pool| claim(state, pool).map(|c| c.id));
        let mut pools = vec![first];
        pools.extend(others.collect::<Result<Vec<_>, _>>()?);
        Place::FirstOf(pools)
    };
    let wanted = match (request.cidr, request.range) {
        (Some(cidr), _) => Wanted::Prefixes(vec![cidr]),
        (None, Some(range)) => Wanted::Prefixes(range.prefixes()),
        (None, None) => sized(request.prefix_length, request.addresses),
    };
    Ok(Command::Allocate(Allocate {
        strategy: request.strategy,
        name: request.name.clone(),
        tags: request.tags.clone(),
        description: request.description.clone(),
        max_prefixes: request.max_prefixes,
        excluded: request.excluded.clone(),
        within: request.within,
        ..Allocate::new(id(request.id)?, place, kind, wanted)
    }))
}

/// The command that takes space, with the holder recorded first if it is new or has changed.
pub(crate) fn allocate(state: &State, request: &AllocationRequest) -> Result<Command, Problem> {
    let allocate = allocation(state, request)?;
    Ok(match &request.resource {
        Some(resource) => {
            let put = Command::PutResource(PutResource {
                resource: resource.clone(),
            });
            Command::Batch(Batch {
                commands: vec![put, allocate],
            })
        }
        None => allocate,
    })
}

/// The command that records a resource and takes space for it.
pub(crate) fn put_resource(state: &State, request: &ResourceRequest) -> Result<Command, Problem> {
    let put = Command::PutResource(PutResource {
        resource: request.resource.clone(),
    });
    if request.allocations.is_empty() {
        return Ok(put);
    }
    let mut commands = vec![put];
    for wanted in &request.allocations {
        if wanted.kind != AllocationKind::Network {
            return Err(invalid("kind", "a resource holds networks"));
        }
        if wanted
            .resource
            .as_ref()
            .is_some_and(|r| r.id != request.resource.id)
        {
            return Err(invalid(
                "resource",
                "the allocations of a resource are for that resource",
            ));
        }
        let held = AllocationRequest {
            resource: Some(request.resource.clone()),
            ..wanted.clone()
        };
        commands.push(allocation(state, &held)?);
    }
    Ok(Command::Batch(Batch { commands }))
}

/// The command that puts networks that exist into a pool. Those that lie in it already are left alone.
pub(crate) fn associate(state: &State, request: &AssociateRequest) -> Result<Command, Problem> {
    let asked = request.resources.len() + request.networks.len();
    if asked == 0 {
        return Err(invalid("resources", "name at least one resource or network"));
    }
    if asked > limits::ASSOCIATIONS_PER_REQUEST {
        return Err(Problem::from(Rejection::LimitExceeded {
            limit: "resources and networks to associate".into(),
            max: limits::ASSOCIATIONS_PER_REQUEST as u64,
        }));
    }
    let pool = claim(state, &request.pool)?;
    let mut networks: BTreeSet<ClaimId> = BTreeSet::new();
    for id in &request.networks {
        networks.insert(claim(state, &(*id).into())?.id);
    }
    for id in &request.resources {
        let resource = resource(state, &(*id).into())?;
        let held: Vec<&Claim> = state.networks_of(*id).collect();
        let within: Vec<ClaimId> = held.iter().filter(|n| pool.holds(n)).map(|n| n.id).collect();
        if within.is_empty() {
            // None of them can be meant: the first says why. One that holds nothing has nothing to associate.
            match held.first() {
                Some(network) => networks.insert(network.id),
                None => {
                    let reason = format!("{} holds no network", resource.name);
                    return Err(invalid("resources", &reason));
                }
            };
        }
        networks.extend(within);
    }
    let outside = |id: &ClaimId| {
        state
            .claim(*id)
            .is_some_and(|network| !state.is_within(network, pool.id))
    };
    let moves = networks.into_iter().filter(outside).map(|id| {
        Command::Edit(Edit {
            place: Some(Place::In(pool.id)),
            ..Edit::of(id)
        })
    });
    Ok(Command::Batch(Batch {
        commands: moves.collect(),
    }))
}

/// The command that makes several claims of one.
pub(crate) fn split(state: &State, request: &SplitRequest) -> Result<Command, Problem> {
    let part = |part: &PartRequest| {
        Ok(SplitPart {
            id: id(part.id)?,
            prefixes: part.prefixes.clone(),
            name: part.name.clone(),
        })
    };
    Ok(Command::Split(Split {
        id: claim(state, &request.claim)?.id,
        parts: request.parts.iter().map(part).collect::<Result<_, Problem>>()?,
    }))
}

/// The command that makes one claim of several. Identities that are not there any more are left to the rules.
pub(crate) fn merge(state: &State, request: &MergeRequest) -> Result<Command, Problem> {
    // Who asks has seen the head (`If-Match`), so what is not there was named wrongly; a command of a plan may be a retry.
    let from = request.from.iter().map(|other| claim(state, other).map(|c| c.id));
    Ok(Command::Merge(Merge {
        name: request.name.clone(),
        description: request.description.clone(),
        tags: request.tags.clone(),
        policy: request.policy.clone(),
        holder: request.holder,
        ..Merge::of(
            claim(state, &request.claim)?.id,
            from.collect::<Result<_, Problem>>()?,
        )
    }))
}

/// The command that makes a space.
pub(crate) fn create_space(state: &State, request: &SpaceRequest) -> Result<Command, Problem> {
    let provider = request
        .provider
        .as_ref()
        .map(|p| space(state, Some(p)).map(|s| s.id));
    let id = request.id.ok_or_else(|| invalid("id", "give an id"))?;
    Ok(Command::CreateSpace(CreateSpace {
        space: Space {
            kind: request.kind,
            description: request.description.clone(),
            provider: provider.transpose()?,
            isolation: request.isolation,
            ..Space::new(id, request.name.clone())
        },
    }))
}

/// The command that changes a space.
pub(crate) fn edit_space(state: &State, request: &EditSpaceRequest) -> Result<Command, Problem> {
    let provider = request
        .provider
        .as_ref()
        .map(|p| space(state, Some(p)).map(|s| s.id));
    Ok(Command::EditSpace(EditSpace {
        id: space(state, Some(&request.space))?.id,
        name: request.name.clone(),
        description: request.description.clone(),
        provider: provider.transpose()?,
        isolation: request.isolation,
    }))
}

/// The command that changes a claim.
pub(crate) fn edit(state: &State, request: &EditRequest) -> Result<Command, Problem> {
    let place = match (&request.parent, &request.space) {
        (Some(parent), _) => Some(Place::In(claim(state, parent)?.id)),
        (None, Some(to)) => Some(Place::Innermost(space(state, Some(to))?.id)),
        (None, None) => None,
    };
    Ok(Command::Edit(Edit {
        name: request.name.clone(),
        description: request.description.clone(),
        tags: request.tags.clone(),
        prefixes: request.prefixes.clone(),
        place,
        policy: request.policy.clone(),
        holder: request.holder,
        in_use: request.in_use,
        expires_at: request.expires_at,
        ignored: request.ignored.clone(),
        at_once: request.at_once,
        ..Edit::of(claim(state, &request.claim)?.id)
    }))
}
