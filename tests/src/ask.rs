//! From a line of a script to a request, or to a command where a batch or a plan needs one.
//!
//! Names give identities (`ClaimId::derived(&["scenario", name])`), so that every host is asked exactly the same.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use plat_api::{AllocationKind, AllocationRequest, EditRequest, PoolRequest, Reference, Request};
use plat_domain::command::{Adopt, Allocate, CreatePool, CreateSpace, Edit, ExpireDue, PutResource, Release};
use plat_domain::command::{RemoveResource, RemoveSpace};
use plat_domain::{
    Cidr, ClaimId, ClaimKind, Command, Count, Description, Name, Place, Policy, Resource, ResourceId, Space,
    SpaceId, SpaceKind, Strategy, Tags, Timestamp, Wanted,
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
    Release(String),
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

    fn resource(&mut self, name: &str) -> Result<Resource> {
        if let Some(known) = self.resources.get(name) {
            return Ok(known.clone());
        }
        let made = Resource {
            id: resource_id(name),
            name: text(name)?,
            kind: text("virtualNetwork")?,
            provider: None,
            external_id: Description::default(),
            tenant: None,
            tags: Tags::default(),
        };
        self.resources.insert(name.to_owned(), made.clone());
        Ok(made)
    }
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
    let ask = match line.verb.as_str() {
        "pool" => pool(names, twin, &mut line)?,
        "allocate" => allocate(names, twin, &mut line)?,
        "adopt" => adopt(names, twin, &mut line)?,
        "edit" => edit(names, twin, &mut line)?,
        "release" => Ask::Release(line.need("a name")?),
        "space" => space(&mut line)?,
        "resource" => resource(names, &mut line)?,
        "expire" => Ask::Other(Command::ExpireDue(ExpireDue {})),
        "remove" => match (line.need("`space` or `resource`")?.as_str(), line.need("a name")?) {
            ("space", name) => Ask::Other(Command::RemoveSpace(RemoveSpace { id: space_id(&name) })),
            ("resource", name) => Ask::Other(Command::RemoveResource(RemoveResource {
                id: resource_id(&name),
            })),
            (other, _) => bail!("cannot remove a {other}"),
        },
        other => bail!("no command `{other}`"),
    };
    line.done()?;
    Ok(ask)
}

impl Ask {
    pub(crate) fn request(self, names: &Names) -> Request {
        match self {
            Self::Pool(pool) => Request::CreatePool(pool),
            Self::Allocate(allocation) => Request::Allocate(allocation),
            Self::Edit(edit) => Request::Edit(edit),
            Self::Release(name) => Request::Release {
                claim: names.reference(&name),
            },
            Self::Other(command) => Request::Command(Box::new(command)),
        }
    }

    /// The same wish as the domain has it, with identities where a request has names. A holder becomes a command of its own.
    pub(crate) fn commands(self) -> Result<Vec<Command>> {
        let bare = |reference: &Reference| {
            let name = reference.0.rsplit('/').next().unwrap_or_default();
            name.parse().unwrap_or_else(|_| claim_id(name))
        };
        let wanted =
            |cidrs: Vec<Cidr>, len: Option<u8>, count: Option<Count>| match (cidrs.is_empty(), len, count) {
                (false, _, _) => Wanted::Prefixes(cidrs),
                (true, Some(len), _) => Wanted::PrefixLength(len),
                (true, None, Some(count)) => Wanted::Addresses(count),
                (true, None, None) => Wanted::DefaultLength,
            };
        Ok(match self {
            Self::Pool(pool) => vec![Command::CreatePool(CreatePool {
                id: pool.id.context("a pool without an id")?,
                place: match (&pool.parent, &pool.space) {
                    (Some(parent), _) => Place::In(bare(parent)),
                    (None, space) => Place::Top(space_id(space.as_ref().map_or(DEFAULT_SPACE, |s| &s.0))),
                },
                name: pool.name,
                wanted: wanted(pool.prefixes, pool.prefix_length, pool.addresses),
                strategy: pool.strategy,
                policy: pool.policy,
                tags: pool.tags,
                description: pool.description,
            })],
            Self::Allocate(a) => {
                let put = a
                    .resource
                    .clone()
                    .map(|resource| Command::PutResource(PutResource { resource }));
                let allocate = Command::Allocate(Allocate {
                    id: a.id.context("an allocation without an id")?,
                    place: Place::In(bare(&a.pool)),
                    kind: match a.kind {
                        AllocationKind::Network => ClaimKind::Network {
                            holder: a.resource.map(|r| r.id),
                        },
                        AllocationKind::Subnet => ClaimKind::Subnet,
                        AllocationKind::Static => ClaimKind::Static,
                        AllocationKind::External => ClaimKind::External,
                        AllocationKind::Reservation => ClaimKind::Reservation {
                            expires_at: a.expires_at,
                        },
                    },
                    wanted: wanted(a.cidr.into_iter().collect(), a.prefix_length, a.addresses),
                    strategy: a.strategy,
                    name: a.name,
                    tags: a.tags,
                    description: a.description,
                });
                put.into_iter().chain([allocate]).collect()
            }
            Self::Edit(e) => vec![Command::Edit(Edit {
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
                ..Edit::of(bare(&e.claim))
            })],
            Self::Release(name) => vec![Command::Release(Release {
                id: claim_id(&name),
                holder: None,
            })],
            Self::Other(command) => vec![command],
        })
    }
}

