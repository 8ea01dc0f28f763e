//! Refused commands: the rule, what blocks, and the nearest alternatives.

use core::fmt;

use plat_allocator::Count;
use serde::{Deserialize, Serialize};

use crate::{Cidr, Claim, ClaimId, Description, Family, Name, Span, State, Timestamp, limits, span};

/// A claim as a refusal or a listing names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Named {
    /// Identity.
    pub id: ClaimId,
    /// `pool`, `network`, ….
    pub kind: String,
    /// Its name, or its first prefix.
    pub label: String,
    /// Its prefixes.
    pub prefixes: Vec<Cidr>,
    /// The holder's name, for a network.
    pub holder: Option<Name>,
    /// When its space becomes available by itself, for a reservation or what is resting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available_at: Option<Timestamp>,
}

impl Named {
    /// Describes a claim of `state`; none where there is no such claim.
    #[must_use]
    pub fn of(state: &State, id: ClaimId) -> Option<Self> {
        state.claim(id).map(|claim| Self::new(state, claim))
    }

    /// Describes a claim, which need not be in `state`.
    #[must_use]
    pub(crate) fn new(state: &State, claim: &Claim) -> Self {
        let holder = claim.kind.holder().and_then(|h| state.resource(h));
        Self {
            id: claim.id,
            kind: claim.kind.word().to_owned(),
            label: claim.label(),
            prefixes: claim.prefixes.clone(),
            holder: holder.map(|r| r.name.clone()),
            available_at: claim.kind.ends_at(),
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.label)?;
        let run = (self.kind == "range")
            .then(|| span::contiguous(&self.prefixes))
            .flatten();
        let place = run
            .map(|run| run.to_string())
            .or_else(|| Some(self.prefixes.first()?.to_string()));
        if let Some(place) = place.filter(|place| *place != self.label) {
            write!(f, " ({place})")?;
        }
        if let Some(holder) = &self.holder {
            write!(f, " held by {holder}")?;
        }
        if let Some(at) = &self.available_at {
            write!(f, " until {at}")?;
        }
        Ok(())
    }
}

/// What could be asked for instead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alternatives {
    /// The largest free block of the pool.
    pub largest_free: Option<Cidr>,
    /// Free blocks of the wanted size in the same pool, nearest to what was asked first.
    pub free: Vec<Cidr>,
    /// Other pools of the space with room for the wanted size.
    pub pools: Vec<Named>,
    /// For a range: runs of free addresses as long as was wanted, nearest to what was asked first; the longest run there is
    /// where none is that long.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<Span>,
    /// When enough of what rests or is reserved there ends for it to fit; none where that would not help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available_at: Option<Timestamp>,
}

/// A tag that a pool asks for and an allocation lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MissingTag {
    /// Its key.
    pub key: Name,
    /// The values that would do; any, if empty.
    pub allowed: Vec<Description>,
    /// The value that will not do, if one was given.
    pub given: Option<String>,
}

