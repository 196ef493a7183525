"""The matching rules language: text and JSON form of rules and scores, their evaluation, explanation and planning."""

from dromio.language.ast import (
    Algorithm,
    AlgorithmType,
    Comparison,
    Expression,
    Fuzzy,
    FuzzyType,
    Group,
    Operator,
    ScoringGroup,
    Step,
    default_algorithm,
)
from dromio.language.errors import Code, LanguageError, ParseError, RuleFault
from dromio.language.evaluate import evaluate_expression, evaluate_step, score
from dromio.language.explain import explain_algorithm, to_document
from dromio.language.json_form import check, from_json, to_json
from dromio.language.outcomes import Assessment, Destination, Outcome, Rating, Status, assess, rate, status_of
from dromio.language.parser import parse, parse_expression
from dromio.language.plan import plan_candidates, plan_to_document, print_plan
from dromio.language.printer import print_algorithm, print_expression
from dromio.language.warnings import RuleWarning, WarningCode, warnings_of

__all__ = [
    "Algorithm",
    "AlgorithmType",
    "Assessment",
    "Code",
    "Comparison",
    "Destination",
    "Expression",
    "Fuzzy",
    "FuzzyType",
    "Group",
    "LanguageError",
    "Operator",
    "Outcome",
    "ParseError",
    "Rating",
    "RuleFault",
    "RuleWarning",
    "ScoringGroup",
    "Status",
    "Step",
    "WarningCode",
    "assess",
    "check",
    "default_algorithm",
    "evaluate_expression",
    "evaluate_step",
    "explain_algorithm",
    "from_json",
    "parse",
    "parse_expression",
    "plan_candidates",
    "plan_to_document",
    "print_algorithm",
    "print_expression",
    "print_plan",
    "rate",
    "score",
    "status_of",
    "to_document",
    "to_json",
    "warnings_of",
]
