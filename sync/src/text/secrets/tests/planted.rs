//! Planted secrets: each is found where it stands, and the words around it are left.

use super::super::{find, holds, mask};
use super::{ALNUM, HEX, LOWER, UPPER, chance};

/// A rule and a secret of its shape.
fn tokens() -> Vec<(&'static str, String)> {
    let a = |seed, length| chance(seed, ALNUM, length);
    let h = |seed, length| chance(seed, HEX, length);
    let u = |seed, length| chance(seed, UPPER, length);
    vec![
        ("aws-access-key-id", format!("{}{}", "AKIA", u(1, 16))),
        ("aws-access-key-id", format!("{}{}", "ASIA", u(2, 16))),
        ("aws-access-key-id", format!("{}{}", "AKIA", "IOSFODNN7EXAMPLE")),
        ("gcp-api-key", format!("{}{}", "AIza", a(3, 35))),
        ("gcp-oauth-token", format!("{}{}", "ya29.", a(4, 60))),
        ("gcp-oauth-token", format!("{}{}", "GOCSPX-", a(5, 28))),
        ("azure-client-secret", format!("{}8Q~{}", a(6, 3), a(7, 34))),
        ("digitalocean-token", format!("{}{}", "dop_v1_", h(8, 64))),
        ("heroku-api-key", format!("{}{}", "HRKU-", a(9, 60))),
        ("github-pat", format!("{}{}", "ghp_", a(10, 36))),
        ("github-oauth", format!("{}{}", "gho_", a(11, 36))),
        ("github-app-token", format!("{}{}", "ghu_", a(12, 36))),
        ("github-app-token", format!("{}{}", "ghs_", a(13, 36))),
        ("github-refresh-token", format!("{}{}", "ghr_", a(14, 76))),
        ("github-fine-grained-pat", format!("{}{}_{}", "github_pat_", a(15, 22), a(16, 59))),
        ("gitlab-token", format!("{}{}", "glpat-", a(17, 20))),
        ("gitlab-token", format!("{}{}", "GR1348941", a(73, 20))),
        ("aws-access-key-id", format!("{}{}", "A3TX", u(74, 16))),
        ("vercel-token", format!("{}{}", "vcp_", a(75, 24))),
        ("npm-token", format!("{}{}", "npm_", a(18, 36))),
        ("pypi-token", format!("{}{}", "pypi-AgEIcHlwaS5vcmc", a(19, 70))),
        ("crates-io-token", format!("{}{}", "cio", a(20, 32))),
        ("docker-token", format!("{}{}", "dckr_pat_", a(21, 27))),
        ("anthropic-api-key", format!("{}{}AA", "sk-ant-api03-", a(22, 93))),
        ("openai-api-key", format!("{}{}T3BlbkFJ{}", "sk-", a(23, 20), a(24, 20))),
        ("openai-api-key", format!("{}{}", "sk-proj-", a(25, 120))),
        ("huggingface-token", format!("{}{}", "hf_", a(26, 34))),
        ("slack-token", format!("{}{}-{}-{}", "xoxb-", "123456789012", "1234567890123", a(27, 24))),
        ("slack-token", format!("{}1-A0{}-1234567890-{}", "xapp-", u(28, 8), h(29, 64))),
        ("telegram-bot-token", format!("{}:{}{}", "123456789", "AA", a(30, 33))),
        ("sendgrid-token", format!("{}{}.{}", "SG.", a(31, 22), a(32, 43))),
        ("mailgun-key", format!("{}{}", "key-", h(33, 32))),
        ("mailchimp-key", format!("{}-us12", h(34, 32))),
        ("twilio-key", format!("{}{}", "SK", h(35, 32))),
        ("live-key", format!("{}{}", "sk_live_", a(36, 24))),
        ("live-key", format!("{}{}", "rk_live_", a(37, 24))),
        ("live-key", format!("{}{}", "as_live_", a(38, 24))),
        ("live-key", format!("{}{}", "ra_ws_", a(39, 24))),
        ("live-key", format!("{}{}", "ra_live_", a(40, 24))),
        ("stripe-key", format!("{}{}", "sk_test_", a(41, 24))),
        ("stripe-key", format!("{}{}", "whsec_", a(42, 32))),
        ("shopify-token", format!("{}{}", "shpat_", h(43, 32))),
        ("square-token", format!("{}{}", "sq0atp-", a(44, 22))),
        ("new-relic-key", format!("{}{}", "NRAK-", u(45, 27))),
        ("new-relic-key", format!("{}NRAL", h(46, 36))),
        ("sentry-token", format!("{}{}", "sntryu_", h(47, 64))),
        ("grafana-token", format!("{}{}_{}", "glsa_", a(48, 32), h(49, 8))),
        ("databricks-token", format!("{}{}", "dapi", h(50, 32))),
        ("vault-token", format!("{}{}", "hvs.", a(51, 90))),
        ("terraform-token", format!("{}.atlasv1.{}", a(52, 14), a(53, 67))),
        ("doppler-token", format!("{}{}", "dp.pt.", a(54, 43))),
        ("linear-token", format!("{}{}", "lin_api_", a(55, 40))),
        ("notion-token", format!("{}{}", "ntn_", a(56, 46))),
        ("notion-token", format!("{}{}", "secret_", a(57, 43))),
        ("postman-key", format!("{}{}-{}", "PMAK-", h(58, 24), h(59, 34))),
        ("supabase-key", format!("{}{}", "sbp_", h(60, 40))),
        ("planetscale-token", format!("{}{}", "pscale_tkn_", a(61, 43))),
        ("age-secret-key", format!("{}{}", "AGE-SECRET-KEY-1", u(62, 58))),
        ("model-api-key", format!("{}{}", "gsk_", a(63, 52))),
        ("bitbucket-token", format!("{}{}", "ATATT3", a(64, 186))),
        ("onepassword-token", format!("{}{}", "ops_eyJ", a(65, 300))),
        ("jwt", jwt()),
    ]
    .into_iter()
    .chain(more())
    .collect()
}

