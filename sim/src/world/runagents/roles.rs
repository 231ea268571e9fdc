//! What the agents of the shop are for, what people ask of them, and what they then want to do.

/// One sort of agent.
pub(super) struct Role {
    /// Name, and the beginning of the names of further ones.
    pub(super) name: &'static str,
    pub(super) duty: &'static str,
    /// Tools it needs; the first is the one it asks leave for.
    pub(super) tools: &'static [&'static str],
    /// What people ask of it.
    pub(super) asked: &'static [&'static str],
    /// What it says.
    pub(super) says: &'static [&'static str],
}

pub(super) const ROLES: [Role; 14] = [
    Role {
        name: "refund-clerk",
        duty: "Decides on refunds under 200 EUR and prepares the larger ones for a person.",
        tools: &["stripe-refunds", "orders-db"],
        asked: &[
            "Customer 20117 wants the money back for order 81442, the shackle arrived bent",
            "Order 81390 was paid twice, please check and refund one of them",
        ],
        says: &["Paid twice on the 14th, 489.00 EUR each. One refund is due; it is over 200 EUR, so I ask."],
    },
    Role {
        name: "stock-watcher",
        duty: "Watches stock against open orders and proposes transfers between warehouses.",
        tools: &["warehouse-api", "slack-post"],
        asked: &["Do we have enough 8 mm shackles for the weekend?", "Morning check of all stock under ten days"],
        says: &["Hamburg runs out on Saturday, Gdansk has 1,900. I propose to move 400."],
    },
    Role {
        name: "parcel-tracer",
        duty: "Finds parcels that carriers lost and writes to the customer.",
        tools: &["mail-send", "dhl-tracking"],
        asked: &[
            "Parcel JD0146 has not moved for six days, please find it",
            "Trace yesterday's late parcels, DHL only",
        ],
        says: &["Last scan was Leipzig, six days ago, damaged label. I have a draft for the customer."],
    },
    Role {
        name: "price-tuner",
        duty: "Proposes price changes from the elasticity model.",
        tools: &["pricing-api", "orders-db"],
        asked: &[
            "Suggest prices for the winter sale, ropes and fenders only",
            "What would 12 mm rope at 3.49 do to margin?",
        ],
        says: &["At 3.49 we sell about 9 % more and keep 1.2 points of margin less. I would try it for a week."],
    },
    Role {
        name: "ticket-triage",
        duty: "Sorts support tickets and answers the simple ones.",
        tools: &["mail-send", "zendesk"],
        asked: &["Triage the queue since midnight", "Answer the open tickets about return labels"],
        says: &["41 tickets: 18 answered from macros, 20 sorted, 3 need a person. One of them mentions a lawyer."],
    },
    Role {
        name: "invoice-matcher",
        duty: "Matches supplier invoices with deliveries.",
        tools: &["orders-db", "erp-read"],
        asked: &["Check yesterday's deliveries from Gdansk against the invoices"],
        says: &["Six match. INV-20931 bills 200 fenders, 180 arrived. I want to hold the difference."],
    },
    Role {
        name: "catalog-writer",
        duty: "Writes product texts from data sheets.",
        tools: &["cms", "translate"],
        asked: &[
            "Texts for the twelve new anchors, German and Polish",
            "The old returns page can go, the new one is live",
        ],
        says: &["Nothing links to the old page any more except the footer in Polish; I fixed that first."],
    },
    Role {
        name: "alert-first-responder",
        duty: "Reads alerts at night, collects what a person would look at, opens an incident.",
        tools: &["pagerduty", "grafana-read", "slack-post"],
        asked: &[
            "checkout p95 is above 900 ms since 02:10, collect what we need",
            "Alert: replication lag on orders-db is 340 s",
        ],
        says: &["Latency rose with the backup at 02:10; disk wait, not traffic. I would page the database on-call."],
    },
    Role {
        name: "contract-reader",
        duty: "Extracts terms from supplier contracts.",
        tools: &["drive-read"],
        asked: &["Which of our contracts renew by themselves before June?"],
        says: &["Three do. The one with Baltic Ropes must be cancelled by the end of the month."],
    },
    Role {
        name: "fraud-second-look",
        duty: "Looks at orders the rules held and says why.",
        tools: &["orders-db", "stripe-refunds"],
        asked: &["Why was order 81500 held? The customer is on the phone", "Second look at tonight's held orders"],
        says: &["New card, new address, four outboard motors. The phone number matches an older order, though."],
    },
    Role {
        name: "release-notes",
        duty: "Writes release notes from merged changes.",
        tools: &["cms", "github-read"],
        asked: &["Write the release notes for this week", "What changed in checkout since 2026.2?"],
        says: &["23 changes, 9 of them visible to customers. I left the rate limiter out, it is not switched on yet."],
    },
    Role {
        name: "db-housekeeper",
        duty: "Proposes vacuum, index and retention work on the order database.",
        tools: &["pg-admin", "orders-db"],
        asked: &["order_lines has 40 % dead rows, what do you propose?", "Which indexes has nobody used since March?"],
        says: &["A full vacuum of order_lines locks it for about 4 minutes; at 04:30 nobody would notice."],
    },
    Role {
        name: "newsletter-drafts",
        duty: "Drafts the weekly newsletter.",
        tools: &["cms", "mail-send"],
        asked: &["Draft this week's newsletter, topic: laying up the boat"],
        says: &["Draft is in the CMS. The discount code is a placeholder, somebody must make a real one."],
    },
    Role {
        name: "access-reviewer",
        duty: "Lists who can do what and asks owners to confirm.",
        tools: &["slack-post", "okta-read"],
        asked: &["Quarterly review of production access", "Who can still read the old data warehouse?"],
        says: &["31 people have production access, 4 of them changed teams. I would ask their leads."],
    },
];

