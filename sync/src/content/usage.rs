//! What a message took: tokens, money, time.

use super::times;
use crate::json::{Json, Object};
use crate::model::Usage;

const HOLDERS: [&str; 7] = ["usage", "usage_json", "token_usage", "tokenUsage", "usage_metadata", "tokens", "metrics"];
const INPUT: [&str; 7] =
    ["input_tokens", "prompt_tokens", "tokens_input", "tokens_in", "inputTokens", "promptTokens", "input_token_count"];
const OUTPUT: [&str; 7] = [
    "output_tokens",
    "completion_tokens",
    "tokens_output",
    "tokens_out",
    "outputTokens",
    "completionTokens",
    "output_token_count",
];
const COST: [&str; 8] =
    ["cost_usd", "costUSD", "costUsd", "cost", "total_cost_usd", "total_cost", "totalCost", "estimated_cost"];
const MILLISECONDS: [&str; 8] = [
    "duration_ms",
    "durationMs",
    "totalDurationMs",
    "total_duration_ms",
    "latency_ms",
    "latencyMs",
    "elapsed_ms",
    "execution_time_ms",
];
const SECONDS: [&str; 5] =
    ["duration_seconds", "durationSeconds", "elapsedTimeSeconds", "elapsed_seconds", "duration_s"];

/// What the message itself says, and where it says nothing, what the fields say that hold such things, which may be
/// JSON in a string.
pub(super) fn usage(object: &Object<'_>) -> Usage {
    let mut usage = direct(object);
    for holder in HOLDERS.iter().filter_map(|name| object.get(name)) {
        let text = holder.unpacked();
        if let Some(inner) = Json::of(&text).object() {
            let mut held = direct(&inner);
            // Short names mean tokens only where nothing else can be meant.
            let short = |names: &[&str]| inner.first(names).and_then(Json::count);
            held.input_tokens = held.input_tokens.or_else(|| short(&["input", "prompt"]));
            held.output_tokens = held.output_tokens.or_else(|| short(&["output", "completion"]));
            fill(&mut usage, held);
        }
    }
    usage
}

/// Takes from `more` what `usage` does not say.
pub(super) fn fill(usage: &mut Usage, more: Usage) {
    usage.input_tokens = usage.input_tokens.or(more.input_tokens);
    usage.cached_tokens = usage.cached_tokens.or(more.cached_tokens);
    usage.output_tokens = usage.output_tokens.or(more.output_tokens);
    usage.cost = usage.cost.or(more.cost);
    usage.duration_ms = usage.duration_ms.or(more.duration_ms);
}

fn direct(object: &Object<'_>) -> Usage {
    let count = |names: &[&str]| names.iter().find_map(|name| object.get(name)?.count());
    // Anthropic counts what the cache took in or gave out beside its `input_tokens`; the others count it in.
    let (read, made) = (count(&["cache_read_input_tokens"]), count(&["cache_creation_input_tokens"]));
    let beside = read.unwrap_or(0).saturating_add(made.unwrap_or(0));
    let details = object.first(&["prompt_tokens_details", "input_tokens_details"]).and_then(Json::object);
    let within = details.and_then(|details| details.get("cached_tokens")?.count());
    let input = count(&INPUT).or_else(|| read.or(made).map(|_| 0));
    Usage {
        input_tokens: input.map(|tokens| tokens.saturating_add(beside)),
        cached_tokens: read.or(within).or_else(|| count(&["cached_tokens"])),
        output_tokens: count(&OUTPUT),
        cost: COST.iter().find_map(|name| object.get(name)?.number()).filter(|cost| *cost >= 0.0),
        duration_ms: duration(object),
    }
}

fn duration(object: &Object<'_>) -> Option<u64> {
    let said = |names: &[&str]| names.iter().find_map(|name| object.get(name)?.number());
    let milliseconds = said(&MILLISECONDS).or_else(|| said(&SECONDS).map(|seconds| seconds * 1e3));
    let milliseconds = milliseconds.or_else(|| between(object)).or_else(|| unnamed(object.get("duration")?));
    milliseconds.filter(|ms| (0.0..9e15).contains(ms)).map(|ms| ms.round() as u64)
}

/// From its beginning to its end.
fn between(object: &Object<'_>) -> Option<f64> {
    let time = |names: &[&str]| object.first(names).and_then(times::time);
    let begun = time(&["started_at", "startedAt"])?;
    let ended = time(&["completed_at", "completedAt", "finished_at", "finishedAt", "ended_at", "endedAt"])?;
    Some((ended.as_millisecond() - begun.as_millisecond()) as f64)
}

/// A duration without a unit: whole numbers are milliseconds, fractions are seconds. Text may name its unit.
fn unnamed(json: Json<'_>) -> Option<f64> {
    if let Some(number) = json.number() {
        return Some(if number.fract() == 0.0 { number } else { number * 1e3 });
    }
    let said = json.string()?;
    let text = said.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = (text.get(..digits)?.parse::<f64>().ok()?, text.get(digits..)?.trim());
    let scale = match unit {
        "ms" => 1.0,
        "s" | "sec" | "seconds" => 1e3,
        "m" | "min" | "minutes" => 60e3,
        _ => return None,
    };
    Some(number * scale)
}
