//! Lists that are read page by page, and read again whenever the question or the state changes.

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::Problem;
use plat_web_protocol::Question;
use serde::de::DeserializeOwned;

use crate::engine::Engine;

/// A list as far as it was read. It keeps what it had while it is read again.
pub(crate) struct Pages<T: Send + Sync + 'static> {
    /// What was read; none before the first answer.
    pub(crate) rows: RwSignal<Option<Result<Vec<T>, Problem>>>,
    /// True if there is more than was read.
    pub(crate) more: RwSignal<bool>,
    wanted: RwSignal<usize>,
}

impl<T: Send + Sync + 'static> Clone for Pages<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Send + Sync + 'static> Copy for Pages<T> {}

impl<T: Send + Sync + 'static> Pages<T> {
    /// Reads one page more.
    pub(crate) fn read_on(self) {
        self.wanted.update(|n| *n += 1);
    }
}

/// Reads what `ask` says, given where the page before ended; nothing while it says none. `take` gives an answer's rows and
/// where the next page begins. As many pages as were read are read again after a change; another question begins anew.
pub(crate) fn pages<A, T, C, Q>(engine: Engine, ask: Q, take: fn(A) -> (Vec<T>, Option<C>)) -> Pages<T>
where
    A: DeserializeOwned + 'static,
    T: Send + Sync + 'static,
    C: 'static,
    Q: Fn(Option<C>) -> Option<Question> + Copy + 'static,
{
    let list = Pages {
        rows: RwSignal::new(None),
        more: RwSignal::new(false),
        wanted: RwSignal::new(1),
    };
    let version = engine.version();
    let (latest, before) = (StoredValue::new(0u64), StoredValue::new(String::new()));
    Effect::new(move |_| {
        let opened = !version.get().is_empty();
        let question = ask(None).filter(|_| opened);
        let wanted = list.wanted.get();
        latest.update_value(|n| *n += 1);
        let mine = latest.get_value();
        let Some(question) = question else {
            list.rows.set(None);
            return;
        };
        let text = serde_json::to_string(&question).unwrap_or_default();
        if before.get_value() != text {
            before.set_value(text);
            if wanted != 1 {
                // Which runs this again.
                list.wanted.set(1);
                return;
            }
        }
        spawn_local(async move {
            let (mut rows, mut question) = (Vec::new(), Some(question));
            for _ in 0..wanted {
                let Some(asked) = question.take() else { break };
                let answer = engine.ask::<A>(asked).await;
                if latest.try_get_value() != Some(mine) {
                    return;
                }
                match answer.map(take) {
                    Ok((page, next)) => {
                        rows.extend(page);
                        question = next.and_then(|end| untrack(|| ask(Some(end))));
                    }
                    Err(problem) => {
                        list.rows.set(Some(Err(problem)));
                        return;
                    }
                }
            }
            list.more.set(question.is_some());
            list.rows.set(Some(Ok(rows)));
        });
    });
    list
}
