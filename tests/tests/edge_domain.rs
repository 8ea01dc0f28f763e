//! The whole domain over HTTP: what a path says and a body does not, pages, preconditions, and what the journal tells.
//! rows: F06 F12 F17 F18 F24 F34

mod edge_support;

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use edge_support::{Reply, Workspace, shared};
use serde_json::{Value, json};

fn workspace(name: &str) -> Workspace {
    shared("domain").workspace(name)
}

fn default_space(owner: &Workspace) -> Result<Value> {
    Ok(owner.get("")?.json()?["spaces"][0]["id"].clone())
}

fn id(kind: u8, n: usize) -> String {
    format!("0190f5fe-7c1a-7000-8{kind:03x}-{n:012x}")
}

/// Asks on the revision that is there.
fn on_head(owner: &Workspace, method: &str, path: &str, body: &Value) -> Result<Reply> {
    let revision = owner.revision()?;
    let ask = owner
        .ask(method, path)
        .header("if-match", format!("\"{revision}\""));
    ask.json(body).send()
}

#[track_caller]
fn done(reply: Result<Reply>) -> Value {
    let reply = reply.expect("an answer");
    assert!(reply.status < 300, "{reply:?}");
    reply.json().expect("JSON")
}

/// Follows `next` as it is given, page by page; returns the items and how many pages there were.
fn pages(owner: &Workspace, path: &str, items: &str) -> Result<(Vec<Value>, usize)> {
    let (mut all, mut count, mut next) = (Vec::new(), 0, String::new());
    loop {
        let page = owner.get(&format!("{path}{next}"))?.json()?;
        all.extend(
            page[items]
                .as_array()
                .with_context(|| page.to_string())?
                .iter()
                .cloned(),
        );
        count += 1;
        let Some(cursor) = page["next"].as_str() else {
            ensure!(page["next"].is_null(), "a cursor is text: {}", page["next"]);
            return Ok((all, count));
        };
        let opaque = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        ensure!(cursor.chars().all(opaque), "{cursor} needs no encoding");
        next = format!("&cursor={cursor}");
    }
}

