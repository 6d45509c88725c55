//! Reads products out of a file, piece by piece: Shopify's product columns as CSV, or a JSON array of
//! `{id, name, description, price, tags}`. Pure: it is given the bytes there are and says what is whole in them,
//! so that a file of any size is read in pieces of any size, with the same result.

use std::collections::{BTreeMap, HashMap};

use kernel::{Currency, Money};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    product::{OptionText, ProductInput, VariantInput},
    words::{Sku, slug},
};

/// The stock that a JSON product opens with.
const JSON_STOCK: u32 = 100;

/// One product of a file.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// What the seller's own systems call it.
    pub handle: String,
    /// What is said of it.
    pub input: ProductInput,
    /// Whether it is to be in the shop.
    pub published: bool,
    /// What there is of each variant, in their order.
    pub stock: Vec<u32>,
}

/// What is wrong with a product of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowError {
    /// The line, from 1, that it is on.
    pub line: u64,
    /// `invalid_price`, `missing_title`, …
    pub code: &'static str,
    /// In words.
    pub detail: String,
}

/// A product or what is wrong with it, and where in the file the next one begins.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// It.
    pub row: Result<Row, RowError>,
    /// The byte, from the file's beginning, behind it.
    pub ends_at: u64,
    /// The line that the next one begins on.
    pub next_line: u64,
}

/// Where reading goes on, and by what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The first byte not read yet.
    pub offset: u64,
    /// The line that it is on.
    pub line: u64,
    /// The column names, once they are read.
    pub header: Option<Vec<String>>,
}

impl Place {
    /// The beginning of a file.
    pub fn start() -> Self {
        Self {
            offset: 0,
            line: 1,
            header: None,
        }
    }
}

/// The file as a whole cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreadable {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// The columns that everything hangs by are missing.
    #[error("the file has no column named {0}")]
    NoColumn(&'static str),
    /// It begins like JSON and is none, or no array.
    #[error("the file is neither CSV with a header nor a JSON array of objects")]
    NoArray,
    /// One product takes more than a piece of the file may have.
    #[error("a product of the file is too large")]
    TooLarge,
}

/// Reads what is whole in `bytes`, which begin at `place`. `is_end` says that the file ends with them. The
/// header, once read, is left in `place`.
pub fn read(
    bytes: &[u8],
    is_end: bool,
    place: &mut Place,
    currency: Currency,
) -> Result<Vec<Found>, Unreadable> {
    if place.offset == 0 && place.header.is_none() {
        let first = bytes
            .iter()
            .find(|b| !b.is_ascii_whitespace() && !BOM.contains(b));
        match first {
            None if is_end => return Err(Unreadable::Empty),
            None => return Ok(Vec::new()),
            // A JSON file has no header: an empty one stands for "this is JSON".
            Some(b'[') => place.header = Some(Vec::new()),
            Some(b'{') => return Err(Unreadable::NoArray),
            Some(_) => {}
        }
    }
    match &place.header {
        Some(header) if header.is_empty() => Ok(read_json(bytes, is_end, place, currency)),
        _ => read_csv(bytes, is_end, place, currency),
    }
}

/// The byte order mark that spreadsheets like to begin with.
const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];

