//! Work that nobody waits for, and that is to step back for whoever is waited for.

/// How far a thread steps back: the system gives it a tenth of the time of one that has not, when both want a processor, and all of
/// it otherwise.
#[cfg(target_os = "linux")]
const STEPS: i32 = 10;

/// Lets this thread, and all that it starts from now on, step back for the other threads: a key is answered before a page is
/// decoded. Where only whole processes can step back, nothing happens.
pub fn step_back() {
    // Refused, it works as well, only less politely.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(STEPS);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn steps() -> i32 {
        rustix::process::nice(0).expect("told")
    }

    #[test]
    fn a_thread_steps_back_with_all_that_it_starts_and_nobody_else_does() {
        let before = steps();
        let stepped = std::thread::spawn(move || {
            step_back();
            (steps(), std::thread::spawn(steps).join().expect("a thread"))
        });
        let most = (before + STEPS).min(19);
        assert_eq!(stepped.join().expect("a thread"), (most, most));
        assert_eq!(steps(), before);
    }
}
