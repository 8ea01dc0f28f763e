//! Many callers at once: nothing is handed out twice, and a refusal leaves nothing behind.
//! rows: F03 B01 B02 B04

mod edge_support;

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use anyhow::Result;
use edge_support::{Reply, Workspace, World, fresh, shared};
use serde_json::{Value, json};

fn workspace(name: &str) -> Workspace {
    shared("concurrency").workspace(name)
}

/// The same request from many callers at the same moment.
fn at_once(owner: &Workspace, callers: usize, path: &str, body: &Value) -> Result<Vec<Reply>> {
    let barrier = Barrier::new(callers);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..callers)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    owner.post(path, body)
                })
            })
            .collect();
        callers
            .into_iter()
            .map(|caller| caller.join().expect("a caller does not panic"))
            .collect()
    })
}

/// rows: B01
#[test]
fn sixteen_at_once_get_sixteen_addresses() -> Result<()> {
    let owner = workspace("b01");
    owner.pool("p", "192.0.2.0/24")?;
    let before = owner.revision()?;
    let replies = at_once(&owner, 16, "/pools/p/allocations", &json!({ "prefixLength": 32 }))?;
    assert!(replies.iter().all(|reply| reply.status == 201), "{replies:?}");
    let got: BTreeSet<String> = replies.iter().map(Reply::cidr).collect();
    let wanted: BTreeSet<String> = (0..16).map(|host| format!("192.0.2.{host}/32")).collect();
    assert_eq!(got, wanted, "distinct, and without a gap");
    let journal = owner.journal()?;
    let revisions: Vec<u64> = journal
        .iter()
        .filter_map(|entry| entry["revision"].as_u64())
        .filter(|at| *at > before)
        .collect();
    assert_eq!(
        revisions,
        (before + 1..=before + 16).collect::<Vec<_>>(),
        "one revision an allocation, none missing"
    );
    Ok(())
}

/// rows: B02
#[test]
fn same_block_twice_at_once_is_had_by_one() -> Result<()> {
    let owner = workspace("b02");
    owner.pool("p", "192.168.0.0/16")?;
    for address in 1..=8 {
        let cidr = format!("192.168.2.{address}/32");
        let mut replies = at_once(&owner, 2, "/pools/p/allocations", &json!({ "cidr": cidr }))?;
        replies.sort_by_key(|reply| reply.status);
        let [winner, loser] = &replies[..] else {
            panic!("{replies:?}")
        };
        assert_eq!((winner.status, winner.cidr()), (201, cidr.clone()));
        let overlap = loser.problem(409, "overlap");
        assert_eq!(overlap["blockers"][0]["id"], winner.claim_id());
        assert_eq!(overlap["blockers"][0]["prefixes"], json!([cidr]));
    }
    assert_eq!(owner.get("/conflicts")?.json()?["total"], 0);
    Ok(())
}

#[test]
fn sixty_four_at_once_get_the_next_block_each() -> Result<()> {
    let owner = workspace("next");
    owner.pool("p", "10.0.0.0/20")?;
    let replies = at_once(&owner, 64, "/pools/p/allocations", &json!({ "prefixLength": 28 }))?;
    assert!(replies.iter().all(|reply| reply.status == 201), "{replies:?}");
    let got: BTreeSet<String> = replies.iter().map(Reply::cidr).collect();
    let wanted: BTreeSet<String> = (0..64)
        .map(|i| format!("10.0.{}.{}/28", i / 16, i % 16 * 16))
        .collect();
    assert_eq!(got, wanted);
    Ok(())
}

#[test]
fn one_key_from_many_callers_has_one_effect() -> Result<()> {
    let owner = workspace("one-key");
    owner.pool("p", "10.0.0.0/20")?;
    let before = owner.revision()?;
    let ask = || {
        let ask = owner
            .ask("POST", "/pools/p/allocations")
            .header("idempotency-key", "k");
        ask.json(&json!({ "prefixLength": 28 })).send()
    };
    let replies = thread::scope(|scope| {
        let callers: Vec<_> = (0..16).map(|_| scope.spawn(ask)).collect();
        callers
            .into_iter()
            .map(|caller| caller.join().expect("a caller does not panic"))
            .collect::<Result<Vec<_>>>()
    })?;
    assert!(
        replies
            .iter()
            .all(|reply| reply.status == 201 && reply.body == replies[0].body),
        "{replies:?}"
    );
    assert_eq!(owner.revision()?, before + 1);
    Ok(())
}

/// rows: B04
#[test]
fn refusal_leaves_nothing_behind() -> Result<()> {
    // An edge of its own: a panic costs whatever is in flight in any workspace.
    let world = World::start(&fresh("b04"))?;
    let owner = world.workspace("main");
    owner.pool("p", "192.0.2.0/29")?;
    assert_eq!(
        owner
            .post("/pools/p/allocations", &json!({ "prefixLength": 29 }))?
            .status,
        201
    );
    let before = (owner.revision()?, owner.get("/snapshot")?.body);
    owner
        .post("/pools/p/allocations", &json!({ "prefixLength": 32 }))?
        .problem(409, "pool-exhausted");
    assert_eq!(
        owner.get("/tree?parent=p")?.json()?["rows"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(
        (owner.revision()?, owner.get("/snapshot")?.body),
        before,
        "the journal is as it was"
    );
    // A handler that panics costs its own request only.
    let panicked = owner
        .ask("POST", "/pools")
        .header("x-plat-test-fail", "panic-before-answer");
    assert_eq!(
        panicked
            .json(&json!({ "name": "q", "prefixes": ["10.0.0.0/8"] }))
            .send()?
            .status,
        503
    );
    assert_eq!((owner.revision()?, owner.get("/snapshot")?.body), before);
    owner.pool("q", "10.0.0.0/8")?;
    assert_eq!(
        owner
            .post("/pools/q/allocations", &json!({ "prefixLength": 32 }))?
            .status,
        201
    );
    world.edge.stop()
}