fn read_csv(
    bytes: &[u8],
    is_end: bool,
    place: &mut Place,
    currency: Currency,
) -> Result<Vec<Found>, Unreadable> {
    let mut skipped = 0;
    if place.header.is_none() {
        let bom = if bytes.starts_with(&BOM) {
            BOM.len()
        } else {
            0
        };
        let mut reader = lines_of(&bytes[bom..]);
        let mut header = csv::ByteRecord::new();
        let is_there = reader.read_byte_record(&mut header).unwrap_or(false);
        let ends_at = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        if !is_there || (bom + ends_at >= bytes.len() && !is_end) {
            return Ok(Vec::new());
        }
        let names = header
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim().to_owned());
        let names: Vec<String> = names.collect();
        for needed in ["Handle", "Title", "Variant Price"] {
            if !names.iter().any(|name| name == needed) {
                return Err(Unreadable::NoColumn(needed));
            }
        }
        place.header = Some(names);
        skipped = bom + ends_at;
        place.line += newlines(&bytes[..skipped]);
        place.offset += skipped as u64;
    }
    let header = place.header.as_deref().unwrap_or_default();
    let (base, line, bytes) = (place.offset, place.line, &bytes[skipped..]);
    // Lines are counted here: the reader may stop between the two characters of a line's end.
    let line_at = |byte: usize| line + newlines(&bytes[..byte]);
    let position = |reader: &csv::Reader<&[u8]>| {
        usize::try_from(reader.position().byte())
            .unwrap_or(usize::MAX)
            .min(bytes.len())
    };

    let mut found = Vec::new();
    let mut product: Option<Product> = None;
    let mut reader = lines_of(bytes);
    let mut record = csv::ByteRecord::new();
    loop {
        let ended = position(&reader);
        if !reader.read_byte_record(&mut record).unwrap_or(false) {
            break;
        }
        // A record that ends with the bytes may go on behind them.
        if position(&reader) >= bytes.len() && !is_end {
            return Ok(found);
        }
        let gap = bytes[ended..]
            .iter()
            .take_while(|b| matches!(b, b'\r' | b'\n'))
            .count();
        let begins_on = line_at(ended + gap);
        let fields = Fields::of(header, &record);
        let handle = fields.get("Handle");
        let goes_on = product
            .as_ref()
            .is_some_and(|product| product.handle == handle);
        if !goes_on {
            if let Some(done) = product.take() {
                found.push(done.finish(base + ended as u64, line_at(ended)));
            }
            product = Some(Product::begin(handle, begins_on));
        }
        if let Some(product) = &mut product {
            product.add(&fields, begins_on, currency);
        }
    }
    // The last product may go on in the next piece, unless there is none.
    if let Some(done) = product.filter(|_| is_end) {
        let end = position(&reader);
        found.push(done.finish(base + end as u64, line_at(end)));
    }
    Ok(found)
}

fn lines_of(bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes)
}

/// A record's fields by their columns' names.
struct Fields<'a>(HashMap<&'a str, String>);

impl<'a> Fields<'a> {
    fn of(header: &'a [String], record: &csv::ByteRecord) -> Self {
        let text = |field: &[u8]| String::from_utf8_lossy(field).trim().to_owned();
        Self(
            header
                .iter()
                .map(String::as_str)
                .zip(record.iter().map(text))
                .collect(),
        )
    }

    fn get(&self, column: &str) -> &str {
        self.0.get(column).map_or("", String::as_str)
    }
}

/// A product whose records are being read: its first says what it is, each says a variant.
struct Product {
    handle: String,
    line: u64,
    title: String,
    description: String,
    category: String,
    tags: String,
    published: bool,
    option_names: Vec<String>,
    variants: Vec<VariantInput>,
    stock: Vec<u32>,
    error: Option<RowError>,
}

impl Product {
    fn begin(handle: &str, line: u64) -> Self {
        Self {
            handle: handle.to_owned(),
            line,
            title: String::new(),
            description: String::new(),
            category: String::new(),
            tags: String::new(),
            published: true,
            option_names: Vec::new(),
            variants: Vec::new(),
            stock: Vec::new(),
            error: None,
        }
    }

    fn add(&mut self, fields: &Fields<'_>, line: u64, currency: Currency) {
        if self.variants.is_empty() && self.title.is_empty() {
            fields.get("Title").clone_into(&mut self.title);
            self.description = without_tags(fields.get("Body (HTML)"));
            fields.get("Type").clone_into(&mut self.category);
            fields.get("Tags").clone_into(&mut self.tags);
            self.published = !fields.get("Published").eq_ignore_ascii_case("false");
            self.option_names = (1..=3)
                .map(|i| fields.get(&format!("Option{i} Name")).to_owned())
                .collect();
        }
        // A record with an image alone adds no variant.
        let price = fields.get("Variant Price");
        if price.is_empty() && (!self.variants.is_empty() || fields.get("Title").is_empty()) {
            return;
        }
        match self.variant(fields, currency) {
            Ok((variant, stock)) => {
                self.variants.push(variant);
                self.stock.push(stock);
            }
            Err((code, detail)) => {
                self.error.get_or_insert(RowError { line, code, detail });
            }
        }
    }