/// Who did what to a prefix, when, from which base; what lay in it included.
/// rows: F34
#[test]
fn history_of_a_prefix_says_who_when_what_and_from_which_base() -> Result<()> {
    let owner = workspace("history");
    let pool = owner.pool("p", "10.0.0.0/16")?;
    let web = on_head(
        &owner,
        "POST",
        "/pools/p/allocations",
        &json!({ "prefixLength": 24, "name": "web" }),
    )?;
    assert_eq!(web.status, 201, "{web:?}");
    owner.pool("elsewhere", "172.16.0.0/12")?;
    let at = format!("/claims/{}", web.claim_id());
    done(on_head(
        &owner,
        "PATCH",
        &at,
        &json!({ "description": "the web", "name": "www" }),
    ));
    let any = owner.ask("PATCH", &at).header("if-match", "*");
    done(any.json(&json!({ "description": "" })).send());
    done(owner.ask("DELETE", &at).send());

    let all = done(owner.get("/history?cidr=10.0.0.0/8"));
    assert_eq!((&all["revision"], &all["next"]), (&json!(7), &Value::Null));
    let events = all["events"].as_array().context("events")?;
    let told: Vec<Value> = events
        .iter()
        .map(|e| json!([e["revision"], e["base"], e["word"], e["now"]["id"], e["changed"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!([2, null, "createPool", pool.claim_id(), []]),
            json!([3, 2, "allocate", web.claim_id(), []]),
            json!([5, 4, "edit", web.claim_id(), ["name", "description"]]),
            json!([6, null, "edit", web.claim_id(), ["description"]]),
            json!([7, null, "release", null, []]),
        ]
    );
    for event in events {
        assert_eq!(event["actor"], "owner", "{event}");
        let at = event["at"].as_str().context("a time")?;
        assert!(at.parse::<plat_domain::Timestamp>().is_ok(), "{event}");
    }
    assert_eq!(events[4]["before"]["prefixes"][0], "10.0.0.0/24");

    let journal = owner.journal()?;
    let bases: Vec<&Value> = journal.iter().map(|entry| &entry["base"]).collect();
    let null = &Value::Null;
    assert_eq!(bases, [null, null, &json!(2), null, &json!(4), null, null]);

    // The same after a cold start, a page at a time, and by the name and the id of the space.
    let space = default_space(&owner)?;
    let space = space.as_str().context("a space")?;
    let mut paged = Vec::new();
    for (skip, next) in [(0, json!(2)), (2, json!(4)), (4, Value::Null)] {
        let path = format!("/history?cidr=10.0.0.0/8&limit=2&skip={skip}&space={space}");
        let page = done(
            owner
                .ask("GET", &path)
                .header("x-plat-test-first", "forget")
                .send(),
        );
        assert_eq!(page["next"], next);
        paged.extend(page["events"].as_array().context("events")?.iter().cloned());
    }
    assert_eq!(&paged, events);
    let within = done(owner.get("/history?cidr=10.0.0.7/32&space=default"));
    assert_eq!(
        within["events"].as_array().map(Vec::len),
        Some(5),
        "what held it is told too"
    );
    assert_eq!(
        done(owner.get("/history?cidr=2001:db8::/32"))["events"],
        json!([])
    );
    let head = owner.ask("HEAD", "/history?cidr=10.0.0.0/8").send()?;
    assert_eq!(
        (head.status, head.body.len(), head.header("etag")),
        (200, 0, "\"7\"")
    );
    Ok(())
}

/// rows: F34
#[test]
fn applied_plan_is_told_with_the_base_it_was_planned_on() -> Result<()> {
    let owner = workspace("planned");
    let space = default_space(&owner)?;
    let make = json!({ "createPool": {
        "id": id(0, 1), "place": { "top": space }, "name": "planned", "wanted": { "prefixes": ["10.0.0.0/16"] } } });
    let plan = done(owner.post("/plans/simulate", &json!({ "name": "one", "commands": [make] })));
    owner.pool("between", "192.168.0.0/24")?;
    done(owner.post("/plans/apply", &json!({ "plan": plan["plan"] })));
    let events = done(owner.get("/history?cidr=10.0.0.0/16"))["events"].clone();
    assert_eq!(
        (&events[0]["revision"], &events[0]["base"]),
        (&json!(3), &json!(1))
    );
    Ok(())
}

#[test]
fn space_that_is_gone_keeps_its_history() -> Result<()> {
    let owner = workspace("spaces");
    done(owner.post(
        "/spaces",
        &json!({ "name": "lab", "id": id(1, 1), "description": "a lab" }),
    ));
    owner
        .post("/spaces", &json!({ "name": "lab" }))?
        .problem(409, "name-in-use");
    owner
        .post("/spaces", &json!({ "space": "lab", "name": "x" }))?
        .problem(400, "bad-request");
    let edit = json!({ "name": "old/lab" });
    owner
        .ask("PATCH", "/spaces/lab")
        .json(&edit)
        .send()?
        .problem(428, "base-required");
    done(on_head(&owner, "PATCH", "/spaces/lab", &edit));
    on_head(&owner, "PATCH", "/spaces/old%2Flab", &json!({ "space": "lab" }))?.problem(400, "bad-request");
    let allowed = owner.get("/spaces/lab")?;
    allowed.problem(405, "method-not-allowed");
    assert_eq!(allowed.header("allow"), "PATCH, DELETE");

    let pool = done(owner.post(
        "/pools",
        &json!({ "name": "p", "space": "old/lab", "prefixes": ["10.0.0.0/8"] }),
    ));
    owner
        .ask("DELETE", "/spaces/old%2Flab")
        .send()?
        .problem(409, "not-empty");
    let pool = pool["claim"]["id"].as_str().context("a pool")?.to_owned();
    done(owner.ask("DELETE", &format!("/claims/{pool}")).send());
    done(owner.ask("DELETE", "/spaces/old%2Flab").send());
    assert_eq!(done(owner.get(""))["spaces"].as_array().map(Vec::len), Some(1));

    let told = done(owner.get(&format!("/history?cidr=10.0.0.0/8&space={}", id(1, 1))));
    assert_eq!(told["events"].as_array().map(Vec::len), Some(2), "{told}");
    owner
        .get("/history?cidr=10.0.0.0/8&space=old%2Flab")?
        .problem(404, "not-found");
    owner
        .get(&format!("/history?cidr=10.0.0.0/8&space={}", id(1, 2)))?
        .problem(404, "not-found");
    Ok(())
}

/// A pool, and 101 resources that hold a network within its prefixes each, found and not in it.
fn found_networks(owner: &Workspace) -> Result<Vec<String>> {
    owner.pool("p", "10.0.0.0/16")?;
    let space = default_space(owner)?;
    let commands: Vec<Value> = (0..101)
        .flat_map(|n| {
            let resource = json!({ "id": id(2, n), "name": format!("vnet-{n}"), "kind": "virtualNetwork" });
            let network = json!({
                "id": id(3, n), "place": { "top": space }, "kind": { "network": { "holder": id(2, n) } },
                "prefixes": [format!("10.0.{n}.0/24")] });
            [
                json!({ "putResource": { "resource": resource } }),
                json!({ "adopt": network }),
            ]
        })
        .collect();
    let found = owner.post("/commands", &json!({ "batch": { "commands": commands } }))?;
    ensure!(found.status == 201, "{found:?}");
    Ok((0..101).map(|n| id(2, n)).collect())
}

/// rows: F06
#[test]
fn hundred_resources_are_associated_in_one_call_and_listed_by_pages() -> Result<()> {
    let owner = workspace("associations");
    let resources = found_networks(&owner)?;
    let status = |status: &str| -> Result<(Vec<Value>, usize)> {
        pages(&owner, &format!("/compliance?limit=30&status={status}"), "claims")
    };
    // They overlap the pool, so they do not comply; in no pool they would be unmanaged besides.
    let (before, count) = status("noncompliant,unmanaged")?;
    assert_eq!((before.len(), count), (101, 4));
    let seen: BTreeSet<String> = before.iter().map(|c| c["row"]["id"].to_string()).collect();
    assert_eq!(seen.len(), 101, "none twice");

    let revision = owner.revision()?;
    let associate =
        |resources: &[String]| owner.post("/pools/p/associations", &json!({ "resources": resources }));
    let refused = associate(&resources)?.problem(422, "limit-exceeded");
    assert_eq!((&refused["max"], owner.revision()?), (&json!(100), revision));
    let at_once = done(associate(&resources[..100]));
    assert_eq!(at_once["revision"], revision + 1, "one revision for all");
    assert_eq!(
        done(associate(&resources[..100]))["changed"],
        false,
        "it is a set"
    );
    let named = json!({ "pool": "p", "resources": [resources[0]] });
    owner
        .post("/pools/p/associations", &named)?
        .problem(400, "bad-request");

    let (held, count) = pages(&owner, "/pools/p/resources?limit=30", "resources")?;
    assert_eq!((held.len(), count), (100, 4));
    let holders: Vec<&Value> = held.iter().map(|one| &one["resource"]["id"]).collect();
    assert_eq!(
        holders,
        resources[..100]
            .iter()
            .map(|r| json!(r))
            .collect::<Vec<_>>()
            .iter()
            .collect::<Vec<_>>()
    );
    assert_eq!(status("compliant")?.0.len(), 100);
    assert_eq!(status("noncompliant,unmanaged")?.0.len(), 1);
    assert_eq!(
        pages(&owner, "/compliance?within=p&limit=1000", "claims")?
            .0
            .len(),
        100
    );

    let last = format!("/claims/{}/recommendation", id(3, 100));
    let recommended = done(owner.get(&last));
    assert_eq!(recommended["networks"][0]["pool"]["label"], "p", "{recommended}");
    Ok(())
}

/// rows: F06
#[test]
fn resource_gets_its_prefixes_in_one_call_and_gives_them_back() -> Result<()> {
    let owner = workspace("resources");
    owner.pool("four", "10.0.0.0/16")?;
    owner.pool("six", "2001:db8::/48")?;
    let body = json!({
        "resource": { "id": id(4, 1), "name": "vnet", "kind": "virtualNetwork" },
        "allocations": [{ "pool": "four", "prefixLength": 24 }, { "pool": "six", "prefixLength": 64 }] });
    let put = || {
        owner
            .ask("POST", "/resources")
            .header("idempotency-key", "vnet")
            .json(&body)
            .send()
    };
    let (first, again) = (put()?, put()?);
    assert_eq!((first.status, &first.body), (201, &again.body), "{first:?}");
    let at = format!("/resources/{}", id(4, 1));
    for reply in [&first, &again] {
        assert_eq!(
            reply.header("location"),
            format!("/api/v1/workspaces/resources{at}")
        );
    }
    let held = done(owner.get(&at));
    assert_eq!(held["resource"]["name"], "vnet");
    assert_eq!(held["networks"].as_array().map(Vec::len), Some(2));
    let gone = done(owner.ask("DELETE", &at).send());
    assert_eq!(gone["released"].as_array().map(Vec::len), Some(2));
    owner.get(&at)?.problem(404, "not-found");
    let usage = done(owner.get("/pools/four/usage"));
    assert_eq!(usage["usage"]["allocated"], "0");
    Ok(())
}

/// rows: F18
#[test]
fn release_plan_lists_everything_and_is_applied_as_looked_at() -> Result<()> {
    let owner = workspace("release-plan");
    owner.pool("p", "10.0.0.0/16")?;
    done(owner.post(
        "/pools",
        &json!({ "name": "child", "parent": "p", "prefixLength": 20 }),
    ));
    done(owner.post("/pools/child/allocations", &json!({ "prefixLength": 24 })));
    owner.ask("DELETE", "/claims/p").send()?.problem(409, "not-empty");
    let revision = owner.revision()?;
    let planned = done(owner.get("/claims/p/release-plan"));
    assert_eq!(
        planned["plan"]["steps"].as_array().map(Vec::len),
        Some(3),
        "{planned}"
    );
    assert_eq!(owner.revision()?, revision, "looking changes nothing");
    let applied = done(owner.post("/plans/apply", &json!({ "plan": planned["plan"] })));
    assert_eq!(applied["digest"], planned["plan"]["digest"]);
    assert_eq!(done(owner.get(""))["claims"], 0);
    Ok(())
}

/// One request cannot drain a pool: at the limit it is done, past it nothing is.
/// rows: B30
#[test]
fn batch_past_the_limit_allocates_nothing() -> Result<()> {
    let owner = workspace("batch");
    let pool = owner.pool("p", "10.0.0.0/16")?.claim_id();
    let batch = |count: usize| {
        let allocate = |n: usize| {
            json!({ "allocate": { "id": id(5, n), "place": { "in": pool }, "kind": { "network": { "holder": null } },
                "wanted": { "prefixLength": 28 } } })
        };
        let commands: Vec<Value> = (0..count).map(allocate).collect();
        owner.post("/commands", &json!({ "batch": { "commands": commands } }))
    };
    let refused = batch(257)?.problem(422, "limit-exceeded");
    assert_eq!(refused["max"], 256);
    assert_eq!(
        (owner.revision()?, &done(owner.get(""))["claims"]),
        (2, &json!(1))
    );
    assert_eq!(batch(256)?.status, 201);
    assert_eq!(
        (owner.revision()?, &done(owner.get(""))["claims"]),
        (3, &json!(257))
    );

    // The same for what is allocated with a resource.
    let resource = json!({
        "resource": { "id": id(6, 1), "name": "greedy", "kind": "virtualNetwork" },
        "allocations": vec![json!({ "pool": "p", "prefixLength": 28 }); 257] });
    owner
        .post("/resources", &resource)?
        .problem(422, "limit-exceeded");
    assert_eq!(owner.revision()?, 3);
    Ok(())
}

/// rows: F24 F12
#[test]
fn conflict_is_accepted_until_its_time_and_opened_again() -> Result<()> {
    let owner = workspace("conflicts");
    let space = default_space(&owner)?;
    for (n, prefix) in [(0, "10.0.0.0/16"), (1, "10.0.0.0/24")] {
        let found = json!({ "adopt": {
            "id": id(7, n), "place": { "top": space }, "kind": "static", "prefixes": [prefix] } });
        done(owner.post("/commands", &found));
    }
    let at = format!("/conflicts/{}/{}", id(7, 1), id(7, 0));
    let accepted = |owner: &Workspace| {
        let page = done(owner.get("/conflicts"));
        assert_eq!(page["total"], 1, "accepted or not, it is listed");
        page["conflicts"][0]["accepted"]["reason"].clone()
    };
    assert_eq!(accepted(&owner), Value::Null);
    owner.post(&at, &json!({ "reason": "" }))?.problem(422, "invalid");
    owner.post(&at, &json!({}))?.problem(400, "bad-request");
    let meddling = json!({ "reason": "x", "left": id(7, 0) });
    owner.post(&at, &meddling)?.problem(400, "bad-request");
    let other = format!("/conflicts/{}/{}", id(7, 0), id(7, 9));
    owner
        .post(&other, &json!({ "reason": "x" }))?
        .problem(404, "not-found");
    let methods = owner.get(&at)?;
    methods.problem(405, "method-not-allowed");
    assert_eq!(methods.header("allow"), "POST, DELETE");

    done(owner.post(&at, &json!({ "reason": "migration" })));
    assert_eq!(accepted(&owner), "migration");
    let counts = done(owner.get(""));
    assert_eq!(
        (&counts["conflicts"], &counts["acceptedConflicts"]),
        (&json!(0), &json!(1))
    );
    done(owner.ask("DELETE", &at).send());
    assert_eq!(accepted(&owner), Value::Null);

    // It lapses when the alarm rings at its time, and not before; so does a rest.
    let until = json!({ "reason": "this year", "expiresAt": "2099-01-01T00:00:00Z" });
    done(owner.post(&at, &until));
    let pool = json!({ "name": "slow", "prefixes": ["172.16.0.0/24"], "policy": { "coolDownSeconds": 60 } });
    done(owner.post("/pools", &pool));
    let taken = owner
        .ask("POST", "/pools/slow/allocations")
        .header("x-plat-test-now", "2099-01-01T00:00:00Z");
    let ring = |at: &str| {
        let ring = owner.ask("GET", "").header("x-plat-test-alarm", at);
        done(ring.send());
    };
    ring("2098-12-31T23:59:59Z");
    assert_eq!(accepted(&owner), "this year");
    ring("2099-01-01T00:00:00Z");
    assert_eq!(accepted(&owner), Value::Null);
    let ended = |owner: &Workspace| -> Result<usize> {
        let journal = owner.journal()?;
        let by_itself = journal
            .iter()
            .filter(|e| e["word"] == "expireDue" && e["actor"] == "plat");
        Ok(by_itself.count())
    };
    assert_eq!(ended(&owner)?, 1);

    let taken = taken.json(&json!({ "prefixLength": 24 })).send()?;
    assert_eq!(taken.status, 201, "{taken:?}");
    let taken_at = format!("/claims/{}", taken.claim_id());
    done(owner.ask("DELETE", &taken_at).send());
    let resting = owner.post("/pools/slow/allocations", &json!({ "prefixLength": 24 }))?;
    resting.problem(409, "pool-exhausted");
    ring("2099-01-01T00:00:59Z");
    assert_eq!(ended(&owner)?, 1);
    ring("2099-01-01T00:01:00Z");
    assert_eq!(ended(&owner)?, 2);
    let taken = owner.post("/pools/slow/allocations", &json!({ "prefixLength": 24 }))?;
    assert_eq!(taken.status, 201, "{taken:?}");
    let at_once = format!("/claims/{}?atOnce=true", taken.claim_id());
    done(owner.ask("DELETE", &at_once).send());
    let taken = owner.post("/pools/slow/allocations", &json!({ "prefixLength": 24 }))?;
    assert_eq!(taken.status, 201, "it does not rest: {taken:?}");
    Ok(())
}

/// rows: F17
#[test]
fn claim_is_split_and_merged_on_the_revision_that_was_seen() -> Result<()> {
    let owner = workspace("split");
    owner.pool("p", "10.0.0.0/16")?;
    let whole = owner
        .post("/pools/p/allocations", &json!({ "cidr": "10.0.0.0/24" }))?
        .claim_id();
    let (split, merge) = (format!("/claims/{whole}/split"), format!("/claims/{whole}/merge"));
    let parts = json!({ "parts": [{ "prefixes": ["10.0.0.128/25"] }] });
    owner.post(&split, &parts)?.problem(428, "base-required");
    let named = json!({ "claim": whole, "parts": [] });
    on_head(&owner, "POST", &split, &named)?.problem(400, "bad-request");
    let two = done(on_head(&owner, "POST", &split, &parts));
    let ids: Vec<&Value> = two["claims"]
        .as_array()
        .context("claims")?
        .iter()
        .map(|c| &c["id"])
        .collect();
    assert_eq!((ids.len(), ids[0]), (2, &json!(whole)));

    let page = done(owner.get("/pools/p/prefixes?part=allocated&limit=1"));
    let prefixes = done(owner.get("/pools/p/prefixes?part=available&limit=2"));
    assert_eq!(page["prefixes"].as_array().map(Vec::len), Some(1), "{page}");
    assert_eq!(
        (&prefixes["prefixes"], &prefixes["next"]),
        (&json!(["10.0.1.0/24", "10.0.2.0/23"]), &json!("10.0.2.0/23"))
    );
    let rest = done(owner.get("/pools/p/prefixes?part=available&after=10.0.2.0/23"));
    assert_eq!(
        (&rest["prefixes"][0], &rest["next"]),
        (&json!("10.0.4.0/22"), &Value::Null)
    );

    let from = json!({ "from": [ids[1]] });
    owner.post(&merge, &from)?.problem(428, "base-required");
    let one = done(on_head(&owner, "POST", &merge, &from));
    assert_eq!(one["claim"]["prefixes"], json!(["10.0.0.0/24"]), "{one}");
    Ok(())
}
