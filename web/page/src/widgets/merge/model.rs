//! Which claims can be merged, and what has to be chosen where they differ.

use plat_api::MergeRequest;
use plat_domain::query::Row;
use plat_domain::{ClaimId, Description, Name, Policy, ResourceId, Tags};

use crate::tags;

/// Something in which the claims differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Name,
    Description,
    Tags,
    Holder,
    Policy,
}

impl Field {
    pub(crate) const ALL: [Self; 5] = [
        Self::Name,
        Self::Description,
        Self::Tags,
        Self::Holder,
        Self::Policy,
    ];

    /// Above the choice.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Description => "Description",
            Self::Tags => "Tags",
            Self::Holder => "Held by",
            Self::Policy => "Rules",
        }
    }

    /// Distinguishes the choices in the document.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Description => "description",
            Self::Tags => "tags",
            Self::Holder => "holder",
            Self::Policy => "policy",
        }
    }
}

/// A claim with its rules, where it is a pool and they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) row: Row,
    pub(crate) policy: Option<Policy>,
}

/// A field to choose, with the claim to take it from and what that one has, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) field: Field,
    pub(crate) options: Vec<(ClaimId, String)>,
}

/// Claims that lie beside it and are of its kind and family: what it may be merged with, the nearest first.
pub(crate) fn beside(row: &Row, level: Vec<Row>) -> Vec<Row> {
    let (Some(first), Some(last)) = (row.prefixes.first(), row.prefixes.last()) else {
        return Vec::new();
    };
    let fits = |other: &Row| other.id != row.id && other.kind == row.kind && other.family == row.family;
    let mut list: Vec<Row> = level.into_iter().filter(fits).collect();
    let distance = |other: &Row| {
        let (from, to) = (other.prefixes.first(), other.prefixes.last());
        let below = to.map_or(u128::MAX, |to| first.first().saturating_sub(to.last()));
        let above = from.map_or(u128::MAX, |from| from.first().saturating_sub(last.last()));
        below.max(above)
    };
    list.sort_by_key(distance);
    list
}

/// What one claim has for a field, in words; the same words mean the same.
fn value(claim: &Candidate, field: Field) -> Option<String> {
    let or_none = |text: String| {
        if text.trim().is_empty() {
            "(none)".to_owned()
        } else {
            text
        }
    };
    let row = &claim.row;
    Some(match field {
        Field::Name => or_none(row.name.clone()),
        Field::Description => or_none(row.description.clone()),
        Field::Tags => or_none(tags::as_text(&row.tags).replace('\n', ", ")),
        Field::Holder => row.holder.as_ref().map(|h| h.name.to_string())?,
        Field::Policy => format!("as {}", row.name),
    })
}

fn same(a: &Candidate, b: &Candidate, field: Field) -> bool {
    match field {
        Field::Name => a.row.name == b.row.name,
        Field::Description => a.row.description == b.row.description,
        Field::Tags => a.row.tags == b.row.tags,
        Field::Holder => a.row.holder.as_ref().map(|h| h.id) == b.row.holder.as_ref().map(|h| h.id),
        Field::Policy => a.policy == b.policy,
    }
}

/// Whether a choice can be asked of the engine: names that are empty, and no holder, cannot.
fn can_be_asked(claim: &Candidate, field: Field) -> bool {
    match field {
        Field::Name => !claim.row.name.is_empty(),
        Field::Holder => claim.row.holder.is_some(),
        Field::Policy => claim.policy.is_some(),
        Field::Description | Field::Tags => true,
    }
}

/// What has to be chosen: only where they differ, each value once, that of the one that remains first.
pub(crate) fn choices(into: &Candidate, from: &[Candidate]) -> Vec<Choice> {
    let pool = into.row.kind == "pool";
    let network = into.row.kind == "network";
    let matters = |field: Field| match field {
        Field::Name => !pool,
        Field::Policy => pool,
        Field::Holder => network,
        Field::Description | Field::Tags => true,
    };
    let mut list = Vec::new();
    for field in Field::ALL.into_iter().filter(|f| matters(*f)) {
        if from.iter().all(|other| same(into, other, field)) {
            continue;
        }
        let mut kept: Vec<&Candidate> = Vec::new();
        for claim in std::iter::once(into)
            .chain(from)
            .filter(|c| can_be_asked(c, field))
        {
            if !kept.iter().any(|other| same(other, claim, field)) {
                kept.push(claim);
            }
        }
        let options = kept
            .into_iter()
            .filter_map(|c| Some((c.row.id, value(c, field)?)));
        list.push(Choice {
            field,
            options: options.collect(),
        });
    }
    list
}

