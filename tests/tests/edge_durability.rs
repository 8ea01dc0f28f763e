//! What is answered is kept, what is not is not there, and what is stored is checked: failures between any two writes, power
//! cuts, damage.
//! rows: F07 F34 B06

mod edge_support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result, ensure};
use edge_support::{Workspace, World, fresh, shared};
use plat_domain::{ChangeSet, Digest, State};
use serde_json::{Value, json};

/// Not for tests that panic: one wasm instance serves all workspaces, so a panic costs whatever is in flight in any of them.
fn workspace(name: &str) -> Workspace {
    shared("durability").workspace(name)
}

/// Rebuilds the state from the journal alone, checking every digest.
fn replayed(journal: &[Value]) -> Result<State> {
    let mut state = State::new();
    for entry in journal {
        let changes: ChangeSet = serde_json::from_value(json!({ "changes": entry["changes"] }))?;
        state = state.commit(&changes).map_err(|e| anyhow::anyhow!("{e}"))?;
        let digest: Digest = serde_json::from_value(entry["digest"].clone())?;
        ensure!(entry["revision"] == state.revision(), "{entry} is out of order");
        ensure!(
            digest == state.digest(),
            "the chain breaks at {}",
            state.revision()
        );
    }
    Ok(state)
}

/// The journal, what is in memory, and what a cold start reads are one and the same.
fn agrees(owner: &Workspace) -> Result<State> {
    let live = owner.get("/snapshot")?;
    let cold = owner
        .ask("GET", "/snapshot")
        .header("x-plat-test-first", "forget")
        .send()?;
    assert_eq!(live.body, cold.body, "a cold start reads what was in memory");
    let state = State::from_snapshot(&cold.body).map_err(|e| anyhow::anyhow!("{e}"))?;
    assert_eq!(cold.header("x-plat-digest"), state.digest().to_string());
    assert_eq!(cold.header("etag"), format!("\"{}\"", state.revision()));
    let replayed = replayed(&owner.journal()?)?;
    assert_eq!(
        replayed.to_snapshot(),
        cold.body,
        "the journal gives what is stored"
    );
    assert_eq!(plat_domain::check::check(&state), Vec::<String>::new());
    Ok(state)
}

/// A plan of two steps: two revisions in one request.
fn two_steps(owner: &Workspace) -> Result<Value> {
    let pool = |id: u8, prefix: &str| {
        json!({ "createPool": {
            "id": format!("0190f5fe-7c1a-7000-8000-0000000000{id:02}"),
            "place": { "innermost": owner_space(owner) }, "name": format!("pool-{id}"), "wanted": { "prefixes": [prefix] } } })
    };
    let ask = json!({ "name": "two", "commands": [pool(1, "10.1.0.0/16"), pool(2, "10.2.0.0/16")] });
    let reply = owner.post("/plans/simulate", &ask)?;
    ensure!(reply.status == 200, "{reply:?}");
    Ok(json!({ "plan": reply.json()?["plan"] }))
}

fn owner_space(owner: &Workspace) -> Value {
    owner
        .get("")
        .and_then(|reply| reply.json())
        .map(|body| body["spaces"][0]["id"].clone())
        .unwrap_or_default()
}

/// rows: B06
#[test]
fn failure_between_writes_leaves_nothing_half_done() -> Result<()> {
    let world = World::start(&fresh("sabotage"))?;
    let owner = world.workspace("main");
    owner.pool("before", "172.16.0.0/12")?;
    let before = agrees(&owner)?;
    let plan = two_steps(&owner)?;
    for (fail, status) in [
        ("error-between-entries", 500),
        ("error-after-journal", 500),
        ("panic-between-entries", 503),
        ("panic-after-journal", 503),
        ("panic-before-answer", 503),
    ] {
        let ask = |sabotaged: bool| {
            let ask = owner
                .ask("POST", "/plans/apply")
                .header("idempotency-key", "apply")
                .json(&plan);
            if sabotaged {
                ask.header("x-plat-test-fail", fail)
            } else {
                ask
            }
            .send()
        };
        let failed = ask(true)?;
        assert_eq!(failed.status, status, "{fail}: {failed:?}");
        let after = agrees(&owner).with_context(|| fail.to_owned())?;
        assert_eq!(
            (after.revision(), after.digest()),
            (before.revision(), before.digest()),
            "{fail} left something"
        );
    }
    // The key was bound by none of them: the same request with the same key is done now, once.
    let ask = || {
        owner
            .ask("POST", "/plans/apply")
            .header("idempotency-key", "apply")
            .json(&plan)
            .send()
    };
    let (applied, again) = (ask()?, ask()?);
    assert_eq!((applied.status, &applied.body), (200, &again.body), "{applied:?}");
    assert_eq!(agrees(&owner)?.revision(), before.revision() + 2);
    world.edge.stop()
}

