use super::check;
use crate::record::record;
use crate::rejection::{Named, Rejection};
use crate::span::summarise;
use crate::{
    Change, Claim, ClaimId, ClaimKind, Description, Name, Policy, ResourceId, State, Tags, limits, rules,
};

record! {
    /// Makes one claim of several that lie beside one another. What they have in common is kept; where they differ, the
    /// caller chooses (SEMANTICS 11). What lay in any of them lies in the one.
    pub struct Merge {
        /// The claim that remains, with its identity and, if it has one, its name.
        pub into: ClaimId,
        /// Those that become part of it: at most [`limits::MERGED_CLAIMS`].
        pub from: Vec<ClaimId>,
    } parts in merge_parts {
        /// The description, where they differ.
        pub description as Description: Option<Description>,
        /// The labels, where they differ.
        pub tags as Tags: Option<Tags>,
        /// The policy, where they differ.
        pub policy as Policy: Option<Policy>,
        /// The holder, where they differ.
        pub holder as Holder: Option<ResourceId>,
        /// The name, where the claims other than pools differ.
        pub name as Name: Option<Name>,
    }
}

impl Merge {
    /// A merge that keeps what the claims have in common.
    #[must_use]
    pub const fn of(into: ClaimId, from: Vec<ClaimId>) -> Self {
        Self {
            into,
            from,
            description: None,
            tags: None,
            policy: None,
            holder: None,
            name: None,
        }
    }

    /// Rejections, in precedence order: `invalid`, `limit-exceeded`, `not-found`, then as [`super::Edit`], and
    /// `attributes-differ`.
    pub(super) fn decide(&self, state: &State) -> Result<Vec<Change>, Rejection> {
        if self.from.is_empty() {
            return Err(Rejection::invalid("from", "name at least one claim to merge"));
        }
        if self.from.len() > limits::MERGED_CLAIMS {
            return Err(Rejection::limit("claims to merge", limits::MERGED_CLAIMS));
        }
        let into = state
            .claim(self.into)
            .ok_or_else(|| Rejection::not_found("claim", self.into))?;
        // Those that are gone were merged before, as those that are released twice were: it is as wished.
        if self.from.iter().all(|id| state.claim(*id).is_none()) {
            return Ok(Vec::new());
        }
        let from = self.others(state, into)?;
        // Rules of shape and policy come before a choice that the caller has to make.
        let (mut merged, differ) = match self.attributes(state, into, &from) {
            Ok(merged) => (merged, None),
            Err(differ @ Rejection::AttributesDiffer { .. }) => (into.clone(), Some(differ)),
            Err(refused) => return Err(refused),
        };
        let all = from.iter().flat_map(|c| &c.prefixes).chain(&into.prefixes);
        // A prefix never straddles two of the parent's.
        merged.prefixes = match into.parent.and_then(|id| state.claim(id)) {
            Some(parent) => {
                let each = parent.prefixes.iter();
                each.flat_map(|own| summarise(all.clone().filter(|p| own.contains(p))))
                    .collect()
            }
            None => summarise(all),
        };
        // First what lies in the others moves over and they go; then the one claim grows over it all.
        let mut changes = Vec::new();
        for claim in &from {
            changes.extend(state.children(claim.id).map(|child| {
                Change::ClaimPut(Claim {
                    parent: Some(into.id),
                    ..child.clone()
                })
            }));
            changes.push(Change::ClaimRemoved(claim.id));
        }
        let mut after = state.clone();
        for change in &changes {
            after.apply(change).map_err(|e| Rejection::invalid("from", e))?;
        }
        let mut checked = check::check_since(state, &after, &mut merged);
        // Which quotas hold is known only once the policy is.
        if differ.is_none() {
            checked = checked.and_then(|()| rules::quotas_of_merged(state, &after, &merged));
        }
        let refused = differ.into_iter().chain(checked.err());
        if let Some(first) = refused.min_by_key(Rejection::precedence) {
            return Err(first);
        }
        changes.push(Change::ClaimPut(merged));
        Ok(changes)
    }

