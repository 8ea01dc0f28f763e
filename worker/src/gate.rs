//! What every request passes, twice: in the Worker, so that what is refused wakes no object, and in the object, which trusts
//! nobody. The order of refusals is: path 404, method 405, cross-site 403, credentials 401, parameters 400, media type 415,
//! length 413, headers 400.

use plat_api::Problem;
use plat_domain::Actor;
use worker::{Env, Headers, Request, Url};

use crate::http::{self, Match};
use crate::routes::{self, Parameters, Route};
use crate::testing::Controls;
use crate::{credentials, limits};

/// A request that may be looked at.
pub(crate) struct Passed {
    pub(crate) route: Route,
    pub(crate) parameters: Parameters,
    pub(crate) actor: Actor,
    pub(crate) base: Match,
    pub(crate) none_match: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) controls: Controls,
    /// Path and query as they came, for the digest that an `Idempotency-Key` binds.
    pub(crate) target: String,
}

/// Checks everything but the body.
pub(crate) fn pass(request: &Request, env: &Env) -> Result<Passed, Problem> {
    let url = request
        .url()
        .map_err(|_| Problem::bad_request("the URL cannot be read"))?;
    let headers = request.headers();
    let route = routes::route(&request.inner().method(), url.path())?;
    if route.verb.is_unsafe() {
        same_site(headers, &url)?;
    }
    let actor = credentials::actor(headers, env)?;
    let pairs = url
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()));
    let parameters = routes::parameters(&route.resource, route.verb, pairs)?;
    if route.verb.has_body() {
        is_json(headers)?;
        http::declared_within(headers, route.resource.body_bytes())?;
    }
    let base = http::if_match(headers)?;
    let key = if route.verb.is_unsafe() {
        idempotency_key(headers)?
    } else {
        None
    };
    let controls = Controls::read(headers, env)?;
    let target = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let none_match = headers.get("if-none-match").ok().flatten();
    Ok(Passed {
        route,
        parameters,
        actor,
        base,
        none_match,
        key,
        controls,
        target,
    })
}

/// Refuses what a browser sends on behalf of another site. Browsers say so in `Sec-Fetch-Site`, older ones in `Origin`;
/// programs send neither. Credentials are never sent by a browser on its own here, so this is a second wall.
fn same_site(headers: &Headers, url: &Url) -> Result<(), Problem> {
    let header = |name: &str| headers.get(name).ok().flatten();
    let refused = || {
        Problem::new(
            "cross-site",
            403,
            "a page of another site may not change anything here",
        )
    };
    match (header("sec-fetch-site").as_deref(), header("origin")) {
        (Some("same-origin" | "none"), _) | (None, None) => Ok(()),
        (None, Some(origin)) if origin == url.origin().ascii_serialization() => Ok(()),
        (Some(_), _) | (None, Some(_)) => Err(refused()),
    }
}

fn is_json(headers: &Headers) -> Result<(), Problem> {
    let given = headers.get("content-type").ok().flatten().unwrap_or_default();
    let mut parts = given.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    // JSON is UTF-8 (RFC 8259 §8.1); a parameter that says so changes nothing, another is a mistake.
    let utf8 = parts.all(|part| part.is_empty() || part.eq_ignore_ascii_case("charset=utf-8"));
    if json && utf8 {
        return Ok(());
    }
    Err(Problem::new(
        "unsupported-media-type",
        415,
        "send the body as `Content-Type: application/json`",
    ))
}

fn idempotency_key(headers: &Headers) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get("idempotency-key").ok().flatten() else {
        return Ok(None);
    };
    let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
    if visible && (1..=limits::KEY_CHARS).contains(&key.len()) {
        return Ok(Some(key));
    }
    let detail = format!(
        "Idempotency-Key: give 1 to {} visible ASCII characters",
        limits::KEY_CHARS
    );
    Err(Problem::bad_request(detail))
}