/// One revision is written without a transaction around it; a panic right after it still undoes it.
#[test]
fn panic_after_a_single_write_undoes_it() -> Result<()> {
    let world = World::start(&fresh("single"))?;
    let owner = world.workspace("main");
    let before = agrees(&owner)?;
    let pool = json!({ "name": "p", "prefixes": ["10.0.0.0/8"] });
    for fail in [
        "panic-after-journal",
        "panic-before-answer",
        "error-after-journal",
    ] {
        let failed = owner
            .ask("POST", "/pools")
            .header("x-plat-test-fail", fail)
            .json(&pool)
            .send()?;
        assert!(failed.status >= 500, "{failed:?}");
        assert_eq!(agrees(&owner)?.digest(), before.digest(), "{fail}");
    }
    owner.pool("p", "10.0.0.0/8")?;
    world.edge.stop()
}

#[test]
fn damaged_journal_is_refused_and_never_written_to() -> Result<()> {
    let owner = workspace("damage");
    owner.pool("p", "10.0.0.0/8")?;
    let damaged = owner
        .ask("GET", "")
        .header("x-plat-test-first", "damage")
        .send()?;
    let detail = damaged.problem(500, "fault")["detail"].to_string();
    assert!(detail.contains("digest of revision 2"), "{detail}");
    owner.get("/tree")?.problem(500, "fault");
    owner
        .post("/pools", &json!({ "name": "q", "prefixes": ["11.0.0.0/8"] }))?
        .problem(500, "fault");
    owner
        .ask("GET", "")
        .header("x-plat-test-first", "forget")
        .send()?
        .problem(500, "fault");
    assert_eq!(
        workspace("beside-damage").get("")?.status,
        200,
        "another workspace is another matter"
    );
    Ok(())
}

/// What `crates/domain/tests/stored_forms.rs` pins of the first stored form: change sets and a snapshot in hexadecimal
/// digits, and the digest.
fn first_form() -> Result<(Vec<String>, String, String)> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/domain/tests/golden/v1");
    let text = std::fs::read_to_string(golden.join("change-sets.txt"))?;
    let (mut sets, mut digest) = (vec![String::new()], String::new());
    for line in text.lines() {
        match line.strip_prefix("digest ") {
            Some(stated) => digest = stated.to_owned(),
            None if line.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                sets.last_mut().context("a set")?.push_str(line);
            }
            // The word of the next command.
            None => sets.push(String::new()),
        }
    }
    // What changed nothing made no revision.
    sets.retain(|set| set.len() > 2);
    let snapshot = std::fs::read_to_string(golden.join("snapshot.txt"))?;
    let (snapshot, _) = snapshot.split_once("content").context("a snapshot")?;
    let snapshot = snapshot.chars().filter(char::is_ascii_hexdigit).collect();
    Ok((sets, snapshot, digest))
}

