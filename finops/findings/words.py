"""Say a finding in words: what it is, why it is likely so, and what to do."""

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from finops.languages import place_of

__all__ = ["TITLES", "described", "likely_cause", "what", "what_to_do"]

Row = Mapping[Any, Any]

# kind: what it is about, in a list of its rows.
TITLES = {
    "fee_in_another_bill": (
        "Covered usage whose commitment fee is in another bill",
        "요금이 다른 청구서에 있는 약정의 사용",
    ),
    "fee_of_days_to_come": (
        "Commitment fees that pay for days to come too",
        "앞으로의 날까지 지불한 약정 요금",
    ),
    "fee_used_elsewhere": (
        "Commitment fees that pay for usage outside this bill",
        "이 청구서 밖의 사용까지 지불한 약정 요금",
    ),
    "more_used_than_paid": (
        "Commitments that cost more than their fees here pay",
        "이 청구서의 요금보다 많이 쓰인 약정",
    ),
    "amortisation_rests": (
        "Billed cost that isn't effective cost, true-up and upfront fees",
        "유효 비용, 상각 조정, 선결제의 합과 다른 청구 비용",
    ),
    "negations_differ": (
        "Savings Plan usage that its negation lines do not cancel",
        "상쇄 항목이 없거나 모자란 Savings Plans 사용",
    ),
    "covered_without_cost": (
        "Covered usage without effective cost",
        "유효 비용이 없는 약정 사용",
    ),
    "unknown_line_item_types": ("Unknown line item types", "알 수 없는 항목 유형"),
    "several_currencies": ("A payer billed in several currencies", "여러 통화로 청구된 지불 계정"),
    "charges_of_other_months": ("Charges dated in another month", "다른 달 날짜의 요금"),
    "negative_usage": ("Usage below zero", "음수 사용량"),
    "duplicate_lines": ("Lines that look like copies", "복사본으로 보이는 항목"),
    "lines_without_invoice": (
        "Lines without an invoice id, weeks after the month ended",
        "월말 몇 주 뒤에도 인보이스 번호가 없는 항목",
    ),
}

# kind: what, likely cause, what to do; each in the languages of reports.
_TEXTS = {
    "fee_in_another_bill": (
        (
            "usage under {commitment}, whose fee is not in this bill",
            "{commitment}의 사용 비용, 요금은 이 청구서에 없음",
        ),
        (
            "{owner} bought it and pays its fee",
            "{owner}에서 구매하여 요금을 지불합니다",
        ),
        (
            "load that bill too; without it, billed cost here is lower than effective cost",
            "그 청구서도 불러오세요. 없으면 여기의 청구 비용이 유효 비용보다 적습니다",
        ),
    ),
    "fee_of_days_to_come": (
        (
            "fee of {commitment} that no usage or unused part has taken yet",
            "{commitment}의 요금 중 아직 쓰이지도 남지도 않은 부분",
        ),
        (
            "AWS bills the fee ahead of the days that it pays for",
            "AWS는 요금을 그 날들보다 먼저 청구합니다",
        ),
        (
            "nothing: it becomes cost as the days pass",
            "할 일이 없습니다. 날이 지나면서 비용이 됩니다",
        ),
    ),
    "fee_used_elsewhere": (
        (
            "fee of {commitment} beyond what it covered and left unused in this bill",
            "{commitment}의 요금 중 이 청구서의 사용과 미사용을 넘는 부분",
        ),
        (
            "accounts whose bill is not loaded used it, or the export leaves out their usage",
            "불러오지 않은 계정이 사용했거나 내보내기에 그 사용이 빠졌습니다",
        ),
        (
            "load the bill of the payer, or of the other accounts",
            "지불 계정이나 다른 계정의 청구서를 불러오세요",
        ),
    ),
    "more_used_than_paid": (
        (
            "cost of usage under {commitment} beyond the fees in this bill",
            "{commitment}의 사용 비용 중 이 청구서의 요금을 넘는 부분",
        ),
        (
            "some of its fee lines are missing from the export, or were refunded",
            "요금 항목 일부가 내보내기에 없거나 환불되었습니다",
        ),
        (
            "look for filters in the export, and for its RIFee and Savings Plan fee lines",
            "내보내기의 필터와 RIFee, Savings Plans 요금 항목을 확인하세요",
        ),
    ),
    "amortisation_rests": (
        (
            "billed cost beyond effective cost, true-up and upfront fees",
            "유효 비용, 상각 조정, 선결제의 합을 넘는 청구 비용",
        ),
        (
            "commitments were changed or refunded, or cost of many hours was rounded",
            "약정이 변경되거나 환불되었거나 여러 시간의 비용이 반올림되었습니다",
        ),
        (
            "see facts.commitment_rests; billed cost itself agrees with the bill",
            "facts.commitment_rests를 보세요. 청구 비용 자체는 청구서와 일치합니다",
        ),
    ),
    "negations_differ": (
        (
            "unblended cost of usage under {commitment} that no negation line cancels",
            "상쇄 항목이 지우지 않은 {commitment}의 사용 비용(unblended)",
        ),
        (
            "the export leaves out SavingsPlanNegation lines, or the usage that they cancel",
            "내보내기 쿼리에 SavingsPlanNegation 항목이나 상쇄되는 사용이 빠졌습니다",
        ),
        (
            "export all line item types; billed and effective cost are right all the same",
            "모든 항목 유형을 내보내세요. 청구 비용과 유효 비용은 맞습니다",
        ),
    ),
    "covered_without_cost": (
        (
            "list price of {type} under {commitment} that has no effective cost",
            "유효 비용이 없는 {commitment} {type} 항목의 정가",
        ),
        (
            "the export has no effective cost of commitments, so this usage counts as free",
            "내보내기에 약정의 유효 비용이 없어 무료로 계산됩니다",
        ),
        (
            "export the effective cost columns of reservations and Savings Plans",
            "예약과 Savings Plans의 유효 비용 열을 내보내세요",
        ),
    ),
    "unknown_line_item_types": (
        ("billed as {type}, in {lines} lines", "{type} 유형으로 청구된 {lines}개 항목"),
        (
            "AWS has a new line item type, or the file was edited",
            "AWS의 새 항목 유형이거나 파일이 수정되었습니다",
        ),
        (
            "it counts as it is billed; report the type to the makers of finops",
            "청구된 대로 계산합니다. finops 개발자에게 유형을 알려 주세요",
        ),
    ),
    "several_currencies": (
        ("billed to payer {account} in this currency", "지불 계정 {account}에 이 통화로 청구됨"),
        (
            "sellers bill in currencies of their own, or bills of two payers were merged",
            "판매자마다 통화가 다르거나 두 지불 계정의 청구서가 합쳐졌습니다",
        ),
        (
            "nothing: currencies are kept apart and never added up",
            "할 일이 없습니다. 통화는 따로 계산하며 더하지 않습니다",
        ),
    ),
    "charges_of_other_months": (
        ("billed as {type} for {dates}", "{dates}의 {type} 항목으로 청구됨"),
        (
            "AWS bills late usage, refunds and credits when it finds them",
            "AWS는 늦은 사용, 환불, 크레딧을 확인한 달에 청구합니다",
        ),
        (
            "it belongs to this invoice; look at it before comparing days or accruals",
            "이 인보이스에 속합니다. 날짜나 미지급 비용을 비교하기 전에 확인하세요",
        ),
    ),
    "negative_usage": (
        (
            "{lines} {type} lines of account {account} with usage below zero, of {dates}",
            "계정 {account}의 음수 {type} {lines}개 항목, {dates}",
        ),
        ("AWS corrected usage that it had billed", "AWS가 이미 청구한 사용을 정정했습니다"),
        (
            "ask AWS what was corrected, if no credit explains it",
            "설명하는 크레딧이 없으면 AWS에 문의하세요",
        ),
    ),
    "duplicate_lines": (
        (
            "{lines} lines of account {account} that are the same as another, of {dates}",
            "계정 {account}의 다른 항목과 같은 {lines}개 항목, {dates}",
        ),
        (
            "a file was copied into the folder twice, or the export has no line item id",
            "파일이 폴더에 두 번 복사되었거나 내보내기에 항목 ID가 없습니다",
        ),
        (
            "compare with the invoice; export identity_line_item_id, so that copies are known",
            "인보이스와 비교하고 identity_line_item_id를 내보내세요",
        ),
    ),
    "lines_without_invoice": (
        ("in {lines} lines without an invoice id", "인보이스 번호가 없는 {lines}개 항목"),
        (
            "the file is an estimate from before the month was closed, or a pro forma bill",
            "마감 전의 예상 파일이거나 견적용(pro forma) 청구서입니다",
        ),
        (
            "load the final delivery of the month before it is booked",
            "장부에 기록하기 전에 그 달의 최종 파일을 불러오세요",
        ),
    ),
}
_COMMITMENT = {
    "plan": ("Savings Plan {}", "Savings Plan {}"),
    "reservation": ("reservation {}", "예약 {}"),
    "other": ("commitment {}", "약정 {}"),
    "none": ("a commitment without a name", "이름 없는 약정"),
    "owner": ("account {}", "계정 {}"),
    "no owner": ("another account", "다른 계정"),
}


