//! Passwords: what a new one must be (NIST SP 800-63B §3.1.1), and how one is kept (Argon2id, RFC 9106).

use std::{cmp::Ordering, fmt, str::FromStr};

use argon2::{
    Algorithm, Argon2, Params, PasswordHash as Phc, PasswordHasher, PasswordVerifier, Version,
    password_hash,
};
use kernel::Problem;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::EmailAddress;

/// The fewest and the most characters of a new password. No composition rules: they make worse passwords.
const SHORTEST: usize = 8;
const LONGEST: usize = 128;

// OWASP's password storage cheat sheet: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The hash of nothing that anyone can type: what a password is held against where there is no account, so
/// that the answer takes as long as with one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What everyone tries first, in lower case and in order, a line each (`data/common-passwords.md`). It is a part of
/// the binaries that take a new password, and of no other.
const COMMON: &str = include_str!("../data/common-passwords.txt");

/// Whether the list has this line: a binary search in the text as it is.
fn is_common(password: &str) -> bool {
    let mut rest = COMMON;
    while !rest.is_empty() {
        // The line around the middle, which may begin with the text.
        let middle = rest.floor_char_boundary(rest.len() / 2);
        let start = rest[..middle].rfind('\n').map_or(0, |end| end + 1);
        let end = rest[start..]
            .find('\n')
            .map_or(rest.len(), |length| start + length);
        match password.cmp(&rest[start..end]) {
            Ordering::Equal => return true,
            Ordering::Less => rest = &rest[..start],
            Ordering::Greater => rest = rest.get(end + 1..).unwrap_or_default(),
        }
    }
    false
}

/// A password as someone presents it to log in: any text, because a wrong one is wrong whatever it looks like.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// What is kept of it from now on, once it has been shown to be right (see [`NewPassword::hash`]).
    pub(crate) fn hash(&self, salt: [u8; 16]) -> Result<PasswordHash, Problem> {
        hash(&self.0, salt)
    }

    /// Whether it is the password of an account; of none, if there is none, after the same work.
    pub fn matches(&self, hash: Option<&PasswordHash>) -> Result<bool, Problem> {
        let known = hash.map_or(NOBODY, |hash| hash.0.as_str());
        let known = Phc::new(known).map_err(Problem::internal)?;
        // The parameters are those of the hash, whatever today's are.
        match Argon2::default().verify_password(self.0.as_bytes(), &known) {
            Ok(()) => Ok(hash.is_some()),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(fault) => Err(Problem::internal(fault)),
        }
    }
}

fn hash(text: &str, salt: [u8; 16]) -> Result<PasswordHash, Problem> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Problem::internal)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(text.as_bytes(), &salt)
        .map(|hash| PasswordHash(hash.to_string()))
        .map_err(Problem::internal)
}

/// The text cannot be a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnfitPassword {
    /// Too short or too long.
    #[error("expected {SHORTEST} to {LONGEST} characters")]
    Length,
    /// One of those that are tried first, or one character again and again.
    #[error("this password is among the first that are guessed")]
    Guessable,
    /// The account's own e-mail, or the part of it before the @.
    #[error("the password must not be the e-mail address")]
    SameAsEmail,
}

/// A password that an account can get: 8 to 128 characters of any kind, and none that is tried first.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct NewPassword(String);

impl NewPassword {
    /// What is kept of it. `salt` is random and this password's own. Takes about 20 ms and 19 MiB, on the
    /// thread that calls: a function answers one request at a time.
    pub fn hash(&self, salt: [u8; 16]) -> Result<PasswordHash, Problem> {
        hash(&self.0, salt)
    }

    /// Refuses a password that is no secret to who knows the address.
    pub fn apart_from(&self, email: &EmailAddress) -> Result<(), UnfitPassword> {
        let same = |text: &str| self.0.eq_ignore_ascii_case(text);
        if same(email.as_str()) || same(email.local_part()) {
            return Err(UnfitPassword::SameAsEmail);
        }
        Ok(())
    }
}

impl FromStr for NewPassword {
    type Err = UnfitPassword;
    fn from_str(text: &str) -> Result<Self, UnfitPassword> {
        if !(SHORTEST..=LONGEST).contains(&text.chars().count()) {
            return Err(UnfitPassword::Length);
        }
        let mut characters = text.chars();
        let first = characters.next();
        let monotonous = characters.all(|character| Some(character) == first);
        if monotonous || is_common(&text.to_lowercase()) {
            return Err(UnfitPassword::Guessable);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for NewPassword {
    type Error = UnfitPassword;
    fn try_from(text: String) -> Result<Self, UnfitPassword> {
        text.parse()
    }
}

/// What is kept of a password: a PHC string with its own parameters and salt.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Whether it was made as new ones are. An older one is as good as it was, and made anew when its owner logs
    /// in: only then the password is at hand.
    pub fn is_up_to_date(&self) -> bool {
        let today = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$");
        self.0.starts_with(&today)
    }
}

macro_rules! secret {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[secret]")
            }
        }
    )*};
}
secret!(Password, NewPassword, PasswordHash);

