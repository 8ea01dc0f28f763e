//! From references that people write (ids and names) to identities, and from requests to commands.

use plat_api::{AllocationKind, AllocationRequest, EditRequest, PoolRequest, Problem, Reference};
use plat_domain::command::{Allocate, Batch, CreatePool, Edit, PutResource};
use plat_domain::{
    Claim, ClaimId, ClaimKind, Command, Count, Name, Place, Rejection, Space, SpaceId, State, Wanted,
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
        id: id(request.id)?,
        place,
        name: request.name.clone(),
        wanted,
        strategy: request.strategy,
        policy: request.policy,
        tags: request.tags.clone(),
        description: request.description.clone(),
    }))
}

/// The command that takes space, with the holder recorded first if it is new or has changed.
pub(crate) fn allocate(state: &State, request: &AllocationRequest) -> Result<Command, Problem> {
    one_size(&[
        ("cidr", request.cidr.is_some()),
        ("prefixLength", request.prefix_length.is_some()),
        ("addresses", request.addresses.is_some()),
    ])?;
    let invalid = |field: &str, reason: &str| {
        Problem::from(Rejection::Invalid {
            field: field.to_owned(),
            reason: reason.to_owned(),
        })
    };
    if request.resource.is_some() && request.kind != AllocationKind::Network {
        return Err(invalid("resource", "only a network is held by a resource"));
    }
    if request.expires_at.is_some() && request.kind != AllocationKind::Reservation {
        return Err(invalid("expiresAt", "only a reservation ends by itself"));
    }
    let kind = match request.kind {
        AllocationKind::Network => ClaimKind::Network {
            holder: request.resource.as_ref().map(|r| r.id),
        },
        AllocationKind::Subnet => ClaimKind::Subnet,
        AllocationKind::Static => ClaimKind::Static,
        AllocationKind::External => ClaimKind::External,
        AllocationKind::Reservation => ClaimKind::Reservation {
            expires_at: request.expires_at,
        },
    };
    let wanted = match request.cidr {
        Some(cidr) => Wanted::Prefixes(vec![cidr]),
        None => sized(request.prefix_length, request.addresses),
    };
    let allocate = Command::Allocate(Allocate {
        id: id(request.id)?,
        place: Place::In(claim(state, &request.pool)?.id),
        kind,
        wanted,
        strategy: request.strategy,
        name: request.name.clone(),
        tags: request.tags.clone(),
        description: request.description.clone(),
    });
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

/// The command that changes a claim.
pub(crate) fn edit(state: &State, request: &EditRequest) -> Result<Command, Problem> {
    let place = match (&request.parent, &request.space) {
        (Some(parent), _) => Some(Place::In(claim(state, parent)?.id)),
        (None, Some(to)) => Some(Place::Innermost(space(state, Some(to))?.id)),
        (None, None) => None,
    };
    Ok(Command::Edit(Edit {
        id: claim(state, &request.claim)?.id,
        name: request.name.clone(),
        description: request.description.clone(),
        tags: request.tags.clone(),
        prefixes: request.prefixes.clone(),
        place,
        policy: request.policy,
        holder: None,
    }))
}
