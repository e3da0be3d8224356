"""What can be done about a problem, as an option of the command.

Worked example: the remedy ``choose_account`` of "...; choose one account." makes it "...; choose one account
(--account ID)."
"""

from __future__ import annotations

from ..errors import Issue, PbalError, Remedy

OPTIONS = {
    "choose_account": "--account ID",
    "plan_a_household": "--household FILE.toml",
    "exact_method": "--exact",
    "give_a_price": "--price {}=DOLLARS beside --target, or [prices] in a targets file",
    "choose_accounts": "--account ID, or --account all",
    "confirm_columns": "--format-hint generic, or a mapping file",
    "name_columns": "--format-hint FILE.toml, a mapping file",
    "choose_decimal": '--format-hint FILE.toml, with decimal = "." or ","',
    "choose_broker_account": "--broker-account ID",
    "choose_contract": "--contract {}",
    "trade_real_money": "--live",
    "accept_old_prices": "--old-prices",
    "accept_delayed_prices": "--delayed",
    "raise_the_total": "--max-total DOLLARS",
    "take_over": "--take-over",
    "end_the_run": "pbal trade --resume, which plans the rest anew, or pbal trade --cancel",
    "store_the_token": "pbal flex login",
    "trust_the_gateway": "--certificate FILE or --fingerprint HEX",
}
"""Code of a remedy -> the option, with ``{}`` for the remedy's value."""


def in_words(problem: Issue | PbalError) -> str:
    """``str(problem)`` with the option that cures it; as it is, where there is none."""
    return _with_option(str(problem), problem.remedy)


def _with_option(message: str, remedy: Remedy | None) -> str:
    if remedy is None or remedy.code not in OPTIONS:
        return message
    return f"{message.removesuffix('.')} ({OPTIONS[remedy.code].format(remedy.value)})."