def described(found: pa.Table) -> pa.Table:
    """Add what, likely cause and what to do, in English, to the rows of the queries."""
    rows = found.to_pylist()
    for name, text in (
        ("x_what", what),
        ("x_likely_cause", likely_cause),
        ("x_what_to_do", what_to_do),
    ):
        found = found.append_column(name, pa.array([text(row) for row in rows], pa.string()))
    return found


def what(row: Row, language: str = "en") -> str:
    """Return what the amount of a finding is."""
    return _say(row, 0, language)


def likely_cause(row: Row, language: str = "en") -> str:
    """Return why the bill is likely so."""
    return _say(row, 1, language)


def what_to_do(row: Row, language: str = "en") -> str:
    """Return what to do about a finding."""
    return _say(row, 2, language)


def _say(row: Row, part: int, language: str) -> str:
    place = place_of(language)
    commitment, owner = _commitment(row["commitment_discount_id"], place)
    return _TEXTS[row["x_kind"]][part][place].format(
        commitment=commitment,
        owner=owner,
        account=row["sub_account_id"] or "–",
        type=row["x_line_item_type"] or "–",
        lines=f"{row['x_lines']:,}",
        dates=_dates(row["x_first_charge_date"], row["x_last_charge_date"]),
    )


def _commitment(arn: str | None, place: int) -> tuple[str, str]:
    """Return the name of a commitment, and of the account that its ARN says bought it."""
    if not arn:
        return _COMMITMENT["none"][place], _COMMITMENT["no owner"][place]
    parts = arn.split(":")
    if parts[0] != "arn" or len(parts) < 6:
        return _COMMITMENT["other"][place].format(arn), _COMMITMENT["no owner"][place]
    kind = "plan" if parts[2] == "savingsplans" else "reservation"
    name = re.split("[:/]", arn)[-1]
    owner = _COMMITMENT["owner"][place].format(parts[4]) if parts[4] else ""
    return _COMMITMENT[kind][place].format(name), owner or _COMMITMENT["no owner"][place]


def _dates(first: object, last: object) -> str:
    return str(first) if first == last else f"{first} – {last}"