/// The request; `chosen` says from which claim a field is taken.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn request(
    into: &Candidate,
    from: &[Candidate],
    chosen: impl Fn(Field) -> Option<ClaimId>,
) -> Result<MergeRequest, String> {
    let mut request = MergeRequest {
        claim: into.row.id.into(),
        from: from.iter().map(|c| c.row.id.into()).collect(),
        name: None,
        description: None,
        tags: None,
        policy: None,
        holder: None,
    };
    for choice in choices(into, from) {
        let Some((first, _)) = choice.options.first() else {
            continue;
        };
        let wanted = chosen(choice.field)
            .filter(|id| choice.options.iter().any(|(option, _)| option == id))
            .unwrap_or(*first);
        let Some(claim) = std::iter::once(into).chain(from).find(|c| c.row.id == wanted) else {
            continue;
        };
        match choice.field {
            Field::Name => request.name = Some(Name::new(&claim.row.name).map_err(|e| format!("Name: {e}"))?),
            Field::Description => {
                let text = Description::new(&claim.row.description);
                request.description = Some(text.map_err(|e| format!("Description: {e}"))?);
            }
            Field::Tags => request.tags = Some(Tags::clone(&claim.row.tags)),
            Field::Holder => request.holder = claim.row.holder.as_ref().map(|h| -> ResourceId { h.id }),
            Field::Policy => request.policy.clone_from(&claim.policy),
        }
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plat_domain::query::row;
    use plat_domain::{Claim, ClaimKind, Fingerprint, SpaceId, State};

    fn claim(kind: ClaimKind, prefix: &str, name: &str) -> Candidate {
        let (id, space) = (ClaimId::derived(&[prefix]), SpaceId::derived(&["s"]));
        let policy = kind.policy().cloned();
        let claim = Claim::new(
            id,
            space,
            kind,
            vec![prefix.parse().unwrap()],
            Fingerprint::of(b""),
        );
        Candidate {
            row: Row {
                name: name.into(),
                ..row(&State::new(), &claim)
            },
            policy,
        }
    }

    fn pool(prefix: &str, name: &str) -> Candidate {
        claim(ClaimKind::pool(Policy::default()), prefix, name)
    }

    #[test]
    fn neighbours_of_the_kind_come_first() {
        let row = pool("10.1.0.0/16", "b").row;
        let level = [
            pool("10.0.0.0/16", "a"),
            pool("10.9.0.0/16", "far"),
            claim(ClaimKind::Static, "10.3.0.0/16", "static"),
            pool("10.2.0.0/16", "c"),
            pool("2001:db8::/32", "six"),
            pool("10.1.0.0/16", "b"),
        ];
        let names = beside(&row, level.into_iter().map(|c| c.row).collect());
        let names: Vec<&str> = names.iter().map(|r| r.name.as_str()).collect();
        assert_eq!(names, ["a", "c", "far"]);
    }

    #[test]
    fn only_what_differs_has_to_be_chosen() {
        let (into, mut other) = (pool("10.0.0.0/16", "a"), pool("10.1.0.0/16", "b"));
        assert_eq!(choices(&into, std::slice::from_ref(&other)), []);
        other.row.description = "south".into();
        other.policy.as_mut().unwrap().default_len = Some(24);
        let others = [other.clone()];
        let fields: Vec<Field> = choices(&into, &others).iter().map(|c| c.field).collect();
        assert_eq!(fields, [Field::Description, Field::Policy]);
        let usual = request(&into, &others, |_| None).unwrap();
        assert_eq!(usual.description.unwrap().as_str(), "");
        assert_eq!(usual.policy, into.policy);
        let chosen = request(&into, &others, |_| Some(other.row.id)).unwrap();
        assert_eq!(chosen.description.unwrap().as_str(), "south");
        assert_eq!(chosen.policy, other.policy);
    }

    #[test]
    fn networks_choose_a_name_and_never_an_empty_one() {
        let network = |prefix, name| claim(ClaimKind::Network { holder: None }, prefix, name);
        let (into, other) = (network("10.0.0.0/24", ""), network("10.0.1.0/24", "web"));
        let others = [other];
        let list = choices(&into, &others);
        assert_eq!(list[0].options.len(), 1);
        assert_eq!(
            request(&into, &others, |_| None).unwrap().name.unwrap().as_str(),
            "web"
        );
    }
}
