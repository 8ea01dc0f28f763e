//! From what the form holds to the request that is previewed and added.

use plat_api::{AllocationKind, AllocationRequest, Reference, Request};
use plat_domain::command::{Allocate, Batch};
use plat_domain::{Cidr, ClaimId, ClaimKind, Command, Count, Name, Place, Strategy, Timestamp, Wanted};

use super::options::Options;
use crate::typed::{TIMES_MAX, Typed};

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
    /// Really in use, for ranges and addresses.
    pub(crate) in_use: bool,
    pub(crate) options: Options,
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
        AllocationKind::Range => ClaimKind::Range { in_use: form.in_use },
        AllocationKind::Address => ClaimKind::Address { in_use: form.in_use },
    }
}

fn allocate(form: &Form, id: ClaimId, wanted: Wanted, name: Option<Name>) -> Command {
    let Options {
        max_prefixes,
        excluded,
        within,
        tags,
        description,
        or_pools,
    } = form.options.clone();
    let place = if or_pools.is_empty() {
        Place::In(form.pool)
    } else {
        Place::FirstOf([vec![form.pool], or_pools].concat())
    };
    Command::Allocate(Allocate {
        strategy: form.strategy,
        name,
        max_prefixes,
        excluded,
        within,
        tags,
        description,
        ..Allocate::new(id, place, claim_kind(form), wanted)
    })
}

/// One claim by an ordinary request.
fn single(form: &Form, name: Option<Name>) -> AllocationRequest {
    let options = form.options.clone();
    AllocationRequest {
        id: Some(form.id),
        or_pools: options.or_pools.into_iter().map(Reference::from).collect(),
        kind: form.kind,
        max_prefixes: options.max_prefixes,
        excluded: options.excluded,
        within: options.within,
        in_use: form.in_use && matches!(form.kind, AllocationKind::Range | AllocationKind::Address),
        strategy: form.strategy,
        name,
        expires_at: form
            .expires_at
            .filter(|_| form.kind == AllocationKind::Reservation),
        tags: options.tags,
        description: options.description,
        ..AllocationRequest::from_pool(form.pool.into())
    }
}

/// Several claims as one step.
fn several(form: &Form, name: Option<&Name>, wanted: Vec<Wanted>) -> Request {
    let commands = (1..).zip(wanted).map(|(n, wanted)| {
        let id = ClaimId::derived(&["several", &form.id.to_string(), &n.to_string()]);
        let name = name.and_then(|name| Name::new(&format!("{name} {n}")).ok());
        allocate(form, id, wanted, name)
    });
    Request::Command(Box::new(Command::Batch(Batch {
        commands: commands.collect(),
    })))
}

/// Single addresses: as many as were typed, or those that the prefixes hold.
fn addresses(form: &Form, name: Option<Name>, typed: &Typed) -> Result<Request, String> {
    let many = || format!("At most {TIMES_MAX} addresses at a time: ask for a range instead");
    let number = |count: Count| {
        count
            .to_u128()
            .filter(|n| *n <= u128::from(TIMES_MAX))
            .and_then(|n| usize::try_from(n).ok())
            .ok_or_else(many)
    };
    let wanted = match typed {
        Typed::Length { .. } => return Err("How many addresses? Write next, 3 or 10.0.0.10".to_owned()),
        Typed::Addresses { count, times } => {
            let all = count
                .to_u128()
                .and_then(|n| n.checked_mul(u128::from(*times)))
                .ok_or_else(many)?;
            vec![Wanted::Addresses(Count::ONE); number(Count::new(all))?]
        }
        Typed::Cidrs(list) => {
            let all = list
                .iter()
                .map(Cidr::count)
                .fold(Count::ZERO, Count::saturating_add);
            number(all)?;
            let each = list.iter().flat_map(|block| {
                (block.first()..=block.last())
                    .filter_map(|address| Cidr::holding(block.family(), address, block.family().bits()))
            });
            each.map(|address| Wanted::Prefixes(vec![address])).collect()
        }
    };
    Ok(match wanted.as_slice() {
        [Wanted::Prefixes(one)] => Request::Allocate(AllocationRequest {
            cidr: one.first().copied(),
            ..single(form, name)
        }),
        [_] => Request::Allocate(AllocationRequest {
            addresses: Some(Count::ONE),
            ..single(form, name)
        }),
        _ => several(form, name.as_ref(), wanted),
    })
}

