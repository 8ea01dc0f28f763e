//! The pure parts against a database in memory that does what `storage` does: what is saved is what comes back.

use std::collections::BTreeMap;

use plat_api::{AllocationRequest, PoolRequest, Reference, Request};
use plat_domain::{ClaimId, Digest, Name, Plan, State};
use plat_web_protocol::{Effect, Link, Saving, Source};
use serde_json::json;

use crate::answer::{self, Window};
use crate::desk::{Desk, Fresh, Shelf, Stored, context_at, genesis};
use crate::history;
use crate::record::{EdgeRecord, Head, Origin, Write, text};
use crate::sheet::Sheet;

/// 2027-01-31T00:00:00Z.
const NOW_MS: u64 = 1_801_353_600_000;

#[derive(Clone, Default)]
struct Memory {
    bases: BTreeMap<Digest, Vec<u8>>,
    drafts: BTreeMap<String, String>,
    steps: BTreeMap<(String, u32), Vec<u8>>,
    settings: BTreeMap<String, String>,
    broken: Vec<String>,
    broken_steps: Vec<Vec<u8>>,
}

impl Memory {
    fn write(&mut self, writes: Vec<Write>) {
        for write in writes {
            match write {
                Write::Base(digest, bytes) => drop(self.bases.insert(digest, bytes)),
                Write::RemoveBase(digest) => drop(self.bases.remove(&digest)),
                Write::Head(head) => drop(self.drafts.insert(head.id.clone(), text(&head))),
                Write::RemoveDraft(id) => {
                    self.drafts.remove(&id);
                    self.steps.retain(|(draft, _), _| *draft != id);
                }
                Write::RemoveSteps(id, from) => self.steps.retain(|(draft, i), _| *draft != id || *i < from),
                Write::Step(id, index, bytes) => drop(self.steps.insert((id, index), bytes)),
                Write::Setting(key, text) => drop(self.settings.insert(key, text)),
                Write::SetAsideDraft(id) => {
                    self.drafts.remove(&id);
                    let whole = std::mem::take(&mut self.steps);
                    let (gone, kept) = whole.into_iter().partition(|((draft, _), _)| *draft == id);
                    self.steps = kept;
                    self.broken_steps.extend(BTreeMap::into_values(gone));
                    self.broken.push(id);
                }
                Write::SetAsideSetting(key) => {
                    self.settings.remove(&key);
                    self.broken.push(key);
                }
            }
        }
    }

    fn restore(&self, head: &Head) -> Result<Sheet, plat_domain::Corrupt> {
        let steps: Vec<Vec<u8>> = self
            .steps
            .iter()
            .filter(|((draft, _), _)| *draft == head.id)
            .map(|(_, bytes)| bytes.clone())
            .collect();
        Sheet::restore(head, self.bases.get(&head.base).map(Vec::as_slice), &steps)
    }

    /// As `Host::load` does.
    fn open(&mut self) -> Desk {
        let stored = Stored {
            settings: list(&self.settings),
            drafts: list(&self.drafts),
        };
        let (mut shelf, mut writes) = Shelf::read(&stored);
        let (sheet, is_new) = loop {
            let origin = shelf.origin().clone();
            match shelf.choice(&origin) {
                Some(head) => match self.restore(&head) {
                    Ok(sheet) => break (sheet, false),
                    Err(e) => writes.push(shelf.give_up(&head, &e)),
                },
                None if origin.is_local() => {
                    break (
                        Desk::first_sheet(origin, genesis().unwrap(), fresh("first")).unwrap(),
                        true,
                    );
                }
                None => shelf.fall_back(),
            }
        };
        let mut desk = shelf.open(sheet);
        if is_new {
            writes.extend(desk.put_first());
            self.write(writes);
            desk.saved();
        } else {
            self.write(writes);
        }
        desk
    }

    fn save(&mut self, desk: &mut Desk) {
        let writes = desk.writes();
        self.write(writes);
        desk.saved();
    }
}

fn list(map: &BTreeMap<String, String>) -> Vec<(String, Option<String>)> {
    map.iter().map(|(k, v)| (k.clone(), Some(v.clone()))).collect()
}

