//! What lies in the selection: its prefixes by what occupies them, the pools and the resources with space of it.

use leptos::prelude::*;
use plat_api::{AssociatedPage, PrefixPage, Problem, Reference, Request, RowPage, TreeRequest};
use plat_domain::query::{Associated, Cursor, Part, Row};
use plat_domain::{Cidr, ClaimId};

use crate::engine::{Engine, read};
use crate::format;
use crate::nav::{Nav, Task};
use crate::pages::{Pages, pages};
use crate::widgets::problem::ProblemView;
use crate::widgets::section::{Choice, Section};
use crate::widgets::usage_bar::UsageBar;

/// A list as far as it was read, with the way to more.
fn listed<T, V, F>(list: Pages<T>, none: &'static str, each: F) -> impl Fn() -> AnyView + Copy
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
    F: Fn(T) -> V + Copy + Send + Sync + 'static,
{
    move || {
        let rows: Result<Vec<T>, Problem> = match list.rows.get() {
            None => return view! { <p class="skeleton"></p> }.into_any(),
            Some(rows) => rows,
        };
        match rows {
            Err(problem) => view! { <ProblemView problem/> }.into_any(),
            Ok(rows) if rows.is_empty() && !list.more.get() => view! { <p class="faint">{none}</p> }.into_any(),
            Ok(rows) => view! {
                <ul class="lines">{rows.into_iter().map(|row| view! { <li>{each(row)}</li> }).collect_view()}</ul>
                {move || list.more.get().then(|| view! { <button type="button" class="quiet small" on:click=move |_| list.read_on()>"Show more"</button> })}
            }
            .into_any(),
        }
    }
}

/// The prefixes of one part, a choice of three.
#[component]
pub(super) fn Parts(id: ClaimId) -> impl IntoView {
    view! {
        <Section name="prefixes" title="Prefixes by what they are">
            <PartList id/>
        </Section>
    }
}

#[component]
fn PartList(id: ClaimId) -> impl IntoView {
    let (nav, engine) = (expect_context::<Nav>(), expect_context::<Engine>());
    let part = RwSignal::new(Part::Allocated);
    let list = pages(
        engine,
        move |after: Option<Cidr>| {
            Some(read(Request::Prefixes {
                pool: id.into(),
                part: part.get(),
                after,
                limit: None,
            }))
        },
        |page: PrefixPage| (page.prefixes, page.next),
    );
    let each = move |cidr: Cidr| {
        let free = part.get_untracked() == Part::Available;
        view! {
            {if free {
                view! { <button type="button" class="link mono" title="Allocate this block" on:click=move |_| nav.begin(Task::Allocate, &cidr.to_string())>{cidr.to_string()}</button> }.into_any()
            } else {
                view! { <span class="mono">{cidr.to_string()}</span> }.into_any()
            }}
            <span class="faint mono">{format::short(cidr.count())}</span>
        }
    };
    view! {
        <Choice label="Part" of=vec![(Part::Allocated, "Allocated".into()), (Part::Reserved, "Reserved".into()), (Part::Available, "Available".into())] chosen=part/>
        {listed(list, "No prefix is.", each)}
    }
}

/// The pools directly in a pool.
#[component]
pub(super) fn ChildPools(id: ClaimId) -> impl IntoView {
    view! { <Section name="pools" title="Pools in it"><ChildList id/></Section> }
}

#[component]
fn ChildList(id: ClaimId) -> impl IntoView {
    let (nav, engine) = (expect_context::<Nav>(), expect_context::<Engine>());
    let list = pages(
        engine,
        move |after: Option<Cursor>| {
            Some(read(Request::Tree(TreeRequest {
                space: None,
                parent: Some(Reference::from(id)),
                after,
                limit: Some(plat_api::PAGE_MAX),
            })))
        },
        |page: RowPage| {
            let pools = page.rows.into_iter().filter(|row| row.kind == "pool");
            (pools.collect::<Vec<Row>>(), page.next)
        },
    );
    let each = move |row: Row| {
        let id = row.id;
        view! {
            <button type="button" class="link" on:click=move |_| nav.select(id)><strong>{row.name.clone()}</strong>" "<span class="mono">{format::prefixes(&row.prefixes, 1)}</span></button>
            <span class="end"><span class="faint mono">{format::percent(row.usage.allocated_basis_points)}</span><UsageBar usage=row.usage/></span>
        }
    };
    view! { {listed(list, "None.", each)} }
}

/// The resources with space of a pool, at any depth.
#[component]
pub(super) fn Resources(id: ClaimId) -> impl IntoView {
    view! { <Section name="resources" title="Resources"><ResourceList id/></Section> }
}

#[component]
fn ResourceList(id: ClaimId) -> impl IntoView {
    let (nav, engine) = (expect_context::<Nav>(), expect_context::<Engine>());
    let list = pages(
        engine,
        move |after: Option<Cursor>| {
            Some(read(Request::Resources {
                pool: id.into(),
                after,
                limit: None,
            }))
        },
        |page: AssociatedPage| (page.resources, page.next),
    );
    let each = move |associated: Associated| {
        let Associated {
            resource,
            network,
            pool,
        } = associated;
        let (network_id, pool_id) = (network.id, pool.id);
        let provider = resource.provider.map(|p| format!("{p} ")).unwrap_or_default();
        view! {
            <button type="button" class="link" on:click=move |_| nav.select(network_id)><strong>{resource.name.to_string()}</strong>" "<span class="mono">{format::prefixes(&network.prefixes, 1)}</span></button>
            <span class="faint">{provider}{resource.kind.to_string()}{resource.tenant.map(|t| format!(" · tenant {t}"))}
                {(pool_id != id).then(|| view! { " · in "<button type="button" class="link" on:click=move |_| nav.select(pool_id)>{pool.label}</button> })}</span>
        }
    };
    view! { {listed(list, "No resource has space of it.", each)} }
}