/// Of vendors that fewer know.
fn more() -> Vec<(&'static str, String)> {
    let a = |seed, length| chance(seed, ALNUM, length);
    let h = |seed, length| chance(seed, HEX, length);
    let l = |seed, length| chance(seed, LOWER, length);
    let uuid =
        |seed| format!("{}-{}-{}-{}-{}", h(seed, 8), h(seed + 1, 4), h(seed + 2, 4), h(seed + 3, 4), h(seed + 4, 12));
    vec![
        ("gitlab-token", format!("{}{}", "glffct-", a(300, 20))),
        ("ci-token", format!("{}{}_{}", "CCIPRJ_", a(301, 22), h(302, 40))),
        ("slack-token", format!("{}{}", "xwfp-", a(303, 40))),
        ("stripe-key", format!("{}{}", "sk_org_live_", a(304, 40))),
        ("openai-api-key", format!("{}{}", "sess-", a(305, 40))),
        ("model-api-key", format!("{}{}", "tgp_v1_", a(306, 43))),
        ("model-api-key", format!("{}{}", "csk-", l(307, 48))),
        ("model-api-key", format!("{}{}", "fc-", h(308, 32))),
        ("model-api-key", format!("{}{}", "sk_", h(309, 48))),
        ("model-api-key", format!("{}{}", "apify_api_", a(310, 36))),
        ("hosting-token", format!("{}{}", "nfp_", a(311, 36))),
        ("hosting-token", format!("{}{}", "rnd_", a(312, 32))),
        ("hosting-token", format!("{}{}-{}", "tskey-auth-", a(313, 12), a(314, 32))),
        ("hosting-token", format!("{}{}", "napi_", l(315, 64))),
        ("hosting-token", format!("{}{}", "pnu_", l(316, 36))),
        ("package-token", format!("{}{}", "CLOJARS_", h(317, 60))),
        ("package-token", format!("{}{}", "rdme_", l(318, 70))),
        ("package-token", format!("{}{}", "ico-", a(319, 32))),
        ("analytics-key", format!("{}{}", "hcaik_", l(320, 58))),
        ("analytics-key", format!("{}{}", "sgp_", a(321, 64))),
        ("analytics-key", format!("{}{}", "phx_", a(322, 43))),
        ("analytics-key", format!("{}{}", "dbtc_", a(323, 40))),
        ("analytics-key", format!("{}{}", "sdk-", uuid(324))),
        ("content-token", format!("{}{}", "CFPAT-", a(330, 43))),
        ("content-token", format!("{}{}", "tfp_", a(331, 59))),
        ("content-token", format!("{}{}", "fio-u-", a(332, 64))),
        ("content-token", format!("{}{}", "pat-na1-", uuid(333))),
        ("content-token", format!("{}{}.{}", "sk.eyJ", a(340, 40), a(341, 22))),
        ("social-token", format!("{}{}", "sl.", a(342, 140))),
        ("social-token", format!("{}{}", "EAACEdEose0cBA", a(343, 120))),
        ("social-token", format!("{}{}", "y0_", a(344, 55))),
        ("social-token", format!("{}{}", "AQVN", a(345, 36))),
        ("payment-key", format!("{}{}-X", "FLWSECK-", h(346, 32))),
        ("payment-key", format!("{}{}", "shippo_live_", h(347, 40))),
        ("payment-key", format!("{}{}", "EZAK", h(348, 54))),
        ("payment-key", format!("{}{}", "duffel_live_", a(349, 43))),
        ("payment-key", format!("{}{}${}", "access_token$production$", l(350, 16), h(351, 32))),
        ("zoho-token", format!("{}{}.{}", "1000.", h(352, 32), h(353, 32))),
        ("astra-token", format!("{}{}:{}", "AstraCS:", a(354, 24), h(355, 64))),
    ]
}

