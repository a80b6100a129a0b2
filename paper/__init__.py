"""What is printed: labels, command cards and slips, drawn once as black and white pictures for any printer. Pure.

A label is drawn whole, dot for dot, at the resolution of its printer: so Chinese text needs no font in the printer, and
what a test reads back is what the printer prints. Nothing here opens a file: the font comes in as bytes.

    font = Font(file_bytes)                      paper.text
    paper = Paper(width_mm=100, height_mm=150, dpi=203)          paper.picture
    picture = unit_label(UnitLabel(sscc="..."), paper, font)     paper.labels (and place, badge, goods, parcel, item)
    pictures = slip(("line", ...), paper, font)                  paper.slip: as many as the lines need
    pictures = cards(COMMANDS, sheet, font)                      paper.cards
    zpl.encode(picture) -> bytes                 for label printers that speak ZPL II
    pdf.encode(pictures) -> bytes                one page a picture, of its exact size

Pillow draws the text, paper.code128 the bars; segno (only in the hub) is imported where a QR code is drawn.
Errors: PaperError, a sentence that says what does not fit and what to choose instead.
"""
