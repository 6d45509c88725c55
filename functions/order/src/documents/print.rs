//! A document on paper: a PDF of A4 pages, the same bytes however often it is printed.
//!
//! Nothing goes into it but the document: no clock, no chance. Its letters are Noto Sans, and it carries those that it
//! uses: Latin, Greek and Cyrillic ones. What the typeface does not have is an empty box; the document itself, which
//! the API shows, has every letter.

mod letters;

use contracts::views::PostalAddress;
use kernel::{Personal, Problem, Timestamp};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use self::letters::Letters;
use super::{Document, DocumentKind, DocumentLine, Issuer};

/// A4 in points.
const PAGE: (i16, i16) = (595, 842);
/// Where lines begin, and where the right one of the columns ends.
const LEFT: i16 = 56;
const RIGHT: i16 = 539;
/// Where the two columns between end.
const QUANTITY: i16 = 350;
const UNIT_PRICE: i16 = 445;
/// How much of a line a title or a name may take.
const ROOM: i16 = 230;
/// Where the first line of a page is, and where none is any more.
const TOP: i16 = 770;
const BOTTOM: i16 = 80;
/// The foot of each page.
const FOOT: i16 = 50;

const TITLE: i16 = 18;
const TEXT: i16 = 10;
const SMALL: i16 = 8;
/// From one line to the next.
const LINE: i16 = 14;

/// The typeface as pages name it.
const FACE: Name = Name(b"F");

/// Prints a document.
///
/// # Errors
/// An internal problem where the typeface cannot be read: it is part of the binary.
pub fn pdf(document: &Document) -> Result<Vec<u8>, Problem> {
    let mut paper = Paper::new(Letters::cut()?);
    paper.head(document);
    paper.parties(document);
    paper.columns();
    for line in &document.lines {
        paper.line(line);
    }
    paper.total(document);
    paper.number_pages(document);
    paper.bind(document)
}

/// Some text at its place.
struct Piece {
    at: (i16, i16),
    size: i16,
    glyphs: Vec<u8>,
}

/// The pages so far, and where the next line goes.
struct Paper {
    letters: Letters,
    pages: Vec<Vec<Piece>>,
    y: i16,
}

impl Paper {
    fn new(letters: Letters) -> Self {
        Self {
            letters,
            pages: vec![Vec::new()],
            y: TOP,
        }
    }

    fn write_at(&mut self, at: (i16, i16), size: i16, text: &str) {
        let glyphs = self.letters.set(text);
        if let Some(page) = self.pages.last_mut() {
            page.push(Piece { at, size, glyphs });
        }
    }

    fn write(&mut self, x: i16, size: i16, text: &str) {
        self.write_at((x, self.y), size, text);
    }

    /// Writes a text that ends there.
    fn write_up_to(&mut self, end: i16, size: i16, text: &str) {
        let width = self.letters.width(text, size);
        self.write(end.saturating_sub(width), size, text);
    }

