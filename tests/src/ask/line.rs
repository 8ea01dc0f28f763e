//! What each verb of a script takes. The table in `scenarios/README.md` is this, in short.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use plat_api::{
    AllocationKind, AllocationRequest, AssociateRequest, EditRequest, EditSpaceRequest, MergeRequest,
    PartRequest, PoolRequest, Reference, ResourceRequest, SpaceRequest, SplitRequest,
};
use plat_domain::command::{Adopt, ExpireDue, Release};
use plat_domain::{
    Cidr, ClaimId, ClaimKind, Command, Count, Description, Isolation, Name, Place, Policy, Profile, Quotas,
    SpaceKind, Span, Strategy, Tags, Thresholds, Timestamp,
};
use plat_service::DEFAULT_SPACE;
use serde::de::DeserializeOwned;

use super::{Ask, Names, claim_id, resource_id, space_id, text};
use crate::line::Line;
use crate::twin::Twin;

pub(super) fn read(names: &mut Names, twin: Twin, line: &mut Line) -> Result<Ask> {
    match line.verb.as_str() {
        "pool" => pool(names, twin, line),
        "allocate" => Ok(Ask::Allocate(allocate(names, twin, line)?)),
        "adopt" => adopt(names, twin, line),
        "edit" => edit(names, twin, line),
        "release" => {
            let (name, at_once) = (line.need("a name")?, flag(line, "at-once")?.unwrap_or(false));
            Ok(match line.named("for") {
                Some(holder) => Ask::Other(Command::Release(Release {
                    holder: Some(resource_id(&holder)),
                    at_once,
                    ..Release::of(claim_id(&name))
                })),
                None => Ask::Release { name, at_once },
            })
        }
        "split" => split(names, twin, line),
        "merge" => merge(names, twin, line),
        "associate" => associate(names, line),
        "space" => space(line),
        "edit-space" => edit_space(line),
        "resource" => resource(names, line),
        "accept" => Ok(Ask::Accept {
            left: claim_id(&line.need("a name")?),
            right: claim_id(&line.need("two names")?),
            reason: Description::new(&line.named("reason").unwrap_or_default())?,
            expires_at: time(line)?,
        }),
        "reopen" => Ok(Ask::Reopen {
            left: claim_id(&line.need("a name")?),
            right: claim_id(&line.need("two names")?),
        }),
        "expire" => Ok(Ask::Other(Command::ExpireDue(ExpireDue {}))),
        "remove" => match (line.need("`space` or `resource`")?.as_str(), line.need("a name")?) {
            ("space", name) => Ok(Ask::RemoveSpace(space_id(&name))),
            ("resource", name) => Ok(Ask::RemoveResource(resource_id(&name))),
            (other, _) => bail!("cannot remove a {other}"),
        },
        other => bail!("no command `{other}`"),
    }
}

/// A value that is a word in JSON.
fn word<T: DeserializeOwned>(what: &str, word: &str) -> Result<T> {
    let value = serde_json::Value::String(word.to_owned());
    serde_json::from_value(value).with_context(|| format!("no {what} `{word}`"))
}

fn flag(line: &mut Line, key: &str) -> Result<Option<bool>> {
    line.named(key)
        .map(|value| {
            value
                .parse()
                .with_context(|| format!("{key}=true or {key}=false"))
        })
        .transpose()
}

fn time(line: &mut Line) -> Result<Option<Timestamp>> {
    Ok(line
        .named("until")
        .map(|at| at.parse::<Timestamp>())
        .transpose()?)
}

