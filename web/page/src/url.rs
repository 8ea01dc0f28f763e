//! What the address bar says: workspace, space, selection, view and search. One type owns every parameter.
//!
//! `/w/{workspace}/{space}?sel=10.20.0.0/16&view=map&q=web&at=10.0.0.0-10.255.255.255`

/// What the middle shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    /// The space as a picture.
    #[default]
    Map,
    /// Pairs of claims that overlap.
    Conflicts,
    /// How claims stand to the rules.
    Compliance,
    /// What the plan changes.
    Compare,
    /// Files on their way in.
    Import,
    /// The plan on its way out.
    Apply,
}

impl View {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Map, "map"),
        (Self::Conflicts, "conflicts"),
        (Self::Compliance, "compliance"),
        (Self::Compare, "compare"),
        (Self::Import, "import"),
        (Self::Apply, "apply"),
    ];

    pub(crate) fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(view, _)| *view == self)
            .map_or("map", |(_, word)| word)
    }

    fn read(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, w)| *w == word).map(|(view, _)| *view)
    }
}

/// Where the page is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Route {
    /// The workspace's name; empty for the one of this machine.
    pub(crate) workspace: String,
    /// The space's name; empty for the first.
    pub(crate) space: String,
    /// First prefix of what is selected; empty for nothing.
    pub(crate) sel: String,
    /// What the middle shows.
    pub(crate) view: View,
    /// What is searched for; empty for nothing.
    pub(crate) q: String,
    /// The addresses that the map shows; empty for all.
    pub(crate) at: String,
}

impl Route {
    /// Reads a path and a query string (with or without its `?`). What is not understood is left out.
    pub(crate) fn read(path: &str, query: &str) -> Self {
        let mut route = Self::default();
        let mut parts = path.split('/').filter(|p| !p.is_empty());
        if parts.next() == Some("w") {
            route.workspace = parts.next().map(decode).unwrap_or_default();
            route.space = parts.next().map(decode).unwrap_or_default();
        }
        for pair in query.trim_start_matches('?').split('&') {
            let Some((key, value)) = pair.split_once('=') else {
                continue;
            };
            let value = decode(value);
            match key {
                "sel" => route.sel = value,
                "view" => route.view = View::read(&value).unwrap_or_default(),
                "q" => route.q = value,
                "at" => route.at = value,
                _ => {}
            }
        }
        route
    }

    /// True if going from one to the other is a step that Back should take back: not a search or a zoom.
    pub(crate) fn is_step_from(&self, other: &Self) -> bool {
        Self {
            q: String::new(),
            at: String::new(),
            ..self.clone()
        } != Self {
            q: String::new(),
            at: String::new(),
            ..other.clone()
        }
    }

    /// Path and query.
    pub(crate) fn write(&self) -> String {
        let workspace = if self.workspace.is_empty() {
            "local"
        } else {
            &self.workspace
        };
        let mut text = format!("/w/{}/{}", encode(workspace), encode(&self.space));
        let mut mark = '?';
        let view = if self.view == View::Map {
            ""
        } else {
            self.view.word()
        };
        for (key, value) in [
            ("sel", self.sel.as_str()),
            ("view", view),
            ("q", &self.q),
            ("at", &self.at),
        ] {
            if !value.is_empty() {
                text.push(mark);
                text.push_str(key);
                text.push('=');
                text.push_str(&encode(value));
                mark = '&';
            }
        }
        text
    }
}

/// Percent-encodes all but what may stand in a query as it is (RFC 3986 §3.4); prefixes stay readable.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' | b',' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let mut ahead = rest.clone();
                let digits = ahead
                    .next()
                    .zip(ahead.next())
                    .and_then(|(h, l)| Some((char::from(h).to_digit(16)?, char::from(l).to_digit(16)?)));
                match digits.and_then(|(h, l)| u8::try_from(h * 16 + l).ok()) {
                    Some(decoded) => {
                        bytes.push(decoded);
                        rest = ahead;
                    }
                    None => bytes.push(byte),
                }
            }
            b'+' => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_round_trip() {
        let route = Route {
            workspace: "main".into(),
            space: "São Paulo & co".into(),
            sel: "10.20.0.0/16".into(),
            view: View::Compare,
            q: "free: /24 + 50%".into(),
            at: "10.0.0.0-10.0.3.255".into(),
        };
        let text = route.write();
        let (path, query) = text.split_once('?').unwrap();
        assert_eq!(Route::read(path, query), route);
        assert!(text.contains("sel=10.20.0.0/16"), "{text}");
    }

    #[test]
    fn odd_addresses_are_read_as_far_as_they_go() {
        assert_eq!(Route::read("/", ""), Route::default());
        assert_eq!(
            Route::read("/a/deep/link", "?x=1&view=nothing&sel"),
            Route::default()
        );
        assert_eq!(Route::read("/w/main", "?q=%zz").q, "%zz");
        assert_eq!(
            Route {
                space: "default".into(),
                ..Route::default()
            }
            .write(),
            "/w/local/default"
        );
    }
}
