//! From a line of a script to a request, or to a command where a batch or a plan needs one.
//!
//! Names give identities (`ClaimId::derived(&["scenario", name])`), so that every host is asked exactly the same.

mod line;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use plat_api::{
    AllocationKind, AllocationRequest, AssociateRequest, EditRequest, EditSpaceRequest, MergeRequest,
    PoolRequest, Reference, Request, ResourceRequest, SpaceRequest, SplitRequest,
};
use plat_domain::command::{
    AcceptConflict, Allocate, CreatePool, CreateSpace, Edit, EditSpace, Merge, PutResource, Release,
    RemoveResource, RemoveSpace, ReopenConflict, Split, SplitPart,
};
use plat_domain::{
    Cidr, ClaimId, ClaimKind, Command, Count, Description, Name, Place, Resource, ResourceId, Space, SpaceId,
    Timestamp, Wanted,
};
use plat_service::DEFAULT_SPACE;

use crate::line::Line;
use crate::twin::Twin;

pub(crate) fn claim_id(name: &str) -> ClaimId {
    ClaimId::derived(&["scenario", name])
}

fn resource_id(name: &str) -> ResourceId {
    ResourceId::derived(&["scenario", name])
}

fn space_id(name: &str) -> SpaceId {
    if name == DEFAULT_SPACE {
        SpaceId::derived(&[DEFAULT_SPACE])
    } else {
        SpaceId::derived(&["scenario", name])
    }
}

/// Something to change, asked as a request of its own or as a part of a batch or plan.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    Pool(PoolRequest),
    Allocate(AllocationRequest),
    Edit(EditRequest),
    Release {
        name: String,
        at_once: bool,
    },
    Split(SplitRequest),
    Merge(MergeRequest),
    Associate(AssociateRequest),
    Resource(ResourceRequest),
    RemoveResource(ResourceId),
    Space(SpaceRequest),
    EditSpace(EditSpaceRequest),
    RemoveSpace(SpaceId),
    Accept {
        left: ClaimId,
        right: ClaimId,
        reason: Description,
        expires_at: Option<Timestamp>,
    },
    Reopen {
        left: ClaimId,
        right: ClaimId,
    },
    Other(Command),
}

/// What a script has named so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Every name of a claim, by its identity.
    claims: BTreeMap<ClaimId, String>,
    /// Pools that are not in the default space, and the space they are in.
    elsewhere: BTreeMap<String, String>,
    /// Names of claims that are no pools: only their identity finds them.
    unlisted: BTreeMap<String, ClaimId>,
    resources: BTreeMap<String, Resource>,
}