/// A length `/24`, prefixes, a number of addresses, or from one address to another.
enum Size {
    Prefixes(Vec<Cidr>),
    Span(Span),
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
        if word.contains('-') {
            return Ok(Size::Span(word.parse()?));
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
            Self::Span(span) => (span.prefixes(), None, None),
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

fn listed(twin: Twin, text: Option<String>) -> Result<Vec<Cidr>> {
    let cidrs = text.iter().flat_map(|text| text.split(','));
    cidrs.map(|cidr| Ok(twin.read_cidr(cidr)?)).collect()
}

fn within(twin: Twin, line: &mut Line) -> Result<Option<Span>> {
    line.named("within")
        .map(|text| match text.contains('-') {
            true => Ok(text.parse::<Span>()?),
            false => Ok(Span::from(&twin.read_cidr(&text)?)),
        })
        .transpose()
}

/// `team:red|blue,env`: tags with the values allowed, any if none is named.
fn required_tags(text: &str) -> Result<BTreeMap<Name, BTreeSet<Description>>> {
    let tag = |tag: &str| {
        let (key, values) = tag.split_once(':').unwrap_or((tag, ""));
        let values = values
            .split('|')
            .filter(|v| !v.is_empty())
            .map(|v| Ok(Description::new(v)?));
        Ok((super::text(key)?, values.collect::<Result<_>>()?))
    };
    text.split(',').filter(|tag| !tag.is_empty()).map(tag).collect()
}

fn quotas(line: &mut Line) -> Result<Option<Quotas>> {
    let (default, tenants) = (line.named("quota"), line.named("quotas"));
    if default.is_none() && tenants.is_none() {
        return Ok(None);
    }
    let tenant = |text: &str| {
        let (tenant, limit) = text.split_once(':').context("a quota is tenant:limit")?;
        Ok((super::text(tenant)?, limit.parse::<Count>()?))
    };
    Ok(Some(Quotas {
        default: default.map(|limit| limit.parse::<Count>()).transpose()?,
        tenants: tenants
            .iter()
            .flat_map(|t| t.split(','))
            .map(tenant)
            .collect::<Result<_>>()?,
    }))
}

fn thresholds(line: &mut Line) -> Result<Option<Thresholds>> {
    let read = |text: String| {
        let (under, over) = text
            .split_once(':')
            .context("thresholds are under:over, in percent")?;
        Ok(Thresholds {
            under_basis_points: under.parse::<u16>()? * 100,
            over_basis_points: over.parse::<u16>()? * 100,
        })
    };
    line.named("thresholds").map(read).transpose()
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
        required_tags: line
            .named("tags-required")
            .map(|t| required_tags(&t))
            .transpose()?,
        quotas: quotas(line)?,
        cool_down_seconds: line.named("cool-down").map(|s| s.parse()).transpose()?,
        thresholds: thresholds(line)?,
        profile: line
            .named("profile")
            .map(|p| word::<Profile>("profile", &p))
            .transpose()?,
    };
    let cleared = flag(line, "no-policy")?.unwrap_or(false);
    Ok(Some(policy).filter(|policy| cleared || *policy != Policy::default()))
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
    let given = given.split(',').filter(|tag| !tag.is_empty());
    let pairs: BTreeMap<Name, Description> = given.map(pair).collect::<Result<_>>()?;
    Ok(Some(Tags::new(pairs)?))
}

fn pieces(line: &mut Line) -> Result<Option<u16>> {
    Ok(line.named("pieces").map(|n| n.parse()).transpose()?)
}

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
        space: space.map(Reference),
        parent: parent.map(|parent| names.reference(&parent)),
        prefix_length,
        addresses,
        prefixes,
        max_prefixes: pieces(line)?,
        excluded: listed(twin, line.named("without"))?,
        within: within(twin, line)?,
        absorb: line.named("absorb").is_some(),
        policy: policy(twin, line)?.unwrap_or_default(),
        tags: tags(line)?.unwrap_or_default(),
        description: described(line)?.unwrap_or_default(),
        ..PoolRequest::named(text(&name)?)
    }))
}

pub(crate) fn allocate(names: &mut Names, twin: Twin, line: &mut Line) -> Result<AllocationRequest> {
    let pool = line.need("a pool")?;
    let size = size(twin, line)?;
    let range = if let Size::Span(span) = size {
        Some(span)
    } else {
        None
    };
    let (prefixes, prefix_length, addresses) = if range.is_some() {
        (Vec::new(), None, None)
    } else {
        size.parts()
    };
    let name = line.named("as").context("an allocation needs a name: `as web`")?;
    let or_pools = line.named("or");
    let kind = line
        .named("kind")
        .map(|kind| word::<AllocationKind>("kind", &kind));
    let kind = kind.transpose()?.unwrap_or_default();
    // One address, or a number of them, is as many in either family.
    let hosts = matches!(kind, AllocationKind::Range | AllocationKind::Address);
    Ok(AllocationRequest {
        id: Some(names.claim(&name)),
        or_pools: or_pools
            .iter()
            .flat_map(|p| p.split(','))
            .map(|p| names.reference(p))
            .collect(),
        kind,
        prefix_length,
        addresses: addresses.map(|count| if hosts { twin.unread_count(count) } else { count }),
        cidr: prefixes.first().copied(),
        range,
        max_prefixes: pieces(line)?,
        excluded: listed(twin, line.named("without"))?,
        within: within(twin, line)?,
        in_use: flag(line, "used")?.unwrap_or(false),
        strategy: strategy(line)?,
        name: Some(text(&name)?),
        resource: line
            .named("for")
            .map(|resource| names.resource(&resource))
            .transpose()?,
        expires_at: time(line)?,
        tags: tags(line)?.unwrap_or_default(),
        description: described(line)?.unwrap_or_default(),
        ..AllocationRequest::from_pool(names.reference(&pool))
    })
}

