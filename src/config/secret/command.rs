//! A secret that a command prints: `pass show turen`, `op read op://...`.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use quarterdeck_sync::platform::Secret;

use super::{SecretError, SecretSource};

/// Most bytes a command may print before its first line ends.
const LIMIT: u64 = 64 << 10;

/// Runs it through the shell and takes the first line of its output. It gets no input, and what it says on stderr is not shown:
/// nobody can tell whether a secret is in it.
pub fn run(source: &SecretSource, command: &str, limit: Duration) -> Result<Secret, SecretError> {
    let fail = |message: String| {
        SecretError::new(source, message, "run the command by hand: it must print the secret on its first line")
    };
    let mut child = shell(command)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| fail(format!("the shell cannot be started: {error}")))?;
    let output = child.stdout.take();
    let (sender, receiver) = mpsc::channel();
    // A thread of its own: a command's own children may keep the pipe open for ever, and nothing may wait for that.
    std::thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(output) = output {
            let _ = output.take(LIMIT).read_to_end(&mut text);
        }
        let _ = sender.send(text);
    });
    let until = Instant::now() + limit;
    let text = receiver.recv_timeout(limit);
    let status = wait(&mut child, until);
    let (Ok(text), Some(status)) = (text, status) else {
        end(&mut child);
        return Err(fail(format!("no secret within {} s", limit.as_secs())));
    };
    if !status.success() {
        return Err(fail(format!("the command ended with {status}")));
    }
    let text = String::from_utf8(text).map_err(|_| fail("it printed something that is not text".to_owned()))?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}

/// The command, as the system's shell runs it.
#[cfg(unix)]
fn shell(command: &str) -> Command {
    use std::os::unix::process::CommandExt;

    let mut shell = Command::new("sh");
    // A group of its own: it can be ended with everything it started.
    shell.args(["-c", command]).process_group(0);
    shell
}

/// The command, as the system's shell runs it.
#[cfg(windows)]
fn shell(command: &str) -> Command {
    use std::os::windows::process::CommandExt;

    let mut shell = Command::new("cmd");
    // As it stands: `cmd` does not undo the quoting that other programs expect. With `/S` it takes off the outer quotes alone.
    shell.raw_arg("/S /C").raw_arg(format!("\"{command}\""));
    shell
}

/// Waits for the end of a command whose output has ended: mostly a moment, at most until `until`.
fn wait(child: &mut Child, until: Instant) -> Option<std::process::ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(5)),
            _ => return None,
        }
    }
}

/// Ends the command, with everything it started where that is a group.
fn end(child: &mut Child) {
    #[cfg(unix)]
    let _ = Command::new("kill")
        .args(["-KILL", "--", &format!("-{}", child.id())])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn resolve(command: &str, limit: Duration) -> Result<Secret, SecretError> {
        run(&SecretSource::Command(command.to_owned()), command, limit)
    }

    #[test]
    fn the_first_line_is_the_secret() {
        let secret = resolve("echo sk_live_fake1; echo user: me", Duration::from_secs(20)).unwrap();
        assert_eq!(secret.expose(), "sk_live_fake1");
    }

    #[test]
    fn a_command_that_fails_is_told_without_its_words() {
        let error = resolve("echo sk_live_fake1; echo sk_live_fake2 >&2; exit 3", Duration::from_secs(20)).unwrap_err();
        assert!(error.message.contains("exit status: 3"), "{error}");
        assert!(!error.message.contains("fake"), "{error}");
    }

    #[test]
    fn a_command_that_hangs_is_ended() {
        let error = resolve("sleep 600", Duration::from_millis(50)).unwrap_err();
        assert!(error.message.contains("no secret within"), "{error}");
    }
}