/// A database of before the second stored form: its table lacks columns, its lines are of the first form. It opens, keeps its
/// digest, and goes on in the second form.
#[test]
fn database_of_the_first_form_keeps_its_digest_and_goes_on() -> Result<()> {
    let (sets, snapshot, digest) = first_form()?;
    for snapshotted in [false, true] {
        let owner = workspace(&format!("before-{snapshotted}"));
        let ask = owner.ask("GET", "").header("x-plat-test-journal", sets.join(","));
        let opened = if snapshotted {
            ask.header("x-plat-test-snapshot", &snapshot).send()?
        } else {
            ask.send()?
        };
        assert_eq!(opened.status, 200, "{opened:?}");
        let opened = opened.json()?;
        assert_eq!(
            (&opened["revision"], &opened["digest"]),
            (&json!(sets.len()), &json!(digest))
        );
        let before = owner.get("/snapshot")?;
        let before = State::from_snapshot(&before.body).map_err(|e| anyhow::anyhow!("{e}"))?;
        assert_eq!(before.digest().to_string(), digest);
        assert_eq!(plat_domain::check::check(&before), Vec::<String>::new());

        let made = owner
            .ask("POST", "/pools/emea/allocations")
            .header("if-match", format!("\"{}\"", sets.len()))
            .json(&json!({ "prefixLength": 24 }))
            .send()?;
        assert_eq!(made.status, 201, "{made:?}");
        let journal = owner.journal()?;
        assert_eq!(journal.len(), sets.len() + 1);
        let (last, old) = journal.split_last().context("a journal")?;
        assert!(
            old.iter().all(|line| line["base"].is_null()),
            "none was kept then"
        );
        assert_eq!(last["base"], sets.len());
        let changes: ChangeSet = serde_json::from_value(json!({ "changes": last["changes"] }))?;
        let after = before.commit(&changes).map_err(|e| anyhow::anyhow!("{e}"))?;
        assert_eq!(last["digest"], after.digest().to_string(), "one chain");
        let cold = owner
            .ask("GET", "/snapshot")
            .header("x-plat-test-first", "forget")
            .send()?;
        assert_eq!(cold.body, after.to_snapshot(), "a cold start reads both forms");
        let history = owner.get("/history?cidr=10.0.0.0/8")?.json()?;
        let events = history["events"].as_array().context("events")?;
        assert_eq!(events[0]["word"], "before");
        assert_eq!(
            events.last().map(|event| &event["word"]),
            Some(&json!("allocate"))
        );
    }
    Ok(())
}

/// More revisions than a cold start replays, and a change set larger than a row of the database.
#[test]
fn long_history_and_large_changes_are_read_back() -> Result<()> {
    let owner = workspace("long");
    owner.pool("p", "10.0.0.0/8")?;
    let plan = |name: &str, commands: Vec<Value>| -> Result<Value> {
        let reply = owner.post("/plans/simulate", &json!({ "name": name, "commands": commands }))?;
        ensure!(reply.status == 200, "{reply:?}");
        Ok(json!({ "plan": reply.json()?["plan"] }))
    };
    let pool = owner.get("/claims/p")?.json()?["row"]["id"].clone();
    let allocate = |n: usize, text: &str| {
        json!({ "allocate": { "id": format!("0190f5fe-7c1a-7000-8000-{n:012x}"), "place": { "in": pool }, "kind": { "network": { "holder": null } },
            "wanted": { "prefixLength": 28 }, "description": text } })
    };
    let many = plan("many", (0..1_200).map(|n| allocate(n, "")).collect())?;
    assert_eq!(owner.post("/plans/apply", &many)?.status, 200);
    assert_eq!(agrees(&owner)?.revision(), 1_202);

    // 2,500 claims with descriptions of 1,000 bytes in one change set: 2.6 MB, where a row takes 2 MB.
    let text = "x".repeat(1_000);
    let batch = json!({ "batch": { "commands": (0..2_500).map(|n| allocate(10_000 + n, &text)).collect::<Vec<_>>() } });
    let large = plan("large", vec![batch])?;
    let ask = || {
        owner
            .ask("POST", "/plans/apply")
            .header("idempotency-key", "large")
            .json(&large)
            .send()
    };
    let applied = ask()?;
    assert_eq!(applied.status, 200, "{applied:?}");
    assert_eq!(agrees(&owner)?.revision(), 1_203);
    assert_eq!(ask()?.body, applied.body);
    Ok(())
}