fn adopt(names: &mut Names, twin: Twin, line: &mut Line) -> Result<Ask> {
    let name = line.need("a name")?;
    let (prefixes, _, _) = size(twin, line)?.parts();
    let (parent, space) = (line.named("in"), line.named("space"));
    let holder = line.named("for").map(|resource| resource_id(&resource));
    let in_use = flag(line, "used")?.unwrap_or(false);
    let kind = match line.named("kind").as_deref() {
        Some("pool") => {
            names.pool(&name, space.as_deref());
            ClaimKind::pool(policy(twin, line)?.unwrap_or_default())
        }
        None | Some("network") => ClaimKind::Network { holder },
        Some("subnet") => ClaimKind::Subnet,
        Some("static") => ClaimKind::Static,
        Some("external") => ClaimKind::External,
        Some("range") => ClaimKind::Range { in_use },
        Some("address") => ClaimKind::Address { in_use },
        Some(other) => bail!("cannot adopt a `{other}`"),
    };
    if !kind.is_pool() {
        names.claim(&name);
    }
    let place = match parent {
        Some(parent) => Place::In(claim_id(&parent)),
        None => Place::Innermost(space_id(space.as_deref().unwrap_or(DEFAULT_SPACE))),
    };
    Ok(Ask::Other(Command::Adopt(Adopt {
        name: Some(text(&name)?),
        tags: tags(line)?.unwrap_or_default(),
        description: described(line)?.unwrap_or_default(),
        absorb: line.named("absorb").is_some(),
        ..Adopt::new(claim_id(&name), place, kind, prefixes)
    })))
}

fn edit(names: &mut Names, twin: Twin, line: &mut Line) -> Result<Ask> {
    let claim = line.need("a name")?;
    let (prefixes, _, _) = size(twin, line)?.parts();
    Ok(Ask::Edit(EditRequest {
        name: line.named("name").map(|name| text(&name)).transpose()?,
        description: described(line)?,
        tags: tags(line)?,
        prefixes: Some(prefixes).filter(|prefixes| !prefixes.is_empty()),
        space: line.named("space").map(Reference),
        parent: line.named("in").map(|parent| names.reference(&parent)),
        policy: policy(twin, line)?,
        holder: line.named("for").map(|holder| resource_id(&holder)),
        in_use: flag(line, "used")?,
        expires_at: time(line)?,
        ignored: line
            .named("ignored")
            .map(|reason| Description::new(&reason))
            .transpose()?,
        at_once: flag(line, "at-once")?.unwrap_or(false),
        ..EditRequest::of(names.reference(&claim))
    }))
}

fn split(names: &mut Names, twin: Twin, line: &mut Line) -> Result<Ask> {
    let claim = line.need("a name")?;
    let is_pool = names.is_pool(&claim);
    let mut parts = Vec::new();
    while let Some(word) = line.next() {
        let (name, prefixes) = word.split_once(':').context("a part is name:prefix")?;
        let id = if is_pool {
            names.pool(name, None);
            claim_id(name)
        } else {
            names.claim(name)
        };
        parts.push(PartRequest {
            id: Some(id),
            name: Some(text(name)?),
            prefixes: listed(twin, Some(prefixes.to_owned()))?,
        });
    }
    Ok(Ask::Split(SplitRequest {
        claim: names.reference(&claim),
        parts,
    }))
}

fn merge(names: &mut Names, twin: Twin, line: &mut Line) -> Result<Ask> {
    let claim = line.need("a name")?;
    let mut from = Vec::new();
    while let Some(name) = line.next() {
        from.push(Reference::from(claim_id(&name)));
    }
    Ok(Ask::Merge(MergeRequest {
        claim: names.reference(&claim),
        from,
        name: line.named("name").map(|name| text(&name)).transpose()?,
        description: described(line)?,
        tags: tags(line)?,
        policy: policy(twin, line)?,
        holder: line.named("for").map(|holder| resource_id(&holder)),
    }))
}

/// Names of resources, or of networks that the script has named.
fn associate(names: &mut Names, line: &mut Line) -> Result<Ask> {
    let pool = line.need("a pool")?;
    let (mut resources, mut networks): (_, Vec<ClaimId>) = (Vec::new(), Vec::new());
    while let Some(name) = line.next() {
        if names.knows_claim(&name) {
            networks.push(claim_id(&name));
        } else {
            resources.push(resource_id(&name));
        }
    }
    Ok(Ask::Associate(AssociateRequest {
        pool: names.reference(&pool),
        resources,
        networks,
    }))
}

fn isolation(line: &mut Line) -> Result<Option<Isolation>> {
    line.named("isolation").map(|i| word("isolation", &i)).transpose()
}

fn space(line: &mut Line) -> Result<Ask> {
    let name = line.need("a name")?;
    let kind = line
        .named("kind")
        .map(|kind| word::<SpaceKind>("kind of space", &kind));
    Ok(Ask::Space(SpaceRequest {
        id: Some(space_id(&name)),
        name: text(&name)?,
        kind: kind.transpose()?.unwrap_or_default(),
        provider: line.named("provider").map(Reference),
        isolation: isolation(line)?,
        description: described(line)?.unwrap_or_default(),
    }))
}

fn edit_space(line: &mut Line) -> Result<Ask> {
    Ok(Ask::EditSpace(EditSpaceRequest {
        space: Reference(line.need("a space")?),
        name: line.named("name").map(|name| text(&name)).transpose()?,
        description: described(line)?,
        provider: line.named("provider").map(Reference),
        isolation: isolation(line)?,
    }))
}

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
    if let Some(tags) = tags(line)? {
        resource.tags = tags;
    }
    names.resources.insert(name, resource.clone());
    Ok(Ask::Resource(ResourceRequest {
        resource,
        allocations: Vec::new(),
    }))
}
