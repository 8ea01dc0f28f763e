//! The API as HTTP: credentials, headers, methods, limits, preconditions, retries, problems.
//! rows: F03 F21 F33

mod edge_support;

use anyhow::Result;
use edge_support::{Workspace, base64, shared};
use serde_json::json;

fn workspace(name: &str) -> Workspace {
    shared("http").workspace(name)
}

#[test]
fn stranger_learns_nothing_but_health() -> Result<()> {
    let owner = workspace("strangers");
    let token = shared("http").token.clone();
    let (body, checksum) = token.rsplit_once('_').expect("a token has a checksum");
    let mistyped = format!("{body}x_{checksum}");
    let unknown = "plat_local_AAAAAAAA_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_".to_owned();
    let unknown = format!(
        "{unknown}{}",
        base62(plat_local_edge::crc32(unknown.trim_end_matches('_').as_bytes()))
    );
    for (given, why) in [
        (None, "Authorization"),
        (Some("plat_x"), "checksum"),
        (Some(&*mistyped), "checksum"),
        (Some(&*unknown), "not known"),
    ] {
        let stranger = owner.with_token(given);
        for path in ["", "/snapshot", "/snapshot?from=published", "/changes", "/export"] {
            let reply = stranger.get(path)?;
            let problem = reply.problem(401, "unauthorized");
            assert!(
                problem["detail"]
                    .as_str()
                    .is_some_and(|detail| detail.contains(why)),
                "{reply:?}"
            );
            assert!(
                reply.header("www-authenticate").starts_with("Bearer"),
                "{reply:?}"
            );
        }
        stranger
            .post("/pools", &json!({ "name": "p", "prefixes": ["10.0.0.0/8"] }))?
            .problem(401, "unauthorized");
    }
    assert_eq!(
        owner
            .with_token(None)
            .ask("GET", "")
            .header("authorization", "Basic eDp5")
            .send()?
            .status,
        401
    );
    assert_eq!(
        owner.with_token(None).get("/api/v1/health")?.json()?["status"],
        "ok"
    );
    assert_eq!(
        owner.get("")?.json()?["claims"],
        0,
        "nothing a stranger asked for was done"
    );
    Ok(())
}

