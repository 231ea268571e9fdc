//! Text that holds no secret, of the sorts that agents read and write all day: not one alarm.

use super::super::{find, mask, mask_json};
use super::{ALNUM, HEX, chance};

#[track_caller]
fn is_innocent(text: &str) {
    let found: Vec<(&str, &str)> = find(text).into_iter().map(|found| (found.rule, &text[found.range])).collect();
    assert!(found.is_empty(), "{found:?} in {text}");
}

/// What tools print beside everything they do: ids, sums, hashes, names of built files.
#[test]
fn ids_and_sums_are_not_masked() {
    let (h, a) = (|seed, length| chance(seed, HEX, length), |seed, length| chance(seed, ALNUM, length));
    let uuid = format!("{}-{}-4{}-a{}-{}", h(400, 8), h(401, 4), h(402, 3), h(403, 3), h(404, 12));
    for line in [
        format!("commit {}", h(405, 40)),
        format!("index {}..{} 100644", h(406, 7), h(407, 7)),
        format!("session_id: {uuid} request-id={uuid} idempotency-key: {uuid}"),
        format!("\"integrity\": \"sha512-{}==\"", a(408, 86)),
        format!("\"resolved\": \"https://registry.npmjs.org/a/-/a-1.tgz#{}\"", h(409, 40)),
        format!("checksum = \"{}\"", h(410, 64)),
        format!("golang.org/x/sync v0.7.0 h1:{}=", a(411, 43)),
        format!("docker pull app@sha256:{}", h(412, 64)),
        format!("trace_id={} span_id={}", h(413, 32), h(414, 16)),
        format!("traceparent: 00-{}-{}-01", h(415, 32), h(416, 16)),
        format!("etag: W/\"{}\"", h(417, 32)),
        format!("main.{}.js chunk-{}.css", h(418, 20), h(419, 8)),
        format!("SHA256:{} (ED25519)", a(420, 43)),
        format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{} me@host", a(421, 43)),
        format!("toolu_01{} msg_01{} call_{} chatcmpl-{}", a(422, 22), a(423, 22), a(424, 24), a(425, 29)),
        format!("cus_{} evt_1{} acct_1{}", a(426, 14), a(427, 23), a(428, 16)),
        format!("\"signature\": \"{}\"", a(429, 400)),
        format!("data:image/png;base64,iVBORw0KGgo{}", a(430, 800)),
        format!("cache-key: node-modules-{}", h(431, 64)),
        format!("nonce-{}", a(432, 22)),
        format!("0x{} 0x{}", h(433, 40), h(434, 64)),
        format!("client_id={} tenant_id={uuid}", a(435, 20)),
        "pat = re.compile(r'^[a-z0-9]{40}$'); pat: &Pattern; pat=\"*.rs\"".to_owned(),
        "ico-download sdk-manager fc-cache -fv sess-timeout rnd_seed tfp_layers sl.append(x) EAA-2024 1000.50"
            .to_owned(),
        "phx_server: true, dbt_project.yml, napi_create_function, duffel_bag, csk-1, shippo_order".to_owned(),
        "<input name=\"password\" value=\"\" /> <option name=\"token\" value=\"none\">".to_owned(),
    ] {
        is_innocent(&line);
    }
}