    fn variant(
        &self,
        fields: &Fields<'_>,
        currency: Currency,
    ) -> Result<(VariantInput, u32), (&'static str, String)> {
        let price = fields.get("Variant Price");
        let price = Money::from_major(price, currency)
            .map_err(|error| ("invalid_price", format!("{price:?}: {error}")))?;
        let sku = match fields.get("Variant SKU") {
            "" => None,
            sku => {
                let read = sku.parse::<Sku>();
                Some(read.map_err(|error| ("invalid_sku", format!("{sku:?}: {error}")))?)
            }
        };
        let mut options = BTreeMap::new();
        for (i, name) in self.option_names.iter().enumerate() {
            let value = fields.get(&format!("Option{} Value", i + 1));
            // Shopify's way to say that there is nothing to choose.
            if name.is_empty() || value.is_empty() || (name == "Title" && value == "Default Title")
            {
                continue;
            }
            let text = |text: &str| {
                text.parse::<OptionText>()
                    .map_err(|error| ("invalid_option", error.to_string()))
            };
            options.insert(text(name)?, text(value)?);
        }
        let stock = match fields.get("Variant Inventory Qty") {
            "" => 0,
            quantity => quantity
                .parse::<i64>()
                .map_err(|_| {
                    (
                        "invalid_quantity",
                        format!("{quantity:?} is no whole number"),
                    )
                })?
                // Shops that sell what they don't have count below zero.
                .clamp(0, i64::from(kernel::Quantity::MAX))
                .try_into()
                .unwrap_or(0),
        };
        Ok((
            VariantInput {
                sku,
                title: None,
                options,
                price,
            },
            stock,
        ))
    }

    fn finish(self, ends_at: u64, next_line: u64) -> Found {
        let line = self.line;
        let row = match self.error {
            Some(error) => Err(error),
            None => self
                .row()
                .map_err(|(code, detail)| RowError { line, code, detail }),
        };
        Found {
            row,
            ends_at,
            next_line,
        }
    }

    fn row(self) -> Result<Row, (&'static str, String)> {
        let tags: Vec<&str> = self
            .tags
            .split(',')
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
            .collect();
        let category = match (self.category.as_str(), tags.first()) {
            ("", Some(tag)) => tag,
            ("", None) => "uncategorised",
            (category, _) => category,
        };
        row(
            &self.handle,
            &self.title,
            &self.description,
            category,
            &tags,
            self.variants,
            self.published,
            self.stock,
        )
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "what both kinds of file have, once"
)]
fn row(
    handle: &str,
    title: &str,
    description: &str,
    category: &str,
    tags: &[&str],
    variants: Vec<VariantInput>,
    published: bool,
    stock: Vec<u32>,
) -> Result<Row, (&'static str, String)> {
    let handle = slug(handle);
    if handle.is_empty() || handle.len() > 200 {
        return Err(("invalid_handle", "a handle has 1 to 200 letters".to_owned()));
    }
    if title.is_empty() {
        return Err(("missing_title", "a product has a title".to_owned()));
    }
    if variants.is_empty() {
        return Err((
            "missing_variant",
            "a product has at least one variant with a price".to_owned(),
        ));
    }
    let field =
        |code: &'static str| move |error: kernel::text::InvalidText| (code, error.to_string());
    let tags = tags.iter().take(crate::product::MOST_TAGS);
    let input = ProductInput {
        title: title.parse().map_err(field("invalid_title"))?,
        description: description.parse().map_err(field("invalid_description"))?,
        category: category.parse().map_err(field("invalid_category"))?,
        tags: tags
            .map(|tag| tag.parse().map_err(field("invalid_tag")))
            .collect::<Result<_, _>>()?,
        variants,
    };
    Ok(Row {
        handle,
        input,
        published,
        stock,
    })
}

