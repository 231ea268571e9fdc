//! What the world is made of: the people, machines, projects and tools of one invented company that runs a shop for
//! ship's supplies. Every platform draws from here, so that the same names turn up on all of them.

/// A person with an account.
pub(crate) struct Person {
    pub(crate) user: &'static str,
    pub(crate) team: &'static str,
}

const fn person(user: &'static str, team: &'static str) -> Person {
    Person { user, team }
}

pub(crate) const PEOPLE: [Person; 12] = [
    person("maya", "Payments"),
    person("kenji", "Search"),
    person("lena", "Platform"),
    person("tomasz", "Platform"),
    person("aisha", "Storefront"),
    person("jonas", "Logistics"),
    person("priya", "Data"),
    person("diego", "Storefront"),
    person("siobhan", "Security"),
    person("wei", "Search"),
    person("noor", "Support"),
    person("elias", "Payments"),
];

/// Machines nobody sits at.
pub(crate) const RUNNERS: [&str; 10] = [
    "build-runner-01",
    "build-runner-02",
    "build-runner-03",
    "ci-arm-01",
    "ci-arm-02",
    "nightly-eval-01",
    "gpu-box-2",
    "release-bastion",
    "preview-eu-1",
    "preview-us-1",
];

/// A repository people work in.
pub(crate) struct Project {
    pub(crate) name: &'static str,
    pub(crate) branches: &'static [&'static str],
    pub(crate) files: &'static [&'static str],
    pub(crate) prompts: &'static [&'static str],
}

pub(crate) const PROJECTS: [Project; 8] = [
    Project {
        name: "checkout-api",
        branches: &["main", "fix/double-capture", "feat/apple-pay", "chore/sqlx-0.8", "release/2026.3"],
        files: &[
            "src/capture.rs",
            "src/routes/refund.rs",
            "src/idempotency.rs",
            "migrations/0042_refunds.sql",
            "tests/capture.rs",
        ],
        prompts: &[
            "Refunds over 500 EUR are captured twice when the webhook is retried. Find out why and fix it",
            "Add an idempotency key to POST /refunds and cover it with a test",
            "Upgrade sqlx to 0.8 and make the build green again",
            "error[E0277]: `Rc<Ledger>` cannot be sent between threads safely, in src/capture.rs",
            "Why does the capture job log `lock timeout` every night at 02:10?",
        ],
    },
    Project {
        name: "storefront",
        branches: &["main", "feat/size-guide", "fix/cart-badge", "perf/lcp-hero", "i18n/pl"],
        files: &[
            "app/cart/Badge.tsx",
            "app/product/[slug]/page.tsx",
            "lib/price.ts",
            "locales/pl.json",
            "e2e/cart.spec.ts",
        ],
        prompts: &[
            "The cart badge shows 0 until the second render. Reproduce it in e2e/cart.spec.ts first",
            "Translate the new size guide into Polish and keep the placeholders",
            "LCP of the product page is 4.1 s on a slow phone. Get the hero image under 2.5 s",
            "Replace moment with date-fns everywhere, no visible change",
            "parseAuthToken throws on an empty cookie, guard it and add a unit test",
        ],
    },
    Project {
        name: "search-indexer",
        branches: &["main", "feat/synonyms", "fix/reindex-oom", "spike/vectors"],
        files: &["indexer/pipeline.py", "indexer/synonyms.py", "tests/test_pipeline.py", "config/analyzers.yaml"],
        prompts: &[
            "The nightly reindex is killed with OOM at about 3.2 million documents, find the leak",
            "Add synonyms for rope sizes: 1/2 in, 12 mm, half inch",
            "Write a benchmark for the analyzer chain and tell me which filter costs most",
            "Compare our recall before and after the stemmer change on the golden queries",
        ],
    },
    Project {
        name: "warehouse-sync",
        branches: &["main", "fix/negative-stock", "feat/carrier-dhl", "ops/k8s-1.33"],
        files: &["cmd/syncd/main.go", "internal/stock/delta.go", "internal/carrier/dhl.go", "deploy/values.yaml"],
        prompts: &[
            "Stock goes negative when two carriers confirm the same parcel. Fix delta.go and explain the race",
            "Implement the DHL label API behind the existing Carrier interface",
            "Prepare the chart for Kubernetes 1.33, run helm template and show me the diff",
            "go test ./... hangs in internal/stock about one run in twenty, find it",
        ],
    },
    Project {
        name: "infra-live",
        branches: &["main", "rotate/db-certs", "feat/eu-replica", "fix/alert-noise"],
        files: &["modules/postgres/main.tf", "envs/prod/eu.tf", "alerts/checkout.yaml", "scripts/rotate-certs.sh"],
        prompts: &[
            "Plan a read replica in eu-north-1 and tell me what it costs before you write any terraform",
            "The checkout latency alert fires every night during the backup, make it quiet without hiding real trouble",
            "Rotate the database certificates on staging with --dry-run and report",
            "Which security groups allow 0.0.0.0/0 and since when?",
        ],
    },
    Project {
        name: "support-desk",
        branches: &["main", "feat/macro-suggest", "fix/ticket-merge"],
        files: &["app/models/ticket.rb", "app/services/macro_suggester.rb", "spec/services/macro_suggester_spec.rb"],
        prompts: &[
            "Suggest a macro from the last 50 answers to similar tickets",
            "Merging two tickets loses the attachments of the older one",
            "Summarise yesterday's tickets about late parcels, grouped by carrier",
        ],
    },
    Project {
        name: "pricing-models",
        branches: &["main", "exp/elasticity-v3", "fix/leaky-features"],
        files: &["notebooks/elasticity.ipynb", "pricing/features.py", "pricing/train.py", "tests/test_features.py"],
        prompts: &[
            "The validation score is too good to be true, look for features that leak the target",
            "Retrain elasticity v3 on the spring data and compare it with v2 by category",
            "Turn the notebook into a module with tests, keep the plots",
        ],
    },
    Project {
        name: "docs-site",
        branches: &["main", "guide/returns", "fix/broken-links"],
        files: &["content/guides/returns.md", "content/api/refunds.md", "astro.config.mjs"],
        prompts: &[
            "Find every broken link and fix the ones that only moved",
            "Write the guide for returns from the runbook, in plain words",
            "Document the refunds API from the OpenAPI file and keep the examples runnable",
        ],
    },
];