#[test]
fn code_is_not_masked() {
    for line in [
        "let token = lexer.next_token();",
        "const token = process.env.GITHUB_TOKEN;",
        "password = os.environ[\"DB_PASSWORD\"]",
        "password = os.environ.get('DB_PASSWORD', None)",
        "api_key=settings.OPENAI_API_KEY,",
        "self.token = token",
        "def login(username: str, password: str) -> Token:",
        "if (password !== confirmPassword) {",
        "pub secret: Option<String>,",
        "token: &'a str,",
        "secret := vault.Read(\"secret/data/app\")",
        "export GITHUB_TOKEN=${GITHUB_TOKEN}",
        "export TOKEN=$(gh auth token)",
        "Authorization: Bearer $TOKEN",
        "curl -H \"Authorization: Bearer ${API_TOKEN}\" https://api",
        "'Authorization': `Bearer ${token}`",
        "headers[\"Authorization\"] = f\"Bearer {token}\"",
        "password: ${{ secrets.DB_PASSWORD }}",
        "api_key: <your-api-key>",
        "api_key = \"your_key_here\"",
        "OPENAI_API_KEY=sk-...",
        "OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "token = \"xxxxxxxxxxxxxxxxxxxx\"",
        "password = changeme",
        "password: \"********\"",
        "password: [REDACTED]",
        "DATABASE_URL=postgres://user:password@localhost:5432/db",
        "url = f\"https://{user}:{password}@{host}/\"",
        "amqp://$USER:$PASS@rabbit:5672",
        "secretKeyRef: {name: app-secrets, key: token}",
        "secretName: web-tls-2024",
        "imagePullSecrets: [{name: regcred}]",
        "max_tokens: 4096, input_tokens=123456, total_tokens: 1234567890",
        "\"usage\":{\"prompt_tokens\":1234567890,\"completion_tokens\":42}",
        "nextPageToken: \"CAEQAhgDIAQoBTAGOAdACEgJUApYCw\"",
        "csrf_token_name = 'csrfmiddlewaretoken'",
        "class AccessTokenProvider2 implements TokenProvider<AccessToken>",
        "import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'",
        "password_hash = bcrypt(password)",
        "api_key_hash: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "token_url: https://auth.example.com/oauth2/v2.0/token",
        "private_key_path: /etc/ssl/private/server-2024.key",
        "secret_file=/run/secrets/db_password_1",
        "--password string     The password to log in with",
        "--token-file /run/token1 --auth oauth2",
        "  -p, --password <PASSWORD>  Password",
        "password: required|min:8|max:255",
        "type Token struct { Kind TokenKind }",
        "#define TOKEN_MAX 0x7fffffff",
        "expect(page.getByLabel('Password')).toBeVisible()",
        "task-runner risk-assessment-2024-final-version-2 disk-usage-report-for-node-12",
        "sk-loading-spinner sk-circle-fade sk-chase-dot",
        "prefixes = [\"sk_live_\", \"rk_live_\", \"ra_ws_\"]",
        "Basic authentication, basic questions, Basic usage:",
        "the bearer token-based authentication of RFC 6750",
        "token: 2024-11-29T10:00:00.000Z",
        "access_token = await getAccessToken({ scopes })",
        "auth: (req) => verify(req.headers.authorization)",
        "authorization: required",
        "Authorization header is missing",
        "pub const ERROR_PASSWORD_RESTRICTION: WIN32_ERROR = 1325u32;",
        "pub const STATUS_FVE_AUTH_INVALID_CONFIG: NTSTATUS = -1071579108i32;",
        "pub const RPC_NT_COOKIE_AUTH_FAILED: NTSTATUS = 0xC0020065_u32;",
        "#define E_PASSWORD 0x80310037",
        "stdout.write_all(b\"password: \").unwrap();",
        "let line = \"candidate-token \".repeat(10_000);",
        "pub password: *const u16,",
        "def add(self, name, password, domain=\"\"):",
        "if isinstance(private_key, (Ed25519PrivateKey, Ed448PrivateKey)):",
        "self, private_key: ed25519.Ed25519PrivateKey, password: bytes) -> None",
        "def __init__(self, password: bytes):",
        "MovedAttribute(\"HTTPPasswordMgr\", \"urllib2\", \"urllib.request\")",
        "(\"md_seat_passenger\", '\\u{f1249}')",
        "append: GIT_PASSWORD | b64enc | quote",
        "use crate::tokenizer::cl100k_base_singleton;",
        "tokenizer: cl100k_base_2024",
        "(\"Shopify Token\", r\"shppa_[a-fA-F0-9]{32}\")",
        "const TOKEN = \"ghp_{:036}\";",
        "fn read(input: TokenStream2, token: TokenStream2) -> Token",
        "pub const PrivateKeyHelloLogonKey: X509CertificateTemplatePrivateKeyFlag = 1;",
    ] {
        is_innocent(line);
    }
}