fn base62(mut number: u32) -> String {
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = [0; 6];
    for digit in text.iter_mut().rev() {
        *digit = digits[(number % 62) as usize];
        number /= 62;
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn pool_is_made_allocated_from_measured_and_released() -> Result<()> {
    let owner = workspace("basics");
    let begun = owner.get("")?;
    assert_eq!(
        begun.json()?["revision"],
        1,
        "a workspace begins with its default space"
    );
    assert_eq!(begun.json()?["spaces"][0]["name"], "default");

    let pool = owner.pool("emea", "10.0.0.0/16")?;
    assert_eq!(
        pool.header("location"),
        format!("/api/v1/workspaces/basics/claims/{}", pool.claim_id())
    );
    assert_eq!(
        (pool.header("etag"), pool.header("x-plat-revision")),
        ("\"2\"", "2")
    );

    let web = owner.post(
        "/pools/emea/allocations",
        &json!({ "prefixLength": 24, "name": "web" }),
    )?;
    assert_eq!((web.status, web.cidr().as_str()), (201, "10.0.0.0/24"));
    let db = owner.post("/pools/emea/allocations", &json!({ "addresses": "144" }))?;
    assert_eq!((db.status, db.cidr().as_str()), (201, "10.0.1.0/24"));
    let chosen = owner.post("/pools/emea/allocations", &json!({ "cidr": "10.0.128.0/17" }))?;
    assert_eq!(chosen.cidr(), "10.0.128.0/17");

    let usage = owner.get("/pools/emea/usage")?.json()?["usage"].clone();
    assert_eq!(
        (&usage["total"], &usage["allocated"], &usage["available"]),
        (&json!("65536"), &json!("33280"), &json!("32256"))
    );
    assert_eq!(
        owner.get("/pools/emea/free?limit=1")?.json()?["largest"],
        "10.0.64.0/18"
    );
    assert_eq!(
        owner.get("/search?q=10.0.0.7")?.json()?["rows"][0]["name"],
        "emea"
    );

    let at = format!("/claims/{}", web.claim_id());
    assert_eq!(owner.get(&at)?.json()?["row"]["name"], "web");
    let released = owner.ask("DELETE", &at).send()?;
    assert_eq!(
        (released.status, released.json()?["released"][0].clone()),
        (200, json!(web.claim_id()))
    );
    assert_eq!(
        owner.ask("DELETE", &at).send()?.json()?["changed"],
        false,
        "releasing twice changes nothing"
    );
    owner.get(&at)?.problem(404, "not-found");
    Ok(())
}

#[test]
fn every_answer_says_that_it_is_private_and_runs_nothing() -> Result<()> {
    let owner = workspace("headers");
    let paths = [
        "/api/v1/health",
        "",
        "/nowhere",
        "/snapshot",
        "/snapshot?from=published",
        "/changes",
        "/api/v2",
    ];
    for reply in paths.map(|path| owner.get(path)) {
        let reply = reply?;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{reply:?}");
        if !reply.header("content-type").is_empty()
            && reply.json().is_ok_and(|body| body.get("visits").is_some())
        {
            continue;
        }
        assert_eq!(reply.header("cache-control"), "no-store", "{reply:?}");
        assert!(
            reply
                .header("content-security-policy")
                .starts_with("default-src 'none'"),
            "{reply:?}"
        );
    }
    Ok(())
}

#[test]
fn unknown_paths_methods_parameters_and_fields_are_refused() -> Result<()> {
    let owner = workspace("refusals");
    for path in [
        "/nowhere",
        "/pools/a/b/c",
        "/tree/",
        "/api/v1",
        "/api/v1/workspaces",
        "/api/v1/workspaces/Upper",
        "/api/v1/workspaces/a_b",
    ] {
        owner.get(path)?.problem(404, "not-found");
    }
    owner
        .get(&format!("/api/v1/workspaces/{}", "a".repeat(64)))?
        .problem(404, "not-found");
    assert_eq!(
        owner
            .get(&format!("/api/v1/workspaces/{}", "a".repeat(63)))?
            .status,
        200
    );

    let reply = owner.ask("DELETE", "/tree").send()?;
    reply.problem(405, "method-not-allowed");
    assert_eq!(reply.header("allow"), "GET, HEAD");
    assert_eq!(owner.ask("OPTIONS", "/pools").send()?.header("allow"), "POST");
    let head = owner.ask("HEAD", "").send()?;
    assert_eq!(
        (head.status, head.header("etag"), head.body.len()),
        (200, "\"1\"", 0)
    );

    for query in [
        "/tree?colour=red",
        "/tree?limit=1&limit=2",
        "/tree?limit=ten",
        "/tree?limit=-1",
        "/tree?cursor=zz",
        "?x=1",
        "/snapshot?from=nowhere",
    ] {
        owner.get(query)?.problem(400, "bad-request");
    }
    owner.get("/tree?limit=0")?.problem(400, "bad-request");
    owner.get("/tree?limit=1001")?.problem(400, "bad-request");
    assert_eq!(owner.get("/tree?limit=1000")?.status, 200);

    owner
        .post(
            "/pools",
            &json!({ "name": "p", "prefixes": ["10.0.0.0/8"], "colour": "red" }),
        )?
        .problem(400, "bad-request");
    owner
        .post("/pools", &json!({ "name": "p", "prefixes": ["10.0.0.1/8"] }))?
        .problem(400, "bad-request");
    owner.post("/pools", &json!([]))?.problem(400, "bad-request");
    owner.pool("p", "10.0.0.0/8")?;
    let twice = json!({ "pool": "p", "prefixLength": 24 });
    owner
        .post("/pools/p/allocations", &twice)?
        .problem(400, "bad-request");
    owner
        .ask("POST", "/pools")
        .header("content-type", "application/json")
        .bytes(b"{".to_vec())
        .send()?
        .problem(400, "bad-request");
    let deep = format!(
        "{}{}",
        "{\"batch\":{\"commands\":[".repeat(500),
        "]}}".repeat(500)
    );
    owner
        .ask("POST", "/commands")
        .header("content-type", "application/json")
        .bytes(deep.into_bytes())
        .send()?
        .problem(400, "bad-request");
    assert_eq!(owner.revision()?, 2, "only the pool was made");
    Ok(())
}

#[test]
fn bodies_are_json_of_limited_length() -> Result<()> {
    let owner = workspace("bodies");
    let body = json!({ "name": "p", "prefixes": ["10.0.0.0/8"] }).to_string();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
        "",
    ] {
        owner
            .ask("POST", "/pools")
            .header("content-type", kind)
            .bytes(body.clone().into_bytes())
            .send()?
            .problem(415, "unsupported-media-type");
    }
    let at = |bytes: usize| format!("{body}{}", " ".repeat(bytes - body.len())).into_bytes();
    let limit = 1 << 20;
    let json = |bytes| {
        owner
            .ask("POST", "/pools")
            .header("content-type", "application/json; charset=utf-8")
            .bytes(bytes)
    };
    // Refused by the declared length, before a byte of it is read: a client that sends on regardless may find the connection
    // closed before it sees the answer, so this one waits to be asked for its body.
    let waiting = json(at(limit + 1)).header("expect", "100-continue");
    waiting.send()?.problem(413, "too-large");
    assert_eq!(json(at(limit)).send()?.status, 201, "a body at the limit is read");
    // Without a declared length it is counted as it comes.
    json(at(limit + 1)).chunked().send()?.problem(413, "too-large");
    let other = json!({ "name": "q", "prefixes": ["11.0.0.0/8"] }).to_string();
    assert_eq!(json(other.into_bytes()).chunked().send()?.status, 201);
    Ok(())
}

#[test]
fn pages_of_other_sites_change_nothing() -> Result<()> {
    let owner = workspace("sites");
    let ask = |headers: &[(&str, &str)]| {
        let ask = owner.ask("POST", "/preview").json(&json!({ "expireDue": {} }));
        headers
            .iter()
            .fold(ask, |ask, (name, value)| ask.header(name, value))
            .send()
    };
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://elsewhere.example")],
        &[("origin", "null")],
        &[
            ("origin", owner.origin.as_str()),
            ("sec-fetch-site", "cross-site"),
        ],
    ] {
        ask(headers)?.problem(403, "cross-site");
    }
    for headers in [
        &[][..],
        &[("sec-fetch-site", "same-origin")],
        &[("origin", owner.origin.as_str())],
    ] {
        assert_eq!(ask(headers)?.status, 200, "{headers:?}");
    }
    assert_eq!(
        owner
            .ask("GET", "")
            .header("sec-fetch-site", "cross-site")
            .send()?
            .status,
        200,
        "a read is no harm without a token"
    );
    Ok(())
}