/// What the policy makes of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nobody minds.
    Fine,
    /// A person looks at it, or has let it pass.
    Doubtful(&'static str),
    /// Never.
    Bad(&'static str),
}

use Verdict::{Bad, Doubtful, Fine};

/// `(ecosystem, package, version, verdict)`.
pub(crate) const PACKAGES: [(&str, &str, &str, Verdict); 34] = [
    ("npm", "left-padd", "1.0.3", Bad("name is one letter away from left-pad")),
    ("npm", "event-stream-next", "0.1.2", Bad("maintainer changed last week; package is on the block list")),
    ("npm", "vite", "7.0.2", Bad("critical vulnerability in this range")),
    ("pip", "requets", "2.32.0", Bad("name is one letter away from requests")),
    ("pip", "pyyaml-include", "2.1.0", Bad("known vulnerability of high severity")),
    ("cargo", "rustdecimal", "1.23.1", Bad("name is known for malware (RUSTSEC-2022-0042)")),
    ("npm", "date-fns", "4.1.0", Doubtful("install script added in this version")),
    ("npm", "react-aria-components", "1.8.0", Doubtful("published 3 days ago")),
    ("npm", "sharp", "0.34.1", Doubtful("downloads a binary at install")),
    ("npm", "@parcel/watcher", "2.5.1", Doubtful("native addon without provenance")),
    ("pip", "polars", "1.31.0", Doubtful("published 1 day ago")),
    ("pip", "python-dateutil", "2.9.0", Doubtful("scorecard 4.1 is under 5.0")),
    ("pip", "torch-nightly-cu128", "2.9.0.dev1", Doubtful("not in an index we trust")),
    ("go", "golang.org/x/net", "v0.41.0", Doubtful("known vulnerability of medium severity")),
    ("go", "github.com/dhl-api/labels-go", "v0.0.4", Doubtful("repository is 11 days old")),
    ("cargo", "sqlx", "0.8.6", Doubtful("build script reaches the network")),
    ("cargo", "serde_yaml", "0.9.34", Doubtful("unmaintained")),
    ("npm", "zod", "4.0.5", Fine),
    ("npm", "react", "19.1.0", Fine),
    ("npm", "typescript", "5.8.3", Fine),
    ("npm", "playwright", "1.53.1", Fine),
    ("npm", "eslint", "9.30.0", Fine),
    ("pip", "httpx", "0.28.1", Fine),
    ("pip", "fastapi", "0.115.14", Fine),
    ("pip", "pytest", "8.4.1", Fine),
    ("pip", "numpy", "2.3.1", Fine),
    ("go", "github.com/jackc/pgx/v5", "v5.7.5", Fine),
    ("go", "go.opentelemetry.io/otel", "v1.37.0", Fine),
    ("go", "github.com/stretchr/testify", "v1.10.0", Fine),
    ("cargo", "tokio", "1.46.1", Fine),
    ("cargo", "serde", "1.0.219", Fine),
    ("cargo", "jiff", "0.2.15", Fine),
    ("cargo", "axum", "0.8.4", Fine),
    ("cargo", "insta", "1.43.1", Fine),
];

/// Models and what a million tokens of them cost, in and out, in dollars.
pub(crate) const MODELS: [(&str, &str, f64, f64); 5] = [
    ("anthropic", "claude-sonnet-4-5", 3.0, 15.0),
    ("anthropic", "claude-haiku-4-5", 1.0, 5.0),
    ("openai", "gpt-5-mini", 0.25, 2.0),
    ("mistral", "mistral-large-2512", 2.0, 6.0),
    ("ollama", "qwen3-coder:30b", 0.0, 0.0),
];

/// Answers of an agent, each good after any prompt.
pub(crate) const ANSWERS: [&str; 12] = [
    "I'll start by reading the code that is closest to the symptom, then write a failing test before I change anything.",
    "Found it: the retry path takes the lock after it has read the row, so two workers see the same state.",
    "The test fails as you described. Now the fix: one statement instead of read, decide, write.",
    "All 214 tests pass. I left the public interface as it was; only the error message changed.",
    "There are two ways to do this. The smaller one keeps the table; the other needs a migration. I take the smaller one.",
    "That dependency was held by the policy, so I use the version we already have in the lockfile.",
    "I could not reproduce it in 50 runs. With `--test-threads=1` it never happens, which points at shared state.",
    "Before I touch production files: this needs an approval, I stop here and wait.",
    "Summary: root cause, the change in three files, and what I did not do. Please look at the second commit first.",
    "The benchmark says 38 % less time in the analyzer and the same recall. Numbers are in the table below.",
    "The file does not exist on this branch; I looked in the history, it was moved in 4f1c2ab.",
    "Done. Two follow-ups I noticed and left alone: an unused index and a log line that prints the customer's e-mail.",
];

/// What an agent thinks between two steps.
pub(crate) const THOUGHTS: [&str; 6] = [
    "The stack trace ends in capture(), but the duplicate id is already there in the queue. So look one level up.",
    "If the migration ran on staging yesterday, the column exists; check before adding it again.",
    "A narrower fix is enough. The person asked for the badge, not for a new store.",
    "This test passed for the wrong reason: the mock never returns an error.",
    "Three call sites, one of them in a script. Changing the signature is fine.",
    "The reply is 200 but the body says `queued`. Treat it as not done.",
];

/// Shell commands and what came out of them.
pub(crate) const COMMANDS: [(&str, &str); 9] = [
    (
        "cargo test -p checkout --lib capture",
        "test capture::retry_takes_one ... ok\ntest result: ok. 31 passed; 0 failed",
    ),
    (
        "git diff --stat",
        " src/capture.rs | 24 +++++++++++++-----------\n 1 file changed, 13 insertions(+), 11 deletions(-)",
    ),
    ("rg -n 'FOR UPDATE' src", "src/capture.rs:118:        FOR UPDATE SKIP LOCKED"),
    ("npm run e2e -- cart.spec.ts", "  1 failed\n    cart.spec.ts:41:3 badge shows the count at once"),
    ("pytest -q tests/test_pipeline.py", "........................ [100%]\n24 passed in 6.31s"),
    ("go test -race ./internal/stock", "WARNING: DATA RACE\nWrite at 0x00c00013a0f8 by goroutine 31"),
    ("terraform plan -out=eu.plan", "Plan: 4 to add, 1 to change, 0 to destroy."),
    (
        "kubectl -n shop get pods",
        "NAME                     READY   STATUS    RESTARTS\ncheckout-7d9f-x2x1q      1/1     Running   0",
    ),
    ("git log --oneline -3", "4f1c2ab Move the ledger out of the handler\n91e07cd Bump sqlx\n0b7d6e1 Release 2026.2"),
];
