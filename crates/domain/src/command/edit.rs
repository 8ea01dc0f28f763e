use super::check;
use super::place::{self, Place};
use super::resting::{left_behind, rest};
use crate::record::record;
use crate::span::difference;
use crate::{
    Change, Cidr, Claim, ClaimId, ClaimKind, Context, Description, Name, Policy, Rejection, ResourceId,
    State, Tags, Timestamp,
};

record! {
    /// Changes a claim. What is left out stays. What is edited passes the same check as what is created.
    pub struct Edit {
        /// Which.
        pub id: ClaimId,
    } parts in edit_parts {
        /// New display name.
        pub name as Name: Option<Name>,
        /// New free text.
        pub description as Description: Option<Description>,
        /// New labels, in place of all the old.
        pub tags as Tags: Option<Tags>,
        /// New prefixes: grow, shrink or move. Claims in it must still lie in it.
        pub prefixes as Prefixes: Option<Vec<Cidr>>,
        /// New place, in this or another space. What lies in the claim moves with it.
        pub place as Place: Option<Place>,
        /// New policy, for a pool.
        pub policy as Policy: Option<Policy>,
        /// New holder, for a network.
        pub holder as Holder: Option<ResourceId>,
        /// Whether it is really in use, for a range or an address.
        pub in_use as InUse: Option<bool>,
        /// When it ends, for a reservation.
        pub expires_at as ExpiresAt: Option<Timestamp>,
        /// Why it is left out of compliance; empty to take it in again.
        pub ignored as Ignored: Option<Description>,
        /// True to hand out again at once what it gives up, whatever the pool's cool-down.
        pub at_once as AtOnce: bool,
    }
}

impl Edit {
    /// An edit that changes nothing yet.
    #[must_use]
    pub const fn of(id: ClaimId) -> Self {
        Self {
            id,
            name: None,
            description: None,
            tags: None,
            prefixes: None,
            place: None,
            policy: None,
            holder: None,
            in_use: None,
            expires_at: None,
            ignored: None,
            at_once: false,
        }
    }

    /// The kind as it is to be.
    fn kind(&self, kind: &ClaimKind, context: &Context) -> Result<ClaimKind, Rejection> {
        let mut kind = kind.clone();
        if let Some(new) = &self.policy {
            let ClaimKind::Pool(policy) = &mut kind else {
                return Err(Rejection::invalid("policy", "only a pool has a policy"));
            };
            policy.as_mut().clone_from(new);
        }
        if let Some(new) = self.holder {
            let ClaimKind::Network { holder } = &mut kind else {
                return Err(Rejection::invalid("holder", "only a network has a holder"));
            };
            *holder = Some(new);
        }
        if let Some(new) = self.in_use {
            let (ClaimKind::Range { in_use } | ClaimKind::Address { in_use }) = &mut kind else {
                return Err(Rejection::invalid(
                    "inUse",
                    "only a range or an address is in use or not",
                ));
            };
            *in_use = new;
        }
        if let Some(new) = self.expires_at {
            let ClaimKind::Reservation { expires_at } = &mut kind else {
                return Err(Rejection::invalid(
                    "expiresAt",
                    "only a reservation ends by itself",
                ));
            };
            if new <= context.now {
                return Err(Rejection::invalid(
                    "expiresAt",
                    format!("{new} is not after {}", context.now),
                ));
            }
            *expires_at = Some(new);
        }
        Ok(kind)
    }

    /// Rejections: as [`super::Allocate`], and `name-in-use`, `would-orphan`.
    pub(super) fn decide(&self, state: &State, context: &Context) -> Result<Vec<Change>, Rejection> {
        let before = state
            .claim(self.id)
            .ok_or_else(|| Rejection::not_found("claim", self.id))?;
        let mut claim = before.clone();
        claim.kind = self.kind(&before.kind, context)?;
        if let Some(name) = &self.name {
            claim.name = Some(name.clone());
        }
        if let Some(description) = &self.description {
            claim.description = description.clone();
        }
        if let Some(tags) = &self.tags {
            claim.tags = tags.clone();
        }
        if let Some(reason) = &self.ignored {
            claim.ignored = Some(reason.clone()).filter(|reason| !reason.as_str().is_empty());
        }
        if let Some(prefixes) = &self.prefixes {
            claim.prefixes.clone_from(prefixes);
        }
        if let Some(place) = &self.place {
            let spot = place::spot(state, place, &claim.kind, &claim.prefixes)?;
            claim.space = spot.space;
            claim.parent = spot.parent.map(|p| p.id);
            let own = |p: &Claim| p.id == claim.id || state.is_within(p, claim.id);
            if matches!(place, Place::Innermost(_)) && spot.parent.is_some_and(own) {
                // Where it lies already, the innermost that holds it is what holds it and is not of its own.
                let mut around = state.ancestors(before);
                let holds = |c: &&Claim| c.kind.may_hold(&claim.kind) && c.holds(&claim);
                claim.parent = around.find(holds).map(|c| c.id);
            }
        }
        if matches!(claim.kind, ClaimKind::Cooling { .. }) && !moves_nothing(&claim, before) {
            return Err(Rejection::invalid(
                "id",
                "space that rests stays where it is: release it first",
            ));
        }
        // Space that is asked for anew is not merely observed any more: it must be free. That holds for a new parent too,
        // or what lies in the claim would overlap claims that were its ancestors.
        if !moves_nothing(&claim, before) {
            claim.observed = false;
        }
        if claim.space != before.space {
            return self.other_space(state, before, claim, context);
        }
        check::check(state, &mut claim)?;
        if claim == *before {
            return Ok(Vec::new());
        }
        let freed = difference(&before.prefixes, &claim.prefixes);
        let mut changes = vec![Change::ClaimPut(claim)];
        if !self.at_once {
            changes.extend(rest(state, before, &freed, context));
        }
        Ok(changes)
    }

    /// All that lies in the claim gives up its addresses where it was; what rests there goes on resting there.
    fn other_space(
        &self,
        state: &State,
        before: &Claim,
        mut claim: Claim,
        context: &Context,
    ) -> Result<Vec<Change>, Rejection> {
        let (mut changes, then) = left_behind(state, before, self.at_once, context);
        let mut without_resting = state.clone();
        super::apply(&mut without_resting, "place", &changes)?;
        check::check(&without_resting, &mut claim)?;
        check::check_names_below(&without_resting, &claim)?;
        changes.push(Change::ClaimPut(claim));
        changes.extend(then);
        Ok(changes)
    }
}

fn moves_nothing(claim: &Claim, before: &Claim) -> bool {
    (claim.space, claim.parent, &claim.prefixes) == (before.space, before.parent, &before.prefixes)
}
