//! The letters of a document: how wide they are, and those that are used, as a part of the paper.

use std::{collections::BTreeMap, ops::Range};

use kernel::Problem;
use pdf_writer::{
    Finish, Name, Pdf, Rect, Ref, Str,
    types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap},
};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

/// What a typeface takes of a paper's objects: the one that pages name is the first.
pub(super) const REFS: Range<i32> = 4..9;

/// What the part of the typeface is called: six letters before the name say that it is one (ISO 32000-1, 9.6.4).
const NAME: Name = Name(b"SOUKAA+NotoSans");
/// Glyphs go by their own numbers.
const IDENTITY: SystemInfo = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// A typeface, and what is used of it.
pub(super) struct Letters {
    face: Face<'static>,
    used: GlyphRemapper,
    meanings: BTreeMap<u16, char>,
}

impl Letters {
    /// A typeface of which nothing is used yet.
    pub(super) fn cut() -> Result<Self, Problem> {
        Ok(Self {
            face: Face::parse(notosans::REGULAR_TTF, 0).map_err(Problem::internal)?,
            used: GlyphRemapper::new(),
            meanings: BTreeMap::new(),
        })
    }

    /// The glyph of a letter; the first, an empty box, where it has none.
    fn glyph(&self, letter: char) -> GlyphId {
        self.face.glyph_index(letter).unwrap_or(GlyphId(0))
    }

    /// How wide a text is, in points rounded up.
    pub(super) fn width(&self, text: &str, size: i16) -> i16 {
        let advance = |letter| self.face.glyph_hor_advance(self.glyph(letter)).unwrap_or(0);
        let units: u64 = text.chars().map(|letter| u64::from(advance(letter))).sum();
        let size = u64::try_from(size).unwrap_or(0);
        let points = (units * size).div_ceil(u64::from(self.face.units_per_em()));
        i16::try_from(points).unwrap_or(i16::MAX)
    }

    /// A text in lines that are no wider than there is room; a word that is wider is cut.
    pub(super) fn wrap(&self, text: &str, size: i16, room: i16) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let mut rest = word;
            while !rest.is_empty() {
                let line = lines.last().map_or("", String::as_str);
                let gap = if line.is_empty() { "" } else { " " };
                let longer = format!("{line}{gap}{rest}");
                if self.width(&longer, size) <= room {
                    lines.pop();
                    lines.push(longer);
                    break;
                }
                if line.is_empty() {
                    let fitting = self.fitting(rest, size, room);
                    let (head, tail) = rest.split_at(fitting);
                    lines.pop();
                    lines.push(head.to_owned());
                    rest = tail;
                }
                lines.push(String::new());
            }
        }
        lines.retain(|line| !line.is_empty());
        lines
    }

    /// How many bytes of a word fit, its first letter in any case.
    fn fitting(&self, word: &str, size: i16, room: i16) -> usize {
        let ends = word.char_indices().skip(1).map(|(end, _)| end);
        let fits = |end: &usize| self.width(&word[..*end], size) <= room;
        let first = word.chars().next().map_or(0, char::len_utf8);
        ends.take_while(fits).last().unwrap_or(first)
    }

    /// A text as the numbers of its glyphs, two bytes each.
    pub(super) fn set(&mut self, text: &str) -> Vec<u8> {
        let mut set = Vec::with_capacity(2 * text.len());
        for letter in text.chars() {
            let glyph = self.used.remap(self.glyph(letter).0);
            if glyph > 0 {
                self.meanings.entry(glyph).or_insert(letter);
            }
            set.extend(glyph.to_be_bytes());
        }
        set
    }

    /// Makes what is used a part of the paper, as the typeface `id`.
    pub(super) fn embed(&self, pdf: &mut Pdf, id: Ref) -> Result<(), Problem> {
        let [cid, descriptor, file, meanings] =
            [1, 2, 3, 4].map(|offset| Ref::new(id.get() + offset));
        let mut face = pdf.type0_font(id);
        face.base_font(NAME)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(meanings);
        face.finish();

        let mut glyphs = pdf.cid_font(cid);
        glyphs
            .subtype(CidFontType::Type2)
            .base_font(NAME)
            .system_info(IDENTITY)
            .font_descriptor(descriptor)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        let advances = self.used.remapped_gids().map(|glyph| {
            let units = self.face.glyph_hor_advance(GlyphId(glyph));
            self.thousandths(i64::from(units.unwrap_or(0)))
        });
        glyphs.widths().consecutive(0, advances);
        glyphs.finish();

        let of = self.face.global_bounding_box();
        let [left, bottom, right, top] = [of.x_min, of.y_min, of.x_max, of.y_max]
            .map(|units| self.thousandths(i64::from(units)));
        let upper = self.face.capital_height().unwrap_or(self.face.ascender());
        pdf.font_descriptor(descriptor)
            .name(NAME)
            .flags(FontFlags::NON_SYMBOLIC)
            .bbox(Rect::new(left, bottom, right, top))
            .italic_angle(0.0)
            .ascent(self.thousandths(i64::from(self.face.ascender())))
            .descent(self.thousandths(i64::from(self.face.descender())))
            .cap_height(self.thousandths(i64::from(upper)))
            .stem_v(80.0)
            .font_file2(file);

        let part = subsetter::subset(notosans::REGULAR_TTF, 0, &self.used);
        let part = part.map_err(|error| Problem::internal(error.to_string()))?;
        pdf.stream(file, &part).pair(
            Name(b"Length1"),
            i32::try_from(part.len()).unwrap_or(i32::MAX),
        );
        let mut said = UnicodeCmap::new(Name(b"Adobe-Identity-UCS"), IDENTITY);
        for (glyph, letter) in &self.meanings {
            said.pair(*glyph, *letter);
        }
        pdf.stream(meanings, &said.finish());
        Ok(())
    }

    /// Units of the typeface as thousandths of its size.
    fn thousandths(&self, units: i64) -> f32 {
        let scaled = units * 1_000 / i64::from(self.face.units_per_em());
        f32::from(i16::try_from(scaled).unwrap_or(i16::MAX))
    }
}