fn jwt() -> String {
    let part = |seed, length| chance(seed, ALNUM, length);
    format!("{}{}.{}{}.{}", "eyJ", part(70, 33), "eyJ", part(71, 900), part(72, 43))
}

#[test]
fn a_token_is_found_by_its_shape_wherever_it_stands() {
    for (rule, token) in tokens() {
        let places: [(&str, &str); 11] = [
            ("", ""),
            ("the key is ", ", keep it"),
            ("(", ")"),
            ("export KEY=", "\n"),
            ("key: '", "'"),
            ("{\"args\":[\"", "\"]}"),
            ("line\\n", "\\nline"),
            ("\u{1b}[32m", "\u{1b}[0m"),
            ("https://example.com/?key=", "&page=2"),
            ("ключ ", " 鍵"),
            ("`", "`"),
        ];
        for (before, after) in places {
            let text = format!("{before}{token}{after}");
            let found = find(&text);
            let [one] = found.as_slice() else { panic!("{rule}: {} found in {before}{after}", found.len()) };
            assert_eq!(one.range, before.len()..before.len() + token.len(), "{rule} {before}{after}");
            assert_eq!(mask(&text), format!("{before}‹masked: {rule}›{after}"));
        }
    }
}

/// Texts with a secret between bars, and its rule.
fn in_context() -> Vec<(&'static str, String)> {
    let a = |seed, length| chance(seed, ALNUM, length);
    let h = |seed, length| chance(seed, HEX, length);
    let l = |seed, length| chance(seed, LOWER, length);
    let uuid = format!("{}-{}-{}-{}-{}", h(80, 8), h(81, 4), h(82, 4), h(83, 4), h(84, 12));
    let pass = "Tr0ub4dor&3x";
    vec![
        ("aws-secret-key", format!("aws_secret_access_key = |{}|", a(90, 40))),
        ("aws-secret-key", format!("export AWS_SECRET_ACCESS_KEY=|{}/{}|\nnext", a(91, 19), a(92, 20))),
        ("aws-secret-key", format!("AWS_SECRET_ACCESS_KEY=|{}|", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
        ("aws-secret-key", format!("\"SecretAccessKey\": \"|{}|\",", a(93, 40))),
        ("azure-storage-key", format!("AccountName=x;AccountKey=|{}==|;EndpointSuffix=core", a(94, 86))),
        ("azure-sas", format!("?sv=2022-11-02&ss=b&sig=|{}%3D|&se=2026", a(95, 44))),
        ("heroku-api-key", format!("HEROKU_API_KEY=|{uuid}|")),
        ("cloudflare-key", format!("CLOUDFLARE_API_TOKEN: |{}|", a(96, 40))),
        ("datadog-key", format!("DD_API_KEY=|{}|", h(97, 32))),
        ("twilio-key", format!("TWILIO_AUTH_TOKEN=|{}|", h(98, 32))),
        ("slack-webhook", format!("https://hooks.slack.com/services/|T0{}/B0{}/{}|", a(99, 8), a(100, 8), a(101, 24))),
        ("discord-webhook", format!("https://discord.com/api/webhooks/123456789012345678/|{}|", a(102, 68))),
        ("discord-token", format!("DISCORD_TOKEN=|M{}.{}.{}|", a(103, 23), a(104, 6), a(105, 38))),
        ("url-password", format!("postgres://admin:|{}|@db.internal:5432/app", "s3cr3t-pw")),
        ("url-password", format!("redis://:|{}|@10.0.0.4:6379/0", "hunter2")),
        ("url-password", format!("git clone https://oauth2:|{}|@gitlab.example.com/a/b.git", l(106, 20))),
        ("url-token", format!("https://|{}|:x-oauth-basic@github.com/a/b", h(120, 40))),
        ("basic-auth", format!("Authorization: Basic |{}|", "YWxhZGRpbjpvcGVuc2VzYW1l")),
        ("bearer-token", format!("curl -H 'Authorization: Bearer |{}|' https://x", a(107, 32))),
        ("bearer-token", format!("\"Authorization\": \"Bearer |{}|\"", a(108, 32))),
        ("authorization", format!("Authorization: token |{}|", h(109, 40))),
        ("curl-user", format!("curl -s -u admin:|{pass}| https://host/x")),
        ("command-password", format!("mysql -h db -u root -p|{pass}| app")),
        ("command-password", format!("sshpass -p |{pass}| ssh host")),
        ("netrc-password", format!("machine api.host login bot password |{}|", "hunter2")),
        ("password", format!("password = \"|{pass}|\"")),
        ("password", format!("DB_PASSWORD=|{pass}|\nX=1")),
        ("password", format!("db_password: |{}|", "hunter2")),
        ("password", format!("{{\"password\": \"|{}|\"}}", "correct-horse-9-battery")),
        ("password", format!("{{\\\"password\\\": \\\"|{pass}|\\\"}}")),
        ("password", format!("deploy --password |{pass}| --yes")),
        ("password", format!("deploy --password=|{pass}| --yes")),
        ("password", format!("<password>|{pass}|</password>")),
        ("password", format!("let db_password: &str = \"|{pass}|\";")),
        ("password", format!("ALTER USER bob PASSWORD '|{pass}|';")),
        ("password", format!("user=u pass=|{pass}|&x=1")),
        ("password", format!("user=u pass=|{}|", "hunter2")),
        ("password", format!("pw=|{pass}| x")),
        ("password", format!("smtp:\n  user: u\n  pass: |{pass}|\n")),
        ("password", format!("<pass>|{pass}|</pass>")),
        ("password", format!("let pass = \"|{pass}|\";")),
        ("password", format!("smtpPass: '|{pass}|'")),
        ("password", "the password is |hunter2!x|, keep it".to_owned()),
        ("password", "The Password for bob on db-2 was |Tr0ub4dor&3x|\nnext".to_owned()),
        ("password", "your password is now: |hunter2|".to_owned()),
        ("password", "Its passphrase is \"|correct horse battery 9!|\".".to_owned()),
        ("password", "password: |summer.2024|".to_owned()),
        ("password", "the new password: |summer.2024|, until Friday".to_owned()),
        ("password", "<add key=\"DbPassword\" value=\"|hunter2!x|\" />".to_owned()),
        ("password", "<property name='db.password'\n    value='|summer.2024|'/>".to_owned()),
        ("assigned-secret", "<add key=\"ApiKey\" value=\"|q8Zr2mK9vT4w|\"/>".to_owned()),
        ("assigned-secret", "the API key is |q8Zr2mK9vT4w| for now".to_owned()),
        ("assigned-secret", "API key: |q8Zr2mK9vT4w|".to_owned()),
        ("assigned-secret", format!("The token of the robot is |{}|.", a(126, 24))),
        ("assigned-secret", format!("auth=|{}|", a(121, 32))),
        ("assigned-secret", format!("bearer: |{}|", a(122, 32))),
        ("cookie", format!("curl -H 'Cookie: |theme=dark; sid={}|'", a(123, 32))),
        ("cookie", format!("setCookie: \"|sid={}|\"", a(124, 32))),
        ("cookie", format!("cookie=|{}|", a(125, 32))),
        ("assigned-secret", format!("AZURE_DEVOPS_PAT=|{}|", l(126, 52))),
        ("assigned-secret", format!("ALGOLIA_ADMIN_KEY=|{}|", h(127, 32))),
        ("assigned-secret", format!("api_key: |{}|", a(110, 32))),
        ("assigned-secret", format!("apiKey: '|{}|',", a(111, 24))),
        ("assigned-secret", format!("$ENV{{X}}; const clientSecret = \"|{}|\";", a(112, 40))),
        ("assigned-secret", format!("SECRET_KEY_BASE=|{}|", h(113, 128))),
        ("assigned-secret", format!("x-api-key: |{}|", l(114, 20))),
        ("assigned-secret", format!("GET /x?access_token=|{}|&page=2", a(115, 40))),
        ("assigned-secret", format!("//registry.npmjs.org/:_authToken=|{}|", l(116, 36))),
        ("assigned-secret", format!("run --token |{}| now", a(117, 30))),
        ("assigned-secret", format!("run --api-key=|{}| now", a(118, 30))),
        ("assigned-secret", format!("os.environ[\"API_TOKEN\"] = \"|{}|\"", a(119, 30))),
    ]
}

#[test]
fn a_value_is_found_by_the_name_it_is_given_to() {
    for (rule, marked) in in_context() {
        let parts: Vec<&str> = marked.split('|').collect();
        let [before, secret, after] = parts.as_slice() else { panic!("{rule}: no secret between bars") };
        let text = format!("{before}{secret}{after}");
        assert_eq!(mask(&text), format!("{before}‹masked: {rule}›{after}"));
    }
}

#[test]
fn a_cookie_is_masked_with_all_its_parts() {
    let text = format!("Cookie: session={}; csrf={}\r\nHost: x", chance(1, ALNUM, 40), chance(2, ALNUM, 20));
    assert_eq!(mask(&text), "Cookie: ‹masked: cookie›\r\nHost: x");
}

/// A key of a sort, over lines.
fn key(sort: &str, lines: usize) -> String {
    let body: Vec<String> = (0..lines).map(|line| chance(200 + line as u64, ALNUM, 64)).collect();
    format!("-----{} {sort}-----\n{}\n{}==\n-----{} {sort}-----", "BEGIN", body.join("\n"), chance(9, ALNUM, 10), "END")
}

#[test]
fn a_private_key_is_masked_as_a_block() {
    for sort in ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "PGP PRIVATE KEY BLOCK"] {
        let key = key(sort, 20);
        let forms = [key.clone(), key.replace('\n', "\\n"), key.replace('\n', "\r\n"), key.replace('\n', "\n    ")];
        for form in forms {
            assert_eq!(mask(&format!("before {form} after")), "before ‹masked: private-key› after", "{sort}");
        }
    }
}

#[test]
fn a_private_key_whose_end_was_cut_off_is_masked_as_far_as_it_goes() {
    let whole = key("RSA PRIVATE KEY", 20);
    for cut in (60..whole.len() - 40).step_by(37) {
        let masked = mask(&whole[..cut]).into_owned();
        let rest = masked.strip_prefix("‹masked: private-key›").unwrap_or_else(|| panic!("{cut}: {masked}"));
        // The head of a line that is too short to be told from a word.
        assert!(rest.trim().len() < 16, "{cut}: {rest}");
    }
    assert_eq!(mask("grep -- '-----BEGIN PRIVATE KEY-----' file"), "grep -- '-----BEGIN PRIVATE KEY-----' file");
}

#[test]
fn a_token_longer_than_any_window_is_masked_to_its_end() {
    let long = format!("Bearer {}", chance(5, ALNUM, 20_000));
    assert_eq!(mask(&long), "Bearer ‹masked: bearer-token›");
    let long = format!("{}{}", "ghp_", chance(6, ALNUM, 20_000));
    assert_eq!(mask(&long), "‹masked: github-pat›");
    for length in [7_000, 20_000] {
        let secret = chance(7, ALNUM, length);
        assert_eq!(mask(&format!("password=\"{secret}\"")), "password=\"‹masked: password›\"");
        assert_eq!(mask(&format!("password={secret} and")), "password=‹masked: password› and");
    }
}

#[test]
fn many_secrets_in_one_text_are_all_masked() {
    let text: String = tokens().iter().map(|(_, token)| format!("{token}\n")).collect();
    assert_eq!(find(&text).len(), tokens().len());
    assert!(!holds(&mask(&text)));
}
