//! What a form is about to ask for: previewed while it is filled in, added to the plan by one key.

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{Committed, Problem, Request};
use plat_domain::{Cidr, ClaimId};
use plat_web_protocol::Question;

use crate::engine::{Engine, Loaded, load};
use crate::format;
use crate::widgets::diff_list::DiffList;
use crate::widgets::problem::ProblemView;
use crate::widgets::toast::Toasts;

/// The change that a form's fields say: nothing yet, or what is wrong with them in words.
pub(crate) type Wish = Result<Option<Request>, String>;

/// A wish with its preview; copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct Proposal {
    engine: Engine,
    toasts: Toasts,
    pub(crate) wish: Memo<Wish>,
    pub(crate) preview: Loaded<Committed>,
    pub(crate) busy: RwSignal<bool>,
}

impl Proposal {
    /// Previews what `wish` says whenever it changes.
    pub(crate) fn new(wish: impl Fn() -> Wish + Send + Sync + 'static) -> Self {
        let (engine, toasts) = (expect_context::<Engine>(), expect_context::<Toasts>());
        let wish = Memo::new(move |_| wish());
        let preview = load::<Committed, _>(engine, move || {
            wish.get()
                .ok()
                .flatten()
                .map(|request| Question::Preview { request })
        });
        Self {
            engine,
            toasts,
            wish,
            preview,
            busy: RwSignal::new(false),
        }
    }

    /// True if it can be added. Enter counts as soon as what is typed can be asked, also while its preview is on its way.
    pub(crate) fn ready(self) -> bool {
        matches!(self.wish.get(), Ok(Some(_))) && !self.preview.refused() && !self.busy.get()
    }

    /// The rule that refuses it.
    pub(crate) fn refused_by(self, code: &str) -> bool {
        self.preview.problem().is_some_and(|p| p.code() == code)
    }

    /// Adds it to the plan; `done` hears the answer.
    pub(crate) fn submit(self, done: impl FnOnce(Committed) + 'static) {
        let Ok(Some(request)) = self.wish.get_untracked() else {
            return;
        };
        self.add(request, done);
    }

    /// Adds another request than that of the fields.
    pub(crate) fn add(self, request: Request, done: impl FnOnce(Committed) + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let (engine, toasts) = (self.engine, self.toasts);
        spawn_local(async move {
            match engine.add(request).await {
                Ok(committed) => done(committed),
                Err(problem) => toasts.fail(&problem),
            }
            self.busy.try_set(false);
        });
    }
}

/// What would happen: what is wrong, what changes, or which rule refuses it.
#[component]
pub(crate) fn Effects(
    proposal: Proposal,
    /// Said while the fields ask for nothing.
    #[prop(default = "Nothing changed yet")]
    nothing: &'static str,
    #[prop(optional, into)] on_take: Option<Callback<Cidr>>,
    #[prop(optional, into)] on_pool: Option<Callback<ClaimId>>,
) -> impl IntoView {
    let refusal = move |problem: Problem| match (on_take, on_pool) {
        (Some(on_take), Some(on_pool)) => view! { <ProblemView problem on_take on_pool/> }.into_any(),
        (Some(on_take), None) => view! { <ProblemView problem on_take/> }.into_any(),
        (None, _) => view! { <ProblemView problem/> }.into_any(),
    };
    view! {
        <div class="effect" aria-live="polite">
            {move || match proposal.wish.get() {
                Err(wrong) => view! { <p class="warn">{wrong}</p> }.into_any(),
                Ok(None) => view! { <p class="faint">{nothing}</p> }.into_any(),
                Ok(Some(_)) => match proposal.preview.answer.get() {
                    None => ().into_any(),
                    Some(Err(problem)) => refusal(problem),
                    Some(Ok(committed)) => view! { <Changes committed/> }.into_any(),
                },
            }}
        </div>
    }
}

/// What a preview says that it changes, also where that is no claim.
#[component]
fn Changes(committed: Committed) -> impl IntoView {
    let diff = committed.diff.unwrap_or_default();
    let (claims, spaces, resources) = (diff.claims.len(), diff.spaces, diff.resources);
    let same = !committed.changed || (claims == 0 && spaces == 0 && resources == 0);
    let line = |what: String| view! { <p class="takes">{what}</p> };
    view! {
        {same.then(|| view! { <p class="faint">"It is so already"</p> })}
        {(spaces > 0).then(|| line(committed.space.map_or_else(|| format::many(spaces, "space goes", "spaces go"), |s| format!("Space {}", s.name))))}
        {(resources > 0).then(|| line(committed.resource.map_or_else(
            || format::many(resources, "resource recorded or removed", "resources recorded or removed"),
            |r| format!("Resource {} ({})", r.name, r.kind),
        )))}
        {(claims > 0).then(|| view! { <DiffList diff/> })}
    }
}