#[test]
fn edit_names_the_revision_it_rests_on() -> Result<()> {
    let owner = workspace("match");
    owner.pool("p", "10.0.0.0/8")?;
    let edit = |tag: Option<&str>, text: &str| {
        let ask = owner
            .ask("PATCH", "/claims/p")
            .json(&json!({ "description": text }));
        match tag {
            Some(tag) => ask.header("if-match", tag),
            None => ask,
        }
        .send()
    };
    edit(None, "a")?.problem(428, "base-required");
    for tag in ["2", "W/\"2\"", "\"2\", \"3\"", "\"\"", "\"-1\"", "\"x\""] {
        edit(Some(tag), "a")?.problem(400, "bad-request");
    }
    let stale = edit(Some("\"1\""), "a")?;
    assert_eq!(stale.problem(412, "stale-revision")["revision"], 2);
    let edited = edit(Some("\"2\""), "a")?;
    assert_eq!((edited.status, edited.header("etag")), (200, "\"3\""));
    assert_eq!(edit(Some("*"), "b")?.header("etag"), "\"4\"");

    let same = owner
        .ask("GET", "/tree")
        .header("if-none-match", "\"4\"")
        .send()?;
    assert_eq!(
        (same.status, same.body.len(), same.header("etag")),
        (304, 0, "\"4\"")
    );
    assert_eq!(
        owner
            .ask("GET", "/tree")
            .header("if-none-match", "\"3\"")
            .send()?
            .status,
        200
    );
    let other_base = owner
        .ask("POST", "/pools")
        .header("if-match", "\"1\"")
        .json(&json!({ "name": "q", "prefixes": ["11.0.0.0/8"] }));
    other_base.send()?.problem(412, "stale-revision");
    Ok(())
}

