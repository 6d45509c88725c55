//! The codes of authenticator apps: TOTP (RFC 6238) over HOTP (RFC 4226), with what every app knows: SHA-1, six
//! digits, thirty seconds.

use std::fmt;

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use data_encoding::BASE32_NOPAD;
use kernel::{Ids, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// How long a code is shown, in seconds (RFC 6238 §5.2).
const STEP: u64 = 30;
/// Clocks differ, and people type slowly: a code of the step before and of the step after is good too.
const DRIFT: u64 = 1;

/// Six digits, as they are typed.
pub(crate) type Digits = [u8; 6];

/// What an app and this service share: 20 random bytes, as many as the digest has (RFC 4226 §4, R6).
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(pub(crate) [u8; 20]);

impl TotpSecret {
    /// A new one.
    pub fn fresh(ids: &Ids) -> Self {
        Self(ids.bytes())
    }

    /// For those who type it into their app (RFC 4648 §6, without padding).
    pub fn base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// For those whose app reads it from a picture
    /// (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>).
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let issuer = utf8_percent_encode(issuer, NON_ALPHANUMERIC);
        let account = utf8_percent_encode(account, NON_ALPHANUMERIC);
        let secret = self.base32();
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP}"
        )
    }

    /// The step that a code is of, if it is of one about now that comes after `used`. All three are computed and
    /// compared to the end, so that the time it takes tells nothing.
    pub(crate) fn step_of(&self, code: Digits, now: Timestamp, used: Option<u64>) -> Option<u64> {
        let current = u64::try_from(now.as_second()).unwrap_or_default() / STEP;
        let steps = current.saturating_sub(DRIFT)..=current + DRIFT;
        steps.fold(None, |found, step| {
            let right = verify_slices_are_equal(&self.code(step), &code).is_ok();
            let unused = used.is_none_or(|used| step > used);
            if right && unused { Some(step) } else { found }
        })
    }

    /// HOTP of a counter (RFC 4226 §5.3).
    fn code(&self, counter: u64) -> Digits {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let mac = hmac::sign(&key, &counter.to_be_bytes());
        let mac = mac.as_ref();
        let offset = usize::from(mac[mac.len() - 1] & 0xf);
        let word = mac[offset..offset + 4]
            .iter()
            .fold(0, |word: u32, byte| word << 8 | u32::from(*byte));
        let mut rest = word & 0x7fff_ffff;
        let mut digits = [0; 6];
        for digit in digits.iter_mut().rev() {
            *digit = b"0123456789"[(rest % 10) as usize];
            rest /= 10;
        }
        digits
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of both RFCs' examples.
    fn secret() -> TotpSecret {
        TotpSecret(*b"12345678901234567890")
    }

    #[test]
    fn the_codes_are_those_of_rfc_4226() {
        // Appendix D.
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (counter, code) in (0..).zip(codes) {
            assert_eq!(secret().code(counter), code.as_bytes(), "{counter}");
        }
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // Appendix B, the last six of its eight digits.
        for (second, code) in [
            (59, b"287082"),
            (1_111_111_109, b"081804"),
            (1_111_111_111, b"050471"),
            (1_234_567_890, b"005924"),
            (2_000_000_000, b"279037"),
            (20_000_000_000, b"353130"),
        ] {
            let step = secret().step_of(*code, Timestamp::from_second(second), None);
            assert_eq!(step, u64::try_from(second / 30).ok(), "{second}");
        }
    }

    #[test]
    fn a_code_is_good_a_step_early_and_a_step_late_and_once() {
        let code = secret().code(100);
        let at = |step: i64| Timestamp::from_second(step * 30 + 29);
        for step in [99, 100, 101] {
            assert_eq!(secret().step_of(code, at(step), None), Some(100));
            assert_eq!(secret().step_of(code, at(step), Some(99)), Some(100));
            assert_eq!(secret().step_of(code, at(step), Some(100)), None);
        }
        assert_eq!(secret().step_of(code, at(98), None), None);
        assert_eq!(secret().step_of(code, at(102), None), None);
    }

    #[test]
    fn an_app_reads_the_secret_and_a_log_does_not() {
        let secret = secret();
        assert_eq!(secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            secret.uri("souk.example", "rosa+shop@example.com"),
            "otpauth://totp/souk%2Eexample:rosa%2Bshop%40example%2Ecom\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=souk%2Eexample&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(format!("{secret:?}"), "[secret]");
    }
}