    /// Goes down, onto a new page if there is no more room for so much.
    fn down(&mut self, points: i16) {
        self.y -= points;
        if self.y < BOTTOM {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    /// Writes a text in as many lines as it takes.
    fn paragraph(&mut self, x: i16, text: &str) {
        for line in self.letters.wrap(text, TEXT, ROOM) {
            self.write(x, TEXT, &line);
            self.down(LINE);
        }
    }

    fn head(&mut self, document: &Document) {
        self.write(LEFT, TITLE, title(document.kind));
        self.down(2 * LINE);
        let happened = match document.kind {
            DocumentKind::Invoice => "Shipped",
            DocumentKind::CreditNote => "Refunded",
        };
        let mut facts = vec![
            ("Number", document.number.clone()),
            ("Date", date(document.issued_at)),
            (happened, date(document.happened_at)),
            ("Order", document.order_id.to_string()),
        ];
        for invoice in &document.invoices {
            facts.push(("For invoice", invoice.number.clone()));
        }
        for (name, fact) in facts {
            self.write(LEFT, TEXT, name);
            self.write(LEFT + 80, TEXT, &fact);
            self.down(LINE);
        }
        self.down(LINE);
    }

    fn parties(&mut self, document: &Document) {
        let marketplace = Issuer::named("The marketplace", None);
        let issuer = document.issuer.as_ref();
        let issuer = issuer.map_or(&marketplace, Personal::expose);
        self.party("From", std::iter::once(&issuer.name).chain(&issuer.address));
        self.party("To", lines_of(document.recipient.expose()).iter());
    }

    fn party<'a>(&mut self, what: &str, lines: impl Iterator<Item = &'a String>) {
        self.write(LEFT, SMALL, what);
        self.down(LINE);
        for line in lines {
            self.paragraph(LEFT, line);
        }
        self.down(LINE);
    }

    fn columns(&mut self) {
        self.write(LEFT, SMALL, "Item");
        self.write_up_to(QUANTITY, SMALL, "Quantity");
        self.write_up_to(UNIT_PRICE, SMALL, "Unit price");
        self.write_up_to(RIGHT, SMALL, "Total");
        self.down(LINE);
    }

    fn line(&mut self, line: &DocumentLine) {
        self.write_up_to(QUANTITY, TEXT, &line.quantity.to_string());
        self.write_up_to(UNIT_PRICE, TEXT, &line.unit_price.to_string());
        self.write_up_to(RIGHT, TEXT, &line.total.to_string());
        self.paragraph(LEFT, &line.title);
        if let Some(sku) = &line.sku {
            self.write(LEFT, SMALL, sku);
            self.down(LINE);
        }
    }

    fn total(&mut self, document: &Document) {
        self.down(LINE);
        let what = match document.kind {
            DocumentKind::Invoice => "Total",
            DocumentKind::CreditNote => "Total refunded",
        };
        self.write(LEFT, TEXT, what);
        self.write_up_to(RIGHT, TEXT, &document.total.to_string());
    }

    /// Writes under each page which of how many it is.
    fn number_pages(&mut self, document: &Document) {
        let of = self.pages.len();
        for (page, number) in self.pages.iter_mut().zip(1..) {
            let text = format!(
                "{} {}, page {number} of {of}",
                title(document.kind),
                document.number
            );
            let glyphs = self.letters.set(&text);
            page.push(Piece {
                at: (LEFT, FOOT),
                size: SMALL,
                glyphs,
            });
        }
    }

    fn bind(self, document: &Document) -> Result<Vec<u8>, Problem> {
        let (catalog, tree, info, face) = (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4));
        let mut next = letters::REFS.end;
        let mut fresh = || {
            let fresh = Ref::new(next);
            next += 1;
            fresh
        };
        let pages: Vec<(Ref, Ref)> = self.pages.iter().map(|_| (fresh(), fresh())).collect();

        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(tree).lang(TextStr("en"));
        let name = format!("{} {}", title(document.kind), document.number);
        pdf.document_info(info).title(TextStr(&name));
        let number = i32::try_from(pages.len()).map_err(Problem::internal)?;
        let kids = pages.iter().map(|(page, _)| *page);
        pdf.pages(tree).kids(kids).count(number);
        for (pieces, (id, content)) in self.pages.iter().zip(&pages) {
            let (width, height) = (f32::from(PAGE.0), f32::from(PAGE.1));
            let mut page = pdf.page(*id);
            page.parent(tree).contents(*content);
            page.media_box(Rect::new(0.0, 0.0, width, height));
            page.resources().fonts().pair(FACE, face);
            page.finish();
            pdf.stream(*content, &drawn(pieces));
        }
        self.letters.embed(&mut pdf, face)?;
        Ok(pdf.finish())
    }
}

fn drawn(pieces: &[Piece]) -> Vec<u8> {
    let mut content = Content::new();
    for piece in pieces {
        let (x, y) = piece.at;
        content.begin_text();
        content.set_font(FACE, f32::from(piece.size));
        content.next_line(f32::from(x), f32::from(y));
        content.show(Str(&piece.glyphs));
        content.end_text();
    }
    content.finish().to_vec()
}

fn title(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Invoice => "Invoice",
        DocumentKind::CreditNote => "Credit note",
    }
}

/// The day of a moment, as ISO 8601 has it.
fn date(at: Timestamp) -> String {
    at.to_string().chars().take_while(|c| *c != 'T').collect()
}

/// An address line by line.
fn lines_of(address: &PostalAddress) -> Vec<String> {
    let town = [
        text(address.postal_code.as_ref()),
        text(address.city.as_ref()),
        text(address.sorting_code.as_ref()),
    ];
    let town: Vec<String> = town.into_iter().flatten().collect();
    let lines = [
        Some(address.name.to_string()),
        text(address.company.as_ref()),
        Some(address.line1.to_string()),
        text(address.line2.as_ref()),
        text(address.line3.as_ref()),
        text(address.dependent_locality.as_ref()),
        Some(town.join(" ")).filter(|town| !town.is_empty()),
        text(address.region.as_ref()),
        Some(address.country.to_string()),
    ];
    lines.into_iter().flatten().collect()
}

fn text<T: ToString>(part: Option<&T>) -> Option<String> {
    part.map(ToString::to_string)
}

#[cfg(test)]
pub(crate) mod read;
