"""The words of the invoice check, in English and Korean."""

__all__ = ["LANGUAGES", "say"]

LANGUAGES = ("en", "ko")

# English, Korean.
_TEXTS = {
    "title": ("Does the invoice agree with the bill?", "인보이스와 청구 데이터가 일치하는가?"),
    "agrees": (
        "Every invoice is what the bill says, but for rounding.",
        "모든 인보이스가 반올림 차이를 제외하고 청구 데이터와 일치합니다.",
    ),
    "agrees_explained": (
        "Every difference between invoices and bill is explained.",
        "인보이스와 청구 데이터의 모든 차이가 설명됩니다.",
    ),
    "disagrees": (
        "{number} difference(s) are not explained: ask AWS, or load the newest bill.",
        "설명되지 않은 차이 {number}건: AWS에 문의하거나 최신 청구 데이터를 불러오세요.",
    ),
    "payer": ("payer", "지급 계정"),
    "months": ("Months", "월별 확인"),
    "month": ("month", "월"),
    "number": ("invoices", "인보이스 수"),
    "verdict": ("verdict", "결과"),
    "no_invoices": (
        "There is no invoice: put JSON or CSV files into the folder invoices/ of the project.",
        "인보이스가 없습니다. 프로젝트의 invoices/ 폴더에 JSON이나 CSV 파일을 넣으세요.",
    ),
    "invoices": ("Invoices", "인보이스"),
    "invoice": ("invoice", "인보이스"),
    "seller": ("seller", "판매자"),
    "invoiced": ("invoiced", "인보이스 금액"),
    "billed": ("in the bill", "청구 데이터 금액"),
    "difference": ("difference", "차이"),
    "open": ("not explained", "설명되지 않음"),
    "total": ("total", "합계"),
    "no_invoice_id": ("none yet", "아직 없음"),
    "items": ("What the invoices are made of", "인보이스 구성"),
    "item": ("item", "항목"),
    "items_note": (
        "Data transfer is a service of its own on an invoice; in the bill it is part of what "
        "caused it, such as AmazonEC2.",
        "데이터 전송은 인보이스에서는 별도 서비스이고, 청구 데이터에서는 AmazonEC2처럼 이를 "
        "발생시킨 서비스에 포함됩니다.",
    ),
    "services": ("AWS services", "AWS 서비스"),
    "data_transfer": ("data transfer", "데이터 전송"),
    "support": ("support", "서포트"),
    "marketplace": ("Marketplace", "Marketplace"),
    "charges": ("charges", "요금"),
    "credits": ("credits", "크레딧"),
    "tax": ("tax", "세금"),
    "differences": ("Differences and why", "차이와 원인"),
    "no_differences": ("There is none.", "차이가 없습니다."),
    "why": ("why", "원인"),
    "explained": ("explained", "설명됨"),
    "yes": ("yes", "예"),
    "no": ("no", "아니요"),
    "where": ("where", "위치"),
    "evidence": ("evidence", "근거"),
    "conversions": ("In other currencies", "다른 통화 금액"),
    "no_conversions": (
        "No file gives amounts in another currency.",
        "다른 통화 금액이 있는 파일이 없습니다.",
    ),
    "conversions_note": (
        "Expected is the invoice's amount times its own rate. Two coins of rounding are allowed.",
        "예상 금액은 인보이스 금액에 인보이스의 환율을 곱한 값이며, 최소 단위 2개까지의 반올림을 "
        "허용합니다.",
    ),
    "purpose": ("for", "용도"),
    "payment": ("payment", "결제"),
    "rate": ("rate", "환율"),
    "expected": ("expected", "예상"),
    "stated": ("stated", "기재 금액"),
    "rules": ("Is the bill itself right?", "청구 데이터 자체는 올바른가?"),
    "rule": ("question", "점검 항목"),
    "found": ("found", "발견"),
    "over": ("billed too much", "과다 청구"),
    "under": ("billed too little", "과소 청구"),
    "state": ("state", "상태"),
    "nothing_found": ("nothing found", "발견 없음"),
    "rows_found": ("{rows} row(s)", "{rows}행"),
    "unanswered": ("not answered: {reason}", "답할 수 없음: {reason}"),
    "rules_note": (
        "A rule finds what to ask about. Whether it is an error, AWS or your contract says.",
        "규칙은 확인할 대상을 찾습니다. 오류 여부는 AWS 또는 계약으로 판단합니다.",
    ),
    "rows": ("What the rules found", "규칙이 찾은 내역"),
    "no_rows": (
        "No rule that could be answered found anything.",
        "답할 수 있는 규칙 중 발견된 것이 없습니다.",
    ),
    "rows_note": ("The {rows} largest.", "금액이 큰 {rows}건입니다."),
    "open_note": (
        "{number} difference(s), net {net}",
        "차이 {number}건, 순액 {net}",
    ),
    "rules_tile": ("Rules on the bill", "청구 데이터 규칙"),
    "rules_tile_note": (
        "{found} found something, {unanswered} not answered",
        "발견 {found}개, 답할 수 없음 {unanswered}개",
    ),
    "footer": (
        "Made by finops from the invoices and the build that is loaded.",
        "finops가 인보이스와 불러온 청구 데이터로 작성했습니다.",
    ),
    # Classes of differences.
    "class_rounding": ("rounding", "반올림"),
    "class_timing": ("timing: the bill is not final", "시점 차이: 청구 데이터 미확정"),
    "class_moved": ("shown under another service", "다른 서비스로 표시됨"),
    "class_duplicate": ("a line twice", "중복된 항목"),
    "class_rate": ("another rate", "다른 단가"),
    "class_quantity": ("another quantity", "다른 수량"),
    "class_data_transfer": ("data transfer", "데이터 전송"),
    "class_marketplace": ("Marketplace", "Marketplace"),
    "class_support": ("support", "서포트"),
    "class_credit": ("credit that the bill lacks", "청구 데이터에 없는 크레딧"),
    "class_expired_credit": ("credit after its end", "만료된 크레딧"),
    "class_missing_credit": ("credit that the invoice lacks", "인보이스에 없는 크레딧"),
    "class_tax": ("tax", "세금"),
    "class_tax_entity": ("tax of another seller", "다른 판매자의 세금"),
    "class_fx": ("exchange rate", "환율"),
    "class_sum": ("the invoice does not add up", "인보이스 합계 오류"),
    "class_no_invoice": ("no file has the invoice", "인보이스 파일 없음"),
    "class_unknown_invoice": ("not in the bill", "청구 데이터에 없음"),
    "class_unexplained": ("unknown", "원인 불명"),
    # Rules.
    "rule_duplicate_lines": ("The same line twice in a delivery", "한 전달분에 같은 항목이 두 번"),
    "rule_above_list_price": ("On-demand usage above list price", "정가보다 비싼 온디맨드 사용"),
    "rule_contract_rate": ("Agreed rates and their tiers", "계약 단가와 구간"),
    "rule_commitment_fee": ("Fees of reservations and Savings Plans", "예약 및 절감형 플랜 요금"),
    "rule_expired_commitment": ("Commitments billed after their end", "만료 후 청구된 약정"),
    "rule_enterprise_discount": ("Enterprise discount", "엔터프라이즈 할인"),
    "rule_support_fee": ("Support by its tiers", "구간별 서포트 요금"),
    "rule_resource_hours": ("More instance hours than the day has", "하루보다 긴 인스턴스 시간"),
    "rule_closed_account": ("Usage after an account closed", "폐쇄된 계정의 사용"),
    "rule_ended_resource": ("Usage after a resource ended", "종료된 리소스의 사용"),
    "rule_unused_region": ("Usage in a region nobody uses", "사용하지 않는 리전의 사용"),
    "rule_expired_credit": ("Credits after their end", "만료된 크레딧"),
    "rule_unused_credit": ("Credits left although eligible", "적용 가능한데 남은 크레딧"),
    "rule_wrong_seller": ("Sellers that no contract names", "계약에 없는 판매자"),
    "rule_tax_rate": ("Tax by seller", "판매자별 세금"),
    "rule_missing_account_days": ("Days missing of an account", "계정의 누락된 날짜"),
    "rule_missing_hours": ("Hours without any usage", "사용이 전혀 없는 시간"),
    "rule_late_usage": ("Usage of an earlier month", "이전 달의 사용"),
    "rule_negative_usage": ("Usage below zero", "음수 사용량"),
    "rule_covered_above_commitment": ("Commitments used above 100 %", "100 %를 넘은 약정 사용"),
    # Why a rule can't be answered.
    "lacks_contract": (
        "business/contracts.csv has no row of kind {kind}",
        "business/contracts.csv에 {kind} 행이 없음",
    ),
    "lacks_x_has_line_ids": ("the bill has no line item ids", "청구 데이터에 항목 ID가 없음"),
    "lacks_x_has_list_prices": ("the bill has no on-demand prices", "청구 데이터에 정가가 없음"),
    "lacks_x_has_instance_hours": (
        "the bill has no instances by resource id",
        "청구 데이터에 리소스 ID별 인스턴스가 없음",
    ),
    "lacks_x_has_known_regions": (
        "no month before is loaded, and business/contracts.csv has no row of kind region",
        "이전 달 데이터가 없고 business/contracts.csv에 region 행이 없음",
    ),
    "lacks_x_is_hourly": (
        "the bill is by day or month, not by hour",
        "청구 데이터가 시간 단위가 아님",
    ),
    "lacks_x_has_support_tiers": (
        "the bill has no support fee, or of a plan without tiers in mappings/support_tiers.csv",
        "서포트 요금이 없거나 mappings/support_tiers.csv에 구간이 없음",
    ),
    "lacks_x_has_commitments": (
        "the bill has no reservation and no Savings Plan",
        "청구 데이터에 예약이나 절감형 플랜이 없음",
    ),
}


def say(key: str, language: str, **values: str) -> str:
    """Return a text of the check in `language`, `en` or `ko`, with its `values` filled in."""
    text = _TEXTS[key][LANGUAGES.index(language)]
    return text.format(**values) if values else text