fn text(text: &str) -> Result<Name> {
    Name::new(text).with_context(|| format!("`{text}` is no name"))
}

/// A length `/24`, a prefix, or a number of addresses.
enum Size {
    Prefixes(Vec<Cidr>),
    Length(u8),
    Addresses(Count),
    Unsaid,
}

fn size(twin: Twin, line: &mut Line) -> Result<Size> {
    let mut prefixes = Vec::new();
    while let Some(word) = line.next() {
        if let Some(len) = word.strip_prefix('/') {
            return Ok(Size::Length(twin.read_len(len.parse()?)));
        }
        if word.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Size::Addresses(twin.read_count(word.parse()?)));
        }
        prefixes.push(twin.read_cidr(&word)?);
    }
    Ok(if prefixes.is_empty() {
        Size::Unsaid
    } else {
        Size::Prefixes(prefixes)
    })
}

impl Size {
    fn parts(self) -> (Vec<Cidr>, Option<u8>, Option<Count>) {
        match self {
            Self::Prefixes(prefixes) => (prefixes, None, None),
            Self::Length(len) => (Vec::new(), Some(len), None),
            Self::Addresses(count) => (Vec::new(), None, Some(count)),
            Self::Unsaid => (Vec::new(), None, None),
        }
    }
}

fn strategy(line: &mut Line) -> Result<Option<Strategy>> {
    Ok(match line.named("strategy").as_deref() {
        None => None,
        Some("first") => Some(Strategy::FirstFit),
        Some("best") => Some(Strategy::BestFit),
        Some("end") => Some(Strategy::FromEnd),
        Some("sparse") => Some(Strategy::Sparse),
        Some(other) => bail!("no strategy `{other}`"),
    })
}

fn policy(twin: Twin, line: &mut Line) -> Result<Option<Policy>> {
    let mut len = |key: &str| -> Result<Option<u8>> {
        line.named(key)
            .map(|len| Ok(twin.read_len(len.trim_start_matches('/').parse()?)))
            .transpose()
    };
    let (shortest_len, longest_len, default_len) = (len("shortest")?, len("longest")?, len("default")?);
    let policy = Policy {
        shortest_len,
        longest_len,
        default_len,
        strategy: strategy(line)?,
    };
    Ok(Some(policy).filter(|policy| *policy != Policy::default()))
}

fn described(line: &mut Line) -> Result<Option<Description>> {
    line.named("description")
        .map(|d| Ok(Description::new(&d)?))
        .transpose()
}

fn tags(line: &mut Line) -> Result<Option<Tags>> {
    let Some(given) = line.named("tags") else {
        return Ok(None);
    };
    let pair = |tag: &str| -> Result<(Name, Description)> {
        let (key, value) = tag.split_once(':').context("a tag is key:value")?;
        Ok((text(key)?, Description::new(value)?))
    };
    let pairs: BTreeMap<Name, Description> = given.split(',').map(pair).collect::<Result<_>>()?;
    Ok(Some(Tags::new(pairs)?))
}

/// `pool NAME [PREFIX…|/LEN|COUNT] [in POOL] [space=S] [shortest= longest= default= strategy=]`
fn pool(names: &mut Names, twin: Twin, line: &mut Line) -> Result<Ask> {
    let name = line.need("a name")?;
    let (prefixes, prefix_length, addresses) = size(twin, line)?.parts();
    let (parent, space) = (line.named("in"), line.named("space"));
    let inherited = parent
        .as_ref()
        .and_then(|parent| names.elsewhere.get(parent).cloned());
    names.pool(&name, space.as_deref().or(inherited.as_deref()));
    Ok(Ask::Pool(PoolRequest {
        id: Some(claim_id(&name)),
        name: text(&name)?,
        space: space.map(Reference),
        parent: parent.map(|parent| names.reference(&parent)),
        prefix_length,
        addresses,
        prefixes,
        strategy: None,
        policy: policy(twin, line)?.unwrap_or_default(),
        tags: tags(line)?.unwrap_or_default(),
        description: described(line)?.unwrap_or_default(),
    }))
}

