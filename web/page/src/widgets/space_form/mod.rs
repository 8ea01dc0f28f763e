//! Make an address space.

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::Request;
use plat_domain::command::CreateSpace;
use plat_domain::{Command, Description, Name, Space, SpaceId};

use crate::browser;
use crate::engine::Engine;
use crate::nav::Nav;
use crate::widgets::toast::Toasts;

/// The form.
#[component]
pub(crate) fn SpaceForm() -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    let name = RwSignal::new(String::new());
    let description = RwSignal::new(String::new());
    let wrong = RwSignal::new(String::new());
    let submit = move || {
        let space = Name::new(&name.get_untracked())
            .map_err(|e| format!("Name: {e}"))
            .and_then(|name| {
                let description = Description::new(&description.get_untracked())
                    .map_err(|e| format!("Description: {e}"))?;
                Ok(Space {
                    description,
                    ..Space::new(SpaceId::from_bytes(browser::fresh_id().to_bytes()), name)
                })
            });
        match space {
            Err(text) => wrong.set(text),
            Ok(space) => spawn_local(async move {
                let called = space.name.to_string();
                match engine
                    .add(Request::Command(Box::new(Command::CreateSpace(CreateSpace {
                        space,
                    }))))
                    .await
                {
                    Ok(_) => {
                        nav.end();
                        nav.enter(&called);
                        toasts.done(format!("New space {called}"));
                    }
                    Err(problem) => wrong.set(problem.detail),
                }
            }),
        }
    };
    browser::focus_soon("space-name");
    view! {
        <form class="task" aria-label="New space" on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>"New space"</h3>
            <p class="faint">"A routing domain of its own (a VRF): the same prefix may exist once in each."</p>
            <label for="space-name">"Name"</label>
            <input id="space-name" autocomplete="off" bind:value=name/>
            <label for="space-description">"Description "<span class="faint">"(optional)"</span></label>
            <input id="space-description" autocomplete="off" bind:value=description/>
            <p class="warn" aria-live="polite">{wrong}</p>
            <p class="actions">
                <button type="submit" class="primary" disabled=move || name.with(|n| n.trim().is_empty())>"Make space"</button>
                <button type="button" on:click=move |_| nav.end()>"Close"</button>
            </p>
        </form>
    }
}
