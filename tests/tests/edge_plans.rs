//! A plan made elsewhere, applied at the edge: the digest is the same, and when the base has moved nothing happens unseen.
//! rows: F36 F37 F38

mod edge_support;

use anyhow::Result;
use edge_support::{Workspace, shared};
use plat_domain::{Command, Context, Name, Plan, Role, State};
use serde_json::{Value, json};

fn workspace(name: &str) -> Workspace {
    shared("plans").workspace(name)
}

fn commands(pool: &str) -> Result<Vec<Command>> {
    let allocate = |n: u8, name: &str| {
        json!({ "allocate": { "id": format!("0190f5fe-7c1a-7000-8000-{n:012x}"), "place": { "in": pool }, "kind": { "network": { "holder": null } },
            "wanted": { "prefixLength": 24 }, "name": name } })
    };
    Ok(serde_json::from_value(json!([
        allocate(1, "web"),
        allocate(2, "db")
    ]))?)
}

/// What the planner does: the snapshot is opened and the plan decided here, on this machine.
fn planned(owner: &Workspace, pool: &str) -> Result<Plan> {
    let base = State::from_snapshot(&owner.get("/snapshot")?.body).map_err(|e| anyhow::anyhow!("{e}"))?;
    let context = Context {
        actor: plat_domain::Actor {
            name: Name::new("planner")?,
            role: Role::Owner,
        },
        now: "2026-12-01T00:00:00Z".parse()?,
    };
    let (plan, _) = Plan::simulate(&base, Name::new("two networks")?, commands(pool)?, &context)
        .map_err(|e| anyhow::anyhow!("{e:?}"))?;
    Ok(plan)
}

#[test]
fn plan_made_here_has_the_same_digest_there() -> Result<()> {
    let owner = workspace("same");
    let pool = owner.pool("p", "10.0.0.0/16")?.claim_id();
    let plan = planned(&owner, &pool)?;
    let simulated = owner.post(
        "/plans/simulate",
        &json!({ "name": "two networks", "commands": commands(&pool)? }),
    )?;
    assert_eq!(
        simulated.json()?["plan"]["digest"],
        json!(plan.digest),
        "simulated natively and in the Worker"
    );
    assert_eq!(owner.revision()?, 2, "simulating changes nothing");
    let applied = owner.post("/plans/apply", &json!({ "plan": plan }))?;
    assert_eq!(applied.status, 200, "{applied:?}");
    let body = applied.json()?;
    assert_eq!(
        (&body["digest"], &body["rebased"], &body["moved"]),
        (&json!(plan.digest), &json!(false), &json!([]))
    );
    assert_eq!(applied.header("etag"), "\"4\"");
    assert_eq!(
        owner.get("/snapshot")?.header("x-plat-digest"),
        plan.digest.to_string()
    );
    Ok(())
}

#[test]
fn moved_base_is_shown_and_needs_a_yes() -> Result<()> {
    let owner = workspace("moved");
    let pool = owner.pool("p", "10.0.0.0/16")?.claim_id();
    let plan = planned(&owner, &pool)?;
    // Someone takes the first block meanwhile.
    let meanwhile = owner.post(
        "/pools/p/allocations",
        &json!({ "prefixLength": 24, "name": "meanwhile" }),
    )?;
    assert_eq!(meanwhile.cidr(), "10.0.0.0/24");

    let refused = owner
        .post("/plans/apply", &json!({ "plan": plan }))?
        .problem(409, "plan-moved");
    let moved = refused["moved"].as_array().cloned().unwrap_or_default();
    let shown: Vec<[&Value; 3]> = moved
        .iter()
        .map(|m| [&m["label"], &m["before"][0], &m["now"][0]])
        .collect();
    assert_eq!(
        shown,
        [
            [&json!("web"), &json!("10.0.0.0/24"), &json!("10.0.1.0/24")],
            [&json!("db"), &json!("10.0.1.0/24"), &json!("10.0.2.0/24")],
        ]
    );
    assert_eq!(moved[0]["because"][0]["id"], meanwhile.claim_id());
    assert_eq!(owner.revision()?, 3, "nothing was applied");

    owner
        .post("/plans/apply", &json!({ "plan": plan, "confirm": plan.digest }))?
        .problem(409, "plan-moved");
    let applied = owner.post(
        "/plans/apply",
        &json!({ "plan": plan, "confirm": refused["digest"] }),
    )?;
    assert_eq!(applied.status, 200, "{applied:?}");
    assert_eq!(
        (&applied.json()?["digest"], &applied.json()?["rebased"]),
        (&refused["digest"], &json!(true))
    );
    assert_eq!(owner.revision()?, 5);
    Ok(())
}

#[test]
fn plan_that_was_tampered_with_is_refused() -> Result<()> {
    let owner = workspace("tampered");
    let pool = owner.pool("p", "10.0.0.0/16")?.claim_id();
    let mut plan = serde_json::to_value(planned(&owner, &pool)?)?;
    plan["digest"] = json!("00".repeat(32));
    owner
        .post("/plans/apply", &json!({ "plan": plan }))?
        .problem(422, "plan-altered");
    plan["version"] = json!(9);
    owner
        .post("/plans/apply", &json!({ "plan": plan }))?
        .problem(422, "plan-altered");
    assert_eq!(owner.revision()?, 2);
    Ok(())
}