    /// The claims to be merged, each once, known to lie beside `into` and to be of its kind.
    fn others<'a>(&self, state: &'a State, into: &Claim) -> Result<Vec<&'a Claim>, Rejection> {
        if matches!(into.kind, ClaimKind::Address { .. } | ClaimKind::Cooling { .. }) {
            let reason = format!("claims of kind {} cannot be merged", into.kind.word());
            return Err(Rejection::invalid("into", reason));
        }
        let mut found: Vec<&Claim> = Vec::with_capacity(self.from.len());
        for id in &self.from {
            let claim = state
                .claim(*id)
                .ok_or_else(|| Rejection::not_found("claim", id))?;
            let family = |c: &Claim| c.prefixes.first().map(crate::Cidr::family);
            let wrong = if *id == into.id || found.iter().any(|c| c.id == *id) {
                Some("is named twice")
            } else if claim.kind.word() != into.kind.word() {
                Some("is of another kind")
            } else if (claim.space, claim.parent) != (into.space, into.parent) {
                Some("does not lie beside the claim that it is merged into")
            } else if family(claim) != family(into) {
                Some("is of another family")
            } else {
                None
            };
            if let Some(wrong) = wrong {
                return Err(Rejection::invalid(
                    "from",
                    format!("{} {wrong}", Named::new(state, claim)),
                ));
            }
            found.push(claim);
        }
        found.sort_by_key(|c| (c.prefixes.first().copied(), c.id));
        Ok(found)
    }

    /// The remaining claim with the attributes that all share, or that were chosen.
    fn attributes(&self, state: &State, into: &Claim, from: &[&Claim]) -> Result<Claim, Rejection> {
        let differ = |field: &str, same: &dyn Fn(&Claim) -> bool| {
            let others: Vec<Named> = from
                .iter()
                .filter(|c| !same(c))
                .take(limits::BLOCKERS_NAMED)
                .map(|c| Named::new(state, c))
                .collect();
            if others.is_empty() {
                Ok(())
            } else {
                Err(Rejection::AttributesDiffer {
                    field: field.to_owned(),
                    claims: others,
                })
            }
        };
        let mut merged = into.clone();
        merged.observed = into.observed || from.iter().any(|c| c.observed);
        // Pools have names of their own: that of the one that remains stays.
        match &self.name {
            Some(name) => merged.name = Some(name.clone()),
            None if into.kind.is_pool() => {}
            None => differ("name", &|c| c.name == into.name)?,
        }
        match &self.description {
            Some(description) => merged.description = description.clone(),
            None => differ("description", &|c| c.description == into.description)?,
        }
        match &self.tags {
            Some(tags) => merged.tags = tags.clone(),
            None => differ("tags", &|c| c.tags == into.tags)?,
        }
        match (&mut merged.kind, &self.policy, self.holder) {
            (ClaimKind::Pool(policy), Some(chosen), _) => policy.as_mut().clone_from(chosen),
            (ClaimKind::Pool(_), None, _) => differ("policy", &|c| c.kind == into.kind)?,
            (ClaimKind::Network { holder }, _, Some(chosen)) => *holder = Some(chosen),
            (ClaimKind::Network { .. }, _, None) => differ("holder", &|c| c.kind == into.kind)?,
            (_, Some(_), _) => return Err(Rejection::invalid("policy", "only a pool has a policy")),
            (_, _, Some(_)) => return Err(Rejection::invalid("holder", "only a network has a holder")),
            (ClaimKind::Reservation { .. }, ..) => differ("expiresAt", &|c| c.kind == into.kind)?,
            (ClaimKind::Range { .. }, ..) => differ("inUse", &|c| c.kind == into.kind)?,
            _ => {}
        }
        Ok(merged)
    }
}
