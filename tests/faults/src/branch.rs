//! A run that branches: what goes well until something goes wrong is played once, and each thing that can go wrong
//! there goes on from it in a process of its own, which has all of the memory as it is then.

use std::{
    io::{PipeWriter, Read, Result, Write, pipe, stdout},
    process::exit,
};

use fork::Fork;

/// Which of the two a process is.
pub enum Branch {
    /// The one that has gone on, and where it says what has come of it.
    Other(PipeWriter),
    /// The one that was there before, and what the other has said. It has ended.
    Trunk(String),
}

impl Branch {
    /// Becomes two; the one that was there before waits for the other. The other has but the thread that it is born
    /// of, and ends by [`end`].
    pub fn off() -> Result<Self> {
        let (mut heard, said) = pipe()?;
        // Else both would say what neither has said yet.
        stdout().flush()?;
        match fork::fork()? {
            Fork::Child => Ok(Self::Other(said)),
            Fork::Parent(child) => {
                drop(said);
                let mut words = String::new();
                heard.read_to_string(&mut words)?;
                fork::waitpid(child)?;
                Ok(Self::Trunk(words))
            }
        }
    }
}

/// The last words of a branch.
pub fn end(mut said: PipeWriter, words: &str) -> ! {
    let is_said = said.write_all(words.as_bytes()).is_ok();
    drop(said);
    exit(i32::from(!is_said))
}
