"""Words of column names: abbreviations, spelling variants, and words that mean the same in a schema."""


def word_pairs(text: str) -> dict[str, str]:
    """`key:phrase` items, parted by spaces; words of a phrase are joined by `_`."""
    return dict(item.split(":", 1) for item in text.split())


def word_groups(text: str) -> list[list[str]]:
    """One group of words a line."""
    return [line.split() for line in text.strip().splitlines()]


ABBREVIATIONS = word_pairs(
    """
    acct:account acc:account addr:address adr:address amt:amount approx:approximate attr:attribute
    auth:authorisation avg:average bal:balance bday:birth_date bldg:building bmi:body_mass_index br:branch
    cat:category cd:code chg:charge cnt:count co:company coeff:coefficient comm:commission conf:confidence
    cont:contact coord:coordinate corp:corporation cp:counterparty ctry:country curr:currency cur:currency
    ccy:currency cust:customer dept:department desc:description descr:description dest:destination dev:device
    diff:difference dim:dimension disc:discount dist:distance div:division dob:birth_date doc:document dt:date
    dur:duration ed:end_date eff:effective emp:employee env:environment est:estimated evt:event exp:expiry
    ext:extension fk:foreign_key fname:first_name freq:frequency fn:first_name geo:geography grp:group
    hh:household hq:headquarters hr:hour hrs:hours idx:index img:image ind:indicator info:information
    init:initial inv:invoice invt:inventory ip:ip_address lang:language lat:latitude ln:last_name
    lname:last_name lng:longitude loc:location lon:longitude lvl:level max:maximum med:median mfr:manufacturer
    mgr:manager min:minimum mo:month mth:month mkt:market mktg:marketing msg:message mtd:month_to_date
    nbr:number nm:name no:number nr:number num:number nok:next_of_kin obs:observation occ:occupation
    opp:opportunity oppty:opportunity ord:order org:organisation orig:original ovr:override pct:percent
    perc:percent pd:paid ph:phone pk:primary_key pmt:payment po:purchase_order pos:position pref:preferred
    prev:previous prio:priority proc:process prod:product prob:probability prov:province pt:patient
    ptn:partition pwd:password qtr:quarter qty:quantity rcv:receive rec:record recv:receive ref:reference
    reg:region rel:relation rep:representative req:required res:resource resp:response rev:revenue rt:rate
    sal:salary sched:schedule seq:sequence sfx:suffix shpt:shipment sku:stock_keeping_unit src:source
    ssn:social_security_number st:street stat:status std:standard str:street sub:sub subj:subject svc:service
    sym:symbol tel:telephone temp:temperature tgt:target tkt:ticket tm:time tot:total trans:transaction
    trx:transaction txn:transaction ts:timestamp tz:time_zone uid:user_id uom:unit_of_measure upd:update
    usr:user util:utilisation val:value ver:version vol:volume wgt:weight wh:warehouse wt:weight yr:year
    ytd:year_to_date yoe:years_of_experience zip:postal_code msrp:list_price eid:id guid:id uuid:id
    """
)
"""Abbreviation → phrase."""

CONCEPTS = [
    frozenset(group)
    for group in word_groups(
        """
        id identifier number code key no
        cost price amount charge fee value
        total sum overall
        start begin from since opened
        end finish stop until close closed
        date time datetime timestamp day
        created creation create inserted
        modified updated changed update
        postal zip postcode
        phone telephone mobile cell
        email mail e-mail
        quantity count number volume units
        description details detail text content summary abstract introduction comments notes
        title name label subject heading caption
        url link website web uri href homepage
        author writer creator by
        customer client account buyer
        company organisation organization firm enterprise business
        employee staff worker agent representative salesperson rep
        manager supervisor boss
        supplier vendor provider seller publisher
        product item article sku goods material
        order purchase
        line row item detail
        invoice bill billing
        location place site region area territory
        city town municipality
        state province
        country nation
        address street
        gender sex
        ethnicity race
        status state stage phase condition
        type kind category class classification group
        industry sector
        revenue sales turnover income
        size dimension diameter
        weight mass
        score rating rank grade star stars
        likelihood probability chance
        popularity hot views view likes
        first given forename
        last family surname
        birth born
        parent superior
        owner holder
        currency money
        unit measure uom
        usage consumption used consumed
        zone area
        tenant account subscription
        image picture photo logo
        job position occupation role
        inventory stock
        effective net actual
        list catalogue catalog public
        method way mode
        duration interval period
        language lang locale
        maximum max highest
        minimum min lowest
        average mean
        percent percentage ratio share rate
        department division unit
        contract agreement
        payment paid
        discount reduction rebate credit
        shipment shipping delivery ship
        topic theme forum
    """
    )
]
"""Groups of words that often stand for the same thing in column names. A word may be in several."""

CANONICAL = {
    word: group[0]
    for group in word_groups(
        """
        id identifier
        phone telephone
        mail email
        organisation organization
        organisation organizational
        quantity qty
        colour color
        labour labor
        centre center
        website site_url
        url uri href
        link hyperlink
        postal_code postcode zipcode
        start begin
        gender sex
    """
    )
    for word in group[1:]
}
"""Spelling variants and plain synonyms → one form."""

STOP_WORDS = frozenset({"of", "the", "a", "an", "in", "at", "to", "for", "and", "or", "is", "on", "with"})
