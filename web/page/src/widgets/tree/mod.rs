//! The tree of pools and claims: rows of 28 px, only those in sight drawn, levels read as they come into sight.

mod marks;
mod model;

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{Reference, RowPage, TreeRequest};
use plat_domain::query::Row;
use plat_domain::{ClaimId, Family};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::ResizeObserver;

use crate::engine::Engine;
use crate::format;
use crate::kinds;
use crate::nav::{Drafted, Nav, Pane};
use crate::widgets::toast::Toasts;
use crate::widgets::usage_bar::UsageBar;
use marks::{Mark, marks};
use model::{Line, PAGE_ROWS, Step, Tree, Wanted, in_sight, step};

/// Height of a row in pixels: `--row` in the tokens.
const ROW_PX: f64 = 28.0;

/// The tree of the space shown.
#[component]
pub(crate) fn TreeView() -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    let tree = RwSignal::new(Tree::new(None));
    let lines = Memo::new(move |_| tree.with(Tree::lines));
    let (top, height) = (RwSignal::new(0.0), RwSignal::new(600.0));
    let family = RwSignal::new(None::<Family>);
    let scroller = NodeRef::<Div>::new();
    let version = engine.version();
    let reading = StoredValue::new(None::<Wanted>);
    let slow = RwSignal::new(false);

    // Another space, family or draft: from the start. Another digest: the same lines, read again where they are seen.
    let shown_space = Memo::new(move |_| nav.space.with(|s| s.as_ref().map(|s| s.space.id)));
    Effect::new(move |before: Option<Option<(Option<_>, Option<Family>)>>| {
        let now = (shown_space.get(), family.get());
        if before.flatten() != Some(now) {
            let mut fresh = Tree::new(now.1);
            fresh.outdate();
            tree.set(fresh);
            reading.set_value(None);
            if let Some(element) = scroller.get_untracked() {
                element.set_scroll_top(0);
            }
        }
        Some(now)
    });
    Effect::new(move |before: Option<String>| {
        let now = version.get();
        if before.is_some_and(|b| b != now) {
            tree.update(Tree::outdate);
            reading.set_value(None);
        }
        now
    });

    // What is in sight is read.
    let seen = Memo::new(move |_| lines.with(|l| in_sight(l.len(), top.get(), height.get(), ROW_PX)));
    Effect::new(move |_| {
        let (from, to) = seen.get();
        let opened = !version.get().is_empty();
        let Some(space) = shown_space.get().filter(|_| opened) else {
            return;
        };
        let wanted = lines.with(|l| tree.with(|t| t.wanted(&l[from.min(l.len())..to.min(l.len())])));
        let Some(wanted) = wanted else { return };
        if reading.get_value() == Some(wanted) {
            return;
        }
        reading.set_value(Some(wanted));
        let request = TreeRequest {
            space: Some(Reference::from(space)),
            parent: wanted.parent.map(Reference::from),
            after: wanted.after,
            limit: Some(PAGE_ROWS),
        };
        set_timeout(
            move || slow.set(reading.try_get_value().flatten() == Some(wanted)),
            std::time::Duration::from_millis(150),
        );
        spawn_local(async move {
            let answer = engine.read::<RowPage>(plat_api::Request::Tree(request)).await;
            if reading.try_get_value() != Some(Some(wanted)) {
                return;
            }
            reading.set_value(None);
            slow.set(false);
            match answer {
                Ok(page) => tree.update(|t| t.take_in(&wanted, page.rows, page.next)),
                // The level is gone with its claim: reading the level above says so.
                Err(problem) if problem.code() == "not-found" => {
                    tree.update(|t| wanted.parent.into_iter().for_each(|id| t.set_open(id, false)));
                }
                Err(problem) => toasts.fail(&problem),
            }
        });
    });

    // A claim selected elsewhere is brought into sight.
    let at = Memo::new(move |_| {
        let selected = nav.selected.get()?;
        lines.with(|l| {
            l.iter()
                .position(|line| matches!(line, Line::Row { row, .. } if row.id == selected))
        })
    });
    // In the next frame the tree may be gone.
    let show_line = move |index: usize| {
        if let Some(element) = scroller.try_get_untracked().flatten() {
            let (y, sight) = (index as f64 * ROW_PX, f64::from(element.client_height()));
            let now = f64::from(element.scroll_top());
            if y < now {
                element.set_scroll_top(y as i32);
            } else if y + ROW_PX > now + sight {
                element.set_scroll_top((y + ROW_PX - sight) as i32);
            }
        }
    };
    Effect::new(move |revealed: Option<Option<ClaimId>>| {
        let details = nav.details.value();
        let revealed = revealed.flatten();
        match (nav.selected.get(), details) {
            (Some(id), Some(details)) if details.row.id == id && revealed != Some(id) => {
                let ancestors: Vec<ClaimId> = details.ancestors.iter().map(|a| a.id).collect();
                tree.update(|t| t.reveal(&ancestors, &details.row));
                Some(id)
            }
            (Some(_), _) => revealed,
            (None, _) => None,
        }
    });
    // It is brought into sight once, and stays there while levels above it open or grow.
    Effect::new(move |before: Option<Option<(ClaimId, usize)>>| {
        let now = nav.selected.get().zip(at.get());
        let was_seen = |index: usize| {
            let y = index as f64 * ROW_PX;
            y >= top.get_untracked() && y < top.get_untracked() + height.get_untracked()
        };
        if let Some((id, index)) = now {
            let follow = match before.flatten() {
                Some((before_id, before_index)) if before_id == id => {
                    before_index != index && was_seen(before_index)
                }
                Some(_) | None => true,
            };
            if follow {
                request_animation_frame(move || show_line(index));
            }
        }
        now
    });

    let changed = expect_context::<Drafted>().0;
    let toggle = move |id: ClaimId| {
        tree.update(|t| {
            t.settle();
            let open = !t.is_open(id);
            t.set_open(id, open);
        });
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let page = (height.get_untracked() / ROW_PX) as usize;
        let todo = lines.with_untracked(|l| step(l, at.get_untracked(), &event.key(), page.max(1)));
        match todo {
            Step::Stay => return,
            Step::To(index) => {
                if let Some(Line::Row { row, .. }) = lines.with_untracked(|l| l.get(index).cloned()) {
                    nav.select(row.id);
                }
                show_line(index);
            }
            Step::Open(index, _) => {
                if let Some(Line::Row { row, .. }) = lines.with_untracked(|l| l.get(index).cloned()) {
                    toggle(row.id);
                }
            }
        }
        event.prevent_default();
    };
    let measure = move || {
        if let Some(element) = scroller.try_get_untracked().flatten() {
            top.set(f64::from(element.scroll_top()));
            height.set(f64::from(element.client_height()));
        }
    };
    Effect::new(move |_| {
        scroller.get();
        nav.pane.get();
        request_animation_frame(measure);
    });
    // A tree without rows is not one (WAI-ARIA asks for an item).
    let any = Memo::new(move |_| lines.with(|l| l.iter().any(|line| matches!(line, Line::Row { .. }))));
    // However its height comes to change: a notice above it, another pane, the window.
    Effect::new(move |_| {
        let Some(element) = scroller.get() else { return };
        let resized = Closure::<dyn FnMut()>::new(measure);
        if let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) {
            observer.observe(&element);
        }
        resized.forget();
    });

    let visible = move || {
        let (from, to) = seen.get();
        lines.with(|l| {
            l.iter()
                .enumerate()
                .skip(from)
                .take(to - from)
                .map(|(i, line)| (i, line.clone()))
                .collect::<Vec<_>>()
        })
    };
    view! {
        <div class="tree-tools" role="group" aria-label="Address family">
            {[("All", None), ("IPv4", Some(Family::V4)), ("IPv6", Some(Family::V6))].into_iter().map(|(label, value)| view! {
                <button type="button" class="quiet" aria-pressed=move || (family.get() == value).to_string() on:click=move |_| family.set(value)>{label}</button>
            }).collect_view()}
            <span class="spring"></span>
            <button type="button" class="quiet" title="New pool (n)" on:click=move |_| nav.begin(crate::nav::Task::NewRootPool, "")>"+ Pool"</button>
        </div>
        <div id="tree" class="tree" role=move || if any.get() { "tree" } else { "group" } tabindex="0" aria-label="Pools and networks" node_ref=scroller
            aria-activedescendant=move || at.get().and_then(|_| nav.selected.get()).map(|id| format!("row-{id}"))
            aria-busy=move || slow.get().to_string()
            on:keydown=on_key on:scroll=move |_| measure()>
            <div class="tree-all" role="none" style:height=move || format!("{}px", lines.with(Vec::len) as f64 * ROW_PX)>
                <For each=visible key=|(i, line)| line_key(*i, line) let:item>
                    {match item.1 {
                        Line::Gap { depth, .. } => view! {
                            <div class="row waiting" role="none" style:top=format!("{}px", item.0 as f64 * ROW_PX) style:padding-left=indent(depth)>
                                <span class="skeleton"></span>
                            </div>
                        }.into_any(),
                        Line::Row { row, depth, open } => view! { <TreeRow index=item.0 row depth open changed toggle/> }.into_any(),
                    }}
                </For>
            </div>
            {move || (lines.with(Vec::is_empty) && tree.with(Tree::is_read)).then(|| view! { <p class="nothing">"Nothing here yet. "<span class="faint">"Press n for a new pool."</span></p> })}
        </div>
    }
}