/// What agents ask leave for: tool, method, URL, capability, body.
pub(super) const ASKS: [(&str, &str, &str, &str, &str); 9] = [
    (
        "stripe-refunds",
        "POST",
        "https://api.stripe.com/v1/refunds",
        "refunds:create",
        r#"{"charge":"ch_3Rk20","amount":48900}"#,
    ),
    (
        "orders-db",
        "POST",
        "https://orders-db.shop.svc:8443/query",
        "orders:write",
        r#"{"sql":"UPDATE orders SET state='held' WHERE id=81442"}"#,
    ),
    (
        "mail-send",
        "POST",
        "https://mail.shop.svc/v2/messages",
        "mail:external",
        r#"{"to":"j.petersen@kunde.example","template":"parcel-lost"}"#,
    ),
    (
        "pricing-api",
        "PUT",
        "https://pricing.shop.svc/v1/prices/rope-12mm",
        "prices:write",
        r#"{"price":"3.49","currency":"EUR"}"#,
    ),
    (
        "pg-admin",
        "POST",
        "https://pg-admin.shop.svc/v1/vacuum",
        "database:maintain",
        r#"{"table":"order_lines","full":true}"#,
    ),
    (
        "warehouse-api",
        "POST",
        "https://warehouse.shop.svc/transfers",
        "stock:move",
        r#"{"sku":"SHACKLE-8","from":"HAM","to":"GDN","count":400}"#,
    ),
    ("cms", "DELETE", "https://cms.shop.svc/pages/returns-old", "pages:delete", r#"{"hard":true}"#),
    (
        "pagerduty",
        "POST",
        "https://api.pagerduty.com/incidents",
        "incident:create",
        r#"{"service":"checkout","urgency":"high"}"#,
    ),
    (
        "slack-post",
        "POST",
        "https://slack.com/api/chat.postMessage",
        "messages:post",
        r##"{"channel":"#leads","text":"Please confirm who still needs production access"}"##,
    ),
];

/// The role an agent's name begins with.
pub(super) fn role_of(agent: &str) -> &'static Role {
    ROLES.iter().find(|role| agent.starts_with(role.name)).unwrap_or(&ROLES[0])
}

/// What an agent asks leave for, when it does.
pub(super) fn ask_of(agent: &str) -> (&'static str, &'static str, &'static str, &'static str, &'static str) {
    let wanted = role_of(agent).tools[0];
    *ASKS.iter().find(|(tool, ..)| *tool == wanted).unwrap_or(&ASKS[1])
}
