"""The application identifiers (AIs) of GS1: how the value of each looks, and which belong together.

Source: GS1 General Specifications, section 3 (meaning, format), 4.14 (required and excluded pairs) and 7.8.5
(predefined lengths); compared with the GS1 Barcode Syntax Dictionary of January 2026 and with biip 5.2. One row an AI:

    AI, or the first and last of a row | format | needs | never with | title

*Format*: components, separated by commas, each a character set (N digits, X figure 7.11-1, Y figure 7.11-2, Z base
64 for file names), a length (`..20`: 1 to 20), and checks of wire/ai_checks.py; `[...]` may be missing, with all
after it. *Needs*: every group separated by a blank must be met; in a group, one of the alternatives between slashes;
`01+21` asks for both. *Never with*: any of them. `n` stands for any digit. wire/ai_entries.py reads it.
"""

from typing import Final

TABLE: Final = """
00|N18 digit key1|||SSCC
01|N14 digit key1||255/37|GTIN
02|N14 digit key1|37|01/03|content GTIN
03|N14 digit key1||01/02/37/235|made-to-order GTIN
10|X..20|01/02/03/8006/8026||lot
11|N6 date0|01/02/03/8006/8026||production date
12|N6 date0|8020||due date
13|N6 date0|01/02/03/8006/8026||packaging date
15|N6 date0|01/02/03/8006/8026||best-before date
16|N6 date0|01/02/03/8006/8026||sell-by date
17|N6 date0|01/02/03/255/8006/8026||expiry date
20|N2|01/02/03/8006/8026||variant
21|X..20|01/03/8006|235|serial number
22|X..20|01||consumer product variant
235|X..28|01||third-party serial number
240|X..30|01/02/03/8006/8026||additional product code
241|X..30|01/02/03/8006/8026||customer part number
242|N..6|01/02/8006/8026||made-to-order variation
243|X..20|01/03||packaging component number
250|X..30|01/03/8006 21||secondary serial number
251|X..30|01/03/8006||source reference
253|N13 digit key, [X..17]|||document number
254|X..20|414||location extension
255|N13 digit key, [N..12]||01/02/415/8006/8020/8026|coupon number
30|N..8|01/02||count
3100-3105|N6|01/02|310n|net weight in kg
3110-3115|N6|01/02|311n|length in m
3120-3125|N6|01/02|312n|width in m
3130-3135|N6|01/02|313n|height in m
3140-3145|N6|01/02|314n|area in m2
3150-3155|N6|01/02|315n|net volume in l
3160-3165|N6|01/02|316n|net volume in m3
3200-3205|N6|01/02|320n|net weight in lb
3210-3215|N6|01/02|321n|length in inches
3220-3225|N6|01/02|322n|length in feet
3230-3235|N6|01/02|323n|length in yards
3240-3245|N6|01/02|324n|width in inches
3250-3255|N6|01/02|325n|width in feet
3260-3265|N6|01/02|326n|width in yards
3270-3275|N6|01/02|327n|height in inches
3280-3285|N6|01/02|328n|height in feet
3290-3295|N6|01/02|329n|height in yards
3300-3305|N6|00/01|330n|gross weight in kg
3310-3315|N6|00/01|331n|logistic length in m
3320-3325|N6|00/01|332n|logistic width in m
3330-3335|N6|00/01|333n|logistic height in m
3340-3345|N6|00/01|334n|logistic area in m2
3350-3355|N6|00/01|335n|logistic volume in l
3360-3365|N6|00/01|336n|logistic volume in m3
3370-3375|N6|01|337n|kilograms per m2
3400-3405|N6|00/01|340n|gross weight in lb
3410-3415|N6|00/01|341n|logistic length in inches
3420-3425|N6|00/01|342n|logistic length in feet
3430-3435|N6|00/01|343n|logistic length in yards
3440-3445|N6|00/01|344n|logistic width in inches
3450-3455|N6|00/01|345n|logistic width in feet
3460-3465|N6|00/01|346n|logistic width in yards
3470-3475|N6|00/01|347n|logistic height in inches
3480-3485|N6|00/01|348n|logistic height in feet
3490-3495|N6|00/01|349n|logistic height in yards
3500-3505|N6|01/02|350n|area in square inches
3510-3515|N6|01/02|351n|area in square feet
3520-3525|N6|01/02|352n|area in square yards
3530-3535|N6|00/01|353n|logistic area in square inches
3540-3545|N6|00/01|354n|logistic area in square feet
3550-3555|N6|00/01|355n|logistic area in square yards
3560-3565|N6|01/02|356n|net weight in troy ounces
3570-3575|N6|01/02|357n|net weight in ounces
3600-3605|N6|01/02|360n|net volume in quarts
3610-3615|N6|01/02|361n|net volume in gallons
3620-3625|N6|00/01|362n|logistic volume in quarts
3630-3635|N6|00/01|363n|logistic volume in gallons
3640-3645|N6|01/02|364n|net volume in cubic inches
3650-3655|N6|01/02|365n|net volume in cubic feet
3660-3665|N6|01/02|366n|net volume in cubic yards
3670-3675|N6|00/01|367n|logistic volume in cubic inches
3680-3685|N6|00/01|368n|logistic volume in cubic feet
3690-3695|N6|00/01|369n|logistic volume in cubic yards
37|N..8|00 02/8026||count
3900-3909|N..15|255/8020|390n/391n/394n/8111|amount
3910-3919|N3 currency, N..15|8020|391n|amount in a currency
3920-3929|N..15|01 30/31nn/32nn/35nn/36nn|392n/393n|price
3930-3939|N3 currency, N..15|30/31nn/32nn/35nn/36nn|393n|price in a currency
3940-3943|N4|255|394n/8111|discount in per cent
3950-3955|N6|30/31nn/32nn/35nn/36nn|392n/393n/395n/8005|price per unit of measure
400|X..30|||order number
401|X..30 key|||consignment number
402|N17 digit key|||shipment number
403|X..30|00||routing code
410-413|N13 digit key|||location
414|N13 digit key|||location
415|N13 digit key|8020||invoicing party
416|N13 digit key|||production or service location
417|N13 digit key|||party
420|X..20||421|ship-to postal code
421|N3 country, X..9||4307|ship-to country and postal code
422|N3 country|01/02/03/8006/8026|426|country of origin
423|N3 country, [N3 country], [N3 country], [N3 country], [N3 country]|01/02/03|426|countries of initial processing
424|N3 country|01/02/03|426|country of processing
425|N3 country, [N3 country], [N3 country], [N3 country], [N3 country]|01/02/03|426|countries of disassembly
426|N3 country|01/02/03||country of the full process
427|X..3|01/02/03 422||subdivision of the country of origin
4300-4301|X..35 percent|00||ship-to name
4302|X..70 percent|00||ship-to address
4303|X..70 percent|4302||ship-to address, line 2
4304-4306|X..70 percent|00||ship-to place
4307|X2 country2|00||ship-to country
4308|X..30|00||ship-to telephone
4309|N10 latitude, N10 longitude|00||ship-to coordinates
4310-4311|X..35 percent|00||return-to name
4312|X..70 percent|00||return-to address
4313|X..70 percent|4312||return-to address, line 2
4314-4316|X..70 percent|00||return-to place
4317|X2 country2|00||return-to country
4318|X..20|00||return-to postal code
4319|X..30|00||return-to telephone
4320|X..35 percent|00||service
4321|N1 flag|00||dangerous goods flag
4322|N1 flag|00||authority to leave
4323|N1 flag|00||signature flag
4324|N6 date0, N4 time|00||earliest delivery
4325|N6 date0, N4 time|00||latest delivery
4326|N6 date|00||release date
4330|N6, [X1 hyphen]|00|4331|highest temperature in F
4331|N6, [X1 hyphen]|00|4330|highest temperature in C
4332|N6, [X1 hyphen]|00|4333|lowest temperature in F
4333|N6, [X1 hyphen]|00|4332|lowest temperature in C
7001|N13|01/02/8006/8026||NATO stock number
7002|X..30|01/02||meat cut
7003|N6 date, N4 time|01/02/03||expiry date and time
7004|N..4|01/03 10||active potency
7005|X..12|01/02||catch area
7006|N6 date|01/02||first freeze date
7007|N6 date, [N6 date]|01/02||harvest date
7008|X..3|01/02||species
7009|X..10|01/02||fishing gear
7010|X..2|01/02/03||production method
7011|N6 date, [N4 time]|01/02/03||test-by date
7020|X..20|01/03/8006 416||refurbishment lot
7021|X..20|01/03/8006||functional status
7022|X..20|01/03/8006 7021||revision status
7023|X..30 key|||asset of the assembly
7030-7039|N3 country999, X..27|01/02||processor
7040|N1, X1, X1, X1 importer|||tobacco facility code
7041|X..4 package|00||freight unit type
710-717|X..20|01||national health-care number
7230-7239|X2, X..28|01/8004||certification
7240|X..20|01/8006|03|protocol
7241|N2 media|8017/8018||media type
7242|X..25|8017/8018||version control number
7250|N8 date8|8018|7251|date of birth
7251|N8 date8, N4 time|8018|7250|date and time of birth
7252|N1 sex|8018||biological sex
7253-7254|X..40 percent|8017/8018|7256/7259|name of a person
7255|X..10|8017/8018|7256/7259|name suffix
7256|X..90 percent|8017/8018||full name
7257|X..70 percent|8018||address of a person
7258|X3 position|8018+7259||birth sequence
7259|X..40 percent|8018|7256|family name of the baby
8001|N4 nonzero, N5 nonzero, N3 nonzero, N1 winding, N1|01||roll dimensions
8002|X..20|||mobile telephone number
8003|N1 zero, N13 digit key, [X..16]|||returnable asset
8004|X..30 key|||individual asset
8005|N6|01/02||price per unit
8006|N14 digit key1, N4 piece||01/03/37|piece of a trade item
8007|X..34 iban|415||bank account
8008|N6 date, N2 hour, [N2 sixty], [N2 sixty]|01/02/03||production date and time
8009|X..50|00/01/03||sensor indicator
8010|Y..30 key|||component number
8011|N..12 unpadded|8010||component serial number
8012|X..20|01/03/8006||software version
8013|X..25 pair key|||global model number
8014|X..25 pair key letter|01||highly individualised device number
8017|N18 digit key||8018|provider of a service
8018|N18 digit key||8017|recipient of a service
8019|N..10|8017/8018||service instance
8020|X..25|415||payment slip number
8026|N14 digit key1, N4 piece|37|02/03/8006|piece of a trade item contained
8030|Z..90 base64|00/01+21/03+21/253/255/8003/8004/8006+21/8010+8011/8017/8018||digital signature
8040|N15|01 21||mobile equipment number
8041|N15|01 21 8040||second mobile equipment number
8042|N32|01 21 8040||embedded SIM number
8043|N18, [N..2]|01 21 8040||SIM card number
8110|X..70 coupon|||coupon
8111|N4|255||loyalty points
8112|X..70 offer|||paperless coupon
8200|X..70|01||product address
90|X..30|||agreed between partners
91-99|X..90|||company internal
"""

