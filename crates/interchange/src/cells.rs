//! Cells that a spreadsheet must not run (CSV injection, OWASP), and back.

/// Characters that make a spreadsheet take a cell for a formula when they come first.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// True if, behind any apostrophes, there is what a spreadsheet would run.
fn would_run(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(FORMULA)
}

/// The cell with an apostrophe before it if a spreadsheet would run it, or if it looks as if it had got one.
pub(crate) fn neutralised(cell: &str) -> String {
    if would_run(cell) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// Takes back exactly what [`neutralised`] put before a cell.
pub(crate) fn restored(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if would_run(rest) => rest,
        Some(_) | None => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_do_not_run_and_come_back_as_they_were() {
        for cell in [
            "=1+1",
            "+x",
            "-x",
            "@x",
            "\tx",
            "\r",
            "'=x",
            "''=x",
            "'x",
            "''",
            "",
            "x=1",
            "10.0.0.0/8",
        ] {
            let safe = neutralised(cell);
            assert!(!safe.starts_with(FORMULA), "{cell}");
            assert_eq!(restored(&safe), cell);
        }
        assert_eq!(neutralised("=1"), "'=1");
        assert_eq!(neutralised("'x"), "'x");
    }
}
