//! Files on their way in: what the engine says of them, and what a dropped file is.

use std::collections::BTreeSet;

use plat_api::ImportRequest;
use plat_domain::Cidr;
use serde::Deserialize;

use crate::browser::ReadFile;
use crate::format;

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Outcome {
    Create,
    Match,
    Error,
    LeftOut,
}

impl Outcome {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Create => "new",
            Self::Match => "there already",
            Self::Error => "error",
            Self::LeftOut => "left out",
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Match => "match",
            Self::Error => "error",
            Self::LeftOut => "left-out",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Finding {
    pub(crate) code: String,
    pub(crate) message: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) label: String,
    pub(crate) prefixes: Vec<Cidr>,
    pub(crate) space: String,
    pub(crate) kind: String,
    pub(crate) outcome: Outcome,
    pub(crate) findings: Vec<Finding>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IgnoredColumn {
    pub(crate) name: String,
    pub(crate) non_empty_rows: u64,
}

/// What an import would do: the part of the engine's answer that is shown. (The commands stay where they are made.)
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Preview {
    pub(crate) format: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) ignored_columns: Vec<IgnoredColumn>,
    pub(crate) created: u64,
    pub(crate) matched: u64,
    pub(crate) flagged: u64,
    pub(crate) errors: u64,
    pub(crate) left_out: u64,
}

/// Choices about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choices {
    pub(crate) create_spaces: bool,
    pub(crate) clear_host_bits: bool,
    pub(crate) leave_out: BTreeSet<u64>,
}

/// The request for a file with choices.
pub(crate) fn request(file: &ReadFile, space: Option<String>, choices: &Choices) -> ImportRequest {
    ImportRequest {
        name: file.name.clone(),
        bytes: file.bytes.clone(),
        space: space.as_deref().map(Into::into),
        create_spaces: choices.create_spaces,
        clear_host_bits: choices.clear_host_bits,
        leave_out: choices.leave_out.iter().copied().collect(),
    }
}

/// What the button says.
pub(crate) fn button(preview: &Preview) -> String {
    if preview.errors > 0 {
        format!(
            "{} to look at first",
            format::many(preview.errors, "error", "errors")
        )
    } else if preview.created == 0 {
        "Nothing new: close".to_owned()
    } else {
        format!("Import {}", format::many(preview.created, "row", "rows"))
    }
}

/// Lines with an error, to leave out in one go.
pub(crate) fn lines_with_errors(preview: &Preview) -> BTreeSet<u64> {
    preview
        .rows
        .iter()
        .filter(|r| r.outcome == Outcome::Error)
        .map(|r| r.line)
        .collect()
}

/// How the file was read, in words.
pub(crate) fn format_words(format: &str) -> &str {
    match format {
        "azureVirtualNetworks" => "Azure virtual networks",
        "netboxPrefixes" => "NetBox prefixes",
        "platCsv" => "Plat export (CSV)",
        "platJson" => "Plat export (JSON)",
        other => other,
    }
}

/// A plan file, told by what is in it; none for anything else.
pub(crate) fn as_plan(bytes: &[u8]) -> Option<serde_json::Value> {
    let first = bytes.iter().find(|b| !b.is_ascii_whitespace())?;
    if *first != b'{' || !bytes.windows(12).take(4096).any(|w| w == b"\"baseDigest\"") {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(std::str::from_utf8(bytes).ok()?).ok()?;
    (value.get("steps").is_some() && value.get("baseDigest").is_some()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview(created: u64, errors: u64) -> Preview {
        Preview {
            format: String::new(),
            rows: Vec::new(),
            ignored_columns: Vec::new(),
            created,
            matched: 0,
            flagged: 0,
            errors,
            left_out: 0,
        }
    }

    #[test]
    fn the_button_says_what_happens() {
        assert_eq!(button(&preview(96, 0)), "Import 96 rows");
        assert_eq!(button(&preview(1, 0)), "Import 1 row");
        assert_eq!(button(&preview(5, 2)), "2 errors to look at first");
        assert_eq!(button(&preview(0, 0)), "Nothing new: close");
    }

    #[test]
    fn plan_files_are_told_from_others() {
        assert!(as_plan(br#"{"version":1,"baseDigest":"00","steps":[]}"#).is_some());
        assert!(as_plan(br#"[{"name":"vnet"}]"#).is_none());
        assert!(as_plan(b"prefix,status\n10.0.0.0/8,active\n").is_none());
    }

    #[test]
    fn the_engines_answer_is_understood() {
        let text = r#"{"format":"netboxPrefixes","name":"x.csv","rows":[{"line":2,"label":"a","prefixes":["10.0.0.0/8"],"space":"default","kind":"pool",
            "outcome":"leftOut","findings":[{"code":"overlap","message":"m"}]}],"ignoredColumns":[{"name":"vlan","nonEmptyRows":3}],"commands":[],
            "created":1,"matched":0,"flagged":1,"errors":0,"leftOut":1}"#;
        let preview: Preview = serde_json::from_str(text).unwrap();
        assert_eq!(preview.rows[0].outcome, Outcome::LeftOut);
        assert_eq!(preview.ignored_columns[0].non_empty_rows, 3);
    }
}
