//! One line of a script as words: a verb, what follows it in order, and what is named (`in emea`, `until=…`).

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

/// Words whose next word belongs to them.
const PREPOSITIONS: [&str; 4] = ["in", "for", "as", "absorb"];

/// A line taken apart. Words are taken out as they are understood; [`Line::done`] refuses what is left.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) verb: String,
    plain: Vec<String>,
    named: BTreeMap<String, String>,
}

impl Line {
    pub(crate) fn read(text: &str) -> Result<Self> {
        let mut words = words(text)?.into_iter();
        let verb = words.next().context("an empty line")?;
        let (mut plain, mut named) = (Vec::new(), BTreeMap::new());
        while let Some(word) = words.next() {
            let (key, value) = if word == "absorb" {
                (word, "true".to_owned())
            } else if PREPOSITIONS.contains(&word.as_str()) {
                let value = words.next().with_context(|| format!("nothing after `{word}`"))?;
                (word, value)
            } else if let Some((key, value)) = word.split_once('=') {
                (key.to_owned(), value.to_owned())
            } else {
                plain.push(word);
                continue;
            };
            ensure!(named.insert(key.clone(), value).is_none(), "`{key}` twice");
        }
        plain.reverse();
        Ok(Self { verb, plain, named })
    }

    /// The next word that is not named.
    pub(crate) fn next(&mut self) -> Option<String> {
        self.plain.pop()
    }

    pub(crate) fn need(&mut self, what: &str) -> Result<String> {
        self.next()
            .with_context(|| format!("`{}` needs {what}", self.verb))
    }

    pub(crate) fn named(&mut self, key: &str) -> Option<String> {
        self.named.remove(key)
    }

    pub(crate) fn done(self) -> Result<()> {
        if let Some(word) = self.plain.last().or_else(|| self.named.keys().next()) {
            bail!("`{}` does not know `{word}`", self.verb);
        }
        Ok(())
    }
}

/// Words between blanks; double quotes keep blanks together.
fn words(text: &str) -> Result<Vec<String>> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    for letter in text.chars() {
        match letter {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    ensure!(!quoted, "a quote that does not end: {text}");
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_plain_or_named() {
        let mut line = Line::read("allocate emea /24 kind=static as \"web one\"").unwrap();
        assert_eq!(
            (line.next().as_deref(), line.next().as_deref()),
            (Some("emea"), Some("/24"))
        );
        assert_eq!(line.named("as").as_deref(), Some("web one"));
        assert!(line.clone().done().is_err());
        assert_eq!(line.named("kind").as_deref(), Some("static"));
        assert!(line.done().is_ok());
    }
}