LINKED: Final[dict[str, tuple[str, ...]]] = {
    "00": ("",),
    "01": ("22 10 21", "235"),
    "253": ("",),
    "255": ("",),
    "401": ("",),
    "402": ("",),
    "414": ("254", "7040"),
    "415": ("8020",),
    "417": ("7040",),
    "8003": ("",),
    "8004": ("7040",),
    "8006": ("22 10 21",),
    "8010": ("8011",),
    "8013": ("",),
    "8017": ("8019",),
    "8018": ("8019",),
}
"""The keys that can stand in the path of a GS1 Digital Link URI, and the rows of qualifiers that may follow each, in
this order, any of them missing (GS1 Digital Link Standard: URI Syntax, 4.9)."""
NO_ATTRIBUTE: Final = frozenset(
    (
        *("03", "21", "22", "235", "254"),
        *("7040", "7041", "8011", "8014", "8019", "8020", "8040", "8041", "8042", "8043", "8200"),
    )
)
"""AIs that may not stand behind the question mark of a GS1 Digital Link URI."""

PREDEFINED: Final[dict[str, int]] = {
    "00": 18,
    "04": 16,
    "20": 2,
    "41": 13,
    **dict.fromkeys(["01", "02", "03"], 14),
    **{str(two): 6 for two in (*range(11, 20), *range(31, 37))},
}
"""Length of values that need no FNC1 after them, by the first two digits of their AI (figure 7.8.5-2)."""