#[test]
fn key_gives_the_same_answer_and_never_another_effect() -> Result<()> {
    let owner = workspace("keys");
    owner.pool("p", "10.0.0.0/8")?;
    let ask = |key: &str, len: u8| {
        owner
            .ask("POST", "/pools/p/allocations")
            .header("idempotency-key", key)
            .json(&json!({ "prefixLength": len }))
            .send()
    };
    let first = ask("build-7", 24)?;
    let again = ask("build-7", 24)?;
    assert_eq!((first.status, &first.body), (201, &again.body));
    for header in ["etag", "location", "x-plat-revision", "content-type"] {
        assert_eq!(first.header(header), again.header(header), "{header}");
    }
    assert_eq!(owner.revision()?, 3, "the second request did nothing");
    ask("build-7", 25)?.problem(422, "key-reused");
    let elsewhere = owner
        .ask("POST", "/preview")
        .header("idempotency-key", "build-7")
        .json(&json!({ "expireDue": {} }))
        .send()?;
    assert_eq!(
        elsewhere.status, 200,
        "a request that changes nothing binds no key"
    );
    assert_ne!(ask("build-8", 24)?.cidr(), first.cidr());

    for key in ["", "a b", &"x".repeat(256)] {
        ask(key, 24)?.problem(400, "bad-request");
    }
    assert_eq!(ask(&"x".repeat(255), 24)?.status, 201);

    // A refusal is not kept: what was in the way may be gone when it is asked again.
    let taken = |key: &str| {
        owner
            .ask("POST", "/pools/p/allocations")
            .header("idempotency-key", key)
            .json(&json!({ "cidr": first.cidr() }))
            .send()
    };
    taken("wish")?.problem(409, "overlap");
    owner
        .ask("DELETE", &format!("/claims/{}", first.claim_id()))
        .send()?;
    assert_eq!(taken("wish")?.status, 201);

    // An answer is kept for 24 hours and no longer.
    let at = |time: &str| {
        owner
            .ask("POST", "/pools/p/allocations")
            .header("idempotency-key", "old")
            .header("x-plat-test-now", time)
            .json(&json!({ "prefixLength": 30 }))
            .send()
    };
    let kept = at("2099-01-01T00:00:00Z")?.cidr();
    assert_eq!(at("2099-01-01T23:59:59Z")?.cidr(), kept);
    assert_ne!(at("2099-01-02T00:00:00Z")?.cidr(), kept);
    let alarm = |time: &str| {
        owner
            .ask("GET", "")
            .header("x-plat-test-alarm", time)
            .send()?
            .json()
    };
    assert_eq!(
        alarm("2099-01-02T00:00:00Z")?["kept"],
        1,
        "those of today are forgotten by now, the last one is not"
    );
    assert_eq!(alarm("2099-01-03T00:00:00Z")?["kept"], 0);
    Ok(())
}

#[test]
fn refusal_names_what_blocks_and_what_could_be_had() -> Result<()> {
    let owner = workspace("problems");
    owner.pool("small", "192.168.0.0/29")?;
    let room = owner.pool("room", "10.0.0.0/16")?;
    let holder =
        json!({ "id": "0190f5fe-7c1a-7000-8000-000000000001", "name": "vnet-a", "kind": "virtualNetwork" });
    let held = owner.post(
        "/pools/room/allocations",
        &json!({ "cidr": "10.0.0.0/20", "resource": holder }),
    )?;
    assert_eq!(held.status, 201, "{held:?}");

    let overlap = owner
        .post("/pools/room/allocations", &json!({ "cidr": "10.0.4.0/24" }))?
        .problem(409, "overlap");
    let blocker = &overlap["blockers"][0];
    assert_eq!(
        (&blocker["id"], &blocker["prefixes"][0], &blocker["holder"]),
        (&json!(held.claim_id()), &json!("10.0.0.0/20"), &json!("vnet-a"))
    );
    assert_eq!(
        (&overlap["prefix"], &overlap["blockersTotal"]),
        (&json!("10.0.4.0/24"), &json!(1))
    );
    assert!(overlap["alternatives"]["free"][0].is_string(), "{overlap}");

    let full = owner
        .post("/pools/small/allocations", &json!({ "prefixLength": 24 }))?
        .problem(409, "pool-exhausted");
    assert_eq!(
        (&full["len"], &full["available"], &full["pool"]["label"]),
        (&json!(24), &json!("8"), &json!("small"))
    );
    assert_eq!(full["alternatives"]["largestFree"], "192.168.0.0/29");
    assert_eq!(full["alternatives"]["pools"][0]["id"], room.claim_id());

    let missing = owner.get("/pools/none/usage")?;
    assert_eq!(missing.problem(404, "not-found")["id"], "none");
    assert_eq!(
        missing.header("x-plat-revision"),
        "4",
        "a refusal says what it was decided on"
    );
    owner
        .post(
            "/pools",
            &json!({ "name": "small", "prefixes": ["172.16.0.0/12"] }),
        )?
        .problem(409, "name-in-use");
    Ok(())
}