/// A text without its markup; what stands between tags stays, blocks become lines.
fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let Some(length) = rest[start..].find('>') else {
            // No tag after all.
            text.push_str(&rest[start..]);
            return text;
        };
        let tag = rest[start + 1..start + length]
            .trim_start_matches('/')
            .to_ascii_lowercase();
        let name: String = tag
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if matches!(
            name.as_str(),
            "p" | "br" | "div" | "li" | "ul" | "ol" | "h1" | "h2" | "h3" | "tr"
        ) {
            text.push('\n');
        }
        rest = &rest[start + length + 1..];
    }
    text.push_str(rest);
    let text = text
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// One product of a JSON file.
#[derive(Deserialize)]
struct JsonProduct {
    id: String,
    name: String,
    #[serde(default)]
    description: String,
    /// As it is written: a float would round it.
    price: Box<RawValue>,
    #[serde(default)]
    tags: Vec<String>,
}

fn read_json(bytes: &[u8], is_end: bool, place: &mut Place, currency: Currency) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut line = place.line;
    loop {
        // What stands between the elements of an array, and around them.
        let between =
            |b: &&u8| b.is_ascii_whitespace() || matches!(**b, b'[' | b',') || BOM.contains(b);
        let gap = bytes[at..].iter().take_while(between).count();
        line += newlines(&bytes[at..at + gap]);
        at += gap;
        if at >= bytes.len() || bytes[at] == b']' {
            return found;
        }
        let mut elements =
            serde_json::Deserializer::from_slice(&bytes[at..]).into_iter::<Box<RawValue>>();
        let element = elements.next();
        let length = elements.byte_offset();
        let broken = match element {
            Some(Ok(element)) => {
                let row = json_row(&element, currency);
                let begins_on = line;
                line += newlines(&bytes[at..at + length]);
                at += length;
                let row = row.map_err(|(code, detail)| RowError {
                    line: begins_on,
                    code,
                    detail,
                });
                let ends_at = place.offset + at as u64;
                found.push(Found {
                    row,
                    ends_at,
                    next_line: line,
                });
                continue;
            }
            // More of the file may make sense of it; a number that is cut is no end of file to serde_json.
            Some(Err(_)) if !is_end => return found,
            Some(Err(error)) => error.to_string(),
            None => return found,
        };
        // Behind text that is no JSON nothing can be found any more.
        let error = RowError {
            line,
            code: "invalid_json",
            detail: broken,
        };
        let ends_at = place.offset + bytes.len() as u64;
        found.push(Found {
            row: Err(error),
            ends_at,
            next_line: line,
        });
        return found;
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.split(|b| *b == b'\n').count().saturating_sub(1) as u64
}

