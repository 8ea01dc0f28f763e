//! Answers as HTTP: headers, problems, entity tags; bodies within limits.

use futures_util::StreamExt;
use plat_api::Problem;
use worker::{Headers, Request, Response, ResponseBuilder, console_error};

/// On every answer. The documents of the site have their own policy (`cargo xtask build` writes `_headers`); an answer of the
/// API is data and may load nothing at all.
const SECURITY: [(&str, &str); 7] = [
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    (
        "content-security-policy",
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("vary", "authorization"),
];

/// The body of an answer.
pub(crate) enum Body {
    Nothing,
    Json(Vec<u8>),
    Problem(Vec<u8>),
    /// Bytes of another media type.
    Other(String, Vec<u8>),
}

/// An answer before it is a response.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Body,
    /// The revision it speaks of; none where no workspace was looked at.
    pub(crate) revision: Option<u64>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &serde_json::Value, revision: Option<u64>) -> Self {
        Self {
            status,
            body: Body::Json(body.to_string().into_bytes()),
            revision,
            headers: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The response. Its entity tag is the revision.
    pub(crate) fn into_response(self) -> worker::Result<Response> {
        let headers = security_headers()?;
        if let Some(revision) = self.revision {
            headers.set("x-plat-revision", &revision.to_string())?;
            if self.status < 400 {
                headers.set("etag", &entity_tag(revision))?;
            }
        }
        let (media_type, bytes) = match self.body {
            Body::Nothing => (None, None),
            Body::Json(bytes) => (Some("application/json".to_owned()), Some(bytes)),
            Body::Problem(bytes) => (Some("application/problem+json".to_owned()), Some(bytes)),
            Body::Other(media_type, bytes) => (Some(media_type), Some(bytes)),
        };
        if let Some(media_type) = media_type {
            headers.set("content-type", &media_type)?;
        }
        for (name, value) in self.headers {
            headers.set(name, &value)?;
        }
        let response = ResponseBuilder::new()
            .with_status(self.status)
            .with_headers(headers);
        Ok(match bytes {
            Some(bytes) => response.fixed(bytes),
            None => response.empty(),
        })
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let answer = Self {
            status: problem.status,
            body: Body::Problem(body),
            revision: None,
            headers: Vec::new(),
        };
        match problem.code() {
            "unauthorized" => answer.with("www-authenticate", "Bearer realm=\"plat\""),
            "method-not-allowed" => {
                let allow = problem
                    .fields
                    .get("allow")
                    .and_then(serde_json::Value::as_str)
                    .unwrap_or_default();
                answer.with("allow", allow)
            }
            _ => answer,
        }
    }
}

/// The headers that every answer carries.
pub(crate) fn security_headers() -> worker::Result<Headers> {
    let headers = Headers::new();
    for (name, value) in SECURITY {
        headers.set(name, value)?;
    }
    Ok(headers)
}

/// A strong tag: the same revision is the same bytes.
pub(crate) fn entity_tag(revision: u64) -> String {
    format!("\"{revision}\"")
}

/// What `If-Match` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// The header is not there.
    Absent,
    /// Any revision will do.
    Any,
    /// This one.
    Revision(u64),
}

/// Reads `If-Match`: one entity tag of ours, or `*`.
pub(crate) fn if_match(headers: &Headers) -> Result<Match, Problem> {
    let Some(given) = headers.get("if-match").ok().flatten() else {
        return Ok(Match::Absent);
    };
    let given = given.trim();
    if given == "*" {
        return Ok(Match::Any);
    }
    let digits = given.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let digits =
        digits.filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .map(Match::Revision)
        .ok_or_else(|| {
            Problem::bad_request(
                "If-Match takes one revision in quotes, as in the ETag of any answer: \"12\"; or *",
            )
        })
}

/// True if `If-None-Match` says that the caller has this revision.
pub(crate) fn has_already(none_match: Option<&str>, revision: u64) -> bool {
    let tag = entity_tag(revision);
    none_match
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

/// The body, unless it is longer than `max_bytes`: then reading stops and nothing of it is kept.
pub(crate) async fn body_within(request: &mut Request, max_bytes: usize) -> Result<Vec<u8>, Problem> {
    declared_within(request.headers(), max_bytes)?;
    if request.inner().body().is_none() {
        return Ok(Vec::new());
    }
    if request.headers().has("content-length").unwrap_or(false) {
        // The runtime holds the sender to the length that it declared; in one piece it comes sooner.
        return request
            .bytes()
            .await
            .map_err(|_| Problem::bad_request("the body ended early"));
    }
    let mut stream = request.stream().map_err(|e| fault(&e))?;
    let mut body = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Problem::bad_request("the body ended early"))?;
        if body.len() + piece.len() > max_bytes {
            return Err(too_large(max_bytes));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// Refuses a body by the length that it declares.
pub(crate) fn declared_within(headers: &Headers, max_bytes: usize) -> Result<(), Problem> {
    let declared = headers
        .get("content-length")
        .ok()
        .flatten()
        .and_then(|text| text.trim().parse::<u64>().ok());
    if declared.is_some_and(|bytes| bytes > max_bytes as u64) {
        return Err(too_large(max_bytes));
    }
    Ok(())
}

fn too_large(max_bytes: usize) -> Problem {
    Problem::new(
        "too-large",
        413,
        format!("the body is longer than {max_bytes} bytes"),
    )
    .with("maxBytes", max_bytes)
}

/// A failure of the host. What it was goes to the log, not to the caller.
pub(crate) fn fault(error: &dyn std::fmt::Display) -> Problem {
    console_error!("fault: {error}");
    Problem::new(
        "fault",
        500,
        "the host failed: nothing was changed; repeat the request with the same Idempotency-Key",
    )
}
