//! What each crate may depend on, and why. A dependency that is not here is refused: add it with its reason, or do without.

/// A crate, the only dependencies it may declare (tests and build scripts aside), each with its reason.
pub(crate) struct Allowance {
    pub(crate) package: &'static str,
    pub(crate) may: &'static [(&'static str, &'static str)],
}

const SERDE: (&str, &str) = ("serde", "stored and sent forms are derived, not hand-written");
const SERDE_JSON: (&str, &str) = ("serde_json", "the JSON of stored and sent forms");
const DOMAIN: (&str, &str) = ("plat-domain", "the rules beneath");
const API: (&str, &str) = ("plat-api", "the request and answer types");

pub(crate) const CORE: [Allowance; 7] = [
    Allowance {
        package: "plat-allocator",
        may: &[SERDE],
    },
    Allowance {
        package: "plat-domain",
        may: &[
            ("plat-allocator", "the arithmetic beneath"),
            SERDE,
            (
                "imbl",
                "maps that share structure, so that a what-if branch costs nothing",
            ),
            (
                "jiff",
                "RFC 3339 text of times that are given; its clock is switched off",
            ),
            (
                "postcard",
                "the compact snapshot: a quarter of the JSON, five times faster",
            ),
            ("sha2", "digests of plans and states"),
        ],
    },
    Allowance {
        package: "plat-api",
        may: &[
            DOMAIN,
            SERDE,
            SERDE_JSON,
            ("base64", "bytes in JSON: a third larger, not four times"),
        ],
    },
    Allowance {
        package: "plat-interchange",
        may: &[
            DOMAIN,
            SERDE,
            SERDE_JSON,
            ("csv", "quoting rules of other people's files"),
        ],
    },
    Allowance {
        package: "plat-service",
        may: &[
            DOMAIN,
            API,
            SERDE,
            SERDE_JSON,
            ("plat-interchange", "imports and exports"),
        ],
    },
    Allowance {
        package: "plat-arm",
        may: &[DOMAIN, API, SERDE, SERDE_JSON],
    },
    Allowance {
        package: "plat-vmm",
        may: &[DOMAIN, API, SERDE, SERDE_JSON],
    },
];

/// Crates around the core that other people load whole: what they may declare is listed too.
pub(crate) const LISTED: [Allowance; 1] = [Allowance {
    package: "plat-js",
    may: &[
        DOMAIN,
        API,
        ("plat-service", "the answers"),
        SERDE,
        SERDE_JSON,
        (
            "serde-wasm-bindgen",
            "values of JavaScript without JSON text between; `worker` brings it anyway",
        ),
        ("wasm-bindgen", "the class that JavaScript sees"),
        ("js-sys", "the time, and objects as they are walked"),
        ("getrandom", "ids of claims that come without one"),
        ("uuid", "the form of those ids"),
    ],
}];

/// Never reachable from a core crate, however far away: each brings a clock, entropy, a host or an executor.
pub(crate) const NEVER_IN_CORE: [&str; 13] = [
    "tokio",
    "async-std",
    "js-sys",
    "web-sys",
    "wasm-bindgen",
    "serde-wasm-bindgen",
    "getrandom",
    "rand",
    "fastrand",
    "chrono",
    "time",
    "reqwest",
    "worker",
];

const APART: &str = "web and worker share the core, not each other";

/// (who, must never reach, why).
pub(crate) const NEVER: [(&str, &str, &str); 7] = [
    ("plat-allocator", "serde_json", "the allocator knows no JSON"),
    ("plat-web-page", "plat-worker", APART),
    ("plat-web-engine", "plat-worker", APART),
    ("plat-web-protocol", "plat-worker", APART),
    ("plat-worker", "plat-web-page", APART),
    ("plat-worker", "plat-web-engine", APART),
    ("plat-worker", "plat-web-protocol", APART),
];

/// Crates that build and run the product and so must not be built from it; anything else named `plat-…` is product.
pub(crate) const TOOLS: [&str; 2] = ["xtask", "plat-local-edge"];
