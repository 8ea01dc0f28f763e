//! Into which parts a claim is split.

use plat_api::{PartRequest, SplitRequest};
use plat_domain::query::Row;
use plat_domain::{Cidr, ClaimId, Family, Name, limits};

use crate::typed::Typed;

/// What the field begins with: the halves of one prefix, or the prefixes apart.
pub(crate) fn usual(prefixes: &[Cidr]) -> String {
    match prefixes {
        [one] => format!("/{}", one.len() + 1),
        [_, rest @ ..] => rest.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        [] => String::new(),
    }
}

/// The blocks of a length that a prefix is made of.
fn blocks(prefix: &Cidr, len: u8) -> impl Iterator<Item = Cidr> {
    let (family, last) = (prefix.family(), prefix.last());
    let mut next = Some(prefix.first());
    std::iter::from_fn(move || {
        let block = Cidr::holding(family, next?, len)?;
        next = block.last().checked_add(1).filter(|first| *first <= last);
        Some(block)
    })
}

/// What is given away, a prefix a part: blocks of a length but for the first one, or the prefixes written out.
fn given(whole: &[Cidr], typed: &Typed) -> Result<Vec<Cidr>, String> {
    match typed {
        Typed::Cidrs(list) => Ok(list.clone()),
        Typed::Length { len, times: 1 } => {
            let bits = whole.first().map_or(Family::V4, Cidr::family).bits();
            if *len > bits || whole.iter().any(|prefix| prefix.len() > *len) {
                return Err(format!("/{len} is larger than what is to be split"));
            }
            // The first stays with the claim.
            let all = whole.iter().flat_map(|prefix| blocks(prefix, *len)).skip(1);
            Ok(all.take(limits::SPLIT_PARTS + 1).collect())
        }
        Typed::Length { .. } | Typed::Addresses { .. } => {
            Err("Write a length, such as /25, or the prefixes to be split off".to_owned())
        }
    }
}

/// Names of the parts: as given for one, numbered for several; for a pool that says none, its own with the prefix.
fn name(row: &Row, given: &str, part: &Cidr, number: Option<usize>) -> Result<Option<Name>, String> {
    let text = match (given.trim(), number) {
        ("", _) if row.kind == "pool" => format!("{} {part}", row.name),
        ("", _) => return Ok(None),
        (name, None) => name.to_owned(),
        (name, Some(number)) => format!("{name} {number}"),
    };
    Name::new(&text).map(Some).map_err(|e| format!("Name: {e}"))
}

/// The request.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn request(row: &Row, id: ClaimId, typed: &Typed, names: &str) -> Result<SplitRequest, String> {
    let given = given(&row.prefixes, typed)?;
    if given.is_empty() {
        return Err("That leaves it in one piece".to_owned());
    }
    if given.len() > limits::SPLIT_PARTS {
        return Err(format!("At most {} parts at a time", limits::SPLIT_PARTS));
    }
    let one = given.len() == 1;
    let parts = given.iter().enumerate().map(|(at, prefix)| {
        let number = at + 2;
        Ok(PartRequest {
            id: Some(ClaimId::derived(&["part", &id.to_string(), &number.to_string()])),
            name: name(row, names, prefix, (!one).then_some(number))?,
            prefixes: vec![*prefix],
        })
    });
    Ok(SplitRequest {
        claim: row.id.into(),
        parts: parts.collect::<Result<_, String>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typed::read;
    use plat_domain::query::row;
    use plat_domain::{Claim, ClaimKind, Fingerprint, Policy, SpaceId, State};

    fn pool(prefixes: &[&str]) -> Row {
        let list = prefixes.iter().map(|p| p.parse().unwrap()).collect();
        let (id, space) = (ClaimId::derived(&["p"]), SpaceId::derived(&["s"]));
        let claim = Claim::new(
            id,
            space,
            ClaimKind::pool(Policy::default()),
            list,
            Fingerprint::of(b""),
        );
        Row {
            name: "Europe".into(),
            ..row(&State::new(), &claim)
        }
    }

    fn parts(row: &Row, text: &str, names: &str) -> Result<Vec<(String, String)>, String> {
        let request = request(
            row,
            ClaimId::derived(&["x"]),
            &read(text).unwrap().unwrap(),
            names,
        )?;
        let each = request.parts.into_iter();
        Ok(each
            .map(|p| {
                (
                    p.prefixes[0].to_string(),
                    p.name.map(|n| n.to_string()).unwrap_or_default(),
                )
            })
            .collect())
    }

    #[test]
    fn halves_keep_the_first() {
        let pool = pool(&["10.0.0.0/16"]);
        assert_eq!(usual(&pool.prefixes), "/17");
        assert_eq!(
            parts(&pool, "/17", "").unwrap(),
            [("10.0.128.0/17".to_owned(), "Europe 10.0.128.0/17".to_owned())]
        );
        let quarters = parts(&pool, "/18", "West").unwrap();
        assert_eq!(quarters.len(), 3);
        assert_eq!(quarters[2], ("10.0.192.0/18".to_owned(), "West 4".to_owned()));
    }

    #[test]
    fn several_prefixes_go_apart() {
        let pool = pool(&["10.0.0.0/16", "10.2.0.0/16"]);
        assert_eq!(usual(&pool.prefixes), "10.2.0.0/16");
        assert_eq!(
            parts(&pool, "10.2.0.0/16", "South").unwrap(),
            [("10.2.0.0/16".to_owned(), "South".to_owned())]
        );
    }

    #[test]
    fn the_top_of_the_space_ends_the_list() {
        assert_eq!(blocks(&"255.255.255.0/24".parse().unwrap(), 26).count(), 4);
        assert_eq!(blocks(&"::/0".parse().unwrap(), 1).count(), 2);
    }

    #[test]
    fn what_cannot_be_is_said() {
        let pool = pool(&["10.0.0.0/16"]);
        for wrong in ["/8", "/16", "/30", "/33", "144", "/18 x 2"] {
            assert!(parts(&pool, wrong, "").is_err(), "{wrong}");
        }
    }
}
