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
    /// The backend fails.
    ServerError,
    /// The caller has no right to it, for once: a policy is on its way.
    Denied,
    /// It is carried out, and the answer comes when nobody waits for it any more.
    LateReply,
    /// It is carried out, and half of the answer comes.
    CorruptReply,
    /// Only a part of it is carried out, and the answer says which: of an entry of a batch, nothing.
    Partial,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Unreachable,
        Self::LostReply,
        Self::Throttled,
        Self::Conflict,
        Self::KilledBefore,
        Self::KilledAfter,
        Self::ServerError,
        Self::Denied,
        Self::LateReply,
        Self::CorruptReply,
        Self::Partial,
    ];

    /// One of each sort: what does not arrive, what arrives unheard, what is refused, what ends the process. For
    /// whoever tries many calls.
    pub const SORTS: [Self; 6] = [
        Self::Unreachable,
        Self::LostReply,
        Self::Throttled,
        Self::Conflict,
        Self::KilledBefore,
        Self::KilledAfter,
    ];

    /// Whether a call of an operation (`GetItem`) feels it as something of its own: a read that was carried out and not
    /// heard is the same as one that never arrived, only transactions conflict, only batches are carried out in part.
    pub fn is_felt_by(self, operation: &str) -> bool {
        let reads = ["Get", "Query", "BatchGet", "List", "Decrypt"];
        let is_read = reads.iter().any(|verb| operation.starts_with(verb));
        match self {
            Self::LostReply | Self::KilledAfter => !is_read,
            Self::Conflict => operation == "TransactWriteItems",
            Self::Partial => ["BatchGetItem", "PutEvents"].contains(&operation),
            _ => true,
        }
    }

    /// Whether the process ends by it.
    pub fn kills(self) -> bool {
        matches!(self, Self::KilledBefore | Self::KilledAfter)
    }

    /// Whether the call is carried out all the same, as far as it is.
    pub(crate) fn arrives(self) -> bool {
        matches!(
            self,
            Self::LostReply
                | Self::KilledAfter
                | Self::LateReply
                | Self::CorruptReply
                | Self::Partial
        )
    }
}
