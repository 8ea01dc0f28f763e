//! Keys: which does what, in one table that the shortcut sheet shows too.

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Search,
    Commands,
    NewPool,
    Allocate,
    Reserve,
    Split,
    Merge,
    Edit,
    Release,
    Undo,
    Redo,
    GoMap,
    GoTree,
    GoConflicts,
    GoCompliance,
    GoCompare,
    Sheet,
}

/// A line of the sheet.
pub(crate) struct Shortcut {
    pub(crate) keys: &'static str,
    pub(crate) what: &'static str,
    pub(crate) action: Option<Action>,
}

/// Every key, as the sheet lists them.
pub(crate) const SHEET: &[Shortcut] = &[
    Shortcut {
        keys: "/",
        what: "Search by name, address or prefix",
        action: Some(Action::Search),
    },
    Shortcut {
        keys: "Ctrl K",
        what: "All commands",
        action: Some(Action::Commands),
    },
    Shortcut {
        keys: "n",
        what: "New pool",
        action: Some(Action::NewPool),
    },
    Shortcut {
        keys: "a",
        what: "Allocate from the selection",
        action: Some(Action::Allocate),
    },
    Shortcut {
        keys: "r",
        what: "Reserve from the selection",
        action: Some(Action::Reserve),
    },
    Shortcut {
        keys: "s",
        what: "Split the selection",
        action: Some(Action::Split),
    },
    Shortcut {
        keys: "m",
        what: "Merge others into the selection",
        action: Some(Action::Merge),
    },
    Shortcut {
        keys: "e",
        what: "Edit the selection",
        action: Some(Action::Edit),
    },
    Shortcut {
        keys: "Del",
        what: "Release the selection",
        action: Some(Action::Release),
    },
    Shortcut {
        keys: "Ctrl Z",
        what: "Undo",
        action: Some(Action::Undo),
    },
    Shortcut {
        keys: "Ctrl Shift Z",
        what: "Redo",
        action: Some(Action::Redo),
    },
    Shortcut {
        keys: "g t",
        what: "Go to the tree",
        action: Some(Action::GoTree),
    },
    Shortcut {
        keys: "g m",
        what: "Go to the map",
        action: Some(Action::GoMap),
    },
    Shortcut {
        keys: "g c",
        what: "Go to conflicts",
        action: Some(Action::GoConflicts),
    },
    Shortcut {
        keys: "g r",
        what: "Go to compliance with the rules",
        action: Some(Action::GoCompliance),
    },
    Shortcut {
        keys: "g p",
        what: "Compare the plan with its base",
        action: Some(Action::GoCompare),
    },
    Shortcut {
        keys: "↑ ↓",
        what: "Move in the tree",
        action: None,
    },
    Shortcut {
        keys: "→ ←",
        what: "Open or close a level",
        action: None,
    },
    Shortcut {
        keys: "Home End",
        what: "First or last row",
        action: None,
    },
    Shortcut {
        keys: "+ − 0",
        what: "Zoom the map, show all of it",
        action: None,
    },
    Shortcut {
        keys: "Esc",
        what: "Close what is open",
        action: None,
    },
    Shortcut {
        keys: "?",
        what: "Keys and words",
        action: Some(Action::Sheet),
    },
];

/// A key as the browser reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) key: String,
    /// Ctrl, or Command on a Mac.
    pub(crate) ctrl: bool,
    pub(crate) shift: bool,
    pub(crate) alt: bool,
    /// True while a field has the focus: plain keys belong to it then.
    pub(crate) in_field: bool,
}

/// What a key asks for after another (`g` waits for a second one); and whether it is itself a first key.
pub(crate) fn action(before: Option<&str>, key: &Key) -> (Option<Action>, bool) {
    if key.alt {
        return (None, false);
    }
    let lower = key.key.to_lowercase();
    if key.ctrl {
        let action = match (lower.as_str(), key.shift) {
            ("k", false) => Some(Action::Commands),
            ("z", false) if !key.in_field => Some(Action::Undo),
            ("z", true) if !key.in_field => Some(Action::Redo),
            ("y", false) if !key.in_field => Some(Action::Redo),
            _ => None,
        };
        return (action, false);
    }
    if key.in_field {
        return (None, false);
    }
    let action = match (before, key.key.as_str()) {
        (Some("g"), "m") => Some(Action::GoMap),
        (Some("g"), "t") => Some(Action::GoTree),
        (Some("g"), "c") => Some(Action::GoConflicts),
        (Some("g"), "r") => Some(Action::GoCompliance),
        (Some("g"), "p") => Some(Action::GoCompare),
        (_, "g") => return (None, true),
        (_, "/") => Some(Action::Search),
        (_, "n") => Some(Action::NewPool),
        (_, "a") => Some(Action::Allocate),
        (_, "r") => Some(Action::Reserve),
        (_, "s") => Some(Action::Split),
        (_, "m") => Some(Action::Merge),
        (_, "e") => Some(Action::Edit),
        (_, "Delete" | "Backspace") => Some(Action::Release),
        (_, "?") => Some(Action::Sheet),
        _ => None,
    };
    (action, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key {
            key: text.into(),
            ..Key::default()
        }
    }

    #[test]
    fn plain_keys_act_outside_fields_only() {
        assert_eq!(action(None, &key("a")), (Some(Action::Allocate), false));
        assert_eq!(
            action(
                None,
                &Key {
                    in_field: true,
                    ..key("a")
                }
            ),
            (None, false)
        );
        assert_eq!(
            action(
                None,
                &Key {
                    in_field: true,
                    ctrl: true,
                    ..key("k")
                }
            ),
            (Some(Action::Commands), false)
        );
        assert_eq!(
            action(
                None,
                &Key {
                    in_field: true,
                    ctrl: true,
                    ..key("z")
                }
            ),
            (None, false)
        );
        assert_eq!(
            action(
                None,
                &Key {
                    ctrl: true,
                    shift: true,
                    ..key("Z")
                }
            ),
            (Some(Action::Redo), false)
        );
    }

    #[test]
    fn g_waits_for_a_second_key() {
        assert_eq!(action(None, &key("g")), (None, true));
        assert_eq!(action(Some("g"), &key("m")), (Some(Action::GoMap), false));
        assert_eq!(action(Some("g"), &key("r")), (Some(Action::GoCompliance), false));
        assert_eq!(action(Some("g"), &key("t")), (Some(Action::GoTree), false));
        assert_eq!(action(None, &key("m")), (Some(Action::Merge), false));
    }
}