impl Names {
    /// The script's name of an identity.
    pub(crate) fn of(&self, id: &ClaimId) -> String {
        self.claims.get(id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// How a request refers to a claim: a pool by name, everything else by identity.
    pub(crate) fn reference(&self, name: &str) -> Reference {
        match (self.unlisted.get(name), self.elsewhere.get(name)) {
            (Some(id), _) => Reference::from(*id),
            (None, Some(space)) => Reference(format!("{space}/{name}")),
            (None, None) => Reference(name.to_owned()),
        }
    }

    fn pool(&mut self, name: &str, space: Option<&str>) {
        self.claims.insert(claim_id(name), name.to_owned());
        match space.filter(|space| *space != DEFAULT_SPACE) {
            Some(space) => drop(self.elsewhere.insert(name.to_owned(), space.to_owned())),
            None => drop(self.elsewhere.remove(name)),
        }
    }

    fn claim(&mut self, name: &str) -> ClaimId {
        let id = claim_id(name);
        self.claims.insert(id, name.to_owned());
        self.unlisted.insert(name.to_owned(), id);
        id
    }

    fn is_pool(&self, name: &str) -> bool {
        self.knows_claim(name) && !self.unlisted.contains_key(name)
    }

    fn knows_claim(&self, name: &str) -> bool {
        self.claims.contains_key(&claim_id(name))
    }

    pub(crate) fn resource(&mut self, name: &str) -> Result<Resource> {
        if let Some(known) = self.resources.get(name) {
            return Ok(known.clone());
        }
        let made = Resource::new(resource_id(name), text(name)?, text("virtualNetwork")?);
        self.resources.insert(name.to_owned(), made.clone());
        Ok(made)
    }
}

/// The allocation that a line of an `acquire` asks for.
pub(crate) fn read_allocation(names: &mut Names, twin: Twin, text: &str) -> Result<AllocationRequest> {
    let mut line = Line::read(text)?;
    let allocation = line::allocate(names, twin, &mut line)?;
    line.done()?;
    Ok(allocation)
}

/// The changes that a line asks for: one, or with `times=n` one for each number, written for every `*`.
pub(crate) fn read(names: &mut Names, twin: Twin, text: &str) -> Result<Vec<Ask>> {
    let Some(times) = Line::read(text)?.named("times") else {
        return Ok(vec![one(names, twin, Line::read(text)?)?]);
    };
    let numbered = |i: u32| -> Result<Line> {
        let mut line = Line::read(&text.replace('*', &i.to_string()))?;
        line.named("times");
        Ok(line)
    };
    (1..=times.parse()?)
        .map(|i| one(names, twin, numbered(i)?))
        .collect()
}

fn one(names: &mut Names, twin: Twin, mut line: Line) -> Result<Ask> {
    let ask = line::read(names, twin, &mut line)?;
    line.done()?;
    Ok(ask)
}

impl Ask {
    pub(crate) fn request(self, names: &Names) -> Request {
        match self {
            Self::Pool(pool) => Request::CreatePool(pool),
            Self::Allocate(allocation) => Request::Allocate(allocation),
            Self::Edit(edit) => Request::Edit(edit),
            Self::Release { name, at_once } => Request::Release {
                claim: names.reference(&name),
                at_once,
            },
            Self::Split(split) => Request::Split(split),
            Self::Merge(merge) => Request::Merge(merge),
            Self::Associate(associate) => Request::Associate(associate),
            Self::Resource(put) => Request::PutResource(put),
            Self::RemoveResource(id) => Request::RemoveResource { resource: id.into() },
            Self::Space(space) => Request::CreateSpace(space),
            Self::EditSpace(edit) => Request::EditSpace(edit),
            Self::RemoveSpace(id) => Request::RemoveSpace { space: id.into() },
            Self::Accept {
                left,
                right,
                reason,
                expires_at,
            } => Request::AcceptConflict {
                left: left.into(),
                right: right.into(),
                reason,
                expires_at,
            },
            Self::Reopen { left, right } => Request::ReopenConflict {
                left: left.into(),
                right: right.into(),
            },
            Self::Other(command) => Request::Command(Box::new(command)),
        }
    }

    /// The same wish as the domain has it, with identities where a request has names. A holder becomes a command of its own.
    pub(crate) fn commands(self) -> Result<Vec<Command>> {
        Ok(vec![match self {
            Self::Pool(pool) => create_pool(pool)?,
            Self::Allocate(a) => return allocate(a),
            Self::Edit(edit) => Command::Edit(edited(edit)),
            Self::Release { name, at_once } => Command::Release(Release {
                at_once,
                ..Release::of(claim_id(&name))
            }),
            Self::Split(split) => {
                let part = |part: plat_api::PartRequest| {
                    Ok(SplitPart {
                        id: part.id.context("a part without an id")?,
                        prefixes: part.prefixes,
                        name: part.name,
                    })
                };
                Command::Split(Split {
                    id: bare(&split.claim),
                    parts: split.parts.into_iter().map(part).collect::<Result<_>>()?,
                })
            }
            Self::Merge(merge) => Command::Merge(Merge {
                name: merge.name,
                description: merge.description,
                tags: merge.tags,
                policy: merge.policy,
                holder: merge.holder,
                ..Merge::of(bare(&merge.claim), merge.from.iter().map(bare).collect())
            }),
            Self::Associate(associate) => {
                let place = Place::In(bare(&associate.pool));
                let moved = associate.networks.into_iter().map(|id| {
                    Command::Edit(Edit {
                        place: Some(place.clone()),
                        ..Edit::of(id)
                    })
                });
                return Ok(moved.collect());
            }
            Self::Resource(put) => Command::PutResource(PutResource {
                resource: put.resource,
            }),
            Self::RemoveResource(id) => Command::RemoveResource(RemoveResource { id }),
            Self::Space(space) => Command::CreateSpace(CreateSpace {
                space: Space {
                    kind: space.kind,
                    description: space.description,
                    provider: space.provider.map(|p| space_id(&p.0)),
                    isolation: space.isolation,
                    ..Space::new(space.id.context("a space without an id")?, space.name)
                },
            }),
            Self::EditSpace(edit) => Command::EditSpace(EditSpace {
                id: space_id(&edit.space.0),
                name: edit.name,
                description: edit.description,
                provider: edit.provider.map(|p| space_id(&p.0)),
                isolation: edit.isolation,
            }),
            Self::RemoveSpace(id) => Command::RemoveSpace(RemoveSpace { id }),
            Self::Accept {
                left,
                right,
                reason,
                expires_at,
            } => Command::AcceptConflict(AcceptConflict {
                left,
                right,
                reason,
                expires_at,
            }),
            Self::Reopen { left, right } => Command::ReopenConflict(ReopenConflict { left, right }),
            Self::Other(command) => command,
        }])
    }
}

/// The identity behind a reference that a script made.
fn bare(reference: &Reference) -> ClaimId {
    let name = reference.0.rsplit('/').next().unwrap_or_default();
    name.parse().unwrap_or_else(|_| claim_id(name))
}

fn wanted(cidrs: Vec<Cidr>, len: Option<u8>, count: Option<Count>) -> Wanted {
    match (cidrs.is_empty(), len, count) {
        (false, _, _) => Wanted::Prefixes(cidrs),
        (true, Some(len), _) => Wanted::PrefixLength(len),
        (true, None, Some(count)) => Wanted::Addresses(count),
        (true, None, None) => Wanted::DefaultLength,
    }
}

fn create_pool(pool: PoolRequest) -> Result<Command> {
    let place = match (&pool.parent, &pool.space) {
        (Some(parent), _) => Place::In(bare(parent)),
        (None, space) => Place::Top(space_id(space.as_ref().map_or(DEFAULT_SPACE, |s| &s.0))),
    };
    let wanted = wanted(pool.prefixes, pool.prefix_length, pool.addresses);
    Ok(Command::CreatePool(CreatePool {
        strategy: pool.strategy,
        policy: pool.policy,
        tags: pool.tags,
        description: pool.description,
        max_prefixes: pool.max_prefixes,
        excluded: pool.excluded,
        within: pool.within,
        absorb: pool.absorb,
        ..CreatePool::new(pool.id.context("a pool without an id")?, place, pool.name, wanted)
    }))
}

fn allocate(a: AllocationRequest) -> Result<Vec<Command>> {
    let kind = match a.kind {
        AllocationKind::Network => ClaimKind::Network {
            holder: a.resource.as_ref().map(|r| r.id),
        },
        AllocationKind::Subnet => ClaimKind::Subnet,
        AllocationKind::Static => ClaimKind::Static,
        AllocationKind::External => ClaimKind::External,
        AllocationKind::Reservation => ClaimKind::Reservation {
            expires_at: a.expires_at,
        },
        AllocationKind::Range => ClaimKind::Range { in_use: a.in_use },
        AllocationKind::Address => ClaimKind::Address { in_use: a.in_use },
    };
    let place = if a.or_pools.is_empty() {
        Place::In(bare(&a.pool))
    } else {
        Place::FirstOf(core::iter::once(&a.pool).chain(&a.or_pools).map(bare).collect())
    };
    let given = match (a.cidr, a.range) {
        (Some(cidr), _) => vec![cidr],
        (None, Some(range)) => range.prefixes(),
        (None, None) => Vec::new(),
    };
    let wanted = wanted(given, a.prefix_length, a.addresses);
    let allocate = Command::Allocate(Allocate {
        strategy: a.strategy,
        name: a.name,
        tags: a.tags,
        description: a.description,
        max_prefixes: a.max_prefixes,
        excluded: a.excluded,
        within: a.within,
        ..Allocate::new(a.id.context("an allocation without an id")?, place, kind, wanted)
    });
    let put = a
        .resource
        .map(|resource| Command::PutResource(PutResource { resource }));
    Ok(put.into_iter().chain([allocate]).collect())
}

fn edited(e: EditRequest) -> Edit {
    Edit {
        place: match (&e.parent, &e.space) {
            (Some(parent), _) => Some(Place::In(bare(parent))),
            (None, Some(to)) => Some(Place::Innermost(space_id(&to.0))),
            (None, None) => None,
        },
        name: e.name,
        description: e.description,
        tags: e.tags,
        prefixes: e.prefixes,
        policy: e.policy,
        holder: e.holder,
        in_use: e.in_use,
        expires_at: e.expires_at,
        ignored: e.ignored,
        at_once: e.at_once,
        ..Edit::of(bare(&e.claim))
    }
}

fn text(text: &str) -> Result<Name> {
    Name::new(text).with_context(|| format!("`{text}` is no name"))
}