#[test]
fn reservation_ends_by_itself_at_its_time() -> Result<()> {
    let owner = workspace("expiry");
    owner.pool("p", "10.0.0.0/24")?;
    let at = |time: &str, body: &Value| {
        owner
            .ask("POST", "/pools/p/allocations")
            .header("x-plat-test-now", time)
            .json(body)
            .send()
    };
    let held = at(
        "2027-01-01T00:00:00Z",
        &json!({ "kind": "reservation", "prefixLength": 24, "expiresAt": "2027-01-02T00:00:00Z" }),
    )?;
    assert_eq!(held.status, 201, "{held:?}");
    at("2027-01-01T23:59:59Z", &json!({ "prefixLength": 24 }))?.problem(409, "pool-exhausted");
    let had = at("2027-01-02T00:00:00Z", &json!({ "prefixLength": 24 }))?;
    assert_eq!((had.status, had.cidr().as_str()), (201, "10.0.0.0/24"));
    let words: Vec<String> = owner
        .journal()?
        .iter()
        .filter_map(|entry| entry["word"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(
        words,
        ["createSpace", "createPool", "allocate", "expireDue", "allocate"]
    );

    // Without a request the alarm does it: the reservation ends at a time that the workspace has passed already.
    let owner = workspace("expiry-alarm");
    owner.pool("p", "10.0.0.0/24")?;
    let soon = owner.post(
        "/pools/p/allocations",
        &json!({ "kind": "reservation", "prefixLength": 25, "expiresAt": in_the_near_future() }),
    )?;
    assert_eq!(soon.status, 201, "{soon:?}");
    let gone = (0..400).any(|_| {
        thread::sleep(std::time::Duration::from_millis(100));
        owner
            .get("/pools/p/usage")
            .and_then(|reply| reply.json())
            .is_ok_and(|body| body["usage"]["reserved"] == "0")
    });
    assert!(gone, "the alarm did not end the reservation");
    let last = owner.journal()?.pop().context("a journal")?;
    assert_eq!(
        (&last["word"], &last["actor"]),
        (&json!("expireDue"), &json!("plat"))
    );
    Ok(())
}

/// Five seconds from now: long enough for a slow machine to ask.
fn in_the_near_future() -> String {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    let at_ms = u64::try_from(now.as_millis()).expect("before the year 500,000,000") + 5_000;
    plat_domain::Timestamp::from_ms(at_ms).to_string()
}

/// A power cut in the middle of a burst of allocations.
#[test]
fn acknowledged_allocations_survive_a_power_cut() -> Result<()> {
    let data = fresh("power-cut");
    let mut world = World::start(&data)?;
    let owner = world.workspace("main");
    owner.pool("p", "10.0.0.0/12")?;
    let (answered, asked) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    thread::scope(|scope| {
        for caller in 0..4 {
            let (owner, answered, asked) = (&owner, &answered, &asked);
            scope.spawn(move || {
                for n in 0..2_000 {
                    asked.fetch_add(1, Ordering::Relaxed);
                    let key = format!("{caller}-{n}");
                    let ask = owner
                        .ask("POST", "/pools/p/allocations")
                        .header("idempotency-key", &key);
                    match ask.json(&json!({ "prefixLength": 28 })).send() {
                        Ok(reply) if reply.status == 201 => {
                            answered.lock().expect("not poisoned").push((
                                key,
                                reply.claim_id(),
                                reply.cidr(),
                                reply.body,
                            ));
                        }
                        // The edge is gone: this one was not acknowledged.
                        _ => return,
                    }
                }
            });
        }
        while answered.lock().expect("not poisoned").len() < 150 {
            thread::sleep(std::time::Duration::from_millis(1));
        }
        world.edge.kill_hard();
    });
    let answered = answered.into_inner().expect("not poisoned");
    assert!(
        answered.len() >= 150 && answered.len() < 8_000,
        "killed in the middle: {} of {}",
        answered.len(),
        asked.load(Ordering::Relaxed)
    );

    let world = World::start(&data)?;
    let owner = world.workspace("main");
    let state = agrees(&owner)?;
    for (key, id, cidr, body) in &answered {
        let claim = state
            .claim(id.parse()?)
            .with_context(|| format!("{id} was acknowledged and is gone"))?;
        assert_eq!(claim.prefixes[0].to_string(), *cidr);
        if key.ends_with('0') {
            let again = owner
                .ask("POST", "/pools/p/allocations")
                .header("idempotency-key", key)
                .json(&json!({ "prefixLength": 28 }))
                .send()?;
            assert_eq!(again.body, *body, "the key's answer survived with its effect");
        }
    }
    let distinct: BTreeSet<&String> = answered.iter().map(|(_, _, cidr, _)| cidr).collect();
    assert_eq!(distinct.len(), answered.len(), "a block was handed out twice");
    assert_eq!(state.conflict_count(), 0);
    let next = owner.post("/pools/p/allocations", &json!({ "prefixLength": 28 }))?;
    assert!(next.status == 201 && !distinct.contains(&next.cidr()), "{next:?}");
    world.edge.stop()
}
