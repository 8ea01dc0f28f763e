//! What can be done with the selection or the space shown, and the form of what is being done.

mod actions;

use leptos::prelude::*;
use plat_domain::ClaimId;

use crate::nav::{Nav, Task};
use crate::widgets::allocate::{AllocateForm, pool_of, source_of};
use crate::widgets::associate::AssociateForm;
use crate::widgets::connect::ConnectForm;
use crate::widgets::edit_form::EditForm;
use crate::widgets::merge::MergeForm;
use crate::widgets::pool_form::PoolForm;
use crate::widgets::release::ReleaseForm;
use crate::widgets::resource_form::ResourceForm;
use crate::widgets::space_form::{RemoveSpaceForm, SpaceForm};
use crate::widgets::split::SplitForm;
pub(crate) use actions::{Actions, SpaceActions};

/// The form of the task, above what the details say. `subject` is the selection once its details are there.
#[component]
pub(crate) fn TaskForm(subject: Memo<Option<ClaimId>>) -> impl IntoView {
    let nav = expect_context::<Nav>();
    let details_now = move || {
        nav.details
            .answer
            .with_untracked(|a| a.as_ref().and_then(|a| a.as_ref().ok().cloned()))
    };
    let space_now = Memo::new(move |_| nav.space.with(|s| s.as_ref().map(|s| s.space.id)));
    move || {
        // Asked only by the forms about it: the others keep what is being typed when the selection comes in late.
        let details = || subject.get().and_then(|_| details_now());
        let space = || {
            space_now
                .get()
                .and_then(|_| nav.space.with_untracked(|s| s.as_ref().map(|s| s.space.clone())))
        };
        let source = || details().as_ref().and_then(source_of);
        match nav.task.get() {
            Task::Look => ().into_any(),
            Task::Connect => view! { <ConnectForm/> }.into_any(),
            Task::NewSpace => view! { <SpaceForm space=None/> }.into_any(),
            Task::EditSpace => space()
                .map(|space| view! { <SpaceForm space=Some(space)/> })
                .into_any(),
            Task::RemoveSpace => space().map(|space| view! { <RemoveSpaceForm space/> }).into_any(),
            Task::NewRootPool => space_now
                .get()
                .map(|space| view! { <PoolForm space parent=None/> })
                .into_any(),
            Task::NewPool => {
                let parent = details().as_ref().and_then(pool_of);
                space_now
                    .get()
                    .map(|space| view! { <PoolForm space parent/> })
                    .into_any()
            }
            Task::Allocate => source().map(|source| view! { <AllocateForm source/> }).into_any(),
            Task::Reserve => source()
                .map(|source| view! { <AllocateForm source reserve=true/> })
                .into_any(),
            Task::Edit => details().map(|details| view! { <EditForm details/> }).into_any(),
            Task::Release => details()
                .map(|details| view! { <ReleaseForm details/> })
                .into_any(),
            Task::Split => details().map(|details| view! { <SplitForm details/> }).into_any(),
            Task::Merge => details().map(|details| view! { <MergeForm details/> }).into_any(),
            Task::Resource => details()
                .map(|details| view! { <ResourceForm details/> })
                .into_any(),
            Task::Associate => details()
                .map(|details| view! { <AssociateForm details/> })
                .into_any(),
        }
    }
}
