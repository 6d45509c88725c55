//! What can happen to a call.

/// What happens to one call to AWS, as the function that makes it sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It never arrives: the connection breaks before.
    Unreachable,
    /// It is carried out, and the answer is lost.
    LostReply,
    /// It is refused because too many came.
    Throttled,
    /// A transaction meets another one on the same item; other calls are throttled.
    Conflict,
    /// The process ends just before it.
    KilledBefore,
    /// The process ends just after it was carried out.
    KilledAfter,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Unreachable,
        Self::LostReply,
        Self::Throttled,
        Self::Conflict,
        Self::KilledBefore,
        Self::KilledAfter,
    ];

    /// Whether the process ends by it.
    pub fn kills(self) -> bool {
        matches!(self, Self::KilledBefore | Self::KilledAfter)
    }

    /// Whether the call is carried out all the same.
    pub(crate) fn arrives(self) -> bool {
        matches!(self, Self::LostReply | Self::KilledAfter)
    }
}
