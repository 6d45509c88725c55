//! Reads printed documents back, as a viewer does: finds the pages' streams, and says by the paper's own map which
//! letters its glyphs are.

use std::collections::BTreeMap;

/// The texts of a paper, in the order in which they are drawn.
pub(crate) fn texts(pdf: &[u8]) -> Vec<String> {
    let streams = streams(pdf);
    let meanings = meanings(&streams);
    let drawn = streams.iter().filter(|stream| stream.starts_with(b"BT\n"));
    drawn
        .flat_map(|stream| strings(stream))
        .map(|glyphs| {
            let glyphs = glyphs.chunks_exact(2);
            let glyphs = glyphs.map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            glyphs
                .map(|glyph| meanings.get(&glyph).copied().unwrap_or('\u{fffd}'))
                .collect()
        })
        .collect()
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|at| at == what)
}

fn streams(pdf: &[u8]) -> Vec<&[u8]> {
    let (mut streams, mut rest) = (Vec::new(), pdf);
    while let Some(start) = find(rest, b"\nstream\n") {
        let from = &rest[start + 8..];
        let end = find(from, b"\nendstream").expect("a stream ends");
        streams.push(&from[..end]);
        rest = &from[end..];
    }
    streams
}

/// `<0001> <0041>` of the stream that says what glyphs mean.
fn meanings(streams: &[&[u8]]) -> BTreeMap<u16, char> {
    let said = streams
        .iter()
        .find(|stream| find(stream, b"begincmap").is_some());
    let said = std::str::from_utf8(said.expect("glyphs have meanings")).unwrap();
    // What stands before the first of them is the range of all glyphs.
    let pairs = said
        .lines()
        .skip_while(|line| !line.ends_with("beginbfchar"));
    let pairs = pairs.filter_map(|line| {
        let (glyph, letter) = line
            .strip_prefix('<')?
            .strip_suffix('>')?
            .split_once("> <")?;
        let letter = u32::from_str_radix(letter, 16).ok()?;
        Some((
            u16::from_str_radix(glyph, 16).ok()?,
            char::from_u32(letter)?,
        ))
    });
    pairs.collect()
}

/// The strings that a page draws, written as text in brackets or as digits.
fn strings(page: &[u8]) -> Vec<Vec<u8>> {
    let (mut strings, mut at) = (Vec::new(), 0);
    while at < page.len() {
        match page[at] {
            b'(' => {
                let (string, end) = in_brackets(page, at + 1);
                strings.push(string);
                at = end;
            }
            b'<' => {
                let end = at + find(&page[at..], b">").expect("digits end");
                let digits = std::str::from_utf8(&page[at + 1..end]).unwrap();
                let bytes = (0..digits.len()).step_by(2);
                let byte = |i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap();
                strings.push(bytes.map(byte).collect());
                at = end + 1;
            }
            _ => at += 1,
        }
    }
    strings
}

/// A string up to its closing bracket (ISO 32000-1, 7.3.4.2), and where it ends.
fn in_brackets(page: &[u8], mut at: usize) -> (Vec<u8>, usize) {
    let (mut string, mut depth) = (Vec::new(), 1);
    loop {
        let mut byte = page[at];
        at += 1;
        match byte {
            b')' if depth == 1 => return (string, at),
            b')' => depth -= 1,
            b'(' => depth += 1,
            b'\\' => {
                byte = match page[at] {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'f' => 12,
                    digit if digit.is_ascii_digit() => {
                        let octal = std::str::from_utf8(&page[at..at + 3]).unwrap();
                        at += 2;
                        u8::from_str_radix(octal, 8).unwrap()
                    }
                    other => other,
                };
                at += 1;
            }
            _ => {}
        }
        string.push(byte);
    }
}