#[test]
fn short_names_that_say_something_else_are_not_masked() {
    for line in [
        "pass: 12 fail: 3",
        "pass: 120000 fail: 3",
        "pass=120000 fail=3",
        "pass: 1250ms, fail: 30ms",
        "{\"pass\":\"1250ms\",\"fail\":\"98.5%\"}",
        "{\"pass\":\"phase-2\",\"status\":\"pass\"}",
        "{\"pass\":true,\"pw\":null,\"auth\":\"required\",\"bearer\":\"header\"}",
        "{\"passenger\":\"Ada4Lovelace\",\"author\":\"Ada4Lovelace!x\",\"bypass\":\"R2d2C3po!x\",\"byPass\":\"R2d2C3po!x\"}",
        "{\"compass\":\"N45W90!x\",\"auth\":\"oauth2-client\",\"cookie\":\"accepted\",\"cookies\":\"all\"}",
        "PASS: gcc.dg/pr12345.c (test for excess errors)",
        "--- PASS: TestSha256Sum1024x (0.00s)",
        "PASS: TestSha256Sum1024x",
        "all tests pass: test_a1b_c2d and Test3Key4Sum",
        "the first pass: lexer2, then Parser3x of Tree4y",
        "passenger: Ada4Lovelace!x",
        "bypass: R2d2C3po!x",
        "author: Ada4Lovelace!x <a@example.com>",
        "auth: true",
        "auth: (req) => verify(req)",
        "auth = require('./auth-middleware-2')",
        "auth: oauth2-client-credentials",
        "cookie: accepted",
        "Cookie: theme=dark; lang=en",
        "pw = page.viewport.width1",
        "pw=1920px",
        "pass=$PASS user=$USER",
        "pass=getpass.getpass()",
        "pass = config.smtp2.pass",
        "| pass | 123456 | fail | 1a2b3c4d |",
        "def login(user, pass: str = None):",
        "if pass == expected_pass2 {",
        "bearer: string",
        "the bearer: someone who carries 12 tokens",
    ] {
        is_innocent(line);
        if line.starts_with('{') {
            assert_eq!(mask_json(line), line);
        }
    }
}

#[test]
fn prose_is_not_masked() {
    is_innocent(
        "The password must be at least 8 characters. Reset your password: open Settings, then Security. A token is a unit of \
         text; the secret of a good summary: brevity. Passwords, tokens and secrets: never commit them. Token: the smallest \
         part. Password: what you know. Your API key: see https://docs.example.com/keys#api-key-2. Secret santa: December 24.",
    );
}

#[test]
fn what_is_said_of_a_secret_is_not_masked() {
    for line in [
        "The password is required. The password is at least 8 characters, the password is 8-64 characters.",
        "The password is base64-encoded; the password is SHA256; the password was utf8mb4, the token is HS256-signed.",
        "the password was changed on 2024-01-02 by user42, the password for user42 is unset",
        "password was last used 2026-03-10T10:00:00Z, token is valid until 2026-03-10T10:00:00Z",
        "the secret is stored in vault-prod-2, and the token is refreshed every 3600s",
        "token is a JWT signed with RS256; the API key is read from OPENAI_API_KEY_2",
        "if password is not None: raise; assert password is user_password2; if token is self.token2",
        "The password is the one of db-replica-02; the password to db-2 is in 1Password.",
        "WriteLine(&quot;Password is correct.&quot;); WriteLine(\\\"Password is incorrect.\\\");",
        "the token is \"abc\", the password is \"must not be empty\", the secret is 'kept in step 2'",
        "the password is https://docs.example.com/reset-2, or the secret is /run/secrets/db_password_1",
        "the token of request 3f2504e0-4f89-11d3-9a0c-0305e82c3301 is 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "tokens of the model are counted: the token budget is 200000, the token count was 12345678",
        "the password is ${DB_PASSWORD_2}; the token is <your-token-1>; the password is user@example.com",
        "<add key=\"TokenCacheSize\" value=\"1024kb2048\" /> <add key=\"PasswordPolicy\" value=\"Strict-2024\"/>",
        "<input type=\"password\" name=\"new\" value=\"\"/> <add key=\"ApiKeyHeader\" value=\"X-Api-Key\"/>",
        "<param name=\"token\" value=\"${TOKEN_2}\"/> <property name=\"passwordFile\" value=\"/etc/app2/pw\"/>",
        "password: pair.0, password=form.fields.12, password: config.smtp2.pass",
    ] {
        is_innocent(line);
    }
}

