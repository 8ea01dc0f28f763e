//! From what the form holds to the request that is previewed and added.

use plat_api::{AllocationKind, AllocationRequest, Reference, Request};
use plat_domain::command::{Allocate, Batch};
use plat_domain::{
    Cidr, ClaimId, ClaimKind, Command, Count, Family, Name, Place, Span, Strategy, Timestamp, Wanted,
};

use super::options::Options;
use crate::typed::{self, TIMES_MAX, Typed};

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

/// A kind's word, the kind, and how the form calls it.
type Kind = (&'static str, AllocationKind, &'static str);

/// What is taken from a pool.
const FROM_POOL: [Kind; 4] = [
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
];

/// What is taken from a network, of which a subnet gives all but the first and a range the last only.
const FROM_NETWORK: [Kind; 3] = [
    ("subnet", AllocationKind::Subnet, "Subnet"),
    ("range", AllocationKind::Range, "Range"),
    ("address", AllocationKind::Address, "Address"),
];

/// The kinds that are taken from a claim of this kind, the usual one first.
pub(crate) fn kinds(source: &str) -> &'static [Kind] {
    match source {
        "network" => &FROM_NETWORK,
        "subnet" => &FROM_NETWORK[1..],
        "range" => &FROM_NETWORK[2..],
        _ => &FROM_POOL,
    }
}

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
    FROM_POOL
        .iter()
        .chain(&FROM_NETWORK)
        .find(|(w, _, _)| *w == word)
        .map_or(AllocationKind::Network, |(_, kind, _)| *kind)
}

/// The kind to begin with, for what was chosen on the map or in a list: an address where it is one.
pub(crate) fn first_kind(source: &str, seed: &str) -> &'static str {
    let host = matches!(typed::read(seed), Ok(Some(Typed::Cidrs(list)))
        if list.len() == 1 && list.iter().all(|c| c.len() == c.family().bits()));
    let offered = kinds(source);
    let wanted = if source == "subnet" && seed.is_empty() || host && source != "pool" {
        offered.last()
    } else {
        offered.first()
    };
    wanted.map_or("network", |(word, _, _)| word)
}

/// What the field holds before anything is typed.
pub(crate) fn usual(kind: AllocationKind, family: Family, default_len: Option<u8>) -> String {
    match kind {
        AllocationKind::Address => "next".to_owned(),
        AllocationKind::Range => "next 10".to_owned(),
        AllocationKind::Subnet if family == Family::V4 => "/26".to_owned(),
        _ => format!(
            "/{}",
            default_len.unwrap_or(if family == Family::V4 { 24 } else { 64 })
        ),
    }
}

/// What was typed in words, for the line under the field.
pub(crate) fn describe(form: &Form, typed: &Typed, family: Family) -> String {
    match (form.kind, typed) {
        (AllocationKind::Address, Typed::Addresses { count, times: 1 }) if *count == Count::ONE => {
            "the next free address that hosts may have".to_owned()
        }
        (AllocationKind::Address, Typed::Addresses { count, times }) => {
            let all = count.to_string();
            let times = if *times > 1 {
                format!(", {times} times")
            } else {
                String::new()
            };
            format!("the next {all} free addresses, each by itself{times}")
        }
        (AllocationKind::Range, Typed::Addresses { count, times: 1 }) => {
            format!("the next {} in a row", crate::format::addresses(*count))
        }
        (AllocationKind::Range | AllocationKind::Address, Typed::Cidrs(list)) => {
            format!("exactly {}: {}", said(form.kind, list, 3), size(form.kind, list))
        }
        _ => {
            let mut words = typed::describe(typed, family);
            if let Some(n) = form
                .options
                .max_prefixes
                .filter(|n| *n > 1 && !matches!(typed, Typed::Cidrs(_)))
            {
                words.push_str(&format!(", or as much in up to {n} prefixes"));
            }
            words
        }
    }
}

/// How much is taken: of hosts the number, of others the length too.
pub(crate) fn size(kind: AllocationKind, list: &[Cidr]) -> String {
    let hosts = matches!(kind, AllocationKind::Range | AllocationKind::Address);
    let all = list
        .iter()
        .map(Cidr::count)
        .fold(Count::ZERO, Count::saturating_add);
    if hosts {
        crate::format::addresses(all)
    } else {
        crate::format::size(list)
    }
}

/// What is taken, as its kind is said: a range from its first address to its last, an address without a length.
pub(crate) fn said(kind: AllocationKind, list: &[Cidr], shown: usize) -> String {
    let address = |text: String| text.split('/').next().unwrap_or_default().to_owned();
    match (kind, list) {
        (AllocationKind::Range, [first, .., last]) => {
            let span = Span::new(first.family(), first.first(), last.last());
            let whole = span.filter(|span| span.prefixes() == list);
            whole.map_or_else(|| crate::format::prefixes(list, shown), |span| span.to_string())
        }
        (AllocationKind::Address, [one]) => address(one.to_string()),
        _ => crate::format::prefixes(list, shown),
    }
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
    fn what_is_taken_is_said_as_its_kind_is() {
        let list = |text: &str| match typed::read(text) {
            Ok(Some(Typed::Cidrs(list))) => list,
            other => panic!("{other:?}"),
        };
        let range = list("10.0.0.10-20");
        assert_eq!(said(AllocationKind::Range, &range, 1), "10.0.0.10-10.0.0.20");
        assert_eq!(said(AllocationKind::Network, &range, 1), "10.0.0.10/31 +3");
        assert_eq!(
            said(AllocationKind::Range, &list("10.0.0.8/30 10.0.0.16/30"), 1),
            "10.0.0.8/30 +1"
        );
        assert_eq!(said(AllocationKind::Address, &list("10.0.0.1"), 1), "10.0.0.1");
        assert_eq!(size(AllocationKind::Range, &range), "11 addresses");
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

    #[test]
    fn kinds_follow_what_gives() {
        assert_eq!(first_kind("pool", ""), "network");
        assert_eq!(first_kind("network", "10.0.0.0/26"), "subnet");
        assert_eq!(first_kind("network", "10.0.0.4/32"), "address");
        assert_eq!(first_kind("subnet", ""), "address");
        assert_eq!(first_kind("subnet", "10.0.0.8/29"), "range");
        assert_eq!(first_kind("range", ""), "address");
        assert_eq!(usual(AllocationKind::Address, Family::V4, Some(24)), "next");
        assert_eq!(usual(AllocationKind::Network, Family::V6, None), "/64");
    }
}
