//! The catalogue of problems: served to whoever asks, and complete.
//! rows: F21

mod edge_support;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use edge_support::shared;
use plat_api::{CATALOGUE, problem_kind};
use serde_json::json;

#[test]
fn catalogue_is_served_without_a_token() -> Result<()> {
    let world = shared("catalogue");
    let stranger = world.workspace("main").with_token(None);
    let all = stranger.get("/api/v1/problems")?;
    assert_eq!(all.status, 200, "{all:?}");
    assert_eq!(all.json()?, serde_json::to_value(CATALOGUE)?);
    assert_eq!(all.header("cache-control"), "public, max-age=3600");
    assert_eq!(all.header("x-content-type-options"), "nosniff");
    let head = stranger.ask("HEAD", "/api/v1/problems").send()?;
    assert_eq!((head.status, head.body.len()), (200, 0), "{head:?}");
    assert_eq!(head.header("content-type"), "application/json");

    // The type of a problem is the address of what it means.
    let refused = stranger.get("")?.problem(401, "unauthorized");
    let kind = refused["type"].as_str().context("a type")?;
    let one = stranger.get(kind)?;
    assert_eq!(one.status, 200, "{one:?}");
    assert_eq!(
        one.json()?,
        serde_json::to_value(problem_kind("unauthorized").context("it is listed")?)?
    );
    for kind in CATALOGUE {
        let one = stranger.get(&format!("/problems/{}", kind.code))?;
        assert_eq!(one.json()?["status"], kind.status, "{one:?}");
    }
    stranger.get("/problems/no-such-thing")?.problem(404, "not-found");
    stranger.get("/problems/")?.problem(404, "not-found");
    stranger.get("/problems/overlap/x")?.problem(404, "not-found");
    stranger.get("/problems/overlap?x=1")?.problem(400, "bad-request");
    stranger
        .get("/api/v1/problems?limit=1")?
        .problem(400, "bad-request");
    let reply = stranger.ask("DELETE", "/problems/overlap").send()?;
    reply.problem(405, "method-not-allowed");
    assert_eq!(reply.header("allow"), "GET, HEAD");
    Ok(())
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, found)?;
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// Every `Problem::new("code", status` of a source, however its lines are broken; `Self::new` within the type itself.
fn made_in(source: &str) -> Vec<(String, u16)> {
    let calls = ["Problem::new(", "Self::new("]
        .into_iter()
        .flat_map(|call| source.split(call).skip(1));
    calls
        .filter_map(|after| {
            let (code, rest) = after.trim_start().strip_prefix('"')?.split_once('"')?;
            let digits: String = rest
                .trim_start()
                .strip_prefix(',')?
                .trim_start()
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            Some((code.to_owned(), digits.parse().ok()?))
        })
        .collect()
}

#[test]
fn every_problem_in_the_sources_is_listed_with_its_status() -> Result<()> {
    assert_eq!(
        made_in(
            "Problem::new(\n    \"a-b\",\n    418,\n    detail) Problem::new(code, 1) Self::new(\"c\", 400, x)"
        ),
        [("a-b".to_owned(), 418), ("c".to_owned(), 400)]
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut seen = 0;
    for folder in ["worker/src", "crates/service/src", "crates/api/src"] {
        let mut files = Vec::new();
        sources(&root.join(folder), &mut files)?;
        for file in files {
            for (code, status) in made_in(&std::fs::read_to_string(&file)?) {
                let listed = problem_kind(&code).map(|kind| kind.status);
                ensure!(
                    listed == Some(status),
                    "{}: {code} is answered with {status}, the catalogue says {listed:?}",
                    file.display()
                );
                seen += 1;
            }
        }
    }
    assert!(seen >= 15, "only {seen} were found: is the search broken?");
    let shim = std::fs::read_to_string(root.join("worker/shim/entry.mjs"))?;
    assert!(shim.contains("/problems/internal-fault") && problem_kind("internal-fault").is_some());
    Ok(())
}

#[test]
fn damaged_parameters_are_named() -> Result<()> {
    let owner = shared("catalogue").workspace("parameters");
    owner.pool("p", "10.0.0.0/16")?;
    for (path, parameter) in [
        ("/history", "cidr"),
        ("/history?cidr=banana", "cidr"),
        ("/history?cidr=10.0.0.1/16", "cidr"),
        ("/history?cidr=10.0.0.0/16&limit=0", "limit"),
        ("/history?cidr=10.0.0.0/16&limit=1001", "limit"),
        ("/history?cidr=10.0.0.0/16&skip=x", "skip"),
        ("/history?cidr=10.0.0.0/16&colour=red", "colour"),
        ("/pools/p/prefixes", "part"),
        ("/pools/p/prefixes?part=red", "part"),
        ("/pools/p/prefixes?part=allocated&after=x", "after"),
        ("/pools/p/resources?cursor=zz", "cursor"),
        ("/compliance?status=compliant,red", "status"),
        ("/compliance?status=", "status"),
        ("/compliance?cursor=zz", "cursor"),
        ("/claims/p?atOnce=true", "atOnce"),
    ] {
        let problem = owner.get(path)?.problem(400, "bad-request");
        assert_eq!(problem["parameter"], json!(parameter), "{path}: {problem}");
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(parameter), "{path}: {detail}");
    }
    let at_once = owner.ask("DELETE", "/claims/p?atOnce=yes").send()?;
    assert_eq!(at_once.problem(400, "bad-request")["parameter"], "atOnce");
    owner
        .get("/history?cidr=10.0.0.0/16&space=none")?
        .problem(404, "not-found");
    let skipped = owner.get("/history?cidr=10.0.0.0/16&skip=1000000")?;
    assert_eq!(skipped.problem(422, "limit-exceeded")["max"], 20_000);
    Ok(())
}