#[test]
fn hashes_ids_and_sums_are_not_masked() {
    let sha256 = chance(1, HEX, 64);
    let commit = chance(2, HEX, 40);
    let integrity = format!("{}==", chance(3, ALNUM, 86));
    for text in [
        format!("commit {commit}\nAuthor: A <a@example.com>"),
        format!("index {}..{} 100644", &commit[..7], &sha256[..7]),
        format!("{sha256}  qd-0.1.0.tar.gz"),
        format!("docker.io/library/rust@sha256:{sha256}"),
        format!("checksum = \"{sha256}\""),
        format!("\"integrity\": \"sha512-{integrity}\","),
        format!("source = \"git+https://github.com/a/b?rev={commit}#{commit}\""),
        "\"token_id\": \"3f2504e0-4f89-11d3-9a0c-0305e82c3301\"".to_owned(),
        "session token: 3f2504e0-4f89-11d3-9a0c-0305e82c3301".to_owned(),
        "01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
        format!("payload_hash: sha256:{sha256}"),
        format!("etag: W/\"{commit}\""),
    ] {
        is_innocent(&text);
    }
}

#[test]
fn pictures_and_packed_code_are_not_masked() {
    let picture = chance(4, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 60_000);
    is_innocent(&format!("{{\"type\":\"image\",\"source\":{{\"type\":\"base64\",\"data\":\"{picture}\"}}}}"));
    is_innocent(&format!("<img src=\"data:image/png;base64,{picture}\">"));
    is_innocent(&format!("//# sourceMappingURL=data:application/json;base64,{}{picture}", "eyJ2ZXJzaW9uIjozLCJ"));
    is_innocent(
        "!function(e,t){\"object\"==typeof exports?module.exports=t():e.X=t()}(this,(function(){var a=\"password\",s={token:e.t0,\
         secret:n.s2,apiKey:function(){return o1}};return{a:a,token:i(s.token||\"\",2),isToken:!0,tokens:[1,2,3]}}));",
    );
}

#[test]
fn the_manifests_of_platforms_pass_as_they_are() {
    for text in [
        include_str!("../../../../platforms/turen.toml"),
        include_str!("../../../../platforms/exo.toml"),
        include_str!("../../../../platforms/runagents.toml"),
        include_str!("../../../../platforms/runagents-v1alpha.toml"),
    ] {
        is_innocent(text);
    }
}

#[test]
fn code_that_looks_for_keys_is_no_key() {
    is_innocent(
        "r#\"-----BEGIN PRIVATE KEY-----\", \"begin key marker\"), Pair.of(\"somethingWithALongName\", other), \
         matches(regexForTheEndOfAKey, \"-----END PRIVATE KEY-----\")",
    );
    is_innocent("{\"src/secrets/detector.go\": \"359c1a04ca6d2a2d1ce655fdec3a48c5771625ba9649ec6cf019e7d1337ea88a\"}");
}

#[test]
fn a_text_without_secrets_is_not_even_copied() {
    assert!(matches!(mask("nothing to see here"), std::borrow::Cow::Borrowed(_)));
}
