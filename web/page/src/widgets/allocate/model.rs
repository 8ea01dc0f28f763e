//! From what the form holds to the request that is previewed and added.

use plat_api::{AllocationKind, AllocationRequest, Request};
use plat_domain::command::{Allocate, Batch};
use plat_domain::{ClaimId, ClaimKind, Command, Name, Place, Strategy, Timestamp, Wanted};

use crate::typed::Typed;

/// What the form holds.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// Identity of what will be made; several are derived from it.
    pub(crate) id: ClaimId,
    pub(crate) pool: ClaimId,
    pub(crate) kind: AllocationKind,
    pub(crate) strategy: Option<Strategy>,
    pub(crate) name: String,
    pub(crate) expires_at: Option<Timestamp>,
}

/// Kinds as the form lists them.
pub(crate) const KINDS: [(&str, AllocationKind, &str); 5] = [
    ("network", AllocationKind::Network, "Network"),
    (
        "static",
        AllocationKind::Static,
        "Static: in use, not managed here",
    ),
    (
        "reservation",
        AllocationKind::Reservation,
        "Reservation: held back",
    ),
    (
        "external",
        AllocationKind::External,
        "External: elsewhere, never handed out",
    ),
    ("subnet", AllocationKind::Subnet, "Subnet"),
];

/// Strategies as the forms list them.
pub(crate) const STRATEGIES: [(&str, Option<Strategy>, &str); 5] = [
    ("", None, "As the pool says"),
    ("firstFit", Some(Strategy::FirstFit), "First fit: lowest address"),
    ("bestFit", Some(Strategy::BestFit), "Best fit: smallest gap"),
    (
        "fromEnd",
        Some(Strategy::FromEnd),
        "From the end: highest address",
    ),
    ("sparse", Some(Strategy::Sparse), "Sparse: room to grow"),
];

pub(crate) fn kind_of(word: &str) -> AllocationKind {
    KINDS
        .iter()
        .find(|(w, _, _)| *w == word)
        .map_or(AllocationKind::Network, |(_, kind, _)| *kind)
}

pub(crate) fn strategy_of(word: &str) -> Option<Strategy> {
    STRATEGIES
        .iter()
        .find(|(w, _, _)| *w == word)
        .and_then(|(_, strategy, _)| *strategy)
}

fn claim_kind(form: &Form) -> ClaimKind {
    match form.kind {
        AllocationKind::Network => ClaimKind::Network { holder: None },
        AllocationKind::Subnet => ClaimKind::Subnet,
        AllocationKind::Static => ClaimKind::Static,
        AllocationKind::External => ClaimKind::External,
        AllocationKind::Reservation => ClaimKind::Reservation {
            expires_at: form.expires_at,
        },
        AllocationKind::Range => ClaimKind::Range { in_use: false },
        AllocationKind::Address => ClaimKind::Address { in_use: false },
    }
}

fn allocate(form: &Form, id: ClaimId, wanted: Wanted, name: Option<Name>) -> Command {
    Command::Allocate(Allocate {
        strategy: form.strategy,
        name,
        ..Allocate::new(id, Place::In(form.pool), claim_kind(form), wanted)
    })
}

/// The request; none where the name cannot be one.
pub(crate) fn request(form: &Form, typed: &Typed) -> Option<Request> {
    let name = if form.name.trim().is_empty() {
        None
    } else {
        Some(Name::new(&form.name).ok()?)
    };
    let single = AllocationRequest {
        id: Some(form.id),
        kind: form.kind,
        strategy: form.strategy,
        name: name.clone(),
        expires_at: form
            .expires_at
            .filter(|_| form.kind == AllocationKind::Reservation),
        ..AllocationRequest::from_pool(form.pool.into())
    };
    let (wanted, times) = match typed {
        Typed::Length { len, times: 1 } => {
            return Some(Request::Allocate(AllocationRequest {
                prefix_length: Some(*len),
                ..single
            }));
        }
        Typed::Addresses { count, times: 1 } => {
            return Some(Request::Allocate(AllocationRequest {
                addresses: Some(*count),
                ..single
            }));
        }
        Typed::Cidrs(list) if list.len() == 1 => {
            return Some(Request::Allocate(AllocationRequest {
                cidr: list.first().copied(),
                ..single
            }));
        }
        Typed::Cidrs(list) => {
            return Some(Request::Command(Box::new(allocate(
                form,
                form.id,
                Wanted::Prefixes(list.clone()),
                name,
            ))));
        }
        Typed::Length { len, times } => (Wanted::PrefixLength(*len), *times),
        Typed::Addresses { count, times } => (Wanted::Addresses(*count), *times),
    };
    let commands = (1..=times).map(|n| {
        let id = ClaimId::derived(&["several", &form.id.to_string(), &n.to_string()]);
        let name = name
            .as_ref()
            .and_then(|name| Name::new(&format!("{name} {n}")).ok());
        allocate(form, id, wanted.clone(), name)
    });
    Some(Request::Command(Box::new(Command::Batch(Batch {
        commands: commands.collect(),
    }))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str) -> Form {
        Form {
            id: ClaimId::derived(&["x"]),
            pool: ClaimId::derived(&["p"]),
            kind: AllocationKind::Network,
            strategy: None,
            name: name.into(),
            expires_at: None,
        }
    }

    #[test]
    fn one_block_is_a_request_and_several_are_a_batch() {
        let one = request(&form("web"), &Typed::Length { len: 24, times: 1 }).unwrap();
        assert!(matches!(
            one,
            Request::Allocate(AllocationRequest {
                prefix_length: Some(24),
                ..
            })
        ));
        let Some(Request::Command(many)) = request(&form("web"), &Typed::Length { len: 24, times: 5 }) else {
            panic!("a batch")
        };
        let Command::Batch(Batch { commands }) = *many else {
            panic!("a batch")
        };
        assert_eq!(commands.len(), 5);
        assert!(matches!(&commands[4], Command::Allocate(a) if a.name.as_ref().unwrap().as_str() == "web 5"));
        assert!(request(&form(&"x".repeat(1000)), &Typed::Length { len: 24, times: 1 }).is_none());
    }
}
