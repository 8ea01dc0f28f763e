//! `rows`: every row of `tests/rows.md` with the scenarios and tests that name it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use plat_local_edge::Paths;

use crate::build::files_below;

const MARK: &str = "rows:";
const SEARCHED: [&str; 4] = ["crates", "web", "worker", "tests"];
const ENDINGS: [&str; 5] = ["plat", "rs", "mjs", "js", "py"];

struct Row {
    id: String,
    statement: String,
}

pub(crate) fn run() -> Result<()> {
    let paths = Paths::of_checkout();
    let rows = table(&fs::read_to_string(paths.root.join("tests/rows.md"))?);
    let mut shown_by: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in SEARCHED
        .iter()
        .flat_map(|folder| files_below(&paths.root.join(folder)))
    {
        let ours = file
            .extension()
            .is_some_and(|end| ENDINGS.contains(&&*end.to_string_lossy()));
        let relative = file.strip_prefix(&paths.root).unwrap_or(&file);
        let borrowed = relative.components().any(|part| {
            ["node_modules", "xtask"]
                .iter()
                .any(|name| part.as_os_str() == *name)
        });
        if !ours || borrowed {
            continue;
        }
        for (id, place) in mentions(relative, &fs::read_to_string(&file)?) {
            shown_by.entry(id).or_default().push(place);
        }
    }
    let mut missing = 0;
    for row in &rows {
        println!("{}  {}", row.id, row.statement);
        match shown_by.remove(&row.id) {
            Some(places) => places.iter().for_each(|place| println!("       {place}")),
            None => {
                missing += 1;
                println!("       none");
            }
        }
    }
    println!(
        "\n{} rows, {} shown, {missing} by nothing yet",
        rows.len(),
        rows.len() - missing
    );
    let unknown: Vec<&String> = shown_by.keys().filter(|id| id.starts_with('F')).collect();
    for (id, places) in shown_by.iter().filter(|(id, _)| !id.starts_with('F')) {
        println!("also {id}: {}", places.join(", "));
    }
    if !unknown.is_empty() {
        bail!("these rows are named but not in tests/rows.md: {unknown:?}");
    }
    Ok(())
}

/// The table's lines: `| F01 | Z | statement |`.
fn table(markdown: &str) -> Vec<Row> {
    let cells = markdown.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.splitn(3, " | ");
        Some((cells.next()?, cells.nth(1)?))
    });
    cells
        .filter(|(id, _)| is_id(id))
        .map(|(id, statement)| Row {
            id: id.to_owned(),
            statement: statement.to_owned(),
        })
        .collect()
}

/// A capital letter and two digits.
fn is_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 3 && bytes[0].is_ascii_uppercase() && bytes[1..].iter().all(u8::is_ascii_digit)
}

/// The rows a file names in comments that begin with `rows:`, each with where: the file, and the test function that follows.
fn mentions(file: &Path, text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let comment = trimmed.trim_start_matches(['/', '!', '#', '*', ' ']);
        if comment.len() == trimmed.len() {
            continue;
        }
        let Some(list) = comment.strip_prefix(MARK) else {
            continue;
        };
        let whole_file = trimmed.starts_with("//!");
        let function = (!whole_file).then(|| function_after(&lines[at..])).flatten();
        let place = function.map_or_else(
            || file.display().to_string(),
            |name| format!("{}: {name}", file.display()),
        );
        let words = list
            .split([' ', ','])
            .filter(|word| !word.is_empty())
            .map(|word| word.trim_end_matches(['.', ';']));
        found.extend(
            words
                .take_while(|word| is_id(word))
                .map(|id| (id.to_owned(), place.clone())),
        );
    }
    found
}

fn function_after(lines: &[&str]) -> Option<String> {
    let signature = lines
        .iter()
        .take(8)
        .find_map(|line| line.trim_start().trim_start_matches("pub ").strip_prefix("fn "))?;
    Some(
        signature
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_from_comments_only() {
        let text = "//! rows: F01 B02\nlet x = \"rows: F09\";\n/// rows: F03, F04.\n#[test]\nfn holds() {}\n";
        let found = mentions(Path::new("a.rs"), text);
        let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["F01", "B02", "F03", "F04"]);
        assert_eq!(found[2].1, "a.rs: holds");
    }

    #[test]
    fn table_has_ids_and_statements() {
        let rows = table("| id | origin | statement |\n|---|---|---|\n| F02 | Z | IPv4 and IPv6 |\n");
        assert_eq!(
            (rows[0].id.as_str(), rows[0].statement.as_str()),
            ("F02", "IPv4 and IPv6")
        );
        assert_eq!(rows.len(), 1);
    }
}