/// `allocate POOL [PREFIX|/LEN|COUNT] [kind=…] [for RESOURCE] [until=TIME] [strategy=…] as NAME`
fn allocate(names: &mut Names, twin: Twin, line: &mut Line) -> Result<Ask> {
    let pool = line.need("a pool")?;
    let (prefixes, prefix_length, addresses) = size(twin, line)?.parts();
    let name = line.named("as").context("an allocation needs a name: `as web`")?;
    Ok(Ask::Allocate(AllocationRequest {
        id: Some(names.claim(&name)),
        pool: names.reference(&pool),
        kind: match line.named("kind").as_deref() {
            None | Some("network") => AllocationKind::Network,
            Some("subnet") => AllocationKind::Subnet,
            Some("static") => AllocationKind::Static,
            Some("external") => AllocationKind::External,
            Some("reservation") => AllocationKind::Reservation,
            Some(other) => bail!("no kind `{other}`"),
        },
        prefix_length,
        addresses,
        cidr: prefixes.first().copied(),
        strategy: strategy(line)?,
        name: Some(text(&name)?),
        resource: line
            .named("for")
            .map(|resource| names.resource(&resource))
            .transpose()?,
        expires_at: line
            .named("until")
            .map(|at| at.parse::<Timestamp>())
            .transpose()?,
        tags: tags(line)?.unwrap_or_default(),
        description: described(line)?.unwrap_or_default(),
    }))
}

/// `adopt NAME PREFIX… [kind=…] [for RESOURCE] [in POOL] [space=S] [absorb]`
fn adopt(names: &mut Names, twin: Twin, line: &mut Line) -> Result<Ask> {
    let name = line.need("a name")?;
    let (prefixes, _, _) = size(twin, line)?.parts();
    let (parent, space) = (line.named("in"), line.named("space"));
    let holder = line.named("for").map(|resource| resource_id(&resource));
    let kind = match line.named("kind").as_deref() {
        Some("pool") => {
            names.pool(&name, space.as_deref());
            ClaimKind::Pool(policy(twin, line)?.unwrap_or_default())
        }
        None | Some("network") => ClaimKind::Network { holder },
        Some("subnet") => ClaimKind::Subnet,
        Some("static") => ClaimKind::Static,
        Some("external") => ClaimKind::External,
        Some(other) => bail!("cannot adopt a `{other}`"),
    };
    if !kind.is_pool() {
        names.claim(&name);
    }
    Ok(Ask::Other(Command::Adopt(Adopt {
        id: claim_id(&name),
        place: match parent {
            Some(parent) => Place::In(claim_id(&parent)),
            None => Place::Innermost(space_id(space.as_deref().unwrap_or(DEFAULT_SPACE))),
        },
        kind,
        prefixes,
        name: Some(text(&name)?),
        tags: tags(line)?.unwrap_or_default(),
        description: described(line)?.unwrap_or_default(),
        absorb: line.named("absorb").is_some(),
    })))
}

/// `edit NAME [PREFIX…] [in POOL] [space=S] [for RESOURCE] [name=…] [shortest= longest= default= strategy=]`
fn edit(names: &mut Names, twin: Twin, line: &mut Line) -> Result<Ask> {
    let claim = line.need("a name")?;
    let (prefixes, _, _) = size(twin, line)?.parts();
    if let Some(holder) = line.named("for") {
        let holder = Some(resource_id(&holder));
        return Ok(Ask::Other(Command::Edit(Edit {
            holder,
            ..Edit::of(claim_id(&claim))
        })));
    }
    Ok(Ask::Edit(EditRequest {
        claim: names.reference(&claim),
        name: line.named("name").map(|name| text(&name)).transpose()?,
        description: described(line)?,
        tags: tags(line)?,
        prefixes: Some(prefixes).filter(|prefixes| !prefixes.is_empty()),
        space: line.named("space").map(Reference),
        parent: line.named("in").map(|parent| names.reference(&parent)),
        policy: policy(twin, line)?,
    }))
}

/// `space NAME [kind=fabric|provider|customer]`
fn space(line: &mut Line) -> Result<Ask> {
    let name = line.need("a name")?;
    let space = Space {
        id: space_id(&name),
        name: text(&name)?,
        kind: match line.named("kind").as_deref() {
            None | Some("fabric") => SpaceKind::Fabric,
            Some("provider") => SpaceKind::Provider,
            Some("customer") => SpaceKind::Customer,
            Some(other) => bail!("no kind of space `{other}`"),
        },
        description: described(line)?.unwrap_or_default(),
    };
    Ok(Ask::Other(Command::CreateSpace(CreateSpace { space })))
}

/// `resource NAME [kind=…] [tenant=…] [provider=…]`
fn resource(names: &mut Names, line: &mut Line) -> Result<Ask> {
    let name = line.need("a name")?;
    let mut resource = names.resource(&name)?;
    if let Some(kind) = line.named("kind") {
        resource.kind = text(&kind)?;
    }
    resource.tenant = line.named("tenant").map(|tenant| text(&tenant)).transpose()?;
    resource.provider = line
        .named("provider")
        .map(|provider| text(&provider))
        .transpose()?;
    names.resources.insert(name, resource.clone());
    Ok(Ask::Other(Command::PutResource(PutResource { resource })))
}
