"""Whatever proves something is compared in constant time: `==` tells by its duration how much was right."""

import ast
import re

from tests.architecture.source import SERVICE, name_of, python_files, tree

PROOF = re.compile(
    r"signature|digest|secret|token|hash|password|(?:^|_)mac$|(?:api|clock|apiv3)_?key$", re.IGNORECASE
)

ALLOWED = {
    ("models/base/audit.py", "hash"): "the chain's hashes are no secrets",
    ("bot/wechat/tokens.py", "token"): "an access token of our own against the one just refused",
    ("bot/gateways/wechat_pay_shapes.py", "Wechatpay-Signature-Type"): "the name of a method",
    ("bot/gateways/wechat_pay_shapes.py", "SIGNATURE_TYPE"): "the name of a method",
}


def test_no_proof_is_compared_with_the_equals_sign() -> None:
    found = {
        (name_of(file), name)
        for file in python_files(SERVICE)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
        for operand in (node.left, *node.comparators)
        if PROOF.search(name := called(operand))
    }
    assert found == ALLOWED.keys()


def called(operand: ast.expr) -> str:
    """The last name of `row.hash`, `token`, `headers["Signature"]`; nothing for other expressions."""
    match operand:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case _:
            return ""
