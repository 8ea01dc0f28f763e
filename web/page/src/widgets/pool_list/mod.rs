//! The pools of the space shown, outer before inner, to choose among.

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{PAGE_MAX, Reference, Request, RowPage, TreeRequest};
use plat_domain::{Cidr, ClaimId, Family};

use crate::engine::Engine;
use crate::format;
use crate::nav::Nav;

/// Pools read at most: a longer list is searched, not chosen from.
const POOLS_MAX: usize = 300;
/// Levels asked for at most.
const LEVELS_MAX: usize = 100;

/// A pool to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pool {
    pub(crate) id: ClaimId,
    pub(crate) name: String,
    pub(crate) prefixes: Vec<Cidr>,
    pub(crate) family: Family,
}

impl Pool {
    /// As an option of a list.
    pub(crate) fn label(&self) -> String {
        format!("{} · {}", self.name, format::prefixes(&self.prefixes, 1))
    }
}

/// Reads the pools of the space shown, level by level, whenever the state changes.
pub(crate) fn pools() -> RwSignal<Vec<Pool>> {
    let (nav, engine) = (expect_context::<Nav>(), expect_context::<Engine>());
    let list = RwSignal::new(Vec::new());
    let version = engine.version();
    let space = Memo::new(move |_| nav.space.with(|s| s.as_ref().map(|s| s.space.id)));
    let latest = StoredValue::new(0_u64);
    Effect::new(move |_| {
        let opened = !version.get().is_empty();
        latest.update_value(|n| *n += 1);
        let mine = latest.get_value();
        let Some(space) = space.get().filter(|_| opened) else {
            return;
        };
        spawn_local(async move {
            let (mut found, mut levels) = (Vec::new(), vec![None::<ClaimId>]);
            let mut at = 0;
            while at < levels.len().min(LEVELS_MAX) && found.len() < POOLS_MAX {
                let level = TreeRequest {
                    space: Some(Reference::from(space)),
                    parent: levels[at].map(Reference::from),
                    after: None,
                    limit: Some(PAGE_MAX),
                };
                at += 1;
                let Ok(page) = engine.read::<RowPage>(Request::Tree(level)).await else {
                    break;
                };
                for row in page.rows.into_iter().filter(|row| row.kind == "pool") {
                    if row.has_children {
                        levels.push(Some(row.id));
                    }
                    found.push(Pool {
                        id: row.id,
                        name: row.name,
                        prefixes: row.prefixes,
                        family: row.family,
                    });
                }
            }
            if latest.try_get_value() == Some(mine) {
                list.try_set(found);
            }
        });
    });
    list
}

/// A choice of one pool by its identity as text; empty for none.
#[component]
pub(crate) fn PoolSelect(
    id: &'static str,
    value: RwSignal<String>,
    /// The first line, for no pool.
    none: &'static str,
    /// Those offered.
    #[prop(into)]
    offered: Signal<Vec<Pool>>,
) -> impl IntoView {
    view! {
        <select id=id prop:value=move || value.get() on:change=move |event| value.set(event_target_value(&event))>
            <option value="">{none}</option>
            {move || offered.get().into_iter().map(|pool| {
                let word = pool.id.to_string();
                let chosen = word.clone();
                view! { <option value=word prop:selected=move || value.get() == chosen>{pool.label()}</option> }
            }).collect_view()}
        </select>
    }
}
