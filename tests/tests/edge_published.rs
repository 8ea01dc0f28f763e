//! The copy in KV: it may be old, says which revision it is, and a reader who needs more gets more.

mod edge_support;

use std::thread;
use std::time::Duration;

use anyhow::Result;
use edge_support::{Reply, Workspace, World, base64, fresh};
use plat_domain::State;
use serde_json::json;

/// Asks until the copy is of this revision.
fn published(owner: &Workspace, revision: u64) -> Result<Reply> {
    for _ in 0..300 {
        let copy = owner.get("/snapshot?from=published")?;
        if copy.header("x-plat-source") == "published"
            && copy.header("x-plat-revision") == revision.to_string()
        {
            return Ok(copy);
        }
        thread::sleep(Duration::from_millis(100));
    }
    anyhow::bail!("revision {revision} is not published")
}

#[test]
fn copy_follows_says_its_revision_and_survives_a_restart() -> Result<()> {
    let data = fresh("published");
    let world = World::start(&data)?;
    let owner = world.workspace("main");
    owner.pool("p", "10.0.0.0/16")?;
    let copy = published(&owner, 2)?;
    let state = State::from_snapshot(&copy.body).map_err(|e| anyhow::anyhow!("{e}"))?;
    assert_eq!(
        (state.revision(), state.digest().to_string().as_str()),
        (2, copy.header("x-plat-digest"))
    );
    assert_eq!(
        (copy.header("etag"), copy.header("content-type")),
        ("\"2\"", "application/octet-stream")
    );
    assert_eq!(copy.body, owner.get("/snapshot")?.body);

    // A reader that has seen revision 3 is never shown 2.
    assert_eq!(
        owner
            .post("/pools/p/allocations", &json!({ "prefixLength": 24 }))?
            .header("x-plat-revision"),
        "3"
    );
    let newer = owner.get("/snapshot?from=published&minRevision=3")?;
    assert_eq!(newer.header("x-plat-revision"), "3");
    published(&owner, 3)?;
    assert_eq!(
        owner
            .get("/snapshot?from=published&minRevision=3")?
            .header("x-plat-source"),
        "published"
    );
    assert_eq!(
        owner
            .get("/snapshot?from=published&minRevision=99")?
            .header("x-plat-source"),
        "object"
    );
    world.edge.stop()?;

    let world = World::start(&data)?;
    let owner = world.workspace("main");
    assert_eq!(
        owner.get("/snapshot?from=published")?.header("x-plat-revision"),
        "3"
    );
    owner.post("/pools/p/allocations", &json!({ "prefixLength": 24 }))?;
    published(&owner, 4)?;
    // Ten minutes after it was superseded a copy goes; the newest stays however old it is.
    let keys = || -> Result<Vec<String>> {
        Ok(serde_json::from_slice(
            &owner.get("/api/v1/test/published")?.body,
        )?)
    };
    let has = |revision: u64| -> Result<bool> { Ok(keys()?.contains(&format!("snap/main/{revision}/0"))) };
    assert!(has(2)? && has(3)? && has(4)?, "{:?}", keys()?);
    assert_eq!(
        owner
            .ask("GET", "")
            .header("x-plat-test-alarm", "2099-01-01T00:00:00Z")
            .send()?
            .status,
        200
    );
    assert!(!has(2)? && !has(3)? && has(4)?, "{:?}", keys()?);
    assert_eq!(
        owner.get("/snapshot?from=published")?.header("x-plat-revision"),
        "4"
    );
    assert_eq!(
        world
            .workspace("never-used")
            .get("/snapshot?from=published")?
            .header("x-plat-source"),
        "object"
    );
    world.edge.stop()
}

/// A copy of several chunks, from a snapshot that is stored in several rows.
#[test]
fn large_copy_comes_in_chunks() -> Result<()> {
    let world = World::start(&fresh("published-large"))?;
    let owner = world.workspace("main");
    let text = "x".repeat(1_000);
    let rows: String = (0..5_000)
        .map(|n| format!("10.{}.{}.0/24,active,{text}\n", n / 256, n % 256))
        .collect();
    let file = json!({ "name": "prefixes.csv", "bytes": base64(format!("prefix,status,description\n{rows}").as_bytes()) });
    let imported = owner
        .ask("POST", "/imports")
        .header("if-match", "*")
        .json(&file)
        .send()?;
    assert_eq!(imported.status, 200, "{imported:?}");
    let copy = published(&owner, owner.revision()?)?;
    assert!(
        copy.body.len() > 4 << 20,
        "{} bytes are one chunk",
        copy.body.len()
    );
    let state = State::from_snapshot(&copy.body).map_err(|e| anyhow::anyhow!("{e}"))?;
    assert_eq!(state.digest().to_string(), copy.header("x-plat-digest"));
    let cold = owner
        .ask("GET", "/snapshot")
        .header("x-plat-test-first", "forget")
        .send()?;
    assert!(cold.body == copy.body, "a cold start reads what was published");
    world.edge.stop()
}