fn indent(depth: usize) -> String {
    // Past twelve levels the indent stays: names would leave the pane.
    format!("{}px", 4 + 14 * depth.min(12))
}

/// Rows that say the same are the same element.
fn line_key(index: usize, line: &Line) -> (usize, Option<(usize, Option<bool>, usize)>) {
    match line {
        Line::Row { row, depth, open } => (index, Some((Arc::as_ptr(row) as usize, *open, *depth))),
        Line::Gap { .. } => (index, None),
    }
}

#[component]
fn TreeRow<F>(
    index: usize,
    row: Arc<Row>,
    depth: usize,
    open: Option<bool>,
    changed: Memo<BTreeSet<ClaimId>>,
    toggle: F,
) -> impl IntoView
where
    F: Fn(ClaimId) + Copy + Send + Sync + 'static,
{
    let nav = expect_context::<Nav>();
    let id = row.id;
    let prefixes = kinds::place(&row.kind, &row.prefixes, 1);
    let name = if row.name.is_empty() {
        row.holder
            .as_ref()
            .map(|h| h.name.to_string())
            .unwrap_or_default()
    } else {
        row.name.clone()
    };
    let holds = matches!(row.kind.as_str(), "pool" | "network" | "subnet");
    let conflicts = row.conflicts;
    let title = format!("{} {}\n{}", row.kind, name, format::size(&row.prefixes));
    let marks = marks(&row);
    let end = row.expires_at.map(|at| {
        let (now, full) = (crate::browser::now_ms(), at.to_string());
        if row.kind == "cooling" {
            (format!("resting until {}", crate::browser::day(at)), full)
        } else {
            (format::relative(at, now), full)
        }
    });
    view! {
        <div id=format!("row-{id}") class="row" class:conflict=(conflicts > 0) class:outlined=move || changed.with(|c| c.contains(&id))
            role="treeitem" attr:aria-level=(depth + 1).to_string() aria-expanded=open.map(|o| o.to_string())
            aria-selected=move || (nav.selected.get() == Some(id)).to_string()
            style:top=format!("{}px", index as f64 * ROW_PX) style:padding-left=indent(depth) title=title
            on:click=move |_| { nav.select(id); crate::browser::focus("tree"); }
            on:dblclick=move |_| { nav.pane.set(Pane::Details); }>
            {match open {
                Some(open) => view! {
                    <span class="twist" role="none" on:click=move |event| { event.stop_propagation(); toggle(id); }>{if open { "▾" } else { "▸" }}</span>
                }.into_any(),
                None => view! { <span class="twist" role="none"></span> }.into_any(),
            }}
            <span class=format!("kind kind-{}", row.kind) aria-hidden="true"></span>
            <span class="mono row-prefix">{prefixes}</span>
            <span class="row-name">{name}</span>
            <span class="unseen">{row.kind.clone()}</span>
            {(conflicts > 0).then(|| view! { <span class="badge hatch" title=format::many(conflicts, "conflict", "conflicts")><span aria-hidden="true">"⚠"</span><span class="unseen">{format::many(conflicts, "conflict", "conflicts")}</span></span> })}
            {(row.observed && conflicts == 0).then(|| view! { <span class="badge" title="Found, not allocated here">"found"</span> })}
            {marks.into_iter().map(|Mark { sign, word, class }| view! { <span class=format!("badge {class}") title=word><span aria-hidden="true">{sign}</span><span class="unseen">{word}</span></span> }).collect_view()}
            {end.map(|(words, full)| view! { <span class="badge" title=full>{words}</span> })}
            {holds.then(|| view! { <UsageBar usage=row.usage/> })}
        </div>
    }
}
