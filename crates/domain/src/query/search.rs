//! Finding claims by text, address or prefix.

use std::collections::BTreeSet;

use crate::{Cidr, Claim, ClaimId, SpaceId, State};

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// What holds, equals or lies in this prefix (an address is a /32 or /128).
    Cidr(Cidr),
    /// Names, descriptions, labels and holders that contain this text, whatever its case.
    Text(String),
}

impl Query {
    /// Reads what a person types: `10.1.2.3`, `10.1.0.0/16`, `contains 10.1.2.3`, or text.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        let wanted = text.strip_prefix("contains ").unwrap_or(text);
        match Cidr::parse_clearing_host_bits(wanted) {
            Ok(cidr) => Self::Cidr(cidr),
            Err(_) => Self::Text(text.to_lowercase()),
        }
    }
}

/// Claims that answer a query: at most `limit`. By prefix in O(log n + found); by text in O(n).
#[must_use]
pub fn search<'a>(state: &'a State, space: Option<SpaceId>, query: &Query, limit: usize) -> Vec<&'a Claim> {
    match query {
        Query::Cidr(cidr) => {
            let spaces: Vec<SpaceId> = state
                .spaces()
                .map(|s| s.id)
                .filter(|s| space.is_none_or(|w| w == *s))
                .collect();
            let mut found = Vec::new();
            for id in spaces {
                state.touching(id, cidr, limit.saturating_sub(found.len()), &mut found);
            }
            found
        }
        Query::Text(text) => {
            let hit = |s: &str| s.to_lowercase().contains(text.as_str());
            let holders: BTreeSet<_> = state
                .resources()
                .filter(|r| hit(r.name.as_str()) || hit(r.external_id.as_str()))
                .map(|r| r.id)
                .collect();
            let matches = |claim: &&Claim| {
                claim.name.as_ref().is_some_and(|n| hit(n.as_str()))
                    || hit(claim.description.as_str())
                    || claim.kind.holder().is_some_and(|h| holders.contains(&h))
                    || claim.tags.iter().any(|(k, v)| hit(k) || hit(v))
                    || claim
                        .prefixes
                        .iter()
                        .any(|p| p.to_string().contains(text.as_str()))
            };
            let wanted = |claim: &&Claim| space.is_none_or(|s| s == claim.space);
            let mut found: Vec<&Claim> = state
                .claims()
                .filter(wanted)
                .filter(matches)
                .take(limit)
                .collect();
            found.sort_by_key(|c| (c.space, c.prefixes.first().copied(), c.id));
            found
        }
    }
}

impl State {
    /// Claims of a space that share an address with `cidr`, outer before inner: at most `limit` of them.
    fn touching<'a>(&'a self, space: SpaceId, cidr: &Cidr, limit: usize, found: &mut Vec<&'a Claim>) {
        let end = found.len() + limit;
        let mut seen: BTreeSet<ClaimId> = BTreeSet::new();
        let mut queue: Vec<Option<ClaimId>> = vec![None];
        while let Some(parent) = queue.pop() {
            let mut level: Vec<&Claim> = self.level_touching(space, parent, cidr);
            level.sort_by_key(|c| (c.prefixes.first().copied(), c.id));
            for claim in level {
                if found.len() >= end {
                    return;
                }
                if seen.insert(claim.id) {
                    found.push(claim);
                    queue.push(Some(claim.id));
                }
            }
        }
    }
}