fn json_row(element: &RawValue, currency: Currency) -> Result<Row, (&'static str, String)> {
    let product: JsonProduct = serde_json::from_str(element.get())
        .map_err(|error| ("invalid_product", error.to_string()))?;
    let price = product.price.get().trim_matches('"');
    let price = Money::from_major(price, currency)
        .map_err(|error| ("invalid_price", format!("{price:?}: {error}")))?;
    let tags: Vec<&str> = product.tags.iter().map(String::as_str).collect();
    let category = tags.first().copied().unwrap_or("uncategorised");
    let variant = VariantInput {
        sku: None,
        title: None,
        options: BTreeMap::new(),
        price,
    };
    let description = without_tags(&product.description);
    row(
        &product.id,
        &product.name,
        &description,
        category,
        &tags,
        vec![variant],
        true,
        vec![JSON_STOCK],
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads a whole file in pieces that end at these places, as the job does.
    fn in_pieces(file: &[u8], cuts: &[usize]) -> Vec<Result<Row, RowError>> {
        let mut place = Place::start();
        let mut rows = Vec::new();
        let mut buffered: Vec<u8> = Vec::new();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (file.len() + 1)).collect();
        cuts.push(file.len());
        cuts.sort_unstable();
        let mut from = 0;
        for to in cuts {
            buffered.extend(&file[from..to]);
            from = to;
            let began = place.offset;
            let found = read(&buffered, to == file.len(), &mut place, Currency::EUR).unwrap();
            if let Some(last) = found.last() {
                (place.offset, place.line) = (last.ends_at, last.next_line);
            }
            let consumed = usize::try_from(place.offset - began).unwrap();
            buffered.drain(..consumed);
            rows.extend(found.into_iter().map(|found| found.row));
        }
        rows
    }

    const CSV: &str = "\u{feff}Handle,Title,Body (HTML),Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src\r\n\
        shirt,Linen shirt,\"<p>Soft, with \"\"buttons\"\"</p>\r\n<p>Two\r\nlines</p>\",Shirts,\"linen, summer\",true,Size,S,,5,19.99,http://x/1.jpg\r\n\
        shirt,,,,,,,M,,7,20,\r\n\
        shirt,,,,,,,,,,,http://x/2.jpg\r\n\
        bad,Bad price,,Shirts,,true,Title,Default Title,,1,free,\r\n\
        mug,Mug,,,\"kitchen, blue\",false,Title,Default Title,MUG-1,-3,9.5,\r\n";

    #[test]
    fn shopifys_columns_are_understood() {
        let rows = in_pieces(CSV.as_bytes(), &[]);
        assert_eq!(rows.len(), 3);
        let shirt = rows[0].as_ref().unwrap();
        assert_eq!(
            (shirt.handle.as_str(), shirt.input.title.as_str()),
            ("shirt", "Linen shirt")
        );
        assert_eq!(
            shirt.input.description.as_str(),
            "Soft, with \"buttons\"\nTwo\nlines"
        );
        assert_eq!(
            (shirt.input.variants.len(), shirt.stock.as_slice()),
            (2, &[5, 7][..])
        );
        assert_eq!(shirt.input.variants[1].price.amount(), 2000);
        assert!(shirt.published);
        // The header is line 1; the shirt takes five lines, because its text has two breaks.
        let bad = rows[1].as_ref().unwrap_err();
        assert_eq!((bad.line, bad.code), (7, "invalid_price"));
        let mug = rows[2].as_ref().unwrap();
        assert_eq!(
            (mug.input.category.as_str(), mug.published, mug.stock[0]),
            ("kitchen", false, 0)
        );
        assert!(mug.input.variants[0].options.is_empty());
    }

    const JSON: &str = "[\n  {\"id\": \"A-1\", \"name\": \"Parasol\", \"description\": \"x\", \"price\": 12.35, \"tags\": [\"rain\"]},\n  {\"id\": \"A-2\", \"name\": \"Broken\", \"price\": \"a lot\"},\n  {\"id\": \"A-3\", \"name\": \"Boat\", \"price\": 1e3},\n  {\"name\": 7},\n {\"id\": \"A-4\", \"name\": \"Oar\", \"price\": 5}\n]\n";

    #[test]
    fn a_json_array_is_read_exactly() {
        let rows = in_pieces(JSON.as_bytes(), &[]);
        assert_eq!(rows.len(), 5);
        let parasol = rows[0].as_ref().unwrap();
        assert_eq!(
            (
                parasol.handle.as_str(),
                parasol.input.variants[0].price.amount()
            ),
            ("a-1", 1235)
        );
        assert_eq!(parasol.stock, [100]);
        let wrong: Vec<_> = rows[1..4]
            .iter()
            .map(|row| row.as_ref().unwrap_err())
            .collect();
        assert_eq!(
            wrong.iter().map(|error| error.line).collect::<Vec<_>>(),
            [3, 4, 5]
        );
        assert_eq!(wrong[2].code, "invalid_product");
        assert!(rows[4].is_ok());
    }

    #[test]
    fn what_is_no_catalogue_is_refused_as_a_whole() {
        let refused = |file: &str| {
            read(file.as_bytes(), true, &mut Place::start(), Currency::EUR).unwrap_err()
        };
        assert_eq!(refused("  \n"), Unreadable::Empty);
        assert_eq!(refused("a,b\n1,2\n"), Unreadable::NoColumn("Handle"));
        assert_eq!(refused("{}"), Unreadable::NoArray);
    }

    proptest! {
        #[test]
        fn wherever_a_file_is_cut_the_same_is_read(cuts in prop::collection::vec(0_usize..2_000, 0..12)) {
            prop_assert_eq!(in_pieces(CSV.as_bytes(), &cuts), in_pieces(CSV.as_bytes(), &[]));
            prop_assert_eq!(in_pieces(JSON.as_bytes(), &cuts), in_pieces(JSON.as_bytes(), &[]));
        }

        #[test]
        fn markup_never_survives(text in "[a-z<>/ &;]{0,60}") {
            let plain = without_tags(&format!("<b>{text}</b>"));
            prop_assert!(!plain.contains("<b>"));
        }
    }
}