/// The request.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn request(form: &Form, typed: &Typed) -> Result<Request, String> {
    let name = if form.name.trim().is_empty() {
        None
    } else {
        Some(Name::new(&form.name).map_err(|e| format!("Name: {e}"))?)
    };
    if form.kind == AllocationKind::Address {
        return addresses(form, name, typed);
    }
    Ok(match typed {
        Typed::Length { len, times: 1 } => Request::Allocate(AllocationRequest {
            prefix_length: Some(*len),
            ..single(form, name)
        }),
        Typed::Addresses { count, times: 1 } => Request::Allocate(AllocationRequest {
            addresses: Some(*count),
            ..single(form, name)
        }),
        Typed::Cidrs(list) if list.len() == 1 => Request::Allocate(AllocationRequest {
            cidr: list.first().copied(),
            ..single(form, name)
        }),
        Typed::Cidrs(list) => Request::Command(Box::new(allocate(
            form,
            form.id,
            Wanted::Prefixes(list.clone()),
            name,
        ))),
        Typed::Length { len, times } => several(
            form,
            name.as_ref(),
            vec![Wanted::PrefixLength(*len); *times as usize],
        ),
        Typed::Addresses { count, times } => several(
            form,
            name.as_ref(),
            vec![Wanted::Addresses(*count); *times as usize],
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typed;

    fn form(kind: AllocationKind, name: &str) -> Form {
        Form {
            id: ClaimId::derived(&["x"]),
            pool: ClaimId::derived(&["p"]),
            kind,
            strategy: None,
            name: name.into(),
            expires_at: None,
            in_use: true,
            options: Options::default(),
        }
    }

    fn ask(form: &Form, text: &str) -> Result<Request, String> {
        request(form, &typed::read(text).unwrap().unwrap())
    }

    fn batch(request: Request) -> Vec<Allocate> {
        let Request::Command(command) = request else {
            panic!("a command")
        };
        let Command::Batch(Batch { commands }) = *command else {
            panic!("a batch")
        };
        let each = commands.into_iter().map(|c| match c {
            Command::Allocate(a) => a,
            other => panic!("{other:?}"),
        });
        each.collect()
    }

    #[test]
    fn one_block_is_a_request_and_several_are_a_batch() {
        let network = form(AllocationKind::Network, "web");
        let Ok(Request::Allocate(one)) = ask(&network, "/24") else {
            panic!("a request")
        };
        assert_eq!((one.prefix_length, one.in_use), (Some(24), false));
        let many = batch(ask(&network, "/24 x 5").unwrap());
        assert_eq!(many.len(), 5);
        assert_eq!(many[4].name.as_ref().unwrap().as_str(), "web 5");
        assert!(ask(&form(AllocationKind::Network, &"x".repeat(1000)), "/24").is_err());
    }

    #[test]
    fn addresses_are_claims_each_and_ranges_are_one() {
        let address = form(AllocationKind::Address, "");
        let Ok(Request::Allocate(next)) = ask(&address, "next") else {
            panic!("a request")
        };
        assert_eq!((next.addresses, next.in_use), (Some(Count::ONE), true));
        assert_eq!(batch(ask(&address, "3").unwrap()).len(), 3);
        assert_eq!(batch(ask(&address, "10.0.0.10-12").unwrap()).len(), 3);
        assert!(ask(&address, "/28").is_err());
        assert!(ask(&address, "257").is_err());
        assert!(ask(&address, "10.0.0.0/8").is_err());
        let range = form(AllocationKind::Range, "");
        let Ok(Request::Command(command)) = ask(&range, "10.0.0.10-10.0.0.20") else {
            panic!("a command")
        };
        assert!(matches!(*command, Command::Allocate(a) if a.kind == ClaimKind::Range { in_use: true }));
        assert!(
            matches!(ask(&range, "next 20"), Ok(Request::Allocate(a)) if a.addresses == Some(Count::from(20_u8)))
        );
    }

    #[test]
    fn other_pools_are_tried_in_order() {
        let others = vec![ClaimId::derived(&["b"]), ClaimId::derived(&["a"])];
        let mut network = form(AllocationKind::Network, "");
        network.options.or_pools.clone_from(&others);
        let many = batch(ask(&network, "/24 x 2").unwrap());
        assert_eq!(
            many[0].place,
            Place::FirstOf(vec![network.pool, others[0], others[1]])
        );
        let Ok(Request::Allocate(one)) = ask(&network, "/24") else {
            panic!("a request")
        };
        assert_eq!(
            one.or_pools,
            [Reference::from(others[0]), Reference::from(others[1])]
        );
    }
}
