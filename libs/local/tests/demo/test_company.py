from decimal import Decimal

from aos_local.demo.company import make_company


def test_company_when_made_with_one_seed_then_it_is_the_same_to_the_digit() -> None:
    assert make_company(3) == make_company(3)
    assert make_company(3) != make_company(4)


def test_company_when_made_then_it_has_the_faults_that_the_demo_shows() -> None:
    company = make_company()
    assert any(deal["company_name"] is None for deal in company.deals)
    assert any(deal["product"] == "PulsePro" for deal in company.deals)
    assert "PulsePro" not in {row["product"] for row in company.price_list}
    ids = [row["Customer No"] for row in company.partner_export]
    assert len(set(ids)) < len(ids)
    assert any(row["Tags"] is None for row in company.bill)


def test_company_when_its_bill_is_added_up_then_amounts_are_decimals() -> None:
    billed = sum((row["BilledCost"] for row in make_company().bill), Decimal(0))
    assert billed > 0
    assert isinstance(billed, Decimal)