/// Why a command was refused. Nothing was changed.
///
/// **Precedence.** When several apply, the first in the order of these variants wins: what is malformed before what is
/// missing, what is missing before what is forbidden by a rule, a rule of shape before a rule of policy, policy
/// before occupancy. Two of the same variant: the first prefix in listing order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "code")]
pub enum Rejection {
    /// The actor's role does not allow it.
    Forbidden {
        /// What the actor would need.
        needs: String,
    },
    /// A value is not usable as given.
    Invalid {
        /// Which field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// More than a workspace, a claim or a request may hold.
    LimitExceeded {
        /// Which limit.
        limit: String,
        /// The largest allowed, inclusive.
        max: u64,
    },
    /// No such space, claim or resource.
    NotFound {
        /// `space`, `pool`, `claim`, `resource`.
        what: String,
        /// The identity or name given.
        id: String,
    },
    /// The id is taken by something that another request made.
    IdInUse {
        /// The id.
        id: String,
    },
    /// The name is taken.
    NameInUse {
        /// The name.
        name: Name,
        /// What has it.
        by: String,
    },
    /// A claim of this kind cannot lie in that parent.
    WrongParent {
        /// The parent.
        parent: Named,
        /// The kind that cannot lie in it.
        kind: String,
    },
    /// The claim is nested too deep.
    TooDeep {
        /// Levels allowed, inclusive.
        max: u64,
    },
    /// Prefixes of different families, or of another family than the pool.
    WrongFamily {
        /// The prefix.
        prefix: Cidr,
        /// The family needed.
        needs: Family,
    },
    /// The prefix is not within the parent.
    OutsideParent {
        /// The prefix.
        prefix: Cidr,
        /// The parent.
        parent: Named,
    },
    /// The size is not allowed by the pool's policy.
    SizeNotAllowed {
        /// The length asked for, in bits.
        len: u8,
        /// The shortest length allowed, inclusive.
        shortest_len: Option<u8>,
        /// The longest length allowed, inclusive.
        longest_len: Option<u8>,
        /// The pool.
        pool: Named,
    },
    /// The pool asks for tags that the allocation (or its holder) does not have.
    TagsRequired {
        /// The pool.
        pool: Named,
        /// What is missing.
        missing: Vec<MissingTag>,
    },
    /// The tenant would have more of the pool than its quota.
    QuotaExceeded {
        /// The pool.
        pool: Named,
        /// Whose quota.
        tenant: Name,
        /// What is counted: `addresses`, or `/64s` for IPv6.
        unit: String,
        /// The quota.
        limit: Count,
        /// What the tenant has.
        used: Count,
        /// What it would have.
        wanted: Count,
    },
    /// Claims to be merged differ in something that the caller did not choose.
    AttributesDiffer {
        /// Which field: `name`, `description`, `tags`, `policy`, `holder`.
        field: String,
        /// The claims that differ from the one merged into, in listing order, at most [`limits::BLOCKERS_NAMED`].
        claims: Vec<Named>,
    },
    /// Addresses are already claimed in this space.
    Overlap {
        /// The prefix that cannot be had.
        prefix: Cidr,
        /// What claims its addresses, in listing order, at most [`limits::BLOCKERS_NAMED`].
        blockers: Vec<Named>,
        /// How many block in all.
        blockers_total: u64,
        /// What could be had.
        alternatives: Alternatives,
    },
    /// No free block of the pool is large enough.
    PoolExhausted {
        /// The pool.
        pool: Named,
        /// The length asked for, in bits.
        len: u8,
        /// Addresses still available, in smaller blocks.
        available: Count,
        /// What could be had.
        alternatives: Alternatives,
    },
    /// Claims would be left outside what they were declared to lie in.
    WouldOrphan {
        /// The claims, in listing order, at most [`limits::BLOCKERS_NAMED`].
        orphans: Vec<Named>,
        /// How many in all.
        orphans_total: u64,
    },
    /// It still has something in it.
    NotEmpty {
        /// What is to be removed.
        id: String,
        /// What is in it, in listing order, at most [`limits::BLOCKERS_NAMED`].
        blockers: Vec<Named>,
        /// How much in all.
        blockers_total: u64,
    },
    /// Customer spaces lie in the space.
    SpaceInUse {
        /// The space.
        space: Name,
        /// The spaces in it, by name, at most [`limits::BLOCKERS_NAMED`].
        by: Vec<Name>,
    },
    /// A network is held by a resource other than the one named.
    HeldByAnother {
        /// The claim.
        claim: Named,
    },
}

impl Rejection {
    /// Every code, in order of precedence: stable, in kebab case, as in the API's problem `type`.
    pub const CODES: [&'static str; 20] = [
        "forbidden",
        "invalid",
        "limit-exceeded",
        "not-found",
        "id-in-use",
        "name-in-use",
        "wrong-parent",
        "too-deep",
        "wrong-family",
        "outside-parent",
        "size-not-allowed",
        "tags-required",
        "quota-exceeded",
        "attributes-differ",
        "overlap",
        "pool-exhausted",
        "would-orphan",
        "not-empty",
        "space-in-use",
        "held-by-another",
    ];

    /// Its place in the order of precedence, from 0.
    #[must_use]
    pub const fn precedence(&self) -> usize {
        match self {
            Self::Forbidden { .. } => 0,
            Self::Invalid { .. } => 1,
            Self::LimitExceeded { .. } => 2,
            Self::NotFound { .. } => 3,
            Self::IdInUse { .. } => 4,
            Self::NameInUse { .. } => 5,
            Self::WrongParent { .. } => 6,
            Self::TooDeep { .. } => 7,
            Self::WrongFamily { .. } => 8,
            Self::OutsideParent { .. } => 9,
            Self::SizeNotAllowed { .. } => 10,
            Self::TagsRequired { .. } => 11,
            Self::QuotaExceeded { .. } => 12,
            Self::AttributesDiffer { .. } => 13,
            Self::Overlap { .. } => 14,
            Self::PoolExhausted { .. } => 15,
            Self::WouldOrphan { .. } => 16,
            Self::NotEmpty { .. } => 17,
            Self::SpaceInUse { .. } => 18,
            Self::HeldByAnother { .. } => 19,
        }
    }

    /// Its code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        Self::CODES[self.precedence()]
    }

    /// What is wrong with a field's value.
    #[must_use]
    pub fn invalid(field: &str, reason: impl fmt::Display) -> Self {
        Self::Invalid {
            field: field.to_owned(),
            reason: reason.to_string(),
        }
    }

    pub(crate) fn not_found(what: &str, id: impl fmt::Display) -> Self {
        Self::NotFound {
            what: what.to_owned(),
            id: id.to_string(),
        }
    }