/// A file comes in with a preview first, all or nothing, once; and goes out as a file.
#[test]
fn file_is_previewed_imported_once_and_exported() -> Result<()> {
    let owner = workspace("files");
    let csv = "prefix,status,description\n10.20.0.0/16,container,site a\n10.20.1.0/24,active,users\n";
    let file = json!({ "name": "prefixes.csv", "bytes": base64(csv.as_bytes()) });
    let preview = owner.post("/imports/preview", &file)?;
    assert_eq!(preview.status, 200, "{preview:?}");
    assert_eq!(owner.revision()?, 1, "a preview changes nothing");
    owner.post("/imports", &file)?.problem(428, "base-required");
    let import = || {
        owner
            .ask("POST", "/imports")
            .header("if-match", "*")
            .json(&file)
            .send()
    };
    let first = import()?;
    assert_eq!(
        (first.status, &first.json()?["changed"]),
        (200, &json!(true)),
        "{first:?}"
    );
    let revision = owner.revision()?;
    assert_eq!(import()?.json()?["changed"], false);
    assert_eq!(owner.revision()?, revision, "the same file twice changes nothing");
    let export = owner.get("/export?format=csv")?;
    assert_eq!(export.status, 200, "{export:?}");
    assert!(
        export
            .header("content-disposition")
            .starts_with("attachment; filename=\""),
        "{export:?}"
    );
    assert!(
        export.header("content-type").starts_with("text/csv"),
        "{export:?}"
    );
    assert!(String::from_utf8_lossy(&export.body).contains("10.20.1.0/24"));
    assert!(owner.get("/export?format=json")?.json()?.is_object());
    owner.get("/export?format=xml")?.problem(400, "bad-request");
    Ok(())
}

/// Behind wrangler's proxy, as `cargo xtask serve` has it.
#[test]
fn proxy_changes_nothing() -> Result<()> {
    let world = edge_support::World::start_behind_wrangler(&edge_support::fresh("proxy"))?;
    let owner = world.workspace("main");
    owner.pool("a/b c", "10.0.0.0/24")?;
    assert_eq!(
        owner.get("/pools/a%2Fb%20c/usage")?.json()?["usage"]["total"],
        "256"
    );
    let ask = |origin: &str| {
        owner
            .ask("POST", "/pools/a%2Fb%20c/allocations")
            .header("origin", origin)
            .json(&json!({ "prefixLength": 32 }))
            .send()
    };
    assert_eq!(ask(&owner.origin)?.status, 201);
    ask("https://elsewhere.example")?.problem(403, "cross-site");
    let head = owner.ask("HEAD", "").send()?;
    assert_eq!((head.status, head.header("etag")), (200, "\"3\""));
    world.edge.stop()
}

#[test]
fn names_with_slashes_and_pages_by_cursor() -> Result<()> {
    let owner = workspace("names");
    owner.pool("a/b c", "10.0.0.0/24")?;
    assert_eq!(
        owner.get("/pools/a%2Fb%20c/usage")?.json()?["usage"]["total"],
        "256"
    );
    assert_eq!(
        owner.get("/pools/default%2Fa%2Fb%20c/usage")?.status,
        200,
        "space and name"
    );
    for _ in 0..5 {
        assert_eq!(
            owner
                .post("/pools/a%2Fb%20c/allocations", &json!({ "prefixLength": 30 }))?
                .status,
            201
        );
    }
    let (mut seen, mut path) = (Vec::new(), "/tree?parent=a%2Fb%20c&limit=2".to_owned());
    loop {
        let page = owner.get(&path)?.json()?;
        seen.extend(
            page["rows"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|row| row["prefixes"][0].to_string()),
        );
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/tree?parent=a%2Fb%20c&limit=2&cursor={next}");
    }
    assert_eq!(
        seen,
        [0, 4, 8, 12, 16].map(|host| format!("\"10.0.0.{host}/30\""))
    );
    Ok(())
}
