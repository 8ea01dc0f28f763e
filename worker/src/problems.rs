//! What the problems mean, for whoever follows the `type` of one: documentation, so that it needs no token and may be cached.

use plat_api::{CATALOGUE, Problem, problem_kind};
use serde::Serialize;
use worker::{Request, Url};

use crate::http::Answer;

/// What a path asks for.
pub(crate) enum Asked<'a> {
    All,
    One(&'a str),
}

/// None for every other path.
pub(crate) fn asked(path: &str) -> Option<Asked<'_>> {
    if path == "/api/v1/problems" {
        return Some(Asked::All);
    }
    path.strip_prefix("/problems/").map(Asked::One)
}

/// Answers a GET or HEAD.
pub(crate) fn answer(request: &Request, asked: &Asked<'_>) -> Answer {
    try_answer(request, asked).unwrap_or_else(Answer::from)
}

fn try_answer(request: &Request, asked: &Asked<'_>) -> Result<Answer, Problem> {
    if !["GET", "HEAD"].contains(&request.inner().method().as_str()) {
        let detail = "this path answers GET, HEAD";
        return Err(Problem::new("method-not-allowed", 405, detail).with("allow", "GET, HEAD"));
    }
    let query = request.url().is_ok_and(|url: Url| url.query().is_some());
    if query {
        return Err(Problem::bad_request("there are no parameters here"));
    }
    let written = match asked {
        Asked::All => to_json(&CATALOGUE),
        Asked::One(code) => match problem_kind(code) {
            Some(kind) => to_json(kind),
            None => {
                let problem = Problem::new("not-found", 404, "no such problem: /api/v1/problems lists them");
                return Err(problem.with("what", "problem"));
            }
        },
    };
    written.map(|body| Answer::json(200, &body, None).with("cache-control", "public, max-age=3600"))
}

fn to_json(documented: &impl Serialize) -> Result<serde_json::Value, Problem> {
    serde_json::to_value(documented).map_err(|e| crate::http::fault(&e))
}
