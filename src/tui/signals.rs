//! What the operating system wants: the console to end, or to stop for a while.
//!
//! On Unix signals say so. Elsewhere, on Windows, ^C arrives as a key like any other, a window that closes takes the process with
//! it, and no program is ever stopped for a while.

use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) use self::system::{Listener, stop};

/// Another program has the terminal: what its user's keys signal is meant for that one.
static ASIDE: AtomicBool = AtomicBool::new(false);

/// While it lives, another program has the terminal.
pub(crate) struct Aside;

impl Aside {
    /// From now on.
    pub fn new() -> Self {
        ASIDE.store(true, Ordering::SeqCst);
        Self
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        ASIDE.store(false, Ordering::SeqCst);
    }
}

/// Whether a process can stop, and go on when its shell says so.
pub(crate) const CAN_STOP: bool = cfg!(unix);

#[cfg(unix)]
mod system {
    use std::io;
    use std::sync::atomic::Ordering;
    use std::sync::mpsc::Sender;
    use std::thread;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGTSTP};
    use signal_hook::iterator::{Handle, Signals};

    use super::ASIDE;
    use crate::tui::app::Message;

    /// Stops the process until it is continued.
    pub fn stop() -> io::Result<()> {
        signal_hook::low_level::emulate_default_handler(SIGTSTP)
    }

    /// The thread that hears signals.
    pub struct Listener {
        handle: Handle,
    }

    impl Listener {
        /// Sends what the operating system wants into `queue`.
        pub fn new(queue: Sender<Message>) -> io::Result<Self> {
            let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGTSTP])?;
            let handle = signals.handle();
            thread::Builder::new().name("signals".into()).spawn(move || {
                for signal in signals.forever() {
                    if ASIDE.load(Ordering::SeqCst) {
                        match signal {
                            // The whole group is stopped, and we with it: whoever continues it means us both.
                            SIGTSTP => drop(stop()),
                            SIGINT => {}
                            _ => drop(queue.send(Message::Terminate)),
                        }
                        continue;
                    }
                    let message = if signal == SIGTSTP { Message::Suspend } else { Message::Terminate };
                    if queue.send(message).is_err() {
                        return;
                    }
                }
            })?;
            Ok(Self { handle })
        }
    }

    impl Drop for Listener {
        fn drop(&mut self) {
            self.handle.close();
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;
    use std::sync::mpsc::Sender;

    use crate::tui::app::Message;

    /// A process cannot stop here.
    pub fn stop() -> io::Result<()> {
        Ok(())
    }

    /// There is nothing to hear.
    pub struct Listener;

    impl Listener {
        /// Listens to nothing.
        pub fn new(_: Sender<Message>) -> io::Result<Self> {
            Ok(Self)
        }
    }
}