    pub(crate) fn limit(limit: &str, max: usize) -> Self {
        Self::LimitExceeded {
            limit: limit.to_owned(),
            max: max as u64,
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, items: &[Named], total: u64) -> fmt::Result {
    for (i, item) in items.iter().take(3).enumerate() {
        write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
    }
    if total > 3 {
        write!(f, " and {} more", total - 3)
    } else {
        Ok(())
    }
}

impl fmt::Display for Alternatives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(free) = self.free.first() {
            write!(f, "; nearest free: {free}")?;
        } else if let Some(run) = self.runs.first() {
            write!(f, "; nearest free: {run}")?;
        } else if let Some(largest) = self.largest_free {
            write!(f, "; largest free block: {largest}")?;
        }
        if let Some(pool) = self.pools.first() {
            write!(f, "; {pool} has room")?;
        }
        if let Some(at) = self.available_at {
            write!(f, "; room from {at}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden { needs } => write!(f, "not allowed: needs {needs}"),
            Self::Invalid { field, reason } => write!(f, "{field}: {reason}"),
            Self::LimitExceeded { limit, max } => write!(f, "too many {limit}: at most {max}"),
            Self::NotFound { what, id } => write!(f, "no {what} `{id}`"),
            Self::IdInUse { id } => write!(f, "the id {id} was used by another request: choose a new one"),
            Self::NameInUse { name, by } => write!(f, "the name `{name}` is taken by {by}: choose another"),
            Self::WrongParent { parent, kind } => write!(f, "a {kind} cannot lie in {parent}"),
            Self::TooDeep { max } => write!(f, "nested deeper than {max} levels"),
            Self::WrongFamily { prefix, needs } => write!(f, "{prefix} is not {needs}"),
            Self::OutsideParent { prefix, parent } => write!(f, "{prefix} is not within {parent}"),
            Self::SizeNotAllowed {
                len,
                shortest_len,
                longest_len,
                pool,
            } => {
                write!(f, "/{len} is not allowed in {pool}")?;
                if let Some(s) = shortest_len {
                    write!(f, "; largest block /{s}")?;
                }
                if let Some(l) = longest_len {
                    write!(f, "; smallest block /{l}")?;
                }
                Ok(())
            }
            Self::TagsRequired { pool, missing } => {
                write!(f, "{pool} asks for ")?;
                for (i, tag) in missing.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}the tag `{}`", tag.key)?;
                    for (i, value) in tag.allowed.iter().take(5).enumerate() {
                        write!(f, "{}{}", if i == 0 { " = " } else { " or " }, value.as_str())?;
                    }
                    if let Some(given) = &tag.given {
                        write!(f, " (not {given})")?;
                    }
                }
                Ok(())
            }
            Self::QuotaExceeded {
                pool,
                tenant,
                unit,
                limit,
                used,
                wanted,
            } => {
                write!(f, "{tenant} may have {limit} {unit} of {pool}: it has {used}")?;
                if used == wanted {
                    Ok(())
                } else {
                    write!(f, " and would have {wanted}")
                }
            }
            Self::AttributesDiffer { field, claims } => {
                write!(f, "the {field} differs: choose one, for ")?;
                list(f, claims, claims.len() as u64)
            }
            Self::Overlap {
                prefix,
                blockers,
                blockers_total,
                alternatives,
            } => {
                write!(f, "{prefix} overlaps ")?;
                list(f, blockers, *blockers_total)?;
                alternatives.fmt(f)
            }
            Self::PoolExhausted {
                pool,
                len,
                available,
                alternatives,
            } => {
                write!(f, "no free /{len} in {pool}: {available} addresses available")?;
                alternatives.fmt(f)
            }
            Self::WouldOrphan {
                orphans,
                orphans_total,
            } => {
                f.write_str("would leave outside: ")?;
                list(f, orphans, *orphans_total)
            }
            Self::NotEmpty {
                id,
                blockers,
                blockers_total,
            } => {
                write!(f, "{id} is not empty: release ")?;
                list(f, blockers, *blockers_total)?;
                f.write_str(" first")
            }
            Self::SpaceInUse { space, by } => {
                write!(f, "{space} is the provider space of ")?;
                for (i, name) in by.iter().take(3).enumerate() {
                    write!(f, "{}{name}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str(": remove or move them first")
            }
            Self::HeldByAnother { claim } => write!(f, "{claim} belongs to another holder"),
        }
    }
}
impl std::error::Error for Rejection {}

/// Names the first few of `ids` in order, with the total.
pub(crate) fn name_some(state: &State, ids: &[ClaimId]) -> (Vec<Named>, u64) {
    let named = ids
        .iter()
        .take(limits::BLOCKERS_NAMED)
        .filter_map(|&id| Named::of(state, id))
        .collect();
    (named, ids.len() as u64)
}
