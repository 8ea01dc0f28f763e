//! Which commands fit what is typed.

/// True if the letters of `typed` come in this order in `label`, whatever their case.
pub(crate) fn fits(label: &str, typed: &str) -> bool {
    let mut letters = label.chars().flat_map(char::to_lowercase);
    typed
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .all(|wanted| letters.any(|l| l == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_order_fit() {
        assert!(fits("Allocate from the selection", "alsel"));
        assert!(fits("New pool", ""));
        assert!(!fits("New pool", "lp new"));
    }
}
