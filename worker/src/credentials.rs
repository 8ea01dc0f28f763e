//! Who asks: API tokens.
//!
//! A token is `plat_<env>_<id>_<random>_<checksum>`; the checksum is the CRC-32 of all before it in six digits of base 62. A
//! token that was cut or mistyped is refused by its checksum, before anything is hashed or looked up; of a good one only its
//! SHA-256 is known here.
//!
//! Both the Worker and the Durable Object ask [`actor`]: the Worker so that a stranger wakes no object, the object because it
//! is the authority. No header between them is trusted, so none can be forged.

use plat_api::Problem;
use plat_domain::{Actor, Name, Role};
use sha2::{Digest as _, Sha256};
use worker::{Env, Headers};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62^6 is above 2^32.
const CHECKSUM_CHARS: usize = 6;
/// 27 characters of base 62 hold 160 bits.
const RANDOM_CHARS_AT_LEAST: usize = 27;
/// No token is longer; what is, is not hashed.
const TOKEN_CHARS_AT_MOST: usize = 128;

/// The actor behind the request's `Authorization`.
pub(crate) fn actor(headers: &Headers, env: &Env) -> Result<Actor, Problem> {
    let given = headers.get("authorization").ok().flatten();
    let Some(given) = given else {
        return Err(unauthorized("send `Authorization: Bearer` with an API token"));
    };
    let token = match given.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => return Err(unauthorized("only the scheme `Bearer` is known")),
    };
    if !is_well_formed(token) {
        return Err(unauthorized(
            "the token's checksum does not fit: it was cut or mistyped",
        ));
    }
    let known = env
        .var("OWNER_TOKEN_SHA256")
        .ok()
        .and_then(|hex| sha256_of_hex(&hex.to_string()));
    let presented: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    match (known, Name::new("owner")) {
        (Some(known), Ok(name)) if equal(&known, &presented) => Ok(Actor {
            name,
            role: Role::Owner,
        }),
        _ => Err(unauthorized(
            "the token is not known here: it was revoked, or belongs to another edge",
        )),
    }
}

fn unauthorized(detail: &str) -> Problem {
    Problem::new("unauthorized", 401, detail)
}

fn is_well_formed(token: &str) -> bool {
    let parts: Vec<&str> = token.split('_').collect();
    let [product, environment, id, random, checksum] = parts[..] else {
        return false;
    };
    let Some(body) = token.get(..token.len() - checksum.len() - 1) else {
        return false;
    };
    token.len() <= TOKEN_CHARS_AT_MOST
        && product == "plat"
        && [environment, id, random]
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()))
        && random.len() >= RANDOM_CHARS_AT_LEAST
        && checksum.as_bytes() == base62(crc32(body.as_bytes()))
}

fn base62(mut number: u32) -> [u8; CHECKSUM_CHARS] {
    let mut digits = [b'0'; CHECKSUM_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(number % 62) as usize];
        number /= 62;
    }
    digits
}

/// CRC-32 as in ISO 3309 and zip.
fn crc32(bytes: &[u8]) -> u32 {
    let mut rest = u32::MAX;
    for byte in bytes {
        rest ^= u32::from(*byte);
        for _ in 0..8 {
            rest = if rest & 1 == 1 {
                (rest >> 1) ^ 0xEDB8_8320
            } else {
                rest >> 1
            };
        }
    }
    !rest
}

fn sha256_of_hex(hex: &str) -> Option<[u8; 32]> {
    hex.trim()
        .parse::<plat_domain::Digest>()
        .ok()
        .map(plat_domain::Digest::to_bytes)
}

/// Takes the same time wherever the two differ.
fn equal(a: &[u8; 32], b: &[u8; 32]) -> bool {
    std::hint::black_box(a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b))) == 0
}