fn fresh(id: &str) -> Fresh {
    Fresh {
        id: id.to_owned(),
        now_ms: NOW_MS,
    }
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn pool(n: u8, cidr: &str) -> Request {
    let request =
        json!({ "id": ClaimId::from_bytes([n; 16]), "name": format!("pool {n}"), "prefixes": [cidr] });
    Request::CreatePool(serde_json::from_value::<PoolRequest>(request).unwrap())
}

fn network(n: u8, pool: u8) -> Request {
    let request = json!({ "id": ClaimId::from_bytes([n; 16]), "pool": ClaimId::from_bytes([pool; 16]), "addresses": "144" });
    Request::Allocate(serde_json::from_value::<AllocationRequest>(request).unwrap())
}

fn add(desk: &mut Desk, request: Request) -> plat_api::Committed {
    let command = plat_service::command_of(desk.head(), request).unwrap();
    desk.sheet.add(command, &context_at(NOW_MS).unwrap()).unwrap()
}

fn status(desk: &Desk) -> plat_web_protocol::Status {
    desk.status(Saving::Saved)
}

#[test]
fn a_new_browser_begins_where_every_edge_begins() {
    let mut memory = Memory::default();
    let desk = memory.open();
    assert_eq!(
        (desk.base().revision(), desk.base().digest()),
        (1, genesis().unwrap().digest())
    );
    assert_eq!(status(&desk).source, Source::Local);
    assert_eq!(status(&memory.open()), status(&desk));
}

#[test]
fn what_is_saved_comes_back_step_by_step() {
    let mut memory = Memory::default();
    let mut desk = memory.open();
    for request in [pool(1, "10.0.0.0/8"), network(2, 1), network(3, 1), network(4, 1)] {
        assert!(add(&mut desk, request).changed);
        let writes = desk.writes();
        assert_eq!(
            writes.len(),
            2,
            "a step and a head, however long the draft: {writes:?}"
        );
        memory.write(writes);
        desk.saved();
        assert_eq!(status(&memory.open()), status(&desk));
    }
    assert!(desk.sheet.undo() && desk.sheet.undo());
    memory.save(&mut desk);
    let again = memory.open();
    assert_eq!(status(&again), status(&desk));
    assert_eq!(
        (status(&again).undo.as_deref(), status(&again).redo.as_deref()),
        (Some("allocate"), Some("allocate"))
    );
    // A new step in place of two that were undone: none of the old comes back.
    add(
        &mut desk,
        Request::Release {
            claim: Reference::from(ClaimId::from_bytes([2; 16])),
            at_once: false,
        },
    );
    memory.save(&mut desk);
    assert_eq!(memory.steps.len(), 3);
    let again = memory.open();
    assert_eq!(status(&again), status(&desk));
    assert_eq!(again.sheet.draft().plan(), desk.sheet.draft().plan());
}

#[test]
fn what_the_database_did_not_take_is_written_with_the_next() {
    let mut memory = Memory::default();
    let mut desk = memory.open();
    add(&mut desk, pool(1, "10.0.0.0/8"));
    drop(desk.writes());
    add(&mut desk, network(2, 1));
    drop(desk.writes());
    assert!(desk.is_unsaved());
    assert!(desk.sheet.undo());
    add(&mut desk, network(3, 1));
    memory.save(&mut desk);
    assert!(!desk.is_unsaved());
    assert_eq!(status(&memory.open()), status(&desk));
}

#[test]
fn the_effect_is_net_and_equals_the_diff() {
    let mut desk = Memory::default().open();
    let effect = |desk: &Desk| {
        let (effect, diff) = (desk.sheet.effect(), desk.sheet.diff());
        let all = effect.pools_added + effect.claims_added + effect.changed + effect.released;
        assert_eq!(all, diff.claims.len() as u64);
        effect
    };
    add(&mut desk, pool(1, "10.0.0.0/8"));
    add(&mut desk, network(2, 1));
    add(&mut desk, network(3, 1));
    assert_eq!(
        effect(&desk),
        Effect {
            pools_added: 1,
            claims_added: 2,
            changed: 0,
            released: 0
        }
    );
    add(
        &mut desk,
        Request::Release {
            claim: Reference::from(ClaimId::from_bytes([2; 16])),
            at_once: false,
        },
    );
    assert_eq!(
        effect(&desk),
        Effect {
            pools_added: 1,
            claims_added: 1,
            changed: 0,
            released: 0
        }
    );
    desk.sheet.undo();
    desk.sheet.undo();
    assert_eq!(
        effect(&desk),
        Effect {
            pools_added: 1,
            claims_added: 1,
            changed: 0,
            released: 0
        }
    );
    desk.sheet.redo();
    assert_eq!(effect(&desk).claims_added, 2);
    while desk.sheet.undo() {}
    assert_eq!(effect(&desk), Effect::default());
}

#[test]
fn a_wish_that_is_already_so_adds_no_step_and_a_refusal_changes_nothing() {
    let mut desk = Memory::default().open();
    add(&mut desk, pool(1, "10.0.0.0/8"));
    let before = status(&desk);
    let again = add(&mut desk, pool(1, "10.0.0.0/8"));
    assert!(!again.changed);
    assert_eq!(again.claim.map(|c| c.id), Some(ClaimId::from_bytes([1; 16])));
    let overlapping = plat_service::command_of(desk.head(), pool(9, "10.1.0.0/16")).unwrap();
    let problem = desk
        .sheet
        .add(overlapping, &context_at(NOW_MS).unwrap())
        .unwrap_err();
    assert_eq!(problem.code(), "overlap");
    assert_eq!(status(&desk), before);
}

#[test]
fn reservations_that_have_ended_expire_before_the_next_step() {
    let mut desk = Memory::default().open();
    add(&mut desk, pool(1, "10.0.0.0/24"));
    let hold = json!({ "id": ClaimId::from_bytes([2; 16]), "pool": "pool 1", "kind": "reservation", "prefixLength": 24, "expiresAt": "2027-02-01T00:00:00Z" });
    add(
        &mut desk,
        Request::Allocate(serde_json::from_value(hold).unwrap()),
    );
    let later = context_at(NOW_MS + 86_400_000).unwrap();
    let command = plat_service::command_of(desk.head(), network(3, 1)).unwrap();
    let promised = plat_service::preview(desk.head(), &command, &later).unwrap();
    let committed = desk.sheet.add(command, &later).unwrap();
    assert_eq!(
        (committed.revision, committed.digest),
        (promised.revision, promised.digest)
    );
    let words: Vec<_> = desk
        .sheet
        .draft()
        .commands()
        .map(plat_domain::Command::word)
        .collect();
    assert_eq!(words, ["createPool", "allocate", "expireDue", "allocate"]);
}

#[test]
fn drafts_are_apart_and_share_their_base() {
    let mut memory = Memory::default();
    let mut desk = memory.open();
    add(&mut desk, pool(1, "10.0.0.0/8"));
    memory.save(&mut desk);
    let (base, origin) = (desk.base().clone(), desk.sheet.origin().clone());
    let writes = desk.put(Sheet::new("second".into(), origin, name("B"), base, NOW_MS + 1));
    memory.write(writes);
    desk.saved();
    add(&mut desk, pool(2, "192.168.0.0/16"));
    memory.save(&mut desk);
    let seen = status(&desk);
    assert_eq!(
        seen.drafts
            .iter()
            .map(|d| (d.id.as_str(), d.steps))
            .collect::<Vec<_>>(),
        [("first", 1), ("second", 1)]
    );
    assert_eq!(
        status(&memory.open()),
        seen,
        "the draft that was open is open again"
    );
    assert_eq!(memory.bases.len(), 1);
    let first = memory.restore(&desk.find("first").unwrap()).unwrap();
    let mut writes = desk.put(first);
    writes.extend(desk.discard("second"));
    memory.write(writes);
    desk.saved();
    assert_eq!(
        (memory.drafts.len(), memory.bases.len(), memory.steps.len()),
        (1, 1, 1)
    );
    assert_eq!(status(&memory.open()).draft.id, "first");
    assert!(desk.find("second").is_err());
}

#[test]
fn a_record_that_cannot_be_read_costs_no_other() {
    let mut memory = Memory::default();
    let mut desk = memory.open();
    add(&mut desk, pool(1, "10.0.0.0/8"));
    memory.save(&mut desk);
    let whole = memory.clone();
    let (base, origin) = (desk.base().clone(), desk.sheet.origin().clone());
    memory.write(desk.put(Sheet::new("second".into(), origin, name("B"), base, NOW_MS + 1)));
    desk.saved();
    add(&mut desk, pool(2, "192.168.0.0/16"));
    memory.save(&mut desk);

    let break_and_open = |break_it: &dyn Fn(&mut Memory)| {
        let mut broken = memory.clone();
        break_it(&mut broken);
        let opened = broken.open();
        (status(&opened), broken)
    };
    // A step of the open draft: the other one opens.
    let (seen, left) = break_and_open(&|m| drop(m.steps.insert(("second".into(), 0), vec![0, 9])));
    assert_eq!(
        (seen.draft.id.as_str(), seen.drafts.len(), &left.broken[..]),
        ("first", 1, &["second".to_owned()][..])
    );
    // Its head, of a version to come.
    let (seen, left) = break_and_open(&|m| drop(m.drafts.insert("second".into(), r#"{"version":2}"#.into())));
    assert_eq!(
        (seen.draft.id.as_str(), &left.broken[..]),
        ("first", &["second".to_owned()][..])
    );
    // A step that is missing.
    let (seen, _) = break_and_open(&|m| drop(m.steps.remove(&("second".into(), 0))));
    assert_eq!(seen.draft.id, "first");
    // The settings: the newest draft opens.
    let (seen, left) = break_and_open(&|m| drop(m.settings.insert("desk".into(), "{".into())));
    assert_eq!(
        (seen.draft.id.as_str(), &left.broken[..]),
        ("second", &["desk".to_owned()][..])
    );
    // The base of all: nothing can be restored, all is put aside, and a first draft begins.
    let (seen, left) = break_and_open(&|m| m.bases.clear());
    assert_eq!(
        (seen.drafts.len(), seen.draft.steps, left.broken.len()),
        (1, 0, 2)
    );
    drop(whole);
}

#[test]
fn steps_of_an_earlier_form_are_put_aside_untouched_and_said() {
    let mut memory = Memory::default();
    let mut desk = memory.open();
    add(&mut desk, pool(1, "10.0.0.0/8"));
    memory.save(&mut desk);
    // The same draft as it would be had its step been saved in the first form: those bytes could be read as something else.
    let key = ("first".to_owned(), 0);
    let mut old = memory.steps[&key].clone();
    old[..2].copy_from_slice(&[0, 1]);
    memory.steps.insert(key, old.clone());
    let heads = list(&memory.drafts);
    let stored = Stored {
        settings: list(&memory.settings),
        drafts: heads,
    };
    let (mut shelf, _) = Shelf::read(&stored);
    let head = shelf.choice(&Origin::local()).unwrap();
    let why = memory.restore(&head).unwrap_err();
    let write = shelf.give_up(&head, &why);
    assert_eq!(
        shelf.damage,
        [
            "the draft `Draft` cannot be restored (stored data is damaged: a step was saved in form 1, this planner reads form 2) and was put aside"
        ]
    );
    memory.write(vec![write]);
    assert_eq!(memory.broken_steps, [old]);
    assert!(memory.steps.is_empty());
    // Work goes on with an empty draft.
    assert_eq!(status(&memory.open()).draft.steps, 0);
}

#[test]
fn history_of_a_draft_is_what_its_steps_did_there_page_by_page() {
    let mut memory = Memory::default();
    let mut desk = memory.open();
    add(&mut desk, pool(1, "10.0.0.0/8"));
    add(&mut desk, pool(2, "192.168.0.0/16"));
    add(&mut desk, network(3, 1));
    add(
        &mut desk,
        Request::Release {
            claim: ClaimId::from_bytes([3; 16]).into(),
            at_once: true,
        },
    );
    let space = desk.head().spaces().next().unwrap().id;
    let of = |cidr: &str, skip| {
        let plan = desk.sheet.draft().plan();
        history::planned(desk.base(), &plan, space, cidr.parse().unwrap(), skip).unwrap()
    };
    let words = |page: &plat_api::HistoryPage| {
        let each = page.events.iter().map(|e| (e.revision, e.word.clone()));
        each.collect::<Vec<_>>()
    };
    let page = of("10.0.0.0/16", 0);
    assert_eq!(
        words(&page),
        [
            (2, "createPool".into()),
            (4, "allocate".into()),
            (5, "release".into())
        ]
    );
    assert_eq!((page.events[0].base, page.next), (Some(1), None));
    assert_eq!(words(&of("10.0.0.0/16", 2)), [(5, "release".into())]);
    assert!(of("172.16.0.0/12", 0).events.is_empty());
    assert_eq!(history::standing(desk.head(), space).counts, []);
    // On a base that has it already: what was there before is known, and no event.
    let base = desk.head().clone();
    let mut next = Sheet::new("next".into(), Origin::local(), name("B"), base.clone(), NOW_MS);
    let release = Request::Release {
        claim: ClaimId::from_bytes([1; 16]).into(),
        at_once: true,
    };
    let command = plat_service::command_of(next.draft().head(), release).unwrap();
    next.add(command, &context_at(NOW_MS).unwrap()).unwrap();
    let plan = next.draft().plan();
    let page = history::planned(&base, &plan, space, "10.0.0.0/8".parse().unwrap(), 0).unwrap();
    assert_eq!(page.events[0].before.as_ref().unwrap().label, "pool 1");
    assert_eq!(page.events.len(), 1);
}

fn edge_record(head_revision: u64) -> EdgeRecord {
    EdgeRecord {
        version: 1,
        url: String::new(),
        workspace: "main".into(),
        token: "t".into(),
        head_revision,
    }
}

/// An edge's state: the genesis and a pool.
fn edge_state() -> State {
    let mut desk = Memory::default().open();
    add(&mut desk, pool(7, "10.0.0.0/8"));
    desk.head().clone()
}

#[test]
fn an_edge_has_drafts_of_its_own_and_rebasing_keeps_name_and_identity() {
    let mut memory = Memory::default();
    let mut desk = memory.open();
    let origin = Origin::edge("", "main");
    let mut writes = vec![desk.put_edge(edge_record(2))];
    let sheet = Desk::first_sheet(origin.clone(), edge_state(), fresh("online")).unwrap();
    writes.extend(desk.put(sheet));
    memory.write(writes);
    desk.saved();
    desk.link = Link::Live;
    assert_eq!((status(&desk).drafts.len(), status(&desk).base_revision), (1, 2));
    assert!(!desk.is_behind());
    add(&mut desk, network(8, 7));
    desk.sheet.rename(name("north"));
    memory.save(&mut desk);

    let elsewhere = plat_service::command_of(&edge_state(), network(9, 7)).unwrap();
    let (_, newer) = Plan::simulate(
        &edge_state(),
        name("x"),
        vec![elsewhere],
        &context_at(NOW_MS).unwrap(),
    )
    .unwrap();
    desk.heard(&origin, newer.revision());
    assert!(desk.is_behind());
    let rebased = desk
        .sheet
        .draft()
        .plan()
        .rebase(&newer, &context_at(NOW_MS).unwrap())
        .unwrap();
    assert_eq!(rebased.moved.len(), 1);
    desk.sheet = desk.sheet.moved_to(newer.clone(), &rebased.plan).unwrap();
    assert!(desk.is_unsaved());
    memory.save(&mut desk);
    let again = memory.open();
    assert_eq!(
        (
            status(&again).base_revision,
            status(&again).draft.name,
            status(&again).digest
        ),
        (3, name("north"), rebased.plan.digest)
    );
    assert_eq!(
        memory.bases.len(),
        2,
        "the local base and the newer one; the one before is gone"
    );

    desk.sheet = desk.sheet.emptied(newer);
    memory.save(&mut desk);
    assert_eq!((memory.steps.len(), status(&memory.open()).draft.steps), (0, 0));
}

#[test]
fn a_plan_file_opens_with_its_own_digest_and_an_altered_one_does_not() {
    let mut desk = Memory::default().open();
    add(&mut desk, pool(1, "10.0.0.0/8"));
    add(&mut desk, network(2, 1));
    let plan = desk.sheet.draft().plan();
    let other = Memory::default().open();
    let (sheet, rebased) = other.open_plan(&plan, fresh("opened")).unwrap();
    assert!(rebased.moved.is_empty());
    assert_eq!(sheet.draft().head().digest(), plan.digest);
    let altered = Plan {
        digest: Digest::default(),
        ..plan
    };
    assert_eq!(
        other.open_plan(&altered, fresh("opened")).unwrap_err().code(),
        "plan-altered"
    );
}

#[test]
fn maps_are_asked_for_within_limits() {
    let desk = Memory::default().open();
    let space = desk.head().spaces().next().unwrap().id.to_string();
    let window = |first, last, width_px| Window {
        space: &space,
        family: plat_domain::Family::V4,
        first,
        last,
        width_px,
    };
    assert!(answer::map(desk.head(), window("0", "4294967295", 32_768)).is_ok());
    for (first, last, width) in [
        ("0", "4294967296", 9),
        ("2", "1", 9),
        ("0", "1", 0),
        ("0", "1", 32_769),
        ("a", "1", 9),
    ] {
        assert!(
            answer::map(desk.head(), window(first, last, width)).is_err(),
            "{first} {last} {width}"
        );
    }
}