impl JsonSchema for Password {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Password".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "password" })
    }
}

impl JsonSchema for NewPassword {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NewPassword".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "password",
            "minLength": SHORTEST,
            "maxLength": LONGEST,
            "description": "Any characters; refused are the most common passwords, one character repeated, \
                            and the account's own address.",
            "examples": ["a pony in the library"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presented(text: &str) -> Password {
        Password(text.to_owned())
    }

    #[test]
    fn a_password_matches_its_own_hash_and_no_other() {
        let password: NewPassword = "a pony in the library".parse().unwrap();
        let hash = password.hash([7; 16]).unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            presented("a pony in the library")
                .matches(Some(&hash))
                .unwrap()
        );
        assert!(
            !presented("a pony in the library ")
                .matches(Some(&hash))
                .unwrap()
        );
        assert!(
            !presented("A pony in the library")
                .matches(Some(&hash))
                .unwrap()
        );
        assert_ne!(hash, password.hash([8; 16]).unwrap(), "the salt counts");
    }

    #[test]
    fn a_hash_of_lesser_parameters_still_matches_but_is_not_up_to_date() {
        let password: NewPassword = "a pony in the library".parse().unwrap();
        assert!(password.hash([7; 16]).unwrap().is_up_to_date());
        let params = Params::new(8, 1, 1, None).unwrap();
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_with_salt(b"a pony in the library", &[7; 16])
            .unwrap();
        let old = PasswordHash(old.to_string());
        assert!(!old.is_up_to_date());
        let presented = presented("a pony in the library");
        assert!(presented.matches(Some(&old)).unwrap());
        let new = presented.hash([8; 16]).unwrap();
        assert!(new.is_up_to_date());
        assert!(presented.matches(Some(&new)).unwrap());
    }

    #[test]
    fn every_character_counts_up_to_the_last() {
        let longest = format!("{}x", "é".repeat(LONGEST - 1));
        let password: NewPassword = longest.parse().unwrap();
        let hash = password.hash([1; 16]).unwrap();
        let one_less = "é".repeat(LONGEST - 1);
        assert!(!presented(&one_less).matches(Some(&hash)).unwrap());
    }

    #[test]
    fn nobody_has_a_password() {
        assert!(!presented("anything at all").matches(None).unwrap());
    }

    #[test]
    fn a_new_password_has_a_length_and_is_not_guessed_first() {
        let refused = |text: &str| text.parse::<NewPassword>().unwrap_err();
        assert_eq!(refused("seven77"), UnfitPassword::Length);
        assert_eq!(refused(&"long enough ".repeat(11)), UnfitPassword::Length);
        assert_eq!(refused("Password1"), UnfitPassword::Guessable);
        assert_eq!(refused("zzzzzzzzzzzz"), UnfitPassword::Guessable);
        assert!("eight ch".parse::<NewPassword>().is_ok());
        assert!("пароль-тест".parse::<NewPassword>().is_ok());
    }

    #[test]
    fn a_new_password_is_not_the_address() {
        let email: EmailAddress = "rosa.lind@example.com".parse().unwrap();
        let check = |text: &str| text.parse::<NewPassword>().unwrap().apart_from(&email);
        assert_eq!(check("Rosa.Lind"), Err(UnfitPassword::SameAsEmail));
        assert_eq!(
            check("rosa.lind@example.com"),
            Err(UnfitPassword::SameAsEmail)
        );
        assert_eq!(check("rosa.lind has a pony"), Ok(()));
    }

    #[test]
    fn the_list_of_common_ones_is_in_order() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.len() >= 10_000);
        assert!(lines.windows(2).all(|pair| pair[0] < pair[1]));
        for common in lines {
            assert_eq!(common.to_lowercase(), common);
            assert!(common.len() >= SHORTEST, "{common} is refused anyway");
        }
    }

    #[test]
    fn each_of_the_common_ones_is_found_and_nothing_beside_them() {
        for common in COMMON.lines() {
            assert!(is_common(common), "{common}");
            assert!(!is_common(&format!("{common} and a pony")), "{common}");
            assert!(!is_common(&format!("~{common}")), "{common}");
        }
        for other in ["", "\n", "!", "~~~~~~~~", "пароль", "password\npassword1"] {
            assert!(!is_common(other), "{other}");
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let password: NewPassword = "a pony in the library".parse().unwrap();
        let hash = password.hash([7; 16]).unwrap();
        let presented = presented("a pony in the library");
        assert_eq!(
            format!("{password:?}{hash:?}{presented:?}"),
            "[secret]".repeat(3)
        );
    }
}
