"""Lines that speeches are signed with, and what people call whom they name."""

import pytest

from speechrag.index.signatures import is_signed_by, name_in


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("云岭市委常委、常务副市长 魏长河", "魏长河"), ("中共雲嶺市委書記 周啟明", "周启明"),
        ("许慎言", "许慎言"), ("云岭市委副书记、市长许慎言", "许慎言"),
        ("市长 许慎言 同志", "许慎言"),
        ("省长 欧阳文清", "欧阳文清"), ("市委书记", None), ("办公室", "办公室"), ("", None),
        ("云岭市人民政府", None), ("Zhou Qiming", None),
    ],
)  # fmt: skip
def test_the_name_in_a_line(line, name):
    assert name_in(line) == name


@pytest.mark.parametrize(
    ("line", "name", "signed"),
    [
        ("云岭市委常委、常务副市长 魏长河", "魏长河", True),
        ("云岭市委常委、常务副市长 魏长河", "魏长河副市长", True),
        ("云岭市委常委、常务副市长 魏长河", "魏副市长", True),
        ("云岭市委常委、常务副市长 魏长河", "魏书记", False),
        ("云岭市委常委、常务副市长 魏长河", "周副市长", False),
        ("云岭市委常委、常务副市长 魏长河", "长河", True),
        ("云岭市委常委、常务副市长 魏长河", "魏", False),
        ("云岭市委常委、常务副市长 魏长河", "", False),
        ("市长许慎言", "许市长", True),
    ],
)
def test_who_is_meant(line, name, signed):
    assert is_signed_by(line, name) is signed
